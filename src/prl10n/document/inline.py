"""A unit's text as pieces: what is words, what is markup, and what a piece of markup carries.

`read` is used in both directions: on a source while it is split, and on a translation before it is believed.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator, Sequence

from prl10n.document import dialects, html
from prl10n.document.building import BARE, Builder, Leads, Link, Reading, template_piece, word_pieces
from prl10n.document.parser import References, dialect_of, parser_for
from prl10n.document.templates import MASK, template_at, unmask
from prl10n.model import Inline, Inner, Piece, Syntax
from prl10n.patterns import late

_MARKDOWN_ESCAPE = late(r"\\([!-/:-@\[-`{-~])|(&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});)")
_CODE = r"(?P<ticks>`+)(?!`)[^`]+(?P=ticks)(?!`)"  # as authors write it also where no markdown is read
_BARE_OR_CODE = late(f"{BARE.pattern}|{_CODE}")
_MARKUP = r"[\\`*_\[\]<&~{$@]|:[a-z]|://|www\."  # in any dialect; without it, and line breaks, there are only words
_MAY_BE_MARKUP = re.compile(rf"{_MARKUP}|\n")
_NEXT_MARKUP = re.compile(rf"`+|\n[ \t]*|{_MARKUP}")
_SIMPLE = 10_000  # characters: a longer content is joined from its tokens, since it is costly to join piece by piece
_LINE_BREAK = late(r"[ \t]*\n[ \t]*")


def read(text: str, syntax: Syntax, references: References) -> tuple[Inline, ...]:
    """The pieces of a unit's text, source or translation, read as `syntax` says."""
    if not text:
        return ()
    masked, templates = dialects.mask(text, dialect_of(references))
    if syntax is Syntax.HTML:
        reading = read_html(masked)
    elif syntax in (Syntax.MARKDOWN, Syntax.HEADING, Syntax.LABEL, Syntax.QUOTED):
        reading = read_markdown(masked, references)
    elif syntax is Syntax.CELL:
        reading = read_cell(masked, references)
    elif syntax is Syntax.FRAGMENT:
        reading = read_fragment(masked, references)
    else:
        reading = Reading(masked, _plain(masked, syntax), ())
    return unmasked(reading, templates).pieces


def unmasked(reading: Reading, templates: tuple[str, ...]) -> Reading:
    """A reading of a masked text with the templates back in their places, each a piece of its own among the words."""
    if not templates or not MASK.search(reading.text):
        return reading
    pieces: list[Inline] = []
    folded = [(unmask(shown, templates), unmask(raw, templates), start) for shown, raw, start in reading.folded]
    values: dict[str, str] = {}  # of many links to one place, each is made once
    for piece in reading.pieces:
        shown = reading.text[piece.start : piece.end]
        if piece.piece is not Piece.TEXT:
            if piece.value not in values:
                values[piece.value] = unmask(piece.value, templates).replace("\n", " ")
            pieces.append(piece._replace(value=values[piece.value]))
            folded += _folded(shown, piece.start, templates)
            continue
        last = value_last = 0
        for run, value_run in zip(MASK.finditer(shown), MASK.finditer(piece.value), strict=True):
            if run.start() > last:
                words = piece.value[value_last : value_run.start()]
                pieces.append(Inline(Piece.TEXT, piece.start + last, piece.start + run.start(), words))
            pieces.append(template_piece(template_at(run[0], templates), piece.start + run.start()))
            last, value_last = run.end(), value_run.end()
        folded += _folded(shown, piece.start, templates)
        if last < len(shown):
            pieces.append(Inline(Piece.TEXT, piece.start + last, piece.end, piece.value[value_last:]))
    text = MASK.sub(lambda run: template_at(run[0], templates).replace("\n", " "), reading.text)
    return Reading(text, tuple(pieces), tuple(folded), reading.links)


def _folded(shown: str, start: int, templates: tuple[str, ...]) -> Iterator[tuple[str, str, int]]:
    """The templates over several lines in a masked part of a text that begins at `start` (see `Unit.folded`)."""
    for run in MASK.finditer(shown):
        template = template_at(run[0], templates)
        if "\n" in template:
            yield template.replace("\n", " "), template, start + run.start()


def _decoded(text: str, syntax: Syntax) -> str:
    if syntax is Syntax.TITLE:
        return _MARKDOWN_ESCAPE.sub(lambda found: found[1] or entities.unescape(found[2]), text)
    return entities.unescape(text) if syntax is Syntax.ATTRIBUTE else text


def partner(pieces: Sequence[Inline], index: int) -> int:
    """The index of the piece that closes the pair opened at `index`; -1 if there is none."""
    depth = 0
    for position in range(index, len(pieces)):
        depth += (pieces[position].piece is Piece.OPEN) - (pieces[position].piece is Piece.CLOSE)
        if depth == 0:
            return position
    return -1


def _plain(text: str, syntax: Syntax) -> tuple[Inline, ...]:
    """A text without markup; URLs, addresses and code between backticks in it are protected."""
    value = _decoded(text, syntax)
    protected = word_pieces(0, len(text), text, _BARE_OR_CODE) if "`" in text else word_pieces(0, len(text), text)
    if value == text:
        return tuple(protected)
    pieces = tuple(
        piece._replace(value=_decoded(piece.value, syntax)) if piece.piece is Piece.TEXT else piece
        for piece in protected
    )
    if "".join(piece.value.removeprefix("bare ") for piece in pieces) == value:
        return pieces
    return (Inline(Piece.TEXT, 0, len(text), value),)  # an escape hides in an address


def read_cell(text: str, references: References) -> Reading:
    """A table cell: the table takes the backslash of `\\|` before inline markup is read."""
    if "\\|" not in text:
        return read_markdown(text, references)
    content: list[str] = []  # the characters that the inline parser sees
    raw: list[int] = []  # and where each stands in the text
    for pos, character in enumerate(text):
        if character == "|" and content and content[-1] == "\\":
            content.pop()
            raw.pop()
            content.append(character)
            raw.append(pos - 1)
            continue
        content.append(character)
        raw.append(pos)
    raw.append(len(text))
    reading = read_markdown("".join(content), references)
    pieces = tuple(
        piece._replace(
            start=raw[piece.start],
            end=raw[piece.end],
            inner=tuple(Inner(raw[part.start], raw[part.end], part.syntax) for part in piece.inner),
        )
        for piece in reading.pieces
    )
    return Reading(text, pieces, ())


def read_markdown(content: str, references: References) -> Reading:
    """Inline markdown. Soft line breaks become spaces, hard ones stay a line break."""
    markup = _MAY_BE_MARKUP.search(content)
    if markup is None:
        return Reading(content, (Inline(Piece.TEXT, 0, len(content), content),), ())
    if markup[0][0] in "`[\n" and len(content) < _SIMPLE and (reading := _read_simple(content)) is not None:
        return reading
    return _READINGS.read(content, references)


# A link whose words and destination have no markup in them. The words must still be looked at.
_USUAL_LINK = re.compile(r"\[([^\[\]\n^][^\[\]\n]*)\]\(([^\s()<>\\&\x00-\x20\x7f]+)\)")


def _read_simple(content: str) -> Reading | None:
    """A content whose markup is soft line breaks, code, and links of plain words; None where there is other markup.

    Nothing can change what the first markup of a content is but what stands before it, which is words here: of code
    and links, too, the first one counts, and what is behind it is read as if it began there.
    """
    text = ""  # as far as the pieces go
    said = ""  # the words behind them
    pieces: list[Inline] = []
    folded: list[tuple[str, str, int]] = []
    links: list[Link] = []
    pos = 0
    while (found := _NEXT_MARKUP.search(content, pos)) is not None:
        at = found.start()
        words = content[pos:at]
        mark = found[0]
        if mark[0] == "\n":
            if words.endswith("  "):
                return None
            said += words.removesuffix(" ") + " "
            pos = found.end()
            continue
        if mark[0] not in "`[":
            return None
        if said := said + words:
            pieces.append(Inline(Piece.TEXT, len(text), len(text) + len(said), said))
            text += said
            said = ""
        start = len(text)
        if mark == "[":
            link = _USUAL_LINK.match(content, at)
            if link is None or content[at - 1 : at] == "!" or _NEXT_MARKUP.search(link[1]) or link[1] == link[2]:
                return None
            pos = link.end()
            close, leads = start + 1 + len(link[1]), f"link {link[2]}"
            text += link[0]
            pieces += (
                Inline(Piece.OPEN, start, start + 1, leads),
                Inline(Piece.TEXT, start + 1, close, link[1]),
                Inline(Piece.CLOSE, close, len(text), leads),
            )
            links.append((False, link.start(2), pos))
            continue
        end = content.find(mark, found.end())
        pos = end + len(mark)
        if end < 0 or content[pos : pos + 1] == "`":  # none, or a longer run before it
            return None
        raw, code = content[at:pos], content[found.end() : end]
        if "\n" in code:
            code = code.replace("\n", " ")
            shown = raw.replace("\n", " ")
            folded.append((shown, raw, start))
            raw = shown
        if code[:1] == " " == code[-1:] and code.strip(" "):
            code = code[1:-1]
        text += raw
        pieces.append(Inline(Piece.EMPTY, start, len(text), f"code {code}"))
    if said := said + content[pos:]:
        pieces.append(Inline(Piece.TEXT, len(text), len(text) + len(said), said))
    return Reading(text + said, tuple(pieces), tuple(folded), tuple(links))


def may_be_markup(content: str) -> bool:
    return _MAY_BE_MARKUP.search(content) is not None


# What holds the lines of a fragment apart: a fence with its code, a marker that begins a block, a blank line, a hard
# break, an indented line. Within a paragraph a line break alone is a space.
_MARKER = r"(?:[ \t]*(?:[-*+]|[0-9]{1,9}[.)]|\#{1,6}|>)(?:[ \t]+|(?=\n)))"
_LINES = late(
    r"(?:^|[ \t]*\n)(?:[ \t]*\n)*[ \t]*(?P<fence>```|~~~)[^\n]*\n(?:.*?\n)??[ \t]*(?P=fence)[^\n]*(?:\n\s*|$)"
    rf"|^{_MARKER}+|[ \t]*\n(?:[ \t]*\n)+{_MARKER}*[ \t]*|[ \t]*\n{_MARKER}+|(?:\\|[ \t]+)\n[ \t]*|\n[ \t]+",
    re.DOTALL,
)


def read_fragment(content: str, references: References) -> Reading:
    """Markdown in a front matter value: its paragraphs read one by one, what holds them apart as pieces of markup."""
    pieces: list[Inline] = []
    last = 0
    for gap in (*_LINES.finditer(content), None):
        end = gap.start() if gap else len(content)
        for piece in read_markdown(content[last:end], references).pieces if end > last else ():
            inner = tuple(Inner(part.start + last, part.end + last, part.syntax) for part in piece.inner)
            pieces.append(piece._replace(start=piece.start + last, end=piece.end + last, inner=inner))
        if gap:
            pieces.append(Inline(Piece.EMPTY, gap.start(), gap.end(), f"lines {gap[0].strip(' ')}"))
            last = gap.end()
    return Reading(content, tuple(pieces), ())


_Answers = dict[str, tuple[str, str] | None]  # a normalised label → (destination, title)


class _Asked:
    """The references of a document, with a note of which ones were asked for and what the answers were."""

    def __init__(self, references: References) -> None:
        self.references = references
        self.answers: _Answers = {}

    def get(self, label: str, default: None = None) -> dict[str, str] | None:
        self.answers[label] = _answer(self.references, label)
        return self.references.get(label, default)


def _answer(references: References, label: str) -> tuple[str, str] | None:
    found = references.get(label)
    return (found["href"], found["title"]) if found else None


class _Readings:
    """Contents that were read, so that a text is parsed once: as a translation, and again in its page.

    A reading depends on a document by its dialect and by the references that its brackets asked for: it is used again
    where those are the same. Bounded: what nobody asks for while `_MOST` others are read, or `_CHARACTERS` of them, is
    forgotten.
    """

    def __init__(self) -> None:
        self.young: dict[tuple[str, str], tuple[_Answers, Reading]] = {}
        self.old: dict[tuple[str, str], tuple[_Answers, Reading]] = {}
        self.size = 0  # of the young ones, in characters
        self.leads: Leads = {}

    def read(self, content: str, references: References) -> Reading:
        key = dialect_of(references), content
        known = self.young.get(key)
        if known is None and (known := self.old.get(key)) is not None:
            self.keep(key, known)
        if known is not None and all(_answer(references, label) == answer for label, answer in known[0].items()):
            return known[1]
        asked = _Asked(references)
        reading = Builder(content, self.leads).build(parser_for(references).inline(content, asked))
        self.keep(key, (asked.answers, reading))
        return reading

    def keep(self, key: tuple[str, str], known: tuple[_Answers, Reading]) -> None:
        self.size += len(key[1])
        if len(self.young) >= _MOST or self.size > _CHARACTERS:
            self.old, self.young, self.size, self.leads = self.young, {}, len(key[1]), {}
        self.young[key] = known


_MOST, _CHARACTERS = 4096, 1_000_000
_READINGS = _Readings()


def forget() -> None:
    """Forget all readings: for those who measure."""
    _READINGS.young, _READINGS.old, _READINGS.size, _READINGS.leads = {}, {}, 0, {}


def read_html(content: str) -> Reading:
    """Text and tags of a run of HTML without block elements; white space with a line break in it counts as a space."""
    builder = Builder(content)
    last = 0
    for tag in html.tags(content):
        _html_text(builder, content[last : tag.start])
        builder.tags[len(builder.pieces)] = html.tag(content[tag.start : tag.end])
        builder.markup(Piece.EMPTY, tag.start, tag.end, "")
        last = tag.end
    _html_text(builder, content[last:])
    return builder.reading()


def _html_text(builder: Builder, raw: str) -> None:
    if raw:
        shown = _LINE_BREAK.sub(" ", raw)
        builder.add(Piece.TEXT, shown, entities.unescape(shown))
