"""The translation memory of a project as TMX, and the memories of others into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from prl10n import files
from prl10n.config import Config, shown
from prl10n.content import find_catalogs, find_documents
from prl10n.errors import CatalogError, Damaged, Prl10nError
from prl10n.exchange import tmx, xml
from prl10n.exchange.tmx import Found, Pair
from prl10n.memory import FILE, Memory
from prl10n.outcome import Selection, select


def dump(config: Config, locales: Sequence[str]) -> tuple[bytes, int, list[Prl10nError]]:
    """All approved pairs of these locales (none named: of all) as TMX, how many they are, and the errors of catalogs
    that could not be read: their former pairs are among them.

    The memory is brought up to date with the catalogs first.
    """
    try:
        return _dumped(config, locales)
    except Damaged as error:  # there is a new one now
        data, count, errors = _dumped(config, locales)
        return data, count, [error, *errors]


def _dumped(config: Config, locales: Sequence[str]) -> tuple[bytes, int, list[Prl10nError]]:
    documents = find_documents(config)
    chosen, _ = select(config, Selection(tuple(locales)), documents)
    errors: list[Prl10nError] = []
    pairs: list[Pair] = []
    with Memory(_path(config)) as memory:
        if memory.damaged:
            errors.append(Damaged(memory.damaged, where=shown(memory.path)))
        for locale in chosen:
            errors += memory.refresh(locale, find_catalogs(config, locale, documents), config.root)
            pairs += (
                Pair(locale, source, target, document)
                for source, target, approved, document in memory.every(locale)
                if approved
            )
    return tmx.write(pairs, config.source), len(pairs), errors


def restore(config: Config, path: Path, targets: Sequence[str], *, approved: bool, dry_run: bool = False) -> Found:
    """Take the pairs of a TMX file into the memory, under the file's name; those that it had under it are replaced.
    Only those of these targets.

    `approved` False: they count as drafts. What the file itself calls a draft is one.
    """
    found = tmx.read(xml.bytes_of(path), config.source, targets, str(path))
    if not dry_run:
        with Memory(_path(config)) as memory:
            found = replace(found, damaged=memory.damaged)
            for locale in targets:
                rows = [
                    (pair.source, pair.target, approved and pair.approved)
                    for pair in found.pairs
                    if pair.locale == locale
                ]
                if rows:
                    memory.import_pairs(locale, _name(path.name, locale, config.targets), rows)
    return found


def _name(name: str, locale: str, targets: Sequence[str]) -> str:
    """The name of the pairs of one locale: the memory replaces all that it has under a name, whatever their locale."""
    return name if len(targets) == 1 else f"{name} {locale}"


def _path(config: Config) -> Path:
    path = config.root / FILE
    if not files.is_inside(path, config.root):  # law 7
        raise CatalogError("a link leads out of the project", where=shown(path), remedy="Replace the link by a folder.")
    return path
