"""The checks of a document in one locale: pure functions of what its files hold and what they would hold."""

from __future__ import annotations

from collections.abc import Iterator

from prl10n.catalog import needs_text
from prl10n.checks.model import Files, Problem


def extracted(files: Files) -> Iterator[Problem]:
    """The catalog is what `extract` would write."""
    if files.seen.data is None:
        if files.units:
            yield Problem("there is no catalog yet: run `prl10n sync`")
    elif files.seen != files.merged:
        yield Problem("the source has changed since the catalog was written: run `prl10n sync`")


def built(files: Files) -> Iterator[Problem]:
    """The page is what `build` would write."""
    if files.built == files.page:
        return
    if files.built is None:
        yield Problem(
            "too little of its document may be published: remove it, or run `prl10n adopt` if somebody wrote it by hand"
        )
    elif files.page is None:
        yield Problem("the page has not been written: run `prl10n build`")
    else:
        yield Problem("the page is not what the source and the catalog say: run `prl10n build`")


def frozen(files: Files) -> Iterator[Problem]:
    """`sync` would have nothing to ask for. A text that several units share is asked for once."""
    live = files.merged.live()
    texts = {unit.text for unit in files.units if needs_text(live[unit.context, unit.text], files.merged)}
    if texts:
        count = "1 unit needs a text" if len(texts) == 1 else f"{len(texts):,} units need a text"
        yield Problem(f"{count}, from the memory or a backend: run `prl10n sync` and commit what it writes")
