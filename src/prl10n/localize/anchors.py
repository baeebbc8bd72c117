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


_NOT_ASCII_WORD = late(r"[^\w\s-]", re.ASCII)
_HYPHENS = late(r"[-\s]+")
_COUNTED = late(r"(.*)_([0-9]+)")


class _Kept(dict[int, int | None]):
    """For `str.translate`: of a heading stay characters of some general categories, and a hyphen for each space."""

    def __init__(self, categories: str, others: Iterable[int] = ()) -> None:
        super().__init__({ord(" "): ord("-"), ord("-"): ord("-"), ord("_"): ord("_")} | {code: code for code in others})
        self.categories = categories.split()

    def __missing__(self, code: int) -> int | None:
        category = unicodedata.category(chr(code))
        self[code] = code if category in self.categories or category[0] in self.categories else None
        return self[code]


# Figures above and below the line (`m²`, `CO₂`) go, being of the category No. Tried for all categories in Hugo 0.111,
# github-slugger 2.0 and kramdown-parser-gfm 1.1; the last two agree: of the symbols they keep the letters in circles.
_LETTERS = _Kept("L Nd")
_CIRCLED = (*range(0x24B6, 0x24EA), *range(0x1F130, 0x1F14A), *range(0x1F150, 0x1F16A), *range(0x1F170, 0x1F18A))
_WORDS = _Kept("L M Nd Nl Pc", _CIRCLED)


def _github(text: str) -> str:
    return text.lower().translate(_WORDS)


def _goldmark(text: str) -> str:
    return text.strip().lower().translate(_LETTERS) or "heading"


def _kramdown(text: str) -> str:
    return text.lower().translate(_WORDS) or "section"


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
