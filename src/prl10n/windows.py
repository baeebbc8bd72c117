"""Documents that are translated together, so that memory does not grow with their number.

read by workers → what they lack, asked for together → made by the workers that have read them
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from prl10n import executors, making
from prl10n.errors import BackendError
from prl10n.executors import Chunk, Crew
from prl10n.inputs import short
from prl10n.making import Answers, Begun, Fault, Job, Made, Place, Setup
from prl10n.translation import Asked, Task, Work

if TYPE_CHECKING:
    from prl10n.working import Working

MANY = 250  # documents of a window at most


class Waiting(msgspec.Struct, eq=False):
    """A document that waits for texts: its job, with the places that do, the worker that has read it, and a task for
    each place.
    """

    job: Job
    lane: int
    tasks: tuple[Task, ...]
    left: int


def divided(jobs: Iterable[Job]) -> Iterator[list[Job]]:
    window: list[Job] = []
    sources = pages = 0
    for job in jobs:
        window.append(job)
        sources += len(job.source)
        pages += len(job.source) * len(job.places)
        if (pages >= executors.WINDOW and executors.SHARE * sources >= executors.WINDOW) or len(window) >= MANY:
            yield window
            window, sources, pages = [], 0, 0
    if window:
        yield window


class Window:
    """Documents that are translated together."""

    def __init__(self, run: Working, crew: Crew, read: Sequence[Chunk[Job, Begun | Fault]]) -> None:
        self.run = run
        self.crew = crew
        self.read = read
        self.documents: list[Waiting] = []
        self.by_task: dict[Task, Waiting] = {}
        self.ready: list[list[Waiting]] = [[] for _ in crew.lanes]  # by lane: those that have all their texts
        self.handed: set[Waiting] = set()
        self.making: list[tuple[Chunk[tuple[Job, tuple[Answers, ...]], tuple[Made | Fault, ...]], list[Waiting]]] = []
        self.broken: list[tuple[Waiting, tuple[Made, ...]]] = []  # those of which answers cannot be used
        self.failure: BackendError | None = run.outcome.failure

    def all(self) -> None:
        run = self.run
        for chunk in self.read:
            results = self.crew.results(chunk, making.lost)
            for job, begun in zip(chunk.jobs, results, strict=True):
                for place, made in zip(job.places, begun.places if isinstance(begun, Begun) else (), strict=False):
                    if isinstance(made, Made):
                        run.save_soon(job, place, made)
            for job, begun in zip(chunk.jobs, results, strict=True):
                run.progress.advance()
                self.take(job, chunk.lane, begun)
        if not self.documents:
            return
        work = Work([task for each in self.documents for task in each.tasks], run.spend)
        work.ready, work.idle = self.note, self.idle
        plans = work.plan()
        if run.dry_run:
            plans = work.announce()
        for locale, plan in plans.items():
            run.outcome.plans[locale] = run.outcome.plans[locale] + plan if locale in run.outcome.plans else plan
        if not run.dry_run and self.failure is None:
            if not run.many:
                total = sum(plan.characters for plan in run.outcome.plans.values())
                run.progress.begin("translating", total, "characters")
                work.told = run.progress.advance
            self.failure = work.carry_out()
        self.make(each for each in self.documents if each not in self.handed)
        self.ask_again(work)
        run.outcome.failure = self.failure
        run.outcome.over_budget = run.spend.left
        run.outcome.too_large = 0 if run.spend.committed else run.spend.next
        for desk in {task.desk for each in self.documents for task in each.tasks}:
            desk.forget()

    def take(self, job: Job, lane: int, begun: Begun | Fault) -> None:
        """A document was read: what lacks nothing is finished, the rest waits for texts."""
        run = self.run
        if isinstance(begun, Fault):
            run.inputs.unreadable(job.file, begun)
            return
        run.inputs.tell_problems(job, begun.problems)
        if begun.address is not None:
            run.publisher.addresses.put(job.name, begun.address)
        waiting: list[Place] = []
        tasks: list[Task] = []
        for place, result in zip(job.places, begun.places, strict=True):
            if isinstance(result, Asked):
                waiting.append(place)
                tasks.append(Task(run.desks.desk(place.locale), result))
            elif isinstance(result, Fault):
                run.inputs.blame(result, job.name, place.locale)
            else:
                run.finish(job._replace(places=(place,)), place, result, _nothing, run.row(job, place))
        if tasks:
            found = Waiting(job._replace(places=tuple(waiting)), lane, tuple(tasks), len(tasks))
            self.documents.append(found)
            self.by_task.update(dict.fromkeys(tasks, found))

    def note(self, task: Task) -> None:
        """All texts of a document in a locale are known."""
        waiting = self.by_task[task]
        waiting.left -= 1
        if waiting.left == 0:
            self.ready[waiting.lane].append(waiting)

    def idle(self) -> bool:
        """Hand on what is ready, and take what is made: a little at a time."""
        size = 1 if isinstance(self.crew.executor, executors.Here) else executors.CHUNK // 2
        for documents in self.ready:
            if len(documents) >= size:
                self.hand(documents[:size])
                del documents[:size]
                return True
        for index, (chunk, documents) in enumerate(self.making):
            if chunk.is_done:
                del self.making[index]
                self.receive(chunk, documents)
                return True
        return False

    def hand(self, documents: Sequence[Waiting]) -> None:
        """Have documents made by the worker that has read them."""
        jobs = [(each.job, tuple(self.answers(task) for task in each.tasks)) for each in documents]
        chunk = self.crew.submit(partial(_make, self.run.setup), jobs, documents[0].lane)
        self.handed.update(documents)
        self.making.append((chunk, list(documents)))

    def answers(self, task: Task) -> Answers:
        desk = task.desk
        return Answers(task.known(), desk.style, desk.trust, desk.backend.name)

    def make(self, documents: Iterable[Waiting]) -> None:
        """Have all of these made, and take all that is."""
        lanes: list[list[Waiting]] = [[] for _ in self.crew.lanes]
        for each in documents:
            lanes[each.lane].append(each)
        for lane in lanes:
            for first in range(0, len(lane), executors.CHUNK):
                self.hand(lane[first : first + executors.CHUNK])
        while self.making:
            self.receive(*self.making.pop(0))

    def receive(
        self,
        chunk: Chunk[tuple[Job, tuple[Answers, ...]], tuple[Made | Fault, ...]],
        documents: Sequence[Waiting],
        *,
        last: bool = False,
    ) -> None:
        finished: list[tuple[Waiting, Sequence[Made | Fault]]] = []
        for waiting, results in zip(documents, self.crew.results(chunk, _lost), strict=True):
            made = tuple(result for result in results if isinstance(result, Made))
            if len(made) == len(results) and any(each.errors for each in made) and not last:
                self.broken.append((waiting, made))
                continue
            finished.append((waiting, results))
            for place, result in zip(waiting.job.places, results, strict=True):
                if isinstance(result, Made):
                    self.run.save_soon(waiting.job, place, result)
        for waiting, each in finished:
            self.finish(waiting, each)

    def ask_again(self, work: Work) -> None:
        """Ask for the words of answers that cannot be used, run by run; then what there is has to do."""
        broken, self.broken = self.broken, []
        if self.failure is not None or self.run.dry_run:
            for waiting, made in broken:
                self.finish(waiting, made)
            return
        if broken:
            self.failure = work.again(
                (task, text)
                for waiting, made in broken
                for task, each in zip(waiting.tasks, made, strict=True)
                for text in each.errors
            )
        for first in range(0, len(broken), executors.CHUNK):
            for waiting, _ in broken[first : first + executors.CHUNK]:
                self.hand([waiting])
            while self.making:
                self.receive(*self.making.pop(0), last=True)

    def finish(self, waiting: Waiting, results: Sequence[Made | Fault]) -> None:
        run, job = self.run, waiting.job
        for place, task, made in zip(job.places, waiting.tasks, results, strict=True):
            if isinstance(made, Fault):
                run.inputs.blame(made, job.name, place.locale)
                continue
            row = run.row(job, place)
            row.tally = task.tally
            for line, rule, message, text in self.said(task, made):
                run.inputs.warn(rule, job.file, line, f"{message}\n    {short(text)}", place.locale)
            promised = run.dry_run and task.is_promised
            run.finish(job._replace(places=(place,)), place, made, partial(self.answers, task), row, promised=promised)

    def said(self, task: Task, made: Made) -> Iterator[tuple[int, str, str, str]]:
        """(line, rule, message, text) of what is to be said of units: why they have no draft, or what their terms say
        of it. Of what was not asked for, since the work ended early, nothing is said.
        """
        name, known = task.desk.backend.name, task.desk.known
        whole = not made.errors and all(text in known for unit in task.asked.units for text in unit.texts)
        if self.run.dry_run or not (whole or (self.failure is None and not self.run.spend.reached)):
            return
        if whole and not task.desk.terms:
            return  # nothing: as of almost all documents
        terms: dict[str, list[str]] = {}
        for unit, message in task.said_of_terms():
            terms.setdefault(unit.text, []).append(message)
        for unit in task.asked.units:
            if unit.text in made.errors:
                reason = f"the answer of {name} cannot be used: {made.errors[unit.text]}"
                yield unit.line, "markup", f"the unit stays untranslated, {reason}", unit.text
            elif not all(text in known for text in unit.texts):
                if name != "memory":
                    yield unit.line, "markup", f"the unit stays untranslated, {name} has no answer for it", unit.text
            else:
                for message in terms.get(unit.text, ()):
                    yield unit.line, "glossary", message, unit.text


def _nothing() -> None:
    """The answers that a document was made with that lacked none."""


def _make(setup: Setup, job: tuple[Job, tuple[Answers, ...]]) -> tuple[Made | Fault, ...]:
    return making.make(setup, *job)


def _lost(job: tuple[Job, tuple[Answers, ...]]) -> tuple[Made | Fault, ...]:
    return (making.lost(job[0]),) * len(job[0].places)
