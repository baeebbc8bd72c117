"""What backends that speak JSON over HTTP share: one client, one pace, one table of errors.

    http = Http(Provider("Example", key="EXAMPLE_KEY", url="EXAMPLE_URL"), base, options, headers={…}, secrets=[key])
    answer = http.ask("POST", "/translate", Shape, {"texts": […]})

Whatever a server answers, what comes out is a `Shape`, `TooLargeError`, or an error of `prl10n.errors`, with a remedy
and without a secret. A redirect is never followed: it would take the key, and the texts, to who knows where.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Annotated, TypeVar
from urllib.parse import urlsplit

import msgspec

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
    import httpx2

T = TypeVar("T")

MOST_BYTES = 32 * 1024 * 1024  # of one answer

_KEY = re.compile(r"[!-~]+")  # a header takes no other characters
_URL = re.compile(r"https?://[^/?#\s@]+(/[^?#\s]*)?")


class HttpOptions(msgspec.Struct, frozen=True):
    """What every backend over HTTP has in its table.

    `timeout`: seconds without a byte from the server after which a request is given up.
    `retries`: how often a request is sent again after 408, 429, 5xx, a timeout or a broken connection.
    `concurrency`: how many requests are under way at once.
    """

    timeout: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 30.0
    retries: Annotated[int, msgspec.Meta(ge=0, le=20)] = 5
    concurrency: Annotated[int, msgspec.Meta(ge=1, le=64)] = 4


@dataclass(frozen=True, slots=True)
class Provider:
    """How messages call a provider, and where it differs from others.

    `key` and `url` are the variables of the environment that hold them. `remedies` replace those of the table of
    statuses. `meanings` are words of an error's body and the status that says what they mean: a provider that answers
    429 where the money has run out, or 400 where a request is too long.
    """

    name: str
    key: str
    url: str
    remedies: Mapping[int, str] = field(default_factory=dict)
    meanings: Mapping[str, int] = field(default_factory=dict)


class TooLargeError(Exception):
    """The server takes no request of this size: the caller sends it in parts, or does without."""


_LATER = "Run the same command again later: it resumes where it stopped."
_CHECK = "Check the network, and {url}."

_BY_STATUS: Mapping[int, tuple[type[BackendError], str]] = {
    400: (RequestRefused, "Check [backend] in the configuration against what {name} takes."),
    401: (AuthorizationFailed, "{name} does not know {key}: set it to a valid key."),
    402: (QuotaExceeded, f"Raise the limit of the account, or wait for the next period. {_LATER}"),
    403: (AuthorizationFailed, "{name} refuses {key}: set it to a key that may translate."),
    404: (RequestRefused, "Check {url}: this server has nothing at that address."),
    408: (BackendUnavailable, _LATER),
    422: (RequestRefused, "Check [backend] in the configuration against what {name} takes."),
    429: (BackendUnavailable, f"Too many requests at once: a lower `concurrency` may help. {_LATER}"),
    456: (QuotaExceeded, f"Raise the limit of the account, or wait for the next period. {_LATER}"),
}
_MOVED = (RequestRefused, "Set {url} to the address that it moved to; prl10n follows no redirect with a key.")
_SERVER_FAILED = (BackendUnavailable, _LATER)
_REFUSED = (RequestRefused, "Check [backend] in the configuration and {url}, or report what {name} answered.")

_EVERYONE = (429, 503, 529)  # the server is busy: the other requests would fail too


class Http:
    """A provider's server, for all threads of a backend. Nothing is sent, or imported, before the first `ask`."""

    def __init__(
        self,
        provider: Provider,
        base: str,
        options: HttpOptions,
        *,
        headers: Mapping[str, str] | None = None,
        secrets: Sequence[str] = (),
    ) -> None:
        self._provider = provider
        self._base = checked_url(base, provider.url)
        self._options = options
        self._headers = {"User-Agent": f"prl10n/{__version__}", "Accept": "application/json", **(headers or {})}
        self._secrets = [secret for secret in secrets if secret]
        self._pace = Pace(options.retries)
        self._lock = Lock()
        self._opened: httpx2.Client | None = None

    @property
    def host(self) -> str:
        """The host and the port that answers come from, for `settings`."""
        return urlsplit(self._base).netloc.lower()

    def stop(self) -> None:
        self._pace.stop()

    def ask(
        self, method: str, path: str, shape: type[T], body: object = None, params: Mapping[str, str] | None = None
    ) -> T:
        """Send `body` as JSON and read the answer as a `shape`, with retries.

        Raises BackendError, TooLargeError for status 413, and ConfigError where the environment's proxies are wrong.
        """
        content = None if body is None else json.dumps(body).encode()
        read = self._pace.run(partial(self._send, method, path, content, params))
        try:
            # Not msgspec's own reader: it refuses a whole answer for one half of a surrogate pair in it.
            return msgspec.convert(json.loads(read), shape)
        except (ValueError, RecursionError) as error:
            raise self.unreadable(str(error)) from error

    def _send(self, method: str, path: str, content: bytes | None, params: Mapping[str, str] | None) -> bytes:
        """One try. Raises Again where another may succeed."""
        import httpx2

        headers = {} if content is None else {"Content-Type": "application/json"}
        client = self._client()
        try:
            with client.stream(method, self._base + path, content=content, params=params, headers=headers) as response:
                body = self._read(response)
        except httpx2.RequestError as error:
            why = self._clean(str(error)) or type(error).__name__
            raise Again(
                BackendUnavailable(
                    f"{self._provider.name} gave no answer: {why}", remedy=self._remedy(f"{_CHECK} {_LATER}")
                )
            ) from error
        except httpx2.InvalidURL as error:
            raise ConfigError(f"{self._provider.url} is not a URL", remedy=_url_remedy(self._provider.url)) from error
        if 200 <= response.status_code < 300:
            return body
        raise self._failure(response.status_code, body, response.headers.get("Retry-After"))

    def _read(self, response: httpx2.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MOST_BYTES:
                raise self.unreadable(f"it is longer than {MOST_BYTES >> 20} MiB")
        return bytes(body)

    def _failure(self, status: int, body: bytes, after: str | None) -> Exception:
        """What to raise for an answer that is none."""
        words = body[:100_000].decode(errors="replace")
        meant = next((meant for text, meant in self._provider.meanings.items() if text in words), status)
        if meant == 413:
            return TooLargeError()
        default = _MOVED if meant < 400 else _SERVER_FAILED if meant >= 500 else _REFUSED
        kind, remedy = _BY_STATUS.get(meant, default)
        reason = self._clean(_reason(body)) or "it gives no reason"
        error = kind(
            f"{self._provider.name} answered {status}: {reason}",
            remedy=self._remedy(self._provider.remedies.get(meant, remedy)),
        )
        if isinstance(error, BackendUnavailable):
            return Again(error, after=_seconds(after), everyone=meant in _EVERYONE)
        return error

    def unreadable(self, why: str) -> BackendUnavailable:
        """The error for an answer that is no answer to what was asked."""
        remedy = f"Check that {{url}} is the address of its API. {_LATER}"
        return BackendUnavailable(
            f"the answer of {self._provider.name} makes no sense: {self._clean(why)}", remedy=self._remedy(remedy)
        )

    def _remedy(self, text: str) -> str:
        return text.format(name=self._provider.name, key=self._provider.key, url=self._provider.url)

    def _clean(self, message: str) -> str:
        """One printable line of it, without secrets: a proxy may answer with a page, a server with the key."""
        for secret in self._secrets:
            message = message.replace(secret, "…")
        line = "".join(character for character in " ".join(message.split()) if character.isprintable())
        return line if len(line) <= 300 else f"{line[:300]}…"

    def _client(self) -> httpx2.Client:
        import httpx2

        with self._lock:
            if self._opened is None:
                connections = self._options.concurrency
                try:
                    self._opened = httpx2.Client(
                        headers=self._headers,
                        timeout=self._options.timeout,
                        limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections),
                        follow_redirects=False,
                    )
                except (httpx2.InvalidURL, ImportError, OSError, ValueError) as error:
                    raise ConfigError(
                        "the proxies or certificates that the environment names cannot be used",
                        remedy="Check HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY and SSL_CERT_FILE.",
                    ) from error
            return self._opened


def checked_url(value: str, variable: str) -> str:
    """A base URL without its last `/`. ConfigError for what is none, and for one with a name, a query or a fragment."""
    try:
        if _URL.fullmatch(value) and urlsplit(value).hostname and urlsplit(value).port != 0:
            return value.rstrip("/")
    except ValueError:
        pass
    raise ConfigError(f"{variable} is not a URL", remedy=_url_remedy(variable))


def _url_remedy(variable: str) -> str:
    return f"Write {variable} as in https://example.com/v1: a host and a path; no name, password, query or fragment."


def checked_key(value: str, variable: str, remedy: str) -> str:
    """A key that a header takes; AuthorizationFailed, which does not show it, for any other text."""
    if not _KEY.fullmatch(value):
        raise AuthorizationFailed(f"{variable} has characters that no key has", remedy=remedy)
    return value


def _seconds(after: str | None) -> float | None:
    """As `retry_after`, for headers that nobody has checked: `²` is a digit for Python, and the year 10¹⁰ a date."""
    try:
        return retry_after(after)
    except (ValueError, OverflowError):
        return None


def _reason(body: bytes) -> str:
    """The server's own words, where they are in one of the usual places; a body that is no JSON, as it is."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return body[:10_000].decode(errors="replace")
    for _ in range(3):
        if isinstance(said, dict):
            said = next((said[name] for name in ("error", "message", "detail") if said.get(name)), None)
    return said if isinstance(said, str) else ""
