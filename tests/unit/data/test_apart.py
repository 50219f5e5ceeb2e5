"""Files of strangers are read in another process: the answer is the same, and the process can be
stopped, by time, by memory, or by accident.
"""

import os
import signal

import pandas as pd
import pytest

from heart.data import read_cohort, read_patients
from heart.data.apart import client, parcel
from heart.errors import BadCellsError, CohortError, DialectError
from tests.support import dialects as d
from tests.support.files import few_new, with_bad_cell
from tests.support.hostile import FILES
from tests.support.hostile_files import GOOD, HEAD, conflicts

pytestmark = pytest.mark.skipif(not client.IS_POSSIBLE, reason="no fork here")

CLEVELAND = d.uci(d.cleveland())
LARGE = HEAD.encode() + GOOD.encode() * 5000
READABLE = {
    "invented values": d.kaggle_918(d.fill_by_class(d.distinct_918())[0]),
    "contradicting twins": d.tutorial(d.cleveland()),
    "conflicts": conflicts(40_000),
    "odd names": d.write(d.kaggle_303(d.cleveland()).rename(columns={"trestbps": "rbp"})),
}


def travelled(result):
    return parcel.unpack(parcel.pack(result))


@pytest.mark.parametrize("name", READABLE)
def test_cohort_arrives_as_it_was_sent(name):
    cohort = read_cohort(READABLE[name])
    other = travelled(cohort)
    pd.testing.assert_frame_equal(cohort.frame, other.frame, check_exact=True)
    assert (cohort.name, cohort.source, cohort.report) == (other.name, other.source, other.report)
    assert type(cohort.report.changes[0]) is type(other.report.changes[0])


@pytest.mark.parametrize("name", [*READABLE, "no target", "one short row", "1e308"])
def test_patients_arrive_as_they_were_sent(name):
    patients = read_patients(READABLE[name] if name in READABLE else FILES[name][0])
    other = travelled(patients)
    pd.testing.assert_frame_equal(patients.frame, other.frame, check_exact=True)
    assert (patients.errors, patients.report) == (other.errors, other.report)
    assert (patients.num is None) == (other.num is None)
    if patients.num is not None:
        pd.testing.assert_series_equal(patients.num, other.num)


def refusal(read, content):
    with pytest.raises(CohortError) as caught:
        read(content)
    return caught.value


@pytest.mark.parametrize(
    ("content", "kind"),
    [(few_new(), DialectError), (with_bad_cell(), BadCellsError), (b"", CohortError)],
)
def test_refusal_arrives_as_it_was_sent(content, kind):
    here, there = refusal(read_cohort, content), refusal(client.read_cohort_apart, content)
    assert type(here) is type(there) is kind
    assert vars(here) == vars(there)


def test_file_is_read_by_another_process(monkeypatch):
    expected = read_patients(CLEVELAND).frame
    monkeypatch.setattr("heart.data.read.open_table", None)
    pd.testing.assert_frame_equal(client.read_patients_apart(CLEVELAND).frame, expected)


@pytest.mark.parametrize(("limit", "value"), [("MAX_SECONDS", 0.01), ("MAX_MEMORY", 2**20)])
def test_file_that_needs_more_than_the_limit_is_refused_and_the_next_one_read(
    monkeypatch, limit, value
):
    with monkeypatch.context() as patch:
        patch.setattr(client, limit, value)
        assert "seconds and" in str(refusal(client.read_cohort_apart, LARGE))
    assert client.read_cohort_apart(CLEVELAND).n == 303


def test_process_that_was_killed_is_started_again():
    client.prepare()
    os.kill(client._READING.forks._running.process.pid, signal.SIGKILL)
    client._READING.forks._running.process.wait()
    assert client.read_cohort_apart(CLEVELAND).n == 303


def test_process_that_hangs_is_replaced(monkeypatch):
    client.prepare()
    os.kill(client._READING.forks._running.process.pid, signal.SIGSTOP)
    with monkeypatch.context() as patch:
        patch.setattr(client, "MAX_SECONDS", 0.1)
        patch.setattr(client, "PATIENCE", 0.1)
        assert "seconds and" in str(refusal(client.read_cohort_apart, CLEVELAND))
    assert client.read_cohort_apart(CLEVELAND).n == 303


def test_too_many_files_at_once_are_an_honest_busy(monkeypatch):
    monkeypatch.setattr(client, "MAX_SECONDS", 0.01)
    monkeypatch.setattr(client, "PATIENCE", 0.0)
    for _ in range(client.MAX_READERS):
        client._READING._slots.acquire()
    try:
        assert "too many files at once" in str(refusal(client.read_cohort_apart, CLEVELAND))
    finally:
        for _ in range(client.MAX_READERS):
            client._READING._slots.release()


def test_defect_of_ours_is_loud_and_says_no_value():
    with pytest.raises(RuntimeError, match=r"^KeyError in a\.py:3$"):
        parcel.unpack(parcel.pack_defect("KeyError in a.py:3"))


def test_reading_process_imports_what_reading_needs():
    from imports import loaded_with, read_modules  # noqa: PLC0415

    loaded = loaded_with(read_modules(), "heart.data.apart.server")
    assert not loaded & {"torch", "sklearn", "streamlit", "altair"}
    assert not [name for name in loaded if name.startswith(("heart.ui", "heart.model"))]
