"""What a check is given, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from prl10n import document, markup
from prl10n.assembly import Broken
from prl10n.catalog import Catalog, Entry, needs_text
from prl10n.config import Settings
from prl10n.errors import LIBRARY_FAILURES, MarkupError
from prl10n.localize.prose import THING, Edit, edited, prose
from prl10n.model import Inline, Piece, Severity, Term, Unit
from prl10n.tags import Token
from prl10n.translation import plain


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and what to do about it. `severity` None: that of the rule. `fix`: what the text of the catalog
    should be; None: a person must say.
    """

    message: str
    severity: Severity | None = None
    fix: str | None = None


class Passage(NamedTuple):
    """A text of a unit beside its translation, as prose; `start` is where the translation begins in `target_prose`."""

    source: str
    target: str
    start: int


@dataclass(frozen=True, slots=True)
class Context:
    """A unit in a locale. The words are those of a reader: without markup, white space as one space.

    The texts are `localize.prose`, with a mark for each thing that is no words: the unit's own, and behind it those
    inside its markup (alternative texts, titles). `language` is the locale of the source. `waits`: the next
    `translate` would ask for a text.
    """

    unit: Unit
    entry: Entry
    locale: str
    settings: Settings
    terms: tuple[Term, ...]
    language: str
    source_words: str
    target_words: str
    source_texts: tuple[str, ...]
    target_texts: tuple[str, ...]
    waits: bool
    references: document.References

    @property
    def source_prose(self) -> str:
        return "\n".join(self.source_texts)

    @property
    def target_prose(self) -> str:
        """The texts of the translation, behind a line break each: what the edits of a fix count in."""
        return "\n".join(self.target_texts)

    def passages(self) -> Iterator[Passage]:
        """The texts with their translations, in order; the unit's own alone where others have no counterpart."""
        same = len(self.source_texts) == len(self.target_texts)
        start = 0
        for source, target in zip(self.source_texts, self.target_texts, strict=False):
            yield Passage(source, target, start)
            if not same:
                return
            start += len(target) + 1

    def fixed(self, edits: Iterable[Edit]) -> str | None:
        """The text of the catalog with edits of its prose made; None where they cannot be made without touching
        markup.
        """
        changes = sorted(edits)
        at = 0
        whole = self.target_prose

        def revise(tokens: list[Token]) -> list[Token]:
            nonlocal at
            said = prose(tokens)
            if not whole.startswith(said, at):
                return tokens
            start, at = at, at + len(said) + 1
            own = [edit for edit in changes if start <= edit.start and edit.end <= start + len(said)]
            return edited(tokens, (Edit(edit.start - start, edit.end - start, edit.text) for edit in own))

        try:
            text = markup.revised(self.entry.msgstr.strip(), self.unit.syntax, self.references, revise)
        except (MarkupError, *LIBRARY_FAILURES):
            return None
        return self.kept(text)

    def kept(self, text: str) -> str | None:
        """A text for the catalog, if it has the markup of the one that is there; else None."""
        before, after = (self._markup(said) for said in (self.entry.msgstr, text))
        return text if before is not None and before == after and text != self.entry.msgstr else None

    def _markup(self, text: str) -> list[tuple[Piece, str]] | None:
        try:
            pieces = document.read(text.strip(), self.unit.syntax, self.references)
        except LIBRARY_FAILURES:
            return None
        return [(piece.piece, piece.value) for piece in pieces if piece.piece is not Piece.TEXT]


def context(
    unit: Unit,
    entry: Entry,
    locale: str,
    settings: Settings,
    *,
    language: str,
    terms: tuple[Term, ...] = (),
    references: document.References | None = None,
    catalog: Catalog | None = None,
) -> Context:
    """What the checks see of a unit and its entry; the translation is parsed once."""
    known: document.References = {} if references is None else references
    source_words, source_texts = _said(unit.text, unit.pieces, known)
    read = partial(document.read, syntax=unit.syntax, references=known)
    try:
        target = entry.msgstr.strip()
        target_words, target_texts = _said(target, read(target), known)
    except LIBRARY_FAILURES:  # which the rule `structure` says
        target_words, target_texts = entry.msgstr, (entry.msgstr,)
    return Context(
        unit,
        entry,
        locale,
        settings,
        terms,
        language,
        source_words,
        target_words,
        source_texts,
        target_texts,
        catalog is not None and needs_text(entry, catalog),
        known,
    )


def _said(text: str, pieces: Sequence[Inline], references: document.References) -> tuple[str, tuple[str, ...]]:
    """The words of a text, and its prose with that of the texts inside its markup."""
    texts = [_prose(pieces)]
    for piece in pieces:
        for part in piece.inner:
            inside = text[part.start : part.end]
            if document.has_letters(inside):
                texts.append(_prose(document.read(inside, part.syntax, references)))
    return plain(pieces), tuple(texts)


def _prose(pieces: Iterable[Inline]) -> str:
    """`localize.prose` of pieces: the same as that of their tokens."""
    return "".join(
        piece.value if piece.piece is Piece.TEXT else THING
        for piece in pieces
        if piece.piece in (Piece.TEXT, Piece.EMPTY)
    )


class Place(NamedTuple):
    """A unit whose text is published, among all of a locale, and where its source stands: `content/en/a.md:7`."""

    context: Context
    where: str


@dataclass(frozen=True, slots=True)
class Files:
    """A document in a locale: its catalog as it is (`seen`) and as `extract` would leave it (`merged`), its page as it
    is (`page`, None: there is none) and as `build` would leave it (`built`, None: it would write none), of which the
    links `broken` lead nowhere.
    """

    units: tuple[Unit, ...]
    seen: Catalog
    merged: Catalog
    page: bytes | None
    built: bytes | None
    broken: tuple[Broken, ...] = ()


UnitCheck = Callable[[str, str, Context], Iterable[Problem]]
"""(source, target, context) → problems. Source and target are the texts as the catalog has them."""

FilesCheck = Callable[[Files], Iterable[Problem]]

ProjectCheck = Callable[[Sequence[Place]], Iterable[tuple[int, Problem]]]
"""All texts of a locale that may be published → the problems of the texts with these indexes."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the table: what a finding is called, how bad it is unless the check says otherwise, and who finds it.

    `state` looks at every unit, `text` only at those whose text may be published, `project` at all of these together,
    `files` at a document as a whole: its problems are those of the file that `about` names. A rule without any of them
    is found while the project is read.
    """

    id: str
    severity: Severity
    summary: str
    state: UnitCheck | None = None
    text: UnitCheck | None = None
    project: ProjectCheck | None = None
    files: FilesCheck | None = None
    about: str = "catalog"
    asked: bool = False
    """Whether it is only looked for when asked for."""
