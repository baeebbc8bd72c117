"""How a text begins and ends: its first letter and its last mark."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from prl10n.checks.model import Context, Problem
from prl10n.checks.profiles import COMMON, WORD, language
from prl10n.localize.prose import THING, Edit

# The marks that end a sentence, in Unicode's scripts (UAX #29, Sentence_Break=STerm and ATerm), by what they do.
_KINDS: Mapping[str, str] = {
    "stop": ".。．｡।॥։۔።။។᙮᠃",
    "colon": ":：፥",
    "question": "?？؟՞⁇⁈\u037e፧",
    "exclamation": "!！՜⁉‼",
    "ellipsis": "…",
    "semicolon": ";；؛፤",
    "comma": ",，、،՝",
}
_KIND_OF = {mark: kind for kind, marks in _KINDS.items() for mark in marks}
_TAIL = " \t\n\u00a0\u202f\"'”’»«›‹“„)]}*_" + "".join(_KIND_OF)
_DOTS = re.compile(r"\.{3,}")

# Languages that end no sentence with a mark, or another than a stop where English has one.
_UNMARKED = ("th", "lo", "km", "my", "bo", "dz")
_STOPS: Mapping[str, str] = {"zh": "。", "ja": "。", "hi": "।", "bn": "।", "ne": "।", "mr": "।", "hy": "։", "ur": "۔"}


def final_mark(source: str, target: str, context: Context) -> Iterator[Problem]:
    """The mark that ends the source is missing, or a question ends as none.

    Weblate's checks `end_stop`, `end_colon`, `end_question` (https://docs.weblate.org/en/latest/user/checks.html) and
    pofilter's `endpunc` (https://docs.translatehouse.org/projects/translate-toolkit/en/latest/commands/pofilter_tests.html).
    A stop behind an abbreviation may go; other marks may change, since translators choose them.
    """
    del source
    if language(context.locale) in _UNMARKED:
        return
    before, after = context.source_texts[0], context.target_texts[0]
    had, has = _marks(before, context.language), _marks(after, context.locale)
    if not had or not after.strip():
        return
    if had == {"colon"} and not has and not _goes_on(after, context.locale):
        yield Problem("the colon at the end is missing")
    elif "question" in had and "?" not in after and "question" not in has and _is_one(before):
        if _asks(before, context.language):
            yield Problem("the source is a question, this is none")
    elif not has and had & {"stop", "exclamation", "ellipsis", "question"} and _ends_for_sure(before, after, context):
        yield Problem("the mark at the end is missing", fix=_ended(target, context) if had == {"stop"} else None)


_ASKING = re.compile(
    r"(?:\A|[,:;] |\b(?:and|but|or|so|to|in|at|for|from|by|on|with|of) )[\W_]*(?:who|whom|whose|what|which|when|where"
    r"|why|how"
    r"|am|is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must"
    r"|(?:is|are|was|were|do|does|did|has|have|had|could|would|should)n|won)\b",
    re.IGNORECASE,
)


def _asks(text: str, locale: str) -> bool:
    """Whether a sentence is a question in its words as well: `My device is not detected?` is a heading of an FAQ."""
    return language(locale) != "en" or _ASKING.search(text) is not None


_FRAME = ("de", "nl")


def _goes_on(text: str, locale: str) -> bool:
    """Whether a sentence may go on behind the example that its colon announces: `Zum Beispiel gibt` … `aus`."""
    return language(locale) in _FRAME and len(WORD.findall(text)) >= 3


def _ends_for_sure(before: str, after: str, context: Context) -> bool:
    """Whether a text has to end with a mark as its source does: it has several sentences, or it stands for itself and
    is more than a phrase.
    """
    if _SHORT.search(before.rstrip(' )”’"')):
        return False
    return not _is_one(after) or (
        context.unit.kind.startswith(_ALONE) and min(len(WORD.findall(before)), len(WORD.findall(after))) >= 5
    )


# The kinds of units that stand for themselves. What stands in a list or a table begins and ends as its language likes.
_ALONE = ("paragraph", "heading", "front matter", "quote")


def _marks(text: str, locale: str) -> set[str]:
    """The kinds of the marks at the end of a text, whatever quotation marks and brackets stand among them."""
    words = _DOTS.sub("…", text)
    marks = {_KIND_OF[character] for character in words[len(words.rstrip(_TAIL)) :] if character in _KIND_OF}
    if "semicolon" in marks and language(locale) == "el":
        marks.add("question")
    return marks


_BOUNDARY = re.compile(r"[.!?…。！？।؟][\s\"'”’»)\]]*\s[\s\"“„«‘(\[¿¡]*(?=[^\Wa-z\d_])|[。！？।؟]+(?=\w)")


def _is_one(text: str) -> bool:
    """Whether a text is one sentence at most: nowhere in it does a mark stand before a capital."""
    return not any(
        not text[found.end()].islower() and not _SHORT.search(text, 0, found.start() + 1)
        for found in _BOUNDARY.finditer(text)
    )


_SHORT = re.compile(  # abbreviations that a capital may follow, and that may end a text
    r"(?:\b(?:etc|usw|bzw|bspw|ca|vs|cf|ex|eg|ie|ecc|enz|bijv|nr|no|st|dr|mr|mrs|sr|sra|mme|inc|ltd|co|corp|jr|ej|fig"
    r"|abb|\w)|\.\w)\.\Z",
    re.IGNORECASE,
)


def _ended(target: str, context: Context) -> str | None:
    """The text with a stop behind its last character, where that is a letter or a figure."""
    text = target.rstrip()
    return context.kept(text + _STOPS.get(language(context.locale), ".")) if text[-1:].isalnum() else None


_FIRST = re.compile(r"[\s\"'“”„«»‹›‘’(\[¿¡*_]*([^\s\"“”„«»‹›()\[\]]+)")


_SHORTENED = re.compile(r"['’‘][a-z] ")  # Dutch: ’s Ochtends


def capital(source: str, target: str, context: Context) -> Iterator[Problem]:
    """A heading or a paragraph begins with a capital in the source and with a small letter here.

    pofilter's `startcaps`. Silent about scripts without case, about names that begin with a small letter, and about
    what stands in a list or a table, or ends with a semicolon as an item of a French list does.
    """
    del source, target
    before, after = context.source_texts[0], context.target_texts[0]
    name, word = _FIRST.match(before), _FIRST.match(after)
    if name is None or word is None or not name[1][0].isupper() or not context.unit.kind.startswith(_ALONE):
        return
    if not word[1].islower() or not _is_word(word[1]) or word[1] in before:
        return
    if word[1] == name[1].lower() and word[1] not in COMMON.get(language(context.locale), ()):
        return
    if after.lstrip().startswith(("(", "[")) or _SHORTENED.match(after) or "semicolon" in _marks(after, context.locale):
        return
    start = word.start(1)
    capital = word[1][0].upper()
    fix = context.fixed([Edit(start, start + 1, capital)]) if len(capital) == 1 else None
    yield Problem("it begins with a small letter", fix=fix)


def _is_word(word: str) -> bool:
    """Whether something is a word in letters, with an apostrophe perhaps, and no name of a command or a file."""
    return all(part.isalpha() for part in re.split("['’]", word.rstrip(",.;:!?…")) if part) and THING not in word
