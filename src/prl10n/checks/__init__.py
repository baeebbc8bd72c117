"""What must be fixed before publishing: one table of rules, and one run over all of them.

rules.RULES        id, severity, summary and function of every rule
units              (source text, target text, context) → problems: what state a unit is in, the glossary
ends, spaces, pairs, leaks, language
                   the same: what is wrong with a text
consistency        all texts of a locale → problems
documents          the files of a document in a locale → problems
inspection.inspect the project → findings
fixing.fix         the project → drafts without what was certainly wrong
"""

from __future__ import annotations

from prl10n.checks.fixing import fix
from prl10n.checks.inspection import Report, inspect
from prl10n.checks.model import Context, Files, Problem, Rule
from prl10n.checks.rules import BY_ID, RULES, chosen

__all__ = ["BY_ID", "RULES", "Context", "Files", "Problem", "Report", "Rule", "chosen", "fix", "inspect"]
