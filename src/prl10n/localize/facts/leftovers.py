"""What a translation has in the form of its source's language: the facts are the same, their form is another one's."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

from prl10n.localize.facts import patterns
from prl10n.localize.facts.figures import is_grouped
from prl10n.localize.facts.model import Fact, Kind
from prl10n.localize.facts.words import SIGNS, lexicon

# Languages whose readers know the sign of a currency behind its figure alone (Interinstitutional style guide, 7.3.3;
# CLDR). In German, Spanish, Italian or Dutch print it stands on either side.
_SIGN_BEHIND = frozenset("fr pl cs sk fi sv bg hr sl hu lt et".split())

# Languages that count the hours of a day to 24 and have no `pm` (CLDR, timeData: `H hB`).
_TO_24 = frozenset("fr de it nl pl cs sk sv da nb fi ru uk hu".split())


def is_copied(fact: Fact, other: Fact) -> bool:
    """Whether the source's letters stand there, a space before its `pm` or none."""
    return _UNSPACED.sub("", fact.text) == _UNSPACED.sub("", other.text)


_UNSPACED = re.compile(rf"(?<=\d){patterns.S}(?=[aApP]\.?[mM])")


def is_foreign(fact: Fact) -> bool:
    """Whether the form is the source's for certain: `Python 3.11`, `17:30` and the question Q1 stay as they are."""
    match fact.kind, fact.value:
        case Kind.PERIOD, (_, _, year):
            return year is not None
        case Kind.NUMBER, Decimal() as number:
            return is_grouped(fact.text, number)
        case Kind.MEASURE, _:
            millions = any(kind is Kind.NUMBER for kind, _ in fact.others)  # `1.5m users`
            return not millions and re.search(r"\d[.,]\d|[kKMGTP]B\Z", fact.text) is not None
        case Kind.TIME, _:
            return fact.shared or re.search("[ap]", fact.text, re.IGNORECASE) is not None
    return True


def has_both_marks(fact: Fact) -> bool:
    """Whether a number has group marks and decimals: `1,250.5` is no French figure, while `1,250` is one."""
    return isinstance(fact.value, Decimal) and is_grouped(fact.text, fact.value) and fact.value != int(fact.value)


def same_letters(text: str, other: str) -> bool:
    """Whether two texts differ in their spaces and capitals alone: `64KB` is `64 kB` to most languages."""
    return "".join(text.split()).lower() == "".join(other.split()).lower()


def swapped(fact: Fact, other: Fact, locale: str) -> str | None:
    """A date in figures with day and month in the order of the locale, where they stand in the other for certain."""
    words = lexicon(locale)
    date = patterns.NUMERIC.fullmatch(other.text) if other.kind is fact.kind is Kind.DATE else None
    if date is None or date[2] == "." or words.year_first or int(date[1 if words.day_first else 3]) > 12:
        return None
    late = int(date[3 if words.day_first else 1]) > 12
    return f"{date[3]}{date[2]}{date[1]}{date[2]}{date[4]}" if late else None


def has_sign_before(fact: Fact, locale: str) -> bool:
    """Whether an amount begins with the sign of its currency, in a language that has it behind: `$5` in French."""
    return fact.kind is Kind.MONEY and fact.text[0] in SIGNS and lexicon(locale).language in _SIGN_BEHIND


def has_half_day(fact: Fact, locale: str) -> bool:
    """Whether a time is `5:30 pm`, in a language that has no such form."""
    marked = fact.kind is Kind.TIME and patterns.HALF_DAY.search(fact.text) is not None
    return marked and lexicon(locale).language in _TO_24


def has_comma(fact: Fact, other: Fact, before: str) -> bool:
    """Whether the number of a version or section has a decimal comma in the translation: `version 2,10`."""
    return (
        fact.kind is other.kind is Kind.NUMBER
        and fact.text.replace(".", ",", 1) == other.text != fact.text
        and patterns.NUMBERED.search(before[-60:]) is not None
    )


def with_commas(text: str) -> dict[str, tuple[int, int]]:
    """Where a text has references with commas for their points, once each: `A.5,1` by `A.5.1`."""
    found = [match for match in _COMMAS.finditer(text) if "," in match[0]]
    count = Counter(match[0].replace(",", ".") for match in found)
    return {said: match.span() for match in found if count[said := match[0].replace(",", ".")] == 1}


_COMMAS = re.compile(r"(?<![\w.,])(?:[A-Z][.,]|[vV])?\d{1,8}(?:[.,]\d{1,8}){1,6}+(?![.,]?\w)")
