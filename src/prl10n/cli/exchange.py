"""`prl10n exchange`: translations out to other people's tools, and back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from prl10n.cli import options

if TYPE_CHECKING:
    from prl10n.exchange import Report
    from prl10n.model import State

STATES = ("missing", "draft", "stale", "approved")


@click.group()
def exchange() -> None:
    """Hand translations to other tools as XLIFF, CSV or XLSX, and bring them back."""


def _states(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[State, ...]:
    """`--state missing,draft`, which may be repeated, as states; all where there is none."""
    from prl10n.model import State

    names = [name.strip() for said in value for name in said.split(",") if name.strip()]
    for name in names:
        if name not in STATES:
            raise click.BadParameter(f"{name!r} is none of {', '.join(STATES)}", ctx, param)
    return tuple(State(name) for name in names) or tuple(State)


@exchange.command()
@options.config
@click.option("--format", "name", type=click.Choice(["xliff", "csv", "xlsx"]), required=True, help="What to write.")
@options.locales
@click.option(
    "--state",
    "states",
    multiple=True,
    metavar="STATE,...",
    callback=_states,
    help=f"Only units in these states: {', '.join(STATES)}. Default: all.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE|FOLDER",
    help="Where to write: a file, or a folder that gets a file for each locale.",
)
@options.paths
def export(
    explicit: Path | None,
    name: str,
    locales: tuple[str, ...],
    states: tuple[State, ...],
    output: Path,
    paths: tuple[Path, ...],
) -> None:
    """Write the units of the documents PATH (default: of all) with their translations.

    A folder of XLIFF files, one for each locale, is what CAT tools take; CSV and XLSX are for reviewers without tools.
    """
    from prl10n import config, files
    from prl10n.cli import show
    from prl10n.exchange import collect
    from prl10n.exchange.formats import outputs
    from prl10n.outcome import Selection

    loaded = config.load(Path.cwd(), explicit)
    messages, findings = collect(loaded, Selection(locales, paths), states)
    for finding in findings:
        click.echo(show.finding_line(finding), err=True)
    chosen = [locale for locale in loaded.targets if not locales or locale in locales]
    for path, data in outputs(name, messages, loaded.source, chosen, output).items():
        if files.read(path) != data:
            files.write(path, data)
        click.echo(f"wrote {show.plain(str(path))}", err=True)
    documents = len({message.document for message in messages})
    counts = f"{show.counted(len(messages), 'unit')} of {show.counted(documents, 'document')}"
    click.echo(f"{counts} in {', '.join(chosen)}", err=True)
    sys.exit(2 if findings else 0)


@exchange.command("import")
@options.config
@click.option("-n", "--dry-run", is_flag=True, help="Say what would be imported; write nothing.")
@click.option("--approve", is_flag=True, help="Approve every translation that was edited.")
@click.option(
    "--overwrite-approved",
    "overwrite",
    is_flag=True,
    help="Replace words that were approved, or changed since the export, too.",
)
@click.option("--reviewer", default="", metavar="NAME", help="Who reviewed the file: the catalogs say so.")
@options.as_json
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
def import_(
    explicit: Path | None,
    dry_run: bool,
    approve: bool,
    overwrite: bool,
    reviewer: str,
    as_json: bool,
    files: tuple[Path, ...],
) -> None:
    """Bring in what people changed in FILE: XLIFF, CSV or XLSX that `export` wrote.

    What nobody changed changes nothing. Broken markup, units whose source is another by now, and other words for what
    is approved are reported and left out. Every file is read before anything is written.
    """
    from prl10n import config, lock
    from prl10n.cli import show
    from prl10n.exchange import Options, bring_in
    from prl10n.exchange.formats import load

    loaded = config.load(Path.cwd(), explicit)
    replies = {config.shown(path): load(path) for path in _each(files)}
    with lock.unless(dry_run, loaded.root):
        report = bring_in(loaded, replies, Options(approve, overwrite, reviewer, dry_run))
    for finding in report.findings:
        click.echo(show.finding_line(finding), err=True)
    for path in report.written:
        click.echo(f"{'would write' if dry_run else 'wrote'} {show.plain(config.shown(path))}", err=True)
    click.echo(_summary(report, dry_run), err=True)
    if as_json:
        said = {
            "dry_run": dry_run,
            "imported": report.imported,
            "unchanged": report.unchanged,
            "conflicts": report.conflicts,
            "refused": report.refused,
            "catalogs": [config.shown(path) for path in report.written],
            "findings": [
                {
                    "rule": finding.rule,
                    "path": finding.path,
                    "line": finding.line,
                    "locale": finding.locale,
                    "message": finding.message,
                }
                for finding in report.findings
            ],
        }
        click.echo(show.dumped(said))
    sys.exit(2 if report.unreadable else 0)


def _each(files: tuple[Path, ...]) -> Iterator[Path]:
    """The files; of a folder, those in it that can be imported."""
    from prl10n.exchange.formats import FORMATS

    suffixes = {suffix for known in FORMATS.values() for suffix in known.suffixes}
    for path in dict.fromkeys(files):
        if path.is_dir():
            yield from sorted(found for found in path.iterdir() if found.suffix.lower() in suffixes)
        else:
            yield path


def _summary(report: Report, dry_run: bool) -> str:
    imported = f"{report.imported:,} {'would be imported' if dry_run else 'imported'}"
    counts = ((report.unchanged, "unchanged"), (report.conflicts, "conflicts"), (report.refused, "refused"))
    line = ", ".join([imported, *(f"{number:,} {what}" for number, what in counts)])
    advice = "" if not report.conflicts else "\n--overwrite-approved takes the words of the file for the conflicts."
    return line + advice
