"""What alignment sees of a document: its units as blocks, with all that a translation keeps of each."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from prl10n import document
from prl10n.document import Document
from prl10n.model import Inline, Piece, Unit

_NUMBER = re.compile(r"\d+(?:[.,'’\u00a0\u202f\u2009 ]\d{3}(?!\d))*(?:[.,]\d+)*")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[^\s<>()\[\]]+")
_WORD = re.compile(r"[^\W\d_]+")
_DENSE = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")  # scripts without spaces
_PIPE = re.compile(r"(?<!\\)\|")
_SENTENCE_END = re.compile(r"[.!?…](?=[\s\"”’»)]|$)|[。！？]")
_TEXTS = ("paragraph", "quote", "list item", "term")
STEM = 5  # letters that two words of one origin begin with


@dataclass(frozen=True, slots=True)
class Block:
    """One unit, or the cells of a table row, which go together.

    `units` are indices of the document, `columns` those of the cells. Blocks of one `group` may be paired; those of
    one `kind` and `depth` are alike. `length` counts characters without markup. `hard` is what every translation
    keeps (figures, code, destinations, addresses), `words` the words, folded: some of them are the same in both
    languages, or begin alike. `sentences` are counted by their ends.
    """

    units: tuple[int, ...]
    group: str
    kind: str
    depth: int
    length: int
    hard: frozenset[str]
    words: frozenset[str]
    text: str
    sentences: int = 0
    columns: tuple[int, ...] = (0,)
    width: int = 1


def plain(pieces: Iterable[Inline]) -> str:
    """The words of a text, those inside its markup included, without the markup."""
    return " ".join("".join(_words(pieces)).split())


def _words(pieces: Iterable[Inline]) -> Iterator[str]:
    for piece in pieces:
        if piece.piece is Piece.TEXT:
            yield piece.value
        elif piece.value == "br":
            yield " "


def spoken(unit: Unit) -> str:
    """All the words of a unit: its own, and those inside its markup, such as alternative texts."""
    inner = (unit.text[part.start : part.end] for piece in unit.pieces for part in piece.inner)
    return " ".join(part for part in (plain(unit.pieces), *inner) if part)


def numbers(text: str) -> Counter[str]:
    """The figures of a text, whatever separates their groups and decimals."""
    return Counter(re.sub(r"\D", "", found[0]) for found in _NUMBER.finditer(_ADDRESS.sub(" ", text)))


def folded(text: str) -> str:
    """Small letters without accents."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words(text: str) -> frozenset[str]:
    """The words of a text, folded; pairs of letters in scripts that put no space between words."""
    found: set[str] = set()
    for match in _WORD.finditer(folded(text)):
        word = match[0]
        if _DENSE.search(word):
            for run in _DENSE.findall(word):
                found.update(run[at : at + 2] for at in range(max(1, len(run) - 1)))
        elif len(word) > 2:
            found.add(word)
    return frozenset(found)


def blocks(source: Document, locales: Sequence[str], without: Collection[int] = ()) -> tuple[Block, ...]:
    """The units of a document as blocks, in its order, without some. `locales` are those that a link may name."""
    units = source.units
    lines = source.source.splitlines(keepends=True) if any(unit.kind.startswith("table") for unit in units) else []
    found: list[Block] = []
    indents: list[int] = []
    index = 0
    while index < len(units):
        unit = units[index]
        if index in without:
            index += 1
            continue
        if unit.kind.startswith("table"):
            last = index
            while last < len(units) and units[last].kind == unit.kind and units[last].line == unit.line:
                last += 1
            found.append(_row(source, range(index, last), locales, lines))
            index = last
            continue
        depth = _depth(source, unit, indents)
        found.append(_block(source, (index,), _group(unit.kind), depth, locales))
        index += 1
    return tuple(found)


def _group(kind: str) -> str:
    if kind.startswith("heading"):
        return "heading"
    return "text" if kind in _TEXTS else kind


def _depth(source: Document, unit: Unit, indents: list[int]) -> int:
    """How deep a list item is nested, by the indentation of the items before it."""
    if unit.kind != "list item":
        indents.clear()
        return 0
    start = source.source.rfind(b"\n", 0, unit.span.start) + 1
    line = source.source[start : unit.span.start].decode().expandtabs(4)
    indent = len(line) - len(line.lstrip(" >"))
    while indents and indents[-1] > indent:
        indents.pop()
    if not indents or indents[-1] < indent:
        indents.append(indent)
    return len(indents)


def _row(source: Document, cells: range, locales: Sequence[str], lines: Sequence[bytes]) -> Block:
    first = source.units[cells[0]]
    start = source.source.rfind(b"\n", 0, first.span.start) + 1
    line = lines[first.line - 1].decode().strip() if first.line <= len(lines) else ""
    edge = int(source.source[start : first.span.start].decode().lstrip(" \t>").startswith("|"))
    columns = tuple(
        len(_PIPE.findall(source.source[start : source.units[cell].span.start].decode())) - edge for cell in cells
    )
    width = len(_PIPE.findall(line)) + 1 - edge - line.endswith("|")
    return _block(source, tuple(cells), first.kind, 0, locales, columns, width)


def _block(
    source: Document,
    indices: tuple[int, ...],
    group: str,
    depth: int,
    locales: Sequence[str],
    columns: tuple[int, ...] = (0,),
    width: int = 1,
) -> Block:
    units = [source.units[index] for index in indices]
    text = " ".join(spoken(unit) for unit in units)
    hard: set[str] = set()
    for unit in units:
        hard.update(_kept(document.tree(unit.pieces), locales))
    hard.update(f"# {number}" for number in numbers(text))
    hard.update(f"@ {_without(address, locales)}" for address in _ADDRESS.findall(text))
    return Block(
        units=indices,
        group=group,
        kind=units[0].kind,
        depth=depth,
        length=len(text),
        hard=frozenset(hard),
        words=words(_ADDRESS.sub(" ", text)),
        text="\0".join(unit.text for unit in units),
        sentences=len(_SENTENCE_END.findall(text)),
        columns=columns,
        width=width,
    )


def _kept(nodes: Iterable[document.Node], locales: Sequence[str]) -> Iterator[str]:
    for value, children in nodes:
        yield _without(value, locales)
        yield from _kept(children, locales)


def _without(value: str, locales: Sequence[str]) -> str:
    """A destination without the locale that it names: `/en/docs` and `/fr/docs` are one page."""
    if "/" not in value:
        return value
    return "/".join(part for part in value.split("/") if part.casefold() not in locales)
