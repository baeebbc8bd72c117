"""What one run of the review knows besides the project: what was saved in it, and what others change meanwhile."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from prl10n.catalog import Key
from prl10n.errors import Prl10nError
from prl10n.locales import babel_locale
from prl10n.review import remembering, repository
from prl10n.review.refusals import Refusal
from prl10n.review.workspace import Stamp, Workspace, stamp

_WATCHED = 50  # documents that were opened last
_PAUSE = 0.5  # seconds between two looks at them
_REST = (1.0, 30.0)  # seconds, at least and at most, between two looks at the whole project
_ROUND = 5.0  # seconds, at least, until the memory is looked at again; and at most for checking in between
_LATER = 2.0  # seconds until the memory is looked at


@dataclass(frozen=True, slots=True)
class Event:
    number: int
    locale: str
    document: str


class Watch:
    """Looks at the catalogs of opened documents. What the review writes itself is no event."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: OrderedDict[tuple[str, str], tuple[Path, Stamp]] = OrderedDict()
        self._events: list[Event] = []
        self._looked = 0.0
        self.number = 0

    def add(self, locale: str, document: str, path: Path) -> None:
        """A document was shown, or written, as it is now."""
        with self._lock:
            self._seen[locale, document] = (path, stamp(path))
            self._seen.move_to_end((locale, document))
            while len(self._seen) > _WATCHED:
                self._seen.popitem(last=False)

    def since(self, number: int) -> list[Event]:
        """What has happened behind event `number`."""
        with self._lock:
            now = time.monotonic()
            if now - self._looked >= _PAUSE:
                self._looked = now
                for (locale, document), (path, seen) in self._seen.items():
                    found = stamp(path)
                    if found != seen:
                        self._seen[locale, document] = (path, found)
                        self.number += 1
                        self._events.append(Event(self.number, locale, document))
                del self._events[:-1000]
            return [event for event in self._events if event.number > number]


class Session:
    """What people have saved since the last commit."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._saved: dict[Path, tuple[str, set[Key]]] = {}

    def saved(self, locale: str, path: Path, key: Key) -> None:
        with self._lock:
            self._saved.setdefault(path, (locale, set()))[1].add(key)

    def changes(self) -> list[Path]:
        """The catalogs of this session that the last commit does not have as they are."""
        with self._lock:
            return repository.changed(self.root, list(self._saved))

    def commit(self, message: str) -> tuple[str, int]:
        """Commit them; the commit's name and how many files it has."""
        paths = self.changes()
        if not paths:
            raise Refusal(422, "nothing has been saved since the last commit", "Save a text first.")
        with self._lock:
            saved = {path: self._saved[path] for path in paths}
            name = repository.commit(self.root, paths, message.strip() or summary(list(saved.values())))
            for path in paths:
                self._saved.pop(path, None)
        return name, len(paths)


def summary(saved: list[tuple[str, set[Key]]]) -> str:
    """`Review French translations: 12 units in 3 catalogs`."""
    tags = dict.fromkeys(locale for locale, _ in saved)
    names = [babel_locale(tag).get_display_name("en") or tag for tag in tags]
    languages = " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
    count = sum(len(keys) for _, keys in saved)
    return f"Review {languages} translations: {_counted(count, 'unit')} in {_counted(len(saved), 'catalog')}\n"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def rest(took: float) -> float:
    """Seconds until the next look at the project, after one that took so long: of a core it gets a tenth."""
    least, most = _REST
    return min(max(least, 10 * took), most)


class Background:
    """Keeps the index, the memory and the counts of findings up to date while people work.

    One thread looks at the project; what takes long, checking and remembering, is done by another.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.ready = threading.Event()
        self.stopping = threading.Event()
        self.waking = threading.Event()
        self.written: set[str] = set()
        """The locales of which something was saved or read, which the memory has not read yet."""
        self._troubles: dict[str, str] = {}
        self._threads = [
            threading.Thread(target=run, name=f"prl10n review: {run.__name__}", daemon=True)
            for run in (self.look, self.work)
        ]

    @property
    def trouble(self) -> str:
        return next(filter(None, list(self._troubles.values())), "")

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self.stopping.set()
        for waited_for in (self.ready, self.waking):
            waited_for.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def look(self) -> None:
        """Look at the project again and again, and read what has changed."""
        while not self.stopping.is_set():
            began = time.monotonic()
            pause = rest(0)
            with self._telling("look"):
                found = self.changed()
                pause = rest(time.monotonic() - began)
                self.read(found)
                if found or not self.ready.is_set():
                    self.ready.set()
                    self.waking.set()
            self.stopping.wait(pause)

    def work(self) -> None:
        """Check and remember, again and again; once somebody has saved, or something was read, check at once."""
        self.ready.wait()
        while not self.stopping.is_set():
            began = time.monotonic()
            with self._telling("work"):
                self.judge()
                locales = set(self.written)
                self.written -= locales
                if locales:
                    self.remember(locales)
            end = began + max(_ROUND, 10 * (time.monotonic() - began))
            while self.waking.wait(max(0.0, end - time.monotonic())) and not self.stopping.is_set():
                self.waking.clear()
                with suppress(Prl10nError):  # which the next round tells
                    self.judge()

    @contextmanager
    def _telling(self, name: str) -> Iterator[None]:
        """What fails is told; the next round may find it mended."""
        try:
            yield
        except Prl10nError as error:
            self._troubles[name] = str(error)
        else:
            self._troubles[name] = ""

    def count(self) -> None:
        """Bring the index up to date."""
        self.read(self.changed())

    def changed(self) -> list[tuple[str, str]]:
        """(locale, document) of what the index does not know as it is now. What is gone is taken out of it."""
        workspace = self.workspace
        workspace.look()
        known = workspace.index.stamps()
        there = {(locale, name) for locale in workspace.config.targets for name in workspace.every}
        workspace.index.forget(known.keys() - there)
        pairs = ((locale, name) for locale in workspace.locales for name in workspace.names)
        return [pair for pair in pairs if known.get(pair) != workspace.stamp_of(*pair)]

    def read(self, pairs: list[tuple[str, str]]) -> None:
        for locale, name in pairs:
            if self.stopping.is_set():
                return
            self.workspace.count(locale, name)
            self.written.add(locale)

    def remember(self, locales: set[str]) -> None:
        """Bring the memory up to date with the catalogs."""
        if self.stopping.wait(_LATER):
            return
        with remembering.begun(self.workspace.config.path, sorted(locales)) as work:
            while work.poll() is None:
                if self.stopping.wait(0.1):
                    work.terminate()

    def judge(self) -> None:
        """Check some of what has not been checked, half of the time, so that people do not wait."""
        end = time.monotonic() + _ROUND
        for locale, name in self.workspace.index.unchecked():
            if self.stopping.is_set() or time.monotonic() > end:
                return
            if locale in self.workspace.locales and name in self.workspace.known:
                began = time.monotonic()
                self.workspace.judge(locale, name)
                self.stopping.wait(time.monotonic() - began)
