"""How long reading documents takes, as ratios to what markdown-it-py alone takes to parse the same bodies in the same
run.

    python bench/split.py [FOLDER …]       default: the project's own content, many times over

Prints the ratio of each way to read, of splitting what was read before, and what the inputs that are hard for parsers
take. Absolute times depend on the machine.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from markdown_it import MarkdownIt

from prl10n import document
from prl10n.document import frontmatter, inline

ROUNDS = 5
P = ParamSpec("P")
T = TypeVar("T")
HARD = {
    "10,000 nested brackets": b"[" * 10_000 + b"x" + b"]" * 10_000,
    "10,000 asterisks": b"*a " * 10_000,
    "10,000 unclosed tags": b"<a " * 10_000,
    "5,000 nested quotes": b">" * 5_000 + b" x",
    "1 MB on one line": b"Some words of *prose* and a [link](https://example.org/). " * 18_000,
}


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def fresh(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `read` gives where no content has been read before."""
    inline.forget()
    return read(*args, **kwargs)


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
    pairs = [(source, document.split(source)) for source in sources]
    work: dict[str, Callable[[], object]] = {
        "split": lambda: [fresh(document.split, source) for source in sources],
        "split, read before": lambda: [document.split(source) for source in sources],
        "read each unit": lambda: [
            [document.read(unit.text, unit.syntax, split.references) for unit in fresh(tuple, split.units)]
            for _, split in pairs
        ],
        "reread": lambda: [fresh(document.reread, source, split.rules) for source, split in pairs],
        "outline of a document": lambda: [document.outline_of(split) for _, split in pairs],
        "candidates": lambda: [document.candidates(source) for source in sources],
    }
    floor = min(seconds(lambda: [parser.parse(body) for body in bodies]) for _ in range(ROUNDS))
    print(f"{len(sources)} documents, {sum(map(len, sources)) / 1e6:.1f} MB; × parsing alone:")
    for name, each in work.items():
        print(f"{name}: {min(seconds(each) for _ in range(ROUNDS)) / floor:.2f}")
    for name, source in HARD.items():
        floor = seconds(partial(parser.parse, source.decode()))
        taken = seconds(partial(fresh, document.split, source))
        print(f"{name}: {taken:.2f} s (parsing alone {floor:.2f} s)")


if __name__ == "__main__":
    main(sys.argv[1:])
