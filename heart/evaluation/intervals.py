"""95 % intervals: exact ones of shares, and bootstrap ones of everything else."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import betaincinv
from scipy.stats import rankdata
from scipy.stats import t as student

from heart.evaluation.figures import LEADERBOARD, NO_FIGURE, Figure
from heart.evaluation.metrics import FloatArray, IntArray, log_losses, score_all

CONFIDENCE = 0.95
MAX_RESAMPLED = 2_000
RESAMPLES = 1000


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


def bootstrap_roc_auc(y_true: IntArray, y_scores: FloatArray, *, random_state: int = 0) -> Figure:
    """The ROC AUC of `bootstrap_figures` alone, in a third of the time; no figure of one class.

    Args:
        y_true: 0 or 1, shape (n,).
        y_scores: probabilities, shape (repeats, n).
        random_state: seed of the bootstrap.
    """
    n_healthy = int((y_true == 0).sum())
    if not 0 < n_healthy < len(y_true):
        return NO_FIGURE
    rng = np.random.default_rng(random_state)
    chosen = _choose_resampled(y_true, rng)
    rows, few = _resample(y_true[chosen], rng), int((y_true[chosen] == 0).sum())
    whole, part = (
        float(np.mean([score_all(y_true[of], scores[of])["roc_auc"] for scores in y_scores]))
        for of in (np.arange(len(y_true)), chosen)
    )
    resampled = np.mean([_bootstrap_roc_auc(s[chosen], rows, few) for s in y_scores], axis=0)
    return _figure(whole, part, resampled, float(len(chosen) / len(y_true)) ** 0.5)


def bootstrap_figures(
    y_true: IntArray, y_scores: FloatArray, *, random_state: int = 0
) -> dict[str, Figure]:
    """The figures of `score_all`, each the mean over repeated predictions
    of the same patients.

    Args:
        y_true: 0 or 1, shape (n,).
        y_scores: probabilities, shape (repeats, n); the same resampled patients are used for all
            repeats.
        random_state: seed of the bootstrap.
    """
    rng = np.random.default_rng(random_state)
    chosen = _choose_resampled(y_true, rng)
    rows = _resample(y_true[chosen], rng)
    scale = float(len(chosen) / max(len(y_true), 1)) ** 0.5
    whole = _means([score_all(y_true, scores) for scores in y_scores])
    part = _means([score_all(y_true[chosen], scores[chosen]) for scores in y_scores])
    resampled = _means(
        [_resampled_figures(y_true[chosen], scores[chosen], rows) for scores in y_scores]
    )
    figures = {name: _figure(whole[name], part[name], resampled[name], scale) for name in whole}
    return dict.fromkeys(LEADERBOARD, NO_FIGURE) | figures


def bootstrap_means(values: FloatArray, *, random_state: int = 0) -> list[Figure]:
    """The mean of each column with its bootstrap interval over rows (Efron 1979); all columns are
    resampled together.

    Args:
        values: one row a patient, shape (n, k).
        random_state: seed of the bootstrap.
    """
    rng = np.random.default_rng(random_state)
    n = len(values)
    # how often each row is drawn, so that a resample's means are one product
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn @ values / n, [tail, 1 - tail], axis=0)
    means = values.mean(axis=0)
    return [Figure(*figures) for figures in np.stack([means, low, high], axis=1).tolist()]


def bootstrap_differences(
    y_true: IntArray, first: FloatArray, second: FloatArray, *, random_state: int = 0
) -> dict[str, Figure]:
    """The figures of `bootstrap_figures`, second minus first, with paired intervals: both are
    judged on the same resampled patients.

    Args:
        y_true: 0 or 1, shape (n,).
        first: probabilities, shape (n,).
        second: the same of another model.
        random_state: seed of the bootstrap.
    """
    rng = np.random.default_rng(random_state)
    chosen = _choose_resampled(y_true, rng)
    rows = _resample(y_true[chosen], rng)
    scale = float(len(chosen) / max(len(y_true), 1)) ** 0.5
    pair = (first, second)
    whole = [score_all(y_true, scores) for scores in pair]
    part = [score_all(y_true[chosen], scores[chosen]) for scores in pair]
    resampled = [_resampled_figures(y_true[chosen], scores[chosen], rows) for scores in pair]
    figures = {
        name: _figure(
            whole[1][name] - whole[0][name],
            part[1][name] - part[0][name],
            resampled[1][name] - resampled[0][name],
            scale,
        )
        for name in whole[0]
    }
    return dict.fromkeys(LEADERBOARD, NO_FIGURE) | figures


def _means(repeats: list[dict[str, Any]]) -> dict[str, Any]:
    """Each figure's mean over the repeats."""
    return {name: np.mean([figures[name] for figures in repeats], axis=0) for name in repeats[0]}


def _choose_resampled(y_true: IntArray, rng: np.random.Generator) -> IntArray:
    """All rows, or `MAX_RESAMPLED` of them with the same share of each class (at least one)."""
    if len(y_true) <= MAX_RESAMPLED:
        return np.arange(len(y_true))
    groups = [np.flatnonzero(y_true == outcome) for outcome in (0, 1)]
    sizes = [
        min(len(group), max(1, round(MAX_RESAMPLED * len(group) / len(y_true)))) for group in groups
    ]
    return np.concatenate(
        [rng.choice(group, size, replace=False) for group, size in zip(groups, sizes, strict=True)]
    )


def _resample(y_true: IntArray, rng: np.random.Generator) -> IntArray:
    """Rows of the resamples, shape (RESAMPLES, n), healthy ones first; the number of each class
    stays.
    """
    groups = [np.flatnonzero(y_true == outcome) for outcome in (0, 1)]
    return np.hstack([rng.choice(group, (RESAMPLES, len(group))) for group in groups if len(group)])


def _resampled_figures(
    y_true: IntArray, y_score: FloatArray, rows: IntArray
) -> dict[str, FloatArray]:
    """Each figure of each resample, shape (RESAMPLES,)."""
    losses = log_losses(y_true, y_score)
    right = (y_score >= 0.5) == (y_true == 1)
    figures = {
        name: each[rows].mean(axis=1)
        for name, each in (
            ("log_loss", losses),
            ("brier", (y_score - y_true) ** 2),
            ("accuracy", right),
        )
    }
    n_healthy = int((y_true == 0).sum())
    if 0 < n_healthy < len(y_true):
        figures["roc_auc"] = _bootstrap_roc_auc(y_score, rows, n_healthy)
        figures["average_precision"] = _bootstrap_precision(y_true, y_score, rows)
    return figures


def _figure(value: float, part: float, resampled: FloatArray, scale: float) -> Figure:
    """The figure of all rows, with the resampled rows' interval around it."""
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    if scale == 1:
        return Figure(float(value), float(low), float(high))
    return Figure(
        float(value), float(value + (low - part) * scale), float(value + (high - part) * scale)
    )


def _bootstrap_roc_auc(y_score: FloatArray, rows: IntArray, n_healthy: int) -> FloatArray:
    """The AUC of each resample, shape (RESAMPLES,): the mean rank of the diseased (Mann and Whitney
    1947).
    """
    ranks = rankdata(y_score[rows], axis=1)  # ties share their mean rank
    n_diseased = rows.shape[1] - n_healthy
    rank_sum = ranks[:, n_healthy:].sum(axis=1)
    return np.asarray((rank_sum - n_diseased * (n_diseased + 1) / 2) / (n_healthy * n_diseased))


def _bootstrap_precision(y_true: IntArray, y_score: FloatArray, rows: IntArray) -> FloatArray:
    """The average precision of each resample, shape (RESAMPLES,): the mean precision at the
    diseased, ties read as one step.
    """
    order = np.argsort(-y_score[rows], axis=1, kind="stable")
    scores, hits = (
        np.take_along_axis(y_score[rows], order, axis=1),
        np.take_along_axis(y_true[rows], order, axis=1),
    )
    precision = hits.cumsum(axis=1) / np.arange(1, rows.shape[1] + 1)
    last = np.ones_like(scores, dtype=bool)  # where a run of equal scores ends
    last[:, :-1] = scores[:, 1:] != scores[:, :-1]
    position = np.where(last, np.arange(rows.shape[1]), rows.shape[1] - 1)
    run_end = np.minimum.accumulate(position[:, ::-1], axis=1)[:, ::-1]
    at_run_end = np.take_along_axis(precision, run_end, axis=1)
    return np.asarray((at_run_end * hits).sum(axis=1) / hits.sum(axis=1))
