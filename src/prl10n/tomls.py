"""TOML from anywhere, read in bounded time and memory: tomllib's errors are all that it raises."""

from __future__ import annotations

import re
import tomllib
from tomllib import TOMLDecodeError
from typing import Any

from prl10n.patterns import late

__all__ = ["TOMLDecodeError", "loads"]

MOST_PARTS = 100  # of a dotted key, for which tomllib takes memory by their square
DEEPEST = 100  # levels of lists and tables, one within the other
_QUOTED = late(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")


def loads(text: str) -> dict[str, Any]:
    """The data of a text. Raises TOMLDecodeError, also for what no person writes: keys of more than a hundred parts,
    more than a hundred levels, numbers of thousands of digits.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MOST_PARTS and _longest_key(line) > MOST_PARTS:
            raise TOMLDecodeError(f"a key of more than {MOST_PARTS} parts (at line {number}, column 1)")
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise TOMLDecodeError(_TOO_DEEP) from None
    except TOMLDecodeError:
        raise
    except ValueError as error:  # the digits of a number
        raise TOMLDecodeError(f"{str(error).partition(';')[0]} (at end of document)") from None
    level: list[object] = [data]
    for _ in range(DEEPEST):
        level = [child for item in level for child in _children(item)]
        if not level:
            return data
    raise TOMLDecodeError(_TOO_DEEP)


_TOO_DEEP = f"more than {DEEPEST} lists and tables, one within the other (at end of document)"


def _longest_key(line: str) -> int:
    """The most dots in a row of names; those in quotes are none."""
    return max(part.count(".") for part in re.split(r"[=,\[\]{}]", _QUOTED.sub("", line)))


def _children(item: object) -> list[object]:
    values = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
    return [value for value in values if isinstance(value, (dict, list))]
