"""Neutral forms on their way to a provider and back: what is counted, how they look as HTML, and answers mended.

What a provider changed beyond recognition stays as it came: the caller checks the tags of every answer, and a tag that
was guessed would be a tag in the wrong place.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import TypeGuard

_TAG = re.compile(r"<(/?)([gx])([1-9][0-9]*)\s*(/?)>")

_HALF = re.compile("[\ud800-\udfff]")

# A tag of whatever kind, an entity, or a character that must be one.
_MARKUP = re.compile(
    r"(?P<tag></?[A-Za-z][^<>]*>|<[!?][^<>]*>)"
    r"|(?P<entity>&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]*);)|[&<>]"
)

_ID = re.compile(r"""(?:^|\s)id\s*=\s*(["']?)([gx][1-9][0-9]*)\1(?=$|[\s/])""", re.IGNORECASE)
_HTML = re.compile(
    r"<(?P<close>/?)(?P<name>span|img)\b(?P<attributes>[^<>]*?)(?P<empty>/?)>(?P<rest>\s*</img\s*>)?", re.IGNORECASE
)


def characters(texts: Iterable[str]) -> int:
    """The code points of their words: tags are left out, an entity is one character."""
    return sum(len(html.unescape(_TAG.sub("", text))) for text in texts)


def has_words(answer: object) -> TypeGuard[str]:
    """Whether an answer is a text that says something, and can be kept: JSON can say half of a surrogate pair, and
    UTF-8 cannot.
    """
    return isinstance(answer, str) and bool(answer.strip()) and not _HALF.search(answer)


def mended(text: str) -> str:
    """The text with `&`, `<`, `>` as entities where they are words, and every other entity as its character.

    A tag stays as it is, the neutral form's own or not. Laws: mended(mended(t)) == mended(t); a neutral form with no
    other entities than those three stays the same.
    """
    return _MARKUP.sub(lambda found: found[0] if found["tag"] else _escape(html.unescape(found[0])), text)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def to_html(text: str) -> str:
    """A neutral form as HTML: `<g1>` as `<span id="g1">`, `<x2/>` as `<img id="x2">`, a void element of phrases.

    Providers know both elements, keep their ids, and end no sentence at them; an element of our own name would be
    moved by their parsers, which do not know that it is empty. Law: from_html(to_html(t)) == t.
    """
    return _TAG.sub(_as_html, text)


def _as_html(tag: re.Match[str]) -> str:
    close, letter, number, _ = tag.groups()
    if letter == "x":
        return f'<img id="x{number}">'
    return "</span>" if close else f'<span id="g{number}">'


def from_html(text: str) -> str:
    """The neutral form that HTML stands for, whatever became of case, quotes, further attributes and entities.

    An element without an id of ours stays as it is, and so does its end.
    """
    opened: list[str] = []  # what ends each open span is to be

    def back(element: re.Match[str]) -> str:
        name, rest = element["name"].lower(), element["rest"] or ""
        if element["close"]:
            return opened.pop() + rest if name == "span" and opened else element[0]
        found = _ID.search(element["attributes"])
        id_ = found[2].lower() if found else ""
        if name == "img":
            return f"<{id_}/>" if id_[:1] == "x" else element[0]
        ours = id_[:1] == "g"
        if not element["empty"]:
            opened.append(f"</{id_}>" if ours else "</span>")
        return f"<{id_}{element['empty']}>{rest}" if ours else element[0]

    return mended(_HTML.sub(back, text))
