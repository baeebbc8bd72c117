"""Entries that people save: every save is a merge with the catalog as it is on disk by then (law 4).

what the file has by now              what is saved               the entry becomes
the version that the page has seen    approved                    approved; what stood there for the old source is kept
                                      draft                       a draft; stale, where it was
                                      draft, with no words        missing
another version                       anything                    as it is in the file: a conflict, nothing is written

Words that would break the page (law 3) are refused. A comment that names the machine goes with the machine's words:
where a person writes others it says that the review did, or nothing once they are approved. What a save replaced can be
had back as it was, comment and all (`past`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from prl10n import catalog, files, pipeline
from prl10n.catalog import Catalog, Entry, Key
from prl10n.errors import CatalogError
from prl10n.model import State
from prl10n.outcome import Selection, Stage, today
from prl10n.review import units
from prl10n.review.past import Former
from prl10n.review.refusals import Refusal
from prl10n.review.workspace import Opened, Workspace

PROVENANCE = "review"
_ATTEMPTS = 20
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Save:
    """What a page asks for. `seen` is the version that it shows; `comment` None: it stays; `previous`: the source that
    a stale entry was approved for, which a page says to take back an approval. `restore`: the version that the entry
    shall have again; of a version that the review does not know, `text` and the rest are saved.
    """

    locale: str
    document: str
    key: Key
    seen: str
    text: str
    approved: bool
    comment: str | None = None
    previous: str | None = None
    restore: str | None = None


class Conflict(Refusal):
    """The file has another version than the page has seen; the answer shows it."""

    def __init__(self, unit: units.Shown | None, yours: str) -> None:
        super().__init__(
            409,
            "somebody else has changed this entry" if unit else "the source has changed: this text is no longer in it",
            "Compare the two, and save again." if unit else "Open the document again; your text is kept here.",
            {"conflict": unit, "yours": yours},
        )


class _Changed(Exception):
    """The entry on disk is another one than the page has seen."""


def save(workspace: Workspace, asked: Save, reviewer: str = "") -> Opened:
    """Write one entry, and give the document as it is then. `reviewer`: the name that signs an approval; empty: none.

    Raises Conflict, Refusal for words that would break the page, and Prl10nError for files.
    """
    text = _tidied(asked.text, asked.key[1])
    with workspace.lock:
        opened = workspace.open(asked.locale, asked.document)
        if not opened.same(asked.key):
            raise Conflict(None, asked.text)
        place = (asked.locale, asked.document, asked.key)
        former = workspace.past.find(place, asked.restore)
        if former is None:
            _refuse(workspace, opened, asked, text)
        if opened.seen.data is None:
            opened = _extracted(workspace, opened)

        replaced: list[tuple[Former, Entry]] = []  # what the last change did

        def change(current: Catalog) -> Catalog:
            merged = current
            if asked.key not in current.live():
                merged = workspace.merge(current, opened.source, opened.locale, opened.name)
            entry = merged.live()[asked.key]
            if units.version(entry) != asked.seen:
                raise _Changed
            new = former.instead(entry) if former else _saved(entry, asked, text, reviewer)
            result = written(merged, entry, new)
            pair = result.entries[-1] if len(result.entries) > len(merged.entries) else None
            replaced[:] = [(Former(entry, pair), new)]
            return former.alone(result) if former else result

        try:
            result = _updated(opened, change)
        except _Changed:
            now = workspace.open(asked.locale, asked.document)
            there = workspace.unit(now, asked.key) if now.same(asked.key) else None
            raise Conflict(there, asked.text) from None
        workspace.past.note(place, *replaced[0])
        return workspace.saved(opened, result)


def _refuse(workspace: Workspace, opened: Opened, asked: Save, text: str) -> None:
    """Refuse words that nobody may save; what the catalog had before may be had back, whatever it is."""
    if asked.approved and not text:
        raise Refusal(422, "an empty translation cannot be approved", "Write one, or copy the source.")
    if why := workspace.breaking(opened, asked.key, text):
        raise Refusal(422, f"this would break the page: {why}", "Give the text the markup of the source.")


def _updated(opened: Opened, change: Callable[[Catalog], Catalog]) -> Catalog:
    """The catalog as it is written, whoever writes it meanwhile.

    Where it is read whole it is tried again at once, since a person waits; the last time `update` waits until it
    stands still.
    """
    for _ in range(_ATTEMPTS):
        with suppress(CatalogError):
            return catalog.update(opened.path, _now(opened), change, attempts=1)
    return catalog.update(opened.path, opened.seen, change)


def _now(opened: Opened) -> Catalog:
    """The catalog on disk if nothing of what was there is missing; an editor may be halfway through writing it."""
    if files.read(opened.path) == opened.seen.data:
        return opened.seen
    now = catalog.load(opened.path)
    return now if now is not None and opened.seen.live().keys() <= now.live().keys() else opened.seen


def _extracted(workspace: Workspace, opened: Opened) -> Opened:
    """A document whose first catalog is written as `extract` writes it."""
    pipeline.run(
        workspace.config, Stage.EXTRACT, Selection((opened.locale,), (workspace.file(opened.name),)), environ={}
    )
    return workspace.open(opened.locale, opened.name)


def _tidied(text: str, source: str) -> str:
    """Words as a catalog has them, without control characters: the line breaks at their borders are the source's, as
    gettext asks.
    """
    words = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n")
    if not words.strip():
        return ""
    return f"{chr(10) * source.startswith(chr(10))}{words}{chr(10) * source.endswith(chr(10))}"


def _saved(entry: Entry, asked: Save, text: str, reviewer: str) -> Entry:
    remarks = entry.remarks if asked.comment is None else asked.comment
    provenance = f"prl10n: {entry.provenance}" if entry.provenance else ""
    signed = f"{PROVENANCE} {today().date().isoformat()}"
    if text != entry.msgstr:
        provenance = "" if asked.approved or not text else f"prl10n: {signed}"
    if not asked.approved:
        provenance = _unsigned(provenance)
    elif reviewer:
        provenance = _signed(provenance, signed.removeprefix(f"{PROVENANCE} "), reviewer)
    comment = "\n".join(line for line in (*_lines(remarks), provenance) if line)
    previous = None if asked.approved or not text else asked.previous or entry.previous
    fuzzy = bool(text) and not asked.approved
    return entry._replace(msgstr=text, fuzzy=fuzzy, previous=previous, comment=comment, lines="")


def _lines(remarks: str) -> list[str]:
    """A translator's remarks; what they write can be no provenance."""
    lines = [line.strip() for line in _CONTROLS.sub("", remarks.replace("\r", "\n")).split("\n")]
    return [line for line in lines if line and not Entry("", comment=line).provenance]


def _signed(provenance: str, day: str, reviewer: str) -> str:
    """The comment with the name of the person who approved the words, in the place of one before."""
    name = " ".join(reviewer.split())
    said = _unsigned(provenance)
    if not said or said.startswith(f"prl10n: {PROVENANCE} "):
        return f"prl10n: {PROVENANCE} {day} by {name}"
    return f"{said}, approved by {name} {day}"


def _unsigned(provenance: str) -> str:
    """The comment without the name of a person who approved the words."""
    said = provenance.partition(", approved by ")[0]
    return said.partition(" by ")[0] if said.startswith(f"prl10n: {PROVENANCE} ") else said


def written(current: Catalog, old: Entry, new: Entry) -> Catalog:
    """The catalog with an entry in the place of another; nothing changes where they say the same.

    The approved pair of a stale entry whose words are still those that were approved stays, as an obsolete entry.
    """
    if new._replace(lines=old.lines) == old:
        return current
    entries = tuple(new if entry is old else entry for entry in current.entries)
    if old.state is State.STALE and old.previous is not None and not old.provenance:
        pair = Entry(old.previous, old.msgstr, context=old.context, obsolete=True)
        if pair.key not in {entry.key for entry in entries}:
            entries = (*entries, pair)
    return replace(current, entries=entries)


def repeats(workspace: Workspace, locale: str, name: str, key: Key, seen: str) -> tuple[list[str], str]:
    """The other documents in which the words that a person approved here would be approved, and these words.

    Left out are those in which somebody wrote other words, and those whose page the words would break. Raises Conflict
    where the entry is another one by now.
    """
    with workspace.lock:
        opened = workspace.open(locale, name)
        entry = opened.merged.live().get(key)
        if entry is None or not opened.same(key):
            raise Conflict(None, "")
        if units.version(entry) != seen:
            raise Conflict(workspace.unit(opened, key), entry.msgstr)
        if entry.state is not State.APPROVED:
            raise Refusal(422, "this text is not approved", "Approve it here first.")
        found = []
        for other in workspace.index.repeats(locale, units.name(key), key[1]):
            if other == name or other not in workspace.known:
                continue
            there = workspace.open(locale, other)
            waiting = there.merged.live().get(key)
            if waiting is None or not there.same(key) or not _waits(waiting, entry.msgstr):
                continue
            if not workspace.breaking(there, key, entry.msgstr):
                found.append(other)
        return found, entry.msgstr


def _waits(entry: Entry, words: str) -> bool:
    """Whether nobody's words are lost where others are approved in their place."""
    if entry.state is State.APPROVED:
        return False
    machine = bool(entry.provenance) and not entry.provenance.startswith(f"{PROVENANCE} ")
    return machine or entry.state in (State.MISSING, State.STALE) or entry.msgstr == words


def approve_repeats(
    workspace: Workspace, locale: str, name: str, key: Key, seen: str, reviewer: str = ""
) -> tuple[list[str], Mapping[str, str]]:
    """Approve the words of an entry wherever `repeats` says; the documents, and why some were left as they are."""
    done: list[str] = []
    left: dict[str, str] = {}
    found, words = repeats(workspace, locale, name, key, seen)
    for other in found:
        with workspace.lock:
            there = workspace.open(locale, other)
            version = units.version(there.merged.live()[key])
            try:
                save(workspace, Save(locale, other, key, version, words, approved=True), reviewer)
            except Refusal as refusal:
                left[other] = refusal.error
            else:
                done.append(other)
    return done, left
