"""Faults of the system around a command: a quick selection of `bench/faults.py`, and what its laws stand on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from deepl_server import DeepLServer
from prl10n import catalog, files, lock
from prl10n.catalog import Catalog, Entry
from prl10n.errors import Prl10nError
from prl10n.model import State
from project import CONFIGURATION, Project

BENCH = Path(__file__).parent.parent / "bench/faults.py"
QUICK = (
    "full disk",
    "two at once",
    "damaged memory",
    "damaged catalog",
    "link out of the tree",
)


def test_sync_under_faults() -> None:
    chosen = [argument for name in QUICK for argument in ("--fault", name)]
    done = subprocess.run(
        [sys.executable, BENCH, str(len(QUICK)), "--command", "sync", *chosen],
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


# --- the lock ---------------------------------------------------------------------------------------------------------

HOLDER = """
import sys, time
from pathlib import Path
from prl10n import files, lock
with lock.held(Path(sys.argv[1])):
    (Path(sys.argv[1]) / f"{files._temporary(__import__('os').getpid())}0badcafe.tmp").write_text("half")
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock of `tmp_path`, and is in the middle of writing a file."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    process.stdout.close()
    return process


def note(root: Path) -> str:
    return (root / lock.FILE).read_text(encoding="utf-8")


def test_a_lock_says_who_holds_it_and_waits_for_nobody_for_long(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    try:
        said = f"another prl10n is at work in this project: process {holder.pid} on"
        with pytest.raises(Prl10nError, match=said) as caught, lock.held(tmp_path, patience=0.2):
            pytest.fail("two hold it")
        assert caught.value.exit_code == 2
        assert caught.value.where == str(tmp_path / lock.FILE)
        assert "end it" in caught.value.remedy
        assert note(tmp_path).split()[0] == str(holder.pid)
    finally:
        holder.kill()
        holder.wait()


def test_the_lock_of_a_process_that_was_killed_is_taken_over_and_its_half_files_go(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    holder.kill()
    holder.wait()
    assert note(tmp_path).split()[0] == str(holder.pid)
    mine = tmp_path / ".prl10n-1-0badcafe.tmp"  # of a process that nobody says is gone
    mine.write_text("", encoding="utf-8")
    assert len(list(tmp_path.glob(".prl10n-*.tmp"))) == 2
    with lock.held(tmp_path, patience=0):
        assert note(tmp_path).split()[0] == str(os.getpid())
        assert list(tmp_path.glob(".prl10n-*.tmp")) == [mine]
    assert note(tmp_path) == ""


def test_a_lock_is_let_go_however_a_run_ends(tmp_path: Path) -> None:
    for error in (Prl10nError("x"), KeyboardInterrupt(), SystemExit(1)):
        with pytest.raises(type(error)), lock.held(tmp_path):
            raise error
        assert note(tmp_path) == ""
    assert (tmp_path / ".prl10n/.gitignore").read_text(encoding="utf-8") == "*\n"


def test_a_lock_follows_no_link_out_of_the_project(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "project").mkdir()
    (tmp_path / "project/.prl10n").symlink_to(outside)
    with pytest.raises(Prl10nError, match="a link leads out of the project"), lock.held(tmp_path / "project"):
        pytest.fail("it was taken")
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "needs"),
    [("status", False), ("check", False), ("sync --dry-run", False), ("build", True), ("sync", True)],
)
def test_only_commands_that_write_wait_for_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holder: subprocess.Popen[str], arguments: str, needs: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lock, "PATIENCE", 0.0)
    project = Project(tmp_path)
    project.write("prl10n.toml", CONFIGURATION.replace("[backend.deepl]\nretries = 0", '[backend]\nname = "pseudo"'))
    project.source("# One\n")
    try:
        result = project.run(*arguments.split())
    finally:
        holder.kill()
        holder.wait()
    assert ("at work in this project" in result.stderr) is needs
    assert (result.exit_code == 2) is needs


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_pipe_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(Prl10nError, match="is no file but a pipe or a device"):
            files.read(path)


@pytest.mark.parametrize("name", ["folder", "file/below", "n" * 300, "a\0b"], ids=["folder", "below", "long", "NUL"])
def test_what_cannot_be_written_is_named_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(Prl10nError, match="cannot be written") as caught:
        files.write(tmp_path / name, b"x")
    assert caught.value.where == str(tmp_path / name)
    assert {path.name for path in tmp_path.rglob("*")} == {"folder", "file"}


def test_the_mode_of_a_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    path.chmod(0o640)
    files.write(path, b"y")
    assert path.stat().st_mode & 0o777 == 0o640


def test_an_editor_that_empties_a_file_first_is_waited_for(tmp_path: Path) -> None:
    """Law 4: half of what it writes is no catalog to merge with."""
    path = tmp_path / "a.po"
    before = catalog.render(Catalog((Entry("One", ""), Entry("Two", "")), 'msgid ""\nmsgstr ""\n"Language: fr\\n"'))
    path.write_bytes(before)
    seen = catalog.load(path)
    assert seen is not None
    lines = before.replace(b'msgid "Two"\nmsgstr ""', b'msgid "Two"\nmsgstr "Deux"').splitlines(keepends=True)
    emptied = threading.Event()

    def save() -> None:
        with path.open("wb") as file:
            emptied.set()
            for line in lines:
                time.sleep(0.02)
                file.write(line)
                file.flush()

    editor = threading.Thread(target=save)
    editor.start()
    emptied.wait()
    draft = {"One": catalog.Draft("Un", "deepl 2026-11-24")}
    catalog.update(path, seen, lambda current: catalog.fill(current, draft))
    editor.join()
    after = catalog.load(path)
    assert after is not None
    assert [(entry.msgid, entry.msgstr, entry.state) for entry in after.entries] == [
        ("One", "Un", State.DRAFT),
        ("Two", "Deux", State.APPROVED),
    ]


# --- signals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_a_run_when_what_is_under_way_has_come_back(
    tmp_path: Path, ctrl_c: None, number: signal.Signals, code: int
) -> None:
    """Law 5: the answer that was paid for is in the journal, and the same command goes on from there."""
    with DeepLServer() as server:
        project = Project(tmp_path, server.environ)
        project.write("prl10n.toml", CONFIGURATION)
        project.source("# One\n")
        server.latency = 1.0
        command = [sys.executable, "-m", "prl10n", "sync"]
        environ = {**os.environ, **server.environ}
        process = subprocess.Popen(command, cwd=tmp_path, env=environ, stderr=subprocess.PIPE, text=True)
        while not server.most_at_once:
            time.sleep(0.02)
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
        assert process.returncode == code
        assert "the same command resumes" in said
        assert note(tmp_path) == ""
        server.requests.clear()
        done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0
        assert [text for request in server.requests for text in request.texts] == []
