"""Units ⇄ gettext catalogs: the only code that knows polib.

A catalog is the truth about a document's translations in one locale, and people own it. So what prl10n does not
change keeps its very lines: an entry is written anew only if one of its fields differs, wrapped as the file wraps.

parse(bytes), render(Catalog)         the file, and `header` of a new one
merge(Catalog, units, …)              the catalog of a source as it is now
needs_text, fill, publishable         what waits for a text, drafts for it, what may be read on the page
load, save, update                    the disk; all else is pure

State      in the file                                what fills it
missing    empty msgstr                               a backend or the memory
draft      `#, fuzzy`                                 nobody: a person looks at it next
stale      `#, fuzzy` and `#| msgid "old source"`     a backend, once; the approved words stay as an obsolete entry
approved   neither                                    nobody
"""

from __future__ import annotations

from prl10n.catalog.filling import fill, needs_text, publishable
from prl10n.catalog.merging import Carrier, merge
from prl10n.catalog.model import WIDTH, Catalog, Draft, Entry, Key, changed
from prl10n.catalog.reading import parse
from prl10n.catalog.saving import load, save, update
from prl10n.catalog.writing import header, render

__all__ = [
    "WIDTH",
    "Carrier",
    "Catalog",
    "Draft",
    "Entry",
    "Key",
    "changed",
    "fill",
    "header",
    "load",
    "merge",
    "needs_text",
    "parse",
    "publishable",
    "render",
    "save",
    "update",
]
