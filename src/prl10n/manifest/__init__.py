"""What the last run saw, so that the next one neither reads nor parses what did not change.

    (document, locale) → its source, catalog and page as they were, and what the run said of them

A file is taken for unchanged by its stat (size, times, inode), and where that differs, by its bytes: after a `touch`
or a `git checkout` nothing is done again. A stat is not trusted that is as young as the clock's own grain: a file could
have been written twice within it (git calls such entries racy). The manifest is one file in `.prl10n/`; without it, or
with one that cannot be read, all is done again, and the results are the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from prl10n import __version__, files
from prl10n.config import Config
from prl10n.errors import Prl10nError
from prl10n.manifest.records import (
    NO_MORE,
    ItemSeen,
    Locale,
    Records,
    Seen,
    SourceSeen,
    Versions,
    digest,
    is_file_as_it_was,
    is_item_as_it_was,
    load,
    look,
    pack_file,
    pack_item,
    unchanged,
    unpack_file,
    unpack_item,
)
from prl10n.outcome import paths

if TYPE_CHECKING:
    from prl10n.localize.links import Address
    from prl10n.publishing import Publisher

__all__ = ["FILE", "Item", "LeftOut", "Manifest", "digest", "fingerprint", "look", "unchanged"]

FILE = Path(files.PRIVATE, "manifest")
_LIBRARIES = ("markdown_it", "mdit_py_plugins", "yaml", "frontmatter", "babel", "polib")


class Item(Protocol):
    """A document in a locale, as a run leaves it.

    `source`, `catalog` and `page` are digests of what was read, and of what is to be on disk (None: there is none, or
    nobody knows); `lacks` is how many of its units wait for a text, `rejected` what was said of its structure, `counts`
    its units and words by state. `links`: whether it may have any; `targets`: whose headings they asked for.
    """

    @property
    def name(self) -> str: ...

    @property
    def locale(self) -> str: ...

    @property
    def source(self) -> bytes: ...

    @property
    def catalog(self) -> bytes | None: ...

    @property
    def page(self) -> bytes | None: ...

    @property
    def lacks(self) -> int: ...

    @property
    def rejected(self) -> Sequence[str]: ...

    @property
    def counts(self) -> tuple[tuple[int, ...], tuple[int, ...]]: ...

    @property
    def links(self) -> bool: ...

    @property
    def targets(self) -> tuple[str, ...]: ...


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
    for entry in _walk(str(Path(__file__).parent.parent)):
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


# --- the manifest -----------------------------------------------------------------------------------------------------

Key = tuple[str, str]  # (locale, document)


class LeftOut(Mapping[Key, ItemSeen]):
    """The documents that were left out, and what is remembered of each; that is unpacked when somebody asks."""

    def __init__(self, unpacked: Callable[[str, str], ItemSeen]) -> None:
        self._unpacked = unpacked
        self._names: dict[str, dict[str, None]] = {}

    def add(self, locale: str, name: str) -> None:
        self._names.setdefault(locale, {})[name] = None

    def __contains__(self, key: object) -> bool:
        return isinstance(key, tuple) and key[1] in self._names.get(key[0], ())

    def __getitem__(self, key: Key) -> ItemSeen:
        if key not in self:
            raise KeyError(key)
        return self._unpacked(*key)

    def __iter__(self) -> Iterator[Key]:
        return ((locale, name) for locale, names in self._names.items() for name in names)

    def __len__(self) -> int:
        return sum(map(len, self._names.values()))


class Manifest:
    """What is remembered of the documents of a project, and what of it still holds. `documents` are all there are."""

    def __init__(self, config: Config, documents: Sequence[str]) -> None:
        self.config = config
        self.root = str(config.root)
        self.folder = f"{self.root}/{config.content.source}"
        self.path = config.root / FILE
        self.records = load(self.path) or Records()
        self.fingerprints = {locale: fingerprint(config, locale) for locale in config.targets}
        self.fingerprint = fingerprint(config)
        if self.records.fingerprint != self.fingerprint:
            self.records.sources, self.records.fingerprint = {}, self.fingerprint
        self.left_out = LeftOut(self._unpacked)
        self.documents = digest("\0".join(documents).encode())
        self.anew = self.records.documents != self.documents  # every page with links is to be looked at
        self.dirty = self.anew
        self._sources: dict[str, SourceSeen | None] = {}
        self.paths = paths(config)

    def leave_out(self, locale: str, name: str) -> bool:
        """Whether a document is as it was and lacks nothing, so that nothing is to be done, and nothing to be read."""
        kept = self._kept(locale)
        packed = kept.items.get(name) if kept is not None else None
        source = self._source(name) if packed is not None else None
        if packed is None or source is None:
            return False
        catalog = f"{self.root}/{self.paths[locale].catalogs(name)}"
        page = f"{self.root}/{self.paths[locale].pages(name)}"
        if is_item_as_it_was(packed, source.digest, catalog, page) or self._is_unchanged(locale, name, source):
            self.left_out.add(locale, name)
            return True
        return False

    def _is_unchanged(self, locale: str, name: str, source: SourceSeen) -> bool:
        """`leave_out` for a document of which not all stats are as they were, or which has no page."""
        item = self._unpacked(locale, name)
        if not item.complete or source.digest != item.source:
            return False
        catalog = unchanged(f"{self.root}/{item.catalog_path}", item.catalog)
        page = unchanged(f"{self.root}/{item.page_path}", item.page) if catalog is not False else False
        if isinstance(catalog, bool) or isinstance(page, bool):
            return False
        if catalog is not item.catalog or page is not item.page:
            self._keep(locale, name, msgspec.structs.replace(item, catalog=catalog, page=page))
        return True

    def problems(self, name: str, rules: str) -> Sequence[tuple[int, str]]:
        """What is wrong with a document that is left out."""
        return (self.records.sources[name].problems or {}).get(rules, ())

    def _kept(self, locale: str) -> Locale | None:
        """What is remembered of a locale, if all else that decides about it is as it was."""
        there = self.records.locales.get(locale)
        return there if there is not None and there.fingerprint == self.fingerprints[locale] else None

    def _item(self, locale: str, name: str) -> ItemSeen | None:
        """What is remembered of a document in a locale, whatever has changed since."""
        kept = self._kept(locale)
        return self._unpacked(locale, name) if kept is not None and name in kept.items else None

    def _unpacked(self, locale: str, name: str) -> ItemSeen:
        kept = self.records.locales[locale]
        more = kept.more.get(name, NO_MORE)
        return unpack_item(kept.items[name], more, self.paths[locale].catalogs(name), self.paths[locale].pages(name))

    def _source(self, name: str) -> SourceSeen | None:
        """What is remembered of a source that is as it was."""
        if name not in self._sources:
            former, path = self.records.sources.get(name), f"{self.folder}/{name}"
            if former is not None and not is_file_as_it_was(former.file, path):
                former = self._looked_at(name, former, path)
            self._sources[name] = former
        return self._sources[name]

    def _looked_at(self, name: str, former: SourceSeen, path: str) -> SourceSeen | None:
        """`_source` for one whose stat is another, or too young to tell."""
        now = unchanged(path, unpack_file(former.file))
        if not isinstance(now, Seen):
            return None
        former = msgspec.structs.replace(former, file=pack_file(now))
        self._keep_source(name, former)
        return former

    # what the publisher asks

    def address(self, name: str) -> Address | None:
        """The address of a source that is as it was; None where nobody knows."""
        source = self._source(name)
        return _address(source.address, source.aliases) if source is not None and source.address else None

    def published(self, locale: str, name: str) -> tuple[bool, str] | None:
        """Whether a document that is left out has a page, and where it moved; None for any other."""
        item = self.left_out.get((locale, name))
        return (item.has_page, item.moved) if item is not None else None

    # what depends on what changed

    def dependents(self, items: Iterable[Item], publisher: Publisher | None, *, anew: bool) -> list[Key]:
        """Those left out whose pages may be others now: what their links lead to changed. `anew`: anything may have. A
        run that has done nothing has no publisher.
        """
        there = self.records.there
        changed: dict[str, set[str]] = {}
        self.anew |= anew or any(files.is_file(f"{self.root}/{path}") != was for path, was in there.items())
        for item in items if not self.anew else ():
            name = item.name
            former, source = self._item(item.locale, name), self.records.sources.get(name)
            if former is None or source is None or publisher is None:
                self.anew = True
                break
            if former.source != item.source or _digest(former.catalog) != item.catalog:
                changed.setdefault(item.locale, set()).add(name)
                self.anew |= (former.has_page, former.moved) != publisher.published(item.locale, name)
                self.anew |= source.address != "" and publisher.found_addresses()[name] != (
                    source.address,
                    source.aliases,
                )
        if not self.anew and not changed:
            return []
        return [
            (locale, name)
            for (locale, name), seen in self.left_out.items()
            if seen.links and (self.anew or _leads(seen, changed.get(locale)))
        ]

    # remembering

    def remember(
        self,
        items: Iterable[Item],
        failed: Set[Key],
        publisher: Publisher | None,
        problems: Mapping[str, Mapping[str, Problems]],
    ) -> None:
        """Note what a run has left of its items, but for those that failed, and write the manifest.

        `problems` are those of the sources that were read, by their rules.
        """
        looked: dict[str, bool] = {}
        for item in items:
            assert publisher is not None, "nobody has done this"
            name, locale = item.name, item.locale
            if name not in looked:
                file = self._look(f"{self.folder}/{name}", item.source)
                looked[name] = file is not None
                if file is not None:
                    self._keep_source(name, self._source_seen(name, file, publisher, problems.get(name, {})))
            seen = self._seen(item, publisher) if (locale, name) not in failed and looked[name] else None
            if seen is None:
                self._forget(locale, name)
            else:
                self._keep(locale, name, seen)
        asked = publisher.asked if publisher is not None else {}
        there = asked if self.anew else {**self.records.there, **asked}
        if there != self.records.there:
            self.records.there = there
            self.dirty = True
        self.save()

    def _source_seen(self, name: str, file: Seen, publisher: Publisher, problems: Mapping[str, Problems]) -> SourceSeen:
        """What is to be remembered of a source."""
        where = publisher.addresses.get(name) or self.address(name) or _address("", ())
        said = {rules: tuple(found) for rules, found in problems.items() if found}
        former = self._source(name)
        known = former.problems or {} if former is not None and former.digest == file.digest else {}
        return SourceSeen(pack_file(file), where.url, tuple(where.aliases), {**known, **said} or None)

    def _seen(self, item: Item, publisher: Publisher) -> ItemSeen | None:
        """What is to be remembered of an item; None where its files are not what the run left."""
        name, locale = item.name, item.locale
        catalog, page = self.paths[locale].catalogs(name), self.paths[locale].pages(name)
        try:
            there, built = look(f"{self.root}/{catalog}"), look(f"{self.root}/{page}")
        except Prl10nError:
            return None
        if _digest(there) != item.catalog or (item.page is not None and _digest(built) != item.page):
            return None
        states, words = item.counts
        return ItemSeen(
            item.source,
            there,
            built,
            catalog,
            page,
            states,
            words,
            tuple(item.rejected),
            not item.lacks,
            item.links,
            item.targets,
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
        packed, more = pack_item(item)
        if there.items.get(name) != packed or there.more.get(name, NO_MORE) != more:
            there.items[name] = packed
            if more == NO_MORE:
                there.more.pop(name, None)
            else:
                there.more[name] = more
            self.dirty = True

    def _forget(self, locale: str, name: str) -> None:
        there = self.records.locales.get(locale)
        if there is not None and there.items.pop(name, None) is not None:
            there.more.pop(name, None)
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
        former = unpack_file(known.file) if known.file is not None else None
        return known if not file or unchanged(f"{self.root}/{file}", former) is not False else None

    def keep_versions(self, file: str, said: Sequence[tuple[str, str, str]]) -> None:
        seen = look(f"{self.root}/{file}") if file else None
        self.records.versions = Versions(self._all(), pack_file(seen) if seen is not None else None, tuple(said))
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


def _address(url: str, aliases: tuple[str, ...]) -> Address:
    from prl10n.localize.links import Address  # late: an idle run asks for none

    return Address(url, aliases)


def _digest(seen: Seen | None) -> bytes | None:
    return seen.digest if seen is not None else None
