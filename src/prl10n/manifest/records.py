"""How the manifest is kept: what is remembered of files and documents, as values, and as the bytes that hold them.

A site has as many records as pages times locales, and every run reads them all: what each of them has is packed, what
few of them have stands aside.
"""

from __future__ import annotations

import os
import time
from hashlib import blake2b
from pathlib import Path
from struct import Struct

import msgspec

from prl10n import files
from prl10n.errors import Prl10nError

FORMAT = 2
_GRAIN = 50_000_000  # nanoseconds; file systems move their clock every few milliseconds
_COARSE = 2_000_000_000  # and some of them every second or two: their times end in zeros

Stat = tuple[int, int, int, int]  # size, inode, when it was written and changed (nanoseconds)


class Seen(msgspec.Struct, frozen=True, gc=False):
    """A file as it was, and what it held. `sure`: another file with the same stat holds the same."""

    stat: Stat
    digest: bytes
    sure: bool


class ItemSeen(msgspec.Struct, frozen=True):
    """A document in a locale: the digest of its source, its catalog and its page (None: there was none), and where they
    are in the project.

    `states` and `words` are counted in the order of `State`; `rejected` is what was said of its structure. `complete`:
    no unit waits for a text. What its page depends on: `links`, whether it may have any; `targets`, the documents
    whose headings they asked for. What pages that link to it depend on: `has_page` and `moved`, as the Publisher
    says them.
    """

    source: bytes
    catalog: Seen | None
    page: Seen | None
    catalog_path: str
    page_path: str
    states: tuple[int, ...]
    words: tuple[int, ...]
    rejected: tuple[str, ...]
    complete: bool
    links: bool
    targets: tuple[str, ...]
    has_page: bool
    moved: str


def digest(data: bytes) -> bytes:
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

_LARGEST = (1 << 64) - 1  # what has no room is never found again, and its bytes decide
_FILE = Struct("<?4Q16s")  # sure, stat, digest
_ITEM = Struct("<16sB4Q16s4Q16s8I")  # source, flags, catalog, page, states, words
_THERE, _SURE, _PAGE_THERE, _PAGE_SURE, _COMPLETE, _LINKS, _HAS_PAGE = (1 << bit for bit in range(7))
_AS_KNOWN = _THERE | _SURE | _PAGE_THERE | _PAGE_SURE | _COMPLETE
_NOWHERE = Seen((0, 0, 0, 0), bytes(16), False)


def _fitting(seen: Seen) -> tuple[int, ...]:
    return tuple(min(max(number, 0), _LARGEST) for number in seen.stat)


def pack_file(seen: Seen) -> bytes:
    return _FILE.pack(seen.sure, *_fitting(seen), seen.digest)


def unpack_file(packed: bytes) -> Seen:
    sure, *stat, held = _FILE.unpack(packed)
    return Seen((stat[0], stat[1], stat[2], stat[3]), held, sure)


class More(msgspec.Struct, frozen=True, array_like=True):
    """What few documents have, see `ItemSeen`."""

    rejected: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    moved: str = ""


NO_MORE = More()


def pack_item(item: ItemSeen) -> tuple[bytes, More]:
    catalog, page = item.catalog or _NOWHERE, item.page or _NOWHERE
    flags = (
        _THERE * (item.catalog is not None)
        | _SURE * catalog.sure
        | _PAGE_THERE * (item.page is not None)
        | _PAGE_SURE * page.sure
        | _COMPLETE * item.complete
        | _LINKS * item.links
        | _HAS_PAGE * item.has_page
    )
    packed = _ITEM.pack(
        *(item.source, flags, *_fitting(catalog), catalog.digest, *_fitting(page), page.digest),
        *(*item.states, *item.words),
    )
    return packed, More(item.rejected, item.targets, item.moved)


def unpack_item(packed: bytes, more: More, catalog_path: str, page_path: str) -> ItemSeen:
    values = _ITEM.unpack(packed)
    source, flags = values[:2]
    return ItemSeen(
        source,
        Seen(values[2:6], values[6], bool(flags & _SURE)) if flags & _THERE else None,
        Seen(values[7:11], values[11], bool(flags & _PAGE_SURE)) if flags & _PAGE_THERE else None,
        catalog_path,
        page_path,
        values[12:16],
        values[16:20],
        more.rejected,
        bool(flags & _COMPLETE),
        bool(flags & _LINKS),
        more.targets,
        bool(flags & _HAS_PAGE),
        more.moved,
    )


def is_file_as_it_was(packed: bytes, path: str) -> bool:
    """Whether the stat of a file tells that it is as it was. False: look at it."""
    values = _FILE.unpack(packed)
    return values[0] and stat_of(path) == values[1:5]


def is_item_as_it_was(packed: bytes, source: bytes, catalog: str, page: str) -> bool:
    """Whether the stats of the catalog and the page of a complete document tell that both are as they were; `source` is
    the digest of what it is made from. False: look at them.
    """
    values = _ITEM.unpack(packed)
    return (
        values[0] == source
        and values[1] & _AS_KNOWN == _AS_KNOWN
        and stat_of(catalog) == values[2:6]
        and stat_of(page) == values[7:11]
    )


# --- the file ---------------------------------------------------------------------------------------------------------


class SourceSeen(msgspec.Struct, frozen=True, array_like=True):
    """A source (`pack_file`), the address of its page (empty: nobody asked) and its former ones, and its problems
    (line, message) by the rules that it was split by; None where it has none.
    """

    file: bytes
    address: str = ""
    aliases: tuple[str, ...] = ()
    problems: dict[str, tuple[tuple[int, str], ...]] | None = None

    @property
    def digest(self) -> bytes:
        return self.file[-16:]


class Versions(msgspec.Struct, frozen=True, array_like=True):
    """The file of every page's languages, and what was said of addresses: (locale, document, message)."""

    fingerprint: bytes
    file: bytes | None
    said: tuple[tuple[str, str, str], ...]


class Locale(msgspec.Struct, array_like=True):
    """The documents in a locale (`pack_item`), under the fingerprint of all else that decides about them."""

    fingerprint: bytes
    items: dict[str, bytes] = {}
    more: dict[str, More] = {}


class Records(msgspec.Struct, array_like=True):
    """All that is kept. `fingerprint` is that of the sources, `documents` the digest of their names, `there` whether
    the files were there that links asked for.
    """

    format: int = FORMAT
    fingerprint: bytes = b""
    documents: bytes = b""
    sources: dict[str, SourceSeen] = {}
    locales: dict[str, Locale] = {}
    there: dict[str, bool] = {}
    versions: Versions | None = None


def load(path: Path) -> Records | None:
    """The records of a file; None where there are none, or others than ours."""
    try:
        data = files.read(path)
        records = msgspec.msgpack.decode(data, type=Records) if data is not None else None
    except (Prl10nError, msgspec.MsgspecError):
        return None
    return records if records is not None and records.format == FORMAT and _is_whole(records) else None


def _is_whole(records: Records) -> bool:
    """Whether all that is packed has its size."""
    return all(len(source.file) == _FILE.size for source in records.sources.values()) and all(
        len(packed) == _ITEM.size for locale in records.locales.values() for packed in locale.items.values()
    )
