"""Changes to a text, with the rule that asks for each, and changes of changed text as changes of the first one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Change(NamedTuple):
    """`text[start:end]` becomes `text`, says a rule. `wrong`: a reader would call what stands there wrong."""

    start: int
    end: int
    text: str
    rule: str
    wrong: bool = True


def composed(middle: str, first: Sequence[Change], second: Iterable[Change]) -> list[Change]:
    """Both changes as one: to make `first`, which gives `middle`, and then `second`.

    Both are sorted and do not overlap; nor does what comes out. Changes that meet in a character become one, under the
    rule of the first of them.
    """
    placed: list[tuple[int, int, int, Change]] = []  # (start and end in the middle, which of the two, the change)
    shift = 0
    for change in first:
        start = change.start + shift
        placed.append((start, start + len(change.text), 0, change))
        shift += len(change.text) - (change.end - change.start)
    placed += [(change.start, change.end, 1, change) for change in second]
    placed.sort()
    out: list[Change] = []
    shift = at = 0
    while at < len(placed):
        low, high, _, lead = placed[at]
        begin, pieces, done, wrong = low - shift, [""], low, False
        while at < len(placed) and (placed[at][0] < high or placed[at][3] is lead):
            start, end, which, change = placed[at]
            high = max(high, end)
            wrong |= change.wrong
            if which:
                pieces += (middle[done:start], change.text)
                done = end
            else:
                shift += len(change.text) - (change.end - change.start)
            at += 1
        pieces.append(middle[done:high])
        out.append(Change(begin, high - shift, "".join(pieces), lead.rule, wrong))
    return out


def made(text: str, changes: Iterable[Change]) -> str:
    """A text with the changes made."""
    out: list[str] = []
    last = 0
    for change in changes:
        out += (text[last : change.start], change.text)
        last = change.end
    return "".join(out) + text[last:]
