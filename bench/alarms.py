"""False alarms: what `prl10n check` says about translations that people approved.

    python bench/alarms.py FOLDER [--rule ID] [--examples N]

Runs the rules of texts over every .po file below FOLDER, each as a project of its own, on what is neither fuzzy nor
empty, and prints the alarms of each rule per 1,000 units with examples. A rule that says more about good translations
than about bad ones will be switched off by whoever meets it: at most 1 in 1,000 units for all rules together is what
prl10n asks of itself.

FOLDER holds PO files of prose, as the source packages of Debian have them: `apt-get source --download-only
installation-guide dpkg aptitude debian-edu-doc util-linux calibre`. The locale is that of the file's header, or of its
name. The markup of DocBook, groff, POD, reStructuredText and AsciiDoc is taken out first: code is what prl10n's own
units have as code. A unit with more code on one side than on the other is left out, since `structure` refuses it.

`typography` is counted apart: most people type the spaces of their keyboard.
"""

from __future__ import annotations

import argparse
import html
import re
import time
from collections import Counter, defaultdict
from pathlib import Path

import polib

from prl10n import document
from prl10n.catalog import Entry
from prl10n.checks import RULES
from prl10n.checks.model import Context, Place, Problem, context
from prl10n.config import Settings
from prl10n.localize.prose import THING
from prl10n.model import Span, Syntax, Unit

LOCALES = ("fr", "de", "es", "it", "pt", "pt_BR", "nl")
CODE = (
    "arg application classname code command computeroutput constant email envar filename firstterm function guibutton "
    "guilabel guimenu guimenuitem guisubmenu keycap keycombo literal menuchoice option parameter productname prompt "
    "replaceable screen systemitem userinput varname xref footnote screeninfo package tt samp kbd gui key cmd file sys "
    "input output app link ulink ref refentrytitle manvolnum citerefentry var"
).split()
_CODE = re.compile(rf"<({'|'.join(CODE)})\b[^<>]*>[^<>]*</\1>|<[\w:.-]+\b[^<>]*/>")
_TAG = re.compile(r"</?[\w:.-]+(?:\s[^<>]*)?>")
_GROFF = re.compile(r"\b[BIRCLFS](?:B|W|R)?<([^<>]*)>")
_LIGHT = (  # reStructuredText, AsciiDoc: roles, code, links; what is emphasised is code where it is one word
    (re.compile(r":[\w:+-]{1,30}:`[^`]{1,300}`(?:\\ )?|``[^`].{0,300}?``(?:\\ )?|`\+[^`]{1,300}\+`"), THING),
    (re.compile(r"`([^`<>]{1,300})\s<[^<>`]{1,300}>`_{0,2}(?:\\ )?"), r"\1"),
    (re.compile(r"\b(?:link|xref|mailto|https?):[^\s\[\]]{0,300}\[([^\[\]]{0,300})\]"), r"\1"),
    (
        re.compile(r"(?<![\w*])\*{1,2}[^\s*]{1,100}\*{1,2}(?![\w*])|(?<!\w)_[^\s*`]{1,100}_(?!\w)|`[^\s`]{1,100}`"),
        THING,
    ),
    (re.compile(r"(?<![\w*`_])(\*{1,2}|_|`)(?=[^\s*`_])([^*`]{1,300}?)(?<=[^\s*`_])\1(?![\w*`_])"), r"\2"),
)
_ESCAPES = {
    "\\-": "-",
    "\\&": "",
    "\\(em": "—",
    "\\(en": "–",
    "\\ ": "\u00a0",
    "\\~": "\u00a0",
    "\\(aq": "'",
    "{plus}": "+",
    "{asterisk}": "*",
}
_SPACE = re.compile(r"[ \n]+")
TYPOGRAPHY = "typography"


_NO_PROSE = (
    *("build/lang-options", "\t", "General Public License", "WARRANTY", "FIXME", "ixme:", "boolean true"),
    *("translator-credits", "external ref=", "@@image", "{prefix}", "h4xx0r"),
)


def words(text: str) -> str:
    """A message without its markup."""
    for pattern, plain in _LIGHT:
        text = pattern.sub(plain, text)
    text = re.sub(r"\bE<(\.|gt|lt|amp|quot)>", lambda found: {"gt": ">", "lt": "<", ".": "."}.get(found[1], "&"), text)
    for _ in range(3):
        text = _GROFF.sub(lambda found: THING if " " not in found[1].strip() else found[1], text)
        text = _CODE.sub(THING, text)
    text = html.unescape(_TAG.sub("", text))
    for escape, character in _ESCAPES.items():
        text = text.replace(escape, character)
    text = re.sub(r"\\\*(?:\(\w\w|\[\w+\])", THING, text)
    text = re.sub(r"\\f[BIRP]|\\\(bu|\\[|:/^]?", "", text)
    text = re.sub(rf"&[\w.-]+;|{THING}\(\d\w{{0,2}}\)", THING, text)  # `mount(8)`
    return _SPACE.sub(" ", text).strip()


def is_refused(source: str, target: str) -> bool:
    """Whether one side has more code than the other: the rule `structure` has spoken before all others."""
    return source.count(THING) != target.count(THING)


def _is_no_prose(entry: polib.POEntry) -> bool:
    """Screens and listings, what a source says to its translators, and licences, which stay as they are."""
    return "no-wrap" in entry.flags or any(mark in entry.msgid for mark in _NO_PROSE)


_LISTED = ("listitem>", "<entry>", "varlistentry>", "<term>", "refname", "Tag: entry")


def kind_of(entry: polib.POEntry) -> str:
    """What prl10n would call the unit, by po4a's comment. The pages of manuals are lists of options and commands."""
    said = entry.comment
    if "<title>" in said or "Tag: title" in said:
        return "heading 2"
    if "Tag:" in said or "Content of:" in said:
        return "list item" if any(tag in said for tag in _LISTED) else "paragraph"
    return "list item"


def seen(text: str, source: str, target: str, kind: str, locale: str) -> Context:
    """What the checks see; the text of the unit keeps its markup, so that texts with other code are other texts."""
    pieces = document.read(source, Syntax.VALUE, {})
    unit = Unit(text, kind, Syntax.VALUE, Span(0, 0), 1, pieces)
    return context(unit, Entry(source, target), locale, Settings(), language="en")


def locale_of(path: Path, file: polib.POFile) -> str:
    named = [file.metadata.get("Language", ""), path.stem, path.stem.rpartition(".")[2], path.parent.name]
    return next((name.replace("_", "-") for name in named if name in LOCALES), "")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--rule", action="append")
    arguments.add_argument("--locale", action="append")
    arguments.add_argument("--examples", type=int, default=5)
    chosen = arguments.parse_args()
    alarms: Counter[str] = Counter()
    spent: dict[str, float] = defaultdict(float)
    examples: dict[str, list[str]] = defaultdict(list)
    units: Counter[str] = Counter()
    refused = alarmed = spaced = 0
    rules = [rule for rule in RULES if (rule.text or rule.project) and (not chosen.rule or rule.id in chosen.rule)]
    for path in sorted(chosen.folder.rglob("*.po")):
        file = polib.pofile(str(path))
        locale = locale_of(path, file)
        if not locale or (chosen.locale and locale not in chosen.locale):
            continue
        pairs = dict.fromkeys(
            (entry.msgid, words(entry.msgid), words(entry.msgstr), kind_of(entry))
            for entry in file
            if entry.msgstr and not entry.fuzzy and not entry.obsolete and not _is_no_prose(entry)
        )
        sound = [pair for pair in pairs if not is_refused(*pair[1:3])]
        refused += len(pairs) - len(sound)
        places = [
            Place(seen(text, source, target, kind, locale), f"{path.name}:{number}")
            for number, (text, source, target, kind) in enumerate(sound)
            if target and any(map(str.isalpha, source))
        ]
        units[locale] += len(places)
        guilty: dict[int, set[str]] = defaultdict(set)
        for rule in rules:
            began = time.perf_counter()
            found: list[tuple[int, Problem]] = []
            if rule.text:
                for index, place in enumerate(places):
                    said = place.context
                    found += [(index, problem) for problem in rule.text(said.source_prose, said.entry.msgstr, said)]
            if rule.project:
                found += rule.project(places)
            spent[rule.id] += time.perf_counter() - began
            alarms[rule.id] += len(found)
            for index, problem in found:
                guilty[index].add(rule.id)
                said = places[index].context
                fix = f"\n    fix: {problem.fix}" if problem.fix is not None else ""
                texts = f"\n    {said.source_prose}\n    {said.target_prose}"
                examples[rule.id].append(f"  {path.parent.name}/{path.name} [{locale}] {problem.message}{texts}{fix}")
        alarmed += sum(rules != {TYPOGRAPHY} for rules in guilty.values())
        spaced += sum(rules == {TYPOGRAPHY} for rules in guilty.values())
    total = max(1, units.total())
    for rule in rules:
        rate = 1000 * alarms[rule.id] / total
        print(f"{rule.id}: {alarms[rule.id]} alarms, {rate:.2f} per 1,000 units, {spent[rule.id]:.1f} s")
        step = max(1, len(examples[rule.id]) // chosen.examples) if chosen.examples else 1
        for text in examples[rule.id][::step][: chosen.examples]:
            print(text)
    print(", ".join(f"{locale}: {count}" for locale, count in units.items()))
    print(f"{refused} units with more code on one side were left out")
    print(f"{total} units: {alarmed} with an alarm, {1000 * alarmed / total:.2f} per 1,000")
    print(f"{spaced} more, {1000 * spaced / total:.2f} per 1,000, with one of {TYPOGRAPHY} alone")


if __name__ == "__main__":
    main()
