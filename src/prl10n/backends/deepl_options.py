"""`[backend.deepl]`: its keys, and what is wrong with their values before anything is sent."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Annotated, Literal

import msgspec

from prl10n.backends.deepl_languages import FORMAL, INSTRUCTED, base_code, target_code
from prl10n.errors import ConfigError

MOST_INSTRUCTIONS = 10

# The words of `Unit.kind` that say what a unit is. A key of `instructions` begins or ends one of them, or goes on.
KINDS = (
    "paragraph", "heading", "list item", "quote", "term", "table header", "table cell", "title", "directive title",
    "image alt", "image title", "link title", "attribute", "parameter", "front matter", "html",
)  # fmt: skip

_PROXY = re.compile(r"(https?|socks5h?)://[^/?#\s@]+/?")

_Id = Annotated[str, msgspec.Meta(pattern=r"^[\w-]*$", max_length=100)]
_Instruction = Annotated[str, msgspec.Meta(max_length=300)]


class Options(msgspec.Struct, frozen=True):
    """`[backend.deepl]`; docs/deepl.md has the reference. An empty text is the same as none: a locale's own table can
    switch off with it what the site's has on.
    """

    formality: Literal["default", "more", "less", "prefer_more", "prefer_less"] = "prefer_more"
    model_type: Literal["quality_optimized", "latency_optimized", "prefer_quality_optimized"] | None = None
    style_rule: _Id = ""
    custom_instructions: Annotated[tuple[_Instruction, ...], msgspec.Meta(max_length=MOST_INSTRUCTIONS)] = ()
    instructions: dict[str, _Instruction] = {}
    translation_memory: _Id = ""
    translation_memory_threshold: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
    glossary: bool = True
    glossary_name: str = ""
    context: bool = True
    proxy: str = ""
    timeout: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 30.0
    retries: Annotated[int, msgspec.Meta(ge=0, le=20)] = 5
    # DeepL publishes no limit of requests at a time. Four hide most of the waiting; more mostly meet 429.
    concurrency: Annotated[int, msgspec.Meta(ge=1, le=32)] = 4


def check(options: Options) -> None:
    """What is wrong whatever the target."""
    for key in options.instructions:
        if not any(_begins_or_ends(kind, key) or _begins_or_ends(key, kind) for kind in KINDS):
            nearest = get_close_matches(key, KINDS, 1)
            hint = f"Did you mean `{nearest[0]}`? " if nearest else ""
            raise ConfigError(
                f"no unit is of the kind {key!r} in [backend.deepl.instructions]",
                remedy=f"{hint}Kinds: {', '.join(KINDS)}.",
                key="instructions",
            )
    own = any(text.strip() for text in options.instructions.values())
    if len([text for text in options.custom_instructions if text.strip()]) + own > MOST_INSTRUCTIONS:
        raise ConfigError(
            f"[backend.deepl] has more than {MOST_INSTRUCTIONS} instructions for one unit",
            remedy="Those of a kind join custom_instructions: leave room for one.",
            key="custom_instructions",
        )
    if options.translation_memory_threshold is not None and not options.translation_memory:
        raise ConfigError(
            "[backend.deepl] translation_memory_threshold needs a translation memory",
            remedy="Set translation_memory to its id, or remove the threshold.",
            key="translation_memory_threshold",
        )
    if options.proxy and not _PROXY.fullmatch(options.proxy):
        raise ConfigError(
            "[backend.deepl] proxy is not the URL of a proxy without a password",
            remedy="Write it as in http://proxy.example.com:8080; one with a password belongs in HTTPS_PROXY.",
            key="proxy",
        )
    for key in ("style_rule", "custom_instructions", "instructions"):
        if _is_set(options, key) and options.model_type == "latency_optimized":
            raise ConfigError(
                f'[backend.deepl] {key} cannot go with model_type "latency_optimized"',
                remedy=f"Remove model_type, or {key}: DeepL has the two for its other models only.",
                key=key,
            )


# Option → the targets, or their languages, that it is for; what switches it off; what DeepL calls it.
_SUPPORT = {
    "formality": (FORMAL, '"prefer_more" or "prefer_less"', "formality"),
    "style_rule": (INSTRUCTED, '""', "style rules"),
    "custom_instructions": (INSTRUCTED, "[]", "custom instructions"),
    "instructions": (INSTRUCTED, '"" for each of its kinds', "custom instructions"),
}


def check_target(options: Options, target: str) -> None:
    """ConfigError for an option that DeepL has not for the target."""
    code = target_code(target)
    for key, (targets, off, name) in _SUPPORT.items():
        if _is_set(options, key) and not {code, base_code(code)} & targets:
            raise ConfigError(
                f"DeepL has no {name} for {target!r}, and [backend.deepl] {key} asks for it",
                remedy=f"Set {key} to {off} in [locale.{target}.backend.deepl].",
            )


def _is_set(options: Options, key: str) -> bool:
    value: str | tuple[str, ...] | dict[str, str] = getattr(options, key)
    if key == "formality":
        return value in ("more", "less")
    return any(text.strip() for text in (value.values() if isinstance(value, dict) else value))


def instructions(options: Options, kind: str) -> tuple[str, ...]:
    """Those for all units, and those of the longest key that the kind begins or ends with."""
    keys = [key for key in options.instructions if _begins_or_ends(kind, key)]
    own = options.instructions[max(keys, key=len)] if keys else ""
    return tuple(text for text in (*options.custom_instructions, own) if text.strip())


def suspects(options: Options, target: str) -> str:
    """What to do about a request that DeepL finds wrong: the options that it may not have for the target."""
    keys = ("formality", "model_type", "style_rule", "custom_instructions", "instructions", "translation_memory")
    chosen = [key for key in keys if getattr(options, key) not in ("", None, (), {}, "prefer_more")]
    return f"Check {', '.join(chosen) or 'the options'} in [backend.deepl] against what DeepL has for {target!r}."


def _begins_or_ends(kind: str, key: str) -> bool:
    """Whether the words of the key begin or end those of the kind: `heading` `heading 2`, `cell` `table cell`."""
    return f"{kind} ".startswith((f"{key} ", f"{key}:", f"{key},")) or kind.endswith(f" {key}")
