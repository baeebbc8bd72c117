"""Which documents there are: the files that the configuration includes, and nothing that it writes itself."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from posixpath import splitext
from typing import NoReturn

from prl10n.config import FIELD, Config, Glossary, expand, shown
from prl10n.document import Rules
from prl10n.errors import ConfigError
from prl10n.files import is_file
from prl10n.locales import gettext_locale


def find_documents(config: Config) -> tuple[str, ...]:
    """The documents: sorted posix paths relative to `content.source`, matched by `include` and not by `exclude`.

    Left out are files and folders whose name starts with a dot, what a symbolic link brings in from outside the folder,
    and what the configuration itself writes there in another locale. Raises ConfigError where the folder is missing, a
    glob of `include` matches nothing, no document remains, the name of one is no text that a catalog and a terminal can
    show, two documents would share one output or one catalog, or a glossary is named that is not there.
    """
    content = config.content
    folder = config.root / content.source
    if not os.path.isdir(folder):  # noqa: PTH112 (False for a name that none can have)
        raise config.origin.error(
            ("content", "source"),
            f"the folder {content.source} does not exist",
            "Create it, or name the folder of your documents in [content] source.",
        )
    files = sorted(_files(str(folder)))
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
    if _UNSHOWABLE.search("".join(documents)):
        _refuse_name(content.source, next(name for name in documents if _UNSHOWABLE.search(name)))
    refuse_clashes(config, documents)
    _refuse_no_glossary(config)
    return documents


def _refuse_no_glossary(config: Config) -> None:
    """The default file need not be there; terms of one that is named, and is not there, would be heeded by nobody."""
    for locale, settings in config.locales.items():
        file = settings.glossary.file
        if file != Glossary().file and not os.path.lexists(config.root / file):
            own = file != config.glossary.file
            raise config.origin.error(
                (*(("locale", locale) if own else ()), "glossary", "file"),
                f"the glossary {file} does not exist",
                "Create it with the line source,locale,target,note, or correct the name.",
            )


def chosen(config: Config, files: Iterable[str]) -> tuple[str, ...]:
    """The documents among files, all relative to `content.source`: matched by `include`, not by `exclude`, and nothing
    that the configuration writes there in another locale.
    """
    content = config.content
    folder = PurePosixPath(content.source).as_posix()
    prefix = "" if folder == "." else f"{folder}/"
    # A glob that names a folder excludes all that is in it, with or without a final slash.
    excluded = _glob_regex(*(glob for name in content.exclude for glob in (name, f"{name.rstrip('/')}/**")))
    included = _glob_regex(*content.include)
    outputs = [
        _output_regex(settings.content.target, locale)
        for locale, settings in config.locales.items()
        if _may_write_below(prefix, settings.content.target, locale)
    ]
    found: Iterable[str] = filter(included.fullmatch, files)
    if content.exclude:
        found = (file for file in found if not excluded.fullmatch(file))
    if outputs:
        found = (file for file in found if not any(regex.fullmatch(prefix + file) for regex in outputs))
    return tuple(found)


def _may_write_below(prefix: str, pattern: str, locale: str) -> bool:
    """Whether a pattern may lead below a folder: what is fixed at its beginning does not lead elsewhere."""
    fixed = FIELD.split(PurePosixPath(pattern).as_posix().replace("{locale}", locale), maxsplit=1)[0]
    return fixed.startswith(prefix) or prefix.startswith(fixed)


def find_catalogs(config: Config, locale: str, documents: Iterable[str]) -> dict[str, str]:
    """The paths of the catalogs of a locale that are on disk, in order, with the names of their documents.

    Those whose document was moved or removed are among them, by the name that it had, without its extension: what they
    say was paid for, and people wrote it. What stands in the place of a document's catalog and is none, a folder say,
    is among them too: who reads it says so.
    """
    pattern = PurePosixPath(config.settings(locale).content.catalog).as_posix()
    form = gettext_locale(locale)
    fixed = PurePosixPath(FIELD.split(pattern.replace("{locale}", form))[0] + "x").parent
    regex = _output_regex(pattern, form)
    root, folder = config.root, config.root / fixed
    # Strings, since thousands of `Path`s take longer than all the rest.
    prefix = "" if fixed == PurePosixPath() else f"{fixed}/"
    there = {f"{prefix}{file}" for file in _files(str(folder))} if folder.is_dir() else set()
    known = {expand(pattern, form, name): name for name in documents}
    found = {path: name for path, name in known.items() if path in there or os.path.lexists(f"{root}/{path}")}
    for path in there - known.keys():
        if (match := regex.fullmatch(path)) and not _UNSHOWABLE.search(path):
            found[path] = "".join(match.groupdict().get(field) or "" for field in ("dir", "stem"))
    return {f"{root}/{path}": found[path] for path in sorted(found, key=lambda path: path.split("/"))}


def _files(folder: str) -> list[str]:
    """The posix paths of the files below a folder, in no order; see `find_documents` for those left out."""
    found, pending = [], [(folder, "")]
    while pending:
        parent, inside = pending.pop()
        try:
            with os.scandir(parent) as entries:
                for entry in entries:
                    name = entry.name
                    if name[0] == ".":
                        continue
                    if entry.is_file(follow_symlinks=False) or (entry.is_symlink() and _leads_to_file(entry, folder)):
                        found.append(inside + name)
                    elif entry.is_dir(follow_symlinks=False):
                        pending.append((entry.path, f"{inside}{name}/"))
        except OSError as error:
            _refuse_unreadable(error)
    return found


def _leads_to_file(link: os.DirEntry[str], folder: str) -> bool:
    return is_file(link.path) and Path(link.path).resolve().is_relative_to(Path(folder).resolve())


def _refuse_unreadable(error: OSError) -> NoReturn:
    raise ConfigError(
        f"cannot be read: {error.strerror}", where=shown(Path(error.filename)), remedy="Check its permissions."
    ) from None


# Line ends, escapes, other controls (in a terminal they act), marks that turn the order of what is read around, and
# bytes that are no UTF-8.
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def _refuse_name(folder: str, name: str) -> NoReturn:
    readable = os.fsencode(name).decode("utf-8", "backslashreplace")
    shown_as = _UNSHOWABLE.sub(lambda match: ascii(match[0])[1:-1], readable)
    raise ConfigError(
        "the name of this file has a character that cannot be shown, or is not UTF-8",
        where=f"{folder}/{shown_as}",
        remedy="Rename it, or exclude it with a glob that has ? in the place of this character.",
    )


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


def refuse_clashes(config: Config, documents: tuple[str, ...]) -> None:
    """Refuse patterns that send two documents to one file: without {dir} their folders are lost, for example.

    Locales with one pattern have the same clashes: the first of them is looked at.
    """
    looked: set[tuple[str, str]] = set()
    for locale, settings in config.locales.items():
        for key, pattern in (("target", settings.content.target), ("catalog", settings.content.catalog)):
            if (key, pattern) in looked:
                continue
            looked.add((key, pattern))
            if _tells_apart(pattern, documents):
                continue
            taken: dict[str, str] = {}
            for document in documents:
                first = taken.setdefault(expand(pattern, locale, document), document)
                if first != document:
                    raise config.origin.error(
                        ("content", key),
                        f"{first} and {document} would share the {key} {expand(pattern, locale, document)}",
                        f"Use {{dir}}{{stem}}{{ext}} in [content] {key}, or exclude one of them.",
                    )


def _tells_apart(pattern: str, documents: tuple[str, ...]) -> bool:
    """Whether a pattern holds what tells all documents apart, so that none has to be looked at: their path, or all but
    the extension that they have in common.
    """
    fields = [field for field in FIELD.findall(pattern) if field != "locale"]
    if fields == ["path"] or (fields == ["dir", "stem", "ext"] and "{dir}{stem}{ext}" in pattern):
        return True
    extension = splitext(documents[0])[1]
    common = extension != "" and all(document.endswith(extension) for document in documents)
    return common and fields == ["dir", "stem"] and "{dir}{stem}" in pattern


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


def _glob_regex(*globs: str) -> re.Pattern[str]:
    """What matches any of the globs. `**/` is zero or more folders, a final `**` all that follows; `*` and `?` stay
    within one name.
    """
    wildcards = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = (re.split(r"(\*\*/|\*\*|\*|\?)", PurePosixPath(glob).as_posix()) for glob in globs)
    return re.compile("|".join("".join(wildcards.get(part) or re.escape(part) for part in glob) for glob in pieces))


def reading_rules(config: Config, locale: str) -> Rules:
    """How the documents of a project are read for a locale."""
    settings = config.settings(locale)
    return Rules(settings.front_matter.translate, settings.content.dialect, settings.front_matter.markdown)
