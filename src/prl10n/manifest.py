"""What the last run saw, so that the next one neither reads nor parses what did not change.

    (document, locale) → its source, catalog and page as they were, and what the run said of them

A file is taken for unchanged by its stat (size, times, inode), and where that differs, by its bytes: after a `touch`
or a `git checkout` nothing is done again. A stat is not trusted that is as young as the clock's own grain: a file could
have been written twice within it (git calls such entries racy). The manifest is one file in `.prl10n/`; without it, or
with one that cannot be read, all is done again, and the results are the same.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import msgspec

from prl10n import __version__, files
from prl10n.catalog import Catalog
from prl10n.config import Config
from prl10n.errors import Prl10nError
from prl10n.localize.links import Address
from prl10n.model import State
from prl10n.publishing import Publisher, Source

FILE = Path(files.PRIVATE, "manifest")
_FORMAT = 1
_GRAIN = 50_000_000  # nanoseconds; file systems move their clock every few milliseconds
_COARSE = 2_000_000_000  # and some of them every second or two: their times end in zeros
_LIBRARIES = ("markdown_it", "mdit_py_plugins", "yaml", "frontmatter", "babel", "polib")


class Seen(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A file as it was: its size and inode, when it was written and changed (nanoseconds), and what it held.

    `sure`: another file with the same stat holds the same.
    """

    size: int
    inode: int
    written: int
    changed: int
    digest: bytes
    sure: bool

    @property
    def stat(self) -> tuple[int, int, int, int]:
        return self.size, self.inode, self.written, self.changed


class SourceSeen(msgspec.Struct, frozen=True, array_like=True):
    """A source, the address of its page (empty: nobody asked) and its former ones, and its problems (line, message) by
    the rules that it was split by.
    """

    file: Seen
    address: str = ""
    aliases: tuple[str, ...] = ()
    problems: dict[str, tuple[tuple[int, str], ...]] = {}


class ItemSeen(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A document in a locale: the digest of its source, its catalog and its page (None: there was none).

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


class Versions(msgspec.Struct, frozen=True, array_like=True):
    """The file of every page's languages, and what was said of addresses: (locale, document, message)."""

    fingerprint: bytes
    file: Seen | None
    said: tuple[tuple[str, str, str], ...]


class Locale(msgspec.Struct, array_like=True):
    """The documents in a locale, under the fingerprint of all else that decides about them."""

    fingerprint: bytes
    items: dict[str, ItemSeen] = {}


class Records(msgspec.Struct, array_like=True):
    """All that is kept. `fingerprint` is that of the sources, `documents` the digest of their names, `there` whether
    the files were there that links asked for.
    """

    format: int = _FORMAT
    fingerprint: bytes = b""
    documents: bytes = b""
    sources: dict[str, SourceSeen] = {}
    locales: dict[str, Locale] = {}
    there: dict[str, bool] = {}
    versions: Versions | None = None


class Item(Protocol):
    """A document in a locale, as a run leaves it.

    `lacks` is how many of its units wait for a text, `built` the page that is to be on disk (None: none), `rejected`
    what was said of its structure, `counts` its units and words by state.
    """

    @property
    def source(self) -> Source: ...

    @property
    def locale(self) -> str: ...

    @property
    def merged(self) -> Catalog: ...

    @property
    def lacks(self) -> int: ...

    @property
    def built(self) -> bytes | None: ...

    @property
    def rejected(self) -> Sequence[str]: ...

    @property
    def counts(self) -> tuple[Mapping[State, int], Mapping[State, int]]: ...


def digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


def fingerprint(config: Config, locale: str = "") -> bytes:
    """All that decides about the pages of a locale besides sources, catalogs and pages: configuration and programs.
    Without a locale, all that decides about what is kept of a source.

    The glossary and the account of a backend are none of it: they decide about texts to come, and a document that
    waits for one is never left out.
    """
    fields = (name for name in config.__struct_fields__ if name not in ("origin", "targets", "locales", "root"))
    tables = [(name, getattr(config, name)) for name in fields]
    own = config.settings(locale) if locale else None
    return digest(repr((__version__, _programs(), tables, locale, own)).encode())


@cache
def _programs() -> tuple[tuple[str, int, int], ...]:
    """The code that runs: its own modules, and the libraries that read and write documents."""
    found = []
    for entry in _walk(os.path.dirname(__file__)):  # noqa: PTH120
        stat = entry.stat()
        found.append((entry.name, stat.st_size, stat.st_mtime_ns))
    for name in _LIBRARIES:
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            stat = os.stat(spec.origin)  # noqa: PTH116
            found.append((name, stat.st_size, stat.st_mtime_ns))
    return tuple(sorted(found))


def _walk(folder: str) -> Iterable[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                yield entry
            elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                yield from _walk(entry.path)


# --- files ------------------------------------------------------------------------------------------------------------


def look(path: str) -> Seen | None:
    """A file as it is; None where there is none. Prl10nError where it cannot be read."""
    before = _stat(path)
    data = files.read(Path(path))
    if data is None or before is None:
        return None
    written, changed = before[2], before[3]
    grain = _COARSE if written % 1_000_000_000 == 0 else _GRAIN
    return Seen(*before, digest(data), max(written, changed) + grain < time.time_ns())


def _stat(path: str) -> tuple[int, int, int, int] | None:
    try:
        stat = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    return stat.st_size, stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns


def unchanged(path: str, former: Seen | None) -> Seen | bool | None:
    """The file as it is if it holds what it did; False if it does not."""
    stat = _stat(path)
    if former is None:
        return None if stat is None and not os.path.lexists(path) else False
    if stat is None or stat[0] != former.size:
        return False
    if stat == former.stat and former.sure:
        return former
    try:
        now = look(path)
    except Prl10nError:
        return False
    return now if now is not None and now.digest == former.digest else False


# --- the manifest -----------------------------------------------------------------------------------------------------

Key = tuple[str, str]  # (locale, document)


class Manifest:
    """What is remembered of the documents of a project, and what of it still holds. `documents` are all there are."""

    def __init__(self, config: Config, documents: Sequence[str]) -> None:
        self.config = config
        self.root = str(config.root)
        self.folder = f"{self.root}/{config.content.source}"
        self.path = config.root / FILE
        self.records = _load(self.path) or Records()
        self.fingerprints = {locale: fingerprint(config, locale) for locale in config.targets}
        self.fingerprint = fingerprint(config)
        if self.records.fingerprint != self.fingerprint:
            self.records.sources, self.records.fingerprint = {}, self.fingerprint
        self.left_out: dict[Key, ItemSeen] = {}
        self.documents = digest("\0".join(documents).encode())
        self.anew = self.records.documents != self.documents  # every page with links is to be looked at
        self.dirty = self.anew
        self._sources: dict[str, SourceSeen | None] = {}

    def leave_out(self, locale: str, name: str) -> bool:
        """Whether a document is as it was and lacks nothing, so that nothing is to be done, and nothing to be read."""
        item, source = self._item(locale, name), self._source(name)
        if item is None or source is None or not item.complete or source.file.digest != item.source:
            return False
        catalog = unchanged(f"{self.root}/{item.catalog_path}", item.catalog)
        page = unchanged(f"{self.root}/{item.page_path}", item.page) if catalog is not False else False
        if catalog is False or page is False:
            return False
        if catalog is not item.catalog or page is not item.page:
            item = msgspec.structs.replace(item, catalog=catalog, page=page)
            self._keep(locale, name, item)
        self.left_out[locale, name] = item
        return True

    def problems(self, name: str, rules: str) -> Sequence[tuple[int, str]]:
        """What is wrong with a document that is left out."""
        return self.records.sources[name].problems.get(rules, ())

    def _item(self, locale: str, name: str) -> ItemSeen | None:
        """What is remembered of a document in a locale, whatever has changed since."""
        there = self.records.locales.get(locale)
        return there.items.get(name) if there and there.fingerprint == self.fingerprints[locale] else None

    def _source(self, name: str) -> SourceSeen | None:
        """What is remembered of a source that is as it was."""
        if name not in self._sources:
            former = self.records.sources.get(name)
            now = unchanged(f"{self.folder}/{name}", former.file) if former else False
            if former is not None and isinstance(now, Seen) and now is not former.file:
                former = msgspec.structs.replace(former, file=now)
                self._keep_source(name, former)
            self._sources[name] = former if isinstance(now, Seen) else None
        return self._sources[name]

    # what the publisher asks

    def address(self, name: str) -> Address | None:
        """The address of a source that is as it was; None where nobody knows."""
        source = self._source(name)
        return Address(source.address, source.aliases) if source is not None and source.address else None

    def published(self, locale: str, name: str) -> tuple[bool, str] | None:
        """Whether a document that is left out has a page, and where it moved; None for any other."""
        item = self.left_out.get((locale, name))
        return (item.has_page, item.moved) if item is not None else None

    # what depends on what changed

    def dependents(self, items: Sequence[Item], publisher: Publisher, *, anew: bool) -> list[Key]:
        """Those left out whose pages may be others now: what their links lead to changed. `anew`: anything may have."""
        there = self.records.there
        changed: dict[str, set[str]] = {}
        self.anew |= anew or any(files.is_file(f"{self.root}/{path}") != was for path, was in there.items())
        for item in items if not self.anew else ():
            name = item.source.name
            former, source = self._item(item.locale, name), self.records.sources.get(name)
            if former is None or source is None:
                self.anew = True
                break
            data = item.source.document.source
            if former.source != digest(data) or _digest(former.catalog) != _digested(item.merged.data):
                changed.setdefault(item.locale, set()).add(name)
                self.anew |= (former.has_page, former.moved) != publisher.published(item.locale, name)
                self.anew |= source.address != "" and publisher.found_addresses()[name] != self._address(source)
        if not self.anew and not changed:
            return []
        return [
            (locale, name)
            for (locale, name), seen in self.left_out.items()
            if seen.links and (self.anew or _leads(seen, changed.get(locale)))
        ]

    def _address(self, source: SourceSeen) -> Address:
        return Address(source.address, source.aliases)

    # remembering

    def remember(
        self,
        items: Sequence[Item],
        failed: Set[Key],
        publisher: Publisher,
        problems: Mapping[str, Mapping[str, Problems]],
    ) -> None:
        """Note what a run has left of its items, but for those that failed, and write the manifest.

        `problems` are those of the sources that were read, by their rules.
        """
        looked: dict[str, Seen | None] = {}
        for item in items:
            name, locale = item.source.name, item.locale
            if name not in looked:
                looked[name] = self._look(f"{self.folder}/{name}", digest(item.source.document.source))
            seen = self._seen(item, publisher) if (locale, name) not in failed and looked[name] else None
            if seen is None:
                self._forget(locale, name)
            else:
                self._keep(locale, name, seen)
        for name, file in looked.items():
            if file is not None:
                where = publisher.addresses.get(name) or self.address(name) or Address("")
                said = {rules: tuple(found) for rules, found in problems.get(name, {}).items() if found}
                former = self._source(name)
                known = former.problems if former is not None and former.file.digest == file.digest else {}
                self._keep_source(name, SourceSeen(file, where.url, tuple(where.aliases), {**known, **said}))
        there = publisher.asked if self.anew else {**self.records.there, **publisher.asked}
        if there != self.records.there:
            self.records.there = there
            self.dirty = True
        self.save()

    def _seen(self, item: Item, publisher: Publisher) -> ItemSeen | None:
        """What is to be remembered of an item; None where its files are not what the run left."""
        name, locale = item.source.name, item.locale
        catalog = self.config.catalog_path(locale, name).relative_to(self.config.root).as_posix()
        page = self.config.target_path(locale, name).relative_to(self.config.root).as_posix()
        wanted = _digested(item.merged.data)
        try:
            there, built = look(f"{self.root}/{catalog}"), look(f"{self.root}/{page}")
        except Prl10nError:
            return None
        if _digest(there) != wanted or (item.built is not None and _digest(built) != digest(item.built)):
            return None
        states, words = item.counts
        links, targets = publisher.asked_for(item)
        return ItemSeen(
            digest(item.source.document.source),
            there,
            built,
            catalog,
            page,
            tuple(states.get(state, 0) for state in State),
            tuple(words.get(state, 0) for state in State),
            tuple(item.rejected),
            not item.lacks,
            links,
            targets,
            *publisher.published(locale, name),
        )

    @staticmethod
    def _look(path: str, wanted: bytes) -> Seen | None:
        """A file that holds what it is to hold."""
        try:
            seen = look(path)
        except Prl10nError:
            return None
        return seen if seen is not None and seen.digest == wanted else None

    def _keep(self, locale: str, name: str, item: ItemSeen) -> None:
        there = self.records.locales.get(locale)
        if there is None or there.fingerprint != self.fingerprints[locale]:
            there = self.records.locales[locale] = Locale(self.fingerprints[locale])
        if there.items.get(name) != item:
            there.items[name] = item
            self.dirty = True

    def _forget(self, locale: str, name: str) -> None:
        there = self.records.locales.get(locale)
        if there is not None and there.items.pop(name, None) is not None:
            self.dirty = True

    def _keep_source(self, name: str, source: SourceSeen) -> None:
        if self.records.sources.get(name) != source:
            self.records.sources[name] = source
            self.dirty = True

    # the file of every page's languages

    def versions(self, file: str) -> Versions | None:
        """What was said of addresses, if the file is as it was."""
        known = self.records.versions
        if known is None or known.fingerprint != self._all() or self.anew:
            return None
        return known if not file or unchanged(f"{self.root}/{file}", known.file) is not False else None

    def keep_versions(self, file: str, said: Sequence[tuple[str, str, str]]) -> None:
        seen = look(f"{self.root}/{file}") if file else None
        self.records.versions = Versions(self._all(), seen, tuple(said))
        self.dirty = True

    def _all(self) -> bytes:
        return digest(b"".join(self.fingerprints.values()))

    def save(self) -> None:
        """Write it if it says anything new. Where it cannot be written, the next run has more to do."""
        if not self.dirty or not files.is_inside(self.path, self.config.root):  # law 7
            return
        self.records.documents = self.documents
        for locale in self.records.locales.keys() - set(self.config.targets):
            del self.records.locales[locale]
        with suppress(Prl10nError):
            files.private(self.path.parent)
            files.write(self.path, msgspec.msgpack.encode(self.records), durable=False)


Problems = Sequence[tuple[int, str]]  # (line, message)


def _leads(item: ItemSeen, changed: set[str] | None) -> bool:
    """Whether links of a document ask for the headings of one that changed."""
    return changed is not None and not changed.isdisjoint(item.targets)


def _digest(seen: Seen | None) -> bytes | None:
    return seen.digest if seen is not None else None


def _digested(data: bytes | None) -> bytes | None:
    return digest(data) if data is not None else None


def _load(path: Path) -> Records | None:
    try:
        data = files.read(path)
        records = msgspec.msgpack.decode(data, type=Records) if data is not None else None
    except (Prl10nError, msgspec.MsgspecError):
        return None
    return records if records is not None and records.format == _FORMAT else None
