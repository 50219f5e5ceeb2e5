"""How far a threshold, and what it does, would move with other patients: bootstrap bands, computed
once and then looked up.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from heart.evaluation.metrics import FloatArray, IntArray
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.policies import Zones, rates_at_prevalence, three_zones
from heart.evaluation.threshold_table import (
    COST_RATIO,
    GRID,
    Counts,
    counts_of,
    threshold_table,
)
from heart.evaluation.thresholds import find_threshold

RESAMPLES = 500
LOW, HIGH = 0.025, 0.975
FIXED = ("recall", "specificity")
MOVING = ("precision", "npv", "needed", "cost")


class ThresholdCurves:
    """What every threshold does, with 95 % bootstrap bands over patients, from out-of-fold
    predictions.

    Each patient counts once, with the mean of the repeats' predictions. All resampling happens
    here; `table` and `tuned` are a few milliseconds of arithmetic, so that they can follow a
    slider.

    Args:
        predictions: of patients that the models did not see.
        random_state: seed of the bootstrap.
    """

    def __init__(self, predictions: OutOfFold, *, random_state: int = 0) -> None:
        self.predictions = predictions
        self.y_true, self.y_score = predictions.y_true, predictions.mean_score
        self.counts = counts_of(threshold_table(self.y_true, self.y_score))
        weights = _draw(self.y_true, np.random.default_rng(random_state))
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
                Counts and F1 stay as they are here.
        """
        share = self.prevalence if prevalence is None else prevalence
        columns: dict[str, object] = {"threshold": GRID, **self._whole_counts()}
        values, bands = (
            _figures(self.counts, share, cost_ratio),
            _figures(self._resampled, share, cost_ratio),
        )
        for name, value in values.items():
            low, high = _band(bands[name])
            columns |= {name: value, f"{name}_low": low, f"{name}_high": high}
        return pd.DataFrame(columns)

    def _whole_counts(self) -> dict[str, object]:
        tp, fp, positives, negatives = self.counts
        fn, tn = positives - tp, negatives - fp
        counts: dict[str, object] = {
            "tn": tn.astype(int),
            "fp": fp.astype(int),
            "fn": fn.astype(int),
            "tp": tp.astype(int),
        }
        return counts | {"f1": 2 * tp / np.maximum(2 * tp + fp + fn, 1)}

    def zones(self, *, sensitivity: float, specificity: float) -> Zones:
        """Three zones: ruling out keeps the wanted sensitivity on these patients, ruling in the
        wanted specificity.
        """
        return _zones(
            self.y_true, self.y_score, self.counts, sensitivity=sensitivity, specificity=specificity
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


def nearest_row(table: pd.DataFrame, threshold: float) -> pd.Series:
    """The row of a table of thresholds that is nearest to one."""
    return table.iloc[int((table["threshold"] - threshold).abs().argmin())]


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


def _count(y_true: np.ndarray, y_score: FloatArray, weights: FloatArray) -> Counts:
    """The counts of each resample, shape (resamples, 101)."""
    decided = (y_score[:, None] >= GRID).astype(np.float64)  # (n, 101)
    diseased = y_true == 1
    return Counts(
        weights[:, diseased] @ decided[diseased],
        weights[:, ~diseased] @ decided[~diseased],
        int(diseased.sum()),
        int((~diseased).sum()),
    )


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
