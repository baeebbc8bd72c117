"""The file of a glossary: a CSV that people edit with a spreadsheet. No line that someone wrote ever changes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from prl10n import files
from prl10n.errors import ConfigError
from prl10n.glossary.search import normal, words
from prl10n.locales import babel_locale, nearest
from prl10n.model import Term

COLUMNS = ("source", "locale", "target", "note")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file. An empty `locale` stands for every locale, an empty `target` for the source as it is."""

    source: str
    locale: str
    target: str
    note: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What no two lines share, unless they say the same."""
        return (normal(self.source), self.locale.lower())


@dataclass(frozen=True, slots=True)
class Glossary:
    """The lines of a glossary, the bytes that hold them, and the bytes that the file had (None: there was no file)."""

    lines: tuple[Line, ...] = ()
    data: bytes = b""
    read: bytes | None = None

    def terms(self, locale: str) -> tuple[Term, ...]:
        """The terms of a locale, the longest source first. A line for `fr` serves `fr-CA`, and one without a locale
        serves all, where no line for a nearer locale has the same source.
        """
        subtags = locale.lower().split("-")
        served = ["", *("-".join(subtags[: count + 1]) for count in range(len(subtags)))]
        chosen = {line.key[0]: line for tag in served for line in self.lines if line.locale.lower() == tag}
        terms = (Term(line.source, line.target, line.note) for line in chosen.values())
        return tuple(sorted(terms, key=lambda term: (-len(term.source), term.source)))


@dataclass(frozen=True, slots=True)
class Merge:
    """A glossary with new lines, and what became of each: added, there already, or contradicted by another line."""

    glossary: Glossary
    added: tuple[Line, ...]
    present: tuple[Line, ...]
    conflicts: tuple[tuple[Line, Line], ...]  # (the line that was left out, the line that stays)


def load(path: Path) -> Glossary:
    """Read a glossary; a file that is not there is an empty one. ConfigError names file and line."""
    data = files.read(path)
    return Glossary() if data is None else parse(data, str(path))


def parse(data: bytes, where: str = "") -> Glossary:
    """The bytes of a glossary: RFC 4180 in UTF-8, a header line first, its columns in any order.

    Columns that prl10n does not know are left alone. A line may end before its empty cells do.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = data.count(b"\n", 0, error.start) + 1
        raise _wrong(where, at, "not UTF-8", "Save it as UTF-8: “CSV UTF-8” in a spreadsheet.") from None
    rows = [(number, cells) for number, cells in _rows(text, where) if any(cell.strip() for cell in cells)]
    if not rows:
        return Glossary((), data, data)
    columns = _columns(rows[0][1], where, rows[0][0])
    lines: dict[tuple[str, str], tuple[Line, int]] = {}
    for number, cells in rows[1:]:
        if len(cells) > len(rows[0][1]):
            what = f"{len(cells)} cells where the header has {len(rows[0][1])}"
            raise _wrong(where, number, what, 'Put quotes around a text that has a comma: "a, b".')
        values = {name: cells[at].strip(" \t") if at < len(cells) else "" for name, at in columns.items()}
        line = Line(**values | {"note": _CONTROL.sub(" ", values.get("note", ""))})
        _check(line, where, number)
        first, at = lines.setdefault(line.key, (line, number))
        if first.target != line.target:
            what = f"{line.source!r} is {line.target!r} here and {first.target!r} on line {at}"
            raise _wrong(where, number, what, "Keep one of the two lines.")
    return Glossary(tuple(line for line, _ in lines.values()), data, data)


def _rows(text: str, where: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV text, each with the number of its first line."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 1
    try:
        for cells in reader:
            yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        raise _wrong(
            where, number, f"not CSV: {error}", 'Close every quote, and double those inside: "a ""b""".'
        ) from None


def _columns(header: Sequence[str], where: str, number: int) -> dict[str, int]:
    """Where each column that is known stands. All are needed but the notes."""
    names = [name.strip().lower() for name in header]
    if lacking := [name for name in COLUMNS[:3] if name not in names]:
        advice = "Separate the cells by commas. " if ";" in header[0] else nearest(lacking[0], names)
        remedy = f"{advice}The first line names the columns: {', '.join(COLUMNS)}."
        raise _wrong(where, number, f"there is no column {lacking[0]!r}", remedy)
    return {name: names.index(name) for name in COLUMNS if name in names}


def _check(line: Line, where: str, number: int) -> None:
    """Refuse a line that could never be heeded, or would break the place where it lands."""
    if not words(line.source):
        raise _wrong(where, number, "there is no source", "Give the term, or delete the line.")
    for name, text in (("source", line.source), ("target", line.target)):
        if _CONTROL.search(text):
            raise _wrong(where, number, f"the {name} has a line break or a control character", "Write it on one line.")
    if line.locale:
        try:
            babel_locale(line.locale)
        except ConfigError as error:
            raise _wrong(where, number, error.what, f"{error.remedy} Leave it empty for every locale.") from None


def _wrong(where: str, line: int, what: str, remedy: str) -> ConfigError:
    return ConfigError(what, where=f"{where}:{line}", remedy=remedy)


def merged(glossary: Glossary, lines: Iterable[Line]) -> Merge:
    """The glossary with the lines that it lacks.

    Law: its bytes begin with those that it had, and the new lines follow in the order of their sources. A line that
    contradicts another is left out.
    """
    known = {line.key: line for line in glossary.lines}
    added: list[Line] = []
    present: list[Line] = []
    conflicts: list[tuple[Line, Line]] = []
    for line in sorted(lines, key=lambda line: (line.source.casefold(), line.source, line.locale)):
        other = known.setdefault(line.key, line)
        if other is line:
            added.append(line)
        elif other.target == line.target:
            present.append(line)
        else:
            conflicts.append((line, other))
    data = _appended(glossary.data, added) if added else glossary.data
    result = replace(glossary, lines=(*glossary.lines, *added), data=data)
    return Merge(result, tuple(added), tuple(present), tuple(conflicts))


def _appended(data: bytes, lines: Sequence[Line]) -> bytes:
    """The bytes of a glossary and of more lines, with the columns and line breaks that it has."""
    text = data.decode("utf-8-sig")
    newline = "\r\n" if "\r\n" in text else "\n"
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=newline)
    header = next((cells for _, cells in _rows(text, "") if any(cells)), None)
    if header is None:
        header = list(COLUMNS)
        writer.writerow(header)
    elif not text.endswith("\n"):
        out.write(newline)
    names = [name.strip().lower() for name in header]
    for line in lines:
        cells = {"source": line.source, "locale": line.locale, "target": line.target, "note": line.note}
        writer.writerow([cells.get(name, "") for name in names])
    return data + out.getvalue().encode()


def save(path: Path, glossary: Glossary) -> bool:
    """Write a glossary if it has other bytes than its file had; whether it was written. ConfigError where somebody
    changed the file in the meantime: theirs stays.
    """
    if glossary.data == (glossary.read or b""):
        return False
    if not files.write(path, glossary.data, expected=glossary.read):
        raise ConfigError("the glossary has just been changed", where=str(path), remedy="Run the command again.")
    return True
