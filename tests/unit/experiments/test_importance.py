"""Importance: by how much the out-of-fold log-loss rises where a feature tells nothing."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import log_loss

from heart.evaluation.resampling import bootstrap_means
from heart.experiments.cross_validation import Folds
from heart.experiments.importance import feature_importance
from heart.experiments.work_up import fit_work_up
from heart.schema import FEATURE_NAMES

FOLDS = Folds(3, 2)


@pytest.fixture(scope="module")
def settings(small):
    return replace(small, members=1, max_epochs=6, patience=0)


def importance_of(cohort, settings, used=FEATURE_NAMES):
    return feature_importance(cohort.features, cohort.y_true, settings, folds=FOLDS, used=used)


def mean_loss(predictions):
    return np.mean([log_loss(predictions.y_true, scores) for scores in predictions.y_score])


def test_of_a_recipe_with_masking_features_are_hidden(cleveland, settings):
    fits = fit_work_up(cleveland, settings, folds=FOLDS)
    whole = mean_loss(fits.answers(FEATURE_NAMES))
    found = importance_of(cleveland, settings, used=("ca", "chol", "thal"))
    assert (found.how, found.n) == ("hidden", 303)
    assert found.log_loss == pytest.approx(whole)
    for row in found.table.to_dict("records"):
        without = mean_loss(fits.answers(set(FEATURE_NAMES) - {row["feature"]}))
        assert row["importance"] == pytest.approx(without - whole)
        assert row["low"] < row["importance"] < row["high"]
    assert found.table["importance"].is_monotonic_decreasing
    assert found.table.set_index("feature")["known"]["ca"] == 299


def test_of_a_recipe_without_masking_values_are_exchanged(cleveland, settings):
    frame = cleveland.features
    same = frame.assign(fbs=frame["fbs"].where(np.zeros(303, dtype=bool)), age=55.0)
    plain = replace(settings, masking=0.0)
    found = feature_importance(
        same, cleveland.y_true, plain, folds=FOLDS, used=("age", "fbs", "ca")
    )
    rows = found.table.set_index("feature")["importance"]
    assert found.how == "permuted"
    assert rows["ca"] > 0.01
    # the same in all: nothing to exchange
    assert rows[["age", "fbs"]].tolist() == pytest.approx([0, 0], abs=1e-12)


def test_interval_of_a_mean_is_that_of_its_standard_error():
    values = np.random.default_rng(1).normal(3, 2, (400, 2))
    for figure, column in zip(bootstrap_means(values), values.T, strict=True):
        error = column.std() / 20
        assert figure.value == pytest.approx(column.mean())
        assert figure.low == pytest.approx(column.mean() - 1.96 * error, abs=0.3 * error)
        assert figure.high == pytest.approx(column.mean() + 1.96 * error, abs=0.3 * error)
