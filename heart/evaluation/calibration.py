"""Whether probabilities mean what they say: intercept and slope, the reliability table, the parts
of the Brier score.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit, ndtri

from heart.evaluation.figures import NO_FIGURE, Figure
from heart.evaluation.intervals import proportion
from heart.evaluation.metrics import FloatArray, IntArray

BINS = 10
EDGE = 1e-6
"""Log-odds are taken of probabilities kept this far from 0 and 1."""
_LARGEST_SHIFT = 80.0
_Z = float(ndtri(0.975))


class Calibration(NamedTuple):
    """How probabilities and outcomes agree.

    Attributes:
        intercept: of outcome ~ logit(y_score) with the slope held at 1: calibration in the large; 0
            is right, above 0 predicts too little. `NO_FIGURE` for a single class.
        slope: of outcome ~ logit(y_score); 1 is right, below 1 the probabilities are too extreme.
            `NO_FIGURE` where no slope is the likeliest: a single class, equal scores, or a score
            that separates the classes.
        expected: share that the probabilities predict.
        observed: share that is diseased.
    """

    intercept: Figure
    slope: Figure
    expected: float
    observed: float


class BrierParts(NamedTuple):
    """Murphy's split (1973) over the bins: brier is close to reliability - resolution + uncertainty
    (equal if a bin holds one score).
    """

    reliability: float
    resolution: float
    uncertainty: float


def to_logits(y_score: FloatArray, *, edge: float = EDGE) -> FloatArray:
    """The log-odds, shape (n,), of probabilities kept so far from 0 and 1."""
    return np.asarray(logit(np.clip(y_score, edge, 1 - edge)))


def calibration_of(y_true: IntArray, y_score: FloatArray) -> Calibration:
    """Intercept and slope of the logistic recalibration (Cox 1958), without a penalty, with 95 %
    intervals by the normal approximation: the standard errors are those of the Fisher information.

    Args:
        y_true: 0 or 1, shape (n,).
        y_score: probabilities, shape (n,).
    """
    logits = to_logits(y_score)
    return Calibration(
        _fit_intercept(logits, y_true),
        _fit_slope(logits, y_true),
        float(y_score.mean()),
        float(y_true.mean()),
    )


def mean_calibration(y_true: IntArray, y_scores: FloatArray) -> Calibration:
    """`calibration_of` repeated predictions of the same patients: the mean over the repeats, as
    every other figure of repeated predictions; that of an interval's ends, as the patients are the
    same, so that repeats make nothing surer.

    Args:
        y_true: 0 or 1, shape (n,).
        y_scores: probabilities, shape (repeats, n).
    """
    each = [calibration_of(y_true, y_score) for y_score in y_scores]
    return Calibration(
        _mean([one.intercept for one in each]),
        _mean([one.slope for one in each]),
        float(np.mean([one.expected for one in each])),
        float(np.mean([one.observed for one in each])),
    )


def _mean(figures: Sequence[Figure]) -> Figure:
    """Of values and ends; none where a repeat has none."""
    if NO_FIGURE in figures:
        return NO_FIGURE
    return Figure(*np.mean(np.array(figures, dtype=np.float64), axis=0).tolist())


def intercept_of(y_true: IntArray, logits: FloatArray) -> float:
    """The shift of the logits under which as many patients are expected to be diseased as are;
    infinite for a single class.
    """
    observed = float(y_true.mean())
    if observed in (0.0, 1.0):
        return float("-inf") if observed == 0 else float("inf")
    return float(
        brentq(
            lambda shift: expit(logits + shift).mean() - observed, -_LARGEST_SHIFT, _LARGEST_SHIFT
        )
    )


def _fit_intercept(logits: FloatArray, y_true: IntArray) -> Figure:
    shift = intercept_of(y_true, logits)
    if np.isinf(shift):
        return NO_FIGURE
    p = expit(logits + shift)
    return _with_error(shift, 1 / float(np.sqrt((p * (1 - p)).sum())))


def _fit_slope(x: FloatArray, y_true: IntArray) -> Figure:
    """The slope of greatest likelihood, beside a free intercept."""
    if _is_separated(x, y_true):
        return NO_FIGURE
    # a form that shows no calibration need not wait for it
    from sklearn.linear_model import (  # noqa: PLC0415
        LogisticRegression,
    )

    fitted = LogisticRegression(C=np.inf, max_iter=1000, tol=1e-8).fit(x.reshape(-1, 1), y_true)
    p = fitted.predict_proba(x.reshape(-1, 1))[:, 1]
    weight = p * (1 - p)  # of each patient in the Fisher information
    centred = x - np.average(x, weights=weight)
    error = 1 / float(np.sqrt((weight * centred**2).sum()))
    return _with_error(float(fitted.coef_[0, 0]), error)


def _is_separated(x: FloatArray, y_true: IntArray) -> bool:
    """Whether some threshold has one class on either side, ties on it included: then the likelihood
    has no maximum at any slope. A single class and equal scores are separated too.
    """
    healthy, diseased = x[y_true == 0], x[y_true == 1]
    return bool(
        min(len(healthy), len(diseased)) == 0
        or diseased.min() >= healthy.max()
        or diseased.max() <= healthy.min()
    )


def _with_error(value: float, error: float) -> Figure:
    return Figure(value, value - _Z * error, value + _Z * error)


def reliability_table(y_true: IntArray, y_score: FloatArray, *, bins: int = BINS) -> pd.DataFrame:
    """One row a bin of equally many patients, those with the same probability in one.

    Columns: `expected` (mean probability), `observed` (share diseased), its exact 95 % interval
    `low` and `high`, `patients`, `diseased`.
    """
    edges = np.unique(np.quantile(y_score, np.linspace(0, 1, bins + 1)[1:]))  # where each bin ends
    bin_of = np.searchsorted(edges, y_score, side="left")
    rows = []
    for b in np.unique(bin_of):
        inside = bin_of == b
        n, diseased = int(inside.sum()), int(y_true[inside].sum())
        observed = proportion(diseased, n)
        rows.append(
            (
                float(y_score[inside].mean()),
                observed.value,
                observed.low,
                observed.high,
                n,
                diseased,
            )
        )
    return pd.DataFrame(
        rows, columns=["expected", "observed", "low", "high", "patients", "diseased"]
    )


def brier_parts(y_true: IntArray, y_score: FloatArray, *, bins: int = BINS) -> BrierParts:
    """Reliability (lower is better), resolution (higher is better) and uncertainty of the Brier
    score.
    """
    table = reliability_table(y_true, y_score, bins=bins)
    weight = table["patients"] / table["patients"].sum()
    share = float(y_true.mean())
    reliability = float((weight * (table["expected"] - table["observed"]) ** 2).sum())
    resolution = float((weight * (table["observed"] - share) ** 2).sum())
    return BrierParts(reliability, resolution, share * (1 - share))
