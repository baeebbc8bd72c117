"""Links of localized pages: where they lead, what of a page changes with them, and what a run makes of them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prl10n import config, conventions, document
from prl10n.assembly import site
from prl10n.config import Config, expand, toml
from prl10n.document import Destination, Rules
from prl10n.document.destinations import Edit
from prl10n.errors import ConfigError
from prl10n.localize import anchors, urls
from prl10n.localize.anchors import Heading
from prl10n.localize.links import Kind, Link, LinkMap
from prl10n.localize.urls import Address, Addresses, Index, Urls
from prl10n.outcome import Selection
from prl10n.surveying import survey
from project import Project
from test_laws import FRAGMENTS

CASES = Path(__file__).parent / "cases/links.txt"


def _documents(text: str) -> dict[str, tuple[bool, dict[str, str]]]:
    """Each document: whether it has a localized page, and its front matter."""
    found = re.findall(r"(\S+)(?: \[([^\]]*)\])?", text)
    return {
        name.removeprefix("!"): (not name.startswith("!"), dict(pair.split("=") for pair in said.split(",") if pair))
        for name, said in found
    }


@lru_cache
def configured(options: frozenset[tuple[str, str]]) -> Config:
    said = dict(options)
    lines = ['targets = ["fr"]', "[content]", f"source = {toml(said['folder'] or '.')}"]
    lines += [f"target = {toml(said['target'])}", f"dialect = {toml(said.get('dialect', 'auto'))}", "[links]"]
    lines += [f"{key} = {toml(said[key])}" for key in ("pages", "source") if key in said]
    lines += [f"{key} = {toml(said[key].split())}" for key in ("hosts", "assets") if key in said]
    if "map" in said:
        lines += [
            "[links.map]",
            *(f'"{host}" = "{to}"' for host, to in (pair.split(">") for pair in said["map"].split())),
        ]
    with TemporaryDirectory() as folder:
        path = Path(folder, "prl10n.toml")
        path.write_text("\n".join(lines), encoding="utf-8")
        return config.load(Path(folder))


def link_map(options: Mapping[str, str], moved: Callable[[str], Mapping[str, str]] = lambda name: {}) -> LinkMap:
    documents = _documents(options["documents"])
    files = set(options.get("files", "").split())
    loaded = configured(frozenset(options.items()))

    def address(name: str) -> Address:
        said = documents[name][1]
        return Address(conventions.address(loaded, name, said), tuple(said.get("aliases", "").split()))

    addresses = Addresses(sorted(documents), address)
    return LinkMap(
        site(loaded, "fr"),
        lambda: addresses,
        partial(expand, options["target"], "fr"),
        lambda name: documents[name][0],
        files.__contains__,
        moved,
        lambda name: documents[name][1].get("localized", ""),
    )


def cases() -> Iterator[Any]:
    options: dict[str, str] = {}
    name = ""
    for line in CASES.read_text(encoding="utf-8").split("\n"):
        if line.startswith("== "):
            name, options = line[3:], {}
        elif line.startswith("#") or not line:
            continue
        elif " | " in line:
            source, destination, expected = line.split(" | ")
            yield pytest.param(dict(options), source, destination, expected, id=f"{name}: {destination}")
        else:
            key, _, value = line.partition("=")
            options[key.strip()] = value.strip()


ALL = list(cases())


def _destination(text: str) -> tuple[Kind, str]:
    kind, mark, value = text.partition(":")
    return (Kind(kind), value) if mark and kind in ("ref", "file", "post") else (Kind.LINK, text)


@pytest.mark.parametrize(("options", "source", "destination", "expected"), ALL)
def test_where_a_link_leads(options: dict[str, str], source: str, destination: str, expected: str) -> None:
    kind, value = _destination(destination)
    new, _, language = (value if expected == "=" else expected).partition(" > ")
    assert link_map(options).localized(value, kind, source) == Link(new, language)


@pytest.mark.parametrize("number", [0, 5])
def test_keys_of_one_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """All keys have the hash of a key's first letters: a document is found by the whole of it."""
    monkeypatch.setattr(Index, "_mark", lambda self, key: sum(map(ord, key[:number])) << self._NUMBERS)
    for case in cases():
        options, source, destination, expected = case.values
        test_where_a_link_leads(options, source, destination, expected)


@pytest.mark.parametrize("few", [0, 1])
def test_few_links_and_many_lead_to_the_same(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """Few are looked for in the text of all URLs, many in an index."""
    monkeypatch.setattr(urls, "FEW", few)
    for case in cases():
        options, source, destination, expected = case.values
        test_where_a_link_leads(options, source, destination, expected)


URLS = st.lists(
    st.sampled_from(["a", "b", "ab", "index", "en", "%61", "é", "%C3%A9", "a.html", "ab.md"]), max_size=3
).map(lambda parts: "/" + "/".join(parts))


@given(st.lists(st.tuples(URLS, st.lists(URLS, max_size=1)), max_size=5), st.lists(URLS, max_size=4), st.booleans())
def test_a_url_is_found_as_an_index_finds_it(pages: list[tuple[str, list[str]]], paths: list[str], final: bool) -> None:
    found = {
        f"{number}.md": Address(f"{url}{'/' * final}", tuple(former)) for number, (url, former) in enumerate(pages)
    }
    prefixes = ("/en/", "/")
    few, many = (Urls(Addresses(list(found), found.__getitem__), prefixes) for _ in range(2))
    many._found |= dict.fromkeys(f"\n{number}" for number in range(urls.FEW))
    for path in (*paths, *(url for url, _ in pages)):
        assert few.document(path) == many.document(path)


@given(st.lists(st.tuples(st.text("ab", max_size=2), st.sets(st.text("ab", max_size=2), max_size=3)), max_size=6))
def test_an_index_gives_what_a_dictionary_gives(named: list[tuple[str, set[str]]]) -> None:
    keys = {f"{number}{name}": sorted(each) for number, (name, each) in enumerate(named)}
    index = Index(tuple(keys), keys.__getitem__)
    for key in {key for each in keys.values() for key in each} | {"c"}:
        assert list(index.all(key)) == [name for name, each in keys.items() if key in each]


def test_there_are_enough_cases() -> None:
    assert len(ALL) >= 120


@pytest.mark.parametrize(("options", "source", "destination", "expected"), ALL)
def test_where_a_localized_link_leads_it_still_leads_when_it_is_localized_again(
    options: dict[str, str], source: str, destination: str, expected: str
) -> None:
    if expected.startswith("/") and options["target"].startswith(("content/{locale}", "{locale}")):
        assert link_map(options).localized(expected, Kind.LINK, source) == Link(expected), destination


# --- anchors ----------------------------------------------------------------------------------------------------------

IDS = [
    # https://github.com/Flet/github-slugger/blob/main/test/fixtures.json: letters of any script, `-` and `_` stay
    ("auto", "Prices & plans", "prices--plans"),
    ("auto", "L’été, enfin !", "lété-enfin-"),
    ("auto", "snake_case and-dash", "snake_case-and-dash"),
    ("auto", "Привет non-latin 你好", "привет-non-latin-你好"),
    ("docusaurus", "Why? 100 %", "why-100-"),
    ("hugo", "Prices & plans", "prices--plans"),
    ("hugo", "Été à Lyon", "été-à-lyon"),
    ("hugo", "!?", "heading"),
    ("jekyll", "Été à Lyon", "été-à-lyon"),
    ("jekyll", "!?", "section"),
    # https://python-markdown.github.io/extensions/toc/#slugify: ASCII only, runs of spaces and hyphens are one
    ("mkdocs", "Été à Lyon", "ete-a-lyon"),
    ("mkdocs", "Prices & plans", "prices-plans"),
    ("mkdocs", "a -- b", "a-b"),
    # figures above and below the line are dropped, but by NFKD; marks and letters for numbers by Hugo alone
    ("auto", "Émissions de CO₂ (½ m²)", "émissions-de-co--m"),
    ("hugo", "Émissions de CO₂ (½ m²)", "émissions-de-co--m"),
    ("jekyll", "Émissions de CO₂ (½ m²)", "émissions-de-co--m"),
    ("mkdocs", "Émissions de CO₂ (m²)", "emissions-de-co2-m2"),
    ("auto", "हिन्दी Ⅷ ٣ a‿b Ⓐ🅰", "हिन्दी-ⅷ-٣-a‿b-ⓐ🅰"),
    ("jekyll", "हिन्दी Ⅷ ٣ a‿b Ⓐ🅰", "हिन्दी-ⅷ-٣-a‿b-ⓐ🅰"),
    ("hugo", "हिन्दी Ⅷ ٣ a‿b Ⓐ🅰", "हनद--٣-ab-"),
]


@pytest.mark.parametrize(("dialect", "text", "expected"), IDS)
def test_the_id_of_a_heading(dialect: str, text: str, expected: str) -> None:
    assert anchors.ids([Heading(text)], dialect) == [expected]


@pytest.mark.parametrize(
    ("dialect", "headings", "expected"),
    [
        ("auto", [Heading("A"), Heading("A"), Heading("A")], ["a", "a-1", "a-2"]),
        ("auto", [Heading("A"), Heading("A 1"), Heading("A")], ["a", "a-1", "a-2"]),
        ("mkdocs", [Heading("A"), Heading("A"), Heading("A")], ["a", "a_1", "a_2"]),
        ("hugo", [Heading("A", id="x"), Heading("B")], ["x", "b"]),
        ("hugo", [Heading("A", known=False), Heading("B")], ["", "b"]),
    ],
)
def test_the_ids_of_a_page_are_different(dialect: str, headings: list[Heading], expected: list[str]) -> None:
    assert anchors.ids(headings, dialect) == expected


def test_links_to_headings_follow_their_translation() -> None:
    options = {"folder": "content/en", "target": "content/{locale}/{path}", "documents": "a.md b.md !c.md"}
    links = link_map(options, lambda name: {"a.md": {"prices": "prix"}, "b.md": {"team": "équipe"}}.get(name, {}))
    expected = {
        "#prices": "#prix",
        "#other": "#other",
        "b.md#team": "b.md#équipe",
        "/b#team": "/fr/b#équipe",
        "/b?x#team": "/fr/b?x#équipe",
        "c.md#team": "../en/c.md#team",
        "https://acme.example/#prices": "https://acme.example/#prices",
    }
    assert {value: links.localized(value, Kind.LINK, "a.md").value for value in expected} == expected


# --- destinations in a page -------------------------------------------------------------------------------------------

FOUND = [
    ("auto", "[a](/u)", ["/u"]),
    ("auto", '[a](/u "t") ![b](</v w> \'t\')', ["/u", "/v w"]),
    ("auto", "[![a](/i.png)](/u)", ["/i.png", "/u"]),
    ("auto", "[r]\n\n[r]: /u 'tip'\n", ["/u"]),
    ("auto", "[r]: <u v>\n", ["u v"]),
    ("auto", "> - [a\n>   b](/u\n>   't')\n", ["/u"]),
    ("auto", "| a |\n|---|\n| [b](x\\|y) |\n", ["x|y"]),
    ("auto", "[a](x\\(y\\)) [b](/p?a&amp;b)", ["x(y)", "/p?a&b"]),
    ("auto", '<a href="/u">b</a> <img src=i.png alt="c">', ["/u", "i.png"]),
    ("auto", "<div>\n<a href='/u?a&amp;b'>b</a>\n</div>\n", ["/u?a&b"]),
    ("auto", '<img srcset="a.png 1x, b.png 2x">', ["a.png", "b.png"]),
    ("auto", '<video poster="/p.jpg"></video>', ["/p.jpg"]),
    ("auto", "# [a](/u)\n\n[b](/v)\n===\n", ["/u", "/v"]),
    ("auto", '!!! note "[a](/u)"\n    [b](/v)\n', ["/u", "/v"]),
    ("auto", "[^1]: [a](/u)\n", ["/u"]),
    # what is no destination of ours
    ("auto", "`[a](/u)` <https://x.example> https://y.example\n\n    [b](/v)\n\n```\n[c](/w)\n```\n", []),
    ("auto", "<pre>\n<a href='/u'>b</a>\n</pre>\n", []),
    ("auto", "<!-- prl10n: skip -->\n\n[a](/u)\n\n[b](/v)\n", ["/v"]),
    ("auto", "\\[a](/u) [a] (/v)", []),
    ("auto", '<p data-href="/u" title="/v">x</p>', []),
    ("auto", "---\nurl: /u\n---\n[a](/v)\n", ["/v"]),
    # templates
    ("hugo", '[a]({{< relref "x.md#y" >}}) {{% ref "z" %}}', ["ref:x.md#y", "ref:z"]),
    ("hugo", '<a href="{{< relref "x.md" >}}">b</a>', ["ref:x.md"]),
    ("hugo", '[a]({{< relref path="x.md" lang="en" >}}) [b]({{< url >}})', []),
    ("jekyll", "[a]({% link _posts/x.md %})", ["file:_posts/x.md"]),
    ("jekyll", "[b]({% post_url 2026-11-24-x %})", ["post:2026-11-24-x"]),
    ("jekyll", "[a]({{ site.baseurl }}/u) [b]({{ '/v' | relative_url }})", ["/u", "/v"]),
    ("jekyll", "[a]({{ site.baseurl }}{% link x.md %}) [b]({{ page.url }}/x)", ["file:x.md"]),
    ("docusaurus", '<Link to="/u">b</Link>\n\n<Card href="/v" to={x}>\n\n[c](/w)\n\n</Card>\n', ["/u", "/v", "/w"]),
    ("docusaurus", ":::note[ [a](/u) ]\n\n[b](/v)\n\n:::\n", ["/v"]),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "text", "expected"), FOUND)
def test_the_destinations_of_a_page(dialect: str, text: str, expected: list[str]) -> None:
    found = document.outline(text.encode(), Rules(dialect=dialect)).destinations
    assert [(item.kind, item.value) for item in found] == [_destination(value) for value in expected]


@pytest.mark.parametrize(("dialect", "text", "expected"), FOUND)
def test_a_look_without_parsing_leaves_none_out(dialect: str, text: str, expected: list[str]) -> None:
    found = document.candidates(text.encode())
    assert found is None or {_destination(value)[1] for value in expected} <= set(found)


@pytest.mark.parametrize(
    "part",
    [
        "](",
        "]:",
        "](<",
        "]:<",
        '="',
        "='",
        "= ",
        "{% link ",
        "{{ site",
        'ref "',
        "'a'",
        '" |',
        "](a",
        "] :",
        "<a href=",
        "#",
    ],
)
def test_a_look_without_parsing_takes_no_time(part: str) -> None:
    source = (part * (1_000_000 // len(part))).encode()
    start = time.perf_counter()
    document.candidates(source)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("dialect", "text", "new", "expected"),
    [
        ("auto", "[a](/u)", Link("/v"), "[a](/v)"),
        ("auto", "[a](</u> 't')", Link("/a b(c)"), "[a](</a%20b%28c%29> 't')"),
        ("auto", "<a href=/u>b</a>", Link("/v w?x&copy;"), "<a href=/v%20w?x&amp;copy;>b</a>"),
        ("auto", "| a |\n|---|\n| [b](/u) |\n", Link("x|y"), "| a |\n|---|\n| [b](x%7Cy) |\n"),
        ("auto", "\ufeff[é](/u)\r\n[b](/u)\r\n", Link("/é"), "\ufeff[é](/é)\r\n[b](/é)\r\n"),
        ("hugo", '[a]({{< relref "u.md" >}})', Link("v.md"), '[a]({{< relref "v.md" >}})'),
        ("hugo", '[a]({{< ref "u" >}})', Link("u", "en"), '[a]({{< ref path="u" lang="en" >}})'),
        ("jekyll", "[a]({% link u.md %})", Link("fr/u.md"), "[a]({% link fr/u.md %})"),
        ("jekyll", "[a]({{ '/u' | relative_url }})", Link("/fr/u"), "[a]({{ '/fr/u' | relative_url }})"),
    ],
)
def test_a_destination_is_written_as_its_place_asks(dialect: str, text: str, new: Link, expected: str) -> None:
    found = document.outline(text.encode(), Rules(dialect=dialect))
    edits = document.relinked(text.encode(), found, lambda _: new)
    assert document.edited(text.encode(), edits).decode() == expected


def relinked(source: bytes, rules: Rules, link: Callable[[Destination], Link]) -> bytes:
    found = document.outline(source, rules)
    return document.edited(source, document.relinked(source, found, link))


MARK = "QXZ7"


def _law_3_after_link_localisation(source: bytes, rules: Rules) -> None:
    """Relinking to the same is no change. To others, it changes the spans of destinations and nothing else: what stood
    in them, put back, gives the same bytes; and the skeleton of the page is the same but for the destinations.
    """
    assert relinked(source, rules, lambda destination: Link(destination.value)) == source
    marked = relinked(source, rules, lambda destination: Link(f"{destination.value}{MARK}"))
    before, after = document.outline(source, rules), document.outline(marked, rules)
    assert [item.kind for item in before.destinations] == [item.kind for item in after.destinations]
    back = [
        Edit(there.span.start, there.span.end, source[here.span.start : here.span.end])
        for here, there in zip(before.destinations, after.destinations, strict=True)
    ]
    assert document.edited(marked, back) == source
    wanted, found = (repr(document.skeleton(page, rules)) for page in (source, marked))
    shown = "address link " in wanted  # a link that shows its destination is another piece when it shows another one
    if not shown and all(re.fullmatch(r"[\w./:?=#&-]+", item.value) for item in before.destinations):
        assert sorted(found.replace(MARK, "")) == sorted(wanted)


LINKED = [
    *FRAGMENTS, "[a](/x)", "[b](<y>)", "[c][r]", "[r]: /r\n", "<a href='/h'>", "<img src=i.png>", '{{< ref "x" >}}',
    "{% link x.md %}", '<Link to="/t">', "| [d](/e\\|f) |", "![i](/j 'k')", "{{ '/l' | relative_url }}",
    "[m](n&amp;o)",
]  # fmt: skip


@given(
    st.lists(st.sampled_from(LINKED), max_size=20).map("".join),
    st.sampled_from(["auto", "commonmark", "hugo", "jekyll", "docusaurus"]),
)
def test_law_3_after_link_localisation(text: str, dialect: str) -> None:
    _law_3_after_link_localisation(text.encode(), Rules(dialect=dialect))


@pytest.mark.parametrize("dialect", ["auto", "hugo", "jekyll", "mkdocs", "docusaurus"])
@pytest.mark.parametrize("text", [text for _, text, _ in FOUND])
def test_law_3_after_link_localisation_in_the_table(text: str, dialect: str) -> None:
    _law_3_after_link_localisation(text.encode(), Rules(dialect=dialect))


# --- from end to end --------------------------------------------------------------------------------------------------

PLATFORM = "# Platform\n\n## Prices and plans\n\nText.\n"
NEWS = """---
title: News
---

# News

Read about [the platform](/platform), its [prices](/platform#prices-and-plans) and [us](/about), or
[below](#contact). ![A chart](/img/chart.png)

## Contact

Write.
"""
FRENCH = {
    "Platform": "Plateforme",
    "Prices and plans": "Tarifs",
    "Text.": "Texte.",
    "News": "Actualités",
    "Contact": "Nous joindre",
    "Write.": "Écrivez.",
    "Us.": "Nous.",
}
PARAGRAPH = (
    "Découvrez [la plateforme](/platform), ses [prix](/platform#prices-and-plans) et [nous](/about), ou "
    "[plus bas](#contact). ![Un graphique](/img/chart.png)"
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = Project(tmp_path)
    monkeypatch.chdir(tmp_path)
    made.configure('[backend]\nname = "memory"\n')
    made.source(PLATFORM, "platform.md")
    made.source(NEWS, "news/a.md")
    made.source("Us.\n", "about.md")
    assert made.run("extract").exit_code == 0
    return made


def translate(project: Project, name: str, paragraph: str = PARAGRAPH) -> None:
    """Give every unit of a document its text, as a translator does."""
    path = project.path(name)
    po = polib.pofile(str(path), wrapwidth=79)
    for entry in po:
        entry.msgstr = FRENCH.get(entry.msgid, paragraph)
    po.save()


def test_links_lead_to_localized_pages_and_headings(project: Project) -> None:
    translate(project, "platform")
    translate(project, "news/a")
    project.write("static/img/chart.fr.png", "")
    assert project.run("build").exit_code == 0
    page = project.page("news/a.md")
    assert "[la plateforme](/fr/platform), ses [prix](/fr/platform#tarifs) et [nous](/about)" in page
    assert "[plus bas](#nous-joindre). ![Un graphique](/img/chart.fr.png)" in page
    assert "## Nous joindre\n" in page


def test_a_second_run_touches_nothing(project: Project) -> None:
    for name in ("platform", "news/a", "about"):
        translate(project, name)
    project.run("sync")
    before = project.stamps()
    for command in (("sync",), ("build",), ("build", "content/en/news/a.md")):
        project.run(*command)
        assert project.stamps() == before, command


def test_a_page_follows_the_pages_that_come_and_go(project: Project) -> None:
    translate(project, "news/a")
    project.run("build")
    assert "(/platform) " not in project.page()
    assert "[la plateforme](/platform), ses [prix](/platform#prices-and-plans)" in project.page()
    translate(project, "platform")
    project.run("build", "content/en/news/a.md")  # the page of the platform is not there yet, but its texts are
    assert "[la plateforme](/fr/platform)" in project.page()
    translate(project, "about")
    project.run("build")
    assert "ses [prix](/fr/platform#tarifs) et [nous](/fr/about)" in project.page()


def test_what_a_backend_translates_in_the_same_run_is_linked_in_it(project: Project) -> None:
    project.configure('[backend]\nname = "pseudo"\n')
    assert project.run("sync").exit_code == 0
    assert "](/fr/platform)" in project.page()
    assert "](/fr/about)" in project.page()
    before = project.stamps()
    project.run("sync")
    assert project.stamps() == before


def test_a_translator_may_have_written_the_localized_destination(project: Project) -> None:
    translate(project, "platform")
    translate(project, "news/a", PARAGRAPH.replace("(/platform", "(/fr/platform"))
    built = project.run("build")
    assert "structure" not in built.stderr
    assert "[la plateforme](/fr/platform), ses [prix](/fr/platform#tarifs)" in project.page()


def test_a_translator_may_have_written_the_id_of_the_translated_heading(project: Project) -> None:
    project.source("See [the prices](/platform#prices-and-plans).\n", "about.md")
    project.run("extract")
    translate(project, "platform")
    translate(project, "about", "Voyez [les prix](/fr/platform#tarifs).")
    assert "structure" not in project.run("build").stderr
    assert project.page("about.md") == "Voyez [les prix](/fr/platform#tarifs).\n"


def test_a_link_that_leads_elsewhere_is_refused_all_the_same(project: Project) -> None:
    translate(project, "platform")
    translate(project, "news/a", PARAGRAPH.replace("(/platform)", "(/fr/about)"))
    assert "structure" in project.run("build").stderr
    assert "[the platform](/fr/platform)" in project.page()


def test_links_stay_where_the_configuration_says_so(project: Project) -> None:
    project.configure('[backend]\nname = "memory"\n[localize]\nlinks = false\n')
    translate(project, "platform")
    translate(project, "news/a")
    project.run("build")
    assert "[la plateforme](/platform), ses [prix](/platform#prices-and-plans)" in project.page()


def test_anchors_can_be_pinned(project: Project) -> None:
    project.configure('[backend]\nname = "memory"\n[content]\ndialect = "hugo"\n[links]\nanchors = "pinned"\n')
    translate(project, "platform")
    translate(project, "news/a")
    project.run("build")
    assert "(/fr/platform#prices-and-plans)" in project.page()
    assert "[plus bas](#contact)" in project.page()
    assert "# Actualités {#news}\n" in project.page()
    assert "## Nous joindre {#contact}\n" in project.page()
    assert "## Tarifs {#prices-and-plans}\n" in project.page("platform.md")
    before = project.stamps()
    project.run("build")
    assert project.stamps() == before


def test_links_lead_to_addresses_of_translated_titles(project: Project) -> None:
    project.configure('[backend]\nname = "memory"\n[content]\ndialect = "hugo"\n[site]\nslugs = true\n')
    project.source("---\ntitle: Platform\n---\n\nText.\n", "platform.md")
    project.run("extract")
    translate(project, "platform")
    translate(project, "news/a")
    project.run("build")
    assert "slug: plateforme\n" in project.page("platform.md")
    assert "[la plateforme](/fr/plateforme/)" in project.page()
    before = project.stamps()
    project.run("build")
    project.run("build", "content/en/news/a.md")
    assert project.stamps() == before


def test_anchors_can_be_left_alone(project: Project) -> None:
    project.configure('[backend]\nname = "memory"\n[links]\nanchors = "source"\n')
    translate(project, "platform")
    translate(project, "news/a")
    project.run("build")
    assert "(/fr/platform#prices-and-plans)" in project.page()


def test_links_that_lead_nowhere_are_found(project: Project) -> None:
    project.source(
        "See [a](gone.md), [b](#nope), [c](/platform#nope), [d](platform.md#platform), [e](/pricing), [f](#top)\n\n"
        "[g](https://x.example/gone.md) and `[h](gone.md)`\n",
        "about.md",
    )
    project.configure('[backend]\nname = "pseudo"\n')
    project.run("sync")
    (standing,) = (
        standing for standing in survey(config.load(project.root), Selection())[0] if standing.source.name == "about.md"
    )
    assert [(found.line, found.destination) for found in standing.broken] == [
        (1, "gone.md"),
        (1, "#nope"),
        (1, "/fr/platform#nope"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ('[links]\npages = "fr/{path}"\n', 7, "links.pages must be the path of a URL"),
        ('[links]\npages = "/{locale}/"\n', 7, "links.pages must be the path of a URL"),
        ('[links]\nsource = "/{locale}/{path}"\n', 7, "unknown placeholder {locale}"),
        ('[links]\nassets = ["../{stem}{ext}"]\n', 7, "leads out of the folder"),
        ('[links]\nhosts = ["https://acme.example"]\n', 7, "is no host"),
        ('[links]\nanchors = "moved"\n', 7, "links.anchors cannot be 'moved'"),
        ('[links]\nmap = { "a.example" = "{lang}.a.example" }\n', 7, "unknown placeholder {lang}"),
    ],
)
def test_what_the_configuration_refuses(tmp_path: Path, text: str, line: int, what: str) -> None:
    (tmp_path / "prl10n.toml").write_text(f'source = "en"\ntargets = ["fr"]\n\n\n\n{text}', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        config.load(tmp_path)
    assert what in caught.value.what
    assert caught.value.where.endswith(f"prl10n.toml:{line}")


def test_the_settings_of_the_documentation_are_the_defaults(tmp_path: Path) -> None:
    text = (Path(__file__).parent.parent / "docs/links.md").read_text(encoding="utf-8")
    block = next(part for part in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "[links]" in part)
    (tmp_path / "prl10n.toml").write_text(f'targets = ["fr"]\n{block}', encoding="utf-8")
    loaded = config.load(tmp_path)
    assert loaded.links == config.Links()
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) >= set(config.Links.__struct_fields__)
