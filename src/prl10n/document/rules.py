"""What a site says about its documents. It is known without any parser."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_KEYS = ("title", "short-title", "product-title", "subtitle", "description", "summary", "excerpt")


@dataclass(frozen=True, slots=True)
class Rules:
    """The front matter paths whose strings are prose, and the dialect."""

    translate: tuple[str, ...] = DEFAULT_KEYS
    dialect: str = "auto"
    markdown: tuple[str, ...] = ()  # front matter paths whose strings are markdown
