"""Every command under faults of the system around it: signals, full disks, other programs, damaged and hostile trees.

    python bench/faults.py [RUNS] [--seed N] [--fault NAME]... [--command NAME]...       default: 1,000

Each run takes a project in which there is something to do for every command, a command, and a fault, all by its seed.
The command runs under the fault. Then the fault is taken away, and the same command runs to its end. What must hold:

- no traceback, and an exit code that the fault allows;
- what is wrong with a file that the command looks at is named, with its line where it has lines; the exit code is 2;
  the rest goes on: all other files are those of a run without the fault;
- every catalog is one for gettext's own `msgfmt --check`, but for those that the fault itself damaged;
- no word of an approved translation and no remark of a translator is lost or changed (law 4);
- nothing outside of the project has changed (law 7);
- after the second run all files, byte by byte, are those of a run that never saw the fault (but for the document that
  a draft from the memory names, see `settled`), no temporary file is left, and nobody holds the lock.

Prints a line for each run that breaks this, and the sums. Exit code 1 if any does.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import tiny_model
from prl10n import catalog
from prl10n.catalog import Catalog
from prl10n.errors import CatalogError
from prl10n.model import State
from prl10n.models import packages

LONGEST = 60.0  # seconds; what takes longer hangs
CONFIGURATION = """
source = "en"
targets = ["fr", "de"]

[backend]
name = "pseudo"
"""
PAGE = """---
title: Page {number} of {edition}
---

# The {edition} heading {number}

Ada said that **{number}** is _new_, and that [the rest](/x) is old.

- One thing
- Another thing of page {number}
"""
MATCHES = """source,locale,target,note
heading,fr,titre,
"""

# --- commands ---------------------------------------------------------------------------------------------------------


REVIEW = "Ctrl-C ends the review"  # the page is there; it holds the lock only while it saves
BY_HAND = "content/fr/hand.md"
SOURCE, CATALOG, OUTPUT, MEMORY = "source", "catalog", "page", "memory"


@dataclass(frozen=True, slots=True)
class Command:
    """Arguments, whether it writes catalogs or pages, and its exit codes where nothing is wrong.

    `looks`: which files it cannot do without, so that it names what is wrong with one. `until`: it goes on until
    Ctrl-C, which comes once it has said this, and `then` was done.
    """

    arguments: tuple[str, ...]
    writes: bool = False
    codes: tuple[int, ...] = (0,)
    looks: tuple[str, ...] = ()
    until: str = ""
    then: Callable[[str], None] | None = None  # with what it printed


def save(said: str) -> None:
    """What a translator's page does: it approves the first unit of a document, in words of its own. What is refused
    under a fault is the fault's affair; that no answer is a server's error is the law here.
    """
    import httpx2

    address = said.split()[0]
    origin = address.partition("/?")[0]
    headers = {"origin": origin, "x-prl10n": "1"}
    with httpx2.Client(base_url=origin, headers=headers, trust_env=False, timeout=LONGEST) as page:
        page.get(address)
        answer = page.get("/api/units/fr/a2.md")
        if answer.status_code == 200 and (units := answer.json()["units"]):
            unit = units[0]
            body = {"locale": "fr", "document": "a2.md", "context": unit["context"], "msgid": unit["msgid"]}
            answer = page.post(
                "/api/save", json={**body, "seen": unit["version"], "text": "Une page", "state": "approved"}
            )
        if answer.status_code >= 500:
            raise AssertionError(f"the review answers with {answer.status_code}: {answer.text[:300]}")


COMMANDS: Mapping[str, Command] = {
    "init": Command(("init", "site")),
    "extract": Command(("extract",), writes=True, looks=(SOURCE, CATALOG)),
    "translate": Command(("translate",), writes=True, looks=(SOURCE, CATALOG, MEMORY)),
    "build": Command(("build",), writes=True, looks=(SOURCE, CATALOG, OUTPUT)),
    "sync": Command(("sync",), writes=True, looks=(SOURCE, CATALOG, OUTPUT, MEMORY)),
    "sync --watch": Command(
        ("sync", "--watch"),
        writes=True,
        codes=(130,),
        looks=(SOURCE, CATALOG, OUTPUT, MEMORY),
        until="Watching for changes",
    ),
    "status": Command(("status",), looks=(SOURCE, CATALOG)),
    "usage": Command(("usage",)),
    "adopt": Command(("adopt",), writes=True, looks=(SOURCE, CATALOG)),
    "check": Command(("check",), codes=(0, 1), looks=(SOURCE, CATALOG)),
    "check --fix": Command(("check", "--fix"), writes=True, codes=(0, 1), looks=(SOURCE, CATALOG)),
    "review": Command(("review", "--no-open"), until=REVIEW, then=save),
    "report": Command(("report", "-o", "report.html"), looks=(SOURCE, CATALOG)),
    "glossary suggest": Command(("glossary", "suggest", "--write", "--min-count", "2")),
    "glossary import": Command(("glossary", "import", "terms.csv")),
    "memory export": Command(("memory", "export", "out.tmx"), looks=(CATALOG,)),
    "memory import": Command(("memory", "import", "in.tmx"), looks=(MEMORY,)),
    "exchange export": Command(("exchange", "export", "--format", "csv", "-o", "out"), looks=(SOURCE, CATALOG)),
    "exchange import": Command(("exchange", "import", "in.csv", "--approve"), writes=True),
    "model install": Command(("model", "install", "model.zip", "--from", "en", "--to", "fr")),
    "model list": Command(("model", "list")),
    "model remove": Command(("model", "remove", "en", "de")),
    "merge-driver": Command(("merge-driver", "base.po", "ours.po", "theirs.po")),
}


Preparation = Callable[[], object]  # what the process of a command does before it becomes the command


def run(
    root: Path,
    command: Command,
    *,
    before: tuple[str, ...] = (),
    preparation: Preparation | None = None,
    environ: Mapping[str, str] = os.environ,
) -> subprocess.CompletedProcess[str]:
    """A command to its end. TimeoutExpired for one that hangs."""
    return finished(start(root, command, before=before, preparation=preparation, environ=environ), command)


def finished(process: subprocess.Popen[str], command: Command) -> subprocess.CompletedProcess[str]:
    """The end of a command that was started; one that has none gets its Ctrl-C."""
    said: dict[str, list[str]] = {"out": [], "err": []}
    streams = {"out": process.stdout, "err": process.stderr}
    readers = [
        threading.Thread(target=said[name].extend, args=(stream,), daemon=True) for name, stream in streams.items()
    ]
    for reader in readers:
        reader.start()
    end = time.monotonic() + LONGEST
    try:
        while (
            command.until
            and process.poll() is None
            and not (any(command.until in line for line in said["err"]) and (said["out"] or command.then is None))
        ):
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(command.arguments, LONGEST)
            time.sleep(0.01)
        if command.until and process.poll() is None:
            if command.then is not None:
                command.then("".join(said["out"]))
            process.send_signal(signal.SIGINT)
        process.wait(LONGEST)
    finally:
        process.kill()
        process.wait()
    for reader in readers:
        reader.join(LONGEST)
    return subprocess.CompletedProcess(
        command.arguments, process.returncode, "".join(said["out"]), "".join(said["err"])
    )


def _heeds_ctrl_c() -> None:
    """A shell may have started the harness in the background, where Ctrl-C is ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def start(
    root: Path,
    command: Command,
    *,
    before: tuple[str, ...] = (),
    preparation: Preparation | None = None,
    environ: Mapping[str, str] = os.environ,
) -> subprocess.Popen[str]:
    """A command, `before` it what changes its rights."""
    epoch = {"SOURCE_DATE_EPOCH": "1795478400", "PRL10N_MODELS": str(root / "models"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen(
        [*before, sys.executable, "-m", "prl10n", *command.arguments],
        cwd=root,
        env={**environ, **epoch},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=preparation or _heeds_ctrl_c,
    )


# --- the project ------------------------------------------------------------------------------------------------------


def project(root: Path) -> None:
    """A project in which every command has something to do: pages that changed, texts that people approved, a page
    that was translated by hand, tables that came back.
    """
    write(root / "prl10n.toml", CONFIGURATION)
    pages(root, "first")
    run(root, COMMANDS["sync"])
    for path in sorted(root.rglob("*.po")):
        approve(path)
    run(root, Command(("memory", "export", "in.tmx")))
    run(root, Command(("exchange", "export", "--format", "csv", "-o", "in.csv", "--locale", "fr")))
    table = (root / "in.csv").read_text(encoding="utf-8-sig")
    write(root / "in.csv", table.replace("Approved: Another", "Encore une autre"))
    shutil.copy(root / "locales/fr/LC_MESSAGES/a0.po", root / "base.po")
    shutil.copy(root / "base.po", root / "ours.po")
    write(root / "theirs.po", (root / "base.po").read_text(encoding="utf-8").replace("#, fuzzy\n", "", 1))
    write(root / "terms.csv", MATCHES)
    pages(root, "second")
    by_hand = PAGE.format(number=9, edition="hand").replace("Ada said", "Ada a dit")
    write(root / "content/en/hand.md", PAGE.format(number=9, edition="hand"))
    write(root / BY_HAND, by_hand)
    write(root / "site/docs/a.md", "# A page\n")
    tiny_model.opus_archive(root / "model.zip")
    packages.install_file(root / "models", root / "model.zip", "en", "de")


def pages(root: Path, edition: str) -> None:
    for number in range(4):
        write(root / f"content/en/{'news/' * (number % 2)}a{number}.md", PAGE.format(number=number, edition=edition))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def approve(path: Path) -> None:
    """A person approves every second text, in words of their own, and says why."""
    loaded = catalog.load(path)
    assert loaded is not None
    entries = []
    for index, entry in enumerate(loaded.entries):
        if index % 2 and "**" not in entry.msgid:
            entry = catalog.Entry(
                entry.msgid,
                f"Approved: {entry.msgid}",
                comment=f"A remark on {index}.",
                extracted=entry.extracted,
                files=entry.files,
            )
        entries.append(entry)
    path.write_bytes(catalog.render(Catalog(tuple(entries), loaded.header)))


def snapshot(root: Path) -> dict[str, bytes]:
    """All files but prl10n's own, by their names."""
    found = {}
    for parent, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name != ".prl10n"]
        for name in names:
            path = Path(parent, name)
            if path.is_file() and not path.is_symlink():
                found[path.relative_to(root).as_posix()] = path.read_bytes()
    return found


def settled(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files without what a draft may say otherwise after a fault: in which of several documents its text was known.
    While a catalog is out of reach, another one that has the same text is named.
    """
    return {
        name: re.sub(rb"(?m)^(# prl10n: memory )\S+ (?=\d+%)", rb"\1", data) if name.endswith(".po") else data
        for name, data in files.items()
    }


def words(root: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """What people wrote: (catalog, msgid) → (approved words, remarks), wherever in the catalog they are."""
    found = {}
    for path in sorted(root.glob("locales/**/*.po")):
        with suppress(CatalogError):
            for entry in loaded.entries if path.is_file() and (loaded := catalog.load(path)) else ():
                if entry.state is State.APPROVED:
                    found[path.relative_to(root).as_posix(), entry.msgid] = (entry.msgstr, entry.remarks)
    return found


# --- faults -----------------------------------------------------------------------------------------------------------

ENDED = {signal.SIGKILL: (-9,), signal.SIGTERM: (-15, 143), signal.SIGINT: (-2, 130)}
ANY = (0, 1, 2, 4)
DISK = ("No space left", "is full", "disk I/O error")  # the last: SQLite, of the memory that it maps


def done_before(done: subprocess.CompletedProcess[str]) -> bool:
    """`init` overwrites nothing, and a model is removed once."""
    return any(said in done.stderr for said in ("exists already", "there is no model from"))


@dataclass
class Scene:
    """A run: the project, the folder beside it that nothing may write to, the command, and what chance says."""

    root: Path
    outside: Path
    command: Command
    chance: random.Random
    typical: float
    codes: tuple[int, ...] = ANY
    notes: list[str] = field(default_factory=list)
    kind: str = ""  # the kind of file that the fault is about
    named: str = ""  # what must be said by a command that looks at such files: a regular expression
    spared: str = ""  # the document that the fault is about; empty: the command as a whole is refused
    same: bool = True  # whether the second run must end like one without the fault

    def go(
        self,
        *,
        before: tuple[str, ...] = (),
        preparation: Preparation | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> subprocess.CompletedProcess[str]:
        return run(self.root, self.command, before=before, preparation=preparation, environ=environ)

    def expects(self, kind: str, named: str, spared: str = "") -> None:
        """Whoever looks at such files names this one, ends with 2, and does the rest."""
        self.kind, self.named, self.spared = kind, named, spared

    def moment(self) -> float:
        return self.chance.uniform(0.0, self.typical * 1.1)

    def catalog(self) -> Path:
        return self.chance.choice(sorted(self.root.glob("locales/*/LC_MESSAGES/*.po")))

    def source(self) -> Path:
        return self.chance.choice(sorted(self.root.glob("content/en/**/*.md")))


Fault = Callable[[Scene], subprocess.CompletedProcess[str]]
FAULTS: dict[str, Fault] = {}


def fault(function: Fault) -> Fault:
    FAULTS[function.__name__.replace("_", " ")] = function
    return function


def _signalled(scene: Scene, number: signal.Signals) -> subprocess.CompletedProcess[str]:
    process = start(scene.root, scene.command)
    time.sleep(scene.moment())
    process.send_signal(number)
    out, err = process.communicate(timeout=LONGEST)
    # Before the command itself begins, Python ends as it always does.
    scene.codes = (*scene.command.codes, *ENDED[number], *((1,) if number is signal.SIGINT else ()))
    return subprocess.CompletedProcess(scene.command.arguments, process.returncode, out, "" if number == 2 else err)


@fault
def killed(scene: Scene) -> subprocess.CompletedProcess[str]:
    return _signalled(scene, signal.SIGKILL)


@fault
def terminated(scene: Scene) -> subprocess.CompletedProcess[str]:
    return _signalled(scene, signal.SIGTERM)


@fault
def interrupted(scene: Scene) -> subprocess.CompletedProcess[str]:
    return _signalled(scene, signal.SIGINT)


@fault
def full_disk(scene: Scene) -> subprocess.CompletedProcess[str]:
    """A disk of its own with a few kilobytes left; where that takes rights, files that may not grow."""
    with tempfile.TemporaryDirectory() as folder:
        size = sum(len(data) + 4096 for data in snapshot(scene.root).values()) + 300_000
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, check=False
        )
        if mounted.returncode:
            return file_size(scene)
        try:
            disk = Path(folder)
            shutil.copytree(scene.root, disk, dirs_exist_ok=True, symlinks=True)
            free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
            ballast = max(0, free - 4096 * scene.chance.randint(0, 60))
            write(disk / ".ballast", "x" * ballast)
            done = run(disk, scene.command)
            (disk / ".ballast").unlink()
            shutil.rmtree(scene.root)
            shutil.copytree(disk, scene.root, symlinks=True)
        finally:
            subprocess.run(["umount", folder], check=True)
    scene.codes = (*scene.command.codes, 1, 2)
    if done.returncode == 2 and not any(said in done.stderr for said in DISK):
        scene.notes.append(f"the message does not say that the disk is full: {done.stderr[-300:]}")
    return done


@fault
def file_size(scene: Scene) -> subprocess.CompletedProcess[str]:
    import resource

    most = scene.chance.choice([0, 200, 1_000, 4_000])
    return scene.go(preparation=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))


# Root is bound by no mode, unless it gives up the right to that.
BOUND = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--") if not os.getuid() else ()


@fault
def read_only_folder(scene: Scene) -> subprocess.CompletedProcess[str]:
    folders = [scene.root, *(path for path in scene.root.rglob("*") if path.is_dir())]
    locked = folders if scene.chance.random() < 0.3 else [scene.chance.choice(folders)]
    for folder in locked:
        folder.chmod(0o555)
    done = scene.go(before=BOUND)
    for folder in locked:
        folder.chmod(0o755)
    return done


@fault
def unreadable_file(scene: Scene) -> subprocess.CompletedProcess[str]:
    path = scene.chance.choice([scene.catalog, scene.source])()
    path.chmod(0)
    done = scene.go(before=BOUND)
    path.chmod(0o644)
    scene.expects(CATALOG if path.suffix == ".po" else SOURCE, re.escape(path.name), path.stem)
    return done


def _meanwhile(scene: Scene, change: Callable[[], None]) -> subprocess.CompletedProcess[str]:
    """Something happens to the files while the command runs."""
    timer = threading.Timer(scene.moment(), change)
    timer.start()
    done = scene.go()
    timer.join()
    return done


@fault
def source_vanishes(scene: Scene) -> subprocess.CompletedProcess[str]:
    path = scene.source()
    data = path.read_bytes()
    done = _meanwhile(scene, path.unlink)
    path.write_bytes(data)
    return done


@fault
def catalog_vanishes(scene: Scene) -> subprocess.CompletedProcess[str]:
    """And comes back, as when a branch is looked at."""
    path = scene.catalog()
    data = path.read_bytes()
    done = _meanwhile(scene, path.unlink)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return done


@fault
def source_changes(scene: Scene) -> subprocess.CompletedProcess[str]:
    path = scene.source()
    scene.same = False  # it is another source, and catalogs remember
    return _meanwhile(scene, lambda: write(path, path.read_text(encoding="utf-8") + "\nOne more paragraph.\n"))


@fault
def editor_saves(scene: Scene) -> subprocess.CompletedProcess[str]:
    """Somebody saves a catalog, as editors do: whole, or emptied first and filled line by line."""
    path, slowly = scene.catalog(), scene.chance.random() < 0.5
    scene.same = False

    def save() -> None:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        lines += ['\n# By hand.\n#~ msgid "Another text"\n#~ msgstr "Un autre"\n']
        if not slowly:
            beside = path.with_name(".edited")
            beside.write_text("".join(lines), encoding="utf-8")
            beside.replace(path)
            return
        with path.open("w", encoding="utf-8") as file:
            for line in lines:
                file.write(line)
                file.flush()
                time.sleep(0.0005)

    done = _meanwhile(scene, save)
    if (path.relative_to(scene.root).as_posix(), "Another text") not in words(scene.root):
        scene.notes.append("the words of the editor are lost")
    return done


@fault
def two_at_once(scene: Scene) -> subprocess.CompletedProcess[str]:
    first = start(scene.root, scene.command)
    time.sleep(scene.chance.uniform(0, 0.3))
    second = start(scene.root, scene.command)
    ends = [finished(process, scene.command) for process in (first, second)]
    for done, other in zip(ends, (second, first), strict=True):
        waited = done.returncode == 2 and f"process {other.pid} on" in done.stderr
        if done.returncode not in scene.command.codes and not waited and not done_before(done):
            scene.notes.append(f"one of two ended with {done.returncode}: {done.stderr[-200:]}")
    return ends[1]


HOLDER = """
import sys
from pathlib import Path
from prl10n import lock
with lock.held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@fault
def lock_of_the_living(scene: Scene) -> subprocess.CompletedProcess[str]:
    """Who writes waits for a while, then says who is at work; nothing is written. Who reads is not kept waiting."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, scene.root], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    holder.stdout.readline()
    before = snapshot(scene.root)
    done = scene.go()
    said = f"process {holder.pid} on" in done.stderr
    if scene.command.writes and scene.command.until != REVIEW and (not said or snapshot(scene.root) != before):
        scene.notes.append(f"the lock of a living process was not respected: {done.stderr[-200:]}")
    if done.returncode == 2 and not said:
        scene.notes.append(f"it is not said who has the lock: {done.stderr[-200:]}")
    holder.stdin.close()
    holder.wait(LONGEST)
    holder.stdout.close()
    return done


@fault
def lock_of_the_dead(scene: Scene) -> subprocess.CompletedProcess[str]:
    write(scene.root / ".prl10n/lock", "999999 elsewhere\n")
    write(scene.root / "locales/fr/LC_MESSAGES/.prl10n-999999-0badcafe.tmp", "half a cat")
    scene.codes = scene.command.codes
    done = scene.go()
    if not scene.command.writes:  # the next command that writes removes it
        run(scene.root, COMMANDS["extract"])
        scene.same = False
    return done


def _newer(path: Path) -> None:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")


def _other(path: Path) -> None:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE journal (other TEXT)")


def _folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


@fault
def damaged_memory(scene: Scene) -> subprocess.CompletedProcess[str]:
    path = scene.root / ".prl10n/memory.db"
    path.parent.mkdir(exist_ok=True)
    data = path.read_bytes() if path.exists() else b""
    how = scene.chance.choice(["garbage", "truncated", "holes", "empty", "newer", "other", "folder"])
    holes = bytearray(data)
    for _ in range(20):
        at = scene.chance.randrange(100, max(101, len(holes)))
        holes[at : at + 64] = b"\xa5" * len(holes[at : at + 64])
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    {
        "garbage": lambda: path.write_bytes(b"no database" * 999),
        "truncated": lambda: path.write_bytes(data[: len(data) // 2]),
        "holes": lambda: path.write_bytes(bytes(holes)),
        "empty": lambda: path.write_bytes(b""),
        "newer": lambda: _newer(path),
        "other": lambda: _other(path),
        "folder": lambda: _folder(path),
    }[how]()
    done = scene.go()
    if MEMORY in scene.command.looks and how in ("garbage", "truncated", "other"):
        aside = path.with_name("memory.db.damaged")
        if not aside.exists() or aside.name not in done.stderr or path.read_bytes()[:6] != b"SQLite":
            scene.notes.append(f"a memory ({how}) was not set aside, made again and named: {done.stderr[-300:]}")
    if MEMORY in scene.command.looks and how in ("newer", "folder"):
        scene.expects(MEMORY, r"memory\.db")
    scene.same = "report" not in scene.command.arguments  # it tells what the journal says was billed
    if how not in ("newer", "folder"):
        scene.codes = scene.command.codes
    if path.is_dir():
        path.rmdir()
    elif how == "newer":
        path.unlink()
    return done


@fault
def damaged_catalog(scene: Scene) -> subprocess.CompletedProcess[str]:
    path = scene.catalog()
    data = path.read_bytes()
    broken = {
        "a text without an end": data + b'\nmsgid "Half a te\n',
        "half a file": data[: data.index(b'msgid "', len(data) // 2) + 9],
        "Latin-1": data + 'msgid "x"\nmsgstr "déjà"\n'.encode("latin-1"),
        "UTF-16": data.decode().encode("utf-16"),
    }[scene.chance.choice(["a text without an end", "half a file", "Latin-1", "UTF-16"])]
    path.write_bytes(broken)
    done = scene.go()
    if path.read_bytes() != broken:
        scene.notes.append("a catalog that cannot be read was changed")
    path.write_bytes(data)
    scene.expects(CATALOG, rf"{re.escape(path.name)}:\d+", path.stem)
    return done


# The clock of a process, which every question sends years away.
JUMPING = """
import itertools, time
real, moments = time.time_ns, itertools.cycle([0, 1, -1, 30, -30])
time.time_ns = lambda: real() + next(moments) * 31_557_600 * 10**9
time.time = lambda: time.time_ns() / 10**9
"""


@fault
def clock_jumps(scene: Scene) -> subprocess.CompletedProcess[str]:
    """Files come from the future and from 1970, and the clock goes back and forth."""
    for path in scene.root.rglob("*"):
        moment = scene.chance.choice([0, 1, 2**31 - 1, 2**33, time.time() + 86_400])
        os.utime(path, (moment, moment), follow_symlinks=False)
    scene.codes = scene.command.codes
    clock = scene.outside.parent / "clock"
    write(clock / "sitecustomize.py", JUMPING)
    paths = os.pathsep.join(filter(None, [str(clock), os.environ.get("PYTHONPATH", "")]))
    return scene.go(environ={**os.environ, "PYTHONPATH": paths})


@fault
def link_out_of_the_tree(scene: Scene) -> subprocess.CompletedProcess[str]:
    name = scene.chance.choice(
        ["content/en/a0.md", "locales/fr/LC_MESSAGES/a0.po", "locales/fr", "content/fr/a0.md", "content/de", ".prl10n"]
    )
    path, beside, kept = scene.root / name, scene.outside / "there", scene.outside.parent / "kept"
    path.parent.mkdir(parents=True, exist_ok=True)
    existed = path.exists()
    if existed:
        path.rename(kept)
    if "." in path.name[1:]:
        write(beside, "# Somebody else's\n")
    else:
        beside.mkdir()
    before = snapshot(scene.outside)
    scene.same = not name.startswith("content/en")  # a source that is gone may have been renamed: its catalog moves on
    path.symlink_to(beside)
    done = scene.go()
    path.unlink(missing_ok=True)
    if snapshot(scene.outside) != before:
        scene.notes.append(f"{name} led out of the project, and something was written there")
    if path.exists():
        scene.notes.append(f"{name} is no link any more")
    elif existed:
        kept.rename(path)
    return done


def _added(scene: Scene, name: str, data: bytes) -> subprocess.CompletedProcess[str]:
    """One more source, which goes again."""
    path = scene.root / "content/en" / name
    path.write_bytes(data)
    done = scene.go()
    path.unlink()
    for made in (*scene.root.glob(f"locales/**/{Path(name).stem}.po"), *scene.root.glob(f"content/??/{name}")):
        made.unlink()
    return done


@fault
def names_that_differ_in_case(scene: Scene) -> subprocess.CompletedProcess[str]:
    scene.same = False
    return _added(scene, "A0.md", b"# Another page\n")


@fault
def long_name(scene: Scene) -> subprocess.CompletedProcess[str]:
    """A name that a system can hold, and its translation cannot."""
    scene.same = False
    config = scene.root / "prl10n.toml"
    pattern = '[content]\ncatalog = "locales/{locale}/LC_MESSAGES/{dir}{stem}.catalog.po"\n'
    write(config, CONFIGURATION.replace("[backend]", f"{pattern}[backend]"))
    scene.expects(SOURCE, "n" * 100)  # with this pattern, the rest are other files than without the fault
    done = _added(scene, f"{'n' * 250}.md", b"# Another page\n")
    write(config, CONFIGURATION)
    return done


@fault
def not_UTF_8(scene: Scene) -> subprocess.CompletedProcess[str]:
    scene.same = False
    scene.expects(SOURCE, r"latin\.md:1", "latin")
    return _added(scene, "latin.md", "# Déjà vu\n".encode("latin-1"))


@fault
def name_that_cannot_be_shown(scene: Scene) -> subprocess.CompletedProcess[str]:
    """A line end, an escape, or bytes that are no UTF-8, in the name of a source."""
    scene.same = False
    name, said = scene.chance.choice(
        [(b"caf\xe9.md", r"caf\\xe9\.md"), (b"a\nb.md", r"a\\nb\.md"), (b"a\x1b[2Jb.md", r"a\\x1b\[2Jb\.md")]
    )
    scene.expects(SOURCE, said)
    return _added(scene, os.fsdecode(name), b"# Another page\n")


@fault
def path_beyond_all_limits(scene: Scene) -> subprocess.CompletedProcess[str]:
    """A source in fifty folders of 200 characters each: no path of the system is that long."""
    scene.same = False
    name = "d" * 200
    folder = os.open(scene.root / "content/en", os.O_RDONLY)
    for _ in range(50):
        os.mkdir(name, dir_fd=folder)
        inner = os.open(name, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(os.open("a.md", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
    os.close(folder)
    done = scene.go()
    shutil.rmtree(scene.root / "content/en" / name)
    scene.expects(SOURCE, "d{100}.* too long")
    return done


@fault
def output_is_a_folder(scene: Scene) -> subprocess.CompletedProcess[str]:
    path = scene.chance.choice([scene.root / "content/fr/a0.md", scene.root / "locales/fr/LC_MESSAGES/a0.po"])
    kept = scene.outside.parent / "kept"
    path.rename(kept)
    path.mkdir()
    done = scene.go()
    path.rmdir()
    kept.rename(path)
    scene.expects(CATALOG if path.suffix == ".po" else OUTPUT, re.escape(path.name), path.stem)
    return done


@fault
def pipe_in_the_tree(scene: Scene) -> subprocess.CompletedProcess[str]:
    name = scene.chance.choice(
        ["content/en/pipe.md", "content/fr/a0.md", "locales/fr/LC_MESSAGES/a0.po", "locales/glossary.csv"]
    )
    path, kept = scene.root / name, scene.outside.parent / "kept"
    if path.exists():
        path.rename(kept)
    os.mkfifo(path)
    done = scene.go()
    path.unlink()
    if kept.exists():
        kept.rename(path)
    return done


@fault
def locale_folder_is_a_file(scene: Scene) -> subprocess.CompletedProcess[str]:
    path, kept = scene.root / scene.chance.choice(["locales/fr", "content/fr"]), scene.outside.parent / "kept"
    path.rename(kept)
    write(path, "a file")
    done = scene.go()
    path.unlink()
    kept.rename(path)
    return done


# --- one run ----------------------------------------------------------------------------------------------------------


@dataclass
class Bench:
    """The project that every run begins with, and what each command makes of it where nothing is wrong."""

    folder: Path
    references: dict[str, tuple[dict[str, bytes], float]] = field(default_factory=dict)

    @property
    def template(self) -> Path:
        return self.folder / "template"

    def copy(self, root: Path, name: str) -> None:
        """The project for a command. Only `adopt` has an eye for pages by hand, which others name and leave alone."""
        shutil.copytree(self.template, root)
        if name != "adopt":
            (root / BY_HAND).unlink()

    def reference(self, name: str) -> tuple[dict[str, bytes], float]:
        """The files after the command, and how long it took."""
        if name not in self.references:
            root = self.folder / "reference" / "project"  # reports say the name of the folder
            self.copy(root, name)
            begin = time.monotonic()
            done = run(root, COMMANDS[name])
            taken = time.monotonic() - begin
            assert done.returncode in COMMANDS[name].codes, (name, done)
            self.references[name] = (snapshot(root), taken)
            shutil.rmtree(root)
        return self.references[name]

    def one(self, seed: int, commands: list[str], chosen: str) -> tuple[str, list[str]]:
        """A run under a fault: the name of its command, and what it broke."""
        chance = random.Random(seed)
        name = chance.choice(commands)
        command = COMMANDS[name]
        reference, typical = self.reference(name)
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            scene = Scene(Path(folder, "project"), Path(folder, "outside"), command, chance, typical)
            self.copy(scene.root, name)
            scene.outside.mkdir()
            before = words(scene.root)
            try:
                done = FAULTS[chosen](scene)
                problems = [*scene.notes, *met(scene, done, reference), *aftermath(scene, done, before)]
                again = run(scene.root, command)
            except subprocess.TimeoutExpired:
                return name, ["it hangs"]
            if again.returncode not in command.codes and not done_before(again):
                problems.append(f"the second run ended with {again.returncode}: {again.stderr[-400:]}")
            problems += aftermath(scene, again, before)
            after = snapshot(scene.root)
            if scene.same and settled(after) != settled(reference):
                differ = {key for key in {*after, *reference} if after.get(key) != reference.get(key)}
                problems.append(f"other bytes than without the fault: {sorted(differ)}")
            if command.writes and (left := list(scene.root.rglob(".prl10n-*.tmp"))):
                problems.append(f"left over: {left}")
            lock = scene.root / ".prl10n/lock"
            if command.writes and lock.exists() and lock.read_bytes():
                problems.append("the lock is still held")
            if command.writes:
                run(scene.root, command)
                if snapshot(scene.root) != after:
                    problems.append("a third run changes files")
        return name, problems


def met(scene: Scene, done: subprocess.CompletedProcess[str], reference: Mapping[str, bytes]) -> list[str]:
    """What is wrong with how a command took a file that it looks at and cannot use."""
    if not scene.named or scene.kind not in scene.command.looks:
        return []
    problems = []
    finds = (1, 2) if "check" in scene.command.arguments else (2,)  # an input that is wrong is a finding as well
    if done.returncode not in ((130,) if scene.command.until else finds):
        problems.append(f"exit code {done.returncode} although a file could not be used")
    if not re.search(scene.named, done.stdout + done.stderr):
        problems.append(f"nobody named {scene.named}: {done.stdout[-200:]}{done.stderr[-300:]}")
    if scene.spared and scene.command.writes:
        after = settled(snapshot(scene.root))
        missing = [
            name
            for name, data in settled(reference).items()
            if name.startswith(("content/", "locales/")) and scene.spared not in name and after.get(name) != data
        ]
        if missing:
            problems.append(f"the rest did not go on: {missing}")
    return problems


def aftermath(
    scene: Scene, done: subprocess.CompletedProcess[str], before: dict[tuple[str, str], tuple[str, str]]
) -> list[str]:
    """What is wrong after a run."""
    problems = []
    if "Traceback" in done.stderr:
        problems.append(f"a traceback: {done.stderr[-600:]}")
    allowed = (*scene.codes, *scene.command.codes)
    if done.returncode not in allowed and not done_before(done):  # `init` overwrites nothing
        problems.append(f"exit code {done.returncode}: {done.stderr[-300:]}")
    if done.returncode == 2 and not done.stderr.strip():
        problems.append("exit code 2 without a word")
    for path in scene.root.glob("locales/**/*.po"):
        checked = subprocess.run(["msgfmt", "--check", "-o", os.devnull, path], capture_output=True, check=False)
        if path.is_file() and checked.returncode:
            problems.append(f"{path.name} is no catalog: {checked.stderr.decode()[-200:]}")
    after = words(scene.root)
    imported = "import" in scene.command.arguments  # brings other words, which a person approved as well
    for key, said in before.items():
        if key not in after or (after[key] != said and not imported):
            problems.append(f"{key}: {said} is {after.get(key)} now")
    return problems


def main() -> int:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("runs", nargs="?", type=int, default=1000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--fault", action="append", choices=list(FAULTS), help="only this one; may be repeated")
    arguments.add_argument("--command", action="append", choices=list(COMMANDS), help="only this one; may be repeated")
    chosen = arguments.parse_args()
    faults, commands = chosen.fault or list(FAULTS), chosen.command or list(COMMANDS)
    broken, ran = 0, Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        bench = Bench(Path(folder))
        project(bench.template)
        for number in range(chosen.runs):
            seed = chosen.seed + number
            name = faults[seed % len(faults)]
            command, problems = bench.one(seed, commands, name)
            ran[name] += 1
            broken += bool(problems)
            for problem in problems:
                print(f"seed {seed}, {command}, {name}: {problem}", flush=True)
            print(f"\r{number + 1} of {chosen.runs}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(", ".join(f"{name} {count}" for name, count in sorted(ran.items())))
    print(f"{chosen.runs:,} runs of {len(commands)} commands under {len(faults)} faults; {broken} of them broke a law")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
