"""A session's runs: numbered, bounded, discarded."""

from types import SimpleNamespace

import pytest
import torch

from heart.errors import SettingsError
from heart.experiments.runs import MAX_NOTE, Run
from heart.ui import session_runs
from heart.ui.session import Origin, Session
from heart.ui.session_runs import MAX_RUNS, SessionRun, SessionRuns

RUN = Run(**dict.fromkeys(Run._fields[:15], 0))


def made(floats=1):
    """A run whose model has so many weights."""
    network = SimpleNamespace(parameters=lambda: [torch.zeros(floats)])
    return SessionRun(RUN, SimpleNamespace(network=network))


def numbers(runs):
    return [entry.run.number for entry in runs.entries]


def test_numbers_rise_and_are_never_given_twice():
    runs = SessionRuns()
    for _ in range(3):
        runs.add(made())
    runs.discard(3)
    assert runs.shown == 2
    assert runs.add(made()).run.number == 4
    assert numbers(runs) == [1, 2, 4]
    assert runs.shown == 4


def test_oldest_run_goes_where_there_are_too_many():
    runs = SessionRuns()
    for _ in range(MAX_RUNS + 2):
        runs.add(made())
    assert numbers(runs) == list(range(3, MAX_RUNS + 3))
    assert runs.left_out == 2


def test_oldest_runs_go_where_their_weights_are_too_large_but_the_latest_stays(monkeypatch):
    monkeypatch.setattr(session_runs, "MAX_BYTES", 40)  # 10 weights
    runs = SessionRuns()
    for floats, left in ((4, [1]), (6, [1, 2]), (1, [2, 3]), (11, [4]), (1, [5])):
        runs.add(made(floats))
        assert numbers(runs) == left


def test_note_is_one_line_and_not_too_long():
    runs = SessionRuns()
    runs.add(made())
    runs.note(1, " better\n than run 3 ")
    assert runs.find(1).run.note == "better than run 3"
    runs.note(1, "x" * MAX_NOTE)
    with pytest.raises(SettingsError, match="200 characters"):
        runs.note(1, "x" * (MAX_NOTE + 1))
    assert runs.find(1).run.note == "x" * MAX_NOTE
    assert runs.find(2) is None


def test_cohorts_stay_while_a_run_or_the_model_in_use_learnt_from_them():
    session = Session()
    session.use(SimpleNamespace(data=SimpleNamespace(fingerprint="used")), Origin.TRAINED)
    for table in ("used", "run", "discarded"):
        session.note_cohort(SimpleNamespace(fingerprint=table))
        session.runs.add(made()._replace(run=RUN._replace(cohort_sha256=table)))
    session.runs.discard(3)
    session.runs.discard(1)
    session.note_cohort(SimpleNamespace(fingerprint="new"))
    assert set(session.trained_on) == {"used", "run", "new"}
