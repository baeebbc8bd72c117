"""Catalog → localized page: which texts are published, what the front matter says, where the links lead.

What a page says by itself are functions of one document. A `Publisher` knows all documents of a run: the links of one
page depend on which other pages there are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from prl10n import catalog, conventions, document, files
from prl10n.assembly import Broken, Linker, Page, assembly, is_settled
from prl10n.catalog import Catalog
from prl10n.config import Config
from prl10n.document import Rules
from prl10n.errors import DocumentError, Prl10nError
from prl10n.localize.urls import Address, Addresses
from prl10n.model import Fields, Piece, Setting, State, Unit

if TYPE_CHECKING:
    from prl10n.document import Document


class Source(NamedTuple):
    """A document that was read. `name` is its path in the source folder, `file` the one in the project."""

    name: str
    file: str
    document: Document


# --- one page ---------------------------------------------------------------------------------------------------------


class Words(NamedTuple):
    """What a page is made of: a document, its catalog in a locale, the text of each unit that may be published, and
    the localized page that is on disk, where its front matter decides about the new one (None: it does not).
    """

    source: Source
    locale: str
    merged: Catalog
    texts: Sequence[str | None]
    former: bytes | None = None


def published(config: Config, source: Source, locale: str, merged: Catalog, former: bytes | None) -> Words:
    """The words of a page: the texts that the configuration allows to publish."""
    live = merged.live()
    drafts = config.settings(locale).publish.drafts
    units = source.document.units
    texts = [catalog.publishable(live[unit.context, unit.text], drafts=drafts) for unit in units]
    return Words(source, locale, merged, texts, former)


def is_written(config: Config, words: Words) -> bool:
    """Whether there is a page of these words: of a document without any, too."""
    enough = all if config.settings(words.locale).publish.incomplete == "skip" else any
    return not words.texts or enough(map(bool, words.texts))


def needs_former(config: Config, locale: str) -> bool:
    """Whether a page depends on what its front matter said before."""
    return config.settings(locale).site.slugs


def front_matter(config: Config, words: Words) -> dict[str, Setting]:
    """The front matter keys to set in a localized page."""
    own = config.settings(words.locale)
    if not (own.front_matter.set or own.publish.notice or own.publish.outdated or own.site.slugs):
        return {}
    live, units = words.merged.live(), words.source.document.units
    states = [live[unit.context, unit.text].state for unit in units]
    texts = words.texts
    titles = (text for unit, text in zip(units, texts, strict=True) if text and unit.kind == "front matter: title")
    page = conventions.Page(
        words.source.name,
        document.fields(words.source.document.source),
        None if words.former is None else document.fields(words.former),
        next(titles, None),
        any(text and state is not State.APPROVED for text, state in zip(texts, states, strict=True)),
        State.STALE in states,
    )
    return conventions.settings(config, words.locale, page)


def moves(config: Config, locale: str) -> bool:
    """Whether front matter gives localized pages other addresses than the pattern of pages."""
    own = config.settings(locale)
    return bool(own.links.pages) and (own.site.slugs or bool({"url", "permalink", "slug"} & {*own.front_matter.set}))


def moved(config: Config, words: Words) -> str:
    """The address of a localized page whose front matter gives it another one; empty where it does not."""
    if not moves(config, words.locale):
        return ""
    stated = {key: value for key, value in front_matter(config, words).items() if isinstance(value, str)}
    fields = {**document.fields(words.source.document.source), **stated}
    return conventions.address(config, words.source.name, fields, words.locale)


def address(config: Config, name: str, source: bytes) -> Address:
    """The address of a source's page, and those that it had before. One that cannot be read, which the run names, has
    that of its name.
    """
    try:
        fields = document.fields(source)
    except DocumentError:
        fields = {}
    former = fields.get(conventions.generator(config).redirects, ())
    aliases = former if isinstance(former, tuple) else (former,)
    return Address(conventions.address(config, name, fields), aliases)


def assembled(config: Config, words: Words) -> tuple[Page | None, dict[int, str]]:
    """The localized document with the links of its source, None where it is not to be written; and the units whose
    text would break it, with reasons.
    """
    source = words.source.document
    if source.units and not any(words.texts):
        return None, {}
    made = assembly(source, words.texts, front_matter(config, words))
    complete = all(words.texts) and not made.rejected
    settings = config.settings(words.locale)
    if settings.publish.incomplete != "source" and not complete:
        return None, made.rejected
    page = Page(source.source, source.rules, made.data)
    if not settings.localize.links or is_settled(config, words.locale, made.data):
        return page._replace(settled=True), made.rejected
    outline = made.read.outline if made.read else document.outline(made.data, source.rules)
    return page._replace(outline=outline, headings=document.outline_of(source).headings), made.rejected


_DESTINATION = re.compile(r"\]\([ \t]*<?([^\s<>()]*)")


def has_own_links(units: Sequence[Unit], texts: Sequence[str | None]) -> bool:
    """Whether a translation has a link that its source does not have: it may lead to a localized page already."""
    return any(
        text is not None and "](" in text and not set(_DESTINATION.findall(text)) <= _destinations(unit)
        for unit, text in zip(units, texts, strict=True)
    )


def _destinations(unit: Unit) -> set[str]:
    values = (piece.value.partition(" ") for piece in unit.pieces if piece.piece is not Piece.TEXT)
    return {"", *(value for kind, _, value in values if kind in ("link", "image"))} | {*_DESTINATION.findall(unit.text)}


# --- all pages --------------------------------------------------------------------------------------------------------


class Item(Protocol):
    """A document in a locale, with its catalog."""

    @property
    def source(self) -> Source: ...

    @property
    def locale(self) -> str: ...

    @property
    def merged(self) -> Catalog: ...


class AtHand(NamedTuple):
    """A document in a locale, with its catalog: `Item`."""

    source: Source
    locale: str
    merged: Catalog


class Built(msgspec.Struct, frozen=True):
    """A localized page, None where it is not to be written; and the units whose text would break it, with reasons."""

    page: bytes | None
    rejected: Mapping[int, str] = {}


def rejected_texts(source: Source, built: Built) -> tuple[tuple[str, str], ...]:
    """(text, reason) of the translations that a page is built without."""
    units = source.document.units
    return tuple((units[index].text, reason) for index, reason in built.rejected.items())


class Known(Protocol):
    """What is known of documents without reading them: those that are as the last run left them."""

    def addresses(self) -> Iterable[tuple[int, Address]]:
        """The numbers of documents, and the addresses of their pages."""
        ...

    def address(self, name: str) -> Address | None:
        """The address of a source's page."""
        ...

    def published(self, locale: str, name: str) -> tuple[bool, str] | None:
        """Whether a document has a localized page, and where that moved (`Publisher.published`)."""
        ...

    def has_written(self, locale: str, name: str, page: bytes) -> bool:
        """Whether a page of this digest is what the last run left."""
        ...


class Publisher:
    """The pages of a run. `documents` are all of the project, sorted; by (locale, document), `items` are those at hand.
    `made(locale, name)` says of those whose pages are made whether there are words enough for one, and where it moved;
    `page_of` gives these pages as far as it still has them.

    Of others `known` knows something. `addresses` may know some of the sources' already.
    """

    def __init__(
        self,
        config: Config,
        documents: Sequence[str],
        items: Mapping[tuple[str, str], Item],
        made: Callable[[str, str], tuple[bool, str] | None] = lambda locale, name: None,
        page_of: Callable[[str, str], Page | None] = lambda locale, name: None,
        known: Known | None = None,
    ) -> None:
        self.config = config
        self.documents = documents
        self.items = items
        self.made = made
        self.page_of = page_of
        self.known = known
        self.asked: dict[str, bool] = {}  # files that links asked for, and whether they are there
        self.linkers: dict[str, Linker] = {}
        self.has_page: dict[tuple[str, str], bool] = {}  # where that takes a look at files
        self.addresses = Addresses(documents, self.address, known.addresses if known else lambda: ())

    def page(self, item: Item) -> Built:
        """The localized document as the catalog has it."""
        page, rejected = self.assembled(item)
        return Built(page and self.linker(item.locale).linked(item.source.name, page), rejected)

    def assembled(self, item: Item) -> tuple[Page | None, dict[int, str]]:
        """As the function of this name; links of translations that lead to localized pages are those of the source."""
        words = self.words(item)
        if self.links(item.locale) and has_own_links(item.source.document.units, words.texts):
            linker, pairs = self.linker(item.locale), zip(item.source.document.units, words.texts, strict=True)
            sourced = [text and linker.sourced(item.source.name, unit, text) for unit, text in pairs]
            words = words._replace(texts=sourced)
        return assembled(self.config, words)

    def words(self, item: Item) -> Words:
        path = self.config.target_path(item.locale, item.source.name)
        former = files.read(path) if needs_former(self.config, item.locale) else None
        return published(self.config, item.source, item.locale, item.merged, former)

    # languages

    def clashes(self) -> Iterator[tuple[str, str, list[str]]]:
        """(locale, address, documents) of pages that would share an address."""
        yield from conventions.clashes(self.config, self.versions())

    def alternates(self) -> bytes | None:
        """The file that says which languages every page is there in; None where the configuration names none."""
        site = self.config.site
        if not site.hreflang:
            return None
        found = conventions.alternates(self.config, self.versions())
        return conventions.rendered(found, site.base_url, site.hreflang).encode()

    def versions(self) -> list[tuple[str, dict[str, Fields]]]:
        """The front matter of every document ("") and of its localized pages, as they are on disk."""
        return [(name, dict(self._versions(name))) for name in self.documents]

    def _versions(self, name: str) -> Iterator[tuple[str, Fields]]:
        source = self.config.root / self.config.content.source / name
        places = [("", source), *((locale, self.config.target_path(locale, name)) for locale in self.config.targets)]
        for locale, path in places:
            data = files.read(path)
            if data is not None:
                yield locale, document.fields(data)

    # links

    def links(self, locale: str) -> bool:
        return self.config.settings(locale).localize.links

    def linker(self, locale: str) -> Linker:
        if locale not in self.linkers:
            self.linkers[locale] = Linker(
                self.config,
                locale,
                lambda: self.addresses,
                partial(self.gets_page, locale),
                partial(self.unlinked_page, locale),
                self.is_there,
                cache(partial(self.moved_to, locale)) if moves(self.config, locale) else lambda name: "",
            )
        return self.linkers[locale]

    def is_there(self, path: str) -> bool:
        """Whether a file of the project is there."""
        if path not in self.asked:
            self.asked[path] = files.is_file(self.config.root / path)
        return self.asked[path]

    def address(self, name: str) -> Address:
        """The address of the page of a document, whatever the selection."""
        known = self.known.address(name) if self.known else None
        if known is not None:
            return known
        keys = ((locale, name) for locale in self.config.targets)
        item = next((self.items[key] for key in keys if key in self.items), None)
        path = self.config.root / self.config.content.source / name
        return address(self.config, name, item.source.document.source if item is not None else _data(path) or b"")

    def moved_to(self, locale: str, name: str) -> str:
        """The address of a localized page whose front matter gives it another one; empty where it does not."""
        key = locale, name
        if key in self.items:
            return moved(self.config, self.words(self.items[key]))
        known = self.made(locale, name) or (self.known.published(locale, name) if self.known else None)
        if known is not None:
            return known[1]
        data = _data(self.config.target_path(locale, name))
        return conventions.address(self.config, name, document.fields(data), locale) if data is not None else ""

    def gets_page(self, locale: str, name: str) -> bool:
        """Whether a document has a localized page, or will have one at the end of the run."""
        key = locale, name
        made = self.made(locale, name) if key not in self.items else None
        if made is not None and made[0]:
            return True
        if key not in self.has_page:
            self.has_page[key] = self._gets_page(locale, name, made)
        return self.has_page[key]

    def _gets_page(self, locale: str, name: str, made: tuple[bool, str] | None) -> bool:
        """`gets_page` of a document that is not known to have words enough for one."""
        key = locale, name
        if key in self.items:
            written = is_written(self.config, self.words(self.items[key]))
        elif made is not None:
            written = False
        else:
            known = self.known.published(locale, name) if self.known else None
            if known is not None:
                return known[0]
            publish = self.config.settings(locale).publish  # outside of the selection: as its catalog is
            found = readable(self.config.catalog_path(locale, name))
            entries = found.live().values() if found else ()
            texts = [catalog.publishable(entry, drafts=publish.drafts) for entry in entries]
            written = bool(texts) and (all if publish.incomplete == "skip" else any)(map(bool, texts))
        return written or files.is_file(self.config.target_path(locale, name))

    def published(self, locale: str, name: str) -> tuple[bool, str]:
        """What links to a document depend on: whether it has a localized page, and the address that it moved to."""
        return self.gets_page(locale, name), self.linker(locale).links.moved_to(name)

    def unlinked_page(self, locale: str, name: str) -> Page | None:
        """The localized page of a document with the links of its source: outside of the selection, as it is on disk."""
        item = self.items.get((locale, name))
        if item is not None:
            return self.assembled(item)[0]
        made = self.page_of(locale, name)
        if made is not None and (made.source or made.headings is not None):
            return made
        source = _data(self.config.root / self.config.content.source / name)
        if made is not None:
            return made._replace(source=source or b"")
        page = _data(self.config.target_path(locale, name))
        if source is None or page is None:
            return None
        dialect = document.recognise(name, self.config.settings(locale).content.dialect)
        return Page(source, Rules(dialect=dialect), page)

    def broken(self, item: Item, page: bytes) -> tuple[Broken, ...]:
        """The links of a localized page that lead nowhere."""
        name = item.source.name
        return tuple(self.linker(item.locale).broken(name, page)) if self.links(item.locale) else ()


def _data(path: Path) -> bytes | None:
    """The bytes of a file that others link to; None where it cannot be read, which is said where it is its turn."""
    try:
        return files.read(path)
    except Prl10nError:
        return None


def readable(path: Path) -> Catalog | None:
    """A catalog that is nobody's; None where it cannot be read, which is nobody's trouble."""
    try:
        return catalog.load(path)
    except Prl10nError:
        return None
