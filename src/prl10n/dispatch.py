"""Requests to backends, many at a time, from one place: what came back is handed over the moment that it arrives.

Backends run in threads of their own; everything else (the journal, the answers) stays in the thread that calls. So a
kill at any moment loses no answer that had arrived, and pays for nothing twice but the requests that were under way.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event, current_thread, main_thread
from types import FrameType
from typing import Any, NamedTuple

from prl10n.backends import Answer, Backend, Request
from prl10n.errors import LIBRARY_FAILURES, BackendError, Interrupted, Prl10nError, RequestRefused, Terminated
from prl10n.interrupts import interrupt

MOST_REFUSALS = 3  # in a row; then what is refused is no single text

_CRASHED = "This is a fault of the backend: please report it with the command that you ran."


class Order(NamedTuple):
    """One batch for one backend, and the characters that it is expected to cost. `desk` tells orders apart."""

    backend: Backend
    request: Request
    characters: int
    desk: object


class _Failed(NamedTuple):
    error: Prl10nError


class _Done:
    """The end of an order."""


Received = Callable[[Order, Sequence[tuple[str, Answer]]], None]


def nothing() -> bool:
    return False


def send(orders: Sequence[Order], received: Received, idle: Callable[[], bool] = nothing) -> BackendError | None:
    """Send the orders, as many at a time as each backend takes, and give `received` what comes back, in this thread.

    While no answer waits, `idle` is called: it does a little work, and says whether there is more.

    Returns the error that ended the work, after what was under way has come back too; None if all was answered. A
    request that is refused ends nothing, unless several are refused one after another; its error is returned at the
    end. Ctrl-C ends the work like an error (`Interrupted`).

    Raises what is no error of a backend: a wrong configuration, a journal that cannot be written.
    """
    if not orders:
        return None
    work = _Sending(orders, received, idle)
    try:
        work.all()
    finally:
        work.close()
    return work.failure


class _Interrupt(NamedTuple):
    """Ctrl-C, or SIGTERM where it is taken for one."""

    number: int


def _interrupts() -> dict[int, Callable[[int, FrameType | None], Any]]:
    """The handlers of signals that end the command by an exception: that of Ctrl-C, and the command line's own."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    return {
        number: handler
        for number, handler in handlers.items()
        if callable(handler) and (number == signal.SIGTERM or handler in (signal.default_int_handler, interrupt))
    }


_Item = tuple[Order | None, Sequence[Answer] | _Failed | _Done | _Interrupt, Event]


class _Sending:
    def __init__(self, orders: Sequence[Order], received: Received, idle: Callable[[], bool]) -> None:
        self.orders = orders
        self.received = received
        self.idle = idle
        self.failure: BackendError | None = None
        self.fatal: Prl10nError | None = None
        self.refusals = 0
        self.answered: dict[int, int] = {}  # order → how many of its texts
        self.queue: SimpleQueue[_Item] = SimpleQueue()
        self.before = _interrupts() if current_thread() is main_thread() else {}
        workers: dict[str, int] = {}
        for order in orders:
            name = order.backend.name
            workers[name] = max(workers.get(name, 1), order.backend.concurrency)
        self.pools = {name: ThreadPoolExecutor(count, f"prl10n-{name}") for name, count in workers.items()}
        self.futures: list[Future[None]] = []
        self.left = len(orders)
        self.closed = False  # nobody takes answers any more

    def all(self) -> None:
        for number in self.before:
            # The exception could come between an answer and the journal; a note in the queue waits for its turn.
            signal.signal(number, lambda number, _: self.queue.put((None, _Interrupt(number), Event())))
        self.futures = [self.pools[order.backend.name].submit(self.work, order) for order in self.orders]
        while self.left:
            while self.queue.empty() and self.idle():
                pass
            self.take()
        if self.fatal is not None:
            raise self.fatal

    def work(self, order: Order) -> None:
        """In a thread: one order, from the request to the end of its answers.

        No request goes out before the last answer of this thread is taken: what a kill can cost is never more than a
        request for each thread.
        """
        try:
            for answers in order.backend.translate(order.request):
                taken = Event()
                self.queue.put((order, answers, taken))
                while not taken.wait(0.2) and not self.closed:
                    pass
        except Prl10nError as error:
            self.queue.put((order, _Failed(error), Event()))
        except LIBRARY_FAILURES as error:
            what = f"the backend {order.backend.name} failed: {type(error).__name__}: {error}"
            self.queue.put((order, _Failed(BackendError(what, remedy=_CRASHED)), Event()))
        finally:
            self.queue.put((order, _Done(), Event()))

    def take(self) -> None:
        order, item, taken = self.queue.get()
        if isinstance(item, _Failed):
            self.fail(item.error)
        elif isinstance(item, _Done):
            self.left -= 1
        elif isinstance(item, _Interrupt):
            if isinstance(self.failure, Interrupted):  # the second one does not wait for what is under way
                raise Terminated if item.number == signal.SIGTERM else KeyboardInterrupt
            self.fail(Interrupted(item.number))
        elif order is not None:
            first = self.answered.get(id(order), 0)
            texts = order.request.texts[first : first + len(item)]
            self.answered[id(order)] = first + len(texts)
            self.refusals = 0
            try:
                self.received(order, list(zip(texts, item, strict=False)))
            finally:
                taken.set()

    def fail(self, error: Prl10nError) -> None:
        if not isinstance(error, BackendError):
            self.fatal = self.fatal or error
            self.stop()
            return
        if isinstance(error, RequestRefused) and self.refusals < MOST_REFUSALS - 1:
            self.refusals += 1
            self.failure = self.failure or error
            return
        if self.failure is None or isinstance(error, Interrupted) or isinstance(self.failure, RequestRefused):
            self.failure = error
        self.stop()

    def stop(self) -> None:
        """No new request; who only waits for a turn gives up. What is under way comes back."""
        self.left -= sum(future.cancel() for future in self.futures if not future.cancelled())
        for backend in {id(order.backend): order.backend for order in self.orders}.values():
            stop = getattr(backend, "stop", None)
            if stop is not None:
                stop()

    def close(self) -> None:
        self.closed = True
        for pool in self.pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        for number, handler in self.before.items():
            signal.signal(number, handler)
