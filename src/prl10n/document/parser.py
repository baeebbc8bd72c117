"""markdown-it-py with positions: every inline content knows where it stands in the source, every inline token in its
content.

markdown-it-py gives blocks a range of lines and inline tokens nothing. Two additions are enough, and neither changes
what is parsed: the block rules that make content are followed by a function that notes, while the parser's marks are
still those of the block, where each line of the content begins (`Lines`); and the inline state notes its position at
every token that is pushed, from which `_tile` derives the range of all tokens, since together they tile the content.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, Protocol

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkDestination, parseLinkTitle
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.fragments_join import fragments_join
from markdown_it.token import Token

from prl10n.document import dialects
from prl10n.document.positions import NOTES, Lines, noting
from prl10n.document.quick import BlockState, InlineState, QuickBlock, QuickInline
from prl10n.document.templates import FIRST_MASK

__all__ = ["Grammar", "Lines", "Located", "Parser", "References", "dialect_of", "parser", "parser_for"]

MAX_NESTING = 100  # as markdown-it's own default; deeper blocks are left as they are


def _join(state: StateInline) -> None:
    """In place of `fragments_join`: texts are joined later, when the pieces are made, and must keep their positions
    until then.
    """
    if not isinstance(state, InlineState):
        fragments_join(state)


class Located(NamedTuple):
    """An inline token and its range in the content; the ranges of all tokens of a content tile it."""

    token: Token
    start: int
    end: int


def _starts(tokens: list[Token], src: str) -> list[tuple[Token, int]]:
    """Where every token begins; -1 for text that was gathered rather than pushed.

    Rules push before they move on, so that a token begins where the state stood, with three exceptions: a link begins
    one character earlier, at its bracket; a run of `*` or `_` pushes a token a character from one position; `**`
    takes two of these, of which one is left as an empty text, before an opening and behind a closing token.
    """
    starts: list[tuple[Token, int]] = []
    run_at, run = -1, 0
    half_open = -1  # where the first half of an opening `**` stood
    closed = False  # whether a closing `**` still waits for its second half
    for token in tokens:
        if token.map is None:
            starts.append((token, -1))
            closed = False
            continue
        start = token.map[0]
        kind = token.type
        if kind == "link_open":
            start -= token.markup != "autolink"
        elif (kind == "text" or kind in _EMPHASIS) and src[start] in "*_":
            run = run + 1 if start == run_at else 0
            run_at = start
            start += run
            if kind == "text" and not token.content:
                if closed:
                    closed = False
                else:
                    half_open = start
                continue
            if kind == "strong_open":
                start, half_open = half_open, -1
        closed = kind == "strong_close"
        starts.append((token, start))
    return starts


_EMPHASIS = frozenset({"em_open", "em_close", "strong_open", "strong_close"})


def _tile(tokens: list[Token], src: str) -> list[Located]:
    """Give every token its range. White space before a line break belongs to the break, as the parser has it."""
    located: list[Located] = []
    end = len(src)
    for token, start in reversed(_starts(tokens, src)):
        if start < 0:
            start = end - len(token.content)
        elif token.type == "softbreak":
            start -= src[start - 1 : start] == " "
        elif token.type == "hardbreak" and src[start] == "\n":
            while start and src[start - 1] == " ":
                start -= 1
        elif token.type == "text_special" and start + len(token.markup) > end:
            end = start + len(token.markup)  # the space of `\\ ` at the end of a line
            located[-1] = Located(located[-1].token, end, located[-1].end)
        located.append(Located(token, start, end))
        end = start
    located.reverse()
    return located


_MOST_STEPS = 3_000_000  # a second or two; a megabyte full of links takes a tenth


class _Helpers:
    """markdown-it's, with a bound: it looks for the end of a label at each bracket, to the end of the text where there
    is none, and for those within it again.
    """

    parseLinkDestination = staticmethod(parseLinkDestination)
    parseLinkTitle = staticmethod(parseLinkTitle)

    def __init__(self) -> None:
        self.steps = 0

    def parseLinkLabel(self, state: StateInline, start: int, disableNested: bool = False) -> int:
        """The end of the label that begins at `start`; -1 where it has none. RecursionError where that takes too long:
        a text of brackets is no prose.
        """
        before, level, end = state.pos, 1, -1
        if state.src.rfind("]", start + 1, state.posMax) < 0:
            return -1
        state.pos = start + 1
        while state.pos < state.posMax:
            marker = state.src[state.pos]
            level -= marker == "]"
            if level == 0:
                end = state.pos
                break
            self.steps += 1
            if self.steps > _MOST_STEPS:
                raise RecursionError("too many brackets in one text, one within the other")
            last = state.pos
            state.md.inline.skipToken(state)
            if marker == "[":
                if last == state.pos - 1:
                    level += 1  # a bracket that is a text
                elif disableNested:
                    break
        state.pos = before
        return end


class _Markdown(MarkdownIt):
    """Destinations stay as they are written, and none is refused: what a page may link to is not our business."""

    def normalizeLink(self, url: str) -> str:
        return url

    def validateLink(self, url: str) -> bool:
        del url
        return True


class Answers(Protocol):
    """What the rules ask of references."""

    def get(self, label: str, default: None = None, /) -> dict[str, str] | None: ...


class Parser:
    """One dialect's parser. Not thread-safe: markdown-it keeps its state in itself."""

    def __init__(self, dialect: str) -> None:
        options = {"maxNesting": MAX_NESTING, "inline_definitions": True, "strikethrough_single_tilde": True}
        self.dialect = dialect
        self.md = _Markdown("commonmark", options).enable(["table", "strikethrough"])
        self.helpers = _Helpers()
        self.md.helpers = self.helpers  # type: ignore[assignment]  # a module, of which three functions are used
        dialects.install(self.md, dialect)
        block = self.md.block.ruler
        for rule in list(block.__rules__):
            if (note := NOTES.get(rule.name)) is not None:
                block.at(rule.name, noting(rule.fn, note), {"alt": rule.alt})
        self.md.inline.ruler2.at("fragments_join", _join)
        self.md.block = QuickBlock(self.md.block, {"dialect": dialects.beginnings(dialect)}, FIRST_MASK)
        self.md.inline = self.quick = QuickInline(self.md.inline)

    def blocks(self, src: str, references: References) -> list[Token]:
        """Parse a body with `\n` newlines into block tokens. Reference definitions are added to `references`.

        Inline contents and HTML blocks carry `meta["lines"]`; inline contents are not parsed yet.
        """
        tokens: list[Token] = []
        state = BlockState(src, self.md, {"references": references}, tokens)
        self.md.block.tokenize(state, 0, state.lineMax)
        return tokens

    def is_block(self, text: str, kind: str) -> bool:
        """Whether a text alone is one block of this kind (`paragraph`, `heading`), and nothing of it begins another."""
        masked, _ = dialects.mask(text, self.dialect)
        tokens = self.blocks(f"# {masked}" if kind == "heading" else masked, {})
        types = [token.type for token in tokens]
        return types == [f"{kind}_open", "inline", f"{kind}_close"] and tokens[1].content == masked

    def inline(self, content: str, references: References | Answers) -> list[Located]:
        """Parse an inline content; ranges are offsets in `content`."""
        tokens: list[Token] = []
        state = InlineState(content, self.md, {"references": references}, tokens)
        self.helpers.steps = 0
        self.quick.tokenize(state)
        self.quick.finish(state)
        return _tile(state.tokens, content)


References = dict[str, dict[str, str]]  # a normalised label → {"href", "title"}


class Grammar(References):
    """The references of a document, which know its dialect: all that reading its translations takes."""

    __slots__ = ("dialect",)

    def __init__(self, dialect: str) -> None:
        super().__init__()
        self.dialect = dialect

    def __reduce__(self) -> tuple[object, ...]:
        return (Grammar, (self.dialect,), None, None, iter(self.items()))


def dialect_of(references: References) -> str:
    return references.dialect if isinstance(references, Grammar) else "auto"


def parser_for(references: References) -> Parser:
    """The parser of a document's dialect."""
    return parser(dialect_of(references))


@lru_cache(maxsize=8)
def parser(dialect: str = "auto") -> Parser:
    return Parser(dialect)
