"""A unit's inline source ⇄ its neutral form: words with numbered tags, as memory, journal and backends see them.

    neutral(unit)          → the texts to translate: the unit's words, then those inside its markup (titles, say)
    render(unit, answers)  → the translated unit as an author would write it, or MarkupError
    runs, with_runs        → the same without tags, for answers that cannot be repaired, and backends without tags
    aligned(unit, text)    → the neutral form of an existing translation, its tags numbered as in the source

An answer is believed only after it was read back: what is written parses to the words and the markup that were meant.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from prl10n import document, tags
from prl10n.errors import MarkupError
from prl10n.model import Inline, Inner, Piece, Syntax, Unit
from prl10n.patterns import late
from prl10n.tags import CLOSE, EMPTY, OPEN, TEXT, Token, spaced

if TYPE_CHECKING:
    from prl10n.document import References

_MARKDOWN_SPECIAL = late(r"([\\`*_\[\]<>&~|])")
_BRACES = late(r"([{}])")  # which begin templates, but in few dialects
_BANG = late(r"!(?=\\?\[|$)")  # in front of a bracket it would make an image
_BLOCK_START = re.compile(r"(?m)^[ \t]*(?:([0-9]{1,9})([.)])(?=\s|$)|([-+*#>=~`<|:\[_]))")
_SHORTCUT = ("]", "][]")
_ENTITIES = (Syntax.HTML, Syntax.ATTRIBUTE)  # in which characters are written as entities
_VERBATIM = (Syntax.VALUE, Syntax.PARAMETER)  # in which they are written as they are
_BLOCKS = {Syntax.MARKDOWN: "paragraph", Syntax.HEADING: "heading", Syntax.LABEL: "label"}  # what a text stays inside


class _Escape(Enum):
    """What is escaped in words."""

    NOTHING = ()
    MARKUP = (_MARKDOWN_SPECIAL,)
    BRACES = (_MARKDOWN_SPECIAL, _BRACES)  # and all of the above


class _Text(NamedTuple):
    """Something with a neutral form of its own: a unit, or words inside its markup. `tokens` are those of the pieces
    from `first` to `last`, which leave out the pairs that enclose all the others.
    """

    text: str
    syntax: Syntax
    pieces: tuple[Inline, ...]
    first: int
    last: int
    tokens: list[Token]


def neutral(unit: Unit, references: References | None = None) -> tuple[str, ...]:
    """The texts of a unit that are translated, as XML fragments: its own words, then those inside its markup, in order.

    Markup around all the words, and white space at the borders, stay outside: `**Now**` and `Now` are one text.
    """
    known = {} if references is None else references
    alone = _alone(unit.pieces)
    if alone is not None:
        return (_escaped_words(alone),)
    own = (_neutral(_own(unit)),) if document.has_words(unit.pieces) else ()
    parts = _inner(unit.pieces, unit.text)
    return (*own, *(_neutral(_inside(unit, part, known)) for part in parts)) if parts else own


def _text(text: str, syntax: Syntax, pieces: tuple[Inline, ...]) -> _Text:
    first, last = _core(pieces)
    return _Text(text, syntax, pieces, first, last, _tokens(pieces[first:last]))


def _own(unit: Unit) -> _Text:
    return _text(unit.text, unit.syntax, unit.pieces)


def _inside(unit: Unit, part: Inner, references: References) -> _Text:
    text = unit.text[part.start : part.end]
    return _text(text, part.syntax, document.read(text, part.syntax, references))


def _inner(pieces: Sequence[Inline], text: str) -> list[Inner]:
    """The parts of markup that are words."""
    return [
        part
        for piece in pieces
        if piece.inner
        for part in piece.inner
        if document.has_letters(text[part.start : part.end])
    ]


def _alone(pieces: Sequence[Inline]) -> str | None:
    """The words of a text that is words alone, as most are; None for any other."""
    if len(pieces) != 1 or pieces[0].piece is not TEXT or not document.has_letters(pieces[0].value):
        return None
    return pieces[0].value


def _escaped_words(words: str) -> str:
    """`_neutral` of a text that is words alone."""
    return spaced(tags.escape(words)).strip(" ")


def _core(pieces: Sequence[Inline]) -> tuple[int, int]:
    """The range of pieces without the pairs that enclose all the others."""
    first, last = 0, len(pieces)
    while last - first > 1 and pieces[first].piece is OPEN and document.partner(pieces, first) == last - 1:
        first, last = first + 1, last - 1
    return first, last


def _tokens(pieces: Iterable[Inline]) -> list[Token]:
    """The neutral tokens of pieces, their tags numbered from 1."""
    tokens: list[Token] = []
    count = 0
    opened: list[int] = []
    for piece in pieces:
        kind = piece.piece
        if kind is TEXT:
            tokens.append(Token(kind, piece.value))
        elif kind is CLOSE:
            tokens.append(Token(kind, "", opened.pop()))
        else:
            count += 1
            tokens.append(Token(kind, "", count))
            if kind is OPEN:
                opened.append(count)
    return tokens


def _neutral(text: _Text) -> str:
    return spaced(tags.written(text.tokens)).strip(" ")


def render(unit: Unit, answers: Sequence[str], references: References | None = None) -> str:
    """The unit's text in another language, from the answers to `neutral(unit)`, in the same order.

    Lost spaces at tags are restored where it is certain that they were lost; characters that would be markup where
    they land are escaped, and only these. Raises MarkupError where an answer does not carry the tags of its text, or
    cannot be written so that it reads as meant.
    """
    known = {} if references is None else references
    if len(answers) == 1 and (written := _as_it_is(unit, answers[0], known)) is not None:
        return written
    parts = _inner(unit.pieces, unit.text)
    own, inside = _own(unit), [_inside(unit, part, known) for part in parts]
    texts = [own, *inside] if document.has_words(unit.pieces) else inside
    if len(answers) != len(texts):
        raise MarkupError(f"{len(texts)} texts were asked for, {len(answers)} came back")
    if [_neutral(text) for text in texts] == list(answers):
        return unit.text
    main = tags.parse(answers[0]) if len(texts) > len(inside) else None
    inner: dict[tuple[int, int], str] = {}
    for part, text, answer in zip(parts, inside, answers[len(texts) - len(inside) :], strict=True):
        inner[part.start, part.end] = _render(text, tags.parse(answer), {}, known)
    return _render(own, main, inner, known)


def _as_it_is(unit: Unit, answer: str, references: References) -> str | None:
    """`render` of words alone whose answer can be written as it came, which is so of most units; None for any other."""
    words = _alone(unit.pieces)
    if words is None or not tags.is_plain(answer) or words[0].isspace() or words[-1].isspace():
        return None
    if answer == _escaped_words(words) or (unit.syntax in _ENTITIES and "&" in unit.text):
        return None
    guarded = _guarded(answer, unit.syntax, references)
    if guarded is None or _meaning(document.read(guarded, unit.syntax, references)) != [(TEXT, answer)]:
        return None
    return guarded


def _render(text: _Text, answer: list[Token] | None, inner: dict[tuple[int, int], str], references: References) -> str:
    writer = _Writer(text, inner)
    if answer is None:
        answer = text.tokens
    else:
        if writer.templates:
            answer = writer.attached(answer)
        tags.check(text.tokens, answer)
        if not "".join([token.text for token in answer]).strip():
            raise MarkupError("the translation is empty")
        answer = tags.respaced(text.tokens, answer, writer.breaks)
        if writer.templates and writer.tree(answer) != document.tree(text.pieces):
            raise MarkupError("a template or an attribute list has left its place")
    wanted = writer.meaning(answer)
    # Who writes entities goes on doing so; in HTML a bare `<` may begin a tag that ends behind the unit.
    entities = text.syntax in _ENTITIES and (
        "&" in text.text or (text.syntax is Syntax.HTML and any("<" in token.text for token in answer))
    )
    escapes = [_Escape.MARKUP, _Escape.NOTHING] if entities else [_Escape.NOTHING, _Escape.MARKUP]
    if any("{" in token.text for token in answer):
        escapes.append(_Escape.BRACES)
    for escape in escapes:
        for plain_stars in (False, True):
            candidate = writer.write(answer, escape=escape, stars=plain_stars)
            guarded = _guarded(candidate, text.syntax, references)
            if guarded is not None and _meaning(document.read(guarded, text.syntax, references)) == wanted:
                return guarded
            if "_" not in candidate:
                break
    raise MarkupError("the translation cannot be written so that it reads as it is meant")


class _Writer:
    """Writes an answer with the markup of its source."""

    def __init__(self, text: _Text, inner: dict[tuple[int, int], str]) -> None:
        pieces = text.pieces
        self.text = text
        self.inner = inner
        self.before, self.behind = pieces[: text.first], pieces[text.last :]
        core = pieces[text.first : text.last]
        self.opening: dict[int, Inline] = {}
        self.closing: dict[int, Inline] = {}
        self.breaks: set[int] = set()  # the numbers of the tags that stand for line breaks
        self.templates = any(piece.value.startswith("template {") for piece in core if piece.piece is EMPTY)
        for piece, (item, _, number) in zip(core, text.tokens, strict=True):
            if item is CLOSE:
                self.closing[number] = piece
            elif number:
                self.opening[number] = piece
                if item is EMPTY and (piece.value == "br" or piece.value.startswith("lines ")):
                    self.breaks.add(number)
        self.edges = _edges(core)

    def attached(self, answer: Sequence[Token]) -> list[Token]:
        """An answer whose attribute lists are where they belong, which is certain."""
        places = document.attribute_places(self.text.pieces)
        behind: dict[int, Token] = {}
        last: dict[int, bool] = {}
        for index, place in places.items():
            at = index - self.text.first
            if not 0 <= at < len(self.text.tokens):
                continue
            number = self.text.tokens[at].number
            if place is not document.Place.BEHIND:
                last[number] = place is document.Place.AT_END
            elif at > 0:
                behind[number] = self.text.tokens[at - 1]
        return tags.attached(answer, behind, last)

    def tree(self, answer: Sequence[Token]) -> tuple[document.Node, ...]:
        """The markup of an answer, as it will be written."""
        pieces = [
            Inline(TEXT, 0, 0, text) if item is TEXT else (self.closing if item is CLOSE else self.opening)[number]
            for item, text, number in answer
        ]
        return document.tree((*self.before, *pieces, *self.behind))

    def write(self, answer: Sequence[Token], *, escape: _Escape, stars: bool) -> str:
        out = [self.source(piece, stars) for piece in self.before]
        starts: list[int] = [len(out)]  # where, in `out`, the words of each open pair begin
        out.append(self.edges[0])
        for item, text, number in answer:
            if item is TEXT:
                out.append(_escaped(text, self.text.syntax, escape))
            elif item is CLOSE:
                start = starts.pop()
                out.append(self.pinned(self.closing[number], self.opening[number], out, start, stars))
            else:
                out.append(self.source(self.opening[number], stars))
                if item is OPEN:
                    starts.append(len(out))
        out.append(self.edges[1])
        for piece, opening in zip(self.behind, reversed(self.before), strict=True):
            out.append(self.pinned(piece, opening, out, starts[0], stars))
        return "".join(out)

    def pinned(self, closing: Inline, opening: Inline, out: Sequence[str], start: int, stars: bool) -> str:
        """The end of a pair, whose words are those from `start`. A reference whose words are its label names the label
        once the words are others.
        """
        raw = self.source(closing, stars)
        if raw in _SHORTCUT and closing.value.startswith("link "):
            label = self.text.text[opening.end : closing.start]
            if "".join(out[start:]) != label:
                return f"][{label}]"
        return raw

    def source(self, piece: Inline, stars: bool) -> str:
        """A piece of markup as the source has it, with the translated words inside it."""
        raw = self.text.text[piece.start : piece.end]
        if stars and piece.piece is not EMPTY and piece.value in ("em", "strong"):
            return raw.replace("_", "*")
        if not piece.inner:
            return raw
        out, last = [], piece.start
        for part in piece.inner:
            translated = self.inner.get((part.start, part.end))
            if translated is None:
                continue
            out += [self.text.text[last : part.start], _quoted(translated, self.text.text[part.start - 1], part.syntax)]
            last = part.end
            tail = self.text.text[last : piece.end]
            if (
                part.syntax is Syntax.LABEL
                and tail in _SHORTCUT
                and translated != self.text.text[part.start : part.end]
            ):
                return "".join(out) + f"][{self.text.text[part.start : part.end]}]"
        return "".join(out) + self.text.text[last : piece.end] if out else raw

    def meaning(self, answer: Sequence[Token]) -> list[tuple[Piece, str]]:
        """What reading the written answer must give."""
        pieces = _said(self.before)
        pieces.append((TEXT, self.edges[0]))
        for item, text, number in answer:
            if item is TEXT:
                pieces.append((TEXT, text))
            else:
                pieces.append((item, (self.closing if item is CLOSE else self.opening)[number].value))
        pieces.append((TEXT, self.edges[1]))
        return _normal(pieces + _said(self.behind))


def _edges(core: Sequence[Inline]) -> tuple[str, str]:
    """The white space at the borders of the words, which the neutral form leaves out."""
    lead = core[0].value[:1] if core and core[0].piece is TEXT else ""
    tail = core[-1].value[-1:] if core and core[-1].piece is TEXT else ""
    return (" " if lead and lead in " \t\n" else "", " " if tail and tail in " \t\n" else "")


def _meaning(pieces: Iterable[Inline]) -> list[tuple[Piece, str]]:
    return _normal(_said(pieces))


def _said(pieces: Iterable[Inline]) -> list[tuple[Piece, str]]:
    return [(piece.piece, piece.value) for piece in pieces]


def _normal(pieces: Iterable[tuple[Piece, str]]) -> list[tuple[Piece, str]]:
    """Neighbouring words joined, bare addresses as words, white space as HTML collapses it."""
    joined: list[tuple[Piece, str]] = []
    words = ""
    for kind, value in pieces:
        if kind is TEXT:
            words += value
        elif kind is EMPTY and value.startswith("bare "):
            words += value[5:]
        else:
            if words:
                joined.append((TEXT, spaced(words)))
                words = ""
            joined.append((kind, value))
    if words:
        joined.append((TEXT, spaced(words)))
    return joined


def _escaped(text: str, syntax: Syntax, escape: _Escape) -> str:
    """Words as they are written; in entities and verbatim there is only one way to escape."""
    if escape is _Escape.NOTHING:
        return text.replace("\n", " ")
    text = spaced(text)
    if syntax in _ENTITIES:
        return tags.escape(text)
    if syntax in _VERBATIM:
        return text
    for special in escape.value:
        text = special.sub(r"\\\1", text)
    return _BANG.sub(r"\\!", text)


def _quoted(text: str, delimiter: str, syntax: Syntax) -> str:
    """Words for a place between delimiters, of which `delimiter` is the first."""
    if syntax is Syntax.ATTRIBUTE:
        return text.replace(delimiter, html.escape(delimiter))
    if syntax is Syntax.PARAMETER:
        return document.curled(text, delimiter)
    if syntax is Syntax.TITLE:
        marks = "()" if delimiter == "(" else delimiter
        return re.sub(rf"(?<!\\)((?:\\\\)*)([{re.escape(marks)}])", r"\1\\\2", text)
    return text


def _guarded(text: str, syntax: Syntax, references: References) -> str | None:
    """The text so that it stays inside its block: what would begin another block at a line's start is escaped. None:
    impossible.
    """
    kind = _BLOCKS.get(syntax)
    if kind == "label":
        return text if document.is_label(text) else _MARKDOWN_SPECIAL.sub(r"\\\1", text)
    if kind is None or not (_may_begin_block(text) if kind == "paragraph" else text.endswith("#")):
        return text
    if document.is_block(text, kind, references):
        return text
    if kind == "heading":
        escaped = re.sub(r"(#+)$", r"\\\1", text)
    else:
        escaped = _BLOCK_START.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", text)
    return escaped if document.is_block(escaped, kind, references) else None


def _may_begin_block(text: str) -> bool:
    return (_BLOCK_START.search(text) if "\n" in text else _BLOCK_START.match(text)) is not None


def runs(fragment: str) -> tuple[str, ...]:
    """The words of a neutral form between its tags, without white space at their borders; only those with letters."""
    return tuple(
        tags.escape(token.text.strip())
        for token in tags.parse(fragment)
        if token.item is TEXT and document.has_letters(token.text)
    )


def with_runs(fragment: str, answers: Sequence[str]) -> str:
    """The neutral form with other words in its runs: tags and white space stay where they are."""
    remaining = list(answers)
    tokens = []
    for token in tags.parse(fragment):
        if token.item is TEXT and document.has_letters(token.text):
            lead = token.text[: len(token.text) - len(token.text.lstrip())]
            tail = token.text[len(token.text.rstrip()) :]
            words = html.unescape(remaining.pop(0)).strip()
            tokens.append(Token(TEXT, f"{lead}{words}{tail}"))
        else:
            tokens.append(token)
    return tags.written(tokens)


def texts(text: str, syntax: Syntax, references: References) -> tuple[list[Token], ...]:
    """A text of a catalog as tokens, those around it included; behind it the texts inside its markup."""
    pieces = document.read(text, syntax, references)
    parts = _inner(pieces, text)
    within = [_tokens(document.read(text[part.start : part.end], part.syntax, references)) for part in parts]
    return _tokens(pieces), *within


def revised(text: str, syntax: Syntax, references: References, revise: Callable[[list[Token]], list[Token]]) -> str:
    """A text of a catalog with other words between its tags, and between those of the texts inside its markup.

    `revise` gives the same tags in the same order. What it leaves as it was stays letter by letter. Raises MarkupError
    where the result would not read as it is meant.
    """
    pieces = document.read(text, syntax, references)
    old = _tokens(pieces)
    new = revise(old)
    out: list[str] = []
    for piece, before, after in zip(pieces, old, new, strict=True):
        raw = text[piece.start : piece.end]
        if piece.piece is TEXT:
            out.append(raw if before == after else _rewritten(raw, before.text, after.text, syntax))
            continue
        parts, last = [], piece.start
        for part in piece.inner:
            words = text[part.start : part.end]
            if document.has_letters(words):
                words = _quoted(revised(words, part.syntax, references, revise), text[part.start - 1], part.syntax)
            parts += [text[last : part.start], words]
            last = part.end
        out.append("".join(parts) + text[last : piece.end])
    result = "".join(out)
    if result != text:
        said = zip(_said(pieces), new, strict=True)
        wanted = _normal((kind, token.text if kind is TEXT else value) for (kind, value), token in said)
        if _meaning(document.read(result, syntax, references)) != wanted:
            raise MarkupError("the text cannot be written so that it reads as it is meant")
    return result


def _rewritten(raw: str, before: str, after: str, syntax: Syntax) -> str:
    """Words written anew; where the text has no escape and no entity, all that did not change stays as it is."""
    if raw == before:
        return after
    start = sum(1 for _ in takewhile(lambda letters: len(set(letters)) == 1, zip(raw, before, after, strict=False)))
    braces = raw.count("{") < before.count("{") or "\\{" in raw
    return raw[:start] + _escaped(after[start:], syntax, _Escape.BRACES if braces else _Escape.MARKUP)


def aligned(unit: Unit, text: str, references: References | None = None) -> tuple[str, ...] | None:
    """The neutral form of a translation of the unit, its tags numbered as in the source, or None where the markup
    differs.

    `neutral(unit)` and `aligned(unit, text)` are pairs that the memory can use for other units with the same words.
    """
    known = {} if references is None else references
    pieces = document.read(text, unit.syntax, known)
    if not same_markup(unit, pieces):
        return None
    found: list[str] = []
    if document.has_words(unit.pieces):
        main = _renumbered(unit.pieces, pieces)
        if main is None:
            return None
        found.append(main)
    translated: dict[str, list[str]] = {}
    for piece in pieces:
        if piece.inner:
            translated.setdefault(piece.value, []).extend(text[part.start : part.end] for part in piece.inner)
    for piece in unit.pieces:
        for part in piece.inner:
            words = translated.get(piece.value)
            if not words:
                return None
            word = words.pop(0)
            if document.has_letters(unit.text[part.start : part.end]):
                found.append(_neutral(_text(word, part.syntax, document.read(word, part.syntax, known))))
    return tuple(found)


def difference(unit: Unit, pieces: Sequence[Inline]) -> str:
    """What the markup of a translation lacks or adds, in words; empty where it is that of the unit."""
    wanted, found = list(_described(document.tree(unit.pieces))), list(_described(document.tree(pieces)))
    lacking = [node for node in wanted if not _taken(node, found)]
    parts = [f"it lacks {', '.join(lacking)}"] if lacking else []
    if found:
        parts.append(f"the source does not have {', '.join(found)}")
    if not parts and not same_markup(unit, pieces):
        parts.append("its markup is nested in another way")
    return "; ".join(parts)


def _described(nodes: Iterable[document.Node]) -> Iterator[str]:
    for value, children in nodes:
        kind, _, rest = value.partition(" ")
        yield f"{_KINDS.get(kind, kind)} {rest}".strip()
        yield from _described(children)


_KINDS = {
    "em": "emphasis",
    "strong": "strong emphasis",
    "s": "strikethrough",
    "html": "the tag",
    "br": "a hard line break",
    "opener": "an unescaped",
}


def _taken(node: str, found: list[str]) -> bool:
    """Take a node out of those that were found, if it is there."""
    if node in found:
        found.remove(node)
        return True
    return False


def same_markup(unit: Unit, pieces: Sequence[Inline]) -> bool:
    """Law 3 for one unit: the same markup with the same nesting, whatever its order."""
    return document.tree(unit.pieces) == document.tree(pieces)


def _renumbered(source: Sequence[Inline], target: Sequence[Inline]) -> str | None:
    first, last = _core(source)
    left, right = _core(target)
    if (first, len(source) - last) != (left, len(target) - right):
        shared = min(first, left)
        first, last, left, right = shared, len(source) - shared, shared, len(target) - shared
    numbers: dict[tuple[Piece, str], list[int]] = {}
    for piece, token in zip(source[first:last], _tokens(source[first:last]), strict=True):
        if token.number and token.item is not CLOSE:
            numbers.setdefault((piece.piece, piece.value), []).append(token.number)
    tokens: list[Token] = []
    opened: list[int] = []
    for piece in target[left:right]:
        if piece.piece is TEXT:
            tokens.append(Token(TEXT, piece.value))
        elif piece.piece is CLOSE:
            tokens.append(Token(CLOSE, number=opened.pop()))
        else:
            known = numbers.get((piece.piece, piece.value))
            if not known:
                return None
            number = known.pop(0)
            if piece.piece is OPEN:
                opened.append(number)
            tokens.append(Token(piece.piece, "", number))
    return spaced(tags.written(tokens)).strip(" ")
