"""No machine translation: the translation memory is asked before any backend, and here nothing is left to ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from prl10n.backends import Answer, Request
from prl10n.backends.options import NoOptions, parse


class MemoryBackend:
    """Has no answer to any text; what the memory does not know stays untranslated. Costs nothing, takes no options."""

    name = "memory"
    concurrency = 1
    takes_terms = False

    def __init__(self, options: Mapping[str, object], environ: Mapping[str, str]) -> None:
        parse(self.name, NoOptions, options)

    def takes_tags(self, target: str) -> bool:
        return True

    def settings(self, source: str, target: str, kind: str = "") -> str:
        return f"memory source={source} target={target}"

    def count(self, texts: Sequence[str]) -> int:
        return 0

    def batches(self, request: Request) -> Iterable[Request]:
        return [request] if request.texts else []

    def translate(self, request: Request) -> Iterator[Sequence[Answer]]:
        if request.texts:
            yield [Answer(None)] * len(request.texts)
