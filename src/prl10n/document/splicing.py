"""Texts → bytes: a document's units are replaced where they stand, all else stays."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from prl10n.document import frontmatter, jsons, toml
from prl10n.document.inline import read
from prl10n.document.segment import Document
from prl10n.errors import DocumentError
from prl10n.model import Holder, Piece, Setting, Syntax, Unit
from prl10n.patterns import late

_NEWLINES = re.compile(r"\r\n?")
_BREAK = re.compile(r"\s*[\r\n]\s*")
_UNESCAPED = {mark: late(rf"(?<!\\)((?:\\\\)*)([{re.escape(mark)}])") for mark in ('"', "'", "()", "|")}
_DELIMITED = (Syntax.ATTRIBUTE, Syntax.TITLE, Syntax.PARAMETER)
_EDGE = " \t\r\n\f\v"


def splice(document: Document, texts: Sequence[str | None], values: Mapping[str, Setting] | None = None) -> bytes:
    """Put `texts` in the place of the document's units, in their order. None, an empty text, or a unit's own text
    leaves its bytes.

    `values` are front matter keys to set, whatever they held. Nothing outside the spans of units changes otherwise.
    """
    source = document.source
    parts: list[bytes] = []
    last = 0
    for start, end, replacement in _replacements(document, texts, values or {}):
        parts += (source[last:start], replacement)
        last = end
    parts.append(source[last:])
    return b"".join(parts)


def _replacements(
    document: Document, texts: Sequence[str | None], values: Mapping[str, Setting]
) -> list[tuple[int, int, bytes]]:
    """(start, end, bytes) in order."""
    settings = _settings(document, values) if values else []
    taken = [(start, end) for start, end, _ in settings if start != end]
    found = settings
    for unit, text in zip(document.units, texts, strict=True):
        start, end = unit.span.start, unit.span.end
        if (
            text is None
            or text == unit.text
            or not text.strip(_EDGE)
            or any(first <= start and end <= last for first, last in taken)
        ):
            continue
        found.append((start, end, written(unit, text, document).encode()))
    return sorted(found)


def written(unit: Unit, text: str, document: Document) -> str:
    """A text as it is written into the place of the unit in its document."""
    source = document.source
    text = _NEWLINES.sub("\n", text.strip(_EDGE))
    syntax = unit.syntax
    if unit.holder is not Holder.NONE:
        raw = source[unit.span.start : unit.span.end].decode()
        if unit.holder is Holder.JSON:
            return jsons.replaced(raw, text)
        if unit.holder is Holder.TOML:
            return toml.replaced(raw, text, unit.newline)
        return frontmatter.replaced(raw, text, unit.holder is Holder.YAML_FLOW, unit.newline)
    if syntax is Syntax.MARKDOWN:
        if document.rules.dialect == "docusaurus" and _begins_module(unit, text, source):
            text = f"&#{ord(text[0])};{text[1:]}"
        if document.rules.dialect == "jekyll" and "|" in text and _may_become_table(unit, source):
            text = _without_bars(unit, text, document)
        text = _one_line(text).replace("\n", unit.newline)
        return _unfolded(unit, text)
    text = _BREAK.sub(" ", text)
    delimiter = source[: unit.span.start].rstrip()[-1:].decode("latin-1") if syntax in _DELIMITED else ""
    if syntax is Syntax.CELL:
        text = _UNESCAPED["|"].sub(r"\1\\\2", text)
    elif syntax is Syntax.ATTRIBUTE:
        if (
            b"\n" in source[unit.span.start : unit.span.end]
        ):  # a tag over several lines stays one: alone on a line it is a block
            text = text.replace(" ", unit.newline, 1)
        text = text.replace(delimiter, "&quot;" if delimiter == '"' else "&#39;")
    elif syntax is Syntax.PARAMETER:
        text = curled(text, delimiter)
    elif syntax is Syntax.TITLE:
        text = _UNESCAPED["()" if delimiter == "(" else delimiter].sub(r"\1\\\2", text)
    return text


_OPENING = late(r"(?<![^\s(\[{«“‘])[\"'](?=\S)")


def curled(text: str, mark: str) -> str:
    """Words for a place between two such marks, `"` or `'`, where no escape exists: theirs are typographic ones."""
    opening, closing = ("“", "”") if mark == '"' else ("‘", "’")
    text = _OPENING.sub(lambda found: opening if found[0] == mark else found[0], text)
    return text.replace(mark, closing)


def _begins_module(unit: Unit, text: str, source: bytes) -> bool:
    """Whether MDX would read a module where there are words: its first letter must be written as an entity.

    That is what a paragraph at the beginning of a line begins with, in components too.
    """
    words = ("import ", "export ")
    if not text.startswith(words) or unit.text.startswith(words):
        return False
    return source[unit.span.start - 1 : unit.span.start] in (b"", b"\n", b"\r")


_BAR = late(r"(?<!\\)((?:\\\\)*)\|")
_CODE = late(r"(`+)(?!`).*?(?<!`)\1(?!`)")


def _may_become_table(unit: Unit, source: bytes) -> bool:
    """Whether a bar would make a table of kramdown of a text that is none in the source.

    Only a bar in the first line begins one, outside code; never in a heading:
    https://kramdown.gettalong.org/syntax.html#tables
    """
    first = source[unit.span.start : unit.span.end].partition(b"\n")[0].decode()
    return not unit.kind.startswith("heading") and _BAR.search(_CODE.sub("", first)) is None


def _without_bars(unit: Unit, text: str, document: Document) -> str:
    """The text with the bars among its words escaped."""
    parts = []
    for piece in read(text, unit.syntax, document.references):
        raw = text[piece.start : piece.end]
        parts.append(_BAR.sub(r"\1\|", raw) if piece.piece is Piece.TEXT else raw)
    return "".join(parts)


def _unfolded(unit: Unit, text: str) -> str:
    """The text with the line breaks that its markup has in the source; equal pieces are told apart by their order."""
    for shown, folded, start in sorted(unit.folded, key=lambda item: -item[2]):
        parts = text.split(shown)
        number = unit.text.count(shown, 0, start)
        if len(parts) > 1:
            number = min(number, len(parts) - 2)
            text = shown.join(parts[: number + 1]) + folded + shown.join(parts[number + 1 :])
    return text


def _one_line(text: str) -> str:
    """A hard break stays (two spaces or a backslash before the newline); a soft one becomes a space."""
    first, *others = text.split("\n")
    lines = [first]
    for line in others:
        words = lines[-1].rstrip(" \t")
        spaces = lines[-1][len(words) :]
        backslashes = len(words) - len(words.rstrip("\\"))
        if spaces.endswith("  "):
            lines[-1] += "\n"
        else:
            lines[-1] = words + ("\n" if backslashes % 2 and not spaces else " ")
        lines.append(line.lstrip(" \t"))
    return "".join(lines)


_WRITTEN = {Holder.YAML: frontmatter.written, Holder.TOML: toml.written, Holder.JSON: jsons.written}
_LINES = {Holder.YAML: "{key}: {value}{newline}", Holder.TOML: "{key} = {value}{newline}"}


def _settings(document: Document, values: Mapping[str, Setting]) -> list[tuple[int, int, bytes]]:
    """The replacements that set front matter keys; a missing key is added at the end, missing front matter at the
    beginning.
    """
    text = document.source.decode()
    front = document.front_matter
    newline = document.newline
    if front is None:
        start = len("\ufeff".encode()) if text.startswith("\ufeff") else 0
        lines = ["---", *(f"{key}: {frontmatter.written(value)}" for key, value in values.items()), "---", ""]
        return [(start, start, newline.join(lines).encode())]
    if front.problem or not front.block_style:
        raise DocumentError(
            "the front matter cannot be changed",
            where=":1",
            remedy="Write it as `key: value` lines, or leave [front_matter] set out for it.",
        )
    write = _WRITTEN[front.format]
    places = {key: (start, end) for key, start, end in front.keys}
    found: list[tuple[int, int, bytes]] = []
    added = ""
    for key, value in values.items():
        if key in places:
            start, end = places[key]
            raw = text[start:end]
            new = write(value)
            if new != raw:
                # Behind a colon without a space there is no value yet, or one that begins on the next line.
                space = " " if front.format is Holder.YAML and not text[start - 1].isspace() else ""
                found.append((*_bytes(text, start, end), f"{space}{new}".encode()))
        elif front.format is Holder.JSON:
            added += f"{newline}  {jsons.string(key)}: {write(value)},"
        else:
            added += _LINES[front.format].format(key=key, value=write(value), newline=newline)
    if added:
        # A key below a table of TOML would be the table's; JSON takes it behind its first brace.
        at = {Holder.TOML: front.start, Holder.JSON: front.start + 1}.get(front.format, front.end)
        place = _bytes(text, at, at)
        found.append((*place, added.encode()))
    return found


def _bytes(text: str, start: int, end: int) -> tuple[int, int]:
    begin = len(text[:start].encode())
    return begin, begin + len(text[start:end].encode())
