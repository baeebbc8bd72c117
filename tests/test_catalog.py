"""Catalogs through their life: read and written as gettext's own tools do, merged without losing a word."""

from __future__ import annotations

import datetime
import difflib
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prl10n import catalog, document
from prl10n.catalog import Catalog, Draft, Entry
from prl10n.errors import CatalogError
from prl10n.model import State, Unit
from project import msgfmt

HEADER = catalog.header(
    "fr", "a.md", "nplurals=2; plural=(n > 1);", datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)
)

SAMPLE = r"""# A licence
# over two lines
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Language: fr\n"

# A translator's remark.
#. paragraph
#: a.md
#, fuzzy
#| msgid "An old source that is long enough to be wrapped by the tools of gettext when "
#| "they write it"
msgid ""
"A source that is long enough to be wrapped by the tools of gettext when they "
"write it"
msgstr ""
"Une source assez longue pour que les outils de gettext la coupent lorsqu’ils "
"l’écrivent"

#: with⁨ spaces⁩.c:12
#, c-format
msgid "%d file"
msgid_plural "%d files"
msgstr[0] "%d fichier"
msgstr[1] "%d fichiers"

msgid "a\tb \"c\" d\\e"
msgstr "x"

#~| msgid "older"
#~ msgid "old"
#~ msgstr "vieux"
"""


def units(*texts: str) -> list[Unit]:
    return list(document.split("\n\n".join(texts).encode()).units)


def made(*entries: Entry) -> Catalog:
    return Catalog(entries, HEADER)


def by_text(found: Catalog) -> dict[str, Entry]:
    return {entry.msgid: entry for entry in found.entries if not entry.obsolete}


def obsolete(found: Catalog) -> dict[str, str]:
    return {entry.msgid: entry.msgstr for entry in found.entries if entry.obsolete}


# Reading and writing.


@pytest.mark.parametrize(
    "tool", [["cat"], ["msgcat", "-"], ["msgcat", "--no-wrap", "-"], ["msgcat", "--width=77", "-"]]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_is_not_changed_keeps_its_lines(tool: list[str], newline: str) -> None:
    written = subprocess.run(tool, input=SAMPLE.encode(), capture_output=True, check=True).stdout
    data = written.replace(b"\n", newline.encode())
    parsed = catalog.parse(data)
    assert catalog.render(parsed) == data
    assert [entry.msgid for entry in parsed.entries] == [
        "A source that is long enough to be wrapped by the tools of gettext when they write it",
        "%d file",
        'a\tb "c" d\\e',
        "old",
    ]


@pytest.mark.parametrize("width", ["79", "77", "no"])
def test_a_changed_entry_is_wrapped_as_its_file(width: str) -> None:
    tool = ["msgcat", "--no-wrap", "-"] if width == "no" else ["msgcat", f"--width={width}", "-"]
    data = subprocess.run(tool, input=SAMPLE.encode(), capture_output=True, check=True).stdout
    parsed = catalog.parse(data)
    rewritten = replace(parsed, entries=(parsed.entries[0]._replace(lines=""), *parsed.entries[1:]))
    assert catalog.render(rewritten) == data


@pytest.mark.parametrize(
    "text",
    ["a\u2028b", "a\x85b", "a\x0cb", "a\rb", "a\nb", "tab\t", '"', "\\n", "\\", "é\u00a0:", "x" * 200, "`#,a` `#b`"],
)
def test_every_text_comes_back(text: str, tmp_path: Path) -> None:
    entry = Entry(
        text, text + "!", comment="remark", extracted="paragraph", files=("a b.md",), previous="p", fuzzy=True
    )
    path = tmp_path / "a.po"
    path.write_bytes(catalog.render(made(entry)))
    loaded = catalog.load(path)
    assert loaded is not None
    assert [found._replace(lines="") for found in loaded.entries] == [entry]
    msgfmt(path)


WORDS = st.text(st.sampled_from('a é\u00a0"\\\n\t\u2028#~'), max_size=200)
LINE = st.text(st.sampled_from("a #.:,~|\u2028"), max_size=6)
ENTRIES = st.builds(
    Entry,
    msgid=WORDS.map("id ".__add__),
    msgstr=WORDS,
    fuzzy=st.booleans(),
    previous=st.none() | WORDS,
    context=st.none() | WORDS,
    comment=st.lists(LINE, max_size=3).map("\n".join),
    extracted=LINE,
    files=st.lists(st.sampled_from(["a.md", "a b.md", "c:d.md"]), max_size=2).map(tuple),
    flags=st.lists(st.sampled_from(["c-format", "max-length:9"]), max_size=2, unique=True).map(tuple),
    obsolete=st.booleans(),
    plural=st.just(False),
    lines=st.just(""),
)


@given(st.lists(ENTRIES, max_size=4, unique_by=lambda entry: entry.key), st.sampled_from([79, 77, 0]))
def test_a_regular_catalog_says_what_polib_reads_in_it(entries: list[Entry], width: int) -> None:
    """One more empty line makes a catalog irregular, and leaves it to polib."""
    data = catalog.render(replace(made(*entries), width=width))
    regular, irregular = catalog.parse(data), catalog.parse(data.replace(b"\n\n", b"\n\n\n"))
    assert regular.entries == irregular.entries
    assert (regular.header, regular.tail) == (irregular.header, irregular.tail) == (HEADER, "")
    assert [(entry.key, entry.msgstr, entry.fuzzy, entry.previous, entry.obsolete) for entry in regular.entries] == [
        (entry.key, "" if entry.msgstr.isspace() else entry.msgstr, entry.fuzzy, entry.previous, entry.obsolete)
        for entry in entries
    ]


@given(st.text(st.sampled_from("ab "), min_size=80, max_size=400))
def test_lines_are_as_full_as_they_can_be_and_end_behind_a_space(text: str) -> None:
    rows = catalog.render(made(Entry("id", text))).decode().partition('msgstr ""\n"')[2].rpartition('msgstr ""\n')[2]
    lines = [row[1:-1] for row in rows.splitlines()]
    assert "".join(lines) == text
    for line, following in pairwise(lines):
        word = re.findall(r"[^ ]+ *", following)[0]
        assert line.endswith(" ")
        assert following.startswith(word)
        assert len(line) + len(word) > catalog.WIDTH - 2
        assert len(line) <= catalog.WIDTH - 2 or " " not in line.rstrip(" ")


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'msgid "a"\nmsgstr "b"\nnonsense\n', ":3"),
        (b'msgid "a"\nmsgstr "b"c"\n', ":2"),
        (b'msgid "a"\nmsgstr "\xff"\n', ":2"),
        (b'msgid "a\nmsgstr "b"\n', ":1"),
        (b'msgid "a"\nmsgstr ""\n"b\n', ":3"),
        (b'msgid "a"\nmsgstr "b\\"\n', ":2"),
        (b'#, fuzzy\n#| msgid "c\nmsgid "a"\nmsgstr "b"\n', ":2"),
        (b'msgid a\nmsgstr "b"\n', ":1"),
        (b'msgid "a"\n\nmsgid "b"\nmsgstr "c"\n', ":3"),
        (b'msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n', ":4"),
        (b'msgid "a"\nmsgstr "b"\n\n#~ msgid "a"\n#~ msgstr "c"\n', ":4"),
        (b'<<<<<<< HEAD\nmsgid "a"\nmsgstr "b"\n=======\nmsgid "a"\nmsgstr "c"\n>>>>>>> theirs\n', ":1"),
    ],
)
def test_what_gettext_refuses_is_an_error_with_its_line(data: bytes, line: str) -> None:
    header = b'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
    assert subprocess.run(["msgfmt", "-o", "/dev/null", "-"], input=header + data, capture_output=True).returncode
    with pytest.raises(CatalogError) as caught:
        catalog.parse(data, "fr.po")
    assert caught.value.where == f"fr.po{line}"
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("lines", "entry"),
    [
        ("#remark\n", Entry("a", "b", comment="remark")),
        ("#  indented\n#\n# end\n", Entry("a", "b", comment=" indented\n\nend")),
        ("#,fuzzy\n", Entry("a", "b", fuzzy=True)),
        ("#.paragraph\n#:a.md\n", Entry("a", "b", extracted="paragraph", files=("a.md",))),
        ("#, fuzzy, c-format\n", Entry("a", "b", fuzzy=True, flags=("c-format",))),
    ],
)
def test_comments_are_read_as_gettext_reads_them(lines: str, entry: Entry) -> None:
    data = f'{HEADER}\n\n{lines}msgid "a"\nmsgstr "b"\n'.encode()
    parsed = catalog.parse(data)
    assert [found._replace(lines="") for found in parsed.entries] == [entry]
    assert catalog.render(parsed) == data


def test_a_catalog_without_a_header_is_read_and_written_as_it_is() -> None:
    data = b'msgid "a"\nmsgstr "b"\n\n#~ msgid "c"\n#~ msgstr "d"\n'
    parsed = catalog.parse(data)
    assert [(entry.msgid, entry.msgstr) for entry in parsed.entries] == [("a", "b"), ("c", "d")]
    assert catalog.render(parsed) == data


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        (Entry("a"), State.MISSING),
        (Entry("a", fuzzy=True), State.MISSING),
        (Entry("a", "b", fuzzy=True), State.DRAFT),
        (Entry("a", "b", fuzzy=True, previous="c"), State.STALE),
        (Entry("a", "b"), State.APPROVED),
        (Entry("a", "b", previous="c"), State.APPROVED),
    ],
)
def test_states(entry: Entry, state: State) -> None:
    assert entry.state is state


# Merging.

OLD = "The quick brown fox jumps over the lazy dog."
NEW = "The quick brown fox jumps over the sleepy dog."
NEWER = "The quick red fox jumps over the sleepy dog."


def test_new_texts_are_missing_and_known_ones_stay() -> None:
    merged = catalog.merge(made(Entry("One", "Un")), units("One", "# Two", "One"), "a.md")
    assert [(e.msgid, e.state, e.extracted, e.files) for e in merged.entries] == [
        ("One", State.APPROVED, "paragraph", ("a.md",)),
        ("Two", State.MISSING, "heading 1", ("a.md",)),
    ]


def test_a_changed_source_makes_an_approved_text_stale_and_keeps_its_words() -> None:
    merged = catalog.merge(
        made(Entry(OLD, "Le renard.", comment="remark\nprl10n: deepl 2026-01-01")), units(NEW), "a.md"
    )
    entry = by_text(merged)[NEW]
    assert (entry.state, entry.previous, entry.msgstr, entry.comment) == (State.STALE, OLD, "Le renard.", "remark")
    assert obsolete(merged) == {OLD: "Le renard."}
    assert catalog.needs_text(entry, merged)


def test_a_stale_text_that_changes_again_keeps_the_last_approved_source() -> None:
    once = catalog.merge(made(Entry(OLD, "Le renard.")), units(NEW), "a.md")
    filled = catalog.fill(once, {NEW: Draft("Un renard.", "deepl 2026-11-24")})
    twice = catalog.merge(filled, units(NEWER), "a.md")
    entry = by_text(twice)[NEWER]
    assert (entry.state, entry.previous, entry.msgstr) == (State.STALE, OLD, "Le renard.")
    assert obsolete(twice) == {OLD: "Le renard.", NEW: "Un renard."}


def test_a_source_that_comes_back_is_approved_again() -> None:
    once = catalog.merge(made(Entry(OLD, "Le renard.")), units(NEW), "a.md")
    back = catalog.merge(once, units(OLD), "a.md")
    assert by_text(back)[OLD].state is State.APPROVED
    assert by_text(back)[OLD].msgstr == "Le renard."


def test_a_changed_draft_is_missing_and_its_words_are_kept() -> None:
    draft = Entry(OLD, "Le renard.", fuzzy=True, comment="remark\nprl10n: deepl 2026-01-01")
    merged = catalog.merge(made(draft), units(NEW), "a.md")
    assert (by_text(merged)[NEW].state, by_text(merged)[NEW].comment) == (State.MISSING, "remark")
    assert obsolete(merged) == {OLD: "Le renard."}


def test_what_is_removed_is_obsolete_and_what_was_never_translated_goes() -> None:
    merged = catalog.merge(
        made(Entry("One", "Un"), Entry("Two"), Entry("Three", comment="remark")), units("Four"), "a.md"
    )
    assert obsolete(merged) == {"One": "Un", "Three": ""}
    assert set(by_text(merged)) == {"Four"}


def test_another_order_changes_nothing_but_the_order() -> None:
    first = catalog.merge(made(Entry("One", "Un"), Entry("Two", "Deux", fuzzy=True)), units("One", "Two"), "a.md")
    swapped = catalog.merge(first, units("Two", "One"), "a.md")
    assert sorted(swapped.entries, key=lambda e: e.msgid) == sorted(first.entries, key=lambda e: e.msgid)
    assert [e.msgid for e in swapped.entries] == ["Two", "One"]


def test_a_text_in_the_same_place_is_its_successor_even_if_it_is_not_near() -> None:
    before = made(Entry("First.", "Un."), Entry("It was a dark and stormy night.", "Nuit."), Entry("Last.", "Fin."))
    after = catalog.merge(before, units("First.", "It was then a bright day.", "Last."), "a.md")
    assert by_text(after)["It was then a bright day."].previous == "It was a dark and stormy night."


@pytest.mark.parametrize("kept", [True, False])
def test_the_words_of_a_machine_never_become_approved(kept: bool) -> None:
    """The approved source comes back beside the text that had taken its place, and that text changes again."""
    once = catalog.merge(made(Entry(OLD, "Le renard.")), units(NEW), "a.md")
    filled = catalog.fill(once, {NEW: Draft("Un renard.", "deepl 2026-11-24")})
    if not kept:  # as msgmerge leaves it, which keeps no obsolete entry for a stale one
        filled = replace(filled, entries=tuple(entry for entry in filled.entries if not entry.obsolete))
    both = catalog.merge(filled, units(OLD, NEWER) if kept else units(NEWER), "a.md")
    newer = by_text(both)[NEWER]
    expected = (State.STALE, OLD, "Le renard.") if kept else (State.MISSING, None, "")
    assert (newer.state, newer.previous, newer.msgstr) == expected
    again = catalog.fill(both, {NEWER: Draft("Un renard roux.", "deepl 2026-11-24")})
    approved = {entry.msgid: entry.msgstr for entry in again.entries if not entry.fuzzy}
    assert approved == ({OLD: "Le renard."} if kept else {})
    assert catalog.parse(catalog.render(again)).entries


def test_a_unit_cannot_have_plural_forms() -> None:
    with pytest.raises(CatalogError, match="plural forms: '%d file'"):
        catalog.merge(catalog.parse(SAMPLE.encode()), units("%d file"), "a.md")


def test_a_text_that_loses_its_context_is_stale_and_its_words_are_kept() -> None:
    merged = catalog.merge(made(Entry("One", "Un", context="menu")), units("One"), "a.md")
    one = by_text(merged)["One"]
    assert (one.key, one.state, one.msgstr) == ((None, "One"), State.STALE, "Un")
    assert catalog.needs_text(one, merged)
    assert [(e.key, e.msgstr) for e in merged.entries if e.obsolete] == [(("menu", "One"), "Un")]
    worked = replace(merged, entries=(one._replace(msgstr="Une"), *merged.entries[1:]))
    assert catalog.fill(worked, {"One": Draft("1", "deepl 2026-11-24")}) == worked


def test_entries_that_are_no_units_stay() -> None:
    parsed = catalog.parse(SAMPLE.encode())
    merged = catalog.merge(parsed, units("New."), "a.md")
    plural = next(entry for entry in merged.entries if entry.plural)
    assert plural in parsed.entries


# Filling.


def test_a_draft_goes_only_where_a_text_is_needed() -> None:
    before = made(Entry("A"), Entry("B", "b"), Entry("C", "c", fuzzy=True), Entry("D", "d", obsolete=True))
    drafts = {name: Draft("new", "deepl 2026-11-24") for name in "ABCD"}
    after = catalog.fill(before, drafts)
    assert [entry.msgstr for entry in after.entries] == ["new", "b", "c", "d"]
    assert after.entries[1:] == before.entries[1:]
    assert (after.entries[0].state, after.entries[0].comment) == (State.DRAFT, "prl10n: deepl 2026-11-24")


def test_a_proposal_for_a_stale_text_keeps_the_approved_words() -> None:
    stale = Entry(NEW, "Le renard.", True, OLD)
    after = catalog.fill(made(stale), {NEW: Draft("Un renard.", "deepl 2026-11-24")})
    assert (by_text(after)[NEW].msgstr, by_text(after)[NEW].state) == ("Un renard.", State.STALE)
    assert obsolete(after) == {OLD: "Le renard."}
    assert not catalog.needs_text(by_text(after)[NEW], after)


def test_a_stale_text_that_a_person_works_on_is_not_replaced() -> None:
    for obsolete in (True, False):
        before = made(Entry(NEW, "Le renard dort.", True, OLD), Entry(OLD, "Le renard.", obsolete=obsolete))
        assert catalog.fill(before, {NEW: Draft("Un renard.", "deepl 2026-11-24")}) == before


@pytest.mark.parametrize(
    ("entry", "drafts", "published"),
    [
        (Entry("a", "b"), False, "b"),
        (Entry("a", "b", fuzzy=True), True, "b"),
        (Entry("a", "b", fuzzy=True), False, None),
        (Entry("a"), True, None),
        (Entry("a", "b", True, "c"), True, None),
        (Entry("a", "b", True, "c", comment="prl10n: deepl 2026-11-24"), True, "b"),
        (Entry("a", "b", True, "c", comment="prl10n: deepl 2026-11-24"), False, None),
    ],
)
def test_what_may_be_published(entry: Entry, drafts: bool, published: str | None) -> None:
    assert catalog.publishable(entry, drafts=drafts) == published


def test_one_entrys_change_is_one_hunk() -> None:
    texts = [f"Sentence number {number} with some more words to fill the line." for number in range(30)]
    before = catalog.parse(catalog.render(catalog.merge(made(), units(*texts), "a.md")))
    after = catalog.fill(before, {texts[14]: Draft("Une phrase.", "deepl 2026-11-24")})
    old, new = (catalog.render(each).decode().splitlines() for each in (before, after))
    assert len([line for line in difflib.unified_diff(old, new) if line.startswith("@@")]) == 1


# Files.


def test_a_catalog_that_changed_in_between_is_merged_again(tmp_path: Path) -> None:
    path = tmp_path / "a.po"
    seen = catalog.update(path, made(), lambda current: catalog.merge(current, units("One", "Two"), "a.md"))
    path.write_bytes(path.read_bytes().replace(b'"One"\nmsgstr ""', b'"One"\nmsgstr "Un"'))
    drafts = {"One": Draft("1", "deepl 2026-11-24"), "Two": Draft("2", "deepl 2026-11-24")}
    catalog.update(path, seen, lambda current: catalog.fill(current, drafts))
    loaded = catalog.load(path)
    assert loaded is not None
    assert [(entry.msgid, entry.msgstr, entry.fuzzy) for entry in loaded.entries] == [
        ("One", "Un", False),
        ("Two", "2", True),
    ]


def test_a_catalog_that_never_stands_still_is_an_error_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.po"
    seen = catalog.update(path, made(), lambda current: catalog.merge(current, units("One"), "a.md"))
    edits = iter(range(1000))

    def change(current: Catalog) -> Catalog:
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("#. paragraph", f"# Edit {next(edits)}.\n#. paragraph"), encoding="utf-8")
        return catalog.fill(current, {"One": Draft("1", "deepl 2026-11-24")})

    with pytest.raises(CatalogError, match="keeps writing"):
        catalog.update(path, seen, change)
    assert "# Edit 9." in path.read_text(encoding="utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["a.po"]


def test_a_file_keeps_its_mode_and_is_not_touched_without_a_change(tmp_path: Path) -> None:
    path = tmp_path / "a.po"
    seen = catalog.update(path, made(), lambda current: catalog.merge(current, units("One"), "a.md"))
    path.chmod(0o640)
    stamp = path.stat().st_mtime_ns
    assert catalog.update(path, seen, lambda current: catalog.merge(current, units("One"), "a.md")).data == seen.data
    assert path.stat().st_mtime_ns == stamp
    catalog.update(path, seen, lambda current: catalog.fill(current, {"One": Draft("1", "pseudo")}))
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "form",
    [
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n\n", "\n"),
        lambda text: text.replace("\n\n", "\n\n\n"),
        lambda text: text.replace("\n", "\r\n", 3),
        lambda text: "\ufeff" + text,
        lambda text: f"# A licence.\n\n{text}",
        lambda text: f"{text}# A last word.\n",
    ],
    ids=["no end", "tight", "loose", "two newlines", "bom", "apart", "trailing comment"],
)
def test_a_file_of_another_form_is_left_until_an_entry_changes(form: Callable[[str], str], tmp_path: Path) -> None:
    path = tmp_path / "a.po"
    texts = units("One", "Two")
    data = form(catalog.render(catalog.merge(made(Entry("One", "Un")), texts, "a.md")).decode()).encode()
    path.write_bytes(data)
    loaded = catalog.load(path)
    assert loaded is not None
    catalog.update(path, loaded, lambda current: catalog.merge(current, texts, "a.md"))
    assert path.read_bytes() == data
    catalog.update(path, loaded, lambda current: catalog.fill(current, {"Two": Draft("Deux", "pseudo")}))
    again = catalog.load(path)
    assert again is not None
    assert [(entry.msgid, entry.msgstr) for entry in again.entries] == [("One", "Un"), ("Two", "Deux")]
    assert ("licence" in again.header, "last word" in again.tail) == (b"licence" in data, b"last word" in data)
    msgfmt(path)


# Law 4, hunted.

WORDS = st.sampled_from(["alpha", "beta", "gamma", "delta", "omega", "not", "12", "**bold**", "[link](/u)"])
TEXTS = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("source"), st.lists(TEXTS, max_size=5)),
        st.tuples(st.just("approve"), st.integers(0, 9)),
        st.tuples(st.just("work"), st.integers(0, 9)),
        st.tuples(st.just("remark"), st.integers(0, 9)),
        st.tuples(st.just("fill"), st.integers(0, 1)),
    ),
    max_size=8,
)


@given(STEPS)
def test_law_4_no_word_and_no_remark_of_a_person_is_ever_lost(steps: list[tuple[str, object]]) -> None:
    """Nor is a word approved that no person approved. `work` is a person who is not done: the flag stays."""
    current, texts = made(), ["alpha beta"]
    approved: dict[str, str] = {}
    ever: set[tuple[str, str]] = set()
    work: dict[str, str] = {}
    remarks: set[str] = set()
    for number, (step, argument) in enumerate(steps):
        live = [entry for entry in current.entries if not entry.obsolete]
        if step == "source":
            assert isinstance(argument, list)
            texts = argument
        elif step == "fill" and live:
            drafts = {entry.msgid: Draft(f"draft {number}", "deepl 2026-11-24") for entry in live}
            current = catalog.fill(current, drafts)
        elif live:
            assert isinstance(argument, int)
            chosen = live[argument % len(live)]
            if step == "approve":
                edited = chosen._replace(msgstr=f"words {number}", fuzzy=False, previous=None, lines="")
                approved[chosen.msgid] = edited.msgstr
                ever.add((chosen.msgid, edited.msgstr))
                work.pop(chosen.msgid, None)
            elif step == "work":
                edited = chosen._replace(msgstr=f"work {number}", fuzzy=True, lines="")
                work[chosen.msgid] = edited.msgstr
                approved.pop(chosen.msgid, None)
            else:
                edited = chosen._replace(comment=f"{chosen.comment}\nremark {number}".strip(), lines="")
                remarks.add(f"remark {number}")
            current = replace(current, entries=tuple(edited if entry is chosen else entry for entry in current.entries))
        found = units(*texts) if texts else []
        current = catalog.merge(catalog.parse(catalog.render(current)), found, "a.md")
        assert catalog.merge(current, found, "a.md") == current
        pairs = {(entry.msgid, entry.msgstr) for entry in current.entries if entry.state is State.APPROVED}
        assert approved.items() <= pairs <= ever
        assert work.items() <= {(entry.msgid, entry.msgstr) for entry in current.entries}
        said = "\n".join(entry.comment for entry in current.entries)
        assert all(remark in said for remark in remarks)
