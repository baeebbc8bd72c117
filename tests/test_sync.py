"""The main job from end to end: the real command line, the real DeepL client, a strict server on loopback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import msgspec
import pytest

from deepl_server import DeepLServer
from prl10n import catalog, config, document, pipeline
from prl10n.catalog import Draft
from project import Project, msgfmt

RELEASE = """---
title: Acme opens in Lyon
product-title: Acme opens in Lyon
image: lyon.png # not ours
---

### A second office for Acme

**Geneva, 20th November 2026** - Acme, a [maker](https://acme.example) of things, comes to **Lyon**. It is small.

Commenting on the move, Ada said, _“We’re glad. The [town](/lyon) is kind. It’s home!"_

- Two `rooms`
- One *door*

#### Contact


**Ada Example**
 <br/>
Head of things
 <br/>
ada@acme.example
 <br/>
+41 22 555 01 00




"""


@pytest.fixture
def server() -> Iterator[DeepLServer]:
    with DeepLServer() as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, server: DeepLServer, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path, server.environ)
    made.configure("")
    made.source(RELEASE)
    return made


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project without a backend."""
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path)
    made.configure("")
    made.source(RELEASE)
    return made


def sent(server: DeepLServer) -> list[str]:
    return [text for request in server.requests for text in request.texts]


# The main job.


def test_a_release_becomes_drafts_and_a_page(project: Project, server: DeepLServer) -> None:
    result = project.run("sync")
    assert result.exit_code == 0
    split = document.split(RELEASE.encode())
    assert project.states() == {unit.text: "draft" for unit in split.units}
    assert {unit.kind for unit in split.units} >= {"front matter: title", "heading 3", "paragraph", "list item"}
    page = project.page()
    assert document.skeleton(page.encode()) == split.skeleton
    assert "### a SECOND OFFICE FOR aCME\n" in page
    assert page.endswith(
        "**aDA eXAMPLE**\n <br/>\nhEAD OF THINGS\n <br/>\nada@acme.example\n <br/>\n+41 22 555 01 00\n\n\n\n\n"
    )
    assert "image: lyon.png # not ours\n" in page
    assert "[MAKER](https://acme.example)" in page
    assert len(server.requests) == 1
    msgfmt(project.path())


def test_the_bytes_outside_units_are_those_of_the_source(project: Project) -> None:
    project.run("sync")
    assert between(project.page().encode()) == between(RELEASE.encode())


def between(data: bytes) -> list[bytes]:
    """What stands between the units of a file."""
    parts, last = [], 0
    for unit in document.split(data).units:
        parts.append(data[last : unit.span.start])
        last = unit.span.end
    return [*parts, data[last:]]


def test_the_catalog_says_what_a_unit_is_and_where_its_text_comes_from(project: Project) -> None:
    project.run("sync")
    title = project.entry("Acme opens")
    assert title.extracted == "front matter: title\nfront matter: product-title"
    assert title.files == ("content/en/news/a.md",)
    assert title.comment == "prl10n: deepl 2026-11-24"
    assert title.fuzzy


def test_a_second_run_sends_nothing_and_touches_nothing(project: Project, server: DeepLServer) -> None:
    project.run("sync")
    stamps, requests = project.stamps(), len(server.requests)
    for command in ("sync", "extract", "translate", "build", "status", "sync"):
        assert project.run(command).exit_code == 0
    assert project.stamps() == stamps
    assert len(server.requests) == requests


def test_an_approved_entry_survives_every_command(project: Project) -> None:
    project.run("sync")
    project.approve()
    project.edit("a SECOND OFFICE FOR aCME", "Un deuxième bureau")
    before = project.path().read_bytes()
    for arguments in (
        ["extract"],
        ["translate"],
        ["build"],
        ["sync"],
        ["sync", "--locale", "fr"],
        ["sync", "content/en"],
    ):
        project.run(*arguments)
        assert project.path().read_bytes() == before
    assert "### Un deuxième bureau\n" in project.page()


def test_one_changed_sentence_is_one_stale_unit_and_one_text(project: Project, server: DeepLServer) -> None:
    project.run("sync")
    project.approve()
    approved = project.entry("**Geneva").msgstr
    project.source(RELEASE.replace("It is small.", "It is tiny."))
    server.requests.clear()
    assert project.run("status").stdout.splitlines()[1].split()[2:7] == ["9", "0", "0", "1", "8"]
    project.run("sync")
    assert [len(request.texts) for request in server.requests] == [1]
    assert sent(server)[0].endswith("It is tiny.")
    stale = project.entry("**Geneva")
    assert stale.state.value == "stale"
    assert stale.previous is not None
    assert stale.previous.endswith("It is small.")
    assert stale.msgstr.endswith("iT IS TINY.")
    assert [e.msgstr for e in project.catalog().entries if e.obsolete] == [approved]
    assert list(project.states().values()).count("approved") == len(project.states()) - 1
    assert "iT IS TINY." in project.page()
    msgfmt(project.path())
    stamps = project.stamps()
    project.run("sync")
    assert project.stamps() == stamps


def test_a_source_that_comes_back_has_its_approved_words_again(project: Project, server: DeepLServer) -> None:
    project.run("sync")
    project.approve()
    project.source(RELEASE.replace("It is small.", "It is tiny."))
    project.run("sync")
    server.requests.clear()
    project.source(RELEASE)
    project.run("sync")
    assert server.requests == []
    assert set(project.states().values()) == {"approved"}


def test_only_approved_text_is_published_where_drafts_are_not(project: Project) -> None:
    project.configure("[publish]\ndrafts = false\n")
    project.run("sync")
    assert not (project.root / "content/fr").exists()
    project.edit('#, fuzzy\nmsgid "A second office for Acme"', 'msgid "A second office for Acme"')
    project.run("sync")
    page = project.page()
    assert "### a SECOND OFFICE FOR aCME\n" in page
    assert page.replace("a SECOND OFFICE FOR aCME", "A second office for Acme") == RELEASE


def test_whole_documents_only(project: Project) -> None:
    project.configure('[publish]\ndrafts = false\nincomplete = "skip"\n')
    project.run("sync")
    project.edit("#, fuzzy\n", "")
    project.run("build")
    assert not (project.root / "content/fr").exists()
    project.approve()
    project.run("build")
    assert "a SECOND OFFICE" in project.page()


def test_a_document_without_units_is_copied(project: Project) -> None:
    project.source("```\ncode\n```\n", "code.md")
    project.run("sync")
    assert project.page("code.md") == "```\ncode\n```\n"
    assert not project.path("code").exists()


# Paid once.


def test_equal_words_are_sent_once_whatever_their_markup(project: Project, server: DeepLServer) -> None:
    project.source("A [link](/one) and *words*.\n", "b.md")
    project.source("A [link](/two) and _words_.\n\n**A second office for Acme**\n", "c.md")
    project.run("sync")
    assert len(sent(server)) == len(set(sent(server)))
    assert sum("words" in text for text in sent(server)) == 1
    assert "a [LINK](/two) AND _WORDS_." in project.page("c.md")
    server.requests.clear()
    project.source("A [link](/three) and *words*.\n", "b.md")
    project.run("sync")
    assert server.requests == []
    assert "a [LINK](/three) AND *WORDS*." in project.page("b.md")


def test_the_dry_run_announces_what_is_billed_and_writes_nothing(project: Project, server: DeepLServer) -> None:
    before = sorted(project.root.rglob("*"))
    announced = project.json("sync", "--dry-run")
    assert announced["exit_code"] == 0
    assert server.requests == []
    assert sorted(project.root.rglob("*")) == before
    billed = project.json("sync")
    assert announced["totals"]["characters"] == billed["totals"]["billed"] == server.billed > 0
    files = {path: path.stat().st_mtime_ns for path in project.root.rglob("*") if path.is_file()}
    project.source(RELEASE.replace("small", "tiny"))
    files[project.root / "content/en/news/a.md"] = (project.root / "content/en/news/a.md").stat().st_mtime_ns
    again = project.json("sync", "--dry-run")
    assert again["totals"]["characters"] > 0
    assert {path: path.stat().st_mtime_ns for path in project.root.rglob("*") if path.is_file()} == files
    assert project.json("sync")["totals"]["billed"] == again["totals"]["characters"]


def in_two_requests(project: Project) -> None:
    """The release and enough besides to fill a request, and `Another text.` for the next one."""
    project.configure("concurrency = 1\n")
    project.source("\n".join(f"Sentence number {number} of many.\n" for number in range(42)), "y.md")
    project.source("Another text.\n", "z.md")


@pytest.mark.parametrize("failure", [456, 503, "reset", "garbage", 403])
def test_what_was_answered_before_a_failure_is_kept(project: Project, server: DeepLServer, failure: int | str) -> None:
    in_two_requests(project)
    server.script = ["ok", failure]
    result = project.run("sync")
    assert result.exit_code == 3
    assert "error:" in result.stderr
    assert set(project.states().values()) == {"draft"}
    assert project.states("z") == {"Another text.": "missing"}
    first = sent(server)[:-1]
    server.requests.clear()
    assert project.run("sync").exit_code == 0
    assert sent(server) == ["Another text."]
    assert "Another text." not in first


def test_texts_and_answers_stay_together_over_several_requests(project: Project, server: DeepLServer) -> None:
    lines = [f"Sentence number {number} of many.\n" for number in range(120)]
    project.source("\n".join(lines), "long.md")
    project.run("sync", "content/en/long.md")
    assert sorted(len(request.texts) for request in server.requests) == [20, 50, 50]
    assert project.page("long.md") == "\n".join(lines).swapcase()


def test_a_killed_run_pays_nothing_twice(project: Project, server: DeepLServer) -> None:
    for number in range(6):
        project.source(f"Document number {number}.\n", f"n{number}.md")
    seen: list[str] = []

    def slowly(text: str, target: str) -> str:
        del target
        seen.append(text)
        time.sleep(0.15)
        return text.swapcase() if "<" not in text else text

    server.translate = slowly
    command = [sys.executable, "-m", "prl10n", "sync"]
    process = subprocess.Popen(
        command, cwd=project.root, env={**os.environ, **server.environ}, stderr=subprocess.DEVNULL
    )
    while len(seen) < 4:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    in_flight = len(seen)
    server.translate = lambda text, _: text
    first = set(sent(server))
    server.requests.clear()
    assert project.run("sync").exit_code == 0
    assert in_flight >= 4
    assert len(first & set(sent(server))) <= 1
    for path in project.root.rglob("*.po"):
        msgfmt(path)


# Answers that cannot be believed.


@pytest.mark.parametrize(
    ("answer", "expected", "requests"),
    [
        ("<g1>Ada</g1>a dit<x2/>ici.", "**Ada** a dit `x` ici.\n", 1),
        ("<x2/> : <g1>Ada</g1> a parlé.", "`x`\u00a0: **Ada** a parlé.\n", 1),
        ("Ada a dit <x2/> ici.", "**aDA** SAID `x` HERE.\n", 2),
        ("<g1>Ada</g1><g1>Ada</g1> a dit <x2/> ici.", "**aDA** SAID `x` HERE.\n", 2),
        ("<g1>Ada</g1> a <b>dit</b> <x2/> ici.", "**aDA** SAID `x` HERE.\n", 2),
        ("<g1>Ada <x2/> a dit</g1> ici.", "**aDA** SAID `x` HERE.\n", 2),
    ],
)
def test_a_broken_answer_is_repaired_or_asked_for_in_runs(
    project: Project, server: DeepLServer, answer: str, expected: str, requests: int
) -> None:
    project.source("**Ada** said `x` here.\n", "b.md")
    server.translate = lambda text, _: answer if "<" in text else text.swapcase()
    assert project.run("sync", "content/en/b.md").exit_code == 0
    assert project.page("b.md") == expected
    assert len(server.requests) == requests
    server.requests.clear()
    stamps = project.stamps()
    project.run("sync", "content/en/b.md")
    assert (server.requests, project.stamps()) == ([], stamps)


def test_a_unit_that_no_answer_fits_stays_missing_and_is_named(project: Project, server: DeepLServer) -> None:
    project.source("**Ada** said.\n\nOther words.\n", "b.md")
    server.translate = lambda text, _: " " if "Ada" in text else text.swapcase()
    result = project.run("sync", "content/en/b.md")
    assert result.exit_code == 4
    assert "content/en/b.md:1: warning [fr]" in result.stderr
    assert project.states("b") == {"**Ada** said.": "missing", "Other words.": "draft"}
    assert project.page("b.md") == "**Ada** said.\n\noTHER WORDS.\n"
    server.requests.clear()
    assert project.run("sync", "content/en/b.md").exit_code == 4
    assert sent(server) == []


def test_a_target_without_tags_gets_runs(project: Project, server: DeepLServer) -> None:
    project.write("prl10n.toml", 'source = "en"\ntargets = ["fr-CA"]\n[backend.deepl]\nretries = 0\n')
    project.source("Say **yes** & `no` now.\n", "b.md")
    assert project.run("sync", "content/en/b.md").exit_code == 0
    assert sent(server) == ["Say", "yes", "now."]
    assert project.page("b.md", "fr-CA") == "sAY **YES** & `no` NOW.\n"
    assert project.path("b", "fr_CA").exists()


# Without a backend.


def test_without_a_key_the_memory_works_alone(alone: Project) -> None:
    result = alone.run("sync")
    assert result.exit_code == 4
    assert "DEEPL_AUTH_KEY" in result.stderr
    assert set(alone.states().values()) == {"missing"}
    assert not (alone.root / "content/fr").exists()


def test_the_memory_reuses_what_other_catalogs_say(alone: Project) -> None:
    alone.run("extract")
    alone.edit('msgid "A second office for Acme"\nmsgstr ""', 'msgid "A second office for Acme"\nmsgstr "Un bureau"')
    alone.source("**A second office for Acme**\n\nNew words.\n", "b.md")
    result = alone.run("sync", "content/en/b.md")
    assert result.exit_code == 4
    found = alone.entry("**A second", "b")
    assert (found.msgstr, found.comment, found.fuzzy) == ("**Un bureau**", "prl10n: memory news/a.md 100%", True)
    assert alone.page("b.md") == "**Un bureau**\n\nNew words.\n"


def test_pseudo_translations_are_never_taken_for_translations(alone: Project) -> None:
    alone.write("prl10n.toml", '[backend]\nname = "pseudo"\n')
    assert alone.run("sync").exit_code == 0
    assert "⟦" in alone.page()
    alone.write("prl10n.toml", '[backend]\nname = "memory"\n')
    alone.source("A second office for Acme\n", "b.md")
    assert alone.run("sync", "content/en/b.md").exit_code == 4
    assert alone.states("b") == {"A second office for Acme": "missing"}


# What cannot be read, and what must not be published.


def test_a_document_that_is_not_utf_8_is_named_and_the_others_go_on(project: Project) -> None:
    (project.root / "content/en/bad.md").write_bytes(b"fine\n\xff\n")
    result = project.run("sync")
    assert result.exit_code == 2
    assert "content/en/bad.md:2: error: not UTF-8: byte 0xff" in result.stderr
    assert "a SECOND OFFICE" in project.page()


def test_a_damaged_catalog_is_named_left_alone_and_the_others_go_on(project: Project, server: DeepLServer) -> None:
    project.source("Other words.\n", "b.md")
    damaged = project.write("locales/fr/LC_MESSAGES/news/a.po", 'msgid "a"\nmsgstr "b"\nnonsense\n')
    result = project.run("sync")
    assert result.exit_code == 2
    assert re.search(r"locales/fr/LC_MESSAGES/news/a\.po:3: error", result.stderr)
    assert damaged.read_text(encoding="utf-8") == 'msgid "a"\nmsgstr "b"\nnonsense\n'
    assert project.page("b.md") == "oTHER WORDS.\n"
    assert sent(server) == ["Other words."]


def test_a_catalog_that_is_no_file_is_named_and_the_others_go_on(project: Project) -> None:
    project.source("Other words.\n", "b.md")
    project.path().mkdir(parents=True)
    result = project.run("sync")
    assert result.exit_code == 2
    assert "locales/fr/LC_MESSAGES/news/a.po: error [fr]: cannot be read" in result.stderr
    assert project.page("b.md") == "oTHER WORDS.\n"


def test_a_damaged_catalog_of_another_document_is_left_out_of_the_memory(project: Project) -> None:
    project.source("Other words.\n", "b.md")
    project.write("locales/fr/LC_MESSAGES/news/a.po", 'msgid "a"\nmsgstr "b\n')
    result = project.run("sync", "content/en/b.md")
    assert result.exit_code == 0
    assert "locales/fr/LC_MESSAGES/news/a.po:2: warning [fr]: left out of the memory" in result.stderr.splitlines()[0]
    assert project.page("b.md") == "oTHER WORDS.\n"


def test_a_damaged_memory_is_set_aside_and_made_again(project: Project, server: DeepLServer) -> None:
    project.write(".prl10n/memory.db", "this is no database" * 100)
    result = project.run("sync", "--dry-run")
    assert result.exit_code == 0
    assert "the memory is damaged: a run that writes sets it aside" in result.stderr
    assert server.requests == []
    result = project.run("sync")
    assert result.exit_code == 0
    assert "it is memory.db.damaged now, and a new one was made from the catalogs" in " ".join(result.stderr.split())
    assert project.read(".prl10n/memory.db.damaged") == "this is no database" * 100


def test_an_empty_catalog_gets_a_header(project: Project) -> None:
    project.write("locales/fr/LC_MESSAGES/news/a.po", "")
    assert project.run("sync").exit_code == 0
    assert '"Language: fr\\n"' in project.catalog().header
    msgfmt(project.path())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Ada a dit.", "it lacks strong emphasis"),
        ("**Ada** a [dit](/x).", "the source does not have link /x"),
        ("# **Ada** a dit.", "it would change the blocks of the page"),
        ("**Ada** a dit.\\n\\n<div>", "the tag <div>"),
    ],
)
def test_an_approved_text_that_would_break_the_page_is_not_published(alone: Project, words: str, said: str) -> None:
    alone.source("**Ada** said.\n\nOther words.\n", "b.md")
    alone.run("extract")
    alone.edit('msgid "**Ada** said."\nmsgstr ""', f'msgid "**Ada** said."\nmsgstr "{words}"', "b")
    alone.edit('msgid "Other words."\nmsgstr ""', 'msgid "Other words."\nmsgstr "D’autres mots."', "b")
    before = alone.path("b").read_bytes()
    result = alone.run("build", "content/en/b.md")
    assert alone.page("b.md") == "**Ada** said.\n\nD’autres mots.\n"
    assert "locales/fr/LC_MESSAGES/b.po" in result.stderr
    assert said in result.stderr
    assert alone.path("b").read_bytes() == before


@pytest.mark.parametrize("link", ["content/fr", "locales/fr", ".prl10n"])
def test_a_link_that_leads_out_of_the_project_is_not_followed(
    project: Project, tmp_path_factory: pytest.TempPathFactory, link: str
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (project.root / link).parent.mkdir(parents=True, exist_ok=True)
    (project.root / link).symlink_to(outside)
    result = project.run("sync")
    assert result.exit_code == 2
    assert "leads out of the project" in result.stderr
    assert list(outside.iterdir()) == []


def test_a_catalog_that_is_edited_while_the_server_answers_keeps_the_edit(
    project: Project, server: DeepLServer
) -> None:
    project.run("extract")

    def meanwhile(text: str, target: str) -> str:
        del target
        if "<" not in text and text.startswith("A second office"):
            project.edit('msgid "Contact"\nmsgstr ""', '# Mine.\nmsgid "Contact"\nmsgstr "Presse"')
        return text.swapcase() if "<" not in text else text

    server.translate = meanwhile
    assert project.run("sync").exit_code == 0
    assert (project.entry("Contact").msgstr, project.entry("Contact").comment) == ("Presse", "Mine.")
    assert project.entry("A second").msgstr == "a SECOND OFFICE FOR aCME"
    assert "#### Presse\n" in project.page()


def test_what_an_author_says_to_translators_is_in_the_catalog(alone: Project) -> None:
    alone.source('<!-- prl10n: note="A verb." -->\n\nOrder now\n\nAnother.\n\n<!-- prl10n: skipp -->\n', "b.md")
    result = alone.run("extract")
    assert alone.entry("Order", "b").extracted == "paragraph\nA verb."
    assert alone.entry("Another", "b").extracted == "paragraph"
    assert "content/en/b.md:7: warning: 'skipp' is no direction that prl10n knows: skip" in result.stderr
    msgfmt(alone.path("b"))


def test_an_author_tells_equal_texts_apart_and_limits_their_length(alone: Project) -> None:
    alone.source('Order\n\n<!-- prl10n: context="verb" max-length=9 -->\n\n# Order\n', "b.md")
    alone.run("extract")
    found = [(entry.context, entry.msgid, entry.flags) for entry in alone.catalog("b").entries]
    assert found == [(None, "Order", ()), ("verb", "Order", ("max-length:9",))]
    msgfmt(alone.path("b"))
    alone.edit('msgid "Order"\nmsgstr ""', 'msgid "Order"\nmsgstr "Commande"', "b")
    alone.edit('msgid "Order"\nmsgstr ""', 'msgid "Order"\nmsgstr "Commander"', "b")
    stamps = alone.stamps()
    alone.run("extract")
    assert alone.stamps() == stamps
    assert alone.run("build").exit_code == 0
    assert alone.page("b.md").startswith("Commande\n")
    assert alone.page("b.md").endswith("# Commander\n")


def test_front_matter_that_cannot_be_read_is_named_and_left(alone: Project) -> None:
    alone.source("---\ntitle: a: b\n---\nWords\n", "b.md")
    assert "content/en/b.md:2: warning: the front matter cannot be read" in alone.run("extract").stderr
    assert alone.states("b") == {"Words": "missing"}


# Settings, selection, output.


def test_front_matter_keys_are_set_for_each_locale(project: Project) -> None:
    project.write(
        "prl10n.toml",
        'targets = ["fr", "de"]\n[front_matter]\nset = { lang = "{locale}" }\n[backend]\nname = "pseudo"\n',
    )
    assert project.run("sync").exit_code == 0
    assert "\nlang: fr\n---\n" in project.page()
    assert "\nlang: de\n---\n" in project.page(locale="de")


def test_every_locale_has_its_own_answers(project: Project, server: DeepLServer) -> None:
    project.write("prl10n.toml", 'targets = ["fr", "de"]\n[backend.deepl]\nretries = 0\n')
    project.source("Other words.\n", "b.md")
    server.translate = lambda text, target: f"{target}: {text}"
    assert project.run("sync", "content/en/b.md").exit_code == 0
    assert sorted((request.texts, request.params["target_lang"]) for request in server.requests) == [
        (("Other words.",), "DE"),
        (("Other words.",), "FR"),
    ]
    assert (project.page("b.md"), project.page("b.md", "de")) == ("FR\u00a0: Other words.\n", "DE: Other words.\n")


def test_a_spent_account_ends_the_run_and_more_characters_resume_it(project: Project, server: DeepLServer) -> None:
    in_two_requests(project)
    announced = project.json("sync", "--dry-run")["totals"]["characters"]
    server.limit = announced - 1
    assert project.run("sync").exit_code == 3
    assert server.billed == announced - len("Another text.")
    server.limit = announced
    assert project.run("sync").exit_code == 0
    assert server.billed == announced


# The plan before the bill.


def test_the_plan_says_what_is_reused_sent_and_paid(project: Project, server: DeepLServer) -> None:
    project.run("sync", "content/en/news")
    project.approve()
    in_two_requests(project)
    project.source(RELEASE, "copy.md")
    project.configure('concurrency = 1\n[budget]\nprice = 20\ncurrency = "CHF"\n')
    said = project.run("sync", "--dry-run").stderr
    texts = [f"Sentence number {number} of many." for number in range(42)] + ["Another text."]
    characters = sum(map(len, texts))
    assert f"deepl would be sent 43 texts in 1 request, {characters:,} characters, about 0.02 CHF" in said
    assert "8 from the memory" in said
    plan = project.json("sync", "--dry-run")["plans"]["fr"]
    cost = round(characters * 20 / 1_000_000, 4)
    assert plan == {"texts": 43, "requests": 1, "characters": characters, "price": cost, "currency": "CHF"}
    said = project.run("sync").stderr
    assert f"43 texts from deepl, {characters:,} characters billed ({characters:,} estimated), about 0.02 CHF" in said


@pytest.mark.parametrize("where", ["option", "configuration"])
def test_a_budget_stops_before_the_first_request_that_would_pass_it(
    project: Project, server: DeepLServer, where: str
) -> None:
    in_two_requests(project)
    announced = project.json("sync", "--dry-run")["totals"]["characters"]
    if where == "configuration":
        project.configure(f"concurrency = 1\n[budget]\ncharacters = {announced - 1}\n")
    limit = ("--max-characters", str(announced - 1)) if where == "option" else ()
    result = project.run("sync", *limit)
    assert result.exit_code == 4
    assert "The budget is spent: 13 characters were not sent." in result.stderr
    assert len(server.requests) == 1
    assert project.states("z") == {"Another text.": "missing"}
    assert project.run("sync", *limit).exit_code == 0
    assert server.billed == announced


def test_a_budget_of_nothing_sends_nothing(project: Project, server: DeepLServer) -> None:
    result = project.run("sync", "--max-characters", "0")
    assert (result.exit_code, server.requests) == (4, [])


def test_what_the_account_has_used(project: Project, server: DeepLServer) -> None:
    project.run("sync")
    used = f"{server.billed:,} of 500,000 characters used (0%), {500_000 - server.billed:,} left"
    assert project.run("usage").stdout == project.run("usage", "-l", "fr").stdout == f"deepl (fr): {used}\n"
    assert "'nl' is not one of the targets" in project.run("usage", "-l", "nl").stderr
    assert project.json("usage") == [
        {"backend": "deepl", "locales": ["fr"], "used": server.billed, "limit": 500_000, "unit": "character"}
    ]


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_keeps_what_was_answered_and_the_same_command_resumes(project: Project, server: DeepLServer) -> None:
    in_two_requests(project)
    asked = threading.Event()

    def slowly(text: str, target: str) -> str:
        asked.set()
        time.sleep(0.01)
        return text

    server.translate = slowly
    command = [sys.executable, "-m", "prl10n", "sync"]
    process = subprocess.Popen(command, cwd=project.root, env={**os.environ, **server.environ}, stderr=subprocess.PIPE)
    assert asked.wait(30)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted\n  All that was answered is saved; the same command resumes." in said.decode()
    assert "Traceback" not in said.decode()
    first = sent(server)
    assert len(first) == 50
    assert set(project.states().values()) == {"draft"}
    server.requests.clear()
    assert project.run("sync").exit_code == 0
    assert sent(server) == ["Another text."]


# Terms.


GLOSSARY = "source,locale,target,note\nLyon,,,a town\noffice,fr,bureau,\n"


def test_a_term_that_was_not_heeded_is_a_finding_on_the_draft(project: Project, server: DeepLServer) -> None:
    server.heeds_terms = False
    project.write("locales/glossary.csv", GLOSSARY)
    result = project.run("sync")
    assert result.exit_code == 0
    assert set(project.states().values()) == {"draft"}
    lines = [line for line in result.stderr.splitlines() if "bureau" in line]
    assert lines[0].startswith("content/en/news/a.md:7: warning [fr]: ")
    assert "A second office for Acme (glossary)" in result.stderr


def test_terms_go_to_a_glossary_of_the_account_and_are_heeded(project: Project, server: DeepLServer) -> None:
    project.write("locales/glossary.csv", GLOSSARY)
    said = project.run("sync").stderr
    (made,) = server.glossaries.values()
    assert made.dictionaries == {("EN", "FR"): {"Lyon": "Lyon", "office": "bureau"}}
    assert "bureau" in project.page()
    assert "glossary" not in said


def test_a_new_term_costs_only_the_texts_that_it_is_in(project: Project, server: DeepLServer) -> None:
    project.run("sync")
    project.path().unlink()
    server.requests.clear()
    project.write("locales/glossary.csv", GLOSSARY)
    project.run("sync")
    assert [text for text in sent(server) if "Lyon" not in text and "office" not in text] == []
    assert len(sent(server)) == 3


def test_a_backend_that_is_named_needs_its_key(alone: Project) -> None:
    alone.configure('[backend]\nname = "deepl"\n')
    result = alone.run("sync")
    assert result.exit_code == 3
    assert "DEEPL_AUTH_KEY" in result.stderr


def test_a_run_from_a_folder_of_the_project_is_the_same_run(
    project: Project, server: DeepLServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.run("sync")
    stamps = project.stamps()
    monkeypatch.chdir(project.root / "content/en")
    server.requests.clear()
    assert project.run("sync", "news").exit_code == 0
    assert (project.stamps(), server.requests) == (stamps, [])
    assert project.json("status")["documents"][0]["page_state"] == "current"


def test_documents_read_by_other_processes_are_the_same(alone: Project) -> None:
    for number in range(20):
        alone.source(RELEASE.replace("Lyon", f"Lyon {number}"), f"{number}.md")
    (alone.root / "content/en/bad.md").write_bytes(b"\xff")

    def extracted(executor: Executor | None) -> pipeline.Outcome:
        return pipeline.run(
            config.load(alone.root), pipeline.Stage.EXTRACT, pipeline.Selection(), dry_run=True, executor=executor
        )

    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        outcome = extracted(pool)
    assert len(outcome.rows) == 21
    here = extracted(None)
    assert list(outcome.rows) == list(here.rows)
    assert msgspec.structs.replace(outcome, rows=here.rows) == here


def test_locales_and_paths_narrow_a_run(project: Project) -> None:
    project.write("prl10n.toml", 'targets = ["fr", "de"]\n[backend]\nname = "pseudo"\n')
    project.source("Other words.\n", "b.md")
    project.run("sync", "--locale", "de", "content/en/news")
    assert project.path(locale="de").exists()
    assert not project.path(locale="fr").exists()
    assert not project.path("b", "de").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--locale", "it"], "'it' is not one of the targets"),
        (["content/en/no.md"], "content/en/no.md"),
        (["--config", "nowhere.toml"], "nowhere.toml"),
        (["--no-such-option"], "No such option"),
    ],
)
def test_a_wrong_command_line_is_refused_with_a_remedy(project: Project, arguments: list[str], said: str) -> None:
    result = project.run("sync", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize(
    ("locale", "language", "plural"),
    [
        ("fr", "fr", "nplurals=2; plural=(n > 1);"),
        ("fr-CA", "fr_CA", "nplurals=2; plural=(n > 1);"),
        ("de", "de", "nplurals=2; plural=(n != 1);"),
        (
            "pl",
            "pl",
            "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
        ),
        ("ja", "ja", "nplurals=1; plural=0;"),
    ],
)
def test_the_header_names_language_and_plural_forms(alone: Project, locale: str, language: str, plural: str) -> None:
    alone.write("prl10n.toml", f'targets = ["{locale}"]\n')
    alone.run("extract")
    header = alone.catalog(locale=language).header
    assert f'"Language: {language}\\n"' in header
    assert f'"Plural-Forms: {plural}\\n"' in header
    msgfmt(alone.path(locale=language))


def test_the_stages_one_by_one(project: Project, server: DeepLServer) -> None:
    project.run("extract")
    assert set(project.states().values()) == {"missing"}
    assert server.requests == []
    project.run("translate")
    assert set(project.states().values()) == {"draft"}
    assert not (project.root / "content/fr").exists()
    server.requests.clear()
    project.run("build")
    assert server.requests == []
    assert "a SECOND OFFICE" in project.page()


def test_status_says_where_every_document_stands(project: Project) -> None:
    assert project.json("status")["documents"][0]["page_state"] == "none"
    (synced,) = project.json("sync")["documents"]
    assert (synced["page_written"], synced["page_state"]) == (True, "current")
    (row,) = project.json("status")["documents"]
    assert (row["document"], row["locale"], row["units"], row["draft"]) == ("content/en/news/a.md", "fr", 9, 9)
    assert row["page_state"] == "current"
    project.edit("a SECOND OFFICE FOR aCME", "Un bureau")
    assert project.json("status")["documents"][0]["page_state"] == "outdated"
    table = project.run("status").stdout
    assert table.splitlines()[0].split() == [
        "document",
        "locale",
        "units",
        "missing",
        "draft",
        "stale",
        "approved",
        "words",
        "left",
        "page",
    ]
    assert "words_left" in project.json("status")["documents"][0]


def test_results_go_to_stdout_and_messages_to_stderr(project: Project) -> None:
    result = project.run("sync")
    assert result.stdout == ""
    assert "wrote content/fr/news/a.md" in result.stderr
    said = project.json("sync")
    assert (said["command"], said["dry_run"], said["exit_code"], said["error"]) == ("sync", False, 0, None)


def test_deepl_sees_title_and_neighbours_as_context(project: Project, server: DeepLServer) -> None:
    project.run("sync")
    project.source(RELEASE.replace("One *door*", "Three *doors*"))
    server.requests.clear()
    project.run("sync")
    (request,) = server.requests
    assert request.texts == ("Three <g1>doors</g1>",)
    assert str(request.params["context"]).splitlines() == ["Acme opens in Lyon", "Two", "Contact"]


def test_a_draft_that_a_person_edits_meanwhile_is_not_replaced() -> None:
    entry = catalog.Entry("a", "b", fuzzy=True)
    before = catalog.Catalog((entry,), "")
    assert catalog.fill(before, {"a": Draft("c", "deepl 2026-11-24")}) == before


# Pages that no catalog has made, and those that may not be published any more.


def test_a_page_that_somebody_wrote_by_hand_stays(project: Project, server: DeepLServer) -> None:
    by_hand = "---\ntitle: Acme ouvre à Lyon\n---\n\nÉcrit par Ada.\n"
    project.write("content/fr/news/a.md", by_hand)
    project.source("# Another one\n", "b.md")
    for command in ("sync", "sync"):  # the second time as the first
        result = project.run(command)
        assert result.exit_code == 2
        assert "content/fr/news/a.md: error [fr]: this page was there before any translation" in result.stderr
        assert "`prl10n adopt` makes its catalog" in result.stderr
        assert (project.page(), project.path().exists()) == (by_hand, False)
        assert project.page("b.md") == "# aNOTHER ONE\n"
    billed = server.billed
    assert project.json("status")["documents"][1]["page_state"] == "outdated"
    (project.root / "content/fr/news/a.md").unlink()
    assert project.run("sync").exit_code == 0
    assert "a SECOND OFFICE" in project.page()
    assert server.billed == billed  # its answers were kept


def test_links_lead_to_the_headings_of_a_page_by_hand(linked: Project) -> None:
    linked.path("guide").unlink()
    (linked.root / ".prl10n/manifest").unlink()
    linked.write(
        "content/fr/guide.md", "# Le guide\n\n## La première partie\n\nDes mots.\n\n## La seconde\n\nD’autres.\n"
    )
    assert linked.run("sync").exit_code == 2
    assert "](guide.md#la-seconde)" in linked.page("a.md")
    stamps = linked.stamps()
    assert [row["page_state"] for row in linked.json("status")["documents"]] == ["current", "outdated"]
    assert linked.run("sync").exit_code == 2
    assert linked.stamps() == stamps


@pytest.mark.parametrize("page", [b"\xe9crit \xe0 la main\n", b"# Plus rien\n"])
def test_the_dry_run_says_which_pages_it_would_leave(project: Project, server: DeepLServer, page: bytes) -> None:
    path = project.write("content/fr/news/a.md", "")
    path.write_bytes(page)
    result = project.run("sync", "--dry-run")
    assert result.exit_code == 2
    assert "content/fr/news/a.md: error [fr]: this page was there before any translation" in result.stderr
    assert "would write" not in result.stderr
    assert project.run("sync").exit_code == 2
    assert path.read_bytes() == page


def test_extract_and_translate_tell_of_a_page_that_build_would_replace(project: Project) -> None:
    project.write("content/fr/news/a.md", "Écrit par Ada.\n")
    for command in ("extract", "translate"):
        result = project.run(command)
        assert result.exit_code == 0
        assert "content/fr/news/a.md: warning [fr]: this page was there before any translation" in result.stderr
        assert project.page() == "Écrit par Ada.\n"


@pytest.mark.parametrize("words", ["", "```\ncode\n```\n", RELEASE])
def test_a_page_without_words_of_its_own_is_replaced(project: Project, words: str) -> None:
    """Some sites have copies of their sources where nobody has translated yet."""
    project.write("content/fr/news/a.md", words)
    assert project.run("sync").exit_code == 0
    assert "a SECOND OFFICE" in project.page()


def test_a_page_whose_catalog_was_lost_is_ours(project: Project) -> None:
    project.source("# Head\n\nSee [it](b.md#head-two).\n", "c.md")
    project.source("# Head two\n\nSee [it](c.md#head).\n", "b.md")
    project.run("sync")
    pages = {name: project.page(name) for name in ("news/a.md", "b.md", "c.md")}
    for name in ("news/a", "b", "c"):
        project.path(name).unlink()
    (project.root / ".prl10n/manifest").unlink()  # nothing but the page says that it is ours
    assert project.run("sync").exit_code == 0
    assert pages == {name: project.page(name) for name in pages}
    project.path().unlink()
    project.source(RELEASE.replace("small", "large"))  # and here the manifest does
    assert project.run("sync").exit_code == 0
    assert "LARGE" in project.page()


def test_a_page_that_may_not_be_published_any_more_is_named(project: Project) -> None:
    project.run("sync")
    page = project.page()
    project.configure("[publish]\ndrafts = false\n")
    for command in ("build", "sync", "sync"):
        result = project.run(command)
        assert result.exit_code == 0
        assert "content/fr/news/a.md: warning [fr]: too little of its document may be published" in result.stderr
        assert project.page() == page
    assert project.json("status")["documents"][0]["page_state"] == "outdated"
    said = project.run("check", "--rule", "page")
    assert said.exit_code == 1
    assert "content/fr/news/a.md: error [fr]: too little of its document may be published" in said.stdout
    (project.root / "content/fr/news/a.md").unlink()
    assert project.run("check", "--rule", "page").exit_code == 0
    assert project.run("sync").stderr.count("warning") == 0


def test_a_page_that_cannot_be_written_was_not(project: Project) -> None:
    (project.root / "content/fr/news/a.md").mkdir(parents=True)
    result = project.run("sync")
    assert result.exit_code == 2
    assert "wrote content/fr" not in result.stderr
    assert project.json("sync")["documents"][0]["page_written"] is False


# What a dry run says.


@pytest.mark.parametrize("before", [(), ("extract",)])
def test_a_dry_run_names_what_would_be_written(project: Project, before: tuple[str, ...]) -> None:
    for command in before:
        project.run(command)
    announced = re.findall(r"would write (\S+)", project.run("sync", "--dry-run").stderr)
    assert announced == re.findall(r"wrote (\S+)", project.run("sync").stderr)
    assert announced == ["locales/fr/LC_MESSAGES/news/a.po", "content/fr/news/a.md"]
    assert "would write" not in project.run("sync", "--dry-run").stderr


GUIDE = "# Guide\n\n## First section\n\nWords here.\n\n## Second section\n\nMore words.\n"


@pytest.fixture
def linked(alone: Project) -> Project:
    """A page that leads to a heading of another one."""
    alone.configure('[backend]\nname = "pseudo"\n')
    (alone.root / "content/en/news/a.md").unlink()
    alone.source(GUIDE, "guide.md")
    alone.source("# News\n\nSee [the guide](guide.md#second-section) now.\n", "a.md")
    alone.run("sync")
    return alone


@pytest.mark.parametrize("remembered", [True, False])
@pytest.mark.parametrize("change", ["a heading", "no heading", "no page"])
def test_a_dry_run_knows_what_pages_will_lead_to(linked: Project, change: str, remembered: bool) -> None:
    if change == "a heading":
        linked.edit(
            f'#, fuzzy\nmsgid "Second section"\nmsgstr "{linked.entry("Second", "guide").msgstr}"', TITLED, "guide"
        )
    elif change == "no heading":
        linked.source(GUIDE.replace("## First section\n\n", ""), "guide.md")
    else:
        (linked.root / "content/fr/guide.md").unlink()
    if not remembered:
        (linked.root / ".prl10n/manifest").unlink()
    rows = linked.json("status")["documents"]
    outdated = [row["page"] for row in rows if row["page_state"] != "current"]
    announced = re.findall(r"would write (\S+)", linked.run("sync", "--dry-run").stderr)
    assert announced == re.findall(r"wrote (\S+)", linked.run("sync").stderr)
    assert [name for name in announced if name.startswith("content/")] == outdated
    assert outdated == (["content/fr/a.md"] if change == "a heading" else []) + ["content/fr/guide.md"]


TITLED = 'msgid "Second section"\nmsgstr "Deuxième partie"'


def test_a_dry_run_names_no_file_for_texts_that_nobody_would_translate(alone: Project) -> None:
    alone.configure('[backend]\nname = "memory"\n')
    alone.run("sync")
    assert "would write" not in alone.run("sync", "--dry-run").stderr
    alone.configure('[backend]\nname = "pseudo"\n[publish]\ndrafts = false\n')
    said = alone.run("sync", "--dry-run").stderr
    assert re.findall(r"would write (\S+)", said) == ["locales/fr/LC_MESSAGES/news/a.po"]


def test_what_the_dry_run_announces_within_a_budget_is_what_is_billed(project: Project, server: DeepLServer) -> None:
    in_two_requests(project)
    whole = project.json("sync", "--dry-run")["totals"]["characters"]
    project.configure(f"concurrency = 1\n[budget]\ncharacters = {whole - 1}\n")
    said = project.run("sync", "--dry-run")
    assert "The budget ends there: 13 characters more would wait" in said.stderr
    announced = project.json("sync", "--dry-run")
    assert announced["plans"]["fr"]["requests"] == 1
    assert announced["totals"]["characters"] == whole - 13
    assert announced["totals"]["over_budget"] == 13
    project.run("sync")
    assert server.billed == whole - 13


def test_a_budget_that_is_too_small_for_any_request_is_said_to_be(project: Project, server: DeepLServer) -> None:
    for command in ("sync", "sync"):
        result = project.run(command, "--max-characters", "3")
        assert (result.exit_code, server.requests) == (4, [])
        assert "Nothing was sent." in result.stderr
        assert re.search(r"The budget is less than the next request, which has \d+ characters: raise", result.stderr)


def test_a_translation_of_white_space_is_none(project: Project) -> None:
    project.run("sync")
    project.approve()
    project.edit('msgstr "a SECOND OFFICE FOR aCME"', 'msgstr " "')
    assert project.states()["A second office for Acme"] == "missing"
    assert project.run("check", "--rule", "missing").exit_code == 1
    before = project.path().read_bytes()
    project.run("extract")
    assert project.path().read_bytes() == before
    project.run("sync")
    assert project.states()["A second office for Acme"] == "draft"


# What is wrong with the configuration, where a run needs it.


@pytest.mark.parametrize(
    ("lines", "line", "what"),
    [
        ('[backend]\nname = "deepl"\n[backend.deepl]\nformalty = "more"\n', 11, "unknown key 'formalty'"),
        ('[backend]\nname = "deepl"\n[backend.deepl]\nformality = "mor"\n', 11, "[backend.deepl] formality cannot be"),
        ('[backend]\nname = "openai"\n[backend.openai]\n', 10, "model"),
        ('[locale.fr.backend]\nname = "openai"\n[locale.fr.backend.openai]\nmodle = "x"\n', 11, "unknown key 'modle'"),
    ],
)
def test_a_wrong_option_of_a_backend_is_named_with_its_line(project: Project, lines: str, line: int, what: str) -> None:
    project.write("prl10n.toml", 'source = "en"\ntargets = ["fr"]\n\n\n\n\n\n' + lines)
    for command in ("sync", "usage"):
        result = project.run(command)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"error: prl10n.toml:{line}: ")
        assert what in result.stderr


@pytest.mark.parametrize("command", [("sync", "--dry-run"), ("check", "--rule", "glossary"), ("status",)])
def test_a_glossary_that_is_named_has_to_be_there(project: Project, command: tuple[str, ...]) -> None:
    project.configure('[locale.fr.glossary]\nfile = "terms.csv"\n')
    result = project.run(*command)
    assert result.exit_code == 2
    assert "prl10n.toml:8: the glossary terms.csv does not exist" in result.stderr
    project.write("terms.csv", "source,locale,target,note\n")
    assert project.run(*command).exit_code == 0
