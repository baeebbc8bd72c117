"""What a report says, before anybody decides how it looks."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from prl10n.model import Finding
from prl10n.report.figures import Figures, Total
from prl10n.report.history import Since
from prl10n.report.looks import Pile


@dataclass(frozen=True, slots=True)
class Language:
    """A locale, its English name, and its direction: `ltr` or `rtl` (CLDR)."""

    tag: str
    name: str
    direction: str


@dataclass(frozen=True, slots=True)
class Bill:
    """The characters that a backend billed in a month (`2026-11`), and their price where the configuration has one."""

    backend: str
    month: str
    characters: int
    price: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """`revision` is the commit that is checked out, empty where there is none. Of `figures`, most left comes first.

    `piles` hold at most `limit` looks of a locale. `findings` are all that the survey found; those of looks are there
    as well. `bills` are None where nobody knows what was sent: the journal is not here, or cannot be read.
    """

    project: str
    moment: datetime.datetime
    revision: str
    source: Language
    languages: tuple[Language, ...]
    figures: tuple[Figures, ...]
    totals: tuple[Total, ...]
    piles: tuple[Pile, ...]
    limit: int
    findings: tuple[Finding, ...]
    bills: tuple[Bill, ...] | None
    price: tuple[float, str] | None = None
    since: Since | None = None
