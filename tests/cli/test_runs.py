"""`runs`: what `train` writes down, and what is done with it."""

import json
import sqlite3

import pytest

from heart.bundle import load_bundle
from heart.bundle.storage import fingerprint_of
from heart.experiments.runs import Run
from heart.paths import user_runs
from tests.support.running import SMALL, answer, run


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A state folder in which two trainings are written down; its file, and the models."""
    folder = tmp_path_factory.mktemp("runs")
    models = [folder / f"{seed}.joblib" for seed in (7, 8)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder))
        for seed, model in zip((7, 8), models, strict=True):
            told = answer("train", "--out", model, *SMALL, "--random-state", seed)
            assert told["run"] == seed - 6
        return user_runs(), models


@pytest.fixture
def state(trained, tmp_path, monkeypatch):
    """A copy of that state, to be changed; the file of runs in it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    file = user_runs()
    file.parent.mkdir()
    file.write_bytes(trained[0].read_bytes())
    return file


def test_every_training_is_listed_with_the_figures_of_its_model(state, trained):
    told = answer("runs")
    assert told["file"] == str(state)
    for row, file in zip(told["runs"], trained[1], strict=True):
        bundle = load_bundle(file)
        figures = bundle.metrics["test"]["figures"]
        assert [row["auc"], row["auc_low"], row["auc_high"]] == figures["roc_auc"]
        assert (row["log_loss"], row["recall"]) == (figures["log_loss"][0], figures["recall"][0])
        assert (row["made"], row["written"]) == (bundle.created_at, str(file))
        shown = answer("runs", "show", row["run"])
        assert shown["fingerprint"] == fingerprint_of(bundle)
        assert shown["settings"] == bundle.settings.as_dict()
        assert shown["metrics"] == bundle.metrics
        assert [epoch["epoch"] for epoch in shown["history"]] == [1, 2, 3]
    assert told["runs"][0]["changed"] == "members 2; most epochs 3; random state 7"


@pytest.mark.usefixtures("state")
def test_list_is_sorted_by_what_is_asked_for():
    by = {
        name: [row["run"] for row in answer("runs", "--sort", name)["runs"]]
        for name in ("run", "auc", "log_loss")
    }
    losses = {row["run"]: row["log_loss"] for row in answer("runs")["runs"]}
    areas = {row["run"]: row["auc"] for row in answer("runs")["runs"]}
    assert by["run"] == [1, 2]
    assert by["log_loss"] == sorted(losses, key=losses.get)
    assert by["auc"] == sorted(areas, key=areas.get, reverse=True)


@pytest.mark.usefixtures("state")
def test_note_is_written_shown_and_replaced():
    answer("runs", "note", 2, "wider,  by =1+1 half")
    assert [row["note"] for row in answer("runs")["runs"]] == ["", "wider, by =1+1 half"]
    answer("runs", "note", 2, "")
    assert answer("runs", "show", 2)["note"] == ""
    status, _, err = run("runs", "note", 2, "x" * 201)
    assert (status, "at most 200 characters" in err) == (2, True)


@pytest.mark.usefixtures("state")
def test_deleting_asks_and_forgets_all_or_none():
    status, _, err = run("runs", "delete", 1)
    assert (status, "Nothing was forgotten." in err) == (2, True)
    status, _, err = run("runs", "delete", 1, 9, "--yes")
    assert (status, "found 9" in err) == (2, True)
    assert len(answer("runs")["runs"]) == 2
    answer("runs", "delete", 1, "--yes")
    assert [row["run"] for row in answer("runs")["runs"]] == [2]
    assert run("runs", "show", 1)[0] == 2


def test_file_is_its_owners_alone_and_holds_no_patient(trained):
    file, _ = trained
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        columns = [column[1] for column in connection.execute("PRAGMA table_info(runs)")]
        rows = connection.execute("SELECT settings, metrics, history FROM runs").fetchall()
    connection.close()
    assert columns == list(Run._fields)
    assert max(_lengths([json.loads(cell) for row in rows for cell in row])) <= 6


def _lengths(value):
    """Of every list: one with an entry a patient would have 49 or more."""
    if isinstance(value, list):
        yield len(value)
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, list | dict):
            yield from _lengths(inner)


@pytest.mark.parametrize("content", [b"no database at all, but long enough" * 40, "cut"])
def test_broken_file_is_told_and_a_training_is_not_lost_by_it(state, content, tmp_path):
    state.write_bytes(state.read_bytes()[:5000] if content == "cut" else content)
    before = state.read_bytes()
    status, out, err = run("runs")
    assert (status, out) == (2, "")
    assert f"a file of runs, {state}" in err
    assert "Move it away" in err
    status, out, err = run("train", "--out", tmp_path / "mine.joblib", *SMALL, "--json")
    assert (status, json.loads(out)["run"]) == (0, None)
    assert "This run was not written down" in err
    assert load_bundle(tmp_path / "mine.joblib").epochs_run == 3
    assert state.read_bytes() == before


def test_training_goes_on_where_nothing_can_be_written_down(tmp_path, monkeypatch):
    (tmp_path / "state").write_text("a file where a folder should be")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    status, out, err = run("train", "--out", tmp_path / "mine.joblib", *SMALL, "--json")
    assert (status, json.loads(out)["run"]) == (0, None)
    assert "This run was not written down" in err
    assert (tmp_path / "mine.joblib").exists()


def test_list_is_empty_before_the_first_training_and_makes_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert answer("runs")["runs"] == []
    assert run("runs", "delete", 1, "--yes")[0] == 2
    assert list(tmp_path.iterdir()) == []
