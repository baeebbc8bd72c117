"""A fact in the form that a locale gives it, by CLDR's patterns; None wherever grammar or taste has a say."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

from prl10n.locales import babel_locale, number_marks
from prl10n.localize.facts.figures import is_grouped
from prl10n.localize.facts.model import Fact, Kind
from prl10n.localize.facts.words import SHORT, SIGNS, lexicon

_NBSP = "\u00a0"
_UNCHANGED = {Kind.URL, Kind.EMAIL, Kind.PHONE, Kind.REFERENCE, Kind.HANDLE, Kind.NAME}
_FIGURE = re.compile(r"\d(?:[\d.,’'٫٬ \u00a0\u202f\u2009]*\d)?")
_SPACE = re.compile("[ \u202f]")  # between figure and unit: SI and docs/typography.md, where CLDR has a thin one
_ELIDING = re.compile(r"[aeiouyhéèœ]", re.IGNORECASE)


def localized(fact: Fact, locale: str) -> str | None:
    """The fact as the locale writes it; None where its form there is not certain.

    `find` in that locale gives the same value back.
    """
    if fact.kind in _UNCHANGED:
        return fact.text
    if fact.spelled or fact.soft or (fact.shared and fact.kind is not Kind.TIME):
        return None
    match fact.kind, fact.value:
        case Kind.NUMBER, Decimal() as number:
            return _scaled(fact, number, locale) if fact.scale else _plain(fact, number, locale)
        case Kind.PERCENT, Decimal() as number:
            # percentage points are no percent
            return None if fact.scale or "%" not in fact.text else _percent(_plain(fact, number, locale), locale)
        case Kind.MONEY, (Decimal() as number, str(code)):
            return _money(fact, number, code, locale)
        case Kind.MEASURE, (Decimal() as number, str(unit)):
            return None if fact.scale else _measure(fact, number, unit, locale)
        case Kind.DATE, (int() | None as year, int() as month, int() | None as day):
            return _date(fact, year, month, day, locale)
        case Kind.TIME, (int(hour), int(minute), int(second)):
            return _time(hour, minute, second, locale)
        case Kind.PERIOD, ("quarter", int(number), int(year)) if fact.text[1].isdecimal():
            return f"{babel_locale(locale).quarters['format']['abbreviated'][number]} {year}"
    return None


def number(value: Decimal, locale: str, *, grouped: bool) -> str:
    """The figure with the locale's marks: U+202F in French thousands, ’ in Swiss ones. Its decimals stay."""
    from babel.numbers import format_decimal

    decimal, _ = number_marks(locale)
    sign, digits = ("−" if value < 0 else ""), f"{abs(value):f}"
    whole, _, fraction = digits.partition(".")
    if grouped and len(whole) > 3:
        whole = format_decimal(
            int(whole), format="#,##,##0" if _is_indian(locale) else "#,##0", locale=_underscored(locale)
        )
    return sign + whole + (decimal + fraction if fraction else "")


def _is_indian(locale: str) -> bool:
    return str(babel_locale(locale).decimal_formats[None].pattern).startswith("#,##,##0")


def _underscored(locale: str) -> str:
    return str(babel_locale(locale))


def _plain(fact: Fact, value: Decimal, locale: str) -> str:
    figure = _FIGURE.search(fact.text)
    plus = "+" if fact.text.startswith("+") else ""
    return plus + number(value, locale, grouped=bool(figure and is_grouped(figure[0], value)))


def _percent(figure: str, locale: str) -> str:
    pattern = babel_locale(locale).percent_formats[None]
    return f"{pattern.prefix[0]}{figure}{pattern.suffix[0]}"


def _scaled(fact: Fact, value: Decimal, locale: str) -> str | None:
    """`3,2 milliards`: the word of CLDR's long compact format in the plural of what stands before it."""
    mantissa = value.scaleb(-fact.scale)
    patterns = babel_locale(locale).compact_decimal_formats.get("long", {})
    plural = babel_locale(locale).plural_form(abs(mantissa))
    named = patterns.get(plural, patterns.get("other", {})).get(str(10**fact.scale))
    pattern = str(named.pattern) if named is not None else ""
    if pattern.count("0") != 1 or fact.scale == 3:
        return None
    return pattern.replace(" ", _NBSP, 1).replace("0", number(mantissa, locale, grouped=True))


def _money(fact: Fact, value: Decimal, code: str, locale: str) -> str | None:
    found = babel_locale(locale)
    if fact.scale:
        if found.language == "en":
            sign = next((sign for sign, known in SIGNS.items() if known == code), code + _NBSP)
            scaled = _scaled(fact, value, locale)
            return f"{sign}{scaled}" if scaled else None
        names, amount = SHORT.get(found.language, {}).get(code), _scaled(fact, value, locale)
        if names is None or amount is None:
            return None
        name = names[1]
        return f"{amount} {_of(found.language, name)}{name}"
    if code != "USD" and any(isinstance(other, tuple) and other[1] != code for _, other in fact.others):
        return None  # a sign of several currencies
    mark = next((known for known, of in SIGNS.items() if of == code and known in fact.text), code)
    if mark not in fact.text:
        return None
    pattern = found.currency_formats["standard"]
    prefix, suffix = str(pattern.prefix[0]).strip("\u200e\u200f"), str(pattern.suffix[0]).strip("\u200e\u200f")
    figure = _plain(fact, abs(value), locale)
    minus = "−" if value < 0 else ""
    if "¤" in prefix:
        gap = _NBSP if mark.isalpha() else ""
        return f"{minus}{prefix.replace('¤', mark).strip() if gap else prefix.replace('¤', mark)}{gap}{figure}"
    return f"{minus}{figure}{suffix.replace('¤', mark)}" if "¤" in suffix else None


def _of(language: str, name: str) -> str:
    if language == "fr":
        return "d’" if _ELIDING.match(name) else "de "
    return {"es": "de ", "it": "di ", "pt": "de "}.get(language, "")


def _measure(fact: Fact, value: Decimal, unit: str, locale: str) -> str | None:
    patterns = babel_locale(locale)._data["unit_patterns"].get(unit, {})
    figure = _FIGURE.search(fact.text)
    said = fact.text[figure.end() :].strip() if figure else ""
    length = "short" if said and (len(said) <= 3 or "/" in said or not said.islower()) else "long"
    plural = babel_locale(locale).plural_form(abs(value))
    for size in (length, "short"):
        pattern = patterns.get(size, {}).get(plural, patterns.get(size, {}).get("other"))
        if pattern:
            return _SPACE.sub(_NBSP, str(pattern)).replace("{0}", _plain(fact, value, locale))
    return None


def _date(fact: Fact, year: int | None, month: int, day: int | None, locale: str) -> str | None:
    from babel.dates import format_date, format_skeleton

    found = babel_locale(locale)
    if re.match(r"\d{4}-\d", fact.text):
        return fact.text  # ISO 8601
    try:
        date = datetime.date(year or 2000, month, day or 1)  # 2000 has a 29th of February
    except ValueError:
        return None
    if not re.search(r"[^\W\d]", fact.text):
        if year is None or lexicon(locale).year_first:
            return None
        pattern = re.sub("y+", "y", str(found.date_formats["short"].pattern))
        return str(format_date(date, pattern, locale=found))
    if year is not None and day is not None:
        said = str(format_date(date, "long", locale=found))
    elif day is not None or year is not None:
        said = str(format_skeleton("MMMMd" if day else "yMMMM", date, locale=found))
    else:
        said = str(found.months["stand-alone"]["wide"][month])
    # The first of a month alone is an ordinal in French (Imprimerie nationale; OQLF); CLDR has no pattern for it.
    return re.sub(r"^1(?= )", "1er", said) if found.language == "fr" and day == 1 else said


def first_hour(fact: Fact, locale: str) -> str | None:
    """A time as the first end of a range that says `h` or `Uhr` once, for both; None where it says half a day."""
    if not isinstance(fact.value, tuple) or "H" not in str(babel_locale(locale).time_formats["short"].pattern):
        return None
    hour, minute, second = fact.value
    return localized(fact, locale) if minute or second else str(hour)


def _time(hour: int, minute: int, second: int, locale: str) -> str | None:
    """`17 h 30` in French (Imprimerie nationale; OQLF), `17:30 Uhr` in German (DIN 5008), `17.30 uur` in Dutch
    (Taalunie), else CLDR's short time.
    """
    from babel.dates import format_time

    found = babel_locale(locale)
    clock = datetime.time(hour, minute, second)
    if found.language == "fr" and not second:
        return f"{hour}{_NBSP}h" + (f"{_NBSP}{minute:02}" if minute else "")
    if found.language == "de" and not second:
        return f"{hour}:{minute:02}{_NBSP}Uhr" if minute else f"{hour}{_NBSP}Uhr"
    if found.language == "nl" and not second:
        return f"{hour}.{minute:02}{_NBSP}uur"
    return str(format_time(clock, "medium" if second else "short", locale=found))
