"""The neutral form as tokens: words and numbered tags, what an answer must carry, and spaces that it may have lost."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from prl10n.errors import MarkupError

_TAG = re.compile(r"<(/?)([gx])([1-9][0-9]*)\s*(/?)>")
_WORD = re.compile(r"\w*")
_SUFFIXES = ("s", "es", "n", "e", "x")  # what other languages than the source's hang on a name: `<g1>Nuvla</g1>s`


class Item(Enum):
    TEXT = "text"
    OPEN = "open"
    CLOSE = "close"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a neutral form: words, or the tag with a number."""

    item: Item
    text: str = ""
    number: int = 0


def parse(fragment: str) -> list[Token]:
    """A neutral form as tokens. MarkupError for any tag that is not `<gN>`, `</gN>` or `<xN/>`, and for wrong
    nesting.
    """
    tokens: list[Token] = []
    opened: list[int] = []
    last = 0
    for tag in _TAG.finditer(fragment):
        _add_text(tokens, fragment[last : tag.start()])
        last = tag.end()
        closing, letter, number, empty = tag[1], tag[2], int(tag[3]), tag[4]
        if letter == "x":
            if closing:
                continue  # `<x1></x1>` is another way to write `<x1/>`
            tokens.append(Token(Item.EMPTY, number=number))
        elif closing:
            if not opened or opened.pop() != number:
                raise MarkupError(f"</g{number}> closes a tag that is not open")
            tokens.append(Token(Item.CLOSE, number=number))
        elif empty:
            raise MarkupError(f"<g{number}/> has lost its words")
        else:
            opened.append(number)
            tokens.append(Token(Item.OPEN, number=number))
    if opened:
        raise MarkupError(f"<g{opened[-1]}> is never closed")
    _add_text(tokens, fragment[last:])
    return tokens


def _add_text(tokens: list[Token], raw: str) -> None:
    if "<" in raw:
        raise MarkupError(f"there is markup that the source does not have: {raw[raw.index('<') :][:40]}")
    if raw:
        tokens.append(Token(Item.TEXT, html.unescape(raw)))


def _parents(tokens: Iterable[Token]) -> dict[tuple[Item, int], int]:
    """Each tag and the number of the pair that holds it (0: none). MarkupError for a tag that occurs twice."""
    parents: dict[tuple[Item, int], int] = {}
    stack = [0]
    for token in tokens:
        if token.item is Item.CLOSE:
            stack.pop()
        elif token.item is not Item.TEXT:
            key = (token.item, token.number)
            if key in parents:
                raise MarkupError(f"tag {token.number} occurs twice")
            parents[key] = stack[-1]
            if token.item is Item.OPEN:
                stack.append(token.number)
    return parents


def check(source: Sequence[Token], answer: Sequence[Token]) -> None:
    """Every tag of the source once, inside the same pair as before; MarkupError says what is wrong."""
    wanted, found = _parents(source), _parents(answer)
    if wanted == found:
        return
    for item, number in wanted:
        if (item, number) not in found:
            raise MarkupError(f"tag {number} is lost")
    for item, number in found:
        if (item, number) not in wanted:
            raise MarkupError(f"tag {number} is not in the source")
    raise MarkupError("a tag has left the pair that it was in")


def written(tokens: Iterable[Token]) -> str:
    return "".join(_TAGS[token.item].format(token.number) if token.number else escape(token.text) for token in tokens)


_TAGS = {Item.OPEN: "<g{}>", Item.CLOSE: "</g{}>", Item.EMPTY: "<x{}/>"}


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def has_tags(fragment: str) -> bool:
    return _TAG.search(fragment) is not None


def respaced(source: Sequence[Token], answer: Sequence[Token], breaks: Collection[int]) -> list[Token]:
    """The answer with the spaces at its tags put right, where that is certain.

    A space just inside a pair moves outside it, unless the source has one there. A word that touches a tag gets a
    space where the source has white space, or the border of the text, on that side of the tag. An apostrophe or a
    hyphen is no word: French elides before tags, `l’<g1>…`.
    """
    before, after = _neighbours(source)
    tokens = [token for token in answer if token.number or token.text]
    out: list[Token] = []
    for index, token in enumerate(tokens):
        if token.item is Item.TEXT:
            text = token.text
            previous = tokens[index - 1] if index else None
            following = tokens[index + 1] if index + 1 < len(tokens) else None
            if previous and previous.number in breaks:
                text = text.lstrip(" ")
            if following and following.number in breaks:
                text = text.rstrip(" ")
            if (
                previous
                and previous.item is Item.OPEN
                and text[:1] == " "
                and not _inside_space(source, previous.number, 1)
            ):
                text = text.lstrip(" ")
                _space_before_tags(out)
            if (
                following
                and following.item is Item.CLOSE
                and text[-1:] == " "
                and not _inside_space(source, following.number, -1)
            ):
                text = text.rstrip(" ")
                tokens[index + 1 : index + 2] = [following, Token(Item.TEXT, " ")]
            if previous and previous.item in (Item.CLOSE, Item.EMPTY) and previous.number not in breaks:
                gap = after.get((previous.item, previous.number), "")
                if _is_word(text[:1]) and not gap.strip() and _first_word(text) not in _SUFFIXES:
                    text = f" {text}"
            if following and following.item in (Item.OPEN, Item.EMPTY) and following.number not in breaks:
                gap = before.get((following.item, following.number), "")
                if _is_word(text[-1:]) and not gap.strip():
                    text = f"{text} "
            if out and out[-1].item is Item.TEXT:
                previous_text = out.pop().text
                text = previous_text.rstrip(" ") + text if text[:1] == " " else previous_text + text
            out.append(Token(Item.TEXT, text))
        else:
            out.append(token)
    return out


def _space_before_tags(out: list[Token]) -> None:
    """Put a space before the opening tags at the end of `out`, if none is there and something stands before them."""
    index = len(out)
    while index and out[index - 1].item is Item.OPEN:
        index -= 1
    if index == 0:
        return
    if out[index - 1].item is Item.TEXT:
        text = out[index - 1].text
        out[index - 1] = Token(Item.TEXT, text if text[-1:].isspace() else f"{text} ")
    else:
        out.insert(index, Token(Item.TEXT, " "))


def _inside_space(source: Sequence[Token], number: int, side: int) -> bool:
    """Whether the source has a space just inside pair `number`: behind its opening (1) or before its closing tag
    (-1).
    """
    item = Item.OPEN if side == 1 else Item.CLOSE
    index = next(i for i, token in enumerate(source) if token.item is item and token.number == number)
    text = source[index + side].text
    return text[:1].isspace() if side == 1 else text[-1:].isspace()


def _neighbours(source: Sequence[Token]) -> tuple[dict[tuple[Item, int], str], dict[tuple[Item, int], str]]:
    """The character before and behind each tag in the source; empty at the border of the text."""
    before: dict[tuple[Item, int], str] = {}
    after: dict[tuple[Item, int], str] = {}
    last = ""
    for token in source:
        if token.item is Item.TEXT:
            last = token.text[-1:]
        else:
            before[token.item, token.number] = last
            last = last if token.item is not Item.EMPTY else "\ufffc"
    last = ""
    for token in reversed(source):
        if token.item is Item.TEXT:
            last = token.text[:1]
        else:
            after[token.item, token.number] = last
            last = last if token.item is not Item.EMPTY else "\ufffc"
    return before, after


def _first_word(text: str) -> str:
    found = _WORD.match(text)
    return found[0] if found else ""


def _is_word(character: str) -> bool:
    """Whether a character belongs to a word in a script that separates words by spaces."""
    if not character or not character.isalnum():
        return False
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return False
    return (
        not "\u0e00" <= character <= "\u0eff"
        and not "\u1000" <= character <= "\u109f"
        and not "\u1780" <= character <= "\u17ff"
    )
