"""The project as people review it: documents that are opened, entries that are saved, files that others change.

A document is parsed when it is opened and kept while its file stays as it is. Parsers keep their state in themselves,
so that whatever parses holds the workspace's lock.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from prl10n import catalog, document, files, glossary
from prl10n.assembly import assemble
from prl10n.catalog import Catalog, Entry, Key
from prl10n.changes import Changes
from prl10n.config import Config
from prl10n.content import chosen, find_documents
from prl10n.document import Document, Rules
from prl10n.errors import LIBRARY_FAILURES, CatalogError, DocumentError, Prl10nError
from prl10n.model import Severity, Span, State, Term, Unit
from prl10n.outcome import Selection, select
from prl10n.review import rendering, units
from prl10n.review.index import FILE, Index, Line, Row, Scope
from prl10n.review.past import Past
from prl10n.review.refusals import Refusal
from prl10n.surveying import survey
from prl10n.translation import words

_KEPT = 64  # documents that stay parsed
_MANY = 500  # documents from which a project is large

Stamp = tuple[int, int, int]
_NOTHING: Stamp = (0, 0, 0)


def stamp(path: Path) -> Stamp:
    """What differs once a file is another: time, size, inode. Zeros where there is none."""
    try:
        found = path.stat()
    except OSError:
        return _NOTHING
    return (found.st_mtime_ns, found.st_size, found.st_ino)


@dataclass(frozen=True, slots=True)
class Opened:
    """A document in a locale: its catalog as it is on disk (`seen`) and as `extract` would leave it (`merged`)."""

    name: str
    locale: str
    source: Document
    path: Path
    seen: Catalog
    merged: Catalog
    terms: tuple[Term, ...]

    def same(self, key: Key) -> list[int]:
        """The numbers of the units that have an entry."""
        return [index for index, unit in enumerate(self.source.units) if (unit.context, unit.text) == key]


@dataclass(slots=True)
class _Kept:
    stamps: tuple[Stamp, ...]
    opened: Opened


class Workspace:
    """A project, or what a selection leaves of it. Raises ConfigError for what is wrong with either."""

    def __init__(self, config: Config, selection: Selection, *, at_once: bool = False) -> None:
        """`at_once`: a large project begins with the documents that the index knows, until `look` is called."""
        self.config = config
        self.selection = selection
        self.lock = threading.RLock()
        self.past = Past()
        self.locales: tuple[str, ...] = ()
        self.names: tuple[str, ...] = ()
        self.known: frozenset[str] = frozenset()
        self.every: tuple[str, ...] = ()  # the documents, whatever was selected
        self._paths: dict[tuple[str, str], Path] = {}
        remembered = chosen(config, self.index.documents()) if at_once and not selection.paths else ()
        if len(remembered) >= _MANY:
            self._take(*select(config, selection, remembered), remembered)
        else:
            self.look()
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
        self._sources: OrderedDict[tuple[str, Rules], tuple[Stamp, Document]] = OrderedDict()
        self._terms: dict[str, tuple[Stamp, tuple[Term, ...]]] = {}

    @cached_property
    def index(self) -> Index:
        """Opened when it is first asked for: a copy for reading needs none."""
        place = self.config.root / FILE
        self._refuse_outside(place)
        return Index(place)

    def look(self) -> None:
        """Find the documents again."""
        every = find_documents(self.config)
        self._take(*select(self.config, self.selection, every), every)

    def _take(self, locales: tuple[str, ...], names: tuple[str, ...], every: tuple[str, ...]) -> None:
        self.locales, self.names, self.known, self.every = locales, names, frozenset(names), every

    @property
    def scope(self) -> Scope:
        return Scope(self.locales, self.names if self.selection.paths else None)

    # opening

    def check(self, locale: str, name: str) -> None:
        """Law 7: only the configuration's own locales and documents are opened, whatever a request names."""
        folder = self.config.root / self.config.content.source
        if locale not in self.locales or name not in self.known or not files.is_inside(folder / name, folder):
            raise Refusal(404, "there is no such document", "Open it from the list of the documents.")

    def catalog_path(self, locale: str, name: str) -> Path:
        """As the configuration has it; it takes a while for 40,000 of them."""
        if (locale, name) not in self._paths:
            self._paths[locale, name] = self.config.catalog_path(locale, name)
        return self._paths[locale, name]

    def file(self, name: str) -> Path:
        return self.config.root / self.config.content.source / name

    def open(self, locale: str, name: str) -> Opened:
        """A document in a locale as it is now. Raises Prl10nError where its source or its catalog cannot be read."""
        self.check(locale, name)
        path = self.catalog_path(locale, name)
        glossary_file = self.config.root / self.config.settings(locale).glossary.file
        with self.lock:
            stamps = (stamp(self.file(name)), stamp(path), stamp(glossary_file))
            kept = self._kept.get((locale, name))
            if kept is None or kept.stamps != stamps:
                kept = self._keep(stamps, self._opened(locale, name, path))
            self._kept.move_to_end((locale, name))
            return kept.opened

    def _keep(self, stamps: tuple[Stamp, ...], opened: Opened) -> _Kept:
        kept = self._kept[opened.locale, opened.name] = _Kept(stamps, opened)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return kept

    def _opened(self, locale: str, name: str, path: Path) -> Opened:
        self._refuse_outside(path)
        source = self.source(locale, name)
        seen = catalog.load(path)
        if seen is None:  # it may have been renamed, which only a survey knows
            selection = Selection((locale,), (self.file(name),))
            standing = next(iter(survey(self.config, selection)[0]), None)
            seen = standing.seen if standing else Catalog((), "")
        return Opened(name, locale, source, path, seen, self.merge(seen, source, locale, name), self.terms(locale))

    def _refuse_outside(self, path: Path) -> None:
        if not files.is_inside(path, self.config.root):
            raise CatalogError("a link leads out of the project", where=str(path), remedy="Replace it by a folder.")

    def source(self, locale: str, name: str) -> Document:
        settings = self.config.settings(locale)
        rules = Rules(
            settings.front_matter.translate,
            document.recognise(name, settings.content.dialect),
            settings.front_matter.markdown,
        )
        now = stamp(self.file(name))
        known = self._sources.get((name, rules))
        if known is None or known[0] != now:
            data = files.read(self.file(name))
            if data is None:
                raise DocumentError("the document is gone", where=name, remedy="Go back to the list of the documents.")
            try:
                known = self._sources[name, rules] = (now, document.split(data, rules))
            except LIBRARY_FAILURES as error:
                raise DocumentError(
                    f"the markdown parser failed: {type(error).__name__}", where=name, remedy="Mend the document."
                ) from error
            while len(self._sources) > _KEPT:
                self._sources.popitem(last=False)
        return known[1]

    def merge(self, current: Catalog, source: Document, locale: str, name: str) -> Catalog:
        changes = Changes(source.references, (self.config.source, locale))
        return catalog.merge(current, source.units, f"{self.config.content.source}/{name}", changes)

    def terms(self, locale: str) -> tuple[Term, ...]:
        path = self.config.root / self.config.settings(locale).glossary.file
        now = stamp(path)
        known = self._terms.get(locale)
        if known is None or known[0] != now:
            known = self._terms[locale] = (now, glossary.load(path).terms(locale))
        return known[1]

    # showing

    def place(self, opened: Opened) -> units.Place:
        return units.Place(
            opened.locale,
            self.config.source,
            self.config.settings(opened.locale),
            opened.terms,
            opened.source.references,
            opened.merged,
        )

    def shown(self, opened: Opened) -> list[units.Shown]:
        with self.lock:
            return units.shown(opened.source.units, self.place(opened))

    def unit(self, opened: Opened, key: Key) -> units.Shown:
        """The unit of an entry that the document has."""
        with self.lock:
            numbers = opened.same(key)
            same = [opened.source.units[number] for number in numbers]
            return units.one(same, numbers, opened.merged.live()[key], self.place(opened))

    def tried(self, opened: Opened, key: Key, text: str) -> units.Shown:
        """The unit as it would be with another text. Refusal where the document has no such unit."""
        if not opened.same(key):
            raise Refusal(404, "this text is no longer in the source", "Open the document again.")
        with self.lock:
            numbers = opened.same(key)
            entry = opened.merged.live()[key]._replace(msgstr=text)
            return units.one([opened.source.units[number] for number in numbers], numbers, entry, self.place(opened))

    def pages(self, opened: Opened) -> tuple[str, str]:
        """The source and the page as they are rendered. What would break the page is left in the source's words."""
        with self.lock:
            live = opened.merged.live()
            texts = [live[unit.context, unit.text].msgstr or None for unit in opened.source.units]
            rejected = assemble(opened.source, texts)[1]
            sound = [None if index in rejected else text for index, text in enumerate(texts)]
            blank = [None] * len(texts)
            states = [live[unit.context, unit.text].state for unit in opened.source.units]
            return rendering.page(opened.source, blank), rendering.page(opened.source, sound, states)

    def words(self, opened: Opened, key: Key, text: str) -> dict[str, str]:
        """A text as it is rendered (the source's where it is empty), by the numbers of the units that it is for."""
        with self.lock:
            numbers = opened.same(key)
            unit = opened.source.units[numbers[0]]
            html = rendering.words(text.strip() or unit.text, unit.syntax, opened.source.references)
            return {str(number): html for number in numbers}

    def breaking(self, opened: Opened, key: Key, text: str) -> str:
        """Law 3: why a text would break the page; empty where it would not."""
        if not text.strip():
            return ""
        with self.lock:
            chosen = set(opened.same(key))
            texts = [text if index in chosen else None for index in range(len(opened.source.units))]
            return next(iter(assemble(opened.source, texts)[1].values()), "")

    def saved(self, opened: Opened, result: Catalog) -> Opened:
        """A document whose catalog has just been written by us, as it is from now on."""
        merged = self.merge(result, opened.source, opened.locale, opened.name)
        now = replace(opened, seen=result, merged=merged)
        kept, written = self._kept.get((opened.locale, opened.name)), stamp(opened.path)
        if kept is not None and files.read(opened.path) == result.data:  # else somebody has written since
            self._keep((kept.stamps[0], written, kept.stamps[2]), now)
        self.count(opened.locale, opened.name, result)
        return now

    # counting

    def stamp_of(self, locale: str, name: str) -> str:
        """What the index knows a document by: its catalog, or its source where there is none."""
        found = stamp(self.catalog_path(locale, name))
        return str(found) if found != _NOTHING else f"source {stamp(self.file(name))}"

    def count(self, locale: str, name: str, data: Catalog | None = None) -> None:
        """Bring the index up to date with a document's catalog. What cannot be read counts as nothing."""
        path = self.catalog_path(locale, name)
        stamped = self.stamp_of(locale, name)
        try:
            self._refuse_outside(path)
            found = data or catalog.load(path)
            if found is None:
                with self.lock:
                    found = catalog.merge(Catalog((), ""), self.source(locale, name).units, name)
        except Prl10nError:
            found = Catalog((), "")
        entries = [entry for entry in found.entries if not entry.obsolete and not entry.plural]
        with self.lock:
            left = sum(_words(entry) for entry in entries if entry.state is not State.APPROVED)
        self.index.put(_row(locale, name, entries, left), stamped, map(_line, entries))

    def judge(self, locale: str, name: str) -> None:
        """Tell the index what the checks say of a document; nothing where it cannot be read."""
        try:
            found = [each for unit in self.shown(self.open(locale, name)) for each in unit["findings"]]
        except (Prl10nError, Refusal, *LIBRARY_FAILURES):
            found = []
        errors = sum(each["severity"] == Severity.ERROR for each in found)
        self.index.check(locale, name, (each["rule"] for each in found), errors, len(found) - errors)


def _words(entry: Entry) -> int:
    syntax = document.syntax_of(entry.extracted.partition("\n")[0])
    try:
        return words(Unit(entry.msgid, "", syntax, _NOWHERE, 0, document.read(entry.msgid, syntax, {})))
    except LIBRARY_FAILURES:
        return len(entry.msgid.split())


_NOWHERE = Span(0, 0)


def _row(locale: str, name: str, entries: Sequence[Entry], left: int) -> Row:
    """The counts of a catalog; the title is the front matter's, else that of the first heading."""
    states = dict.fromkeys(State, 0)
    for entry in entries:
        states[entry.state] += 1
    kinds = [(entry.extracted.partition("\n")[0], entry.msgid) for entry in entries]
    titles = [text for kind, text in kinds if kind == "front matter: title"]
    titles += [text for kind, text in kinds if kind.startswith("heading")][:1]
    backends = dict.fromkeys(entry.provenance.partition(" ")[0] for entry in entries if entry.provenance)
    title = " ".join((titles or [name])[0].split())
    return Row(name, title[:200], locale, states, left, tuple(sorted(backends)))


def _line(entry: Entry) -> Line:
    backend = entry.provenance.partition(" ")[0]
    return Line(units.name(entry.key), entry.msgid, entry.msgstr, entry.state, backend)
