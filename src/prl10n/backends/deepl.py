"""DeepL, through its official client.

What is said here about the API comes from https://developers.deepl.com/api-reference/translate ("Translate text") and
https://developers.deepl.com/docs/resources/usage-limits; what is said about the client, from its source (deepl 1.32).
The client neither batches nor checks limits, keeps retries and timeouts in module globals, and lets an answer that it
does not understand surface as TypeError, ValueError or AttributeError; all of this is dealt with below.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired, TypedDict
from xml.parsers import expat
from xml.sax.saxutils import escape, unescape

import msgspec

from prl10n import __version__
from prl10n.backends import Answer, Request
from prl10n.backends.deepl_languages import WITHOUT_TAGS, source_code, target_code
from prl10n.backends.options import parse
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

MOST_TEXTS = 50
MOST_BYTES = 128 * 1024  # of the whole body, as sent
MOST_CONTEXT = 16 * 1024  # of these bytes: leaves room for the texts

_TAG = re.compile(r"<[^>]*>")
_KEY = re.compile(r"[!-~]+")  # a header takes no other characters; the client would put the key in its message
_URL = re.compile(r"https?://[^/?#\s]+(/[^?#\s]*)?")


class Options(msgspec.Struct, frozen=True):
    """`[backend.deepl]`.

    `formality`: the `prefer_` values do nothing where a language has no formality, the others are refused there.
    `context`: whether DeepL is shown the prose around the texts; it is not billed.
    `timeout`: seconds without a byte from the server after which a request is given up.
    `retries`: how often a request is sent again after 429, 5xx, a timeout or a broken connection, with growing pauses.
    """

    formality: Literal["default", "more", "less", "prefer_more", "prefer_less"] = "prefer_more"
    model_type: Literal["quality_optimized", "latency_optimized", "prefer_quality_optimized"] | None = None
    context: bool = True
    timeout: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 30.0
    retries: Annotated[int, msgspec.Meta(ge=0, le=20)] = 5


class _Parameters(TypedDict):
    """What goes with the texts, named as in the client and, but for the texts, in the body that it sends."""

    source_lang: str
    target_lang: str
    formality: str
    split_sentences: str
    preserve_formatting: bool
    model_type: NotRequired[str]
    context: NotRequired[str]
    tag_handling: NotRequired[str]
    tag_handling_version: NotRequired[str]
    outline_detection: NotRequired[bool]


class DeepLBackend:
    """The backend called `deepl`; see `prl10n.backends.Backend` for the contract and `Options` for its table.

    `DEEPL_AUTH_KEY` is the key; `DEEPL_SERVER_URL`, where it is set, replaces the server that the key belongs to.
    """

    name = "deepl"
    concurrency = 1
    takes_terms = False

    def __init__(self, options: Mapping[str, object], environ: Mapping[str, str]) -> None:
        self._options = parse(self.name, Options, options)
        self._key = environ.get("DEEPL_AUTH_KEY", "").strip()
        self._url = environ.get("DEEPL_SERVER_URL", "").strip()
        if not self._key:
            raise AuthorizationFailed("DeepL needs a key, and DEEPL_AUTH_KEY is not set", remedy=_KEY_REMEDY)
        if not _KEY.fullmatch(self._key):
            raise AuthorizationFailed("DEEPL_AUTH_KEY has characters that no key has", remedy=_KEY_REMEDY)
        if self._url and not _URL.fullmatch(self._url):
            raise ConfigError(
                f"DEEPL_SERVER_URL is not a URL: {self._url!r}",
                remedy="Unset it to use DeepL's own server, or write it as in https://api.deepl.com.",
            )

    def takes_tags(self, target: str) -> bool:
        return target_code(target) not in WITHOUT_TAGS

    def settings(self, source: str, target: str, kind: str = "") -> str:
        """Every parameter of the request but the context itself; ConfigError for a language that DeepL has not."""
        parameters = self._parameters(source, target)
        seen = "yes" if self._options.context else "no"
        return " ".join(["deepl", *(f"{key}={value}" for key, value in sorted(parameters.items())), f"context={seen}"])

    def count(self, texts: Sequence[str]) -> int:
        """Unicode code points of the words: tags are not billed where DeepL handles them, nor is the context.

        Source: https://support.deepl.com/hc/en-us/articles/360020685720. It does not say how an entity counts: here
        `&amp;` is one character, as in the text that DeepL reads from the XML.
        """
        return sum(len(unescape(_TAG.sub("", text))) for text in texts)

    def batches(self, request: Request) -> Iterator[Request]:
        yield request

    def translate(self, request: Request) -> Iterator[Sequence[Answer]]:
        """As `Backend.translate`; a text too long for any request, or that is not XML, is answered with None.

        Such a text is not sent, for it would cost the others of its batch their answers, and stands with the answers of
        its neighbours. Raises ConfigError, before anything is sent, for a language that DeepL has not.
        """
        parameters = self._parameters(request.source, request.target, "\n".join(dict.fromkeys(request.contexts)))
        # Each text takes ", " with it; the first one does not.
        room = MOST_BYTES - _size({**parameters, "show_billed_characters": True, "text": []}) + 2
        tags = self.takes_tags(request.target)
        texts = [_sendable(text, tags, room) for text in request.texts]
        for batch in _batches(texts, room):
            yield from self._answers(batch, parameters)

    def _parameters(self, source: str, target: str, context: str = "") -> _Parameters:
        parameters = _Parameters(
            source_lang=source_code(source),
            target_lang=target_code(target),
            formality=self._options.formality,
            split_sentences="nonewlines",  # a unit has no line breaks that mean anything
            preserve_formatting=True,  # no full stop is added to a heading
        )
        if self._options.model_type:
            parameters["model_type"] = self._options.model_type
        if self._options.context and context:
            while _size(context) > MOST_CONTEXT:
                context = context[: len(context) // 2]
            parameters["context"] = context
        if self.takes_tags(target):
            parameters["tag_handling"] = "xml"
            parameters["tag_handling_version"] = "v2"  # strict XML; an account's own default differs with its age
            parameters["outline_detection"] = False  # tags are inline: none of them ends a sentence
        return parameters

    def _answers(self, batch: Sequence[str | None], parameters: _Parameters) -> Iterator[Sequence[Answer]]:
        """Send the texts of the batch; in halves where the server finds that it is too large all the same."""
        texts = [text for text in batch if text is not None]
        try:
            answers = iter(self._send(texts, parameters) if texts else [])
        except _TooLargeError:
            if len(texts) == 1:
                yield [Answer(None)] * len(batch)
                return
            middle = len(batch) // 2
            yield from self._answers(batch[:middle], parameters)
            yield from self._answers(batch[middle:], parameters)
            return
        yield [Answer(None) if text is None else next(answers) for text in batch]

    def _send(self, texts: list[str], parameters: _Parameters) -> list[Answer]:
        """One request, with the client's own retries. Raises BackendError, or _TooLargeError for status 413."""
        import deepl

        try:
            results = self._client.translate_text(texts, **parameters)
        except deepl.DeepLException as error:
            raise _error(error.http_status_code, str(error)) from error
        except (TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
            raise _unreadable(f"the client could not read it: {error}") from error
        if not isinstance(results, list) or len(results) != len(texts):
            found = len(results) if isinstance(results, list) else 1
            raise _unreadable(f"{len(texts)} texts were sent, {found} came back")
        tags = "tag_handling" in parameters
        return [_answer(result.text, result.billed_characters, tags) for result in results]

    @cached_property
    def _client(self) -> deepl.DeepLClient:
        """The official client, with this backend's own patience.

        The client documents `deepl.http_client.max_network_retries` and `min_connection_timeout`, globals that would
        also change every other user of the client in the process, and whose timeout is only a lower bound; a client of
        HTTP that overrides the two methods that read them touches nobody else.
        """
        import deepl
        from deepl.http_client import HttpClient

        options = self._options

        class PatientClient(HttpClient):
            def _should_retry(self, response: object, exception: object, num_retries: int) -> bool:
                worthwhile: Callable[..., bool] = super()._should_retry
                return num_retries < options.retries and worthwhile(response, exception, 0)

            def _internal_request(self, request: Any, stream: bool, timeout: float = 0, **kwargs: Any) -> Any:
                return super()._internal_request(request, stream, options.timeout, **kwargs)

        client = deepl.DeepLClient(self._key, server_url=f"{self._url.rstrip('/')}/" if self._url else None)
        client._client = PatientClient(send_platform_info=False).set_app_info("prl10n", __version__)
        return client


# Texts on their way out and back.


def _size(value: object) -> int:
    """The bytes that a value takes in the body: the client sends JSON in ASCII, `é` as `\\u00e9`."""
    return len(json.dumps(value))


def _sendable(text: str, tags: bool, room: int) -> str | None:
    """The text as it is sent, or None where it cannot be."""
    if tags and not _is_xml(text):
        return None
    text = text if tags else unescape(text)
    return text if _size(text) + 2 <= room else None


def _is_xml(text: str) -> bool:
    try:
        expat.ParserCreate().Parse(f"<t>{text}</t>", True)
    except (expat.ExpatError, UnicodeEncodeError):
        return False
    return True


def _batches(texts: Sequence[str | None], room: int) -> Iterator[list[str | None]]:
    """Cut the texts, in order, into as few batches as MOST_TEXTS and `room` bytes allow. None takes no room."""
    batch: list[str | None] = []
    sent = used = 0
    for text in texts:
        if text is not None:
            size = _size(text) + 2
            if sent == MOST_TEXTS or used + size > room:
                yield batch
                batch, sent, used = [], 0, 0
            sent, used = sent + 1, used + size
        batch.append(text)
    if batch:
        yield batch


def _answer(text: object, billed: object, tags: bool) -> Answer:
    """One translation; a broken one costs its neighbours nothing, for they were paid for too."""
    charged = billed if isinstance(billed, int) and billed > 0 else 0
    if not isinstance(text, str) or not text.strip():
        return Answer(None, charged)
    return Answer(text if tags else escape(text), charged)


# Errors.

_KEY_REMEDY = (
    "Set it to the key of an account for DeepL's API: https://www.deepl.com/your-account/keys shows it. "
    "The keys of free accounts end in :fx."
)
_LATER = "Run the same command again later: it resumes where it stopped."

_BY_STATUS: Mapping[int, tuple[type[BackendError], str]] = {
    400: (RequestRefused, "Check formality and model_type in [backend.deepl] against the target language."),
    401: (AuthorizationFailed, f"DeepL does not know DEEPL_AUTH_KEY. {_KEY_REMEDY}"),
    403: (AuthorizationFailed, f"DeepL refuses DEEPL_AUTH_KEY. {_KEY_REMEDY}"),
    404: (RequestRefused, "Check DEEPL_SERVER_URL: this server does not speak DeepL's API."),
    408: (BackendUnavailable, _LATER),
    429: (BackendUnavailable, f"Too many requests at once. {_LATER}"),
    456: (QuotaExceeded, f"Raise the limit in your DeepL account, or wait for the next period. {_LATER}"),
}
_SERVER_FAILED = (BackendUnavailable, _LATER)
_REFUSED = (RequestRefused, "Update prl10n and deepl, or report what DeepL answered.")
_CHECK_NETWORK = f"Check the network, and DEEPL_SERVER_URL if it is set. {_LATER}"


class _TooLargeError(Exception):
    """Status 413."""


def _error(status: int | None, message: str) -> Exception:
    """The error for what the client raised, whose status is None where the server gave no answer."""
    if status == 413:
        return _TooLargeError()
    if status is None:
        return BackendUnavailable(f"DeepL gave no answer: {_short(message)}", remedy=_CHECK_NETWORK)
    kind, remedy = _BY_STATUS.get(status, _SERVER_FAILED if status >= 500 else _REFUSED)
    return kind(f"DeepL answered {status}: {_short(message)}", remedy=remedy)


def _unreadable(why: str) -> BackendUnavailable:
    return BackendUnavailable(f"DeepL's answer makes no sense: {_short(why)}", remedy=_CHECK_NETWORK)


def _short(message: str) -> str:
    """One line of it: a proxy may have answered with a whole page."""
    line = " ".join(message.split())
    return line if len(line) <= 300 else f"{line[:300]}…"
