"""Where a key of the configuration stands, and the errors that say so."""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path

import msgspec

from prl10n.config.paths import shown
from prl10n.errors import ConfigError
from prl10n.patterns import late


class Origin(msgspec.Struct, frozen=True):
    """The file that a configuration came from: it knows on which line a key stands."""

    path: Path
    text: str
    prefix: tuple[str, ...] = ()

    def error(self, keys: tuple[str, ...], what: str, remedy: str, value: str = "") -> ConfigError:
        """The error of the key reached through `keys`, or of one `value` in its list."""
        line = _line(self.text, (*self.prefix, *keys), value)
        return ConfigError(what, where=f"{shown(self.path)}:{line}", remedy=remedy)


_KEY = r"(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')"
_KEYS = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_LINE = late(rf"\s*(?:\[\s*(?P<table>{_KEYS})\s*\]|(?P<key>{_KEYS})\s*=)")


def _line(text: str, keys: tuple[str, ...], value: str = "") -> int:
    """The line, from 1, that sets the key, else that of the nearest table around it; with `value`, where that text is.

    Reads lines and not TOML: a key inside an inline table is found at the line of the table.
    """
    lines = text.split("\n")
    best, best_depth = 0, 0
    table: tuple[str, ...] = ()
    for number, line in enumerate(lines):
        match = _LINE.match(line)
        if match is None:
            continue
        names = tuple(name.strip("\"'") for name in re.findall(_KEY, match["table"] or match["key"]))
        if match["table"]:
            table = names
        here = table if match["table"] else (*table, *names)
        depth = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(here, keys, strict=False)))
        if depth > best_depth:
            best, best_depth = number, depth
    if value:
        quoted = re.compile(rf"[\"']{re.escape(value)}[\"']")
        best = next((i for i in range(best, len(lines)) if quoted.search(lines[i])), best)
    return best + 1
