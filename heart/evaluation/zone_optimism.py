"""What the borders of zones promise other patients: those who set them flatter them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heart.evaluation.metrics import FloatArray, IntArray
from heart.evaluation.threshold_table import GRID, Counts
from heart.evaluation.thresholds import find_threshold


class Promises(NamedTuple):
    """Sensitivity and negative predictive value at the lower border, specificity and positive
    predictive value at the upper one; NaN where nobody is decided so.
    """

    sensitivity: float
    npv: float
    specificity: float
    precision: float


def correct_borders(
    counts: Counts, resampled: Counts, *, sensitivity: float, specificity: float
) -> Promises:
    """The promises of `heart.evaluation.policies.three_zones` less their optimism.

    Optimism is by how much borders that are set on a resample of the patients do better there than
    on all patients, in the mean over the resamples (Harrell, Lee and Mark, Statistics in Medicine
    1996;15:361, for this bootstrap). The model is not refitted: its probabilities are out of fold.

    Args:
        counts: of the patients, shape (101,).
        resampled: of resamples with as many of each class, shape (resamples, 101).
        sensitivity: that ruling out keeps, 0-1.
        specificity: that ruling in keeps, 0-1.
    """
    wanted = {"sensitivity": sensitivity, "specificity": specificity}
    own = _find_borders(counts, wanted)
    theirs = _find_borders(resampled, wanted)
    apparent = _promise(counts, own)
    optimism = _promise(resampled, theirs) - _promise(counts, theirs)
    known = ~np.isnan(optimism)
    mean = np.where(known, optimism, 0).sum(axis=-1) / np.maximum(known.sum(axis=-1), 1)
    return Promises(*np.clip(apparent - mean, 0, 1).tolist())


def _find_borders(counts: Counts, wanted: dict[str, float]) -> tuple[IntArray, IntArray]:
    """The places of the lower and the upper border in `GRID`, shape (...) each."""
    low, high = (
        np.rint(find_threshold(counts, rule, at_least=share) * (len(GRID) - 1)).astype(np.int64)
        for rule, share in wanted.items()
    )
    return low, np.maximum(low, high)


def _promise(counts: Counts, borders: tuple[IntArray, IntArray]) -> FloatArray:
    """`Promises` of these counts at these borders, shape (4, ...)."""
    (tp_low, fp_low), (tp_high, fp_high) = (_at(counts, border) for border in borders)
    missed, spared = counts.positives - tp_low, counts.negatives - fp_low
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.stack(
            [
                tp_low / np.float64(counts.positives),
                spared / (missed + spared),
                1 - fp_high / np.float64(counts.negatives),
                tp_high / (tp_high + fp_high),
            ]
        )


def _at(counts: Counts, border: IntArray) -> tuple[FloatArray, FloatArray]:
    """`tp` and `fp` at one border for each sample, or of one sample at several, shape (...)."""
    if counts.tp.ndim == 1:
        return counts.tp[border], counts.fp[border]
    rows = np.arange(len(border))
    return counts.tp[rows, border], counts.fp[rows, border]
