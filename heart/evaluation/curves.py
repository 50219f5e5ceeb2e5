"""ROC and precision-recall curves with bootstrap bands, on a common grid."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from heart.evaluation.metrics import FloatArray, IntArray

GRID = np.linspace(0, 1, 51)
RESAMPLES = 300
_ROUNDING = 1e-12


def roc_table(y_true: IntArray, y_score: FloatArray, *, random_state: int = 0) -> pd.DataFrame:
    """One row a false-positive rate: `fpr`, the true-positive rate `tpr`, and its pointwise 95 %
    bootstrap band `low`, `high`.
    """
    value, low, high = _band(_roc, y_true, y_score, random_state)
    return pd.DataFrame({"fpr": GRID, "tpr": value, "low": low, "high": high})


def precision_recall_table(
    y_true: IntArray, y_score: FloatArray, *, random_state: int = 0
) -> pd.DataFrame:
    """One row a recall: `recall`, the highest `precision` with at least that recall, and its 95 %
    bootstrap band `low`, `high`.
    """
    value, low, high = _band(_precision, y_true, y_score, random_state)
    return pd.DataFrame({"recall": GRID, "precision": value, "low": low, "high": high})


def _band(
    curve: Callable[[IntArray, FloatArray], FloatArray],
    y_true: IntArray,
    y_score: FloatArray,
    random_state: int,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The curve, and percentiles of the curves of resampled patients, the number of each class
    kept.
    """
    rng = np.random.default_rng(random_state)
    groups = [np.flatnonzero(y_true == outcome) for outcome in (0, 1)]
    curves = []
    for _ in range(RESAMPLES):
        rows = np.concatenate([rng.choice(group, len(group)) for group in groups])
        curves.append(curve(y_true[rows], y_score[rows]))
    low, high = np.quantile(np.stack(curves), [0.025, 0.975], axis=0)
    return curve(y_true, y_score), low, high


def _roc(y_true: IntArray, y_score: FloatArray) -> FloatArray:
    from sklearn.metrics import roc_curve  # noqa: PLC0415

    fpr, tpr, _ = roc_curve(y_true, y_score)
    return np.asarray(np.interp(GRID, fpr, tpr))


def _precision(y_true: IntArray, y_score: FloatArray) -> FloatArray:
    from sklearn.metrics import precision_recall_curve  # noqa: PLC0415

    precision, recall, _ = precision_recall_curve(y_true, y_score)
    precision, recall = precision[:-1], recall[:-1]  # the last point is no threshold's
    best = np.maximum.accumulate(
        precision
    )  # recall falls along the curve: the best precision so far holds for any lower recall
    enough = len(recall) - np.searchsorted(
        recall[::-1], GRID - _ROUNDING
    )  # how many points have at least that recall
    return np.asarray(best[enough - 1])
