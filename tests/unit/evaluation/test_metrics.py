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

from heart.evaluation.metrics import score_all


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
