"""Arguments → pipeline → exit code. The only code that prints: results to stdout, progress and messages to stderr."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from prl10n import __version__, interrupts
from prl10n.cli import options
from prl10n.errors import Interrupted, Prl10nError, Terminated

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from prl10n.config import Run

EPILOG = """Exit codes: 0 done; 1 `check` found something to fix; 2 the command line, the configuration or an input is
wrong; 3 a backend failed, all it answered is saved and the same command resumes; 4 done, but units stay untranslated
because no backend could take them, or the budget is spent; 130 interrupted (143 by SIGTERM), all that was answered is
saved."""


class _Commands(MutableMapping[str, click.Command]):
    """Commands by name, in the order of the work. `later` are those with a module of their own, which is imported when
    somebody asks for the command: most runs are of another one.
    """

    def __init__(self) -> None:
        self._known: dict[str, click.Command | None] = {}

    def later(self, *names: str) -> None:
        self._known.update(dict.fromkeys(names))

    def __getitem__(self, name: str) -> click.Command:
        command = self._known[name]
        if command is None:
            own = name.replace("-", "_")
            command = self._known[name] = getattr(import_module(f"{__name__}.{own}"), own)
        return command

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._known[name] = command

    def __delitem__(self, name: str) -> None:
        del self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


class _Group(click.Group):
    """Commands in the order of the work, and our errors as messages with their exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Without colours where NO_COLOR says so (https://no-color.org)."""
        if os.environ.get("NO_COLOR"):
            kwargs.setdefault("color", False)
        return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with interrupts.heard():
                return super().invoke(ctx)
        except Prl10nError as error:
            _fail(error)
        except click.UsageError as error:  # it quotes an argument, which may be the name of a file
            raise click.UsageError(_plain(error.format_message()), error.ctx) from error
        except KeyboardInterrupt as interrupt:
            said = Interrupted(signal.SIGTERM if isinstance(interrupt, Terminated) else signal.SIGINT)
            click.echo(f"\n{said}", err=True)
            sys.stderr.flush()
            os._exit(said.exit_code)  # a request that hangs in a thread would keep the process


def _fail(error: Prl10nError) -> NoReturn:
    click.echo(f"{click.style('error', fg='red', bold=True)}: {_plain(str(error))}", err=True)
    sys.exit(error.exit_code)


_COMMANDS = _Commands()


@click.group(
    cls=_Group,
    commands=_COMMANDS,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", message="prl10n %(version)s")
def prl10n() -> None:
    """Keep the other languages of your markdown releases alive.

    Sources are segmented into units, units are translated into gettext catalogs that people review, and catalogs
    become localized documents again. The main job is `prl10n sync`.
    """


def _common(command: Callable[..., None]) -> Callable[..., None]:
    """The options that every stage takes."""
    for decorate in (options.paths, options.as_json, options.locales, options.config):
        command = decorate(command)
    return command


def _dry(command: Callable[..., None]) -> Callable[..., None]:
    return click.option(
        "-n", "--dry-run", is_flag=True, help="Say what would be written and billed; write and send nothing."
    )(command)


def _limit(command: Callable[..., None]) -> Callable[..., None]:
    return click.option(
        "--max-characters",
        "most_characters",
        type=click.IntRange(min=0),
        metavar="N",
        help="Stop before the first request that would pass N characters; instead of [budget] characters.",
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
@click.option(
    "--git",
    is_flag=True,
    help="Set up git's merge driver for the catalogs; also where the configuration is there already.",
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True), default=".")
def init(folder: Path, locales: tuple[str, ...], source: str, git: bool) -> None:
    """Write prl10n.toml for the site in FOLDER.

    Hugo, Jekyll, MkDocs, Docusaurus and plain folders are recognised. An existing configuration is never overwritten.
    """
    from prl10n import config, content, githooks, site
    from prl10n.cli import show

    if git and config.find(folder) is not None:
        for line in githooks.install(config.load(folder)):
            click.echo(show.plain(line), err=True)
        return

    seen = site.look(folder, source)
    path = site.write(folder, site.render(seen, locales))
    for line in seen.evidence:
        click.echo(f"  {show.plain(line)}", err=True)
    languages = f"from {seen.source} to {', '.join(locales or seen.targets)}"
    click.echo(show.plain(f"{config.shown(path)}: written for {seen.generator}, {languages}."), err=True)
    if git:
        for line in githooks.install(config.load(folder)):
            click.echo(show.plain(line), err=True)
    try:
        loaded = config.load(folder)
        names = content.find_documents(loaded)
    except Prl10nError as error:
        click.echo(f"Look at it before you go on: {show.plain(str(error))}", err=True)
        return
    pages = sum(loaded.target_path(locale, name).is_file() for locale in loaded.targets for name in names)
    if pages:
        there = f", and {show.counted(pages, 'page')} of them in other languages"
        what = "`prl10n adopt --dry-run` says which translations it takes over"
    else:
        there, what = "", "`prl10n sync --dry-run` says what would be translated"
    click.echo(f"It sees {show.counted(len(names), 'document')}{there}. Next: {what}.", err=True)


@prl10n.command()
@click.option(
    "--pot",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write a gettext template for each document into FOLDER instead, for tools that start from templates.",
)
@_dry
@_common
def extract(pot: Path | None, **options: Any) -> None:
    """Bring the catalogs up to date with the sources; translate nothing."""
    if pot is None:
        _run("extract", **options)
        return
    from prl10n import config
    from prl10n import exchange as exchanging
    from prl10n.cli import show
    from prl10n.outcome import Selection

    loaded = config.load(Path.cwd(), options["explicit"])
    templates = exchanging.pot(loaded, Selection(options["locales"], options["paths"]))
    if options["dry_run"]:
        for name in templates:
            click.echo(f"would write {show.plain(str(pot / name))}", err=True)
        return
    for path in exchanging.save(pot, templates):
        click.echo(f"wrote {show.plain(str(path))}", err=True)


@prl10n.command()
@_dry
@_limit
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
@click.option(
    "-w",
    "--watch",
    "watched",
    is_flag=True,
    help="Go on until Ctrl-C: bring catalogs and pages up to date after every change. Nothing is sent while a file is "
    "being written.",
)
@_dry
@_limit
@_common
def sync(watched: bool, **options: Any) -> None:
    """Extract, translate and build: the main job."""
    if not watched:
        _run("sync", **options)
        return
    if options["dry_run"] or options["as_json"]:
        raise click.UsageError("--watch goes neither with --dry-run nor with --json.")
    _watch(**options)


@prl10n.command()
@_common
def status(**options: Any) -> None:
    """Show where every document stands; write nothing."""
    _run("status", dry_run=True, **options)


@prl10n.command()
@options.as_json
@options.locales
@options.config
def usage(as_json: bool, locales: tuple[str, ...], explicit: Path | None) -> None:
    """Show what the accounts of the backends have used, and what is left."""
    from prl10n import config, desks
    from prl10n.cli import show

    meters = desks.usage(config.load(Path.cwd(), explicit), locales)
    if as_json:
        click.echo(show.dumped([show.meter_json(meter) for meter in meters]))
        return
    for meter in meters:
        click.echo(show.meter_line(meter))


_COMMANDS.later("adopt", "check", "review", "report", "glossary", "memory", "exchange", "model", "merge-driver")


# --- running ----------------------------------------------------------------------------------------------------------


def _run(
    command: str,
    *,
    paths: tuple[Path, ...],
    locales: tuple[str, ...],
    as_json: bool,
    explicit: Path | None,
    dry_run: bool,
    most_characters: int | None = None,
) -> None:
    from prl10n import config, pipeline
    from prl10n.cli import show

    stages = {
        "extract": pipeline.Stage.EXTRACT,
        "translate": pipeline.Stage.EXTRACT | pipeline.Stage.TRANSLATE,
        "build": pipeline.Stage.BUILD,
        "sync": pipeline.Stage.EXTRACT | pipeline.Stage.TRANSLATE | pipeline.Stage.BUILD,
        "status": pipeline.Stage.BUILD,
    }[command]
    loaded = config.load(Path.cwd(), explicit)
    selection = pipeline.Selection(locales, paths)
    gc.freeze()
    with _executor(loaded.run) as executor, _progress() as progress:
        outcome = pipeline.run(
            loaded,
            stages,
            selection,
            dry_run=dry_run,
            most_characters=most_characters,
            progress=progress,
            executor=executor,
        )
    for finding in outcome.findings:
        click.echo(show.finding_line(finding), err=True)
    if as_json:
        click.echo(show.dumped(show.as_json(outcome, command, dry_run)))
    elif command == "status":
        show.print_status(outcome)
    else:
        show.summarize(outcome, stages, dry_run)
    gc.freeze()  # the collector would look through all modules once more before the process ends
    if outcome.failure is not None:
        _fail(outcome.failure)
    sys.exit(outcome.exit_code)


def _watch(
    *, paths: tuple[Path, ...], locales: tuple[str, ...], explicit: Path | None, most_characters: int | None, **_: bool
) -> None:
    from prl10n import config, pipeline, watching
    from prl10n.cli import show

    stages = pipeline.Stage.EXTRACT | pipeline.Stage.TRANSLATE | pipeline.Stage.BUILD

    def run(loaded: config.Config, selection: pipeline.Selection, most: int | None) -> pipeline.Outcome:
        with _executor(loaded.run) as executor:
            limit = most_characters if most is None else most
            return pipeline.run(loaded, stages, selection, most_characters=limit, executor=executor)

    def told(outcome: pipeline.Outcome) -> None:
        for finding in outcome.findings:
            click.echo(show.finding_line(finding), err=True)
        for line in show.written(outcome, dry_run=False):
            click.echo(line, err=True)
        if outcome.failure is not None:
            failed(outcome.failure)

    def failed(error: Prl10nError) -> None:
        click.echo(f"{click.style('error', fg='red', bold=True)}: {show.plain(str(error))}", err=True)

    watching.watch(
        watching.Watch(
            lambda: config.load(Path.cwd(), explicit),
            pipeline.Selection(locales, paths),
            run,
            told,
            failed,
            lambda: click.echo("Watching for changes; Ctrl-C ends.", err=True),
        )
    )


def _plain(said: str) -> str:
    """What an error says, as a terminal may have it: it may quote the texts of others."""
    from prl10n.cli.show import plain

    return plain(said)


def _executor(run: Run) -> AbstractContextManager[Executor | None]:
    """The executor that the configuration names; without one, the run chooses where it has anything to do."""
    if run.executor == "auto":
        return nullcontext()
    from prl10n import executors

    return executors.opened(run)


@contextmanager
def _progress() -> Iterator[Any]:
    """Bars on stderr where it is a terminal, silence elsewhere."""
    from prl10n.outcome import Progress

    if not sys.stderr.isatty():
        yield Progress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    class Shown(Progress):
        def begin(self, what: str, total: int, unit: str = "documents") -> None:
            for task in bars.tasks:
                bars.remove_task(task.id)
            if total:
                bars.add_task(what, total=total, unit=unit)

        def advance(self, count: int = 1) -> None:
            for task in bars.tasks:
                bars.advance(task.id, count)

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,}/{task.total:,} {task.fields[unit]}"),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        yield Shown()
