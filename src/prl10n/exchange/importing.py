"""What a reply may change in a catalog: the one place that decides, whatever the format.

the reply                                          the entry                       becomes
says what was exported, or nothing                 any                             the same
has another source, or markup that would break     any                             the same, and a finding
has other words                                    missing, draft                  draft, or approved
                                                   stale                           stale with a proposal, or approved
                                                   approved, or changed by people  the same, and a finding: a conflict
                                                   … with `overwrite`              approved stays approved
has the same words, and says that they are good    missing, draft, stale           approved

Approved is what the file calls so, and with `approve` every reply that was edited. No entry is ever lowered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from prl10n import catalog, document, markup
from prl10n.assembly import assemble
from prl10n.catalog import Catalog, Entry, Key
from prl10n.config import Config, shown
from prl10n.content import find_documents
from prl10n.errors import LIBRARY_FAILURES, Prl10nError
from prl10n.exchange.languages import locale_of
from prl10n.exchange.messages import Reply, base, identity, same_key, unreadable
from prl10n.model import Finding, Severity, State, Unit
from prl10n.outcome import Selection, today
from prl10n.surveying import Standing, survey

PROVENANCE = "exchange"


@dataclass(frozen=True, slots=True)
class Options:
    """`approve`: edited translations are approved. `overwrite`: the file's words replace those that people approved or
    changed since the export. `reviewer`: the name that provenance gives.
    """

    approve: bool = False
    overwrite: bool = False
    reviewer: str = ""
    dry_run: bool = False


@dataclass(slots=True)
class Report:
    """What became of the replies, and the catalogs that were written (or would be)."""

    imported: int = 0
    unchanged: int = 0
    conflicts: int = 0
    refused: int = 0
    findings: list[Finding] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    unreadable: bool = False


class _Fate(Enum):
    IMPORTED = "imported"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class _Verdict:
    fate: _Fate
    rule: str = ""
    message: str = ""
    entry: Entry | None = None


_UNCHANGED = _Verdict(_Fate.UNCHANGED)


def bring_in(config: Config, replies: Mapping[str, Sequence[Reply]], options: Options) -> Report:
    """Import the replies of each file, by its name.

    Law: replies that say what was exported change no byte of any catalog. Law 4: approved words change with `overwrite`
    only, which a finding tells; every catalog is merged with what is on disk by then.
    """
    report = Report()
    groups: dict[tuple[str, str], list[tuple[str, Reply]]] = {}
    for name, said in replies.items():
        for reply in said:
            locale = locale_of(reply.locale, config.targets)
            groups.setdefault((reply.document, locale), []).append((name, reply))
    standings = _standings(config, groups, report)
    for (file, locale), group in groups.items():
        standing = standings.get((file, locale))
        if standing is None:
            _tell_absent(file, locale, group, report)
            continue
        session = _Session(standing, group, options)
        try:
            written = session.carry_out()
        except Prl10nError as error:
            report.unreadable = True
            message = f"{error.what}. {error.remedy}".strip()
            report.findings.append(
                Finding("unreadable", Severity.ERROR, shown(standing.catalog_path), 0, message, locale)
            )
            continue
        if written:
            report.written.append(standing.catalog_path)
        session.tell(report)
    return report


def _standings(
    config: Config, groups: Mapping[tuple[str, str], object], report: Report
) -> dict[tuple[str, str], Standing]:
    """Where the documents that the files name stand."""
    known = {f"{config.content.source}/{name}" for name in find_documents(config)}
    paths = {config.root / file for file, _ in groups if file in known}
    locales = tuple(dict.fromkeys(locale for _, locale in groups if locale))
    if not paths or not locales:
        return {}
    linked = any(path.resolve() != (config.root / config.content.source).resolve() / path for path in paths)
    standings, findings = survey(config, Selection(locales, () if linked else tuple(sorted(paths))))
    wanted = [
        finding
        for finding in unreadable(findings)
        if not finding.locale or any(locale == finding.locale for _, locale in groups)
    ]
    report.findings += wanted
    report.unreadable = bool(wanted)
    return {(standing.source.file, standing.locale): standing for standing in standings}


def _tell_absent(file: str, locale: str, group: Sequence[tuple[str, Reply]], report: Report) -> None:
    """One finding for all the replies of a document or a locale that is not there."""
    name, reply = group[0]
    what = f"{file or 'a document without a name'} is not a document of this project, or cannot be read"
    if not locale:
        what = f"{reply.locale or 'an empty locale'!r} is none of the targets"
    message = f"{what}: {len(group)} translations are left out"
    report.refused += len(group)
    report.findings.append(Finding("no-document", Severity.WARNING, name, reply.line, message, locale))


class _Session:
    """The replies for one document in one locale."""

    def __init__(self, standing: Standing, group: Sequence[tuple[str, Reply]], options: Options) -> None:
        self.standing = standing
        self.options = options
        self.units: dict[str, tuple[Key, list[Unit]]] = {
            identity(key): (key, units) for key, units in same_key(standing.source.document.units).items()
        }
        self.group = [(name, self.tidied(reply)) for name, reply in group]
        self.broken = self.breaking()
        self.verdicts: list[_Verdict] = []
        name = " ".join(options.reviewer.split())
        self.day = today().date().isoformat()
        self.provenance = f"prl10n: {PROVENANCE} {self.day}{f' by {name}' if name else ''}"
        self.approval = f", approved by {name} {self.day}" if name else ""

    def tidied(self, reply: Reply) -> Reply:
        """A reply with the line breaks of a catalog: those at the borders are the source's, as gettext asks."""
        if reply.target is None or not is_edited(reply) or reply.id not in self.units:
            return reply
        source = self.units[reply.id][0][1]
        words = reply.target.replace("\r\n", "\n").replace("\0", "")
        if not words.strip():
            return replace(reply, target="")
        lead, tail = ("\n" if source.startswith("\n") else ""), ("\n" if source.endswith("\n") else "")
        return replace(reply, target=f"{lead}{words.strip(chr(10))}{tail}")

    def carry_out(self) -> bool:
        """Decide, and write the catalog if an entry changes; whether it did, or would."""
        standing = self.standing

        def change(current: Catalog) -> Catalog:
            merged = catalog.merge(current, standing.source.document.units, standing.source.file)
            changed = self.applied(merged)
            return current if changed is merged else changed

        if self.options.dry_run:
            return change(standing.seen) is not standing.seen
        if self.applied(standing.merged) is standing.merged:
            return False
        result = catalog.update(standing.catalog_path, standing.seen, change)
        return result.data != standing.seen.data

    def applied(self, current: Catalog) -> Catalog:
        """The catalog with what the replies bring; the very same where they bring nothing."""
        entries = current.live()
        self.verdicts = []
        extra: dict[Key, Entry] = {}
        for _, reply in self.group:
            key = self.units[reply.id][0] if reply.id in self.units else None
            entry = entries.get(key) if key is not None else None
            verdict = self.verdict(entry, reply)
            self.verdicts.append(verdict)
            if entry is None or verdict.entry is None:
                continue
            if old := _approved_before(entry):
                extra.setdefault(old.key, old)
            entries[entry.key] = verdict.entry
        if all(verdict.entry is None for verdict in self.verdicts):
            return current
        known = {entry.key for entry in current.entries}
        kept = tuple(entry for key, entry in extra.items() if key not in known)
        changed = (entry if entry.obsolete else entries[entry.key] for entry in current.entries)
        return replace(current, entries=(*changed, *kept))

    def verdict(self, entry: Entry | None, reply: Reply) -> _Verdict:
        if entry is None or (not reply.problem and reply.source != entry.msgid):
            return _Verdict(_Fate.REFUSED, "source-changed", "the source is another by now: export it again")
        if reply.problem:
            return _Verdict(_Fate.REFUSED, "markup", f"the translation cannot be read: {reply.problem}")
        if reply.target is None or not is_edited(reply):
            return _UNCHANGED
        if not reply.target:
            if not entry.msgstr:
                return _UNCHANGED
            return _Verdict(_Fate.REFUSED, "emptied", "the translation is empty here: the catalog keeps its words")
        approve = reply.approved or self.options.approve
        if reply.target == entry.msgstr and (entry.state is State.APPROVED or not approve):
            return _UNCHANGED
        if reply in self.broken:
            return _Verdict(_Fate.REFUSED, "markup", f"the translation would break the page: {self.broken[reply]}")
        if reply.target == entry.msgstr:
            return _Verdict(_Fate.IMPORTED, entry=self.accepted(entry))
        if (held := _held(entry, reply)) and not self.options.overwrite:
            return _Verdict(_Fate.CONFLICT, "conflict", f"{held}: {_short(entry.msgstr)!r} stays")
        rule, message = "", ""
        if entry.state is State.APPROVED:
            rule, message = "overwritten", f"approved words are replaced: {_short(entry.msgstr)!r}"
        approved = approve or entry.state is State.APPROVED
        return _Verdict(_Fate.IMPORTED, rule, message, self.rewritten(entry, reply.target, approved=approved))

    def accepted(self, entry: Entry) -> Entry:
        """The entry, its words approved."""
        lines = entry.comment.split("\n")
        said = f"prl10n: {entry.provenance}"
        comment = "\n".join(line + self.approval if line == said else line for line in lines)
        if not entry.provenance and self.approval:
            comment = "\n".join(line for line in (entry.comment, self.provenance) if line)
        return entry._replace(fuzzy=False, previous=None, comment=comment, lines="")

    def rewritten(self, entry: Entry, words: str, *, approved: bool) -> Entry:
        """The entry with other words. A stale one that nobody approves stays stale, with a proposal."""
        comment = "\n".join(line for line in (entry.remarks, self.provenance) if line)
        previous = None if approved or not entry.msgstr else entry.previous
        return entry._replace(msgstr=words, fuzzy=not approved, previous=previous, comment=comment, lines="")

    def breaking(self) -> dict[Reply, str]:
        """The edited replies whose markup is not that of their source, or that would break the page, with the reason
        (law 3). They are tried together, those for one entry one after the other.
        """
        source = self.standing.source.document
        broken: dict[Reply, str] = {}
        rounds: list[dict[Key, Reply]] = []
        for reply in dict.fromkeys(reply for _, reply in self.group):
            if reply.id not in self.units or not reply.target or reply.problem or not is_edited(reply):
                continue
            key, units = self.units[reply.id]
            reason = next((said for unit in units if (said := self.difference(unit, reply.target))), "")
            if reason:
                broken[reply] = reason
                continue
            place = next((trial for trial in rounds if key not in trial), None)
            if place is None:
                rounds.append(place := {})
            place[key] = reply
        for trial in rounds:
            tried = [trial.get((unit.context, unit.text)) for unit in source.units]
            _, rejected = assemble(source, [reply.target if reply else None for reply in tried])
            for index, why in rejected.items():
                if (guilty := tried[index]) is not None:
                    broken.setdefault(guilty, why)
        return broken

    def difference(self, unit: Unit, words: str) -> str:
        try:
            pieces = document.read(words, unit.syntax, self.standing.source.document.references)
            return "" if markup.same_markup(unit, pieces) else markup.difference(unit, pieces)
        except LIBRARY_FAILURES as error:
            return f"it cannot be parsed: {type(error).__name__}"

    def tell(self, report: Report) -> None:
        for (name, reply), verdict in zip(self.group, self.verdicts, strict=True):
            report.imported += verdict.fate is _Fate.IMPORTED
            report.unchanged += verdict.fate is _Fate.UNCHANGED
            report.conflicts += verdict.fate is _Fate.CONFLICT
            report.refused += verdict.fate is _Fate.REFUSED
            if verdict.rule:
                said = f"{verdict.message}\n    {_short(reply.source or reply.id)}"
                locale = self.standing.locale
                report.findings.append(Finding(verdict.rule, Severity.WARNING, name, reply.line, said, locale))


def is_edited(reply: Reply) -> bool:
    """Whether a reply says anything else than what was exported; so it is taken where the export is unknown."""
    return reply.target is not None and base(reply.target, approved=reply.approved) != reply.base


def _held(entry: Entry, reply: Reply) -> str:
    """Why the words of an entry are not simply replaced: a person approved them, or changed them since the export."""
    if entry.state is State.APPROVED:
        return "the catalog has other approved words"
    if not entry.msgstr or reply.base == base(entry.msgstr, approved=False):
        return ""
    # What a machine wrote since the export is replaced.
    by_machine = bool(entry.provenance) and not entry.provenance.startswith(PROVENANCE)
    if by_machine and (entry.state is State.STALE or reply.base in ("", base("", approved=False))):
        return ""
    return "the draft in the catalog was changed since the export"


def _approved_before(entry: Entry) -> Entry | None:
    """The approved pair of a stale entry whose words are still those that were approved, as an obsolete entry."""
    if entry.state is not State.STALE or entry.previous is None or entry.provenance:
        return None
    return Entry(entry.previous, entry.msgstr, context=entry.context, obsolete=True)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"
