"""What entries were before they were saved, and what they became, for undo and redo.

A page names what it wants back by its version. Only what the review itself has found in a catalog, or written there, is
ever brought back: no request can claim where a text comes from, or who approved it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

from prl10n.catalog import Catalog, Entry, Key
from prl10n.review import units

_KEPT = 10_000  # entries, those that were saved last

Place = tuple[str, str, Key]  # locale, document, entry


@dataclass(frozen=True, slots=True)
class Former:
    """An entry with the lines that it had. `pair`: the obsolete entry that was added when it was replaced."""

    entry: Entry
    pair: Entry | None = None

    def instead(self, entry: Entry) -> Entry:
        """An entry with these words, this state and this comment, and with the old lines where all else is the same."""
        words = self.entry
        new = entry._replace(
            msgstr=words.msgstr, fuzzy=words.fuzzy, previous=words.previous, comment=words.comment, lines=words.lines
        )
        return new if new == words else new._replace(lines="")

    def alone(self, current: Catalog) -> Catalog:
        """The catalog without the pair, where that is still what was added."""
        if self.pair is None:
            return current
        kept = tuple(entry for entry in current.entries if entry._replace(lines="") != self.pair)
        return replace(current, entries=kept)


class Past:
    """The entries of a run of the review. Whoever asks holds the workspace's lock."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Place, str], Former] = OrderedDict()

    def find(self, place: Place, version: str | None) -> Former | None:
        return None if version is None else self._known.get((place, version))

    def note(self, place: Place, before: Former, after: Entry) -> None:
        """An entry was replaced by another."""
        self._keep(place, before)
        if (place, units.version(after)) not in self._known:
            self._keep(place, Former(after))
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)

    def _keep(self, place: Place, former: Former) -> None:
        key = (place, units.version(former.entry))
        self._known[key] = former
        self._known.move_to_end(key)
