"""What a run leaves of its documents is kept in columns, and given back as it was put in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prl10n.columns import Column, number_of
from prl10n.ledger import Item, Ledger, Paths, Row, Rows, Tally
from prl10n.model import State
from project import Project

NAMES = ("a.md", "b/c.md", "b/d.md", "é.md")
OWN = {locale: Paths(locale, "content/en", "", "{}.po".format, f"{locale}/{{}}".format) for locale in ("fr", "de")}
DIGESTS = st.binary(min_size=16, max_size=16)
COUNTS = st.tuples(*[st.integers(0, 2**32 - 1)] * len(State))
TEXTS = st.lists(st.text(max_size=3), max_size=2).map(tuple)


def items(locale: str) -> st.SearchStrategy[Item]:
    rows = st.builds(
        Row,
        st.sampled_from(NAMES),
        st.just(OWN[locale]),
        COUNTS,
        COUNTS,
        st.builds(Tally, *[st.integers(0, 2**40)] * 6),
        st.booleans(),
        st.booleans(),
    )
    return st.builds(
        Item,
        row=rows,
        source=DIGESTS,
        catalog=st.none() | DIGESTS,
        page=st.none() | DIGESTS,
        complete=st.booleans(),
        links=st.booleans(),
        has_page=st.booleans(),
        rejected=TEXTS,
        targets=TEXTS,
        moved=st.text(max_size=3),
    )


@given(st.lists(items("fr"), max_size=8), st.lists(items("de"), max_size=4))
def test_what_is_put_in_is_given_back_and_summed(french: list[Item], german: list[Item]) -> None:
    ledgers = {locale: Ledger(own, NAMES) for locale, own in OWN.items()}
    for item in (*french, *german):
        ledgers[item.locale].put(item)
    kept = {(item.locale, item.name): item for item in (*french, *german)}  # the last of each document
    order = [kept[locale, name] for locale in OWN for name in NAMES if (locale, name) in kept]
    assert [item for ledger in ledgers.values() for _, item in ledger.items()] == order
    assert {key: ledgers[key[0]].item(key[1]) for key in kept} == kept
    rows = Rows(ledgers)
    assert list(rows) == [item.row for item in order]
    assert len(rows) == len(order)
    assert [rows[index] for index in range(-len(order), len(order))] == [item.row for item in order] * 2
    assert list(rows.written()) == [row for row in rows if row.catalog_written or row.page_written]
    for states in ((State.DRAFT,), (State.APPROVED, State.STALE)):
        having = [row for row in rows if not {*states}.isdisjoint(row.states)]
        assert list(rows.having(*states)) == having
        assert rows.count_having(*states) == len(having)
    assert rows.units_by_state() == {state: sum(row.states.get(state, 0) for row in rows) for state in State}
    assert rows.words_left() == sum(row.words_left for row in rows)
    assert rows.tally().billed == sum(row.tally.billed for row in rows)
    assert rows.tally().memory == sum(row.tally.memory for row in rows)
    for locale in rows.locales:
        assert list(rows.of(locale)) == [row for row in rows if row.locale == locale]


def test_a_document_that_nothing_is_done_with_has_a_row_and_no_item() -> None:
    ledger = Ledger(OWN["fr"], NAMES)
    counts = Column("=8I", len(NAMES))
    counts[1] = 1, 2, 0, 0, 5, 6, 0, 7
    ledger.put_rows([1], counts)
    assert (ledger.item("b/c.md"), ledger.published("b/c.md"), list(ledger.items())) == (None, None, [])
    (row,) = Rows({"fr": ledger})
    assert (row.document, row.catalog, row.page) == ("content/en/b/c.md", "b/c.md.po", "fr/b/c.md")
    assert (row.states, row.words_left) == ({State.MISSING: 1, State.DRAFT: 2}, 11)
    with pytest.raises(IndexError):
        Rows({"fr": ledger})[1]


@given(st.sets(st.text(min_size=1, max_size=3)), st.text(min_size=1, max_size=3))
def test_the_number_of_a_document_is_its_place(names: set[str], other: str) -> None:
    documents = sorted(names)
    assert [number_of(documents, name) for name in documents] == list(range(len(documents)))
    assert (number_of(documents, other) is None) == (other not in names)


@given(st.lists(st.integers(0, 255), min_size=1, max_size=6), st.data())
def test_a_column_follows_its_documents(values: list[int], data: st.DataObject) -> None:
    column = Column("=Bx", len(values))
    for number, value in enumerate(values):
        column[number] = (value,)
    former = data.draw(st.lists(st.none() | st.integers(0, len(values) - 1), max_size=8))
    column.renumber(former)
    assert [value for (value,) in column] == [0 if number is None else values[number] for number in former]


def test_the_rows_of_a_run_are_by_locale_then_by_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.write("prl10n.toml", 'targets = ["fr", "de"]\n[backend]\nname = "pseudo"\n')
    for name in ("b.md", "a/z.md", "a.md"):
        project.source("Words.\n", name)
    names = ["a.md", "a/z.md", "b.md"]
    for _ in range(2):  # done, then left out
        found = [(row["locale"], row["document"]) for row in project.json("sync")["documents"]]
        assert found == [(locale, f"content/en/{name}") for locale in ("fr", "de") for name in names]
