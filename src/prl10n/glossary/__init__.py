"""Terms: the glossary of a project, where its terms occur in a text, and whether a translation heeds them.

load, merged, save      the file
found                   the terms that occur in plain words
protected, restored     terms as tags, for a backend that takes no terms
violations              what a translation lacks
digest                  the terms of a text as a part of the journal's key

Only `load` and `save` touch the disk.
"""

from __future__ import annotations

from prl10n.glossary.file import COLUMNS, Glossary, Line, Merge, load, merged, parse, save
from prl10n.glossary.heed import FUNCTION_WORDS, Violation, violations
from prl10n.glossary.search import digest, found, is_unspaced, protected, restored, words

__all__ = [
    "COLUMNS",
    "FUNCTION_WORDS",
    "Glossary",
    "Line",
    "Merge",
    "Violation",
    "digest",
    "found",
    "is_unspaced",
    "load",
    "merged",
    "parse",
    "protected",
    "restored",
    "save",
    "violations",
    "words",
]
