"""What is done with one document, from its bytes to its page: functions of bytes and values, which any process may do.

    begin(setup, job)         → what its catalogs lack, or what is made of it where they lack nothing
    make(setup, job, answers) → its catalogs and pages

Both do the same reading. A process keeps what it has read until it makes something of it, so that who gets a document
twice reads it once; another process reads it again, and makes the same.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from prl10n import catalog, document, markup, publishing, sentences
from prl10n.assembly import Page
from prl10n.catalog import Catalog, Draft
from prl10n.changes import Changes
from prl10n.config import Config
from prl10n.document import Rules
from prl10n.errors import LIBRARY_FAILURES, DocumentError, MarkupError, Prl10nError
from prl10n.locales import gettext_locale, plural_forms
from prl10n.localize.drafts import Localized, Style, ended, localized
from prl10n.localize.urls import Address
from prl10n.model import State, Unit
from prl10n.pairs import neighbours, pairs
from prl10n.publishing import Source
from prl10n.translation import CONTEXT, EXAMPLES, Asked, Known, Lack, plain, words

if TYPE_CHECKING:
    from prl10n.document import Document

KEPT = 600  # documents that a process has read and made nothing of yet: those of two windows at most


class Setup(NamedTuple):
    """What is the same for all documents of a run: the configuration, the moment, and what is to be done."""

    config: Config
    now: datetime
    extracts: bool
    translates: bool
    builds: bool


class Place(NamedTuple):
    """A document in a locale, as it is on disk: its catalog (None: there is none) and where that is; the catalog that
    it had under another name, which it takes over; the page, where its front matter decides about the new one.
    """

    locale: str
    path: str
    catalog: bytes | None
    former: bytes | None = None
    page: bytes | None = None


class Job(NamedTuple):
    """A document in the locales that are to be made. `name` is its path in the source folder, `file` in the project."""

    name: str
    file: str
    source: bytes
    rules: Rules
    places: tuple[Place, ...]


class Fault(NamedTuple):
    """Why nothing is made: what is wrong, and where (a path and perhaps a line; empty: the document)."""

    what: str
    where: str = ""


def fault_of(error: Prl10nError) -> Fault:
    """What an error says, as a worker says it."""
    return Fault(f"{error.what}. {error.remedy}".strip(), error.where)


class Made(NamedTuple):
    """What comes of a document in a locale.

    `catalog` are the bytes to be written, None where there is nothing to write; `differs`: whether they say anything
    new. `states` and `words` are counted in the order of `State`; `lacks` counts the units that wait for a text.
    `errors` says, by the text of a unit, why its answers cannot be used. `page` has the links of its source yet, None
    where there is none; `rejected` are (text, reason) of translations that it is built without. `has_page` and `moved`
    are what `publishing` says; `links`: whether the document may have any. `late`: the page can be made only by who
    knows all documents. `fresh`: the catalog that was there had no text yet, so that no page was made from it.
    `fault`: why it cannot be made.
    """

    catalog: bytes | None
    differs: bool
    states: tuple[int, ...]
    words: tuple[int, ...]
    lacks: int
    errors: Mapping[str, str]
    page: Page | None = None
    rejected: tuple[tuple[str, str], ...] = ()
    has_page: bool = False
    moved: str = ""
    links: bool = False
    late: bool = False
    fresh: bool = False
    fault: Fault | None = None


class Begun(NamedTuple):
    """What was seen in a document: its problems (line, message), the address of its page (None: nobody asked), and for
    each place what it lacks, or what was made of it at once.
    """

    problems: tuple[tuple[int, str], ...]
    address: Address | None
    places: tuple[Asked | Made | Fault, ...]


class Answers(NamedTuple):
    """What is known of the texts that a document lacks in a locale, and how drafts are made of it: their style (None:
    as they are), the trust of `[memory]`, and the name of the backend.
    """

    known: Mapping[str, Known]
    style: Style | None
    trust: str
    backend: str


# --- reading ----------------------------------------------------------------------------------------------------------


class Opened(msgspec.Struct):
    """A catalog as it was (`seen`) and as the source has it now, and the units that lack a text."""

    seen: Catalog
    merged: Catalog
    lacking: tuple[Unit, ...] = ()
    asked: Asked = msgspec.field(default_factory=Asked)


class _Read(msgspec.Struct):
    """A document that was read, and its catalogs by place."""

    job: Job
    source: Source
    opened: dict[Place, Opened] = {}


_shelf: OrderedDict[tuple[str, Rules], _Read] = OrderedDict()


def _read(job: Job) -> _Read:
    """The document of a job, read once. DocumentError, and what the parser raises."""
    key = job.file, job.rules
    found = _shelf.get(key)
    if found is None or found.job.source != job.source:
        found = _Read(job, Source(job.name, job.file, document.split(job.source, job.rules)))
        _shelf[key] = found
        if len(_shelf) > KEPT:
            _shelf.popitem(last=False)
    return found


def read(job: Job) -> Source | Fault:
    """The document of a job; the fault says why it cannot be read."""
    try:
        return _read(job).source
    except DocumentError as error:
        line = int(error.where.rpartition(":")[2] or 0)
        return fault_of(error)._replace(where=f":{line}")
    except Prl10nError as error:
        return fault_of(error)._replace(where="")
    except LIBRARY_FAILURES as error:
        return Fault(f"the markdown parser failed: {type(error).__name__}: {error}")


def has_own_words(job: Job, page: bytes) -> bool:
    """Whether a page has texts that are not those of the document, or cannot be read."""
    source = read(job)
    try:
        own = {unit.text for unit in document.split(page, job.rules).units}
    except (DocumentError, *LIBRARY_FAILURES):
        return True
    return isinstance(source, Fault) or not own <= {unit.text for unit in source.document.units}


def opened(setup: Setup, source: Source, place: Place) -> Opened | Fault:
    """The catalog of a document in a locale, merged."""
    try:
        base = place.catalog if place.catalog is not None else place.former
        seen = Catalog((), "") if base is None else catalog.parse(base, place.path)
        if place.catalog is None:
            seen = replace(seen, data=None)
        if not seen.header:
            seen = replace(seen, header=_header(setup, source.name, place.locale))
        return Opened(seen, merged(setup, seen, source, place.locale))
    except Prl10nError as error:
        return fault_of(error)


def merged(setup: Setup, current: Catalog, source: Source, locale: str) -> Catalog:
    changes = Changes(source.document.references, (setup.config.source, locale))
    return catalog.merge(current, source.document.units, source.file, changes)


def _header(setup: Setup, name: str, locale: str) -> str:
    return catalog.header(gettext_locale(locale), name, plural_forms(locale), setup.now)


# --- what is lacking --------------------------------------------------------------------------------------------------


def begin(setup: Setup, job: Job) -> Begun | Fault:
    """Read a document and its catalogs; make at once what lacks no text, or will get none in this run."""
    source = read(job)
    if isinstance(source, Fault):
        return source
    links = setup.builds and any(setup.config.settings(place.locale).localize.links for place in job.places)
    where = publishing.address(setup.config, job.name, job.source) if links else None
    places = tuple(_begun(setup, job, source, place) for place in job.places)
    if not any(isinstance(each, Asked) for each in places):
        _shelf.pop((job.file, job.rules), None)
    return Begun(source.document.problems, where, places)


def _begun(setup: Setup, job: Job, source: Source, place: Place) -> Asked | Made | Fault:
    found = _opened(setup, job, source, place)
    if isinstance(found, Fault):
        return found
    return found.asked if found.lacking else _made(setup, source, place, found, None)


def _opened(setup: Setup, job: Job, source: Source, place: Place) -> Opened | Fault:
    """A catalog, read once, with what it lacks where that is to be translated."""
    kept = _shelf[job.file, job.rules].opened if (job.file, job.rules) in _shelf else {}
    if place in kept:
        return kept[place]
    found = opened(setup, source, place)
    if isinstance(found, Opened):
        if setup.translates:
            found.lacking = _lacking(source, found.merged)
            if found.lacking:
                found.asked = _asked(setup, source, found, place.locale)
        kept[place] = found
    return found


def _lacking(source: Source, merged: Catalog) -> tuple[Unit, ...]:
    """The units without a text, each text once."""
    live = merged.live()
    found: dict[str, Unit] = {}
    for unit in source.document.units:
        if unit.text not in found and catalog.needs_text(live[unit.context, unit.text], merged):
            found[unit.text] = unit
    return tuple(found.values())


def _asked(setup: Setup, source: Source, found: Opened, locale: str) -> Asked:
    references = source.document.references
    lacks = tuple(Lack(unit.text, unit.kind, unit.line, markup.neutral(unit, references)) for unit in found.lacking)
    approved = any(entry.state is State.APPROVED for entry in found.merged.entries)
    return Asked(
        lacks,
        _context(source.document.units, {lack.text for lack in lacks}),
        _examples(source.document, found.merged, lacks[0].text) if approved else (),
        _sentences(found.merged, (setup.config.source, locale)) if approved else {},
    )


def _context(units: Sequence[Unit], lacking: set[str]) -> str:
    """The document's title and the prose beside what is sent, as plain text."""
    titles = (unit for unit in units if unit.kind == "front matter: title" or unit.kind.startswith("heading"))
    title = next(titles, None)
    waiting = [unit.text in lacking for unit in units]
    near = [
        unit for index, unit in enumerate(units) if not waiting[index] and any(waiting[max(0, index - 1) : index + 2])
    ]
    chosen = dict.fromkeys(plain(unit.pieces) for unit in ([title] if title else []) + near)
    return "\n".join(chosen)[:CONTEXT]


def _examples(source: Document, merged: Catalog, first: str) -> tuple[tuple[str, str], ...]:
    """The approved pairs nearest to the first unit that waits, as plain words."""
    live, units = merged.live(), source.units
    at = next(index for index, unit in enumerate(units) if unit.text == first)
    found: dict[str, str] = {}
    for index in sorted(range(len(units)), key=lambda index: (abs(index - at), index)):
        unit = units[index]
        entry = live[unit.context, unit.text]
        if entry.state is State.APPROVED:
            try:
                pieces = document.read(entry.msgstr, unit.syntax, source.references)
            except LIBRARY_FAILURES:  # the page will say so
                continue
            found[plain(unit.pieces)] = plain(pieces)
        if len(found) == EXAMPLES:
            break
    return tuple(found.items())


def _sentences(merged: Catalog, languages: tuple[str, str]) -> dict[str, str]:
    """The approved translation of each sentence, where paragraphs and their translations align one to one."""
    approved = [(pair.source, pair.target) for pair in pairs(merged.entries) if pair.approved]
    return {
        sentence.key: answer
        for source, target in reversed(approved)
        for sentence, answer in sentences.pairs(source, target, languages)
    }


# --- making -----------------------------------------------------------------------------------------------------------


def make(setup: Setup, job: Job, answers: Sequence[Answers | None]) -> tuple[Made | Fault, ...]:
    """Catalogs and pages of a document with what is known of each place's texts (None: nothing is asked)."""
    source = read(job)
    if isinstance(source, Fault):
        return (source,) * len(job.places)
    made: list[Made | Fault] = []
    for place, answered in zip(job.places, answers, strict=True):
        found = _opened(setup, job, source, place)
        made.append(found if isinstance(found, Fault) else _made(setup, source, place, found, answered))
    if not any(isinstance(each, Made) and each.errors for each in made):
        _shelf.pop((job.file, job.rules), None)
    return tuple(made)


def _made(setup: Setup, source: Source, place: Place, found: Opened, answered: Answers | None) -> Made:
    drafts, errors = _drafts(setup, source.document, found, answered) if answered else ({}, {})
    result = catalog.fill(found.merged, drafts) if drafts else found.merged
    if not (setup.extracts or setup.translates):
        rendered, differs = None, False
    else:
        differs = result != found.seen
        new = found.seen.data is None
        rendered = catalog.render(result) if (bool(source.document.units) if new else differs) else None
    live = result.live()
    states, counts, lacks = dict.fromkeys(State, 0), dict.fromkeys(State, 0), 0
    for unit in source.document.units:
        entry = live[unit.context, unit.text]
        state = entry.state
        states[state] += 1
        counts[state] += words(unit)
        lacks += catalog.needs_text(entry, result)
    fresh = bool(source.document.units) and not any(entry.msgstr for entry in found.seen.entries)
    made = Made(rendered, differs, tuple(states.values()), tuple(counts.values()), lacks, errors, fresh=fresh)
    return _with_page(setup, source, place, result, made) if setup.builds else made


def _drafts(setup: Setup, source: Document, found: Opened, answers: Answers) -> tuple[dict[str, Draft], dict[str, str]]:
    """The draft of each unit whose texts are all known, by its text; and why the answers of others cannot be used."""
    live = found.merged.live()
    drafts: dict[str, Draft] = {}
    errors: dict[str, str] = {}
    around = _around(source) if any(known.places for known in answers.known.values()) else {}
    for unit, lack in zip(found.lacking, found.asked.units, strict=True):
        known = [_here(text, answers, around) for text in lack.texts if text in answers.known]
        if len(known) != len(lack.texts):
            continue
        made = [_localized(text, each, answers.style) for text, each in zip(lack.texts, known, strict=True)]
        if not all(each.text for each in made):
            errors[unit.text] = "the translation is empty"
            continue
        try:
            text = markup.render(unit, [each.text for each in made], source.references)
        except MarkupError as error:
            errors[unit.text] = error.what
            continue
        styled = answers.style is not None and answers.style.typography and not any(each.reviewed for each in known)
        if styled and any(piece.value.startswith("bare ") for piece in unit.pieces):
            text = ended(text, document.read(text, unit.syntax, source.references))
        provenance = known[0].provenance
        stale = live[unit.context, unit.text].state is State.STALE
        if stale and _whole(lack.texts[0], answers, setup.config.source):
            provenance += ", whole paragraph"  # none of its sentences could be kept
        provenance = "; ".join((provenance, *(repair for each in made for repair in each.repairs)))
        drafts[unit.text] = Draft(text, provenance, all(each.approved for each in known) and not unit.context)
    return drafts, errors


def _localized(text: str, known: Known, style: Style | None) -> Localized:
    """An answer with what its locale asks for; what a person approved stays as it is."""
    return Localized(known.answer) if style is None or known.reviewed else localized(text, known.answer, style)


def _around(source: Document) -> dict[str, tuple[str, str]]:
    """The texts before and behind each text of the document."""
    units = list({(unit.context, unit.text): unit for unit in source.units}.values())
    texts = [markup.neutral(unit, source.references) for unit in units]
    places = zip(texts, neighbours(texts), strict=True)
    return {text: place for each, place in reversed(list(places)) for text in each}


def _here(text: str, answers: Answers, around: Mapping[str, tuple[str, str]]) -> Known:
    """What is known of a text; where the memory has it between the same texts, what was approved there."""
    known = answers.known[text]
    found = known.places.get(around[text]) if known.places and text in around else None
    if found is None:
        return known
    trusted = answers.trust in ("context", "exact")
    return Known(found[0], f"memory {found[1]} 100%, in context", trusted, reviewed=True)


def _whole(text: str, answers: Answers, language: str) -> bool:
    """Whether a paragraph of several sentences was sent as one text."""
    sent = answers.known[text].provenance.startswith(f"{answers.backend} ")
    return sent and len(sentences.split(text, language)) > 1


def _with_page(setup: Setup, source: Source, place: Place, result: Catalog, made: Made) -> Made:
    """The page with the links of its source, and what other pages ask about it."""
    config, locale = setup.config, place.locale
    said = publishing.published(config, source, locale, result, place.page)
    made = made._replace(has_page=publishing.is_written(config, said), moved=publishing.moved(config, said))
    links = config.settings(locale).localize.links
    made = made._replace(links=links and document.candidates(source.document.source) != [])
    if links and publishing.has_own_links(source.document.units, said.texts):
        return made._replace(late=True)
    try:
        page, rejected = publishing.assembled(config, said)
    except DocumentError as error:
        return made._replace(fault=fault_of(error))
    units = source.document.units
    return made._replace(
        page=page and page._replace(source=b""),  # whose links are known has no need of it
        rejected=tuple((units[index].text, reason) for index, reason in rejected.items()),
    )


def lost(job: Job) -> Fault:
    """What becomes of a document on which a worker died, each time that one tried."""
    del job
    what = "a worker died on it, again and again: this page needs more memory than there is, or breaks the parser"
    return Fault(what)
