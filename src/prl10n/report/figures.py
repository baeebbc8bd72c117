"""Where documents stand, in units and words: pure functions of what a survey found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from prl10n.document import Document
from prl10n.model import State, Unit
from prl10n.surveying import Standing
from prl10n.translation import plain, words


@dataclass(frozen=True, slots=True)
class Count:
    """Units, and the words of their sources."""

    units: int = 0
    words: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.units + other.units, self.words + other.words)


@dataclass(frozen=True, slots=True)
class Balance:
    """Units and words by state. Every state is there."""

    states: Mapping[State, Count]

    def __add__(self, other: Balance) -> Balance:
        return Balance({state: self.states[state] + other.states[state] for state in State})

    @property
    def whole(self) -> Count:
        return sum(self.states.values(), start=Count())

    @property
    def approved(self) -> Count:
        return self.states[State.APPROVED]

    @property
    def left(self) -> Count:
        """What nobody has approved yet."""
        return sum((count for state, count in self.states.items() if state is not State.APPROVED), start=Count())

    @property
    def percent(self) -> int:
        """The share of the words that is approved, rounded down: 100 means all units, 0 may mean some."""
        if not self.left.units:
            return 100
        return min(99, 100 * self.approved.words // (self.whole.words or 1))


NOTHING = Balance(dict.fromkeys(State, Count()))


@dataclass(frozen=True, slots=True)
class Figures:
    """A document in a locale. `document` is its path in the project, `title` what its readers call it."""

    document: str
    title: str
    locale: str
    balance: Balance


@dataclass(frozen=True, slots=True)
class Total:
    """All documents of a locale; `complete` of them have nothing left."""

    locale: str
    documents: int
    complete: int
    balance: Balance


def title(document: Document, name: str) -> str:
    """The title in the front matter, else the first heading, else the name of the file."""
    for kind in ("front matter: title", "heading"):
        for unit in document.units:
            if unit.kind.startswith(kind) and (found := plain(unit.pieces)):
                return found
    return name


def balance(units: Iterable[tuple[Unit, State]]) -> Balance:
    """The balance of units with their states; a text that stands twice on a page counts twice."""
    number, length = Counter[State](), Counter[State]()
    for unit, state in units:
        number[state] += 1
        length[state] += words(unit)
    return Balance({state: Count(number[state], length[state]) for state in State})


def figures(standing: Standing) -> Figures:
    """The figures of a document in a locale."""
    live = standing.merged.live()
    document = standing.source.document
    states = ((unit, live[unit.context, unit.text].state) for unit in document.units)
    heading = title(document, standing.source.name)
    return Figures(standing.source.file, heading, standing.locale, balance(states))


def by_what_is_left(every: Iterable[Figures]) -> tuple[Figures, ...]:
    """The figures with most words left first; equal ones as they came."""
    return tuple(sorted(every, key=lambda each: (-each.balance.left.words, -each.balance.left.units)))


def totals(every: Iterable[Figures], locales: Iterable[str]) -> tuple[Total, ...]:
    """The total of each locale, in the order of `locales`."""
    found: dict[str, list[Figures]] = {locale: [] for locale in locales}
    for each in every:
        found[each.locale].append(each)
    return tuple(
        Total(
            locale,
            len(mine),
            sum(not each.balance.left.units for each in mine),
            sum((each.balance for each in mine), start=NOTHING),
        )
        for locale, mine in found.items()
    )
