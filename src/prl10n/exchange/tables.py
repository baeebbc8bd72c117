"""Messages as a table, for reviewers without tools: CSV that spreadsheets open, and back.

Columns: id (with the digest of what was exported), document, locale, kind, state, source, target, note. Only `target`
and `state` are read as answers; the others say what they answer.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from prl10n.errors import ConfigError
from prl10n.exchange import xml
from prl10n.exchange.messages import Message, Reply
from prl10n.model import State

COLUMNS = ("id", "document", "locale", "kind", "state", "source", "target", "note")
NEEDED = ("id", "document", "locale", "source", "target")
# What a spreadsheet takes for a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_DELIMITERS = ",;\t"


def neutralised(cell: str) -> str:
    """A text that no spreadsheet takes for a formula: behind an apostrophe where it looks like one.

    Law: `restored(neutralised(text)) == text`, for texts that begin with apostrophes as well.
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def row(message: Message) -> tuple[str, ...]:
    """A message as cells in the order of COLUMNS."""
    limit = "" if message.max_length is None else f"at most {message.max_length} characters"
    previous = f"previous source: {message.previous}" if message.previous else ""
    terms = "; ".join(f"{term.source} → {term.target or term.source}" for term in message.terms)
    notes = "\n".join(part for part in (message.note, limit, message.remarks, previous, terms) if part)
    name = f"{message.id}.{message.base}"
    state, source, target = message.state.value, message.source, message.target
    return (name, message.document, message.locale, message.kind, state, source, target, notes)


def write(messages: Sequence[Message], source: str, locale: str) -> bytes:
    """Messages as CSV: RFC 4180, in UTF-8 with a byte order mark, without which Excel reads another encoding."""
    del source, locale
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for message in messages:
        writer.writerow([neutralised(cell) for cell in row(message)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def read(data: bytes, where: str = "") -> list[Reply]:
    """The replies of a CSV, with commas, semicolons or tabs, as spreadsheets save it. ConfigError names the line."""
    xml.check_size(len(data), where)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            "not UTF-8", where=f"{where}:{line}", remedy="Save it as “CSV UTF-8” in the spreadsheet, or as XLSX."
        ) from None
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    return list(replies(_rows(text, delimiter, where), where, restored_cells=True))


def replies(rows: Iterable[tuple[int, Sequence[str]]], where: str, *, restored_cells: bool) -> Iterator[Reply]:
    """Rows, each with its line, as replies; the first that is not empty names the columns. ConfigError for a table
    without them.
    """
    filled = ((line, cells) for line, cells in rows if any(cell.strip() for cell in cells))
    line, header = next(filled, (1, ()))
    names = [name.strip().lower() for name in header]
    if lacking := [name for name in NEEDED if name not in names]:
        raise ConfigError(
            f"there is no column {lacking[0]!r}",
            where=f"{where}:{line}",
            remedy=f"The first row names the columns: {', '.join(COLUMNS)}.",
        )
    for line, cells in filled:
        if len(cells) > len(names):
            raise ConfigError(
                f"{len(cells)} cells where the header has {len(names)}",
                where=f"{where}:{line}",
                remedy='Put quotes around a text that has a comma: "a, b".',
            )
        values = dict(zip(names, (restored(cell) if restored_cells else cell for cell in cells), strict=False))
        yield _reply(values, line)


def _reply(values: dict[str, str], line: int) -> Reply:
    name, _, base = values.get("id", "").strip().partition(".")
    state = values.get("state", "").strip().lower()
    known = [known.value for known in State]
    problem = f"its state {state!r} is none of {', '.join(known)}" if state and state not in known else ""
    return Reply(
        id=name,
        document=values.get("document", ""),
        locale=values.get("locale", "").strip(),
        source=values.get("source", ""),
        target=values.get("target", ""),
        approved=state == State.APPROVED.value,
        base=base,
        line=line,
        problem=problem,
    )


def _rows(text: str, delimiter: str, where: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV text, each with the number of its first line."""
    number = 1
    with _long_cells(len(text)):
        reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
        try:
            for cells in reader:
                yield number, cells
                number = reader.line_num + 1
        except csv.Error as error:
            raise ConfigError(
                f"not CSV: {error}",
                where=f"{where}:{number}",
                remedy='Close every quote, and double those inside: "a ""b""".',
            ) from None


@contextmanager
def _long_cells(length: int) -> Iterator[None]:
    """The csv module refuses cells of more than 128 KiB, unless it is told, for the whole process."""
    before = csv.field_size_limit(max(length + 1, csv.field_size_limit()))
    try:
        yield
    finally:
        csv.field_size_limit(before)
