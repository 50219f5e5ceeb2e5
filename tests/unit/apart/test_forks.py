"""Who asks a forking process. No process is started here: tests/unit/work does that."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import heart
from heart.apart import forks

pytestmark = pytest.mark.skipif(not forks.IS_POSSIBLE, reason="no fork here")


@pytest.fixture
def started(monkeypatch):
    """Processes that were started, which live until they are killed."""
    processes = []

    def start(_):
        events = []
        process = SimpleNamespace(
            poll=lambda: 1 if events else None,
            kill=lambda: events.append("kill"),
            wait=lambda: events.append("wait"),
        )
        control = SimpleNamespace(close=lambda: events.append("close"))
        processes.append((process, control, events))
        return forks._Process(process, control)

    monkeypatch.setattr(forks.ForkServer, "_start", start)
    return processes


def test_process_is_started_once_and_again_when_it_has_ended(started):
    server = forks.ForkServer("a.module")
    for _ in range(3):
        server.prepare()
    assert len(started) == 1
    started[0][2].append("ended")
    server.prepare()
    assert len(started) == 2
    assert started[0][2] == ["ended", "close"]  # its socket is not kept


def test_process_that_is_stopped_leaves_nothing(started):
    server = forks.ForkServer("a.module")
    server.stop()  # there is none
    server.prepare()
    server.stop()
    server.stop()
    assert started[0][2] == ["kill", "wait", "close"]


def test_connection_is_handed_to_the_next_process_where_one_has_just_ended(started, monkeypatch):
    sent = []

    def send(control, message, descriptors):
        sent.append((control, message, len(descriptors)))
        if len(sent) == 1:
            raise BrokenPipeError

    monkeypatch.setattr(socket, "send_fds", send)
    forks.ForkServer("a.module").connect().close()
    assert sent == [(control, [b"+"], 1) for _, control, _ in started]
    assert len(started) == 2
    assert started[0][2] == ["close"]


def test_where_no_process_takes_it_there_is_no_connection(started, monkeypatch):
    def send(*_):
        raise BrokenPipeError

    monkeypatch.setattr(socket, "send_fds", send)
    with pytest.raises(BrokenPipeError):
        forks.ForkServer("a.module").connect()
    assert len(started) == 2


@pytest.mark.parametrize("path", [None, "/elsewhere"])
def test_process_runs_this_heart_apart_from_the_terminal(monkeypatch, path):
    calls = []
    monkeypatch.setattr(subprocess, "Popen", lambda *words, **named: calls.append((words, named)))
    monkeypatch.setenv("KEPT", "1")
    monkeypatch.setenv("PYTHONPATH", path) if path else monkeypatch.delenv(
        "PYTHONPATH", raising=False
    )
    forks.ForkServer("a.module", {"OWN": "2"}).prepare()
    ((words, named),) = calls
    assert words == ([sys.executable, "-m", "a.module"],)
    tree = str(Path(heart.__file__).resolve().parent.parent)
    environment = named["env"]
    assert environment["PYTHONPATH"] == os.pathsep.join([tree, path] if path else [tree])
    assert (environment["KEPT"], environment["OWN"]) == ("1", "2")
    assert environment["OMP_NUM_THREADS"] == environment["OPENBLAS_NUM_THREADS"] == "1"
    assert named["stdout"] == named["stderr"] == subprocess.DEVNULL
    assert named["stdin"] >= 0
    assert named["process_group"] == 0
