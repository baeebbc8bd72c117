"""Untrusted XML (law 7): entities are refused, nothing is fetched, lxml's own limits hold, errors name their line."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from prl10n import files
from prl10n.errors import ConfigError

MOST_BYTES = 256 * 1024 * 1024


def elements(data: bytes, names: tuple[str, ...], where: str) -> Iterator[etree._Element]:
    """The elements of these names, each once it is complete; it is emptied when the next one is asked for.

    ConfigError for what is not well-formed, defines entities, or is larger than MOST_BYTES.
    """
    check_size(len(data), where)
    if b"<!ENTITY" in data:
        raise _entities(where, data.count(b"\n", 0, data.index(b"<!ENTITY")) + 1)
    reader = etree.iterparse(
        io.BytesIO(data),
        events=("end",),
        tag=tuple(f"{{*}}{name}" for name in names),
        load_dtd=False,
        no_network=True,
        resolve_entities=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for _, element in reader:
            declared = element.getroottree().docinfo.internalDTD
            if declared is not None and declared.entities():
                raise _entities(where, 1)
            yield element
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        raise ConfigError(
            f"not well-formed XML: {error.msg}",
            where=f"{where}:{error.lineno or 1}",
            remedy="Export the file again, or repair the line.",
        ) from None


def bytes_of(path: Path) -> bytes:
    """The bytes of a file from elsewhere. ConfigError where there is none, or where it is too large."""
    if path.is_file():
        check_size(path.stat().st_size, str(path))
    data = files.read(path)
    if data is None:
        raise ConfigError("there is no such file", where=str(path), remedy="Check the path.")
    return data


def check_size(size: int, where: str) -> None:
    if size > MOST_BYTES:
        raise ConfigError(
            f"more than {MOST_BYTES // 1024 // 1024} MB", where=where, remedy="Split the file, one language each."
        )


def line(element: etree._Element) -> int:
    """The line of the file that an element begins on; 0 where nobody knows."""
    number: int | None = element.sourceline  # type: ignore[assignment]  # lxml-stubs has an ellipsis for its type
    return number or 0


def name(element: etree._Element) -> str:
    """The name without its namespace; empty for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: etree._Element, wanted: str) -> Iterator[etree._Element]:
    return (child for child in element if name(child) == wanted)


def child(element: etree._Element, wanted: str) -> etree._Element | None:
    return next(children(element, wanted), None)


def _entities(where: str, line: int) -> ConfigError:
    return ConfigError(
        "it defines XML entities", where=f"{where}:{line}", remedy="Remove the <!ENTITY> lines: no tool needs them."
    )
