"""The project's own releases: approved to the last unit, built as they stand, in the French of a Paris newsroom."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from prl10n import catalog, document
from prl10n.model import State
from project import Project, msgfmt

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "content/en").rglob("*.md"))
CATALOGS = sorted((ROOT / "locales").rglob("*.po"))
TEXTS = [entry for path in CATALOGS for entry in catalog.parse(path.read_bytes()).entries]

CODE = re.compile(r"`[^`]*`|\]\([^)]*\)|https?://\S+|[\w.]+@[\w.]+")


def test_sync_has_nothing_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("content", "locales"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "prl10n.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    stamps = project.stamps()
    assert project.run("sync").exit_code == 0
    assert project.stamps() == stamps
    said = project.json("status")
    assert said["totals"]["approved"] == sum(row["units"] for row in said["documents"]) > 40
    assert {row["page_state"] for row in said["documents"]} == {"current"}


def test_every_catalog_has_its_source_and_gettext_accepts_it() -> None:
    assert len(CATALOGS) == len(SOURCES) == 3
    for path in CATALOGS:
        msgfmt(path)
    assert {entry.state for entry in TEXTS} == {State.APPROVED}


@pytest.mark.parametrize("source", SOURCES, ids=[path.stem for path in SOURCES])
def test_the_french_page_has_the_skeleton_of_its_source(source: Path) -> None:
    page = ROOT / "content/fr" / source.relative_to(ROOT / "content/en")
    assert document.skeleton(page.read_bytes()) == document.skeleton(source.read_bytes())


@pytest.mark.parametrize("text", [entry.msgstr for entry in TEXTS])
def test_french_typography(text: str) -> None:
    words = CODE.sub("", text)
    assert not re.search(r"[\"'“”]|\.\.\.|--", words)
    assert not re.search(r"(?<![\u202f ])[;!?]|[^\u202f][;!?]", words)
    assert not re.search(r"(?<!\u00a0):(?!\d)", words)
    assert not re.search(r"«(?!\u00a0)|(?<!\u00a0)»", words)
    assert words.count("«") == words.count("»")


def test_the_releases_have_the_shape_of_a_release() -> None:
    for source in SOURCES:
        text = source.read_text(encoding="utf-8")
        assert re.search(r"^\*\*Geneva, \d+th November 2026\*\* - ", text, re.MULTILINE)
        assert re.search(r"_“[^_]*\]\([^_]*[.!?][”\"]_", text)
        assert "\n <br/>\n" in text
        assert re.search(r"^image: ", text, re.MULTILINE)
        assert text.endswith("\n\n\n\n")
