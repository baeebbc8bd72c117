"""The backend as prl10n finds it, over HTTP, against a server on loopback that keeps Azure's contract."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from prl10n import backends
from prl10n.backends import Answer, Backend, Request
from prl10n.errors import AuthorizationFailed, BackendUnavailable, ConfigError, QuotaExceeded, RequestRefused

KEY = "secret-of-the-tests"


class Azure(ThreadingHTTPServer):
    """`statuses` are those of the next answers: 200 is the usual one, an error has the code `status * 1000`."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.statuses: list[int] = []
        self.codes: dict[int, int] = {}
        self.requests: list[tuple[dict[str, str], list[str]]] = []  # parameters, texts

    def backend(self, **options: object) -> Backend:
        environ = {
            "AZURE_TRANSLATOR_KEY": KEY,
            "AZURE_TRANSLATOR_REGION": "westeurope",
            "AZURE_TRANSLATOR_URL": f"http://127.0.0.1:{self.server_port}",
        }
        return backends.create("azure", {"retries": 0, **options}, environ)


class Handler(BaseHTTPRequestHandler):
    server: Azure

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        parameters = {name: values[0] for name, values in parse_qs(url.query).items()}
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = [item["Text"] for item in body]
        self.server.requests.append((parameters, texts))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        code = self.server.codes.get(status, status * 1000)
        if self.headers["Ocp-Apim-Subscription-Key"] != KEY:
            status, code = 401, 401000
        elif url.path != "/translate" or parameters["api-version"] != "3.0" or parameters["textType"] != "html":
            status, code = 400, 400000
        elif len(texts) > 1000 or sum(map(len, texts)) > 50_000:
            status, code = 400, 400077
        answer: object = {"error": {"code": code, "message": f"refused: {code}"}}
        if status == 200:
            answer = [{"translations": [{"text": upper(text), "to": parameters["to"]}]} for text in texts]
        said = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


def upper(html: str) -> str:
    return re.sub(r"(<[^>]*>|&\w+;)|([^<&]+)", lambda part: part[1] or part[2].upper(), html)


@pytest.fixture
def azure() -> Iterator[Azure]:
    with Azure() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_prl10n_finds_the_backend() -> None:
    assert "azure" in backends.names()


def test_texts_are_answered_in_their_form_and_order(azure: Azure) -> None:
    texts = ("<g1>Hello</g1>, world<x2/>", "R&amp;D")
    backend = azure.backend()
    (answers,) = backend.translate(Request("en", "fr", texts))
    assert [answer.text for answer in answers] == ["<g1>HELLO</g1>, WORLD<x2/>", "R&amp;D"]
    ((parameters, sent),) = azure.requests
    assert sent == ['<span id="g1">Hello</span>, world<img id="x2">', "R&amp;D"]
    assert sum(answer.billed for answer in answers) == sum(map(len, sent)) == backend.count(texts)
    assert backend.settings("en", "fr") == " ".join(
        ["azure", *(f"{name}={value}" for name, value in parameters.items())]
    )


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("fr", "fr"),
        ("fr-CA", "fr-ca"),
        ("fr-CH", "fr"),
        ("pt", "pt-pt"),
        ("pt-BR", "pt"),
        ("zh-Hant-HK", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("sr-Latn-RS", "sr-Latn"),
    ],
)
def test_a_target_has_azures_tag(azure: Azure, tag: str, code: str) -> None:
    list(azure.backend().translate(Request("en", tag, ("Hello",))))
    assert azure.requests[0][0]["to"] == code


def test_batches_keep_the_limits(azure: Azure) -> None:
    texts = ("a",) * 1500 + ("<g1>b</g1>" * 1000,) * 5
    backend = azure.backend()
    batches = list(backend.batches(Request("en", "fr", texts)))
    assert tuple(text for batch in batches for text in batch.texts) == texts
    assert len(batches[0].texts) == 1000
    for batch in batches:
        list(backend.translate(batch))
    assert len(azure.requests) == len(batches)


def test_what_is_too_long_goes_in_halves(azure: Azure) -> None:
    parts = list(azure.backend().translate(Request("en", "fr", ("a" * 30_000, "b" * 30_000, "c" * 60_000))))
    assert [[(answer.text or "")[:1] for answer in part] for part in parts] == [["A"], ["B"], [""]]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 400036, RequestRefused),
        (401, 401000, AuthorizationFailed),
        (403, 403000, AuthorizationFailed),
        (403, 403001, QuotaExceeded),
        (429, 429001, BackendUnavailable),
        (503, 503000, BackendUnavailable),
    ],
)
def test_a_failure_has_a_type_a_reason_and_a_remedy(azure: Azure, status: int, code: int, kind: type) -> None:
    azure.statuses, azure.codes = [status], {status: code}
    with pytest.raises(kind, match=f"refused: {code}") as caught:
        list(azure.backend().translate(Request("en", "fr", ("Hello",))))
    assert type(caught.value) is kind
    assert KEY not in str(caught.value)


def test_a_busy_server_is_asked_again(azure: Azure) -> None:
    azure.statuses = [503]
    assert list(azure.backend(retries=1).translate(Request("en", "fr", ("Hello",)))) == [[Answer("HELLO", 5)]]


def test_what_is_wrong_is_named() -> None:
    with pytest.raises(AuthorizationFailed, match="AZURE_TRANSLATOR_KEY"):
        backends.create("azure", {}, {})
    with pytest.raises(ConfigError, match="Did you mean `category`"):
        backends.create("azure", {"categroy": "x"}, {"AZURE_TRANSLATOR_KEY": KEY})
