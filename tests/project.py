"""A project in a folder, its command line, and its catalogs, for tests that go the whole way."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from click.testing import CliRunner, Result

from prl10n import catalog
from prl10n.catalog import Catalog, Entry
from prl10n.cli import prl10n

CONFIGURATION = """
source = "en"
targets = ["fr"]

[backend.deepl]
retries = 0
"""


@dataclass
class Project:
    """`environ` is all that a command sees of the environment besides the system's own."""

    root: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    def source(self, text: str, name: str = "news/a.md") -> Path:
        return self.write(f"content/en/{name}", text)

    def configure(self, text: str) -> None:
        self.write("prl10n.toml", CONFIGURATION + text)

    def read(self, name: str) -> str:
        return (self.root / name).read_bytes().decode()

    def page(self, name: str = "news/a.md", locale: str = "fr") -> str:
        return self.read(f"content/{locale}/{name}")

    def run(self, *arguments: str) -> Result:
        """A command, in this process. `stdout` and `stderr` are apart; an exception that is no exit is raised."""
        cleared = {"DEEPL_AUTH_KEY": None, "DEEPL_SERVER_URL": None, "SOURCE_DATE_EPOCH": "1795478400"}
        result = CliRunner().invoke(prl10n, arguments, env={**cleared, **self.environ})
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def json(self, *arguments: str) -> Any:
        """What a command says with --json."""
        said: Any = json.loads(self.run(*arguments, "--json").stdout)
        return said

    def path(self, name: str = "news/a", locale: str = "fr") -> Path:
        return self.root / f"locales/{locale}/LC_MESSAGES/{name}.po"

    def catalog(self, name: str = "news/a", locale: str = "fr") -> Catalog:
        loaded = catalog.load(self.path(name, locale))
        assert loaded is not None
        return loaded

    def entry(self, msgid: str, name: str = "news/a", locale: str = "fr") -> Entry:
        """The live entry of a text, by its beginning."""
        (found,) = (e for e in self.catalog(name, locale).entries if e.msgid.startswith(msgid) and not e.obsolete)
        return found

    def states(self, name: str = "news/a", locale: str = "fr") -> dict[str, str]:
        return {e.msgid: e.state.value for e in self.catalog(name, locale).entries if not e.obsolete}

    def edit(self, before: str, after: str, name: str = "news/a", locale: str = "fr") -> None:
        """Replace a text in a catalog, as a person with an editor does."""
        path = self.path(name, locale)
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")

    def approve(self, name: str = "news/a", locale: str = "fr") -> None:
        """Clear every fuzzy flag."""
        path = self.path(name, locale)
        path.write_text(path.read_text(encoding="utf-8").replace("#, fuzzy\n", ""), encoding="utf-8")

    def stamps(self) -> dict[str, int]:
        """When each file was written, but for prl10n's own."""
        files = (path for path in self.root.rglob("*") if path.is_file() and ".prl10n" not in path.parts)
        return {str(path): path.stat().st_mtime_ns for path in files}


def msgfmt(path: Path) -> None:
    """gettext's own check of a catalog, and Babel's reading of it."""
    subprocess.run(["msgfmt", "--check", "-o", "/dev/null", str(path)], check=True, capture_output=True)
    loaded = catalog.load(path)
    assert loaded is not None
    said_there = "".join(entry.msgid + entry.msgstr for entry in loaded.entries)
    if any(character in said_there for character in "\a\b\v\f\x1c\x1d\x1e\x85\u2028\u2029"):
        return  # Babel does not know these escapes of gettext's, or takes them for the end of a line
    with path.open("rb") as file:
        read = read_po(file)
    said = {(message.context, message.id): (message.string, message.fuzzy) for message in read if message.id}
    assert said == {entry.key: (entry.msgstr, entry.fuzzy) for entry in loaded.live().values()}
