"""What a configuration says, and what it may not say: each refusal with its line and its remedy."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import subprocess
import sys
import tempfile
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prl10n import backends, content
from prl10n.config import Config, Content, Origin, Settings, expand, find, load
from prl10n.content import find_documents
from prl10n.errors import ConfigError
from prl10n.locales import babel_locale, gettext_locale


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, text: str, name: str = "prl10n.toml") -> Path:
    path = folder / name
    path.write_text(dedent(text), encoding="utf-8")
    return path


def make(folder: Path, *paths: str) -> None:
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("# Hello\n", encoding="utf-8")


def read(folder: Path, text: str) -> Config:
    write(folder, text)
    return load(folder)


# What holds where nothing is said


def test_an_empty_file_means_the_defaults(folder: Path) -> None:
    config = read(folder, "")
    assert (config.source, config.targets) == ("en", ("fr",))
    assert config.root == folder.resolve()
    assert config.path == folder.resolve() / "prl10n.toml"
    assert config.content.source == "content/en"
    assert config.content.include == ("**/*.md",)
    assert config.content.exclude == ()
    assert config.content.target == "content/{locale}/{path}"
    assert config.content.catalog == "locales/{locale}/LC_MESSAGES/{dir}{stem}.po"
    assert config.content.dialect == "auto"
    assert config.front_matter.translate == (
        "title",
        "short-title",
        "product-title",
        "subtitle",
        "description",
        "summary",
        "excerpt",
    )
    assert config.front_matter.set == {}
    assert config.backend.name == "auto"
    assert config.backend.options("deepl") == {}
    localize = config.localize
    assert (localize.typography, localize.dates, localize.numbers, localize.links) == (True, True, True, True)
    assert (config.publish.drafts, config.publish.incomplete) == (True, "source")


def test_every_key_can_be_set(folder: Path) -> None:
    config = read(
        folder,
        """
        source = "de"
        targets = ["fr", "zh-Hans"]
        [content]
        source = "docs"
        include = ["**/*.md", "**/*.mdx"]
        exclude = ["drafts/**"]
        target = "out/{locale}/{dir}{stem}{ext}"
        catalog = "po/{locale}/{dir}{stem}{ext}.po"
        dialect = "hugo"
        [front_matter]
        translate = ["title"]
        set = { lang = "{locale}" }
        [backend]
        name = "deepl"
        [backend.deepl]
        formality = "more"
        [localize]
        typography = false
        dates = false
        numbers = false
        links = false
        [publish]
        drafts = false
        incomplete = "skip"
        """,
    )
    assert (config.source, config.targets) == ("de", ("fr", "zh-Hans"))
    assert config.content.include == ("**/*.md", "**/*.mdx")
    assert config.content.dialect == "hugo"
    assert config.front_matter.set == {"lang": "{locale}"}
    assert config.backend.name == "deepl"
    assert config.backend.options("deepl") == {"formality": "more"}
    assert not any((config.localize.typography, config.localize.dates, config.localize.numbers, config.localize.links))
    assert (config.publish.drafts, config.publish.incomplete) == (False, "skip")


def test_a_configuration_travels_to_another_process(folder: Path) -> None:
    config = read(folder, 'targets = ["fr"]\n[backend.deepl]\nformality = "more"\n')
    assert pickle.loads(pickle.dumps(config)) == config


def test_a_configuration_cannot_be_changed(folder: Path) -> None:
    config = read(folder, "")
    with pytest.raises(AttributeError):
        config.content.source = "docs"  # type: ignore[misc]


def test_importing_the_module_does_not_import_babel() -> None:
    code = "import sys, prl10n.config; sys.exit('babel' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Which file is read


def test_the_nearest_file_above_is_read(folder: Path) -> None:
    write(folder, 'targets = ["de"]')
    below = folder / "content" / "en"
    below.mkdir(parents=True)
    assert load(below).targets == ("de",)
    assert load(below).root == folder.resolve()
    assert find(below) == folder.resolve() / "prl10n.toml"


def test_pyproject_is_read_where_it_has_a_table(folder: Path) -> None:
    below = folder / "site"
    below.mkdir()
    write(folder, '[tool.prl10n]\ntargets = ["de"]\n[tool.prl10n.publish]\ndrafts = false\n', "pyproject.toml")
    write(below, '[tool.other]\nkey = "value"\n', "pyproject.toml")
    config = load(below)
    assert config.path == folder.resolve() / "pyproject.toml"
    assert config.targets == ("de",)
    assert config.publish.drafts is False


@pytest.mark.parametrize("text", ["tool = 3\n", "[broken\n", "[tool]\n"])
def test_a_pyproject_of_others_is_passed_over(folder: Path, text: str) -> None:
    below = folder / "site"
    below.mkdir()
    write(folder, 'targets = ["de"]')
    write(below, text, "pyproject.toml")
    assert load(below).root == folder.resolve()


def test_prl10n_toml_goes_before_pyproject(folder: Path) -> None:
    write(folder, '[tool.prl10n]\ntargets = ["de"]\n', "pyproject.toml")
    write(folder, 'targets = ["es"]')
    assert load(folder).targets == ("es",)


def test_an_explicit_file_may_have_any_name(folder: Path) -> None:
    write(folder, 'targets = ["es"]')
    other = write(folder, 'targets = ["de"]', "other.toml")
    assert load(folder, other).targets == ("de",)


def test_a_byte_order_mark_and_crlf_are_read(folder: Path) -> None:
    (folder / "prl10n.toml").write_bytes(b'\xef\xbb\xbfsource = "en"\r\ntargets = ["de"]\r\n')
    assert load(folder).targets == ("de",)


def test_no_file_names_init(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"no prl10n\.toml") as caught:
        load(folder)
    assert "prl10n init" in caught.value.remedy


def test_an_explicit_file_that_is_missing(folder: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read") as caught:
        load(folder, folder / "other.toml")
    assert caught.value.where == "other.toml"


def test_an_explicit_pyproject_without_a_table(folder: Path) -> None:
    path = write(folder, "[project]\n", "pyproject.toml")
    with pytest.raises(ConfigError, match=r"no table \[tool.prl10n\]") as caught:
        load(folder, path)
    assert "prl10n init" in caught.value.remedy


def test_a_file_elsewhere_is_named_in_full(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere").resolve()
    path = write(elsewhere, "targets = []\n")
    with pytest.raises(ConfigError) as caught:
        load(folder, path)
    assert caught.value.where == f"{path}:1"


def test_a_line_of_pyproject(folder: Path) -> None:
    write(
        folder,
        '[project]\nname = "x"\n\n[tool.prl10n]\ntargets = ["fr"]\n\n[tool.prl10n.publish]\ndraft = 1\n',
        "pyproject.toml",
    )
    with pytest.raises(ConfigError) as caught:
        load(folder)
    assert caught.value.where == "pyproject.toml:8"
    assert "`drafts`" in caught.value.remedy


def test_bytes_that_are_not_utf_8(folder: Path) -> None:
    (folder / "prl10n.toml").write_bytes(b'source = "en"\n# caf\xe9\n')
    with pytest.raises(ConfigError, match="UTF-8") as caught:
        load(folder)
    assert caught.value.where == "prl10n.toml:2"


# What is refused: the file, the line, what is wrong, the remedy

REFUSED = {
    "syntax": ('source = "en"\ntargets = [fr]\n', 2, "is not TOML", "in quotes"),
    "syntax at the end": ('source = "en"\ntargets = ["fr"\n', 2, "is not TOML", "in quotes"),
    "a table twice": ("[backend]\n\n[backend]\n", 3, "is not TOML: Cannot declare", "put the two together"),
    "a key twice": ('source = "en"\nsource = "de"\n', 2, "is not TOML: Cannot overwrite", "put the two together"),
    "unknown table": (
        "\n[contents]\n",
        2,
        "unknown key 'contents'",
        "Did you mean `content`? Known keys: source, targets,",
    ),
    "hyphen": ("[front-matter]\n", 1, "unknown key 'front-matter'", "`front_matter`"),
    "unknown key in a table": (
        '[content]\nsource = "docs"\nincludes = []\n',
        3,
        "unknown key 'includes' in [content]",
        "Did you mean `include`? Known keys: source, include, exclude, target, catalog, dialect.",
    ),
    "unknown key like none": (
        "[publish]\nqqq = 1\n",
        2,
        "unknown key 'qqq'",
        "Known keys: drafts, incomplete, notice, outdated.",
    ),
    "unknown key, dotted": ("publish.draft = true\n", 1, "unknown key 'draft' in [publish]", "`drafts`"),
    "unknown key, inline": ('source = "en"\npublish = { draft = true }\n', 2, "unknown key 'draft'", "`drafts`"),
    "key outside its table": ('include = ["*.md"]\n', 1, "unknown key 'include'", "`include` belongs in [content]."),
    "key below a table": (
        '[publish]\ndrafts = true\ntargets = ["fr"]\n',
        3,
        "unknown key 'targets' in [publish]",
        "`targets` stands at the top of the file",
    ),
    "text for list": ('\ntargets = "fr"\n', 2, "targets must be a list of texts", 'For example: targets = ["fr"]'),
    "number for text": ("source = 1\n", 1, "source must be a text", 'For example: source = "en"'),
    "text for boolean": (
        '[localize]\nlinks = "yes"\n',
        2,
        "localize.links must be true or false",
        "For example: links = true",
    ),
    "number in list": ("[content]\nexclude = [1]\n", 2, "must be a list of texts", 'exclude = ["drafts/**"]'),
    "table in set": (
        "[front_matter]\nset = { a = { b = 1 } }\n",
        2,
        "must be a table of texts",
        'set = { lang = "{locale}" }',
    ),
    "text for table": ('publish = "all"\n', 1, "publish must be a table", "For example: [publish]"),
    "unknown dialect": (
        '[content]\ndialect = "hugoo"\n',
        2,
        "content.dialect cannot be 'hugoo'",
        "Did you mean `hugo`? Known values: auto, commonmark, gfm, jekyll, hugo, mkdocs, docusaurus.",
    ),
    "unknown incomplete": (
        '[publish]\nincomplete = "skipp"\n',
        2,
        "publish.incomplete cannot be 'skipp'",
        "Did you mean `skip`? Known values: source, skip.",
    ),
    "unknown source locale": ('source = "zz"\n', 1, "'zz' is not a locale", "BCP 47"),
    "unknown target": (
        'targets = [\n  "de",\n  "fr-CAA",\n]\n',
        3,
        "'fr-CAA' is not a locale",
        "Did you mean `fr-CA`?",
    ),
    "unknown country": ('targets = ["fr-XX"]\n', 1, "'fr-XX' is not a locale", "Did you mean `fr`?"),
    "underscore": ('targets = ["fr_CA"]\n', 1, "'fr_CA' is not a locale", "Did you mean `fr-CA`?"),
    "name of a language": ('targets = ["French"]\n', 1, "'French' is not a locale", "Did you mean `fr`?"),
    "country for language": ('targets = ["jp"]\n', 1, "'jp' is not a locale", "Did you mean `ja`?"),
    "locale as a path": ('targets = ["../fr"]\n', 1, "is not a locale", "BCP 47"),
    "POSIX locale": ('targets = ["fr.UTF-8"]\n', 1, "is not a locale", "Did you mean `fr`?"),
    "empty targets": ('source = "en"\ntargets = []\n', 2, "targets is empty", 'targets = ["fr"]'),
    "source among targets": (
        'source = "en"\ntargets = ["fr", "en"]\n',
        2,
        "the source locale 'en' is among the targets",
        "Remove it from targets",
    ),
    "duplicate target": ('targets = ["fr-CA", "fr-ca"]\n', 1, "'fr-ca' stands twice", "Remove one"),
    "target without locale": (
        '[content]\ntarget = "out/{path}"\n',
        2,
        "content.target must contain {locale}",
        'For example: target = "content/{locale}/{path}"',
    ),
    "target without a name": (
        '[content]\ntarget = "out/{locale}/{dir}"\n',
        2,
        "content.target must contain {path} or {stem}",
        'target = "content/{locale}/{path}"',
    ),
    "catalog without locale": (
        '[content]\ncatalog = "po/{stem}.po"\n',
        2,
        "content.catalog must contain {locale}",
        'catalog = "locales/{locale}/LC_MESSAGES/{dir}{stem}.po"',
    ),
    "catalog without stem": (
        '[content]\ncatalog = "po/{locale}.po"\n',
        2,
        "content.catalog must contain {stem}",
        "locales/{locale}",
    ),
    "catalog with path": (
        '[content]\ncatalog = "po/{locale}/{path}.po"\n',
        2,
        "unknown placeholder {path}",
        "Placeholders: {locale}, {dir}, {stem}, {ext}.",
    ),
    "catalog that is no .po": (
        '[content]\ncatalog = "{locale}/{dir}{stem}{ext}"\n',
        2,
        "does not end in .po",
        "Catalogs are gettext files",
    ),
    "unknown placeholder": (
        '[content]\ntarget = "out/{local}/{path}"\n',
        2,
        "unknown placeholder {local}",
        "Did you mean `{locale}`? Placeholders: {locale}, {path}, {dir}, {stem}, {ext}.",
    ),
    "unknown placeholder in set": (
        '[front_matter.set]\nlang = "{lang}"\n',
        2,
        "unknown placeholder {lang}",
        "Did you mean `{language}`? Placeholders: {locale}, {language},",
    ),
    "open brace": ('[content]\ntarget = "{locale}/{path"\n', 2, "a brace without its partner", "Placeholders"),
    "stray brace": ('[content]\ntarget = "{locale}/{path}}"\n', 2, "a brace without its partner", "Placeholders"),
    "absolute source": ('[content]\nsource = "/srv/site"\n', 2, "leads out of the folder", "Write a path relative to"),
    "absolute on Windows": (
        '[content]\nsource = "C:/site"\n',
        2,
        "leads out of the folder",
        "Write a path relative to",
    ),
    "source above": ('[content]\nsource = "../docs"\n', 2, "leads out of the folder", "without '..'"),
    "target above": ('[content]\ntarget = "../{locale}/{path}"\n', 2, "leads out of the folder", "without '..'"),
    "catalog above": ('[content]\ncatalog = "a/../../{locale}/{stem}.po"\n', 2, "leads out", "without '..'"),
    "glob above": ('[content]\ninclude = ["*.md", "../*.md"]\n', 2, "'../*.md' leads out", "without '..'"),
    "backslash": ("[content]\nsource = 'content\\en'\n", 2, "is not a plain path", "Separate folders with '/'"),
    "no include": ("[content]\ninclude = []\n", 2, "content.include is empty", 'include = ["**/*.md"]'),
    "target over the source": (
        '[content]\nsource = "content/fr"\ntarget = "content/{locale}/{path}"\n',
        3,
        "the 'fr' version of content/fr/a.md would be written over it",
        "correct [content] source",
    ),
    "default target over the source": (
        '\n[content]\nsource = "content/FR"\n',
        2,
        "written over it",
        "correct [content]",
    ),
    "wrong type in an override": (
        '[locale.fr.content]\ndialect = "gfm"\n[publish]\ndrafts = true\n[locale.fr.publish]\ndrafts = "no"\n',
        6,
        "locale.fr.publish.drafts must be true or false",
        "For example: drafts = true",
    ),
    "a price below nothing": ("[budget]\nprice = -3.0\n", 2, "budget.price cannot be -3.0", "from 0 to"),
    "no price": ("[budget]\nprice = nan\n", 2, "budget.price cannot be nan", "from 0 to"),
    "characters below nothing": ("[budget]\ncharacters = -1\n", 2, "budget.characters cannot be -1", "from 0 to"),
    "no currency": ('[budget]\ncurrency = "EURO"\n', 2, "budget.currency cannot be 'EURO'", "ISO 4217"),
    "more than alike": ("[memory]\nnear = 200\n", 2, "memory.near cannot be 200", "from 0 to 100"),
    "less than unlike": ("[locale.fr.memory]\nnear = -1\n", 2, "memory.near cannot be -1", "from 0 to 100"),
    "unknown typography": ('[localize]\ntypography = "xx"\n', 2, "'xx' is no typography profile", "Profiles: "),
    "unknown backend": (
        '[backend]\nname = "depl"\n',
        2,
        "there is no backend called 'depl'",
        "Did you mean `deepl`? Known backends: auto, deepl, libretranslate, local, memory, openai, pseudo.",
    ),
    "backend that is no text": ("[backend]\nname = 1\n", 2, "backend.name must be a text", 'name = "auto"'),
    "options of an unknown backend": (
        '[backend]\nname = "deepl"\n[backend.depl]\nformality = "more"\n',
        3,
        "there is no backend called 'depl'",
        "Did you mean `deepl`?",
    ),
    "option outside its table": (
        '[backend]\nformality = "more"\n',
        2,
        "unknown key 'formality' in [backend]",
        "such as [backend.deepl]",
    ),
    "options of auto": ("[backend.auto]\n", 1, "there is no backend called 'auto'", "Known backends: deepl,"),
    "locale is no table": ('locale = "fr"\n', 1, "locale must be a table", "For example: [locale]"),
    "override is no table": ('locale.fr = "x"\n', 1, "locale.fr must be a table", "For example: [locale.fr]"),
    "override of an unknown locale": ("[locale.fr_CA.publish]\n", 1, "'fr_CA' is not a locale", "`fr-CA`"),
    "override of no target": (
        'targets = ["fr"]\n\n[locale.fr-CA.publish]\ndrafts = false\n',
        3,
        "[locale.fr-CA] is for a locale that is not one of the targets",
        "Did you mean `fr`? Add 'fr-CA' to targets",
    ),
    "unknown key of an override": (
        "[localize]\ndates = true\n[locale.fr.localize]\ndate = false\n",
        4,
        "unknown key 'date' in [locale.fr.localize]",
        "`dates`",
    ),
    "unknown table of an override": (
        "[locale.fr.localise]\n",
        1,
        "unknown key 'localise' in [locale.fr]",
        "`localize`",
    ),
    "include of an override": (
        '[locale.fr.content]\ninclude = ["a.md"]\n',
        2,
        "content.include cannot differ for one locale",
        "set include in [content]",
    ),
    "backend of an override": ('[locale.fr.backend]\nname = "x"\n', 2, "there is no backend called 'x'", "Known"),
}


@pytest.mark.parametrize(("text", "line", "what", "remedy"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(folder: Path, text: str, line: int, what: str, remedy: str) -> None:
    write(folder, text)
    with pytest.raises(ConfigError) as caught:
        load(folder)
    assert caught.value.where == f"prl10n.toml:{line}"
    assert what in caught.value.what
    assert remedy in caught.value.remedy


def test_a_target_of_one_locale_over_the_source(folder: Path) -> None:
    text = '[content]\nsource = "fr"\n[locale.fr.content]\ntarget = "{locale}/{dir}{stem}{ext}"\n'
    write(folder, text)
    with pytest.raises(ConfigError, match="written over it") as caught:
        load(folder)
    assert caught.value.where == "prl10n.toml:4"


def test_a_plug_in_is_a_backend(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("acme", "acme:Backend", backends.GROUP)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: EntryPoints([point]))
    config = read(folder, '[backend]\nname = "acme"\n[backend.acme]\nregion = "eu"\n')
    assert config.backend.name == "acme"
    assert config.backend.options("acme") == {"region": "eu"}


# Overrides


def test_overrides_are_merged_key_by_key(folder: Path) -> None:
    config = read(
        folder,
        """
        targets = ["fr", "fr-CA"]
        [content]
        dialect = "hugo"
        [front_matter.set]
        lang = "{locale}"
        [backend]
        name = "deepl"
        [backend.deepl]
        formality = "more"
        model = "quality"
        [locale.fr-CA.backend.deepl]
        formality = "less"
        [locale.fr-CA.content]
        target = "content/ca/{locale}/{path}"
        [locale.fr-CA.front_matter]
        set = { region = "Québec" }
        [locale."fr".publish]
        drafts = false
        """,
    )
    french, canadian = config.settings("fr"), config.settings("fr-CA")
    assert french.backend.options("deepl") == {"formality": "more", "model": "quality"}
    assert canadian.backend.options("deepl") == {"formality": "less", "model": "quality"}
    assert canadian.backend.name == "deepl"
    assert canadian.content.target == "content/ca/{locale}/{path}"
    assert canadian.content.dialect == "hugo"
    assert canadian.front_matter.set == {"lang": "{locale}", "region": "Québec"}
    assert (french.publish.drafts, canadian.publish.drafts, config.publish.drafts) == (False, True, True)
    assert config.backend.options("deepl") == french.backend.options("deepl")


def test_settings_of_no_target(folder: Path) -> None:
    config = read(folder, 'targets = ["fr", "de"]')
    with pytest.raises(ConfigError, match="'fr-CA' is not one of the targets") as caught:
        config.settings("fr-CA")
    assert caught.value.where == "prl10n.toml"
    assert "Did you mean `fr`? Targets: fr, de." in caught.value.remedy


# Locales


@pytest.mark.parametrize(
    ("tag", "gettext", "cldr"),
    [
        ("fr", "fr", "fr"),
        ("fr-CA", "fr_CA", "fr_CA"),
        ("pt-br", "pt_BR", "pt_BR"),
        ("zh-Hans", "zh_Hans", "zh_Hans"),
        ("zh-hant-tw", "zh_Hant_TW", "zh_Hant_TW"),
        ("zh-CN", "zh_CN", "zh_Hans_CN"),
        ("es-419", "es_419", "es_419"),
        ("ca-ES-valencia", "ca_ES@valencia", "ca_ES_VALENCIA"),
        ("de-1996", "de@1996", "de"),
    ],
)
def test_forms_of_a_locale(tag: str, gettext: str, cldr: str) -> None:
    assert gettext_locale(tag) == gettext
    assert str(babel_locale(tag)) == cldr


# Patterns


@pytest.mark.parametrize(
    ("target", "document", "path"),
    [
        ("content/{locale}/{path}", "news/x.md", "content/fr-CA/news/x.md"),
        ("content/{locale}/{path}", "x.md", "content/fr-CA/x.md"),
        ("docs/{dir}{stem}.{locale}{ext}", "news/2026/x.y.md", "docs/news/2026/x.y.fr-CA.md"),
        ("docs/{dir}{stem}.{locale}{ext}", "x.md", "docs/x.fr-CA.md"),
        ("./{locale}/{stem}/index{ext}", "x.md", "fr-CA/x/index.md"),
        ("{locale}/{path}", "{stem}/{locale}.md", "fr-CA/{stem}/{locale}.md"),
    ],
)
def test_target_path(folder: Path, target: str, document: str, path: str) -> None:
    config = read(folder, f'targets = ["fr-CA"]\n[content]\ntarget = "{target}"\n')
    assert config.target_path("fr-CA", document) == folder.resolve() / path


@pytest.mark.parametrize(
    ("locale", "document", "path"),
    [
        ("fr", "news/x.md", "locales/fr/LC_MESSAGES/news/x.po"),
        ("fr-CA", "x.md", "locales/fr_CA/LC_MESSAGES/x.po"),
        ("zh-Hans", "x.md", "po/zh_Hans/x.md.po"),
    ],
)
def test_catalog_path(folder: Path, locale: str, document: str, path: str) -> None:
    text = (
        'targets = ["fr", "fr-CA", "zh-Hans"]\n[locale.zh-Hans.content]\ncatalog = "po/{locale}/{dir}{stem}{ext}.po"\n'
    )
    assert read(folder, text).catalog_path(locale, document) == folder.resolve() / path


@pytest.mark.parametrize("document", ["../x.md", "a/../../x.md", "/etc/x.md"])
def test_a_document_outside_has_no_paths(folder: Path, document: str) -> None:
    config = read(folder, "")
    for path in (config.target_path, config.catalog_path):
        with pytest.raises(ConfigError, match="not in the folder") as caught:
            path("fr", document)
        assert caught.value.where == document


PART = st.sampled_from(("", "/", "a/", ".", "..", "./", "../", "\\", "~/", "C:", "{dir}", "{ext}", "{", "\0"))
PATTERN = st.tuples(PART, st.just("{locale}"), PART, PART, st.just("{path}"), PART).map("".join)
NAME = st.lists(st.sampled_from(("/", "..", ".", "a", "{locale}", ".md"))).map("".join)


@given(pattern=PATTERN, document=NAME)
def test_law_7_no_pattern_leads_out_of_the_root(pattern: str, document: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve()
        write(root, f"[content]\ntarget = {json.dumps(pattern)}\n")
        with contextlib.suppress(ConfigError):
            path = load(root).target_path("fr", document)
            assert Path(os.path.normpath(path)).is_relative_to(root)


# Documents


def documents(folder: Path, text: str) -> tuple[str, ...]:
    return find_documents(read(folder, text))


TREE = ("index.md", "news/a.md", "news/2026/b.md", "news/2026/c.txt", "drafts/d.md", "drafts/old/e.md", "a[1].md")
GLOBS = {
    "everything": (
        ["**/*.md"],
        [],
        ["a[1].md", "drafts/d.md", "drafts/old/e.md", "index.md", "news/2026/b.md", "news/a.md"],
    ),
    "top only": (["*.md"], [], ["a[1].md", "index.md"]),
    "one folder": (["news/*.md"], [], ["news/a.md"]),
    "one folder, deep": (["news/**/*.md"], [], ["news/2026/b.md", "news/a.md"]),
    "all below": (["news/**"], [], ["news/2026/b.md", "news/2026/c.txt", "news/a.md"]),
    "folders in the middle": (["**/2026/*.md"], [], ["news/2026/b.md"]),
    "one character": (["news/?.md"], [], ["news/a.md"]),
    "brackets are themselves": (["a[1].md"], [], ["a[1].md"]),
    "dot slash": (["./index.md"], [], ["index.md"]),
    "no document twice": (["*.md", "index.md"], [], ["a[1].md", "index.md"]),
    "excluded by glob": (["**/*.md"], ["drafts/**", "a*"], ["index.md", "news/2026/b.md", "news/a.md"]),
    "excluded by folder": (["**/*.md"], ["drafts", "news/"], ["a[1].md", "index.md"]),
    "excluded by file": (["*.md"], ["index.md"], ["a[1].md"]),
}


@pytest.mark.parametrize(("include", "exclude", "expected"), GLOBS.values(), ids=GLOBS.keys())
def test_globs(folder: Path, include: list[str], exclude: list[str], expected: list[str]) -> None:
    make(folder / "content/en", *TREE)
    found = documents(folder, f"[content]\ninclude = {include}\nexclude = {exclude}\n")
    assert list(found) == expected


def test_names_with_a_dot_are_left_out(folder: Path) -> None:
    make(folder / "content/en", "a.md", ".git/b.md", "news/.cache/c.md", ".d.md")
    assert documents(folder, "") == ("a.md",)


def test_links_do_not_lead_out(folder: Path) -> None:
    make(folder, "content/en/a.md", "secret/b.md", "content/en/news/c.md")
    source = folder / "content/en"
    (source / "out.md").symlink_to(folder / "secret/b.md")
    (source / "broken.md").symlink_to(folder / "nowhere.md")
    (source / "out").symlink_to(folder / "secret")
    (source / "loop").symlink_to(source)
    (source / "alias.md").symlink_to(source / "a.md")
    assert documents(folder, "") == ("a.md", "alias.md", "news/c.md")


@pytest.mark.parametrize(
    ("target", "outputs"),
    [
        ("docs/{locale}/{path}", ("docs/fr/a.md", "docs/pt-BR/news/b.md")),
        ("docs/{dir}{stem}.{locale}{ext}", ("docs/a.fr.md", "docs/news/b.pt-BR.md")),
        ("docs/{dir}{locale}-{stem}{ext}", ("docs/fr-a.md", "docs/news/pt-BR-b.md")),
    ],
)
def test_outputs_are_not_documents(folder: Path, target: str, outputs: tuple[str, ...]) -> None:
    make(folder, "docs/a.md", "docs/news/b.md", "docs/news/fr.md", *outputs)
    text = f'targets = ["fr", "pt-BR"]\n[content]\nsource = "docs"\ntarget = "{target}"\n'
    assert documents(folder, text) == ("a.md", "news/b.md", "news/fr.md")


def test_outputs_of_an_override_are_not_documents(folder: Path) -> None:
    make(folder, "docs/a.md", "docs/x/de/a.md", "docs/x/fr/a.md")
    text = """
        targets = ["fr", "de"]
        [content]
        source = "docs"
        [locale.de.content]
        target = "docs/x/{locale}/{path}"
        """
    assert documents(folder, text) == ("a.md", "x/fr/a.md")


def test_the_root_itself_may_be_the_source(folder: Path) -> None:
    make(folder, "a.md", "fr/a.md", "news/b.md")
    assert documents(folder, '[content]\nsource = "."\ntarget = "{locale}/{path}"\n') == ("a.md", "news/b.md")


CANNOT_FIND = {
    "no folder": (
        '\n[content]\nsource = "docs"\n',
        (),
        3,
        "the folder docs does not exist",
        "name the folder of your documents",
    ),
    "no file": (
        '[content]\ninclude = [\n  "*.md",\n  "**/*.mdx",\n]\n',
        ("a.md", "b.txt", "news/c.txt"),
        4,
        "'**/*.mdx' matches no file",
        "Globs are relative to content/en, which holds 3 files with other extensions (.md, .txt)",
    ),
    "one other file": (
        "[content]\n",
        ("README",),
        1,
        "'**/*.md' matches no file",
        "holds 1 file with other extensions (no extension)",
    ),
    "empty folder": ("", (".keep",), 1, "'**/*.md' matches no file", "holds 0 files with other extensions:"),
    "all excluded": (
        '[content]\nexclude = ["**"]\n',
        ("a.md",),
        2,
        "no document of content/en is left",
        "narrow exclude",
    ),
    "shared target": (
        '[content]\ntarget = "{locale}/{stem}{ext}"\n',
        ("news/a.md", "docs/a.md"),
        2,
        "docs/a.md and news/a.md would share the target fr/a.md",
        "Use {dir}{stem}{ext} in [content] target",
    ),
    "shared catalog": (
        '[content]\ninclude = ["*"]\n',
        ("a.md", "a.mdx"),
        1,
        "a.md and a.mdx would share the catalog locales/fr/LC_MESSAGES/a.po",
        "Use {dir}{stem}{ext} in [content] catalog",
    ),
}


@pytest.mark.parametrize(("text", "tree", "line", "what", "remedy"), CANNOT_FIND.values(), ids=CANNOT_FIND.keys())
def test_no_documents(folder: Path, text: str, tree: tuple[str, ...], line: int, what: str, remedy: str) -> None:
    make(folder / "content/en", *tree)
    config = read(folder, text)
    with pytest.raises(ConfigError) as caught:
        find_documents(config)
    assert caught.value.where == f"prl10n.toml:{line}"
    assert what in caught.value.what
    assert remedy in caught.value.remedy


PATTERNS = st.lists(
    st.sampled_from(
        ["{dir}", "{stem}", "{ext}", "{path}", "{dir}{stem}", "{dir}{stem}{ext}", "-", "/", "a", "{locale}"]
    ),
    min_size=1,
    max_size=4,
).map("".join)
NAMES = st.builds(
    "".join,
    st.tuples(st.sampled_from(["", "a/", "a/b.c/"]), st.sampled_from("ab"), st.sampled_from(["", ".a", ".a.b"])),
)


@given(PATTERNS, NAMES)
def test_a_pattern_is_expanded_field_by_field(pattern: str, document: str) -> None:
    path = Path(document)
    folder = document.removesuffix(path.name)
    fields = {"locale": "fr", "path": document, "dir": folder, "stem": path.stem, "ext": path.suffix}
    assert expand(pattern, "fr", document) == pattern.format(**fields)


@given(PATTERNS, st.sets(NAMES, min_size=1))
def test_documents_that_would_share_a_target_are_refused_whatever_the_pattern(pattern: str, names: set[str]) -> None:
    """And no others are: patterns that tell all documents apart are not looked at document by document."""
    documents = tuple(sorted(names))
    targets = {expand(pattern, "fr", document) for document in documents}
    config = Config(
        origin=Origin(Path("/prl10n.toml"), ""),
        source="en",
        targets=("fr",),
        locales={"fr": Settings(content=Content(target=pattern, catalog="{dir}{stem}{ext}.po"))},
    )
    with pytest.raises(ConfigError) if len(targets) < len(documents) else contextlib.nullcontext():
        content.refuse_clashes(config, documents)
