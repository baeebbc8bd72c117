"""Texts → the localized document, with law 3 kept: a translation that would break the page is left out, and named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from prl10n import document, markup
from prl10n.document import Document
from prl10n.errors import LIBRARY_FAILURES, DocumentError


def assemble(
    source: Document, texts: Sequence[str | None], values: Mapping[str, str] | None = None
) -> tuple[bytes, dict[int, str]]:
    """The localized bytes, and the units whose text would break the page, with the reason.

    Law 3: the result has the skeleton of the source. A unit that breaks it is left in the source language. One parse
    is the price where nothing is wrong; else units are checked one by one, and what hides in their neighbourhood is
    found by halving.
    """
    values = values or {}
    wanted = document.expected(source, values)
    chosen = [None if text == unit.text else text for unit, text in zip(source.units, texts, strict=True)]

    def attempt(indices: Iterable[int]) -> bytes | None:
        kept = set(indices)
        try:
            result = document.splice(
                source, [text if index in kept else None for index, text in enumerate(chosen)], values
            )
        except DocumentError:
            if not kept:
                raise
            return None
        return result if not kept or document.skeleton(result, source.rules) == wanted else None

    changed = [index for index, text in enumerate(chosen) if text]
    result = attempt(changed)
    if result is not None:
        return result, {}
    rejected: dict[int, str] = {}
    sound: list[int] = []
    for index in changed:
        reason = _difference(source, index, chosen[index] or "")
        if reason:
            rejected[index] = reason
        else:
            sound.append(index)
    result = attempt(sound)
    if result is None:
        kept = _halving(sound, attempt)
        rejected |= {index: "it would change the blocks of the page" for index in sound if index not in kept}
        result = attempt(kept)
    if result is None:
        raise DocumentError("the page cannot be built", remedy="Please report the document.")
    return result, dict(sorted(rejected.items()))


def _difference(source: Document, index: int, text: str) -> str:
    unit = source.units[index]
    try:
        return markup.difference(unit, document.read(text.strip(), unit.syntax, source.references))
    except LIBRARY_FAILURES as error:
        return f"it cannot be parsed: {type(error).__name__}"


def _halving(indices: Sequence[int], attempt: Callable[[Iterable[int]], bytes | None]) -> set[int]:
    """The largest set that halving finds for which `attempt` succeeds, beginning with none."""
    kept: set[int] = set()
    stack = [list(indices)]
    while stack:
        group = stack.pop()
        if not group:
            continue
        if attempt(kept.union(group)) is not None:
            kept.update(group)
        elif len(group) > 1:
            middle = len(group) // 2
            stack += [group[middle:], group[:middle]]
    return kept
