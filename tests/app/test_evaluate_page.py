"""The evaluate page: nothing long starts by itself; what was computed stays, for this cohort and
this visitor only.
"""

from dataclasses import replace

import pytest

from heart.config import RECIPES
from heart.experiments.cross_validation import Folds
from heart.experiments.hospitals import local_recalibration
from heart.experiments.leaderboard import run_leaderboard
from tests.support.visitor import go, press, said


@pytest.fixture
def quick(monkeypatch):
    """The same work with smaller networks, fewer folds and fewer resamples; counts how often the
    leaderboard was computed.
    """
    calls, plain = [], run_leaderboard
    for name, recipe in list(RECIPES.items()):
        monkeypatch.setitem(RECIPES, name, replace(recipe, members=2, max_epochs=8, patience=0))
    monkeypatch.setattr("heart.evaluation.intervals.RESAMPLES", 50)
    monkeypatch.setattr("heart.evaluation.curves.RESAMPLES", 20)
    monkeypatch.setitem(local_recalibration.__kwdefaults__, "draws", 5)

    def run(cohort, *, folds, **options):
        calls.append(folds.n_repeats)
        return plain(
            cohort,
            folds=Folds(3, 2),
            models=("default", "logistic regression", "class share alone"),
            **options,
        )

    monkeypatch.setattr("heart.ui.evaluate.run_leaderboard", run)
    return calls


def table_with(app, column):
    (found,) = (table.value for table in app.table if column in table.value.columns)
    return found


def test_nothing_long_starts_by_itself(visit, quick):
    app = visit("evaluate")
    assert [b.label for b in app.button][:3] == [
        "Judge all models",
        "Test at the other hospitals",
        "Compute the learning curve",
    ]
    assert not quick


def test_leaderboard_shows_every_model_with_intervals_and_is_computed_once(visit, quick):
    app = press(visit("evaluate"), "Judge all models")
    table = table_with(app, "Average precision")
    assert set(table.index) == {"default", "logistic regression", "class share alone"}
    assert table.loc["class share alone"].name == table.index[-1]
    assert "(" in table["Log-loss"].iloc[0]
    assert "Calibration" in said(app)
    assert "Subgroups" in said(app)
    app = go(go(app, "train"), "evaluate")
    assert set(table_with(app, "Average precision").index) == set(table.index)
    assert quick == [5]


@pytest.mark.usefixtures("quick")
def test_another_run_of_the_page_computes_nothing_again(visit, count_calls):
    names = ("leaderboard_table", "roc_table", "precision_recall_table", "subgroup_table")
    calls = count_calls("heart.ui.evaluate", *names, "compare_recalibrations")
    app = press(visit("evaluate"), "Judge all models")
    assert set(calls) == {*names, "compare_recalibrations"}
    calls.clear()
    app.run()
    assert calls == []


def test_results_belong_to_their_cohort(visit, quick):
    app = press(visit("evaluate"), "Judge all models")
    app = app.multiselect[0].set_value(["hungary"]).run()
    assert "Judge all models" in [b.label for b in app.button]
    app = app.multiselect[0].set_value(["cleveland"]).run()
    assert "Judge all models" not in [b.label for b in app.button]
    assert len(quick) == 1


def test_results_belong_to_their_visitor_and_subgroups_sum_to_the_cohort(visit, quick):
    app = press(visit("evaluate"), "Judge all models")
    assert "Judge all models" in [b.label for b in visit("evaluate").button]
    assert len(quick) == 1
    patients = table_with(app, "Expected")["Patients"].astype(int)
    assert patients["all"] == 303
    assert patients["female"] + patients["male"] == 303


def test_other_hospitals_are_shown_with_what_they_lack(visit, quick):
    app = press(visit("evaluate"), "Test at the other hospitals")
    table = table_with(app, "1989")
    hungary = [
        row
        for place, row in table.iterrows()
        if place[0].startswith("Budapest") or "ungar" in place[0]
    ]
    assert len(hungary) == 2
    assert {row["1989"] for row in hungary} == {"0.77"}
    assert "ca" in hungary[0]["lacks"]
    assert not quick


def test_recalibration_goes_into_the_model_and_back_out(visit):
    app = visit("evaluate")
    table = table_with(app, "Slope (1 is right)")
    assert table.index.tolist() == ["None", "Temperature", "Platt"]
    assert "needs 1,000 patients; these are 242" in said(app)
    app = app.radio[0].set_value("platt").run()
    app = press(app, "Use this recalibration in the model")
    assert "recalibrated" in said(app)
    app = go(app, "bundle")
    assert "Platt" in app.table[0].value.loc["Recalibration"].item()
    app = go(app, "threshold")
    assert "Threshold **33\u00a0%**" in said(app)
    app = go(app, "evaluate")
    assert app.radio[0].value == "platt"
