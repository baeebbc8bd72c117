"""Pages that wait until all others are known: as long as they are few in memory, the rest in a file without a name."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import IO

from prl10n.assembly import Page
from prl10n.columns import number_of

IN_MEMORY = 4_000_000  # bytes of pages; what is known of their links takes several times as much


class Spool:
    """Pages by locale and document. `documents` are all of the project, sorted."""

    def __init__(self, documents: Sequence[str]) -> None:
        self.documents = documents
        self.size = 0
        self.pages: dict[tuple[str, str], Page] = {}
        self.places: dict[str, array[int]] = {}  # by locale, where in the file the page of each document is
        self.file: IO[bytes] | None = None

    def put(self, locale: str, name: str, page: Page) -> None:
        self.size += len(page.data)
        if self.size <= IN_MEMORY:
            self.pages[locale, name] = page
            return
        if self.file is None:
            from tempfile import TemporaryFile

            self.file = TemporaryFile()  # noqa: SIM115 (it lives as long as the run: `close` ends it)
        import pickle  # late, as files: few sites are as large

        number = number_of(self.documents, name)
        assert number is not None, "a document of the project"
        if locale not in self.places:
            self.places[locale] = array("Q", bytes(8 * len(self.documents)))
        self.places[locale][number] = self.file.seek(0, 2) + 1  # 0: there is none
        pickle.dump(page, self.file, pickle.HIGHEST_PROTOCOL)

    def get(self, locale: str, name: str) -> Page | None:
        number = number_of(self.documents, name) if locale in self.places else None
        place = self.places[locale][number] if number is not None else 0
        return self._read(place) if place else self.pages.get((locale, name))

    def drop(self, locale: str, name: str) -> None:
        """There shall be no such page."""
        self.pages.pop((locale, name), None)
        number = number_of(self.documents, name) if locale in self.places else None
        if number is not None:
            self.places[locale][number] = 0

    def _read(self, place: int) -> Page:
        import pickle

        assert self.file is not None, "who has a place wrote"
        self.file.seek(place - 1)
        page: Page = pickle.load(self.file)  # our own, from a file that has no name
        return page

    def all(self) -> Iterator[tuple[str, str, Page]]:
        """(locale, document, page) of all."""
        for (locale, name), page in self.pages.items():
            yield locale, name, page
        for locale, places in self.places.items():
            for name, place in zip(self.documents, places, strict=True):
                if place:
                    yield locale, name, self._read(place)

    def close(self) -> None:
        self.pages.clear()
        self.places.clear()
        if self.file is not None:
            self.file.close()
