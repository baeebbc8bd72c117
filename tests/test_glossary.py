"""The glossary: its file, where its terms occur, terms as tags, and what violates it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prl10n import glossary, tags, tbx
from prl10n.errors import ConfigError, MarkupError
from prl10n.glossary import Glossary, Line
from prl10n.model import Term

HEADER = "source,locale,target,note\n"


def terms(*pairs: str) -> tuple[Term, ...]:
    """`cloud=nuage` is a term, `Nuvla` one that stays as it is."""
    return tuple(Term(source, target) for source, _, target in (pair.partition("=") for pair in pairs))


# --- the file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (HEADER, []),
        (HEADER + "cloud,fr,nuage,\n", [Line("cloud", "fr", "nuage")]),
        (HEADER + "Nuvla\n", [Line("Nuvla", "", "")]),
        ("\ufeff" + HEADER.replace("\n", "\r\n") + "a,fr,b,c\r\n", [Line("a", "fr", "b", "c")]),
        ("Note, TARGET ,locale,source\nn,t,fr,s\n", [Line("s", "fr", "t", "n")]),
        ("source,locale,target\na,fr,b", [Line("a", "fr", "b")]),
        ("source,locale,target,note,owner\na,fr,b,c,me\n", [Line("a", "fr", "b", "c")]),
        (HEADER + '"a, ""b""",fr,"c, d","on two\nlines"\n', [Line('a, "b"', "fr", "c, d", "on two lines")]),
        (HEADER + "\n,,,\n a ,fr, b ,\n", [Line("a", "fr", "b")]),
        (HEADER + "a,fr,b,\na,fr,b,again\n", [Line("a", "fr", "b")]),
        (HEADER + "a,fr,b,\na,de,c,\na,,,\nA,fr,d,\n", [Line("a", "fr", "b"), Line("a", "de", "c"), Line("a", "", ""),
                                                       Line("A", "fr", "d")]),
    ],
)  # fmt: skip
def test_lines(text: str, expected: list[Line]) -> None:
    assert list(glossary.parse(text.encode()).lines) == expected


@pytest.mark.parametrize(
    ("data", "line", "what"),
    [
        (b"source,target\na,b\n", 1, "no column 'locale'"),
        (b"source,lokale,target\na,fr,b\n", 1, "Did you mean `lokale`"),
        (b"source;locale;target;note\na;fr;b;\n", 1, "Separate the cells by commas"),
        (HEADER.encode() + b",fr,nuage,\n", 2, "no source"),
        (HEADER.encode() + b"a,fr,b,\na,fr,c,\n", 3, "'a' is 'c' here and 'b' on line 2"),
        (HEADER.encode() + b"e-mail,fr,b,\ne mail,FR,c,\n", 3, "on line 2"),
        (HEADER.encode() + b'x,fr,y,"two\nlines"\na,frr-FR-X,b,\n', 4, "not a locale"),
        (HEADER.encode() + b"a,french,b,\n", 2, "Leave it empty for every locale"),
        (HEADER.encode() + b"a,fr,caf\xe9,\n", 2, "not UTF-8"),
        (HEADER.encode("utf-16"), 1, "not UTF-8"),
        (HEADER.encode() + b'"a\nb",fr,c,\n', 2, "the source has a line break"),
        (HEADER.encode() + b"a,fr,b\x07,\n", 2, "the target has a line break or a control character"),
        (HEADER.encode() + b"a,fr,b,c,d\n", 2, "5 cells where the header has 4"),
        (HEADER.encode() + b'a,fr,"b\n', 2, "not CSV"),
    ],
)
def test_errors_of_the_file(data: bytes, line: int, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        glossary.parse(data, "g.csv")
    assert str(caught.value).startswith(f"g.csv:{line}: ")
    assert what in str(caught.value)
    assert caught.value.remedy


def test_a_missing_file_is_an_empty_glossary(tmp_path: Path) -> None:
    assert glossary.load(tmp_path / "none.csv") == Glossary()
    assert Glossary().terms("fr") == ()


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("fr", ["sovereign cloud=nuage souverain", "Nuvla=", "cloud=nuage"]),
        ("fr-CA", ["sovereign cloud=infonuagique", "Nuvla=", "cloud=nuage"]),
        ("FR-ca", ["sovereign cloud=infonuagique", "Nuvla=", "cloud=nuage"]),
        ("de", ["sovereign cloud=Cloud", "Nuvla=Nuvla GmbH"]),
        ("es", ["sovereign cloud=", "Nuvla="]),
    ],
)
def test_a_line_serves_the_locales_that_have_none_of_their_own(locale: str, expected: list[str]) -> None:
    loaded = glossary.parse(
        (
            HEADER + "cloud,fr,nuage,\nsovereign cloud,fr,nuage souverain,\nsovereign cloud,fr-CA,infonuagique,\n"
            "sovereign cloud,de,Cloud,\nNuvla,de,Nuvla GmbH,\nNuvla,,,\nsovereign cloud,,,\n"
        ).encode()
    )
    assert [f"{term.source}={term.target}" for term in loaded.terms(locale)] == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, HEADER + "a,fr,1,\nb,fr,2,x\n"),
        ("", HEADER + "a,fr,1,\nb,fr,2,x\n"),
        (HEADER + "z,  fr ,\"3\",", HEADER + "z,  fr ,\"3\",\na,fr,1,\nb,fr,2,x\n"),
        ("\ufeffnote,source,mine,target,locale\r\nn,b,,2,fr\r\n",
         "\ufeffnote,source,mine,target,locale\r\nn,b,,2,fr\r\n,a,,1,fr\r\n"),
        (HEADER + "a,fr,other,\nb,fr,2,\n", HEADER + "a,fr,other,\nb,fr,2,\n"),
    ],
)  # fmt: skip
def test_what_was_written_stays_byte_for_byte(before: str | None, after: str, tmp_path: Path) -> None:
    path = tmp_path / "locales/glossary.csv"
    if before is not None:
        path.parent.mkdir()
        path.write_bytes(before.encode())
    new = [Line("b", "fr", "2", "x"), Line("a", "fr", "1")]
    merge = glossary.merged(glossary.load(path), new)
    assert glossary.save(path, merge.glossary) is bool(merge.added)
    assert path.read_bytes().decode() == after
    again = glossary.merged(glossary.load(path), new)
    assert (again.added, glossary.save(path, again.glossary)) == ((), False)
    assert again.glossary.lines == glossary.load(path).lines


def test_lines_that_contradict_are_left_out() -> None:
    loaded = glossary.parse((HEADER + "cloud,fr,nuage,\n").encode())
    merge = glossary.merged(loaded, [Line("cloud", "fr", "cloud"), Line("cloud", "fr", "nuage"), Line("x", "", "")])
    assert merge.added == (Line("x", "", ""),)
    assert merge.present == (Line("cloud", "fr", "nuage"),)
    assert merge.conflicts == ((Line("cloud", "fr", "cloud"), Line("cloud", "fr", "nuage")),)


def test_a_file_that_somebody_changes_in_the_meantime_is_theirs(tmp_path: Path) -> None:
    path = tmp_path / "glossary.csv"
    path.write_text(HEADER)
    merge = glossary.merged(glossary.load(path), [Line("a", "fr", "b")])
    path.write_text(HEADER + "theirs,fr,x,\n")
    with pytest.raises(ConfigError, match="has just been changed"):
        glossary.save(path, merge.glossary)
    assert path.read_text() == HEADER + "theirs,fr,x,\n"


cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp", "Cs"]), max_size=12)


@given(st.lists(st.builds(Line, cells.filter(glossary.words), st.sampled_from(["", "fr", "fr-CA"]), cells, cells)))
def test_what_is_saved_is_what_is_loaded(lines: list[Line]) -> None:
    tidy = [Line(*(cell.strip(" \t") for cell in (x.source, x.locale, x.target, x.note))) for x in lines]
    merge = glossary.merged(Glossary(), tidy)
    assert glossary.parse(merge.glossary.data).lines == merge.glossary.lines


# --- where terms occur ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("The cloud is a cloud.", ["cloud"], ["cloud"]),
        ("Cloud, CLOUD", ["cloud"], ["cloud"]),
        ("a cloudy day, McCloud", ["cloud"], []),
        ("Clouds, the cloud's end, clouds’ ends", ["cloud"], ["cloud"]),
        ("two companies, two boxes, two batches", ["company", "box", "batch"], ["company", "box", "batch"]),
        ("a new day", ["news"], []),
        # a capital is meant
        ("Apple sells apples", ["Apple"], ["Apple"]),
        ("an apple, an APPLE", ["Apple"], []),
        ("it works", ["IT"], []),
        ("Two APIs", ["API"], ["API"]),
        ("NUVLA LAUNCHES THE EDGE", ["Nuvla", "edge"], ["Nuvla", "edge"]),
        ("the nuvla", ["Nuvla"], []),
        # the longest wins
        ("sovereign cloud and cloud", ["cloud", "sovereign cloud"], ["sovereign cloud", "cloud"]),
        ("sovereign cloud", ["cloud", "sovereign cloud"], ["sovereign cloud"]),
        ("open source code", ["source code", "open source"], ["open source"]),
        ("The Sky and the sky", ["sky", "Sky"], ["Sky", "sky"]),
        # hyphens, spaces, apostrophes
        ("sovereign-cloud", ["sovereign cloud"], ["sovereign cloud"]),
        ("sovereign\u00a0clouds", ["sovereign-cloud"], ["sovereign-cloud"]),
        ("sovereign\n  cloud", ["sovereign cloud"], ["sovereign cloud"]),
        ("sovereign – cloud, sovereign, cloud", ["sovereign cloud"], []),
        ("an email", ["e-mail"], []),
        ("The people’s choice", ["people's choice"], ["people's choice"]),
        ("cloud-native", ["cloud"], ["cloud"]),
        # symbols are words
        ("We write C++ and C#, R&D at AT&T", ["C++", "C#", "R&D"], ["C++", "C#", "R&D"]),
        ("We write C.", ["C++"], []),
        ("Node.js and node", ["Node.js"], ["Node.js"]),
        # addresses are no words
        ("cloud.example.com, me@cloud, @cloud #cloud", ["cloud"], []),
        ("It is the cloud. Really", ["cloud"], ["cloud"]),
        # scripts that do not separate words
        ("我们的主权云平台", ["主权云"], ["主权云"]),
        ("使用Nuvla平台", ["Nuvla"], ["Nuvla"]),
        ("ความเป็นส่วนตัวบนคลาวด์ของเรา", ["คลาวด์"], ["คลาวด์"]),
        ("클라우드를 씁니다", ["클라우드"], ["클라우드"]),
        # letters are equal that look so
        ("Un cafe\u0301 noir", ["café noir"], ["café noir"]),
        ("हिन्दी भाषा", ["हिन"], []),
        ("sover\u00adeign cloud", ["sovereign cloud"], ["sovereign cloud"]),
        ("", ["cloud"], []),
        ("cloud", [], []),
    ],
)  # fmt: skip
def test_found(text: str, known: list[str], expected: list[str]) -> None:
    assert [term.source for term in glossary.found(text, terms(*known))] == expected


def test_five_thousand_terms_are_looked_for_in_no_time() -> None:
    known = terms(*(f"word{index} thing{index % 7}" for index in range(5_000)))
    texts = [f"We like word{index} thing{index % 7} and {index} more of them, or less." for index in range(5_000)]
    start = time.perf_counter()
    assert all(len(glossary.found(text, known)) == 1 for text in texts)
    assert time.perf_counter() - start < 5


def test_digest() -> None:
    one, two = Term("a", "b", "note"), Term("c", "")
    assert glossary.digest(()) == ""
    assert glossary.digest((one, two)) == glossary.digest((two, Term("a", "b")))
    assert (
        len({glossary.digest(each) for each in ((one,), (two,), (one, two), (Term("a", ""),), (Term("b", "a"),))}) == 5
    )
    assert glossary.digest(terms("cloud=nuage")) == "518924314cb7cc24"


# --- protected words --------------------------------------------------------------------------------------------------

KNOWN = terms("cloud=nuage", "sovereign cloud=nuage souverain", "Nuvla", "R&D=R&D interne")


@pytest.mark.parametrize(
    ("fragment", "expected", "held"),
    [
        ("Plain words", "Plain words", {}),
        ("Nuvla runs clouds", "<x1/> runs <x2/>", {1: "Nuvla", 2: "nuage"}),
        ("<g1>Nuvla</g1> in <x7/>", "<g1><x8/></g1> in <x7/>", {8: "Nuvla"}),
        ("NUVLA &amp; CO", "<x1/> &amp; CO", {1: "NUVLA"}),
        ("our R&amp;D", "our <x1/>", {1: "R&D interne"}),
        ("Nuvla’s cloud", "<x1/>’s <x2/>", {1: "Nuvla", 2: "nuage"}),
        ("sovereign <g1>cloud</g1>", "sovereign <g1>cloud</g1>", {}),
        ("un<g1>cloud</g1>ed", "un<g1>cloud</g1>ed", {}),
        ("sovereign<x1/>cloud", "sovereign<x1/><x2/>", {2: "nuage"}),
    ],
)
def test_protected(fragment: str, expected: str, held: dict[int, str]) -> None:
    assert glossary.protected(fragment, KNOWN) == (expected, held)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("le <x2/> de <x1/>", "le nuage de R&amp;D"),
        ("le <x2></x2> de <g3><x1/></g3> <x4/>", "le nuage de <g3>R&amp;D</g3> <x4/>"),
        ("le <x2/>", "'R&D' is lost"),
        ("<x1/> <x2/> <x1/>", "'R&D' occurs twice"),
        ("<g1>la</g1> <x2/>", "'R&D' has become a pair of tags"),
        ("<x1/> <x2/> <b>", "markup that the source does not have"),
    ],
)
def test_restored(answer: str, expected: str) -> None:
    held = {1: "R&D", 2: "nuage"}
    if "nuage" in expected:
        assert glossary.restored(answer, held) == expected
    else:
        with pytest.raises(MarkupError, match=expected):
            glossary.restored(answer, held)


pieces = st.sampled_from(
    ["cloud", "sovereign ", "Nuvla", "-", " ", "s", "’s", ".", "&amp;", "&lt;", "é", "云", "R", "D"]
)


@st.composite
def fragments(draw: st.DrawFn) -> str:
    out: list[str] = []
    opened: list[int] = []
    for number in range(1, draw(st.integers(1, 12))):
        out.append("".join(draw(st.lists(pieces, max_size=4))))
        match draw(st.integers(0, 3)):
            case 0:
                out.append(f"<x{number}/>")
            case 1:
                out.append(f"<g{number}>")
                opened.append(number)
            case 2 if opened:
                out.append(f"</g{opened.pop()}>")
    return "".join(out) + "".join(f"</g{number}>" for number in reversed(opened))


@given(fragments())
def test_words_that_are_their_own_targets_come_back(fragment: str) -> None:
    known = terms("cloud", "sovereign cloud", "Nuvla", "云", "R&D")
    changed, held = glossary.protected(fragment, known)
    assert glossary.restored(changed, held) == tags.written(tags.parse(fragment))
    assert not held or min(held) > max((token.number for token in tags.parse(fragment)), default=0)


# --- violations -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "term", "source", "good", "bad"),
    [
        (
            "fr", "sovereign cloud=nuage souverain", "Our sovereign clouds",
            ["Nos nuages souverains", "Les Nuages souverains", "le « nuage souverain »", "NUAGE SOUVERAIN"],
            ["Nos clouds souverains", "Notre cloud souverain", "nuage", "souverain nuage", "", "nuageux"],
        ),
        (
            "fr", "data space=espace de données", "A data space",
            ["un espace de données", "des espaces de données", "l’espace des données", "Espaces des données"],
            ["un data space", "un espace", "les données d’un espace"],
        ),
        ("fr", "data key=clé", "a data key", ["une clé", "les clés", "Clé"], ["clef", "clémence", "cle", "claire"]),
        ("fr", "artificial intelligence=IA", "artificial intelligence", ["l’IA", "IA :"], ["AI", "IAM"]),
        ("fr", "Nuvla", "Nuvla runs", ["Nuvla", "l’équipe d’Nuvla", "les Nuvlas", "NUVLA EN MARCHE"],
         ["nuvla", "Nuvlax", ""]),
        ("fr", "API", "two APIs", ["deux API", "deux APIs", "l'API"], ["interfaces", "apis"]),
        ("fr", "kubernetes", "Kubernetes", ["kubernetes", "Kubernetes"], ["k8s"]),
        (
            "fr", "serverless=sans serveur", "serverless code",
            ["du code sans serveur", "sans serveurs"], ["du code serverless"],
        ),
        (
            "de", "sovereign cloud=souveräne Cloud", "the sovereign cloud",
            ["die souveräne Cloud", "der souveränen Cloud", "eine souveräne Cloud-Lösung", "souveräne Cloudlösung"],
            ["die unabhängige Cloud", "souverän", "die Wolke"],
        ),
        (
            "de", "data centre=Rechenzentrum", "data centres",
            ["in Rechenzentren", "Rechenzentrumsbetrieb", "Großrechenzentrum"], ["Datenzentrum", "Zentrum"],
        ),
        ("de", "cloud platform=Cloud-Plattform", "our cloud platform",
         ["Cloudplattform", "Cloud-Plattformen", "Cloud Plattform"], ["Plattform", "Cloud"]),
        ("de", "market=Markt", "markets", ["die Märkte", "Marktanteil", "dem Markte"], ["Messe", "Handel"]),
        ("de", "Nuvla", "Nuvla", ["Nuvlas Team", "Nuvla-Team", "Nuvlaplattform"], ["nuvla", "die Firma"]),
        (
            "es", "sovereign cloud=nube soberana", "sovereign cloud",
            ["la nube soberana", "nubes soberanas", "de las nubes soberanas"], ["el cloud soberano", "soberana nube"],
        ),
        ("es", "user rights=derechos del usuario", "user rights",
         ["los derechos del usuario", "derechos de los usuarios"], ["permisos del usuario"]),
        ("fi", "Nuvla", "in Nuvla", ["Nuvlassa", "Nuvla"], ["nuvlassa", "yritys"]),
        ("zh-Hans", "sovereign cloud=主权云", "sovereign clouds",
         ["我们的主权云平台", "主权 云"], ["云主权", "私有云"]),
        ("zh-Hans", "Nuvla", "Nuvla", ["使用Nuvla平台", "Nuvla"], ["使用nuvla", "使用NuvlaX"]),
        ("ja", "edge=エッジ", "the edge", ["エッジで", "クラウドエッジ"], ["端末"]),
        ("ko", "data space=데이터 스페이스", "data space", ["데이터 스페이스를", "데이터스페이스"], ["스페이스"]),
        ("th", "cloud=คลาวด์", "the cloud", ["บนคลาวด์ของเรา"], ["บนเมฆ"]),
    ],
)  # fmt: skip
def test_violations(locale: str, term: str, source: str, good: list[str], bad: list[str]) -> None:
    known = terms(term)
    assert [text for text in good if glossary.violations(source, text, known, locale)] == []
    assert [text for text in bad if not glossary.violations(source, text, known, locale)] == []
    assert glossary.violations("nothing of it", "", known, locale) == ()


def test_a_violation_says_what_is_expected_and_once_is_enough() -> None:
    known = terms("cloud=nuage", "Nuvla")
    assert glossary.violations("A cloud, and Nuvla: a cloud", "Un nuage, et Nuvla : il", known, "fr") == ()
    messages = [each.message for each in glossary.violations("Nuvla clouds", "Les clouds de nuvla", known, "fr")]
    assert messages == [
        "“Nuvla” stays as it is: write it so, or give it a translation in the glossary",
        "the glossary has “nuage” for “cloud”: write that, or correct the glossary",
    ]


# --- TBX --------------------------------------------------------------------------------------------------------------

V2 = """<?xml version="1.0"?>
<!DOCTYPE martif SYSTEM "http://nowhere.invalid/TBXcoreStructV02.dtd">
<martif type="TBX" xml:lang="en"><text><body>
<termEntry id="1"><descrip type="definition">A cloud
  under one law.</descrip>
<langSet xml:lang="en-US">
<tig><term>sovereign <hi>cloud</hi></term><termNote type="administrativeStatus">preferredTerm-admn-sts</termNote></tig>
<ntig><termGrp><term>trusted cloud</term></termGrp></ntig>
<tig><term>safe cloud</term><termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></tig></langSet>
<langSet xml:lang="fr">
<tig><term>cloud souverain</term><termNote type="administrativeStatus">admittedTerm-admn-sts</termNote></tig>
<tig><term>nuage souverain</term></tig></langSet>
</termEntry></body></text></martif>"""

V3 = """<tbx style="{style}" type="TBX-Basic" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2"
 xmlns:min="http://www.tbxinfo.net/ns/min" xmlns:basic="http://www.tbxinfo.net/ns/basic"><text><body>
<conceptEntry id="c1"><langSec xml:lang="en"><termSec><term>Nuvla</term></termSec></langSec>
<langSec xml:lang="fr_FR"><termSec><term>Nuvla</term></termSec></langSec></conceptEntry>
<conceptEntry id="c2"><langSec xml:lang="en">{definition}<termSec><term>edge</term></termSec></langSec>
<langSec xml:lang="fr"><termSec><term>bord</term>{superseded}</termSec>
<termSec><term>périphérie</term>{preferred}</termSec></langSec></conceptEntry>
</body></text></tbx>"""

STYLES = {
    "dct": {
        "definition": "<basic:definition>Near people.</basic:definition>",
        "superseded": "<min:administrativeStatus>supersededTerm-admn-sts</min:administrativeStatus>",
        "preferred": "<min:administrativeStatus>preferredTerm-admn-sts</min:administrativeStatus>",
    },
    "dca": {
        "definition": '<descripGrp><descrip type="definition">Near people.</descrip></descripGrp>',
        "superseded": '<termNote type="administrativeStatus">supersededTerm-admn-sts</termNote>',
        "preferred": '<termNote type="administrativeStatus">preferredTerm-admn-sts</termNote>',
    },
}


def test_tbx_of_the_second_edition() -> None:
    note = "A cloud under one law."
    expected = [Line(source, "fr", "nuage souverain", note) for source in ("sovereign cloud", "trusted cloud")]
    assert list(tbx.parse(V2.encode(), "en", ["fr", "fr-CA", "de"])) == expected
    assert [line.locale for line in tbx.parse(V2.encode(), "en-US", ["fr-CA"])] == ["fr-CA", "fr-CA"]
    assert tbx.parse(V2.encode(), "en-GB", ["fr"]) == ()


@pytest.mark.parametrize("style", STYLES)
def test_tbx_of_the_third_edition(style: str) -> None:
    data = V3.format(style=style, **STYLES[style]).encode()
    assert list(tbx.parse(data, "en", ["fr", "fr-CA"])) == [
        Line("Nuvla", "fr", ""),
        Line("edge", "fr", "périphérie", "Near people."),
    ]


BOMB = '<!DOCTYPE a [<!ENTITY b "c">]><a><termEntry>&b;</termEntry></a>'


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (BOMB.encode(), "x.tbx:1: it defines XML entities"),
        (f'<?xml version="1.0" encoding="utf-16"?>{BOMB}'.encode("utf-16"), "x.tbx:1: it defines XML entities"),
        (b"<a>\n<termEntry>\n</a>", "x.tbx:3: not well-formed XML"),
        (b"", "x.tbx:1: not well-formed XML"),
        (b"<html/>", "x.tbx: there is no term in it"),
    ],
)
def test_tbx_that_is_refused(data: bytes, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected) as caught:
        tbx.parse(data, "en", ["fr"], "x.tbx")
    assert caught.value.remedy
