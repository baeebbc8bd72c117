"""What needs a look: each drafted and each stale unit, with all that a person must see to decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from prl10n.catalog import Catalog, Entry
from prl10n.config import shown
from prl10n.model import Finding, State, Unit
from prl10n.report.figures import title
from prl10n.report.texts import Change, Run, difference, runs, said
from prl10n.surveying import Standing


@dataclass(frozen=True, slots=True)
class Look:
    """A unit that waits for a person. `changes` are those of a stale source.

    Of a stale unit `former` is what was approved for the old source, and `target` the proposal for the new one; of a
    draft there is no `former`. Either may be empty: nothing is known, or nothing is proposed yet.
    """

    state: State
    kind: str
    line: int
    source: tuple[Run, ...]
    target: tuple[Run, ...]
    changes: tuple[Change, ...] = ()
    former: tuple[Run, ...] = ()
    provenance: str = ""
    note: str = ""
    remarks: str = ""
    max_length: int | None = None
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pile:
    """The looks of a document in a locale, in the order of the page. `waiting` counts those that are left out, too."""

    document: str
    title: str
    locale: str
    catalog: str
    looks: tuple[Look, ...]
    waiting: int

    @property
    def states(self) -> tuple[State, ...]:
        return tuple(state for state in State if any(look.state is state for look in self.looks))


def piles(standings: Iterable[Standing], findings: Sequence[Finding], limit: int) -> tuple[Pile, ...]:
    """What waits, document by document; of each locale the first `limit` units are shown, and all are counted."""
    room: dict[str, int] = {}
    found = []
    for standing in standings:
        units = list(_waiting(standing))
        if units:
            left = room.setdefault(standing.locale, limit)
            looks = tuple(_look(standing, unit, entry, findings) for unit, entry in units[:left])
            room[standing.locale] = left - len(looks)
            source = standing.source
            name = shown(standing.catalog_path)
            found.append(
                Pile(source.file, title(source.document, source.name), standing.locale, name, looks, len(units))
            )
    return tuple(found)


def about(finding: Finding, standing: Standing, unit: Unit) -> bool:
    """Whether a finding is about this unit: it is at its line of the source, or at its catalog and quotes it.

    A quotation is the second line of a message: the text or its beginning with an ellipsis, perhaps behind
    `source:line: `.
    """
    if finding.locale not in ("", standing.locale):
        return False
    if finding.path == standing.source.file:
        return finding.line == unit.line
    quoted, text = finding.message.partition("\n")[2].strip(), _line(unit.text)
    _, place, behind = quoted.partition(f"{standing.source.file}:{unit.line}: ")
    quoted = behind if place else quoted
    same = quoted == text or (quoted.endswith("…") and text.startswith(quoted[:-1]))
    return finding.path == shown(standing.catalog_path) and bool(quoted) and same


def _line(text: str) -> str:
    return " ".join(text.split())


def _waiting(standing: Standing) -> Iterator[tuple[Unit, Entry]]:
    """The drafted and stale units, each text once."""
    live = standing.merged.live()
    for unit in standing.source.document.units:
        entry = live.pop((unit.context, unit.text), None)
        if entry is not None and entry.state in (State.DRAFT, State.STALE):
            yield unit, entry


def _look(standing: Standing, unit: Unit, entry: Entry, findings: Sequence[Finding]) -> Look:
    references = standing.source.document.references
    former = _former(standing.merged, entry) if entry.state is State.STALE else ""
    # without provenance the words are still those that were approved for the old source
    target = "" if entry.state is State.STALE and not entry.provenance and entry.msgstr == former else entry.msgstr
    source = runs(unit.text, unit.syntax, references)
    return Look(
        entry.state,
        unit.kind,
        unit.line,
        source,
        runs(target, unit.syntax, references),
        _changes(entry.previous, unit, runs(entry.previous or "", unit.syntax, references), source),
        runs(former, unit.syntax, references),
        entry.provenance,
        unit.note,
        entry.remarks,
        unit.max_length,
        tuple(finding.message.partition("\n")[0] for finding in findings if about(finding, standing, unit)),
    )


def _changes(previous: str | None, unit: Unit, old: Sequence[Run], new: Sequence[Run]) -> tuple[Change, ...]:
    """How the source changed, in its words; in its markup where the words are the same."""
    if previous is None:
        return ()
    before, after = said(old), said(new)
    return difference(previous, unit.text) if before == after else difference(before, after)


def _former(catalog: Catalog, entry: Entry) -> str:
    """What was approved for the old source: an obsolete entry has it, else the stale one itself."""
    approved = [each for each in catalog.entries if each.msgid == entry.previous and each.state is State.APPROVED]
    approved.sort(key=lambda each: each.context != entry.context)
    return approved[0].msgstr if approved else ("" if entry.provenance else entry.msgstr)
