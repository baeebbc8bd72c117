"""Paths from patterns, and how a message shows one."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path, PurePosixPath

from prl10n.errors import ConfigError

FIELD = re.compile(r"\{(locale|path|dir|stem|ext)\}")


def expand(pattern: str, locale: str, document: str) -> str:
    return expander(pattern, locale)(document)


@cache
def expander(pattern: str, locale: str) -> Callable[[str], str]:
    """document → path. The patterns that most sites have hold the path of the document, whole or up to its extension,
    and are expanded without a look at anything else: a run expands several for each page.
    """
    whole = pattern.replace("{locale}", locale).replace("{dir}{stem}{ext}", "{path}")
    before, found, after = whole.partition("{path}")
    if found and not FIELD.search(before + after):
        return lambda document: f"{before}{document}{after}"
    start, found, end = whole.partition("{dir}{stem}")
    if found and not FIELD.search(start + end):
        return lambda document: f"{start}{posixpath.splitext(document)[0]}{end}"
    parts = FIELD.split(whole)

    def expanded(document: str) -> str:
        folder, slash, name = document.rpartition("/")
        stem, ext = posixpath.splitext(name)
        values = {"path": document, "dir": folder + slash, "stem": stem, "ext": ext}
        return "".join([values[part] if index % 2 else part for index, part in enumerate(parts)])

    return expanded


def inside(document: str) -> str:
    """The document itself. Law 7: a name that leads out of the folder of the documents is refused."""
    path = PurePosixPath(document)
    if path.is_absolute() or ".." in path.parts:
        raise ConfigError(
            "the document is not in the folder of the documents",
            where=document,
            remedy="Name a document by its path in the folder that [content] source names.",
        )
    return document


def shown(path: Path) -> str:
    """The path as a person at the prompt would write it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
