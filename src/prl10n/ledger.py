"""What a run leaves of each document in each locale: what it holds, and what was done.

Outside, these are rows and items. A site may have a hundred thousand documents in a dozen locales, so a ledger keeps
them in columns (`prl10n.columns`), and what few of them have stands aside.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import compress, islice
from pathlib import PurePosixPath
from typing import Literal, NamedTuple, overload

import msgspec

from prl10n.columns import Column, number_of
from prl10n.config import Config, expander, shown
from prl10n.locales import gettext_locale
from prl10n.model import State


class Tally(msgspec.Struct):
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


_NONE = (0,) * len(State)
_NOTHING = Tally()


class Row(msgspec.Struct):
    """One document in one locale: what it holds, and what the run did. Counts are in the order of `State`.

    Its paths are made when somebody asks: a run names those of the files that it wrote.
    """

    name: str
    paths: Paths
    units_by_state: tuple[int, ...] = _NONE
    words_by_state: tuple[int, ...] = _NONE
    tally: Tally = msgspec.field(default_factory=lambda: _NOTHING)
    catalog_written: bool = False
    page_written: bool = False
    page_left: bool = False  # one is there that these words do not make

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
        return _left(self.words_by_state)


def _left(words: Sequence[int]) -> int:
    return sum(count for state, count in zip(State, words, strict=True) if state is not State.APPROVED)


class Item(msgspec.Struct):
    """A document in a locale, as a run leaves it: its row, what the manifest remembers, and what other pages ask.

    `source`, `catalog` and `page` are digests of what was read, and of what is to be on disk (None: there is none, or
    nobody knows). `complete`: no unit waits for a text; `links`: whether the document may have any; `has_page` and
    `moved` as the Publisher says them; `rejected` is what was said of its structure, `targets` the documents whose
    headings its links asked for.
    """

    row: Row
    source: bytes
    catalog: bytes | None = None
    page: bytes | None = None
    complete: bool = False
    links: bool = False
    has_page: bool = False
    rejected: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    moved: str = ""

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def locale(self) -> str:
        return self.row.paths.locale


# --- columns ----------------------------------------------------------------------------------------------------------

_ROW, _ITEM, _CATALOG_WRITTEN, _PAGE_WRITTEN, _CATALOG, _PAGE, _COMPLETE, _LINKS, _HAS_PAGE, _PAGE_LEFT = (
    1 << bit for bit in range(10)
)
_WRITTEN = _CATALOG_WRITTEN | _PAGE_WRITTEN
_NO_DIGEST = bytes(16)
COUNTS = f"={2 * len(State)}I"  # units and words by state; the manifest keeps them in the same column
_FEW = (), (), ""


class Ledger:
    """The documents of a locale in a run. `documents` are all of the project, sorted; a row has each that the run is
    about, an item each that it worked on.
    """

    def __init__(self, paths: Paths, documents: Sequence[str]) -> None:
        count = len(documents)
        self.paths = paths
        self.documents = documents
        self.rows = 0  # how many there are
        self._marks = array("H", bytes(2 * count))
        self._counts = Column(COUNTS, count)
        self._tallies = Column("=6q", count)
        self._digests = Column("=16s16s16s", count)  # source, catalog, page
        self._few: dict[int, tuple[tuple[str, ...], tuple[str, ...], str]] = {}  # rejected, targets, moved

    def put(self, item: Item) -> None:
        """Keep an item, as it is by now."""
        number = number_of(self.documents, item.row.name)
        assert number is not None, "a document of the project"
        row = item.row
        self.rows += not self._marks[number]
        self._counts[number] = *row.units_by_state, *row.words_by_state
        tally = row.tally
        if tally is not _NOTHING:
            counts = tally.memory, tally.drafts, tally.journal, tally.sent, tally.characters, tally.billed
            self._tallies[number] = counts
        self._digests[number] = item.source, item.catalog or _NO_DIGEST, item.page or _NO_DIGEST
        self._marks[number] = (
            (_ROW | _ITEM)
            | _CATALOG_WRITTEN * row.catalog_written
            | _PAGE_WRITTEN * row.page_written
            | _PAGE_LEFT * row.page_left
            | _CATALOG * (item.catalog is not None)
            | _PAGE * (item.page is not None)
            | _COMPLETE * item.complete
            | _LINKS * item.links
            | _HAS_PAGE * item.has_page
        )
        if item.rejected or item.targets or item.moved or number in self._few:
            self._few[number] = item.rejected, item.targets, item.moved

    def put_rows(self, numbers: Sequence[int], counts: Column) -> None:
        """Keep what documents hold that nothing is done with, and that have no row yet: units and words by state."""
        self.rows += len(numbers)
        marks, size, mine, theirs = self._marks, self._counts.record.size, self._counts.data, counts.data
        for number in numbers:
            marks[number] = _ROW
            mine[number * size : (number + 1) * size] = theirs[number * size : (number + 1) * size]

    def has_item(self, number: int) -> bool:
        return self._marks[number] & _ITEM != 0

    def item(self, name: str) -> Item | None:
        """The item of a document; None where the run has not worked on it."""
        number = number_of(self.documents, name)
        return self.item_at(number) if number is not None and self.has_item(number) else None

    def item_at(self, number: int) -> Item:
        """The item of a document that has one."""
        marks = self._marks[number]
        source, catalog, page = self._digests[number]
        return Item(
            self.row_at(number),
            source,
            catalog if marks & _CATALOG else None,
            page if marks & _PAGE else None,
            marks & _COMPLETE != 0,
            marks & _LINKS != 0,
            marks & _HAS_PAGE != 0,
            *self._few.get(number, _FEW),
        )

    def items(self) -> Iterator[tuple[int, Item]]:
        """All, with the numbers of their documents."""
        return ((number, self.item_at(number)) for number, marks in enumerate(self._marks) if marks & _ITEM)

    def published(self, name: str) -> tuple[bool, str] | None:
        """`has_page` and `moved` of an item; None where there is none."""
        number = number_of(self.documents, name)
        if number is None or not self.has_item(number):
            return None
        return self._marks[number] & _HAS_PAGE != 0, self._few.get(number, _FEW)[2]

    def row_at(self, number: int) -> Row:
        """The row of a document that has one."""
        counts, marks = self._counts[number], self._marks[number]
        return Row(
            self.documents[number],
            self.paths,
            counts[: len(State)],
            counts[len(State) :],
            Tally(*self._tallies[number]),
            marks & _CATALOG_WRITTEN != 0,
            marks & _PAGE_WRITTEN != 0,
            marks & _PAGE_LEFT != 0,
        )

    def all_rows(self, marked: int = _ROW) -> Iterator[Row]:
        return (self.row_at(number) for number, marks in enumerate(self._marks) if marks & marked)

    def having(self, states: Iterable[State]) -> Iterator[int]:
        """The numbers of the documents with a unit in any of the states."""
        values = memoryview(self._counts.data).cast("I")
        counts = (values[list(State).index(state) :: 2 * len(State)] for state in states)
        return compress(range(len(self.documents)), map(any, zip(*counts, strict=True)))

    def count(self) -> tuple[int, ...]:
        """The sums of the units and of the words by state."""
        return _sums(self._counts, "I", 2 * len(State))

    def tally(self) -> Tally:
        """The sum of all tallies."""
        return Tally(*_sums(self._tallies, "q", 6))


def _sums(column: Column, form: Literal["I", "q"], width: int) -> tuple[int, ...]:
    """The sum of each of the values that all documents have in a column, which are `width` of one form."""
    values = memoryview(column.data).cast(form)
    return tuple(sum(values[first::width]) for first in range(width))


class Rows(Sequence[Row]):
    """The rows of a run, by locale, then by document. Each is made when it is asked for; sums are made without them."""

    def __init__(self, ledgers: Mapping[str, Ledger]) -> None:
        self._ledgers = {locale: ledger for locale, ledger in ledgers.items() if ledger.rows}

    @property
    def locales(self) -> tuple[str, ...]:
        """Those that there are rows of."""
        return tuple(self._ledgers)

    def of(self, locale: str) -> Rows:
        return Rows({locale: self._ledgers[locale]})

    def __len__(self) -> int:
        return sum(ledger.rows for ledger in self._ledgers.values())

    def __iter__(self) -> Iterator[Row]:
        return (row for ledger in self._ledgers.values() for row in ledger.all_rows())

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return list(self)[index]
        at = index + len(self) if index < 0 else index
        found = next(islice(self, at, None), None) if at >= 0 else None
        if found is None:
            raise IndexError(index)
        return found

    def written(self) -> Iterator[Row]:
        """Those of which a file was written."""
        return (row for ledger in self._ledgers.values() for row in ledger.all_rows(_WRITTEN))

    def having(self, *states: State) -> Iterator[Row]:
        """Those with a unit in any of the states."""
        return (ledger.row_at(number) for ledger in self._ledgers.values() for number in ledger.having(states))

    def count_having(self, *states: State) -> int:
        """How many have a unit in any of the states."""
        return sum(1 for ledger in self._ledgers.values() for _ in ledger.having(states))

    def units_by_state(self) -> dict[State, int]:
        """The sums over all rows."""
        counts = [ledger.count() for ledger in self._ledgers.values()]
        return {state: sum(each[index] for each in counts) for index, state in enumerate(State)}

    def words_left(self) -> int:
        return sum(_left(ledger.count()[len(State) :]) for ledger in self._ledgers.values())

    def tally(self) -> Tally:
        """The sum over all rows."""
        tallies = [ledger.tally() for ledger in self._ledgers.values()]
        return Tally(*(sum(getattr(each, name) for each in tallies) for name in Tally.__struct_fields__))
