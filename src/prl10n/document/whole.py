"""What is asked of a file or a text as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from prl10n.document import frontmatter
from prl10n.document.inline import read
from prl10n.document.parser import References, parser_for
from prl10n.document.rules import Rules
from prl10n.document.segment import Document, Skeleton, reread, split
from prl10n.document.splicing import splice
from prl10n.model import Fields, Inner, Setting, Syntax


def skeleton(source: bytes, rules: Rules | None = None) -> Skeleton:
    """All that stays the same when a file is translated: blocks, inline markup and its nesting, destinations, code,
    tags.

    Two files with equal skeletons render to pages that differ in their words only. The order of inline markup within
    one block is no part of it, since markup moves with the words. `rules` are those of the document that was
    translated.
    """
    return reread(source, rules).skeleton if rules else split(source).skeleton


def fields(source: bytes) -> Fields:
    """What the front matter of a file says at its top level; nothing where it has none, or none that can be read."""
    return frontmatter.fields(source.decode(errors="replace"))


def is_block(text: str, kind: str, references: References) -> bool:
    """Whether a text is one `paragraph`, or behind `# ` one `heading`, and nothing of it begins another block."""
    return parser_for(references).is_block(text, kind)


def is_label(text: str) -> bool:
    """Whether a text can stand between the brackets of an image."""
    pieces = read(f"![{text}](x)", Syntax.HEADING, {})
    return len(pieces) == 1 and pieces[0].inner[:1] == (Inner(2, 2 + len(text), Syntax.LABEL),)


def expected(document: Document, values: Mapping[str, Setting]) -> Skeleton:
    """The skeleton that every version of the document has in which the front matter keys `values` are set."""
    if not values:
        return document.skeleton
    unchanged = splice(document, [None] * len(document.units), values)
    if document.rules.markdown:  # a key that is set may be one of them
        return skeleton(unchanged, document.rules)
    front = frontmatter.find(unchanged.decode())
    return (front.shape if front else (), *document.skeleton[1:])
