"""A source and its translation: which facts are not the same.

A fact is found again by its value; by the letters it is written with; by one of its other readings. What is left on
either side is taken apart (a date into its figures and its month), since a figure may stand elsewhere in the other
language's sentence. What then has no counterpart is missing, or added; one of each kind is one that was altered.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Hashable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property

from prl10n.locales import babel_locale, number_marks
from prl10n.localize.facts.finding import find, may_be_written_anew
from prl10n.localize.facts.forms import first_hour, localized
from prl10n.localize.facts.leftovers import (
    has_both_marks,
    has_comma,
    has_half_day,
    has_sign_before,
    is_copied,
    is_foreign,
    same_letters,
    swapped,
    with_commas,
)
from prl10n.localize.facts.matching import PASSES, Keys, altered, apart, few, free, may_differ, none
from prl10n.localize.facts.model import Change, Discrepancy, Fact, Kind
from prl10n.localize.facts.patterns import HALF_DAY, LETTERS, L, S
from prl10n.localize.facts.words import lexicon
from prl10n.localize.prose import THING, Edit, applied


def compare(source: str, target: str, languages: tuple[str, str], names: Sequence[str] = ()) -> tuple[Discrepancy, ...]:
    """What the translation says otherwise than its source, in the order of the source; what it adds comes last.

    Both are proses, `languages` their locales; `names` are words that stay as they are. Raises ConfigError for a locale
    that CLDR does not know.
    """
    return tuple(_Comparison(source, target, languages, names).discrepancies())


def repaired(
    source: str,
    target: str,
    languages: tuple[str, str],
    names: Sequence[str] = (),
    kinds: Collection[Kind] = tuple(Kind),
) -> tuple[tuple[Edit, ...], tuple[str, ...]]:
    """The edits of a draft whose form is certain, of facts of these kinds, and a sentence for each.

    Besides what `compare` finds wrong, facts that a reader would understand, but that stand in the source's form, are
    put in the locale's: `1,250` in French. Once made, nothing more is found to be made.
    """
    lexicon(languages[1])  # ConfigError
    if not may_be_written_anew(source, languages[0]):
        return (), ()
    facts = find(source, languages[0])
    if not any(fact.kind in kinds and not fact.spelled for fact in facts):
        return (), ()
    edits: dict[Edit, str] = {}
    comparison = _Comparison(source, target, languages, names, facts)
    wrong = comparison.discrepancies()
    for found in (*wrong, *comparison.foreign):
        kind = found.source.kind if found.source else Kind.NAME
        new = found.edit
        if new and kind in kinds and not any(new.start < edit.end and edit.start < new.end for edit in edits):
            edits[new] = f"{target[new.start : new.end]} is now {new.text}"
    for chosen in (tuple(sorted(edits)), *((edit,) for edit in sorted(edits))):
        if chosen and _settles(source, applied(target, chosen), languages, len(wrong), kinds):
            return chosen, tuple(dict.fromkeys(edits[edit] for edit in chosen))
    return (), ()


def _settles(source: str, target: str, languages: tuple[str, str], before: int, kinds: Collection[Kind]) -> bool:
    """Whether a repaired text has no more to be repaired, and no more that is wrong than it had."""
    comparison = _Comparison(source, target, languages, ())
    found = comparison.discrepancies()
    more = (one for one in (*found, *comparison.foreign) if one.edit and one.source)
    return len(found) <= before and not any(one.source and one.source.kind in kinds for one in more)


class _Comparison:
    def __init__(
        self,
        source: str,
        target: str,
        languages: tuple[str, str],
        names: Sequence[str],
        facts: Sequence[Fact] | None = None,
    ) -> None:
        """`facts` are those of the source, where they are known."""
        self.source_text, self.target_text, self.languages, self.names = source, target, languages, names
        self.source = list(find(source, languages[0]) if facts is None else facts)
        self.target = list(find(target, languages[1]))
        self.pairs: dict[int, int] = {}
        self._taken: set[int] = set()
        self.left: dict[int, Fact] = {}  # of the target, in the source's form
        self._match()

    # --- who stands for whom ------------------------------------------------------------------------------------------

    def _match(self) -> None:
        if self.source_text == self.target_text and self.languages[0] == self.languages[1]:
            self.pairs = {index: index for index in range(len(self.source))}
            self._taken = set(self.pairs)
            return
        for keys, others, hard, both in PASSES:
            if len(self.pairs) == len(self.source) or len(self._taken) == len(self.target):
                break
            self._pass(keys, others, hard=hard, both=both)
        if any(not fact.soft for index, fact in enumerate(self.source) if index not in self.pairs):
            self._find_left()

    def _pass(self, keys: Keys, others: Keys, *, hard: bool, both: bool) -> None:
        places: dict[Hashable, deque[int]] = defaultdict(deque)
        for index, fact in enumerate(self.target):
            if index not in self._taken and not (hard and fact.soft):
                for key in others(fact):
                    places[key].append(index)
        for index, fact in enumerate(self.source):
            if index in self.pairs or (hard and fact.soft):
                continue
            for key in keys(fact):
                queue = places.get(key)
                while queue and queue[0] in self._taken:
                    queue.popleft()
                if queue and (both or may_differ(fact, self.target[queue[0]])):
                    found = queue.popleft()
                    self.pairs[index] = found
                    self._taken.add(found)
                    break

    def _find_left(self) -> None:
        """Facts that the translation has in the form of the source's language: `20th November 2023`, `1,250.5`."""
        if babel_locale(self.languages[0]) == babel_locale(self.languages[1]):
            return
        places: dict[Hashable, deque[Fact]] = defaultdict(deque)
        for fact in find(self.target_text, self.languages[0]):
            places[fact.key].append(fact)
        for index, fact in enumerate(self.source):
            queue = places.get(fact.key)
            if index in self.pairs or fact.soft or not queue:
                continue
            over = [
                number
                for number, other in enumerate(self.target)
                if number not in self._taken and other.start < queue[0].end and queue[0].start < other.end
            ]
            if over or fact.kind is Kind.DATE:
                self.left[index] = queue.popleft()
                self._taken.update(over)
        commas = with_commas(self.target_text)
        for index, fact in enumerate(self.source):
            if index in self.pairs or fact.kind is not Kind.REFERENCE or fact.text not in commas:
                continue
            start, end = commas[fact.text]
            self.left[index] = Fact(Kind.REFERENCE, start, end, self.target_text[start:end], fact.value)
            self._taken.update(number for number, one in enumerate(self.target) if one.start < end and start < one.end)

    # --- what is wrong ------------------------------------------------------------------------------------------------

    def discrepancies(self) -> list[Discrepancy]:
        found = [*self._figures(), *self._wrong_forms()]
        found += [
            Discrepancy(Change.MISSING, None, None, f"the translation lacks the name {name}")
            for name in dict.fromkeys(self.names)
            if _count(name, self.source_text) > 0 and not _count(name, self.target_text)
        ]
        return found

    def _figures(self) -> list[Discrepancy]:
        missing = [
            fact
            for index, fact in enumerate(self.source)
            if index not in self.pairs and index not in self.left and not fact.soft
        ]
        added = [fact for index, fact in enumerate(self.target) if index not in self._taken and not fact.soft]
        if not (missing or added or self.left):
            return []
        vouched = [{number for fact in facts for number in free(fact)} for facts in (self.source, self.target)]
        missing, added = (
            [fact for fact in facts if not none(fact) or Decimal(0) not in there]
            for facts, there in zip((missing, added), reversed(vouched), strict=True)
        )
        missing, added = apart(missing, added, self.source, self.target)
        found = [
            Discrepancy(
                Change.ALTERED,
                fact,
                left,
                _left(left) if fact.kind is not Kind.REFERENCE else _another(fact, left),
                self._edit(fact, left),
            )
            for fact, left in ((self.source[index], left) for index, left in self.left.items())
        ]
        said = {fact.key for fact in self.source}
        there = {fact.key for fact in self.target}
        pairs = altered(missing, [fact for fact in added if fact.kind is not Kind.NAME or fact.key not in said], there)
        single = len(pairs)
        kinds = Counter(fact.kind for fact, _ in pairs)
        for fact, other in pairs:
            edit = (
                self._edit(fact, other) if single == 1 or (kinds[fact.kind] == 1 and fact.kind is other.kind) else None
            )
            found.append(Discrepancy(Change.ALTERED, fact, other, _another(fact, other), edit))
        lost = {id(fact) for pair in pairs for fact in pair}
        found += [
            Discrepancy(Change.MISSING, fact, None, f"the translation lacks {fact.text}")
            for fact in missing
            if id(fact) not in lost
            and fact.key not in there
            and _is_missed(fact)
            and not _stands_in(fact, self.target_text)
            and vouched[1].isdisjoint(few(fact))
        ]
        found += [
            Discrepancy(Change.ADDED, None, fact, f"the translation has {fact.text}, the source has not")
            for fact in added
            if id(fact) not in lost
            and fact.key not in said
            and _is_odd(fact)
            and vouched[0].isdisjoint(few(fact))
            and not _stands_in(fact, self.source_text)
        ]
        return sorted(found, key=lambda one: one.source.start if one.source else len(self.source_text))

    def _edit(self, fact: Fact, other: Fact, *, whole: bool = False) -> Edit | None:
        """`whole`: the other end of its range is put right as well."""
        fact = _in_half(fact, other)
        opens = other.shared and _is_hour(fact, other, whole=whole)
        text = first_hour(fact, self.languages[1]) if opens else localized(fact, self.languages[1])
        if (
            text is None
            or (other.shared and not opens)
            or other.spelled
            or fact.kind is not other.kind
            or text == other.text
        ):
            return None
        if fact.kind is Kind.NUMBER and not fact.scale and re.fullmatch(r"\d+\.\d+", other.text) and "." in fact.text:
            text = fact.text  # `Python 3.12` for `3.11`: a version keeps its point
        if fact.kind is Kind.NUMBER and bool(fact.scale) != bool(other.scale):
            return None  # `3 millions d’utilisateurs`: the words behind it change too
        if fact.kind is Kind.PERIOD and not other.text[1].isdecimal():
            return None
        if fact.kind is Kind.DATE and _parts(fact) != _parts(other):
            return None  # `novembre dernier`: the words around it change too
        if not whole and self._is_behind_hour(other):
            return None
        if other.opens and not text[-1].isdecimal():
            return None  # `5 $–10 millions`, `3 mars-5`: what one end has for both would stand between them
        if other.closes and not (text[0].isdecimal() and other.text[0].isdecimal()):
            return None
        around = self.target_text[other.start - 1 : other.start] + self.target_text[other.end : other.end + 1]
        if around.isalnum():
            return None
        if other in self.target and sum(one.key == other.key for one in self.target) > 1:
            return None  # which of them is wrong?
        stop = "" if text.endswith(".") or not other.text.endswith(".") else self._stop(other)
        return None if stop is None else Edit(other.start, other.end, text + stop)

    def _is_behind_hour(self, other: Fact) -> bool:
        """Whether the `pm` of a time may be that of the number before it as well: `entre 5 et 6 pm`, `5 - 6 pm`."""
        if other.kind is not Kind.TIME or not HALF_DAY.search(other.text):
            return False
        before = next((one for one in reversed(self.target) if one.end <= other.start), None)
        if before is None or other.start - before.end > 12 or HALF_DAY.search(before.text):
            return False
        return before.shared or any(kind is Kind.TIME for kind, _ in before.others)

    def _stop(self, other: Fact) -> str | None:
        """The full stop of the sentence, where the point at the end of an abbreviation is that as well (`à 9 a.m. Les
        portes …`); None where this is not certain. A heading or cell of few words has none.
        """
        text = self.target_text
        gap = _AFTER_POINT.match(text, other.end)
        begun = text[gap.end() : gap.end() + 2] if gap else ""
        if gap and not begun:
            before = _SENTENCES.split(text[: other.start])
            return "." if len(before) > 1 or len(LETTERS.findall(before[0])) > 2 else ""
        if begun[:1] == THING:
            return None
        if not gap or not gap[0] or not begun[:1].isupper() or begun[1:].isupper():  # `a.m. CET`
            return ""
        return "." if lexicon(self.languages[1]).language != "de" else None  # its nouns have capitals

    def _wrong_forms(self) -> list[Discrepancy]:
        """What is understood, but no reader would take for the form of the locale: `1,250.5`, while `1,250` is one."""
        if not self.pairs or self.languages[0] == self.languages[1]:
            return []
        found = [one for one in self.foreign if one.source and has_both_marks(one.source)]
        for index, number in self.pairs.items():
            fact, other = self.source[index], self.target[number]
            message = _left(other)
            if date := swapped(fact, other, self.languages[1]):
                edit: Edit | None = Edit(other.start, other.end, date)
            elif has_sign_before(other, self.languages[1]):
                edit = self._edit(fact, other)
            elif has_half_day(other, self.languages[1]):
                edit = None if self._is_behind_hour(other) else self._edit(fact, other)
            elif has_comma(fact, other, self.source_text[: fact.start]):
                edit = Edit(other.start, other.end, fact.text)
                message = _another(fact, other)
            else:
                continue
            found.append(Discrepancy(Change.ALTERED, fact, other, message, edit))
        return found

    @cached_property
    def foreign(self) -> list[Discrepancy]:
        """What is understood, but written as the source writes it."""
        found = []
        for index, number in self.pairs.items():
            fact, other = self.source[index], self.target[number]
            if edit := self._first(other):
                message = f"the first of a month is {edit.text}"
                found.append(Discrepancy(Change.ALTERED, fact, other, message, edit))
            if fact.kind not in _FORMED:
                continue
            foreign = is_copied(fact, other) and is_foreign(fact)
            if fact.shared and not self._has_foreign_end(index):
                continue
            whole = fact.shared or (index > 0 and self.source[index - 1].shared and self._is_opened(index))
            edit = self._edit(fact, other, whole=whole) if foreign else None
            if edit and fact.kind is Kind.MEASURE and same_letters(edit.text, other.text):
                edit = None
            if edit := edit or self._figure(fact, other):
                found.append(Discrepancy(Change.ALTERED, fact, other, _left(other), edit))
        return found

    def _first(self, other: Fact) -> Edit | None:
        """The ordinal of `1 décembre` and `du 1 au 5 décembre` in French (Imprimerie nationale, « Dates »)."""
        if other.kind is not Kind.DATE or lexicon(self.languages[1]).language != "fr":
            return None
        first = _FIRST.match(self.target_text, other.start)
        return Edit(first.start(), first.end(), "1er") if first else None

    def _is_opened(self, index: int) -> bool:
        """Whether the first end of a range of the source has its counterpart just before that of the second."""
        return self.pairs.get(index - 1) == self.pairs[index] - 1

    def _has_foreign_end(self, index: int) -> bool:
        """Whether the second end of a range of the source stands in its form behind the first one's counterpart."""
        number = self.pairs[index] + 1
        if self.pairs.get(index + 1) != number:
            return False
        fact, other = self.source[index + 1], self.target[number]
        return is_copied(fact, other) and is_foreign(fact)

    def _figure(self, fact: Fact, other: Fact) -> Edit | None:
        """The figure of an amount in the form of the source, amid words of the translation: `3.2 milliards`. A number
        alone may be a version, which keeps its point.
        """
        here, there = (_FIGURE.search(one.text) for one in (other, fact))
        alone = any(one.kind is Kind.NUMBER and not one.scale for one in (fact, other))
        if here is None or there is None or here[0] != there[0] or alone:
            return None
        marks = [number_marks(locale)[0] for locale in self.languages]
        if other.text == fact.text or marks[0] == marks[1] or not re.fullmatch(rf"\d+[{marks[0]}]\d+", here[0]):
            return None
        start = other.start + here.start()
        return Edit(start, start + len(here[0]), here[0].replace(marks[0], marks[1]))


_AFTER_POINT = re.compile(r"[”»’\"']*(?:\s+[«“‘„\"']?\s*)?[”»’\"']*\s*")
_SENTENCES = re.compile(r"[.!?…](?=[”»’\"']*\s)")
_FIRST = re.compile(rf"1(?={S}{L})")
_FIGURE = re.compile(r"\d[\d.,]*\d|\d")


def _parts(fact: Fact) -> list[bool]:
    """Whether a date says the year, the month and the day."""
    return [part is not None for part in fact.value] if isinstance(fact.value, tuple) else []


def _in_half(fact: Fact, other: Fact) -> Fact:
    """A time as it is meant if the other is of the right half of the day: 17:30 for the `5:30` that is `17 h 45`."""
    match other.kind, other.value:
        case Kind.TIME, (int(hour), _, _):
            for kind, value in fact.others if fact.kind is Kind.TIME else ():
                if kind is Kind.TIME and isinstance(value, tuple) and isinstance(value[0], int):
                    return replace(fact, value=value) if value[0] // 12 == hour // 12 else fact
    return fact


def _is_hour(fact: Fact, other: Fact, *, whole: bool) -> bool:
    """Whether two are times, and a figure alone may stand for the other: no `pm` that stays behind it is said of it."""
    if fact.kind is not Kind.TIME or other.kind is not Kind.TIME or not isinstance(other.value, tuple):
        return False
    hour = re.match(r"\d{1,2}", other.text)
    return whole or (hour is not None and int(hour[0]) == other.value[0])


_FORMED = {Kind.NUMBER, Kind.PERCENT, Kind.MONEY, Kind.MEASURE, Kind.PERIOD, Kind.TIME}


def _left(other: Fact) -> str:
    return f"the translation leaves {other.text} in the form of the source"


def _another(fact: Fact, other: Fact) -> str:
    return f"the source has {_said(fact)}, the translation has {_said(other)}"


def _said(fact: Fact) -> str:
    """A fact as a message shows it: the 5 of `5 to 6 pm` is 17:00."""
    if fact.kind is not Kind.TIME or not fact.shared or not isinstance(fact.value, tuple):
        return fact.text
    return f"{fact.text} ({fact.value[0]}:{fact.value[1]:02})"


def _is_missed(fact: Fact) -> bool:
    """Whether a fact without any counterpart is missed: words for small numbers have too many other wordings, `3rd
    party` needs no figure, and a name with a capital inside may be a word after all (`BootROM`).
    """
    if fact.kind is Kind.NAME:
        return False
    if fact.kind is Kind.ORDINAL:
        return isinstance(fact.value, Decimal) and fact.value > 4
    if fact.spelled:
        value = fact.value[0] if isinstance(fact.value, tuple) else fact.value
        return isinstance(value, Decimal) and value > 10
    return True


def _is_odd(fact: Fact) -> bool:
    """Whether a fact that only the translation has is odd there. A name may have been a word in the source."""
    return not fact.spelled and fact.kind not in (Kind.NAME, Kind.WEEKDAY)


def _stands_in(fact: Fact, text: str) -> bool:
    """Whether an address is in the other text after all, with a capital at the start of its sentence (`Amazon.in`)."""
    return fact.kind is Kind.URL and fact.text.lower() in text.lower()


def _count(name: str, text: str) -> int:
    """How often a name stands in a text as a word, with an elision before it or a genitive's s behind it."""
    return len(re.findall(rf"(?<!\w){re.escape(name)}(?:[’']?s)?(?!\w)", text))
