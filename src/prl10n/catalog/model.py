"""What a catalog holds: entries, their states, and where their words come from. Values only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from prl10n.model import State

WIDTH = 79  # columns of a line, as gettext's own tools write

_PROVENANCE = re.compile(r"prl10n: (?!ignore\b)")

Key = tuple[str | None, str]  # (msgctxt, msgid)


class Entry(NamedTuple):
    """One message. `comment` is the translator's (`# `), provenance included; `extracted` is ours (`#.`).

    `lines` are the entry's own lines of the file, or empty if it was made or changed since.
    """

    msgid: str
    msgstr: str = ""
    fuzzy: bool = False
    previous: str | None = None
    context: str | None = None
    comment: str = ""
    extracted: str = ""
    files: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    obsolete: bool = False
    plural: bool = False
    lines: str = ""

    @property
    def key(self) -> Key:
        return (self.context, self.msgid)

    @property
    def state(self) -> State:
        if not self.msgstr:
            return State.MISSING
        if not self.fuzzy:
            return State.APPROVED
        return State.DRAFT if self.previous is None else State.STALE

    @property
    def provenance(self) -> str:
        """`deepl 2026-11-24` for a text that was written by prl10n, else empty."""
        if "prl10n: " not in self.comment:
            return ""
        for line in self.comment.split("\n"):
            if _PROVENANCE.match(line):
                return line.removeprefix("prl10n: ")
        return ""

    @property
    def remarks(self) -> str:
        """The translator's comment without prl10n's provenance."""
        if not self.comment:
            return ""
        return "\n".join(line for line in self.comment.split("\n") if line and not _PROVENANCE.match(line))


@dataclass(frozen=True, slots=True)
class Catalog:
    """A catalog as it was read, or as it is to be written. Obsolete entries stand behind all others.

    `data` are the bytes that it was read from; None for one that is not on disk yet.
    """

    entries: tuple[Entry, ...]
    header: str
    tail: str = ""
    width: int = WIDTH
    newline: str = "\n"
    data: bytes | None = None

    def live(self) -> dict[Key, Entry]:
        return {(entry.context, entry.msgid): entry for entry in self.entries if not entry.obsolete}


class Draft(NamedTuple):
    """A text for a unit and where it comes from: `deepl 2026-11-24`, `memory news/x.md 100%`.

    `approved`: a person approved the same text in a place that the configuration trusts.
    """

    text: str
    provenance: str
    approved: bool = False


def changed(entry: Entry, new: Entry) -> Entry:
    """What becomes of an entry that is to be `new`. It keeps its lines only if nothing differs."""
    if new == entry:
        return entry
    return new._replace(lines="") if new.lines else new


def approved(catalog: Catalog, context: str | None, msgid: str) -> list[str]:
    """The words that people approved for a source, in its own context first; live or obsolete."""
    found = [entry for entry in catalog.entries if entry.msgid == msgid and entry.state is State.APPROVED]
    return [entry.msgstr for entry in sorted(found, key=lambda entry: entry.context != context)]
