"""What the last run saw, so that the next one neither reads nor parses what did not change.

    (document, locale) → its source, catalog and page as they were, and what the run said of them

A file is taken for unchanged by its stat (size, times, inode), and where that differs, by its bytes: after a `touch`
or a `git checkout` nothing is done again. A stat is not trusted that is as young as the clock's own grain: a file could
have been written twice within it (git calls such entries racy). The manifest is one file in `.prl10n/`; without it, or
with one that cannot be read, all is done again, and the results are the same.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from prl10n import __version__, files
from prl10n.columns import number_of
from prl10n.config import Config
from prl10n.errors import Prl10nError
from prl10n.ledger import Item, Ledger, paths
from prl10n.manifest.records import (
    ItemSeen,
    Locale,
    Problems,
    Records,
    Seen,
    Sources,
    SourceSeen,
    Versions,
    digest,
    fitting,
    load,
    look,
    parts,
    unchanged,
)

if TYPE_CHECKING:
    from prl10n.localize.urls import Address
    from prl10n.publishing import Publisher

__all__ = ["FILE", "Manifest", "digest", "fingerprint", "look", "unchanged"]

FILE = Path(files.PRIVATE, "manifest")
Key = tuple[str, str]  # (locale, document)
_LIBRARIES = ("markdown_it", "mdit_py_plugins", "yaml", "frontmatter", "babel", "polib")


def fingerprint(config: Config) -> bytes:
    """All that decides about pages besides sources, catalogs and pages, and the settings of a locale: configuration and
    programs.

    The glossary and the account of a backend are none of it: they decide about texts to come, and a document that
    waits for one is never left out.
    """
    fields = (name for name in config.__struct_fields__ if name not in ("origin", "targets", "locales", "root"))
    tables = [(name, getattr(config, name)) for name in fields]
    return repr((__version__, sys.byteorder, _programs(), tables)).encode()


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

_UNKNOWN, _AS_IT_WAS, _CHANGED = range(3)


class Manifest:
    """What is remembered of the documents of a project, and what of it still holds. `documents` are all there are,
    sorted; each goes by its number.
    """

    def __init__(self, config: Config, documents: Sequence[str]) -> None:
        self.config = config
        self.documents = documents
        self.root = str(config.root)
        self.folder = f"{self.root}/{config.content.source}"
        self.path = config.root / FILE
        count = len(documents)
        self.settings = {locale: repr((locale, config.settings(locale))).encode() for locale in config.targets}
        self.records = load(self.path, documents) or Records(count)
        everywhere = fingerprint(config)
        self._former = self.records.locales  # under whatever configuration
        if self.records.fingerprint != everywhere:
            self.records.sources, self.records.locales, self.records.fingerprint = Sources(count), {}, everywhere
        self.anew = self.records.anew  # every page with links is to be looked at
        self.dirty = self.anew
        self.paths = paths(config)
        self._sources = bytearray(count)  # whether each is as it was
        self._left_out = {locale: bytearray(count) for locale in config.targets}

    def leave_out(self, locale: str, number: int) -> bool:
        """Whether a document is as it was and lacks nothing, so that nothing is to be done, and nothing to be read."""
        kept = self._kept(locale)
        if kept is None or not self._is_source_as_it_was(number):
            return False
        name, own = self.documents[number], self.paths[locale]
        catalog, page = f"{self.root}/{own.catalogs(name)}", f"{self.root}/{own.pages(name)}"
        source = self.records.sources.digest(number)
        if kept.is_as_it_was(number, source, catalog, page) or self._is_unchanged(kept, number, source, catalog, page):
            self._left_out[locale][number] = True
            return True
        return False

    def _is_unchanged(self, kept: Locale, number: int, source: bytes, catalog_path: str, page_path: str) -> bool:
        """`leave_out` for a document of which not all stats are as they were, or which has no page."""
        item = kept.get(number)
        if item is None or not item.complete or source != item.source:
            return False
        catalog = unchanged(catalog_path, item.catalog)
        page = unchanged(page_path, item.page) if catalog is not False else False
        if isinstance(catalog, bool) or isinstance(page, bool):
            return False
        if catalog is not item.catalog or page is not item.page:
            self._keep(kept, number, msgspec.structs.replace(item, catalog=catalog, page=page))
        return True

    def left_out(self, locale: str) -> Iterator[int]:
        """The documents that were left out. What is `remembered` of them is by their numbers."""
        return compress(range(len(self.documents)), self._left_out[locale])

    def remembered(self, locale: str) -> Locale:
        return self.records.locales.get(locale) or Locale(0, b"")

    def problems(self) -> Mapping[int, Problems]:
        """What is wrong with documents that are left out."""
        return self.records.sources.problems

    def _kept(self, locale: str) -> Locale | None:
        """What is remembered of a locale, if all else that decides about it is as it was."""
        there = self.records.locales.get(locale)
        return there if there is not None and there.settings == self.settings[locale] else None

    def _is_source_as_it_was(self, number: int) -> bool:
        known = self._sources[number]
        if known == _UNKNOWN:
            sources, path = self.records.sources, f"{self.folder}/{self.documents[number]}"
            is_same = sources.is_as_it_was(number, path) or self._holds_the_same(number, path)
            known = self._sources[number] = _AS_IT_WAS if is_same else _CHANGED
        return known == _AS_IT_WAS

    def _holds_the_same(self, number: int, path: str) -> bool:
        """`_is_source_as_it_was` of one whose stat is another, or too young to tell."""
        sources = self.records.sources
        former = sources.file(number)
        now = unchanged(path, former) if former is not None else None
        if not isinstance(now, Seen):
            return False
        self.dirty |= sources.keep_file(number, now)
        return True

    # what the publisher asks

    def address(self, name: str) -> Address | None:
        """The address of a source that is as it was; None where nobody knows."""
        number = number_of(self.documents, name)
        if number is None or not self._is_source_as_it_was(number):
            return None
        sources = self.records.sources
        url = sources.addresses[number]
        return _address(url, sources.aliases.get(number, ())) if url else None

    def addresses(self) -> Iterator[tuple[int, Address]]:
        """The numbers of the sources that are as they were, and their addresses."""
        sources = self.records.sources
        aliases = sources.aliases
        for number, url in enumerate(sources.addresses):
            if url and self._is_source_as_it_was(number):
                yield number, _address(url, aliases.get(number, ()))

    def published(self, locale: str, name: str) -> tuple[bool, str] | None:
        """Whether a document that is left out has a page, and where it moved; None for any other."""
        number = number_of(self.documents, name)
        if number is None or not self._left_out[locale][number]:
            return None
        return self.records.locales[locale].published(number)

    def has_written(self, locale: str, name: str, page: bytes) -> bool:
        """Whether the last run left a page that has this digest."""
        number, kept = number_of(self.documents, name), self._former.get(locale)
        item = kept.get(number) if kept is not None and number is not None else None
        return item is not None and item.has_page and _digest(item.page) == page

    # what depends on what changed

    def dependents(self, ledgers: Mapping[str, Ledger], publisher: Publisher | None, *, anew: bool) -> list[Key]:
        """(locale, document) of those left out whose pages may be others now: what their links lead to changed. `anew`:
        anything may have. A run that has done nothing has no publisher.
        """
        there = self.records.there
        changed: dict[str, set[str]] = {}
        self.anew |= anew or any(files.is_file(f"{self.root}/{path}") != was for path, was in there.items())
        for number, item in _items(ledgers) if not self.anew else ():
            name, kept = item.name, self._kept(item.locale)
            former, source = kept.get(number) if kept is not None else None, self.records.sources.get(number)
            if former is None or source is None or publisher is None:
                self.anew = True
                break
            if former.source != item.source or _digest(former.catalog) != item.catalog:
                changed.setdefault(item.locale, set()).add(name)
                self.anew |= (former.has_page, former.moved) != publisher.published(item.locale, name)
                self.anew |= source.address != "" and publisher.addresses[name] != (source.address, source.aliases)
        if not self.anew and not changed:
            return []
        found = []
        for locale in self._left_out:
            kept, left, others = self.remembered(locale), self._left_out[locale], changed.get(locale, set())
            if self.anew:
                numbers = [number for number in self.left_out(locale) if kept.has_links(number)]
            else:  # the headings of others are targets, which few ask for
                asked = (number for number, more in kept.more.items() if not others.isdisjoint(more.targets))
                numbers = sorted(number for number in asked if left[number])
            found += [(locale, self.documents[number]) for number in numbers]
        return found

    # remembering

    def remember(
        self,
        ledgers: Mapping[str, Ledger],
        failed: Set[Key],
        publisher: Publisher | None,
        problems: Mapping[str, Mapping[str, Sequence[tuple[int, str]]]],
    ) -> None:
        """Note what a run has left of its items, but for those that failed, and write the manifest.

        `problems` are those of the sources that were read, by their rules.
        """
        looked = bytearray(len(self.documents))
        for number, item in _items(ledgers):
            assert publisher is not None, "nobody has done this"
            name, locale = item.name, item.locale
            if looked[number] == _UNKNOWN:
                file = self._look(f"{self.folder}/{name}", item.source)
                looked[number] = _AS_IT_WAS if file is not None else _CHANGED
                if file is not None:
                    self._keep_source(number, file, publisher.addresses.known(name), problems.get(name, {}))
            is_sound = (locale, name) not in failed and looked[number] == _AS_IT_WAS
            seen = self._seen(item, publisher) if is_sound else None
            kept = self._kept(locale)
            if seen is not None:
                if kept is None:
                    kept = self.records.locales[locale] = Locale(len(self.documents), self.settings[locale])
                self._keep(kept, number, seen)
            elif kept is not None:
                self.dirty |= kept.forget(number)
        asked = publisher.asked if publisher is not None else {}
        there = asked if self.anew else {**self.records.there, **asked}
        if there != self.records.there:
            self.records.there = there
            self.dirty = True
        self.save()

    def _keep_source(
        self, number: int, file: Seen, address: Address | None, problems: Mapping[str, Sequence[tuple[int, str]]]
    ) -> None:
        """Remember a source; what was known of the same bytes still holds."""
        former = self.records.sources.get(number)
        known = former if former is not None and former.file.digest == file.digest else None
        url, aliases = address or ((known.address, known.aliases) if known is not None else ("", ()))
        said = {rules: tuple(found) for rules, found in problems.items() if found}
        source = SourceSeen(file, url, tuple(aliases), {**(known.problems if known is not None else {}), **said})
        if source != former:
            self.records.sources.put(number, source)
            self.dirty = True

    def _seen(self, item: Item, publisher: Publisher) -> ItemSeen | None:
        """What is to be remembered of an item; None where its files are not what the run left."""
        name, own = item.name, self.paths[item.locale]
        try:
            catalog, page = look(f"{self.root}/{own.catalogs(name)}"), look(f"{self.root}/{own.pages(name)}")
        except Prl10nError:
            return None
        if _digest(catalog) != item.catalog or (item.page is not None and _digest(page) != item.page):
            return None
        if item.row.page_left:
            return None  # it is named until it is gone
        return ItemSeen(
            item.source,
            catalog,
            page,
            item.row.units_by_state,
            item.row.words_by_state,
            item.rejected,
            item.complete,
            item.links,
            item.targets,
            *publisher.published(item.locale, name),
        )

    @staticmethod
    def _look(path: str, wanted: bytes) -> Seen | None:
        """A file that holds what it is to hold."""
        try:
            seen = look(path)
        except Prl10nError:
            return None
        return seen if seen is not None and seen.digest == wanted else None

    def _keep(self, kept: Locale, number: int, item: ItemSeen) -> None:
        if kept.get(number) != item:
            kept.put(number, item)
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
        self.records.versions = Versions(self._all(), fitting(seen) if seen is not None else None, tuple(said))
        self.dirty = True

    def _all(self) -> bytes:
        return digest(b"".join((self.records.fingerprint, *self.settings.values())))

    def save(self) -> None:
        """Write it if it says anything new. Where it cannot be written, the next run has more to do."""
        if not self.dirty or not files.is_inside(self.path, self.config.root):  # law 7
            return
        for locale in self.records.locales.keys() - set(self.config.targets):
            del self.records.locales[locale]
        with suppress(Prl10nError):
            files.private(self.path.parent)
            files.write(self.path, parts(self.records, self.documents), durable=False)


def _items(ledgers: Mapping[str, Ledger]) -> Iterator[tuple[int, Item]]:
    return (found for ledger in ledgers.values() for found in ledger.items())


def _address(url: str, aliases: tuple[str, ...]) -> Address:
    from prl10n.localize.urls import Address  # late: an idle run asks for none

    return Address(url, aliases)


def _digest(seen: Seen | None) -> bytes | None:
    return seen.digest if seen is not None else None
