"""How fast prl10n is, as ratios to floors that are measured in the same run.

    python bench/speed.py [FOLDER] [--pages 2900] [--rounds 3] [--only cold,idle,…]

FOLDER holds markdown; its pages are repeated with small changes until there are `--pages` of them. Without a folder
pages are generated. The floor is python-frontmatter and markdown-it-py reading every page once, on one core. Peers
that are installed (po4a, Translate Toolkit, mdpo) extract and rebuild the same pages, in processes of their own.
Each figure is the best of the rounds, but for the cold runs, of which there are two. A further locale is what a cold
run takes more for two locales than for one; a clone has approved catalogs and pages, nothing in `.prl10n/`, and one
edited page, as where CI runs on a push. Exit code 1 if a goal is missed.

    python bench/speed.py --growth 1000,10000,100000

measures cold runs of so many generated pages, of the floor too, instead: time per page, and memory.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import psutil

PRL10N = (sys.executable, "-m", "prl10n")
FLOOR = """
import pathlib, sys, frontmatter, markdown_it, yaml
parser = markdown_it.MarkdownIt().enable("table")
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.md*")):
    text = path.read_text("utf-8")
    try:
        text = frontmatter.loads(text).content
    except yaml.YAMLError:
        pass  # no front matter: all of it is markdown
    parser.parse(text)
"""
MDPO = """
import sys
from mdpo.md2po import markdown_to_pofile
from mdpo.po2md import pofile_to_markdown
for number, path in enumerate(sys.argv[2:]):
    to = f"{sys.argv[1]}/{number}"
    markdown_to_pofile(path, save=True, po_filepath=to + ".po", po_encoding="utf-8")
    try:
        pofile_to_markdown(path, to + ".po", save=to + ".md")
    except TypeError:
        pass  # it cannot rebuild some pages: this page's time counts, as far as it got
"""


class Used(NamedTuple):
    """What a process took: seconds, and megabytes (10⁶ bytes) of the largest process of its tree."""

    seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Goal:
    """At most `most` × the work named `of`, plus `extra` seconds. Infinity: it is measured, and nothing is asked."""

    most: float
    of: str
    extra: float = 0.0


GOALS = {
    "cold": (Goal(1.5, "floor"),),
    "further": (Goal(0.6, "floor"),),
    "idle": (Goal(0.12, "floor"), Goal(4, "git status")),
    "edited": (Goal(1, "idle", 0.05),),
    "file": (Goal(2.5, "imports"),),
    "clone": (Goal(math.inf, "floor"),),
}
MOST_MEGABYTES = 150


def run(command: Sequence[str], folder: Path, accepted: Sequence[int] = (0,)) -> Used:
    """Run a command to its end, and measure it."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=folder, env=environ, stdout=subprocess.DEVNULL, stderr=said)
        largest = [0]
        watched = threading.Thread(target=watch, args=(process.pid, largest), daemon=True)
        watched.start()
        _, status, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - start
        watched.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in accepted:
            said.seek(0)
            sys.exit(f"{' '.join(command[:6])} ended with {process.returncode}:\n{said.read().decode()[-2000:]}")
    return Used(taken, max(usage.ru_maxrss * 1024, largest[0]) / 1e6)


def watch(number: int, largest: list[int]) -> None:
    """Note how large the largest of the processes is that another one starts."""
    try:
        process = psutil.Process(number)
        while process.status() != psutil.STATUS_ZOMBIE:
            for each in process.children(recursive=True):
                with suppress(psutil.Error):
                    largest[0] = max(largest[0], each.memory_info().rss)
            time.sleep(0.05)
    except psutil.Error:
        return  # it is over


def best(rounds: int, work: Callable[[], Used]) -> Used:
    return min(work() for _ in range(rounds))


# --- pages ------------------------------------------------------------------------------------------------------------

WORDS = """the a new release brings faster builds for every team that writes pages in several languages and keeps
them alive with care when sources change each week of year while people read what they say about products prices dates
support regions services partners teams customers quarter results growth plans""".split()


def generated(number: int) -> str:
    """A page of about 5 kB: front matter, headings, paragraphs with markup, a list, a table, code."""
    chance = random.Random(number)

    def prose(count: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(count)).capitalize() + f" {number}."

    parts = [f"---\ntitle: {prose(6)}\ndate: 2026-11-{1 + number % 28:02}\n---"]
    for section in range(4):
        parts += [
            f"## {prose(4)}",
            f"{prose(60)} **{prose(3)}** [{prose(3)}](/pages/{chance.randrange(100)}/) {prose(40)}",
            "\n".join(f"- {prose(12)} `code {section}`" for _ in range(4)),
            f"{prose(50)} *{prose(2)}* {prose(30)}",
        ]
    parts.append(f"| {prose(2)} | {prose(2)} |\n|---|---|\n| {prose(4)} | {prose(5)} |")
    parts.append("```sh\nmake all\n```")
    return "\n\n".join(parts) + "\n"


def pages(source: Path | None, folder: Path, count: int) -> int:
    """Write so many pages, and return how many bytes they are."""
    total = 0
    found = sorted(path for path in source.rglob("*.md*") if path.is_file()) if source else []
    for number in range(count):
        if source and found:
            copy, index = divmod(number, len(found))
            data = found[index].read_bytes()
            if copy:
                data = data.replace(b" the ", b" the " + bytes([97 + copy % 26]) * (1 + copy // 26) + b" ")
            name = Path(f"copy{copy:03}") / found[index].relative_to(source)
        else:
            data, name = generated(number).encode(), Path(f"s{number // 100:04}/page{number:06}.md")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        total += len(data)
    return total


# --- the work ---------------------------------------------------------------------------------------------------------


def configure(root: Path, locales: Sequence[str]) -> None:
    targets = ", ".join(f'"{locale}"' for locale in locales)
    (root / "prl10n.toml").write_text(
        f'targets = [{targets}]\n[content]\nsource = "content/en"\ninclude = ["**/*.md*"]\n'
        'catalog = "locales/{locale}/LC_MESSAGES/{dir}{stem}{ext}.po"\n[backend]\nname = "pseudo"\n',
        encoding="utf-8",
    )


def git(root: Path, *arguments: str) -> Used:
    return run(("git", "-c", "user.name=bench", "-c", "user.email=bench@example.org", *arguments), root)


def edit(root: Path, number: list[int]) -> Path:
    """Change a paragraph of one page."""
    number[0] += 1
    path = sorted((root / "content/en").rglob("*.md"))[0]
    path.write_bytes(path.read_bytes() + b"\n\nOne more paragraph, number %d.\n" % number[0])
    return path


def measure(root: Path, rounds: int, chosen: set[str]) -> dict[str, Used]:
    """All of the work in its order; each is named as in the table."""
    done: dict[str, Used] = {}
    sync = (*PRL10N, "sync")
    ready = (0, 2, 4)  # real pages hold some that cannot be read

    def note(name: str, work: Callable[[], Used], times: int = 1) -> None:
        if not chosen or name in chosen or name in ("floor", "imports", "git status", "cold"):
            done[name] = best(times, work)
            print(f"  {name}: {done[name].seconds:.2f} s, {done[name].megabytes:.0f} MB", file=sys.stderr)

    note("floor", lambda: run((sys.executable, "-c", FLOOR, "content/en"), root), rounds)
    note("imports", lambda: run((sys.executable, "-c", "import markdown_it, polib"), root), 3 * rounds)

    def anew(*locales: str) -> Used:
        set_aside(root, "locales", ".prl10n", "content/fr", "content/de")
        configure(root, locales)
        return run(sync, root, ready)

    note("two locales", lambda: anew("fr", "de"), 2)
    note("cold", lambda: anew("fr"), 2)
    if "two locales" in done:
        more = done["two locales"].seconds - done["cold"].seconds
        done["further"] = Used(more, done["two locales"].megabytes)
    written, there = (sum(1 for _ in (root / f"content/{locale}").rglob("*.md*")) for locale in ("fr", "en"))
    if written < 0.9 * there:
        sys.exit(f"only {written} of {there} pages were written")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all")
    run(("git", "status", "--short"), root)
    note("git status", lambda: run(("git", "status", "--short"), root), 3 * rounds)
    note("idle", lambda: run(sync, root, ready), rounds + 1)
    number = [0]

    def edited() -> Used:
        edit(root, number)
        return run(sync, root, ready)

    note("edited", edited, rounds + 1)
    one = edit(root, number)
    note("file", lambda: run((*sync, str(one)), root, ready), 3 * rounds)

    def cloned() -> Used:
        set_aside(root, ".prl10n")
        return edited()

    if not chosen or "clone" in chosen:
        approve(root)
        run(sync, root, ready)
        note("clone", cloned, rounds)
    return done


def approve(root: Path) -> None:
    """Make approved texts of all drafts, as if a person had."""
    for path in (root / "locales").rglob("*.po"):
        kept = (
            line for line in path.read_bytes().splitlines(True) if not line.startswith((b"#, fuzzy", b"# prl10n: "))
        )
        path.write_bytes(b"".join(kept))


def set_aside(root: Path, *names: str) -> None:
    """Take away what a run made, without deleting it: for a while after thousands of files were deleted, ext4 makes new
    ones a dozen times slower, since it does not use an inode again at once.
    """
    aside = Path(tempfile.mkdtemp(dir=root.parent))
    for name in names:
        if (root / name).exists():
            (root / name).rename(aside / name.replace("/", "-"))


def growth(counts: Sequence[int]) -> None:
    """Cold runs of so many generated pages: a line for each."""
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            pages(None, root / "content/en", count)
            floor = run((sys.executable, "-c", FLOOR, "content/en"), root)
            configure(root, ["fr"])
            cold = run((*PRL10N, "sync"), root, (0, 4))
            idle = run((*PRL10N, "sync"), root, (0, 4))
            print(
                f"{count:>7,} pages: floor {1e3 * floor.seconds / count:.2f} ms a page, cold sync "
                f"{1e3 * cold.seconds / count:.2f} ms ({cold.seconds / floor.seconds:.2f} × floor), "
                f"{cold.megabytes:.0f} MB; nothing to do {1e6 * idle.seconds / count:.0f} µs a page, "
                f"{idle.megabytes:.0f} MB",
                flush=True,
            )


def peers(root: Path) -> dict[str, Used]:
    """Extraction and rebuilding by other tools, as far as they are installed."""
    found: dict[str, Used] = {}
    names = sorted(str(path) for path in (root / "content/en").rglob("*.md*"))
    with tempfile.TemporaryDirectory() as kept:
        out, source = Path(kept), str(root / "content/en")
        for name in ("po", "md", "po4a/po"):
            (out / name).mkdir(parents=True)
        if shutil.which("md2po") and shutil.which("pot2po"):  # mdpo has an md2po, too
            kit = [("md2po", source, str(out / "po")), ("po2md", "-t", source, str(out / "po"), str(out / "md"))]
            used = [run(command, root) for command in kit]
            found["Translate Toolkit"] = Used(sum(each.seconds for each in used), max(each.megabytes for each in used))
        if shutil.which("po4a"):
            lines = ["[po4a_paths] po/all.pot fr:po/fr.po", '[po4a_alias:md] text opt:"-o markdown -k 0"']
            lines += [f"[type: md] {name} fr:{out}/po4a/{index}.md" for index, name in enumerate(names)]
            (out / "po4a/po4a.cfg").write_text("\n".join(lines), encoding="utf-8")
            found["po4a"] = run(("po4a", "-q", "po4a.cfg"), out / "po4a")
        if find_spec("mdpo") is not None:
            found["mdpo"] = run((sys.executable, "-c", MDPO, str(out / "md"), *names), root)
    return found


def table(done: dict[str, Used]) -> bool:
    """Print the ratios; whether every goal is met."""
    met = True
    for name, goals in GOALS.items():
        for goal in goals:
            if name not in done or goal.of not in done:
                continue
            own, other = done[name].seconds, done[goal.of].seconds
            good = own <= goal.most * other + goal.extra
            met &= good
            wanted = f"goal ≤ {goal.most:g} ×" + (f" + {goal.extra * 1000:.0f} ms" if goal.extra else "")
            extra = f" ({(own - other) * 1000:+.0f} ms)" if goal.extra else ""
            said = f"   {wanted}   {'met' if good else 'MISSED'}" if goal.most < math.inf else ""
            print(f"{name:<10} {own / other:6.2f} × {goal.of}{extra}{said}")
    largest = max((name for name in GOALS if name in done), key=lambda name: done[name].megabytes)
    good = done[largest].megabytes <= MOST_MEGABYTES
    print(
        f"{'memory':<10} {done[largest].megabytes:6.0f} MB at most ({largest})   goal ≤ {MOST_MEGABYTES} MB   "
        f"{'met' if good else 'MISSED'}"
    )
    return met and good


def main() -> int:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("folder", nargs="?", type=Path)
    arguments.add_argument("--pages", type=int, default=2900)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--only", default="", help="names of the table, with commas; the cold run always is")
    arguments.add_argument("--growth", default="", help="numbers of pages, with commas")
    arguments.add_argument("--peers", action="store_true", help="run the other tools too, as far as they are installed")
    chosen = arguments.parse_args()
    if chosen.growth:
        growth([int(count) for count in chosen.growth.split(",")])
        return 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "site")
        size = pages(chosen.folder, root / "content/en", chosen.pages)
        print(f"{chosen.pages:,} pages, {size / 1e6:.1f} MB, {os.cpu_count()} cores")
        done = measure(root, chosen.rounds, set(filter(None, chosen.only.split(","))))
        good = table(done)
        if chosen.peers:
            for name, used in peers(root).items():
                print(
                    f"{name}: {used.seconds / done['floor'].seconds:.2f} × floor, "
                    f"{used.seconds / done['cold'].seconds:.1f} × a cold sync"
                )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
