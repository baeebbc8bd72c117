"""How fast the memory finds texts that are like others: look-ups a second in 100,000 pairs, and how many are found.

    python bench/memory.py [--pairs 100000] [--lookups 1000]

Pairs are sentences of words that are as unequally frequent as those of a language. A look-up is a known sentence with
one word replaced; it is found if the memory names that sentence first. Exit code 1 if the look-ups take over a second.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from prl10n.memory import Memory


def main() -> int:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--pairs", type=int, default=100_000)
    arguments.add_argument("--lookups", type=int, default=1_000)
    chosen = arguments.parse_args()
    chance = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    vocabulary = ["".join(chance.choices(letters, k=chance.randint(3, 10))) for _ in range(8000)]
    weights = [1 / (rank + 5) for rank in range(len(vocabulary))]

    def sentence() -> str:
        return " ".join(chance.choices(vocabulary, weights, k=chance.randint(8, 25))).capitalize() + "."

    sources = [sentence() for _ in range(chosen.pairs)]
    asked = []
    for source in chance.sample(sources, chosen.lookups):
        words = source.split()
        words[chance.randrange(len(words))] = chance.choice(vocabulary)
        asked.append((source, " ".join(words)))
    with tempfile.TemporaryDirectory() as folder, Memory(Path(folder) / "memory.db") as memory:
        start = time.perf_counter()
        memory.import_pairs("fr", "bench", [(source, source.upper(), True) for source in sources])
        filled = time.perf_counter() - start
        start = time.perf_counter()
        found = [memory.near("fr", text) for _, text in asked]
        taken = time.perf_counter() - start
    right = sum(bool(near) and near[0].source == source for (source, _), near in zip(asked, found, strict=True))
    print(
        f"{chosen.pairs:,} pairs taken in in {filled:.1f} s; {chosen.lookups:,} look-ups in {taken:.2f} s, "
        f"{right / chosen.lookups:.1%} find the sentence that was changed"
    )
    return 0 if taken <= 1 else 1


if __name__ == "__main__":
    sys.exit(main())
