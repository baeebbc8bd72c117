"""The table of options of a backend, `[backend.NAME]`, checked against a struct: its fields are the known keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeVar, get_args, get_origin

import msgspec

from prl10n.errors import ConfigError

S = TypeVar("S", bound=msgspec.Struct)


class NoOptions(msgspec.Struct, frozen=True):
    """For a backend that has nothing to configure."""


def parse(backend: str, shape: type[S], options: Mapping[str, object]) -> S:
    """The options as a `shape`.

    Raises ConfigError for an unknown key, naming the nearest known one, and for a value that its field does not take,
    naming the values that it takes.
    """
    table = f"[backend.{backend}]"
    known = {field.name: field.type for field in msgspec.structs.fields(shape)}
    for key in options:
        if key not in known:
            import difflib  # late: it takes longer than all checks

            nearest = difflib.get_close_matches(key, known, 1)
            hint = f"Did you mean `{nearest[0]}`? " if nearest else ""
            keys = f"Its keys: {', '.join(known)}." if known else "It has no options: remove the key."
            raise ConfigError(f"unknown key {key!r} in {table}", remedy=hint + keys, key=key)
    for key, value in options.items():
        try:
            msgspec.convert(value, known[key])
        except msgspec.ValidationError as error:
            values = _choices(known[key])
            remedy = f"Values: {', '.join(values)}." if values else f"{error}."
            raise ConfigError(f"{table} {key} cannot be {value!r}", remedy=remedy, key=key) from None
    return msgspec.convert(options, shape)


def _choices(kind: object) -> list[str]:
    """The texts that a type takes, quoted as in TOML; empty where they cannot be listed."""
    if get_origin(kind) is Literal:
        return [f'"{choice}"' for choice in get_args(kind)]
    return [choice for part in get_args(kind) for choice in _choices(part)]
