"""Figures of predictions that come piece by piece, in memory that does not grow with them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from heart.evaluation.figures import OVERALL, Figure
from heart.evaluation.judged import PartMetrics, ThresholdMetrics, metrics_of
from heart.evaluation.metrics import FloatArray, IntArray, log_losses
from heart.evaluation.resampling import (
    MAX_RESAMPLED,
    bootstrap_figures,
    draw_from,
    figure_of,
    resample_mean,
    resample_placements,
    resample_precision,
    sizes_kept,
)
from heart.evaluation.threshold_table import Counts, counts_of, threshold_table

STEPS = 2**18
"""Probabilities closer than a 260,000th may count as equal, where they are ranked: 4 MiB."""

LOSSES = ("log_loss", "brier")


class StreamedCounts:
    """How many are decided "disease" at each threshold of the grid."""

    def __init__(self) -> None:
        self._counts: Counts | None = None

    def add(self, y_true: IntArray, y_score: FloatArray) -> None:
        """Count some more patients, shape (n,) each."""
        new = counts_of(threshold_table(y_true, y_score))
        if (old := self._counts) is not None:
            new = Counts(
                old.tp + new.tp,
                old.fp + new.fp,
                old.positives + new.positives,
                old.negatives + new.negatives,
            )
        self._counts = new

    def finish(self) -> Counts:
        """Of all patients, of whom there are some."""
        assert self._counts is not None  # noqa: S101
        return self._counts


class StreamedScores:
    """As `heart.evaluation.judged.metrics_at` and `score_part`, of patients who come in pieces.

    Counts and losses are of all of them, and so are ranks, but for probabilities less than 1/STEPS
    apart, which may count as equal. The intervals are of at most `MAX_RESAMPLED` patients drawn at
    random, as those of `score_part` are of others.

    Args:
        sizes: how many healthy and diseased will come, some of each.
        threshold: disease is predicted where a probability reaches it.
        random_state: seed of who is resampled, and how.
    """

    def __init__(self, sizes: tuple[int, int], *, threshold: float, random_state: int = 0) -> None:
        self.sizes, self.threshold = sizes, threshold
        self._rng = np.random.default_rng(random_state)
        self._confusion = np.zeros((2, 2), dtype=np.int64)
        self._losses = np.zeros((2, len(LOSSES)))
        self._steps = np.zeros((2, STEPS + 1), dtype=np.int64)
        self._kept = [_Sample(size, self._rng) for size in sizes_kept(*sizes)]

    def add(self, y_true: IntArray, y_score: FloatArray) -> None:
        """Judge some more patients, shape (n,) each."""
        losses = _losses(y_true, y_score)
        for outcome in (0, 1):
            own = y_true == outcome
            scores = y_score[own]
            positive = int((scores >= self.threshold).sum())
            self._confusion[outcome] += (len(scores) - positive, positive)
            self._losses[outcome] += losses[own].sum(axis=0)
            self._steps[outcome] += np.bincount(_step(scores), minlength=STEPS + 1)
            self._kept[outcome].add(scores)

    def at(self) -> ThresholdMetrics:
        """Counts and shares at the threshold."""
        return metrics_of(self.threshold, *self._confusion.ravel().tolist())

    def scores(self) -> PartMetrics:
        """The figures over all thresholds."""
        kept = [sample.values for sample in self._kept]
        y_true, y_score = np.repeat([0, 1], [len(scores) for scores in kept]), np.concatenate(kept)
        whole = sum(self.sizes) <= MAX_RESAMPLED
        figures = (
            bootstrap_figures(y_true, y_score[None, :]) if whole else self._figures(y_true, y_score)
        )
        n, positives = sum(self.sizes), self.sizes[1]
        return PartMetrics(n, positives, **{name: figures[name] for name in OVERALL})

    def _figures(self, y_true: IntArray, y_score: FloatArray) -> Mapping[str, Figure]:
        """From those who are kept, and what is known of all."""
        kept = np.flatnonzero(y_true == 0), np.flatnonzero(y_true == 1)
        draws = draw_from(kept, self.sizes, self._rng)
        losses, means = _losses(y_true, y_score), self._losses / np.array(self.sizes)[:, None]
        figures = {
            name: figure_of(
                self._losses[:, i].sum() / sum(self.sizes),
                resample_mean(losses[:, i], (means[0, i], means[1, i]), draws),
            )
            for i, name in enumerate(LOSSES)
        }
        roc_auc, precision = self._roc_auc(), self._average_precision()
        placements = self._placements(y_true, y_score)
        return figures | {
            "roc_auc": figure_of(roc_auc, resample_placements(placements, roc_auc, draws)),
            "average_precision": figure_of(
                precision, resample_precision(y_true, y_score, precision, draws)
            ),
        }

    def _below(self) -> FloatArray:
        """Of each class the share below each step, those on it counting half, (2, STEPS + 1)."""
        return np.asarray(
            (self._steps.cumsum(axis=1) - self._steps / 2) / np.array(self.sizes)[:, None]
        )

    def _placements(self, y_true: IntArray, y_score: FloatArray) -> FloatArray:
        """The share of the other class that is on the right side of each patient."""
        healthy, diseased = self._below()
        step = _step(y_score)
        return np.asarray(np.where(y_true == 1, healthy[step], 1 - diseased[step]))

    def _roc_auc(self) -> float:
        return float(self._below()[0] @ self._steps[1] / self.sizes[1])

    def _average_precision(self) -> float:
        """The mean precision at the diseased, as scikit-learn's."""
        false, true = self._steps[:, ::-1].cumsum(axis=1)
        precision = true / np.maximum(true + false, 1)
        return float(precision @ self._steps[1, ::-1] / self.sizes[1])


class _Sample:
    """So many of the values that come, each as likely as any other: those of the lowest random
    numbers (Vitter, Random sampling with a reservoir, 1985, has more ways).
    """

    def __init__(self, size: int, rng: np.random.Generator) -> None:
        self._size, self._rng = size, rng
        self.values, self._numbers = np.empty(0), np.empty(0)

    def add(self, values: FloatArray) -> None:
        values = np.concatenate([self.values, values])
        numbers = np.concatenate([self._numbers, self._rng.random(len(values) - len(self.values))])
        if len(values) > self._size:
            kept = np.argpartition(numbers, self._size)[: self._size]
            values, numbers = values[kept], numbers[kept]
        self.values, self._numbers = values, numbers


def _step(y_score: FloatArray) -> IntArray:
    return (y_score * STEPS).astype(np.int64)


def _losses(y_true: IntArray, y_score: FloatArray) -> FloatArray:
    """Each patient's part of `LOSSES`, shape (n, 2)."""
    return np.stack([log_losses(y_true, y_score), (y_score - y_true) ** 2], axis=1)
