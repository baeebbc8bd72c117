"""Translations for other people's tools, and back: XLIFF 2.1, CSV, XLSX, TMX 1.4b and gettext templates.

    catalogs ─ messages.collect ─→ Message ─ xliff, tables ─→ file ─→ people
    catalogs ←─ importing.bring_in ←─ Reply ←─ xliff, tables ←─ file ←─┘

A format is a writer of messages and a reader of replies, both pure; what a reply may change is decided in one place,
`importing`, whatever format it came in. Law: a file that comes back unedited changes no byte of any catalog.
"""

from __future__ import annotations

from prl10n.exchange.importing import Options, Report, bring_in
from prl10n.exchange.messages import Message, Reply, collect
from prl10n.exchange.templates import pot, save

__all__ = ["Message", "Options", "Reply", "Report", "bring_in", "collect", "pot", "save"]
