"""The checks of one unit in one locale: pure, (source, target, context) → problems."""

from __future__ import annotations

from collections.abc import Iterator

from prl10n import glossary
from prl10n.checks.model import Context, Problem
from prl10n.model import Severity, State


def missing(source: str, target: str, context: Context) -> Iterator[Problem]:
    """A unit without a text: its source stands in the page."""
    del source, target
    if context.entry.state is State.MISSING:
        yield Problem("there is no translation: `prl10n sync` makes a draft")


def stale(source: str, target: str, context: Context) -> Iterator[Problem]:
    """A unit whose source changed after its approval. Once it has a proposal it only waits for a person."""
    del source, target
    if context.entry.state is not State.STALE:
        return
    if context.waits:
        yield Problem("the source has changed since this was approved: `prl10n sync` makes a proposal", Severity.ERROR)
    else:
        yield Problem("the source has changed since this was approved: compare the proposal with it", _unread(context))


def unreviewed(source: str, target: str, context: Context) -> Iterator[Problem]:
    """A draft that no person has looked at."""
    del source, target
    if context.entry.state is State.DRAFT:
        origin = f" ({context.entry.provenance})" if context.entry.provenance else ""
        yield Problem(f"nobody has reviewed this draft{origin}", _unread(context))


def _unread(context: Context) -> Severity:
    """A text that waits for a person is an error where only approved text is published: the source stands there."""
    return Severity.WARNING if context.settings.publish.drafts else Severity.ERROR


def heeds_glossary(source: str, target: str, context: Context) -> Iterator[Problem]:
    """The terms of the source that the translation does not have (docs/glossary.md).

    Weblate's `check_glossary` (https://docs.weblate.org/en/latest/user/checks.html).
    """
    del source, target
    for violation in glossary.violations(context.source_words, context.target_words, context.terms, context.locale):
        yield Problem(violation.message)


def max_length(source: str, target: str, context: Context) -> Iterator[Problem]:
    """A translation with more characters than its author allows, markup included.

    Weblate's `max-length` (https://docs.weblate.org/en/latest/user/checks.html).
    """
    del source
    most = context.unit.max_length
    if most is not None and len(target) > most:
        yield Problem(f"{len(target)} characters, at most {most} are allowed: shorten it")
