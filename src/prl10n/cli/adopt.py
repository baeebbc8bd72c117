"""`prl10n adopt`: translated pages that are there already become catalogs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from prl10n.cli import options

if TYPE_CHECKING:
    from prl10n.adoption import Report, Row

COUNTS = ("approved", "draft", "known", "untranslated", "differing", "unpaired", "foreign")


@click.command()
@click.option("-n", "--dry-run", is_flag=True, help="Say what would be written; write nothing.")
@options.paths
@options.as_json
@options.locales
@options.config
def adopt(
    paths: tuple[Path, ...], locales: tuple[str, ...], as_json: bool, dry_run: bool, explicit: Path | None
) -> None:
    """Fill the catalogs from pages that were translated by hand.

    The units of each page that exists are paired with those of its source. A pair that is certain is approved, a likely
    one is a draft, and what has no partner is named. Texts that a catalog has stay as they are.
    """
    from prl10n import adoption, config, lock
    from prl10n.cli import show
    from prl10n.outcome import Selection

    loaded = config.load(Path.cwd(), explicit)
    with lock.unless(dry_run, loaded.root):
        report = adoption.adopt(loaded, Selection(locales, paths), dry_run=dry_run)
    for finding in report.findings:
        click.echo(show.finding_line(finding), err=True)
    if as_json:
        click.echo(show.dumped(_as_json(report, dry_run)))
    else:
        _summarize(report, dry_run)
    sys.exit(2 if report.unreadable else 0)


def _summarize(report: Report, dry_run: bool) -> None:
    """A line for each document, one for all, and what to do next."""
    from prl10n.cli import show

    would = "would write" if dry_run else "wrote"
    for row in report.rows:
        units = show.counted(row.units, "unit")
        click.echo(f"{show.plain(row.page)} [{row.locale}]: {units}: {_parts([row])}", err=True)
        if row.written:
            click.echo(f"{would} {show.plain(row.catalog)}", err=True)
    total = f"{show.counted(len(report.rows), 'page')}: {_parts(report.rows)}"
    others = [f"{report.complete:,} with nothing left to adopt"] if report.complete else []
    others += [f"{report.without_page:,} without a translated page"] if report.without_page else []
    click.echo("; ".join([total, *others]) + ".", err=True)
    if dry_run or not report.rows:
        return
    if any(row.draft for row in report.rows):
        click.echo("Next: review the drafts in a PO editor; clearing the fuzzy flag approves one.", err=True)
    if any(row.units > row.approved + row.draft + row.known for row in report.rows):
        click.echo("Next: `prl10n sync` translates what is still missing.", err=True)


def _parts(rows: Sequence[Row]) -> str:
    words = {
        "known": "with a text already",
        "differing": "with other markup",
        "unpaired": "without a partner",
        "foreign": "in the page alone",
    }
    counts = {name: sum(getattr(row, name) for row in rows) for name in COUNTS}
    return ", ".join(f"{count:,} {words.get(name, name)}" for name, count in counts.items() if count) or "none"


def _as_json(report: Report, dry_run: bool) -> dict[str, object]:
    return {
        "command": "adopt",
        "dry_run": dry_run,
        "documents": [
            {
                "document": row.document,
                "locale": row.locale,
                "page": row.page,
                "catalog": row.catalog,
                "catalog_written": row.written,
                "units": row.units,
                **{name: getattr(row, name) for name in COUNTS},
                "page_changes": [list(lines) for lines in row.changes],
            }
            for row in report.rows
        ],
        "totals": {
            **{name: sum(getattr(row, name) for row in report.rows) for name in COUNTS},
            "complete": report.complete,
            "without_page": report.without_page,
        },
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
