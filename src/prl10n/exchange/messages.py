"""What goes out and what comes back: a message for each catalog entry, a reply for each message of a file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from prl10n import document, glossary, translation
from prl10n.catalog import Entry, Key
from prl10n.config import Config, shown
from prl10n.errors import LIBRARY_FAILURES
from prl10n.model import Finding, Inline, Severity, State, Term, Unit
from prl10n.outcome import Selection
from prl10n.surveying import Standing, survey

XML_INVALID = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Message:
    """A catalog entry on its way out: `document` is the source's path in the project, `locale` a BCP 47 tag.

    `pieces` and `target_pieces` tile `source` and `target`. `note` is the author's, `remarks` the translators'.
    `terms` are those of the glossary that occur in the source.
    """

    id: str
    document: str
    locale: str
    state: State
    source: str
    target: str
    kind: str
    pieces: tuple[Inline, ...]
    target_pieces: tuple[Inline, ...]
    note: str = ""
    remarks: str = ""
    previous: str = ""
    max_length: int | None = None
    terms: tuple[Term, ...] = ()

    @property
    def base(self) -> str:
        return base(self.target, approved=self.state is State.APPROVED)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a file says about a message. `target` None: nothing. `base` is the digest of what was exported, or empty
    where the tool has lost it; `problem` says why the reply cannot be understood; `line` is the file's, 0 if unknown.
    """

    id: str
    document: str
    locale: str
    source: str
    target: str | None
    approved: bool
    base: str = ""
    line: int = 0
    problem: str = ""


def identity(key: Key) -> str:
    """The id of an entry in its document: the same as long as its context and its source are."""
    context, msgid = key
    said = f"{msgid}" if context is None else f"{context}\x04{msgid}"  # as gettext's .mo files join them
    return f"u{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def base(target: str, *, approved: bool) -> str:
    """A digest of a translation and of whether it is approved: a reply that has the same says nothing new."""
    return hashlib.sha256(f"{'approved' if approved else 'open'}\x04{target}".encode()).hexdigest()[:8]


def same_key(units: Iterable[Unit]) -> dict[Key, list[Unit]]:
    """The units of each entry, in document order."""
    found: dict[Key, list[Unit]] = {}
    for unit in units:
        found.setdefault((unit.context, unit.text), []).append(unit)
    return found


def unreadable(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of a survey that keep a document or a catalog out of it."""
    return [finding for finding in findings if finding.rule == "unreadable" and finding.severity is Severity.ERROR]


def collect(
    config: Config, selection: Selection, states: Sequence[State] = tuple(State)
) -> tuple[list[Message], list[Finding]]:
    """The entries of the selected documents and locales in these states, as `extract` would leave them; and why some
    documents are not among them. Nothing is written.
    """
    standings, findings = survey(config, selection)
    terms = {
        locale: glossary.load(config.root / config.settings(locale).glossary.file).terms(locale)
        for locale in dict.fromkeys(standing.locale for standing in standings)
    }
    messages: list[Message] = []
    for standing in standings:
        try:
            every = list(_messages(standing, terms[standing.locale]))
        except LIBRARY_FAILURES as error:
            what = f"a translation cannot be parsed: {error}. Mend it, or clear it."
            path = shown(standing.catalog_path)
            findings.append(Finding("unreadable", Severity.ERROR, path, 0, what, standing.locale))
            continue
        messages += (message for message in every if message.state in states)
    return messages, unreadable(findings)


def _messages(standing: Standing, terms: tuple[Term, ...]) -> Iterator[Message]:
    live = standing.merged.live()
    for key, units in same_key(standing.source.document.units).items():
        yield _message(standing, live[key], units, terms)


def _message(standing: Standing, entry: Entry, units: Sequence[Unit], terms: tuple[Term, ...]) -> Message:
    first = units[0]
    references = standing.source.document.references
    limits = [unit.max_length for unit in units if unit.max_length is not None]
    return Message(
        id=identity(entry.key),
        document=standing.source.file,
        locale=standing.locale,
        state=entry.state,
        source=entry.msgid,
        target=entry.msgstr,
        kind="; ".join(dict.fromkeys(unit.kind for unit in units)),
        pieces=first.pieces,
        target_pieces=document.read(entry.msgstr, first.syntax, references),
        note="\n".join(dict.fromkeys(unit.note for unit in units if unit.note)),
        remarks=entry.remarks,
        previous=entry.previous or "" if entry.state is State.STALE else "",
        max_length=min(limits) if limits else None,
        terms=glossary.found(translation.plain(first.pieces), terms),
    )
