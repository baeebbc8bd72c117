"""Hostile backends: whatever a server does, no broken markup reaches a catalog, what is good is kept, the exit code is
right, and the message names the remedy. Every backend that speaks to a server runs through the same tables.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deepl_server import DeepLServer
from libretranslate_server import LibreTranslateServer
from openai_server import OpenAIServer
from prl10n import document
from project import Project, msgfmt

Server = DeepLServer | OpenAIServer | LibreTranslateServer


@dataclass(frozen=True)
class Provider:
    """A backend, the server that it speaks to, and options that send one request of at most 50 texts at a time."""

    name: str
    server: Callable[[], Server]
    options: str


PROVIDERS = [
    Provider("deepl", lambda: DeepLServer(limit=10**9), "concurrency = 1\nretries = 0\ntimeout = 1\n"),
    Provider(
        "openai",
        OpenAIServer,
        'model = "test-model"\nmost_texts = 50\nconcurrency = 1\nretries = 0\ntimeout = 1\n',
    ),
    Provider(
        "libretranslate",
        LibreTranslateServer,
        "most_texts = 50\nmost_characters = 100000\nconcurrency = 1\nretries = 0\ntimeout = 1\n",
    ),
]

PAGE = """---
title: One & two
---

# The **first** heading

Ada said _that `x` and [**this** link](/u "A tip") are_ "new", at https://a.example/b.

| a | `b` \\| c |
|---|---|
| **d** e | [f](/f) |

- One ![A cat](c.png 'Of mine') here
- Two<br/>lines and <b title="tip">bold</b> words

1. Last.
"""


@pytest.fixture(params=PROVIDERS, ids=lambda provider: provider.name)
def provider(request: pytest.FixtureRequest) -> Provider:
    chosen: Provider = request.param
    return chosen


@pytest.fixture
def server(provider: Provider) -> Iterator[Server]:
    with provider.server() as running:
        yield running


@pytest.fixture
def project(provider: Provider, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path, server.environ)
    made.write(
        "prl10n.toml",
        f'targets = ["fr"]\n[backend]\nname = "{provider.name}"\n[backend.{provider.name}]\n{provider.options}',
    )
    made.source(PAGE)
    return made


TAG = re.compile(r"<[^>]*>")

# What a server makes of a text, in the tags of its own form.
MUTATIONS: dict[str, Callable[[str], str]] = {
    "drops a tag": lambda text: TAG.sub("", text, count=1),
    "drops all tags": lambda text: TAG.sub("", text),
    "doubles a tag": lambda text: TAG.sub(lambda tag: tag[0] * 2, text, count=1),
    "doubles everything": lambda text: text + text,
    "moves all tags to the start": lambda text: "".join(TAG.findall(text)) + TAG.sub("", text),
    "turns the tags around": lambda text: TAG.sub("", text) + "".join(reversed(TAG.findall(text))),
    "crosses tags": lambda text: re.sub(r"(</?\w+[^>]*>)(.*?)(<[^>]*>)", r"\3\2\1", text),
    "invents a tag": lambda text: f"<b>{text}</b>",
    "invents a number": lambda text: f"{text}<x99/>",
    "invents a script": lambda text: f"<script>alert(1)</script>{text}",
    "invents markdown": lambda text: f"# *[{text}](javascript:x) `a` | ![b](c) ~~",
    "invents a list": lambda text: f"- 1. > {text}",
    "invents template text": lambda text: f"{{{{ site.title }}}} {text} {{% raw %}}",
    "invents a comment": lambda text: f"&lt;!-- prl10n: skip --&gt; {text}",
    "adds spaces": lambda text: TAG.sub(lambda tag: f"  {tag[0]}  ", text),
    "loses spaces": lambda text: re.sub(r" ?(<[^>]*>) ?", r"\1", text),
    "adds line breaks": lambda text: text.replace(" ", "\n\n"),
    "adds a carriage return": lambda text: text.replace(" ", "\r"),
    "adds control characters": lambda text: f"\x00\x07\u2028{text}\x85\x0c",
    "adds bidirectional marks": lambda text: f"\u202e{text}\u2066",
    "breaks entities": lambda text: f"&amp;lt; &bogus; & {text} &#0;",
    "says nothing": lambda _: "",
    "says white space": lambda _: " \n ",
    "says a lot": lambda text: text + " mot" * 100_000,
    "says the source": lambda text: text,
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_no_broken_markup_reaches_a_catalog(project: Project, server: Server, mutation: str) -> None:
    server.translate = lambda text, _: MUTATIONS[mutation](text)
    result = project.run("sync")
    assert result.exit_code in (0, 3, 4)
    assert "Traceback" not in result.output
    source = document.split(PAGE.encode())
    page = project.root / "content/fr/news/a.md"
    if page.exists():
        assert document.skeleton(page.read_bytes(), source.rules) == source.skeleton
    if project.path().exists():
        msgfmt(project.path())
    for entry in project.catalog().entries:
        unit = next(unit for unit in source.units if unit.text == entry.msgid)
        if entry.msgstr:
            pieces = document.read(entry.msgstr, unit.syntax, source.references)
            assert document.tree(pieces) == document.tree(unit.pieces)
    missing = [entry for entry in project.catalog().entries if not entry.msgstr]
    assert (result.exit_code == 0) == (not missing)
    # what was paid for is not asked for again, however bad it is
    if result.exit_code != 3:
        server.requests.clear()
        stamps = project.stamps()
        again = project.run("sync")
        assert again.exit_code == result.exit_code
        assert project.stamps() == stamps
        if mutation not in ("says nothing", "says white space"):
            assert server.requests == []


FAULTS = [
    # (step, exit code, what the message says)
    (400, 3, "400"),
    (401, 3, "401|403|key"),
    (403, 3, "403"),
    (404, 3, "404"),
    (429, 3, "429"),
    (456, 3, "456|Raise the limit"),
    (500, 3, "500"),
    (503, 3, "503"),
    (529, 3, "529"),
    ("reset", 3, "no answer|connection|Connection"),
    (("hang", 3.0), 3, "no answer|timed out|time"),
    ("garbage", 3, "no sense|understand|JSON|not"),
    ({"translations": "no"}, 3, "."),
    ({"error": {"message": "x"}}, 3, "."),
]


def long(project: Project) -> list[str]:
    """Two requests' worth of texts, the second one of five; the answers are what the second one is about."""
    lines = [f"Sentence number {number} of many." for number in range(55)]
    (project.root / "content/en/news/a.md").write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    return lines


@pytest.mark.parametrize(("step", "code", "message"), FAULTS, ids=[str(fault[0]) for fault in FAULTS])
def test_what_is_good_is_kept_and_the_same_command_resumes(
    project: Project, server: Server, step: object, code: int, message: str
) -> None:
    lines = long(project)
    server.script = ["ok", step]  # type: ignore[list-item]
    result = project.run("sync")
    assert result.exit_code == code
    said = [line for line in result.stderr.splitlines() if line]
    where = next(index for index, line in enumerate(said) if line.startswith("error: "))
    assert re.search(message, said[where])
    assert said[where + 1].startswith("  ")  # the remedy
    assert said[where + 1].strip().endswith(".")
    assert "Traceback" not in result.output
    assert "secret" not in result.output
    states = project.states()
    assert [states[line] for line in lines] == ["draft"] * 50 + ["missing"] * 5
    msgfmt(project.path())
    server.script = []
    server.requests.clear()
    assert project.run("sync").exit_code == 0
    assert [text for request in server.requests for text in request.texts] == lines[50:]


@pytest.mark.parametrize("step", [413, "short"])
def test_a_request_that_is_too_large_or_answered_in_part_loses_nothing(
    project: Project, server: Server, step: int | str
) -> None:
    lines = long(project)
    server.script = ["ok", step]
    first = project.run("sync")
    assert first.exit_code in (0, 3)
    assert "Traceback" not in first.output
    server.script = []
    assert project.run("sync").exit_code == 0
    assert project.page() == "\n\n".join(lines).swapcase() + "\n"


def test_what_a_person_approved_stays_through_every_fault(project: Project, server: Server) -> None:
    project.run("sync")
    project.approve()
    approved = {entry.msgid: entry.msgstr for entry in project.catalog().entries}
    project.source(PAGE.replace("Last.", "Last words.").replace("The **first**", "A **first**"))
    for step in (500, "garbage", "reset", 456):
        server.script = [step]
        assert project.run("sync").exit_code == 3
        now = {entry.msgid: entry for entry in project.catalog().entries}
        for msgid, words in approved.items():
            assert now[msgid].msgstr == words
    server.script = []
    assert project.run("sync").exit_code == 0
    msgfmt(project.path())


def test_a_lost_journal_and_a_lost_page_are_made_again_from_the_catalogs(project: Project, server: Server) -> None:
    project.run("sync")
    page = project.page()
    shutil.rmtree(project.root / ".prl10n")
    (project.root / "content/fr/news/a.md").unlink()
    server.requests.clear()
    assert project.run("sync").exit_code == 0
    assert (project.page(), server.requests) == (page, [])
