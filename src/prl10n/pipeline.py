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
from pathlib import Path

from prl10n import backends, catalog, document, files, translation
from prl10n.assembly import assemble
from prl10n.backends import Backend
from prl10n.catalog import Catalog, Draft
from prl10n.config import Config, shown
from prl10n.content import find_documents
from prl10n.document import Document, Rules
from prl10n.errors import LIBRARY_FAILURES, BackendError, CatalogError, ConfigError, DocumentError, Prl10nError
from prl10n.locales import gettext_locale
from prl10n.memory import FILE, Memory
from prl10n.model import Finding, Severity, State, Unit
from prl10n.translation import Desk, Tally


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


@dataclass(frozen=True, slots=True)
class Source:
    """A document that was read. `name` is its path in the source folder, `file` the one in the project."""

    name: str
    file: str
    document: Document


@dataclass(slots=True)
class Row:
    """One document in one locale: what it holds, and what the run did."""

    document: str
    locale: str
    states: dict[State, int] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    catalog: str = ""
    page: str = ""
    catalog_written: bool = False
    page_written: bool = False

    @property
    def units(self) -> int:
        return sum(self.states.values())


@dataclass(slots=True)
class Outcome:
    """What a run did. `failure` is the error of a backend that ended the translating; all before it is saved."""

    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    backends: dict[str, str] = field(default_factory=dict)
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

    def begin(self, what: str, total: int) -> None:
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
    progress: Progress | None = None,
    environ: Mapping[str, str] | None = None,
    executor: Executor | None = None,
) -> Outcome:
    """Run the stages over the selected documents in the selected locales. `dry_run` writes and sends nothing.

    Raises ConfigError for what is wrong with the configuration or the selection as a whole.
    """
    return _Run(config, stages, dry_run, progress or Progress(), os.environ if environ is None else environ).all(
        selection, executor
    )


# --- reading ----------------------------------------------------------------------------------------------------------


def select(config: Config, selection: Selection) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(locales, documents) of a selection. ConfigError for a locale or a path that the configuration does not have."""
    for locale in selection.locales:
        config.settings(locale)
    locales = tuple(locale for locale in config.targets if not selection.locales or locale in selection.locales)
    names = find_documents(config)
    if not selection.paths:
        return locales, names
    folder = (config.root / config.content.source).resolve()
    chosen: set[str] = set()
    for path in selection.paths:
        resolved = path.resolve()
        matching = {name for name in names if (place := folder / name) == resolved or resolved in place.parents}
        if not matching:
            raise ConfigError(
                "not a document of this project",
                where=str(path),
                remedy=f"Documents are the files that include matches below {config.content.source}: "
                "name one, or a folder of them.",
            )
        chosen |= matching
    return locales, tuple(name for name in names if name in chosen)


def _split(job: tuple[str, Path, Rules]) -> Document | Finding:
    """Read and segment one file; the finding says why that is impossible."""
    file, path, rules = job
    try:
        data = files.read(path)
        if data is None:
            return Finding("unreadable", Severity.ERROR, file, 0, "the file is gone")
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


# --- one run ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Work:
    """A document in a locale, on its way through the stages."""

    source: Source
    locale: str
    path: Path
    seen: Catalog
    merged: Catalog
    row: Row

    def needed(self) -> list[Unit]:
        """The units without a text, each text once."""
        live = self.merged.live()
        found: dict[str, Unit] = {}
        for unit in self.source.document.units:
            if unit.text not in found and catalog.needs_text(live[unit.context, unit.text], self.merged):
                found[unit.text] = unit
        return list(found.values())


class _Run:
    def __init__(
        self, config: Config, stages: Stage, dry_run: bool, progress: Progress, environ: Mapping[str, str]
    ) -> None:
        self.config = config
        self.stages = stages
        self.dry_run = dry_run
        self.progress = progress
        self.environ = environ
        self.outcome = Outcome()
        self.now = today()

    def all(self, selection: Selection, executor: Executor | None) -> Outcome:
        locales, names = select(self.config, selection)
        read: dict[Rules, list[Source]] = {}
        for locale in locales:
            settings = self.config.settings(locale)
            rules = Rules(settings.front_matter.translate, settings.content.dialect, settings.front_matter.markdown)
            if rules not in read:
                read[rules] = self.read(names, rules, executor)
            sources = read[rules]
            work = [item for source in sources if (item := self.open(source, locale)) is not None]
            if Stage.TRANSLATE in self.stages:
                self.translate(work, locale)
            elif Stage.EXTRACT in self.stages:
                for item in work:
                    self.save(item, {})
            self.progress.begin(f"writing {locale}", len(work) if Stage.BUILD in self.stages else 0)
            for item in work:
                self.finish(item)
        return self.outcome

    def read(self, names: Sequence[str], rules: Rules, executor: Executor | None) -> list[Source]:
        folder = self.config.content.source
        self.progress.begin("reading", len(names))
        jobs = [
            (
                f"{folder}/{name}",
                self.config.root / folder / name,
                replace(rules, dialect=document.recognise(name, rules.dialect)),
            )
            for name in names
        ]
        sources: list[Source] = []
        found: Iterable[Document | Finding] = (
            executor.map(_split, jobs, chunksize=16) if executor else map(_split, jobs)
        )
        for name, job, result in zip(names, jobs, found, strict=True):
            self.progress.advance()
            if isinstance(result, Finding):
                self.outcome.unreadable = True
                self.outcome.findings.append(result)
                continue
            for line, message in result.problems:
                self.warn("document", job[0], line, message)
            sources.append(Source(name, job[0], result))
        return sources

    def open(self, source: Source, locale: str) -> _Work | None:
        """Load and merge the catalog of a document."""
        path = self.config.catalog_path(locale, source.name)
        row = Row(source.file, locale, catalog=shown(path), page=shown(self.config.target_path(locale, source.name)))
        try:
            for written in (path, self.config.target_path(locale, source.name)):
                self.refuse_outside(written)
            seen = catalog.load(path) or Catalog((), "")
            if not seen.header:
                seen = replace(seen, header=self.header(source, locale))
            merged = catalog.merge(seen, source.document.units, source.file)
        except Prl10nError as error:
            self.blame(error, source, locale)
            return None
        return _Work(source, locale, path, seen, merged, row)

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

    def translate(self, work: Sequence[_Work], locale: str) -> None:
        waiting = {id(item): item.needed() for item in work}
        total = sum(map(len, waiting.values()))
        self.progress.begin(f"translating {locale}", total)
        if not total:
            for item in work:
                self.save(item, {})
            return
        backend = self.backend(locale)
        self.refuse_outside(self.config.root / FILE)
        with Memory(self.config.root / FILE, scratch=self.dry_run) as memory:
            self.refresh(memory, locale)
            announced: set[str] | None = set() if self.dry_run else None
            desk = Desk(backend, memory, self.config.source, locale, self.now.date().isoformat(), announced)
            for item in work:
                units = waiting[id(item)]
                drafts: Mapping[str, Draft] = {}
                if units and self.outcome.failure is None:
                    result = translation.translate(desk, item.source.document, units)
                    self.outcome.failure = result.failure
                    item.row.tally = result.tally
                    drafts = result.drafts
                    for unit, reason in result.warnings:
                        message = f"the unit stays untranslated, {reason}\n    {_short(unit.text)}"
                        self.warn("markup", item.source.file, unit.line, message, locale)
                self.save(item, drafts)
                self.progress.advance(len(units))

    def backend(self, locale: str) -> Backend:
        """The backend of a locale. `auto` is DeepL where there is a key, else a local model where one is installed,
        else the memory.
        """
        settings = self.config.settings(locale).backend
        name = settings.name
        if name == "auto":
            if self.environ.get("DEEPL_AUTH_KEY", "").strip():
                name = "deepl"
            else:
                name = "local" if "local" in backends.names() else "memory"
        self.outcome.backends[locale] = name
        return backends.create(name, settings.options(name), self.environ)

    def refresh(self, memory: Memory, locale: str) -> None:
        """Bring the memory up to date with all catalogs of the locale, whatever the selection."""
        known = {self.config.catalog_path(locale, name): name for name in find_documents(self.config)}
        for error in memory.refresh(locale, known, self.config.root):
            path, line = _place(error.where)
            if not any(finding.path == path for finding in self.outcome.findings):
                self.warn("memory", path, line, f"left out of the memory: {error.what}", locale)

    # saving

    def save(self, item: _Work, drafts: Mapping[str, Draft]) -> None:
        """Merge into the catalog on disk, whatever it is by now, and write it if a byte changes."""
        units, file = item.source.document.units, item.source.file

        def change(current: Catalog) -> Catalog:
            return catalog.fill(catalog.merge(current, units, file), drafts)

        if self.dry_run or (item.seen.data is None and not units):
            item.merged = change(item.seen)
            item.row.catalog_written = item.merged != item.seen
            return
        try:
            item.merged = catalog.update(item.path, item.seen, change)
        except Prl10nError as error:
            self.blame(error, item.source, item.locale)
            return
        item.row.catalog_written = item.merged.data != item.seen.data

    def finish(self, item: _Work) -> None:
        """Count the states, and publish the document if the run builds."""
        live = item.merged.live()
        for unit in item.source.document.units:
            entry = live[unit.context, unit.text]
            item.row.states[entry.state] = item.row.states.get(entry.state, 0) + 1
            if Stage.TRANSLATE in self.stages and not self.dry_run and catalog.needs_text(entry, item.merged):
                self.outcome.untranslated += 1
        if Stage.BUILD in self.stages:
            try:
                self.publish(item)
            except Prl10nError as error:
                self.blame(error, item.source, item.locale)
            self.progress.advance()
        self.outcome.rows.append(item.row)

    def publish(self, item: _Work) -> None:
        """Write the localized document, if any of its units has a text that may be published and a byte changes."""
        settings = self.config.settings(item.locale)
        live = item.merged.live()
        units = item.source.document.units
        texts = [catalog.publishable(live[unit.context, unit.text], drafts=settings.publish.drafts) for unit in units]
        if units and not any(texts):
            return
        values = {key: value.replace("{locale}", item.locale) for key, value in settings.front_matter.set.items()}
        result, rejected = assemble(item.source.document, texts, values)
        for index, reason in rejected.items():
            message = f"this translation would break the page, the source text stands in its place: {reason}"
            self.outcome.findings.append(
                Finding(
                    "structure",
                    Severity.ERROR,
                    item.row.catalog,
                    0,
                    f"{message}\n    {_short(units[index].text)}",
                    item.locale,
                )
            )
        complete = all(texts) and not rejected
        if not complete and settings.publish.incomplete == "skip":
            return
        path = self.config.target_path(item.locale, item.source.name)
        if files.read(path) == result:
            return
        item.row.page_written = True
        if not self.dry_run:
            files.write(path, result)

    # findings

    def warn(self, rule: str, path: str, line: int, message: str, locale: str = "") -> None:
        self.outcome.findings.append(Finding(rule, Severity.WARNING, path, line, message, locale))

    def blame(self, error: Prl10nError, source: Source, locale: str) -> None:
        """A file that cannot be read or written: named, and left out."""
        self.outcome.unreadable = True
        path, line = _place(error.where or source.file)
        message = f"{error.what}. {error.remedy}".strip()
        self.outcome.findings.append(Finding("unreadable", Severity.ERROR, path, line, message, locale))


def _place(where: str) -> tuple[str, int]:
    """The path as it is shown and the line of an error's `where`; line 0 where it names none."""
    path, _, line = where.rpartition(":")
    return (shown(Path(path)), int(line)) if path and line.isdigit() else (shown(Path(where)), 0)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 100 else f"{line[:99]}…"
