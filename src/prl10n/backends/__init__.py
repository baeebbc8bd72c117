"""Machine translation backends: the contract, and how they are found.

A backend is a class registered under the entry point group `prl10n.backends`; its name there is its name in
`prl10n.toml`. Adding one is one file and one line in `pyproject.toml` (the backend's own, for a plug-in).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import NamedTuple, Protocol

from prl10n.errors import ConfigError
from prl10n.model import Term

GROUP = "prl10n.backends"


@dataclass(frozen=True, slots=True)
class Request:
    """Texts of one locale, from one document or several.

    `source` and `target` are BCP 47 tags as in the configuration. `texts` are distinct neutral forms (XML fragments,
    see `prl10n.model`) or, where the backend takes no tags for the target, the same without tags: `&`, `<` and `>`
    are written as entities in both cases.

    All else helps to translate them and is not to be translated. `kinds` (`heading 2`, `table cell`, `paragraph`) and
    `contexts` (source-language prose around a text; texts of one document share it) are as many as the texts, or none.
    `terms` are those of the glossary that occur in the texts. `examples` are (source, approved translation) of
    neighbouring texts, and where the backend has a true `takes_examples`, of texts that are like them; as plain words.
    """

    source: str
    target: str
    texts: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    examples: tuple[tuple[str, str], ...] = ()

    def part(self, indices: Sequence[int]) -> Request:
        """The same request for some of its texts."""
        return replace(
            self,
            texts=tuple(self.texts[index] for index in indices),
            kinds=tuple(self.kinds[index] for index in indices) if self.kinds else (),
            contexts=tuple(self.contexts[index] for index in indices) if self.contexts else (),
        )


class Answer(NamedTuple):
    """A translation in the same form as its text (None: the backend has none), and the characters billed for it."""

    text: str | None
    billed: int = 0


class Usage(NamedTuple):
    """What an account has used of its period, in the provider's unit (`character`, `token`). `limit` None: no limit."""

    used: int
    limit: int | None
    unit: str = "character"


class Backend(Protocol):
    """A machine translation provider.

    An instance is made for each locale of a run by its class or factory: `factory(options, environ)`, where `options`
    is the table `[backend.NAME]` of the configuration and `environ` the process environment, the only place that
    secrets come from. The factory raises ConfigError for an unknown option, and AuthorizationFailed where a secret is
    missing. It sends nothing. A false `writes_prose` says that its answers are no text of the target language: they get
    none of the locale's typography.
    """

    name: str
    concurrency: int  # how many requests may be under way at once; `translate` is called from as many threads
    takes_terms: bool  # whether the terms of a request are heeded; if not, prl10n puts tags in their places

    def takes_tags(self, target: str) -> bool:
        """Whether texts for this target may carry tags."""
        ...

    def settings(self, source: str, target: str, kind: str = "") -> str:
        """All that an answer depends on besides the text and the terms in it, as one stable line: the journal's key.

        `kind` is that of the unit, for a backend that treats kinds in different ways. Holds no secret. Raises
        ConfigError for a language, or an option, that the provider does not have for this target.
        """
        ...

    def count(self, texts: Sequence[str]) -> int:
        """The characters that the provider will bill for the texts."""
        ...

    def batches(self, request: Request) -> Iterable[Request]:
        """Cut a request into those that the provider takes at once, as full as its limits allow. Each text is in one of
        them; texts that are treated alike keep their order.
        """
        ...

    def translate(self, request: Request) -> Iterator[Sequence[Answer]]:
        """Answer the texts of one batch, in order, in one sequence or, where the provider had to be asked again for
        parts of it, in several: each is yielded the moment that it arrived.

        Raises BackendError, after which what was yielded stays valid.
        """
        ...


class Stoppable(Protocol):
    """A backend that waits: `stop` ends its pauses, from another thread; requests that wait then raise."""

    def stop(self) -> None: ...


class Prepared(Protocol):
    """A backend that wants all terms of a locale before the first request with terms: called once, from one thread, and
    only if there are terms and `takes_terms`; not on a dry run. `project` is the name of the project's folder.

    Raises BackendError, and ConfigError for terms that the provider would refuse.
    """

    def prepare(self, source: str, target: str, terms: Sequence[Term], project: str) -> None: ...


class Metered(Protocol):
    """A backend whose provider tells what the account has used. Raises BackendError."""

    def usage(self) -> Usage: ...


class Priced(Protocol):
    """A backend that knows what a million characters cost: (amount, ISO 4217 currency), or None where it depends."""

    def price(self) -> tuple[float, str] | None: ...


def batched(request: Request, most_texts: int, most_characters: int) -> Iterator[Request]:
    """`Backend.batches` for limits in texts and in characters; a text above the limit goes alone."""
    indices: list[int] = []
    size = 0
    for index, text in enumerate(request.texts):
        if indices and (len(indices) == most_texts or size + len(text) > most_characters):
            yield request.part(indices)
            indices, size = [], 0
        indices.append(index)
        size += len(text)
    if indices:
        yield request.part(indices)


class Factory(Protocol):
    def __call__(self, options: Mapping[str, object], environ: Mapping[str, str]) -> Backend: ...


def names() -> list[str]:
    """The backends that are installed, by name."""
    from importlib.metadata import entry_points

    return sorted({point.name for point in entry_points(group=GROUP)})


# The entry points of this package, which are found without a look at all that is installed.
OWN: Mapping[str, str] = {
    "deepl": "DeepLBackend",
    "libretranslate": "LibreTranslateBackend",
    "local": "LocalBackend",
    "memory": "MemoryBackend",
    "openai": "OpenAIBackend",
    "pseudo": "PseudoBackend",
}


def create(name: str, options: Mapping[str, object], environ: Mapping[str, str]) -> Backend:
    """Make the backend called `name`; ConfigError where there is none."""
    if name in OWN:
        own: Factory = getattr(import_module(f"{__name__}.{name}"), OWN[name])
        return own(options, environ)
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP, name=name):
        factory: Factory = point.load()
        return factory(options, environ)
    raise ConfigError(f"there is no backend called {name!r}", remedy=f"Installed backends: auto, {', '.join(names())}.")
