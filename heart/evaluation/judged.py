"""How well scores fit outcomes: one model judged on some patients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.metrics import confusion_matrix

from heart.evaluation.calibration import Calibration, calibration_of, mean_calibration
from heart.evaluation.figures import METRICS, OVERALL, SHARES, Figure
from heart.evaluation.intervals import proportion
from heart.evaluation.metrics import FloatArray, IntArray
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.resampling import bootstrap_figures


class ThresholdMetrics(NamedTuple):
    """What deciding "disease" at y_score >= threshold gives: the counts, and the shares with exact
    binomial intervals.
    """

    threshold: float
    tn: int
    fp: int
    fn: int
    tp: int
    accuracy: Figure
    precision: Figure
    recall: Figure
    specificity: Figure
    npv: Figure
    f1: float | None

    @property
    def n(self) -> int:
        """How many patients."""
        return self.tn + self.fp + self.fn + self.tp

    @property
    def positives(self) -> int:
        """How many of them are diseased."""
        return self.fn + self.tp


class PartMetrics(NamedTuple):
    """How well scores fit the outcomes of one part, whatever the threshold; intervals
    by bootstrap.
    """

    n: int
    positives: int
    roc_auc: Figure
    average_precision: Figure
    log_loss: Figure
    brier: Figure


class Judged(NamedTuple):
    """A model's predictions for patients that it did not learn from, and how good they are.

    Attributes:
        name: of the model or of the patients, whichever is compared; empty where nothing is.
        y_true: 0 or 1, shape (n,).
        y_score: probabilities, shape (n,).
        at: counts and shares at a threshold.
        scores: figures over all thresholds.
        calibration: intercept and slope.
    """

    name: str
    y_true: IntArray
    y_score: FloatArray
    at: ThresholdMetrics
    scores: PartMetrics
    calibration: Calibration

    def figure(self, name: str) -> Figure:
        """One of the figures of `OVERALL`, `SHARES` and `AGREEMENT`."""
        figure: Figure = getattr(getattr(self, METRICS[name].source), name)
        return figure


def judge(y_true: IntArray, y_score: FloatArray, *, threshold: float, name: str = "") -> Judged:
    """Predictions with all their figures.

    Args:
        y_true: 0 or 1, shape (n,).
        y_score: probabilities, shape (n,).
        threshold: disease is predicted where y_score >= threshold.
        name: of the model or the patients.
    """
    return Judged(
        name,
        y_true,
        y_score,
        metrics_at(y_true, y_score, threshold),
        score_part(y_true, y_score),
        calibration_of(y_true, y_score),
    )


def judge_out_of_fold(predictions: OutOfFold, *, threshold: float, name: str = "") -> Judged:
    """Repeated out-of-fold predictions with all their figures.

    The figures over all thresholds, intercept and slope are those of a repeat, averaged over the
    repeats: what one model of the recipe is worth, as on the leaderboard. Counts at the threshold
    and what is drawn are of each patient's mean probability, so that each patient counts once.
    (The mean of five models judged as one would come out better than any of them.)

    Args:
        predictions: on the scale that the threshold is of.
        threshold: disease is predicted where a patient's mean probability reaches it.
        name: of the model or the patients.
    """
    y_true, y_score = predictions.y_true, predictions.mean_score
    return Judged(
        name,
        y_true,
        y_score,
        metrics_at(y_true, y_score, threshold),
        score_part(y_true, predictions.y_score),
        mean_calibration(y_true, predictions.y_score),
    )


def metrics_at(y_true: IntArray, y_score: FloatArray, threshold: float) -> ThresholdMetrics:
    """The confusion matrix and its shares at one threshold.

    Args:
        y_true: 0 or 1, shape (n,).
        y_score: probabilities, shape (n,).
        threshold: disease is predicted where y_score >= threshold.

    >>> metrics_at(np.array([0, 0, 1, 1]), np.array([0.1, 0.6, 0.4, 0.9]), 0.5)[1:5]
    (1, 1, 1, 1)
    """
    decided = (y_score >= threshold).astype(np.int64)
    return metrics_of(threshold, *confusion_matrix(y_true, decided, labels=[0, 1]).ravel().tolist())


def metrics_of(threshold: float, tn: int, fp: int, fn: int, tp: int) -> ThresholdMetrics:
    """The same of a confusion matrix."""
    return ThresholdMetrics(
        threshold=float(threshold),
        tn=tn,
        fp=fp,
        fn=fn,
        tp=tp,
        accuracy=proportion(tn + tp, tn + fp + fn + tp),
        precision=proportion(tp, tp + fp),
        recall=proportion(tp, tp + fn),
        specificity=proportion(tn, tn + fp),
        npv=proportion(tn, tn + fn),
        f1=2 * tp / (2 * tp + fp + fn) if tp + fp + fn else None,
    )


def score_part(y_true: IntArray, y_score: FloatArray, *, random_state: int = 0) -> PartMetrics:
    """ROC AUC, average precision, log-loss (nats) and Brier score, with percentile bootstrap
    intervals over patients.

    Ranks need both classes: without, ROC AUC and average precision are no figures, and their
    resamples keep the number of each class. Log-loss and Brier score are means over patients, who
    are drawn whatever their class. Of more than `MAX_RESAMPLED` patients that many are resampled,
    and the interval's distance from the figure is scaled by the root of the ratio (m out of n
    bootstrap; Bickel, Goetze and van Zwet 1997).

    Args:
        y_true: 0 or 1, shape (n,).
        y_score: probabilities, shape (n,); or (repeats, n), whose figures are averaged over the
            repeats.
        random_state: seed of the bootstrap.
    """
    figures = bootstrap_figures(y_true, np.atleast_2d(y_score), random_state=random_state)
    return PartMetrics(
        n=len(y_true),
        positives=int(y_true.sum()),
        **{name: figures[name] for name in OVERALL},
    )


def as_plain(
    at: ThresholdMetrics, scores: PartMetrics, *, names: Sequence[str] = (*OVERALL, *SHARES)
) -> dict[str, Any]:
    """`n`, `positives`, `confusion` counts and the `figures` of these names (value, low, high), as
    plain values.
    """
    return {
        "n": at.n,
        "positives": at.positives,
        "confusion": {name: getattr(at, name) for name in ("tn", "fp", "fn", "tp")},
        "figures": {name: list(getattr(scores if name in OVERALL else at, name)) for name in names},
    }
