"""Where contents stand in the source: markdown-it-py gives blocks a range of lines, and table cells only a line.

The block rules that make content are followed by a function that notes, while the parser's marks are still those of
the block, where each line of the content begins (`Lines`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import NamedTuple

from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock

BlockRule = Callable[[StateBlock, int, int, bool], bool]


class Lines(NamedTuple):
    """Where a content stands in the source.

    Line i of the content begins at offset `starts[i]` of the content and at `sources[i]` of the source; before it the
    parser put `virtual[i]` spaces that stand for a part of a tab.
    """

    starts: tuple[int, ...]
    sources: tuple[int, ...]
    virtual: tuple[int, ...]

    def source(self, offset: int) -> int:
        """The offset in the source of an offset in the content."""
        line = bisect_right(self.starts, offset) - 1 if len(self.starts) > 1 else 0
        return self.sources[line] + max(0, offset - self.starts[line] - self.virtual[line])


def _lines(state: StateBlock, begin: int, end: int, content: str | None) -> Lines | None:
    """The lines that `state.getLines(begin, end, state.blkIndent)` joins, for a content that was trimmed from them."""
    raw, starts, sources, virtual = _raw_lines(state, begin, end)
    if content is None:
        return Lines(tuple(starts), tuple(sources), tuple(virtual))
    if not content:
        return None
    lead = "".join(raw).find(content[0])
    return _shifted(starts, sources, virtual, lead)


def _raw_lines(state: StateBlock, begin: int, end: int) -> tuple[list[str], list[int], list[int], list[int]]:
    """The lines without the columns of their containers, each with its newline, and the lists of `Lines`."""
    starts, sources, virtual = [], [], []
    raw, offset = [], 0
    src, indent = state.src, state.blkIndent
    for line in range(begin, end):
        first, last, column = state.bMarks[line], state.eMarks[line] + 1, 0
        while column < indent and first < last:
            character = src[first : first + 1]
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
        text = " " * extra + src[first:last] if extra else src[first:last]
        raw.append(text)
        offset += len(text)
    return raw, starts, sources, virtual


def paragraph_lines(state: StateBlock, begin: int, end: int) -> tuple[str, Lines | None]:
    """The content of a paragraph, as markdown-it's rule has it, and its lines."""
    if end == begin + 1:
        # The first line of a paragraph is indented by less than a tab more than its container.
        content = mdTrim(state.getLines(begin, end, state.blkIndent, False))
        start = state.bMarks[begin] + state.tShift[begin]
        return content, _single(state.src.find(content, start)) if content else None
    raw, starts, sources, virtual = _raw_lines(state, begin, end)
    text = "".join(raw)
    content = mdTrim(text)
    if not content:
        return "", None
    lead = text.find(content[0])
    if not lead:
        return content, Lines(tuple(starts), tuple(sources), tuple(virtual))
    return content, _shifted(starts, sources, virtual, lead)


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


def _note_definitions(state: StateBlock, start: int, first: int) -> None:
    """Definition lists: the terms; what is in the definitions has been noted by its own rules."""
    for token in state.tokens[first:]:
        if token.type == "inline" and "lines" not in token.meta and token.map is not None:
            line = token.map[0]
            token.meta["lines"] = _lines(state, line, line + 1, token.content)


NOTES: Mapping[str, Callable[[StateBlock, int, int], None]] = {
    "paragraph": _note_text,
    "lheading": _note_text,
    "heading": _note_heading,
    "html_block": _note_html,
    "table": _note_table,
    "reference": _note_definition,
    "deflist": _note_definitions,
    "dialect": _note_tags,
}


def noting(rule: BlockRule, note: Callable[[StateBlock, int, int], None]) -> BlockRule:
    def wrapped(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        if silent:
            return rule(state, start, end, True)
        first = len(state.tokens)
        if not rule(state, start, end, False):
            return False
        note(state, start, first)
        return True

    return wrapped
