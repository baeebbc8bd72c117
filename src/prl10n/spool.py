"""Pages that wait until all others are known: as long as they are few in memory, the rest in a file without a name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from prl10n.assembly import Page

IN_MEMORY = 4_000_000  # bytes of pages; what is known of their links takes several times as much


class Spool:
    """Pages by locale and document."""

    def __init__(self) -> None:
        self.size = 0
        self.pages: dict[tuple[str, str], Page] = {}
        self.places: dict[tuple[str, str], int] = {}
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

        self.places[locale, name] = self.file.seek(0, 2)
        pickle.dump(page, self.file, pickle.HIGHEST_PROTOCOL)

    def get(self, locale: str, name: str) -> Page | None:
        key = locale, name
        if key not in self.places or self.file is None:
            return self.pages.get(key)
        import pickle

        self.file.seek(self.places[key])
        page: Page = pickle.load(self.file)  # our own, from a file that has no name
        return page

    def all(self) -> Iterator[tuple[tuple[str, str], Page]]:
        """The pages with their keys, in the order in which they came."""
        yield from self.pages.items()
        for locale, name in self.places:
            page = self.get(locale, name)
            if page is not None:
                yield (locale, name), page

    def close(self) -> None:
        self.pages.clear()
        self.places.clear()
        if self.file is not None:
            self.file.close()
