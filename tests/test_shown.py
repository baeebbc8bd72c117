"""What commands print: names and texts are those of others, and nothing of them acts in a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest

from prl10n.checks import RULES, Report
from prl10n.cli import formats, show
from prl10n.model import Finding, Severity
from project import Project

NAME = "a\x1b[2J\u202eb"  # clears the screen, and turns the words behind it
SHOWN = r"a\x1b[2J\u202eb"
ACTING = "\x1b\x07\x7f\x9b\u202e\u2066\u2069\u200f\u061c"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.write("prl10n.toml", '[backend]\nname = "pseudo"\n')
    project.source("# Title\n\nWords of a page.\n")
    assert project.run("sync").exit_code == 0
    return project


COMMANDS: list[tuple[str, ...]] = [
    ("extract", "--pot", NAME),
    ("extract", "--pot", NAME, "--dry-run"),
    ("exchange", "export", "--format", "csv", "-o", f"{NAME}.csv"),
    ("memory", "export", f"{NAME}.tmx"),
    ("report", "-o", f"{NAME}.html"),
    ("review", "--static", NAME),
    ("model", "install", NAME),
    ("exchange", "import", f"{NAME}.csv"),
    ("glossary", "import", NAME),
    ("memory", "import", f"{NAME}.tmx"),
    ("model", "remove", "en", NAME),
    ("merge-driver", f"{NAME}.po", "b.po", "c.po"),
    ("adopt", NAME),
    ("check", NAME),
    ("check", "--fix", NAME),
    ("status", NAME),
    ("sync", NAME),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_name_that_would_act_is_shown(project: Project, command: tuple[str, ...]) -> None:
    result = project.run(*command)
    assert set(ACTING).isdisjoint(result.output)
    assert SHOWN in result.output


def test_init_shows_the_name_of_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.write(f"{NAME}/content/en/a.md", "Words.\n")
    result = project.run("init", NAME)
    assert result.exit_code == 0, result.stderr
    assert f"{SHOWN}/prl10n.toml: written" in result.stderr
    assert set(ACTING).isdisjoint(result.output)


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_machines_get_the_same_string_from_escapes(form: str) -> None:
    finding = Finding(RULES[0].id, Severity.ERROR, "a.md", 3, f"said {ACTING}\ud800", "fr")
    written = formats.FORMATS[form](Report((finding,), (RULES[0],), ("fr",)))
    assert set(f"{ACTING}\ud800").isdisjoint(written)
    read = json.loads(written)
    said = read[0]["message"] if form == "json" else read["runs"][0]["results"][0]["message"]["text"]
    assert said.endswith(finding.message)


def test_a_parser_of_junit_gets_what_was_said() -> None:
    """But for the characters that no XML can hold."""
    finding = Finding(RULES[0].id, Severity.ERROR, f"a{ACTING}.md", 3, f"said {ACTING} & <b>", "fr")
    written = formats.junit(Report((finding,), (RULES[0],), ("fr",)))
    assert set(ACTING).isdisjoint(written)
    (failure,) = ElementTree.fromstring(written).iter("failure")
    kept = ACTING.replace("\x1b", "\ufffd").replace("\x07", "\ufffd")
    assert failure.get("message", "").startswith(f"said {kept} & <b>")
    assert (failure.text or "").startswith(f"a{kept}.md:3\nsaid {kept} & <b>")


def test_json_of_a_command_is_the_same_value() -> None:
    value = {f"a\\{ACTING}": [f"« é »\n\t{ACTING}", 1, None]}
    assert json.loads(show.dumped(value)) == value
    assert "« é »" in show.dumped(value)
    assert set(ACTING).isdisjoint(click.unstyle(show.dumped(value)))
