"""Languages as CLDR has them: what they call themselves, which way they run, and the tag that search engines read."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from prl10n.locales import babel_locale

Direction = Literal["ltr", "rtl"]


def language(tag: str) -> str:
    """The language alone of a BCP 47 tag: `fr-CA` → `fr`."""
    return tag.partition("-")[0].lower()


@lru_cache(maxsize=64)
def own_name(tag: str) -> str:
    """What speakers of a locale call it: `fr` → `français`, `pt-BR` → `português (Brasil)`; the tag where CLDR has no
    name. Raises ConfigError for a tag that CLDR does not know.
    """
    locale = babel_locale(tag)
    return locale.get_display_name(locale) or tag


@lru_cache(maxsize=64)
def direction(tag: str) -> Direction:
    """Which way a locale's text runs, as HTML's `dir` has it. Raises ConfigError for a tag that CLDR does not know."""
    return "rtl" if babel_locale(tag).text_direction == "rtl" else "ltr"


def hreflang(tag: str) -> str:
    """A tag as the attribute `hreflang` wants it: language, script and region in their usual case, and nothing else.

    https://developers.google.com/search/docs/specialty/international/localized-versions, RFC 5646, 2.1.1
    """
    first, *rest = tag.split("-")
    script = next((part.title() for part in rest[:1] if len(part) == 4 and part.isalpha()), "")
    regions = (part for part in rest if (len(part) == 2 and part.isalpha()) or (len(part) == 3 and part.isdigit()))
    return "-".join(part for part in (first.lower(), script, next(regions, "").upper()) if part)
