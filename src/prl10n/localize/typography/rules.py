"""The rules besides those of quotation marks: (text, profile) → changes, sorted. The text is shielded, and one line."""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from prl10n.localize.prose import THING
from prl10n.localize.typography.changes import Change
from prl10n.localize.typography.profiles import NBSP, Profile
from prl10n.localize.typography.shields import SPACE

_WORD = rf"[^\W\d_]|{THING}"
_ELLIPSIS = re.compile(r"(?<![./\\])\.{3}(?![./\\\w])")
_CALL = re.compile(r"\w\(\Z")


def ellipses(text: str, profile: Profile) -> Iterator[Change]:
    """Three dots are one character. Not in `f(...)`."""
    del profile
    for found in _ELLIPSIS.finditer(text):
        if not _CALL.search(text, max(found.start() - 2, 0), found.start()):
            yield Change(found.start(), found.end(), "…", "ellipsis", False)


_FIRST = re.compile(r"(?<![\w.,/-])(?:1|I)(i?[eè]re)(s?)(?!\w)")
_FIRST_MASCULINE = re.compile(r"(?<![\w.,/-])(?:1|I)(ier)(s?)(?!\w)")
_OTHERS = re.compile(r"(?<![\w.,/-])(?:[02-9]|1\d|\d{2,4}|(?!I[iè])[IVXLCDM]{1,9})(i?[eè]me)(s?)(?!\w)")


def ordinals(text: str, profile: Profile) -> Iterator[Change]:
    """1ère, 2ème, XXIème → 1re, 2e, XXIe (LEXIQUE, « Abréviations »)."""
    if not profile.ordinals:
        return
    for pattern, ending in ((_FIRST, "re"), (_FIRST_MASCULINE, "er"), (_OTHERS, "e")):
        for found in pattern.finditer(text):
            yield Change(found.start(1), found.end(1), ending, "ordinal")


_DASHES = re.compile(
    rf"(?<![\s=<>+*/|–—([{{«“„‘‚‹-])[{SPACE}](?:-{{1,3}}|[–—])[{SPACE}](?![\s=<>+*/|–—)\]}}»”’›-])"
    rf"|(?<={_WORD})(?:-{{2,3}}|—)(?={_WORD})"
)
_SENTENCE = re.compile(r"[.!?…](?=[»”’)\]\s])")
_DIGITS_OR_THINGS = re.compile(rf"\d.{{3,5}}\d|{THING}.{{3,5}}{THING}")
_QUOTED = re.compile(rf"(?:\A|[{SPACE}])[\"'][{SPACE}]")  # a mark that opens, and a dash that is spoken of


def dashes(text: str, profile: Profile) -> Iterator[Change]:
    """Hyphens between words that stand for dashes, and the spaces at dashes.

    Two in a sentence open and close a parenthesis. Between figures a hyphen may be a minus, between things anything.
    """
    found = [
        dash
        for dash in _DASHES.finditer(text)
        if not ("-" in dash[0] and _DIGITS_OR_THINGS.fullmatch(text, dash.start() - 1, dash.end() + 1))
        and not _QUOTED.match(text, max(dash.start() - 2, 0))
    ]
    if not found:
        return
    ends = [end.start() for end in _SENTENCE.finditer(text)]
    sentences = [bisect(ends, dash.start()) for dash in found]
    count = Counter(sentences)
    style = profile.dash
    previous = -1
    for dash, sentence in zip(found, sentences, strict=True):
        spaces = style.lone if count[sentence] != 2 else style.closing if previous == sentence else style.opening
        previous = sentence
        if spaces is None:
            continue
        bare = dash[0].strip(SPACE)
        keeps = bare in ("–", "—") and not style.strict and len(bare) != len(dash[0])
        sign = bare if keeps else style.sign
        if bare == dash[0]:
            if spaces[0] + sign + spaces[1] != bare:
                yield Change(dash.start(), dash.end(), spaces[0] + sign + spaces[1], "dash", False)
            continue
        places = ((dash.start(), 1, spaces[0]), (dash.start() + 1, len(bare), sign), (dash.end() - 1, 1, spaces[1]))
        for start, length, text_there in places:
            if text[start : start + length] != text_there:
                yield Change(start, start + length, text_there, "dash", False)


_YEARS = re.compile(r"(?<![\w./–-])(?<![A-Z] )([12]\d{3})-([12]\d{3})(?![\w/–-]|[.,]\d)")


def ranges(text: str, profile: Profile) -> Iterator[Change]:
    """The dash between two years, the later one behind."""
    if not profile.range_dash:
        return
    for found in _YEARS.finditer(text):
        if found[1] < found[2]:
            yield Change(found.end(1), found.start(2), profile.range_dash, "range", False)


_SIGNS = re.compile(r"[!?]+|[;:]")
_NOT_A_WORD = frozenset("/\\-=<>|#@*_$&+~^`,;:!?([{«“„‘‚‹¿¡–—")
_AMOUNT = re.compile(rf"(?:\d|\d[{SPACE}])\$(?![\w({{])")
_BEHIND_SIGN = frozenset(")]}»”’›“‘\"'….,–—")


def signs(text: str, profile: Profile) -> Iterator[Change]:
    """The space before ; : ! and ?, where they end something: what follows is a space, a closing mark or nothing."""
    for found in _SIGNS.finditer(text):
        start, end = found.span()
        after = text[end : end + 1]
        if after and not after.isspace() and after not in _BEHIND_SIGN:
            continue
        run = _spaces_before(text, start)
        before = text[run - 1 : run] if run else ""
        if not before or before.isspace() or (before in _NOT_A_WORD and not _AMOUNT.match(text, max(run - 3, 0))):
            continue
        wanted = profile.colon if found[0] == ":" else profile.high
        if text[run:start] == wanted or (found[0] == ":" and after and not after.isspace() and run == start):
            continue
        if wanted:
            if run < start:
                yield Change(run, start, wanted, "sign")
            elif before not in ".…":
                yield Change(start, start + 1, wanted + found[0][0], "sign")
        elif run < start and _is_french(text, run, start, end):
            wrong = text[run:start] != profile.high_accepted or found[0] == ":"
            yield Change(run, start, "", "sign", wrong)


def _is_french(text: str, run: int, start: int, end: int) -> bool:
    """Whether the space before a sign is a French habit, and not there because the sign itself is spoken of."""
    if " " not in text[run:start]:
        return True
    sign = text[start]
    if sign == ":":
        return False
    return sign == ";" or not text[end : end + 1].isspace() or text[end + 1 : end + 2].isupper()


def _spaces_before(text: str, end: int) -> int:
    """The start of the spaces that end at `end`."""
    while end > 0 and text[end - 1] in SPACE:
        end -= 1
    return end


_PERCENT = re.compile(rf"(?<=\d)[{SPACE}]*[%‰](?![\w{THING}%{{(-]|[{SPACE}]\d)")
_DEGREES = re.compile(rf"(?<=\d)[{SPACE}]*°(?=[CF](?!\w))")
_CURRENCY = re.compile(rf"(?<=\d)[{SPACE}]*[€£¥$](?![\w{THING}{{(]|[{SPACE}]\d)")


def symbols(text: str, profile: Profile) -> Iterator[Change]:
    """The space between a number and %, °C or the sign of a currency."""
    for pattern, wanted, rule in (
        (_PERCENT, profile.percent, "percent"),
        (_DEGREES, profile.degrees, "degrees"),
        (_CURRENCY, profile.currency, "currency"),
    ):
        if wanted is None:
            continue
        for found in pattern.finditer(text):
            start, end = found.start(), found.end() - 1
            wrong = rule != "percent" or text[start:end] != profile.percent_accepted
            if start == end and wanted:
                yield Change(end, end + 1, wanted + text[end], rule, wrong)
            elif text[start:end] != wanted:
                yield Change(start, end, wanted, rule, wrong)


# SI (BIPM, « Le Système international d’unités », 5.4.3: a space before the unit) and IEC 80000-13
_UNITS = (
    "km cm mm µm μm nm km² m² m³ cm² cm³ km/h m/s kg mg µg g t ml mL cl dl hl L ha kW MW GW TW W kWh MWh GWh TWh kV MV "
    "V mV kA mA Ah mAh kHz MHz GHz THz Hz kB KB MB GB TB PB EB KiB MiB GiB TiB kbit/s Mbit/s Gbit/s kb/s Mb/s Gb/s "
    "MB/s GB/s ms µs ns min dB kPa hPa Pa kJ MJ kN lm lx px dpi ppm m K"
).split()
_CURRENCIES = "EUR|USD|CHF|GBP|JPY|CAD|AUD|BRL|CNY|SEK|NOK|DKK|PLN"
_CODES = re.compile(rf"(?<=\d) (?=(?:{_CURRENCIES})(?!\w))|(?<![^\W_])(?:{_CURRENCIES}|€|£|¥|(?:US|CA|R)\$) (?=\d)")
_HOURS = re.compile(rf"(?<=\d[{SPACE}]h) (?=[0-5]\d(?!\d))")


@lru_cache(maxsize=32)
def _unit_pattern(units: tuple[str, ...]) -> re.Pattern[str]:
    alternatives = "|".join(sorted(map(re.escape, (*_UNITS, *units)), key=len, reverse=True))
    return re.compile(rf"(?:(?<=\d)|(?<=\b1er)|(?<=\b1ᵉʳ)) (?=(?:{alternatives})(?![\w'’·-]|\.\w))")


def units(text: str, profile: Profile) -> Iterator[Change]:
    """No line breaks between a number and its unit or the code of its currency, nor in an hour."""
    patterns = (_unit_pattern(profile.units), _CODES, *([_HOURS] if "h" in profile.units else []))
    for pattern in patterns:
        for found in pattern.finditer(text):
            yield Change(found.end() - 1, found.end(), NBSP, "unit", False)


_NUMBER_SIGN = re.compile(rf"(?<!\w)[nN]([°º])([{SPACE}]*)(?=\d)")


@lru_cache(maxsize=32)
def _literal_pattern(words: tuple[str, ...], behind: str) -> re.Pattern[str]:
    alternatives = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.compile(rf"(?<![\w.]){'(?:' + alternatives + ')' if words else '(?!)'}{behind}")


def numbers(text: str, profile: Profile) -> Iterator[Change]:
    """n° 5: the sign, and no line break behind it or behind an abbreviation."""
    if profile.number_sign:
        for found in _NUMBER_SIGN.finditer(text):
            sign, spaces = profile.number_sign[-1], found[2]
            if spaces and spaces != NBSP:
                yield Change(found.start(2), found.end(2), NBSP, "number-sign")
            if found[1] != sign or not spaces:
                text_there = sign + ("" if spaces else NBSP)
                yield Change(found.start(1), found.end(1), text_there, "number-sign", not spaces)  # people may write º
    for found in _literal_pattern(profile.abbreviations, r" (?=\d)").finditer(text):
        yield Change(found.end() - 1, found.end(), NBSP, "abbreviation", False)
    for found in _literal_pattern(profile.tied, r"(?!\w)").finditer(text) if profile.tied else ():
        for space in re.finditer(" ", found[0]):
            yield Change(found.start() + space.start(), found.start() + space.end(), NBSP, "abbreviation", False)


_GROUPS = re.compile(
    rf"(?<![\w.,:/'’+(-])(?<!\d[{SPACE}])[1-9]\d{{0,2}}(?:[{SPACE}]\d{{3}}){{1,6}}(?![\w/:-]|[{SPACE}]\d|[.,]\d{{3}}(?!\d))"
)
_REFERENCE = re.compile(
    r"(?:\b(?:t[ée]l(?:[ée]phone)?|phone|fax|mobile|portable|r[ée]f(?:[ée]rence)?|ref|num[ée]ro|nos?|iso|iec|din|iban|bic|"
    r"sire[nt]|siret|rcs|tva|vat|ust-idnr|code|cp|plz|bp|id|kvk|nif|cif|p\.?[ ]?iva|nr)\b|[nN][°º])[^;!?\n]{0,24}\Z",
    re.IGNORECASE,
)
_APOSTROPHES = re.compile(r"(?<![\w.,'’])[1-9]\d{0,2}(?:['’]\d{3}){1,6}(?![\w'’])")


def thousands(text: str, profile: Profile) -> Iterator[Change]:
    """The space between groups of three digits, where they are surely a number and not a telephone or a reference."""
    if profile.thousands is not None:
        for found in _GROUPS.finditer(text):
            if _REFERENCE.search(text, max(found.start() - 36, 0), found.start()):
                continue
            for at in range(found.start(), found.end()):
                if text[at] in SPACE and text[at] != profile.thousands:
                    yield Change(at, at + 1, profile.thousands, "thousands")
    if profile.thousands_apostrophe:
        for found in _APOSTROPHES.finditer(text):
            for at in range(found.start(), found.end()):
                if text[at] == "'":
                    yield Change(at, at + 1, "’", "thousands")
