"""One writer at a time in a project: a lock in `.prl10n/` that says who holds it.

The system's own lock on the file is what counts, so that it ends with its owner whatever ends him, a kill -9 included,
and no clock or process id has to be believed. What the file says is for people: `PID HOST`, and nothing once the
owner is through. A file that still says something, and that nobody holds, is that of a run that was killed.

Commands that only read need no lock: every file is replaced whole.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from prl10n import files
from prl10n.errors import Prl10nError

FILE = Path(files.PRIVATE, "lock")
PATIENCE = 3.0  # seconds that a run waits for another one
_PAUSE = 0.05
_NOWHERE = (errno.EACCES, errno.EPERM, errno.EROFS)

if sys.platform == "win32":
    import msvcrt

    _BEHIND = 1 << 20  # a byte that is locked cannot be read there: the note stands before it

    def _take(descriptor: int) -> None:
        os.lseek(descriptor, _BEHIND, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(descriptor: int) -> None:
        # Not flock: a worker process that outlives its parent would hold on to that one.
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def held(root: Path, patience: float | None = None) -> Iterator[None]:
    """Keep other runs from writing in the project `root`; not to be nested.

    Waits at most `patience` seconds (None: PATIENCE) for another run, then raises Prl10nError, which names it. What a
    run that was killed left half-written is removed. In a folder where nothing can be written nobody needs a lock.
    """
    path = root / FILE
    if not files.is_inside(path, root):  # law 7
        raise Prl10nError("a link leads out of the project", where=str(path), remedy="Replace the link by a folder.")
    descriptor = _opened(path)
    if descriptor is None:
        yield
        return
    try:
        _wait(descriptor, path, PATIENCE if patience is None else patience)
        former = _note(descriptor).split(" ")[0]
        _write(descriptor, f"{os.getpid()} {_host()}\n", path)
        if former.isdigit():
            files.sweep(root, int(former))
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _host() -> str:
    if sys.platform == "win32":
        import platform  # late: it takes a millisecond

        return platform.node()
    return os.uname().nodename


def unless(reading: bool, root: Path) -> AbstractContextManager[None]:
    """`held`, unless the run only reads."""
    return nullcontext() if reading else held(root)


def _opened(path: Path) -> int | None:
    """The file of the lock, made where it is not there; None where it cannot be, for want of permission."""
    try:
        files.private(path.parent)
        return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NONBLOCK", 0), 0o666)
    except Prl10nError as error:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno in _NOWHERE:
            return None
        raise
    except OSError as error:
        if error.errno in _NOWHERE:
            return None
        raise _unusable(path, error) from error


def _wait(descriptor: int, path: Path, patience: float) -> None:
    end = time.monotonic() + patience
    while True:
        try:
            _take(descriptor)
            return
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
                raise _unusable(path, error) from error
        if time.monotonic() >= end:
            process, _, host = _note(descriptor).strip().partition(" ")
            owner = f"process {process} on {host}" if process and host else "another process"
            raise Prl10nError(
                f"another prl10n is at work in this project: {owner}",
                where=str(path),
                remedy="Wait until it is through, or end it; then run the command again.",
            )
        time.sleep(_PAUSE)


def _note(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, 1024).decode("utf-8", "replace")


def _write(descriptor: int, note: str, path: Path) -> None:
    try:
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, note.encode())
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: OSError) -> Prl10nError:
    return Prl10nError(
        f"the lock of the project cannot be taken: {error.strerror}",
        where=str(path),
        remedy="Check the folder .prl10n, its permissions and the disk.",
    )
