"""How much two blocks have in common that two others do not: the content's part of an alignment."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence

from prl10n.adoption.blocks import STEM, Block
from prl10n.adoption.lexicon import EMPTY, LEAST, Lexicon

HARD, WORD, MEANING, COGNATE = 1.0, 1.0, 0.8, 0.6  # what an agreement counts, times its rarity
MISSING = 1.2  # what a figure, a destination or code counts that only one side has
MOST_MISSING = 6.0
LOST, MOST_LOST = 0.7, 3.0  # and a word that both pages have
NAME = 4  # its letters
SMALL = 12  # a page of fewer blocks is taken for one of so many: what is rare there may be rare by chance


class Evidence:
    """Agreements of blocks, in nats: an agreement counts what its rarity in the page says, `log(n / df)`."""

    def __init__(self, sources: Sequence[Block], targets: Sequence[Block], lexicon: Lexicon = EMPTY) -> None:
        self.sources, self.targets = sources, targets
        self.size = max(SMALL, len(sources), len(targets))
        self.scores: dict[tuple[int, int], float] = defaultdict(float)
        self.shared: dict[tuple[int, int], int] = defaultdict(int)
        self.by_source: dict[int, dict[int, float]] = defaultdict(dict)
        self.by_target: dict[int, dict[int, float]] = defaultdict(dict)
        pages = [frozenset[str]().union(*(block.words for block in side)) for side in (sources, targets)]
        names = frozenset(word for word in pages[0] & pages[1] if len(word) >= NAME)
        self.kept = [[block.words & names for block in side] for side in (sources, targets)]
        self._agree(lambda block: block.hard, HARD, hard=True)
        self._agree(lambda block: block.words, WORD)
        self._cognates()
        self._meanings(lexicon)
        for (i, j), score in self.scores.items():
            if sources[i].group == targets[j].group:
                self.by_source[i][j] = self.by_target[j][i] = score - self.missing(i, j)

    def missing(self, i: int, j: int) -> float:
        """What contradicts: hard features that only one of the two has."""
        both = self.shared.get((i, j), 0)
        alone = len(self.sources[i].hard) + len(self.targets[j].hard) - 2 * both
        return min(MOST_MISSING, MISSING * alone)

    def of(self, i: int, j: int) -> float:
        return self.scores.get((i, j), 0.0) - self.missing(i, j)

    def support(self, i: int, j: int, taken: tuple[Collection[int], Collection[int]]) -> float:
        """By how much the evidence for a pair beats that for another partner of either. One that has its own partner
        (`taken`: sources, targets) counts half; the same text elsewhere is no rival. Words that both pages have,
        such as names, should be in both texts or in neither.
        """
        source, target = self.sources[i], self.targets[j]
        best = 0.0
        for other, score in self.by_source[i].items():
            if other != j and self.targets[other].text != target.text:
                best = max(best, score / 2 if other in taken[1] else score)
        for other, score in self.by_target[j].items():
            if other != i and self.sources[other].text != source.text:
                best = max(best, score / 2 if other in taken[0] else score)
        lost = min(MOST_LOST, LOST * len(self.kept[0][i] ^ self.kept[1][j]))
        return self.of(i, j) - best - lost

    def _weight(self, left: int, right: int, hard: bool = False) -> float:
        return math.log(self.size * (2 if hard else 1) / math.sqrt(left * right))

    def _add(self, left: Sequence[int], right: Sequence[int], weight: float) -> None:
        for i in left:
            for j in right:
                self.scores[i, j] += weight

    def _agree(self, features: Callable[[Block], Iterable[str]], factor: float, hard: bool = False) -> None:
        left, right = _index(self.sources, features), _index(self.targets, features)
        for feature, sources in left.items():
            targets = right.get(feature)
            if targets is None:
                continue
            if hard:
                for i in sources:
                    for j in targets:
                        self.shared[i, j] += 1
            weight = factor * self._weight(len(sources), len(targets), hard)
            if hard and feature.startswith("# ") and len(feature) < 4:
                weight /= 2  # a figure of one digit is in many texts
            if weight > 0.3:
                self._add(sources, targets, weight)

    def _cognates(self) -> None:
        """Words that begin alike and are not the same."""
        left, right = _index(self.sources, lambda block: block.words), _index(self.targets, lambda block: block.words)
        stems = [_stems(words, other) for words, other in ((left, right), (right, left))]
        for stem, sources in stems[0].items():
            targets = stems[1].get(stem)
            if targets and (weight := COGNATE * self._weight(len(sources), len(targets))) > 0.3:
                self._add(sorted(sources), sorted(targets), weight)

    def _meanings(self, lexicon: Lexicon) -> None:
        if not lexicon.meanings:
            return
        left, right = _index(self.sources, lambda block: block.words), _index(self.targets, lambda block: block.words)
        for word, sources in left.items():
            other, number = lexicon.meanings.get(word, ("", 0))
            if other not in right or other[:STEM] == word[:STEM]:
                continue
            weight = MEANING * self._weight(len(sources), len(right[other]))
            if weight <= 0.3:
                continue
            for i in sources:
                for j in right[other]:
                    # A pair is no witness for itself.
                    own = (self.sources[i].text, self.targets[j].text) in lexicon.known
                    if number - own >= LEAST:
                        self.scores[i, j] += weight


def _index(blocks: Sequence[Block], features: Callable[[Block], Iterable[str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for number, block in enumerate(blocks):
        for feature in features(block):
            found[feature].append(number)
    return found


def _stems(words: dict[str, list[int]], other: dict[str, list[int]]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for word, places in words.items():
        if len(word) >= STEM and word not in other:
            found[word[:STEM]].update(places)
    return found
