"""What a change of a source does to its catalog: for each kind of edit, what stays approved, is stale, and is sent,
and the words that stand in the catalog then. The backend swaps the case of what it gets.

A case is a document, its approved French, the document as it is next, and the lines of its catalog then:

    =  approved    ~  stale, with words in place    ?  draft

`sent` are the texts that go out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepl_server import DeepLServer
from openai_server import OpenAIServer
from prl10n import document
from prl10n.catalog import Catalog, Entry, merge
from prl10n.changes import Changes
from prl10n.model import State
from project import Project, msgfmt

MARKS = {State.APPROVED: "=", State.STALE: "~", State.DRAFT: "?", State.MISSING: "-"}


@dataclass(frozen=True)
class Case:
    name: str
    before: str
    french: str
    after: str
    expected: tuple[str, ...]
    sent: tuple[str, ...] = ()


def load() -> list[Case]:
    """Cases of `cases/changes.txt`: a title behind `%%`, then before, French, after, lines of the catalog, behind `>`
    what is sent, each part behind a line of `--`.
    """
    text = (Path(__file__).parent / "cases/changes.txt").read_text(encoding="utf-8")
    found = []
    for block in text.split("\n%% ")[1:]:
        title, _, rest = block.partition("\n")
        before, french, after, said = (part.strip("\n") + "\n" for part in rest.split("\n--\n"))
        lines = [line for line in said.splitlines() if line]
        expected = tuple(line for line in lines if not line.startswith("> "))
        sent = tuple(line.removeprefix("> ") for line in lines if line.startswith("> "))
        found.append(Case(title, before, french, after if after.strip() != "same" else before, expected, sent))
    return found


CASES = load()


@pytest.fixture
def server() -> Iterator[DeepLServer]:
    with DeepLServer() as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, server: DeepLServer, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path, server.environ)
    made.configure("")
    return made


def approve(project: Project, before: str, french: str, name: str = "news/a") -> None:
    """Extract the document, and put the units of the French page in its catalog, approved."""
    project.source(before, f"{name}.md")
    project.run("extract")
    words = {
        one.text: other.text
        for one, other in zip(document.split(before.encode()).units, document.split(french.encode()).units, strict=True)
    }
    from prl10n import catalog

    loaded = project.catalog(name)
    entries = tuple(
        Entry(entry.msgid, words[entry.msgid], context=entry.context, extracted=entry.extracted, files=entry.files)
        for entry in loaded.entries
    )
    project.path(name).write_bytes(catalog.render(catalog.Catalog(entries, loaded.header)))


def lines(project: Project, name: str = "news/a") -> tuple[str, ...]:
    return tuple(
        f"{MARKS[entry.state]} {entry.msgid} | {entry.msgstr}".replace("\n", "⏎")
        for entry in project.catalog(name).entries
        if not entry.obsolete
    )


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_an_edit_of_the_source(case: Case, project: Project, server: DeepLServer) -> None:
    approve(project, case.before, case.french)
    assert project.run("sync").exit_code == 0
    assert server.requests == []
    project.source(case.after)
    assert project.run("sync").exit_code == 0
    assert lines(project) == case.expected
    assert tuple(text for request in server.requests for text in request.texts) == case.sent
    msgfmt(project.path())
    # nothing is lost: every approved pair is there, live or obsolete, unless its markup alone changed
    stamps = project.stamps()
    assert project.run("sync").exit_code == 0
    assert project.stamps() == stamps


BEFORE = "# News\n\nThe cat sleeps. It rains.\n\nA [dog](/d) barks.\n\nThe same for all.\n"
FRENCH = "# Nouvelles\n\nLe chat dort. Il pleut.\n\nUn [chien](/d) aboie.\n\nLe même pour tous.\n"


def test_a_file_that_is_renamed_keeps_its_catalog(project: Project, server: DeepLServer) -> None:
    approve(project, BEFORE, FRENCH)
    project.edit('msgid "News"', '# Ada: fine\nmsgid "News"')
    before = lines(project)
    old = project.path()
    (project.root / "content/en/news/a.md").rename(project.root / "content/en/news/b.md")
    said = project.run("sync")
    assert said.exit_code == 0
    assert "its catalog was locales/fr/LC_MESSAGES/news/a.po and moved along with it" in said.stderr
    assert lines(project, "news/b") == before
    assert "# Ada: fine" in project.path("news/b").read_text(encoding="utf-8")
    assert "#: content/en/news/b.md" in project.path("news/b").read_text(encoding="utf-8")
    assert not old.exists()
    assert server.requests == []
    stamps = project.stamps()
    assert project.run("sync").stderr.count("moved along") == 0
    assert project.stamps() == stamps


def test_a_dry_run_moves_no_catalog(project: Project) -> None:
    approve(project, BEFORE, FRENCH)
    (project.root / "content/en/news/a.md").rename(project.root / "content/en/b.md")
    stamps = project.stamps()
    project.run("sync", "--dry-run")
    project.run("status")
    assert project.stamps() == stamps


def test_a_file_that_is_renamed_and_edited_keeps_what_did_not_change(project: Project, server: DeepLServer) -> None:
    approve(project, BEFORE, FRENCH)
    (project.root / "content/en/news/a.md").unlink()
    project.source(BEFORE.replace("It rains", "It snows").replace("/d", "/e"), "c.md")
    project.run("sync")
    assert lines(project, "c") == (
        "= News | Nouvelles",
        "~ The cat sleeps. It snows. | Le chat dort. iT SNOWS.",
        "= A [dog](/e) barks. | Un [chien](/e) aboie.",
        "= The same for all. | Le même pour tous.",
    )
    assert [text for request in server.requests for text in request.texts] == ["It snows."]


def test_a_copy_of_a_file_takes_nothing_away(project: Project, server: DeepLServer) -> None:
    approve(project, BEFORE, FRENCH)
    before = lines(project)
    project.source(BEFORE, "copy.md")
    project.run("sync")
    assert lines(project) == before
    assert server.requests == []
    assert {line[0] for line in lines(project, "copy")} == {"?"}


def test_a_paragraph_that_moves_to_another_file_keeps_its_words(project: Project, server: DeepLServer) -> None:
    approve(project, BEFORE, FRENCH)
    project.source(BEFORE.replace("A [dog](/d) barks.\n\n", ""))
    project.source("# Other\n\nA [dog](/other) barks.\n", "b.md")
    project.run("sync")
    assert "? A [dog](/other) barks. | Un [chien](/other) aboie." in lines(project, "b")
    assert [text for request in server.requests for text in request.texts] == ["Other"]


def test_the_sentences_of_a_stale_paragraph_say_where_they_come_from(project: Project) -> None:
    approve(project, "One cat. Two dogs.\n\nA red one. A blue one.\n", "Un chat. Deux chiens.\n\nUn rouge, un bleu.\n")
    project.source("One cat. Three dogs.\n\nA red one. A green one.\n")
    project.run("sync")
    assert [entry.provenance for entry in project.catalog().entries if not entry.obsolete] == [
        "sentences 1 of 2 kept, deepl 2026-11-24",
        "deepl 2026-11-24, whole paragraph",
    ]
    obsolete = {entry.msgid: (entry.msgstr, entry.state) for entry in project.catalog().entries if entry.obsolete}
    assert obsolete == {
        "One cat. Two dogs.": ("Un chat. Deux chiens.", State.APPROVED),
        "A red one. A blue one.": ("Un rouge, un bleu.", State.APPROVED),
    }


def test_the_paragraph_is_shown_around_a_sentence(project: Project, server: DeepLServer) -> None:
    approve(project, "One cat. Two dogs.\n", "Un chat. Deux chiens.\n")
    project.source("One cat. Three dogs.\n")
    project.run("sync")
    (request,) = server.requests
    assert request.texts == ("Three dogs.",)
    assert "One cat. Three dogs." in str(request.params["context"])


# The memory of other documents.

BOILERPLATE = "# Contact\n\nWrite to us today.\n\nAbout Acme, the maker.\n"
CONTACT = "# Contact\n\nÉcrivez-nous aujourd’hui.\n\nÀ propos d’Acme, le fabricant.\n"


@pytest.mark.parametrize(
    ("trust", "copied", "alone"), [("none", "???", "?"), ("context", "===", "?"), ("exact", "===", "=")]
)
def test_a_boilerplate_is_approved_once_where_the_configuration_trusts_it(
    project: Project, server: DeepLServer, trust: str, copied: str, alone: str
) -> None:
    project.configure(f'[memory]\ntrust = "{trust}"\n')
    approve(project, BOILERPLATE, CONTACT)
    project.source(BOILERPLATE, "copy.md")
    project.source("Write to us today.\n", "alone.md")
    assert project.run("sync").exit_code == 0
    assert server.requests == []
    assert "".join(line[0] for line in lines(project, "copy")) == copied
    assert "".join(line[0] for line in lines(project, "alone")) == alone
    comments = [entry.provenance for entry in project.catalog("copy").entries]
    assert comments == ["memory news/a.md 100%, in context"] * 3
    assert project.catalog("alone").entries[0].provenance == "memory news/a.md 100%"


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("Sales grew by 12 percent.", "Les ventes ont progressé de 12 pour cent.", "de 15 pour cent"),
        ("On 3 May 2026 we met Acme.", "Le 3 mai 2026, nous avons vu Acme.", "7\u00a0juin 2027, nous avons vu Zenith."),
    ],
)
def test_a_text_of_another_document_with_other_figures(
    project: Project, server: DeepLServer, text: str, known: str, expected: str
) -> None:
    approve(project, f"{text}\n", f"{known}\n")
    edits = {"12": "15", "3 May 2026": "7 June 2027", "Acme": "Zenith"}
    for one, other in edits.items():
        text = text.replace(one, other)
    project.source(f"{text}\n", "b.md")
    project.run("sync")
    (entry,) = project.catalog("b").entries
    assert expected in entry.msgstr
    assert (entry.state, entry.provenance) == (State.DRAFT, "memory news/a.md 99%, figures")
    assert server.requests == []


def test_where_no_machine_translates_a_text_that_is_like_another_one_is_a_draft(project: Project) -> None:
    project.configure('[backend]\nname = "memory"\n')
    approve(project, "The **cat** sleeps on the red mat.\n", "Le **chat** dort sur le tapis rouge.\n")
    project.source("The **cat** sleeps on the blue mat.\n\nThe cat sleeps on the red mat.\n\nPrices rose.\n", "b.md")
    project.run("sync")
    assert lines(project, "b") == (
        "? The **cat** sleeps on the blue mat. | Le **chat** dort sur le tapis rouge.",
        "- The cat sleeps on the red mat. | ",
        "- Prices rose. | ",
    )
    assert project.catalog("b").entries[0].provenance.startswith("memory news/a.md 9")


def test_a_language_model_is_shown_approved_texts_that_are_like_the_one_to_translate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with OpenAIServer() as server:
        project = Project(tmp_path, server.environ)
        project.configure('[backend]\nname = "openai"\n[backend.openai]\nmodel = "test-model"\n')
        approve(project, "The **cat** sleeps on the red mat.\n", "Le **chat** dort sur le tapis rouge.\n")
        project.source("The cat sleeps on the blue mat.\n", "b.md")
        assert project.run("sync").exit_code == 0
        (request,) = server.requests
        said = str(request.params["messages"])
    assert "The cat sleeps on the red mat." in said
    assert "Le chat dort sur le tapis rouge." in said


SENTENCES = ("The cat sleeps.", "A [dog](/a) barks.", "It is **12** o'clock.", "Ada came on 3 May.", 'He said "yes".')
EDITS = (
    ("/a", "/b"),
    ("**", "*"),
    ("12", "15"),
    ("May", "June"),
    ("cat", "bird"),
    ('"', "”"),
    ("A ", "Not a "),
    ("Ada", "Bob"),
)


@given(
    st.lists(
        st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3).map(" ".join), min_size=1, max_size=5, unique=True
    ),
    st.lists(st.sampled_from(EDITS), max_size=3),
    st.randoms(use_true_random=False),
)
def test_law_4_whatever_changes_in_a_source_the_words_of_people_stay(
    blocks: list[str], edits: list[tuple[str, str]], chance: Random
) -> None:
    units = document.split("\n\n".join(blocks).encode()).units
    french = {unit.text: unit.text.replace("The", "Le").replace("is", "est").replace("said", "a dit") for unit in units}
    before = Catalog(tuple(Entry(msgid, words) for msgid, words in french.items()), "")
    changed = [block for block in blocks if chance.random() < 0.8]
    chance.shuffle(changed)
    for one, other in edits:
        changed = [block.replace(one, other) if chance.random() < 0.5 else block for block in changed]
    split = document.split("\n\n".join(changed).encode())
    carrier = Changes(split.references, ("en", "fr"))
    after = merge(before, split.units, "a.md", carrier)
    unit = units[0]
    for msgid, words in french.items():
        kept = [entry for entry in after.entries if (entry.msgid, entry.msgstr) == (msgid, words) and not entry.fuzzy]
        moved = [
            entry
            for entry in after.live().values()
            if entry.state is State.APPROVED and carrier.key(entry.msgid, unit) == carrier.key(msgid, unit)
        ]
        assert kept or moved
    for entry in after.live().values():
        if entry.state is State.APPROVED:
            assert any(carrier.key(entry.msgid, unit) == carrier.key(msgid, unit) for msgid in french)


def test_there_are_sixty_of_them() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
