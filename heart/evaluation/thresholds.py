"""From a probability to a decision: the table of thresholds, and the rules that choose one."""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix_at_thresholds

from heart.errors import SettingsError
from heart.evaluation.metrics import FloatArray, IntArray

COST_RATIO = 2.0
"""Cost of a missed patient in false alarms, as in the tutorial."""

COST_RATIO_BOUNDS = (0.1, 100.0)

GRID = np.round(np.linspace(0.0, 1.0, 101), 2)

_ROUNDING = 1e-12

RULES = MappingProxyType(
    {
        "bayes": "expected cost: false-alarm cost / (false-alarm cost + missed-patient cost)",
        "cheapest": "least cost on the patients it was chosen on",
        "sensitivity": "the highest threshold with the wanted sensitivity",
        "specificity": "the lowest threshold with the wanted specificity",
        "f1": "greatest F1",
        "youden": "greatest sensitivity + specificity (Youden 1950)",
        "manual": "chosen by hand",
    }
)
"""Name of each rule and what it does."""


AUTOMATIC = tuple(rule for rule in RULES if rule != "manual")
WANTING = ("sensitivity", "specificity")
"""Rules that need to be told how much is wanted."""


class ThresholdChoice(NamedTuple):
    """A threshold and where it came from.

    Attributes:
        value: disease is decided at this probability and above.
        rule: among `RULES`.
        cost_ratio: what a missed patient costs, in false alarms.
        chosen_on: on which patients: "costs only", "valid" or "out-of-fold".
        at_least: the wanted sensitivity or specificity, for the rules of that name.
    """

    value: float
    rule: str
    cost_ratio: float
    chosen_on: str
    at_least: float | None = None


class Counts(NamedTuple):
    """Diseased and healthy patients decided "disease" at each threshold of `GRID`: `tp` and `fp`,
    shape (..., 101); and all of either.
    """

    tp: FloatArray
    fp: FloatArray
    positives: int
    negatives: int

    @property
    def recall(self) -> FloatArray:
        """Share of the diseased that are found; NaN where there are none."""
        return (
            np.asarray(self.tp / self.positives)
            if self.positives
            else np.full_like(self.tp, np.nan)
        )

    @property
    def specificity(self) -> FloatArray:
        """Share of the healthy that are not alarmed; NaN where there are none."""
        return (
            np.asarray(1 - self.fp / self.negatives)
            if self.negatives
            else np.full_like(self.fp, np.nan)
        )


def counts_of(table: pd.DataFrame) -> Counts:
    """The counts of a `threshold_table`."""
    tp, fp = (table[name].to_numpy(dtype=np.float64) for name in ("tp", "fp"))
    return Counts(
        tp,
        fp,
        int(table["tp"].iloc[0] + table["fn"].iloc[0]),
        int(table["fp"].iloc[0] + table["tn"].iloc[0]),
    )


def threshold_table(
    y_true: IntArray, y_score: FloatArray, *, cost_ratio: float = COST_RATIO
) -> pd.DataFrame:
    """One row a threshold from 0 to 1 in steps of 0.01; disease is decided where y_score >=
    threshold.

    Columns: `threshold`, the counts `tn`, `fp`, `fn`, `tp`, the shares `precision`, `recall`,
    `specificity`, `f1`, `accuracy` (NaN where nobody is decided so), and `cost`: (cost_ratio * fn +
    fp) / n, in false alarms a patient.

    Args:
        y_true: 0 or 1, shape (n,).
        y_score: probabilities, shape (n,).
        cost_ratio: what a missed patient costs, in false alarms.
    """
    _, fps, _, tps, scores = confusion_matrix_at_thresholds(y_true, y_score)
    ascending = np.argsort(scores)
    # the counts at a threshold are those at the next higher score; above the highest score nobody
    # is positive
    position = np.searchsorted(scores[ascending], GRID)
    inside = position < len(scores)
    chosen = ascending[np.minimum(position, len(scores) - 1)]
    positives, n = int(y_true.sum()), len(y_true)
    tp = np.where(inside, tps[chosen], 0).astype(np.int64)
    fp = np.where(inside, fps[chosen], 0).astype(np.int64)
    fn, tn = positives - tp, n - positives - fp
    with np.errstate(invalid="ignore", divide="ignore"):
        return pd.DataFrame(
            {
                "threshold": GRID,
                "tn": tn,
                "fp": fp,
                "fn": fn,
                "tp": tp,
                "precision": tp / (tp + fp),
                "recall": tp / (tp + fn),
                "specificity": tn / (tn + fp),
                "f1": 2 * tp / (2 * tp + fp + fn),
                "accuracy": (tp + tn) / n,
                "cost": (cost_ratio * fn + fp) / n,
            }
        )


def bayes_threshold(cost_ratio: float) -> float:
    """The threshold of least expected cost for calibrated probabilities: C_FP / (C_FP + C_FN), with
    cost_ratio = C_FN / C_FP.

    Source: Elkan, The foundations of cost-sensitive learning, IJCAI 2001, equation 2.

    Raises:
        SettingsError: for a ratio outside its bounds.

    >>> round(bayes_threshold(2), 4)
    0.3333
    """
    low, high = COST_RATIO_BOUNDS
    if not low <= cost_ratio <= high:
        raise SettingsError(
            f"a cost ratio from {low:g} to {high:g}",
            f"{cost_ratio:g}",
            "Say how many false alarms one missed patient is worth.",
        )
    return 1.0 / (1.0 + cost_ratio)


def find_threshold(
    counts: Counts, rule: str, *, cost_ratio: float = COST_RATIO, at_least: float | None = None
) -> FloatArray:
    """The threshold of `GRID` that a rule chooses, shape (...): one for each set of counts.

    Of several equally good ones it is the middle one, which is the least fragile. If none reaches
    the wanted specificity, it is 1.

    Args:
        counts: of one or many samples of patients.
        rule: among `AUTOMATIC`, "bayes" excepted.
        cost_ratio: what a missed patient costs, in false alarms.
        at_least: the wanted sensitivity or specificity.
    """
    if rule == "sensitivity":
        enough = counts.recall >= (at_least or 0.0) - _ROUNDING
        return np.asarray(
            GRID[enough.sum(axis=-1) - 1]
        )  # recall falls with the threshold and is 1 at 0
    if rule == "specificity":
        enough = counts.specificity >= (at_least or 0.0) - _ROUNDING
        return np.asarray(GRID[np.minimum((~enough).sum(axis=-1), len(GRID) - 1)])
    merit = _merit(counts, rule, cost_ratio)
    best = merit >= merit.max(axis=-1, keepdims=True) - _ROUNDING
    middle = (best.sum(axis=-1, keepdims=True) + 1) // 2
    return np.asarray(GRID[np.argmax(best.cumsum(axis=-1) == middle, axis=-1)])


def _merit(counts: Counts, rule: str, cost_ratio: float) -> FloatArray:
    """What the rule wants most of, shape (..., 101)."""
    missed = counts.positives - counts.tp
    if rule == "cheapest":
        return np.asarray(-(cost_ratio * missed + counts.fp))
    if rule == "f1":
        return np.asarray(2 * counts.tp / np.maximum(2 * counts.tp + counts.fp + missed, 1))
    return np.nan_to_num(counts.recall) + np.nan_to_num(counts.specificity)


def check_rule(rule: str, cost_ratio: float, at_least: float | None = None) -> None:
    """Refuse a rule, ratio or wish that `select_threshold` cannot use, before anything is computed
    for it.

    Raises:
        SettingsError: for another rule, a ratio outside its bounds, or a wanted share that is
            missing or not between 0 and 1.
    """
    bayes_threshold(cost_ratio)
    if rule not in AUTOMATIC:
        raise SettingsError.unknown("a rule", rule, AUTOMATIC)
    if rule in WANTING and (at_least is None or not 0 < at_least <= 1):
        found = "none" if at_least is None else f"{at_least:g}"
        raise SettingsError(
            f"a wanted {rule} above 0 and at most 1",
            found,
            "Say how much is wanted, for instance 0.95.",
        )


def select_threshold(
    y_true: IntArray,
    y_score: FloatArray,
    *,
    rule: str = "bayes",
    cost_ratio: float = COST_RATIO,
    at_least: float | None = None,
    chosen_on: str = "valid",
) -> ThresholdChoice:
    """The threshold that a rule chooses on valid or out-of-fold predictions, never on the test
    part.

    Args:
        y_true: 0 or 1, shape (n,).
        y_score: probabilities, shape (n,).
        rule: among `AUTOMATIC`; "bayes" uses the costs only.
        cost_ratio: what a missed patient costs, in false alarms.
        at_least: the wanted sensitivity or specificity, for the rules of that name.
        chosen_on: the name of these predictions.

    Raises:
        SettingsError: as `check_rule`.
    """
    check_rule(rule, cost_ratio, at_least)
    if rule == "bayes":
        return ThresholdChoice(bayes_threshold(cost_ratio), rule, float(cost_ratio), "costs only")
    counts = counts_of(threshold_table(y_true, y_score))
    value = float(find_threshold(counts, rule, cost_ratio=cost_ratio, at_least=at_least))
    return ThresholdChoice(
        value, rule, float(cost_ratio), chosen_on, at_least if rule in WANTING else None
    )
