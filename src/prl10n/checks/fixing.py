"""Certain fixes, written into texts that nobody has approved yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from prl10n import catalog, glossary
from prl10n.catalog import Catalog, Entry, Key
from prl10n.checks.inspection import Desk, problems
from prl10n.checks.model import Context, Rule
from prl10n.config import Config, shown
from prl10n.model import State
from prl10n.outcome import Selection
from prl10n.surveying import survey

_ROUNDS = 20  # a text has no more than so many things to fix


def fix(config: Config, selection: Selection, rules: Sequence[Rule]) -> dict[str, int]:
    """Write the fixes of the rules into drafts and proposals; the number of texts that changed, by catalog.

    Law 4: an approved text keeps its words, and so do the words of a stale one that were approved. An entry keeps its
    state, its comments and its provenance, and no other entry changes a byte. A catalog that somebody changes
    meanwhile is merged: a text that is another one by now is left alone.
    """
    standings, _ = survey(config, selection)
    terms = {
        locale: glossary.load(config.root / config.settings(locale).glossary.file).terms(locale)
        for locale in {standing.locale for standing in standings}
    }
    written = {}
    for standing in standings:
        desk = Desk(config, standing, terms[standing.locale])
        changes = {
            context.entry.key: (context.entry.msgstr, text)
            for context in desk.contexts
            if context.entry.state in (State.DRAFT, State.STALE)
            and (text := mended(desk, context, rules)) != context.entry.msgstr
        }
        here = standing.seen.live()
        changes = {key: change for key, change in changes.items() if key in here and here[key].msgstr == change[0]}
        if changes:
            catalog.update(standing.catalog_path, standing.seen, partial(_changed, changes=changes))
            written[shown(standing.catalog_path)] = len(changes)
    return written


def mended(desk: Desk, context: Context, rules: Sequence[Rule]) -> str:
    """The text of a unit once every fix that the rules know is made, one after the other."""
    for _ in range(_ROUNDS):
        text = next((problem.fix for _, problem in problems(context, rules) if problem.fix is not None), None)
        if text is None:
            break
        context = desk.context(context.unit, context.entry._replace(msgstr=text))
    return context.entry.msgstr


def _changed(current: Catalog, *, changes: dict[Key, tuple[str, str]]) -> Catalog:
    def entry(found: Entry) -> Entry:
        before, after = changes.get(found.key, ("", ""))
        waits = found.state in (State.DRAFT, State.STALE)
        if found.obsolete or not waits or not before or found.msgstr != before:
            return found
        return found._replace(msgstr=after, lines="")

    return replace(current, entries=tuple(map(entry, current.entries)))
