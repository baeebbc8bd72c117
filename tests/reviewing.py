"""A review that is served over loopback, and a browser that was let in."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from prl10n import config
from prl10n.outcome import Selection
from prl10n.review import server
from prl10n.review.server import Served


@dataclass
class Reviewed:
    """What a page can do. `client` has the cookie and the headers of the page."""

    served: Served
    client: httpx2.Client

    def get(self, path: str, **query: str | int) -> Any:
        """The JSON of an answer that is one."""
        answer = self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: object, status: int = 200) -> Any:
        answer = self.client.post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def units(self, document: str = "news/a.md", locale: str = "fr") -> dict[str, Any]:
        """The units of a document by their sources."""
        told = self.get(f"/api/units/{locale}/{document}")["units"]
        return {unit["msgid"]: unit for unit in told}

    def save(
        self,
        unit: Any,
        text: str,
        state: str = "approved",
        *,
        document: str = "news/a.md",
        locale: str = "fr",
        status: int = 200,
        **more: object,
    ) -> Any:
        body = {
            "locale": locale,
            "document": document,
            "context": unit["context"],
            "msgid": unit["msgid"],
            "seen": unit["version"],
            "text": text,
            "state": state,
        }
        return self.post("/api/save", {**body, **more}, status)

    def ready(self) -> None:
        """Wait until the index knows every document."""
        self.until(lambda: self.get("/api/overview")["ready"])

    @staticmethod
    def until(holds: Any, seconds: float = 10) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "it never came"
            time.sleep(0.02)


@contextmanager
def reviewing(root: Path, selection: Selection = Selection()) -> Iterator[Reviewed]:  # noqa: B008
    """The review of the project in a folder, served until the end."""
    served = server.prepare(config.load(root), selection)
    thread = threading.Thread(target=served.run, daemon=True)
    thread.start()
    origin = f"http://127.0.0.1:{served.port}"
    headers = {"origin": origin, "x-prl10n": "1"}
    try:
        with httpx2.Client(base_url=origin, headers=headers, trust_env=False, timeout=30) as client:
            assert client.get(served.url).status_code == 303
            yield Reviewed(served, client)
    finally:
        served.stop()
        thread.join(10)
        assert not thread.is_alive()
