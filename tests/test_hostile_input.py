"""Hostile input: whatever a document, a catalog, a table, an exchange file or an archive holds, prl10n takes a bounded
time and a bounded memory, says what is wrong with it, and writes nothing outside of the project (law 7).

Each case runs in a process of its own, which may take neither more than `MEMORY` nor more than `SECONDS`.
"""

from __future__ import annotations

import csv
import io
import os
import resource
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import click
import pytest

from prl10n import catalog, document, tomls
from prl10n.cli import show
from prl10n.document import Rules
from prl10n.errors import CatalogError, ConfigError, DocumentError, Prl10nError
from prl10n.exchange import tables, tmx, xliff_reader, xlsx
from prl10n.exchange.messages import Message
from prl10n.glossary import parse as glossary
from prl10n.model import Finding, Piece, Severity, State
from prl10n.models import packages
from prl10n.tbx import parse as terms

SECONDS = 20
MEMORY = 2 << 30  # bytes of address space; a run on a harmless page takes a quarter of that

CONFIGURATION = """
source = "en"
targets = ["fr"]

[backend]
name = "pseudo"
"""


def limited(root: Path, *command: str, seconds: float = SECONDS) -> subprocess.CompletedProcess[str]:
    """A program in `root` within the limits; TimeoutExpired beyond the one, a traceback beyond the other."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1795478400"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )


# --- documents --------------------------------------------------------------------------------------------------------

# What is cheap to write and dear to parse: in naive parsers its cost grows by the square, or worse.
MARKDOWN: Mapping[str, str] = {
    "brackets": "[" * 50_000,
    "brackets with an end": "[" * 50_000 + "]" * 50_000,
    "links in links": "[a" * 10_000 + "](x)" * 10_000,
    "references that are none": "[a][b" * 10_000 + "]",
    "images": "![" * 30_000,
    "footnotes": "[^" * 30_000,
    "inline footnotes": "^[" * 30_000,
    "emphasis": "*a_ " * 20_000,
    "stars": "*" * 50_000 + "a",
    "backticks": "".join("a" + "`" * count for count in range(1, 400)),
    "angles": "<" * 50_000,
    "tags without an end": '<a b="' * 10_000,
    "declarations": "<!A" * 10_000,
    "instructions": "<?" * 20_000,
    "CDATA": "a <![CDATA[" * 5_000,
    "comments": "a <!-- " * 10_000,
    "comment blocks": "<!--\n\n" * 10_000,
    "definitions": "".join(f"[a{number}]: /x\n" for number in range(10_000)) + "[a1]",
    "definitions without an end": "[a]: <\n" * 10_000,
    "titles without an end": "[a]: b '\n" * 5_000,
    "a table of 10,000 columns": f"{'|a' * 10_000}|\n{'|-' * 10_000}|\n",
    "quotes in quotes": ">" * 10_000 + "a",
    "lists in lists": "- " * 10_000 + "a",
    "quotes in lists": "> - " * 3_000 + "a",
    "elements in elements": "<b>" * 5_000 + "a" + "</b>" * 5_000,
    "blocks in blocks": "<div>\n" * 5_000,
    "attributes": "<div " + 'a="b" ' * 10_000 + ">\nx\n</div>",
    "attribute lists": "a{.b " * 10_000,
    "braces": "{{" * 50_000,
    "templates without an end": "{% a " * 20_000,
    "raw without an end": "{% raw %} " * 20_000,
    "half an end of raw": "{% raw %} " * 20_000 + "{% endraw",
    "templates without an end in raw": "{% raw %}" + "{% a " * 20_000 + "{% endraw %}",
    "comments of Liquid without an end": "{% comment %} " * 20_000,
    "another end of a comment": "{% comment %} " * 20_000 + "{% endhighlight %}",
    "code of Hugo without an end": "{{< highlight x >}} " * 20_000,
    "code of Hugo that has no content": "{{% highlight " * 20_000 + "/>}}{{< /highlight >}}",
    "half an end of shortcodes": "{{< a " * 20_000 + "}}",
    "comments of MDX without an end": "{/* " * 20_000 + "}",
    "shortcodes without an end": "{{< a\n\n" * 10_000,
    "directives": ":::note\n" * 5_000,
    "inline directives": ":a[" * 20_000,
    "admonitions": "".join("    " * level + "!!! note\n" for level in range(300)),
    "math": "$a " * 20_000,
    "fences": "```\n" * 10_001,
    "entities": "&a" * 30_000,
    "spaces": f"a{' ' * 50_000}b",
    "tabs": "\t" * 50_000 + "a",
    "NUL": "\0" * 50_000,
    "combining marks": "a" + "\u0301" * 50_000,
    "addresses": "http://" * 10_000,
    "wiki links": "[[" * 20_000,
    "a long line": "word " * 50_000,
    "links to one long place": f"[a]: {'x' * 100_000}\n\n{'[a] ' * 30_000}",
    "images of one long place": f"[a]: {'x' * 100_000}\n\n{'![b][a] ' * 30_000}",
    "links to one long template": f"[a]: {{{{ site.url }}}}/{'x' * 100_000}\n\n{'[a] {{ b }} ' * 30_000}",
    "paragraphs with one long place": f"[a]: {'x' * 100_000}\n\n"
    + "".join(f"Word {number} [a]\n\n" for number in range(30_000)),
}
_DEEP = "[" * 1_000_000 + "]" * 1_000_000
_ALIASES = "".join(
    f"{chr(98 + level)}: &{chr(98 + level)} [{','.join(f'*{chr(97 + level)}' for _ in range(9))}]\n"
    for level in range(20)
)
FRONT_MATTER: Mapping[str, str] = {
    "a YAML bomb": f"---\na: &a [x, x, x, x, x, x, x, x, x]\n{_ALIASES}---\n",
    "an alias of itself": "---\na: &a [*a, *a]\nb: &b {c: *b}\n---\n",
    "a bomb of merges": "---\na: &a {k: v}\n" + _ALIASES.replace("[*", "{<<: [*").replace("]", "]}") + "---\n",
    "YAML of a million levels": f"---\na: {_DEEP}\n---\n",
    "YAML of blocks in blocks": "---\n" + "".join(f"{' ' * level}a:\n" for level in range(1_200)) + "---\n",
    "a key that stands there 20,000 times": "---\n" + "title: x\n" * 20_000 + "---\n",
    "a key of a megabyte": f"---\n{'k' * 1_000_000}: v\n---\n",
    "50,000 keys": "---\n" + "".join(f"k{number}: v\n" for number in range(50_000)) + "---\n",
    "a number of a million digits": f"---\na: {'1' * 1_000_000}\n---\n",
    "TOML of a million levels": f"+++\na = {_DEEP}\n+++\n",
    "TOML tables in tables": f"+++\na = {'{a=' * 100_000}1{'}' * 100_000}\n+++\n",
    "a TOML key of 100,000 parts": f"+++\n{'.'.join('a' * 100_000)} = 1\n+++\n",
    "a TOML table of 50,000 parts": f"+++\n[{'.'.join('a' * 50_000)}]\n+++\n",
    "a TOML number of a million digits": f"+++\na = {'1' * 1_000_000}\n+++\n",
    "JSON of a million levels": f'{{"a": {_DEEP}}}\n',
    "a JSON number of a million digits": f'{{"a": {"1" * 1_000_000}}}\n',
    "half a character": '{"title": "\\ud800 x"}\n',
}
NAMED = {
    "brackets with an end",
    "references that are none",
    "JSON of a million levels",
    "a JSON number of a million digits",
}

_TIME = """
import resource, sys, time
from prl10n import document
from prl10n.assembly import assemble
from prl10n.document import Rules
from prl10n.errors import LIBRARY_FAILURES, DocumentError
from test_hostile_input import FRONT_MATTER, MARKDOWN
for name, text in {**MARKDOWN, **{name: f"{text}\\nA text.\\n" for name, text in FRONT_MATTER.items()}}.items():
    if name not in sys.argv[2:]:
        continue
    data, begin = text.encode(), time.perf_counter()
    try:
        read = document.split(data, Rules(dialect=sys.argv[1]))
        assemble(read, [f"X {unit.text}" for unit in read.units])
        said = "read"
    except (DocumentError, *LIBRARY_FAILURES) as error:
        said = type(error).__name__
    print(f"{name}\\t{time.perf_counter() - begin:.2f}\\t{said}", flush=True)
"""


@pytest.mark.parametrize(
    ("cases", "dialect"),
    [(MARKDOWN, "auto"), (MARKDOWN, "docusaurus"), (FRONT_MATTER, "auto")],
    ids=["markdown", "MDX", "front matter"],
)
def test_a_document_takes_a_bounded_time_and_memory(cases: Mapping[str, str], dialect: str) -> None:
    names = list(cases)
    took: dict[str, tuple[float, str]] = {}
    done = subprocess.run(
        [sys.executable, "-c", _TIME, dialect, *names],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )
    for line in done.stdout.splitlines():
        name, seconds, said = line.split("\t")
        took[name] = float(seconds), said
    assert took.keys() == cases.keys(), done.stderr[-500:]
    assert {name: seconds for name, (seconds, _) in took.items() if seconds > SECONDS} == {}
    assert {name for name, (_, said) in took.items() if said != "read"} <= NAMED


@pytest.mark.parametrize(
    "unit",
    [
        *("[", "![", "[^", "^[", "<", "`a", "*a", "a <!-- ", "&a", "a  \n", "|a"),
        *("{{", "{% a ", "{% raw %} ", "{% comment %} ", "{{< highlight x >}} "),
    ],
)
def test_the_cost_of_a_repeated_mark_grows_by_its_length(unit: str) -> None:
    """Four times the text takes about four times as long: sixteen times would be the square."""
    from time import process_time

    def cost(count: int) -> float:
        data, best = (unit * count).encode(), 9.0
        for _ in range(3):
            begin = process_time()
            document.split(data)
            best = min(best, process_time() - begin)
        return best

    cost(100)
    assert cost(8_000) / max(cost(2_000), 0.002) < 11


def test_front_matter_names_no_code(tmp_path: Path) -> None:
    """Tags of Python make no object, `__proto__` is a key like any other."""
    made = tmp_path / "made"
    text = (
        f"---\ntitle: !!python/object/apply:os.system ['touch {made}']\n"
        "subtitle: !!python/name:os.system ''\n__proto__: {title: x}\n---\n\nA text.\n"
    )
    read = document.split(text.encode())
    document.splice(read, [unit.text.upper() for unit in read.units])
    assert not made.exists()
    assert [unit.text for unit in document.split(b'{"__proto__": {"title": "x"}, "title": "One"}\n').units] == ["One"]


def test_what_cannot_be_read_of_front_matter_is_named_with_its_line() -> None:
    cases = {
        f"+++\ntitle = 'x'\n{'.'.join('a' * 200)} = 1\n+++\n": (3, "a key of more than 100 parts"),
        f"+++\na = {'[' * 200}{']' * 200}\n+++\n": (1, "more than 100 lists and tables"),
        f"---\ntitle: x\na: {'[' * 100_000}\n---\n": (3, ""),
    }
    for text, (line, why) in cases.items():
        ((at, message),) = document.split(f"{text}\nA text.\n".encode()).problems
        assert at == line
        assert why in message
    with pytest.raises(DocumentError, match="the front matter cannot be read") as caught:
        document.split(f'{{"a": {_DEEP}}}\n'.encode())
    assert caught.value.where == ":1"


def test_a_text_of_brackets_is_named_with_its_line() -> None:
    with pytest.raises(DocumentError, match="too many brackets in one text, one within the other") as caught:
        document.split(f"# One\n\n{'[' * 60_000}{']' * 60_000}\n".encode())
    assert caught.value.where == ":3"
    assert "block of code" in caught.value.remedy


def test_toml_is_bounded() -> None:
    assert tomls.loads('a.b = "1.2.3"\n[c]\nd = [[1]]\n') == {"a": {"b": "1.2.3"}, "c": {"d": [[1]]}}
    assert tomls.loads(f'a = "{"." * 500}"\n') == {"a": "." * 500}
    for text in (f"a = {_DEEP}", f"{'a.' * 200}b = 1", f"a = {'9' * 10_000}", f"x = {{{'a.' * 200}b = 1}}"):
        with pytest.raises(tomls.TOMLDecodeError):
            tomls.loads(text)


# --- the whole way ----------------------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project beside somebody else's folder."""
    made = tmp_path / "project"
    (made / "content/en").mkdir(parents=True)
    (made / "prl10n.toml").write_text(CONFIGURATION, encoding="utf-8")
    (made / "content/en/fine.md").write_text("# Fine\n\nNew words.\n", encoding="utf-8")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/theirs.txt").write_text("theirs", encoding="utf-8")
    return made


def outside(root: Path) -> dict[str, bytes]:
    """All that is not in the project."""
    return {
        path.relative_to(root.parent).as_posix(): path.read_bytes()
        for path in root.parent.rglob("*")
        if path.is_file() and not path.is_relative_to(root)
    }


def test_hostile_front_matter_in_a_project(root: Path) -> None:
    """All of it at once: who cannot be read is named with its line and a remedy, and all others have their pages. What
    is left as it is, is named as well; aliases that nobody follows cost nothing.
    """
    cases = {name: text for name, text in FRONT_MATTER.items() if "000 keys" not in name and "000 times" not in name}
    for number, text in enumerate(cases.values()):
        (root / f"content/en/{number}.md").write_text(f"{text}\nA [text](fine.md).\n", encoding="utf-8")
    before = outside(root)
    done = limited(root, "-m", "prl10n", "sync", seconds=3 * SECONDS)
    assert "Traceback" not in done.stderr
    assert done.returncode == 2
    refused = {number for number, name in enumerate(cases) if name in NAMED}
    for number in refused:
        assert f"content/en/{number}.md:1: error: the front matter cannot be read" in done.stderr
    made = {path.name for path in (root / "content/fr").iterdir()}
    assert made == {"fine.md", *(f"{number}.md" for number in range(len(cases)) if number not in refused)}
    for name in ("YAML of a million levels", "TOML of a million levels", "a TOML key of 100,000 parts"):
        assert f"content/en/{list(cases).index(name)}.md:" in done.stderr, name
    assert outside(root) == before


NAMES: Mapping[str, tuple[bytes, str]] = {
    "a line end": (b"a\nb.md", r"content/en/a\nb.md"),
    "an escape": (b"a\x1b[2Jb.md", r"content/en/a\x1b[2Jb.md"),
    "an override": ("a\u202eb.md".encode(), r"content/en/a\u202eb.md"),
    "Latin-1": (b"caf\xe9.md", r"content/en/caf\xe9.md"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_cannot_be_shown(root: Path, name: str) -> None:
    """In a catalog it would end its line, in a terminal it would act. It is named, readably, and the remedy helps."""
    written, said = NAMES[name]
    path = Path(os.fsdecode(os.fsencode(root / "content/en") + b"/" + written))
    path.write_text("# Other\n", encoding="utf-8")
    done = limited(root, "-m", "prl10n", "sync")
    assert done.returncode == 2
    assert f"error: {said}: the name of this file" in done.stderr
    assert "exclude it with a glob that has ?" in done.stderr
    assert not (root / "locales").exists()
    glob = "caf?.md" if name == "Latin-1" else "a?*b.md"
    (root / "prl10n.toml").write_text(f'{CONFIGURATION}\n[content]\nexclude = ["{glob}"]\n', encoding="utf-8")
    done = limited(root, "-m", "prl10n", "sync")
    assert done.returncode == 0, done.stderr
    assert (root / "content/fr/fine.md").exists()


LONG = "n" * 10_000


@pytest.mark.parametrize(
    ("configuration", "argument", "said"),
    [
        ("", LONG, f"{LONG}: not a document of this project"),
        (f'[content]\nsource = "{LONG}"', "", "prl10n.toml:9: the folder"),
        (f'[content]\ntarget = "{LONG}/{{locale}}/{{path}}"', "", "File name too long"),
        (f'[content]\ncatalog = "{LONG}/{{locale}}/{{dir}}{{stem}}.po"', "", "File name too long"),
    ],
    ids=["an argument", "source", "target", "catalog"],
)
def test_a_name_of_10_000_characters(root: Path, configuration: str, argument: str, said: str) -> None:
    (root / "prl10n.toml").write_text(f"{CONFIGURATION}\n{configuration}\n", encoding="utf-8")
    done = limited(root, "-m", "prl10n", "sync", *filter(None, [argument]))
    assert "Traceback" not in done.stderr
    assert done.returncode == 2
    assert said in done.stderr


def test_links_and_addresses_of_10_000_characters(root: Path) -> None:
    text = f"---\nslug: {LONG}\npermalink: /{LONG}\n---\n\n# Hi\n\n[x]({LONG}) ![y](/{LONG}.png)\n"
    (root / "content/en/long.md").write_text(text, encoding="utf-8")
    done = limited(root, "-m", "prl10n", "sync")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert f"]({LONG})" in (root / "content/fr/long.md").read_text(encoding="utf-8")


ENTRY = '\n#: {file}\nmsgid "{source}"\nmsgstr "{target}"\n'
HEADER = 'msgid ""\nmsgstr ""\n"Language: fr\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
# Two empty lines, or a plural, are not the form of gettext's own tools: what is written so has a slower reader.
LONG_ENTRIES: Mapping[str, str] = {
    "a comment of a million lines in another form": "\n\n" + "# A remark.\n" * 1_000_000 + 'msgid "a"\nmsgstr "x"\n',
    "empty comments in another form": "\n\n" + "#\n" * 1_000_000 + 'msgid "a"\nmsgstr "x"\n',
    "a text of 200,000 lines in another form": '\n\nmsgid ""\n' + '"word "\n' * 200_000 + 'msgstr "x"\n',
    "a plural of 200,000 lines": '\n\nmsgid "a"\nmsgid_plural ""\n' + '"word "\n' * 200_000 + 'msgstr[0] "x"\n',
    "a million lines behind the last entry": '\n\nmsgid "a"\nmsgstr "x"\n\n' + "# A remark.\n" * 1_000_000,
}
CATALOGS: Mapping[str, str] = {
    "references that leave the tree": HEADER
    + ENTRY.format(file="../../../../outside/theirs.txt", source="Fine", target="Bien")
    + ENTRY.format(file="/etc/passwd:1", source="Other", target="Autre"),
    "a msgid of a megabyte": HEADER + ENTRY.format(file="a.md", source="word " * 200_000, target="mot"),
    "a translation of a megabyte": HEADER + ENTRY.format(file="a.md", source="Fine", target="mot " * 250_000),
    "a translation of brackets": HEADER + ENTRY.format(file="a.md", source="Fine", target="[" * 60_000 + "]" * 60_000),
    "a translation of elements": HEADER
    + ENTRY.format(file="a.md", source="Fine", target="<b>" * 5_000 + "a" + "</b>" * 5_000),
    "10,000 entries": HEADER
    + "".join(ENTRY.format(file="a.md", source=f"Text {number}", target="x") for number in range(10_000)),
    "a comment of 20,000 lines": HEADER
    + "\n"
    + "# A remark.\n" * 20_000
    + ENTRY.format(file="a.md", source="Fine", target="x").lstrip(),
    "a comment of a million lines": HEADER
    + "\n"
    + "# A remark.\n" * 1_000_000
    + ENTRY.format(file="a.md", source="Fine", target="x").lstrip(),
    "a text of 200,000 lines": HEADER
    + '\n#: a.md\nmsgid ""\n'
    + '"word "\n' * 200_000
    + 'msgstr "x"\n'
    + ENTRY.format(file="a.md", source="Fine", target="Bien"),
    **{name: HEADER + text for name, text in LONG_ENTRIES.items()},
    "20,000 obsolete lines": HEADER + "\n" + '#~ msgid "a"\n' * 20_000,
    "NUL": HEADER + ENTRY.format(file="a.md", source="Fine", target="Bi\0en"),
    "an escape": HEADER + ENTRY.format(file="a.md", source="Fine", target="Bi\x1b[2Jen"),
    "a header of 20,000 lines": HEADER
    + "".join(f'"X-{number}: y\\n"\n' for number in range(20_000))
    + ENTRY.format(file="a.md", source="Fine", target="Bien"),
    "a form of plurals out of all measure": HEADER
    + f'"Plural-Forms: nplurals=999999999; plural={"(" * 10_000}n{")" * 10_000};\\n"\n'
    + ENTRY.format(file="a.md", source="Fine", target="Bien"),
    "an encoding that decompresses": HEADER.replace("UTF-8", "bz2_codec")
    + ENTRY.format(file="a.md", source="Fine", target="Bien"),
    "backslashes": HEADER + ENTRY.format(file="a.md", source="Fine", target="\\\\" * 100_000),
    "an open text": HEADER + '\nmsgid "Fine\n',
}


@pytest.mark.parametrize("name", CATALOGS)
def test_a_hostile_catalog(root: Path, name: str) -> None:
    """Its page is made or named; the other document is translated; nothing outside changes."""
    (root / "content/en/other.md").write_text("# Another page\n", encoding="utf-8")
    path = root / "locales/fr/LC_MESSAGES/fine.po"
    path.parent.mkdir(parents=True)
    path.write_text(CATALOGS[name], encoding="utf-8")
    before = outside(root)
    done = limited(root, "-m", "prl10n", "sync")
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 2)
    if done.returncode == 2:
        assert "fine.po" in done.stderr
        assert path.read_text(encoding="utf-8") == CATALOGS[name]
    assert (root / "content/fr/other.md").exists()
    assert outside(root) == before


@pytest.mark.parametrize("name", LONG_ENTRIES)
def test_a_long_entry_in_another_form_is_named_with_its_line(name: str) -> None:
    with pytest.raises(CatalogError, match="more than 20,000 lines") as caught:
        catalog.parse((HEADER + LONG_ENTRIES[name]).encode(), "fr.po")
    assert caught.value.where == ("fr.po:10" if "behind" in name else "fr.po:7")  # behind a header of four lines
    assert "msgcat" in caught.value.remedy


def test_an_entry_of_20_000_lines_is_read_in_every_form() -> None:
    """The limit is beyond what anybody writes: a text of more than a megabyte, wrapped."""
    lines = '"word "\n' * 19_998
    for gap in ("\n", "\n\n"):
        (entry,) = catalog.parse(f'{HEADER}{gap}msgid ""\n{lines}msgstr "mot"\n'.encode()).entries
        assert (entry.msgid, entry.msgstr) == ("word " * 19_998, "mot")


def test_100_000_entries_are_read_in_every_form() -> None:
    for gap in ("\n", "\n\n"):
        text = "".join(f'{gap}msgid "Text {number}"\nmsgstr "x"\n' for number in range(100_000))
        entries = catalog.parse((HEADER + text).encode()).entries
        assert (len(entries), entries[-1].msgid) == (100_000, "Text 99999")


def test_the_words_of_others_do_not_act_in_a_terminal() -> None:
    """What a terminal obeys, and what turns the direction of words, is shown as an escape; line ends are ours."""
    acting = {
        "a\x1b[2Jb": r"a\x1b[2Jb",
        "a\x1b]8;;http://a.example\x1b\\b": r"a\x1b]8;;http://a.example\x1b\b",
        "\x9b31mred": r"\x9b31mred",
        "over\rwritten\x08\x7f\x00": r"over\rwritten\x08\x7f\x00",
        "\u202egnp.exe\u202c": r"\u202egnp.exe\u202c",
        "\u2066a\u2069\u200e\u200f\u061c": r"\u2066a\u2069\u200e\u200f\u061c",
        "half \ud800": r"half \ud800",
    }
    harmless = "« Été »,\tшесть, 日本, \U0001f469\u200d\U0001f680\n  on"
    for text, said in [*acting.items(), (harmless, harmless)]:
        line = show.finding_line(Finding("a-rule", Severity.ERROR, f"a.md{text}", 3, text, "fr"))
        assert click.unstyle(line) == f"a.md{said}:3: error [fr]: {said} (a-rule)"


def test_check_shows_the_words_of_a_document_that_would_act(root: Path) -> None:
    """A title for the window, C1's way to begin a sequence, an override: named, since nobody has reviewed them."""
    (root / "content/en/fine.md").write_text("A \x1b]0;x\x07 and \x9b2J and \u202e so on.\n", encoding="utf-8")
    assert limited(root, "-m", "prl10n", "sync").returncode == 0
    done = limited(root, "-m", "prl10n", "check")
    assert r"content/en/fine.md:1: A \x1b]0;x\x07 and \x9b2J and \u202e so on." in done.stdout
    assert set("\x1b\x07\x9b\u202e").isdisjoint(done.stdout + done.stderr)


def test_raw_ends_where_it_ends() -> None:
    """What is between `raw` and its end is none of our words where it looks like a template; without an end there is no
    pair, and what follows is prose, templates and all.
    """
    (unit,) = document.split(b"One {% raw %}{{ a }} two{% endraw %} three {{ b }} {% raw %} four {{ c }}.\n").units
    pieces = document.read(unit.text, unit.syntax, {})
    assert "".join(piece.value for piece in pieces if piece.piece is Piece.TEXT) == "One  two three   four ."
    assert [unit.text[piece.start : piece.end] for piece in pieces if piece.piece is Piece.EMPTY] == [
        *("{% raw %}", "{{ a }}", "{% endraw %}"),
        *("{{ b }}", "{% raw %}", "{{ c }}"),
    ]


def test_links_to_one_place_are_links_still() -> None:
    (unit,) = document.split(b"[a]: /x\n\n[One][a], [two][a] and ![three][a], by [/x][a].\n").units
    pieces = document.read(unit.text, unit.syntax, {"A": {"href": "/x", "title": ""}})
    assert [piece.value for piece in pieces if piece.piece is not Piece.TEXT] == [
        *("link /x", "link /x", "link /x", "link /x"),
        *("image /x", "address link /x"),
    ]


CONFIGURATIONS: Mapping[str, tuple[str, str]] = {
    "nesting": (f"a = {'[' * 200_000}", ":1: is not TOML"),
    "a key of 50,000 parts": (f'source = "en"\n{".".join("a" * 50_000)} = 1', ":2: is not TOML"),
    "digits": (f"a = {'1' * 100_000}", "is not TOML"),
    "dots in source": ('[content]\nsource = "../outside"', "leads out of the folder"),
    "dots in target": ('[content]\ntarget = "../{locale}/{path}"', "leads out of the folder"),
    "dots behind a locale": ('[content]\ntarget = "{locale}/../../{path}"', "leads out of the folder"),
    "dots made of fields": ('[content]\ntarget = "{locale}/.{dir}./{path}"', ""),
    "an absolute catalog": ('[content]\ncatalog = "/tmp/{locale}/{dir}{stem}.po"', "leads out of the folder"),
    "a drive": ('[content]\ncatalog = "C:/{locale}/{dir}{stem}.po"', "leads out of the folder"),
    "a NUL": ('[content]\nsource = "content\\u0000/en"', "is not a plain path"),
    "a backslash": ('[content]\nsource = "content\\\\en"', "is not a plain path"),
    "a glossary outside": ('[glossary]\nfile = "../outside/theirs.txt"', "leads out of the folder"),
    "a locale that is a path": ('targets = ["../fr"]', "'../fr'"),
    "a field in a field": ('[content]\ntarget = "{loc{locale}ale}/{path}"', ":2: "),
    "the sources themselves": ('[content]\ntarget = "content/en/{path}"', ":2: "),
}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_hostile_configuration(root: Path, name: str) -> None:
    text, said = CONFIGURATIONS[name]
    (root / "prl10n.toml").write_text(text, encoding="utf-8")
    before = outside(root)
    done = limited(root, "-m", "prl10n", "build")
    assert "Traceback" not in done.stderr
    assert done.returncode == (2 if said else 0)
    assert said in done.stderr
    assert outside(root) == before


# --- tables -----------------------------------------------------------------------------------------------------------

FORMULAS = [
    "=cmd|' /C calc'!A0",
    "=1+1",
    "@SUM(A1:A9)",
    "+1",
    "-5 °C",
    "- a list",
    "\t=1",
    "\r=1",
    "'=1",
    "''quoted",
    "＝1",
    '=HYPERLINK("http://a.example","x")',
]


def message(text: str) -> Message:
    return Message("id", "a.md", "fr", State.DRAFT, text, text, "paragraph", (), ())


@pytest.mark.parametrize("text", FORMULAS)
def test_no_formula_leaves_and_the_same_text_comes_back(text: str) -> None:
    """CSV: behind an apostrophe, https://owasp.org/www-community/attacks/CSV_Injection. XLSX: typed as text."""
    data = tables.write([message(text)], "en", "fr")
    *_, row = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r", "＝") for cell in row)
    assert [reply.target for reply in tables.read(data)] == [text]
    book = xlsx.write([message(text)], "en", "fr")
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert [reply.target for reply in xlsx.read(book)] == [text]


def test_a_glossary_of_formulas_keeps_its_bytes() -> None:
    """It is a file of the project, in git: nobody's spreadsheet is asked to run it by prl10n."""
    data = b"source,locale,target\nlaunch,fr,=cmd|' /C calc'!A0\n"
    assert glossary(data).lines[0].target == "=cmd|' /C calc'!A0"
    assert glossary(data).data == data


# --- XML --------------------------------------------------------------------------------------------------------------

_LAUGHS = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
PROLOGUES: Mapping[str, str] = {
    "a billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{_LAUGHS}]>',
    "a quadratic blow-up": f'<!DOCTYPE x [<!ENTITY l9 "{"a" * 50_000}">]>',
    "a file": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
    "an address": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "http://127.0.0.1:9/x">]>',
    "a parameter": '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
}
READERS: Mapping[str, tuple[Callable[[bytes], object], str]] = {
    "TMX": (
        lambda data: list(tmx.read(data, "en", ("fr",), "file").pairs),
        '<tmx version="1.4"><header srclang="en"/><body><tu><tuv xml:lang="en"><seg>{0}</seg></tuv>'
        '<tuv xml:lang="fr"><seg>{0}</seg></tuv></tu></body></tmx>',
    ),
    "XLIFF": (
        lambda data: xliff_reader.read(data, "file"),
        '<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en" trgLang="fr"><file id="f">'
        '<unit id="u"><segment><source>{0}</source><target>{0}</target></segment></unit></file></xliff>',
    ),
    "TBX": (
        lambda data: terms(data, "en", ("fr",), "file"),
        '<martif type="TBX"><text><body><termEntry><langSet xml:lang="en"><tig><term>{0}</term></tig></langSet>'
        '<langSet xml:lang="fr"><tig><term>{0}</term></tig></langSet></termEntry></body></text></martif>',
    ),
}


@pytest.mark.parametrize("prologue", PROLOGUES)
@pytest.mark.parametrize("name", READERS)
def test_xml_with_entities_is_refused(name: str, prologue: str) -> None:
    read, text = READERS[name]
    with pytest.raises(ConfigError) as caught:
        read(f'<?xml version="1.0"?>\n{PROLOGUES[prologue]}\n{text.format("&l9;")}'.encode())
    assert caught.value.where.startswith("file")
    assert caught.value.remedy


@pytest.mark.parametrize("name", READERS)
def test_xml_includes_and_depth(name: str) -> None:
    """XInclude is markup like any other, and nothing is fetched; what nests too deeply is refused by libxml2."""
    read, text = READERS[name]
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    with suppress(Prl10nError):  # whether there is markup of another name in a term or a source is the format's affair
        assert "root:" not in repr(read(text.format(include).encode()))
    with pytest.raises(ConfigError, match="not well-formed"):
        read(text.format("<b>" * 100_000 + "</b>" * 100_000).encode())


# --- archives ---------------------------------------------------------------------------------------------------------


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return out.getvalue()


def linked(name: str, to: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        link = zipfile.ZipInfo(name)
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, to)
    return out.getvalue()


ARCHIVES: Mapping[str, tuple[bytes, str]] = {
    "dots": (archive(**{"../../evil.spm": b"x"}), "outside its folder"),
    "backslashes": (archive(**{"..\\..\\evil.spm": b"x"}), "outside its folder"),
    "an absolute path": (archive(**{"/tmp/source.spm": b"x"}), "outside its folder"),
    "a drive": (archive(**{"C:source.spm": b"x"}), "outside its folder"),
    "a link": (linked("source.spm", "/etc/passwd"), "it has a link"),
    "a file twice": (archive(**{"a/source.spm": b"x", "b/source.spm": b"y"}), "a file twice"),
    "metadata that nests": (archive(**{"metadata.json": _DEEP.encode()}), "metadata.json cannot be read"),
    "metadata that leaves": (
        archive(**{"metadata.json": b'{"from_code": "../../x", "to_code": "fr"}', "sentencepiece.model": b"x"}),
        "is no language",
    ),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_hostile_model(tmp_path: Path, name: str) -> None:
    data, said = ARCHIVES[name]
    path = tmp_path / "there/model.zip"
    path.parent.mkdir()
    path.write_bytes(data)
    models = tmp_path / "models"
    before = outside(models)
    with pytest.raises(ConfigError, match=said):
        packages.install_file(models, path)
    assert outside(models) == before
    assert [found for found in models.rglob("*") if found.is_file()] == []


def test_a_model_that_is_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member says how long it is and is not believed: what comes out is counted."""
    monkeypatch.setattr(packages, "MOST_BYTES", 5 << 20)
    path = tmp_path / "model.zip"
    path.write_bytes(archive(**{"source.spm": b"\0" * (6 << 20)}))
    with pytest.raises(ConfigError, match="it is larger than"):
        packages.install_file(tmp_path / "models", path)
    assert [found for found in (tmp_path / "models").rglob("*") if found.is_file()] == []


WORKBOOKS: Mapping[str, bytes] = {
    "a bomb": archive(**{"xl/worksheets/sheet1.xml": b" " * (300 << 20)}),
    "a DOCTYPE": archive(**{"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}),
    "no workbook": archive(**{"a.txt": b"x"}),
    "no archive": b"PK\x03\x04 and no more",
}


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_hostile_workbook(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        xlsx.read(WORKBOOKS[name], "file.xlsx")
    assert caught.value.where == "file.xlsx"


def test_rules_hold_for_every_dialect() -> None:
    """The cases above are read in two dialects; the others have the same rules for what is between brackets."""
    for dialect in ("commonmark", "gfm", "jekyll", "hugo", "mkdocs"):
        assert document.split(("[" * 20_000).encode(), Rules(dialect=dialect)).units == ()
