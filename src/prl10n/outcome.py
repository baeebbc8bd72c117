"""What a run is asked for, and what it did."""

from __future__ import annotations

import datetime
import os
from enum import Flag, auto
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from prl10n.config import Config
from prl10n.errors import ConfigError
from prl10n.ledger import Rows
from prl10n.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from prl10n.errors import BackendError

    class Costly(Protocol):
        """What has a price in characters, as its backend counts them."""

        @property
        def characters(self) -> int: ...


Priced = TypeVar("Priced", bound="Costly")


class Stage(Flag):
    """What a run does. `sync` is all of it."""

    EXTRACT = auto()
    TRANSLATE = auto()
    BUILD = auto()


class Selection(NamedTuple):
    """What a command line narrows a run to; empty means all. Paths are those of documents, files or folders."""

    locales: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()


class Plan(msgspec.Struct, frozen=True):
    """What a locale will be sent."""

    texts: int = 0
    requests: int = 0
    characters: int = 0

    def __add__(self, other: Plan) -> Plan:
        return Plan(self.texts + other.texts, self.requests + other.requests, self.characters + other.characters)


class Spend(msgspec.Struct):
    """What a run may send, in characters as its backends count them; None: any number; below 0: no request at all.

    `left` is what was not sent because it would have passed the limit, and `next` the first request of that.
    """

    limit: int | None = None
    committed: int = 0
    left: int = 0
    next: int = 0

    @property
    def reached(self) -> bool:
        return self.left > 0 or (self.limit is not None and self.limit < 0)

    def take(self, orders: Iterable[Priced]) -> list[Priced]:
        """The orders up to the first one that would pass the limit."""
        taken: list[Priced] = []
        for order in orders:
            if self.reached or (self.limit is not None and self.committed + order.characters > self.limit):
                self.next = self.next or order.characters
                self.left += order.characters
                continue
            self.committed += order.characters
            taken.append(order)
        return taken


class Outcome(msgspec.Struct):
    """What a run did.

    By locale: the names of `backends`, what was planned to be sent, and what a million characters cost (None: nobody
    knows). `over_budget` is what was not sent because it would have passed the limit, in characters; `too_large`, where
    nothing was sent for that reason, the first request. `failure` is the error of a backend that ended the translating;
    all before it is saved.
    """

    rows: Rows = msgspec.field(default_factory=lambda: Rows({}))
    findings: list[Finding] = []
    backends: dict[str, str] = {}
    plans: dict[str, Plan] = {}
    prices: dict[str, tuple[float, str] | None] = {}
    over_budget: int = 0
    too_large: int = 0
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


def select(config: Config, selection: Selection, names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(locales, documents) of a selection from all the documents `names`. ConfigError for what is not there."""
    locales = config.chosen(selection.locales)
    if not selection.paths:
        return locales, names
    folder = (config.root / config.content.source).resolve()
    chosen: set[str] = set()
    for path in selection.paths:
        resolved = path.resolve()
        matching = set(names) if folder.is_relative_to(resolved) else set()
        if not matching and resolved.is_relative_to(folder):
            inside = resolved.relative_to(folder).as_posix()
            matching = {name for name in names if name == inside or name.startswith(f"{inside}/")}
        if not matching:
            raise ConfigError(
                "not a document of this project",
                where=str(path),
                remedy=f"Documents are the files that include matches below {config.content.source}: "
                "name one, or a folder of them.",
            )
        chosen |= matching
    return locales, tuple(name for name in names if name in chosen)
