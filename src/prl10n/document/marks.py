"""Marks are read with the words: attribute lists, footnote references, math, emoji; and what begins a template or a tag
that never ends. They become pieces of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it.rules_inline import StateInline

ATTRIBUTES = (
    r"\{:[^{}\n]*\}|\{ ?(?:[#.][^\s{}]+|[\w-]+=(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s{}\"']+))(?: +[^\s{}][^{}\n]*?)? ?\}"
)
FOOTNOTE = r"\[\^[^\]\s]+\](?!:)"
MATH = r"\$\$(?=\S)[^$]+?\$\$|\$(?=[^\s$0-9])(?:[^$\n\\`]|\\.)*?(?<=[^\s\\$])\$(?![\w${])"
EMOJI = r":[a-z][a-z0-9_+-]*:(?!\w)"
# What a generator takes for the beginning of a template or a tag, whatever follows: where it is none, no page is built.
# So it is markup, which a translation has where the source has it; as words it is written with a backslash.
MDX_OPENER = r"</?>|<(?![ \t\n])|(?<!\$)\{|\{(?![^{}\n]*\})"  # https://mdxjs.com/docs/troubleshooting-mdx/
HUGO_OPENER = r"\{\{[<%]"
LIQUID_OPENER = r"\{[{%]"


Rule = Callable[[StateInline, bool], bool]


def marking(patterns: str) -> Rule:
    """The rule of the parser that reads what the patterns match."""
    found = _reading("mark", re.compile(patterns, re.DOTALL))

    def rule(state: StateInline, silent: bool) -> bool:
        character = state.src[state.pos]
        if character not in "{[$:" or (character == ":" and state.pos and state.src[state.pos - 1].isalnum()):
            return False
        if character == "[" and state.src.find("]", state.pos, state.posMax) < 0:  # the pattern would look longer
            return False
        return found(state, silent)

    return rule


def opening(patterns: str) -> Rule:
    """The rule of the parser that reads what begins a template or a tag, where no other rule found one."""
    found = _reading("opener", re.compile(patterns))

    def rule(state: StateInline, silent: bool) -> bool:
        return state.src[state.pos] in "<{" and found(state, silent)

    return rule


def _reading(kind: str, pattern: re.Pattern[str]) -> Rule:
    """The rule that makes a token of this kind of what a pattern matches."""

    def rule(state: StateInline, silent: bool) -> bool:
        found = pattern.match(state.src, state.pos, state.posMax)
        if found is None:
            return False
        if not silent:
            state.push(kind, "", 0).content = found[0]
        state.pos = found.end()
        return True

    return rule
