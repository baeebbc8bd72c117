"""Typography: the conventions of each locale as a table of cases, what no rule may touch, and what people may keep."""

from __future__ import annotations

import re
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prl10n.errors import ConfigError
from prl10n.localize import typography
from prl10n.localize.prose import THING, Edit, applied

CASES = Path(__file__).parent / "cases"
SEEN = str.maketrans({"⍽": "\u00a0", "⎵": "\u202f", "⨯": THING, "⏎": "\n"})


def cases(name: str) -> list[tuple[str, str, str]]:
    """(locale, text, expected) of each line of a table."""
    rows = [line.split("\t") for line in (CASES / name).read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    assert all(len(row) == 4 and row[3] for row in rows), "a locale, two texts and a source"
    return [
        (locale, text.translate(SEEN), (text if after == "=" else after).translate(SEEN))
        for locale, text, after, _ in rows
    ]


LOCALES = cases("typography.tsv")
UNION = cases("typography-eu.tsv")


@pytest.mark.parametrize(("locale", "text", "expected"), LOCALES)
def test_conventions_of_a_locale(locale: str, text: str, expected: str) -> None:
    assert applied(text, typography.edits(text, locale)) == expected
    assert typography.edits(expected, locale) == ()


@pytest.mark.parametrize(("language", "text", "expected"), UNION)
def test_conventions_of_the_european_union(language: str, text: str, expected: str) -> None:
    assert applied(text, typography.edits(text, language, "eu")) == expected
    assert typography.edits(expected, language, "eu") == ()


def test_the_tables_are_as_large_as_promised() -> None:
    assert len(LOCALES) >= 300
    assert sum(text == expected for _, text, expected in LOCALES) >= 80
    assert len(set(LOCALES)) == len(LOCALES)


def test_edits_belong_to_characters() -> None:
    assert typography.edits('"mot"!', "fr") == (Edit(0, 1, "«\u00a0"), Edit(4, 5, "\u00a0»"), Edit(5, 6, "\u202f!"))
    assert typography.edits("mot  ; mot", "fr") == (Edit(3, 5, "\u202f"),)


# What people may keep, and what they are told


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("fr", "Bonjour⍽!"),  # another no-break space, which a reader cannot tell from the right one
        ("fr", "Bonjour\u2009!"),
        ("fr", "Trois⎵: un"),
        ("fr", "«⎵Oui⎵»"),
        ("fr", "1⍽250 et 50⍽%"),
        ("fr", "«⍽Il a dit «⍽oui⍽» hier⍽»"),  # LEXIQUE has the same marks on all levels
        ("fr", "Le mot ‘oui’ suffit"),  # around a meaning
        ("fr", "Genève – Paris - Rome"),
        ("fr", "Et puis..."),
        ("fr", "5 km"),
        ("fr-CA", "Bonjour⎵!"),  # OQLF: where there is a thin space, it is advised
        ("fr", "Voir https://h.example/x ; ou «⍽https://h.example/y »"),  # the space that ends a bare address
        ("fr", "Voir https://h.example/x⎵; ou «⍽https://h.example/y⍽»"),
        ("fr-CH", "50%"),
        ("es", "“Hola”"),
        ("es", "50%"),
        ("it", "“Ciao”"),
        ("de", "»Ja«"),
        ("de", "50%"),
        ("de-CH", "„Ja“"),
        ("nl", "‘Ja’"),
        ("en-GB", "“Yes”"),
        ("en-US", "1990-1995"),
        ("sv", '"Ja"'),
    ],
)
def test_people_may_keep(locale: str, text: str) -> None:
    assert typography.violations(text.translate(SEEN), locale) == ()


@pytest.mark.parametrize(
    ("locale", "text", "rule", "said"),
    [
        ("fr", "Il vient ; elle", "sign", "a narrow no-break space belongs before ‘;’"),
        ("fr", "Il vient; elle", "sign", "a narrow no-break space belongs before ‘;’"),
        ("fr", "Trois: un", "sign", "a no-break space belongs before ‘:’"),
        ("fr", "l'été", "apostrophe", "‘’’ belongs in the place of ‘'’"),
        ("fr", "50 %", "percent", "a narrow no-break space belongs before ‘%’"),
        ("fr", "50€", "currency", "a no-break space belongs before ‘€’"),
        ("fr", "20 °C", "degrees", "a no-break space belongs before ‘°’"),
        ("fr", "1 250", "thousands", "a narrow no-break space belongs between groups of three digits"),
        ("fr", "n° 5", "number-sign", "a no-break space belongs behind ‘°’"),
        ("fr", "la 1ère", "ordinal", "‘re’ belongs in the place of ‘ère’"),
        ("fr", "« Oui⍽»", "quotes", "a no-break space belongs behind ‘«’"),
        ("fr", "«⍽Oui»", "quotes", "a no-break space belongs before ‘»’"),
        ("fr-CA", "Bonjour⍽!", "sign", "no space belongs before ‘!’"),
        ("de", "„ Ja“", "quotes", "no space belongs behind ‘„’"),
        ("de-CH", "1'250", "thousands", "‘’’ belongs in the place of ‘'’"),
    ],
)
def test_people_are_told(locale: str, text: str, rule: str, said: str) -> None:
    (violation,) = typography.violations(text.translate(SEEN), locale)
    assert (violation.rule, violation.message) == (rule, said)


def test_both_marks_are_named() -> None:
    found = typography.violations("“Oui”", "fr")
    assert [violation.message for violation in found] == [
        "‘«’ belongs in the place of ‘“’",
        "‘»’ belongs in the place of ‘”’",
    ]
    assert [violation.edit for violation in found] == [Edit(0, 1, "«\u00a0"), Edit(4, 5, "\u00a0»")]


# Profiles


@pytest.mark.parametrize(
    ("locale", "name", "profile"),
    [
        ("fr", None, "fr"),
        ("FR-be", None, "fr"),
        ("fr-CA", None, "fr-CA"),
        ("en", None, "en-US"),
        ("en-NZ", None, "en-GB"),
        ("de-CH-1996", None, "de-CH"),
        ("fr", "eu", "eu:fr"),
        ("de-AT", "eu", "eu:de"),
        ("fr", "fr-CH", "fr-CH"),
        ("fr-CA", "fr", "fr"),
    ],
)
def test_a_profile_serves(locale: str, name: str | None, profile: str) -> None:
    found = typography.profile(locale, name)
    assert found is not None
    assert found.name == profile


def test_there_may_be_no_profile() -> None:
    assert typography.profile("sv") is None
    assert typography.profile("sv", "eu") is None


def test_an_unknown_profile_is_an_error() -> None:
    with pytest.raises(ConfigError, match="'fr-CX' is no typography profile"):
        typography.edits("Oui", "fr", "fr-CX")


# Laws

NAMES = ["fr", "fr-CA", "fr-CH", "de", "de-CH", "es", "it", "pt", "pt-PT", "nl", "en-US", "en-GB"]
PROFILES = st.sampled_from([(name, None) for name in NAMES] + [(name[:2], "eu") for name in NAMES])
PARTS = st.sampled_from(
    ("\" ' “ ” „ ‘ ’ ‚ « » ‹ › - – — -- … ... . , ; : ! ? % € $ ( ) / { } " + THING).split()
    + "n° XXI po dogs tis 5 10 000 1990 é word l ème °C km http://a.b a@b.ch".split()
    + [" ", "  ", " - ", "\u00a0", "\u202f", "\n"]
)
TEXTS = st.lists(PARTS, max_size=16).map("".join)


@given(TEXTS, PROFILES)
def test_applying_twice_is_applying_once(text: str, chosen: tuple[str, str | None]) -> None:
    locale, name = chosen
    once = applied(text, typography.edits(text, locale, name))
    assert typography.edits(once, locale, name) == ()
    assert typography.violations(once, locale, name) == ()


@given(TEXTS, PROFILES)
def test_edits_are_sorted_and_never_touch_a_thing_or_a_line(text: str, chosen: tuple[str, str | None]) -> None:
    locale, name = chosen
    edits = typography.edits(text, locale, name)
    assert all(before.end <= after.start for before, after in pairwise(edits))
    for edit in edits:
        assert edit.start < edit.end <= len(text)
        assert not {THING, "\n"} & {*text[edit.start : edit.end], *edit.text}


@given(TEXTS, PROFILES)
def test_letters_and_figures_stay(text: str, chosen: tuple[str, str | None]) -> None:
    locale, name = chosen
    text = text.replace("ème", "")  # ordinals have a table of their own
    after = applied(text, typography.edits(text, locale, name))
    assert re.findall(r"[^\W_]", after) == re.findall(r"[^\W_]", text)


NO_PROSE = r"""
https://prl10n.example/l'a:b?c="d"
o'neill@prl10n.example
10:30
10:30:00
16:9
2026-11-24
1.2.3
std::vector
C:\l'x
:smile:
::1
2001:db8::1
+33 6 89 99 48 52
+33689994852
FR76 3000 6000 0112 3456
0xFF
ISO9001:2015
--flag
a!=b
a -> b
lang="fr"
x('y')
5' 10"
{{x}}
{{ "x" | t: 'y' }}
{% x - y %}
%{n}
{name}
""".strip().splitlines()


@given(
    st.sampled_from(NO_PROSE), st.sampled_from(["mot", "«⍽mot⍽», puis".translate(SEEN), "1 250 mots - et"]), PROFILES
)
def test_what_is_no_prose_stays(inside: str, before: str, chosen: tuple[str, str | None]) -> None:
    locale, name = chosen
    text = f"{before} {inside} mot !"
    assert inside in applied(text, typography.edits(text, locale, name))
    assert applied(inside, typography.edits(inside, locale, name)) == inside


@pytest.mark.parametrize(
    "text", ["Il a dit : « oui » ; l'été... ", "a", " ", '"', "« a ", " “", "5' ", ".", "{a", "a-"]
)
def test_the_time_grows_with_the_text_and_no_faster(text: str) -> None:
    whole = text * (200_000 // len(text))
    start = time.process_time()
    typography.edits(whole, "fr")
    assert time.process_time() - start < 3  # well under one where nothing else runs
