"""Units ⇄ gettext catalogs: the only code that knows polib.

A catalog is the truth about a document's translations in one locale, and people own it. So what prl10n does not
change keeps its very lines: an entry is written anew only if one of its fields differs, wrapped as the file wraps.
Every function but `load`, `update` and their helpers is pure.

State      in the file                                what fills it
missing    empty msgstr                               a backend or the memory
draft      `#, fuzzy`                                 nobody: a person looks at it next
stale      `#, fuzzy` and `#| msgid "old source"`     a backend, once; the approved words stay as an obsolete entry
approved   neither                                    nobody
"""

from __future__ import annotations

import datetime
import re
import time
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Protocol

import polib

from prl10n import files
from prl10n.errors import CatalogError
from prl10n.model import State, Syntax, Unit

WIDTH = 79  # columns of a line, as gettext's own tools write
NEAR = 60.0  # rapidfuzz ratio from which a text is taken for the successor of another, wherever it stands
SAME_PLACE = 25.0  # and from which it is, where it stands between the same neighbours
MOST_LINES = 20_000  # of one entry that polib reads: it copies the entry's text for each line of it

_PROVENANCE = re.compile(r"prl10n: (?!ignore\b)")
_FILE = re.compile("\u2068([^\u2069]*)\u2069|\\S+")
_TIGHT_COMMENT = re.compile(r"^(#[.:,]?)(?=[^\s#.:,|~])")
_TEXT_LINE = re.compile(r'\s*(?:#~\s*|#~?\|\s*)?(?:msg\w+(?:\[\d+\])?\s*|(?="))(.*)')
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"\s*')
_STRING_LINE = re.compile(r'\s*(?:#~\s*)?(?:msgstr(?:\[\d+\])?\s*)?"')
_OCTAL = re.compile(r"(?<!\\)((?:\\\\)*)((?:\\[0-7]{3})+)")
_ENTRY_TEXT = re.compile(r"(?:#~\s*)?(?:msgctxt|msgid|msgid_plural|msgstr)\b")

Key = tuple[str | None, str]  # (msgctxt, msgid)


@dataclass(frozen=True, slots=True)
class Entry:
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


@dataclass(frozen=True, slots=True)
class Draft:
    """A text for a unit and where it comes from: `deepl 2026-11-24`, `memory news/x.md 100%`.

    `approved`: a person approved the same text in a place that the configuration trusts.
    """

    text: str
    provenance: str
    approved: bool = False


# --- reading ----------------------------------------------------------------------------------------------------------


class _Lines(str):
    """The text of a catalog that polib reads by lines of a file: it must not split at U+2028, U+0085 or form feeds.

    polib skips `#~|`, the previous msgid of an obsolete entry; as `#|` it is read. It refuses what gettext takes: a
    comment without a space behind its mark. It leaves octal escapes (`msgcat --escape`) as they are.
    """

    __slots__ = ()

    def splitlines(self, keepends: bool = False) -> list[str]:
        lines = ("#|" + line[3:] if line.startswith("#~|") else line for line in self.split("\n"))
        tidy = (_TIGHT_COMMENT.sub(r"\1 ", line) for line in lines)
        return [line if line.startswith("#") or "\\" not in line else _OCTAL.sub(_letters, line) for line in tidy]


def _letters(found: re.Match[str]) -> str:
    """Octal escapes as the letters that their bytes are in UTF-8."""
    octets = bytes(int(octal, 8) & 0xFF for octal in found[2].split("\\")[1:])
    return found[1] + octets.decode("utf-8", "replace")


def parse(data: bytes, where: str = "") -> Catalog:
    """A catalog's bytes as a Catalog. CatalogError names the file and, where it is known, the line.

    What gettext refuses is refused, for it cannot be written again without losing words: a text without its quotes, of
    which polib drops a letter, and a message that stands there twice.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CatalogError("not UTF-8", where=f"{where}:{line}", remedy="Save the catalog as UTF-8.") from error
    newline = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n")
    entries, header, tail = _regular(text) or _foreign(text, where)
    return Catalog(tuple(entries), header, tail, _width(text), newline, data)


_Read = tuple[list[Entry], str, str]  # entries, the lines of the header, what stands behind the last entry


def _shape(mark: str, previous: str) -> re.Pattern[str]:
    """An entry as gettext's tools and `render` write it: its comments, flags and texts in their order, each once.

    Groups: `# ` lines, `#.` lines, `#:` lines, flags, then the strings of previous msgid, msgctxt, msgid, msgstr.
    """
    one = r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'
    strings = rf"({one}(?:\n{mark}{one})*+)"
    before = rf"({one}(?:\n{previous}{one})*+)"
    return re.compile(
        r"((?:#(?: .*)?\n)*+)((?:#\. .*\n)*+)((?:#: .*\n)*+)(?:#, (\S.*)\n)?"
        rf"(?:{previous}msgid {before}\n)?"
        rf"(?:{mark}msgctxt {strings}\n)?{mark}msgid {strings}\n{mark}msgstr {strings}"
    )


_LIVE, _OBSOLETE = _shape("", r"#\| "), _shape("#~ ", r"#~\| ")
_SEAM = re.compile(r'"\n(?:#~\|? |#\| )?"')  # between the lines of one string
_OCTAL_MARK = re.compile(r"\\[0-7]")


def _regular(text: str) -> _Read | None:
    """A catalog of which each entry has its regular shape, apart from the next by one empty line, below a header.

    None for any other: what is not regular, even if it is only wrong, is for polib. Of a regular one polib would say
    the same, at a tenth of the speed.
    """
    if not text.endswith("\n") or _OCTAL_MARK.search(text):
        return None
    header, *blocks = text[:-1].split("\n\n")
    found = _LIVE.fullmatch(header)
    if not found or found[6] or _string(found[7]):
        return None
    entries: list[Entry] = []
    keys: set[Key] = set()
    names: dict[str, tuple[str, ...]] = {"": ()}
    comments: dict[str, str] = {}  # what many entries have is kept once
    for lines in blocks:
        obsolete = lines.startswith("#~") or "\n#~" in lines
        found = (_OBSOLETE if obsolete else _LIVE).fullmatch(lines)
        if not found:
            return None
        remarks, extracted, references, flagged, previous, context, msgid, msgstr = found.groups()
        if references not in names:
            names[references] = _names(references.replace("\n#: ", " ").removeprefix("#:").split())
        flags = [flag.strip() for flag in flagged.split(",")] if flagged else []
        entry = Entry(
            _string(msgid),
            _string(msgstr),
            "fuzzy" in flags,
            None if previous is None else _string(previous),
            None if context is None else _string(context),
            _said(remarks, comments),
            _said(extracted, comments),
            names[references],
            tuple(flag for flag in flags if flag != "fuzzy"),
            obsolete,
            False,
            lines,
        )
        entries.append(entry)
        keys.add(entry.key)
    return (entries, header, "") if len(keys) == len(entries) and (None, "") not in keys else None


def _said(comment: str, known: dict[str, str]) -> str:
    """What the lines of a comment say: a translator's without empty lines at its start, ours without any."""
    if not comment:
        return ""
    if comment not in known:
        said = [line.partition(" ")[2].rstrip() for line in comment[:-1].split("\n")]
        known[comment] = "\n".join(said).lstrip("\n") if comment[1] in " \n" else "\n".join(filter(None, said))
    return known[comment]


def _string(quoted: str) -> str:
    """What the lines of a string say."""
    text = _SEAM.sub("", quoted[1:-1]) if "\n" in quoted else quoted[1:-1]
    return polib.unescape(text) if "\\" in text else text


def _foreign(text: str, where: str) -> _Read:
    """Any catalog, as polib reads it. CatalogError for what gettext refuses."""
    for number, row in enumerate(text.split("\n"), 1):
        said = _TEXT_LINE.match(row)
        if said and not _STRING.fullmatch(said[1]):
            raise _broken(f"{where}:{number}", "a text has no end, or more than one")
    blocks, (end, tail) = _blocks(text)
    for start, lines in (*blocks, (end, tail)):
        if lines.count("\n") >= MOST_LINES:
            raise CatalogError(
                f"an entry, or the comments behind the last one, has more than {MOST_LINES:,} lines",
                where=f"{where}:{start}",
                remedy="Shorten it; often it is enough to write the catalog anew with msgcat. Nothing was written.",
            )
    try:
        source = polib.pofile(_Lines(text), encoding="utf-8")
    except (OSError, ValueError, UnicodeError, IndexError) as error:
        found = re.search(r"line (\d+)", str(error))
        raise _broken(f"{where}:{found[1]}" if found else where, "a line is no part of an entry") from error
    starts = [start for start, _ in blocks]
    claimed: set[int] = set()
    entries: list[Entry] = []
    keys: set[Key] = set()
    for entry in source:
        # polib counts the first entry of a file without a header from line 0.
        index = max(0, bisect_right(starts, entry.linenum or 0) - 1)
        lines = blocks[index][1] if index not in claimed else ""
        claimed.add(index)
        entries.append(_entry(entry, lines))
        if entries[-1].key in keys:
            raise _broken(f"{where}:{starts[index]}", "an entry has the msgid of one before it")
        keys.add(entries[-1].key)
    header = next((lines for index, (_, lines) in enumerate(blocks) if index not in claimed), "")
    return entries, header, tail


def _broken(where: str, why: str) -> CatalogError:
    return CatalogError(
        f"gettext would not read this catalog: {why}",
        where=where,
        remedy="Mend the line (msgfmt --check says more); nothing was written.",
    )


def _entry(entry: polib.POEntry, lines: str) -> Entry:
    return Entry(
        msgid=entry.msgid,
        msgstr=entry.msgstr,
        fuzzy="fuzzy" in entry.flags,
        previous=entry.previous_msgid,
        context=entry.msgctxt,
        comment=entry.tcomment,
        extracted=entry.comment,
        files=_names(f"{name}:{line}" if line else name for name, line in entry.occurrences),
        flags=tuple(flag for flag in entry.flags if flag != "fuzzy"),
        obsolete=bool(entry.obsolete),
        plural=bool(entry.msgid_plural or entry.msgstr_plural),
        lines=lines,
    )


def _blocks(text: str) -> tuple[list[tuple[int, str]], tuple[int, str]]:
    """The lines of each entry, and what stands behind the last one; each with the number of its first line."""
    blocks: list[tuple[int, str]] = []
    start, current, in_text = 0, list[str](), False
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if in_text and not _STRING_LINE.match(line):
            blocks.append((start, "\n".join(current)))
            current, in_text = [], False
        if not line.strip():
            continue
        if not current:
            start = number
        current.append(line)
        in_text = in_text or line.removeprefix("#~").lstrip().startswith("msgstr")
    if in_text:
        blocks.append((start, "\n".join(current)))
        current = []
    return blocks, (start, "\n".join(current))


def _width(text: str) -> int:
    """How a file wraps: its columns, or 0 where it does not wrap."""
    lines = text.split("\n")
    for line in lines:
        if len(line) > WIDTH + 1 and _ENTRY_TEXT.match(line) and " " in line[:WIDTH].partition('"')[2]:
            return 0
    longest = max((len(line) for line in lines if line.startswith('"')), default=0)
    return 77 if 60 < longest <= 77 else WIDTH


# --- writing ----------------------------------------------------------------------------------------------------------


def render(catalog: Catalog) -> bytes:
    """The bytes of a catalog. Untouched entries are written with the lines that they had."""
    blocks = [catalog.header, *(entry.lines or _lines(entry, catalog.width) for entry in catalog.entries), catalog.tail]
    text = "\n\n".join(filter(None, blocks)) + "\n"
    return (text if catalog.newline == "\n" else text.replace("\n", catalog.newline)).encode()


def _lines(entry: Entry, width: int) -> str:
    lines: list[str] = []
    if entry.comment:
        lines += [f"# {line}".rstrip() for line in entry.comment.split("\n")]
    if not entry.obsolete:
        lines += [f"#. {line}" for line in entry.extracted.split("\n") if line]
        lines += [f"#: {_isolated(name)}" for name in entry.files]
    if entry.fuzzy or entry.flags:
        lines.append("#, " + ", ".join(("fuzzy", *entry.flags) if entry.fuzzy else entry.flags))
    mark = "#~ " if entry.obsolete else ""
    if entry.previous is not None:
        lines.append(_field("#~| " if entry.obsolete else "#| ", "msgid", entry.previous, width))
    if entry.context is not None:
        lines.append(_field(mark, "msgctxt", entry.context, width))
    lines.append(_field(mark, "msgid", entry.msgid, width))
    lines.append(_field(mark, "msgstr", entry.msgstr, width))
    return "\n".join(lines)


def _field(mark: str, name: str, text: str, width: int) -> str:
    """`name "text"`, or `name ""` and a line for each part of a text that does not fit or has line breaks."""
    escaped = polib.escape(text)
    if (width == 0 or len(mark) + len(name) + len(escaped) + 3 <= width) and "\n" not in text[:-1]:
        return f'{mark}{name} "{escaped}"'
    parts = [escaped]
    if "\n" in text:
        found = re.findall(r".*?\\n|.+", escaped.replace("\\\\", "\0"))
        parts = [part.replace("\0", "\\\\") for part in found]
    if width:
        fitting = _fitting(width - len(mark) - 2)
        parts = [line for part in parts for line in fitting(part)]
    seam = f'"\n{mark}"'
    return f'{mark}{name} "{seam}{seam.join(parts)}"'


@cache
def _fitting(room: int) -> Callable[[str], list[str]]:
    """Splits a text into lines of at most `room` characters that end behind a space, where there are spaces."""
    rest, behind_a_space = rf".{{1,{room}}}\Z", rf".{{0,{room - 1}}} (?! )"
    return re.compile(rf"{rest}|{behind_a_space}|[^ ]*+ +|[^ ]+", re.DOTALL).findall


def _isolated(name: str) -> str:
    """A file name with spaces, as gettext writes it since 0.22: between isolates."""
    return f"\u2068{name}\u2069" if " " in name else name


def _names(words: Iterable[str]) -> tuple[str, ...]:
    """The file names of `#:` comments from their words: a name with spaces is several."""
    return tuple(found[1] or found[0] for found in _FILE.finditer(" ".join(words)))


def header(gettext_locale: str, project: str, plural_forms: str, now: datetime.datetime) -> str:
    """The header of a new catalog. Its dates are those of its making; later ones are left to the people who edit it."""
    date = now.strftime("%Y-%m-%d %H:%M+0000")
    fields = {
        "Project-Id-Version": project,
        "Report-Msgid-Bugs-To": "",
        "POT-Creation-Date": date,
        "PO-Revision-Date": date,
        "Last-Translator": "Automatically generated",
        "Language-Team": "none",
        "Language": gettext_locale,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": plural_forms,
        "X-Generator": "prl10n",
    }
    lines = [f'"{polib.escape(f"{name}: {value}".rstrip())}\\n"' for name, value in fields.items()]
    return "\n".join(['msgid ""', 'msgstr ""', *lines])


# --- merging ----------------------------------------------------------------------------------------------------------


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
            entry = replace(ancestor, msgid=key[1], context=key[0], msgstr=words, lines="")
        if entry is None:
            entry = _succeeding(key, successors.get(key), catalog)
            if carrier is not None and entry.previous is not None:
                entry = _refigured(entry, first[key], carrier)
        flags = tuple(flag for flag in entry.flags if not flag.startswith("max-length:")) if entry.flags else ()
        if key in limits:
            flags = (*flags, _limit(limits[key]))
        extracted = _once(names)
        if (entry.extracted, entry.files, entry.flags, entry.obsolete) != (extracted, located, flags, False):
            entry = replace(entry, obsolete=False, extracted=extracted, files=located, flags=flags, lines="")
        entries.append(entry)
    for entry in gone:
        if entry.msgstr or entry.remarks:
            obsolete.setdefault(entry.key, changed(entry, replace(entry, obsolete=True, extracted="", files=())))
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
    return replace(entry, msgstr=words, comment=comment)


def changed(entry: Entry, new: Entry) -> Entry:
    """What becomes of an entry that is to be `new`. It keeps its lines only if nothing differs."""
    if new == entry:
        return entry
    return replace(new, lines="") if new.lines else new


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
        words = _approved(catalog, ancestor.context, ancestor.previous) or own
        if words:
            return Entry(msgid, words[0], True, ancestor.previous, context, ancestor.remarks, flags=ancestor.flags)
    return Entry(msgid, context=context, comment=ancestor.remarks, flags=ancestor.flags)


def _approved(catalog: Catalog, context: str | None, msgid: str) -> list[str]:
    """The words that people approved for a source, in its own context first; live or obsolete."""
    found = [entry for entry in catalog.entries if entry.msgid == msgid and entry.state is State.APPROVED]
    return [entry.msgstr for entry in sorted(found, key=lambda entry: entry.context != context)]


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


def needs_text(entry: Entry, catalog: Catalog) -> bool:
    """Whether a backend should be asked: nothing is there, or only the words that were approved for the old source."""
    if not entry.msgstr:
        return True
    if entry.previous is None or entry.state is not State.STALE or entry.provenance:
        return False
    approved = _approved(catalog, entry.context, entry.previous)
    return not approved or entry.msgstr in approved


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


# --- files ------------------------------------------------------------------------------------------------------------


def load(path: Path) -> Catalog | None:
    """Read a catalog; None where there is none."""
    data = files.read(path)
    return None if data is None else parse(data, str(path))


_STILL = 0.3  # seconds that a file which somebody is writing must not change, to be taken for whole
_LONGEST_WRITE = 5.0


def _still(path: Path) -> bytes | None:
    """The bytes of a file that somebody else is writing, once it stands still: an editor may empty it first."""
    data = files.read(path)
    end = time.monotonic() + _LONGEST_WRITE
    while time.monotonic() < end:
        time.sleep(_STILL)
        before, data = data, files.read(path)
        if data == before:
            break
    return data


def save(
    path: Path, seen: bytes | None, data: bytes, again: Callable[[bytes | None], bytes | None], attempts: int = 10
) -> bytes | None:
    """Write a catalog in the place of the bytes `seen` (None: there was none). Returns what is there at the end.

    If the file is another by now, `again` makes of its bytes what is to be written, None where that is nothing: no edit
    is overwritten. The file is replaced atomically. Raises CatalogError if it never stands still.
    """
    for _ in range(attempts):
        if files.write(path, data, expected=seen):
            return data
        seen = _still(path)
        made = again(seen)
        if made is None:
            return seen
        data = made
    raise _restless(path)


def _restless(path: Path) -> CatalogError:
    return CatalogError(
        "someone keeps writing this catalog",
        where=str(path),
        remedy="Close the other program or wait for it, then run the command again.",
    )


def update(path: Path, seen: Catalog, change: Callable[[Catalog], Catalog], attempts: int = 10) -> Catalog:
    """Apply `change` to the catalog at `path` and write it if that changes an entry.

    `seen` is the catalog as it was read (its `data` None: there was none). If the file is another by now, the change
    is applied to what is there: nobody's edit is overwritten. The file is replaced atomically. Raises CatalogError if
    it never stands still.
    """
    for attempt in range(attempts):
        data = files.read(path) if attempt == 0 else _still(path)
        if attempt == 0 and data != seen.data:
            data = _still(path)
        current = (
            seen if data == seen.data else (parse(data, str(path)) if data is not None else replace(seen, data=None))
        )
        result = change(current)
        if result == current and data is not None:
            return result
        rendered = render(result)
        if files.write(path, rendered, expected=data):
            return replace(result, data=rendered)
    raise _restless(path)
