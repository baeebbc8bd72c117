"""A backend's answer → the draft that is written: its facts in the locale's form, its typography, its direction.

The patterns of facts and typography take longer to compile than a run with nothing to translate takes: they are
imported by the first draft.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prl10n import tags
from prl10n.errors import MarkupError
from prl10n.tags import Token


@dataclass(frozen=True, slots=True)
class Style:
    """What drafts of a locale are given. `languages` are the locales of source and translation, `profile` names
    conventions of typography other than the locale's own (empty: the locale's), `names` stay as they are.
    """

    languages: tuple[str, str]
    typography: bool = True
    profile: str = ""
    dates: bool = True
    numbers: bool = True
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Localized:
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
    tokens, repairs = _with_facts(original, tokens, asked)
    if asked.typography:
        tokens = edited(tokens, typography.edits(prose(tokens), asked.languages[1], asked.profile or None))
    tokens = edited(tokens, direction.edits(prose(tokens), asked.languages[1]))
    return Localized(tags.written(tokens), repairs)


def _with_facts(source: str, tokens: Sequence[Token], asked: Style) -> tuple[list[Token], tuple[str, ...]]:
    from prl10n.localize import facts
    from prl10n.localize.prose import edited, prose

    kinds = {kind for kind in facts.Kind if (asked.dates if kind in facts.OF_TIME else asked.numbers)}
    edits, said = facts.repaired(source, prose(tokens), asked.languages, asked.names, kinds)
    return edited(tokens, edits), said
