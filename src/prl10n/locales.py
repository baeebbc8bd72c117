"""Locales by their BCP 47 tags, and the forms that others know them by. Babel is imported when it is asked."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from prl10n.errors import ConfigError

if TYPE_CHECKING:
    from babel import Locale


def gettext_locale(tag: str) -> str:
    """The gettext form of a BCP 47 tag: `fr-CA` → `fr_CA`, `zh-Hans` → `zh_Hans`, `ca-valencia` → `ca@valencia`."""
    language, *subtags = tag.split("-")
    form = language.lower()
    for subtag in subtags:
        if len(subtag) > 4 or (len(subtag) == 4 and subtag[0].isdigit()):
            form += f"@{subtag.lower()}"
        else:
            form += f"_{subtag.title() if len(subtag) == 4 else subtag.upper()}"
    return form


def check_locale(tag: str) -> None:
    """Raises the ConfigError of `babel_locale`. A locale that CLDR has under this very name is found by its file, since
    importing Babel takes longer than all else that a configuration asks for.
    """
    if not (re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag) and os.path.isfile(_data(tag))):  # noqa: PTH113
        babel_locale(tag)


@cache
def _folder() -> str:
    spec = find_spec("babel")
    return os.path.dirname(spec.origin or "") if spec is not None else ""  # noqa: PTH120


def _data(tag: str) -> str:
    """The file of a locale in Babel's package."""
    return os.path.join(_folder(), "locale-data", f"{tag.replace('-', '_')}.dat")  # noqa: PTH118


def babel_locale(tag: str) -> Locale:
    """The CLDR locale of a BCP 47 tag. Raises ConfigError, which names the nearest known tag, for any other text."""
    from babel import Locale, UnknownLocaleError

    try:
        # Babel also reads POSIX names, with an encoding or a modifier; a tag is part of paths and must be nothing else.
        if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag):
            return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        pass
    raise ConfigError(
        f"{tag!r} is not a locale that CLDR knows",
        remedy=f"{_nearest_locale(tag)}Write BCP 47 tags, with a hyphen: fr, fr-CA, zh-Hans.",
    )


def nearest(word: str, known: Iterable[str], likeness: float = 0.5) -> str:
    """`Did you mean …? `, with the space after it, or nothing where no known word is near."""
    import difflib  # late: only a message asks

    lowered = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), lowered, 1, likeness)
    return f"Did you mean `{lowered[found[0]]}`? " if found else ""


def _nearest_locale(tag: str) -> str:
    """As `_nearest`, among CLDR's locales; the English name of a language or a country's code finds a tag as well."""
    from babel import Locale
    from babel.languages import get_official_languages
    from babel.localedata import locale_identifiers

    known = [name.replace("_", "-") for name in locale_identifiers()]
    named = [code for code, name in Locale("en").languages.items() if name.lower() == tag.lower()]
    meant = [code for code in (*named, *get_official_languages(tag.upper())) if code in known]
    language = re.split("[^A-Za-z]", tag)[0].lower()
    if meant:
        return nearest(meant[0], known)
    # A known language leaves only its own locales to choose from: `fr-XX` is never `fy`.
    own = [name for name in known if name.split("-")[0] == language]
    return nearest(tag.replace("_", "-"), own, 0.85) or nearest(language, own) or nearest(tag, known)


@lru_cache(maxsize=64)
def month_names(tag: str) -> Mapping[str, int]:
    """Names of months in a locale, in small letters, wide and abbreviated, as in a date and alone → 1 to 12 (CLDR)."""
    locale = babel_locale(tag)
    return {
        str(name).rstrip(".").lower(): number
        for style in ("format", "stand-alone")
        for width in ("abbreviated", "wide")
        for number, name in locale.months[style][width].items()
    }


@lru_cache(maxsize=64)
def month_name(tag: str, number: int) -> str:
    """The wide name of a month as it stands in a date."""
    return str(babel_locale(tag).months["format"]["wide"][number])


@lru_cache(maxsize=64)
def number_marks(tag: str) -> tuple[str, str]:
    """(decimal mark, group mark) of a locale (CLDR, Latin digits)."""
    symbols = babel_locale(tag).number_symbols["latn"]
    return str(symbols["decimal"]), str(symbols["group"])


@cache
def plural_forms(locale: str) -> str:
    """The plural forms of a locale as the header of a catalog has them (CLDR's, as Babel has them)."""
    from babel.messages.plurals import get_plural

    plural = get_plural(gettext_locale(locale).partition("_")[0])
    return f"nplurals={plural.num_plurals}; plural={plural.plural_expr};"
