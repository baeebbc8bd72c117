"""What is asked of the pieces of a text: whether there are words among them, and which markup holds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache

from prl10n.document.building import Reading
from prl10n.document.inline import partner
from prl10n.document.marks import ATTRIBUTES
from prl10n.model import Inline, Inner, Piece, Syntax
from prl10n.patterns import late

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
    the words. Templates that open and close nest as other pairs do, and attribute lists keep their places.
    """
    if len(pieces) == 1 and pieces[0].piece is Piece.TEXT:
        return ()
    levels: list[list[Node]] = [[]]
    for piece in pieces:
        if piece.piece is Piece.OPEN:
            levels.append([])
        elif piece.piece is Piece.CLOSE:
            children = levels.pop()
            if piece.value.startswith("html "):
                children.append(_end_tag(piece.value))
            levels[-1].append((piece.value, tuple(sorted(children))))
        elif piece.piece is Piece.EMPTY and not piece.value.startswith("bare "):
            if piece.value.startswith("template {") and _is_bound(piece.value):
                return _tree_of_templates(pieces)
            levels[-1].append((piece.value, ()))
    return tuple(sorted(levels[0]))


@lru_cache(maxsize=1024)
def _end_tag(value: str) -> Node:
    """The end of a pair of tags, without which its beginning would be a tag that stands alone."""
    return f"html </{value.removeprefix('html <').rstrip('>').split(maxsplit=1)[0]}>", ()


# --- templates and attribute lists ------------------------------------------------------------------------------------


class _Level:
    """Markup inside a pair, or behind a template that divides one (`branch`): it ends with what it divides."""

    __slots__ = ("branch", "nodes", "value")

    def __init__(self, value: str = "", *, branch: bool = False) -> None:
        self.value = value
        self.branch = branch
        self.nodes: list[Node] = []


def _tree_of_templates(pieces: Sequence[Inline]) -> tuple[Node, ...]:
    """`tree` of pieces that have templates or attribute lists among them.

    A template that opens and one that closes it hold what is between them. One that divides what it is in (`else`), or
    closes what another text has opened, holds what follows. All others are free to move within what holds them.
    """
    pairs, places = _template_pairs(pieces), attribute_places(pieces)
    ends = set(pairs.values())
    levels = [_Level()]

    def close() -> None:
        level = levels.pop()
        levels[-1].nodes.append((level.value, tuple(sorted(level.nodes))))

    for index, piece in enumerate(pieces):
        if piece.piece is Piece.TEXT or piece.value.startswith("bare "):
            continue
        if piece.piece is Piece.OPEN or index in pairs:
            levels.append(_Level(piece.value))
        elif piece.piece is Piece.CLOSE or index in ends:
            while levels[-1].branch:
                close()
            if index in ends:
                levels[-1].nodes.append((piece.value, ()))
            elif piece.value.startswith("html "):
                levels[-1].nodes.append(_end_tag(piece.value))
            close()
        elif _role(piece.value)[0] in _BRANCHES:
            levels.append(_Level(piece.value, branch=True))
        else:
            place = places.get(index, "")
            nodes = levels[-1].nodes
            if place == Place.BEHIND and nodes:
                value, inside = nodes.pop()
                nodes.append((value, (*inside, (f"{piece.value}{place}", ()))))
            else:
                nodes.append((f"{piece.value}{place}", ()))
    while len(levels) > 1:
        close()
    return tuple(sorted(levels[0].nodes))


_OPENS, _CLOSES, _DIVIDES, _ALONE = "opens", "closes", "divides", ""
_BRANCHES = (_DIVIDES, _CLOSES)
_TAG = late(r"template (\{%[-+]?\s*|\{\{[<%]\s*)(/?)\s*(end)?(\w[\w./-]*)")
_DIVIDERS = frozenset(("else", "elsif", "elseif", "elif", "when"))


@lru_cache(maxsize=1024)
def _is_bound(value: str) -> bool:
    """Whether a template is not free to move: those that may be tags of pairs, and attribute lists."""
    return _role(value)[0] != _ALONE or _ATTRIBUTES.fullmatch(value) is not None


def _role(value: str) -> tuple[str, str]:
    """What a template does (it may open something that nothing closes), and the name of what it does it to."""
    found = _TAG.match(value) if value.startswith("template {") else None
    if found is None or value.endswith(("/>}}", "/%}}")):
        return _ALONE, ""
    begin, slash, end, name = found.groups()
    if begin.startswith("{{"):
        return (_CLOSES if slash else _OPENS), f"{end or ''}{name}"
    if end is None and name in _DIVIDERS:
        return _DIVIDES, ""
    return (_CLOSES if end else _OPENS), f"% {name}"


def _template_pairs(pieces: Sequence[Inline]) -> dict[int, int]:
    """The indices of templates that open something, each with that of the one that closes it within the same pair."""
    pairs: dict[int, int] = {}
    opened: list[tuple[int, str]] = []  # without a name: a pair of markup, which nests by construction
    for index, piece in enumerate(pieces):
        if piece.piece is Piece.OPEN:
            opened.append((index, ""))
        elif piece.piece is Piece.CLOSE:
            while opened.pop()[1]:
                pass
        elif piece.piece is Piece.EMPTY:
            role, name = _role(piece.value)
            if role == _OPENS:
                opened.append((index, name))
            elif role == _CLOSES and (place := _place_of(name, opened)) is not None:
                pairs[opened[place][0]] = index
                del opened[place:]
    return pairs


def _place_of(name: str, opened: Sequence[tuple[int, str]]) -> int | None:
    for place in range(len(opened) - 1, -1, -1):
        if opened[place][1] == name:
            return place
        if not opened[place][1]:
            return None
    return None


class Place(StrEnum):
    """Where an attribute list belongs to something, as it is said."""

    BEHIND = " directly behind its element"
    AT_END = " at the end"
    JOINED = " at the end, without a space"


_ATTRIBUTES = late(rf"template (?:{ATTRIBUTES}|\{{/\*\s*#[^\s{{}}]+\s*\*/\}})")  # and the id that MDX has in a comment


def attribute_places(pieces: Sequence[Inline]) -> dict[int, Place]:
    """Where attribute lists stand, by their indices: what makes them those of an element, or of the whole text.

    Those in other places belong to nothing, and are left out.
    """
    places: dict[int, Place] = {}
    for index in range(len(pieces) - 1, -1, -1):
        piece = pieces[index]
        if piece.piece is not Piece.EMPTY or not _ATTRIBUTES.fullmatch(piece.value):
            continue
        before = pieces[index - 1] if index else None
        if before is not None and before.piece in (Piece.CLOSE, Piece.EMPTY) and not before.value.startswith("bare "):
            places[index] = Place.BEHIND
        elif all(each in places or not pieces[each].value.strip() for each in range(index + 1, len(pieces))):
            spaced = before is not None and before.value[-1:].isspace()
            places[index] = Place.AT_END if spaced else Place.JOINED
    return places
