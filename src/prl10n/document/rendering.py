"""A page as a reader sees it, for people who review it: HTML that knows which words are whose.

The words of unit N stand between two marks, characters that no page has. They are put among the words once these are
parsed, so that no mark can change what is markup. What is no HTML (templates, components, directions) is shown as it is
written, in elements of the class `template`. Pictures are shown by their words, in elements of the class `image`; texts
that a page shows on hovering, in elements of the class `title`.

The HTML holds whatever the document holds: it must be cleaned before any browser sees it (law 7).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from prl10n.document import dialects, frontmatter, html
from prl10n.document.parser import Grammar, Lines, Located, References, parser, parser_for
from prl10n.document.segment import Document
from prl10n.document.splicing import written
from prl10n.document.templates import MASK, template_at, unmask
from prl10n.model import Syntax

FIRST, BETWEEN, LAST = "\U0010fff0", "\U0010fff1", "\U0010fff2"
"""Where unit N begins stands FIRST, N, BETWEEN; where it ends, LAST."""

_NO_MARKS = str.maketrans(dict.fromkeys((FIRST, BETWEEN, LAST), "\ufffd"))
_INSIDE = (Syntax.LABEL, Syntax.TITLE, Syntax.ATTRIBUTE, Syntax.PARAMETER)
_ALT = re.compile(r"""\salt\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+)""", re.IGNORECASE)
_ALT_HERE = re.compile(r"""\salt\s*=\s*["']\Z""", re.IGNORECASE)


def page(document: Document, texts: Sequence[str | None]) -> str:
    """The page with `texts` in the place of its units, as `splice` takes them; without its front matter.

    All the texts are to be such that they keep law 3.
    """
    source, places = _spliced(document, texts)
    text = source.decode()
    front = frontmatter.find(text)
    body = front.body if front else (1 if text.startswith("\ufeff") else 0)
    offsets = _offsets(source, len(text[:body].encode()), places)
    return _Page(document, text[body:].translate(_NO_MARKS), offsets).html()


def words(text: str, syntax: Syntax, references: References) -> str:
    """A unit's text alone, as `page` shows it; without marks."""
    text = text.translate(_NO_MARKS)
    masked, templates = dialects.mask(text, parser_for(references).dialect)
    if syntax is Syntax.HTML:
        return _html(masked, templates, ())
    if syntax in (Syntax.ATTRIBUTE, Syntax.TITLE, Syntax.PARAMETER, Syntax.VALUE):
        return escape(text)
    if syntax is Syntax.CELL:
        masked = masked.replace("\\|", "|")
    reader = parser_for(references)
    tokens = [item.token for item in reader.inline(masked, references)]
    return _RENDERER.renderInline(tokens, reader.md.options, {"templates": templates})


class _Place(NamedTuple):
    """A unit by its number, and the range of characters that it has."""

    start: int
    end: int
    number: int


def _spliced(document: Document, texts: Sequence[str | None]) -> tuple[bytes, list[_Place]]:
    """The page's bytes, and where each unit stands in them."""
    parts: list[bytes] = []
    places: list[_Place] = []
    last = length = 0
    for number, (unit, text) in enumerate(zip(document.units, texts, strict=True)):
        own = document.source[unit.span.start : unit.span.end]
        same = text is None or text == unit.text or not text.strip()
        new = own if same or text is None else written(unit, text, document).encode()
        parts += (document.source[last : unit.span.start], new)
        length += unit.span.start - last
        places.append(_Place(length, length + len(new), number))
        length += len(new)
        last = unit.span.end
    return b"".join((*parts, document.source[last:])), places


def _offsets(source: bytes, body: int, places: Iterable[_Place]) -> list[_Place]:
    """Ranges of bytes as those of characters behind `body`, a line break being one character. Front matter is left
    out.
    """
    last, offset = body, 0

    def forward(position: int) -> int:
        nonlocal last, offset
        offset += len(source[last:position].decode().replace("\r\n", "\n"))
        last = position
        return offset

    return [_Place(forward(place.start), forward(place.end), place.number) for place in places if place.start >= body]


class _Page:
    def __init__(self, document: Document, text: str, places: list[_Place]) -> None:
        self.units = document.units
        source = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
        self.source, self.templates = dialects.mask(source, document.rules.dialect)
        self.parser = parser(document.rules.dialect)
        self.references: References = Grammar(document.rules.dialect)
        self.tokens = self.parser.blocks(self.source, self.references)
        self.places = places
        self.starts = [place.start for place in places]
        self.by_number = {place.number: place for place in places}
        self.plain = unmask(self.source, self.templates)

    def html(self) -> str:
        for token in self.tokens:
            lines: Lines | None = token.meta.get("lines")
            if token.type == "inline" and lines is not None:
                token.children = list(self.children(token, lines))
            elif token.type == "html_block" and lines is not None:
                end = lines.source(len(token.content)) if token.content else 0
                token.meta["places"] = [self.moved(place, lines) for place in self.within(lines.sources[0], end)]
                token.meta["units"] = self.units
                token.meta["shown"] = self.shown
            elif token.type in ("template", "directive", "admonition_open") and token.content:
                start = token.meta["start"]
                token.meta["places"] = [
                    place._replace(start=place.start - start, end=place.end - start)
                    for place in self.within(start, start + len(token.content))
                ]
                token.meta["shown"] = self.shown
                if token.type != "template":
                    token.children = [item.token for item in self.parser.inline(token.content, self.references)]
        return _RENDERER.render(self.tokens, self.parser.md.options, {"templates": self.templates})

    def within(self, start: int, end: int) -> list[_Place]:
        """The units that begin in a range of the source."""
        return self.places[bisect_left(self.starts, start) : bisect_right(self.starts, max(start, end - 1))]

    def moved(self, place: _Place, lines: Lines) -> _Place:
        """A place in the source as one in a content."""
        return place._replace(start=_inside(place.start, lines), end=_inside(place.end - 1, lines) + 1)

    def shown(self, place: _Place) -> str:
        """What the source says at a place that a page shows elsewhere, or not at all: a title, a parameter."""
        start, end, _ = self.by_number[place.number]
        return " ".join(self.plain[start:end].split())

    def children(self, token: Token, lines: Lines) -> Iterator[Token]:
        """The inline tokens of a content, with marks among them."""
        located = self.parser.inline(token.content, self.references)
        if "end" in token.meta:  # a cell: its backslashes before bars are gone, and it is one unit
            start, end = lines.sources[0], token.meta["end"]
            whole = [place for place in self.within(start, end) if place.start == start]
            yield from (_mark("opening", place.number) for place in whole)
            yield from (item.token for item in located)
            yield from (_mark("closing", place.number) for place in whole)
            return
        places = [self.moved(place, lines) for place in self.within(lines.sources[0], lines.source(len(token.content)))]
        yield from self.marked(located, places)

    def marked(self, located: Sequence[Located], places: list[_Place]) -> Iterator[Token]:
        outer = [place for place in places if self.units[place.number].syntax not in _INSIDE]
        inner = deque(place for place in places if self.units[place.number].syntax in _INSIDE)
        opening = {place.start: place.number for place in outer}
        closing = {place.end: place.number for place in outer}
        bounds = sorted({*opening, *closing})
        for item in located:
            inside = []
            while inner and inner[0].start < item.end:
                inside.append(inner.popleft())
            if item.start in opening:
                yield _mark("opening", opening.pop(item.start))
            cuts = [bound for bound in bounds if item.start < bound < item.end]
            if item.token.type == "text" and cuts and len(item.token.content) == item.end - item.start:
                last = item.start
                for cut in (*cuts, item.end):
                    yield _text(item.token.content[last - item.start : cut - item.start])
                    if cut in closing:
                        yield _mark("closing", closing.pop(cut))
                    if cut in opening and cut != item.end:
                        yield _mark("opening", opening.pop(cut))
                    last = cut
            else:
                yield from (_mark("opening", opening.pop(cut)) for cut in cuts if cut in opening)
                item.token.meta.update({self.units[place.number].syntax: place.number for place in inside})
                yield item.token
                if item.token.type != "image":
                    yield from (self.note(place) for place in inside)
                ends = [bound for bound in (*cuts, item.end) if bound in closing]
                yield from (_mark("closing", closing.pop(end)) for end in ends)
        yield from (_mark("closing", number) for number in closing.values())

    def note(self, place: _Place) -> Token:
        note = Token("note", "", 0)
        note.content = self.shown(place)
        note.meta["number"] = place.number
        return note


def _inside(offset: int, lines: Lines) -> int:
    """The offset in a content of one in the source."""
    line = max(0, bisect_right(lines.sources, offset) - 1)
    return lines.starts[line] + lines.virtual[line] + max(0, offset - lines.sources[line])


def _mark(kind: str, number: int) -> Token:
    token = Token(kind, "", 0)
    token.meta["number"] = number
    return token


def _text(content: str) -> Token:
    token = Token("text", "", 0)
    token.content = content
    return token


def _opening(number: int) -> str:
    return f"{FIRST}{number}{BETWEEN}"


def _between(number: int | None, shown: str) -> str:
    """HTML between the marks of a unit; of none where there is no number."""
    return shown if number is None else f"{_opening(number)}{shown}{LAST}"


def _as_written(raw: str) -> str:
    return f'<span class="template">{escape(raw)}</span>'


# --- HTML -------------------------------------------------------------------------------------------------------------


def _html(content: str, templates: tuple[str, ...], edits: Iterable[tuple[int, int, int, str]]) -> str:
    """A piece of HTML, with the marks and notes of `edits`: (start, end, order, replacement)."""
    changes = [*edits, *((tag.start, tag.end, 3, shown) for tag in html.tags(content) if (shown := _tag(content, tag)))]
    out, last = [], 0
    for start, end, _, replacement in sorted(changes):
        if start >= last:
            out += [content[last:start], replacement]
            last = end
    return MASK.sub(lambda run: escape(template_at(run[0], templates)), "".join((*out, content[last:])))


def _tag(content: str, tag: html.Tag) -> str:
    """What is shown in the place of a tag that is none of HTML, or a picture; empty: the tag itself."""
    raw = content[tag.start : tag.end]
    if tag.name == "img":
        alt = _ALT.search(raw)
        said = alt[1].strip("\"'").replace("<", "&lt;") if alt else ""
        return f'<span class="image">{said}</span>'
    return _as_written(raw) if tag.name and raw.lstrip("</")[:1].isupper() else ""


def _block_edits(token: Token) -> Iterator[tuple[int, int, int, str]]:
    tags = list(html.tags(token.content))
    starts = [tag.start for tag in tags]
    for place in token.meta.get("places", ()):
        if token.meta["units"][place.number].syntax in _INSIDE:
            around = tags[max(0, bisect_right(starts, place.start) - 1)]
            shown = _between(place.number, escape(token.meta["shown"](place)))
            if around.name == "img" and _ALT_HERE.search(token.content, around.start, place.start):
                yield around.start, around.end, 2, f'<span class="image">{shown}</span>'
            else:
                yield around.end, around.end, 1, f'<span class="title">{shown}</span>'
        else:
            yield place.start, place.start, 2, _opening(place.number)
            yield place.end, place.end, 0, LAST


# --- rendering --------------------------------------------------------------------------------------------------------


class _Renderer(RendererHTML):
    """CommonMark's HTML, and what stands for that which is none. Rules have the names of their tokens."""

    def opening(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, Any]) -> str:
        return _opening(tokens[idx].meta["number"])

    def closing(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, Any]) -> str:
        return LAST

    def note(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, Any]) -> str:
        token = tokens[idx]
        return f'<span class="title">{_between(token.meta["number"], escape(token.content))}</span>'

    def text(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, Any]) -> str:
        templates: tuple[str, ...] = env["templates"]
        out, last = [], 0
        content = tokens[idx].content
        for run in MASK.finditer(content) if templates else ():
            out += [escape(content[last : run.start()]), _as_written(template_at(run[0], templates))]
            last = run.end()
        return "".join((*out, escape(content[last:])))

    text_special = text

    def mark(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, Any]) -> str:
        return _as_written(unmask(tokens[idx].content, env["templates"]))

    opener = mark

    def code_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, Any]) -> str:
        return f"<code>{escape(unmask(tokens[idx].content, env['templates']))}</code>"

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, Any]) -> str:
        return f"<pre><code>{escape(unmask(tokens[idx].content, env['templates']))}</code></pre>\n"

    code_block = fence

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, Any]) -> str:
        return f'<a href="{escape(unmask(str(tokens[idx].attrs.get("href", "")), env["templates"]))}">'

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, Any]) -> str:
        token = tokens[idx]
        alt = escape(unmask(token.content, env["templates"]))
        shown = _between(token.meta.get(Syntax.LABEL), alt)
        if Syntax.TITLE in token.meta:
            title = escape(unmask(str(token.attrs.get("title", "")), env["templates"]))
            shown += f' <span class="title">{_between(token.meta[Syntax.TITLE], title)}</span>'
        return f'<span class="image">{shown}</span>'

    def html_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, Any]) -> str:
        return _html(tokens[idx].content, env["templates"], ())

    def html_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, Any]) -> str:
        return _html(tokens[idx].content, env["templates"], _block_edits(tokens[idx]))

    def definition(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, Any]) -> str:
        return ""

    def template(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, Any]) -> str:
        token = tokens[idx]
        notes = (
            f' <span class="title">{_between(place.number, escape(token.meta["shown"](place)))}</span>'
            for place in token.meta.get("places", ())
        )
        return f"<p>{_as_written(unmask(token.content, env['templates']))}{''.join(notes)}</p>\n"

    def directive(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, Any]) -> str:
        return f"<p>{self._titled(tokens[idx], options, env)}</p>\n"

    def admonition_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, Any]) -> str:
        return f'<div class="admonition"><p>{self._titled(tokens[idx], options, env)}</p>\n'

    def footnote_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Mapping[str, Any]) -> str:
        return f'<div class="footnote">{_as_written(tokens[idx].info)}\n'

    def _titled(self, token: Token, options: OptionsDict, env: Mapping[str, Any]) -> str:
        title = self.renderInline(token.children or (), options, dict(env))
        places = token.meta.get("places", ())
        number = places[0].number if places else None
        return f"{_as_written(unmask(token.info, env['templates']).strip())} {_between(number, title)}"


_RENDERER = _Renderer()
