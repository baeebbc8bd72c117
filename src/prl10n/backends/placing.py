"""The tags of a text in its translation: each pair around the words that came from its own, each other tag beside its
neighbour. Pure functions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from prl10n.backends.alignment import Aligned, Layout, Range, is_punctuation, is_unspaced
from prl10n.tags import Item, Token

# No space behind the first of these, and one before the others as before a word.
_OPENING, _CLOSING = frozenset("'’‘-‐‑([{¿¡«“/\\@#"), frozenset("([{«“&—–#@")


def place(source: Layout, translation: Aligned) -> list[Token] | None:
    """The translation with the tags of its source.

    Every tag stands there once, inside the pair that it was in; without them the words are those of the translation,
    with no space inside a word, and none lost. A pair holds the run of words of which most came from its words in the
    source; an empty tag stands beside the word that it stood beside. Stand-ins are replaced by their tags. None where
    the translation does not have a stand-in once, or has it outside its pair; without stand-ins there is always an
    answer.
    """
    return _Placing(source, translation).run()


@dataclass(frozen=True, slots=True)
class _Point:
    """A place between two atoms, the one before `gap` and the one at `gap`, beside the first or the second of them."""

    gap: int
    beside_next: bool


class _Placing:
    """One translation. `ranges` are the atoms of each pair that has some, `points` the places of all other tags."""

    def __init__(self, source: Layout, translation: Aligned) -> None:
        self.source = source
        self.nodes = source.nodes
        self.target = translation
        self.sums = [list(accumulate(weights, initial=0.0)) for _, weights in translation.rows]
        self.words = [translation.text[start:end] for start, end in translation.atoms]
        ends = [0, *(end for _, end in translation.atoms)]
        starts = [*(start for start, _ in translation.atoms), len(translation.text)]
        self.spaces = [translation.text[end:start] for end, start in zip(ends, starts, strict=True)]
        self.children: list[list[int]] = [[] for _ in self.nodes]
        for index, node in enumerate(self.nodes[1:], 1):
            self.children[node.parent].append(index)
        self.ranges: dict[int, Range] = {0: (0, len(self.words))}
        self.points: dict[int, _Point] = {}
        self.standing: dict[int, int] = {}  # the atom of the target that stands for a tag → the tag's node
        self.out: list[Token] = []

    def run(self) -> list[Token] | None:
        counts = Counter(self.words)
        for index, node in enumerate(self.nodes):
            if node.stand_in:
                if counts[node.stand_in] != 1:
                    return None
                self.standing[self.words.index(node.stand_in)] = index
        for index, node in enumerate(self.nodes):  # parents come before their children
            if node.item is Item.OPEN:
                self.divide(index)
        for atom, index in self.standing.items():
            first, last = self.ranges.get(self.nodes[index].parent, (0, 0))
            inner = (self.ranges.get(child) for child in self.children[self.nodes[index].parent])
            if not first <= atom < last or any(held and held[0] <= atom < held[1] for held in inner):
                return None
        self.write(0)
        return self.out

    # Which atoms a pair holds.

    def mass(self, atom: int, first: int, last: int) -> float:
        """How much of an atom came from the atoms `first` to `last` of the source."""
        sums, offset = self.sums[atom], self.target.rows[atom][0]
        most = len(sums) - 1
        return sums[min(max(last - offset, 0), most)] - sums[min(max(first - offset, 0), most)]

    def divide(self, parent: int) -> None:
        """Give the pairs in a pair their atoms, the surest first, and all other tags in it a place."""
        inner = [child for child in self.children[parent] if not self.nodes[child].stand_in]
        if parent not in self.ranges:
            self.points |= dict.fromkeys(inner, self.points[parent])
            return
        low, high = self.ranges[parent]
        free = [True] * (high - low)
        pairs = [child for child in inner if self.nodes[child].first < self.nodes[child].last]
        windows = {child: self.window(parent, child, free) for child in pairs}
        while windows:
            child = max(windows, key=lambda each: windows[each][0])  # of equals the first
            _, (first, last) = windows.pop(child)
            if first == last:
                continue
            self.ranges[child] = self.trimmed(child, first, last)
            first, last = self.ranges[child]
            free[first - low : last - low] = [False] * (last - first)
            for other, (_, (start, stop)) in windows.items():
                if start < last and first < stop:
                    windows[other] = self.window(parent, other, free)
        held = sorted(self.ranges[child] for child in inner if child in self.ranges)
        for child in inner:
            if child not in self.ranges:
                self.points[child] = self.point(parent, child, held)

    def window(self, parent: int, child: int, free: Sequence[bool]) -> tuple[float, Range]:
        """The run of free atoms that has most of what came from a pair and least of what came from beside it."""
        low, high = self.ranges[parent]
        outer, inner = self.nodes[parent], self.nodes[child]
        same = (outer.first, outer.last) == (inner.first, inner.last)
        best, found = float("-inf"), (low, low)
        total, start = 0.0, low
        for atom in range(low, high):
            if not free[atom - low]:
                total, start = 0.0, atom + 1
                continue
            whole = self.mass(atom, outer.first, outer.last)
            part = self.mass(atom, inner.first, inner.last)
            # An atom of which nothing is known may stand inside a run, and begins none.
            score = 1.0 if same else 2 * part / whole - 1 if whole > 0 else -0.25
            if total < 0:
                total, start = 0.0, atom
            total += score
            if total > best + 1e-9:
                best, found = total, (start, atom + 1)
        if best <= -0.25 and not any(self.mass(atom, inner.first, inner.last) for atom in range(*found)):
            share = (inner.first - outer.first) / (outer.last - outer.first)
            near = [atom for atom in range(low, high) if free[atom - low]]
            if near:
                atom = min(near, key=lambda each: abs(each - low - share * (high - low)))
                return best, (atom, atom + 1)
        return best, found

    def trimmed(self, child: int, first: int, last: int) -> Range:
        """Punctuation at the border of a run belongs to a pair only where the pair has some at that border."""
        spans = self.source.atoms[self.nodes[child].first : self.nodes[child].last]
        begins, ends = (is_punctuation(self.source.text[slice(*span)]) for span in (spans[0], spans[-1]))
        while last - first > 1 and not ends and is_punctuation(self.words[last - 1]):
            last -= 1
        while last - first > 1 and not begins and is_punctuation(self.words[first]):
            first += 1
        return first, last

    # Where an empty tag stands, and a pair without words.

    def point(self, parent: int, child: int, held: Sequence[Range]) -> _Point:
        outer, node = self.nodes[parent], self.nodes[child]
        previous = node.first - 1 if node.first > outer.first else None
        following = node.last if node.last < outer.last else None
        beside_next = following is not None and (
            previous is None
            or (node.touches[1] and not node.touches[0])
            or (
                node.touches == (False, False) and is_punctuation(self.source.text[slice(*self.source.atoms[previous])])
            )
        )
        low, high = self.ranges[parent]
        for side in (beside_next, not beside_next):
            neighbour = following if side else previous
            gap = None if neighbour is None else self.beside(parent, neighbour, side)
            if gap is not None:
                break
        else:
            size = outer.last - outer.first
            gap = low + round((node.first - outer.first) / size * (high - low)) if size else low
            side = beside_next
        for first, last in held:
            if first < gap < last:
                gap = first if side else last
        return _Point(gap, side)

    def beside(self, parent: int, neighbour: int, beside_next: bool) -> int | None:
        """The border, before it or behind it, of what an atom of the source has become; None where that is unknown."""
        for child in self.children[parent]:
            if child in self.ranges and self.nodes[child].first <= neighbour < self.nodes[child].last:
                return self.ranges[child][0 if beside_next else 1]
        low, high = self.ranges[parent]
        weights = {atom: self.mass(atom, neighbour, neighbour + 1) for atom in range(low, high)}
        atom = max(weights, key=lambda each: weights[each], default=low)
        if not weights or weights[atom] <= 0:
            return None
        step = -1 if beside_next else 1
        while weights.get(atom + step, 0) > 0.5:
            atom += step
        return atom if beside_next else atom + 1

    # Writing.

    def write(self, index: int) -> None:
        """Write what a pair holds. White space at its borders is outside it."""
        low, high = self.ranges[index]
        starts = {self.ranges[child][0]: child for child in self.children[index] if child in self.ranges}
        by_gap: dict[_Point, list[int]] = {}
        for child in self.children[index]:
            if child in self.points:
                by_gap.setdefault(self.points[child], []).append(child)
        gap = low
        while True:
            inside = index == 0 or low < gap < high
            for child in by_gap.get(_Point(gap, False), ()):
                self.write_point(child, inside)
            if inside:
                self.write_text(self.spaces[gap])
            for child in by_gap.get(_Point(gap, True), ()):
                self.write_point(child, inside)
            if gap == high:
                return
            if gap in starts:
                child = starts[gap]
                number = self.nodes[child].number
                self.out.append(Token(Item.OPEN, number=number))
                self.write(child)
                self.out.append(Token(Item.CLOSE, number=number))
                gap = self.ranges[child][1]
            else:
                if gap in self.standing:
                    self.out.append(Token(Item.EMPTY, number=self.nodes[self.standing[gap]].number))
                else:
                    self.write_text(self.words[gap])
                gap += 1

    def write_point(self, index: int, inside: bool) -> None:
        """Write an empty tag, or a pair without words, with the spaces that it has in the source."""
        node, point = self.nodes[index], self.points[index]
        previous = self.words[point.gap - 1][-1] if point.gap else ""
        following = self.words[point.gap][0] if point.gap < len(self.words) else ""
        has_space = self.spaces[point.gap] != ""
        own_space = not point.beside_next or (inside and not has_space)
        if node.spaced[0] and own_space and _takes_space_behind(previous) and not self.ends_in_space():
            self.write_text(" ")
        self.write_bare(index)
        own_space = point.beside_next or (inside and not has_space)
        if node.spaced[1] and own_space and _takes_space_before(following):
            self.write_text(" ")

    def write_bare(self, index: int) -> None:
        number = self.nodes[index].number
        if self.nodes[index].item is Item.EMPTY:
            self.out.append(Token(Item.EMPTY, number=number))
            return
        self.out.append(Token(Item.OPEN, number=number))
        for child in self.children[index]:
            self.write_bare(child)
        self.out.append(Token(Item.CLOSE, number=number))

    def write_text(self, text: str) -> None:
        if text and self.out and self.out[-1].item is Item.TEXT:
            text = self.out.pop().text + text
        if text:
            self.out.append(Token(Item.TEXT, text))

    def ends_in_space(self) -> bool:
        return not self.out or (self.out[-1].item is Item.TEXT and self.out[-1].text[-1:].isspace())


def _takes_space_behind(character: str) -> bool:
    return character != "" and character not in _OPENING and not is_unspaced(character)


def _takes_space_before(character: str) -> bool:
    return character in _CLOSING or (character.isalnum() and not is_unspaced(character))
