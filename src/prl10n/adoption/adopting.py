"""The pages of a project → its catalogs: what is certain is approved, what is likely is a draft, the rest is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from prl10n import catalog, document, files, markup
from prl10n.adoption.blocks import folded, spoken
from prl10n.adoption.lexicon import EMPTY, Lexicon, learn
from prl10n.adoption.pairing import APPROVED, Alignment, align, examples
from prl10n.assembly import assemble
from prl10n.catalog import Catalog, Entry, Key
from prl10n.changes import Changes
from prl10n.config import Config, shown
from prl10n.content import find_documents
from prl10n.document import Document
from prl10n.errors import LIBRARY_FAILURES, DocumentError, Prl10nError
from prl10n.model import Finding, Severity, State, Unit
from prl10n.outcome import Selection
from prl10n.publishing import Publisher
from prl10n.surveying import Standing, survey

NAME = 4  # words of a text that may be the same in both languages; a longer one is not translated
SHOWN = 6  # ranges of lines that a finding names


@dataclass(slots=True)
class Row:
    """What became of one document in one locale.

    In units of the source: `approved` and `draft` were paired and enter the catalog, `known` had a text there before,
    `untranslated` are the same in the page, `differing` have a partner with other markup, `unpaired` have none.
    `foreign` are the units of the page without a partner. `changes` are the lines of the page that `build` will write
    anew: (first, last).
    """

    document: str
    locale: str
    page: str
    catalog: str
    units: int
    approved: int = 0
    draft: int = 0
    known: int = 0
    untranslated: int = 0
    differing: int = 0
    unpaired: int = 0
    foreign: int = 0
    changes: tuple[tuple[int, int], ...] = ()
    written: bool = False


@dataclass(slots=True)
class Report:
    """`without_page` are documents that no translated page exists of; `complete` those whose catalogs lack nothing."""

    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    without_page: int = 0
    complete: int = 0
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class _Proposal:
    """A text for an entry."""

    text: str
    confidence: float
    approved: bool


@dataclass(frozen=True, slots=True)
class _Page:
    """A document with its translated page."""

    standing: Standing
    data: bytes
    target: Document

    @property
    def source(self) -> Document:
        return self.standing.source.document

    def is_waiting(self) -> bool:
        live = self.standing.merged.live()
        return any(live[unit.context, unit.text].state is State.MISSING for unit in self.source.units)


def adopt(config: Config, selection: Selection, *, dry_run: bool = False) -> Report:
    """Pair the units of the selected documents with those of their pages, and fill what their catalogs lack.

    Law 4: an entry that has a text keeps it. Law 6: a second run writes no file, since what it finds depends on sources
    and pages alone. Raises ConfigError for what is wrong with the configuration or the selection as a whole.
    """
    report = Report()
    documents = find_documents(config)
    standings, findings = survey(config, selection)
    report.findings += [finding for finding in findings if finding.rule == "unreadable"]
    report.unreadable = bool(report.findings)
    for locale in dict.fromkeys(standing.locale for standing in standings):
        pages = list(_pages([standing for standing in standings if standing.locale == locale], report))
        waiting = [page for page in pages if page.is_waiting()]
        report.complete += len(pages) - len(waiting)
        if not waiting:
            continue
        lexicon = _learned(config, pages)
        for page in waiting:
            try:
                _Adoption(config, page, lexicon, report, documents).carry_out(dry_run=dry_run)
            except Prl10nError as error:
                _blame(report, page.standing, f"{error.what}. {error.remedy}".strip())
    return report


def _pages(standings: Sequence[Standing], report: Report) -> Iterator[_Page]:
    """The translated pages that there are, read as their sources are."""
    for standing in standings:
        try:
            data = files.read(standing.page_path)
            if data is None:
                report.without_page += 1
                continue
            yield _Page(standing, data, document.split(data, standing.source.document.rules, recognise=False))
        except DocumentError as error:
            _blame(report, standing, f"{error.what}. {error.remedy}".strip(), int(error.where.rpartition(":")[2] or 0))
        except Prl10nError as error:
            _blame(report, standing, f"{error.what}. {error.remedy}".strip())
        except LIBRARY_FAILURES as error:
            _blame(report, standing, f"the markdown parser failed: {type(error).__name__}: {error}")


def _blame(report: Report, standing: Standing, message: str, line: int = 0) -> None:
    report.unreadable = True
    path = shown(standing.page_path)
    report.findings.append(Finding("unreadable", Severity.ERROR, path, line, message, standing.locale))


def _locales(config: Config) -> tuple[str, ...]:
    return tuple(locale.casefold() for locale in (config.source, *config.targets))


def _aligned(config: Config, page: _Page, lexicon: Lexicon) -> Alignment:
    return align(page.source, page.target, _locales(config), lexicon)


def _learned(config: Config, pages: Sequence[_Page]) -> Lexicon:
    """The words of all pages of a locale, whether their catalogs lack something or not."""
    return learn(
        example for page in pages for example in examples(page.source, page.target, _aligned(config, page, EMPTY))
    )


class _Adoption:
    """One page on its way into its catalog."""

    def __init__(
        self, config: Config, page: _Page, lexicon: Lexicon, report: Report, documents: tuple[str, ...]
    ) -> None:
        self.config, self.page, self.report, self.documents = config, page, report, documents
        self.standing = page.standing
        self.live = self.standing.merged.live()
        self.alignment = _aligned(config, page, lexicon)
        self.row = Row(
            self.standing.source.file,
            self.standing.locale,
            shown(self.standing.page_path),
            shown(self.standing.catalog_path),
            len(page.source.units),
        )
        self.findings: list[Finding] = []

    def carry_out(self, *, dry_run: bool) -> None:
        proposals = self.sound(self.proposals())
        self.leftovers()

        def change(current: Catalog) -> Catalog:
            source = self.standing.source
            changes = Changes(source.document.references, (self.config.source, self.standing.locale))
            merged = catalog.merge(current, source.document.units, source.file, changes)
            filled = _filled(merged, proposals)
            return current if filled is merged else filled

        result = _filled(self.standing.merged, proposals)
        if proposals and not dry_run:
            result = catalog.update(self.standing.catalog_path, self.standing.seen, change)
            self.row.written = result.data != self.standing.seen.data
        else:
            self.row.written = bool(proposals)
        self.count(proposals)
        self.compare(result if proposals else self.standing.merged)
        self.report.rows.append(self.row)
        self.report.findings += sorted(self.findings, key=lambda found: (found.path != self.row.document, found.line))

    # pairs → texts

    def proposals(self) -> dict[Key, _Proposal]:
        """The texts of the pairs for entries that have none, by key."""
        source, target = self.page.source, self.page.target
        translated = self.is_translated()
        found: dict[Key, list[_Proposal]] = {}
        if not translated and self.alignment.pairs:
            message = "this page is not translated: its units are those of the source"
            self.warn("untranslated", self.row.page, 0, message)
        for pair in self.alignment.pairs:
            unit, other = source.units[pair.source], target.units[pair.target]
            if not self.is_missing(unit):
                continue
            same = _says_the_same(unit, other)
            if same and (not translated or len(spoken(unit).split()) > NAME):
                self.row.untranslated += 1
                if translated:
                    self.warn("untranslated", self.row.page, other.line, f"not translated: {_short(unit.text)}")
                continue
            if reason := self.difference(unit, other):
                self.row.differing += 1
                message = f"its translation has other markup: {reason}\n    {_short(unit.text)}\n    {self.at(other)}"
                self.warn("markup", self.row.document, unit.line, message)
                continue
            approved = pair.confidence >= APPROVED and not same
            found.setdefault((unit.context, unit.text), []).append(_Proposal(other.text, pair.confidence, approved))
        return {key: self.chosen(key, several) for key, several in found.items()}

    def chosen(self, key: Key, several: Sequence[_Proposal]) -> _Proposal:
        """The text of an entry that stands in several places: what most of them have."""
        texts = Counter(proposal.text for proposal in several)
        text = texts.most_common(1)[0][0]
        best = max((one for one in several if one.text == text), key=lambda one: (one.approved, one.confidence))
        if len(texts) == 1:
            return best
        unit = next(unit for unit in self.page.source.units if (unit.context, unit.text) == key)
        variants = "".join(f"\n    {_short(text)}" for text in texts)
        message = f"the page translates this in {len(texts)} ways, the first is a draft: {_short(key[1])}{variants}"
        self.warn("ambiguous", self.row.document, unit.line, message)
        return replace(best, approved=False, confidence=min(best.confidence, 1 / len(texts)))

    def difference(self, unit: Unit, other: Unit) -> str:
        """Law 3 for one pair: why the translation would not be published; empty where it would."""
        try:
            pieces = document.read(other.text, unit.syntax, self.page.source.references)
            return "" if markup.same_markup(unit, pieces) else markup.difference(unit, pieces)
        except LIBRARY_FAILURES as error:
            return f"it cannot be parsed: {type(error).__name__}"

    def sound(self, proposals: dict[Key, _Proposal]) -> dict[Key, _Proposal]:
        """The proposals without those that would break the page (law 3)."""
        units = self.page.source.units
        tried = [self.text(unit, proposals) for unit in units]
        _, rejected = assemble(self.page.source, tried)
        for index, reason in rejected.items():
            unit = units[index]
            if proposals.pop((unit.context, unit.text), None):
                message = f"its translation would break the page: {reason}\n    {_short(unit.text)}"
                self.row.differing += 1
                self.warn("markup", self.row.document, unit.line, message)
        return proposals

    def text(self, unit: Unit, proposals: Mapping[Key, _Proposal]) -> str | None:
        key = (unit.context, unit.text)
        return proposals[key].text if key in proposals else catalog.publishable(self.live[key], drafts=True)

    def is_missing(self, unit: Unit) -> bool:
        return self.live[unit.context, unit.text].state is State.MISSING

    def is_translated(self) -> bool:
        """Whether half of the pairs differ in their words: a page that was copied and not translated has none."""
        units = [
            (self.page.source.units[pair.source], self.page.target.units[pair.target]) for pair in self.alignment.pairs
        ]
        return sum(not _says_the_same(unit, other) for unit, other in units) * 2 >= len(units)

    # what is left

    def leftovers(self) -> None:
        """Name what has no partner, on both sides."""
        source, target = self.page.source.units, self.page.target.units
        sides = ({pair.source for pair in self.alignment.pairs}, {pair.target for pair in self.alignment.pairs})
        for left, right in self.alignment.merged:
            if any(self.is_missing(source[index]) for index in left):
                message = f"{_numbered(left)} of the source {_are(left)} {_numbered(right)} of the page, and not paired"
                parts = [f"\n    {_short(source[index].text)}" for index in left]
                parts += [f"\n    {self.at(target[index])}" for index in right]
                self.warn("joined", self.row.document, source[left[0]].line, message + "".join(parts))
        joined = [{index for group in self.alignment.merged for index in group[side]} for side in (0, 1)]
        for index, unit in enumerate(source):
            if index not in sides[0] and self.is_missing(unit):
                self.row.unpaired += 1
                if index not in joined[0]:
                    message = f"this {unit.kind} has no translation in the page: {_short(unit.text)}"
                    self.warn("unpaired-source", self.row.document, unit.line, message)
        for index, unit in enumerate(target):
            if index not in sides[1]:
                self.row.foreign += 1
                if index not in joined[1]:
                    message = f"this {unit.kind} translates nothing in the source: {_short(unit.text)}"
                    self.warn("unpaired-target", self.row.page, unit.line, message)

    def compare(self, merged: Catalog) -> None:
        """Say which lines of the page `build` will change."""
        item = replace(self.standing, merged=merged)
        items = {(item.locale, item.source.name): item}
        built = Publisher(self.config, self.documents, items).page(item).page
        if built is None or built == self.page.data:
            return
        self.row.changes = tuple(_changed_lines(self.page.data, built))
        places = [f"{first}" if first == last else f"{first}–{last}" for first, last in self.row.changes]
        more = f" and {len(places) - SHOWN} more places" if len(places) > SHOWN else ""
        message = f"`prl10n build` will change this page, in the lines {', '.join(places[:SHOWN])}{more}"
        self.warn("page-changes", self.row.page, self.row.changes[0][0] if self.row.changes else 0, message)

    def count(self, proposals: Mapping[Key, _Proposal]) -> None:
        for unit in self.page.source.units:
            proposal = proposals.get((unit.context, unit.text))
            if not self.is_missing(unit):
                self.row.known += 1
            elif proposal is not None:
                self.row.approved += proposal.approved
                self.row.draft += not proposal.approved

    def at(self, unit: Unit) -> str:
        return f"{self.row.page}:{unit.line}: {_short(unit.text)}"

    def warn(self, rule: str, path: str, line: int, message: str) -> None:
        self.findings.append(Finding(rule, Severity.WARNING, path, line, message, self.standing.locale))


def _filled(merged: Catalog, proposals: Mapping[Key, _Proposal]) -> Catalog:
    """The catalog with texts in entries that are missing one; the very same where there are none."""
    entries = tuple(_entry(entry, proposals.get(entry.key)) for entry in merged.entries)
    return merged if entries == merged.entries else replace(merged, entries=entries)


def _entry(entry: Entry, proposal: _Proposal | None) -> Entry:
    if proposal is None or entry.obsolete or entry.plural or entry.state is not State.MISSING:
        return entry
    if proposal.approved:
        return entry._replace(msgstr=proposal.text, fuzzy=False, previous=None, comment=entry.remarks, lines="")
    provenance = f"prl10n: adopted {min(99, int(proposal.confidence * 100))}%"
    comment = "\n".join(line for line in (entry.remarks, provenance) if line)
    return entry._replace(msgstr=proposal.text, fuzzy=True, previous=None, comment=comment, lines="")


def _changed_lines(page: bytes, built: bytes) -> Iterator[tuple[int, int]]:
    """The ranges of lines of a page, from 1, that are others in the built one."""
    old, new = page.splitlines(keepends=True), built.splitlines(keepends=True)
    for what, first, last, _, _ in SequenceMatcher(None, old, new).get_opcodes():
        if what != "equal":
            yield (first + 1, max(first + 1, last)) if first < len(old) else (len(old), len(old))


def _says_the_same(unit: Unit, other: Unit) -> bool:
    return folded(spoken(unit)) == folded(spoken(other))


def _numbered(indices: Iterable[int]) -> str:
    number = len(list(indices))
    return "one unit" if number == 1 else f"{number} units"


def _are(indices: Sequence[int]) -> str:
    return "is" if len(indices) == 1 else "are"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 100 else f"{line[:99]}…"
