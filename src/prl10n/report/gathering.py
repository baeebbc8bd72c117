"""Reads all that a report says: the project as `status` sees it, the repository, and the journal. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from prl10n.config import Config
from prl10n.errors import Prl10nError
from prl10n.locales import babel_locale
from prl10n.memory import FILE, Memory
from prl10n.model import Finding
from prl10n.outcome import Selection, today
from prl10n.report import history
from prl10n.report.figures import by_what_is_left, figures, totals
from prl10n.report.looks import piles
from prl10n.report.values import Bill, Language, Report
from prl10n.surveying import survey

LIMIT = 200  # units of a locale that a page shows side by side


def gather(
    config: Config, selection: Selection, *, since: str = "", limit: int = LIMIT, checked: Sequence[Finding] = ()
) -> Report:
    """The report of the selected documents in the selected locales; `since` is a revision of git, empty for none.

    `checked` are findings of others (`prl10n check`), told besides those of the survey. The same project at the
    same moment (`outcome.today`) gives the same report. Raises ConfigError.
    """
    standings, surveyed = survey(config, selection)
    findings = tuple(dict.fromkeys((*surveyed, *checked)))
    locales = tuple(each for each in config.targets if not selection.locales or each in selection.locales)
    every = by_what_is_left(map(figures, standings))
    places = {(each.document, each.locale): number for number, each in enumerate(every)}
    ordered = sorted(standings, key=lambda standing: places[standing.source.file, standing.locale])
    price = (config.budget.price, config.budget.currency) if config.budget.price else None
    return Report(
        project=config.root.name,
        moment=today(),
        revision=history.head(config.root),
        source=language(config.source),
        languages=tuple(map(language, locales)),
        figures=every,
        totals=totals(every, locales),
        piles=piles(ordered, findings, limit),
        limit=limit,
        findings=findings,
        bills=bills(config, price),
        price=price,
        since=history.since(config, standings, selection, since) if since else None,
    )


def language(tag: str) -> Language:
    locale = babel_locale(tag)
    return Language(tag, locale.get_display_name("en") or tag, locale.text_direction)


def bills(config: Config, price: tuple[float, str] | None) -> tuple[Bill, ...] | None:
    """What each backend billed, month by month; None where the journal is not here, or cannot be read.

    Request settings begin with the name of their backend.
    """
    path = config.root / FILE
    if not path.is_file():
        return None
    try:
        with Memory(path, scratch=True) as memory:
            billed = memory.billed()
            if memory.damaged:
                return None
    except Prl10nError:
        return None
    found: dict[tuple[str, str], int] = {}
    for settings, day, characters in billed:
        key = (day[:7], settings.partition(" ")[0])
        found[key] = found.get(key, 0) + characters
    return tuple(
        Bill(backend, month, characters, price[0] * characters / 1_000_000 if price else None)
        for (month, backend), characters in sorted(found.items())
        if characters
    )
