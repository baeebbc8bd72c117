"""The journal of paid answers, and the pairs of all catalogs."""

from __future__ import annotations

import os
import signal
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prl10n import catalog, executors, files, pairs
from prl10n.catalog import Catalog, Entry
from prl10n.errors import Damaged, Prl10nError
from prl10n.executors import Crew, Processes
from prl10n.memory import Answered, Match, Memory


def stored(root: Path, name: str, *entries: Entry) -> Path:
    path = root / f"{name}.po"
    files.write(path, catalog.render(Catalog(entries, 'msgid ""\nmsgstr ""\n"Language: fr\\n"')))
    return path


def test_an_answer_is_on_disk_the_moment_it_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / ".prl10n/memory.db"
    with Memory(path) as memory:
        memory.record("deepl fr", [("One", "Un", 3), ("Two", "", 3)], "2026-11-24")
        with Memory(path) as other:
            assert other.answered("deepl fr", ["One", "Two", "Three"]) == {
                "One": Answered("Un", "2026-11-24"),
                "Two": Answered("", "2026-11-24"),
            }
            assert other.answered("deepl de", ["One"]) == {}


def test_any_number_of_texts_is_looked_up(tmp_path: Path) -> None:
    texts = [f"Text {number}" for number in range(1_234)]
    with Memory(tmp_path / ".prl10n/memory.db") as memory:
        memory.record("deepl fr", [(text, f"{text} fr", 1) for text in texts[::2]], "2026-11-24")
        memory.import_pairs("fr", "old.tmx", [(text, f"{text} FR", True) for text in texts[1::2]])
        assert memory.answered("deepl fr", texts) == {text: Answered(f"{text} fr", "2026-11-24") for text in texts[::2]}
        assert memory.exact("fr", texts) == {text: Match(f"{text} FR", "old.tmx", True) for text in texts[1::2]}
        assert memory.answered("deepl fr", []) == {} == memory.exact("fr", [])


def test_any_number_of_catalogs_is_read(tmp_path: Path) -> None:
    many = range(234)
    paths = {
        stored(tmp_path, f"c{number}", Entry(f"Text {number}", f"Texte {number}")): f"{number}.md" for number in many
    }
    with Memory(tmp_path / ".prl10n/memory.db") as memory:
        assert memory.refresh("fr", {str(path): name for path, name in paths.items()}, tmp_path) == []
        assert memory.exact("fr", [f"Text {number}" for number in many]) == {
            f"Text {number}": Match(f"Texte {number}", f"{number}.md", True) for number in many
        }
        assert memory.refresh("fr", {}, tmp_path) == []
        assert list(memory.every("fr")) == []


def test_git_ignores_the_folder(tmp_path: Path) -> None:
    with Memory(tmp_path / ".prl10n/memory.db"):
        assert (tmp_path / ".prl10n/.gitignore").read_text(encoding="utf-8") == "*\n"


def test_approved_texts_go_before_drafts_and_pseudo_drafts_are_none(tmp_path: Path) -> None:
    paths = {
        stored(
            tmp_path, "a", Entry("A **b**", "Brouillon **b**", fuzzy=True, comment="prl10n: deepl 2026-01-01")
        ): "a.md",
        stored(tmp_path, "b", Entry("A __b__", "Approuvé __b__"), Entry("Old", "Vieux", obsolete=True)): "b.md",
        stored(tmp_path, "c", Entry("Only pseudo", "⟦ … ⟧", fuzzy=True, comment="prl10n: pseudo 2026-01-01")): "c.md",
        stored(tmp_path, "d", Entry("Stale", "Périmé", True, "Before"), Entry("[Lost](/u)", "Perdu")): "d.md",
        # Editors keep the comment when a person writes other words, and accepts them.
        stored(tmp_path, "e", Entry("Was pseudo", "Des mots", comment="prl10n: pseudo 2026-01-01")): "e.md",
    }
    with Memory(tmp_path / ".prl10n/memory.db") as memory:
        assert memory.refresh("fr", {str(path): name for path, name in paths.items()}, tmp_path) == []
        wanted = ["A <g1>b</g1>", "Old", "Only pseudo", "Stale", "Lost", "Was pseudo"]
        assert memory.exact("fr", wanted) == {
            "A <g1>b</g1>": Match("Approuvé <g1>b</g1>", "b.md", True),
            "Old": Match("Vieux", "b.md", True),
            "Was pseudo": Match("Des mots", "e.md", True),
        }
        assert memory.exact("de", wanted) == {}


def test_only_catalogs_that_changed_are_read_again(tmp_path: Path) -> None:
    path = stored(tmp_path, "a", Entry("One", "Un"))
    with Memory(tmp_path / ".prl10n/memory.db") as memory:
        memory.refresh("fr", {str(path): "a.md"}, tmp_path)
        stored(tmp_path, "a", Entry("One", "Une"))
        memory.refresh("fr", {str(path): "a.md"}, tmp_path)
        assert memory.exact("fr", ["One"])["One"].target == "Une"
        path.unlink()
        memory.refresh("fr", {str(path): "a.md"}, tmp_path)
        assert memory.exact("fr", ["One"]) == {}


def test_a_damaged_catalog_is_reported_and_its_former_pairs_stay(tmp_path: Path) -> None:
    path = stored(tmp_path, "a", Entry("One", "Un"))
    with Memory(tmp_path / ".prl10n/memory.db") as memory:
        memory.refresh("fr", {str(path): "a.md"}, tmp_path)
        path.write_bytes(b"nonsense\n")
        (error,) = memory.refresh("fr", {str(path): "a.md"}, tmp_path)
        assert error.where.endswith("a.po:1")
        assert memory.exact("fr", ["One"])["One"].target == "Un"


def test_a_catalog_that_is_no_file_is_reported_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.po").mkdir()
    other = stored(tmp_path, "b", Entry("One", "Un"))
    with Memory(tmp_path / ".prl10n/memory.db") as memory:
        (error,) = memory.refresh("fr", {str(tmp_path / "a.po"): "a.md", str(other): "b.md"}, tmp_path)
        assert error.where == str(tmp_path / "a.po")
        assert memory.exact("fr", ["One"]) == {"One": Match("Un", "b.md", True)}


def _unless_deadly(job: pairs.Job) -> pairs.Read | Prl10nError:
    if b"Deadly" in (job.data if isinstance(job.data, bytes) else b""):
        os.kill(os.getpid(), signal.SIGKILL)
    return pairs.read(job)


def test_catalogs_are_read_by_several_processes_as_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that its readers die of is named, one that is damaged too, and the others are what they are."""
    monkeypatch.setattr(executors, "CHUNK", 3)
    paths: dict[str, str] = {}
    for number in range(30):
        entry = Entry(f"Text {number} of <b>2026</b>", f"Texte {number} de <b>2026</b>")
        paths[str(stored(tmp_path, f"c{number}", entry, Entry("Both", "Deux")))] = f"{number}.md"
    (tmp_path / "c7.po").write_bytes(b"nonsense\n")
    (tmp_path / "c9.po").unlink()
    stored(tmp_path, "c8", Entry("Deadly", "Mortel"))
    with Memory(tmp_path / "one/memory.db") as one, Memory(tmp_path / "many/memory.db") as many:
        (wrong,) = one.refresh("fr", paths, tmp_path)
        with Processes(2) as processes:
            crew = Crew(processes)
            errors = many.refresh(
                "fr", paths, tmp_path, lambda jobs, count: crew.spread(_unless_deadly, jobs, pairs.lost)
            )
        assert [error.where for error in errors] == [wrong.where, str(tmp_path / "c8.po")]
        rows = "SELECT * FROM pairs ORDER BY rowid"
        expected = [row for row in one.database.execute(rows) if row[5] != "c8.po"]
        assert many.database.execute(rows).fetchall() == expected
        assert len(expected) > 50
        assert {row[8] for row in expected if row[1] != "Both"} == {"Text # of <g1>#</g1>"}


WORDS = st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta"]), min_size=2, max_size=4).map(" ".join)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.lists(WORDS, max_size=3, unique=True), st.booleans())))
def test_near_texts_are_those_of_all_pairs_whenever_they_are_looked_for(
    steps: list[tuple[str, list[str] | None, bool]],
) -> None:
    """Words are indexed when somebody looks; catalogs change, come and go before and after that."""
    asked = "alpha beta gamma delta"
    with tempfile.TemporaryDirectory() as folder, Memory(Path(folder, "old/memory.db")) as memory:
        root, paths = Path(folder), dict[str, str]()
        for name, texts, looks in steps:
            if texts is None:
                paths.pop(str(root / f"{name}.po"), None)
            else:
                paths[str(stored(root, name, *(Entry(text, text.upper()) for text in texts)))] = f"{name}.md"
            assert memory.refresh("fr", paths, root) == []
            if looks:
                with Memory(root / f"new{os.urandom(4).hex()}/memory.db") as fresh:
                    assert fresh.refresh("fr", paths, root) == []
                    assert memory.near("fr", asked, 1, 9) == fresh.near("fr", asked, 1, 9)


FORMER = """
CREATE TABLE journal (
  settings TEXT NOT NULL, source TEXT NOT NULL, answer TEXT NOT NULL, billed INTEGER NOT NULL, day TEXT NOT NULL,
  PRIMARY KEY (settings, source)
) WITHOUT ROWID;
CREATE TABLE pairs (locale TEXT, source TEXT);
PRAGMA user_version = 2;
"""


@pytest.mark.parametrize("scratch", [True, False])
def test_the_answers_of_a_former_prl10n_are_kept(tmp_path: Path, scratch: bool) -> None:
    path = tmp_path / "memory.db"
    answers = [("deepl fr", f"Text {number}", f"Texte {number}", number, "2026-11-01") for number in range(1_000)]
    with closing(sqlite3.connect(path)) as former:
        former.executescript(FORMER)
        former.executemany("INSERT INTO journal VALUES (?, ?, ?, ?, ?)", answers)
        former.commit()
    before = path.read_bytes()
    for _ in range(2):
        with Memory(path, scratch=scratch) as memory:
            assert memory.damaged == ""
            found = memory.answered("deepl fr", [source for _, source, *_ in answers])
            assert found == {source: Answered(answer, day) for _, source, answer, _, day in answers}
            assert memory.billed() == [("deepl fr", "2026-11-01", sum(range(1_000)))]
            assert memory.answered("deepl de", ["Text 1"]) == {}
    assert (path.read_bytes() == before) is scratch


def test_an_answer_that_comes_twice_is_the_last_one_and_both_were_billed(tmp_path: Path) -> None:
    with Memory(tmp_path / "memory.db") as memory:
        memory.record("deepl fr", [("One", "Un", 3)], "2026-11-01")
        memory.record("deepl fr", [("One", "Une", 3)], "2026-11-02")
        assert memory.answered("deepl fr", ["One"]) == {"One": Answered("Une", "2026-11-02")}
        assert memory.billed() == [("deepl fr", "2026-11-01", 3), ("deepl fr", "2026-11-02", 3)]


def test_texts_of_one_key_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prl10n.memory._key", lambda settings, source: 7)
    with Memory(tmp_path / "memory.db") as memory:
        memory.record("deepl fr", [("One", "Un", 3), ("Two", "Deux", 3)], "2026-11-01")
        memory.record("deepl de", [("One", "Eins", 3)], "2026-11-01")
        assert {text: found.answer for text, found in memory.answered("deepl fr", ["One", "Three"]).items()} == {
            "One": "Un"
        }


SECOND = """
DROP TRIGGER pairs_added;
DROP TRIGGER pairs_removed;
DROP TABLE indexed;
CREATE TRIGGER pairs_added AFTER INSERT ON pairs BEGIN
  INSERT INTO words(rowid, source) VALUES (new.rowid, new.source);
END;
CREATE TRIGGER pairs_removed AFTER DELETE ON pairs BEGIN
  INSERT INTO words(words, rowid, source) VALUES ('delete', old.rowid, old.source);
END;
INSERT INTO words(words) VALUES ('rebuild');
PRAGMA user_version = 2;
"""


def test_pairs_of_a_former_prl10n_stay_imported_ones_too(tmp_path: Path) -> None:
    """No catalog holds what was imported: it could not be read again."""
    path, found = tmp_path / "memory.db", stored(tmp_path, "a", Entry("One text", "Un texte"))
    with Memory(path) as memory:
        memory.record("deepl fr", [("One", "Un", 3)], "2026-11-24")
        memory.refresh("fr", {str(found): "a.md"}, tmp_path)
        memory.import_pairs("fr", "old.tmx", [("Imported text", "Texte importé", True)])
        memory.database.executescript(SECOND)
    with Memory(path) as memory:
        assert [row[0] for row in memory.every("fr")] == ["Imported text", "One text"]
        assert [near.source for near in memory.near("fr", "Imported texts", 1)] == ["Imported text"]
        memory.import_pairs("fr", "old.tmx", [("Another text", "Autre texte", True)])
        assert [near.source for near in memory.near("fr", "Imported texts", 90)] == []
        assert [near.source for near in memory.near("fr", "Another texts", 1)] == ["Another text"]
        assert memory.answered("deepl fr", ["One"]) == {"One": Answered("Un", "2026-11-24")}


def test_pairs_of_another_shape_are_read_again_and_paid_answers_stay(tmp_path: Path) -> None:
    path, found = tmp_path / "memory.db", stored(tmp_path, "a", Entry("One text", "Un texte"))
    with Memory(path) as memory:
        memory.record("deepl fr", [("One", "Un", 3)], "2026-11-24")
        memory.refresh("fr", {str(found): "a.md"}, tmp_path)
        memory.database.executescript("DROP TABLE pairs; CREATE TABLE pairs (text TEXT); PRAGMA user_version = 2;")
    with Memory(path) as memory:
        assert list(memory.every("fr")) == []
        memory.refresh("fr", {str(found): "a.md"}, tmp_path)
        assert [near.source for near in memory.near("fr", "One texts", 1)] == ["One text"]
        assert memory.answered("deepl fr", ["One"]) == {"One": Answered("Un", "2026-11-24")}


NO_DATABASE = b"this is no database" * 100


@pytest.mark.parametrize(
    "data",
    [NO_DATABASE, b"SQLite format 3\0" + b"\0" * 84, b"SQLite format 3\0" + b"\xff" * 8000],
    ids=["text", "a header alone", "garbage behind the signature"],
)
def test_what_is_no_database_is_set_aside(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "memory.db"
    path.write_bytes(data)
    with Memory(path, scratch=True) as memory:
        assert "the memory is damaged" in memory.damaged
        assert memory.answered("deepl", ["One"]) == {}
    assert path.read_bytes() == data
    with Memory(path) as memory:
        assert "it is memory.db.damaged now" in memory.damaged
        memory.record("deepl", [("One", "Un", 3)], "2026-11-24")
    assert (tmp_path / "memory.db.damaged").read_bytes() == data
    with Memory(path) as memory:
        assert memory.damaged == ""
        assert memory.answered("deepl", ["One"]) == {"One": Answered("Un", "2026-11-24")}


def test_a_journal_of_another_shape_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE journal (text TEXT)")
    before = path.read_bytes()
    with Memory(path) as memory:
        assert "0 paid answers" in memory.damaged
        assert (tmp_path / "memory.db.damaged").read_bytes() == before
        memory.record("deepl", [("One", "Un", 3)], "2026-11-24")


def test_an_index_of_another_shape_is_made_again_and_the_journal_stays(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    with Memory(path) as memory:
        memory.record("deepl", [("One", "Un", 3)], "2026-11-24")
    with closing(sqlite3.connect(path)) as other:
        other.executescript("DROP TABLE pairs; CREATE TABLE pairs (text TEXT);")
    with Memory(path) as memory:
        assert memory.damaged == ""
        assert memory.answered("deepl", ["One"]) == {"One": Answered("Un", "2026-11-24")}
        assert memory.exact("fr", ["One"]) == {}


def test_the_memory_of_a_newer_prl10n_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 99")
        other.execute("CREATE TABLE journal (better TEXT)")
    before = path.read_bytes()
    for scratch in (False, True):
        with pytest.raises(Prl10nError, match="a newer prl10n wrote this memory"):
            Memory(path, scratch=scratch)
    assert path.read_bytes() == before


def test_damage_that_is_found_in_the_middle_of_a_run(tmp_path: Path) -> None:
    """Law 5: what can be read of the journal is in the new one."""
    path = tmp_path / "memory.db"
    texts = [f"Text number {number:05}" for number in range(2000)]
    with Memory(path) as memory:
        memory.record("deepl", [(text, text.upper(), 1) for text in texts], "2026-11-24")
    data = bytearray(path.read_bytes())
    page = 4096
    data[-3 * page :] = b"\xff" * (3 * page)  # the last texts; the first pages say which tables there are
    path.write_bytes(data)
    with Memory(path) as memory, pytest.raises(Damaged, match=r"it is memory\.db\.damaged now") as caught:
        memory.answered("deepl", texts)
    assert caught.value.remedy == "Run the command again."
    with Memory(path) as memory:
        assert memory.damaged == ""
        kept = memory.answered("deepl", texts)
        assert 0 < len(kept) < len(texts)
        assert all(found.answer == text.upper() for text, found in kept.items())


def test_a_database_that_cannot_be_opened_is_not_taken_for_a_damaged_one(tmp_path: Path) -> None:
    (tmp_path / "memory.db").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    for path in (tmp_path / "memory.db", tmp_path / "file/memory.db"):
        with pytest.raises(Prl10nError) as caught:
            Memory(path)
        assert "the disk" in caught.value.remedy


@pytest.mark.parametrize("exists", [False, True])
def test_a_scratch_copy_leaves_no_trace(tmp_path: Path, exists: bool) -> None:
    path = tmp_path / ".prl10n/memory.db"
    if exists:
        with Memory(path) as memory:
            memory.record("deepl", [("One", "Un", 3)], "2026-11-24")
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    with Memory(path, scratch=True) as copy:
        assert bool(copy.answered("deepl", ["One"])) is exists
        copy.record("deepl", [("Two", "Deux", 3)], "2026-11-24")
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_the_database_is_in_wal_mode_and_durable(tmp_path: Path) -> None:
    with Memory(tmp_path / "memory.db") as memory:
        memory.record("deepl", [("One", "Un", 3)], "2026-11-24")
    database = sqlite3.connect(tmp_path / "memory.db")
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()
