"""BCP 47 tags and the codes that DeepL has for them, and what DeepL can do for which target.

Source: https://developers.deepl.com/docs/getting-started/supported-languages and `deepl.Language` in the client; for
what each parameter supports, https://developers.deepl.com/api-reference/translate.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from prl10n.errors import ConfigError

WITHOUT_TAGS = frozenset({"FR-CA"})  # targets for which DeepL refuses tag_handling

# Targets for which `formality` may be `more` or `less`. DeepL says nothing of FR-CA: its server decides.
FORMAL = frozenset("DE ES ES-419 FR FR-CA IT JA NL PL PT-BR PT-PT RU".split())

# Languages, in any variant, that custom instructions and style rules are for (the latter:
# https://developers.deepl.com/docs/customize/using-style-rules).
INSTRUCTED = frozenset("DE EN ES FR IT JA KO ZH".split())

LANGUAGES = frozenset(
    """
    ace af an ar as ay az ba be bg bho bn br bs ca ceb ckb cs cy da de el en eo es et eu fa fi fr ga gl gn gom gu ha he
    hi hr ht hu hy id ig is it ja jv ka kk kmr ko ky la lb lmo ln lt lv mai mg mi mk ml mn mr ms mt my nb ne nl oc om pa
    pag pam pl prs ps pt qu ro ru sa scn sk sl sq sr st su sv sw ta te tg th tk tl tn tr ts tt uk ur uz vi wo xh yi yue
    zh zu
    """.split()
)

_ALIASES = {"fil": "tl", "iw": "he", "ku": "kmr", "no": "nb"}

_LATIN_AMERICA = "419 ar bo cl co cr cu do ec gt hn mx ni pa pe pr py sv us uy ve".split()

# Where the target is not the language itself. EN, PT and ZH are sources, or deprecated as targets.
_TARGETS = {
    "en": "EN-US",
    **{f"en-{region}": "EN-GB" for region in ("001", "150", "au", "gb", "ie", "in", "nz", "za")},
    **{f"es-{region}": "ES-419" for region in _LATIN_AMERICA},
    "fr-ca": "FR-CA",
    "pt": "PT-PT",
    "pt-br": "PT-BR",
    "zh": "ZH-HANS",
    "zh-hans": "ZH-HANS",
    **{f"zh-{subtag}": "ZH-HANT" for subtag in ("hant", "hk", "mo", "tw")},
    # A script is only given up where it is the one that DeepL writes.
    "az-latn": "AZ",
    "bs-latn": "BS",
    "kk-cyrl": "KK",
    "ms-latn": "MS",
    "pa-guru": "PA",
    "sr-cyrl": "SR",
    "uz-latn": "UZ",
}


def target_code(tag: str) -> str:
    """DeepL's code for a target: `de-CH` → DE, `en` → EN-US, `es-MX` → ES-419, `zh-TW` → ZH-HANT.

    Regions and variants that DeepL does not tell apart are dropped; a script never is, for the words would be written
    in another one. Raises ConfigError for a language, or a script, that DeepL does not write.
    """
    subtags = _subtags(tag)
    while subtags:
        known = "-".join(subtags)
        if known in _TARGETS:
            return _TARGETS[known]
        if known in LANGUAGES:
            return known.upper()
        if len(dropped := subtags.pop()) == 4 and dropped.isalpha():
            break
    raise _unknown(tag, "into", (*LANGUAGES, *_TARGETS))


def base_code(code: str) -> str:
    """The language of a target code, which glossaries and style rules are for: PT-BR → PT."""
    return code.partition("-")[0]


def source_code(tag: str) -> str:
    """DeepL's code for a source, which has no region: `en-GB` → EN. Raises ConfigError for a language it does not
    read.
    """
    language = _subtags(tag)[0]
    if language not in LANGUAGES:
        raise _unknown(tag, "from", LANGUAGES)
    return language.upper()


def _subtags(tag: str) -> list[str]:
    language, *others = tag.lower().split("-")
    return [_ALIASES.get(language, language), *others]


def _unknown(tag: str, direction: str, known: Iterable[str]) -> ConfigError:
    nearest = sorted(difflib.get_close_matches(tag.lower(), known, 3))
    hint = f"The nearest that it has: {', '.join(nearest)}. " if nearest else ""
    table = f"[locale.{tag}.backend]" if direction == "into" else "[backend]"
    return ConfigError(
        f"DeepL does not translate {direction} {tag!r}",
        remedy=f"{hint}Correct the tag, or name another backend in {table}.",
    )
