"""The fact lock: tables of sources and translations, and the laws that hold for any text."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
from babel.localedata import locale_identifiers
from hypothesis import example, given
from hypothesis import strategies as st

from prl10n.errors import ConfigError
from prl10n.localize import facts
from prl10n.localize.facts import Change, Discrepancy, Fact, Kind
from prl10n.localize.prose import applied

ROOT = Path(__file__).parent.parent
LOCALES = ["en", "en-GB", "fr", "fr-CA", "fr-CH", "de", "de-CH", "es", "it", "pt", "pt-PT", "nl"]
MARKS = {Change.MISSING: "-", Change.ADDED: "+", Change.ALTERED: "~"}

Case = tuple[str, str, str, str, str, str]


def cases() -> Iterator[Case]:
    languages = ("", "")
    for line in (ROOT / "tests/cases/facts.txt").read_text(encoding="utf-8").splitlines():
        line = line.replace("·", "\u00a0").replace("¦", "\u202f")
        if line.startswith("@ "):
            languages = (line.split()[1], line.split()[2])
        elif languages[0] and line and not line.startswith("# "):
            source, target, found, *repair = line.split(" | ")
            yield *languages, source, target, found, repair[0] if repair else target


CASES = list(cases())


def shown(found: tuple[Discrepancy, ...]) -> str:
    def one(discrepancy: Discrepancy) -> str:
        texts = [fact.text for fact in (discrepancy.source, discrepancy.target) if fact]
        return f"{MARKS[discrepancy.kind]} {' > '.join(texts)}"

    return " & ".join(map(one, found)) or "ok"


@pytest.mark.parametrize(("language", "locale", "source", "target", "expected", "repair"), CASES)
def test_facts(language: str, locale: str, source: str, target: str, expected: str, repair: str) -> None:
    assert shown(facts.compare(source, target, (language, locale))) == expected
    edits, said = facts.repaired(source, target, (language, locale))
    assert applied(target, edits) == repair
    assert len(edits) == len(said)
    assert facts.repaired(source, repair, (language, locale)) == ((), ())


def test_the_table_is_large_enough_and_a_third_of_it_are_errors() -> None:
    assert len(CASES) >= 420
    assert sum(case[4] != "ok" for case in CASES) * 3 >= len(CASES)


# --- what is found ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "text", "kind", "value"),
    [
        ("en", "1,250.5", Kind.NUMBER, Decimal("1250.5")),
        ("de", "1.250,5", Kind.NUMBER, Decimal("1250.5")),
        ("de-CH", "1’250.5", Kind.NUMBER, Decimal("1250.5")),
        ("hi", "12,34,567", Kind.NUMBER, Decimal(1234567)),
        ("ar", "١٢٣", Kind.NUMBER, Decimal(123)),
        ("en", "50%", Kind.PERCENT, Decimal(50)),
        ("tr", "%50", Kind.PERCENT, Decimal(50)),
        ("en", "$3.2 billion", Kind.MONEY, (Decimal("3.2E+9"), "USD")),
        ("fr", "3,2 milliards de dollars", Kind.MONEY, (Decimal("3.2E+9"), "USD")),
        ("es", "3,2 mil millones de euros", Kind.MONEY, (Decimal("3.2E+9"), "EUR")),
        ("en", "64 GB", Kind.MEASURE, (Decimal(64), "digital-gigabyte")),
        ("fr", "64 Go", Kind.MEASURE, (Decimal(64), "digital-gigabyte")),
        ("en", "20th November 2023", Kind.DATE, (2023, 11, 20)),
        ("en", "10/11/2026", Kind.DATE, (2026, 10, 11)),
        ("en-GB", "10/11/2026", Kind.DATE, (2026, 11, 10)),
        ("ja", "2023年11月20日", Kind.DATE, (2023, 11, 20)),
        ("sv", "20 november 2023", Kind.DATE, (2023, 11, 20)),
        ("en", "Monday", Kind.WEEKDAY, 0),
        ("en", "5:30 p.m.", Kind.TIME, (17, 30, 0)),
        ("fr", "17 h 30", Kind.TIME, (17, 30, 0)),
        ("en", "third quarter of 2026", Kind.PERIOD, ("quarter", 3, 2026)),
        ("fr", "T3 2026", Kind.PERIOD, ("quarter", 3, 2026)),
        ("en", "FY26", Kind.PERIOD, ("fiscal", 2026, None)),
        ("en", "1990s", Kind.PERIOD, ("decade", 1990, None)),
        ("fr", "XXIe siècle", Kind.PERIOD, ("century", 21, None)),
        ("fr", "1er", Kind.ORDINAL, Decimal(1)),
        ("en", "+41 22 555 01 00", Kind.PHONE, "+41225550100"),
        ("en", "press@a.example", Kind.EMAIL, "press@a.example"),
        ("en", "https://a.example/x", Kind.URL, "https://a.example/x"),
        ("en", "ISO 27001", Kind.REFERENCE, "iso27001"),
        ("en", "@prl10n", Kind.HANDLE, "@prl10n"),
        ("en", "DeepL", Kind.NAME, "DeepL"),
    ],
)
def test_a_fact_is_found(locale: str, text: str, kind: Kind, value: object) -> None:
    found = facts.find(f"— {text} —", locale)
    assert [(fact.kind, fact.value, fact.text, fact.start) for fact in found] == [(kind, value, text, 2)]


def test_code_is_no_prose() -> None:
    assert facts.find("Run \ufffc twice", "fr") == ()


def test_an_unknown_locale_is_an_error_of_the_configuration() -> None:
    with pytest.raises(ConfigError):
        facts.find("1", "xx-Nowhere")


@pytest.mark.parametrize("locale", sorted({name.replace("_", "-") for name in locale_identifiers() if "_" not in name}))
def test_every_language_of_cldr_is_read(locale: str) -> None:
    assert facts.compare("On 2023-11-20, 12 of 50", "2023-11-20 12 50", ("en", locale)) == ()


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "missing"),
    [
        ("Nuvla est là", []),
        ("l’offre de Nuvla", []),
        ("Nuvlas Dienste", []),
        ("nuvla est là", ["Nuvla"]),
        ("Nuvlab est là", ["Nuvla"]),
        ("C’est là", ["Nuvla"]),
    ],
)
def test_a_name_of_the_glossary_stays(target: str, missing: list[str]) -> None:
    found = facts.compare("Nuvla is there", target, ("en", "fr"), ["Nuvla", "Absent"])
    assert [one.message for one in found] == [f"the translation lacks the name {name}" for name in missing]


def test_a_time_that_a_range_says_half_is_shown_in_full() -> None:
    (found,) = facts.compare("from 5 to 6 pm", "de 5 à 18 h", ("en", "fr"))
    assert found.message == "the source has 5 (17:00), the translation has 5 (5:00)"


# --- laws -------------------------------------------------------------------------------------------------------------

TEXTS = st.text(
    st.sampled_from("0123456789 .,:;/-–−+%€$£’'\u00a0\u202fhkmMXVI½@#()Qa\n") | st.characters(), max_size=40
)
WORDY = st.lists(
    st.sampled_from(
        "1,250.5 20 November May mai 2023 $ €5 billion milliards de d’ euros % % Q3 T3 2026 5pm 17 h 30 to à – - "
        "twelve douze XXIe siècle 1990s K8s v1.2 km GB Go days jours a @x +41 22 555 01 00 1er 3rd first".split()
    ),
    max_size=12,
).map(" ".join)
LOCALE = st.sampled_from(LOCALES)


@given(TEXTS | WORDY, LOCALE)
def test_facts_are_ordered_and_stand_where_they_say(text: str, locale: str) -> None:
    at = 0
    for fact in facts.find(text, locale):
        assert at <= fact.start < fact.end <= len(text)
        assert text[fact.start : fact.end] == fact.text
        at = fact.end


@given(TEXTS | WORDY, LOCALE)
@example("1,000.1", "fr")
def test_a_text_has_the_facts_that_it_has(text: str, locale: str) -> None:
    assert facts.compare(text, text, (locale, locale)) == ()


@given(TEXTS | WORDY, TEXTS | WORDY, st.sampled_from([("en", "fr"), ("en", "de"), ("fr", "en"), ("en-GB", "es")]))
def test_repairing_twice_is_repairing_once(source: str, target: str, languages: tuple[str, str]) -> None:
    edits, said = facts.repaired(source, target, languages)
    assert len(edits) == len(said)
    assert facts.repaired(source, applied(target, edits), languages) == ((), ())


def again(fact: Fact, locale: str, other: str) -> None:
    said = facts.localized(fact, other)
    if said is None:
        return
    found = facts.find(said, other)
    assert len(found) == 1, (said, found)
    assert fact.key in (found[0].key, *found[0].others), (said, found)


NUMBERS = st.decimals(0, 10**9, places=0) | st.decimals(0, 10**6, places=2)


def only(text: str, locale: str) -> Fact:
    (fact,) = facts.find(text, locale)
    return fact


@given(NUMBERS, LOCALE, LOCALE)
def test_a_number_is_read_as_it_is_written(number: Decimal, locale: str, other: str) -> None:
    written = facts.localized(only(f"{number:,}", "en"), locale)
    assert written is not None
    again(only(written, locale), locale, other)


@given(st.dates(date(1000, 1, 1), date(2999, 12, 31)), LOCALE, LOCALE)
def test_a_date_is_read_as_it_is_written(day: date, locale: str, other: str) -> None:
    months = "January February March April May June July August September October November December".split()
    fact = only(f"{day.day} {months[day.month - 1]} {day.year}", "en")
    written = facts.localized(fact, locale)
    assert written is not None
    again(only(written, locale), locale, other)
    assert only(written, locale).value == (day.year, day.month, day.day)


@given(st.times(), LOCALE)
def test_a_time_is_read_as_it_is_written(clock: object, locale: str) -> None:
    fact = only(f"{clock:%H:%M}", "en")
    written = facts.localized(fact, locale)
    assert written is not None
    assert fact.key in (only(written, locale).key, *only(written, locale).others)


@given(
    st.decimals(1, 999, places=1),
    st.sampled_from(["€", "£", "$"]),
    st.sampled_from(["", " million", " billion"]),
    st.sampled_from([locale for locale in LOCALES if locale != "pt-PT"]),
)
def test_money_is_read_as_it_is_written(number: Decimal, sign: str, scale: str, locale: str) -> None:
    again(only(f"{sign}{number}{scale}", "en"), "en", locale)


LONG = [
    "1",
    "1,",
    "1 ",
    "1 000 ",
    ",",
    "a",
    "a.",
    "-",
    "$",
    "@",
    "one ",
    "A-",
    "1:",
    "+1 ",
    "0-",
    "(",
    "May ",
    "Ab",
    "12-",
]


@pytest.mark.parametrize("text", LONG)
def test_time_grows_with_the_text_and_no_faster(text: str) -> None:
    def taken(size: int) -> float:
        whole = text * (size // len(text))
        start = time.perf_counter()
        facts.find(whole, "en")
        return time.perf_counter() - start

    taken(1000)
    assert taken(16_000) < 40 * taken(2_000) + 0.1


# --- mutants ----------------------------------------------------------------------------------------------------------


def bench(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / f"bench/{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_wrong_facts_in_the_project_s_own_catalogs_are_reported() -> None:
    mutants = bench("mutants")
    result, _, alarmed = mutants.measured(ROOT / "locales")
    assert alarmed == []
    assert sum(total for kind, (_, total) in result.items() if kind != mutants.UNCOUNTED) >= 1000
    assert mutants.short(result) == []
