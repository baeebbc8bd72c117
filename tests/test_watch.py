"""`prl10n sync --watch`: a real process that watches real files, and a server on loopback that counts its requests.

Its clock is the test's own, so that what happens at once, and what happens after a silence, is told apart on a machine
that is as slow as it likes: `at once` is while the clock stands still.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

from deepl_server import DeepLServer
from prl10n.watching import QUIET, TICK
from project import Project

PAGE = "# News\n\nThe first sentence.\n"

# The program, with a clock that a file tells, and a note of each run: how many documents (`all`), and whether it may
# send texts.
CLOCKED = """
import sys
from pathlib import Path
from prl10n import pipeline, watching
from prl10n.__main__ import main

folder, run = Path(sys.argv.pop(1)), pipeline.run

class Clock:
    def monotonic(self):
        return float((folder / "clock").read_text())

def noted(config, stages, selection, **options):
    number = len(selection.paths) or "all"
    silent = options["most_characters"] == pipeline.NOTHING
    with (folder / "runs").open("a") as notes:
        notes.write(f"{number} {'silent' if silent else 'sending'}\\n")
    return run(config, stages, selection, **options)

watching.time, pipeline.run = Clock(), noted
sys.exit(main())
"""


@pytest.fixture
def server() -> Iterator[DeepLServer]:
    with DeepLServer() as running:
        yield running


class Watched:
    """A project and the process that watches it."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.folder = project.root.parent
        self.log = self.folder / "log"
        self.now = 1000.0
        self.later(0)
        environ = {**os.environ, **project.environ, "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-c", CLOCKED, str(self.folder), "sync", "--watch"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=project.root, env=environ, stderr=log)
        self.until(lambda: "Watching" in self.said)

    def later(self, seconds: float) -> None:
        """So much time goes by."""
        self.now += seconds
        beside = self.folder / "clock.new"
        beside.write_text(str(self.now))
        beside.replace(self.folder / "clock")

    @property
    def runs(self) -> list[str]:
        return (self.folder / "runs").read_text().splitlines()

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def until(self, true: Callable[[], bool]) -> None:
        """Wait for something: the limit is for what never comes."""
        end = time.monotonic() + 30
        while not true():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < end, self.said
            time.sleep(0.02)

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


@pytest.fixture
def watched(tmp_path: Path, server: DeepLServer, ctrl_c: None) -> Iterator[Watched]:
    project = Project(tmp_path / "site", server.environ)
    project.configure("")
    project.source(PAGE)
    running = Watched(project)
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()


def texts(server: DeepLServer) -> list[str]:
    return [text for request in server.requests for text in request.texts]


def _holds(project: Project, text: str) -> bool:
    return text in project.page()


def _exists(project: Project, name: str) -> bool:
    return (project.root / "content/fr" / name).is_file()


def test_nothing_is_sent_while_a_sentence_is_being_typed(watched: Watched, server: DeepLServer) -> None:
    project, sentence = watched.project, ""
    before = len(texts(server))
    for word in ("Wait", " for", " the", " end."):
        sentence += word
        project.source(f"{PAGE}\n{sentence}\n")
        watched.until(partial(_holds, project, sentence))
        assert len(texts(server)) == before, "what is not translated stands in the source language"
        watched.later(QUIET - 0.1)
        time.sleep(4 * TICK)  # it looks at its clock
    assert len(texts(server)) == before, "the silence is not over"
    watched.later(0.1)
    watched.until(lambda: "wAIT FOR THE END." in project.page())
    assert texts(server)[before:] == ["Wait for the end."]


def test_who_writes_keeps_nobody_else_waiting(watched: Watched, server: DeepLServer) -> None:
    project = watched.project
    project.source("# Other\n", "b.md")
    watched.until(project.path("b").is_file)
    watched.later(QUIET - 0.1)
    project.source(f"{PAGE}\nStill being wri\n")
    watched.until(lambda: _holds(project, "Still being wri"))
    watched.later(0.1)
    watched.until(lambda: _exists(project, "b.md") and project.page("b.md") == "# oTHER\n")
    assert "Still being wri" not in texts(server)


def test_what_is_known_is_on_the_page_at_once(watched: Watched, server: DeepLServer) -> None:
    project = watched.project
    before = len(texts(server))
    project.source("The first sentence.\n")
    watched.until(lambda: project.page() == "tHE FIRST SENTENCE.\n")
    project.source("# News\n\nThe first sentence.\n\n## News\n")
    watched.until(lambda: project.page() == "# nEWS\n\ntHE FIRST SENTENCE.\n\n## nEWS\n")
    assert len(texts(server)) == before


def test_a_correction_of_a_translator_is_on_the_page_at_once(watched: Watched) -> None:
    project = watched.project
    project.edit("tHE FIRST SENTENCE.", "La première phrase.")
    watched.until(lambda: "La première phrase." in project.page())


def test_an_edit_during_the_first_run_is_seen(tmp_path: Path, server: DeepLServer, ctrl_c: None) -> None:
    """The first run of a large project takes long, and people go on writing."""
    project = Project(tmp_path / "site", server.environ)
    project.configure("")
    project.source(PAGE)
    server.latency = 1.0

    def write() -> None:
        while not server.most_at_once:  # the source is read by now
            time.sleep(0.02)
        project.source("The first sentence.\n")

    writer = Thread(target=write)
    writer.start()
    watched = Watched(project)
    writer.join()
    try:
        watched.until(lambda: project.page() == "tHE FIRST SENTENCE.\n")
    finally:
        watched.process.kill()
        watched.process.wait()


def test_new_and_removed_documents_are_seen(watched: Watched) -> None:
    project = watched.project
    path = project.source("# Other\n", "other/b.md")
    watched.until(project.path("other/b").is_file)
    watched.later(QUIET)
    watched.until(lambda: _exists(project, "other/b.md"))
    path.unlink()
    path.parent.rmdir()
    project.source("# Third\n", "c.md")

    def third() -> bool:  # it may be the one that is gone, renamed: that is looked at when all is quiet
        watched.later(QUIET)
        return _exists(project, "c.md")

    watched.until(third)
    assert "error" not in watched.said


def test_what_is_wrong_is_said_and_the_watching_goes_on(watched: Watched) -> None:
    project = watched.project
    (project.root / "content/en/bad.md").write_bytes(b"\xff\xfe")
    watched.until(lambda: "bad.md" in watched.said)
    project.write("prl10n.toml", "targets = [")
    watched.until(lambda: "prl10n.toml:1" in watched.said)
    project.source(f"{PAGE}\nMore.\n")
    watched.until(lambda: "More." in project.page())
    project.configure('[front_matter.set]\nlang = "{locale}"\n')
    watched.later(QUIET)
    watched.until(lambda: "lang: fr" in project.page())
    assert "mORE." in project.page()


def test_its_own_writes_are_no_changes(watched: Watched) -> None:
    """Three runs for an edit: what is known; what is sent; what depends on it. Then it is still, although catalogs were
    written that it watches.
    """
    project = watched.project
    watched.until(lambda: watched.project.page() != "")
    before = len(watched.runs)
    project.source(f"{PAGE}\nMore.\n")
    watched.until(lambda: "More." in project.page())
    watched.later(QUIET)
    watched.until(lambda: "all sending" in watched.runs[before:])
    project.source("The first sentence.\n")
    watched.until(lambda: project.page() == "tHE FIRST SENTENCE.\n" and len(watched.runs) >= before + 4)
    assert watched.runs[before:] == ["1 silent", "1 sending", "all sending", "1 silent"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_ends_as_every_command_does(watched: Watched, number: int, code: int) -> None:
    assert watched.end(number) == code
    assert watched.project.page() == "# nEWS\n\ntHE FIRST SENTENCE.\n"


@pytest.mark.parametrize("option", ["--dry-run", "--json"])
def test_options_that_make_no_sense_are_refused(option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = Project(tmp_path).run("sync", "--watch", option)
    assert result.exit_code == 2
    assert "--watch goes neither with" in result.stderr
