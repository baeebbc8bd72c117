"""What one run of the review knows besides the project: what was saved in it, and what others change meanwhile."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from contextlib import suppress
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
_ROUND = 5.0  # seconds, at least, between two looks at the whole project; and at most for checking in between
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


class Background(threading.Thread):
    """Keeps the index, the memory and the counts of findings up to date while people work."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(name="prl10n review", daemon=True)
        self.workspace = workspace
        self.ready = threading.Event()
        self.stopping = threading.Event()
        self.waking = threading.Event()
        self.written: set[str] = set()
        """The locales that were saved in, which the memory has not read yet."""
        self.trouble = ""

    def stop(self) -> None:
        self.stopping.set()
        self.waking.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        while not self.stopping.is_set():
            began = time.monotonic()
            try:
                changed = self.count() | self.written
                self.written -= changed
                self.ready.set()
                self.judge()
                if changed:
                    self.remember(changed)
                self.trouble = ""
            except Prl10nError as error:  # the next round may find it mended
                self.trouble = str(error)
            end = began + max(_ROUND, 10 * (time.monotonic() - began))
            while self.waking.wait(max(0.0, end - time.monotonic())) and not self.stopping.is_set():
                self.waking.clear()
                with suppress(Prl10nError):  # which the next round tells
                    self.judge()

    def count(self) -> set[str]:
        """Bring the index up to date; the locales of which something was read."""
        workspace = self.workspace
        workspace.look()
        known = workspace.index.stamps()
        changed: set[str] = set()
        for locale in workspace.locales:
            for name in workspace.names:
                if self.stopping.is_set():
                    return changed
                if known.get((locale, name)) != workspace.stamp_of(locale, name):
                    workspace.count(locale, name)
                    changed.add(locale)
        there = {(locale, name) for locale in workspace.config.targets for name in workspace.every}
        workspace.index.forget(known.keys() - there)
        return changed

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
