"""What a site expects of a page in another language: addresses, slugs, front matter, versions, direction."""

from __future__ import annotations

import json
import time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from prl10n import conventions, document
from prl10n.addresses import GENERATORS, SLUG_LENGTH, Place, slug
from prl10n.config import Config, load
from prl10n.conventions import Page
from prl10n.errors import ConfigError
from prl10n.localize import direction, languages
from prl10n.localize.notices import notice
from prl10n.localize.prose import THING, applied
from prl10n.model import Fields, Setting
from project import Project

# Slugs. Latin letters as CLDR's Latin-ASCII has them; words apart where a reader sees them apart.

SLUGS = {
    "Acme opens in Lyon": "acme-opens-in-lyon",
    "L’été à Lyon, 2ᵉ édition": "l-ete-a-lyon-2e-edition",
    "prl10n annonce sa première version, la 0.1.0": "prl10n-annonce-sa-premiere-version-la-0-1-0",
    "Un cœur, une œuvre": "un-coeur-une-oeuvre",
    "Straße & Größe": "strasse-grosse",
    "¿Qué hay de nuevo? ¡Mañana!": "que-hay-de-nuevo-manana",
    "Ação – próxima": "acao-proxima",
    "Smørrebrød på Ærø": "smorrebrod-pa-aero",
    "Łódź İstanbul ığ": "lodz-istanbul-ig",
    "«\u00a0Prêts\u202f?\u00a0»": "prets",
    "100\u00a0% à 3,2\u00a0€": "100-a-3-2",
    "snake_case": "snake-case",
    "e\u0301te\u0301": "ete",
    "Новости компании": "новости-компании",
    "会社のニュース": "会社のニュース",
    "がぎぐ": "がぎぐ",
    "أخبار الشركة": "أخبار-الشركة",
    "חדשות": "חדשות",
    "समाचार": "समाचार",
    "…!?": "",
    "": "",
    "a" * 200: "a" * SLUG_LENGTH,
    "mot " * 30: "-".join(["mot"] * 20),
}


@pytest.mark.parametrize(("title", "expected"), SLUGS.items())
def test_a_slug_of_a_title(title: str, expected: str) -> None:
    assert slug(title) == expected


@given(st.text())
def test_a_slug_is_its_own_slug(title: str) -> None:
    made = slug(title)
    assert slug(made) == made
    assert len(made) <= SLUG_LENGTH
    assert not set(made) & set(" /?#%&\"'<>.")


# Addresses. The generators' documentation says them, and tests/test_generators.py asks the generators themselves.

ADDRESSES: dict[str, list[tuple[str, Fields, str]]] = {
    # https://gohugo.io/content-management/urls/
    "hugo": [
        ("news/a.md", {}, "/fr/news/a/"),
        ("_index.md", {}, "/fr/"),
        ("news/_index.md", {"slug": "nope"}, "/fr/news/"),
        ("index.md", {}, "/fr/"),
        ("news/bundle/index.md", {}, "/fr/news/bundle/"),
        ("news/bundle/index.md", {"slug": "lot"}, "/fr/news/lot/"),
        ("news/a.md", {"slug": "un-a"}, "/fr/news/un-a/"),
        ("news/a.md", {"url": "/seul/"}, "/seul/"),
        ("news/a.md", {"url": "seul/"}, "/fr/seul/"),
        ("News/My Page_é.md", {}, "/fr/news/my-page_%C3%A9/"),
        ("news/2026-11-24-a.md", {"date": "2026-11-24"}, "/fr/news/2026-11-24-a/"),
        ("docs/v1.2.md", {}, "/fr/docs/v1.2/"),
    ],
    # https://jekyllrb.com/docs/permalinks/; the path is that of the localized file
    "jekyll": [
        ("about.md", {}, "/about.html"),
        ("fr/about.md", {}, "/fr/about.html"),
        ("fr/about.md", {"slug": "a-propos"}, "/fr/about.html"),
        ("fr/index.md", {}, "/fr/"),
        ("fr/a.md", {"permalink": "/fr/b/"}, "/fr/b/"),
        ("fr/a.md", {"permalink": "fr/b/"}, "/fr/b/"),
        ("_posts/2026-11-24-a-b.md", {}, "/2026/11/24/a-b.html"),
        ("fr/_posts/2026-11-24-a-b.md", {}, "/fr/2026/11/24/a-b.html"),
        ("fr/_posts/2026-11-24-a-b.md", {"slug": "le-a"}, "/fr/2026/11/24/le-a.html"),
        ("fr/_posts/2026-11-24-a.md", {"permalink": "/fr/:year/:title/"}, "/fr/2026/a/"),
        ("fr/_posts/2026-11-24-a.md", {"permalink": "pretty"}, "/fr/2026/11/24/a/"),
        ("fr/_posts/2026-11-24-a.md", {"categories": ("News", "B c")}, "/fr/news/b%20c/2026/11/24/a.html"),
        ("fr/_posts/2026-11-24-a.md", {"categories": "news x"}, "/fr/news/x/2026/11/24/a.html"),
        ("fr/_posts/2026-11-24-a.md", {"category": "news x"}, "/fr/news%20x/2026/11/24/a.html"),
        ("fr/_posts/2026-11-24-a.md", {"date": "2025-03-04 10:00"}, "/fr/2025/03/04/a.html"),
        ("fr/_posts/sub/2026-11-20-A_É.md", {}, "/fr/2026/11/20/A_%C3%89.html"),
    ],
    # https://www.mkdocs.org/user-guide/configuration/#use_directory_urls
    "mkdocs": [
        ("index.md", {}, "/fr/"),
        ("guide/index.md", {}, "/fr/guide/"),
        ("guide/README.md", {}, "/fr/guide/"),
        ("guide/a.md", {"slug": "x", "url": "/y/"}, "/fr/guide/a/"),
        ("guide/My Page.md", {}, "/fr/guide/My%20Page/"),
    ],
    # https://docusaurus.io/docs/create-doc#doc-urls, https://docusaurus.io/docs/blog
    "docusaurus": [
        ("docs/intro.md", {}, "/fr/docs/intro"),
        ("docs/01-guide/02-a.md", {}, "/fr/docs/guide/a"),
        ("docs/guide/index.md", {}, "/fr/docs/guide/"),
        ("docs/guide/README.mdx", {}, "/fr/docs/guide/"),
        ("docs/guide/guide.md", {}, "/fr/docs/guide/"),
        ("docs/guide/a.md", {"id": "b"}, "/fr/docs/guide/b"),
        ("docs/guide/a.md", {"slug": "un"}, "/fr/docs/guide/un"),
        ("docs/guide/a.md", {"slug": "/un"}, "/fr/docs/un"),
        ("docs/2026-11-notes.md", {}, "/fr/docs/2026-11-notes"),
        ("blog/2026-11-24-a.md", {}, "/fr/blog/2026/11/24/a"),
        ("blog/2026/11/24/a.md", {}, "/fr/blog/2026/11/24/a"),
        ("blog/2026-11-24-a/index.md", {}, "/fr/blog/2026/11/24/a"),
        ("blog/2026-11-24-a.md", {"slug": "un"}, "/fr/blog/un"),
        ("blog/a.md", {}, "/fr/blog/a"),
    ],
    "plain": [("news/a.md", {}, "/fr/news/a/"), ("index.md", {}, "/fr/")],
}


@pytest.mark.parametrize(
    ("generator", "path", "fields", "expected"),
    [(generator, *case) for generator, cases in ADDRESSES.items() for case in cases],
)
def test_an_address(generator: str, path: str, fields: Fields, expected: str) -> None:
    prefix = "" if generator == "jekyll" else "/fr"
    assert GENERATORS[generator].address(Place(path, fields, prefix)) == expected


# The generator's own setting of addresses: Jekyll's permalink, Hugo's [permalinks], Docusaurus' routeBasePath, MkDocs'
# use_directory_urls.
SETTINGS = [
    ("jekyll", "pretty", "_posts/2026-11-24-a.md", "/2026/11/24/a/"),
    ("jekyll", "pretty", "about.md", "/about/"),
    ("jekyll", "ordinal", "_posts/2026-11-24-a.md", "/2026/328/a.html"),
    ("jekyll", "weekdate", "_posts/2026-11-24-a.md", "/2026/W48/Tue/a.html"),
    ("jekyll", "none", "_posts/2026-11-24-a.md", "/a.html"),
    ("jekyll", "/:categories/:title/", "fr/_posts/2026-11-24-a.md", "/fr/a/"),
    ("jekyll", "/:categories/:title/", "fr/about.md", "/fr/about/"),
    ("jekyll", "/blog/:year-:i_month-:i_day/:slug:output_ext", "_posts/2026-01-04-A_b.md", "/blog/2026-1-4/a-b.html"),
    ("hugo", "/:year/:month/:slug/", "news/a.md", "/2026/11/launch-day/"),
    ("hugo", "/:section/:filename/", "news/a.md", "/news/a/"),
    ("mkdocs", "none", "guide/a.md", "/guide/a.html"),
    ("mkdocs", "none", "guide/index.md", "/guide/"),
    ("docusaurus", "/", "docs/guide/a.md", "/guide/a"),
    ("docusaurus", "/news", "blog/2026-11-24-a.md", "/news/2026/11/24/a"),
]


@pytest.mark.parametrize(("generator", "setting", "path", "expected"), SETTINGS)
def test_an_address_by_the_generators_own_setting(generator: str, setting: str, path: str, expected: str) -> None:
    fields: Fields = {"date": "2026-11-24", "title": "Launch day"} if generator == "hugo" else {}
    assert GENERATORS[generator].address(Place(path, fields, "", setting)) == expected


# Configurations.


def configured(root: Path, text: str) -> Config:
    (root / "prl10n.toml").write_text(text, encoding="utf-8")
    return load(root)


LAYOUTS = {
    "hugo, folders": ("hugo", "content/en", "content/{locale}/{path}", "", "/news/a/", "/pt-br/news/a/"),
    "hugo, file names": ("hugo", "content", "content/{dir}{stem}.{locale}{ext}", "", "/news/a/", "/pt-br/news/a/"),
    "hugo, each language in its folder": (
        *("hugo", "content/en", "content/{locale}/{path}", 'source = "/en/{path}"'),
        *("/en/news/a/", "/pt-br/news/a/"),
    ),
    "jekyll": ("jekyll", ".", "{locale}/{path}", "", "/news/a.html", "/pt-BR/news/a.html"),
    "jekyll, folders": ("jekyll", "en", "{locale}/{path}", "", "/en/news/a.html", "/pt-BR/news/a.html"),
    "jekyll, polyglot": ("jekyll", ".", "{locale}/{path}", 'pages = ""', "/news/a.html", "/pt-BR/news/a.html"),
    "mkdocs": ("mkdocs", "docs", "docs/{dir}{stem}.{locale}{ext}", "", "/news/a/", "/pt-BR/news/a/"),
    "docusaurus": (
        *("docusaurus", "docs", "i18n/{locale}/docusaurus-plugin-content-docs/current/{path}", ""),
        *("/docs/news/a", "/pt-BR/docs/news/a"),
    ),
    "docusaurus, routes from the root": (
        *("docusaurus", "docs", "i18n/{locale}/docusaurus-plugin-content-docs/current/{path}", 'source = "/{path}"'),
        *("/news/a", "/pt-BR/news/a"),
    ),
    "docusaurus, routes elsewhere": (
        *("docusaurus", "docs", "i18n/{locale}/docusaurus-plugin-content-docs/current/{path}", 'source = "/g/{path}"'),
        *("/g/news/a", "/pt-BR/g/news/a"),
    ),
    "plain, the site's own rule": (
        *("auto", "content/en", "content/{locale}/{path}", 'pages = "/l/{locale}/{path}"'),
        *("/news/a/", "/l/pt-BR/news/a/"),
    ),
}


@pytest.mark.parametrize(
    ("dialect", "source", "target", "links", "own", "localized"), LAYOUTS.values(), ids=LAYOUTS.keys()
)
def test_the_addresses_of_a_layout(
    tmp_path: Path, dialect: str, source: str, target: str, links: str, own: str, localized: str
) -> None:
    config = configured(
        tmp_path,
        f'targets = ["pt-BR"]\n[content]\nsource = "{source}"\ntarget = "{target}"\ndialect = "{dialect}"\n'
        f"[links]\n{links}\n",
    )
    assert conventions.address(config, "news/a.md", {}) == own
    assert conventions.address(config, "news/a.md", {}, "pt-BR") == localized


# Front matter. (dialect, what is set, the source's front matter, what is set in news/a.md)

VALUES: dict[str, tuple[str, str, Fields, dict[str, Setting]]] = {
    "locale": ("hugo", 'lang = "{locale}"', {}, {"lang": "pt-BR"}),
    "language": ("hugo", 'lang = "{language}"', {"lang": "en"}, {"lang": "pt"}),
    "own name": ("hugo", 'language = "{locale_name}"', {}, {"language": "português (Brasil)"}),
    "direction": ("hugo", 'dir = "{direction}"', {}, {"dir": "ltr"}),
    "path": ("hugo", 'source = "{path}"', {}, {"source": "news/a.md"}),
    "parts of the path": ("hugo", 'x = "{dir}|{stem}|{ext}"', {}, {"x": "news/|a|.md"}),
    "url of the source": ("hugo", 'canonical = "{url}"', {}, {"canonical": "/news/a/"}),
    "slug of the title": ("hugo", 'x = "{slug}"', {}, {"x": "o-lancamento"}),
    "a key of its own": (
        "hugo",
        'translationKey = "{key}"',
        {"translationKey": "launch"},
        {"translationKey": "launch"},
    ),
    "a key from the path": ("hugo", 'translationKey = "{key}"', {}, {"translationKey": "news/a"}),
    "true": ("hugo", "translated = true", {}, {"translated": True}),
    "a number": ("hugo", "weight = 3\nratio = 0.5", {}, {"weight": 3, "ratio": 0.5}),
    "a list": ("hugo", 'tags = ["{locale}", "x"]', {}, {"tags": ("pt-BR", "x")}),
    "a value that the source has not": ("hugo", 'url = "/{locale}{value}"', {}, {}),
    "an empty value": ("hugo", 'url = "/{locale}{value}"', {"url": ""}, {}),
    "hugo's url": ("hugo", 'url = "/{locale}{value}"', {"url": "/x/"}, {"url": "/pt-BR/x/"}),
    "hugo's relative url": ("hugo", 'url = "/{locale}{value}"', {"url": "x/"}, {"url": "x/"}),
    "hugo's aliases": (
        *("hugo", 'aliases = "/{locale}{value}"', {"aliases": ("/old/", "older")}),
        {"aliases": ("/pt-BR/old/", "older")},
    ),
    "jekyll's permalink": (
        "jekyll",
        'permalink = "/{locale}{value}"',
        {"permalink": "/x/"},
        {"permalink": "/pt-BR/x/"},
    ),
    "jekyll's permalink without a slash": (
        *("jekyll", 'permalink = "/{locale}{value}"', {"permalink": "x/"}),
        {"permalink": "/pt-BR/x/"},
    ),
    "polyglot's permalink": ("jekyll", 'permalink = "{url}"', {}, {"permalink": "/en/news/a.html"}),
    "a value in other words": ("hugo", 'ref = "{value}-{locale}"', {"ref": "a"}, {"ref": "a-pt-BR"}),
}


@pytest.mark.parametrize(("dialect", "table", "source", "expected"), VALUES.values(), ids=VALUES.keys())
def test_front_matter(tmp_path: Path, dialect: str, table: str, source: Fields, expected: dict[str, Setting]) -> None:
    folder = "en" if dialect == "jekyll" else "content/en"
    config = configured(
        tmp_path,
        f'targets = ["pt-BR"]\n[content]\nsource = "{folder}"\ndialect = "{dialect}"\n[front_matter.set]\n{table}\n',
    )
    page = Page("news/a.md", source, title="O lançamento")
    assert conventions.settings(config, "pt-BR", page) == expected


# (what the page is, what is set)
NOTICES = {
    "all is reviewed": (Page("a.md", {}), {"lang": "fr"}),
    "some is not": (
        Page("a.md", {}, unreviewed=True),
        {"lang": "fr", "machine": True, "note": notice("fr")},
    ),
    "the source has changed": (Page("a.md", {}, outdated=True), {"lang": "fr", "stale": True}),
    "both": (
        Page("a.md", {}, unreviewed=True, outdated=True),
        {"lang": "fr", "machine": True, "note": notice("fr"), "stale": True},
    ),
}


@pytest.mark.parametrize(("page", "expected"), NOTICES.values(), ids=NOTICES.keys())
def test_the_notice(tmp_path: Path, page: Page, expected: dict[str, Setting]) -> None:
    config = configured(
        tmp_path,
        '[front_matter]\nset = { lang = "{locale}" }\n'
        '[publish]\nnotice = { machine = true, note = "{notice}" }\noutdated = { stale = true }\n',
    )
    assert conventions.settings(config, "fr", page) == expected


@pytest.mark.parametrize("tag", ["fr", "fr-CA", "de", "de-CH", "es", "it", "pt", "pt-BR", "nl", "en", "en-US"])
def test_there_is_a_notice_in_the_languages_that_typography_knows(tag: str) -> None:
    assert notice(tag).endswith(".")


def test_a_notice_is_in_the_words_of_the_country() -> None:
    assert notice("pt") != notice("pt-BR") == notice("pt-br")
    assert notice("ja") == ""


# Slugs in front matter.


class Move(NamedTuple):
    """A page of a document, as it is on disk (`former`), gets a title, and with it these front matter keys."""

    dialect: str
    name: str
    source: Fields
    former: Fields | None
    title: str | None
    expected: dict[str, Setting]


def move(
    dialect: str, name: str, source: Fields, former: Fields | None, title: str | None, **expected: Setting
) -> Move:
    return Move(dialect, name, source, former, title, expected)


MOVES = {
    "hugo, a new page": move("hugo", "news/a.md", {}, None, "Été", slug="ete"),
    "hugo, the same title again": move("hugo", "news/a.md", {}, {"slug": "ete"}, "Été", slug="ete"),
    "hugo, a page without a slug until now": move(
        "hugo", "news/a.md", {}, {}, "Été", slug="ete", aliases=("/fr/news/a/",)
    ),
    "hugo, another title": move(
        "hugo", "news/a.md", {}, {"slug": "ete"}, "Hiver", slug="hiver", aliases=("/fr/news/ete/",)
    ),
    "hugo, a third title": move(
        "hugo",
        "news/a.md",
        {},
        {"slug": "hiver", "aliases": ("/fr/news/ete/",)},
        "Automne",
        slug="automne",
        aliases=("/fr/news/ete/", "/fr/news/hiver/"),
    ),
    "hugo, the first title again: no page redirects to itself": move(
        "hugo",
        "news/a.md",
        {},
        {"slug": "hiver", "aliases": ("/fr/news/ete/",)},
        "Été",
        slug="ete",
        aliases=("/fr/news/hiver/",),
    ),
    "hugo, nothing new: nothing changes": move(
        "hugo",
        "news/a.md",
        {},
        {"slug": "hiver", "aliases": ("/fr/news/ete/",)},
        "Hiver",
        slug="hiver",
        aliases=("/fr/news/ete/",),
    ),
    "hugo, no title yet": move("hugo", "news/a.md", {}, None, None),
    "hugo, the title has lost its text": move("hugo", "news/a.md", {}, {"slug": "ete"}, None, slug="ete"),
    "hugo, a title without letters": move("hugo", "news/a.md", {}, None, "…"),
    "hugo, the slug of the source is another page's": move(
        "hugo", "news/a.md", {"slug": "summer"}, {"slug": "summer"}, "Été", slug="ete", aliases=("/fr/news/summer/",)
    ),
    "hugo, the redirects of the source": move(
        "hugo", "news/a.md", {"aliases": ("/old/",)}, None, "Été", slug="ete", aliases=("/fr/old/",)
    ),
    "hugo, the redirects of the source that were copied": move(
        "hugo",
        "news/a.md",
        {"aliases": ("/old/",)},
        {"aliases": ("/old/",), "slug": "ete"},
        "Été",
        slug="ete",
        aliases=("/fr/old/",),
    ),
    "hugo, a url": move("hugo", "news/a.md", {"url": "/fr/x/y/"}, None, "Été", url="/fr/x/ete/"),
    "hugo, a section": move("hugo", "news/_index.md", {}, None, "Été"),
    "hugo, the home page": move("hugo", "index.md", {}, None, "Été"),
    "hugo, a bundle": move("hugo", "news/b/index.md", {}, None, "Été", slug="ete"),
    "hugo, letters that addresses write in percents": move(
        "hugo", "news/a.md", {}, {"slug": "новости"}, "Мир", slug="мир", aliases=("/fr/news/новости/",)
    ),
    "jekyll, a post": move("jekyll", "_posts/2026-11-24-a.md", {}, None, "Été", slug="ete"),
    "jekyll, a post with another title": move(
        "jekyll",
        "_posts/2026-11-24-a.md",
        {},
        {"slug": "ete"},
        "Hiver",
        slug="hiver",
        redirect_from=("/fr/2026/11/24/ete.html",),
    ),
    "jekyll, a page": move("jekyll", "about.md", {}, None, "À propos", permalink="/fr/a-propos.html"),
    "jekyll, a page with another title": move(
        "jekyll",
        "about.md",
        {},
        {"permalink": "/fr/a-propos.html"},
        "Qui",
        permalink="/fr/qui.html",
        redirect_from=("/fr/a-propos.html",),
    ),
    "jekyll, an index": move("jekyll", "docs/index.md", {}, None, "Été"),
    "jekyll, one redirect as a text": move(
        "jekyll",
        "about.md",
        {"redirect_from": "/old/"},
        None,
        "Qui",
        permalink="/fr/qui.html",
        redirect_from=("/fr/old/",),
    ),
    "docusaurus, a page": move("docusaurus", "guide/a.md", {}, None, "Été", slug="ete"),
    "docusaurus, an absolute slug": move("docusaurus", "guide/a.md", {"slug": "/x/a"}, None, "Été", slug="/x/ete"),
    "docusaurus, an index": move("docusaurus", "guide/index.md", {}, None, "Été"),
    "docusaurus knows no redirects: a slug stays": move(
        "docusaurus", "guide/a.md", {}, {"slug": "ete"}, "Hiver", slug="ete"
    ),
}
FOLDERS = {
    "hugo": ("content/en", "content/{locale}/{path}"),
    "jekyll": (".", "{locale}/{path}"),
    "docusaurus": ("docs", "i18n/{locale}/docusaurus-plugin-content-docs/current/{path}"),
}


@pytest.mark.parametrize("case", MOVES.values(), ids=MOVES.keys())
def test_a_slug_and_the_addresses_before_it(case: Move) -> None:
    page = Page(case.name, case.source, case.former, case.title)
    assert conventions.settings(slugged(case.dialect), "fr", page) == case.expected


@cache
def slugged(dialect: str) -> Config:
    """A configuration with slugs, its folder gone."""
    folder, target = FOLDERS[dialect]
    text = f'[content]\nsource = "{folder}"\ntarget = "{target}"\ndialect = "{dialect}"\n[site]\nslugs = true\n'
    with TemporaryDirectory() as root:
        return configured(Path(root), text)


@given(st.lists(st.sampled_from(["Été", "Hiver", "Automne", "Ete"]), min_size=1), st.sampled_from(["hugo", "jekyll"]))
def test_every_address_that_a_page_had_leads_to_it(titles: list[str], dialect: str) -> None:
    """However often the title changes: each former address is a redirect, the present one is none, and a page that was
    written is written again as it is.
    """
    config = slugged(dialect)
    former: Fields | None = None
    had: set[str] = set()
    for title in titles:
        said = conventions.settings(config, "fr", Page("news/a.md", {}, former, title))
        former = {key: value for key, value in said.items() if isinstance(value, (str, tuple))}
        assert conventions.settings(config, "fr", Page("news/a.md", {}, former, title)) == said
        now = conventions.address(config, "news/a.md", former, "fr")
        redirects = former.get(GENERATORS[dialect].redirects, ())
        had.add(now)
        assert set(redirects) == had - {now}


# Versions.


def test_alternates(tmp_path: Path) -> None:
    config = configured(
        tmp_path,
        'targets = ["fr-ca", "zh-Hant"]\n[content]\ndialect = "hugo"\n'
        '[site]\nbase_url = "https://www.example.com/x/"\nhreflang = "data/hreflang.json"\n'
        '[locale.zh-Hant.site]\nbase_url = "https://example.tw"\n[locale.zh-Hant.links]\npages = "/{path}"\n',
    )
    pages: list[tuple[str, dict[str, Fields]]] = [
        ("news/b.md", {"": {}, "fr-ca": {"slug": "le-b"}}),
        ("news/a.md", {"": {"slug": "first"}, "fr-ca": {}, "zh-Hant": {}}),
        ("news/c.md", {"": {}}),
        ("news/d.md", {"": {"draft": "true"}}),
        ("news/e.md", {"": {}, "fr-ca": {"draft": "true"}}),
    ]
    base = "https://www.example.com/x"
    found = conventions.alternates(config, pages)
    assert found == {
        "news/a.md": {
            "en": f"{base}/news/first/",
            "fr-CA": f"{base}/fr-ca/news/a/",
            "x-default": f"{base}/news/first/",
            "zh-Hant": "https://example.tw/news/a/",
        },
        "news/b.md": {
            "en": f"{base}/news/b/",
            "fr-CA": f"{base}/fr-ca/news/le-b/",
            "x-default": f"{base}/news/b/",
        },
        "news/c.md": {"en": f"{base}/news/c/", "x-default": f"{base}/news/c/"},
        "news/e.md": {"en": f"{base}/news/e/", "x-default": f"{base}/news/e/"},
    }
    assert [list(urls) for urls in found.values()] == [sorted(urls) for urls in found.values()]
    assert list(found) == sorted(found)


def test_the_file_is_the_same_in_both_formats() -> None:
    versions = {
        "news/a.md": {"en": "https://e.example/x/news/a/", "fr": "https://e.example/x/fr/news/%C3%A9/"},
        'odd "name"/é: #.md': {"en": "https://e.example/x/odd/", "no": "https://e.example/x/no/odd/"},
    }
    as_json = conventions.rendered(versions, "https://e.example/x/", "a.json")
    as_yaml = conventions.rendered(versions, "https://e.example/x/", "a.yaml")
    assert json.loads(as_json) == yaml.safe_load(as_yaml)
    assert json.loads(as_json) == {
        "documents": versions,
        "pages": {
            "/fr/news/%C3%A9/": "news/a.md",
            "/news/a/": "news/a.md",
            "/no/odd/": 'odd "name"/é: #.md',
            "/odd/": 'odd "name"/é: #.md',
        },
    }
    assert as_json.endswith("}\n")
    assert yaml.safe_load(conventions.rendered({}, "https://e.example", "a.yml")) == {"documents": {}, "pages": {}}


# Languages, by CLDR.

TAGS = [
    ("fr", "français", "ltr", "fr"),
    ("fr-CA", "français (Canada)", "ltr", "fr-CA"),
    ("de", "Deutsch", "ltr", "de"),
    ("es-419", "español (Latinoamérica)", "ltr", "es-419"),
    ("pt-br", "português (Brasil)", "ltr", "pt-BR"),
    ("zh-hans", "中文 (简体)", "ltr", "zh-Hans"),
    ("zh-Hant-HK", "中文 (繁體字, 中國香港特別行政區)", "ltr", "zh-Hant-HK"),
    ("ca-valencia", None, "ltr", "ca"),
    ("ar", "العربية", "rtl", "ar"),
    ("he", "עברית", "rtl", "he"),
    ("fa", "فارسی", "rtl", "fa"),
    ("ur", "اردو", "rtl", "ur"),
    ("ps", "پښتو", "rtl", "ps"),
    ("pa-Arab", None, "rtl", "pa-Arab"),
]


@pytest.mark.parametrize(("tag", "name", "way", "attribute"), TAGS)
def test_languages(tag: str, name: str | None, way: str, attribute: str) -> None:
    assert name is None or languages.own_name(tag) == name
    assert languages.direction(tag) == way
    assert languages.hreflang(tag) == attribute


# Isolates, shown as ⟦ ⟧. What the bidirectional algorithm (UAX 9) does well by itself stays as it is.

ISOLATES = [
    ("he", "חברת Acme פתחה משרד.", "חברת Acme פתחה משרד."),
    ("he", "חברת Acme Corp. פתחה", "חברת Acme Corp. פתחה"),
    ("he", "Windows 11.", "Windows 11."),
    ("he", "רואים 3D כאן", "רואים 3D כאן"),
    ("he", "(Acme) זה", "(Acme) זה"),
    ("ar", "في عام 2026 و 15.", "في عام 2026 و 15."),
    ("ar", "في 2026 Acme", "في 2026 Acme"),
    ("ar", "من 10:30", "من 10:30"),
    # a neutral at the border of the name takes the direction of the sentence: `++C`
    ("he", "נכתב ב-C++ ובשפות", "נכתב ב-⟦C++⟧ ובשפות"),
    ("ar", "C++", "⟦C++⟧"),
    ("ar", "استخدم .NET و C#.", "استخدم ⟦.NET⟧ و ⟦C#⟧."),
    ("he", "f(x) זה", "⟦f(x)⟧ זה"),
    ("he", "ראו @acme כאן", "ראו ⟦@acme⟧ כאן"),
    # a figure that a neutral parts from the first letter changes places with it: `beta-2.0`
    ("ar", "إصدار 2.0-beta متاح", "إصدار ⟦2.0-beta⟧ متاح"),
    # names with punctuation alone between them change places
    ("he", "Acme, Globex ו-Initech", "⟦Acme⟧, ⟦Globex⟧ ו-Initech"),
    ("he", "גרסה v1.2.3, v2", "גרסה ⟦v1.2.3⟧, ⟦v2⟧"),
    ("he", "Johnson & Johnson הודיעה", "Johnson & Johnson הודיעה"),
    # the groups of a telephone number change places
    ("ar", "الهاتف +41 22 555 01 00 متاح", "الهاتف ⟦+41 22 555 01 00⟧ متاح"),
    ("he", "+972-3-555-0100", "⟦+972-3-555-0100⟧"),
    # addresses and things are left alone, and part what stands around them
    ("ar", "راجع https://x.example/a/ الآن", "راجع https://x.example/a/ الآن"),
    ("ar", "اكتب إلى info@x.example!", "اكتب إلى info@x.example!"),
    ("ar", f"Acme {THING} Globex", f"Acme {THING} Globex"),
    ("ar", "هذا ⟦C++⟧ هنا", "هذا ⟦C++⟧ هنا"),
    ("fa", "زبان C# است", "زبان ⟦C#⟧ است"),
    ("ur", "زبان C# ہے", "زبان ⟦C#⟧ ہے"),
    ("fr", "C++, .NET", "C++, .NET"),
    ("ks-Deva", "C++", "C++"),
]


def marked(text: str) -> str:
    return text.replace("\u2066", "⟦").replace("\u2069", "⟧")


def unmarked(text: str) -> str:
    return text.replace("⟦", "\u2066").replace("⟧", "\u2069")


@pytest.mark.parametrize(("locale", "text", "expected"), ISOLATES)
def test_isolates(locale: str, text: str, expected: str) -> None:
    text = unmarked(text)
    assert marked(applied(text, direction.edits(text, locale))) == expected


MIXED = st.text(st.sampled_from("aZ é1 2אבع٣.,:-+&()@#/\u2066\u2069\u00a0" + THING), max_size=40)


@given(MIXED | st.text())
def test_isolating_twice_is_isolating_once(text: str) -> None:
    once = applied(text, direction.edits(text, "ar"))
    assert applied(once, direction.edits(once, "ar")) == once


@given(MIXED | st.text())
def test_isolates_are_all_that_is_added(text: str) -> None:
    edits = direction.edits(text, "he")
    assert all(edit.start < edit.end and THING not in text[edit.start : edit.end] for edit in edits)
    assert list(edits) == sorted(edits)
    bare = applied(text, edits)
    assert bare.replace("\u2066", "").replace("\u2069", "") == text.replace("\u2066", "").replace("\u2069", "")
    assert bare.count("\u2066") - text.count("\u2066") == bare.count("\u2069") - text.count("\u2069")


@pytest.mark.parametrize(
    "text", ["a " * 50_000, "(" * 200_000, "a" + ")" * 200_000, "+1" + "(" * 200_000, "+1 " * 50_000]
)
def test_a_long_text_takes_no_time(text: str) -> None:
    began = time.perf_counter()
    direction.edits(text, "ar")
    assert time.perf_counter() - began < 5


# Front matter keys that are set: lists, true, numbers, and values that were lists. (source, values, page)

WRITTEN: list[tuple[str, dict[str, Setting], str]] = [
    ("---\na: 1\n---\n", {"b": True, "c": ("x", "y: z")}, '---\na: 1\nb: true\nc: ["x", "y: z"]\n---\n'),
    ("---\na: [1,\n  2] # c\nb: 1\n---\n", {"a": ("x",)}, '---\na: ["x"] # c\nb: 1\n---\n'),
    ("---\na:\n  - 1\n  - 2 # c\n\n# d\nb: 1\n---\n", {"a": ("x",)}, '---\na: ["x"] # c\n\n# d\nb: 1\n---\n'),
    ("---\na:\n- 1\n- 2\n---\n", {"a": ()}, "---\na: []\n---\n"),
    ("---\na: &k\n  - 1\nb: *k\n---\n", {"a": ("x",)}, '---\na: &k ["x"]\nb: *k\n---\n'),
    ("---\na: &k en\nb: *k\n---\n", {"b": "fr"}, "---\na: &k en\nb: fr\n---\n"),
    ("---\na:\n  b: 1\n  c: {d: 2}\ne: 1\n---\n", {"a": "x"}, "---\na: x\ne: 1\n---\n"),
    ("---\na: x\n---\n", {"a": 3, "b": 0.5}, "---\na: 3\nb: 0.5\n---\n"),
    ("---\r\na:\r\n  - 1\r\n---\r\n", {"a": ("x",)}, '---\r\na: ["x"]\r\n---\r\n'),
    ('+++\na = ["1",\n "2"] # c\nb = 1\n+++\n', {"a": ("x",), "c": True}, '+++\nc = true\na = ["x"] # c\nb = 1\n+++\n'),
    ("+++\na = {b = 1}\n+++\n", {"a": 0.5}, "+++\na = 0.5\n+++\n"),
    ('{"a": ["1", {"b": []}], "c": 1}\n', {"a": ("x",), "c": False}, '{"a": ["x"], "c": false}\n'),
    ("B\n", {"a": True, "b": ("x",)}, '---\na: true\nb: ["x"]\n---\nB\n'),
]


@pytest.mark.parametrize(("source", "values", "expected"), WRITTEN)
def test_front_matter_keys_of_any_kind_are_set(source: str, values: dict[str, Setting], expected: str) -> None:
    split = document.split(source.encode())
    assert document.splice(split, [None] * len(split.units), values).decode() == expected
    again = document.split(expected.encode())
    assert document.splice(again, [None] * len(again.units), values).decode() == expected


def test_a_list_that_is_set_goes_before_the_translations_of_its_texts() -> None:
    split = document.split(b"---\ntags:\n  - one\n  - two\n---\n", document.Rules(translate=("tags",)))
    assert document.splice(split, ["un", "deux"], {"tags": ("x",)}) == b'---\ntags: ["x"]\n---\n'


FIELDS: list[tuple[str, Fields]] = [
    (
        "---\na: 2026-11-24\nb: true\nc: [x, 1]\nd:\n  e: 1\nf: 'q'\n---\n",
        {"a": "2026-11-24", "b": "true", "c": ("x", "1"), "f": "q"},
    ),
    (
        '+++\na = 2026-11-24\nb = true\nc = ["x", "y"]\n[d]\ne = 1\n+++\n',
        {"a": "2026-11-24", "b": "true", "c": ("x", "y")},
    ),
    ('{"a": "x", "b": false, "c": ["y"], "d": {"e": 1}, "n": null}\n', {"a": "x", "b": "false", "c": ("y",), "n": ""}),
    ("---\na: [\n---\n", {}),
    ("words\n", {}),
    ("---\n---\n", {}),
]


@pytest.mark.parametrize(("source", "expected"), FIELDS)
def test_what_front_matter_says(source: str, expected: Fields) -> None:
    assert document.fields(source.encode()) == expected


# What the configuration refuses. (text, line, what)

REFUSED = [
    ("[site]\nhreflang = 'a.json'\n", 2, "needs the address of the site"),
    ("[site]\nbase_url = 'www.example.com'\n", 2, "is no address of a site"),
    ("[site]\nhreflang = 'a.txt'\n", 2, "ends neither in .json nor in .yaml"),
    ("[site]\nhreflang = '../a.json'\n", 2, "leads out of the folder"),
    ("[site]\nslugs = true\n", 2, "needs a generator"),
    ("[content]\ndialect = 'mkdocs'\n[site]\nslugs = true\n", 4, "needs a generator"),
    ("[locale.fr.site]\nhreflang = 'a.json'\n", 2, "cannot differ for one locale"),
    ("[publish.notice]\nx = '{what}'\n", 2, "unknown placeholder {what}"),
    ("[front_matter.set]\nx = '{notice}'\n", 2, "unknown placeholder {notice}"),
    ("[front_matter.set]\nx = ['{what}']\n", 2, "unknown placeholder {what}"),
    ("[front_matter.set]\nx = { y = 1 }\n", 1, "must be a table of texts, numbers"),
    ("targets = ['ja']\n[publish.notice]\nx = '{notice}'\n", 2, "no sentence for {notice} in 'ja'"),
]


@pytest.mark.parametrize(("text", "line", "what"), REFUSED)
def test_refused(tmp_path: Path, text: str, line: int, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        configured(tmp_path, text)
    assert what in caught.value.what
    assert caught.value.where.endswith(f"prl10n.toml:{line}")


def test_a_notice_of_ones_own_where_there_is_none(tmp_path: Path) -> None:
    config = configured(
        tmp_path,
        'targets = ["fr", "ja"]\n[publish.notice]\nx = "{notice}"\n[locale.ja.publish.notice]\nx = "未確認"\n',
    )
    assert conventions.settings(config, "ja", Page("a.md", {}, unreviewed=True)) == {"x": "未確認"}


# From end to end.


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path)
    made.source("---\ntitle: One\naliases: [/old/]\n---\n\nTwo.\n\nThree.\n")
    return made


def test_the_notice_goes_with_the_last_draft(project: Project) -> None:
    project.configure('[publish]\nnotice = { machine = true }\n[backend]\nname = "pseudo"\n')
    project.run("sync")
    assert "machine: true\n" in project.page()
    project.edit("#, fuzzy\n", "")
    project.run("build")
    assert "machine: true\n" in project.page()
    project.approve()
    project.run("build")
    approved = project.page()
    assert "machine" not in approved
    project.configure("")
    project.run("build")
    assert project.page() == approved


def test_outdated_is_said_while_the_source_has_changed(project: Project) -> None:
    project.configure('[publish]\noutdated = { outdated = true }\n[backend]\nname = "pseudo"\n')
    project.run("sync")
    project.approve()
    project.run("build")
    assert "outdated" not in project.page()
    project.source("---\ntitle: One\n---\n\nTwo and a half, at least.\n\nThree.\n")
    project.run("extract")
    project.run("build")
    assert "stale" in project.states().values()
    assert "outdated: true\n" in project.page()


def test_the_list_of_versions_follows_the_pages_and_stays_still(project: Project) -> None:
    project.configure(
        '[site]\nbase_url = "https://e.example"\nhreflang = "data/versions.json"\n[backend]\nname = "pseudo"\n'
    )
    project.source("Words.\n", "news/b.md")
    project.run("sync", "--dry-run")
    assert not (project.root / "data").exists()
    project.run("sync", "content/en/news/a.md")
    data = json.loads(project.read("data/versions.json"))
    assert data["documents"] == {
        "news/a.md": {
            "en": "https://e.example/news/a/",
            "fr": "https://e.example/fr/news/a/",
            "x-default": "https://e.example/news/a/",
        },
        "news/b.md": {"en": "https://e.example/news/b/", "x-default": "https://e.example/news/b/"},
    }
    project.run("sync")
    assert "fr" in json.loads(project.read("data/versions.json"))["documents"]["news/b.md"]
    before = project.stamps()
    project.run("sync")
    assert project.stamps() == before


def test_a_title_that_changes_leaves_a_redirect(project: Project) -> None:
    project.configure('[content]\ndialect = "hugo"\n[site]\nslugs = true\n[backend]\nname = "pseudo"\n')
    project.run("sync")
    project.edit(f'msgstr "{project.entry("One").msgstr}"', 'msgstr "Été"')
    project.approve()
    (project.root / "content/fr/news/a.md").unlink()
    project.run("build")
    assert "slug: ete\n" in project.page()
    assert 'aliases: ["/fr/old/"]\n' in project.page()
    project.edit('msgstr "Été"', 'msgstr "Hiver"')
    project.run("build")
    assert "slug: hiver\n" in project.page()
    assert 'aliases: ["/fr/old/", "/fr/news/ete/"]\n' in project.page()
    before = project.stamps()
    project.run("sync")
    assert project.stamps() == before


def test_two_pages_with_one_title_are_named(project: Project) -> None:
    project.configure('[content]\ndialect = "hugo"\n[site]\nslugs = true\n[backend]\nname = "pseudo"\n')
    project.source("---\ntitle: One\n---\n", "news/b.md")
    project.source("---\ntitle: One\n---\n", "other/c.md")
    said = project.run("sync").stderr
    assert "content/en/news/a.md" in said
    assert "like that of news/b.md: change one of their titles" in said
