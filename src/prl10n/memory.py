"""What is known already: every answer that was paid for (the journal), and every pair that the catalogs hold (the
memory).

Both live in one SQLite file in `.prl10n/`, which git ignores. The journal is written the moment an answer arrives,
before anything else is done with it (law 5). The pairs are an index of the catalogs: lost, they are read again.

Texts are neutral forms (`prl10n.model`), so that a word is one text wherever it stands and whatever its links.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import combinations, starmap
from pathlib import Path
from types import TracebackType
from typing import NamedTuple
from zlib import crc32

from prl10n import changes, files, tags
from prl10n.errors import Damaged, Prl10nError
from prl10n.pairs import Job, Pair, Spread, here, marked
from prl10n.patterns import late

FILE = Path(files.PRIVATE, "memory.db")
IMPORTED = "import:"  # what stands in place of a catalog's path for pairs from elsewhere

_MODE = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS journal (
  key INTEGER NOT NULL, settings TEXT NOT NULL, source TEXT NOT NULL, answer TEXT NOT NULL, billed INTEGER NOT NULL,
  day TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS journal_by_key ON journal (key);
CREATE TABLE IF NOT EXISTS catalogs (path TEXT PRIMARY KEY, locale TEXT NOT NULL, stamp TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pairs (
  locale TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL, approved INTEGER NOT NULL, document TEXT NOT NULL,
  path TEXT NOT NULL, before TEXT NOT NULL, behind TEXT NOT NULL, masked TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS pairs_by_source ON pairs (locale, source);
CREATE INDEX IF NOT EXISTS pairs_by_masked ON pairs (locale, masked);
CREATE INDEX IF NOT EXISTS pairs_by_path ON pairs (path);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(
  source, content = 'pairs', detail = none, tokenize = 'unicode61 remove_diacritics 0'
);
CREATE VIRTUAL TABLE IF NOT EXISTS vocabulary USING fts5vocab(words, 'row');
CREATE TABLE IF NOT EXISTS indexed (last INTEGER NOT NULL);
INSERT INTO indexed SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM indexed);
CREATE TRIGGER IF NOT EXISTS pairs_added AFTER INSERT ON pairs WHEN new.rowid <= (SELECT last FROM indexed) BEGIN
  INSERT INTO words(rowid, source) VALUES (new.rowid, new.source);
END;
CREATE TRIGGER IF NOT EXISTS pairs_removed AFTER DELETE ON pairs WHEN old.rowid <= (SELECT last FROM indexed) BEGIN
  INSERT INTO words(words, rowid, source) VALUES ('delete', old.rowid, old.source);
END;
"""
# Words of pairs behind `indexed` are put into the full-text index when somebody looks for near texts: most runs do not,
# and it takes as long as all else that is done with pairs.
#
# The pairs are an index that is made again: this shape replaces any other. Those that have it stay, since no catalog
# holds what was imported. The journal keeps all its rows. They are written one behind the other, and found by a short
# key: texts come in no order, and a tree of whole texts would be written all over.
_VERSION = 3
_JOURNAL = "settings, source, answer, billed, day"  # in every version, and behind a key (`_key`) since the third
_MOVED = f"""
ALTER TABLE journal RENAME TO former;
{{schema}}
INSERT INTO journal SELECT key_of(settings, source), {_JOURNAL} FROM former;
DROP TABLE former;
"""
_FORMER_WORDS = (
    "DROP TRIGGER IF EXISTS pairs_added; DROP TRIGGER IF EXISTS pairs_removed;"
    "DROP TABLE IF EXISTS words; DROP TABLE IF EXISTS indexed;"
)
_FORMER_PAIRS = "DROP TABLE IF EXISTS pairs; DROP TABLE IF EXISTS catalogs;"

_PAIRS = "locale, source, target, approved, document, path, before, behind, masked"
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)

NEAR = 60.0  # the least likeness (rapidfuzz's ratio) of a text that is worth showing
_WORD = late(r"\w+")
_LONGEST, _RARE, _CANDIDATES = 9, 3, 60  # words that a look-up weighs and asks for, and texts that it compares

_TEXTS = 500  # that a query looks up at a time
_CATALOGS = 100  # that are read before what they say is written
_NOWHERE: Mapping[tuple[str, str], tuple[str, str]] = {}

_BUSY = "Check the disk, the permissions, and whether another prl10n runs here; then run the command again."


@dataclass(frozen=True, slots=True)
class Match:
    """A translation that the memory has: the neutral form, the document it comes from, and whether a person approved
    it. `places`: between which texts, before and behind, people approved which translation, and in which document.
    """

    target: str
    document: str
    approved: bool
    places: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=lambda: _NOWHERE, compare=False)


class Near(NamedTuple):
    """A text that is like another one: both forms, where it comes from, and how like (percent)."""

    source: str
    target: str
    document: str
    approved: bool
    score: int


class Answered(NamedTuple):
    """A translation that was paid for, and the day (ISO 8601) on which it was."""

    answer: str
    day: str


class _Part(NamedTuple):
    """The pairs of a catalog, or from elsewhere, and the document that they are of. `stamp` tells whether the catalog
    has changed; None: there is no catalog.
    """

    path: str
    stamp: str | None
    document: str
    pairs: Sequence[Pair]


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (texts[first : first + _TEXTS] for first in range(0, len(texts), _TEXTS))


def _bytes(path: str) -> bytes | Prl10nError | None:
    """The bytes of a file, or why it cannot be read; None where it has gone by now."""
    try:
        return files.read(path)
    except Prl10nError as error:
        return error


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


def _key(settings: str, source: str) -> int:
    """What an answer is found by; the few others that have the same key have other texts or settings."""
    return crc32(source.encode("utf-8", "surrogatepass"), crc32(settings.encode("utf-8", "surrogatepass")))


def _opened(path: Path) -> sqlite3.Connection:
    files.private(path.parent)
    return sqlite3.connect(path, timeout=30, isolation_level=None)


def _copied(path: Path) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", isolation_level=None)
    if path.exists():
        # Reading a database in WAL mode makes files beside it, unless nobody can be writing to it.
        how = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "immutable=1"
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True)) as original:
            original.backup(copy)
    return copy


def _aside(path: Path) -> Path:
    """Move a damaged database, and what SQLite keeps beside it, out of the way. OSError where that is impossible."""
    aside = path.with_name(f"{path.name}.damaged")
    for ending in ("-wal", "-shm", ""):
        aside.with_name(f"{aside.name}{ending}").unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            path.with_name(f"{path.name}{ending}").replace(aside.with_name(f"{aside.name}{ending}"))
    return aside


def _salvaged(path: Path) -> Iterator[tuple[object, ...]]:
    """The rows of a damaged journal, as far as they can be read."""
    with suppress(sqlite3.Error, UnicodeDecodeError), closing(sqlite3.connect(path)) as database:
        for row in database.execute(f"SELECT {_JOURNAL} FROM journal"):
            if [type(value) for value in row] == [str, str, str, int, str]:
                yield row


def _columns(database: sqlite3.Connection, table: str) -> str:
    return ", ".join(row[1] for row in database.execute(f"PRAGMA table_info({table})"))


def _is_broken(error: Exception) -> bool:
    """Whether the file is no database, a damaged one, or one whose tables are not ours."""
    if isinstance(error, UnicodeDecodeError):
        return True
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in _BROKEN or (code == sqlite3.SQLITE_ERROR and "no such module" not in str(error))


class Memory:
    """The memory and the journal of a project. A context manager; used from one thread.

    `damaged` says what became of a database that could not be read; empty: it was sound.
    """

    def __init__(self, path: Path, *, scratch: bool = False, language: str = "en") -> None:
        """`scratch`: work on a copy in RAM; nothing is written to `path`, which need not exist. `language` is the
        locale of the sources.
        """
        self.path = path
        self.language = language
        self.scratch = scratch
        self.damaged = ""
        self._frequencies: dict[str, int] = {}
        try:
            try:
                self.database = self._prepared(lambda: _copied(path) if scratch else _opened(path))
            except Damaged:
                self.database = self._anew()
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    def _prepared(self, connect: Callable[[], sqlite3.Connection]) -> sqlite3.Connection:
        """A database with all its tables. Damaged for what is none, and for one whose journal is not ours."""
        database: sqlite3.Connection | None = None
        try:
            database = connect()
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version > _VERSION:
                raise Prl10nError(
                    "a newer prl10n wrote this memory",
                    where=str(self.path),
                    remedy="Install that version again, or move the file away: then a new one is made.",
                )
            journal, index = _columns(database, "journal"), _columns(database, "pairs")
            if journal not in ("", _JOURNAL, f"key, {_JOURNAL}"):
                raise Damaged("it has another journal", where=str(self.path))
            database.executescript(_MODE)
            if (version, journal, index) != (_VERSION, f"key, {_JOURNAL}", _PAIRS):
                database.create_function("key_of", 2, _key, deterministic=True)
                former = _FORMER_WORDS if version >= 2 and index == _PAIRS else f"{_FORMER_WORDS}{_FORMER_PAIRS}"
                shape = _MOVED.format(schema=_SCHEMA) if journal == _JOURNAL else _SCHEMA
                database.executescript(f"BEGIN IMMEDIATE;{former}{shape}PRAGMA user_version = {_VERSION};COMMIT;")
        except (sqlite3.Error, UnicodeDecodeError, Prl10nError) as error:
            if database is not None:
                database.close()
            if _is_broken(error):
                raise Damaged(str(error), where=str(self.path)) from error
            raise
        return database

    def _anew(self) -> sqlite3.Connection:
        """A new database in the place of a damaged one, with the answers that can still be read in that one."""
        if self.scratch:
            self.damaged = "the memory is damaged: a run that writes sets it aside"
            return self._prepared(lambda: sqlite3.connect(":memory:", isolation_level=None))
        aside = _aside(self.path)
        database = self._prepared(lambda: _opened(self.path))
        kept = list(_salvaged(aside))
        with closing(database.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            rows = ((_key(str(row[0]), str(row[1])), *row) for row in kept)
            cursor.executemany("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)", rows)
            cursor.execute("COMMIT")
        self.damaged = (
            f"the memory was damaged: it is {aside.name} now, and a new one was made from the catalogs. "
            f"{len(kept):,} paid answers could be read in it and were kept"
        )
        return database

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """What goes wrong with the database in the middle of a run, as an error of ours. Damaged: a new one is there,
        and the command can run again.
        """
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if self.scratch or not _is_broken(error):
                raise self._unusable(error) from error
            self.database.close()
            try:
                self._anew().close()
            except (OSError, sqlite3.Error) as second:
                raise self._unusable(second) from second
            raise Damaged(self.damaged, where=str(self.path), remedy="Run the command again.") from error

    def _unusable(self, error: Exception) -> Prl10nError:
        return Prl10nError(f"the memory cannot be used: {error}", where=str(self.path), remedy=_BUSY)

    def __enter__(self) -> Memory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.close()

    # the journal

    def record(self, settings: str, answers: Iterable[tuple[str, str, int]], day: str) -> None:
        """Keep (source, answer, characters billed) of one response, durably, before anything else is done with them."""
        rows = [(_key(settings, source), settings, source, answer, billed, day) for source, answer, billed in answers]
        with self._guarded(), closing(self.database.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            # In the order of the key the index of a large journal is walked through once.
            cursor.executemany("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)", sorted(rows))
            cursor.execute("COMMIT")

    def answered(self, settings: str, sources: Sequence[str]) -> dict[str, Answered]:
        """The answers that the same request settings had for these texts; the last one where there are several."""
        found: dict[str, Answered] = {}
        days: dict[str, str] = {}  # few, and kept once
        with self._guarded():
            for batch in _batches(sources):
                asked = set(batch)
                rows = self.database.execute(
                    "SELECT source, answer, day FROM journal"
                    f" WHERE key IN ({_marks(batch)}) AND settings = ? ORDER BY rowid",
                    (*(_key(settings, source) for source in batch), settings),
                )
                for source, answer, day in rows:
                    if source in asked:
                        found[source] = Answered(answer, days.setdefault(day, day))
        return found

    def billed(self) -> list[tuple[str, str, int]]:
        """(settings, day, characters) of all that was billed, summed, in the order of days."""
        with self._guarded():
            rows = self.database.execute(
                "SELECT settings, day, SUM(billed) FROM journal GROUP BY settings, day ORDER BY day, settings"
            )
            return [(str(settings), str(day), int(billed)) for settings, day, billed in rows]

    # the pairs

    def refresh(self, locale: str, catalogs: Mapping[str, str], root: Path, spread: Spread = here) -> list[Prl10nError]:
        """Read the catalogs of a locale that changed since the last time; `catalogs` gives the document of each path,
        and `spread` does what is to be done with each.

        Returns the errors of those that cannot be read: their former pairs stay. Paths are kept relative to `root`.
        """
        with self._guarded():
            known = dict(self.database.execute("SELECT path, stamp FROM catalogs WHERE locale = ?", (locale,)))
        current: dict[str, str] = {}
        changed: list[tuple[str, str]] = []  # (path, what it is known by)
        errors: list[Prl10nError] = []
        below = len(str(root)) + 1
        for place, name in catalogs.items():
            try:
                stat = os.stat(place)  # noqa: PTH116 (thousands of them, of which few changed)
            except OSError:
                continue
            key = place[below:].replace(os.sep, "/")
            # Its document may have gone, or come back, and is called by another name then.
            current[key] = f"{stat.st_mtime_ns} {stat.st_size} {stat.st_ino} {name}"
            if known.get(key) != current[key]:
                changed.append((place, key))
        parts = [_Part(key, None, "", ()) for key in known.keys() - current.keys()]
        jobs = (Job(place, catalogs[place], _bytes(place), self.language) for place, _ in changed)
        for (_, key), found in zip(changed, spread(jobs, len(changed)), strict=True):
            if isinstance(found, Prl10nError):
                errors.append(found)
                continue
            parts.append(_Part(key, current[key], *found))
            if len(parts) >= _CATALOGS:
                self._replace(locale, parts)
                parts.clear()
        self._replace(locale, parts)
        return errors

    def _replace(self, locale: str, parts: Sequence[_Part]) -> None:
        """Put the pairs of some parts in the place of those that they had; in one transaction, since each waits for the
        disk.
        """
        if not parts:
            return
        self._frequencies.clear()
        rows = [(locale, *pair[:3], part.document, part.path, *pair[3:]) for part in parts for pair in part.pairs]
        with self._guarded(), closing(self.database.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            for table in ("pairs", "catalogs"):
                cursor.executemany(f"DELETE FROM {table} WHERE path = ?", [(part.path,) for part in parts])
            cursor.executemany(
                "INSERT INTO catalogs VALUES (?, ?, ?)",
                [(part.path, locale, part.stamp) for part in parts if part.stamp is not None],
            )
            cursor.executemany("INSERT INTO pairs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            cursor.execute("COMMIT")

    def import_pairs(self, locale: str, name: str, rows: Iterable[tuple[str, str, bool]]) -> None:
        """Take in (source, target, approved) pairs from elsewhere, under a name; those that it had are replaced.

        They stay until the memory is deleted: no catalog holds them.
        """
        pairs = marked(starmap(Pair, rows), self.language)
        self._replace(locale, [_Part(f"{IMPORTED}{locale} {name}", None, name, pairs)])

    def every(self, locale: str) -> Iterator[tuple[str, str, bool, str]]:
        """(source, target, approved, document) of all pairs of a locale, in a stable order."""
        with self._guarded():
            rows = self.database.execute(
                "SELECT DISTINCT source, target, approved, document FROM pairs WHERE locale = ?"
                " ORDER BY source, approved DESC, document, target",
                (locale,),
            )
            for source, target, approved, document in rows:
                yield source, target, bool(approved), document

    def exact(self, locale: str, sources: Sequence[str]) -> dict[str, Match]:
        """The best known translation of each text: approved before drafted, then by the name of the document."""
        found: dict[str, Match] = {}
        with self._guarded():
            for batch in _batches(sources):
                rows = self.database.execute(
                    "SELECT source, target, document, approved, before, behind FROM pairs"
                    f" WHERE locale = ? AND source IN ({_marks(batch)}) ORDER BY approved DESC, document, target",
                    (locale, *batch),
                )
                every: dict[str, list[tuple[str, str, int, str, str]]] = {}
                for source, *row in rows:
                    own = every.setdefault(source, [])
                    if len(own) < _CANDIDATES:
                        own.append(tuple(row))
                for source, own in every.items():
                    target, name, approved, _, _ = own[0]
                    places = {(row[3], row[4]): (row[0], row[1]) for row in reversed(own) if row[2] and row[3]}
                    found[source] = Match(target, name, bool(approved), places or _NOWHERE)
        return found

    def refigured(self, locale: str, sources: Sequence[str]) -> dict[str, Match]:
        """Translations of texts that differ from an approved one in figures, dates or names alone, with these changed
        in the form of the locale.
        """
        found: dict[str, Match] = {}
        languages = (self.language, locale)
        with self._guarded():
            known = self.database.execute("SELECT 1 FROM pairs WHERE locale = ? AND approved LIMIT 1", (locale,))
            if known.fetchone() is None:
                return {}
        for source in sources:
            masked = changes.masked(source, self.language)
            if masked == changes.normal(source):
                continue
            with self._guarded():
                rows = self.database.execute(
                    "SELECT source, target, document FROM pairs WHERE locale = ? AND masked = ? AND approved"
                    " ORDER BY document, source LIMIT 5",
                    (locale, masked),
                ).fetchall()
            for other, target, name in rows:
                answer = changes.substituted(other, source, target, languages)
                if answer is not None:
                    found[source] = Match(answer, name, False)
                    break
        return found

    def _index_words(self) -> None:
        """Put the words of all pairs into the full-text index. Those that are there stay so; triggers remove them."""
        last, newest = self.database.execute("SELECT last, (SELECT max(rowid) FROM pairs) FROM indexed").fetchone()
        if last >= (newest or 0):
            return
        self._frequencies.clear()
        with closing(self.database.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute(
                "INSERT INTO words(rowid, source)"
                " SELECT rowid, source FROM pairs WHERE rowid > (SELECT last FROM indexed)"
            )
            cursor.execute("UPDATE indexed SET last = max(last, (SELECT max(rowid) FROM pairs))")
            cursor.execute("COMMIT")

    def _frequency(self, word: str) -> int:
        """How many texts have a word."""
        if word not in self._frequencies:
            row = self.database.execute("SELECT doc FROM vocabulary WHERE term = ?", (word,)).fetchone()
            self._frequencies[word] = row[0] if row else 0
        return self._frequencies[word]

    def near(self, locale: str, source: str, least: float = NEAR, most: int = 1) -> list[Near]:
        """The texts that are most like a text, the likest first; approved ones before drafts.

        The words that the memory knows least of are looked up in the full-text index, and what has two of them is
        compared letter by letter.
        """
        from rapidfuzz import fuzz

        words = sorted(dict.fromkeys(_WORD.findall(tags.words(source).lower())), key=len, reverse=True)[:_LONGEST]
        with self._guarded():
            self._index_words()
            known = [(count, word) for word in words if (count := self._frequency(word))]
            rare = [word for _, word in sorted(known)[:_RARE]]
            if not rare:
                return []
            query = " OR ".join(f'("{one}" AND "{other}")' for one, other in combinations(rare, 2)) or f'"{rare[0]}"'
            rows = self.database.execute(
                "SELECT pairs.source, target, document, approved"
                " FROM words CROSS JOIN pairs ON pairs.rowid = words.rowid WHERE words MATCH ? AND +locale = ? LIMIT ?",
                (query, locale, _CANDIDATES),
            ).fetchall()
        scored = [(fuzz.ratio(source, row[0], score_cutoff=least), row) for row in rows]
        scored.sort(key=lambda item: (-item[0], -item[1][3], item[1][2], item[1][0], item[1][1]))
        return [Near(row[0], row[1], row[2], bool(row[3]), int(score)) for score, row in scored[:most] if score]
