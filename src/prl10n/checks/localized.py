"""What a locale asks of a text besides its words: `localize.typography` and `localize.facts`, as checks."""

from __future__ import annotations

from collections.abc import Iterator

from prl10n.checks.model import Context, Problem
from prl10n.localize import facts, typography
from prl10n.localize.prose import Edit


def typographic(source: str, target: str, context: Context) -> Iterator[Problem]:
    """Quotation marks, apostrophes and spaces that are those of another language (docs/typography.md names the guides;
    Weblate: Punctuation spacing).

    A text that is the source's is no translation: the rule `unchanged` looks at it.
    """
    asked = context.settings.localize.typography
    if asked is False or source == target:
        return
    profile = asked if isinstance(asked, str) else None
    found = typography.violations(context.target_prose, context.locale, profile)
    fix = context.fixed(violation.edit for violation in found) if found else None
    if found:
        yield Problem("; ".join(dict.fromkeys(violation.message for violation in found)), fix=fix)


def factual(source: str, target: str, context: Context) -> Iterator[Problem]:
    """Figures, dates, amounts, addresses and names of the source that the translation lacks, alters or adds
    (docs/facts.md; pofilter: numbers, urls, emails).
    """
    if source == target:
        return
    names = [term.source for term in context.terms if not term.target]
    languages = (context.language, context.locale)
    for found in facts.compare(context.source_prose, context.target_prose, languages, names):
        edits: tuple[Edit, ...] = (found.edit,) if found.edit else ()
        yield Problem(found.message, fix=context.fixed(edits) if edits else None)
