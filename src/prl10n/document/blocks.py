"""Blocks end a paragraph: admonitions, directives, footnotes, elements with markdown inside. Each is a parser's rule.

A rule is called as markdown-it's own are: for the line `start` of those up to `end`; `silent` asks only whether a block
begins there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from markdown_it.rules_block import StateBlock, html_block

from prl10n.document.html import VOID
from prl10n.document.marks import ATTRIBUTES
from prl10n.document.templates import FIRST_MASK, MASK
from prl10n.patterns import late

Rule = Callable[[StateBlock, int, int, bool], bool]


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


_ATTRIBUTE_LINE = late(rf"(?:{ATTRIBUTES})[ \t]*$")


def _attributes(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """kramdown's and Hugo's `{: .note}`, `{.note}` on a line of its own."""
    del end
    _, text = _line(state, start)
    if not text.startswith("{") or state.is_code_block(start) or not _ATTRIBUTE_LINE.match(text):
        return False
    if not silent:
        _opaque(state, start, start + 1)
    return True


_MARKDOWN_TAG = late(r"<([A-Za-z][\w-]*)[^<>]*?\smarkdown(?:=(?:\"\w*\"|'\w*'|\w+))?(?:\s[^<>]*)?>[ \t]*$")


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


_JSX_TAG = late(r"<(?:(/?)([A-Za-z][\w.:-]*)(?:[^'\"<>]|\"[^\"]*\"|'[^']*')*|/?)>[ \t]*(?=\n|\Z)")
_NO_JSX = late(r"<(?:!|\?|(?:script|style|pre)[\s>])", re.IGNORECASE)


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


_SNIPPET = late(r"-{1,2}8<-{1,2}(.*)$")


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


_REFERENCE = late(r":::[ \t]+\w+(?:(?P<dotted>\.\w+)+)?[ \t]*$")
REFERENCE_HEADING = re.compile(r":::[ \t]+[\w.]+")  # mkdocstrings takes the heading from the object it names
_DIRECTIVE = late(r"(:{3,})[ \t]*([\w-]*)(?:\[([^\]\n]*)\])?([ \t]*\{[^}\n]*\})?[ \t]*(.*?)[ \t]*$")


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


_ADMONITION = late(r"(?:(?:!!!|\?\?\?\+?)[ \t]*([\w -]*?)|===[!+]?)(?:[ \t]*\"(.*)\")?[ \t]*$")


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


# What the first line of a block begins with, for most lines need no other look, and its rule.
_BLOCKS: Mapping[str, tuple[str, Rule]] = {
    "template": (FIRST_MASK, _template),
    "attributes": ("{", _attributes),
    "markdown_html": ("<", _markdown_html),
    "jsx": ("<", _jsx),
    "snippet": ("-", _snippet),
    "module": ("ie", _module),
    "math": ("$", _math),
    "directive": (":", _directive),
    "admonition": ("!?=", _admonition),
    "footnote": ("[", _footnote),
    "abbreviation": ("*", _abbreviation),
}


def beginnings(names: Iterable[str]) -> str:
    """The characters that blocks of these names begin with; `FIRST_MASK` stands for every masked template."""
    return "".join(_BLOCKS[name][0] for name in names if name in _BLOCKS)


def combined(names: Iterable[str]) -> Rule | None:
    """The rules of these names as one, which chooses by the first character of a line; None where there are none."""
    chosen = [_BLOCKS[name] for name in names if name in _BLOCKS]  # definition lists are a plug-in's
    rules = {first: rule for characters, rule in chosen for first in characters}
    template = rules.pop(FIRST_MASK, None)
    if not rules and template is None:
        return None

    def block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        pos = state.bMarks[start] + state.tShift[start]
        if pos >= state.eMarks[start]:
            return False
        first = state.src[pos]
        rule = rules.get(first) or (template if first >= FIRST_MASK else None)
        return rule is not None and rule(state, start, end, silent)

    return block
