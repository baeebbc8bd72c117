"""Arabic pages, the whole way: a machine's draft keeps Latin names in their order, and a person's words stay."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from deepl_server import DeepLServer
from project import CONFIGURATION, Project

SOURCE = """---
title: Acme writes C++
---

We use .NET and C#.

The **C++** of `a++` is *fast*.

Call +41 22 555 01 00 now.

Acme opened an office.

See https://x.example/a++ now.
"""

ANSWERS = {
    "Acme writes C++": "تكتب Acme بلغة C++",
    "We use .NET and C#.": "نستخدم .NET و C#.",
    "The <g1>C++</g1> of <x2/> is <g3>fast</g3>.": "إن <g1>C++</g1> في <x2/> <g3>سريعة</g3>.",
    "Call +41 22 555 01 00 now.": "اتصل على +41 22 555 01 00 الآن.",
    "Acme opened an office.": "افتتحت Acme مكتبا.",
    "See <x1/> now.": "راجع <x1/> الآن.",
}

# Isolates are shown as ⟦ ⟧. A name whose ends are letters goes without; so do code and addresses, which are no prose.
TITLE = "تكتب Acme بلغة ⟦C++⟧"
BODY = """
نستخدم ⟦.NET⟧ و ⟦C#⟧.

إن **⟦C++⟧** في `a++` *سريعة*.

اتصل على ⟦+41 22 555 01 00⟧ الآن.

افتتحت Acme مكتبا.

راجع https://x.example/a++ الآن.
"""


def marked(text: str) -> str:
    return text.replace("\u2066", "⟦").replace("\u2069", "⟧")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.write(
        "prl10n.toml", CONFIGURATION.replace('"fr"', '"ar"') + '[front_matter]\nset = { dir = "{direction}" }\n'
    )
    project.source(SOURCE)
    return project


def sync(project: Project) -> None:
    with DeepLServer(translate=lambda text, _: ANSWERS[text]) as server:
        project.environ = server.environ
        result = project.run("sync")
        assert result.exit_code == 0, result.stderr


def test_drafts_isolate_what_a_browser_would_tear_apart(project: Project) -> None:
    sync(project)
    entries = project.catalog(locale="ar").entries
    assert [marked(entry.msgstr) for entry in entries] == [TITLE, *BODY.strip().split("\n\n")]
    assert {entry.state.value for entry in entries} == {"draft"}


def test_the_page_says_what_the_drafts_say_from_right_to_left(project: Project) -> None:
    sync(project)
    _, front_matter, body = project.page(locale="ar").split("---\n")
    said = yaml.safe_load(front_matter)
    assert {**said, "title": marked(said["title"])} == {"title": TITLE, "dir": "rtl"}
    assert marked(body) == BODY


def test_a_second_run_adds_no_more(project: Project) -> None:
    sync(project)
    before = project.stamps()
    sync(project)
    assert project.stamps() == before


def test_what_a_person_approved_stays_as_it_is(project: Project) -> None:
    """In its own catalog, and where another document takes the words from the memory."""
    sync(project)
    project.edit("نستخدم \u2066.NET\u2069 و \u2066C#\u2069.", "نحب .NET و C#.", locale="ar")
    project.approve(locale="ar")
    data = project.path(locale="ar").read_bytes()
    project.source("We use .NET and C#.\n", "news/b.md")
    sync(project)
    assert project.path(locale="ar").read_bytes() == data
    assert "\n\nنحب .NET و C#.\n\n" in project.page(locale="ar")
    assert project.page("news/b.md", "ar").endswith("نحب .NET و C#.\n")
