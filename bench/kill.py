"""Law 5 and law 4 under SIGKILL: runs that are killed at random moments, each finished by a second one.

    python bench/kill.py [RUNS] [--seed N]        default: 200

Each run syncs a project of its own into two locales, over loopback, by the real DeepL client, several requests at a
time. Some units are approved by a person before it begins. After the kill, the catalogs must all be valid for gettext;
then the same command runs to its end. Nothing that the journal held may be sent again, so that no text is billed twice
but those of requests that were under way; no approved entry may have changed. Prints a line for each run that breaks
this, and the sums. Exit code 1 if any does.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from deepl_server import DeepLServer
from prl10n import catalog
from prl10n.catalog import Entry
from prl10n.model import State

CONFIGURATION = """
source = "en"
targets = ["fr", "de"]

[backend.deepl]
concurrency = 4
retries = 0
"""
COMMAND = [sys.executable, "-m", "prl10n", "sync"]
IN_FLIGHT = 4 * 50  # texts


@dataclass
class Totals:
    runs: int = 0
    killed: int = 0
    answered: int = 0
    under_way: int = 0
    broken: list[str] = field(default_factory=list)


def project(root: Path, chance: random.Random) -> None:
    (root / "prl10n.toml").write_text(CONFIGURATION, encoding="utf-8")
    for number in range(chance.randint(5, 25)):
        blocks = [f"# Document {number} of {chance.random()}"]
        blocks += [f"Sentence {index} of **document** {number}, {chance.random()}." for index in range(12)]
        path = root / f"content/en/news/n{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n\n".join([*blocks, "The same boilerplate everywhere."]) + "\n", encoding="utf-8")


def approve(root: Path, chance: random.Random) -> dict[tuple[str, str], str]:
    """A person approves some units, in words of their own. Returns them by catalog and msgid."""
    subprocess.run([sys.executable, "-m", "prl10n", "extract"], cwd=root, check=True, capture_output=True)
    words: dict[tuple[str, str], str] = {}
    for path in sorted(root.rglob("*.po")):
        loaded = catalog.load(path)
        assert loaded is not None
        entries = []
        for entry in loaded.entries:
            if chance.random() < 0.2 and "**" not in entry.msgid:
                words[path.relative_to(root).as_posix(), entry.msgid] = f"Approuvé {entry.msgid}"
                entry = Entry(entry.msgid, f"Approuvé {entry.msgid}", extracted=entry.extracted, files=entry.files)
            entries.append(entry)
        path.write_bytes(catalog.render(catalog.Catalog(tuple(entries), loaded.header)))
    return words


def journal(root: Path) -> set[tuple[str, str]]:
    """(target, text) of the answers that are on disk."""
    path = root / ".prl10n/memory.db"
    if not path.exists():
        return set()
    database = sqlite3.connect(path)
    try:
        rows = database.execute("SELECT settings, source FROM journal").fetchall()
    except sqlite3.OperationalError:  # killed before the tables were there
        rows = []
    database.close()
    return {("FR" if "target_lang=FR" in settings else "DE", source) for settings, source in rows}


def valid(root: Path) -> list[str]:
    checks = [
        subprocess.run(["msgfmt", "--check", "-o", "/dev/null", str(path)], capture_output=True, check=False)
        for path in root.rglob("*.po")
    ]
    return [check.stderr.decode() for check in checks if check.returncode]


def one(seed: int, totals: Totals) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, DeepLServer(limit=10**9) as server:
        root = Path(folder)
        project(root, chance)
        approved = approve(root, chance)
        environ = {**os.environ, **server.environ}
        server.latency = 0.3
        process = subprocess.Popen(COMMAND, cwd=root, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        moment = chance.uniform(0.3, 1.6)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        totals.killed += process.wait() != 0
        kept = journal(root)
        problems = valid(root)
        time.sleep(0.4)  # requests under way end at the server
        first = sent(server)
        server.requests.clear()
        server.latency = 0.0
        finished = subprocess.run(COMMAND, cwd=root, env=environ, capture_output=True, text=True, check=False)
        if finished.returncode:
            problems.append(f"the second run ended with {finished.returncode}: {finished.stderr[-300:]}")
        second = sent(server)
        problems += valid(root)
        if twice := kept & second.keys():
            problems.append(f"{len(twice)} texts were sent although the journal had them")
        under_way = first.keys() & second.keys()
        if len(under_way) > IN_FLIGHT or max([*first.values(), *second.values(), 0]) > 1:
            problems.append(f"{len(under_way)} texts were billed twice")
        for (name, msgid), words in approved.items():
            loaded = catalog.load(root / name)
            found = [entry for entry in loaded.entries if entry.msgid == msgid] if loaded else []
            if [(entry.msgstr, entry.state) for entry in found] != [(words, State.APPROVED)]:
                problems.append(f"{name}: {msgid!r} is no longer {words!r}")
        totals.runs += 1
        totals.answered += len(first)
        totals.under_way += len(under_way)
        totals.broken += [f"seed {seed}, killed after {moment:.2f} s: {problem}" for problem in problems]


def sent(server: DeepLServer) -> Counter[tuple[str, str]]:
    """How often each (target, text) was answered."""
    return Counter(
        (str(request.params["target_lang"]), text)
        for request in server.requests
        if request.status == 200
        for text in request.texts
    )


def main() -> int:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("runs", nargs="?", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    totals = Totals()
    for number in range(chosen.runs):
        one(chosen.seed + number, totals)
        print(f"\r{number + 1} of {chosen.runs}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    for problem in totals.broken:
        print(problem)
    print(
        f"{totals.runs} runs, {totals.killed} of them killed before their end; {totals.answered:,} texts were answered "
        f"by then, {totals.under_way:,} of them were under way and were sent again; {len(totals.broken)} breaks"
    )
    return 1 if totals.broken else 0


if __name__ == "__main__":
    sys.exit(main())
