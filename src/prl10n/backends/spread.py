"""A backend whose texts are translated by the workers of an executor: its models are on them, and stay loaded.

The coordinator plans, counts and keeps the journal as ever; what travels is a request and its answers.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import dataclass
from functools import cache
from threading import Lock

from prl10n.backends import Answer, Backend, Request
from prl10n.errors import ConfigError, RequestRefused

Factory = Callable[[Mapping[str, object], Mapping[str, str]], Backend]

UNDER_WAY = 2  # requests for each place: one at work, one that waits beside it


@dataclass(eq=False)
class Spread:
    """`backend`, whose `translate` is done by the `slots` places of an executor.

    A worker makes a backend of its own by `factory(options, environ)`, once, with its own environment. Its `settings`
    must be the coordinator's, or its answers would stand in the journal for those of another model.
    """

    backend: Backend
    factory: Factory
    options: Mapping[str, object]
    executor: Executor
    slots: int

    def __post_init__(self) -> None:
        self.name = self.backend.name
        self.concurrency = UNDER_WAY * self.slots
        self.takes_terms = self.backend.takes_terms
        self.takes_tags = self.backend.takes_tags
        self.settings = self.backend.settings
        self.count = self.backend.count
        self.batches = self.backend.batches

    def translate(self, request: Request) -> Iterator[Sequence[Answer]]:
        """Raises ConfigError where a worker lacks the model, RequestRefused where workers die on the texts."""
        settings = self.settings(request.source, request.target)
        options = json.dumps(dict(self.options))
        try:
            yield self.executor.submit(_answers, self.factory, options, settings, request).result()
        except BrokenExecutor as error:
            raise RequestRefused(
                f"{error}: {len(request.texts)} texts, from {request.texts[0][:60]!r}, have no translation",
                remedy="Have the workers enough memory for the model? A smaller batch_size needs less.",
            ) from error


_alone = Lock()


@cache
def _made(factory: Factory, options: str) -> Backend:
    return factory(json.loads(options), os.environ)


def _answers(factory: Factory, options: str, settings: str, request: Request) -> list[Answer]:
    """On a worker."""
    here = f"the worker on {platform.node()}"
    try:
        with _alone:
            backend = _made(factory, options)
        own = backend.settings(request.source, request.target)
    except ConfigError as error:
        raise ConfigError(f"{here}: {error.what}", where=error.where, remedy=error.remedy) from error
    if own != settings:
        raise ConfigError(
            f"{here} has other models than the coordinator: {own} instead of {settings}",
            remedy=f"Install the same there: prl10n model install {request.source} {request.target}",
        )
    return [answer for answers in backend.translate(request) for answer in answers]
