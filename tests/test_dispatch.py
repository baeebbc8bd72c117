"""Sending: many requests at a time, every answer handed over in one thread, and an end that loses nothing."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import pytest

from prl10n.backends import Answer, Request, batched
from prl10n.dispatch import Order, send
from prl10n.errors import (
    AuthorizationFailed,
    BackendError,
    BackendUnavailable,
    ConfigError,
    Interrupted,
    Prl10nError,
    RequestRefused,
)
from prl10n.outcome import Spend


class Provider:
    """A backend whose answer to a text is what `say` makes of it, or raises."""

    name = "provider"
    takes_terms = False

    def __init__(self, say: Callable[[str], str], concurrency: int = 3) -> None:
        self.say = say
        self.concurrency = concurrency
        self.now = self.most = 0
        self.stopped = threading.Event()
        self.lock = threading.Lock()

    def takes_tags(self, target: str) -> bool:
        return True

    def settings(self, source: str, target: str, kind: str = "") -> str:
        return "provider"

    def count(self, texts: Sequence[str]) -> int:
        return sum(map(len, texts))

    def batches(self, request: Request) -> Iterable[Request]:
        return batched(request, 2, 1000)

    def translate(self, request: Request) -> Iterator[Sequence[Answer]]:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            for text in request.texts:
                yield [Answer(self.say(text), len(text))]
        finally:
            with self.lock:
                self.now -= 1

    def stop(self) -> None:
        self.stopped.set()


def orders(provider: Provider, *texts: str) -> list[Order]:
    whole = Request("en", "fr", texts)
    return [Order(provider, part, provider.count(part.texts), None) for part in provider.batches(whole)]


def run(provider: Provider, *texts: str) -> tuple[dict[str, str | None], BackendError | None]:
    got: dict[str, str | None] = {}
    threads: set[threading.Thread] = set()

    def received(order: Order, answers: Sequence[tuple[str, Answer]]) -> None:
        threads.add(threading.current_thread())
        got.update((text, answer.text) for text, answer in answers)

    failure = send(orders(provider, *texts), received)
    assert threads <= {threading.current_thread()}
    return got, failure


def failing(error: Prl10nError | Exception, *bad: str, slow: float = 0.0) -> Callable[[str], str]:
    def say(text: str) -> str:
        if text in bad:
            time.sleep(slow / 2)
            raise error
        time.sleep(slow)
        return text.upper()

    return say


def test_every_answer_comes_back_with_its_text() -> None:
    texts = [f"text {number}" for number in range(25)]
    got, failure = run(Provider(str.upper), *texts)
    assert got == {text: text.upper() for text in texts}
    assert failure is None


def test_as_many_requests_at_a_time_as_the_backend_takes() -> None:
    provider = Provider(failing(ValueError(), slow=0.02), concurrency=4)
    run(provider, *map(str, range(40)))
    assert provider.most == 4


@pytest.mark.parametrize("error", [AuthorizationFailed("no"), BackendUnavailable("down"), BackendError("odd")])
def test_an_error_ends_the_work_after_what_is_under_way(error: BackendError) -> None:
    provider = Provider(failing(error, "0", slow=0.02), concurrency=2)
    got, failure = run(provider, *map(str, range(60)))
    assert failure is error
    assert {"2", "3"} <= got.keys()
    assert len(got) < 20
    assert provider.stopped.is_set()


def test_what_was_answered_before_an_error_in_the_same_request_is_kept() -> None:
    got, failure = run(Provider(failing(BackendUnavailable("down"), "1")), "0", "1")
    assert got == {"0": "0"}
    assert failure is not None


def test_a_refused_request_ends_nothing_but_several_in_a_row_do() -> None:
    refused = RequestRefused("400")
    got, failure = run(Provider(failing(refused, "4"), concurrency=1), *map(str, range(12)))
    assert failure is refused
    assert len(got) == 10
    got, failure = run(Provider(failing(refused, *map(str, range(60))), concurrency=1), *map(str, range(60)))
    assert (got, failure) == ({}, refused)


def test_a_backend_that_breaks_is_an_error_that_names_it() -> None:
    _, failure = run(Provider(failing(KeyError("translations"), "0")), "0", "1")
    assert str(failure).startswith("the backend provider failed: KeyError: 'translations'")


def test_a_wrong_configuration_is_raised_after_what_is_under_way() -> None:
    got: list[str] = []
    provider = Provider(failing(ConfigError("no such language"), "0", slow=0.05), concurrency=2)
    with pytest.raises(ConfigError, match="no such language"):
        send(orders(provider, "0", "1", "2", "3"), lambda _, answers: got.extend(text for text, _ in answers))
    assert got == ["2", "3"]


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_waits_for_what_is_under_way_and_sends_nothing_more() -> None:
    provider = Provider(failing(ValueError(), slow=0.2), concurrency=2)
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
    got, failure = run(provider, *map(str, range(40)))
    assert isinstance(failure, Interrupted)
    assert failure.exit_code == 130
    assert got.keys() == {"0", "1", "2", "3"}
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.usefixtures("ctrl_c")
def test_a_second_ctrl_c_does_not_wait() -> None:
    provider = Provider(failing(ValueError(), slow=1.5), concurrency=1)
    for moment in (0.1, 0.3):
        threading.Timer(moment, os.kill, (os.getpid(), signal.SIGINT)).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(provider, "0", "1", "2")
    assert time.monotonic() - began < 1.2


@pytest.mark.parametrize(
    ("limit", "taken", "left"), [(None, 4, 0), (100, 4, 0), (4, 2, 4), (5, 2, 4), (1, 0, 8), (0, 0, 8)]
)
def test_a_limit_stops_before_the_first_request_that_would_pass_it(limit: int | None, taken: int, left: int) -> None:
    spend = Spend(limit)
    every = orders(Provider(str.upper), *map(str, range(8)))
    assert len(spend.take(every)) == taken
    assert spend.left == left
    assert spend.reached == (left > 0)
