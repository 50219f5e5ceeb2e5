"""95 % intervals that are computed from counts or a few values; heart/evaluation/resampling.py has
those of resampled patients.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv
from scipy.stats import t as student

from heart.evaluation.figures import NO_FIGURE, Figure
from heart.evaluation.metrics import FloatArray

CONFIDENCE = 0.95


def proportion(successes: int, n: int) -> Figure:
    """A share with its exact interval (Clopper and Pearson 1934); no figure of nobody."""
    if n == 0:
        return NO_FIGURE
    low, high = proportion_ends(np.array(successes), np.array(n))
    return Figure(successes / n, float(low), float(high))


def proportion_ends(successes: FloatArray, n: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Both ends of many shares' exact intervals (Clopper and Pearson 1934); NaN of nobody.

    Args:
        successes: whole numbers, any shape.
        n: out of how many, the same shape.
    """
    tail = (1 - CONFIDENCE) / 2
    # quantiles of beta distributions; scipy's binomtest finds the same by search, in a millisecond
    low = np.where(
        successes > 0, betaincinv(np.maximum(successes, 1), n - successes + 1, tail), 0.0
    )
    high = np.where(
        successes < n, betaincinv(successes + 1, np.maximum(n - successes, 1), 1 - tail), 1.0
    )
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def corrected_half_width(values: FloatArray, *, n_splits: int) -> float:
    """Half the 95 % interval of a mean over repeated cross-validation, with the corrected resampled
    t statistic.

    The variance is multiplied by 1/J + n_test/n_train, because the folds' training sets overlap
    (Nadeau and Bengio, Inference for the generalization error, Machine Learning 52, 2003; Bouckaert
    and Frank 2004 for repeated folds).

    Args:
        values: one a repeat and fold, shape (J,).
        n_splits: folds a repeat.
    """
    j = len(values)
    scale = 1 / j + 1 / (n_splits - 1)
    return float(student.ppf((1 + CONFIDENCE) / 2, j - 1) * (scale * values.var(ddof=1)) ** 0.5)
