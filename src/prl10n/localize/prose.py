"""A text as a reader sees it, and edits to it that leave its tags where they are.

What typography and facts look at is the *prose* of a neutral form: its words, without the tags of pairs (a quotation
mark pairs across emphasis, a date may be half bold), and with `THING` for what stands for itself (code, an image, a
template). An edit of the prose is an edit of the words between the tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from prl10n.tags import EMPTY, TEXT, Token

THING = "\ufffc"  # Unicode's object replacement character

# What is in a text and is no prose: addresses as RFC 3986 and RFC 5322 write them, as people paste them.
ADDRESS = re.compile(
    r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\"“”«»]*[^\s<>\"“”«».,;:!?)\]}'’…]"
    r"|\b(?:mailto|tel):[^\s<>\"“”«»]*[^\s<>\"“”«».,;:!?)\]}'’…]"
    r"|\bwww\.[^\s<>\"“”«»]*[^\s<>\"“”«».,;:!?)\]}'’…]"
    r"|(?<![\w.+-])[\w.+-]*\w@\w(?:[\w-]*\w)?(?:\.\w(?:[\w-]*\w)?)+"
)


class Edit(NamedTuple):
    """`prose[start:end]` becomes `text`. Never empty ranges: what is put in belongs to a character."""

    start: int
    end: int
    text: str


def prose(tokens: Iterable[Token]) -> str:
    """The words of a text, with `THING` for each tag that stands for itself; tags of pairs are nothing."""
    return "".join([THING if token.item is EMPTY else token.text for token in tokens])


def edited(tokens: Sequence[Token], edits: Iterable[Edit]) -> list[Token]:
    """The tokens with the edits made: `prose(edited(tokens, edits)) == applied(prose(tokens), edits)`.

    The edits neither overlap nor touch a `THING`. Where one reaches over tags, its text takes the place of its first
    character, and the tags stay in their order.
    """
    changes = sorted(edits)
    if not changes:
        return list(tokens)
    out: list[Token] = []
    at = number = 0
    for token in tokens:
        length = 1 if token.item is EMPTY else len(token.text)
        if token.item is not TEXT:
            out.append(token)
            at += length
            continue
        parts: list[str] = []
        here, end = at, at + length
        while number < len(changes) and changes[number].start < end:
            edit = changes[number]
            parts.append(token.text[here - at : max(edit.start, here) - at])
            if edit.start >= at:
                parts.append(edit.text)
            here = min(edit.end, end)
            if edit.end > end:
                break
            number += 1
        parts.append(token.text[here - at :])
        out.append(Token(TEXT, "".join(parts)))
        at = end
    return out


def applied(text: str, edits: Iterable[Edit]) -> str:
    """A text with the edits made."""
    out: list[str] = []
    last = 0
    for edit in sorted(edits):
        out += (text[last : edit.start], edit.text)
        last = edit.end
    return "".join(out) + text[last:]
