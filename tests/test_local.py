"""The backend `local` on a tiny real model, and the placing of tags by alignment, on any alignment."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tiny_model
from prl10n import models, tags
from prl10n.backends import Answer, Request, alignment, placing
from prl10n.backends.alignment import Aligned, Row
from prl10n.backends.local import LocalBackend, detokenized
from prl10n.errors import ConfigError
from prl10n.models import packages
from prl10n.tags import Item, Token

WORDS = ["the", "new", "Nuvla", "platform", "l’eau", "34.50", "(", "now", ".", "é", "日本", "a&b", "«"]

# --- the engine -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models en → fr and en → de that write capitals, and de → it that writes small letters."""
    root = tmp_path_factory.mktemp("models")
    files = tmp_path_factory.mktemp("files")
    packages.install_file(root, tiny_model.argos_package(files / "en_fr.argosmodel"))
    packages.install_file(root, tiny_model.opus_archive(files / "en-de.zip"), "en", "de")
    packages.install_file(root, tiny_model.opus_archive(files / "de-it.zip", tiny_model.QUIET), "de", "it")
    return root


def backend(home: Path, **options: object) -> LocalBackend:
    return LocalBackend(options, {"PRL10N_MODELS": str(home)})


def translate(home: Path, *texts: str, target: str = "fr", **options: object) -> list[str | None]:
    request = Request("en", target, texts)
    return [answer.text for part in backend(home, **options).translate(request) for answer in part]


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("The company today announced a new platform.", "THE COMPANY TODAY ANNOUNCED A NEW PLATFORM."),
        ("One. Two!  Three?", "ONE. TWO!  THREE?"),  # white space between sentences stays
        (" New\nrelease notes ", " NEW\nRELEASE NOTES "),  # and lines stay lines
        ("R&amp;D &lt; 5", "R&amp;D &lt; 5"),
        ("Read the <g1>release notes</g1>.", "READ THE <g1>RELEASE NOTES</g1>."),
        ("<g1>Read <g2>it</g2></g1> now", "<g1>READ <g2>IT</g2></g1> NOW"),
        ("<g1>It is new. It is</g1> free!", "<g1>IT IS NEW. IT IS</g1> FREE!"),  # a pair over two sentences
        ("free<g1>dom</g1> now", "<g1>FREEDOM</g1> NOW"),  # words stay whole
        ("Note<x1/> this.<x2/>", "NOTE<x1/> THIS.<x2/>"),
        ("Use <x1/> to start <x2/>, now.", "USE <x1/> TO START <x2/>, NOW."),
        ("<x1/> announced <g2><x3/></g2>.", "<x1/> ANNOUNCED <g2><x3/></g2>."),
        ("<x1/><g2></g2>", "<x1/><g2></g2>"),
        ("2026 — 34.50", "2026 — 34.50"),  # no letters: not for the model
        ("", ""),
    ],
)
def test_words_are_translated_and_tags_stay_with_them(home: Path, text: str, translation: str) -> None:
    assert translate(home, text) == [translation]


@pytest.mark.parametrize("text", ["Use <x1/> to <g2>start <x3/></g2> now.", "<x1/> is new", "It is (<x1/>) here"])
def test_a_model_that_changes_stand_ins_is_asked_again_without_any(home: Path, text: str) -> None:
    """Through German the last model writes small letters, so that no stand-in comes back."""
    assert translate(home, text, target="it") == [text.lower()]


def test_a_third_language_leads_to_one_without_a_model(home: Path) -> None:
    made = backend(home)
    assert [(model.source, model.target) for model in made.chain("en-GB", "it")] == [("en", "de"), ("de", "it")]
    text = "The <g1>New</g1> platform. READ <g2>IT</g2>!"
    assert translate(home, text, target="it") == ["the <g1>new</g1> platform. read <g2>it</g2>!"]


def test_answers_come_in_the_order_of_the_texts(home: Path) -> None:
    texts = [f"release {number} {'new ' * (number % 7)}notes" for number in range(40)]
    assert translate(home, *texts) == [text.upper() for text in texts]
    assert translate(home, *texts, threads=1, batch_size=64, beam_size=1) == [text.upper() for text in texts]


def test_a_sentence_that_is_too_long_is_cut_at_commas_and_spaces(home: Path) -> None:
    text = ", ".join(["the new platform helps <g1>teams</g1> publish"] * 12).replace("<g1>teams</g1>", "teams", 11)
    assert translate(home, text, max_length=40) == [text.upper().replace("G1>", "g1>")]
    assert translate(home, "a" * 90, max_length=40) == ["A" * 90]


def test_no_texts_no_answers(home: Path) -> None:
    assert list(backend(home).translate(Request("en", "fr", ()))) == []


def test_it_costs_nothing(home: Path) -> None:
    assert backend(home).count(["The company"]) == 0
    assert list(backend(home).translate(Request("en", "fr", ("new",)))) == [[Answer("NEW", 0)]]


def test_settings_name_the_models_and_what_changes_an_answer(home: Path) -> None:
    settings = backend(home).settings("en", "fr-CA")
    assert settings.split()[0] == "local"
    assert settings.isprintable()
    assert models.find(home, "en", "fr")[0].sha256[:16] in settings
    assert settings == backend(home, threads=1, batch_size=64).settings("en", "fr")
    assert settings != backend(home, beam_size=1).settings("en", "fr")
    assert settings != backend(home).settings("en", "de")


def test_a_missing_model_is_an_error_that_gives_the_command(home: Path) -> None:
    with pytest.raises(ConfigError, match="no local model translates from en-US to pt-BR") as caught:
        backend(home).settings("en-US", "pt-BR")
    assert caught.value.remedy == "Run: prl10n model install en pt"


@pytest.mark.parametrize("options", [{"colour": "red"}, {"device": "tpu"}, {"beam_size": 0}, {"max_length": 9}])
def test_a_wrong_option_is_an_error(home: Path, options: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=r"\[backend\.local\]"):
        backend(home, **options)


def test_without_its_libraries_the_backend_says_what_to_install() -> None:
    code = (
        "import importlib.util as util\n"
        "real = util.find_spec\n"
        "util.find_spec = lambda name, package=None: None if name == 'ctranslate2' else real(name, package)\n"
        "from prl10n.backends.local import LocalBackend\n"
        "from prl10n.errors import ConfigError\n"
        "try: LocalBackend({}, {}).settings('en', 'fr')\n"
        "except ConfigError as error: print(error.remedy)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert said == "Run: pip install 'prl10n[local]'\n"


def test_importing_the_backend_imports_no_engine() -> None:
    code = (
        "import sys, prl10n.backends.local, prl10n.models\n"
        "sys.exit(any(name in sys.modules for name in ('ctranslate2', 'sentencepiece', 'sentencex', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("pieces", "text", "spans"),
    [
        (["▁Un", "▁pe", "tit"], "Un petit", [(0, 2), (2, 5), (5, 8)]),
        (["▁", "<0xC3>", "<0xA9>", "t", "</s>"], "ét", [(0, 0), (0, 0), (0, 1), (1, 2), (2, 2)]),
        (["l", "'", "▁"], "l'", [(0, 1), (1, 2), (2, 2)]),
        ([], "", []),
    ],
)
def test_pieces_become_text_with_the_characters_of_each(
    pieces: list[str], text: str, spans: list[tuple[int, int]]
) -> None:
    assert detokenized(pieces) == (text, spans)


# --- placing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "atoms"),
    [
        ("L’eau à 5 %.", ["L", "’", "eau", "à", "5", "%", "."]),
        ("日本 go", ["日", "本", "go"]),
        ("हिन्दी a\u0301", ["हिन्दी", "a\u0301"]),
        ("  ", []),
    ],
)
def test_atoms_are_words_and_signs(text: str, atoms: list[str]) -> None:
    assert [text[start:end] for start, end in alignment.atoms(text)] == atoms


def placed(source: str, translation: str, links: dict[int, int]) -> str:
    """The translation with tags, where atom n of it came from atom `links[n]` of the source."""
    known = alignment.layout(tags.parse(source))
    atoms = alignment.atoms(translation)
    rows: list[Row] = [(links[index], (1.0,)) if index in links else (0, (0.0,)) for index in range(len(atoms))]
    tokens = placing.place(known, Aligned(translation, atoms, tuple(rows)))
    assert tokens is not None
    return tags.written(tokens)


@pytest.mark.parametrize(
    ("source", "translation", "links", "expected"),
    [
        ("a <g1>red car</g1>", "une voiture rouge", {0: 0, 1: 2, 2: 1}, "une <g1>voiture rouge</g1>"),
        ("<g1>red</g1> <g2>car</g2>", "voiture rouge", {0: 1, 1: 0}, "<g2>voiture</g2> <g1>rouge</g1>"),
        (
            "<g1>the <g2>red</g2> car</g1>.",
            "le char rouge.",
            {0: 0, 1: 2, 2: 1, 3: 3},
            "<g1>le char <g2>rouge</g2></g1>.",
        ),
        ("<g1>car</g1>.", "voiture.", {0: 0, 1: 0}, "<g1>voiture</g1>."),
        ("<g1>car.</g1>", "voiture.", {0: 0, 1: 1}, "<g1>voiture.</g1>"),
        ("the <g1>water</g1>", "l’eau", {0: 0, 1: 0, 2: 1}, "l’<g1>eau</g1>"),
        ("red<x1/> car", "voiture rouge", {0: 1, 1: 0}, "voiture rouge<x1/>"),
        ("(<x1/>red) car", "voiture (rouge)", {0: 2, 1: 0, 2: 1, 3: 3}, "voiture (<x1/>rouge)"),
        ("red <x1/> car", "voiture rouge", {0: 1, 1: 0}, "voiture rouge <x1/>"),
        ("red <x1/> car", "voiture rouge ici", {0: 2, 1: 0}, "voiture rouge <x1/> ici"),
        ("go: <x1/>.", "va :", {0: 0, 1: 1}, "va : <x1/>"),
        ("<g1>red</g1><x2/> car", "char rouge", {0: 1, 1: 0}, "char <g1>rouge</g1><x2/>"),
        ("two <g1>cars</g1> and <g2>dogs</g2>", "deux", {0: 0}, "<g1>deux</g1> <g2></g2>"),
        ("<g1><x2/></g1> red", "rouge", {0: 0}, "<g1><x2/></g1> rouge"),
        ("red <x1/><x2/> car", "char rouge", {0: 1, 1: 0}, "char rouge <x1/><x2/>"),
    ],
)
def test_tags_go_where_their_words_went(source: str, translation: str, links: dict[int, int], expected: str) -> None:
    assert placed(source, translation, links) == expected


@st.composite
def fragments(draw: st.DrawFn) -> list[Token]:
    """Neutral forms with any nesting, and tags that touch each other, words or the borders."""
    tokens: list[Token] = []
    opened: list[int] = []
    number = 0
    for _ in range(draw(st.integers(0, 12))):
        step = draw(st.sampled_from(["text", "text", "open", "close", "empty"]))
        if step == "text":
            words = draw(st.lists(st.sampled_from(WORDS), max_size=3))
            before, after = draw(st.sampled_from(["", " "])), draw(st.sampled_from(["", " "]))
            tokens.append(Token(Item.TEXT, before + " ".join(words) + after))
        elif step == "close" and opened:
            tokens.append(Token(Item.CLOSE, number=opened.pop()))
        elif step in ("open", "empty"):
            number += 1
            tokens.append(Token(Item.OPEN if step == "open" else Item.EMPTY, number=number))
            if step == "open":
                opened.append(number)
    return tags.parse(tags.written([*tokens, *(Token(Item.CLOSE, number=each) for each in reversed(opened))]))


@st.composite
def alignments(draw: st.DrawFn) -> tuple[list[Token], Aligned, dict[int, str]]:
    tokens = draw(fragments())
    standing = alignment.stand_ins(tokens, (f"KX{n}" for n in range(99))) if draw(st.booleans()) else {}
    words = draw(st.lists(st.sampled_from(WORDS), max_size=10)) + list(standing.values())
    spaces = st.sampled_from([" ", "\u00a0", ""])
    translation = "".join(draw(spaces) + word for word in draw(st.permutations(words))) + draw(spaces)
    atoms = alignment.atoms(translation)
    width = len(alignment.layout(tokens, standing).atoms)
    weights = st.sampled_from([0.0, 0.0, 0.1, 0.5, 1.0])
    rows = [(0, tuple(draw(st.lists(weights, min_size=width, max_size=width)))) for _ in atoms]
    return tokens, Aligned(translation, atoms, tuple(rows)), standing


def without_space(text: str) -> str:
    return "".join(text.split())


@given(alignments())
def test_whatever_the_alignment_every_tag_is_there_once_and_the_words_are_the_translations(
    drawn: tuple[list[Token], Aligned, dict[int, str]],
) -> None:
    tokens, translation, standing = drawn
    answer = placing.place(alignment.layout(tokens, standing), translation)
    if answer is None:
        assert standing
        return
    tags.check(tokens, tags.parse(tags.written(answer)))
    assert tags.parse(tags.written(answer)) == answer
    said = "".join(standing.get(token.number, token.text) for token in answer if token.item is not Item.CLOSE)
    assert without_space(said) == without_space(translation.text)
    # No space inside a word, and none lost.
    left = translation.text
    for character in said:
        if left[:1] == character:
            left = left[1:]
        else:
            assert character == " "
    assert left == ""
    words = [said[start:end] for start, end in alignment.atoms(said)]
    assert "".join(words) == without_space(said)
    assert len(words) <= len(translation.atoms)


@given(st.data())
def test_rows_of_a_translation_of_a_translation_are_shares(data: st.DataObject) -> None:
    sizes = [data.draw(st.integers(1, 5)) for _ in range(3)]
    weight = st.integers(0, 3).map(float)
    matrices = [
        [data.draw(st.lists(weight, min_size=width, max_size=width)) for _ in range(height)]
        for width, height in pairwise(sizes)
    ]
    spans = [tuple((2 * index, 2 * index + 1) for index in range(size)) for size in sizes]
    first, second = (
        alignment.from_attention(spans[step], spans[step], spans[step + 1], spans[step + 1], matrix)
        for step, matrix in enumerate(matrices)
    )
    rows = alignment.composed(second, first, sizes[0])
    assert len(rows) == sizes[2]
    for start, row in rows:
        assert (start, len(row)) == (0, sizes[0])
        assert sum(row) == pytest.approx(1) or sum(row) == 0
