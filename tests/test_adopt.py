"""`prl10n adopt`: pages that people translated become catalogs, and no pair is approved that is none."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from prl10n import catalog, document
from prl10n.adoption import APPROVED, EMPTY, Alignment, align, examples, learn
from prl10n.cli.adopt import adopt
from prl10n.document import Document
from prl10n.errors import ConfigError
from prl10n.model import State
from project import Project, msgfmt

ROOT = Path(__file__).parent.parent
LOCALES = ("en", "fr")

# --- pages whose translation is known ---------------------------------------------------------------------------------

NAMES = "Morand Keller Acme Lyon Poedit Weblate DeepL Berlin Unicode Zürich Ottawa Nguyen".split()
SYLLABLES = ["".join((a, b)) for a in "bcdfglmnprstv" for b in "aeiou"]


@dataclass(frozen=True)
class Languages:
    """Two languages of invented words, whose frequencies are those of Zipf's law. Of the words of the second, some are
    those of the first, some begin like them, and most have nothing of them; they are a seventh longer.
    """

    pairs: list[tuple[str, str]]
    weights: list[float]

    @classmethod
    def invented(cls, rng: random.Random, *, size: int = 900, same: float = 0.03, cognates: float = 0.17) -> Languages:
        pairs: list[tuple[str, str]] = []
        while len(pairs) < size:
            word = "".join(rng.choices(SYLLABLES, k=rng.choice((1, 2, 3, 3, 4))))
            chance = rng.random()
            if chance < same:
                other = word
            elif chance < same + cognates and len(word) > 5:
                other = word[:5] + rng.choice(("ement", "ique", "ée", "tion", "eur"))
            else:
                other = "".join(rng.choices(SYLLABLES, k=rng.choice((1, 2, 3, 4, 4)))) + rng.choice(("", "s", "x", "é"))
            pairs.append((word, other))
        return cls(pairs, [1 / (rank + 3) for rank in range(size)])

    def words(self, rng: random.Random, count: int) -> list[tuple[str, str]]:
        return rng.choices(self.pairs, self.weights, k=count)


@dataclass
class Block:
    """A piece of both pages: its units as (source, translation) pairs, and how a page writes them."""

    kind: str
    units: list[tuple[str, str]]

    def written(self, side: int) -> str:
        texts = [unit[side] for unit in self.units]
        if self.kind == "heading":
            return f"## {texts[0]}"
        if self.kind == "items":
            return "\n".join(f"- {text}" for text in texts)
        if self.kind == "table":
            rows = [f"| {' | '.join(texts[at : at + 3])} |" for at in range(0, len(texts), 3)]
            return "\n".join([rows[0], "| --- | --- | --- |", *rows[1:]])
        return " ".join(texts)


class Writer:
    """Writes pages in two languages at once, with the figures, names and markup that releases have."""

    def __init__(self, seed: int, languages: Languages) -> None:
        self.rng = random.Random(seed)
        self.languages = languages

    def text(self, least: int, most: int, anchors: float) -> tuple[str, str]:
        rng = self.rng
        pairs = self.languages.words(rng, rng.randint(least, most))
        tokens = list(pairs)
        makers: list[tuple[float, Callable[[], tuple[str, ...]]]] = [
            (0.35, self.number),
            (0.35, lambda: (rng.choice(NAMES),) * 2),
            (0.2, self.link),
            (0.1, lambda: (f"`{rng.choice(pairs)[0]}_{rng.randint(1, 9)}`",) * 2),
            (0.15, lambda: tuple(f"**{word}**" for word in rng.choice(pairs))),
        ]
        for chance, make in makers:
            if rng.random() < chance * anchors:
                made = make()
                tokens.insert(rng.randint(1, len(tokens)), (made[0], made[1]))
        order = list(range(len(tokens)))
        for at in range(len(order) - 1):  # the other language has another order of words
            if rng.random() < 0.2:
                order[at], order[at + 1] = order[at + 1], order[at]
        left = " ".join(left for left, _ in tokens)
        right = " ".join(tokens[at][1] for at in order)
        return left[0].upper() + left[1:], right[0].upper() + right[1:]

    def number(self) -> tuple[str, str]:
        rng = self.rng
        return rng.choice(
            [
                (str(year := rng.randint(1990, 2030)), str(year)),
                (f"{(few := rng.randint(2, 99))} %", f"{few}\u00a0%"),
                (f"{(many := rng.randint(1000, 99999)):,}", f"{many:,}".replace(",", "\u202f")),
                (f"{(part := rng.randint(11, 99))}.5", f"{part},5"),
            ]
        )

    def link(self) -> tuple[str, ...]:
        words = self.languages.words(self.rng, 2)
        url = f"https://example.org/{self.rng.choice(('docs', 'news', 'about'))}/{self.rng.randint(1, 40)}"
        return tuple(f"[{' '.join(word[side] for word in words)}]({url})" for side in (0, 1))

    def paragraph(self) -> Block:
        left, right = self.text(12, 60, 1.0)
        return Block("paragraph", [(f"{left}.", f"{right}.")])

    def heading(self) -> Block:
        return Block("heading", [self.text(2, 7, 0.4)])

    def items(self) -> Block:
        return Block("items", [self.text(3, 16, 0.7) for _ in range(self.rng.randint(3, 6))])

    def table(self) -> Block:
        return Block("table", [self.text(1, 4, 0.5) for _ in range(3 * self.rng.randint(3, 4))])

    def page(self, units: int) -> list[Block]:
        blocks: list[Block] = []
        while sum(len(block.units) for block in blocks) < units:
            blocks.append(self.heading())
            makers: list[Callable[[], Block]] = [self.paragraph] * 5 + [self.items] * 2 + [self.table]
            blocks += [self.rng.choice(makers)() for _ in range(self.rng.randint(1, 4))]
        return blocks


@dataclass
class Known:
    """Two pages, and which texts translate each other. What was joined has no partner."""

    source: str
    target: str
    truth: dict[str, set[str]]


def known_pages(count: int, seed: int) -> Iterator[Known]:
    """Pages of 10–40 units in which people did what people do: left out, added, joined, moved."""
    languages = Languages.invented(random.Random(seed))
    for number in range(count):
        writer = Writer(seed * 10_000 + number, languages)
        rng = writer.rng
        blocks = writer.page(rng.randint(10, 34))
        sides = (list(blocks), list(blocks))
        for chance, change, side in (
            (0.6, drop, 1),
            (0.4, drop, 0),
            (0.3, drop_part, 1),
            (0.2, drop_part, 0),
            (0.4, join, rng.randrange(2)),
            (0.2, exchange_parts, rng.randrange(2)),
            (0.5, move, rng.randrange(2)),
        ):
            if rng.random() < chance:
                change(rng, sides[side])
        title = writer.text(4, 9, 0.5)
        left, right = ([unit for b in side if b.kind != "joined" for unit in b.units] for side in sides)
        truth: dict[str, set[str]] = {title[0]: {title[1]}}
        for unit in left:
            if unit in right:
                truth.setdefault(unit[0], set()).add(unit[1])
        pages = [page(title[side], [block.written(side) for block in sides[side]]) for side in (0, 1)]
        yield Known(pages[0], pages[1], truth)


def page(title: str, blocks: list[str]) -> str:
    return f'---\ntitle: "{title}"\ndate: 2026-11-24\n---\n\n' + "\n\n".join(blocks) + "\n"


def drop(rng: random.Random, side: list[Block]) -> None:
    side.remove(rng.choice(side))


def drop_part(rng: random.Random, side: list[Block]) -> None:
    """Leave out a list item, or a row of a table."""
    for at, block in enumerate(side):
        if block.kind in ("items", "table"):
            row = 3 if block.kind == "table" else 1
            start = row * rng.randrange(1, len(block.units) // row)
            side[at] = Block(block.kind, block.units[:start] + block.units[start + row :])
            return


def exchange_parts(rng: random.Random, side: list[Block]) -> None:
    """Exchange two list items, or two rows of a table."""
    for at, block in enumerate(side):
        row = {"items": 1, "table": 3}.get(block.kind, 0)
        if row and len(block.units) > 3 * row:
            rows = [block.units[start : start + row] for start in range(0, len(block.units), row)]
            first, second = rng.sample(range(1, len(rows)), 2)
            rows[first], rows[second] = rows[second], rows[first]
            side[at] = Block(block.kind, [unit for units in rows for unit in units])
            return


def join(rng: random.Random, side: list[Block]) -> None:
    """Make one paragraph of two that follow each other."""
    places = [at for at in range(len(side) - 1) if side[at].kind == side[at + 1].kind == "paragraph"]
    if places:
        at = rng.choice(places)
        side[at : at + 2] = [Block("joined", side[at].units + side[at + 1].units)]


def move(rng: random.Random, side: list[Block]) -> None:
    """Move one block, exchange two neighbours, or move a whole section."""
    way = rng.randrange(3)
    if way == 0:
        side.insert(rng.randrange(len(side)), side.pop(rng.randrange(len(side))))
    elif way == 1:
        at = rng.randrange(len(side)) - 1
        side[at], side[at + 1] = side[at + 1], side[at]
    elif starts := [at for at, block in enumerate(side) if block.kind == "heading"]:
        start = rng.choice(starts)
        end = next((at for at in starts if at > start), len(side))
        section = side[start:end]
        del side[start:end]
        at = rng.choice([0, *(at for at, block in enumerate(side) if block.kind == "heading"), len(side)])
        side[at:at] = section


# --- none is wrong ----------------------------------------------------------------------------------------------------


@dataclass
class Score:
    """Of the units with a known partner, those that were paired with it; and the pairs that were approved."""

    known: int = 0
    right: int = 0
    approved: int = 0
    wrong: int = 0

    def add(self, source: Document, target: Document, alignment: Alignment, truth: dict[str, set[str]]) -> None:
        found = [(source.units[p.source].text, target.units[p.target].text, p.confidence) for p in alignment.pairs]
        self.known += len(truth)
        self.right += len({left for left, right, _ in found if right in truth.get(left, ())})
        sure = [(left, right) for left, right, confidence in found if confidence >= APPROVED]
        self.approved += len(sure)
        self.wrong += sum(right not in truth.get(left, ()) for left, right in sure)


def split(text: str) -> Document:
    return document.split(text.encode())


def test_pages_are_paired_and_none_is_approved_wrongly() -> None:
    pages = [(split(known.source), split(known.target), known.truth) for known in known_pages(300, seed=1)]
    pages = [page for page in pages if all(10 <= len(side.units) <= 40 for side in page[:2])]
    assert len(pages) >= 200
    alone, together = Score(), Score()
    first = [align(source, target, LOCALES) for source, target, _ in pages]
    lexicon = learn(example for page, one in zip(pages, first, strict=True) for example in examples(*page[:2], one))
    for (source, target, truth), alignment in zip(pages, first, strict=True):
        alone.add(source, target, alignment, truth)
        together.add(source, target, align(source, target, LOCALES, lexicon), truth)
    assert alone.wrong == 0
    assert together.wrong == 0
    assert alone.known > 5000
    assert alone.right / alone.known >= 0.98
    assert together.right / together.known >= 0.99
    assert alone.approved / alone.known >= 0.45
    assert together.approved / together.known >= 0.75


def real_pages() -> Iterator[tuple[list[str], list[str], dict[str, set[str]]]]:
    """The project's own releases in English and French, in blocks, with what their catalogs say."""
    for path in sorted((ROOT / "content/en/news").glob("*.md")):
        loaded = catalog.load(ROOT / f"locales/fr/LC_MESSAGES/news/{path.stem}.po")
        assert loaded is not None
        source = document.split(path.read_bytes())
        live = loaded.live()
        texts = [live[unit.context, unit.text].msgstr for unit in source.units]
        translated = document.splice(source, texts)
        truth = {unit.text: {text} for unit, text in zip(source.units, texts, strict=True)}
        yield source.source.decode().split("\n\n"), translated.decode().split("\n\n"), truth


@pytest.mark.parametrize("number", range(2))
def test_real_french_is_paired_whatever_was_left_out_or_moved(number: int) -> None:
    left, right, truth = list(real_pages())[number]
    assert len(left) == len(right)
    score = Score()
    for seed in range(60):
        rng = random.Random(seed)
        order = [list(range(len(left))), list(range(len(left)))]
        for side in order:
            for _ in range(rng.randrange(4)):
                side.remove(rng.choice(side[1:]))
        for _ in range(rng.randrange(3)):
            moved = rng.choice(order)
            moved.insert(rng.randrange(1, len(moved)), moved.pop(rng.randrange(1, len(moved))))
        source = split("\n\n".join(left[at] for at in order[0]))
        target = split("\n\n".join(right[at] for at in order[1]))
        there = {unit.text for unit in target.units}
        known = {unit.text: truth[unit.text] for unit in source.units if truth.get(unit.text, set()) & there}
        score.add(source, target, align(source, target, LOCALES), known)
    assert score.wrong == 0
    assert score.right / score.known >= 0.98
    assert score.approved / score.known >= 0.5


def test_a_long_page_takes_no_time() -> None:
    writer = Writer(5, Languages.invented(random.Random(5)))
    blocks = writer.page(500)
    sides = [split(page("T", [block.written(side) for block in blocks])) for side in (0, 1)]
    began = time.perf_counter()
    alignment = align(sides[0], sides[1], LOCALES, EMPTY)
    assert time.perf_counter() - began < 2 * 3  # 3: of a machine that is busy
    assert len(alignment.pairs) > 490


def test_a_language_without_spaces() -> None:
    source = "# Release 4.2\n\nAcme opens an office in Lyon in 2026.\n\nIt is small.\n\n`sync` runs in 12 seconds.\n"
    target = (
        "# リリース 4.2\n\nAcmeは2026年にLyonで事務所を開設します。\n\n小さいです。\n\n`sync` は12秒で終わります。\n"
    )
    pairs = align(split(source), split(target), ("en", "ja")).pairs
    assert [(pair.source, pair.target) for pair in pairs] == [(0, 0), (1, 1), (2, 2), (3, 3)]


# --- what pairs, and how surely ---------------------------------------------------------------------------------------

AROUND = (
    "## The Lyon office in 2026\n\nAcme opened 14 rooms for Ada Morand.\n\n",
    "## Le bureau de Lyon en 2026\n\nAcme a ouvert 14 salles pour Ada Morand.\n\n",
)

# name, source, target, the pairs of texts that are approved, and those that are drafts
CASES: list[tuple[str, str, str, dict[str, str], dict[str, str]]] = [
    (
        "equal figures, names and links are certain",
        "Version 4.2 of Poedit is [here](https://a.example/4).\n\nIt is good.",
        "La version 4.2 de Poedit se trouve [ici](https://a.example/4).\n\nElle est bonne.",
        {"Version 4.2 of Poedit": "La version 4.2"},
        {"It is good.": "Elle est bonne."},
    ),
    (
        "another figure is a doubt",
        "In 2024 Weblate had 1,200 users in Geneva.",
        "En 2024, Weblate comptait 1 300 utilisateurs à Geneva.",
        {},
        {"In 2024 Weblate": "En 2024, Weblate"},
    ),
    (
        "thousands and decimals have the marks of their language",
        "Poedit grew from 1,234,567 to 2.5 million users in 2024.",
        "Poedit est passé de 1 234 567 à 2,5 millions d’utilisateurs en 2024.",
        {"Poedit grew": "Poedit est passé"},
        {},
    ),
    (
        "paragraphs that changed places",
        "The `sync` command of Weblate ran 4711 times.\n\nKeller moved 815 pages to Ottawa.",
        "Keller a déplacé 815 pages vers Ottawa.\n\nLa commande `sync` de Weblate a tourné 4711 fois.",
        {},
        {"The `sync`": "La commande `sync`", "Keller moved": "Keller a déplacé"},
    ),
    (
        "nested items, of which one is missing",
        "- Poedit 3\n  - Keller wrote 42 pages\n  - This one is new and nobody translated it\n- Weblate 5",
        "- Poedit 3, oui\n  - Keller a écrit 42 pages\n- Weblate 5, oui",
        {},
        {"Poedit 3": "Poedit 3, oui", "Keller wrote": "Keller a écrit", "Weblate 5": "Weblate 5, oui"},
    ),
    (
        "cells go by row and column, and a missing row is none",
        "| Tool | Since |\n|---|---|\n| the editor Poedit | May 2004 |\n| lost | never |\n| our Weblate | June 2012 |",
        "| Outil | Depuis |\n|---|---|\n| l’éditeur Poedit | mai 2004 |\n| un serveur, Weblate | mars 2012 |",
        {"May 2004": "mai 2004", "our Weblate": "un serveur, Weblate"},
        {},
    ),
]


@pytest.mark.parametrize(("source", "target", "approved", "drafts"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_what_pairs_and_how_surely(source: str, target: str, approved: dict[str, str], drafts: dict[str, str]) -> None:
    left, right = split(AROUND[0] + source + "\n"), split(AROUND[1] + target + "\n")
    found = {
        left.units[pair.source].text: (right.units[pair.target].text, pair.confidence)
        for pair in align(left, right, LOCALES).pairs
    }
    for expected, sure in ((approved, True), (drafts, False)):
        for begin, text in expected.items():
            (key,) = (unit.text for unit in left.units if unit.text.startswith(begin))
            assert key in found, key
            assert found[key][0].startswith(text)
            if sure:
                assert found[key][1] >= APPROVED
    for begin in drafts:
        (key,) = (unit.text for unit in left.units if unit.text.startswith(begin))
        if begin in ("It is good.", "In 2024 Weblate"):
            assert found[key][1] < APPROVED


def test_two_paragraphs_in_one_are_named_and_not_paired() -> None:
    source = split(AROUND[0] + "Keller wrote 42 pages in Ottawa.\n\nWeblate moved to Berlin in 1999.\n")
    target = split(AROUND[1] + "Keller a écrit 42 pages à Ottawa. Weblate a déménagé à Berlin en 1999.\n")
    alignment = align(source, target, LOCALES)
    assert alignment.merged == (((2, 3), (2,)),)
    assert [(pair.source, pair.target) for pair in alignment.pairs] == [(0, 0), (1, 1)]


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path)
    made.configure("")
    return made


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(adopt, arguments, env={"SOURCE_DATE_EPOCH": "1795478400"})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def said(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def rules(answer: Any) -> list[str]:
    return [finding["rule"] for finding in answer["findings"]]


SOURCE = """---
title: Acme opens in Lyon
date: 2026-11-24
---

## A second office in 2026

Acme of **Geneva** opens [14 rooms](https://acme.example/lyon) for Ada Morand.

- Poedit 3.5 runs in Ottawa
- Weblate serves 1,200 people
"""
TARGET = """---
title: Acme ouvre à Lyon
date: 2026-11-24
---

## Un second bureau en 2026

Acme, de **Geneva**, ouvre [14 salles](https://acme.example/lyon) pour Ada Morand.

- Poedit 3.5 tourne à Ottawa
- Weblate sert 1 200 personnes
"""


def translated(project: Project, source: str = SOURCE, target: str = TARGET) -> None:
    project.source(source)
    project.write("content/fr/news/a.md", target)


def test_a_translated_page_becomes_a_catalog_that_builds_the_same_page(project: Project) -> None:
    translated(project)
    answer = said()
    assert answer["findings"] == []
    assert answer["totals"]["approved"] + answer["totals"]["draft"] == 5
    assert answer["totals"]["approved"] >= 4
    msgfmt(project.path())
    assert project.entry("Acme opens").msgstr == "Acme ouvre à Lyon"
    assert project.run("build").exit_code == 0
    assert project.page() == TARGET


def test_a_whole_site_is_adopted_and_none_is_approved_wrongly(project: Project) -> None:
    """The command itself, on a site of 100 pages: what is in the catalogs is what is known to be true."""
    known = dict(enumerate(known_pages(100, seed=7)))
    for number, one in known.items():
        project.source(one.source, f"news/{number}.md")
        project.write(f"content/fr/news/{number}.md", one.target)
    answer = said()
    right = wrong = approved = 0
    for number, one in known.items():
        for entry in project.catalog(f"news/{number}").entries:
            is_right = entry.msgstr in one.truth.get(entry.msgid, ())
            right += is_right
            if entry.state is State.APPROVED:
                approved += 1
                wrong += not is_right
    assert wrong == 0
    assert right / sum(len(one.truth) for one in known.values()) >= 0.98
    assert approved / right >= 0.75
    assert answer["totals"]["approved"] >= approved
    before = project.stamps()
    assert run().exit_code == 0
    assert project.stamps() == before
    same = [row for row in answer["documents"] if not row["page_changes"]]
    assert len(same) >= 3
    assert project.run("build").exit_code == 0
    for row in same:
        assert project.read(row["page"]) == known[int(Path(row["page"]).stem)].target


def test_a_second_run_touches_no_file(project: Project) -> None:
    translated(project, SOURCE + "\nThis was added, and nobody has translated it yet.\n")
    assert run().exit_code == 0
    before = project.stamps()
    answer = said()
    assert project.stamps() == before
    assert rules(answer) == ["unpaired-source", "page-changes"]
    assert not answer["documents"][0]["catalog_written"]


def test_a_dry_run_writes_nothing_and_says_the_same(project: Project) -> None:
    translated(project)
    before = project.stamps()
    planned = said("--dry-run")
    assert project.stamps() == before
    assert planned["documents"] == said()["documents"]


def test_texts_of_a_catalog_stay(project: Project) -> None:
    translated(project)
    assert project.run("extract").exit_code == 0
    project.edit('msgid "Acme opens in Lyon"\nmsgstr ""', 'msgid "Acme opens in Lyon"\nmsgstr "Acme s’installe à Lyon"')
    answer = said()
    assert answer["totals"]["known"] == 1
    assert project.entry("Acme opens").msgstr == "Acme s’installe à Lyon"
    assert rules(answer) == ["page-changes"]
    assert answer["documents"][0]["page_changes"] == [[2, 2]]


def test_a_comment_of_a_translator_stays(project: Project) -> None:
    translated(project)
    assert project.run("extract").exit_code == 0
    project.edit("#. front matter: title", "# Ask Ada first.\n#. front matter: title")
    assert run().exit_code == 0
    assert project.entry("Acme opens").remarks == "Ask Ada first."
    assert project.entry("Acme opens").msgstr == "Acme ouvre à Lyon"


def test_a_draft_says_where_it_comes_from(project: Project) -> None:
    translated(project, SOURCE + "\nIt is good.\n", TARGET + "\nVoilà.\n")
    run()
    entry = project.entry("It is good.")
    assert (entry.fuzzy, entry.msgstr) == (True, "Voilà.")
    assert entry.provenance.startswith("adopted ")
    assert entry.provenance.endswith("%")


def test_other_markup_is_no_translation(project: Project) -> None:
    translated(project, target=TARGET.replace("**Geneva**", "Geneva"))
    answer = said()
    assert rules(answer) == ["markup", "page-changes"]
    assert "strong" in answer["findings"][0]["message"]
    assert project.entry("Acme of").msgstr == ""


def test_a_copy_is_not_translated(project: Project) -> None:
    translated(project, target=SOURCE)
    answer = said()
    assert rules(answer) == ["untranslated"]
    assert answer["totals"]["untranslated"] == answer["documents"][0]["units"]
    assert not project.path().exists()


def test_a_name_is_a_draft_and_a_sentence_is_missing(project: Project) -> None:
    added = "\n### Acme Geneva\n\nThis sentence of the source is still in English.\n"
    translated(project, SOURCE + added, TARGET + added)
    answer = said()
    assert rules(answer) == ["untranslated"]
    assert answer["findings"][0]["path"] == "content/fr/news/a.md"
    assert project.states()["Acme Geneva"] == "draft"
    assert project.states()["This sentence of the source is still in English."] == "missing"
    project.run("build")
    assert project.page() == TARGET + added


def test_both_sides_of_what_is_left_are_named(project: Project) -> None:
    translated(
        project, SOURCE + "\n### Only here\n", TARGET.replace("## Un", "Ajouté en `plus` le 3 mai 1987.\n\n## Un")
    )
    answer = said()
    places = {finding["rule"]: (finding["path"], finding["line"]) for finding in answer["findings"]}
    assert places["unpaired-source"] == ("content/en/news/a.md", 13)
    assert places["unpaired-target"] == ("content/fr/news/a.md", 6)
    assert places["page-changes"][0] == "content/fr/news/a.md"
    assert run().exit_code == 0


def test_one_text_in_two_ways_is_a_draft(project: Project) -> None:
    source = SOURCE + "\n### See Poedit 7\n\nOttawa has 815 beds.\n\n### See Poedit 7\n"
    target = TARGET + "\n### Voir Poedit 7\n\nOttawa a 815 lits.\n\n### Regarder Poedit 7\n"
    translated(project, source, target)
    answer = said()
    assert "ambiguous" in rules(answer)
    assert project.entry("See Poedit").fuzzy


def test_front_matter_goes_by_path(project: Project) -> None:
    project.configure('[front_matter]\ntranslate = ["title", "seo.title", "summary"]\n')
    translated(
        project,
        "---\ntitle: One\nseo:\n  title: Two\nsummary: Three\n---\n",
        "---\nsummary: Trois\nseo:\n  title: Deux\ntitle: Un\n---\n",
    )
    answer = said()
    assert {entry.msgid: entry.msgstr for entry in project.catalog().entries} == {
        "One": "Un",
        "Two": "Deux",
        "Three": "Trois",
    }
    assert rules(answer) == ["page-changes"]


def test_lines_outside_the_units_are_named(project: Project) -> None:
    translated(project, target=TARGET.replace("date: 2026-11-24", "date: 2026-11-25\nlang: fr"))
    answer = said()
    assert rules(answer) == ["page-changes"]
    assert answer["documents"][0]["page_changes"] == [[3, 4]]


def test_a_page_that_cannot_be_read_is_named_and_the_rest_goes_on(project: Project) -> None:
    translated(project)
    project.source("# Ada in 2026\n", "news/b.md")
    (project.root / "content/fr/news/b.md").write_bytes(b"# Ada\n\xff\n")
    result = run()
    assert result.exit_code == 2
    assert "content/fr/news/b.md:2" in result.stderr
    assert project.path("news/a").exists()


def test_a_page_outside_the_project_is_left_alone(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "a.md").write_text(TARGET, encoding="utf-8")
    project.source(SOURCE)
    (project.root / "content/fr").mkdir(parents=True)
    (project.root / "content/fr/news").symlink_to(outside)
    result = run()
    assert result.exit_code == 2
    assert "a link leads out of the project" in result.stderr
    assert not project.path().exists()


def test_documents_and_locales_can_be_narrowed(project: Project) -> None:
    translated(project)
    project.source("# Ada in 2026\n", "news/b.md")
    project.write("content/fr/news/b.md", "# Ada, en 2026\n")
    assert [row["document"] for row in said("content/en/news/b.md")["documents"]] == ["content/en/news/b.md"]
    assert not project.path("news/a").exists()
    with pytest.raises(ConfigError):
        run("--locale", "xx")
    with pytest.raises(ConfigError):
        run("nowhere.md")


def test_a_document_without_a_page_is_counted(project: Project) -> None:
    project.source(SOURCE)
    assert said()["totals"]["without_page"] == 1
    assert not project.path().exists()
