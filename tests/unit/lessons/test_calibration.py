"""The lesson on calibration: what is too sure, what a temperature changes, and what it cannot."""

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.metrics import log_loss, roc_auc_score

from heart.errors import SettingsError
from heart.evaluation.calibration import calibration_of
from heart.evaluation.figures import Figure
from heart.evaluation.out_of_fold import OutOfFold
from heart.lessons.calibration import (
    MODELS,
    TEMPERATURES,
    best_temperature,
    fitted_temperature,
    gain_of_temperature,
    model_settings,
    predict_unseen,
    temper,
    temperature_table,
    verdict_of,
)
from heart.lessons.exercises import EXERCISES, calibration

RNG = np.random.default_rng(0)
TRUTH = RNG.normal(0, 1.5, 4_000)
OUTCOME = (RNG.random(4_000) < expit(TRUTH)).astype(np.int64)
"""Patients whose log-odds are known."""


@pytest.fixture(scope="module")
def unseen():
    """Outcomes and probabilities of each network, seed 0, in fewer folds than the lesson has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("heart.lessons.calibration.N_FOLDS", 4)
        predictions = {name: predict_unseen(name, random_state=0) for name in MODELS}
    return {name: (each.y_true, each.y_score[0]) for name, each in predictions.items()}


def test_slope_is_by_how_much_the_log_odds_were_stretched_and_its_interval_holds_that():
    for stretched in (0.5, 1.0, 3.0):
        value, low, high = calibration_of(OUTCOME, expit(TRUTH * stretched)).slope
        assert low < 1 / stretched < high
        assert value == pytest.approx(1 / stretched, rel=0.08)


def test_interval_of_the_slope_is_as_wide_as_resamples_say():
    rows = np.random.default_rng(1).integers(0, 300, (300, 300))
    y_true, y_score = OUTCOME[:300], expit(TRUTH[:300] * 2)
    slopes = [calibration_of(y_true[each], y_score[each]).slope.value for each in rows]
    _, low, high = calibration_of(y_true, y_score).slope
    assert high - low == pytest.approx(2 * 1.96 * np.std(slopes), rel=0.25)


@pytest.mark.parametrize(
    ("slope", "verdict"),
    [
        (Figure(0.9, 0.8, 0.99), "too sure"),
        (Figure(1.1, 1.01, 1.2), "too timid"),
        (Figure(0.9, 0.8, 1.0), "cannot be told"),
        (Figure(1.1, 1.0, 1.2), "cannot be told"),
    ],
)
def test_verdict_needs_an_interval_without_1(slope, verdict):
    assert verdict_of(slope) == verdict


def test_by_heart_is_too_sure_and_stopped_too_soon_too_timid(unseen):
    verdicts = {name: verdict_of(calibration_of(*each).slope) for name, each in unseen.items()}
    assert verdicts["learnt by heart"] == "too sure"
    assert verdicts["stopped too soon"] == "too timid"
    assert verdicts["held back"] == "cannot be told"


def test_temperature_divides_the_log_odds_and_keeps_the_order(unseen):
    y_true, y_score = unseen["learnt by heart"]
    np.testing.assert_allclose(logit(temper(y_score, 2.0)), logit(y_score) / 2, atol=1e-9)
    table = temperature_table(y_true, y_score)
    assert table["temperature"].tolist() == list(TEMPERATURES)
    assert table["roc_auc"].tolist() == pytest.approx([roc_auc_score(y_true, y_score)] * 9)
    assert table["log_loss"].iloc[4] == pytest.approx(log_loss(y_true, y_score), abs=1e-6)
    assert table["log_loss"].max() > 2 * table["log_loss"].min()


def test_fitted_temperature_is_the_least_of_the_losses(unseen):
    y_true, y_score = unseen["learnt by heart"]
    best = fitted_temperature(y_true, y_score)
    least = log_loss(y_true, temper(y_score, best))
    assert all(log_loss(y_true, temper(y_score, best * by)) > least for by in (0.97, 1.03))
    assert best_temperature(temperature_table(y_true, y_score)) > 1


def test_temperature_of_other_folds_mends_what_was_learnt_by_heart_and_nothing_else(unseen):
    gains = {}
    for name in MODELS:
        y_true, y_score = unseen[name]
        fold = np.arange(len(y_true)) % 10
        gains[name] = gain_of_temperature(OutOfFold(y_true, y_score[None], fold[None], 0.0))
    assert gains["learnt by heart"].high < 0
    assert gains["stopped too soon"].high < 0
    assert gains["held back"].high > 0


def test_exercise_follows_the_losses(monkeypatch, unseen):
    table = temperature_table(*unseen[calibration.MODEL])
    best = best_temperature(table)
    options = EXERCISES["calibration"].kind.options
    monkeypatch.setattr(calibration, "table", lambda: table)
    verdicts = {float(each): EXERCISES["calibration"].check(each) for each in options}
    assert [each for each, verdict in verdicts.items() if verdict.right] == [best]
    assert "too sure" in verdicts[0.25].why
    assert "too timid" in verdicts[4.0].why


def test_unknown_network_is_refused():
    with pytest.raises(SettingsError, match="a network"):
        model_settings("asleep", random_state=0)
