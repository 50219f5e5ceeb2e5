"""What a forking process does with the connections that it is handed, here without a fork."""

import contextlib
import os
import signal
import socket
import sys
from types import SimpleNamespace

import pytest

from heart.apart import forks, serving

pytestmark = pytest.mark.skipif(not forks.IS_POSSIBLE, reason="no fork here")


class EndedError(BaseException):
    """The process would have ended here."""


@pytest.fixture(autouse=True)
def calls(monkeypatch):
    """What serving does to the whole process is only told; its end is an exception."""
    import resource  # noqa: PLC0415  absent on Windows, as is fork

    told = []

    def end(status):
        raise EndedError(status)

    monkeypatch.setattr(os, "_exit", end)
    monkeypatch.setattr(signal, "signal", lambda *words: told.append(words))
    monkeypatch.setattr(serving.gc, "freeze", lambda: told.append("freeze"))
    monkeypatch.setattr(os, "nice", lambda n: told.append(("nice", n)))
    monkeypatch.setattr(resource, "setrlimit", lambda *words: told.append(words))
    return told


@contextlib.contextmanager
def arriving(monkeypatch, *connections):
    """Standard input is a socket on which these connections have arrived, and no other will."""
    ours, theirs = socket.socketpair()
    with ours:
        for connection in connections:
            socket.send_fds(ours, [b"+"], [connection.fileno()])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(fileno=theirs.detach))
    yield


def test_serving_process_forks_keeps_no_connection_and_ends_with_its_asker(monkeypatch, calls):
    children = []
    monkeypatch.setattr(os, "fork", lambda: children.append(calls[:]) or 4711)
    ours, theirs = socket.socketpair()
    with ours, arriving(monkeypatch, theirs, theirs):
        theirs.close()
        serving.serve(lambda _: None, nice=3)
        assert ours.recv(1) == b""  # nobody holds the other end
    # only after the collector was told to leave alone what is there, for the children's sake
    assert children == [[(signal.SIGCHLD, signal.SIG_IGN), "freeze"]] * 2


def test_child_stands_back_leaves_no_core_answers_and_ends(monkeypatch, calls):
    import resource  # noqa: PLC0415

    def answer(connection):
        calls.append(connection.recv(9))

    monkeypatch.setattr(os, "fork", lambda: 0)
    ours, theirs = socket.socketpair()
    with ours, theirs, arriving(monkeypatch, theirs):
        ours.sendall(b"request")
        with pytest.raises(EndedError) as ended:
            serving.serve(answer, nice=3)
    assert ended.value.args == (0,)
    assert calls[2:] == [("nice", 3), (resource.RLIMIT_CORE, (0, 0)), b"request"]


def test_answer_that_fails_ends_in_silence(monkeypatch):
    def answer(connection):  # noqa: ARG001
        raise KeyError("63")

    monkeypatch.setattr(os, "fork", lambda: 0)
    ours, theirs = socket.socketpair()
    with ours, arriving(monkeypatch, theirs):
        theirs.close()
        with pytest.raises(EndedError):
            serving.serve(answer, nice=3)


def test_defect_is_told_by_its_kind_and_place():
    def fail():
        raise KeyError("63")

    line = fail.__code__.co_firstlineno + 1
    with pytest.raises(KeyError) as caught:
        fail()
    assert serving.describe_defect(caught.value) == f"KeyError in test_serving.py:{line}"
