"""The torture set of emphasis: whatever a server does to the spaces at tags while it moves text around, they are right.

A case is a source, its translation with the words and tags where French wants them, and what must be written. The
translation is then spoilt in all the ways in which servers spoil it, one tag at a time and all at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from prl10n import document, markup

CASES = [
    # nested
    ("A **big _red_ cat** sleeps", "Un <g1>grand chat <g2>rouge</g2></g1> dort", "Un **grand chat _rouge_** dort"),
    ("Say ***now*** please", "Dites <g1><g2>maintenant</g2></g1> merci", "Dites ***maintenant*** merci"),
    ("A ~~**old**~~ price", "Un prix <g1><g2>ancien</g2></g1>", "Un prix ~~**ancien**~~"),
    # beside each other
    ("Both **one** _two_ here", "Ici <g2>deux</g2> <g1>un</g1>", "Ici _deux_ **un**"),
    ("A `x` `y` b", "Un <x2/> <x1/> b", "Un `y` `x` b"),
    ("See `x` **now**", "Voyez <g2>maintenant</g2> <x1/>", "Voyez **maintenant** `x`"),
    # within words
    ("An un**believ**able tale", "Une histoire in<g1>croy</g1>able", "Une histoire in**croy**able"),
    ("Our **API**s", "Nos <g1>API</g1>", "Nos **API**"),
    ("Its **Cloud**’s price", "Le prix de son <g1>Cloud</g1>", "Le prix de son **Cloud**"),
    ("A <b>re</b>-invention", "Une <g1>ré</g1>-invention", "Une <b>ré</b>-invention"),
    # links in emphasis in quotes
    (
        "Said Ada, _“We’re [glad](/g) today!”_",
        "<g1>« Nous sommes <g2>heureux</g2> aujourd’hui ! »</g1>, dit Ada",
        "_« Nous sommes [heureux](/g) aujourd’hui ! »_, dit Ada",
    ),
    (
        "He said “**no**” twice",
        "Il a dit «\u00a0<g1>non</g1>\u00a0» deux fois",
        "Il a dit «\u00a0**non**\u00a0» deux fois",
    ),
    ("The (**small**) print", "Les (<g1>petits</g1>) caractères", "Les (**petits**) caractères"),
    ("A [**bold** link](/u) here", "Un <g1>lien <g2>gras</g2></g1> ici", "Un [lien **gras**](/u) ici"),
    # elisions before tags
    ("the **team** is", "l’<g1>équipe</g1> est", "l’**équipe** est"),
    ("the <b>team</b> is", "l'<g1>équipe</g1> est", "l'<b>équipe</b> est"),
    ("of [Europe](/e) today", "d’<g1>Europe</g1> aujourd’hui", "d’[Europe](/e) aujourd’hui"),
    ("until _Easter_ only", "jusqu’<g1>à Pâques</g1> seulement", "jusqu’_à Pâques_ seulement"),
    ("that **Ada** wins", "qu’<g1>Ada</g1> gagne", "qu’**Ada** gagne"),
    ("the `api` of **Europe**", "l’<x1/> d’<g2>Europe</g2>", "l’`api` d’**Europe**"),
    # at the borders and before punctuation
    ("**Now** we go", "Nous partons <g1>maintenant</g1>", "Nous partons **maintenant**"),
    ("We go **now**", "<g1>Maintenant</g1> nous partons", "**Maintenant** nous partons"),
    ("Red, **green**, blue.", "Rouge, <g1>vert</g1>, bleu.", "Rouge, **vert**, bleu."),
    ("See **this**.", "Voyez <g1>ceci</g1>.", "Voyez **ceci**."),
    ("Use `x`, then `y`.", "Utilisez <x1/>, puis <x2/>.", "Utilisez `x`, puis `y`."),
    ("**Price:** 3", "<g1>Prix :</g1> 3", "**Prix :** 3"),
    ("A **b** — c", "Un <g1>b</g1> — c", "Un **b** — c"),
]


def spoilt(answer: str) -> Iterator[str]:
    """The answer with the spaces at its tags lost, doubled, moved inside, or put where none was."""
    yield answer
    edits = [
        (r" (?=<g\d>|<x\d/>)", ""),  # lost before a tag
        (r"(?<=[a-zé])(</g\d>|<x\d/>) (?=\w)", r"\1"),  # lost behind one
        (r" (<g\d>)(?! )", r"\1 "),  # moved inside, at the beginning
        (r"(?<! )(</g\d>) ", r" \1"),  # and at the end
        (r" (<g\d>)(?! )", r" \1 "),  # one more inside
        (r"(?<! )(</g\d>) ", r" \1 "),
        (r"(?<=[a-zé]) (?=<)", "  "),  # doubled
        (r"(?<=>) (?=\w)", "  "),
        (r"(?<=[’'])(?=<g\d>|<x\d/>)", " "),  # put behind an elision
        (r"(?<=[’'])(<g\d>)", r"\1 "),
        (r"(?<=</g\d>|<x\d/>)(?=[,.)])", " "),  # and before a punctuation mark
        (r"(</g\d>)(?=[,.])", r" \1"),
        (r"(?<=\()(?=<g\d>)", " "),
    ]
    for pattern, replacement in edits:
        whole = re.sub(pattern, replacement, answer)
        if whole != answer:
            yield whole
        for found in re.finditer(pattern, answer):
            yield answer[: found.start()] + re.sub(pattern, replacement, answer[found.start() :], count=1)


@pytest.mark.parametrize(("source", "answer", "expected"), CASES, ids=[case[0] for case in CASES])
def test_no_space_is_lost_or_added(source: str, answer: str, expected: str) -> None:
    split = document.split(source.encode())
    (unit,) = split.units
    assert markup.render(unit, [answer]) == expected
    for spoiled in spoilt(answer):
        assert markup.render(unit, [spoiled]) == expected, spoiled
