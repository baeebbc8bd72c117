"""Texts → the localized document, with law 3 kept: a translation that would break the page is left out, and named.
Then its links are led to localized pages, and nothing else of it changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from prl10n import document, markup
from prl10n.config import Config, expand
from prl10n.document import Rules
from prl10n.errors import LIBRARY_FAILURES, DocumentError
from prl10n.localize import anchors
from prl10n.localize.links import Address, Kind, Link, LinkMap, Site
from prl10n.model import Piece, Setting, Unit

if TYPE_CHECKING:
    from prl10n.document import Destination, Document, Outline


def assemble(
    source: Document, texts: Sequence[str | None], values: Mapping[str, Setting] | None = None
) -> tuple[bytes, dict[int, str]]:
    """The localized bytes, and the units whose text would break the page, with the reason.

    Law 3: the result has the skeleton of the source. A unit that breaks it is left in the source language. One parse
    is the price where nothing is wrong; else units are checked one by one, and what hides in their neighbourhood is
    found by halving.
    """
    values = values or {}
    wanted = document.expected(source, values)
    chosen = [None if text == unit.text else text for unit, text in zip(source.units, texts, strict=True)]

    def attempt(indices: Iterable[int]) -> bytes | None:
        kept = set(indices)
        try:
            result = document.splice(
                source, [text if index in kept else None for index, text in enumerate(chosen)], values
            )
            return result if not kept or document.skeleton(result, source.rules) == wanted else None
        except (DocumentError, *LIBRARY_FAILURES):
            if not kept:
                raise
            return None

    changed = [index for index, text in enumerate(chosen) if text]
    result = attempt(changed)
    if result is not None:
        return result, {}
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
        kept = _halving(sound, attempt)
        rejected |= {index: "it would change the blocks of the page" for index in sound if index not in kept}
        result = attempt(kept)
    if result is None:
        raise DocumentError("the page cannot be built", remedy="Please report the document.")
    return result, dict(sorted(rejected.items()))


def _difference(source: Document, index: int, text: str) -> str:
    unit = source.units[index]
    try:
        return markup.difference(unit, document.read(text.strip(), unit.syntax, source.references))
    except LIBRARY_FAILURES as error:
        return f"it cannot be parsed: {type(error).__name__}"


def _halving(indices: Sequence[int], attempt: Callable[[Iterable[int]], bytes | None]) -> set[int]:
    """The largest set that halving finds for which `attempt` succeeds, beginning with none."""
    kept: set[int] = set()
    stack = [list(indices)]
    while stack:
        group = stack.pop()
        if not group:
            continue
        if attempt(kept.union(group)) is not None:
            kept.update(group)
        elif len(group) > 1:
            middle = len(group) // 2
            stack += [group[middle:], group[:middle]]
    return kept


# --- links ------------------------------------------------------------------------------------------------------------


class Page(NamedTuple):
    """A document and its localized page, its links still those of the source."""

    source: bytes
    rules: Rules
    data: bytes


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
        addresses: Callable[[], Mapping[str, Address]],
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
        self.pages: dict[str, Page | None] = {}
        self.outlines: dict[tuple[str, str], Outline] = {}
        self.asked: dict[str, set[str]] = {}  # document → those whose headings its links asked for
        self._asked: set[str] = set()

    def concerned(self, name: str, source: Document) -> bool:
        """Whether links of a document lead to other documents, so that its page depends on theirs. Seen without
        parsing, so that the answer may be yes where the truth is no.
        """
        found = document.candidates(source.source)
        if found is None:
            return True
        kinds = _kinds(source.source)
        return any(self.links.target(value, kind, name) not in (None, name) for value in found for kind in kinds)

    def linked(self, name: str, page: Page) -> bytes:
        """The page of a document, its links led where they belong.

        Law 3, after link localisation: nothing but destinations changes, and the ids of headings where anchors are
        pinned. One parse is the price where some do, none where none can.
        """
        self._asked = self.asked[name] = set()
        if not self._may_change(name, page):
            return page.data
        self.pages[name] = page
        found = self._outline(name, "data")
        edits = document.relinked(page.data, found, lambda destination: self._link(destination, name))
        if self.site.pinned_anchors:
            moved = self.moved(name)
            edits += document.pinned(found, [own if own in moved else "" for own in self._ids(name, "source")])
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

    def _outline(self, name: str, part: str) -> Outline:
        """The outline of a document's `source` or of its localized page (`data`), made once."""
        key = name, part
        if key not in self.outlines:
            page = self._page(name)
            data = b"" if page is None else page.source if part == "source" else page.data
            self.outlines[key] = _outline(data, page.rules) if page is not None else _nothing()
        return self.outlines[key]

    def _page(self, name: str) -> Page | None:
        if name not in self.pages:
            self.pages[name] = self.page(name)
        return self.pages[name]

    def _ids(self, name: str, part: str) -> list[str]:
        return anchors.ids(self._outline(name, part).headings, self.site.dialect)

    def moved(self, name: str) -> Mapping[str, str]:
        """What each id of a document's headings is in its localized page, of those that differ."""
        self._asked.add(name)
        return anchors.moved(self._ids(name, "source"), self._ids(name, "data"))

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
        page = self._page(name)
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
        found = self._outline(name, "data")
        if self._page(name) is None or not all(heading.known or heading.id for heading in found.headings):
            return None
        kept = self._ids(name, "source") if self.site.pinned_anchors else []
        return found.ids.union(self._ids(name, "data"), kept)


_HEADING = re.compile(rb"^[ >]{0,9}#|^[=-]{2,}", re.MULTILINE)


def _kinds(data: bytes) -> tuple[Kind, ...]:
    """What the destinations of a page may be: links alone, where it has no templates."""
    return tuple(Kind) if b"{{" in data or b"{%" in data else (Kind.LINK,)


def _nothing() -> Outline:
    return document.Outline((), (), frozenset())


def _outline(data: bytes, rules: Rules) -> Outline:
    try:
        return document.outline(data, rules)
    except LIBRARY_FAILURES:
        return _nothing()  # the page has been parsed before, so that this is a page nobody can read
