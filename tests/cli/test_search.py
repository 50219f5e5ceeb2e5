"""`search`: settings tried, and what the best is worth."""

import json

import pytest

pytest.importorskip("optuna", reason="the search needs requirements-search.txt")

from heart.bundle import load_bundle
from heart.config import RECIPES
from heart.experiments import search as module
from tests.support.running import answer, run


@pytest.fixture
def quick(monkeypatch):
    """Each setting's loss is its weight decay; nothing is trained for it."""
    monkeypatch.setattr(module, "_judge", lambda _, task: task[0].weight_decay)
    figures = module.Figure(0.01, -0.02, 0.04)
    monkeypatch.setattr(module, "_compare", lambda *_: module.Worth(0.36, 0.35, figures))


@pytest.mark.usefixtures("quick")
def test_best_settings_become_a_bundle_and_a_search_goes_on(tmp_path):
    path, storage = tmp_path / "found.joblib", tmp_path / "found.db"
    words = ["search", "--folds", "2", "--repeats", "1", "--storage", storage]
    first = answer(*words, "--trials", "3")
    found = answer(*words, "--trials", "5", "--out", path)
    assert (first["tried"], found["tried"]) == (3, 5)
    assert found["history"][:3] == first["history"]
    assert found["history"][0]["weight_decay"] == RECIPES["default"].weight_decay
    assert found["untouched"] == {"base": 0.36, "best": 0.35, "gain": [0.01, -0.02, 0.04]}
    best = min(entry["weight_decay"] for entry in found["history"])
    assert found["written"] == str(path)
    assert answer("runs")["runs"][-1]["run"] == found["run"]
    assert found["settings"]["weight_decay"] == best
    assert load_bundle(path).settings.weight_decay == best
    assert json.dumps(found)


@pytest.mark.usefixtures("quick")
def test_search_that_was_ended_in_the_middle_ends_at_all_of_them(tmp_path, monkeypatch):
    words = ["search", "--folds", "2", "--repeats", "1", "--trials", "4"]
    words += ["--storage", tmp_path / "found.db"]
    judge, judged = module._judge, []

    def die_at_third(shared, task):
        judged.append(task)
        if len(judged) == 3:
            raise KeyboardInterrupt
        return judge(shared, task)

    monkeypatch.setattr(module, "_judge", die_at_third)
    with pytest.raises(KeyboardInterrupt):
        run(*words)
    monkeypatch.setattr("heart.commands.search.on_terminal", lambda show: show)
    status, out, err = run(*words)
    assert status == 0
    assert "tried: 4\n" in out
    assert [line.strip() for line in err.split("\r") if line] == [
        "settings, the last kept: 75%",
        "settings, the last kept: 100%",
    ]


def test_what_cannot_be_searched_is_refused_before_anything_is_read():
    for words in (["--folds", "1"], ["--repeats", "51"], ["--trials", "1"]):
        status, out, err = run("search", *words)
        assert (status, out) == (2, "")
        assert "Choose" in err
