"""`prl10n report`: a page to hand round."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from prl10n.cli import options
from prl10n.errors import ConfigError

if TYPE_CHECKING:
    from prl10n.report import Report

DEFAULT = "prl10n-report.html"


@click.command()
@options.paths
@options.locales
@click.option("--since", default="", metavar="REV", help="Say what is new since a commit, a branch or a tag of git.")
@click.option(
    "-o", "--output", metavar="FILE", help=f"Where the page is written; - is stdout. Default: {DEFAULT} here."
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=200,
    show_default=True,
    metavar="N",
    help="Show N units of each locale side by side; the page says how many it leaves out.",
)
@click.option("--json", "as_json", is_flag=True, help="Machine-readable figures on stdout; no page without -o.")
@options.config
def report(
    paths: tuple[Path, ...],
    locales: tuple[str, ...],
    since: str,
    output: str | None,
    limit: int,
    as_json: bool,
    explicit: Path | None,
) -> None:
    """Write one HTML page that says where everything stands.

    Coverage by document and locale, what needs a look side by side, what is new since a revision, and what was
    billed: for people without a checkout. The page needs no network, no script and no other file.
    """
    from prl10n import checks, config
    from prl10n import report as reports
    from prl10n.cli import show
    from prl10n.outcome import Selection

    if as_json and output == "-":
        raise click.UsageError("--json and -o - both write to stdout: name a file for the page.")
    loaded = config.load(Path.cwd(), explicit)
    selection = Selection(locales, paths)
    # states have a place of their own on the page
    rules = checks.chosen((), ("missing", "unreviewed", "stale", "extract", "page"), frozen=False)
    checked = checks.inspect(loaded, selection, rules).findings
    made = reports.gather(loaded, selection, since=since, limit=limit, checked=checked)
    for finding in made.findings:
        click.echo(show.finding_line(finding), err=True)
    if as_json:
        click.echo(show.dumped(reports.as_json(made)))
    if output == "-":
        click.echo(reports.page(made), nl=False)
    elif output is not None or not as_json:
        _write(Path(output or DEFAULT), made)
    if any(finding.rule == "unreadable" for finding in made.findings):
        sys.exit(2)


def _write(path: Path, made: Report) -> None:
    """Replace the page, if a byte of it changes. A file that is no report is somebody's work and stays."""
    from prl10n import files
    from prl10n import report as reports
    from prl10n.cli import show

    page, known = reports.page(made), files.read(path)
    if known is not None and not reports.is_page(known):
        raise ConfigError(
            "this file is no report of prl10n, and is left as it is",
            where=str(path),
            remedy="Name another file with -o, or move this one away.",
        )
    if page != known:
        files.write(path, page)
    counts = f"{show.counted(len({each.document for each in made.figures}), 'document')}, " + ", ".join(
        f"{total.locale} {total.balance.percent}% approved, {show.counted(total.balance.left.words, 'word')} left"
        for total in made.totals
    )
    click.echo(f"{show.plain(str(path))}: {counts}", err=True)
