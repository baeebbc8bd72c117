"""Brackets and quotation marks come in pairs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prl10n.checks.model import Context, Problem

_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_WIDE = str.maketrans("（）［］｛｝", "()[]{}")
_SMILEY = re.compile(r"[:;=]-?[()\[\]](?!\w)")
_NUMBERED = re.compile(r"(?<![\w(])(?:\w{1,3}|[ivxIVX]{1,5})\)")

_DOUBLE = re.compile('[“”„‟"«»「」『』]')
_INCHES = re.compile(r"(?<=\d)[\"”]")


def brackets(source: str, target: str, context: Context) -> Iterator[Problem]:
    """A bracket without its partner, where those of the source are in pairs.

    pofilter's `brackets`. Smileys and list numbers (`a)`) are no brackets.
    """
    del source, target
    for passage in context.passages():
        left = _unpaired(passage.target)
        if left and not _unpaired(passage.source):
            yield Problem(f"“{left}” has no partner")


def _unpaired(text: str) -> str:
    """The first bracket without a partner, or nothing."""
    if not any(character in text for character in "()[]{}（）［］｛｝"):
        return ""
    words = text.translate(_WIDE)
    return _first_unpaired(words) and _first_unpaired(_SMILEY.sub("", words))


def _first_unpaired(words: str) -> str:
    closers = {found.end() - 1 for found in _NUMBERED.finditer(words)}
    opened: list[tuple[str, str]] = []
    for index, character in enumerate(words):
        if character in _BRACKETS:
            opened.append((character, _BRACKETS[character]))
        elif character in ")]}":
            if opened and opened[-1][1] == character:
                opened.pop()
            elif index not in closers:
                return character
    return opened[-1][0] if opened else ""


def quotes(source: str, target: str, context: Context) -> Iterator[Problem]:
    """A quotation that is opened and not closed, where those of the source are.

    pofilter's `doublequoting`. Single marks are also apostrophes and are left alone; a quotation of several paragraphs
    is open in the source as well.
    """
    del source, target
    for passage in context.passages():
        if len(_marks(passage.source)) % 2 == 0 and _open(passage.target):
            yield Problem("a quotation mark has no partner")


def _marks(text: str) -> list[str]:
    return _DOUBLE.findall(_INCHES.sub("", text))


def _open(text: str) -> bool:
    marks = _marks(text)
    return len(marks) % 2 == 1 or marks.count("«") != marks.count("»")
