"""Where the tags of a text go in its translation, by the words that the two have in common. Pure functions.

A model that translates plain words says which words of the source each of its words came from: its attention. Texts are
compared by their *atoms*: words, and single characters of punctuation; white space is what lies between them.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from prl10n.tags import Item, Token

Range = tuple[int, int]  # of characters, or of atoms: the first, and the one behind the last
Row = tuple[int, tuple[float, ...]]  # weights of consecutive atoms of the source, the first of which has this index

_ANCHOR = 4  # a word of so many letters that both texts have is the same word: a name, and no "a" of two languages
# Scripts that write words without spaces; Hangul is not among them.
_UNSPACED = (
    ("\u0e00", "\u0eff"),
    ("\u1000", "\u109f"),
    ("\u1780", "\u17ff"),
    ("\u3040", "\u30ff"),
    ("\u3400", "\u9fff"),
)


@dataclass(frozen=True, slots=True)
class Aligned:
    """A translation, its atoms, and for each of them the weights of the source's atoms that it came from."""

    text: str
    atoms: tuple[Range, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A tag of the source, or at index 0 of `Layout.nodes` the whole text.

    A pair holds the atoms `first` to `last`; of an empty tag both say how many atoms stand before it, unless it has a
    stand-in, which is the atom `first`. `touches` and `spaced` are for the left and the right side: whether words
    touch it there (other empty tags apart), and whether white space does.
    """

    item: Item
    number: int
    parent: int
    first: int
    last: int
    touches: tuple[bool, bool] = (False, False)
    spaced: tuple[bool, bool] = (False, False)
    stand_in: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """A neutral form as the words that a model is given, their atoms (none runs over a tag), and its tags."""

    text: str
    atoms: tuple[Range, ...]
    nodes: tuple[Node, ...]


# --- atoms ------------------------------------------------------------------------------------------------------------


def atoms(text: str, cuts: Collection[int] = ()) -> tuple[Range, ...]:
    """The atoms of a text, in order. They cover all of it but white space; none runs over one of `cuts`."""
    found: list[Range] = []
    joins = False
    for index, character in enumerate(text):
        if character.isspace():
            joins = False
            continue
        kind = unicodedata.category(character)[0]
        continues = kind == "M" or (joins and kind in "LN" and not is_unspaced(character))
        if continues and found and found[-1][1] == index and index not in cuts:
            found[-1] = (found[-1][0], index + 1)
        else:
            found.append((index, index + 1))
        joins = kind in "LNM" and not is_unspaced(character)
    return tuple(found)


def is_unspaced(character: str) -> bool:
    return any(first <= character <= last for first, last in _UNSPACED) or character >= "\U00020000"


def is_punctuation(text: str) -> bool:
    return all(unicodedata.category(character)[0] == "P" for character in text)


# --- alignments -------------------------------------------------------------------------------------------------------


def from_attention(
    source: Sequence[Range],
    source_tokens: Sequence[Range],
    target: Sequence[Range],
    target_tokens: Sequence[Range],
    attention: Sequence[Sequence[float]],
) -> tuple[Row, ...]:
    """A row for each atom of the target, from a model's attention: a row for each token of the target, a weight for
    each of the source. A token's weight goes to the atoms that it is part of, by the characters of each.
    """
    columns = _shares(source_tokens, source)
    collected = [[0.0] * len(source) for _ in target]
    for weights, shares in zip(attention, _shares(target_tokens, target), strict=True):
        for atom, share in shares:
            row = collected[atom]
            for weight, parts in zip(weights, columns, strict=True):
                for column, part in parts:
                    row[column] += share * weight * part
    return tuple(_normal(0, row) for row in collected)


def _shares(tokens: Sequence[Range], atoms: Sequence[Range]) -> list[list[tuple[int, float]]]:
    """For each token the atoms that it overlaps, and how much of it each takes."""
    ends = [end for _, end in atoms]
    found: list[list[tuple[int, float]]] = []
    for start, end in tokens:
        overlaps: list[tuple[int, float]] = []
        index = bisect_left(ends, start + 1)
        while index < len(atoms) and atoms[index][0] < end:
            overlaps.append((index, min(end, atoms[index][1]) - max(start, atoms[index][0])))
            index += 1
        total = sum(size for _, size in overlaps)
        found.append([(index, size / total) for index, size in overlaps])
    return found


def _normal(first: int, weights: Iterable[float]) -> Row:
    row = tuple(weights)
    total = sum(row)
    return (first, tuple(weight / total for weight in row)) if total > 0 else (first, row)


def composed(second: Sequence[Row], first: Sequence[Row], width: int) -> tuple[Row, ...]:
    """The rows of a translation of a translation: `second` is over the atoms that `first` has rows for, and `first`
    over `width` atoms.
    """
    found = []
    for start, weights in second:
        row = [0.0] * width
        for index, weight in enumerate(weights, start):
            begin, inner = first[index]
            for column, part in enumerate(inner, begin):
                row[column] += weight * part
        found.append(_normal(0, row))
    return tuple(found)


def anchored(source: str, source_atoms: Sequence[Range], target: Aligned) -> Aligned:
    """The same, where what stands once in both texts is itself: a number, a sign, a name. Attention is often vague on
    these.
    """
    own = [source[start:end] for start, end in source_atoms]
    often = Counter(own)
    once = {text: index for index, text in enumerate(own) if often[text] == 1 and _anchors(text)}
    theirs = [target.text[start:end] for start, end in target.atoms]
    counts = Counter(theirs)
    rows = [
        (once[text], (1.0,)) if text in once and counts[text] == 1 else row
        for text, row in zip(theirs, target.rows, strict=True)
    ]
    return Aligned(target.text, target.atoms, tuple(rows))


def _anchors(text: str) -> bool:
    return not text.isalpha() or len(text) >= _ANCHOR


def unchanged(text: str, source_atoms: Sequence[Range]) -> Aligned:
    """A text that is its own translation."""
    return Aligned(text, tuple(source_atoms), tuple((index, (1.0,)) for index in range(len(source_atoms))))


def joined(parts: Iterable[tuple[str, int, Aligned]]) -> Aligned:
    """One translation of several: each with the white space before it and the index of its first atom in the source."""
    text, spans, rows = "", list[Range](), list[Row]()
    for space, offset, part in parts:
        text += space
        spans += [(len(text) + start, len(text) + end) for start, end in part.atoms]
        rows += [(first + offset, weights) for first, weights in part.rows]
        text += part.text
    return Aligned(text, tuple(spans), tuple(rows))


# --- the tags of a source ---------------------------------------------------------------------------------------------


def layout(tokens: Sequence[Token], stand_ins: Mapping[int, str] | None = None) -> Layout:
    """The words of a neutral form, with a stand-in for each empty tag that has one, and where its tags are."""
    standing = stand_ins or {}
    words = [standing.get(token.number, "") if token.item is Item.EMPTY else token.text for token in tokens]
    before = list(_sides(tokens, words))
    after = list(_sides(tokens[::-1], [word[::-1] for word in words[::-1]]))[::-1]
    _close_up(tokens, words)
    places = [0, *accumulate(map(len, words))]
    text = "".join(words)
    cuts = {place for index, token in enumerate(tokens) if token.number for place in places[index : index + 2]}
    spans = atoms(text, cuts)
    starts, stops = [start for start, _ in spans], [end for _, end in spans]

    nodes = [Node(Item.OPEN, 0, 0, 0, len(spans))]
    opened: list[tuple[int, int]] = []  # (the index of a tag's token, and of its node)
    for index, token in enumerate(tokens):
        if token.item in (Item.OPEN, Item.EMPTY):
            parent = opened[-1][1] if opened else 0
            opened.append((index, len(nodes)))
            nodes.append(Node(token.item, token.number, parent, 0, 0))
        if token.item in (Item.CLOSE, Item.EMPTY):
            begin, where = opened.pop()
            left, right = before[begin], after[index]
            nodes[where] = replace(
                nodes[where],
                first=bisect_left(starts, places[begin]),
                last=bisect_left(stops, places[index + 1] + 1),
                touches=(left[0], right[0]),
                spaced=(left[1], right[1]),
                stand_in=words[index],
            )
    return Layout(text, spans, tuple(nodes))


def _sides(tokens: Sequence[Token], words: Sequence[str]) -> Iterator[tuple[bool, bool]]:
    """Before each token: whether words touch the place, empty tags apart, and whether white space does."""
    touching = spaced = False
    for token, text in zip(tokens, words, strict=True):
        yield touching, spaced
        if text:
            touching = not text[-1].isspace()
            spaced = not touching
        elif token.item is Item.EMPTY:
            spaced = False


def _close_up(tokens: Sequence[Token], words: list[str]) -> None:
    """Take away the space that an empty tag without a stand-in leaves: one of two, or the one at the border."""
    last = -1  # the last words, or -1
    gone = False  # whether an empty tag has stood behind them
    for index, token in enumerate(tokens):
        if not words[index]:
            gone = gone or token.item is Item.EMPTY
            continue
        if gone and words[index][0] == " " and (last < 0 or words[last][-1:].isspace()):
            words[index] = words[index][1:]
        if words[index]:
            last, gone = index, False
    if gone and last >= 0 and words[last][-1] == " ":
        words[last] = words[last][:-1]


def stand_ins(tokens: Sequence[Token], names: Iterable[str]) -> dict[int, str]:
    """A name for each empty tag that stands where a word would: `Use <x1/> to build`."""
    flat = layout(tokens)
    free = iter(names)
    alone = [node for node in flat.nodes[1:] if node.item is Item.EMPTY and _is_alone(flat, node)]
    return {node.number: next(free) for node in alone}


def _is_alone(flat: Layout, node: Node) -> bool:
    """Whether no word touches a tag, and the text goes on beside it."""
    previous = flat.atoms[node.first - 1] if node.first else None
    following = flat.atoms[node.first] if node.first < len(flat.atoms) else None
    for atom, touches in ((previous, node.touches[0]), (following, node.touches[1])):
        if touches and atom is not None and not is_punctuation(flat.text[slice(*atom)]):
            return False
    return any(node.spaced)
