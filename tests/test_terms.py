"""Terms out of approved translations, and `prl10n glossary`."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from prl10n import terms
from prl10n.cli.glossary import glossary
from prl10n.errors import ConfigError, Prl10nError
from prl10n.terms import Pair, Place, Rendering, Suggestion
from project import Project

# English and French sentences with a place for a term; no two share a word that could be one.
FRAMES = [
    ("Today {} comes to hospitals in Geneva.", "Aujourd’hui, {} arrive dans les hôpitaux de Genève."),
    ("Farmers trust {} with harvests.", "Les agriculteurs confient leurs récoltes à {}."),
    ("We believe that {} matters.", "Nous pensons que {} compte."),
    ("How {} helps a small town save energy", "Comment {} aide une petite ville à économiser l’énergie"),
    ("A new report on {} is out.", "Un nouveau rapport sur {} est paru."),
    ("Students discover {} at a summer school.", "Des étudiants découvrent {} lors d’une école d’été."),
    ("Behind {} stand forty engineers.", "Derrière {} se tiennent quarante ingénieurs."),
    ("Ports from Oslo to Athens choose {}.", "D’Oslo à Athènes, des ports choisissent {}."),
    ("Nobody understood {} before our workshop.", "Personne ne comprenait {} avant notre atelier."),
    ("Without {} trains would stop.", "Sans {}, les trains s’arrêteraient."),
]


def pairs(*uses: tuple[str, str], documents: int = 5) -> list[Pair]:
    """A pair for each use of a term, (as the source has it, as the target has it), each in another sentence."""
    found = []
    for number, (source, target) in enumerate(uses):
        first, second = FRAMES[number % len(FRAMES)]
        name = f"d{number % documents}"
        found.append(Pair(first.format(source), second.format(target), name, Place(f"{name}.po", first.format(source))))
    return found


def said(found: Sequence[Suggestion]) -> dict[str, list[tuple[str, int]]]:
    return {item.source: [(each.target, each.units) for each in item.renderings] for item in found}


CLOUD = ("sovereign cloud", "le nuage souverain")


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        ([CLOUD] * 6, {"sovereign cloud": [("nuage souverain", 6)]}),
        # in any form
        (
            [CLOUD] * 4 + [("sovereign clouds", "les nuages souverains"), ("Sovereign Cloud", "le Nuage souverain")],
            {"sovereign cloud": [("nuage souverain", 6)]},
        ),
        ([("a sovereign-cloud", "un nuage souverain")] * 5, {"sovereign-cloud": [("nuage souverain", 5)]}),
        ([("our data space", "notre espace de données")] * 6, {"data space": [("espace de données", 6)]}),
        ([("a press release", "un communiqué de presse")] * 9, {"press release": [("communiqué de presse", 9)]}),
        # names
        ([("Nuvla", "Nuvla")] * 6, {"Nuvla": [("", 6)]}),
        ([("Ada Lovelace", "Ada Lovelace")] * 6, {"Ada Lovelace": [("", 6)]}),
        ([("the World Bank", "la Banque mondiale")] * 6, {"World Bank": [("Banque mondiale", 6)]}),
        ([("Nuvla and sovereign cloud", "Nuvla et le nuage souverain")] * 6,
         {"Nuvla": [("", 6)], "sovereign cloud": [("nuage souverain", 6)]}),
        # several translations
        (
            [CLOUD] * 6 + [("sovereign cloud", "le cloud souverain")] * 4,
            {"sovereign cloud": [("nuage souverain", 6), ("cloud souverain", 4)]},
        ),
        ([("edge computing", "l’informatique en périphérie")] * 5 + [("edge computing", "edge computing")] * 4,
         {"edge computing": [("informatique en périphérie", 5), ("", 4)]}),
        # too rare, or nothing in common
        ([CLOUD] * 2, {}),
        ([("sovereign cloud", f"le truc{letter * 3} machin{letter * 3}") for letter in "bcdfghjk"], {}),
        # words that are no terms
        ([("more of it", "davantage")] * 10, {}),
        ([("the help", "l’aide")] * 10, {}),
    ],
)  # fmt: skip
def test_what_is_found(uses: list[tuple[str, str]], expected: dict[str, list[tuple[str, int]]]) -> None:
    assert said(terms.mine(pairs(*uses), "fr", "en")) == expected


def test_a_text_that_is_repeated_proves_nothing() -> None:
    once = Pair("Read the privacy notice of Nuvla.", "Lire l’avis de confidentialité.", "a", Place("a.po", "x"))
    assert terms.mine([once._replace(document=f"d{number}") for number in range(40)], "fr", "en") == ()


@pytest.mark.parametrize(
    ("least", "documents", "expected"),
    [
        (None, 1, False),  # four units of one document
        (None, 4, True),  # of four documents
        (4, 1, True),
        (5, 4, False),
    ],
)
def test_how_often_is_often(least: int | None, documents: int, expected: bool) -> None:
    found = terms.mine(pairs(*[CLOUD] * 4, documents=documents), "fr", "en", least)
    assert bool(found) is expected


def test_where_a_translation_stands() -> None:
    (found,) = terms.mine(pairs(*[CLOUD] * 3, *[("sovereign cloud", "le cloud souverain")] * 3), "fr", "en")
    assert (found.units, found.documents, found.is_consistent) == (6, 5, False)
    assert found.renderings[0] == Rendering(
        "cloud souverain", 3, tuple(Place(f"d{n % 5}.po", FRAMES[n][0].format("sovereign cloud")) for n in (5, 3, 4))
    )
    assert [len(each.places) for each in found.renderings] == [3, 3]


def test_a_script_without_spaces() -> None:
    texts = [
        "我们的主权云很好",
        "主权云在日内瓦",
        "医院需要主权云",
        "他们选择主权云平台",
        "没有主权云不行",
        "什么是主权云",
    ]
    uses = [Pair(FRAMES[n][0].format("sovereign cloud"), text, f"d{n}", Place("", "")) for n, text in enumerate(texts)]
    assert said(terms.mine(uses, "zh-Hans", "en")) == {"sovereign cloud": [("主权云", 6)]}


def test_the_order_of_the_pairs_does_not_matter() -> None:
    uses = pairs(*[CLOUD] * 6, *[("Nuvla", "Nuvla")] * 6, *[("the edge node", "le nœud de périphérie")] * 6)
    expected = terms.mine(uses, "fr", "en")
    random.Random(1).shuffle(uses)
    assert terms.mine(uses, "fr", "en") == expected


def test_many_pairs_take_seconds() -> None:
    chance = random.Random(7)
    english, french = ([f"{side}{number:x}" for number in range(6_000)] for side in ("en", "fr"))
    weights = [1 / (number + 5) for number in range(6_000)]
    uses = []
    for number in range(4_000):
        picked = chance.choices(range(6_000), weights, k=14)
        source = " ".join(["Sovereign cloud" if number % 9 == 0 else "We", *(english[index] for index in picked)])
        target = " ".join(["Nuage souverain" if number % 9 == 0 else "Nous", *(french[index] for index in picked)])
        uses.append(Pair(source, target, f"d{number % 200}", Place("", "")))
    start = time.perf_counter()
    found = said(terms.mine(uses, "fr", "en"))
    assert time.perf_counter() - start < 20
    assert found["Sovereign cloud"] == [("Nuage souverain", 445)]


# --- the command line -------------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Six documents with approved translations; the seventh is a draft."""
    made = Project(tmp_path)
    made.configure('[backend]\nname = "memory"\n')
    asides = [
        "Ask Nuvla.",
        "Nuvla knows.",
        "Thank you, Nuvla!",
        "Call Nuvla.",
        "Write to Nuvla.",
        "Nuvla answers.",
        "x",
    ]
    for number, ((source, target), aside) in enumerate(zip(FRAMES, asides, strict=False)):
        nuage = "le **cloud souverain**" if number in (1, 4) else "le **nuage souverain**"
        first, second = f"{source.format('**sovereign cloud**')} {aside}", f"{target.format(nuage)} Nuvla !"
        made.source(f"{first}\n", f"n{number}.md")
        flag = "#, fuzzy\n" if number == 6 else ""
        made.write(
            f"locales/fr/LC_MESSAGES/n{number}.po",
            f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
            f'#. paragraph\n{flag}msgid "{first}"\nmsgstr "{second}"\n',
        )
    monkeypatch.chdir(tmp_path)
    return made


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(glossary, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_suggest_shows_what_is_agreed_and_what_is_not(project: Project) -> None:
    del project
    result = run("suggest")
    assert result.stdout == (
        "fr: 1 term, always translated alike\n"
        "  term   translation  units  documents\n"
        "  Nuvla  (as it is)       6          6\n"
        "\n"
        "fr: 1 term, translated in several ways\n"
        "  sovereign cloud  6 units, 6 documents\n"
        "        4  nuage souverain\n"
        "           locales/fr/LC_MESSAGES/n0.po: Today **sovereign cloud** comes to hospitals in Geneva. Ask Nuvla.\n"
        "           locales/fr/LC_MESSAGES/n2.po: We believe that **sovereign cloud** matters. Thank you, Nuvla!\n"
        "           locales/fr/LC_MESSAGES/n3.po: How **sovereign cloud** helps a small town save energy Call Nuvla.\n"
        "           and 1 more\n"
        "        2  cloud souverain\n"
        "           locales/fr/LC_MESSAGES/n1.po: Farmers trust **sovereign cloud** with harvests. Nuvla knows.\n"
        "           locales/fr/LC_MESSAGES/n4.po: A new report on **sovereign cloud** is out. Write to Nuvla.\n"
    )
    assert "glossary suggest --write" in result.stderr


def test_suggest_as_json(project: Project) -> None:
    del project
    found = json.loads(run("suggest", "--json", "--locale", "fr").stdout)
    assert [(item["source"], item["consistent"], item["units"]) for item in found] == [
        ("Nuvla", True, 6),
        ("sovereign cloud", False, 6),
    ]
    assert [each["target"] for each in found[1]["translations"]] == ["nuage souverain", "cloud souverain"]
    assert json.loads(run("suggest", "--json", "--min-count", "7").stdout) == []


def test_suggest_writes_what_is_agreed_once(project: Project) -> None:
    assert "locales/glossary.csv: 1 term added" in run("suggest", "--write").stderr
    assert project.read("locales/glossary.csv") == "source,locale,target,note\nNuvla,fr,,\n"
    stamps = project.stamps()
    again = run("suggest", "--write")
    assert "Nuvla" not in again.stdout.split("\n")[0:2]
    assert project.stamps() == stamps


def test_a_catalog_that_cannot_be_read_is_left_out(project: Project) -> None:
    project.write("locales/fr/LC_MESSAGES/n0.po", "msgid \n")
    result = run("suggest", "--json")
    assert "n0.po" in result.stderr
    assert [item["units"] for item in json.loads(result.stdout)] == [5, 5]


def test_a_locale_that_is_no_target_is_an_error(project: Project) -> None:
    del project
    with pytest.raises(ConfigError, match="'de' is not one of the targets"):
        run("suggest", "--locale", "de")


TBX = """<tbx style="dct" type="TBX-Basic" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2"><text><body>
<conceptEntry><langSec xml:lang="en"><termSec><term>{}</term></termSec></langSec>
<langSec xml:lang="fr"><termSec><term>{}</term></termSec></langSec></conceptEntry></body></text></tbx>"""


@pytest.mark.parametrize(
    ("name", "text", "added", "said"),
    [
        ("a.tbx", TBX.format("edge", "périphérie"), "edge,fr,périphérie,\n", ["1 term added"]),
        ("a.tbx", TBX.format("cloud", "nuage"), "", ["0 terms added", "1 there already"]),
        ("a.tbx", TBX.format("cloud", "cloud"), "",
         ["conflict: cloud [fr]: (as it is) in a.tbx, nuage in locales/glossary.csv", "1 left out"]),
        ("a.tbx", TBX.replace('"fr"', '"de"').format("cloud", "Cloud"), "", ["no term from en to fr"]),
        ("a.csv", "locale,source,target\nfr,edge,bord\n,Nuvla,\nde,x,y\n", "edge,fr,bord,\nNuvla,,,\n",
         ["2 terms added", "1 term left out, of other locales than fr"]),
    ],
)  # fmt: skip
def test_import(name: str, text: str, added: str, said: list[str], project: Project) -> None:
    before = "source,locale,target,note\ncloud,fr,nuage,\n"
    project.write("locales/glossary.csv", before)
    project.write(name, text)
    trial = run("import", name, "--dry-run")
    assert project.read("locales/glossary.csv") == before
    result = run("import", name)
    assert project.read("locales/glossary.csv") == before + added
    for line in said:
        assert line in result.stdout + result.stderr
        assert line.replace(" added", " would be added") in trial.stdout + trial.stderr


def test_the_terms_of_one_locale_come_in(project: Project) -> None:
    project.write("prl10n.toml", project.read("prl10n.toml").replace('targets = ["fr"]', 'targets = ["fr", "de"]'))
    project.write("a.csv", "locale,source,target\nfr,edge,bord\n,Nuvla,\nde,x,y\n")
    assert "1 term left out, of other locales than de" in run("import", "a.csv", "--locale", "de").stderr
    assert project.read("locales/glossary.csv") == "source,locale,target,note\nNuvla,,,\nx,de,y,\n"


def test_a_file_of_another_kind_is_refused(project: Project) -> None:
    project.write("a.txt", "x")
    with pytest.raises(Prl10nError, match="neither TBX nor CSV"):
        run("import", "a.txt")
