"""Who asks the reading process: what is sent, what silence means. No process is started here."""

import json
import socket
from types import SimpleNamespace

import pytest

from heart.data.apart import client, parcel
from heart.errors import CohortError
from tests.support.canonical import ROW, file_of

pytestmark = pytest.mark.skipif(not client.IS_POSSIBLE, reason="no fork here")

CONTENT = file_of(ROW)
READ = {
    "cohort": (client.read_cohort_apart, {"file_name": None, "dialect": "uci", "columns": None,
                                          "bad_rows": "leave out"}),
    "patients": (client.read_patients_apart, {"dialect": "uci", "columns": {"age": "#1"}}),
    "identifiers": (client.read_identifiers_apart, {"others": ["case"]}),
}  # fmt: skip


def call(kind):
    read, options = READ[kind]
    return read(CONTENT, *(["case"] if kind == "identifiers" else []), **options)


@pytest.mark.parametrize("kind", READ)
def test_without_fork_the_file_is_read_here(monkeypatch, kind):
    calls = []
    monkeypatch.setattr(client, "IS_POSSIBLE", False)
    monkeypatch.setattr(
        client, f"read_{kind}", lambda *words, **options: calls.append((words, options)) or "read"
    )
    monkeypatch.setattr(client._READING.forks, "prepare", None)
    assert call(kind) == "read"
    client.prepare()
    words = (CONTENT, "case") if kind == "identifiers" else (CONTENT,)
    assert calls == [(words, READ[kind][1])]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("cohort", READ["cohort"][1]),
        ("patients", READ["patients"][1]),
        ("identifiers", {"column": "case", "others": ["case"]}),
    ],
)
def test_all_options_are_sent(monkeypatch, kind, options):
    sent = []
    monkeypatch.setattr(client._READING, "read", lambda *words: sent.append(words))
    with pytest.raises(AssertionError):  # nothing is no cohort
        call(kind)
    assert sent == [(kind, CONTENT, options)]


class Asked(client._Reading):
    """Connects to a reading process that answers as it is told, or is silent."""

    def __init__(self, answer):
        super().__init__()
        self.forks = self
        self._answer = answer
        self.n_stopped, self._kept = 0, []

    def connect(self):
        ours, other = socket.socketpair()
        self._kept.append(other)
        if self._answer is not None:
            other.sendall(self._answer)
            other.shutdown(socket.SHUT_WR)
        return ours

    def stop(self):
        self.n_stopped += 1

    def close(self):
        """What was sent, as head and content."""
        (kept,) = self._kept
        with kept, kept.makefile("rb") as stream:
            return json.loads(stream.readline()), stream.read()


def test_request_is_a_line_about_the_file_and_its_bytes():
    reading = Asked(parcel.pack(CohortError("a", "b", "c")))
    with pytest.raises(CohortError, match=r"Expected a, but found b\. c"):
        reading.read("cohort", CONTENT, {"dialect": "uci"})
    head = {"kind": "cohort", "options": {"dialect": "uci"}, "size": len(CONTENT)}
    assert reading.close() == (head | {"seconds": 20.0, "n_bytes": 2**30}, CONTENT)
    assert reading.n_stopped == 0


def test_no_answer_is_a_file_that_needs_too_much():
    with pytest.raises(CohortError) as caught:
        Asked(b"").read("cohort", CONTENT, {})
    assert caught.value.expected == "a file that is read in 20 seconds and 1,024 MiB"


def test_silence_ends_the_process(monkeypatch):
    monkeypatch.setattr(client, "MAX_SECONDS", 0.02)
    monkeypatch.setattr(client, "PATIENCE", 0.0)
    reading = Asked(None)
    with pytest.raises(CohortError, match="without an answer"):
        reading.read("cohort", CONTENT, {})
    assert reading.n_stopped == 1


def test_readers_are_free_again_after_each_file(monkeypatch):
    monkeypatch.setattr(client, "MAX_SECONDS", 0.0)
    monkeypatch.setattr(client, "PATIENCE", 0.0)
    reading = Asked(b"")
    monkeypatch.setattr(Asked, "_ask", lambda *_: b"")
    for _ in range(client.MAX_READERS + 1):
        with pytest.raises(CohortError, match="without an answer"):
            reading.read("cohort", CONTENT, {})
    waits = []

    def wait(*, timeout):
        waits.append(timeout)

    monkeypatch.setattr(reading, "_slots", SimpleNamespace(acquire=wait))
    monkeypatch.setattr(client, "MAX_SECONDS", 20.0)
    monkeypatch.setattr(client, "PATIENCE", 15.0)
    with pytest.raises(CohortError, match="too many files at once"):
        reading.read("cohort", CONTENT, {})
    assert waits == [35.0]
