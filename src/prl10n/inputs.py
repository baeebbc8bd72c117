"""What a run reads of a project: the selected documents with their catalogs, and what is wrong with some of them.

A document or a catalog that cannot be read is named in a finding and left out; the rest goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from prl10n import document, files, making
from prl10n.catalog import Catalog
from prl10n.config import Config, shown
from prl10n.content import find_catalogs, reading_rules
from prl10n.errors import CatalogError, Prl10nError
from prl10n.ledger import paths
from prl10n.making import Fault, Job, Place, fault_of
from prl10n.model import Finding, Severity
from prl10n.outcome import Outcome
from prl10n.publishing import needs_former, readable

MOVED = 0.5  # the share of common texts (Dice) from which a catalog is taken for that of a document that was renamed


class Former(NamedTuple):
    """A catalog whose document is gone."""

    path: Path
    catalog: Catalog


class Inputs:
    """The files of a project as a run finds them. `documents` are all there are; `failed` are the (locale, document)
    of which a file cannot be read or written.
    """

    def __init__(self, config: Config, documents: tuple[str, ...], outcome: Outcome) -> None:
        self.config = config
        self.documents = documents
        self.outcome = outcome
        self.rules = {locale: reading_rules(config, locale) for locale in config.targets}
        self.formers: dict[tuple[str, str], Former] = {}  # (locale, document) → the catalog that it takes over
        self.problems: dict[str, dict[str, Sequence[tuple[int, str]]]] = {}  # document → rules → (line, message)
        self.failed: set[tuple[str, str]] = set()
        self._orphans: dict[str, list[Former]] = {}
        self.root = str(config.root)
        self.paths = paths(config)
        self._inside: dict[str, bool] = {}  # folders that were looked at, and whether they are within the project

    def jobs(self, wanted: Mapping[str, Sequence[str]], *, builds: bool) -> Iterator[Job]:
        """What workers are to do, document by document; locales that read it by the same rules share a job."""
        folder = self.config.content.source
        for name, locales in wanted.items():
            file = f"{folder}/{name}"
            try:
                data = files.read(f"{self.root}/{file}")
            except Prl10nError as error:
                self.unreadable(file, fault_of(error))
                continue
            if data is None:
                self.unreadable(file, Fault("the file is gone"))
                continue
            for rules in dict.fromkeys(self.rules[locale] for locale in locales):
                own = replace(rules, dialect=document.recognise(name, rules.dialect))
                job = Job(name, file, data, own, ())
                places = (self.place(job, locale, builds=builds) for locale in locales if self.rules[locale] == rules)
                job = job._replace(places=tuple(place for place in places if place is not None))
                if job.places:
                    yield job

    def place(self, job: Job, locale: str, *, builds: bool) -> Place | None:
        """A document in a locale as it is on disk; None, and a finding, where that cannot be read."""
        path = f"{self.root}/{self.paths[locale].catalogs(job.name)}"
        target = f"{self.root}/{self.paths[locale].pages(job.name)}"
        try:
            for written in (path, target):
                self.refuse_outside(written)
            data = files.read(path)
            former = self.former(job, locale) if data is None else None
            page = files.read(target) if builds and needs_former(self.config, locale) else None
        except Prl10nError as error:
            self.blame(fault_of(error), job.name, locale)
            return None
        if former is not None:
            self.formers[locale, job.name] = former
        return Place(locale, path, data, former.catalog.data if former else None, page)

    def former(self, job: Job, locale: str) -> Former | None:
        """The catalog that a document had under another name: one without a document, with most of its texts."""
        if locale not in self._orphans:
            names = find_catalogs(self.config, locale, self.documents)
            known = set(self.documents)
            orphans = [Path(path) for path, name in names.items() if name not in known]
            self._orphans[locale] = [
                Former(path, loaded) for path in orphans if (loaded := readable(path)) is not None and loaded.data
            ]
        source = making.read(job) if self._orphans[locale] else None
        if source is None or isinstance(source, Fault):
            return None
        texts = {(unit.context, unit.text) for unit in source.document.units}
        best, share = None, 0.0
        for former in self._orphans[locale]:
            own = {key for key, entry in former.catalog.live().items() if entry.msgstr}
            common = 2 * len(own & texts) / (len(own) + len(texts)) if own and texts else 0.0
            if common >= MOVED and common > share:
                best, share = former, common
        if best is not None:
            self._orphans[locale].remove(best)
        return best

    def refuse_outside(self, path: str) -> None:
        """Law 7: nothing is written where a link leads out of the project."""
        folder = path.rpartition("/")[0]
        if folder not in self._inside:
            self._inside[folder] = files.is_inside(Path(folder), self.config.root)
        if not self._inside[folder] or not files.is_inside_folder(path, self.config.root):
            raise CatalogError(
                "a link leads out of the project", where=shown(Path(path)), remedy="Replace the link by a folder."
            )

    # what is wrong

    def tell_problems(self, job: Job, problems: Sequence[tuple[int, str]]) -> None:
        """What is wrong with a document that is read all the same."""
        if not problems:
            return  # as almost all are: nothing is kept of them
        said, rules = self.problems.setdefault(job.name, {}), repr(self.rules[job.places[0].locale])
        if rules not in said:
            said[rules] = problems
            for line, message in problems:
                self.warn("document", job.file, line, message)

    def reject(self, path: str, locale: str, rejected: Sequence[tuple[str, str]]) -> tuple[str, ...]:
        """Law 3: the translations that a page is built without. Gives what was said of them."""
        noted: list[str] = []
        for text, reason in rejected:
            message = f"this translation would break the page, the source text stands in its place: {reason}"
            said = f"{message}\n    {short(text)}"
            noted.append(said)
            self.outcome.findings.append(Finding("structure", Severity.ERROR, path, 0, said, locale))
        return tuple(noted)

    def warn(self, rule: str, path: str, line: int, message: str, locale: str = "") -> None:
        self.outcome.findings.append(Finding(rule, Severity.WARNING, path, line, message, locale))

    def unreadable(self, file: str, fault: Fault) -> None:
        """A source that cannot be read: named, and left out."""
        self.outcome.unreadable = True
        line = fault.where.rpartition(":")[2]
        found = Finding("unreadable", Severity.ERROR, file, int(line) if line.isdigit() else 0, fault.what)
        if found not in self.outcome.findings:  # by the rules of another locale
            self.outcome.findings.append(found)

    def blame(self, fault: Fault, name: str, locale: str, rule: str = "unreadable") -> None:
        """A file of a document in a locale that cannot be read, or must not be written: named, and left out."""
        self.outcome.unreadable = True
        self.failed.add((locale, name))
        path, line = place_of(fault.where or f"{self.config.content.source}/{name}")
        self.outcome.findings.append(Finding(rule, Severity.ERROR, path, line, fault.what, locale))


def place_of(where: str) -> tuple[str, int]:
    """The path as it is shown and the line of an error's `where`; line 0 where it names none."""
    path, _, line = where.rpartition(":")
    return (shown(Path(path)), int(line)) if path and line.isdigit() else (shown(Path(where)), 0)


def short(text: str) -> str:
    """The beginning of a text, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= 100 else f"{line[:99]}…"
