"""Sentences as phrases: which runs of words may be terms, and which of them are one term in several forms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from prl10n import glossary
from prl10n.glossary import FUNCTION_WORDS

# The endings of plurals, genders and cases, as far as the forms of a word are counted together.
_ENDINGS = {
    "fr": re.compile(r"(?:es?|[sx])$"),
    "de": re.compile(r"(?:e[mnrs]?|[ns])$"),
    "": re.compile(r"(?:[aeo]s?|[is])$"),
}
_CONJUNCTIONS = frozenset("and or nor et ou und oder y o og och".split())  # what they join is two terms
GAPS = re.compile(r" ?& ?|[ \u00a0'’\u2011-]")
_RIGID = frozenset("zh yue ja ko th lo km my vi".split())
# English words that are frequent anywhere, in no term's first or last place.
_COMMON = FUNCTION_WORDS | frozenset(
    """i you he she it we they me him her us them my your his its our their this that these those who whom whose
    which what when where why how is are was were be been being am has have had having do does did doing will
    would shall should can could may might must not no nor but if then than so too very just also only even
    still yet again ever never always often now today tomorrow yesterday soon here there all any both each every
    few many more most much other others another some such same own several first second third last next new old
    good great best better big small large high low long short early late full free easy simple able available
    about above across after against along among around before behind below beneath beside between beyond during
    except inside like near off out over past since through throughout toward under until up upon within without
    while because although however therefore make makes made making take takes took taken give gives gave given
    get gets got go goes went gone come comes came uses used using say says said see sees saw seen know known
    want needs helps let lets learn find join follow follows offers offered provide provides provided include
    includes included including allow allows enable enables announce announces announced launches launched
    releases released publish published supports supported continue continues bring brings based one two three
    four five six ten thanks please yes per via etc january february march april june july august september
    october november december monday tuesday wednesday thursday friday saturday sunday million billion percent
    today's really simply already together well less least us""".split()
)
# English words that are a part of terms (`press release`, `use case`), but no term alone.
PLAIN = frozenset(
    """use need help offer launch release support contact click start end case example number lot part parts people
    thing things way ways time times day days week weeks month months year years visit read top""".split()
)
NO_NOUN = re.compile(r"(?:ly|ing|ed|able|ible|ful|ous|ive)$")  # how English adverbs, participles and adjectives end


class Word(NamedTuple):
    start: int
    end: int
    key: str  # what two forms of one word share
    border: bool  # whether a term may begin and end with it
    apart: bool  # whether it is in no term: a conjunction, or in too few sentences


@dataclass(frozen=True, slots=True)
class Side:
    """One side of all sentence pairs: texts, their words, and in which sentences each frequent phrase occurs."""

    texts: Sequence[str]
    words: Sequence[Sequence[Word]]
    phrases: Mapping[str, frozenset[int]]
    longest: int

    def spans(self, index: int, wanted: str = "") -> Iterator[tuple[str, int, int]]:
        """(phrase, start, end) of every phrase of a sentence that may be a term, or may be the one that is `wanted`."""
        text, found = self.texts[index], self.words[index]
        for first, word in enumerate(found):
            if not word.border or (wanted and not wanted.startswith(word.key)):
                continue
            key = ""
            for last in range(first, min(first + self.longest, len(found))):
                gap = text[found[last - 1].end : found[last].start] if last > first else ""
                if last > first and (found[last].apart or not _joins(gap)):
                    break
                key += (" " if gap else "") + found[last].key
                if found[last].border:
                    yield key, word.start, found[last].end


def _joins(gap: str) -> bool:
    """Whether what stands between two words may stand inside of a term."""
    return gap in ("", " ") or GAPS.fullmatch(gap) is not None


def side_of(texts: Sequence[str], language: str, longest: int, least: int) -> Side:
    found = [_parts(text) for text in texts]
    vocabulary = Counter(word for parts in found for word in {word.casefold() for _, _, word in parts})
    keys = {word: key_of(word, language, vocabulary) for word in vocabulary}
    frequent = Counter(key for parts in found for key in {keys[word.casefold()] for _, _, word in parts})
    stop = _COMMON if language == "en" else FUNCTION_WORDS
    kinds: dict[str, tuple[str, bool, bool]] = {}
    for word, key in keys.items():
        apart = frequent[key] < least or word in _CONJUNCTIONS
        kinds[word] = (key, not apart and _may_end(word, stop), apart)
    sentences = [[Word(start, end, *kinds[word.casefold()]) for start, end, word in parts] for parts in found]
    side = Side(texts, sentences, {}, longest)
    phrases = [{key for key, _, _ in side.spans(index)} for index in range(len(texts))]
    counts = Counter(chain.from_iterable(phrases))
    places: dict[str, set[int]] = {key: set() for key, count in counts.items() if count >= least}
    for index, keys_here in enumerate(phrases):
        for key in keys_here & places.keys():
            places[key].add(index)
    return Side(texts, sentences, {key: frozenset(indices) for key, indices in places.items()}, longest)


def _parts(text: str) -> list[tuple[int, int, str]]:
    return [part for part in glossary.words(text) if any(map(str.isalnum, part[2]))]


def _may_end(word: str, stop: Collection[str]) -> bool:
    is_word = len(word) > 1 or glossary.is_unspaced(word)
    return is_word and word not in stop and not word.isdigit() and any(map(str.isalpha, word))


def key_of(word: str, language: str, vocabulary: Collection[str]) -> str:
    """The form that the inflections of a word share: in English the singular, if it occurs; else the word, shortened.

    In a language that does not inflect it is the word itself.
    """
    if language in _RIGID or len(word) < 4:
        return word
    if language == "en":
        singulars = (f"{word[:-3]}y" if word.endswith("ies") else "", word[:-1] if word[-1] == "s" else "", word[:-2])
        plural = word.endswith("s") and not word.endswith("ss")
        return next((form for form in singulars[: 2 + word.endswith("es")] if plural and form in vocabulary), word)
    stem = _ENDINGS.get(language, _ENDINGS[""]).sub("", word)
    return stem if len(stem) > 2 else word
