"""The options and arguments that commands share."""

from __future__ import annotations

from pathlib import Path

import click

config = click.option(
    "-c",
    "--config",
    "explicit",
    type=click.Path(path_type=Path),
    help="The configuration, instead of the nearest prl10n.toml or pyproject.toml.",
)
locales = click.option(
    "-l", "--locale", "locales", multiple=True, metavar="LOCALE", help="Only this locale; may be repeated."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Machine-readable results on stdout.")
paths = click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
