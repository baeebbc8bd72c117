"""Every rule over every selected document: reads the project, and writes and sends nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from prl10n import catalog, files, glossary
from prl10n.catalog import Entry, Key
from prl10n.checks import model, places
from prl10n.checks.model import Context, Files, Place, Problem, Rule
from prl10n.checks.rules import BY_ID
from prl10n.config import Config, shown
from prl10n.content import find_catalogs, find_documents
from prl10n.errors import Prl10nError
from prl10n.model import Finding, Severity, Term, Unit
from prl10n.outcome import Selection, select
from prl10n.surveying import Standing, survey

_MSGFMT_LINE = re.compile(r"^(?P<path>.+?):(?P<line>\d+)(?::\d+)?: (?P<message>.+)$")


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, in the order of files and lines, and what was looked for: the rules, and the locales."""

    findings: tuple[Finding, ...]
    rules: tuple[Rule, ...]
    locales: tuple[str, ...]

    @property
    def errors(self) -> int:
        return sum(finding.severity is Severity.ERROR for finding in self.findings)


def inspect(config: Config, selection: Selection, rules: Sequence[Rule], errors: Iterable[str] = ()) -> Report:
    """Look for what the rules name. The findings of the rules `errors` are errors, whatever the table says.

    Raises ConfigError for what is wrong with the configuration or the selection, and for a glossary that cannot be
    read.
    """
    names = find_documents(config)
    standings, seen = survey(config, selection)
    locales, _ = select(config, selection, names)
    found = [*_read(config, names, seen), *_rejected(config, standings), *_gettext(standings)]
    terms = {
        locale: glossary.load(config.root / config.settings(locale).glossary.file).terms(locale) for locale in locales
    }
    desks = [Desk(config, standing, terms[standing.locale]) for standing in standings]
    for desk in desks:
        found += _document(desk, rules)
    for locale in locales:
        found += _together([desk for desk in desks if desk.standing.locale == locale], rules)
    if not selection.paths:
        for locale in locales:
            found += _orphans(config, locale, names)
    wanted, raised = {rule.id for rule in rules}, set(errors)
    kept = [
        replace(finding, severity=Severity.ERROR) if finding.rule in raised else finding
        for finding in dict.fromkeys(found)
        if finding.rule in wanted
    ]
    order = {locale: number for number, locale in enumerate(("", *config.targets))}
    kept.sort(key=lambda finding: (order.get(finding.locale, 0), finding.path, finding.line))
    return Report(tuple(kept), tuple(rules), locales)


# --- while reading ----------------------------------------------------------------------------------------------------


def _read(config: Config, names: Sequence[str], seen: Iterable[Finding]) -> Iterator[Finding]:
    """What was found while the project was read, by the rules of the table."""
    catalogs = {shown(config.catalog_path(locale, name)) for locale in config.targets for name in names}
    sources = {f"{config.content.source}/{name}" for name in names}
    for finding in seen:
        if finding.rule != "structure":
            path = shown(config.root / finding.path) if finding.path in sources else finding.path
            yield replace(finding, rule="catalog" if finding.path in catalogs else "document", path=path)


def _rejected(config: Config, standings: Iterable[Standing]) -> Iterator[Finding]:
    """Law 3: the translations that their pages were built without."""
    for standing in standings:
        place = Desk(config, standing)
        live, units = standing.merged.live(), standing.source.document.units
        for index, reason in standing.rejected.items():
            problem = Problem(
                f"the source text stands in the place of this translation, which would break the page: {reason}"
            )
            if "structure" not in places.ignored(live[units[index].context, units[index].text]):
                yield place.at_unit(BY_ID["structure"], units[index], problem)


def _gettext(standings: Iterable[Standing]) -> Iterator[Finding]:
    """What gettext's own check says of the catalogs, where it is installed."""
    command = shutil.which("msgfmt")
    present = [standing for standing in standings if standing.seen.data is not None]
    if command is None or not present:
        return

    def said(standing: Standing) -> str:
        run = subprocess.run(
            [command, "--check", f"--output-file={os.devnull}", str(standing.catalog_path)],
            capture_output=True,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            check=False,
        )
        return run.stderr.decode(errors="replace") if run.returncode else ""

    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(said, present))
    for standing, answer in zip(present, answers, strict=True):
        for line in answer.splitlines():
            if match := _MSGFMT_LINE.match(line):
                yield Finding(
                    "catalog",
                    Severity.ERROR,
                    shown(standing.catalog_path),
                    int(match["line"]),
                    f"msgfmt: {match['message']}",
                    standing.locale,
                )


def _orphans(config: Config, locale: str, names: Sequence[str]) -> Iterator[Finding]:
    """Catalogs and pages of the whole project that have no source any more."""
    known = {config.catalog_path(locale, name) for name in names}
    for path in map(Path, find_catalogs(config, locale, names)):
        if path in known:
            continue
        message = "its source is gone: `prl10n sync` moves it along with a source that was renamed; else remove it"
        yield _orphan(path, locale, message)
        try:
            catalog.load(path)
        except Prl10nError as error:
            line = error.where.rpartition(":")[2]
            number = int(line) if line.isdigit() else 0
            yield Finding("catalog", Severity.ERROR, shown(path), number, f"{error.what}. {error.remedy}", locale)
    for path in places.stray_pages(config, locale, names):
        yield _orphan(path, locale, "it comes from no source: remove it, unless somebody wrote it by hand")


def _orphan(path: Path, locale: str, message: str) -> Finding:
    return Finding("orphan", BY_ID["orphan"].severity, shown(path), 0, message, locale)


# --- documents --------------------------------------------------------------------------------------------------------


class Desk:
    """A document in a locale: what the checks see of its units, and where the findings about it stand."""

    def __init__(self, config: Config, standing: Standing, terms: tuple[Term, ...] = ()) -> None:
        self.config = config
        self.standing = standing
        self.terms = terms
        self.source = shown(config.root / standing.source.file)
        self.catalog = shown(standing.catalog_path)
        self.page = shown(standing.page_path)
        self._lines: Mapping[Key, int] | None = None

    def line(self, key: Key) -> int:
        if self._lines is None:
            self._lines = places.entry_lines(self.standing.seen)
        return self._lines.get(key, 0)

    def at_unit(self, rule: Rule, unit: Unit, problem: Problem) -> Finding:
        """At the entry of the unit; at the unit itself where the catalog does not have it yet."""
        line = self.line((unit.context, unit.text))
        path, number = (self.catalog, line) if line else (self.source, unit.line)
        message = f"{problem.message}\n    {self.source}:{unit.line}: {_short(unit.text)}"
        severity = problem.severity or rule.severity
        return Finding(rule.id, severity, path, number, message, self.standing.locale, problem.fix or "")

    @cached_property
    def contexts(self) -> list[Context]:
        """The units of the document by their entry, in order."""
        live = self.standing.merged.live()
        units = _once(self.standing.source.document.units)
        return [self.context(unit, live[key]) for key, unit in units.items()]

    def context(self, unit: Unit, entry: Entry) -> Context:
        return model.context(
            unit,
            entry,
            self.standing.locale,
            self.config.settings(self.standing.locale),
            language=self.config.source,
            terms=self.terms,
            references=self.standing.source.document.references,
            catalog=self.standing.merged,
        )

    def at_file(self, rule: Rule, problem: Problem) -> Finding:
        """At a file that is there: the source, where the file that is meant has not been written."""
        meant = {"catalog": self.standing.catalog_path, "page": self.standing.page_path}[rule.about]
        there = os.path.exists(meant)  # noqa: PTH110 (False for a name that is too long, too)
        message = problem.message if there else f"{problem.message}\n    {shown(meant)}"
        path = shown(meant) if there else self.source
        return Finding(rule.id, problem.severity or rule.severity, path, 0, message, self.standing.locale)


def _document(desk: Desk, rules: Sequence[Rule]) -> Iterator[Finding]:
    standing = desk.standing
    whole = Files(
        standing.source.document.units,
        standing.seen,
        standing.merged,
        files.read(standing.page_path),
        standing.page,
        standing.broken,
    )
    for rule in rules:
        for problem in rule.files(whole) if rule.files else ():
            yield desk.at_file(rule, problem)
    for context in desk.contexts:
        for name in places.ignored(context.entry):
            if name not in BY_ID:
                problem = Problem(f"a comment ignores {name!r}, which is no rule", Severity.WARNING)
                yield desk.at_unit(BY_ID["catalog"], context.unit, problem)
        for rule, problem in problems(context, rules):
            yield desk.at_unit(rule, context.unit, problem)


def problems(context: Context, rules: Iterable[Rule]) -> Iterator[tuple[Rule, Problem]]:
    """What the rules about single units say of one, without those that its entry ignores."""
    silent = places.ignored(context.entry)
    published = _is_published(context)
    for rule in rules:
        check = rule.state or (rule.text if published else None)
        if check is not None and rule.id not in silent:
            for problem in check(context.unit.text, context.entry.msgstr, context):
                yield rule, problem


def _is_published(context: Context) -> bool:
    return bool(catalog.publishable(context.entry, drafts=True))


def _together(desks: Sequence[Desk], rules: Iterable[Rule]) -> Iterator[Finding]:
    """What shows when all texts of a locale are seen together."""
    checks = [(rule, rule.project) for rule in rules if rule.project is not None]
    if not checks:
        return
    owners = [(desk, context) for desk in desks for context in desk.contexts if _is_published(context)]
    texts = [Place(context, f"{desk.source}:{context.unit.line}") for desk, context in owners]
    for rule, check in checks:
        for index, problem in check(texts):
            desk, context = owners[index]
            if rule.id not in places.ignored(context.entry):
                yield desk.at_unit(rule, context.unit, problem)


def _once(units: Iterable[Unit]) -> dict[Key, Unit]:
    """The units of a document by their entry: the first of equal ones, with the tightest limit of all."""
    found: dict[Key, Unit] = {}
    for unit in units:
        first = found.setdefault((unit.context, unit.text), unit)
        limits = [limit for limit in (first.max_length, unit.max_length) if limit is not None]
        if limits and first.max_length != min(limits):
            found[unit.context, unit.text] = first._replace(max_length=min(limits))
    return found


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 100 else f"{line[:99]}…"
