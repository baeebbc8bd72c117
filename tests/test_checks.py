"""`prl10n check`: each rule with an input that breaks it and one that does not, and the formats as their readers see
them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from deepl_server import DeepLServer
from prl10n.checks import BY_ID, RULES, Report
from prl10n.cli import formats
from prl10n.cli.check import FORMATS, check
from prl10n.model import Finding, Severity
from project import Project

SOURCE = """---
title: Acme opens
---

# Clouds

A **bold** move to [Lyon](/lyon).

<!-- prl10n: max-length=12 -->
Short words.
"""
PO = "locales/fr/LC_MESSAGES/news/a.po"
PAGE = "content/fr/news/a.md"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Everything is translated and approved, and its page is written."""
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path)
    made.configure("")
    made.source(SOURCE)
    made.run("extract")
    for source, target in (
        ("Acme opens", "Acme ouvre"),
        ("Clouds", "Nuages"),
        ("A **bold** move to [Lyon](/lyon).", "Un pas **osé** vers [Lyon](/lyon)."),
        ("Short words.", "Mots."),
    ):
        say(made, source, target)
    made.run("build")
    return made


def say(project: Project, source: str, target: str, flags: str = "", was: str = "") -> None:
    """Translate a text, as a person with an editor does; `flags` go above it."""
    project.edit(f'msgid "{source}"\nmsgstr "{was}"', f'{flags}msgid "{source}"\nmsgstr "{target}"')


def found(project: Project, *arguments: str) -> list[dict[str, Any]]:
    result = project.run("check", "--format", "json", *arguments)
    findings: list[dict[str, Any]] = json.loads(result.stdout)
    errors = any(finding["severity"] == "error" for finding in findings)
    assert result.exit_code == (1 if errors else 0)
    return findings


def rules(project: Project, *arguments: str) -> dict[str, str]:
    """The rules that found something, with the severity of the first finding."""
    return {finding["rule"]: finding["severity"] for finding in reversed(found(project, *arguments))}


def line_of(project: Project, text: str, file: str = PO) -> int:
    """The line on which the entry that holds a text begins."""
    before = project.read(file).partition(text)[0]
    return before.rpartition("\n\n")[0].count("\n") + 3


# Rules.


def test_nothing_to_fix(project: Project) -> None:
    result = project.run("check", "--strict", "--frozen")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "Nothing to fix.\n"


def test_missing(project: Project) -> None:
    say(project, "Clouds", "", was="Nuages")
    assert rules(project) == {"missing": "error", "page": "error"}
    (finding,) = found(project, "--rule", "missing")
    assert (finding["path"], finding["line"], finding["locale"]) == (PO, line_of(project, '"Clouds"'), "fr")
    assert "content/en/news/a.md:5: Clouds" in finding["message"]


def test_an_unreviewed_draft_is_a_warning_where_drafts_are_published(project: Project) -> None:
    say(project, "Clouds", "Nuages", "#, fuzzy\n", was="Nuages")
    assert rules(project) == {"unreviewed": "warning"}
    assert rules(project, "--strict") == {"unreviewed": "error"}
    assert rules(project, "--rule", "unreviewed") == {"unreviewed": "error"}
    project.configure("[publish]\ndrafts = false\n")
    assert rules(project, "--skip", "page") == {"unreviewed": "error"}


def test_a_source_that_changed_without_sync(project: Project) -> None:
    project.source(SOURCE.replace("A **bold** move", "A **bolder** move"))
    assert rules(project) == {"extract": "error", "stale": "error", "page": "error"}
    (finding,) = found(project, "--rule", "stale")
    assert (finding["path"], finding["line"]) == ("content/en/news/a.md", 7)
    project.run("extract")
    project.run("build")
    assert rules(project) == {"stale": "error"}, "a green run over stale text"


def test_a_stale_unit_with_a_proposal_waits_for_a_person(project: Project) -> None:
    project.source(SOURCE.replace("A **bold** move", "A **bolder** move"))
    with DeepLServer() as server:
        project.environ = server.environ
        assert project.run("sync").exit_code == 0
    assert rules(project, "--skip", "capital") == {"stale": "warning"}
    assert rules(project, "--rule", "stale") == {"stale": "error"}


def test_new_words_in_a_source(project: Project) -> None:
    project.source(SOURCE + "\nQuite another thing, and nobody knows it.\n")
    assert rules(project) == {"extract": "error", "missing": "error", "page": "error"}


def test_a_document_without_a_catalog(project: Project) -> None:
    project.source("# New\n", "news/b.md")
    findings = found(project, "--rule", "extract", "--rule", "missing")
    assert [(finding["rule"], finding["path"]) for finding in findings] == [
        ("extract", "content/en/news/b.md"),
        ("missing", "content/en/news/b.md"),
    ]


@pytest.mark.parametrize("after", ["", "# Nuages\n"])
def test_page(project: Project, after: str) -> None:
    path = project.root / PAGE
    path.write_text(after) if after else path.unlink()
    assert rules(project) == {"page": "error"}
    (finding,) = found(project)
    assert finding["path"] == (PAGE if after else "content/en/news/a.md")
    assert (PAGE in finding["message"]) != bool(after)


def test_structure(project: Project) -> None:
    say(project, "A **bold** move to [Lyon](/lyon).", "Un pas vers Lyon.", was="Un pas **osé** vers [Lyon](/lyon).")
    project.run("build")
    (finding,) = found(project)
    assert (finding["rule"], finding["severity"]) == ("structure", "error")
    assert (finding["path"], finding["line"]) == (PO, line_of(project, '"A **bold** move'))
    assert "it lacks" in finding["message"]
    assert "content/en/news/a.md:7: " in finding["message"]


def test_glossary(project: Project) -> None:
    project.write("locales/glossary.csv", "source,locale,target,note\ncloud,fr,nuage,\nLyon,,,\n")
    assert rules(project) == {}
    say(project, "Clouds", "Clouds", was="Nuages")
    (finding,) = found(project, "--rule", "glossary")
    assert (finding["line"], finding["severity"]) == (line_of(project, '"Clouds"'), "error")
    assert "“nuage”" in finding["message"]


def test_the_words_of_a_draft_are_checked_too(project: Project) -> None:
    project.write("locales/glossary.csv", "source,locale,target,note\ncloud,fr,nuage,\n")
    say(project, "Clouds", "Clouds", "#, fuzzy\n", was="Nuages")
    assert "glossary" in rules(project)


def test_max_length(project: Project) -> None:
    say(project, "Short words.", "Quelques mots très courts.", was="Mots.")
    project.run("build")
    (finding,) = found(project)
    assert (finding["rule"], finding["line"]) == ("max-length", line_of(project, '"Short words."'))
    assert finding["message"].startswith("26 characters, at most 12")


def test_a_catalog_that_cannot_be_read(project: Project) -> None:
    project.edit('msgstr "Nuages"', 'msgstr "Nuages')
    (finding,) = found(project)
    assert (finding["rule"], finding["severity"], finding["path"]) == ("catalog", "error", PO)
    assert finding["line"] == project.read(PO).partition('msgstr "Nuages')[0].count("\n") + 1


def test_a_catalog_that_gettext_rejects(project: Project) -> None:
    """What our parser takes, and msgfmt --check does not."""
    project.edit('msgid "Clouds"', '#, python-format\nmsgid "Clouds %s"')
    findings = found(project, "--rule", "catalog")
    assert [(finding["rule"], finding["path"]) for finding in findings] == [("catalog", PO)]
    assert findings[0]["message"].startswith("msgfmt: ")
    assert findings[0]["line"] > 1


def test_orphans(project: Project) -> None:
    (project.root / "content/en/news/a.md").unlink()
    project.source("# Other\n", "other.md")
    findings = found(project, "--rule", "orphan")
    assert {finding["path"] for finding in findings} == {PO, PAGE}
    assert {finding["severity"] for finding in findings} == {"error"}
    assert rules(project)["orphan"] == "warning"
    other = str(project.root / "content/en/other.md")
    assert "orphan" not in rules(project, other), "a part of the project says nothing about the rest"


def test_document(project: Project) -> None:
    project.source(SOURCE.replace("max-length=12", "max-width=12"))
    assert rules(project, "--rule", "document") == {"document": "error"}
    assert rules(project)["document"] == "warning"
    (project.root / "content/en/news/a.md").write_bytes(b"caf\xe9\n")
    (finding,) = found(project)
    assert (finding["rule"], finding["severity"], finding["path"]) == ("document", "error", "content/en/news/a.md")


def test_frozen_says_what_sync_would_need(project: Project) -> None:
    project.source(SOURCE + "\nQuite another thing.\n\nAnd one more here.\n")
    assert "frozen" not in rules(project)
    (finding,) = (finding for finding in found(project, "--frozen") if finding["rule"] == "frozen")
    assert finding["message"].startswith("2 units need a text")


def test_a_comment_ignores_rules_for_its_entry(project: Project) -> None:
    project.write("locales/glossary.csv", "source,locale,target,note\ncloud,fr,nuage,\n")
    say(project, "Clouds", "Clouds", was="Nuages")
    say(project, "Short words.", "Quelques mots très courts.", was="Mots.")
    project.run("build")
    assert set(rules(project)) == {"glossary", "max-length"}
    for text in ("Clouds", "Short words."):
        path = project.path()
        lines = path.read_text(encoding="utf-8")
        position = lines.index(f'msgid "{text}"')
        start = lines.rindex("\n\n", 0, position) + 2
        ignoring = f"{lines[:start]}# prl10n: ignore max-length, glossary\n{lines[start:]}"
        path.write_text(ignoring, encoding="utf-8")
    assert rules(project) == {}
    project.edit("max-length, glossary", "glossery")
    assert rules(project)["catalog"] == "warning"


def test_check_writes_and_sends_nothing(project: Project) -> None:
    project.source(SOURCE + "\nNew.\n")
    before = project.stamps()
    own = sorted(project.root.glob(".prl10n/*"))
    with DeepLServer() as server:
        project.environ = server.environ
        for arguments in ([], ["--strict"], ["--frozen", "--format", "sarif"]):
            project.run("check", *arguments)
        assert server.calls == []
        assert server.requests == []
    assert project.stamps() == before
    assert sorted(project.root.glob(".prl10n/*")) == own


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["--rule", "glosary"], "glossary"),
        (["--skip", "nothing"], "Rules: "),
        (["--locale", "de"], "targets"),
        (["content/en/none.md"], "not a document"),
        (["--format", "html"], "sarif"),
    ],
)
def test_wrong_input(project: Project, arguments: list[str], hint: str) -> None:
    result = project.run("check", *arguments)
    assert result.exit_code == 2
    assert hint in result.stderr


def test_rules_and_locales_narrow_a_check(project: Project) -> None:
    project.write("prl10n.toml", 'source = "en"\ntargets = ["fr", "de"]\n')
    assert {finding["locale"] for finding in found(project)} == {"de"}
    assert found(project, "--locale", "fr") == []
    assert {finding["rule"] for finding in found(project, "--skip", "missing")} == {"extract"}


def test_an_entry_is_found_in_a_catalog_of_any_shape(project: Project) -> None:
    """CRLF and a byte order mark."""
    say(project, "Clouds", "", was="Nuages")
    path = project.path()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    (finding,) = found(project, "--rule", "missing")
    lines = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    assert lines[finding["line"] - 2] == ""
    assert 'msgid "Clouds"' in lines[finding["line"] - 1 : finding["line"] + 5]


def test_paths_are_those_of_the_folder_that_one_stands_in(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.source(SOURCE.replace("max-length=12", "max-width=12") + "\nNew.\n")
    monkeypatch.chdir(project.root / "content")
    paths = {finding["path"] for finding in found(project)}
    assert "en/news/a.md" in paths
    assert all((Path.cwd() / path).exists() for path in paths)


# Formats.

REPORT = Report(
    (
        Finding("glossary", Severity.ERROR, "a b/c,d.po", 7, "100% wrong: “x”\r\n    news/a.md:3: second", "fr"),
        Finding("orphan", Severity.WARNING, "é.po", 0, "a \x01 <gone> & done", "fr"),
        Finding("document", Severity.WARNING, "content/en/a.md", 2, "odd", ""),
    ),
    RULES,
    ("fr", "de"),
)


def test_the_formats_of_the_option_are_those_that_exist() -> None:
    assert tuple(formats.FORMATS) == FORMATS


def test_text_is_that_of_other_commands(project: Project) -> None:
    say(project, "Clouds", "", was="Nuages")
    result = project.run("check", "--rule", "missing")
    assert result.stdout.startswith(f"{PO}:{line_of(project, chr(34) + 'Clouds')}: error [fr]: there is no translation")
    assert result.stdout.rstrip().endswith("Clouds (missing)")
    assert result.stderr == "1 error, 0 warnings.\n"


def test_a_file_takes_the_format_and_stdout_the_text(project: Project) -> None:
    say(project, "Clouds", "", was="Nuages")
    result = project.run("check", "--rule", "missing", "--format", "json", "--output", "reports/check.json")
    assert json.loads(project.read("reports/check.json"))[0]["rule"] == "missing"
    assert "error [fr]" in result.stdout


def test_github_reads_back_what_was_said() -> None:
    lines = formats.github(REPORT).splitlines()
    assert len(lines) == 3
    assert lines[0] == (
        "::error file=a b/c%2Cd.po,line=7,title=prl10n glossary [fr]::100%25 wrong: “x”%0D%0A    news/a.md:3: second"
    )
    assert lines[1].startswith("::warning file=é.po,title=prl10n orphan [fr]::")
    for line, finding in zip(lines, REPORT.findings, strict=True):
        kind, properties, message = re.fullmatch(r"::(\w+) (.*?)::(.*)", line, re.DOTALL).groups()  # type: ignore[union-attr]
        said = dict(part.split("=", 1) for part in properties.split(","))
        assert kind == finding.severity.value
        assert unquote(said["file"]) == finding.path
        assert unquote(message) == finding.message.replace("\x01", r"\x01")  # it is shown, and does nothing


def test_sarif_is_what_its_schema_asks_for() -> None:
    """The parts of the 2.1.0 schema that a log of findings uses, and what GitHub's code scanning requires besides."""
    log = json.loads(formats.sarif(REPORT))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    assert set(run) <= {"tool", "results", "columnKind"}
    driver = run["tool"]["driver"]
    assert isinstance(driver["name"], str)
    ids = [rule["id"] for rule in driver["rules"]]
    assert ids == [rule.id for rule in RULES]
    assert len(set(ids)) == len(ids)
    for rule in driver["rules"]:
        assert set(rule) == {"id", "shortDescription", "defaultConfiguration"}
        assert rule["shortDescription"]["text"].endswith(".")
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
    assert len(run["results"]) == len(REPORT.findings)
    for result, finding in zip(run["results"], REPORT.findings, strict=True):
        assert set(result) == {"ruleId", "ruleIndex", "level", "message", "locations"}
        assert ids[result["ruleIndex"]] == result["ruleId"] == finding.rule
        assert result["level"] == finding.severity.value
        assert finding.message in result["message"]["text"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        uri = place["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri), "a relative reference of RFC 3986"
        assert not uri.startswith("/")
        assert unquote(uri) == finding.path
        assert place.get("region", {}).get("startLine", 0) == finding.line
        assert "region" in place or not finding.line


def test_junit_counts_what_it_holds() -> None:
    root = ElementTree.fromstring(formats.junit(REPORT))
    assert root.tag == "testsuites"
    suites = {suite.get("name"): suite for suite in root}
    assert {f"{locale}/{rule.id}" for locale in ("fr", "de") for rule in RULES} | {"sources/document"} == set(suites)
    for suite in root:
        cases = list(suite)
        assert int(suite.get("tests", "")) == len(cases) > 0
        assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure"))
        assert all(case.get("name") and case.get("classname") == suite.get("name") for case in cases)
    assert root.get("failures") == "1"
    failure = suites["fr/glossary"].find("testcase/failure")
    assert failure is not None
    assert failure.get("type") == "glossary"
    assert "second" in (failure.text or "")
    assert "\ufffd <gone> & done" in (suites["fr/orphan"].findtext("testcase/system-out") or "")


@pytest.mark.parametrize("form", formats.FORMATS)
def test_every_format_says_nothing_of_nothing(project: Project, form: str) -> None:
    result = project.run("check", "--format", form)
    assert result.exit_code == 0
    if form == "json":
        assert json.loads(result.stdout) == []


# Documentation.


def documented() -> Iterator[tuple[str, str]]:
    text = (Path(__file__).parent.parent / "docs/checks.md").read_text(encoding="utf-8")
    yield from re.findall(r"^\| `([a-z-]+)` \| (error|warning)", text, re.MULTILINE)


def test_every_rule_is_documented_with_its_severity() -> None:
    assert list(documented()) == [(rule.id, rule.severity.value) for rule in RULES]
    assert list(BY_ID) == [rule.id for rule in RULES]


def test_every_option_is_documented() -> None:
    text = (Path(__file__).parent.parent / "docs/checks.md").read_text(encoding="utf-8")
    for option in check.params:
        if option.param_type_name == "option":
            assert any(f"`{name}" in text for name in option.opts), option.name
