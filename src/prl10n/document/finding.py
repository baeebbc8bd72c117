"""Where the links and images of a page lead, and the headings that they may lead to: noted while the page is walked.

Positions are those of the decoded text until `outline` makes them bytes.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from prl10n.document import html, inline
from prl10n.document.building import Reading, link_in
from prl10n.document.parser import Lines, Located, Parser, References
from prl10n.document.templates import MASK, template_at, unmask
from prl10n.localize.anchors import Heading
from prl10n.localize.links import Kind
from prl10n.model import Span
from prl10n.patterns import late


class Destination(NamedTuple):
    """Where one link or image leads: what it says, escapes resolved (`value`), and the bytes that say it."""

    kind: Kind
    value: str
    span: Span


class Outline(NamedTuple):
    """The destinations of a page in order, its headings, and the ids that its HTML and attribute lists give."""

    destinations: tuple[Destination, ...]
    headings: tuple[Heading, ...]
    ids: frozenset[str]


class Noted(NamedTuple):
    """An outline as a document keeps it: (begin, end, kind, value) of the destinations in order; (text, id, whether the
    id is known, end) of the headings; ids.
    """

    destinations: tuple[tuple[int, int, Kind, str], ...] = ()
    headings: tuple[tuple[str, str, bool, int], ...] = ()
    ids: frozenset[str] = frozenset()


def outline(source: bytes, noted: Noted) -> Outline:
    """The outline of a page, its positions in bytes."""
    text = source.decode()
    positions = [position for begin, end, *_ in noted.destinations for position in (begin, end)]
    positions += [end for *_, end in noted.headings]
    offsets = _bytes(text, positions) if len(text) != len(source) else {position: position for position in positions}
    return Outline(
        tuple(
            Destination(kind, value, Span(offsets[begin], offsets[end]))
            for begin, end, kind, value in noted.destinations
        ),
        tuple(Heading(words, own, known, offsets[end]) for words, own, known, end in noted.headings),
        noted.ids,
    )


def _bytes(text: str, positions: Iterable[int]) -> dict[int, int]:
    """The offset in bytes of each position in the text."""
    found: dict[int, int] = {}
    last = offset = 0
    for position in sorted(set(positions)):
        offset += len(text[last:position].encode())
        last = position
        found[position] = offset
    return found


_ESCAPE = late(r"\\([!-/:-@\[-`{-~])|(&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});)")
_CELL_ESCAPE = "\ue000"  # stands for the backslash that a table takes
_ATTRIBUTE = late(r"""(?<=\s)([^\s"'<>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))""")
_PLACED = frozenset({"href", "src", "poster"})
_SOURCES = late(r"[^\s,][^\s]*(?:\s+[^\s,]+)?")
_ID = late(r"""\s(?:id|name)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))""", re.IGNORECASE)
_HEADING_ID = late(r"\{:?[ \t]*(?:/\*[ \t]*)?(?:[^{}]*?\s)?#([^\s{}*]+)[^{}]*\}")
_SITE = late(r"\{\{-?\s*site\.(?:baseurl|url)\s*-?\}\}")

# The templates that lead to a page, and the group that says which.
# https://gohugo.io/shortcodes/relref/, https://jekyllrb.com/docs/liquid/tags/#links, and the filters of Jekyll.
_TEMPLATES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.REF, late(r'\{\{[<%]\s*(?:rel)?ref\s+(?P<quoted>"(?P<value>[^"]*)")\s*[>%]\}\}')),
    (Kind.FILE, late(r"\{%-?\s*link\s+(?P<quoted>(?P<value>[^\s%{}]+))\s*-?%\}")),
    (Kind.POST, late(r"\{%-?\s*post_url\s+(?P<quoted>(?P<value>[^\s%{}]+))\s*-?%\}")),
    (
        Kind.LINK,
        late(r"""\{\{-?\s*["'](?P<quoted>(?P<value>/[^"']*))["']\s*\|\s*(?:relative|absolute)_url\b.*\}\}"""),
    ),
)


class Directions(Protocol):
    """What the author of a page asks for at the place that is reached."""

    @property
    def skips(self) -> bool: ...


# What is behind `](` nearly always: a destination without escapes and brackets, and the end.
_USUAL = re.compile(r"([^\s<>()\\\x00-\x20\x7f]+)(?=\))")


class Finder:
    """Notes the destinations and the headings of a page.

    Positions are those of the parser's source until `noted` gives those of the text. `shown` puts templates back in
    their places, of which `templates` has all; with `leads` one of them may lead to a page.
    """

    def __init__(
        self,
        source: str,
        templates: tuple[str, ...],
        parser: Parser,
        references: References,
        directions: Directions,
    ) -> None:
        self.source = source
        self.templates = templates
        self.parser = parser
        self.references = references
        self.directions = directions
        self.leads = any(pattern.fullmatch(template) for template in templates for _, pattern in _TEMPLATES)
        self.destinations: list[tuple[int, int, Kind, str]] = []
        self.titles: list[tuple[str, str, bool, int]] = []
        self.ids: set[str] = set()

    def shown(self, masked: str) -> str:
        return unmask(masked, self.templates)

    def note(self, begin: int, end: int) -> None:
        """What stands at a range of the parser's source is a destination.

        With a template in it nobody knows where it leads, but for the address of the site itself at its beginning, and
        for those of `_TEMPLATES`.
        """
        site = _SITE.match(self.shown(self.source[begin:end])) if self.templates else None
        begin += site.end() if site else 0
        raw = self.source[begin:end]
        if not self.directions.skips and raw and not MASK.search(raw):
            self.destinations.append((begin, end, Kind.LINK, _decoded(raw)))

    def templates_in(self, begin: int, end: int) -> None:
        """The templates in a range of the parser's source that lead to a page."""
        if not self.leads:
            return
        for run in MASK.finditer(self.source, begin, end):
            template = template_at(run[0], self.templates)
            for kind, pattern in _TEMPLATES:
                if (found := pattern.fullmatch(template)) is not None and not self.directions.skips:
                    first, last = found.span("quoted")
                    self.destinations.append((run.start() + first, run.start() + last, kind, found["value"]))

    def links(self, reading: Reading, content: str, place: Callable[[int], int]) -> None:
        """The destinations of an inline content that was read; `place` leads from its offsets to the source's."""
        if self.leads and MASK.search(content):
            self.parsed(content, place)
            return
        for is_tag, start, end in reading.links:
            if is_tag:
                self.tag(html.tag(content[start:end], start), content, place)
            else:
                self.destination(content, start, end, place)

    def cell(self, start: int, end: int, reading: Reading) -> None:
        """The destinations of a table cell, from whose bars the table takes their backslashes."""
        content = self.source[start:end]
        if "\\|" in content:
            self.parsed(content.replace("\\|", f"{_CELL_ESCAPE}|"), lambda offset: start + offset)
        elif reading.links or self.leads:
            self.links(reading, content, lambda offset: start + offset)

    def parsed(self, content: str, place: Callable[[int], int]) -> None:
        """The destinations and the templates of a content that nobody has read yet."""
        located = self.parser.inline(content, self.references)
        for item in located:
            if (link := link_in(item, content)) is not None:
                is_tag, start, end = link
                if is_tag:
                    self.tag(html.tag(content[start:end], start), content, place)
                else:
                    self.destination(content, start, end, place)
            if self.leads and item.token.type != "code_inline" and item.end > item.start:
                self.templates_in(place(item.start), place(item.end - 1) + 1)

    def destination(self, content: str, pos: int, end: int, place: Callable[[int], int]) -> None:
        """The destination behind `](`, or behind the `]:` of a definition, with or without `<` and `>`."""
        usual = _USUAL.match(content, pos, end)
        if usual is not None:
            begin, stop = usual.span(1)
            if stop > begin:
                self.note(place(begin), place(stop - 1) + 1)
            return
        while content[pos : pos + 1] in (" ", "\t", "\n"):
            pos += 1
        found = self.parser.md.helpers.parseLinkDestination(content, pos, end)
        if found.ok and found.pos > pos:
            angled = content[pos] == "<"
            self.note(place(pos + angled), place(found.pos - 1) + (not angled))

    def tag(self, tag: html.Tag, content: str, place: Callable[[int], int]) -> None:
        raw = content[tag.start : tag.end]
        if not tag.name or tag.closing or "=" not in raw:
            return
        self.ids.update(next(filter(None, groups), "") for groups in _ID.findall(raw))
        component = raw[1].isupper()
        for attribute in _ATTRIBUTE.finditer(raw):
            name = attribute[1].lower()
            start, stop = next(span for span in map(attribute.span, (2, 3, 4)) if span[0] >= 0)
            if stop > start and (name in _PLACED or (name == "to" and component)):
                self.note(place(tag.start + start), place(tag.start + stop - 1) + 1)
            elif name == "srcset":
                for candidate in _SOURCES.finditer(raw, start, stop):
                    url = candidate[0].split()[0]
                    first = tag.start + candidate.start()
                    self.note(place(first), place(first + len(url) - 1) + 1)

    def heading(self, content: str, end: int) -> None:
        """A heading whose words end at an offset of the parser's source; without markup, all of it is words."""
        masked = bool(self.templates) and MASK.search(content) is not None
        markup = masked or inline.may_be_markup(content)
        located: Sequence[Located] = self.parser.inline(content, self.references) if markup else ()
        words, own, known = [] if located else [content], "", True
        for item in located:
            token = item.token
            if token.type in ("text", "text_special", "code_inline"):
                shown = self.shown(token.content) if self.templates else token.content
                if shown != token.content:
                    given = _HEADING_ID.search(shown)
                    own, known = (given[1], known) if given else (own, False)
                    shown = MASK.sub("", token.content)
                words.append(shown)
            elif token.type == "mark":
                given = _HEADING_ID.fullmatch(token.content)
                own = given[1] if given else own
            elif token.type in ("softbreak", "hardbreak"):
                words.append(" ")
        line_end = self.source.find("\n", end)
        rest = self.source[end : line_end if line_end >= 0 else len(self.source)]
        self.titles.append(("".join(words).strip(), own, known, end + len(rest.rstrip())))

    def heading_ids(self, content: str) -> None:
        """The ids that an attribute list on a line of its own gives."""
        self.ids.update(found[1] for found in _HEADING_ID.finditer(content))

    def definition(self, content: str, start: int, lines: Lines) -> None:
        """A link reference definition, whose destination stands behind `start`."""
        self.destination(content, start, len(content), lines.source)
        self.templates_in(lines.source(0), lines.source(max(len(content) - 1, 0)) + 1)

    def noted(self, at: Callable[[int], int]) -> Noted:
        """All that was noted; `at` leads from a position in the parser's source to one in the text."""
        found = {(at(begin), at(end - 1) + 1, kind, value) for begin, end, kind, value in self.destinations}
        titles = tuple((words, own, known, at(end - 1) + 1) for words, own, known, end in self.titles)
        return Noted(tuple(sorted(found)), titles, frozenset(self.ids - {""}))


def _decoded(raw: str) -> str:
    raw = raw.replace(_CELL_ESCAPE, "")
    if "\\" in raw or "&" in raw:
        raw = _ESCAPE.sub(lambda found: found[1] or entities.unescape(found[2]), raw)
    return raw
