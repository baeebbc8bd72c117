"""The language of a text: what was left as it was, what is in a third language, how long it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from prl10n import sentences, tags
from prl10n.checks.model import Context, Passage, Problem
from prl10n.checks.profiles import COMMON, WORD, language, telling
from prl10n.localize.prose import ADDRESS, THING

_QUOTED = re.compile(
    r"“[^“”]*”|„[^“”„]*[“”]|\"[^\"]*\"|«[^«»]*»|»[^«»]*«|(?<!\w)[‘'‚][^‘’'‚]*[’'‘](?!\w)|\([^()]*\)|\[[^\[\]]*\]"
)
_SENTENCES = re.compile(r"[.!?…:;]+[\s\"”»)]+|\n|[\s]*[–—][\s]*")


def unchanged(source: str, target: str, context: Context) -> Iterator[Problem]:
    """A sentence of prose that is the same as in the source.

    Weblate's `same`, pofilter's `unchanged`. Names, titles, terms and code are the same in many languages: a text is
    prose if it has words of its language's grammar that the other does not have.
    """
    del source, target
    for passage in context.passages():
        if _same(passage) and _is_prose(_unquoted(passage.source), context):
            yield Problem("it is the same as the source: translate it")
            return


def untranslated(source: str, target: str, context: Context) -> Iterator[Problem]:
    """A run of the source's words, in the middle of the translation, that is a part of a sentence and no name.

    pofilter's `untranslated` and Weblate's `same` know whole texts only.
    """
    del source, target
    telling_words = telling(language(context.language), language(context.locale))
    for passage in context.passages():
        if len(telling_words.intersection(passage.target.split())) < 2 or _same(passage):
            continue
        said = " ".join(_tokens(passage.source))
        for part in _parts(passage.target):
            for run in _runs(_tokens(part), said):
                if _is_prose(" ".join(run), context):
                    yield Problem(f"a part is not translated: “{' '.join(run)}”")
                    return


_RUN = 6  # shorter ones are labels of programs and set phrases, which stay as they are for good reasons


def _runs(words: Sequence[str], said: str) -> Iterator[Sequence[str]]:
    """The longest runs of at least six words that stand in the source as well."""
    padded = f" {said} "
    start = 0
    while start + _RUN <= len(words):
        end = start + _RUN
        if f" {' '.join(words[start:end])} " not in padded:
            start += 1
            continue
        while end < len(words) and f" {' '.join(words[start : end + 1])} " in padded:
            end += 1
        yield words[start:end]
        start = end


def other_language(source: str, target: str, context: Context) -> Iterator[Problem]:
    """A sentence in another language than the catalog's.

    The words of grammar decide (Grefenstette, Comparing two language identification schemes, 1995): at least three that
    the locale's language does not have, and none that it alone has. What stands so in the source is another check's.
    """
    del source, target
    own = language(context.locale)
    if own not in COMMON:
        return
    for passage in context.passages():
        for part in _parts(passage.target):
            words = [word.lower() for word in WORD.findall(part)]
            if len(words) < 6:
                continue
            other = _other(words, own)
            if other and _plain(part) not in _plain(passage.source):
                yield Problem(f"this seems to be in another language ({other}): “{' '.join(part.split())[:60]}”")
                return


def _other(words: Sequence[str], own: str) -> str:
    """The language that a sentence is in, where it is not its own for certain; else nothing."""
    known = {*words}
    other = max((other for other in COMMON if other != own), key=lambda each: len(COMMON[each] & known))
    strange = telling(other, own) & known
    certain = len(strange) >= 3 and telling(own, other).isdisjoint(known)
    return other if certain and 5 * sum(word in strange for word in words) >= len(words) else ""


def _parts(text: str) -> Iterator[str]:
    """The sentences of a text, roughly, without quotations and addresses."""
    for part in _SENTENCES.split(_unquoted(text)):
        yield from part.split(THING)


def _unquoted(text: str) -> str:
    said = _QUOTED.sub(f" {THING} ", text)
    return ADDRESS.sub(THING, said) if "@" in said or ":" in said or "www." in said else said


def _same(passage: Passage) -> bool:
    return 2 * len(passage.source) >= len(passage.target) and _plain(passage.source) == _plain(passage.target)


def _plain(text: str) -> str:
    return " ".join(word.lower() for word in WORD.findall(text))


def _tokens(text: str) -> list[str]:
    """What stands between spaces, without the marks around it."""
    return [token for part in text.split() if (token := part.strip(_AROUND))]


_AROUND = ".,;:!?…()[]{}\"'“”„«»‘’*"


def _is_prose(text: str, context: Context) -> bool:
    """Whether a text is of the source's language and not of the locale's; paths, options and code are of none."""
    words = [token for token in _tokens(text) if token.replace("'", "").replace("’", "").isalpha()]
    own, other = language(context.language), language(context.locale)
    if len(words) < 4 or own == other or text.lstrip().startswith(("Copyright", "©")):
        return False
    small = [word for word in words if word.islower()]
    if 2 * len(small) < len(words):
        return False
    told = telling(own, other).intersection(word.lower() for word in words)
    return len(told) >= 2 and telling(other, own).isdisjoint(small)


# How many characters a language takes for a hundred English ones (measured on bench/alarms.py's texts; W3C,
# https://www.w3.org/International/articles/article-text-size).
_LENGTHS: Mapping[str, float] = {
    "en": 1.0, "fr": 1.2, "de": 1.18, "es": 1.17, "it": 1.13, "pt": 1.1, "nl": 1.1,
    "zh": 0.35, "ja": 0.5, "ko": 0.55,
}  # fmt: skip
_LENGTHY = 60  # characters from which a text has a length to speak of


def length(source: str, target: str, context: Context) -> Iterator[Problem]:
    """A text of far fewer or far more characters than its source leads one to expect: words are missing or too many.

    pofilter's `short` and `long`.
    """
    del source, target
    expected = _expected(context)
    has = len(context.target_words)
    more_code = context.target_prose.count(THING) > context.source_prose.count(THING)
    if len(context.source_words) < _LENGTHY or not has or more_code:
        return
    if has < 0.4 * expected - 10:
        yield Problem(f"{has} characters, where about {expected:.0f} are to be expected: is something missing?")
    elif has > 2 * expected + 60:
        yield Problem(f"{has} characters, where about {expected:.0f} are to be expected: is something too much?")


def _expected(context: Context) -> float:
    ratio = _LENGTHS.get(language(context.locale), 1.1) / _LENGTHS.get(language(context.language), 1.1)
    return len(context.source_words) * ratio


def sentence_count(source: str, target: str, context: Context) -> Iterator[Problem]:
    """Sentences are missing: two fewer than in the source or more, and the text is short as well.

    pofilter's `sentencecount`. Translators join and divide sentences, so their number alone says nothing.
    """
    del source, target
    expected, has = _expected(context), len(context.target_words)
    if len(context.source_words) < 1.5 * _LENGTHY or has > 0.75 * expected:
        return
    before = _count(context.source_texts[0], context.language)
    after = _count(context.target_texts[0], context.locale)
    if before - after >= 2:
        yield Problem(f"{after} of {before} sentences: is something missing?")


def _count(text: str, locale: str) -> int:
    """How many sentences a text has; the number of an item in a list is none."""
    return sum(WORD.search(sentence.text) is not None for sentence in sentences.split(tags.escape(text), locale))
