"""Who is decided "disease" at each threshold from 0 to 1, with the shares and the cost."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix_at_thresholds

from heart.evaluation.metrics import FloatArray, IntArray

COST_RATIO = 2.0
"""Cost of a missed patient in false alarms, as in the tutorial."""

GRID = np.round(np.linspace(0.0, 1.0, 101), 2)


class Counts(NamedTuple):
    """Diseased and healthy patients decided "disease" at each threshold of `GRID`: `tp` and `fp`,
    shape (..., 101); and all of either.
    """

    tp: FloatArray
    fp: FloatArray
    positives: int
    negatives: int

    @property
    def recall(self) -> FloatArray:
        """Share of the diseased that are found; NaN where there are none."""
        return (
            np.asarray(self.tp / self.positives)
            if self.positives
            else np.full_like(self.tp, np.nan)
        )

    @property
    def specificity(self) -> FloatArray:
        """Share of the healthy that are not alarmed; NaN where there are none."""
        return (
            np.asarray(1 - self.fp / self.negatives)
            if self.negatives
            else np.full_like(self.fp, np.nan)
        )


def counts_of(table: pd.DataFrame) -> Counts:
    """The counts of a `threshold_table`."""
    tp, fp = (table[name].to_numpy(dtype=np.float64) for name in ("tp", "fp"))
    return Counts(tp, fp, int(tp[0]), int(fp[0]))  # at 0 "disease" is decided of everybody


def threshold_table(
    y_true: IntArray, y_score: FloatArray, *, cost_ratio: float = COST_RATIO
) -> pd.DataFrame:
    """One row a threshold from 0 to 1 in steps of 0.01; disease is decided where y_score >=
    threshold.

    Columns: `threshold`, the counts `tn`, `fp`, `fn`, `tp`, the shares `precision`, `recall`,
    `specificity`, `f1`, `accuracy` (NaN where nobody is decided so), and `cost`: (cost_ratio * fn +
    fp) / n, in false alarms a patient.

    Args:
        y_true: 0 or 1, shape (n,).
        y_score: probabilities, shape (n,).
        cost_ratio: what a missed patient costs, in false alarms.
    """
    tp, fp = _positives_on_grid(y_true, y_score)
    positives, n = int(y_true.sum()), len(y_true)
    fn, tn = positives - tp, n - positives - fp
    with np.errstate(invalid="ignore"):  # 0 of 0
        return pd.DataFrame(
            {
                "threshold": GRID,
                "tn": tn,
                "fp": fp,
                "fn": fn,
                "tp": tp,
                "precision": tp / (tp + fp),
                "recall": tp / (tp + fn),
                "specificity": tn / (tn + fp),
                "f1": 2 * tp / (2 * tp + fp + fn),
                "accuracy": (tp + tn) / n,
                "cost": (cost_ratio * fn + fp) / n,
            }
        )


def _positives_on_grid(y_true: IntArray, y_score: FloatArray) -> tuple[IntArray, IntArray]:
    """Diseased and healthy patients at or above each threshold of `GRID`, shape (101,) each."""
    _, fps, _, tps, scores = confusion_matrix_at_thresholds(y_true, y_score)
    ascending = np.argsort(scores)
    # the counts at a threshold are those at the next higher score; above the highest score nobody
    # is positive
    position = np.searchsorted(scores[ascending], GRID)
    inside = position < len(scores)
    chosen = ascending[np.minimum(position, len(scores) - 1)]
    tp, fp = (np.where(inside, counts[chosen], 0).astype(np.int64) for counts in (tps, fps))
    return tp, fp
