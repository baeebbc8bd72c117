"""The checks of texts: a table of good and bad cases for each, and the law that a fix leaves nothing to fix.

A case is a line: locale[; kind] | source | target | ok, or a part of what is said | what the fix makes of the target.
The source is English markdown; `␣` is a space, `\\u00a0` the character with this number. Behind the locale of a case of
`glossary` stand the terms, behind one of `max-length` the limit. A case of a rule about all texts of a locale is a line
as well: locale | source = target | source = target | … | ok, or the numbers of the texts that are wrong.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prl10n import document
from prl10n.catalog import Entry
from prl10n.checks import BY_ID, RULES, Rule
from prl10n.checks.consistency import inconsistent
from prl10n.checks.inspection import problems
from prl10n.checks.model import Context, Place, Problem, context
from prl10n.config import Settings
from prl10n.model import Span, Syntax, Term, Unit
from project import Project

FOLDER = Path(__file__).parent / "cases/checks"
TEXT_RULES = tuple(rule for rule in RULES if rule.text)


def seen(
    locale: str,
    source: str,
    target: str,
    kind: str = "paragraph",
    *,
    fuzzy: bool = False,
    terms: tuple[Term, ...] = (),
    limit: int | None = None,
) -> Context:
    syntax = Syntax.HEADING if kind.startswith("heading") else Syntax.MARKDOWN
    unit = Unit(source, kind, syntax, Span(0, 0), 1, document.read(source, syntax, {}), max_length=limit)
    return context(unit, Entry(source, target, fuzzy), locale, Settings(), language="en", terms=terms)


def read(rule: str, place: str, source: str, target: str) -> Context:
    """What a case is about. Behind its locale stand its kind, its terms (`glossary`) or its limit (`max-length`)."""
    locale, *notes = place.split("; ")
    terms = [Term(*term.split("=")) for term in notes.pop(0).split(", ")] if rule == "glossary" else []
    limit = notes.pop(0) if rule == "max-length" else "none"
    kind = notes[0] if notes else "paragraph"
    return seen(locale, source, target, kind, terms=tuple(terms), limit=None if limit == "none" else int(limit))


def said(rule: str, told: Context) -> list[Problem]:
    return [problem for _, problem in problems(told, [BY_ID[rule]])]


def cases(rule: str) -> Iterator[tuple[str, ...]]:
    for line in (FOLDER / f"{rule}.txt").read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith("#"):
            fields = [re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), f) for f in line.split(" | ")]
            yield tuple(field.replace("␣", " ") for field in fields)


EVERY = [(rule.id, *case) for rule in TEXT_RULES for case in cases(rule.id)]


@pytest.mark.parametrize(("rule", "case"), [(rule, case) for rule, *case in EVERY], ids=lambda value: str(value)[:90])
def test_case(rule: str, case: list[str]) -> None:
    place, source, target, expected, *fix = case
    found = said(rule, read(rule, place, source, target))
    if expected == "ok":
        assert found == []
        return
    assert any(expected in problem.message for problem in found), [problem.message for problem in found]
    assert [problem.fix for problem in found if problem.fix is not None] == fix


@pytest.mark.parametrize("rule", [rule.id for rule in RULES if rule.text or rule.project])
def test_every_check_has_its_cases(rule: str) -> None:
    table = list(cases(rule))
    good = [case for case in table if "ok" in case[3:]]
    assert len(table) >= 30
    assert len(good) >= 10
    assert len(good) < len(table)
    assert len(set(table)) == len(table)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.text or rule.project], ids=lambda rule: rule.id)
def test_every_check_names_its_source(rule: Rule) -> None:
    doc = (rule.text or rule.project).__doc__ or ""
    assert re.search(r"Weblate|pofilter|https://|Grefenstette", doc)


@pytest.mark.parametrize("case", [case for case in EVERY if len(case) > 5], ids=lambda case: str(case)[:90])
def test_a_fix_leaves_nothing_to_fix(case: tuple[str, ...]) -> None:
    rule, place, source, _, _, fix = case
    assert said(rule, read(rule, place, source, fix)) == []


WORDS = st.sampled_from(
    [
        "le",
        "nuage",
        "Le",
        "**gras**",
        "`code`",
        "[lien](/x)",
        " ",
        "  ",
        "\xa0",
        "(",
        ")",
        "«",
        "»",
        ".",
        "?",
        ":",
        "\u200b",
        "\ufeff",
        "<b>",
        "</b>",
        "![une  image](i.png)",
        "\\*",
        "&amp;",
        "%s",
        "{nom}",
        "é",
        "est est",
    ]
)


@given(st.lists(WORDS, min_size=1, max_size=12), st.sampled_from(["fr", "de", "es", "zh"]))
def test_a_fix_keeps_the_markup_and_ends_what_it_fixes(parts: list[str], locale: str) -> None:
    source = "It is the **cloud** that we like. See `code` and [it](/x)."
    told = seen(locale, source, " ".join(parts) if len(parts) % 2 else "".join(parts))
    for rule, problem in problems(told, TEXT_RULES):
        if problem.fix is None:
            continue
        assert problem.fix != told.entry.msgstr
        mended = seen(locale, source, problem.fix)
        count = len(said(rule.id, told))
        assert len(said(rule.id, mended)) < count


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "a " * 50_000, "((" * 50_000, "« " * 50_000, "%{$" * 60_000, "<a " * 20_000]
)
def test_long_texts_take_linear_time(text: str) -> None:
    """What is quadratic takes minutes here."""
    told = seen("fr", "It is the cloud that we like.", "Nous aimons.")
    unit = Unit(text, "paragraph", Syntax.VALUE, Span(0, 0), 1, document.read(text, Syntax.VALUE, {}))
    long = context(unit, Entry(text, text + "é"), "fr", told.settings, language="en")
    began = time.perf_counter()
    list(problems(long, TEXT_RULES))
    assert time.perf_counter() - began < 30


# All texts of a locale.

PROJECT_RULES = tuple(rule for rule in RULES if rule.project)
_PAIR = re.compile(r"(?:\[(?P<note>[^\]]+)\] )?(?P<source>.+?) = (?P<target>.+)")


def place(locale: str, pair: str, line: int) -> Place:
    """`source = target` of a line of a document, with `[kind]`, `[draft]` or `[context …]` before it."""
    found = _PAIR.fullmatch(pair)
    assert found is not None, pair
    note = found["note"] or "paragraph"
    name = note.removeprefix("context ") if note.startswith("context ") else None
    kind = "paragraph" if name or note == "draft" else note
    told = seen(locale, found["source"], found["target"], kind, fuzzy=note == "draft")
    unit, entry = told.unit._replace(context=name), told.entry._replace(context=name)
    return Place(replace(told, unit=unit, entry=entry), f"a.md:{line}")


@pytest.mark.parametrize(
    ("rule", "case"),
    [(rule, case) for rule in PROJECT_RULES for case in cases(rule.id)],
    ids=lambda value: str(getattr(value, "id", value))[:90],
)
def test_case_of_all_texts(rule: Rule, case: tuple[str, ...]) -> None:
    locale, *pairs, expected = case
    assert rule.project is not None
    found = rule.project([place(locale, pair, line) for line, pair in enumerate(pairs, 1)])
    assert (", ".join(str(index + 1) for index, _ in found) or "ok") == expected


def test_what_is_found_names_the_other_place() -> None:
    texts = [place("fr", f"Read more = {text}", line) for line, text in enumerate(("Lire la suite", "Voir plus"), 1)]
    ((_, problem),) = inconsistent(texts)
    assert problem.message == "the same text is “Lire la suite” in a.md:1: say it one way"


# The command.

SOURCE = "# Clouds\n\nWe like the clouds of Lyon a lot.\n\nRain is good.\n"
PO = "locales/fr/LC_MESSAGES/news/a.po"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path)
    made.configure("")
    made.source(SOURCE)
    made.run("extract")
    return made


def translate(project: Project, source: str, target: str, head: str = "") -> None:
    project.edit(f'msgid "{source}"\nmsgstr ""', f'{head}msgid "{source}"\nmsgstr "{target}"')


DRAFT = "#, fuzzy\n"


def test_a_finding_shows_its_fix(project: Project) -> None:
    translate(project, "Rain is good.", "La pluie est est bonne.")
    result = project.run("check", "--rule", "doubled-words")
    assert result.stdout.endswith("Rain is good. (doubled-words)\n    fix: La pluie est bonne.\n")
    (finding,) = project.json("check", "--rule", "doubled-words")
    assert finding["fix"] == "La pluie est bonne."
    for form in ("sarif", "github", "junit"):
        assert "La pluie est bonne." in project.run("check", "--rule", "doubled-words", "--format", form).stdout


def test_fix_writes_drafts_only(project: Project) -> None:
    translate(project, "We like the clouds of Lyon a lot.", "Nous  aimons les les nuages de Lyon", DRAFT)
    translate(project, "Rain is good.", "La pluie est est bonne.")
    before = project.read(PO).split("\n")
    result = project.run("check", "--fix")
    assert f"fixed 1 text in {PO}\n" in result.stderr
    after = project.read(PO).split("\n")
    assert [line for line in after if line not in before] == ['msgstr "Nous aimons les nuages de Lyon."']
    assert len(after) == len(before)
    assert project.entry("We like").fuzzy
    assert project.entry("Rain").msgstr == "La pluie est est bonne."


def test_fixing_twice_is_fixing_once(project: Project) -> None:
    translate(project, "We like the clouds of Lyon a lot.", "Nous  aimons les les nuages de Lyon", DRAFT)
    project.run("check", "--fix")
    stamps = project.stamps()
    assert "fixed" not in project.run("check", "--fix").stderr
    assert project.stamps() == stamps


def test_fix_keeps_provenance_and_what_is_ignored(project: Project) -> None:
    path = project.path()
    text = path.read_text(encoding="utf-8")
    at = text.index("#. paragraph")
    path.write_text(
        f"{text[:at]}# prl10n: deepl 2026-11-24\n# prl10n: ignore double-spaces\n{text[at:]}", encoding="utf-8"
    )
    translate(project, "We like the clouds of Lyon a lot.", "Nous  aimons les les nuages de Lyon.", DRAFT)
    project.run("check", "--fix")
    entry = project.entry("We like")
    assert entry.msgstr == "Nous  aimons les nuages de Lyon."
    assert entry.provenance == "deepl 2026-11-24"


def test_fix_leaves_the_approved_words_of_a_stale_text(project: Project) -> None:
    translate(project, "Rain is good.", "La pluie est est bonne.")
    project.source(SOURCE.replace("Rain is good.", "Rain is very good."))
    project.run("extract")
    assert project.entry("Rain is very").msgstr == "La pluie est est bonne."
    project.run("check", "--fix")
    assert project.entry("Rain is very").msgstr == "La pluie est est bonne."


def test_rules_of_the_whole_project_are_ignored_as_others_are(project: Project) -> None:
    project.source(SOURCE, "news/b.md")
    project.run("extract")
    translate(project, "Rain is good.", "La pluie est bonne.")
    other = project.path("news/b")
    text = other.read_text(encoding="utf-8")
    other.write_text(text.replace('msgid "Rain is good."\nmsgstr ""', 'msgid "Rain is good."\nmsgstr "Bonne pluie."'))
    (finding,) = project.json("check", "--rule", "inconsistent")
    assert "content/en/news/a.md:5" in finding["message"]
    text = other.read_text(encoding="utf-8")
    at = text.rindex("#. paragraph")
    other.write_text(f"{text[:at]}# prl10n: ignore inconsistent\n{text[at:]}", encoding="utf-8")
    assert project.json("check", "--rule", "inconsistent") == []
