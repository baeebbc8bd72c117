"""The patterns of what is found in a text. Each is bounded or possessive, so that a text is read in linear time."""

from __future__ import annotations

import re
from decimal import Decimal

from prl10n.localize.facts.model import Kind
from prl10n.localize.facts.words import SIGNS

L = r"[^\W\d_]"
S = "[ \u00a0\u202f\u2009]"

# What a text must hold to have a fact of a pattern: quickly seen, and not there in most.
_ADDRESS = re.compile(r"://|www\.")
_AT = re.compile("[@#]")
_HOST = re.compile(r"\.[a-z]")
_HUMP = re.compile("[a-z][A-Z]")
_CALLED = re.compile(r"\+\d|\d[ \u00a0\u202f()./-]{1,2}\d")
_CODED = re.compile(r"[A-Z][ \u00a0-]?\d")
_JOINED = re.compile(r"\d-\d")
_POINTED = re.compile(r"\d\.\d")
_ANNEXED = re.compile(r"[A-Z]\.\d")
_VERSIONED = re.compile(r"[vV]\d")
# What a text must hold to have a fact that is written anew: a figure, or what no language translates. Or a month.
FORMED = re.compile(rf"[\d½¼¾]|{_AT.pattern}|{_ADDRESS.pattern}|{_HOST.pattern}|{_HUMP.pattern}")

# What is compared letter by letter: its kind, its pattern, and what tells that a text may have it. Each begins at the
# border of a word, and is bounded or possessive.
FIXED: tuple[tuple[Kind, re.Pattern[str], re.Pattern[str]], ...] = (
    (
        Kind.URL,
        re.compile(r"(?<!\w)(?:[A-Za-z][A-Za-z0-9+-]{1,15}://(?=[\w/\[])|www\.)[^\s<>\"“”«»\ufffc]++"),
        _ADDRESS,
    ),  # RFC 3986
    (
        Kind.EMAIL,
        re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@\w[\w-]{0,62}(?:\.\w(?:\w|-(?![A-ZÄÖÜ])){0,62}){1,8}"),
        _AT,
    ),  # RFC 5321
    (Kind.HANDLE, re.compile(r"(?<![\w&/])[@#](?=[^\W\d])\w{2,64}"), _AT),
    # E.164 with its sign; national numbers as their countries group them (ITU-T E.123)
    (Kind.PHONE, re.compile(r"(?<![\w+])\+\d(?:[ \u00a0\u202f().-]{0,2}\d){6,14}(?!\w)"), _CALLED),
    (Kind.PHONE, re.compile(r"(?<![\w.,-])\(\d{2,5}\)[ \u00a0]?\d{2,4}(?:[ \u00a0.-]\d{2,4}){1,3}(?![\w,-])"), _CALLED),
    (Kind.PHONE, re.compile(r"(?<![\w.,-])0\d(?:[ \u00a0\u202f.-]\d\d){4}(?![\w,-])"), _CALLED),
    (Kind.PHONE, re.compile(r"(?<![\w.,-])(?:1-)?\d{3}-\d{3}-\d{4}(?![\w-])"), _CALLED),
    (
        Kind.PHONE,
        re.compile(r"(?<![\w.,-])(?<!\d[ \u00a0\u202f])0\d{2,4}[ \u00a0/-]\d{3}(?:[ \u00a0-]\d{2,4}){1,2}(?![\w,-])"),
        _CALLED,
    ),
    # RFC 2119's habit of citing: ISO 27001, EN 301 549, RFC 3986, (EU) 2016/679, CVE-2024-1234, ISBN
    (Kind.REFERENCE, re.compile(r"(?<![\w-])(?:CVE|GHSA|CWE|DSA|DLA)-\d[\w-]{0,40}"), _CODED),
    (
        Kind.REFERENCE,
        re.compile(
            r"(?<![\w-])(?:ISO(?:[/ -](?:IEC|CEI))?|IEC|CEI|IEEE|RFC|EN|DIN|SOC|ECMA|BCP)"
            r"[ \u00a0-]?\d[\d.-]{0,15}(?<=\d)(?!\w)"
        ),
        _CODED,
    ),
    (Kind.REFERENCE, re.compile(r"(?<![\w-])[A-Z]{2,10}-\d++(?:[-.]\d\w{0,19})*(?!\w)"), _CODED),
    (Kind.REFERENCE, re.compile(r"(?<![\w.,/-])\d{1,6}-\d{2,8}(?:-[\dX]{1,8}){2,4}(?![\w-])"), _JOINED),  # ISBN, keys
    # versions: v1.2, 1.2.3, 2.0.1-rc1, 1.2.x (semver.org)
    (
        Kind.REFERENCE,
        re.compile(
            r"(?<![\w.,])[vV]?\d{1,8}(?:\.\d{1,8}){2,6}(?:[-+~_.]?(?:rc|alpha|beta|dev|x|post|a|b)\.?\d{0,4})?(?![\w]|[.,]\d)"
        ),
        _POINTED,
    ),
    (Kind.REFERENCE, re.compile(r"(?<![\w.,/-])[A-Z](?:\.\d{1,3}){2,4}(?!\w|[.,]\d)"), _ANNEXED),  # A.5.1
    (Kind.REFERENCE, re.compile(r"(?<![\w.,])[vV]\d{1,8}(?:\.\d{1,8}){0,3}(?![\w]|[.,]\d)"), _VERSIONED),
    (
        Kind.URL,
        re.compile(r"(?<![\w@/.-])(?:[a-z0-9][a-z0-9-]{1,62}\.){1,5}[a-z]{2,18}(?:/[\w./~%-]{0,80})?(?![\w@])"),
        _HOST,
    ),
    # a name with a capital inside: DeepL, GitHub, iPhone
    (Kind.NAME, re.compile(r"(?<![\w-])(?=[A-Za-z]{4,30}(?![\w-]))[A-Za-z]?[a-z]{1,20}[A-Z][A-Za-z]{0,20}"), _HUMP),
)
TAIL = re.compile(r"[.,:;!?)\]}'’…*_]+$")

TRIGGER = re.compile(rf"\d|{L}++|[{''.join(SIGNS)}%½¼¾‰]|[-−+±](?=[\d$€£])")
WORD = re.compile(rf"{L}{{1,40}}")
LETTERS = re.compile(rf"{L}++")
PHRASE = re.compile(rf"(?:{L}\.?){{1,40}}(?:[\s\u00a0-](?:{L}\.?){{1,30}}){{0,3}}")
ELIDED = rf"[’']{L}"  # behind a letter: `l’`, `s’`, `m’` are words, and no units
UNIT = re.compile(rf"(?!{L}{ELIDED})[°µμ]?{L}{{1,12}}(?:/{L}{{1,4}}[²³]?|[²³2])?(?!\w)|[°‰](?!\w)|%")
GAP = re.compile(r"[ \u00a0\u202f\u2009-]?")
OF = re.compile(r"[ \u00a0\u202f](?:de |di |d[’'])?|-|[’']?")
GLUED = re.compile(r"\w{1,60}(?:[-./]\d\w{0,30}){0,4}")
ORDINAL_END: dict[str, re.Pattern[str]] = {
    "en": re.compile(r"(?:st|nd|rd|th)(?!\w)"),
    "fr": re.compile(r"(?:ers?|[eè]re?s?|[eè]mes?|es?|nde?s?|de?s?|ᵉʳˢ?|ʳᵉˢ?|ᵉˢ?|ⁿᵈᵉ?ˢ?)(?!\w)"),
    "es": re.compile(r"\.?(?:[ºª°]|er(?!\w)|o(?!\w)|a(?!\w))"),
    "it": re.compile(r"[ºª°]"),
    "pt": re.compile(r"\.?[ºª°]"),
    "nl": re.compile(r"(?:e|de|ste)(?!\w)"),
}
DOT_ORDINAL = frozenset("de da nb nn no fi cs sk hu sl hr et lv is".split())  # CLDR: `d. MMMM`
YEAR = re.compile(r"(?:,? (?:de |del |of )?|,? ?\u00a0)(\d{4})(?![\w])(?![.,]\d)")
SPACED_YEAR = re.compile(rf"{S}(\d{{4}})(?!\w)")
THE = re.compile(rf"{S}(?:the )?")
TO_DAY = re.compile(rf"{S}?[–—-]{S}?(\d{{1,2}})(?!\d)")
DAY = re.compile(r"\d{1,2}(?!\d)")
BETWEEN_DAYS = re.compile(rf"{S}?[–—-]{S}?|{S}(?:to|and|until|through|au|et|à|bis|und|al|a|y|e|tot|en|ao){S}")
RANGE = re.compile(
    rf"{S}?[–—-]{S}?|{S}(?:to|and|or|et|ou|à|au|bis|und|oder|al|a|y|e|o|tot|en|of|ao)(?: (?:le|the|el|il|den|de))?{S}"
)
THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
VERSION = re.compile(r"[vV](\d{1,8}(?:\.\d{1,8})?)")
NUMBERED = re.compile(
    rf"(?<!\w)(?:(?:version|release|section|chapter|paragraph|annex|appendix|article|clause|figure|table)s?|v\.){S}"
    rf"(?:\d{{1,4}}(?:\.\d{{1,4}})?(?:,{S}|{S}?[–-]{S}?|,?{S}(?:and|or|to){S})){{0,4}}\Z",
    re.IGNORECASE,
)
ISO = re.compile(r"(\d{4})([-−‑/.])(\d{1,2})\2(\d{1,2})(?!\w)(?![-/.]\d)")
NUMERIC = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)(?!\w)(?![-/.]\d)")
CJK = re.compile(r"(\d{4})[年년] ?(\d{1,2})[月월](?: ?(\d{1,2})[日일])?")
CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?(?!:?\d)")
CLOCK_HALF = re.compile(r"(\d{1,2})(?:\.(\d\d))?(?!\d)")
HALF_DAY = re.compile(rf"{S}?([ap])(?:\.{S}?m\b\.?|{S}?m\b)", re.IGNORECASE)  # the point of `AM.` is the sentence's
CLOCK_H = re.compile(rf"(\d{{1,2}}){S}?h(?:{S}?(\d\d)(?:{S}?min)?(?!\w))?(?!\w)")
CLOCK_WORD = re.compile(rf"(\d{{1,2}})(?:[.:](\d\d))?{S}(?:Uhr|uur)(?!\w)")
CLOCK_DOT = re.compile(r"(\d{1,2})[.](\d\d)(?!\w)(?![.,]\d)")
HOURS = re.compile(rf"(\d{{1,2}}){S}(?:heures?|horas?|ore|Stunden?|hours?)(?:{S}(\d\d)(?!\w))?(?!\w)")
# All day and all week: `24/7`, `24 h/24 et 7 j/7`, `24 heures sur 24, 7 jours sur 7`, `24 ore su 24`. In `24/7` each
# figure is a fact, since most languages say it with two.
_OUT_OF = rf"(?:{S}?/{S}?|{S}(?:sur|su|sobre){S})"
ALL_DAY = re.compile(rf"24(?:{S}?(?:[hH]|heures|ore|horas)\b)?{_OUT_OF}24(?![\w/])|24(?=[/x×]7(?![\w/]))")
ALL_WEEK = re.compile(rf"7{S}?(?:[jJ]|jours|giorni|dias|días)\b{_OUT_OF}7(?![\w/])|(?<=24[/x×])7|7/7(?![\w/])")
_WITH = rf",?{S}?(?:[–&+-]{S}?|(?:et|e|y|and){S})?"
BEHIND_DAY = re.compile(rf"24(?:[/x×]|{_WITH})\Z")
BEFORE_DAY = re.compile(rf"{_WITH}(?={ALL_DAY.pattern})")
ROMAN = re.compile(r"(?=[IVX]{1,5}(?![A-Z]))(X{0,2})(IX|IV|V?I{0,3})(?:e|ème|er|°|º|ᵉ)?(?!\w)")
PERIOD_CODE = re.compile(rf"([QTKHS])([1-4])(?!\w)(?:(?:{S}|[-/–]|{S}(?:of|de|du|del|van){S})(?:FY)?(\d{{4}})(?!\w))?")
FISCAL_CODE = re.compile(rf"FY{S}?[’']?(\d{{4}}|\d\d)(?!\w)")
OF_YEAR = re.compile(
    rf"(?:{S}|,{S})(?:of{S}|in{S}|de{S}|del{S}|du{S}|dell[’']anno{S}|van{S}|des Jahres{S})?(\d{{4}})(?!\w)(?![.,]\d)"
)
DECADE_END = re.compile(r"[’']?s(?!\w)|er(?:n)?(?:-?[Jj]ahre?n?)?(?!\w)")
FRACTIONS = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
LISTED = re.compile(r"\d[.,]")
MULTIPLE = re.compile(r"[x×](?!\w)|x(?=\d)")
