"""What a request is refused for."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """A request that is not carried out: the status of HTTP (RFC 9110), what is wrong, and what to do about it.

    `more` is what the answer says besides.
    """

    def __init__(self, status: int, error: str, remedy: str = "", more: Mapping[str, object] | None = None) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.remedy = remedy
        self.more = more or {}

    @property
    def body(self) -> dict[str, object]:
        return {"error": self.error, "remedy": self.remedy, **self.more}
