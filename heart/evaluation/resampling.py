"""95 % intervals by bootstrap over patients."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score

from heart.evaluation.figures import LEADERBOARD, NO_FIGURE, Figure
from heart.evaluation.intervals import CONFIDENCE
from heart.evaluation.metrics import FloatArray, IntArray, log_losses, score_all

MAX_RESAMPLED = 2_000
RESAMPLES = 1000
COUNTED_TOGETHER = 250


def bootstrap_roc_auc(y_true: IntArray, y_scores: FloatArray, *, random_state: int = 0) -> Figure:
    """The ROC AUC of `bootstrap_figures` alone, in a third of the time; no figure of one class.

    Args:
        y_true: 0 or 1, shape (n,).
        y_scores: probabilities, shape (repeats, n).
        random_state: seed of the bootstrap.
    """
    if not 0 < int((y_true == 0).sum()) < len(y_true):
        return NO_FIGURE
    draws = draw_patients(y_true, np.random.default_rng(random_state))
    whole = float(np.mean([roc_auc_score(y_true, scores) for scores in y_scores]))
    return figure_of(whole, np.mean([_resample_auc(y_true, s, draws) for s in y_scores], axis=0))


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
    draws = draw_patients(y_true, np.random.default_rng(random_state))
    whole = _means([score_all(y_true, scores) for scores in y_scores])
    resampled = _means([_resampled_figures(y_true, scores, draws) for scores in y_scores])
    figures = {name: figure_of(whole[name], resampled[name]) for name in whole}
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
    draws, pair = draw_patients(y_true, np.random.default_rng(random_state)), (first, second)
    whole = [score_all(y_true, scores) for scores in pair]
    resampled = [_resampled_figures(y_true, scores, draws) for scores in pair]
    figures = {
        name: figure_of(whole[1][name] - whole[0][name], resampled[1][name] - resampled[0][name])
        for name in whole[0]
    }
    return dict.fromkeys(LEADERBOARD, NO_FIGURE) | figures


def _means(repeats: list[dict[str, Any]]) -> dict[str, Any]:
    """Each figure's mean over the repeats."""
    return {name: np.mean([figures[name] for figures in repeats], axis=0) for name in repeats[0]}


class Draws(NamedTuple):
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


def draw_patients(y_true: IntArray, rng: np.random.Generator) -> Draws:
    """Whom each resample of a file has.

    Args:
        y_true: 0 or 1, shape (n,).
        rng: draws.
    """
    healthy, diseased = (np.flatnonzero(y_true == outcome) for outcome in (0, 1))
    kept = (healthy, diseased)
    if len(y_true) > MAX_RESAMPLED:
        n_healthy, n_diseased = sizes_kept(len(healthy), len(diseased))
        kept = (
            rng.choice(healthy, n_healthy, replace=False),
            rng.choice(diseased, n_diseased, replace=False),
        )
    return draw_from(kept, (len(healthy), len(diseased)), rng)


def sizes_kept(n_healthy: int, n_diseased: int) -> tuple[int, int]:
    """How many of each class are resampled; see `Draws.kept`."""
    if n_healthy + n_diseased <= MAX_RESAMPLED:
        return n_healthy, n_diseased
    rarer = min(n_healthy, n_diseased, MAX_RESAMPLED // 2)
    few = n_diseased <= n_healthy
    return (MAX_RESAMPLED - rarer, rarer) if few else (rarer, MAX_RESAMPLED - rarer)


def draw_from(
    kept: tuple[IntArray, IntArray], sizes: tuple[int, int], rng: np.random.Generator
) -> Draws:
    """Resamples of the patients who are kept.

    Args:
        kept: their rows, the healthy and the diseased.
        sizes: how many healthy and diseased there are in all.
        rng: draws.
    """
    healthy, diseased = (
        (len(group) / size) ** 0.5 if size else 1.0 for group, size in zip(kept, sizes, strict=True)
    )
    rows = np.hstack([rng.choice(group, (RESAMPLES, len(group))) for group in kept if len(group)])
    n = sum(sizes)
    share = rng.binomial(n, sizes[1] / n, RESAMPLES) / n
    return Draws(kept, rows, (healthy, diseased), share)


def _resampled_figures(
    y_true: IntArray, y_score: FloatArray, draws: Draws
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
    figures = {
        name: resample_mean(each, _class_means(each, y_true), draws)
        for name, each in of_patients.items()
    }
    if len(draws.kept[0]) and len(draws.kept[1]):
        figures["roc_auc"] = _resample_auc(y_true, y_score, draws)
        figures["average_precision"] = _resample_precision(y_true, y_score, draws)
    return figures


def _class_means(values: FloatArray, y_true: IntArray) -> tuple[float, float]:
    """The mean of the healthy and of the diseased; 0 of nobody."""
    healthy, diseased = (values[y_true == outcome] for outcome in (0, 1))
    return (
        float(healthy.mean()) if len(healthy) else 0.0,
        float(diseased.mean()) if len(diseased) else 0.0,
    )


def resample_mean(values: FloatArray, means: tuple[float, float], draws: Draws) -> FloatArray:
    """The mean over patients, of each resample of patients whatever their class: both classes'
    means, by the share of either that was drawn. Of a single class its own, for its share is 1.

    Args:
        values: of the patients that `draws` has rows of.
        means: of all healthy and all diseased patients.
        draws: the resamples.
    """
    healthy, diseased = (means[outcome] + draws.move(values, outcome) for outcome in (0, 1))
    return np.asarray(draws.share * diseased + (1 - draws.share) * healthy)


def _resample_auc(y_true: IntArray, y_score: FloatArray, draws: Draws) -> FloatArray:
    if not draws.is_part:
        return _bootstrap_roc_auc(y_score, draws.rows, len(draws.kept[0]))
    placements = _placements(y_true, y_score)
    return resample_placements(placements, float(placements[y_true == 1].mean()), draws)


def resample_placements(placements: FloatArray, roc_auc: float, draws: Draws) -> FloatArray:
    """The AUC of each resample where not all patients are resampled: a diseased one's placement is
    the share of the healthy below, and the AUC is the mean of either class's (DeLong and others
    1988). So each class moves the AUC by as much as its own number says, and the few of a rare one
    are all there.

    Args:
        placements: of the patients that `draws` has rows of, among all.
        roc_auc: of all.
        draws: the resamples.
    """
    moved = draws.move(placements, 0) + draws.move(placements, 1)
    return np.asarray(roc_auc + moved)


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


def _resample_precision(y_true: IntArray, y_score: FloatArray, draws: Draws) -> FloatArray:
    if not draws.is_part:
        return _bootstrap_precision(y_true, y_score, draws.rows)
    whole = score_all(y_true, y_score)["average_precision"]
    return resample_precision(y_true, y_score, whole, draws)


def resample_precision(
    y_true: IntArray, y_score: FloatArray, whole: float, draws: Draws
) -> FloatArray:
    """The average precision of each resample where not all patients are resampled: those who are
    stand for as many as were left out.

    Args:
        y_true: of the patients that `draws` has rows of.
        y_score: theirs.
        whole: the average precision of all.
        draws: the resamples.
    """
    healthy, diseased = (1 / shrink**2 for shrink in draws.shrink)
    bootstrap = partial(_bootstrap_precision, y_true, y_score, weights=(healthy, diseased))
    moved = bootstrap(draws.rows) - bootstrap(np.concatenate(draws.kept)[None, :])
    # the class that moves it more is not known: the greater of both factors is on the safe side
    return np.asarray(whole + moved * max(draws.shrink))


def figure_of(value: float, resampled: FloatArray) -> Figure:
    """A figure with the interval of its resamples, shape (RESAMPLES,)."""
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return Figure(float(value), float(low), float(high))


def _bootstrap_roc_auc(y_score: FloatArray, rows: IntArray, n_healthy: int) -> FloatArray:
    """The AUC of each resample, healthy ones first in `rows`, shape (RESAMPLES,): the share of
    pairs in which the diseased has the higher score, ties counting half (Mann and Whitney 1947).
    """
    higher = []
    for some in _part(rows):
        diseased, healthy = _count_steps(y_score, some, n_healthy)
        higher.append(np.einsum("rs,rs->r", diseased.cumsum(axis=1) - diseased / 2, healthy))
    return np.asarray(np.concatenate(higher) / (n_healthy * (rows.shape[1] - n_healthy)))


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
    sums = []
    for some in _part(rows):
        diseased, healthy = _count_steps(y_score, some, n_healthy)
        true, false = weights[1] * diseased.cumsum(axis=1), weights[0] * healthy.cumsum(axis=1)
        # above the first who was drawn there is nobody, and no precision that counts
        precision = true / np.where(true + false > 0, true + false, 1)
        sums.append(np.einsum("rs,rs->r", precision, diseased))
    return np.asarray(np.concatenate(sums) / (rows.shape[1] - n_healthy))


def _part(rows: IntArray) -> list[IntArray]:
    """Resamples that are counted together: of all together a table would take 16 MB."""
    return np.array_split(rows, -(-len(rows) // COUNTED_TOGETHER))


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
