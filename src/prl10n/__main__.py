"""The way in. `--version` is answered before anything is imported that takes time."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """The console script `prl10n`."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from prl10n import __version__

        print(f"prl10n {__version__}")
        return
    # Imports and documents make large trees without cycles: looking through them again and again is in vain.
    gc.set_threshold(50_000)
    from prl10n.cli import prl10n

    prl10n(prog_name="prl10n")


if __name__ == "__main__":
    main()
