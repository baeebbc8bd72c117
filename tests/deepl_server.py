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
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self, cast
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import deepl

MOST_TEXTS = 50
MOST_BYTES = 128 * 1024
MOST_GLOSSARY_BYTES = 10 * 1024 * 1024
HUGE = 12 * 1024 * 1024

LANGUAGES = {code.upper() for name, code in vars(deepl.Language).items() if name.isupper()}
SOURCES = {code for code in LANGUAGES if "-" not in code}
TARGETS = LANGUAGES - {"EN", "PT"} | {"FR-CA"}
FORMAL = {"DE", "ES", "ES-419", "FR", "IT", "JA", "NL", "PL", "PT-BR", "PT-PT", "RU"}
INSTRUCTED = {"DE", "EN", "ES", "FR", "IT", "JA", "KO", "ZH"}
GLOSSARIES = set(
    "AR BG CS DA DE EL EN ES ET FI FR HE HU ID IT JA KO LT LV NB NL PL PT RO RU SK SL SV TH TR UK VI ZH".split()
)

Step = int | str | tuple[str, float] | Mapping[str, object]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Received:
    """A request to /v2/translate: `params` is its JSON without the texts, `billed` what it cost, status 0 none sent.

    `line` is what the request line asked for: a path, or through a proxy a URL.
    """

    texts: tuple[str, ...]
    params: Mapping[str, object]
    headers: Mapping[str, str]
    content_length: int
    status: int
    billed: int
    line: str = "/v2/translate"


@dataclass(slots=True)
class Glossary:
    """A multilingual glossary. `dictionaries`: (source, target) → source term → target term."""

    name: str
    dictionaries: dict[Pair, dict[str, str]]
    id: str = field(default_factory=lambda: str(uuid4()))
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    def info(self) -> dict[str, object]:
        created = self.created.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        parts = [_dictionary_info(pair, entries) for pair, entries in self.dictionaries.items()]
        return {"glossary_id": self.id, "name": self.name, "creation_time": created, "dictionaries": parts}


class DeepLServer:
    """The server, up inside `with`. Everything public may be read and, but for `requests`, set at any time.

    `translate` takes one text and the target's code. `limit` is the characters that the account may spend, None for an
    account without a limit; `latency` the seconds before each answer; `retry_after` the header that goes with 429 and
    503. `glossaries` are those of the account, at most `most_glossaries`, and heeded if `heeds_terms`; `styles`
    (id → language) and `memories` (id → pair) exist without being made. `calls` are the requests to anything but
    /v2/translate, as (method, path); `most_at_once` is how many requests to /v2/translate were under way at once.

    `script` says what becomes of the next requests to /v2/translate, one step each, `other_script` what becomes of all
    others; where it is empty, all is well:

    - `"ok"`: answered as usual
    - a status: answered with it, after authorization and before anything else; not billed
    - `"reset"`: the connection is reset before an answer; not billed
    - `("hang", seconds)`: answered as usual, late
    - `"garbage"`: status 200 and no JSON; `"short"`: one translation is missing; both billed
    - `"cut"`: the connection ends within the answer; `"huge"`: the answer has HUGE bytes; both billed
    - a mapping: status 200 and this JSON; not billed
    """

    def __init__(
        self,
        translate: Callable[[str, str], str] | None = None,
        *,
        script: list[Step] | None = None,
        key: str = "secret-of-the-tests:fx",
        limit: int | None = 500_000,
        latency: float = 0,
    ) -> None:
        self.translate = translate or swap_case
        self.script: list[Step] = list(script or ())
        self.other_script: list[Step] = []
        self.key = key
        self.limit = limit
        self.latency = latency
        self.retry_after: str | None = "1"
        self.requests: list[Received] = []
        self.calls: list[tuple[str, str]] = []
        self.billed = 0
        self.glossaries: dict[str, Glossary] = {}
        self.most_glossaries = 1000
        self.heeds_terms = True
        self.styles: dict[str, str] = {}
        self.memories: dict[str, Pair] = {}
        self.most_at_once = 0
        self._at_once = 0
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
    _under_way = False

    def do_POST(self) -> None:
        if urlsplit(self.path).path.endswith("/v2/translate"):
            self._do_translate()
        else:
            self._do_other()

    def do_GET(self) -> None:
        self._do_other()

    do_PUT = do_PATCH = do_DELETE = do_GET

    def _do_other(self) -> None:
        """Everything but translations."""
        owner = self.server.owner
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))  # the client sends one with GET too
        url = urlsplit(self.path)
        with owner._lock:
            owner.calls.append((self.command, url.path))
            step = owner.other_script.pop(0) if owner.other_script else "ok"
        status = 200
        answer: object = None
        try:
            self._authorize()
            if isinstance(step, int):
                raise _RefusedError(step, _PHRASES.get(step, "Error"))
            if isinstance(step, Mapping):
                answer = step
            elif step != "reset":
                with owner._lock:
                    status, answer = self._answer(url.path, parse_qs(url.query), body)
        except _RefusedError as refusal:
            status, answer = refusal.status, {"message": str(refusal)}
        self._finish(step, status, answer)

    def _answer(self, path: str, query: Mapping[str, list[str]], body: bytes) -> tuple[int, object]:
        owner = self.server.owner
        if (self.command, path) == ("GET", "/v2/usage"):
            limit = 10**12 if owner.limit is None else owner.limit
            return 200, {"character_count": owner.billed, "character_limit": limit}
        if (self.command, path) == ("GET", "/v2/languages"):
            form = parse_qs(body.decode()) or query
            return 200, _languages(form.get("type", ["source"])[0])
        if path == "/v3/glossaries" or path.startswith("/v3/glossaries/"):
            return _glossary_call(owner, self.command, path.split("/")[3:], query, body)
        raise _RefusedError(404, "Not found")

    def _do_translate(self) -> None:
        owner = self.server.owner
        with owner._lock:
            owner._at_once += 1
            owner.most_at_once = max(owner.most_at_once, owner._at_once)
        self._under_way = True
        try:
            self._translation()
        finally:
            self._over()

    def _over(self) -> None:
        """Before a client has its answer, which may send the next request at once."""
        if self._under_way:
            self._under_way = False
            with self.server.owner._lock:
                self.server.owner._at_once -= 1

    def _translation(self) -> None:
        owner = self.server.owner
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        with owner._lock:
            step = owner.script.pop(0) if owner.script else "ok"
        texts: tuple[str, ...] = ()
        params: dict[str, object] = {}
        status = billed = 0
        answer: object = None
        try:
            if urlsplit(self.path).path != "/v2/translate":
                raise _RefusedError(404, "Not found")
            self._authorize()
            texts, params = _read(body)
            if isinstance(step, int):
                raise _RefusedError(step, _PHRASES.get(step, "Error"))
            if step != "reset":
                if length > MOST_BYTES:
                    raise _RefusedError(413, "Request Entity Too Large")
                _check(texts, params)
                entries = _entries(owner, params)
                answer, billed = (step, 0) if isinstance(step, Mapping) else self._translate(texts, params, entries)
                status = 200
        except _RefusedError as refusal:
            status, answer = refusal.status, {"message": str(refusal)}
        with owner._lock:
            headers = dict(self.headers.items())
            owner.requests.append(Received(texts, params, headers, length, status, billed, self.path))
        self._finish(step, status, answer)

    def _translate(
        self, texts: tuple[str, ...], params: Mapping[str, object], entries: Mapping[str, str]
    ) -> tuple[object, int]:
        """The answer, and what it costs, which is taken from the account."""
        owner = self.server.owner
        target = cast("str", params["target_lang"])
        tags = "tag_handling" in params
        costs = [_characters(text, tags=tags) for text in texts]
        with owner._lock:
            if owner.limit is not None and owner.billed + sum(costs) > owner.limit:
                raise _RefusedError(456, "Quota for this billing period has been exceeded.")
            owner.billed += sum(costs)
        shown = {escape(source): escape(word) for source, word in entries.items()} if tags else entries
        translations: list[dict[str, object]] = [
            {
                "detected_source_language": params.get("source_lang", "EN"),
                "text": _with_terms(text, shown, lambda part: owner.translate(part, target)),
            }
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
        late = step[1] if isinstance(step, tuple) else 0
        if late + self.server.owner.latency:
            self.server.owner._closing.wait(late + self.server.owner.latency)
        if status == 200 and step == "short":
            answer = {"translations": cast("dict[str, list[object]]", answer)["translations"][:-1]}
        if status == 200 and step == "garbage":
            answer = None
        if status == 200 and step == "huge":
            answer = {**cast("dict[str, object]", answer), "padding": " " * HUGE}
        self._reply(status, answer, missing=100 if step == "cut" else 0)

    def _authorize(self) -> None:
        if self.headers.get("Authorization") != f"DeepL-Auth-Key {self.server.owner.key}":
            raise _RefusedError(403, "Authorization failed")

    def _reply(self, status: int, answer: object, *, missing: int = 0) -> None:
        body = b"<html>down for maintenance</html>" if answer is None else json.dumps(answer).encode()
        body = b"" if status == 204 else body
        self._over()
        with suppress(ConnectionError):  # the client may have lost its patience
            self.send_response(status)
            if status in (429, 503) and self.server.owner.retry_after is not None:
                self.send_header("Retry-After", self.server.owner.retry_after)
            self.send_header("Content-Type", "text/html" if answer is None else "application/json")
            self.send_header("Content-Length", str(len(body) + missing))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


# The contract of translations.

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
    "glossary_id": str,
    "style_id": str,
    "custom_instructions": list,
    "translation_memory_id": str,
    "translation_memory_threshold": tuple(range(101)),
    "tag_handling": ("xml", "html"),
    "tag_handling_version": ("v1", "v2"),
    "outline_detection": bool,
}


def _read(body: bytes) -> tuple[tuple[str, ...], dict[str, object]]:
    """The texts of a body, and its other parameters."""
    data = _json(body)
    texts = data.pop("text", None)
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise _RefusedError(400, "Parameter 'text' not specified.")
    return tuple(texts), data


def _json(body: bytes) -> dict[str, object]:
    try:
        data = json.loads(body)
    except ValueError:
        raise _RefusedError(400, "Bad request. Reason: body is not JSON") from None
    if not isinstance(data, dict):
        raise _RefusedError(400, "Bad request. Reason: body is not an object")
    return data


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
    for name in ("custom_instructions", "style_id"):
        if name in params and _base(cast("str", target)) not in INSTRUCTED:
            raise _RefusedError(400, f"'{name}' is not supported for given 'target_lang'.")
        if name in params and params.get("model_type") == "latency_optimized":
            raise _RefusedError(400, f"'{name}' is not supported for given 'model_type'.")
    instructions = cast("list[object]", params.get("custom_instructions", []))
    if len(instructions) > 10 or not all(isinstance(text, str) and 0 < len(text) <= 300 for text in instructions):
        raise _RefusedError(400, "'custom_instructions' are at most 10 texts of at most 300 characters.")
    if "translation_memory_threshold" in params and "translation_memory_id" not in params:
        raise _RefusedError(400, "'translation_memory_threshold' requires 'translation_memory_id'.")
    if "glossary_id" in params and "source_lang" not in params:
        raise _RefusedError(400, "'glossary_id' requires 'source_lang'.")
    _check_tags(texts, params)


def _check_tags(texts: tuple[str, ...], params: Mapping[str, object]) -> None:
    if "tag_handling" not in params:
        if {"tag_handling_version", "outline_detection"} & params.keys():
            raise _RefusedError(400, "Bad request. Reason: 'tag_handling' not specified.")
        return
    if params["target_lang"] == "FR-CA":
        raise _RefusedError(400, "'tag_handling' is not supported for given 'target_lang'.")
    if params["tag_handling"] == "xml" and params.get("tag_handling_version") == "v2":
        for text in texts:
            _parse(text)


def _entries(owner: DeepLServer, params: Mapping[str, object]) -> Mapping[str, str]:
    """The glossary's dictionary for a request. Refuses what the account does not have, or not for these languages."""
    source, target = cast("str", params.get("source_lang", "EN")), _base(cast("str", params["target_lang"]))
    with owner._lock:
        style = cast("str", params.get("style_id", ""))
        if style and style not in owner.styles:
            raise _RefusedError(404, "Style rule not found")
        if style and owner.styles[style].upper() != target:
            raise _RefusedError(400, "The language of 'style_id' does not match 'target_lang'.")
        memory = cast("str", params.get("translation_memory_id", ""))
        if memory and memory not in owner.memories:
            raise _RefusedError(404, "Translation memory not found")
        if memory and owner.memories[memory] != (source, target):
            raise _RefusedError(400, "The languages of 'translation_memory_id' do not match.")
        if "glossary_id" not in params:
            return {}
        glossary = owner.glossaries.get(cast("str", params["glossary_id"]))
        if glossary is None:
            raise _RefusedError(404, "Glossary not found")
        if (source, target) not in glossary.dictionaries:
            raise _RefusedError(400, "No dictionary found for language pair.")
        return dict(glossary.dictionaries[source, target]) if owner.heeds_terms else {}


def _with_terms(text: str, entries: Mapping[str, str], translate: Callable[[str], str]) -> str:
    """The translation of a text whose terms are those of the dictionary."""
    if not any(source in text for source in entries):
        return translate(text)
    longest_first = sorted(entries, key=len, reverse=True)
    parts = re.split(f"({'|'.join(map(re.escape, longest_first))})", text)
    return "".join(entries[part] if index % 2 else part and translate(part) for index, part in enumerate(parts))


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


# The contract of glossaries (https://developers.deepl.com/docs/customize/managing-glossaries), under the lock.


def _glossary_call(
    owner: DeepLServer, method: str, path: list[str], query: Mapping[str, list[str]], body: bytes
) -> tuple[int, object]:
    """Status and answer of a request to /v3/glossaries/`path`."""
    kept = owner.glossaries
    if not path and method == "GET":
        return 200, {"glossaries": [glossary.info() for glossary in kept.values()]}
    if not path and method == "POST":
        if len(kept) >= owner.most_glossaries:
            raise _RefusedError(456, "Quota Exceeded: too many glossaries")
        data = _json(body)
        made = Glossary(_name(data), dict(_dictionary(part) for part in cast("list[object]", data["dictionaries"])))
        kept[made.id] = made
        return 201, made.info()
    if not path or path[0] not in kept:
        raise _RefusedError(404, "Glossary not found")
    glossary = kept[path[0]]
    if path[1:] == ["dictionaries"] and method == "PUT":
        pair, entries = _dictionary(_json(body))
        glossary.dictionaries[pair] = entries
        return 200, _dictionary_info(pair, entries)
    if path[1:] == ["dictionaries"] and method == "DELETE":
        if glossary.dictionaries.pop((query["source_lang"][0], query["target_lang"][0]), None) is None:
            raise _RefusedError(404, "Dictionary not found")
        return 204, None
    if path[1:]:
        raise _RefusedError(404, "Not found")
    if method == "DELETE":
        del kept[glossary.id]
        return 204, None
    if method == "PATCH":
        data = _json(body)
        glossary.name = _name(data) if "name" in data else glossary.name
        glossary.dictionaries |= dict(_dictionary(part) for part in cast("list[object]", data.get("dictionaries", [])))
    return 200, glossary.info()


def _name(data: Mapping[str, object]) -> str:
    name = data.get("name")
    if not isinstance(name, str) or not 0 < len(name.encode()) <= 1024:
        raise _RefusedError(400, "Bad request. Reason: invalid glossary name")
    return name


def _dictionary(data: object) -> tuple[Pair, dict[str, str]]:
    part = cast("dict[str, str]", data)
    pair = part["source_lang"], part["target_lang"]
    if not set(pair) <= GLOSSARIES or pair[0] == pair[1]:
        raise _RefusedError(400, f"Unsupported glossary source and target language {pair[0]} {pair[1]}")
    if part.get("entries_format") != "tsv" or len(part["entries"].encode()) > MOST_GLOSSARY_BYTES:
        raise _RefusedError(400, "Invalid glossary entries provided")
    entries: dict[str, str] = {}
    for index, line in enumerate(part["entries"].split("\n")):
        words = line.split("\t")
        if len(words) != 2 or any(not 0 < len(word.encode()) <= 1024 or not word.isprintable() for word in words):
            raise _RefusedError(400, f"Invalid glossary entries provided: entry {index}")
        if words[0] in entries:
            raise _RefusedError(400, f"Invalid glossary entries provided: key with the index {index} is a duplicate")
        entries[words[0]] = words[1]
    return pair, entries


def _dictionary_info(pair: Pair, entries: Mapping[str, str]) -> dict[str, object]:
    return {"source_lang": pair[0].lower(), "target_lang": pair[1].lower(), "entry_count": len(entries)}


def _base(code: str) -> str:
    return code.partition("-")[0]
