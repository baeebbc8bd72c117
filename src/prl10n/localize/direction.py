"""Left-to-right names in right-to-left text, kept apart from what stands around them.

A browser orders mixed text by the Unicode bidirectional algorithm (UAX 9). It gives a neutral character, such as a
full stop or a plus sign, the direction of the sentence, so that `C++` becomes `++C` in Arabic; and two Latin names
with a comma between them change places. A name between U+2066 (left-to-right isolate) and U+2069 (pop directional
isolate) is ordered by itself: https://www.w3.org/International/articles/inline-bidi-markup/.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from prl10n.localize.languages import direction
from prl10n.localize.prose import ADDRESS, THING, Edit

ISOLATE = "\u2066"
POP = "\u2069"

_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"  # the blocks of right-to-left scripts, their marks and figures
_ATOM = re.compile(rf"[^\s{_RTL}{THING}\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_ISOLATED = re.compile("[\u2066-\u2068][^\u2066-\u2069]*\u2069")
_STRONG = re.compile(rf"[{_RTL}\u200f{THING}]")  # what parts two runs, so that they keep their places
_PHONE = re.compile(r"(?<!\w)\+\d[\d().\-\u00a0\u202f ]{4,20}\d")
_OPENING = "\"'«“”„‘’‚([{<¡¿—–"
_CLOSING = "\"'»“”’)]}>.,;:!?…—–"
_PARTNERS = {")": "(", "]": "[", "}": "{", ">": "<"}
_SPACES = (" ", "\u00a0", "\u202f")
_JOINTS = ("&", "+")  # Johnson & Johnson
_LEADING_FIGURE = re.compile(r"\d+(?:[.,]\d+)*(?=[^\W\d_])")


class _Run(NamedTuple):
    """A left-to-right run, `text[start:end]`; `whole` is false where punctuation was left out behind it."""

    start: int
    end: int
    whole: bool


def edits(text: str, locale: str) -> tuple[Edit, ...]:
    """The isolates that a prose in a right-to-left locale needs; none in any other, and none where the bidirectional
    algorithm does well by itself.

    Addresses are left alone: a mark behind a bare URL would become part of the link. Making the edits twice is making
    them once.
    """
    if direction(locale) == "ltr":
        return ()
    text = ADDRESS.sub(lambda found: THING * len(found[0]), text)
    text = _ISOLATED.sub(lambda found: " " * len(found[0]), text)
    phones = [_Run(found.start(), found.end(), False) for found in _PHONE.finditer(text)]
    names = _names(_PHONE.sub(lambda found: " " * len(found[0]), text))
    runs = sorted([*phones, *names])
    meeting = {run for pair in pairwise(runs) if not _STRONG.search(text, pair[0].end, pair[1].start) for run in pair}
    apart = [run for run in runs if run in meeting or _misplaced(text[run.start : run.end])]
    return tuple(edit for run in apart for edit in _isolated(text, run))


def _names(text: str) -> Iterator[_Run]:
    """Names and words in left-to-right scripts: atoms with a space between them are one run."""
    current: _Run | None = None
    for atom in _ATOM.finditer(text):
        run = _trimmed(text, atom.start(), atom.end())
        if current and current.whole and atom.start() == current.end + 1 and text[current.end] in _SPACES:
            joint = atom[0] in _JOINTS and _has_letter(_next(text, atom.end()))
            if joint or (run and run.start == atom.start()):
                current = _Run(current.start, run.end if run else atom.end(), joint or (run is not None and run.whole))
                continue
        if current:
            yield current
        current = run if run and _has_letter(text[run.start : run.end]) else None
    if current:
        yield current


def _trimmed(text: str, start: int, end: int) -> _Run | None:
    """An atom without the punctuation of the sentence around it; None where nothing is left."""
    last = end
    # A hyphen that ties a name to a word in the other script (Hebrew's ב-) belongs to neither.
    if text[start] == "-" and start and not text[start - 1].isspace():
        start += 1
    if text[end - 1] == "-" and not text[end : end + 1].isspace():
        end -= 1
    while start < end and text[start] in _OPENING:
        start += 1
    opened = {char for char in text[start:end] if char in _PARTNERS.values()}
    while start < end and text[end - 1] in _CLOSING and _PARTNERS.get(text[end - 1]) not in opened:
        end -= 1
    return _Run(start, end, end == last) if any(char.isalnum() for char in text[start:end]) else None


def _next(text: str, end: int) -> str:
    """The atom behind one space; empty where there is none."""
    found = _ATOM.match(text, end + 1) if text[end : end + 1] in _SPACES else None
    return found[0] if found else ""


def _has_letter(text: str) -> bool:
    return any(unicodedata.bidirectional(char) == "L" for char in text)


def _misplaced(run: str) -> bool:
    """Whether the algorithm would tear the run apart: it begins or ends with a neutral, or begins with a figure that a
    neutral parts from the first letter. Between two letters, a neutral goes along with them.
    """
    begins = unicodedata.bidirectional(run[0]) == "L" or _LEADING_FIGURE.match(run) is not None
    ends = unicodedata.bidirectional(run[-1]) == "L" or (run[-1].isdecimal() and _has_letter(run))
    return not (begins and ends)


def _isolated(text: str, run: _Run) -> Iterator[Edit]:
    if run.end - run.start == 1:
        yield Edit(run.start, run.end, f"{ISOLATE}{text[run.start]}{POP}")
        return
    yield Edit(run.start, run.start + 1, f"{ISOLATE}{text[run.start]}")
    yield Edit(run.end - 1, run.end, f"{text[run.end - 1]}{POP}")
