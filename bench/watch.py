"""How soon `sync --watch` has an edit on the localized page.

    python bench/watch.py [--pages 2900] [--edits 20]

A project of generated pages, the pseudo backend, and a real process that watches. Each edit adds a paragraph to a page
of its own; each correction is a translator's, in a catalog. Three times are taken from the write of the file:

- `edit`: until the page shows the new paragraph, in the source language still;
- `correction`: until the page shows the translator's words;
- `translation`: until the page shows the backend's answer. The silence that is waited for is not counted, and the
  pseudo backend answers at once.

Prints the median and the worst of each, and the goal: 200 ms. Exit code 1 if a median misses it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from speed import PRL10N, configure, pages

from prl10n.backends.pseudo import pseudo_translate
from prl10n.watching import QUIET

GOAL = 0.2  # seconds
LONGEST = 60.0  # seconds that an edit is waited for; the first run has ten times as long


def shown(path: Path, text: str, process: subprocess.Popen[bytes], longest: float = LONGEST) -> float:
    """Wait until a file has the text; the moment at which it has."""
    end = time.monotonic() + longest
    while text.encode() not in path.read_bytes():
        if process.poll() is not None or time.monotonic() > end:
            sys.exit(f"{path} never had {text!r}; the watching: {process.poll() or 'goes on'}")
        time.sleep(0.002)
    return time.monotonic()


def measure(root: Path, process: subprocess.Popen[bytes], edits: int) -> dict[str, list[float]]:
    """The seconds of each edit."""
    taken: dict[str, list[float]] = {"edit": [], "correction": [], "translation": []}
    sources = sorted((root / "content/en").rglob("*.md"))
    for number in range(edits):
        source = sources[number * len(sources) // edits]
        inside = source.relative_to(root / "content/en")
        page, catalog = root / "content/fr" / inside, root / f"locales/fr/LC_MESSAGES/{inside}.po"
        words = f"One more paragraph, number {number}."
        data = source.read_bytes() + f"\n{words}\n".encode()
        begin = time.monotonic()
        source.write_bytes(data)
        taken["edit"].append(shown(page, words, process) - begin)
        answer = pseudo_translate(words)
        taken["translation"].append(shown(page, answer, process) - begin - QUIET)
        # What the pseudo backend answered is there; a person says it better.
        better = f"Un paragraphe de plus, {number}."
        text = catalog.read_text(encoding="utf-8").replace(answer, better)
        time.sleep(QUIET)
        begin = time.monotonic()
        catalog.write_text(text, encoding="utf-8")
        taken["correction"].append(shown(page, better, process) - begin)
        time.sleep(2 * QUIET)
    return taken


def main() -> int:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--pages", type=int, default=2900)
    arguments.add_argument("--edits", type=int, default=20)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        pages(None, root / "content/en", chosen.pages)
        configure(root, ["fr"])
        log = root / ".log"
        with log.open("wb") as said:
            environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
            process = subprocess.Popen((*PRL10N, "sync", "--watch"), cwd=root, env=environ, stderr=said)
        try:
            shown(log, "Watching", process, 10 * LONGEST)
            taken = measure(root, process, chosen.edits)
        finally:
            process.kill()
            process.wait()
    met = True
    print(f"{chosen.pages:,} pages, {chosen.edits} edits of each kind, {os.cpu_count()} cores")
    for name, seconds in taken.items():
        median = statistics.median(seconds)
        met &= median <= GOAL
        goal, worst = "met" if median <= GOAL else "MISSED", max(seconds)
        print(f"{name:<12} {median * 1000:5.0f} ms, {worst * 1000:5.0f} ms at worst   ≤ {GOAL * 1000:.0f} ms: {goal}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
