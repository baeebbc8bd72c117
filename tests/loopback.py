"""What the servers of the tests share that speak JSON over HTTP: see `openai_server` and `libretranslate_server`."""

from __future__ import annotations

import json
import re
import socket
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

Step = int | str | tuple[str, float] | Mapping[str, object]
Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Received:
    """A request that counts: its texts, its JSON, its headers. Status 0: none was sent."""

    texts: tuple[str, ...]
    params: Mapping[str, object]
    headers: Mapping[str, str]
    status: int


class RefusedError(Exception):
    """An answer that is a refusal; `said` is its JSON."""

    def __init__(self, status: int, said: Json) -> None:
        super().__init__(str(said))
        self.status = status
        self.said = said


class LoopbackServer:
    """A server, up inside `with`. Everything public may be read and, but for `requests`, set at any time.

    `script` says what becomes of the next requests to `main`, one step each; where it is empty, all is well:

    - `"ok"`: answered as usual
    - a status: answered with it, after authorization and before anything else; a redirect leads to `/elsewhere`
    - `"reset"`: the connection is reset before an answer
    - `("hang", seconds)`: answered as usual, late
    - `"garbage"`: status 200 and no JSON
    - a mapping: status 200 and this JSON
    - another word: answered, and spoiled by `spoil`
    """

    main = "/"
    retry_after = "0"

    def __init__(self, *, script: list[Step] | None = None, key: str = "secret-of-the-tests") -> None:
        self.script: list[Step] = list(script or ())
        self.key = key
        self.requests: list[Received] = []
        self.visits: list[str] = []  # method and path of every request, those that do not count too
        self.lock = Lock()
        self.closing = Event()
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        self._thread = Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def get(self, path: str) -> object:
        """The JSON at a path."""
        raise RefusedError(404, self.error("Not found"))

    def error(self, message: str, code: object = None) -> Json:
        """A refusal's JSON."""
        return {"error": message}

    def authorize(self, headers: Mapping[str, str], body: Json) -> None:
        """RefusedError where the key is wrong."""

    def texts(self, body: Json) -> tuple[str, ...]:
        """The texts of a request; RefusedError where it has none."""
        raise NotImplementedError

    def answer(self, path: str, body: Json, texts: tuple[str, ...]) -> object:
        """The answer to a request; RefusedError where the real server would refuse it."""
        raise NotImplementedError

    def spoil(self, step: str, answer: object) -> object:
        """What a misbehaving server would have answered."""
        raise NotImplementedError(step)


def swap_case(text: str, target: str) -> str:
    """The text with the case of its words swapped; tags and entities stay."""
    return re.sub(r"(<[^>]*>|&\w+;)|([^<&]+)", lambda part: part[1] or part[2].swapcase(), text)


class _Http(ThreadingHTTPServer):
    daemon_threads = False  # closing the server joins the threads of its requests
    request_queue_size = 64
    owner: LoopbackServer


class _Handler(BaseHTTPRequestHandler):
    """One request a connection: HTTP/1.0 leaves no idle thread behind."""

    server: _Http

    def do_GET(self) -> None:
        owner = self.server.owner
        with owner.lock:
            owner.visits.append(f"GET {self.path}")
        try:
            self._reply(200, owner.get(self.path))
        except RefusedError as refusal:
            self._reply(refusal.status, refusal.said)

    def do_POST(self) -> None:
        owner = self.server.owner
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path, _, _ = self.path.partition("?")
        with owner.lock:
            owner.visits.append(f"POST {self.path}")
            step = owner.script.pop(0) if owner.script and path == owner.main else "ok"
        headers = dict(self.headers.items())
        body: Json = {}
        texts: tuple[str, ...] = ()
        status = 0
        answer: object = None
        try:
            if path != owner.main:
                raise RefusedError(404, owner.error("Not found"))
            if headers.get("Content-Type") != "application/json":
                raise RefusedError(400, owner.error("Content-Type is not application/json"))
            body = self._json(raw)
            owner.authorize(headers, body)
            texts = owner.texts(body)
            if isinstance(step, int):
                raise RefusedError(step, owner.error(f"refused with {step}"))
            if step != "reset":
                answer = step if isinstance(step, Mapping) else owner.answer(self.path, body, texts)
                status = 200
                if isinstance(step, str) and step not in ("ok", "garbage"):
                    answer = owner.spoil(step, answer)
        except RefusedError as refusal:
            status, answer = refusal.status, refusal.said
        with owner.lock:
            owner.requests.append(Received(texts, body, headers, status))
        self._finish(step, status, answer)

    def _json(self, raw: bytes) -> Json:
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            # A list is what Azure takes.
            if isinstance(body, list):
                return {"": body}
            raise RefusedError(400, self.server.owner.error("Invalid JSON format"))
        return body

    def _finish(self, step: Step, status: int, answer: object) -> None:
        if step == "reset":
            # Linger for no time: closing sends RST, and what the client reads is a broken connection.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        if isinstance(step, tuple):
            self.server.owner.closing.wait(step[1])
        self._reply(status, answer, garbage=step == "garbage" and status == 200)

    def _reply(self, status: int, answer: object, *, garbage: bool = False) -> None:
        owner = self.server.owner
        body = b"<html>down for maintenance</html>" if garbage else json.dumps(answer).encode()
        with suppress(ConnectionError):  # the client may have lost its patience
            self.send_response(status)
            if status in (429, 503):
                self.send_header("Retry-After", owner.retry_after)
            if 300 <= status < 400:
                self.send_header("Location", f"{owner.origin}/elsewhere")
            self.send_header("Content-Type", "text/html" if garbage else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""
