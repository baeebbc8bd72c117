"""The command line: what it offers, how light it is, and `init`."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import click
import pytest

from prl10n import __version__
from prl10n.cli import prl10n
from project import Project

HEAVY = (
    "babel",
    "click",
    "deepl",
    "frontmatter",
    "markdown_it",
    "msgspec",
    "polib",
    "requests",
    "rich",
    "sqlite3",
    "yaml",
)


def test_the_version_is_said_without_importing_anything_heavy() -> None:
    code = (
        "import sys; sys.argv = ['prl10n', '--version']\n"
        "from prl10n.__main__ import main; main()\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == f"prl10n {__version__}\n[]\n"


@pytest.mark.parametrize("arguments", [["--version"], ["-V"]])
def test_the_console_script_and_the_module_say_the_version(arguments: list[str]) -> None:
    for command in ([str(Path(sys.executable).parent / "prl10n")], [sys.executable, "-m", "prl10n"]):
        run = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)
        assert run.stdout == f"prl10n {__version__}\n"


def test_every_command_and_option_is_explained() -> None:
    commands = "init extract translate build sync status usage adopt check review report glossary memory exchange model"
    assert list(prl10n.commands) == [*commands.split(), "merge-driver"]
    for command in prl10n.commands.values():
        assert command.help
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, f"{command.name} {option.name}"


@pytest.mark.parametrize("command", list(prl10n.commands))
def test_help(command: str, tmp_path: Path) -> None:
    result = Project(tmp_path).run(command, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: prl10n {command}") or f" {command} " in result.stdout


def test_an_unknown_command_is_refused(tmp_path: Path) -> None:
    result = Project(tmp_path).run("synk")
    assert result.exit_code == 2
    assert "sync" in result.stderr


def test_without_a_configuration_the_error_names_init(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = Project(tmp_path).run("sync")
    assert result.exit_code == 2
    assert "prl10n init" in result.stderr


def test_init_writes_a_configuration_that_works_and_never_overwrites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.source("# Words\n")
    project.write("hugo.toml", 'baseURL = "https://a.example"\ndefaultContentLanguage = "en"\n')
    result = project.run("init", "--locale", "fr", "--locale", "de")
    assert result.exit_code == 0
    assert "hugo" in result.stderr.lower()
    assert "1 document" in result.stderr
    written = project.read("prl10n.toml")
    assert project.run("extract").exit_code == 0
    assert project.path(locale="de").exists()
    again = project.run("init")
    assert again.exit_code == 2
    assert "prl10n.toml" in again.stderr
    assert project.read("prl10n.toml") == written


@pytest.mark.parametrize(("said", "coloured"), [(None, True), ("", True), ("1", False)])
def test_no_color_is_heeded(tmp_path: Path, said: str | None, coloured: bool) -> None:
    """On a terminal, of which a pseudo-terminal is one. https://no-color.org: any value but an empty one."""
    Project(tmp_path).configure("")
    environ = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    main, terminal = pty.openpty()
    command = [sys.executable, "-m", "prl10n", "status"]
    environ |= {} if said is None else {"NO_COLOR": said}
    process = subprocess.run(command, cwd=tmp_path, env=environ, stdout=terminal, stderr=terminal, check=False)
    os.close(terminal)
    text = os.read(main, 10_000).decode()
    os.close(main)
    assert process.returncode == 2
    assert "the folder content/en does not exist" in text
    assert ("\x1b[31m" in text) is coloured


def test_init_of_a_site_that_was_translated_names_adopt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.source("# Words\n")
    project.source("# More words\n", "b.md")
    project.write("content/fr/b.md", "# D’autres mots\n")
    said = project.run("init").stderr
    assert "It sees 2 documents, and 1 page of them in other languages. Next: `prl10n adopt --dry-run` says" in said
    assert project.run("adopt").exit_code == 0
    assert project.run("sync").exit_code in (0, 4)
    assert project.page("b.md") == "# D’autres mots\n"
