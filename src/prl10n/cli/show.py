"""What a run did, as lines for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from prl10n.ledger import Row, Tally
from prl10n.model import Finding, Severity, State
from prl10n.outcome import Outcome, Plan, Stage
from prl10n.patterns import late

if TYPE_CHECKING:
    from prl10n.desks import Meter


# What a terminal obeys instead of showing it, and what turns the direction of the words around it; no tab, no line end.
# https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters, https://trojansource.codes
_ACTING = late("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    """A text of others as a terminal may have it: what would act there as a visible escape, `\\x1b`, `\\u202e`."""
    if text.isprintable():  # nothing that acts is: the pattern, which takes long to compile, is not needed
        return text
    return _ACTING.sub(lambda found: ascii(found[0])[1:-1], text)


def dumped(value: object) -> str:
    """A value as JSON, for a terminal too: what would act there is `\\u…`, from which a parser gets the same string."""
    import json

    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False, indent=2))


def referenced(xml: str) -> str:
    """XML for a terminal too: what would act there is a reference, from which a parser gets the same character."""
    return _ACTING.sub(lambda found: f"&#{ord(found[0])};", xml)


def finding_line(finding: Finding) -> str:
    place = plain(f"{finding.path}:{finding.line}" if finding.line else finding.path)
    label = click.style(finding.severity.value, fg="red" if finding.severity is Severity.ERROR else "yellow")
    locale = f" [{finding.locale}]" if finding.locale else ""
    return f"{place}: {label}{locale}: {plain(finding.message)} ({finding.rule})"


def counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def written(outcome: Outcome, *, dry_run: bool) -> Iterator[str]:
    """A line for each file that was written."""
    would = "would write" if dry_run else "wrote"
    for row in outcome.rows.written():
        for path, done in ((row.catalog, row.catalog_written), (row.page, row.page_written)):
            if done:
                yield f"{would} {plain(path)}"


def summarize(outcome: Outcome, stages: Stage, dry_run: bool) -> None:
    """A line for each file that was written, a line for each locale, and what to do next."""
    for line in written(outcome, dry_run=dry_run):
        click.echo(line, err=True)
    for locale in outcome.rows.locales:
        rows = outcome.rows.of(locale)
        totals = rows.units_by_state()
        parts = [f"{totals[state]:,} {state.value}" for state in State if totals[state]]
        counts = f"{counted(len(rows), 'document')}, {counted(sum(totals.values()), 'unit')}"
        line = f"{locale}: {counts}: {', '.join(parts) or 'none'}"
        if Stage.TRANSLATE in stages:
            line += f". {_reuse(locale, rows.tally(), outcome, dry_run=dry_run)}"
        click.echo(line, err=True)
    for line in _advice(outcome, stages, dry_run):
        click.echo(line, err=True)


def _reuse(locale: str, total: Tally, outcome: Outcome, *, dry_run: bool) -> str:
    """Where the texts of a locale come from, and what they cost."""
    backend, plan, price = outcome.backends.get(locale, ""), outcome.plans.get(locale), outcome.prices.get(locale)
    parts = [f"{total.memory:,} from the memory"] if total.memory else []
    if total.drafts:
        parts[-1] += f" ({total.drafts:,} of them drafts)"
    parts += [f"{total.journal:,} answered before"] if total.journal else []
    if dry_run and backend == "memory" and total.sent:
        parts.append(f"{total.sent:,} that the memory does not have")
    elif dry_run and total.sent:
        requests = f" in {counted(plan.requests, 'request')}" if plan else ""
        cost = _cost(total.characters, price)
        parts.append(
            f"{backend} would be sent {counted(total.sent, 'text')}{requests}, "
            f"{counted(total.characters, 'character')}{cost}"
        )
    elif total.sent:
        estimate = f" ({plan.characters:,} estimated)" if plan else ""
        cost = _cost(total.billed, price)
        parts.append(
            f"{counted(total.sent, 'text')} from {backend}, {counted(total.billed, 'character')} billed{estimate}{cost}"
        )
    withheld = outcome.failure is not None or outcome.over_budget
    return f"Texts: {', '.join(parts)}." if parts else f"Nothing {'was sent' if withheld else 'to send'}."


def _cost(characters: int, price: tuple[float, str] | None) -> str:
    if price is None:
        return ", at a price that [budget] price does not say"
    amount, currency = price
    return f", about {characters * amount / 1_000_000:,.2f} {currency}" if amount else ""


def _advice(outcome: Outcome, stages: Stage, dry_run: bool) -> Iterator[str]:
    states = outcome.rows.units_by_state()
    if outcome.over_budget:
        raised = "raise --max-characters or [budget] characters"
        left = counted(outcome.over_budget, "character")
        if outcome.too_large:
            yield f"The budget is less than the next request, which has {outcome.too_large:,} characters: {raised}."
        elif dry_run:
            yield f"The budget ends there: {left} more would wait for another run, unless you {raised}."
        else:
            yield (
                f"The budget is spent: {left} were not sent. Run the same command again for as much again, or {raised}."
            )
    if dry_run:
        return
    if outcome.untranslated and "memory" in outcome.backends.values() and outcome.failure is None:
        yield (
            f"{counted(outcome.untranslated, 'unit')} left untranslated: the memory does not know them, and "
            "no other backend is set up. "
            "For DeepL, set DEEPL_AUTH_KEY and run the same command again."
        )
    elif outcome.untranslated and outcome.failure is None and not outcome.over_budget:
        yield f"{counted(outcome.untranslated, 'unit')} left untranslated; the messages above say why."
    waiting = states[State.DRAFT] + states[State.STALE]
    if waiting:
        yield (
            f"Next: review {counted(waiting, 'unit')} in {_catalogs(outcome)} with `prl10n review`, Poedit or Weblate; "
            "clearing the fuzzy flag approves a unit. Then run `prl10n build`."
        )
    elif Stage.TRANSLATE not in stages and states[State.MISSING]:
        yield "Next: `prl10n sync` translates what is missing."


def _catalogs(outcome: Outcome) -> str:
    """The catalog with units to review, or how many there are."""
    count = outcome.rows.count_having(State.DRAFT, State.STALE)
    return f"{count:,} catalogs" if count > 1 else plain(next(outcome.rows.having(State.DRAFT, State.STALE)).catalog)


def print_status(outcome: Outcome) -> None:
    widths = [0] * len(next(_status(outcome)))
    for line in _status(outcome):  # twice: the lines of a large site are not kept
        widths = [max(width, len(cell)) for width, cell in zip(widths, line, strict=True)]
    for line in _status(outcome):
        cells = [
            cell.rjust(width) if 2 <= column < len(widths) - 1 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())


def _status(outcome: Outcome) -> Iterator[tuple[str, ...]]:
    """The cells of each line, with a header and the totals."""
    yield "document", "locale", "units", *(state.value for state in State), "words left", "page"
    for row in outcome.rows:
        units, left = map(str, row.units_by_state), f"{row.words_left:,}"
        yield plain(row.document), row.locale, str(row.units), *units, left, _page(row, dry_run=True)
    totals = outcome.rows.units_by_state().values()
    left = f"{outcome.rows.words_left():,}"
    yield f"{len(outcome.rows)} in all", "", str(sum(totals)), *map(str, totals), left, ""


def _page(row: Row, *, dry_run: bool) -> str:
    """Whether the localized document on disk is what `build` would write."""
    if row.page_left:
        return "outdated"
    if row.page_written and dry_run:
        return "outdated" if Path(row.page).exists() else "not written"
    return "current" if Path(row.page).exists() else "none"


def as_json(outcome: Outcome, command: str, dry_run: bool) -> dict[str, object]:
    total = outcome.rows.tally()
    return {
        "command": command,
        "dry_run": dry_run,
        "exit_code": outcome.exit_code,
        "documents": [
            {
                "document": row.document,
                "locale": row.locale,
                "units": row.units,
                **{state.value: count for state, count in zip(State, row.units_by_state, strict=True)},
                "words_left": row.words_left,
                "catalog": row.catalog,
                "catalog_written": row.catalog_written,
                "page": row.page,
                "page_written": row.page_written,
                "page_state": _page(row, dry_run=dry_run),
                "from_memory": row.tally.memory,
                "from_drafts": row.tally.drafts,
                "from_journal": row.tally.journal,
                "sent": row.tally.sent,
                "characters": row.tally.characters,
                "billed": row.tally.billed,
            }
            for row in outcome.rows
        ],
        "totals": {
            **{state.value: count for state, count in outcome.rows.units_by_state().items()},
            "characters": total.characters,
            "billed": total.billed,
            "untranslated": outcome.untranslated,
            "over_budget": outcome.over_budget,
        },
        "plans": {locale: _plan(plan, outcome.prices.get(locale)) for locale, plan in outcome.plans.items()},
        "backends": outcome.backends,
        "findings": [
            {
                "rule": finding.rule,
                "severity": finding.severity.value,
                "path": finding.path,
                "line": finding.line,
                "locale": finding.locale,
                "message": finding.message,
            }
            for finding in outcome.findings
        ],
        "error": str(outcome.failure) if outcome.failure else None,
    }


def _plan(plan: Plan, price: tuple[float, str] | None) -> dict[str, object]:
    return {
        "texts": plan.texts,
        "requests": plan.requests,
        "characters": plan.characters,
        "price": None if price is None else round(plan.characters * price[0] / 1_000_000, 4),
        "currency": None if price is None else price[1],
    }


def meter_line(meter: Meter) -> str:
    head = f"{meter.backend} ({', '.join(meter.locales)}): "
    if meter.usage is None:
        return head + "has no account that counts"
    used, limit, unit = meter.usage.used, meter.usage.limit, meter.usage.unit
    if limit is None:
        return head + f"{counted(used, unit)} used, no limit"
    share = f" ({used / limit:.0%})" if limit else ""
    return head + f"{used:,} of {counted(limit, unit)} used{share}, {max(0, limit - used):,} left"


def meter_json(meter: Meter) -> dict[str, object]:
    usage = meter.usage
    return {
        "backend": meter.backend,
        "locales": meter.locales,
        "used": usage.used if usage else None,
        "limit": usage.limit if usage else None,
        "unit": usage.unit if usage else None,
    }
