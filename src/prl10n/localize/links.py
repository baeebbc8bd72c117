"""Where the links of a localized page lead: to the localized page, where there is one, by the rules of the site.

Pure functions of paths: which documents have a localized page, which files exist, and which ids the headings of a
page have is asked through callables, and only for what a link leads to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from itertools import islice
from posixpath import dirname, normpath, relpath, splitext
from typing import NamedTuple
from urllib.parse import unquote

import msgspec

from prl10n.localize.urls import PAGE, Addresses, Index, Urls, key_of
from prl10n.patterns import late


class Kind(StrEnum):
    """How a destination is written."""

    LINK = "link"  # a URL or a relative path
    REF = "ref"  # Hugo's `{{< relref "x.md" >}}`
    FILE = "file"  # Jekyll's `{% link _posts/x.md %}`: a path from the root of the site
    POST = "post"  # Jekyll's `{% post_url 2026-11-24-x %}`


class Link(NamedTuple):
    """A destination as it is to be written. `language`: that of the page, where a Hugo reference has to say it."""

    value: str
    language: str = ""


class Site(msgspec.Struct, frozen=True):
    """The rules of a site for one locale.

    `folder` holds the documents, below the root of the project ("" for the root itself); `language` is theirs. In
    `pages` and `source`, the patterns of URLs, `{path}` is the path of a page without its language. Empty `pages`: the
    generator leads links to the localized pages itself. `hosts` are the site's own; `map` leads from a host, or from a
    host and the beginning of a path, to that of the locale. `assets` are patterns of localized files.
    """

    locale: str
    language: str
    dialect: str
    folder: str
    pages: str = "/{locale}/{path}"
    source: str = "/{path}"
    hosts: tuple[str, ...] = ()
    map: Mapping[str, str] = {}
    assets: tuple[str, ...] = ("{dir}{stem}.{locale}{ext}", "{locale}/{dir}{stem}{ext}")
    translated_anchors: bool = True
    pinned_anchors: bool = False


class _Generator(msgspec.Struct, frozen=True):
    """What a generator does for links between documents.

    `resolves`: it takes a relative link to a markdown file for the page of that file in the language of the page.
    `falls_back`: a document that is not translated has a page in every language all the same. `shares`: a file next to
    the source is found from its translations. `statics`: where
    the files are that it copies. `index`: what the page of a folder is called, in small letters.
    """

    resolves: bool = False
    falls_back: bool = False
    shares: bool = False
    statics: tuple[str, ...] = ("static", "public", "")
    index: tuple[str, ...] = ("index", "_index", "readme")


_GENERATORS: Mapping[str, _Generator] = {
    # https://gohugo.io/content-management/multilingual/, /render-hooks/links/, /content-management/page-bundles/
    "hugo": _Generator(resolves=True, shares=True, statics=("static", "assets"), index=("index", "_index")),
    # https://ultrabug.github.io/mkdocs-static-i18n/getting-started/quick-start/ (fallback_to_default)
    "mkdocs": _Generator(resolves=True, falls_back=True, shares=True, statics=()),
    # https://docusaurus.io/docs/i18n/tutorial, /docs/markdown-features/links
    "docusaurus": _Generator(resolves=True, falls_back=True, statics=("static",)),
    # https://jekyllrb.com/docs/structure/
    "jekyll": _Generator(statics=("",), index=("index",)),
}

_PARTS = re.compile(  # RFC 3986, appendix B
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):)?(?P<authority>//(?P<host>[^/?#]*))?(?P<path>[^?#]*)(?P<query>\?[^#]*)?"
    r"(?:#(?P<fragment>.*))?",
    re.DOTALL,
)
_MARKDOWN = (".md", ".markdown", ".mdx")
_FIELD = late(r"\{(\w+)\}")


def _generator(dialect: str) -> _Generator:
    return _GENERATORS.get(dialect, _Generator())


class LinkMap:
    """The links of one locale.

    `addresses()` are those of all documents; it is asked once. `place(name)` is the
    path, below the root of the project, of a document's localized file, whether or not it is there; `translated(name)`
    whether it is, or will be; `exists(path)` whether a file is there; `anchors(name)` what each id of a document's
    headings is in its localized page, of those that differ; `moved_to(name)` the path of the URL of its localized page,
    empty where the pattern of pages makes it.
    """

    def __init__(
        self,
        site: Site,
        addresses: Callable[[], Addresses],
        place: Callable[[str], str],
        translated: Callable[[str], bool],
        exists: Callable[[str], bool] = lambda path: False,
        anchors: Callable[[str], Mapping[str, str]] = lambda name: {},
        moved_to: Callable[[str], str] = lambda name: "",
    ) -> None:
        self.site = site
        self._addresses = addresses
        self.place = place
        self.translated = translated
        self.exists = exists
        self.anchors = anchors
        self.moved_to = moved_to
        self.generator = _generator(site.dialect)
        self.folder = f"{site.folder}/" if site.folder else ""

    # --- looking up ---------------------------------------------------------------------------------------------------

    @cached_property
    def addresses(self) -> Addresses:
        return self._addresses()

    def url(self, name: str) -> str:
        """The path of the URL of a source's page."""
        return self.addresses[name].url

    @cached_property
    def prefixes(self) -> tuple[str, str]:
        """How the path of a source's URL may begin before the part that its translations share with it."""
        own = self.site.source.partition("{")[0]
        return f"{own}{self.site.language}/", own

    @cached_property
    def _urls(self) -> Urls:
        return Urls(self.addresses, self.prefixes)

    @cached_property
    def _files(self) -> Index:
        """A document's name without extension, that of an index also as its folder → the document."""
        return Index(self.addresses.documents, self._file_keys)

    def _file_keys(self, name: str) -> tuple[str, ...]:
        bare = splitext(name)[0]
        return (bare, dirname(bare)) if bare.rpartition("/")[2].lower() in self.generator.index else (bare,)

    @cached_property
    def _lasts(self) -> Index:
        """The last part of a document's name without extension → the documents."""
        return Index(self.addresses.documents, self._last_parts)

    def _last_parts(self, name: str) -> list[str]:
        return [key.rpartition("/")[2] for key in self._file_keys(name) if self._files.get(key) == name]

    @cached_property
    def _posts(self) -> Index:
        """What `post_url` calls a post → the document."""
        return Index(self.addresses.documents, lambda name: (_post(f"{self.folder}{name}"),))

    def target(self, value: str, kind: Kind, document: str) -> str | None:
        """The document that a destination in a source document leads to; None where it leads to none."""
        if kind is Kind.REF:
            return self._reference(value, document)
        if kind is Kind.FILE:
            name = unquote(value).removeprefix(self.folder)
            return name if name in self.addresses else None
        if kind is Kind.POST:
            return self._posts.get(value.lstrip("/"))
        parts = _parts(value)
        if parts["scheme"] or parts["authority"]:
            return self._absolute(parts["path"] or "/") if self._own(parts) else None
        if not parts["path"]:
            return document
        if parts["path"].startswith("/"):
            return self._absolute(parts["path"])
        return self._relative(parts["path"], document)

    def _own(self, parts: Mapping[str, str]) -> bool:
        """Whether a URL with a host is one of the site."""
        return parts["scheme"] in ("", "http", "https") and parts["host"].lower() in self.site.hosts

    def _absolute(self, path: str) -> str | None:
        plain = unquote(path)
        if plain.endswith(_MARKDOWN) and (inside := plain.lstrip("/").removeprefix(self.folder)) in self.addresses:
            return inside
        return self._urls.document(path.lower() if self.site.dialect == "hugo" else path)

    def _relative(self, path: str, document: str) -> str | None:
        """A markdown file is found from the document's file, a page from the document's URL, then from its file."""
        joined = _joined(dirname(document), unquote(path))
        if path.endswith(_MARKDOWN):
            if joined is None:
                joined = _joined(f"{self.folder}{dirname(document)}", unquote(path), removed=self.folder)
            return joined if joined in self.addresses else None
        if splitext(path)[1] and not PAGE.search(path):
            return None
        url = _joined(dirname(self.url(document)), unquote(path))
        found = self._urls.document(url) if url is not None else None
        return found or (self._files.get(key_of(joined)) if joined is not None else None)

    def _reference(self, value: str, document: str) -> str | None:
        """https://gohugo.io/methods/site/getpage/: from the root, from the document's folder, or by its last part."""
        path = unquote(value.partition("#")[0])
        if not path:
            return document
        bare = splitext(path)[0] if path.endswith(_MARKDOWN) else path.rstrip("/")
        if path.startswith("/"):
            return self._files.get(bare.lstrip("/"))
        here = _joined(dirname(document), bare)
        return (
            (self._files.get(here) if here is not None else None)
            or self._files.get(bare)
            or (self._only(bare) if "/" not in bare else None)
        )

    def _only(self, last: str) -> str | None:
        """The document whose name ends in this part, if there is only one."""
        found = list(islice(self._lasts.all(last), 2))
        return found[0] if len(found) == 1 else None

    # --- what is written ----------------------------------------------------------------------------------------------

    def localized(self, value: str, kind: Kind, document: str) -> Link:
        """The destination in the localized page of `document`. What leads to no document, to no localized file and to
        no host that `map` names stays as it is, and so does what leads to a document without a localized page, unless
        it would lead nowhere from the localized page.
        """
        if kind is Kind.LINK:
            return Link(self._link(value, document))
        name = self.target(value, kind, document)
        if name is None:
            return Link(value)
        if kind is Kind.REF:
            if not self.translated(name):
                return Link(value, self.site.language)
            path, mark, fragment = value.partition("#")
            return Link(f"{path}{mark}{self._fragment(name, fragment)}")
        if not self.translated(name) or not self.site.pages:
            return Link(value)
        place = self.place(name)
        return Link(place if kind is Kind.FILE else _post(place))

    def _link(self, value: str, document: str) -> str:
        parts = _parts(value)
        path = parts["path"]
        if parts["scheme"] or parts["authority"]:
            if not self._own(parts):
                return self._foreign(value, parts) if parts["scheme"] in ("", "http", "https") else value
            written = path or "/"
        else:
            written = path
        name = self.target(value, Kind.LINK, document)
        if name is None:
            new = self._asset(written, document) if written else written
        elif not path and not parts["authority"]:
            new = path
        elif written.startswith("/"):
            new = self._page(written, name)
        else:
            new = self._near(path, name, document)
        if new == written:
            new = path
        fragment = self._fragment(name, parts["fragment"]) if name is not None else parts["fragment"]
        scheme = f"{parts['scheme']}:" if parts["scheme"] else ""
        return f"{scheme}{parts['authority']}{new}{parts['query']}{'#' if '#' in value else ''}{fragment}"

    def _foreign(self, value: str, parts: Mapping[str, str]) -> str:
        place = f"{parts['host'].lower()}{parts['path']}"
        for start, other in self.site.map.items():
            if place == start or place.startswith(f"{start.rstrip('/')}/"):
                at = value.index("//") + 2
                return f"{value[:at]}{self._filled(other)}{value[at + len(start) :]}"
        return value

    def _filled(self, pattern: str, **values: str) -> str:
        known = {"locale": self.site.locale, **values}
        return _FIELD.sub(lambda field: known.get(field[1], field[0]), pattern)

    def _page(self, path: str, name: str) -> str:
        """A path of the site that leads to a document, in the spelling of its author."""
        return self._localized_page(path, name) if self.translated(name) else path

    def _localized_page(self, path: str, name: str) -> str:
        inside = unquote(path).lstrip("/")
        if inside.startswith(self.folder) and inside.removeprefix(self.folder) == name and self.folder:
            return f"/{self.place(name)}"
        if moved := self.moved_to(name):
            return moved
        if not self.site.pages:
            return path
        start = next((prefix for prefix in self.prefixes if path.startswith(prefix)), "/")
        if path == self.prefixes[0].rstrip("/"):
            start = path
        return self._filled(self.site.pages, path=path.removeprefix(start))

    def _near(self, path: str, name: str, document: str) -> str:
        """A relative path from a document that leads to another one."""
        is_file = path.endswith(_MARKDOWN)
        here = dirname(self.place(document)) or "."
        if not self.translated(name):
            if self.generator.falls_back:
                return path
            if is_file and not self.generator.resolves:
                return relpath(f"{self.folder}{name}", here)
            url = self.url(name)
            return url if is_file or path.endswith("/") else f"{url.rstrip('/')}{splitext(path)[1]}"
        if not is_file:
            return self.moved_to(name) or path
        if self.generator.resolves:
            return path
        new = relpath(self.place(name), here)
        return path if normpath(unquote(path)) == new else new

    def _fragment(self, name: str, fragment: str) -> str:
        if not fragment or not self.site.translated_anchors or not self.translated(name):
            return fragment
        return self.anchors(name).get(unquote(fragment), fragment)

    # --- images and downloads -----------------------------------------------------------------------------------------

    def _asset(self, path: str, document: str) -> str:
        """The localized variant of a file, where it exists; a file next to the source, seen from its translation."""
        extension = splitext(path)[1]
        if not extension or PAGE.search(path):
            return self._outside(path, document)
        plain = unquote(path)
        if plain.startswith("/"):
            for variant in self._variants(plain.lstrip("/")):
                places = (_joined(top, variant) for top in self._statics())
                if any(place is not None and self.exists(place) for place in places):
                    return f"/{variant}"
            return path
        source = _joined(f"{self.folder}{dirname(document)}", plain)
        here = dirname(self.place(document)) or "."
        beside = _joined(here if here != "." else "", plain)
        if source is None or (beside is not None and beside != source and self.exists(beside)):
            return path
        for variant in self._variants(plain.rpartition("/")[2]):
            folder = path.rpartition("/")[0]
            new = f"{folder}/{variant}" if folder else variant
            file = normpath(f"{dirname(source)}/{variant}").lstrip("/")
            if self.exists(file):
                return new if self.generator.shares else self._seen(file, here, new)
        return path if self.generator.shares or not self.exists(source) else self._seen(source, here, path)

    def _outside(self, path: str, document: str) -> str:
        """A markdown file that is no document of ours, seen from the translation."""
        source = _joined(f"{self.folder}{dirname(document)}", unquote(path))
        if not path.endswith(_MARKDOWN) or path.startswith("/") or source is None or self.generator.resolves:
            return path
        here = dirname(self.place(document)) or "."
        return self._seen(source, here, path) if self.exists(source) else path

    @staticmethod
    def _seen(file: str, here: str, written: str) -> str:
        """The path from a folder to a file: as it is written, if that leads there."""
        new = relpath(file, here)
        return written if normpath(unquote(written)) == new else new

    def _statics(self) -> Iterator[str]:
        yield from self.generator.statics
        if self.folder:
            yield from (self.site.folder, dirname(self.site.folder))

    def _variants(self, path: str) -> Iterator[str]:
        stem, extension = splitext(path.rpartition("/")[2])
        folder = path[: len(path) - len(stem) - len(extension)]
        for pattern in self.site.assets:
            yield self._filled(pattern, dir=folder, stem=stem, ext=extension)

    # --- what leads nowhere -------------------------------------------------------------------------------------------

    def broken(
        self, value: str, kind: Kind, document: str, anchors: Callable[[str], Iterable[str] | None]
    ) -> str | None:
        """Why a destination of the localized page of `document` leads nowhere; None where it leads somewhere, or where
        nobody can tell: a page that is no document may come from a layout of the site.

        `anchors(name)` are the ids of the localized page of a document; None where they are not known.
        """
        name = self._leads_to(value, kind, document)
        path, _, fragment = value.partition("#")
        if name is None:
            if kind is Kind.LINK and not self._is_missing(path, document):
                return None
            return f"{path!r} is no document"
        if kind in (Kind.FILE, Kind.POST) or not fragment or unquote(fragment) == "top":
            return None
        known = anchors(name)
        if known is None or unquote(fragment) in known or fragment in known or ":" in fragment:  # `#fn:1`, `#:~:text=`
            return None
        return f"no heading of {name} has the id {fragment!r}"

    def _leads_to(self, value: str, kind: Kind, document: str) -> str | None:
        """The document that a destination of a localized page leads to, or to the page of which it leads."""
        found = self.target(value, kind, document)
        if found is not None or kind is Kind.REF:
            return found
        path = _parts(value)["path"]
        if kind is Kind.POST:
            return next((name for name in self.addresses if _post(self.place(name)) == path), None)
        if kind is Kind.FILE:
            return self._places.get(path)
        if path.endswith(_MARKDOWN):
            here = _joined(dirname(self.place(document)), unquote(path))
            return (self._places.get(here) if here else None) or self._from_page(path, document)
        return self._pages.get(key_of(path)) if path.startswith("/") else None

    @cached_property
    def _pages(self) -> Index:
        """The key of the path of a localized page's URL → its document."""
        return Index(self.addresses.documents, lambda name: (key_of(self._localized_page(self.url(name), name)),))

    @cached_property
    def _places(self) -> Index:
        """The path of a localized page → its document."""
        return Index(self.addresses.documents, lambda name: (self.place(name),))

    def _from_page(self, path: str, document: str) -> str | None:
        """A document as it is seen from the localized page of another one."""
        found = _joined(dirname(self.place(document)), unquote(path))
        name = found.removeprefix(self.folder) if found is not None else ""
        return name if name in self.addresses else None

    def _is_missing(self, path: str, document: str) -> bool:
        """Whether a relative path to a markdown file leads to no file, seen from the page and from the source."""
        if not path.endswith(_MARKDOWN) or path.startswith("/") or ":" in path:
            return False
        places = (dirname(self.place(document)), f"{self.folder}{dirname(document)}")
        seen = [found for place in places if (found := _joined(place, unquote(path))) is not None]
        return not any(self.exists(found) for found in seen)


def _parts(value: str) -> Mapping[str, str]:
    found = _PARTS.match(value)
    return {name: part or "" for name, part in found.groupdict().items()} if found else {}


def _joined(folder: str, path: str, removed: str = "") -> str | None:
    """A relative path seen from a folder, posix; None where it leads out of the root, or not below `removed`."""
    joined = normpath(f"{folder.strip('/')}/{path}".lstrip("/"))
    if joined.startswith(".."):
        return None
    found = "" if joined == "." else joined
    return found.removeprefix(removed) if found.startswith(removed) else None


def _post(path: str) -> str:
    """A post as `post_url` calls it: `fr/_posts/2026-11-24-x.md` is `fr/2026-11-24-x`."""
    return splitext("/".join(part for part in path.split("/") if part != "_posts"))[0]
