"""Pseudo-translation: text that reads like its source and looks translated, to see what a site does with it.

Accents show encodings that break, the extra length shows layouts that break, and a text without `⟦ ⟧` around it was
never sent for translation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from prl10n.backends import Answer, Request
from prl10n.backends.options import NoOptions, parse
from prl10n.patterns import late

VERSION = 1  # raise it when an answer changes: the journal keeps answers by their settings

_MARKUP = late(r"(<[^>]*>|&[^;\s]+;)")

_ACCENTS = dict(
    zip(
        "AEIOUYaeiouyCDGHJKLNRSTWZcdghjklnrstwz",
        "ÅÉÎÖÛÝåéîöûýÇÐĞĤĴĶĻÑŔŠŢŴŽçðğĥĵķļñŕšţŵž",
        strict=True,
    )
)
# Vowels are about a third of the letters of a Latin text: twice each makes it about 30 % longer, as French is.
_TWICE = {vowel: vowel * 2 for vowel in "ÅÉÎÖÛåéîöû"}
_LETTERS = str.maketrans({**_TWICE, **{plain: _TWICE.get(letter, letter) for plain, letter in _ACCENTS.items()}})


def pseudo_translate(text: str) -> str:
    """The text with accents, longer, between `⟦` and `⟧`; its tags and entities as they were, in their order."""
    if "<" not in text and "&" not in text:
        return f"⟦{text.translate(_LETTERS)}⟧"
    words_and_markup = _MARKUP.split(text)
    words_and_markup[::2] = [words.translate(_LETTERS) for words in words_and_markup[::2]]
    return f"⟦{''.join(words_and_markup)}⟧"


class PseudoBackend:
    """Answers every text with `pseudo_translate`, in any language. Costs nothing, takes no options."""

    name = "pseudo"
    concurrency = 1
    takes_terms = False
    writes_prose = False  # no language has typography for this

    def __init__(self, options: Mapping[str, object], environ: Mapping[str, str]) -> None:
        parse(self.name, NoOptions, options)

    def takes_tags(self, target: str) -> bool:
        return True

    def settings(self, source: str, target: str, kind: str = "") -> str:
        return f"pseudo version={VERSION}"

    def count(self, texts: Sequence[str]) -> int:
        return 0

    def batches(self, request: Request) -> Iterable[Request]:
        return [request] if request.texts else []

    def translate(self, request: Request) -> Iterator[Sequence[Answer]]:
        if request.texts:
            yield [Answer(pseudo_translate(text)) for text in request.texts]
