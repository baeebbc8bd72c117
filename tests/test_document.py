"""Splitting and splicing: which units a document has, and how other words are written in their places."""

from __future__ import annotations

import json

import pytest

from cases import load
from prl10n import document, markup
from prl10n.assembly import assemble
from prl10n.document import Rules
from prl10n.errors import DocumentError
from prl10n.model import Piece, Syntax

UNITS = load("units.txt", 2)
SPLICES = load("splice.txt", 3)


def listed(source: bytes) -> list[str]:
    return [f"{unit.kind} | {unit.text}".replace("\n", "⏎") for unit in document.split(source).units]


@pytest.mark.parametrize(("source", "expected"), [case[1:] for case in UNITS], ids=[case[0] for case in UNITS])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_units(source: str, expected: str, newline: str) -> None:
    assert listed(source.replace("\n", newline).encode()) == expected.splitlines()


@pytest.mark.parametrize("source", [case[1] for case in UNITS + SPLICES], ids=[case[0] for case in UNITS + SPLICES])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_law_1_a_documents_own_texts_give_the_same_bytes(source: str, newline: str, start: str) -> None:
    for text in (source, source.rstrip("\n")):
        data = (start + text.replace("\n", newline)).encode()
        split = document.split(data)
        assert document.splice(split, [unit.text for unit in split.units]) == data


def spliced(source: str, texts: str) -> str:
    """The source with the texts, given as lines `text | translation`."""
    pairs = [line.replace("⏎", "\n").split(" | ") for line in texts.splitlines()]
    translations = {pair[0]: pair[1] for pair in pairs}
    split = document.split(source.encode())
    assert translations.keys() <= {unit.text for unit in split.units}
    return document.splice(split, [translations.get(unit.text) for unit in split.units]).decode()


@pytest.mark.parametrize(
    ("source", "texts", "expected"), [case[1:] for case in SPLICES], ids=[case[0] for case in SPLICES]
)
def test_splice(source: str, texts: str, expected: str) -> None:
    assert spliced(source, texts) == expected


def test_splice_writes_the_newlines_of_the_file() -> None:
    split = document.split(b"> One  \r\n> two\r\n")
    assert document.splice(split, ["Un  \ndeux"]) == b"> Un  \r\n> deux\r\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"---\ntitle: A\n---\nB\n", b"---\ntitle: A\nlang: fr\n---\nB\n"),
        (b"---\nlang: en # here\n---\nB\n", b"---\nlang: fr # here\n---\nB\n"),
        (b"---\nlang:\ntitle: A\n---\n", b"---\nlang: fr\ntitle: A\n---\n"),
        (b'+++\ntitle = "A"\n[x]\ny = 1\n+++\nB\n', b'+++\nlang = "fr"\ntitle = "A"\n[x]\ny = 1\n+++\nB\n'),
        (b"+++\nlang = 'en' # here\n+++\n", b'+++\nlang = "fr" # here\n+++\n'),
        (b'{"title": "A"}\nB\n', b'{\n  "lang": "fr","title": "A"}\nB\n'),
        (b'{\n  "lang" : null,\n  "n": 1.0\n}\n', b'{\n  "lang" : "fr",\n  "n": 1.0\n}\n'),
        (b"B\n", b"---\nlang: fr\n---\nB\n"),
        (b"\xef\xbb\xbfB\r\n", b"\xef\xbb\xbf---\r\nlang: fr\r\n---\r\nB\r\n"),
    ],
)
def test_front_matter_keys_are_set(source: bytes, expected: bytes) -> None:
    split = document.split(source)
    assert document.splice(split, [None] * len(split.units), {"lang": "fr"}) == expected


def test_a_key_that_is_set_goes_before_its_translation() -> None:
    split = document.split(b"---\ntitle: A\n---\n")
    assert document.splice(split, ["B"], {"title": "no"}) == b"---\ntitle: 'no'\n---\n"


def test_a_link_whose_words_look_like_its_kind_is_prose() -> None:
    """Only a link that shows its own destination has no words."""
    (unit,) = document.split(b"*So* [link x](x), [x](x)\n").units
    words = [piece.value for piece in unit.pieces if piece.piece is Piece.TEXT]
    assert words == ["So", " ", "link x", ", "]


def test_spans_are_bytes_and_lines_count_from_one() -> None:
    source = "---\ntitle: Été\n---\n\n# Ça\n\n> où\n".encode()
    found = [(unit.line, source[unit.span.start : unit.span.end].decode()) for unit in document.split(source).units]
    assert found == [(2, "Été"), (5, "Ça"), (7, "où")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\u2028b", "a\u2028b"),
        ("a\x0cb", "a\x0cb"),
        ("a\0b", "a\ufffdb"),
        ("\ttab", None),
        ("a\u200bb \u202eabc", "a\u200bb \u202eabc"),
        ("no newline", "no newline"),
    ],
)
def test_unusual_characters(text: str, expected: str | None) -> None:
    assert [unit.text for unit in document.split(text.encode()).units] == ([expected] if expected else [])


def test_bytes_that_are_not_utf_8_are_refused_with_their_line() -> None:
    with pytest.raises(DocumentError, match="not UTF-8") as caught:
        document.split(b"one\ntwo \xff\n")
    assert caught.value.where == ":2"
    assert caught.value.remedy == "Save the file as UTF-8."


def test_front_matter_that_cannot_be_read_is_a_problem_with_its_line() -> None:
    assert [line for line, _ in document.split(b"---\nlayout: x\ntitle: a: b\n---\nBody\n").problems] == [3]


def test_paths_of_nested_front_matter() -> None:
    source = b"---\nseo:\n  description: One\nfeatures:\n- title: Two\n- title: Three\ntitle: Four\n---\n"
    rules = Rules(translate=("seo.description", "features[].title"))
    assert [unit.text for unit in document.split(source, rules).units] == ["One", "Two", "Three"]


FRAGMENT = """# Big **words**

- one [link](/a "Tip")
- two `code`

```sh
npm i
```
last line
goes on"""


@pytest.mark.parametrize(
    "front",
    [
        "---\nhero: |\n" + "".join(f"  {line}\n" if line else "\n" for line in FRAGMENT.splitlines()) + "---\n",
        f"+++\nhero = '''\n{FRAGMENT}'''\n+++\n",
        json.dumps({"hero": FRAGMENT}) + "\n",
    ],
    ids=["yaml", "toml", "json"],
)
def test_markdown_in_a_front_matter_value(front: str) -> None:
    """The lines, the code and the link of a value that is markdown are markup; a backend sees only words and tags."""
    rules = Rules(markdown=("hero",))
    split = document.split(front.encode(), rules)
    (unit,) = split.units
    assert (unit.kind, unit.text) == ("front matter, markdown: hero", FRAGMENT)
    words = "<x1/>Big <g2>words</g2><x3/>one <g4>link</g4><x5/>two <x6/><x7/>last line goes on"
    assert markup.neutral(unit) == (words, "Tip")
    french = markup.render(unit, [words.replace("one", "un").replace("words", "mots"), "Astuce"])
    assert french == FRAGMENT.replace("one", "un").replace("words", "mots").replace("Tip", "Astuce").replace(
        "e\ng", "e g"
    )
    result, rejected = assemble(split, [french])
    assert not rejected
    assert document.split(result, rules).units[0].text == french
    broken = french.replace("](/a", "](/b")
    result, rejected = assemble(split, [broken])
    assert result == front.encode()
    assert rejected == {0: "it lacks link /a; the source does not have link /b"}


def test_code_and_addresses_in_plain_values_are_no_prose() -> None:
    source = b"---\ntitle: The `new` key\n---\n<img alt='By Zo\xc3\xab &lt;zoe@a.example&gt; &amp; co' src=x>\n"
    units = document.split(source).units
    assert [markup.neutral(unit) for unit in units] == [
        ("The <x1/> key",),
        ("By Zoë &lt;<x1/>&gt; &amp; co",),
    ]
    texts = [
        markup.render(unit, [text.replace("key", '"clé"').replace("By", "De")])
        for unit, (text,) in ((unit, markup.neutral(unit)) for unit in units)
    ]
    assert document.splice(document.split(source), texts).decode() == (
        "---\ntitle: The `new` \"clé\"\n---\n<img alt='De Zoë &lt;zoe@a.example&gt; &amp; co' src=x>\n"
    )


def test_mdx_is_recognised_by_what_a_file_says_and_stays_so_when_it_is_translated() -> None:
    mdx = b"{/* a comment */}\n\nUse {name}.\n"
    assert document.split(mdx).rules.dialect == "docusaurus"
    assert document.split(b"```js\nimport a from 'b'\n```\n\n`<A b={c}>` and {name}\n").rules.dialect == "auto"
    plain = document.split(b"Use it.\n")
    result, rejected = assemble(plain, ["{/* {a} */}"])
    assert not rejected
    assert result == b"{/* {a} */}\n"


@pytest.mark.parametrize(
    "source",
    [
        b"[" * 2000,
        b"*a " * 2000,
        b"<a " * 2000,
        b">" * 2000,
        b"- " * 2000,
        b"{{" * 2000,
        b"`" * 2001,
        b"![" * 2000,
        b"&" * 2000,
    ],
)
def test_inputs_that_are_hard_for_parsers_come_back(source: bytes) -> None:
    split = document.split(source)
    assert document.splice(split, [unit.text for unit in split.units]) == source


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("*a* and `b`", "`b` et *x*", True),
        ("**a**", "*a*", False),
        ("_a_", "*a*", True),
        ("[a](/x)", "[b](/x 'tip')", True),
        ("[a](/x)", "[a](/y)", False),
        ("![a](x.png)", "![b](x.png)", True),
        ("`a`", "`b`", False),
        ("a", "# a", False),
        ("- a", "1. a", False),
        ("<b>a</b>", "<b>x</b>", True),
        ("<b>a</b>", "a</b><b>", False),
        ("*a **b***", "**b** *a*", False),
        ("a\nb", "a b", True),
        ("a  \nb", "a b", False),
        ("- [ ] a", "- [x] a", False),
        ("---\na: b\n---\n", "---\na: c\n---\n", True),
        ("---\na: b\n---\n", "---\na: 1\n---\n", False),
        ("<p title='a'>b</p>", "<p title='x'>y</p>", True),
        ("<p class='a'>b</p>", "<p class='x'>b</p>", False),
        ("```\na\n```", "```\nb\n```", False),
        ("[a]: /x", "[a]: /y", False),
    ],
)
def test_skeleton(one: str, other: str, same: bool) -> None:
    assert (document.skeleton(one.encode()) == document.skeleton(other.encode())) is same


def test_a_text_for_a_table_is_read_as_a_table_reads_it() -> None:
    pieces = document.read(r"a \| `b \| c`", Syntax.CELL, {})
    assert [piece.value for piece in pieces] == ["a | ", "code b | c"]
