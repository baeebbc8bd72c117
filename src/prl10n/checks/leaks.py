"""What no reader should see: markup that shows, placeholders that changed, characters that should not be there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from prl10n.checks.model import Context, Problem
from prl10n.checks.profiles import language
from prl10n.model import Severity

_MARKUP = {
    "a link that is none": re.compile(r"\](?:\s{0,3}\((?:[a-z]+:|[/#.]|\w+\.\w|\ufffc)|\()"),
    "stars of emphasis": re.compile(r"(?<![\w*])\*\*(?=\w)|(?<=\w)\*\*(?![\w*])"),
    "marks of code": re.compile(r"(?<![\w`])`[^`\s][^`]*`(?![\w`])|```"),
    "a tag": re.compile(
        r"</?(?:a|abbr|b|br|code|del|div|em|h[1-6]|hr|i|img|kbd|li|ol|p|pre|small|span|strong|sub|sup|u|ul|g\d+|x\d+)"
        r"(?:\s[^<>]{0,200})?/?>",
        re.IGNORECASE,
    ),
    "an entity": re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|[lr]aquo|[ae](?:acute|grave)|#\d{2,6}|#x[0-9a-f]{2,6});"),
}


_SUSPECT = re.compile(r"[\]*`<&]")  # the characters that these begin with


def markup(source: str, target: str, context: Context) -> Iterator[Problem]:
    """Markdown, HTML tags or entities that a reader sees as characters, more of them than in the source.

    Weblate's `md-link`, `md-syntax`, `xml_tags`, pofilter's `xmltags`; the syntax is CommonMark's
    (https://spec.commonmark.org/) and HTML's.
    """
    del source, target
    for passage in context.passages():
        if not _SUSPECT.search(passage.target):
            continue
        for what, shape in _MARKUP.items():
            shown = [found[0] for found in shape.finditer(passage.target)]
            if len(shown) > sum(1 for _ in shape.finditer(passage.source)):
                yield Problem(f"{what} shows in the words: “{shown[-1]}”")


_PLACEHOLDER = re.compile(
    r"(?<![\w%])%(?:[1-9]\$)?-?(?:\.?\d{1,2})?l{0,2}[sdiuxf](?!\w|[’']\w)"  # C's printf
    r"|%\([A-Za-z_]\w{0,40}\)[sd]"  # Python's
    r"|\{\{[^{}\n]{1,80}\}\}|\{%[^{}\n]{1,80}%\}"  # Liquid, Jinja
    r"|\$?\{[A-Za-z_][\w.]{0,40}\}"  # str.format, ICU, shells
    r"|\$(?!(?:US|CA|CAN|AU|NZ|HK|SG|TW|MX|AR|CL|BBD)\b)[A-Z][A-Z_]{2,40}\b"  # shells; currencies are none
)


def placeholders(source: str, target: str, context: Context) -> Iterator[Problem]:
    """A placeholder in the words that is missing, or that the source does not have.

    Weblate's `placeholders` and its checks of formats, pofilter's `variables` and `printf`.
    """
    del source, target
    for passage in context.passages():
        if "%" not in (both := passage.source + passage.target) and "{" not in both and "$" not in both:
            continue
        had, has = (Counter(_PLACEHOLDER.findall(text)) for text in (passage.source, passage.target))
        for name in had.keys() - has.keys():
            if name not in passage.target:  # `‘%s’` and the Dutch `%se` are placeholders where the source has one
                yield Problem(f"the placeholder {name} is missing")
        for name in has.keys() - had.keys():
            if name not in passage.source:
                yield Problem(f"the source does not have the placeholder {name}")


# UTF-8 read as Windows-1252, in the characters of Western Europe.
_MOJIBAKE = re.compile(
    r"Ã[\u0080-\u009f©ª«¢¤§¨¯±²³´µ¶¹»¼½¾¡€ƒ†‡ˆ‰Š‹ŒŽ•˜™š›œžŸ]|Â[°©®§]|â€[\u0080-\u009f™œ“”˜¢¦]|ï»¿|Å“|\ufffd"
)
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u2028\u2029\ufeff\ufff9-\ufffb]")
_BREAK = re.compile(r"(?<=\S)[\x85\u2028\u2029]+(?=\S)")  # between two words: a space belongs there
_DIRECTION = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PRIVATE = re.compile(r"[\ue000-\uf8ff]")
_BREAKS_AT_ZWSP = ("th", "lo", "km", "my", "bo", "zh", "ja")
_RIGHT_TO_LEFT = ("ar", "fa", "he", "ur", "yi", "ps", "sd", "ug", "dv", "ckb")


def characters(source: str, target: str, context: Context) -> Iterator[Problem]:
    """Letters that were read in the wrong encoding, control characters, and characters without width.

    Weblate's `zero_width_space`, pofilter's `validchars`; Unicode Technical Report 36 on bidirectional controls
    (https://www.unicode.org/reports/tr36/). Scripts that break lines at U+200B, or run from right to left, need some.
    """
    for found in _MOJIBAKE.finditer(target):
        if found[0] not in source:
            yield Problem(f"“{found[0]}” was read in the wrong encoding", Severity.ERROR)
            break
    for found in _PRIVATE.finditer(target):
        if found[0] not in source:
            yield Problem(f"{_name(found[0])} is a private character that most fonts lack")
            break
    shapes = [_INVISIBLE] if language(context.locale) not in _BREAKS_AT_ZWSP else []
    shapes += [_DIRECTION] if language(context.locale) not in _RIGHT_TO_LEFT else []
    unseen = sorted({found[0] for shape in shapes for found in shape.finditer(target)} - set(source))
    if unseen:
        names = ", ".join(map(_name, unseen))
        fix = _BREAK.sub(lambda found: " " if {*unseen}.issuperset(found[0]) else found[0], target)
        fix = fix.translate(dict.fromkeys(map(ord, unseen)))
        yield Problem(f"a character that nobody sees: {names}", fix=context.kept(fix))


def _name(character: str) -> str:
    return f"U+{ord(character):04X}"
