"""Recalibration: simulated distortions are undone, scikit-learn's own calibrators agree, and
bundles carry the map.
"""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import log_loss

from heart.bundle import load_bundle, serialise_bundle
from heart.errors import SettingsError
from heart.evaluation.calibration import calibration_of
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.recalibration import (
    MAX_KNOTS,
    METHODS,
    MIN_GAP,
    MIN_ISOTONIC,
    Recalibration,
    advise_against,
    compare_recalibrations,
    fit_recalibration,
    recalibrate_folds,
)
from heart.experiments.run import recalibrate
from heart.schema import EXAMPLE_PATIENT
from heart.scoring.patient import predict_patient


def simulate(n, slope=1.0, intercept=0.0, seed=0):
    """Outcomes of known probabilities, and the distorted ones that a model might give."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, n)
    y_true = (rng.random(n) < expit(logits)).astype(np.int64)
    return y_true, expit((logits - intercept) / slope)


class Passing(ClassifierMixin, BaseEstimator):
    """Hands log-odds through, so that scikit-learn's calibrators can be compared."""

    def __init__(self):
        self.classes_ = np.array([0, 1])
        self.n_features_in_ = 1

    def fit(self, X, y):  # noqa: ARG002
        return self

    def decision_function(self, X):
        return X[:, 0]

    def predict(self, X):
        return (X[:, 0] > 0).astype(int)


@pytest.mark.parametrize(("slope", "intercept"), [(0.5, 0.0), (2.0, 0.8), (1.0, -1.2)])
def test_platt_undoes_a_known_distortion(slope, intercept):
    y_true, y_score = simulate(60_000, slope, intercept)
    fitted = fit_recalibration("platt", y_true, y_score)
    assert fitted.slope == pytest.approx(slope, rel=0.04)
    assert fitted.intercept == pytest.approx(intercept, abs=0.04)
    found = calibration_of(y_true, fitted.apply(y_score))
    assert (found.intercept.value, found.slope.value) == pytest.approx((0, 1), abs=1e-4)


def test_temperature_is_scikit_learns():
    y_true, y_score = simulate(400, slope=0.6)
    theirs = CalibratedClassifierCV(FrozenEstimator(Passing()), method="temperature").fit(
        logit(y_score)[:, None], y_true
    )
    ours = fit_recalibration("temperature", y_true, y_score)
    assert ours.intercept == 0
    assert ours.apply(y_score) == pytest.approx(
        theirs.predict_proba(logit(y_score)[:, None])[:, 1], abs=1e-3
    )


def test_platt_is_close_to_scikit_learns_which_smooths_the_labels():
    y_true, y_score = simulate(3_000, slope=0.6, intercept=0.5)
    theirs = CalibratedClassifierCV(FrozenEstimator(Passing()), method="sigmoid").fit(
        logit(y_score)[:, None], y_true
    )
    ours = fit_recalibration("platt", y_true, y_score)
    assert ours.apply(y_score) == pytest.approx(
        theirs.predict_proba(logit(y_score)[:, None])[:, 1], abs=0.01
    )


@pytest.mark.parametrize("method", sorted(set(METHODS) - {"none"}))
def test_recalibration_lowers_the_log_loss_of_a_distorted_model_on_other_patients(method):
    fitted = fit_recalibration(method, *simulate(4_000, 0.4, 0.7))
    y_true, y_score = simulate(4_000, 0.4, 0.7, seed=1)
    assert log_loss(y_true, fitted.apply(y_score)) < log_loss(y_true, y_score) - 0.05


@pytest.mark.parametrize("method", sorted(METHODS))
def test_recalibration_keeps_the_order_and_stays_between_0_and_1(method):
    fitted = fit_recalibration(method, *simulate(2_000, 0.5, 0.3))
    after = fitted.apply(np.linspace(0, 1, 501))
    assert (np.diff(after) >= 0).all()
    assert ((after >= 0) & (after <= 1)).all()


@pytest.mark.parametrize("gap", [MIN_GAP, 1e-15, 1e-9, 0.5])
@pytest.mark.parametrize("start", [0.0, 1e-300, 1e-12, 1e-3])
def test_steep_isotonic_steps_give_probabilities_between_their_ends(gap, start):
    steps = Recalibration("isotonic", knots=((start, 0.1), (start + gap, 0.9), (1.0, 0.95)))
    if start + gap - start < MIN_GAP:
        pytest.skip("no such number")
    near = [np.nextafter(p, end) for p in (start, start + gap) for end in (0.0, 1.0)]
    scores = np.sort([0.0, *np.linspace(start, start + gap, 50), *near, 0.3, 1.0])
    after = steps.apply(scores)
    assert ((after >= 0.1) & (after <= 0.95)).all()
    assert (np.diff(after) >= -1e-15).all()


def test_fitted_knots_lie_as_far_apart_as_a_bundle_wants():
    y_true, _ = simulate(4_000, 0.4, 0.7)
    close = np.sort(np.random.default_rng(0).random(4_000)) * 1e-13 + 0.5
    knots = fit_recalibration("isotonic", np.sort(y_true), close).knots
    assert len(knots) > 1
    assert np.diff([before for before, _ in knots]).min() >= MIN_GAP


def test_isotonic_needs_a_thousand_patients():
    with pytest.raises(SettingsError, match="at least 1,000 patients"):
        fit_recalibration("isotonic", *simulate(MIN_ISOTONIC - 1))


def test_isotonic_never_says_that_a_disease_is_impossible():
    fitted = fit_recalibration("isotonic", *simulate(30_000))
    assert 0 < fitted.apply(np.array([0.0]))[0] < fitted.apply(np.array([1.0]))[0] < 1
    assert len(fitted.knots) <= MAX_KNOTS


@pytest.mark.parametrize("repeats", [1, 3])
def test_isotonic_ends_as_if_one_more_patient_of_either_kind_had_been_seen(repeats):
    y_score = np.tile([0.25] * 400 + [0.75] * 600, (repeats, 1))
    fitted = fit_recalibration("isotonic", (y_score[0] > 0.5).astype(np.int64), y_score)
    assert fitted.knots == ((0.25, 1 / 1002), (0.75, pytest.approx(1001 / 1002)))
    assert fitted.patients == 1000


def test_isotonic_of_many_steps_keeps_the_first_the_last_and_evenly_some_between():
    """600 scores of 600 patients each, of whom 0, 1, ... 599 are diseased: 600 steps."""
    ill = np.arange(600) < np.arange(600)[:, None]
    y_score = np.repeat(np.arange(600) / 1000, 600)
    before, after = np.array(
        fit_recalibration("isotonic", ill.ravel().astype(int), y_score).knots
    ).T
    steps = (1000 * before).round().astype(int)
    assert (len(steps), steps[0], steps[-1]) == (MAX_KNOTS, 0, 599)
    assert set(np.diff(steps)) == {1, 2}
    assert after[1:] == pytest.approx(steps[1:] / 600)


def test_no_recalibration_is_no_change_to_the_bit():
    _, y_score = simulate(50)
    assert fit_recalibration("none", np.ones(50, dtype=int), y_score).apply(y_score) is y_score


@pytest.mark.parametrize(
    ("method", "y_true", "message"),
    [
        ("magic", [0, 1, 0, 1], "a method among"),
        ("platt", [1, 1, 1, 1], "with and without disease"),
        ("platt", [1, 1, 0, 0], "better than chance"),
    ],
)
def test_what_cannot_be_fitted_is_refused(method, y_true, message):
    with pytest.raises(SettingsError, match=message):
        fit_recalibration(method, np.array(y_true), np.array([0.2, 0.45, 0.55, 0.8]))


@pytest.fixture(scope="module")
def folds():
    y_true, y_score = simulate(240, slope=0.5)
    return OutOfFold(
        y_true,
        np.stack([y_score, np.clip(y_score * 0.98, 0, 1)]),
        np.arange(480).reshape(2, 240) % 10,
        0.0,
    )


def test_a_fold_is_recalibrated_by_the_others_alone(folds):
    found = recalibrate_folds("platt", folds)
    test = folds.fold[1] == 3
    expected = fit_recalibration("platt", folds.y_true[~test], folds.y_score[1, ~test]).apply(
        folds.y_score[1, test]
    )
    assert np.array_equal(found.y_score[1, test], expected)
    # another outcome of the fold's own patients changes nothing for them
    spoilt = folds._replace(y_true=np.where(test, 1 - folds.y_true, folds.y_true))
    assert np.array_equal(recalibrate_folds("platt", spoilt).y_score[1, test], expected)


def test_comparison_leaves_isotonic_out_where_patients_are_few(folds):
    table = compare_recalibrations(folds)
    assert table["method"].tolist() == ["none", "temperature", "platt"]
    assert table.loc[0, "log_loss"] == pytest.approx(
        np.mean([log_loss(folds.y_true, s) for s in folds.y_score])
    )
    assert table.loc[1, "log_loss"] < table.loc[0, "log_loss"]  # these scores are too timid by half


# in a bundle


@pytest.fixture(scope="module")
def recalibrated(experiment):
    y_true = np.concatenate([experiment.split.train.y_true, experiment.split.valid.y_true])
    logits = np.random.default_rng(0).normal(2 * y_true - 1.5, 1.0)
    predictions = OutOfFold(y_true, expit(logits)[None], np.zeros((1, len(y_true)), dtype=int), 0.0)
    return recalibrate(experiment.bundle, experiment.split, predictions, "platt")


def test_recalibrated_bundle_answers_on_the_new_scale(recalibrated, experiment, cleveland):
    plain = experiment.bundle.predict_proba(cleveland.features)
    expected = recalibrated.recalibration.apply(plain)
    assert np.abs(expected - plain).max() > 0.02
    assert recalibrated.predict_proba(cleveland.features) == pytest.approx(expected)
    assert predict_patient(recalibrated, EXAMPLE_PATIENT).probability == pytest.approx(
        recalibrated.recalibration.apply(
            np.array([predict_patient(experiment.bundle, EXAMPLE_PATIENT).probability])
        )[0]
    )


def test_recalibration_judges_every_part_again_and_keeps_the_ranks(recalibrated, experiment):
    before, after = (
        experiment.bundle.metrics["test"]["figures"],
        recalibrated.metrics["test"]["figures"],
    )
    assert after["roc_auc"] == pytest.approx(before["roc_auc"])
    assert after["log_loss"] != before["log_loss"]


def test_recalibration_travels_in_the_bundle(recalibrated, cleveland):
    back = load_bundle(serialise_bundle(recalibrated))
    assert back.recalibration == recalibrated.recalibration
    assert np.array_equal(
        back.predict_proba(cleveland.features), recalibrated.predict_proba(cleveland.features)
    )


def test_isotonic_steps_travel_too(experiment):
    steps = Recalibration("isotonic", knots=((0.1, 0.05), (0.5, 0.5), (0.9, 0.95)), patients=1200)
    back = load_bundle(
        serialise_bundle(dataclasses.replace(experiment.bundle, recalibration=steps))
    )
    assert back.recalibration == steps


TWICE = np.array([[0.7, 0.6, 0.5, 0.3, 0.2, 0.1], [0.9, 0.3, 0.6, 0.35, 0.25, 0.05]])
"""Two repeats over six patients, of whom the first, the third and the fifth are diseased."""


def test_line_of_several_repeats_has_the_residuals_of_the_greatest_likelihood():
    """Its equations: the residuals sum to 0, and so do they weighted with the log-odds."""
    y_true = np.array([1, 0, 1, 0, 1, 0])
    platt = fit_recalibration("platt", y_true, TWICE)
    residuals = y_true - platt.apply(TWICE)
    assert residuals.sum() == pytest.approx(0, abs=1e-5)
    assert (residuals * logit(TWICE)).sum() == pytest.approx(0, abs=1e-5)
    temperature = fit_recalibration("temperature", y_true, TWICE)
    assert ((y_true - temperature.apply(TWICE)) * logit(TWICE)).sum() == pytest.approx(0, abs=1e-5)
    assert (platt.patients, temperature.patients, temperature.intercept) == (6, 6, 0.0)


def test_repeats_are_recalibrated_each_by_itself():
    predictions = OutOfFold(np.array([1, 0, 1, 0, 1, 0]), TWICE, np.zeros((2, 6), int), 0.0)
    halved = Recalibration("temperature", 0.5).apply_to(predictions)
    assert halved.y_score == pytest.approx(expit(0.5 * logit(TWICE)))
    assert halved.y_true is predictions.y_true


def test_one_diseased_patient_is_enough_for_a_line_and_none_is_not():
    y_score = np.array([0.5, 0.6, 0.1, 0.1, 0.2])
    y_true = np.array([1, 0, 0, 0, 0])
    assert fit_recalibration("temperature", y_true, y_score).slope > 0
    assert fit_recalibration("temperature", 1 - y_true, 1 - y_score).slope > 0
    for outcomes in (np.zeros(5, np.int64), np.ones(5, np.int64)):
        with pytest.raises(SettingsError, match="with and without disease"):
            fit_recalibration("temperature", outcomes, y_score)


def test_a_model_is_recalibrated_by_nothing_until_it_is():
    assert Recalibration() == ("none", 1.0, 0.0, (), 0)


def test_advice_is_against_what_does_not_lower_the_loss():
    losses = {"none": 0.4, "temperature": 0.4, "platt": 0.3999}
    compared = pd.DataFrame({"method": list(losses), "log_loss": list(losses.values())})
    assert advise_against(compared, "none") is None
    assert advise_against(compared, "platt") is None
    assert advise_against(compared, "isotonic") is None  # not compared
    assert advise_against(compared, "temperature").endswith("(0.400 without, 0.400 with it).")
    worse = compared.assign(log_loss=[0.4, 0.3, 0.5])
    assert advise_against(worse, "platt").endswith("(0.400 without, 0.500 with it).")
