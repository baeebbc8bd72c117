"""What other processes and a cluster bring, and where the coordinator is the limit: the figures that docs/scale.md
reckons with.

    python bench/cluster.py [FOLDER] [--pages 1000] [--workers 1,2]

FOLDER holds markdown, as for bench/speed.py; without one pages are generated. A cold `prl10n sync` by the backend
`pseudo` runs in one process; with two workers of this machine (in one locale, in three: what a further locale costs,
and with `TIMES` as many pages: what memory grows by); and on a Dask cluster of this machine with as many workers as
`--workers` says. Times are given as ratios to the floor: what python-frontmatter and markdown-it-py use of one core to
read every page, right before and right after each run. The quickest floor of all makes seconds of them again: those of
a machine that does nothing else.

Where workers and coordinator share the cores of one machine, the clock says little: the processor time that each side
uses for a page says how many workers a coordinator can feed. Below some 600 pages no window is full, and what memory
grows by says nothing. Exit code 1 if any run writes other bytes than the first.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import os
import pickle
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import psutil
from speed import FLOOR, PRL10N, pages

from prl10n import config, executors, making
from prl10n.backends.deepl import DeepLBackend
from prl10n.backends.pseudo import pseudo_translate
from prl10n.content import find_documents
from prl10n.inputs import Inputs
from prl10n.making import Answers, Begun, Fault, Job, Made, Setup
from prl10n.outcome import Outcome, today
from prl10n.translation import Asked, Known

SAMPLE = 500  # pages whose jobs and answers are weighed
TIMES = 4  # how many times as many pages the large run has
EVERY = 0.05  # seconds between two looks at processes
PAGES, LOCALES = 10_000_000, 30  # what is reckoned with at the end
PRICE, _ = DeepLBackend({}, {"DEEPL_AUTH_KEY": "bench"}).price()  # the list price
ROOM = 8000  # megabytes of a coordinator

Sent = TypeVar("Sent")
Received = TypeVar("Received")


@dataclass(frozen=True, slots=True)
class Run:
    """What one `sync` took: by the clock, and of a processor, of the coordinator, its workers and the scheduler, as
    ratios to the floor, which is in seconds a page; the most megabytes (10⁶ bytes) of the coordinator, and of the
    largest worker; bytes a page over the loopback device, which others may use too.
    """

    name: str
    pages: int
    floor: float
    clock: float
    coordinator: float
    workers: float
    scheduler: float
    megabytes: float
    worker: float
    wire: float
    digest: str


# --- processes --------------------------------------------------------------------------------------------------------


def tree(process: psutil.Process) -> list[psutil.Process]:
    """A process and those below it."""
    return [process, *process.children(recursive=True)]


def seconds(process: psutil.Process) -> float:
    """What a process has used of a processor."""
    times = process.cpu_times()
    used: float = times.user + times.system
    return used


class Watch(threading.Thread):
    """Looks at a coordinator, at those that it starts, and at `others`, until the coordinator is over. By process: the
    seconds of a processor that it used meanwhile, and the most megabytes.
    """

    def __init__(self, coordinator: psutil.Process, others: Sequence[psutil.Process]) -> None:
        super().__init__(daemon=True)
        self.coordinator = coordinator
        self.others = others
        self.before = {each: seconds(each) for other in others for each in tree(other)}
        self.seconds: dict[psutil.Process, float] = {}
        self.megabytes: dict[psutil.Process, float] = {}

    def run(self) -> None:
        with suppress(psutil.NoSuchProcess):
            while self.coordinator.status() != psutil.STATUS_ZOMBIE:
                self.look(self.coordinator)
                self.look_at_others()
                time.sleep(EVERY)
        self.look_at_others()

    def look_at_others(self) -> None:
        for other in self.others:
            self.look(other)

    def look(self, process: psutil.Process) -> None:
        for each in tree(process):
            with suppress(psutil.NoSuchProcess):  # it has ended since
                self.seconds[each] = seconds(each) - self.before.get(each, 0.0)
                self.megabytes[each] = max(self.megabytes.get(each, 0.0), each.memory_info().rss / 1e6)


class Site(NamedTuple):
    """A cluster of this machine: its address, and the process that starts its workers."""

    address: str
    scheduler: psutil.Process
    workers: psutil.Process


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Site]:
    """A scheduler and so many workers."""
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
        yield Site(f"dask://127.0.0.1:{port}", psutil.Process(scheduler.pid), psutil.Process(own.pid))
    finally:
        for process in (own, scheduler):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(address: str, workers: int) -> None:
    from distributed import Client

    with Client(address, timeout=30, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        client.wait_for_workers(workers, timeout=60)


# --- runs -------------------------------------------------------------------------------------------------------------


def parsed(root: Path) -> float:
    """The floor: seconds of a processor."""
    process = subprocess.Popen((sys.executable, "-c", FLOOR, "content/en"), cwd=root)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"the floor ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def written(root: Path, *tops: str) -> Iterator[Path]:
    for top in tops:
        yield from sorted(path for path in (root / top).rglob("*") if path.is_file())


def digest(root: Path) -> str:
    """One line for all catalogs and pages in French."""
    found = hashlib.sha256()
    for path in written(root, "content/fr", "locales/fr"):
        found.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def cleared(root: Path, executor: str = "none", locales: Sequence[str] = ("fr",)) -> None:
    """Configure a run, and take away what others made."""
    for made in ("locales", ".prl10n", *(f"content/{locale}" for locale in ("fr", "de", "es"))):
        shutil.rmtree(root / made, ignore_errors=True)
    targets = ", ".join(f'"{locale}"' for locale in locales)
    (root / "prl10n.toml").write_text(
        f'targets = [{targets}]\n[content]\ninclude = ["**/*.md*"]\n'
        'catalog = "locales/{locale}/LC_MESSAGES/{dir}{stem}{ext}.po"\n[backend]\nname = "pseudo"\n'
        f'[run]\nexecutor = "{executor}"\nworkers = {2 if executor == "processes" else 0}\n',
        encoding="utf-8",
    )


def sync(root: Path, name: str, executor: str, locales: Sequence[str] = ("fr",), site: Site | None = None) -> Run:
    """A cold run."""
    cleared(root, site.address if site else executor, locales)
    environ = {**os.environ, "SOURCE_DATE_EPOCH": "1795478400"}
    before = parsed(root)
    wire = psutil.net_io_counters(pernic=True)["lo"].bytes_sent
    start = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen((*PRL10N, "sync"), cwd=root, env=environ, stdout=subprocess.DEVNULL, stderr=said)
        coordinator = psutil.Process(process.pid)
        watch = Watch(coordinator, (site.scheduler, site.workers) if site else ())
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)  # of its own: it waits for none of those that it starts
        clock = time.perf_counter() - start
        watch.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 2, 4):  # real pages hold some that cannot be read
            said.seek(0)
            sys.exit(f"{name} ended with {process.returncode}:\n{said.read().decode()[-2000:]}")
    wire = psutil.net_io_counters(pernic=True)["lo"].bytes_sent - wire
    floor = (before + parsed(root)) / 2
    scheduler = set(tree(site.scheduler)) if site else set()
    workers = watch.seconds.keys() - {coordinator} - scheduler
    count = sum(1 for _ in written(root, "content/en"))
    return Run(
        name,
        count,
        floor / count,
        clock / floor,
        (usage.ru_utime + usage.ru_stime) / floor,
        sum(watch.seconds[each] for each in workers) / floor,
        sum(watch.seconds[each] for each in scheduler) / floor,
        watch.megabytes[coordinator],
        max((watch.megabytes[each] for each in workers), default=0.0),
        wire / count,
        digest(root),
    )


# --- what travels -----------------------------------------------------------------------------------------------------


class Trip(NamedTuple):
    """What goes to a worker and what comes back, in bytes, and the seconds of a processor that the coordinator takes to
    pickle the one and to unpickle the other.
    """

    out: float = 0.0
    back: float = 0.0
    seconds: float = 0.0

    def plus(self, other: Trip, share: float = 1.0) -> Trip:
        return Trip(*(own + share * more for own, more in zip(self, other, strict=True)))


class Weight(NamedTuple):
    """Of the mean page in one locale: its way to be read, and its way to be made with its answers, which together are
    what it costs the coordinator at least; the characters that a backend would be sent.
    """

    begun: Trip
    made: Trip
    characters: float


def travelled(function: Callable[[Sent], Received], jobs: Sequence[Sent]) -> tuple[list[Received], Trip]:
    """The answers to jobs that travel together."""
    start = time.process_time()
    out = pickle.dumps((function, jobs), pickle.HIGHEST_PROTOCOL)
    taken = time.process_time() - start
    back = pickle.dumps(list(map(function, jobs)), pickle.HIGHEST_PROTOCOL)
    start = time.process_time()
    answers: list[Received] = pickle.loads(back)
    return answers, Trip(len(out), len(back), taken + time.process_time() - start)


def weighed(root: Path) -> Weight:
    """What a cold run sends for a page, and gets."""
    cleared(root)
    own = config.load(root)
    setup = Setup(own, today(), extracts=True, translates=True, builds=True)
    documents = find_documents(own)
    chosen = documents[:: max(1, len(documents) // SAMPLE)]
    jobs = list(Inputs(own, documents, Outcome()).jobs(dict.fromkeys(chosen, own.targets), builds=True))
    begun = made = Trip()
    characters = 0
    for first in range(0, len(jobs), executors.CHUNK):
        found, trip = travelled(partial(making.begin, setup), jobs[first : first + executors.CHUNK])
        begun = begun.plus(trip, 1 / len(jobs))
        waiting = list(map(answered, jobs[first:], found))
        characters += sum(len(text) for _, each in waiting for answers in each for text in answers.known)
        _, trip = travelled(partial(made_with, setup), waiting)
        made = made.plus(trip, 1 / len(jobs))
    return Weight(begun, made, characters / len(jobs))


def answered(job: Job, begun: Begun | Fault) -> tuple[Job, tuple[Answers, ...]]:
    """What a worker is sent when the texts are known that it said are lacking; a page that lacks none has no place."""
    asked = begun.places if isinstance(begun, Begun) else ()
    waiting = [(place, each) for place, each in zip(job.places, asked, strict=False) if isinstance(each, Asked)]
    return job._replace(places=tuple(place for place, _ in waiting)), tuple(
        Answers(
            {text: Known(pseudo_translate(text), "pseudo 2026-11-24") for unit in each.units for text in unit.texts},
            None,
            "none",
            "pseudo",
        )
        for _, each in waiting
    )


def made_with(setup: Setup, job: tuple[Job, tuple[Answers, ...]]) -> tuple[Made | Fault, ...]:
    return making.make(setup, *job)


# --- what follows -----------------------------------------------------------------------------------------------------


class Cost(NamedTuple):
    """What a page in a locale costs the two sides, in seconds of a processor, or as a ratio to the floor."""

    coordinator: float
    workers: float

    @property
    def fed(self) -> float:
        """The workers that a coordinator keeps at work."""
        return self.workers / self.coordinator

    def times(self, seconds: float) -> Cost:
        return Cost(self.coordinator * seconds, self.workers * seconds)


class Memory(NamedTuple):
    """The megabytes of a coordinator that works on one locale, what each further locale adds, since the pages of a
    window are under way in all of them, and what it grows by for each page in a locale.
    """

    first: float
    further: float
    page: float

    def places(self, room: float, locales: int) -> float:
        """The pages × locales that one run has room for."""
        return (room - self.first - (locales - 1) * self.further) / self.page


def sized(weight: Weight, first: Cost, further: Cost, kept: float, memory: Memory) -> str:
    """What `PAGES` pages in `LOCALES` locales need, from what a page costs in the first locale and in each further
    one, the bytes on the disk of it in a locale, and the memory of coordinators.
    """
    places, room = PAGES * LOCALES, memory.places(ROOM, LOCALES)
    page = Cost(*(one + (LOCALES - 1) * more for one, more in zip(first, further, strict=True)))
    coordinators, workers = (PAGES * side / 86400 for side in page)
    characters = places * weight.characters
    travels = sum(trip.out + trip.back for trip in (weight.begun, weight.made))
    return (
        f"{PAGES:,} pages in {LOCALES} locales, if nothing changes with the size:\n"
        f"  {coordinators:,.1f} core-days of coordinators and {workers:,.1f} of workers, {page.fed:.1f} workers for "
        f"each coordinator\n"
        f"  {room / LOCALES:,.0f} pages in all locales in a run of {ROOM / 1000:.0f} GB, so {places / room:,.0f} runs "
        f"of {room / LOCALES * page.coordinator / 3600:.1f} hours\n"
        f"  {places * kept / 1e12:.1f} TB of catalogs, pages, memory, journal and manifest\n"
        f"  at most {places * travels / 1e12:.1f} TB between coordinators and workers\n"
        f"  {characters / 1e9:,.0f} billion characters: {characters / 1e6 * PRICE / 1e6:,.1f} million EUR at "
        f"{PRICE:.0f} EUR a million, no text twice"
    )


def size(root: Path, top: str) -> int:
    return sum(path.stat().st_size for path in written(root, top))


def main() -> int:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("folder", nargs="?", type=Path)
    arguments.add_argument("--pages", type=int, default=1000)
    arguments.add_argument("--workers", default="1,2")
    chosen = arguments.parse_args()
    count = chosen.pages
    gc.set_threshold(50_000)  # as prl10n has it: unpickling makes many objects
    with tempfile.TemporaryDirectory() as folder:
        root, large = Path(folder, "site"), Path(folder, "large")
        total = pages(chosen.folder, root / "content/en", count)
        pages(chosen.folder, large / "content/en", TIMES * count)
        print(f"{count:,} pages, {total / count / 1000:.1f} kB each, {os.cpu_count()} cores\n")
        print(
            f"{'run':<24}{'pages':>7}{'clock':>10}{'coordinator':>13}{'workers':>10}{'scheduler':>11}"
            f"{'MB':>6}{'a worker':>10}{'lo kB/page':>12}",
            flush=True,
        )

        def shown(run: Run) -> Run:
            ratios = zip((run.clock, run.coordinator, run.workers, run.scheduler), (8, 11, 8, 9), strict=True)
            columns = "".join(f"{ratio:>{width}.2f} ×" for ratio, width in ratios)
            print(
                f"{run.name:<24}{run.pages:>7,}{columns}{run.megabytes:>6.0f}{run.worker:>10.0f}"
                f"{run.wire / 1000:>12.1f}",
                flush=True,
            )
            return run

        weight = weighed(root)
        first = shown(sync(root, "one process", "none"))
        two = shown(sync(root, "processes", "processes"))
        kept = {top: size(root, top) / count for top in ("locales", "content/fr", ".prl10n")}
        three = shown(sync(root, "processes, 3 locales", "processes", ("fr", "de", "es")))
        more = shown(sync(large, "processes, more pages", "processes"))
        runs = [first, two, three]
        for workers in map(int, chosen.workers.split(",")):
            with cluster(Path(folder), workers) as site:
                label = f"cluster, {workers} worker" + ("s" if workers > 1 else "")
                runs.append(shown(sync(root, label, site.address, site=site)))
        last = runs[-1]
        same = len({run.digest for run in runs}) == 1
        floor = min(run.floor for run in (*runs, more))
        grown = (more.megabytes - two.megabytes) / (more.pages - count)
        memory = Memory(two.megabytes, (three.megabytes - two.megabytes) / 2 - count * grown, grown)
        one = Cost(two.coordinator, two.workers).times(floor)
        further = Cost(three.coordinator - two.coordinator, three.workers - two.workers).times(floor / 2)
        on_cluster = Cost(last.coordinator, last.workers).times(floor)
        begun, made = weight.begun, weight.made
        print(
            f"\nfloor: {1 / floor:,.0f} pages a core-second, at its quickest; so in seconds of a quiet core:\n"
            f"one process: {1 / first.coordinator / floor:,.0f} pages a second\n"
            f"processes: {1 / one.coordinator:,.0f} pages a second of the coordinator, {1 / one.workers:,.0f} of a "
            f"worker: a coordinator feeds {one.fed:.1f}\n"
            f"a further locale: {1 / further.coordinator:,.0f} a second of the coordinator, "
            f"{1 / further.workers:,.0f} of a worker: it feeds {further.fed:.1f}\n"
            f"{last.name}: {1 / on_cluster.coordinator:,.0f} pages a second of the coordinator, "
            f"{1 / on_cluster.workers:,.0f} of a worker, {1 / last.scheduler / floor:,.0f} of the scheduler: a "
            f"coordinator feeds {on_cluster.fed:.1f}\n"
            f"a page in a locale, on its way: to be read {begun.out / 1000:.1f} kB, back {begun.back / 1000:.1f} kB; "
            f"to be made {made.out / 1000:.1f} kB, back {made.back / 1000:.1f} kB; to pickle and unpickle that costs "
            f"the coordinator {(begun.seconds + made.seconds) * 1e6:,.0f} µs\n"
            f"memory of the coordinator: {two.megabytes:.0f} MB for {count:,} pages, {more.megabytes:.0f} MB for "
            f"{more.pages:,}: it grows by {memory.page * 1000:.1f} kB a page; a further locale adds "
            f"{memory.further:.0f} MB\n"
            f"on the disk, a page in a locale is {kept['locales'] / 1000:.1f} kB of catalog, "
            f"{kept['content/fr'] / 1000:.1f} kB of page, {kept['.prl10n'] / 1000:.1f} kB of memory, journal and "
            f"manifest\n"
            f"the same bytes in all runs: {same}\n"
        )
        print(sized(weight, one, further, sum(kept.values()), memory))
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
