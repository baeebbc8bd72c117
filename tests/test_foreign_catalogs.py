"""Catalogs that other tools saved: nothing of them changes on the next run, and one edit is one hunk."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

import pytest

from project import Project, msgfmt

RELEASE = """---
title: Acme opens in Lyon
---

### A second office for Acme

**Geneva, 20th November 2026** - Acme, a [maker](https://acme.example) of things, comes to **Lyon**. It is small, and \
it is glad to be there, near [the station](https://station.example/lyon/part-dieu/a/very/long/address-without-spaces).

First line\\
second line of the same paragraph, "quoted" and with a back\\\\slash.

- Two `rooms`
- One *door*

| A cell | Another cell |
|---|---|
| A cell | Wörter, élan & Co |
"""

WEBLATE = {
    "Project-Id-Version": "Acme 1.0",
    "Report-Msgid-Bugs-To": "bugs@acme.example",
    "POT-Creation-Date": "2026-11-24 00:00+0000",
    "PO-Revision-Date": "2026-11-25 09:12+0000",
    "Last-Translator": "Ada Example <ada@acme.example>",
    "Language-Team": "French <https://hosted.weblate.org/projects/acme/site/fr/>",
    "Language": "fr",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=n > 1;",
    "X-Generator": "Weblate 5.8.4-dev",
}
CROWDIN = {
    "Project-Id-Version": "acme",
    "POT-Creation-Date": "2026-11-24 00:00+0000",
    "PO-Revision-Date": "2026-11-25 09:12",
    "Last-Translator": "",
    "Language-Team": "French",
    "Language": "fr_FR",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n > 1);",
    "X-Crowdin-Project": "acme",
    "X-Crowdin-Project-ID": "123456",
    "X-Crowdin-Language": "fr",
    "X-Crowdin-File": "/main/locales/fr/LC_MESSAGES/news/a.po",
    "X-Crowdin-File-ID": "42",
}
POEDIT = {
    "Language": "fr",
    "Project-Id-Version": "news/a.md",
    "POT-Creation-Date": "2026-11-24 00:00+0000",
    "PO-Revision-Date": "2026-11-25 10:12+0100",
    "Last-Translator": "Ada <ada@acme.example>",
    "Language-Team": "",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n > 1);",
    "X-Generator": "Poedit 3.5",
    "X-Poedit-Basepath": "../../..",
    "X-Poedit-SourceCharset": "UTF-8",
    "X-Poedit-SearchPath-0": "content/en",
}

EXTRA = r"""
#~ msgid "A sentence that is gone"
#~ msgstr "Une phrase partie"

# A remark.
#, fuzzy
#~| msgid "Something older"
#~ msgid "Something old"
#~ msgstr "Du vieux"
"""


def headed(text: str, fields: dict[str, str], comment: str) -> str:
    """A catalog with the header that a tool writes."""
    _, _, rest = text.partition("\n\n")
    lines = "".join(
        f'"{name}: {value}'.rstrip() + ' \\n"\n' * (not value) + '\\n"\n' * bool(value)
        for name, value in fields.items()
    )
    return f'{comment}msgid ""\nmsgstr ""\n{lines}\n{rest}'


def msgcat(*options: str) -> Callable[[str], str]:
    def save(text: str) -> str:
        command = ["msgcat", *options, "-"]
        return subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout.decode()

    save.__name__ = " ".join(("msgcat", *options))
    return save


def weblate(text: str) -> str:
    comment = "# French translations of Acme.\n# Copyright (C) 2026 Acme\n# Ada Example <ada@acme.example>, 2026.\n"
    return msgcat("--width=77")(headed(text, WEBLATE, comment) + EXTRA)


def weblate_unwrapped(text: str) -> str:
    return msgcat("--no-wrap")(headed(text, WEBLATE, "") + EXTRA)


def crowdin(text: str) -> str:
    return msgcat("--no-wrap")(headed(text, CROWDIN, ""))


def poedit(text: str) -> str:
    return msgcat("--width=79")(headed(text, POEDIT, "") + EXTRA)


def poedit_on_windows(text: str) -> str:
    return poedit(text).replace("\n", "\r\n")


def without_last_newline(text: str) -> str:
    return text.rstrip("\n")


def with_more_blank_lines(text: str) -> str:
    return text.replace("\n\n", "\n\n\n") + "\n"


def tight_comments(text: str) -> str:
    """`#: a` as `#:a`, which gettext reads as well."""
    return re.sub(r"(?m)^#([:.]) ", r"#\1", text)


def flags_in_a_line_each(text: str) -> str:
    return text.replace("#, fuzzy\n", "#, fuzzy\n#, no-wrap\n")


TOOLS: Sequence[Callable[[str], str]] = [
    weblate,
    weblate_unwrapped,
    crowdin,
    poedit,
    poedit_on_windows,
    without_last_newline,
    with_more_blank_lines,
    tight_comments,
    flags_in_a_line_each,
    msgcat(),
    msgcat("--width=40"),
    msgcat("--width=77"),
    msgcat("--width=79"),
    msgcat("--width=80"),
    msgcat("--width=120"),
    msgcat("--no-wrap"),
]
TOOL = pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.__name__)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """One draft of every kind; the list is approved, one of its items stale."""
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path)
    made.write("prl10n.toml", 'source = "en"\ntargets = ["fr"]\n[backend]\nname = "pseudo"\n')
    made.source(RELEASE.replace("One *door*", "One *old door*"))
    made.run("sync")
    made.edit('#, fuzzy\nmsgid "One *old', 'msgid "One *old')
    made.edit('#, fuzzy\nmsgid "Two', '# Ada: as in the brochure\nmsgid "Two')
    made.source(RELEASE)
    made.run("sync")
    return made


def saved_by(project: Project, tool: Callable[[str], str]) -> bytes:
    """The catalog as a tool saves it."""
    path = project.path()
    data = tool(path.read_bytes().decode()).encode()
    path.write_bytes(data)
    return data


def blocks(data: bytes) -> list[bytes]:
    """The entries of a file, as their lines."""
    lines = data.replace(b"\r\n", b"\n").split(b"\n")
    return [b"\n".join(block) for filled, block in groupby(lines, key=bool) if filled]


@TOOL
def test_a_catalog_that_a_tool_saved_stays_as_it_is(project: Project, tool: Callable[[str], str]) -> None:
    data = saved_by(project, tool)
    project.run("build")
    before = project.stamps()
    for command in ("sync", "extract", "translate", "build"):
        result = project.run(command)
        assert result.exit_code == 0, result.stderr
        assert project.path().read_bytes() == data
        assert project.stamps() == before
    msgfmt(project.path())


@TOOL
@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("for Acme", "for Acme again"),
        ("It is small", "It is not small"),
        ("Two `rooms`", "Three `rooms`"),
        ("One *door*", "One *red door*"),
        ("élan & Co", "élan et Co"),
    ],
)
def test_an_edit_of_one_unit_changes_one_entry(
    project: Project, tool: Callable[[str], str], text: str, other: str
) -> None:
    before = blocks(saved_by(project, tool))
    project.source(RELEASE.replace(text, other))
    assert project.run("sync").exit_code == 0
    after = blocks(project.path().read_bytes())
    lost = [index for index, block in enumerate(before) if block not in after]
    new = [block for block in after if block not in before]
    assert len(lost) == 1
    kept = [block for block in after if block in before]
    assert kept == [block for index, block in enumerate(before) if index != lost[0]]
    assert after.index(new[0]) == lost[0]  # in its place
    obsolete = [block for block in new[1:] if b"#~ " in block]
    assert new[1:] == obsolete  # what was approved stays, at the end
    assert after[len(after) - len(obsolete) :] == obsolete
    assert len(obsolete) <= 1
    if b"\r\n" in project.path().read_bytes():
        assert b"\n" not in project.path().read_bytes().replace(b"\r\n", b"")
    msgfmt(project.path())


@pytest.mark.parametrize("tool", [weblate, poedit, crowdin, poedit_on_windows], ids=lambda tool: tool.__name__)
def test_a_header_keeps_what_its_tool_wrote(project: Project, tool: Callable[[str], str]) -> None:
    header = blocks(saved_by(project, tool))[0]
    project.source(RELEASE.replace("It is small", "It is not small"))
    project.run("sync")
    assert blocks(project.path().read_bytes())[0] == header


@pytest.mark.parametrize(("width", "longest"), [("77", 78), ("79", 80), ("no", 1000)])
def test_a_changed_entry_is_wrapped_as_its_file(project: Project, width: str, longest: int) -> None:
    options = ["--no-wrap"] if width == "no" else [f"--width={width}"]
    saved_by(project, msgcat(*options))
    project.source(RELEASE.replace("It is small", "It is not small"))
    project.run("sync")
    lines = project.read("locales/fr/LC_MESSAGES/news/a.po").split("\n")
    assert all(len(line) < longest for line in lines if line.startswith('"') and " " in line[1:-2])
    assert ('msgid "**Geneva' in "\n".join(lines)) == (width == "no")


# Shapes that other tools write.


def test_indented_strings_belong_to_their_entry(project: Project) -> None:
    saved_by(project, msgcat("--indent"))
    project.source(RELEASE.replace("It is small", "It is not small"))
    project.run("sync")
    entry = project.entry("**Geneva")
    assert entry.msgstr.count("⟧") == 1  # the rest of the old translation stands behind the new one


def test_octal_escapes_are_read(project: Project) -> None:
    data = saved_by(project, msgcat("--escape"))
    project.run("sync")
    assert project.path().read_bytes() == data


def test_locations_that_a_tool_leaves_out_stay_out(project: Project) -> None:
    data = saved_by(project, msgcat("--no-location"))
    project.run("sync")
    assert project.path().read_bytes() == data
