"""The values that the stages hand to each other. Frozen, slotted, without I/O.

A document's words travel in three forms:

- *source*: the bytes of the file, addressed by `Span`;
- *text*: what a catalog shows (`Unit.text`, a msgid): the unit as its author wrote it, soft line breaks as spaces;
- *neutral form*: what memory, journal and backends see: XML fragments in which inline markup is `<g1>…</g1>` (a pair)
  or `<x2/>` (a thing that stands for itself), numbered from 1 in each unit, and `&`, `<`, `>` are entities.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Span(NamedTuple):
    """A range of bytes of the source, `start` inclusive and `end` exclusive."""

    start: int
    end: int


class Syntax(StrEnum):
    """How the text of a unit is read: which characters are markup, and how they are escaped."""

    MARKDOWN = "markdown"  # inline markdown that begins a line: a paragraph, a list item, a setext heading
    HEADING = "heading"  # inline markdown behind `#`: no line break, no `#` at the end
    CELL = "cell"  # inline markdown in a GFM table, where `|` is escaped, even in code
    LABEL = "label"  # inline markdown between brackets: the alternative text of an image
    HTML = "html"  # text and inline elements of an HTML block
    ATTRIBUTE = "attribute"  # the value of an HTML attribute
    TITLE = "title"  # the title of a link, an image or a link reference definition
    PARAMETER = "parameter"  # a quoted parameter of a template
    QUOTED = "quoted"  # inline markdown between double quotes: the title of an admonition or a tab
    VALUE = "value"  # a front matter value: plain text
    FRAGMENT = "fragment"  # a front matter value that holds markdown: inline markup, and lines that stay lines


class Holder(StrEnum):
    """How the text of a unit is written in its place: as it is, or as a string of a front matter format."""

    NONE = ""
    YAML = "yaml"
    YAML_FLOW = "yaml-flow"  # within [ ] or { }
    TOML = "toml"
    JSON = "json"


class Piece(StrEnum):
    """What a part of a unit's text is. Pieces tile the text: each begins where the one before it ends."""

    TEXT = "text"  # words
    OPEN = "open"  # the beginning of a pair: `**`, `[`, `<b>`
    CLOSE = "close"  # its end: `**`, `](url)`, `</b>`
    EMPTY = "empty"  # code, an image, a bare URL, a tag without a partner, a hard break


class Inner(NamedTuple):
    """Words inside a piece of markup that have a translation of their own: `text[start:end]` of the unit."""

    start: int
    end: int
    syntax: Syntax


class Inline(NamedTuple):
    """One piece of a unit's text, `text[start:end]`. A tuple, since a page has thousands and they are made in no time.

    `value` is what a TEXT says once escapes and entities are resolved; of the other pieces, what law 3 compares:
    their kind and what they carry (a destination, code, a tag), without words.
    """

    piece: Piece
    start: int
    end: int
    value: str
    inner: tuple[Inner, ...] = ()


class Unit(NamedTuple):
    """The smallest text with a translation of its own.

    `kind` is what a translator is told (`paragraph`, `heading 3`, `front matter: title`); `line` counts from 1.
    `newline` is what a line break of the text is in the source: the file's newline and the prefix of the next line
    (`\\n> `). `folded` holds the
    markup whose source runs over a line break: (as `text` has it, as the source has it, where it begins in `text`).
    The author may say something to translators (`note`), tell equal texts apart (`context`, gettext's msgctxt), and
    limit the characters of a translation (`max_length`).
    """

    text: str
    kind: str
    syntax: Syntax
    span: Span
    line: int
    pieces: tuple[Inline, ...]
    newline: str = "\n"
    folded: tuple[tuple[str, str, int], ...] = ()
    note: str = ""
    context: str | None = None
    max_length: int | None = None
    holder: Holder = Holder.NONE


# What a front matter key can be set to.
Setting = str | bool | int | float | tuple[str, ...]

# The top level of a front matter: scalars as they are written (`2026-11-24`, `true`), and lists of them.
Fields = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Term:
    """A line of the glossary for one locale. An empty `target` means that the source stays as it is (a brand name).

    A source in small letters stands for any case of it; one with a capital stands for itself alone.
    """

    source: str
    target: str
    note: str = ""


class State(StrEnum):
    """How far a unit's translation has come in one locale."""

    MISSING = "missing"
    DRAFT = "draft"
    STALE = "stale"
    APPROVED = "approved"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a person should know about a unit (or about a document, where `line` is 0).

    `fix` is what the text of the catalog should be; empty: a person must say.
    """

    rule: str
    severity: Severity
    path: str
    line: int
    message: str
    locale: str = ""
    fix: str = ""
