"""What leaves the project: pins, licences, a wheel and an sdist that are the same bytes wherever they are built."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import prl10n

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PYPROJECT["project"]["optional-dependencies"]


# Pins


class Pin(NamedTuple):
    """A line of a lock: `name==version ; marker`, and the digests of the files that may stand for it."""

    requirement: Requirement
    digests: frozenset[str]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        (specifier,) = self.requirement.specifier
        assert specifier.operator == "=="
        return specifier.version


def pins(lock: str) -> list[Pin]:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    lines = re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    parts = [line.split(" --hash=") for line in lines]
    return [Pin(Requirement(first.strip()), frozenset(digest.strip() for digest in rest)) for first, *rest in parts]


# What pyproject.toml asks for, lock by lock.
ASKED: dict[str, list[str]] = {
    "runtime": PYPROJECT["project"]["dependencies"],
    "dev": [
        *PYPROJECT["project"]["dependencies"],
        *PYPROJECT["build-system"]["requires"],
        *(line for name in ("dev", "distributed", "local", "xlsx") for line in EXTRAS[name] if "prl10n" not in line),
    ],
    "release": PYPROJECT["dependency-groups"]["release"],
}
PLATFORMS = [
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
]
ENVIRONMENTS = [
    {**platform, "python_version": version, "python_full_version": f"{version}.0"}
    for platform in PLATFORMS
    for version in ("3.11", "3.12", "3.13")
]


def test_the_development_lock_holds_every_extra_that_dev_names() -> None:
    (own,) = (Requirement(line) for line in EXTRAS["dev"] if line.startswith("prl10n"))
    assert own.extras == {"distributed", "local", "xlsx"}


@pytest.mark.parametrize("lock", ASKED)
def test_a_lock_pins_one_version_that_pyproject_allows_on_each_platform(lock: str) -> None:
    locked = pins(lock)
    for line in ASKED[lock]:
        asked = Requirement(line)
        name = canonicalize_name(asked.name)
        for environment in ENVIRONMENTS:
            found = [
                pin.version
                for pin in locked
                if pin.name == name
                and (pin.requirement.marker is None or pin.requirement.marker.evaluate({**environment}))
            ]
            assert len(found) == 1, (line, environment, found)
            assert asked.specifier.contains(found[0]), (line, found)


@pytest.mark.parametrize("lock", ASKED)
def test_every_pin_of_a_lock_has_digests(lock: str) -> None:
    locked = pins(lock)
    assert locked
    for pin in locked:
        assert pin.digests, pin
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", digest) for digest in pin.digests), pin


@pytest.mark.parametrize("lock", ASKED)
def test_a_lock_names_no_index(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert re.findall(r"^\s*-\S+", re.sub(r"^ +--hash=", "", text, flags=re.MULTILINE), re.MULTILINE) == []


def test_what_is_described_as_needed_at_run_time_is_what_was_tested() -> None:
    tested = {(pin.name, pin.version, pin.digests) for pin in pins("dev")}
    assert {(pin.name, pin.version, pin.digests) for pin in pins("runtime")} <= tested


# Licences

# Permissive ones; and the MPL, whose copyleft ends at its own files, which are used as they are (certifi's list of
# authorities). The GPL, LGPL and AGPL are none of them, and neither is a licence that nobody has read yet.
ACCEPTED = frozenset(
    "0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause CC0-1.0 HPND ISC MIT MPL-2.0 PSF-2.0 Unlicense Zlib".split()
)
# What packages write where they do not write SPDX.
SPDX = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}


def accepted(expression: str) -> bool:
    """Whether an SPDX expression without parentheses leaves a choice of accepted licences only. AND binds tighter."""
    return any(all(term.strip() in ACCEPTED for term in choice.split(" AND ")) for choice in expression.split(" OR "))


def licence(name: str) -> str:
    """What an installed package says of its licence, in SPDX's words where they are known; "" where it says nothing."""
    said = metadata.metadata(name)
    if "License-Expression" in said:
        return str(said["License-Expression"])
    named = [line.rpartition(" :: ")[2] for line in said.get_all("Classifier", []) if line.startswith("License ::")]
    words = named or ([said["License"]] if "License" in said else [""])
    return " AND ".join(SPDX.get(word, word) for word in words)


def needed(name: str, extras: frozenset[str]) -> set[str]:
    """An installed package's requirements, and theirs, on this machine; canonical names."""
    found: set[str] = set()
    queue = [(canonicalize_name(name), extras)]
    seen = set(queue)
    while queue:
        package, wanted = queue.pop()
        for line in metadata.requires(package) or []:
            requirement = Requirement(line)
            if requirement.marker and not any(
                requirement.marker.evaluate({"extra": extra}) for extra in (wanted or {""})
            ):
                continue
            step = (canonicalize_name(requirement.name), frozenset(requirement.extras))
            found.add(step[0])
            if step not in seen:
                seen.add(step)
                queue.append(step)
    return found - {canonicalize_name(name)}


@pytest.mark.parametrize(
    "expression",
    ["MIT", "Apache-2.0 OR BSD-2-Clause", "BSD-3-Clause AND 0BSD AND MIT", "GPL-2.0-only OR MIT", "MPL-2.0"],
)
def test_a_licence_that_lets_everybody_use_prl10n_is_accepted(expression: str) -> None:
    assert accepted(expression)


@pytest.mark.parametrize(
    "expression",
    ["GPL-3.0-or-later", "LGPL-2.1-only", "AGPL-3.0-only", "MIT AND GPL-2.0-only", "GPL-2.0-only OR LGPL-3.0-only", ""],
)
def test_a_licence_that_binds_what_imports_it_is_not_nor_is_none(expression: str) -> None:
    assert not accepted(expression)


def test_nothing_that_the_wheel_or_an_extra_brings_is_under_the_gpl() -> None:
    packages = needed("prl10n", frozenset({"distributed", "local", "xlsx"}))
    assert {"certifi", "ctranslate2", "dask", "lxml", "openpyxl", "polib"} <= packages
    assert {"pytest", "mkdocs"} & packages == set()
    assert {name: licence(name) for name in sorted(packages) if not accepted(licence(name))} == {}


# Wheel and sdist


class Built(NamedTuple):
    """A folder with a copy of the checkout, and the two files that were built of it."""

    folder: Path
    wheel: Path
    sdist: Path


def build(folder: Path, output: Path, *options: str, umask: int = 0o022, **environ: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"} | environ
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(output), *options]
    done = subprocess.run(command, cwd=folder, env=environment, umask=umask, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def collected(folder: Path, output: Path) -> Built:
    (wheel,) = output.glob("*.whl")
    (sdist,) = output.glob("*.tar.gz")
    return Built(folder, wheel, sdist)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A copy without what git ignores, built."""
    base = tmp_path_factory.mktemp("one")
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split()]
    shutil.copytree(ROOT, base / "prl10n", ignore=shutil.ignore_patterns(".git", *ignored))
    build(base / "prl10n", base / "dist")
    return collected(base / "prl10n", base / "dist")


@pytest.fixture(scope="module")
def rebuilt(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The same, of a folder with another name, other times, modes, umask, time zone, language and order of hashes."""
    base = tmp_path_factory.mktemp("two")
    folder = base / "another name"
    shutil.copytree(built.folder, folder)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(path.stat().st_mode & 0o700)
        os.utime(path, (1_000_000_000, 1_000_000_000))
    build(folder, base / "dist", umask=0o077, TZ="Asia/Tokyo", LC_ALL="C", PYTHONHASHSEED="1")
    return collected(folder, base / "dist")


@pytest.fixture(scope="module")
def files(built: Built) -> frozenset[str]:
    """What is in the wheel."""
    with zipfile.ZipFile(built.wheel) as archive:
        return frozenset(archive.namelist())


@pytest.fixture(scope="module")
def unpacked(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in the sdist."""
    target = tmp_path_factory.mktemp("sdist")
    with tarfile.open(built.sdist) as archive:
        archive.extractall(target, filter="data")
    (folder,) = target.iterdir()
    return folder


def test_a_build_is_the_same_bytes_wherever_and_whenever_it_is_made(built: Built, rebuilt: Built) -> None:
    assert built.wheel.name == rebuilt.wheel.name == f"prl10n-{prl10n.__version__}-py3-none-any.whl"
    assert built.wheel.read_bytes() == rebuilt.wheel.read_bytes()
    assert built.sdist.name == rebuilt.sdist.name == f"prl10n-{prl10n.__version__}.tar.gz"
    assert built.sdist.read_bytes() == rebuilt.sdist.read_bytes()


def test_the_wheel_of_the_sdist_is_that_of_the_checkout(built: Built, unpacked: Path, tmp_path: Path) -> None:
    build(unpacked, tmp_path, "--target", "wheel")
    assert (tmp_path / built.wheel.name).read_bytes() == built.wheel.read_bytes()


def test_the_wheel_holds_the_package_whole_and_nothing_else(built: Built, files: frozenset[str]) -> None:
    source = built.folder / "src"
    package = {path.relative_to(source).as_posix() for path in (source / "prl10n").rglob("*") if path.is_file()}
    about = f"prl10n-{prl10n.__version__}.dist-info"
    assert files == package | {
        f"{about}/{name}" for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
    }
    assert {"prl10n/py.typed", "prl10n/__main__.py"} <= files
    kinds = {Path(name).suffix for name in files if name.startswith(("prl10n/review/", "prl10n/report/"))}
    assert {".html", ".css", ".js", ".svg", ".po", ".j2"} <= kinds


def test_the_sdist_holds_what_the_tests_need(unpacked: Path) -> None:
    names = """
        pyproject.toml README.md LICENSE SECURITY.md CHANGELOG.md Makefile requirements/dev.txt action.yml
        .pre-commit-hooks.yaml prl10n.toml src/prl10n/py.typed tests/test_packaging.py docs/supply-chain.md
    """
    assert [name for name in names.split() if not (unpacked / name).is_file()] == []
    assert any((unpacked / "content/en").rglob("*.md"))
    assert any((unpacked / "locales").rglob("*.po"))


# Installed


class Installed(NamedTuple):
    """An environment with the wheel, and a folder that knows nothing of the checkout."""

    scripts: Path
    folder: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command of the environment, with no variable but the system's."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"}
        program = str(self.scripts / command[0])
        return subprocess.run(
            [program, *command[1:]], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120
        )


@pytest.fixture(scope="module")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel by pip; what it needs comes from the environment of the tests, where prl10n itself is out of reach."""
    base = tmp_path_factory.mktemp("installed")
    home = base / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    scripts = home / "bin"
    pip = [sys.executable, "-m", "pip", "--python", str(scripts / "python"), "install"]
    subprocess.run([*pip, "--quiet", "--no-deps", "--no-index", str(built.wheel)], check=True)
    (site,) = home.glob("lib/python*/site-packages")
    # A path in a .pth is searched, but its own .pth files, such as that of the editable checkout, are not read.
    (site / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    folder = base / "site"
    folder.mkdir()
    return Installed(scripts, folder)


def test_the_installed_program_is_not_the_checkout(installed: Installed) -> None:
    said = installed.run("python", "-c", "import prl10n; print(prl10n.__file__)")
    assert Path(said.stdout.strip()).is_relative_to(installed.scripts.parent), said


def test_the_installed_program_says_its_version(installed: Installed) -> None:
    said = installed.run("prl10n", "--version")
    assert (said.returncode, prl10n.__version__ in said.stdout) == (0, True), said


def test_the_installed_program_has_its_pages(installed: Installed) -> None:
    said = installed.run("prl10n", "review", "--help")
    assert (said.returncode, said.stdout.startswith("Usage: prl10n review")) == (0, True), said


def test_the_installed_program_localizes_a_site(installed: Installed) -> None:
    page = installed.folder / "content/en/news/launch.md"
    page.parent.mkdir(parents=True)
    page.write_text("---\ntitle: Launch\n---\n\nA **word** for [readers](https://example.com/).\n", encoding="utf-8")

    assert installed.run("prl10n", "init", "--locale", "fr").returncode == 0
    configuration = installed.folder / "prl10n.toml"
    written = configuration.read_text(encoding="utf-8")
    assert 'name = "auto"' in written
    configuration.write_text(written.replace('name = "auto"', 'name = "pseudo"'), encoding="utf-8")
    synced = installed.run("prl10n", "sync")
    assert synced.returncode == 0, synced
    localized = (installed.folder / "content/fr/news/launch.md").read_text(encoding="utf-8")
    assert localized.startswith("---\ntitle: ")
    assert "](https://example.com/)" in localized
    assert "Launch" not in localized
    assert "A **word** for" not in localized
    checked = installed.run("prl10n", "check")
    assert checked.returncode == 0, checked
    reported = installed.run("prl10n", "report")
    assert reported.returncode == 0, reported
