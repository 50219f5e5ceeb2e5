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
