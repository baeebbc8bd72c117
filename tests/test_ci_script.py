"""The update script on a real repository with a bare remote and a DeepL on loopback, and the files of CI systems."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deepl_server import DeepLServer
from prl10n.cli.check import check
from project import Project

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "ci/prl10n-update.sh"
BRANCH = "prl10n/update"
PO = "locales/fr/LC_MESSAGES/news/a.po"
PAGE = "content/fr/news/a.md"
SOURCE = "# Clouds\n\nA bold move.\n"


class Repository(Project):
    """A project in a clone of a bare remote, `main` checked out and pushed."""

    def git(self, *arguments: str, check: bool = True) -> str:
        run = subprocess.run(
            ["git", *arguments], cwd=self.root, env=self.environment(), capture_output=True, text=True, check=False
        )
        assert not check or run.returncode == 0, run.stderr
        return run.stdout

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH", "LANG") if name in os.environ}
        return {
            **kept,
            "PATH": f"{self.root.parent / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "PRL10N_PYTHON": sys.executable,
            "SOURCE_DATE_EPOCH": "1795478400",
            **self.environ,
        }

    def commit(self, message: str = "change") -> None:
        self.git("add", "-A", ":!.prl10n")
        self.git("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-qm", message)

    def push(self, message: str = "change") -> None:
        self.commit(message)
        self.git("push", "-q", "origin", "HEAD")

    def update(self, code: int = 0, **environ: str) -> str:
        """Run the script in a fresh clone of main, as CI does; what it said."""
        clone = self.root.parent / "ci"
        shutil.rmtree(clone, ignore_errors=True)
        remote = self.git("remote", "get-url", "origin").strip()
        self.git("clone", "-q", "--depth", "1", f"file://{remote}", str(clone))
        run = subprocess.run(
            ["sh", str(SCRIPT)],
            cwd=clone,
            env={**self.environment(), **environ},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == code, run.stdout + run.stderr
        assert "secret-of-the-tests" not in run.stdout + run.stderr
        assert subprocess.run(["git", "log", "--oneline"], cwd=clone, capture_output=True, text=True, check=True)
        return run.stdout + run.stderr

    def tip(self, branch: str = BRANCH) -> str:
        return self.git("ls-remote", "--heads", "origin", branch).partition("\t")[0]

    def diff(self) -> set[str]:
        """The files in which the update branch differs from main."""
        self.git("fetch", "-q", "origin")
        return set(self.git("diff", "--name-only", "origin/main", f"origin/{BRANCH}").splitlines())

    def on_branch(self, path: str) -> str:
        self.git("fetch", "-q", "origin")
        return self.git("show", f"origin/{BRANCH}:{path}")


@pytest.fixture
def server() -> Iterator[DeepLServer]:
    with DeepLServer() as running:
        yield running


@pytest.fixture
def repository(tmp_path: Path, server: DeepLServer, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Two documents, of which `a` is not translated yet."""
    root = tmp_path / "work"
    (tmp_path / "bin").mkdir()
    root.mkdir()
    monkeypatch.chdir(root)
    made = Repository(root, server.environ)
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(tmp_path / "remote.git")], check=True)
    made.git("init", "-q", "-b", "main")
    made.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    made.configure("")
    made.source("# Rain\n", "news/b.md")
    made.run("sync")
    made.approve("news/b")
    made.source(SOURCE)
    made.push("begin")
    return made


def test_it_pushes_one_branch_with_the_catalog_and_the_page_alone(repository: Repository, server: DeepLServer) -> None:
    main = repository.tip("main")
    said = repository.update()
    assert repository.diff() == {PO, PAGE}
    assert "cLOUDS" in repository.on_branch(PAGE)
    assert repository.tip("main") == main
    assert repository.git("rev-list", "--count", f"origin/main..origin/{BRANCH}").strip() == "1"
    assert repository.git("log", "-1", "--format=%s", f"origin/{BRANCH}").strip() == "Update translations (fr)"
    assert BRANCH in said
    assert len(repository.git("ls-remote", "--heads", "origin").splitlines()) == 2


def test_a_second_run_pushes_and_sends_nothing(repository: Repository, server: DeepLServer) -> None:
    repository.update()
    tip, billed = repository.tip(), server.billed
    assert "up to date" in repository.update()
    assert repository.tip() == tip
    assert server.billed == billed, "paid once, though the clone has no journal"


def test_an_updated_source_moves_the_same_branch(repository: Repository, server: DeepLServer) -> None:
    repository.update()
    tip, sent = repository.tip(), len(server.requests)
    repository.source(SOURCE + "\nMore words.\n")
    repository.push()
    repository.update()
    assert repository.tip() != tip
    assert repository.diff() == {PO, PAGE}
    assert "mORE WORDS." in repository.on_branch(PAGE)
    assert [text for request in server.requests[sent:] for text in request.texts] == ["More words."]
    assert repository.git("rev-list", "--count", f"origin/main..origin/{BRANCH}").strip() == "1"


def test_when_all_is_translated_nothing_is_pushed(repository: Repository) -> None:
    repository.run("sync")
    repository.push()
    assert "up to date" in repository.update()
    assert repository.tip() == ""


def review(repository: Repository, msgid: str, msgstr: str) -> None:
    """Somebody approves a draft on the update branch."""
    repository.git("fetch", "-q", "origin")
    repository.git("switch", "-qC", "review", f"origin/{BRANCH}")
    path = repository.path()
    text = path.read_text(encoding="utf-8")
    changed = re.sub(rf'#, fuzzy\nmsgid "{re.escape(msgid)}"\nmsgstr ".*"', f'msgid "{msgid}"\nmsgstr "{msgstr}"', text)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    repository.commit("review")
    repository.git("push", "-q", "origin", f"HEAD:{BRANCH}")
    repository.git("switch", "-q", "main")


def test_a_review_on_the_branch_is_never_lost(repository: Repository) -> None:
    repository.update()
    review(repository, "Clouds", "Nuages")
    repository.source(SOURCE + "\nMore words.\n")
    repository.push()
    repository.update()
    assert 'msgid "Clouds"\nmsgstr "Nuages"' in repository.on_branch(PO)
    assert "# Nuages\n\na BOLD MOVE.\n\nmORE WORDS.\n" in repository.on_branch(PAGE)


def test_two_reviews_that_differ_stop_it(repository: Repository) -> None:
    repository.update()
    review(repository, "Clouds", "Nuages")
    tip = repository.tip()
    repository.git("merge", "-q", "--squash", f"{tip}~1")
    path = repository.path()
    path.write_text(
        re.sub(r'#, fuzzy\nmsgid "Clouds"\nmsgstr ".*"', 'msgid "Clouds"\nmsgstr "Nuées"', path.read_text("utf-8")),
        encoding="utf-8",
    )
    repository.push()
    assert PO in repository.update(code=1)
    assert repository.tip() == tip


def test_other_peoples_files_on_the_branch_stop_it(repository: Repository) -> None:
    repository.update()
    repository.git("fetch", "-q", "origin")
    repository.git("switch", "-qC", "side", f"origin/{BRANCH}")
    repository.write("notes.txt", "mine\n")
    repository.commit()
    repository.git("push", "-q", "origin", f"HEAD:{BRANCH}")
    repository.git("switch", "-q", "main")
    repository.source(SOURCE + "\nMore words.\n")
    repository.push()
    tip = repository.tip()
    assert "notes.txt" in repository.update(code=1)
    assert repository.tip() == tip


def test_a_renamed_and_a_removed_source(repository: Repository, server: DeepLServer) -> None:
    repository.update()
    repository.git("mv", "content/en/news/b.md", "content/en/news/z.md")
    repository.git("rm", "-q", "content/en/news/a.md")
    repository.push()
    billed = server.billed
    repository.update()
    tip = repository.tip()
    assert PO not in repository.diff(), "drafts without a source are nobody's work"
    assert 'msgid "Rain"' in repository.on_branch("locales/fr/LC_MESSAGES/news/z.po")
    assert "up to date" in repository.update()
    assert repository.tip() == tip
    assert server.billed == billed


def test_what_was_answered_is_pushed_though_the_backend_failed(repository: Repository, server: DeepLServer) -> None:
    repository.source("# Wind\n", "news/c.md")
    repository.push()
    server.script = [456]
    repository.update(code=3)
    assert repository.tip(), "the catalogs are there, for people to translate"


def test_without_a_backend_the_code_says_that_texts_are_missing(repository: Repository) -> None:
    assert "pushed" in repository.update(code=4, DEEPL_AUTH_KEY="")


def test_a_changed_checkout_is_refused(repository: Repository) -> None:
    repository.source("# Other\n")
    run = subprocess.run(
        ["sh", str(SCRIPT)], cwd=repository.root, env=repository.environment(), capture_output=True, check=False
    )
    assert run.returncode == 2


def test_the_summary_says_what_changed_what_it_cost_and_what_needs_a_look(
    repository: Repository, server: DeepLServer, tmp_path: Path
) -> None:
    repository.source(SOURCE + "\n<!-- prl10n: odd -->\n")
    repository.push()
    repository.update(GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"))
    text = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert "| `content/en/news/a.md` | fr | 2 | 2 | 0 |" in text
    assert "news/b.md" not in text
    assert f"2 texts sent, {server.billed - len('Rain'):,} characters billed" in text
    assert "### Needs a look" in text
    assert "`content/en/news/a.md:5` `'odd' is no direction" in text


def fake_gh(repository: Repository, open_number: str) -> Path:
    """A `gh` that notes how it is called."""
    log = repository.root.parent / "gh.log"
    path = repository.root.parent / "bin/gh"
    path.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$*" >> "{log}"\n[ "$2" != list ] || echo "{open_number}"\n', encoding="utf-8"
    )
    path.chmod(0o755)
    return log


def test_a_pull_request_is_opened_once_and_then_updated(repository: Repository) -> None:
    log = fake_gh(repository, "")
    repository.update()
    assert f"pr create --head {BRANCH} --base main --title Update translations" in log.read_text()
    log = fake_gh(repository, "7")
    repository.source(SOURCE + "\nMore words.\n")
    repository.push()
    repository.update()
    calls = log.read_text().splitlines()
    assert calls[-1].startswith("pr edit 7 --body-file ")
    repository.update()
    assert log.read_text().splitlines()[-1].startswith("pr list "), "nothing new: nothing is edited"
    log.unlink()
    repository.source(SOURCE + "\nOther words.\n")
    repository.push()
    repository.update(PRL10N_PULL_REQUEST="false")
    assert not log.exists()


# The files of CI systems.


def load(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_the_script_is_clean() -> None:
    subprocess.run(["sh", "-n", str(SCRIPT)], check=True)
    if shutil.which("dash"):
        subprocess.run(["dash", "-n", str(SCRIPT)], check=True)
    if linter := shutil.which("shellcheck", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"):
        subprocess.run([linter, "--shell=sh", str(SCRIPT)], check=True)


def test_the_action_is_a_composite_one() -> None:
    """https://docs.github.com/actions/reference/metadata-syntax-reference"""
    action = load("action.yml")
    assert set(action) <= {"name", "description", "author", "branding", "inputs", "outputs", "runs"}
    assert action["name"]
    assert action["description"]
    for said in action["inputs"].values():
        assert set(said) <= {"description", "required", "default", "deprecationMessage"}
        assert said["description"]
        assert isinstance(said["default"], str)
    runs = action["runs"]
    assert runs["using"] == "composite"
    assert set(runs) == {"using", "steps"}
    for step in runs["steps"]:
        assert set(step) <= {"name", "id", "if", "uses", "with", "run", "shell", "env", "working-directory"}
        assert ("run" in step) != ("uses" in step)
        assert ("shell" in step) == ("run" in step), "a composite action has no default shell"
        assert "${{" not in step.get("run", ""), "what an input says is data, and no script"
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@v\d+", step.get("uses", "a/b@v1"))
    used = set(re.findall(r"inputs\.([a-z-]+)", (ROOT / "action.yml").read_text(encoding="utf-8")))
    assert used == set(action["inputs"])


def test_the_documented_inputs_are_those_of_the_action() -> None:
    text = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    table = text.partition("| input | |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE) == list(load("action.yml")["inputs"])


def test_the_documented_workflow_uses_the_action_as_it_is() -> None:
    text = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])
    inputs = load("action.yml")["inputs"]
    assert workflow[True] == {"push": {"branches": ["main"]}, "pull_request": None}  # YAML reads `on` as true
    for job in workflow["jobs"].values():
        (step,) = (step for step in job["steps"] if "prl10n" in step.get("uses", ""))
        assert set(step.get("with", {})) <= set(inputs)
    hook = yaml.safe_load(text.partition("## pre-commit\n\n```yaml\n")[2].partition("```")[0])
    assert hook["repos"][0]["hooks"][0]["id"] == load(".pre-commit-hooks.yaml")[0]["id"]


def test_the_pre_commit_hook_checks() -> None:
    (hook,) = load(".pre-commit-hooks.yaml")
    assert hook["entry"] == f"prl10n {check.name}"
    assert hook["language"] == "python"
    assert hook["pass_filenames"] is False
    assert all(re.search(hook["files"], name) for name in ("content/en/a.md", "locales/fr/a.po", "prl10n.toml"))


def test_the_gitlab_template_runs_what_there_is() -> None:
    template = load("ci/gitlab.yml")
    assert {"prl10n-check", "prl10n-update"} <= set(template)
    assert any("ci/prl10n-update.sh" in line for line in template["prl10n-update"]["script"])
    options = {name for option in check.params for name in option.opts}
    assert set(re.findall(r"--[a-z]+", " ".join(template["prl10n-check"]["script"]))) <= options
    assert template["prl10n-check"]["artifacts"]["reports"]["junit"] == "prl10n.xml"


def test_a_summary_of_nothing() -> None:
    data: dict[str, object] = {
        "documents": [],
        "totals": {"billed": 0, "untranslated": 0, "over_budget": 0},
        "findings": [],
        "error": None,
    }
    path = ROOT / "ci/summary.py"
    run = subprocess.run(
        [sys.executable, str(path), "markdown", "/dev/stdin", os.devnull],
        input=json.dumps(data).encode(),
        capture_output=True,
        check=True,
    )
    assert b"Nothing differs" in run.stdout
