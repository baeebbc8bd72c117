"""What is no prose in a text, hidden behind `THING`s, so that no rule can reach it."""

from __future__ import annotations

import re

from prl10n.localize.prose import ADDRESS, THING

SPACE = " \t\u00a0\u2007\u2009\u202f"
"""The spaces that stand between words; all but the first two may be somebody's no-break space."""

# Longer than any word: no prose, and a place where a pattern could take very long.
_LONGEST = 2000

# Runs without white space that hold a sign which prose hardly has. What is hidden is found inside of them.
_CHUNK = re.compile(r"(?<!\S)[^\s:;@/\\=(<&%-]*[:;@/\\=(<&%-]\S*")
_SIGN = re.compile(r"[:;@/\\=(<&%-]")
_LONG = re.compile(rf"(?<!\S)\S{{{_LONGEST},}}")
_INSIDE = re.compile(
    "|".join(
        (
            r"(?<![\w'])(?!(?:[cdjlmnst]|qu)')[\w.+-]+'[\w.+'-]*\w@\w[\w.-]*\w",  # o'neill@x.y; l'x@y.z is an article
            ADDRESS.pattern,
            r"&#?\w{1,30};",  # HTML's character references
            r"(?<!\w)[A-Za-z]:\\[^\s\"“”«»]*",  # Windows paths
            r"(?<![\w:]):[a-z0-9_+-]+:(?![\w:])",  # :emoji:
            r"(?<!\S)[:;=8]['’]?-?[)(DPpOo/\\|3*]+(?!\w)",  # emoticons
            r"-{0,2}\b[\w.:-]+=(?:\"[^\"]*\"|'[^']*'|[\w./:%-]+)",  # name="value"
            r"(?<!\S)--?\w[\w-]*",  # --flag
            r"\b\w+\([\"'][^()]*\)",  # call("x")
            r"%(?:\([^()]*\))?[a-zA-Z]\b",  # %s, %(name)s
            r"\w*[/\\]\.{2,3}[/\\]?[\w./\\]*",  # ../x
        )
    )
)

# What holds white space.
_ACROSS = re.compile(
    "|".join(
        (
            r"\{\{[^{}\n]{0,300}\}\}",
            r"\{%[^{}\n]{0,300}%\}",
            r"[%$#]?\{[^{}\n]{0,300}\}",
            r"<[A-Za-z/!][^<>\n]{0,300}>",
            r"\$\([^()\n]{0,100}\)",
        )
    )
)
_DIGIT = re.compile(r"\d")
_FIGURES = re.compile(
    "|".join(
        (
            r"\+\d{1,3}(?:[ \u00a0\u202f().-]{0,2}\d){6,14}",  # +33 6 89 99 48 52
            r"\(\d{2,4}\)[ \u00a0]?\d{3,4}[ .-]\d{3,4}",  # (555) 123-4567
            r"\b0\d(?:[ \u00a0\u202f./-]?\d\d){4}\b",  # 06 89 99 48 52
            r"\b0\d{2,3}(?:[ \u00a0\u202f/-]\d{2,4}){2,4}\b",  # 044 123 45 67
            r"\b[A-Z]{2}\d{2}(?:[ \u00a0][0-9A-Z]{4}){2,7}(?:[ \u00a0][0-9A-Z]{1,4})?\b",  # IBAN
            r"\b\d{1,3}['’′][ \u00a0]?\d{1,2}(?:[.,]\d+)?(?:[\"”″]|['’]{2})",  # 5' 10"
            r"\b\d{1,3}°[ \u00a0]?\d{1,2}['’′](?:[ \u00a0]?\d{1,2}(?:[.,]\d+)?(?:[\"”″]|['’]{2}))?",  # 48° 51' 24"
            r"\b\d{4}-\d\d-\d\d\b(?:[T ]\d\d:\d\d(?::\d\d)?)?",  # ISO 8601
        )
    )
)


def shielded(text: str) -> str:
    """A text of the same length: what is no prose is `THING`s, the rest as it was."""
    text = _ACROSS.sub(_hidden, text) if "{" in text or "<" in text or "$(" in text else text
    text = _LONG.sub(_hidden, text) if len(text) >= _LONGEST else text
    text = _CHUNK.sub(_chunk, text) if _SIGN.search(text) else text
    return _FIGURES.sub(_hidden, text) if _DIGIT.search(text) else text


def _hidden(found: re.Match[str]) -> str:
    return THING * len(found[0])


def _chunk(found: re.Match[str]) -> str:
    return _INSIDE.sub(_hidden, found[0])
