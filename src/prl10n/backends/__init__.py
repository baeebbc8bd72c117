"""Machine translation backends: the contract, and how they are found.

A backend is a class registered under the entry point group `prl10n.backends`; its name there is its name in
`prl10n.toml`. Adding one is one file and one line in `pyproject.toml` (the backend's own, for a plug-in).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Protocol

from prl10n.errors import ConfigError

GROUP = "prl10n.backends"


@dataclass(frozen=True, slots=True)
class Request:
    """What one document needs in one locale.

    `source` and `target` are BCP 47 tags as in the configuration. `texts` are distinct neutral forms (XML fragments,
    see `prl10n.model`) or, where the backend takes no tags for the target, the same without tags: `&`, `<` and `>`
    are written as entities in both cases. `context` is source-language prose around them, to be read and not to be
    translated.
    """

    source: str
    target: str
    texts: tuple[str, ...]
    context: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A translation in the same form as its text (None: the backend has none), and the characters billed for it."""

    text: str | None
    billed: int = 0


class Backend(Protocol):
    """A machine translation provider.

    An instance is made once a run by its class or factory: `factory(options, environ)`, where `options` is the table
    `[backend.NAME]` of the configuration and `environ` the process environment, the only place that secrets come
    from. The factory raises ConfigError for an unknown option, and AuthorizationFailed where a secret is missing.
    """

    name: str

    def takes_tags(self, target: str) -> bool:
        """Whether texts for this target may carry tags."""
        ...

    def settings(self, source: str, target: str) -> str:
        """All that an answer depends on besides the text, as one stable line: the journal's key. Holds no secret."""
        ...

    def count(self, texts: Sequence[str]) -> int:
        """The characters that the provider will bill for the texts."""
        ...

    def translate(self, request: Request) -> Iterator[Sequence[Answer]]:
        """Answer `request.texts` in order, in as many sequences as there were requests to the provider.

        Each sequence is yielded the moment that it arrived. Raises BackendError, after which what was yielded stays
        valid.
        """
        ...


class Factory(Protocol):
    def __call__(self, options: Mapping[str, object], environ: Mapping[str, str]) -> Backend: ...


def names() -> list[str]:
    """The backends that are installed, by name."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def create(name: str, options: Mapping[str, object], environ: Mapping[str, str]) -> Backend:
    """Make the backend called `name`; ConfigError where there is none."""
    for point in entry_points(group=GROUP, name=name):
        factory: Factory = point.load()
        return factory(options, environ)
    raise ConfigError(f"there is no backend called {name!r}", remedy=f"Installed backends: auto, {', '.join(names())}.")
