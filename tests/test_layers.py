"""Data flows one way: which module may import which, and who alone may touch a library, or print."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src/prl10n"

# From the ground up. A module imports modules of the lines above its own; those of one line do not know each other.
LAYERS = [
    {"__init__", "errors", "columns", "patterns"},
    {"model", "files", "locales", "tomls"},
    {"lock", "tags", "interrupts"},
    {"addresses", "glossary", "models"},
    {"backends", "tbx", "localize"},
    {"config", "document"},
    {"content", "conventions", "site", "markup", "executors", "ledger"},
    {"outcome"},
    {"catalog", "changes"},
    {"pairs", "mergedriver", "githooks"},
    {"memory"},
    {"assembly", "sentences"},
    {"dispatch", "terms"},
    {"translation", "publishing", "spool"},
    {"manifest", "making"},
    {"inputs"},
    {"desks", "surveying"},
    {"windows"},
    {"working"},
    {"pipeline"},
    {"adoption", "exchange", "report", "checks", "watching"},
    {"review"},
    {"cli"},
    {"__main__"},
]

OWNERS = {
    "markdown_it": {"document"},
    "frontmatter": {"document"},
    "yaml": {"document", "site"},
    "polib": {"catalog"},
    "sqlite3": {"memory", "review"},
    "babel": {"locales", "localize"},
    "deepl": {"backends"},
    "httpx2": {"backends"},
    "ctranslate2": {"models", "backends"},
    "distributed": {"executors"},
    "sentencepiece": {"models", "backends"},
    "sentencex": {"backends", "sentences"},
    "lxml": {"tbx", "exchange"},
    "jinja2": {"report", "review"},
    "starlette": {"review"},
    "uvicorn": {"review"},
    "nh3": {"review"},
    "openpyxl": {"exchange"},
    "watchfiles": {"watching"},
    "click": {"cli"},
    "rich": {"cli"},
}


def part(path: Path) -> str:
    """The module of the design that a file belongs to."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """The modules that a file imports anywhere, `prl10n.x` as `x`; those that only types need are none."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"prl10n.{alias.name}" for alias in node.names} if node.module == "prl10n" else {node.module}
            found.update(names)
    return {name.removeprefix("prl10n.").partition(".")[0] if name.startswith("prl10n.") else name for name in found}


FILES = sorted(SOURCE.rglob("*.py"))
PARTS = {name for layer in LAYERS for name in layer}


def test_every_module_has_its_place() -> None:
    assert {part(path) for path in FILES} == PARTS


@pytest.mark.parametrize("path", FILES, ids=[path.relative_to(SOURCE).as_posix() for path in FILES])
def test_an_arrow_never_points_back(path: Path) -> None:
    own = part(path)
    level = next(number for number, layer in enumerate(LAYERS) if own in layer)
    allowed = {name for layer in LAYERS[:level] for name in layer} | {own, "__version__"}
    assert imports(path) & PARTS <= allowed


@pytest.mark.parametrize("library", sorted(OWNERS))
def test_a_library_has_its_owners(library: str) -> None:
    users = {part(path) for path in FILES if library in {name.partition(".")[0] for name in imports(path)}}
    assert users == OWNERS[library]


def test_only_the_command_line_prints() -> None:
    printing = {
        part(path)
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "click.echo", "sys.stdout.write")
    }
    assert printing == {"cli", "__main__"}


def test_nobody_catches_everything() -> None:
    caught = [
        f"{path.name}:{node.lineno}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
    ]
    assert caught == []
