"""Who does the work on documents: this process, others on this machine, or the workers of a Dask cluster. The only code
that knows distributed.

    opened(config.run)               the executor of a run, closed when the run is over
    Crew(executor)                   many small jobs, those of one document by one worker as far as that lives
    spread(backend, executor)        a backend whose models are on the workers

A job is a function of a module and picklable values: no path, no open file, nothing that a worker would have to share
a disk for. Whoever does it, the answers are the same: so workers must have the versions that decide about them.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from itertools import islice
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from prl10n.backends import Backend
from prl10n.config import Run
from prl10n.errors import BackendUnavailable, ConfigError, Prl10nError

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess

P = ParamSpec("P")
Job = TypeVar("Job")
Result = TypeVar("Result")

CHUNK = 16  # jobs that travel together: a message costs about as much as a page
WINDOW = 1_000_000  # bytes of sources, once for each locale, that are under way together: memory is bounded
SHARE = 4  # however many locales: a fourth of so many bytes of sources, so that the requests of a locale are full
PATIENCE = 10.0  # seconds that a scheduler may take to answer
ALONE = 60.0  # seconds that a cluster may be without any worker
LOOK = 1.0  # seconds between two looks at who is there

# What decides about the bytes of catalogs and pages: the same on the coordinator and on every worker.
SAME = ("prl10n", "markdown-it-py", "mdit-py-plugins", "PyYAML", "python-frontmatter")

_SECURITY = "A scheduler runs what it is sent: docs/scale.md says how to keep strangers away."


class WorkerDied(BrokenExecutor):
    """The worker died that had this job, and so did those that got it after that one. The executor goes on."""


@contextmanager
def opened(run: Run) -> Iterator[Executor | None]:
    """The executor that `[run]` names; None leaves the choice to the pipeline (`auto`).

    Raises ConfigError where a cluster cannot be reached within `PATIENCE`, has no workers, or has workers whose answers
    might differ from ours.
    """
    if run.executor == "auto":
        yield None
        return
    makers: Mapping[str, Callable[[], Executor]] = {"none": Here, "processes": lambda: Processes(run.workers)}
    made = makers.get(run.executor, lambda: Cluster(run.executor, run.workers))()
    try:
        yield made
    finally:
        made.shutdown(wait=True, cancel_futures=True)


class Here(Executor):
    """Does every job at once, in the process and the thread that submits it: where it fails, so does `submit`."""

    slots = 1

    def submit(self, function: Callable[P, Result], /, *args: P.args, **kwargs: P.kwargs) -> Future[Result]:
        future: Future[Result] = Future()
        future.set_result(function(*args, **kwargs))
        return future


class Processes(Executor):
    """Processes of this machine, one a lane. A lane whose process died gets another one.

    They begin at once, in a thread: who makes them reads files meanwhile.
    """

    def __init__(self, workers: int = 0) -> None:
        self.lanes = tuple(_Lane() for _ in range(workers or os.cpu_count() or 1))
        self.slots = len(self.lanes)
        self.starting = Thread(target=self._start, name="prl10n-processes", daemon=True)
        self.starting.start()

    def _start(self) -> None:
        for lane in self.lanes:
            lane.start()

    def submit(self, function: Callable[P, Result], /, *args: P.args, **kwargs: P.kwargs) -> Future[Result]:
        return self.lanes[0].submit(function, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.starting.join()
        for lane in self.lanes:
            lane.shutdown(wait, cancel_futures=cancel_futures)


class _Lane(Executor):
    """One process, started by its first job.

    It is started in a thread, which Ctrl-C does not reach: of half a start a process would be left that nobody knows
    of, and that takes what is meant for another one, its end say.
    """

    slots = 1

    def __init__(self) -> None:
        self.pool: Executor | None = None
        self.guard = Lock()

    def submit(self, function: Callable[P, Result], /, *args: P.args, **kwargs: P.kwargs) -> Future[Result]:
        with self.guard:
            try:
                return self._pool().submit(function, *args, **kwargs)
            except BrokenExecutor:  # an earlier job ended it
                self.shutdown()
                self.pool = None
                return self._pool().submit(function, *args, **kwargs)

    def start(self) -> None:
        with self.guard:
            self._pool()

    def _pool(self) -> Executor:
        if self.pool is None:
            from concurrent.futures import ProcessPoolExecutor

            self.pool = ProcessPoolExecutor(1, _context(), _bound)
            starting = Thread(target=_started, args=(self.pool,), name="prl10n-process", daemon=True)
            starting.start()
            starting.join()
        return self.pool

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if self.pool is not None:
            self.pool.shutdown(wait, cancel_futures=cancel_futures)


def _started(pool: Executor) -> None:
    with suppress(OSError, RuntimeError, BrokenExecutor):  # the first job says what is wrong
        pool.submit(os.getpid)


@cache
def _context() -> BaseContext:
    """How processes begin: where there is a fork server, they share its imports."""
    from multiprocessing import get_all_start_methods, get_context

    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["prl10n.making", "prl10n.document.segment"])
    return context


def _bound() -> None:
    """In a process: it ends with its coordinator, however that ends, and leaves Ctrl-C to it."""
    from multiprocessing import parent_process

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    gc.set_threshold(50_000)  # documents are large trees without cycles: looking through them again is in vain
    parent = parent_process()
    if parent is not None:
        Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


# --- many jobs --------------------------------------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Chunk(Generic[Job, Result]):
    """Jobs that travel together, and their answers (`Crew.results`)."""

    function: Callable[[Job], Result]
    jobs: Sequence[Job]
    lane: int
    future: Future[list[Result]]

    @property
    def is_done(self) -> bool:
        return self.future.done()


class Crew:
    """Gives chunks of jobs to the lanes of an executor, in turn; one lane is one worker, as far as the executor can
    tell them apart. A job is answered once, whatever happens to workers.
    """

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self.lanes: Sequence[Executor] = getattr(executor, "lanes", ()) or (executor,)
        self.under_way: set[Future[Any]] = set()
        self._turn = 0

    def next_lane(self) -> int:
        self._turn = (self._turn + 1) % len(self.lanes)
        return self._turn

    def submit(self, function: Callable[[Job], Result], jobs: Sequence[Job], lane: int) -> Chunk[Job, Result]:
        """Jobs for a lane, done in their order, behind those that it has."""
        future = self._submit(lane, function, jobs)
        self.under_way.add(future)
        future.add_done_callback(self.under_way.discard)
        return Chunk(function, jobs, lane, future)

    def _submit(self, lane: int, function: Callable[[Job], Result], jobs: Sequence[Job]) -> Future[list[Result]]:
        return self.lanes[lane % len(self.lanes)].submit(_all, function, jobs)

    def spread(
        self, function: Callable[[Job], Result], jobs: Iterable[Job], lost: Callable[[Job], Result]
    ) -> Iterator[Result]:
        """The answers to many jobs, in their order. As many jobs are made as keep the lanes busy."""
        waiting: deque[Chunk[Job, Result]] = deque()
        left = iter(jobs)
        while True:
            while len(waiting) < 2 * len(self.lanes) and (some := list(islice(left, CHUNK))):
                waiting.append(self.submit(function, some, self.next_lane()))
            if not waiting:
                return
            yield from self.results(waiting.popleft(), lost)

    def results(self, chunk: Chunk[Job, Result], lost: Callable[[Job], Result]) -> list[Result]:
        """The answers to a chunk's jobs, waited for.

        A chunk that a worker died of is done again job by job, each with nothing else under way, so that no job is
        blamed for another; `lost` says what becomes of one that workers still die of. Raises Prl10nError where nobody
        is left to do the rest.
        """
        try:
            return chunk.future.result()
        except BrokenExecutor:
            wait(set(self.under_way))
            return [self._alone(chunk, job, lost) for job in chunk.jobs]

    def _alone(self, chunk: Chunk[Job, Result], job: Job, lost: Callable[[Job], Result]) -> Result:
        try:
            return self._submit(chunk.lane, chunk.function, [job]).result()[0]
        except WorkerDied:
            return lost(job)
        except BrokenExecutor as error:
            if isinstance(self.lanes[chunk.lane % len(self.lanes)], _Lane):
                return lost(job)
            raise Prl10nError(
                f"the worker processes ended: {error}",
                remedy='Is there enough memory? executor = "none" in [run] works without them.',
            ) from error

    def close(self) -> None:
        """What is under way is of no use any more."""
        for future in list(self.under_way):
            future.cancel()


def _all(function: Callable[[Job], Result], jobs: Sequence[Job]) -> list[Result]:
    return list(map(function, jobs))


def slots(executor: Executor) -> int:
    """How many jobs an executor does at a time."""
    found: int = getattr(executor, "slots", 0) or os.cpu_count() or 1
    return found


def spread(backend: Backend, executor: Executor | None) -> Backend:
    """The backend as it works with an executor: one that knows how is moved to the workers of a cluster, where its
    models are; any other stays with the coordinator.
    """
    move = getattr(backend, "spread", None)
    if move is None or not isinstance(executor, Cluster):
        return backend
    moved: Backend = move(executor, slots(executor), executor.threads)
    return moved


# --- a cluster --------------------------------------------------------------------------------------------------------


class Cluster(Executor):
    """The workers of a Dask scheduler.

    The answer of a job may be WorkerDied, after which other jobs go on, and BackendUnavailable where the scheduler is
    gone, or no worker was there for `ALONE` seconds. `threads` is how many jobs a worker does at a time.
    """

    def __init__(self, address: str, workers: int = 0) -> None:
        self.address = address
        self.client, self.killed = _connected(address)
        self.waiting: dict[Future[Any], Future[Any]] = {}  # the answer that is waited for → the scheduler's own
        self.guard = Lock()
        self.over = Event()
        with ExitStack() as undo:
            undo.callback(self.client.close, timeout=1)
            self.slots, self.threads = _workers(self.client, address, max(workers, 1))
            _compare(address, _own(), self.client.run(versions, on_error="return"))
            undo.pop_all()
        self.executor: Any = self.client.get_executor(pure=False)
        self.watcher = Thread(target=self.watch, name="prl10n-cluster", daemon=True)
        self.watcher.start()

    def submit(self, function: Callable[P, Result], /, *args: P.args, **kwargs: P.kwargs) -> Future[Result]:
        if self.over.is_set():
            raise RuntimeError("cannot schedule new futures after shutdown")
        answer: Future[Result] = Future()
        inner: Future[Result] = self.executor.submit(_trusted, _own(), function, *args, **kwargs)
        with self.guard:
            self.waiting[answer] = inner
        answer.add_done_callback(self.drop)
        inner.add_done_callback(partial(self.settle, answer))
        return answer

    def settle(self, answer: Future[Result], inner: Future[Result]) -> None:
        """The scheduler has an answer. Workers keep it until nobody refers to `inner` any more."""
        error = None if inner.cancelled() else inner.exception()
        if inner.cancelled() or isinstance(error, CancelledError):
            self.answer(answer, self.gone("the scheduler ended, or dropped the work"))
        elif isinstance(error, self.killed):
            self.answer(answer, WorkerDied("a worker died, and the ones that tried again"))
        else:
            self.answer(answer, error, None if error else inner.result())

    def answer(self, answer: Future[Any], error: BaseException | None, result: object = None) -> None:
        """Answer a job once: what comes later, or to a job that was given up, is dropped."""
        with self.guard:
            if self.waiting.pop(answer, None) is None or not answer.set_running_or_notify_cancel():
                return
        if error is None:
            answer.set_result(result)
        else:
            answer.set_exception(error)

    def drop(self, answer: Future[Any]) -> None:
        """A job that was given up before it was answered."""
        with self.guard:
            inner = self.waiting.pop(answer, None)
        if inner is not None:
            inner.cancel()

    def gone(self, what: str) -> BackendUnavailable:
        return BackendUnavailable(
            f"the cluster was lost: {what}",
            where=self.address,
            remedy="What was done is saved: start the cluster again, and the same command resumes.",
        )

    def watch(self) -> None:
        """Note how many workers there are; where there is none for too long, nobody waits any longer."""
        alone = 0.0
        while not self.over.wait(LOOK):
            try:
                there = self.client.nthreads()
            except (OSError, TimeoutError, RuntimeError):  # the scheduler does not answer
                there = {}
            alone = 0.0 if there else alone + LOOK
            self.slots = sum(there.values()) or self.slots
            if alone >= ALONE:
                self.abandon(self.gone(f"it had no worker for {ALONE:.0f} seconds"))

    def abandon(self, error: Prl10nError) -> None:
        with self.guard:
            waiting = list(self.waiting)
        for answer in waiting:
            self.answer(answer, error)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        del wait, cancel_futures  # what nobody has waited for by now, nobody will
        if self.over.is_set():
            return
        self.over.set()
        self.abandon(self.gone("the run is over"))
        self.watcher.join(LOOK)
        self.client.close(timeout=2)


def versions() -> dict[str, str]:
    """What decides about an answer, on the machine where this runs."""
    return {"python": ".".join(map(str, sys.version_info[:2]))} | {name: _version(name) for name in SAME}


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # late: only a cluster asks

    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


@cache
def _own() -> dict[str, str]:
    return versions()


def _trusted(expected: dict[str, str], function: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """On a worker: a job, if this worker has the coordinator's versions. One that joined later was not asked before."""
    if _own() != expected:
        import platform

        raise _mismatch(platform.node(), expected, _own())
    return function(*args, **kwargs)


def _connected(address: str) -> tuple[Any, type[Exception]]:
    """A client of the scheduler, and the error of a job that its workers did not survive."""
    if find_spec("distributed") is None:
        raise ConfigError(
            "a cluster needs a library that is not installed",
            where=address,
            remedy="Run: pip install 'prl10n[distributed]'",
        )
    import dask
    from distributed import Client
    from distributed.scheduler import KilledWorker
    from distributed.security import Security

    # What goes wrong is said once, by us. A chunk of long pages is no mistake to warn of.
    for name in ("distributed", "distributed.client", "tornado", "tornado.application", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"})
    target = address.replace("dask://", "tcp://", 1)
    try:
        security: Any = Security()  # type: ignore[no-untyped-call]
        if target.startswith("tls://") and security.get_connection_args("client").get("ssl_context") is None:
            raise ConfigError(
                "a tls:// address needs certificates, and Dask's configuration names none",
                where=address,
                remedy="Set distributed.comm.tls.ca-file and distributed.comm.tls.client in it: see docs/scale.md.",
            )
        client: Any = Client(  # type: ignore[no-untyped-call]
            target, timeout=PATIENCE, security=security, set_as_default=False, name="prl10n"
        )
    except (OSError, TimeoutError, ValueError) as error:
        raise ConfigError(
            f"the scheduler cannot be reached: {error}",
            where=address,
            remedy="Is `dask scheduler` running there, and may this machine connect to its port? Correct executor in "
            f"[run]. {_SECURITY}",
        ) from error
    return client, KilledWorker


def _workers(client: Any, address: str, least: int) -> tuple[int, int]:
    """How many jobs the cluster, and how many its smallest worker, does at a time. Waits for `least` workers."""
    try:
        client.wait_for_workers(least, timeout=PATIENCE)
        threads: list[int] = list(client.nthreads().values())
    except (OSError, TimeoutError) as error:
        there = "1 worker" if least == 1 else f"{least} workers"
        raise ConfigError(
            f"the cluster does not have {there}",
            where=address,
            remedy=f"On each machine run: dask worker {address.replace('dask://', 'tcp://', 1)} --nthreads 1 "
            "--nworkers auto",
        ) from error
    return sum(threads), min(threads)


def _compare(address: str, own: Mapping[str, str], found: Mapping[str, object]) -> None:
    """Refuse workers whose answers might differ. What is no table of versions is the error of one without prl10n."""
    for worker, theirs in sorted(found.items()):
        if not isinstance(theirs, Mapping):
            raise ConfigError(
                f"the worker {worker} does not have prl10n: {theirs}",
                where=address,
                remedy=f"On each worker run: pip install 'prl10n[distributed]=={own['prl10n']}'",
            )
        if theirs != own:
            raise _mismatch(worker, own, theirs)


def _mismatch(worker: str, own: Mapping[str, str], theirs: Mapping[str, str]) -> ConfigError:
    differing = [
        f"{name} {theirs.get(name, 'missing')} instead of {mine}"
        for name, mine in own.items()
        if theirs.get(name) != mine
    ]
    return ConfigError(
        f"the worker {worker} has {', '.join(differing)}",
        remedy="Install the same on all machines, from one lock file or one image: others may write other bytes.",
    )
