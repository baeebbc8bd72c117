"""Paths from patterns, and how a message shows one."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path, PurePosixPath

from prl10n.errors import ConfigError

FIELD = re.compile(r"\{(locale|path|dir|stem|ext)\}")


def expand(pattern: str, locale: str, document: str) -> str:
    folder, slash, name = document.rpartition("/")
    stem, ext = posixpath.splitext(name)
    values = {"locale": locale, "path": document, "dir": folder + slash, "stem": stem, "ext": ext}
    return FIELD.sub(lambda match: values[match[1]], pattern)


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
