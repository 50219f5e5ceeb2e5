"""How far a threshold, and what it does, would move with other patients: exact intervals of shares,
and what is resampled, which is computed once and then looked up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from heart.evaluation.intervals import proportion_ends
from heart.evaluation.metrics import FloatArray, IntArray
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.policies import (
    Zones,
    probability_at_prevalence,
    rates_at_prevalence,
    three_zones,
)
from heart.evaluation.threshold_table import (
    COST_RATIO,
    GRID,
    Counts,
    counts_of,
    threshold_table,
)
from heart.evaluation.thresholds import find_threshold
from heart.evaluation.zone_optimism import Promises, correct_borders

RESAMPLES = 500
LOW, HIGH = 0.025, 0.975
FIXED = ("recall", "specificity")
MOVING = ("precision", "npv", "needed", "cost")


class ThresholdCurves:
    """What every threshold does, with 95 % intervals, from out-of-fold predictions.

    Each patient counts once, with the mean of the repeats' predictions. The intervals of shares are
    exact (Clopper and Pearson 1934), as elsewhere: resampling finds nothing else where all of a few
    patients are alike, and so no width. That of the cost is by bootstrap over patients. All
    resampling happens here; `table`, `at` and `tuned` are a few milliseconds of arithmetic, so that
    they can follow a slider.

    Args:
        predictions: of patients that the models did not see.
        random_state: seed of the bootstrap.
    """

    def __init__(self, predictions: OutOfFold, *, random_state: int = 0) -> None:
        self.predictions = predictions
        self.y_true, self.y_score = predictions.y_true, predictions.mean_score
        self.counts = counts_of(threshold_table(self.y_true, self.y_score))
        weights = _draw(self.y_true, np.random.default_rng(random_state))
        self._weights = weights.astype(np.uint8)  # nobody is drawn 256 times: an eighth of memory
        self._resampled = _count(self.y_true, self.y_score, weights)
        # one repeat's predictions each: the choice also depends on how the folds fell
        parts = [
            _count(self.y_true, scores, weights[r :: len(predictions.y_score)])
            for r, scores in enumerate(predictions.y_score)
        ]
        self._of_repeats = parts[0]._replace(
            tp=np.concatenate([p.tp for p in parts]), fp=np.concatenate([p.fp for p in parts])
        )

    @property
    def prevalence(self) -> float:
        """Share of diseased among these patients."""
        return float(self.y_true.mean())

    def table(
        self, *, cost_ratio: float = COST_RATIO, prevalence: float | None = None
    ) -> pd.DataFrame:
        """One row a threshold from 0 to 1 in steps of 0.01.

        Columns: `threshold`, the counts `tn`, `fp`, `fn`, `tp`, and `recall`, `specificity`,
        `precision`, `npv`, `needed` (follow-ups for one patient found), `f1`, `cost` (false alarms
        a patient), each but F1 with `_low` and `_high`. NaN where nobody is decided so.

        Args:
            cost_ratio: what a missed patient costs, in false alarms.
            prevalence: share of diseased where the model is to be used; by default these patients'.
                Counts and F1 stay as they are here. The ends of `precision`, `npv` and `needed` are
                the exact ones of these patients, moved as the figures themselves are.
        """
        return self._describe(GRID, self.counts, self._resampled, cost_ratio, prevalence)

    def at(
        self, threshold: float, *, cost_ratio: float = COST_RATIO, prevalence: float | None = None
    ) -> pd.Series:
        """The row that `table` would have at this very threshold, on its grid or between.

        Args:
            threshold: 0-1.
            cost_ratio: as for `table`.
            prevalence: as for `table`.
        """
        return self.at_each([threshold], cost_ratio=cost_ratio, prevalence=prevalence).iloc[0]

    def at_each(
        self,
        thresholds: Sequence[float],
        *,
        cost_ratio: float = COST_RATIO,
        prevalence: float | None = None,
    ) -> pd.DataFrame:
        """As `at`, a row a threshold, in their order: together they take as long as one alone.

        Args:
            thresholds: each 0-1.
            cost_ratio: as for `table`.
            prevalence: as for `table`.
        """
        grid = np.array(thresholds, dtype=np.float64)
        once = np.ones((1, len(self.y_true)))
        counts, resampled = (
            _count(self.y_true, self.y_score, weights, grid) for weights in (once, self._weights)
        )
        counts = counts._replace(tp=counts.tp[0], fp=counts.fp[0])
        return self._describe(grid, counts, resampled, cost_ratio, prevalence)

    def _describe(
        self,
        thresholds: FloatArray,
        counts: Counts,
        resampled: Counts,
        cost_ratio: float,
        prevalence: float | None,
    ) -> pd.DataFrame:
        """One row a threshold: see `table`."""
        share = self.prevalence if prevalence is None else prevalence
        costs = _figures(resampled, share, cost_ratio)["cost"]
        ends = {**_exact_ends(counts, here=self.prevalence, there=share), "cost": _band(costs)}
        columns: dict[str, object] = {"threshold": thresholds, **_whole_counts(counts)}
        for name, value in _figures(counts, share, cost_ratio).items():
            low, high = ends[name]
            columns |= {name: value, f"{name}_low": low, f"{name}_high": high}
        return pd.DataFrame(columns)

    def zones(self, *, sensitivity: float, specificity: float) -> Zones:
        """Three zones: ruling out keeps the wanted sensitivity on these patients, ruling in the
        wanted specificity.
        """
        return _zones(
            self.y_true, self.y_score, self.counts, sensitivity=sensitivity, specificity=specificity
        )

    def corrected(self, *, sensitivity: float, specificity: float) -> Promises:
        """What the borders of `zones` promise patients who did not set them."""
        return correct_borders(
            self.counts, self._resampled, sensitivity=sensitivity, specificity=specificity
        )

    def tuned(
        self, rule: str, *, cost_ratio: float = COST_RATIO, at_least: float | None = None
    ) -> FloatArray:
        """The thresholds that a rule chooses on resampled patients, each set with one repeat's
        predictions, shape (500,).
        """
        return find_threshold(self._of_repeats, rule, cost_ratio=cost_ratio, at_least=at_least)


def choose_zones(
    y_true: IntArray, y_score: FloatArray, *, sensitivity: float, specificity: float
) -> Zones:
    """Three zones: ruling out keeps the wanted sensitivity on these patients, ruling in the wanted
    specificity.

    Args:
        y_true: 0 or 1, shape (n,).
        y_score: out-of-fold probabilities, shape (n,).
        sensitivity: that ruling out keeps, 0-1.
        specificity: that ruling in keeps, 0-1.
    """
    counts = counts_of(threshold_table(y_true, y_score))
    return _zones(y_true, y_score, counts, sensitivity=sensitivity, specificity=specificity)


def _zones(
    y_true: IntArray,
    y_score: FloatArray,
    counts: Counts,
    *,
    sensitivity: float,
    specificity: float,
) -> Zones:
    low, high = (
        float(find_threshold(counts, rule, at_least=share))
        for rule, share in (("sensitivity", sensitivity), ("specificity", specificity))
    )
    return three_zones(y_true, y_score, low=low, high=max(low, high))


def _draw(y_true: np.ndarray, rng: np.random.Generator) -> FloatArray:
    """How often each patient is in each resample, shape (500, n); the number of each
    class stays.
    """
    weights = np.zeros((RESAMPLES, len(y_true)))
    for outcome in (0, 1):
        group = np.flatnonzero(y_true == outcome)
        if len(group):
            weights[:, group] = rng.multinomial(
                len(group), np.full(len(group), 1 / len(group)), size=RESAMPLES
            )
    return weights


def _count(
    y_true: np.ndarray,
    y_score: FloatArray,
    weights: np.ndarray,
    thresholds: FloatArray = GRID,
) -> Counts:
    """The counts of each resample, shape (resamples, thresholds)."""
    decided = (y_score[:, None] >= thresholds).astype(np.float64)  # (n, thresholds)
    diseased = y_true == 1
    return Counts(
        weights[:, diseased] @ decided[diseased],
        weights[:, ~diseased] @ decided[~diseased],
        int(diseased.sum()),
        int((~diseased).sum()),
    )


def _whole_counts(counts: Counts) -> dict[str, object]:
    tp, fp, positives, negatives = counts
    fn, tn = positives - tp, negatives - fp
    whole: dict[str, object] = {
        "tn": tn.astype(int),
        "fp": fp.astype(int),
        "fn": fn.astype(int),
        "tp": tp.astype(int),
    }
    return whole | {"f1": 2 * tp / np.maximum(2 * tp + fp + fn, 1)}


def _exact_ends(
    counts: Counts, *, here: float, there: float
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """The exact intervals of `_figures`' shares, and of `needed`. Those of the predictive values
    are of the patients who are decided so, moved from one share of ill patients to another.
    """
    tp, fp, positives, negatives = counts
    fn, tn = positives - tp, negatives - fp
    precision, npv = (
        _move(proportion_ends(right, right + wrong), here=share, there=wanted)
        for right, wrong, share, wanted in ((tp, fp, here, there), (tn, fn, 1 - here, 1 - there))
    )
    with np.errstate(divide="ignore"):
        needed = 1 / precision[1], 1 / precision[0]
    return {
        "recall": proportion_ends(tp, np.full_like(tp, positives)),
        "specificity": proportion_ends(tn, np.full_like(tn, negatives)),
        "precision": precision,
        "npv": npv,
        "needed": needed,
    }


def _move(
    ends: tuple[FloatArray, FloatArray], *, here: float, there: float
) -> tuple[FloatArray, FloatArray]:
    if here == there:  # also where nobody or everybody is ill, whose odds do not exist
        return ends
    low, high = (probability_at_prevalence(end, here=here, there=there) for end in ends)
    return low, high


def _figures(counts: Counts, prevalence: float, cost_ratio: float) -> dict[str, FloatArray]:
    recall, specificity = counts.recall, counts.specificity
    rates = rates_at_prevalence(recall, specificity, prevalence, cost_ratio=cost_ratio)
    return {"recall": recall, "specificity": specificity, **rates._asdict()}


def _band(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """2.5th and 97.5th percentile over the resamples, those without a value left out; NaN where
    none has one.

    Sorting puts NaN last, so the percentile's place follows from how many there are:
    `numpy.nanquantile` takes 30 times as long.
    """
    ordered = np.sort(values, axis=0)
    known = len(values) - np.isnan(values).sum(axis=0)
    columns = np.arange(values.shape[1])
    low, high = (
        ordered[np.maximum(np.round(q * (known - 1)).astype(int), 0), columns] for q in (LOW, HIGH)
    )
    return low, high
