"""Ranges of hours: a number that is a time beside the other end of its range, and the half of the day that one end says
for both.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from prl10n.localize.facts import patterns
from prl10n.localize.facts.model import Fact, Key, Kind

# What joins two times for certain: in `Room 5 – 17:30` and `at 5 and 6 pm` the first number may be none.
_JOINED = re.compile(rf"[–—-]|{patterns.S}(?:to|until|till|through|à|bis|al|a|tot|ao){patterns.S}")
_BETWEEN = re.compile(rf"(?<!\w)(?:between|entre|zwischen|tra|fra|tussen){patterns.S}\Z", re.IGNORECASE)
TO_TWELVE = "en"  # the language that counts hours to twelve: `from 9 to 5`


def clocked(first: Fact, second: Fact, text: str, language: str) -> tuple[Fact, Fact]:
    """Both ends of a range of a text, a number among them with the times that it may be.

    Where the two are joined for certain and one time alone is meant, that is its value: 17:00 for the 5 of `5 to 6 pm`
    and the 17 of `17 à 18 h`.
    """
    between = _BETWEEN.search(text[max(first.start - 12, 0) : first.start])
    joined = between is not None or _JOINED.fullmatch(text, first.end, second.start) is not None
    if second.kind is Kind.TIME:
        if opening := _half_day(first, second):
            return _read(first, [(Kind.TIME, opening)], joined=joined, strictly=True), second
        return _read(first, [*_hours(first, language), *_lasting(first, second)], joined=joined), second
    if first.kind is Kind.TIME or _lasts(first):
        return first, _read(second, _hours(second, language))
    if _lasts(second):
        return _read(first, _hours(first, language)), second
    hours = _hour(first), _hour(second)
    if language == TO_TWELVE and all(hour is not None and 1 <= hour[0] <= 12 for hour in hours):
        return _read(first, _hours(first, language)), _read(second, _hours(second, language))
    return first, second


def _read(fact: Fact, readings: list[Key], *, joined: bool = False, strictly: bool = False) -> Fact:
    """A fact with other readings, the first of which is its value if it is `joined` and the only time among them; only
    that one, if this is said `strictly`.
    """
    if joined and sum(kind is Kind.TIME for kind, _ in readings) == 1:
        others = () if strictly else (fact.key, *fact.others, *readings[1:])
        return replace(fact, kind=Kind.TIME, value=readings[0][1], others=others, shared=True)
    return replace(fact, others=(*fact.others, *readings))


def _half_day(first: Fact, second: Fact) -> tuple[int, int, int] | None:
    """What `5` and `5:30` mean before `6 pm`: in the same half of the day, unless that is not before the other end."""
    hour = first.value if first.kind is Kind.TIME else _hour(first)
    if not patterns.HALF_DAY.search(second.text) or patterns.HALF_DAY.search(first.text):
        return None
    match hour, second.value:
        case (int(start), int(minute), int(seconds)), (int(end), int(end_minute), int()) if 1 <= start <= 12:
            half = end // 12 * 12
            same = start % 12 + half
            return (same if (same, minute) < (end, end_minute) else start % 12 + 12 - half, minute, seconds)
    return None


def _hour(fact: Fact) -> tuple[int, int, int] | None:
    """The hour that a number alone may be."""
    number = fact.value
    if (
        fact.kind is not Kind.NUMBER
        or fact.scale
        or fact.soft
        or not isinstance(number, Decimal)
        or number != int(number)
    ):
        return None
    return (int(number) % 24, 0, 0) if 0 <= number <= 24 and (fact.spelled or len(fact.text) <= 2) else None


def _hours(fact: Fact, language: str) -> list[Key]:
    """The times that a number alone may be: two where hours are counted to twelve."""
    if (hour := _hour(fact)) is None:
        return []
    later = [hour[0] % 12 + 12] if language == TO_TWELVE and 1 <= hour[0] <= 12 else []
    return [(Kind.TIME, (each, 0, 0)) for each in dict.fromkeys((hour[0], *later))]


def _lasting(fact: Fact, other: Fact) -> list[Key]:
    """The hours that a number counts if the other end may count some: `17 à 18 h`."""
    return [(Kind.MEASURE, (fact.value, _UNIT))] if _lasts(other) and isinstance(fact.value, Decimal) else []


def _lasts(fact: Fact) -> bool:
    """Whether a text may be a time or a number of hours."""
    keys = (fact.key, *fact.others)
    kinds = {kind for kind, _ in keys}
    return Kind.TIME in kinds and any(isinstance(value, tuple) and _UNIT in value for _, value in keys)


_UNIT = "duration-hour"
