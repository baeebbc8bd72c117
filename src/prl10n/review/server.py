"""The server on the loopback address, for one person and one browser."""

from __future__ import annotations

import secrets
import socket
import sys
from contextlib import ExitStack
from dataclasses import dataclass

import uvicorn

from prl10n.config import Config
from prl10n.errors import ConfigError
from prl10n.outcome import Selection
from prl10n.review.app import Review
from prl10n.review.guard import Guard

HOST = "127.0.0.1"
_HEADERS = 32_000  # bytes of a request's headers
_TURN = 0.001  # seconds after which a thread that counts lets another one answer
_GRACE = 1  # seconds that a request may go on once the server ends


@dataclass(frozen=True, slots=True)
class Served:
    """A server that is ready: `url` lets one browser in, once. `run` returns when it was told to end."""

    url: str
    port: int
    server: uvicorn.Server
    socket: socket.socket
    review: Review

    def run(self) -> None:
        sys.setswitchinterval(_TURN)
        with self.socket:
            self.server.run(sockets=[self.socket])

    def stop(self) -> None:
        """End it, from another thread."""
        self.review.background.stopping.set()  # pages that wait for news wait no longer
        self.server.should_exit = True


def prepare(config: Config, selection: Selection, port: int = 0) -> Served:
    """Bind the address and read what is needed at once. `port` 0 is any that is free.

    Raises ConfigError where the port is taken, or the configuration or the selection is wrong.
    """
    bound = _bound(port)
    port = bound.getsockname()[1]
    token, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    with ExitStack() as undo:
        undo.enter_context(bound)
        review = Review(config, selection)
        undo.pop_all()
    settings = uvicorn.Config(
        Guard(review.app, port, token, secret),
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        ws="none",
        http="h11",
        h11_max_incomplete_event_size=_HEADERS,
        timeout_graceful_shutdown=_GRACE,
        lifespan="on",
    )
    return Served(f"http://{HOST}:{port}/?token={token}", port, uvicorn.Server(settings), bound, review)


def _bound(port: int) -> socket.socket:
    # asyncio sets TCP_NODELAY only where the protocol is named; else every answer waits 40 ms
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((HOST, port))
        made.listen()  # a browser may be there before the server is: it waits
    except OSError as error:
        made.close()
        raise ConfigError(
            f"port {port} cannot be used: {error.strerror}", remedy="Name another one with --port, or none."
        ) from None
    return made
