"""Languages of other people's files, by their tags (BCP 47, or with underscores), matched with our locales."""

from __future__ import annotations

from collections.abc import Iterable


def normal(tag: str) -> str:
    return tag.strip().replace("_", "-").lower()


def serving(tags: Iterable[str], locale: str) -> str:
    """The tag that serves a locale, as it is written, or nothing: the locale itself, else what it is a part of, else a
    part of it. `fr` serves `fr-CA`, and `en-US` serves `en`, but `fr-FR` does not serve `fr-CA`.
    """
    known = {normal(tag): tag for tag in reversed(list(tags))}
    wanted = normal(locale)
    subtags = wanted.split("-")
    for count in range(len(subtags), 0, -1):
        if found := known.get("-".join(subtags[:count])):
            return found
    return next((known[tag] for tag in sorted(known) if tag.startswith(f"{wanted}-")), "")


def locale_of(tag: str, targets: Iterable[str]) -> str:
    """The target that a file in the language `tag` is for, or nothing: `fr_FR` is for `fr`, if `fr-FR` is no target."""
    return serving(targets, tag)
