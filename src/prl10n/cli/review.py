"""`prl10n review`: the page for translators."""

from __future__ import annotations

from pathlib import Path

import click

from prl10n.cli import options


@click.command()
@options.paths
@options.locales
@click.option(
    "--port",
    type=click.IntRange(min=0, max=65535),
    default=0,
    metavar="N",
    help="The port of the loopback address; by default any that is free.",
)
@click.option("--no-open", is_flag=True, help="Print the address, and open no browser.")
@click.option(
    "--static",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Serve nothing: write a copy of the pages for reading into DIR.",
)
@options.config
def review(
    paths: tuple[Path, ...],
    locales: tuple[str, ...],
    port: int,
    no_open: bool,
    folder: Path | None,
    explicit: Path | None,
) -> None:
    """Review translations in the browser, beside their sources.

    The page is served on this machine's loopback address, for the browser that is let in by its one-time address.
    What is saved is written into the catalogs, merged with what others write meanwhile. Ctrl-C ends it.
    """
    from prl10n import config
    from prl10n.outcome import Selection

    loaded = config.load(Path.cwd(), explicit)
    selection = Selection(locales, paths)
    if folder is not None:
        from prl10n.cli import show
        from prl10n.review import export

        for path in export.write(loaded, selection, folder):
            click.echo(f"wrote {show.plain(str(path))}", err=True)
        return

    import webbrowser

    from prl10n.review import server

    served = server.prepare(loaded, selection, port)
    click.echo(served.url)
    click.echo("Ctrl-C ends the review; all that you save is in the catalogs at once.", err=True)
    if not no_open:
        webbrowser.open(served.url)
    try:
        served.run()
    except KeyboardInterrupt:
        click.echo("\nThe review has ended.", err=True)
