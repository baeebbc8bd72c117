"""`prl10n model`: local translation models."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from prl10n.cli import options


@click.group()
def model() -> None:
    """Install, list and remove local translation models.

    They live in one folder for all projects (PRL10N_MODELS, or your data folder), and the backend `local` uses them.
    """


@model.command()
@click.argument("what", nargs=-1, required=True, metavar="SOURCE TARGET | FILE")
@click.option("--index", metavar="URL", help="The index of packages, instead of PRL10N_MODEL_INDEX or Argos's.")
@click.option("--from", "source", default="", metavar="LANGUAGE", help="With FILE: what it translates from.")
@click.option("--to", "target", default="", metavar="LANGUAGE", help="With FILE: what it translates to.")
@click.option("--prefix", default="", metavar="TOKEN", help="With FILE: the target's token, such as '>>fra<<'.")
def install(what: tuple[str, ...], index: str | None, source: str, target: str, prefix: str) -> None:
    """Install the model from SOURCE to TARGET of the index, or the one in FILE.

    FILE is an .argosmodel, an OPUS-MT archive (.zip), or a folder with a CTranslate2 model; the last two need --from
    and --to.
    """
    from prl10n import models
    from prl10n.cli import show
    from prl10n.models import index as indexes
    from prl10n.models import packages

    root = models.folder(os.environ)
    if len(what) == 1:
        if index:
            raise click.UsageError("--index goes with SOURCE and TARGET.")
        if not Path(what[0]).exists():
            raise click.UsageError(f"There is no file {what[0]}; for the index, name two languages: SOURCE TARGET.")
        made = packages.install_file(root, Path(what[0]), source, target, prefix=prefix)
    elif len(what) == 2:
        if source or target or prefix:
            raise click.UsageError("--from, --to and --prefix go with FILE.")
        address = index or os.environ.get("PRL10N_MODEL_INDEX") or indexes.INDEX
        with _progress(f"{what[0]} → {what[1]}") as progress:
            made = indexes.install(root, what[0], what[1], address, progress)
    else:
        raise click.UsageError("Name two languages, or one file.")
    said = f"{made.path}: installed {_title(made.name, made.version)}, {made.source} → {made.target}."
    click.echo(show.plain(said), err=True)


@model.command("list")
@options.as_json
def list_models(as_json: bool) -> None:
    """List the models that are installed."""
    from prl10n import models
    from prl10n.cli import show

    root = models.folder(os.environ)
    found = models.installed(root)
    if as_json:
        rows = [
            {
                "source": each.source,
                "target": each.target,
                "name": each.name,
                "version": each.version,
                "origin": each.origin,
                "sha256": each.sha256,
                "path": str(each.path),
            }
            for each in found
        ]
        click.echo(show.dumped({"folder": str(root), "models": rows}))
        return
    for each in found:
        click.echo(show.plain(f"{each.source} → {each.target}  {_title(each.name, each.version)}  {each.path}"))
    if not found:
        click.echo(f"No models in {show.plain(str(root))}. Get one: prl10n model install en fr", err=True)


@model.command()
@click.argument("source")
@click.argument("target")
def remove(source: str, target: str) -> None:
    """Remove the model from SOURCE to TARGET."""
    from prl10n import models
    from prl10n.cli import show

    gone = models.remove(models.folder(os.environ), source, target)
    click.echo(f"{show.plain(str(gone.path))}: removed.", err=True)


def _title(name: str, version: str) -> str:
    return f"{name} {version}".strip()


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on stderr where it is a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
