"""Memories of other tools in, ours out, without losing a character or a tag."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from prl10n import document, markup
from prl10n.errors import ConfigError
from prl10n.exchange import tmx
from prl10n.exchange.languages import locale_of, serving
from prl10n.exchange.tmx import Pair
from prl10n.memory import FILE, Memory
from project import Project


def fragment(text: str) -> str:
    """A neutral form as `markup.neutral` makes it."""
    unit = document.split(text.encode(errors="ignore")).units
    found: list[str] = [form for one in unit for form in markup.neutral(one)]
    return found[0] if found else "x"


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
MARKED = st.lists(
    WORDS | st.sampled_from(["**a**", "_b_", "[c](/u)", "![d](e)", "`f`", "<br>", "&amp;", "]]>", "\x1b", "<g1>", "'"]),
    max_size=8,
).map("a ".join)


@given(st.lists(st.tuples(MARKED, st.sampled_from(["fr", "fr-CA", "pt-BR"]), st.booleans()), max_size=4))
def test_a_memory_comes_back(texts: list[tuple[str, str, bool]]) -> None:
    pairs = [
        Pair(locale, source, f"«{source}»", "news/a.md", approved)
        for text, locale, approved in texts
        if (source := fragment(text))
    ]
    data = tmx.write(pairs, "en")
    assert tmx.write(pairs, "en") == data
    if pairs:
        found = tmx.read(data, "en", ["fr-CA", "fr", "pt-BR"])
        assert found.pairs == pairs
        assert found.words_only == found.foreign == found.unwanted == 0


def test_a_segment_has_the_codes_of_tmx() -> None:
    data = tmx.write([Pair("fr", "A <g1>b <x2/></g1> &amp; \x1bc", "<x2/> <g1>B</g1>", "x.md")], "en")
    root = etree.fromstring(data)
    assert (root.tag, root.get("version")) == ("tmx", "1.4")
    header = root.find("header")
    assert header is not None
    assert set(header.attrib) == {
        "creationtool", "creationtoolversion", "segtype", "o-tmf", "adminlang", "srclang", "datatype",
    }  # fmt: skip
    assert (
        b'<seg>A <bpt i="1" x="1">&lt;g1&gt;</bpt>b <ph x="2">&lt;x2/&gt;</ph><ept i="1">&lt;/g1&gt;</ept> &amp; '
        b'<ph type="x-prl10n-character">1B</ph>c</seg>'
    ) in data


FOREIGN = """<?xml version="1.0" encoding="UTF-16"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header creationtool="X" srclang="EN-us"/><body>
<tu><tuv xml:lang="EN-us"><seg>Press <bpt i="1" x="7">{b}</bpt>the<ept i="1">{/b}</ept> key<ph x="8">{1}</ph>.</seg>
</tuv><tuv xml:lang="FR_fr"><seg><hi>Appuyez</hi> sur<ph x="8">{1}</ph> <bpt i="3" x="7"/>la<ept i="3"/> touche.</seg>
</tuv></tu>
<tu><tuv lang="en-US"><seg>Lost <bpt i="1">x</bpt>tags<ept i="1">y</ept> &amp; more</seg></tuv>
<tuv lang="fr"><seg>Sans &lt;balises</seg></tuv></tu>
<tu><tuv xml:lang="en-US"><seg>Only German</seg></tuv><tuv xml:lang="de"><seg>Nur Deutsch</seg></tuv></tu>
<tu srclang="de"><tuv xml:lang="de"><seg>Anders</seg></tuv><tuv xml:lang="fr"><seg>Autre</seg></tuv></tu>
</body></tmx>"""


def test_memories_of_other_tools_are_read() -> None:
    found = tmx.read(FOREIGN.encode("utf-16"), "en", ["fr"])
    assert found.pairs == [
        Pair("fr", "Press <g1>the</g1> key<x2/>.", "Appuyez sur<x2/> <g1>la</g1> touche."),
        Pair("fr", "Lost tags &amp; more", "Sans &lt;balises"),
    ]
    assert (found.foreign, found.unwanted, found.words_only) == (1, 1, 1)


@pytest.mark.parametrize(
    ("tags", "locale", "tag"),
    [
        (["fr"], "fr-CA", "fr"),
        (["fr-FR"], "fr-CA", ""),
        (["fr", "FR_ca"], "fr-CA", "FR_ca"),
        (["en-US"], "en", "en-US"),
        (["de"], "fr", ""),
        (["fra"], "fr", ""),
    ],
)
def test_a_language_serves_a_locale(tags: list[str], locale: str, tag: str) -> None:
    assert serving(tags, locale) == tag


def test_the_target_of_a_file() -> None:
    assert locale_of("fr_FR", ["de", "fr"]) == "fr"
    assert locale_of("fr", ["fr-CA"]) == "fr-CA"
    assert locale_of("nl", ["fr"]) == ""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<tmx", ":1"),
        (b"<a/>", "no <tu>"),
        (b'<!DOCTYPE t [<!ENTITY a "b">]><tmx/>', "entities"),
        (FOREIGN.replace("EN-us", "de").replace("UTF-16", "UTF-8").encode(), "source language"),
    ],
)
def test_what_is_no_memory_is_an_error(data: bytes, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        tmx.read(data, "en", ["fr"], "a.tmx")
    assert said in str(caught.value)
    assert caught.value.where.startswith("a.tmx")
    assert caught.value.remedy


def test_nothing_is_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    data = (
        f'<!DOCTYPE tmx SYSTEM "file://{secret}"><tmx><header srclang="en"/><body><tu><tuv xml:lang="en"><seg>a</seg>'
    )
    data += '</tuv><tuv xml:lang="fr"><seg>b&x;</seg></tuv></tu></body></tmx>'
    try:
        found = tmx.read(data.encode(), "en", ["fr"])
    except ConfigError:
        return
    assert "secret" not in repr(found)


# The commands.


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path)
    made.write("prl10n.toml", 'source = "en"\ntargets = ["fr", "de"]\n[backend]\nname = "memory"\n')
    made.source("A *small* [door](/x) &amp; more.\n\nOther words.\n")
    made.run("extract")
    made.edit(
        'msgid "A *small* [door](/x) &amp; more."\nmsgstr ""',
        'msgid "A *small* [door](/x) &amp; more."\nmsgstr "Une [porte](/x) *petite* &amp; plus."',
    )
    return made


def test_approved_pairs_go_out_and_come_in_elsewhere(project: Project) -> None:
    result = project.run("memory", "export", "all.tmx")
    assert result.exit_code == 0
    assert "1 approved pair\n" in result.stderr
    (pair,) = tmx.read((project.root / "all.tmx").read_bytes(), "en", ["fr"]).pairs
    assert pair == Pair(
        "fr",
        "A <g1>small</g1> <g2>door</g2> &amp; more.",
        "Une <g2>porte</g2> <g1>petite</g1> &amp; plus.",
        "news/a.md",
    )
    stamps = project.stamps()
    project.run("memory", "export", "all.tmx")
    assert project.stamps() == stamps
    project.path().unlink()
    (project.root / FILE).unlink()
    assert project.run("memory", "import", "all.tmx", "--dry-run").exit_code == 0
    assert not (project.root / FILE).exists()
    assert project.run("memory", "import", "all.tmx").exit_code == 0
    project.run("translate")
    assert project.entry("A *small*").msgstr == "Une [porte](/x) *petite* & plus."
    assert "all.tmx" in project.entry("A *small*").provenance


def test_two_locales_of_one_file_do_not_replace_each_other(project: Project) -> None:
    pairs = [Pair("fr", "Other words.", "D’autres mots."), Pair("de", "Other words.", "Andere Worte.")]
    (project.root / "both.tmx").write_bytes(tmx.write(pairs, "en"))
    for _ in range(2):
        assert project.run("memory", "import", "both.tmx", "--drafts").exit_code == 0
    with Memory(project.root / FILE) as known:
        assert [row[:3] for row in known.every("fr")] == [("Other words.", "D’autres mots.", False)]
        assert [row[:3] for row in known.every("de")] == [("Other words.", "Andere Worte.", False)]


def test_one_locale_of_a_file_comes_in(project: Project) -> None:
    pairs = [Pair("fr", "Other words.", "D’autres mots."), Pair("de", "Other words.", "Andere Worte.")]
    (project.root / "both.tmx").write_bytes(tmx.write(pairs, "en"))
    said = project.run("memory", "import", "both.tmx", "--locale", "de").stderr
    assert said == "de: 1 pair taken in\n1 left out: no translation into de\n"
    with Memory(project.root / FILE) as known:
        assert list(known.every("fr")) == []
        assert [row[:2] for row in known.every("de")] == [("Other words.", "Andere Worte.")]


def test_a_locale_that_is_no_target_is_an_error(project: Project) -> None:
    assert project.run("memory", "export", "x.tmx", "--locale", "nl").exit_code == 2
    assert project.run("memory", "import", "none.tmx").exit_code == 2
    assert "'nl' is not one of the targets" in project.run("memory", "import", "none.tmx", "-l", "nl").stderr


def test_a_damaged_memory_is_named_when_a_file_is_taken_in(project: Project) -> None:
    database = project.root / FILE
    database.parent.mkdir(exist_ok=True)
    database.write_bytes(b"no database" * 99)
    (project.root / "in.tmx").write_bytes(tmx.write([Pair("fr", "Clouds", "Nuages")], "en"))
    result = project.run("memory", "import", "in.tmx")
    assert result.exit_code == 0
    assert "memory.db.damaged" in result.stderr
    with Memory(database) as memory:
        assert memory.exact("fr", ["Clouds"])["Clouds"].target == "Nuages"
