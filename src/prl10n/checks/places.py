"""Where things stand: the lines of a catalog's entries, what its comments say to prl10n, files that have no source."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

from prl10n.catalog import Catalog, Entry, Key
from prl10n.config import FIELD, Config

_IGNORE = re.compile(r"prl10n: ignore\b(.*)")
_NOT_OURS = ("node_modules", "vendor", "_site")


def entry_lines(catalog: Catalog) -> dict[Key, int]:
    """The line of the file, from 1, on which each entry begins; without those that are not in the file."""
    text = (catalog.data or b"").decode().replace("\r\n", "\n")
    found: dict[Key, int] = {}
    position, line = 0, 1
    for entry in catalog.entries:
        start = text.find(entry.lines, position) if entry.lines else -1
        if start < 0:
            start = text.find(entry.lines.partition("\n")[0], position) if entry.lines else -1
        if start >= 0:
            line += text.count("\n", position, start)
            found[entry.key] = line
            position = start
    return found


def ignored(entry: Entry) -> tuple[str, ...]:
    """The rules that a translator's comment switches off for an entry: `# prl10n: ignore glossary, max-length`."""
    said = (_IGNORE.fullmatch(line.strip()) for line in entry.comment.split("\n"))
    return tuple(name for match in said if match for name in re.split(r"[,\s]+", match[1]) if name)


def stray_pages(config: Config, locale: str, documents: Collection[str]) -> Iterator[Path]:
    """Files where `build` writes the pages of a locale, with a document's extension, that come from no document."""
    pattern = PurePosixPath(config.settings(locale).content.target).as_posix().replace("{locale}", locale)
    shapes = {"path": ".+", "dir": "(?:.+/)?", "stem": "[^/]+", "ext": r"\.[^/.]+"}
    parts = FIELD.split(pattern)
    regex = re.compile("".join(shapes[part] if index % 2 else re.escape(part) for index, part in enumerate(parts)))
    known = {config.target_path(target, name) for target in config.targets for name in documents}
    sources = config.root / config.content.source
    known |= {sources / name for name in documents}
    extensions = {PurePosixPath(name).suffix for name in documents}
    top = config.root / PurePosixPath(parts[0] + "x").parent
    for parent, folders, names in os.walk(top):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _NOT_OURS)
        for path in sorted(Path(parent, name) for name in names):
            inside = path.relative_to(config.root).as_posix()
            if path not in known and path.suffix in extensions and regex.fullmatch(inside):
                yield path
