"""A unit's text as a reader sees it, and how it differs from what it was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Indel

from prl10n import document
from prl10n.document import References
from prl10n.model import Inline, Piece, Syntax

_TOKEN = re.compile(
    "[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+|\\s+|.", re.DOTALL
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_STYLES = ("strong", "em", "s")


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one look. `styles` are of `strong`, `em`, `s`, `link`, `code`, and `mark` for what is no prose."""

    text: str
    styles: frozenset[str] = frozenset()


class Edit(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Change:
    edit: Edit
    text: str


def clean(text: str) -> str:
    """Without what HTML cannot hold, and what would turn the words around it: control characters and bidi overrides."""
    return _CONTROL.sub("\ufffd", text)


def runs(text: str, syntax: Syntax, references: References) -> tuple[Run, ...]:
    """A unit's text without the signs of its markup: where links lead is left out, tags and templates stay as marks."""
    return tuple(_runs(text, document.read(text, syntax, references)))


def _runs(text: str, pieces: Iterable[Inline]) -> Iterator[Run]:
    opened: list[str] = []
    for piece in pieces:
        kind = piece.value.partition(" ")[0]
        styles = frozenset(opened)
        if piece.piece is Piece.TEXT:
            yield Run(clean(piece.value), styles)
        elif kind == "br":
            yield Run("\n", styles)
        elif kind == "code":
            yield Run(clean(piece.value.removeprefix("code ")), styles | {"code"})
        elif kind == "bare":
            yield Run(clean(piece.value.removeprefix("bare ")), styles)
        elif kind in (*_STYLES, "link") and piece.piece is Piece.OPEN:
            opened.append(kind)
        elif kind in (*_STYLES, "link") and piece.piece is Piece.CLOSE:
            opened.remove(kind)
        else:
            yield Run(clean(text[piece.start : piece.end]), styles | {"mark"})


def said(shown: Iterable[Run]) -> str:
    return "".join(run.text for run in shown)


def difference(old: str, new: str) -> tuple[Change, ...]:
    """What became of a text, word by word.

    What is not ADDED, joined, is `old`; what is not REMOVED is `new`. White space alone between two changes is taken
    for a part of both, so that a phrase that was written anew reads as one.
    """
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    steps: list[tuple[str, str]] = [("", "")]  # (removed, added) between the words that stay
    same: list[str] = []
    for step in Indel.opcodes(before, after):
        left, right = "".join(before[step.src_start : step.src_end]), "".join(after[step.dest_start : step.dest_end])
        if step.tag != "equal":
            steps[-1] = (steps[-1][0] + left, steps[-1][1] + right)
        elif left.isspace() and all(steps[-1]):
            steps[-1] = (steps[-1][0] + left, steps[-1][1] + left)
        else:
            same.append(left)
            steps.append(("", ""))
    changes: list[Change] = []
    for number, (removed, added) in enumerate(steps):
        if number:
            changes.append(Change(Edit.SAME, same[number - 1]))
        shared = len(removed) - len(removed.rstrip()) if removed[-1:].isspace() else 0
        tail = removed[len(removed) - shared :] if shared and added.endswith(removed[len(removed) - shared :]) else ""
        parts = ((Edit.REMOVED, removed.removesuffix(tail)), (Edit.ADDED, added.removesuffix(tail)), (Edit.SAME, tail))
        changes += [Change(edit, part) for edit, part in parts if part]
    return tuple(_joined(changes))


def _joined(changes: Iterable[Change]) -> Iterator[Change]:
    """Neighbours of one kind as one."""
    last: Change | None = None
    for change in changes:
        if last is not None and last.edit is change.edit:
            last = Change(last.edit, last.text + change.text)
            continue
        if last is not None:
            yield last
        last = change
    if last is not None:
        yield last
