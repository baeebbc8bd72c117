"""The pieces of a content, put together: words joined, tags paired, titles and templates with the words inside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from markdown_it.token import Token

from prl10n.document import html
from prl10n.document.parser import Located, parser
from prl10n.document.templates import parameters
from prl10n.model import Inline, Inner, Piece, Syntax

# Bare URLs and addresses, read as GitHub does: trailing punctuation is not part of them.
# https://github.github.com/gfm/#autolinks-extension-
BARE = re.compile(
    r"(?:https?://|ftp://|www\.)[^\s<>]*[^\s<>?!.,:*_~'\"()\[\]{}«»“”‘’…;]/?|[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z0-9]+\b(?![-_@])"
)
_MAY_BE_ADDRESS = re.compile(r"://|www\.|@")
_LINKING = frozenset({"link_close", "image", "html_inline"})
Link = tuple[bool, int, int]
"""What may lead somewhere, as a range of the content: a tag, or (False) the destination of a link or image, and on."""
Leads = dict[tuple[str, str], str]  # ("link" or "image", destination) → the two in one string


class Reading(NamedTuple):
    """A content as a catalog shows it, its pieces, the markup that ran over a line break (see `Unit.folded`), and its
    links.
    """

    text: str
    pieces: tuple[Inline, ...]
    folded: tuple[tuple[str, str, int], ...]
    links: tuple[Link, ...] = ()


class Builder:
    """Collects the pieces of one content; `shown` is the text as the catalog will have it."""

    def __init__(self, content: str, leads: Leads | None = None) -> None:
        self.content = content
        self.leads: Leads = {} if leads is None else leads
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
                mark = template_piece(self.content[item.start : item.end], item.start)
                self.markup(Piece.EMPTY, item.start, item.end, mark.value, mark.inner)
            elif kind == "opener":
                self.markup(Piece.EMPTY, item.start, item.end, f"opener {token.content}")
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
        value = self.leading("image", item.token)
        for part in item.token.children or ():  # the alternative text is none of what is compared, but for these
            if part.type == "opener":
                value += f" with an unescaped {part.content}"
        self.markup(Piece.EMPTY, item.start, item.end, value, inner)


def template_piece(template: str, start: int) -> Inline:
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


def word_pieces(start: int, end: int, value: str, protected: re.Pattern[str] = BARE) -> Iterable[Inline]:
    """Words that stand in the text as they are: bare URLs and addresses among them are no prose."""
    last = 0
    if protected is not BARE or _MAY_BE_ADDRESS.search(value):
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
            verbatim += word_pieces(piece.start, piece.end, piece.value)
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
