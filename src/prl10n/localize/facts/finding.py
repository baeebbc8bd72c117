"""Facts of a text, from left to right: addresses and codes, figures with what stands beside them, words.

Each reader is given the text and a place, and returns a fact that begins there or None. All look a bounded number of
characters ahead, so that a text is read in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from prl10n.localize.facts import patterns
from prl10n.localize.facts.figures import FIGURE, LONGEST, ascii_digits, readings
from prl10n.localize.facts.hours import TO_TWELVE
from prl10n.localize.facts.model import Fact, Key, Kind, Value
from prl10n.localize.facts.ranges import distributed
from prl10n.localize.facts.words import CODES, LETTERED, LETTERS, SIGNS, WEEKS, Lexicon, lexicon, plain


def may_be_written_anew(text: str, locale: str) -> bool:
    """Whether a prose may have a fact that `localized` has a form for; quicker than to find it.

    Raises ConfigError for a locale that CLDR does not know.
    """
    months = lexicon(locale).months
    return patterns.FORMED.search(text) is not None or not months.keys().isdisjoint(
        map(str.lower, patterns.LETTERS.findall(text))
    )


def find(text: str, locale: str) -> tuple[Fact, ...]:
    """The facts of a prose in a locale, in order, none overlapping another.

    Raises ConfigError for a locale that CLDR does not know.
    """
    reader = _Reader(text, lexicon(locale))
    return tuple(distributed(list(reader.facts()), text, reader.words.language))


class _Reader:
    def __init__(self, text: str, words: Lexicon) -> None:
        self.text = text
        self.words = words
        self.dear = any(sign in text for sign in _DOLLARS)
        self.ordinal_end = patterns.ORDINAL_END.get(words.language)

    def facts(self) -> Iterator[Fact]:
        at, fixed = 0, list(self.fixed())[::-1]
        triggers = patterns.TRIGGER.finditer(self.text)
        while (trigger := next(triggers, None)) is not None:
            while fixed and fixed[-1].start <= trigger.start():
                yield fixed[-1]
                at = fixed.pop().end
            if at <= trigger.start():
                if self.is_plain(trigger[0], trigger.end()):
                    continue
                fact = self.at(trigger.start(), trigger[0])
                if fact is None or (fixed and fact.end > fixed[-1].start):
                    continue
                yield fact
                at = fact.end
            triggers = patterns.TRIGGER.finditer(self.text, at)  # a fact may end within a word
        yield from reversed(fixed)

    def fixed(self) -> Iterator[Fact]:
        """What is compared letter by letter: the first of the table where two begin at one place."""
        found: list[tuple[int, int, int]] = []
        seen: dict[re.Pattern[str], bool] = {}
        for rank, (_, pattern, sign) in enumerate(patterns.FIXED):
            if sign not in seen:
                seen[sign] = sign.search(self.text) is not None
            if seen[sign]:
                found += [(match.start(), rank, match.end()) for match in pattern.finditer(self.text)]
        last = 0
        for start, rank, end in sorted(found):
            if start < last:
                continue
            kind, raw = patterns.FIXED[rank][0], self.text[start:end]
            if kind is Kind.URL:
                raw = raw[: -len(tail[0])] if (tail := patterns.TAIL.search(raw)) else raw
                if "://" not in raw and not _is_host(raw):
                    continue
            elif kind is Kind.REFERENCE and (
                patterns.ISO.match(raw) or _numeric(raw) or patterns.THOUSANDS.fullmatch(raw)
            ):
                continue
            last = start + len(raw)
            version = patterns.VERSION.fullmatch(raw)
            others = [(Kind.NUMBER, Decimal(version[1]))] if version else []
            soft = kind is Kind.URL and _EXAMPLE.match(raw) is not None
            yield self.fact(kind, start, last, _VALUES.get(kind, str)(raw), *others, soft=soft)

    def fact(self, kind: Kind, start: int, end: int, value: Value, *others: Key, **flags: Any) -> Fact:
        return Fact(kind, start, end, self.text[start:end], value, others, **flags)

    # --- where a trigger stands ---------------------------------------------------------------------------------------

    def is_plain(self, trigger: str, end: int) -> bool:
        """Whether a trigger is a word with which no fact begins, as most are: `word` says the same, in more time."""
        return (
            trigger.lower() not in self.words.starters
            and trigger[0].isalpha()
            and trigger[0] not in "IVX"
            and trigger not in _MONEY
            and not self.text[end : end + 1].isdecimal()
            and not (self.dear and self.text[end : end + 2].strip(". \u00a0")[:1] in _DOLLARS)
        )

    def at(self, start: int, trigger: str) -> Fact | None:
        if trigger[0].isdecimal():
            return self.figure(start)
        if trigger[0].isalpha():
            return self.word(start, trigger)
        if trigger in "-−+±":
            return self.signed(start, trigger)
        if trigger in SIGNS:
            return self.priced(start)
        if trigger in patterns.FRACTIONS:
            return self.fact(Kind.NUMBER, start, start + 1, patterns.FRACTIONS[trigger])
        if trigger == "%" and self.words.percent_first and (number := FIGURE.match(self.text, start + 1)):
            values = readings(number[0], self.words.decimal)
            if values:
                return self.fact(Kind.PERCENT, start, number.end(), values[0])
        return None

    def signed(self, start: int, sign: str) -> Fact | None:
        """A figure with its sign: a hyphen is one where no word or figure stands before it."""
        before = self.text[start - 1 : start]
        fact = self.figure(start + 1) if self.text[start + 1].isdecimal() else self.priced(start + 1)
        if fact is None or (before and not before.isspace() and before not in "([~≈"):
            return None
        if self.text[max(start - 2, 0) : max(start - 1, 0)].isdecimal():  # `(1820 -1868)`
            return None
        if sign in "-−" and fact.kind in _SIGNED:
            fact = replace(fact, value=_negative(fact.value), others=tuple((k, _negative(v)) for k, v in fact.others))
        return replace(fact, start=start, text=self.text[start : fact.end])

    def figure(self, start: int) -> Fact | None:
        before = self.text[start - 1 : start]
        if before.isalnum() and not _TIMES.match(self.text, max(start - 2, 0)):
            return None
        number = FIGURE.match(self.text, start)
        if number is None or before == "_" or (before == "%" and not self.words.percent_first):  # `%1`
            return None
        if before == "{" and self.text[number.end() : number.end() + 1] == "}":
            return None
        if self.words.decimal == "." and number[0].isdecimal() and _POINT.match(self.text, max(start - 2, 0)):  # `.09`
            return self.quantity(start - 1, number.end(), (Decimal(f"0.{ascii_digits(number[0])}"),))
        if len(number[0]) > LONGEST:
            return self.fact(Kind.REFERENCE, start, number.end(), number[0])
        if fact := self.dated(start) or self.always(start) or self.clock(start):
            return fact
        raw, values = number[0], readings(number[0], self.words.decimal)
        if not values or patterns.LISTED.fullmatch(self.text[max(0, start - 2) : start]):  # `1,2,3`, `2023 250`
            raw = re.split(r"\D", raw)[0]
            values = readings(raw, self.words.decimal)
        end = start + len(raw)
        fact = self.day(start, end, raw) or self.ordinal(start, end, raw) or self.decade(start, end, raw)
        if fact is None and self.words.language == "en" and (many := _MANY.match(self.text, start)):
            return self.fact(Kind.NUMBER, start, many.end(), values[0], soft=True)
        return fact or self.quantity(start, end, values)

    def word(self, start: int, word: str) -> Fact | None:
        end = start + len(word)
        if self.text[end : end + 1].isdecimal():
            return self.mixed(start)
        if word in _MONEY or self.text[end : end + 2].strip(". \u00a0")[:1] in _DOLLARS:
            priced = self.priced(start)
            if priced:
                return priced
        if patterns.ROMAN.match(word) and (fact := self.roman(start)):
            return fact
        if word.lower() not in self.words.starters:
            return None
        if word.lower() in self.words.none:
            return self.fact(Kind.NUMBER, start, end, Decimal(0), soft=True, spelled=True)
        phrases = list(self.phrases(start))
        if fact := self.month(start, word) or self.named(start, phrases):
            return fact
        for phrase, phrase_end in phrases:
            if phrase in self.words.half and self.scale(phrase_end, money=False)[0]:
                return self.quantity(start, phrase_end, (Decimal("0.5"),), spelled=True)
            if (number := self.words.numbers.get(phrase)) is not None and number > 1:
                return self.quantity(start, phrase_end, (Decimal(number),), spelled=True)
            if (number := self.words.ordinals.get(phrase)) is not None:
                found = self.noun(start, phrase_end, number) or self.ordinal_day(start, phrase_end, number)
                return found or self.fact(
                    Kind.ORDINAL,
                    start,
                    phrase_end,
                    Decimal(number),
                    (Kind.NUMBER, Decimal(number)),
                    soft=True,
                    spelled=True,
                )
            if (number := self.words.loose.get(phrase)) is not None:
                return self.quantity(start, phrase_end, (Decimal(number),), spelled=True, soft=True)
        return None

    # --- dates and times ----------------------------------------------------------------------------------------------

    def dated(self, start: int) -> Fact | None:
        """Dates in figures: ISO 8601, and day and month in the order of CLDR's short date of the locale."""
        if match := patterns.ISO.match(self.text, start):
            return self.date(start, match.end(), int(match[1]), int(match[3]), int(match[4]))
        if match := patterns.CJK.match(self.text, start):
            return self.date(start, match.end(), int(match[1]), int(match[2]), int(match[3]) if match[3] else None)
        match = _numeric(self.text, start)
        if match is None:
            return None
        first, second, year = int(match[1]), int(match[3]), int(match[4]) + (2000 if len(match[4]) == 2 else 0)
        day, month = (first, second) if self.words.day_first or match[2] == "." else (second, first)
        return self.date(start, match.end(), year, month, day) or self.date(start, match.end(), year, day, month)

    def date(self, start: int, end: int, year: int | None, month: int, day: int | None, *others: Key) -> Fact | None:
        if not 1 <= month <= 12 or (day is not None and not 1 <= day <= _LENGTHS[month]):
            return None
        return self.fact(Kind.DATE, start, end, (year, month, day), *others)

    def always(self, start: int) -> Fact | None:
        """`24/7`, and each of its two halves; that of the week is not missed beside that of the day."""
        if match := patterns.ALL_DAY.match(self.text, start):
            readings = ((Kind.MEASURE, (Decimal(24), "duration-hour")), (Kind.NUMBER, Decimal(24)))
            return self.fact(Kind.PERIOD, start, match.end(), ("always", 24, None), *readings)
        if match := patterns.ALL_WEEK.match(self.text, start):
            beside = (
                patterns.BEHIND_DAY.search(self.text[max(start - 8, 0) : start]) is not None
                or patterns.BEFORE_DAY.match(self.text, match.end()) is not None
            )
            if beside or match[0] != "7/7":
                readings = ((Kind.MEASURE, (Decimal(7), "duration-day")), (Kind.NUMBER, Decimal(7)))
                return self.fact(Kind.PERIOD, start, match.end(), ("always", 7, None), *readings, soft=beside)
        return None

    def clock(self, start: int) -> Fact | None:
        text, language = self.text, self.words.language
        if match := patterns.CLOCK_WORD.match(text, start):
            lasts = language == "nl" and not match[2]  # `24 uur` is a duration as well
            hours = [(Kind.MEASURE, (Decimal(match[1]), "duration-hour"))] if lasts else []
            return self.time(start, match.end(), int(match[1]), int(match[2] or 0), 0, *hours)
        if match := patterns.CLOCK.match(text, start):
            hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
            halves = language == TO_TWELVE and 1 <= hour < 12 and match[1][0] != "0"  # `at 5:30` in the afternoon
            later: list[Key] = [(Kind.TIME, (hour + 12, minute, second))] if halves else []
            return self.time(start, match.end(), hour, minute, second, *later)
        whole = patterns.CLOCK_HALF.match(text, start)
        if whole and patterns.HALF_DAY.match(text, whole.end()):
            return self.time(start, whole.end(), int(whole[1]), int(whole[2] or 0))
        if language in _HOUR_SIGN and (match := patterns.CLOCK_H.match(text, start)):
            hours = [] if match[2] else [(Kind.MEASURE, (Decimal(match[1]), "duration-hour"))]
            return self.time(start, match.end(), int(match[1]), int(match[2] or 0), 0, *hours)
        if match := patterns.HOURS.match(text, start):
            if match[2]:
                return self.time(start, match.end(), int(match[1]), int(match[2]))
            whole_hours, lasting = int(match[1]), (Decimal(match[1]), "duration-hour")
            clocks = [(Kind.TIME, (hour, 0, 0)) for hour in (whole_hours, whole_hours + 12) if hour < 24]
            return self.fact(Kind.MEASURE, start, match.end(), lasting, *clocks, (Kind.NUMBER, Decimal(whole_hours)))
        if language in _HOUR_DOT and (match := patterns.CLOCK_DOT.match(text, start)):
            hour, minute = int(match[1]), int(match[2])
            if hour < 24 and minute < 60:
                number = readings(match[0], self.words.decimal)[0]
                return self.fact(Kind.NUMBER, start, match.end(), number, (Kind.TIME, (hour, minute, 0)))
        return None

    def time(self, start: int, end: int, hour: int, minute: int, second: int = 0, *others: Key) -> Fact | None:
        if half := patterns.HALF_DAY.match(self.text, end):
            if not 1 <= hour <= 12:
                return None
            hour, end, others = hour % 12 + (12 if half[1] in "pP" else 0), half.end(), ()
        if hour > 24 or minute > 59 or second > 59:
            return None
        return self.fact(Kind.TIME, start, end, (hour % 24, minute, second), *others)

    def day(self, start: int, end: int, raw: str) -> Fact | None:
        """`20th of November 2023`, `20. November`, `1er décembre`, `20 de noviembre de 2023`."""
        if len(raw) > 2 or not 1 <= int(ascii_digits(raw)) <= 31:
            return None
        suffix = self.ordinal_end.match(self.text, end) if self.ordinal_end else None
        at = suffix.end() if suffix else end + (self.text[end : end + 1] == ".")
        gap = _BEFORE_MONTH.match(self.text, at)
        word = patterns.WORD.match(self.text, gap.end() if gap else at)
        month = self.words.months.get(word[0].lower()) if word else None
        if word is None or month is None:
            return None
        if word[0] in _EVERYDAY and not patterns.YEAR.match(self.text, word.end()):
            return None
        end = word.end() + (self.text[word.end() : word.end() + 1] == "." and len(word[0]) < 5)
        year = patterns.YEAR.match(self.text, end)
        day = int(ascii_digits(raw))
        if year is None and self.text[end - 1] == "." and word[0].lower() in self.words.bare_months:
            end -= 1
        return self.date(start, year.end() if year else end, int(year[1]) if year else None, month, day)

    def ordinal_day(self, start: int, end: int, number: int) -> Fact | None:
        """`the first of May`, `le premier mai`."""
        gap = _BEFORE_MONTH.match(self.text, end)
        word = patterns.WORD.match(self.text, gap.end()) if gap else None
        month = self.words.months.get(word[0].lower()) if word else None
        small = self.words.language in ("en", "de") and word is not None and word[0].islower()
        if gap is None or word is None or month is None or small:
            return None
        if not gap[0] or (self.words.language == "en" and "of" not in gap[0]):
            return None
        year = patterns.YEAR.match(self.text, word.end())
        others = ((Kind.ORDINAL, Decimal(number)), (Kind.NUMBER, Decimal(number)))
        at = year.end() if year else word.end()
        return self.date(start, at, int(year[1]) if year else None, month, number, *others)

    def month(self, start: int, word: str) -> Fact | None:
        """`November 20, 2023`, `Nov. 20`, `November 2023`, and a month alone."""
        month = self.words.months.get(word.lower())
        if month is None:
            return None
        end = start + len(word)
        dotted = end + (self.text[end : end + 1] == ".")
        capital = word[0].isupper() or self.words.language not in ("en", "de")
        gap = patterns.THE.match(self.text, dotted)
        day = patterns.DAY.match(self.text, gap.end()) if gap and capital else None
        if day and 1 <= int(day[0]) <= 31 and self.words.language in _MONTH_FIRST:
            at = day.end()
            suffix = self.ordinal_end.match(self.text, at) if self.ordinal_end else None
            at = suffix.end() if suffix else at
            follows = patterns.TO_DAY.match(self.text, at)
            year = patterns.YEAR.match(self.text, follows.end() if follows else at)
            if not (self.text[at : at + 1].isalnum() or self.text[at : at + 2] in _MORE_FIGURE):
                value = int(year[1]) if year else None
                return self.date(start, at if follows or not year else year.end(), value, month, int(day[0]))
        if capital and (year := patterns.YEAR.match(self.text, dotted)):
            return self.date(start, year.end(), int(year[1]), month, None)
        if word.lower() not in self.words.bare_months or not capital or self.words.language not in _SPOKEN:
            return None
        # `Julio` may be a name where months begin with a small letter
        named = word[0].isupper() and self.words.language not in ("en", "de")
        return self.fact(Kind.DATE, start, end, (None, month, None), soft=named or word.lower() in _AMBIGUOUS_MONTHS)

    # --- words with a number ------------------------------------------------------------------------------------------

    def phrases(self, start: int) -> Iterator[tuple[str, int]]:
        """The words that begin at a place, as the lexicon keeps them, and their end: four words, three, two, one."""
        match = patterns.PHRASE.match(self.text, start)
        if match is None:
            return
        end = match.end()
        while end > start:
            if self.text[end - 1] == ".":
                yield plain(self.text[start:end]).lower(), end - (self.text[end - 2 : end - 1] != ".")
            else:
                yield plain(self.text[start:end]).lower(), end
            cut = max(self.text.rfind(mark, start, end - 1) for mark in (" ", "-", "\u00a0", "\u202f"))
            if cut < start:
                return
            end = cut

    def behind(self, start: int) -> Iterator[tuple[str, int]]:
        """The same, for words that may stand behind a figure."""
        word = patterns.WORD.match(self.text, start)
        return self.phrases(start) if word and word[0].lower() in self.words.followers else iter(())

    def named(self, start: int, phrases: Iterable[tuple[str, int]]) -> Fact | None:
        """A weekday, noon, `day and night`, a decade, a fiscal year or a century that begins with its noun."""
        words = self.words
        for phrase, end in phrases:
            day = words.weekdays.get(phrase) if words.language in _SPOKEN else None
            if day is not None and (words.language not in ("en", "de") or self.text[start].isupper()):
                return self.fact(Kind.WEEKDAY, start, end, day)
            if phrase in words.noon:
                return self.fact(Kind.TIME, start, end, (words.noon[phrase], 0, 0), soft=True)
            if phrase in words.always:
                return self.fact(Kind.PERIOD, start, end, ("always", 24, None), soft=True)
            if phrase in words.decades and (match := _DECADE_YEAR.match(self.text, end)):
                year = int(match[1]) + (1900 if len(match[1]) == 2 else 0)
                return self.fact(
                    Kind.PERIOD, start, match.end(), ("decade", year, None), (Kind.NUMBER, Decimal(match[1]))
                )
            if phrase in words.decades:
                for said, said_end in self.phrases(end + 1):
                    if (ten := words.numbers.get(said, 1)) % 10 == 0:
                        return self.fact(Kind.PERIOD, start, said_end, ("decade", 1900 + ten, None), soft=True)
            if phrase in words.fiscal and (match := patterns.SPACED_YEAR.match(self.text, end)):
                year = int(match[1])
                return self.fact(Kind.PERIOD, start, match.end(), ("fiscal", year, None), (Kind.NUMBER, Decimal(year)))
            if words.nouns.get(phrase) == "century" and (gap := patterns.GAP.match(self.text, end)):
                roman = patterns.ROMAN.match(self.text, gap.end())
                if roman and (number := _roman(roman)):
                    ordinal = (Kind.ORDINAL, Decimal(number))  # `siglos XI y XIV`
                    return self.fact(Kind.PERIOD, start, roman.end(), ("century", number, None), ordinal)
        return None

    def noun(self, start: int, end: int, number: int) -> Fact | None:
        """A quarter, a half or a century by its ordinal: `third quarter of 2026`, `XXIe siècle`."""
        gap = patterns.GAP.match(self.text, end)
        for phrase, phrase_end in self.behind(gap.end() if gap else end):
            role = self.words.nouns.get(phrase)
            if role is None or (role == "quarter" and number > 4) or (role == "half" and number > 2):
                continue
            year = patterns.OF_YEAR.match(self.text, phrase_end) if role != "century" else None
            value = (role, number, int(year[1]) if year else None)
            # `the second half of a game` has no year, and other words in each language
            soft = role == "half" and year is None
            others = ((Kind.ORDINAL, Decimal(number)), (Kind.NUMBER, Decimal(number)))
            return self.fact(Kind.PERIOD, start, year.end() if year else phrase_end, value, *others, soft=soft)
        return None

    def roman(self, start: int) -> Fact | None:
        roman = patterns.ROMAN.match(self.text, start)
        number = _roman(roman) if roman else 0
        if roman is None or number == 0:
            return None
        if (fact := self.noun(start, roman.end(), number)) or self.words.language == "en" or len(roman[0]) < 2:
            return fact
        # `aux XVIe et XVIIe siècles`; a king's number is one that nobody misses
        ordinal = Decimal(number)
        others = ((Kind.NUMBER, ordinal), (Kind.PERIOD, ("century", number, None)))
        return self.fact(Kind.ORDINAL, start, roman.end(), ordinal, *others, soft=True)

    def ordinal(self, start: int, end: int, raw: str) -> Fact | None:
        if not raw.isdecimal():
            return None
        number = int(ascii_digits(raw))
        suffix = self.ordinal_end.match(self.text, end) if self.ordinal_end else None
        if suffix:
            ordinal = self.fact(Kind.ORDINAL, start, suffix.end(), Decimal(number), (Kind.NUMBER, Decimal(number)))
            return self.noun(start, suffix.end(), number) or ordinal
        if (
            self.words.language in patterns.DOT_ORDINAL
            and self.text[end : end + 2] in (". ", ".\u00a0")
            and number <= 100
        ):
            if fact := self.noun(start, end + 1, number):
                return fact
            if self.text[end + 2 : end + 3].isalpha():
                return self.fact(Kind.NUMBER, start, end, Decimal(number), (Kind.ORDINAL, Decimal(number)))
        return None

    def decade(self, start: int, end: int, raw: str) -> Fact | None:
        short = len(raw) == 2 and self.text[start - 1 : start] in ("’", "'")
        if not (len(raw) == 4 or short) or not raw.endswith("0") or not raw.isdecimal():
            return None
        suffix = patterns.DECADE_END.match(self.text, end)
        if suffix is None or self.words.language not in ("en", "de", "nl"):
            return None
        year = int(raw) + (1900 if len(raw) == 2 else 0)
        others: list[Key] = [(Kind.NUMBER, Decimal(int(raw)))]
        if year % 100 == 0:  # `the 1800s` may be a century
            others.append((Kind.PERIOD, ("century", year // 100 + 1, None)))
        return self.fact(Kind.PERIOD, start, suffix.end(), ("decade", year, None), *others)

    def mixed(self, start: int) -> Fact | None:
        """Letters glued to figures: a quarter, a fiscal year, an amount, else an identifier."""
        if start and (self.text[start - 1].isalnum() or self.text[start - 1] == "_"):
            return None
        glued = patterns.GLUED.match(self.text, start)
        end = glued.end() if glued else start + 1
        value = self.text[start:end].lower()
        if match := patterns.FISCAL_CODE.match(self.text, start):
            year = int(match[1]) + (2000 if len(match[1]) == 2 else 0)
            return self.fact(Kind.PERIOD, start, match.end(), ("fiscal", year, None), (Kind.NUMBER, Decimal(year)))
        if match := patterns.PERIOD_CODE.match(self.text, start):
            role = "half" if match[1] in "HS" else "quarter"
            known = match[1] in ("Q", self.words.quarter_letter) or role == "half"
            if known and (role == "quarter" or int(match[2]) <= 2):
                of_year = int(match[3]) if match[3] else None
                bare = (Kind.NAME, self.text[start : start + 2].lower())
                return self.fact(Kind.PERIOD, start, match.end(), (role, int(match[2]), of_year), bare)
        number = _NUMBERED.fullmatch(value)
        numbers = [(Kind.NUMBER, Decimal(ascii_digits(number[1])))] if number else []  # `HTML5` is `HTML 5`
        return self.priced(start) or self.fact(Kind.NAME, start, end, value, *numbers)

    # --- quantities ---------------------------------------------------------------------------------------------------

    def priced(self, start: int) -> Fact | None:
        """An amount behind the sign or code of its currency; the `$4` of `idata$4` is none."""
        text = self.text
        if text[start - 1 : start].islower():
            return None
        for length in (5, 4, 3, 2):
            sign = text[start : start + length]
            code = LETTERED.get(sign) or (sign if sign in CODES else None)
            if code:
                break
        else:
            length, sign = 1, text[start]
            code = SIGNS.get(sign)
        if code is None:
            return None
        gap = patterns.GAP.match(text, start + length)
        number = FIGURE.match(text, gap.end() if gap else start + length)
        if number is None or len(number[0]) > LONGEST or text[number.start() - 1] == "-":
            return None
        values = readings(number[0], self.words.decimal)
        return self.quantity(start, number.end(), values, currency=code, sign=sign) if values else None

    def quantity(
        self,
        start: int,
        end: int,
        values: tuple[Decimal, ...],
        *,
        currency: str | None = None,
        sign: str = "",
        spelled: bool = False,
        soft: bool = False,
    ) -> Fact:
        """A number with its scale, currency, unit or percent sign."""
        if spelled and not self.is_followed(end):
            return self.fact(Kind.NUMBER, start, end, values[0], spelled=True, soft=soft)
        scale, end = self.scale(end, money=currency is not None)
        numbers = [value.scaleb(scale) for value in values]
        flags = {"spelled": spelled, "soft": soft and scale < 6, "scale": scale}
        if currency is None:
            found = self.percent(end)
            if found:
                others = [(Kind.PERCENT, number) for number in numbers[1:]]
                return self.fact(Kind.PERCENT, start, found, numbers[0], *others, (Kind.NUMBER, numbers[0]), **flags)
            currency, sign, end = self.currency(end)
        if currency:
            codes = [currency]
            if sign == "$" or sign.startswith(("dollar", "dólar", "Dollar")):
                codes = [self.words.dollar, *({"USD"} - {self.words.dollar})]
            elif sign == "¥":
                codes.append("CNY")
            keys = [(Kind.MONEY, (number, code)) for number in numbers for code in codes]
            return self.fact(Kind.MONEY, start, end, keys[0][1], *keys[1:], **flags)
        unit, unit_end = self.unit(end)
        if unit:
            measures: list[Key] = [(Kind.MEASURE, (number, unit)) for number in numbers]
            if unit == "duration-day" and (weeks := _weeks(self.words.language, numbers[0])):
                measures.append((Kind.MEASURE, (weeks, "duration-week")))
            if self.words.language == "en" and self.text[end:unit_end] == "m" and not scale:  # `1.5m users`
                measures += [(Kind.NUMBER, number.scaleb(6)) for number in numbers]
            measures += self.coins(end, numbers)
            return self.fact(Kind.MEASURE, start, unit_end, measures[0][1], *measures[1:], **flags)
        plain_numbers: list[Key] = [*((Kind.NUMBER, number) for number in numbers), *self.coins(end, numbers)]
        if scale == 3 and self.text[end - 1] in "kK" and not spelled:  # `4K` is `4 Ko` to many
            plain_numbers += [(Kind.MEASURE, (value, "digital-kilobyte")) for value in values]
        if not spelled and self.text[end : end + 1].isalpha() and not scale:
            times = patterns.MULTIPLE.match(self.text, end) and self.text[start:end] != "0"
            glued = None if times else patterns.GLUED.match(self.text, start)
            if glued:
                return self.fact(Kind.NAME, start, glued.end(), glued[0].lower(), *plain_numbers)
        return self.fact(Kind.NUMBER, start, end, numbers[0], *plain_numbers[1:], **flags)

    def is_followed(self, end: int) -> bool:
        """Whether a sign or a word that may belong to a number stands behind it."""
        gap = patterns.OF.match(self.text, end)
        at = gap.end() if gap else end
        word = patterns.WORD.match(self.text, at)
        return (
            (word[0].lower() in self.words.followers or word[0] in CODES)
            if word
            else self.text[at : at + 1] in _SIGNS_BEHIND
        )

    def scale(self, end: int, *, money: bool) -> tuple[int, int]:
        """The power of ten that stands behind a number, and where it ends."""
        gap = patterns.GAP.match(self.text, end)
        at = gap.end() if gap else end
        if at > end or self.text[end : end + 1].isalpha():
            for phrase, phrase_end in self.behind(at):
                if phrase in self.words.scales and (len(phrase) > 2 or money or at > end or phrase == "bn"):
                    if self.text[phrase_end : phrase_end + 1] == "." and len(phrase) < 4:
                        phrase_end += 1
                    return self.words.scales[phrase], phrase_end
        letter = _SCALE_LETTER.match(self.text, at)
        if letter and letter[1] in LETTERS:
            behind = letter[2] is not None or any(
                self.text.startswith(code, letter.end() + 1) for code in ("EUR", "CHF", "USD")
            )
            if money or behind or letter[1] == "k" or (at == end and letter[1] in ("K", "M")):
                power = LETTERS[letter[1]]
                return (12 if letter[1] == "B" and self.words.language == "es" else power), at + len(letter[1])
        return 0, end

    def percent(self, end: int) -> int | None:
        gap = patterns.GAP.match(self.text, end)
        at = gap.end() if gap else end
        if self.text[at : at + 1] in ("%", "٪"):
            return at + 1
        if at > end:
            for phrase, phrase_end in self.behind(at):
                if phrase in self.words.percents:
                    return phrase_end
        return None

    def currency(self, end: int) -> tuple[str | None, str, int]:
        gap = patterns.OF.match(self.text, end)
        places = {gap.end() if gap else end, end}
        for at in sorted(places, reverse=True):
            for length in (5, 4, 3, 2):
                sign = self.text[at : at + length]
                if sign in LETTERED and not (sign[-1].isalpha() and self.text[at + length : at + length + 1].isalpha()):
                    return LETTERED[sign], sign, at + length
            sign = self.text[at : at + 1]
            if sign in SIGNS:
                return SIGNS[sign], sign, at + 1
            if self.text[at : at + 3] in CODES and not self.text[at + 3 : at + 4].isalnum():
                return self.text[at : at + 3], "", at + 3
            for phrase, phrase_end in self.behind(at) if at > end else ():
                if phrase in self.words.currencies:
                    return self.words.currencies[phrase], phrase, phrase_end
        return None, "", end

    def coins(self, end: int, numbers: list[Decimal]) -> list[Key]:
        """What a number is besides, if the word behind it may be a currency."""
        gap = patterns.OF.match(self.text, end)
        for phrase, _ in self.behind(gap.end()) if gap and gap.end() > end else ():
            if phrase in self.words.coins:
                return [(Kind.MONEY, (number, self.words.coins[phrase])) for number in numbers]
        return []

    def unit(self, end: int) -> tuple[str | None, int]:
        gap = patterns.GAP.match(self.text, end)
        at = gap.end() if gap else end
        sign = patterns.UNIT.match(self.text, at)
        dashed = self.text[at - 1 : at] == "-"
        if sign and sign[0] in self.words.units and not (dashed and len(sign[0]) < 2):
            return self.words.units[sign[0]], sign.end()
        if at > end:
            for phrase, phrase_end in self.behind(at):
                if phrase in self.words.unit_words:
                    return self.words.unit_words[phrase], phrase_end
        return None, end


_MONEY = CODES | {"Fr", "fr", "SFr"}
_DOLLARS = ("$", "£", "¥")  # before which letters may stand: `US$`
_SIGNS_BEHIND = {*SIGNS, "%", "°"}
_SIGNED = {Kind.NUMBER, Kind.PERCENT, Kind.MONEY, Kind.MEASURE}
_LENGTHS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_HOUR_SIGN = frozenset("fr pt es it ca ro".split())
_HOUR_DOT = frozenset("it nl de es da nb fi id".split())  # CLDR's or usual `17.30`
_SPOKEN = frozenset("en fr de es it pt nl".split())  # whose bare months and weekdays are no other words
_MONTH_FIRST = frozenset("en".split())
_EVERYDAY = frozenset("may march mar set sun".split())  # months that are other words, in small letters
_AMBIGUOUS_MONTHS = frozenset(("may", "march", "mars", "set"))
_MORE_FIGURE = tuple(f"{mark}{digit}" for mark in ".,:" for digit in range(10))
_BEFORE_MONTH = re.compile(rf"{patterns.S}(?:of |de |d[’'])?|-?")
_SCALE_LETTER = re.compile(
    rf"(bn|Md|(?!{patterns.L}{patterns.ELIDED})[kKmMbBT])(?:(?!\w)|(?=[€$£¥]))(?:[ \u00a0\u202f]?([€$£¥]))?"
)
_EXAMPLE = re.compile(r"(?!\w+://(?:localhost|\[))[\w+-]+://[^/.\d]+(?:/|\Z)")  # a host without a point is nobody's
_NUMBERED = re.compile(r"[^\W\d_]+(\d{1,9})")
_MANY = re.compile(r"10(?:,?0{1,3})*+s(?!\w)")  # `100,000s of users`
_TIMES = re.compile(r"\dx(?=\d)")  # `1140x120`
_POINT = re.compile(rf"(?:\A|(?<=[\s(\[])|{patterns.S}|[(\[])\.(?=\d)")
_DECADE_YEAR = re.compile(rf"{patterns.S}[’']?(\d{{3}}0|\d0)(?!\w)")


def _numeric(text: str, start: int = 0) -> re.Match[str] | None:
    """A date in figures at a place; with a year of two figures the others have two as well: `2.6.27` is a version."""
    match = patterns.NUMERIC.match(text, start)
    if match and len(match[4]) == 2 and (match[2] == "-" or len(match[1]) < 2 or len(match[3]) < 2):
        return None
    return match


def _weeks(language: str, days: Decimal) -> Decimal | None:
    weeks = WEEKS.get(language, {}).get(int(days)) if days == int(days) else None
    return Decimal(weeks) if weeks else None


def _digits(raw: str) -> str:
    return ("+" if raw.startswith("+") else "") + re.sub(r"\D", "", ascii_digits(raw))


def _code(raw: str) -> str:
    return re.sub(r"[\s\u00a0]", "", raw).lower()


_VALUES: dict[Kind, Callable[[str], str]] = {Kind.PHONE: _digits, Kind.REFERENCE: _code}


def _is_host(raw: str) -> bool:
    """A bare domain or file name, and no abbreviation and no full stop without a space."""
    labels = raw.partition("/")[0].split(".")
    return raw.startswith("www.") or (all(len(label) > 1 for label in labels) and not labels[0].isdigit())


def _roman(match: re.Match[str]) -> int:
    units = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
    return 10 * len(match[1]) + units.index(match[2])


def _negative(value: Value) -> Value:
    if isinstance(value, Decimal):
        return -value
    if isinstance(value, tuple) and isinstance(value[0], Decimal):
        return (-value[0], *value[1:])
    return value
