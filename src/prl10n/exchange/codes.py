"""A text as words and inline codes, numbered alike in a source and in its translation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from prl10n import document
from prl10n.model import Inline, Piece


@dataclass(frozen=True, slots=True)
class Code:
    """A piece of markup. `number` counts from 1 and is shared by both ends of a pair; `raw` is how it is written.

    `holes` are the ranges of `raw` whose words have a translation of their own (an alternative text, a title).
    """

    number: int
    piece: Piece
    value: str
    raw: str
    holes: tuple[tuple[int, int], ...] = ()

    @property
    def frame(self) -> tuple[str, ...]:
        """What is written around the holes."""
        return tuple(framed(self.raw, self.holes))

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.raw[start:end] for start, end in self.holes)


Part = str | Code


def framed(raw: str, holes: Iterable[tuple[int, int]]) -> Iterator[str]:
    last = 0
    for start, end in holes:
        yield raw[last:start]
        last = end
    yield raw[last:]


def filled(raw: str, holes: Sequence[tuple[int, int]], words: Sequence[str]) -> str:
    """`raw` with other words in its holes. Law: with its own words it is `raw`."""
    frame = tuple(framed(raw, holes))
    return frame[0] + "".join(word + rest for word, rest in zip(words, frame[1:], strict=True))


def parts(text: str, pieces: Sequence[Inline]) -> list[Part]:
    """The words and codes of a text. Law: what they say, joined, is the text; white space that no piece holds, as at
    the borders of a translation, included.
    """
    found: list[Part] = []
    opened: list[int] = []
    count = last = 0
    for piece in pieces:
        raw = text[piece.start : piece.end]
        found.append(text[last : piece.start])
        last = piece.end
        if piece.piece is Piece.TEXT:
            found.append(raw)
            continue
        if piece.piece is Piece.CLOSE:
            number = opened.pop()
        else:
            count += 1
            number = count
            if piece.piece is Piece.OPEN:
                opened.append(number)
        holes = tuple(
            (part.start - piece.start, part.end - piece.start)
            for part in piece.inner
            if document.has_letters(text[part.start : part.end])
        )
        found.append(Code(number, piece.piece, piece.value, raw, holes))
    found.append(text[last:])
    return [part for part in found if part]


def renumbered(source: Iterable[Part], target: Iterable[Part]) -> list[Part]:
    """The parts of a translation, its codes numbered as those of the source that they stand for; codes that the source
    does not have follow behind the last number.
    """
    free: dict[tuple[Piece, str], list[int]] = {}
    last = 0
    for part in source:
        if isinstance(part, Code) and part.piece is not Piece.CLOSE:
            free.setdefault((part.piece, part.value), []).append(part.number)
            last = max(last, part.number)
    numbers: dict[int, int] = {}
    found: list[Part] = []
    for part in target:
        if isinstance(part, str):
            found.append(part)
            continue
        if part.number not in numbers:
            known = free.get((part.piece, part.value))
            last += not known
            numbers[part.number] = known.pop(0) if known else last
        found.append(replace(part, number=numbers[part.number]))
    return found


def inside(content: Sequence[Part], number: int) -> str:
    """What is written between the two ends of a pair."""
    ends = [index for index, part in enumerate(content) if isinstance(part, Code) and part.number == number]
    between = content[ends[0] + 1 : ends[1]] if len(ends) == 2 else []
    return "".join(part if isinstance(part, str) else part.raw for part in between)
