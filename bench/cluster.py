"""What a cluster brings, and where its coordinator is the limit: the figures that docs/scale.md reckons with.

    python bench/cluster.py [FOLDER] [--pages 2000] [--workers 1,2]

FOLDER holds markdown, as for bench/speed.py; without one pages are generated. A cold `prl10n sync` by the backend
`pseudo` runs without other processes (in one locale, and in three: what a further locale costs), with what the pipeline
chooses by itself, and on a Dask cluster of this machine with as many workers as `--workers` says. Times are given as
ratios to the floor: what python-frontmatter and markdown-it-py use of one core to read every page, in the same run.

Where workers and coordinator share the cores of one machine, the clock says little: the processor time that each side
uses for a page says how many workers a coordinator can feed. Exit code 1 if any run writes other bytes than the first.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pickle
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import psutil
from speed import FLOOR, PRL10N, pages

from prl10n import document
from prl10n.backends.deepl import DeepLBackend
from prl10n.document import Rules
from prl10n.errors import LIBRARY_FAILURES, DocumentError

SAMPLE = 500  # pages whose jobs and answers are weighed
PAGES, LOCALES = 10_000_000, 30  # what is reckoned with at the end
PRICE, _ = DeepLBackend({}, {"DEEPL_AUTH_KEY": "bench"}).price()  # the list price
ROOM = 8000  # megabytes of a coordinator


@dataclass(frozen=True, slots=True)
class Run:
    """What one `sync` took: seconds by the clock, of the coordinator's processor (with processes of its own, which were
    waited for), and of the workers'; megabytes of the coordinator; bytes over the loopback device.
    """

    name: str
    clock: float
    coordinator: float
    workers: float
    megabytes: float
    wire: int
    digest: str


def processor(process: psutil.Process) -> float:
    """The seconds that a process and those below it have used."""
    total = 0.0
    for each in (process, *process.children(recursive=True)):
        times = each.cpu_times()
        total += times.user + times.system
    return total


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, psutil.Process]]:
    """A scheduler and its workers: the address, and the process of the workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    dask = (sys.executable, "-m", "dask")
    quiet = partial(
        subprocess.Popen[bytes], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    scheduler = quiet([*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"])
    place = ("--nworkers", str(workers), "--nthreads", "1", "--no-dashboard", "--local-directory", str(folder))
    own = quiet([*dask, "worker", f"tcp://127.0.0.1:{port}", *place])
    try:
        wait_for(f"tcp://127.0.0.1:{port}", workers)
        yield f"dask://127.0.0.1:{port}", psutil.Process(own.pid)
    finally:
        for process in (own, scheduler):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(address: str, workers: int) -> None:
    from distributed import Client

    with Client(address, timeout=30, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=60)


def parsed(root: Path) -> float:
    """The seconds of a processor that the floor takes."""
    process = subprocess.Popen((sys.executable, "-c", FLOOR, "content/en"), cwd=root)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"the floor ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def digest(root: Path) -> str:
    """One line for all catalogs and pages in French."""
    found = hashlib.sha256()
    for top in ("content/fr", "locales/fr"):
        for path in sorted((root / top).rglob("*")):
            if path.is_file():
                found.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def sync(
    root: Path, name: str, executor: str, locales: tuple[str, ...] = ("fr",), workers: psutil.Process | None = None
) -> Run:
    for made in ("locales", ".prl10n", *(f"content/{locale}" for locale in ("fr", "de", "es"))):
        shutil.rmtree(root / made, ignore_errors=True)
    targets = ", ".join(f'"{locale}"' for locale in locales)
    (root / "prl10n.toml").write_text(
        f'targets = [{targets}]\n[content]\ninclude = ["**/*.md*"]\n'
        'catalog = "locales/{locale}/LC_MESSAGES/{dir}{stem}{ext}.po"\n[backend]\nname = "pseudo"\n'
        f'[run]\nexecutor = "{executor}"\n',
        encoding="utf-8",
    )
    environ = {**os.environ, "SOURCE_DATE_EPOCH": "1795478400"}
    before = processor(workers) if workers else 0.0
    wire = psutil.net_io_counters(pernic=True)["lo"].bytes_sent
    start = time.perf_counter()
    process = subprocess.Popen(
        (*PRL10N, "sync"), cwd=root, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    clock = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 2, 4):  # real pages hold some that cannot be read
        sys.exit(f"{name} ended with {process.returncode}")
    return Run(
        name,
        clock,
        usage.ru_utime + usage.ru_stime,
        processor(workers) - before if workers else 0.0,
        usage.ru_maxrss / 1024,
        psutil.net_io_counters(pernic=True)["lo"].bytes_sent - wire,
        digest(root),
    )


class Weight(NamedTuple):
    """Of the mean page: the bytes of its job and of the answer; the seconds that the coordinator takes for both, which
    is what a page costs it at least; the characters that a backend would be sent.
    """

    out: float
    back: float
    seconds: float
    characters: float


def weighed(folder: Path) -> Weight:
    out = back = characters = 0
    taken = 0.0
    found = sorted(folder.rglob("*.md*"))
    chosen = found[:: max(1, len(found) // SAMPLE)]
    for path in chosen:
        data = path.read_bytes()
        try:
            split = document.split(data, Rules())
        except (DocumentError, *LIBRARY_FAILURES):
            continue
        answer = pickle.dumps(split, pickle.HIGHEST_PROTOCOL)
        start = time.perf_counter()
        out += len(pickle.dumps(data, pickle.HIGHEST_PROTOCOL))
        pickle.loads(answer)
        taken += time.perf_counter() - start
        back += len(answer)
        characters += sum(len(text) for text in {unit.text for unit in split.units})
    count = len(chosen)
    return Weight(out / count, back / count, taken / count, characters / count)


def sized(weight: Weight, first: float, further: float, kept: float, megabytes: float) -> str:
    """What `PAGES` pages in `LOCALES` locales need, from the core-seconds of a page in the first locale and in each
    further one, the bytes that are kept of it in a locale, and the megabytes that a coordinator needs for it.
    """
    places = PAGES * LOCALES
    days = PAGES * (first + (LOCALES - 1) * further) / 86400
    characters = places * weight.characters
    return (
        f"{PAGES:,} pages in {LOCALES} locales, if nothing changes with the size:\n"
        f"  {days:,.0f} core-days of coordinators, so {days:,.0f} of them do it in a day\n"
        f"  {ROOM / megabytes:,.0f} pages × locales in a run of {ROOM / 1000:.0f} GB, so "
        f"{places * megabytes / ROOM:,.0f} runs\n"
        f"  {places * kept / 1e12:.1f} TB of catalogs, memory and journal\n"
        f"  {characters / 1e9:,.0f} billion characters: {characters / 1e6 * PRICE / 1e6:,.1f} million EUR at "
        f"{PRICE:.0f} EUR a million, no text twice"
    )


def main() -> int:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("folder", nargs="?", type=Path)
    arguments.add_argument("--pages", type=int, default=2000)
    arguments.add_argument("--workers", default="1,2")
    chosen = arguments.parse_args()
    count = chosen.pages
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "site")
        size = pages(chosen.folder, root / "content/en", count)
        print(f"{count:,} pages, {size / count / 1000:.1f} kB each, {os.cpu_count()} cores", flush=True)
        floor = parsed(root)
        print(f"floor: {count / floor:,.0f} pages a core-second\n", flush=True)
        print(f"{'run':<22}{'clock':>9}{'coordinator':>13}{'workers':>9}{'pages/s':>9}{'lo kB/page':>12}{'MB':>7}")

        def shown(run: Run) -> Run:
            ratios = (run.clock / floor, run.coordinator / floor, run.workers / floor)
            wire = run.wire / count / 1000
            print(
                f"{run.name:<22}{ratios[0]:>7.2f} ×{ratios[1]:>11.2f} ×{ratios[2]:>7.2f} ×"
                f"{count / run.clock:>9,.0f}{wire:>12.1f}{run.megabytes:>7.0f}",
                flush=True,
            )
            return run

        first = shown(sync(root, "one process", "none"))
        memory = sum(path.stat().st_size for path in (root / ".prl10n").rglob("*") if path.is_file())
        catalogs = sum(path.stat().st_size for path in (root / "locales").rglob("*.po"))
        runs = [first, shown(sync(root, "auto", "auto"))]
        three = shown(sync(root, "three locales", "none", ("fr", "de", "es")))
        for workers in map(int, chosen.workers.split(",")):
            with cluster(Path(folder), workers) as (address, process):
                label = f"{workers} worker" + ("s" if workers > 1 else "")
                runs.append(shown(sync(root, label, address, workers=process)))
        last = runs[-1]
        weight = weighed(root / "content/en")
        further = (three.coordinator - first.coordinator) / 2
        share = last.coordinator / (last.coordinator + last.workers)
        grown = (three.megabytes - first.megabytes) / 2 / count
        print(
            f"\na page, on the wire: {weight.out / 1000:.1f} kB to a worker, {weight.back / 1000:.1f} kB back; "
            f"taking that in costs the coordinator {weight.seconds * 1e6:,.0f} µs\n"
            f"one process: {count / first.coordinator:,.0f} pages a core-second; a further locale "
            f"{count / further:,.0f}, and {grown * 1000:.0f} kB of memory a page\n"
            f"with workers: {count / last.coordinator:,.0f} pages a second of the coordinator, "
            f"{count / last.workers:,.0f} a second of a worker\n"
            f"the coordinator has {share:.0%} of the work: it feeds {last.workers / last.coordinator:.2f} workers\n"
            f"in a locale, a page has {catalogs / count / 1000:.1f} kB of catalog, and {memory / count / 1000:.1f} kB "
            f"of memory, journal and manifest\n"
            f"the same bytes in all runs: {len({run.digest for run in (*runs, three)}) == 1}\n"
        )
        kept = (catalogs + memory) / count
        print(sized(weight, first.coordinator / count, further / count, kept, grown))
    return 0 if len({run.digest for run in (*runs, three)}) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
