"""What the words and signs of a locale mean beside a figure: months, currencies, units, scales, parts of the day.

CLDR, through Babel, is the source; the tables here add the forms that press offices use and CLDR has not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from prl10n.locales import babel_locale, month_names, number_marks
from prl10n.localize.facts import spelled

# One currency for each sign; a locale's own dollar or yen is a second reading (CLDR, symbols alt="narrow").
SIGNS: Mapping[str, str] = {
    **{"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₪": "ILS"},
    **{"₴": "UAH", "₫": "VND", "฿": "THB", "₦": "NGN", "₱": "PHP", "₿": "BTC"},
}
# Signs of letters, as they stand before or behind a figure; CLDR's en, fr, fr-CA, pt; the Guide du typographe's `fr.`.
LETTERED: Mapping[str, str] = {
    **dict.fromkeys(("US$", "$US", "$ US"), "USD"),
    **dict.fromkeys(("CA$", "C$", "$CA", "$ CA", "$CAN", "$ CAN"), "CAD"),
    **dict.fromkeys(("A$", "AU$", "$AU", "$ AU"), "AUD"),
    **dict.fromkeys(("NZ$", "$NZ"), "NZD"),
    **{"HK$": "HKD", "$HK": "HKD", "S$": "SGD", "R$": "BRL", "MX$": "MXN", "£GB": "GBP", "JP¥": "JPY", "CN¥": "CNY"},
    **{"RMB": "CNY", "SFr.": "CHF", "Fr.": "CHF", "fr.": "CHF"},
}
# What people say for short, where CLDR has `US dollar`: in each language, singular and plural, of five currencies.
SHORT: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "en": {
        **{"USD": ("dollar", "dollars"), "GBP": ("pound", "pounds"), "JPY": ("yen", "yen")},
        **{"CHF": ("Swiss franc", "Swiss francs"), "EUR": ("euro", "euros")},
    },
    "fr": {
        **{"USD": ("dollar", "dollars"), "GBP": ("livre sterling", "livres sterling"), "JPY": ("yen", "yens")},
        **{"CHF": ("franc suisse", "francs suisses"), "EUR": ("euro", "euros")},
    },
    "de": {
        **{"USD": ("Dollar", "Dollar"), "GBP": ("Pfund", "Pfund"), "JPY": ("Yen", "Yen")},
        **{"CHF": ("Schweizer Franken", "Schweizer Franken"), "EUR": ("Euro", "Euro")},
    },
    "es": {
        **{"USD": ("dólar", "dólares"), "GBP": ("libra", "libras"), "JPY": ("yen", "yenes")},
        **{"CHF": ("franco suizo", "francos suizos"), "EUR": ("euro", "euros")},
    },
    "it": {
        **{"USD": ("dollaro", "dollari"), "GBP": ("sterlina", "sterline"), "JPY": ("yen", "yen")},
        **{"CHF": ("franco svizzero", "franchi svizzeri"), "EUR": ("euro", "euro")},
    },
    "pt": {
        **{"USD": ("dólar", "dólares"), "GBP": ("libra", "libras"), "JPY": ("iene", "ienes")},
        **{"CHF": ("franco suíço", "francos suíços"), "EUR": ("euro", "euros")},
    },
    "nl": {
        **{"USD": ("dollar", "dollar"), "GBP": ("pond", "pond"), "JPY": ("yen", "yen")},
        **{"CHF": ("Zwitserse frank", "Zwitserse frank"), "EUR": ("euro", "euro")},
    },
}
# Names of currencies that are other words as well: `livres` are books and pounds.
_COINS: Mapping[str, Mapping[str, str]] = {"fr": {"livre": "GBP", "livres": "GBP"}}
# Days that are said for weeks: `quinze jours` are two.
WEEKS: Mapping[str, Mapping[int, int]] = {
    **{language: {8: 1, 15: 2} for language in ("fr", "es", "it", "pt")},
    "de": {8: 1, 14: 2},
}
_FRANCS: Mapping[str, str] = {
    **{"en": "franc francs", "fr": "franc francs", "de": "Franken", "es": "franco francos", "it": "franco franchi"},
    **{"pt": "franco francos", "nl": "frank"},
}
_CODES = (
    "AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KRW MAD MXN MYR NGN NOK "
    "NZD PEN PHP PKR PLN RON RSD RUB SAR SEK SGD THB TND TRY TWD UAH USD VND XAF XOF ZAR BTC"
).split()

# Powers of ten by their words, beside those of CLDR's compact formats. Letters count beside money or glued to a figure.
_SCALES: Mapping[str, Mapping[str, int]] = {
    "en": {"thousand": 3, "million": 6, "mn": 6, "mln": 6, "billion": 9, "bn": 9, "trillion": 12, "tn": 12},
    "fr": {"mille": 3, "millier": 3, "million": 6, "milliard": 9, "md": 9, "mds": 9, "mrd": 9, "billion": 12},
    "de": {"tausend": 3, "tsd": 3, "mio": 6, "mill": 6, "mrd": 9, "bio": 12},
    "es": {"mil": 3, "millón": 6, "millardo": 9, "millardos": 9, "mil millones": 9, "billón": 12},
    "it": {"mila": 3, "mille": 3, "milione": 6, "mln": 6, "miliardo": 9, "mld": 9},
    "pt": {"mil": 3, "milhão": 6, "mil milhões": 9},
    "nl": {"duizend": 3, "mln": 6, "mld": 9},
}
LETTERS: Mapping[str, int] = {"k": 3, "K": 3, "m": 6, "M": 6, "b": 9, "B": 9, "T": 12, "bn": 9, "Md": 9}

# Units beside CLDR's: the octet of French and Romanian, binary multiples (IEC 80000-13), sloppy cases, per-hour signs.
_UNITS: Mapping[str, str] = {
    **dict.fromkeys(("kB", "KB", "kb", "Kb", "ko", "Ko", "KO"), "digital-kilobyte"),
    **dict.fromkeys(("MB", "Mb", "Mo", "MO", "Mbytes", "Mbyte"), "digital-megabyte"),
    **dict.fromkeys(("GB", "Gb", "Go", "GO"), "digital-gigabyte"),
    **dict.fromkeys(("TB", "Tb", "To", "TO"), "digital-terabyte"),
    **dict.fromkeys(("PB", "Po"), "digital-petabyte"),
    **dict.fromkeys(("KiB", "Kio"), "digital-kibibyte"),
    **dict.fromkeys(("MiB", "Mio"), "digital-mebibyte"),
    **dict.fromkeys(("GiB", "Gio"), "digital-gibibyte"),
    **dict.fromkeys(("TiB", "Tio"), "digital-tebibyte"),
    **dict.fromkeys(("Mbit", "Mbits", "Mbps"), "digital-megabit"),
    **dict.fromkeys(("Gbit", "Gbits", "Gbps"), "digital-gigabit"),
    **dict.fromkeys(("kbit", "kbits", "kbps", "Kbps"), "digital-kilobit"),
    **{
        "m²": "area-square-meter",
        "m2": "area-square-meter",
        "km²": "area-square-kilometer",
        "m³": "volume-cubic-meter",
    },
    **{
        "kWh": "energy-kilowatt-hour",
        "MWh": "energy-megawatt-hour",
        "ha": "area-hectare",
        "µs": "duration-microsecond",
    },
    **{
        "°C": "temperature-celsius",
        "°F": "temperature-fahrenheit",
        "ms": "duration-millisecond",
        "min": "duration-minute",
    },
    **{"°": "temperature-generic", "h": "duration-hour", "s": "duration-second", "km": "length-kilometer"},
    **{
        "m": "length-meter",
        "g": "mass-gram",
        "l": "volume-liter",
        "L": "volume-liter",
        "W": "power-watt",
        "V": "electric-volt",
    },
    **{
        "t": "mass-tonne",
        "mph": "speed-mile-per-hour",
        "km/h": "speed-kilometer-per-hour",
        "kph": "speed-kilometer-per-hour",
    },
    **{"px": "graphics-pixel", "dpi": "graphics-dot-per-inch", "ppm": "concentr-permillion"},
}
_UNIT_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        **{"kilometres": "length-kilometer", "kilometre": "length-kilometer", "metres": "length-meter"},
        **{"metre": "length-meter", "litres": "volume-liter", "litre": "volume-liter", "tonnes": "mass-tonne"},
        **{"hrs": "duration-hour", "hr": "duration-hour", "mins": "duration-minute", "secs": "duration-second"},
        **{
            "centimetres": "length-centimeter",
            "millimetres": "length-millimeter",
            "square metres": "area-square-meter",
        },
        **{"degrees celsius": "temperature-celsius", "degrees fahrenheit": "temperature-fahrenheit"},
    },
    "fr": {"ans": "duration-year", "an": "duration-year", "année": "duration-year", "années": "duration-year"},
    "de": {"Tagen": "duration-day", "Monaten": "duration-month", "Jahren": "duration-year"},
    "pt": {"dia": "duration-day", "dias": "duration-day", "quilômetros": "length-kilometer"},
}
# The units of CLDR that prose counts in other words, or whose names are everyday words of other sense.
_NO_UNITS = re.compile(
    r"concentr-(?!karat|permil)|consumption|force|duration-(?:century|decade|quarter|\w+-person)|graphics-(?:em|dot$)"
    r"|length-(?:point|earth|solar|furlong|fathom|parsec|mile-sc)|volume-(?:cup|drop|dram|jigger|pinch|table|tea|dess|quart"
    r"|bushel|acre|\w+-imperial)|mass-(?:grain|stone|dalton|earth|solar)|light|torque|speed-(?:light|beau)|angle"
    r"|energy-(?:food|therm|brit)"
)
_SAME_UNITS = {
    "volume-pint-metric": "volume-pint",
    "temperature-generic": "temperature-generic",
    "mass-ton": "mass-tonne",
}
_EVERYDAY = {
    "in",
    "a",
    "as",
    "at",
    "to",
    "y",
    "e",
    "o",
    "de",
    "an",
    "is",
    "j",
    "mes",
    "mal",
    "A",
    "N",
    "K",
    "C",
    "B",
    "J",
    "M",
    "T",
    "G",
}

PERCENTS: Mapping[str, str] = {
    "en": "percent|per cent|percentage points|percentage point|pct",
    "fr": "pour cent|points de pourcentage|point de pourcentage",
    "de": "Prozent|Prozentpunkte|Prozentpunkten|Prozentpunkt",
    "es": "por ciento|por cien|puntos porcentuales",
    "it": "per cento|percento|punti percentuali",
    "pt": "por cento|pontos percentuais",
    "nl": "procent|procentpunt|procentpunten",
}
QUARTERS: Mapping[str, str] = {
    "en": "quarter|calendar quarter|fiscal quarter",
    "fr": "trimestre",
    "de": "Quartal|Quartals|Vierteljahr",
    "es": "trimestre",
    "it": "trimestre",
    "pt": "trimestre",
    "nl": "kwartaal",
}
HALVES: Mapping[str, str] = {
    "en": "half|half year",
    "fr": "semestre",
    "de": "Halbjahr|Halbjahres|Hälfte",
    "es": "semestre|mitad",
    "it": "semestre|metà",
    "pt": "semestre|metade",
    "nl": "helft|halfjaar|jaarhelft",
}
CENTURIES: Mapping[str, str] = {
    "en": "century|centuries",
    "fr": "siècle|siècles",
    "de": "Jahrhundert|Jahrhunderts|Jahrhunderte|Jahrhunderten|Jh",
    "es": "siglo|siglos",
    "it": "secolo|secoli",
    "pt": "século|séculos",
    "nl": "eeuw|eeuwen",
}
DECADES: Mapping[str, str] = {
    "fr": "années",
    "es": "años|década de",
    "it": "anni",
    "pt": "anos|década de",
    "nl": "jaren",
}
FISCAL: Mapping[str, str] = {"fr": "exercice", "de": "Geschäftsjahr", "es": "ejercicio", "it": "esercizio"}
NOON: Mapping[str, Mapping[str, int]] = {
    "en": {"noon": 12, "midday": 12, "midnight": 0},
    "fr": {"midi": 12, "minuit": 0},
    "de": {"Mittag": 12, "Mitternacht": 0},
    "es": {"mediodía": 12, "medianoche": 0},
    "it": {"mezzogiorno": 12, "mezzanotte": 0},
    "pt": {"meio dia": 12, "meia noite": 0},
    "nl": {"middag": 12, "middernacht": 0},
}
# Words for `24/7`: they vouch for it, and nobody misses them.
ALWAYS: Mapping[str, str] = {
    "en": "around the clock|round the clock|day and night|night and day",
    "fr": "jour et nuit|nuit et jour|continu|permanence|toute heure|tout moment|tout temps|interruption",
    "de": "rund um die Uhr|Tag und Nacht",
    "es": "día y noche|todas horas|cualquier hora|permanente",
    "it": "giorno e notte|qualsiasi ora|qualunque ora",
    "pt": "dia e noite|qualquer hora",
    "nl": "dag en nacht|klok rond",
}
_MONTHS: Mapping[str, str] = {
    "en": "sept:9",
    "de": "jänner:1 feber:2 juni:6",
    "fr": "fev:2 fév:2",
    "es": "setiembre:9 sep:9",
}
_NOT_BARE = {"may", "march", "mar", "set"}  # months that are words as well, at the start of a sentence

_SPACES = re.compile(r"[\s\u00a0-]+")


def plain(phrase: str) -> str:
    """A phrase as the lexicon keeps it: single spaces for spaces and hyphens, no abbreviation points."""
    return _SPACES.sub(" ", phrase.replace(".", "")).strip()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of a locale, in small letters; `units` and `codes` as they are written."""

    language: str
    decimal: str
    group: str
    day_first: bool
    year_first: bool
    percent_first: bool
    months: Mapping[str, int]
    bare_months: Mapping[str, int]
    weekdays: Mapping[str, int]
    scales: Mapping[str, int]
    currencies: Mapping[str, str]
    coins: Mapping[str, str]
    dollar: str
    units: Mapping[str, str]
    unit_words: Mapping[str, str]
    percents: frozenset[str]
    numbers: Mapping[str, int]
    loose: Mapping[str, int]
    none: frozenset[str]
    half: frozenset[str]
    ordinals: Mapping[str, int]
    nouns: Mapping[str, str]
    decades: frozenset[str]
    fiscal: frozenset[str]
    noon: Mapping[str, int]
    always: frozenset[str]
    quarter_letter: str
    starters: frozenset[str]
    """First words of what may be a fact without a figure before it."""
    followers: frozenset[str]
    """First words of what may stand behind a figure: scales, currencies, units, percent."""


def _names(patterns: Mapping[str, Any]) -> Iterator[str]:
    for length in ("long", "short"):
        for count, pattern in patterns.get(length, {}).items():
            if count != "per" and isinstance(pattern, str):
                yield pattern.replace("{0}", "").strip(" \u00a0\u202f\u200f\u200e")


@lru_cache(maxsize=64)
def lexicon(tag: str) -> Lexicon:
    """The lexicon of a locale. Raises ConfigError for a locale that CLDR does not know."""
    locale = babel_locale(tag)
    language = locale.language
    decimal, group = number_marks(tag)
    order = re.sub("[^dMy]", "", str(locale.date_formats["short"].pattern))
    months = {plain(name): number for name, number in month_names(tag).items() if not name.isdigit()}
    months |= {name: int(number) for name, _, number in (m.partition(":") for m in _MONTHS.get(language, "").split())}
    wide = {
        str(name).lower()
        for style in ("format", "stand-alone")
        for name in locale.months[style]["wide"].values()
        if not str(name).isdigit()
    }
    weekdays = {
        plain(str(name)).lower(): number
        for style in ("format", "stand-alone")
        for number, name in locale.days[style]["wide"].items()
        if language != "pt" or "-" in str(name) or number > 4  # `segunda` alone is `second`
    }
    numbers = {**spelled.NUMBERS.get(language, {})}
    loose = {**spelled.LOOSE.get(language, {}), **spelled.HUNDREDS.get(language, {})}
    loose |= dict.fromkeys(spelled.ONES.get(language, "").split(), 1)
    for word in loose:
        numbers.pop(word, None)
    none = frozenset(spelled.NONE.get(language, "").split())
    half = _words(spelled.HALF, language)
    ordinals = spelled.ORDINALS.get(language, {})
    nouns = {
        plain(word).lower(): role
        for role, table in (("quarter", QUARTERS), ("half", HALVES), ("century", CENTURIES))
        for word in table.get(language, "").split("|")
        if word
    }
    decades = _words(DECADES, language)
    fiscal = _words(FISCAL, language)
    noon = {word.lower(): hour for word, hour in NOON.get(language, {}).items()}
    always = _words(ALWAYS, language)
    units, unit_words = _units(tag)
    percents = _words(PERCENTS, language) | {name.lower() for name in _percent_names(tag)}
    bare = {name: number for name, number in months.items() if name in wide}
    starters = {
        phrase.split(" ")[0]
        for table in (months, weekdays, numbers, loose, none, half, ordinals, decades, fiscal, noon, always, nouns)
        for phrase in table
    }
    return Lexicon(
        language=language,
        decimal=decimal,
        group=group,
        day_first=order.find("d") < order.find("M"),
        year_first=order.startswith("y"),
        percent_first=str(locale.percent_formats[None].pattern).lstrip("\u200e\u200f").startswith("%"),
        months=months,
        bare_months=bare,
        weekdays=weekdays,
        scales=_scales(tag),
        currencies=_currencies(tag),
        coins=_COINS.get(language, {}),
        dollar=next((code for code, sign in locale.currency_symbols.items() if sign == "$"), "USD"),
        units=units,
        unit_words=unit_words,
        percents=percents,
        numbers=numbers,
        loose=loose,
        none=none,
        half=half,
        ordinals=ordinals,
        nouns=nouns,
        decades=decades,
        fiscal=fiscal,
        noon=noon,
        always=always,
        quarter_letter=re.sub(r"\W|\d", "", str(locale.quarters["format"]["abbreviated"][1])),
        starters=frozenset(starters),
        followers=frozenset(
            phrase.split(" ")[0]
            for table in (_scales(tag), _currencies(tag), _COINS.get(language, {}), unit_words, percents, nouns)
            for phrase in table
        ),
    )


def _words(table: Mapping[str, str], language: str) -> frozenset[str]:
    return frozenset(plain(word).lower() for word in table.get(language, "").split("|") if word)


def _patterns(tag: str) -> Mapping[str, Any]:
    # Babel formats units, and keeps the patterns that reading them needs in the locale's data.
    patterns: Mapping[str, Any] = babel_locale(tag)._data["unit_patterns"]
    return patterns


def _percent_names(tag: str) -> Iterator[str]:
    return _names(_patterns(tag).get("concentr-percent", {}))


def _units(tag: str) -> tuple[dict[str, str], dict[str, str]]:
    """Signs as they are written, and words in small letters → CLDR units."""
    signs, words = dict[str, str](), dict[str, str]()
    for unit, patterns in _patterns(tag).items():
        if _NO_UNITS.match(unit):
            continue
        for name in _names(patterns):
            word = plain(name)
            if not word or word in _EVERYDAY:
                continue
            if len(word) <= 3 or not word.islower():
                signs.setdefault(word, _SAME_UNITS.get(unit, unit))
            if len(word) > 3 or word.islower():
                words.setdefault(word.lower(), _SAME_UNITS.get(unit, unit))
    language = babel_locale(tag).language
    words |= {word.lower(): unit for word, unit in _UNIT_WORDS.get(language, {}).items()}
    return {**signs, **_UNITS}, {word: unit for word, unit in words.items() if len(word) > 1}


def _scales(tag: str) -> dict[str, int]:
    locale = babel_locale(tag)
    found: dict[str, int] = {}
    for length in ("long", "short"):
        for patterns in locale.compact_decimal_formats.get(length, {}).values():
            for power, pattern in patterns.items():
                text = str(pattern.pattern).replace("'", "")
                digits = re.search("0+", text)
                word = plain(text.replace(digits[0], "") if digits else text).lower()
                if digits and len(word) > 2:
                    found.setdefault(word, len(str(power)) - len(digits[0]))
    return {**found, **_SCALES.get(str(locale.language), {})}


def _currencies(tag: str) -> dict[str, str]:
    """Names of currencies in small letters → ISO 4217 codes."""
    locale = babel_locale(tag)
    found: dict[str, str] = {}
    for code in _CODES:
        names = [locale.currencies.get(code, ""), *locale._data["currency_names_plural"].get(code, {}).values()]
        for name in names:
            found.setdefault(plain(str(name)).lower(), code)
    for code, forms in SHORT.get(locale.language, {}).items():
        found |= {plain(form).lower(): code for form in forms}
    found |= dict.fromkeys(_FRANCS.get(locale.language, "").lower().split(), "CHF")
    found.pop("", None)
    return found


CODES = frozenset(_CODES)
