"""A report for machines."""

from __future__ import annotations

from prl10n.model import State
from prl10n.report.figures import Balance, Count
from prl10n.report.history import Since
from prl10n.report.looks import Look
from prl10n.report.texts import said
from prl10n.report.values import Report


def as_json(report: Report) -> dict[str, object]:
    """What the page says, as values that `json` takes. Texts are as readers see them, without markup."""
    return {
        "project": report.project,
        "moment": report.moment.isoformat(),
        "revision": report.revision or None,
        "source": report.source.tag,
        "totals": [
            {
                "locale": total.locale,
                "documents": total.documents,
                "complete": total.complete,
                **_balance(total.balance),
            }
            for total in report.totals
        ],
        "documents": [
            {"document": each.document, "title": each.title, "locale": each.locale, **_balance(each.balance)}
            for each in report.figures
        ],
        "since": None if report.since is None else _since(report.since),
        "looks": [
            {"document": pile.document, "locale": pile.locale, "catalog": pile.catalog, **_look(look)}
            for pile in report.piles
            for look in pile.looks
        ],
        "left_out": sum(pile.waiting - len(pile.looks) for pile in report.piles),
        "billed": None
        if report.bills is None
        else [
            {
                "backend": bill.backend,
                "month": bill.month,
                "characters": bill.characters,
                "price": None if bill.price is None else round(bill.price, 4),
                "currency": report.price[1] if report.price else None,
            }
            for bill in report.bills
        ],
        "findings": [
            {
                "rule": finding.rule,
                "severity": finding.severity.value,
                "path": finding.path,
                "line": finding.line,
                "locale": finding.locale,
                "message": finding.message,
            }
            for finding in report.findings
        ],
    }


def _count(count: Count) -> dict[str, int]:
    return {"units": count.units, "words": count.words}


def _balance(balance: Balance) -> dict[str, object]:
    states: dict[str, object] = {state.value: _count(balance.states[state]) for state in State}
    return {**states, "left": _count(balance.left), "percent": balance.percent}


def _since(since: Since) -> dict[str, object]:
    return {
        "revision": since.asked,
        "commit": since.commit,
        "added": list(since.added),
        "changed": list(since.changed),
        "removed": list(since.removed),
        "renamed": [list(names) for names in since.renamed],
        "unread": list(since.unread),
        "locales": [
            {
                "locale": news.locale,
                "new": _count(news.new),
                "stale": _count(news.stale),
                "approved": _count(news.approved),
            }
            for news in since.news
        ],
    }


def _look(look: Look) -> dict[str, object]:
    return {
        "state": look.state.value,
        "kind": look.kind,
        "line": look.line,
        "source": said(look.source),
        "target": said(look.target) or None,
        "changes": [[change.edit.value, change.text] for change in look.changes],
        "former": said(look.former) or None,
        "provenance": look.provenance or None,
        "note": look.note or None,
        "remarks": look.remarks or None,
        "max_length": look.max_length,
        "findings": list(look.findings),
    }
