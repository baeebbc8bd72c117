"""The formats that translations travel in: one line each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from prl10n.errors import ConfigError
from prl10n.exchange import tables, xliff, xliff_reader, xlsx, xml
from prl10n.exchange.messages import Message, Reply


@dataclass(frozen=True, slots=True)
class Format:
    """`suffixes` are those that a file of it may have, the usual one first. `one_locale`: a file holds one locale."""

    suffixes: tuple[str, ...]
    write: Callable[[Sequence[Message], str, str], bytes]
    read: Callable[[bytes, str], list[Reply]]
    one_locale: bool = False


FORMATS = {
    "xliff": Format((".xlf", ".xliff"), xliff.write, xliff_reader.read, one_locale=True),
    "csv": Format((".csv",), tables.write, tables.read),
    "xlsx": Format((".xlsx",), xlsx.write, xlsx.read),
}


def outputs(name: str, messages: Sequence[Message], source: str, locales: Sequence[str], to: Path) -> dict[Path, bytes]:
    """The files of an export. `to` is a file; or a folder, if there is one or the name has no suffix: then each locale
    has a file of its own in it. ConfigError for several locales in one file of a format that holds one.
    """
    chosen = FORMATS[name]
    if to.is_dir() or not to.suffix:
        return {
            to / f"{locale}{chosen.suffixes[0]}": chosen.write(
                [message for message in messages if message.locale == locale], source, locale
            )
            for locale in locales
        }
    if chosen.one_locale and len(locales) > 1:
        raise ConfigError(
            f"a file of {name} holds one locale, and there are {len(locales)}: {', '.join(locales)}",
            where=str(to),
            remedy="Name a folder with -o, or one locale with --locale.",
        )
    return {to: chosen.write(messages, source, locales[0])}


def load(path: Path) -> list[Reply]:
    """The replies of a file, read as its name says. ConfigError for one that is not there or cannot be read."""
    by_suffix = {suffix: found for found in FORMATS.values() for suffix in found.suffixes}
    chosen = by_suffix.get(path.suffix.lower())
    if chosen is None:
        raise ConfigError(
            f"{path.suffix or 'a file without an extension'} is no format that can be imported",
            where=str(path),
            remedy=f"The name ends in {', '.join(by_suffix)}.",
        )
    return chosen.read(xml.bytes_of(path), str(path))
