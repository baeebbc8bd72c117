"""Messages as a workbook: source columns are locked, every cell is text, so that `=1+1` and `-5` stay what they are.

The only code that knows openpyxl, which is the extra `[xlsx]`.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from prl10n.errors import LIBRARY_FAILURES, ConfigError
from prl10n.exchange import tables, xml
from prl10n.exchange.messages import Message, Reply
from prl10n.model import State

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

LONGEST = 32_767  # characters of a cell, in UTF-16: Excel's limit; openpyxl cuts the rest off
_WIDTHS = {"id": 12, "document": 24, "locale": 8, "kind": 16, "state": 10, "source": 60, "target": 60, "note": 40}
_OPEN = ("state", "target")  # columns that may be edited
# ST_Xstring (ECMA-376, 22.9.2.19): what XML cannot hold, and what looks like such an escape, is `_xHHHH_`.
_ESCAPED = re.compile("_x[0-9A-Fa-f]{4}_")
_SPECIAL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # of all parts, so that equal messages are equal bytes


def escaped(text: str) -> str:
    """Law: `unescaped(escaped(text)) == text`."""
    return _SPECIAL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[0][2:6], 16)), text)


def write(messages: Sequence[Message], source: str, locale: str) -> bytes:
    """Messages as XLSX. ConfigError for a text that no cell can hold, and where openpyxl is not installed."""
    del source, locale
    workbook = _library().Workbook()
    from openpyxl.styles import Alignment, Font, Protection
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    sheet: Any = workbook.active
    sheet.title = "translations"
    wrapped, bold = Alignment(wrap_text=True, vertical="top"), Font(bold=True)
    locks = {True: Protection(locked=True), False: Protection(locked=False)}
    for number, cells in enumerate((tables.COLUMNS, *map(tables.row, messages)), 1):
        for column, (name, text) in enumerate(zip(tables.COLUMNS, cells, strict=True), 1):
            said = escaped(text)
            if len(said.encode("utf-16-le")) // 2 > LONGEST:
                raise ConfigError(
                    f"a {name} of {len(text):,} characters is too long for a cell",
                    where=cells[1],
                    remedy="Export this document as XLIFF or CSV.",
                )
            cell = sheet.cell(number, column)
            cell.value = said
            cell.data_type = "s"
            cell.number_format = "@"
            cell.quotePrefix = tables.neutralised(text) != text
            cell.alignment = wrapped
            cell.protection = locks[number == 1 or name not in _OPEN]
            if number == 1:
                cell.font = bold
    for column, name in enumerate(tables.COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS[name]
    sheet.freeze_panes = "A2"
    states = DataValidation("list", formula1=f'"{",".join(state.value for state in State)}"', allow_blank=True)
    sheet.add_data_validation(states)
    letter = get_column_letter(tables.COLUMNS.index("state") + 1)
    states.add(f"{letter}2:{letter}{max(2, len(messages) + 1)}")
    sheet.protection.sheet = True  # without a password: against mistakes
    sheet.protection.formatColumns = sheet.protection.formatRows = False  # False: allowed
    return _still(workbook)


def _still(workbook: Workbook) -> bytes:
    """The bytes of a workbook, without the moment of its writing."""
    saved, out = io.BytesIO(), io.BytesIO()
    workbook.save(saved)
    with zipfile.ZipFile(saved) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            data = before.read(name)
            if name == "docProps/core.xml":
                data = _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z", data)
            after.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def read(data: bytes, where: str = "") -> list[Reply]:
    """The replies of a workbook's first sheet. ConfigError for what is no workbook, or one that is too large."""
    _check(data, where)
    try:
        workbook = _library().load_workbook(io.BytesIO(data), read_only=True)
        rows = [(number, cells) for number, cells in enumerate(_cells(workbook), 1)]
    except (*LIBRARY_FAILURES, SyntaxError, OSError, zipfile.BadZipFile) as error:
        raise _no_workbook(where, str(error)) from error
    return list(tables.replies(rows, where, restored_cells=False))


def _cells(workbook: Workbook) -> Iterator[list[str]]:
    sheet: Any = workbook.worksheets[0]
    for row in sheet.iter_rows(values_only=True):
        cells = [_text(value) for value in row]
        while len(cells) > len(tables.COLUMNS) and not cells[-1]:
            cells.pop()
        yield cells


def _text(value: object) -> str:
    """What a cell says. A number that somebody typed over the text format is a text here."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return unescaped(value) if isinstance(value, str) else str(value)


def _check(data: bytes, where: str) -> None:
    """Law 7: no bombs, and no XML with a DOCTYPE, which no spreadsheet writes."""
    xml.check_size(len(data), where)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            xml.check_size(sum(item.file_size for item in archive.infolist()), where)
            for item in archive.infolist():
                if b"<!DOCTYPE" in archive.read(item):
                    raise _no_workbook(where, f"{item.filename} has a DOCTYPE")
    except (*LIBRARY_FAILURES, OSError, zipfile.BadZipFile) as error:
        raise _no_workbook(where, str(error)) from error


def _no_workbook(where: str, why: str) -> ConfigError:
    return ConfigError(f"not an XLSX workbook: {why}", where=where, remedy="Save it as .xlsx, or as CSV UTF-8.")


def _library() -> Any:
    try:
        import openpyxl
    except ImportError as error:
        raise ConfigError(
            "openpyxl is not installed", remedy="Run `pip install 'prl10n[xlsx]'`, or export CSV or XLIFF."
        ) from error
    return openpyxl
