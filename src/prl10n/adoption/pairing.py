"""Two documents → which unit of the one translates which of the other, and how certain that is.

A confidence is the probability of the pair over all alignments of the page (its place), and what the two have in common
that they have with nothing else there (its content). Place alone never makes a pair certain: two paragraphs that a
translator exchanged are in each other's place. So a pair is APPROVED only where both agree and nothing contradicts.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prl10n.adoption.beads import JOINABLE, Aligner, Merge, Posterior, deviation
from prl10n.adoption.blocks import Block, blocks, folded, numbers, spoken, words
from prl10n.adoption.evidence import Evidence
from prl10n.adoption.lexicon import EMPTY, Example, Lexicon
from prl10n.document import Document

APPROVED = 0.98  # chosen so that none of the generated pages of the tests has a wrong pair above it
DRAFT = 0.5  # below it a pair is a guess, and no pair
DOUBTFUL = 0.7  # the most that a pair gets of which a figure, a destination, code or the place in a table differs
LIKELY = 0.9  # the probability of a place from which the ratio of lengths is measured
EXAMPLE = 0.72  # the confidence of a pair from which words are learned
_FIRM = 0.95  # the least probability of the place of a certain pair
_CERTAIN = 4.5  # the support, in nats, of a certain pair…
_CROSSING = 9.0  # …and of one that is out of order
_ECHO = 2.5  # the evidence from which a text that is left alone may be part of another
_CLEAR = 1.0  # the deviations by which two texts must fit worse than one
_FAR = 2.5  # deviations of the length beyond which nothing is certain…
_PART = 0.5  # …and where the longer text has more sentences: one of them may be missing in the other
_BESIDE = 0.6  # the confidence of what stands beside a pair that is out of order


@dataclass(frozen=True, slots=True)
class Pair:
    """Two units that translate each other, by their indices."""

    source: int
    target: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """No unit is in two pairs. `merged` are (sources, targets): texts that one side has as one and the other as two."""

    pairs: tuple[Pair, ...]
    merged: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Link:
    """Two blocks that translate each other. `place` is the probability of their place; None: they are out of order."""

    source: int
    target: int
    place: float | None


def align(source: Document, target: Document, locales: Sequence[str], lexicon: Lexicon = EMPTY) -> Alignment:
    """Pair the units of a document with those of its translation.

    Front matter goes by path, table cells by their column in rows that belong together, all else by beads over the
    whole page; what is left after that is paired across the order, where the content is unmistakable.
    """
    front = list(_by_path(source, target))
    left = blocks(source, locales, {pair.source for pair in front})
    right = blocks(target, locales, {pair.target for pair in front})
    page = _Page(left, right, Evidence(left, right, lexicon))
    links = page.links()
    pairs = [pair for link, confidence in page.judged(links) for pair in _expanded(page, link, confidence)]
    pairs = [_doubted(pair, source, target) for pair in (*front, *pairs)]
    return Alignment(tuple(sorted(pairs, key=lambda pair: pair.source)), tuple(page.merged()))


def examples(source: Document, target: Document, alignment: Alignment) -> Iterator[Example]:
    """What an alignment teaches about words."""
    for pair in alignment.pairs:
        if pair.confidence >= EXAMPLE:
            left, right = source.units[pair.source], target.units[pair.target]
            if left.text != right.text:
                yield Example(left.text, right.text, words(spoken(left)), words(spoken(right)))


def _by_path(source: Document, target: Document) -> Iterator[Pair]:
    """Front matter values whose path is on both sides once."""
    sides = [
        Counter(unit.kind for unit in side.units if unit.kind.startswith("front matter")) for side in (source, target)
    ]
    places = {unit.kind: index for index, unit in enumerate(target.units)}
    for index, unit in enumerate(source.units):
        if sides[0][unit.kind] == 1 and sides[1][unit.kind] == 1:
            yield Pair(index, places[unit.kind], 1.0)


def _doubted(pair: Pair, source: Document, target: Document) -> Pair:
    """The pair, of which nothing is certain where figures differ."""
    left, right = source.units[pair.source], target.units[pair.target]
    if pair.confidence > DOUBTFUL and numbers(spoken(left)) != numbers(spoken(right)):
        return Pair(pair.source, pair.target, DOUBTFUL)
    return pair


class _Page:
    """The blocks of two documents, and which belong together."""

    def __init__(self, sources: Sequence[Block], targets: Sequence[Block], evidence: Evidence) -> None:
        self.sources, self.targets, self.evidence = sources, targets, evidence
        self.ratio = 1.0
        self.posterior = Posterior({}, {})
        self.joined: list[Merge] = []
        self.alone: tuple[set[int], set[int]] = (set(), set())  # the blocks of either side that are in no link

    def links(self) -> list[_Link]:
        """Blocks that belong together, in order first. The ratio of lengths is the page's own, found in two rounds."""
        self.ratio = _ratio([(block.length, 0) for block in self.sources] + [(0, b.length) for b in self.targets])
        for _ in range(2):
            self.posterior = Aligner(self.sources, self.targets, self.evidence, self.ratio).posterior()
            likely = [pair for pair, share in self.posterior.pairs.items() if share >= LIKELY]
            if likely:
                self.ratio = _ratio([(self.sources[i].length, self.targets[j].length) for i, j in likely])
        links = [_Link(i, j, share) for (i, j), share in self.posterior.pairs.items() if share > DRAFT]
        self.joined = [bead for bead, share in sorted(self.posterior.merges.items()) if share > DRAFT]
        links += self._crossing(links)
        return links + self._beside(links)

    def _crossing(self, links: Sequence[_Link]) -> list[_Link]:
        """Blocks that the order left alone, the strongest content first."""
        sources, targets = self._taken(links)
        found: list[_Link] = []
        candidates = sorted(
            (-score, i, j)
            for i, scores in self.evidence.by_source.items()
            if i not in sources
            for j, score in scores.items()
            if j not in targets and self.sources[i].kind == self.targets[j].kind
        )
        for _, i, j in candidates:
            if i in sources or j in targets or self._apart(i, j) > _FAR + 1:
                continue
            if self.evidence.support(i, j, (sources, targets)) >= _CERTAIN / 2:
                found.append(_Link(i, j, None))
                sources.add(i)
                targets.add(j)
        return found

    def _taken(self, links: Sequence[_Link]) -> tuple[set[int], set[int]]:
        """The blocks of both sides that are in a link, or joined."""
        sources, targets = {link.source for link in links}, {link.target for link in links}
        for i, count, j, number in self.joined:
            sources.update(range(i, i + count))
            targets.update(range(j, j + number))
        return sources, targets

    def _beside(self, links: Sequence[_Link]) -> list[_Link]:
        """Blocks alone that stand on both sides beside the same pair: a section that was moved as a whole."""
        partner = {link.source: link.target for link in links}
        sources, targets = self._taken(links)
        found: list[_Link] = []
        for step, order in ((-1, range(len(self.sources) - 1, -1, -1)), (1, range(len(self.sources)))):
            for i in order:
                neighbour = partner.get(i - step)
                j = -1 if neighbour is None else neighbour + step
                if i in sources or not 0 <= j < len(self.targets) or j in targets:
                    continue
                alike = self.sources[i].kind == self.targets[j].kind and self._apart(i, j) <= _FAR
                if alike and self.evidence.of(i, j) > -1:
                    partner[i] = j
                    sources.add(i)
                    targets.add(j)
                    found.append(_Link(i, j, None))
        return found

    def judged(self, links: Sequence[_Link]) -> Iterator[tuple[_Link, float]]:
        """The links with their confidence. One that is certain is no rival of others any more, so it goes by rounds."""
        certain: set[tuple[int, int]] = set()
        self.alone = (
            set(range(len(self.sources))) - {link.source for link in links},
            set(range(len(self.targets))) - {link.target for link in links},
        )
        while True:
            taken = ({i for i, _ in certain}, {j for _, j in certain})
            scored = [(link, self.confidence(link, taken, certain)) for link in links]
            now = {(link.source, link.target) for link, confidence in scored if confidence >= APPROVED} | certain
            if now == certain:
                break
            certain = now
        yield from ((link, confidence) for link, confidence in scored if confidence >= DRAFT)

    def confidence(self, link: _Link, taken: tuple[set[int], set[int]], certain: set[tuple[int, int]]) -> float:
        i, j = link.source, link.target
        left, right = self.sources[i], self.targets[j]
        support = self.evidence.support(i, j, taken)
        doubtful = left.kind != right.kind or left.width != right.width or left.hard != right.hard
        doubtful = doubtful or self._far(i, j) or self._merging(i, j)
        if link.place is None:
            unique = any(self._alone(feature) for feature in left.hard & right.hard)
            sure = unique and support >= _CROSSING and not doubtful
            return APPROVED if sure else min(0.9, max(_BESIDE, 0.5 + support / 20))
        if left.kind == "table header" and {(i + 1, j + 1)} & certain:
            support = max(support, _CERTAIN + 1)  # of a table whose rows belong together
        content = 1 - math.exp(-max(0.0, support) * math.log(10) / _CERTAIN)
        confidence = min(1.0, link.place) * (0.8 + 0.2 * content)
        if doubtful or link.place < _FIRM:
            return min(confidence, DOUBTFUL if doubtful else APPROVED - 0.01)
        return confidence

    def _merging(self, i: int, j: int) -> bool:
        """Whether a text that is left alone may be in one of the two: it has something of it, or it stands beside it
        and the lengths do not say that it is missing.
        """
        source, target = self.sources[i], self.targets[j]
        apart = abs(deviation(source.length, target.length, self.ratio))
        for other in self.alone[0]:
            near = abs(other - i) == 1 and self.sources[other].group == source.group and source.group in JOINABLE
            joined = abs(deviation(source.length + self.sources[other].length, target.length, self.ratio))
            if self.evidence.by_source[other].get(j, 0.0) > _ECHO or (near and joined < apart + _CLEAR):
                return True
        for other in self.alone[1]:
            near = abs(other - j) == 1 and self.targets[other].group == target.group and target.group in JOINABLE
            joined = abs(deviation(source.length, target.length + self.targets[other].length, self.ratio))
            if self.evidence.by_target[other].get(i, 0.0) > _ECHO or (near and joined < apart + _CLEAR):
                return True
        return False

    def _alone(self, feature: str) -> bool:
        return all(sum(feature in block.hard for block in side) == 1 for side in (self.sources, self.targets))

    def _apart(self, i: int, j: int) -> float:
        return abs(deviation(self.sources[i].length, self.targets[j].length, self.ratio))

    def _far(self, i: int, j: int) -> bool:
        """Whether one text is too long for the other, or seems to have a sentence that the other has not."""
        left, right = self.sources[i], self.targets[j]
        apart = deviation(left.length, right.length, self.ratio)
        more = right.sentences - left.sentences
        return abs(apart) > _FAR or (more * apart > 0 and abs(apart) > _PART)

    def merged(self) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
        """The units of the blocks that are joined."""
        for i, count, j, number in self.joined:
            yield (
                tuple(unit for block in self.sources[i : i + count] for unit in block.units),
                tuple(unit for block in self.targets[j : j + number] for unit in block.units),
            )


def _ratio(lengths: Sequence[tuple[int, int]]) -> float:
    """Characters of the target for one of the source."""
    left, right = (sum(pair[side] for pair in lengths) for side in (0, 1))
    return min(4.0, max(0.25, right / left)) if left and right else 1.0


def _expanded(page: _Page, link: _Link, confidence: float) -> Iterator[Pair]:
    """The pairs of units of two blocks: one, or those of the cells in the same columns."""
    left, right = page.sources[link.source], page.targets[link.target]
    if len(left.units) == len(right.units) == 1 and left.columns == right.columns:
        yield Pair(left.units[0], right.units[0], confidence)
        return
    cells = dict(zip(right.columns, right.units, strict=True))
    words_of = [
        {column: words(folded(text)) for column, text in zip(block.columns, block.text.split("\0"), strict=True)}
        for block in (left, right)
    ]
    for column, unit in zip(left.columns, left.units, strict=True):
        if column not in cells:
            continue
        own = words_of[0][column] & words_of[1][column]
        elsewhere = max((len(words_of[0][column] & found - own) for found in words_of[1].values()), default=0)
        yield Pair(unit, cells[column], min(confidence, DOUBTFUL) if elsewhere > len(own) else confidence)
