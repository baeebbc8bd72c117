"""The DeepL backend: the official client, over HTTP, against a server that keeps DeepL's contract."""

from __future__ import annotations

import json
import re
import socket
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any

import deepl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepl_server import FORMAL, INSTRUCTED, MOST_BYTES, SOURCES, TARGETS, DeepLServer, Glossary, Received, Step
from prl10n.backends import Answer, Backend, Metered, Priced, Request, Stoppable, Usage
from prl10n.backends.deepl import DeepLBackend
from prl10n.backends.deepl_languages import LANGUAGES, source_code, target_code
from prl10n.backends.deepl_options import KINDS, Options
from prl10n.errors import (
    AuthorizationFailed,
    BackendError,
    BackendUnavailable,
    ConfigError,
    QuotaExceeded,
    RequestRefused,
)
from prl10n.model import Term


@pytest.fixture
def server() -> Iterator[DeepLServer]:
    with DeepLServer() as server:
        yield server


def make(server: DeepLServer, **options: object) -> DeepLBackend:
    return DeepLBackend({"retries": 0, **options}, server.environ)


def ask(
    backend: DeepLBackend,
    *texts: str,
    target: str = "fr",
    context: str = "",
    kinds: Sequence[str] = (),
    terms: Sequence[Term] = (),
) -> list[Sequence[Answer]]:
    contexts = (context,) * len(texts) if context else ()
    request = Request("en", target, texts, tuple(kinds), contexts, tuple(terms))
    return [answers for batch in backend.batches(request) for answers in backend.translate(batch)]


def sent(server: DeepLServer) -> list[tuple[str, ...]]:
    return [request.texts for request in server.requests]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that nobody notices."""
    monkeypatch.setattr("prl10n.backends.pace.FIRST", 0.01)


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
        ("cut", BackendUnavailable, "gave no answer"),
        ("huge", BackendUnavailable, "more than 8388608 bytes"),
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
        ({"text": "B", "billed_characters": 2**63}, Answer("B", 0)),
    ],
)
def test_a_broken_translation_costs_its_neighbours_nothing(
    server: DeepLServer, broken: dict[str, object], answer: Answer
) -> None:
    server.script = [{"translations": [{"text": "A", "billed_characters": 1}, broken]}]
    assert ask(make(server), "a", "b") == [[Answer("A", 1), answer]]


def test_the_message_of_the_server_is_passed_on(server: DeepLServer) -> None:
    with pytest.raises(RequestRefused, match="'formality' is not supported for given 'target_lang'") as caught:
        ask(make(server, formality="more"), "Hello", target="fr-CA")
    assert caught.value.remedy == "Check formality in [backend.deepl] against what DeepL has for 'fr-CA'."


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


@pytest.mark.parametrize("steps", [[429, 503], ["reset", 500], ["cut", 529], [408, 502], [("hang", 9.0), 504]])
@pytest.mark.usefixtures("hasty")
def test_what_passes_is_tried_again(server: DeepLServer, steps: list[Step]) -> None:
    server.retry_after = "0"
    server.script = steps.copy()
    with pytest.raises(BackendUnavailable):
        ask(make(server, retries=1, timeout=0.3), "Hello")
    assert len(server.requests) == 2
    server.requests.clear()
    server.script = steps.copy()
    assert ask(make(server, retries=2, timeout=0.3), "Hello") == [[Answer("hELLO", 5)]]
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
        ({"x": "x"}, f"Its keys: {', '.join(Options.__struct_fields__)}."),
        ({"formality": "polite"}, '"default", "more", "less", "prefer_more", "prefer_less"'),
        ({"formality": 1}, '"prefer_more"'),
        ({"model_type": "best"}, '"quality_optimized", "latency_optimized", "prefer_quality_optimized"'),
        ({"context": "yes"}, "Expected `bool`"),
        ({"timeout": 0}, "> 0"),
        ({"timeout": "30"}, "Expected `float`"),
        ({"retries": -1}, ">= 0"),
        ({"retries": 1.5}, "Expected `int`"),
        ({"retries": True}, "Expected `int`"),
        ({"concurrency": 0}, ">= 1"),
        ({"concurrency": 33}, "<= 32"),
        ({"custom_instructions": "Be kind."}, "Expected `array`"),
        ({"custom_instructions": ["a"] * 11}, "length <= 10"),
        ({"custom_instructions": ["a" * 301]}, "length <= 300"),
        ({"custom_instructions": ["a"] * 10, "instructions": {"heading": "b"}}, "leave room for one"),
        ({"instructions": {"headign": "Be short."}}, "Did you mean `heading`?"),
        ({"instructions": {"heading": 7}}, "Expected `str`"),
        ({"style_rule": "two words"}, "matching regex"),
        ({"style_rule": "x", "model_type": "latency_optimized"}, "Remove model_type, or style_rule"),
        ({"custom_instructions": ["a"], "model_type": "latency_optimized"}, "Remove model_type"),
        ({"instructions": {"heading": "a"}, "model_type": "latency_optimized"}, "Remove model_type, or instructions"),
        ({"translation_memory": "x", "translation_memory_threshold": 101}, "<= 100"),
        ({"translation_memory_threshold": 80}, "Set translation_memory"),
        ({"glossary": "x"}, "Expected `bool`"),
        ({"proxy": "proxy.example.com:8080"}, "http://proxy.example.com:8080"),
        ({"proxy": "http://ada:secret@proxy.example.com"}, "HTTPS_PROXY"),
    ],
)
def test_a_wrong_option_is_named_with_what_it_takes(options: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        DeepLBackend(options, {"DEEPL_AUTH_KEY": "key"})
    assert said in str(caught.value)
    assert "[backend.deepl" in str(caught.value)
    assert "secret" not in str(caught.value)


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
        return DeepLBackend(options, {"DEEPL_AUTH_KEY": key}).settings("en-GB", target, "paragraph")

    lines = [
        line({}),
        line({}, "de"),
        line({}, "fr-CA"),
        line({"formality": "less"}),
        line({"model_type": "latency_optimized"}),
        line({"context": False}),
        line({"style_rule": "a"}),
        line({"style_rule": "b"}),
        line({"custom_instructions": ["Be kind."]}),
        line({"custom_instructions": ["Be brief."]}),
        line({"custom_instructions": ["Be kind.", "Be brief."]}),
        line({"instructions": {"paragraph": "Be kind, too."}}),
        line({"translation_memory": "a"}),
        line({"translation_memory": "a", "translation_memory_threshold": 80}),
    ]
    assert len(set(lines)) == len(lines)
    elsewhere: dict[str, object] = {"timeout": 5, "retries": 0, "concurrency": 1, "proxy": "http://localhost:1"}
    assert line(elsewhere, key="other-key") == lines[0]
    nothing: dict[str, object] = {"style_rule": "", "custom_instructions": [""], "instructions": {"paragraph": ""}}
    assert line(nothing) == lines[0]
    assert line({"glossary": False}) == line({"glossary_name": "acme"}) == lines[0]
    assert line({"translation_memory": "a", "translation_memory_threshold": 75}) == line({"translation_memory": "a"})
    assert "\n" not in "".join(lines)
    assert "other-key" not in line({}, key="other-key")


def test_a_text_of_an_option_does_not_make_the_settings_long() -> None:
    backend = DeepLBackend({"custom_instructions": ["Be kind.\n" * 30] * 10}, {"DEEPL_AUTH_KEY": "key"})
    assert len(backend.settings("en", "fr")) < 300
    assert backend.settings("en", "fr").isprintable()


NEEDS: dict[str, tuple[dict[str, object], set[str]]] = {
    "formality": ({"formality": "less"}, FORMAL | {"FR-CA"}),
    "style_rule": ({"style_rule": "x"}, INSTRUCTED),
    "custom_instructions": ({"custom_instructions": ["Be kind."]}, INSTRUCTED),
    "instructions": ({"instructions": {"heading": "Be brief."}}, INSTRUCTED),
}


@pytest.mark.parametrize("key", NEEDS)
@pytest.mark.parametrize("target", sorted(TARGETS))
def test_an_option_that_a_target_has_not_is_refused_before_anything_is_sent(key: str, target: str) -> None:
    options, targets = NEEDS[key]
    backend = DeepLBackend(options, {"DEEPL_AUTH_KEY": "key"})
    if {target, target.partition("-")[0]} & targets:
        assert backend.settings("en", target).startswith("deepl ")
        return
    tag = target.lower()
    calls: list[Any] = [lambda: backend.settings("en", tag), lambda: ask(backend, "Hello", target=tag)]
    for call in calls:
        with pytest.raises(ConfigError) as caught:
            call()
        assert f"for '{tag}', and [backend.deepl] {key} asks for it" in caught.value.what
        assert f"in [locale.{tag}.backend.deepl]." in caught.value.remedy


# Instructions, style rules, memories.


def test_style_rule_instructions_and_memory_reach_the_request(server: DeepLServer) -> None:
    server.styles, server.memories = {"style-1": "fr"}, {"memory-1": ("EN", "FR")}
    backend = make(server, style_rule="style-1", custom_instructions=["Be kind."], translation_memory="memory-1")
    ask(backend, "Hello", target="fr-CA")
    params = only(server).params
    assert params["style_id"] == "style-1"
    assert params["custom_instructions"] == ["Be kind."]
    assert (params["translation_memory_id"], params["translation_memory_threshold"]) == ("memory-1", 75)
    assert only(server).status == 200


@pytest.mark.parametrize(
    ("options", "target", "said"),
    [
        ({"style_rule": "a-1"}, "fr", "Style rule not found"),
        ({"style_rule": "style-1"}, "de", "does not match"),
        ({"translation_memory": "a-1"}, "fr", "Translation memory not found"),
        ({"translation_memory": "memory-1"}, "de", "do not match"),
    ],
)
def test_what_the_account_has_not_is_said_by_the_server(
    server: DeepLServer, options: dict[str, object], target: str, said: str
) -> None:
    server.styles, server.memories = {"style-1": "fr"}, {"memory-1": ("EN", "FR")}
    with pytest.raises(RequestRefused, match=said) as caught:
        ask(make(server, **options), "Hello", target=target)
    assert next(iter(options)) in caught.value.remedy or "ids in [backend.deepl]" in caught.value.remedy


INSTRUCTIONS = {"heading": "Be brief.", "heading 1": "Be bold.", "cell": "Be terse.", "title": "Be catchy."}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("heading 1", ["Be kind.", "Be bold."]),
        ("heading 2", ["Be kind.", "Be brief."]),
        ("table cell", ["Be kind.", "Be terse."]),
        ("table header", ["Be kind."]),
        ("title", ["Be kind.", "Be catchy."]),
        ("link title", ["Be kind.", "Be catchy."]),
        ("front matter: title", ["Be kind.", "Be catchy."]),
        ("subtitle", ["Be kind."]),
        ("paragraph", ["Be kind."]),
    ],
)
def test_the_kind_of_a_unit_chooses_its_instructions(server: DeepLServer, kind: str, expected: list[str]) -> None:
    backend = make(server, custom_instructions=["Be kind."], instructions=INSTRUCTIONS)
    ask(backend, "Hello", kinds=[kind])
    assert only(server).params["custom_instructions"] == expected


def test_texts_go_together_where_their_instructions_are_the_same(server: DeepLServer) -> None:
    backend = make(server, instructions={"heading": "Be brief.", "cell": "Be terse."})
    kinds = ["paragraph", "heading 1", "paragraph", "table cell", "heading 2", "list item"]
    request = Request("en", "fr", tuple("abcdef"), tuple(kinds))
    assert [batch.texts for batch in backend.batches(request)] == [("a", "c", "f"), ("b", "e"), ("d",)]
    ask(backend, *"abcdef", kinds=kinds)
    assert [request.params.get("custom_instructions") for request in server.requests] == [
        None,
        ["Be brief."],
        ["Be terse."],
    ]
    lines = {kind: backend.settings("en", "fr", kind) for kind in kinds}
    assert len(set(lines.values())) == 3
    assert lines["heading 1"] == lines["heading 2"]
    assert lines["paragraph"] == make(server).settings("en", "fr")


def test_every_kind_of_unit_can_have_instructions() -> None:
    cases = (Path(__file__).parent / "cases/units.txt").read_text(encoding="utf-8")
    kinds = set(re.findall(r"^([a-z][\w ,\[\]:]*) \| ", cases, re.MULTILINE))
    assert len(kinds) > 10
    assert [kind for kind in kinds if not re.match(rf"({'|'.join(KINDS)})\b", kind)] == []


# Contexts.


def test_the_contexts_of_a_batch_are_joined_each_once(server: DeepLServer) -> None:
    request = Request("en", "fr", tuple("abcd"), contexts=("One.", "Two.", "One.", ""))
    list(make(server).translate(request))
    assert only(server).params["context"] == "One.\nTwo."


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.sampled_from("aé\n\N{PARTY POPPER}"), st.integers(0, 20_000)), min_size=1, max_size=6))
def test_contexts_share_their_room(shapes: list[tuple[str, int]]) -> None:
    contexts = tuple(character * length for character, length in shapes)
    with DeepLServer() as server:
        list(make(server).translate(Request("en", "fr", tuple("abcdef")[: len(contexts)], contexts=contexts)))
        seen = only(server).params.get("context", "")
    assert isinstance(seen, str)
    whole = "\n".join(dict.fromkeys(context for context in contexts if context))
    assert len(json.dumps(seen)) <= 16 * 1024
    if len(json.dumps(whole)) <= 16 * 1024:
        assert seen == whole
    else:
        assert len(json.dumps(seen)) > 15 * 1024
        if "\n" not in "".join(contexts):
            whole_ones = [len(json.dumps(part)) for part in seen.split("\n") if part in contexts]
            cut = [len(json.dumps(part)) for part in seen.split("\n") if part not in contexts]
            assert min(cut, default=10**9) + 12 >= max(whole_ones, default=0)


# Many at a time.


def test_a_backend_keeps_the_whole_contract() -> None:
    backend = DeepLBackend({}, {"DEEPL_AUTH_KEY": "key"})
    kept: tuple[Backend, Stoppable, Metered, Priced] = (backend, backend, backend, backend)
    assert kept[0].name == "deepl"
    assert (backend.concurrency, backend.takes_terms) == (4, True)


@given(st.lists(st.integers(1, 40_000), max_size=120), st.sampled_from(["fr", "fr-CA"]))
@settings(deadline=None, max_examples=30)
def test_a_batch_is_its_own_only_batch(lengths: list[int], target: str) -> None:
    backend = DeepLBackend({}, {"DEEPL_AUTH_KEY": "key"})
    texts = tuple("é" * length for length in lengths)
    request = Request("en", target, texts, contexts=tuple(text[:9000] for text in texts))
    batches = list(backend.batches(request))
    assert tuple(text for batch in batches for text in batch.texts) == texts
    assert all(list(backend.batches(batch)) == [batch] for batch in batches if len(batch.texts) == 1)
    assert all(len(batch.texts) <= 50 for batch in batches)


def test_threads_ask_at_the_same_time_and_get_their_own_answers() -> None:
    with DeepLServer(latency=0.05) as server:
        backend = make(server, concurrency=8)
        texts = [f"Text {number}" for number in range(40)]
        with ThreadPoolExecutor(backend.concurrency) as pool:
            answers = list(pool.map(lambda text: ask(backend, text), texts))
        assert answers == [[[Answer(text.swapcase(), len(text))]] for text in texts]
        assert 2 <= server.most_at_once <= 8


def timed(backend: DeepLBackend, text: str) -> float:
    started = time.monotonic()
    ask(backend, text)
    return time.monotonic() - started


@pytest.mark.parametrize(
    ("step", "everyone"), [(429, True), (503, True), (529, True), (500, False), (502, False), ("reset", False)]
)
def test_who_is_too_busy_for_one_is_too_busy_for_all(
    server: DeepLServer, step: Step, everyone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prl10n.backends.pace.FIRST", 0.5)
    monkeypatch.setattr("prl10n.backends.pace.JITTER", 0.0)
    server.retry_after = None
    server.script = [step]
    backend = make(server, retries=1)
    first = Thread(target=ask, args=(backend, "First"))
    first.start()
    while not server.requests:
        time.sleep(0.001)
    time.sleep(0.05)
    assert (timed(backend, "second") > 0.3) is everyone
    first.join()
    assert sorted(text for texts in sent(server) for text in texts).count("second") == 1


def test_all_threads_wait_as_long_as_the_server_asks(server: DeepLServer) -> None:
    server.script = [429]
    backend = make(server, retries=1)
    moments: list[float] = []

    def upper(text: str, target: str) -> str:
        moments.append(time.monotonic())
        return text.upper()

    server.translate = upper
    started = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(ask, backend, "One")]
        while not server.requests:
            time.sleep(0.001)
        time.sleep(0.05)
        jobs += [pool.submit(ask, backend, text) for text in ("two", "three", "four")]
    assert sorted(job.result()[0][0].text or "" for job in jobs) == ["FOUR", "ONE", "THREE", "TWO"]
    assert min(moments) - started >= 0.95


@pytest.mark.parametrize(("options", "shared"), [({}, True), ({"context": False}, True), ({"timeout": 31}, False)])
def test_backends_that_go_the_same_way_wait_together(
    server: DeepLServer, options: dict[str, object], shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prl10n.backends.pace.FIRST", 0.5)
    server.retry_after = None
    server.script = [429]
    french, german = make(server, retries=1), make(server, retries=1, **options)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(ask, french, "First")
        while not server.requests:
            time.sleep(0.001)
        time.sleep(0.05)
        assert (timed(german, "second") > 0.2) is shared
    french.stop()
    assert ask(make(server, retries=1), "Third") == [[Answer("tHIRD", 5)]]


def test_ctrl_c_does_not_wait(server: DeepLServer) -> None:
    server.retry_after = "100"
    server.script = [429]
    backend = make(server, retries=5)
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(ask, backend, "Hello")
        while not server.requests:
            time.sleep(0.001)
        time.sleep(0.05)
        started = time.monotonic()
        backend.stop()
        with pytest.raises(BackendUnavailable):
            job.result()
    assert time.monotonic() - started < 5
    with pytest.raises(BackendUnavailable, match="stopped"):
        ask(backend, "Hello")
    assert len(server.requests) == 1


# The way there.


def through(server: DeepLServer, url: str, **options: object) -> DeepLBackend:
    return DeepLBackend({"retries": 0, **options}, {"DEEPL_AUTH_KEY": server.key, "DEEPL_SERVER_URL": url})


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without proxies."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


def test_a_proxy_of_the_options_is_used(server: DeepLServer, bare: pytest.MonkeyPatch) -> None:
    bare.setenv("http_proxy", "http://127.0.0.1:9")
    assert ask(through(server, "http://deepl.test", proxy=server.url), "Hello") == [[Answer("hELLO", 5)]]
    assert only(server).line == "http://deepl.test/v2/translate"


def test_a_proxy_of_the_environment_is_used(server: DeepLServer, bare: pytest.MonkeyPatch) -> None:
    bare.setenv("http_proxy", server.url.replace("//", "//ada:hush@"))
    ask(through(server, "http://deepl.test"), "Hello")
    assert only(server).line == "http://deepl.test/v2/translate"
    assert only(server).headers["Proxy-Authorization"].startswith("Basic ")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_no_proxy_leads_to_this_machine(server: DeepLServer, bare: pytest.MonkeyPatch, host: str) -> None:
    bare.setenv("http_proxy", "http://127.0.0.1:9")
    ask(through(server, server.url.replace("127.0.0.1", host), proxy="http://127.0.0.1:9"), "Hello")
    assert only(server).line == "/v2/translate"


def test_a_proxy_that_fails_is_named_without_its_password(server: DeepLServer, bare: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    bare.setenv("http_proxy", f"http://ada:hush@127.0.0.1:{port}")
    with pytest.raises(BackendUnavailable, match="HTTPS_PROXY") as caught:
        ask(through(server, "http://deepl.test"), "Hello")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_certificates_are_those_of_the_environment(tmp_path: Path, name: str) -> None:
    environ = {"DEEPL_AUTH_KEY": "key", "DEEPL_SERVER_URL": "https://127.0.0.1:9", name: str(tmp_path / "ca.pem")}
    with pytest.raises(ConfigError, match=f"{name} names a file that does not exist"):
        DeepLBackend({}, environ)
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(BackendUnavailable, match="gave no answer"):
        ask(DeepLBackend({"retries": 0}, environ), "Hello")


@pytest.mark.parametrize(
    ("key", "host", "price"), [("a:fx", "https://api-free.deepl.com", 0.0), ("a", "https://api.deepl.com", 20.0)]
)
def test_the_key_says_which_server_and_what_it_costs(key: str, host: str, price: float) -> None:
    backend = DeepLBackend({}, {"DEEPL_AUTH_KEY": key})
    assert backend._line.ask(lambda client: client.server_url) == host
    assert backend.price() == (price, "EUR")


# The account.


@pytest.mark.parametrize(("limit", "said"), [(1000, 1000), (None, None)])
def test_the_account_says_what_is_used(limit: int | None, said: int | None) -> None:
    with DeepLServer(limit=limit) as server:
        backend = make(server)
        ask(backend, "Hello")
        assert backend.usage() == Usage(5, said)


@pytest.mark.parametrize(
    ("step", "kind"), [(403, AuthorizationFailed), (500, BackendUnavailable), ({}, BackendUnavailable)]
)
def test_usage_fails_like_everything_else(server: DeepLServer, step: Step, kind: type[BackendError]) -> None:
    server.other_script = [step]
    with pytest.raises(kind):
        make(server).usage()


# Glossaries.

TERMS = (Term("cloud", "nuage"), Term("Acme", ""), Term("release notes", "notes de version"))


def prepared(
    server: DeepLServer, terms: Sequence[Term] = TERMS, target: str = "fr", project: str = "acme", **options: object
) -> DeepLBackend:
    server.calls.clear()
    backend = make(server, **options)
    backend.prepare("en", target, terms, project)
    return backend


def held(server: DeepLServer) -> list[tuple[str, dict[tuple[str, str], dict[str, str]]]]:
    return [(glossary.name, glossary.dictionaries) for glossary in server.glossaries.values()]


FRENCH = {"cloud": "nuage", "Acme": "Acme", "release notes": "notes de version"}


def test_terms_become_a_glossary_of_the_project_and_are_heeded(server: DeepLServer) -> None:
    backend = prepared(server)
    ((name, dictionaries),) = held(server)
    assert re.fullmatch(r"prl10n acme: en-fr [0-9a-f]{8}", name)
    assert dictionaries == {("EN", "FR"): FRENCH}
    assert server.calls == [("GET", "/v3/glossaries"), ("POST", "/v3/glossaries")]
    assert ask(backend, "The cloud of Acme", terms=TERMS[:2]) == [[Answer("tHE nuage OF Acme", 17)]]
    assert only(server).params["glossary_id"] == next(iter(server.glossaries))


def test_texts_without_terms_need_no_glossary(server: DeepLServer) -> None:
    ask(prepared(server), "Hello")
    assert "glossary_id" not in only(server).params


def test_terms_that_did_not_change_cost_one_request(server: DeepLServer) -> None:
    prepared(server)
    before = held(server)
    prepared(server, TERMS[::-1])
    assert (server.calls, held(server)) == ([("GET", "/v3/glossaries")], before)


def test_terms_that_changed_replace_the_dictionary(server: DeepLServer) -> None:
    prepared(server)
    ((name, _),) = held(server)
    (kept,) = server.glossaries
    prepared(server, TERMS[:1])
    ((new_name, dictionaries),) = held(server)
    assert dictionaries == {("EN", "FR"): {"cloud": "nuage"}}
    assert new_name != name
    assert [method for method, _ in server.calls] == ["GET", "PUT", "PATCH"]
    assert list(server.glossaries) == [kept]


def test_every_locale_has_a_dictionary_of_the_one_glossary(server: DeepLServer) -> None:
    for target in ("fr", "de", "pt-BR"):
        prepared(server, target=target)
    ((name, dictionaries),) = held(server)
    assert re.fullmatch(r"prl10n acme: en-de [0-9a-f]{8}, en-fr [0-9a-f]{8}, en-pt-br [0-9a-f]{8}", name)
    assert list(dictionaries) == [("EN", "FR"), ("EN", "DE"), ("EN", "PT")]
    for target in ("fr", "de", "pt-BR"):
        prepared(server, target=target)
        assert server.calls == [("GET", "/v3/glossaries")]


def test_variants_share_a_dictionary_while_their_terms_are_the_same(server: DeepLServer) -> None:
    backends = [prepared(server, target=target) for target in ("fr", "fr-CA")]
    ((name, _),) = held(server)
    assert re.fullmatch(r"prl10n acme: en-fr (\w{8}), en-fr-ca \1", name)
    assert [method for method, _ in server.calls] == ["GET", "PATCH"]
    for backend, target in zip(backends, ("fr", "fr-CA"), strict=True):
        ask(backend, "cloud", target=target, terms=TERMS)
    assert [request.status for request in server.requests] == [200, 200]


def test_variants_whose_terms_differ_have_glossaries_of_their_own(server: DeepLServer) -> None:
    canadian = (Term("cloud", "infonuagique"),)
    for _ in range(2):
        backends = {"fr": prepared(server), "fr-CA": prepared(server, canadian, "fr-CA")}
        assert len(server.glossaries) == 2
        answers = [ask(backend, "cloud", target=target, terms=TERMS[:1]) for target, backend in backends.items()]
        assert [part[0].text for (part,) in answers] == ["nuage", "infonuagique"]
    assert server.calls == [("GET", "/v3/glossaries")]


def test_variants_that_change_together_end_in_one_glossary(server: DeepLServer) -> None:
    for terms in (TERMS, TERMS[:1]):
        backends = [prepared(server, terms, target) for target in ("fr", "fr-CA")]
        assert len(backends) == len(server.glossaries) + 1
        backends.clear()  # the run ends
    ((_, dictionaries),) = held(server)
    assert dictionaries == {("EN", "FR"): {"cloud": "nuage"}}


def test_an_account_with_room_for_one_glossary_is_enough_for_variants_with_the_same_terms(server: DeepLServer) -> None:
    server.most_glossaries = 1
    for terms in (TERMS, TERMS[:1]):
        backends = [prepared(server, terms, target) for target in ("fr", "fr-CA", "de")]
        assert len(backends) == 3
        backends.clear()  # the run ends
    ((_, dictionaries),) = held(server)
    assert dictionaries == {("EN", "FR"): {"cloud": "nuage"}, ("EN", "DE"): {"cloud": "nuage"}}


def test_a_dictionary_that_is_in_use_does_not_change(server: DeepLServer) -> None:
    server.most_glossaries = 1
    french = prepared(server)
    with pytest.raises(QuotaExceeded, match="glossary = false"):
        prepared(server, TERMS[:1], "fr-CA")
    assert ask(french, "Acme", terms=TERMS)[0][0].text == "Acme"


def test_doubles_and_old_glossaries_of_the_project_go_and_others_stay(server: DeepLServer) -> None:
    prepared(server)
    ((name, dictionaries),) = held(server)
    others = ["prl10n acme", "prl10n acme: my own", "prl10n acme-2: en-fr 12345678", "acme: en-fr 12345678"]
    for other in (name, name[:-8] + "00000000", *others):
        made = Glossary(other, dict(dictionaries))
        server.glossaries[made.id] = made
    prepared(server)
    assert [kept for kept, _ in held(server)] == [name, *others]
    assert [method for method, _ in server.calls] == ["GET", "DELETE", "DELETE"]


def test_projects_have_their_own_glossaries_unless_they_share_a_name(server: DeepLServer) -> None:
    prepared(server, project="one")
    prepared(server, project="two")
    assert len(server.glossaries) == 2
    for project in ("three", "four"):
        prepared(server, project=project, glossary_name="all of us")
    assert [name.partition(":")[0] for name, _ in held(server)] == ["prl10n one", "prl10n two", "prl10n all of us"]


def test_a_dictionary_that_someone_emptied_is_written_again(server: DeepLServer) -> None:
    prepared(server)
    (glossary,) = server.glossaries.values()
    glossary.dictionaries["EN", "FR"] = {"cloud": "nuage"}
    prepared(server)
    assert glossary.dictionaries == {("EN", "FR"): FRENCH}


@pytest.mark.parametrize(("glossary", "terms"), [(True, ()), (False, TERMS)])
def test_without_terms_or_glossary_the_account_is_left_alone(
    server: DeepLServer, glossary: bool, terms: tuple[Term, ...]
) -> None:
    backend = prepared(server, terms, glossary=glossary)
    assert backend.takes_terms is glossary
    ask(backend, "Hello", terms=terms)
    assert (server.calls, server.glossaries) == ([], {})
    assert "glossary_id" not in only(server).params


@pytest.mark.parametrize("source", ["a\tb", "line\nbreak", "nul\x00", "\u2028", " ", "é" * 513])
def test_terms_that_deepl_would_refuse_are_named(server: DeepLServer, source: str) -> None:
    with pytest.raises(ConfigError, match="DeepL cannot take these terms") as caught:
        prepared(server, [*TERMS, Term(source, "x")])
    assert repr(source[:40])[:-1] in caught.value.what
    assert "glossary = false" in caught.value.remedy
    assert server.calls == []


def test_of_equal_sources_the_first_counts(server: DeepLServer) -> None:
    prepared(server, [Term("cloud", "nuage"), Term(" cloud ", "nuée")])
    assert held(server)[0][1] == {("EN", "FR"): {"cloud": "nuage"}}


def test_a_glossary_too_large_is_refused() -> None:
    with DeepLServer() as server, pytest.raises(ConfigError, match="too large"):
        prepared(server, [Term(f"{number}{'a' * 1000}", "b" * 1000) for number in range(5500)])


@pytest.mark.parametrize(
    ("step", "kind", "said"),
    [
        (400, RequestRefused, "no glossaries for this language"),
        (403, AuthorizationFailed, "may not manage glossaries"),
        (404, RequestRefused, "no multilingual glossaries"),
        (413, RequestRefused, "too large"),
        (456, QuotaExceeded, "no room for another glossary"),
    ],
)
@pytest.mark.parametrize("before", [[], ["ok"]])
def test_an_account_without_glossaries_says_what_to_do(
    server: DeepLServer, before: list[Step], step: Step, kind: type[BackendError], said: str
) -> None:
    server.other_script = [*before, step]
    with pytest.raises(kind, match=said) as caught:
        prepared(server)
    assert "glossary = false" in caught.value.remedy


@pytest.mark.usefixtures("hasty")
def test_glossaries_are_tried_again_too(server: DeepLServer) -> None:
    server.retry_after = "0"
    server.other_script = [503, "ok", "reset"]
    prepared(server, retries=2)
    assert len(server.glossaries) == 1


def test_a_language_without_glossaries_says_what_to_do(server: DeepLServer) -> None:
    with pytest.raises(RequestRefused, match="glossary = false"):
        prepared(server, target="cy")


def test_terms_need_their_glossary_before_the_texts(server: DeepLServer) -> None:
    with pytest.raises(RequestRefused, match="did not reach DeepL"):
        ask(make(server), "cloud", terms=TERMS)
    assert server.requests == []


# The reference.


REFERENCE = (Path(__file__).parent.parent / "docs/deepl.md").read_text(encoding="utf-8")


def test_every_option_is_in_the_reference() -> None:
    assert re.findall(r"^\| `(\w+)` \|", REFERENCE, re.MULTILINE) == list(Options.__struct_fields__)


def test_the_example_of_the_reference_is_taken() -> None:
    example = tomllib.loads(REFERENCE.split("```")[1].removeprefix("toml"))
    site, locale = example["backend"]["deepl"], example["locale"]["fr-CA"]["backend"]["deepl"]
    backend = DeepLBackend({**site, **locale}, {"DEEPL_AUTH_KEY": "key"})
    assert backend.settings("en", "fr-CA", "heading 2") != backend.settings("en", "fr-CA", "paragraph")


def test_the_kinds_of_the_reference_are_those_of_the_options() -> None:
    assert " ".join(REFERENCE.split()).count(f"{', '.join(KINDS[:-1])} and {KINDS[-1]}.") == 1


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
        ({"custom_instructions": ["a"] * 11}, "at most 10 texts"),
        ({"custom_instructions": ["a" * 301]}, "at most 300 characters"),
        ({"custom_instructions": ["a"], "target_lang": "SV"}, "'custom_instructions' is not supported"),
        ({"style_id": "a", "model_type": "latency_optimized"}, "given 'model_type'"),
        ({"style_id": "a"}, "Style rule not found"),
        ({"translation_memory_threshold": 75}, "requires 'translation_memory_id'"),
        ({"translation_memory_id": "a", "translation_memory_threshold": 101}, "threshold' not supported"),
        ({"glossary_id": "a"}, "Glossary not found"),
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
