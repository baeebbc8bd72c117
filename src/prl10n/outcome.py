"""What a run is asked for, and what it did."""

from __future__ import annotations

import datetime
import os
from dataclasses import dataclass, field
from enum import Flag, auto
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from prl10n.config import Config, expander, shown
from prl10n.errors import ConfigError
from prl10n.locales import gettext_locale
from prl10n.model import Finding, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
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


@dataclass(slots=True)
class Tally:
    """Texts by where they came from; characters as the backend counts them, and as it billed them.

    `memory` and `journal` are reuse, `drafts` the part of `memory` that no person has approved. On a dry run `sent` and
    `characters` are what would be sent.
    """

    memory: int = 0
    drafts: int = 0
    journal: int = 0
    sent: int = 0
    characters: int = 0
    billed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Plan:
    """What a locale will be sent."""

    texts: int = 0
    requests: int = 0
    characters: int = 0

    def __add__(self, other: Plan) -> Plan:
        return Plan(self.texts + other.texts, self.requests + other.requests, self.characters + other.characters)


@dataclass(slots=True)
class Spend:
    """What a run may send, in characters as its backends count them; None: any number; below 0: no request at all.

    `left` is what was not sent because it would have passed the limit.
    """

    limit: int | None = None
    committed: int = 0
    left: int = 0

    @property
    def reached(self) -> bool:
        return self.left > 0 or (self.limit is not None and self.limit < 0)

    def take(self, orders: Iterable[Priced]) -> list[Priced]:
        """The orders up to the first one that would pass the limit."""
        taken: list[Priced] = []
        for order in orders:
            if self.reached or (self.limit is not None and self.committed + order.characters > self.limit):
                self.left += order.characters
                continue
            self.committed += order.characters
            taken.append(order)
        return taken


_NOTHING = Tally()


class Paths(NamedTuple):
    """Where the documents of a locale are, with their catalogs and pages, as a person at the prompt would write it.
    `source` is the folder of the documents, `root` what leads to the project; the functions take a document's name.
    """

    locale: str
    source: str
    root: str
    catalogs: Callable[[str], str]
    pages: Callable[[str], str]


def paths(config: Config) -> dict[str, Paths]:
    """The paths of each locale."""
    root = shown(config.root / "x")[:-1]
    contents = {locale: config.settings(locale).content for locale in config.targets}
    return {
        locale: Paths(
            locale,
            config.content.source,
            root,
            expander(PurePosixPath(own.catalog).as_posix(), gettext_locale(locale)),
            expander(PurePosixPath(own.target).as_posix(), locale),
        )
        for locale, own in contents.items()
    }


@dataclass(slots=True)
class Row:
    """One document in one locale: what it holds, and what the run did. Counts are in the order of `State`.

    Its paths are made when somebody asks: a site may have a hundred thousand, and a run names those that it wrote.
    """

    name: str
    paths: Paths
    units_by_state: tuple[int, ...] = (0,) * len(State)
    words_by_state: tuple[int, ...] = (0,) * len(State)
    tally: Tally = field(default_factory=lambda: _NOTHING)
    catalog_written: bool = False
    page_written: bool = False

    @property
    def locale(self) -> str:
        return self.paths.locale

    @property
    def document(self) -> str:
        return f"{self.paths.source}/{self.name}"

    @property
    def catalog(self) -> str:
        return f"{self.paths.root}{self.paths.catalogs(self.name)}"

    @property
    def page(self) -> str:
        return f"{self.paths.root}{self.paths.pages(self.name)}"

    @property
    def units(self) -> int:
        return sum(self.units_by_state)

    @property
    def states(self) -> dict[State, int]:
        """The units by state, of those that there are."""
        return {state: count for state, count in zip(State, self.units_by_state, strict=True) if count}

    @property
    def words_left(self) -> int:
        """The words of the source that nobody has approved a translation of."""
        return sum(
            count for state, count in zip(State, self.words_by_state, strict=True) if state is not State.APPROVED
        )


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


def select(config: Config, selection: Selection, names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(locales, documents) of a selection from all the documents `names`. ConfigError for what is not there."""
    for locale in selection.locales:
        config.settings(locale)
    locales = tuple(locale for locale in config.targets if not selection.locales or locale in selection.locales)
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
