"""Pages as people review them: which words are whose, whatever stands around them."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from prl10n import document
from prl10n.document import Rules
from prl10n.model import State
from prl10n.review import rendering

TAG = re.compile(r"<[^>]*>")

# (markdown, the HTML with units as {number: words})
CASES = [
    ("# Hé\n\nText *a*.\n", "<h1>{0:Hé}</h1>\n<p>{1:Text <em>a</em>.}</p>\n"),
    # A mark that stood in the source would be a letter in front of `**`, which could open nothing then (CommonMark 6.2)
    ("**«Now»** and _it_\n", "<p>{0:<strong>«Now»</strong> and <em>it</em>}</p>\n"),
    ("- [ ] Task\n- Item\n", "<ul>\n<li>[ ] {0:Task}</li>\n<li>{1:Item}</li>\n</ul>\n"),
    ("> [!NOTE]\n> Words\n", "<blockquote>\n<p>[!NOTE]\n{0:Words}</p>\n</blockquote>\n"),
    (
        "| A | b\\|c |\n|---|---|\n| **x** | 1 |\n",
        "<table>\n<thead>\n<tr>\n<th>{0:A}</th>\n<th>{1:b|c}</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n"
        "<td>{2:<strong>x</strong>}</td>\n<td>1</td>\n</tr>\n</tbody>\n</table>\n",
    ),
    ("![A door](door.png)\n", '<p><span class="image">{0:A door}</span></p>\n'),
    (
        '![A door](door.png "Ours")\n',
        '<p><span class="image">{0:A door} <span class="title">{1:Ours}</span></span></p>\n',
    ),
    ("See ![a door](d.png) there\n", '<p>{0:See <span class="image">a door</span> there}</p>\n'),
    ("<p>One <b>two</b></p>\n<p>Three</p>\n", "<p>{0:One <b>two</b>}</p>\n<p>{1:Three}</p>\n"),
    ('<img src="x" alt="A door">\n', '<span class="image">{0:A door}</span>\n'),
    ('<div title="Hidden">Shown</div>\n', '<div><span class="title">{0:Hidden}</span>{1:Shown}</div>\n'),
    ("Now {{< x >}} here\n", '<p>{0:Now <span class="template">{{&lt; x &gt;}}</span> here}</p>\n'),
    (
        '{{< figure title="A door" >}}\n',
        '<p><span class="template">{{&lt; figure title="A door" &gt;}}</span>'
        ' <span class="title">{0:A door}</span></p>\n',
    ),
    (
        "Code `<b>` and\n\n```\nno words\n```\n",
        "<p>{0:Code <code>&lt;b&gt;</code> and}</p>\n<pre><code>no words\n</code></pre>\n",
    ),
    ("\ufeffWords\r\nmore\r\n", "<p>{0:Words\nmore}</p>\n"),
    ("---\ntitle: Éé\n---\nWords\n", "<p>{1:Words}</p>\n"),
]


def shown(html: str) -> str:
    """The units of clean HTML as the cases write them."""
    open_: list[bool] = []

    def short(tag: re.Match[str]) -> str:
        unit = re.fullmatch(r'<span data-unit="(\d+)"[^>]*>', tag[0])
        if tag[0].startswith("<span"):
            open_.append(unit is not None)
            return f"{{{unit[1]}:" if unit else tag[0]
        return "}" if tag[0] == "</span>" and open_.pop() else tag[0]

    return TAG.sub(short, html)


@pytest.mark.parametrize(("source", "wanted"), CASES, ids=[case[0] for case in CASES])
def test_the_words_of_units_are_marked_where_they_stand(source: str, wanted: str) -> None:
    read = document.split(source.encode(), Rules())
    html = rendering.page(read, [None] * len(read.units)).replace(' class=""', "")
    assert shown(html) == wanted


def test_a_component_is_shown_as_it_is_written() -> None:
    read = document.split(b"A <Badge>new</Badge> thing\n", Rules())
    html = rendering.page(read, [None])
    assert html.count('<span class="template">') == 2
    assert unescape(TAG.sub("", html)) == "A <Badge>new</Badge> thing\n"


def test_translations_stand_in_the_place_of_their_units_with_their_states() -> None:
    read = document.split(b"# One\n\nTwo **three**\n\n| a |\n|---|\n| four |\n", Rules())
    texts = ["Éléphant", "Deux **trois**", None, "quatre | cinq"]
    states = [State.APPROVED, State.DRAFT, State.MISSING, State.STALE]
    html = rendering.page(read, texts, states)
    assert '<h1><span data-unit="0" data-state="approved">Éléphant</span></h1>' in html
    assert '<span data-unit="1" data-state="draft">Deux <strong>trois</strong></span>' in html
    assert '<span data-unit="2" data-state="missing">a</span>' in html
    assert '<span data-unit="3" data-state="stale">quatre | cinq</span>' in html


def test_tags_that_overlap_a_unit_are_nested_all_the_same() -> None:
    read = document.split(b"<p>One <b>two</p>\n<p>three</b> four</p>\n", Rules())
    html = rendering.page(read, [None] * len(read.units))
    depth: list[str] = []
    for tag in re.findall(r"<(/?[a-z]+)", html):
        if tag.startswith("/"):
            assert depth.pop() == tag[1:]
        else:
            depth.append(tag)
    assert depth == []


@pytest.mark.parametrize(
    "path", sorted(Path(__file__).parent.parent.glob("content/en/**/*.md")), ids=lambda path: path.name
)
def test_every_unit_of_our_own_pages_has_a_place(path: Path) -> None:
    read = document.split(path.read_bytes(), Rules())
    html = rendering.page(read, [None] * len(read.units))
    placed = set(map(int, re.findall(r'data-unit="(\d+)"', html)))
    assert placed == {index for index, unit in enumerate(read.units) if not unit.kind.startswith("front matter")}
