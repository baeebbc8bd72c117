"""Catalog → localized page: which texts are published, what the front matter says, where the links lead.

A `Publisher` knows all documents of a run: the links of one page depend on which other pages there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from prl10n import catalog, conventions, document, files
from prl10n.assembly import Broken, Linker, Page, assemble
from prl10n.catalog import Catalog
from prl10n.config import Config
from prl10n.document import Rules
from prl10n.errors import Prl10nError
from prl10n.localize.links import Address
from prl10n.model import Fields, Setting, State

if TYPE_CHECKING:
    from prl10n.document import Document


@dataclass(frozen=True, slots=True)
class Source:
    """A document that was read. `name` is its path in the source folder, `file` the one in the project."""

    name: str
    file: str
    document: Document


def front_matter(
    config: Config, source: Source, locale: str, merged: Catalog, texts: Sequence[str | None]
) -> dict[str, Setting]:
    """The front matter keys to set in a localized page; `texts` are those of its units that are published."""
    own = config.settings(locale)
    if not (own.front_matter.set or own.publish.notice or own.publish.outdated or own.site.slugs):
        return {}
    live, units = merged.live(), source.document.units
    states = [live[unit.context, unit.text].state for unit in units]
    former = files.read(config.target_path(locale, source.name)) if own.site.slugs else None
    titles = (text for unit, text in zip(units, texts, strict=True) if text and unit.kind == "front matter: title")
    page = conventions.Page(
        source.name,
        document.fields(source.document.source),
        None if former is None else document.fields(former),
        next(titles, None),
        any(text and state is not State.APPROVED for text, state in zip(texts, states, strict=True)),
        State.STALE in states,
    )
    return conventions.settings(config, locale, page)


class Item(Protocol):
    """A document in a locale, with its catalog."""

    @property
    def source(self) -> Source: ...

    @property
    def locale(self) -> str: ...

    @property
    def merged(self) -> Catalog: ...


@dataclass(frozen=True, slots=True)
class Built:
    """A localized page, None where it is not to be written; and the units whose text would break it, with reasons."""

    page: bytes | None
    rejected: Mapping[int, str] = field(default_factory=dict)


class Known(Protocol):
    """What is known of documents without reading them: those that are as the last run left them."""

    def address(self, name: str) -> Address | None:
        """The address of a source's page."""
        ...

    def published(self, locale: str, name: str) -> tuple[bool, str] | None:
        """Whether a document has a localized page, and where that moved (`Publisher.published`)."""
        ...


class Publisher:
    """The pages of a run. `documents` are all of the project, `items` those at hand: (locale, document) → item.

    Of others `known` knows something, and `opened` makes an item of those that it knows.
    """

    def __init__(
        self,
        config: Config,
        documents: Sequence[str],
        items: Mapping[tuple[str, str], Item],
        known: Known | None = None,
        opened: Callable[[str, str], Item | None] = lambda locale, name: None,
    ) -> None:
        self.config = config
        self.documents = documents
        self.items = items
        self.known = known
        self.opened = opened
        self.asked: dict[str, bool] = {}  # files that links asked for, and whether they are there
        self.linkers: dict[str, Linker] = {}
        self.has_page: dict[tuple[str, str], bool] = {}
        self.addresses: dict[str, Address] = {}

    def page(self, item: Item) -> Built:
        """The localized document as the catalog has it."""
        result, rejected = self.assembled(item)
        if result is not None and self.links(item):
            result = self.linker(item.locale).linked(item.source.name, _unlinked(item, result))
        return Built(result, rejected)

    def waits(self, item: Item) -> bool:
        """Whether the page depends on which other pages there will be: its links lead to some of them."""
        return self.links(item) and self.linker(item.locale).concerned(item.source.name, item.source.document)

    def asked_for(self, item: Item) -> tuple[bool, tuple[str, ...]]:
        """Whether a document may have links, and the documents whose headings they asked for when its page was made."""
        if not self.links(item) or document.candidates(item.source.document.source) == []:
            return False, ()
        return True, tuple(sorted(self.linker(item.locale).asked.get(item.source.name, ())))

    def assembled(self, item: Item) -> tuple[bytes | None, dict[int, str]]:
        """The localized document with the links of its source, None where it is not to be written; and the units whose
        text would break it.
        """
        settings = self.config.settings(item.locale)
        units = item.source.document.units
        texts = self.texts(item)
        if units and not any(texts):
            return None, {}
        if self.links(item):
            linker = self.linker(item.locale)
            texts = [
                text and linker.sourced(item.source.name, unit, text) for unit, text in zip(units, texts, strict=True)
            ]
        values = front_matter(self.config, item.source, item.locale, item.merged, texts)
        result, rejected = assemble(item.source.document, texts, values)
        complete = all(texts) and not rejected
        return (result if complete or settings.publish.incomplete == "source" else None), rejected

    def texts(self, item: Item) -> list[str | None]:
        """The text of each unit that may be published."""
        live = item.merged.live()
        drafts = self.config.settings(item.locale).publish.drafts
        return [
            catalog.publishable(live[unit.context, unit.text], drafts=drafts) for unit in item.source.document.units
        ]

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

    def links(self, item: Item) -> bool:
        return self.config.settings(item.locale).localize.links

    def linker(self, locale: str) -> Linker:
        if locale not in self.linkers:
            self.linkers[locale] = Linker(
                self.config,
                locale,
                self.found_addresses,
                partial(self.gets_page, locale),
                partial(self.unlinked_page, locale),
                self.is_there,
                cache(partial(self.moved_to, locale)),
            )
        return self.linkers[locale]

    def is_there(self, path: str) -> bool:
        """Whether a file of the project is there."""
        if path not in self.asked:
            self.asked[path] = files.is_file(self.config.root / path)
        return self.asked[path]

    def found_addresses(self) -> Mapping[str, Address]:
        """The addresses of the pages of all documents, whatever the selection."""
        if not self.addresses:
            folder = self.config.root / self.config.content.source
            known = {name: item.source.document.source for (_, name), item in self.items.items()}
            redirects = conventions.generator(self.config).redirects
            for name in self.documents:
                address = self.known.address(name) if self.known else None
                if address is not None:
                    self.addresses[name] = address
                    continue
                fields = document.fields(known[name] if name in known else files.read(folder / name) or b"")
                former = fields.get(redirects, ())
                aliases = former if isinstance(former, tuple) else (former,)
                self.addresses[name] = Address(conventions.address(self.config, name, fields), aliases)
        return self.addresses

    def moved_to(self, locale: str, name: str) -> str:
        """The address of a localized page whose front matter gives it another one; empty where it does not."""
        own = self.config.settings(locale)
        if not own.links.pages or not (own.site.slugs or {"url", "permalink", "slug"} & {*own.front_matter.set}):
            return ""
        item = self.items.get((locale, name))
        known = self.known.published(locale, name) if self.known and item is None else None
        if known is not None:
            return known[1]
        if item is None:
            data = files.read(self.config.target_path(locale, name))
            return conventions.address(self.config, name, document.fields(data), locale) if data is not None else ""
        said = front_matter(self.config, item.source, locale, item.merged, self.texts(item))
        stated = {key: value for key, value in said.items() if isinstance(value, str)}
        fields = {**document.fields(item.source.document.source), **stated}
        return conventions.address(self.config, name, fields, locale)

    def gets_page(self, locale: str, name: str) -> bool:
        """Whether a document has a localized page, or will have one at the end of the run."""
        key = locale, name
        if key not in self.has_page:
            publish = self.config.settings(locale).publish
            item = self.items.get(key)
            known = self.known.published(locale, name) if self.known and item is None else None
            if known is not None:
                self.has_page[key] = known[0]
                return known[0]
            if item is not None:
                texts = self.texts(item)
            else:  # outside of the selection: as its catalog is
                found = _readable(self.config.catalog_path(locale, name))
                entries = found.live().values() if found else ()
                texts = [catalog.publishable(entry, drafts=publish.drafts) for entry in entries]
            empty = item is not None and not item.source.document.units
            enough = all if publish.incomplete == "skip" else any
            written = empty or (bool(texts) and enough(map(bool, texts)))
            self.has_page[key] = written or files.is_file(self.config.target_path(locale, name))
        return self.has_page[key]

    def published(self, locale: str, name: str) -> tuple[bool, str]:
        """What links to a document depend on: whether it has a localized page, and the address that it moved to."""
        return self.gets_page(locale, name), self.linker(locale).links.moved_to(name)

    def unlinked_page(self, locale: str, name: str) -> Page | None:
        """The localized page of a document with the links of its source: outside of the selection, as it is on disk."""
        item = self.items.get((locale, name)) or self.opened(locale, name)
        if item is not None:
            result, _ = self.assembled(item)
            return _unlinked(item, result) if result is not None else None
        source = files.read(self.config.root / self.config.content.source / name)
        page = files.read(self.config.target_path(locale, name))
        if source is None or page is None:
            return None
        dialect = document.recognise(name, self.config.settings(locale).content.dialect)
        return Page(source, Rules(dialect=dialect), page)

    def broken(self, item: Item, page: bytes) -> tuple[Broken, ...]:
        """The links of a localized page that lead nowhere."""
        name = item.source.name
        return tuple(self.linker(item.locale).broken(name, page)) if self.links(item) else ()


def _unlinked(item: Item, result: bytes) -> Page:
    """A page with the links of its source."""
    return Page(item.source.document.source, item.source.document.rules, result)


def _readable(path: Path) -> Catalog | None:
    """A catalog that is nobody's; None where it cannot be read, which is nobody's trouble."""
    try:
        return catalog.load(path)
    except Prl10nError:
        return None
