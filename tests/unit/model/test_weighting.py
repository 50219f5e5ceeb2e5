"""Weights as scikit-learn means them: copies, shares and order make no difference."""

import numpy as np
import pandas as pd
import pytest

from heart.errors import TrainingError
from heart.model.classifier import HeartClassifier
from heart.model.preprocessing import HeartPreprocessor
from heart.model.weighting import Rows, check_weight, gather_rows, weighted_quantile

QUICK = {"members": 2, "max_epochs": 5, "device": "cpu"}
FRAME = pd.DataFrame({"a": [2.0, 1.0, 2.0, np.nan, np.nan], "b": [0, 5, 0, 1, 1]})
Y = np.array(["ill", "well", "ill", "ill", "well"])


def predict(X, y, weight, rows=slice(0, 40), **changes):
    fitted = HeartClassifier(**QUICK | changes).fit(X, y, sample_weight=weight)
    return fitted.predict_members(X.iloc[rows] if hasattr(X, "iloc") else X[rows])


def test_rows_are_gathered_with_their_weights_in_the_order_of_their_values():
    frame, outcome, weight = gather_rows(Rows(FRAME, Y, np.array([1.0, 2, 3, 4, 0])))
    assert frame["a"].tolist()[:2] == [1.0, 2.0]
    assert (frame["b"].tolist(), outcome.tolist()) == ([5, 0, 1], ["well", "ill", "ill"])
    assert weight.tolist() == [2, 4, 4]


def test_equal_rows_of_another_outcome_stay_apart():
    frame, outcome, weight = gather_rows(Rows(FRAME, Y))
    assert outcome.tolist() == ["well", "ill", "ill", "well"]
    assert (len(frame), weight.tolist()) == (4, [1, 2, 1, 1])


def test_equal_weights_are_none():
    assert gather_rows(Rows(FRAME.iloc[:2], Y[:2], np.array([3.0, 3]))).weight is None


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        ([1.0, 1, 1, 1], "inconsistent|shape"),
        ([-1.0, 1, 1, 1, 1], "[Nn]egative"),
        ([np.nan, 1, 1, 1, 1], "NaN"),
        ([0.0] * 5, "zero"),
        ([[1.0]] * 5, "1D|1d"),
    ],
)
def test_impossible_weights_are_refused(weight, words):
    with pytest.raises(ValueError, match=words):
        check_weight(weight, FRAME)


def test_checked_weights_are_double_precision_whatever_was_given():
    assert check_weight(np.ones(5, dtype=np.float32), FRAME).dtype == np.float64


def test_weighted_quantile_is_that_of_copies():
    values = np.array([[5.0, 1, 3, np.nan], [np.nan] * 4]).T
    found = weighted_quantile(values, np.array([0, 0.5, 1]), np.array([1.0, 2, 2, 9]))
    copies = np.quantile([5.0, 1, 1, 3, 3], [0, 0.5, 1], method="inverted_cdf")
    assert found[:, 0].tolist() == copies.tolist() == [1, 3, 5]
    assert np.isnan(found[:, 1]).all()


@pytest.mark.parametrize("changes", [{}, {"pieces": 3}, {"hidden": ()}])
def test_weight_is_a_number_of_copies_in_whatever_order(cleveland, changes):
    X, y = cleveland.features.iloc[:120], cleveland.y_true[:120]
    weight = np.arange(120) % 4
    copies = np.random.default_rng(0).permutation(np.repeat(np.arange(120), weight))
    ones = np.ones(len(copies))
    repeated = HeartClassifier(**QUICK | changes).fit(X.iloc[copies], y[copies], sample_weight=ones)
    assert np.array_equal(predict(X, y, weight, **changes), repeated.predict_members(X.iloc[:40]))
    assert np.array_equal(predict(X, y, weight, **changes), predict(X, y, weight / 7, **changes))


def test_little_weight_changes_little_and_much_changes_much(cleveland):
    X, y = cleveland.features.iloc[:120], cleveland.y_true[:120]
    even, light, heavy = (
        predict(X, y, np.where(np.arange(120) < 60, 1.0, w), hidden=(64,)).mean(axis=0)
        for w in (1 + 1e-9, 1.01, 30.0)
    )
    assert np.abs(light - even).mean() < 0.02 < np.abs(heavy - even).mean()


def test_weights_reach_scaler_and_median(cleveland):
    weight = np.where(cleveland.features["age"] > 60, 3.0, 1.0)
    fitted = HeartPreprocessor().fit(cleveland.features, sample_weight=weight)
    age = cleveland.features["age"].to_numpy(dtype=float)
    assert fitted.scaler_.mean_[0] == pytest.approx(np.average(age, weights=weight))
    assert fitted.median_[0] == np.median(np.repeat(age, weight.astype(int)))


def test_outcome_without_weight_is_no_class(cleveland):
    with pytest.raises(ValueError, match="one class"):
        HeartClassifier(**QUICK).fit(
            cleveland.features, cleveland.y_true, sample_weight=cleveland.y_true
        )


def test_incomplete_rows_take_their_weights_along(cleveland):
    X, y = cleveland.features, cleveland.y_true
    complete = X.notna().all(axis=1).to_numpy()
    weight = np.where(complete, 1.0 + np.arange(303) % 3, 50.0)
    lesson = HeartClassifier("lesson", max_epochs=2, device="cpu")
    fitted = lesson.fit(X, y, sample_weight=weight).predict_proba(X)
    assert np.array_equal(
        fitted,
        lesson.fit(X[complete], y[complete], sample_weight=weight[complete]).predict_proba(X),
    )
    with pytest.raises(TrainingError):
        lesson.fit(X, y, sample_weight=np.where(complete, 0.0, 1.0))
