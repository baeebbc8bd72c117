"""A unit's text as pieces: what is words, what is markup, and what a piece of markup carries.

`read` is used in both directions: on a source while it is split, and on a translation before it is believed.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from markdown_it.token import Token

from prl10n.document import dialects, html
from prl10n.document.parser import Located, References, dialect_of, parser, parser_for
from prl10n.document.templates import MASK, parameters, template_at, unmask
from prl10n.model import Inline, Inner, Piece, Syntax
from prl10n.patterns import late

# Bare URLs and addresses, read as GitHub does: trailing punctuation is not part of them.
# https://github.github.com/gfm/#autolinks-extension-
_BARE = re.compile(
    r"(?:https?://|ftp://|www\.)[^\s<>]*[^\s<>?!.,:*_~'\"()\[\]{}«»“”‘’…;]/?|[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z0-9]+\b(?![-_@])"
)
_MARKDOWN_ESCAPE = late(r"\\([!-/:-@\[-`{-~])|(&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});)")
_CODE = r"(?P<ticks>`+)(?!`)[^`]+(?P=ticks)(?!`)"  # as authors write it also where no markdown is read
_BARE_OR_CODE = late(f"{_BARE.pattern}|{_CODE}")
_MAY_BE_ADDRESS = re.compile(r"://|www\.|@")
_MARKUP = r"[\\`*_\[\]<&~{$@]|:[a-z]|://|www\."  # in any dialect; without it, and line breaks, there are only words
_MAY_BE_MARKUP = re.compile(rf"{_MARKUP}|\n")
_NEXT_MARKUP = re.compile(rf"`+|\n[ \t]*|{_MARKUP}")
_SIMPLE = 10_000  # characters: a longer content is joined from its tokens, since it is costly to join piece by piece
_LINE_BREAK = late(r"[ \t]*\n[ \t]*")


class Reading(NamedTuple):
    """A content as a catalog shows it, its pieces, the markup that ran over a line break (see `Unit.folded`), and its
    links.
    """

    text: str
    pieces: tuple[Inline, ...]
    folded: tuple[tuple[str, str, int], ...]
    links: tuple[Link, ...] = ()


Link = tuple[bool, int, int]
"""What may lead somewhere, as a range of the content: a tag, or (False) the destination of a link or image, and on."""


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
            pieces.append(_template(template_at(run[0], templates), piece.start + run.start()))
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


def _template(template: str, start: int) -> Inline:
    """A template as a piece; its prose parameters are words inside it."""
    ranges = list(parameters(template))
    inner = tuple(Inner(start + begin, start + end, Syntax.PARAMETER) for begin, end in ranges)
    return Inline(Piece.EMPTY, start, start + len(template), f"template {without(template, ranges)}", inner)


def without(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    """The text in one line, without the ranges: what law 3 compares of a template."""
    kept, last = [], 0
    for begin, end in ranges:
        kept.append(text[last:begin])
        last = end
    return " ".join("".join((*kept, text[last:])).split())


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
    protected = _words(0, len(text), text, _BARE_OR_CODE) if "`" in text else _words(0, len(text), text)
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
        self.leads: _Leads = {}

    def read(self, content: str, references: References) -> Reading:
        key = dialect_of(references), content
        known = self.young.get(key)
        if known is None and (known := self.old.get(key)) is not None:
            self.keep(key, known)
        if known is not None and all(_answer(references, label) == answer for label, answer in known[0].items()):
            return known[1]
        asked = _Asked(references)
        reading = _Builder(content, self.leads).build(parser_for(references).inline(content, asked))
        self.keep(key, (asked.answers, reading))
        return reading

    def keep(self, key: tuple[str, str], known: tuple[_Answers, Reading]) -> None:
        self.size += len(key[1])
        if len(self.young) >= _MOST or self.size > _CHARACTERS:
            self.old, self.young, self.size, self.leads = self.young, {}, len(key[1]), {}
        self.young[key] = known


_Leads = dict[tuple[str, str], str]  # ("link" or "image", destination) → the two in one string
_MOST, _CHARACTERS = 4096, 1_000_000
_READINGS = _Readings()


def forget() -> None:
    """Forget all readings: for those who measure."""
    _READINGS.young, _READINGS.old, _READINGS.size, _READINGS.leads = {}, {}, 0, {}


class _Builder:
    """Collects the pieces of one content; `shown` is the text as the catalog will have it."""

    def __init__(self, content: str, leads: _Leads | None = None) -> None:
        self.content = content
        self.leads: _Leads = {} if leads is None else leads
        self.shown: list[str] = []
        self.length = 0
        self.pieces: list[Inline] = []
        self.tags: dict[int, html.Tag] = {}  # by index of piece
        self.folded: list[tuple[str, str, int]] = []
        self.links: list[Link] = []

    def build(self, located: list[Located]) -> Reading:
        autolink = -1  # where the `<` of the autolink at hand stands
        opened: list[tuple[str, int, Located]] = []
        starts: list[int] = []  # where each token begins in the text
        for item in located:
            starts.append(self.length)
            token = item.token
            kind = token.type
            if kind == "link_open" and token.markup == "autolink":
                autolink = item.start
            elif autolink >= 0:
                if kind == "link_close":
                    self.markup(Piece.EMPTY, autolink, item.end, f"autolink {self.content[autolink : item.end]}")
                    autolink = -1
            elif kind in ("text", "text_special"):
                self.add(Piece.TEXT, self.content[item.start : item.end], token.content)
            elif kind == "softbreak":
                self.add(Piece.TEXT, " ", " ")
            elif kind == "hardbreak":
                raw = self.content[item.start : item.end]
                self.add(Piece.EMPTY, raw[: raw.index("\n") + 1], "br")
            elif kind == "code_inline":
                self.markup(Piece.EMPTY, item.start, item.end, f"code {token.content}")
            elif kind == "image":
                self.image(item)
            elif kind == "mark":
                mark = _template(self.content[item.start : item.end], item.start)
                self.markup(Piece.EMPTY, item.start, item.end, mark.value, mark.inner)
            elif kind == "html_inline":
                self.tags[len(self.pieces)] = html.tag(self.content[item.start : item.end])
                self.markup(Piece.EMPTY, item.start, item.end, "")
            elif kind == "link_open":
                opened.append((self.leading("link", token), len(self.pieces), item))
                self.markup(Piece.OPEN, item.start, item.end, opened[-1][0])
            elif kind == "link_close":
                key, index, opening = opened.pop()
                self.markup(Piece.CLOSE, item.start, item.end, key, _title(self.content, item.start, item.end))
                shown = self.content[opening.end : item.start]
                near = len(key) - len(shown) <= len("link mailto:")  # else it is a long copy in vain, for each link
                place = key.removeprefix("link ")
                if near and shown in (place, place.removeprefix("mailto:")):
                    self.address(index)
            else:
                name, _, side = kind.rpartition("_")
                self.markup(Piece.OPEN if side == "open" else Piece.CLOSE, item.start, item.end, name)
            if kind in _LINKING and (link := link_in(item, self.content)) is not None:
                self.links.append(link)
        if self.links:
            self.folded += _lines_at_breaks(located, starts, self.content)
        return self.reading()

    def reading(self) -> Reading:
        text = "".join(self.shown)
        pieces = _joined(_paired(self.pieces, self.tags), text)
        return Reading(text, tuple(pieces), tuple(self.folded), tuple(self.links))

    def leading(self, kind: str, token: Token) -> str:
        """What a link or an image is compared by: one string for all that lead to the same place."""
        leads = kind, str(token.attrs["src" if kind == "image" else "href"])
        if leads not in self.leads:
            self.leads[leads] = " ".join(leads)
        return self.leads[leads]

    def add(self, piece: Piece, shown: str, value: str, inner: tuple[Inner, ...] = ()) -> None:
        self.pieces.append(Inline(piece, self.length, self.length + len(shown), value, inner))
        self.shown.append(shown)
        self.length += len(shown)

    def markup(self, piece: Piece, start: int, end: int, value: str, inner: Sequence[Inner] = ()) -> None:
        """Markup stands in the text as in the content, its line breaks as spaces. `inner` in offsets of the content."""
        raw = self.content[start:end]
        shown = raw.replace("\n", " ")
        if shown != raw:
            self.folded.append((shown, raw, self.length))
        shift = self.length - start
        if self.tags and (tag := self.tags.get(len(self.pieces))) is not None:
            value, inner, shift = f"html {tag.key}", tag.inner, self.length
        moved = tuple(Inner(part.start + shift, part.end + shift, part.syntax) for part in inner) if inner else ()
        self.add(piece, shown, value, moved)

    def address(self, index: int) -> None:
        """The link that begins with a piece shows its own destination: none of it is prose."""
        first, last = self.pieces[index], self.pieces[-1]
        self.pieces[index:] = [Inline(Piece.EMPTY, first.start, last.end, f"address {first.value}", last.inner)]
        self.tags = {place: tag for place, tag in self.tags.items() if place < index}

    def image(self, item: Located) -> None:
        alt = item.start + 2
        alt_end = alt + len(item.token.content)
        inner = [Inner(alt, alt_end, Syntax.LABEL)] if alt_end > alt else []
        inner += _title(self.content, alt_end, item.end)
        self.markup(Piece.EMPTY, item.start, item.end, self.leading("image", item.token), inner)


_LINKING = frozenset({"link_close", "image", "html_inline"})


def link_in(item: Located, content: str) -> Link | None:
    """Where a token of a content may lead, written out there and not elsewhere."""
    kind = item.token.type
    if kind == "link_close":
        return (False, item.start + 2, item.end) if content.startswith("](", item.start) else None
    if kind == "image":
        tail = item.start + 2 + len(item.token.content)
        return (False, tail + 2, item.end) if content.startswith("](", tail) else None
    return (True, item.start, item.end) if kind == "html_inline" else None


def _lines_at_breaks(located: list[Located], starts: list[int], content: str) -> Iterator[tuple[str, str, int]]:
    """`<br>` with the line breaks around it, as `Unit.folded` has them."""
    for index, item in enumerate(located):
        if item.token.type != "html_inline" or not item.token.content.lower().startswith("<br"):
            continue
        before = index > 0 and located[index - 1].token.type == "softbreak"
        behind = index + 1 < len(located) and located[index + 1].token.type == "softbreak"
        if before or behind:
            start = located[index - 1].start if before else item.start
            end = located[index + 1].end if behind else item.end
            shown = f"{' ' * before}{content[item.start : item.end]}{' ' * behind}"
            yield shown, content[start:end], starts[index] - before


def _title(content: str, start: int, end: int) -> list[Inner]:
    """The title in the tail of a link or an image, `](destination "title")`, by its delimiters."""
    if not content.startswith("](", start) or content[end - 1] != ")":
        return []
    last = end - 2
    while content[last] in " \t\n":
        last -= 1
    if content[last] not in "\"')":
        return []  # the usual case, which needs no parsing
    title = title_after(content, start + 2, end)
    return [title] if title else []


def title_after(content: str, pos: int, end: int) -> Inner | None:
    """The title behind the link destination at `pos`, as CommonMark's link titles are written."""
    helpers = parser().md.helpers
    destination = helpers.parseLinkDestination(content, _skip(content, pos), end)
    begin = _skip(content, destination.pos)
    if not destination.ok or begin == destination.pos:
        return None
    title = helpers.parseLinkTitle(content, begin, end)
    return Inner(begin + 1, title.pos - 1, Syntax.TITLE) if title.ok and title.str else None


def _skip(content: str, pos: int) -> int:
    while content[pos : pos + 1] in (" ", "\t", "\n"):
        pos += 1
    return pos


def _words(start: int, end: int, value: str, protected: re.Pattern[str] = _BARE) -> Iterable[Inline]:
    """Words that stand in the text as they are: bare URLs and addresses among them are no prose."""
    last = 0
    if protected is not _BARE or _MAY_BE_ADDRESS.search(value):
        for found in protected.finditer(value):
            if found.start() > last:
                yield Inline(Piece.TEXT, start + last, start + found.start(), value[last : found.start()])
            yield Inline(Piece.EMPTY, start + found.start(), start + found.end(), f"bare {found[0]}")
            last = found.end()
    if last < end - start:
        yield Inline(Piece.TEXT, start + last, end, value[last:])


def _joined(pieces: list[Inline], text: str) -> list[Inline]:
    """Neighbouring words as one piece, bare URLs and addresses among them as pieces of their own.

    An address may be made of several texts (`a_b` is three), but none with an escape in it.
    """
    joined = _neighbours(pieces)
    if not any(piece.piece is Piece.TEXT and _MAY_BE_ADDRESS.search(text, piece.start, piece.end) for piece in joined):
        return joined
    verbatim: list[Inline] = []
    for piece in _runs(pieces, lambda piece: text[piece.start : piece.end] == piece.value):
        if piece.piece is Piece.TEXT and text[piece.start : piece.end] == piece.value:
            verbatim += _words(piece.start, piece.end, piece.value)
        else:
            verbatim.append(piece)
    return _neighbours(verbatim)


def _neighbours(pieces: Iterable[Inline]) -> list[Inline]:
    """The pieces, all words joined to their neighbours."""
    joined: list[Inline] = []
    words = False  # whether the last piece is some
    for piece in pieces:
        if piece.piece is not Piece.TEXT:
            words = False
        elif words:
            last = joined.pop()
            piece = Inline(Piece.TEXT, last.start, piece.end, last.value + piece.value)
        else:
            words = True
        joined.append(piece)
    return joined


def _runs(pieces: Iterable[Inline], wanted: Callable[[Inline], bool]) -> Iterator[Inline]:
    """The pieces, those words joined to their neighbours that are wanted."""
    last: Inline | None = None
    for piece in pieces:
        joinable = piece.piece is Piece.TEXT and wanted(piece)
        if last is not None and joinable:
            last = Inline(Piece.TEXT, last.start, piece.end, last.value + piece.value)
            continue
        if last is not None:
            yield last
        last = piece if joinable else None
        if last is None:
            yield piece
    if last is not None:
        yield last


def _paired(pieces: list[Inline], tags: dict[int, html.Tag]) -> list[Inline]:
    """Tags that open and close within the same pair become pairs themselves; an opaque element becomes one piece."""
    if not tags:
        return pieces
    paired = list(pieces)
    opaque: list[tuple[int, int]] = []
    stack: list[int] = []  # indices of pieces that are open; markdown's own pairs nest by construction
    for index, piece in enumerate(pieces):
        tag = tags.get(index)
        if piece.piece is Piece.OPEN:
            stack.append(index)
        elif piece.piece is Piece.CLOSE:
            while stack and pieces[stack[-1]].piece is not Piece.OPEN:
                stack.pop()
            if stack:
                stack.pop()
        elif tag is None or tag.void:
            continue
        elif not tag.closing:
            stack.append(index)
        elif (match := _opening(tag.name, stack, tags)) is not None:
            opening = stack[match]
            del stack[match:]
            if tags[opening].opaque:
                opaque.append((opening, index))
            paired[opening] = paired[opening]._replace(piece=Piece.OPEN)
            paired[index] = piece._replace(piece=Piece.CLOSE, value=paired[opening].value)
    for first, last in sorted(opaque, reverse=True):
        if any(outer < first and last < outer_last for outer, outer_last in opaque):
            continue
        whole = "".join(piece.value for piece in paired[first : last + 1])
        paired[first : last + 1] = [Inline(Piece.EMPTY, paired[first].start, paired[last].end, f"opaque {whole}")]
    return paired


def _opening(name: str, stack: list[int], tags: dict[int, html.Tag]) -> int | None:
    """Where the stack holds the tag that `</name>` closes; a pair of markdown in between hides it."""
    for position in range(len(stack) - 1, -1, -1):
        tag = tags.get(stack[position])
        if tag is None:
            return None
        if tag.name == name:
            return position
    return None


def read_html(content: str) -> Reading:
    """Text and tags of a run of HTML without block elements; white space with a line break in it counts as a space."""
    builder = _Builder(content)
    last = 0
    for tag in html.tags(content):
        _html_text(builder, content[last : tag.start])
        builder.tags[len(builder.pieces)] = html.tag(content[tag.start : tag.end])
        builder.markup(Piece.EMPTY, tag.start, tag.end, "")
        last = tag.end
    _html_text(builder, content[last:])
    return builder.reading()


def _html_text(builder: _Builder, raw: str) -> None:
    if raw:
        shown = _LINE_BREAK.sub(" ", raw)
        builder.add(Piece.TEXT, shown, entities.unescape(shown))
