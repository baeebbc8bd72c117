"""`prl10n memory`: the translation memory as TMX, and the memories of others into it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from prl10n.cli import options
from prl10n.errors import Damaged


@click.group()
def memory() -> None:
    """Exchange the translation memory with other tools, as TMX."""


@memory.command()
@options.config
@options.locales
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export(explicit: Path | None, locales: tuple[str, ...], file: Path) -> None:
    """Write all approved translations to FILE, as TMX 1.4b.

    The memory is brought up to date with the catalogs first.
    """
    from prl10n import config, files, lock
    from prl10n.cli import show
    from prl10n.exchange import memories

    loaded = config.load(Path.cwd(), explicit)
    with lock.held(loaded.root):
        data, count, errors = memories.dump(loaded, locales)
    for error in errors:
        left = "" if isinstance(error, Damaged) else "left out: "
        click.echo(f"{click.style('warning', fg='yellow')}: {left}{show.plain(str(error))}", err=True)
    if files.read(file) != data:
        files.write(file, data)
    click.echo(f"wrote {show.plain(str(file))}: {show.counted(count, 'approved pair')}", err=True)
    if not all(isinstance(error, Damaged) for error in errors):
        sys.exit(2)  # a catalog could not be read


@memory.command("import")
@options.config
@options.locales
@click.option("-n", "--dry-run", is_flag=True, help="Say what would be taken in; write nothing.")
@click.option(
    "--approved/--drafts",
    "approved",
    default=True,
    show_default=True,
    help="Whether its translations count as approved by a person, or as drafts.",
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def import_(explicit: Path | None, locales: tuple[str, ...], dry_run: bool, approved: bool, file: Path) -> None:
    """Take the translations of FILE, a TMX memory, into the memory of the project.

    They are kept under the name of the file: to import it again replaces them. A language serves a locale that it is a
    part of, or that is a part of it: `fr` serves `fr-CA`.
    """
    from prl10n import config, lock
    from prl10n.cli import show
    from prl10n.exchange import memories

    loaded = config.load(Path.cwd(), explicit)
    targets = loaded.chosen(locales)
    with lock.unless(dry_run, loaded.root):
        found = memories.restore(loaded, file, targets, approved=approved, dry_run=dry_run)
    if found.damaged:
        click.echo(f"{click.style('warning', fg='yellow')}: {show.plain(str(found.damaged))}", err=True)
    for locale in targets:
        count = sum(pair.locale == locale for pair in found.pairs)
        said = "would be taken in" if dry_run else "taken in"
        click.echo(f"{locale}: {show.counted(count, 'pair')} {said}", err=True)
    notes = (
        (found.foreign, f"left out: their source is not {loaded.source}"),
        (found.unwanted, f"left out: no translation into {', '.join(targets)}"),
        (found.words_only, "without their markup: that of the translation is another"),
    )
    for count, what in notes:
        if count:
            click.echo(f"{count:,} {what}", err=True)
