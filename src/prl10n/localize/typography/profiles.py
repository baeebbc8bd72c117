"""The profiles: what each locale's style guides ask for, an entry a locale. A new profile is an entry of `PROFILES`.

Sources, as the comments name them:

LEXIQUE     Imprimerie nationale, « Lexique des règles typographiques en usage à l’Imprimerie nationale », 2002
OQLF        Office québécois de la langue française, « Espacement avant et après les signes de ponctuation et les
            symboles », https://vitrinelinguistique.oqlf.gouv.qc.ca/22039
ROMAND      Association suisse des typographes, « Guide du typographe », 2015
EU          Interinstitutional style guide, section 6.4, https://style-guide.europa.eu
DUDEN       Duden, „Die deutsche Rechtschreibung“, Textverarbeitung und E-Mails; Regeln 11 to 13, Gedankenstrich
RAE         Real Academia Española and ASALE, «Ortografía de la lengua española», 2010, chapters III and VIII
TRECCANI    Treccani, “La grammatica italiana”, Virgolette, Trattino, Apostrofo
TAALUNIE    Nederlandse Taalunie, Taaladvies.net: Aanhalingstekens, Gedachtestreepje, Procent
HART        New Hart’s Rules, 2014, chapters 4, 9 and 11
CHICAGO     The Chicago Manual of Style, 17th edition, chapters 6, 9 and 13
CLDR        Unicode CLDR: delimiters (quotation marks) and number symbols of the locale
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from prl10n.errors import ConfigError
from prl10n.locales import nearest

NBSP = "\u00a0"
NNBSP = "\u202f"


@dataclass(frozen=True, slots=True)
class Quotes:
    """A pair of quotation marks, and the space inside each of them."""

    opening: str
    closing: str
    space: str = ""


@dataclass(frozen=True, slots=True)
class Dash:
    """The dash between words: its sign, and (space before, space behind) where it opens and closes a parenthesis, and
    where it stands alone (None: such a dash is left as it is).

    A spaced dash of the other length keeps its sign, unless `strict`.
    """

    sign: str
    opening: tuple[str, str]
    closing: tuple[str, str]
    lone: tuple[str, str] | None
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """The conventions of a locale. A space is the character itself, "" for none; None leaves what is there."""

    name: str
    quotes: tuple[Quotes, ...]
    """From the outermost; what is nested deeper begins again with the first."""
    dash: Dash
    accepted: tuple[str, ...] = ()
    """Pairs of marks that nobody would call wrong, at any level."""
    high: str = ""
    """Before ; ! and ?"""
    high_accepted: str = ""
    """A space that nobody would call wrong there."""
    colon: str = ""
    percent: str | None = None
    """Before % and ‰."""
    percent_accepted: str | None = None
    """What nobody would call wrong there."""
    degrees: str | None = None
    """Before °C and °F."""
    currency: str | None = None
    """Between a number and the sign of a currency behind it."""
    thousands: str | None = None
    """Between groups of three digits, where a space stands there."""
    thousands_apostrophe: bool = False
    """Whether 1'000 is a number, written 1’000."""
    range_dash: str = ""
    """Between two years; "" leaves the hyphen."""
    ordinals: bool = False
    """Whether French ordinals are shortened: 1re, 2e, XXIe."""
    number_sign: str = ""
    """The sign that stands for “number”, whose degree sign or º is that of this one."""
    abbreviations: tuple[str, ...] = ()
    """What is never parted from the number behind it."""
    tied: tuple[str, ...] = ()
    """Abbreviations of several parts that are never parted."""
    units: tuple[str, ...] = ()
    """Units that are never parted from the number before them, besides those of all languages."""
    elided: frozenset[str] = frozenset()
    """What stands before an apostrophe, the next word behind it."""
    cut: frozenset[str] = frozenset()
    """Words that end with an apostrophe."""
    clipped: str = ""
    """A regular expression: words that begin with an apostrophe."""
    possessive: bool = False
    """Whether a plural possessive ends with an apostrophe: the dogs’ owner."""


_SPACED = (" ", " ")
_FRENCH_DASH = Dash("–", opening=(" ", NBSP), closing=(NBSP, " "), lone=(" ", NBSP))
_SPACED_DASH = Dash("–", _SPACED, _SPACED, _SPACED)
_EM_DASH = Dash("—", _SPACED, _SPACED, _SPACED, strict=True)

# LEXIQUE, « Abréviations », « Apostrophe »; Grevisse, « Le bon usage », § 44
_FRENCH_ELIDED = frozenset("c d j l m n s t qu jusqu lorsqu puisqu quoiqu presqu quelqu entr".split())
_ITALIAN_ELIDED = frozenset(  # TRECCANI, Elisione
    "c d l m n s t v un gl ch dell all dall nell sull coll quell quest bell sant dov cos com anch senz mezz".split()
)

_FRENCH_UNITS = tuple(
    "ko Mo Go To Po h heure heures minutes secondes jour jours semaines mois an ans années euros dollars francs livres "
    "mille million millions milliard milliards billions mètres kilomètres kilogrammes tonnes litres hectares degrés "
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
)

_FR = Profile(
    name="fr",
    # LEXIQUE, « Guillemets »; the inner marks as OQLF and CLDR have them
    quotes=(Quotes("«", "»", NBSP), Quotes("“", "”"), Quotes("‘", "’")),
    dash=_FRENCH_DASH,  # LEXIQUE, « Tiret »: it stays with the words of the parenthesis
    high=NNBSP,  # LEXIQUE, « Ponctuation »: espace fine insécable
    colon=NBSP,  # LEXIQUE, « Ponctuation »: espace mots insécable
    percent=NNBSP,  # CLDR, percent format of fr; LEXIQUE, « Pourcentage »
    degrees=NBSP,  # LEXIQUE, « Unités de mesure »
    currency=NBSP,  # LEXIQUE, « Monnaies »; CLDR, currency format of fr
    thousands=NNBSP,  # LEXIQUE, « Nombres »; CLDR, group of fr
    ordinals=True,  # LEXIQUE, « Abréviations »: 1er, 1re, 2e; never 1ère, 2ème
    number_sign="n°",  # LEXIQUE, « Numéro »
    abbreviations=("no", "nos", "No", "§", "p.", "art.", "fig.", "chap.", "vol."),  # LEXIQUE, « Espaces »
    units=_FRENCH_UNITS,  # LEXIQUE, « Espaces »: a figure stays with what it counts; « Dates »: and with its month
    elided=_FRENCH_ELIDED,
)

_FR_CA = replace(
    _FR,
    name="fr-CA",
    high="",  # OQLF: nothing where there is no thin space …
    high_accepted=NNBSP,  # OQLF: … and a thin one where there is
    percent=NBSP,  # OQLF
    thousands=NBSP,  # OQLF, « Séparation des tranches de trois chiffres »; CLDR, group of fr-CA
)

_FR_CH = replace(
    _FR,
    name="fr-CH",
    quotes=(Quotes("«", "»", NNBSP), Quotes("‹", "›", NNBSP), Quotes("“", "”")),  # ROMAND, « Guillemets »; CLDR
    accepted=("“”",),  # ROMAND: inner marks of either kind
    colon=NNBSP,  # ROMAND, « Espaces »: espace fine before all four
    percent_accepted="",  # CLDR, percent format of fr-CH
    thousands_apostrophe=True,  # CLDR up to 33, and Swiss accounting; ROMAND has the thin space
)

_DE = Profile(
    name="de",
    quotes=(Quotes("„", "“"), Quotes("‚", "‘")),  # DUDEN, Regel 11 and 12; CLDR
    accepted=("»«", "›‹"),  # DUDEN, Regel 11
    dash=_SPACED_DASH,  # DUDEN, Gedankenstrich
    percent=NBSP,  # DUDEN, Textverarbeitung: Prozentzeichen; DIN 5008
    percent_accepted="",  # newspapers close it up
    degrees=NBSP,  # DUDEN, Textverarbeitung: Gradzeichen
    currency=NBSP,  # DUDEN, Textverarbeitung: Währungen
    thousands=NNBSP,  # DUDEN, Textverarbeitung: Zahlen; DIN 5008
    range_dash="–",  # DUDEN, Strich für „bis“
    abbreviations=("Nr.", "§", "S.", "Abs.", "Art.", "Abb.", "Kap."),  # DUDEN, Textverarbeitung: Paragrafzeichen
    tied=("z. B.", "d. h.", "u. a.", "i. d. R.", "v. a.", "z. T.", "u. U.", "o. Ä."),  # DUDEN, Abkürzungen; DIN 5008
    clipped=r"(?:s|n|ne|nen|nem|ner)\b",  # DUDEN, Regel 14: ’s ist, so ’n Ding
)

_DE_CH = replace(
    _DE,
    name="de-CH",
    quotes=(Quotes("«", "»"), Quotes("‹", "›")),  # Bundeskanzlei, „Schreibweisungen“, 2015, § 229; CLDR
    accepted=("„“", "‚‘"),
    thousands_apostrophe=True,  # CLDR, group of de-CH
)

_ES = Profile(
    name="es",
    quotes=(Quotes("«", "»"), Quotes("“", "”"), Quotes("‘", "’")),  # RAE, III.3.4.8: in this order; CLDR
    accepted=("“”",),  # RAE recommends «», and does not call “” wrong
    dash=Dash(
        "—", opening=(" ", ""), closing=("", " "), lone=None
    ),  # RAE, III.3.4.7: the dash keeps to the words inside
    percent=NBSP,  # RAE, VIII.2.3
    percent_accepted="",  # newspapers close it up
    degrees=NBSP,  # RAE, appendix 3
    currency=NBSP,  # RAE, appendix 3
    thousands=NNBSP,  # RAE, VIII.2.1.2.1
    abbreviations=("n.º", "núm.", "art.", "pág.", "§"),  # RAE, V.2.2
)

_IT = Profile(
    name="it",
    quotes=(Quotes("«", "»"), Quotes("“", "”"), Quotes("‘", "’")),  # TRECCANI, Virgolette; CLDR
    accepted=("“”",),  # TRECCANI: either kind
    dash=_SPACED_DASH,  # TRECCANI, Trattino: lungo, with spaces
    currency=NBSP,
    abbreviations=("n.", "art.", "p.", "§"),
    elided=_ITALIAN_ELIDED,
    cut=frozenset("po mo be ca to va fa da di sta ve".split()),  # TRECCANI, Apostrofo
)

_PT = Profile(
    name="pt",
    quotes=(Quotes("“", "”"), Quotes("‘", "’")),  # ABNT NBR 10520, section 5; CLDR
    dash=_SPACED_DASH,  # Manual de Redação da Presidência da República, 2018, section 9.2
    abbreviations=("n.º", "nº", "art.", "p.", "§"),
)

_PT_PT = replace(
    _PT,
    name="pt-PT",
    quotes=(Quotes("«", "»"), Quotes("“", "”"), Quotes("‘", "’")),  # EU, Portuguese edition, 10.1; CLDR
    accepted=("“”",),
    currency=NBSP,  # CLDR, currency format of pt-PT
    thousands=NBSP,  # CLDR, group of pt-PT
)

_NL = Profile(
    name="nl",
    quotes=(Quotes("“", "”"), Quotes("‘", "’")),  # TAALUNIE: double ones outside where they are used; CLDR has ‘ ’
    accepted=("‘’", "„”", "‚’"),  # TAALUNIE: single ones as well, and the low ones of older print
    dash=_SPACED_DASH,  # TAALUNIE, Gedachtestreepje
    abbreviations=("nr.", "art.", "p.", "§"),
    clipped=r"(?:s|t|n|k|m|r|ns)\b",  # TAALUNIE, Leidraad 14.2: ’s avonds, ’t, ’n, ’k
)

_CLIPPED = r"(?:tis|twas|twere|twill|til|till|em|cause|bout|round|cos|cuz|n|\d\ds?)\b"  # HART 4.2; CHICAGO 6.117

_EN_US = Profile(
    name="en-US",
    quotes=(Quotes("“", "”"), Quotes("‘", "’")),  # CHICAGO 13.30; CLDR
    dash=Dash("—", ("", ""), ("", ""), ("", ""), strict=True),  # CHICAGO 6.85
    percent="",  # CHICAGO 9.18
    range_dash="–",  # CHICAGO 6.78
    abbreviations=("No.", "no.", "§", "p.", "pp."),  # CHICAGO 6.121
    clipped=_CLIPPED,
    possessive=True,  # CHICAGO 7.17
)

_EN_GB = replace(
    _EN_US,
    name="en-GB",
    quotes=(Quotes("‘", "’"), Quotes("“", "”")),  # HART 9.2.3
    accepted=("“”",),  # HART: newspapers, and CLDR
    dash=_SPACED_DASH,  # HART 4.11.2: spaced en rules, as most British publishers have them
    percent="",  # HART 11.1.3
    range_dash="–",  # HART 4.11.1
)

_OWN = (_FR, _FR_CA, _FR_CH, _DE, _DE_CH, _ES, _IT, _PT, _PT_PT, _NL, _EN_US, _EN_GB)


def _eu(base: Profile, quotes: tuple[Quotes, ...]) -> Profile:
    """EU: one table of spaces for all languages, nothing before ; : ! and ?, nothing inside «…», a spaced —."""
    return replace(
        base,
        name=f"eu:{base.name}",
        quotes=quotes,
        accepted=(),
        high="",
        high_accepted="",
        colon="",
        percent=NBSP,
        percent_accepted=None,
        degrees=NBSP,
        currency=NBSP if base.currency else None,
        thousands=NBSP,
        thousands_apostrophe=False,
        dash=_EM_DASH,
    )


_ANGLED = (Quotes("«", "»"), Quotes("“", "”"), Quotes("‘", "’"))  # EU, 10.1 of the French, Spanish, Italian editions

PROFILES = {entry.name.lower(): entry for entry in _OWN} | {
    f"eu:{language}": _eu(base, quotes)
    for language, base, quotes in (
        ("fr", _FR, _ANGLED),
        ("de", _DE, _DE.quotes),
        ("es", _ES, _ANGLED),
        ("it", _IT, _ANGLED),
        ("pt", _PT_PT, _ANGLED),
        ("nl", _NL, _NL.quotes),
        ("en", _EN_GB, _EN_GB.quotes),
    )
}

# Locales whose conventions are not those of their language's own entry (CLDR: delimiters; parent locales).
_SAME_AS = {
    "en": "en-us", "en-au": "en-gb", "en-nz": "en-gb", "en-ie": "en-gb", "en-za": "en-gb",
    "pt-ao": "pt-pt", "pt-mz": "pt-pt", "pt-ch": "pt-pt", "de-li": "de-ch",
}  # fmt: skip


def profile(locale: str, name: str | None = None) -> Profile | None:
    """The profile of a locale (BCP 47), or of the nearest locale above it: `fr-BE` has that of `fr`. None: there is
    none, and nothing is known about the locale.

    A `name` chooses another one: that of a locale (`fr-CH`), or `eu`, the European Union's for the language of the
    locale. ConfigError for any other name.
    """
    if name is None:
        return _nearest(locale)
    wanted = name.lower()
    if wanted != "eu":
        found = PROFILES.get(wanted) or PROFILES.get(_SAME_AS.get(wanted, ""))
        if found is None:
            known = ["eu", *(entry.name for entry in _OWN)]
            raise ConfigError(
                f"{name!r} is no typography profile", remedy=f"{nearest(name, known)}Profiles: {', '.join(known)}."
            )
        return found
    return PROFILES.get(f"eu:{locale.lower().split('-')[0]}")


def _nearest(locale: str) -> Profile | None:
    subtags = locale.lower().split("-")
    for count in range(len(subtags), 0, -1):
        tag = "-".join(subtags[:count])
        if found := PROFILES.get(_SAME_AS.get(tag, tag)):
            return found
    return None
