"""Which documents there are: the files that the configuration includes, and nothing that it writes itself."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NoReturn

from prl10n.config import FIELD, Config, expand, shown
from prl10n.errors import ConfigError
from prl10n.files import is_file
from prl10n.locales import gettext_locale


def find_documents(config: Config) -> tuple[str, ...]:
    """The documents: sorted posix paths relative to `content.source`, matched by `include` and not by `exclude`.

    Left out are files and folders whose name starts with a dot, what a symbolic link brings in from outside the folder,
    and what the configuration itself writes there in another locale. Raises ConfigError where the folder is missing, a
    glob of `include` matches nothing, no document remains, or two documents would share one output or one catalog.
    """
    content = config.content
    folder = config.root / content.source
    if not folder.is_dir():
        raise config.origin.error(
            ("content", "source"),
            f"the folder {content.source} does not exist",
            "Create it, or name the folder of your documents in [content] source.",
        )
    files = sorted(_files(folder))
    for glob in content.include:
        if not any(map(_glob_regex(glob).fullmatch, files)):
            raise config.origin.error(
                ("content", "include"), f"{glob!r} matches no file", _what_is_there(content.source, glob, files), glob
            )
    documents = chosen(config, files)
    if not documents:
        raise config.origin.error(
            ("content", "exclude"),
            f"no document of {content.source} is left",
            "All that include matches is excluded, or written by prl10n: narrow exclude, or move [content] target.",
        )
    _refuse_clashes(config, documents)
    return documents


def chosen(config: Config, files: Iterable[str]) -> tuple[str, ...]:
    """The documents among files, all relative to `content.source`: matched by `include`, not by `exclude`, and nothing
    that the configuration writes there in another locale.
    """
    content = config.content
    # A glob that names a folder excludes all that is in it, with or without a final slash.
    excluded = [_glob_regex(glob) for name in content.exclude for glob in (name, f"{name.rstrip('/')}/**")]
    included = [_glob_regex(glob) for glob in content.include]
    outputs = [_output_regex(settings.content.target, locale) for locale, settings in config.locales.items()]
    folder = PurePosixPath(content.source).as_posix()
    prefix = "" if folder == "." else f"{folder}/"
    return tuple(
        file
        for file in files
        if any(regex.fullmatch(file) for regex in included)
        and not any(regex.fullmatch(file) for regex in excluded)
        and not any(regex.fullmatch(prefix + file) for regex in outputs)
    )


def find_catalogs(config: Config, locale: str, documents: Iterable[str]) -> dict[Path, str]:
    """The catalogs of a locale that are on disk, with the names of their documents, in the order of paths.

    Those whose document was moved or removed are among them, by the name that it had, without its extension: what they
    say was paid for, and people wrote it.
    """
    pattern = PurePosixPath(config.settings(locale).content.catalog).as_posix()
    form = gettext_locale(locale)
    fixed = PurePosixPath(FIELD.split(pattern.replace("{locale}", form))[0] + "x").parent
    regex = _output_regex(pattern, form)
    known = {config.catalog_path(locale, name): name for name in documents}
    found = {path: name for path, name in known.items() if is_file(path)}
    folder = config.root / fixed
    for file in _files(folder) if folder.is_dir() else ():
        path = folder / file
        if path not in known and (match := regex.fullmatch(path.relative_to(config.root).as_posix())):
            found[path] = "".join(match.groupdict().get(field) or "" for field in ("dir", "stem"))
    return dict(sorted(found.items()))


def _files(folder: Path) -> Iterator[str]:
    """The posix paths of the files below a folder, in no order; see `find_documents` for those left out."""
    resolved = folder.resolve()
    pending = [(str(folder), "")]
    while pending:
        parent, inside = pending.pop()
        try:
            entries = list(os.scandir(parent))
        except OSError as error:
            _refuse_unreadable(error)
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                pending.append((entry.path, f"{inside}{entry.name}/"))
            elif entry.is_symlink():
                if is_file(entry.path) and Path(entry.path).resolve().is_relative_to(resolved):
                    yield inside + entry.name
            elif entry.is_file():
                yield inside + entry.name


def _refuse_unreadable(error: OSError) -> NoReturn:
    raise ConfigError(
        f"cannot be read: {error.strerror}", where=shown(Path(error.filename)), remedy="Check its permissions."
    ) from None


def _what_is_there(folder: str, glob: str, files: list[str]) -> str:
    """The remedy for a glob that matches nothing."""
    suffix = PurePosixPath(glob).suffix
    others = [PurePosixPath(file).suffix for file in files if PurePosixPath(file).suffix != suffix]
    seen = f" ({', '.join(sorted({other or 'no extension' for other in others})[:5])})" if others else ""
    files_are = "1 file" if len(others) == 1 else f"{len(others)} files"
    return (
        f"Globs are relative to {folder}, which holds {files_are} with other extensions{seen}: "
        "correct the glob, or [content] source."
    )


def _refuse_clashes(config: Config, documents: tuple[str, ...]) -> None:
    """Refuse patterns that send two documents to one file: without {dir} their folders are lost, for example.

    Locales with one pattern have the same clashes: the first of them is looked at.
    """
    looked: set[tuple[str, str]] = set()
    for locale, settings in config.locales.items():
        for key, pattern in (("target", settings.content.target), ("catalog", settings.content.catalog)):
            if (key, pattern) in looked:
                continue
            looked.add((key, pattern))
            taken: dict[str, str] = {}
            for document in documents:
                first = taken.setdefault(expand(pattern, locale, document), document)
                if first != document:
                    raise config.origin.error(
                        ("content", key),
                        f"{first} and {document} would share the {key} {expand(pattern, locale, document)}",
                        f"Use {{dir}}{{stem}}{{ext}} in [content] {key}, or exclude one of them.",
                    )


def _output_regex(pattern: str, locale: str) -> re.Pattern[str]:
    """What matches the path, relative to the root, of every file that the pattern writes for the locale."""
    shapes = {"locale": re.escape(locale), "path": ".+", "dir": "(?:.+/)?", "stem": "[^/]+", "ext": r"(?:\.[^/.]*)?"}
    literals = FIELD.split(PurePosixPath(pattern).as_posix())
    seen: set[str] = set()
    parts = []
    for index, part in enumerate(literals):
        if index % 2 and part not in seen and part != "locale":
            seen.add(part)
            parts.append(f"(?P<{part}>{shapes[part]})")
        else:
            parts.append((f"(?P={part})" if part in seen else shapes[part]) if index % 2 else re.escape(part))
    return re.compile("".join(parts))


def _glob_regex(glob: str) -> re.Pattern[str]:
    """`**/` is zero or more folders, a final `**` all that follows; `*` and `?` stay within one name."""
    wildcards = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", PurePosixPath(glob).as_posix())
    return re.compile("".join(wildcards.get(piece) or re.escape(piece) for piece in pieces))
