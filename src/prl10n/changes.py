"""What a change of a source does to a translation that was approved for it.

the same words in another markup     → the translation with the same change: it stays approved
another figure, date or name         → the translation with the same change, to be looked at
other words                          → nothing that could be made without a translator
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from prl10n import document, markup, tags
from prl10n.errors import MarkupError
from prl10n.locales import month_name, month_names, number_marks
from prl10n.model import Inline, Piece, Span, Syntax, Unit
from prl10n.patterns import late

_QUOTES = str.maketrans(
    dict.fromkeys("“”„‟«»‹›″", '"') | dict.fromkeys("‘’‚‛′", "'") | dict.fromkeys("\u00a0\u202f\u2009", " ")
)

if TYPE_CHECKING:
    from prl10n.document import References
_TAG = late(r"</?[gx]\d+/?>")
_TOKEN = late(r"<[^>]*>|\d(?:[\d.,'’\u00a0\u202f]*\d)?|[^\W\d_]+(?:['’-][^\W\d_]+)*|&\w+;|\s+|.", re.DOTALL)
_NUMBER = late(r"\d(?:[\d.,'’\u00a0\u202f]*\d)?")
_GROUPS = ("\u202f", "\u00a0", " ", ",", ".", "’", "'", "")
_SENTENCE_END = (".", "!", "?", ":", "…")


class Changes(NamedTuple):
    """`prl10n.catalog.Carrier` for one document. `languages` are the locales of source and translation."""

    references: References
    languages: tuple[str, str]

    def key(self, text: str, unit: Unit) -> tuple[str, ...]:
        return tuple(tags.words(part) for part in key(text, unit.syntax, self.references))

    def carried(self, old: str, translation: str, unit: Unit) -> str | None:
        return carried(old, translation, unit, self.references)

    def refigured(self, old: str, translation: str, unit: Unit) -> str | None:
        return refigured(old, translation, unit, self.references, self.languages)


def key(text: str, syntax: Syntax, references: References) -> tuple[str, ...]:
    """What stays equal when only markup, what it protects, white space or quotation marks change: the neutral form."""
    return tuple(map(normal, markup.neutral(read(text, syntax, references), references)))


def normal(fragment: str) -> str:
    """A neutral form with straight quotation marks and single spaces."""
    return " ".join(fragment.translate(_QUOTES).split())


def read(text: str, syntax: Syntax, references: References) -> Unit:
    """A text of a catalog as a unit that stands nowhere."""
    return Unit(text, "", syntax, Span(0, 0), 0, document.read(text, syntax, references))


def carried(old: str, translation: str, new: Unit, references: References) -> str | None:
    """The translation of `old` with the change that was made in its markup; None where words changed too, or where the
    place of new markup cannot be known.
    """
    before = read(old, new.syntax, references)
    texts, wanted = markup.neutral(before, references), markup.neutral(new, references)
    if len(texts) != len(wanted):
        return None
    targets = markup.aligned(before, translation, references)
    if targets is None:
        return None
    answers = []
    for text, now, target in zip(texts, wanted, targets, strict=True):
        if normal(text) == normal(now):
            answers.append(target)
        elif normal(tags.words(text)) == normal(tags.words(now)):
            reduced = _without_tags(text, now, target)
            if reduced is None:
                return None
            answers.append(reduced)
        else:
            return None
    swapped = _swapped(before.pieces, new, translation, references)
    if swapped is not None:
        return swapped
    try:
        return markup.render(new, answers, references)
    except MarkupError:
        return None


def _swapped(before: tuple[Inline, ...], new: Unit, translation: str, references: References) -> str | None:
    """The translation with each piece of markup replaced by the one that the source has now in its place, its words
    letter by letter as they were. None where the markup is no row of the same things.
    """
    old_marks = [piece for piece in before if piece.piece is not Piece.TEXT]
    new_marks = [piece for piece in new.pieces if piece.piece is not Piece.TEXT]
    if any(piece.inner for piece in (*old_marks, *new_marks)):
        return None
    if [piece.piece for piece in old_marks] != [piece.piece for piece in new_marks]:
        return None
    places: dict[tuple[Piece, str], list[str]] = {}
    for old_mark, new_mark in zip(old_marks, new_marks, strict=True):
        raw = new.text[new_mark.start : new_mark.end]
        places.setdefault((old_mark.piece, old_mark.value), []).append(raw)
    if any(len(set(raws)) > 1 for raws in places.values()):
        return None  # equal things became different ones: the neutral form tells them apart
    out = []
    for piece in document.read(translation, new.syntax, references):
        if piece.piece is Piece.TEXT:
            out.append(translation[piece.start : piece.end])
        elif raws := places.get((piece.piece, piece.value)):
            out.append(raws[0])
        else:
            return None
    text = "".join(out)
    return text if markup.same_markup(new, document.read(text, new.syntax, references)) else None


def _without_tags(text: str, now: str, target: str) -> str | None:
    """The target without the tags that the source has lost; None where the source has new ones."""
    if len(_TAG.findall(now)) >= len(_TAG.findall(text)):
        return None
    kept: dict[str, str] = {}
    old_places, new_places = dict(_places(text)), dict(_places(now))
    for tag, place in new_places.items():
        match = next((old for old, where in old_places.items() if where == place and old not in kept), None)
        if match is None or match[:2] != tag[:2]:
            return None
        kept[match] = tag
    return _TAG.sub(lambda found: kept.get(found[0], ""), target)


def _places(fragment: str) -> Iterator[tuple[str, tuple[int, str]]]:
    """Each tag with the number of letters before it, and its kind."""
    letters = last = 0
    for found in _TAG.finditer(fragment):
        letters += len(normal(fragment[last : found.start()]).replace(" ", ""))
        last = found.end()
        yield found[0], (letters, re.sub(r"\d", "", found[0]))


def refigured(old: str, translation: str, new: Unit, references: References, languages: tuple[str, str]) -> str | None:
    """The translation of `old` where nothing but figures, months or names changed, with these changed in it too.

    `languages` are the locales of source and translation. None where anything else changed, or where what changed is
    not found in the translation, as often as in the source, in a form that its locale has.
    """
    before = read(old, new.syntax, references)
    texts, wanted = markup.neutral(before, references), markup.neutral(new, references)
    targets = markup.aligned(before, translation, references)
    if targets is None or len(texts) != len(wanted):
        return None
    answers = []
    for text, now, target in zip(texts, wanted, targets, strict=True):
        answer = substituted(text, now, target, languages)
        if answer is None:
            return None
        answers.append(answer)
    try:
        return markup.render(new, answers, references)
    except MarkupError:
        return None


def substituted(text: str, now: str, target: str, languages: tuple[str, str]) -> str | None:
    """As `refigured`, for neutral forms."""
    changes: dict[tuple[str, str], int] = {}
    before, after = tokens(text), tokens(now)
    previous = "."
    for one, other in zip_longest(before, after):
        if one is None or other is None:
            return None
        if one != other:
            if not _replaceable(one, other, languages[0], starts=previous.endswith(_SENTENCE_END)):
                return None
            changes[one, other] = changes.get((one, other), 0) + 1
        previous = one if one.strip() else previous
    if len({one for one, _ in changes}) != len(changes):
        return None  # one figure became two different ones
    counted = Counter(before)
    if any(counted[one] != count for (one, _), count in changes.items()):
        return None  # it stands elsewhere too, and did not change there
    replacements: dict[str, str] = {}
    for (one, other), count in changes.items():
        forms = _forms(one, other, languages)
        found = next(((form, new) for form, new in forms if _occurrences(form, target) == count), None)
        if found is None or found[0] in replacements:
            return None
        replacements[found[0]] = found[1]
    for form in sorted(replacements, key=len, reverse=True):
        marked = f"\0{replacements[form]}\0".replace("\\", r"\\")
        target = _whole(form).sub(marked, target)
    return target.replace("\0", "")


def tokens(fragment: str) -> list[str]:
    return _TOKEN.findall(normal(fragment))


def masked(fragment: str, language: str) -> str:
    """A neutral form with a mark in place of each figure, month and name: equal for texts that `substituted` may lead
    from one to the other.
    """
    months = month_names(language)
    out, previous = [], "."
    for token in tokens(fragment):
        if _NUMBER.fullmatch(token):
            out.append("#")
        elif token.lower() in months or (_is_name(token) and not previous.endswith(_SENTENCE_END)):
            out.append("@")
        else:
            out.append(token)
        previous = token if token.strip() else previous
    return "".join(out)


def _is_name(word: str) -> bool:
    return len(word) > 1 and word[:1].isalpha() and word[:1].isupper()


def _replaceable(one: str, other: str, language: str, *, starts: bool) -> bool:
    """Whether two tokens are both figures, both months, or both names."""
    if _NUMBER.fullmatch(one) and _NUMBER.fullmatch(other):
        return True
    months = month_names(language)
    if one.lower() in months and other.lower() in months:
        return True
    return not starts and _is_name(one) and _is_name(other)


def _forms(one: str, other: str, languages: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """How a token may stand in the translation, and what the other one is there then."""
    if _NUMBER.fullmatch(one):
        decimal, group = number_marks(languages[0])
        target_decimal, _ = number_marks(languages[1])
        for mark in _GROUPS:
            first, second = (_written(number, decimal, group, target_decimal, mark) for number in (one, other))
            yield first, second
        yield one, other
        return
    months = month_names(languages[0])
    if one.lower() in months and other.lower() in months:
        names = [month_name(languages[1], months[word.lower()]) for word in (one, other)]
        yield names[0], names[1]
        yield names[0].capitalize(), names[1].capitalize()
        return
    yield one, other


def _written(number: str, decimal: str, group: str, target_decimal: str, mark: str) -> str:
    whole, dot, fraction = number.partition(decimal)
    return whole.replace(group, mark).replace("'", mark) + (target_decimal + fraction if dot else "")


def _whole(form: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w])(?<!\d[.,\u00a0\u202f]){re.escape(form)}(?![\w])(?![.,\u00a0\u202f]\d)")


def _occurrences(form: str, target: str) -> int:
    return len(_whole(form).findall(target))
