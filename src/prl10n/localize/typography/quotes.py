"""Quotation marks and apostrophes: which mark opens, which closes, which is neither, and what it should be.

Marks pair as brackets do, whatever their shapes: “ with ", and » with « alone. Where a mark stands says what it is;
where that is not certain, its shape; where that says nothing either, it is left alone. So is a quotation that holds a
mark without a partner: who knows where it ends.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Collection, Iterable, Iterator
from enum import Enum
from typing import NamedTuple

from prl10n.localize.prose import THING
from prl10n.localize.typography.changes import Change
from prl10n.localize.typography.profiles import Profile, Quotes
from prl10n.localize.typography.shields import SPACE


class _Role(Enum):
    OPEN = "open"
    CLOSE = "close"
    PERHAPS = "perhaps"  # closes if nothing better does: an inch, a plural possessive
    NONE = "none"


class _Pair(NamedTuple):
    """Where the marks of a quotation stand. -1, or the length of the text: the mark is in another text."""

    opening: int
    closing: int
    sure: bool = True


_FAMILIES = {mark: family for family in ('"“”„‟', "«»", "'‘’‚‛", "‹›") for mark in family}
_SINGLE = "‘‚"  # marks that scholars also put around meanings
_OPENS = {"“", "„", "‟", "«", "‹", "‘", "‚", "‛"}
_LETTER = rf"[^\W\d_]|{THING}"
_INSIDE_WORD = re.compile(rf"(?<=[\w{THING}])['‘´](?=[^\W\d_]|{THING})|(?<=[^\W\d_])['‘´](?=\d)")
_MARK = re.compile(rf"\"{{2,}}|'{{2,}}|[\"“”„‟«»‹›‚‛]|(?<![\w{THING}])['‘’]|['‘’](?![\w{THING}])")

_OPENING_EDGE = frozenset("([{<—–-/¿¡")
_WEAK_OPENING_EDGE = frozenset(",;:=|")
_CLOSING_EDGE = frozenset(".,;:!?…)]}>—–-/|%")
_WORD_BEFORE = re.compile(r"[^\W\d_]{1,10}\Z")
_ROLL = re.compile(r"['‘’]n['’](?= roll\b)", re.IGNORECASE)  # rock ’n’ roll, in any language
_POSSESSIVE = re.compile(rf"[{SPACE}][a-z]")


def quotes(text: str, profile: Profile) -> list[Change]:
    """The changes to quotation marks, to the spaces inside them, and to apostrophes."""
    changes = [Change(found.start(), found.end(), "’", "apostrophe") for found in _INSIDE_WORD.finditer(text)]
    if not _MARK.search(text):
        return changes
    pairs, apostrophes = _read(text, profile)
    changes += [Change(at, at + 1, "’", "apostrophe") for at in apostrophes if text[at] != "’"]
    for pair, level in _levels(pairs):
        if pair.sure:
            changes += _repaired(text, pair, level, profile)
    return sorted(changes)


def _repaired(text: str, pair: _Pair, level: int, profile: Profile) -> Iterator[Change]:
    wanted = profile.quotes[level % len(profile.quotes)]
    there = text[max(pair.opening, 0) : pair.opening + 1] + text[pair.closing : pair.closing + 1]
    wrong = not _accepted(there, level, profile, wanted)
    if pair.opening >= 0:
        start = pair.opening + 1
        end = start
        while end < len(text) and text[end] in SPACE:
            end += 1
        sign = wanted.opening + (wanted.space if start == end else "")
        if text[pair.opening] != sign:
            yield Change(pair.opening, start, sign, "quotes", wrong)
        if start < end and text[start:end] != wanted.space:
            yield Change(start, end, wanted.space, "quotes", wrong)
    if pair.closing < len(text):
        end = start = pair.closing
        while start > 0 and text[start - 1] in SPACE:
            start -= 1
        if start < end and text[start:end] != wanted.space:
            yield Change(start, end, wanted.space, "quotes", wrong)
        sign = (wanted.space if start == end else "") + wanted.closing
        if text[end] != sign:
            yield Change(end, end + 1, sign, "quotes", wrong)


def _accepted(marks: str, level: int, profile: Profile, wanted: Quotes) -> bool:
    """Whether people may leave these marks (two, or the one that is in this text) as they are: another kind that the
    profile accepts, or, within a quotation, any of its own.
    """
    if marks in wanted.opening + wanted.closing:
        return False  # the marks are right: it is the spaces that are wrong
    own = [quotes.opening + quotes.closing for quotes in profile.quotes if level > 0 or quotes.opening in _SINGLE]
    return any(marks in pair for pair in (*profile.accepted, *own))


def _levels(pairs: Iterable[_Pair]) -> Iterator[tuple[_Pair, int]]:
    """Each quotation, with the number of those that it stands in."""
    ends: list[int] = []
    for pair in sorted(pairs):
        while ends and ends[-1] < pair.opening:
            ends.pop()
        yield pair, len(ends)
        ends.append(pair.closing)


def _read(text: str, profile: Profile) -> tuple[list[_Pair], list[int]]:
    """The quotations of a text, and the marks beside words that are apostrophes."""
    reader = _Reader(text, profile)
    for found in _MARK.finditer(text):
        if len(found[0]) == 1:  # nothing at all is quoted in ""
            reader.take(found.start(), found[0])
    reader.close(0)
    continued = list(_continued(text, reader.unclosed, reader.unopened))
    partners = {at for pair in continued for at in pair}
    strays = sorted(at for at in (*reader.unclosed, *reader.unopened) if at not in partners)
    apostrophes = reader.apostrophes
    if profile.possessive:
        loose = (*reader.unopened, *reader.loose)
        apostrophes += [at for at in loose if text[at] == "'" and text[at - 1 : at].isalpha()]
    pairs = [
        _Pair(pair.opening, pair.closing, pair.opening not in reader.unsure and _is_sure(text, pair, strays))
        for pair in reader.pairs + continued
    ]
    return pairs, apostrophes


def _is_sure(text: str, pair: _Pair, strays: list[int]) -> bool:
    """Whether a quotation holds words, and no mark without a partner."""
    start = pair.opening + 1
    while start < pair.closing and text[start] in SPACE:
        start += 1
    return start < pair.closing and bisect(strays, pair.opening) == bisect(strays, pair.closing)


class _Reader:
    """Reads the marks of a text from left to right, and pairs them."""

    def __init__(self, text: str, profile: Profile) -> None:
        self.text = text
        self.profile = profile
        self.clipped = re.compile(profile.clipped or r"(?!)")
        self.reversed = _has_reversed_angles(text)
        self.pairs: list[_Pair] = []
        self.apostrophes: list[int] = []
        self.opened: list[tuple[int, str]] = []
        self.tops: dict[str, list[int]] = {family: [] for family in _FAMILIES.values()}  # their places in `opened`
        self.perhaps: dict[int, list[int]] = {}  # by opening mark: what may close it
        self.unclosed: list[int] = []
        self.unopened: list[int] = []
        self.loose: list[int] = []  # what may close something, where nothing stands open
        self.unsure: set[int] = set()  # opening marks that several marks may close
        self.last = (-2, _Role.NONE)

    def take(self, at: int, sign: str) -> None:
        """Read the next mark."""
        family = _FAMILIES[sign]
        single = family.startswith("'")
        if single and _is_apostrophe(self.text, at, self.profile, self.clipped):
            self.apostrophes.append(at)
            return
        top = self.tops[family][-1] if self.tops[family] else -1
        open_sign = self.text[self.opened[top][0]] if top >= 0 else ""
        previous = self.last[1] if self.last[0] == at - 1 else _Role.NONE
        role = _role(self.text, at, previous, open_sign, self.reversed)
        if role is _Role.CLOSE and single and self.profile.possessive and _may_be_possessive(self.text, at):
            role = _Role.PERHAPS
        self.last = (at, role)
        if role is _Role.OPEN:
            if top == len(self.opened) - 1 and top >= 0 and self.opened[top][0] in self.perhaps:
                self.close(top)
            self.tops[family].append(len(self.opened))
            self.opened.append((at, family))
        elif role is _Role.CLOSE and top < 0:
            self.unopened.append(at)
        elif role is _Role.PERHAPS and top < 0:
            self.loose.append(at)
        elif role is _Role.CLOSE:
            self.close(top + 1)
            opening = self.pop()
            self.pairs.append(_Pair(opening, at))
            self.loose += self.perhaps.get(opening, [])
        elif role is _Role.PERHAPS and top == len(self.opened) - 1:
            self.perhaps.setdefault(self.opened[top][0], []).append(at)

    def close(self, depth: int) -> None:
        """Close the marks that stand open from `depth` on with the last mark that may."""
        while len(self.opened) > depth:
            at = self.pop()
            if found := self.perhaps.get(at):
                self.pairs.append(_Pair(at, found[-1]))
                if len(found) > 1:
                    self.unsure.add(at)
            else:
                self.unclosed.append(at)

    def pop(self) -> int:
        at, family = self.opened.pop()
        self.tops[family].pop()
        return at


def _continued(text: str, unclosed: Collection[int], unopened: Collection[int]) -> Iterator[_Pair]:
    """Quotations of several paragraphs: a mark that opens at the very beginning of a text, or closes at its very end,
    and has a shape that does nothing else.
    """
    begins = len(text) - len(text.lstrip(SPACE))
    ends = len(text.rstrip(f"{SPACE}.,;:!?…")) - 1
    if begins in unclosed and text[begins] in "“„«":
        yield _Pair(begins, len(text))
    if ends in unopened and text[ends] in "”»" and not text[ends - 1 : ends].isdigit():
        yield _Pair(-1, ends)


def _role(text: str, at: int, previous: _Role, open_sign: str, reversed_angles: bool) -> _Role:
    """What a mark does, by the characters around it, then by its shape. `previous`: what the mark just before it does;
    `open_sign`: the innermost open mark of its family, "" for none.
    """
    sign = text[at]
    before, after = text[at - 1 : at] if at else "", _next(text, at)
    if sign in "«»‹›":
        return _Role.OPEN if (sign in "«‹") is not reversed_angles else _Role.CLOSE
    spaced_before, spaced_after = not before or before.isspace(), not after or after.isspace()
    edge_before = spaced_before or before in _OPENING_EDGE or previous is _Role.OPEN or _is_elision(text, at)
    edge_after = spaced_after or after in _CLOSING_EDGE
    opens = (edge_before or before in _WEAK_OPENING_EDGE) and not edge_after
    closes = edge_after and not edge_before
    if sign in "“‘" and open_sign == {"“": "„", "‘": "‚"}[sign] and (edge_after or not spaced_before):
        return _Role.CLOSE
    if closes and before.isdigit() and sign in "\"”'’":
        return _Role.PERHAPS
    if opens and sign != "’":
        return _Role.OPEN
    if closes:
        return _Role.CLOSE
    if sign in _OPENS:
        return _Role.OPEN if sign in "“„‟" or edge_before else _Role.NONE
    if sign == "”":
        return _Role.CLOSE
    if sign == '"' and edge_before and edge_after:
        return _Role.CLOSE if open_sign else _Role.OPEN if after else _Role.NONE
    return _Role.NONE


def _next(text: str, at: int) -> str:
    """The character behind a mark and behind the marks that follow it at once."""
    end = at + 1
    while end < min(len(text), at + 5) and text[end] in _FAMILIES:
        end += 1
    return text[end : end + 1]


def _is_elision(text: str, at: int) -> bool:
    return at > 1 and text[at - 1] in "'’" and text[at - 2].isalpha()


def _is_apostrophe(text: str, at: int, profile: Profile, clipped: re.Pattern[str]) -> bool:
    """Whether a single mark at the border of a word belongs to the word."""
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if _ROLL.match(text, at):
        return True
    if not (before.isalnum() or before == THING):
        word = clipped.match(text, at + 1)
        return word is not None and (word[0] == "n" or text[word.end() : word.end() + 1] not in ("'", "’"))
    if text[max(at - 2, 0) : at] in ("'n", "’n") and clipped.match("n"):
        return True
    if _ROLL.match(text, max(at - 2, 0)):
        return True
    word = _WORD_BEFORE.search(text, max(at - 10, 0), at)
    if word is None:
        return False
    if word[0].lower() in profile.elided:
        return bool(after) and not after.isspace() and after not in _CLOSING_EDGE
    return word[0].lower() in profile.cut


def _may_be_possessive(text: str, at: int) -> bool:
    """`the dogs' owner`: a closing mark looks just the same."""
    return text[at - 1] in "sSxXzZ" and _POSSESSIVE.match(text, at + 1) is not None


def _has_reversed_angles(text: str) -> bool:
    """Whether guillemets point inwards, as in German books: »so«."""
    first = min((at for sign in "«»" if (at := text.find(sign)) >= 0), default=-1)
    return (
        first >= 0
        and text[first] == "»"
        and "«" in text
        and (first == 0 or text[first - 1] in SPACE or text[first - 1] in _OPENING_EDGE)
        and text[first + 1 : first + 2].strip(SPACE) != ""
    )
