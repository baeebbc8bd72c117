"""What a site expects of a page in another language: front matter, its address, and the list of its versions.

`settings` gives the front matter keys to set, `address` the address of a page, `alternates` the data for `hreflang`.
Pure functions of the configuration and of what front matter says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from prl10n import addresses
from prl10n.addresses import GENERATORS, Generator, Place
from prl10n.config import Config, expand
from prl10n.localize.languages import direction, hreflang, language, own_name
from prl10n.localize.notices import notice
from prl10n.model import Fields, Setting
from prl10n.patterns import late

_FIELD = late(r"\{(\w+)\}")
_NEVER = {
    "draft": "true",
    "published": "false",
}  # what a generator does not publish, by Hugo's, Docusaurus', Jekyll's key


class Page(NamedTuple):
    """A document on its way to a page: what decides about its front matter.

    `name` is the document's path in the source folder, `source` its front matter, `former` that of the localized page
    as it is on disk (None: there is none), `title` the text of its title that is published (None: none).
    `unreviewed`: a text on the page was reviewed by nobody; `outdated`: a text was approved for another source.
    """

    name: str
    source: Fields
    former: Fields | None = None
    title: str | None = None
    unreviewed: bool = False
    outdated: bool = False


def generator(config: Config, locale: str = "") -> Generator:
    """The generator of the site, by the dialect of its documents."""
    content = (config.settings(locale) if locale else config).content
    return GENERATORS.get(content.dialect, GENERATORS["plain"])


# --- addresses --------------------------------------------------------------------------------------------------------


def address(config: Config, name: str, fields: Fields, locale: str = "") -> str:
    """The address of a document's page below the host, percent-encoded; that of the source's page without a locale.

    `fields` is the front matter of that page. `[links] pages` and `source` go before what the generator does by
    itself.
    """
    return generator(config, locale).address(_place(config, name, fields, locale))


def _place(config: Config, name: str, fields: Fields, locale: str) -> Place:
    settings = config.settings(locale) if locale else config
    content, links, setting = settings.content, settings.links, settings.site.permalink
    pattern = links.pages if locale else links.source
    # Without a pattern, the pages of a locale are below it, those of the source below the root.
    prefix = pattern.partition("{path}")[0] if "{path}" in pattern else "/{locale}" if locale else ""
    path = name
    if content.dialect == "jekyll":
        # Its addresses are those of its folders: a localized file is where its page is.
        own = locale and pattern == "auto"
        path = PurePosixPath(expand(content.target, locale, name) if own else f"{content.source}/{name}").as_posix()
        prefix = "" if own else prefix
    elif content.dialect == "docusaurus":
        # The path of a source's page says where the plug-in's routes begin, below those of a locale as well.
        path = f"{PurePosixPath(content.source).name}/{name}"
        setting = links.source.partition("{path}")[0] if "{path}" in links.source else setting
        prefix = prefix if locale else ""
    return Place(path, fields, prefix.replace("{locale}", locale), setting)


# --- front matter -----------------------------------------------------------------------------------------------------


def settings(config: Config, locale: str, page: Page) -> dict[str, Setting]:
    """The front matter keys to set in a localized page, in the order of the configuration.

    A text with `{value}` is for the documents that have the key: it holds the source's own value, item by item where
    that is a list. `{key}` is that value, or the document's path without its extension where it has none.
    """
    own = config.settings(locale)
    wanted = [own.front_matter.set]
    if page.unreviewed:
        wanted.append(own.publish.notice)
    if page.outdated:
        wanted.append(own.publish.outdated)
    found: dict[str, Setting] = {}
    for table in wanted:
        for key, pattern in table.items():
            value = _set(config, locale, page, key, pattern)
            if value is not None:
                found[key] = value
    if own.site.slugs:
        found |= _slugs(config, locale, page, found)
    return found


def _set(config: Config, locale: str, page: Page, key: str, pattern: Setting) -> Setting | None:
    """The value of one key; None where the key is not set in this page."""
    if isinstance(pattern, tuple):
        return tuple(_filled(config, locale, page, key, text, "") for text in pattern)
    if not isinstance(pattern, str):
        return pattern
    if "{value}" not in pattern:
        return _filled(config, locale, page, key, pattern, "")
    value = page.source.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return _filled(config, locale, page, key, pattern, value)
    return tuple(_filled(config, locale, page, key, pattern, item) for item in value)


def _filled(config: Config, locale: str, page: Page, key: str, pattern: str, value: str) -> str:
    if "{value}" in pattern and pattern.startswith("/") and not value.startswith("/"):
        # A relative address leads to the right language by itself, where the generator knows such a thing.
        if generator(config, locale).relative:
            return value
        value = f"/{value}"
    values = _values(config, locale, page, key)
    filled = _FIELD.sub(lambda found: value if found[1] == "value" else values[found[1]](), pattern)
    return re.sub(r"^//+", "/", filled)


def _values(config: Config, locale: str, page: Page, key: str) -> Mapping[str, Callable[[], str]]:
    """What the placeholders stand for. Some ask CLDR, so that none is made in vain."""
    path = PurePosixPath(page.name)
    folder = "" if path.parent == PurePosixPath() else f"{path.parent}/"
    stated = page.source.get(key, "")
    return {
        "locale": lambda: locale,
        "language": lambda: language(locale),
        "locale_name": lambda: own_name(locale),
        "direction": lambda: direction(locale),
        "path": lambda: page.name,
        "dir": lambda: folder,
        "stem": lambda: path.stem,
        "ext": lambda: path.suffix,
        "slug": lambda: addresses.slug(page.title or "") or path.stem,
        "url": lambda: address(config, page.name, page.source),
        "key": lambda: stated if stated and isinstance(stated, str) else f"{folder}{path.stem}",
        "notice": lambda: notice(locale),
    }


# --- slugs ------------------------------------------------------------------------------------------------------------


def _slugs(config: Config, locale: str, page: Page, found: Mapping[str, Setting]) -> dict[str, Setting]:
    """The keys that give a page the address of its translated title, and keep its former ones.

    The page on disk says which address it has, so that nothing else needs to be remembered: a page whose title has no
    text keeps its address, and one whose address changes gets the former one among its redirects. Where the generator
    knows no redirects, a page that was published with a slug keeps it.
    """
    site = generator(config, locale)
    assert site.slug is not None  # the configuration was checked
    before = {**page.source, **_texts(found)}
    former = page.former or {}
    place = _place(config, page.name, before, locale)
    name = addresses.slug(page.title or "")
    keys = site.slug(place, name or "x")
    kept = {key: former[key] for key in keys if key in former and former[key] != before.get(key)}
    if kept and (not name or not site.redirects):
        moved: dict[str, Setting] = dict(kept)
    else:
        moved = dict(keys) if name else {}
    if not site.redirects:
        return moved
    return moved | _redirects(config, locale, page, site, {**before, **_texts(moved)})


def _texts(values: Mapping[str, Setting]) -> Fields:
    return {key: value for key, value in values.items() if isinstance(value, (str, tuple))}


def _redirects(config: Config, locale: str, page: Page, site: Generator, now: Fields) -> dict[str, Setting]:
    """The key of a page's former addresses: those of its source, in the language of the page; those that it had
    before; and the one that it has had until now, where it moves.
    """
    key = site.redirects
    old = _list(page.source, key)
    stated = _set(config, locale, page, key, "/{locale}{value}") or ()
    own = (stated,) if isinstance(stated, str) else stated if isinstance(stated, tuple) else ()
    here = unquote(address(config, page.name, now, locale))
    known = [*own, *(item for item in _list(page.former or {}, key) if item not in old)]
    if page.former is not None:
        known.append(unquote(address(config, page.name, page.former, locale)))
    kept = tuple(item for item in dict.fromkeys(known) if item != here)
    return {key: kept} if kept or old else {}


def _list(fields: Fields, key: str) -> tuple[str, ...]:
    value = fields.get(key, ())
    return value if isinstance(value, tuple) else (value,) if value else ()


# --- hreflang ---------------------------------------------------------------------------------------------------------


def alternates(config: Config, pages: Iterable[tuple[str, Mapping[str, Fields]]]) -> dict[str, dict[str, str]]:
    """Every document's addresses by language tag, `x-default` being the source's, documents and tags in order.

    `pages` are documents with the front matter of each of their pages by locale, that of the source by "". A page that
    is not published is in none. https://developers.google.com/search/docs/specialty/international/localized-versions
    """
    found: dict[str, dict[str, str]] = {}
    for name, versions in sorted(pages):
        here: dict[str, str] = {}
        for locale in ("", *config.targets):
            fields = versions.get(locale)
            if fields is None or any(fields.get(key) == value for key, value in _NEVER.items()):
                continue
            base = (config.settings(locale) if locale else config).site.base_url.rstrip("/")
            url = base + address(config, name, fields, locale)
            here.setdefault(hreflang(locale or config.source), url)
            if not locale:
                here["x-default"] = url
        if here:
            found[name] = dict(sorted(here.items()))
    return found


def clashes(config: Config, pages: Iterable[tuple[str, Mapping[str, Fields]]]) -> Iterator[tuple[str, str, list[str]]]:
    """(locale, address, documents) where pages of several documents would have one address: equal translated titles.

    `pages` as in `alternates`; only locales with slugs are looked at.
    """
    here: dict[tuple[str, str], list[str]] = {}
    for name, versions in pages:
        for locale, fields in versions.items():
            if locale and config.settings(locale).site.slugs:
                here.setdefault((locale, address(config, name, fields, locale)), []).append(name)
    yield from ((locale, shared, names) for (locale, shared), names in here.items() if len(names) > 1)


def rendered(versions: Mapping[str, Mapping[str, str]], base_url: str, file: str) -> str:
    """The text of the file for templates, JSON or YAML by the extension of its name.

    `documents` holds the versions of each document, `pages` the document of each page by its address below the site's.
    """
    below = urlsplit(base_url).path.rstrip("/")
    pages = {urlsplit(url).path.removeprefix(below): name for name, urls in versions.items() for url in urls.values()}
    data = {"documents": versions, "pages": dict(sorted(pages.items()))}
    if file.endswith(".json"):
        import json  # late, as below: few runs write the file

        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    return _yaml(data)


def _yaml(data: Mapping[str, Mapping[str, object]]) -> str:
    """Texts in JSON's quotes are YAML's too (https://yaml.org/spec/1.2.2/#12-json-schema)."""
    lines: list[str] = []
    for table, entries in data.items():
        lines.append(f"{table}:" if entries else f"{table}: {{}}")
        for key, value in entries.items():
            if isinstance(value, Mapping):
                lines.append(f"  {_quoted(key)}:")
                lines += [f"    {_quoted(str(inner))}: {_quoted(str(text))}" for inner, text in value.items()]
            else:
                lines.append(f"  {_quoted(key)}: {_quoted(str(value))}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)
