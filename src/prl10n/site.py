"""What `prl10n init` sees in a folder: which generator builds the site, in which languages, and where it wants them.

`look` reads and decides, `render` writes the text of a configuration, `write` puts it in its place and overwrites
nothing. A generator is one recogniser in `_RECOGNISERS`; it returns None for a folder that is not its own.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from textwrap import wrap

import yaml

from prl10n import files
from prl10n.config import FILE_NAME, Content, is_configuration, shown
from prl10n.errors import ConfigError
from prl10n.locales import babel_locale


@dataclass(frozen=True, slots=True)
class Site:
    """A site as it was found, and the configuration that fits it.

    `evidence` says in sentences what was seen. The fields from `source` on are values of the configuration; `set` holds
    the pairs of `[front_matter] set`. `leads_links`: the generator itself leads links to the language of a page.
    `source_pages` is the pattern of the source's addresses, where it is not what the generator has by itself.
    """

    generator: str
    evidence: tuple[str, ...]
    source: str
    targets: tuple[str, ...]
    content_source: str
    target: str
    catalog: str = Content().catalog
    dialect: str = "auto"
    include: tuple[str, ...] = Content().include
    exclude: tuple[str, ...] = ()
    set: tuple[tuple[str, str], ...] = ()
    permalink: str = ""
    leads_links: bool = False
    source_pages: str = ""


def look(root: Path, source: str = "en") -> Site:
    """Recognise the site in a folder. Reads only, and never fails for what a generator's file says.

    `source` is the language to assume where the site does not state one.
    """
    found = next(filter(None, (recognise(root, source) for recognise in _RECOGNISERS)))
    folder = root / found.content_source
    extensions = {path.suffix for path in _markdown(folder)}
    wanted = (".md", ".markdown", ".mdx") if found.generator in ("docusaurus", "plain") else (".md", ".markdown")
    include = tuple(f"**/*{extension}" for extension in wanted if extension in extensions)
    if not include:
        note = f"There is no markdown in {found.content_source} yet."
        return replace(found, evidence=(*found.evidence, note))
    # a.md and a.mdx would share a catalog that is named by the stem alone.
    catalog = found.catalog if len(include) == 1 else found.catalog.replace("{stem}", "{stem}{ext}")
    return replace(found, include=include, catalog=catalog)


def render(site: Site, targets: Iterable[str] = ()) -> str:
    """The text of prl10n.toml for a site: what it needs, and of the rest only what differs from the defaults.

    `targets`, where there are any, stand in place of those of the site.
    """
    default = Content()
    chosen = tuple(targets) or site.targets
    if site.generator == "hugo" and "{locale}{ext}" in site.target:
        # Hugo knows its languages by small letters, in the names of files too.
        chosen = tuple(tag.lower() for tag in chosen)
    lines = ["# What prl10n translates, and where the translations go.", "#"]
    lines += [f"# {line}" for sentence in site.evidence for line in wrap(sentence, 100)]
    lines += [
        "",
        _setting("source", site.source, "the language that you write in"),
        _setting("targets", chosen, "the languages that you publish besides"),
        "",
        "[content]",
        _setting("source", site.content_source, "the folder of the documents"),
    ]
    if site.include != default.include:
        lines.append(_setting("include", site.include))
    if site.exclude:
        lines.append(_setting("exclude", site.exclude, "never translated"))
    lines.append(_setting("target", site.target, "where each translated document is written"))
    if site.catalog != default.catalog:
        lines.append(_setting("catalog", site.catalog, "where translators find its texts"))
    if site.dialect != default.dialect:
        lines.append(_setting("dialect", site.dialect))
    if site.set:
        lines += ["", "[front_matter.set]  # written into the front matter of each translated document"]
        lines += [_setting(key, value) for key, value in site.set]
    if site.source_pages:
        lines += ["", "[links]", _setting("source", site.source_pages, "the address of a page in the source language")]
    if site.leads_links:
        lines += ["", "[links]", _setting("pages", "", "the generator leads links to the language of the page")]
    if site.permalink:
        lines += ["", "[site]", _setting("permalink", site.permalink, "the generator's own setting of addresses")]
    lines += [
        "",
        "[backend]",
        _setting("name", "auto", "DeepL where DEEPL_AUTH_KEY is set, else a local model, else the memory alone"),
        "",
    ]
    return "\n".join(lines)


def write(root: Path, text: str) -> Path:
    """Write prl10n.toml in a folder, and return its path. Raises ConfigError where the folder has a configuration."""
    path = root / FILE_NAME
    if is_configuration(root / "pyproject.toml"):
        raise ConfigError(
            "[tool.prl10n] configures this folder",
            where=shown(root / "pyproject.toml"),
            remedy=f"Change that table, or remove it before you write {FILE_NAME}.",
        )
    if not root.is_dir():
        raise ConfigError("cannot be written: there is no such folder", where=shown(path), remedy="Check the folder.")
    if path.is_symlink() or not files.write(path, text.encode(), expected=None):
        raise ConfigError("exists already", where=shown(path), remedy="Change it by hand, or remove it to begin again.")
    return path


def _setting(key: str, value: str | tuple[str, ...], comment: str = "") -> str:
    # JSON's texts and lists are TOML's.
    setting = f"{key} = {json.dumps(value, ensure_ascii=False)}"
    return f"{setting}  # {comment}" if comment else setting


# Generators. Each recogniser looks at the root and says what fits, or None.

_FORMATS = ("toml", "yaml", "yml", "json")


def _hugo(root: Path, source: str) -> Site | None:
    """Hugo: https://gohugo.io/content-management/multilingual/."""
    folder = root / "config" / "_default"
    main = _first(root, [f"hugo.{suffix}" for suffix in _FORMATS])
    if main is None:
        # Other tools have a config.toml as well; every Hugo site has a baseURL.
        shared = _first(root, [f"config.{suffix}" for suffix in _FORMATS])
        main = shared if shared and "baseurl" in _read_text(shared, []).lower() else None
    if main is None and not folder.is_dir():
        return None
    seen = main.name if main else "config/_default"
    evidence = [f"Found Hugo: {seen}."]
    config = {**_read_hugo_folder(folder, evidence), **(_read(main, evidence) if main else {})}
    tables = {tag: _lowered(options) for tag, options in _table(config.get("languages")).items()}
    enabled = [tag for tag, options in tables.items() if options.get("disabled") is not True]
    default = _text(config.get("defaultcontentlanguage")) or (source if source in enabled else next(iter(enabled), ""))
    source, targets = _languages(seen, default, enabled, source, evidence)
    base = _folder(config.get("contentdir"), "content", evidence)
    stated = {tag: _folder(options.get("contentdir"), "", evidence) for tag, options in tables.items()}
    content = stated.get(source) or (
        (PurePosixPath(base) / source).as_posix() if (root / base / source).is_dir() else base
    )
    if content.endswith(f"/{source}"):
        targets = targets or _neighbours(root / content, source, evidence)
    targets = targets or _other(source)
    folders = [*((stated.get(tag, ""), tag) for tag in targets), (content, source)]
    target = next(filter(None, (_beside(folder, tag) for folder, tag in folders)), "")
    if not target and not any(stated.values()):
        return replace(_suffixed("hugo", root, content, source, targets, evidence), set=_HUGO_ADDRESSES)
    target = target or f"{base}/{{locale}}/{{path}}"
    if not all(stated.get(tag) and _beside(stated[tag], tag) == target for tag in targets):
        evidence.append(f"Give each language its contentDir in Hugo's configuration, {target.removesuffix('/{path}')}.")
    return Site("hugo", tuple(evidence), source, targets, content, target, dialect="hugo", set=_HUGO_ADDRESSES)


# Hugo takes a URL with a slash before it for one of the whole site: two languages would share it, and one be lost.
_HUGO_ADDRESSES = (("url", "/{locale}{value}"), ("aliases", "/{locale}{value}"))


def _docusaurus(root: Path, source: str) -> Site | None:
    """Docusaurus: https://docusaurus.io/docs/i18n/introduction."""
    path = _first(root, [f"docusaurus.config.{extension}" for extension in ("js", "ts", "mjs", "cjs", "mts")])
    if path is None:
        return None
    evidence = [f"Found Docusaurus: {path.name}."]
    script = re.sub(r"(?m)^\s*//.*$", "", _read_text(path, evidence))
    default = re.search(r"""\bdefaultLocale\s*:\s*["'`]([^"'`]+)["'`]""", script)
    stated = re.search(r"\blocales\s*:\s*\[([^\]]*)\]", script)
    locales = re.findall(r"""["'`]([^"'`]+)["'`]""", stated[1]) if stated else []
    source, targets = _languages(path.name, default[1] if default else "", locales, source, evidence)
    plugins = {"docs": "docusaurus-plugin-content-docs/current", "blog": "docusaurus-plugin-content-blog"}
    present = [folder for folder in plugins if (root / folder).is_dir()] or ["docs"]
    content = present[0]
    if len(present) > 1:
        evidence.append(f"Not included: blog, whose translations go to i18n/{{locale}}/{plugins['blog']}.")
    target = f"i18n/{{locale}}/{plugins[content]}/{{path}}"
    route = re.search(rf"""\b{content}\s*:\s*\{{[^{{}}]*?\brouteBasePath\s*:\s*["'`]([\w/-]*)["'`]""", script)
    site = Site("docusaurus", tuple(evidence), source, targets or _other(source), content, target, dialect="docusaurus")
    return replace(site, source_pages="/".join(("", *filter(None, route[1].split("/")), "{path}"))) if route else site


def _mkdocs(root: Path, source: str) -> Site | None:
    """MkDocs, with or without mkdocs-static-i18n: https://ultrabug.github.io/mkdocs-static-i18n/."""
    path = _first(root, ("mkdocs.yml", "mkdocs.yaml"))
    if path is None:
        return None
    evidence: list[str] = []
    config = _read(path, evidence)
    evidence.insert(0, f"Found MkDocs: {path.name}.")
    docs = _folder(config.get("docs_dir"), "docs", evidence)
    i18n = _mkdocs_i18n(config.get("plugins"))
    stated = i18n.get("languages")
    if isinstance(stated, list):
        entries = [entry for entry in map(_table, stated) if entry.get("build") is not False]
        languages = [_text(entry.get("locale")) for entry in entries]
        default = next((_text(entry.get("locale")) for entry in entries if entry.get("default") is True), "")
    else:
        languages, default = list(_table(stated)), _text(i18n.get("default_language"))
    source, targets = _languages(path.name, default, languages, source, evidence)
    content = (PurePosixPath(docs) / source).as_posix()
    permalink = "none" if config.get("use_directory_urls") is False else ""
    structure = i18n.get("docs_structure") or ("folder" if (root / content).is_dir() else "suffix")
    if not i18n:
        evidence.append("MkDocs publishes languages with the plug-in mkdocs-static-i18n, which is not set up.")
    if structure == "folder":
        targets = targets or _neighbours(root / content, source, evidence) or _other(source)
        site = Site("mkdocs", tuple(evidence), source, targets, content, _beside(content, source), dialect="mkdocs")
    else:
        site = _suffixed("mkdocs", root, docs, source, targets, evidence)
    return replace(site, permalink=permalink)


def _jekyll(root: Path, source: str) -> Site | None:
    """Jekyll, as it is or with a plug-in for languages (jekyll-polyglot): a folder for each language."""
    path = _first(root, ("_config.yml", "_config.yaml"))
    if path is None and not (root / "_posts").is_dir():
        return None
    evidence: list[str] = []
    config = _read(path, evidence) if path else {}
    seen = path.name if path else "_posts"
    evidence.insert(0, f"Found Jekyll: {seen}.")
    default = _text(config.get("default_lang")) or _text(config.get("lang")) or _text(config.get("locale"))
    default = default.replace("_", "-")
    stated = config.get("languages")
    languages = [_text(tag) for tag in stated] if isinstance(stated, list) else []
    source, targets = _languages(seen, default, languages, source, evidence)
    plugins = config.get("plugins") or config.get("gems")
    polyglot = bool(languages) or (isinstance(plugins, list) and "jekyll-polyglot" in plugins)
    exclude: tuple[str, ...] = ()
    # A page of a polyglot site has the address of its source, and the plug-in puts the language before it.
    rules: tuple[tuple[str, str], ...] = (("permalink", "{url}"),) if polyglot else _JEKYLL_ADDRESSES
    if any(_markdown(root / source)):
        targets = targets or _neighbours(root / source, source, evidence)
        content, target = source, "{locale}/{path}"
        rules = rules if polyglot else ()  # addresses follow the folders
    elif (root / "_posts").is_dir() and not any(_pages(root, ("_posts", "_drafts", *targets))):
        # A folder before _posts is a category, and part of the address.
        content, target = "_posts", "_posts/{locale}/{path}" if polyglot else "{locale}/_posts/{path}"
    else:
        content, target, exclude = ".", "{locale}/{path}", _not_pages(root, config.get("exclude"))
    permalink = _text(config.get("permalink"))
    if ":" in permalink and ":categories" not in permalink and not polyglot:
        evidence.append("Add :categories to permalink in _config.yml: else posts of two languages share an address.")
    site = Site("jekyll", tuple(evidence), source, targets or _other(source), content, target, dialect="jekyll")
    return replace(site, exclude=exclude, set=(("lang", "{locale}"), *rules), permalink=permalink, leads_links=polyglot)


_JEKYLL_ADDRESSES = (("permalink", "/{locale}{value}"), ("redirect_from", "/{locale}{value}"))


def _plain(root: Path, source: str) -> Site:
    """A folder of markdown that no known generator builds."""
    evidence = ["Found no site generator that prl10n knows."]
    for content in (f"content/{source}", f"docs/{source}", source):
        if any(_markdown(root / content)):
            targets = _neighbours(root / content, source, evidence) or _other(source)
            return Site("plain", tuple(evidence), source, targets, content, _beside(content, source))
    for content in ("content", "docs", "posts"):
        if any(_markdown(root / content)):
            return Site("plain", tuple(evidence), source, _other(source), content, f"{content}/{{locale}}/{{path}}")
    if not any(_markdown(root)):
        return Site("plain", tuple(evidence), source, _other(source), f"content/{source}", Content().target)
    exclude = _not_pages(root, ()) if any(_pages(root, ())) else ()
    return Site("plain", tuple(evidence), source, _other(source), ".", "{locale}/{path}", exclude=exclude)


# The first that recognises the folder wins; _plain recognises every folder.
_RECOGNISERS: tuple[Callable[[Path, str], Site | None], ...] = (_docusaurus, _mkdocs, _hugo, _jekyll, _plain)


# Layouts.


def _beside(folder: str, tag: str) -> str:
    """The pattern for languages in folders side by side: `content/en` → `content/{locale}/{path}`; empty without the
    tag.
    """
    pattern = re.sub(rf"(?<![A-Za-z]){re.escape(tag)}(?![A-Za-z])", "{locale}", folder)
    return f"{pattern}/{{path}}" if pattern != folder else ""


def _suffixed(
    generator: str, root: Path, content: str, source: str, targets: tuple[str, ...], evidence: list[str]
) -> Site:
    """Languages side by side in one folder: `about.md`, `about.fr.md`."""
    if any(path.stem.endswith(f".{source}") for path in _markdown(root / content)):
        evidence.append(f"Rename the files called x.{source}.md to x.md: the others are named after them, as x.fr.md.")
    targets = targets or _other(source)
    target = "/".join(part for part in (content, "{dir}{stem}.{locale}{ext}") if part != ".")
    site = Site(generator, tuple(evidence), source, targets, content, target, dialect=generator)
    return replace(site, exclude=tuple(f"**/*.{tag}.md" for tag in targets))


def _neighbours(folder: Path, source: str, evidence: list[str]) -> tuple[str, ...]:
    """The languages that have a folder with markdown next to that of the source."""
    names = sorted(path.name for path in folder.parent.iterdir()) if folder.parent.is_dir() else []
    tags = [name for name in names if re.fullmatch(r"[a-z]{2}(-[A-Za-z0-9]{2,4})*", name) and name != source]
    found = tuple(tag for tag in tags if _is_locale(tag) and any(_markdown(folder.parent / tag)))
    if found:
        evidence.append(f"Languages with a folder of their own: {', '.join(found)}.")
    return found


_FILLED = ("_site", "node_modules", "vendor")
_OF_THE_PROJECT = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "LICENSE.md", "SECURITY.md")


def _pages(root: Path, others: tuple[str, ...]) -> Iterator[Path]:
    """The markdown in the root of a project that may be pages, without that of the folders `others`."""
    for path in _markdown(root):
        first, *rest = path.relative_to(root).parts
        if first not in others and (rest or first not in _OF_THE_PROJECT):
            yield path


def _not_pages(root: Path, stated: object) -> tuple[str, ...]:
    """What lies in the root of a project and is no page of its site, and what the site's own list leaves out."""
    listed = [_text(entry).strip("/") for entry in stated] if isinstance(stated, list) else []
    named = [name for name in (*_OF_THE_PROJECT, "_drafts", *listed) if name not in ("", ".") and _is_inside(name)]
    present = [name for name in named if (root / name).exists()]
    pages = [name for name in present if name.endswith((".md", ".markdown"))]
    folders = [*_FILLED, *(name for name in present if (root / name).is_dir())]
    return tuple(dict.fromkeys((*pages, *(f"{name}/**" for name in folders))))


# Languages.


def _languages(
    seen: str, default: str, stated: Iterable[str], source: str, evidence: list[str]
) -> tuple[str, tuple[str, ...]]:
    """The source and the targets that a site states, `source` where it states none; what is no locale is left out."""
    tags = [tag for tag in dict.fromkeys((default, *stated)) if tag]
    unknown = [tag for tag in tags if not _is_locale(tag)]
    if unknown:
        evidence.append(f"Left out, since CLDR knows no such locale: {', '.join(map(repr, unknown))}.")
    known = [tag for tag in tags if tag not in unknown]
    if known:
        evidence.append(f"Languages in {seen}: {', '.join(known)}.")
    source = default if default in known else source
    return source, tuple(tag for tag in known if tag.lower() != source.lower())


def _other(source: str) -> tuple[str, ...]:
    """The target to propose where the site names none."""
    return ("en",) if source == "fr" else ("fr",)


def _is_locale(tag: str) -> bool:
    try:
        babel_locale(tag)
    except ConfigError:
        return False
    return True


# Files of generators, which may hold anything.


class _Loader(yaml.CSafeLoader):
    """YAML whose application tags (`!ENV`, `!!python/name:`) say nothing to us and stop nothing."""

    def nothing(self, _suffix: str, _node: yaml.Node) -> None:
        return None


_Loader.add_multi_constructor("", _Loader.nothing)


def _read(path: Path, evidence: list[str]) -> dict[str, object]:
    """The top-level keys of a TOML, YAML or JSON file, in lower case; where it is broken none, and `evidence` says
    so.
    """
    text = _read_text(path, evidence)
    try:
        data = tomllib.loads(text) if path.suffix == ".toml" else yaml.load(text, _Loader)
    except (tomllib.TOMLDecodeError, yaml.YAMLError, ValueError, RecursionError):
        evidence.append(f"{path.name} could not be read: it is not valid {path.suffix[1:].upper()}.")
        return {}
    return _lowered(data)


def _read_text(path: Path, evidence: list[str]) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        evidence.append(f"{path.name} could not be read.")
        return ""


def _read_hugo_folder(folder: Path, evidence: list[str]) -> dict[str, object]:
    """Hugo's config/_default: the main file, and the languages in a file of their own."""
    main = _first(folder, [f"{name}.{suffix}" for name in ("hugo", "config") for suffix in _FORMATS])
    languages = _first(folder, [f"languages.{suffix}" for suffix in _FORMATS])
    config = _read(main, evidence) if main else {}
    return {**config, "languages": _read(languages, evidence)} if languages else config


def _mkdocs_i18n(plugins: object) -> dict[str, object]:
    """The options of the plug-in `i18n`; plug-ins are a list of names and tables, or one table."""
    tables = plugins if isinstance(plugins, list) else [plugins]
    return next((_table(_table(table)["i18n"]) for table in tables if "i18n" in _table(table)), {})


def _table(value: object) -> dict[str, object]:
    """The value where it is a table, with texts for keys; else none. YAML reads the key `no` as false: that is
    Norwegian.
    """
    if not isinstance(value, Mapping):
        return {}
    return {"no" if key is False else str(key): item for key, item in value.items()}


def _lowered(value: object) -> dict[str, object]:
    return {key.lower(): item for key, item in _table(value).items()}


def _text(value: object) -> str:
    """The value where it is a text, else none; in YAML an unquoted `no` is false."""
    if value is False:
        return "no"
    return value if isinstance(value, str) else ""


def _folder(value: object, default: str, evidence: list[str]) -> str:
    """The folder that a generator's file names, or the default where it names none inside the site."""
    if not isinstance(value, str) or not value:
        return default
    if not _is_inside(value):
        evidence.append(f"{value!r} was passed over: it is not a folder of this site.")
        return default
    return PurePosixPath(value).as_posix()


def _is_inside(name: str) -> bool:
    """Whether the configuration takes the name as a path: relative, without `..`, braces and other surprises."""
    path = PurePosixPath(name)
    return (
        len(name) < 200
        and name.isprintable()
        and not path.is_absolute()
        and ".." not in path.parts
        and not re.search(r"[\\{}:]", name)
    )


def _first(root: Path, names: Iterable[str]) -> Path | None:
    return next((root / name for name in names if (root / name).is_file()), None)


def _markdown(folder: Path) -> Iterator[Path]:
    """The markdown files below a folder, without those of hidden folders and of folders that tools fill."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _FILLED]
        paths = (Path(parent, name) for name in names if not name.startswith("."))
        yield from (path for path in paths if path.suffix in (".md", ".markdown", ".mdx"))
