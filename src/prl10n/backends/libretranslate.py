"""LibreTranslate, on a server of one's own or a public one.

Source: https://docs.libretranslate.com/guides/api_usage/ and, for limits and errors, the server's own
https://github.com/LibreTranslate/LibreTranslate/blob/main/libretranslate/app.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Annotated

import msgspec

from prl10n.backends import Answer, Request, batched
from prl10n.backends.fragments import characters, from_html, has_words, to_html
from prl10n.backends.http import Http, HttpOptions, Provider, TooLargeError
from prl10n.backends.options import parse
from prl10n.errors import ConfigError, RequestRefused
from prl10n.locales import nearest

_PROVIDER = Provider(
    "LibreTranslate",
    key="LIBRETRANSLATE_API_KEY",
    url="LIBRETRANSLATE_URL",
    remedies={
        400: "Check the languages in the configuration against those that the server has.",
        403: "Set {key} to a key of this server, or use a server that needs none.",
        429: "The server limits requests: set concurrency = 1 in [backend.libretranslate], or run your own.",
    },
    meanings={"exceeds text limit": 413, "exceeds character limit": 413},
)

# What servers call a language that has another name in BCP 47, best first: Argos Translate's names were not BCP 47.
_NAMES: Mapping[str, Sequence[str]] = {
    "zh-hans": ("zh-Hans", "zh"),
    "zh-hant": ("zh-Hant", "zt"),
    "pt-br": ("pt-BR", "pb"),
    "nb": ("nb", "no"),
    "no": ("nb", "no"),
    "fil": ("fil", "tl"),
    "sr-cyrl": ("sr-Cyrl", "sr"),
}
_SCRIPTS = {"zh": "zh-hans", "zh-cn": "zh-hans", "zh-sg": "zh-hans"} | dict.fromkeys(
    ("zh-tw", "zh-hk", "zh-mo"), "zh-hant"
)


class Options(HttpOptions, frozen=True):
    """`[backend.libretranslate]`, besides what `HttpOptions` says: the most that one request holds."""

    most_texts: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 50
    most_characters: Annotated[int, msgspec.Meta(ge=1)] = 2000  # as public servers limit a text


class _Language(msgspec.Struct, frozen=True):
    code: str
    targets: list[str] | None = None  # old servers do not say


class _Translation(msgspec.Struct, frozen=True):
    translatedText: list[object]


class LibreTranslateBackend:
    """The backend called `libretranslate`; see `prl10n.backends.Backend` for the contract and `Options` for its table.

    `LIBRETRANSLATE_URL` is the server; `LIBRETRANSLATE_API_KEY` is the key, where the server wants one.
    """

    name = "libretranslate"
    takes_terms = False

    def __init__(self, options: Mapping[str, object], environ: Mapping[str, str]) -> None:
        self._options = parse(self.name, Options, options)
        self.concurrency = self._options.concurrency
        url = environ.get("LIBRETRANSLATE_URL", "").strip()
        self._key = environ.get("LIBRETRANSLATE_API_KEY", "").strip()
        if not url:
            raise ConfigError(
                "LibreTranslate has no server of its own for everyone, and LIBRETRANSLATE_URL is not set",
                remedy="Set it to your server, as in http://127.0.0.1:5000, or to a public one.",
            )
        self._http = Http(_PROVIDER, url, self._options, secrets=[self._key])
        self._languages: list[_Language] = []
        self._lock = Lock()

    def takes_tags(self, target: str) -> bool:
        return True

    def settings(self, source: str, target: str, kind: str = "") -> str:
        """Which server, and which languages; what it calls them is asked when it translates."""
        return f"libretranslate host={self._http.host} source={source} target={target} format=html"

    def count(self, texts: Sequence[str]) -> int:
        return characters(texts)

    def batches(self, request: Request) -> Iterator[Request]:
        return batched(request, self._options.most_texts, self._options.most_characters)

    def stop(self) -> None:
        self._http.stop()

    def translate(self, request: Request) -> Iterator[Sequence[Answer]]:
        """As `Backend.translate`; a text that the server finds too long is answered with None.

        Raises RequestRefused for a language that the server does not have.
        """
        if request.texts:
            source, target = self._codes(request.source, request.target)
            yield from self._answers(request.texts, source, target)

    def _answers(self, texts: Sequence[str], source: str, target: str) -> Iterator[Sequence[Answer]]:
        """Send the texts, in halves where the server finds that they are too many or too long."""
        body: dict[str, object] = {
            "q": [to_html(text) for text in texts],
            "source": source,
            "target": target,
            "format": "html",
        }
        if self._key:
            body["api_key"] = self._key
        try:
            translated = self._http.ask("POST", "/translate", _Translation, body).translatedText
        except TooLargeError:
            if len(texts) == 1:
                yield [Answer(None)]
                return
            middle = len(texts) // 2
            yield from self._answers(texts[:middle], source, target)
            yield from self._answers(texts[middle:], source, target)
            return
        if len(translated) != len(texts):
            raise self._http.unreadable(f"{len(texts)} texts were sent, {len(translated)} came back")
        yield [_answer(text, answer) for text, answer in zip(texts, translated, strict=True)]

    def _codes(self, source: str, target: str) -> tuple[str, str]:
        """What the server calls the languages. RequestRefused names the nearest where it has not got one."""
        with self._lock:  # one thread asks, the others wait for what it learns
            if not self._languages:
                self._languages = self._http.ask("GET", "/languages", list[_Language])
        targets = {language.code: language.targets for language in self._languages}
        source_code = _code("from", source, list(targets))
        reached = targets[source_code]
        return source_code, _code("into", target, list(targets) if reached is None else reached)


def _code(direction: str, tag: str, known: Sequence[str]) -> str:
    """The server's code for a tag: that of its script and region where there is one, else of the language.

    A script is never left out, and Chinese always has one: simplified words are not served for traditional ones.
    """
    lowered = {code.lower(): code for code in reversed(known)}
    for candidate in _candidates(tag.lower()):
        if candidate.lower() in lowered:
            return lowered[candidate.lower()]
    hint = nearest(tag, known) or nearest(tag.partition("-")[0], known)
    raise RequestRefused(
        f"this LibreTranslate server does not translate {direction} {tag!r}",
        remedy=f"{hint}It has: {', '.join(sorted(known)[:100]) or 'no languages'}.",
    )


def _candidates(tag: str) -> Iterator[str]:
    subtags = tag.split("-")
    for length in range(len(subtags), 0, -1):
        prefix = "-".join(subtags[:length])
        prefix = _SCRIPTS.get(prefix, prefix)
        yield from _NAMES.get(prefix, (prefix,))
        if len(prefix.rpartition("-")[2]) == 4:
            return


def _answer(text: str, answer: object) -> Answer:
    """One translation; a broken one costs its neighbours nothing."""
    return Answer(from_html(answer), characters([text])) if has_words(answer) else Answer(None)
