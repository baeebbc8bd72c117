"""Installing local models: packages of all kinds, hostile ones, downloads that break, and the command `model`."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import tiny_model
from prl10n import models
from prl10n.backends import Request
from prl10n.backends.local import LocalBackend
from prl10n.cli.model import model as command
from prl10n.errors import BackendUnavailable, ConfigError, Prl10nError
from prl10n.models import index, packages


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.argos_package(tmp_path_factory.mktemp("package") / "translate-en_fr-1_9.argosmodel")


def translated(root: Path, text: str, source: str = "en", target: str = "fr") -> str | None:
    backend = LocalBackend({}, {"PRL10N_MODELS": str(root)})
    return next(iter(backend.translate(Request(source, target, (text,)))))[0].text


def names(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir()) if root.exists() else []


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# --- where models live ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"PRL10N_MODELS": "/m", "XDG_DATA_HOME": "/x"}, Path("/m")),
        ({"XDG_DATA_HOME": "/x"}, Path("/x/prl10n/models")),
        ({}, Path.home() / ".local/share/prl10n/models"),
    ],
)
def test_models_live_in_one_folder_of_the_user(environ: dict[str, str], folder: Path) -> None:
    assert models.folder(environ) == folder


def test_without_a_folder_there_are_no_models(root: Path) -> None:
    assert models.installed(root) == ()
    assert models.find(root, "en", "fr") == ()


# --- which models lead from one language to another -------------------------------------------------------------------


def pretend(root: Path, *pairs: str) -> None:
    """Records without models: finding needs no more."""
    for pair in pairs:
        source, target = pair.split()
        said = {"source": source, "target": target, "name": "n", "version": "1", "origin": "o", "sha256": "0"}
        path = root / f"{source}_{target}"
        path.mkdir(parents=True)
        (path / models.RECORD).write_text(json.dumps(said))


@pytest.mark.parametrize(
    ("pairs", "source", "target", "chain"),
    [
        (["en fr", "fr en"], "en", "fr", ["en fr"]),
        (["en fr"], "en-GB", "fr-CA", ["en fr"]),
        (["en fr", "en fr-CA"], "en", "fr-CA", ["en fr-CA"]),
        (["en fr", "en fr-CA"], "en", "fr-BE", ["en fr"]),
        (["en zh-Hant", "en zh"], "en", "zh-Hant-TW", ["en zh-Hant"]),
        (["en fr"], "EN", "FR", ["en fr"]),
        (["de en", "en fr"], "de", "fr", ["de en", "en fr"]),
        (["de es", "es fr", "de en", "en fr"], "de-AT", "fr-CA", ["de en", "en fr"]),
        (["de es", "es fr", "de it", "it fr"], "de", "fr", ["de es", "es fr"]),
        (["de es", "es en", "en fr"], "de", "fr", []),  # two models are the most
        (["fr en"], "en", "fr", []),
        (["en fr"], "en", "pt", []),
    ],
)
def test_models_are_found_directly_or_through_a_third_language(
    root: Path, pairs: list[str], source: str, target: str, chain: list[str]
) -> None:
    pretend(root, *pairs)
    assert [f"{model.source} {model.target}" for model in models.find(root, source, target)] == chain


def test_a_folder_without_a_readable_record_is_no_model(root: Path) -> None:
    pretend(root, "en fr", ".en fr-0badcafe")
    (root / "de_fr").mkdir()
    (root / "de_fr" / models.RECORD).write_text("{")
    assert [model.path.name for model in models.installed(root)] == ["en_fr"]


# --- packages ---------------------------------------------------------------------------------------------------------


def test_an_argos_package_is_installed_and_translates(root: Path, package: Path) -> None:
    model = packages.install_file(root, package)
    assert (model.source, model.target, model.name, model.version) == ("en", "fr", "translate-en_fr", "1.9")
    assert (model.origin, model.sha256) == (package.name, sha256(package))
    assert models.installed(root) == (model,)
    assert names(root) == ["en_fr"]
    assert names(model.path) == ["model", models.RECORD, "source.spm"]
    assert translated(root, "New <g1>platform</g1>") == "NEW <g1>PLATFORM</g1>"


def test_an_opus_archive_is_converted(root: Path, tmp_path: Path) -> None:
    archive = tiny_model.opus_archive(tmp_path / "opus-2021-02-19.zip")
    model = packages.install_file(root, archive, "en", "fr")
    assert (model.name, model.kind, model.sha256) == ("opus-2021-02-19", models.Kind.OPUS, sha256(archive))
    assert translated(root, "Its “new” <g1>platform</g1>") == 'ITS "NEW" <g1>PLATFORM</g1>'


@pytest.mark.parametrize("inner", ["", "model"])
def test_a_ctranslate2_folder_is_copied(root: Path, tmp_path: Path, inner: str) -> None:
    folder = tiny_model.ctranslate2_folder(tmp_path / "mine")
    if inner:
        (folder / inner).mkdir()
        for path in folder.glob("*.*"):
            if path.name != "sentencepiece.model":
                path.rename(folder / inner / path.name)
    model = packages.install_file(root, folder, "en", "fr")
    assert model.sha256 == sha256(model.engine / "model.bin")
    assert translated(root, "New") == "NEW"
    assert (folder / "sentencepiece.model").exists()


def test_an_unpacked_package_is_a_package(root: Path, package: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path / "unpacked")
    packages.install_file(root, next((tmp_path / "unpacked").iterdir()))
    assert translated(root, "New") == "NEW"


def test_a_prefix_of_the_target_is_given_and_taken_away(root: Path, tmp_path: Path) -> None:
    path = tiny_model.argos_package(tmp_path / "a.argosmodel", target_prefix="▁new")
    assert packages.install_file(root, path).target_prefix == "▁new"
    # The tiny model writes piece n at step n: what the prefix takes the place of is lost.
    assert translated(root, "new notes") == "NOTES"


def test_a_model_of_several_targets_needs_the_token_of_one(root: Path, tmp_path: Path) -> None:
    files = dict(tiny_model.opus_files())
    files["opus.vocab.yml"] = files["opus.vocab.yml"].replace(b'"9"', b'">>fra<<"').replace(b'"8"', b'">>ita<<"')
    archive = tiny_model.zipped(tmp_path / "many.zip", files)
    with pytest.raises(ConfigError, match=">>fr<< is none of them") as caught:
        packages.install_file(root, archive, "en", "fr")
    assert caught.value.remedy == "Say which with --prefix: >>fra<<, >>ita<<."
    assert names(root) == []
    assert packages.install_file(root, archive, "en", "fr", prefix=">>fra<<").source_prefix == ">>fra<<"
    assert translated(root, "New <g1>notes</g1>") == "&gt;&gt;fra&lt;&lt; NEW <g1>NOTES</g1>"


def test_a_new_version_replaces_the_old_one(root: Path, tmp_path: Path) -> None:
    packages.install_file(root, tiny_model.argos_package(tmp_path / "old"))
    packages.install_file(root, tiny_model.argos_package(tmp_path / "new", tiny_model.QUIET, package_version="2.0"))
    assert [model.version for model in models.installed(root)] == ["2.0"]
    assert names(root) == ["en_fr"]
    assert translated(root, "New") == "new"


@pytest.mark.parametrize(("code", "tag"), [("pb", "pt-BR"), ("zt", "zh-Hant"), ("pt", "pt")])
def test_argos_codes_become_bcp_47(root: Path, tmp_path: Path, code: str, tag: str) -> None:
    assert packages.install_file(root, tiny_model.argos_package(tmp_path / "a", to_code=code)).target == tag


# --- packages that are refused ----------------------------------------------------------------------------------------

Files = dict[str, bytes]


def without(name: str) -> Callable[[Files], Files]:
    return lambda files: {path: data for path, data in files.items() if not path.endswith(name)}


def adding(name: str, data: bytes = b"x") -> Callable[[Files], Files]:
    return lambda files: {**files, name: data}


def saying(**metadata: object) -> Callable[[Files], Files]:
    def change(files: Files) -> Files:
        name = next(path for path in files if path.endswith("metadata.json"))
        return {**files, name: json.dumps(json.loads(files[name]) | metadata).encode()}

    return change


REFUSED = [
    (adding("../evil.txt"), "would write outside its folder"),
    (adding("a/../../model.bin"), "would write outside its folder"),
    (adding("/etc/evil"), "would write outside its folder"),
    (adding("..\\evil.txt"), "would write outside its folder"),
    (adding("C:/evil.txt"), "would write outside its folder"),
    (adding("other/metadata.json"), "has a file twice"),
    (without("sentencepiece.model"), "does not read its older tokenizer"),
    (without("model.bin"), "no model.bin"),
    (without("metadata.json"), "nothing in the package says its languages"),
    (saying(type="sbd"), "type 'sbd'"),
    (saying(to_code=""), "not from one language to another"),
    (saying(to_code="../x"), "is no language"),
    (saying(to_code=7), "metadata.json cannot be read"),
    (lambda files: {path: data[:9000] if path.endswith(".bin") else data for path, data in files.items()}, "damaged"),
    (lambda files: {path: b"x" if path.endswith("piece.model") else data for path, data in files.items()}, "damaged"),
]


@pytest.mark.parametrize(("change", "why"), REFUSED, ids=[f"{number}-{why}" for number, (_, why) in enumerate(REFUSED)])
def test_a_package_that_is_wrong_is_refused_and_the_old_model_stays(
    root: Path, package: Path, tmp_path: Path, change: Callable[[Files], Files], why: str
) -> None:
    old = packages.install_file(root, package)
    with zipfile.ZipFile(package) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    wrong = tiny_model.zipped(tmp_path / "wrong.argosmodel", change(files))
    with pytest.raises(ConfigError, match=why) as caught:
        packages.install_file(root, wrong)
    assert caught.value.where == str(wrong)
    assert caught.value.remedy
    assert models.installed(root) == (old,)
    assert names(root) == ["en_fr"]
    assert not list(tmp_path.glob("evil*"))


def test_a_link_in_a_package_is_refused(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "link.argosmodel"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("a/model/model.bin")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ConfigError, match="it has a link"):
        packages.install_file(root, path)


def test_a_package_has_limits(root: Path, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MOST_BYTES", 1 << 20)
    with pytest.raises(ConfigError, match="it is larger than"):
        packages.install_file(root, package)
    monkeypatch.setattr(packages, "_MOST_FILES", 3)
    with pytest.raises(ConfigError, match="more than 3 files"):
        packages.install_file(root, package)
    assert names(root) == []


def test_a_decoder_configuration_that_names_other_files_is_refused(root: Path, tmp_path: Path) -> None:
    files = {**tiny_model.opus_files(), "decoder.yml": b"models: [../x.npz]\nvocabs: [a, b]\n"}
    with pytest.raises(ConfigError, match="names files elsewhere"):
        packages.install_file(root, tiny_model.zipped(tmp_path / "a.zip", files), "en", "fr")


def test_what_cannot_be_converted_is_refused(root: Path, tmp_path: Path) -> None:
    files = {**tiny_model.opus_files(), "opus.npz": b"PK"}
    with pytest.raises(ConfigError, match="CTranslate2 cannot convert it"):
        packages.install_file(root, tiny_model.zipped(tmp_path / "a.zip", files), "en", "fr")


def test_a_file_that_is_no_package_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(ConfigError, match="this is no translation model"):
        packages.install_file(root, tmp_path / "a.txt")


def test_other_languages_than_the_packages_are_refused(root: Path, package: Path) -> None:
    with pytest.raises(ConfigError, match="the package translates from en to fr"):
        packages.install_file(root, package, "en", "de")


# --- the index --------------------------------------------------------------------------------------------------------


class Server(ThreadingHTTPServer):
    """Serves `files` by path, with an ETag and ranges. Each answer for a path in `cuts` stops after so many bytes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.cuts: dict[str, list[int]] = {}
        self.requests: list[tuple[str, str | None]] = []
        self.ranges = True
        self.etag = '"1"'

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.requests.append((self.path, asked))
        data = self.server.files.get(self.path)
        if data is None:
            self.send_error(404)
            return
        start = 0
        if asked and self.server.ranges and self.headers.get("If-Range") == self.server.etag:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(data) - start))
        self.send_header("ETag", self.server.etag)
        self.end_headers()
        cuts = self.server.cuts.get(self.path)
        self.wfile.write(data[start : start + cuts.pop(0)] if cuts else data[start:])
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server(package: Path) -> Iterator[Server]:
    """An index with two versions of a model from English to French; the newest is the package."""
    with Server() as made:
        made.files["/m.argosmodel"] = package.read_bytes()
        entry = {"from_code": "en", "to_code": "fr", "package_version": "1.10"}
        announce(
            made,
            {**entry, "package_version": "1.9", "links": [f"{made.address}/old"]},
            {**entry, "links": ["ipfs://x", f"{made.address}/m.argosmodel"], "sha256": sha256(package)},
            {"from_code": "fr", "to_code": "en", "package_version": "1.0", "links": []},
            {"from_code": "en", "to_code": "de", "package_version": "1.0", "links": ["file:///etc/passwd"]},
            {"type": "sbd", "from_codes": ["en"]},
        )
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def announce(server: Server, *entries: dict[str, object]) -> None:
    server.files["/index.json"] = json.dumps(entries).encode()


def fetch(server: Server, root: Path, source: str = "en", target: str = "fr", **more: Any) -> models.Model:
    return index.install(root, source, target, f"{server.address}/index.json", **more)


def test_the_newest_package_of_the_index_is_installed(server: Server, root: Path, package: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    model = fetch(server, root, "en-GB", "fr-CA", progress=lambda done, total: seen.append((done, total)))
    assert model.origin == f"{server.address}/m.argosmodel"
    assert model.sha256 == sha256(package)
    assert seen[-1] == (package.stat().st_size, package.stat().st_size)
    assert names(root / ".downloads") == []
    assert translated(root, "New") == "NEW"


def test_a_download_that_breaks_is_resumed(server: Server, root: Path) -> None:
    server.cuts["/m.argosmodel"] = [40_000, 20_000]
    fetch(server, root)
    asked = [wanted for path, wanted in server.requests if path == "/m.argosmodel"]
    assert asked == [None, "bytes=40000-", "bytes=60000-"]
    assert translated(root, "New") == "NEW"


def test_the_same_command_resumes_a_download(server: Server, root: Path) -> None:
    server.cuts["/m.argosmodel"] = [100_000, *[0] * 5]
    with pytest.raises(BackendUnavailable, match="the connection breaks") as caught:
        fetch(server, root)
    assert caught.value.remedy.startswith("The same command resumes.")
    assert models.installed(root) == ()
    fetch(server, root)
    assert server.requests[-1] == ("/m.argosmodel", "bytes=100000-")


@pytest.mark.parametrize("change", ["etag", "ranges"])
def test_a_file_that_has_changed_is_fetched_anew(server: Server, root: Path, change: str) -> None:
    server.cuts["/m.argosmodel"] = [100_000, *[0] * 5]
    with pytest.raises(BackendUnavailable):
        fetch(server, root)
    if change == "etag":
        server.etag = '"2"'
    else:
        server.ranges = False
    fetch(server, root)
    assert translated(root, "New") == "NEW"


def test_a_wrong_checksum_installs_nothing(server: Server, root: Path) -> None:
    entry: dict[str, object] = {"from_code": "en", "to_code": "fr", "links": [f"{server.address}/m.argosmodel"]}
    announce(server, {**entry, "checksum": "0" * 64})
    with pytest.raises(Prl10nError, match="its SHA-256 differs"):
        fetch(server, root)
    assert models.installed(root) == ()
    assert names(root / ".downloads") == []


@pytest.mark.parametrize(
    ("source", "target", "error", "why", "remedy"),
    [
        ("fr", "de", ConfigError, "no model from fr to de", "model install fr en; prl10n model install en de"),
        ("en", "it", ConfigError, "no model from en to it", "From en it has: de, fr."),
        ("en", "de", ConfigError, "has no web address", ""),
    ],
)
def test_an_index_that_has_no_such_package(
    server: Server, root: Path, source: str, target: str, error: type[Prl10nError], why: str, remedy: str
) -> None:
    with pytest.raises(error, match=why) as caught:
        fetch(server, root, source, target)
    assert remedy in caught.value.remedy


def test_an_index_that_cannot_be_had(server: Server, root: Path) -> None:
    with pytest.raises(BackendUnavailable, match="the server answers 404"):
        index.install(root, "en", "fr", f"{server.address}/nothing")
    with pytest.raises(ConfigError, match="no address of an index"):
        index.install(root, "en", "fr", "file:///etc/passwd")
    server.files["/index.json"] = b"<html>"
    with pytest.raises(ConfigError, match="this is no index of models"):
        fetch(server, root)


# --- the command ------------------------------------------------------------------------------------------------------


def run(root: Path, *arguments: str, **environ: str) -> Result:
    result = CliRunner().invoke(command, arguments, env={"PRL10N_MODELS": str(root), **environ})
    if result.exception and not isinstance(result.exception, (SystemExit, Prl10nError)):
        raise result.exception
    return result


def test_install_list_and_remove(root: Path, package: Path) -> None:
    installed = run(root, "install", str(package))
    assert installed.stdout == ""
    assert installed.stderr == f"{root / 'en_fr'}: installed translate-en_fr 1.9, en → fr.\n"
    assert run(root, "list").stdout == f"en → fr  translate-en_fr 1.9  {root / 'en_fr'}\n"
    said = json.loads(run(root, "list", "--json").stdout)
    assert said["folder"] == str(root)
    assert [(each["source"], each["target"], each["sha256"]) for each in said["models"]] == [
        ("en", "fr", sha256(package))
    ]
    assert run(root, "remove", "en", "fr").stderr == f"{root / 'en_fr'}: removed.\n"
    assert names(root) == []
    nothing = run(root, "list")
    assert nothing.stdout == ""
    assert "prl10n model install en fr" in nothing.stderr


def test_install_from_an_index(server: Server, root: Path, tmp_path: Path) -> None:
    address = f"{server.address}/index.json"
    assert run(root, "install", "en", "fr", "--index", address).exit_code == 0
    assert run(tmp_path / "other", "install", "en", "fr", PRL10N_MODEL_INDEX=address).exit_code == 0
    assert names(tmp_path / "other") == [".downloads", "en_fr"]


def test_install_a_file_without_metadata(root: Path, tmp_path: Path) -> None:
    archive = str(tiny_model.opus_archive(tmp_path / "opus.zip"))
    error = run(root, "install", archive).exception
    assert isinstance(error, ConfigError)
    assert error.remedy == "Add --from en --to fr, for example."
    assert run(root, "install", archive, "--from", "en", "--to", "fr").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["install", "fr"], "There is no file fr; for the index, name two languages: SOURCE TARGET."),
        (["install", "en", "fr", "de"], "Name two languages, or one file."),
        (["install", "en", "fr", "--from", "en"], "--from, --to and --prefix go with FILE."),
        (["install", ".", "--index", "https://x"], "--index goes with SOURCE and TARGET."),
    ],
)
def test_a_wrong_command_line_says_what_to_write(root: Path, arguments: list[str], message: str) -> None:
    result = run(root, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_removing_what_is_not_there_names_what_is(root: Path) -> None:
    pretend(root, "en fr")
    error = run(root, "remove", "en", "de").exception
    assert isinstance(error, ConfigError)
    assert error.remedy == "Installed: en fr."


def left_by(root: Path, *names: str) -> list[Path]:
    """Folders that processes left beside the models, which were killed, but for the last one."""
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    owners = [int(gone.stdout)] * (len(names) - 1) + [os.getpid()]
    made = [root / f".{name}-{owner}-0a0b0c0d" for name, owner in zip(names, owners, strict=True)]
    for folder in made:
        (folder / "taken").mkdir(parents=True)
    return made


def test_what_a_killed_installation_left_goes_with_the_next_one(tmp_path: Path) -> None:
    """Of a process that goes on, nothing is touched."""
    root = tmp_path / "models"
    dead, living = left_by(root, "install", "install")
    packages.install_file(root, tiny_model.argos_package(tmp_path / "en_fr.argosmodel"))
    assert not dead.exists()
    assert living.exists()


def test_what_a_killed_removal_left_goes_with_the_next_one(root: Path) -> None:
    """A model that a killed installation was about to replace is the only one of its pair: it stays."""
    pretend(root, "en fr")
    removed, replaced, only, living = left_by(root, "removed", "en_fr", "en_de", "removed")
    assert isinstance(run(root, "remove", "en", "de").exception, ConfigError)
    assert [path.exists() for path in (removed, replaced, only, living)] == [False, False, True, True]
