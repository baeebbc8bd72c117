"""What the README and the docs say is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from prl10n import config
from prl10n.backends import Answer, Backend, Request
from prl10n.cli import prl10n
from prl10n.document import DEFAULT_KEYS
from prl10n.errors import Prl10nError

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(text: str, language: str, holding: str) -> str:
    """The fenced block of a language that holds a text."""
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return next(code for code in blocks if holding in code)


def test_the_configuration_of_the_readme_loads_and_shows_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "prl10n.toml"
    path.write_text(block(README, "toml", "[content]").replace('["fr"]', '["fr", "fr-CA"]'), encoding="utf-8")
    loaded = config.load(tmp_path)
    assert loaded.settings("fr") == config.Settings(
        backend=config.Backend(tables={"deepl": {"formality": "prefer_more", "context": True}})
    )
    assert loaded.settings("fr-CA").publish == config.Publish(drafts=False)


def test_the_front_matter_keys_are_those_of_the_configuration() -> None:
    assert config.FrontMatter().translate == DEFAULT_KEYS


def test_every_command_is_in_the_readme() -> None:
    assert re.findall(r"^\| `prl10n ([a-z-]+)` \|", README, re.MULTILINE) == list(prl10n.commands)


def test_every_command_of_the_readme_exists() -> None:
    named = set(re.findall(r"prl10n ([a-z]+)", block(README, "console", "prl10n init")))
    assert named <= set(prl10n.commands)
    assert {"init", "sync", "status"} <= named


def test_every_option_of_the_readme_exists() -> None:
    options = {
        name
        for command in prl10n.commands.values()
        for option in command.params
        if isinstance(option, click.Option)
        for name in option.opts
    }
    used = {name for line in re.findall(r"prl10n [a-z]+[^`\n#]*", README) for name in re.findall(r"--[a-z-]+", line)}
    assert used <= options
    assert used


def test_the_exit_codes_of_the_readme_are_those_of_the_errors() -> None:
    table = dict(re.findall(r"^\| ([0-9]+) \| (.*?) \|$", README, re.MULTILINE))
    assert set(table) == {"0", "1", "2", "3", "4", "130"}

    def codes(kind: type[Prl10nError]) -> set[int]:
        return {kind.exit_code}.union(*(codes(child) for child in kind.__subclasses__()))

    assert {str(code) for code in codes(Prl10nError)} <= set(table)


def test_the_example_backend_keeps_the_contract() -> None:
    text = (ROOT / "docs/writing-a-backend.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    exec(compile(block(text, "python", "class ShoutBackend"), "writing-a-backend.md", "exec"), names)
    factory = names["ShoutBackend"]
    assert callable(factory)
    backend: Backend = factory({}, {})
    request = Request("en", "fr", ("A <g1>word</g1> &amp; <x2/>",))
    assert list(backend.translate(request)) == [[Answer("A <g1>WORD</g1> &amp; <x2/>")]]
    assert backend.takes_tags("fr")
    assert backend.settings("en", "fr") == "shout en fr"
    assert backend.count(request.texts) == 0


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))])
def test_links_between_the_pages_lead_somewhere(page: str) -> None:
    source = ROOT / page
    targets = re.findall(r"\]\(([^)#]+)\)", source.read_text(encoding="utf-8"))
    missing = [target for target in targets if "://" not in target and not (source.parent / target).exists()]
    assert missing == []
