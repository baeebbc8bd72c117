"""Words that translate each other, learned from pages that were aligned without them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MOST = 20_000  # pairs of texts that are counted; more say nothing new
LEAST = 2  # other pairs in which two words must meet
DICE = 0.6  # how much they must belong together
_WORDS = 40  # of a text: what a long one has besides is too much to count


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`meanings` leads from a word to its translation and the number of pairs that say so; `known` are these pairs."""

    meanings: Mapping[str, tuple[str, int]]
    known: frozenset[tuple[str, str]]


EMPTY = Lexicon({}, frozenset())


@dataclass(frozen=True, slots=True)
class Example:
    """Two texts that seem to translate each other, and their words."""

    source: str
    target: str
    source_words: frozenset[str]
    target_words: frozenset[str]


def learn(examples: Iterable[Example]) -> Lexicon:
    """The words that choose each other. A pair of texts counts once: what is repeated proves nothing."""
    seen: dict[tuple[str, str], Example] = {}
    for example in examples:
        seen.setdefault((example.source, example.target), example)
        if len(seen) == MOST:
            break
    left, right = Counter[str](), Counter[str]()
    for example in seen.values():
        left.update(example.source_words)
        right.update(example.target_words)
    common = max(8, len(seen) // 4)  # a word of every fourth text tells nothing apart
    together: dict[str, Counter[str]] = defaultdict(Counter)
    for example in seen.values():
        sources = sorted(word for word in example.source_words if LEAST < left[word] <= common)[:_WORDS]
        targets = sorted(word for word in example.target_words if LEAST < right[word] <= common)[:_WORDS]
        for word in sources:
            together[word].update(targets)
    best: dict[str, tuple[float, str, int]] = {}
    chosen: dict[str, tuple[float, str]] = {}
    for word, counts in together.items():
        scored = max((2 * number / (left[word] + right[other]), other, number) for other, number in counts.items())
        best[word] = scored
        chosen[scored[1]] = max(chosen.get(scored[1], (0.0, "")), (scored[0], word))
    meanings = {
        word: (other, number)
        for word, (dice, other, number) in best.items()
        if dice >= DICE and number > LEAST and chosen[other][1] == word
    }
    return Lexicon(meanings, frozenset(seen))
