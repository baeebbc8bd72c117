"""The memory brought up to date with the catalogs, as a process of its own: it parses every text, for minutes perhaps.

python -m prl10n.review.remembering CONFIGURATION LOCALE…
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from prl10n import config, memory
from prl10n.content import find_catalogs, find_documents
from prl10n.errors import Prl10nError
from prl10n.memory import Memory


def begun(path: Path, locales: Sequence[str]) -> subprocess.Popen[bytes]:
    """The process, begun for the project that a file configures. In a session of its own, which Ctrl-C does not end."""
    return subprocess.Popen(
        [sys.executable, "-m", "prl10n.review.remembering", str(path), *locales],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def remember(path: Path, locales: Sequence[str]) -> None:
    """Read the catalogs that changed. What cannot be read stays as it was; Prl10nError where nothing can."""
    loaded = config.load(path.parent, path)
    names = find_documents(loaded)
    with Memory(loaded.root / memory.FILE, language=loaded.source) as known:
        for locale in locales:
            known.refresh(locale, find_catalogs(loaded, locale, names), loaded.root)


if __name__ == "__main__":
    try:
        remember(Path(sys.argv[1]), sys.argv[2:])
    except Prl10nError as error:
        sys.exit(error.exit_code)
