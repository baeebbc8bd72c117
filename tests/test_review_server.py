"""The review's server: what a page is told, what it may save, and what becomes of other people's work meanwhile."""

from __future__ import annotations

import difflib
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prl10n import config
from prl10n.outcome import Selection
from prl10n.review import session, workspace
from prl10n.review.index import Row
from prl10n.review.refusals import Refusal
from prl10n.review.remembering import remember
from prl10n.review.units import version
from project import Project, msgfmt
from reviewing import Reviewed, reviewing

RELEASE = """---
title: Acme opens in Lyon
---

# A second office

**Geneva** - Acme, a [maker](https://acme.example) of things, comes to Lyon.

The office will hold forty people.

The office will hold forty people.
"""
OTHER = "# Elsewhere\n\nThe office will hold forty people.\n"
FORTY = "The office will hold forty people."
MAKER = "**Geneva** - Acme, a [maker](https://acme.example) of things, comes to Lyon."


WRITER = """
import contextlib, itertools, sys, time
from dataclasses import replace
from pathlib import Path
from prl10n import catalog
from prl10n.errors import CatalogError

path, stop, last = Path(sys.argv[1]), Path(sys.argv[2]), None
for round in itertools.count():
    def change(current):
        entries = list(current.entries)
        for place in (round % 10, 50 + round % 10):
            words = f"Autre {place} {round}"
            entries[place] = entries[place]._replace(msgstr=words, fuzzy=True, comment="", lines="")
        return replace(current, entries=tuple(entries))
    while True:
        with contextlib.suppress(CatalogError):
            catalog.update(path, catalog.load(path), change, attempts=1)
            break
    print(round, flush=True)
    if last is None and stop.exists():
        last = round + 19 - round % 10  # each entry once more
    if round == last:
        break
    time.sleep(0.05)
"""


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Claire Morand", "-c", "user.email=claire@acme.example")
    done = subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project after its first `sync`, for tests to copy."""
    made = Project(tmp_path_factory.mktemp("review") / "site")
    made.configure('[backend]\nname = "pseudo"\n')
    made.source(RELEASE)
    made.source(OTHER, "news/b.md")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made.root)
        made.run("sync")
    return made.root


@pytest.fixture
def project(synced: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    root = tmp_path / "site"
    shutil.copytree(synced, root)
    monkeypatch.chdir(root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795478400")  # 24 November 2026
    return Project(root)


@pytest.fixture
def review(project: Project) -> Iterator[Reviewed]:
    with reviewing(project.root) as served:
        yield served


def changed(before: str, after: str) -> list[str]:
    """The lines that two texts do not share."""
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


# --- what a page is told ----------------------------------------------------------------------------------------------


def test_the_address_lets_one_browser_in_once(review: Reviewed) -> None:
    assert review.client.get("/").status_code == 200
    assert review.client.get(review.served.url).status_code == 303  # who is in may come again
    review.client.cookies.clear()
    assert review.client.get(review.served.url).status_code == 403


def test_the_overview_counts_states_and_words(project: Project, review: Reviewed) -> None:
    unit = review.units()[FORTY]
    review.save(unit, "Le bureau accueillera quarante personnes.")
    review.ready()
    said = review.get("/api/overview", locale="fr")
    rows = {row["document"]: row for row in said["rows"]}
    assert rows["news/a.md"]["title"] == "Acme opens in Lyon"
    assert rows["news/a.md"]["states"] == {"missing": 0, "draft": 3, "stale": 0, "approved": 1}
    assert rows["news/a.md"]["words_left"] == 4 + 3 + 9  # “Geneva”, “Acme,” … without the dash
    assert rows["news/a.md"]["backends"] == ["pseudo"]
    assert said["totals"]["units"] == 6
    assert said["total"] == 2
    assert review.get("/api/overview", state="approved")["total"] == 1
    assert review.get("/api/overview", backend="pseudo")["total"] == 2
    assert review.get("/api/overview", backend="deepl")["total"] == 0
    assert review.get("/api/overview", document="LYON")["total"] == 1
    assert [row["document"] for row in review.get("/api/overview", sort="left", limit=1)["rows"]] == ["news/a.md"]


def test_a_unit_says_all_that_its_entry_and_its_author_say(project: Project, review: Reviewed) -> None:
    project.source('<!-- prl10n: note="A slogan" max-length=20 context="top" -->\nNow *here*.\n', "news/c.md")
    project.write("locales/glossary.csv", "source,locale,target\nhere,fr,ici\n")
    project.run("sync")
    review.served.review.workspace.look()
    unit = review.units("news/c.md")["Now *here*."]
    assert (unit["context"], unit["note"], unit["max_length"], unit["kind"]) == ("top", "A slogan", 20, "paragraph")
    assert (unit["state"], unit["provenance"].split()[0], unit["comment"]) == ("draft", "pseudo", "")
    source = unit["chips"]["source"]
    assert [(chip["t"], chip["raw"], chip["n"]) for chip in source] == [
        ("text", "Now ", 0),
        ("open", "*", 1),
        ("text", "here", 0),
        ("close", "*", 1),
        ("text", ".", 0),
    ]
    assert source[1]["label"] == "italic"
    assert [chip["n"] for chip in unit["chips"]["target"] if chip["t"] != "text"] == [1, 1]
    assert [(term["start"], term["end"], term["target"]) for term in unit["terms"]] == [(4, 8, "ici")]
    asked = {"locale": "fr", "document": "news/c.md", "context": "top", "msgid": unit["msgid"]}
    found = review.post("/api/check", {**asked, "text": "Maintenant *à cet endroit*."})["findings"]
    assert {"glossary", "max-length"} <= {each["rule"] for each in found}


def test_equal_units_are_one_with_several_places(review: Reviewed) -> None:
    told = review.get("/api/units/fr/news/a.md")
    unit = next(unit for unit in told["units"] if unit["msgid"] == FORTY)
    assert unit["places"] == ["3", "4"]
    assert {"3", "4"} <= set(told["html"])
    page = review.client.get("/d/fr/news/a.md").text
    assert len(re.findall('data-unit="3"', page)) == 2  # in the source and in the target
    assert len(re.findall('data-unit="4"', page)) == 2


def test_search_finds_parts_of_words_in_sources_and_translations_whatever_the_case(review: Reviewed) -> None:
    review.save(review.units()[FORTY], "Le bureau accueillera quarante personnes.")
    review.ready()
    for q, documents in (
        ("ACCUEILL", {"news/a.md"}),
        ("forty peo", {"news/a.md", "news/b.md"}),
        ("Ge", {"news/a.md"}),  # too short for the index of groups of three
        ("%", set()),
        ('"', set()),
        ("not there", set()),
        ("  ", set()),
    ):
        hits = review.get("/api/search", q=q)["hits"]
        assert {hit["document"] for hit in hits} == documents, q
    hit = review.get("/api/search", q="accueillera", state="approved")["hits"][0]
    assert hit["id"] == review.units()[FORTY]["key"]
    assert review.get("/api/search", q="forty", limit=1)["more"]


def test_the_memory_gives_what_was_approved_elsewhere(project: Project, review: Reviewed) -> None:
    review.save(review.units()[FORTY], "Le bureau accueillera quarante personnes.")
    remember(project.root / "prl10n.toml", ["fr"])
    unit = review.units("news/b.md")[FORTY]
    matches = review.get("/api/memory", locale="fr", document="news/b.md", id=unit["id"])["matches"]
    best = matches[0]
    assert (best["target"], best["score"], best["approved"]) == ("Le bureau accueillera quarante personnes.", 100, True)


def test_a_check_says_what_is_wrong_and_writes_nothing(project: Project, review: Reviewed) -> None:
    before = project.stamps()
    asked = {"locale": "fr", "document": "news/a.md", "context": None, "msgid": MAKER}
    said = review.post("/api/check", {**asked, "text": "**Genève** - Acme vient à Lyon."})
    assert said["breaks"]
    assert said["html"] == "<strong>Genève</strong> - Acme vient à Lyon."
    sound = "**Genève** - Acme, [fabricant](https://acme.example) d’objets, vient à Lyon."
    assert review.post("/api/check", {**asked, "text": sound})["breaks"] == ""
    assert project.stamps() == before


# --- saving -----------------------------------------------------------------------------------------------------------


def test_an_approval_is_one_hunk_and_what_gettext_reads(project: Project, review: Reviewed) -> None:
    before = project.path().read_text(encoding="utf-8")
    unit = review.units()[FORTY]
    said = review.save(unit, "Le bureau accueillera quarante personnes.")
    assert said["unit"]["state"] == "approved"
    assert set(said["html"]) == {"3", "4"}
    lines = changed(before, project.path().read_text(encoding="utf-8"))
    assert [line for line in lines if line[0] == "+"] == ['+ msgstr "Le bureau accueillera quarante personnes."']
    assert [line for line in lines if line[0] == "-"] == [
        "- # prl10n: pseudo 2026-11-24",
        "- #, fuzzy",
        f'- msgstr "{unit["msgstr"]}"',
    ]
    msgfmt(project.path())
    assert project.entry(FORTY).comment == ""  # no machine wrote these words


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('“C:\\temp” "a\tb"', '“C:\\temp” "a\tb"'),
        ("a\r\nb\n", "a\nb"),
        ("a\x00\x1b[31m\x7fb\x0b\x0c", "a[31mb"),
        ("a\u2028b\x85c\u00a0d\u202f!", "a\u2028b\x85c\u00a0d\u202f!"),
        ("#, fuzzy\nmsgid", "#, fuzzy\nmsgid"),
        ("mot " * 200, "mot " * 200),
    ],
    ids=range(6),
)
def test_any_words_are_written_so_that_they_can_be_read(project: Project, text: str, wanted: str) -> None:
    project.source("---\ntitle: Odd\n---\n", "news/odd.md")
    project.run("extract")
    with reviewing(project.root) as review:
        unit = review.units("news/odd.md")["Odd"]
        review.save(unit, text, "draft", document="news/odd.md", comment="a\x00b\rc\n\nd")
    entry = project.entry("Odd", "news/odd")
    assert (entry.msgstr, entry.remarks) == (wanted, "ab\nc\nd")
    msgfmt(project.path("news/odd"))


def test_machine_words_that_are_approved_keep_their_provenance(project: Project, review: Reviewed) -> None:
    unit = review.units()[FORTY]
    review.save(unit, unit["msgstr"])
    entry = project.entry(FORTY)
    assert (entry.state, entry.provenance) == ("approved", "pseudo 2026-11-24")


def test_a_draft_of_a_person_is_not_taken_for_a_machines(project: Project, review: Reviewed) -> None:
    said = review.save(review.units()[FORTY], "Le bureau…", "draft", comment="Combien ?\nprl10n: deepl 2020-01-01")
    assert (said["unit"]["state"], said["unit"]["provenance"]) == ("draft", "review 2026-11-24")
    assert project.entry(FORTY).remarks == "Combien ?"  # a remark cannot claim to be a machine's
    project.run("sync")
    assert project.entry(FORTY).msgstr == "Le bureau…"


def test_what_is_approved_can_go_back_to_draft_and_to_nothing(project: Project, review: Reviewed) -> None:
    unit = review.save(review.units()[FORTY], "Un.")["unit"]
    unit = review.save(unit, "Un.", "draft")["unit"]
    assert unit["state"] == "draft"
    unit = review.save(unit, "", "draft")["unit"]
    assert unit["state"] == "missing"
    assert review.save(unit, " ", "approved", status=422)["error"] == "an empty translation cannot be approved"


def test_a_stale_unit_shows_its_past_and_can_be_had_back(project: Project, review: Reviewed) -> None:
    review.save(review.units()[FORTY], "Le bureau accueillera quarante personnes.")
    project.source(RELEASE.replace("forty people.", "forty people at most."))
    project.run("extract")
    unit = review.units()["The office will hold forty people at most."]
    assert (unit["state"], unit["previous"]) == ("stale", FORTY)
    assert unit["approved_before"] == "Le bureau accueillera quarante personnes."
    approved = review.save(unit, "Quarante personnes au plus.")["unit"]
    assert approved["state"] == "approved"
    kept = {entry.msgid: entry.msgstr for entry in project.catalog().entries if entry.obsolete}
    assert kept[FORTY] == "Le bureau accueillera quarante personnes."
    back = review.save(approved, unit["msgstr"], "stale", previous=unit["previous"])["unit"]
    assert (back["state"], back["previous"], back["msgstr"]) == ("stale", FORTY, unit["msgstr"])


def test_what_would_break_the_page_is_refused(project: Project, review: Reviewed) -> None:
    before = project.path().read_bytes()
    said = review.save(review.units()[MAKER], "Genève", status=422)
    assert "link" in said["error"]
    assert project.path().read_bytes() == before


def test_somebody_elses_change_is_a_conflict_and_stays(project: Project, review: Reviewed) -> None:
    unit = review.units()[FORTY]
    entry = project.entry(FORTY)
    project.edit(entry.msgstr, "Quelqu’un d’autre.")
    before = project.path().read_bytes()
    said = review.save(unit, "Moi.", status=409)
    assert said["yours"] == "Moi."
    assert said["conflict"]["msgstr"] == "Quelqu’un d’autre."
    assert project.path().read_bytes() == before
    review.save(said["conflict"], "Moi.")  # a person has compared the two
    assert project.entry(FORTY).msgstr == "Moi."


def test_a_change_of_another_entry_is_merged(project: Project, review: Reviewed) -> None:
    units = review.units()
    project.edit(project.entry("A second").msgstr, "Un second bureau")
    review.save(units[FORTY], "Moi.")
    assert project.entry("A second").msgstr == "Un second bureau"
    assert project.entry(FORTY).msgstr == "Moi."


def test_a_text_that_left_the_source_is_told(project: Project, review: Reviewed) -> None:
    unit = review.units()[FORTY]
    project.source("# A second office\n")
    said = review.save(unit, "Moi.", status=409)
    assert (said["conflict"], said["yours"]) == (None, "Moi.")


def test_a_document_without_a_catalog_gets_one(project: Project, review: Reviewed) -> None:
    project.path("news/b").unlink()
    unit = review.units("news/b.md")[FORTY]
    assert unit["state"] == "missing"
    review.save(unit, "Quarante.", document="news/b.md")
    assert project.states("news/b") == {"Elsewhere": "missing", FORTY: "approved"}
    msgfmt(project.path("news/b"))


def test_repeats_are_approved_where_nobody_wrote_other_words(project: Project, review: Reviewed) -> None:
    project.source(OTHER, "news/c.md")
    project.run("sync")
    theirs = project.entry(FORTY, "news/c")
    project.edit(f"# {theirs.comment}\n#. paragraph", "#. paragraph", "news/c")  # whose comment a person took away
    project.edit(theirs.msgstr, "Les mots de quelqu’un", "news/c")
    review.served.review.workspace.look()
    review.served.review.background.count()
    unit = review.save(review.units()[FORTY], "Quarante.")["unit"]
    asked = {"locale": "fr", "document": "news/a.md", "context": None, "msgid": FORTY, "seen": unit["version"]}
    assert review.post("/api/repeats", {**asked, "dry": True})["documents"] == ["news/b.md"]
    assert project.entry(FORTY, "news/b").state == "draft"
    assert review.post("/api/repeats", asked)["count"] == 1
    assert (project.entry(FORTY, "news/b").state, project.entry(FORTY, "news/b").msgstr) == ("approved", "Quarante.")
    assert project.entry(FORTY, "news/c").msgstr == "Les mots de quelqu’un"


def test_approvals_are_signed_where_the_configuration_asks(project: Project) -> None:
    git(project.root, "init", "-q")
    git(project.root, "config", "user.name", "Claire Morand")
    project.configure('[backend]\nname = "pseudo"\n[review]\nsign = true\n')
    with reviewing(project.root) as review:
        units = review.units()
        review.save(units[FORTY], "Quarante.")
        review.save(units["A second office"], units["A second office"]["msgstr"])
    assert project.entry(FORTY).comment == "prl10n: review 2026-11-24 by Claire Morand"
    said = "prl10n: pseudo 2026-11-24, approved by Claire Morand 2026-11-24"
    assert project.entry("A second").comment == said


# --- undo -------------------------------------------------------------------------------------------------------------

STALE = "The office will hold forty people at most."


@pytest.fixture
def signed(project: Project) -> Iterator[Reviewed]:
    """A review that signs, of a catalog with an entry of every state, some in lines that another program wrapped."""
    git(project.root, "init", "-q")
    git(project.root, "config", "user.name", "Claire Morand")
    project.configure('[backend]\nname = "pseudo"\n[review]\nsign = true\n')
    draft, forty = project.entry("A second"), project.entry(FORTY)
    project.edit(f'msgstr "{draft.msgstr}"', f'msgstr ""\n"{draft.msgstr[:4]}"\n"{draft.msgstr[4:]}"')
    assert forty.lines.startswith("# prl10n: pseudo ")
    approved = forty.lines.partition("\n")[2].replace("#, fuzzy\n", "").replace(forty.msgstr, "Quarante.")
    project.edit(forty.lines, approved)
    project.source(RELEASE.replace("forty people.", "forty people at most.") + "\nNew.\n")
    project.run("extract")
    (pair,) = (entry for entry in project.catalog().entries if entry.obsolete)
    project.edit(f"\n\n{pair.lines}", "")  # msgmerge, for one, leaves none
    with reviewing(project.root) as served:
        yield served


SAVES: list[tuple[str, str | None, str, dict[str, Any]]] = [  # source, text (None: as it is), state, more
    ("A second office", None, "approved", {}),  # a machine's words, now signed
    ("Acme opens in Lyon", "Acme à Lyon", "approved", {}),  # a person's words in the place of a machine's
    (MAKER, None, "draft", {"comment": "Who is that?"}),
    (MAKER, MAKER, "draft", {}),
    (MAKER, "", "draft", {}),
    ("New.", "Neuf.", "approved", {}),  # what was missing
    ("New.", "Nouveau.", "draft", {}),
    (STALE, None, "draft", {"comment": "What is new?"}),
    (STALE, "Quarante au plus.", "draft", {}),
    (STALE, "Quarante personnes au plus.", "approved", {}),
]


def test_undo_and_redo_give_back_every_byte(project: Project, signed: Reviewed) -> None:
    """Who wrote the words, who approved them, how they were wrapped; an obsolete pair goes when its entry is back."""
    assert (project.entry(STALE).state, project.entry(STALE).comment) == ("stale", "")
    assert not any(entry.obsolete for entry in project.catalog().entries)
    units, path = signed.units(), project.path()
    versions: list[tuple[str, str, str]] = []
    bytes_ = [path.read_bytes()]
    for source, text, state, more in SAVES:
        unit = units[source]
        units[source] = signed.save(unit, unit["msgstr"] if text is None else text, state, **more)["unit"]
        versions.append((source, unit["version"], units[source]["version"]))
        bytes_.append(path.read_bytes())
    assert len(set(bytes_)) == len(bytes_)
    assert [entry.msgid for entry in project.catalog().entries if entry.obsolete] == [FORTY]
    for _ in range(2):
        for place, (source, before, _) in reversed(list(enumerate(versions))):
            units[source] = signed.save(units[source], "Not these.", "draft", restore=before)["unit"]
            assert path.read_bytes() == bytes_[place], source
        for place, (source, _, after) in enumerate(versions):
            units[source] = signed.save(units[source], "Not these.", "draft", restore=after)["unit"]
            assert path.read_bytes() == bytes_[place + 1], source


def test_undo_leaves_what_others_changed_meanwhile(project: Project, review: Reviewed) -> None:
    before = project.entry(FORTY)
    unit = review.units()[FORTY]
    now = review.save(unit, "Quarante.")["unit"]
    project.edit(project.entry("A second").msgstr, "Un second bureau")
    project.edit("#. paragraph", "#. A paragraph", "news/a")
    review.save(now, "", "draft", restore=unit["version"])
    assert project.entry("A second").msgstr == "Un second bureau"
    assert project.entry(FORTY)[:6] == before[:6]
    said = review.save(now, "", "draft", restore=unit["version"], status=409)  # it is another by now
    assert said["conflict"]["msgstr"] == before.msgstr


def test_undo_brings_back_even_what_would_break_the_page(project: Project, review: Reviewed) -> None:
    """The catalog had it; the review only refuses to write it for somebody."""
    project.edit("[mååķééŕ](https://acme.example)", "mååķééŕ")
    before = project.path().read_bytes()
    unit = review.units()[MAKER]
    now = review.save(unit, MAKER)["unit"]
    review.save(now, unit["msgstr"], "draft", status=422)
    review.save(now, unit["msgstr"], "draft", restore=unit["version"])
    assert project.path().read_bytes() == before


def test_only_versions_that_the_review_has_seen_come_back(project: Project, review: Reviewed) -> None:
    """Another entry's version, or one that was never there, brings nothing: the words are saved as any others."""
    units = review.units()
    other = units["A second office"]
    review.save(other, "Un second bureau")
    entry = project.entry(FORTY)._replace(comment="prl10n: deepl 2026-11-24, approved by the Queen", fuzzy=False)
    unit = units[FORTY]
    for restore in (other["version"], version(entry), "", "\x00", "x" * 5000):
        unit = review.save(unit, "Quarante.", "draft", restore=restore)["unit"]
        assert project.entry(FORTY).comment == "prl10n: review 2026-11-24"
        assert project.entry(FORTY).msgstr == "Quarante."


def test_words_that_go_back_to_draft_are_signed_by_nobody(project: Project, signed: Reviewed) -> None:
    units = signed.units()
    own = signed.save(units["New."], "Neuf.")["unit"]
    machine = signed.save(units["A second office"], units["A second office"]["msgstr"])["unit"]
    signed.save(own, "Neuf.", "draft")
    signed.save(machine, machine["msgstr"], "draft")
    assert project.entry("New.").comment == "prl10n: review 2026-11-24"
    assert project.entry("A second").comment == "prl10n: pseudo 2026-11-24"


# --- other people's work ----------------------------------------------------------------------------------------------


def test_what_changes_on_disk_is_news_and_what_is_saved_here_is_none(project: Project, review: Reviewed) -> None:
    units = review.units()
    number = review.get("/events")["n"]
    review.save(units[FORTY], "Quarante.")
    assert review.get("/events")["n"] == number
    project.edit("Quarante.", "40.")
    said = review.get("/events", since=number)
    assert said["changed"] == [{"locale": "fr", "document": "news/a.md"}]
    assert said["n"] > number
    assert review.units()[FORTY]["msgstr"] == "40."


def test_fifty_edits_while_another_process_writes_the_same_catalog(project: Project) -> None:
    """No edit is lost, and none overwritten: those of entries that the other has changed are conflicts first."""
    names = [f"Sentence number {number} says something." for number in range(60)]
    project.source("\n\n".join(names) + "\n")
    project.run("sync")
    conflicts, stop = 0, project.root / "stop"
    with reviewing(project.root) as review:
        units = review.units()
        command = [sys.executable, "-c", WRITER, str(project.path()), str(stop)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout is not None
            other.stdout.readline()  # it has begun
            for number, name in enumerate(names[:50]):
                time.sleep(0.05)
                unit, text = units[name], f"La phrase numéro {number} dit quelque chose."
                body = {"locale": "fr", "document": "news/a.md", "msgid": name, "text": text, "state": "approved"}
                while (answer := review.client.post("/api/save", json={**body, "seen": unit["version"]})).is_error:
                    assert answer.status_code == 409, answer.text
                    unit = answer.json()["conflict"]
                    assert unit["msgstr"] == f"Autre {number} {unit['msgstr'].rpartition(' ')[2]}"
                    assert number < 10  # nobody else writes the others
                    conflicts += 1
            stop.touch()
            last = int(other.communicate()[0].split()[-1])
    live = {entry.msgid: entry for entry in project.catalog().entries}
    for number, name in enumerate(names):
        entry = live[name]
        if 10 <= number < 50:
            assert (entry.msgstr, entry.state) == (f"La phrase numéro {number} dit quelque chose.", "approved")
        else:  # the other goes on writing these when we are done, and has the last word
            assert entry.msgstr == f"Autre {number} {last - 9 + number % 10}"
    assert conflicts


# --- the index --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\0" + b"x" * 5000])
def test_an_index_that_is_damaged_is_made_again(project: Project, damage: bytes) -> None:
    path = project.root / ".prl10n/review.db"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(damage)
    with reviewing(project.root) as review:
        review.ready()
        assert review.get("/api/overview")["total"] == 2


def test_the_index_follows_what_others_add_change_and_remove(project: Project, review: Reviewed) -> None:
    review.ready()
    project.source("# New\n", "news/new.md")
    project.path("news/b").unlink()
    (project.root / "content/en/news/b.md").unlink()
    project.edit(project.entry("A second").msgstr, "Un second bureau")
    review.served.review.background.count()
    rows = {row["document"]: row for row in review.get("/api/overview")["rows"]}
    assert set(rows) == {"news/a.md", "news/new.md"}
    assert rows["news/new.md"]["states"]["missing"] == 1
    assert review.get("/api/search", q="Un second")["hits"][0]["document"] == "news/a.md"
    assert review.get("/api/search", q="Elsewhere")["hits"] == []


def test_the_list_is_never_far_behind_the_disk(project: Project, review: Reviewed) -> None:
    """Whatever else goes on: the memory is read anew after each of these, which takes some seconds."""

    def rows() -> dict[str, dict[str, int]]:
        return {row["document"]: row["states"] for row in review.get("/api/overview")["rows"]}

    review.ready()
    review.save(review.units()[FORTY], "Quarante.")
    time.sleep(1)
    project.path().write_bytes(project.path().read_bytes().replace(b"#, fuzzy\n", b""))
    review.until(lambda: rows()["news/a.md"]["approved"] == 4, 5)
    project.source("# New\n", "news/new.md")
    review.until(lambda: "news/new.md" in rows(), 5)
    (project.root / "content/en/news/new.md").unlink()
    review.until(lambda: "news/new.md" not in rows(), 5)
    assert review.get("/api/overview")["trouble"] == ""


@pytest.mark.parametrize(("took", "seconds"), [(0.001, 1), (0.1, 1), (0.5, 5), (2, 20), (3, 30), (200, 30)])
def test_what_takes_long_is_looked_at_less_often(took: float, seconds: float) -> None:
    assert session.rest(took) == pytest.approx(seconds)


def test_a_large_project_begins_with_what_the_index_knows_and_no_index_leads_out(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "_MANY", 1)
    (project.root.parent / "outside.md").write_text("secret", encoding="utf-8")
    loaded = config.load(project.root)
    first = workspace.Workspace(loaded, Selection())
    for name in ("news/a.md", "../../../outside.md", "/etc/passwd"):
        first.index.put(Row(name, name, "fr", {}, 0), "", ())
    first.index.close()
    begun = workspace.Workspace(loaded, Selection(), at_once=True)
    assert "news/b.md" not in begun.known
    begun.open("fr", "news/a.md")
    for name in ("../../../outside.md", "/etc/passwd"):
        with pytest.raises(Refusal):
            begun.open("fr", name)
    begun.look()
    assert begun.names == ("news/a.md", "news/b.md")
    begun.index.close()


# --- git --------------------------------------------------------------------------------------------------------------


def test_a_commit_has_the_catalogs_of_the_session_and_nothing_else(project: Project) -> None:
    git(project.root, "init", "-q")
    git(project.root, "config", "user.name", "Claire Morand")
    git(project.root, "config", "user.email", "claire@acme.example")
    git(project.root, "add", "content", "prl10n.toml", "locales/fr/LC_MESSAGES/news/b.po")
    git(project.root, "commit", "-qm", "First")
    project.write("staged.txt", "not ours")
    git(project.root, "add", "staged.txt")
    with reviewing(project.root) as review:
        assert review.get("/api/changes")["files"] == []
        assert review.post("/api/commit", {}, 422)["error"] == "nothing has been saved since the last commit"
        review.save(review.units()[FORTY], "Quarante.")  # this catalog is new to git
        units = review.units("news/b.md")
        review.save(units[FORTY], "Quarante.", document="news/b.md")
        review.save(units["Elsewhere"], "Ailleurs", document="news/b.md")
        assert len(review.get("/api/changes")["files"]) == 2
        said = review.post("/api/commit", {})
        assert said == {"commit": git(project.root, "rev-parse", "HEAD"), "files": 2}
        assert review.get("/api/changes")["files"] == []
    assert git(project.root, "log", "-1", "--format=%s") == "Review French translations: 3 units in 2 catalogs"
    assert git(project.root, "show", "--name-only", "--format=").split() == [
        "locales/fr/LC_MESSAGES/news/a.po",
        "locales/fr/LC_MESSAGES/news/b.po",
    ]
    assert "A  staged.txt" in git(project.root, "status", "--porcelain")


def test_without_a_repository_a_commit_says_so(project: Project, review: Reviewed) -> None:
    if subprocess.run(["git", "rev-parse"], cwd=project.root, check=False, capture_output=True).returncode == 0:
        pytest.skip("the temporary folder is in a repository")
    review.save(review.units()[FORTY], "Quarante.")
    assert "no git repository" in review.post("/api/commit", {}, 422)["error"]


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_prints_its_address_and_ends_with_ctrl_c(project: Project, ctrl_c: None) -> None:
    del ctrl_c
    command = [sys.executable, "-m", "prl10n", "review", "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{40,}\n", process.stdout.readline())
        time.sleep(0.5)
        process.send_signal(2)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in said


def test_a_port_that_is_taken_is_named(project: Project, review: Reviewed) -> None:
    result = project.run("review", "--no-open", "--port", str(review.served.port))
    assert result.exit_code == 2
    assert f"port {review.served.port}" in result.stderr


def test_a_static_copy_needs_no_script_and_is_still(project: Project, tmp_path: Path) -> None:
    project.source("# Odd\n\nA *name*.\n", "news/a b&c #1.md")
    folder = tmp_path / "copy"
    assert project.run("review", "--static", str(folder)).exit_code == 0
    made = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert made == ["fr/news/a b&c #1.md.html", "fr/news/a.md.html", "fr/news/b.md.html", "index.html", "static.css"]
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert 'href="fr/news/a%20b%26c%20%231.md.html"' in index
    page = (folder / "fr/news/a.md.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert 'href="../../static.css"' in page
    assert "<script" not in page + index
    assert page.count('data-unit="1"') == 2
    stamps = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert project.run("review", "--static", str(folder)).stderr == ""
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == stamps
    (folder / "index.html").write_text("mine", encoding="utf-8")
    assert project.run("review", "--static", str(folder)).exit_code == 2
    assert (folder / "index.html").read_text(encoding="utf-8") == "mine"
