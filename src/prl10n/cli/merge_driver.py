"""`prl10n merge-driver`: what git calls for catalogs that two branches have changed."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from prl10n.errors import Prl10nError

_version = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("merge-driver")
@click.argument("base", type=_version)
@click.argument("ours", type=_version)
@click.argument("theirs", type=_version)
@click.argument("path", default="")
def merge_driver(base: Path, ours: Path, theirs: Path, path: str) -> None:
    """Merge two branches' versions of a catalog, entry by entry, into OURS.

    Git calls it with %O %A %B %P; `prl10n init --git` sets that up. Approved texts go before drafts, and comments of
    both sides stay. Exit code 0: merged; 1: two people wrote two texts for an entry, and both stand there between
    conflict markers; or a version is no catalog, and OURS is as it was.
    """
    from prl10n import mergedriver
    from prl10n.cli import show

    name = path or str(ours)
    try:
        conflicts = mergedriver.merge_files(base, ours, theirs, name)
    except Prl10nError as error:
        click.echo(f"{click.style('error', fg='red', bold=True)}: {show.plain(str(error))}", err=True)
        sys.exit(1)
    for msgid in conflicts:
        line = " ".join(msgid.split())
        shown = line if len(line) <= 100 else f"{line[:99]}…"
        click.echo(show.plain(f"{name}: two approved texts: {shown}"), err=True)
    sys.exit(1 if conflicts else 0)
