"""What a run is asked for, and what it did."""

from __future__ import annotations

import datetime
import os
from dataclasses import dataclass, field
from enum import Flag, auto
from pathlib import Path
from typing import TYPE_CHECKING

from prl10n.model import Finding, State
from prl10n.translation import Plan, Tally

if TYPE_CHECKING:
    from prl10n.errors import BackendError


class Stage(Flag):
    """What a run does. `sync` is all of it."""

    EXTRACT = auto()
    TRANSLATE = auto()
    BUILD = auto()


@dataclass(frozen=True, slots=True)
class Selection:
    """What a command line narrows a run to; empty means all. Paths are those of documents, files or folders."""

    locales: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()


@dataclass(slots=True)
class Row:
    """One document in one locale: what it holds, and what the run did."""

    document: str
    locale: str
    states: dict[State, int] = field(default_factory=dict)
    words: dict[State, int] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    catalog: str = ""
    page: str = ""
    catalog_written: bool = False
    page_written: bool = False

    @property
    def units(self) -> int:
        return sum(self.states.values())

    @property
    def words_left(self) -> int:
        """The words of the source that nobody has approved a translation of."""
        return sum(count for state, count in self.words.items() if state is not State.APPROVED)


@dataclass(slots=True)
class Outcome:
    """What a run did.

    By locale: the names of `backends`, what was planned to be sent, and what a million characters cost (None: nobody
    knows). `over_budget` is what was not sent because it would have passed the limit, in characters. `failure` is the
    error of a backend that ended the translating; all before it is saved.
    """

    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    backends: dict[str, str] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    prices: dict[str, tuple[float, str] | None] = field(default_factory=dict)
    over_budget: int = 0
    failure: BackendError | None = None
    unreadable: bool = False
    untranslated: int = 0

    @property
    def exit_code(self) -> int:
        if self.failure is not None:
            return self.failure.exit_code
        if self.unreadable:
            return 2
        return 4 if self.untranslated else 0


class Progress:
    """Told how far a run is; the command line shows it. This one tells nobody."""

    def begin(self, what: str, total: int, unit: str = "documents") -> None:
        """A new stage begins."""

    def advance(self, count: int = 1) -> None:
        """So many of its `total` are done."""


def today() -> datetime.datetime:
    """Now, or the moment that SOURCE_DATE_EPOCH names (https://reproducible-builds.org/specs/source-date-epoch/)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = int(epoch) if epoch.isdigit() else None
    return (
        datetime.datetime.now(datetime.UTC) if moment is None else datetime.datetime.fromtimestamp(moment, datetime.UTC)
    )
