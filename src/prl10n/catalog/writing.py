"""Catalog → the bytes of a `.po` file, and the header of a new one."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from functools import cache

import polib

from prl10n.catalog.model import Catalog, Entry


def render(catalog: Catalog) -> bytes:
    """The bytes of a catalog. Untouched entries are written with the lines that they had."""
    blocks = [catalog.header, *(entry.lines or _lines(entry, catalog.width) for entry in catalog.entries), catalog.tail]
    text = "\n\n".join(filter(None, blocks)) + "\n"
    return (text if catalog.newline == "\n" else text.replace("\n", catalog.newline)).encode()


def _lines(entry: Entry, width: int) -> str:
    lines: list[str] = []
    if entry.comment:
        lines += [f"# {line}".rstrip() for line in entry.comment.split("\n")]
    if not entry.obsolete:
        lines += [f"#. {line}" for line in entry.extracted.split("\n") if line]
        lines += [f"#: {_isolated(name)}" for name in entry.files]
    if entry.fuzzy or entry.flags:
        lines.append("#, " + ", ".join(("fuzzy", *entry.flags) if entry.fuzzy else entry.flags))
    mark = "#~ " if entry.obsolete else ""
    if entry.previous is not None:
        lines.append(_field("#~| " if entry.obsolete else "#| ", "msgid", entry.previous, width))
    if entry.context is not None:
        lines.append(_field(mark, "msgctxt", entry.context, width))
    lines.append(_field(mark, "msgid", entry.msgid, width))
    lines.append(_field(mark, "msgstr", entry.msgstr, width))
    return "\n".join(lines)


def _field(mark: str, name: str, text: str, width: int) -> str:
    """`name "text"`, or `name ""` and a line for each part of a text that does not fit or has line breaks."""
    escaped = polib.escape(text)
    if (width == 0 or len(mark) + len(name) + len(escaped) + 3 <= width) and "\n" not in text[:-1]:
        return f'{mark}{name} "{escaped}"'
    parts = [escaped]
    if "\n" in text:
        found = re.findall(r".*?\\n|.+", escaped.replace("\\\\", "\0"))
        parts = [part.replace("\0", "\\\\") for part in found]
    if width:
        fitting = _fitting(width - len(mark) - 2)
        parts = [line for part in parts for line in fitting(part)]
    seam = f'"\n{mark}"'
    return f'{mark}{name} "{seam}{seam.join(parts)}"'


@cache
def _fitting(room: int) -> Callable[[str], list[str]]:
    """Splits a text into lines of at most `room` characters that end behind a space, where there are spaces."""
    rest, behind_a_space = rf".{{1,{room}}}\Z", rf".{{0,{room - 1}}} (?! )"
    return re.compile(rf"{rest}|{behind_a_space}|[^ ]*+ +|[^ ]+", re.DOTALL).findall


def _isolated(name: str) -> str:
    """A file name with spaces, as gettext writes it since 0.22: between isolates."""
    return f"\u2068{name}\u2069" if " " in name else name


def header(gettext_locale: str, project: str, plural_forms: str, now: datetime.datetime) -> str:
    """The header of a new catalog. Its dates are those of its making; later ones are left to the people who edit it."""
    date = now.strftime("%Y-%m-%d %H:%M+0000")
    fields = {
        "Project-Id-Version": project,
        "Report-Msgid-Bugs-To": "",
        "POT-Creation-Date": date,
        "PO-Revision-Date": date,
        "Last-Translator": "Automatically generated",
        "Language-Team": "none",
        "Language": gettext_locale,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": plural_forms,
        "X-Generator": "prl10n",
    }
    lines = [f'"{polib.escape(f"{name}: {value}".rstrip())}\\n"' for name, value in fields.items()]
    return "\n".join(['msgid ""', 'msgstr ""', *lines])
