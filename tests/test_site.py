"""What `prl10n init` makes of a folder: one small site after another, and the configuration that fits it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from prl10n.config import load
from prl10n.content import find_documents
from prl10n.errors import ConfigError
from prl10n.site import Site, look, render, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


MKDOCS_I18N = """
plugins:
  - search
  - i18n:
      docs_structure: {structure}
      languages:
        - {{locale: en, default: true, name: English}}
        - {{locale: de, name: Deutsch}}
        - {{locale: pt-BR, name: Português, build: true}}
        - {{locale: it, build: false}}
"""

# The site; then its generator, source, targets, the folder, and what is written for the first document found.
SITES: dict[str, tuple[dict[str, str], str, str, tuple[str, ...], str, dict[str, str]]] = {
    "hugo, folders": (
        {"hugo.toml": 'baseURL = "https://example.org/"\n', "content/en/news/a.md": "", "content/fr/news/a.md": ""},
        *("hugo", "en", ("fr",), "content/en"),
        {"news/a.md": "content/fr/news/a.md"},
    ),
    "hugo, folders that it states": (
        {
            "config.yaml": "BaseURL: /\ndefaultContentLanguage: de\nlanguages:\n"
            "  de: {contentDir: site/de}\n  en: {contentDir: site/en}\n  es: {disabled: true}\n",
            "site/de/a.md": "",
        },
        *("hugo", "de", ("en",), "site/de"),
        {"a.md": "site/en/a.md"},
    ),
    "hugo, the source in the root of content": (
        {
            "hugo.toml": '[languages.en]\ncontentDir = "content"\n[languages.fr]\ncontentDir = "content.fr"\n',
            "content/a.md": "",
        },
        *("hugo", "en", ("fr",), "content"),
        {"a.md": "content.fr/a.md"},
    ),
    "hugo, folders with names of their own": (
        {"hugo.toml": '[languages.en]\ncontentDir = "content/english"\n[languages.fr]\n', "content/english/a.md": ""},
        *("hugo", "en", ("fr",), "content/english"),
        {"a.md": "content/fr/a.md"},
    ),
    "hugo, flat": (
        {
            "config.toml": 'baseURL = "/"\n[languages.en]\n[languages.fr]\n[languages.pt-br]\n',
            "content/_index.md": "",
            "content/news/a.md": "",
            "content/news/a.fr.md": "",
            "content/news/a.pt-br.md": "",
        },
        *("hugo", "en", ("fr", "pt-br"), "content"),
        {"_index.md": "content/_index.fr.md", "news/a.md": "content/news/a.fr.md"},
    ),
    "hugo, a folder of configuration": (
        {
            "config/_default/hugo.yaml": "defaultContentLanguage: fr\n",
            "config/_default/languages.yaml": "fr: {weight: 1}\nno: {weight: 2}\n",
            "content/a.markdown": "",
        },
        *("hugo", "fr", ("no",), "content"),
        {"a.markdown": "content/a.no.markdown"},
    ),
    "jekyll, posts alone": (
        {"_config.yml": "title: x\n", "_posts/2026-11-24-a.md": "", "README.md": "", "_drafts/b.md": ""},
        *("jekyll", "en", ("fr",), "_posts"),
        {"2026-11-24-a.md": "fr/_posts/2026-11-24-a.md"},
    ),
    "jekyll, the whole site": (
        {
            "_config.yml": "lang: en_US\nlanguages: [en-US, fr, no]\nexclude: [vendor/, notes, /, 3, ../x, draft.md]\n",
            "_posts/2026-11-24-a.md": "",
            "index.markdown": "",
            "about.md": "",
            "draft.md": "",
            "notes/b.md": "",
            "README.md": "",
            "vendor/bundle/c.md": "",
            "fr/about.md": "",
        },
        *("jekyll", "en-US", ("fr", "no"), "."),
        {
            "_posts/2026-11-24-a.md": "fr/_posts/2026-11-24-a.md",
            "about.md": "fr/about.md",
            "index.markdown": "fr/index.markdown",
        },
    ),
    "jekyll, folders": (
        {"_config.yml": "default_lang: en\n", "en/a.md": "", "es/a.md": "", "README.md": ""},
        *("jekyll", "en", ("es",), "en"),
        {"a.md": "es/a.md"},
    ),
    "jekyll without configuration": (
        {"_posts/2026-11-24-a.md": ""},
        *("jekyll", "en", ("fr",), "_posts"),
        {"2026-11-24-a.md": "fr/_posts/2026-11-24-a.md"},
    ),
    "mkdocs, suffixes": (
        {
            "mkdocs.yml": MKDOCS_I18N.format(structure="suffix"),
            "docs/index.md": "",
            "docs/index.de.md": "",
            "docs/guide/a.md": "",
        },
        *("mkdocs", "en", ("de", "pt-BR"), "docs"),
        {"guide/a.md": "docs/guide/a.de.md", "index.md": "docs/index.de.md"},
    ),
    "mkdocs, folders": (
        {
            "mkdocs.yml": "docs_dir: pages\nextra: !ENV [A, b]\nx: !!python/name:a.b\n"
            + MKDOCS_I18N.format(structure="folder"),
            "pages/en/a.md": "",
        },
        *("mkdocs", "en", ("de", "pt-BR"), "pages/en"),
        {"a.md": "pages/de/a.md"},
    ),
    "mkdocs, old plug-in": (
        {
            "mkdocs.yml": "plugins:\n  i18n:\n    default_language: fr\n    languages: {fr: français, en: English}\n",
            "docs/a.md": "",
        },
        *("mkdocs", "fr", ("en",), "docs"),
        {"a.md": "docs/a.en.md"},
    ),
    "mkdocs without the plug-in": (
        {"mkdocs.yml": "site_name: x\nplugins: [search]\n", "docs/a.md": ""},
        *("mkdocs", "en", ("fr",), "docs"),
        {"a.md": "docs/a.fr.md"},
    ),
    "docusaurus": (
        {
            "docusaurus.config.ts": "export default {\n  // locales: ['xx'],\n  i18n: {\n    defaultLocale: 'en',\n"
            "    locales: [\n      'en',\n      // 'it',\n      \"fr\",\n      `zh-Hans`],\n  },\n};\n",
            "docs/intro.md": "",
            "docs/guide/a.mdx": "",
            "blog/2026-11-24-a.md": "",
        },
        *("docusaurus", "en", ("fr", "zh-Hans"), "docs"),
        {
            "guide/a.mdx": "i18n/fr/docusaurus-plugin-content-docs/current/guide/a.mdx",
            "intro.md": "i18n/fr/docusaurus-plugin-content-docs/current/intro.md",
        },
    ),
    "docusaurus, a blog": (
        {"docusaurus.config.js": "module.exports = {};\n", "blog/a.md": ""},
        *("docusaurus", "en", ("fr",), "blog"),
        {"a.md": "i18n/fr/docusaurus-plugin-content-blog/a.md"},
    ),
    "plain, folders": (
        {"content/en/a.md": "", "content/de/a.md": "", "content/assets/x.md": "", "content/xx/a.md": ""},
        *("plain", "en", ("de",), "content/en"),
        {"a.md": "content/de/a.md"},
    ),
    "plain, a folder a language": (
        {"en/a.md": "", "README.md": ""},
        *("plain", "en", ("fr",), "en"),
        {"a.md": "fr/a.md"},
    ),
    "plain, flat": (
        {"docs/a.md": "", "docs/b/c.md": "", "docs/fr/a.md": "", "README.md": ""},
        *("plain", "en", ("fr",), "docs"),
        {"a.md": "docs/fr/a.md", "b/c.md": "docs/fr/b/c.md"},
    ),
    "plain, the folder itself": (
        {"a.md": "", "README.md": "", "node_modules/x/b.markdown": "", ".venv/c.md": ""},
        *("plain", "en", ("fr",), "."),
        {"a.md": "fr/a.md"},
    ),
    "plain, a README alone": (
        {"README.md": ""},
        *("plain", "en", ("fr",), "."),
        {"README.md": "fr/README.md"},
    ),
    "a config.toml of another tool": (
        {"config.toml": 'title = "x"\n', "content/a.md": ""},
        *("plain", "en", ("fr",), "content"),
        {"a.md": "content/fr/a.md"},
    ),
}


@pytest.mark.parametrize(
    ("files", "generator", "source", "targets", "content", "written"), SITES.values(), ids=SITES.keys()
)
def test_a_site_and_its_configuration(
    folder: Path,
    files: dict[str, str],
    generator: str,
    source: str,
    targets: tuple[str, ...],
    content: str,
    written: dict[str, str],
) -> None:
    make(folder, files)
    site = look(folder)
    assert (site.generator, site.source, site.targets, site.content_source) == (generator, source, targets, content)
    write(folder, render(site))
    config = load(folder)
    assert (config.source, config.targets) == (source, targets)
    assert config.content.source == content
    assert config.content.dialect == ("auto" if generator == "plain" else generator)
    found = find_documents(config)
    assert {name: config.target_path(targets[0], name).relative_to(folder).as_posix() for name in found} == written


# What pages need besides their words, so that no two languages share an address. Seen with Hugo 0.111 and Jekyll 4.3: a
# `url` or a `permalink` that the translation keeps takes the source's page away.
PREFIXED = "/{locale}{value}"
NEEDS: dict[str, tuple[dict[str, str], dict[str, str], str, str]] = {
    "hugo": (
        {"hugo.toml": 'baseURL = "https://example.org/"\n', "content/en/a.md": ""},
        {"url": PREFIXED, "aliases": PREFIXED},
        *("auto", ""),
    ),
    "hugo, flat": (
        {"hugo.toml": 'baseURL = "https://example.org/"\n', "content/a.md": ""},
        {"url": PREFIXED, "aliases": PREFIXED},
        *("auto", ""),
    ),
    "jekyll": (
        {"_config.yml": "permalink: pretty\n", "a.md": "", "about/b.md": ""},
        {"lang": "{locale}", "permalink": PREFIXED, "redirect_from": PREFIXED},
        *("auto", "pretty"),
    ),
    "jekyll, folders: addresses follow them": (
        {"_config.yml": "lang: en\n", "en/a.md": ""},
        {"lang": "{locale}"},
        *("auto", ""),
    ),
    "polyglot: pages share the permalink of their source, and the plug-in leads the links": (
        {"_config.yml": "plugins: [jekyll-polyglot]\n", "_posts/2026-11-24-a.md": ""},
        {"lang": "{locale}", "permalink": "{url}"},
        *("", ""),
    ),
    "mkdocs": ({"mkdocs.yml": "use_directory_urls: false\n", "docs/a.md": ""}, {}, "auto", "none"),
    "docusaurus": ({"docusaurus.config.js": "", "docs/a.md": ""}, {}, "auto", ""),
    "plain": ({"content/en/a.md": ""}, {}, "auto", ""),
}


@pytest.mark.parametrize(("files", "values", "pages", "permalink"), NEEDS.values(), ids=NEEDS.keys())
def test_what_pages_need_besides_their_words(
    folder: Path, files: dict[str, str], values: dict[str, str], pages: str, permalink: str
) -> None:
    make(folder, files)
    write(folder, render(look(folder)))
    config = load(folder)
    assert config.front_matter.set == values
    assert (config.links.pages, config.site.permalink) == (pages, permalink)


@pytest.mark.parametrize(
    ("route", "source"), [("/", "/{path}"), ("guides", "/guides/{path}"), ("/a/b/", "/a/b/{path}"), ("a b", "auto")]
)
def test_where_the_routes_of_docusaurus_begin(folder: Path, route: str, source: str) -> None:
    """https://docusaurus.io/docs/api/plugins/@docusaurus/plugin-content-docs#routeBasePath"""
    script = (
        f"presets: [['classic', {{docs: {{editUrl: 'x', routeBasePath: '{route}'}}, blog: {{routeBasePath: 'n'}}}}]]"
    )
    make(folder, {"docusaurus.config.js": script, "docs/a.md": ""})
    write(folder, render(look(folder)))
    assert load(folder).links.source == source


def test_hugo_knows_its_languages_by_small_letters_in_the_names_of_files(folder: Path) -> None:
    """Hugo 0.111 takes `a.pt-BR.md` for an English page called `a.pt-BR`."""
    make(folder, {"hugo.toml": "[languages.en]\n[languages.pt-BR]\n", "content/a.md": ""})
    write(folder, render(look(folder), ["pt-BR", "fr"]))
    config = load(folder)
    assert config.targets == ("pt-br", "fr")
    assert config.target_path("pt-br", "a.md") == folder / "content/a.pt-br.md"


def test_posts_of_a_polyglot_site_are_beside_each_other(folder: Path) -> None:
    make(folder, {"_config.yml": "languages: [en, fr]\n", "_posts/2026-11-24-a.md": "", "_posts/fr/x.md": ""})
    write(folder, render(look(folder)))
    config = load(folder)
    assert find_documents(config) == ("2026-11-24-a.md",)
    assert config.target_path("fr", "2026-11-24-a.md") == folder / "_posts/fr/2026-11-24-a.md"


# What the site says that a person should know

EVIDENCE = {
    "the generator": ({"hugo.toml": ""}, "Found Hugo: hugo.toml."),
    "the languages": ({"_config.yml": "languages: [en, fr]"}, "Languages in _config.yml: en, fr."),
    "no generator": ({"a.md": ""}, "Found no site generator that prl10n knows."),
    "no markdown": ({"mkdocs.yml": "", "docs/a.txt": ""}, "There is no markdown in docs yet."),
    "folders of languages": (
        {"content/en/a.md": "", "content/de/a.md": ""},
        "Languages with a folder of their own: de.",
    ),
    "an unknown locale": (
        {"_config.yml": "languages: [en, zh_CN]"},
        "Left out, since CLDR knows no such locale: 'zh_CN'.",
    ),
    "a folder outside": (
        {"mkdocs.yml": "docs_dir: ../docs"},
        "'../docs' was passed over: it is not a folder of this site.",
    ),
    "files to rename": (
        {"hugo.toml": "", "content/a.en.md": ""},
        "Rename the files called x.en.md to x.md: the others are named after them, as x.fr.md.",
    ),
    "contentDir": (
        {"hugo.toml": "", "content/en/a.md": ""},
        "Give each language its contentDir in Hugo's configuration, content/{locale}.",
    ),
    "the plug-in": (
        {"mkdocs.yml": ""},
        "MkDocs publishes languages with the plug-in mkdocs-static-i18n, which is not set up.",
    ),
    "posts that would share an address": (
        {"_config.yml": "permalink: /:year/:title/", "_posts/2026-11-24-a.md": ""},
        "Add :categories to permalink in _config.yml: else posts of two languages share an address.",
    ),
    "a blog besides": (
        {"docusaurus.config.js": "", "docs/a.md": "", "blog/a.md": ""},
        "Not included: blog, whose translations go to i18n/{locale}/docusaurus-plugin-content-blog.",
    ),
    "broken TOML": ({"hugo.toml": "[languages"}, "hugo.toml could not be read: it is not valid TOML."),
    "broken YAML": ({"mkdocs.yml": "a: [b"}, "mkdocs.yml could not be read: it is not valid YML."),
    "a date that is none": ({"_config.yml": "a: 2026-13-45"}, "_config.yml could not be read: it is not valid YML."),
    "broken JSON": ({"hugo.json": "{"}, "hugo.json could not be read: it is not valid JSON."),
}


@pytest.mark.parametrize(("files", "sentence"), EVIDENCE.values(), ids=EVIDENCE.keys())
def test_evidence(folder: Path, files: dict[str, str], sentence: str) -> None:
    make(folder, files)
    site = look(folder)
    assert sentence in site.evidence
    write(folder, render(site))
    assert load(folder).targets == site.targets


@pytest.mark.parametrize("name", ["hugo.toml", "_config.yml", "mkdocs.yml", "docusaurus.config.js"])
def test_bytes_that_are_not_text(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\xff\xfe\x00")
    assert f"{name} could not be read." in look(folder).evidence


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "3",
        "plugins: 3",
        "plugins: [i18n: 3]",
        "plugins: [{i18n: {languages: [3, {locale: 3}]}}]",
        "docs_dir: [a]",
        "docs_dir: ''",
        "docs_dir: .",
        "docs_dir: /etc",
        'docs_dir: "a\\nb"',
        'docs_dir: "{path}"',
        "languages: 3",
        "languages: {en: 3, fr: {contentDir: 3}}",
        "languages: {en: {contentDir: ../x}, 3: {}}",
        "contentDir: C:/x",
        "lang: [fr]",
        "lang: '\"] # x'",
        'languages: [\'fr"\\\\\', "a\\nb"]',
        "exclude: 3",
        "exclude: [., /, '', [x]]",
    ],
)
@pytest.mark.parametrize("name", ["mkdocs.yml", "_config.yml", "hugo.yaml"])
def test_odd_values_do_no_harm(folder: Path, name: str, text: str) -> None:
    make(folder, {name: text, "docs/a.md": "", "content/a.md": "", "a.md": ""})
    write(folder, render(look(folder)))
    config = load(folder)
    assert find_documents(config)


# The language to assume


def test_a_source_that_the_site_does_not_state(folder: Path) -> None:
    make(folder, {"content/fr/a.md": ""})
    site = look(folder, "fr")
    assert (site.source, site.targets, site.content_source) == ("fr", ("en",), "content/fr")


def test_a_source_that_the_site_states_otherwise(folder: Path) -> None:
    make(folder, {"hugo.toml": 'defaultContentLanguage = "de"\n', "content/a.md": ""})
    assert look(folder, "fr").source == "de"


def test_a_source_among_the_languages_of_the_site(folder: Path) -> None:
    make(folder, {"hugo.toml": "[languages.de]\n[languages.fr]\n", "content/a.md": ""})
    assert (look(folder, "fr").source, look(folder, "fr").targets) == ("fr", ("de",))
    assert (look(folder).source, look(folder).targets) == ("de", ("fr",))


# The text


def test_the_text_is_short_and_says_what_a_stranger_needs() -> None:
    site = Site(
        "plain", ("Found no site generator that prl10n knows.",), "en", ("fr",), "content/en", "{locale}/{path}"
    )
    assert render(site) == (
        "# What prl10n translates, and where the translations go.\n"
        "#\n"
        "# Found no site generator that prl10n knows.\n"
        "\n"
        'source = "en"  # the language that you write in\n'
        'targets = ["fr"]  # the languages that you publish besides\n'
        "\n"
        "[content]\n"
        'source = "content/en"  # the folder of the documents\n'
        'target = "{locale}/{path}"  # where each translated document is written\n'
        "\n"
        "[backend]\n"
        'name = "auto"  # DeepL where DEEPL_AUTH_KEY is set, else a local model, else the memory alone\n'
    )


def test_other_targets_than_those_of_the_site(folder: Path) -> None:
    make(folder, {"mkdocs.yml": "", "docs/a.md": "", "docs/a.es.md": ""})
    write(folder, render(look(folder), ["es", "pt-BR"]))
    config = load(folder)
    assert config.targets == ("es", "pt-BR")
    assert find_documents(config) == ("a.md",)


# Writing


def test_write_returns_the_path(folder: Path) -> None:
    assert write(folder, "é\n") == folder / "prl10n.toml"
    assert (folder / "prl10n.toml").read_bytes() == "é\n".encode()


def test_write_overwrites_nothing(folder: Path) -> None:
    make(folder, {"prl10n.toml": "mine"})
    with pytest.raises(ConfigError, match="exists already") as caught:
        write(folder, "")
    assert caught.value.where == "prl10n.toml"
    assert "by hand" in caught.value.remedy
    assert (folder / "prl10n.toml").read_text() == "mine"


def test_write_respects_pyproject(folder: Path) -> None:
    make(folder, {"pyproject.toml": "[tool.prl10n]\n"})
    with pytest.raises(ConfigError, match="configures this folder") as caught:
        write(folder, "")
    assert caught.value.where == "pyproject.toml"
    assert "remove it" in caught.value.remedy
    assert not (folder / "prl10n.toml").exists()


def test_write_into_no_folder(folder: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written") as caught:
        write(folder / "nowhere", "")
    assert caught.value.remedy == "Check the folder."


def test_a_plain_folder_of_mdx_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "content/en/a.mdx"
    page.parent.mkdir(parents=True)
    page.write_text("Words.\n", encoding="utf-8")
    assert look(tmp_path).include == ("**/*.mdx",)
