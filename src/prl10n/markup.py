"""A unit's inline source ⇄ its neutral form: words with numbered tags, as memory, journal and backends see them.

    neutral(unit)          → the texts to translate: the unit's words, then those inside its markup (alternative
    texts, titles) render(unit, answers)  → the translated unit as an author would write it, or MarkupError runs /
    with_runs       → the same without tags, for answers that cannot be repaired and for backends without tags
    aligned(unit, text)    → the neutral form of an existing translation, its tags numbered as in the source

An answer is believed only after it was read back: what is written parses to the words and the markup that were meant.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from prl10n import document, tags
from prl10n.errors import MarkupError
from prl10n.model import Inline, Inner, Piece, Syntax, Unit
from prl10n.tags import Item, Token

if TYPE_CHECKING:
    from prl10n.document import References

_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]<>&~|])")
_BANG = re.compile(r"!(?=\\?\[|$)")  # in front of a bracket it would make an image
_BLOCK_START = re.compile(r"(?m)^[ \t]*(?:([0-9]{1,9})([.)])(?=\s|$)|([-+*#>=~`<|:\[_]))")
_SHORTCUT = ("]", "][]")


@dataclass(frozen=True, slots=True)
class _Text:
    """Something with a neutral form of its own: a unit, or words inside its markup."""

    text: str
    syntax: Syntax
    pieces: tuple[Inline, ...]


def neutral(unit: Unit, references: References | None = None) -> tuple[str, ...]:
    """The texts of a unit that are translated, as XML fragments: its own words, then those inside its markup, in order.

    Markup around all the words, and white space at the borders, stay outside: `**Now**` and `Now` are one text.
    """
    return tuple(_neutral(text) for text in _texts(unit, {} if references is None else references))


def _texts(unit: Unit, references: References) -> Iterator[_Text]:
    if _has_words(unit.pieces):
        yield _Text(unit.text, unit.syntax, unit.pieces)
    for part in _inner(unit.pieces, unit.text):
        text = unit.text[part.start : part.end]
        yield _Text(text, part.syntax, document.read(text, part.syntax, references))


def _inner(pieces: Sequence[Inline], text: str) -> Iterator[Inner]:
    for piece in pieces:
        for part in piece.inner:
            if document.has_letters(text[part.start : part.end]):
                yield part


def _has_words(pieces: Sequence[Inline]) -> bool:
    return any(piece.piece is Piece.TEXT and document.has_letters(piece.value) for piece in pieces)


def _core(pieces: Sequence[Inline]) -> tuple[int, int]:
    """The range of pieces without the pairs that enclose all the others."""
    first, last = 0, len(pieces)
    while last - first > 1 and pieces[first].piece is Piece.OPEN and document.partner(pieces, first) == last - 1:
        first, last = first + 1, last - 1
    return first, last


def _tokens(pieces: Iterable[Inline]) -> Iterator[Token]:
    """The neutral tokens of pieces, their tags numbered from 1."""
    count = 0
    opened: list[int] = []
    for piece in pieces:
        if piece.piece is Piece.TEXT:
            yield Token(Item.TEXT, piece.value)
        elif piece.piece is Piece.CLOSE:
            yield Token(Item.CLOSE, number=opened.pop())
        else:
            count += 1
            if piece.piece is Piece.OPEN:
                opened.append(count)
            yield Token(Item[piece.piece.name], number=count)


def _neutral(text: _Text) -> str:
    first, last = _core(text.pieces)
    return _SPACES.sub(" ", tags.written(_tokens(text.pieces[first:last]))).strip(" ")


def render(unit: Unit, answers: Sequence[str], references: References | None = None) -> str:
    """The unit's text in another language, from the answers to `neutral(unit)`, in the same order.

    Lost spaces at tags are restored where it is certain that they were lost; characters that would be markup where
    they land are escaped, and only these. Raises MarkupError where an answer does not carry the tags of its text, or
    cannot be written so that it reads as meant.
    """
    known = {} if references is None else references
    texts = list(_texts(unit, known))
    if len(answers) != len(texts):
        raise MarkupError(f"{len(texts)} texts were asked for, {len(answers)} came back")
    if all(_neutral(text) == answer for text, answer in zip(texts, answers, strict=True)):
        return unit.text
    remaining = list(answers)
    main = tags.parse(remaining.pop(0)) if _has_words(unit.pieces) else None
    inner: dict[tuple[int, int], str] = {}
    for part, answer in zip(_inner(unit.pieces, unit.text), remaining, strict=True):
        text = unit.text[part.start : part.end]
        inside = _Text(text, part.syntax, document.read(text, part.syntax, known))
        inner[part.start, part.end] = _render(inside, tags.parse(answer), {}, known)
    return _render(_Text(unit.text, unit.syntax, unit.pieces), main, inner, known)


def _render(text: _Text, answer: list[Token] | None, inner: dict[tuple[int, int], str], references: References) -> str:
    first, last = _core(text.pieces)
    source = list(_tokens(text.pieces[first:last]))
    if answer is None:
        answer = source
    else:
        tags.check(source, answer)
        if not any(token.item is Item.TEXT and token.text.strip() for token in answer):
            raise MarkupError("the translation is empty")
        breaks = {
            token.number
            for token, piece in zip(source, text.pieces[first:last], strict=True)
            if piece.value == "br" or piece.value.startswith("lines ")
        }
        answer = tags.respaced(source, answer, breaks)
    writer = _Writer(text, first, last, inner)
    wanted = writer.meaning(answer)
    # Who writes entities goes on doing so; in HTML a bare `<` may begin a tag that ends behind the unit.
    entities = text.syntax in (Syntax.HTML, Syntax.ATTRIBUTE) and "&" in text.text
    entities = entities or (text.syntax is Syntax.HTML and any("<" in token.text for token in answer))
    for escape in (entities, not entities):
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

    def __init__(self, text: _Text, first: int, last: int, inner: dict[tuple[int, int], str]) -> None:
        self.text = text
        self.inner = inner
        self.before, self.core, self.behind = text.pieces[:first], text.pieces[first:last], text.pieces[last:]
        self.opening: dict[int, Inline] = {}
        self.closing: dict[int, Inline] = {}
        for piece, token in zip(self.core, _tokens(self.core), strict=True):
            if token.number:
                (self.closing if token.item is Item.CLOSE else self.opening)[token.number] = piece
        self.edges = _edges(self.core)

    def write(self, answer: Sequence[Token], *, escape: bool, stars: bool) -> str:
        out = [self.source(piece, stars) for piece in self.before]
        starts: list[int] = [len(out)]  # where, in `out`, the words of each open pair begin
        out.append(self.edges[0])
        for token in answer:
            if token.item is Item.TEXT:
                out.append(_escaped(token.text, self.text.syntax) if escape else token.text.replace("\n", " "))
            elif token.item is Item.CLOSE:
                out.append(self.close(token.number, "".join(out[starts.pop() :]), stars))
            else:
                out.append(self.source(self.opening[token.number], stars))
                if token.item is Item.OPEN:
                    starts.append(len(out))
        out.append(self.edges[1])
        for piece, opening in zip(self.behind, reversed(self.before), strict=True):
            words = "".join(out[starts[0] :])
            out.append(self.pinned(piece, opening, words, stars))
        return "".join(out)

    def close(self, number: int, words: str, stars: bool) -> str:
        return self.pinned(self.closing[number], self.opening[number], words, stars)

    def pinned(self, closing: Inline, opening: Inline, words: str, stars: bool) -> str:
        """The end of a pair. A reference whose words are its label names the label once the words are others."""
        raw = self.source(closing, stars)
        label = self.text.text[opening.end : closing.start]
        if closing.value.startswith("link ") and raw in _SHORTCUT and words != label:
            return f"][{label}]"
        return raw

    def source(self, piece: Inline, stars: bool) -> str:
        """A piece of markup as the source has it, with the translated words inside it."""
        raw = self.text.text[piece.start : piece.end]
        if stars and piece.piece is not Piece.EMPTY and piece.value in ("em", "strong"):
            return raw.replace("_", "*")
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

    def meaning(self, answer: Sequence[Token]) -> list[tuple[str, str]]:
        """What reading the written answer must give."""
        pieces = [(piece.piece.value, piece.value) for piece in self.before]
        pieces.append((Piece.TEXT.value, self.edges[0]))
        for token in answer:
            if token.item is Item.TEXT:
                pieces.append((Piece.TEXT.value, token.text))
            else:
                piece = self.closing[token.number] if token.item is Item.CLOSE else self.opening[token.number]
                pieces.append((piece.piece.value, piece.value))
        pieces.append((Piece.TEXT.value, self.edges[1]))
        pieces += [(piece.piece.value, piece.value) for piece in self.behind]
        return _normal(pieces)


def _edges(core: Sequence[Inline]) -> tuple[str, str]:
    """The white space at the borders of the words, which the neutral form leaves out."""
    lead = core[0].value if core and core[0].piece is Piece.TEXT else ""
    tail = core[-1].value if core and core[-1].piece is Piece.TEXT else ""
    return (" " if lead[:1] in tuple(" \t\n") and lead else "", " " if tail[-1:] in tuple(" \t\n") and tail else "")


def _meaning(pieces: Iterable[Inline]) -> list[tuple[str, str]]:
    return _normal((piece.piece.value, piece.value) for piece in pieces)


def _normal(pieces: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Neighbouring words joined, bare addresses as words, white space as HTML collapses it."""
    joined: list[tuple[str, str]] = []
    for kind, value in pieces:
        if kind == "empty" and value.startswith("bare "):
            kind, value = "text", value[5:]
        if kind == "text" and joined and joined[-1][0] == "text":
            joined[-1] = ("text", joined[-1][1] + value)
        else:
            joined.append((kind, value))
    spaced = [(kind, _SPACES.sub(" ", value) if kind == "text" else value) for kind, value in joined]
    return [item for item in spaced if item != ("text", "")]


def _escaped(text: str, syntax: Syntax) -> str:
    text = _SPACES.sub(" ", text)
    if syntax in (Syntax.HTML, Syntax.ATTRIBUTE):
        return tags.escape(text)
    if syntax in (Syntax.VALUE, Syntax.PARAMETER):
        return text
    return _BANG.sub(r"\\!", _MARKDOWN_SPECIAL.sub(r"\\\1", text))


def _quoted(text: str, delimiter: str, syntax: Syntax) -> str:
    """Words for a place between delimiters, of which `delimiter` is the first."""
    if syntax is Syntax.ATTRIBUTE:
        return text.replace(delimiter, html.escape(delimiter))
    if syntax is Syntax.PARAMETER:
        return text.replace(delimiter, "”" if delimiter == '"' else "’")
    if syntax is Syntax.TITLE:
        marks = "()" if delimiter == "(" else delimiter
        return re.sub(rf"(?<!\\)((?:\\\\)*)([{re.escape(marks)}])", r"\1\\\2", text)
    return text


def _guarded(text: str, syntax: Syntax, references: References) -> str | None:
    """The text so that it stays inside its block: what would begin another block at a line's start is escaped. None:
    impossible.
    """
    if syntax is Syntax.LABEL:
        return text if document.is_label(text) else _MARKDOWN_SPECIAL.sub(r"\\\1", text)
    kind = {Syntax.MARKDOWN: "paragraph", Syntax.HEADING: "heading"}.get(syntax)
    if kind is None or not (_BLOCK_START.search(text) if kind == "paragraph" else text.endswith("#")):
        return text
    if document.is_block(text, kind, references):
        return text
    if kind == "heading":
        escaped = re.sub(r"(#+)$", r"\\\1", text)
    else:
        escaped = _BLOCK_START.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", text)
    return escaped if document.is_block(escaped, kind, references) else None


def runs(fragment: str) -> tuple[str, ...]:
    """The words of a neutral form between its tags, without white space at their borders; only those with letters."""
    return tuple(
        tags.escape(token.text.strip())
        for token in tags.parse(fragment)
        if token.item is Item.TEXT and document.has_letters(token.text)
    )


def with_runs(fragment: str, answers: Sequence[str]) -> str:
    """The neutral form with other words in its runs: tags and white space stay where they are."""
    remaining = list(answers)
    tokens = []
    for token in tags.parse(fragment):
        if token.item is Item.TEXT and document.has_letters(token.text):
            lead = token.text[: len(token.text) - len(token.text.lstrip())]
            tail = token.text[len(token.text.rstrip()) :]
            words = html.unescape(remaining.pop(0)).strip()
            tokens.append(Token(Item.TEXT, f"{lead}{words}{tail}"))
        else:
            tokens.append(token)
    return tags.written(tokens)


def texts(text: str, syntax: Syntax, references: References) -> tuple[list[Token], ...]:
    """A text of a catalog as tokens, those around it included; behind it the texts inside its markup."""
    pieces = document.read(text, syntax, references)
    inner = (text[part.start : part.end] for part in _inner(pieces, text))
    syntaxes = (part.syntax for part in _inner(pieces, text))
    within = (
        list(_tokens(document.read(words, kind, references))) for words, kind in zip(inner, syntaxes, strict=True)
    )
    return list(_tokens(pieces)), *within


def revised(text: str, syntax: Syntax, references: References, revise: Callable[[list[Token]], list[Token]]) -> str:
    """A text of a catalog with other words between its tags, and between those of the texts inside its markup.

    `revise` gives the same tags in the same order. What it leaves as it was stays letter by letter. Raises MarkupError
    where the result would not read as it is meant.
    """
    pieces = document.read(text, syntax, references)
    old = list(_tokens(pieces))
    new = revise(old)
    out: list[str] = []
    for piece, before, after in zip(pieces, old, new, strict=True):
        raw = text[piece.start : piece.end]
        if piece.piece is Piece.TEXT:
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
        wanted = _normal(
            (piece.piece.value, after.text if piece.piece is Piece.TEXT else piece.value)
            for piece, after in zip(pieces, new, strict=True)
        )
        if _meaning(document.read(result, syntax, references)) != wanted:
            raise MarkupError("the text cannot be written so that it reads as it is meant")
    return result


def _rewritten(raw: str, before: str, after: str, syntax: Syntax) -> str:
    """Words written anew; where the text has no escape and no entity, all that did not change stays as it is."""
    if raw == before:
        return after
    start = sum(1 for _ in takewhile(lambda letters: len(set(letters)) == 1, zip(raw, before, after, strict=False)))
    return raw[:start] + _escaped(after[start:], syntax)


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
    if _has_words(unit.pieces):
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
                found.append(_neutral(_Text(word, part.syntax, document.read(word, part.syntax, known))))
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
        if token.number and token.item is not Item.CLOSE:
            numbers.setdefault((piece.piece, piece.value), []).append(token.number)
    tokens: list[Token] = []
    opened: list[int] = []
    for piece in target[left:right]:
        if piece.piece is Piece.TEXT:
            tokens.append(Token(Item.TEXT, piece.value))
        elif piece.piece is Piece.CLOSE:
            tokens.append(Token(Item.CLOSE, number=opened.pop()))
        else:
            known = numbers.get((piece.piece, piece.value))
            if not known:
                return None
            number = known.pop(0)
            if piece.piece is Piece.OPEN:
                opened.append(number)
            tokens.append(Token(Item[piece.piece.name], number=number))
    return _SPACES.sub(" ", tags.written(tokens)).strip(" ")
