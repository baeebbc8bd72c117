"""Arguments → pipeline → exit code. The only code that prints: results to stdout, progress and messages to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from prl10n import __version__
from prl10n.errors import Prl10nError
from prl10n.model import Finding, Severity, State

if TYPE_CHECKING:
    from prl10n.pipeline import Outcome, Row, Stage

EPILOG = """Exit codes: 0 done; 2 the command line, the configuration or an input is wrong; 3 a backend failed, all it
answered is saved and
the same command resumes; 4 done, but units stay untranslated because no backend could take them."""


class _Group(click.Group):
    """Commands in the order of the work, and our errors as messages with their exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Prl10nError as error:
            _fail(error)


def _fail(error: Prl10nError) -> NoReturn:
    click.echo(f"{click.style('error', fg='red', bold=True)}: {error}", err=True)
    sys.exit(error.exit_code)


@click.group(
    cls=_Group, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, "-V", "--version", message="prl10n %(version)s")
def prl10n() -> None:
    """Keep the other languages of your markdown releases alive.

    Sources are segmented into units, units are translated into gettext catalogs that people review, and catalogs
    become localized documents again. The main job is `prl10n sync`.
    """


def _common(command: Callable[..., None]) -> Callable[..., None]:
    """The options that every stage takes."""
    for decorate in (
        click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]..."),
        click.option("--json", "as_json", is_flag=True, help="Machine-readable results on stdout."),
        click.option(
            "-l", "--locale", "locales", multiple=True, metavar="LOCALE", help="Only this locale; may be repeated."
        ),
        click.option(
            "-c",
            "--config",
            "explicit",
            type=click.Path(path_type=Path),
            help="The configuration, instead of the nearest prl10n.toml or pyproject.toml.",
        ),
    ):
        command = decorate(command)
    return command


def _dry(command: Callable[..., None]) -> Callable[..., None]:
    return click.option(
        "-n", "--dry-run", is_flag=True, help="Say what would be written and billed; write and send nothing."
    )(command)


# --- commands ---------------------------------------------------------------------------------------------------------


@prl10n.command()
@click.option(
    "-l", "--locale", "locales", multiple=True, metavar="LOCALE", help="A target locale; may be repeated. Default: fr."
)
@click.option(
    "--source",
    default="en",
    show_default=True,
    metavar="LOCALE",
    help="The language of the sources, unless the site says it.",
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True), default=".")
def init(folder: Path, locales: tuple[str, ...], source: str) -> None:
    """Write prl10n.toml for the site in FOLDER.

    Hugo, Jekyll, MkDocs, Docusaurus and plain folders are recognised. An existing configuration is never overwritten.
    """
    from prl10n import config, content, site

    seen = site.look(folder, source)
    path = site.write(folder, site.render(seen, locales))
    for line in seen.evidence:
        click.echo(f"  {line}", err=True)
    click.echo(
        f"{config.shown(path)}: written for {seen.generator}, "
        f"from {seen.source} to {', '.join(locales or seen.targets)}.",
        err=True,
    )
    try:
        names = content.find_documents(config.load(folder))
    except Prl10nError as error:
        click.echo(f"Look at it before you go on: {error}", err=True)
        return
    click.echo(
        f"It sees {_count(len(names), 'document')}. Next: `prl10n sync --dry-run` says what would be translated.",
        err=True,
    )


@prl10n.command()
@_dry
@_common
def extract(**options: Any) -> None:
    """Bring the catalogs up to date with the sources; translate nothing."""
    _run("extract", **options)


@prl10n.command()
@_dry
@_common
def translate(**options: Any) -> None:
    """Fill what is missing or stale: from the memory, from answers paid for before, then from the backend."""
    _run("translate", **options)


@prl10n.command()
@_dry
@_common
def build(**options: Any) -> None:
    """Write the localized documents from the catalogs."""
    _run("build", **options)


@prl10n.command()
@_dry
@_common
def sync(**options: Any) -> None:
    """Extract, translate and build: the main job."""
    _run("sync", **options)


@prl10n.command()
@_common
def status(**options: Any) -> None:
    """Show where every document stands; write nothing."""
    _run("status", dry_run=True, **options)


# --- running ----------------------------------------------------------------------------------------------------------


def _run(
    command: str,
    *,
    paths: tuple[Path, ...],
    locales: tuple[str, ...],
    as_json: bool,
    explicit: Path | None,
    dry_run: bool,
) -> None:
    from prl10n import config, pipeline

    stages = {
        "extract": pipeline.Stage.EXTRACT,
        "translate": pipeline.Stage.EXTRACT | pipeline.Stage.TRANSLATE,
        "build": pipeline.Stage.BUILD,
        "sync": pipeline.Stage.EXTRACT | pipeline.Stage.TRANSLATE | pipeline.Stage.BUILD,
        "status": pipeline.Stage.BUILD,
    }[command]
    loaded = config.load(Path.cwd(), explicit)
    selection = pipeline.Selection(locales, paths)
    with _progress() as progress:
        outcome = pipeline.run(loaded, stages, selection, dry_run=dry_run, progress=progress)
    for finding in outcome.findings:
        click.echo(_finding(finding), err=True)
    if as_json:
        click.echo(json.dumps(_as_json(outcome, command, dry_run), ensure_ascii=False, indent=2))
    elif command == "status":
        _print_status(outcome)
    else:
        _summarize(outcome, stages, dry_run)
    if outcome.failure is not None:
        _fail(outcome.failure)
    sys.exit(outcome.exit_code)


@contextmanager
def _progress() -> Iterator[Any]:
    """Bars on stderr where it is a terminal, silence elsewhere."""
    from prl10n.pipeline import Progress

    if not sys.stderr.isatty():
        yield Progress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    class Shown(Progress):
        def begin(self, what: str, total: int) -> None:
            for task in bars.tasks:
                bars.remove_task(task.id)
            if total:
                bars.add_task(what, total=total)

        def advance(self, count: int = 1) -> None:
            for task in bars.tasks:
                bars.advance(task.id, count)

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        yield Shown()


# --- showing ----------------------------------------------------------------------------------------------------------


def _finding(finding: Finding) -> str:
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    label = click.style(finding.severity.value, fg="red" if finding.severity is Severity.ERROR else "yellow")
    locale = f" [{finding.locale}]" if finding.locale else ""
    return f"{place}: {label}{locale}: {finding.message} ({finding.rule})"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _summarize(outcome: Outcome, stages: Stage, dry_run: bool) -> None:
    """A line for each file that was written, a line for each locale, and what to do next."""
    from prl10n.pipeline import Stage as Stages

    would = "would write" if dry_run else "wrote"
    for row in outcome.rows:
        for path, written in ((row.catalog, row.catalog_written), (row.page, row.page_written)):
            if written:
                click.echo(f"{would} {path}", err=True)
    for locale in dict.fromkeys(row.locale for row in outcome.rows):
        rows = [row for row in outcome.rows if row.locale == locale]
        totals = _totals(rows)
        parts = [f"{totals[state]:,} {state.value}" for state in State if totals[state]]
        counts = f"{_count(len(rows), 'document')}, {_count(sum(totals.values()), 'unit')}"
        line = f"{locale}: {counts}: {', '.join(parts) or 'none'}"
        if Stages.TRANSLATE in stages:
            line += f". {_reuse(rows, outcome.backends.get(locale, ''), dry_run)}"
        click.echo(line, err=True)
    for line in _advice(outcome, stages, dry_run):
        click.echo(line, err=True)


def _totals(rows: list[Row]) -> dict[State, int]:
    return {state: sum(row.states.get(state, 0) for row in rows) for state in State}


def _reuse(rows: list[Row], backend: str, dry_run: bool) -> str:
    memory, journal = sum(row.tally.memory for row in rows), sum(row.tally.journal for row in rows)
    sent, characters, billed = (
        sum(row.tally.sent for row in rows),
        sum(row.tally.characters for row in rows),
        sum(row.tally.billed for row in rows),
    )
    reuse = [f"{memory:,} from the memory"] if memory else []
    reuse += [f"{journal:,} answered before"] if journal else []
    if dry_run and backend == "memory" and sent:
        reuse.append(f"{sent:,} that the memory does not have")
    elif dry_run and sent:
        reuse.append(f"{backend} would be sent {_count(sent, 'text')}, {_count(characters, 'character')}")
    elif sent:
        reuse.append(f"{_count(sent, 'text')} from {backend}, {_count(billed, 'character')} billed")
    return f"Texts: {', '.join(reuse)}." if reuse else "Nothing to send."


def _advice(outcome: Outcome, stages: Stage, dry_run: bool) -> Iterator[str]:
    from prl10n.pipeline import Stage as Stages

    states = _totals(outcome.rows)
    if dry_run:
        return
    if outcome.untranslated and "memory" in outcome.backends.values() and outcome.failure is None:
        yield (
            f"{_count(outcome.untranslated, 'unit')} left untranslated: the memory does not know them, and "
            "no other backend is set up. "
            "For DeepL, set DEEPL_AUTH_KEY and run the same command again."
        )
    elif outcome.untranslated and outcome.failure is None:
        yield f"{_count(outcome.untranslated, 'unit')} left untranslated; the messages above say why."
    waiting = states[State.DRAFT] + states[State.STALE]
    if waiting:
        yield (
            f"Next: review {_count(waiting, 'unit')} in {_catalogs(outcome)} with Poedit, Weblate or any PO editor; "
            "clearing the fuzzy flag approves a unit. Then run `prl10n build`."
        )
    elif Stages.TRANSLATE not in stages and states[State.MISSING]:
        yield "Next: `prl10n sync` translates what is missing."


def _catalogs(outcome: Outcome) -> str:
    """The catalog with units to review, or how many there are."""
    names = [row.catalog for row in outcome.rows if row.states.get(State.DRAFT) or row.states.get(State.STALE)]
    return names[0] if len(names) == 1 else f"{len(names):,} catalogs"


def _print_status(outcome: Outcome) -> None:
    names = [state.value for state in State]
    header = ("document", "locale", "units", *names, "page")
    lines = [
        (
            row.document,
            row.locale,
            str(row.units),
            *(str(row.states.get(state, 0)) for state in State),
            _page(row, dry_run=True),
        )
        for row in outcome.rows
    ]
    totals = _totals(outcome.rows)
    lines.append(
        (f"{len(outcome.rows)} in all", "", str(sum(totals.values())), *(str(totals[state]) for state in State), "")
    )
    widths = [max(len(line[column]) for line in [header, *lines]) for column in range(len(header))]
    for line in [header, *lines]:
        cells = [
            cell.rjust(width) if 2 <= column < len(header) - 1 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())


def _page(row: Row, *, dry_run: bool) -> str:
    """Whether the localized document on disk is what `build` would write."""
    if row.page_written and dry_run:
        return "outdated" if Path(row.page).exists() else "not written"
    return "current" if Path(row.page).exists() else "none"


def _as_json(outcome: Outcome, command: str, dry_run: bool) -> dict[str, object]:
    return {
        "command": command,
        "dry_run": dry_run,
        "exit_code": outcome.exit_code,
        "documents": [
            {
                "document": row.document,
                "locale": row.locale,
                "units": row.units,
                **{state.value: row.states.get(state, 0) for state in State},
                "catalog": row.catalog,
                "catalog_written": row.catalog_written,
                "page": row.page,
                "page_written": row.page_written,
                "page_state": _page(row, dry_run=dry_run),
                "from_memory": row.tally.memory,
                "from_journal": row.tally.journal,
                "sent": row.tally.sent,
                "characters": row.tally.characters,
                "billed": row.tally.billed,
            }
            for row in outcome.rows
        ],
        "totals": {
            **{state.value: count for state, count in _totals(outcome.rows).items()},
            "characters": sum(row.tally.characters for row in outcome.rows),
            "billed": sum(row.tally.billed for row in outcome.rows),
            "untranslated": outcome.untranslated,
        },
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
