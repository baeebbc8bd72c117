"""The project's own content as a site of each generator, by the generators themselves: what stands in the HTML.

The templates in tests/generators are as small as they can be. Hugo and Jekyll are Debian's, MkDocs is PyPI's (`make
test` installs them); Docusaurus is npm's and takes minutes, so that `make test-sites` alone builds it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import polib
import pytest
import yaml

from prl10n import addresses, config, conventions, document
from prl10n.addresses import Place
from prl10n.content import find_documents
from project import Project

ROOT = Path(__file__).parent.parent
BASE = "https://www.example.com"

# Pages that the releases link to, and that link to each other, with anchors; and what MDX takes for paragraphs of the
# releases, between tags that stand alone on their lines.
PAGES = {
    "docs/getting-started.md": """---
title: Getting started
---

## First steps

Run `prl10n init`, then see [the states](/docs/catalogs#states) and [the end](#where-next).

## Where next?

To [the checks](/docs/checks) and [the release](/news/2026-11-24-prl10n-first-release/).
""",
    "docs/catalogs.md": """---
title: Catalogs
---

## States

There are four. See [what is checked](/docs/checks/#what-is-checked), “as it were”; why not?
""",
    "docs/checks.md": """---
title: Checks
---

## What is checked

All of it. [Back](/docs/getting-started).
""",
    "docs/memory.md": """---
title: Memory
---

## What it holds

All pairs. [Up](#what-it-holds).
""",
}
HOME = """---
title: Home
---

[Start](/docs/getting-started), [read](/news/2026-11-25-own-releases).
"""
FRENCH = dict(
    line.split(" | ")
    for line in """
Home | Accueil
[Start](/docs/getting-started), [read](/news/2026-11-25-own-releases). | [Ici](/docs/getting-started), \
[lire](/news/2026-11-25-own-releases).
Getting started | Pour commencer
First steps | Premiers pas
Run `prl10n init`, then see [the states](/docs/catalogs#states) and [the end](#where-next). | \
Lancez `prl10n init`, puis lisez [les états](/docs/catalogs#states) et [la fin](#where-next).
Where next? | Et après\u202f?
To [the checks](/docs/checks) and [the release](/news/2026-11-24-prl10n-first-release/). | \
Vers [les contrôles](/docs/checks) et [le communiqué](/news/2026-11-24-prl10n-first-release/).
Catalogs | Catalogues
States | Les états
There are four. See [what is checked](/docs/checks/#what-is-checked), “as it were”; why not? | \
Il y en a quatre. Voyez [ce qui est contrôlé](/docs/checks/#what-is-checked), «\u00a0pour ainsi dire\u00a0»\u202f; \
pourquoi pas\u202f?
Checks | Contrôles
What is checked | Ce qui est contrôlé
All of it. [Back](/docs/getting-started). | Tout. [Retour](/docs/getting-started).
**Claire Morand** | **Claire Morand**
**Jonas Keller** | **Jonas Keller**
prl10n press office | Service de presse de prl10n
""".strip().splitlines()
)

PUBLISH = """
[publish]
notice = { machine_translated = true, notice = "{notice}" }
"""


@dataclass(frozen=True)
class Generator:
    """How a site of the project's content is laid out and built, and where its pages are."""

    templates: str
    content: str
    home: str
    hreflang: str
    command: tuple[str, ...]
    output: str
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)


MKDOCS = (str(Path(sys.executable).parent / "mkdocs"), "build", "--quiet")
GENERATORS = {
    "hugo, folders": Generator(
        *("hugo", "content/en", "_index.md", "data/hreflang.json", ("hugo", "--quiet"), "public"),
        {
            "hugo.toml": (
                "[languages.en]\n[languages.fr]\n",
                '[languages.en]\ncontentDir = "content/en"\n[languages.fr]\ncontentDir = "content/fr"\n',
            )
        },
    ),
    "hugo, file names": Generator("hugo", "content", "_index.md", "data/hreflang.yaml", ("hugo", "--quiet"), "public"),
    "jekyll": Generator("jekyll", ".", "index.md", "_data/hreflang.json", ("jekyll", "build", "--quiet"), "_site"),
    "mkdocs, suffixes": Generator("mkdocs", "docs", "index.md", "hreflang.json", MKDOCS, "site"),
    "mkdocs, folders": Generator(
        *("mkdocs", "docs/en", "index.md", "hreflang.json", MKDOCS, "site"),
        {"mkdocs.yml": ("docs_structure: suffix", "docs_structure: folder")},
    ),
}
NODE_MODULES = os.environ.get("PRL10N_TEST_DOCUSAURUS", "")  # where `make test-sites` has Docusaurus
if NODE_MODULES:
    GENERATORS["docusaurus"] = Generator(
        *("docusaurus", "docs", "index.md", "hreflang.json", (f"{NODE_MODULES}/.bin/docusaurus", "build"), "build"),
    )


class Page(HTMLParser):
    """What the tests ask of a rendered page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.lang = self.title = self.canonical = self.notice = self.text = ""
        self.alternates: dict[str, str] = {}
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.redirect = "http-equiv=" in text
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids.update(filter(None, (values.get("id"), values.get("name") if tag == "a" else "")))
        if tag == "html":
            self.lang = values.get("lang", "")
        elif tag == "link" and values.get("rel") == "alternate" and "hreflang" in values:
            self.alternates[values["hreflang"]] = values["href"]
        elif tag == "link" and values.get("rel") == "canonical":
            self.canonical = values["href"]
        self.links += [values[name] for name in ("href", "src") if name in values]
        self._inside = "notice" if values.get("class") == "notice" else tag

    def handle_data(self, data: str) -> None:
        if self._inside in ("script", "style"):
            return
        self.text += data
        if self._inside == "notice":
            self.notice += data.strip()
        elif self._inside == "title":
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


@dataclass(frozen=True)
class Site:
    name: str
    project: Project
    folder: Path
    pages: dict[str, Page]

    def page(self, path: str) -> Page:
        """The page of an address, with or without the slash at its end."""
        return self.pages[path if path.endswith("/") else f"{path}/"]


def read(folder: Path) -> dict[str, Page]:
    """The rendered pages of a site by their addresses; `x/index.html` is `x/`."""
    found = {}
    for path in sorted(folder.rglob("*.html")):
        address = f"/{path.relative_to(folder).as_posix()}".removesuffix("index.html")
        found[address] = Page(path.read_text(encoding="utf-8"))
    return {address: page for address, page in found.items() if not page.redirect}


def build(root: Path, generator: Generator) -> None:
    if shutil.which(generator.command[0]) is None:
        pytest.fail(f"{generator.command[0]} is not installed: `make test` installs it")
    environ = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    run = subprocess.run(generator.command, cwd=root, env=environ, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def copy_templates(project: Project, generator: Generator) -> None:
    shutil.copytree(ROOT / "tests/generators" / generator.templates, project.root, dirs_exist_ok=True)
    for name, (before, after) in generator.changes.items():
        text = project.read(name)
        assert before in text
        project.write(name, text.replace(before, after))


def lay_out(root: Path, generator: Generator) -> Project:
    """A site with the project's content, its French from catalogs: those of the project, and `FRENCH`."""
    project = Project(root)
    copy_templates(project, generator)
    for path in sorted((ROOT / "content/en").rglob("*.md")):
        name = path.relative_to(ROOT / "content/en").as_posix()
        project.write(f"{generator.content}/{name}", path.read_text(encoding="utf-8"))
    for name, text in {**PAGES, generator.home: HOME}.items():
        project.write(f"{generator.content}/{name}", text)
    assert project.run("init", "--locale", "fr").exit_code == 0
    written = project.read("prl10n.toml").replace('name = "auto"', 'name = "pseudo"') + PUBLISH
    before, _, after = written.partition("[site]\n")
    own = f'[site]\nbase_url = "{BASE}"\nhreflang = "{generator.hreflang}"\n'
    project.write("prl10n.toml", f"{before}{own}{after}" if after else f"{written}\n{own}")
    settings = config.load(root)
    for name in find_documents(settings):
        catalog = ROOT / "locales/fr/LC_MESSAGES" / Path(name).with_suffix(".po")
        if catalog.is_file():
            place = settings.catalog_path("fr", name)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(catalog, place)
    assert project.run("sync").exit_code == 0
    approve(root / "locales/fr", FRENCH)
    assert project.run("sync").exit_code == 0
    return project


def approve(folder: Path, texts: dict[str, str]) -> None:
    """Do what a person with a PO editor does: put in the text, and clear the flag."""
    for path in folder.rglob("*.po"):
        catalog = polib.pofile(str(path))
        for entry in catalog:
            if entry.msgid in texts:
                entry.msgstr = texts[entry.msgid]
                entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
        catalog.save()


@pytest.fixture(scope="module", params=GENERATORS)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    name: str = request.param
    generator = GENERATORS[name]
    root = tmp_path_factory.mktemp(generator.templates)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        project = lay_out(root, generator)
        if generator.templates == "docusaurus":
            (root / "node_modules").symlink_to(NODE_MODULES)
        build(root, generator)
        yield Site(name, project, root / generator.output, read(root / generator.output))


def documents(site: Site) -> Iterable[tuple[str, Page]]:
    """The pages of documents, without those that a generator makes of its own accord."""
    return ((address, page) for address, page in site.pages.items() if page.alternates and address.endswith("/"))


def test_every_document_has_its_page_in_each_language(site: Site) -> None:
    names = ["", *(name.removesuffix(".md") + "/" for name in PAGES)]
    names += [f"news/{path.stem}/" for path in (ROOT / "content/en/news").glob("*.md")]
    expected = {f"{language}{name}" for language in ("/", "/fr/") for name in names}
    assert {address for address, _ in documents(site)} == expected


def test_no_internal_link_is_broken(site: Site) -> None:
    broken, seen = [], 0
    for address, page in site.pages.items():
        for link in page.links:
            whole = urlsplit(urljoin(f"{BASE}{address}", link))
            if f"{whole.scheme}://{whole.netloc}" != BASE:
                continue
            seen += 1
            path = unquote(whole.path)
            target = site.pages.get(path) or site.pages.get(f"{path}/")
            if target is None and (site.folder / path.lstrip("/")).is_file():
                continue  # a style sheet, a script
            if target is None or (whole.fragment and unquote(whole.fragment) not in target.ids):
                broken.append(f"{address}: {link}")
    assert broken == []
    assert seen > 60  # 14 pages with a canonical address and three versions each, and what their texts link to


def test_links_of_french_pages_stay_in_french(site: Site) -> None:
    """All pages are translated, so that none may lead to an English one but by the list of versions."""
    out = []
    for address, page in documents(site):
        for link in page.links:
            whole = urlsplit(urljoin(f"{BASE}{address}", link))
            internal = whole.netloc == urlsplit(BASE).netloc and link not in page.alternates.values()
            if internal and address.startswith("/fr/") and not whole.path.startswith("/fr/"):
                out.append(f"{address}: {link}")
    assert out == []


def test_the_language_of_each_page(site: Site) -> None:
    assert {(address.startswith("/fr/"), page.lang) for address, page in documents(site)} == {
        (True, "fr"),
        (False, "en"),
    }


def test_hreflang_names_every_version_itself_included(site: Site) -> None:
    """https://developers.google.com/search/docs/specialty/international/localized-versions: each version lists itself
    and all others, by whole addresses, and they list it in return.
    """
    for address, page in documents(site):
        assert page.alternates.keys() == {"en", "fr", "x-default"}
        assert page.alternates["x-default"] == page.alternates["en"]
        assert page.canonical == page.alternates[page.lang]
        assert page.canonical.rstrip("/") == f"{BASE}{address}".rstrip("/")
        for url in page.alternates.values():
            assert site.page(urlsplit(url).path).alternates == page.alternates


def test_the_file_of_versions_says_what_the_pages_say(site: Site) -> None:
    """Docusaurus writes the links of its pages itself; the other templates read the file."""
    file = site.project.root / GENERATORS[site.name].hreflang
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    stated = {tuple(sorted(urls.items())) for urls in data["documents"].values()}
    assert stated == {tuple(sorted(page.alternates.items())) for _, page in documents(site)}


def test_french_typography_is_in_the_page(site: Site) -> None:
    assert "«\u00a0pour ainsi dire\u00a0»\u202f; pourquoi pas\u202f?" in site.page("/fr/docs/catalogs").text
    release = site.page("/fr/news/2026-11-24-prl10n-first-release").text
    assert "24 novembre 2026" in release.replace("\u00a0", " ")
    assert not re.search('[“”"]', release)


def test_a_notice_stands_where_nobody_has_reviewed_a_text(site: Site) -> None:
    noted = {address for address, page in site.pages.items() if page.notice}
    assert noted == {"/fr/docs/memory/"}
    assert site.page("/fr/docs/memory").notice == (
        "Cette page contient du texte traduit automatiquement qui n’a pas encore été relu."
    )


def test_a_second_run_touches_no_file(site: Site) -> None:
    before = site.project.stamps()
    assert site.project.run("sync").exit_code == 0
    assert site.project.stamps() == before


# Addresses: what `prl10n.addresses` says of a file, and where the generator puts its page.

POST = "---\ntitle: A page\nlayout: page\n{}---\n\nWords.\n"
ASKED: dict[str, tuple[Generator, str, str, str, str, list[tuple[str, str]]]] = {
    "hugo": (
        GENERATORS["hugo, folders"],
        *("content/fr", "hugo", "/fr", ""),
        [
            ("_index.md", ""),
            ("news/_index.md", "slug: nope\n"),
            ("news/a.md", ""),
            ("news/b.md", "slug: un-b\n"),
            ("news/c.md", "url: /seul/c/\n"),
            ("news/d.md", "url: seul/d/\n"),
            ("news/2026-11-24-e.md", "date: 2026-11-24\n"),
            ("News/My Page_é.md", ""),
            ("news/v1.2.md", ""),
            ("news/bundle/index.md", ""),
            ("news/other/index.md", "slug: lot\n"),
            ("news/мир.md", ""),
        ],
    ),
    **{
        f"jekyll, {setting}": (
            GENERATORS["jekyll"],
            *(".", "jekyll", "", setting),
            [
                ("fr/about.md", ""),
                ("fr/index.md", ""),
                ("fr/b.md", "permalink: /fr/c/\n"),
                ("fr/_posts/2026-11-24-a-b.md", ""),
                ("fr/_posts/2026-11-24-c.md", "slug: le-c\n"),
                ("fr/_posts/2026-11-24-d.md", "permalink: /fr/:year/:title/\n"),
                ("fr/_posts/2026-11-24-e.md", "categories: [News, Two words]\ndate: 2025-03-04\n"),
                ("fr/_posts/sub/2026-11-20-F_É.md", ""),
            ],
        )
        for setting in ("date", "pretty", "ordinal", "none", "weekdate", "/:categories/:year/:title/")
    },
    **{
        f"mkdocs, use_directory_urls: {value}": (
            replace(
                GENERATORS["mkdocs, folders"],
                changes={"mkdocs.yml": ("plugins:", f"use_directory_urls: {value}\nplugins:")},
            ),
            *("docs", "mkdocs", "", setting),
            [("index.md", ""), ("guide/index.md", ""), ("more/README.md", ""), ("guide/My Page_é.md", "slug: x\n")],
        )
        for value, setting in (("true", ""), ("false", "none"))
    },
}


@pytest.mark.parametrize(
    ("generator", "folder", "name", "prefix", "setting", "files"), ASKED.values(), ids=ASKED.keys()
)
def test_addresses_are_those_of_the_generator(
    tmp_path: Path,
    generator: Generator,
    folder: str,
    name: str,
    prefix: str,
    setting: str,
    files: list[tuple[str, str]],
) -> None:
    project = Project(tmp_path)
    copy_templates(project, generator)
    if name == "jekyll":
        project.write("_config.yml", project.read("_config.yml").replace("permalink: pretty", f"permalink: {setting}"))
    for file, said in files:
        project.write(f"{folder}/{file}", POST.format(said))
    project.write(generator.hreflang, '{"documents": {}, "pages": {}}')
    build(tmp_path, generator)
    found = {unquote(address) for address in read(tmp_path / generator.output)}
    for file, said in files:
        place = Place(file, document.fields(POST.format(said).encode()), prefix, setting)
        assert unquote(addresses.GENERATORS[name].address(place)) in found, file


def test_a_former_address_leads_to_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A French title changes: Hugo makes a redirect of the address that the page had."""
    monkeypatch.chdir(tmp_path)
    generator = GENERATORS["hugo, folders"]
    project = lay_out(tmp_path, generator)
    project.write("prl10n.toml", project.read("prl10n.toml").replace("[site]\n", "[site]\nslugs = true\n"))
    project.run("sync")
    approve(tmp_path / "locales/fr", {"Checks": "Nos contrôles"})
    project.run("sync")
    build(tmp_path, generator)
    output = tmp_path / generator.output
    pages = Site("hugo, folders", project, output, read(output))
    for former in ("/fr/docs/checks/", "/fr/docs/controles/"):
        text = (tmp_path / generator.output / former.strip("/") / "index.html").read_text(encoding="utf-8")
        assert f'url={BASE}/fr/docs/nos-controles/"' in text
    assert pages.page("/fr/docs/nos-controles").alternates["en"] == f"{BASE}/docs/checks/"
    test_no_internal_link_is_broken(pages)
    test_links_of_french_pages_stay_in_french(pages)


def test_hugo_pairs_pages_by_the_key_that_a_path_gives(tmp_path: Path) -> None:
    """`translationKey = "{key}"` pairs a page with a source that has no such key, under whatever name the page is."""
    project = Project(tmp_path)
    copy_templates(project, GENERATORS["hugo, folders"])
    single = '{{ define "main" }}{{ range .Translations }}<a href="{{ .RelPermalink }}">x</a>{{ end }}{{ end }}'
    project.write("layouts/_default/single.html", single)
    project.write("data/hreflang.json", '{"documents": {}, "pages": {}}')
    project.write("prl10n.toml", '[content]\ndialect = "hugo"\n[front_matter.set]\ntranslationKey = "{key}"\n')
    said = conventions.settings(config.load(tmp_path), "fr", conventions.Page("news/a.md", {}))
    project.write("content/en/news/a.md", POST.format(""))
    project.write("content/fr/news/b.md", POST.format(f"translationKey: {said['translationKey']}\n"))
    build(tmp_path, GENERATORS["hugo, folders"])
    pages = read(tmp_path / "public")
    assert "/fr/news/b/" in pages["/news/a/"].links
    assert "/news/a/" in pages["/fr/news/b/"].links
