"""The bytes of a `.po` file → Catalog.

What is regular, as gettext's tools and `writing` write it, is read here; all else by polib, which is ten times slower.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

import polib

from prl10n.catalog.model import WIDTH, Catalog, Entry, Key
from prl10n.errors import CatalogError
from prl10n.patterns import late

MOST_LINES = 20_000  # of one entry that polib reads: it copies the entry's text for each line of it

_FILE = re.compile("\u2068([^\u2069]*)\u2069|\\S+")
_TIGHT_COMMENT = late(r"^(#[.:,]?)(?=[^\s#.:,|~])")
_TEXT_LINE = late(r'\s*(?:#~\s*|#~?\|\s*)?(?:msg\w+(?:\[\d+\])?\s*|(?="))(.*)')
_STRING = late(r'"(?:[^"\\]|\\.)*"\s*')
_STRING_LINE = late(r'\s*(?:#~\s*)?(?:msgstr(?:\[\d+\])?\s*)?"')
_OCTAL = late(r"(?<!\\)((?:\\\\)*)((?:\\[0-7]{3})+)")
_ENTRY_TEXT = late(r"(?:#~\s*)?(?:msgctxt|msgid|msgid_plural|msgstr)\b")


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
            _words(_string(msgstr)),
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


def _words(msgstr: str) -> str:
    """A translation; white space alone is none."""
    return "" if msgstr.isspace() else msgstr


def _entry(entry: polib.POEntry, lines: str) -> Entry:
    return Entry(
        msgid=entry.msgid,
        msgstr=_words(entry.msgstr),
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


def _names(words: Iterable[str]) -> tuple[str, ...]:
    """The file names of `#:` comments from their words: a name with spaces is several."""
    return tuple(found[1] or found[0] for found in _FILE.finditer(" ".join(words)))
