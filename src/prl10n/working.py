"""The work on documents: read → merge → translate → save the catalog → assemble → save the page.

What is done with one document is done by workers, which have no disk in common with us (`prl10n.making`); what is done
to files, to the memory and with backends is done here. Documents come in windows, so that memory does not grow with
their number.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple, ParamSpec

from prl10n import catalog, executors, files, making, pairs, windows
from prl10n.assembly import Page
from prl10n.config import Config, shown
from prl10n.desks import Desks
from prl10n.errors import CatalogError, Prl10nError
from prl10n.executors import Chunk, Crew
from prl10n.inputs import Inputs
from prl10n.ledger import Item, Ledger, Row
from prl10n.making import Answers, Begun, Fault, Job, Made, Place, Setup, fault_of
from prl10n.manifest import digest
from prl10n.outcome import Outcome, Progress, Spend, Stage, today
from prl10n.publishing import AtHand, Known, Publisher, Source, rejected_texts
from prl10n.spool import Spool

WRITERS = 8  # files that are written at a time
WORTH = 64  # documents from which processes are worth their start

P = ParamSpec("P")


class _Finished(NamedTuple):
    """What was made of a document in a locale. `answers()` are those that it was made with, should it have to be made
    again; `promised`: a run that is no dry run would get more of them.
    """

    job: Job
    place: Place
    made: Made
    answers: Callable[[], Answers | None]
    item: Item
    promised: bool = False


_FOREIGN = (
    "this page was there before any translation in the catalog. If somebody wrote it by hand, `prl10n adopt` makes its "
    "catalog; else remove the page"
)
_LEFT = (
    "too little of its document may be published, so this page stays as it is. Remove it; or, if somebody wrote it by "
    "hand, run `prl10n adopt`"
)


class Working:
    """A run's work on documents, in as many windows as it takes."""

    def __init__(
        self,
        config: Config,
        documents: tuple[str, ...],
        stages: Stage,
        outcome: Outcome,
        ledgers: Mapping[str, Ledger],
        spend: Spend,
        progress: Progress,
        environ: Mapping[str, str],
        executor: Executor | None,
        known: Known | None,
        *,
        dry_run: bool,
    ) -> None:
        """`documents` are all of the project, and `ledgers` hear what becomes of them in each locale; `known` knows
        something of those that are not worked on.
        """
        self.config = config
        self.dry_run = dry_run
        self.spend = spend
        self.outcome = outcome
        self.progress = progress
        self.executor = executor
        self.many = len(documents) > windows.MANY
        self.setup = Setup(config, today(), Stage.EXTRACT in stages, Stage.TRANSLATE in stages, Stage.BUILD in stages)
        self.stack = ExitStack()
        self.inputs = Inputs(config, documents, outcome)
        self.desks = Desks(self.inputs, self.setup.now, environ, executor, self.stack, self.spread, dry_run=dry_run)
        self.ledgers = ledgers
        self.waiting = Spool(documents)  # pages whose links depend on which other pages there will be
        self.unwritten = Spool(documents)  # pages that are not on disk, since a dry run made them
        self.stack.callback(self.waiting.close)
        self.stack.callback(self.unwritten.close)
        self.written: list[tuple[Item, Page | None, Future[bool]]] = []  # pages that are being written
        self.late: list[tuple[Job, Item]] = []  # those that only who knows all documents can make
        self.foreign: dict[tuple[str, str], _Finished] = {}  # (locale, document) whose page no catalog has made
        self.known = known
        self.publisher = Publisher(config, documents, {}, self.published, self.page, known)
        self.disk = _Disk()
        self.stack.callback(self.disk.close)

    def close(self) -> None:
        """The memory, processes and files of the run are let go."""
        self.stack.close()

    def through(self, wanted: Mapping[str, Sequence[str]]) -> None:
        """Read, translate and make documents, window by window: while one is translated, the next one is read."""
        self.progress.begin("reading", len(wanted))
        self.disk.many |= len(wanted) >= WORTH
        crew = self.crew(len(wanted))
        parts = windows.divided(self.inputs.jobs(wanted, builds=self.setup.builds))
        read = self.reading(crew, next(parts, ()))
        while read:
            coming = self.reading(crew, next(parts, ()))
            windows.Window(self, crew, read).all()
            read = coming

    def crew(self, jobs: int) -> Crew:
        """Who does the work: with the executor that was given, or what so many jobs are worth."""
        if self.executor is None and jobs >= WORTH and (os.cpu_count() or 1) > 1:
            self.executor = executors.Processes(self.config.run.workers)
            self.stack.callback(self.executor.shutdown, wait=True, cancel_futures=True)
        crew = Crew(self.executor or executors.Here())
        self.stack.callback(crew.close)
        return crew

    def spread(self, jobs: Iterable[pairs.Job], count: int) -> Iterator[pairs.Read | Prl10nError]:
        """What the memory keeps of catalogs."""
        return self.crew(count).spread(pairs.read, jobs, pairs.lost)

    def reading(self, crew: Crew, jobs: Sequence[Job]) -> list[Chunk[Job, Begun | Fault]]:
        begin = partial(making.begin, self.setup)
        return [
            crew.submit(begin, jobs[first : first + executors.CHUNK], crew.next_lane())
            for first in range(0, len(jobs), executors.CHUNK)
        ]

    def row(self, job: Job, place: Place) -> Row:
        """What is to be said of a document in a locale, which is nothing yet."""
        return Row(job.name, self.ledgers[place.locale].paths)

    def published(self, locale: str, name: str) -> tuple[bool, str] | None:
        """Whether a document has words for a page, and where that moved; None for what is not worked on."""
        return self.ledgers[locale].published(name)

    def page(self, locale: str, name: str) -> Page | None:
        """A page of this run that is not on disk yet, with the links of its source."""
        return self.waiting.get(locale, name) or self.unwritten.get(locale, name)

    # saving

    def save_soon(self, job: Job, place: Place, made: Made) -> None:
        """Begin to write a catalog that is finished soon."""
        if made.catalog is not None and not self.dry_run and not self.meets_page(place.locale, job.name, made):
            self.disk.begin(place.path, made.catalog, place.catalog)

    def finish(
        self,
        job: Job,
        place: Place,
        made: Made,
        answers: Callable[[], Answers | None],
        row: Row,
        *,
        promised: bool = False,
    ) -> None:
        """Save the catalog, count the states, and publish the page if the run builds. A page that somebody seems to
        have written by hand waits until all others are known (`compare`).
        """
        item = Item(row, digest(job.source), links=made.links, has_page=made.has_page, moved=made.moved)
        done = _Finished(job, place, made, answers, item, promised)
        if not self.meets_page(place.locale, job.name, made):
            self.saved(done)
        elif self.setup.builds and made.has_page:
            self.keep(item)
            self.foreign[item.locale, item.name] = done._replace(made=made._replace(page=None))
            if made.page is not None:
                self.waiting.put(item.locale, item.name, made.page)
        elif self.setup.builds and promised and self.is_foreign(job, item):
            self.refuse(done)
        else:
            if not self.setup.builds and self.is_foreign(job, item):
                self.inputs.warn("page", row.page, 0, _FOREIGN, place.locale)
            self.saved(done)

    def meets_page(self, locale: str, name: str, made: Made) -> bool:
        """Whether a page is there that no catalog has made, as far as one can tell."""
        return made.fresh and os.path.lexists(self.page_path(locale, name))

    def is_foreign(self, job: Job, item: Item) -> bool:
        """Whether that page has words of its own, which somebody wrote."""
        try:
            there = files.read(self.page_path(item.locale, item.name))
        except Prl10nError:
            return True
        return there is not None and self.is_by_hand(job, item, there)

    def is_by_hand(self, job: Job, item: Item, page: bytes) -> bool:
        wrote = self.known is not None and self.known.has_written(item.locale, item.name, digest(page))
        return not wrote and making.has_own_words(job, page)

    def page_path(self, locale: str, name: str) -> str:
        return f"{self.inputs.root}/{self.inputs.paths[locale].pages(name)}"

    def compare(self) -> None:
        """A page without a catalog is ours if we would write the same: then its catalog was lost. Others are refused,
        and links of pages lead to them as they are on disk.
        """
        refused = [done for done in self.foreign.values() if not self.is_ours(done)]
        for done in refused:
            name, locale = done.item.name, done.item.locale
            del self.foreign[locale, name]
            self.waiting.drop(locale, name)
            self.publisher.linker(locale).forget(name)
            self.refuse(done)

    def is_ours(self, done: _Finished) -> bool:
        item, page = done.item, self.waiting.get(done.item.locale, done.item.name)
        try:
            there = files.read(self.page_path(item.locale, item.name))
            linked = self.publisher.linker(item.locale).linked(item.name, page) if page is not None else b""
        except Prl10nError:
            return True  # who writes it will say what is wrong
        return there is None or (page is not None and there == linked) or not self.is_by_hand(done.job, item, there)

    def refuse(self, done: _Finished) -> None:
        """A page that somebody wrote by hand stays, and no catalog is saved from which another one would be made."""
        row, made = done.item.row, done.made
        nothing = (0,) * (len(made.states) - 1)
        row.units_by_state, row.words_by_state = (sum(made.states), *nothing), (sum(made.words), *nothing)
        row.page_left = True
        self.keep(done.item)
        self.inputs.blame(Fault(_FOREIGN, row.page), row.name, row.locale, rule="page")

    def saved(self, done: _Finished) -> None:
        """`finish` for all but pages that somebody wrote by hand."""
        item, promised = done.item, done.promised
        row = item.row
        made = self.save(done)
        row.catalog_written |= promised
        row.page_written |= promised and self.setup.builds and self.config.settings(row.locale).publish.drafts
        row.units_by_state, row.words_by_state = made.states, made.words
        item.complete, item.links, item.has_page, item.moved = not made.lacks, made.links, made.has_page, made.moved
        if self.setup.translates and not self.dry_run:
            self.outcome.untranslated += made.lacks
        if self.setup.builds and made.rejected:
            item.rejected = self.inputs.reject(row.catalog, row.locale, made.rejected)
        if self.setup.builds and not (made.has_page or row.page_written):
            row.page_left = os.path.lexists(self.page_path(row.locale, row.name))
        self.keep(item)
        if row.page_left:
            self.inputs.warn("page", row.page, 0, _LEFT, row.locale)
        if self.setup.builds:
            self.build(done.job, done.place, made, item)

    def build(self, job: Job, place: Place, made: Made, item: Item) -> None:
        """Publish the page, now or when all documents are known."""
        if made.fault is not None:
            self.inputs.blame(made.fault, job.name, place.locale)
        elif made.late:
            saved = place if made.catalog is None else place._replace(catalog=made.catalog)
            self.late.append((job._replace(places=(saved,)), item))
        elif made.page is not None and self.publisher.linker(place.locale).waits(made.page):
            self.waiting.put(place.locale, job.name, made.page)
        elif made.page is not None:
            self.publish(item, made.page)

    def keep(self, item: Item) -> None:
        self.ledgers[item.locale].put(item)

    def save(self, done: _Finished) -> Made:
        """Write the catalog if that says anything new. One that is another by now is merged again: nobody's edit is
        overwritten.
        """
        job, place, made, answers, item, _ = done
        path, data, seen = Path(place.path), made.catalog, place.catalog
        item.catalog = digest(seen) if seen is not None else None
        if self.dry_run or data is None:
            item.row.catalog_written = self.dry_run and made.differs
            return made

        def again(current: bytes | None) -> bytes | None:
            nonlocal made
            other = place._replace(catalog=current, former=seen if current is None else None)
            (result,) = making.make(self.setup, job._replace(places=(other,)), [answers()])
            if isinstance(result, Fault):
                raise CatalogError(result.what, where=result.where)
            made = result
            return made.catalog

        try:
            written: bytes | None = data
            if not self.disk.wrote(place.path, data, seen):
                written = catalog.save(path, seen, data, again)
        except Prl10nError as error:
            self.inputs.blame(fault_of(error), job.name, place.locale)
            return made
        item.catalog = digest(written) if written is not None else None
        item.row.catalog_written = written != seen
        self.forget(item)
        return made

    def forget(self, item: Item) -> None:
        """The catalog of a document that was renamed is where its document is now."""
        former = self.inputs.formers.get((item.locale, item.name))
        if former is None or not files.remove(former.path, former.catalog.data or b""):
            return
        self.inputs.warn(
            "renamed",
            item.row.document,
            0,
            f"its catalog was {shown(former.path)} and moved along with it. If a page of the old name is still there, "
            "remove it, and redirect its address.",
            item.locale,
        )

    def link(self) -> None:
        """Publish the pages that waited until all others were known."""
        self.settle()
        self.compare()
        for done in self.foreign.values():
            self.saved(done)
        for job, item in self.late:
            self.make_late(job, item)
        for locale, name, page in self.waiting.all():
            kept = self.ledgers[locale].item(name)
            assert kept is not None, "it was kept before its page waited"
            self.publish(kept, page)
        self.foreign.clear()
        self.settle()

    def make_late(self, job: Job, item: Item) -> None:
        (place,), source = job.places, making.read(job)
        opened = making.opened(self.setup, source, place) if isinstance(source, Source) else source
        if isinstance(opened, Fault) or isinstance(source, Fault):
            return  # it was read before, and said why
        at_hand = AtHand(source, item.locale, opened.merged)
        self.publisher.items = {(item.locale, item.name): at_hand}
        try:
            built = self.publisher.page(at_hand)
        except Prl10nError as error:
            self.inputs.blame(fault_of(error), item.name, item.locale)
        else:
            item.rejected = self.inputs.reject(item.row.catalog, item.locale, rejected_texts(source, built))
            item.targets = tuple(sorted(self.publisher.linker(item.locale).asked.pop(item.name, ())))
            self.keep(item)
            if built.page is not None:
                self.write(item, built.page)
        finally:
            self.publisher.items = {}

    def publish(self, item: Item, page: Page) -> None:
        """Lead the links of a page where they belong, and write it if a byte changes."""
        linker = self.publisher.linker(item.locale)
        try:
            data = linker.linked(item.name, page)
        except Prl10nError as error:
            self.inputs.blame(fault_of(error), item.name, item.locale)
            return
        item.targets = tuple(sorted(linker.asked.pop(item.name, ())))
        self.write(item, data, page)

    def write(self, item: Item, data: bytes, page: Page | None = None) -> None:
        """Begin to write a page; `settle` says what came of it. `page` is what it was linked from."""
        item.page = digest(data)
        path = self.page_path(item.locale, item.name)
        made = page if self.dry_run else None
        self.written.append((item, made, self.disk.submit(_replaced, path, data, self.dry_run)))
        if len(self.written) >= windows.MANY:
            self.settle()

    def settle(self) -> None:
        """Wait for the pages that are being written."""
        for item, page, written in self.written:
            try:
                differs = written.result()
                item.row.page_written |= differs
                if differs and page is not None:
                    self.unwritten.put(item.locale, item.name, page)
            except Prl10nError as error:
                self.inputs.blame(fault_of(error), item.name, item.locale)
            self.keep(item)
        self.written.clear()


def _replaced(path: str, data: bytes, dry_run: bool) -> bool:
    """Write a page if a byte of it changes; whether one does."""
    if files.read(path) == data:
        return False
    if not dry_run:
        files.write(path, data, durable=False)
    return True


class _Disk:
    """Writes files, several at a time where there are `many`: a disk that many wait for does their work together."""

    def __init__(self) -> None:
        self.many = False
        self.pool: Executor | None = None
        self.begun: dict[str, Future[bool]] = {}

    def submit(self, function: Callable[P, bool], *args: P.args, **kwargs: P.kwargs) -> Future[bool]:
        if not self.many:
            done: Future[bool] = Future()
            try:
                done.set_result(function(*args, **kwargs))
            except Prl10nError as error:
                done.set_exception(error)
            return done
        if self.pool is None:
            self.pool = ThreadPoolExecutor(WRITERS, "prl10n-disk")
        return self.pool.submit(function, *args, **kwargs)

    def begin(self, path: str, data: bytes, expected: bytes | None) -> None:
        """Begin to write a file; `wrote` has to be asked about it."""
        if self.many:
            self.begun[path] = self.submit(files.write, path, data, expected)

    def wrote(self, path: str, data: bytes, expected: bytes | None) -> bool:
        """Whether a file was written, since it held what was expected."""
        begun = self.begun.pop(path, None)
        return begun.result() if begun is not None else files.write(path, data, expected)

    def close(self) -> None:
        if self.pool is not None:
            self.pool.shutdown(wait=True)
