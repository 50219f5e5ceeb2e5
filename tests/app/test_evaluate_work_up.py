"""The evaluate page's work-up: computed when asked for, reordered without training anew."""

from dataclasses import replace

import pandas as pd
import pytest

from heart.bundle import load_bundle
from heart.config import RECIPES
from heart.evaluation.fees import STEPS
from heart.experiments.cross_validation import Folds
from heart.experiments.work_up import HELPS, MAY_HELP, NOTHING, UNTOLD, fit_work_up
from heart.paths import SHIPPED_BUNDLE
from heart.ui.evaluate_work_up import describe_steps
from heart.ui.session import Origin, Session
from tests.support.visitor import go, press, said

TITLES = [step.title for step in STEPS.values()]


@pytest.fixture
def computed(visit, monkeypatch):
    """The page after the button, with small networks; and how often it was trained."""
    calls = []
    small = replace(RECIPES["default"], members=1, hidden=(8,), max_epochs=8, patience=0)

    def quick(cohort, settings, *, folds, **options):
        calls.append(folds)
        return fit_work_up(cohort, settings, folds=Folds(3, 1), **options)

    monkeypatch.setattr("heart.ui.evaluate_work_up.fit_work_up", quick)
    session, app = Session(), visit()
    session.use(replace(load_bundle(SHIPPED_BUNDLE), settings=small), Origin.LOADED)
    app.session_state["heart"] = session
    return press(go(app, "evaluate"), "Compute the work-up"), calls


def steps_of(app):
    (table,) = (table.value for table in app.table if "so far" in table.value.columns)
    return table


def test_steps_are_told_with_cost_and_verdict(computed):
    app, calls = computed
    table = steps_of(app)
    assert calls == [Folds(10, 2)]
    assert list(table.index) == ["Nothing known", *(f"{i} · {t}" for i, t in enumerate(TITLES, 1))]
    assert table["so far"].iloc[-1] == "323.97"
    assert table.loc["6 · Thallium scan", "dollars"] == "1.00"
    assert table.loc["7 · Fluoroscopy", "known of"] == "99\u00a0%"
    assert set(table["verdict"]) <= {"–", HELPS, MAY_HELP, NOTHING}


def test_reordered_steps_train_nothing_anew(computed):
    app, calls = computed
    app.multiselect(key="work_up_steps").set_value(["thallium", "exercise"]).run()
    table = steps_of(app)
    assert table["dollars"].tolist() == ["–", "102.90", "90.30"]
    assert len(calls) == 1
    app.multiselect(key="work_up_steps").set_value([]).run()
    assert "Choose at least one step" in said(app)


def test_words_say_which_steps_buy_nothing():
    steps = [("Nothing known", 0.0, None), ("A", 1.0, HELPS), ("B", 2.0, NOTHING)]
    steps += [("C", 3.5, NOTHING), ("D", 1.0, MAY_HELP)]
    table = pd.DataFrame(steps, columns=["step", "cost", "verdict"])
    assert "**B and C buy nothing** that these patients show, for 5.50 dollars." in describe_steps(
        table
    )
    assert "D may help" in describe_steps(table)
    untold = table.assign(verdict=[None, HELPS, HELPS, HELPS, UNTOLD])
    assert describe_steps(untold).startswith("Of D nothing can be told")
    assert describe_steps(table[:3]).startswith("In this order **B buys nothing**")
    assert (
        describe_steps(table[:2])
        == "Every step lowers the log-loss, by intervals that stay above 0."
    )
