"""Terms from TBX, the exchange format of term bases (ISO 30042), as lines of a glossary.

Both editions are read, with data categories as attributes (DCA) or as elements (DCT):

    edition 2 (martif)   termEntry     langSet   tig, ntig   term
    edition 3            conceptEntry  langSec   termSec     term

A file comes from anywhere (law 7): entities are refused, nothing is fetched, and lxml's own limits hold.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from prl10n import files
from prl10n.errors import ConfigError
from prl10n.glossary import Line

MOST_BYTES = 256 * 1024 * 1024
LONGEST_NOTE = 300  # characters

_ENTRIES = ("{*}termEntry", "{*}conceptEntry")
_LANGUAGES = ("langSet", "langSec")
_TERMS = ("tig", "ntig", "termSec")
_STATUSES = ("administrativestatus", "normativeauthorization")
_EXPLANATIONS = ("definition", "note", "context")  # what becomes of the note, the best first
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# How a status begins → how good the term is; 1 where none is given. All others are left out: deprecated, superseded…
_RANKS = (("preferred", 0), ("standardized", 0), ("admitted", 2), ("regulated", 2))


@dataclass(frozen=True, slots=True)
class _Term:
    text: str
    rank: int
    note: str


@dataclass(frozen=True, slots=True)
class _Concept:
    """One meaning: its terms in each language, by lower-case tag, the best first, and what explains it."""

    languages: dict[str, tuple[_Term, ...]]
    notes: dict[str, str]
    note: str


def load(path: Path, source: str, locales: Iterable[str]) -> tuple[Line, ...]:
    """The lines of a glossary that a TBX file gives. ConfigError names the line of what cannot be read."""
    if path.is_file() and path.stat().st_size > MOST_BYTES:
        raise ConfigError(
            f"more than {MOST_BYTES // 1024 // 1024} MB",
            where=str(path),
            remedy="Export the languages and subjects that you need.",
        )
    data = files.read(path)
    if data is None:
        raise ConfigError("there is no such file", where=str(path), remedy="Check the path.")
    return parse(data, source, locales, str(path))


def parse(data: bytes, source: str, locales: Iterable[str], where: str = "") -> tuple[Line, ...]:
    """The terms of a TBX file from the language `source` to each of the locales, in the order of the file.

    Every source term that is not deprecated gets the best target of its concept: preferred before unmarked before
    admitted. A language serves a locale that it is a part of, or that is a part of it: `fr` serves `fr-CA`, and
    `en-US` serves `en`, but `fr-FR` does not serve `fr-CA`. Where `fr` is one of the locales, its line is enough for
    `fr-CA`. A target that is the source stays as it is.
    """
    wanted = tuple(locales)
    lines: dict[Line, None] = {}
    for concept in _concepts(data, where):
        sources = _serving(concept.languages, source)
        for locale in wanted:
            targets = _serving(concept.languages, locale)
            if not concept.languages.get(targets) or _is_served(locale, targets, wanted):
                continue
            best = concept.languages[targets][0]
            for term in concept.languages.get(sources, ()):
                note = term.note or concept.notes.get(sources, "") or concept.note or best.note
                target = "" if best.text == term.text else best.text
                lines.setdefault(Line(term.text, locale, target, note))
    return tuple(lines)


def _serving(languages: Iterable[str], locale: str) -> str:
    """The language of a concept that serves a locale, or nothing."""
    known = tuple(languages)
    subtags = locale.lower().split("-")
    for count in range(len(subtags), 0, -1):
        tag = "-".join(subtags[:count])
        if tag in known:
            return tag
    return next((tag for tag in known if tag.startswith(f"{locale.lower()}-")), "")


def _is_served(locale: str, language: str, locales: Iterable[str]) -> bool:
    """Whether another locale, that this one is a part of, has the same terms."""
    others = (other.lower() for other in locales if other != locale)
    return any(
        f"{language}-".startswith(f"{other}-") and f"{locale.lower()}-".startswith(f"{other}-") for other in others
    )


def _concepts(data: bytes, where: str) -> Iterator[_Concept]:
    if b"<!ENTITY" in data:
        raise _entities(where, data.count(b"\n", 0, data.index(b"<!ENTITY")) + 1)
    reader = etree.iterparse(
        io.BytesIO(data),
        events=("end",),
        tag=_ENTRIES,
        load_dtd=False,
        no_network=True,
        resolve_entities=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    count = 0
    try:
        for _, entry in reader:
            count += 1
            _refuse_entities(entry, where)
            yield _concept(entry)
            entry.clear()
            while entry.getprevious() is not None:
                del entry.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise ConfigError(
            f"not well-formed XML: {error.msg}", where=f"{where}:{error.lineno or 1}", remedy="Export the terms again."
        ) from None
    if not count:
        raise ConfigError(
            "there is no term in it",
            where=where,
            remedy="TBX has its terms in <termEntry> or <conceptEntry>; export the term base as TBX.",
        )


def _refuse_entities(entry: etree._Element, where: str) -> None:
    """What a DOCTYPE names is never fetched, and so does no harm; entities that it defines itself could."""
    declared = entry.getroottree().docinfo.internalDTD
    if declared is not None and declared.entities():  # type: ignore[attr-defined]  # lxml-stubs does not know it
        raise _entities(where, 1)


def _entities(where: str, line: int) -> ConfigError:
    return ConfigError(
        "it defines XML entities", where=f"{where}:{line}", remedy="Remove the <!ENTITY> lines: terms need none."
    )


def _concept(entry: etree._Element) -> _Concept:
    languages: dict[str, tuple[_Term, ...]] = {}
    notes: dict[str, str] = {}
    for section in _children(entry, _LANGUAGES):
        tag = (section.get(_LANGUAGE) or section.get("lang") or "").replace("_", "-").lower()
        terms = [term for group in _children(section, _TERMS) if (term := _term(group)) is not None]
        languages[tag] = tuple(sorted((*languages.get(tag, ()), *terms), key=lambda term: term.rank))
        notes[tag] = notes.get(tag) or _note(section, _TERMS)
    return _Concept(languages, notes, _note(entry, _LANGUAGES))


def _term(group: etree._Element) -> _Term | None:
    """One term of a language; None for one that must not be used, or that is empty."""
    said = next((element for element in group.iter() if _name(element) == "term"), None)
    text = "" if said is None else _text(said)
    statuses = [_text(element).lower() for element in group.iter() if _category(element) in _STATUSES]
    ranks = [next((rank for begin, rank in _RANKS if status.startswith(begin)), None) for status in statuses]
    if not text or None in ranks:
        return None
    return _Term(text, max((rank for rank in ranks if rank is not None), default=1), _note(group, ()))


def _note(element: etree._Element, apart: Sequence[str]) -> str:
    """What explains an element, outside of the elements called `apart`."""
    found: dict[str, str] = {}
    for child in element:
        if _name(child) not in apart:
            for part in child.iter():
                found.setdefault(_category(part), _text(part))
    text = next((found[name] for name in _EXPLANATIONS if found.get(name)), "")
    return text if len(text) <= LONGEST_NOTE else f"{text[: LONGEST_NOTE - 1].rstrip()}…"


def _children(element: etree._Element, names: Sequence[str]) -> Iterator[etree._Element]:
    return (child for child in element if _name(child) in names)


def _name(element: etree._Element) -> str:
    """The name without its namespace; empty for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _category(element: etree._Element) -> str:
    """What an element says: its type in the one style, its name in the other."""
    return (element.get("type") or _name(element)).lower()


def _text(element: etree._Element) -> str:
    return re.sub(r"\s+", " ", "".join(map(str, element.itertext()))).strip()
