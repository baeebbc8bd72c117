"""`prl10n sync --watch`: a real process that watches real files, and a server on loopback that counts its requests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from deepl_server import DeepLServer
from project import Project

PAGE = "# News\n\nThe first sentence.\n"
AT_ONCE = 1.2  # seconds; well below the silence after which a text is sent, and generous to a machine that is busy


@pytest.fixture
def server() -> Iterator[DeepLServer]:
    with DeepLServer() as running:
        yield running


class Watched:
    """A project and the process that watches it."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.log = project.root.parent / "log"
        environ = {**os.environ, **project.environ, "PYTHONUNBUFFERED": "1"}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "prl10n", "sync", "--watch"], cwd=project.root, env=environ, stderr=log
            )
        self.until(lambda: "Watching" in self.said, 20)

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def until(self, true: Callable[[], bool], seconds: float = 10) -> float:
        """Wait for something, and return how long that took."""
        start = time.monotonic()
        while not true():
            assert self.process.poll() is None, self.said
            assert time.monotonic() - start < seconds, self.said
            time.sleep(0.02)
        return time.monotonic() - start

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(10)


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


def test_nothing_is_sent_while_a_sentence_is_being_typed(watched: Watched, server: DeepLServer) -> None:
    project, sentence = watched.project, ""
    before = len(texts(server))
    for word in ("Wait", " for", " the", " end."):
        sentence += word
        project.source(f"{PAGE}\n{sentence}\n")
        watched.until(partial(_holds, project, sentence), AT_ONCE)
        assert len(texts(server)) == before, "what is not translated stands in the source language"
        time.sleep(0.3)
    watched.until(lambda: "wAIT FOR THE END." in project.page())
    assert texts(server)[before:] == ["Wait for the end."]


def test_what_is_known_is_on_the_page_at_once(watched: Watched, server: DeepLServer) -> None:
    project = watched.project
    before = len(texts(server))
    project.source("The first sentence.\n")
    watched.until(lambda: project.page() == "tHE FIRST SENTENCE.\n", AT_ONCE)
    project.source("# News\n\nThe first sentence.\n\n## News\n")
    watched.until(lambda: project.page() == "# nEWS\n\ntHE FIRST SENTENCE.\n\n## nEWS\n", AT_ONCE)
    assert len(texts(server)) == before


def test_a_correction_of_a_translator_is_on_the_page_at_once(watched: Watched) -> None:
    project = watched.project
    project.edit("tHE FIRST SENTENCE.", "La première phrase.")
    watched.until(lambda: "La première phrase." in project.page(), AT_ONCE)


def test_new_and_removed_documents_are_seen(watched: Watched) -> None:
    project = watched.project
    path = project.source("# Other\n", "other/b.md")
    watched.until(lambda: (project.root / "content/fr/other/b.md").is_file())
    path.unlink()
    path.parent.rmdir()
    project.source("# Third\n", "c.md")
    watched.until(lambda: (project.root / "content/fr/c.md").is_file())
    assert "error" not in watched.said


def test_what_is_wrong_is_said_and_the_watching_goes_on(watched: Watched) -> None:
    project = watched.project
    (project.root / "content/en/bad.md").write_bytes(b"\xff\xfe")
    watched.until(lambda: "bad.md" in watched.said)
    project.write("prl10n.toml", "targets = [")
    watched.until(lambda: "prl10n.toml:1" in watched.said)
    project.source(f"{PAGE}\nMore.\n")
    watched.until(lambda: "mORE." in project.page())
    project.configure('[front_matter.set]\nlang = "{locale}"\n')
    watched.until(lambda: "lang: fr" in project.page())


def test_its_own_writes_are_no_changes(watched: Watched) -> None:
    project = watched.project
    project.source(f"{PAGE}\nMore.\n")
    watched.until(lambda: "mORE." in project.page())
    time.sleep(0.5)
    said, stamps = watched.said, project.stamps()
    time.sleep(2.5)
    assert (watched.said, project.stamps()) == (said, stamps)


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
