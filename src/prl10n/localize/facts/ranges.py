"""Ranges: two facts, of which one may have its month, scale, currency, unit or half of the day from the other."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from prl10n.localize.facts import patterns
from prl10n.localize.facts.hours import clocked
from prl10n.localize.facts.model import Fact, Kind

_SIGNED = {Kind.NUMBER, Kind.PERCENT, Kind.MONEY, Kind.MEASURE}


def distributed(facts: list[Fact], text: str, language: str) -> list[Fact]:
    """The ends of ranges, each with what stands with the other end alone: `3–5 May`, `10 to 15 %`, `5 to 6 pm`."""
    for index in range(len(facts) - 1, 0, -1):
        first, second = facts[index - 1], facts[index]
        between = text[first.end : second.start]
        if between == "/" and (closing := _year(first, second)):
            facts[index] = replace(second, others=(*second.others, (Kind.NUMBER, closing)))
        if len(between) > 12 or not patterns.RANGE.fullmatch(between):
            continue
        if first.kind is Kind.NUMBER and second.kind is Kind.DATE and isinstance(second.value, tuple):
            number = first.value
            if second.value[2] and isinstance(number, Decimal) and number == int(number) and 1 <= number <= 31:
                date = (*second.value[:2], int(number))
                facts[index - 1] = replace(first, kind=Kind.DATE, value=date, others=(first.key,), shared=True)
        elif (
            first.kind is Kind.DATE and second.kind is Kind.NUMBER and isinstance(first.value, tuple) and first.value[2]
        ):
            number = second.value
            year = patterns.YEAR.match(text, second.end)
            if isinstance(number, Decimal) and number == int(number) and 1 <= number <= 31:
                end = year.end() if year else second.end
                date = (int(year[1]) if year else first.value[0], first.value[1], int(number))
                if year and index + 1 < len(facts) and facts[index + 1].end == end:
                    del facts[index + 1]
                facts[index] = replace(
                    second,
                    kind=Kind.DATE,
                    value=date,
                    others=(second.key,),
                    shared=True,
                    end=end,
                    text=text[second.start : end],
                )
        elif between in _DASHES and (closing := _year(first, second)):
            facts[index] = replace(second, others=(*second.others, (Kind.NUMBER, closing)))
        else:
            facts[index - 1] = _completed(first, second)
            facts[index] = _completed(second, first)
        if (first, second) != (facts[index - 1], facts[index]):
            facts[index - 1] = replace(facts[index - 1], opens=True)
            facts[index] = replace(facts[index], closes=True)
        facts[index - 1 : index + 1] = clocked(facts[index - 1], facts[index], text, language)
    return facts


_DASHES = ("-", "–")


def _year(first: Fact, second: Fact) -> Decimal | None:
    """The year that the end of `2004-5` or `2024/25` means."""
    years = re.fullmatch(r"[12]\d{3}", first.text), re.fullmatch(r"\d\d?", second.text)
    if first.kind is not Kind.NUMBER or second.kind is not Kind.NUMBER or not all(years):
        return None
    year = Decimal(first.text[: -len(second.text)] + second.text)
    return year if year > Decimal(first.text) else None


def _completed(fact: Fact, other: Fact) -> Fact:
    """A number of a range with the scale, currency or unit that the other number has, as another reading."""
    if (
        fact.kind not in (Kind.NUMBER, Kind.MONEY)
        or other.kind not in _SIGNED
        or not isinstance(other.value, tuple | Decimal)
    ):
        return fact
    number = fact.value[0] if isinstance(fact.value, tuple) else fact.value
    if not isinstance(number, Decimal):
        return fact
    scaled = [number] if fact.scale or not other.scale else [number.scaleb(other.scale), number]
    kind, rest = (other.kind, other.value[1:]) if isinstance(other.value, tuple) else (other.kind, ())
    if fact.kind is Kind.MONEY and isinstance(fact.value, tuple):
        kind, rest = Kind.MONEY, fact.value[1:]
    keys = [(kind, (value, *rest) if rest else value) for value in scaled]
    return replace(fact, others=(*fact.others, *(key for key in keys if key != fact.key)))
