"""The table of the rules. A new check is a function in one of the modules imported here, and a line of the table."""

from __future__ import annotations

from collections.abc import Sequence

from prl10n.checks import consistency, documents, ends, language, leaks, links, localized, losses, pairs, spaces, units
from prl10n.checks.model import Rule
from prl10n.errors import ConfigError
from prl10n.locales import nearest
from prl10n.model import Severity

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

RULES = (
    Rule("document", _ERROR, "a source that cannot be read, or says something that prl10n does not understand"),
    Rule("catalog", _ERROR, "a catalog that gettext would not read"),
    Rule("extract", _ERROR, "a catalog that is behind its source", files=documents.extracted),
    Rule("missing", _ERROR, "a unit without a translation", state=units.missing),
    Rule("stale", _WARNING, "an approved unit whose source has changed", state=units.stale),
    Rule("unreviewed", _WARNING, "a draft that nobody has looked at", state=units.unreviewed),
    Rule("structure", _ERROR, "a translation that would break the page, so that the source stands in its place"),
    Rule(
        "lost-text", _ERROR, "an alternative text, a title or the words of a link that are gone", text=losses.lost_text
    ),
    Rule("glossary", _ERROR, "a translation without a term of the glossary", text=units.heeds_glossary),
    Rule("max-length", _ERROR, "a translation that is longer than its author allows", text=units.max_length),
    Rule("numbers", _ERROR, "a figure, date, amount or address that is not the source's", text=localized.factual),
    Rule("typography", _WARNING, "typography of another language", text=localized.typographic),
    Rule("unchanged", _WARNING, "a sentence that is the same as in the source", text=language.unchanged),
    Rule("untranslated", _WARNING, "a part of a sentence that is the source's", text=language.untranslated),
    Rule("language", _WARNING, "a sentence in another language", text=language.other_language),
    Rule("length", _WARNING, "a translation that is far too short or too long", text=language.length),
    Rule("sentences", _WARNING, "a translation that lacks sentences", text=language.sentence_count),
    Rule("final-mark", _WARNING, "a sentence without the mark that ends it", text=ends.final_mark),
    Rule("capital", _WARNING, "a sentence that begins with a small letter", text=ends.capital),
    Rule("border-spaces", _WARNING, "a space before or behind a text", text=spaces.border_spaces),
    Rule("double-spaces", _WARNING, "two spaces side by side", text=spaces.double_spaces),
    Rule("doubled-words", _WARNING, "a word twice in a row", text=spaces.doubled_words),
    Rule("brackets", _WARNING, "a bracket without its partner", text=pairs.brackets),
    Rule("quotes", _WARNING, "a quotation that is opened and not closed", text=pairs.quotes),
    Rule("markup", _WARNING, "markup that a reader sees as characters", text=leaks.markup),
    Rule("placeholders", _WARNING, "a placeholder that is missing or new", text=leaks.placeholders),
    Rule("characters", _WARNING, "a character that should not be there", text=leaks.characters),
    Rule("inconsistent", _WARNING, "a text with several approved translations", project=consistency.inconsistent),
    Rule("reused", _WARNING, "a translation that stands for two different texts", project=consistency.reused),
    Rule(
        "page",
        _ERROR,
        "a page that is missing, or behind its source or its catalog",
        files=documents.built,
        about="page",
    ),
    Rule("links", _WARNING, "a link of a page that leads nowhere within the site", files=links.broken, about="page"),
    Rule("orphan", _WARNING, "a catalog or a page whose source is gone"),
    Rule("frozen", _ERROR, "a document for which `sync` would ask for texts", files=documents.frozen, asked=True),
)

BY_ID = {rule.id: rule for rule in RULES}


def chosen(wanted: Sequence[str], skipped: Sequence[str], *, frozen: bool = False) -> tuple[Rule, ...]:
    """The rules to look for, in the order of the table: those `wanted`, or all but those only looked for when asked.

    Raises ConfigError for an id that no rule has.
    """
    for name in (*wanted, *skipped):
        if name not in BY_ID:
            known = ", ".join(BY_ID)
            raise ConfigError(f"{name!r} is no rule", remedy=f"{nearest(name, BY_ID)}Rules: {known}.")
    names = {*wanted} or {rule.id for rule in RULES if not rule.asked}
    names |= {"frozen"} if frozen else set()
    return tuple(rule for rule in RULES if rule.id in names and rule.id not in skipped)
