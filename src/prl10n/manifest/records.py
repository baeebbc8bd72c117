"""How the manifest is kept: what is remembered of files and documents, as values, and as the bytes that hold them.

A site has as many records as pages times locales, and every run reads them all: what each of them has is in a column
(`prl10n.columns`), in the file as in memory; what few of them have stands aside.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from io import FileIO
from pathlib import Path
from struct import calcsize
from typing import Any, TypeVar
from zlib import crc32

import msgspec

from prl10n import files
from prl10n.columns import Column
from prl10n.errors import Prl10nError
from prl10n.ledger import COUNTS

FORMAT = 3
_GRAIN = 50_000_000  # nanoseconds; file systems move their clock every few milliseconds
_COARSE = 2_000_000_000  # and some of them every second or two: their times end in zeros

T = TypeVar("T")
Stat = tuple[int, int, int, int]  # size, inode, when it was written and changed (nanoseconds)


class Seen(msgspec.Struct, frozen=True, gc=False):
    """A file as it was, and what it held. `sure`: another file with the same stat holds the same."""

    stat: Stat
    digest: bytes
    sure: bool


class ItemSeen(msgspec.Struct, frozen=True):
    """A document in a locale: the digest of its source, its catalog and its page (None: there was none).

    `states` and `words` are counted in the order of `State`; `rejected` is what was said of its structure. `complete`:
    no unit waits for a text. What its page depends on: `links`, whether it may have any; `targets`, the documents
    whose headings they asked for. What pages that link to it depend on: `has_page` and `moved`, as the Publisher
    says them.
    """

    source: bytes
    catalog: Seen | None
    page: Seen | None
    states: tuple[int, ...]
    words: tuple[int, ...]
    rejected: tuple[str, ...]
    complete: bool
    links: bool
    targets: tuple[str, ...]
    has_page: bool
    moved: str


def digest(data: bytes) -> bytes:
    from hashlib import blake2b  # late: a run with nothing to do digests nothing

    return blake2b(data, digest_size=16).digest()


# --- files ------------------------------------------------------------------------------------------------------------


def look(path: str) -> Seen | None:
    """A file as it is; None where there is none. Prl10nError where it cannot be read."""
    before = stat_of(path)
    data = files.read(Path(path))
    if data is None or before is None:
        return None
    _, _, written, changed = before
    grain = _COARSE if written % 1_000_000_000 == 0 else _GRAIN
    return Seen(before, digest(data), max(written, changed) + grain < time.time_ns())


def stat_of(path: str) -> Stat | None:
    try:
        stat = os.stat(path)  # noqa: PTH116 (an object for each of thousands of paths costs as much as the stat)
    except (OSError, ValueError):
        return None
    return stat.st_size, stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns


def unchanged(path: str, former: Seen | None) -> Seen | bool | None:
    """The file as it is if it holds what it did; False if it does not."""
    stat = stat_of(path)
    if former is None:
        return None if stat is None and not os.path.lexists(path) else False
    if stat is None or stat[0] != former.stat[0]:
        return False
    if stat == former.stat and former.sure:
        return former
    try:
        now = look(path)
    except Prl10nError:
        return False
    return now if now is not None and now.digest == former.digest else False


# --- packed -----------------------------------------------------------------------------------------------------------

_LARGEST = (1 << 64) - 1
_FILE = "=B4Q16s"  # flags, stat, digest
_ITEM = "=16sH4Q16s4Q16s"  # source, flags, catalog, page
_KNOWN, _SURE, _THERE, _PAGE_THERE, _PAGE_SURE, _COMPLETE, _LINKS, _HAS_PAGE = (1 << bit for bit in range(8))
_AS_KNOWN = _KNOWN | _THERE | _SURE | _PAGE_THERE | _PAGE_SURE | _COMPLETE
_NOWHERE = Seen((0, 0, 0, 0), bytes(16), False)


def fitting(seen: Seen) -> Seen:
    """A stat as it is kept. What has no room is never found again, and its bytes decide."""
    size, inode, written, changed = (min(max(number, 0), _LARGEST) for number in seen.stat)
    return Seen((size, inode, written, changed), seen.digest, seen.sure)


class More(msgspec.Struct, frozen=True, array_like=True):
    """What few documents have, see `ItemSeen`."""

    rejected: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    moved: str = ""


NO_MORE = More()
Problems = dict[str, tuple[tuple[int, str], ...]]  # by the rules that a document was split by: (line, message)


class SourceSeen(msgspec.Struct, frozen=True):
    """A source, the address of its page (empty: nobody asked) and its former ones, and its problems."""

    file: Seen
    address: str
    aliases: tuple[str, ...]
    problems: Problems


class Sources:
    """What is remembered of each source, by its number."""

    def __init__(self, count: int) -> None:
        self.files = Column(_FILE, count)
        self.aliases: dict[int, tuple[str, ...]] = {}
        self.problems: dict[int, Problems] = {}
        self.packed = b""  # the addresses as they are in the file, unless somebody has asked for one
        self._addresses: list[str] = []
        self._count = count

    @property
    def addresses(self) -> list[str]:
        if not self._addresses:
            known = msgspec.msgpack.decode(self.packed, type=list[str]) if self.packed else []
            self._addresses = known or [""] * self._count
            self.packed = b""
        return self._addresses

    def file(self, number: int) -> Seen | None:
        flags, *stat, held = self.files[number]
        return Seen((stat[0], stat[1], stat[2], stat[3]), held, flags & _SURE != 0) if flags & _KNOWN else None

    def digest(self, number: int) -> bytes:
        """That of a source that is known."""
        found: bytes = self.files[number][-1]
        return found

    def is_as_it_was(self, number: int, path: str) -> bool:
        """Whether the stat of a file tells that it is as it was. False: look at it."""
        values = self.files[number]
        return values[0] == _KNOWN | _SURE and stat_of(path) == values[1:5]

    def keep_file(self, number: int, seen: Seen) -> bool:
        """Whether that says anything new."""
        former, self.files[number] = self.files[number], _values(seen)
        return former != self.files[number]

    def get(self, number: int) -> SourceSeen | None:
        file = self.file(number)
        if file is None:
            return None
        return SourceSeen(file, self.addresses[number], self.aliases.get(number, ()), self.problems.get(number) or {})

    def put(self, number: int, source: SourceSeen) -> None:
        self.files[number] = _values(source.file)
        self.addresses[number] = source.address
        _set(self.aliases, number, source.aliases)
        _set(self.problems, number, source.problems)

    def renumber(self, former: Sequence[int | None]) -> None:
        addresses = self.addresses
        self.files.renumber(former)
        self._addresses = ["" if number is None else addresses[number] for number in former]
        self._count = len(former)
        self.aliases, self.problems = _renumbered(self.aliases, former), _renumbered(self.problems, former)


class Locale:
    """What is remembered of each document in a locale, by its number, under the settings of the locale."""

    def __init__(self, count: int, settings: bytes) -> None:
        self.settings = settings
        self.items = Column(_ITEM, count)
        self.counts = Column(COUNTS, count)
        self.more: dict[int, More] = {}

    def is_as_it_was(self, number: int, source: bytes, catalog: str, page: str) -> bool:
        """Whether the stats of the catalog and the page of a complete document tell that both are as they were;
        `source` is the digest of what it is made from. False: look at them.
        """
        values = self.items[number]
        return (
            values[0] == source
            and values[1] & _AS_KNOWN == _AS_KNOWN
            and stat_of(catalog) == values[2:6]
            and stat_of(page) == values[7:11]
        )

    def get(self, number: int) -> ItemSeen | None:
        values, more = self.items[number], self.more.get(number, NO_MORE)
        source, flags = values[:2]
        if not flags & _KNOWN:
            return None
        counts = self.counts[number]
        return ItemSeen(
            source,
            Seen(values[2:6], values[6], flags & _SURE != 0) if flags & _THERE else None,
            Seen(values[7:11], values[11], flags & _PAGE_SURE != 0) if flags & _PAGE_THERE else None,
            counts[:4],
            counts[4:],
            more.rejected,
            flags & _COMPLETE != 0,
            flags & _LINKS != 0,
            more.targets,
            flags & _HAS_PAGE != 0,
            more.moved,
        )

    def put(self, number: int, item: ItemSeen) -> None:
        catalog, page = item.catalog or _NOWHERE, item.page or _NOWHERE
        flags = (
            _KNOWN
            | _THERE * (item.catalog is not None)
            | _SURE * catalog.sure
            | _PAGE_THERE * (item.page is not None)
            | _PAGE_SURE * page.sure
            | _COMPLETE * item.complete
            | _LINKS * item.links
            | _HAS_PAGE * item.has_page
        )
        stats = *fitting(catalog).stat, catalog.digest, *fitting(page).stat, page.digest
        self.items[number] = item.source, flags, *stats
        self.counts[number] = *item.states, *item.words
        more = More(item.rejected, item.targets, item.moved)
        _set(self.more, number, more if more != NO_MORE else None)

    def published(self, number: int) -> tuple[bool, str]:
        """Whether a document that is known has a page, and where that moved."""
        return self.items[number][1] & _HAS_PAGE != 0, self.more.get(number, NO_MORE).moved

    def has_links(self, number: int) -> bool:
        """Whether a document may have any."""
        flags: int = self.items[number][1]
        return flags & _LINKS != 0

    def forget(self, number: int) -> bool:
        """Whether anything was known."""
        known: bool = self.items[number][1] & _KNOWN != 0
        self.items[number] = bytes(16), 0, *_values(_NOWHERE)[1:], *_values(_NOWHERE)[1:]
        self.more.pop(number, None)
        return known

    def renumber(self, former: Sequence[int | None]) -> None:
        self.items.renumber(former)
        self.counts.renumber(former)
        self.more = _renumbered(self.more, former)


def _values(seen: Seen) -> tuple[Any, ...]:
    return (_KNOWN | _SURE * seen.sure, *fitting(seen).stat, seen.digest)


def _set(few: dict[int, T], number: int, value: T | None) -> None:
    if value:
        few[number] = value
    else:
        few.pop(number, None)


def _renumbered(few: dict[int, T], former: Sequence[int | None]) -> dict[int, T]:
    return {now: few[was] for now, was in enumerate(former) if was in few} if few else {}


# --- the file ---------------------------------------------------------------------------------------------------------


class Versions(msgspec.Struct, frozen=True, array_like=True):
    """The file of every page's languages, and what was said of addresses: (locale, document, message)."""

    fingerprint: bytes
    file: Seen | None
    said: tuple[tuple[str, str, str], ...]


class Records:
    """All that is kept, of so many documents, under the `fingerprint` of all else that decides about them. `there`:
    whether the files were there that links asked for; `anew`: the documents were others.
    """

    def __init__(self, count: int, fingerprint: bytes = b"") -> None:
        self.count = count
        self.fingerprint = fingerprint
        self.sources = Sources(count)
        self.locales: dict[str, Locale] = {}
        self.there: dict[str, bool] = {}
        self.versions: Versions | None = None
        self.anew = True


class _Header(msgspec.Struct, array_like=True):
    """What the file begins with: what stands aside, and how much follows (documents; bytes of names and addresses)."""

    format: int
    count: int
    names: int
    addresses: int
    fingerprint: bytes
    aliases: dict[int, tuple[str, ...]]
    problems: dict[int, Problems]
    locales: dict[str, tuple[bytes, dict[int, More]]]
    there: dict[str, bool]
    versions: Versions | None


_LENGTH, _CHECKSUM = 8, 4  # bytes


def parts(records: Records, documents: Sequence[str]) -> Iterator[bytes | bytearray]:
    """The file, part by part: the length of the header, the header, names, addresses, the columns, and a checksum."""
    names, sources = msgspec.msgpack.encode(documents), records.sources
    addresses = sources.packed or msgspec.msgpack.encode(sources.addresses)
    header = msgspec.msgpack.encode(
        _Header(
            FORMAT,
            records.count,
            len(names),
            len(addresses),
            records.fingerprint,
            sources.aliases,
            sources.problems,
            {name: (locale.settings, locale.more) for name, locale in records.locales.items()},
            records.there,
            records.versions,
        )
    )
    columns = (column.data for locale in records.locales.values() for column in (locale.items, locale.counts))
    found: list[bytes | bytearray] = [len(header).to_bytes(_LENGTH, "little"), header, names, addresses]
    checksum = 0
    for part in (*found, sources.files.data, *columns):
        checksum = crc32(part, checksum)
        yield part
    yield checksum.to_bytes(_CHECKSUM, "little")


class _File:
    """A file that is read from its beginning to its end."""

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self.size = os.fstat(file.fileno()).st_size
        self.checksum = 0  # of what was read

    def read(self, size: int) -> bytes:
        data = self._file.read(size) or b""
        self.checksum = crc32(data, self.checksum)
        return data

    def fill(self, column: Column) -> None:
        self._file.readinto(column.data)
        self.checksum = crc32(column.data, self.checksum)


def load(path: Path, documents: Sequence[str]) -> Records | None:
    """The records of a file, by the numbers that documents have now; None where there are none, or others than ours."""
    try:
        file = files.opened(path)
        if file is None:
            return None
        with file:
            return _loaded(_File(file), documents)
    except (Prl10nError, OSError, msgspec.MsgspecError):
        return None


def _loaded(file: _File, documents: Sequence[str]) -> Records | None:
    length = int.from_bytes(file.read(_LENGTH), "little")
    if length > file.size:
        return None
    header = msgspec.msgpack.decode(file.read(length), type=_Header)
    of_each = calcsize(_FILE) + (calcsize(_ITEM) + calcsize(COUNTS)) * len(header.locales)
    size = _LENGTH + length + header.names + header.addresses + header.count * of_each + _CHECKSUM
    if header.format != FORMAT or min(header.count, header.names, header.addresses) < 0 or size != file.size:
        return None
    names = file.read(header.names)
    records = Records(header.count, header.fingerprint)
    records.there, records.versions = header.there, header.versions
    sources = records.sources
    sources.packed, sources.aliases, sources.problems = file.read(header.addresses), header.aliases, header.problems
    file.fill(sources.files)
    for name, (settings, more) in header.locales.items():
        locale = records.locales[name] = Locale(header.count, settings)
        locale.more = more
        file.fill(locale.items)
        file.fill(locale.counts)
    if file.checksum != int.from_bytes(file.read(_CHECKSUM), "little"):
        return None
    records.anew = names != msgspec.msgpack.encode(documents)
    if records.anew:
        places = {name: number for number, name in enumerate(msgspec.msgpack.decode(names, type=list[str]))}
        _renumber(records, [places.get(name) for name in documents])
    return records


def _renumber(records: Records, former: Sequence[int | None]) -> None:
    records.count = len(former)
    records.sources.renumber(former)
    for locale in records.locales.values():
        locale.renumber(former)
