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
from prl10n.ledger import Ledger, Row, Rows, paths
from prl10n.manifest import Manifest
from prl10n.model import Finding, Severity
from prl10n.outcome import Outcome, Progress, Selection, Spend, Stage, select

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
        self.ledgers = {locale: Ledger(own, self.documents) for locale, own in paths(config).items()}
        self.work: Working | None = None  # where there is something to do

    def all(self, selection: Selection) -> Outcome:
        locales, names = select(self.config, selection, self.documents)
        self.manifest = self.known if not selection.paths else None
        wanted: dict[str, Sequence[str]] = {}
        shared: dict[tuple[str, ...], tuple[str, ...]] = {}  # one tuple for thousands of documents
        for number, name in enumerate(names):  # the manifest is asked about all documents, or none
            here = tuple(each for each in locales if not (self.manifest and self.manifest.leave_out(each, number)))
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
        self.tell_left_out()
        self.outcome.rows = Rows(self.ledgers)
        order = {locale: number for number, locale in enumerate(("", *self.config.targets))}
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
                self.ledgers,
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
        would_change = self.dry_run and any(row.catalog_written for row in Rows(self.ledgers).written())
        anew = would_change or self.outcome.unreadable
        publisher = self.work.publisher if self.work is not None else None
        for locale, name in self.manifest.dependents(self.ledgers, publisher, anew=anew):
            found.setdefault(name, []).append(locale)
        return found

    def tell_left_out(self) -> None:
        """Rows and findings of the documents that were left out, as the last run said them."""
        if self.manifest is None:
            return
        failed = self.work.inputs.failed if self.work is not None else set()
        told = self.work.inputs.problems if self.work is not None else {}
        problems = self.manifest.problems()
        said: set[tuple[int, str]] = set()
        for locale, ledger in self.ledgers.items():
            rules, kept = repr(reading_rules(self.config, locale)), self.manifest.remembered(locale)
            left = list(self.manifest.left_out(locale))
            for number in filter(problems.__contains__, left):
                name = self.documents[number]
                if (number, rules) not in said and rules not in told.get(name, {}):
                    said.add((number, rules))
                    for line, message in problems[number].get(rules, ()):
                        self.warn("document", f"{self.config.content.source}/{name}", line, message)
            untouched = [n for n in left if not ledger.has_item(n) and (locale, self.documents[n]) not in failed]
            ledger.put_rows(untouched, kept.counts)
            for number in filter(kept.more.__contains__, untouched):
                for text in kept.more[number].rejected:
                    path = ledger.row_at(number).catalog
                    self.outcome.findings.append(Finding("structure", Severity.ERROR, path, 0, text, locale))

    def remember(self) -> None:
        """What the next run need not do again."""
        if self.manifest is None or self.dry_run or self.stages != Stage.EXTRACT | Stage.TRANSLATE | Stage.BUILD:
            return
        if self.work is None:
            self.manifest.remember({}, set(), None, {})
        else:
            inputs = self.work.inputs
            self.manifest.remember(self.ledgers, inputs.failed, self.work.publisher, inputs.problems)

    def warn(self, rule: str, path: str, line: int, message: str, locale: str = "") -> None:
        self.outcome.findings.append(Finding(rule, Severity.WARNING, path, line, message, locale))
