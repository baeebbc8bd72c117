"""What a reader of the source has and one of the translation would not: words inside markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from prl10n import document, markup
from prl10n.checks.model import Context, Problem
from prl10n.errors import LIBRARY_FAILURES
from prl10n.model import Inline, Piece, Syntax

_NAMES = {
    Syntax.LABEL: "an alternative text",
    Syntax.TITLE: "a title",
    Syntax.PARAMETER: "a parameter",
    Syntax.ATTRIBUTE: "an attribute",
}


def lost_text(source: str, target: str, context: Context) -> Iterator[Problem]:
    """An alternative text, a title, or the words of a link that are gone, while the markup that had them is there.

    A picture without a text and a link without words say nothing to those who do not see the page:
    https://www.w3.org/TR/WCAG22/#non-text-content, https://www.w3.org/TR/WCAG22/#link-purpose-in-context
    """
    unit = context.unit
    wanted = Counter(_inside(unit.pieces, source))
    if not wanted:
        return
    target = target.strip()
    try:
        pieces = document.read(target, unit.syntax, context.references)
    except LIBRARY_FAILURES:
        return
    if not markup.same_markup(unit, pieces):  # which the rule `structure` says
        return
    for what, holder in wanted - Counter(_inside(pieces, target)):
        yield Problem(f"{what} is gone, that of {holder}: translate it as well")


def _inside(pieces: Sequence[Inline], text: str) -> Iterator[tuple[str, str]]:
    """What is said inside markup: what it is, and the markup."""
    for index, piece in enumerate(pieces):
        if piece.piece is Piece.OPEN and piece.value.startswith(("link ", "html <a ")):
            between = pieces[index + 1 : document.partner(pieces, index)]
            if any(
                part.piece is Piece.EMPTY or part.value.strip() for part in between if part.piece is not Piece.CLOSE
            ):
                yield "the text of a link", piece.value
        for part in piece.inner:
            if text[part.start : part.end].strip():
                yield _NAMES[part.syntax], piece.value
