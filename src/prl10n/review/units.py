"""What the page is told of a unit: values for JSON, made of a document, a catalog and what the checks find."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from prl10n import document
from prl10n.catalog import Catalog, Entry, Key
from prl10n.checks.model import context
from prl10n.checks.places import ignored
from prl10n.checks.rules import RULES
from prl10n.config import Settings
from prl10n.document import References
from prl10n.errors import LIBRARY_FAILURES
from prl10n.glossary.search import occurrences
from prl10n.model import Inline, Piece, Severity, State, Syntax, Term, Unit


class Chip(TypedDict):
    """A part of a text as the catalog has it: words (`text`), or a piece of markup with its number in the source."""

    t: str
    raw: str
    n: int
    label: str
    detail: str


class Said(TypedDict):
    """A term of the glossary at characters of the source's words."""

    start: int
    end: int
    source: str
    target: str
    note: str


class Found(TypedDict):
    """What a check says; `fix` is the whole text as it should be."""

    rule: str
    severity: str
    message: str
    fix: str | None


class Chips(TypedDict):
    source: list[Chip]
    target: list[Chip]


class Shown(TypedDict):
    """A unit, by the entry that equal ones share."""

    id: str
    key: str
    context: str | None
    msgid: str
    kind: str
    note: str
    max_length: int | None
    front: bool
    front_key: str
    state: str
    msgstr: str
    comment: str
    provenance: str
    previous: str | None
    approved_before: str | None
    version: str
    chips: Chips
    terms: list[Said]
    findings: list[Found]
    places: list[str]


@dataclass(frozen=True, slots=True)
class Place:
    """All that a unit is judged by besides its entry."""

    locale: str
    language: str
    settings: Settings
    terms: tuple[Term, ...]
    references: References
    catalog: Catalog


def version(entry: Entry) -> str:
    """A digest of what people can change of an entry: a save names the one that it has seen."""
    said = json.dumps([entry.msgstr, entry.fuzzy, entry.previous, entry.comment], ensure_ascii=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def name(key: Key) -> str:
    """The same for an entry as long as its context and its source are."""
    context, msgid = key
    return hashlib.sha256(json.dumps([context, msgid], ensure_ascii=True).encode()).hexdigest()[:12]


def shown(units: Sequence[Unit], place: Place) -> list[Shown]:
    """The units of a document in their order, those with one entry once."""
    places: dict[Key, list[int]] = {}
    for index, unit in enumerate(units):
        places.setdefault((unit.context, unit.text), []).append(index)
    live = place.catalog.live()
    return [one([units[index] for index in own], own, live[key], place) for key, own in places.items()]


def one(same: Sequence[Unit], numbers: Sequence[int], entry: Entry, place: Place) -> Shown:
    """The unit of an entry, with all the units that share it and their numbers in the document."""
    unit = same[0]
    pieces = _read(entry.msgstr, unit.syntax, place.references)
    source = chips(unit.text, unit.pieces, None)
    limits = [each.max_length for each in same if each.max_length is not None]
    stale = entry.state is State.STALE and entry.previous is not None
    front = unit.kind.startswith("front matter")
    return Shown(
        id=str(numbers[0]),
        key=name(entry.key),
        context=entry.context,
        msgid=entry.msgid,
        kind="; ".join(dict.fromkeys(each.kind for each in same)),
        note="\n".join(dict.fromkeys(each.note for each in same if each.note)),
        max_length=min(limits, default=None),
        front=front,
        front_key=unit.kind.partition(": ")[2] if front else "",
        state=entry.state.value,
        msgstr=entry.msgstr,
        comment=entry.remarks,
        provenance=entry.provenance,
        previous=entry.previous if stale else None,
        approved_before=_approved_before(entry, place.catalog) if stale else None,
        version=version(entry),
        chips=Chips(source=source, target=chips(entry.msgstr, pieces, numbered(unit.pieces))),
        terms=list(_terms(source, place.terms)),
        findings=findings(unit._replace(max_length=min(limits, default=None)), entry, place),
        places=[str(number) for number in numbers],
    )


def _read(text: str, syntax: Syntax, references: References) -> tuple[Inline, ...]:
    """The pieces of a text; all of it as words where it breaks the parser."""
    try:
        return document.read(text, syntax, references)
    except LIBRARY_FAILURES:
        return (Inline(Piece.TEXT, 0, len(text), text),)


def _approved_before(entry: Entry, catalog: Catalog) -> str | None:
    """The words that were approved for the old source of a stale entry."""
    found = [
        each
        for each in catalog.entries
        if each.msgid == entry.previous and each.state is State.APPROVED and not each.plural
    ]
    if found:
        return min(found, key=lambda each: each.context != entry.context).msgstr
    return entry.msgstr if not entry.provenance else None


# --- chips ------------------------------------------------------------------------------------------------------------

_LABELS: Mapping[str, str] = {
    "strong": "bold",
    "em": "italic",
    "s": "strike",
    "br": "line break",
    "bare": "address",
    "autolink": "address",
    "html": "tag",
    "lines": "line break",
}


def numbered(pieces: Iterable[Inline]) -> dict[tuple[str, str], list[int]]:
    """(kind, value) of the markup of a text → the numbers that it has there."""
    found: dict[tuple[str, str], list[int]] = {}
    count = 0
    for piece in pieces:
        if piece.piece in (Piece.OPEN, Piece.EMPTY):
            count += 1
            found.setdefault((piece.piece, piece.value), []).append(count)
    return found


def chips(text: str, pieces: Sequence[Inline], known: Mapping[tuple[str, str], Sequence[int]] | None) -> list[Chip]:
    """The parts of a text. Markup has the number of the same markup in the source, 0 where that does not have it.

    `known` are the source's numbers; None: this is the source, and they are counted.
    """
    left = {key: list(numbers) for key, numbers in (known or {}).items()}
    count = 0
    opened: list[int] = []
    found: list[Chip] = []
    for piece in pieces:
        raw = text[piece.start : piece.end]
        if piece.piece is Piece.TEXT:
            found.append(Chip(t="text", raw=raw, n=0, label="", detail=""))
            continue
        if piece.piece is Piece.CLOSE:
            number = opened.pop() if opened else 0
        else:
            numbers = left.get((piece.piece, piece.value))
            if known is not None:
                number = numbers.pop(0) if numbers else 0
            else:
                number = count = count + 1
            if piece.piece is Piece.OPEN:
                opened.append(number)
        kind, _, rest = piece.value.partition(" ")
        found.append(Chip(t=piece.piece.value, raw=raw, n=number, label=_LABELS.get(kind, kind), detail=rest))
    return found


def _terms(source: Sequence[Chip], terms: tuple[Term, ...]) -> Iterator[Said]:
    text = "".join(chip["raw"] for chip in source if chip["t"] == "text")
    for start, end, term in occurrences(text, terms):
        yield Said(start=start, end=end, source=term.source, target=term.target, note=term.note)


# --- checks -----------------------------------------------------------------------------------------------------------

_STATES = frozenset(("missing", "stale", "unreviewed"))  # the page shows states itself


def findings(unit: Unit, entry: Entry, place: Place) -> list[Found]:
    """What the checks of single units say, but for those that only name its state."""
    if not entry.msgstr:
        return []
    silent = ignored(entry)
    seen = context(
        unit,
        entry,
        place.locale,
        place.settings,
        language=place.language,
        terms=place.terms,
        references=place.references,
        catalog=place.catalog,
    )
    found: list[Found] = []
    for rule in RULES:
        check = rule.text or rule.state
        if check is None or rule.id in silent or rule.id in _STATES:
            continue
        for problem in check(unit.text, entry.msgstr, seen):
            severity: Severity = problem.severity or rule.severity
            found.append(Found(rule=rule.id, severity=severity.value, message=problem.message, fix=problem.fix))
    return found
