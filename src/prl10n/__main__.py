"""The way in. `--version` is answered before anything is imported that takes time."""

from __future__ import annotations

import sys


def main() -> None:
    """The console script `prl10n`."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from prl10n import __version__

        print(f"prl10n {__version__}")
        return
    from prl10n.cli import prl10n

    prl10n(prog_name="prl10n")


if __name__ == "__main__":
    main()
