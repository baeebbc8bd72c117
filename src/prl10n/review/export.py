"""A copy of the pages for somebody who has no checkout: files that need no server, no script and no network."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from prl10n import files
from prl10n.config import Config
from prl10n.errors import ConfigError, Prl10nError
from prl10n.model import State
from prl10n.outcome import Selection
from prl10n.review import interface
from prl10n.review.app import PACKAGE, environment, language
from prl10n.review.workspace import Opened, Workspace

STYLE = "static.css"
_MARK = b"prl10n review"
_LOCALE = "en"


def write(config: Config, selection: Selection, folder: Path) -> list[Path]:
    """Write the pages of the selected documents into a folder, and an index; the files of which a byte changed.

    A document that cannot be read is named in the index. ConfigError where a file would be replaced that is no copy
    of ours, or where a link leads out of the folder: nothing of it is written then.
    """
    workspace = Workspace(config, selection)
    made = dict(_pages(workspace))
    waiting = {}
    for name, data in made.items():
        path = folder / name
        known = files.read(path)
        if not files.is_inside(path, folder) or (known is not None and _MARK not in known[:500]):
            raise ConfigError(
                "this file is no page of `prl10n review --static`, and is left as it is",
                where=str(path),
                remedy="Name another folder, or move the file away.",
            )
        if known != data:
            waiting[path] = data
    for path, data in waiting.items():
        files.write(path, data)
    return list(waiting)


def _pages(workspace: Workspace) -> Iterator[tuple[str, bytes]]:
    """(path in the folder, bytes)."""
    templates = environment()
    shared: dict[str, object] = {**interface.context(_LOCALE), "project": workspace.config.root.name}
    source = language(workspace.config.source, _LOCALE)
    rows: list[dict[str, object]] = []
    for locale in workspace.locales:
        target = language(locale, _LOCALE)
        for name in workspace.names:
            row: dict[str, object] = {"document": name, "locale": locale, "language": target["name"]}
            rows.append(row)
            try:
                opened = workspace.open(locale, name)
                pages = workspace.pages(opened)
            except Prl10nError as error:
                row |= {"problem": f"{error.what}. {error.remedy}".strip(), "title": name}
                continue
            path = f"{locale}/{name}.html"
            row |= {"title": _title(opened), "href": quote(path), "counts": _counts(opened)}
            values: Mapping[str, object] = {
                **shared,
                **row,
                "source": source,
                "target": target,
                "source_html": Markup(pages[0]),
                "target_html": Markup(pages[1]),
                "front": list(_front(opened)),
                "root": posixpath.relpath(".", posixpath.dirname(path)),
            }
            yield path, templates.get_template("static_document.html").render(values).encode("utf-8", "replace")
    yield "index.html", templates.get_template("static_index.html").render({**shared, "rows": rows}).encode()
    yield STYLE, (PACKAGE / "static" / STYLE).read_bytes()


def _title(opened: Opened) -> str:
    titles = [unit.text for unit in opened.source.units if unit.kind == "front matter: title"]
    return (titles or [opened.name])[0]


def _counts(opened: Opened) -> dict[str, int]:
    live = opened.merged.live()
    found = [live[unit.context, unit.text].state for unit in opened.source.units]
    return {state.value: found.count(state) for state in State}


def _front(opened: Opened) -> Iterator[dict[str, str]]:
    live = opened.merged.live()
    for unit in opened.source.units:
        if unit.kind.startswith("front matter"):
            entry = live[unit.context, unit.text]
            key = unit.kind.partition(": ")[2]
            yield {"key": key, "source": unit.text, "target": entry.msgstr, "state": entry.state.value}
