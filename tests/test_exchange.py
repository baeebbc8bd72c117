"""Translations out to other tools and back: nothing is lost, and nothing comes in that breaks a page."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from prl10n import catalog, config, document
from prl10n.cli.exchange import exchange
from prl10n.document import References
from prl10n.errors import ConfigError
from prl10n.exchange import (
    Message,
    Options,
    Reply,
    bring_in,
    collect,
    pot,
    save,
    tables,
    xliff,
    xliff_reader,
    xlsx,
)
from prl10n.exchange.formats import FORMATS, load
from prl10n.exchange.messages import base, identity
from prl10n.model import State, Syntax, Term
from prl10n.outcome import Selection, Stage
from prl10n.pipeline import run
from project import Project, msgfmt

RELEASE = """---
title: "Acme: opens in Lyon"
---

### A second office

**Geneva** - Acme, a [maker](https://acme.example "The maker") of ![some things](x.png), comes to <b>Lyon</b>.

See [the docs] and `npm i`.

| =1+1 is a sum | -5 of it |
|---|---|
| @home work | ![Only a picture](y.png) |

<!-- prl10n: note="Keep it short" max-length=60 -->

- One *door*

[the docs]: /docs
"""
FORMAT = pytest.mark.parametrize("name", sorted(FORMATS))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Drafts in two locales; one entry is approved, one is stale, one is missing."""
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path)
    made.write("prl10n.toml", 'source = "en"\ntargets = ["fr", "pt-BR"]\n[backend]\nname = "pseudo"\n')
    made.write("locales/glossary.csv", "source,locale,target,note\nLyon,,,a town\ndoor,fr,porte,\n")
    made.source(RELEASE.replace("One *door*", "An *old door*"))
    made.run("sync")
    made.edit('#, fuzzy, max-length:60\nmsgid "An *old', '#, max-length:60\nmsgid "An *old')
    made.edit('#, fuzzy\nmsgid "A second office"\nmsgstr "', '# of mine\nmsgid "A second office"\nmsgstr "')
    made.source(RELEASE)
    made.run("extract")
    return made


def text(project: Project, name: str = "fr.csv") -> str:
    return project.read(name)


def exported(project: Project, name: str, *arguments: str) -> Path:
    path = project.root / f"out{FORMATS[name].suffixes[0]}"
    assert project.run("exchange", "export", "--format", name, "-o", str(path), "-l", "fr", *arguments).exit_code == 0
    return path


def edited(project: Project, name: str, change: Callable[[Reply], Reply]) -> Path:
    """An export in which somebody changed some rows."""
    path = exported(project, name)
    if name == "csv":
        rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
        for row, reply in zip(rows, load(path), strict=True):
            new = change(reply)
            row["target"] = tables.neutralised(new.target or "")
            row["source"] = tables.neutralised(new.source)
            if new.approved != reply.approved:
                row["state"] = "approved" if new.approved else "draft"
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, list(tables.COLUMNS), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
        path.write_bytes(out.getvalue().encode())
    return path


def with_target(begin: str, target: str, *, approved: bool | None = None) -> Callable[[Reply], Reply]:
    def change(reply: Reply) -> Reply:
        if not reply.source.startswith(begin):
            return reply
        return replace(reply, target=target, approved=reply.approved if approved is None else approved)

    return change


def summary(project: Project, *arguments: str) -> tuple[int, int, int, int]:
    """(imported, unchanged, conflicts, refused) of an import."""
    said = json.loads(project.run("exchange", "import", *arguments, "--json").stdout)
    return said["imported"], said["unchanged"], said["conflicts"], said["refused"]


# The law: what comes back unedited changes no byte.


@FORMAT
def test_an_export_that_comes_back_unedited_changes_no_file(project: Project, name: str) -> None:
    path = exported(project, name)
    before = project.stamps()
    assert summary(project, str(path)) == (0, len(load(path)), 0, 0)
    assert summary(project, str(path), "--approve", "--overwrite-approved") == (0, len(load(path)), 0, 0)
    exported(project, name)
    assert project.stamps() == before


@FORMAT
def test_an_export_has_every_unit_with_its_state(project: Project, name: str) -> None:
    replies = load(exported(project, name))
    assert {reply.source: reply.target or "" for reply in replies} == {
        entry.msgid: entry.msgstr for entry in project.catalog().entries if not entry.obsolete
    }
    assert [reply.source for reply in replies if reply.approved] == ["A second office"]
    assert {reply.document for reply in replies} == {"content/en/news/a.md"}
    assert all(reply.base for reply in replies)


SYNTAX = st.sampled_from([Syntax.MARKDOWN, Syntax.HTML, Syntax.CELL, Syntax.VALUE, Syntax.HEADING])
PIECES = st.sampled_from(
    [
        "**a**", "_b_", '[link](/u "A title")', "![alt [x] y](i.png 'T')", "`co de`", "<b title='say'>c</b>",
        "https://example.org/x.", "[ref]", "[Ref][ref]", "[other][ref]", "&amp;", "\\*", "{{ x }}", "=", "'=",
        "-5", "\n", "<br>", " ", "\x1b", "\x00", "\ufffe", "\U0001f600", "]]>", "_x000D_", "\r\n", "\r",
        "\u2028", "\x85", "|",
    ]
)  # fmt: skip
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
TEXT = st.lists(PIECES | WORDS, max_size=8).map("".join)
PAIR = st.tuples(TEXT, TEXT, SYNTAX, st.sampled_from(State))
REFERENCES: References = {"REF": {"href": "/ref", "title": ""}}


def made(source: str, target: str, syntax: Syntax, state: State) -> Message:
    return Message(
        id=identity((None, source)),
        document="content/en/a.md",
        locale="fr",
        state=state if target else State.MISSING,
        source=source,
        target=target,
        kind="paragraph",
        pieces=document.read(source, syntax, REFERENCES),
        target_pieces=document.read(target, syntax, REFERENCES),
        note="note\x1b",
        previous="before" if state is State.STALE else "",
        max_length=60,
        terms=(Term("Lyon", "", "a town"), Term("door", "porte")),
    )


@FORMAT
@given(pairs=st.lists(PAIR, max_size=4, unique_by=lambda pair: pair[0]))
def test_every_text_comes_back(name: str, pairs: list[tuple[str, str, Syntax, State]]) -> None:
    messages = [made(*pair) for pair in pairs if pair[0]]
    data = FORMATS[name].write(messages, "en", "fr")
    assert FORMATS[name].write(messages, "en", "fr") == data
    back = FORMATS[name].read(data, "file")
    assert [(reply.id, reply.source, reply.target or "") for reply in back] == [
        (message.id, message.source, message.target) for message in messages
    ]
    assert [reply.problem for reply in back] == [""] * len(messages)
    unedited = [base(reply.target or "", approved=reply.approved) == reply.base for reply in back]
    assert all(unedited)
    if name == "xliff":
        check_structure(data)


ENTRIES = st.lists(st.tuples(TEXT, TEXT, st.sampled_from(State)), min_size=1, max_size=4)


@given(name=st.sampled_from(sorted(FORMATS)), entries=ENTRIES)
def test_no_catalog_changes_when_an_export_comes_back(name: str, entries: list[tuple[str, str, State]]) -> None:
    """The law of the package, with whatever documents and translations."""
    with TemporaryDirectory() as folder:
        there = Project(Path(folder).resolve())
        there.write("prl10n.toml", 'source = "en"\ntargets = ["fr"]\n')
        there.source("\n\n".join(text for text, _, _ in entries))
        loaded = config.load(there.root)
        run(loaded, Stage.EXTRACT, Selection())
        if not there.path().exists():
            return
        known = there.catalog()
        changed = [
            entry._replace(msgstr=words, fuzzy=state is not State.APPROVED, lines="")
            for entry, (_, words, state) in zip(known.entries, entries * 9, strict=False)
        ]
        changed += known.entries[len(changed) :]
        there.path().write_bytes(catalog.render(replace(known, entries=tuple(changed))))
        before = there.path().read_bytes()
        messages, findings = collect(loaded, Selection())
        assert findings == []
        replies = FORMATS[name].read(FORMATS[name].write(messages, "en", "fr"), "file")
        for options in (Options(), Options(approve=True, overwrite=True, reviewer="Ada")):
            report = bring_in(loaded, {"file": replies}, options)
            assert (report.imported, report.conflicts, report.refused, report.written) == (0, 0, 0, [])
            assert there.path().read_bytes() == before


# XLIFF: the rules of the core that a schema cannot say, and those that it can.

ORDER = {
    "xliff": r"(file )+",
    "file": r"(slr:profiles )?(unit )+",
    "unit": r"(gls:glossary )?(notes )?(originalData )?(segment )+",
    "notes": r"(note )+",
    "originalData": r"(data )+",
    "segment": r"source (target )?",
    "source": r"((pc|ph|cp) )*",
    "target": r"((pc|ph|cp) )*",
    "pc": r"((pc|ph|cp) )*",
    "data": r"(cp )*",
    "ph": "", "cp": "", "note": "", "slr:profiles": "",
    "gls:glossary": r"(gls:glossEntry )+",
    "gls:glossEntry": r"gls:term gls:translation (gls:definition )?",
    "gls:term": "", "gls:translation": "", "gls:definition": "",
}  # fmt: skip
ATTRIBUTES = {
    "xliff": "version srcLang trgLang",
    "file": "id original",
    "unit": "id canResegment translate xml:space prl10n:base prl10n:at slr:sizeRestriction",
    "note": "category",
    "data": "id",
    "segment": "state subState",
    "pc": "id canCopy canDelete type subType dataRefStart dataRefEnd dispStart dispEnd subFlowsStart subFlowsEnd",
    "ph": "id canCopy canDelete type subType dataRef disp equiv subFlows",
    "cp": "hex",
    "slr:profiles": "generalProfile",
}
PREFIXES = {
    xliff.CORE: "", xliff.GLOSSARY: "gls:", xliff.SIZE: "slr:", xliff.OWN: "prl10n:",
    "http://www.w3.org/XML/1998/namespace": "xml:",
}  # fmt: skip


def named(tag: str) -> str:
    found = re.fullmatch(r"(?:\{(.*)\})?(.*)", tag)
    assert found
    return f"{PREFIXES[found[1]] if found[1] else ''}{found[2]}"


def check_structure(data: bytes) -> None:
    root = etree.fromstring(data)
    assert (root.get("version"), named(root.tag)) == ("2.1", "xliff")
    for element in root.iter():
        name = named(element.tag)
        children = "".join(f"{named(child.tag)} " for child in element)
        if len(root) or name != "xliff":
            assert re.fullmatch(ORDER[name], children), (name, children)
        allowed = ATTRIBUTES.get(name, "").split()
        assert {named(str(key)) for key in element.attrib} <= set(allowed), name
        if name not in ("source", "target", "pc", "data", "note") and not name.startswith("gls:"):
            assert not (element.text or "").strip()
    for file in root:
        units = [unit for unit in file if named(unit.tag) == "unit"]
        names = [unit.get("id", "") for unit in units]
        assert len(set(names)) == len(names)
        flows: list[str] = []
        for unit in units:
            refs = {str(item.get("id")) for item in unit.iter(f"{{{xliff.CORE}}}data")}
            used = set()
            for side in ("source", "target"):
                codes = [
                    code
                    for parent in unit.iter(f"{{{xliff.CORE}}}{side}")
                    for code in parent.iter(f"{{{xliff.CORE}}}pc", f"{{{xliff.CORE}}}ph")
                ]
                ids = [code.get("id") for code in codes]
                assert len(set(ids)) == len(ids)
                used |= {str(value) for code in codes for key, value in code.items() if "dataRef" in str(key)}
                flows += [str(value) for code in codes for key, value in code.items() if "subFlows" in str(key)]
                assert all(
                    not code.get("subType", "").startswith("xlf:") or code.get("type") == "fmt" for code in codes
                )
            assert used == refs
            for segment in unit.iter(f"{{{xliff.CORE}}}segment"):
                assert segment.get("state", "initial") in ("initial", "translated", "reviewed", "final")
                assert (
                    segment.get("state", "initial") == "initial" or len(segment) == 2 or unit.get(f"{{{xliff.OWN}}}at")
                )
                assert segment.get("subState") is None or segment.get("state") is not None
        assert {flow for value in flows for flow in value.split()} <= set(names)


def test_an_xliff_document_is_what_cat_tools_expect(project: Project) -> None:
    path = exported(project, "xliff")
    data = path.read_bytes()
    check_structure(data)
    said = data.decode()
    assert 'srcLang="en" trgLang="fr"' in said
    assert '<file id="f1" original="content/en/news/a.md">' in said
    assert 'slr:sizeRestriction="60"' in said
    assert '<note category="author">Keep it short</note>' in said
    assert '<note category="translator">of mine</note>' in said
    assert '<note category="previous-source">An *old door*</note>' in said
    assert '<note category="kind">heading 3</note>' in said
    assert "<gls:term>door</gls:term>" in said
    assert '<segment state="translated" subState="prl10n:stale">' in said
    assert '<segment state="translated" subState="prl10n:draft">' in said
    assert '<segment state="final">' in said
    assert '<data id="d1s">**</data>' in said
    assert "<source>some things</source>" in said
    assert "&lt;b&gt;" in said


def segment_of(path: Path, words: str) -> tuple[etree._Element, etree._ElementTree]:
    tree = etree.parse(path)
    for segment in tree.iter(f"{{{xliff.CORE}}}segment"):
        source = segment.find(f"{{{xliff.CORE}}}source")
        assert source is not None
        if "".join(map(str, source.itertext())) == words:
            return segment, tree
    raise AssertionError(words)


def test_words_inside_markup_come_back_from_their_own_units(project: Project) -> None:
    path = exported(project, "xliff")
    for words, translation in (("some things", "des choses"), ("Only a picture", "Une image"), ("The maker", "Le fab")):
        segment, tree = segment_of(path, words)
        segment[1].text = translation
        tree.write(path, encoding="utf-8", xml_declaration=True)
    assert summary(project, str(path)) == (2, len(load(path)) - 2, 0, 0)
    assert "![des choses](x.png)" in project.entry("**Geneva**").msgstr
    assert '(https://acme.example "Le fab")' in project.entry("**Geneva**").msgstr
    assert project.entry("![Only").msgstr == "![Une image](y.png)"


def test_a_link_that_is_named_by_its_words_keeps_its_label(project: Project) -> None:
    project.edit('msgstr "⟦Šéééé', 'msgstr "See [the docs] and `npm i`.')
    path = project.path()
    path.write_text(re.sub(r"(See \[the docs\] and `npm i`\.) [^\n]*⟧", r"\1", path.read_text("utf-8")), "utf-8")
    out = exported(project, "xliff")
    tree = etree.parse(out)
    for pair in tree.iter(f"{{{xliff.CORE}}}pc"):
        if pair.text == "the docs" and etree.QName(pair.getparent()).localname == "target":
            pair.text = "la doc"
    tree.write(out, encoding="utf-8")
    summary(project, str(out))
    assert "[la doc][the docs]" in project.entry("See [the docs]").msgstr


def test_what_a_tool_confirms_is_approved(project: Project) -> None:
    path = exported(project, "xliff")
    segment, tree = segment_of(path, "One door")
    assert segment.get("state") == "translated"
    segment.set("state", "reviewed")
    tree.write(path, encoding="utf-8")
    words = project.entry("One *door*").msgstr
    assert summary(project, str(path)) == (1, len(load(path)) - 1, 0, 0)
    entry = project.entry("One *door*")
    assert (entry.state, entry.msgstr, entry.previous) == (State.APPROVED, words, None)
    msgfmt(project.path())


def test_tools_may_write_pairs_as_starts_and_ends(project: Project) -> None:
    path = exported(project, "xliff")
    said = path.read_text("utf-8")
    said = re.sub(
        r'<pc id="(\d+)" ([^>]*?)dataRefStart="(\w+)" dispStart="[^"]*" dataRefEnd="(\w+)" dispEnd="[^"]*"'
        r'(?: subFlowsEnd="([^"]*)")?>([^<]*)</pc>',
        lambda found: (
            f'<sc id="{found[1]}" dataRef="{found[3]}"/>{found[6]}<ec startRef="{found[1]}" '
            f'dataRef="{found[4]}"{f" subFlows={chr(34)}{found[5]}{chr(34)}" if found[5] else ""}/>'
        ),
        said,
    )
    assert "<sc " in said
    path.write_text(said, "utf-8")
    assert summary(project, str(path)) == (0, len(load(path)), 0, 0)


# What an import may change.


def test_an_edited_draft_is_a_draft_that_says_where_it_comes_from(project: Project) -> None:
    path = edited(project, "csv", with_target("Acme:", "Acme : à Lyon"))
    before = project.read("locales/fr/LC_MESSAGES/news/a.po")
    assert summary(project, str(path), "-n") == (1, len(load(path)) - 1, 0, 0)
    assert project.read("locales/fr/LC_MESSAGES/news/a.po") == before
    assert summary(project, str(path)) == (1, len(load(path)) - 1, 0, 0)
    entry = project.entry("Acme:")
    assert (entry.state, entry.msgstr, entry.provenance) == (State.DRAFT, "Acme : à Lyon", "exchange 2026-11-24")
    stamps = project.stamps()
    assert summary(project, str(path)) == (0, len(load(path)), 0, 0)
    assert project.stamps() == stamps
    msgfmt(project.path())


def test_approval_and_the_name_of_the_reviewer(project: Project) -> None:
    path = edited(project, "csv", with_target("Acme:", "Acme : à Lyon"))
    assert summary(project, str(path), "--approve", "--reviewer", "Ada  L.")[0] == 1
    entry = project.entry("Acme:")
    assert (entry.state, entry.provenance) == (State.APPROVED, "exchange 2026-11-24 by Ada L.")
    drafts = [entry for entry in project.catalog().entries if entry.state is State.DRAFT]
    assert drafts  # what was not edited stays what it was
    path = edited(project, "csv", with_target("See", project.entry("See").msgstr, approved=True))
    assert summary(project, str(path), "--reviewer", "Ada")[0] == 1
    entry = project.entry("See")
    assert entry.state is State.APPROVED
    assert re.fullmatch(r"pseudo 2026-11-24, approved by Ada 2026-11-24", entry.provenance)


def test_approved_words_are_replaced_only_if_that_is_asked(project: Project) -> None:
    path = edited(project, "csv", with_target("A second", "Un bureau", approved=False))
    before = project.read("locales/fr/LC_MESSAGES/news/a.po")
    assert summary(project, str(path), "--approve") == (0, len(load(path)) - 1, 1, 0)
    result = project.run("exchange", "import", str(path))
    assert "--overwrite-approved" in result.stderr
    assert "(conflict)" in result.stderr
    assert project.read("locales/fr/LC_MESSAGES/news/a.po") == before
    result = project.run("exchange", "import", str(path), "--overwrite-approved")
    assert "(overwritten)" in result.stderr
    entry = project.entry("A second")
    assert (entry.state, entry.msgstr, entry.remarks) == (State.APPROVED, "Un bureau", "of mine")


@FORMAT
def test_an_old_file_does_not_undo_what_people_did_since(project: Project, name: str) -> None:
    path = exported(project, name)
    project.edit("⟦ÅÅçméé", "Mieux ⟦ÅÅçméé")
    before = project.stamps()
    assert summary(project, str(path), "--approve", "--overwrite-approved")[0] == 0
    assert project.stamps() == before


def test_a_draft_that_both_sides_changed_is_a_conflict(project: Project) -> None:
    path = edited(project, "csv", with_target("Acme:", "Acme : à Lyon"))
    project.edit("⟦ÅÅçméé", "Mieux ⟦ÅÅçméé")
    assert summary(project, str(path)) == (0, len(load(path)) - 1, 1, 0)
    assert summary(project, str(path), "--overwrite-approved")[0] == 1


def test_words_of_people_replace_what_a_machine_wrote_since(project: Project) -> None:
    project.source(RELEASE + "\nA new thing.\n")
    path = edited(project, "csv", with_target("A new", "Du nouveau."))
    project.run("sync")
    assert project.states()["A new thing."] == "draft"
    assert summary(project, str(path))[0] == 1
    assert project.entry("A new").msgstr == "Du nouveau."


def test_an_entry_that_no_catalog_has_yet_is_imported(project: Project) -> None:
    project.source("New *words*.\n", "news/b.md")
    path = edited(project, "csv", with_target("New", "Des *mots*.", approved=True))
    assert not project.path("news/b").exists()
    assert summary(project, str(path))[0] == 1
    assert project.states("news/b") == {"New *words*.": "approved"}
    msgfmt(project.path("news/b"))


def test_a_stale_entry_stays_stale_with_a_proposal_and_keeps_what_was_approved(project: Project) -> None:
    approved = project.entry("One *door*")
    assert (approved.state, approved.previous) == (State.STALE, "An *old door*")
    path = edited(project, "csv", with_target("One", "Une *porte*"))
    assert summary(project, str(path))[0] == 1
    entry = project.entry("One *door*")
    assert (entry.state, entry.msgstr, entry.previous) == (State.STALE, "Une *porte*", "An *old door*")
    kept = {entry.msgid: entry.msgstr for entry in project.catalog().entries if entry.obsolete}
    assert kept["An *old door*"] == approved.msgstr
    path = edited(project, "csv", with_target("One", "Une *porte*", approved=True))
    assert summary(project, str(path))[0] == 1
    assert project.entry("One *door*").state is State.APPROVED


@pytest.mark.parametrize(
    ("begin", "target", "rule"),
    [
        ("**Geneva**", "Genève sans rien", "markup"),
        ("One", "Une porte", "markup"),
        ("One", "Une *porte* <script>x</script>", "markup"),
        ("A second", "", "emptied"),
        ("See", "- [the docs] et `npm i`.\n\n# x", "markup"),
    ],
)
def test_what_would_break_the_page_or_is_empty_is_refused(project: Project, begin: str, target: str, rule: str) -> None:
    path = edited(project, "csv", with_target(begin, target))
    before = project.stamps()
    assert summary(project, str(path), "--approve", "--overwrite-approved") == (0, len(load(path)) - 1, 0, 1)
    assert project.stamps() == before
    assert f"({rule})" in project.run("exchange", "import", str(path), "--overwrite-approved").stderr


def test_a_changed_source_is_not_imported(project: Project) -> None:
    path = edited(project, "csv", with_target("One", "Une *porte*"))
    project.source(RELEASE.replace("One *door*", "Two *doors*"))
    result = project.run("exchange", "import", str(path))
    assert result.exit_code == 0
    assert "(source-changed)" in result.stderr
    assert "Une *porte*" not in project.read("locales/fr/LC_MESSAGES/news/a.po")
    project.source(RELEASE)
    path = edited(project, "csv", lambda reply: replace(reply, source=reply.source + "!"))
    assert summary(project, str(path)) == (0, 0, 0, len(load(path)))


def test_a_document_or_locale_that_is_not_there_is_named(project: Project) -> None:
    project.source("Words.\n", "news/b.md")
    path = exported(project, "csv")
    (project.root / "content/en/news/b.md").unlink()
    result = project.run("exchange", "import", str(path))
    assert "content/en/news/b.md is not a document" in result.stderr
    path.write_bytes(path.read_bytes().replace(b",fr,", b",nl,"))
    assert "'nl' is none of the targets" in project.run("exchange", "import", str(path)).stderr


def test_line_breaks_of_windows_and_at_the_end_are_those_of_the_catalog(project: Project) -> None:
    path = edited(project, "csv", with_target("Acme:", "Acme : à Lyon\r\n"))
    assert summary(project, str(path))[0] == 1
    assert project.entry("Acme:").msgstr == "Acme : à Lyon"


# Narrowing, files, and what cannot be read.


def test_an_export_can_be_narrowed(project: Project) -> None:
    project.source("Words.\n", "news/b.md")
    sources = {reply.source for reply in load(exported(project, "csv", "--state", "missing,stale"))}
    assert sources == {"Words.", "One *door*"}
    assert [reply.source for reply in load(exported(project, "csv", "content/en/news/b.md"))] == ["Words."]
    assert project.run("exchange", "export", "--format", "csv", "-o", "x.csv", "--state", "done").exit_code == 2


def test_a_folder_gets_a_file_for_each_locale(project: Project) -> None:
    assert project.run("exchange", "export", "--format", "xliff", "-o", "out").exit_code == 0
    assert sorted(path.name for path in (project.root / "out").iterdir()) == ["fr.xlf", "pt-BR.xlf"]
    assert project.run("exchange", "export", "--format", "xliff", "-o", "out.xlf").exit_code == 2
    assert summary(project, "out")[1] == 2 * len(load(project.root / "out/fr.xlf"))
    assert project.run("exchange", "export", "--format", "csv", "-o", "all.csv").exit_code == 0
    assert {reply.locale for reply in load(project.root / "all.csv")} == {"fr", "pt-BR"}


def workbook(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "where"),
    [
        ("a.csv", b"id,document\n", ":1"),
        ("a.csv", b"id,document,locale,source,target\na,b,fr,\xff,d\n", ":2"),
        ("a.csv", b'id,document,locale,source,target\na,b,fr,"c,d\n', ":2"),
        ("a.csv", b"id,document,locale,source,target\na,b,fr,c,d,e\n", ":2"),
        ("a.xlf", b"<xliff", ":1"),
        ("a.xlf", b"<tmx/>", ":1"),
        ("a.xlf", b'<xliff version="1.2"/>', ":1"),
        ("a.xlf", b'<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "b">]>\n<xliff version="2.1" trgLang="fr"/>', ":2"),
        ("a.xlsx", b"no zip", ""),
        ("a.xlsx", workbook(a=b"b"), ""),
        ("a.xlsx", workbook(a=b"<!DOCTYPE a>"), ""),
        ("a.txt", b"", ""),
        ("none.csv", None, ""),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_with_its_line(
    project: Project, name: str, data: bytes | None, where: str
) -> None:
    good = exported(project, "csv")
    if data is not None:
        (project.root / name).write_bytes(data)
    before = project.stamps()
    result = project.run("exchange", "import", str(good), name)
    assert result.exit_code == 2
    assert f"{name}{where}: " in result.stderr
    assert project.stamps() == before
    with pytest.raises(ConfigError) as caught:
        load(project.root / name)
    assert caught.value.remedy


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_no_bytes_break_a_reader(data: bytes) -> None:
    for known in FORMATS.values():
        for said in (data, b'<xliff version="2.1" trgLang="fr">' + data + b"</xliff>"):
            with suppress(ConfigError):
                known.read(said, "file")


@given(TEXT)
def test_no_cell_is_a_formula(text: str) -> None:
    cell = tables.neutralised(text)
    assert cell[:1] not in tuple("=+-@\t\r\n") or not cell
    assert tables.restored(cell) == text
    assert xlsx.unescaped(xlsx.escaped(text)) == text


def test_a_workbook_is_text_with_locked_sources(project: Project) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = exported(project, "xlsx")
    sheet = openpyxl.load_workbook(path).active
    rows = {row[5].value: row for row in sheet.iter_rows()}
    formula = rows["=1+1 is a sum"]
    assert (formula[5].data_type, formula[5].number_format, formula[5].quotePrefix) == ("s", "@", True)
    assert sheet.protection.sheet
    assert [cell.protection.locked for cell in formula] == [True] * 4 + [False, True, False, True]
    assert all(cell.alignment.wrap_text for cell in formula)
    assert [cell.value for cell in rows["source"]] == list(tables.COLUMNS)


def test_a_workbook_needs_its_library(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "openpyxl"] or ["openpyxl"]:
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    result = project.run("exchange", "export", "--format", "xlsx", "-l", "fr", "-o", "out.xlsx")
    assert result.exit_code == 2
    assert "openpyxl is not installed" in result.stderr
    assert "pip install 'prl10n[xlsx]'" in result.stderr
    assert not (project.root / "out.xlsx").exists()


def test_a_workbook_that_somebody_edited_comes_in(project: Project) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = exported(project, "xlsx")
    book = openpyxl.load_workbook(path)
    for row in book.active.iter_rows():
        if row[5].value == "=1+1 is a sum":
            row[6].value = "=1+1"
        if row[5].value == "-5 of it":
            row[6].value, row[4].value = 5, "approved"
    book.save(path)
    assert summary(project, str(path))[0] == 2
    assert project.entry("=1+1").msgstr == "=1+1"
    assert (project.entry("-5").msgstr, project.entry("-5").state) == ("5", State.APPROVED)


# Templates.


def test_a_template_is_what_gettext_starts_from(project: Project) -> None:
    loaded = config.load(project.root)
    templates = pot(loaded, Selection())
    assert [str(name) for name in templates] == ["news/a.pot"]
    (path,) = save(project.root / "templates", templates)
    subprocess.run(["msgfmt", "--check", "-o", "/dev/null", str(path)], check=True, capture_output=True)
    made = project.root / "made.po"
    command = ["msginit", "--no-translator", "-l", "fr", "-i", str(path), "-o", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    read = catalog.parse(made.read_bytes())
    assert [entry.msgid for entry in read.entries] == [
        entry.msgid for entry in project.catalog().entries if not entry.obsolete
    ]
    later = {name: re.sub(rb"Date: 20..", b"Date: 1999", data) for name, data in templates.items()}
    assert save(project.root / "templates", later) == []


# Documentation.


def test_every_option_is_in_the_docs() -> None:
    from prl10n.cli.memory import memory

    page = (Path(__file__).parent.parent / "docs/exchange.md").read_text(encoding="utf-8")
    for group in (exchange, memory):
        for name, command in group.commands.items():
            assert f"prl10n {group.name} {name}" in page
            for option in command.params:
                if isinstance(option, click.Option):
                    assert any(f"`{said}" in page or f" {said}" in page for said in option.opts), (name, option.opts)


def test_a_reply_without_a_digest_is_compared_with_the_catalog(project: Project) -> None:
    path = exported(project, "csv")
    path.write_text(re.sub(r"(?m)^(u[0-9a-f]{16})\.[0-9a-f]{8}", r"\1", path.read_text("utf-8")), "utf-8")
    assert summary(project, str(path)) == (0, len(load(path)), 0, 0)


def test_codes_that_nothing_explains_are_refused(project: Project) -> None:
    path = exported(project, "xliff")
    said = path.read_text("utf-8")
    path.write_text(re.sub(r'(<target>.*?<ph id=)"\d+"([^>]*dataRef=)"\w+"', r'\1"99"\2"d77"', said, count=1), "utf-8")
    replies = xliff_reader.read(path.read_bytes())
    assert [reply.problem for reply in replies if reply.problem]
    assert summary(project, str(path))[3] == 1
