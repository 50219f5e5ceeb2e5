"""Figures without intervals are scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    log_loss,
    roc_auc_score,
)

from heart.evaluation.metrics import log_losses, score_all
from heart.evaluation.resampling import bootstrap_figures
from heart.experiments.hospitals import local_recalibration


def test_figures_are_scikit_learns():
    y_true = np.arange(100) % 2
    noise = np.random.default_rng(4).normal(0, 0.5, 100)
    y_score = np.clip(0.25 + 0.5 * y_true + noise, 0.01, 0.99)
    assert score_all(y_true, y_score) == pytest.approx(
        {
            "roc_auc": roc_auc_score(y_true, y_score),
            "average_precision": average_precision_score(y_true, y_score),
            "log_loss": log_loss(y_true, y_score),
            "brier": brier_score_loss(y_true, y_score),
            "accuracy": accuracy_score(y_true, y_score >= 0.5),
        }
    )
    assert (
        score_all(np.array([0, 1]), np.array([0.4, 0.5]))["accuracy"] == 1
    )  # disease is decided at 0.5 and above


def test_log_loss_is_clipped_in_one_way_wherever_it_is_computed():
    y_true, y_score = np.array([1, 0, 1, 0, 1]), np.array([0.0, 1.0, 1.0, 0.0, 0.3])
    assert log_losses(y_true, y_score).mean() == pytest.approx(log_loss(y_true, y_score))
    figure = bootstrap_figures(y_true, y_score[None])["log_loss"]
    assert figure.low <= log_loss(y_true, y_score) <= figure.high
    assert figure.high > log_loss(y_true, y_score)
    at_once = local_recalibration(np.tile(y_true, 4), np.tile(y_score, 4), draws=2)
    assert at_once["median"][0] == pytest.approx(log_loss(y_true, y_score))
