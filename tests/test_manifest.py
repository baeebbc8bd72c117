"""The manifest changes nothing but the time: with it and without it a run gives the same files and says the same."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prl10n import document, manifest
from prl10n.manifest import records
from prl10n.model import State
from project import Project

CONFIGURATION = 'targets = ["fr", "de"]\n[backend]\nname = "pseudo"\n'
PAGES = {
    "a.md": "---\ntitle: First\n---\n\n# One\n\nSee [two](b.md#two) and ![a picture](p.png).\n\n{{ broken\n",
    "b.md": "# Two\n\nBack to [one](a.md#one), on to [three](c/c.md#three).\n",
    "c/c.md": "# Three\n\nNo link, but *markup*.\n",
    "d.md": "```\nno text\n```\n",
}


def made(root: Path) -> Project:
    project = Project(root)
    project.write("prl10n.toml", CONFIGURATION)
    for name, text in PAGES.items():
        project.source(text, name)
    return project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    return made(tmp_path)


@pytest.fixture
def split(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The documents that were parsed as a source or as a page."""
    seen: list[bytes] = []
    real = document.split

    def noted(data: bytes, rules: document.Rules) -> document.Document:
        seen.append(data)
        return real(data, rules)

    monkeypatch.setattr("prl10n.document.split", noted)
    return seen


# --- what is done again -----------------------------------------------------------------------------------------------


def test_what_did_not_change_is_not_parsed(project: Project, split: list[bytes]) -> None:
    first = project.json("sync")
    split.clear()
    second = project.json("sync")
    assert split == []
    assert [row["units"] for row in first["documents"]] == [row["units"] for row in second["documents"]]
    assert not any(row["catalog_written"] or row["page_written"] for row in second["documents"])


def test_an_edited_page_is_parsed_with_those_that_link_to_it(project: Project, split: list[bytes]) -> None:
    project.run("sync")
    project.source(PAGES["d.md"] + "\nOne more.\n", "d.md")
    split.clear()
    project.run("sync")
    assert {data.split(b"\n")[1] for data in split} == {b"no text"}
    assert [entry.msgid for entry in project.catalog("d").entries] == ["One more."]
    project.source(PAGES["c/c.md"] + "\nOne more.\n", "c/c.md")
    split.clear()
    project.run("sync")
    assert {name for name, text in PAGES.items() if any(text.encode() in data for data in split)} == {
        "c/c.md",
        "b.md",  # links to it; what else it links to is asked for its headings, which takes no units
    }


def test_another_time_with_the_same_bytes_is_no_change(project: Project, split: list[bytes]) -> None:
    """As `git checkout` leaves files of a branch and back."""
    project.run("sync")
    for path in project.root.rglob("*.*"):
        if path.is_file() and ".prl10n" not in path.parts:
            os.utime(path, ns=(10**18, 10**18))
    split.clear()
    project.run("sync")
    assert split == []


def test_the_same_size_and_times_with_other_bytes_are_a_change(project: Project) -> None:
    """The inode and the time of the inode's change tell; an editor cannot set them back."""
    project.run("sync")
    path = project.root / "content/en/c/c.md"
    stat = path.stat()
    path.write_text(PAGES["c/c.md"].replace("link", "knil"), encoding="utf-8")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    project.run("sync")
    assert "knil" in "".join(entry.msgid for entry in project.catalog("c/c").entries)


def test_a_stat_as_young_as_the_grain_of_the_clock_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"one")
    young = manifest.look(str(path))
    assert young is not None
    assert not young.sure
    assert manifest.unchanged(str(path), young), "its bytes say so"


def test_units_without_a_text_are_tried_again(project: Project) -> None:
    project.write("prl10n.toml", CONFIGURATION.replace("pseudo", "memory"))
    assert [project.run("sync").exit_code for _ in range(3)] == [4, 4, 4]


@pytest.mark.parametrize("damage", [b"", b"\x00", b"\xff" * 99, b"\x93\x01\x02\x03"])
def test_a_damaged_manifest_is_none(project: Project, damage: bytes) -> None:
    said = [project.json("sync"), project.json("sync")]
    path = project.root / manifest.FILE
    whole = path.read_bytes()
    path.write_bytes(damage)
    assert project.json("sync") == said[1]
    assert len(path.read_bytes()) == len(whole)


def test_a_run_that_changes_nothing_writes_no_manifest(project: Project) -> None:
    project.run("sync")
    os.utime(project.root / manifest.FILE, ns=(10**18, 10**18))
    time.sleep(0.06)  # the stats of files that are younger than the clock's grain are noted again
    for _ in range(3):
        project.run("sync")
    before = (project.root / manifest.FILE).stat().st_mtime_ns
    project.run("sync")
    assert (project.root / manifest.FILE).stat().st_mtime_ns == before


# --- how it is kept ---------------------------------------------------------------------------------------------------

FILES = st.builds(
    records.Seen,
    st.tuples(*[st.integers(0, 2**64 - 1)] * 4),
    st.binary(min_size=16, max_size=16),
    st.booleans(),
)
COUNTS = st.tuples(*[st.integers(0, 2**32 - 1)] * len(State))
TEXTS = st.lists(st.text(max_size=3), max_size=2).map(tuple)
ITEMS = st.builds(
    records.ItemSeen,
    source=st.binary(min_size=16, max_size=16),
    catalog=st.none() | FILES,
    page=st.none() | FILES,
    states=COUNTS,
    words=COUNTS,
    rejected=TEXTS,
    complete=st.booleans(),
    links=st.booleans(),
    targets=TEXTS,
    has_page=st.booleans(),
    moved=st.text(max_size=3),
)


@given(ITEMS)
def test_what_is_kept_of_a_document_is_given_as_it_was(item: records.ItemSeen) -> None:
    kept = records.Locale(3, b"")
    kept.put(1, item)
    assert [kept.get(number) for number in range(3)] == [None, item, None]
    assert kept.published(1) == (item.has_page, item.moved)
    assert kept.forget(1)
    assert not kept.forget(1)
    assert kept.get(1) is None


@given(FILES)
def test_a_file_is_given_as_it_was(seen: records.Seen) -> None:
    kept = records.Sources(2)
    assert kept.keep_file(1, seen)
    assert not kept.keep_file(1, seen)
    assert [kept.file(number) for number in range(2)] == [None, seen]


@pytest.mark.parametrize("stat", [(1, 2**70, 3, 4), (1, 2, -3, 4), (1, 2, 3, 2**64)])
def test_a_stat_without_room_is_another_one_and_its_bytes_decide(stat: records.Stat) -> None:
    """Inodes of some systems have 128 bits, and a clock may stand before 1970."""
    kept = records.Sources(1)
    kept.keep_file(0, records.Seen(stat, b"d" * 16, True))
    seen = kept.file(0)
    assert seen is not None
    assert seen.stat != stat
    assert seen.digest == b"d" * 16


@pytest.mark.parametrize("change", [-1, 1], ids=["shorter", "longer"])
def test_a_file_of_another_size_is_none(project: Project, change: int) -> None:
    project.run("sync")
    path = project.root / manifest.FILE
    data = path.read_bytes()
    names = sorted(PAGES)
    assert records.load(path, names) is not None
    path.write_bytes(data + b"x" if change > 0 else data[:change])
    assert records.load(path, names) is None
    assert project.run("sync").exit_code == 0


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_byte_that_is_another_makes_a_manifest_none(project: Project, data: st.DataObject) -> None:
    """A wrong count would be told as a right one, and a wrong address be linked to."""
    path, names = project.root / manifest.FILE, sorted(PAGES)
    if not path.exists():
        project.run("sync")
    whole = path.read_bytes()
    place, change = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(1, 255))
    other = path.with_name("other")
    other.write_bytes(whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :])
    assert records.load(path, names) is not None
    assert records.load(other, names) is None


def written(root: Path, names: list[str], marks: dict[str, int]) -> Path:
    """A manifest of documents, each with something of its own in each place where it is kept."""
    kept = records.Records(len(names), b"print")
    kept.locales["fr"] = records.Locale(len(names), b"locale")
    for number, name in enumerate(names):
        seen = records.Seen((marks[name], 2, 3, 4), bytes([marks[name]] * 16), True)
        source = records.SourceSeen(seen, f"/{name}/", (f"/old/{name}",) if marks[name] % 2 else (), {})
        kept.sources.put(number, source)
        counts = (marks[name], 0, 0, 0)
        targets = (name,) if marks[name] % 2 else ()
        item = records.ItemSeen(seen.digest, seen, None, counts, counts, (), True, True, targets, False, "")
        kept.locales["fr"].put(number, item)
    path = root / "manifest"
    path.write_bytes(b"".join(records.parts(kept, names)))
    return path


@given(
    st.sets(st.sampled_from("abcdefghij"), min_size=1),
    st.sets(st.sampled_from("abcdefghij"), min_size=1),
)
def test_documents_that_come_and_go_leave_the_others_what_is_known_of_them(before: set[str], after: set[str]) -> None:
    marks = {name: number for number, name in enumerate("abcdefghij", start=1)}
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), sorted(before), marks)
        kept = records.load(path, sorted(after))
    assert kept is not None
    assert kept.anew == (before != after)
    for number, name in enumerate(sorted(after)):
        source, item = kept.sources.get(number), kept.locales["fr"].get(number)
        if name not in before:
            assert source is None
            assert item is None
            continue
        assert source is not None
        assert item is not None
        assert source.address == f"/{name}/"
        assert source.aliases == ((f"/old/{name}",) if marks[name] % 2 else ())
        assert source.file.stat[0] == item.states[0] == marks[name]
        assert item.targets == ((name,) if marks[name] % 2 else ())


# --- with and without it ----------------------------------------------------------------------------------------------


def _write(name: str, text: str) -> Callable[[Project], object]:
    return lambda project: project.write(name, text)


def _remove(name: str) -> Callable[[Project], object]:
    return lambda project: (project.root / name).unlink(missing_ok=True)


def _replace(name: str, before: str, after: str) -> Callable[[Project], object]:
    def change(project: Project) -> None:
        path = project.root / name
        if path.is_file():
            path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")

    return change


def _rename(before: str, after: str) -> Callable[[Project], object]:
    def change(project: Project) -> None:
        if (project.root / before).is_file():
            (project.root / before).rename(project.root / after)

    return change


CHANGES: dict[str, Callable[[Project], object]] = {
    "nothing": lambda project: None,
    "a heading that others link to": _replace("content/en/b.md", "# Two", "# Second"),
    "and back": _replace("content/en/b.md", "# Second", "# Two"),
    "a word": _replace("content/en/c/c.md", "markup", "words"),
    "an address": _write("content/en/c/c.md", "---\nurl: /other/\n---\n\n# Three\n\nMoved.\n"),
    "a new page": _write("content/en/e.md", "# Five\n\n[one](a.md#one)\n"),
    "a page that links lacked": _write("content/en/c/f.md", "# Six\n"),
    "a link to it": _write("content/en/g.md", "# Seven\n\n[six](c/f.md#six)\n"),
    "a page is gone": _remove("content/en/b.md"),
    "a page is renamed": _rename("content/en/a.md", "content/en/z.md"),
    "an unreadable page": lambda project: (project.root / "content/en/bad.md").write_bytes(b"\xff\xfe\xff"),
    "a picture": _write("content/en/p.png", "x"),
    "its localized variant": _write("content/en/p.fr.png", "x"),
    "a localized page is gone": _remove("content/fr/b.md"),
    "a localized page is edited": _write("content/fr/a.md", "Mine.\n"),
    "a catalog is gone": _remove("locales/fr/LC_MESSAGES/a.po"),
    "a catalog is approved": _replace("locales/fr/LC_MESSAGES/b.po", "#, fuzzy\n", ""),
    "a translation breaks the page": _replace("locales/de/LC_MESSAGES/c/c.po", 'msgstr "', 'msgstr "**`'),
    "a catalog is damaged": _write("locales/fr/LC_MESSAGES/c/c.po", 'msgid "x\nmsgstr ""\n'),
    "only what is approved": _write("prl10n.toml", CONFIGURATION + "[publish]\ndrafts = false\n"),
    "other anchors": _write("prl10n.toml", CONFIGURATION + '[links]\nanchors = "source"\n'),
    "other addresses": _write(
        "prl10n.toml", CONFIGURATION.replace("[backend]", '[content]\ndialect = "hugo"\n[backend]')
    ),
    "other rules": _write("prl10n.toml", CONFIGURATION + "[locale.fr.front_matter]\ntranslate = []\n"),
    "one more locale": _write("prl10n.toml", CONFIGURATION.replace('"de"', '"de", "es"')),
    "hreflang": _write("prl10n.toml", CONFIGURATION + '[site]\nbase_url = "https://a.example"\nhreflang = "v.json"\n'),
    "as before": _write("prl10n.toml", CONFIGURATION),
}


def files(root: Path) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file() and ".prl10n" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def said(root: Path, arguments: list[str]) -> tuple[int, object]:
    here = Path.cwd()
    os.chdir(root)
    try:
        result = Project(root).run(*arguments, "--json")
    finally:
        os.chdir(here)
    return result.exit_code, json.loads(result.stdout) if result.stdout else result.stderr.replace(str(root), "")


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=2),
            st.sampled_from(
                [["sync"], ["sync"], ["sync"], ["sync", "--locale", "fr"], ["sync", "--dry-run"], ["status"], ["build"]]
            ),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_with_and_without_it_runs_are_the_same(steps: list[tuple[list[str], list[str]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with_it = Path(folder, "with").resolve()
        without = Path(folder, "without").resolve()
        project = made(with_it)
        said(with_it, ["sync"])
        for changes, command in steps:
            for change in changes:
                CHANGES[change](project)
            shutil.rmtree(without, ignore_errors=True)
            shutil.copytree(with_it, without)
            (without / manifest.FILE).unlink(missing_ok=True)
            assert said(with_it, command) == said(without, command)
            assert files(with_it) == files(without)
