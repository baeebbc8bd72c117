"""Catalog × units of a source as it is now → Catalog: what stays, what follows what, what is obsolete. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from prl10n.catalog.model import Catalog, Entry, Key, approved, changed
from prl10n.errors import CatalogError
from prl10n.model import State, Syntax, Unit

NEAR = 60.0  # rapidfuzz ratio from which a text is taken for the successor of another, wherever it stands
SAME_PLACE = 25.0  # and from which it is, where it stands between the same neighbours


class Carrier(Protocol):
    """Makes the change of a source in its translation (`prl10n.changes`); the texts are those of a catalog."""

    def key(self, text: str, unit: Unit) -> Hashable:
        """What is equal for texts that differ only in markup, in what it protects, in white space or quotation marks.
        `unit` says how the text is read.
        """
        ...

    def carried(self, old: str, translation: str, unit: Unit) -> str | None:
        """The translation of `old` for a unit with the same key; None: it cannot be made."""
        ...

    def refigured(self, old: str, translation: str, unit: Unit) -> str | None:
        """The translation of `old` for a unit that differs in figures, dates or names alone; None: as above."""
        ...


def merge(catalog: Catalog, units: Sequence[Unit], file: str, carrier: Carrier | None = None) -> Catalog:
    """The catalog of a source as it is now: its units in order, then what the source no longer has, obsolete.

    Law 4: the words of every translation and every translator's comment that the catalog had are in the result. A
    unit whose text is known, live or obsolete, keeps its entry. A new text takes the place of the old one that it
    came from:

    - only its markup changed: the translation gets the same change, and its state stays;
    - only figures, dates or names changed, and it was approved: it is stale, with the same change in its proposal;
    - words changed, and it was approved: it is stale, and waits for a proposal.

    Of what is stale, the approved pair stays as an obsolete entry. CatalogError for a unit whose text has plural forms
    in the catalog.
    """
    kinds: dict[Key, list[str]] = {}
    limits: dict[Key, int] = {}
    for unit in units:
        key = (unit.context, unit.text)
        kinds.setdefault(key, []).extend((unit.kind, unit.note) if unit.note else (unit.kind,))
        if unit.max_length is not None:
            limits[key] = min(unit.max_length, limits.get(key, unit.max_length))
    if not catalog.entries:
        located: tuple[str, ...] = (file,)
        flagged = {key: (_limit(limit),) for key, limit in limits.items()}
        new = [
            Entry(text, "", False, None, context, "", _once(names), located, flagged.get((context, text), ()))
            for (context, text), names in kinds.items()
        ]
        return replace(catalog, entries=tuple(new))
    old = [entry for entry in catalog.entries if not entry.obsolete and not entry.plural]
    foreign = [entry for entry in catalog.entries if entry.plural]
    obsolete = {entry.key: entry for entry in catalog.entries if entry.obsolete and not entry.plural}
    live = {entry.key: entry for entry in old}
    if clash := [entry.msgid for entry in foreign if entry.key in kinds]:
        raise CatalogError(
            f"a unit has plural forms: {clash[0]!r}",
            remedy="Remove its msgid_plural: a unit of a document has one form.",
        )
    fresh = [key for key in kinds if key not in live and key not in obsolete]
    gone = [entry for entry in old if entry.key not in kinds]
    first = {(unit.context, unit.text): unit for unit in reversed(units)} if fresh else {}
    same = _carried(fresh, gone, first, carrier) if carrier else {}
    followed = {ancestor.key for ancestor, _ in same.values()}
    gone = [entry for entry in gone if entry.key not in followed]
    successors = _successors(list(kinds), [key for key in fresh if key not in same], old, gone)
    # a catalog whose tool leaves the references out (`--no-location`) goes on without them
    located = (file,) if catalog.data is None or not old or any(entry.files for entry in old) else ()
    entries: list[Entry] = []
    for key, names in kinds.items():
        entry = live.get(key) or obsolete.pop(key, None)
        if entry is None and key in same:
            ancestor, words = same[key]
            entry = ancestor._replace(msgid=key[1], context=key[0], msgstr=words, lines="")
        if entry is None:
            entry = _succeeding(key, successors.get(key), catalog)
            if carrier is not None and entry.previous is not None:
                entry = _refigured(entry, first[key], carrier)
        flags = tuple(flag for flag in entry.flags if not flag.startswith("max-length:")) if entry.flags else ()
        if key in limits:
            flags = (*flags, _limit(limits[key]))
        extracted = _once(names)
        if (entry.extracted, entry.files, entry.flags, entry.obsolete) != (extracted, located, flags, False):
            entry = entry._replace(obsolete=False, extracted=extracted, files=located, flags=flags, lines="")
        entries.append(entry)
    for entry in gone:
        if entry.msgstr or entry.remarks:
            obsolete.setdefault(entry.key, changed(entry, entry._replace(obsolete=True, extracted="", files=())))
    return replace(catalog, entries=(*entries, *foreign, *obsolete.values()))


def _once(names: list[str]) -> str:
    """What an entry says of its units: each thing once."""
    return names[0] if len(names) == 1 else "\n".join(dict.fromkeys(names))


def _limit(characters: int) -> str:
    """A flag, as Weblate has it."""
    return f"max-length:{characters}"


def _carried(
    fresh: Sequence[Key], gone: Sequence[Entry], units: Mapping[Key, Unit], carrier: Carrier
) -> dict[Key, tuple[Entry, str]]:
    """New texts that are old ones in another markup: the entry that each comes from, and its words as they are now."""
    waiting = [entry for entry in gone if entry.msgstr]
    if not fresh or not waiting:
        return {}
    found: dict[Key, tuple[Entry, str]] = {}
    taken: set[Key] = set()
    keys: dict[Syntax, dict[Hashable, list[Entry]]] = {}
    for key in fresh:
        unit = units[key]
        if unit.syntax not in keys:
            keys[unit.syntax] = {}
            for entry in waiting:
                keys[unit.syntax].setdefault(carrier.key(entry.msgid, unit), []).append(entry)
        for entry in keys[unit.syntax].get(carrier.key(key[1], unit), ()):
            words = carrier.carried(entry.msgid, entry.msgstr, unit) if entry.key not in taken else None
            if words:
                found[key] = (entry, words)
                taken.add(entry.key)
                break
    return found


def _refigured(entry: Entry, unit: Unit, carrier: Carrier) -> Entry:
    """A stale entry with the change of its figures made in its words, where that is all that changed."""
    words = carrier.refigured(entry.previous or "", entry.msgstr, unit)
    if words is None:
        return entry
    comment = "\n".join(line for line in (entry.remarks, "prl10n: figures") if line)
    return entry._replace(msgstr=words, comment=comment)


def _succeeding(key: Key, ancestor: Entry | None, catalog: Catalog) -> Entry:
    """The entry of a new text: stale where its ancestor was approved once, else missing. Remarks go along."""
    context, msgid = key
    if ancestor is None:
        return Entry(msgid, context=context)
    if ancestor.state is State.APPROVED:
        return Entry(msgid, ancestor.msgstr, True, ancestor.msgid, context, ancestor.remarks, flags=ancestor.flags)
    if ancestor.state is State.STALE and ancestor.previous is not None:
        # msgmerge keeps no approved pair: the words are the entry's own then, unless a machine wrote them since.
        own = [] if ancestor.provenance else [ancestor.msgstr]
        words = approved(catalog, ancestor.context, ancestor.previous) or own
        if words:
            return Entry(msgid, words[0], True, ancestor.previous, context, ancestor.remarks, flags=ancestor.flags)
    return Entry(msgid, context=context, comment=ancestor.remarks, flags=ancestor.flags)


def _successors(order: list[Key], fresh: list[Key], old: list[Entry], gone: list[Entry]) -> dict[Key, Entry]:
    """Which entry that is gone each new text came from: the nearest text, else the one that stood in its place."""
    if not fresh or not gone:
        return {}
    from rapidfuzz import fuzz

    found: dict[Key, Entry] = {}
    left = {entry.key: entry for entry in gone}
    scores = [
        (score, number, key, entry.key)
        for number, key in enumerate(fresh)
        for entry in gone
        if (score := fuzz.ratio(key[1], entry.msgid, score_cutoff=NEAR))
    ]
    for _, _, key, ancestor in sorted(scores, key=lambda item: (-item[0], item[1])):
        if key not in found and ancestor in left:
            found[key] = left.pop(ancestor)
    places: dict[Key | None, list[Entry]] = {}
    anchor: Key | None = None
    known = set(order)
    heirs = {entry.key: key for key, entry in found.items()}
    for entry in old:
        if entry.key in known or entry.key in heirs:
            anchor = heirs.get(entry.key, entry.key)
        else:
            places.setdefault(anchor, []).append(entry)
    anchor = None
    waiting: dict[Key | None, list[Key]] = {}
    unmatched = set(fresh) - set(found)
    for key in order:
        if key in unmatched:
            waiting.setdefault(anchor, []).append(key)
        else:
            anchor = key
    same_place = [
        (key, entry)
        for place, keys in waiting.items()
        if len(keys) == len(places.get(place, ()))
        for key, entry in zip(keys, places[place], strict=True)
    ]
    return found | {key: entry for key, entry in same_place if fuzz.ratio(key[1], entry.msgid) >= SAME_PLACE}
