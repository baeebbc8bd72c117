"""A real scheduler and two worker processes: what they do is what one machine does, whatever happens to them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Never

import pytest

import tiny_model
from prl10n import config, executors, pipeline
from prl10n.config import Run
from prl10n.errors import BackendUnavailable, ConfigError, RequestRefused
from prl10n.executors import Cluster
from prl10n.models import packages
from project import Project

EVERYTHING = pipeline.Stage.EXTRACT | pipeline.Stage.TRANSLATE | pipeline.Stage.BUILD

# What a worker loads when it starts: the parser has three bugs. The last one ends when the gate is opened.
PRELOAD = """
import os, signal, time
from prl10n import document

def broken(data, rules, split=document.split):
    if b"DEADLY" in data:
        os.kill(os.getpid(), signal.SIGKILL)
    if b"SLOW" in data:
        time.sleep(2)
    while b"ENDLESS" in data and not os.path.exists(os.environ["GATE"]):
        time.sleep(0.05)
    return split(data, rules)

if document.split.__name__ != "broken":  # Dask loads it twice
    document.split = broken
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A cluster: its address, the folder of the models that its workers have, and the gate of its parser."""

    address: str
    models: Path
    gate: Path


def start(folder: Path, name: str, *arguments: str, **environ: str) -> subprocess.Popen[bytes]:
    with (folder / f"{name}.log").open("wb") as log:
        command = [sys.executable, "-m", "dask", name, *arguments, "--no-dashboard"]
        return subprocess.Popen(command, env={**os.environ, **environ}, stdout=log, stderr=log, start_new_session=True)


def stop(process: subprocess.Popen[bytes]) -> None:
    """It and the workers that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("cluster")
    models = folder / "models"
    models.mkdir()
    packages.install_file(models, tiny_model.argos_package(folder / "en_fr.argosmodel"))
    packages.install_file(models, tiny_model.opus_archive(folder / "en-de.zip"), "en", "de")
    preload = folder / "preload.py"
    preload.write_text(PRELOAD)
    number = port()
    address = f"127.0.0.1:{number}"
    settings = {
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",  # a document kills two workers, then it is to blame
        "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "2s",  # how long the scheduler looks for a worker that is dead
    }
    scheduler = start(folder, "scheduler", "--host", "127.0.0.1", "--port", str(number), **settings)
    worker = ("--nworkers", "2", "--nthreads", "1", "--preload", str(preload), "--local-directory", str(folder))
    gate = folder / "gate"
    workers = start(folder, "worker", f"tcp://{address}", *worker, PRL10N_MODELS=str(models), GATE=str(gate))
    yield Site(f"dask://{address}", models, gate)
    stop(workers)
    stop(scheduler)


@pytest.fixture
def project(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Pages that travel in twenty chunks, in several windows."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795478400")
    monkeypatch.setattr(executors, "PATIENCE", 30)  # a machine that is busy with other tests
    monkeypatch.setattr(executors, "CHUNK", 3)
    monkeypatch.setattr(executors, "WINDOW", 1_000)
    return pages(tmp_path)


def pages(folder: Path) -> Project:
    project = Project(folder)
    project.write("prl10n.toml", 'targets = ["fr"]\n[backend]\nname = "pseudo"\n')
    for number in range(60):
        text = f"---\ntitle: Release {number}\n---\n\nOn day {number} we *announced* a [page](0.md).\n\n- one\n- two\n"
        project.source(text, f"{number}.md")
    return project


def written(project: Project) -> dict[str, bytes]:
    """All that a run makes, by path."""
    files = (path for path in project.root.rglob("*") if path.is_file() and ".prl10n" not in path.parts)
    return {path.relative_to(project.root).as_posix(): path.read_bytes() for path in files}


def run(project: Project, executor: Executor | None, progress: pipeline.Progress | None = None) -> pipeline.Outcome:
    loaded = config.load(project.root)
    return pipeline.run(
        loaded, EVERYTHING, pipeline.Selection(), progress=progress, environ=project.environ, executor=executor
    )


def alone(folder: Path, project: Project) -> dict[str, bytes]:
    """What the same sources become on one machine."""
    twin = Project(folder, project.environ)
    for name, data in written(project).items():
        twin.write(name, data.decode())
    run(twin, executors.Here())
    return written(twin)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the pages of every project become on one machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1795478400")
        return alone(tmp_path_factory.mktemp("alone"), pages(tmp_path_factory.mktemp("sources")))


# --- the same bytes ---------------------------------------------------------------------------------------------------


class Killing(pipeline.Progress):
    """Kills a worker when so many documents are read."""

    def __init__(self, process: int, after: int) -> None:
        self.process = process
        self.left = after

    def advance(self, count: int = 1) -> None:
        self.left -= count
        if self.left == 0:
            os.kill(self.process, signal.SIGKILL)


def test_with_a_worker_killed_in_mid_run_the_bytes_are_those_of_one_machine(
    project: Project, site: Site, expected: dict[str, bytes]
) -> None:
    with executors.opened(Run(executor=site.address, workers=2)) as cluster:
        assert isinstance(cluster, Cluster)
        process = cluster.submit(os.getpid).result()
        assert process != os.getpid()
        killing = Killing(process, 10)
        outcome = run(project, cluster, killing)
    waited_for(lambda: not Path(f"/proc/{process}").exists())
    assert killing.left < 0, "documents were done after that"
    assert outcome.findings == []
    assert (outcome.exit_code, len(outcome.rows)) == (0, 60)
    assert written(project) == expected


def test_a_document_that_kills_every_worker_is_named_and_the_rest_is_done(
    project: Project, site: Site, expected: dict[str, bytes]
) -> None:
    project.source("DEADLY\n", "a/b.md")
    with executors.opened(Run(executor=site.address, workers=2)) as cluster:
        outcome = run(project, cluster)
    assert [(finding.path, finding.rule) for finding in outcome.findings] == [("content/en/a/b.md", "unreadable")]
    assert "a worker died on it" in outcome.findings[0].message
    assert outcome.exit_code == 2
    made = written(project)
    del made["content/en/a/b.md"]
    assert made == expected


def test_the_command_line_uses_the_cluster_of_the_configuration(project: Project, site: Site) -> None:
    """No other process than a worker has the slow parser."""
    project.write("prl10n.toml", f'[backend]\nname = "pseudo"\n[run]\nexecutor = "{site.address}"\n')
    project.source("SLOW\n", "slow.md")
    start = time.monotonic()
    result = project.run("sync", "--config", str(project.root / "prl10n.toml"))
    assert result.exit_code == 0, result.stderr
    assert time.monotonic() - start > 2
    assert (project.root / "content/fr/slow.md").exists()


def test_ctrl_c_ends_a_run_at_once(project: Project, site: Site, ctrl_c: None) -> None:
    """At once: it waits for no worker, and this one would never answer."""
    project.write("prl10n.toml", f'[backend]\nname = "pseudo"\n[run]\nexecutor = "{site.address}"\n')
    project.source("ENDLESS\n", "0/endless.md")
    command = [sys.executable, "-m", "prl10n", "sync"]
    try:
        with subprocess.Popen(command, cwd=project.root, stderr=subprocess.PIPE) as process:
            with Cluster(site.address) as cluster:
                waited_for(lambda: any(cluster.client.processing().values()))
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
        assert process.returncode == 130, said
        assert "interrupted\n  All that was answered is saved; the same command resumes." in said.decode()
        assert "Traceback" not in said.decode()
        assert not (project.root / "content/fr").exists()
    finally:
        site.gate.touch()
    with Cluster(site.address) as cluster:  # the work that nobody waits for is dropped
        assert cluster.submit(sum, [1, 2]).result(timeout=60) == 3


# --- local models -----------------------------------------------------------------------------------------------------


def test_models_translate_on_the_workers(
    project: Project, site: Site, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(project.root, {"PRL10N_MODELS": str(site.models)})
    project.write("prl10n.toml", 'targets = ["fr", "de"]\n[backend]\nname = "local"\n')
    expected = alone(tmp_path_factory.mktemp("twin"), project)
    here: list[str] = []
    monkeypatch.setattr("prl10n.backends.local.LocalBackend.translate", lambda *_: here.append("translated"))
    with executors.opened(Run(executor=site.address)) as cluster:
        outcome = run(project, cluster)
    assert (outcome.exit_code, outcome.failure, here) == (0, None, [])
    assert written(project) == expected
    assert "ON DAY 7 WE *ANNOUNCED*" in project.page("7.md")


def test_a_worker_without_the_model_is_named(project: Project, site: Site, tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    packages.install_file(models, tiny_model.opus_archive(tmp_path / "en-it.zip"), "en", "it")
    project = Project(project.root, {"PRL10N_MODELS": str(models)})
    project.write("prl10n.toml", 'targets = ["it"]\n[backend]\nname = "local"\n')
    with executors.opened(Run(executor=site.address)) as cluster, pytest.raises(ConfigError) as raised:
        run(project, cluster)
    assert "the worker on " in raised.value.what
    assert "no local model translates from en to it" in raised.value.what
    assert "prl10n model install en it" in raised.value.remedy


def test_a_worker_with_another_model_is_named(project: Project, site: Site, tmp_path: Path) -> None:
    """Its answers would stand in the journal as those of the coordinator's model."""
    models = tmp_path / "models"
    models.mkdir()
    newer = tiny_model.argos_package(tmp_path / "newer.argosmodel", package_version="2.0")
    packages.install_file(models, newer)
    project = Project(project.root, {"PRL10N_MODELS": str(models)})
    project.write("prl10n.toml", 'targets = ["fr"]\n[backend]\nname = "local"\n')
    with executors.opened(Run(executor=site.address)) as cluster, pytest.raises(ConfigError) as raised:
        run(project, cluster)
    assert "has other models than the coordinator" in raised.value.what


# --- what is refused before work starts -------------------------------------------------------------------------------


def test_a_scheduler_that_is_not_there_is_an_error_of_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "PATIENCE", 0.5)
    address = f"dask://127.0.0.1:{port()}"
    with pytest.raises(ConfigError) as raised, executors.opened(Run(executor=address)):
        pass
    assert raised.value.where == address
    assert "cannot be reached" in raised.value.what
    assert "dask scheduler" in raised.value.remedy


def test_an_encrypted_address_needs_certificates() -> None:
    with pytest.raises(ConfigError) as raised, executors.opened(Run(executor=f"tls://127.0.0.1:{port()}")):
        pass
    assert "needs certificates" in raised.value.what
    assert "distributed.comm.tls.ca-file" in raised.value.remedy


def test_a_cluster_with_too_few_workers_says_how_to_start_one(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "PATIENCE", 2)
    with pytest.raises(ConfigError) as raised, executors.opened(Run(executor=site.address, workers=30)):
        pass
    assert "does not have 30 workers" in raised.value.what
    assert f"dask worker {site.address.replace('dask', 'tcp')}" in raised.value.remedy


def test_without_distributed_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "find_spec", lambda _: None)
    with pytest.raises(ConfigError) as raised, executors.opened(Run(executor="dask://127.0.0.1:1")):
        pass
    assert "pip install 'prl10n[distributed]'" in raised.value.remedy


def test_a_worker_with_another_parser_is_refused_before_and_after_the_start(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with executors.opened(Run(executor=site.address)) as cluster:
        assert isinstance(cluster, Cluster)
        monkeypatch.setattr(executors, "_own", lambda: {**executors.versions(), "markdown-it-py": "1.0"})
        with pytest.raises(ConfigError, match=r"instead of 1\.0"):
            cluster.submit(sum, [1]).result(timeout=60)
    with pytest.raises(ConfigError) as raised, executors.opened(Run(executor=site.address)):
        pass
    assert "markdown-it-py" in raised.value.what
    assert "instead of 1.0" in raised.value.what


# --- what happens to the cluster --------------------------------------------------------------------------------------


@pytest.mark.parametrize("victim", ["scheduler", "workers"])
def test_a_cluster_that_is_lost_is_said_and_nobody_waits(
    victim: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "PATIENCE", 30)
    monkeypatch.setattr(executors, "ALONE", 1.0)
    monkeypatch.setattr(executors, "LOOK", 0.2)
    number = port()
    scheduler = start(tmp_path, "scheduler", "--host", "127.0.0.1", "--port", str(number))
    worker = ("--nworkers", "1", "--nthreads", "1", "--no-nanny", "--local-directory", str(tmp_path))
    workers = start(tmp_path, "worker", f"tcp://127.0.0.1:{number}", *worker)
    try:
        with executors.opened(Run(executor=f"dask://127.0.0.1:{number}")) as cluster:
            assert isinstance(cluster, Cluster)
            future = cluster.submit(time.sleep, 60)
            stop({"scheduler": scheduler, "workers": workers}[victim])
            with pytest.raises(BackendUnavailable, match="the cluster was lost") as raised:
                future.result(timeout=60)
        assert "the same command resumes" in raised.value.remedy
    finally:
        stop(scheduler)
        stop(workers)


# --- one machine ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("executor", ["none", "processes"])
def test_one_machine_has_the_same_bytes(project: Project, executor: str, expected: dict[str, bytes]) -> None:
    with executors.opened(Run(executor=executor, workers=2)) as made:
        assert run(project, made).exit_code == 0
    assert written(project) == expected


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_processes_end_with_their_coordinator(project: Project, number: signal.Signals, ctrl_c: None) -> None:
    project.write("prl10n.toml", '[backend]\nname = "pseudo"\n[run]\nexecutor = "processes"\nworkers = 2\n')
    command = [sys.executable, "-m", "prl10n", "sync"]
    process = subprocess.Popen(command, cwd=project.root, stderr=subprocess.DEVNULL, start_new_session=True)

    def others() -> bool:
        """At least a worker, what it is forked from, and what follows both."""
        found = subprocess.run(["pgrep", "-g", str(process.pid)], capture_output=True, check=False)
        return len(found.stdout.split()) > 3

    waited_for(others)
    process.send_signal(number)
    process.wait(timeout=60)
    waited_for(lambda: not group_is_there(process.pid))


def group_is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def waited_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_auto_leaves_the_choice_to_the_pipeline() -> None:
    with executors.opened(Run()) as made:
        assert made is None


def test_a_request_on_which_workers_die_is_refused_and_named(site: Site) -> None:
    from prl10n.backends import Request
    from prl10n.backends.local import LocalBackend
    from prl10n.backends.spread import Spread

    class Dead(executors.Here):
        def submit(self, *_: object, **__: object) -> Never:
            raise executors.WorkerDied("a worker died, and the ones that tried again")

    backend = LocalBackend({}, {"PRL10N_MODELS": str(site.models)})
    moved = Spread(backend, LocalBackend, {}, Dead(), 1)
    with pytest.raises(RequestRefused, match=r"a worker died.*1 text"):
        list(moved.translate(Request("en", "fr", ("A page.",))))


# --- the configuration ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "executor",
    ["auto", "none", "processes", "dask://10.0.0.5:8786", "tcp://cluster.internal:8786", "tls://[fd00::5]:8786"],
)
def test_executors_that_the_configuration_takes(tmp_path: Path, executor: str) -> None:
    (tmp_path / "prl10n.toml").write_text(f'[run]\nexecutor = "{executor}"\nworkers = 2\n')
    assert config.load(tmp_path).run == Run(executor=executor, workers=2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[run]\nexecutor = "process"', "Did you mean `processes`?"),
        ('[run]\nexecutor = "dask://10.0.0.5"', 'executor = "dask://10.0.0.5:8786"'),  # no port
        ('[run]\nexecutor = "dask://ann:secret@host:8786"', "run.executor cannot be"),  # secrets stand in no file
        ('[run]\nexecutor = "http://host:8786"', "run.executor cannot be"),
        ("[run]\nworkers = -1", "run.workers cannot be less than 0"),
        ("[run]\nexecutor = 2", "run.executor must be a text in quotes"),
        ('[run]\nexecuter = "none"', "Known keys: executor, workers."),
        ('executor = "none"', "`executor` belongs in [run]."),
        ('[locale.fr.run]\nexecutor = "none"', "unknown key 'run' in [locale.fr]"),  # one run has one executor
    ],
)
def test_what_the_configuration_does_not_take(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "prl10n.toml").write_text(text)
    with pytest.raises(ConfigError) as raised:
        config.load(tmp_path)
    assert said in str(raised.value)
    assert "prl10n.toml:" in raised.value.where
