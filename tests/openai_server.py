"""A server on loopback that keeps the contract of OpenAI's chat completions, with a model that can misbehave.

It refuses what the API documents that it refuses (https://platform.openai.com/docs/api-reference/chat), and every
parameter that prl10n has no reason to send. Its model reads the prompt of `prl10n.backends.openai_chat`.

    with OpenAIServer(script=["cut"]) as server:
        backend = OpenAIBackend({"model": server.model, "retries": 0}, server.environ)
        list(backend.translate(Request("en", "fr", ("<g1>Hello</g1> world",))))
        assert server.requests[0].texts == ("<g1>Hello</g1> world",)
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from loopback import Json, LoopbackServer, Received, RefusedError, Step, swap_case

__all__ = ["OpenAIServer", "Received", "Step", "content", "system_message", "user_message"]

MISBEHAVIOURS = (
    "fenced chatty thinking missing merged renumbered refusal filtered cut doubled extra empty strings short".split()
)


class OpenAIServer(LoopbackServer):
    """As `LoopbackServer`. `translate` takes a text in neutral form and the target's name in the prompt.

    `refuses`: a word that makes the model refuse the whole request. `limit`: characters of a user's message above which
    the model's context is too short. Further steps: `"short"`: no choice; and how models misbehave:

    `"fenced"` JSON in a markdown fence · `"chatty"` prose around it · `"thinking"` a draft in <think> before it ·
    `"missing"` the second unit is missing (the only one, if there is one) · `"merged"` its text is in the first one's ·
    `"renumbered"` the same, and ids start at 1 · `"refusal"`, `"filtered"` no answer, in the two ways of the API ·
    `"cut"` ended in the middle · `"doubled"` the first id twice, with two texts · `"extra"` an id that nobody asked for
    · `"empty"` no content · `"strings"` ids as strings
    """

    main = "/v1/chat/completions"
    model = "test-model"

    def __init__(
        self,
        translate: Callable[[str, str], str] | None = None,
        *,
        script: list[Step] | None = None,
        key: str = "secret-of-the-tests",
    ) -> None:
        super().__init__(script=script, key=key)
        self.translate = translate or swap_case
        self.refuses = "\0"
        self.limit = 1_000_000

    @property
    def url(self) -> str:
        return f"{self.origin}/v1"

    @property
    def environ(self) -> dict[str, str]:
        """What a backend needs to reach this server."""
        return {"OPENAI_BASE_URL": self.url} | ({"OPENAI_API_KEY": self.key} if self.key else {})

    def error(self, message: str, code: object = None) -> Json:
        return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}

    def authorize(self, headers: Mapping[str, str], body: Json) -> None:
        sent = headers.get("Authorization", "")
        if self.key and sent != f"Bearer {self.key}":
            shown = sent.removeprefix("Bearer ")  # OpenAI shows most of it
            raise RefusedError(401, self.error(f"Incorrect API key provided: {shown}.", "invalid_api_key"))

    def texts(self, body: Json) -> tuple[str, ...]:
        try:
            units = json.loads(cast("Any", body)["messages"][1]["content"])["units"]
            return tuple(unit["text"] for unit in units)
        except (LookupError, TypeError, ValueError):
            raise RefusedError(400, self.error("the user's message is no JSON with units")) from None

    def answer(self, path: str, body: Json, texts: tuple[str, ...]) -> object:
        _check(self, body)
        units = user_message(body)["units"]
        found = re.search(r"from (.*?) into (.*?)\.\n", system_message(body))
        assert found
        items = [{"id": unit["id"], "text": self.translate(unit["text"], found[2])} for unit in units]
        if any(self.refuses in text for text in texts):
            return content(None, refusal="I cannot help with that.")
        return content(json.dumps({"translations": items}, ensure_ascii=False))

    def spoil(self, step: str, answer: object) -> object:
        said: str | None = cast("Any", answer)["choices"][0]["message"]["content"]
        if said is None or step not in MISBEHAVIOURS:
            raise AssertionError(f"no such step, or nothing to spoil: {step}")
        items: list[dict[str, Any]] = json.loads(said)["translations"]
        second = 1 if len(items) > 1 else 0
        match step:
            case "short":
                return {"choices": []}
            case "fenced":
                return content(f"```json\n{said}\n```")
            case "chatty":
                return content(
                    f"Sure! Here is the {{JSON}} that you want, [as asked]:\n\n{said}\n\nAnything else? {{}}"
                )
            case "thinking":
                return content(f'<think>\nPerhaps {{"id": {items[0]["id"]}, "text": "a draft"}}?</think>\n{said}')
            case "refusal":
                return content(None, refusal="I cannot help with that.")
            case "filtered":
                return content("", reason="content_filter")
            case "empty":
                return content("")
            case "cut":
                return content(said[: int(len(said) * 0.7)], reason="length")
            case "missing":
                del items[second]
            case "merged" | "renumbered":
                items[0]["text"] = " ".join(dict.fromkeys([items[0]["text"], items[second]["text"]]))
                del items[second:2]
                if step == "renumbered":
                    items = [{"id": number, "text": item["text"]} for number, item in enumerate(items, 1)]
            case "doubled":
                items.append({"id": items[0]["id"], "text": f"{items[0]['text']}!"})
            case "extra":
                items.append({"id": 0, "text": "Surplus"})
            case "strings":
                items = [{"text": item["text"], "id": str(item["id"])} for item in items]
        return content(json.dumps({"translations": items}))


def content(said: str | None, *, refusal: str | None = None, reason: str = "stop") -> Json:
    """A completion that says this."""
    message = {"role": "assistant", "content": said, "refusal": refusal}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": OpenAIServer.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": reason}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def system_message(body: Mapping[str, object]) -> str:
    return str(cast("Any", body)["messages"][0]["content"])


def user_message(body: Mapping[str, object]) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(cast("Any", body)["messages"][1]["content"]))


def _check(server: OpenAIServer, body: Json) -> None:
    """Refuse what the API would refuse."""

    def refuse(message: str, status: int = 400, code: str | None = None) -> None:
        raise RefusedError(status, server.error(message, code))

    for name in body:
        if name not in ("model", "messages", "temperature", "response_format"):
            refuse(f"Unrecognized request argument supplied: {name}")
    if body.get("model") != server.model:
        refuse(f"The model `{body.get('model')}` does not exist", 404, "model_not_found")
    temperature = body.get("temperature", 1)
    if isinstance(temperature, bool) or not isinstance(temperature, int | float) or not 0 <= temperature <= 2:
        refuse("Invalid 'temperature': expected a number from 0 to 2.")
    messages = cast("list[dict[str, object]]", body["messages"])
    for message, role in zip(messages, ("system", "user"), strict=True):
        if message.keys() != {"role", "content"} or message["role"] != role or not isinstance(message["content"], str):
            refuse("Invalid value in 'messages'.")
    said = "".join(str(message["content"]) for message in messages)
    if len(str(messages[1]["content"])) > server.limit:
        refuse("This model's maximum context length is exceeded.", code="context_length_exceeded")
    match body.get("response_format", {"type": "text"}):
        case {"type": "text", **rest} if not rest:
            pass
        case {"type": "json_object", **rest} if not rest:
            if "json" not in said.lower():
                refuse(
                    "'messages' must contain the word 'json' in some form, to use 'response_format' of 'json_object'."
                )
        case {"type": "json_schema", "json_schema": {"name": str(name), "strict": True, "schema": schema}}:
            if not re.fullmatch("[a-zA-Z0-9_-]{1,64}", name) or not _is_strict(schema):
                refuse("Invalid schema for response_format")
        case other:
            refuse(f"Invalid value for 'response_format': {other}")


def _is_strict(schema: object) -> bool:
    """Whether structured outputs take a schema: its objects list and require all of their properties."""
    match schema:
        case {"type": "object", "properties": dict(properties), "required": required, "additionalProperties": False}:
            return list(properties) == required and all(map(_is_strict, properties.values()))
        case {"type": "array", "items": items}:
            return _is_strict(items)
        case {"type": "string" | "integer"}:
            return True
    return False
