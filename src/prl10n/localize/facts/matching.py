"""By what a fact of one language is known in another: keys, from the strictest to the loosest, and what is left when
both sides are taken apart.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from decimal import Decimal
from difflib import SequenceMatcher

from prl10n.localize.facts.model import Fact, Key, Kind

_CODES = {Kind.REFERENCE, Kind.NAME}
_LIKE: dict[Kind, str] = {  # what may have been altered into one another
    **dict.fromkeys((Kind.NUMBER, Kind.PERCENT, Kind.MONEY, Kind.MEASURE, Kind.ORDINAL), "figure"),
    **dict.fromkeys((Kind.DATE, Kind.TIME, Kind.PERIOD), "date"),
    Kind.REFERENCE: "figure",
}

Keys = Callable[[Fact], Iterable[Hashable]]


def _key(fact: Fact) -> list[Hashable]:
    kind = Kind.REFERENCE if fact.kind in _CODES else fact.kind  # `UTF8` is `UTF-8`
    return [] if _is_article(fact) else [(kind, _normal(fact))]


def _letters(fact: Fact) -> list[Hashable]:
    """As it is written, where this says the same in all languages: `billion`, `10/11/2026` and the 5 of `5 to 6 pm` do
    not.
    """
    return [] if fact.scale or fact.shared or fact.kind in (Kind.DATE, Kind.PERIOD) else [fact.text.lower()]


def _others(fact: Fact) -> Sequence[Hashable]:
    return [] if _is_article(fact) else fact.others


def _is_article(fact: Fact) -> bool:
    """Whether it is an article, or may be, or a word for none: it vouches for a figure once all others have found their
    own.
    """
    return bool(free(fact))


def free(fact: Fact) -> set[Hashable]:
    """The figures that a word for none or one vouches for."""
    return few(fact) if fact.soft else set()


def few(fact: Fact) -> set[Hashable]:
    """None and one, if a fact may mean them."""
    return set() if fact.kind is Kind.REFERENCE else {number for number in _numbers(fact) if number in (0, 1)}


def _normal(fact: Fact) -> Hashable:
    """The value as it is compared: names and identifiers without regard to case, hyphens and points."""
    if fact.kind in _CODES:
        return re.sub(r"(?<=\w)s$|[\s-]|\.(?!\d)|(?<!\d)\.", "", fact.text.lower())  # `SoCs` are `SOC` in French
    if fact.kind is Kind.URL:
        return fact.text.rstrip("/")
    if _is_version(fact):
        return str(fact.value)
    return fact.value


def _is_version(fact: Fact) -> bool:
    """Whether a number has a fraction that ends in nothing: version 2.0 is not version 2, and 3.10 not 3.1."""
    if fact.kind is not Kind.NUMBER or fact.scale or not isinstance(fact.value, Decimal):
        return False
    exponent = fact.value.as_tuple().exponent
    return isinstance(exponent, int) and exponent < 0 and str(fact.value).endswith("0")


def _numbers(fact: Fact) -> list[Hashable]:
    """The number of a quantity alone."""
    value = fact.value[0] if isinstance(fact.value, tuple) else fact.value
    others = [other for kind, other in fact.others if kind is Kind.NUMBER]
    return [value, *others] if isinstance(value, Decimal) else [*others]


def _counted(fact: Fact) -> Sequence[Hashable]:
    return [] if _is_article(fact) else _numbers(fact)


def none(fact: Fact) -> list[Hashable]:
    """A zero: words for none find theirs when all figures have found their own."""
    return [Decimal(0)] if Decimal(0) in _numbers(fact) else []


def _subscriber(fact: Fact) -> list[Hashable]:
    """The end of a telephone number, which its international and its national form share."""
    return [str(fact.value)[-8:]] if fact.kind is Kind.PHONE else []


PASSES: tuple[tuple[Keys, Keys, bool, bool], ...] = (  # by what each side is known, hard facts alone, see `_pass`
    (_key, _key, True, True),
    (_key, _key, False, True),
    (_letters, _letters, False, True),
    (_key, _others, False, True),
    (_others, _key, False, True),
    (_others, _others, False, True),
    (_counted, _counted, False, False),
    (_subscriber, _subscriber, False, False),
    (none, none, False, True),
)


def may_differ(fact: Fact, other: Fact) -> bool:
    """Whether one number may stand for the other: where one side counts what the other measures, `5` ↔ `5 jours`."""
    kinds = {fact.kind, other.kind}
    if kinds == {Kind.PHONE}:
        return not (fact.text.startswith("+") and other.text.startswith("+"))
    if kinds == {Kind.MEASURE}:
        return False
    if Kind.MONEY in kinds or Kind.PERCENT in kinds:
        return False
    return len(kinds) == 2 or fact.spelled or other.spelled


def _atoms(fact: Fact) -> list[Hashable]:
    """What a fact is made of: each part may stand elsewhere in the other language's sentence."""
    if _is_version(fact):
        return [(fact.kind, str(fact.value))]
    match fact.kind, fact.value:
        case Kind.DATE, (year, month, day):
            return [
                *([Decimal(year)] if isinstance(year, int) else []),
                ("month", month),
                *([Decimal(day)] if isinstance(day, int) else []),
            ]
        case ((Kind.MONEY | Kind.MEASURE), (Decimal() as number, sign)):
            return [number, (fact.kind, sign)]
        case Kind.PERCENT, Decimal() as number:
            return [number, (fact.kind, "%")]
        case Kind.PERIOD, (role, number, year):
            return [(role, number), *([Decimal(year)] if isinstance(year, int) else [])]
        case ((Kind.NUMBER | Kind.ORDINAL), Decimal() as number):
            return [number]
        case Kind.REFERENCE, _:
            runs = re.findall(r"\d{1,40}", fact.text)
            return [Decimal(runs[0])] if len(runs) == 1 else [fact.key]  # `COVID-19`, but not a version
    return [fact.key]


def apart(
    missing: list[Fact], added: list[Fact], source: Sequence[Fact], target: Sequence[Fact]
) -> tuple[list[Fact], list[Fact]]:
    """What of the two is left when all are taken apart. Figures count as often as they stand; signs, units and months
    count once, wherever they stand.
    """
    signs = [
        {atom for fact in facts for atom in _atoms(fact) if not isinstance(atom, Decimal)} for facts in (source, target)
    ]
    counts = [
        Counter[Hashable](atom for fact in facts for atom in _atoms(fact) if isinstance(atom, Decimal))
        for facts in (missing, added)
    ]
    likes = [
        {(fact.kind, atom) for fact in facts for atom in _atoms(fact) if fact.kind in _SIGNED}
        for facts in (missing, added)
    ]
    for whole, counted in zip((source, target), counts, strict=True):
        for fact in whole:
            if fact.soft and (number := _numbers(fact)) and number[0] not in (0, 1):
                counted[number[0]] += 1
    return (
        [fact for fact in missing if not _is_covered(fact, counts[1], signs[1], likes[1])],
        [fact for fact in added if not _is_covered(fact, counts[0], signs[0], likes[0])],
    )


_SIGNED = {Kind.DATE, Kind.MONEY, Kind.MEASURE}


def _is_covered(fact: Fact, counts: Counter[Hashable], signs: set[Hashable], likes: set[tuple[Kind, Hashable]]) -> bool:
    """Not where the other side has the like left, with the same figure: then it is the unit, or the month, that is
    another.
    """
    atoms = _atoms(fact)
    if any((fact.kind, atom) in likes for atom in atoms):
        return False
    numbers = [atom for atom in atoms if isinstance(atom, Decimal)]
    if not numbers or any(counts[number] < 1 for number in numbers):
        return False
    if any(atom not in signs for atom in atoms if not isinstance(atom, Decimal)):
        return False
    counts.subtract(numbers)
    return True


def altered(missing: Sequence[Fact], added: Sequence[Fact], there: set[Key]) -> list[tuple[Fact, Fact]]:
    """Pairs of the same kind in their order, then of like kinds. `there`: the keys that the translation has."""
    pairs: list[tuple[Fact, Fact]] = []
    rest = list(missing)
    left = list(added)
    keys: tuple[Callable[[Fact], Hashable], ...] = (
        lambda fact: fact.kind,
        lambda fact: _LIKE.get(fact.kind, fact.kind),
    )
    for key in keys:
        waiting: dict[Hashable, deque[Fact]] = defaultdict(deque)
        for fact in left:
            waiting[key(fact)].append(fact)
        unpaired = []
        for fact in rest:
            queue = waiting.get(key(fact))
            if fact.kind is Kind.NAME:
                queue = deque(sorted(queue or (), key=lambda other: -_likeness(fact, other)))
                queue = queue if queue and fact.key not in there and _likeness(fact, queue[0]) > 0.75 else None
            if queue:
                pairs.append((fact, queue.popleft()))
            else:
                unpaired.append(fact)
        taken = {id(other) for _, other in pairs}
        rest, left = unpaired, [fact for fact in left if id(fact) not in taken]
    return pairs


def _likeness(fact: Fact, other: Fact) -> float:
    """1 for names that differ in their figures alone."""
    if re.sub(r"\d+", "0", fact.text.lower()) == re.sub(r"\d+", "0", other.text.lower()):
        return 1
    return SequenceMatcher(None, fact.text.lower(), other.text.lower()).ratio()
