"""The report: its figures, its history, and its page, which must hold whatever documents say."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from prl10n import config, document
from prl10n.cli import prl10n
from prl10n.cli.report import report as command
from prl10n.errors import ConfigError
from prl10n.memory import FILE, Memory
from prl10n.model import Finding, Severity, State, Syntax
from prl10n.outcome import Selection
from prl10n.report import as_json, gather, html
from prl10n.report.figures import figures, title
from prl10n.report.history import commit
from prl10n.report.texts import Edit, difference, runs, said
from prl10n.surveying import survey
from prl10n.translation import words
from project import Project

EPOCH = "1795478400"  # 24 November 2026
RELEASE = """---
title: Acme opens in Lyon
---

# A second office

**Geneva** - Acme, a [maker](https://acme.example) of things, comes to Lyon. Run `acme --now`.

The office will hold forty people.

![A door](door.png "Our door")
"""
VOID = {"meta", "input", "br", "link", "img", "hr"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    root = tmp_path / "site"
    root.mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    made = Project(root)
    made.configure('[backend]\nname = "pseudo"\n')
    made.source(RELEASE)
    made.run("sync")
    return made


def run(*arguments: str) -> Result:
    """`prl10n report`, in this process."""
    result = CliRunner().invoke(command, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def git(root: Path, *arguments: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@acme.example", "-c", "core.autocrlf=false")
    done = subprocess.run(["git", "-C", str(root), *who, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def committed(project: Project) -> str:
    if not (project.root / ".git").exists():
        git(project.root, "init", "--quiet", "--initial-branch=main")
    git(project.root, "add", "--all", ".")
    git(project.root, "commit", "--quiet", "--message=one")
    return git(project.root, "rev-parse", "HEAD")


class Page(HTMLParser):
    """A page that was read: its elements, and that each ends where it should."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.ids: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []
        assert len(self.ids) == len(set(self.ids))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len({name for name, _ in attrs})
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


# --- figures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("One two, three.", 3),
        ("A [link](https://a.example/b/c) and `code of mine`", 3),
        ("It’s well-known — **very**.", 3),
        ("1,000 of 20%", 3),
        ("<b>bold</b>ly &amp; so", 2),
        ('![alt text](a.png "and title")', 4),
        ("https://a.example", 0),
        ("日本語です", 5),
        ("Use 日本 now", 4),
        ("---" * 9, 0),
    ],
)
def test_words_are_those_of_prose(text: str, number: int) -> None:
    units = document.split(f"{text}\n".encode()).units
    assert sum(map(words, units)) == number


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (b"---\ntitle: Front\n---\n\n# Head\n", "Front"),
        (b"Words.\n\n## A *second* head\n", "A second head"),
        (b"Words.\n", "a.md"),
        (b"", "a.md"),
    ],
)
def test_a_document_is_called_by_its_title(source: bytes, wanted: str) -> None:
    assert title(document.split(source), "a.md") == wanted


def test_figures_are_those_of_status_and_words(project: Project) -> None:
    project.edit('#, fuzzy\nmsgid "A second office"', 'msgid "A second office"')
    (standing,), _ = survey(config.load(project.root), Selection())
    found = figures(standing)
    (row,) = project.json("status")["documents"]
    assert {state.value: found.balance.states[state].units for state in State} == {
        state.value: row[state.value] for state in State
    }
    assert found.title == "Acme opens in Lyon"
    assert found.balance.approved.words == 3
    # title 4, Geneva … 9 + Run 1, the office 6, alt 2, title 2
    assert (found.balance.whole.words, found.balance.left.words) == (27, 24)
    assert found.balance.percent == 11


def test_a_hundred_percent_is_all_of_it(project: Project) -> None:
    project.approve()
    report = gather(config.load(project.root), Selection())
    assert (report.totals[0].complete, report.totals[0].balance.percent) == (1, 100)
    page = Page(html.page(report).decode())
    assert "Everything is translated and approved: 27 words." in page.text
    assert "looks" not in page.ids
    project.source("---\n---\n", "news/none.md")
    assert gather(config.load(project.root), Selection()).totals[0].complete == 2


def test_most_left_comes_first(project: Project) -> None:
    project.source("# Short\n", "a.md")
    project.source(f"# Long\n\n{'word ' * 90}\n", "z.md")
    report = gather(config.load(project.root), Selection())
    assert [each.title for each in report.figures] == ["Long", "Acme opens in Lyon", "Short"]


# --- texts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("We are forty.", "We are sixty.", "We are [-forty-]{+sixty+}."),
        ("Two rooms", "Three rooms", "[-Two-]{+Three+} rooms"),
        ("in the south", "in the far south", "in the {+far +}south"),
        ("in the far south", "in the south", "in the [-far -]south"),
        ("one small house", "one large garden", "one [-small house-]{+large garden+}"),
        ("same", "same", "same"),
        ("", "new", "{+new+}"),
        ("old", "", "[-old-]"),
        ("2026年3月", "2026年5月", "2026年[-3-]{+5+}月"),
        ("東京の春", "東京の秋", "東京の[-春-]{+秋+}"),
        ("a\nb", "a b", "a[-\n-]{+ +}b"),
    ],
)
def test_a_difference_is_read_word_by_word(old: str, new: str, wanted: str) -> None:
    marks = {Edit.SAME: "{}", Edit.REMOVED: "[-{}-]", Edit.ADDED: "{{+{}+}}"}
    assert "".join(marks[each.edit].format(each.text) for each in difference(old, new)) == wanted


_SOME = st.lists(st.sampled_from([*"a b c word , . \n é 日".split(" "), " ", "  "])).map("".join) | st.text()


@given(old=_SOME, new=_SOME)
def test_a_difference_gives_back_both_texts(old: str, new: str) -> None:
    changes = difference(old, new)
    assert "".join(each.text for each in changes if each.edit is not Edit.ADDED) == old
    assert "".join(each.text for each in changes if each.edit is not Edit.REMOVED) == new
    assert all(each.text for each in changes)
    assert all(one.edit is not two.edit for one, two in pairwise(changes))


def test_a_difference_of_long_texts_comes_back() -> None:
    changes = difference("a b " * 5000, "b a c " * 4000)
    assert "".join(each.text for each in changes if each.edit is not Edit.ADDED) == "a b " * 5000


def test_a_text_is_shown_without_the_signs_of_its_markup() -> None:
    shown = runs("A **b _c_** `d e` [l](http://x) ![i](p.png) <br> \u202e.", Syntax.MARKDOWN, {})
    assert said(shown) == "A b c d e l ![i](p.png) <br> \ufffd."
    assert {run.text: set(run.styles) for run in shown if run.styles} == {
        "b ": {"strong"},
        "c": {"strong", "em"},
        "d e": {"code"},
        "l": {"link"},
        "![i](p.png)": {"mark"},
        "<br>": {"mark"},
    }


# --- what needs a look ------------------------------------------------------------------------------------------------


def changed(project: Project) -> None:
    """One approved paragraph whose source changed, with a note of its author and a remark of a translator."""
    project.approve()
    project.edit('msgid "The office will hold forty people."', 'msgid "The office will hold forty people."')
    note = '<!-- prl10n: note="The town, not the bank" -->\n'
    project.source(RELEASE.replace("The office will hold forty people.", f"{note}The office will seat sixty people."))


def test_a_stale_unit_shows_what_changed_and_what_was_approved(project: Project) -> None:
    changed(project)
    old = project.entry("The office").msgstr
    (pile,) = gather(config.load(project.root), Selection()).piles
    (look,) = pile.looks
    assert (look.state, look.note, said(look.former), look.target) == (State.STALE, "The town, not the bank", old, ())
    page = Page(run("-o", "-").stdout)
    assert "approved for the old text; there is no proposal yet" in page.text
    project.run("sync")
    (pile,) = gather(config.load(project.root), Selection()).piles
    (look,) = pile.looks
    assert said(look.former) == old
    assert said(look.target) not in ("", old)
    assert look.provenance.startswith("pseudo 2026-11-24")
    text = run("-o", "-").stdout
    assert "<del>hold forty</del><ins>seat sixty</ins>" in text
    assert "The town, not the bank" in text


def test_a_finding_stands_at_its_unit(project: Project) -> None:
    path = project.path()
    before, _, after = path.read_text(encoding="utf-8").rpartition("https://acme.example")
    path.write_text(f"{before}https://evil.example{after}", encoding="utf-8")
    (pile,) = gather(config.load(project.root), Selection()).piles
    (look,) = [look for look in pile.looks if look.findings]
    assert said(look.source).startswith("Geneva - Acme, a maker of things")
    page = Page(run("-o", "-").stdout)
    assert "To fix: this translation would break the page" in page.text
    assert "problems" in page.ids
    text = "The office will hold forty people."
    message = f"a term is missing\n    content/en/news/a.md:9: {text}"
    checked = Finding("term", Severity.ERROR, finding_path(project), 40, message, "fr")
    (pile,) = gather(config.load(project.root), Selection(), checked=[checked]).piles
    assert [said(look.source) for look in pile.looks if "a term is missing" in look.findings] == [text]


def finding_path(project: Project) -> str:
    return project.path().relative_to(project.root).as_posix()


def test_what_is_left_out_is_said(project: Project) -> None:
    text = Page(run("-o", "-", "--limit", "2").stdout).text
    assert "Shown are the first 2 units; 4 more are left out of this page." in text
    assert "4 units of this document left out here." in text
    assert "left out" not in Page(run("-o", "-", "--limit", "6").stdout).text
    assert Page(run("-o", "-", "--limit", "0").stdout)


# --- the page ---------------------------------------------------------------------------------------------------------

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}</style></title>&lt;\u202eabc\x01'


def test_nothing_of_a_document_becomes_markup(project: Project) -> None:
    quoted = HOSTILE.replace("\\", "").replace("\x01", "").replace("'", "''")
    project.source(f"---\ntitle: '{quoted}'\n---\n\n# {HOSTILE}\n\n{HOSTILE} `{HOSTILE}`\n", "news/'><b>x.md")
    project.run("sync")
    project.approve("news/'><b>x")
    project.source(f"---\ntitle: '{quoted} more'\n---\n\n# {HOSTILE} more\n\n{HOSTILE} more\n", "news/'><b>x.md")
    text = run("-o", "-").stdout
    page = Page(text)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "img", "iframe", "object", "link", "base", "form", "b.md"}
    assert not {name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"}
    assert {attributes["href"] for tag, attributes in page.tags if tag == "a"} <= {f"#{name}" for name in page.ids}
    assert text.count("<style>") == text.count("</style>") == 1
    assert "<script>alert(1)</script>" in page.text
    assert "{{ 7*7 }}" in page.text
    assert "\u202e" not in text
    assert "\x01" not in text


def test_the_policy_allows_its_own_style_and_nothing_else(project: Project) -> None:
    text = run("-o", "-").stdout
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policies = [each["content"] for tag, each in Page(text).tags if each.get("http-equiv") == "Content-Security-Policy"]
    assert policies == [f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"]
    assert "url(" not in style
    assert "http" not in style


def test_the_page_can_be_read_by_everyone(project: Project) -> None:
    project.write("prl10n.toml", 'source = "en"\ntargets = ["fr", "ar", "zh-Hans"]\n[backend]\nname = "pseudo"\n')
    project.run("sync")
    page = Page(run("-o", "-").stdout)
    assert ("html", {"lang": "en"}) in page.tags
    assert {attributes.get("scope") for tag, attributes in page.tags if tag == "th"} == {"col", "row"}
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") == tags.count("caption")
    texts = {(each["lang"], each["dir"]) for tag, each in page.tags if tag == "dd" and "lang" in each}
    assert texts == {("en", "ltr"), ("fr", "ltr"), ("ar", "rtl"), ("zh-Hans", "ltr")}
    labelled = {attributes["for"] for tag, attributes in page.tags if tag == "label"}
    assert labelled == {attributes["id"] for tag, attributes in page.tags if tag == "input"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_contrast_of_text_is_enough(scheme: str) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1 for text; 1.4.11: 3 to 1 for what is drawn."""
    sheet = (Path(html.__file__).parent / "page.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\n\s*\}", sheet, re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[scheme == "dark"]))

    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(one: str, two: str) -> float:
        lights = sorted((light(colours[one]), light(colours[two])))
        return (lights[1] + 0.05) / (lights[0] + 0.05)

    for ground in ("paper", "sheet", "note"):
        assert {name for name in ("ink", "soft", "accent") if contrast(name, ground) < 4.5} == set()
    for pair in (("draft-ink", "sheet"), ("stale-ink", "sheet"), ("added-ink", "added"), ("removed-ink", "removed")):
        assert contrast(*pair) >= 4.5, pair
    assert {name for name in ("approved", "stale", "draft", "missing") if contrast(name, "paper") < 3} == set()


def test_the_same_project_gives_the_same_bytes(project: Project) -> None:
    changed(project)
    committed(project)
    assert run("--since", "HEAD").exit_code == 0
    path = project.root / "prl10n-report.html"
    first, stamp = path.read_bytes(), path.stat().st_mtime_ns
    assert run("--since", "HEAD").exit_code == 0
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (first, stamp)
    assert "24 November 2026" in first.decode()


def test_a_page_of_two_thousand_units_is_small_and_soon_there(project: Project) -> None:
    for number in range(20):
        paragraphs = (f"Paragraph {number} of {each}, with **some** words in it to read.\n\n" for each in range(100))
        project.source("".join(paragraphs), f"big/{number}.md")
    project.run("sync")
    result = run("--limit", "5000")
    size = (project.root / "prl10n-report.html").stat().st_size
    assert result.exit_code == 0
    assert size < 3_000_000


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_page_is_written_where_it_is_wanted(project: Project) -> None:
    result = run("-o", "out/page.html", "--locale", "fr", "content/en/news")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "out/page.html: 1 document, fr 0% approved, 27 words left" in result.stderr
    assert Page(project.read("out/page.html"))
    assert not (project.root / "prl10n-report.html").exists()


def test_what_is_no_report_is_never_replaced(project: Project) -> None:
    result = CliRunner().invoke(command, ["-o", "content/en/news/a.md"])
    assert "no report of prl10n" in str(result.exception)
    assert project.read("content/en/news/a.md") == RELEASE


def test_json_is_the_page_for_machines(project: Project) -> None:
    changed(project)
    committed(project)
    report = gather(config.load(project.root), Selection(), since="HEAD")
    assert as_json(report)["totals"] == [
        {
            "locale": "fr",
            "documents": 1,
            "complete": 0,
            "missing": {"units": 0, "words": 0},
            "draft": {"units": 0, "words": 0},
            "stale": {"units": 1, "words": 6},
            "approved": {"units": 5, "words": 21},
            "left": {"units": 1, "words": 6},
            "percent": 77,
        }
    ]
    result = run("--json", "--since", "HEAD")
    assert result.stdout.startswith('{\n  "project": "site"')
    assert not (project.root / "prl10n-report.html").exists()
    assert run("--json", "-o", "-").exit_code == 2


def test_what_cannot_be_read_is_named_and_the_rest_is_reported(project: Project) -> None:
    project.source("Fine.\n", "news/b.md")
    project.path().write_bytes(b"\xff")
    result = run()
    assert result.exit_code == 2
    page = Page(project.read("prl10n-report.html"))
    assert "not UTF-8" in page.text
    assert "news/b.md" in page.text


# --- since ------------------------------------------------------------------------------------------------------------


def test_since_says_what_became_of_documents_and_units(project: Project) -> None:
    project.source("# Old\n\nIt goes away.\n", "news/gone.md")
    project.source("# Guide\n\nRead this first.\n\nThen read on.\n", "guide.md")
    project.source("# Still\n\nNothing happens here.\n", "still.md")
    project.run("sync")
    project.approve()
    project.approve("guide")
    revision = committed(project)
    changed(project)  # one stale
    (project.root / "content/en/news/gone.md").unlink()
    (project.root / "content/en/guide.md").rename(project.root / "content/en/manual.md")
    project.source("# Fresh\n\nTwo words.\n", "news/new.md")
    project.approve("still")
    project.run("sync")
    (project.root / "content/en/sub").mkdir()
    since = gather(config.load(project.root), Selection(), since=revision[:9]).since
    assert since is not None
    assert since.commit == revision
    assert since.added == ("content/en/news/new.md",)
    assert since.changed == ("content/en/news/a.md",)
    assert since.removed == ("content/en/news/gone.md",)
    assert since.renamed == (("content/en/guide.md", "content/en/manual.md"),)
    (news,) = since.news
    assert (news.new.units, news.stale.units, news.approved.units) == (3, 1, 2)
    assert (news.new.words, news.stale.words, news.approved.words) == (9, 6, 4)
    page = Page(run("-o", "-", "--since", revision[:9]).stdout)
    for said_there in ("1 document added", "1 document changed", "1 document removed", "1 document renamed"):
        assert said_there in page.text
    assert git(project.root, "status", "--porcelain", "--", ".git") == ""


def test_since_works_where_the_project_is_a_part_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    project = Project(tmp_path / "web" / "site")
    project.source(RELEASE)
    project.configure("")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "add", "--all", ".")
    git(tmp_path, "commit", "--quiet", "--message=one")
    project.source("# Näxt\n", "news/é.md")
    monkeypatch.chdir(project.root / "content/en/news")
    since = gather(config.load(Path.cwd()), Selection(), since="main").since
    assert since is not None
    assert (since.added, since.changed, since.removed) == (("content/en/news/é.md",), (), ())
    narrowed = gather(config.load(Path.cwd()), Selection(paths=(Path("a.md"),)), since="main").since
    assert narrowed is not None
    assert (narrowed.added, narrowed.removed) == ((), ())


def test_nothing_is_new_since_now(project: Project) -> None:
    committed(project)
    since = gather(config.load(project.root), Selection(), since="HEAD").since
    assert since is not None
    (news,) = since.news
    assert (news.new.units, news.stale.units, news.approved.units) == (0, 0, 0)
    assert "No document was added, changed or removed." in Page(run("-o", "-", "--since", "HEAD").stdout).text


def test_what_cannot_be_read_then_is_not_counted(project: Project) -> None:
    good = project.path().read_bytes()
    project.path().write_bytes(b"\xff")
    committed(project)
    project.path().write_bytes(good)
    since = gather(config.load(project.root), Selection(), since="HEAD").since
    assert since is not None
    assert since.unread == ("locales/fr/LC_MESSAGES/news/a.po",)


@pytest.mark.parametrize("revision", ["nowhere", "-x", "--all", "HEAD:content", "HEAD^{tree}", "HEAD HEAD", "a\nb"])
def test_a_revision_that_is_none_is_refused(project: Project, revision: str) -> None:
    committed(project)
    result = CliRunner().invoke(command, [f"--since={revision}"])
    assert "git knows no commit" in str(result.exception)
    assert not (project.root / "prl10n-report.html").exists()


def test_without_a_repository_since_is_an_error_and_the_page_is_none(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.root.parent))
    with pytest.raises(ConfigError, match="git has no history here"):
        commit(project.root, "HEAD")
    assert run().exit_code == 0
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigError, match="git is not installed"):
        commit(project.root, "HEAD")
    assert run().exit_code == 0


# --- cost -------------------------------------------------------------------------------------------------------------


def test_what_was_billed_is_summed_by_month_and_backend(project: Project) -> None:
    with Memory(project.root / FILE) as memory:
        memory.record("deepl source=EN target=FR", [("a", "b", 1_000_000)], "2026-10-03")
        memory.record("deepl source=EN target=DE", [("a", "b", 500_000)], "2026-10-31")
        memory.record("openai model=x", [("a", "b", 10)], "2026-11-01")
    bills = gather(config.load(project.root), Selection()).bills
    assert bills is not None
    assert [(bill.month, bill.backend, bill.characters, bill.price) for bill in bills] == [
        ("2026-10", "deepl", 1_500_000, None),
        ("2026-11", "openai", 10, None),
    ]
    project.write("prl10n.toml", project.read("prl10n.toml") + '[budget]\nprice = 20\ncurrency = "CHF"\n')
    assert "30.00 CHF" in Page(run("-o", "-").stdout).text


@pytest.mark.parametrize("damage", [None, b"no database at all, and long enough to be looked at" * 100])
def test_without_a_journal_the_cost_is_not_known(project: Project, damage: bytes | None) -> None:
    for path in (project.root / ".prl10n").glob("memory.db*"):
        path.unlink()
    if damage:
        (project.root / FILE).write_bytes(damage)
    stamps = sorted(path.name for path in (project.root / ".prl10n").iterdir())
    assert gather(config.load(project.root), Selection()).bills is None
    assert "Not known" in Page(run("-o", "-").stdout).text
    assert sorted(path.name for path in (project.root / ".prl10n").iterdir()) == stamps


def test_the_command_is_one_of_prl10n() -> None:
    if "report" in prl10n.commands:
        assert prl10n.commands["report"] is command
