"""A figure: digits with the marks of some locale, and what they may mean."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

# Digits, with one mark or space between two runs of them: a space only before three digits, as group marks are (CLDR,
# ISO 80000-1). Possessive, so that a megabyte of digits and commas is read once.
FIGURE = re.compile(r"\d++(?:[.,’'٫٬·]\d++|[ \u00a0\u202f\u2009]\d{3}(?!\d))*+")
_MARK = re.compile(r"\D")
LONGEST = 40  # characters; a longer run of digits is a key or a hash, compared as it is written


def ascii_digits(text: str) -> str:
    """The same text with the decimal digits of other scripts as 0 to 9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def readings(text: str, decimal: str) -> tuple[Decimal, ...]:
    """What a figure may mean, the reading of a locale with this decimal mark first; nothing for what is no number, as
    `1.2.3` and `1,2,3` are.
    """
    text = ascii_digits(text).replace("٫", ".").replace("٬", ",")
    marks = [" " if mark.isspace() else mark for mark in _MARK.findall(text)]
    if not marks:
        return (Decimal(text),)
    runs = _MARK.split(text)
    whole = _grouped(runs) and len(set(marks)) == 1
    last = marks[-1]
    spaced = last.isspace() or last in "’'"
    fraction = not spaced and (len(marks) == 1 or (last not in marks[:-1] and _grouped(runs[:-1])))
    fraction = fraction and len(set(marks[:-1])) <= 1
    found = []
    if fraction:
        found.append(Decimal("".join(runs[:-1]) + "." + runs[-1]))
    if whole:
        found.append(Decimal("".join(runs)))
    if len(found) == 2 and last != decimal:
        found.reverse()  # `1.250` where the comma is decimal
    return tuple(found)


def _grouped(runs: list[str]) -> bool:
    """Groups of three, or the Indian ones of two before the last three."""
    first, *groups = runs
    if not groups:
        return True
    if not 1 <= len(first) <= 3 or first.startswith("0") or len(groups[-1]) != 3:
        return False
    return all(len(group) == 3 for group in groups) or (len(first) <= 2 and all(len(g) == 2 for g in groups[:-1]))


def is_grouped(text: str, value: Decimal) -> bool:
    """Whether a figure that means `value` has group marks; its sign is none."""
    marks = len(_MARK.findall(text.lstrip("+-−±")))
    exponent = value.as_tuple().exponent
    return marks > (1 if isinstance(exponent, int) and exponent < 0 else 0)
