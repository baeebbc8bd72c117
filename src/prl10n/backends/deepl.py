"""DeepL, through its official client (`deepl_http`), with glossaries of the account for terms (`deepl_glossaries`).

What is said here about the API comes from https://developers.deepl.com/api-reference/translate ("Translate text") and
https://developers.deepl.com/docs/resources/usage-limits. The client neither batches nor checks limits; this does.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import NotRequired, TypedDict
from xml.parsers import expat
from xml.sax.saxutils import escape, unescape

from prl10n.backends import Answer, Request, Usage
from prl10n.backends.deepl_glossaries import Hold, match
from prl10n.backends.deepl_http import TooLarge, line_to, route_of, unreadable
from prl10n.backends.deepl_languages import WITHOUT_TAGS, source_code, target_code
from prl10n.backends.deepl_options import Options, check, check_target, instructions, suspects
from prl10n.backends.options import parse
from prl10n.errors import RequestRefused
from prl10n.model import Term

MOST_TEXTS = 50
MOST_BYTES = 128 * 1024  # of the whole body, as sent
MOST_CONTEXT = 16 * 1024  # of these bytes: leaves room for the texts
UNLIMITED = 10**12  # the character_limit of accounts without one

_TAG = re.compile(r"<[^>]*>")
_EXAMPLE_ID = "0" * 36  # as long as a glossary's


class _Parameters(TypedDict):
    """What goes with the texts, named as in the client."""

    source_lang: str
    target_lang: str
    formality: str
    split_sentences: str
    preserve_formatting: bool
    model_type: NotRequired[str]
    style_rule: NotRequired[str]
    custom_instructions: NotRequired[list[str]]
    translation_memory: NotRequired[str]
    translation_memory_threshold: NotRequired[int]
    glossary: NotRequired[str]
    context: NotRequired[str]
    tag_handling: NotRequired[str]
    tag_handling_version: NotRequired[str]
    outline_detection: NotRequired[bool]


# The same in the body that the client sends, where that has another name.
_BODY = {"style_rule": "style_id", "translation_memory": "translation_memory_id", "glossary": "glossary_id"}


class DeepLBackend:
    """The backend called `deepl`; see `prl10n.backends.Backend` for the contract and `Options` for its table.

    `DEEPL_AUTH_KEY` is the key; `DEEPL_SERVER_URL`, where it is set, replaces the server that the key belongs to.
    """

    name = "deepl"

    def __init__(self, options: Mapping[str, object], environ: Mapping[str, str]) -> None:
        self._options = parse(self.name, Options, options)
        check(self._options)
        self.concurrency = self._options.concurrency
        self.takes_terms = self._options.glossary
        route = route_of(environ, self._options.proxy, self._options.timeout)
        self._is_free = route.key.endswith(":fx")
        self._line = line_to(route, self._options.retries)
        self._glossary: Hold | None = None

    def takes_tags(self, target: str) -> bool:
        return target_code(target) not in WITHOUT_TAGS

    def settings(self, source: str, target: str, kind: str = "") -> str:
        """Every parameter of a request for a unit of this kind, but the context itself and the glossary.

        Raises ConfigError for a language that DeepL has not, and for an option that it has not for the target.
        """
        parameters = self._parameters(source, target, kind)
        shown = {key: _digest(value) if isinstance(value, list) else value for key, value in parameters.items()}
        seen = "yes" if self._options.context else "no"
        return " ".join(["deepl", *(f"{key}={value}" for key, value in sorted(shown.items())), f"context={seen}"])

    def count(self, texts: Sequence[str]) -> int:
        """Unicode code points of the words: tags are not billed where DeepL handles them, nor is the context.

        Source: https://support.deepl.com/hc/en-us/articles/360020685720. It does not say how an entity counts: here
        `&amp;` is one character, as in the text that DeepL reads from the XML.
        """
        return sum(len(unescape(_TAG.sub("", text))) for text in texts)

    def prepare(self, source: str, target: str, terms: Sequence[Term], project: str) -> None:
        """Make the account's glossary of the project hold these terms, which are all that the locale has.

        Called once, before the first request with terms and from one thread; it writes to the account, so not in a dry
        run. Raises BackendError, and ConfigError for terms that DeepL would refuse.
        """
        self._glossary = None  # what it held may change
        if self.takes_terms and terms:
            self._glossary = match(self._line, self._options.glossary_name or project, source, target, terms)

    def batches(self, request: Request) -> Iterator[Request]:
        """Cut by texts and bytes. Texts whose kinds have different instructions never go together: those of the first
        kind come first, and so on; within each, the order stays. A batch is its own only batch.

        Raises ConfigError as `settings`.
        """
        groups: dict[tuple[str, ...], list[int]] = {}
        for index in range(len(request.texts)):
            kind = request.kinds[index] if request.kinds else ""
            groups.setdefault(instructions(self._options, kind), []).append(index)
        for indices in groups.values():
            yield from self._cut(request.part(indices))

    def translate(self, request: Request) -> Iterator[Sequence[Answer]]:
        """As `Backend.translate`; a text too long for any request, or that is not XML, is answered with None.

        Such a text is not sent, for it would cost the others of its batch their answers, and stands with the answers of
        its neighbours. Raises ConfigError as `settings`, before anything is sent.
        """
        for batch in self.batches(request):
            yield from self._answers(batch)

    def stop(self) -> None:
        self._line.stop()

    def usage(self) -> Usage:
        """What the account has used in this period (https://developers.deepl.com/api-reference/usage-and-quota)."""
        used = self._line.ask(lambda client: client.get_usage().character)
        if used.count is None:
            raise unreadable("it does not say how many characters were used")
        return Usage(used.count, None if used.limit is None or used.limit >= UNLIMITED else used.limit)

    def price(self) -> tuple[float, str]:
        """The list price of DeepL API Pro; accounts differ, and `[budget] price` overrides it.

        Source: https://www.deepl.com/pro-api#api-pricing. The keys of free accounts end in `:fx`.
        """
        return (0.0 if self._is_free else 20.0, "EUR")

    def _cut(self, request: Request) -> Iterator[Request]:
        room = self._room(request)
        tags = self.takes_tags(request.target)
        indices: list[int] = []
        sent = used = 0
        for index, text in enumerate(request.texts):
            if (sendable := _sendable(text, tags, room)) is not None:
                size = _size(sendable) + 2
                if sent == MOST_TEXTS or used + size > room:
                    yield request.part(indices)
                    indices, sent, used = [], 0, 0
                sent, used = sent + 1, used + size
            indices.append(index)
        if indices:
            yield request.part(indices)

    def _room(self, request: Request) -> int:
        """The bytes that the body has for the texts, with `, ` for each, whatever part of the contexts goes along."""
        kind = request.kinds[0] if request.kinds else ""
        parameters = self._parameters(request.source, request.target, kind)
        if request.terms and self.takes_terms:
            parameters["glossary"] = self._glossary.id if self._glossary else _EXAMPLE_ID
        body = {_BODY.get(key, key): value for key, value in parameters.items()}
        room = MOST_BYTES - _size({**body, "show_billed_characters": True, "text": []}) + 2  # the first has no `, `
        if self._options.context and any(request.contexts):
            room -= len(', "context": ') + min(_size(_joined(request.contexts)), MOST_CONTEXT)
        return room

    def _parameters(self, source: str, target: str, kind: str) -> _Parameters:
        options, code = self._options, target_code(target)
        check_target(options, target)
        parameters = _Parameters(
            source_lang=source_code(source),
            target_lang=code,
            formality=options.formality,
            split_sentences="nonewlines",  # a unit has no line breaks that mean anything
            preserve_formatting=True,  # no full stop is added to a heading
        )
        if options.model_type:
            parameters["model_type"] = options.model_type
        if options.style_rule:
            parameters["style_rule"] = options.style_rule
        if own := instructions(options, kind):
            parameters["custom_instructions"] = list(own)
        if options.translation_memory:
            parameters["translation_memory"] = options.translation_memory
            threshold = options.translation_memory_threshold
            parameters["translation_memory_threshold"] = 75 if threshold is None else threshold  # DeepL's own default
        if self.takes_tags(target):
            parameters["tag_handling"] = "xml"
            parameters["tag_handling_version"] = "v2"  # strict XML; an account's own default differs with its age
            parameters["outline_detection"] = False  # tags are inline: none of them ends a sentence
        return parameters

    def _answers(self, batch: Request) -> Iterator[Sequence[Answer]]:
        """Send the texts of the batch; in halves where the server finds that it is too large all the same."""
        tags, room = self.takes_tags(batch.target), self._room(batch)
        sendable = [_sendable(text, tags, room) for text in batch.texts]
        texts = [text for text in sendable if text is not None]
        try:
            answers = iter(self._send(batch, texts) if texts else [])
        except TooLarge:
            if len(texts) == 1:
                yield [Answer(None)] * len(sendable)
                return
            middle = len(sendable) // 2
            yield from self._answers(batch.part(range(middle)))
            yield from self._answers(batch.part(range(middle, len(sendable))))
            return
        yield [Answer(None) if text is None else next(answers) for text in sendable]

    def _send(self, batch: Request, texts: list[str]) -> list[Answer]:
        """One request, as often as it takes. Raises BackendError, or TooLarge."""
        parameters = self._parameters(batch.source, batch.target, batch.kinds[0] if batch.kinds else "")
        if self._options.context and (context := _fitted(batch.contexts)):
            parameters["context"] = context
        if batch.terms and self.takes_terms:
            if self._glossary is None:
                raise RequestRefused("the terms did not reach DeepL", remedy="Call `prepare` before `translate`.")
            parameters["glossary"] = self._glossary.id
        remedies = {400: suspects(self._options, batch.target)}
        results = self._line.ask(lambda client: client.translate_text(texts, **parameters), remedies)
        if not isinstance(results, list) or len(results) != len(texts):
            found = len(results) if isinstance(results, list) else 1
            raise unreadable(f"{len(texts)} texts were sent, {found} came back")
        tags = "tag_handling" in parameters
        return [_answer(result.text, result.billed_characters, tags) for result in results]


# Texts on their way out and back.


def _size(value: object) -> int:
    """The bytes that a value takes in the body: the client sends JSON in ASCII, `é` as `\\u00e9`."""
    return len(json.dumps(value))


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]


def _joined(contexts: Sequence[str]) -> str:
    return "\n".join(dict.fromkeys(context for context in contexts if context))


def _fitted(contexts: Sequence[str]) -> str:
    """The distinct contexts in at most MOST_CONTEXT bytes: none is cut to less than what another has whole."""
    joined = _joined(contexts)
    if _size(joined) <= MOST_CONTEXT:
        return joined
    distinct = list(dict.fromkeys(context for context in contexts if context))
    left = MOST_CONTEXT - len('""') - len(r"\n") * (len(distinct) - 1)
    for done, index in enumerate(sorted(range(len(distinct)), key=lambda index: _size(distinct[index]))):
        distinct[index] = _cut_to(distinct[index], left // (len(distinct) - done))
        left -= _size(distinct[index]) - len('""')
    return "\n".join(distinct)


def _cut_to(text: str, room: int) -> str:
    """As much of the beginning as takes `room` bytes."""
    return text[: bisect_right(range(1, len(text) + 1), room, key=lambda end: _size(text[:end]) - len('""'))]


def _sendable(text: str, tags: bool, room: int) -> str | None:
    """The text as it is sent, or None where it cannot be."""
    if tags and not _is_xml(text):
        return None
    text = text if tags else unescape(text)
    return text if _size(text) + 2 <= room else None


def _is_xml(text: str) -> bool:
    try:
        expat.ParserCreate().Parse(f"<t>{text}</t>", True)
    except (expat.ExpatError, UnicodeEncodeError):
        return False
    return True


def _answer(text: object, billed: object, tags: bool) -> Answer:
    """One translation; a broken one costs its neighbours nothing, for they were paid for too. More characters than a
    request has bytes cannot have been billed, and no journal could add them up.
    """
    charged = billed if isinstance(billed, int) and 0 < billed <= MOST_BYTES else 0
    if not isinstance(text, str) or not text.strip():
        return Answer(None, charged)
    return Answer(text if tags else escape(text), charged)
