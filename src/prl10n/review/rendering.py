"""Pages and texts as the browser gets them: cleaned HTML, with the words of every unit in elements of their own.

Law 7: what comes out holds nothing that runs, loads, posts, or reaches out of its place, whatever was in a document or
a catalog: the elements and attributes below, links that leave the site, and classes that are ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import nh3

from prl10n.document import Document, References, rendering
from prl10n.document.html import PHRASING
from prl10n.model import State, Syntax

TAGS = frozenset(
    "a abbr address article aside b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn div "
    "dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i ins kbd li mark ol p pre q rp rt ruby s "
    "samp section small span strike strong sub summary sup table tbody td tfoot th thead time "
    "tr tt u ul var wbr".split()
)
_VOID = frozenset(("br", "col", "hr", "wbr"))
_GONE = frozenset("script style template noscript iframe object embed svg math textarea select title xmp".split())
_CLASSES = frozenset(("template", "image", "title", "admonition", "footnote"))
_ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href"},
    "ol": {"start", "reversed"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
}
_PIECE = re.compile(
    rf"{rendering.FIRST}(?P<number>[0-9]+){rendering.BETWEEN}|(?P<end>{rendering.LAST})"
    rf"""|<(?P<closing>/?)(?P<name>[a-z][a-z0-9]*)(?:"[^"]*"|[^">])*>|[^<{rendering.FIRST}{rendering.LAST}]+|."""
)


def _attribute(tag: str, attribute: str, value: str) -> str | None:
    """Only numbers where numbers belong: a table that spans a million columns stops a browser."""
    if attribute in ("colspan", "rowspan", "start"):
        return value if re.fullmatch("[0-9]{1,3}", value) else None
    return value


_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(_GONE),
    attributes=_ATTRIBUTES,
    attribute_filter=_attribute,
    allowed_classes={tag: set(_CLASSES) for tag in ("div", "span")},
    set_tag_attribute_values={"a": {"target": "_blank"}},
    link_rel="noopener noreferrer nofollow",
    url_schemes={"http", "https", "mailto", "tel"},
    url_relative="deny",
)


def page(source: Document, texts: Sequence[str | None], states: Sequence[State] = ()) -> str:
    """The page with `texts` in the place of its units. The words of unit N are in elements with `data-unit="N"`, and
    with `data-state` where `states` has those of the units.
    """
    return "".join(_marked(_CLEANER.clean(rendering.page(source, texts)), states))


def words(text: str, syntax: Syntax, references: References) -> str:
    """The text of one unit, cleaned."""
    return _CLEANER.clean(rendering.words(text, syntax, references))


def _opening(unit: int, states: Sequence[State]) -> str:
    state = f' data-state="{states[unit].value}"' if states else ""
    return f'<span data-unit="{unit}"{state}>'


def _marked(html: str, states: Sequence[State]) -> Iterator[str]:
    """Clean HTML with elements in the place of its marks.

    Elements may begin within a unit and end behind it, or the other way round. What is put in is nested all the same:
    the unit has several elements then, or one that reaches further.
    """
    unit = depth = -1  # whose words these are; how many elements are open inside ours, -1: ours is not
    ending = False
    for piece in _PIECE.finditer(html):
        name, closing = piece["name"], piece["closing"]
        if piece["number"]:
            if depth <= 0:
                if depth == 0:
                    yield "</span>"
                unit, depth, ending = int(piece["number"]), -1, False
        elif piece["end"]:
            ending = depth > 0
            if depth == 0:
                yield "</span>"
            if not ending:
                unit = depth = -1
        elif name is None or name in _VOID:
            if unit >= 0 and depth < 0 and name is None and piece[0].strip():
                yield _opening(unit, states)
                depth = 0
            yield piece[0]
        elif closing:
            if depth == 0:
                yield "</span>"
            depth -= depth >= 0
            yield piece[0]
            if ending and depth == 0:
                yield "</span>"
                unit = depth = -1
        else:
            if unit >= 0 and depth < 0 and name in PHRASING:
                yield _opening(unit, states)
                depth = 0
            depth += depth >= 0
            yield piece[0]
    if depth >= 0:
        yield "</span>"
