"""Catalogs → the pairs that the memory keeps: each translation with the text that it is of, as neutral forms.

A site may have thousands of catalogs that the memory has not seen, after a fresh clone say: each is read by whichever
process has time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple, Protocol

from prl10n import catalog, changes, document, markup
from prl10n.catalog import Entry
from prl10n.errors import LIBRARY_FAILURES, Prl10nError
from prl10n.model import Span, State, Unit

_MANY_BRACKETS = 1_000  # in a text; it is parsed once more then


class Pair(NamedTuple):
    """A text and its translation, with the texts before and behind it in its catalog (empty: none, or not known).
    `masked` is what the memory finds an approved one by where only figures differ.
    """

    source: str
    target: str
    approved: bool
    before: str = ""
    behind: str = ""
    masked: str = ""


class Job(NamedTuple):
    """A catalog that is to be read: its path, the document that it is of, its bytes (None: it has gone) or why they
    cannot be read, and the locale of the sources.
    """

    path: str
    name: str
    data: bytes | Prl10nError | None
    language: str


class Read(NamedTuple):
    """What the memory keeps of a catalog: the document that it is of, and its pairs."""

    document: str
    pairs: Sequence[Pair]


class Spread(Protocol):
    """Does the same with each of so many jobs, here or elsewhere; gives the results in the order of jobs."""

    def __call__(self, jobs: Iterable[Job], count: int) -> Iterable[Read | Prl10nError]: ...


def here(jobs: Iterable[Job], count: int) -> Iterable[Read | Prl10nError]:
    """`Spread` in this process."""
    return map(read, jobs)


def read(job: Job) -> Read | Prl10nError:
    """What the memory keeps of a catalog; the error of one that cannot be read."""
    if isinstance(job.data, Prl10nError):
        return job.data
    if job.data is None:
        return Read(job.name, ())
    try:
        entries = catalog.parse(job.data, job.path).entries
    except Prl10nError as error:
        return error
    return Read(_document(job.name, entries), marked(pairs(entries), job.language))


def lost(job: Job) -> Prl10nError:
    """The error of a catalog that each process died of that read it."""
    return Prl10nError("the process that read it died", where=job.path)


def marked(pairs: Iterable[Pair], language: str) -> list[Pair]:
    """Pairs as the memory keeps them. `language` is the locale of the sources."""
    return [pair._replace(masked=changes.masked(pair.source, language)) if pair.approved else pair for pair in pairs]


def pairs(entries: Iterable[Entry]) -> Iterator[Pair]:
    """The translations in a catalog, as neutral forms. Drafts of the pseudo backend are none, nor are texts that break
    the parser; the words of a stale entry are a draft if prl10n wrote them for the new source.
    """
    every = [entry for entry in entries if _is_readable(entry)]
    chosen = [index for index, entry in enumerate(every) if _is_kept(entry)]
    if not chosen:
        return  # as in thousands of catalogs that nobody has translated: their sources are not read
    live = [index for index, entry in enumerate(every) if not entry.obsolete]
    places = {index: place for place, index in enumerate(live)}
    units: dict[int, Unit] = {}
    sources: dict[int, tuple[str, ...]] = {}
    for index in {near for each in chosen for near in (each, *_beside(live, places.get(each)))}:
        entry = every[index]
        syntax = document.syntax_of(entry.extracted.split("\n")[0])
        units[index] = Unit(entry.msgid, "", syntax, Span(0, 0), 0, document.read(entry.msgid, syntax, {}))
        sources[index] = markup.neutral(units[index])
    around = neighbours([sources.get(index, ()) for index in live])
    for index in chosen:
        entry = every[index]
        targets = markup.aligned(units[index], entry.msgstr)
        place = around[places[index]] if index in places else ("", "")
        for source, target in zip(sources[index], targets or (), strict=False):
            yield Pair(source, target, entry.state is State.APPROVED, *place)


def _is_kept(entry: Entry) -> bool:
    """Whether the memory keeps a translation: what a person approved, and drafts of words, which the pseudo backend's
    are not.
    """
    if entry.state is State.APPROVED:
        return not entry.plural
    drafted = entry.state is State.DRAFT or (entry.state is State.STALE and entry.provenance != "")
    return drafted and not entry.plural and not entry.provenance.startswith("pseudo ")


def _beside(live: Sequence[int], place: int | None) -> Sequence[int]:
    """The live entries before and behind one, as far as there are any."""
    return () if place is None else (*live[max(place - 1, 0) : place], *live[place + 1 : place + 2])


def _document(name: str, entries: Iterable[Entry]) -> str:
    """The name of a document; of one that is gone, and known without its extension, as its entries have it."""
    for path in map(PurePosixPath, dict.fromkeys(file for entry in entries for file in entry.files)):
        if path.with_suffix("").as_posix().endswith(f"/{name}"):
            return name + path.suffix
    return name


def _is_readable(entry: Entry) -> bool:
    """Whether the parser can read both texts of an entry. It reads all but brackets within brackets without number."""
    if max(entry.msgid.count("["), entry.msgstr.count("[")) < _MANY_BRACKETS:
        return True
    syntax = document.syntax_of(entry.extracted.split("\n")[0])
    try:
        for text in (entry.msgid, entry.msgstr):
            document.read(text, syntax, {})
    except LIBRARY_FAILURES:
        return False
    return True


def neighbours(texts: Sequence[tuple[str, ...]]) -> list[tuple[str, str]]:
    """For the neutral texts of each unit, in order, the text before and the one behind; `^` and `$` at the ends."""
    first = ["^", *(each[0] if each else "" for each in texts), "$"]
    return [(first[index], first[index + 2]) for index in range(len(texts))]
