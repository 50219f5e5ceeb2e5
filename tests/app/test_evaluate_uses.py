"""The evaluate page's account of what the model in use uses."""

from dataclasses import replace

import pytest

import heart.explain.uses
from heart.experiments.cross_validation import Folds
from heart.ui.evaluate_uses import CURVES, describe_figures
from tests.support.running import answer
from tests.support.visitor import press, said

feature_importance = heart.explain.uses.feature_importance


@pytest.fixture
def quick(monkeypatch):
    """Small networks in few folds, few patients; everything else as it is."""

    def smaller(features, y_true, settings, *, folds, **options):
        assert folds.n_repeats == 2
        small = replace(settings, members=1, hidden=(8,), max_epochs=8, patience=0)
        return feature_importance(features, y_true, small, folds=Folds(3, 1), **options)

    monkeypatch.setattr("heart.explain.uses.feature_importance", smaller)
    monkeypatch.setattr("heart.explain.uses.MOST_AVERAGED", 20)
    monkeypatch.setitem(heart.explain.overall.MOST_EXPLAINED, "masked", 2)


@pytest.mark.usefixtures("quick")
def test_importance_contributions_and_a_curve_for_each_feature_are_shown(visit):
    app = visit("evaluate")
    text = said(app)
    assert "242 train and valid patients" in text
    assert "61 of its test patients" in text
    assert "`python scripts/store_evaluation.py` and stored with the app" in text
    assert "partial dependence" not in text, "folded away"
    app.session_state[CURVES] = True
    app = press(app, "Compute it again")
    text = said(app)
    assert "coded as not known, which this recipe has learnt to read" in text
    assert "2 of its test patients" in text
    assert "over 20 patients of its cohort" in text
    assert "not a cause" in text
    for title in ("Age (years)", "Chest pain", "Thallium scan", "Major vessels coloured"):
        assert f"**{title}**" in text
    kept = app.session_state["heart"].kept("uses", app.session_state["heart"].bundle)
    importance = kept.importance._replace(how="permuted")
    assert "exchange their values" in describe_figures(kept._replace(importance=importance))


@pytest.mark.usefixtures("quick")
def test_command_tells_the_same_in_plain_values():
    told = answer("uses")
    assert (told["cohort"], told["taken_away"], told["n"]) == ("cleveland", "hidden", 242)
    assert {row["feature"] for row in told["features"]} == {
        row["feature"] for row in told["curves"]
    }
    assert {"importance", "low", "high", "contribution"} <= set(told["features"][0])
    assert [row["number"] for row in told["curves"] if row["words"] == "not known"] == [None] * 13
