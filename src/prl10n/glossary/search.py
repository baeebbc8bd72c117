"""Where terms occur in a text, and terms as tags for a backend that takes no terms."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from prl10n import tags
from prl10n.errors import MarkupError
from prl10n.model import Term
from prl10n.tags import Item, Token

# Thai, Lao, Burmese, Khmer, kana, Han, and Hangul, whose particles hang on the noun: each letter is a word of its own.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
# What `\w` leaves out and words have: combining marks, the vowels of India, soft hyphens and joiners.
_MARKS = "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff\u00ad\u200c\u200d\u2060"
_TOKEN = re.compile(rf"(?:[^\W{_UNSPACED}]+[{_MARKS}]*)+|[^\s-]")
_UNSPACED_LETTER = re.compile(f"[{_UNSPACED}]")
_GAP = re.compile(r"[\s-]+")
# One character for another, so that places stay where they are.
_SAME = str.maketrans("’‘ʼ＇‐‑\u00a0\u202f\u2009\u2007", "''''--    ")


def _same(text: str) -> str:
    return text if text.isascii() else text.translate(_SAME)


def normal(text: str) -> str:
    """The text with one kind of apostrophe, and one space for each gap between words: terms are equal that share it."""
    return _composed(_GAP.sub(" ", _same(text)).strip())


def is_unspaced(word: str) -> bool:
    """Whether a word is a letter of a script that puts no space between words."""
    return _UNSPACED_LETTER.match(word) is not None


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text).replace("\u00ad", "")


def words(text: str) -> list[tuple[int, int, str]]:
    """(start, end, word as it is compared) of each word; a symbol, and a letter of a script that puts no space between
    words, is a word. The gaps between them are white space and hyphens. `casefold` the word to ignore its case.
    """
    return [(match.start(), match.end(), _composed(match[0])) for match in _TOKEN.finditer(_same(text))]


class _Pattern(NamedTuple):
    """A term as it is looked for: for each of its words the forms that it takes, and whether a gap precedes it."""

    term: Term
    forms: tuple[frozenset[str], ...]  # as written, for a term with a capital; else folded
    folded: tuple[frozenset[str], ...]
    gaps: tuple[bool, ...]
    exact: bool

    def fits(self, text: str, parts: Sequence[tuple[int, int, str]], at: int, capitals: bool) -> bool:
        """Whether the term stands at a word of a text. `capitals`: the text has no small letter: case says nothing."""
        if at + len(self.gaps) > len(parts):
            return False
        exact = self.exact and not capitals
        for offset, forms in enumerate(self.forms if exact else self.folded):
            start, _, word = parts[at + offset]
            if (word if exact else word.casefold()) not in forms:
                return False
            if offset:
                between = text[parts[at + offset - 1][1] : start]
                if bool(between) != self.gaps[offset] or not (between in ("", "-") or between.isspace()):
                    return False
        return not _in_address(text, parts[at][0], parts[at + len(self.gaps) - 1][1])


def _in_address(text: str, start: int, end: int) -> bool:
    """Whether the words are a part of `cloud.example.com`, `me@cloud.example`, `@cloud` or `#cloud`."""
    return (
        (text[end : end + 1] in (".", "@") and text[end + 1 : end + 2].isalnum())
        or text[start - 1 : start] in ("#", "@")
        or (text[start - 1 : start] == "." and text[max(0, start - 2) : start - 1].isalnum())
    )


def _forms(word: str) -> frozenset[str]:
    """A word, and its plural as English makes it. The other way round is no plural: `new` is not one `news`."""
    if len(word) < 2 or not word[-1].isalpha():
        return frozenset((word,))
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return frozenset((word, f"{word}es"))
    plurals = (f"{word[:-1]}ies", f"{word}s") if word[-1] == "y" and word[-2] not in "aeiou" else (f"{word}s",)
    return frozenset((word, *plurals))


_Index = Mapping[str, Sequence[_Pattern]]  # by the first word, folded; the longest term first


class _Terms:
    """Terms as the key of a cache: this very tuple, since to compare 5,000 terms takes longer than to search a text."""

    __slots__ = ("terms",)

    def __init__(self, terms: tuple[Term, ...]) -> None:
        self.terms = terms

    def __hash__(self) -> int:
        return id(self.terms)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Terms) and self.terms is other.terms


@lru_cache(maxsize=64)
def _index(key: _Terms) -> _Index:
    index: dict[str, list[_Pattern]] = {}
    for term in key.terms:
        parts = words(term.source)
        if not parts:
            continue
        exact = term.source != term.source.lower()
        folded = tuple(_forms(word.casefold()) for _, _, word in parts)
        forms = tuple(_forms(word) for _, _, word in parts) if exact else folded
        gaps = (False, *(before[1] < after[0] for before, after in pairwise(parts)))
        for word in folded[0]:
            index.setdefault(word, []).append(_Pattern(term, forms, folded, gaps, exact))
    for patterns in index.values():
        patterns.sort(key=lambda pattern: (-len(pattern.gaps), -len(pattern.term.source), not pattern.exact))
    return index


def occurrences(text: str, terms: tuple[Term, ...]) -> Iterator[tuple[int, int, Term]]:
    """(start, end, term) in the order of the text: from left to right, each time the longest term that begins there."""
    if not terms:
        return
    index = _index(_Terms(terms))
    same = _same(text)
    if index.keys().isdisjoint(_TOKEN.findall(_composed(same).casefold())):
        return
    parts = words(text)
    capitals = same.isupper()
    position = 0
    while position < len(parts):
        for pattern in index.get(parts[position][2].casefold(), ()):
            if pattern.fits(same, parts, position, capitals):
                last = position + len(pattern.gaps)
                yield parts[position][0], parts[last - 1][1], pattern.term
                position = last
                break
        else:
            position += 1


def found(text: str, terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """The terms that occur in plain words, each once, by where they first occur.

    At each place the longest term wins, and no two overlap. They begin and end with a word, where the script has words.
    Small letters stand for any case; a term with a capital is found as written, and in a text that is all capitals.
    Plurals count (`cloud` in `clouds`, `cloud's`); hyphens are spaces, and typographic apostrophes are straight ones.
    Hand the same tuple for every text: what is looked for is worked out once for each.
    """
    return tuple(dict.fromkeys(term for _, _, term in occurrences(text, terms)))


def digest(terms: Iterable[Term]) -> str:
    """A short hash of the sources and targets, whatever their order; empty for none.

    Notes are left out: they explain and prescribe nothing, and to correct one must not buy every text again.
    """
    pairs = sorted({(term.source, term.target) for term in terms})
    return hashlib.sha256(json.dumps(pairs).encode()).hexdigest()[:16] if pairs else ""


# --- protected words --------------------------------------------------------------------------------------------------


def protected(fragment: str, terms: tuple[Term, ...]) -> tuple[str, dict[int, str]]:
    """A neutral form with a tag `<xN/>` in the place of each term, and the words that each N stands for: the target, or
    for a term that stays as it is the words of the text. N is above every number in use.

    A term that a tag cuts in two stays. Law: with targets equal to the words, `restored` gives the fragment back, as
    `tags.written` writes it.
    """
    tokens = tags.parse(fragment)
    plain = "".join(token.text if token.item is Item.TEXT else _BORDERS[token.item] for token in tokens)
    places = list(occurrences(plain, terms))
    number = max((token.number for token in tokens), default=0)
    out: list[Token] = []
    held: dict[int, str] = {}
    offset = 0
    for token in tokens:
        if token.item is not Item.TEXT:
            out.append(token)
            offset += len(_BORDERS[token.item])
            continue
        last = offset
        for start, end, term in places:
            if offset <= start and end <= offset + len(token.text):
                number += 1
                held[number] = term.target or plain[start:end]
                out += [Token(Item.TEXT, plain[last:start]), Token(Item.EMPTY, number=number)]
                last = end
        offset += len(token.text)
        out.append(Token(Item.TEXT, plain[last:offset]))
    return tags.written(out), held


_BORDERS = {Item.OPEN: "", Item.CLOSE: "", Item.EMPTY: "\ufffc"}  # the words on both sides of a pair's tag are one text


def restored(answer: str, held: Mapping[int, str]) -> str:
    """The answer with words in the places of the tags that `protected` made. MarkupError for one that is lost, doubled
    or another kind of tag.
    """
    tokens = tags.parse(answer)
    numbers = [token.number for token in tokens if token.item in (Item.EMPTY, Item.OPEN) and token.number in held]
    for number, text in held.items():
        if numbers.count(number) != 1:
            raise MarkupError(f"the term {text!r} {'occurs twice' if number in numbers else 'is lost'}")
    if broken := [token.number for token in tokens if token.item is Item.OPEN and token.number in held]:
        raise MarkupError(f"the term {held[broken[0]]!r} has become a pair of tags")
    return tags.written(
        Token(Item.TEXT, held[token.number]) if token.item is Item.EMPTY and token.number in held else token
        for token in tokens
    )
