"""`sync --watch`: catalogs and pages stay current while people write.

    a change → at once: what memory, journal and catalogs know, and what is gone → the page
             → once the file is quiet: its other texts go to the backend → the page
             → once all files are quiet: whatever depends on what changed

Nothing is sent while a sentence is being typed. What is wrong with a file, or with the configuration, is said, and the
watching goes on.
"""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType

from prl10n import content, lock
from prl10n.config import FIELD, Config, shown
from prl10n.errors import Interrupted, Prl10nError, Terminated
from prl10n.files import is_inside
from prl10n.locales import gettext_locale
from prl10n.memory import FILE, Memory
from prl10n.outcome import Outcome, Selection
from prl10n.pipeline import NOTHING

QUIET = 1.5  # seconds without a change of a file, after which its texts are taken for written
TICK = 0.05  # seconds between two looks at what became quiet
AGAIN = 5.0  # seconds before a run is tried again that could not begin

Run = Callable[[Config, Selection, int | None], Outcome]


@dataclass(frozen=True, slots=True)
class Watch:
    """What is watched for, and who is told.

    `load` reads the configuration, `selection` narrows the work as for any command; `run(config, selection, most)` is
    one run that sends at most so many characters (None: as configured). `told` hears of each run's outcome, `failed`
    of what kept one from beginning.
    """

    load: Callable[[], Config]
    selection: Selection
    run: Run
    told: Callable[[Outcome], None]
    failed: Callable[[Prl10nError], None]
    ready: Callable[[], None] = lambda: None


def watch(asked: Watch) -> None:
    """Sync, then again after every change, until Ctrl-C (KeyboardInterrupt, or Interrupted in the middle of a run).

    Raises ConfigError if the configuration is wrong from the start.
    """
    watching = _Watching(asked, asked.load())
    with _noted(signal.SIGTERM) as came:
        try:
            watching.forever()
        except KeyboardInterrupt as interrupt:
            # watchfiles takes every signal for Ctrl-C
            raise Terminated if came else interrupt from None


@contextmanager
def _noted(number: signal.Signals) -> Iterator[list[int]]:
    """A list that is empty until the signal comes, which does what it did before."""
    came: list[int] = []
    before = signal.getsignal(number)
    if not callable(before) or current_thread() is not main_thread():
        yield came
        return
    handler = before

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)
        handler(number, frame)

    signal.signal(number, note)
    try:
        yield came
    finally:
        signal.signal(number, before)


@dataclass(slots=True)
class _Watching:
    asked: Watch
    config: Config
    waiting: dict[Path, float] = field(default_factory=dict)  # source → when it changed last
    whole: bool = True  # whether anything may have changed since everything was looked at
    again: float = 0.0  # not before this moment is a run tried again that could not begin
    own: dict[Path, tuple[int, ...]] = field(default_factory=dict)  # what prl10n wrote, as it left it
    catalogs: dict[Path, Path] = field(default_factory=dict)  # catalog → source

    def forever(self) -> None:
        from watchfiles import watch

        stamp = _stamp(self.config.origin.path)
        ready = False
        while True:
            folders = self.folders()
            self.whole = True  # nobody saw what changed before these folders were watched
            for changes in watch(
                *folders,
                watch_filter=None,
                debounce=50,
                step=10,
                rust_timeout=round(TICK * 1000),
                yield_on_timeout=True,
            ):
                now = _stamp(self.config.origin.path)
                if now != stamp:
                    stamp = now
                    self.reload()
                self.note({Path(path) for _, path in changes})
                self.settle()
                if self.folders() != folders:
                    break
                if not ready:
                    ready = True
                    self.warm()
                    self.asked.ready()

    def folders(self) -> list[Path]:
        """The folders of sources and catalogs that are there."""
        root = self.config.root
        patterns = {
            FIELD.split(settings.content.catalog.replace("{locale}", gettext_locale(locale)))[0]
            for locale, settings in self.config.locales.items()
        }
        wanted = {root / self.config.content.source, *((root / f"{pattern}x").parent for pattern in patterns)}
        return sorted(path for path in wanted if path.is_dir())

    def reload(self) -> None:
        try:
            self.config = self.asked.load()
        except Prl10nError as error:
            self.asked.failed(error)
        else:
            self.whole = True

    def note(self, paths: Iterable[Path]) -> None:
        """What people changed: at once on the page as far as it is known, and the rest to be sent when it is quiet."""
        changed = list(self.sources(paths))
        if not changed:
            return
        now = time.monotonic()
        for path in changed:
            self.waiting[path] = now
        there = tuple(path for path in changed if path.is_file())
        if len(there) == len(changed):
            self.once(Selection(self.asked.selection.locales, there), NOTHING)
        self.whole = True

    def sources(self, paths: Iterable[Path]) -> Iterator[Path]:
        """The documents whose source or catalog somebody else than prl10n changed."""
        folder = self.config.root / self.config.content.source
        chosen = [path.resolve() for path in self.asked.selection.paths]
        for path in sorted(paths):
            if any(part.startswith(".") for part in path.relative_to(self.config.root).parts):
                continue
            if path in self.own and self.own[path] == _stamp(path):
                continue
            for source in (self.catalogs[path],) if path in self.catalogs else self.below(path, folder):
                if not chosen or any(source.is_relative_to(place) for place in chosen):
                    yield source

    def below(self, path: Path, folder: Path) -> Iterator[Path]:
        """The documents that a path is, or that a folder holds or held: of a new one, and of one that is gone, the
        system names the folder alone.
        """
        if not path.is_relative_to(folder):
            return
        if path.is_dir():
            found = {each for each in path.rglob("*") if each.is_file()}
        elif path.exists():
            found = {path}
        else:
            found = {path, *(source for source in self.catalogs.values() if path in source.parents)}
        names = sorted(each.relative_to(folder).as_posix() for each in found)
        yield from (folder / name for name in content.chosen(self.config, names))

    def settle(self) -> None:
        """Send what is quiet; when all is, look at everything once, for what depends on what changed."""
        now = time.monotonic()
        quiet = {path for path, since in self.waiting.items() if now - since >= QUIET}
        if quiet and now >= self.again:
            self.waiting = {path: since for path, since in self.waiting.items() if path not in quiet}
            there = tuple(sorted(path for path in quiet if path.is_file()))
            if there and not self.once(Selection(self.asked.selection.locales, there), None):
                self.again = now + AGAIN
        if self.whole and not self.waiting and now >= self.again:
            self.whole = not self.once(self.asked.selection, None)
            self.again = now + AGAIN if self.whole else 0.0
            self.prepare()

    def once(self, selection: Selection, most: int | None) -> bool:
        """One run; whether it began."""
        try:
            outcome = self.asked.run(self.config, selection, most)
        except Interrupted:
            raise
        except Prl10nError as error:
            self.asked.failed(error)
            return False
        for row in outcome.rows.written():
            for name in ((row.catalog,) if row.catalog_written else ()) + ((row.page,) if row.page_written else ()):
                path = Path(name).absolute()
                self.own[path] = _stamp(path)
        self.asked.told(outcome)
        if isinstance(outcome.failure, Interrupted):
            raise outcome.failure
        return True

    def warm(self) -> None:
        """What Python imports late, and what it looks through for garbage again and again, is no burden on the first
        edit: a document goes through all stages, also where the first run had nothing to do.
        """
        chosen = next(iter(self.sources(self.catalogs)), None)
        if chosen is not None:
            with suppress(Prl10nError):
                self.asked.run(self.config, Selection(self.asked.selection.locales, (chosen,)), NOTHING)
        gc.collect()
        gc.freeze()

    def prepare(self) -> None:
        """For the next change: whose each catalog is, and a memory that knows them all, so that it need not read them
        first, which takes seconds after a run that made many. What keeps that from being done, the next run says.
        """
        config, path = self.config, self.config.root / FILE
        with suppress(Prl10nError):
            names = content.find_documents(config)
            folder = config.root / config.content.source
            self.catalogs = {
                config.catalog_path(locale, name): folder / name for locale in config.targets for name in names
            }
            if not is_inside(path, config.root):  # law 7
                return
            with lock.held(config.root), Memory(path, language=config.source) as memory:
                for locale in config.targets:
                    memory.refresh(locale, content.find_catalogs(config, locale, names), config.root)
            if memory.damaged:
                self.asked.failed(Prl10nError(memory.damaged, where=shown(path)))


def _stamp(path: Path) -> tuple[int, ...]:
    """What changes when a file does; empty where there is none."""
    try:
        stat = os.stat(path)  # noqa: PTH116 (of every catalog, between two keys)
    except OSError:
        return ()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
