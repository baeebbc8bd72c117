"""How the workers of a backend take their turns: a server that says that it is too busy slows all of them down.

Pauses grow from one second by 1.6, as in gRPC's connection backoff, unless the server names one (`Retry-After`,
https://www.rfc-editor.org/rfc/rfc9110#name-retry-after).
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Event, Lock
from typing import TypeVar

from prl10n.errors import BackendUnavailable

T = TypeVar("T")

_SECONDS = re.compile("[0-9]{1,9}")
FIRST, GROWTH, LONGEST, JITTER = 1.0, 1.6, 120.0, 0.23


class Again(Exception):
    """A try that failed and may be repeated: `error` is what to raise if none is left.

    `after`: the seconds that the server asks for. `everyone`: whether the others would fail too (429, 503), so that
    all wait.
    """

    def __init__(self, error: BackendUnavailable, *, after: float | None = None, everyone: bool = False) -> None:
        super().__init__(str(error))
        self.error = error
        self.after = after
        self.everyone = everyone


class Pace:
    """Shared by the threads of one backend. `retries` is how often one request is sent again."""

    def __init__(self, retries: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._retries = retries
        self._clock = clock
        self._not_before = 0.0
        self._lock = Lock()
        self._stopped = Event()

    def run(self, send: Callable[[], T]) -> T:
        """What `send` returns, tried again where it raises Again. BackendUnavailable where no try is left."""
        for number in range(self._retries + 1):
            self._wait_until(self._not_before)
            try:
                return send()
            except Again as again:
                if number == self._retries or self._stopped.is_set():
                    raise again.error from again
                pause = again.after if again.after is not None else _pause(number)
                until = self._clock() + min(pause, LONGEST)
                if again.everyone:
                    with self._lock:
                        self._not_before = max(self._not_before, until)
                else:
                    self._wait_until(until)
        raise AssertionError("unreachable")

    def stop(self) -> None:
        """End all pauses: who waits raises BackendUnavailable."""
        self._stopped.set()

    def _wait_until(self, moment: float) -> None:
        while (left := moment - self._clock()) > 0:
            if self._stopped.wait(left):
                break
            moment = max(moment, self._not_before)
        if self._stopped.is_set():
            raise BackendUnavailable("the run was stopped", remedy="The same command resumes.")


def _pause(number: int) -> float:
    return min(FIRST * GROWTH**number, LONGEST) * (1 + JITTER * random.uniform(-1, 1))


def retry_after(value: str | None) -> float | None:
    """The seconds that a `Retry-After` header asks for: a number, or a date. None where it says neither."""
    if not value:
        return None
    if _SECONDS.fullmatch(value.strip()):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    except (ValueError, OverflowError):
        return None
