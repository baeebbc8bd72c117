"""Strings of TOML front matter with their places. tomllib reads, and says whether what is written reads back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prl10n import tomls
from prl10n.errors import DocumentError
from prl10n.model import Setting
from prl10n.patterns import late
from prl10n.tomls import TOMLDecodeError

__all__ = ["TOMLDecodeError", "read", "replaced", "string", "strings", "written"]

_BLANK = late(r"(?:[ \t\r\n]|#[^\n]*)*")
_TABLE = late(r"\[(\[)?\s*(.*?)\s*\]\]?[ \t]*(?=#|\r?\n|\Z)")
_NAME = late(r"[\w-]+|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_EQUALS = late(r"(?:[\w-]+|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[. \t])+=[ \t]*")
_STRING = late(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}' r"|'''(?:[^']|'(?!''))*'{3,5}" r"|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'", re.DOTALL
)
_SCALAR = late(r"[^\s#,\]}\[{\"'](?:[^#,\]}\n]*[^#,\]}\s])?")

Place = tuple[str, int, int]


def read(text: str) -> dict[str, object]:
    """The data of a text. Raises TOMLDecodeError."""
    return tomls.loads(text.replace("\r\n", "\n"))


def strings(text: str) -> tuple[list[tuple[str, int, int, str]], list[Place], tuple[str, ...]]:
    """(path, start, end, value) of the strings, (key, start, end) of top-level values, and the shape.

    Raises TOMLDecodeError. The shape is what law 3 compares: paths with types, and all values that are no strings.
    """
    data = read(text)
    shape = tuple(_shape(data, ""))
    known = {line for line in shape if line.endswith(" string")}
    scanner = _Scanner(text)
    scanner.document()
    found = [(path, start, end, _read(text[start:end])) for path, start, end in scanner.strings]
    return [item for item in found if f"{item[0]} string" in known], scanner.keys, shape


class _Scanner:
    """Walks a text that is known to be TOML."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.strings: list[Place] = []
        self.keys: list[Place] = []
        self.arrays: set[str] = set()  # paths that hold tables, `features`

    def document(self) -> None:
        pos, table = self.blank(0), ""
        while pos < len(self.text):
            if header := _TABLE.match(self.text, pos):
                table = self.table(_names(header[2]), many=bool(header[1]))
                pos = header.end()
            elif self.text[pos] == "[":
                return
            else:
                pos = self.pair(pos, table)
            pos = self.blank(pos)

    def blank(self, pos: int) -> int:
        found = _BLANK.match(self.text, pos)
        return found.end() if found else pos

    def table(self, names: list[str], *, many: bool) -> str:
        """The path of `[a.b]` or `[[a.b]]`: what was declared as a list of tables gets its brackets."""
        path = ""
        for index, name in enumerate(names):
            path = f"{path}.{name}" if path else name
            if many and index == len(names) - 1:
                self.arrays.add(path)
            if path in self.arrays:
                path += "[]"
        return path

    def pair(self, pos: int, table: str) -> int:
        key = _EQUALS.match(self.text, pos)
        if key is None:
            return len(self.text)
        name = ".".join(_names(key[0]))
        end = self.value(key.end(), f"{table}.{name}" if table else name)
        if not table:
            self.keys.append((name, key.end(), end))
        return end

    def value(self, pos: int, path: str) -> int:
        """The end of the value at `pos`; its strings are noted."""
        if self.text[pos] == "[":
            pos = self.blank(pos + 1)
            while self.text[pos] != "]":
                pos = self.blank(self.value(pos, f"{path}[]"))
                pos = self.blank(pos + 1) if self.text[pos] == "," else pos
            return pos + 1
        if self.text[pos] == "{":
            pos = self.blank(pos + 1)
            while self.text[pos] != "}":
                pos = self.blank(self.pair(pos, path))
                pos = self.blank(pos + 1) if self.text[pos] == "," else pos
            return pos + 1
        if found := _STRING.match(self.text, pos):
            self.strings.append((path, pos, found.end()))
            return found.end()
        scalar = _SCALAR.match(self.text, pos)
        return scalar.end() if scalar else len(self.text)


def _names(dotted: str) -> list[str]:
    return [name if name[0] not in "\"'" else name[1:-1] for name in _NAME.findall(dotted)]


def _shape(value: object, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield f"{path} table"
        for key, item in value.items():
            yield from _shape(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        yield f"{path} array"
        for item in value:
            yield from _shape(item, f"{path}[]")
    else:
        yield f"{path} string" if isinstance(value, str) else f"{path} {value!r}"


def _read(raw: str) -> str:
    return str(tomls.loads(f"k = {raw}")["k"])


def _escaped(value: str, kept: str) -> str:
    """The inside of a basic string; the characters in `kept` stay as they are."""
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return "".join(
        c if c in kept else escapes.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c) for c in value
    )


def string(value: str) -> str:
    """A basic string of TOML."""
    return f'"{_escaped(value, "")}"'


def written(value: Setting) -> str:
    """A value of the configuration as TOML has it on one line."""
    if isinstance(value, str):
        return string(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(string, value))}]"
    return str(value).lower()


def replaced(raw: str, text: str, newline: str) -> str:
    """A string's source with another text, in the same kind of quotes where they can hold it."""
    value = _read(raw)
    wanted = value[: len(value) - len(value.lstrip())] + text + value[len(value.rstrip()) :]
    quotes = raw[:3] if raw[:3] in ('"""', "'''") else raw[:1]
    first = "\n" if raw[3:4] in ("\n", "\r") and len(quotes) == 3 else ""  # TOML takes it for no part of the string
    candidates = [string(wanted)]
    if quotes == '"""':
        candidates.insert(0, f'"""{first}{_escaped(wanted, chr(10) + chr(34))}"""')
        candidates.insert(1, f'"""{first}{_escaped(wanted, chr(10))}"""')
    elif quotes in ("'", "'''"):
        candidates.insert(0, f"{quotes}{first}{wanted}{quotes}")
    for candidate in candidates:
        try:
            if _read(candidate) == wanted:
                return candidate.replace("\n", newline)
        except TOMLDecodeError:
            continue
    raise DocumentError("TOML cannot hold this text", remedy="Remove control characters from the translation.")
