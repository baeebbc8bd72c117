"""How long splitting takes, as a ratio to what markdown-it-py alone takes to parse the same bodies in the same run.

    python bench/split.py [FOLDER …]       default: the project's own content, many times over

Prints the ratio, and what the inputs that are hard for parsers take. Absolute times depend on the machine.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from markdown_it import MarkdownIt

from prl10n import document
from prl10n.document import frontmatter

ROUNDS = 5
HARD = {
    "10,000 nested brackets": b"[" * 10_000 + b"x" + b"]" * 10_000,
    "10,000 asterisks": b"*a " * 10_000,
    "10,000 unclosed tags": b"<a " * 10_000,
    "5,000 nested quotes": b">" * 5_000 + b" x",
    "1 MB on one line": b"Some words of *prose* and a [link](https://example.org/). " * 18_000,
}


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(arguments: list[str]) -> None:
    folders = [Path(name) for name in arguments] or [Path(__file__).parent.parent / "content"]
    sources = [path.read_bytes() for folder in folders for path in sorted(folder.rglob("*.md*"))]
    sources *= 1 + 1_000_000 // max(1, sum(map(len, sources)))
    bodies = []
    for source in sources:
        text = source.decode()
        front = frontmatter.find(text)
        bodies.append(text[front.body :] if front else text)
    parser = MarkdownIt("commonmark", {"maxNesting": 100}).enable(["table", "strikethrough"])
    ratios = []
    for _ in range(ROUNDS):
        floor = seconds(lambda: [parser.parse(body) for body in bodies])
        ratios.append(seconds(lambda: [document.split(source) for source in sources]) / floor)
    size = sum(map(len, sources)) / 1e6
    print(f"{len(sources)} documents, {size:.1f} MB: splitting takes {statistics.median(ratios):.2f} × parsing alone")
    for name, source in HARD.items():
        floor = seconds(lambda source=source: parser.parse(source.decode()))
        taken = seconds(lambda source=source: document.split(source))
        print(f"{name}: {taken:.2f} s (parsing alone {floor:.2f} s)")


if __name__ == "__main__":
    main(sys.argv[1:])
