"""Gettext templates (.pot): the entries of each source without translations, for tools that start from them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from prl10n import catalog, files
from prl10n.catalog import Catalog
from prl10n.config import Config
from prl10n.errors import CatalogError
from prl10n.exchange.messages import same_key, unreadable
from prl10n.model import Unit
from prl10n.outcome import Selection, today
from prl10n.surveying import survey

_DATE = re.compile(rb'^"POT-Creation-Date: [^\n]*$', re.MULTILINE)

# https://www.gnu.org/software/gettext/manual/html_node/Header-Entry.html; what is left to fill in is what xgettext
# writes, and the entry is fuzzy, so that msginit and msgfmt know a template when they see one.
_HEADER = r"""# {name}
#, fuzzy
msgid ""
msgstr ""
"Project-Id-Version: {name}\n"
"Report-Msgid-Bugs-To: \n"
"POT-Creation-Date: {date}\n"
"PO-Revision-Date: YEAR-MO-DA HO:MI+ZONE\n"
"Last-Translator: FULL NAME <EMAIL@ADDRESS>\n"
"Language-Team: LANGUAGE <LL@li.org>\n"
"Language: \n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"X-Generator: prl10n\n"
"""


def pot(config: Config, selection: Selection) -> dict[PurePosixPath, bytes]:
    """The template of each selected document, by its path below a folder of templates: `news/x.pot` of `news/x.md`.

    The units are those of all selected locales: front matter keys may differ. A document without units has none.
    Raises CatalogError for the first document that cannot be read.
    """
    standings, findings = survey(config, selection)
    for finding in unreadable(findings):
        raise CatalogError(finding.message, where=finding.path)
    units: dict[str, list[Unit]] = {}
    names: dict[str, str] = {}
    for standing in standings:
        known = units.setdefault(standing.source.file, [])
        keys = same_key(known).keys()
        known += [unit for unit in standing.source.document.units if (unit.context, unit.text) not in keys]
        names[standing.source.file] = standing.source.name
    now = today()
    return {
        PurePosixPath(names[file]).with_suffix(".pot"): _template(names[file], file, found, now)
        for file, found in units.items()
        if found
    }


def _template(name: str, file: str, units: list[Unit], now: datetime.datetime) -> bytes:
    date = now.strftime("%Y-%m-%d %H:%M+0000")
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    header = _HEADER.strip().replace("{date}", date).replace("{name}", quoted)
    return catalog.render(catalog.merge(Catalog((), header), units, file))


def save(folder: Path, templates: Mapping[PurePosixPath, bytes]) -> list[Path]:
    """Write templates below a folder, but for those that differ in their date only (law 6). What was written."""
    written = []
    for name, data in templates.items():
        path = folder / name
        old = files.read(path)
        if old is None or _DATE.sub(b"", old) != _DATE.sub(b"", data):
            files.write(path, data)
            written.append(path)
    return written
