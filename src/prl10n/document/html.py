"""HTML as it stands in markdown: tags, and which of their attributes and contents are prose.

Element categories are those of the HTML standard: phrasing elements run with the words around them, all others end a
text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from prl10n.model import Inner, Syntax
from prl10n.patterns import late

# https://html.spec.whatwg.org/multipage/dom.html#phrasing-content, and the obsolete ones that pages still use
PHRASING = frozenset(
    "a abbr acronym audio b bdi bdo big br cite code data del dfn em font i img input ins kbd label map mark meter "
    "object output picture progress q rb rp rt rtc ruby s samp small source span strike strong sub sup svg time tt u "
    "var video wbr".split()
)
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
OPAQUE = frozenset("code math pre script style".split())
# https://html.spec.whatwg.org/multipage/dom.html#translatable-attributes; for components of MDX what their authors call
# the words that they show.
_PROSE_ATTRIBUTES = frozenset("alt title aria-label aria-description placeholder".split())
_OF_COMPONENTS = frozenset("label caption description summary heading header subtitle tooltip".split())
_LABELLED = frozenset("optgroup option track".split())

_TOKEN = late(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<![A-Za-z][^>]*>"
    r"|</?[A-Za-z](?:[^'\">]|\"[^\"]*\"|'[^']*')*>",
    re.DOTALL,
)
_OPENING = late(r"</?[A-Za-z]")
_NAME = late(r"</?([A-Za-z][^\s/>]*)")
_ATTRIBUTE = late(r"""([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+))?""")
_NOT_TRANSLATED = late(r"""\stranslate\s*=\s*["']?no\b|\sclass\s*=\s*["'][^"']*\bnotranslate\b""", re.IGNORECASE)
_DESCRIBES = late(r"""\s(?:name|property)\s*=\s*["'](?:\w+:)?(?:description|title)["']""", re.IGNORECASE)
_SPACE = late(r"\s+")


class Tag(NamedTuple):
    """A tag, comment, declaration or processing instruction at `[start, end)` of a text.

    `name` is lower case and empty for what is not a tag. `key` is what law 3 compares: the tag in one line, without
    the values of the attributes that are prose.
    """

    start: int
    end: int
    name: str
    closing: bool
    void: bool
    opaque: bool
    key: str
    inner: tuple[Inner, ...]


def tag(raw: str, start: int = 0) -> Tag:
    """Describe `raw`, the source of one tag that begins at `start` of a text."""
    end = start + len(raw)
    match = _NAME.match(raw)
    if match is None:
        return Tag(start, end, "", False, True, False, _SPACE.sub(" ", raw), ())
    name = match[1].lower()
    closing = raw[1] == "/"
    inner: list[Inner] = []
    key, last = [], 0
    if not closing:
        for found in _ATTRIBUTE.finditer(raw, match.end()):
            attribute = found[1].lower()
            prose = (
                attribute in _PROSE_ATTRIBUTES
                or (attribute in _OF_COMPONENTS and match[1][0].isupper())
                or (attribute == "label" and name in _LABELLED)
                or (attribute == "content" and name == "meta" and _DESCRIBES.search(raw))
            )
            if found[2] is not None and prose and found[2][0] in "\"'":
                begin, stop = found.start(2) + 1, found.end(2) - 1
                inner.append(Inner(start + begin, start + stop, Syntax.ATTRIBUTE))
                key.append(raw[last:begin])
                last = stop
    key.append(raw[last:])
    void = match[1] in VOID or raw.endswith("/>")  # `<Link>` is a component of JSX, `<link>` is void
    opaque = not closing and not void and (name in OPAQUE or _NOT_TRANSLATED.search(raw) is not None)
    return Tag(start, end, name, closing, void, opaque, _SPACE.sub(" ", "".join(key)), tuple(inner))


def end(text: str) -> int:
    """Where the text of a piece of HTML ends: before a tag that is never closed, which takes all that follows."""
    unclosed = _OPENING.search(text, text.rfind(">") + 1)
    return unclosed.start() if unclosed else len(text)


def tags(text: str) -> Iterator[Tag]:
    """The tags of a text in order. A `<` that begins none is text."""
    pos = 0
    while (pos := text.find("<", pos)) >= 0 and text.find(">", pos) >= 0:
        match = _TOKEN.match(text, pos)
        if match is None:
            pos += 1
            continue
        yield tag(match[0], pos)
        pos = match.end()
