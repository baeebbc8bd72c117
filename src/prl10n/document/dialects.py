"""What site generators add to markdown: a table of dialects, and the block rules that it names.

Three kinds of additions are told apart by when they happen. *Templates* run before markdown is read (Liquid, Hugo's
shortcodes, mdBook's includes): they are masked, character by character, so that the parser sees a word in their place.
*Marks* are read with the words (attribute lists, footnote references, math): they become pieces of their own. *Blocks*
end a paragraph (admonitions, directives, definition lists): each is a rule of the parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, html_block
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.deflist import deflist_plugin

from prl10n.document.html import VOID

# --- templates --------------------------------------------------------------------------------------------------------

_RAW = r"(?P<raw>\{%-?\s*raw\s*-?%\})(?P<text>.*?)(?P<endraw>\{%-?\s*endraw\s*-?%\})"
_LIQUID_PAIR = r"\{%-?\s*(?P<liquid>comment|highlight|mermaid|plantuml)\b.*?\{%-?\s*end(?P=liquid)\s*-?%\}"
_LIQUID = r"\{%.*?%\}"
_LIQUID_OBJECT = r"\{\{(?!\{)(?:(?!\{\{|\}\}).)*\}\}"
_HUGO_CODE = (
    r"highlight|prism|code|codeblock|code-block|code-toggle|output|terminal|console|mermaid|plantuml|math|katex|chart"
)
_HUGO_PAIR = (
    rf"\{{\{{(?P<open>[<%])\s*(?P<name>{_HUGO_CODE})(?=[\s>%])(?:(?!/?[>%]\}}\}}).)*(?<!/)[>%]\}}\}}"
    r".*?\{\{[<%]\s*/\s*(?P=name)\s*[>%]\}\}"
)
_HUGO = (r"\{\{<.*?>\}\}", r"\{\{%.*?%\}\}")
_INCLUDE = r"\{\{\s*#(?:(?!\}\}).)*\}\}"
_CAUTIOUS = (r"\{\{(?!\{)(?:(?!\{\{|\}\}|`).)*\}\}", r"\{%(?:(?!%\}|`).)*%\}")
_COMMENT = r"\{/\*.*?\*/\}"
_EXPRESSION = r"(?<!\$)\{(?:[^{}`]|\{(?:[^{}`]|\{[^{}`]*\})*\})*\}"

# --- marks ------------------------------------------------------------------------------------------------------------

_ATTRIBUTES = (
    r"\{:[^{}\n]*\}|\{ ?(?:[#.][^\s{}]+|[\w-]+=(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s{}\"']+))(?: +[^\s{}][^{}\n]*?)? ?\}"
)
_FOOTNOTE = r"\[\^[^\]\s]+\](?!:)"
_MATH = r"\$\$(?=\S)[^$]+?\$\$|\$(?=[^\s$0-9])(?:[^$\n\\`]|\\.)*?(?<=[^\s\\$])\$(?![\w${])"
_EMOJI = r":[a-z][a-z0-9_+-]*:(?!\w)"


@dataclass(frozen=True, slots=True)
class Dialect:
    """One row: patterns of templates, the earlier before the later, and of marks; names of block rules (`_BLOCKS`)."""

    name: str
    templates: tuple[str, ...] = ()
    marks: str = ""
    blocks: tuple[str, ...] = ()


def _any(*patterns: str) -> str:
    return "|".join(patterns)


_GFM_BLOCKS = ("footnote",)
_DOCS_BLOCKS = (*_GFM_BLOCKS, "math", "attributes", "markdown_html", "abbreviation", "definitions")

DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        Dialect("commonmark"),
        Dialect("gfm", marks=_any(_FOOTNOTE, _MATH, _EMOJI), blocks=(*_GFM_BLOCKS, "math")),
        Dialect(
            "jekyll",
            (_RAW, _LIQUID_PAIR, _LIQUID, _LIQUID_OBJECT),
            _any(_ATTRIBUTES, _FOOTNOTE, _MATH, _EMOJI),
            ("template", *_DOCS_BLOCKS),
        ),
        Dialect(
            "hugo",
            (_HUGO_PAIR, *_HUGO),
            _any(_ATTRIBUTES, _FOOTNOTE, _MATH, _EMOJI),
            ("template", *_DOCS_BLOCKS),
        ),
        Dialect(
            "mkdocs",
            _CAUTIOUS,
            _any(_ATTRIBUTES, _FOOTNOTE, _MATH, _EMOJI),
            ("template", "snippet", "admonition", "directive", *_DOCS_BLOCKS),
        ),
        Dialect(
            "docusaurus",
            (_COMMENT, _EXPRESSION),
            _any(_FOOTNOTE, _MATH, _EMOJI),
            ("template", "module", "directive", "jsx", *_GFM_BLOCKS, "math"),
        ),
        Dialect(
            "auto",
            (_RAW, _LIQUID_PAIR, _LIQUID, _HUGO_PAIR, *_HUGO, _INCLUDE, *_CAUTIOUS),
            _any(_ATTRIBUTES, _FOOTNOTE, _MATH, _EMOJI),
            ("template", "snippet", "admonition", "module", "directive", *_DOCS_BLOCKS),
        ),
    )
}


def recognise(name: str, dialect: str) -> str:
    """The dialect of a file by its name: the one of its site, but MDX is Docusaurus's where the site is not known."""
    return "docusaurus" if PurePosixPath(name).suffix == ".mdx" and dialect == "auto" else dialect


_IMPORT = re.compile(r"^import\s", re.MULTILINE)
_CODE = re.compile(
    r"^[ ]{0,3}(`{3,}|~{3,}).*?(?:^[ ]{0,3}\1|\Z)|(`+)(?!`)[^\n]*?(?<!`)\2(?!`)", re.DOTALL | re.MULTILINE
)
_MDX = re.compile(
    r"^(?:\{/\*|import\s+[^\s\"'(][^\n]*?\sfrom\s+[\"'][^\"'\n]+[\"'];?[ \t]*$)|<[A-Za-z][^<>{]*?\s[\w-]+=\{",
    re.MULTILINE,
)


def _may_be_mdx(text: str) -> bool:
    return "{/*" in text or "={" in text or ("import" in text and _IMPORT.search(text) is not None)


def recognise_text(text: str, dialect: str) -> str:
    """The dialect of a file by what it says: many sites keep MDX in files that are called `.md`.

    Comments in braces, imports, or elements with expressions, outside code, are MDX and nothing else.
    """
    if dialect == "auto" and _may_be_mdx(text) and _MDX.search(_CODE.sub("", text)):
        return "docusaurus"
    return dialect


# --- masking templates ------------------------------------------------------------------------------------------------

# A template becomes as many copies of one private character as it has characters: a word to every rule of markdown, and
# offsets stay what they are.
_FIRST, _LAST = 0xF0000, 0xFFFFD
FIRST_MASK = chr(_FIRST)
MASK = re.compile(r"([\U000F0000-\U000FFFFD])\1*")
_PROSE_PARAMETER = re.compile(
    r"""\b(?:title|caption|alt|summary|label|description|heading|header)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)')"""
)


# Shortcodes of Hugo's themes whose quoted words without a name are a title.
_TITLED = re.compile(
    r"\{\{[<%]\s*(?:admonition|alert|callout|caution|danger|details|expand|hint|important|info|note|notice|summary|tab|tip|"
    r"warning)\s(?P<rest>.*)",
    re.DOTALL,
)
_POSITIONAL = re.compile(r"""(?<=\s)"((?:[^"\\]|\\.)*)"(?=[\s/>%])""")
_KEYWORD = re.compile(r"[a-z0-9_-]*")  # the kind of a notice: `"warning"`

_TAG_END = re.compile(r"[>%]\}\}|%\}")


# Without its end a template is none, and its pattern would look for that to the end of the text, at each place where
# one begins. So a pattern is left out at a place where what it meets first, behind its beginning, is no such `end`.
_BOUNDS: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    pattern: (re.compile(begin), re.compile(stop))
    for pattern, begin, stop in (
        (_HUGO_PAIR, r"\{\{[<%]\s*[a-z-]+", r"/[>%]\}\}|(?P<end>[>%]\}\})"),
        (_HUGO[0], r"\{\{<", r"(?P<end>>\}\})"),
        (_HUGO[1], r"\{\{%", r"(?P<end>%\}\})"),
        (_CAUTIOUS[1], r"\{%", r"`|(?P<end>%\})"),
        (_COMMENT, r"\{/\*", r"(?P<end>\*/\})"),
    )
}
# And a pair of tags is left out behind the last ending tag of its name.
_PAIRS = frozenset({_RAW, _LIQUID_PAIR, _HUGO_PAIR})
_OPENING = re.compile(
    rf"\{{%-?\s*(?P<liquid>raw|comment|highlight|mermaid|plantuml)\b|\{{\{{[<%]\s*(?P<hugo>{_HUGO_CODE})(?=[\s>%])"
)
_ENDING = re.compile(
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
    return re.compile(_any(*(pattern for pattern in patterns if pattern not in missing)) or r"(?!)", re.DOTALL)


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


def mask(text: str, dialect: str) -> tuple[str, tuple[str, ...]]:
    """The text with its templates masked, and the templates, in order."""
    patterns = DIALECTS[dialect].templates
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
        literals = _templates(found["text"], _CAUTIOUS, escapes=False)
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


# --- rules ------------------------------------------------------------------------------------------------------------


def install(md: MarkdownIt, dialect: str) -> None:
    """Give a parser the marks and the blocks of a dialect."""
    row = DIALECTS[dialect]
    if row.marks:
        md.inline.ruler.after("text", "mark", _mark(re.compile(row.marks, re.DOTALL)))
    if "definitions" in row.blocks:
        md.use(deflist_plugin)
    if "jsx" in row.blocks:
        md.disable("html_block")
    rules = {first: _BLOCKS[name] for name in row.blocks for first in _FIRST_CHARACTERS.get(name, "")}
    template = _template if "template" in row.blocks else None
    if rules or template:

        def block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
            pos = state.bMarks[start] + state.tShift[start]
            if pos >= state.eMarks[start]:
                return False
            first = state.src[pos]
            rule = rules.get(first) or (template if first >= FIRST_MASK else None)
            return rule is not None and rule(state, start, end, silent)

        md.block.ruler.before("table", "dialect", block, {"alt": _ENDS})


def beginnings(dialect: str) -> str:
    """The characters that the block rules of a dialect begin with."""
    blocks = DIALECTS[dialect].blocks
    characters = "".join(_FIRST_CHARACTERS.get(name, "") for name in blocks)
    return characters + FIRST_MASK if "template" in blocks else characters


# What the first line of a block begins with: most lines need no other look.
_FIRST_CHARACTERS = {
    "attributes": "{",
    "markdown_html": "<",
    "jsx": "<",
    "snippet": "-",
    "module": "ie",
    "math": "$",
    "directive": ":",
    "admonition": "!?=",
    "footnote": "[",
    "abbreviation": "*",
}
_ENDS = ["paragraph", "reference", "blockquote", "list"]


def _mark(pattern: re.Pattern[str]) -> Callable[[StateInline, bool], bool]:
    def rule(state: StateInline, silent: bool) -> bool:
        character = state.src[state.pos]
        if character not in "{[$:" or (character == ":" and state.pos and state.src[state.pos - 1].isalnum()):
            return False
        if (
            character == "[" and state.src.find("]", state.pos, state.posMax) < 0
        ):  # the pattern would look for it longer
            return False
        found = pattern.match(state.src, state.pos, state.posMax)
        if found is None:
            return False
        if not silent:
            state.push("mark", "", 0).content = found[0]
        state.pos = found.end()
        return True

    return rule


def _line(state: StateBlock, line: int) -> tuple[int, str]:
    """The offset and the text of a line without its containers and indentation."""
    start = state.bMarks[line] + state.tShift[line]
    return start, state.src[start : state.eMarks[line]]


def _opaque(state: StateBlock, start: int, end: int) -> None:
    """Lines `start` to `end` as one block that is not markdown. Templates in them may hold prose."""
    begin, _ = _line(state, start)
    token = state.push("template", "", 0)
    token.map = [start, end]
    token.content = state.src[begin : state.eMarks[end - 1]]
    token.meta["start"] = begin
    state.line = end


def _template(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A line of templates only: what is around it is another paragraph."""
    del end
    _, text = _line(state, start)
    if state.is_code_block(start) or not MASK.match(text) or MASK.sub("", text).strip():
        return False
    if not silent:
        _opaque(state, start, start + 1)
    return True


_ATTRIBUTE_LINE = re.compile(rf"(?:{_ATTRIBUTES})[ \t]*$")


def _attributes(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """kramdown's and Hugo's `{: .note}`, `{.note}` on a line of its own."""
    del end
    _, text = _line(state, start)
    if not text.startswith("{") or state.is_code_block(start) or not _ATTRIBUTE_LINE.match(text):
        return False
    if not silent:
        _opaque(state, start, start + 1)
    return True


_MARKDOWN_TAG = re.compile(r"<([A-Za-z][\w-]*)[^<>]*?\smarkdown(?:=(?:\"\w*\"|'\w*'|\w+))?(?:\s[^<>]*)?>[ \t]*$")


def _markdown_html(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`<div markdown>` on a line of its own: up to the line `</div>` all is markdown, whatever its indentation."""
    _, text = _line(state, start)
    found = _MARKDOWN_TAG.match(text) if text.startswith("<") and not state.is_code_block(start) else None
    if found is None:
        return False
    if silent:
        return True
    _element(state, found[1], start, start + 1, end)
    return True


def _element(state: StateBlock, name: str, start: int, inside: int, end: int) -> None:
    """The tag on the lines from `start` to `inside`; what follows it as markdown, up to the line of its end tag."""
    _tag_lines(state, start, inside)
    last = _closing_line(state, name, inside, end)
    if last is not None:
        columns = [state.sCount[line] for line in range(inside, last) if not state.isEmpty(line)]
        before = state.blkIndent, state.lineMax, state.parentType
        state.blkIndent, state.lineMax = min([*columns, 99]) if columns else before[0], last
        state.parentType = "html"
        state.md.block.tokenize(state, inside, last)
        state.blkIndent, state.lineMax, state.parentType = before
        _tag_lines(state, last, last + 1)


_JSX_TAG = re.compile(r"<(?:(/?)([A-Za-z][\w.:-]*)(?:[^'\"<>]|\"[^\"]*\"|'[^']*')*|/?)>[ \t]*(?=\n|\Z)")
_NO_JSX = re.compile(r"<(?:!|\?|(?:script|style|pre)[\s>])", re.IGNORECASE)


def _jsx(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A tag of MDX on lines of its own: what is between it and its end tag is markdown, whatever its indentation.

    Source: https://mdxjs.com/docs/what-is-mdx/#markdown. Other lines that begin with a tag are paragraphs.
    """
    begin, text = _line(state, start)
    if state.is_code_block(start) or _NO_JSX.match(text):
        return html_block(state, start, end, silent)
    found = _JSX_TAG.match(state.src, begin, state.eMarks[end - 1])
    if found is None or silent:
        return found is not None
    inside = next(line for line in range(start, end) if state.eMarks[line] >= found.end()) + 1
    if found[1] is None or found[1] or found[0].rstrip().endswith("/>") or found[2] in VOID:
        _tag_lines(state, start, inside)
    else:
        _element(state, found[2], start, inside, end)
    return True


def _tag_lines(state: StateBlock, start: int, end: int) -> None:
    token = state.push("html_block", "", 0)
    token.map = [start, end]
    token.content = state.getLines(start, end, state.blkIndent, True)
    state.line = end


def _closing_line(state: StateBlock, name: str, start: int, end: int) -> int | None:
    """The line that holds nothing but the end tag of the element whose content begins at line `start`."""
    if start >= end or state.src.find(f"</{name}", state.bMarks[start]) < 0:
        return None
    depth = 1
    tag = re.compile(rf"<(/?){re.escape(name)}\b")
    for line in range(start, end):
        text = _line(state, line)[1]
        depth += sum(-1 if found[1] else 1 for found in tag.finditer(text))
        if depth <= 0:
            return line if re.fullmatch(rf"</{re.escape(name)}>[ \t]*", text) else None
    return None


_SNIPPET = re.compile(r"-{1,2}8<-{1,2}(.*)$")


def _snippet(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """pymdownx.snippets: `--8<-- "file"`, or names between two lines of the mark alone."""
    _, text = _line(state, start)
    found = _SNIPPET.match(text)
    if found is None or state.is_code_block(start):
        return False
    if silent:
        return True
    last = start
    if not found[1].strip():
        last = next((line for line in range(start + 1, end) if _SNIPPET.match(_line(state, line)[1])), start)
    _opaque(state, start, last + 1)
    return True


_MODULE = re.compile(
    r"import\s+(?:[^\s\"'(][^\n]*?\sfrom\s+)?[\"'][^\"'\n]+[\"'];?\s*$|import\s*\{[^}\n]*$"
    r"|export\s+(?:const|let|var|default|function|async|class)\b"
)


def _module(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The imports and exports of MDX, up to an empty line."""
    _, text = _line(state, start)
    if silent or state.sCount[start] > 0 or not _MODULE.match(text):
        return False
    last = start + 1
    while last < end and not state.isEmpty(last):
        last += 1
    _opaque(state, start, last)
    return True


def _math(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`$$` up to the line that ends with the next `$$`."""
    _, text = _line(state, start)
    if not text.startswith("$$") or state.is_code_block(start):
        return False
    if len(text.rstrip()) > 4 and text.rstrip().endswith("$$"):
        last: int | None = start
    else:
        last = next((line for line in range(start + 1, end) if _line(state, line)[1].rstrip().endswith("$$")), None)
    if last is None or (last == start and "$$" in text.rstrip()[2:-2]):
        return False
    if not silent:
        _opaque(state, start, last + 1)
    return True


_REFERENCE = re.compile(r":::[ \t]+\w+(?:(?P<dotted>\.\w+)+)?[ \t]*$")
REFERENCE_HEADING = re.compile(r":::[ \t]+[\w.]+")  # mkdocstrings takes the heading from the object it names
_DIRECTIVE = re.compile(r"(:{3,})[ \t]*([\w-]*)(?:\[([^\]\n]*)\])?([ \t]*\{[^}\n]*\})?[ \t]*(.*?)[ \t]*$")


def _directive(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Docusaurus's `:::note Title` and `:::note[Title]`, and the `:::` that ends it; mkdocstrings' `::: a.module`."""
    begin, text = _line(state, start)
    if not text.startswith(":::") or state.is_code_block(start):
        return False
    reference = _REFERENCE.match(text)
    last = _end_of_indented(state, start + 1, end) if reference else start
    if reference and (reference["dotted"] or (last > start + 1 and not state.isEmpty(start + 1))):
        if not silent:
            _opaque(state, start, last)
        return True
    found = _DIRECTIVE.match(text)
    if found is None:
        return False
    if silent:
        return True
    group = 3 if found[3] is not None else 5
    token = state.push("directive", "", 0)
    token.map = [start, start + 1]
    token.content = found[group]
    token.info = text[: found.start(group)]
    token.meta["start"] = begin + found.start(group)
    state.line = start + 1
    return True


_ADMONITION = re.compile(r"(?:(?:!!!|\?\?\?\+?)[ \t]*([\w -]*?)|===[!+]?)(?:[ \t]*\"(.*)\")?[ \t]*$")


def _admonition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Python-Markdown's admonitions, details and tabs: a line with a title, and what is indented below it."""
    begin, text = _line(state, start)
    if text[:3] not in ("!!!", "???", "===") or state.is_code_block(start):
        return False
    found = _ADMONITION.match(text)
    if found is None or (text.startswith("===") and found[2] is None) or not (found[1] or found[2]):
        return False
    if silent:
        return True
    token = state.push("admonition_open", "div", 1)
    token.map = [start, end]
    token.info = text[: found.start(2)] if found[2] else text
    token.content = found[2] or ""
    token.meta["start"] = begin + found.start(2) if found[2] else begin
    _indented(state, start + 1, end, "admonition")
    state.push("admonition_close", "div", -1)
    return True


def _indented(state: StateBlock, start: int, end: int, parent: str) -> None:
    """Parse what is indented by four columns from line `start` on, as blocks."""
    last = _end_of_indented(state, start, end)
    before = state.blkIndent, state.lineMax, state.parentType
    state.blkIndent, state.lineMax, state.parentType = state.blkIndent + 4, last, parent
    state.md.block.tokenize(state, start, last)
    state.blkIndent, state.lineMax, state.parentType = before
    state.line = max(last, start)


def _end_of_indented(state: StateBlock, start: int, end: int) -> int:
    """The line behind the last one, from `start`, that is indented by four columns; empty lines may be among them."""
    last = line = start
    while line < end:
        if not state.isEmpty(line):
            if state.sCount[line] < state.blkIndent + 4:
                break
            last = line + 1
        line += 1
    return last


_FOOTNOTE_START = re.compile(r"\[\^[^\]\s]+\]:[ \t]*")


def _footnote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`[^label]: text`, with more blocks indented by four columns."""
    begin, text = _line(state, start)
    found = _FOOTNOTE_START.match(text)
    if found is None or state.is_code_block(start):
        return False
    if silent:
        return True
    token = state.push("footnote_open", "div", 1)
    token.info = found[0].rstrip()
    before = state.bMarks[start], state.tShift[start], state.sCount[start], state.blkIndent, state.parentType
    state.bMarks[start], state.tShift[start] = begin + found.end(), 0
    state.blkIndent += 4
    state.sCount[start] = state.blkIndent
    state.parentType = "footnote"
    if found.end() < len(text):
        state.md.block.tokenize(state, start, end)
    else:
        state.line = start + 1
    state.bMarks[start], state.tShift[start], state.sCount[start], state.blkIndent, state.parentType = before
    state.push("footnote_close", "div", -1)
    return True


_ABBREVIATION = re.compile(r"\*\[[^\]\n]+\]:[ \t]*")


def _abbreviation(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`*[HTML]: what it stands for`."""
    del end
    begin, text = _line(state, start)
    found = _ABBREVIATION.match(text)
    if found is None or state.is_code_block(start):
        return False
    if not silent:
        token = state.push("directive", "", 0)
        token.map = [start, start + 1]
        token.info = found[0].rstrip()
        token.content = text[found.end() :].rstrip()
        token.meta["start"] = begin + found.end()
        state.line = start + 1
    return True


_BLOCKS: Mapping[str, Callable[[StateBlock, int, int, bool], bool]] = {
    "attributes": _attributes,
    "markdown_html": _markdown_html,
    "jsx": _jsx,
    "snippet": _snippet,
    "module": _module,
    "math": _math,
    "directive": _directive,
    "admonition": _admonition,
    "footnote": _footnote,
    "abbreviation": _abbreviation,
}
