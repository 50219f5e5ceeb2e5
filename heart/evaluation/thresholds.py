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

RULES = MappingProxyType(
    {
        "bayes": "expected cost: false-alarm cost / (false-alarm cost + missed-patient cost)",
        "cheapest": "least cost on the valid part",
        "manual": "chosen by hand",
    }
)
"""Name of each rule and what it does."""


class ThresholdChoice(NamedTuple):
    """A threshold, the rule it came from, the cost ratio (missed patient : false alarm), and on which patients it was chosen."""

    value: float
    rule: str
    cost_ratio: float
    chosen_on: str


def threshold_table(y_true: IntArray, y_score: FloatArray, *, cost_ratio: float = COST_RATIO) -> pd.DataFrame:
    """One row a threshold from 0 to 1 in steps of 0.01; disease is decided where y_score >= threshold.

    Columns: `threshold`, the counts `tn`, `fp`, `fn`, `tp`, the shares `precision`, `recall`, `specificity`, `f1`, `accuracy`
    (NaN where nobody is decided so), and `cost`: (cost_ratio * fn + fp) / n, in false alarms a patient.

    Args:
        y_true: 0 or 1, shape (n,).
        y_score: probabilities, shape (n,).
        cost_ratio: what a missed patient costs, in false alarms.
    """
    _, fps, _, tps, scores = confusion_matrix_at_thresholds(y_true, y_score)
    ascending = np.argsort(scores)
    # the counts at a threshold are those at the next higher score; above the highest score nobody is positive
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
    """The threshold of least expected cost for calibrated probabilities: C_FP / (C_FP + C_FN), with cost_ratio = C_FN / C_FP.

    Source: Elkan, The foundations of cost-sensitive learning, IJCAI 2001, equation 2.

    Raises:
        SettingsError: for a ratio outside its bounds.

    >>> round(bayes_threshold(2), 4)
    0.3333
    """
    low, high = COST_RATIO_BOUNDS
    if not low <= cost_ratio <= high:
        raise SettingsError(
            f"a cost ratio from {low:g} to {high:g}", f"{cost_ratio:g}", "Say how many false alarms one missed patient is worth."
        )
    return 1.0 / (1.0 + cost_ratio)


def cheapest_threshold(table: pd.DataFrame) -> float:
    """The threshold of least cost in a table; of several, the middle one, which is the least fragile."""
    cheapest = table.loc[table["cost"] <= table["cost"].min() + 1e-12, "threshold"].to_numpy()
    return float(cheapest[(len(cheapest) - 1) // 2])


def check_rule(rule: str, cost_ratio: float) -> None:
    """Refuse a rule or ratio that `select_threshold` cannot use, before anything is computed for it.

    Raises:
        SettingsError: for another rule, or a ratio outside its bounds.
    """
    bayes_threshold(cost_ratio)
    if rule not in ("bayes", "cheapest"):
        raise SettingsError('the rule "bayes" or "cheapest"', repr(rule), "Choose one of them.")


def select_threshold(
    y_true: IntArray, y_score: FloatArray, *, rule: str = "bayes", cost_ratio: float = COST_RATIO, chosen_on: str = "valid"
) -> ThresholdChoice:
    """The threshold that a rule chooses on valid or out-of-fold predictions, never on the test part.

    Args:
        y_true: 0 or 1, shape (n,).
        y_score: probabilities, shape (n,).
        rule: "bayes" (uses the costs only) or "cheapest" (least cost on these predictions).
        cost_ratio: what a missed patient costs, in false alarms.
        chosen_on: the name of these predictions.

    Raises:
        SettingsError: for another rule, or a ratio outside its bounds.
    """
    check_rule(rule, cost_ratio)
    if rule == "bayes":
        return ThresholdChoice(bayes_threshold(cost_ratio), rule, float(cost_ratio), "costs only")
    table = threshold_table(y_true, y_score, cost_ratio=cost_ratio)
    return ThresholdChoice(cheapest_threshold(table), rule, float(cost_ratio), chosen_on)
