"""A run: what is to be done, the work on it, and what the next run need not do again.

    what did not change is left out (`manifest`) → the rest: read → merge → translate → save → build (`working`)

This module and what it imports is all that a run with nothing to do needs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from prl10n import files, lock
from prl10n.config import Config
from prl10n.content import find_documents, reading_rules
from prl10n.errors import Damaged
from prl10n.manifest import Manifest
from prl10n.model import Finding, Severity
from prl10n.outcome import Outcome, Progress, Row, Selection, Spend, Stage, select

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from prl10n.working import Working

__all__ = ["NOTHING", "Outcome", "Progress", "Row", "Selection", "Stage", "run"]

NOTHING = -1  # instead of the characters that a run may send: no request at all


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
    Without an executor, the run takes as many processes of this machine as the work is worth. Raises ConfigError for
    what is wrong with the configuration or the selection as a whole, and Prl10nError where another run holds the lock
    of the project.
    """
    limit = most_characters if most_characters is not None else config.budget.characters or None
    environ = os.environ if environ is None else environ
    spend = Spend(limit)

    def once() -> Outcome:
        return _Run(config, stages, dry_run, spend, progress or Progress(), environ, executor).all(selection)

    with lock.unless(dry_run, config.root):
        try:
            return once()
        except Damaged as error:  # there is a new memory now
            from prl10n.inputs import place_of

            outcome = once()
            path, _ = place_of(error.where)
            outcome.findings.insert(0, Finding("memory", Severity.WARNING, path, 0, error.what))
            return outcome


# --- one run ----------------------------------------------------------------------------------------------------------


class _Run:
    def __init__(
        self,
        config: Config,
        stages: Stage,
        dry_run: bool,
        spend: Spend,
        progress: Progress,
        environ: Mapping[str, str],
        executor: Executor | None,
    ) -> None:
        self.config = config
        self.stages = stages
        self.dry_run = dry_run
        self.spend = spend
        self.progress = progress
        self.environ = environ
        self.executor = executor
        self.outcome = Outcome()
        self.documents = find_documents(config)
        self.known = Manifest(config, self.documents) if Stage.BUILD in stages else None
        self.manifest: Manifest | None = None  # where the run goes by it
        self.work: Working | None = None  # where there is something to do

    def all(self, selection: Selection) -> Outcome:
        locales, names = select(self.config, selection, self.documents)
        self.manifest = self.known if not selection.paths else None
        wanted: dict[str, Sequence[str]] = {}
        shared: dict[tuple[str, ...], tuple[str, ...]] = {}  # one tuple for thousands of documents
        for name in names:
            here = tuple(each for each in locales if not (self.manifest and self.manifest.leave_out(each, name)))
            if here:
                wanted[name] = shared.setdefault(here, here)
        try:
            if wanted:
                self.working().through(wanted)
            again = self.revisited()
            if again:
                self.working().through(again)
            if self.work is not None:
                self.work.link()
        finally:
            if self.work is not None:
                self.work.close()
        if Stage.BUILD in self.stages:
            self.list_versions(not wanted and not selection.locales)
        self.remember()
        done = [item.row for item in self.work.items.values()] if self.work is not None else []
        order = {locale: number for number, locale in enumerate(("", *self.config.targets))}
        self.outcome.rows = sorted((*done, *self.left_out()), key=lambda row: (order[row.paths.locale], row.name))
        self.outcome.findings.sort(key=lambda finding: (order[finding.locale], finding.path, finding.line))
        return self.outcome

    def working(self) -> Working:
        """The work on documents, begun by the first one that there is something to do for."""
        if self.work is None:
            from prl10n.working import Working

            self.work = Working(
                self.config,
                self.documents,
                self.stages,
                self.outcome,
                self.spend,
                self.progress,
                self.environ,
                self.executor,
                self.known,
                dry_run=self.dry_run,
            )
        return self.work

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
        publisher = self.working().publisher if known is None else None
        if publisher is not None:
            for locale, address, (name, *others) in publisher.clashes():
                shared = f"like that of {', '.join(others)}: change one of their titles"
                said.append((locale, name, f"its page has the address {address}, {shared}"))
        for locale, name, message in said:
            self.warn("address", f"{self.config.content.source}/{name}", 0, message, locale)
        text = publisher.alternates() if publisher is not None else None
        if text is not None:
            path = self.config.root / site.hreflang
            self.working().inputs.refuse_outside(str(path))
            if files.read(path) != text:
                files.write(path, text)
        if self.manifest and known is None:
            self.manifest.keep_versions(site.hreflang, said)

    # what did not change

    def revisited(self) -> dict[str, list[str]]:
        """The documents that were left out, and whose pages depend on what changed in others."""
        if self.manifest is None:
            return {}
        found: dict[str, list[str]] = {}
        work = self.work
        changed = work.items.values() if work is not None else ()
        would_change = self.dry_run and any(item.row.catalog_written for item in changed)
        anew = would_change or self.outcome.unreadable
        for locale, name in self.manifest.dependents(changed, work.publisher if work is not None else None, anew=anew):
            found.setdefault(name, []).append(locale)
        return found

    def left_out(self) -> list[Row]:
        """The rows of the documents that were left out, with what the last run said of them."""
        if self.manifest is None:
            return []
        rules_of = {locale: repr(reading_rules(self.config, locale)) for locale in self.config.targets}
        items, failed = (self.work.items, self.work.inputs.failed) if self.work is not None else ({}, set())
        problems = self.work.inputs.problems if self.work is not None else {}
        told = {(name, rules) for name, each in problems.items() for rules in each}
        rows = []
        for (locale, name), seen in self.manifest.left_out.items():
            rules = rules_of[locale]
            if (name, rules) not in told:
                told.add((name, rules))
                for line, message in self.manifest.problems(name, rules):
                    self.warn("document", f"{self.config.content.source}/{name}", line, message)
            if (locale, name) in items or (locale, name) in failed:
                continue
            row = Row(name, self.manifest.paths[locale], seen.states, seen.words)
            for text in seen.rejected:
                self.outcome.findings.append(Finding("structure", Severity.ERROR, row.catalog, 0, text, locale))
            rows.append(row)
        return rows

    def remember(self) -> None:
        """What the next run need not do again."""
        if self.manifest is None or self.dry_run or self.stages != Stage.EXTRACT | Stage.TRANSLATE | Stage.BUILD:
            return
        if self.work is None:
            self.manifest.remember((), set(), None, {})
        else:
            inputs = self.work.inputs
            self.manifest.remember(self.work.items.values(), inputs.failed, self.work.publisher, inputs.problems)

    def warn(self, rule: str, path: str, line: int, message: str, locale: str = "") -> None:
        self.outcome.findings.append(Finding(rule, Severity.WARNING, path, line, message, locale))
