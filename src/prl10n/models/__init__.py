"""Local translation models: where they live, and which of them lead from one language to another.

    folder(environ)                  where they are, for all projects of a user
    installed(root), find(root, …)   what is there; no library is imported for it
    remove(root, …)                  one less
    packages.install_file            a model from a file or a folder
    index.install                    a model from an index of packages

A model has a folder of its own, `{source}_{target}`: `model/` (CTranslate2), `source.spm` (SentencePiece) and
`prl10n-model.json` (`Record`). It comes into being by one rename, whole and checked, or not at all.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec

from prl10n.errors import ConfigError, Prl10nError

RECORD = "prl10n-model.json"
PIVOT = "en"  # most models have it on one side, and the best ones do


class Kind(StrEnum):
    """How a model wants its text: as it is, or as OPUS-MT was trained, in typewriter's punctuation."""

    PLAIN = "plain"
    OPUS = "opus"


@dataclass(frozen=True, slots=True)
class Model:
    """A model that is installed. Languages are BCP 47 tags; `origin` is a URL or the name of a file, `sha256` that of
    the package, or of `model.bin` where there was none. Prefixes are tokens that tell a model of several languages
    which one to write.
    """

    source: str
    target: str
    name: str
    version: str
    origin: str
    sha256: str
    path: Path
    kind: Kind = Kind.PLAIN
    source_prefix: str = ""
    target_prefix: str = ""

    @property
    def engine(self) -> Path:
        return self.path / "model"

    @property
    def tokenizer(self) -> Path:
        return self.path / "source.spm"


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """`prl10n-model.json`."""

    source: str
    target: str
    name: str
    version: str
    origin: str
    sha256: str
    kind: Kind = Kind.PLAIN
    source_prefix: str = ""
    target_prefix: str = ""


def folder(environ: Mapping[str, str]) -> Path:
    """Where models live: $PRL10N_MODELS, else `prl10n/models` where the system keeps a user's data."""
    own = environ.get("PRL10N_MODELS")
    if own:
        return Path(own).expanduser()
    if sys.platform == "win32":
        base = Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local")
    else:
        base = Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    return base / "prl10n" / "models"


def installed(root: Path) -> tuple[Model, ...]:
    """The models in a folder, by their languages. A folder that holds no readable record is no model."""
    found = []
    for path in sorted(root.glob(f"[!.]*_*/{RECORD}")):
        try:
            record = msgspec.json.decode(path.read_bytes(), type=Record)
        except (OSError, msgspec.MsgspecError):
            continue
        found.append(Model(**msgspec.structs.asdict(record), path=path.parent))
    return tuple(found)


def find(root: Path, source: str, target: str) -> tuple[Model, ...]:
    """The models that lead from one language to another: one, two through a third language, or none.

    A tag stands for its language where it has no model of its own: `fr-CA` for `fr`. Of third languages English is
    preferred, then the first in the alphabet.
    """
    by_pair = {(model.source.lower(), model.target.lower()): model for model in installed(root)}
    pairs = [(first, last) for first in tags(source) for last in tags(target)]
    for first, last in pairs:
        if (first, last) in by_pair:
            return (by_pair[first, last],)
    middles = sorted({target for _, target in by_pair}, key=lambda tag: (tag.partition("-")[0] != PIVOT, tag))
    for first, last in pairs:
        for middle in middles:
            if (first, middle) in by_pair and (middle, last) in by_pair:
                return by_pair[first, middle], by_pair[middle, last]
    return ()


def tags(tag: str) -> list[str]:
    """A tag and what it falls back to: `zh-Hant-TW`, `zh-Hant`, `zh`."""
    parts = tag.lower().split("-")
    return ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]


def remove(root: Path, source: str, target: str) -> Model:
    """Delete a model. ConfigError where there is none for exactly this pair."""
    with disk(root):
        sweep(root)
    for model in installed(root):
        if (model.source.lower(), model.target.lower()) == (source.lower(), target.lower()):
            with disk(model.path):
                gone = beside(root, "removed")
                model.path.rename(gone)
                shutil.rmtree(gone)
            return model
    pairs = ", ".join(f"{model.source} {model.target}" for model in installed(root))
    raise ConfigError(
        f"there is no model from {source} to {target}", where=str(root), remedy=f"Installed: {pairs or 'none'}."
    )


def beside(root: Path, name: str) -> Path:
    """A path that nothing has yet, on the same disk, and that is no model."""
    return root / f".{name}-{os.getpid()}-{secrets.token_hex(4)}"


def sweep(root: Path) -> None:
    """Delete what stands `beside` models since a process was killed; but not a model that it was about to replace."""
    for left in root.glob(".*-*-*"):
        name, owner, _ = left.name.rsplit("-", 2)
        in_vain = name in (".install", ".removed") or (root / name.removeprefix(".")).exists()
        if in_vain and owner.isdigit() and not is_there(int(owner)):
            shutil.rmtree(left, ignore_errors=True)


def is_there(process: int) -> bool:
    """Whether a process goes on; True where nobody can tell."""
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def disk(path: Path) -> Iterator[None]:
    """Errors of the file system as ours."""
    try:
        yield
    except OSError as error:
        raise Prl10nError(
            f"{error.strerror or error}",
            where=str(error.filename or path),
            remedy="Check the folder, its permissions and the disk.",
        ) from error
