"""A page to hand round: where every document stands, what is new, what needs a look, and what it cost.

gather(config, selection, …) → Report: reads the project, the repository and the journal; writes nothing
page(report)                 → the bytes of one HTML file, which needs no other file, no network and no script
as_json(report)              → the same, for machines
"""

from __future__ import annotations

from prl10n.report.data import as_json
from prl10n.report.gathering import LIMIT, gather
from prl10n.report.html import is_page, page
from prl10n.report.values import Report

__all__ = ["LIMIT", "Report", "as_json", "gather", "is_page", "page"]
