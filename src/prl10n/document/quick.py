"""The same tokens sooner. markdown-it-py tries every rule at every line and at every character, and nearly all of them
can only be one thing.

Two tables say with which characters a rule may begin, and only those rules are tried that may; a rule that is not in a
table is tried everywhere, so that none is lost. What remains is markdown-it-py's: its rules, in their order, on its
state. Three rules need another look than one at the first character, and are here: a `table` is told by its second
line; the `code` block by its indentation; and setext headings, definition lists and paragraphs, of which each read the
same lines to their end, read them once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.parser_block import ParserBlock
from markdown_it.parser_inline import ParserInline
from markdown_it.ruler import Ruler
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from prl10n.document.positions import paragraph_lines
from prl10n.patterns import late

BlockRule = Callable[[StateBlock, int, int, bool], bool]
InlineRule = Callable[[StateInline, bool], bool]

# --- states -----------------------------------------------------------------------------------------------------------


class _Token(Token):
    """A token that is made in half of the time: most of its fields have no value yet."""

    __slots__ = ()

    def __init__(self, type: str, tag: str, nesting: Literal[-1, 0, 1]) -> None:
        self.type = type
        self.tag = tag
        self.nesting = nesting
        self.attrs = {}
        self.map = None
        self.level = 0
        self.children = None
        self.content = self.markup = self.info = ""
        self.meta = {}
        self.block = self.hidden = False


class BlockState(StateBlock):
    """A block state whose lines are found without a look at every character."""

    def __init__(self, src: str, md: MarkdownIt, env: dict[str, Any], tokens: list[Token]) -> None:
        super().__init__("", md, env, tokens)
        self.src = src
        starts: list[int] = []
        ends: list[int] = []
        shifts: list[int] = []
        columns: list[int] = []
        lines = src.split("\n")
        if not lines[-1].strip(" \t"):  # no line, where there is no newline
            lines.pop()
        start = 0
        for line in lines:
            length = len(line)
            shift = length - len(line.lstrip(" \t"))
            starts.append(start)
            ends.append(start + length)
            shifts.append(shift)
            columns.append(_columns(line[:shift]) if shift else 0)
            start += length + 1
        self.lineMax = len(starts)
        self.bMarks = [*starts, len(src)]  # the last one is none, as in any state
        self.eMarks = [*ends, len(src)]
        self.tShift = [*shifts, 0]
        self.sCount = [*columns, 0]
        self.bsCount = [0] * (len(starts) + 1)

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = _Token(ttype, tag, nesting)
        token.block = True
        if nesting < 0:
            self.level -= 1
        token.level = self.level
        if nesting > 0:
            self.level += 1
        self.tokens.append(token)
        return token


def _columns(space: str) -> int:
    if "\t" not in space:
        return len(space)
    column = 0
    for character in space:
        column += 4 - column % 4 if character == "\t" else 1
    return column


class InlineState(StateInline):
    """An inline state whose pushed tokens carry the position at which they were pushed, in `map`."""

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        if self._pending or self._pending_buffer:
            self.pushPending()
        token = _Token(ttype, tag, nesting)
        meta = None
        if nesting < 0:
            self.level -= 1
            self.delimiters = self._prev_delimiters.pop()
        token.level = self.level
        if nesting > 0:
            self.level += 1
            self._prev_delimiters.append(self.delimiters)
            self.delimiters = []
            meta = {"delimiters": self.delimiters}
        self.pendingLevel = self.level
        token.map = [self.pos, self.pos]
        self.tokens.append(token)
        self.tokens_meta.append(meta)
        return token

    def pushPending(self) -> Token:
        token = _Token("text", "", 0)
        token.content = self.pending
        token.level = self.pendingLevel
        self.tokens.append(token)
        self.pending = ""
        return token


# --- inline -----------------------------------------------------------------------------------------------------------

# The characters that a rule may begin with. `text` takes all that end no text.
_INLINE: Mapping[str, str] = {
    "text": "",
    "newline": "\n",
    "escape": "\\",
    "backticks": "`",
    "strikethrough": "~",
    "emphasis": "*_",
    "link": "[",
    "image": "!",
    "autolink": "<",
    "html_inline": "<",
    "entity": "&",
    "mark": "{[$:",
    "opener": "<{",
}
_PAIRED = late("[*_~]")  # what makes the delimiters that are paired behind the parse


class QuickInline(ParserInline):
    """The rules of another inline parser, tried where they may begin."""

    def __init__(self, installed: ParserInline) -> None:
        super().__init__()
        self.ruler, self.ruler2 = installed.ruler, installed.ruler2
        for character in installed._extra_terminator_chars:
            self.add_terminator_char(character)
        rules = [(rule.name, rule.fn) for rule in self.ruler.__rules__ if rule.enabled]
        first = rules[0][0] == "text"  # else something else may want the characters of a text
        self.known = first and all(name in _INLINE for name, _ in rules)
        ends = [chr(code) for code in range(128) if self.terminator_re.match(chr(code))]
        ends += sorted(installed._extra_terminator_chars)
        table = {
            character: tuple(rule for name, rule in rules if character in _INLINE.get(name, character))
            for character in ends
        }
        self.table: dict[str, tuple[InlineRule, ...]] = {
            character: found for character, found in table.items() if found
        }
        self.begins = re.compile(f"[{re.escape(''.join(self.table))}]")
        # In a label the brackets count, too.
        self.in_label = re.compile(f"[{re.escape(''.join({*self.table, '[', ']'}))}]")

    def tokenize(self, state: StateInline) -> None:
        end, limit = state.posMax, state.md.options["maxNesting"]
        src, table, search = state.src, self.table, self.begins.search
        if not self.table or not self.known:
            super().tokenize(state)
            return
        while (pos := state.pos) < end:
            found = search(src, pos, end) if state.level < limit else None
            at = found.start() if found else end
            if at > pos:
                state.append_pending(src[pos:at])
                state.pos = at
                if found is None:
                    break
            for rule in table[src[at]]:
                if rule(state, False):
                    if state.pos <= at:
                        raise RuntimeError("inline rule didn't increment state.pos")
                    break
            else:
                state.append_pending(src[at])
                state.pos = at + 1
        if state.pending:
            state.pushPending()

    def skipToken(self, state: StateInline) -> None:
        pos, src = state.pos, state.src
        if not self.known or state.level >= state.md.options["maxNesting"] or pos in state.cache:
            super().skipToken(state)
            return
        rules = self.table.get(src[pos])
        if rules is None:
            found = self.in_label.search(src, pos + 1, state.posMax)
            state.pos = found.start() if found else state.posMax
        else:
            state.level += 1
            matched = any(rule(state, True) for rule in rules)
            state.level -= 1
            if not matched:
                state.pos = pos + 1
            elif state.pos <= pos:
                raise RuntimeError("inline rule didn't increment state.pos")
        state.cache[pos] = state.pos

    def finish(self, state: StateInline) -> None:
        """Pair what is to be paired; nothing is where no character is that may be."""
        if not self.known or _PAIRED.search(state.src):
            for rule in self.ruler2.getRules(""):
                rule(state)


# --- blocks -----------------------------------------------------------------------------------------------------------

_BLOCK: Mapping[str, str] = {
    "fence": "`~",
    "blockquote": ">",
    "hr": "*-_",
    "list": "*-+0123456789",
    "reference": "[",
    "html_block": "<",
    "heading": "#",
}
_TAILS = (["lheading", "paragraph"], ["lheading", "deflist", "paragraph"])  # that which `_Text` reads at once
_ENDS = ("paragraph", "reference", "blockquote", "list")
_OTHER = ""  # stands for any character that no rule in the table begins with


class _Table(dict[str, tuple[BlockRule, ...]]):
    """A character → the rules that may begin with it; for characters that it does not have those of `_OTHER`."""

    def __init__(self, rules: Iterable[tuple[str, BlockRule]], begins: Mapping[str, str]) -> None:
        rules = list(rules)
        for character in {_OTHER, *"".join(begins.values())}:
            self[character] = tuple(
                rule for name, rule in rules if name not in begins or (character and character in begins[name])
            )

    def __missing__(self, character: str) -> tuple[BlockRule, ...]:
        return self[_OTHER]


class _Ruler(Ruler[BlockRule]):
    """A ruler that has one rule to end a paragraph, a quotation, a list, a definition: it tries those that may."""

    def __init__(self, installed: Ruler[BlockRule], ends: Mapping[str, BlockRule]) -> None:
        super().__init__()
        self.__rules__ = installed.__rules__
        self.ends = {name: [rule] for name, rule in ends.items()}

    def getRules(self, chainName: str = "") -> list[BlockRule]:
        return self.ends.get(chainName) or super().getRules(chainName)


def _second_line(state: StateBlock, line: int) -> bool:
    """Whether the line behind this one may be the second one of a table."""
    pos = state.bMarks[line + 1] + state.tShift[line + 1]
    return pos < state.eMarks[line + 1] and state.src[pos] in "|-:"


class QuickBlock(ParserBlock):
    """The rules of another block parser, tried where they may begin.

    `begins` are the characters that the rules of a dialect begin with; characters from `masked` on may begin those
    rules, too, where the dialect has templates.
    """

    def __init__(self, installed: ParserBlock, begins: Mapping[str, str], masked: str) -> None:
        super().__init__()
        rules = [rule for rule in installed.ruler.__rules__ if rule.enabled]
        names = [rule.name for rule in rules]
        self.begins = {**_BLOCK, **begins}
        self.masked = masked
        own = {rule.name: rule.fn for rule in rules}
        self.ruler = _Ruler(installed.ruler, {name: self.ending(rules, name) for name in _ENDS})
        head = [(rule.name, rule.fn) for rule in rules]
        tail = next((tail for tail in _TAILS if names[-len(tail) :] == tail), None)
        if tail:
            head = [*head[: -len(tail)], ("text", _Text(own, self.ending(rules, "paragraph")))]
        self.full = _Table(head, self.begins)
        self.plain = _Table((item for item in head if item[0] not in ("table", "code")), self.begins)

    def ending(self, rules: Iterable[Any], chain: str) -> BlockRule:
        """What ends a block of this chain: a rule for `silent` mode only."""
        chosen = [(rule.name, rule.fn) for rule in rules if chain in rule.alt]
        table = _Table((item for item in chosen if item[0] != "table"), {**self.begins, "deflist": ":~"})
        behind = next((rule for name, rule in chosen if name == "table"), None)
        masked = self.masked

        def ends(state: StateBlock, line: int, end: int, silent: bool) -> bool:
            character = _first(state, line)
            for rule in table[masked if character >= masked else character]:
                if rule(state, line, end, silent):
                    return True
            return behind is not None and _second_line(state, line) and behind(state, line, end, silent)

        return ends

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:
        line, limit, masked = startLine, state.md.options["maxNesting"], self.masked
        empty = False
        while line < endLine:
            state.line = line = state.skipEmptyLines(line)
            if line >= endLine or state.sCount[line] < state.blkIndent:
                break
            if state.level >= limit:
                state.line = endLine
                break
            character = _first(state, line)
            special = state.sCount[line] - state.blkIndent >= 4 or _second_line(state, line)
            table = self.full if special else self.plain
            for rule in table[masked if character >= masked else character]:
                if rule(state, line, endLine, False):
                    break
            else:
                raise RuntimeError("none of the block rules matched")
            if state.line <= line:
                raise RuntimeError("block rule didn't increment state.line")
            state.tight = not empty
            line = state.line
            if line - 1 < endLine and state.isEmpty(line - 1):
                empty = True
            if line < endLine and state.isEmpty(line):
                empty = True
                line += 1
                state.line = line


def _first(state: StateBlock, line: int) -> str:
    """The first character of a line that is no space; of an empty one its newline, or none."""
    pos = state.bMarks[line] + state.tShift[line]
    return state.src[pos] if pos < len(state.src) else ""


class _Text:
    """A setext heading, a definition list, or else a paragraph: the rules at the end of the list, which all take what
    no other rule wants. What they have in common, the end of the text, is looked for once.
    """

    def __init__(self, rules: Mapping[str, BlockRule], ends: BlockRule) -> None:
        self.heading = rules["lheading"]
        self.definitions = rules.get("deflist")
        self.paragraph = rules["paragraph"]
        self.ends = ends

    def __call__(self, state: StateBlock, start: int, end: int, silent: bool) -> bool:
        if end != state.lineMax:  # the rules differ in where they look for the end
            return (
                self.heading(state, start, end, silent)
                or (self.definitions is not None and self.definitions(state, start, end, silent))
                or self.paragraph(state, start, end, silent)
            )
        state.parentType = "paragraph"  # and so it stays, as `lheading` leaves it
        starts, shifts, columns, stops = state.bMarks, state.tShift, state.sCount, state.eMarks
        src, indent, ends = state.src, state.blkIndent, self.ends
        line = start + 1
        while line < end:
            pos = starts[line] + shifts[line]
            if pos >= stops[line]:
                break
            column = columns[line]
            if column - indent <= 3:
                if column >= indent and src[pos] in "-=" and not src[pos : stops[line]].lstrip(src[pos]).strip(" \t"):
                    return self.heading(state, start, end, silent)
                if column >= 0 and ends(state, line, end, True):
                    break
            line += 1
        if self.definitions is not None and _defines(state, start, end) and self.definitions(state, start, end, silent):
            return True
        state.line = line
        token = state.push("paragraph_open", "p", 1)
        token.map = [start, line]
        token = state.push("inline", "", 0)
        token.map = [start, line]
        token.children = []
        token.content, token.meta["lines"] = paragraph_lines(state, start, line)
        state.push("paragraph_close", "p", -1)
        return True


def _defines(state: StateBlock, start: int, end: int) -> bool:
    """Whether the next line that is not empty may hold the definition of a term."""
    line = start + 1
    if line < end and state.isEmpty(line):
        line += 1
    return line < end and _first(state, line) in (":", "~")
