"""What a check is given, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from prl10n.catalog import Catalog, Entry
from prl10n.config import Settings
from prl10n.model import Severity, Term, Unit


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and what to do about it. `severity` None: that of the rule. `fix`: what the text of the catalog
    should be; None: a person must say.
    """

    message: str
    severity: Severity | None = None
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """A unit in a locale. The words are those of a reader: without markup, white space as one space. The prose is
    `localize.prose`, with a mark for each thing that is no words; texts inside markup (alternative texts, titles)
    follow behind a line break each.

    `language` is the locale of the source. `waits`: the next `translate` would ask for a text.
    """

    unit: Unit
    entry: Entry
    locale: str
    settings: Settings
    terms: tuple[Term, ...]
    language: str
    source_words: str
    target_words: str
    source_prose: str
    target_prose: str
    waits: bool


@dataclass(frozen=True, slots=True)
class Files:
    """A document in a locale: its catalog as it is (`seen`) and as `extract` would leave it (`merged`), its page as it
    is (`page`, None: there is none) and as `build` would leave it (`built`, None: it would write none).
    """

    units: tuple[Unit, ...]
    seen: Catalog
    merged: Catalog
    page: bytes | None
    built: bytes | None


UnitCheck = Callable[[str, str, Context], Iterable[Problem]]
"""(source, target, context) → problems. Source and target are the texts as the catalog has them."""

FilesCheck = Callable[[Files], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the table: what a finding is called, how bad it is unless the check says otherwise, and who finds it.

    `state` looks at every unit, `text` only at those whose text may be published, `files` at a document as a whole: its
    problems are those of the file that `about` names. A rule without any of them is found while the project is read.
    """

    id: str
    severity: Severity
    summary: str
    state: UnitCheck | None = None
    text: UnitCheck | None = None
    files: FilesCheck | None = None
    about: str = "catalog"
    asked: bool = False
    """Whether it is only looked for when asked for."""
