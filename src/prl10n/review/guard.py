"""Who may talk to the server, before anything else looks at a request (law 7).

The server listens on the loopback address, where every program and every web page that a person opens can reach it.
So a request has to come from the page that the server itself gave out:

- it names the server's own host, which a name that was bound to 127.0.0.1 (DNS rebinding) does not;
- it comes from no other site, as the browser says (Sec-Fetch-Site, Origin), and a POST says that it does not;
- it carries the cookie that only the one-time address has set, which no other site's request carries (SameSite);
- a POST is JSON and has a header of ours, which no form can send; its body is small.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LIMIT = 1_000_000  # bytes of a body
PATIENCE = 30  # seconds for a body to arrive
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
_AGAIN = "Use the page that `prl10n review` opened, or stop it and start it again."


class _Refused(Exception):
    def __init__(self, status: int, error: str, remedy: str = _AGAIN) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.remedy = remedy


class Guard:
    """An ASGI application in front of another one. `token` works once; `secret` is what its cookie holds."""

    def __init__(self, app: App, port: int, token: str, secret: str) -> None:
        self.app = app
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self.cookie = f"prl10n-{port}"  # cookies know no port: each server has its own
        self.token: str | None = token
        self.secret = secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            headers = _Headers(scope["headers"])
            self.check_origin(scope, headers)
            if address := self.entered(scope, headers):
                await _answer(send, 303, b"", ((b"location", b"/"), (b"set-cookie", address.encode())))
                return
            self.check_cookie(headers)
            body = await _body(headers, receive) if scope["method"] == "POST" else b""
        except _Refused as refused:
            said = json.dumps({"error": refused.error, "remedy": refused.remedy}, ensure_ascii=False).encode()
            await _answer(
                send, refused.status, said, ((b"content-type", b"application/json"), (b"connection", b"close"))
            )
            return
        await self.app(scope, _replayed(body, receive), _with_headers(send))

    def check_origin(self, scope: Scope, headers: _Headers) -> None:
        host = headers.only("host")
        if host not in self.hosts:
            raise _Refused(403, "this is not the address of this server")
        if scope["method"] not in ("GET", "HEAD", "POST"):
            raise _Refused(405, "this method is not known here")
        post = scope["method"] == "POST"
        site = headers.only("sec-fetch-site")
        if site not in (None, "same-origin") and (post or site != "none"):
            raise _Refused(403, "another site has sent this request")
        if headers.only("sec-fetch-dest") in ("iframe", "frame", "embed", "object"):
            raise _Refused(403, "the page is shown inside another one")
        origin = headers.only("origin")
        if (post or origin is not None) and origin != f"http://{host}":
            raise _Refused(403, "another site has sent this request")
        if post and (headers.only("content-type") or "").partition(";")[0].strip().lower() != "application/json":
            raise _Refused(415, "this is no JSON")
        if post and headers.only("x-prl10n") != "1":
            raise _Refused(403, "a form has sent this request")

    def entered(self, scope: Scope, headers: _Headers) -> str:
        """The cookie for who comes with the one-time token; empty for who comes without one."""
        if scope["path"] != "/" or scope["method"] != "GET":
            return ""
        try:
            given = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=20).get("token", [])
        except ValueError:
            raise _Refused(400, "this address says too much") from None
        if not given:
            return ""
        if self.token is not None and hmac.compare_digest(given[0].encode(), self.token.encode()):
            self.token = None
        elif not self.knows(headers):
            raise _Refused(403, "this address has been used already, or is another server's")
        return f"{self.cookie}={self.secret}; HttpOnly; SameSite=Strict; Path=/"

    def check_cookie(self, headers: _Headers) -> None:
        if not self.knows(headers):
            raise _Refused(403, "this browser has not been let in")

    def knows(self, headers: _Headers) -> bool:
        pairs = (pair.strip().partition("=") for line in headers.all("cookie") for pair in line.split(";"))
        given = [value for name, _, value in pairs if name == self.cookie]
        return any(hmac.compare_digest(value.encode(), self.secret.encode()) for value in given)


class _Headers:
    def __init__(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        self.pairs = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in pairs]

    def all(self, name: str) -> list[str]:
        return [value for own, value in self.pairs if own == name]

    def only(self, name: str) -> str | None:
        """The value of a header that stands there once; None where it does not."""
        found = self.all(name)
        if len(found) > 1:
            raise _Refused(400, f"the header {name} is there more than once")
        return found[0] if found else None


async def _body(headers: _Headers, receive: Receive) -> bytes:
    """A whole body; one that is too large is refused before it is read."""
    length = headers.only("content-length")
    if length is not None and (not (length.isascii() and length.isdigit()) or int(length[:12]) > LIMIT):
        raise _Refused(413, f"this is more than {LIMIT:,} bytes", "Save less at once.")
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise _Refused(400, "the request ended before its body")
                body += message.get("body", b"")
                if len(body) > LIMIT:
                    raise _Refused(413, f"this is more than {LIMIT:,} bytes", "Save less at once.")
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise _Refused(408, "the body did not arrive in time", "Try again.") from None


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body that was read, once; then whatever comes, which is the end of the connection."""
    sent = False

    async def replay() -> MutableMapping[str, Any]:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _with_headers(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            names = {name for name, _ in HEADERS}
            own = [(name, value) for name, value in message["headers"] if name.lower() not in names]
            message = {**message, "headers": [*own, *HEADERS]}
        await send(message)

    return sending


async def _answer(send: Send, status: int, body: bytes, headers: Iterable[tuple[bytes, bytes]]) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length, *HEADERS]})
    await send({"type": "http.response.body", "body": body})
