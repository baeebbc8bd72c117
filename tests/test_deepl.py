"""The DeepL backend: the official client, over HTTP, against a server that keeps DeepL's contract."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

import deepl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepl_server import MOST_BYTES, SOURCES, TARGETS, DeepLServer, Received, Step
from prl10n.backends import Answer, Request
from prl10n.backends.deepl import DeepLBackend
from prl10n.backends.deepl_languages import LANGUAGES, source_code, target_code
from prl10n.errors import (
    AuthorizationFailed,
    BackendError,
    BackendUnavailable,
    ConfigError,
    QuotaExceeded,
    RequestRefused,
)


@pytest.fixture
def server() -> Iterator[DeepLServer]:
    with DeepLServer() as server:
        yield server


def make(server: DeepLServer, **options: object) -> DeepLBackend:
    return DeepLBackend({"retries": 0, **options}, server.environ)


def ask(backend: DeepLBackend, *texts: str, target: str = "fr", context: str = "") -> list[Sequence[Answer]]:
    return list(backend.translate(Request("en", target, texts, contexts=(context,) * len(texts) if context else ())))


def only(server: DeepLServer) -> Received:
    (request,) = server.requests
    return request


# What is asked, and what comes back.


def test_texts_are_answered_in_their_form_and_order(server: DeepLServer) -> None:
    texts = ("<g1>Hello</g1>, world<x2/>", "R&amp;D at 5 &lt; 6", "Héllo “wörld” \N{PARTY POPPER}")
    answers = ask(make(server), *texts)
    assert answers == [
        [
            Answer("<g1>hELLO</g1>, WORLD<x2/>", 12),
            Answer("r&amp;d AT 5 &lt; 6", 12),
            Answer("hÉLLO “WÖRLD” \N{PARTY POPPER}", 15),
        ]
    ]
    assert only(server).texts == texts


def test_every_request_says_how_to_read_and_write_the_texts(server: DeepLServer) -> None:
    ask(make(server), "Hello", context="A release.")
    request = only(server)
    assert request.params == {
        "source_lang": "EN",
        "target_lang": "FR",
        "context": "A release.",
        "formality": "prefer_more",
        "split_sentences": "nonewlines",
        "preserve_formatting": True,
        "show_billed_characters": True,
        "tag_handling": "xml",
        "tag_handling_version": "v2",
        "outline_detection": False,
    }
    assert "prl10n/" in request.headers["User-Agent"]


@pytest.mark.parametrize(
    ("options", "name", "value"),
    [
        ({"formality": "less"}, "formality", "less"),
        ({"model_type": "quality_optimized"}, "model_type", "quality_optimized"),
        ({}, "model_type", None),
        ({"context": False}, "context", None),
    ],
)
def test_an_option_reaches_the_request(
    server: DeepLServer, options: dict[str, object], name: str, value: object
) -> None:
    ask(make(server, **options), "Hello", context="A release.")
    assert only(server).params.get(name) == value


def test_a_target_without_tag_handling_gets_plain_text(server: DeepLServer) -> None:
    backend = make(server)
    answers = ask(backend, "R&amp;D: 5 &lt; 6 &amp;amp; so on", target="fr-CA")
    assert not backend.takes_tags("fr-CA")
    assert answers == [[Answer("r&amp;d: 5 &lt; 6 &amp;amp; SO ON", 22)]]
    assert only(server).texts == ("R&D: 5 < 6 &amp; so on",)
    assert not {"tag_handling", "tag_handling_version", "outline_detection"} & only(server).params.keys()


def test_each_answer_comes_before_the_next_request_is_sent(server: DeepLServer) -> None:
    server.script = ["ok", "ok", 456]
    texts = tuple(f"Text {number}" for number in range(150))
    parts = make(server).translate(Request("en", "fr", texts))
    for first in (0, 50):
        assert [answer.text for answer in next(parts)] == [text.swapcase() for text in texts[first : first + 50]]
        assert len(server.requests) == first // 50 + 1
    with pytest.raises(QuotaExceeded):
        next(parts)


def test_no_texts_no_request(server: DeepLServer) -> None:
    assert ask(make(server)) == []
    assert server.requests == []


@pytest.mark.parametrize("translation", [{"text": ""}, {"text": " \n"}, {}])
def test_an_answer_without_words_is_no_answer(server: DeepLServer, translation: dict[str, object]) -> None:
    server.script = [{"translations": [{"billed_characters": 5, **translation}]}]
    assert ask(make(server), "Hello") == [[Answer(None, 5)]]


# What it costs.


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ("Hello", 5),
        ("<g1>Hello</g1> world<x2/>", 11),
        ("R&amp;D", 3),
        ("5 &lt; 6", 5),
        ("é", 1),
        ("e\u0301", 2),
        ("\N{PARTY POPPER}", 1),
        ("深い", 2),
        (" a ", 3),
    ],
)
def test_what_is_counted_is_what_is_billed(server: DeepLServer, text: str, characters: int) -> None:
    backend = make(server)
    assert backend.count([text, text]) == 2 * characters
    for target in ("fr",) if "<" in text else ("fr", "fr-CA"):
        before = server.billed
        answers = ask(backend, text, target=target, context="Prose that costs nothing.")
        assert answers[0][0].billed == characters
        assert server.billed - before == characters


# Limits.


@pytest.mark.parametrize(("count", "batches"), [(1, [1]), (50, [50]), (51, [50, 1]), (120, [50, 50, 20])])
def test_at_most_50_texts_go_together(server: DeepLServer, count: int, batches: list[int]) -> None:
    texts = [f"Text {number}" for number in range(count)]
    answers = ask(make(server), *texts)
    assert [len(request.texts) for request in server.requests] == batches
    assert [len(part) for part in answers] == batches
    assert [answer.text for part in answers for answer in part] == [text.swapcase() for text in texts]


CHARACTERS = ["a", "é", '"', "\\", "\N{PARTY POPPER}", "\u2028", "\n"]


@pytest.mark.parametrize("character", CHARACTERS)
@pytest.mark.parametrize("target", ["fr", "fr-CA"])
def test_bytes_are_counted_as_they_are_sent(server: DeepLServer, character: str, target: str) -> None:
    backend = make(server)
    ask(backend, "a", "a", target=target, context="Contèxt.")
    overhead = only(server).content_length - 2
    cost = len(json.dumps(character)) - 2
    count, rest = divmod(MOST_BYTES - overhead, cost)
    half = character * (count // 2)
    full = character * (count - count // 2) + "a" * rest

    server.requests.clear()
    ask(backend, half, full, target=target, context="Contèxt.")
    assert only(server).content_length == MOST_BYTES

    server.requests.clear()
    ask(backend, half, f"{full}a", target=target, context="Contèxt.")
    assert [len(request.texts) for request in server.requests] == [1, 1]
    assert all(request.status == 200 for request in server.requests)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(CHARACTERS), st.integers(1, 30_000)), max_size=60))
def test_no_request_is_too_large_and_none_smaller_than_need_be(shapes: list[tuple[str, int]]) -> None:
    texts = [character * length for character, length in shapes]
    with DeepLServer(lambda text, target: "x", limit=10**9) as server:
        ask(make(server), "a")
        overhead = server.requests.pop().content_length - len('"a"')
        answers = [answer for part in ask(make(server), *texts) for answer in part]
    assert len(answers) == len(texts)
    for text, answer in zip(texts, answers, strict=True):
        assert (answer.text is None) == (overhead + len(json.dumps(text)) > MOST_BYTES)
    assert all(request.status == 200 for request in server.requests)
    for request, following in pairwise(server.requests):
        would_be = request.content_length + len(", ") + len(json.dumps(following.texts[0]))
        assert len(request.texts) == 50 or would_be > MOST_BYTES


def test_a_text_too_long_for_any_request_is_not_sent(server: DeepLServer) -> None:
    answers = ask(make(server), "One", "a" * MOST_BYTES, "two")
    assert answers == [[Answer("oNE", 3), Answer(None), Answer("TWO", 3)]]
    assert only(server).texts == ("One", "two")


def test_a_text_that_is_not_xml_does_not_cost_the_others_their_answers(server: DeepLServer) -> None:
    broken = ["<g1>no end", "form\ffeed", "&nbsp;", "</text><text>", "\ud800"]
    answers = ask(make(server), "One", *broken, "two")
    assert answers == [[Answer("oNE", 3), *[Answer(None)] * len(broken), Answer("TWO", 3)]]
    assert only(server).texts == ("One", "two")


def test_only_texts_that_cannot_be_sent_make_no_request(server: DeepLServer) -> None:
    assert ask(make(server), "<g1>") == [[Answer(None)]]
    assert server.requests == []


def test_a_long_context_leaves_room_for_the_texts(server: DeepLServer) -> None:
    ask(make(server), "a" * 100_000, context="é" * 200_000)
    sent = only(server).params["context"]
    assert isinstance(sent, str)
    assert 1_000 < len(sent) < 20_000


def test_a_batch_that_the_server_finds_too_large_goes_in_halves(server: DeepLServer) -> None:
    server.script = [413, 413, "ok", "ok", "ok"]
    answers = ask(make(server), *"abcd")
    assert [request.texts for request in server.requests if request.status == 200] == [("a",), ("b",), ("c", "d")]
    assert answers == [[Answer("A", 1)], [Answer("B", 1)], [Answer("C", 1), Answer("D", 1)]]


def test_one_text_that_the_server_finds_too_large_has_no_answer(server: DeepLServer) -> None:
    server.script = [413, "ok", 413]
    assert ask(make(server), "a", "b") == [[Answer("A", 1)], [Answer(None)]]


# Errors.


@pytest.mark.parametrize(
    ("step", "kind", "said"),
    [
        (400, RequestRefused, "Bad Request"),
        (401, AuthorizationFailed, "401"),
        (403, AuthorizationFailed, "DEEPL_AUTH_KEY"),
        (404, RequestRefused, "DEEPL_SERVER_URL"),
        (418, RequestRefused, "418"),
        (429, BackendUnavailable, "later"),
        (456, QuotaExceeded, "limit"),
        (500, BackendUnavailable, "500"),
        (503, BackendUnavailable, "503"),
        (529, BackendUnavailable, "529"),
        ("reset", BackendUnavailable, "DEEPL_SERVER_URL"),
        ("garbage", BackendUnavailable, "2 texts were sent, 0 came back"),
        ("short", BackendUnavailable, "2 texts were sent, 1 came back"),
        (("hang", 30.0), BackendUnavailable, "timed out"),
        ({}, BackendUnavailable, "0 came back"),
        ({"translations": None}, BackendUnavailable, "could not read"),
        ({"translations": 7}, BackendUnavailable, "could not read"),
        ({"translations": {"text": "a"}}, BackendUnavailable, "could not read"),
        ({"translations": [None, None]}, BackendUnavailable, "could not read"),
        ({"translations": [{"text": "a"}, {"text": "b"}]}, BackendUnavailable, "could not read"),
        ({"translations": [{"text": "a", "billed_characters": "x"}] * 2}, BackendUnavailable, "could not read"),
        ({"translations": [{"text": "a", "billed_characters": 1e999}] * 2}, BackendUnavailable, "could not read"),
    ],
)
def test_a_failure_has_a_type_a_reason_and_a_remedy(
    server: DeepLServer, step: Step, kind: type[BackendError], said: str
) -> None:
    server.script = [step]
    started = time.monotonic()
    with pytest.raises(BackendError) as caught:
        ask(make(server, timeout=0.2), "One", "<g1>two</g1>")
    assert type(caught.value) is kind
    assert said in str(caught.value)
    assert caught.value.remedy.endswith(".")
    assert server.key not in str(caught.value)
    assert len(server.requests) == 1
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("broken", "answer"),
    [
        ({"text": None, "billed_characters": 1}, Answer(None, 1)),
        ({"text": ["a"], "billed_characters": 1}, Answer(None, 1)),
        ({"text": " ", "billed_characters": 3}, Answer(None, 3)),
        ({"text": "B", "billed_characters": -1}, Answer("B", 0)),
    ],
)
def test_a_broken_translation_costs_its_neighbours_nothing(
    server: DeepLServer, broken: dict[str, object], answer: Answer
) -> None:
    server.script = [{"translations": [{"text": "A", "billed_characters": 1}, broken]}]
    assert ask(make(server), "a", "b") == [[Answer("A", 1), answer]]


def test_the_message_of_the_server_is_passed_on(server: DeepLServer) -> None:
    with pytest.raises(RequestRefused, match="'formality' is not supported for given 'target_lang'"):
        ask(make(server, formality="more"), "Hello", target="sv")


def test_a_wrong_key_is_refused_without_being_shown(server: DeepLServer) -> None:
    backend = DeepLBackend({"retries": 0}, {**server.environ, "DEEPL_AUTH_KEY": "stolen-key"})
    with pytest.raises(AuthorizationFailed, match="DEEPL_AUTH_KEY") as caught:
        ask(backend, "Hello")
    assert "stolen-key" not in str(caught.value)


@pytest.mark.parametrize("key", [None, "", "  ", "two words", "clé", "line\nbreak"])
def test_without_a_usable_key_there_is_no_backend(key: str | None) -> None:
    with pytest.raises(AuthorizationFailed, match="DEEPL_AUTH_KEY") as caught:
        DeepLBackend({}, {} if key is None else {"DEEPL_AUTH_KEY": key})
    assert "https://www.deepl.com" in caught.value.remedy
    assert not key or not key.strip() or key not in str(caught.value)


@pytest.mark.parametrize("url", ["api.deepl.com", "ftp://api.deepl.com", "https://", "https://a b"])
def test_a_server_url_must_be_one(url: str) -> None:
    with pytest.raises(ConfigError, match="DEEPL_SERVER_URL"):
        DeepLBackend({}, {"DEEPL_AUTH_KEY": "key", "DEEPL_SERVER_URL": url})


@pytest.mark.parametrize(("path", "status"), [("", 200), ("/", 200), ("/proxy", 404), ("/proxy/", 404)])
def test_the_path_of_a_server_url_is_kept(server: DeepLServer, path: str, status: int) -> None:
    environ = {**server.environ, "DEEPL_SERVER_URL": server.url + path}
    with suppress(RequestRefused):
        ask(DeepLBackend({"retries": 0}, environ), "Hello")
    assert only(server).status == status


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    backend = DeepLBackend({"retries": 0}, {"DEEPL_AUTH_KEY": "key", "DEEPL_SERVER_URL": f"http://127.0.0.1:{port}"})
    with pytest.raises(BackendUnavailable, match="gave no answer"):
        ask(backend, "Hello")


@pytest.mark.parametrize("steps", [[429, 503], ["reset", 500]])
def test_what_passes_is_tried_again(server: DeepLServer, steps: list[Step], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepl.http_client._BackoffTimer.BACKOFF_INITIAL", 0.01)
    server.script = steps.copy()
    with pytest.raises(BackendUnavailable):
        ask(make(server, retries=1), "Hello")
    assert len(server.requests) == 2
    server.requests.clear()
    server.script = steps.copy()
    assert ask(make(server, retries=2), "Hello") == [[Answer("hELLO", 5)]]
    assert len(server.requests) == 3


def test_patience_is_the_backends_own(server: DeepLServer) -> None:
    before = (deepl.http_client.max_network_retries, deepl.http_client.min_connection_timeout)
    ask(make(server, retries=0, timeout=1), "Hello")
    assert (deepl.http_client.max_network_retries, deepl.http_client.min_connection_timeout) == before


# Configuration.


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"formalty": "more"}, "Did you mean `formality`?"),
        ({"glossary": "x"}, "formality, model_type, context, timeout, retries"),
        ({"formality": "polite"}, '"default", "more", "less", "prefer_more", "prefer_less"'),
        ({"formality": 1}, '"prefer_more"'),
        ({"model_type": "best"}, '"quality_optimized", "latency_optimized", "prefer_quality_optimized"'),
        ({"context": "yes"}, "Expected `bool`"),
        ({"timeout": 0}, "> 0"),
        ({"timeout": "30"}, "Expected `float`"),
        ({"retries": -1}, ">= 0"),
        ({"retries": 1.5}, "Expected `int`"),
        ({"retries": True}, "Expected `int`"),
    ],
)
def test_a_wrong_option_is_named_with_what_it_takes(options: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        DeepLBackend(options, {"DEEPL_AUTH_KEY": "key"})
    assert said in str(caught.value)
    assert "[backend.deepl]" in str(caught.value)


@pytest.mark.parametrize("options", [{}, {"timeout": 5}, {"timeout": 0.5, "retries": 0, "context": False}])
def test_options_take_their_values(options: dict[str, object]) -> None:
    assert DeepLBackend(options, {"DEEPL_AUTH_KEY": "key"}).name == "deepl"


def test_settings_say_all_that_an_answer_depends_on() -> None:
    assert DeepLBackend({}, {"DEEPL_AUTH_KEY": "key"}).settings("en", "fr") == (
        "deepl formality=prefer_more outline_detection=False preserve_formatting=True source_lang=EN "
        "split_sentences=nonewlines tag_handling=xml tag_handling_version=v2 target_lang=FR context=yes"
    )


def test_settings_differ_where_answers_may_and_only_there() -> None:
    def line(options: dict[str, object], target: str = "fr", key: str = "key") -> str:
        return DeepLBackend(options, {"DEEPL_AUTH_KEY": key}).settings("en-GB", target)

    lines = [
        line({}),
        line({}, "de"),
        line({}, "fr-CA"),
        line({"formality": "less"}),
        line({"model_type": "latency_optimized"}),
        line({"context": False}),
    ]
    assert len(set(lines)) == len(lines)
    assert line({"timeout": 5, "retries": 0}, key="other-key") == lines[0]
    assert "\n" not in "".join(lines)
    assert "other-key" not in line({}, key="other-key")


# Languages.


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("fr", "FR"),
        ("fr-CA", "FR-CA"),
        ("fr-ca", "FR-CA"),
        ("fr-CH", "FR"),
        ("fr-BE", "FR"),
        ("de-CH", "DE"),
        ("en", "EN-US"),
        ("en-US", "EN-US"),
        ("en-GB", "EN-GB"),
        ("en-AU", "EN-GB"),
        ("pt", "PT-PT"),
        ("pt-PT", "PT-PT"),
        ("pt-BR", "PT-BR"),
        ("pt-AO", "PT-PT"),
        ("es", "ES"),
        ("es-ES", "ES"),
        ("es-419", "ES-419"),
        ("es-MX", "ES-419"),
        ("zh", "ZH-HANS"),
        ("zh-CN", "ZH-HANS"),
        ("zh-Hans", "ZH-HANS"),
        ("zh-Hans-SG", "ZH-HANS"),
        ("zh-Hant", "ZH-HANT"),
        ("zh-Hant-HK", "ZH-HANT"),
        ("zh-TW", "ZH-HANT"),
        ("nb", "NB"),
        ("no", "NB"),
        ("nb-NO", "NB"),
        ("sr-Cyrl-RS", "SR"),
        ("ca-valencia", "CA"),
        ("fil", "TL"),
        ("ja", "JA"),
    ],
)
def test_a_target_has_a_code_that_deepl_takes(server: DeepLServer, tag: str, code: str) -> None:
    ask(make(server), "Hello", target=tag)
    assert only(server).params["target_lang"] == code
    assert only(server).status == 200


@pytest.mark.parametrize(
    ("tag", "code"), [("en", "EN"), ("en-GB", "EN"), ("pt-BR", "PT"), ("zh-Hant", "ZH"), ("no", "NB"), ("FR", "FR")]
)
def test_a_source_has_no_region(tag: str, code: str) -> None:
    assert source_code(tag) == code


@pytest.mark.parametrize("tag", ["nn", "tlh", "sr-Latn", "x-pirate", "zh-Latn", ""])
def test_a_target_that_deepl_has_not_is_refused_before_anything_is_sent(server: DeepLServer, tag: str) -> None:
    backend = make(server)
    calls: list[Any] = [
        lambda: ask(backend, "Hello", target=tag),
        lambda: backend.settings("en", tag),
        lambda: backend.takes_tags(tag),
    ]
    for call in calls:
        with pytest.raises(ConfigError, match="DeepL does not translate into") as caught:
            call()
        assert caught.value.remedy
    assert server.requests == []


def test_a_source_that_deepl_has_not_is_refused() -> None:
    with pytest.raises(ConfigError, match="DeepL does not translate from 'tlh'"):
        source_code("tlh")


def test_the_languages_are_those_of_the_client() -> None:
    assert {code.upper() for code in LANGUAGES} == SOURCES
    assert {target_code(code.lower()) for code in TARGETS} == TARGETS - {"ZH"}


# The server keeps its own contract.


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"target_lang": "EN"}, "EN and PT are not targets"),
        ({"target_lang": "XX"}, "'target_lang' not supported"),
        ({"source_lang": "EN-GB"}, "'source_lang' not supported"),
        ({"target_lang": "FR-CA"}, "'tag_handling' is not supported"),
        ({"target_lang": "SV", "formality": "more"}, "'formality' is not supported"),
        ({"formality": "polite"}, "'formality' not supported"),
        ({"outline_detection": "0"}, "'outline_detection' not supported"),
        ({"tone": "warm"}, "unknown parameter 'tone'"),
        ({"text": []}, "'text' not specified"),
        ({"text": ["a"] * 51}, "Too many texts"),
        ({"text": ["<b>"]}, "Tag handling parsing failed"),
        ({"text": ["a" * MOST_BYTES]}, "413"),
    ],
)
def test_the_server_refuses_what_deepl_refuses(server: DeepLServer, change: dict[str, object], said: str) -> None:
    client = deepl.DeepLClient(server.key, server_url=server.url)
    body = {"source_lang": "EN", "target_lang": "FR", "tag_handling": "xml", "tag_handling_version": "v2", **change}
    with pytest.raises(deepl.DeepLException, match=said):
        client.translate_text(["a"], target_lang="FR", extra_body_parameters=body)
    assert server.billed == 0


def test_the_server_keeps_accounts() -> None:
    with DeepLServer(limit=12) as server:
        client = deepl.DeepLClient(server.key, server_url=server.url)
        client.translate_text(["Hello"], target_lang="FR")
        usage = client.get_usage().character
        assert (usage.count, usage.limit) == (5, 12)
        with pytest.raises(deepl.QuotaExceededException):
            client.translate_text(["Too much"], target_lang="FR")
        assert server.billed == 5
        assert {"EN-GB", "FR-CA"} < {language.code.upper() for language in client.get_target_languages()}
        assert "EN" in {language.code.upper() for language in client.get_source_languages()}
