"""A server on loopback that keeps LibreTranslate's contract (https://docs.libretranslate.com/guides/api_usage/).

It refuses what the real one refuses, what it would silently ignore, and HTML whose parser would move something. As the
real one, which writes what BeautifulSoup has read, it closes void elements.

    with LibreTranslateServer() as server:
        backend = LibreTranslateBackend({"retries": 0}, server.environ)
        list(backend.translate(Request("en", "fr", ("<g1>Hello</g1> world",))))
        assert server.requests[0].texts == ('<span id="g1">Hello</span> world',)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from typing import Any, cast

from loopback import Json, LoopbackServer, Received, RefusedError, Step, swap_case

__all__ = ["LibreTranslateServer", "Received", "RefusedError", "Step", "swap_case"]

LANGUAGES = ("en", "fr", "de", "pt", "pt-BR", "zh-Hans", "zh-Hant", "nb", "sr", "tl", "es")


class LibreTranslateServer(LoopbackServer):
    """As `LoopbackServer`. `translate` takes a text in HTML and the target's code.

    `languages`: codes, each of which translates into all others. `most_texts` and `most_characters` (of one text) are
    the server's limits. A further step: `"short"`: one translation is missing. An empty `key`: none is needed.
    """

    main = "/translate"

    def __init__(
        self,
        translate: Callable[[str, str], str] | None = None,
        *,
        script: list[Step] | None = None,
        key: str = "secret-of-the-tests",
        languages: tuple[str, ...] = LANGUAGES,
    ) -> None:
        super().__init__(script=script, key=key)
        self.translate = translate or swap_case
        self.languages = languages
        self.most_texts = 50
        self.most_characters = 2000

    @property
    def url(self) -> str:
        return self.origin

    @property
    def environ(self) -> dict[str, str]:
        """What a backend needs to reach this server."""
        return {"LIBRETRANSLATE_URL": self.url} | ({"LIBRETRANSLATE_API_KEY": self.key} if self.key else {})

    def get(self, path: str) -> object:
        if path == "/languages":
            return [{"code": code, "name": code, "targets": list(self.languages)} for code in self.languages]
        return super().get(path)

    def authorize(self, headers: Mapping[str, str], body: Json) -> None:
        if self.key and "api_key" not in body:
            raise RefusedError(403, {"error": "Please contact the server operator to get an API key"})
        if self.key and body["api_key"] != self.key:
            raise RefusedError(403, {"error": f"Invalid API key {body['api_key']}"})

    def texts(self, body: Json) -> tuple[str, ...]:
        texts = body.get("q")
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
            raise RefusedError(400, {"error": "Invalid request: missing q parameter"})
        return tuple(texts)

    def answer(self, path: str, body: Json, texts: tuple[str, ...]) -> object:
        for name in body.keys() - {"q", "source", "target", "format", "api_key"}:
            raise RefusedError(400, {"error": f"{name} is no parameter"})
        for name in ("source", "target"):
            if body.get(name) not in self.languages:
                raise RefusedError(400, {"error": f"{body.get(name)} is not supported"})
        if body.get("format") != "html":
            raise RefusedError(400, {"error": "these tests want html"})
        limits = [(len(texts), self.most_texts), *((len(text), self.most_characters) for text in texts)]
        for size, limit in limits:
            if size > limit:
                raise RefusedError(400, {"error": f"Invalid request: request ({size}) exceeds text limit ({limit})"})
        for text in texts:
            _Strict(text)
        target = cast("str", body["target"])
        return {"translatedText": [re.sub("(<img[^/>]*)>", r"\1/>", self.translate(text, target)) for text in texts]}

    def spoil(self, step: str, answer: object) -> object:
        if step != "short":
            raise AssertionError(f"no such step: {step}")
        return {"translatedText": cast("Any", answer)["translatedText"][:-1]}


class _Strict(HTMLParser):
    """Refuses elements that are not closed, or that HTML does not know."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.opened: list[str] = []
        self.feed(text)
        self.close()
        if other := re.search("&(?!(?:amp|lt|gt);).*", text):
            self.refuse(other[0])
        if self.opened:
            self.refuse(f"<{self.opened[-1]}> is not closed")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("span", "img"):
            self.refuse(f"<{tag}>")
        if tag == "span":
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.refuse(f"<{tag}/>")

    def handle_endtag(self, tag: str) -> None:
        if not self.opened or self.opened.pop() != tag:
            self.refuse(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if "<" in data or ">" in data:
            self.refuse("a character that is no entity")

    def refuse(self, what: str) -> None:
        raise RefusedError(400, {"error": f"the HTML has {what}"})
