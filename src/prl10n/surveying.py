"""Where every document stands, without changing any: what `check`, `report` and the review page look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from prl10n import making
from prl10n.assembly import Broken
from prl10n.catalog import Catalog
from prl10n.config import Config, shown
from prl10n.content import find_documents
from prl10n.errors import Prl10nError
from prl10n.inputs import Inputs
from prl10n.making import Fault, Opened, Place, Setup, fault_of
from prl10n.model import Finding
from prl10n.outcome import Outcome, Selection, select, today
from prl10n.publishing import AtHand, Built, Publisher, Source, rejected_texts


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a document stands in a locale: its source, its catalog as it is on disk and as `extract` would leave it
    (`seen`, `merged`), and its page as `build` would leave it (None: it would write none), with the units whose texts
    would break the page, and the links of the page that lead nowhere.
    """

    source: Source
    locale: str
    catalog_path: Path
    seen: Catalog
    merged: Catalog
    page_path: Path
    page: bytes | None
    rejected: Mapping[int, str] = field(default_factory=dict)
    broken: tuple[Broken, ...] = ()


def survey(config: Config, selection: Selection) -> tuple[list[Standing], list[Finding]]:
    """Where every selected document stands, and what is wrong with some. Writes and sends nothing."""
    documents = find_documents(config)
    inputs = Inputs(config, documents, Outcome())
    locales, names = select(config, selection, documents)
    setup = Setup(config, today(), extracts=False, translates=False, builds=True)
    found: list[tuple[Source, Place, Opened]] = []
    for job in inputs.jobs(dict.fromkeys(names, locales), builds=True):
        source = making.read(job)
        if isinstance(source, Fault):
            inputs.unreadable(job.file, source)
            continue
        inputs.tell_problems(job, source.document.problems)
        for place in job.places:
            opened = making.opened(setup, source, place)
            if isinstance(opened, Fault):
                inputs.blame(opened, job.name, place.locale)
            else:
                found.append((source, place, opened))
    order = {locale: number for number, locale in enumerate(locales)}
    found.sort(key=lambda item: order[item[1].locale])
    at_hand = {
        (place.locale, source.name): AtHand(source, place.locale, opened.merged) for source, place, opened in found
    }
    publisher = Publisher(config, documents, at_hand)
    standings = []
    for source, place, opened in found:
        item = at_hand[place.locale, source.name]
        try:
            built = publisher.page(item)
        except Prl10nError as error:
            inputs.blame(fault_of(error), source.name, place.locale)
            built = Built(None)
        inputs.reject(shown(Path(place.path)), place.locale, rejected_texts(source, built))
        path = config.target_path(place.locale, source.name)
        broken = publisher.broken(item, built.page) if built.page is not None else ()
        standings.append(
            Standing(
                source,
                place.locale,
                Path(place.path),
                opened.seen,
                opened.merged,
                path,
                built.page,
                built.rejected,
                broken,
            )
        )
    return standings, inputs.outcome.findings
