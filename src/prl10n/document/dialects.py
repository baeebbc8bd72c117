"""What site generators add to markdown: a table of dialects.

Three kinds of additions are told apart by when they happen. *Templates* run before markdown is read (Liquid, Hugo's
shortcodes, mdBook's includes): they are masked, character by character, so that the parser sees a word in their place.
*Marks* are read with the words (attribute lists, footnote references, math): they become pieces of their own. *Blocks*
end a paragraph (admonitions, directives, definition lists): each is a rule of the parser. Each kind has its module.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin

from prl10n.document import blocks, marks, templates
from prl10n.document.marks import ATTRIBUTES, EMOJI, FOOTNOTE, HUGO_OPENER, LIQUID_OPENER, MATH, MDX_OPENER
from prl10n.document.templates import (
    CAUTIOUS,
    COMMENT,
    EXPRESSION,
    HUGO,
    HUGO_PAIR,
    INCLUDE,
    LIQUID,
    LIQUID_OBJECT,
    LIQUID_PAIR,
    RAW,
)
from prl10n.patterns import late


@dataclass(frozen=True, slots=True)
class Dialect:
    """One row: patterns of templates, the earlier before the later, and of marks; names of `blocks`; a pattern of what
    begins a template or a tag that is none (`openers`).
    """

    name: str
    templates: tuple[str, ...] = ()
    marks: str = ""
    blocks: tuple[str, ...] = ()
    openers: str = ""


def _any(*patterns: str) -> str:
    return "|".join(patterns)


_GFM_BLOCKS = ("footnote",)
_DOCS_BLOCKS = (*_GFM_BLOCKS, "math", "attributes", "markdown_html", "abbreviation", "definitions")

DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        Dialect("commonmark"),
        Dialect("gfm", marks=_any(FOOTNOTE, MATH, EMOJI), blocks=(*_GFM_BLOCKS, "math")),
        Dialect(
            "jekyll",
            (RAW, LIQUID_PAIR, LIQUID, LIQUID_OBJECT),
            _any(ATTRIBUTES, FOOTNOTE, MATH, EMOJI),
            ("template", *_DOCS_BLOCKS),
            LIQUID_OPENER,
        ),
        Dialect(
            "hugo",
            (HUGO_PAIR, *HUGO),
            _any(ATTRIBUTES, FOOTNOTE, MATH, EMOJI),
            ("template", *_DOCS_BLOCKS),
            HUGO_OPENER,
        ),
        Dialect(
            "mkdocs",
            CAUTIOUS,
            _any(ATTRIBUTES, FOOTNOTE, MATH, EMOJI),
            ("template", "snippet", "admonition", "directive", *_DOCS_BLOCKS),
        ),
        Dialect(
            "docusaurus",
            (COMMENT, EXPRESSION),
            _any(FOOTNOTE, MATH, EMOJI),
            ("template", "module", "directive", "jsx", *_GFM_BLOCKS, "math"),
            MDX_OPENER,
        ),
        Dialect(
            "auto",
            (RAW, LIQUID_PAIR, LIQUID, HUGO_PAIR, *HUGO, INCLUDE, *CAUTIOUS),
            _any(ATTRIBUTES, FOOTNOTE, MATH, EMOJI),
            ("template", "snippet", "admonition", "module", "directive", *_DOCS_BLOCKS),
        ),
    )
}


def recognise(name: str, dialect: str) -> str:
    """The dialect of a file by its name: the one of its site, but MDX is Docusaurus's where the site is not known."""
    return "docusaurus" if PurePosixPath(name).suffix == ".mdx" and dialect == "auto" else dialect


_IMPORT = late(r"^import\s", re.MULTILINE)
_CODE = late(r"^[ ]{0,3}(`{3,}|~{3,}).*?(?:^[ ]{0,3}\1|\Z)|(`+)(?!`)[^\n]*?(?<!`)\2(?!`)", re.DOTALL | re.MULTILINE)
_MDX = late(
    r"^(?:\{/\*|import\s+[^\s\"'(][^\n]*?\sfrom\s+[\"'][^\"'\n]+[\"'];?[ \t]*$)|<[A-Za-z][^<>{]*?\s[\w-]+=\{",
    re.MULTILINE,
)


def _may_be_mdx(text: str) -> bool:
    return "{/*" in text or "={" in text or ("import" in text and _IMPORT.search(text) is not None)


def recognise_text(text: str, dialect: str) -> str:
    """The dialect of a file by what it says: many sites keep MDX in files that are called `.md`.

    Comments in braces, imports, or elements with expressions, outside code, are MDX and nothing else.
    """
    if dialect == "auto" and _may_be_mdx(text) and _MDX.search(_CODE.sub("", text)):
        return "docusaurus"
    return dialect


def mask(text: str, dialect: str) -> tuple[str, tuple[str, ...]]:
    """The text with the templates of its dialect masked, and the templates, in order."""
    return templates.mask(text, DIALECTS[dialect].templates)


# What a block of a dialect ends where it begins.
_ENDS = ["paragraph", "reference", "blockquote", "list"]


def install(md: MarkdownIt, dialect: str) -> None:
    """Give a parser the marks and the blocks of a dialect."""
    row = DIALECTS[dialect]
    if row.marks:
        md.inline.ruler.after("text", "mark", marks.marking(row.marks))
    if row.openers:
        md.inline.ruler.after("html_inline", "opener", marks.opening(row.openers))
    if "definitions" in row.blocks:
        md.use(deflist_plugin)
    if "jsx" in row.blocks:
        md.disable("html_block")
    if (rule := blocks.combined(row.blocks)) is not None:
        md.block.ruler.before("table", "dialect", rule, {"alt": _ENDS})


def beginnings(dialect: str) -> str:
    """The characters that the block rules of a dialect begin with."""
    return blocks.beginnings(DIALECTS[dialect].blocks)
