"""Reading and replacing files whole. Nothing is ever written in place."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from prl10n.errors import Prl10nError

if sys.platform != "win32":
    import fcntl

PRIVATE = ".prl10n"  # the folder of what is made again when it is lost
_ANYTHING = b"\0anything"
_AS_IT_IS = getattr(os, "O_BINARY", 0)  # Windows writes line ends of its own without it
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)  # a pipe that nobody writes to would be waited for


def read(path: Path | str) -> bytes | None:
    """The bytes of a file; None where there is none. A pipe or a device is refused, and never waited for."""
    file = opened(path)
    if file is None:
        return None
    try:
        with file:
            return file.read()
    except OSError as error:
        raise _unreadable(path, error) from error


def opened(path: Path | str) -> FileIO | None:
    """A file to read from, whose OSErrors are the caller's; else as `read`."""
    try:
        file = FileIO(path, "rb", opener=lambda name, flags: os.open(name, flags | _AT_ONCE))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise Prl10nError("is no file but a pipe or a device", where=str(path), remedy="Put a file in its place.")
    return file


def is_file(path: Path | str) -> bool:
    """Whether there is a file. False for a name that none can have: one too long, for which `Path.is_file` raises."""
    return os.path.isfile(path)


def write(
    path: Path | str,
    data: bytes | Iterable[bytes | bytearray],
    expected: bytes | None = _ANYTHING,
    *,
    durable: bool = True,
) -> bool:
    """Replace a file atomically: a temporary file in its folder, fsync, rename. False if it no longer holds `expected`.
    What is large can come in parts.

    `expected` None means that there was no file. The mode of an existing file is kept. What is not `durable` is not
    waited for until the disk has it: no command reads it half-written, but a power cut may leave it empty, and the next
    run makes it again.
    """
    folder = os.path.dirname(path) or "."
    temporary = f"{folder}/{_temporary(os.getpid())}{os.urandom(4).hex()}.tmp"
    replaced = False
    try:
        mode = _mode(path)
        try:
            descriptor = _new(temporary, mode)
        except FileNotFoundError:
            os.makedirs(folder, exist_ok=True)
            descriptor = _new(temporary, mode)
        try:
            for part in (data,) if isinstance(data, bytes) else data:
                left = memoryview(part)
                while left:
                    left = left[os.write(descriptor, left) :]
            if durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if mode is not None:
            os.chmod(temporary, mode)
        with _alone(folder):
            if expected is _ANYTHING or read(path) == expected:
                os.replace(temporary, path)
                replaced = True
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from error
    finally:
        if not replaced:
            _discard(temporary)
    return replaced


def _new(path: str, mode: int | None) -> int:
    """The descriptor of a new file; FileExistsError if there is one."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _AS_IT_IS, 0o666 if mode is None else mode)


@contextmanager
def _alone(folder: str) -> Iterator[None]:
    """No other prl10n replaces a file of the folder between a look at it and its replacement. Where the file system
    has no locks, that moment stays.
    """
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _mode(path: Path | str) -> int | None:
    """The permissions of a file; None where there is none."""
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except FileNotFoundError:
        return None


def _discard(temporary: Path | str) -> None:
    """Remove what may be there; where it cannot be, the error that came before says why."""
    try:
        Path(temporary).unlink(missing_ok=True)
    except (OSError, ValueError):
        return


def _temporary(process: int) -> str:
    """How the temporary files of a process begin."""
    return f".prl10n-{process}-"


def sweep(root: Path, process: int) -> None:
    """Remove the temporary files that a process, which is gone, left below a folder. Other hidden folders than
    prl10n's own are not looked into: nothing is written there.
    """
    for parent, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".") or name == PRIVATE]
        for name in names:
            if name.startswith(_temporary(process)) and name.endswith(".tmp"):
                _discard(Path(parent, name))


def private(folder: Path) -> None:
    """Make prl10n's own folder, which git is to ignore."""
    ignore = folder / ".gitignore"
    if not os.path.exists(ignore):  # False where nobody may look
        write(ignore, b"*\n")


def remove(path: Path, expected: bytes) -> bool:
    """Remove a file that still holds `expected`; False where it holds something else by now."""
    if read(path) != expected:
        return False
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error
    return True


def _unreadable(path: Path | str, error: OSError | ValueError) -> Prl10nError:
    return Prl10nError(
        f"cannot be read: {_reason(error)}", where=str(path), remedy="Check what it is and who may read it."
    )


def _unwritable(path: Path | str, error: OSError | ValueError) -> Prl10nError:
    return Prl10nError(
        f"cannot be written: {_reason(error)}",
        where=str(path),
        remedy="Check the folder, its permissions and the disk.",
    )


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def is_inside(path: Path, root: Path) -> bool:
    """Whether a path, its links followed, stays below `root` (law 7)."""
    return path.resolve().is_relative_to(root.resolve())


def is_inside_folder(path: str, root: Path) -> bool:
    """As `is_inside`, of a path whose folder is inside: only a link can lead out then."""
    return not os.path.islink(path) or is_inside(Path(path), root)
