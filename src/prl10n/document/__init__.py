"""The only code that knows markdown, front matter and HTML.

split(bytes)            → Document: the units of a file, where they stand, and the file's skeleton
splice(Document, texts) → bytes: the same file with other words
skeleton(bytes)         → what translating a file must not change (law 3)
read(text, syntax, …)   → the pieces of one unit's text
outline(bytes, rules)   → where the links of a page lead, and its headings
reread(bytes, rules)    → skeleton and outline of a localized page, from one parse
outline_of(Document)    → the outline of a source that has been split

Parsers are imported by the first name that is asked for, but for the rules: a run with nothing to do asks for no other.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from prl10n.document.rules import DEFAULT_KEYS, Rules

if TYPE_CHECKING:
    from prl10n.document.destinations import (
        Destination,
        Outline,
        candidates,
        edited,
        outline,
        pinned,
        relinked,
    )
    from prl10n.document.dialects import recognise
    from prl10n.document.inline import partner, read
    from prl10n.document.parser import References
    from prl10n.document.pieces import Node, Place, attribute_places, has_letters, has_words, syntax_of, tree
    from prl10n.document.segment import Document, Reread, Skeleton, outline_of, reread, split
    from prl10n.document.splicing import curled, splice
    from prl10n.document.whole import expected, fields, is_block, is_label, skeleton
else:
    _HOMES = {
        "destinations": ("Destination", "Outline", "candidates", "edited", "outline", "pinned", "relinked"),
        "dialects": ("recognise",),
        "whole": ("expected", "fields", "is_block", "is_label", "skeleton"),
        "inline": ("partner", "read"),
        "parser": ("References",),
        "pieces": ("Node", "Place", "attribute_places", "has_letters", "has_words", "syntax_of", "tree"),
        "segment": ("Document", "Reread", "Skeleton", "outline_of", "reread", "split"),
        "splicing": ("curled", "splice"),
    }
    _HOME = {name: home for home, names in _HOMES.items() for name in names}

    def __getattr__(name: str) -> object:
        """A public name, from the module that has it; it is looked up once."""
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = value
        return value


__all__ = [
    "DEFAULT_KEYS",
    "Destination",
    "Document",
    "Node",
    "Outline",
    "Place",
    "References",
    "Reread",
    "Rules",
    "Skeleton",
    "attribute_places",
    "candidates",
    "curled",
    "edited",
    "expected",
    "fields",
    "has_letters",
    "has_words",
    "is_block",
    "is_label",
    "outline",
    "outline_of",
    "partner",
    "pinned",
    "read",
    "recognise",
    "relinked",
    "reread",
    "skeleton",
    "splice",
    "split",
    "syntax_of",
    "tree",
]
