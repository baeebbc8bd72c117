"""Counts and texts of the whole project, so that no page waits for thousands of files: `.prl10n/review.db`.

An index of the catalogs, made again when it is lost or damaged. A catalog is read anew when its size, its time or its
inode differ. One connection writes, one reads; each is used by one thread at a time.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from prl10n.errors import Prl10nError
from prl10n.model import State

FILE = Path(".prl10n", "review.db")
_VERSION = 1
_STATES = tuple(state.value for state in State)

_SCHEMA = """
CREATE TABLE catalogs (
  id INTEGER PRIMARY KEY, locale TEXT NOT NULL, document TEXT NOT NULL, stamp TEXT NOT NULL, title TEXT NOT NULL,
  missing INTEGER NOT NULL, draft INTEGER NOT NULL, stale INTEGER NOT NULL, approved INTEGER NOT NULL,
  words_left INTEGER NOT NULL, backends TEXT NOT NULL,
  checked INTEGER NOT NULL DEFAULT 0, errors INTEGER NOT NULL DEFAULT 0, warnings INTEGER NOT NULL DEFAULT 0,
  UNIQUE (locale, document)
);
CREATE TABLE entries (
  id INTEGER PRIMARY KEY, catalog INTEGER NOT NULL, key TEXT NOT NULL, crc INTEGER NOT NULL, source TEXT NOT NULL,
  target TEXT NOT NULL, state TEXT NOT NULL, backend TEXT NOT NULL
);
CREATE INDEX entries_by_catalog ON entries (catalog);
CREATE INDEX entries_by_crc ON entries (crc);
CREATE TABLE findings (catalog INTEGER NOT NULL, rule TEXT NOT NULL, PRIMARY KEY (catalog, rule)) WITHOUT ROWID;
CREATE VIRTUAL TABLE texts USING fts5(
  source, target, content = 'entries', content_rowid = 'id', tokenize = 'trigram', detail = none
);
"""
_ORDERS = {
    "name": "document",
    "title": "title, document",
    "left": "words_left DESC, document",
    "errors": "errors DESC, warnings DESC, document",
    "stale": "stale DESC, document",
}
SORTS = tuple(_ORDERS)


class Line(NamedTuple):
    """An entry as the index has it; `backend` is the first word of its provenance."""

    key: str
    source: str
    target: str
    state: State
    backend: str


@dataclass(frozen=True, slots=True)
class Row:
    """A document in a locale: how many of its entries are in which state, and the words that nobody has approved.

    `checked`: whether errors and warnings have been counted.
    """

    document: str
    title: str
    locale: str
    states: Mapping[State, int]
    words_left: int
    backends: tuple[str, ...] = ()
    checked: bool = False
    errors: int = 0
    warnings: int = 0


@dataclass(frozen=True, slots=True)
class Filters:
    """What rows or texts are asked for; what is empty asks for all. `document` is a part
    of a name or a title, `q` of one of these or of a text."""

    locale: str = ""
    state: str = ""
    rule: str = ""
    backend: str = ""
    document: str = ""
    q: str = ""
    sort: str = "name"
    offset: int = 0
    limit: int = 200


class Hit(NamedTuple):
    document: str
    locale: str
    key: str
    source: str
    target: str
    state: str


@dataclass(slots=True)
class _Query:
    """Conditions of a statement, and what they compare with."""

    conditions: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def add(self, condition: str, *values: object) -> None:
        self.conditions.append(condition)
        self.values += values

    @property
    def where(self) -> str:
        return " AND ".join(self.conditions) or "1"


@dataclass(frozen=True, slots=True)
class Scope:
    """The locales, and the documents where not all of them, that a review is about."""

    locales: tuple[str, ...]
    documents: tuple[str, ...] | None = None

    def query(self, locale: str) -> _Query:
        query = _Query()
        chosen = [locale] if locale else self.locales
        query.add(f"locale IN ({', '.join('?' * len(chosen))})", *chosen)
        if self.documents is not None:
            query.add("document IN (SELECT value FROM json_each(?))", json.dumps(self.documents))
        return query


class Whole(NamedTuple):
    """How many rows match, and what they hold together."""

    rows: int
    states: Mapping[State, int]
    words_left: int
    errors: int
    warnings: int


class Index:
    """The index in a file. Safe to be used by several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writing, self._reading = threading.Lock(), threading.Lock()
        try:
            self._writer, self._reader = self._opened(), self._opened()
        except sqlite3.DatabaseError:  # a cache that is damaged, or of another time
            try:
                for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
                    path.with_name(name).unlink(missing_ok=True)
                self._writer, self._reader = self._opened(), self._opened()
            except (OSError, sqlite3.Error) as error:  # no cache: the disk is full
                raise _unusable(path, error) from error

    def _opened(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            ignore = self.path.parent / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
        except OSError as error:
            raise _unusable(self.path, error) from error
        connection = sqlite3.connect(self.path, timeout=10, isolation_level=None, check_same_thread=False)
        connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -32000;")
        connection.create_function("folded", 2, folded, deterministic=True)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version not in (0, _VERSION):
            connection.close()
            raise sqlite3.DatabaseError("another version")
        if version == 0:
            connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")
        return connection

    def close(self) -> None:
        with self._writing, self._reading:
            self._writer.close()
            self._reader.close()

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        with self._reading, self._guarded():
            yield self._reader

    @contextmanager
    def _written(self) -> Iterator[sqlite3.Connection]:
        with self._writing, self._guarded(), closing(self._writer.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                cursor.execute("COMMIT")
            finally:
                if self._writer.in_transaction:
                    cursor.execute("ROLLBACK")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _unusable(self.path, error) from error

    # writing

    def stamps(self) -> dict[tuple[str, str], str]:
        """(locale, document) → the stamp of what was read of it."""
        with self._read() as database:
            rows = database.execute("SELECT locale, document, stamp FROM catalogs").fetchall()
        return {(locale, document): stamp for locale, document, stamp in rows}

    def documents(self) -> tuple[str, ...]:
        """The documents that are known, in order."""
        with self._read() as database:
            rows = database.execute("SELECT DISTINCT document FROM catalogs ORDER BY document").fetchall()
        return tuple(document for (document,) in rows)

    def unchecked(self) -> list[tuple[str, str]]:
        """(locale, document) of what the checks have not seen yet, in order."""
        with self._read() as database:
            return database.execute(
                "SELECT locale, document FROM catalogs WHERE NOT checked ORDER BY locale, document"
            ).fetchall()

    def put(self, row: Row, stamp: str, lines: Iterable[Line]) -> None:
        """What is known of a document in a locale, in the place of what was."""
        with self._written() as database:
            self._forget(database, row.locale, row.document)
            known = (row.locale, row.document, stamp, row.title, *(row.states.get(state, 0) for state in State))
            marks = ", ".join("?" * (len(known) + 2))
            number = database.execute(
                "INSERT INTO catalogs (locale, document, stamp, title, missing, draft, stale, approved, words_left,"
                f" backends) VALUES ({marks})",
                (*known, row.words_left, " ".join(row.backends)),
            ).lastrowid
            (last,) = database.execute("SELECT COALESCE(MAX(id), 0) FROM entries").fetchone()
            values = [
                (last + place, number, line.key, _crc(line.source), line.source, line.target, line.state, line.backend)
                for place, line in enumerate(lines, 1)
            ]
            database.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
            database.executemany(
                "INSERT INTO texts (rowid, source, target) VALUES (?, ?, ?)",
                [(value[0], value[4], value[5]) for value in values],
            )

    def _forget(self, database: sqlite3.Connection, locale: str, document: str) -> None:
        found = database.execute(
            "SELECT id FROM catalogs WHERE locale = ? AND document = ?", (locale, document)
        ).fetchone()
        if found is None:
            return
        database.execute(
            "INSERT INTO texts (texts, rowid, source, target)"
            " SELECT 'delete', id, source, target FROM entries WHERE catalog = ?",
            found,
        )
        database.execute("DELETE FROM entries WHERE catalog = ?", found)
        database.execute("DELETE FROM findings WHERE catalog = ?", found)
        database.execute("DELETE FROM catalogs WHERE id = ?", found)

    def forget(self, gone: Iterable[tuple[str, str]]) -> None:
        """Take out documents that are no more, by (locale, document)."""
        for locale, document in gone:
            with self._written() as database:
                self._forget(database, locale, document)

    def check(self, locale: str, document: str, rules: Iterable[str], errors: int, warnings: int) -> None:
        """What the checks found in a document."""
        with self._written() as database:
            found = database.execute(
                "SELECT id FROM catalogs WHERE locale = ? AND document = ?", (locale, document)
            ).fetchone()
            if found is None:
                return
            database.execute("DELETE FROM findings WHERE catalog = ?", found)
            database.executemany(
                "INSERT INTO findings VALUES (?, ?)", [(found[0], rule) for rule in dict.fromkeys(rules)]
            )
            database.execute(
                "UPDATE catalogs SET checked = 1, errors = ?, warnings = ? WHERE id = ?", (errors, warnings, found[0])
            )

    # reading

    def rows(self, filters: Filters, scope: Scope) -> tuple[list[Row], Whole]:
        """The rows that are asked for, and the sums of all that match, whatever the limit."""
        query = scope.query(filters.locale)
        if filters.state in _STATES:
            query.add(f"{filters.state} > 0")
        if filters.rule:
            query.add("id IN (SELECT catalog FROM findings WHERE rule = ?)", filters.rule)
        if filters.backend:
            query.add("' ' || backends || ' ' LIKE ? ESCAPE '\\'", f"% {_escaped(filters.backend)} %")
        if filters.document:
            asked = filters.document.casefold()
            query.add("(folded(document, ?) OR folded(title, ?))", asked, asked)
        if filters.q:
            inside, asked = _matching(filters.q), filters.q.casefold()
            query.add(
                "(folded(document, ?) OR folded(title, ?)"
                f" OR id IN (SELECT catalog FROM entries WHERE {inside.where}))",
                asked,
                asked,
                *inside.values,
            )
        order = _ORDERS.get(filters.sort, _ORDERS["name"])
        with self._read() as database:
            sums = database.execute(
                "SELECT COUNT(*), SUM(missing), SUM(draft), SUM(stale), SUM(approved), SUM(words_left), SUM(errors),"
                f" SUM(warnings) FROM catalogs WHERE {query.where}",
                query.values,
            ).fetchone()
            found = database.execute(
                "SELECT document, title, locale, missing, draft, stale, approved, words_left, backends, checked,"
                f" errors, warnings FROM catalogs WHERE {query.where} ORDER BY {order}, locale LIMIT ? OFFSET ?",
                (*query.values, filters.limit, filters.offset),
            ).fetchall()
        numbers = [int(value or 0) for value in sums]
        states = dict(zip(State, numbers[1:5], strict=True))
        return [_row(values) for values in found], Whole(numbers[0], states, *numbers[5:])

    def title(self, locale: str, document: str) -> str:
        """The title of a document; empty where it is not known yet."""
        with self._read() as database:
            found = database.execute(
                "SELECT title FROM catalogs WHERE locale = ? AND document = ?", (locale, document)
            ).fetchone()
        return str(found[0]) if found else ""

    def backends(self) -> list[str]:
        """The backends that entries name."""
        with self._read() as database:
            rows = database.execute("SELECT DISTINCT backends FROM catalogs").fetchall()
        return sorted({name for (names,) in rows for name in names.split()})

    def search(self, filters: Filters, scope: Scope) -> tuple[list[Hit], bool]:
        """Entries with `q` in their source or their translation, whatever the case; whether there are more."""
        query = _matching(filters.q, "entries.")
        within = scope.query(filters.locale)
        query.add(within.where, *within.values)
        if filters.state in _STATES:
            query.add("state = ?", filters.state)
        if filters.rule:
            query.add("catalog IN (SELECT catalog FROM findings WHERE rule = ?)", filters.rule)
        if filters.backend:
            query.add("backend = ?", filters.backend)
        with self._read() as database:
            found = database.execute(
                "SELECT document, locale, key, source, target, state FROM entries CROSS JOIN catalogs"
                f" ON catalogs.id = catalog WHERE {query.where} LIMIT ?",
                (*query.values, filters.limit + 1),
            ).fetchall()
        return [Hit(*row) for row in found[: filters.limit]], len(found) > filters.limit

    def repeats(self, locale: str, key: str, source: str) -> list[str]:
        """The documents in which the same entry waits for a person, in order."""
        with self._read() as database:
            rows = database.execute(
                "SELECT document FROM entries JOIN catalogs ON catalogs.id = catalog"
                " WHERE crc = ? AND key = ? AND locale = ? AND state != 'approved' ORDER BY document",
                (_crc(source), key, locale),
            ).fetchall()
        return [document for (document,) in rows]


def _row(values: tuple[object, ...]) -> Row:
    document, title, locale, missing, draft, stale, approved, words, backends, checked, errors, warnings = values
    states = dict(zip(State, (int(str(count)) for count in (missing, draft, stale, approved)), strict=True))
    return Row(
        str(document),
        str(title),
        str(locale),
        states,
        int(str(words)),
        tuple(str(backends).split()),
        bool(checked),
        int(str(errors)),
        int(str(warnings)),
    )


def _crc(source: str) -> int:
    return zlib.crc32(source.encode("utf-8", "surrogatepass"))


def _escaped(text: str) -> str:
    """A text for LIKE, in which `\\` escapes."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _matching(q: str, table: str = "") -> _Query:
    """The entries that hold a text: those that have all its groups of three characters, compared letter by letter.

    Without three characters in a row every entry is compared.
    """
    query = _Query()
    groups = dict.fromkeys(q[at : at + 3] for at in range(len(q) - 2))
    if groups:
        asked = " AND ".join('"{}"'.format(group.replace('"', '""')) for group in list(groups)[:40])
        query.add(f"{table}id IN (SELECT rowid FROM texts WHERE texts MATCH ?)", asked)
    if q:
        query.add("(folded(source, ?) OR folded(target, ?))", q.casefold(), q.casefold())
    return query


def folded(text: str, q: str) -> bool:
    """Whether a text has another in it, whatever their case; `q` is in its folded form."""
    return q in text.casefold()


def _unusable(path: Path, error: Exception) -> Prl10nError:
    return Prl10nError(
        f"the index of the review cannot be used: {error}",
        where=str(path),
        remedy="Check the disk and the permissions; the file can be removed, it is made again.",
    )
