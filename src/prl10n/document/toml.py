"""Strings of TOML front matter with their places. tomllib reads, and says whether what is written reads back."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from tomllib import TOMLDecodeError

from prl10n.errors import DocumentError

__all__ = ["TOMLDecodeError", "replaced", "string", "strings"]

_TABLE = re.compile(r"\s*\[(\[)?\s*([\w.\"' -]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([\w.\"'-]+)\s*=\s*")
_STRING = re.compile(r"\"(?!\"\")(?:[^\"\\\n]|\\.)*\"|'(?!'')[^'\n]*'")
_SCALAR = re.compile(r"[^\s#\[{\"'][^#\n]*?(?=\s*(?:#|$))")

Place = tuple[str, int, int]


def strings(text: str) -> tuple[list[tuple[str, int, int, str]], list[Place], tuple[str, ...]]:
    """(path, start, end, value) of the strings on one line, (key, start, end) of top-level scalars, and the shape.

    Raises TOMLDecodeError. The shape is what law 3 compares: paths with types, and all values that are no strings.
    """
    data = tomllib.loads(text.replace("\r\n", "\n"))
    shape = tuple(_shape(data, ""))
    known = {line for line in shape if line.endswith(" string")}
    found: list[tuple[str, int, int, str]] = []
    keys: list[Place] = []
    table = ""
    offset = 0
    multiline = ""
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        start, offset = offset, offset + len(line)
        if multiline:
            multiline = "" if multiline in line else multiline
            continue
        if header := _TABLE.match(line.rstrip("\r\n")):
            table = header[2].replace('"', "").replace("'", "") + ("[]" if header[1] else "")
            continue
        key = _KEY.match(line)
        if key is None:
            continue
        name = key[1].strip("\"'")
        path = f"{table}.{name}" if table else name
        if value := _STRING.match(line, key.end()):
            if f"{path} string" in known:
                found.append((path, start + value.start(), start + value.end(), _read(value[0])))
            if not table:
                keys.append((name, start + value.start(), start + value.end()))
        elif quotes := re.compile("\"\"\"|'''").match(line, key.end()):
            multiline = "" if line.count(quotes[0]) > 1 else quotes[0]
        elif not table and (scalar := _SCALAR.match(line.rstrip("\r\n"), key.end())):
            keys.append((name, start + scalar.start(), start + scalar.end()))
    return found, keys, shape


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
    return str(tomllib.loads(f"k = {raw}")["k"])


def string(value: str) -> str:
    """A basic string of TOML."""
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return (
        '"'
        + "".join(escapes.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c) for c in value)
        + '"'
    )


def replaced(raw: str, text: str) -> str:
    """A string's source with another text, in the same kind of quotes where they can hold it."""
    value = _read(raw)
    wanted = value[: len(value) - len(value.lstrip())] + text + value[len(value.rstrip()) :]
    for candidate in ([f"'{wanted}'"] if raw.startswith("'") else []) + [string(wanted)]:
        try:
            if _read(candidate) == wanted:
                return candidate
        except TOMLDecodeError:
            continue
    raise DocumentError("TOML cannot hold this text", remedy="Remove control characters from the translation.")
