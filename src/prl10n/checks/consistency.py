"""What only shows when all texts of a locale are seen together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prl10n.checks.model import Place, Problem
from prl10n.checks.profiles import WORD
from prl10n.model import State


def inconsistent(places: Sequence[Place]) -> Iterator[tuple[int, Problem]]:
    """One text with several approved translations, among units of one kind and context.

    Weblate's `inconsistent` (https://docs.weblate.org/en/latest/user/checks.html). What differs in case, marks and
    spaces alone is the same. A single word has as many translations as senses (`Date`, `State`, `From`).
    """
    first: dict[tuple[str, str, str | None], int] = {}
    for index, place in enumerate(places):
        said = place.context
        if said.entry.state is not State.APPROVED or said.entry.context is not None:
            continue
        if len(_words(said.source_prose)) < 2:
            continue
        key = (said.unit.text, said.unit.kind.partition(" ")[0], said.unit.context)
        other = places[first.setdefault(key, index)]
        if other is place:
            continue
        if _words(other.context.target_prose) != _words(said.target_prose):
            yield (
                index,
                Problem(f"the same text is “{_short(other.context.entry.msgstr)}” in {other.where}: say it one way"),
            )


_SYNONYMS = 0.15  # the share of common words that two ways to say one thing have at least


def reused(places: Sequence[Place]) -> Iterator[tuple[int, Problem]]:
    """Two sources that have little in common, with one long translation: it was pasted into the wrong place.

    Weblate's `reused` (https://docs.weblate.org/en/latest/user/checks.html).
    """
    first: dict[tuple[str, ...], int] = {}
    for index, place in enumerate(places):
        words = _words(place.context.target_prose)
        if len(words) < 8 or len(_words(place.context.source_prose)) < 6:
            continue
        other = places[first.setdefault(words, index)]
        if other is not place and _likeness(other.context.source_prose, place.context.source_prose) < _SYNONYMS:
            yield (
                index,
                Problem(f"another text has this translation, in {other.where}: {_short(other.context.unit.text)}"),
            )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in WORD.findall(text))


def _likeness(one: str, other: str) -> float:
    """The share of common words (Jaccard)."""
    left, right = set(_words(one)), set(_words(other))
    return len(left & right) / len(left | right) if left | right else 1.0


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
