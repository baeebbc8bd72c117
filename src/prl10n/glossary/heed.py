"""Whether a translation heeds the glossary, as a reader would judge it who knows that words inflect."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from prl10n.glossary.search import found, normal, words
from prl10n.model import Term

# Articles and prepositions of languages that we are asked for: they may vary between the words of a term.
FUNCTION_WORDS = frozenset(
    # English, French, Spanish, Portuguese, Italian, Catalan; German, Dutch, Danish, Norwegian, Swedish
    """a an the of for in on at to by as and or with from into
    le la les l un une des du de d à au aux en et ou par pour sur dans avec sans
    el los las lo uno una unos unas del al y e o con sin para por
    os as um uma uns umas do da dos das no na nos nas ao aos à às em ou com sem pelo pela
    il gli i della dello dei degli delle dal dalla nel nella nei nelle sul sulla di per tra fra ed
    els les dels als amb
    der die das den dem des ein eine einen einem einer eines und oder mit von vom zu zum zur für auf im am an aus bei
    ohne het een van voor met op te bij uit
    et en til av och i på med utan för""".split()
)

# Words do not inflect, or their endings are words of their own: the term stands there as it is, or it does not.
_RIGID = frozenset("zh yue ja ko th lo km my".split())
# A term may be a part of a longer word: `Cloud` in `Cloudlösung`.
_COMPOUNDING = frozenset("de nds nl af da nb nn no sv is fy lb fi et hu".split())
# Names take endings: `Nuvlassa`, `Nuvlą`.
_CASES = frozenset("fi et hu tr az kk eu lv lt pl cs sk sl hr sr bs uk ru be bg mk ro hy ka el".split())
_UMLAUTS = str.maketrans("äöü", "aou")  # German plurals: Markt, Märkte
_LONGEST_ENDING = 4


@dataclass(frozen=True, slots=True)
class Violation:
    """A term of the source that a translation lacks; the message says what is expected, and what to do."""

    term: Term
    message: str


def violations(source_words: str, target_words: str, terms: tuple[Term, ...], locale: str) -> tuple[Violation, ...]:
    """The terms of a source that its translation does not have, in the order of the source.

    Once is enough, however often the source has it: the next time a pronoun may stand there. A term that stays as it
    is must be there in its own letters; behind an elided article, with the ending of a plural or of a case. The words
    of a prescribed one may inflect, with other articles and prepositions between them; in a language of compounds they
    may be a part of a longer word. In a language that does not inflect, the target is there as it stands.
    """
    language = locale.lower().partition("-")[0]
    return tuple(
        Violation(term, _message(term))
        for term in found(source_words, terms)
        if not (_has(term, target_words, language) if term.target else _keeps(term, target_words, language))
    )


def _message(term: Term) -> str:
    if term.target:
        return f"the glossary has “{term.target}” for “{term.source}”: write that, or correct the glossary"
    return f"“{term.source}” stays as it is: write it so, or give it a translation in the glossary"


def _keeps(term: Term, target: str, language: str) -> bool:
    if found(target, (term,)):
        return True
    if language not in _CASES | _COMPOUNDING:
        return False
    exact = term.source != term.source.lower()
    beginning = re.compile(rf"(?<!\w){re.escape(normal(term.source))}", 0 if exact else re.IGNORECASE)
    return beginning.search(normal(target)) is not None


def _has(term: Term, target: str, language: str) -> bool:
    if language in _RIGID:
        return _tight(term.target) in _tight(target)
    wanted, text = _folded(term.target, language), _folded(target, language)
    if not wanted:
        return normal(term.target) in normal(target)
    content = [word for word in wanted if word not in FUNCTION_WORDS] or wanted
    # A word of the source that was left as it is resembles its translation too often: `serverless`, `serveur`.
    left = set(_folded(term.source, language)) - set(wanted)
    translated = ["" if word in left else word for word in text]
    if any(_follow(content, translated[start:], language) for start in range(len(text))):
        return True
    joined = "".join(content)
    return language in _COMPOUNDING and len(joined) > _SHORT and _stem(joined) in "".join(text)


def _tight(text: str) -> str:
    return normal(text).casefold().replace(" ", "")


def _folded(text: str, language: str) -> list[str]:
    """The words of a text as they are compared, without symbols."""
    folded = [word.casefold() for _, _, word in words(text) if any(map(str.isalnum, word))]
    return [word.translate(_UMLAUTS) for word in folded] if language == "de" else folded


def _follow(content: Sequence[str], text: Sequence[str], language: str) -> bool:
    """Whether a text begins with these words, but for function words between them."""
    position = 0
    for index, word in enumerate(content):
        while index and position < len(text) and text[position] in FUNCTION_WORDS and text[position] != word:
            position += 1
        if position == len(text) or not _alike(word, text[position], language):
            return False
        position += 1
    return True


_SHORT = 3  # letters up to which a word is compared whole


def _alike(word: str, other: str, language: str) -> bool:
    """Whether `other` may be a form of `word`: they share all but the last three letters, and three at least."""
    if word == other:
        return True
    if len(word) <= _SHORT:
        return len(word) == _SHORT and other.startswith(word) and len(other) <= len(word) + 2
    shared = max(_SHORT, len(word) - 3)
    longer = language in _COMPOUNDING or language in _CASES
    if other[:shared] == word[:shared] and (longer or len(other) <= len(word) + _LONGEST_ENDING):
        return True
    return language in _COMPOUNDING and _stem(word) in other


def _stem(word: str) -> str:
    """What of a word a compound shows: `Schule` in `Grundschulleiter`."""
    return word[: max(_SHORT + 1, len(word) - 1)]
