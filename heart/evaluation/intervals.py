"""95 % intervals: exact ones of shares, and bootstrap ones of everything else."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from scipy.special import betaincinv
from scipy.stats import rankdata
from scipy.stats import t as student
from sklearn.metrics import roc_auc_score

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
    if not 0 < int((y_true == 0).sum()) < len(y_true):
        return NO_FIGURE
    draws = _draw(y_true, np.random.default_rng(random_state))
    whole = float(np.mean([roc_auc_score(y_true, scores) for scores in y_scores]))
    return _figure(whole, np.mean([_resample_auc(y_true, s, draws) for s in y_scores], axis=0))


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
    draws = _draw(y_true, np.random.default_rng(random_state))
    whole = _means([score_all(y_true, scores) for scores in y_scores])
    resampled = _means([_resampled_figures(y_true, scores, draws) for scores in y_scores])
    figures = {name: _figure(whole[name], resampled[name]) for name in whole}
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
    draws, pair = _draw(y_true, np.random.default_rng(random_state)), (first, second)
    whole = [score_all(y_true, scores) for scores in pair]
    resampled = [_resampled_figures(y_true, scores, draws) for scores in pair]
    figures = {
        name: _figure(whole[1][name] - whole[0][name], resampled[1][name] - resampled[0][name])
        for name in whole[0]
    }
    return dict.fromkeys(LEADERBOARD, NO_FIGURE) | figures


def _means(repeats: list[dict[str, Any]]) -> dict[str, Any]:
    """Each figure's mean over the repeats."""
    return {name: np.mean([figures[name] for figures in repeats], axis=0) for name in repeats[0]}


class _Draws(NamedTuple):
    """Resampled patients, those of each class on their own: ranks need both classes, and are of as
    many of each; for means, `share` says how many of each would have been drawn.

    Attributes:
        kept: rows of the healthy and of the diseased who are resampled: all of them up to
            `MAX_RESAMPLED` patients, else at most half as many of the rarer class and the rest of
            the other.
        rows: of each resample, shape (RESAMPLES, m), healthy ones first.
        shrink: for either class, by how much its mean moves less than that of the kept ones: the
            root of kept / all.
        share: of the diseased, where patients are drawn whatever their class, shape (RESAMPLES,).
    """

    kept: tuple[IntArray, IntArray]
    rows: IntArray
    shrink: tuple[float, float]
    share: FloatArray

    @property
    def is_part(self) -> bool:
        """Whether some patients are not resampled."""
        return min(self.shrink) < 1

    def of_class(self, outcome: int) -> IntArray:
        """The columns of `rows` that are of a class."""
        n_healthy = len(self.kept[0])
        return self.rows[:, n_healthy:] if outcome else self.rows[:, :n_healthy]

    def move(self, values: FloatArray, outcome: int) -> FloatArray:
        """How far the mean of a class's values moves from sample to sample, shape (RESAMPLES,)."""
        if not len(kept := self.kept[outcome]):
            return np.zeros(len(self.rows))
        moved = values[self.of_class(outcome)].mean(axis=1) - values[kept].mean()
        return np.asarray(moved * self.shrink[outcome])


def _draw(y_true: IntArray, rng: np.random.Generator) -> _Draws:
    healthy, diseased = (np.flatnonzero(y_true == outcome) for outcome in (0, 1))
    n = len(y_true)
    kept, shrink = (healthy, diseased), (1.0, 1.0)
    if n > MAX_RESAMPLED:
        rarer = min(len(healthy), len(diseased), MAX_RESAMPLED // 2)
        few = len(diseased) <= len(healthy)
        sizes = (MAX_RESAMPLED - rarer, rarer) if few else (rarer, MAX_RESAMPLED - rarer)
        kept = (
            rng.choice(healthy, sizes[0], replace=False),
            rng.choice(diseased, sizes[1], replace=False),
        )
        shrink = (
            float(sizes[0] / max(len(healthy), 1)) ** 0.5,
            float(sizes[1] / max(len(diseased), 1)) ** 0.5,
        )
    rows = np.hstack([rng.choice(group, (RESAMPLES, len(group))) for group in kept if len(group)])
    share = rng.binomial(n, len(diseased) / n, RESAMPLES) / n
    return _Draws(kept, rows, shrink, share)


def _resampled_figures(
    y_true: IntArray, y_score: FloatArray, draws: _Draws
) -> dict[str, FloatArray]:
    """Each figure of each resample, shape (RESAMPLES,). Means over patients are of patients drawn
    whatever their class: other patients would not be as many of each, and those of a constant would
    be without doubt.
    """
    of_patients = {
        "log_loss": log_losses(y_true, y_score),
        "brier": (y_score - y_true) ** 2,
        "accuracy": ((y_score >= 0.5) == (y_true == 1)).astype(np.float64),
    }
    figures = {name: _resample_mean(each, y_true, draws) for name, each in of_patients.items()}
    if len(draws.kept[0]) and len(draws.kept[1]):
        figures["roc_auc"] = _resample_auc(y_true, y_score, draws)
        figures["average_precision"] = _resample_precision(y_true, y_score, draws)
    return figures


def _resample_mean(values: FloatArray, y_true: IntArray, draws: _Draws) -> FloatArray:
    """The mean over patients, of each resample of patients whatever their class: both classes'
    means, by the share of either that was drawn. Of a single class its own, for its share is 1.
    """
    healthy, diseased = (
        (values[y_true == outcome].mean() if len(draws.kept[outcome]) else 0.0)
        + draws.move(values, outcome)
        for outcome in (0, 1)
    )
    return np.asarray(draws.share * diseased + (1 - draws.share) * healthy)


def _resample_auc(y_true: IntArray, y_score: FloatArray, draws: _Draws) -> FloatArray:
    """Where not all patients are resampled, by placements: a diseased one's is the share of the
    healthy below, and the AUC is the mean of either class's (DeLong and others 1988). So each class
    moves the AUC by as much as its own number says, and the few of a rare one are all there.
    """
    if not draws.is_part:
        return _bootstrap_roc_auc(y_score, draws.rows, len(draws.kept[0]))
    placements = _placements(y_true, y_score)
    moved = draws.move(placements, 0) + draws.move(placements, 1)
    return np.asarray(placements[y_true == 1].mean() + moved)


def _placements(y_true: IntArray, y_score: FloatArray) -> FloatArray:
    """The share of the other class that is on the right side of each patient, ties counting half,
    shape (n,).
    """
    placements, among_all = np.empty(len(y_true)), rankdata(y_score)
    for outcome in (0, 1):
        own = y_true == outcome
        below = (among_all[own] - rankdata(y_score[own])) / (~own).sum()
        placements[own] = below if outcome else 1 - below
    return placements


def _resample_precision(y_true: IntArray, y_score: FloatArray, draws: _Draws) -> FloatArray:
    """Where not all patients are resampled, those who are stand for as many as were left out."""
    if not draws.is_part:
        return _bootstrap_precision(y_true, y_score, draws.rows)
    healthy, diseased = (1 / shrink**2 for shrink in draws.shrink)
    bootstrap = partial(_bootstrap_precision, y_true, y_score, weights=(healthy, diseased))
    moved = bootstrap(draws.rows) - bootstrap(np.concatenate(draws.kept)[None, :])
    whole = score_all(y_true, y_score)["average_precision"]
    # the class that moves it more is not known: the greater of both factors is on the safe side
    return np.asarray(whole + moved * max(draws.shrink))


def _figure(value: float, resampled: FloatArray) -> Figure:
    """The figure with the interval of its resamples."""
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return Figure(float(value), float(low), float(high))


def _bootstrap_roc_auc(y_score: FloatArray, rows: IntArray, n_healthy: int) -> FloatArray:
    """The AUC of each resample, healthy ones first in `rows`, shape (RESAMPLES,): the share of
    pairs in which the diseased has the higher score, ties counting half (Mann and Whitney 1947).
    """
    diseased, healthy = _count_steps(y_score, rows, n_healthy)
    higher = diseased.cumsum(axis=1) - diseased / 2
    pairs = n_healthy * (rows.shape[1] - n_healthy)
    return np.asarray(np.einsum("rs,rs->r", higher, healthy) / pairs)


def _bootstrap_precision(
    y_true: IntArray,
    y_score: FloatArray,
    rows: IntArray,
    *,
    weights: tuple[float, float] = (1.0, 1.0),
) -> FloatArray:
    """The average precision of each resample, healthy ones first in `rows`, shape (RESAMPLES,): the
    mean precision at the diseased, ties read as one step; a healthy and a diseased one count as
    many as the weights say.
    """
    n_healthy = int((y_true[rows[0]] == 0).sum())
    diseased, healthy = _count_steps(y_score, rows, n_healthy)
    true, false = weights[1] * diseased.cumsum(axis=1), weights[0] * healthy.cumsum(axis=1)
    # above the first who was drawn there is nobody, and no precision that counts
    precision = true / np.where(true + false > 0, true + false, 1)
    return np.asarray(np.einsum("rs,rs->r", precision, diseased) / (rows.shape[1] - n_healthy))


def _count_steps(
    y_score: FloatArray, rows: IntArray, n_healthy: int
) -> tuple[FloatArray, FloatArray]:
    """How many diseased and how many healthy of each resample have each score, the highest first,
    each of shape (RESAMPLES, scores): the scores are sorted once and not for each resample. Those
    of patients whom no resample has are left out, of a large file most of them.
    """
    is_drawn = np.zeros(len(y_score), dtype=np.bool_)
    is_drawn[rows] = True
    step = np.zeros(len(y_score), dtype=np.int64)
    scores, step[is_drawn] = np.unique(-y_score[is_drawn], return_inverse=True)
    start = np.arange(len(rows))[:, None] * len(scores)
    diseased, healthy = (
        np.bincount((start + step[drawn]).ravel(), minlength=len(rows) * len(scores))
        .reshape(len(rows), len(scores))
        .astype(np.float64)
        for drawn in (rows[:, n_healthy:], rows[:, :n_healthy])
    )
    return diseased, healthy
