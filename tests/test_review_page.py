"""The page of `prl10n review` in a real Chromium: a translator's day, and what becomes of the catalogs."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, ViewportSize, expect, sync_playwright

from prl10n import config, pipeline
from prl10n.catalog import Entry
from prl10n.review import interface, server
from project import Project, msgfmt
from review_site import DRAFTS, NBSP, NEW, NNBSP, OLD, build

CHROMIUM = shutil.which("chromium")  # Debian's: see the Makefile
TEXTS = Path(interface.__file__).parent / "texts"
WIDE: ViewportSize = {"width": 1440, "height": 900}

LINKED = "Paris, 24 November 2026."
LIST = "It keeps **all data**"
DESK = "Questions are welcome"


@dataclass
class Review:
    """A server on a site of its own, and the browser that it lets in. `errors` is what that complained of."""

    project: Project
    url: str
    page: Page
    errors: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return self.url.partition("/?")[0]

    def overview(self, query: str = "") -> None:
        self.page.goto(f"{self.origin}/{query}")
        expect(self.page.locator("#list")).to_have_attribute("aria-busy", "false")

    def edit(self, text: str = "", document: str = "news/launch.md", locale: str = "fr", query: str = "") -> Locator:
        """The editor of a document, at the unit with a source that begins so; its field, with the focus."""
        self.page.goto(f"{self.origin}/d/{locale}/{document}{query}")
        expect(self.panel).to_be_visible()
        return self.take(text) if text else self.field

    def take(self, text: str) -> Locator:
        """The unit with a source that begins so, taken by a click on its source."""
        plain = re.sub(r"\*\*|`|\[|\]\(.*?\)", "", text)
        self.page.locator(".source [data-unit]", has_text=plain).first.click()
        expect(self.page.locator(".source .at-hand").first).to_contain_text(plain)
        expect(self.field).to_be_focused()
        return self.field

    @property
    def panel(self) -> Locator:
        return self.page.locator(".panel")

    @property
    def field(self) -> Locator:
        return self.page.locator(".panel .write:visible")

    @property
    def status(self) -> Locator:
        return self.page.locator("#status")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        """Other words in the field, typed."""
        self.press("Control+a")
        self.page.keyboard.type(text)

    def entry(self, msgid: str, name: str = "news/launch", locale: str = "fr") -> Entry:
        """What the catalog says of a source that begins so."""
        return self.project.entry(msgid, name, locale)

    def on_disk(self, msgid: str, before: str, after: str, name: str = "news/launch") -> None:
        """Someone else's edit of the catalog."""
        assert before in self.entry(msgid, name).msgstr
        self.project.edit(before, after, name)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("review") / "nuvla"
    root.mkdir()
    build(root)
    return root


@contextmanager
def serving(
    root: Path,
    browser: Browser,
    *,
    language: str = "en",
    size: ViewportSize = WIDE,
    dark: bool = False,
    complaints: bool = False,
) -> Iterator[Review]:
    """A server and a page on a site. The browser may not complain of anything, unless `complaints` are expected."""
    served = server.prepare(config.load(root), pipeline.Selection((), ()))
    thread = threading.Thread(target=served.run)
    thread.start()
    context = browser.new_context(
        viewport=size,
        locale=language,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(10_000)
    try:
        review = Review(Project(root), served.url, context.new_page())
        review.page.on("pageerror", lambda error: review.errors.append(str(error)))
        review.page.on("console", lambda said: review.errors.append(said.text) if said.type == "error" else None)
        review.page.goto(served.url)
        expect(review.page.locator("#list")).to_have_attribute("aria-busy", "false")
        yield review
        assert complaints or not review.errors
    finally:
        context.close()
        served.stop()
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def copy(site: Path, tmp_path: Path) -> Path:
    """The site, to be written to."""
    return shutil.copytree(site, tmp_path / "nuvla")


@pytest.fixture
def review(copy: Path, browser: Browser) -> Iterator[Review]:
    with serving(copy, browser) as begun:
        yield begun


@pytest.fixture
def refused(copy: Path, browser: Browser) -> Iterator[Review]:
    """For tests in which requests fail or are refused: the browser notes them."""
    with serving(copy, browser, complaints=True) as begun:
        yield begun


# ── a day ──


def test_a_translator_walks_through_what_is_stale_with_keys_alone(review: Review) -> None:
    """From the list of what is stale to an approved text, a difference read on the way; the mouse is not touched."""
    page = review.page
    review.press("f")  # to the filter by state
    expect(page.locator("#state")).to_be_focused()
    page.locator("#state").select_option("stale")
    rows = page.locator("#list .row")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile("state=stale"))
    page.locator("#state").blur()
    review.press("j", "Enter")

    expect(review.field).to_be_focused()
    expect(review.panel.locator(".state")).to_have_text("Stale")
    # What the author added: another city, and “all of”.
    assert [text.strip() for text in review.panel.locator(".changed ins").all_inner_texts()] == ["and Lisbon", "all of"]
    expect(review.panel.locator(".changed")).to_contain_text("still the one that was approved for the old source")

    review.write("Il est exploité à Genève et à Lisbonne, et tout son code source est ouvert.")
    expect(page.locator(".target .at-hand")).to_contain_text("et à Lisbonne")  # the page follows
    review.press("Control+Enter")
    expect(page.locator("[data-name=done]")).to_be_visible()

    entry = review.entry(NEW)
    assert entry.msgstr == "Il est exploité à Genève et à Lisbonne, et tout son code source est ouvert."
    assert (entry.state, entry.previous) == ("approved", None)
    msgfmt(review.project.path("news/launch"))


def test_approve_and_next_goes_on_through_what_is_not_approved(review: Review) -> None:
    review.edit()
    expect(review.panel.locator(".kind")).to_have_text("front matter: description")  # the first that is not approved
    review.press("Control+Enter")
    expect(review.panel.locator(".kind")).to_have_text("paragraph")
    expect(review.field).to_contain_text("Paris, le 24 novembre")
    expect(page_left(review)).to_have_text("10 units left")
    review.press("Alt+ArrowUp")
    expect(review.status).to_have_text("This is the first one.")
    review.press("Alt+ArrowDown", "Escape", "p")
    expect(review.field).to_contain_text("Paris, le 24 novembre")
    assert review.entry("A cloud that public").state == "approved"


def test_behind_the_last_unit_the_next_document_is_offered(review: Review) -> None:
    """The next one of the list that the translator came from, and in its language."""
    review.overview("?locale=fr")
    review.press("j", "Enter")
    expect(review.panel.locator(".kind")).to_have_text("front matter: title")
    review.page.keyboard.type("Un guichet pour les questions")
    expect(review.page.locator("#target-front")).to_contain_text("Un guichet pour les questions")
    review.press("Control+Enter")
    for left in ("2 units left", "1 unit left"):
        expect(page_left(review)).to_have_text(left)
        review.press("Escape", "s", "Control+Enter")
    expect(page_left(review)).to_have_text("All approved")
    review.page.get_by_role("link", name="Next document").click()
    review.page.wait_for_url("**/d/fr/news/launch.md*")
    assert set(review.project.states("news/desk").values()) == {"approved"}


def page_left(review: Review) -> Locator:
    return review.page.locator("#left")


def test_letters_walk_on_outside_of_the_field(review: Review) -> None:
    """After a letter the next one acts, too; E goes to the field."""
    review.edit("A cloud that public services")
    review.press("Escape", "j", "j", "j", "k")
    expect(review.panel.locator(".place")).to_contain_text("4 of 19")
    review.press("n", "e")
    expect(review.field).to_be_focused()
    expect(review.panel.locator(".place")).to_contain_text("5 of 19")
    expect(review.page.locator(".unsaved")).to_have_count(0)


def test_what_a_check_finds_is_put_right_by_a_key(review: Review) -> None:
    """The draft has two spaces; its check knows what the text should be."""
    review.edit("It costs 40%")
    findings = review.panel.locator(".findings")
    expect(findings).to_contain_text("two spaces")
    review.press("Alt+Enter")
    expect(findings).not_to_contain_text("two spaces")
    review.press("Control+Enter")
    expect(review.field).not_to_contain_text("Il coûte")
    entry = review.entry("It costs 40%")
    assert entry.state == "approved"
    assert "  " not in entry.msgstr.replace(NBSP, " ")


def test_a_text_is_written_with_terms_quotes_and_spaces_by_keys(review: Review) -> None:
    review.edit("A region")
    review.page.keyboard.type("Une région")
    review.press("Control+Shift+Space")
    review.page.keyboard.type("!")
    review.press("ArrowLeft", "Control+Shift+Space", "End")  # behind a no-break space the key makes it narrow
    review.page.keyboard.type(" ")
    review.press("Escape", "q")
    review.page.keyboard.type("oui")
    expect(review.field.locator(".sp.nnbsp")).to_have_count(1)
    expect(review.field.locator(".sp.nbsp")).to_have_count(2)
    review.press("Control+Enter")
    expect(review.field).not_to_contain_text("Une région")
    assert review.entry("A region").msgstr == f"Une région{NNBSP}! «{NBSP}oui{NBSP}»"

    review.take(LINKED)
    review.press("End", "Escape", "t")  # two terms: a choice by number
    review.press("2")
    expect(review.field).to_contain_text("Europe.service public")


def test_the_machine_s_text_and_the_source_come_back_by_keys(review: Review) -> None:
    review.edit(LINKED)
    draft = review.field.inner_text()
    review.write("Non.")
    review.press("Escape", "m")
    expect(review.field).to_have_text(draft)
    review.press("Escape", "s")
    expect(review.field).to_contain_text("to every public service")
    expect(review.field.locator(".chip")).to_have_count(2)


def test_a_comment_is_saved_and_the_text_is_left_as_it_was(review: Review) -> None:
    review.edit("For whom")
    review.press("Escape", "c")
    expect(review.panel.locator("details textarea")).to_be_focused()
    review.page.keyboard.type("Ask Ana.")
    review.panel.get_by_role("button", name="Save the comment").click()
    expect(review.status).to_have_text("The comment is saved.")
    entry = review.entry("For whom")
    assert (entry.msgstr, entry.state) == ("Pour qui", "approved")
    assert "Ask Ana." in entry.remarks


def test_an_approved_text_goes_back_to_draft(review: Review) -> None:
    review.edit("For whom")
    review.press("Escape", "d")
    expect(review.status).to_have_text("Saved as a draft.")
    assert review.entry("For whom").state == "draft"


def test_repeats_are_approved_everywhere_at_once(review: Review) -> None:
    """The same sentence stands in another document, drafted. The dialogue says where before anything is written."""
    review.edit(DESK)
    review.press("Control+Enter")
    expect(review.status).to_contain_text("Approved.")
    review.take(DESK)
    review.press("Escape", "r")
    dialogue = review.page.get_by_role("dialog")
    expect(dialogue).to_contain_text("news/desk.md")
    assert review.entry(DESK, "news/desk").state == "draft"
    review.press("Enter")
    expect(review.status).to_have_text("1 repeat approved.")
    assert review.entry(DESK, "news/desk").state == "approved"


def test_a_search_finds_words_of_translations_and_leads_to_the_unit(review: Review) -> None:
    review.press("/")
    review.page.keyboard.type("guichet est ouvert")
    hit = review.page.locator("#list .hit")
    expect(hit).to_have_count(1)
    expect(hit.locator("mark")).to_have_text("guichet est ouvert")
    hit.get_by_role("link").press("Enter")
    expect(review.field).to_have_text("Le guichet est ouvert de neuf à cinq heures.")


def test_another_language_of_the_same_document_reads_from_right_to_left(review: Review) -> None:
    review.edit()
    review.page.locator("#locale").select_option("ar")
    review.page.wait_for_url("**/d/ar/news/launch.md")
    review.take(LIST)
    expect(review.page.locator("#target")).to_have_attribute("dir", "rtl")
    expect(review.field).to_have_attribute("lang", "ar")
    expect(review.field).to_have_css("direction", "rtl")
    review.press("End", "Backspace", "Control+Enter")
    expect(review.status).to_contain_text("Approved.")
    entry = review.entry(LIST, locale="ar")
    assert (entry.msgstr[-1], entry.state) == (")", "approved")


def test_one_commit_holds_the_session(review: Review) -> None:
    review.edit("For whom")
    review.write("Pour qui ?")
    review.press("Control+Enter")
    commit = review.page.get_by_role("button", name="Commit 1 file")
    expect(commit).to_be_visible()
    commit.click()
    expect(review.page.get_by_role("dialog")).to_contain_text("news/launch.po")
    review.page.get_by_role("dialog").get_by_role("button", name="Commit").click()
    expect(review.status).to_contain_text("Committed as")
    log = subprocess.run(
        ["git", "show", "--stat", "--format=%an"], cwd=review.project.root, check=True, capture_output=True, text=True
    ).stdout
    assert log.startswith("Camille Roy")
    assert "1 file changed" in log


# ── no word is lost ──


def test_what_is_not_saved_outlives_the_tab(review: Review) -> None:
    review.edit(LIST)
    review.press("Escape", "s")
    expect(review.field.locator(".chip")).to_have_count(4)
    review.press("End")
    review.page.keyboard.type("Il garde")
    text = review.field.inner_text()
    review.page.reload()
    expect(review.page.locator("[data-name=restored]")).to_contain_text("Unsaved text of 1 unit")
    expect(review.field).to_have_text(text)
    expect(review.field.locator(".chip")).to_have_count(4)
    assert review.entry(LIST).state == "missing"


def test_what_was_written_for_a_source_that_changed_is_shown(refused: Review) -> None:
    review = refused
    review.edit("A region")
    review.page.keyboard.type("Une région")
    source = review.project.root / "content/en/news/launch.md"
    source.write_text(source.read_text().replace("A region", "A region or a country"))
    with chdir(review.project.root):
        assert review.project.run("extract").exit_code == 0
    expect(review.page.locator("[data-name=gone]")).to_be_visible()
    review.page.get_by_role("button", name="Load it again").click()
    kept = review.page.locator(".notice", has_text="was not saved")
    expect(kept.locator("q")).to_have_text("Une région")
    kept.get_by_role("button", name="Discard").click()
    review.page.reload()
    expect(review.panel).to_be_visible()
    expect(kept).to_have_count(0)


HELD = """() => {
  const own = window.fetch;
  window.fetch = async (path, options) => {
    if (path === "/api/save") await new Promise((resolve) => { window.release = resolve; });
    return own(path, options);
  };
}"""


def test_what_is_written_while_a_save_is_under_way_stays(review: Review) -> None:
    review.edit("Large")
    review.write("Une région")
    review.page.evaluate(HELD)
    review.press("Control+Enter")
    review.page.wait_for_function("() => window.release")
    review.page.keyboard.type(" entière")
    review.page.evaluate("release()")
    expect(review.status).to_contain_text("Approved.")
    expect(review.field).to_have_text("Une région entière")
    assert review.entry("Large").msgstr == "Une région"
    review.page.reload()
    expect(review.field).to_have_text("Une région entière")


def test_what_is_on_disk_comes_back_by_a_key(review: Review) -> None:
    review.edit("Large")
    review.write("Immense")
    expect(review.page.locator(".target .unsaved")).to_have_count(1)
    review.press("Escape", "z")
    expect(review.field).to_have_text("Grande")
    expect(review.page.locator(".target .unsaved")).to_have_count(0)


def test_a_silent_server_loses_nothing(refused: Review) -> None:
    review = refused
    review.edit("A region")
    review.page.context.set_offline(True)
    review.page.keyboard.type("Une région")
    review.press("Control+Enter")
    expect(review.page.locator("[data-name=retry]")).to_be_visible()
    expect(review.field).to_have_text("Une région")
    review.page.context.set_offline(False)
    review.page.get_by_role("button", name="Try again").click()
    expect(review.page.locator("[data-name=retry]")).to_have_count(0)
    assert review.entry("A region").msgstr == "Une région"


@pytest.mark.parametrize(
    ("key", "msgstr", "state"),
    [
        ("m", "Une large région", "approved"),  # mine
        ("t", "Un territoire", "approved"),  # theirs
        ("e", "Un territoire", "approved"),  # edit on: nothing is written yet
    ],
)
def test_a_conflict_is_shown_and_a_person_decides(refused: Review, key: str, msgstr: str, state: str) -> None:
    review = refused
    review.edit("Large")
    review.write("Une large région")
    review.on_disk("Large", "Grande", "Un territoire")
    review.press("Control+Enter")
    dialogue = review.page.get_by_role("dialog")
    expect(dialogue).to_contain_text("Une large région")
    expect(dialogue).to_contain_text("Un territoire")
    assert review.entry("Large").msgstr == "Un territoire"  # nothing was overwritten
    review.press(key)
    expect(dialogue).to_have_count(0)
    if key == "e":
        expect(review.field).to_have_text("Une large région")
        review.press("Control+Enter")  # now with what is on disk seen
        msgstr = "Une large région"
    if key == "t":
        expect(review.field).to_have_text("Un territoire")
    else:
        expect(review.field).not_to_have_text("Une large région")
    entry = review.entry("Large")
    assert (entry.msgstr, entry.state) == (msgstr, state)


def test_what_others_write_appears_by_itself(review: Review) -> None:
    """A unit that nobody is editing is shown as it is on disk; of the one being edited a notice tells."""
    review.edit("Small")
    review.on_disk("For whom", "Pour qui", "À qui cela sert")
    expect(review.page.locator("#target")).to_contain_text("À qui cela sert")
    review.write("Menue")
    review.on_disk("Small", "Petite", "Minuscule")
    notice = review.page.locator("[data-name=theirs]")
    expect(notice).to_be_visible()
    expect(review.field).to_have_text("Menue")
    notice.get_by_role("button", name="Compare").click()
    expect(review.page.get_by_role("dialog")).to_contain_text("Minuscule")
    review.press("t")
    expect(review.field).to_have_text("Minuscule")
    assert review.entry("Small").msgstr == "Minuscule"


def test_undo_reaches_back_over_saves_and_redo_forward(review: Review) -> None:
    """A stale unit that was approved is stale again, with the source that it was approved for."""
    review.edit(NEW)
    old = review.entry(NEW)
    path = review.project.path("news/launch")
    before = path.read_bytes()
    review.write("Il est exploité à Genève et à Lisbonne.")
    review.press("Control+Enter")
    expect(review.status).to_contain_text("Approved.")
    after = path.read_bytes()
    review.press("Control+z")
    expect(review.status).to_have_text("Undone.")
    entry = review.entry(NEW)
    assert (entry.msgstr, entry.state, entry.previous) == (old.msgstr, "stale", OLD)
    assert path.read_bytes() == before
    expect(review.panel.locator(".state")).to_have_text("Stale")
    review.press("Control+Shift+z")
    expect(review.status).to_have_text("Done again.")
    entry = review.entry(NEW)
    assert (entry.msgstr, entry.state) == ("Il est exploité à Genève et à Lisbonne.", "approved")
    assert path.read_bytes() == after
    review.page.reload()  # undo outlives it
    expect(review.field).to_be_focused()
    review.press("Control+z")
    expect(review.status).to_have_text("Undone.")
    assert review.entry(NEW).state == "stale"
    assert path.read_bytes() == before


def test_undo_of_a_conflict_brings_back_what_the_other_wrote(refused: Review) -> None:
    review = refused
    review.edit("It costs 40%")
    review.write("Il coûte moins.")
    review.on_disk("It costs 40%", "coûte", "vaut")
    theirs = review.project.path("news/launch").read_bytes()
    review.press("Control+Enter")
    expect(review.page.get_by_role("dialog")).to_contain_text("vaut")
    review.press("m")
    expect(review.status).to_contain_text("Approved.")
    assert review.entry("It costs 40%").msgstr == "Il coûte moins."
    review.press("Control+z")
    expect(review.field).to_contain_text("vaut")
    expect(review.panel.locator(".provenance")).to_have_text("deepl 2026-11-24")
    assert review.project.path("news/launch").read_bytes() == theirs


PARIS = re.compile("^Paris, le 24 novembre")
STALE = re.compile("^Il est exploité")
CLOUD = re.compile("^Un nuage que")


def test_undo_by_letters_walks_back_over_saves_and_writes_no_letter(review: Review) -> None:
    """Esc leaves the field; a letter that undoes what was saved does not go back to it."""
    review.edit()
    for following in (PARIS, STALE):
        review.press("Control+Enter")
        expect(review.field).to_have_text(following)
    review.press("Escape", "u", "u")  # the second before the first has its answer
    expect(review.field).to_have_text(CLOUD)
    expect(review.status).to_have_text("Undone.")
    expect(review.panel).to_be_focused()
    assert {review.entry(text).state for text in ("A cloud that public", LINKED)} == {"draft"}
    review.press("y", "y")
    expect(review.field).to_have_text(PARIS)
    expect(review.panel.locator(".state")).to_have_text("Approved")
    assert {review.entry(text).state for text in ("A cloud that public", LINKED)} == {"approved"}
    review.press("u")
    expect(review.panel.locator(".state")).to_have_text("Draft")
    review.press("Control+Enter")
    expect(review.field).to_be_focused()
    assert (review.entry(LINKED).msgstr, review.entry(LINKED).state) == (DRAFT, "approved")
    expect(review.page.locator(".unsaved")).to_have_count(0)


def test_esc_leaves_the_field_of_the_next_unit_too(review: Review) -> None:
    """An answer that comes after Esc brings the next unit, and does not bring the caret back."""
    review.edit()
    review.page.evaluate(HELD)
    review.press("Control+Enter")
    review.page.wait_for_function("() => window.release")
    review.press("Escape")
    review.page.evaluate("release()")
    expect(review.field).to_have_text(PARIS)
    expect(review.panel).to_be_focused()


def test_letters_undo_and_redo_what_was_written_outside_of_the_field(review: Review) -> None:
    review.edit("Large")
    review.press("End")
    review.page.keyboard.type("x y")
    review.press("Escape", "u", "u", "y", "u", "u")
    expect(review.field).to_have_text("Grande")
    expect(review.panel).to_be_focused()
    review.press("y", "y", "y")
    expect(review.field).to_have_text("Grandex y")
    review.press("Escape", "e", "Control+z")
    expect(review.field).to_be_focused()
    assert review.entry("Large").msgstr == "Grande"


def test_undo_leaves_words_that_nobody_has_saved(review: Review) -> None:
    """Those in a unit that was written in again, and left, after it was approved."""
    review.edit()
    review.press("Control+Enter")
    expect(review.field).to_have_text(PARIS)
    review.take("A cloud that public services")
    review.press("End")
    review.page.keyboard.type(" Enfin.")
    words = review.field.inner_text()
    review.press("Alt+ArrowDown")
    expect(review.field).to_have_text(PARIS)
    review.press("Control+z")
    expect(review.status).to_have_text("Undone.")
    expect(review.panel.locator(".state")).to_have_text("Draft")
    expect(review.field).to_have_text(words)
    expect(review.page.locator("#target-front .unsaved")).to_have_text(words)
    assert review.entry("A cloud that public").state == "draft"
    review.press("Control+Enter")
    expect(review.field).to_have_text(PARIS)
    assert review.entry("A cloud that public").msgstr == words


def test_the_page_follows_what_is_undone_in_a_unit_that_is_left_at_once(review: Review) -> None:
    """The third key undoes a save and goes to its unit before the page has shown what the first two undid."""
    review.edit()
    review.press("Control+Enter")
    expect(review.field).to_have_text(PARIS)
    review.press("End")
    review.page.keyboard.type(" ZZZ")
    words = review.page.locator("#target [data-unit]", has_text="Paris, le 24")
    expect(words).to_contain_text("ZZZ")
    review.press("Control+z", "Control+z", "Control+z")
    expect(review.field).to_have_text(CLOUD)
    expect(words).not_to_contain_text("ZZZ")
    expect(words).to_contain_text(DRAFT.rpartition(")")[2])
    expect(review.page.locator(".unsaved")).to_have_count(0)


def test_the_page_shows_what_was_written_before_the_unit_was_left(review: Review) -> None:
    review.edit("Large")
    review.press("End")
    review.page.keyboard.type("ment")
    review.press("Alt+ArrowDown")
    cell = review.page.locator("#target .unsaved")
    expect(cell).to_have_text("Grandement")
    review.take("A region")
    review.page.keyboard.type("Une")
    cell = review.page.locator("#target .at-hand")
    expect(cell).to_have_text("Une")
    expect(cell).not_to_have_attribute("lang", "en")
    review.press("Control+z", "Escape", "k")
    expect(review.page.locator("#target [lang=en]", has_text="A region")).to_have_count(1)  # the source in its place


# ── chips ──

(DRAFT,) = (text for source, text in DRAFTS.items() if source.startswith(LINKED))
BARE = DRAFT.replace("[", "").replace("](https://nuvla.example/platform)", "")


def behind(review: Review, chip: int) -> None:
    """The caret behind a chip of the field."""
    review.field.evaluate(
        """(field, number) => {
             const place = [...field.childNodes].indexOf(field.querySelectorAll(".chip")[number]) + 1;
             getSelection().setBaseAndExtent(field, place, field, place);
           }""",
        chip,
    )


def saved(review: Review) -> str:
    """What the field is on disk, once saved as a draft."""
    review.press("Escape", "d")
    expect(review.status).to_have_text("Saved as a draft.")
    return review.entry(LINKED).msgstr


CHIPS = [
    ("words inside a chip's pair", 0, ["X", "Y"], DRAFT.replace("[sa", "[XYsa")),
    ("words behind a pair", 1, ["X"], DRAFT.replace("platform)", "platform)X")),
    ("one place to the left", 0, ["Alt+Shift+ArrowLeft"], DRAFT.replace(" [sa", "[ sa")),
    ("one place to the right", 1, ["Alt+Shift+ArrowRight"], DRAFT.replace("](https://nuvla.example/platform) ", " ](https://nuvla.example/platform)")),
    ("over a chip with the arrows", 0, ["ArrowLeft", "X"], DRAFT.replace("[sa", "X[sa")),
    ("deleted, and undone", 0, ["Backspace", "Control+z"], DRAFT),
    ("deleted forward, and undone", 0, ["ArrowLeft", "Delete", "Control+z", "Control+y", "Control+z"], DRAFT),
    ("deleted, and put back around all words", 0, ["Backspace", "Control+a", "TRAY"], f"[{BARE}](https://nuvla.example/platform)"),
    ("cut and pasted", 0, ["Control+a", "Control+x", "Control+v"], DRAFT),
    ("pasted twice: the second time as words", 0, ["Control+a", "Control+x", "Control+v", "Control+v"], DRAFT + BARE),
    ("a line break", 1, ["Enter", "X"], DRAFT.replace("platform)", "platform)X")),
]  # fmt: skip


@pytest.fixture(scope="module")
def chips(site: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Review]:
    """One review for all the tests of chips: each begins with the catalog as it was."""
    root = shutil.copytree(site, tmp_path_factory.mktemp("chips") / "nuvla")
    with serving(root, browser) as begun:
        yield begun


@pytest.mark.parametrize(
    ("chip", "keys", "expected"), [case[1:] for case in CHIPS], ids=[case[0].replace(" ", "-") for case in CHIPS]
)
def test_chips_move_and_never_break(site: Path, chips: Review, chip: int, keys: list[str], expected: str) -> None:
    shutil.copyfile(Project(site).path("news/launch"), chips.project.path("news/launch"))
    chips.page.evaluate("localStorage.clear()")
    chips.edit(LINKED)
    behind(chips, chip)
    for key in keys:
        if key == "TRAY":
            chips.panel.locator(".tray button").click()
        else:
            chips.press(key)
    assert saved(chips) == expected


def test_a_chip_that_was_deleted_waits_in_the_tray(review: Review) -> None:
    """Both halves of a pair go together; what would break the page cannot be saved."""
    review.edit(LINKED)
    behind(review, 0)
    review.press("Backspace")
    expect(review.field.locator(".chip")).to_have_count(0)
    expect(review.panel.locator(".tray button")).to_have_text(["link"])
    review.panel.locator(".tray button").click()
    expect(review.field.locator(".chip")).to_have_count(2)
    expect(review.panel.locator(".tray")).to_be_hidden()


def test_markup_never_crosses(review: Review) -> None:
    """The end of the bold words cannot be carried behind the beginning of the link."""
    review.edit(LIST)
    review.press("Escape", "s")
    before = review.field.inner_text()
    behind(review, 1)
    review.press(*["Alt+Shift+ArrowRight"] * 16)  # over “ in Europe, and ”
    expect(review.field.locator(".chip")).to_have_text(["bold", "bold", "link", "link"])
    review.press("Alt+Shift+ArrowRight")
    expect(review.status).to_contain_text("cannot cross")
    expect(review.field.locator(".chip")).to_have_text(["bold", "bold", "link", "link"])
    assert review.field.inner_text().replace("bold", "").replace("link", "") == before.replace("bold", "").replace(
        "link", ""
    )


def test_the_alternative_text_of_a_picture_is_written_between_its_chips(review: Review) -> None:
    review.edit("The desk")
    review.press("Escape", "s")
    expect(review.field.locator(".chip")).to_have_text(["image", "image"])
    behind(review, 0)
    review.press(*["Delete"] * len("A lamp"))
    review.page.keyboard.type("Une lampe")
    review.press("Control+Enter")
    expect(review.status).to_contain_text("Approved.")
    assert review.entry("The desk").msgstr == "The desk ![Une lampe](/img/lamp.png) is lit all night."


def test_an_input_method_writes_beside_chips(review: Review) -> None:
    """Letters that are composed first, as Japanese ones are, go into the elements before the page is asked."""
    field = review.edit(LINKED)
    behind(review, 0)
    method = review.page.context.new_cdp_session(review.page)
    method.send("Input.imeSetComposition", {"text": "に", "selectionStart": 1, "selectionEnd": 1})
    expect(field).to_contain_text("にsa plateforme")
    method.send("Input.insertText", {"text": "日"})
    expect(field.locator(".chip")).to_have_count(2)
    assert saved(review) == DRAFT.replace("[sa", "[日sa")


def test_a_chip_is_dragged_by_mouse(review: Review) -> None:
    field = review.edit(LINKED)
    end = field.evaluate(
        """(field) => {
             const range = document.createRange();
             range.selectNodeContents(field);
             const words = range.getBoundingClientRect(), box = field.getBoundingClientRect();
             return { x: words.left - box.left + 1, y: words.top - box.top + 12 };
           }"""
    )
    field.locator(".chip").first.drag_to(field, target_position=end)
    expect(review.page.locator(".unsaved").first).to_be_visible()
    assert saved(review) == "[" + DRAFT.replace("[", "")


def test_what_is_pasted_is_words_on_one_line(review: Review) -> None:
    """Whatever it was: markup of other programs does not come along, and a unit has no line breaks."""
    review.edit("A region")
    review.page.evaluate("navigator.clipboard.writeText('Une \\n  grande\\nrégion <b>')")
    review.press("Control+v")
    expect(review.field).to_have_text("Une grande région <b>")
    expect(review.field.locator("b")).to_have_count(0)


def test_raw_markdown_on_a_key_and_back_when_it_is_whole(refused: Review) -> None:
    review = refused
    review.edit(LIST)
    review.press("Escape", "x")
    expect(review.panel.locator("textarea.write")).to_be_focused()
    review.page.keyboard.type("Il garde **toutes les données en Europe, et [dit où](https://nuvla.example/where).")
    broken = "This would break the page: it lacks strong emphasis"
    expect(review.panel.locator(".findings .error").first).to_have_text(broken)
    review.press("Control+Enter")
    expect(review.status).to_have_attribute("data-kind", "error")
    expect(review.status).to_have_text(f"{broken}. Give the text the markup of the source.")
    expect(review.panel.locator(".findings .error").first).to_have_text(broken)
    assert review.entry(LIST).state == "missing"  # nothing was written
    review.write("Il garde **toutes** les données en Europe, et [dit où](https://nuvla.example/where).")
    review.press("Escape", "x")
    expect(review.field.locator(".chip")).to_have_text(["bold", "bold", "link", "link"])
    review.press("Control+Enter")
    expect(review.status).to_contain_text("Approved.")
    entry = review.entry(LIST)
    assert entry.msgstr == "Il garde **toutes** les données en Europe, et [dit où](https://nuvla.example/where)."


# ── for everyone ──


def test_a_long_list_is_shown_in_parts(review: Review) -> None:
    """5,000 documents: the server says which ones, the page shows two hundred, and more when asked."""
    states = {"approved": 1, "draft": 2, "stale": 0, "missing": 0}

    def row(number: int) -> dict[str, object]:
        name = {"document": f"news/{number}.md", "title": f"Release {number}", "locale": "fr", "backends": []}
        figures = {"units": 3, "states": states, "words_left": 20, "errors": 0, "warnings": 0, "stale": 0}
        return {**name, **figures, "checked": True}

    def answer(route: Route) -> None:
        offset = int(parse_qs(urlsplit(route.request.url).query)["offset"][0])
        rows = [row(number) for number in range(offset, offset + 200)]
        totals = {"units": 15000, "states": states, "words_left": 100_000, "errors": 0, "warnings": 0}
        route.fulfill(json={"rows": rows, "total": 5000, "totals": totals, "backends": [], "ready": True})

    review.page.route("**/api/overview?*", answer)
    review.overview()
    rows = review.page.locator("#list .row")
    expect(rows).to_have_count(200)
    expect(review.page.locator("#totals")).to_have_text("100,000 words left · 5,000 pages")
    review.press("k")  # from nowhere: the last one
    expect(rows.last.get_by_role("link")).to_be_focused()
    review.press("Tab", "Enter")
    expect(rows).to_have_count(400)
    expect(rows.last).to_contain_text("Release 399")


def test_single_letters_can_be_turned_off(review: Review) -> None:
    review.edit("For whom")
    review.press("Escape", "?")
    review.page.get_by_role("checkbox").uncheck()
    review.press("Escape", "d")
    review.press("Alt+ArrowDown")  # other keys go on acting
    expect(review.field).not_to_contain_text("Pour qui")
    assert review.entry("For whom").state == "approved"


def test_keys_act_on_keyboards_of_other_letters(review: Review) -> None:
    """The key in the place of D writes another letter on an Arabic keyboard."""
    review.edit("For whom")
    review.press("Escape")
    review.page.evaluate(
        """document.activeElement.dispatchEvent(
             new KeyboardEvent("keydown", { key: "ي", code: "KeyD", bubbles: true, cancelable: true }))"""
    )
    expect(review.status).to_have_text("Saved as a draft.")
    assert review.entry("For whom").state == "draft"


def test_an_author_s_note_and_length_are_shown(review: Review) -> None:
    review.edit("Ask for a trial")
    expect(review.panel.locator(".note")).to_contain_text("The words of a button: keep them short.")
    review.page.keyboard.type("Demandez à faire un essai")
    expect(review.panel.locator(".length")).to_have_text("25 of 24 characters")
    expect(review.panel.locator(".length")).to_have_class(re.compile("over"))
    expect(review.panel.locator(".findings")).to_contain_text("max-length")


TOGETHER = """() => {
  const [left, right] = document.querySelectorAll(".scroll");
  const line = left.getBoundingClientRect().top + left.clientHeight / 3;
  const far = (node) => Math.abs(node.getBoundingClientRect().top - line);
  const near = [...left.querySelectorAll("[data-unit]")].sort((a, b) => far(a) - far(b))[0];
  const same = right.querySelector(`[data-unit="${near.dataset.unit}"]`);
  return left.scrollTop > 100 && far(same) < far(near) + 40;
}"""


def test_the_two_pages_scroll_together(copy: Path, browser: Browser) -> None:
    with serving(copy, browser, size={"width": 1200, "height": 420}) as review:
        review.edit("A cloud that public services")
        for side in ("source", "target"):
            review.page.locator(f".{side} .scroll").hover()
            review.page.mouse.wheel(0, 150)
        review.page.wait_for_function(TOGETHER)


@pytest.mark.parametrize("width", [320, 800, 1440])
def test_no_page_scrolls_sideways_and_every_target_is_large_enough(copy: Path, browser: Browser, width: int) -> None:
    """WCAG 1.4.10 at 320 px; 2.5.8: 24 px for what is pressed, but for links in text."""
    small = """[...document.querySelectorAll("button, select, input, summary, nav a")].filter((each) => {
        const { width, height } = each.getBoundingClientRect();
        return width && each.checkVisibility() && (width < 24 || height < 24);
      }).map((each) => each.outerHTML)"""
    with serving(copy, browser, size={"width": width, "height": 900}) as shown:
        for address in ("/", "/d/fr/news/launch.md"):
            shown.page.goto(shown.origin + address)
            expect(shown.page.locator(".row, .panel").first).to_be_visible()
            assert shown.page.evaluate("document.documentElement.scrollWidth") == width
            assert shown.page.evaluate(small) == []


@pytest.mark.parametrize("language", interface.LOCALES)
def test_axe_finds_nothing(copy: Path, browser: Browser, language: str) -> None:
    """On every page, panel and dialogue; in the dark the colours are others, and nothing else."""
    axe = Axe()

    def inspect(name: str) -> None:
        light = axe.run(shown.page, options={"resultTypes": ["violations"]})
        shown.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        dark = axe.run(shown.page, options={"runOnly": ["color-contrast"], "resultTypes": ["violations"]})
        shown.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        for found in (light, dark):
            assert found.violations_count == 0, f"{name}: {found.generate_report()}"

    with serving(copy, browser, language=language, complaints=True) as shown:
        inspect("overview")
        shown.overview("?q=guichet")
        inspect("search")
        shown.edit(NEW)
        inspect("a stale unit")
        shown.take("Ask for a trial")
        shown.page.keyboard.type("Demandez un essai gratuit")
        expect(shown.panel.locator(".findings li")).not_to_have_count(0)
        shown.press("Escape", "c")
        inspect("a finding, a note, a comment")
        shown.take(LINKED)
        behind(shown, 0)
        shown.press("Backspace")
        expect(shown.panel.locator(".findings li")).not_to_have_count(0)
        inspect("chips, terms, a tray")
        shown.press("Escape", "x")
        inspect("raw markdown")
        shown.press("Escape", "?")
        inspect("help")
        shown.press("Escape")
        shown.take("Large")
        shown.write("Une large région")
        shown.on_disk("Large", "Grande", "Un territoire")
        expect(shown.page.locator("[data-name=theirs]")).to_be_visible()
        inspect("a notice")
        shown.press("Control+Enter")
        expect(shown.page.get_by_role("dialog")).to_be_visible()
        inspect("a conflict")
        shown.press("Escape")
        shown.page.goto(f"{shown.origin}/d/ar/news/launch.md")
        expect(shown.panel).to_be_visible()
        inspect("right to left")
        shown.page.goto(f"{shown.origin}/d/fr/nothing.md")
        inspect("an error")


def test_the_interface_speaks_french(copy: Path, browser: Browser) -> None:
    """As the browser asks, until another language is chosen; the choice is kept."""
    with serving(copy, browser, language="fr-CA") as review:
        expect(review.page.locator("html")).to_have_attribute("lang", "fr")
        expect(review.page.locator("#totals")).to_contain_text("mots restants")
        review.edit(NEW)
        expect(review.panel).to_contain_text("Ce qui a changé dans la source")
        review.press("Control+Enter")
        expect(review.status).to_contain_text("Approuvé.")
        review.overview("?lang=en")
        expect(review.page.locator("#totals")).to_contain_text("words left")
        review.overview()
        expect(review.page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize(
    ("query", "cookie", "accept", "locale"),
    [
        ("", "", "", "en"),
        ("", "", "fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr"),  # the example of RFC 9110, 12.5.4
        ("", "", "de, en;q=0.5, fr;q=0.7", "fr"),
        ("", "", "fr;q=0, en;q=0.1", "en"),
        ("", "", "de", "en"),
        ("", "", ";;q=..,,fr", "fr"),
        ("", "en", "fr", "en"),
        ("fr", "en", "en", "fr"),
        ("xx", "fr", "en", "fr"),
    ],
)
def test_who_chooses_the_language_of_the_interface(query: str, cookie: str, accept: str, locale: str) -> None:
    assert interface.choose(query, cookie, accept) == locale


def test_the_french_interface_is_what_its_catalog_says(tmp_path: Path) -> None:
    """The texts are a project of their own: complete, approved, and built by the same commands."""
    root = shutil.copytree(TEXTS, tmp_path / "texts", ignore=shutil.ignore_patterns(".prl10n"))
    built = (root / "fr/interface.md").read_bytes()
    with chdir(root):
        project = Project(root)
        assert project.run("extract").exit_code == 0
        (root / "fr/interface.md").unlink()
        assert project.run("build").exit_code == 0
        assert project.run("check").exit_code == 0
    assert (root / "fr/interface.md").read_bytes() == built
    assert (root / "locales/fr/interface.po").read_bytes() == (TEXTS / "locales/fr/interface.po").read_bytes()


def test_both_languages_have_the_same_keys_and_values() -> None:
    english, french = interface.words("en"), interface.words("fr")
    assert english.keys() == french.keys()
    for key, words in english.items():
        assert sorted(re.findall(r"{\w+}", words)) == sorted(re.findall(r"{\w+}", french[key])), key
        assert not re.search(rf"[^{NNBSP}][;!?]|[^{NBSP}]:|«[^{NBSP}]|[^{NBSP}]»", french[key]), key


def test_every_word_that_the_page_asks_for_is_there() -> None:
    package = TEXTS.parent
    code = "".join(path.read_text() for path in (*package.glob("static/*.js"), *package.glob("templates/*.html")))
    asked = set(re.findall(r"""\bt\(\s*["']([a-z-]+)["']\s*[,)]""", code)) | set(re.findall(r'text: "([a-z-]+)"', code))
    counted = set(re.findall(r"""\bcounted\("([a-z-]+)\"""", code))
    asked |= {f"{key}-{number}" for key in counted for number in ("one", "other")}
    assert len(asked) > 150
    assert asked <= interface.words("en").keys()
