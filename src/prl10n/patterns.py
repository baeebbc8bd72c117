"""Regular expressions that most runs need none of: compiled when somebody first asks.

Python compiles a pattern at each start, in a fifth of a millisecond, and what a document may hold takes hundreds.
"""

from __future__ import annotations

import re
from typing import AnyStr, cast


class _Late:
    """A pattern with the attributes of `re.Pattern`; what was asked once is an attribute of its own."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        found: object = getattr(re.compile(self.pattern, self._flags), name)
        setattr(self, name, found)
        return found


def late(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """`re.compile`, later. Not for functions of `re` that take a pattern: call its own. A wrong pattern is an error of
    its first use.
    """
    return cast("re.Pattern[AnyStr]", _Late(pattern, flags))
