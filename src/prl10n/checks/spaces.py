"""Spaces and words that stand twice, and spaces at the borders."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prl10n.checks.model import Context, Problem
from prl10n.checks.profiles import CRIES, TWICE, language
from prl10n.localize.prose import Edit

_SPACES = re.compile(r"(?<=[^\s])[ \t\u00a0\u2009\u202f]{2,}(?=[^\s])")
_TWICE = re.compile(r"(?<![\w'’.@/-])([^\W\d_]{2,})([ \u00a0]+)(\1)(?![\w'’@/-])", re.IGNORECASE)


def border_spaces(source: str, target: str, context: Context) -> Iterator[Problem]:
    """A space before or behind the text, where the source has none.

    Weblate's `begin_space` and `end_space`, pofilter's `startwhitespace` and `endwhitespace`.
    """
    sides = [
        name
        for name, has, had in (
            ("before", target[:1].isspace(), source[:1].isspace()),
            ("behind", target[-1:].isspace(), source[-1:].isspace()),
        )
        if has and not had
    ]
    if sides:
        fix = target.lstrip() if "before" in sides else target
        fix = fix.rstrip() if "behind" in sides else fix
        yield Problem(f"there is a space {' and '.join(sides)} the text", fix=context.kept(fix))


def double_spaces(source: str, target: str, context: Context) -> Iterator[Problem]:
    """Two spaces side by side, where the source has none such; a no-break space counts as one.

    Weblate's `double_space`, pofilter's `doublespacing`.
    """
    del source, target
    edits = [
        Edit(passage.start + found.start(), passage.start + found.end(), _space(found[0]))
        for passage in context.passages()
        if not _SPACES.search(passage.source)
        for found in _SPACES.finditer(passage.target)
    ]
    if edits:
        yield Problem("two spaces stand side by side", fix=context.fixed(edits))


def _space(run: str) -> str:
    """What a run of spaces should be: the no-break space among them, else a space."""
    return next((character for character in run if character not in " \t"), " ")


def doubled_words(source: str, target: str, context: Context) -> Iterator[Problem]:
    """A word twice in a row, where the source has none and the language does not say so (`vous vous`).

    Weblate's `duplicate`, pofilter's `doublewords`. Names are left alone (`Baden Baden`), and so are two words of which
    one has a capital amid a sentence (`la partie Est est`, `von Teilen teilen`).
    """
    del source, target
    usual = TWICE.get(language(context.locale))
    if usual is None:
        return
    for passage in context.passages():
        if _TWICE.search(passage.source):
            continue
        for found in _TWICE.finditer(passage.target):
            if found[1].lower() in usual or found[1].lower() in CRIES or not found[3].islower():
                continue
            if found[1][0].isupper() and not _begins(passage.target, found.start()):
                continue
            edit = Edit(passage.start + found.start(2), passage.start + found.end(3), "")
            yield Problem(f"“{found[1]}” stands there twice in a row", fix=context.fixed([edit]))


def _begins(text: str, start: int) -> bool:
    """Whether a sentence begins at a place."""
    before = text[max(start - 8, 0) : start].rstrip(" \u00a0\u202f\"“„«»‹›‘’'([¿¡–—-*")
    return not before or before[-1] in ".!?…:\n" or (start < 8 and not before.strip('"“„«‹‘([¿¡'))
