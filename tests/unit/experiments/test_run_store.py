"""A file of runs: what goes in comes out, two writers wait in turn, another file is left alone."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from heart.errors import RunsError
from heart.experiments import run_store
from heart.experiments.run_store import VERSION, RunStore
from heart.experiments.runs import describe_run


@pytest.fixture
def run(experiment):
    return describe_run(experiment, seconds=1.5, written="mine.joblib")


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "state" / "runs.sqlite3")


def execute(store, command):
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute(command)


def test_run_comes_out_as_it_went_in(store, run):
    assert store.add(run) == run._replace(number=1)
    assert store.read() == (run._replace(number=1),)


def test_number_of_a_deleted_run_is_not_given_again(store, run):
    for _ in range(2):
        store.add(run)
    store.delete(2)
    assert store.add(run).number == 3


def test_writers_at_once_wait_in_turn(store, run):
    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(lambda _: store.add(run).number, range(24)))
    assert sorted(added) == list(range(1, 25))
    assert len(store.read()) == 24


def test_writer_that_waited_too_long_hears_of_the_other(store, run, monkeypatch):
    store.add(run)
    monkeypatch.setattr(run_store, "PATIENCE_S", 0.0)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RunsError, match="another process that has been writing"):
            store.add(run)
        other.execute("ROLLBACK")
    assert store.add(run).number == 2


@pytest.mark.parametrize(
    ("command", "found"),
    [
        (f"PRAGMA user_version = {VERSION + 1}", "A newer Heart wrote them"),
        ("PRAGMA application_id = 7", "another program's database"),
        ("UPDATE runs SET history = '[[1]]'", "a damaged record of run 1"),
        ("UPDATE runs SET metrics = '{}'", "a damaged record of run 1"),
        ("UPDATE runs SET settings = 'null'", "a damaged record of run 1"),
        ("DROP TABLE runs", "no such table"),
    ],
)
def test_what_is_not_such_a_file_is_refused_with_its_reason(store, run, command, found):
    store.add(run)
    execute(store, command)
    with pytest.raises(RunsError, match=found):
        store.read()


def test_empty_file_is_one_without_runs(store, run):
    store.path.parent.mkdir()
    store.path.touch()
    assert store.read() == ()
    assert store.add(run).number == 1


def test_record_that_cannot_be_written_leaves_the_others(store, run):
    store.add(run)
    with pytest.raises(RunsError, match="NOT NULL"):
        store.add(run._replace(name=None))
    assert len(store.read()) == 1
