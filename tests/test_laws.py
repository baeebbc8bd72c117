"""The laws of the design, hunted with hypothesis. `HYPOTHESIS_PROFILE=long` looks at 100,000 documents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prl10n import document, markup
from prl10n.assembly import assemble
from prl10n.errors import DocumentError, MarkupError
from prl10n.model import Piece

REGRESSIONS = sorted((Path(__file__).parent / "cases/regressions").glob("*.md"))

FRAGMENTS = [
    *"\\`*_{}[]()#+-.!|~<>&;:\"'/=^$%@, \t\n", "\r\n", "\r", "\n\n", "  \n", "\\\n", "    ", "\u00a0", "\u2028",
    "\x0c", "\ufeff", "\0", "é", "漢", "🙂", "\u200b", "word ", "two words", "a", "B", "1. ", "10) ", "- ", "* ",
    "+ ", "> ", "# ", "### ", "```\n", "~~~", "---\n", "===\n", "***", "**", "__", "~~", "``", "[x](/u)",
    '[y](</u v> "t")', "![z](i.png 'alt')", "[r]", "[r][]", "[t][r]", "[r]: /u 'tip'\n", "<b>", "</b>", "<br/>",
    "<div>\n", "</div>\n", "<p title=\"tip\">", "<img alt='a\nb' src=x>", "<code>", "</code>", "<!-- c -->",
    "<pre>", "</pre>", "<script>", "&amp;", "&copy;", "&#42;", "\\*", "https://a.example/b", "a@b.example",
    "<https://c.example>", "| a | b |\n|---|---|\n| c \\| d | `e` |\n", "|", "- [ ] task\n",
    "---\ntitle: One\nlayout: x\n---\n", "---\n", "title: ", "{{ x }}", "{% y %}", ":::note\n", "!!! note\n",
]  # fmt: skip

DIALECTS = [
    '{{< fig caption="a b" >}}', "{{% note %}}", "{%", "%}", "{% raw %}", "{% endraw %}", "{{", "}}", "{: .c }",
    "{.c}", "[^1]", "[^1]: ", "$x^2$", "$$\n", ":tada:", '=== "Tab"\n', '!!! note "T"\n\n    ', "*[A]: b\n", ": def\n",
    '--8<-- "f"\n', "import a from 'b'\n", "> [!NOTE]\n", "<div markdown>\n", "::: a.b\n", '{ title="x" }', "</div>",
]  # fmt: skip
FRAGMENTS += [*DIALECTS, '+++\ntitle = "One"\nx = 1\n+++\n', "+++\n", '{"title": "One"}\n', "<!-- prl10n: skip -->\n"]

documents = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join),
    st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=6)), max_size=15).map("".join),
    st.text(max_size=60),
)
hostile = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=8).map("".join),
    st.text(min_size=1, max_size=20),
)


@given(documents)
def test_law_1_splicing_a_documents_own_texts_gives_the_same_bytes(text: str) -> None:
    source = text.encode()
    split = document.split(source)
    assert document.splice(split, [unit.text for unit in split.units]) == source


@given(st.binary(max_size=40))
def test_law_1_for_any_bytes(source: bytes) -> None:
    try:
        source.decode()
    except UnicodeDecodeError:
        with pytest.raises(DocumentError):
            document.split(source)
    else:
        split = document.split(source)
        assert document.splice(split, [unit.text for unit in split.units]) == source


@given(documents)
def test_spans_are_in_order_and_pieces_tile_the_text(text: str) -> None:
    end = 0
    for unit in document.split(text.encode()).units:
        assert end <= unit.span.start < unit.span.end
        end = unit.span.end
        place = 0
        for piece in unit.pieces:
            assert piece.start == place
            place = piece.end
            assert all(piece.start <= part.start <= part.end <= piece.end for part in piece.inner)
        assert place == len(unit.text)
        assert unit.text == unit.text.strip(" \t\n")


@given(documents, st.lists(hostile, max_size=8))
def test_law_3_whatever_the_translations_say_the_skeleton_stays(text: str, translations: list[str]) -> None:
    split = document.split(text.encode())
    texts = [translations[index % len(translations)] if translations else None for index in range(len(split.units))]
    result, rejected = assemble(split, texts)
    assert document.skeleton(result, split.rules) == split.skeleton
    assert all(texts[index] and reason for index, reason in rejected.items())
    again, _ = assemble(split, texts)
    assert again == result


@given(documents, st.lists(hostile, max_size=8))
def test_law_1_nothing_outside_the_spans_of_units_changes(text: str, translations: list[str]) -> None:
    source = text.encode()
    split = document.split(source)
    texts = [translations[index % len(translations)] if translations else None for index in range(len(split.units))]
    result, _ = assemble(split, texts)
    place = last = 0
    for unit in split.units:
        between = source[last : unit.span.start]
        assert result.startswith(between, place) or between in result[place:]
        place = result.index(between, place) + len(between)
        last = unit.span.end
    assert result.endswith(source[last:])


@given(documents)
def test_what_a_backend_returns_unchanged_is_the_unit_itself(text: str) -> None:
    split = document.split(text.encode())
    for unit in split.units:
        texts = markup.neutral(unit, split.references)
        assert texts
        assert all(document.has_letters(re.sub(r"<[^>]*>|&\w+;", "", each)) for each in texts)
        assert markup.render(unit, texts, split.references) == unit.text


def changed(neutral: str, words: str) -> str:
    """The neutral form with other words in each of its runs."""
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"(<[^>]*>|&\w+;)|[^\W\d_]+", lambda found: found[1] or escaped, neutral)


@given(documents, hostile)
def test_a_rendered_answer_reads_as_it_was_meant(text: str, words: str) -> None:
    split = document.split(text.encode())
    for unit in split.units:
        answers = [changed(each, words) for each in markup.neutral(unit, split.references)]
        try:
            rendered = markup.render(unit, answers, split.references)
        except MarkupError:
            continue
        pieces = document.read(rendered, unit.syntax, split.references)
        assert markup.same_markup(unit, pieces)


@given(
    documents,
    st.lists(st.sampled_from(["<g1>", "</g1>", "<x1/>", "<x2/>", "<g2>", "</g2>", "a ", "b", " "]), max_size=8),
)
def test_an_answer_with_other_tags_never_becomes_other_markup(text: str, parts: list[str]) -> None:
    split = document.split(text.encode())
    for unit in split.units:
        try:
            rendered = markup.render(
                unit, ["".join(parts)] * len(markup.neutral(unit, split.references)), split.references
            )
        except MarkupError:
            continue
        assert markup.same_markup(unit, document.read(rendered, unit.syntax, split.references))


WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyzé", min_size=3, max_size=8)
BLOCKS = [
    "{}\n\n", "# {}\n\n", "- {}\n- {}\n\n", "> {}\n> {}\n\n", "| {} | {} |\n|---|---|\n| {} | {} |\n\n",
    "**{}** {} _{}_\n\n", "[{}](/u '{}')\n\n", "![{}](i.png)\n\n", "<div>\n<p>{} <b>{}</b></p>\n</div>\n\n",
    "1. {}\n\n   {}\n\n", "{}\n===\n\n", "{}  \n{}\n\n", "- [ ] {}\n\n", "<img alt='{}' src='x'>\n\n",
    "~~{}~~ <span title='{}'>{}</span>\n\n",
]  # fmt: skip


@given(st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=6), st.data())
def test_law_2_every_word_of_a_tidy_document_is_in_a_unit(blocks: list[str], data: st.DataObject) -> None:
    template = "".join(blocks)
    words = data.draw(st.lists(WORDS, min_size=template.count("{}"), max_size=template.count("{}"), unique=True))
    split = document.split(template.format(*words).encode())
    said = " ".join(
        each
        for unit in split.units
        for text in markup.neutral(unit, split.references)
        for each in re.split(r"<[^>]*>", text)
    )
    assert all(word in said for word in words)


CODE = [
    "`{}`\n\n",
    "```\n{}\n```\n\n",
    "    {}\n\n",
    "<!-- {} -->\n\n",
    "<script>\n{}\n</script>\n\n",
    "<https://e.example/{}>\n\n",
]


@given(st.lists(st.sampled_from(CODE), min_size=1, max_size=5), st.data())
def test_law_2_what_is_no_prose_is_in_no_unit(blocks: list[str], data: st.DataObject) -> None:
    template = "".join(blocks)
    words = data.draw(st.lists(WORDS, min_size=template.count("{}"), max_size=template.count("{}"), unique=True))
    assert document.split(template.format(*words).encode()).units == ()


@pytest.mark.parametrize("path", REGRESSIONS, ids=[path.stem for path in REGRESSIONS])
def test_what_broke_once(path: Path) -> None:
    source = path.read_bytes()
    split = document.split(source)
    assert document.splice(split, [unit.text for unit in split.units]) == source
    assert {piece.piece for unit in split.units for piece in unit.pieces} <= set(Piece)
    for words in ("x", "# x", "*x", "x [y](z)", "<div>", "|", "1. x\n\n- y"):
        result, _ = assemble(split, [words] * len(split.units))
        assert document.skeleton(result, split.rules) == split.skeleton
