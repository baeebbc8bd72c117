"""`prl10n check`: what must be fixed before publishing."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from prl10n.cli import options

FORMATS = ("text", "json", "github", "sarif", "junit")


@click.command()
@options.paths
@options.locales
@click.option(
    "--rule", "wanted", multiple=True, metavar="ID", help="Only this rule, whose findings are errors; may be repeated."
)
@click.option("--skip", "skipped", multiple=True, metavar="ID", help="Not this rule; may be repeated.")
@click.option("--strict", is_flag=True, help="Warnings are errors.")
@click.option("--frozen", is_flag=True, help="It is an error too if `prl10n sync` would need a text from anywhere.")
@click.option(
    "--fix", "fixing", is_flag=True, help="Write the certain fixes into texts that nobody has approved, then check."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How findings are written.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the format to FILE, and text to stdout.",
)
@options.config
def check(
    paths: tuple[Path, ...],
    locales: tuple[str, ...],
    wanted: tuple[str, ...],
    skipped: tuple[str, ...],
    strict: bool,
    frozen: bool,
    fixing: bool,
    form: str,
    as_json: bool,
    output: Path | None,
    explicit: Path | None,
) -> None:
    """Find what must be fixed before publishing; send nothing, and change nothing without --fix.

    Exit code 0: no error, warnings at most; 1: something to fix. A translator's comment `# prl10n: ignore RULE` on an
    entry of a catalog switches a rule off for it.
    """
    from prl10n import checks, config, files, lock
    from prl10n.cli import formats, show
    from prl10n.outcome import Selection

    form = "json" if as_json else form
    rules = checks.chosen(wanted, skipped, frozen=frozen)
    errors = [rule.id for rule in rules] if strict else wanted
    loaded, selection = config.load(Path.cwd(), explicit), Selection(locales, paths)
    with lock.unless(not fixing, loaded.root):
        fixed = checks.fix(loaded, selection, rules) if fixing else {}
    for name, count in fixed.items():
        click.echo(f"fixed {show.counted(count, 'text')} in {show.plain(name)}", err=True)
    report = checks.inspect(loaded, selection, rules, errors)
    written = formats.FORMATS[form](report)
    if output is not None:
        files.write(output, written.encode())
    if output is not None or form == "text":
        for finding in report.findings:
            click.echo(formats.finding_lines(finding))
    else:
        click.echo(written, nl=False)
    warnings = len(report.findings) - report.errors
    click.echo(
        f"{show.counted(report.errors, 'error')}, {show.counted(warnings, 'warning')}."
        if report.findings
        else "Nothing to fix.",
        err=True,
    )
    sys.exit(1 if report.errors else 0)
