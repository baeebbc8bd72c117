"""Whether every page of a site survives translation: bytes, structure, and no word left behind or harmed.

    python bench/fidelity.py FOLDER|FILE.jsonl … [--worst N] [--dialect NAME]

Every document goes through `prl10n sync` three times, over loopback, by the real DeepL client: once with a server that
returns the text, once with one that swaps the case of every letter, and once with one that changes the letters, so that
nothing matches by luck. Source and results are then rendered by comrak (pages with admonitions or tabs by
Python-Markdown), and compared text by text. The oracle is this file: it shares no code with prl10n, and knows template
languages only as patterns of what must stay as it is. What is adapted to a locale on purpose (`[localize]`) is off.

Per document and in sum: byte identity; the skeleton (tags, attributes, destinations, code) kept; letters of prose that
were missed (left as they were) or damaged (neither as they were nor as the server made them); letters of code, URLs or
template text that were touched. A document with none of these is perfect. Exit code 1 unless all are.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import comrak
import markdown

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from deepl_server import DeepLServer

CONFIGURATION = """
source = "en"
targets = ["fr"]

[content]
include = [{include}]
dialect = "{dialect}"
catalog = "locales/{{locale}}/{{dir}}{{stem}}{{ext}}.po"

[localize]
typography = false
dates = false
numbers = false
links = false

[backend.deepl]
context = false
"""

# What the server does to a letter. Neither changes the number of characters, so texts can be compared letter by letter.
Change = Callable[[str], str]


def swapped(letter: str) -> str:
    other = letter.swapcase()
    return other if len(other) == 1 else letter


def another(letter: str) -> str:
    """The next letter of the Latin alphabet, in the same case; other letters stay."""
    if "a" <= letter <= "y" or "A" <= letter <= "Y":
        return chr(ord(letter) + 1)
    return {"z": "a", "Z": "A"}.get(letter, letter)


def in_texts(change: Change) -> Callable[[str, str], str]:
    """A server's translation that changes letters outside tags and entities."""

    def translate(text: str, target: str) -> str:
        del target
        parts = re.split(r"(<[^>]*>|&[#\w]+;)", text)
        return "".join(part if index % 2 else "".join(map(change, part)) for index, part in enumerate(parts))

    return translate


# --- the oracle -------------------------------------------------------------------------------------------------------

PROSE_ATTRIBUTES = {"alt", "title", "aria-label", "placeholder", "caption", "label", "description", "summary"}
TITLES = set("note tip warning danger info important abstract success question failure bug example quote".split())
VERBATIM = {"code", "pre", "script", "style", "math"}
FRONT_MATTER = re.compile(
    r"\A\ufeff?(---|\+\+\+)[ \t]*\r?\n(?P<text>.*?)^\1[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
PROSE_KEYS = re.compile(r"""^(?:title|short-title|product-title|subtitle|description|summary|excerpt)[ \t]*[:=]""")

# Template text and addresses: letters that no translation may change. A quoted text-bearing parameter is prose again.
UNTOUCHABLE = re.compile(
    "|".join(
        (
            r"^:::[ \t]+\w+(?:\.\w+)+.*",  # mkdocstrings
            r"\{\{.*?\}\}|\{%.*?%\}|\{/\*.*?\*/\}|(?<==)\{[^{}\n]*\}",  # Liquid, Hugo, MDX
            r"\{:[^}\n]*\}|\{ ?[.#][^{}\n]*\}|\{ ?[.#\w-][^{}\n]*(?<=[\w-])=(?=[\w\"'])[^{}\n]*\}",  # attribute lists
            r"\{\{[<%]\s*\w+\s+\"(?=[^{}]*$)",  # a shortcode whose title goes on with markup
            r"\$\$.+?\$\$",  # math
            r"(?:https?://|ftp://|www\.)[^\s<>\"'”’)\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
            r"^\s*(?::{3,}\s*\w*|!{3}\+?\s*\w+|\?{3}\+?\s*\w+|={3}[!+]?(?=\s*\")|-{1,2}8<-{1,2}.*|\[!\w+\])",
            r"^(?:import|export)\s[^\n]*(?:['\"];?|[{(])$",
            r"(?<!\w):[a-z][a-z0-9_+-]*:(?!\w)",
        )
    ),
    re.DOTALL | re.MULTILINE,
)
# Code and destinations where the oracle's parser sees no markdown, but a site's does: attributes, front matter, MDX;
# and components, which are text to it.
UNPARSED = re.compile(r"`[^`]+`|\]\([^()\s]+\)|<[A-Z]\w*[^<>]*>")
MDX = re.compile(r"^\{/\*|^import\s[^\n]*\sfrom\s['\"][^'\"\n]+['\"];?$|^\s*<\w[^<>]*\s\w+=\{", re.MULTILINE)
PARAMETER = re.compile(
    r"""(?:\b(?:title|caption|alt|summary|label|description|heading|header)\s*=\s*"""
    r"""|\{[<%]\s*(?:note|tip|warning|info|caution)\s+)(?:"([^"]*)"|'([^']*)')"""
)


@dataclass(frozen=True)
class Rendered:
    """A page as a reader gets it: tags with attributes, and texts with whether markdown in them may be unparsed."""

    skeleton: tuple[object, ...]
    texts: tuple[tuple[str, bool], ...]


class _Reader(HTMLParser):
    def __init__(self, *, mdx: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.mdx = mdx
        self.skeleton: list[object] = []
        self.texts: list[tuple[str, bool]] = []
        self.verbatim: list[str] = []
        self.kinds: set[str] = set()
        self.href = ""  # of the link that has just begun: an address is no prose
        self.generated = False  # whether the text at hand may be a title that the renderer made up, such as `Note`

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        fixed = []
        for name, value in attrs:
            if (value or "").startswith(("Jump back to footnote", "Back to reference")):
                continue  # the renderer's own words
            if name in PROSE_ATTRIBUTES and value is not None:
                self.text(value, not self.verbatim, attribute=True)
                fixed.append((name, ""))
            else:
                fixed.append((name, value or ""))
        self.skeleton.append(("open", tag, tuple(fixed)))
        self.href = dict(attrs).get("href") or "" if tag == "a" else ""
        values = dict(attrs)
        self.generated = tag in ("p", "summary") and self.kinds & {"admonition", "details"} != set()
        self.kinds = set((values.get("class") or "").split()) | ({"details"} if tag == "details" else set())
        self.generated = self.generated or "admonition-title" in self.kinds
        if (
            tag in VERBATIM
            or values.get("translate") == "no"
            or "notranslate" in (values.get("class") or "").split()
            or (self.verbatim and self.verbatim[-1] == tag)
        ):
            self.verbatim.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.skeleton.append(("close", tag))
        if self.verbatim and self.verbatim[-1] == tag:
            self.verbatim.pop()

    def handle_data(self, data: str) -> None:
        self.text(data, not self.verbatim)

    def handle_comment(self, data: str) -> None:
        self.skeleton.append(("comment", data))

    def text(self, data: str, prose: bool, *, attribute: bool = False) -> None:
        words = " ".join(data.split())
        if not words or (self.generated and words.lower() in TITLES):
            return
        if self.href in (words, f"mailto:{words}"):
            self.skeleton.append(("address", words))
        elif prose:
            self.texts.append((words, attribute or self.mdx))
        else:
            self.skeleton.append(("verbatim", data))


def rendered(source: str) -> Rendered:
    body = source.removeprefix("\ufeff")
    reader = _Reader(mdx=MDX.search(FENCED.sub("", body)) is not None)
    front = FRONT_MATTER.match(source)
    if front and re.search(r"^(?:[\w-]+[ \t]*[:=]|#)", front["text"], re.MULTILINE):
        body = source[front.end() :]
        for key, text, prose in front_matter(front["text"]):
            reader.skeleton.append(("key", key))
            if prose:
                reader.texts.append((text, True))
            else:
                reader.skeleton.append(("value", text))
    for found in CODE_TEMPLATE.finditer(body):
        reader.skeleton.append(("template", found[0]))
    # a template in a destination leaves no spaces there
    body = re.sub(r"\]\(\{\{.*?\}\}", "](template", body)
    # a template over several lines is one word to the markdown parser of its site
    body = re.sub(
        r"\{\{[<%].*?[>%]\}\}", lambda found: found[0].replace("\n", " "), CODE_TEMPLATE.sub("", body), flags=re.S
    )
    # an empty comment by the HTML standard, which Python's parser takes for the beginning of a longer one
    reader.feed(html(body).replace("<!-->", "<!---->"))
    reader.close()
    return Rendered(tuple(reader.skeleton), tuple(reader.texts))


FENCED = re.compile(r"^[ \t]*(`{3,}|~{3,}).*?^[ \t]*\1", re.DOTALL | re.MULTILINE)
FENCE = re.compile(r"^([ \t>]*(?:`{3,}|~{3,}))[ \t]*([\w-]*)[^`\n]*$", re.MULTILINE)
CODE_TEMPLATE = re.compile(
    r"\{\{[<%]\s*(code-toggle|code|output|prism|highlight|mermaid)(?=[\s>%])[^\n]*?(?<!/)[>%]\}\}.*?\{\{[<%]\s*/\s*\1\s*[>%]\}\}"
    r"|\{%-?\s*(highlight|comment)\b.*?\{%-?\s*end\2\s*-?%\}"
    r"|\{/\*.*?\*/\}|(?<!`)\{\{~?(?:#|/|else\b)[^\n]*?\}\}"  # comments of MDX, mdBook's includes and Handlebars
    r"|(?<=\w=)\{\[.*?\]\}"  # lists that a component of MDX is given
    r"|^(?P<indent>[ \t]*):::[ \t]+[\w.]+[ \t]*\n(?:(?P=indent)[ \t]+\S[^\n]*\n)+",  # mkdocstrings with its options
    re.DOTALL | re.MULTILINE,
)
PYTHON_MARKDOWN = re.compile(
    r"^[ \t>]*(?:!!!|\?\?\?\+?)[ \t]+\w|^[ \t>]*===[!+]? \"|^<\w+[^>]* markdown\b[^>]*>$", re.MULTILINE
)
MATERIAL = (
    "abbr admonition attr_list def_list footnotes md_in_html tables "
    "pymdownx.details pymdownx.superfences pymdownx.tabbed"
).split()


def html(body: str) -> str:
    """A page by comrak; one with admonitions or tabs by Python-Markdown, with the extensions of MkDocs Material."""
    if PYTHON_MARKDOWN.search(body):
        body = FENCE.sub(r"\1\2", body)  # its options are for extensions that are not here
        return markdown.markdown(
            body, extensions=MATERIAL, extension_configs={"pymdownx.tabbed": {"alternate_style": True}}
        )
    extensions = comrak.ExtensionOptions()
    for name in ("table", "strikethrough", "tasklist", "footnotes"):
        setattr(extensions, name, True)
    options = comrak.RenderOptions()
    options.unsafe_ = True
    return comrak.render_markdown(body, extension_options=extensions, render_options=options)


def front_matter(text: str) -> Iterator[tuple[str, str, bool]]:
    """(key, value, whether it is prose) of the top-level keys; a value runs to the next key."""
    for item in re.split(r"^(?=[\w\"'-]+[ \t]*[:=])", text, flags=re.MULTILINE):
        key, _, value = re.split(r"([:=])", item, maxsplit=1) if re.search(r"[:=]", item) else (item, "", "")
        words = " ".join(re.sub(r"\s#.*", "", value).split()).strip("\"'>|- ")
        if words.endswith(":") is False:
            words = words.replace('\\"', '"').replace("''", "'")
        yield key.strip(), words, PROSE_KEYS.match(item) is not None


@dataclass
class Verdict:
    """What became of one document."""

    name: str
    identical: bool = True
    skeleton: bool = True
    missed: int = 0
    damaged: int = 0
    touched: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def perfect(self) -> bool:
        return self.identical and self.skeleton and not (self.missed or self.damaged or self.touched)

    @property
    def weight(self) -> int:
        return self.missed + self.damaged + self.touched + 1000 * (not self.skeleton) + 10_000 * (not self.identical)

    def note(self, kind: str, source: str, result: str) -> None:
        if len(self.examples) < 6:
            self.examples.append(f"{kind}: {source[:160]!r} → {result[:160]!r}")


def fixed(text: str, *, unparsed: bool) -> list[bool]:
    """Which characters of a text may not change."""
    marks = [False] * len(text)
    for found in UNPARSED.finditer(text) if unparsed else ():
        for index in range(found.start(), found.end()):
            marks[index] = True
    for found in UNTOUCHABLE.finditer(text):
        for index in range(found.start(), found.end()):
            marks[index] = True
        for parameter in PARAMETER.finditer(text, found.start(), found.end()):
            group = 1 if parameter[1] is not None else 2
            for index in range(parameter.start(group), parameter.end(group)):
                marks[index] = False
    return marks


def compare(verdict: Verdict, source: Rendered, result: Rendered, change: Change) -> None:
    if source.skeleton != result.skeleton:
        verdict.skeleton = False
        pairs = zip(source.skeleton, result.skeleton, strict=False)
        first = next(((a, b) for a, b in pairs if a != b), (len(source.skeleton), len(result.skeleton)))
        verdict.note("skeleton", str(first[0]), str(first[1]))
    if len(source.texts) != len(result.texts):
        if verdict.skeleton:
            verdict.skeleton = False
            verdict.note("texts", str(len(source.texts)), str(len(result.texts)))
        return
    for (before, unparsed), (after, _) in zip(source.texts, result.texts, strict=True):
        if before == after and not any(change(letter) != letter for letter in before):
            continue
        if len(before) != len(after):
            verdict.damaged += 1
            verdict.note("length", before, after)
            continue
        marks = fixed(before, unparsed=unparsed)
        kinds: Counter[str] = Counter()
        for old, new, mark in zip(before, after, marks, strict=True):
            if change(old) == old and old == new:
                continue
            if mark:
                kinds["touched"] += old != new
            elif old == new:
                kinds["missed"] += 1
            elif new != change(old):
                kinds["damaged"] += 1
        for kind in ("missed", "damaged", "touched"):
            if kinds[kind]:
                setattr(verdict, kind, getattr(verdict, kind) + kinds[kind])
                verdict.note(kind, before, after)


# --- running ----------------------------------------------------------------------------------------------------------


def documents(source: Path) -> dict[str, bytes]:
    """The documents in a folder or a JSONL file (`id`, `markdown` on each line), by name with extension."""
    if source.is_dir():
        paths = [path for path in sorted(source.rglob("*")) if path.suffix in (".md", ".mdx", ".markdown")]
        return {path.relative_to(source).as_posix(): path.read_bytes() for path in paths}
    items = map(json.loads, source.read_text(encoding="utf-8").splitlines())
    return {f"{item['id']}.md": item["markdown"].encode() for item in items}


def synced(
    originals: dict[str, bytes], translate: Callable[[str, str], str], dialect: str
) -> tuple[dict[str, bytes], str]:
    """The localized documents, and what went wrong on the way."""
    with tempfile.TemporaryDirectory() as folder, DeepLServer(translate=translate, limit=10**12) as server:
        root = Path(folder)
        for name, data in originals.items():
            path = root / "content/en" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        include = ", ".join(f'"**/*{suffix}"' for suffix in sorted({Path(name).suffix for name in originals}))
        (root / "prl10n.toml").write_text(CONFIGURATION.format(include=include, dialect=dialect), encoding="utf-8")
        command = [sys.executable, "-m", "prl10n", "sync", "--json"]
        run = subprocess.run(command, cwd=root, env=server.environ, capture_output=True, text=True, check=False)
        refused = sum(request.status != 200 for request in server.requests)
        pages = {name: root / "content/fr" / name for name in originals}
        results = {name: path.read_bytes() for name, path in pages.items() if path.exists()}
        findings = json.loads(run.stdout)["findings"] if run.stdout else []
        said = f"exit code {run.returncode}, {refused} requests refused, {len(findings)} findings, "
        said += f"{len(originals) - len(results)} not written"
        for finding in findings[:5]:
            said += f"\n    {finding['path']}:{finding['line']}: {finding['message']}"
        return results, said + ("" if run.returncode == 0 else f"\n{run.stderr[-1500:]}")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("sources", nargs="+", type=Path, metavar="FOLDER|FILE.jsonl")
    arguments.add_argument("--worst", type=int, default=10, help="how many of the worst documents to show")
    arguments.add_argument("--dialect", default="auto")
    chosen = arguments.parse_args()
    imperfect = 0
    for source in chosen.sources:
        originals = documents(source)
        verdicts = {name: Verdict(name) for name in originals}
        same, said = synced(originals, lambda text, _: text, chosen.dialect)
        print(f"{source.name}, text returned as it is: {said}")
        for name, data in originals.items():
            verdicts[name].identical = same.get(name) == data
        for label, change in (("case swapped", swapped), ("letters changed", another)):
            results, said = synced(originals, in_texts(change), chosen.dialect)
            print(f"{source.name}, {label}: {said}")
            for name, data in originals.items():
                if name not in results:
                    verdicts[name].skeleton = False
                    continue
                try:
                    pages = [rendered(page.decode()) for page in (data, results[name])]
                except UnicodeDecodeError:
                    continue
                compare(verdicts[name], pages[0], pages[1], change)
        imperfect += report(source.name, list(verdicts.values()), chosen.worst)
    return 1 if imperfect else 0


def report(name: str, verdicts: list[Verdict], worst: int) -> int:
    groups: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault(verdict.name.partition("/")[0] if "/" in verdict.name else name, []).append(verdict)
    print(f"{'':24}{'pages':>7}{'bytes':>9}{'skeleton':>10}{'perfect':>9}{'missed':>8}{'damaged':>9}{'touched':>9}")
    for group, members in [*groups.items(), ("all", verdicts)]:
        count = len(members)
        shares = [sum(getattr(item, key) for item in members) / count for key in ("identical", "skeleton", "perfect")]
        sums = [sum(getattr(item, key) for item in members) for key in ("missed", "damaged", "touched")]
        cells = "".join(f"{share:>{width}.1%}" for share, width in zip(shares, (9, 10, 9), strict=True))
        cells += "".join(f"{total:>{width},}" for total, width in zip(sums, (8, 9, 9), strict=True))
        print(f"{group:24}{count:>7}{cells}")
    bad = sorted((item for item in verdicts if not item.perfect), key=lambda item: -item.weight)
    for verdict in bad[:worst]:
        print(f"\n{verdict.name}: missed {verdict.missed}, damaged {verdict.damaged}, touched {verdict.touched}")
        for example in verdict.examples:
            print(f"  {example}")
    return len(bad)


if __name__ == "__main__":
    sys.exit(main())
