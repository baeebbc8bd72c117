"""The pages and the answers of the review: requests → the workspace → HTML and JSON.

What a request holds is decoded into the values below before anything is done with it. All work is done in threads, so
that a page that waits for news keeps nobody waiting.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from prl10n import __version__, markup, memory, tags
from prl10n.catalog import Key
from prl10n.checks.rules import RULES
from prl10n.config import Config, shown
from prl10n.errors import MarkupError, Prl10nError
from prl10n.locales import babel_locale
from prl10n.memory import Memory
from prl10n.model import State, Unit
from prl10n.outcome import Selection
from prl10n.review import interface, repository, saving
from prl10n.review.index import SORTS, Filters, Row
from prl10n.review.refusals import Refusal
from prl10n.review.saving import Save
from prl10n.review.session import Background, Session, Watch
from prl10n.review.workspace import Opened, Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PACKAGE = Path(str(files("prl10n.review")))
_LONGEST = 25.0  # seconds that a page waits for news
_MOST = 1000  # rows and hits of one answer
_MATCHES = 8

T = TypeVar("T")


class _Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of a POST about a unit."""

    locale: str
    document: str
    msgid: str
    context: str | None = None

    @property
    def key(self) -> Key:
        return (self.context, self.msgid)


class _Save(_Asked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    seen: str
    text: str
    state: Literal["approved", "draft", "stale"]
    comment: str | None = None
    previous: str | None = None
    restore: str | None = None


class _Check(_Asked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    text: str


class _Repeats(_Asked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    seen: str
    dry: bool = False


class _Commit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    message: str = ""


def _json(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def environment() -> Environment:
    """The templates, everything that they are given escaped."""
    made = Environment(loader=FileSystemLoader(PACKAGE / "templates"), autoescape=True, undefined=StrictUndefined)
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": False}
    return made


def language(tag: str, interface_locale: str) -> dict[str, str]:
    """A language as pages show it: its name in the interface's language, and its direction."""
    locale = babel_locale(tag)
    return {"tag": tag, "name": locale.get_display_name(interface_locale) or tag, "dir": locale.text_direction}


class Review:
    """The review of a project. `app` is to be served behind `guard.Guard`; `close` ends what runs besides."""

    def __init__(self, config: Config, selection: Selection) -> None:
        self.config = config
        self.workspace = Workspace(config, selection, at_once=True)
        self.watch = Watch()
        self.session = Session(config.root)
        self.index = self.workspace.index
        self.background = Background(self.workspace)
        self.templates = environment()
        self.identity = hashlib.sha256(str(config.root).encode("utf-8", "surrogateescape")).hexdigest()[:12]
        self.git = repository.present(config.root)
        self.reviewer = repository.reviewer(config.root) if config.review.sign else ""
        get: list[tuple[str, Callable[[Request], object]]] = [
            ("/api/overview", self.overview),
            ("/api/units/{locale}/{document:path}", self.units),
            ("/api/memory", self.memory),
            ("/api/search", self.search),
            ("/api/changes", self.changes),
        ]
        post: list[tuple[str, type[msgspec.Struct], Callable[[Any], object]]] = [
            ("/api/save", _Save, self.save),
            ("/api/check", _Check, self.check),
            ("/api/repeats", _Repeats, self.repeats),
            ("/api/commit", _Commit, self.commit),
        ]
        self.app = Starlette(
            routes=[
                Route("/", self._page(self.overview_page)),
                Route("/d/{locale}/{document:path}", self._page(self.editor_page)),
                *(Route(path, _answering(handler)) for path, handler in get),
                *(Route(path, _reading(kind, handler), methods=["POST"]) for path, kind, handler in post),
                Route("/events", self.events),
                Mount("/static", StaticFiles(directory=PACKAGE / "static", check_dir=False)),
            ],
            exception_handlers={
                Refusal: self._refused,
                Prl10nError: self._failed,
                HTTPException: self._http,
            },
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        del app
        self.background.start()
        yield
        await run_in_threadpool(self.close)

    def close(self) -> None:
        self.background.stop()
        self.index.close()

    # pages

    def _page(self, render: Callable[[Request, str], str]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            asked = request.query_params.get("lang", "")
            chosen = self.interface(request)
            response = HTMLResponse(await run_in_threadpool(render, request, chosen))
            if asked == chosen:
                response.set_cookie("prl10n-lang", chosen, samesite="strict", path="/", max_age=31536000)
            return response

        return endpoint

    def interface(self, request: Request) -> str:
        """The locale of the interface."""
        return interface.choose(
            request.query_params.get("lang", ""),
            request.cookies.get("prl10n-lang", ""),
            request.headers.get("accept-language", ""),
        )

    def rendered(self, template: str, chosen: str, **values: object) -> str:
        return self.templates.get_template(template).render({**interface.context(chosen), **values})

    def shared(self, chosen: str) -> dict[str, object]:
        """What every page is told of the project."""
        source = language(self.config.source, chosen)
        return {
            "project": self.config.root.name,
            "project_id": self.identity,
            "version": __version__,
            "source_lang": source["tag"],
            "source_name": source["name"],
            "source_dir": source["dir"],
            "locales": [language(tag, chosen) for tag in self.workspace.locales],
            "rules": [rule.id for rule in RULES if rule.text],
            "can_commit": self.git,
        }

    def overview_page(self, request: Request, chosen: str) -> str:
        names = ("locale", "state", "rule", "q", "backend", "sort", "document")
        filters = {name: request.query_params.get(name, "")[:400] for name in names}
        if filters["locale"] not in self.workspace.locales:
            filters["locale"] = ""
        return self.rendered("overview.html", chosen, **self.shared(chosen), filters=filters)

    def editor_page(self, request: Request, chosen: str) -> str:
        locale, name = request.path_params["locale"], request.path_params["document"]
        opened = self.opened(locale, name)
        source, target = self.workspace.pages(opened)
        spoken, place = language(locale, chosen), self.workspace.names.index(name)
        told = self.workspace.shown(opened)
        return self.rendered(
            "editor.html",
            chosen,
            **self.shared(chosen),
            document=name,
            locale=locale,
            title=self.index.title(locale, name) or name,
            target_lang=spoken["tag"],
            target_dir=spoken["dir"],
            source_html=Markup(source),  # both were cleaned
            target_html=Markup(target),
            units=told,
            units_json=Markup(htmlsafe_json_dumps(told)),
            n=self.watch.number,
            previous=self.workspace.names[place - 1] if place else None,
            next=next(iter(self.workspace.names[place + 1 : place + 2]), None),
            catalog=shown(opened.path),
            page=shown(self.config.target_path(locale, name)),
        )

    def opened(self, locale: str, name: str) -> Opened:
        """A document that is shown: what becomes of its catalog is news from now on."""
        self.workspace.check(locale, name)
        self.watch.add(locale, name, self.workspace.catalog_path(locale, name))
        return self.workspace.open(locale, name)

    # answers

    def overview(self, request: Request) -> object:
        rows, whole = self.index.rows(self.filters(request), self.workspace.scope)
        return {
            "rows": [_row(row) for row in rows],
            "total": whole.rows,
            "totals": {
                "units": sum(whole.states.values()),
                "states": whole.states,
                "words_left": whole.words_left,
                "errors": whole.errors,
                "warnings": whole.warnings,
            },
            "backends": self.index.backends(),
            "ready": self.background.ready.is_set(),
            "trouble": self.background.trouble,
        }

    def filters(self, request: Request) -> Filters:
        said = request.query_params
        words = {name: said.get(name, "")[:400] for name in ("locale", "state", "rule", "backend", "document", "q")}
        if words["locale"] and words["locale"] not in self.workspace.locales:
            raise Refusal(404, "there is no such locale", "Choose one from the list.")
        sort = said.get("sort", "")
        offset, limit = _number(said.get("offset"), 0, 10**9), _number(said.get("limit"), 200, _MOST)
        return Filters(**words, sort=sort if sort in SORTS else "name", offset=offset, limit=limit)

    def units(self, request: Request) -> object:
        opened = self.opened(request.path_params["locale"], request.path_params["document"])
        told = self.workspace.shown(opened)
        html: dict[str, str] = {}
        for unit in told:
            html |= self.workspace.words(opened, (unit["context"], unit["msgid"]), unit["msgstr"])
        page = self.config.target_path(opened.locale, opened.name)
        paths = {"catalog": shown(opened.path), "page": shown(page)}
        return {"units": told, "html": html, "n": self.watch.number, **paths}

    def memory(self, request: Request) -> object:
        said = request.query_params
        opened = self.workspace.open(said.get("locale", ""), said.get("document", ""))
        number = _number(said.get("id"), -1, 10**9)
        if not 0 <= number < len(opened.source.units):
            raise Refusal(404, "there is no such unit", "Open the document again.")
        return {"matches": self.matches(opened, opened.source.units[number])}

    def matches(self, opened: Opened, unit: Unit) -> list[dict[str, object]]:
        """What the memory has that is like a unit, the likest first, as texts of a catalog where that is possible."""
        path = self.config.root / memory.FILE
        if not path.exists():
            return []
        with self.workspace.lock, Memory(path, language=self.config.source) as known:
            texts = markup.neutral(unit, opened.source.references)
            found = known.near(opened.locale, texts[0], most=_MATCHES) if len(texts) == 1 else []
            own = opened.merged.live()[unit.context, unit.text].msgstr
            matches = []
            for near in found:
                try:
                    target = markup.render(unit, (near.target,), opened.source.references)
                except MarkupError:
                    target = tags.words(near.target)
                if near.document != opened.name or target != own:
                    said = {"source": tags.words(near.source), "target": target, "score": near.score}
                    matches.append({**said, "origin": near.document, "approved": near.approved})
            return matches

    def search(self, request: Request) -> object:
        filters = self.filters(request)
        if not filters.q.strip():
            return {"hits": [], "more": False}
        hits, more = self.index.search(filters, self.workspace.scope)
        names = ("document", "locale", "id", "source", "target", "state")
        return {"hits": [dict(zip(names, hit, strict=True)) for hit in hits], "more": more}

    def changes(self, request: Request) -> object:
        del request
        return {"files": [shown(path) for path in self.session.changes()] if self.git else []}

    async def events(self, request: Request) -> Response:
        said = request.query_params.get("since")
        since = _number(said, self.watch.number, 10**12)
        found = await run_in_threadpool(self.watch.since, since)
        waited = 0.0
        while said is not None and not found and waited < _LONGEST and not self.background.stopping.is_set():
            await asyncio.sleep(0.25)
            waited += 0.25
            if await request.is_disconnected():
                break
            found = await run_in_threadpool(self.watch.since, since)
        changed = dict.fromkeys((event.locale, event.document) for event in found)
        return _json(
            {
                "n": max([event.number for event in found], default=self.watch.number),
                "changed": [{"locale": locale, "document": name} for locale, name in changed],
            }
        )

    def save(self, asked: _Save) -> object:
        previous = asked.previous if asked.state != "approved" else None
        save = Save(
            asked.locale,
            asked.document,
            asked.key,
            asked.seen,
            asked.text,
            approved=asked.state == "approved",
            comment=asked.comment,
            previous=previous,
            restore=asked.restore,
        )
        opened = saving.save(self.workspace, save, self.reviewer)
        self.noted(opened, asked.key)
        unit = self.workspace.unit(opened, asked.key)
        return {"unit": unit, "html": self.workspace.words(opened, asked.key, unit["msgstr"])}

    def noted(self, opened: Opened, key: Key) -> None:
        self.watch.add(opened.locale, opened.name, opened.path)
        self.session.saved(opened.locale, opened.path, key)
        self.background.written.add(opened.locale)
        self.background.waking.set()

    def check(self, asked: _Check) -> object:
        opened = self.workspace.open(asked.locale, asked.document)
        unit = self.workspace.tried(opened, asked.key, asked.text)
        return {
            "findings": unit["findings"],
            "html": next(iter(self.workspace.words(opened, asked.key, asked.text).values())),
            "chips": unit["chips"]["target"],
            "breaks": self.workspace.breaking(opened, asked.key, asked.text),
        }

    def repeats(self, asked: _Repeats) -> object:
        place = (self.workspace, asked.locale, asked.document, asked.key, asked.seen)
        if asked.dry:
            found, _ = saving.repeats(*place)
            return {"documents": found, "count": len(found), "left": {}}
        done, left = saving.approve_repeats(*place, self.reviewer)
        for name in done:
            self.noted(self.workspace.open(asked.locale, name), asked.key)
        return {"documents": done, "count": len(done), "left": left}

    def commit(self, asked: _Commit) -> object:
        name, count = self.session.commit(asked.message)
        return {"commit": name, "files": count}

    # refusals

    def _said(self, request: Request, refusal: Refusal) -> Response:
        """As a page for people who open one, else as JSON."""
        if request.url.path == "/" or request.url.path.startswith("/d/"):
            words = {"status": refusal.status, "error": refusal.error, "remedy": refusal.remedy}
            return HTMLResponse(self.rendered("error.html", self.interface(request), **words), refusal.status)
        return _json(refusal.body, refusal.status)

    def _refused(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        return self._said(request, error)

    def _failed(self, request: Request, error: Exception) -> Response:
        """A file that cannot be read or written: the message is ours, and says what to do."""
        assert isinstance(error, Prl10nError)
        where = shown(Path(error.where)) if error.where else ""
        return self._said(request, Refusal(422, f"{where}: {error.what}" if where else error.what, error.remedy))

    def _http(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = error.status_code
        return self._said(request, Refusal(status, "there is nothing here", "Go back to the list of the documents."))


def _number(said: str | None, default: int, most: int) -> int:
    return min(int(said[:12]), most) if said is not None and said.isascii() and said.isdigit() else default


def _row(row: Row) -> dict[str, object]:
    return {
        "document": row.document,
        "title": row.title,
        "locale": row.locale,
        "units": sum(row.states.values()),
        "states": row.states,
        "words_left": row.words_left,
        "stale": sum(count for state, count in row.states.items() if state is State.STALE),
        "backends": row.backends,
        "checked": row.checked,
        "errors": row.errors,
        "warnings": row.warnings,
    }


def _answering(answer: Callable[[Request], object]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(lambda: _json(answer(request)))

    return endpoint


def _reading(kind: type[T], answer: Callable[[T], object]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint whose body is a value of a kind; anything else is refused."""
    decode = partial(msgspec.json.decode, type=kind)

    async def endpoint(request: Request) -> Response:
        body = await request.body()
        try:
            asked: T = decode(body)
        except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
            raise Refusal(400, f"this is not what is asked here: {error}", "Load the page again.") from None
        return await run_in_threadpool(lambda: _json(answer(asked)))

    return endpoint
