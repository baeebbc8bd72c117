"""What is asked of the pieces of a text: whether there are words among them, and which markup holds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prl10n.document.building import Reading
from prl10n.document.inline import partner
from prl10n.model import Inline, Inner, Piece, Syntax

_SYNTAX_OF = (
    ("heading", Syntax.HEADING),
    ("table", Syntax.CELL),
    ("html", Syntax.HTML),
    ("front matter, markdown", Syntax.FRAGMENT),
    ("front matter", Syntax.VALUE),
    ("image alt", Syntax.LABEL),
    ("image title", Syntax.TITLE),
    ("link title", Syntax.TITLE),
    ("attribute", Syntax.ATTRIBUTE),
    ("parameter", Syntax.PARAMETER),
    ("directive title", Syntax.HEADING),
    ("title", Syntax.QUOTED),
)


def syntax_of(kind: str) -> Syntax:
    """How a unit of this kind is read, for those who know a unit by its catalog only."""
    return next((syntax for start, syntax in _SYNTAX_OF if kind.startswith(start)), Syntax.MARKDOWN)


def has_letters(text: str) -> bool:
    return text.isalpha() or any(map(str.isalpha, text))


def has_words(pieces: Iterable[Inline]) -> bool:
    return any(piece.piece is Piece.TEXT and has_letters(piece.value) for piece in pieces)


def has_inner(reading: Reading) -> bool:
    return any(has_letters(reading.text[part.start : part.end]) for piece in reading.pieces for part in piece.inner)


def separable(reading: Reading, syntax: Syntax, length: int) -> bool:
    """Whether the texts inside the markup can be replaced on their own.

    Not in a cell, not where one is also a label, and not where a line break makes the text shorter than its content.
    """
    if syntax is Syntax.CELL or len(reading.text) != length:
        return False
    labels = [(part, piece) for piece in reading.pieces for part in piece.inner if part.syntax is Syntax.LABEL]
    return all(reading.text[part.end : piece.end] not in ("]", "][]") for part, piece in labels)


def part_kind(piece: Inline, part: Inner) -> str:
    if part.syntax is Syntax.LABEL:
        return "image alt"
    if part.syntax is Syntax.TITLE:
        return "link title" if piece.piece is Piece.CLOSE else "image title"
    return "parameter" if part.syntax is Syntax.PARAMETER else "attribute"


def border(pieces: Sequence[Inline]) -> tuple[int, int]:
    """How many tags stand before and behind the words of a run of HTML, or enclose all of them."""
    first, last, left, right = 0, len(pieces), 0, 0
    while first < last:
        head, tail = pieces[first], pieces[last - 1]
        if head.piece is Piece.TEXT and not head.value.strip():
            first += 1
        elif tail.piece is Piece.TEXT and not tail.value.strip():
            last -= 1
        elif head.piece is Piece.EMPTY and head.value.startswith("html "):
            first, left = first + 1, left + 1
        elif tail.piece is Piece.EMPTY and tail.value.startswith("html "):
            last, right = last - 1, right + 1
        elif head.piece is Piece.OPEN and partner(pieces, first) == last - 1:
            first, last, left, right = first + 1, last - 1, left + 1, right + 1
        else:
            break
    return left, right


Node = tuple[str, tuple["Node", ...]]


def tree(pieces: Sequence[Inline]) -> tuple[Node, ...]:
    """The markup of a text with its nesting and without its words; siblings are sorted, since markup may move with
    the words.
    """
    if len(pieces) == 1 and pieces[0].piece is Piece.TEXT:
        return ()
    levels: list[list[Node]] = [[]]
    for piece in pieces:
        if piece.piece is Piece.OPEN:
            levels.append([])
        elif piece.piece is Piece.CLOSE:
            children = levels.pop()
            levels[-1].append((piece.value, tuple(sorted(children))))
        elif piece.piece is Piece.EMPTY and not piece.value.startswith("bare "):
            levels[-1].append((piece.value, ()))
    return tuple(sorted(levels[0]))
