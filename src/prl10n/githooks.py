"""What `prl10n init --git` sets up: the merge driver for catalogs, in .gitattributes and in the repository's config.

Law 4: lines of .gitattributes stay byte for byte, and a setting that is there already is left as it is.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from prl10n import files
from prl10n.config import FIELD, Config, shown
from prl10n.errors import ConfigError

ATTRIBUTES = ".gitattributes"
SETTINGS = (
    ("merge.prl10n.name", "prl10n: catalogs, entry by entry"),
    ("merge.prl10n.driver", "prl10n merge-driver -- %O %A %B %P"),
)


def install(config: Config) -> tuple[str, ...]:
    """Set up the merge driver for the catalogs of a project; what was done, in sentences.

    Writes .gitattributes next to the configuration, for everybody, and `.git/config` of this clone: git lets no file of
    a repository name a program. A second call changes nothing. Raises ConfigError outside a git repository.
    """
    _git(config.root, "rev-parse", "--git-dir")
    path = config.root / ATTRIBUTES
    before = files.read(path) or b""
    after, kept = with_patterns(before, patterns(config))
    said = [f"{shown(path)}: left as it is: {line}" for line in kept]
    if after != before and files.write(path, after, expected=before if path.exists() else None):
        said.append(f"{shown(path)}: catalogs are merged by prl10n")
    for key, value in SETTINGS:
        present = _git(config.root, "config", "--local", "--get", key, allow=(1,))
        if not present:
            _git(config.root, "config", "--local", key, value)
            said.append(f"git config: {key} set")
        elif present != value:
            said.append(f"git config: left as it is: {key} = {present}")
    return tuple(said)


def patterns(config: Config) -> tuple[str, ...]:
    """The catalogs of all locales as patterns of .gitattributes: `locales/**/*.po`."""
    found: dict[str, None] = {}
    for settings in config.locales.values():
        pattern = PurePosixPath(settings.content.catalog).as_posix()
        folder = PurePosixPath(f"{FIELD.split(pattern)[0]}x").parent.as_posix()
        suffix = PurePosixPath(pattern).suffix or ".po"
        found[f"*{suffix}" if folder == "." else f"{folder}/**/*{suffix}"] = None
    return tuple(found)


def with_patterns(data: bytes, wanted: tuple[str, ...]) -> tuple[bytes, tuple[str, ...]]:
    """(.gitattributes with a line for each pattern, lines that already say how such files are merged)."""
    newline = b"\r\n" if b"\r\n" in data else b"\n"
    added: list[str] = []
    kept: list[str] = []
    lines = list(_lines(data))
    for pattern in wanted:
        line = f"{_quoted(pattern)} merge=prl10n"
        merges = [
            other for other in lines if other.startswith(f"{_quoted(pattern)} ") and re.search(r"\bmerge\b", other)
        ]
        if not merges:
            added.append(line)
        kept += [other for other in merges if "merge=prl10n" not in other.split()]
    if added and data and not data.endswith(b"\n"):
        data += newline
    return data + b"".join(line.encode() + newline for line in added), tuple(kept)


def _lines(data: bytes) -> Iterator[str]:
    for line in data.decode(errors="replace").splitlines():
        yield " ".join(line.split())


def _quoted(pattern: str) -> str:
    return f'"{pattern}"' if " " in pattern else pattern


def _git(root: Path, *arguments: str, allow: tuple[int, ...] = ()) -> str:
    """What a git command says. Raises ConfigError where it fails otherwise than with a status of `allow`."""
    try:
        run = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    except OSError as error:
        raise ConfigError(f"git cannot be run: {error.strerror}", remedy="Install git.") from error
    if run.returncode and run.returncode not in allow:
        raise ConfigError(
            f"git {arguments[0]}: {run.stderr.strip()}", where=shown(root), remedy="Run this in a git repository."
        )
    return run.stdout.strip()
