"""A report as one HTML file: no script, no network, no other file.

Everything that is not ours is escaped by the template's engine. The policy in the page allows nothing but its own
style sheet, named by its hash, so that even a hole in the escaping would run and load nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from prl10n import __version__
from prl10n.model import State
from prl10n.report.figures import NOTHING, Balance, Count
from prl10n.report.texts import clean
from prl10n.report.values import Report

_MARK = b'<meta name="generator" content="prl10n report"'
_BAR = 120  # the width of a bar, in units of its drawing


def page(report: Report) -> bytes:
    """The page of a report. The same report gives the same bytes."""
    style = _style(language.tag for language in report.languages)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    shown = {id(pile): pile for pile in report.piles if pile.looks}
    text = _template().render(
        report=report,
        languages={language.tag: language for language in (report.source, *report.languages)},
        whole=sum((total.balance for total in report.totals), start=NOTHING),
        piles=list(shown.values()),
        waiting={
            language.tag: sum(pile.waiting for pile in report.piles if pile.locale == language.tag)
            for language in report.languages
        },
        listed={
            language.tag: sum(len(pile.looks) for pile in report.piles if pile.locale == language.tag)
            for language in report.languages
        },
        style=Markup(style),  # ours: the style sheet, and tags that the configuration has checked
        digest=digest,
        states=tuple(State),
        version=__version__,
    )
    return text.encode("utf-8", "replace")


def is_page(data: bytes) -> bool:
    """Whether a file is a report that may be replaced by another one."""
    return _MARK in data[:2000]


def _style(locales: Iterable[str]) -> str:
    """The style sheet, with a rule for each value that the page can be filtered by."""
    rules = [
        f'body:has(#locale-{tag}:checked) [data-locale]:not([data-locale="{tag}"]) {{ display: none }}'
        for tag in locales
    ]
    rules += [
        f'body:has(#state-{state}:checked) [data-states]:not([data-states~="{state}"]) {{ display: none }}'
        for state in State
    ]
    sheet = files("prl10n.report").joinpath("page.css").read_text(encoding="utf-8")
    return "\n".join((sheet.rstrip(), "@media screen {", *rules, "}", ""))


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"number": _number, "clean": clean, "bar": _bar, "counted": _counted, "present": _present}
    return environment.from_string(files("prl10n.report").joinpath("page.html.j2").read_text(encoding="utf-8"))


def _number(value: float, places: int = 0) -> str:
    return f"{value:,.{places}f}"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _present(balance: Balance) -> str:
    """The states that a document has, for the filter."""
    return " ".join(state for state in State if balance.states[state].units)


def _bar(balance: Balance) -> list[tuple[State, float, float]]:
    """(state, left edge, width) of the parts of a bar, best first, by words; by units where there are no words."""
    whole = balance.whole

    def size(count: Count) -> int:
        return count.words if whole.words else count.units

    parts, place = [], 0.0
    for state in reversed(State):
        width = _BAR * size(balance.states[state]) / (size(whole) or 1)
        if width:
            parts.append((state, round(place, 2), round(width, 2)))
        place += width
    return parts
