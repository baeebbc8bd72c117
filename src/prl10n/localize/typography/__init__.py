"""Typography: what the conventions of a locale ask for in a text, and what they call wrong in it.

edits         the changes that make a draft follow the conventions
violations    what a reader would call wrong in a text that people wrote
profile       the conventions of a locale, as data

profiles      the data, with their sources
shields       what is no prose
quotes        quotation marks and apostrophes
rules         all other rules
changes       changes of changes
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

from prl10n.localize.prose import Edit
from prl10n.localize.typography import rules
from prl10n.localize.typography.changes import Change, composed, made
from prl10n.localize.typography.messages import message
from prl10n.localize.typography.profiles import Dash, Profile, Quotes, profile
from prl10n.localize.typography.quotes import quotes
from prl10n.localize.typography.shields import SPACE, shielded

__all__ = ["Dash", "Profile", "Quotes", "Violation", "edits", "profile", "violations"]


class Violation(NamedTuple):
    """What is wrong in a text: the edit that would put it right, the id of the rule, and what a person should know."""

    edit: Edit
    rule: str
    message: str


_Rule = Callable[[str, Profile], Iterable[Change]]

# In this order: a rule sees what those before it have made. Each with what a text must hold, for the rule to say
# anything: it is quickly seen, and not there in most.
_RULES: tuple[tuple[_Rule, re.Pattern[str]], ...] = (
    (rules.ordinals, re.compile(r"[\dIVXLCDM]i?[eè]")),
    (rules.ellipses, re.compile(r"\.\.\.")),
    (rules.ranges, re.compile(r"\d-\d")),
    (rules.dashes, re.compile(rf"--|[–—]|[{SPACE}]-[{SPACE}]")),
    (quotes, re.compile("[\"'“”„‟«»‹›‘’‚‛´]")),
    (rules.signs, re.compile("[!?;:]")),
    (rules.symbols, re.compile("[%‰°€£¥$]")),
    (rules.thousands, re.compile(rf"\d[{SPACE}'’]\d")),
    (rules.numbers, re.compile(r"[°º]| \d|\. \w")),
    (rules.units, re.compile(r"\d | \d|1(?:er|ᵉʳ) ")),
)

# One round is enough for nearly any text. In the others a rule makes a place where an earlier one has something to say.
_ROUNDS = 8

# An address that is a link by itself. Renderers of GFM end it at a space, of which a no-break one is none to cmark-gfm:
# https://github.github.com/gfm/#autolinks-extension-
_LINK = re.compile(r"(?<!\w)(?:(?:https?|ftp)://|www\.)[^\s<]*+")
_NO_BREAK = re.compile("[\u00a0\u202f\u2007]")

# Spaces that a reader cannot tell apart, and that keep what they stand between together, or are as narrow.
_ALIKE = str.maketrans("\u202f\u2009\u2007", "\u00a0\u00a0\u00a0")


def edits(text: str, locale: str, profile: str | None = None) -> tuple[Edit, ...]:
    """The edits that make a prose follow the conventions of a locale, sorted; none for a locale without a profile.

    `text` is a `localize.prose`; each line is a text of its own. `profile` chooses other conventions than those of the
    locale: `eu`, or the name of a locale. ConfigError for a name that no profile has.

    Law: the text with the edits made has no edits. No letter and no digit changes, but in ordinals; what is no prose
    (addresses, times, templates, `THING`s) stays as it is.
    """
    return tuple(Edit(change.start, change.end, change.text) for change in _changes(text, locale, profile))


def violations(text: str, locale: str, profile: str | None = None) -> tuple[Violation, ...]:
    """What a reader would call wrong in a text that people wrote, in its order; arguments as those of `edits`.

    Marks that the profile accepts are none, nor is one kind of no-break space in the place of another.
    """
    return tuple(
        Violation(Edit(change.start, change.end, change.text), change.rule, message(text, change))
        for change in _changes(text, locale, profile)
        if change.wrong and text[change.start : change.end].translate(_ALIKE) != change.text.translate(_ALIKE)
    )


def _changes(text: str, locale: str, name: str | None) -> list[Change]:
    conventions = profile(locale, name)
    if conventions is None:
        return []
    if "\n" not in text:
        return _of_line(text, conventions)
    out: list[Change] = []
    start = 0
    for line in text.split("\n"):
        out += (
            change._replace(start=change.start + start, end=change.end + start)
            for change in _of_line(line, conventions)
        )
        start += len(line) + 1
    return out


def _of_line(line: str, conventions: Profile) -> list[Change]:
    whole: list[Change] = []
    here = line
    for _ in range(_ROUNDS):
        changes = _behind_links(here, _round(here, conventions))
        if not changes:
            break
        whole = composed(here, whole, changes)
        here = made(here, changes)
    return [change for change in whole if line[change.start : change.end] != change.text]


def _round(line: str, conventions: Profile) -> list[Change]:
    """All rules, each once."""
    changes: list[Change] = []
    here = shielded(line)
    for rule, sign in _RULES:
        if sign.search(here) and (found := _apart(rule(here, conventions))):
            changes = composed(here, changes, found)
            here = made(here, found)
    return changes


def _behind_links(line: str, changes: list[Change]) -> list[Change]:
    """The changes, with an ordinary space as the first one behind each bare address: a no-break one would be a part of
    the link.
    """
    if "://" not in line and "www." not in line:
        return changes
    out: list[Change] = []
    waiting = deque(changes)
    for link in _LINK.finditer(line):
        while waiting and waiting[0].start <= link.start():
            out.append(waiting.popleft())
        ended = False
        while waiting and waiting[0].start <= link.end():
            change = waiting.popleft()
            text = change.text if ended else _NO_BREAK.sub(" ", change.text, count=1)
            ended |= text != change.text or change.start == link.end()
            out.append(change._replace(text=text))
        if not ended and _NO_BREAK.match(line, link.end()):
            out.append(Change(link.end(), link.end() + 1, " ", "address", False))
    return [change for change in (*out, *waiting) if line[change.start : change.end] != change.text]


def _apart(found: Iterable[Change]) -> list[Change]:
    """Sorted, without those that would reach into an earlier one."""
    out: list[Change] = []
    for change in sorted(found):
        if not out or change.start >= out[-1].end:
            out.append(change)
    return out
