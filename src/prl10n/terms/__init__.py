"""Terms that approved translations have in common, and those that they translate in several ways.

approved entries → pairs of sentences → phrases that are used often → the phrases that translate them
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prl10n import catalog, document, markup, tags
from prl10n.config import Config, shown
from prl10n.content import find_documents
from prl10n.errors import LIBRARY_FAILURES, CatalogError
from prl10n.glossary import Glossary
from prl10n.model import Span, State, Unit
from prl10n.terms.mining import DOCUMENTS, UNITS, Pair, Place, Rendering, Suggestion, mine

__all__ = ["DOCUMENTS", "UNITS", "Pair", "Place", "Rendering", "Suggestion", "mine", "pairs", "suggest"]


def suggest(
    config: Config, locales: Iterable[str] = (), known: Mapping[str, Glossary] | None = None, least: int | None = None
) -> tuple[tuple[Suggestion, ...], tuple[CatalogError, ...]]:
    """What the approved entries of all catalogs agree on, and where they disagree, by locale; the terms that the
    glossary of a locale has (`known`) are left out. `least` texts must have a term, instead of UNITS or DOCUMENTS.

    Also returns the errors of the catalogs that cannot be read; the others are mined.
    """
    chosen = tuple(locales)
    for locale in chosen:
        config.settings(locale)
    suggestions: list[Suggestion] = []
    errors: list[CatalogError] = []
    for locale in (target for target in config.targets if not chosen or target in chosen):
        terms = known[locale].terms(locale) if known and locale in known else ()
        taken = {term.source.casefold() for term in terms}
        found = mine(tuple(pairs(config, locale, errors)), locale, config.source, least)
        suggestions += (item for item in found if item.source.casefold() not in taken)
    return tuple(suggestions), tuple(errors)


def pairs(config: Config, locale: str, errors: list[CatalogError]) -> Iterator[Pair]:
    """The approved texts of a locale. The errors of catalogs that cannot be read are added to `errors`."""
    for name in find_documents(config):
        path = config.catalog_path(locale, name)
        try:
            loaded = catalog.load(path)
        except CatalogError as error:
            errors.append(error)
            continue
        for entry in loaded.entries if loaded else ():
            if entry.state is State.APPROVED and not entry.obsolete and not entry.plural:
                place = Place(shown(path), entry.msgid)
                for source, target in _texts(entry.msgid, entry.msgstr, entry.extracted):
                    yield Pair(source, target, name, place)


def _texts(msgid: str, msgstr: str, extracted: str) -> Iterator[tuple[str, str]]:
    """The plain words of an entry and of its translation; none where the markup differs."""
    syntax = document.syntax_of(extracted.split("\n")[0])
    try:
        unit = Unit(msgid, "", syntax, Span(0, 0), 0, document.read(msgid, syntax, {}))
        targets = markup.aligned(unit, msgstr)
        sources = markup.neutral(unit)
    except LIBRARY_FAILURES:  # a text that breaks the parser gives no terms
        return
    for source, target in zip(sources, targets or (), strict=False):
        yield _plain(source), _plain(target)


def _plain(fragment: str) -> str:
    """The words of a neutral form; what stands for itself separates them."""
    return "".join(token.text or ("" if token.item is not tags.Item.EMPTY else " | ") for token in tags.parse(fragment))
