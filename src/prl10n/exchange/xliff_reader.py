"""XLIFF 2 back in: what a tool made of the units that `xliff` wrote, as replies.

Tools may write a pair of codes as `<sc/>` and `<ec/>`, add annotations, cut a unit into segments, and drop attributes
of other namespaces. Nothing that a file says about markup is believed here: `importing` compares it with the source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from prl10n.errors import ConfigError, MarkupError
from prl10n.exchange import xml
from prl10n.exchange.codes import filled
from prl10n.exchange.messages import Reply
from prl10n.exchange.xliff import APPROVED, OWN, SHORTCUTS

_TRANSPARENT = ("mrk", "sm", "em")  # annotations: their words count, they do not


def read(data: bytes, where: str = "") -> list[Reply]:
    """The replies of an XLIFF document. ConfigError, with the line, for a file that is not XLIFF 2."""
    replies: list[Reply] = []
    is_xliff = False
    for file in xml.elements(data, ("file", "xliff"), where):
        if xml.name(file) == "xliff":
            is_xliff = True
            _check_version(file, where)
            continue
        root = file.getparent()
        if root is None or xml.name(root) != "xliff":
            continue
        _check_version(root, where)
        replies += _File(file, root.get("trgLang", "")).replies()
    if not is_xliff:
        raise ConfigError("not XLIFF: there is no <xliff>", where=f"{where}:1", remedy="Export the file as XLIFF 2.")
    return replies


def _check_version(root: etree._Element, where: str) -> None:
    version = root.get("version", "")
    if not version.startswith("2."):
        raise ConfigError(
            f"XLIFF {version or 'without a version'} is another format than XLIFF 2",
            where=f"{where}:{xml.line(root)}",
            remedy="Export it from your tool in the version that it came in: XLIFF 2.1.",
        )
    if not root.get("trgLang"):
        raise ConfigError(
            "there is no trgLang", where=f"{where}:{xml.line(root)}", remedy="Give <xliff> the target language."
        )


@dataclass(slots=True)
class _Pair:
    """What the source says about a code: the data of its start and its end, and the words between them."""

    refs: dict[str, str] = field(default_factory=dict)
    flows: dict[str, str] = field(default_factory=dict)
    inside: str = ""


class _File:
    def __init__(self, file: etree._Element, locale: str) -> None:
        self.document = file.get("original", "")
        self.locale = locale
        self.units = {unit.get("id", ""): unit for unit in file.iter("{*}unit")}
        self.places = {name: place for name, unit in self.units.items() if (place := _place(unit)) is not None}

    def replies(self) -> Iterator[Reply]:
        return (self.reply(name, unit) for name, unit in self.units.items() if name not in self.places)

    def reply(self, name: str, unit: etree._Element) -> Reply:
        source, target, problem = "", None, ""
        try:
            reader = _Unit(self, unit)
            source = reader.source()
            target = reader.target()
        except MarkupError as error:
            problem = error.what
        approved = target is not None and all(segment.get("state") in APPROVED for segment in _segments(unit))
        base = unit.get(f"{{{OWN}}}base", "")
        line = xml.line(unit)
        return Reply(name, self.document, self.locale, source, target, approved, base, line, problem)

    def words(self, name: str, side: str) -> str | None:
        """What a sub-flow says; None where there is no such side."""
        unit = self.units.get(name)
        found = [xml.child(segment, side) for segment in _segments(unit)] if unit is not None else []
        texts = [_plain(element) for element in found if element is not None]
        return "".join(texts) if texts and len(texts) == len(found) else None


class _Unit:
    """Reads one unit: its codes become what its data, and the data of its source, say."""

    def __init__(self, file: _File, unit: etree._Element) -> None:
        self.file = file
        self.unit = unit
        original = xml.child(unit, "originalData")
        items = xml.children(original, "data") if original is not None else ()
        self.data = {item.get("id", ""): _plain(item) for item in items}
        self.pairs: dict[str, _Pair] = {}
        self.has_words = False

    def source(self) -> str:
        elements = [xml.child(segment, "source") for segment in _segments(self.unit, ignorable=True)]
        return "".join(self.text(element, "source") for element in elements if element is not None)

    def target(self) -> str | None:
        """The translation; None where a segment has none. What has no words but those inside its codes is translated
        if they are.
        """
        texts: list[tuple[int, str]] = []
        segments = list(_segments(self.unit, ignorable=True))
        for number, segment in enumerate(segments, 1):
            target = xml.child(segment, "target")
            if target is None and (xml.name(segment) == "ignorable" or self.is_only_flows()):
                target = xml.child(segment, "source")
            if target is None:
                return None
            order = target.get("order", "")
            texts.append((int(order) if order.isdecimal() else number, self.text(target, "target")))
        return "".join(text for _, text in sorted(texts, key=lambda item: item[0])) if segments else None

    def is_only_flows(self) -> bool:
        names = [name for pair in self.pairs.values() for flows in pair.flows.values() for name in flows.split()]
        return not self.has_words and any(self.file.words(name, "target") is not None for name in names)

    def text(self, element: etree._Element, side: str) -> str:
        """The text of a `<source>`, a `<target>` or a part of one. MarkupError for a code that nothing explains."""
        out = [self.said(element.text, side)]
        for child in element:
            out.append(self.code(child, side))
            out.append(self.said(child.tail, side))
        return "".join(out)

    def said(self, text: str | None, side: str) -> str:
        if text and side == "source":
            self.has_words = self.has_words or any(map(str.isalpha, text))
        return text or ""

    def code(self, element: etree._Element, side: str) -> str:
        kind = xml.name(element)
        if kind == "cp":
            return _character(element)
        if kind in _TRANSPARENT:
            return self.text(element, side)
        number = element.get("id", "") or element.get("startRef", "")
        if kind == "ph":
            return self.raw(element, number, "", side)
        if kind == "sc":
            return self.raw(element, number, "Start", side)
        if kind == "ec":
            return self.raw(element, element.get("startRef") or number, "End", side)
        if kind == "pc":
            start = self.raw(element, number, "Start", side)
            inside = self.text(element, side)
            return start + inside + self.end(element, number, inside, side)
        raise MarkupError(f"<{kind}> is no inline element of XLIFF")

    def end(self, element: etree._Element, number: str, inside: str, side: str) -> str:
        """The end of a pair. A link that is named by its words names its label once they are others."""
        raw = self.raw(element, number, "End", side)
        pair = self.pairs.get(number, _Pair())
        if side == "source":
            pair.inside = inside
        elif raw in SHORTCUTS and inside != pair.inside and self.ref(element, number, "End") == pair.refs.get("End"):
            return f"][{pair.inside}]"
        return raw

    def ref(self, element: etree._Element, number: str, end: str) -> str:
        own = element.get(f"dataRef{end}") or (element.get("dataRef", "") if xml.name(element) in ("sc", "ec") else "")
        known = self.pairs.get(number)
        return own or (known.refs.get(end, "") if known is not None else "")

    def raw(self, element: etree._Element, number: str, end: str, side: str) -> str:
        """What a code stands for, the words inside it filled in."""
        ref = self.ref(element, number, end)
        if side == "source":
            pair = self.pairs.setdefault(number, _Pair())
            pair.refs[end] = ref
            pair.flows[end] = element.get(f"subFlows{end}") or element.get("subFlows") or ""
        if ref not in self.data:
            raise MarkupError(f"code {number or '?'} is not one of the source's")
        raw = self.data[ref]
        pair = self.pairs.get(number, _Pair())
        if ref != pair.refs.get(end):
            return raw
        names = [name for name in pair.flows.get(end, "").split() if name in self.file.places]
        holes = [self.file.places[name] for name in names]
        if any(not 0 <= start <= stop <= len(raw) for start, stop in holes) or holes != sorted(holes):
            raise MarkupError(f"the words inside code {number} have lost their place")
        return filled(raw, holes, [self.words(name, side) for name in names])

    def words(self, name: str, side: str) -> str:
        said = self.file.words(name, side)
        return said if said is not None else self.file.words(name, "source") or ""


def _segments(unit: etree._Element, *, ignorable: bool = False) -> Iterator[etree._Element]:
    wanted = ("segment", "ignorable") if ignorable else ("segment",)
    return (child for child in unit if xml.name(child) in wanted)


def _place(unit: etree._Element) -> tuple[int, int] | None:
    """Where the words of a sub-flow stand in their code; None for a unit that is none."""
    numbers = unit.get(f"{{{OWN}}}at", "").split()
    return (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 and all(map(str.isdecimal, numbers)) else None


def _plain(element: etree._Element) -> str:
    """Words without codes; characters that are written as `<cp>` included."""
    return "".join(_plain_parts(element))


def _plain_parts(element: etree._Element) -> Iterable[str]:
    yield element.text or ""
    for child in element:
        yield _character(child) if xml.name(child) == "cp" else _plain(child)
        yield child.tail or ""


def _character(element: etree._Element) -> str:
    try:
        code = int(element.get("hex", ""), 16)
    except ValueError:
        code = -1
    if not 0 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise MarkupError(f'<cp hex="{element.get("hex", "")}"/> is no character')
    return chr(code)
