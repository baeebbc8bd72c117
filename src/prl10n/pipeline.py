"""The stages in their order, for every document in every locale: the only place that knows all of them.

    read → merge → translate (memory, journal, backend) → save the catalog → assemble → save the document

Stages in between are pure; what they do to files happens here, in `save` and `publish`. A document or a catalog
that cannot be read is named in a finding and left out; the rest goes on.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from enum import Flag, auto
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from prl10n import backends, catalog, document, executors, files, lock, translation
from prl10n.assembly import Broken
from prl10n.backends import Backend, Usage
from prl10n.catalog import Catalog, Draft
from prl10n.changes import Changes
from prl10n.config import Budget, Config, Settings, shown
from prl10n.content import find_catalogs, find_documents
from prl10n.dispatch import Spend
from prl10n.document import Rules
from prl10n.errors import (
    LIBRARY_FAILURES,
    BackendError,
    CatalogError,
    ConfigError,
    Damaged,
    DocumentError,
    Prl10nError,
)
from prl10n.locales import gettext_locale
from prl10n.localize.drafts import Style
from prl10n.manifest import Manifest
from prl10n.memory import FILE, Memory, pairs
from prl10n.model import Finding, Severity, State, Term, Unit
from prl10n.publishing import Built, Publisher, Source
from prl10n.translation import Desk, Plan, Tally, Task, Work

if TYPE_CHECKING:
    from prl10n.document import Document

NOTHING = -1  # instead of the characters that a run may send: no request at all


class Stage(Flag):
    """What a run does. `sync` is all of it."""

    EXTRACT = auto()
    TRANSLATE = auto()
    BUILD = auto()


@dataclass(frozen=True, slots=True)
class Selection:
    """What a command line narrows a run to; empty means all. Paths are those of documents, files or folders."""

    locales: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()


@dataclass(slots=True)
class Row:
    """One document in one locale: what it holds, and what the run did."""

    document: str
    locale: str
    states: dict[State, int] = field(default_factory=dict)
    words: dict[State, int] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    catalog: str = ""
    page: str = ""
    catalog_written: bool = False
    page_written: bool = False

    @property
    def units(self) -> int:
        return sum(self.states.values())

    @property
    def words_left(self) -> int:
        """The words of the source that nobody has approved a translation of."""
        return sum(count for state, count in self.words.items() if state is not State.APPROVED)


@dataclass(slots=True)
class Outcome:
    """What a run did.

    By locale: the names of `backends`, what was planned to be sent, and what a million characters cost (None: nobody
    knows). `over_budget` is what was not sent because it would have passed the limit, in characters. `failure` is the
    error of a backend that ended the translating; all before it is saved.
    """

    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    backends: dict[str, str] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    prices: dict[str, tuple[float, str] | None] = field(default_factory=dict)
    over_budget: int = 0
    failure: BackendError | None = None
    unreadable: bool = False
    untranslated: int = 0

    @property
    def exit_code(self) -> int:
        if self.failure is not None:
            return self.failure.exit_code
        if self.unreadable:
            return 2
        return 4 if self.untranslated else 0


class Progress:
    """Told how far a run is; the command line shows it. This one tells nobody."""

    def begin(self, what: str, total: int, unit: str = "documents") -> None:
        """A new stage begins."""

    def advance(self, count: int = 1) -> None:
        """So many of its `total` are done."""


def today() -> datetime.datetime:
    """Now, or the moment that SOURCE_DATE_EPOCH names (https://reproducible-builds.org/specs/source-date-epoch/)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = int(epoch) if epoch.isdigit() else None
    return (
        datetime.datetime.now(datetime.UTC) if moment is None else datetime.datetime.fromtimestamp(moment, datetime.UTC)
    )


def run(
    config: Config,
    stages: Stage,
    selection: Selection,
    *,
    dry_run: bool = False,
    most_characters: int | None = None,
    progress: Progress | None = None,
    environ: Mapping[str, str] | None = None,
    executor: Executor | None = None,
) -> Outcome:
    """Run the stages over the selected documents in the selected locales. `dry_run` writes and sends nothing.

    `most_characters` is what the run may send; None: what the configuration says; NOTHING: not even what is free.
    Raises ConfigError for what is wrong with the configuration or the selection as a whole, and Prl10nError where
    another run holds the lock of the project.
    """
    limit = most_characters if most_characters is not None else config.budget.characters or None
    environ = os.environ if environ is None else environ
    spend = Spend(limit)

    def once() -> Outcome:
        return _Run(config, stages, dry_run, spend, progress or Progress(), environ).all(selection, executor)

    with lock.unless(dry_run, config.root):
        try:
            return once()
        except Damaged as error:  # there is a new memory now
            outcome = once()
            path, _ = _place(error.where)
            outcome.findings.insert(0, Finding("memory", Severity.WARNING, path, 0, error.what))
            return outcome


@dataclass(frozen=True, slots=True)
class Meter:
    """What the account of a backend has used, and the locales that it serves; `usage` None: it does not count."""

    backend: str
    locales: tuple[str, ...]
    usage: Usage | None


def usage(config: Config, environ: Mapping[str, str] | None = None) -> list[Meter]:
    """Ask the backends of the configuration, each once. Raises BackendError."""
    environ = os.environ if environ is None else environ
    chosen: dict[str, tuple[Mapping[str, object], list[str]]] = {}
    for locale in config.targets:
        name, options = choose(config, locale, environ)
        chosen.setdefault(name, (options, []))[1].append(locale)
    meters = []
    for name, (options, locales) in chosen.items():
        ask = getattr(backends.create(name, options, environ), "usage", None)
        meters.append(Meter(name, tuple(locales), ask() if ask is not None else None))
    return meters


def choose(config: Config, locale: str, environ: Mapping[str, str]) -> tuple[str, Mapping[str, object]]:
    """The name and the options of a locale's backend. `auto` is DeepL where there is a key, else a local model where
    one is installed, else the memory.
    """
    settings = config.settings(locale).backend
    name = settings.name
    if name == "auto":
        if environ.get("DEEPL_AUTH_KEY", "").strip():
            name = "deepl"
        else:
            from prl10n import models  # late, as the glossary below: a run with nothing to translate needs neither

            name = "local" if models.find(models.folder(environ), config.source, locale) else "memory"
    return name, settings.options(name)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a document stands in a locale: its source, its catalog as it is on disk and as `extract` would leave it
    (`seen`, `merged`), and its page as `build` would leave it (None: it would write none), with the units whose texts
    would break the page, and the links of the page that lead nowhere.
    """

    source: Source
    locale: str
    catalog_path: Path
    seen: Catalog
    merged: Catalog
    page_path: Path
    page: bytes | None
    rejected: Mapping[int, str] = field(default_factory=dict)
    broken: tuple[Broken, ...] = ()


def survey(config: Config, selection: Selection) -> tuple[list[Standing], list[Finding]]:
    """Where every selected document stands, and what is wrong with some. Writes and sends nothing."""
    run = _Run(config, Stage.BUILD, True, Spend(), Progress(), {})
    standings = []
    for item in run.opened(selection, None):
        try:
            built = run.publisher.page(item)
        except Prl10nError as error:
            run.blame(error, item.source, item.locale)
            built = Built(None)
        run.report(item, built)
        path = config.target_path(item.locale, item.source.name)
        broken = run.publisher.broken(item, built.page) if built.page is not None else ()
        standing = Standing(
            item.source, item.locale, item.path, item.seen, item.merged, path, built.page, built.rejected, broken
        )
        standings.append(standing)
    return standings, run.outcome.findings


# --- reading ----------------------------------------------------------------------------------------------------------


def select(config: Config, selection: Selection, names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(locales, documents) of a selection from all the documents `names`. ConfigError for what is not there."""
    for locale in selection.locales:
        config.settings(locale)
    locales = tuple(locale for locale in config.targets if not selection.locales or locale in selection.locales)
    if not selection.paths:
        return locales, names
    folder = (config.root / config.content.source).resolve()
    chosen: set[str] = set()
    for path in selection.paths:
        resolved = path.resolve()
        matching = set(names) if folder.is_relative_to(resolved) else set()
        if not matching and resolved.is_relative_to(folder):
            inside = resolved.relative_to(folder).as_posix()
            matching = {name for name in names if name == inside or name.startswith(f"{inside}/")}
        if not matching:
            raise ConfigError(
                "not a document of this project",
                where=str(path),
                remedy=f"Documents are the files that include matches below {config.content.source}: "
                "name one, or a folder of them.",
            )
        chosen |= matching
    return locales, tuple(name for name in names if name in chosen)


def _bytes(file: str, path: Path) -> bytes | Finding:
    """A file as it is on disk; the finding says why it cannot be read."""
    try:
        data = files.read(path)
    except Prl10nError as error:
        return Finding("unreadable", Severity.ERROR, file, 0, f"{error.what}. {error.remedy}".strip())
    return Finding("unreadable", Severity.ERROR, file, 0, "the file is gone") if data is None else data


def _split(job: tuple[str, bytes | Finding, Rules]) -> Document | Finding:
    """Segment one file; the finding says why that is impossible. The bytes travel: who works needs no disk of ours."""
    file, data, rules = job
    if isinstance(data, Finding):
        return data
    try:
        return document.split(data, rules)
    except DocumentError as error:
        line = int(error.where.rpartition(":")[2] or 0)
        return Finding("unreadable", Severity.ERROR, file, line, f"{error.what}. {error.remedy}".strip())
    except Prl10nError as error:
        return Finding("unreadable", Severity.ERROR, file, 0, f"{error.what}. {error.remedy}".strip())
    except LIBRARY_FAILURES as error:
        return Finding(
            "unreadable", Severity.ERROR, file, 0, f"the markdown parser failed: {type(error).__name__}: {error}"
        )


def _lost(job: tuple[str, bytes | Finding, Rules]) -> Finding:
    """What becomes of a document on which a worker died, each time that one tried."""
    what = "a worker died on it, again and again: this page needs more memory than there is, or breaks the parser"
    return Finding("unreadable", Severity.ERROR, job[0], 0, what)


# --- one run ----------------------------------------------------------------------------------------------------------


MOVED = 0.5  # the share of common texts (Dice) from which a catalog is taken for that of a document that was renamed


@dataclass(frozen=True, slots=True)
class _Former:
    """A catalog whose document is gone."""

    path: Path
    catalog: Catalog


@dataclass(slots=True)
class _Work:
    """A document in a locale, on its way through the stages."""

    source: Source
    locale: str
    path: Path
    seen: Catalog
    merged: Catalog
    row: Row
    former: _Former | None = None
    lacks: int = 0  # units that wait for a text
    built: bytes | None = None  # the page that is to be on disk
    rejected: list[str] = field(default_factory=list)  # what was said of its structure

    @property
    def key(self) -> tuple[str, str]:
        return self.locale, self.source.name

    @property
    def counts(self) -> tuple[Mapping[State, int], Mapping[State, int]]:
        return self.row.states, self.row.words

    def needed(self) -> list[Unit]:
        """The units without a text, each text once."""
        live = self.merged.live()
        found: dict[str, Unit] = {}
        for unit in self.source.document.units:
            if unit.text not in found and catalog.needs_text(live[unit.context, unit.text], self.merged):
                found[unit.text] = unit
        return list(found.values())

    def stale(self, units: Sequence[Unit]) -> frozenset[str]:
        live = self.merged.live()
        return frozenset(unit.text for unit in units if live[unit.context, unit.text].state is State.STALE)

    def approved(self, waiting: Sequence[Unit]) -> tuple[tuple[str, str], ...]:
        """The approved pairs nearest to the first unit that waits, as plain words."""
        live = self.merged.live()
        units = self.source.document.units
        first = next(index for index, unit in enumerate(units) if unit.text == waiting[0].text)
        near = sorted(range(len(units)), key=lambda index: (abs(index - first), index))
        pairs: dict[str, str] = {}
        for index in near:
            unit = units[index]
            entry = live[unit.context, unit.text]
            if entry.state is State.APPROVED:
                try:
                    pieces = document.read(entry.msgstr, unit.syntax, self.source.document.references)
                except LIBRARY_FAILURES:  # the page will say so
                    continue
                pairs[translation.plain(unit.pieces)] = translation.plain(pieces)
            if len(pairs) == translation.EXAMPLES:
                break
        return tuple(pairs.items())


class _Run:
    def __init__(
        self,
        config: Config,
        stages: Stage,
        dry_run: bool,
        spend: Spend,
        progress: Progress,
        environ: Mapping[str, str],
    ) -> None:
        self.config = config
        self.stages = stages
        self.dry_run = dry_run
        self.spend = spend
        self.backends: dict[tuple[str, str], Backend] = {}
        self.progress = progress
        self.environ = environ
        self.outcome = Outcome()
        self.documents: tuple[str, ...] = ()
        self.orphans: dict[str, list[_Former]] = {}
        self.publisher = Publisher(config, (), {})
        self.linked: list[_Work] = []  # those whose pages depend on which other pages there will be
        self.now = today()
        self.executor: Executor | None = None
        self.manifest: Manifest | None = None
        self.recalls = False  # whether the run goes by the manifest
        self.rules_of = {locale: self.rules(locale) for locale in config.targets}
        self.sources: dict[Rules, dict[str, Source]] = {}
        self.looked_at: dict[Rules, set[str]] = {}  # the documents of which all problems are said
        self.failed: set[tuple[str, str]] = set()

    def opened(self, selection: Selection, executor: Executor | None) -> list[_Work]:
        """The selected documents with their catalogs, locale by locale; those that the manifest knows are left out."""
        self.documents = find_documents(self.config)
        locales, names = select(self.config, selection, self.documents)
        known = Manifest(self.config, self.documents) if self.recalls else None
        self.manifest = known if not selection.paths else None
        wanted: dict[str, list[str]] = {}
        for locale in locales:
            wanted[locale] = [name for name in names if not (self.manifest and self.manifest.leave_out(locale, name))]
        work: list[_Work] = []
        for locale in locales:
            rules = self.rules_of[locale]
            if rules not in self.looked_at:
                needed = {name for other in locales if self.rules_of[other] == rules for name in wanted[other]}
                self.read([name for name in names if name in needed], rules, executor)
            found = (self.sources[rules].get(name) for name in wanted[locale])
            work += (item for source in found if source and (item := self.open(source, locale)) is not None)
        self.publisher = Publisher(self.config, self.documents, {item.key: item for item in work}, known, self.reopened)
        return work

    def rules(self, locale: str) -> Rules:
        settings = self.config.settings(locale)
        return Rules(settings.front_matter.translate, settings.content.dialect, settings.front_matter.markdown)

    def all(self, selection: Selection, executor: Executor | None) -> Outcome:
        self.executor = executor
        self.recalls = Stage.BUILD in self.stages
        work = self.opened(selection, executor)
        if Stage.TRANSLATE in self.stages:
            self.translate(work)
        else:
            self.progress.begin("writing", len(work))
            for item in work:
                if Stage.EXTRACT in self.stages:
                    self.save(item, {})
                self.finish(item)
                self.progress.advance()
        for item in self.revisited(work):
            work.append(item)
            self.finish(item)
        for item in self.linked:
            self.build(item)
        if Stage.BUILD in self.stages:
            self.list_versions(not work and not selection.locales)
        self.remember(work)
        rows = [*(item.row for item in work), *self.left_out(work)]
        order = {locale: number for number, locale in enumerate(("", *self.config.targets))}
        self.outcome.rows = sorted(rows, key=lambda row: (order[row.locale], row.document))
        self.outcome.findings.sort(key=lambda finding: (order[finding.locale], finding.path, finding.line))
        return self.outcome

    def read(self, names: Sequence[str], rules: Rules, executor: Executor | None) -> None:
        """Read documents into `sources`, and say what is wrong with them."""
        folder = self.config.content.source
        self.progress.begin("reading", len(names))
        paths = ((f"{folder}/{name}", self.config.root / folder / name) for name in names)
        jobs = (
            (file, _bytes(file, path), replace(rules, dialect=document.recognise(path.name, rules.dialect)))
            for file, path in paths
        )
        sources = self.sources.setdefault(rules, {})
        self.looked_at.setdefault(rules, set()).update(names)
        found = executors.each(executor, _split, jobs, _lost) if executor else map(_split, jobs)
        for name, result in zip(names, found, strict=True):
            file = f"{folder}/{name}"
            self.progress.advance()
            if isinstance(result, Finding):
                self.outcome.unreadable = True
                self.outcome.findings.append(result)
                continue
            for line, message in result.problems:
                self.warn("document", file, line, message)
            sources[name] = Source(name, file, result)

    def open(self, source: Source, locale: str) -> _Work | None:
        """Load and merge the catalog of a document."""
        path = self.config.catalog_path(locale, source.name)
        row = Row(source.file, locale, catalog=shown(path), page=shown(self.config.target_path(locale, source.name)))
        try:
            for written in (path, self.config.target_path(locale, source.name)):
                self.refuse_outside(written)
            found = catalog.load(path)
            former = None if found else self.former(source, locale)
            seen = found or (replace(former.catalog, data=None) if former else Catalog((), ""))
            if not seen.header:
                seen = replace(seen, header=self.header(source, locale))
            merged = self.merge(seen, source, locale)
        except Prl10nError as error:
            self.blame(error, source, locale)
            return None
        return _Work(source, locale, path, seen, merged, row, former)

    def former(self, source: Source, locale: str) -> _Former | None:
        """The catalog that a document had under another name: one without a document, with most of its texts."""
        if locale not in self.orphans:
            names = find_catalogs(self.config, locale, self.documents)
            paths = [path for path, name in names.items() if name not in self.documents]
            self.orphans[locale] = [
                _Former(path, loaded) for path in paths if (loaded := _readable(path)) is not None and loaded.data
            ]
        texts = {(unit.context, unit.text) for unit in source.document.units}
        best, share = None, 0.0
        for former in self.orphans[locale]:
            own = {key for key, entry in former.catalog.live().items() if entry.msgstr}
            common = 2 * len(own & texts) / (len(own) + len(texts)) if own and texts else 0.0
            if common >= MOVED and common > share:
                best, share = former, common
        if best is not None:
            self.orphans[locale].remove(best)
        return best

    def merge(self, current: Catalog, source: Source, locale: str) -> Catalog:
        changes = Changes(source.document.references, (self.config.source, locale))
        return catalog.merge(current, source.document.units, source.file, changes)

    def refuse_outside(self, path: Path) -> None:
        """Law 7: nothing is written where a link leads out of the project."""
        if not files.is_inside(path, self.config.root):
            raise CatalogError(
                "a link leads out of the project", where=shown(path), remedy="Replace the link by a folder."
            )

    def header(self, source: Source, locale: str) -> str:
        from babel.messages.plurals import get_plural

        plural = get_plural(gettext_locale(locale).partition("_")[0])
        forms = f"nplurals={plural.num_plurals}; plural={plural.plural_expr};"
        return catalog.header(gettext_locale(locale), source.name, forms, self.now)

    # translating

    def translate(self, work: Sequence[_Work]) -> None:
        """Find texts for all that has none, in all locales at once, and save every catalog."""
        waiting = [(item, units) for item in work if (units := item.needed())]
        self.refuse_outside(self.config.root / FILE)
        items: dict[Task, _Work] = {}
        if waiting:
            with Memory(self.config.root / FILE, scratch=self.dry_run, language=self.config.source) as memory:
                if memory.damaged:
                    self.warn("memory", shown(memory.path), 0, memory.damaged)
                desks = {
                    locale: self.desk(locale, memory) for locale in dict.fromkeys(item.locale for item, _ in waiting)
                }
                for item, units in waiting:
                    task = Task(
                        desks[item.locale],
                        item.source.document,
                        units,
                        item.approved(units),
                        partial(_approved_pairs, item.merged),
                        item.stale(units),
                    )
                    items[task] = item
                self.carry_out(
                    Work(list(items), self.spend, self.progress.advance, lambda task: self.done(items[task], task))
                )
                for task, item in items.items():
                    if self.dry_run:
                        self.done(item, task)
        without = {id(item) for item in items.values()}
        for item in work:
            if id(item) not in without:
                self.save(item, {})
                self.finish(item)

    def done(self, item: _Work, task: Task) -> None:
        """A document has all the texts that it will get: its catalog and its page are written."""
        item.row.tally = task.tally
        for unit, rule, message in task.warnings:
            self.warn(rule, item.source.file, unit.line, f"{message}\n    {_short(unit.text)}", item.locale)
        self.save(item, task.drafts)
        self.finish(item)

    def carry_out(self, work: Work) -> None:
        self.outcome.plans = work.plan()
        if self.dry_run:
            work.announce()
            return
        self.progress.begin("translating", sum(plan.characters for plan in self.outcome.plans.values()), "characters")
        self.outcome.failure = work.carry_out()
        self.outcome.over_budget = self.spend.left

    def desk(self, locale: str, memory: Memory) -> Desk:
        from prl10n import glossary

        backend = self.backend(locale)
        self.refresh(memory, locale)
        terms = glossary.load(self.config.root / self.config.settings(locale).glossary.file).terms(locale)
        day = self.now.date().isoformat()
        settings = self.config.settings(locale)
        name = self.config.root.name
        trust, near = settings.memory.trust, settings.memory.near
        prose = getattr(backend, "writes_prose", True)
        asked = style_of(settings, self.config.source, locale, terms) if prose else None
        return Desk(backend, memory, self.config.source, locale, day, terms, name, trust, near, asked)

    def backend(self, locale: str) -> Backend:
        """The backend of a locale. Locales with the same options share one, so that a server that is too busy is left
        alone by all of them.
        """
        settings = self.config.settings(locale)
        name, options = choose(self.config, locale, self.environ)
        key = (name, repr(sorted(options.items())))
        if key not in self.backends:
            self.backends[key] = executors.spread(backends.create(name, options, self.environ), self.executor)
        self.outcome.backends[locale] = name
        self.outcome.prices[locale] = _price(self.backends[key], settings.budget)
        return self.backends[key]

    def refresh(self, memory: Memory, locale: str) -> None:
        """Bring the memory up to date with all catalogs of the locale, whatever the selection and the documents."""
        known = find_catalogs(self.config, locale, self.documents)
        for error in memory.refresh(locale, known, self.config.root):
            path, line = _place(error.where)
            if not any(finding.path == path for finding in self.outcome.findings):
                self.warn("memory", path, line, f"left out of the memory: {error.what}", locale)

    # saving

    def save(self, item: _Work, drafts: Mapping[str, Draft]) -> None:
        """Merge into the catalog on disk, whatever it is by now, and write it if a byte changes."""

        def change(current: Catalog) -> Catalog:
            merged = item.merged if current is item.seen else self.merge(current, item.source, item.locale)
            return catalog.fill(merged, drafts)

        if self.dry_run or (item.seen.data is None and not item.source.document.units):
            item.merged = change(item.seen)
            item.row.catalog_written = item.merged != item.seen
            return
        try:
            item.merged = catalog.update(item.path, item.seen, change)
        except Prl10nError as error:
            self.blame(error, item.source, item.locale)
            return
        item.row.catalog_written = item.merged.data != item.seen.data
        self.forget(item)

    def forget(self, item: _Work) -> None:
        """The catalog of a document that was renamed is where its document is now."""
        former = item.former
        if former is None or not files.remove(former.path, former.catalog.data or b""):
            return
        self.warn(
            "renamed",
            item.source.file,
            0,
            f"its catalog was {shown(former.path)} and moved along with it. If a page of the old name is still there, "
            "remove it, and redirect its address.",
            item.locale,
        )

    def finish(self, item: _Work) -> None:
        """Count the states, and publish the document if the run builds."""
        live = item.merged.live()
        for unit in item.source.document.units:
            entry = live[unit.context, unit.text]
            item.row.states[entry.state] = item.row.states.get(entry.state, 0) + 1
            item.row.words[entry.state] = item.row.words.get(entry.state, 0) + translation.words(unit)
            item.lacks += catalog.needs_text(entry, item.merged)
        if Stage.TRANSLATE in self.stages and not self.dry_run:
            self.outcome.untranslated += item.lacks
        if Stage.BUILD not in self.stages:
            return
        if self.publisher.waits(item):
            self.linked.append(item)
        else:
            self.build(item)

    def build(self, item: _Work) -> None:
        try:
            self.publish(item)
        except Prl10nError as error:
            self.blame(error, item.source, item.locale)

    def publish(self, item: _Work) -> None:
        """Write the localized document, if any of its units has a text that may be published and a byte changes."""
        built = self.publisher.page(item)
        self.report(item, built)
        item.built = result = built.page
        path = self.config.target_path(item.locale, item.source.name)
        if result is None or files.read(path) == result:
            return
        item.row.page_written = True
        if not self.dry_run:
            files.write(path, result, durable=False)

    def list_versions(self, whole: bool) -> None:
        """Write the file of every page's languages, if the configuration names one and a byte changes. Pages that share
        an address are named. `whole`: nothing that it says can have changed, as far as the manifest tells.
        """
        site = self.config.site
        slugs = any(settings.site.slugs for settings in self.config.locales.values())
        if self.dry_run or not (site.hreflang or slugs):
            return
        known = self.manifest.versions(site.hreflang) if self.manifest and whole else None
        said = list(known.said) if known else []
        if known is None:
            for locale, address, (name, *others) in self.publisher.clashes():
                shared = f"like that of {', '.join(others)}: change one of their titles"
                said.append((locale, name, f"its page has the address {address}, {shared}"))
        for locale, name, message in said:
            self.warn("address", f"{self.config.content.source}/{name}", 0, message, locale)
        text = self.publisher.alternates() if known is None else None
        if text is not None:
            path = self.config.root / site.hreflang
            self.refuse_outside(path)
            if files.read(path) != text:
                files.write(path, text)
        if self.manifest and known is None:
            self.manifest.keep_versions(site.hreflang, said)

    # what did not change

    def reopened(self, locale: str, name: str) -> _Work | None:
        """A document that was left out, and is needed after all."""
        if self.manifest is None or (locale, name) not in self.manifest.left_out:
            return None
        rules = self.rules_of[locale]
        if name not in self.looked_at.setdefault(rules, set()):
            self.read([name], rules, None)
        source = self.sources[rules].get(name)
        return self.open(source, locale) if source is not None else None

    def revisited(self, work: Sequence[_Work]) -> list[_Work]:
        """The documents that were left out, and whose pages depend on what changed in others."""
        if self.manifest is None:
            return []
        would_change = self.dry_run and any(item.row.catalog_written for item in work)
        anew = bool(self.failed) or self.outcome.unreadable or would_change
        keys = self.manifest.dependents(work, self.publisher, anew=anew)
        found = {key: item for key in keys if (item := self.reopened(*key)) is not None}
        self.publisher.items = {**self.publisher.items, **found}
        return list(found.values())

    def left_out(self, work: Sequence[_Work]) -> list[Row]:
        """The rows of the documents that were left out, with what the last run said of them."""
        if self.manifest is None:
            return []
        here, folder = shown(self.config.root / "x")[:-1], self.config.content.source
        done = {item.key for item in work} | self.failed
        rows = []
        for (locale, name), seen in self.manifest.left_out.items():
            rules = self.rules_of[locale]
            looked_at = self.looked_at.setdefault(rules, set())
            if name not in looked_at:
                looked_at.add(name)
                for line, message in self.manifest.problems(name, repr(rules)):
                    self.warn("document", f"{folder}/{name}", line, message)
            if (locale, name) in done:
                continue
            row = Row(
                f"{folder}/{name}",
                locale,
                dict(zip(State, seen.states, strict=True)),
                dict(zip(State, seen.words, strict=True)),
                catalog=f"{here}{seen.catalog_path}",
                page=f"{here}{seen.page_path}",
            )
            for text in seen.rejected:
                self.outcome.findings.append(Finding("structure", Severity.ERROR, row.catalog, 0, text, locale))
            rows.append(row)
        return rows

    def remember(self, work: Sequence[_Work]) -> None:
        """What the next run need not do again."""
        if self.manifest is None or self.dry_run or self.stages != Stage.EXTRACT | Stage.TRANSLATE | Stage.BUILD:
            return
        problems: dict[str, dict[str, Sequence[tuple[int, str]]]] = {}
        for rules, sources in self.sources.items():
            for name, source in sources.items():
                problems.setdefault(name, {})[repr(rules)] = source.document.problems
        self.manifest.remember(work, self.failed, self.publisher, problems)

    # findings

    def report(self, item: _Work, built: Built) -> None:
        """Law 3: the translations that a page is built without."""
        units = item.source.document.units
        for index, reason in built.rejected.items():
            message = f"this translation would break the page, the source text stands in its place: {reason}"
            text = f"{message}\n    {_short(units[index].text)}"
            item.rejected.append(text)
            self.outcome.findings.append(Finding("structure", Severity.ERROR, item.row.catalog, 0, text, item.locale))

    def warn(self, rule: str, path: str, line: int, message: str, locale: str = "") -> None:
        self.outcome.findings.append(Finding(rule, Severity.WARNING, path, line, message, locale))

    def blame(self, error: Prl10nError, source: Source, locale: str) -> None:
        """A file that cannot be read or written: named, and left out."""
        self.outcome.unreadable = True
        self.failed.add((locale, source.name))
        path, line = _place(error.where or source.file)
        message = f"{error.what}. {error.remedy}".strip()
        self.outcome.findings.append(Finding("unreadable", Severity.ERROR, path, line, message, locale))


def style_of(settings: Settings, source: str, locale: str, terms: Iterable[Term]) -> Style:
    """What the configuration and the glossary ask of the drafts of a locale."""
    asked = settings.localize
    return Style(
        (source, locale),
        typography=asked.typography is not False,
        profile=asked.typography if isinstance(asked.typography, str) else "",
        dates=asked.dates,
        numbers=asked.numbers,
        names=tuple(term.source for term in terms if not term.target),
    )


def _readable(path: Path) -> Catalog | None:
    """A catalog that is nobody's; None where it cannot be read, which is nobody's trouble."""
    try:
        return catalog.load(path)
    except Prl10nError:
        return None


def _approved_pairs(merged: Catalog) -> list[tuple[str, str]]:
    if not any(entry.state is State.APPROVED for entry in merged.entries):
        return []
    return [(pair.source, pair.target) for pair in pairs(merged.entries) if pair.approved]


def _price(backend: Backend, budget: Budget) -> tuple[float, str] | None:
    """What a million characters cost: the configuration's price, else the backend's own; None where neither says."""
    if budget.price:
        return budget.price, budget.currency
    price = getattr(backend, "price", None)
    listed: tuple[float, str] | None = price() if price is not None else (0.0, budget.currency)
    return listed


def _place(where: str) -> tuple[str, int]:
    """The path as it is shown and the line of an error's `where`; line 0 where it names none."""
    path, _, line = where.rpartition(":")
    return (shown(Path(path)), int(line)) if path and line.isdigit() else (shown(Path(where)), 0)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 100 else f"{line[:99]}…"
