"""Sentences of neutral forms: what a paragraph can reuse of another one.

A sentence is a neutral form of its own, its tags numbered from 1, so that it is one text wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from prl10n import tags
from prl10n.changes import normal
from prl10n.errors import MarkupError
from prl10n.patterns import late
from prl10n.tags import Item, Token

_UNSPACED = ("zh", "ja", "th", "lo", "km", "my")  # languages that put no space between sentences
_NUMBER = late(r"(?<=[gx])\d+(?=/?>)")


class Sentence(NamedTuple):
    """`text` has its tags numbered from 1; `numbers` are those that they have in the paragraph, in the same order."""

    text: str
    numbers: tuple[int, ...]

    @property
    def key(self) -> str:
        return normal(self.text)


def split(fragment: str, language: str) -> tuple[Sentence, ...]:
    """The sentences of a neutral form in a locale. A pair of tags is never cut: what it holds is one sentence."""
    import sentencex

    every = tags.parse(fragment)
    # a thing that stands for itself is a word among the others
    words = "".join("X" if token.item is Item.EMPTY else token.text for token in every)
    if not words.strip():
        return ()
    boundaries = sentencex.get_sentence_boundaries(language.partition("-")[0], words)
    ends = sorted({int(each["end_index"]) for each in boundaries} - {len(words)})
    parts: list[list[Token]] = [[]]
    place = depth = 0
    for token in every:
        if token.item is not Item.TEXT:
            depth += (token.item is Item.OPEN) - (token.item is Item.CLOSE)
            if place in ends and depth == (token.item is Item.OPEN) and token.item is not Item.CLOSE:
                parts.append([])
            parts[-1].append(token)
            place += token.item is Item.EMPTY
            continue
        last = 0
        for end in ends if depth == 0 else ():
            if place <= end < place + len(token.text):
                parts[-1].append(Token(Item.TEXT, token.text[last : end - place]))
                parts.append([])
                last = end - place
        parts[-1].append(Token(Item.TEXT, token.text[last:]))
        place += len(token.text)
    written = (tags.written(part).strip() for part in parts)
    return tuple(_numbered(text) for text in written if text)


def _numbered(text: str) -> Sentence:
    numbers = list(dict.fromkeys(int(found) for found in _NUMBER.findall(text)))
    return Sentence(_renumber(text, {number: index for index, number in enumerate(numbers, 1)}), tuple(numbers))


def _renumber(text: str, numbers: Mapping[int, int]) -> str:
    return _NUMBER.sub(lambda found: str(numbers[int(found[0])]), text)


def pairs(source: str, target: str, languages: tuple[str, str]) -> tuple[tuple[Sentence, str], ...]:
    """The sentences of a neutral form with those of its translation, in the numbers of each sentence; empty where they
    do not align one to one.
    """
    try:
        left, right = split(source, languages[0]), split(target, languages[1])
    except MarkupError:
        return ()
    if len(left) != len(right):
        return ()
    found = []
    for sentence, other in zip(left, right, strict=True):
        if set(sentence.numbers) != set(other.numbers):
            return ()
        whole = _renumber(other.text, dict(enumerate(other.numbers, 1)))
        back = {number: index for index, number in enumerate(sentence.numbers, 1)}
        found.append((sentence, _renumber(whole, back)))
    return tuple(found)


def joined(sentences: Sequence[Sentence], answers: Iterable[str], language: str) -> str:
    """The paragraph from the translations of its sentences."""
    between = "" if language.partition("-")[0] in _UNSPACED else " "
    parts = (
        _renumber(answer, dict(enumerate(sentence.numbers, 1)))
        for sentence, answer in zip(sentences, answers, strict=True)
    )
    return between.join(parts)
