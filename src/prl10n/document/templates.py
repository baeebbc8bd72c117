"""Templates run before markdown is read: Liquid, Hugo's shortcodes, mdBook's includes, the expressions of MDX.

mask(text, patterns) → (text, templates)   each template as a word to the parser, in as many characters
unmask, template_at                        and back
parameters(template)                       the prose in a template
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from prl10n.patterns import late

RAW = r"(?P<raw>\{%-?\s*raw\s*-?%\})(?P<text>.*?)(?P<endraw>\{%-?\s*endraw\s*-?%\})"
LIQUID_PAIR = r"\{%-?\s*(?P<liquid>comment|highlight|mermaid|plantuml)\b.*?\{%-?\s*end(?P=liquid)\s*-?%\}"
LIQUID = r"\{%.*?%\}"
LIQUID_OBJECT = r"\{\{(?!\{)(?:(?!\{\{|\}\}).)*\}\}"
_HUGO_CODE = (
    r"highlight|prism|code|codeblock|code-block|code-toggle|output|terminal|console|mermaid|plantuml|math|katex|chart"
)
HUGO_PAIR = (
    rf"\{{\{{(?P<open>[<%])\s*(?P<name>{_HUGO_CODE})(?=[\s>%])(?:(?!/?[>%]\}}\}}).)*(?<!/)[>%]\}}\}}"
    r".*?\{\{[<%]\s*/\s*(?P=name)\s*[>%]\}\}"
)
HUGO = (r"\{\{<.*?>\}\}", r"\{\{%.*?%\}\}")
INCLUDE = r"\{\{\s*#(?:(?!\}\}).)*\}\}"
CAUTIOUS = (r"\{\{(?!\{)(?:(?!\{\{|\}\}|`).)*\}\}", r"\{%(?:(?!%\}|`).)*%\}")
COMMENT = r"\{/\*.*?\*/\}"
EXPRESSION = r"(?<!\$)\{(?:[^{}`]|\{(?:[^{}`]|\{[^{}`]*\})*\})*\}"

# --- masking ----------------------------------------------------------------------------------------------------------

# A template becomes as many copies of one private character as it has characters: a word to every rule of markdown, and
# offsets stay what they are.
_FIRST, _LAST = 0xF0000, 0xFFFFD
FIRST_MASK = chr(_FIRST)
MASK = re.compile(r"([\U000F0000-\U000FFFFD])\1*")
_PROSE_PARAMETER = late(
    r"""\b(?:title|caption|alt|summary|label|description|heading|header)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)')"""
)


# Shortcodes of Hugo's themes whose quoted words without a name are a title.
_TITLED = late(
    r"\{\{[<%]\s*(?:admonition|alert|callout|caution|danger|details|expand|hint|important|info|note|notice|summary|tab|tip|"
    r"warning)\s(?P<rest>.*)",
    re.DOTALL,
)
_POSITIONAL = late(r"""(?<=\s)"((?:[^"\\]|\\.)*)"(?=[\s/>%])""")
_KEYWORD = late(r"[a-z0-9_-]*")  # the kind of a notice: `"warning"`

_TAG_END = late(r"[>%]\}\}|%\}")


# Without its end a template is none, and its pattern would look for that to the end of the text, at each place where
# one begins. So a pattern is left out at a place where what it meets first, behind its beginning, is no such `end`.
_BOUNDS: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    pattern: (late(begin), late(stop))
    for pattern, begin, stop in (
        (HUGO_PAIR, r"\{\{[<%]\s*[a-z-]+", r"/[>%]\}\}|(?P<end>[>%]\}\})"),
        (HUGO[0], r"\{\{<", r"(?P<end>>\}\})"),
        (HUGO[1], r"\{\{%", r"(?P<end>%\}\})"),
        (CAUTIOUS[1], r"\{%", r"`|(?P<end>%\})"),
        (COMMENT, r"\{/\*", r"(?P<end>\*/\})"),
    )
}
# And a pair of tags is left out behind the last ending tag of its name.
_PAIRS = frozenset({RAW, LIQUID_PAIR, HUGO_PAIR})
_OPENING = late(
    rf"\{{%-?\s*(?P<liquid>raw|comment|highlight|mermaid|plantuml)\b|\{{\{{[<%]\s*(?P<hugo>{_HUGO_CODE})(?=[\s>%])"
)
_ENDING = late(
    r"\{%-?\s*end(?P<liquid>raw|comment|highlight|mermaid|plantuml)\s*-?%\}"
    rf"|\{{\{{[<%]\s*/\s*(?P<hugo>{_HUGO_CODE})\s*[>%]\}}\}}"
)
_CLOSERS = {"{": "}}", "%": "%}", "": "}"}  # what ends a template, by what follows its brace


class _Ends:
    """Which patterns can end in a text from a place on. Asked for one place after the other, it reads the text once."""

    def __init__(self, text: str, patterns: Iterable[str]) -> None:
        self.text = text
        self.bounds = [(pattern, *_BOUNDS[pattern]) for pattern in patterns if pattern in _BOUNDS]
        self.stops: dict[str, re.Match[str] | None] = {}  # what a pattern met last
        self.last = {closer: text.rfind(closer) for closer in _CLOSERS.values()}
        self.pairs: dict[tuple[str | None, ...], int] | None = None  # where the last ending tags stand

    def any_behind(self, at: int) -> bool:
        return self.last[_CLOSERS.get(self.text[at + 1 : at + 2], "}")] > at

    def missing(self, at: int) -> frozenset[str]:
        """The patterns that begin at a place and have no end."""
        missing = _PAIRS if self.unpaired(at) else frozenset()
        for pattern, begin, stop in self.bounds:
            if (opening := begin.match(self.text, at)) is not None:
                met = self.met(pattern, stop, opening.end())
                if met is None or met["end"] is None:
                    missing |= {pattern}
        return missing

    def met(self, pattern: str, stop: re.Pattern[str], pos: int) -> re.Match[str] | None:
        known = self.stops.get(pattern)
        if pattern not in self.stops or (known is not None and known.start() < pos):
            known = self.stops[pattern] = stop.search(self.text, pos)
        return known

    def unpaired(self, at: int) -> bool:
        opening = _OPENING.match(self.text, at)
        if opening is None:
            return False
        if self.pairs is None:
            self.pairs = {found.group("liquid", "hugo"): found.start() for found in _ENDING.finditer(self.text)}
        return self.pairs.get(opening.group("liquid", "hugo"), -1) < at


@lru_cache(maxsize=64)
def _compiled(patterns: tuple[str, ...], missing: frozenset[str]) -> re.Pattern[str]:
    return re.compile("|".join(pattern for pattern in patterns if pattern not in missing) or r"(?!)", re.DOTALL)


def _templates(text: str, patterns: tuple[str, ...], *, escapes: bool) -> Iterator[re.Match[str]]:
    """What the patterns match, the earlier pattern before the later; with `escapes`, none behind a backslash."""
    ends, every = _Ends(text, patterns), _compiled(patterns, frozenset())
    at = text.find("{")
    while at >= 0:
        escaped = escapes and text[at - 1 : at] == "\\"
        found = None
        if not escaped and ends.any_behind(at):
            missing = ends.missing(at)
            found = (_compiled(patterns, missing) if missing else every).match(text, at)
        if found is not None:
            yield found
        at = text.find("{", found.end() if found is not None else at + 1)


def mask(text: str, patterns: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The text with the templates that the patterns match masked, and the templates, in order."""
    if not patterns or "{" not in text or MASK.search(text):
        return text, ()
    table: list[str] = []

    def hidden(template: str) -> str:
        if len(table) > _LAST - _FIRST:
            return template
        table.append(template)
        return chr(_FIRST + len(table) - 1) * len(template)

    def replaced(found: re.Match[str]) -> str:
        if not found.groupdict().get("raw"):
            return hidden(found[0])
        # what Liquid shows as it is may look like a template, and is none of our words either
        literals = _templates(found["text"], CAUTIOUS, escapes=False)
        inside = _replaced(found["text"], literals, lambda literal: hidden(literal[0]))
        return f"{hidden(found['raw'])}{inside}{hidden(found['endraw'])}"

    return _replaced(text, _templates(text, patterns, escapes=True), replaced), tuple(table)


def _replaced(text: str, found: Iterable[re.Match[str]], by: Callable[[re.Match[str]], str]) -> str:
    parts: list[str] = []
    done = 0
    for match in found:
        parts += (text[done : match.start()], by(match))
        done = match.end()
    return "".join((*parts, text[done:]))


def unmask(text: str, table: tuple[str, ...]) -> str:
    """The templates back in their places."""
    return MASK.sub(lambda found: table[ord(found[1]) - _FIRST], text) if table else text


def template_at(run: str, table: tuple[str, ...]) -> str:
    """The template that a run of mask characters stands for."""
    return table[ord(run[0]) - _FIRST]


def parameters(template: str) -> Iterator[tuple[int, int]]:
    """The ranges of the prose in a template: quoted parameters whose names, or places, say that people read them."""
    opening = _TAG_END.search(template)  # what stands between an opening and a closing tag is code
    end = opening.start() if opening else len(template)
    named = [found.span(1 if found[1] is not None else 2) for found in _PROSE_PARAMETER.finditer(template, 0, end)]
    titled = None if named else _TITLED.match(template)
    if titled is not None:
        places = (found for found in _POSITIONAL.finditer(template, titled.start("rest") - 1, end + 1))
        named = [found.span(1) for found in places if not _KEYWORD.fullmatch(found[1])]
    yield from named
