"""Reading and replacing files whole. Nothing is ever written in place."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from prl10n.errors import Prl10nError

_ANYTHING = b"\0anything"


def read(path: Path) -> bytes | None:
    """The bytes of a file; None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Prl10nError(
            f"cannot be read: {error.strerror}", where=str(path), remedy="Check what it is and who may read it."
        ) from error


def write(path: Path, data: bytes, expected: bytes | None = _ANYTHING) -> bool:
    """Replace a file atomically: a temporary file in its folder, fsync, rename. False if it no longer holds `expected`.

    `expected` None means that there was no file. The mode of an existing file is kept.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".prl10n-", suffix=".tmp", dir=path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        if expected is not _ANYTHING and read(path) != expected:
            return False
        temporary.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)
    return True


def remove(path: Path, expected: bytes) -> bool:
    """Remove a file that still holds `expected`; False where it holds something else by now."""
    if read(path) != expected:
        return False
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error
    return True


def _unwritable(path: Path, error: OSError) -> Prl10nError:
    return Prl10nError(
        f"cannot be written: {error.strerror}",
        where=str(path),
        remedy="Check the folder, its permissions and the disk.",
    )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def is_inside(path: Path, root: Path) -> bool:
    """Whether a path, its links followed, stays below `root` (law 7)."""
    return path.resolve().is_relative_to(root.resolve())
