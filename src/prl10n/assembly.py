"""Texts → the localized document, with law 3 kept: a translation that would break the page is left out, and named.
Then its links are led to localized pages, and nothing else of it changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from prl10n import document, markup
from prl10n.config import Config, expand
from prl10n.document import Rules
from prl10n.errors import LIBRARY_FAILURES, DocumentError
from prl10n.localize import anchors
from prl10n.localize.anchors import Heading
from prl10n.localize.links import Kind, Link, LinkMap, Site
from prl10n.localize.urls import Addresses
from prl10n.model import Piece, Setting, Unit
from prl10n.patterns import late

if TYPE_CHECKING:
    from prl10n.document import Destination, Document, Outline, Reread


class Assembly(NamedTuple):
    """The localized bytes, the units whose text would break the page, with the reason, and the page as it was read
    (None: it was not, since no text of it is another one).
    """

    data: bytes
    rejected: dict[int, str]
    read: Reread | None


def assemble(
    source: Document, texts: Sequence[str | None], values: Mapping[str, Setting] | None = None
) -> tuple[bytes, dict[int, str]]:
    """As `assembly`: the bytes, and the units that are left in the source language."""
    made = assembly(source, texts, values)
    return made.data, made.rejected


def assembly(source: Document, texts: Sequence[str | None], values: Mapping[str, Setting] | None = None) -> Assembly:
    """The localized document.

    Law 3: the result has the skeleton of the source. A unit that breaks it is left in the source language. One parse
    is the price where nothing is wrong; else units are checked one by one, and what hides in their neighbourhood is
    found by halving.
    """
    values = values or {}
    wanted = document.expected(source, values)
    chosen = [None if text == unit.text else text for unit, text in zip(source.units, texts, strict=True)]

    def attempt(indices: Iterable[int]) -> tuple[bytes, Reread | None] | None:
        kept = set(indices)
        try:
            result = document.splice(
                source, [text if index in kept else None for index, text in enumerate(chosen)], values
            )
            if not kept:
                return result, None
            read = document.reread(result, source.rules)
            return (result, read) if read.skeleton == wanted else None
        except (DocumentError, *LIBRARY_FAILURES):
            if not kept:
                raise
            return None

    changed = [index for index, text in enumerate(chosen) if text]
    result = attempt(changed)
    if result is not None:
        return Assembly(result[0], {}, result[1])
    rejected: dict[int, str] = {}
    sound: list[int] = []
    for index in changed:
        reason = _difference(source, index, chosen[index] or "")
        if reason:
            rejected[index] = reason
        else:
            sound.append(index)
    result = attempt(sound)
    if result is None:
        kept = _halving(sound, lambda indices: attempt(indices) is not None)
        rejected |= {index: "it would change the blocks of the page" for index in sound if index not in kept}
        result = attempt(kept)
    if result is None:
        raise DocumentError("the page cannot be built", remedy="Please report the document.")
    return Assembly(result[0], dict(sorted(rejected.items())), result[1])


def _difference(source: Document, index: int, text: str) -> str:
    unit = source.units[index]
    try:
        return markup.difference(unit, document.read(text.strip(), unit.syntax, source.references))
    except LIBRARY_FAILURES as error:
        return f"it cannot be parsed: {type(error).__name__}"


def _halving(indices: Sequence[int], succeeds: Callable[[Iterable[int]], bool]) -> set[int]:
    """The largest set that halving finds that succeeds, beginning with none."""
    kept: set[int] = set()
    stack = [list(indices)]
    while stack:
        group = stack.pop()
        if not group:
            continue
        if succeeds(kept.union(group)):
            kept.update(group)
        elif len(group) > 1:
            middle = len(group) // 2
            stack += [group[middle:], group[:middle]]
    return kept


# --- links ------------------------------------------------------------------------------------------------------------


class Page(NamedTuple):
    """A localized page, its links still those of its source.

    `source` are the bytes of that; `outline` is that of the page, and `headings` are those of its source, where they
    are known already (None: they are read when they are asked for). `settled`: no link of it can lead elsewhere.
    """

    source: bytes
    rules: Rules
    data: bytes
    outline: Outline | None = None
    headings: tuple[Heading, ...] | None = None
    settled: bool = False


class Broken(NamedTuple):
    """A link of a localized page that leads nowhere: the line of the page, what it says, and why."""

    line: int
    destination: str
    reason: str


def site(config: Config, locale: str) -> Site:
    """The rules of the links of a locale, as the configuration has them."""
    settings = config.settings(locale)
    content, links = settings.content, settings.links
    folder = content.source.strip("/") if content.source != "." else ""
    docusaurus = content.dialect == "docusaurus"
    pages = ("" if docusaurus else "/{locale}/{path}") if links.pages == "auto" else links.pages
    source = links.source
    if source == "auto":
        source = f"/{folder.rpartition('/')[2]}/{{path}}" if docusaurus else "/{path}"
    pinned = links.anchors == "pinned" and content.dialect in anchors.PINNED
    return Site(
        locale,
        config.source,
        content.dialect,
        folder,
        pages,
        source,
        tuple(host.lower() for host in links.hosts),
        links.map,
        links.assets,
        translated_anchors=links.anchors != "source" and not pinned,
        pinned_anchors=pinned,
    )


def is_settled(config: Config, locale: str, data: bytes) -> bool:
    """Whether no link or anchor of a page can change, seen without parsing."""
    rules = site(config, locale)
    return document.candidates(data) == [] and not (rules.pinned_anchors and _HEADING.search(data))


_REMEMBERED = 1_000  # pages whose outlines a linker holds, since links ask for them


class Linker:
    """Leads the links of the localized pages of one locale where they belong.

    `addresses()` are those of all documents; `translated(name)` says whether a document has a localized page, or gets
    one; `page(name)` gives it before its links are led anywhere, or None; `exists(path)` whether a file of the project
    is there; `moved_to(name)` the path of the localized page's URL, where it is not made by a pattern. A page is asked
    for only where a link with a fragment leads to it.
    """

    def __init__(
        self,
        config: Config,
        locale: str,
        addresses: Callable[[], Addresses],
        translated: Callable[[str], bool],
        page: Callable[[str], Page | None],
        exists: Callable[[str], bool],
        moved_to: Callable[[str], str],
    ) -> None:
        self.site = site(config, locale)
        pattern = config.settings(locale).content.target
        self.links = LinkMap(
            self.site,
            addresses,
            lambda name: expand(pattern, locale, name),
            translated,
            exists,
            self.moved,
            moved_to,
        )
        self.page = page
        self.outlines: dict[str, tuple[Outline, tuple[Heading, ...]]] = {}
        self.changed: dict[str, Mapping[str, str]] = {}  # what `moved` said of these
        self.asked: dict[str, set[str]] = {}  # document → those whose headings its links asked for
        self._asked: set[str] = set()

    def waits(self, page: Page) -> bool:
        """Whether links of a page may lead to other documents, so that it depends on theirs."""
        return page.outline is not None and any(map(self._leads_on, page.outline.destinations))

    def _leads_on(self, destination: Destination) -> bool:
        value = destination.value
        if destination.kind is not Kind.LINK:
            return True
        if value.startswith("#"):
            return False
        scheme = _SCHEME.match(value)
        return scheme is None or (scheme[1] or scheme[2] or "").lower() in self.site.hosts

    def linked(self, name: str, page: Page) -> bytes:
        """The page of a document, its links led where they belong.

        Law 3, after link localisation: nothing but destinations changes, and the ids of headings where anchors are
        pinned. One parse is the price where some do and nobody has read the page yet, none where none can.
        """
        self._asked = self.asked[name] = set()
        if page.settled or (page.outline is None and not self._may_change(name, page)):
            return page.data
        found, headings = self._noted(name, _read(page))
        edits = document.relinked(page.data, found, lambda destination: self._link(destination, name))
        if self.site.pinned_anchors:
            moved = self.moved(name)
            own = anchors.ids(headings, self.site.dialect)
            edits += document.pinned(found, [each if each in moved else "" for each in own])
        return document.edited(page.data, edits)

    def _link(self, destination: Destination, name: str) -> Link:
        return self.links.localized(destination.value, destination.kind, name)

    def _may_change(self, name: str, page: Page) -> bool:
        if self.site.pinned_anchors and _HEADING.search(page.data):
            return True
        found = document.candidates(page.data)
        if found is None:
            return True
        if self.site.translated_anchors and any(value.startswith("#") for value in found):
            return True
        kinds = _kinds(page.data)
        return any(self.links.localized(value, kind, name) != Link(value) for value in found for kind in kinds)

    def _outlines(self, name: str) -> tuple[Outline, tuple[Heading, ...]]:
        """The outline of a document's localized page, and the headings of its source."""
        if name in self.outlines:
            return self.outlines[name]
        page = self.page(name)
        return self._noted(name, _read(page) if page is not None else (_nothing(), ()))

    def _noted(self, name: str, outlines: tuple[Outline, tuple[Heading, ...]]) -> tuple[Outline, tuple[Heading, ...]]:
        self.outlines[name] = outlines
        self.changed.pop(name, None)
        if len(self.outlines) > _REMEMBERED:
            oldest = next(iter(self.outlines))
            del self.outlines[oldest]
            self.changed.pop(oldest, None)
        return outlines

    def forget(self, name: str) -> None:
        """The page of a document is another one by now."""
        self.outlines.pop(name, None)
        self.changed.pop(name, None)

    def moved(self, name: str) -> Mapping[str, str]:
        """What each id of a document's headings is in its localized page, of those that differ."""
        self._asked.add(name)
        found, headings = self._outlines(name)
        if name not in self.changed:
            dialect = self.site.dialect
            self.changed[name] = anchors.moved(anchors.ids(headings, dialect), anchors.ids(found.headings, dialect))
        return self.changed[name]

    def sourced(self, name: str, unit: Unit, text: str) -> str:
        """A translation whose links lead to localized pages already, with those of the source in their place.

        A fragment may be that of the translated heading where no other link of the unit leads to that page.
        """
        if "](" not in text:
            return text
        opening = (piece for piece in unit.pieces if piece.piece is not Piece.CLOSE)
        parts = (piece.value.partition(" ") for piece in opening)
        values = [value for kind, _, value in parts if kind in ("link", "image") and not value.startswith("#")]
        paths = [value.partition("#")[0] for value in values]
        for value, path in zip(values, paths, strict=True):
            there = self.links.localized(path, Kind.LINK, name).value
            if there != path:
                fragment = r"#[^\s)]+" if "#" in value and paths.count(path) == 1 else re.escape(value[len(path) :])
                pattern = rf"(?<=\]\(){re.escape(there)}{fragment}(?=[\s)])"
                text = re.sub(pattern, value.replace("\\", r"\\"), text)
        return text

    def broken(self, name: str, linked: bytes) -> Iterator[Broken]:
        """The links of a document's page, once they are led where they belong, that lead nowhere within the site."""
        found = document.candidates(linked)
        page = self.page(name) if found != [] else None
        if page is None:
            return
        if found is not None and _kinds(linked) == (Kind.LINK,):
            found = [value for value in found if self.links.broken(value, Kind.LINK, name, self.known_ids)]
        if found == []:
            return
        for destination in _outline(linked, page.rules).destinations:
            reason = self.links.broken(destination.value, destination.kind, name, self.known_ids)
            if reason is not None:
                line = 1 + linked.count(b"\n", 0, destination.span.start)
                yield Broken(line, destination.value, reason)

    def known_ids(self, name: str) -> frozenset[str] | None:
        """The ids of the localized page of a document; None where nobody can tell."""
        found, headings = self._outlines(name)
        if found is _nothing() or not all(heading.known or heading.id for heading in found.headings):
            return None
        kept = anchors.ids(headings, self.site.dialect) if self.site.pinned_anchors else []
        return found.ids.union(anchors.ids(found.headings, self.site.dialect), kept)


_SCHEME = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)(?://([^/?#]*))?|//([^/?#]*)")
_HEADING = late(rb"^[ >]{0,9}#|^[=-]{2,}", re.MULTILINE)


def _kinds(data: bytes) -> tuple[Kind, ...]:
    """What the destinations of a page may be: links alone, where it has no templates."""
    return tuple(Kind) if b"{{" in data or b"{%" in data else (Kind.LINK,)


@cache
def _nothing() -> Outline:
    """The outline of a page that is not there."""
    return document.Outline((), (), frozenset())


def _read(page: Page) -> tuple[Outline, tuple[Heading, ...]]:
    """The outline of a page, and the headings of its source."""
    outline = page.outline if page.outline is not None else _outline(page.data, page.rules)
    return outline, page.headings if page.headings is not None else _outline(page.source, page.rules).headings


def _outline(data: bytes, rules: Rules) -> Outline:
    try:
        return document.outline(data, rules)
    except LIBRARY_FAILURES:
        return document.Outline((), (), frozenset())  # it has been parsed before: this is a page nobody can read
