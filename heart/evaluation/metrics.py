"""Figures without intervals: what scores and outcomes give, as scikit-learn computes it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    log_loss,
    roc_auc_score,
)

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

CLIPPED = float(np.finfo(np.float64).eps)
"""A log-loss is one of probabilities kept this far from 0 and 1, wherever it is computed: as
scikit-learn's `log_loss` keeps them.
"""


def score_all(y_true: IntArray, y_score: FloatArray) -> dict[str, float]:
    """The leaderboard's figures that exist: with a single class there are no ranks to judge.

    Accuracy is at 0.5, losses are in nats.

    Args:
        y_true: 0 or 1, shape (n,).
        y_score: probabilities, shape (n,).
    """
    figures = {
        "log_loss": float(log_loss(y_true, y_score, labels=[0, 1])),
        "brier": float(brier_score_loss(y_true, y_score)),
        "accuracy": float(np.mean((y_score >= 0.5) == (y_true == 1))),
    }
    if 0 < y_true.sum() < len(y_true):
        figures |= {
            "roc_auc": float(roc_auc_score(y_true, y_score)),
            "average_precision": float(average_precision_score(y_true, y_score)),
        }
    return figures


def log_losses(y_true: IntArray, y_score: FloatArray) -> FloatArray:
    """Each patient's part of the log-loss in nats, shape (n,), clipped as in `score_all`."""
    given = np.where(y_true == 1, y_score, 1 - y_score)
    return np.asarray(-np.log(np.clip(given, CLIPPED, 1 - CLIPPED)))
