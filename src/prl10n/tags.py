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
_BREAKS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # what other programs take for the end of a line
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
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
    """A neutral form as tokens, without control characters, which no translation needs.

    MarkupError for any tag that is not `<gN>`, `</gN>` or `<xN/>`, and for wrong nesting.
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
        tokens.append(Token(Item.TEXT, _BREAKS.sub(" ", _CONTROLS.sub("", html.unescape(raw)))))


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


def words(fragment: str) -> str:
    """The words of a neutral form, without tags and entities."""
    return html.unescape(_TAG.sub("", fragment))


def numbers(fragment: str) -> list[str]:
    """The tags of a neutral form, sorted."""
    return sorted(found[0] for found in _TAG.finditer(fragment))


def has_tags(fragment: str) -> bool:
    return _TAG.search(fragment) is not None


def respaced(source: Sequence[Token], answer: Sequence[Token], breaks: Collection[int]) -> list[Token]:
    """The answer with the spaces at its tags put right, where that is certain.

    What stands side by side with nothing but tags between is one *gap*, with a space or without. A space inside a pair
    moves outside it, unless the source has one there. A gap without one gets it if both sides are words, and the source
    has white space, or the border of the text, at each of the gap's tags; a suffix (`<g1>Nuvla</g1>s`) stays. A gap
    loses it behind an elision (`l’ <g1>…`), before a comma or a full stop and within brackets. Line breaks (`breaks`)
    stand without spaces.
    """
    before, after = _neighbours(source)
    said = "".join("\ufffc" if token.item is Item.EMPTY else token.text for token in source)
    things, gaps = _things(answer)
    for index, gap in enumerate(gaps):
        left, right = (things[index - 1] if index else None), (things[index] if index < len(things) else None)
        if left is None or right is None or left.number in breaks or right.number in breaks:
            gap.space = False
        elif gap.space:
            gap.space = not (
                _ELIDED.search(left.text)
                or (_CLOSING.match(right.text) and not _SPACED_CLOSING.search(said))
                or (left.text.endswith(("(", "[")) and "( " not in said)
            )
        elif _ends_a_word(left) and _begins_a_word(right) and _first_word(right.text) not in _SUFFIXES:
            around = [after.get((tag.item, tag.number), "") for tag in (left, *gap.tags) if tag.item in _BEHIND]
            around += [before.get((tag.item, tag.number), "") for tag in (*gap.tags, right) if tag.item in _AHEAD]
            gap.space = not any(character.strip() for character in around)
    out: list[Token] = []
    for index, gap in enumerate(gaps):
        out += gap.written(source)
        out += things[index : index + 1]
    return out


_BEHIND, _AHEAD = (Item.CLOSE, Item.EMPTY), (Item.OPEN, Item.EMPTY)
_ELIDED = re.compile(  # French, Italian, Catalan; https://www.btb.termiumplus.gc.ca/redac-chap?lang=fra&lettr=chapsect9
    r"(?:^|[\s(«“\"])(?:[cdjlmnst]|(?:jus|lors|puis|quoi|pres|quel)?qu|(?:[dns]?e|[ads]|qu[ei])?ll|dall|un|gl)['’]$",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"[,.)\]](?!\w)")
_SPACED_CLOSING = re.compile(r" [,.)\]](?!\w)")


@dataclass(slots=True)
class _Gap:
    """The tags of pairs between two things that stand side by side, and whether there is a space among them."""

    tags: list[Token]
    space: bool

    def written(self, source: Sequence[Token]) -> list[Token]:
        if not self.space:
            return self.tags
        inside = (
            index + (tag.item is Item.OPEN)
            for index, tag in enumerate(self.tags)
            if _inside_space(source, tag.number, 1 if tag.item is Item.OPEN else -1)
        )
        opening = (index for index, tag in enumerate(self.tags) if tag.item is Item.OPEN)
        place = next(inside, None)
        if place is None:
            place = next(opening, len(self.tags))
        return [*self.tags[:place], Token(Item.TEXT, " "), *self.tags[place:]]


def _things(tokens: Iterable[Token]) -> tuple[list[Token], list[_Gap]]:
    """The words and the things that stand for themselves, without spaces at their borders, and the gaps around them."""
    things: list[Token] = []
    gaps = [_Gap([], False)]
    for token in tokens:
        if token.item in (Item.OPEN, Item.CLOSE):
            gaps[-1].tags.append(token)
            continue
        words = _SPACES.sub(" ", token.text)
        core = words.strip(" ")
        gaps[-1].space |= words.startswith(" ")
        if token.item is Item.EMPTY or core:
            things.append(token if token.item is Item.EMPTY else Token(Item.TEXT, core))
            gaps.append(_Gap([], words.endswith(" ")))
    return things, gaps


def _ends_a_word(thing: Token) -> bool:
    return thing.item is Item.EMPTY or _is_word(thing.text[-1:]) or thing.text[-1:] in ",;:!?….)»”"


def _begins_a_word(thing: Token) -> bool:
    return thing.item is Item.EMPTY or _is_word(thing.text[:1]) or thing.text[:1] in "(«“„"


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
