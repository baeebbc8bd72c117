"""Values of one size for each of many documents, by their number: the bytes of the values, where objects take ten times
as many.

    documents, sorted:  a.md  b.md  c/c.md          number_of(documents, "b.md") == 1
    a column:           ……    ……    ……              column[1] are the values of b.md
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from struct import Struct
from typing import Any


class Column:
    """The values of each document, in the form of a `struct.Struct`; zeros as long as nothing is known."""

    __slots__ = ("data", "record")

    def __init__(self, form: str, count: int) -> None:
        self.record = Struct(form)
        self.data = bytearray(self.record.size * count)

    def __getitem__(self, number: int) -> tuple[Any, ...]:
        return self.record.unpack_from(self.data, number * self.record.size)

    def __setitem__(self, number: int, values: Sequence[Any]) -> None:
        self.record.pack_into(self.data, number * self.record.size, *values)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self.record.iter_unpack(self.data)

    def renumber(self, former: Sequence[int | None]) -> None:
        """`former` are the numbers that documents had until now; None: it is a new one."""
        size, data = self.record.size, self.data
        nothing = bytes(size)
        self.data = bytearray().join(
            nothing if number is None else data[number * size : (number + 1) * size] for number in former
        )


def number_of(documents: Sequence[str], name: str) -> int | None:
    """The number of a document among all, which are sorted; None where it is none of them."""
    number = bisect_left(documents, name)
    return number if number < len(documents) and documents[number] == name else None
