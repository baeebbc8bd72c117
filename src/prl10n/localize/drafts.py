"""A backend's answer → the draft that is written: its facts in the locale's form, its typography, its direction.

The patterns of facts and typography take longer to compile than a run with nothing to translate takes: they are
imported by the first draft.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from prl10n import tags
from prl10n.errors import MarkupError
from prl10n.model import Piece
from prl10n.patterns import late

if TYPE_CHECKING:
    from prl10n.localize.facts import Kind
    from prl10n.localize.prose import Edit
    from prl10n.model import Inline


class Style(NamedTuple):
    """What drafts of a locale are given. `languages` are the locales of source and translation, `profile` names
    conventions of typography other than the locale's own (empty: the locale's), `names` stay as they are.
    """

    languages: tuple[str, str]
    typography: bool = True
    profile: str = ""
    dates: bool = True
    numbers: bool = True
    names: tuple[str, ...] = ()


class Localized(NamedTuple):
    """A neutral form with what the locale asks for, and a sentence for each fact that was put right."""

    text: str
    repairs: tuple[str, ...] = ()


def localized(source: str, answer: str, asked: Style) -> Localized:
    """The answer to a neutral form as a draft. Localizing twice is localizing once.

    An answer that is the source itself is no translation, and stays; so does one whose tags are broken, which is not
    believed anyway.
    """
    if answer == source:
        return Localized(answer)
    from prl10n.localize import direction, typography
    from prl10n.localize.prose import edited, prose

    try:
        tokens = tags.parse(answer)
        original = prose(tags.parse(source))
    except MarkupError:
        return Localized(answer)
    language = asked.languages[1]
    edits, repairs = _of_facts(original, prose(tokens), asked)
    tokens = edited(tokens, edits)
    if asked.typography:
        tokens = edited(tokens, typography.edits(prose(tokens), language, asked.profile or None))
    tokens = edited(tokens, direction.edits(prose(tokens), language))
    return Localized(tags.written(tokens), repairs)


def ended(text: str, pieces: Iterable[Inline]) -> str:
    """A draft as its catalog shows it, of these pieces, with an ordinary space behind each bare address.

    The neutral form has tags for addresses, so that `localized` cannot tell one from code. To cmark-gfm a no-break
    space is a part of the link: https://github.github.com/gfm/#autolinks-extension-
    """
    ends = [piece.end for piece in pieces if piece.piece is Piece.EMPTY and _LINK.match(piece.value)]
    for found in filter(None, (_NO_BREAK.match(text, end) for end in ends)):
        text = f"{text[: found.end() - 1]} {text[found.end() :]}"
    return text


_LINK = late(r"bare (?:\w+://|www\.)")
_NO_BREAK = late("[^\\s<]*[\u00a0\u202f\u2007]")


def _of_facts(source: str, answer: str, asked: Style) -> tuple[Sequence[Edit], tuple[str, ...]]:
    from prl10n.localize import facts

    kinds = _kinds(asked.dates, asked.numbers)
    return facts.repaired(source, answer, asked.languages, asked.names, kinds) if kinds else ((), ())


@cache
def _kinds(dates: bool, numbers: bool) -> frozenset[Kind]:
    from prl10n.localize import facts

    return frozenset(kind for kind in facts.Kind if (dates if kind in facts.OF_TIME else numbers))
