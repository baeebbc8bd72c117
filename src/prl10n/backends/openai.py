"""Language models behind the chat completions of OpenAI, which vLLM, Ollama, llama.cpp and most hosts speak too.

Source: https://platform.openai.com/docs/api-reference/chat and, for `response_format`,
https://platform.openai.com/docs/guides/structured-outputs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

import msgspec

from prl10n.backends import Answer, Request, batched
from prl10n.backends.fragments import characters
from prl10n.backends.http import Http, HttpOptions, Provider, TooLargeError, checked_key
from prl10n.backends.openai_chat import (
    MOST_UNITS,
    PROMPT,
    SCHEMA,
    Reading,
    matching,
    read,
    system_message,
    user_message,
)
from prl10n.backends.options import parse
from prl10n.errors import AuthorizationFailed, BackendError, ConfigError

TRIES = 3  # how often one text is asked for: in its batch, in half of what is missing, alone
MOST_CHARACTERS = 12_000  # of one request: about 4,000 tokens, and as many for the answer
HOSTED = "https://api.openai.com/v1"

_KEY_REMEDY = (
    "Set it to a key of your provider, or set OPENAI_BASE_URL alone for a server that needs none, as in "
    "http://127.0.0.1:11434/v1."
)

_PROVIDER = Provider(
    "the model's server",
    key="OPENAI_API_KEY",
    url="OPENAI_BASE_URL",
    remedies={
        400: 'Check [backend.openai]: the server may not know the model, may want structured = "json_object" or '
        '"none", or temperature = 1.',
        404: "Check model in [backend.openai], and {url}, which ends in /v1 on most servers.",
        422: 'Check [backend.openai]: the server may want structured = "json_object" or "none".',
    },
    meanings={
        "insufficient_quota": 402,
        "context_length_exceeded": 413,
        "maximum context length": 413,
    },
)


class Options(HttpOptions, frozen=True):
    """`[backend.openai]`, besides what `HttpOptions` says.

    `model`: as the server calls it. `temperature`: 0 for answers that vary least. `most_texts`: of one request.
    `tone`: how to write, in a few words. `structured`: how the server is told to answer in JSON; not all know all ways.
    `instructions`: what to heed in units of a kind, or of `all`.
    """

    timeout: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 120.0
    model: Annotated[str, msgspec.Meta(pattern=r"\S")] = ""
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] = 0.0
    most_texts: Annotated[int, msgspec.Meta(ge=1, le=MOST_UNITS)] = 20
    tone: str = ""
    structured: Literal["json_schema", "json_object", "none"] = "json_schema"
    instructions: dict[str, str] = msgspec.field(default_factory=dict)


class _Message(msgspec.Struct):
    content: object = None
    refusal: object = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: object = None


class _Completion(msgspec.Struct):
    choices: Annotated[list[_Choice], msgspec.Meta(min_length=1)]


class OpenAIBackend:
    """The backend called `openai`; see `prl10n.backends.Backend` for the contract and `Options` for its table.

    `OPENAI_BASE_URL` is the server, OpenAI's own by default; `OPENAI_API_KEY` is the key, which servers of one's own
    may do without.
    """

    name = "openai"
    takes_terms = True
    takes_examples = True

    def __init__(self, options: Mapping[str, object], environ: Mapping[str, str]) -> None:
        self._options = parse(self.name, Options, options)
        key = environ.get("OPENAI_API_KEY", "").strip()
        base = environ.get("OPENAI_BASE_URL", "").strip()
        if not self._options.model:
            raise ConfigError(
                "[backend.openai] does not say which model to ask",
                remedy='Add it, as the server calls it: model = "gpt-4.1" or model = "qwen3:8b".',
                key="model",
            )
        if not key and not base:
            raise AuthorizationFailed("OpenAI needs a key, and OPENAI_API_KEY is not set", remedy=_KEY_REMEDY)
        self.concurrency = self._options.concurrency
        headers = {"Authorization": f"Bearer {checked_key(key, 'OPENAI_API_KEY', _KEY_REMEDY)}"} if key else {}
        self._http = Http(_PROVIDER, base or HOSTED, self._options, headers=headers, secrets=[key])

    def takes_tags(self, target: str) -> bool:
        return True

    def settings(self, source: str, target: str, kind: str = "") -> str:
        """All that the prompt is made of but the texts and what helps to translate them."""
        options = self._options
        heeded = {key: options.instructions[key] for key in matching(options.instructions, kind)}
        return " ".join(
            [
                f"openai prompt={PROMPT} host={self._http.host} model={_one_word(options.model)}",
                f"temperature={options.temperature:g} structured={options.structured}",
                f"source={source} target={target}",
                *([f"tone={_one_word(options.tone)}"] if options.tone else []),
                *(f"{_one_word(key)}={_one_word(text)}" for key, text in heeded.items()),
            ]
        )

    def count(self, texts: Sequence[str]) -> int:
        """Characters of the words, so that plans and limits mean something; providers bill tokens."""
        return characters(texts)

    def batches(self, request: Request) -> Iterator[Request]:
        return batched(request, self._options.most_texts, MOST_CHARACTERS)

    def stop(self) -> None:
        self._http.stop()

    def translate(self, request: Request) -> Iterator[Sequence[Answer]]:
        """As `Backend.translate`. Texts that an answer lacks are asked for again, in smaller requests, TRIES in all."""
        known: dict[int, Answer] = {}
        given = 0
        pending = [(part, 0) for part in _parts(range(len(request.texts)), self._options.most_texts)]
        while pending:
            group, tries = pending.pop(0)
            try:
                reading = self._ask(request.part(group))
            except TooLargeError:
                if len(group) > 1:
                    pending[:0] = [(half, tries) for half in _halves(group)]
                    continue
                reading, tries = Reading({}, [0]), TRIES
            except BackendError:
                if any(index in known for index in range(given, len(request.texts))):
                    # What came after a gap has been paid for: it is handed out before the error.
                    yield [known.get(index, Answer(None)) for index in range(given, max(known) + 1)]
                raise
            for index, text in reading.texts.items():
                known[group[index]] = Answer(text, characters([request.texts[group[index]]]))
            missing = [group[index] for index in reading.missing]
            if tries + 1 >= TRIES:
                known |= dict.fromkeys(missing, Answer(None))
            elif missing:
                again = _halves(missing) if tries == 0 and len(missing) > 1 else [[index] for index in missing]
                pending[:0] = [(part, tries + 1) for part in again]
            ready = given
            while ready in known:
                ready += 1
            if ready > given:
                yield [known[index] for index in range(given, ready)]
                given = ready

    def _ask(self, request: Request) -> Reading:
        """One request, and what its answer says."""
        options = self._options
        body: dict[str, object] = {
            "model": options.model,
            "temperature": options.temperature,
            "messages": [
                {"role": "system", "content": system_message(request, options.tone, options.instructions)},
                {"role": "user", "content": user_message(request)},
            ],
        }
        if options.structured == "json_schema":
            schema = {"name": "translations", "strict": True, "schema": SCHEMA}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif options.structured == "json_object":
            body["response_format"] = {"type": "json_object"}
        choice = self._http.ask("POST", "/chat/completions", _Completion, body).choices[0]
        content, reason = choice.message.content, choice.finish_reason
        if choice.message.refusal or reason == "content_filter" or not isinstance(content, str):
            content = ""
        return read(content, len(request.texts), cut=reason == "length")


def _parts(indices: Sequence[int], size: int) -> list[Sequence[int]]:
    return [indices[start : start + size] for start in range(0, len(indices), size)]


def _halves(indices: Sequence[int]) -> list[Sequence[int]]:
    return _parts(indices, (len(indices) + 1) // 2)


def _one_word(text: str) -> str:
    """A text as a part of a line: as it is where it is short and has no spaces, else as its hash."""
    if text.isprintable() and " " not in text and len(text) <= 60:
        return text
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
