"""Who translates: the backend of each locale, with the memory and the glossary that go with it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from datetime import datetime
from typing import NamedTuple

from prl10n import backends, executors
from prl10n.backends import Backend, Usage
from prl10n.config import Budget, Config, Settings, shown
from prl10n.content import find_catalogs
from prl10n.errors import ConfigError
from prl10n.inputs import Inputs, place_of
from prl10n.localize.drafts import Style
from prl10n.memory import FILE, Memory
from prl10n.model import Term
from prl10n.pairs import Spread
from prl10n.translation import Desk


class Meter(NamedTuple):
    """What the account of a backend has used, and the locales that it serves; `usage` None: it does not count."""

    backend: str
    locales: tuple[str, ...]
    usage: Usage | None


def usage(config: Config, locales: Sequence[str] = (), environ: Mapping[str, str] | None = None) -> list[Meter]:
    """Ask the backends of these locales (none named: of all), each once. Raises BackendError."""
    environ = os.environ if environ is None else environ
    chosen: dict[str, tuple[Mapping[str, object], list[str]]] = {}
    for locale in config.chosen(locales):
        name, options = choose(config, locale, environ)
        chosen.setdefault(name, (options, []))[1].append(locale)
    meters = []
    for name, (options, locales) in chosen.items():
        ask = getattr(_created(config, locales[0], name, options, environ), "usage", None)
        meters.append(Meter(name, tuple(locales), ask() if ask is not None else None))
    return meters


def choose(config: Config, locale: str, environ: Mapping[str, str]) -> tuple[str, Mapping[str, object]]:
    """The name and the options of a locale's backend. `auto` is DeepL where there is a key, else a local model where
    one is installed, else the memory.
    """
    settings = config.settings(locale).backend
    name = settings.name
    if name == "auto":
        if environ.get("DEEPL_AUTH_KEY", "").strip():
            name = "deepl"
        else:
            from prl10n import models  # late, as the glossary below: a run with nothing to translate needs neither

            name = "local" if models.find(models.folder(environ), config.source, locale) else "memory"
    return name, settings.options(name)


def _created(
    config: Config, locale: str, name: str, options: Mapping[str, object], environ: Mapping[str, str]
) -> Backend:
    """The backend of a locale; what is wrong with its options is named with its place in the configuration."""
    try:
        return backends.create(name, options, environ)
    except ConfigError as error:
        if not error.key:  # it is the environment that is wrong
            raise
        own = config.settings(locale).backend.options(name) != config.backend.options(name)
        keys = (*(("locale", locale) if own else ()), "backend", name, error.key)
        raise config.origin.error(keys, error.what, error.remedy) from error


class Desks:
    """The desks of a run; the memory is opened by the first one. Locales whose backends have the same options share
    one.
    """

    def __init__(
        self,
        inputs: Inputs,
        now: datetime,
        environ: Mapping[str, str],
        executor: Executor | None,
        stack: ExitStack,
        spread: Spread,
        *,
        dry_run: bool,
    ) -> None:
        """`stack` closes the memory at the end of the run; `spread` has catalogs read for it."""
        self.inputs = inputs
        self.config = inputs.config
        self.now = now
        self.environ = environ
        self.executor = executor
        self.stack = stack
        self.spread = spread
        self.dry_run = dry_run
        self.memory: Memory | None = None
        self.desks: dict[str, Desk] = {}
        self.backends: dict[tuple[str, str], Backend] = {}

    def desk(self, locale: str) -> Desk:
        """The desk of a locale, made once."""
        if locale not in self.desks:
            self.desks[locale] = self._made(locale)
        return self.desks[locale]

    def _made(self, locale: str) -> Desk:
        memory = self._opened()
        backend = self.backend(locale)
        self.refresh(memory, locale)
        terms = self._terms(locale)
        day = self.now.date().isoformat()
        settings = self.config.settings(locale)
        name = self.config.root.name
        trust, near = settings.memory.trust, settings.memory.near
        prose = getattr(backend, "writes_prose", True)
        asked = style_of(settings, self.config.source, locale, terms) if prose else None
        return Desk(backend, memory, self.config.source, locale, day, terms, name, trust, near, asked)

    def _terms(self, locale: str) -> tuple[Term, ...]:
        """The terms of the glossary, if the project has one."""
        path = self.config.root / self.config.settings(locale).glossary.file
        if not os.path.lexists(path):
            return ()
        from prl10n import glossary

        return glossary.load(path).terms(locale)

    def _opened(self) -> Memory:
        """The memory, opened by the first document that lacks a text."""
        if self.memory is None:
            path = self.config.root / FILE
            self.inputs.refuse_outside(str(path))
            memory = Memory(path, scratch=self.dry_run, language=self.config.source)
            self.memory = self.stack.enter_context(memory)
            if memory.damaged:
                self.inputs.warn("memory", shown(memory.path), 0, memory.damaged)
        return self.memory

    def backend(self, locale: str) -> Backend:
        """The backend of a locale. Locales with the same options share one, so that a server that is too busy is left
        alone by all of them.
        """
        settings = self.config.settings(locale)
        name, options = choose(self.config, locale, self.environ)
        key = (name, repr(sorted(options.items())))
        if key not in self.backends:
            backend = _created(self.config, locale, name, options, self.environ)
            self.backends[key] = executors.spread(backend, self.executor)
        self.inputs.outcome.backends[locale] = name
        self.inputs.outcome.prices[locale] = _price(self.backends[key], settings.budget)
        return self.backends[key]

    def refresh(self, memory: Memory, locale: str) -> None:
        """Bring the memory up to date with all catalogs of the locale, whatever the selection and the documents."""
        known = find_catalogs(self.config, locale, self.inputs.documents)
        for error in memory.refresh(locale, known, self.config.root, self.spread):
            path, line = place_of(error.where)
            if not any(finding.path == path for finding in self.inputs.outcome.findings):
                self.inputs.warn("memory", path, line, f"left out of the memory: {error.what}", locale)


def style_of(settings: Settings, source: str, locale: str, terms: Iterable[Term]) -> Style:
    """What the configuration and the glossary ask of the drafts of a locale."""
    asked = settings.localize
    return Style(
        (source, locale),
        typography=asked.typography is not False,
        profile=asked.typography if isinstance(asked.typography, str) else "",
        dates=asked.dates,
        numbers=asked.numbers,
        names=tuple(term.source for term in terms if not term.target),
    )


def _price(backend: Backend, budget: Budget) -> tuple[float, str] | None:
    """What a million characters cost: the configuration's price, else the backend's own; None where neither says."""
    if budget.price:
        return budget.price, budget.currency
    price = getattr(backend, "price", None)
    listed: tuple[float, str] | None = price() if price is not None else (0.0, budget.currency)
    return listed
