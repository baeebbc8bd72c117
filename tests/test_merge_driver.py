"""Two branches' catalogs, merged entry by entry: rules as a table, laws as properties, and git itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from prl10n import catalog, config, githooks, mergedriver
from prl10n.catalog import Catalog, Entry
from prl10n.cli.merge_driver import merge_driver
from prl10n.model import State
from project import Project, msgfmt

HEADER = """msgid ""
msgstr ""
"Project-Id-Version: news/a.md\\n"
"PO-Revision-Date: {date}\\n"
"Last-Translator: {who}\\n"
"Language: fr\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


def po(*entries: str, date: str = "2026-11-20 10:00+0000", who: str = "Ada <ada@example.org>") -> Catalog:
    text = "\n".join([HEADER.format(date=date, who=who), *(f"{entry.strip()}\n" for entry in entries)])
    return catalog.parse(text.encode())


def one(msgstr: str = "", *comments: str, fuzzy: bool = False) -> str:
    """The entry `Cloud`."""
    lines = [*(f"# {line}" for line in comments), "#. paragraph", "#: news/a.md", *(["#, fuzzy"] if fuzzy else [])]
    return "\n".join([*lines, 'msgid "Cloud"', f'msgstr "{msgstr}"'])


def draft(words: str) -> str:
    return one(words, "prl10n: deepl 2026-11-20", fuzzy=True)


def gone(text: str) -> str:
    lines = text.split("\n")
    return "\n".join(f"#~ {line}" if line.startswith("msg") else line for line in lines if line[:2] not in ("#.", "#:"))


def merged(base: Catalog, ours: Catalog, theirs: Catalog) -> Catalog:
    result = mergedriver.merge(base, ours, theirs)
    assert result.conflicts == ()
    return catalog.parse(result.data)


RULES = {
    "only they changed": (one(), one(), one("Nuage"), one("Nuage")),
    "only we changed": (one(), one("Nuage"), one(), one("Nuage")),
    "both did the same": (one(), one("Nuage"), one("Nuage"), one("Nuage")),
    "approved goes before a draft": (one(), draft("Nouage"), one("Nuage"), one("Nuage")),
    "and before a stale one": (one(), one("Nuage"), '#| msgid "Cl"\n' + draft("Nouage"), one("Nuage")),
    "of two drafts ours": (one(), draft("A"), draft("B"), draft("A")),
    "a person's draft goes before a machine's": (one(), draft("A"), one("B", fuzzy=True), one("B", fuzzy=True)),
    "words go before none": (draft("A"), one(), draft("B"), draft("B")),
    "a correction of what was approved": (one("A"), one("A"), one("B"), one("B")),
    "a draft of a machine never replaces what was approved": (one("A"), one("A"), draft("B"), one("A")),
    "a person may take an approval back": (one("A"), one("A"), one("B", fuzzy=True), one("B", fuzzy=True)),
    "comments of both": (one("A"), one("A", "ours"), one("A", "theirs"), one("A", "ours", "theirs")),
    "a comment that one side removed": (one("A", "old"), one("A"), one("A", "old", "new"), one("A", "new")),
    "words of one side, a comment of the other": (one(), one("A"), one("", "why?"), one("A", "why?")),
    "removed by one side, untouched by the other": (one("A"), None, one("A"), None),
    "removed by one side, approved by the other": (draft("A"), None, one("A"), gone(one("A"))),
    "removed by one side, drafted anew by the other": (draft("A"), None, draft("B"), None),
    "obsolete on one side, corrected on the other": (one("A"), gone(one("A")), one("B"), gone(one("B"))),
    "new on both sides": (None, draft("A"), one("B"), one("B")),
}


@pytest.mark.parametrize("name", RULES)
def test_an_entry(name: str) -> None:
    base, ours, theirs, wanted = (po(*([text] if text else [])) for text in RULES[name])
    for left, right in ((ours, theirs), (theirs, ours)):
        if name in ("of two drafts ours", "comments of both") and left is theirs:
            continue
        assert merged(base, left, right).entries == wanted.entries


def test_two_approved_texts_are_a_conflict_around_that_entry_alone(tmp_path: Path) -> None:
    other = 'msgid "Other"\nmsgstr "{}"'
    base, ours, theirs = (
        po(one(), other.format("")),
        po(one("Nuage"), other.format("")),
        po(one("Nuée"), other.format("Autre")),
    )
    result = mergedriver.merge(base, ours, theirs)
    assert result.conflicts == ("Cloud",)
    text = result.data.decode()
    assert f"<<<<<<< ours\n{one('Nuage')}\n=======\n{one('Nuée')}\n>>>>>>> theirs\n" in text
    assert text.count("<<<<<<<") == 1
    assert 'msgid "Other"\nmsgstr "Autre"' in text
    mended = text.replace("<<<<<<< ours\n", "").split("=======\n")
    path = tmp_path / "a.po"
    path.write_text(mended[0] + mended[1].partition(">>>>>>> theirs\n")[2], encoding="utf-8")
    msgfmt(path)


def test_the_order_is_that_of_ours_with_their_new_ones_in_their_place() -> None:
    entries = {name: f'msgid "{name}"\nmsgstr "{name.upper()}"' for name in "abcxyz"}
    base = po(*(entries[name] for name in "abc"))
    ours = po(*(entries[name] for name in "cab"))
    theirs = po(entries["z"], entries["a"], entries["x"], entries["y"], entries["b"], gone(entries["c"]))
    assert [entry.msgid for entry in merged(base, ours, theirs).entries] == ["z", "a", "x", "y", "b", "c"]
    assert [entry.obsolete for entry in merged(base, ours, theirs).entries] == [False] * 5 + [True]


def test_who_saved_last_is_the_last_translator() -> None:
    early, late = "2026-11-20 10:00+0000", "2026-11-21 09:00+0100"
    base = po(one(), date="2026-11-01 10:00+0000", who="")
    ours, theirs = po(one("A"), date=early, who="Ada"), po(one("A"), date=late, who="Bob")
    for left, right in ((ours, theirs), (theirs, ours)):
        header = merged(base, left, right).header
        assert f'"PO-Revision-Date: {late}\\n"\n"Last-Translator: Bob\\n"' in header
        assert header.count("PO-Revision-Date") == 1


def test_one_changed_entry_is_one_hunk() -> None:
    """Entries that nobody changed keep their lines, however they wrap."""
    odd = 'msgid "a long "\n"line"\nmsgstr ""\n"une ligne"'
    base, ours, theirs = po(odd, one()), po(odd, one("A")), po(odd, one())
    assert mergedriver.merge(base, ours, theirs).data == catalog.render(ours)
    assert mergedriver.merge(base, theirs, ours).data == catalog.render(ours)


def test_plural_entries_are_taken_whole_or_are_a_conflict() -> None:
    plural = 'msgid "{0} file"\nmsgid_plural "{0} files"\nmsgstr[0] "%s"\nmsgstr[1] "%s"'
    base, ours, theirs = po(plural % ("", "")), po(plural % ("A", "B")), po(plural % ("A", "C"))
    assert mergedriver.merge(base, ours, base).data == catalog.render(ours)
    result = mergedriver.merge(base, ours, theirs).data.decode()
    assert 'msgstr[1] "B"' in result
    assert 'msgstr[1] "C"' in result


# Laws.

_words = st.sampled_from(["", "un", "deux", "trois"])
_entries = st.builds(
    Entry,
    msgid=st.sampled_from("abcdef"),
    msgstr=_words,
    fuzzy=st.booleans(),
    previous=st.sampled_from([None, None, "before"]),
    context=st.sampled_from([None, None, "menu"]),
    comment=st.sampled_from(["", "a remark", "another", "prl10n: deepl 2026-11-20", "a remark\nprl10n: memory x 100%"]),
    extracted=st.just(""),
    files=st.just(()),
    flags=st.just(()),
    obsolete=st.booleans(),
    plural=st.just(False),
    lines=st.just(""),
)


def _catalog(entries: list[Entry]) -> Catalog:
    kept = sorted(entries, key=lambda entry: entry.obsolete)
    return catalog.parse(catalog.render(Catalog(tuple(kept), po().header)))


_catalogs = st.lists(_entries, max_size=6, unique_by=lambda entry: entry.key).map(_catalog)


def _approved(side: Catalog) -> dict[catalog.Key, str]:
    return {entry.key: entry.msgstr for entry in side.entries if entry.state is State.APPROVED}


@given(_catalogs, _catalogs, _catalogs)
def test_no_approved_text_is_lost(base: Catalog, ours: Catalog, theirs: Catalog) -> None:
    result = mergedriver.merge(base, ours, theirs)
    text = result.data.decode()
    before = {entry.key: entry for entry in base.entries}
    for side, other in ((ours, theirs), (theirs, ours)):
        theirs_now = {entry.key: entry for entry in other.entries}
        for key, words in _approved(side).items():
            old, new = before.get(key), theirs_now.get(key)
            if old is not None and _approved(base).get(key) == words:
                by_a_person = new is None or (new.msgstr and not (new.fuzzy and new.provenance))
                if by_a_person and (new is None or new.msgstr != words):
                    continue  # a person on the other side replaced or removed what this side left alone
            context = f'msgctxt "{key[0]}"\n' if key[0] else ""
            assert f'{context}msgid "{key[1]}"\nmsgstr "{words}"' in text.replace("#~ ", "")


@given(_catalogs, _catalogs, _catalogs)
def test_every_result_is_a_catalog_or_says_where_the_conflict_is(base: Catalog, ours: Catalog, theirs: Catalog) -> None:
    result = mergedriver.merge(base, ours, theirs)
    assert result == mergedriver.merge(base, ours, theirs)
    if result.conflicts:
        assert result.data.count(b"<<<<<<< ours\n") == len(result.conflicts)
        return
    parsed = catalog.parse(result.data)
    flags = [entry.obsolete for entry in parsed.entries]
    assert flags == sorted(flags)
    assert {entry.key for entry in parsed.entries} <= {entry.key for entry in (*ours.entries, *theirs.entries)}
    # A merge of what was merged already changes nothing.
    assert mergedriver.merge(theirs, parsed, theirs).data == result.data


@given(_catalogs, _catalogs)
def test_the_same_on_both_sides_is_the_result(base: Catalog, side: Catalog) -> None:
    assert mergedriver.merge(base, side, side).data == catalog.render(side)


# The command.


def run(tmp_path: Path, base: bytes, ours: bytes, theirs: bytes) -> tuple[int, str, bytes]:
    paths = [tmp_path / name for name in ("base", "ours", "theirs")]
    for path, data in zip(paths, (base, ours, theirs), strict=True):
        path.write_bytes(data)
    result = CliRunner().invoke(merge_driver, [*map(str, paths), "locales/a.po"])
    return result.exit_code, result.stderr, paths[1].read_bytes()


def test_a_version_that_is_no_catalog_leaves_ours_as_it_is(tmp_path: Path) -> None:
    good, bad = catalog.render(po(one("A"))), b'msgid "no end\nmsgstr ""\n'
    for versions in ((bad, good, good), (good, bad, good), (good, good, bad)):
        code, said, ours = run(tmp_path, *versions)
        assert (code, ours) == (1, versions[1])
        assert "locales/a.po" in said
        assert "version" in said or "ancestor" in said


def test_a_catalog_that_both_sides_began(tmp_path: Path) -> None:
    code, _, ours = run(
        tmp_path, b"", catalog.render(po(one("A"))), catalog.render(po(one("A"), 'msgid "b"\nmsgstr "B"'))
    )
    assert code == 0
    assert [entry.msgid for entry in catalog.parse(ours).entries] == ["Cloud", "b"]


# Git.


def git(root: Path, *arguments: str, code: int = 0) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments],
        cwd=root,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.configure("")
    project.source("# Clouds\n\nOne.\n\nTwo.\n")
    git(tmp_path, "init", "-q", "-b", "main")
    githooks.install(config.load(tmp_path))
    project.run("extract")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "begin")
    return project


def translate(project: Project, msgid: str, msgstr: str) -> None:
    project.edit(f'msgid "{msgid}"\nmsgstr ""', f'msgid "{msgid}"\nmsgstr "{msgstr}"')
    git(project.root, "commit", "-qam", msgstr)


def test_git_merges_neighbouring_entries_with_the_driver(repository: Project) -> None:
    root = repository.root
    git(root, "switch", "-qc", "other")
    translate(repository, "One.", "Un.")
    git(root, "switch", "-q", "main")
    translate(repository, "Two.", "Deux.")
    git(root, "merge", "-q", "--no-edit", "other")
    assert repository.states() == {"Clouds": "missing", "One.": "approved", "Two.": "approved"}
    msgfmt(repository.path())


def test_git_reports_the_conflict_that_the_driver_leaves(repository: Project) -> None:
    root = repository.root
    git(root, "switch", "-qc", "other")
    translate(repository, "One.", "Un.")
    git(root, "switch", "-q", "main")
    translate(repository, "One.", "Une.")
    said = git(root, "merge", "other", code=1)
    assert "CONFLICT" in said
    assert git(root, "diff", "--name-only", "--diff-filter=U") == "locales/fr/LC_MESSAGES/news/a.po\n"
    text = repository.path().read_text(encoding="utf-8")
    assert text.count("<<<<<<< ours") == 1
    assert 'msgstr "Un."' in text
    assert 'msgstr "Une."' in text


def test_setting_git_up_twice_changes_nothing(repository: Project) -> None:
    loaded = config.load(repository.root)
    assert repository.read(".gitattributes") == "locales/**/*.po merge=prl10n\n"
    before = repository.stamps()
    assert githooks.install(loaded) == ()
    assert repository.stamps() == before
    assert git(repository.root, "check-attr", "merge", "locales/fr/LC_MESSAGES/news/a.po").strip().endswith(": prl10n")


def test_what_people_set_up_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.configure("")
    mine = "*.png binary\r\nlocales/**/*.po   merge=union"
    project.write(".gitattributes", mine)
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "merge.prl10n.driver", "mine %A")
    said = githooks.install(config.load(tmp_path))
    assert project.read(".gitattributes") == mine
    assert git(tmp_path, "config", "merge.prl10n.driver") == "mine %A\n"
    assert any("merge=union" in line for line in said)
    assert any("mine %A" in line for line in said)


def test_lines_are_added_behind_those_that_are_there() -> None:
    assert githooks.with_patterns(b"*.png binary\r\n*.md text", ("*.po",)) == (
        b"*.png binary\r\n*.md text\r\n*.po merge=prl10n\r\n",
        (),
    )
