"""The ids that generators make of headings: what a link's `#fragment` names.

github      GitHub, Docusaurus: https://github.com/Flet/github-slugger
goldmark    Hugo: https://gohugo.io/configuration/markup/#parserautoheadingidtype
kramdown    Jekyll: generate_gfm_header_id of https://github.com/kramdown/parser-gfm
toc         MkDocs: slugify and unique of https://python-markdown.github.io/extensions/toc/
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from prl10n.patterns import late


class Heading(NamedTuple):
    """A heading as a reader sees it. `id`: the one that its author gave it; `known` is false where its words come from
    a template, so that nobody can say which id they make. `end`: the byte of the page behind its line.
    """

    text: str
    id: str = ""
    known: bool = True
    end: int = 0


_NO_WORD = late(r"[^\w\- ]")
_NOT_ASCII_WORD = late(r"[^\w\s-]", re.ASCII)
_HYPHENS = late(r"[-\s]+")
_COUNTED = late(r"(.*)_([0-9]+)")


def _github(text: str) -> str:
    return _NO_WORD.sub("", text.lower()).replace(" ", "-")


def _goldmark(text: str) -> str:
    return _NO_WORD.sub("", text.strip().lower()).replace(" ", "-") or "heading"


def _kramdown(text: str) -> str:
    return _NO_WORD.sub("", text.lower()).replace(" ", "-") or "section"


def _toc(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _HYPHENS.sub("-", _NOT_ASCII_WORD.sub("", ascii_only).strip().lower())


def _hyphenated(slug: str, taken: set[str]) -> str:
    """`a`, `a-1`, `a-2`: the first that is free."""
    number, found = 0, slug
    while found in taken:
        number += 1
        found = f"{slug}-{number}"
    return found


def _underscored(slug: str, taken: set[str]) -> str:
    """`a`, `a_1`, `a_2`; an empty one is `_1`, as `unique` of Python-Markdown has it."""
    found = slug
    while not found or found in taken:
        counted = _COUNTED.fullmatch(found)
        found = f"{counted[1]}_{int(counted[2]) + 1}" if counted else f"{found}_1"
    return found


class _Rule(NamedTuple):
    slug: Callable[[str], str]
    unique: Callable[[str, set[str]], str]


_GITHUB = _Rule(_github, _hyphenated)
_RULES: Mapping[str, _Rule] = {
    "hugo": _Rule(_goldmark, _hyphenated),
    "jekyll": _Rule(_kramdown, _hyphenated),
    "mkdocs": _Rule(_toc, _underscored),
}
PINNED = frozenset({"docusaurus", "hugo", "jekyll", "mkdocs"})
"""The dialects in which a heading may be given an id: `## Prices {#prices}`."""


def ids(headings: Iterable[Heading], dialect: str) -> list[str]:
    """The id of each heading of a page; empty where nobody can say."""
    rule = _RULES.get(dialect, _GITHUB)
    taken: set[str] = set()
    found = []
    for heading in headings:
        if heading.id:
            own = heading.id
        elif heading.known:
            own = rule.unique(rule.slug(heading.text), taken)
        else:
            own = ""
        taken.add(own)
        found.append(own)
    return found


def moved(source: Iterable[str], target: Iterable[str]) -> dict[str, str]:
    """What each id of a page is in its translation, of those that differ. The headings are the same ones, in order."""
    pairs = ((before, after) for before, after in zip(source, target, strict=False) if before and after)
    return {before: after for before, after in pairs if before != after}
