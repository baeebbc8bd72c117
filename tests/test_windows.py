"""Documents come in windows and are done by several workers: neither can be seen in what is written."""

from __future__ import annotations

import os
import signal
from concurrent.futures import Executor
from pathlib import Path

import pytest

from prl10n import config, executors, pipeline, spool
from prl10n.assembly import Page
from prl10n.document import Rules
from prl10n.executors import Crew, Processes
from prl10n.outcome import Outcome, Selection, Stage
from project import Project

EVERYTHING = Stage.EXTRACT | Stage.TRANSLATE | Stage.BUILD
PAGES = 12


@pytest.fixture(autouse=True)
def epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795478400")


def project(folder: Path) -> Project:
    """Pages that link to each other's headings, and share texts; one cannot be read."""
    made = Project(folder)
    made.write("prl10n.toml", 'targets = ["fr", "de"]\n[backend]\nname = "pseudo"\n')
    for number in range(PAGES):
        other = (number * 5 + 3) % PAGES
        text = (
            f"---\ntitle: Release {number}\n---\n\n## The news {number}\n\nSee [it](p{other}.md#the-news-{other}) and "
            f"[this](#the-news-{number}).\n\nA text that all pages have.\n\n- *One* of {number // 2}\n"
        )
        made.source(text, f"p{number}.md")
    (folder / "content/en/bad.md").write_bytes(b"\xff")
    return made


def run(project: Project, *, dry_run: bool = False, executor: Executor | None = None) -> Outcome:
    return pipeline.run(
        config.load(project.root),
        EVERYTHING,
        Selection(),
        dry_run=dry_run,
        environ=project.environ,
        executor=executor or executors.Here(),
    )


def written(project: Project) -> dict[str, bytes]:
    files = (path for path in project.root.rglob("*") if path.is_file() and ".prl10n" not in path.parts)
    return {path.relative_to(project.root).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("window", [1, 500, 1_000_000])
@pytest.mark.parametrize("in_memory", [0, 4_000_000])
def test_windows_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, window: int, in_memory: int) -> None:
    whole, parts = project(tmp_path / "whole"), project(tmp_path / "parts")
    expected = run(whole)
    monkeypatch.setattr(executors, "WINDOW", window)
    monkeypatch.setattr(spool, "IN_MEMORY", in_memory)
    found = run(parts)
    assert written(parts) == written(whole)
    assert [finding.message for finding in found.findings] == [finding.message for finding in expected.findings]
    assert [(row.document, row.states) for row in found.rows] == [(row.document, row.states) for row in expected.rows]
    assert b"#[the news" not in written(parts)["content/fr/p1.md"]
    stamps = parts.stamps()
    run(parts)
    assert parts.stamps() == stamps


@pytest.mark.parametrize("window", [1, 1_000_000])
def test_what_the_dry_run_announces_is_sent_whatever_the_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    monkeypatch.setattr(executors, "WINDOW", window)
    there = project(tmp_path)
    announced, done = run(there, dry_run=True), run(there)
    for locale in ("fr", "de"):
        plan = announced.plans[locale]
        rows = [row for row in done.rows if row.locale == locale]
        assert sum(row.tally.sent for row in rows) == plan.texts
        assert done.plans[locale] == plan
    # a title and a heading for each page, an item for every second one, and two texts that all have
    assert announced.plans["fr"].texts == PAGES * 2 + PAGES // 2 + 2


def test_processes_write_what_one_process_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "WINDOW", 1_000)
    monkeypatch.setattr(executors, "CHUNK", 2)
    alone, together = project(tmp_path / "alone"), project(tmp_path / "together")
    run(alone)
    with Processes(2) as processes:
        run(together, executor=processes)
    assert written(together) == written(alone)


# --- workers that die -------------------------------------------------------------------------------------------------


def squared(number: int) -> int:
    if number == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def test_a_job_that_kills_its_process_is_lost_and_no_other() -> None:
    with Processes(2) as processes:
        crew = Crew(processes)
        chunks = [crew.submit(squared, range(first, first + 5), first // 5) for first in range(0, 20, 5)]
        found = [result for chunk in chunks for result in crew.results(chunk, lambda job: -job)]
    assert found == [number * number if number != 13 else -13 for number in range(20)]


def test_a_lane_is_one_process() -> None:
    with Processes(2) as processes:
        crew = Crew(processes)
        found = [set(crew.submit(process_of, range(3), lane).future.result()) for lane in (0, 1, 0, 1)]
    assert all(len(each) == 1 for each in found)
    assert (found[0], found[1]) == (found[2], found[3])
    assert found[0] != found[1]


def process_of(_: int) -> int:
    return os.getpid()


# --- pages that wait --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_memory", [0, 10, 1_000])
def test_a_spool_gives_back_what_it_got(monkeypatch: pytest.MonkeyPatch, in_memory: int) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY", in_memory)
    pages = {("fr", f"{number}.md"): Page(b"", Rules(), b"x" * number) for number in range(9)}
    kept = spool.Spool(sorted(name for _, name in pages))
    for (locale, name), page in pages.items():
        kept.put(locale, name, page)
    assert {(locale, name): page for locale, name, page in kept.all()} == pages
    assert kept.get("fr", "7.md") == pages["fr", "7.md"]
    assert kept.get("de", "7.md") is None
    kept.close()
