"""What authors ask for in comments of their documents."""

from __future__ import annotations

import re
from typing import NamedTuple

from prl10n.patterns import late

DIRECTION = late(r"<!--\s*prl10n:\s*(.*?)\s*-->", re.DOTALL)
_WORD = late(
    r"(?P<skip>skip-begin|skip-end|skip)\b"
    r"|(?P<name>note|context)=(?:\"([^\"]*)\"|'([^']*)')|max-length=(?P<limit>\d+)\b"
)


class Directed(NamedTuple):
    """What is asked for one block."""

    skips: bool = False
    note: str = ""
    context: str | None = None
    max_length: int | None = None


class Directions:
    """What authors ask for in comments, `<!-- prl10n: … -->`.

    `skip`, `note="…"`, `context="…"` and `max-length=60` are for the next block with all that is in it; `skip-begin`
    and `skip-end` for what stands between them.
    """

    def __init__(self) -> None:
        self.between = False
        self.next: Directed | None = None
        self.current: Directed | None = None
        self.depth = 0  # of the containers around the block that is directed
        self.problems: list[tuple[int, str]] = []

    @property
    def skips(self) -> bool:
        return self.between or (self.current is not None and self.current.skips)

    def read(self, words: str, line: int) -> None:
        rest = " ".join(_WORD.sub("", words).split())
        if rest:
            known = 'skip, skip-begin, skip-end, note="…", context="…", max-length=60'
            self.problems.append((line, f"{rest!r} is no direction that prl10n knows: {known}"))
        for found in _WORD.finditer(words):
            following = self.next or Directed()
            if found["skip"] in ("skip-begin", "skip-end"):
                self.between = found["skip"] == "skip-begin"
            elif found["skip"]:
                self.next = following._replace(skips=True)
            elif found["limit"]:
                self.next = following._replace(max_length=int(found["limit"]))
            else:
                value = found[3] if found[3] is not None else found[4]
                is_note = found["name"] == "note"
                self.next = following._replace(note=value) if is_note else following._replace(context=value)

    def begin(self, depth: int) -> None:
        """A token is reached, inside so many containers."""
        if self.current is None and self.next is not None:
            self.depth, self.current, self.next = depth, self.next, None

    def end(self, depth: int) -> None:
        """A token is done, inside so many containers now."""
        if self.current is not None and depth <= self.depth:
            self.current = None
