"""Strings of JSON front matter with their places. `json` has read the text before: it is known to be an object."""

from __future__ import annotations

import json

from prl10n.model import Setting
from prl10n.patterns import late

_TOKEN = late(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')

Place = tuple[str, int, int]


def strings(text: str) -> tuple[list[tuple[str, int, int, str]], list[Place], tuple[str, ...]]:
    """(path, start, end, value) of the strings, (key, start, end) of top-level values, and the shape.

    The shape is what law 3 compares: paths with types, and all values that are no strings.
    """
    found: list[tuple[str, int, int, str]] = []
    keys: list[Place] = []
    shape: list[str] = []
    paths: list[tuple[str, str]] = []  # of the containers that are open: the bracket, the path
    name: str | None = None  # the key whose value is next
    begun = ("", 0)  # the top-level key whose list or object is open, and where that begins

    for token in _TOKEN.finditer(text):
        raw = token[0]
        bracket, path = paths[-1] if paths else ("", "")
        if raw in ",:":
            continue
        if raw in "}]":
            paths.pop()
            shape.append(f"{path} end")
            if len(paths) == 1:
                keys.append((*begun, token.end()))
            continue
        if bracket == "{" and name is None:
            name = str(json.loads(raw))
            continue
        where = f"{path}[]" if bracket == "[" else f"{path}.{name}" if path else name or ""
        top, name = (name if len(paths) == 1 and bracket == "{" else None), None
        if raw in "{[":
            if top is not None:
                begun = (top, token.start())
            paths.append((raw, where))
            shape.append(f"{where} {raw}")
            continue
        if raw[0] == '"':
            found.append((where, token.start(), token.end(), str(json.loads(raw, strict=False))))
            shape.append(f"{where} string")
        else:
            shape.append(f"{where} {raw}")
        if top is not None:
            keys.append((top, token.start(), token.end()))
    return found, keys, tuple(shape)


def string(value: str) -> str:
    """A string of JSON, letters as they are."""
    return json.dumps(value, ensure_ascii=False)


def written(value: Setting) -> str:
    """A value of the configuration as JSON has it on one line."""
    return json.dumps(value, ensure_ascii=False)


def replaced(raw: str, text: str) -> str:
    """A string's source with another text; white space at its borders stays."""
    value = str(json.loads(raw, strict=False))
    return string(value[: len(value) - len(value.lstrip())] + text + value[len(value.rstrip()) :])
