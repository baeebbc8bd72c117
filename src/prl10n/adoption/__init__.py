"""A site that was translated by hand → catalogs: the units of its pages are paired with those of their sources.

align(source, target, locales) → Alignment: pairs with their confidence, and what was joined or divided
adopt(config, selection)       → Report: what became of every unit; the catalogs are written
"""

from __future__ import annotations

from prl10n.adoption.adopting import Report, Row, adopt
from prl10n.adoption.lexicon import EMPTY, Lexicon, learn
from prl10n.adoption.pairing import APPROVED, DRAFT, Alignment, Pair, align, examples

__all__ = [
    "APPROVED",
    "DRAFT",
    "EMPTY",
    "Alignment",
    "Lexicon",
    "Pair",
    "Report",
    "Row",
    "adopt",
    "align",
    "examples",
    "learn",
]
