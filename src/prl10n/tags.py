"""The neutral form as tokens: words and numbered tags, what an answer must carry, and spaces that it may have lost."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from prl10n.errors import MarkupError
from prl10n.model import Piece
from prl10n.patterns import late

_TAG = late(r"<(/?)([gx])([1-9][0-9]*)\s*(/?)>")
_WORD = late(r"\w*")
_BREAKS = late("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # what other programs take for the end of a line
_CONTROLS = late("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_UNUSUAL = re.compile(  # all of these, and white space of HTML's other than the space
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]"
)
_SPACES = re.compile(r"(?: [ \t\r\n\f\v]|[\t\r\n\f\v])[ \t\r\n\f\v]*")  # a space alone is one already
_SUFFIXES = ("s", "es", "n", "e", "x")  # what other languages than the source's hang on a name: `<g1>Nuvla</g1>s`


Item = Piece  # a part of a neutral form is of the kind of the piece that it stands for
# An enumeration's members are looked up by a function of Python's own, which costs more than most of what is done here.
TEXT: Final = Item.TEXT
OPEN: Final = Item.OPEN
CLOSE: Final = Item.CLOSE
EMPTY: Final = Item.EMPTY


class Token(NamedTuple):
    """A part of a neutral form: words, or the tag with a number."""

    item: Item
    text: str = ""
    number: int = 0


def parse(fragment: str) -> list[Token]:
    """A neutral form as tokens, without control characters, which no translation needs.

    MarkupError for any tag that is not `<gN>`, `</gN>` or `<xN/>`, and for wrong nesting.
    """
    tokens: list[Token] = []
    if "<" not in fragment:
        _add_text(tokens, fragment)
        return tokens
    opened: list[int] = []
    parts = _TAG.split(fragment)
    for at in range(0, len(parts) - 1, 5):
        raw, closing, letter, digits, empty = parts[at : at + 5]
        if raw:
            _add_text(tokens, raw)
        number = int(digits)
        if letter == "x":
            if not closing:  # `<x1></x1>` is another way to write `<x1/>`
                tokens.append(Token(EMPTY, "", number))
        elif closing:
            if not opened or opened.pop() != number:
                raise MarkupError(f"</g{number}> closes a tag that is not open")
            tokens.append(Token(CLOSE, "", number))
        elif empty:
            raise MarkupError(f"<g{number}/> has lost its words")
        else:
            opened.append(number)
            tokens.append(Token(OPEN, "", number))
    if opened:
        raise MarkupError(f"<g{opened[-1]}> is never closed")
    _add_text(tokens, parts[-1])
    return tokens


def is_plain(fragment: str) -> bool:
    """Whether a neutral form is its words, letter by letter: without tags, entities, and space that would go."""
    if not fragment or "<" in fragment or "&" in fragment or "  " in fragment or fragment != fragment.strip(" "):
        return False
    return fragment.isprintable() or _UNUSUAL.search(fragment) is None


def _add_text(tokens: list[Token], raw: str) -> None:
    if "<" in raw:
        raise MarkupError(f"there is markup that the source does not have: {raw[raw.index('<') :][:40]}")
    if raw:
        text = html.unescape(raw) if "&" in raw else raw
        if not text.isprintable():
            text = _BREAKS.sub(" ", _CONTROLS.sub("", text))
        tokens.append(Token(TEXT, text))


def spaced(text: str) -> str:
    """White space as HTML collapses it."""
    # what is printable has no other white space of HTML's than the space
    return text if "  " not in text and text.isprintable() else _SPACES.sub(" ", text)


def _parents(tokens: Iterable[Token]) -> dict[tuple[Item, int], int]:
    """Each tag and the number of the pair that holds it (0: none). MarkupError for a tag that occurs twice."""
    parents: dict[tuple[Item, int], int] = {}
    stack = [0]
    for item, _, number in tokens:
        if item is CLOSE:
            stack.pop()
        elif item is not TEXT:
            key = (item, number)
            if key in parents:
                raise MarkupError(f"tag {number} occurs twice")
            parents[key] = stack[-1]
            if item is OPEN:
                stack.append(number)
    return parents


def check(source: Sequence[Token], answer: Sequence[Token]) -> None:
    """Every tag of the source once, inside the same pair as before; MarkupError says what is wrong."""
    if [token for token in source if token.number] == [token for token in answer if token.number]:
        return  # in their old order, as most are
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


def attached(answer: Sequence[Token], behind: Mapping[int, Token], last: Mapping[int, bool]) -> list[Token]:
    """The answer with those things in their places that have only one: `behind` says of some numbers of `<xN/>`
    directly behind which tag they stand, `last` which ones stand at the end, and whether behind a space.
    """
    found = [token.number for token in answer if token.item is EMPTY]
    placed = {*behind, *last}
    if not placed or any(found.count(number) != 1 for number in placed) or not set(behind.values()) <= {*answer}:
        return list(answer)  # `check` says what is wrong
    followers = {tag: number for number, tag in behind.items()}
    out: list[Token] = []
    for token in answer:
        if token.item is EMPTY and token.number in placed:
            if token.number in last:  # the space before it is its own
                _strip(out)
            continue
        out.append(token)
        while (number := followers.get(out[-1])) is not None:
            out.append(Token(EMPTY, "", number))
    for number, space in sorted(last.items()):
        _strip(out)
        out += (_SPACE, Token(EMPTY, "", number)) if space else (Token(EMPTY, "", number),)
    return out


def _strip(tokens: list[Token]) -> None:
    """Take white space from the end of tokens."""
    while tokens and tokens[-1].item is TEXT:
        words = tokens.pop().text.rstrip()
        if words:
            tokens.append(Token(TEXT, words))
            return


def written(tokens: Iterable[Token]) -> str:
    return "".join([_TAGS[item] % number if number else escape(text) for item, text, number in tokens])


_TAGS = {OPEN: "<g%d>", CLOSE: "</g%d>", EMPTY: "<x%d/>"}


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
    things, gaps, spaces = _things(answer)
    if len(things) == len(answer) == 1:
        return things  # words alone
    said = _Source(source)
    spaces[0] = spaces[-1] = False
    for index in range(1, len(things)):
        left, right = things[index - 1], things[index]
        if left.number in breaks or right.number in breaks:
            spaces[index] = False
        elif spaces[index]:
            spaces[index] = not (
                (left.text.endswith(_APOSTROPHES) and _ELIDED.search(left.text))
                or (
                    right.text.startswith(_CLOSERS)
                    and _CLOSING.match(right.text)
                    and not _SPACED_CLOSING.search(said.prose)
                )
                or (left.text.endswith(("(", "[")) and "( " not in said.prose)
            )
        elif _ends_a_word(left) and _begins_a_word(right) and _first_word(right.text) not in _SUFFIXES:
            before, after = said.neighbours
            around = [after.get(tag, "") for tag in (left, *gaps[index]) if tag.item in _BEHIND]
            around += [before.get(tag, "") for tag in (*gaps[index], right) if tag.item in _AHEAD]
            spaces[index] = not any(character.strip() for character in around)
    out: list[Token] = []
    for gap, space, thing in zip(gaps, spaces, things, strict=False):
        if space:
            out += _with_space(gap, said.inside) if gap else (_SPACE,)
        elif gap:
            out += gap
        out.append(thing)
    return out + gaps[-1]


_SPACE = Token(TEXT, " ")
_BEHIND, _AHEAD = (CLOSE, EMPTY), (OPEN, EMPTY)
_ELIDED = late(  # French, Italian, Catalan; https://www.btb.termiumplus.gc.ca/redac-chap?lang=fra&lettr=chapsect9
    r"(?:^|[\s(«“\"])(?:[cdjlmnst]|(?:jus|lors|puis|quoi|pres|quel)?qu|(?:[dns]?e|[ads]|qu[ei])?ll|dall|un|gl)['’]$",
    re.IGNORECASE,
)
_APOSTROPHES = ("'", "’")
_CLOSERS = tuple(",.)]")
_CLOSING = late(r"[,.)\]](?!\w)")
_SPACED_CLOSING = late(r" [,.)\]](?!\w)")


class _Source:
    """What is asked of a source, each when it is."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens

    @cached_property
    def prose(self) -> str:
        return "".join("\ufffc" if token.item is EMPTY else token.text for token in self.tokens)

    @cached_property
    def neighbours(self) -> tuple[dict[Token, str], dict[Token, str]]:
        return _neighbours(self.tokens)

    @cached_property
    def inside(self) -> set[Token]:
        """The tags of pairs that have a space just inside: behind the opening or before the closing one."""
        tokens = self.tokens
        return {
            tag
            for index, tag in enumerate(tokens)
            if (tag.item is OPEN and tokens[index + 1].text[:1].isspace())
            or (tag.item is CLOSE and tokens[index - 1].text[-1:].isspace())
        }


def _with_space(gap: list[Token], inside: Collection[Token]) -> list[Token]:
    """The tags of pairs between two things that stand side by side, with a space among them."""
    place = len(gap)
    for index, tag in enumerate(gap):
        opens = tag.item is OPEN
        if tag in inside:
            place = index + opens
            break
        if opens:
            place = min(place, index)
    return [*gap[:place], _SPACE, *gap[place:]]


def _things(tokens: Iterable[Token]) -> tuple[list[Token], list[list[Token]], list[bool]]:
    """The words and the things that stand for themselves, without spaces at their borders; the gaps around them, as
    the tags of pairs there, and whether each has a space.
    """
    things: list[Token] = []
    gaps: list[list[Token]] = [[]]
    spaces = [False]
    for token in tokens:
        item = token.item
        if item is TEXT:
            words = spaced(token.text)
            core = words.strip(" ")
            if core != words and words[0] == " ":
                spaces[-1] = True
            if not core:
                continue
            things.append(token if core == token.text else Token(TEXT, core))
            spaces.append(words[-1] == " ")
            gaps.append([])
        elif item is EMPTY:
            things.append(token)
            spaces.append(False)
            gaps.append([])
        else:
            gaps[-1].append(token)
    return things, gaps, spaces


def _ends_a_word(thing: Token) -> bool:
    return thing.item is EMPTY or _is_word(thing.text[-1:]) or thing.text[-1:] in ",;:!?….)»”"


def _begins_a_word(thing: Token) -> bool:
    return thing.item is EMPTY or _is_word(thing.text[:1]) or thing.text[:1] in "(«“„"


def _neighbours(source: Sequence[Token]) -> tuple[dict[Token, str], dict[Token, str]]:
    """The character before and behind each tag in the source; empty at the border of the text."""
    before: dict[Token, str] = {}
    after: dict[Token, str] = {}
    last = ""
    for token in source:
        if token.item is TEXT:
            last = token.text[-1:]
        else:
            before[token] = last
            last = last if token.item is not EMPTY else "\ufffc"
    last = ""
    for token in reversed(source):
        if token.item is TEXT:
            last = token.text[:1]
        else:
            after[token] = last
            last = last if token.item is not EMPTY else "\ufffc"
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
