"""What a violation says to a person."""

from __future__ import annotations

from prl10n.localize.typography.changes import Change
from prl10n.localize.typography.shields import SPACE

_SPACES = {"": "no space", " ": "a space", "\u00a0": "a no-break space", "\u202f": "a narrow no-break space"}
_ALONE = {
    "sign": "{space} belongs before ‘{sign}’",
    "percent": "{space} belongs before ‘{sign}’",
    "degrees": "{space} belongs before ‘{sign}’",
    "currency": "{space} belongs before ‘{sign}’",
    "thousands": "{space} belongs between groups of three digits",
    "number-sign": "{space} belongs behind ‘{before}’",
}


def message(text: str, change: Change) -> str:
    """What is wrong, and what belongs there instead: “a narrow no-break space belongs before ‘;’”."""
    there = text[change.start : change.end]
    old, new = there.strip(SPACE), change.text.strip(SPACE)
    if old != new and old:
        return f"‘{new}’ belongs in the place of ‘{old}’" if new else f"‘{old}’ does not belong here"
    before, after = text[: change.start].rstrip(SPACE)[-1:], text[change.end :].lstrip(SPACE)[:1]
    if change.rule == "quotes":
        return _inside(change.text, new, before, after)
    space = _SPACES.get(change.text.strip("".join({*new})) if new else change.text, "another space")
    before = old or before
    return _ALONE[change.rule].format(space=space, sign=old[:1] or after, before=before)


def _inside(replacement: str, sign: str, before: str, after: str) -> str:
    space = _SPACES.get(replacement.replace(sign, "") if sign else replacement, "another space")
    if sign:
        behind = replacement.startswith(sign)
    else:
        sign, behind = (before, True) if before in "«“„‘‚‹" and before else (after, False)
    return f"{space} belongs {'behind' if behind else 'before'} ‘{sign}’"
