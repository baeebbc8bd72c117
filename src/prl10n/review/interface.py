"""The words of the page's interface, in English and in French.

They are documents like any other: `texts/` is a small project of prl10n's own kind, whose tables have a key and its
words in each row. The French one is built from its catalog by the same pipeline as everybody's pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

LOCALES = ("en", "fr")
"""What the interface speaks, the source first."""

_ROW = re.compile(r"^\| `([a-z0-9-]+)` *\| (.*?) *\|$", re.MULTILINE)
_RANGE = re.compile(r"\s*([A-Za-z]{1,8})[^,;]*(?:;\s*q\s*=\s*([0-9.]{1,5}))?")


def choose(query: str, cookie: str, accept: str) -> str:
    """The interface's locale: that of the address, else the one chosen before, else what the browser asks for.

    `accept` is an Accept-Language header (RFC 9110, 12.5.4). What nobody asked for is English.
    """
    for asked in (query, cookie, *_accepted(accept)):
        if asked in LOCALES:
            return asked
    return LOCALES[0]


def _accepted(header: str) -> list[str]:
    """The languages of a header without their regions, the most wanted first."""
    found: list[tuple[float, str]] = []
    for part in header[:1000].split(","):
        match = _RANGE.match(part)
        if match:
            weight = match[2] or "1"
            found.append((-float(weight) if weight.count(".") < 2 and weight != "." else 0.0, match[1].lower()))
    return [language for weight, language in sorted(found, key=lambda each: each[0]) if weight]


@cache
def words(locale: str) -> Mapping[str, str]:
    """Key → words of a locale of `LOCALES`, every key of the source."""
    source, *_ = tables = [_table(name) for name in dict.fromkeys((LOCALES[0], locale))]
    return MappingProxyType(source | tables[-1])


def _table(locale: str) -> dict[str, str]:
    text = files("prl10n.review").joinpath(f"texts/{locale}/interface.md").read_text(encoding="utf-8")
    return dict(_ROW.findall(text))


def texts(locale: str) -> Callable[[str], str]:
    """The function key → words for templates. Raises KeyError for a key that the source does not have."""
    return words(locale).__getitem__


def context(locale: str) -> dict[str, object]:
    """What each template is given for its words: `lang`, `t` (key → words), `texts` (all of them, for the scripts)."""
    return {"lang": locale, "t": texts(locale), "texts": dict(words(locale)), "languages": LOCALES}
