"""What is found in a text, and what is said of two texts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from prl10n.localize.prose import Edit


class Kind(StrEnum):
    """What a fact is, and what its `value` holds."""

    NUMBER = "number"  # Decimal
    PERCENT = "percent"  # Decimal: 50 for 50 %
    MONEY = "money"  # (Decimal, ISO 4217 code)
    MEASURE = "measure"  # (Decimal, CLDR unit)
    DATE = "date"  # (year, month, day), None for what is not said
    WEEKDAY = "weekday"  # 0 (Monday) to 6
    TIME = "time"  # (hour of 24, minute, second)
    PERIOD = "period"  # ("quarter" | "half" | "decade" | "century" | "fiscal" | "always", number, year or None)
    ORDINAL = "ordinal"  # Decimal
    PHONE = "phone"  # its digits, with the leading +
    EMAIL = "email"  # as written, like the four below
    URL = "url"
    REFERENCE = "reference"  # version, standard, identifier with a figure: in small letters, without spaces
    HANDLE = "handle"  # hashtag or account
    NAME = "name"  # a word that no language translates


OF_TIME = frozenset({Kind.DATE, Kind.WEEKDAY, Kind.TIME, Kind.PERIOD})

Value = Decimal | int | str | tuple[Decimal | int | str | None, ...]
Key = tuple[Kind, Value]


@dataclass(frozen=True, slots=True)
class Fact:
    """`text` stands at `start:end`. The ends of a range are two facts; each has the month, the scale or the unit that
    stands with one of them among its `others`.

    `others`: what else the text may mean, as in the French `17 h`: a time or a duration. A `soft` fact is a word whose
    translation is free (`second`, `neuf`): it vouches for one of the other side, and its absence says nothing.
    """

    kind: Kind
    start: int
    end: int
    text: str
    value: Value
    others: tuple[Key, ...] = ()
    soft: bool = False
    spelled: bool = False
    """Whether its number is written in words."""
    shared: bool = False
    """Whether it takes its month or year from the other end of its range."""
    opens: bool = False
    """Whether it is the first end of a range, and one of the two ends has something from the other."""
    closes: bool = False
    """Whether it is the second end of such a range."""
    scale: int = 0
    """The power of ten that stands as a word or letter behind the number: 9 for `3.2 billion`."""

    @property
    def key(self) -> Key:
        return self.kind, self.value


class Change(StrEnum):
    MISSING = "missing"
    ALTERED = "altered"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A fact of the source that the translation lacks or changes, or one that only the translation has.

    `edit`: what puts the translation right, where its form is certain.
    """

    kind: Change
    source: Fact | None
    target: Fact | None
    message: str
    edit: Edit | None = None
