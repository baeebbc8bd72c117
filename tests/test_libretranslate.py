"""The LibreTranslate backend, over HTTP, against a server that keeps LibreTranslate's contract."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import pytest

from libretranslate_server import LibreTranslateServer, RefusedError, Step, swap_case
from prl10n.backends import Answer, Request
from prl10n.backends.libretranslate import LibreTranslateBackend
from prl10n.errors import (
    AuthorizationFailed,
    BackendError,
    BackendUnavailable,
    ConfigError,
    QuotaExceeded,
    RequestRefused,
)


@pytest.fixture
def server() -> Iterator[LibreTranslateServer]:
    with LibreTranslateServer() as server:
        yield server


def make(server: LibreTranslateServer, **options: object) -> LibreTranslateBackend:
    return LibreTranslateBackend({"retries": 0, **options}, server.environ)


def ask(backend: LibreTranslateBackend, *texts: str, target: str = "fr") -> list[Sequence[Answer]]:
    return list(backend.translate(Request("en", target, texts)))


# What is asked, and what comes back.


def test_texts_are_answered_in_their_form_and_order(server: LibreTranslateServer) -> None:
    backend = make(server)
    assert ask(backend, "<g1>Hello</g1>, world<x2/>", "R&amp;D at 5 &lt; 6") == [
        [Answer("<g1>hELLO</g1>, WORLD<x2/>", 12), Answer("r&amp;d AT 5 &lt; 6", 12)]
    ]
    (request,) = server.requests
    assert request.params == {
        "q": ['<span id="g1">Hello</span>, world<img id="x2">', "R&amp;D at 5 &lt; 6"],
        "source": "en",
        "target": "fr",
        "format": "html",
        "api_key": server.key,
    }
    assert request.headers["User-Agent"].startswith("prl10n/")
    assert (backend.name, backend.concurrency, backend.takes_terms) == ("libretranslate", 4, False)
    assert backend.takes_tags("fr")
    assert backend.count((*request.texts[:1], "R&amp;D")) == 3 + len(request.texts[0])


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<SPAN ID='g1' class=\"x\">a</SPAN><IMG alt='' id=x2 />", "<g1>a</g1><x2/>"),
        ('<span class="x" id = "g1">a</span ><img id="x2"></img>', "<g1>a</g1><x2/>"),
        ('<span id="g1"><span id="g3">a</span></span>', "<g1><g3>a</g3></g1>"),
        ('<span id="g1">a <span>b</span></span>', "<g1>a <span>b</span></g1>"),
        ('<span id="g1">a', "<g1>a"),
        ("a</span>", "a</span>"),
        ('<span id="g1"/>a', "<g1/>a"),
        ('<span id="g0">a</span>', '<span id="g0">a</span>'),
        ("<span id=«g1»>a</span>", "<span id=«g1»>a</span>"),
        ('<span data-id="g1">a</span>', '<span data-id="g1">a</span>'),
        ('<img id="g1"><span id="x2">a</span>', '<img id="g1"><span id="x2">a</span>'),
        ('<b id="g1">a</b>', '<b id="g1">a</b>'),
        ("l&#39;eau &eacute;tait &agrave; 5 &lt; 6 &amp; R&D", "l'eau était à 5 &lt; 6 &amp; R&amp;D"),
    ],
)
def test_html_comes_back_as_tags_where_that_is_certain(server: LibreTranslateServer, html: str, text: str) -> None:
    server.script = [{"translatedText": [html]}]
    assert ask(make(server), "One") == [[Answer(text, 3)]]


@pytest.mark.parametrize("broken", [None, 7, ["a"], {"a": 1}, "", " \n", "\ud800"])
def test_a_broken_translation_costs_its_neighbours_nothing(server: LibreTranslateServer, broken: object) -> None:
    server.script = [{"translatedText": ["A", broken]}]
    assert ask(make(server), "a", "b") == [[Answer("A", 1), Answer(None)]]


def test_no_texts_no_request(server: LibreTranslateServer) -> None:
    assert ask(make(server)) == []
    assert server.visits == []


def test_a_server_that_wants_no_key_is_sent_none() -> None:
    with LibreTranslateServer(key="") as server:
        ask(make(server), "Hello")
        assert "api_key" not in server.requests[0].params


# Limits.


def test_batches_keep_the_limits(server: LibreTranslateServer) -> None:
    backend = make(server, most_texts=2, most_characters=10)
    texts = ("a", "b", "c", "d" * 9, "e", "f" * 20, "g")
    batches = [batch.texts for batch in backend.batches(Request("en", "fr", texts))]
    assert batches == [("a", "b"), ("c", "d" * 9), ("e",), ("f" * 20,), ("g",)]


@pytest.mark.parametrize(
    ("most_texts", "answers"), [(1, [["A"], ["B"], ["C"]]), (2, [["A"], ["B", "C"]]), (3, [["A", "B", "C"]])]
)
def test_what_the_server_finds_too_much_goes_in_halves(
    server: LibreTranslateServer, most_texts: int, answers: list[list[str]]
) -> None:
    server.most_texts = most_texts
    assert [[answer.text for answer in part] for part in ask(make(server), "a", "b", "c")] == answers


def test_a_text_that_the_server_finds_too_long_has_no_answer(server: LibreTranslateServer) -> None:
    server.most_characters = 20
    assert ask(make(server), "a", "b" * 30) == [[Answer("A", 1)], [Answer(None)]]


# Languages.


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("fr", "fr"),
        ("fr-CA", "fr"),
        ("FR", "fr"),
        ("pt", "pt"),
        ("pt-BR", "pt-BR"),
        ("pt-PT", "pt"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-Hans-SG", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh-Hant-HK", "zh-Hant"),
        ("nb-NO", "nb"),
        ("no", "nb"),
        ("sr-Cyrl-RS", "sr"),
        ("fil", "tl"),
    ],
)
def test_a_target_has_a_code_that_the_server_takes(server: LibreTranslateServer, tag: str, code: str) -> None:
    ask(make(server), "Hello", target=tag)
    assert server.requests[0].params["target"] == code
    assert server.requests[0].status == 200


@pytest.mark.parametrize(
    ("languages", "tag", "code"),
    [
        (("en", "zh", "zt"), "zh-Hans", "zh"),
        (("en", "zh", "zt"), "zh-TW", "zt"),
        (("en", "pb", "pt"), "pt-BR", "pb"),
        (("en", "pt"), "pt-BR", "pt"),
        (("en", "no"), "nb", "no"),
    ],
)
def test_older_servers_have_older_codes(languages: tuple[str, ...], tag: str, code: str) -> None:
    with LibreTranslateServer(languages=languages) as server:
        ask(make(server), "Hello", target=tag)
        assert server.requests[0].params["target"] == code


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("it", "It has: de, en"),
        ("pt-Latn", "does not translate into 'pt-Latn'"),
        ("sr-Latn", "Did you mean `sr`?"),
        ("", "does not translate into ''"),
    ],
)
def test_a_language_that_the_server_has_not_is_refused(server: LibreTranslateServer, tag: str, said: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        ask(make(server), "Hello", target=tag)
    assert said in str(caught.value)
    assert server.requests == []


def test_simplified_words_are_not_served_for_traditional_ones() -> None:
    with LibreTranslateServer(languages=("en", "zh")) as server, pytest.raises(RequestRefused, match="zh-TW"):
        ask(make(server), "Hello", target="zh-TW")


def test_a_source_that_the_server_has_not_is_refused(server: LibreTranslateServer) -> None:
    with pytest.raises(RequestRefused, match="does not translate from 'it'"):
        list(make(server).translate(Request("it", "fr", ("Ciao",))))


def test_languages_are_asked_for_once(server: LibreTranslateServer) -> None:
    backend = make(server)
    for target in ("fr", "de", "fr"):
        ask(backend, "Hello", target=target)
    assert server.visits.count("GET /languages") == 1


@pytest.mark.parametrize("languages", [None, {}, [None], [{"code": 7}], [{"code": "en", "targets": [1]}], []])
def test_languages_that_make_no_sense_are_an_error(languages: object) -> None:
    class Strange(LibreTranslateServer):
        def get(self, path: str) -> object:
            return languages

    with Strange() as server, pytest.raises(BackendError) as caught:
        ask(make(server), "Hello")
    assert caught.value.remedy


def test_a_server_that_does_not_say_which_pairs_it_has_has_all() -> None:
    class Old(LibreTranslateServer):
        def get(self, path: str) -> object:
            return [{"code": code, "name": code} for code in self.languages]

    with Old() as server:
        assert ask(make(server), "Hello") == [[Answer("hELLO", 5)]]


# Errors.


@pytest.mark.parametrize(
    ("step", "kind", "said"),
    [
        (308, RequestRefused, "LIBRETRANSLATE_URL"),
        (400, RequestRefused, "refused with 400"),
        (402, QuotaExceeded, "limit"),
        (403, AuthorizationFailed, "LIBRETRANSLATE_API_KEY"),
        (404, RequestRefused, "LIBRETRANSLATE_URL"),
        (429, BackendUnavailable, "concurrency"),
        (500, BackendUnavailable, "refused with 500"),
        (503, BackendUnavailable, "503"),
        ("reset", BackendUnavailable, "LIBRETRANSLATE_URL"),
        ("garbage", BackendUnavailable, "makes no sense"),
        ("short", BackendUnavailable, "2 texts were sent, 1 came back"),
        (("hang", 30.0), BackendUnavailable, "timed out"),
        ({}, BackendUnavailable, "translatedText"),
        ({"translatedText": "a"}, BackendUnavailable, "translatedText"),
        ({"translatedText": ["a"] * 3}, BackendUnavailable, "3 came back"),
    ],
)
def test_a_failure_has_a_type_a_reason_and_a_remedy(
    server: LibreTranslateServer, step: Step, kind: type[BackendError], said: str
) -> None:
    server.script = [step]
    started = time.monotonic()
    with pytest.raises(BackendError) as caught:
        ask(make(server, timeout=0.3), "One", "two")
    assert type(caught.value) is kind
    assert said in str(caught.value)
    assert caught.value.remedy.endswith(".")
    assert server.key not in str(caught.value)
    assert len(server.requests) == 1
    assert time.monotonic() - started < 5


def test_a_wrong_key_is_refused_without_being_shown(server: LibreTranslateServer) -> None:
    backend = LibreTranslateBackend({}, {**server.environ, "LIBRETRANSLATE_API_KEY": "stolen-key"})
    with pytest.raises(AuthorizationFailed, match="Invalid API key …") as caught:
        ask(backend, "Hello")
    assert "stolen-key" not in str(caught.value)


def test_a_busy_server_is_asked_again(server: LibreTranslateServer) -> None:
    server.script = [429, "reset"]
    assert ask(make(server, retries=2), "Hello") == [[Answer("hELLO", 5)]]


# Configuration.


@pytest.mark.parametrize(
    ("options", "environ", "said"),
    [
        ({}, {}, "LIBRETRANSLATE_URL is not set"),
        ({}, {"LIBRETRANSLATE_URL": "localhost:5000"}, "LIBRETRANSLATE_URL is not a URL"),
        ({"formality": "more"}, {"LIBRETRANSLATE_URL": "http://x"}, "most_texts, most_characters"),
        ({"most_texts": 0}, {"LIBRETRANSLATE_URL": "http://x"}, ">= 1"),
    ],
)
def test_a_wrong_configuration_is_named(options: dict[str, object], environ: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        LibreTranslateBackend(options, environ)
    assert said in str(caught.value)
    assert caught.value.remedy.endswith(".")


def test_settings_say_all_that_an_answer_depends_on_and_ask_nobody(server: LibreTranslateServer) -> None:
    line = make(server, timeout=5, most_texts=3).settings("en", "tlh", "heading")
    assert line == f"libretranslate host={server.url.removeprefix('http://')} source=en target=tlh format=html"
    assert server.key not in line
    assert server.visits == []


# The server keeps its own contract.


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<x2/>", "<x2/>"),
        ("<g1>a</g1>", "<g1>"),
        ('<span id="g1">a', "not closed"),
        ("R&D", "&D"),
        ("5 > 4", "a character"),
        ("a" * 2001, "exceeds text limit"),
    ],
)
def test_the_server_refuses_what_it_would_move(server: LibreTranslateServer, text: str, said: str) -> None:
    body = {"q": [text], "source": "en", "target": "fr", "format": "html"}
    with pytest.raises(RefusedError, match=said):
        server.answer("/translate", dict(body), (text,))
    assert swap_case("a<b>", "fr") == "A<b>"
