"""Where the links and images of a page lead, and the headings that they may lead to: one walk over one parse.

Destinations are replaced by span, so that relinking a page changes nothing else of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from prl10n.document.finding import Destination, Outline
from prl10n.document.rules import Rules
from prl10n.document.segment import reread
from prl10n.localize.links import Kind, Link
from prl10n.patterns import late

__all__ = ["Destination", "Edit", "Outline", "candidates", "edited", "outline", "pinned", "relinked"]


def outline(source: bytes, rules: Rules) -> Outline:
    """The destinations and the headings of a page: inline links, images, reference definitions, attributes of HTML and
    JSX, and the templates of Hugo and Jekyll that lead to a page. Autolinks, code, and blocks that their author wants
    skipped have none; front matter neither.

    `rules` are those of the document that the page comes from. Raises UnicodeDecodeError for what is no UTF-8.
    """
    source.decode()
    return reread(source, rules).outline


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
_UNSAFE = late(r"[\s\x00-\x1f\x7f<>()\[\]{}\"'`|\\^]")
_ENTITY = late(r"&(?=#?\w+;)")


def _written(link: Link, kind: Kind, *, escaped: bool) -> str:
    if kind is Kind.REF:
        return f'path="{link.value}" lang="{link.language}"' if link.language else f'"{link.value}"'
    if kind is not Kind.LINK:
        return link.value
    safe = _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), link.value)
    return safe.replace("&", "&amp;") if escaped else _ENTITY.sub("&amp;", safe)


# The candidates of a cheap look: more than there are, and none left out. What stands behind `](`, `]:`, `=` or a
# quotation mark, up to what ends a destination; each with the text without which it is nowhere. Every one begins with a
# look back at its first character, so that the search for all of them is one for a few characters.
_CANDIDATES = (
    ("]", "]", r"(?<=\])\([ \t]*<?(?=([^\s<>()]*))|(?<=\]):[ \t]*<?(?=([^\s<>]+))"),
    ("=", "=", r"(?<==)[ \t]*[\"'](?=([^\"'\n]*)[\"'])|(?<==)(?=([^\s\"'<>=]+))"),
    ("|", "\"'", r"(?<=[\"'])([^\"'\n]*)[\"']\s*\|"),
    ("{%", "{", r"(?<=\{)%-?[ \t]*(?:link|post_url)[ \t]+([^\s%]+)"),
    ("ref", "r", r"(?<=\br)(?:elr)?ef[ \t]+\"?([^\s\"]+)"),
)


@lru_cache(maxsize=32)
def _candidate(there: tuple[bool, ...]) -> re.Pattern[str] | None:
    """The pattern of those candidates of which a page may have some."""
    chosen = [row for row, wanted in zip(_CANDIDATES, there, strict=True) if wanted]
    if not chosen:
        return None
    first = re.escape("".join(characters for _, characters, _ in chosen))
    return re.compile(f"[{first}](?:{'|'.join(pattern for *_, pattern in chosen)})")


# Two `]:` in a line come first: behind them each line has one, so that looking is linear.
_DIFFICULT = re.compile(
    r"\](?::[^\n]*\]:|\([ \t>]*[\r\n]|:[ \t>]*[\r\n]|\([^\s()]*[(\\&]|:[ \t]*\S*[\\&]|[(:][ \t]*<[^<>\n]*\s)"
)
_DIFFICULT_VALUE = re.compile(r"=[ \t]*(?:[\r\n]|\"[^\"<>]*[&\n]|'[^'<>]*[&\n])")
_SRCSET = late(r"\ssrcset\s*=")
_SITE = late(r"\{\{-?[ \t]*site\.")


def candidates(source: bytes) -> list[str] | None:
    """What may be a destination in a page, seen without parsing; None where only a parse can tell."""
    text = source.decode()
    if (
        _DIFFICULT.search(text)
        or _DIFFICULT_VALUE.search(text)
        or ("srcset" in text and _SRCSET.search(text))
        or ("site." in text and _SITE.search(text))
    ):
        return None
    pattern = _candidate(tuple(needed in text for needed, *_ in _CANDIDATES))
    if pattern is None:
        return []
    return list(dict.fromkeys(filter(None, ("".join(groups) for groups in pattern.findall(text)))))
