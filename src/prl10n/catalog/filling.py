"""Which entries wait for a text, drafts for them, and what of a catalog may be published. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from prl10n.catalog.model import Catalog, Draft, Entry, Key, approved, changed
from prl10n.model import State


def needs_text(entry: Entry, catalog: Catalog) -> bool:
    """Whether a backend should be asked: nothing is there, or only the words that were approved for the old source."""
    if not entry.msgstr:
        return True
    if entry.previous is None or entry.state is not State.STALE or entry.provenance:
        return False
    known = approved(catalog, entry.context, entry.previous)
    return not known or entry.msgstr in known


def fill(catalog: Catalog, drafts: Mapping[str, Draft]) -> Catalog:
    """The catalog with drafts, by msgid, in the entries that need a text; no other entry changes.

    A stale entry stays stale, with the proposal in place; its approved words are kept as an obsolete entry if the
    catalog has them nowhere else.
    """
    if not drafts:
        return catalog
    entries: list[Entry] = []
    kept: set[Key] = set()
    extra: list[Entry] = []
    origins: dict[str, str] = {}  # one comment for all that came from one place
    for entry in catalog.entries:
        draft = drafts.get(entry.msgid)
        if draft is None or entry.obsolete or entry.plural or not needs_text(entry, catalog):
            entries.append(entry)
            continue
        if entry.previous is not None and entry.msgstr:
            kept = kept or {each.key for each in catalog.entries}
            if (entry.context, entry.previous) not in kept:
                extra.append(Entry(entry.previous, entry.msgstr, context=entry.context, obsolete=True))
        origin = origins.setdefault(draft.provenance, f"prl10n: {draft.provenance}")
        remarks = entry.remarks
        comment = f"{remarks}\n{origin}" if remarks else origin
        previous = entry.previous if entry.msgstr and not draft.approved else None
        new = Entry(
            entry.msgid,
            draft.text,
            not draft.approved,
            previous,
            entry.context,
            comment,
            entry.extracted,
            entry.files,
            entry.flags,
            lines=entry.lines,
        )
        entries.append(changed(entry, new))
    return replace(catalog, entries=(*entries, *extra))


def publishable(entry: Entry, *, drafts: bool) -> str | None:
    """The text of an entry that may be published; None: the source text stands in its place."""
    state = entry.state
    if state is State.APPROVED or (drafts and (state is State.DRAFT or (state is State.STALE and entry.provenance))):
        return entry.msgstr
    return None
