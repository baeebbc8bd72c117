"""A file's bytes → its units and its skeleton, in one pass over one parse."""

from __future__ import annotations

import gc
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import NamedTuple

from markdown_it.token import Token

from prl10n.document import dialects, finding, frontmatter, html, inline
from prl10n.document.blocks import REFERENCE_HEADING
from prl10n.document.building import Reading, title_after, without
from prl10n.document.directions import DIRECTION, Directed, Directions
from prl10n.document.finding import Finder, Noted, Outline
from prl10n.document.frontmatter import FrontMatter
from prl10n.document.parser import Grammar, Lines, References, parser
from prl10n.document.pieces import border, has_inner, has_words, part_kind, separable, syntax_of, tree
from prl10n.document.rules import Rules
from prl10n.document.templates import parameters, unmask
from prl10n.errors import DocumentError
from prl10n.model import Holder, Inline, Inner, Span, Syntax, Unit
from prl10n.patterns import late

Skeleton = tuple[object, ...]

_USUAL = Rules()
_NOTHING = Noted()
_SHAPES: dict[tuple[object, ...], tuple[object, ...]] = {}  # of blocks that carry nothing: a page has thousands of few

_ALERT = late(r"\[![A-Za-z]+\][+-]?[ \t]*(?:\n[ \t]*|$)")  # on a line of its own: GitHub's alerts
_TASK = re.compile(r"\[[ xX]\][ \t]+(?=\S)")


@dataclass(frozen=True, slots=True)
class Document:
    """A source and what is to be translated in it.

    `units` are in document order and their spans do not overlap. `skeleton` is all that a translation must leave as
    it is: blocks and inline markup with their nesting, destinations, code, tags. `references` are the link reference
    definitions that translations may use. `newline` is that of the first line. `problems` are (line, message) of what
    could not be read and stays as it is.
    """

    source: bytes
    units: tuple[Unit, ...]
    skeleton: Skeleton
    references: References
    front_matter: FrontMatter | None
    newline: str
    rules: Rules
    problems: tuple[tuple[int, str], ...] = ()
    noted: Noted = _NOTHING


def outline_of(document: Document) -> Outline:
    """The outline of a document, as `outline(document.source, document.rules)` gives it, without parsing it again."""
    return finding.outline(document.source, document.noted)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """A parse makes a great many objects that all stay: the collector would look through them again and again, for
    half of the time that a long line takes.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_collector_paused()
def split(source: bytes, rules: Rules = _USUAL, *, recognise: bool = True) -> Document:
    """Segment a file into units.

    Law 1: `splice(split(b), [unit.text for unit in split.units]) == b` for any UTF-8 `b`. Raises DocumentError for
    bytes that are not UTF-8, with the line. `recognise`: whether the dialect may be found by what the file says; the
    rules of the document have the one that was found, and its translations are read by them.
    """
    segmenter, front, rules = _walked(source, rules, recognise=recognise, units=True)
    units = segmenter.finished(source)
    problems = list(segmenter.directions.problems)
    if front is not None and front.problem is not None:
        line, reason = front.problem
        problems.insert(0, (line, f"the front matter cannot be read and is left as it is: {reason}"))
    return Document(
        source,
        units,
        _skeleton(segmenter, front),
        segmenter.references,
        front,
        segmenter.newline,
        rules,
        tuple(problems),
        segmenter.finder.noted(segmenter.at),
    )


def _walked(
    source: bytes, rules: Rules, *, recognise: bool, units: bool
) -> tuple[_Segmenter, FrontMatter | None, Rules]:
    try:
        text = source.decode()
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            f"not UTF-8: byte 0x{source[error.start]:02x}", where=f":{line}", remedy="Save the file as UTF-8."
        ) from error
    front = frontmatter.find(text)
    body = front.body if front else (1 if text.startswith("\ufeff") else 0)
    if recognise:
        dialect = dialects.recognise_text(text[body:], rules.dialect)
        rules = rules if dialect == rules.dialect else replace(rules, dialect=dialect)
    segmenter = _Segmenter(text, body, rules.dialect, units=units)
    if front is not None:
        segmenter.front_matter(front, rules)
    segmenter.walk()
    return segmenter, front, rules


def _skeleton(segmenter: _Segmenter, front: FrontMatter | None) -> Skeleton:
    return (front.shape if front else (), *segmenter.skeleton)


class Reread:
    """A localized page, parsed once: what law 3 compares, and, where it is asked for, where its links lead."""

    __slots__ = ("_noted", "_page", "skeleton")

    def __init__(self, page: bytes, skeleton: Skeleton, noted: Noted) -> None:
        self.skeleton = skeleton
        self._page = page
        self._noted = noted

    @property
    def outline(self) -> Outline:
        return finding.outline(self._page, self._noted)


@_collector_paused()
def reread(page: bytes, rules: Rules) -> Reread:
    """Parse a page by the rules of the document that it comes from. Its `skeleton` and `outline` are those of the
    functions of the same names. Raises DocumentError for bytes that are not UTF-8.
    """
    segmenter, front, _ = _walked(page, rules, recognise=False, units=False)
    return Reread(page, _skeleton(segmenter, front), segmenter.finder.noted(segmenter.at))


class _Found(NamedTuple):
    """A unit whose place in the file is known in characters, and not in bytes yet."""

    text: str
    kind: str
    syntax: Syntax
    line: int
    pieces: tuple[Inline, ...]
    newline: str
    folded: tuple[tuple[str, str, int], ...] = ()
    directed: Directed | None = None
    holder: Holder = Holder.NONE

    def placed(self, start: int, end: int) -> Unit:
        return Unit(
            text=self.text,
            kind=self.kind,
            syntax=self.syntax,
            span=Span(start, end),
            line=self.line,
            pieces=self.pieces,
            newline=self.newline,
            folded=self.folded,
            note=self.directed.note if self.directed else "",
            context=self.directed.context if self.directed else None,
            max_length=self.directed.max_length if self.directed else None,
            holder=self.holder,
        )


class _Segmenter:
    """Walks the tokens of one document. Offsets are those of the decoded text until `finished` makes them bytes.
    `units`: whether they are wanted; of a localized page only the skeleton is, and where it leads.
    """

    def __init__(self, text: str, body: int, dialect: str, *, units: bool) -> None:
        self.units = units
        self.text = text
        self.body = body
        source = text[body:]
        self.breaks: list[
            int
        ] = []  # offsets, in the parser's source, of the newlines that are two characters in the text
        if "\r" in source:
            source = self._without_returns(source)
        self.source, self.templates = dialects.mask(source.replace("\0", "\ufffd"), dialect)
        self.first_line = _line(text, body)
        self.counted = 0, 1
        self.newline = _newline(text)
        self.references: References = Grammar(dialect)
        reader = parser(dialect)
        self.tokens = reader.blocks(self.source, self.references)
        for reference in self.references.values():  # once, however many links lead there
            reference["href"] = self.shown(reference["href"])
        self.skeleton: list[object] = []
        self.directions = Directions()
        self.quotes = 0  # that are open
        self.opaque: tuple[str, int] | None = None  # an opaque element that is open, and how many of its name
        self.found: list[tuple[int, int, _Found]] = []
        self.finder = Finder(self.source, self.templates, reader, self.references, self.directions)

    def _without_returns(self, source: str) -> str:
        pos = removed = 0
        while (pos := source.find("\r\n", pos)) >= 0:
            self.breaks.append(pos - removed)
            removed += 1
            pos += 2
        return source.replace("\r\n", "\n").replace("\r", "\n")

    def at(self, offset: int) -> int:
        """An offset in the parser's source → in the text."""
        return self.body + offset + (bisect_left(self.breaks, offset) if self.breaks else 0)

    def add(self, start: int, end: int, unit: _Found) -> None:
        """A unit at a range of the parser's source, unless its author wants none there."""
        if self.directions.skips:
            return
        if self.directions.current is not None:
            unit = unit._replace(directed=self.directions.current)
        self.found.append((self.at(start), self.at(end - 1) + 1, unit))

    def line_at(self, pos: int) -> int:
        """The number of the line at an offset of the file; quick where offsets are asked for in their order."""
        last, line = self.counted if self.counted[0] <= pos else (0, 1)
        self.counted = pos, line + _line(self.text[last:pos], pos - last) - 1
        return self.counted[1]

    def front_matter(self, front: FrontMatter, rules: Rules) -> None:
        for value in front.values:
            core = value.text.strip()
            markdown = frontmatter.matches(value.path, rules.markdown)
            if not core or not (markdown or frontmatter.matches(value.path, rules.translate)):
                continue
            kind = f"front matter{', markdown' * markdown}: {value.path}"
            if not (markdown or self.units):
                continue
            syntax = syntax_of(kind)
            pieces = inline.read(core, syntax, self.references)
            if markdown:
                self.skeleton.append((kind, tree(pieces)))
            if has_words(pieces) or (markdown and has_inner(Reading(core, pieces, ()))):
                line = self.line_at(value.start)
                holder = Holder.YAML_FLOW if value.flow else front.format
                unit = _Found(core, kind, syntax, line, pieces, self.newline, holder=holder)
                self.found.append((value.start, value.end, unit))

    def walk(self) -> None:
        context: list[Token] = []
        directions = self.directions
        for token in self.tokens:
            kind = token.type
            words = DIRECTION.fullmatch(token.content.strip()) if kind == "html_block" else None
            if words is not None:
                directions.read(words[1], self.line_of(token))
            elif directions.next is not None:
                directions.begin(len(context))
            if kind == "inline":
                try:
                    self.content(token, context)
                except RecursionError as error:
                    where, remedy = f":{self.line_of(token)}", "Shorten the text, or put it into a block of code."
                    raise DocumentError(str(error), where=where, remedy=remedy) from None
            elif kind == "html_block":
                self.html_block(token)
            elif kind == "definition":
                self.definition(token)
            elif kind in ("fence", "code_block"):
                self.skeleton.append((kind, self.shown(token.info), self.shown(token.content)))
            elif kind == "template":
                self.template(token)
            elif kind == "directive":
                self.title(token, "directive title", Syntax.HEADING)
            else:
                if kind == "admonition_open":
                    self.title(token, "title", Syntax.QUOTED)
                attributes = tuple(f"{name}={value}" for name, value in token.attrs.items()) if token.attrs else ()
                shape = (kind, token.tag, token.hidden, token.info, attributes)
                self.skeleton.append(shape if attributes or token.info else _SHAPES.setdefault(shape, shape))
                if token.nesting > 0:
                    context.append(token)
                elif token.nesting < 0:
                    context.pop()
                if kind.startswith("blockquote"):
                    self.quotes += token.nesting
            if words is None and directions.current is not None:
                directions.end(len(context))

    def shown(self, masked: str) -> str:
        """Text of the parser's source with its templates back in their places."""
        return unmask(masked, self.templates)

    def template(self, token: Token) -> None:
        """Lines that are no markdown: only the prose parameters of their templates are units."""
        begins = token.meta["start"]
        self.finder.templates_in(begins, begins + len(token.content))
        self.finder.heading_ids(token.content)
        content = self.shown(token.content)
        ranges = list(parameters(content))
        self.skeleton.append(("template", without(content, ranges)))
        for begin, end in ranges:
            part = Inner(begin, end, Syntax.PARAMETER)
            self.part(content, part, "parameter", _behind(begins), self.line_of(token), self.newline)

    def title(self, token: Token, kind: str, syntax: Syntax) -> None:
        """The title on the line that begins an admonition, a tab or a directive."""
        self.skeleton.append((token.type, token.info))
        text = token.content
        if text.strip():
            start = token.meta["start"] + len(text) - len(text.lstrip())
            reading = inline.read_markdown(text.strip(), self.references)
            length = len(text.strip())
            self.finder.links(reading, text.strip(), _behind(start))
            self.reading(reading, kind, syntax, _behind(start), length, self.line_of(token))

    def line_of(self, token: Token) -> int:
        return self.first_line + (token.map[0] if token.map else 0)

    def content(self, token: Token, context: list[Token]) -> None:
        lines: Lines | None = token.meta.get("lines")
        if lines is None:
            return
        if self.opaque is not None:  # markdown inside `<pre>`, say
            self.skeleton.append(self.shown(token.content))
            if f"</{self.opaque[0]}" in token.content.lower():
                self.opaque = None
            return
        block = context[-1]
        if block.type in ("th_open", "td_open"):
            start, end = lines.sources[0], token.meta["end"]
            kind = "table header" if block.type == "th_open" else "table cell"
            reading = inline.read_cell(self.source[start:end], self.references)
            self.finder.cell(start, end, reading)
            self.reading(reading, kind, Syntax.CELL, lambda offset: start + offset, end - start, self.line_of(token))
            return
        content, offset = token.content, 0
        syntax, kind = Syntax.MARKDOWN, "paragraph"
        if block.type == "heading_open":
            kind = f"heading {block.tag[1:]}"
            syntax = Syntax.HEADING if block.markup.startswith("#") else Syntax.MARKDOWN
            if content:
                self.finder.heading(content, lines.source(len(content) - 1) + 1)
            if REFERENCE_HEADING.fullmatch(content):
                self.skeleton.append(("reference", content))
                return
        elif len(context) > 1 and context[-2].type == "list_item_open":
            kind = "list item"
            if task := _TASK.match(content):
                self.skeleton.append(("task", task[0][1].lower()))
                offset = task.end()
                content = content[offset:]
        elif block.type == "dt_open":
            kind = "term"
        elif self.quotes:
            kind = "quote"
            if alert := _ALERT.match(content):
                self.skeleton.append(("alert", alert[0].strip()))
                offset = alert.end()
                content = content[offset:]
        if not content:
            return
        reading = inline.read_markdown(content, self.references)
        if reading.links or self.finder.leads:
            self.finder.links(reading, content, lambda pos: lines.source(offset + pos))
        prefix, container = self.prefixes(lines) if self.units and len(lines.starts) > 1 else ("", "")
        self.reading(
            reading,
            kind,
            syntax,
            lambda pos: lines.source(offset + pos),
            len(content),
            self.line_of(token),
            prefix,
            container,
        )

    def prefixes(self, lines: Lines) -> tuple[str, str]:
        """What stands before the words of the second line: with its indentation, and the markers of its containers
        alone.
        """
        words = content = lines.sources[1]
        start = self.source.rfind("\n", 0, words) + 1
        while self.source[words : words + 1] in (" ", "\t"):
            words += 1
        return self.source[start:words], self.source[start:content]

    def reading(
        self,
        reading: Reading,
        kind: str,
        syntax: Syntax,
        locate: Callable[[int], int],
        length: int,
        line: int,
        prefix: str = "",
        container: str = "",
    ) -> None:
        """A content that was read: one unit, or one for each text inside its markup where there are no words around it.

        `locate` leads from an offset of the content to one of the source; the content is `length` characters long.
        `prefix` and `container` are those of `prefixes`.
        """
        if not self.units:
            self.skeleton.append(tree((inline.unmasked(reading, self.templates) if self.templates else reading).pieces))
            return
        newline = self.newline + prefix
        folded = tuple(
            (shown, raw.replace("\n", self.newline + container), start) for shown, raw, start in reading.folded
        )
        reading = inline.unmasked(reading._replace(folded=folded) if folded else reading, self.templates)
        pieces = reading.pieces
        self.skeleton.append(tree(pieces))
        if has_words(pieces) or (has_inner(reading) and not separable(reading, syntax, length)):
            unit = _Found(reading.text, kind, syntax, line, pieces, newline, reading.folded)
            self.add(locate(0), locate(length - 1) + 1, unit)
            return
        for piece in pieces:
            for part in piece.inner:
                self.part(reading.text, part, part_kind(piece, part), locate, line, newline)

    def part(self, text: str, part: Inner, kind: str, locate: Callable[[int], int], line: int, newline: str) -> None:
        """Words inside markup as a unit of their own; `part` is their range in `text`."""
        raw = self.shown(text[part.start : part.end])
        core = raw.strip()
        if not core or not self.units:
            return
        begin = part.start + raw.index(core[0])
        shown = _LINE_BREAK.sub(" ", core)
        pieces = inline.read(shown, part.syntax, self.references)
        if has_words(pieces):
            unit = _Found(shown, kind, part.syntax, line, pieces, newline)
            self.add(locate(begin), locate(begin + len(core) - 1) + 1, unit)

    def html_block(self, token: Token) -> None:
        whole = token.content
        content = whole[: html.end(whole)]
        if content != whole:  # a tag that is never closed takes all that follows it
            self.skeleton.append(self.shown(whole[len(content) :]))
        lines: Lines = token.meta["lines"]
        line = self.line_of(token)
        start = 0
        skipped = self.opaque
        for tag in html.tags(content):
            if skipped is not None:
                name, depth = skipped
                if tag.name == name and not tag.void:
                    depth += -1 if tag.closing else 1
                skipped = (name, depth) if depth else None
                if skipped is None:
                    self.skeleton.append(self.shown(content[start : tag.end]))
                    start = tag.end
                continue
            self.finder.tag(tag, content, lines.source)
            if tag.name in html.PHRASING or not tag.name:
                continue
            self.run(content, start, tag.start, lines, line)
            self.skeleton.append(("tag", self.shown(tag.key)))
            self.finder.templates_in(lines.source(tag.start), lines.source(tag.end - 1) + 1)
            self.attributes(tag, content, lines, line)
            start = tag.end
            if tag.opaque:
                skipped = (tag.name, 1)
        self.opaque = skipped
        if skipped is None:
            self.run(content, start, len(content), lines, line)
        else:
            self.skeleton.append(self.shown(content[start:]))

    def attributes(self, tag: html.Tag, content: str, lines: Lines, line: int) -> None:
        for part in tag.inner:
            newline = self.newline + (self.prefixes(lines)[1] if len(lines.starts) > 1 else "")
            self.part(content, part, f"attribute of <{tag.name}>", lines.source, line, newline)

    def run(self, content: str, start: int, end: int, lines: Lines, line: int) -> None:
        """Text and phrasing elements between two block elements. Tags at its borders, and those around all of it,
        stay outside.
        """
        if start < end and self.finder.leads:
            self.finder.templates_in(lines.source(start), lines.source(end - 1) + 1)
        start, end = _trim(content, start, end)
        if start == end:
            return
        reading = inline.unmasked(inline.read_html(content[start:end]), self.templates)
        self.skeleton.append(tree(reading.pieces))
        if not self.units or (not has_words(reading.pieces) and not has_inner(reading)):
            return
        left, right = border(reading.pieces)
        if left or right:
            tags = list(html.tags(content[start:end]))
            for tag in tags[:left] + tags[len(tags) - right :]:
                self.attributes(_moved(tag, start), content, lines, line)
            core_start = start + (tags[left - 1].end if left else 0)
            core_end = start + tags[len(tags) - right].start if right else end
            start, end = _trim(content, core_start, max(core_start, core_end))
            if start == end:
                return
            reading = inline.unmasked(inline.read_html(content[start:end]), self.templates)
        if not has_words(reading.pieces) and not has_inner(reading):
            return
        line += content.count("\n", 0, start)
        unit = _Found(reading.text, "html", Syntax.HTML, line, reading.pieces, self.newline, ())
        self.add(lines.source(start), lines.source(end - 1) + 1, unit)

    def definition(self, token: Token) -> None:
        self.skeleton.append(("definition", self.shown(token.meta["id"]), self.shown(token.meta["url"])))
        content, lines = token.content, token.meta["lines"]
        self.finder.definition(content, len(token.meta["label"]) + 3, lines)
        if not token.meta["title"]:
            return
        title = title_after(content, len(token.meta["label"]) + 3, len(content))
        if title is not None:
            self.part(content, title, "link title", lines.source, self.line_of(token), self.newline)

    def finished(self, source: bytes) -> tuple[Unit, ...]:
        """The units in document order, their spans in bytes."""
        self.found.sort(key=lambda item: item[0])
        if len(source) == len(self.text):
            return tuple(unit.placed(start, end) for start, end, unit in self.found)
        units = []
        last = offset = 0
        for start, end, unit in self.found:
            begin = offset + len(self.text[last:start].encode())
            offset = begin + len(self.text[start:end].encode())
            last = end
            units.append(unit.placed(begin, offset))
        return tuple(units)


def _behind(start: int) -> Callable[[int], int]:
    """From an offset of a text on one line to one of the source, in which it begins at `start`."""
    return lambda offset: start + offset


_LINE_BREAK = late(r"[ \t]*\n[ \t]*")


def _line(text: str, pos: int) -> int:
    """The number of the line at an offset, from 1; `\\r\\n`, `\\r` and `\\n` end a line."""
    return 1 + text.count("\n", 0, pos) + text.count("\r", 0, pos) - text.count("\r\n", 0, pos)


def _newline(text: str) -> str:
    """The newline of a file: that of its first line."""
    found = re.search(r"\r\n|\r|\n", text)
    return found[0] if found else "\n"


def _trim(content: str, start: int, end: int) -> tuple[int, int]:
    while start < end and content[start].isspace():
        start += 1
    while start < end and content[end - 1].isspace():
        end -= 1
    return start, end


def _moved(tag: html.Tag, by: int) -> html.Tag:
    inner = tuple(Inner(part.start + by, part.end + by, part.syntax) for part in tag.inner)
    return tag._replace(start=tag.start + by, end=tag.end + by, inner=inner)
