"""How many wrong figures, dates, amounts, addresses and names the fact lock reports.

    python bench/mutants.py [FOLDER …]       default: the project's own catalogs, locales/

Takes each approved unit of the catalogs (`locales/fr/LC_MESSAGES/….po`: sources in English), makes every mutant of its
translation, one change at a time, and prints how many of each class `facts.compare` reports. Exit code 1 where a class
is caught in less than 99 of 100 cases, negations aside (no fact: they are counted to know), or where a unit as it
stands gives a finding.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from prl10n import catalog, markup
from prl10n.locales import month_names
from prl10n.localize import facts
from prl10n.localize.facts import Fact, Kind
from prl10n.localize.prose import prose
from prl10n.model import State, Syntax

LEAST = 0.99
SOURCE = "en"
UNCOUNTED = "negation"

FIGURES = {Kind.NUMBER, Kind.PERCENT, Kind.MONEY, Kind.MEASURE, Kind.DATE, Kind.TIME, Kind.PERIOD, Kind.REFERENCE}
CURRENCIES = ["€", "$", "£", "¥", "CHF", "EUR", "USD", "euros", "dollars", "francs suisses"]
UNITS = ["km", "kg", "Go", "Mo", "ms", "GHz", "°C", "jours", "mois", "heures", "minutes", "secondes", "ans", "octets"]
SCALES = ["millions", "milliards", "million", "milliard", "billions", "mille"]
_NEGATED = re.compile(r"\b(?:ne |n[’'])(\w+) (?:pas|jamais|plus|rien)\b")
_CAPITAL = re.compile(r"(?<=[\w,] )(?:[A-Z][\w]*[a-z]\w*)|\b\w*[a-z][A-Z]\w*\b|\b[a-z]+\d\w*\b")


class Unit(NamedTuple):
    """A unit's proses, its locale, and the names that a glossary would hold."""

    source: str
    target: str
    locale: str
    names: tuple[str, ...]


class Mutant(NamedTuple):
    kind: str
    text: str


def units(folder: Path) -> Iterator[Unit]:
    """The approved units of all catalogs in a folder."""
    for path in sorted(folder.rglob("*.po")):
        locale = path.relative_to(folder).parts[0].replace("_", "-")
        for entry in catalog.load(path).entries:
            if entry.state is State.APPROVED and not entry.obsolete:
                source, target = words(entry.msgid), words(entry.msgstr)
                named = {name for name in _CAPITAL.findall(source) if re.search(rf"\b{re.escape(name)}\b", target)}
                yield Unit(source, target, locale, tuple(sorted(named)))


def words(text: str) -> str:
    return "\n".join(prose(tokens) for tokens in markup.texts(text.strip(), Syntax.MARKDOWN, {}))


def mutants(unit: Unit) -> Iterator[Mutant]:
    """Every translation with one wrong thing."""
    months = sorted(name for name in month_names(unit.locale) if len(name) > 3)
    for fact in facts.find(unit.target, unit.locale):
        if fact.kind in FIGURES and not fact.spelled:
            yield from _figures(unit.target, fact)
        for kind, choices, wanted in (
            ("month", months, Kind.DATE),
            ("currency", CURRENCIES, Kind.MONEY),
            ("unit", UNITS, Kind.MEASURE),
            ("scale", SCALES, None),
        ):
            if wanted in (fact.kind, None) and not fact.soft:
                yield from _words(unit.target, fact, kind, choices)
        if fact.kind in (Kind.URL, Kind.EMAIL):
            for at in range(fact.start, fact.end):
                if unit.target[at].isalpha():
                    yield Mutant(
                        fact.kind.value, _with(unit.target, at, at + 1, "x" if unit.target[at] != "x" else "y")
                    )
        if fact.kind is Kind.PHONE:
            for at in range(fact.start, fact.end):
                if unit.target[at].isdecimal():
                    yield Mutant("phone", _with(unit.target, at, at + 1, str((int(unit.target[at]) + 1) % 10)))
    for name in unit.names:
        if len(re.findall(rf"\b{re.escape(name)}\b", unit.target)) == 1:
            start = unit.target.index(name)
            for at in range(start + 1, start + len(name)):
                yield Mutant("name", _with(unit.target, at, at + 1, "z" if unit.target[at] != "z" else "q"))
    for found in _NEGATED.finditer(unit.target):
        yield Mutant(UNCOUNTED, _with(unit.target, found.start(), found.end(), found[1]))


def _with(text: str, start: int, end: int, other: str) -> str:
    return text[:start] + other + text[end:]


def _figures(text: str, fact: Fact) -> Iterator[Mutant]:
    places = [at for at in range(fact.start, fact.end) if text[at].isdecimal()]
    for at in places:
        for digit in "0123456789":
            if digit != text[at]:
                yield Mutant("digit changed", _with(text, at, at + 1, digit))
        if len(places) > 1:
            yield Mutant("digit dropped", _with(text, at, at + 1, ""))
        yield Mutant("digit added", _with(text, at, at, "7"))


def _words(text: str, fact: Fact, kind: str, choices: list[str]) -> Iterator[Mutant]:
    for word in choices:
        for found in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text[fact.start : fact.end]):
            for other in choices:
                # `km` for `kilomètres` is no other unit
                if other != word:
                    start = fact.start + found.start()
                    yield Mutant(kind, _with(text, start, start + len(word), other))


def is_caught(unit: Unit, mutant: Mutant) -> bool:
    return bool(facts.compare(unit.source, mutant.text, (SOURCE, unit.locale), unit.names))


def is_same(unit: Unit, mutant: Mutant) -> bool:
    """Whether the change leaves what is said as it was: `euros` for `€`, `Mo` for its bytes."""
    one, other = (
        Counter(fact.key for fact in facts.find(text, unit.locale) if not fact.soft)
        for text in (unit.target, mutant.text)
    )
    return one == other


def measured(folder: Path) -> tuple[dict[str, tuple[int, int]], list[Mutant], list[Unit]]:
    """(class → (caught, all), the mutants that escaped, the units that give a finding as they stand)."""
    caught, total = Counter[str](), Counter[str]()
    escaped: list[Mutant] = []
    alarmed: list[Unit] = []
    for unit in units(folder):
        if facts.compare(unit.source, unit.target, (SOURCE, unit.locale), unit.names):
            alarmed.append(unit)
            continue
        for mutant in dict.fromkeys(mutants(unit)):
            if mutant.kind in ("month", "currency", "unit", "scale") and is_same(unit, mutant):
                continue
            total[mutant.kind] += 1
            if is_caught(unit, mutant):
                caught[mutant.kind] += 1
            elif mutant.kind != UNCOUNTED:
                escaped.append(mutant)
    return {kind: (caught[kind], total[kind]) for kind in sorted(total)}, escaped, alarmed


def short(result: Mapping[str, tuple[int, int]]) -> list[str]:
    """The classes of which too few are caught. Changes of digits are one class, however they are made."""
    sums: dict[str, list[int]] = {}
    for kind, counts in result.items():
        if kind != UNCOUNTED:
            group = sums.setdefault(kind.partition(" ")[0], [0, 0])
            group[:] = (group[0] + counts[0], group[1] + counts[1])
    return [kind for kind, (caught, total) in sums.items() if caught < LEAST * total]


def main(arguments: list[str]) -> int:
    failed = False
    for folder in [Path(name) for name in arguments] or [Path(__file__).parent.parent / "locales"]:
        result, escaped, alarmed = measured(folder)
        for kind, (caught, total) in result.items():
            print(f"{kind:15} {caught:6,} / {total:6,}  {caught / total:7.1%}")
        for mutant in escaped[:20]:
            print(f"not reported, {mutant.kind}: {mutant.text[:200]}")
        for unit in alarmed:
            print(f"a finding in a unit as it stands: {unit.target[:200]}")
        failed |= bool(alarmed or short(result))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
