"""Whether the latency of a backend is the limit: a run's time, as a ratio to what its full requests must take.

    python bench/throughput.py [--units 2000] [--latency 0.2] [--concurrency 4]

`prl10n sync` of 100 documents with 2,000 units of 120 characters in 8 languages, by the real DeepL client; the server
on loopback answers each request after 200 ms. The floor is (number of full requests × latency ÷ concurrency).
Prints the ratio and where the time went; exit code 1 above 1.3.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from deepl_server import DeepLServer

MOST = 1.3
LOCALES = ("fr", "de", "es", "it", "nl", "pl", "pt-BR", "sv")
DOCUMENTS = 100


def main() -> int:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--units", type=int, default=2000)
    arguments.add_argument("--latency", type=float, default=0.2)
    arguments.add_argument("--concurrency", type=int, default=4)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, DeepLServer(limit=10**12) as server:
        root = Path(folder)
        targets = ", ".join(f'"{locale}"' for locale in LOCALES)
        (root / "prl10n.toml").write_text(
            f"targets = [{targets}]\n[backend.deepl]\nconcurrency = {chosen.concurrency}\n", encoding="utf-8"
        )
        for number in range(DOCUMENTS):
            units = [
                f"Unit {number}-{index} says that the company announced **results** for the quarter.".ljust(123, "x")
                + "."
                for index in range(chosen.units // DOCUMENTS)
            ]
            path = root / f"content/en/news/{number:03}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n\n".join(units) + "\n", encoding="utf-8")
        command = [sys.executable, "-m", "prl10n", "sync"]
        environ = {**os.environ, **server.environ}
        start = time.perf_counter()
        subprocess.run([*command, "--dry-run"], cwd=root, env=environ, check=True, capture_output=True)
        dry = time.perf_counter() - start
        server.latency = chosen.latency
        start = time.perf_counter()
        subprocess.run(command, cwd=root, env=environ, check=True, capture_output=True)
        taken = time.perf_counter() - start
        requests = len(server.requests)
    full = len(LOCALES) * math.ceil(chosen.units / 50)
    floor = full * chosen.latency / chosen.concurrency
    print(
        f"{chosen.units:,} units × {len(LOCALES)} languages: {requests} requests ({full} full ones), "
        f"at most {server.most_at_once} at once; {taken / floor:.2f} × the latency of full requests "
        f"(a dry run, which sends nothing, takes {dry / floor:.2f} ×)"
    )
    return 0 if taken / floor <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
