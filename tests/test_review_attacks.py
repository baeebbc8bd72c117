"""What the review's server refuses, over a real connection: nothing is executed, and nothing is written (law 7).

Rules: a page of another site can make a browser send requests, with the cookies of their own site only, with forms and
with `fetch` without CORS; it can bind a name to 127.0.0.1. A document and a catalog can hold anything.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prl10n import catalog, document
from prl10n.document import Rules
from prl10n.model import Syntax
from prl10n.review import rendering
from prl10n.review.guard import LIMIT
from project import Project
from reviewing import Reviewed, reviewing

SCRIPTS = """<script>alert(1)</script>
<img src=x onerror=alert(1)>
<svg onload=alert(1)><script>alert(1)</script></svg>
<iframe src="javascript:alert(1)"></iframe>
<a href="javascript:alert(1)">x</a> [x](javascript:alert(1)) <javascript:alert(1)>
<form action="/api/commit" method="post"><button>x</button></form>
<base href="https://evil.example/"> <meta http-equiv="refresh" content="0;url=https://evil.example">
<style>@import "https://evil.example/x.css";</style> <link rel="stylesheet" href="https://evil.example/x.css">
<div id="units" name="texts" style="position:fixed" class="panel" onclick="alert(1)" data-unit="0">x</div>
<object data="x"></object><embed src="x"><video src="https://evil.example/x"></video><math><mi>x</mi></math>
</article></main></body></html>
"""
UNIT = "Plain words that stay."


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project full of traps."""
    made = Project(tmp_path_factory.mktemp("attacked") / "site")
    made.configure('[backend]\nname = "pseudo"\n')
    traps = SCRIPTS.replace("\n", "\n\n")
    made.source(f"---\ntitle: '</script><script>alert(1)</script>'\n---\n\n{traps}\n\n{UNIT}\n")
    made.source("# Fine\n", "news/<script>alert(1)<|script>.md")
    made.write(
        "locales/glossary.csv", 'source,locale,target,note\nPlain,fr,<script>alert(1)</script>,"<img onerror=x>"\n'
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made.root)
        made.run("sync")
    outside = made.root.parent / "outside.md"
    outside.write_text("secret", encoding="utf-8")
    (made.root / "content/en/news/link.md").symlink_to(outside)
    loaded = made.catalog()
    evil: dict[str, Any] = {
        "msgstr": '"><script>alert(1)</script>',
        "comment": "</script><script>alert(1)</script>",
        "lines": "",
    }
    entries = tuple(entry._replace(**evil) if entry.msgid == UNIT else entry for entry in loaded.entries)
    made.path().write_bytes(catalog.render(replace(loaded, entries=entries)))
    return made


@pytest.fixture(scope="module")
def review(site: Project) -> Iterator[Reviewed]:
    with reviewing(site.root) as served:
        served.ready()
        yield served


def digest(root: Path) -> str:
    """All files of a project but the index, which is made again."""
    found = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.is_file() and ".prl10n" not in path.parts):
        found.update(str(path).encode() + path.read_bytes())
    return found.hexdigest()


@pytest.fixture(autouse=True)
def untouched(site: Project) -> Iterator[None]:
    before = digest(site.root)
    yield
    assert digest(site.root) == before


def ask(
    review: Reviewed, method: str, path: str, headers: Mapping[str, str | None] | None = None, body: bytes = b""
) -> tuple[int, bytes, http.client.HTTPMessage]:
    """A request with the headers of the page, but for those given; None leaves one out."""
    port = review.served.port
    cookie = "; ".join(f"{name}={value}" for name, value in review.client.cookies.items())
    said: dict[str, str | None] = {
        "Host": f"127.0.0.1:{port}",
        "Origin": f"http://127.0.0.1:{port}",
        "Cookie": cookie,
        "X-Prl10n": "1",
        "Content-Type": "application/json",
        **(headers or {}),
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in said.items():
            if value is not None:
                connection.putheader(name, value)
        if method == "POST" and "Content-Length" not in said:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


def saving(review: Reviewed, **other: object) -> bytes:
    unit = review.units()[UNIT]
    asked = {
        "locale": "fr",
        "document": "news/a.md",
        "context": None,
        "msgid": UNIT,
        "seen": unit["version"],
        "text": "Des mots.",
        "state": "approved",
    }
    return json.dumps({**asked, **other}).encode()


# --- who may ask ------------------------------------------------------------------------------------------------------

FOREIGN: list[tuple[str, dict[str, str | None]]] = [
    ("no cookie", {"Cookie": None}),
    ("another cookie", {"Cookie": "prl10n-1=x; session=y"}),
    ("an empty cookie", {"Cookie": ""}),
    ("a name that was bound to 127.0.0.1", {"Host": "evil.example"}),
    ("that name with the port", {"Host": "evil.example:PORT", "Origin": "http://evil.example:PORT"}),
    ("no host", {"Host": None}),
    ("another port", {"Host": "127.0.0.1:1"}),
    ("a host with a user", {"Host": "evil@127.0.0.1:PORT"}),
    ("another address of this machine", {"Host": "0.0.0.0:PORT"}),
    ("another origin", {"Origin": "https://evil.example"}),
    ("another port's origin", {"Origin": "http://127.0.0.1:1"}),
    ("an origin that hides", {"Origin": "null"}),
    ("an origin that begins like ours", {"Origin": "http://127.0.0.1:PORT.evil.example"}),
    ("another site", {"Sec-Fetch-Site": "cross-site"}),
    ("another port of the same site", {"Sec-Fetch-Site": "same-site"}),
]


def placed(review: Reviewed, headers: Mapping[str, str | None]) -> dict[str, str | None]:
    return {name: value and value.replace("PORT", str(review.served.port)) for name, value in headers.items()}


@pytest.mark.parametrize("headers", [headers for _, headers in FOREIGN], ids=[name for name, _ in FOREIGN])
@pytest.mark.parametrize(
    "path", ["/", "/d/fr/news/a.md", "/api/overview", "/api/units/fr/news/a.md", "/static/page.js"]
)
def test_who_is_not_the_page_reads_nothing(review: Reviewed, headers: dict[str, str | None], path: str) -> None:
    status, body, _ = ask(review, "GET", path, placed(review, headers))
    assert status in (400, 403)
    assert b"Plain" not in body


def test_the_page_itself_is_let_in(review: Reviewed) -> None:
    """So that what follows is refused for what it says."""
    assert ask(review, "GET", "/d/fr/news/a.md")[0] == 200
    asked = {"locale": "fr", "document": "news/a.md", "msgid": UNIT, "text": "Des mots."}
    assert ask(review, "POST", "/api/check", {"Sec-Fetch-Site": "same-origin"}, json.dumps(asked).encode())[0] == 200


WRITING = [
    *FOREIGN,
    ("no origin", {"Origin": None}),
    ("a form as text", {"Content-Type": "text/plain"}),
    ("a form", {"Content-Type": "application/x-www-form-urlencoded"}),
    ("a form with files", {"Content-Type": "multipart/form-data; boundary=x"}),
    ("no type", {"Content-Type": None}),
    ("a type that begins like ours", {"Content-Type": "application/jsonp"}),
    ("without the page's header", {"X-Prl10n": None}),
    ("typed into the address bar", {"Sec-Fetch-Site": "none"}),
]


@pytest.mark.parametrize("headers", [headers for _, headers in WRITING], ids=[name for name, _ in WRITING])
def test_who_is_not_the_page_writes_nothing(review: Reviewed, headers: dict[str, str | None]) -> None:
    status, _, _ = ask(review, "POST", "/api/save", placed(review, headers), saving(review))
    assert status in (400, 403, 415)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
def test_other_methods_are_refused_and_no_other_site_is_let_in(review: Reviewed, method: str) -> None:
    status, _, headers = ask(review, method, "/api/save", {"Access-Control-Request-Method": "POST"})
    assert status == 405
    assert not [name for name in headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("token", ["", "x", "é", "%00", "../", "x" * 5000])
def test_a_wrong_token_lets_nobody_in(review: Reviewed, token: str) -> None:
    status, _, headers = ask(review, "GET", f"/?token={token.replace('é', '%C3%A9')}", {"Cookie": None})
    assert status == 403
    assert "set-cookie" not in headers


def test_the_token_works_once(review: Reviewed) -> None:
    status, _, headers = ask(review, "GET", review.served.url.partition(str(review.served.port))[2], {"Cookie": None})
    assert status == 403
    assert "set-cookie" not in headers


def test_the_server_listens_on_the_loopback_address_alone(review: Reviewed) -> None:
    assert review.served.socket.getsockname()[0] == "127.0.0.1"


def test_every_answer_forbids_what_a_browser_could_do_with_it(review: Reviewed) -> None:
    for path in ("/", "/d/fr/news/a.md", "/api/overview", "/static/page.js", "/static/none", "/nothing", "/d/fr/none"):
        _, _, headers = ask(review, "GET", path)
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"


def test_the_page_cannot_be_shown_inside_another(review: Reviewed) -> None:
    status, _, _ = ask(review, "GET", "/", {"Sec-Fetch-Dest": "iframe"})
    assert status == 403


# --- what is asked ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/d/fr/../../outside.md",
        "/d/fr/..%2f..%2foutside.md",
        "/d/fr/news/link.md",
        "/d/fr/%2fetc%2fpasswd",
        "/d/fr/news/a.md%00",
        "/d/..%2ffr/news/a.md",
        "/d/en/news/a.md",
        "/api/units/fr/..%2f..%2f..%2foutside.md",
        "/api/units/fr/news/link.md",
        "/api/memory?locale=fr&document=../../outside.md&id=0",
        "/api/memory?locale=../fr&document=news/a.md&id=0",
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static//etc/passwd",
        "/static/..%5capp.py",
        "/static",
        "/static/%00",
        f"/static/{'x' * 5000}",
        f"/d/fr/{'x' * 5000}",
        "/?" + "&".join(["token=x"] * 50),
        "/?token=x&" + "a" * 5000,
        "/%ff%fe",
    ],
    ids=range(23),
)
def test_no_path_leads_out_of_what_the_configuration_names(review: Reviewed, path: str) -> None:
    status, body, _ = ask(review, "GET", path)
    assert status in (303, 307, 400, 403, 404)
    assert b"secret" not in body
    assert b"root:" not in body
    assert b"Starlette" not in body


@pytest.mark.parametrize(
    "other",
    [
        {"document": "../../outside.md"},
        {"document": "news/link.md"},
        {"document": "/etc/passwd"},
        {"document": "news/a.md\0"},
        {"locale": "../fr"},
        {"locale": "en"},
        {"locale": ["fr"]},
        {"text": None},
        {"text": {"a": 1}},
        {"state": "obsolete"},
        {"seen": 1},
        {"more": "x"},
        {"seen": "0000000000000000"},
        {"msgid": "not there"},
        {"text": "<script>alert(1)</script>"},
        {"text": "[x](javascript:alert(1))"},
    ],
    ids=str,
)
def test_a_save_names_what_is_there_and_breaks_nothing(review: Reviewed, other: dict[str, object]) -> None:
    status, body, _ = ask(review, "POST", "/api/save", None, saving(review, **other))
    assert status in (400, 404, 409, 422)
    assert b"Traceback" not in body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[" * 100_000,
        b'{"locale":' * 50_000,
        b'{"locale": "fr", "more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"\xff\xfe",
        b'{"text": "\\ud800"}',
        b'{"locale": "fr", "locale": "fr"}',
        b"1" * 900_000,
    ],
    ids=range(10),
)
@pytest.mark.parametrize("path", ["/api/save", "/api/check", "/api/repeats", "/api/commit"])
def test_what_is_no_json_of_ours_is_refused(review: Reviewed, path: str, body: bytes) -> None:
    status, said, _ = ask(review, "POST", path, None, body)
    assert status == 400
    assert b"Traceback" not in said


def test_a_large_body_is_refused_before_it_is_sent(review: Reviewed) -> None:
    status, _, _ = ask(review, "POST", "/api/save", {"Content-Length": str(100_000_000)})
    assert status == 413


@pytest.mark.parametrize("length", ["-1", "1e3", "9" * 30, "²"])
def test_a_length_that_is_none_is_refused(review: Reviewed, length: str) -> None:
    status, _, _ = ask(review, "POST", "/api/save", {"Content-Length": length.encode().decode("latin-1")})
    assert status in (400, 413)


def test_a_large_body_in_pieces_is_refused_on_the_way(review: Reviewed) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in review.client.cookies.items())
    port = review.served.port
    head = (
        f"POST /api/save HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
        "X-Prl10n: 1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head.encode())
        try:
            while sent < 100_000_000:
                connection.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
                sent += 0x10000
            refused = connection.recv(100)
        except OSError:  # the other end has closed
            refused = b"closed"
    assert sent < 100_000_000 or b" 413 " in refused
    assert sent < LIMIT * 60  # what fits into the buffers of a connection


@pytest.mark.parametrize("headers", [{"X-Long": "x" * 200_000}, {f"X-{number}": "x" * 1000 for number in range(200)}])
def test_oversized_headers_are_refused(review: Reviewed, headers: dict[str, str | None]) -> None:
    try:
        status, _, _ = ask(review, "GET", "/", headers)
    except OSError:
        return  # the connection was closed before the answer could be read
    assert status in (400, 431)


def test_headers_that_say_two_things_are_refused(review: Reviewed) -> None:
    port = review.served.port
    request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request.encode())
        assert b" 400 " in connection.recv(1000).partition(b"\r\n")[0]


# --- what documents hold ----------------------------------------------------------------------------------------------

ALLOWED = {
    *("class", "dir", "lang", "href", "start", "reversed", "colspan", "rowspan", "align", "scope"),
    *("data-unit", "data-state", "target", "rel"),
}


class Seen(HTMLParser):
    """The elements and attributes of HTML as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in ("br", "hr", "col", "wbr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes what is around the page"
        assert self.open.pop() == tag


def harmless(html: str) -> None:
    """The HTML holds elements and attributes of text only, and is closed within itself."""
    seen = Seen(html)
    assert seen.open == []
    for tag, attributes in seen.found:
        assert tag in rendering.TAGS
        assert set(attributes) <= ALLOWED
        if "href" in attributes:
            assert attributes["href"].partition(":")[0] in ("http", "https", "mailto", "tel")


@pytest.mark.parametrize("syntax", list(Syntax))
def test_a_text_of_any_kind_is_shown_harmless(syntax: Syntax) -> None:
    for text in (SCRIPTS, *SCRIPTS.split("\n")):
        harmless(rendering.words(text, syntax, {}))


@given(
    st.text(
        alphabet=st.sampled_from(list("<>/\"'=`*_[](){}!&#;: \n\tabonescriptjavh\U0010fff0\U0010fff1\U0010fff2")),
        max_size=60,
    )
)
def test_any_document_is_shown_harmless(text: str) -> None:
    source = document.split(text.encode(), Rules())
    html = rendering.page(source, [None] * len(source.units))
    harmless(html)
    numbers = {int(attributes["data-unit"]) for _, attributes in Seen(html).found if "data-unit" in attributes}
    assert numbers <= set(range(len(source.units)))


class Scripts(HTMLParser):
    """The scripts of a page, and the attributes that run something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.scripts: list[dict[str, str | None]] = []
        self.running: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self.scripts.append(dict(attrs))
        self.running += [name for name, value in attrs if name.startswith("on") or "javascript:" in (value or "")]
        if tag in ("iframe", "object", "embed", "base", "svg", "style"):
            self.running.append(tag)


def test_nothing_of_a_document_or_a_catalog_runs_on_a_page(review: Reviewed, site: Project) -> None:
    for path in (
        "/d/fr/news/a.md",
        '/?q=<script>alert(1)</script>&document="><script>',
        "/d/fr/<script>alert(1)</script>",
    ):
        seen = Scripts(review.client.get(path).text)
        assert seen.running == []
        for script in seen.scripts:  # ours, or data
            assert (script.get("src") or "").startswith("/static/") or script.get("type") == "application/json"
    page = review.client.get("/d/fr/news/a.md").text
    assert "<script>alert" not in page
    told = review.get("/api/units/fr/news/a.md")
    for html in told["html"].values():
        harmless(html)
    assert any("<script>" in unit["comment"] for unit in told["units"])  # as data, it is what it is
    names = {row["document"] for row in review.get("/api/overview")["rows"]}
    assert "news/<script>alert(1)<|script>.md" in names


def test_a_static_copy_of_it_runs_nothing(site: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(site.root)
    assert site.run("review", "--static", str(tmp_path / "copy")).exit_code == 0
    pages = list((tmp_path / "copy").rglob("*.html"))
    assert len(pages) == 3
    for page in pages:
        seen = Scripts(page.read_text(encoding="utf-8"))
        assert (seen.scripts, seen.running) == ([], [])


def test_a_catalog_behind_a_link_that_leads_out_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Project(tmp_path / "site")
    made.configure('[backend]\nname = "pseudo"\n')
    made.source(f"{UNIT}\n")
    monkeypatch.chdir(made.root)
    made.run("sync")
    outside = tmp_path / "outside.po"
    made.path().rename(outside)
    made.path().symlink_to(outside)
    before = outside.read_bytes()
    with reviewing(made.root) as review:
        assert review.client.get("/d/fr/news/a.md").status_code == 422
        body = {"locale": "fr", "document": "news/a.md", "msgid": UNIT, "seen": "x", "text": "y", "state": "draft"}
        review.post("/api/save", body, 422)
    assert outside.read_bytes() == before
