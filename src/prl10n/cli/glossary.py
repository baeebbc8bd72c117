"""`prl10n glossary`: terms out of the catalogs, and out of other people's term bases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from prl10n.cli import options, show
from prl10n.errors import ConfigError

if TYPE_CHECKING:
    from prl10n.config import Config
    from prl10n.glossary import Line, Merge
    from prl10n.terms import Suggestion

AS_IT_IS = "(as it is)"
PLACES = 3  # of a translation that competes with others, as the table shows them


@click.group()
def glossary() -> None:
    """Find terms for the glossary, and bring in those of others."""


@glossary.command()
@options.config
@options.locales
@options.as_json
@click.option(
    "--min-count",
    type=click.IntRange(min=2),
    metavar="N",
    help="Only terms of at least N units. Default: 5 units, or 3 documents.",
)
@click.option("--write", "writing", is_flag=True, help="Append the terms that all translations agree on.")
def suggest(
    explicit: Path | None, locales: tuple[str, ...], as_json: bool, min_count: int | None, writing: bool
) -> None:
    """Find terms in the approved translations.

    What is used often and always translated alike is a term that the glossary could hold; what is translated in
    several ways is one that somebody should decide on. Terms of the glossary are left out.
    """
    from prl10n import config, lock, terms
    from prl10n.glossary import load

    loaded = config.load(Path.cwd(), explicit)
    known = {locale: load(_file(loaded, locale)) for locale in loaded.targets}
    found, errors = terms.suggest(loaded, locales, known, min_count)
    for error in errors:
        click.echo(f"{click.style('warning', fg='yellow')}: left out: {show.plain(str(error))}", err=True)
    if as_json:
        click.echo(show.dumped([_as_json(item) for item in found]))
    else:
        _show(found)
    agreed = [item.line() for item in found if item.is_consistent]
    if writing:
        with lock.held(loaded.root):
            for path, merge in _merge(loaded, agreed):
                _write(path, merge, dry_run=False)
    elif agreed and not as_json:
        click.echo("Next: `prl10n glossary suggest --write` appends the agreed terms to the glossary.", err=True)


@glossary.command("import")
@options.config
@options.locales
@click.option("-n", "--dry-run", is_flag=True, help="Say what would be added; write nothing.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def import_(explicit: Path | None, locales: tuple[str, ...], dry_run: bool, file: Path) -> None:
    """Add the terms of FILE, a TBX term base or a CSV glossary.

    Lines of the glossary stay as they are: a term that it has with another translation is reported and left out.
    """
    from prl10n import config, lock
    from prl10n.glossary import load

    loaded = config.load(Path.cwd(), explicit)
    targets = loaded.chosen(locales)
    if file.suffix.lower() == ".csv":
        every = load(file).lines
        lines = [line for line in every if any(_serves(line.locale, target) for target in targets)]
        if others := len(every) - len(lines):
            click.echo(f"{_terms(others)} left out, of other locales than {', '.join(targets)}", err=True)
    elif file.suffix.lower() in (".tbx", ".xml"):
        from prl10n import tbx

        lines = list(tbx.load(file, loaded.source, targets))
    else:
        raise ConfigError(
            "neither TBX nor CSV", where=str(file), remedy="The name of a term base ends in .tbx, .xml or .csv."
        )
    if not lines:
        click.echo(f"{show.plain(str(file))}: no term from {loaded.source} to {', '.join(targets)}", err=True)
    with lock.unless(dry_run, loaded.root):
        for path, merge in _merge(loaded, lines):
            for line, other in merge.conflicts:
                locale = f" [{line.locale}]" if line.locale else ""
                said = (
                    f"conflict: {line.source}{locale}: {line.target or AS_IT_IS} in {file.name}, "
                    f"{other.target or AS_IT_IS} in {config.shown(path)}"
                )
                click.echo(show.plain(said))
            _write(path, merge, dry_run=dry_run)


# --- files ------------------------------------------------------------------------------------------------------------


def _file(config: Config, locale: str) -> Path:
    settings = config.settings(locale) if locale in config.targets else config
    return config.root / settings.glossary.file


def _serves(locale: str, target: str) -> bool:
    return not locale or f"{target.lower()}-".startswith(f"{locale.lower()}-")


def _merge(config: Config, lines: Iterable[Line]) -> list[tuple[Path, Merge]]:
    """The lines merged into the glossary of their locale. Nothing is written yet."""
    from prl10n.glossary import load, merged

    by_file: dict[Path, list[Line]] = {}
    for line in lines:
        target = next((target for target in config.targets if line.locale and _serves(line.locale, target)), "")
        by_file.setdefault(_file(config, target), []).append(line)
    return [(path, merged(load(path), chosen)) for path, chosen in by_file.items()]


def _write(path: Path, merge: Merge, *, dry_run: bool) -> None:
    from prl10n.config import shown
    from prl10n.glossary import save

    if not dry_run:
        save(path, merge.glossary)
    parts = [f"{_terms(len(merge.added))} {'would be added' if dry_run else 'added'}"]
    parts += [f"{len(merge.present):,} there already"] if merge.present else []
    parts += [f"{len(merge.conflicts):,} left out: the glossary says otherwise"] if merge.conflicts else []
    click.echo(f"{show.plain(shown(path))}: {', '.join(parts)}", err=True)


# --- showing ----------------------------------------------------------------------------------------------------------


def _show(found: Sequence[Suggestion]) -> None:
    """A table for each locale: what all agree on, then what they do not, with the places."""
    if not found:
        click.echo("No new term: approve more translations, or lower --min-count.", err=True)
    for locale in dict.fromkeys(item.locale for item in found):
        agreed = [item for item in found if item.locale == locale and item.is_consistent]
        disputed = [item for item in found if item.locale == locale and not item.is_consistent]
        if agreed:
            click.echo(click.style(f"{locale}: {_terms(len(agreed))}, always translated alike", bold=True))
            rows = [
                (
                    show.plain(item.source),
                    show.plain(item.renderings[0].target or AS_IT_IS),
                    str(item.units),
                    str(item.documents),
                )
                for item in agreed
            ]
            _table([("term", "translation", "units", "documents"), *rows])
            click.echo()
        if disputed:
            click.echo(click.style(f"{locale}: {_terms(len(disputed))}, translated in several ways", bold=True))
        for item in disputed:
            term = click.style(show.plain(item.source), bold=True)
            click.echo(f"  {term}  {item.units} units, {item.documents} documents")
            for rendering in item.renderings:
                click.echo(f"    {rendering.units:>5}  {show.plain(rendering.target or AS_IT_IS)}")
                for place in rendering.places[:PLACES]:
                    where = show.plain(f"{place.file}: {_short(place.msgid)}")
                    click.echo(click.style(f"           {where}", dim=True))
                if len(rendering.places) > PLACES:
                    click.echo(click.style(f"           and {len(rendering.places) - PLACES:,} more", dim=True))


def _table(rows: Sequence[tuple[str, str, str, str]]) -> None:
    """Rows under their header; numbers to the right."""
    widths = [max(_width(row[column]) for row in rows) for column in range(4)]
    for number, row in enumerate(rows):
        cells = []
        for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
            gap = " " * (width - _width(cell))
            cells.append(gap + cell if column > 1 else cell + gap)
        click.echo(click.style(f"  {'  '.join(cells).rstrip()}", dim=number == 0))


def _width(text: str) -> int:
    """Columns of a terminal; a letter of Chinese or Japanese takes two."""
    import unicodedata

    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def _terms(number: int) -> str:
    return f"{number:,} {'term' if number == 1 else 'terms'}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 72 else f"{line[:71]}…"


def _as_json(item: Suggestion) -> dict[str, object]:
    return {
        "locale": item.locale,
        "source": item.source,
        "units": item.units,
        "documents": item.documents,
        "consistent": item.is_consistent,
        "translations": [
            {
                "target": rendering.target,
                "units": rendering.units,
                "places": [{"file": place.file, "msgid": place.msgid} for place in rendering.places],
            }
            for rendering in item.renderings
        ],
    }
