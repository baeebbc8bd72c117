"""Cases as data files: a title, then fields, each between lines that hold a full stop alone.

`⏎` is a line break within a line of a field.
"""

from __future__ import annotations

from pathlib import Path


def load(name: str, fields: int) -> list[tuple[str, ...]]:
    """(title, field, …) of the cases in a file of this folder."""
    cases: list[tuple[str, ...]] = []
    lines = iter((Path(__file__).parent / name).read_text(encoding="utf-8").split("\n"))
    for line in lines:
        if not line:
            continue
        assert next(lines) == ".", line
        parts = []
        for _ in range(fields):
            taken: list[str] = []
            for part in lines:
                if part == ".":
                    break
                taken.append(part + "\n")
            parts.append("".join(taken))
        cases.append((line, *parts))
    return cases
