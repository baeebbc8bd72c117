"""Paid once, over a history: what replaying the snapshots of a repository bills, as a ratio to its distinct units.

    python bench/replay.py [FOLDER]

FOLDER holds one folder of markdown a snapshot (a commit), in the order of their names; without it, 100 commits are made
up: pages are added, edited, reordered, moved, reverted and removed. Each snapshot replaces `content/en`, `prl10n sync`
runs as CI would (sometimes on a machine that lost its `.prl10n`), and a reviewer approves some drafts. The server bills
as DeepL does. Prints the ratio of what was billed to the characters of the distinct texts that ever appeared; exit
code 1 above 1.05.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from deepl_server import DeepLServer
from prl10n import document, markup, tags

MOST = 1.05
WORDS = (
    "release platform customers growth figures quarter market office partners review team market launch secure cloud "
    "region report results language products services engineers company today announced expands first year"
).split()


def made_up(commits: int) -> Iterator[dict[str, bytes]]:
    """Snapshots of a small site that people work on."""
    chance = random.Random(7)

    def sentence() -> str:
        words = [chance.choice(WORDS) for _ in range(chance.randint(6, 16))]
        words[chance.randrange(len(words))] = f"**{chance.choice(WORDS)}**"
        return " ".join(words).capitalize() + "."

    def page() -> list[str]:
        title = " ".join(chance.choice(WORDS) for _ in range(4)).capitalize()
        return [f"---\ntitle: {title}\n---", *(sentence() for _ in range(chance.randint(4, 12)))]

    pages = {f"news/{number:03}.md": page() for number in range(10)}
    for commit in range(commits):
        name = chance.choice(sorted(pages))
        match chance.choice(["add", "edit", "edit", "edit", "move", "swap", "remove", "insert", "link", "copy"]):
            case "add":
                pages[f"news/c{commit:03}.md"] = page()
            case "edit":
                pages[name][chance.randrange(1, len(pages[name]))] = sentence()
            case "move":
                pages[f"moved/{commit:03}.md"] = pages.pop(name)
            case "swap":
                blocks = pages[name][1:]
                chance.shuffle(blocks)
                pages[name][1:] = blocks
            case "remove":
                if len(pages[name]) > 3:
                    pages[name].pop()
            case "insert":
                pages[name].insert(chance.randrange(1, len(pages[name]) + 1), sentence())
            case "link":
                pages[name][-1] = f"[{pages[name][-1].rstrip('.')}](/u/{commit})."
            case _:
                pages[f"copy/{commit:03}.md"] = list(pages[name])
        yield {name: ("\n\n".join(blocks) + "\n").encode() for name, blocks in pages.items()}


def snapshots(folder: Path) -> Iterator[dict[str, bytes]]:
    for snapshot in sorted(path for path in folder.iterdir() if path.is_dir()):
        yield {path.relative_to(snapshot).as_posix(): path.read_bytes() for path in sorted(snapshot.rglob("*.md"))}


def main() -> int:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("folder", nargs="?", type=Path)
    arguments.add_argument("--commits", type=int, default=100)
    chosen = arguments.parse_args()
    history = snapshots(chosen.folder) if chosen.folder else made_up(chosen.commits)
    chance = random.Random(11)
    distinct: set[str] = set()
    count = 0
    with tempfile.TemporaryDirectory() as folder, DeepLServer(limit=10**12) as server:
        root = Path(folder)
        (root / "prl10n.toml").write_text('targets = ["fr"]\n', encoding="utf-8")
        for count, pages in enumerate(history, 1):
            shutil.rmtree(root / "content/en", ignore_errors=True)
            for name, data in pages.items():
                path = root / "content/en" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
                split = document.split(data)
                distinct.update(text for unit in split.units for text in markup.neutral(unit, split.references))
            if chance.random() < 0.3:
                shutil.rmtree(root / ".prl10n", ignore_errors=True)
            command = [sys.executable, "-m", "prl10n", "sync"]
            run = subprocess.run(
                command, cwd=root, env={**os.environ, **server.environ}, capture_output=True, text=True, check=False
            )
            if run.returncode:
                print(f"snapshot {count}: exit code {run.returncode}\n{run.stderr[-800:]}")
                return 1
            for path in sorted(root.rglob("*.po")):
                if chance.random() < 0.3:
                    path.write_bytes(path.read_bytes().replace(b"#, fuzzy\n", b"", 3))
            print(f"\r{count} snapshots", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        floor = sum(len(tags.words(text)) for text in distinct)
        ratio = server.billed / floor
    print(
        f"{count} snapshots, {len(distinct):,} distinct texts of {floor:,} characters: {server.billed:,} characters "
        f"billed in {len(server.requests):,} requests, {ratio:.3f} × the distinct texts"
    )
    return 0 if ratio <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
