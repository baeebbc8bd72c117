"""The packages of `examples/` do what they show: installed as a stranger would, and found by their entry point."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
AZURE = ROOT / "examples/prl10n-azure"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the plug-in as pip installs it, without touching the environment of the tests."""
    target = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index"]
    run(*pip, "--no-deps", "--no-build-isolation", "--target", str(target), str(AZURE))
    return target


def run(*command: str, cwd: Path | None = None, path: Path | None = None) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("AZURE_")}
    environ["PYTHONDONTWRITEBYTECODE"] = "1"
    if path is not None:
        environ["PYTHONPATH"] = os.pathsep.join([str(path), str(ROOT / "src")])
    done = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_package_holds_its_module_and_nothing_else(installed: Path) -> None:
    assert {entry.name for entry in installed.iterdir()} - {"__pycache__"} == {
        "prl10n_azure.py",
        "prl10n_azure-0.1.0.dist-info",
    }


def test_the_plug_in_is_found_by_its_entry_point(installed: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from prl10n import backends\n"
        "backend = backends.create('azure', {}, {'AZURE_TRANSLATOR_KEY': 'secret'})\n"
        "print(backend.name, backend.settings('en', 'fr'), 'httpx2' in sys.modules)"
    )
    said = run(sys.executable, "-c", code, cwd=tmp_path, path=installed)
    assert said.split()[0] == "azure"
    assert said.split()[-1] == "False"
    assert "secret" not in said


def test_the_plug_in_passes_its_own_tests(installed: Path) -> None:
    run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", cwd=AZURE, path=installed)


def test_the_plug_in_is_typed() -> None:
    pytest.importorskip("mypy")
    run(
        sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", os.devnull,
        str(AZURE / "src"), str(AZURE / "tests"), cwd=ROOT,
    )  # fmt: skip
