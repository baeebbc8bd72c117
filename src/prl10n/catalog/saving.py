"""Catalogs on the disk. An edit that somebody makes meanwhile is merged with, never overwritten."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from prl10n import files
from prl10n.catalog.model import Catalog
from prl10n.catalog.reading import parse
from prl10n.catalog.writing import render
from prl10n.errors import CatalogError


def load(path: Path) -> Catalog | None:
    """Read a catalog; None where there is none."""
    data = files.read(path)
    return None if data is None else parse(data, str(path))


_STILL = 0.3  # seconds that a file which somebody is writing must not change, to be taken for whole
_LONGEST_WRITE = 5.0


def _still(path: Path) -> bytes | None:
    """The bytes of a file that somebody else is writing, once it stands still: an editor may empty it first."""
    data = files.read(path)
    end = time.monotonic() + _LONGEST_WRITE
    while time.monotonic() < end:
        time.sleep(_STILL)
        before, data = data, files.read(path)
        if data == before:
            break
    return data


def save(
    path: Path, seen: bytes | None, data: bytes, again: Callable[[bytes | None], bytes | None], attempts: int = 10
) -> bytes | None:
    """Write a catalog in the place of the bytes `seen` (None: there was none). Returns what is there at the end.

    If the file is another by now, `again` makes of its bytes what is to be written, None where that is nothing: no edit
    is overwritten. The file is replaced atomically. Raises CatalogError if it never stands still.
    """
    for _ in range(attempts):
        if files.write(path, data, expected=seen):
            return data
        seen = _still(path)
        made = again(seen)
        if made is None:
            return seen
        data = made
    raise _restless(path)


def _restless(path: Path) -> CatalogError:
    return CatalogError(
        "someone keeps writing this catalog",
        where=str(path),
        remedy="Close the other program or wait for it, then run the command again.",
    )


def update(path: Path, seen: Catalog, change: Callable[[Catalog], Catalog], attempts: int = 10) -> Catalog:
    """Apply `change` to the catalog at `path` and write it if that changes an entry.

    `seen` is the catalog as it was read (its `data` None: there was none). If the file is another by now, the change
    is applied to what is there: nobody's edit is overwritten. The file is replaced atomically. Raises CatalogError if
    it never stands still.
    """
    for attempt in range(attempts):
        data = files.read(path) if attempt == 0 else _still(path)
        if attempt == 0 and data != seen.data:
            data = _still(path)
        current = (
            seen if data == seen.data else (parse(data, str(path)) if data is not None else replace(seen, data=None))
        )
        result = change(current)
        if result == current and data is not None:
            return result
        rendered = render(result)
        if files.write(path, rendered, expected=data):
            return replace(result, data=rendered)
    raise _restless(path)
