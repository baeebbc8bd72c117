"""XLIFF 2.1 out: a `<file>` for each document, a `<unit>` for each catalog entry, markup as protected codes.

https://docs.oasis-open.org/xliff/xliff-core/v2.1/xliff-core-v2.1.html

state      in the file                                    comes back as approved
missing    state="initial", no target                     if the tool says reviewed or final
draft      state="translated" subState="prl10n:draft"     "
stale      state="translated" subState="prl10n:stale"     "
approved   state="final"                                  it is

Words inside markup (alternative texts, titles) are sub-flows: units of their own, which the code names. Where they
stand in the code is `prl10n:at`, in characters. `prl10n:base` is the digest of what was exported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from lxml import etree

from prl10n.exchange.codes import Code, Part, inside, parts, renumbered
from prl10n.exchange.messages import XML_INVALID, Message
from prl10n.model import Piece, State

CORE = "urn:oasis:names:tc:xliff:document:2.0"
GLOSSARY = "urn:oasis:names:tc:xliff:glossary:2.0"
SIZE = "urn:oasis:names:tc:xliff:sizerestriction:2.0"
OWN = "urn:x-prl10n:exchange"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
SHORTCUTS = ("]", "][]")  # the ends of links whose words are their label

STATES = {
    State.MISSING: ("initial", ""),
    State.DRAFT: ("translated", "prl10n:draft"),
    State.STALE: ("translated", "prl10n:stale"),
    State.APPROVED: ("final", ""),
}
APPROVED = ("reviewed", "final")

# How the value of a piece begins → what a tool is told.
_TYPES = {
    "em": ("fmt", "xlf:i"),
    "strong": ("fmt", "xlf:b"),
    "br": ("fmt", "xlf:lb"),
    "link": ("link", ""),
    "bare": ("link", ""),
    "image": ("image", ""),
}
_SAID = ("bare", "code")  # what stands for itself and is read as words


def write(messages: Sequence[Message], source: str, locale: str) -> bytes:
    """Messages of one locale as an XLIFF document.

    Law: `xliff_reader.read` gives each message's id, source and target back, whatever their characters and markup.
    """
    names = {None: CORE, "gls": GLOSSARY, "slr": SIZE, "prl10n": OWN}
    root = etree.Element(f"{{{CORE}}}xliff", nsmap=names)  # type: ignore[arg-type]  # None is the default namespace
    for name, value in (("version", "2.1"), ("srcLang", source), ("trgLang", locale)):
        root.set(name, value)
    for number, (name, group) in enumerate(groupby(messages, key=lambda message: message.document), 1):
        file = _child(root, "file", id=f"f{number}", original=clean(name))
        ours = list(group)
        if any(message.max_length is not None for message in ours):
            profiles = etree.SubElement(file, f"{{{SIZE}}}profiles")
            profiles.set("generalProfile", "xliff:codepoints")
        for message in ours:
            _Unit(file, message).write()
    _indent(root, 0)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"


def clean(text: str) -> str:
    """The text without what XML 1.0 cannot hold, for places that take no `<cp>`."""
    return XML_INVALID.sub("\ufffd", text)


class _Unit:
    """Writes one message: its unit, and those of the words inside its markup."""

    def __init__(self, file: etree._Element, message: Message) -> None:
        self.file = file
        self.message = message
        self.source = parts(message.source, message.pieces)
        self.target = renumbered(self.source, parts(message.target, message.target_pieces))
        self.by_source = {_key(code): code for code in _codes(self.source)}
        self.by_target = {_key(code): code for code in _codes(self.target)}
        self.data: dict[str, str] = {}

    def write(self) -> None:
        message = self.message
        state, sub = STATES[message.state]
        unit = _child(self.file, "unit", id=message.id, canResegment="no")
        unit.set(SPACE, "preserve")
        unit.set(f"{{{OWN}}}base", message.base)
        if message.max_length is not None:
            unit.set(f"{{{SIZE}}}sizeRestriction", str(message.max_length))
        self.glossary(unit)
        self.notes(unit)
        data = _child(unit, "originalData")
        segment = _child(unit, "segment", state=state)
        if sub:
            segment.set("subState", sub)
        self.content(_child(segment, "source"), self.source, is_source=True)
        if message.target:
            self.content(_child(segment, "target"), self.target, is_source=False)
        for name, raw in self.data.items():
            _write_text(_child(data, "data", id=name), raw)
        if not self.data:
            unit.remove(data)
        for code in self.by_source.values():
            for index in range(len(code.holes)):
                self.flow(code, index, state, sub)

    def glossary(self, unit: etree._Element) -> None:
        if not self.message.terms:
            return
        glossary = etree.SubElement(unit, f"{{{GLOSSARY}}}glossary")
        for term in self.message.terms:
            entry = etree.SubElement(glossary, f"{{{GLOSSARY}}}glossEntry")
            etree.SubElement(entry, f"{{{GLOSSARY}}}term").text = clean(term.source)
            etree.SubElement(entry, f"{{{GLOSSARY}}}translation").text = clean(term.target or term.source)
            if term.note:
                etree.SubElement(entry, f"{{{GLOSSARY}}}definition").text = clean(term.note)

    def notes(self, unit: etree._Element) -> None:
        message = self.message
        limit = "" if message.max_length is None else f"at most {message.max_length} characters"
        said = (
            ("kind", message.kind),
            ("author", message.note),
            ("translator", message.remarks),
            ("max-length", limit),
            ("previous-source", message.previous),
        )
        notes = _child(unit, "notes")
        for category, text in said:
            if text:
                _child(notes, "note", category=category).text = clean(text)

    def flow(self, code: Code, index: int, state: str, sub: str) -> None:
        """The unit of words inside a code. They stay as they are where the translation writes the code in another
        way: its own words are in its data then.
        """
        unit = _child(self.file, "unit", id=self.flow_id(code, index), canResegment="no")
        unit.set(SPACE, "preserve")
        unit.set(f"{{{OWN}}}at", " ".join(map(str, code.holes[index])))
        _child(_child(unit, "notes"), "note", category="kind").text = f"words inside markup of {self.message.id}"
        segment = _child(unit, "segment", state=state)
        if sub:
            segment.set("subState", sub)
        _write_text(_child(segment, "source"), code.words[index])
        translated = self.by_target.get(_key(code))
        if translated is not None and translated.frame == code.frame:
            _write_text(_child(segment, "target"), translated.words[index])
        elif self.message.target:
            unit.set("translate", "no")
            segment.attrib.clear()

    def flow_id(self, code: Code, index: int) -> str:
        return f"{self.message.id}.{code.number}{'e' if code.piece is Piece.CLOSE else 's'}{index + 1}"

    def content(self, parent: etree._Element, content: Sequence[Part], *, is_source: bool) -> None:
        stack = [parent]
        for part in content:
            if isinstance(part, str):
                _write_text(stack[-1], part)
            elif part.piece is Piece.CLOSE:
                self.code(stack.pop(), part, "End", content, is_source=is_source)
            else:
                pair = part.piece is Piece.OPEN
                element = _child(stack[-1], "pc" if pair else "ph", id=str(part.number), canCopy="no", canDelete="no")
                kind, _, rest = part.value.partition(" ")
                type_, sub = _TYPES.get(kind, ("other", f"prl10n:{kind}" if kind.isalnum() else ""))
                element.set("type", type_)
                if sub:
                    element.set("subType", sub)
                self.code(element, part, "Start" if pair else "", content, is_source=is_source)
                if pair:
                    stack.append(element)
                elif kind in _SAID:
                    element.set("equiv", clean(rest))

    def code(self, element: etree._Element, code: Code, end: str, content: Sequence[Part], *, is_source: bool) -> None:
        """What a code is written as: `dataRef`, `disp` and `subFlows`, of its start or its end."""
        own = self.by_source.get(_key(code))
        shared = own is not None and (is_source or (own.frame == code.frame and not self.is_relabelled(code, content)))
        name = f"{code.number}{'e' if code.piece is Piece.CLOSE else 's'}{'' if shared else 't'}"
        raw = own.raw if own is not None and shared else code.raw
        self.data[f"d{name}"] = raw
        element.set(f"dataRef{end}", f"d{name}")
        element.set(f"disp{end}", clean(raw))
        if own is not None and shared and own.holes:
            element.set(f"subFlows{end}", " ".join(self.flow_id(own, index) for index in range(len(own.holes))))

    def is_relabelled(self, code: Code, content: Sequence[Part]) -> bool:
        """Whether a link that is named by its words has others here: its end is not what the source's end says."""
        closes = code.piece is Piece.CLOSE and code.raw in SHORTCUTS
        return closes and inside(content, code.number) != inside(self.source, code.number)


def _key(code: Code) -> tuple[int, bool]:
    return code.number, code.piece is Piece.CLOSE


def _codes(content: Iterable[Part]) -> Iterator[Code]:
    return (part for part in content if isinstance(part, Code))


def _child(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{CORE}}}{name}")
    for key, value in attributes.items():
        element.set(key, value)
    return element


def _write_text(parent: etree._Element, text: str) -> None:
    """Append words, what XML cannot hold as `<cp>`."""
    last = 0
    for found in XML_INVALID.finditer(text):
        _append(parent, text[last : found.start()])
        _child(parent, "cp", hex=f"{ord(found[0]):04X}")
        last = found.end()
    _append(parent, text[last:])


def _append(parent: etree._Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


_STRUCTURE = {"xliff", "file", "unit", "notes", "originalData", "segment", "glossary", "glossEntry"}


def _indent(element: etree._Element, depth: int) -> None:
    """Lines between elements that hold no words."""
    if etree.QName(element).localname not in _STRUCTURE or not len(element):
        return
    element.text = "\n" + "  " * (depth + 1)
    for child in element:
        _indent(child, depth + 1)
        child.tail = "\n" + "  " * (depth + 1)
    element[-1].tail = "\n" + "  " * depth
