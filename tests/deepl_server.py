"""A server on loopback that keeps DeepL's contract for the requests that its official client sends.

It refuses what DeepL documents that it refuses (https://developers.deepl.com/api-reference/translate), and what DeepL
may tolerate but prl10n has no reason to send. Its languages are those of the client, not those of prl10n.

    with DeepLServer() as server:
        backend = DeepLBackend({"retries": 0}, server.environ)
        server.script = ["ok", 503]         # the second request fails
        list(backend.translate(Request("en", "fr", ("<g1>Hello</g1> world",))))
        assert server.requests[0].texts == ("<g1>Hello</g1> world",)
"""

from __future__ import annotations

import json
import re
import socket
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self, cast
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import deepl

MOST_TEXTS = 50
MOST_BYTES = 128 * 1024

LANGUAGES = {code.upper() for name, code in vars(deepl.Language).items() if name.isupper()}
SOURCES = {code for code in LANGUAGES if "-" not in code}
TARGETS = LANGUAGES - {"EN", "PT"} | {"FR-CA"}
FORMAL = {"DE", "ES", "ES-419", "FR", "IT", "JA", "NL", "PL", "PT-BR", "PT-PT", "RU"}

Step = int | str | tuple[str, float] | Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Received:
    """A request to /v2/translate: `params` is its JSON without the texts, `billed` what it cost, status 0 none sent."""

    texts: tuple[str, ...]
    params: Mapping[str, object]
    headers: Mapping[str, str]
    content_length: int
    status: int
    billed: int


class DeepLServer:
    """The server, up inside `with`. Everything public may be read and, but for `requests`, set at any time.

    `translate` takes one text and the target's code. `limit` is the characters that the account may spend. `script`
    says what becomes of the next requests to /v2/translate, one step each; where it is empty, all is well:

    - `"ok"`: answered as usual
    - a status: answered with it (429 with Retry-After), after authorization and before anything else; not billed
    - `"reset"`: the connection is reset before an answer; not billed
    - `("hang", seconds)`: answered as usual, late
    - `"garbage"`: status 200 and no JSON; `"short"`: one translation is missing; both billed
    - a mapping: status 200 and this JSON; not billed
    """

    def __init__(
        self,
        translate: Callable[[str, str], str] | None = None,
        *,
        script: list[Step] | None = None,
        key: str = "secret-of-the-tests:fx",
        limit: int = 500_000,
    ) -> None:
        self.translate = translate or swap_case
        self.script: list[Step] = list(script or ())
        self.key = key
        self.limit = limit
        self.requests: list[Received] = []
        self.billed = 0
        self._lock = Lock()
        self._closing = Event()
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        self._thread = Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def environ(self) -> dict[str, str]:
        """What a backend needs to reach this server."""
        return {"DEEPL_AUTH_KEY": self.key, "DEEPL_SERVER_URL": self.url}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def swap_case(text: str, target: str) -> str:
    """The text with the case of its words swapped; tags and entities stay."""
    return re.sub(r"(<[^>]*>|&\w+;)|([^<&]+)", lambda part: part[1] or part[2].swapcase(), text)


class _RefusedError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _Http(ThreadingHTTPServer):
    daemon_threads = False  # closing the server joins the threads of its requests
    request_queue_size = 64
    owner: DeepLServer


class _Handler(BaseHTTPRequestHandler):
    """One request a connection: HTTP/1.0 leaves no idle thread behind."""

    server: _Http

    def do_GET(self) -> None:
        owner = self.server.owner
        url = urlsplit(self.path)
        form = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()  # the client sends one with GET too
        try:
            self._authorize()
            if url.path == "/v2/usage":
                self._reply(200, {"character_count": owner.billed, "character_limit": owner.limit})
            elif url.path == "/v2/languages":
                self._reply(200, _languages(parse_qs(form or url.query).get("type", ["source"])[0]))
            else:
                raise _RefusedError(404, "Not found")
        except _RefusedError as refusal:
            self._reply(refusal.status, {"message": str(refusal)})

    def do_POST(self) -> None:
        owner = self.server.owner
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        with owner._lock:
            step = owner.script.pop(0) if owner.script and self.path == "/v2/translate" else "ok"
        texts: tuple[str, ...] = ()
        params: dict[str, object] = {}
        status = billed = 0
        answer: object = None
        try:
            if self.path != "/v2/translate":
                raise _RefusedError(404, "Not found")
            self._authorize()
            texts, params = _read(body)
            if isinstance(step, int):
                raise _RefusedError(step, _PHRASES.get(step, "Error"))
            if step != "reset":
                if length > MOST_BYTES:
                    raise _RefusedError(413, "Request Entity Too Large")
                _check(texts, params)
                answer, billed = (step, 0) if isinstance(step, Mapping) else self._translate(texts, params)
                status = 200
        except _RefusedError as refusal:
            status, answer = refusal.status, {"message": str(refusal)}
        with owner._lock:
            headers = dict(self.headers.items())
            owner.requests.append(Received(texts, params, headers, length, status, billed))
        self._finish(step, status, answer)

    def _translate(self, texts: tuple[str, ...], params: Mapping[str, object]) -> tuple[object, int]:
        """The answer, and what it costs, which is taken from the account."""
        owner = self.server.owner
        target = cast("str", params["target_lang"])
        costs = [_characters(text, tags="tag_handling" in params) for text in texts]
        with owner._lock:
            if owner.billed + sum(costs) > owner.limit:
                raise _RefusedError(456, "Quota for this billing period has been exceeded.")
            owner.billed += sum(costs)
        translations: list[dict[str, object]] = [
            {"detected_source_language": params.get("source_lang", "EN"), "text": owner.translate(text, target)}
            for text in texts
        ]
        for translation, cost in zip(translations, costs, strict=True):
            if params.get("show_billed_characters"):
                translation["billed_characters"] = cost
            if "model_type" in params:
                translation["model_type_used"] = str(params["model_type"]).removeprefix("prefer_")
        return {"translations": translations}, sum(costs)

    def _finish(self, step: Step, status: int, answer: object) -> None:
        """Send the answer, or spoil it as the step says."""
        if step == "reset":
            # Linger for no time: closing sends RST, and what the client reads is a broken connection.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        if isinstance(step, tuple):
            self.server.owner._closing.wait(step[1])
        if status == 200 and step == "short":
            answer = {"translations": cast("dict[str, list[object]]", answer)["translations"][:-1]}
        if status == 200 and step == "garbage":
            answer = None
        self._reply(status, answer)

    def _authorize(self) -> None:
        if self.headers.get("Authorization") != f"DeepL-Auth-Key {self.server.owner.key}":
            raise _RefusedError(403, "Authorization failed")

    def _reply(self, status: int, answer: object) -> None:
        body = b"<html>down for maintenance</html>" if answer is None else json.dumps(answer).encode()
        with suppress(ConnectionError):  # the client may have lost its patience
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "1")
            self.send_header("Content-Type", "text/html" if answer is None else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


# The contract.

_PHRASES = {status.value: status.phrase for status in HTTPStatus} | {456: "Quota exceeded", 529: "Too many requests"}

_KINDS: Mapping[str, type | tuple[object, ...]] = {
    "source_lang": str,
    "target_lang": str,
    "context": str,
    "show_billed_characters": bool,
    "split_sentences": ("0", "1", "nonewlines"),
    "preserve_formatting": bool,
    "formality": ("default", "more", "less", "prefer_more", "prefer_less"),
    "model_type": ("quality_optimized", "latency_optimized", "prefer_quality_optimized"),
    "tag_handling": ("xml", "html"),
    "tag_handling_version": ("v1", "v2"),
    "outline_detection": bool,
}


def _read(body: bytes) -> tuple[tuple[str, ...], dict[str, object]]:
    """The texts of a body, and its other parameters."""
    try:
        data = json.loads(body)
    except ValueError:
        raise _RefusedError(400, "Bad request. Reason: body is not JSON") from None
    if not isinstance(data, dict):
        raise _RefusedError(400, "Bad request. Reason: body is not an object")
    texts = data.pop("text", None)
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise _RefusedError(400, "Parameter 'text' not specified.")
    return tuple(texts), data


def _check(texts: tuple[str, ...], params: Mapping[str, object]) -> None:
    """Refuse with 400 what DeepL would refuse."""
    for name, value in params.items():
        kind = _KINDS.get(name)
        if kind is None:
            raise _RefusedError(400, f"Bad request. Reason: unknown parameter '{name}'.")
        if value not in kind if isinstance(kind, tuple) else not isinstance(value, kind):
            raise _RefusedError(400, f"Value for '{name}' not supported.")
    target = params.get("target_lang")
    if target not in TARGETS:
        deprecated = " EN and PT are not targets: name a variant." if target in ("EN", "PT") else ""
        raise _RefusedError(400, f"Value for 'target_lang' not supported.{deprecated}")
    if params.get("source_lang", "EN") not in SOURCES:
        raise _RefusedError(400, "Value for 'source_lang' not supported.")
    if params.get("formality") in ("more", "less") and target not in FORMAL:
        raise _RefusedError(400, "'formality' is not supported for given 'target_lang'.")
    if len(texts) > MOST_TEXTS:
        raise _RefusedError(400, f"Too many texts: {len(texts)}, at most {MOST_TEXTS} are allowed.")
    if "tag_handling" not in params:
        if {"tag_handling_version", "outline_detection"} & params.keys():
            raise _RefusedError(400, "Bad request. Reason: 'tag_handling' not specified.")
        return
    if target == "FR-CA":
        raise _RefusedError(400, "'tag_handling' is not supported for given 'target_lang'.")
    if params["tag_handling"] == "xml" and params.get("tag_handling_version") == "v2":
        for text in texts:
            _parse(text)


def _parse(text: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(f"<text>{text}</text>")
    except (ElementTree.ParseError, UnicodeEncodeError):
        raise _RefusedError(400, "Tag handling parsing failed, please check input.") from None


def _characters(text: str, *, tags: bool) -> int:
    """What a text costs: code points, without those of tags where tags are handled."""
    return len("".join(_parse(text).itertext())) if tags else len(text)


def _languages(kind: str) -> list[dict[str, object]]:
    if kind == "target":
        return [
            {"language": code, "name": code, "supports_formality": code in FORMAL} for code in sorted(TARGETS - {"ZH"})
        ]
    return [{"language": code, "name": code} for code in sorted(SOURCES)]
