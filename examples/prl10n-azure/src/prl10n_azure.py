"""Azure Translator as a backend of prl10n.

Source: Azure's reference of the Text Translation API v3.0 ("Translate", "Status codes and errors"), and its pages
"Service limits" and "Character counts", below https://learn.microsoft.com/azure/ai-services/translator/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

import msgspec

from prl10n.backends import Answer, Request, batched
from prl10n.backends.fragments import from_html, has_words, to_html
from prl10n.backends.http import Http, HttpOptions, Provider, TooLargeError, checked_key
from prl10n.backends.options import parse
from prl10n.errors import AuthorizationFailed

MOST_TEXTS = 1000
MOST_CHARACTERS = 50_000  # of one request, markup included
GLOBAL = "https://api.cognitive.microsofttranslator.com"

_KEY_REMEDY = "Set it to a key of your Translator resource: Azure's portal shows it under Keys and Endpoint."

_AZURE = Provider(
    "Azure Translator",
    key="AZURE_TRANSLATOR_KEY",
    url="AZURE_TRANSLATOR_URL",
    remedies={
        400: "Check the languages in the configuration, and category in [backend.azure].",
        401: "Check {key}, and AZURE_TRANSLATOR_REGION, which must be the region of the key's resource.",
    },
    meanings={
        "403001": 402,  # the free tier is used up
        "400077": 413,  # the request is too long
    },
)

# Azure's tags where they are not the language alone: Chinese and Serbian name a script, `pt` is Brazilian.
_CODES = {
    "fr-ca": "fr-ca",
    "no": "nb",
    "pt": "pt-pt",
    "pt-br": "pt",
    "sr": "sr-Cyrl",
    "sr-latn": "sr-Latn",
    "zh": "zh-Hans",
    "zh-hant": "zh-Hant",
    "zh-hk": "zh-Hant",
    "zh-mo": "zh-Hant",
    "zh-tw": "zh-Hant",
}


class Options(HttpOptions, frozen=True):
    """`[backend.azure]`, besides what `HttpOptions` says: parameters of the request that change its answers."""

    category: Annotated[str, msgspec.Meta(pattern=r"^\S+$")] = "general"
    profanity: Literal["NoAction", "Marked", "Deleted"] = "NoAction"


class _Translation(msgspec.Struct):
    text: object = None


class _Translated(msgspec.Struct):
    translations: list[_Translation] = []


class AzureBackend:
    """The backend called `azure`; see `prl10n.backends.Backend` for the contract and `Options` for its table."""

    name = "azure"
    takes_terms = False

    def __init__(self, options: Mapping[str, object], environ: Mapping[str, str]) -> None:
        self._options = parse(self.name, Options, options)
        self.concurrency = self._options.concurrency
        key = environ.get("AZURE_TRANSLATOR_KEY", "").strip()
        region = environ.get("AZURE_TRANSLATOR_REGION", "").strip()
        if not key:
            raise AuthorizationFailed("Azure needs a key, and AZURE_TRANSLATOR_KEY is not set", remedy=_KEY_REMEDY)
        headers = {"Ocp-Apim-Subscription-Key": checked_key(key, "AZURE_TRANSLATOR_KEY", _KEY_REMEDY)}
        if region:
            region_remedy = "Write it as in westeurope."
            headers["Ocp-Apim-Subscription-Region"] = checked_key(region, "AZURE_TRANSLATOR_REGION", region_remedy)
        url = environ.get("AZURE_TRANSLATOR_URL", "").strip() or GLOBAL
        self._http = Http(_AZURE, url, self._options, headers=headers, secrets=[key])

    def takes_tags(self, target: str) -> bool:
        return True

    def settings(self, source: str, target: str, kind: str = "") -> str:
        """The parameters of the request: all that an answer depends on besides its text."""
        return " ".join(["azure", *(f"{name}={value}" for name, value in self._parameters(source, target).items())])

    def count(self, texts: Sequence[str]) -> int:
        """Every character that is sent, markup included: so Azure counts."""
        return sum(len(to_html(text)) for text in texts)

    def batches(self, request: Request) -> Iterator[Request]:
        """As full as the limits allow, for texts as they are sent: HTML is longer than the neutral form."""
        as_sent = Request(request.source, request.target, tuple(to_html(text) for text in request.texts))
        first = 0
        for batch in batched(as_sent, MOST_TEXTS, MOST_CHARACTERS):
            last = first + len(batch.texts)
            yield request.part(range(first, last))
            first = last

    def stop(self) -> None:
        self._http.stop()

    def translate(self, request: Request) -> Iterator[Sequence[Answer]]:
        """As `Backend.translate`; a text that is too long for any request is answered with None."""
        if not request.texts:
            return
        body = [{"Text": to_html(text)} for text in request.texts]
        parameters = self._parameters(request.source, request.target)
        try:
            answers = self._http.ask("POST", "/translate", list[_Translated], body, params=parameters)
        except TooLargeError:
            if len(request.texts) == 1:
                yield [Answer(None)]
                return
            middle = len(request.texts) // 2
            yield from self.translate(request.part(range(middle)))
            yield from self.translate(request.part(range(middle, len(request.texts))))
            return
        if len(answers) != len(body):
            raise self._http.unreadable(f"{len(body)} texts were sent, {len(answers)} came back")
        yield [self._answer(text, answer) for text, answer in zip(request.texts, answers, strict=True)]

    def _answer(self, text: str, answer: _Translated) -> Answer:
        """One translation; one that is missing was paid for all the same."""
        words = answer.translations[0].text if answer.translations else None
        return Answer(from_html(words) if has_words(words) else None, self.count([text]))

    def _parameters(self, source: str, target: str) -> dict[str, str]:
        return {
            "api-version": "3.0",
            "from": _code(source),
            "to": _code(target),
            "textType": "html",
            "category": self._options.category,
            "profanityAction": self._options.profanity,
        }


def _code(tag: str) -> str:
    """Azure's tag for a BCP 47 tag: that of its longest beginning in the table, else the language."""
    subtags = tag.lower().split("-")
    beginnings = ("-".join(subtags[:length]) for length in range(len(subtags), 0, -1))
    return next((_CODES[beginning] for beginning in beginnings if beginning in _CODES), subtags[0])
