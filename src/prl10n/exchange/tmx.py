"""TMX 1.4b, the exchange format of translation memories: neutral forms as segments with codes, and back.

https://www.gala-global.org/tmx-14b; `<g1>` is `<bpt i="1" x="1">`, `</g1>` its `<ept>`, `<x2/>` is `<ph x="2">`.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

import prl10n
from prl10n import tags
from prl10n.errors import ConfigError, MarkupError
from prl10n.exchange import xml
from prl10n.exchange.languages import normal, serving
from prl10n.exchange.messages import XML_INVALID
from prl10n.tags import Item, Token

CREATOR = "prl10n"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_CHARACTER = "x-prl10n-character"  # a `<ph>` for what XML cannot hold, its code point in hexadecimal
_TAG = re.compile(r"<(/?)([gx])([1-9][0-9]*)/?>")
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_DOCTYPE = '<!DOCTYPE tmx SYSTEM "tmx14.dtd">'


@dataclass(frozen=True, slots=True)
class Pair:
    """A translation as neutral forms, and the document that it comes from."""

    locale: str
    source: str
    target: str
    document: str = ""
    approved: bool = True


@dataclass(slots=True)
class Found:
    """The pairs of a file; how many of its units are from another language, have no translation that is wanted, or
    have markup that differs, of which only the words are kept.
    """

    pairs: list[Pair] = field(default_factory=list)
    foreign: int = 0
    unwanted: int = 0
    words_only: int = 0
    damaged: str = ""  # what became of a memory that could not be read


# --- writing ----------------------------------------------------------------------------------------------------------


def write(pairs: Iterable[Pair], source: str) -> bytes:
    """Pairs as TMX, a `<tu>` each. Law: `read` gives the same pairs back, whatever their characters and tags."""
    root = etree.Element("tmx", version="1.4")
    attributes = {
        "creationtool": CREATOR,
        "creationtoolversion": prl10n.__version__,
        "segtype": "paragraph",
        "o-tmf": CREATOR,
        "adminlang": "en",
        "srclang": source,
        "datatype": "xml",
    }
    root.text = "\n"
    etree.SubElement(root, "header", attributes).tail = "\n"
    body = etree.SubElement(root, "body")
    body.text = body.tail = "\n"
    for pair in pairs:
        said = "\0".join((pair.locale, pair.source, pair.target, pair.document))
        unit = etree.SubElement(body, "tu", tuid=hashlib.sha256(said.encode()).hexdigest()[:16])
        unit.tail = "\n"
        for name, value in (("document", pair.document), ("state", "approved" if pair.approved else "draft")):
            if value:
                etree.SubElement(unit, "prop", type=f"x-{name}").text = XML_INVALID.sub("\ufffd", value)
        for language, text in ((source, pair.source), (pair.locale, pair.target)):
            variant = etree.SubElement(unit, "tuv")
            variant.set(_LANGUAGE, language)
            _segment(etree.SubElement(variant, "seg"), text)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, doctype=_DOCTYPE) + b"\n"


def _segment(segment: etree._Element, fragment: str) -> None:
    last = 0
    for tag in _TAG.finditer(fragment):
        _words(segment, fragment[last : tag.start()])
        last = tag.end()
        closing, letter, number = tag.groups()
        if letter == "x":
            code = etree.SubElement(segment, "ph", x=number)
        elif closing:
            code = etree.SubElement(segment, "ept", i=number)
        else:
            code = etree.SubElement(segment, "bpt", i=number, x=number)
        code.text = tag[0]
    _words(segment, fragment[last:])


def _words(segment: etree._Element, raw: str) -> None:
    text = html.unescape(raw)
    last = 0
    for found in XML_INVALID.finditer(text):
        _append(segment, text[last : found.start()])
        etree.SubElement(segment, "ph", type=_CHARACTER).text = f"{ord(found[0]):X}"
        last = found.end()
    _append(segment, text[last:])


def _append(segment: etree._Element, text: str) -> None:
    if len(segment):
        segment[-1].tail = (segment[-1].tail or "") + text
    else:
        segment.text = (segment.text or "") + text


# --- reading ----------------------------------------------------------------------------------------------------------


def read(data: bytes, source: str, locales: Sequence[str], where: str = "") -> Found:
    """The pairs of a TMX file from the language `source` to each of the locales, in the order of the file.

    Languages are matched by their tags (`serving`); one that is among `locales` serves no other. Codes are numbered as
    in the source; where a translation has
    others, only the words of both are kept. ConfigError for what is not TMX, and for a file whose source language is
    another.
    """
    found = Found()
    srclang, own, count = "*all*", False, 0
    for element in xml.elements(data, ("header", "tu"), where):
        if xml.name(element) == "header":
            srclang = element.get("srclang", "*all*")
            own = element.get("creationtool") == CREATOR
            continue
        count += 1
        _unit(element, element.get("srclang", srclang), source, locales, found, own=own)
    if not count:
        raise ConfigError("there is no <tu> in it", where=f"{where}:1", remedy="Export the memory as TMX 1.4.")
    if found.foreign == count:
        raise ConfigError(
            f"its source language is {srclang!r}, and the project's is {source!r}",
            where=f"{where}:1",
            remedy=f"Export the memory from {source}.",
        )
    return found


def _unit(unit: etree._Element, srclang: str, source: str, locales: Sequence[str], found: Found, *, own: bool) -> None:
    variants: dict[str, etree._Element] = {}
    for variant in xml.children(unit, "tuv"):
        segment = xml.child(variant, "seg")
        if segment is not None:
            variants.setdefault(str(variant.get(_LANGUAGE) or variant.get("lang") or ""), segment)
    every = normal(srclang) == "*all*"
    spoken = [tag for tag in variants if every or normal(tag) == normal(srclang)]
    said = serving(spoken or variants, source) if every or serving([srclang], source) else ""
    if not said:
        found.foreign += 1
        return
    others = [tag for tag in variants if tag != said]
    props = {prop.get("type", ""): prop.text or "" for prop in xml.children(unit, "prop")}
    wanted = [(locale, tag) for locale in locales if (tag := _serving(others, locale, locales))]
    found.unwanted += not wanted
    for locale, tag in wanted:
        source_text, target_text, exact = _pair(variants[said], variants[tag], own=own)
        if source_text and target_text:
            found.words_only += not exact
            approved = props.get("x-state") != "draft"
            found.pairs.append(Pair(locale, source_text, target_text, props.get("x-document", ""), approved))


def _serving(tags: Sequence[str], locale: str, locales: Sequence[str]) -> str:
    """The language that serves a locale; one that is a locale of the project serves no other."""
    taken = {normal(other) for other in locales if other != locale}
    return serving([tag for tag in tags if normal(tag) not in taken], locale)


def _pair(source: etree._Element, target: etree._Element, *, own: bool) -> tuple[str, str, bool]:
    """Both segments as neutral forms, and whether their codes are the same."""
    numbers: dict[tuple[str, str], int] | None = None if own else {}
    try:
        left = list(_tokens(source, numbers))
        right = list(_tokens(target, numbers, grows=False))
        for tokens in (left, right):
            tags.parse(tags.written(tokens))
        tags.check(left, right)
    except MarkupError:
        return _neutral(_only_words(source)), _neutral(_only_words(target)), False
    return _neutral(left), _neutral(right), True


def _neutral(tokens: Iterable[Token]) -> str:
    return _SPACES.sub(" ", tags.written(tokens)).strip(" ")


def _tokens(
    segment: etree._Element, numbers: dict[tuple[str, str], int] | None, *, grows: bool = True
) -> Iterator[Token]:
    """A segment as tokens. `numbers` are those of the codes, by kind and name, which a source gives and a translation
    takes; None: the codes say their own. MarkupError for a code without a number.
    """
    opened: dict[str, int] = {}
    counts = {"pair": 0, "ph": 0}
    for kind, code in _flat(segment):
        if isinstance(code, str):
            yield Token(Item.TEXT, code)
            continue
        if kind == "ept":
            if code.get("i", "") not in opened:
                raise MarkupError("an <ept> without its <bpt>")
            yield Token(Item.CLOSE, number=opened.pop(code.get("i", "")))
            continue
        if kind == "character":
            yield Token(Item.TEXT, _character(code))
            continue
        counts[kind] += 1
        name = code.get("x") or code.get("i") or f"#{counts[kind]}"
        if numbers is None:
            number = int(name) if name.isdecimal() else 0
        elif grows:
            number = numbers.setdefault((kind, name), len(numbers) + 1)
        else:
            number = numbers.get((kind, name), 0)
        if not number:
            raise MarkupError("a code that the source does not have")
        if kind == "pair":
            opened[code.get("i", "")] = number
        yield Token(Item.OPEN if kind == "pair" else Item.EMPTY, number=number)


_KINDS = {"bpt": "pair", "ept": "ept", "ph": "ph", "it": "ph", "ut": "ph"}


def _flat(segment: etree._Element) -> Iterator[tuple[str, str | etree._Element]]:
    """The words and the codes of a segment in their order; highlights count for their words."""
    yield "", segment.text or ""
    for child in segment:
        kind = xml.name(child)
        if kind == "ph" and child.get("type") == _CHARACTER:
            yield "character", child
        elif kind in _KINDS:
            yield _KINDS[kind], child
        else:
            yield from _flat(child)
        yield "", child.tail or ""


def _character(code: etree._Element) -> str:
    try:
        number = int(code.text or "", 16)
    except ValueError:
        return ""
    return chr(number) if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else ""


def _only_words(segment: etree._Element) -> Iterator[Token]:
    for _, part in _flat(segment):
        if isinstance(part, str):
            yield Token(Item.TEXT, part)
