"""The tables of the configuration as frozen values: their fields are the known keys, their types what a key takes,
their defaults what holds where a key is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from prl10n.config.lines import Origin
from prl10n.config.paths import expand, inside, shown
from prl10n.errors import ConfigError
from prl10n.locales import gettext_locale, nearest
from prl10n.model import Setting
from prl10n.patterns import late

FILE_NAME = "prl10n.toml"
BUILT_IN_BACKENDS = ("deepl", "libretranslate", "local", "memory", "openai", "pseudo")

Dialect = Literal["auto", "commonmark", "gfm", "jekyll", "hugo", "mkdocs", "docusaurus"]


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the configuration."""


class Content(Table, frozen=True, kw_only=True):
    """`[content]`: which documents there are, and where their translations and catalogs go."""

    source: str = "content/en"
    include: tuple[str, ...] = ("**/*.md",)
    exclude: tuple[str, ...] = ()
    target: str = "content/{locale}/{path}"
    catalog: str = "locales/{locale}/LC_MESSAGES/{dir}{stem}.po"
    dialect: Dialect = "auto"


class FrontMatter(Table, frozen=True, kw_only=True):
    """`[front_matter]`: the keys whose values are prose, those whose values are markdown, and the keys to set.

    The texts of `set` may hold placeholders (`SET_FIELDS`).
    """

    translate: tuple[str, ...] = (
        "title",
        "short-title",
        "product-title",
        "subtitle",
        "description",
        "summary",
        "excerpt",
    )
    markdown: tuple[str, ...] = ()
    set: Mapping[str, Setting] = {}


class Backend(Table, frozen=True, kw_only=True):
    """`[backend]`: the name of the backend, and a table of options for each (`[backend.deepl]`)."""

    name: str = "auto"
    tables: Mapping[str, Mapping[str, object]] = {}

    def options(self, name: str) -> Mapping[str, object]:
        """The options of the backend called `name`, empty where there are none. The backend checks what they say."""
        return self.tables.get(name, {})


class Glossary(Table, frozen=True, kw_only=True):
    """`[glossary]`: the file of the terms. One that does not exist is an empty one."""

    file: str = "locales/glossary.csv"


class Memory(Table, frozen=True, kw_only=True):
    """`[memory]`: which texts that a person approved elsewhere enter a catalog as approved: none; those between the
    same texts (`context`); all that are equal (`exact`). `near`: the least likeness, in percent, from which a text that
    is like another one is a draft where no machine translates.
    """

    trust: Literal["none", "context", "exact"] = "none"
    near: int = 75


class Budget(Table, frozen=True, kw_only=True):
    """`[budget]`: what one run may cost, and what a million characters cost (0: the backend's list price)."""

    characters: int = 0
    price: float = 0.0
    currency: str = "EUR"


class Localize(Table, frozen=True, kw_only=True):
    """`[localize]`: what is adapted to the locale besides the words. `typography` may name other conventions than the
    locale's own: `"eu"`, or those of another locale.
    """

    typography: bool | str = True
    dates: bool = True
    numbers: bool = True
    links: bool = True


class Links(Table, frozen=True, kw_only=True):
    """`[links]`: where the links of localized pages lead (docs/links.md).

    `pages` is the path of a localized page's URL, `source` that of a source's; "auto" is what the dialect has, and
    empty `pages` leave the links between pages to the generator. `hosts` are the site's own. `map` leads from a host
    to that of the locale. `anchors` is what becomes of links to headings. `assets` are names of localized files.
    """

    pages: str = "auto"
    source: str = "auto"
    hosts: tuple[str, ...] = ()
    map: Mapping[str, str] = {}
    anchors: Literal["translated", "pinned", "source"] = "translated"
    assets: tuple[str, ...] = ("{dir}{stem}.{locale}{ext}", "{locale}/{dir}{stem}{ext}")


class Publish(Table, frozen=True, kw_only=True):
    """`[publish]`: which texts are published, and what becomes of a document that lacks some.

    `notice` are front matter keys to set on pages with text that nobody has reviewed, `outdated` those to set on pages
    whose source has changed since a text was approved.
    """

    drafts: bool = True
    incomplete: Literal["source", "skip"] = "source"
    notice: Mapping[str, Setting] = {}
    outdated: Mapping[str, Setting] = {}


class Site(Table, frozen=True, kw_only=True):
    """`[site]`: the addresses of the pages (docs/sites.md).

    `base_url` is what they begin with; `permalink` is the generator's own setting (`addresses.Place`). `slugs`:
    addresses are made from translated titles. `hreflang` is the file that names every language of every page.
    """

    base_url: str = ""
    permalink: str = ""
    slugs: bool = False
    hreflang: str = ""


class Review(Table, frozen=True, kw_only=True):
    """`[review]`: whether what a person approves in `prl10n review` is signed, in a comment of the entry."""

    sign: bool = False


class Settings(Table, frozen=True, kw_only=True):
    """The tables that a locale may repeat."""

    content: Content = Content()
    front_matter: FrontMatter = FrontMatter()
    backend: Backend = Backend()
    glossary: Glossary = Glossary()
    memory: Memory = Memory()
    budget: Budget = Budget()
    localize: Localize = Localize()
    links: Links = Links()
    publish: Publish = Publish()
    review: Review = Review()
    site: Site = Site()


class Run(Table, frozen=True, kw_only=True):
    """`[run]`: who does the work on documents (docs/scale.md). It holds for all locales.

    `executor` is "auto" (as many processes of this machine as the work is worth), "none", "processes", or the address
    of a Dask scheduler (`EXECUTOR`). `workers` is how many processes there are, or how many workers a cluster must
    have; 0: as many as there are cores, or one.
    """

    executor: str = "auto"
    workers: int = 0


EXECUTORS = ("auto", "none", "processes")
EXECUTOR = late(r"(?:dask|tcp|tls)://[^\s/:@]+:[0-9]{1,5}|(?:dask|tcp|tls)://\[[0-9A-Fa-f:.]+\]:[0-9]{1,5}")


class Config(Settings, frozen=True, kw_only=True):
    """A whole configuration, checked. Its own tables are those of no locale in particular.

    `root` is the folder of the file, absolute; every path of the configuration is relative to it and stays inside.
    `locales` holds the settings of each target, its overrides merged in.
    """

    origin: Origin
    source: str
    targets: tuple[str, ...]
    locales: Mapping[str, Settings]
    run: Run = Run()

    @property
    def path(self) -> Path:
        return self.origin.path

    @property
    def root(self) -> Path:
        return self.origin.path.parent

    def settings(self, locale: str) -> Settings:
        """The settings of a target. Raises ConfigError for a locale that is none of the targets."""
        try:
            return self.locales[locale]
        except KeyError:
            advice = nearest(locale, self.targets)
            raise ConfigError(
                f"{locale!r} is not one of the targets",
                where=shown(self.path),
                remedy=f"{advice}Targets: {', '.join(self.targets)}. Add it to targets to translate into it.",
            ) from None

    def chosen(self, locales: Sequence[str]) -> tuple[str, ...]:
        """The targets among which somebody chose; all, if nobody did. ConfigError as `settings`."""
        for locale in locales:
            self.settings(locale)
        return tuple(locale for locale in self.targets if locale in locales or not locales)

    def target_path(self, locale: str, document: str) -> Path:
        """Where the localized version of a document is written, below `root`."""
        return self.root / expand(self.settings(locale).content.target, locale, inside(document))

    def catalog_path(self, locale: str, document: str) -> Path:
        """Where the catalog of a document is, below `root`."""
        return self.root / expand(self.settings(locale).content.catalog, gettext_locale(locale), inside(document))
