"""The fact lock: what a text states in figures, dates, amounts and addresses is found again in its translation.

find        text → facts, each with its place and a value that no language has
localized   a fact → the form that a locale gives it
compare     source and translation → what is missing, altered or added
repaired    the same → the edits whose form is certain, and a sentence for each

Pure functions of *prose* (`localize.prose`). No text raises; a locale that CLDR does not know raises ConfigError.
"""

from __future__ import annotations

from prl10n.localize.facts.comparing import compare, repaired
from prl10n.localize.facts.finding import find
from prl10n.localize.facts.forms import localized
from prl10n.localize.facts.model import OF_TIME, Change, Discrepancy, Fact, Kind

__all__ = ["OF_TIME", "Change", "Discrepancy", "Fact", "Kind", "compare", "find", "localized", "repaired"]
