"""Numbers in words, from 0 to 100, and what else in the supported languages speaks of a number without a figure.

The forms are those of CLDR's rule-based number formats (https://github.com/unicode-org/cldr/tree/main/common/rbnf),
which Babel does not carry, with the feminine and elided ones. Hyphens are spaces here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def _english() -> Iterator[tuple[str, int]]:
    units = (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen"
    ).split()
    tens = "twenty thirty forty fifty sixty seventy eighty ninety".split()
    yield from ((word, number) for number, word in enumerate(units))
    for ten, word in enumerate(tens, 2):
        yield word, ten * 10
        yield from ((f"{word} {units[unit]}", ten * 10 + unit) for unit in range(1, 10))
    yield from (("hundred", 100), ("one hundred", 100), ("a hundred", 100))


def _french() -> Iterator[tuple[str, int]]:
    words = "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize".split()
    words += ["dix sept", "dix huit", "dix neuf"]
    yield from ((word, number) for number, word in enumerate(words))
    plain = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante"}
    regional = {70: "septante", 80: "huitante", 90: "nonante"}  # fr-CH, fr-BE
    for ten, word in {**plain, **regional}.items():
        yield word, ten
        for unit in range(1, 10):
            for form in {1: ("un", "une")}.get(unit, (words[unit],)):
                yield f"{word} {'et ' if unit == 1 else ''}{form}", ten + unit
    for unit in range(10, 20):
        yield f"soixante {'et ' if unit == 11 else ''}{words[unit]}", 60 + unit
    for unit in range(1, 20):
        yield f"quatre vingt {words[unit]}", 80 + unit
    yield from (("octante", 80), ("quatre vingts", 80), ("quatre vingt", 80), ("quatre vingt une", 81), ("cent", 100))


def _german() -> Iterator[tuple[str, int]]:
    units = "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn".split()
    units += "sechzehn siebzehn achtzehn neunzehn".split()
    tens = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()
    yield from ((word, number) for number, word in enumerate(units))
    for ten, word in enumerate(tens, 2):
        for form in {word, word.replace("ß", "ss")}:  # de-CH has no ß
            yield form, ten * 10
            for unit in range(1, 10):
                yield f"{'ein' if unit == 1 else units[unit]}und{form}", ten * 10 + unit
    yield from (("zwo", 2), ("hundert", 100), ("einhundert", 100))


def _spanish() -> Iterator[tuple[str, int]]:
    units = "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince".split()
    units += "dieciséis diecisiete dieciocho diecinueve".split()
    yield from ((word, number) for number, word in enumerate(units))
    twenties = "veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete".split()
    yield from ((word, 20 + number) for number, word in enumerate([*twenties, "veintiocho", "veintinueve"]))
    yield from (("veintiún", 21), ("veintiuna", 21), ("cien", 100), ("ciento", 100))
    for ten, word in enumerate("treinta cuarenta cincuenta sesenta setenta ochenta noventa".split(), 3):
        yield word, ten * 10
        for unit in range(1, 10):
            for form in {1: ("uno", "un", "una")}.get(unit, (units[unit],)):
                yield f"{word} y {form}", ten * 10 + unit


def _italian() -> Iterator[tuple[str, int]]:
    units = "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici".split()
    units += "quindici sedici diciassette diciotto diciannove".split()
    yield from ((word, number) for number, word in enumerate(units))
    for ten, word in enumerate("venti trenta quaranta cinquanta sessanta settanta ottanta novanta".split(), 2):
        yield word, ten * 10
        for unit in range(1, 10):
            stem = word[:-1] if unit in (1, 8) else word
            yield stem + units[unit], ten * 10 + unit
        yield from ((word + "tré", ten * 10 + 3), (word[:-1] + "un", ten * 10 + 1))
    yield "cento", 100


def _portuguese() -> Iterator[tuple[str, int]]:
    units = "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis".split()
    units += "dezessete dezoito dezenove".split()
    yield from ((word, number) for number, word in enumerate(units))
    yield from (("duas", 2), ("quatorze", 14), ("dezasseis", 16), ("dezassete", 17), ("dezanove", 19))  # pt-BR, pt-PT
    for ten, word in enumerate("vinte trinta quarenta cinquenta sessenta setenta oitenta noventa".split(), 2):
        yield word, ten * 10
        for unit in range(1, 10):
            for form in {1: ("um", "uma"), 2: ("dois", "duas")}.get(unit, (units[unit],)):
                yield f"{word} e {form}", ten * 10 + unit
    yield from (("cem", 100), ("cento", 100))


def _dutch() -> Iterator[tuple[str, int]]:
    units = "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien".split()
    units += "zeventien achttien negentien".split()
    yield from ((word, number) for number, word in enumerate(units))
    for ten, word in enumerate("twintig dertig veertig vijftig zestig zeventig tachtig negentig".split(), 2):
        yield word, ten * 10
        for unit in range(1, 10):
            joint = "ën" if unit in (2, 3) else "en"  # tweeëntwintig, drieëntwintig
            yield f"{units[unit]}{joint}{word}", ten * 10 + unit
    yield from (("één", 1), ("honderd", 100))


def _thousands(numbers: Iterator[tuple[str, int]], word: str) -> dict[str, int]:
    """With `fünftausend`, `cinquemila`, `vijfduizend`: one word, where the others have two."""
    known = dict(numbers)
    return known | {name + word: number * 1000 for name, number in known.items() if 2 <= number < 100}


NUMBERS: Mapping[str, Mapping[str, int]] = {
    "en": dict(_english()),
    "fr": dict(_french()),
    "de": _thousands(_german(), "tausend"),
    "es": dict(_spanish()),
    "it": _thousands(_italian(), "mila"),
    "pt": dict(_portuguese()),
    "nl": _thousands(_dutch(), "duizend"),
}


def _hundreds() -> Iterator[tuple[str, str, int]]:
    """The hundreds, by language: they vouch for a figure, since what follows them is not read."""
    shapes = {"en": "{} hundred", "fr": "{} cents", "de": "{}hundert", "it": "{}cento", "nl": "{}honderd"}
    for language, shape in shapes.items():
        for word, number in NUMBERS[language].items():
            if 2 <= number < 100 and (number < 10 or language in ("en", "de", "nl")):
                yield language, shape.format(word), number * 100
    spanish = "dosc tresc cuatroc quin seisc setec ochoc novec".split()
    portuguese = "duz trez quatroc quinh seisc setec oitoc novec".split()
    for number, stems in enumerate(zip(spanish, portuguese, strict=True), 2):
        for ending in ("os", "as"):
            yield "es", f"{stems[0]}ient{ending}", number * 100
            yield "pt", f"{stems[1]}ent{ending}", number * 100


HUNDREDS: Mapping[str, Mapping[str, int]] = {
    language: {word: number for own, word, number in _hundreds() if own == language} for language in NUMBERS
}

# Articles and what else means one: they vouch for a figure 1, and are never missed.
ONES: Mapping[str, str] = {
    "en": "one a an single once",
    "fr": "un une unique seul seule",
    "de": "ein eine einen einem einer eines eins einmal",
    "es": "un una uno único única",
    "it": "un uno una unico unica",
    "pt": "um uma único única",
    "nl": "een één eenmaal",
}

# What says none: these words vouch for a figure 0, and are never missed.
NONE: Mapping[str, str] = {
    "en": "no none without",
    "fr": "aucun aucune nul nulle pas sans",
    "de": "kein keine keinen keinem keiner keines ohne",
    "es": "ningún ninguna ninguno no sin",
    "it": "nessun nessuna nessuno non senza",
    "pt": "nenhum nenhuma não sem",
    "nl": "geen zonder",
}

# Half of a scale: `half a million`, `un demi-million`.
HALF: Mapping[str, str] = {
    **{"en": "half a|half", "fr": "demi", "de": "halbe|halben", "es": "medio", "it": "mezzo", "pt": "meio"},
    "nl": "half|halve",
}

# Words with another sense too, or that the other language words freely. They vouch for a number and are never missed.
LOOSE: Mapping[str, Mapping[str, int]] = {
    "en": {
        **dict.fromkeys(("both", "couple", "pair", "twice", "double", "twofold", "either", "neither", "half"), 2),
        **{"triple": 3, "thrice": 3, "thirds": 3, "quarter": 4, "dozen": 12, "hundred": 100, "decade": 10},
        **{"quarters": 4, "zero": 0, "thousand": 1000},
    },
    "fr": {
        **dict.fromkeys(("double", "doubler", "doublé", "demi", "demie", "moitié", "second", "seconde", "paire"), 2),
        **{"triple": 3, "tiers": 3, "quart": 4, "neuf": 9, "dizaine": 10, "décennie": 10, "douzaine": 12},
        **{"quinzaine": 15, "vingtaine": 20, "trentaine": 30, "cinquantaine": 50, "centaine": 100, "cent": 100},
        **{"quarts": 4, "zéro": 0, "mille": 1000, "millier": 1000},
    },
    "de": {
        **dict.fromkeys(("beide", "beiden", "beides", "beider", "paar", "doppelt", "doppelte", "zweimal", "halb"), 2),
        **{"dreimal": 3, "drittel": 3, "viertel": 4, "acht": 8, "elf": 11, "dutzend": 12, "jahrzehnt": 10},
        **{"dritteln": 3, "vierteln": 4, "null": 0, "tausend": 1000},
    },
    "es": {
        **dict.fromkeys(("ambos", "ambas", "par", "doble", "mitad", "medio", "media"), 2),
        **{"triple": 3, "tercio": 3, "cuarto": 4, "once": 11, "década": 10, "docena": 12, "cien": 100, "ciento": 100},
        **{"tercios": 3, "cuartos": 4, "cero": 0, "mil": 1000},
    },
    "it": {
        **dict.fromkeys(("entrambi", "entrambe", "paio", "coppia", "doppio", "metà", "mezzo", "mezza"), 2),
        **{"triplo": 3, "quarto": 4, "sei": 6, "decennio": 10, "decina": 10, "dozzina": 12, "centinaio": 100},
        **{"terzi": 3, "quarti": 4, "zero": 0, "mille": 1000, "migliaio": 1000},
    },
    "pt": {
        **dict.fromkeys(("ambos", "ambas", "par", "dobro", "metade", "meio", "meia"), 2),
        **{"triplo": 3, "terço": 3, "quarto": 4, "década": 10, "dezena": 10, "dúzia": 12, "cento": 100},
        **{"terços": 3, "quartos": 4, "zero": 0, "mil": 1000, "milhar": 1000},
    },
    "nl": {
        **dict.fromkeys(("beide", "beiden", "paar", "dubbel", "dubbele", "tweemaal", "half", "helft"), 2),
        **{"driemaal": 3, "derde": 3, "kwart": 4, "acht": 8, "elf": 11, "dozijn": 12, "decennium": 10},
        **{"nul": 0, "duizend": 1000},
    },
}


def _row(words: str, first: int = 1) -> dict[str, int]:
    """`|` between numbers, spaces between the forms of one."""
    return {form: number for number, forms in enumerate(words.split("|"), first) for form in forms.split()}


def _english_ordinals() -> Iterator[tuple[str, int]]:
    units = "first second third fourth fifth sixth seventh eighth ninth".split()
    for ten, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2):
        yield f"{word[:-1]}ieth", ten * 10
        yield from ((f"{word} {unit}", ten * 10 + number) for number, unit in enumerate(units, 1))


ORDINALS: Mapping[str, Mapping[str, int]] = {
    "en": _row(
        "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth"
        "|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth"
    )
    | dict(_english_ordinals()),
    "fr": _row(
        "premier première premiers premières|deuxième second seconde|troisième|quatrième|cinquième|sixième|septième"
        "|huitième|neuvième|dixième|onzième|douzième|treizième|quatorzième|quinzième|seizième"
    )
    | {"dix septième": 17, "dix huitième": 18, "dix neuvième": 19, "vingtième": 20, "vingt et unième": 21},
    "de": {
        stem + ending: number
        for stem, number in _row(
            "erste|zweite|dritte|vierte|fünfte|sechste|siebte|achte|neunte|zehnte|elfte|zwölfte"
        ).items()
        for ending in ("", "n", "r", "s", "m")
    },
    "es": _row(
        "primero primera primer|segundo segunda|tercero tercera tercer|cuarto cuarta|quinto quinta|sexto sexta"
        "|séptimo séptima|octavo octava|noveno novena|décimo décima"
    ),
    "it": _row(
        "primo prima primi prime|secondo seconda|terzo terza|quarto quarta|quinto quinta|sesto sesta|settimo settima"
        "|ottavo ottava|nono nona|decimo decima|undicesimo|dodicesimo|tredicesimo|quattordicesimo|quindicesimo"
        "|sedicesimo|diciassettesimo|diciottesimo|diciannovesimo|ventesimo|ventunesimo"
    ),
    "pt": _row(
        "primeiro primeira|segundo segunda|terceiro terceira|quarto quarta|quinto quinta|sexto sexta|sétimo sétima"
        "|oitavo oitava|nono nona|décimo décima"
    ),
    "nl": _row("eerste|tweede|derde|vierde|vijfde|zesde|zevende|achtste|negende|tiende"),
}
