"""The parser's short cuts: whatever they leave out, what is read is what markdown-it-py reads by trying every rule."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it.parser_block import ParserBlock
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from cases import load
from prl10n import document
from prl10n.document import Rules
from prl10n.document.building import Builder
from prl10n.document.dialects import DIALECTS
from prl10n.document.inline import read_markdown
from prl10n.document.parser import Located, Parser, _tile
from prl10n.document.quick import InlineState, QuickBlock, QuickInline
from prl10n.model import Syntax
from test_laws import FRAGMENTS

SOURCES = [case[1] for name, parts in (("units.txt", 2), ("splice.txt", 3)) for case in load(name, parts)]
SOURCES += [
    path.read_bytes().decode(errors="replace") for path in (Path(__file__).parent / "cases/regressions").glob("*.md")
]

# Blocks in blocks, lazy lines and setext headings, where the place of a line decides what it is.
LINES = [
    "a", "a | b", "|-|-|", "--|--", ":-", "---", "===", "--- ", "- a", "- - a", "-", "1. a", "2. a", "12345678901. a",
    "> a", ">> a", ">", "# a", "#a", "```", "~~~", "<div>", "<b>", "[a]: /b", "[a]: /b 'c", "c'", "[a]:", ": a", "~ a",
    ":a", "***", "* * *", "_a_", "$$", ":::note", "!!! note", '=== "a"', "{.a}", "[^1]: a", "*[a]: b", "--8<-- 'a'",
    "import a from 'b'", "<div markdown>", "</div>", "", "", "a  ",
    "a\\", "\\- a", "&amp;", "\u00a0", "\x0c", "\U000f0000",
]  # fmt: skip
INDENTS = ["", "", "", " ", "  ", "   ", "    ", "\t", "> ", ">", "- ", "  \t", "1.  "]
nested = st.lists(
    st.tuples(st.sampled_from(INDENTS), st.sampled_from(INDENTS), st.sampled_from(LINES)).map("".join), max_size=9
).map("\n".join)
fragments = st.lists(st.sampled_from(FRAGMENTS), max_size=20).map("".join)
marks = st.text(alphabet="aB 1.,\\`*_[]()<>!&;:~{}$@#\n\"'/", max_size=30)
texts = st.one_of(fragments, nested, marks)

QUICK = {dialect: Parser(dialect) for dialect in DIALECTS}


def slow(dialect: str) -> Parser:
    """A parser with the same rules that tries each of them at every line and every character."""
    made = Parser(dialect)
    block, inline = ParserBlock(), ParserInline()
    block.ruler.__rules__ = made.md.block.ruler.__rules__
    inline.ruler, inline.ruler2 = made.md.inline.ruler, made.md.inline.ruler2
    made.md.block, made.md.inline = block, inline
    return made


SLOW = {dialect: slow(dialect) for dialect in DIALECTS}


def listed(located: list[Located]) -> list[object]:
    return [(item.token.as_dict(), item.start, item.end) for item in located]


def agree(text: str, dialect: str) -> None:
    """Both parsers read the same blocks, at the same places, and in them the same contents, at the same places."""
    quick, md = QUICK[dialect], SLOW[dialect].md
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    known: document.References = {}
    references: document.References = {}
    tokens = quick.blocks(text, references)
    state = StateBlock(text, md, {"references": known}, [])
    md.block.tokenize(state, 0, state.lineMax)
    assert [token.as_dict() for token in tokens] == [token.as_dict() for token in state.tokens]
    assert references == known
    for content in dict.fromkeys([text, *(token.content for token in tokens if token.type == "inline")]):
        inline = InlineState(content, md, {"references": known}, [])
        SLOW[dialect].helpers.steps = 0
        md.inline.tokenize(inline)
        for rule in md.inline.ruler2.getRules(""):
            rule(inline)
        located = _tile(inline.tokens, content)
        assert listed(quick.inline(content, references)) == listed(located)
        if content and dialect == "auto":
            assert read_markdown(content, references) == Builder(content).build(located)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_cases_are_read_as_by_trying_every_rule(dialect: str) -> None:
    for source in SOURCES:
        agree(source, dialect)


@given(texts, st.sampled_from(sorted(DIALECTS)))
def test_any_text_is_read_as_by_trying_every_rule(text: str, dialect: str) -> None:
    agree(text, dialect)


@given(st.one_of(fragments, marks))
def test_a_content_reads_the_same_by_every_way(content: str) -> None:
    """Words and code alone are read without the parser, and what was read before is not read again."""
    if content:
        built = Builder(content).build(QUICK["auto"].inline(content, {}))
        assert read_markdown(content, {}) == built
        assert read_markdown(content, {}) == built


def test_a_rule_that_is_in_no_table_is_tried_everywhere() -> None:
    """A page with a rule of its own for lines that begin with `a`, and one for the letter `x`."""

    def block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        if not state.src.startswith("a", state.bMarks[start] + state.tShift[start]):
            return False
        if not silent:
            state.push("own", "", 0)
            state.line = start + 1
        return True

    def inline(state: StateInline, silent: bool) -> bool:
        if state.src[state.pos] != "x":
            return False
        if not silent:
            state.push("own", "", 0)
        state.pos += 1
        return True

    made = slow("commonmark")
    made.md.block.ruler.before("fence", "own", block, {"alt": ["paragraph", "blockquote"]})
    made.md.inline.ruler.before("text", "own", inline)
    blocks, inlines = QuickBlock(made.md.block, {}, "\U000f0000"), QuickInline(made.md.inline)
    state = StateBlock("b\na\n> c\na", made.md, {}, [])
    blocks.tokenize(state, 0, state.lineMax)
    types = [token.type for token in state.tokens]
    assert types == [
        *("paragraph_open", "inline", "paragraph_close", "own"),
        *("blockquote_open", "paragraph_open", "inline", "paragraph_close", "blockquote_close", "own"),
    ]
    assert [token.type for token in inlines.parse("xa", made.md, {}, [])] == ["own", "text"]


def test_a_text_is_read_by_the_references_that_it_is_read_with() -> None:
    def values(references: document.References) -> list[str]:
        return [piece.value for piece in document.read("see [a] now", Syntax.MARKDOWN, references)]

    assert values({}) == ["see [a] now"]
    assert values({"A": {"href": "/x", "title": ""}}) == ["see ", "link /x", "a", "link /x", " now"]
    assert values({"A": {"href": "/y", "title": ""}}) == ["see ", "link /y", "a", "link /y", " now"]
    assert values({"B": {"href": "/y", "title": ""}}) == ["see [a] now"]


PAGE = """---
title: Été
---

# Où `aller`

Un [lien](/é "là"), ![image](a.png) et <a href="/b" id="c">b</a>.

| a |
|---|
| [é](x\\|y) |

[ref]: /d
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_the_outline_of_a_document_and_of_a_page_read_again(newline: str, start: str) -> None:
    source = (start + PAGE.replace("\n", newline)).encode()
    split = document.split(source)
    found = document.outline_of(split)
    said = [source[each.span.start : each.span.end].decode() for each in found.destinations]
    assert said == ["/é", "a.png", "/b", "x\\|y", "/d"]
    assert [each.value for each in found.destinations] == ["/é", "a.png", "/b", "x|y", "/d"]
    assert [(heading.text, source[: heading.end].decode()[-8:]) for heading in found.headings] == [
        ("Où aller", "`aller`"[-8:].rjust(8))
    ]
    assert found.ids == {"c"}
    again = document.reread(source, split.rules)
    assert (again.skeleton, again.outline) == (split.skeleton, found)
    assert document.outline(source, split.rules) == found
    assert document.outline_of(pickle.loads(pickle.dumps(split))) == found


@given(fragments)
def test_a_page_read_again_is_what_its_source_is(text: str) -> None:
    source = text.encode()
    split = document.split(source)
    again = document.reread(source, Rules(dialect=split.rules.dialect))
    assert again.skeleton == split.skeleton
    assert again.outline == document.outline_of(split)
