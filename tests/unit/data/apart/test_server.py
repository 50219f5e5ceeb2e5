"""What the reading process does with a connection, here without a fork: its limits, its answer."""

import json
import signal
import socket
from types import SimpleNamespace

import pytest

from heart.data.apart import client, parcel, server
from heart.errors import CohortError
from tests.support.canonical import ROW, file_of

pytestmark = pytest.mark.skipif(not client.IS_POSSIBLE, reason="no fork here")

TWO = file_of(ROW)


def request_of(content, *, kind="patients", **options):
    head = {"kind": kind, "options": options, "size": len(content), "seconds": 9.5, "n_bytes": 7}
    return json.dumps(head).encode() + b"\n" + content


def received(connection):
    with connection.makefile("rb") as stream:
        return parcel.unpack(stream.read())


def test_limits_are_of_time_and_of_memory_beyond_what_there_is(monkeypatch):
    import resource  # noqa: PLC0415  absent on Windows, as is fork

    calls = []
    status = "VmPeak:\t 9000 kB\nVmData:\t 1000 kB\nVmStk:\t 132 kB\n"
    files = {"/proc/self/status": SimpleNamespace(exists=lambda: True, read_text=lambda: status)}
    monkeypatch.setattr(server, "Path", files.get)
    for module, name in ((signal, "signal"), (signal, "setitimer"), (resource, "setrlimit")):
        monkeypatch.setattr(module, name, lambda *words, name=name: calls.append((name, *words)))
    server._limit(9.5, 10)
    assert calls == [
        ("signal", signal.SIGALRM, signal.SIG_DFL),
        ("setitimer", signal.ITIMER_REAL, 9.5),
        ("setrlimit", resource.RLIMIT_DATA, (1024 * 1000 + 10, 1024 * 1000 + 10)),
    ]


def test_where_the_system_does_not_say_its_memory_there_is_no_limit_of_it(monkeypatch):
    import resource  # noqa: PLC0415

    limits = []
    monkeypatch.setattr(server, "Path", lambda _: SimpleNamespace(exists=lambda: False))
    monkeypatch.setattr(signal, "setitimer", lambda *_: None)
    monkeypatch.setattr(resource, "setrlimit", lambda kind, _: limits.append(kind))
    server._limit(9.5, 10)
    assert limits == []


def test_answer_is_the_file_read_within_the_limits_that_were_asked_for(monkeypatch):
    limits = []
    monkeypatch.setattr(server, "_limit", lambda *words: limits.append(words))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(request_of(TWO) + ROW.encode())  # what follows the file is not of it
        server.answer(theirs)
        theirs.close()
        assert len(received(ours).frame) == 2
    assert limits == [(9.5, 7)]


@pytest.mark.parametrize(
    ("kind", "options", "n"),
    [("cohort", {"file_name": "a.csv"}, 2), ("patients", {}, 2), ("cohort", {}, 2)],
)
def test_file_is_read_as_what_it_is_asked_for(kind, options, n):
    result = parcel.unpack(server._read({"kind": kind, "options": options}, TWO))
    assert type(result).__name__.lower() == kind
    assert len(result.frame) == n


def test_refusal_want_of_memory_and_defect_are_three_answers(monkeypatch):
    def fail(_):
        raise KeyError("63")

    def want(_):
        raise MemoryError

    request = {"kind": "cohort", "options": {}}
    refused = parcel.unpack(server._read(request, b""))
    assert isinstance(refused, CohortError)
    assert "an empty file" in str(refused)
    monkeypatch.setitem(server.READERS, "cohort", want)
    assert server._read(request, TWO) == b""
    monkeypatch.setitem(server.READERS, "cohort", fail)
    line = fail.__code__.co_firstlineno + 1
    with pytest.raises(RuntimeError, match=rf"^KeyError in test_server\.py:{line}$"):
        parcel.unpack(server._read(request, TWO))
