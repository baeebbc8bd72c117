"""The URLs of all documents' pages, and which document a path leads to.

A site may have a hundred thousand documents, and a run that does one of them looks up a few links: addresses are kept
in lists by the number of the document, few paths are looked for in the text of all URLs, and many in an index.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple
from urllib.parse import unquote

from prl10n.columns import number_of

FEW = 16  # paths that are looked up before an index is worth its making


class Address(NamedTuple):
    """The path of the URL of a source's page, and those that it had before."""

    url: str
    aliases: tuple[str, ...] = ()


class Addresses(Mapping[str, Address]):
    """The addresses of the pages of all documents, which are sorted.

    `find` finds one that is not known yet; `known` gives (number, address) of those that need not be found, and is
    asked once, by who wants all.
    """

    def __init__(
        self,
        documents: Sequence[str],
        find: Callable[[str], Address],
        known: Callable[[], Iterable[tuple[int, Address]]] = lambda: (),
    ) -> None:
        self.documents = documents
        self._find = find
        self._known = known
        self._urls: list[str | None] = [None] * len(documents)
        self._aliases: dict[int, tuple[str, ...]] = {}

    def put(self, name: str, found: Address) -> None:
        self._put(self._number(name), found)

    def _put(self, number: int, found: Address) -> None:
        self._urls[number] = found.url
        if found.aliases:
            self._aliases[number] = found.aliases
        else:
            self._aliases.pop(number, None)

    def known(self, name: str) -> Address | None:
        """The address of a document; None where it is not known yet."""
        number = self._number(name)
        url = self._urls[number]
        return Address(url, self._aliases.get(number, ())) if url is not None else None

    def _number(self, name: str) -> int:
        number = number_of(self.documents, name)
        if number is None:
            raise KeyError(name)
        return number

    def __getitem__(self, name: str) -> Address:
        number = self._number(name)
        if self._urls[number] is None:
            self._put(number, self._find(name))
        return Address(self._urls[number] or "", self._aliases.get(number, ()))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and number_of(self.documents, name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.documents)

    def __len__(self) -> int:
        return len(self.documents)

    def urls(self) -> list[str]:
        """The URLs of all, by number."""
        if None in self._urls:
            for number, found in self._known():
                if self._urls[number] is None:
                    self._put(number, found)
            for number, url in enumerate(self._urls):
                if url is None:
                    self._put(number, self._find(self.documents[number]))
        return [url or "" for url in self._urls]

    def aliases(self) -> Mapping[int, tuple[str, ...]]:
        """The former URLs of those that have any, by number."""
        self.urls()
        return self._aliases


class Index:
    """The documents that each key leads to, in some eight bytes for each key: a part of its hash, and the number of the
    document, in one. Whether a key is one of a document's, and not another with the same hash, the document says.
    """

    _NUMBERS = 24  # bits: of 16 million documents

    def __init__(self, names: Sequence[str], keys: Callable[[str], Iterable[str]]) -> None:
        self._names = names
        self._keys = keys
        marks = (self._mark(key) | number for number, name in enumerate(names) for key in keys(name))
        self._sorted = array("Q", sorted(marks))

    def _mark(self, key: str) -> int:
        return (hash(key) << self._NUMBERS) & 0xFFFF_FFFF_FFFF_FFFF

    def all(self, key: str) -> Iterator[str]:
        """In the order of documents."""
        mark, last = self._mark(key), -1
        for index in range(bisect_left(self._sorted, mark), len(self._sorted)):
            number = self._sorted[index] ^ mark
            if number >> self._NUMBERS:
                return
            if number != last and key in self._keys(self._names[number]):
                last = number
                yield self._names[number]

    def get(self, key: str) -> str | None:
        """The first of them."""
        return next(self.all(key), None)


# --- paths ------------------------------------------------------------------------------------------------------------

PAGE = re.compile(r"(?:\.(?:html?|md|markdown|mdx))$")
_INDEX = re.compile(r"(?:^|(?<=/))index$")
_PLAIN = re.compile(r"[\w-]+")


def key_of(path: str) -> str:
    """What the spellings of one page's path have in common: `/a/`, `a.html`, `a/index.md`."""
    bare = PAGE.sub("", unquote(path).strip("/"))
    return _INDEX.sub("", bare).strip("/") if bare.endswith("index") else bare


class Urls:
    """Which document the path of a URL leads to: that of its page, else of one that had it before.

    `prefixes` are how the URLs of sources may begin before the part that their translations share with them: a path may
    begin with any of them.
    """

    def __init__(self, addresses: Addresses, prefixes: Sequence[str]) -> None:
        self._addresses = addresses
        self._prefixes = prefixes
        self._found: dict[str, str | None] = {}  # of the first few keys

    def document(self, path: str) -> str | None:
        key = key_of(path)
        if key in self._found:
            return self._found[key]
        last = key.rpartition("/")[2]
        if len(self._found) < FEW and _PLAIN.fullmatch(last) and key not in self._starts:
            found = self._found[key] = self._looked_for(last, key) or self._former.get(key)
            return found
        return self._index.get(key) or self._former.get(key)

    @cached_property
    def _starts(self) -> frozenset[str]:
        """Keys of which nothing need stand in the URL of the document."""
        return frozenset(map(key_of, self._prefixes))

    def _looked_for(self, part: str, key: str) -> str | None:
        """The first document with a key, in whose URL there is this part of it, or an escape that may stand for it."""
        numbers = sorted({*self._holding(part), *self._holding("%")})
        names = map(self._addresses.documents.__getitem__, numbers)
        return next((name for name in names if key in self._keys(name)), None)

    def _holding(self, part: str) -> Iterator[int]:
        """The numbers of the documents with a part in their URLs."""
        text, starts = self._text
        place = text.find(part)
        while place >= 0:
            number = bisect_right(starts, place) - 1
            yield number
            place = text.find(part, starts[number + 1])

    @cached_property
    def _text(self) -> tuple[str, Sequence[int]]:
        """The URLs of all, a line each, and where each begins."""
        urls = self._addresses.urls()
        return "\n".join(urls), array("Q", accumulate((len(url) + 1 for url in urls), initial=0))

    @cached_property
    def _index(self) -> Index:
        self._addresses.urls()
        return Index(self._addresses.documents, self._keys)

    def _keys(self, name: str) -> tuple[str, ...]:
        url = self._addresses[name].url
        for prefix in self._prefixes:
            if url.startswith(prefix):
                shared = url.removeprefix(prefix)
                return (key_of(url), *(key_of(f"{each}{shared}") for each in self._prefixes if each != prefix))
        return (key_of(url),)

    @cached_property
    def _former(self) -> Mapping[str, str]:
        """The key of the path of a URL that a document's page had before → the document."""
        found: dict[str, str] = {}
        for number, paths in sorted(self._addresses.aliases().items()):
            for path in paths:
                found.setdefault(key_of(path), self._addresses.documents[number])
        return found
