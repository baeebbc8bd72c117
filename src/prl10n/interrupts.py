"""Ctrl-C and SIGTERM as exceptions of the main thread, but never in the middle of an import.

What an import holds when it is cut off there, it holds for ever: every other thread that imports anything waits for it,
and the run never ends (`importlib._bootstrap._get_module_lock`). So the signal comes again, until the import is over.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Timer, current_thread, main_thread
from types import FrameType
from typing import Any

from prl10n.errors import Terminated

AGAIN = 0.02  # seconds

_USUAL: Mapping[signal.Signals, Any] = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}


@contextmanager
def heard() -> Iterator[None]:
    """While a command runs: both signals end it, where nobody has other plans for them."""
    if current_thread() is not main_thread():
        yield
        return
    ours = [number for number, usual in _USUAL.items() if signal.getsignal(number) is usual]
    for number in ours:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, _USUAL[number])


def interrupt(number: int, frame: FrameType | None) -> None:
    """The handler. Raises Terminated for SIGTERM, else KeyboardInterrupt."""
    if _imports(frame):
        again = Timer(AGAIN, _send, (number,))
        again.daemon = True
        again.start()
        return
    raise Terminated if number == signal.SIGTERM else KeyboardInterrupt


def _send(number: int) -> None:
    """To the main thread, which may wait for something by now."""
    main = main_thread().ident
    if sys.platform == "win32" or main is None:
        signal.raise_signal(number)
    else:
        signal.pthread_kill(main, number)


def _imports(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
