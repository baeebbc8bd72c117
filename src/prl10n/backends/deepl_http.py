"""The way to DeepL: the official client, a client of it for each thread, one pace for all, errors of prl10n only.

The client keeps retries and timeouts in module globals, sleeps where nobody can wake it, drops the `Retry-After` of an
answer, sends through `Session.send`, which heeds HTTPS_PROXY and NO_PROXY but not REQUESTS_CA_BUNDLE, and lets what it
does not understand surface as TypeError, ValueError or AttributeError (its source, deepl 1.32). All of this is dealt
with here. The statuses: https://developers.deepl.com/docs/best-practices/error-handling.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from threading import Lock, local
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from prl10n import __version__
from prl10n.backends.pace import Again, Pace, retry_after
from prl10n.errors import (
    AuthorizationFailed,
    BackendError,
    BackendUnavailable,
    ConfigError,
    QuotaExceeded,
    RequestRefused,
)

if TYPE_CHECKING:
    import deepl
    import requests

T = TypeVar("T")

_KEY = re.compile(r"[!-~]+")  # a header takes no other characters; the client would put the key in its message
_URL = re.compile(r"https?://[^/?#\s]+(/[^?#\s]*)?")
_CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")  # the first two as in requests

MOST_ANSWER = 8 * 1024 * 1024  # bytes; what fits into a request is never translated into as many

_KEY_REMEDY = (
    "Set it to the key of an account for DeepL's API: https://www.deepl.com/your-account/keys shows it. "
    "The keys of free accounts end in :fx."
)
_LATER = "Run the same command again later: it resumes where it stopped."

_BY_STATUS: Mapping[int, tuple[type[BackendError], str]] = {
    400: (RequestRefused, "Check [backend.deepl] against what DeepL supports for this target."),
    401: (AuthorizationFailed, f"DeepL does not know DEEPL_AUTH_KEY. {_KEY_REMEDY}"),
    403: (AuthorizationFailed, f"DeepL refuses DEEPL_AUTH_KEY. {_KEY_REMEDY}"),
    404: (RequestRefused, "Check the ids in [backend.deepl], and DEEPL_SERVER_URL if it is set."),
    408: (BackendUnavailable, _LATER),
    429: (BackendUnavailable, f"Too many requests at once: lower concurrency in [backend.deepl]. {_LATER}"),
    456: (QuotaExceeded, f"Raise the limit in your DeepL account, or wait for the next period. {_LATER}"),
}
_SERVER_FAILED = (BackendUnavailable, _LATER)
_REFUSED = (RequestRefused, "Update prl10n and deepl, or report what DeepL answered.")
_TOO_BUSY = frozenset({429, 503, 529})  # for everybody, so that everybody waits
_CHECK_NETWORK = f"Check the network, and DEEPL_SERVER_URL if it is set. {_LATER}"
_CHECK_PROXY = f"Check proxy in [backend.deepl], or HTTPS_PROXY. {_LATER}"
_CHECK_CERTIFICATE = "Where a proxy signs for others, set REQUESTS_CA_BUNDLE to the file of its certificate."

_UNREADABLE = (TypeError, ValueError, AttributeError, LookupError, OverflowError, RecursionError)


class TooLarge(Exception):
    """Status 413."""


@dataclass(frozen=True, slots=True)
class Route:
    """How the server is reached. `url` empty: the server that the key belongs to; `proxy` empty: the environment's, if
    any; `certificates`: a file or folder instead of those of certifi.
    """

    key: str = field(repr=False)
    url: str = ""
    proxy: str = ""
    certificates: str = ""
    timeout: float = 30.0

    @property
    def is_local(self) -> bool:
        """Whether the server is this machine, which no proxy leads to."""
        host = urlsplit(self.url).hostname or ""
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


def route_of(environ: Mapping[str, str], proxy: str, timeout: float) -> Route:
    """The route that environment and options name. Raises AuthorizationFailed without a key, and ConfigError."""
    return Route(_key(environ), _url(environ), proxy, _certificates(environ), timeout)


def _key(environ: Mapping[str, str]) -> str:
    key = environ.get("DEEPL_AUTH_KEY", "").strip()
    if not key:
        raise AuthorizationFailed("DeepL needs a key, and DEEPL_AUTH_KEY is not set", remedy=_KEY_REMEDY)
    if not _KEY.fullmatch(key):
        raise AuthorizationFailed("DEEPL_AUTH_KEY has characters that no key has", remedy=_KEY_REMEDY)
    return key


def _url(environ: Mapping[str, str]) -> str:
    url = environ.get("DEEPL_SERVER_URL", "").strip()
    if url and not _URL.fullmatch(url):
        raise ConfigError(
            f"DEEPL_SERVER_URL is not a URL: {url!r}",
            remedy="Unset it to use DeepL's own server, or write it as in https://api.deepl.com.",
        )
    return url


def _certificates(environ: Mapping[str, str]) -> str:
    for name in _CERTIFICATES:
        if path := environ.get(name, ""):
            if not Path(path).exists():
                raise ConfigError(f"{name} names a file that does not exist: {path}", remedy="Correct it, or unset it.")
            return path
    return ""


class Line:
    """Requests to DeepL from any thread, each tried again at the common pace.

    A thread has a client of its own, for `requests.Session` promises nothing to threads that share one. Backends that
    go the same way share a line (`line_to`): an account that is too busy for one locale is for all.
    """

    def __init__(self, route: Route, retries: int) -> None:
        self._route = route
        self._retries = retries
        self._pace = Pace(retries)
        self._own = local()

    def ask(self, send: Callable[[deepl.DeepLClient], T], remedies: Mapping[int, str] | None = None) -> T:
        """What `send` returns. `remedies`: what to do about a status, where it is not the usual.

        Raises BackendError, or TooLarge for status 413.
        """
        return self._pace.run(lambda: self._once(send, remedies or {}))

    def stop(self) -> None:
        with _lock:
            if _lines.get((self._route, self._retries)) is self:
                del _lines[self._route, self._retries]
        self._pace.stop()

    def _once(self, send: Callable[[deepl.DeepLClient], T], remedies: Mapping[int, str]) -> T:
        import deepl

        try:
            return send(self._client())
        except _Refusal as refusal:
            raise refusal.error(remedies) from refusal
        except deepl.DeepLException as error:
            raise _REFUSED[0](f"the client refused the request: {short(str(error))}", remedy=_REFUSED[1]) from error
        except _UNREADABLE as error:
            raise unreadable(f"the client could not read it: {error}") from error

    def _client(self) -> deepl.DeepLClient:
        client: deepl.DeepLClient | None = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = _client(self._route)
        return client


_lines: WeakValueDictionary[tuple[Route, int], Line] = WeakValueDictionary()
_lock = Lock()


def line_to(route: Route, retries: int) -> Line:
    """The line that all who go this way share, until it is stopped."""
    with _lock:
        return _lines.setdefault((route, retries), Line(route, retries))


def unreadable(why: str) -> BackendUnavailable:
    return BackendUnavailable(f"DeepL's answer makes no sense: {short(why)}", remedy=_CHECK_NETWORK)


def short(message: str) -> str:
    """One line of it: a proxy may have answered with a whole page, or be named with its password."""
    line = re.sub(r"//[^/@\s]+@", "//", " ".join(message.split()))
    return line if len(line) <= 300 else f"{line[:300]}…"


class _Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, body: str, after: str | None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.after = after

    def error(self, remedies: Mapping[int, str]) -> Exception:
        if self.status == 413:
            return TooLarge()
        kind, remedy = _BY_STATUS.get(self.status, _SERVER_FAILED if self.status >= 500 else _REFUSED)
        error = kind(f"DeepL answered {self.status}: {self.said()}", remedy=remedies.get(self.status, remedy))
        if not isinstance(error, BackendUnavailable):
            return error
        return Again(error, after=retry_after(self.after), everyone=self.status in _TOO_BUSY)

    def said(self) -> str:
        """The message of the server, or what it sent instead of one."""
        try:
            answer = json.loads(self.body)
        except (ValueError, RecursionError):
            answer = None
        parts = [answer.get(key) for key in ("message", "detail")] if isinstance(answer, dict) else [self.body]
        words = short(", ".join(part for part in parts if isinstance(part, str) and part))
        return words or (HTTPStatus(self.status).phrase if self.status in set(HTTPStatus) else "nothing more")


def _client(route: Route) -> deepl.DeepLClient:
    """The official client, whose own client of HTTP is replaced by one that tries once and says what happened."""
    import deepl
    from deepl.http_client import HttpClient

    class OneTry(HttpClient):
        def request_with_backoff(
            self, method: str, url: str, data: Any, json: Any, headers: Any, stream: bool = False, **kwargs: Any
        ) -> tuple[int, str]:
            request = self._prepare_request(method, url, data, json, headers, **kwargs)
            try:
                # A stream, for the client reads an answer of any length into memory.
                with self._session.send(request, stream=True, timeout=route.timeout) as response:
                    body = _body(response)
            except OSError as error:  # the root of requests' exceptions
                raise _no_answer(error) from error
            if not 200 <= response.status_code < 300:
                raise _Refusal(response.status_code, body, response.headers.get("Retry-After"))
            return response.status_code, body

    client = deepl.DeepLClient(route.key, server_url=f"{route.url.rstrip('/')}/" if route.url else None)
    proxy = None if route.is_local else route.proxy or None
    http = OneTry(proxy, send_platform_info=False, verify_ssl=route.certificates or None)
    http._session.trust_env = not route.is_local
    client._client = http.set_app_info("prl10n", __version__)
    return client


def _body(response: requests.Response) -> str:
    parts, size = [], 0
    for part in response.iter_content(65536):
        parts.append(part)
        size += len(part)
        if size > MOST_ANSWER:
            raise unreadable(f"it has more than {MOST_ANSWER} bytes")
    return b"".join(parts).decode("utf-8", "replace")


def _no_answer(error: OSError) -> Exception:
    """A connection that failed: worth another try, but for a wrong URL (a ValueError) and a certificate."""
    import requests

    what = f"DeepL gave no answer: {short(str(error))}"
    if "CERTIFICATE_VERIFY_FAILED" in what:
        return BackendUnavailable(what, remedy=_CHECK_CERTIFICATE)
    proxy = isinstance(error, requests.exceptions.ProxyError | requests.exceptions.InvalidProxyURL)
    failure = BackendUnavailable(what, remedy=_CHECK_PROXY if proxy else _CHECK_NETWORK)
    return failure if isinstance(error, ValueError) else Again(failure)
