"""markdown-it-py with positions: every inline content knows where it stands in the source, every inline token in its
content.

markdown-it-py gives blocks a range of lines and inline tokens nothing. Two additions are enough, and neither changes
what is parsed: the block rules that make content are followed by a function that notes, while the parser's marks are
still those of the block, where each line of the content begins (`Lines`); and the inline state notes its position at
every token that is pushed, from which `_tile` derives the range of all tokens, since together they tile the content.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim
from markdown_it.helpers import parseLinkDestination, parseLinkTitle
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.fragments_join import fragments_join
from markdown_it.token import Token

from prl10n.document import dialects

MAX_NESTING = 100  # as markdown-it's own default; deeper blocks are left as they are

BlockRule = Callable[[StateBlock, int, int, bool], bool]


@dataclass(frozen=True, slots=True)
class Lines:
    """Where a content stands in the source.

    Line i of the content begins at offset `starts[i]` of the content and at `sources[i]` of the source; before it the
    parser put `virtual[i]` spaces that stand for a part of a tab.
    """

    starts: tuple[int, ...]
    sources: tuple[int, ...]
    virtual: tuple[int, ...]

    def source(self, offset: int) -> int:
        """The offset in the source of an offset in the content."""
        line = bisect_right(self.starts, offset) - 1
        return self.sources[line] + max(0, offset - self.starts[line] - self.virtual[line])


def _lines(state: StateBlock, begin: int, end: int, content: str | None) -> Lines | None:
    """The lines that `state.getLines(begin, end, state.blkIndent)` joins, for a content that was trimmed from them."""
    starts, sources, virtual = [], [], []
    raw, offset = [], 0
    indent = state.blkIndent
    for line in range(begin, end):
        first, last, column = state.bMarks[line], state.eMarks[line] + 1, 0
        while column < indent and first < last:
            character = state.src[first : first + 1]
            if character == "\t":
                column += 4 - (column + state.bsCount[line]) % 4
            elif character == " " or first - state.bMarks[line] < state.tShift[line]:
                column += 1
            else:
                break
            first += 1
        extra = max(0, column - indent)
        starts.append(offset)
        sources.append(first)
        virtual.append(extra)
        text = " " * extra + state.src[first:last]
        raw.append(text)
        offset += len(text)
    if content is None:
        return Lines(tuple(starts), tuple(sources), tuple(virtual))
    if not content:
        return None
    lead = "".join(raw).find(content[0])
    return _shifted(starts, sources, virtual, lead)


def _shifted(starts: list[int], sources: list[int], virtual: list[int], lead: int) -> Lines:
    """The same lines for a content of which the first `lead` characters were trimmed."""
    first = bisect_right(starts, lead) - 1
    skipped = lead - starts[first]
    head = sources[first] + max(0, skipped - virtual[first])
    return Lines(
        (0, *(start - lead for start in starts[first + 1 :])),
        (head, *sources[first + 1 :]),
        (max(0, virtual[first] - skipped), *virtual[first + 1 :]),
    )


def _single(offset: int) -> Lines:
    return Lines((0,), (offset,), (0,))


def _note_text(state: StateBlock, start: int, first: int) -> None:
    """Paragraphs and setext headings."""
    inline = state.tokens[-2]
    assert inline.map is not None
    first_line, last_line = inline.map
    if last_line - first_line == 1 and inline.content:
        words = state.src.find(inline.content, state.bMarks[first_line] + state.tShift[first_line])
        inline.meta["lines"] = _single(words)
    else:
        inline.meta["lines"] = _lines(state, first_line, last_line, inline.content)


def _note_heading(state: StateBlock, start: int, first: int) -> None:
    inline = state.tokens[-2]
    hashes = state.bMarks[start] + state.tShift[start] + len(state.tokens[-1].markup)
    inline.meta["lines"] = _single(state.src.find(inline.content, hashes)) if inline.content else None


def _note_html(state: StateBlock, start: int, first: int) -> None:
    block = state.tokens[-1]
    assert block.map is not None
    block.meta["lines"] = _lines(state, block.map[0], block.map[1], None)


def _note_tags(state: StateBlock, start: int, first: int) -> None:
    """The tags around markdown; what is between them has been noted by its own rules."""
    for token in state.tokens[first:]:
        if token.type == "html_block" and "lines" not in token.meta and token.map is not None:
            token.meta["lines"] = _lines(state, token.map[0], token.map[1], None)


def _note_table(state: StateBlock, start: int, first: int) -> None:
    row: list[tuple[int, int]] = []
    for token in state.tokens[first:]:
        if token.type == "tr_open":
            assert token.map is not None
            line = token.map[0]
            row = _cells(state.src, state.bMarks[line] + state.tShift[line], state.eMarks[line])
        elif token.type == "inline":
            begin, end = row.pop(0) if row else (0, 0)
            token.meta["lines"] = _single(begin) if token.content else None
            token.meta["end"] = end


def _cells(src: str, begin: int, end: int) -> list[tuple[int, int]]:
    """The trimmed ranges of a row's cells, split as markdown-it's table rule splits."""
    trimmed = mdTrim(src[begin:end])
    if not trimmed:
        return []
    begin = src.find(trimmed, begin, end)
    end = begin + len(trimmed)
    bounds, escaped = [begin - 1], False
    for pos in range(begin, end):
        character = src[pos]
        if character == "|" and not escaped:
            bounds.append(pos)
        escaped = character == "\\"
    bounds.append(end)
    cells = [(left + 1, right) for left, right in pairwise(bounds)]
    if cells and cells[0][0] == cells[0][1]:
        cells.pop(0)
    if cells and cells[-1][0] == cells[-1][1]:
        cells.pop()
    return [_trimmed(src, left, right) for left, right in cells]


def _trimmed(src: str, begin: int, end: int) -> tuple[int, int]:
    text = mdTrim(src[begin:end])
    start = src.find(text, begin, end)
    return start, start + len(text)


def _note_definition(state: StateBlock, start: int, first: int) -> None:
    """Link reference definitions: the rule joins lines without their indentation, each with its newline."""
    starts, sources, offset, parts = [], [], 0, []
    for line in range(start, state.line):
        begin = state.bMarks[line] + state.tShift[line]
        text = state.src[begin : state.eMarks[line] + 1]
        starts.append(offset)
        sources.append(begin)
        parts.append(text)
        offset += len(text)
    token = state.tokens[-1]
    token.content = "".join(parts)
    token.meta["lines"] = Lines(tuple(starts), tuple(sources), (0,) * len(starts))


_NOTES: Mapping[str, Callable[[StateBlock, int, int], None]] = {
    "paragraph": _note_text,
    "lheading": _note_text,
    "heading": _note_heading,
    "html_block": _note_html,
    "table": _note_table,
    "reference": _note_definition,
}


def _noting(rule: BlockRule, note: Callable[[StateBlock, int, int], None]) -> BlockRule:
    def wrapped(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        if silent:
            return rule(state, start, end, True)
        first = len(state.tokens)
        if not rule(state, start, end, False):
            return False
        note(state, start, first)
        return True

    return wrapped


class _Inline(StateInline):
    """An inline state whose pushed tokens carry the position at which they were pushed, in `map`."""

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        token.map = [self.pos, self.pos]
        return token


def _join(state: StateInline) -> None:
    """In place of `fragments_join`: texts are joined later, when the pieces are made, and must keep their positions
    until then.
    """
    if not isinstance(state, _Inline):
        fragments_join(state)


class Located(NamedTuple):
    """An inline token and its range in the content; the ranges of all tokens of a content tile it."""

    token: Token
    start: int
    end: int


def _starts(tokens: list[Token], src: str) -> list[tuple[Token, int]]:
    """Where every token begins; -1 for text that was gathered rather than pushed.

    Rules push before they move on, so that a token begins where the state stood, with three exceptions: a link begins
    one character earlier, at its bracket; a run of `*` or `_` pushes a token a character from one position; `**`
    takes two of these, of which one is left as an empty text, before an opening and behind a closing token.
    """
    starts: list[tuple[Token, int]] = []
    run_at, run = -1, 0
    half_open = -1  # where the first half of an opening `**` stood
    closed = False  # whether a closing `**` still waits for its second half
    for token in tokens:
        if token.map is None:
            starts.append((token, -1))
            closed = False
            continue
        start = token.map[0]
        kind = token.type
        if kind == "link_open":
            start -= token.markup != "autolink"
        elif (kind == "text" or kind in _EMPHASIS) and src[start] in "*_":
            run = run + 1 if start == run_at else 0
            run_at = start
            start += run
            if kind == "text" and not token.content:
                if closed:
                    closed = False
                else:
                    half_open = start
                continue
            if kind == "strong_open":
                start, half_open = half_open, -1
        closed = kind == "strong_close"
        starts.append((token, start))
    return starts


_EMPHASIS = frozenset({"em_open", "em_close", "strong_open", "strong_close"})


def _tile(tokens: list[Token], src: str) -> list[Located]:
    """Give every token its range. White space before a line break belongs to the break, as the parser has it."""
    located: list[Located] = []
    end = len(src)
    for token, start in reversed(_starts(tokens, src)):
        if start < 0:
            start = end - len(token.content)
        elif token.type == "softbreak":
            start -= src[start - 1 : start] == " "
        elif token.type == "hardbreak" and src[start] == "\n":
            while src[start - 1] == " ":
                start -= 1
        elif token.type == "text_special" and start + len(token.markup) > end:
            end = start + len(token.markup)  # the space of `\\ ` at the end of a line
            located[-1] = Located(located[-1].token, end, located[-1].end)
        located.append(Located(token, start, end))
        end = start
    located.reverse()
    return located


def _note_definitions(state: StateBlock, start: int, first: int) -> None:
    """Definition lists: the terms; what is in the definitions has been noted by its own rules."""
    for token in state.tokens[first:]:
        if token.type == "inline" and "lines" not in token.meta and token.map is not None:
            line = token.map[0]
            token.meta["lines"] = _lines(state, line, line + 1, token.content)


_OWN_NOTES = {"deflist": _note_definitions, "dialect": _note_tags}


_MOST_STEPS = 3_000_000  # a second or two; a megabyte full of links takes a tenth


class _Helpers:
    """markdown-it's, with a bound: it looks for the end of a label at each bracket, to the end of the text where there
    is none, and for those within it again.
    """

    parseLinkDestination = staticmethod(parseLinkDestination)
    parseLinkTitle = staticmethod(parseLinkTitle)

    def __init__(self) -> None:
        self.steps = 0

    def parseLinkLabel(self, state: StateInline, start: int, disableNested: bool = False) -> int:
        """The end of the label that begins at `start`; -1 where it has none. RecursionError where that takes too long:
        a text of brackets is no prose.
        """
        before, level, end = state.pos, 1, -1
        if state.src.rfind("]", start + 1, state.posMax) < 0:
            return -1
        state.pos = start + 1
        while state.pos < state.posMax:
            marker = state.src[state.pos]
            level -= marker == "]"
            if level == 0:
                end = state.pos
                break
            self.steps += 1
            if self.steps > _MOST_STEPS:
                raise RecursionError("too many brackets in one text, one within the other")
            last = state.pos
            state.md.inline.skipToken(state)
            if marker == "[":
                if last == state.pos - 1:
                    level += 1  # a bracket that is a text
                elif disableNested:
                    break
        state.pos = before
        return end


class _Markdown(MarkdownIt):
    """Destinations stay as they are written, and none is refused: what a page may link to is not our business."""

    def normalizeLink(self, url: str) -> str:
        return url

    def validateLink(self, url: str) -> bool:
        del url
        return True


class Parser:
    """One dialect's parser. Not thread-safe: markdown-it keeps its state in itself."""

    def __init__(self, dialect: str) -> None:
        options = {"maxNesting": MAX_NESTING, "inline_definitions": True, "strikethrough_single_tilde": True}
        self.dialect = dialect
        self.md = _Markdown("commonmark", options).enable(["table", "strikethrough"])
        self.helpers = _Helpers()
        self.md.helpers = self.helpers  # type: ignore[assignment]  # a module, of which three functions are used
        dialects.install(self.md, dialect)
        block = self.md.block.ruler
        for rule in list(block.__rules__):
            if (note := _NOTES.get(rule.name) or _OWN_NOTES.get(rule.name)) is not None:
                block.at(rule.name, _noting(rule.fn, note), {"alt": rule.alt})
        self.md.inline.ruler2.at("fragments_join", _join)

    def blocks(self, src: str, references: References) -> list[Token]:
        """Parse a body with `\n` newlines into block tokens. Reference definitions are added to `references`.

        Inline contents and HTML blocks carry `meta["lines"]`; inline contents are not parsed yet.
        """
        tokens: list[Token] = []
        state = StateBlock(src, self.md, {"references": references}, tokens)
        self.md.block.tokenize(state, 0, state.lineMax)
        return tokens

    def is_block(self, text: str, kind: str) -> bool:
        """Whether a text alone is one block of this kind (`paragraph`, `heading`), and nothing of it begins another."""
        masked, _ = dialects.mask(text, self.dialect)
        tokens = self.blocks(f"# {masked}" if kind == "heading" else masked, {})
        types = [token.type for token in tokens]
        return types == [f"{kind}_open", "inline", f"{kind}_close"] and tokens[1].content == masked

    def inline(self, content: str, references: References) -> list[Located]:
        """Parse an inline content; ranges are offsets in `content`."""
        tokens: list[Token] = []
        state = _Inline(content, self.md, {"references": references}, tokens)
        self.helpers.steps = 0
        self.md.inline.tokenize(state)
        for rule in self.md.inline.ruler2.getRules(""):
            rule(state)
        return _tile(state.tokens, content)


References = dict[str, dict[str, str]]  # a normalised label → {"href", "title"}


class Grammar(References):
    """The references of a document, which know its dialect: all that reading its translations takes."""

    __slots__ = ("dialect",)

    def __init__(self, dialect: str) -> None:
        super().__init__()
        self.dialect = dialect

    def __reduce__(self) -> tuple[object, ...]:
        return (Grammar, (self.dialect,), None, None, iter(self.items()))


def dialect_of(references: References) -> str:
    return references.dialect if isinstance(references, Grammar) else "auto"


def parser_for(references: References) -> Parser:
    """The parser of a document's dialect."""
    return parser(dialect_of(references))


@lru_cache(maxsize=8)
def parser(dialect: str = "auto") -> Parser:
    return Parser(dialect)
