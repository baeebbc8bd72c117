"""Two rows of blocks → how probable each pair is, over all ways to align the rows.

Gale and Church, "A Program for Aligning Sentences in Bilingual Corpora", Computational Linguistics 19 (1993): a bead is
1-1, 1-0, 0-1, 2-1, 1-2 or 2-2, and lengths differ by a normal law of variance 6.8 a character. What is added: the
evidence of the content, and that the sum over all alignments (forward and backward) says how sure each bead is, instead
of the best alignment alone. A 2-2 bead is two neighbours that changed places.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from prl10n.adoption.blocks import Block
from prl10n.adoption.evidence import Evidence

VARIANCE = 6.8
PAIR, GAP, MERGED, SWAPPED = (math.log(share) for share in (0.89, 0.01, 0.012, 0.004))
OTHER_KIND, OTHER_LEVEL, OTHER_DEPTH = 3.0, 1.5, 1.0
STRONGEST = 14.0  # evidence beyond this is no better
FARTHEST = 16.0  # and lengths beyond this no worse
JOINABLE = ("text", "html")  # the groups of which two blocks become one
BAND = 36  # blocks to each side of the diagonal, in pages of more than FULL pairs
FULL = 12_000
_NEVER = -math.inf

Merge = tuple[int, int, int, int]  # first source, sources, first target, targets


@dataclass(frozen=True, slots=True)
class Posterior:
    """Probabilities of pairs, and of texts that one side has as one and the other as two."""

    pairs: dict[tuple[int, int], float]
    merges: dict[Merge, float]


def deviation(left: int, right: int, ratio: float) -> float:
    """How far two lengths are apart, in standard deviations."""
    mean = (left + right / ratio) / 2
    return (right - left * ratio) / math.sqrt(VARIANCE * max(1.0, mean)) if mean else 0.0


def _length(left: int, right: int, ratio: float) -> float:
    likely = math.erfc(abs(deviation(left, right, ratio)) / math.sqrt(2))
    return max(-FARTHEST, math.log(likely)) if likely > 0 else -FARTHEST


class Aligner:
    """The beads of one page and what they count."""

    def __init__(self, sources: Sequence[Block], targets: Sequence[Block], evidence: Evidence, ratio: float) -> None:
        self.sources, self.targets, self.evidence, self.ratio = sources, targets, evidence, ratio
        self.cache: dict[tuple[int, int], float] = {}

    def score(self, i: int, j: int) -> float:
        known = self.cache.get((i, j))
        if known is None:
            known = self.cache[i, j] = self._score(i, j)
        return known

    def _score(self, i: int, j: int) -> float:
        left, right = self.sources[i], self.targets[j]
        if left.group != right.group:
            return _NEVER
        score = PAIR + _length(left.length, right.length, self.ratio)
        score += min(STRONGEST, self.evidence.of(i, j))
        if left.kind != right.kind:
            score -= OTHER_LEVEL if left.group == "heading" else OTHER_KIND
        return score - OTHER_DEPTH * (left.depth != right.depth)

    def merged(self, i: int, count: int, j: int, number: int) -> float:
        """Two texts of one side in one of the other."""
        left, right = self.sources[i : i + count], self.targets[j : j + number]
        kinds = {block.kind for block in (*left, *right)}
        if len(kinds) > 1 or left[0].group not in JOINABLE:
            return _NEVER
        score = MERGED + _length(sum(b.length for b in left), sum(b.length for b in right), self.ratio)
        pairs = [(i + a, j + b) for a in range(count) for b in range(number)]
        shared = sum(self.evidence.scores.get(pair, 0.0) for pair in pairs)
        hard = frozenset().union(*(b.hard for b in left)) ^ frozenset().union(*(b.hard for b in right))
        return score + min(STRONGEST, shared - min(6.0, 1.2 * len(hard)))

    def posterior(self) -> Posterior:
        n, m = len(self.sources), len(self.targets)
        low, high = self._band(n, m)
        forward = [[_NEVER] * (m + 1) for _ in range(n + 1)]
        backward = [[_NEVER] * (m + 1) for _ in range(n + 1)]
        steps: list[list[tuple[int, int, int, float]]] = []
        forward[0][0] = 0.0
        order = [(i, j) for i in range(n + 1) for j in range(low[i], high[i] + 1)]
        for i, j in order:
            here = forward[i][j]
            beads = self._beads(i, j, n, m, high) if here > _NEVER else []
            steps.append(beads)
            for across, down, _, score in beads:
                row = forward[i + across]
                row[j + down] = _plus(row[j + down], here + score)
        total = forward[n][m]
        backward[n][m] = 0.0
        pairs: dict[tuple[int, int], float] = {}
        merges: dict[Merge, float] = {}
        for (i, j), beads in zip(reversed(order), reversed(steps), strict=True):
            for across, down, swapped, score in beads:
                ahead = backward[i + across][j + down]
                if ahead == _NEVER:
                    continue
                backward[i][j] = _plus(backward[i][j], ahead + score)
                if not across or not down:
                    continue
                share = math.exp(min(0.0, forward[i][j] + score + ahead - total))
                if share < 1e-6:
                    continue
                if swapped:
                    for pair in ((i, j + 1), (i + 1, j)):
                        pairs[pair] = pairs.get(pair, 0.0) + share
                elif across == down == 1:
                    pairs[i, j] = pairs.get((i, j), 0.0) + share
                else:
                    merges[i, across, j, down] = share
        return Posterior(pairs, merges)

    def _beads(self, i: int, j: int, n: int, m: int, high: Sequence[int]) -> list[tuple[int, int, int, float]]:
        """(sources, targets, whether they cross, score) of the beads that begin here."""
        found: list[tuple[int, int, int, float]] = []
        if j < m and j < high[i]:
            found.append((0, 1, 0, GAP))
        if i == n:
            return found
        found.append((1, 0, 0, GAP))
        if j == m:
            return found
        pair = self.score(i, j)
        if pair > _NEVER:
            found.append((1, 1, 0, pair))
        if i + 1 < n and (merged := self.merged(i, 2, j, 1)) > _NEVER:
            found.append((2, 1, 0, merged))
        if j + 1 < m and (merged := self.merged(i, 1, j, 2)) > _NEVER:
            found.append((1, 2, 0, merged))
        if i + 1 < n and j + 1 < m:
            crossed = SWAPPED + self.score(i, j + 1) + self.score(i + 1, j)
            if crossed > _NEVER:
                found.append((2, 2, 1, crossed))
        return found

    def _band(self, n: int, m: int) -> tuple[list[int], list[int]]:
        """The targets that are looked at for each source."""
        if n * m <= FULL:
            return [0] * (n + 1), [m] * (n + 1)
        width = BAND + abs(n - m)
        middle = [round(i * m / max(1, n)) for i in range(n + 1)]
        return [max(0, at - width) for at in middle], [min(m, at + width) for at in middle]


def _plus(left: float, right: float) -> float:
    """log(e^left + e^right)"""
    if left < right:
        left, right = right, left
    return left if right < left - 30 else left + math.log1p(math.exp(right - left))
