"""Which phrase of the target translates which phrase of the source.

They belong together if they occur in the same sentences: Dice's coefficient of the two sets. Pairs are taken from the
strongest down, and each phrase once, so that a title does not become the translation of the name beside it. What is not
certain is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from prl10n import glossary
from prl10n.glossary import FUNCTION_WORDS, Line
from prl10n.terms.phrases import GAPS, NO_NOUN, PLAIN, Side, key_of, side_of

UNITS = 5  # texts that a term must occur in…
DOCUMENTS = 3  # …or documents, in which as many texts have it
LONGEST = 4  # words of a source phrase
LONGEST_TARGET = 6  # words of a target phrase, or letters where a script puts no space between words
DICE = 0.6  # how much two phrases must belong together
CONSISTENT = 0.8  # the part of a term's uses that its translations explain
COMPETING = 0.1  # the part of a term's uses from which another translation is one, and no slip of the pen
TITLE = 0.25  # the part of small letters from which capitals are those of titles and beginnings

_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=[^\W\d_a-zß-ÿ])|(?<=[。！？])")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a translation stands: the catalog, as it is shown, and the msgid."""

    file: str
    msgid: str


@dataclass(frozen=True, slots=True)
class Rendering:
    """One translation of a term; empty for the source as it is."""

    target: str
    units: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A term, and its translations, the most frequent first: one where all agree, else those that compete."""

    locale: str
    source: str
    units: int
    documents: int
    renderings: tuple[Rendering, ...]

    @property
    def is_consistent(self) -> bool:
        return len(self.renderings) == 1

    def line(self) -> Line:
        """The line of the glossary that says so."""
        return Line(self.source, self.locale, self.renderings[0].target)


class Pair(NamedTuple):
    """An approved text as plain words, and where it stands."""

    source: str
    target: str
    document: str
    place: Place


def mine(texts: Sequence[Pair], locale: str, source: str, least: int | None = None) -> tuple[Suggestion, ...]:
    """The terms of one locale: those that all translations agree on by their frequency, then those with several.

    A text that occurs many times counts once: what is repeated proves nothing.
    """
    return _Miner(texts, locale, source, least).mine()


class _Miner:
    def __init__(self, texts: Sequence[Pair], locale: str, source: str, least: int | None) -> None:
        self.locale = locale
        self.units: list[list[Pair]] = []
        self.unit_of: list[int] = []  # of each sentence
        self.least = least
        sentences: list[tuple[str, str]] = []
        by_text: dict[tuple[str, str], list[Pair]] = {}
        for pair in texts:
            by_text.setdefault((pair.source, pair.target), []).append(pair)
        for unit, ((words, translation), same) in enumerate(by_text.items()):
            self.units.append(same)
            aligned = _sentences(words, translation)
            sentences += aligned
            self.unit_of += [unit] * len(aligned)
        self.minimum = max(2, min(DOCUMENTS, least or DOCUMENTS))
        language, target = (tag.lower().partition("-")[0] for tag in (source, locale))
        self.language = language
        self.source = side_of([words for words, _ in sentences], language, LONGEST, self.minimum)
        self.target = side_of([words for _, words in sentences], target, LONGEST_TARGET, 2)
        self.target_language = target
        self.every, self.small = Counter[str](), Counter[str]()  # the uses of each word, and those without a capital
        for text, found in zip(self.source.texts, self.source.words, strict=True):
            self.every.update(word.key for word in found)
            self.small.update(word.key for word in found if text[word.start : word.end].islower())
        self.in_target: list[list[str]] = [[] for _ in sentences]
        for key, indices in self.target.phrases.items():
            for index in indices:
                self.in_target[index].append(key)

    def mine(self) -> tuple[Suggestion, ...]:
        candidates = self.candidates()
        chosen = self.linked(candidates)
        taken = frozenset(chosen.values())
        found: list[Suggestion] = []
        for key, indices in candidates.items():
            renderings = self.renderings(key, indices, chosen, taken)
            explained = sum(len(uses) for _, uses in renderings)
            if renderings and explained >= CONSISTENT * len(indices):
                suggestion = self.suggestion(key, indices, renderings)
                if suggestion is not None:
                    found.append(suggestion)
        found.sort(key=lambda item: (not item.is_consistent, -item.units, item.source.casefold(), item.source))
        return tuple({item.source: item for item in found}.values())

    def candidates(self) -> dict[str, frozenset[int]]:
        """The phrases that are used often enough, and not always as a part of one longer phrase."""
        often = {key: indices for key, indices in self.source.phrases.items() if self.is_frequent(key, indices)}
        parts: set[str] = set()
        for key, indices in often.items():
            words = key.split(" ")
            for size in range(1, len(words)):
                for first in range(len(words) - size + 1):
                    part = " ".join(words[first : first + size])
                    if part in often and len(indices) >= 0.9 * len(often[part]):
                        parts.add(part)
        return {key: indices for key, indices in sorted(often.items()) if key not in parts}

    def is_frequent(self, key: str, indices: Collection[int]) -> bool:
        units = {self.unit_of[index] for index in indices}
        documents = {pair.document for unit in units for pair in self.units[unit]}
        if self.least is not None:
            enough = len(units) >= self.least
        else:
            enough = len(units) >= UNITS or (len(documents) >= DOCUMENTS and len(units) >= DOCUMENTS)
        if not enough or " " in key or glossary.is_unspaced(key[0]):
            return enough
        # A single word that nothing sets apart is a term only if it is used a lot, and is no adverb or participle.
        plain = self.language == "en" and (key in PLAIN or NO_NOUN.search(key) is not None)
        if self.small[key] < TITLE * self.every[key]:
            return True
        return not plain and len(units) >= 2 * (self.least or UNITS)

    def linked(self, candidates: Mapping[str, frozenset[int]]) -> dict[str, str]:
        """The target phrase of each source phrase: the strongest pairs first, and no phrase twice."""
        scored = [
            (-score, -len(indices), key, target)
            for key, indices in candidates.items()
            for score, target in self.scores(key, indices)
        ]
        chosen: dict[str, str] = {}
        taken: set[str] = set()
        for _, _, key, target in sorted(scored):
            if key not in chosen and target not in taken:
                chosen[key] = target
                taken.add(target)
        return chosen

    def scores(self, key: str, indices: Collection[int]) -> list[tuple[float, str]]:
        """The target phrases that go with a source phrase in some of its sentences, the best first."""
        joint = Counter(chain.from_iterable(self.in_target[index] for index in indices))
        length, same = self.length(key), self.same(key)
        floor = len(indices) * DICE / (2 - DICE)  # fewer cannot reach it, however rare the target is
        scored = []
        for target, both in [item for item in joint.items() if item[1] >= floor]:
            dice = 2 * both / (len(indices) + len(self.target.phrases[target]))
            if dice >= DICE:
                bonus = 0.1 if target == same else -0.02 * abs(self.length(target) - length)
                scored.append((dice + bonus, target))
        return sorted(scored, key=lambda item: (-item[0], -len(item[1]), item[1]))

    def length(self, key: str) -> int:
        """The words of a phrase that carry a meaning; where letters are words, two of them are counted as one."""
        if glossary.is_unspaced(key[0]):
            return (len(key) + 1) // 2
        return sum(word not in FUNCTION_WORDS for word in key.split(" "))

    def same(self, key: str) -> str:
        """The target phrase that is the source phrase itself."""
        return " ".join(key_of(word, self.target_language, ()) for word in key.split(" "))

    def renderings(
        self, key: str, indices: frozenset[int], chosen: Mapping[str, str], taken: Collection[str]
    ) -> list[tuple[str, frozenset[int]]]:
        """The target phrases that explain the uses of a source phrase, and the sentences of each.

        The first is the one that it was linked with, or that is the strongest; the next explain what is left.
        """
        found: list[tuple[str, frozenset[int]]] = []
        left = indices
        least = max(2, COMPETING * len(indices))
        while len(left) >= least and len(found) < 4:
            own = chosen.get(key) if not found else None
            target = own or next((name for _, name in self.scores(key, left) if name not in taken), None)
            if target is None:
                break
            uses = self.target.phrases[target] & left
            if len(uses) < least:
                break
            found += self.whole(key, target, uses)
            left -= uses
        return sorted(found, key=lambda item: (-len(item[1]), item[0]))

    def whole(self, key: str, target: str, uses: frozenset[int]) -> list[tuple[str, frozenset[int]]]:
        """The phrases that a target is a part of, if a few of them hold all its uses: what `nuage souverain` and
        `cloud souverain` share is not the translation. Only for a target with fewer words than the source.
        """
        length = self.length(key)
        if self.length(target) >= length:
            return [(target, uses)]
        joint = Counter(
            phrase
            for index in uses
            for phrase in self.in_target[index]
            if f" {target} " in f" {phrase} " and self.length(phrase) == length
        )
        found: list[tuple[str, frozenset[int]]] = []
        left = uses
        for phrase, _ in sorted(joint.items(), key=lambda item: (-item[1], item[0])):
            own = self.target.phrases[phrase] & left
            if len(own) >= max(2, 2 * COMPETING * len(uses)):
                found.append((phrase, own))
                left -= own
        return found if len(left) <= COMPETING * len(uses) else [(target, uses)]

    def suggestion(
        self, key: str, indices: Collection[int], renderings: Sequence[tuple[str, Collection[int]]]
    ) -> Suggestion | None:
        """The suggestion in the letters that people wrote; None for what is a name in one language only."""
        source = self.surface(self.source, key, indices, ())
        shown_renderings: dict[str, Rendering] = {}
        for target, uses in renderings:
            words = self.surface(self.target, target, uses, self.singular(source, uses))
            words = "" if words == source else words
            units = sorted({self.unit_of[index] for index in uses})
            if words in shown_renderings:
                continue
            places = tuple(sorted({pair.place for unit in units for pair in self.units[unit]}, key=_order))
            shown_renderings[words] = Rendering(words, len(units), places)
        units = sorted({self.unit_of[index] for index in indices})
        documents = {pair.document for unit in units for pair in self.units[unit]}
        return Suggestion(self.locale, source, len(units), len(documents), tuple(shown_renderings.values()))

    def singular(self, source: str, indices: Collection[int]) -> frozenset[int]:
        """The sentences that have the source in the very form that is suggested: their target has its number."""
        return frozenset(index for index in indices if source.casefold() in self.source.texts[index].casefold())

    def surface(self, side: Side, key: str, indices: Collection[int], preferred: Collection[int]) -> str:
        """How people write a phrase: small letters if a good part of them do, else the most frequent form."""
        forms: Counter[str] = Counter()
        for index in sorted(preferred or indices)[:200]:
            forms.update(side.texts[index][start:end] for found, start, end in side.spans(index, key) if found == key)
        exact = Counter({form: count for form, count in forms.items() if GAPS.sub(" ", form).casefold() == key})
        forms = exact or forms
        small = Counter({form: count for form, count in forms.items() if form == form.lower()})
        best = small if small.total() >= TITLE * forms.total() else forms
        return min(best, key=lambda form: (-best[form], len(form), form))


def _order(place: Place) -> tuple[str, str]:
    return (place.file, place.msgid)


def _sentences(source: str, target: str) -> list[tuple[str, str]]:
    """The sentences of a pair, where both sides have as many; else the pair as it is."""
    first, second = _SENTENCE.split(source), _SENTENCE.split(target)
    return list(zip(first, second, strict=True)) if len(first) == len(second) else [(source, target)]
