"""Where the links and images of a page lead, and the headings that they may lead to: one walk over one parse.

Destinations are replaced by span, so that relinking a page changes nothing else of it.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markdown_it.token import Token

from prl10n.document import dialects, frontmatter, html, inline
from prl10n.document.parser import Lines, Located, parser
from prl10n.document.rules import Rules
from prl10n.document.segment import _collector_paused, _Segmenter
from prl10n.localize.anchors import Heading
from prl10n.localize.links import Kind, Link
from prl10n.model import Span, Syntax


@dataclass(frozen=True, slots=True)
class Destination:
    """Where one link or image leads: what it says, escapes resolved (`value`), and the bytes that say it."""

    kind: Kind
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Outline:
    """The destinations of a page in order, its headings, and the ids that its HTML and attribute lists give."""

    destinations: tuple[Destination, ...]
    headings: tuple[Heading, ...]
    ids: frozenset[str]


@_collector_paused()
def outline(source: bytes, rules: Rules) -> Outline:
    """The destinations and the headings of a page: inline links, images, reference definitions, attributes of HTML and
    JSX, and the templates of Hugo and Jekyll that lead to a page. Autolinks, code, and blocks that their author wants
    skipped have none; front matter neither.

    `rules` are those of the document that the page comes from. Raises UnicodeDecodeError for what is no UTF-8.
    """
    text = source.decode()
    front = frontmatter.find(text)
    finder = _Finder(text, front.body if front else (1 if text.startswith("\ufeff") else 0), rules.dialect)
    finder.walk()
    return finder.outline()


class Edit(NamedTuple):
    """`page[start:end]` becomes `data`."""

    start: int
    end: int
    data: bytes


def relinked(page: bytes, found: Outline, link: Callable[[Destination], Link]) -> list[Edit]:
    """The edits that give a page other destinations. Where `link` gives a destination itself, its bytes stay."""
    edits = []
    for destination in found.destinations:
        new = link(destination)
        if new != Link(destination.value):
            start, end = destination.span.start, destination.span.end
            escaped = b"&amp;" in page[start:end]
            edits.append(Edit(start, end, _written(new, destination.kind, escaped=escaped).encode()))
    return edits


def pinned(found: Outline, ids: Sequence[str]) -> list[Edit]:
    """The edits that give the headings of a page these ids, one for each; those with an id of their own, or for whom
    it is empty, stay.
    """
    pairs = zip(found.headings, ids, strict=False)
    return [Edit(heading.end, heading.end, f" {{#{own}}}".encode()) for heading, own in pairs if own and not heading.id]


def edited(page: bytes, edits: Iterable[Edit]) -> bytes:
    """The page with the edits made."""
    parts: list[bytes] = []
    last = 0
    for edit in sorted(edits):
        parts += (page[last : edit.start], edit.data)
        last = edit.end
    return b"".join((*parts, page[last:]))


# What no destination may hold as it is, wherever it stands: RFC 3986 asks for percent signs.
_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f<>()\[\]{}\"'`|\\^]")
_ENTITY = re.compile(r"&(?=#?\w+;)")


def _written(link: Link, kind: Kind, *, escaped: bool) -> str:
    if kind is Kind.REF:
        return f'path="{link.value}" lang="{link.language}"' if link.language else f'"{link.value}"'
    if kind is not Kind.LINK:
        return link.value
    safe = _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), link.value)
    return safe.replace("&", "&amp;") if escaped else _ENTITY.sub("&amp;", safe)


# The candidates of a cheap look: more than there are, and none left out. What stands behind `](`, `]:`, `=` or a
# quotation mark, up to what ends a destination.
_CANDIDATE = re.compile(
    r"\]\([ \t]*<?(?=([^\s<>()]*))|\]:[ \t]*<?(?=([^\s<>]+))|=[ \t]*[\"'](?=([^\"'\n]*)[\"'])|=(?=([^\s\"'<>=]+))"
    r"|[\"']([^\"'\n]*)[\"']\s*\||\{%-?[ \t]*(?:link|post_url)[ \t]+([^\s%]+)|\b(?:rel)?ref[ \t]+\"?([^\s\"]+)"
)
# Two `]:` in a line come first: behind them each line has one, so that looking is linear.
_DIFFICULT = re.compile(
    r"\]:[^\n]*\]:|\]\([ \t>]*[\r\n]|\]:[ \t>]*[\r\n]|\]\([^\s()]*[(\\&]|\]:[ \t]*\S*[\\&]"
    r"|\](?:\(|:)[ \t]*<[^<>\n]*\s|\ssrcset\s*=|=[ \t]*[\r\n]|=[ \t]*(?:\"[^\"<>]*[&\n]|'[^'<>]*[&\n])"
    r"|\{\{-?[ \t]*site\."
)


def candidates(source: bytes) -> list[str] | None:
    """What may be a destination in a page, seen without parsing; None where only a parse can tell."""
    text = source.decode()
    if _DIFFICULT.search(text):
        return None
    return list(dict.fromkeys(filter(None, ("".join(groups) for groups in _CANDIDATE.findall(text)))))


_MAY_LINK = re.compile(r"\]\(|<[A-Za-z]")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])|(&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});)")
_CELL_ESCAPE = "\ue000"  # stands for the backslash that a table takes
_ATTRIBUTE = re.compile(r"""(?<=\s)([^\s"'<>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))""")
_PLACED = frozenset({"href", "src", "poster"})
_SOURCES = re.compile(r"[^\s,][^\s]*(?:\s+[^\s,]+)?")
_ID = re.compile(r"""\s(?:id|name)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))""", re.IGNORECASE)
_HEADING_ID = re.compile(r"\{:?[ \t]*(?:/\*[ \t]*)?(?:[^{}]*?\s)?#([^\s{}*]+)[^{}]*\}")
_SITE = re.compile(r"\{\{-?\s*site\.(?:baseurl|url)\s*-?\}\}")

# The templates that lead to a page, and the group that says which.
# https://gohugo.io/shortcodes/relref/, https://jekyllrb.com/docs/liquid/tags/#links, and the filters of Jekyll.
_TEMPLATES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.REF, re.compile(r'\{\{[<%]\s*(?:rel)?ref\s+(?P<quoted>"(?P<value>[^"]*)")\s*[>%]\}\}')),
    (Kind.FILE, re.compile(r"\{%-?\s*link\s+(?P<quoted>(?P<value>[^\s%{}]+))\s*-?%\}")),
    (Kind.POST, re.compile(r"\{%-?\s*post_url\s+(?P<quoted>(?P<value>[^\s%{}]+))\s*-?%\}")),
    (
        Kind.LINK,
        re.compile(r"""\{\{-?\s*["'](?P<quoted>(?P<value>/[^"']*))["']\s*\|\s*(?:relative|absolute)_url\b.*\}\}"""),
    ),
)


class _Finder(_Segmenter):
    """A segmenter that looks for destinations and headings where the other one looks for words."""

    def __init__(self, text: str, body: int, dialect: str) -> None:
        super().__init__(text, body, dialect)
        self.dialect = dialect
        self.noted: list[tuple[int, int, Kind, str]] = []  # ranges of the parser's source
        self.titles: list[tuple[str, str, bool, int]] = []
        self.ids: set[str] = set()

    def note(self, begin: int, end: int) -> None:
        """What stands at a range of the parser's source is a destination.

        With a template in it nobody knows where it leads, but for the address of the site itself at its beginning, and
        for those of `_TEMPLATES`.
        """
        site = _SITE.match(self.shown(self.source[begin:end])) if self.templates else None
        begin += site.end() if site else 0
        raw = self.source[begin:end]
        if not self.directions.skips and raw and not dialects.MASK.search(raw):
            self.noted.append((begin, end, Kind.LINK, _decoded(raw)))

    def templates_in(self, begin: int, end: int) -> None:
        """The templates in a range of the parser's source that lead to a page."""
        if not self.templates:
            return
        for run in dialects.MASK.finditer(self.source, begin, end):
            template = dialects.template_at(run[0], self.templates)
            for kind, pattern in _TEMPLATES:
                if (found := pattern.fullmatch(template)) is not None and not self.directions.skips:
                    first, last = found.span("quoted")
                    self.noted.append((run.start() + first, run.start() + last, kind, found["value"]))

    # --- the parts of a page ------------------------------------------------------------------------------------------

    def content(self, token: Token, context: list[Token]) -> None:
        lines: Lines | None = token.meta.get("lines")
        if lines is None or self.opaque is not None:
            super().content(token, context)
            return
        block, content = context[-1], token.content
        if block.type in ("th_open", "td_open"):
            start, end = lines.sources[0], token.meta["end"]
            self.inline(self.source[start:end].replace("\\|", f"{_CELL_ESCAPE}|"), lambda offset: start + offset)
            return
        if block.type != "heading_open":
            self.inline(content, lines.source)
        elif content:
            located = self.inline(content, lines.source, heading=True)
            self.heading(content, located, lines.source(len(content) - 1) + 1)

    def inline(self, content: str, place: Callable[[int], int], *, heading: bool = False) -> list[Located]:
        """The destinations of an inline content; `place` leads from its offsets to those of the parser's source.

        The tokens are those of the content; none where it holds no destination, or, in a heading, no markup.
        """
        masked = bool(self.templates) and dialects.MASK.search(content) is not None
        if not content or not (masked or (inline._MAY_BE_MARKUP if heading else _MAY_LINK).search(content)):
            return []
        located = parser(self.dialect).inline(content, self.references)
        for item in located:
            kind, raw = item.token.type, content[item.start : item.end]
            if kind == "link_close" and raw.startswith("]("):
                self.destination(content, item.start + 2, item.end, place)
            elif kind == "image":
                tail = item.start + 2 + len(item.token.content)
                if content.startswith("](", tail):
                    self.destination(content, tail + 2, item.end, place)
            elif kind == "html_inline":
                self.tag(html.tag(raw, item.start), content, place)
            if masked and kind != "code_inline" and item.end > item.start:
                self.templates_in(place(item.start), place(item.end - 1) + 1)
        return located

    def destination(self, content: str, pos: int, end: int, place: Callable[[int], int]) -> None:
        """The destination behind `](`, or behind the `]:` of a definition, with or without `<` and `>`."""
        while content[pos : pos + 1] in (" ", "\t", "\n"):
            pos += 1
        found = parser().md.helpers.parseLinkDestination(content, pos, end)
        if found.ok and found.pos > pos:
            angled = content[pos] == "<"
            self.note(place(pos + angled), place(found.pos - 1) + (not angled))

    def tag(self, tag: html.Tag, content: str, place: Callable[[int], int]) -> None:
        raw = content[tag.start : tag.end]
        if not tag.name or tag.closing:
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

    def heading(self, content: str, located: Sequence[Located], end: int) -> None:
        """A heading whose words end at an offset of the parser's source; without tokens, all of it is words."""
        words, own, known = [] if located else [content], "", True
        for item in located:
            token = item.token
            if token.type in ("text", "text_special", "code_inline"):
                shown = self.shown(token.content) if self.templates else token.content
                if shown != token.content:
                    given = _HEADING_ID.search(shown)
                    own, known = (given[1], known) if given else (own, False)
                    shown = dialects.MASK.sub("", token.content)
                words.append(shown)
            elif token.type == "mark":
                given = _HEADING_ID.fullmatch(token.content)
                own = given[1] if given else own
            elif token.type in ("softbreak", "hardbreak"):
                words.append(" ")
        line_end = self.source.find("\n", end)
        rest = self.source[end : line_end if line_end >= 0 else len(self.source)]
        self.titles.append(("".join(words).strip(), own, known, end + len(rest.rstrip())))

    def title(self, token: Token, kind: str, syntax: Syntax) -> None:
        del kind, syntax
        start = token.meta["start"]
        self.inline(token.content, lambda offset: start + offset)

    def template(self, token: Token) -> None:
        begin = token.meta["start"]
        self.templates_in(begin, begin + len(token.content))
        self.ids.update(found[1] for found in _HEADING_ID.finditer(token.content))

    def attributes(self, tag: html.Tag, content: str, lines: Lines, line: int) -> None:
        del line
        self.tag(tag, content, lines.source)
        self.templates_in(lines.source(tag.start), lines.source(tag.end - 1) + 1)

    def run(self, content: str, start: int, end: int, lines: Lines, line: int) -> None:
        del line
        if start >= end:
            return
        for found in html.tags(content[start:end]):
            raw = content[start + found.start : start + found.end]
            self.tag(html.tag(raw, start + found.start), content, lines.source)
        self.templates_in(lines.source(start), lines.source(end - 1) + 1)

    def definition(self, token: Token) -> None:
        content, lines = token.content, token.meta["lines"]
        self.destination(content, len(token.meta["label"]) + 3, len(content), lines.source)
        self.templates_in(lines.source(0), lines.source(max(len(content) - 1, 0)) + 1)

    # --- the result ---------------------------------------------------------------------------------------------------

    def outline(self) -> Outline:
        noted = sorted({(self.at(begin), self.at(end - 1) + 1, kind, value) for begin, end, kind, value in self.noted})
        ends = [self.at(end - 1) + 1 for *_, end in self.titles]
        offsets = self.bytes(
            position for item in (*((begin, end) for begin, end, *_ in noted), ends) for position in item
        )
        return Outline(
            tuple(Destination(kind, value, Span(offsets[begin], offsets[end])) for begin, end, kind, value in noted),
            tuple(
                Heading(text, own, known, offsets[end])
                for (text, own, known, _), end in zip(self.titles, ends, strict=True)
            ),
            frozenset(self.ids - {""}),
        )

    def bytes(self, positions: Iterable[int]) -> dict[int, int]:
        """The offset in bytes of each position in the text."""
        found: dict[int, int] = {}
        last = offset = 0
        for position in sorted(set(positions)):
            offset += len(self.text[last:position].encode())
            last = position
            found[position] = offset
        return found


def _decoded(raw: str) -> str:
    raw = raw.replace(_CELL_ESCAPE, "")
    if "\\" in raw or "&" in raw:
        raw = _ESCAPE.sub(lambda found: found[1] or entities.unescape(found[2]), raw)
    return raw
