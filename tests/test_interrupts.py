"""Ctrl-C and SIGTERM come when they do no harm."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from prl10n import interrupts
from prl10n.errors import Terminated
from prl10n.executors import Processes

MODULE = """
import os, signal, time
began = time.monotonic()
os.kill(os.getpid(), signal.{name})
while time.monotonic() < began + 0.1:
    pass
import {other}
over = True
"""


def import_and_wait(module: str) -> None:
    importlib.import_module(module)
    threading.Event().wait(30)  # as a run waits for others, without a line of Python
    pytest.fail("nobody was interrupted")


def end_me_and_work(until: float) -> None:
    os.kill(os.getpid(), signal.SIGINT)
    while time.monotonic() < until:
        pass


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize(("name", "error"), [("SIGINT", KeyboardInterrupt), ("SIGTERM", Terminated)])
def test_a_signal_waits_for_the_end_of_an_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: type[BaseException]
) -> None:
    other, module = f"other_{name.lower()}", f"cut_off_{name.lower()}"
    (tmp_path / f"{other}.py").write_text("")
    (tmp_path / f"{module}.py").write_text(MODULE.format(name=name, other=other))
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(error) as caught, interrupts.heard():
        import_and_wait(module)
    assert caught.type is error
    assert sys.modules[module].over


@pytest.mark.usefixtures("ctrl_c")
def test_a_signal_comes_at_once_elsewhere() -> None:
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), interrupts.heard():
        end_me_and_work(began + 30)
    assert time.monotonic() < began + 10
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.usefixtures("ctrl_c")
def test_the_plans_of_others_stay() -> None:
    def mine(*_: object) -> None: ...

    before = signal.signal(signal.SIGTERM, mine)
    try:
        with interrupts.heard():
            assert signal.getsignal(signal.SIGTERM) is mine
            assert signal.getsignal(signal.SIGINT) is interrupts.interrupt
        assert signal.getsignal(signal.SIGTERM) is mine
    finally:
        signal.signal(signal.SIGTERM, before)


def test_no_process_is_started_by_the_thread_that_ctrl_c_reaches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a start leaves a process that takes the end which is meant for another one: then the run never ends."""
    starters: list[threading.Thread] = []
    start = BaseProcess.start

    def noted(process: BaseProcess) -> None:
        starters.append(threading.current_thread())
        start(process)

    monkeypatch.setattr(BaseProcess, "start", noted)
    processes = Processes(2)
    try:
        for lane in processes.lanes:
            assert lane.submit(os.getpid).result() > 0
        ended = processes.lanes[0].submit(os._exit, 1)
        assert ended.exception() is not None
        assert processes.lanes[0].submit(os.getpid).result() > 0
    finally:
        processes.shutdown()
    assert len(starters) == 3
    assert threading.main_thread() not in starters
