"""The table of figures: what each is called, which way is better; and how one is written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import MappingProxyType
from typing import NamedTuple


class Figure(NamedTuple):
    """A figure and its 95 % interval; all three are None where the part cannot give it."""

    value: float | None
    low: float | None
    high: float | None


NO_FIGURE = Figure(None, None, None)


class Metric(NamedTuple):
    """What a figure measures.

    Attributes:
        label: as the head of a row or column.
        words: inside a sentence.
        source: the part of a `heart.evaluation.judged.Judged` that holds it: "scores" over all
            thresholds, "at" one threshold, or "calibration"; empty where it has no part in one.
        better: which way, "higher" or "lower"; empty where neither is.
        leaderboard: whether models are compared by it on the leaderboard.
    """

    label: str
    words: str
    source: str
    better: str = "higher"
    leaderboard: bool = False


METRICS = MappingProxyType(
    {
        "roc_auc": Metric("ROC AUC", "ROC AUC", "scores", leaderboard=True),
        "average_precision": Metric(
            "Average precision", "average precision", "scores", leaderboard=True
        ),
        "log_loss": Metric("Log-loss", "log-loss", "scores", "lower", leaderboard=True),
        "brier": Metric("Brier score", "Brier score", "scores", "lower", leaderboard=True),
        "accuracy": Metric("Accuracy", "accuracy", "at", leaderboard=True),
        "recall": Metric("Sensitivity (recall)", "sensitivity", "at"),
        "specificity": Metric("Specificity", "specificity", "at"),
        "precision": Metric(
            "Positive predictive value (precision)", "positive predictive value", "at"
        ),
        "npv": Metric("Negative predictive value", "negative predictive value", "at"),
        "f1": Metric("F1", "F1", "at"),
        "intercept": Metric("Intercept (0 is right)", "intercept", "calibration", ""),
        "slope": Metric("Slope (1 is right)", "slope", "calibration", ""),
        "needed": Metric("Followed up for one found", "followed up for one found", "", "lower"),
        "cost": Metric("Cost", "cost", "", "lower"),
    }
)
"""Every figure that is shown anywhere, by its name in code and files, in the order of the tables.
"""

LEADERBOARD = tuple(name for name, metric in METRICS.items() if metric.leaderboard)
"""Figures that models are compared by."""

OVERALL = tuple(name for name, metric in METRICS.items() if metric.source == "scores")
"""Figures over all thresholds."""

SHARES = ("accuracy", "recall", "specificity", "precision", "npv")
"""Shares of patients at a threshold, each with an exact interval."""


def write_figure(
    figure: Sequence[float | None],
    *,
    digits: int = 3,
    end_digits: int | None = None,
    signed: bool = False,
) -> str:
    """A figure with its interval, a dash where there is none.

    Args:
        figure: value, low, high; None or NaN where it does not exist.
        digits: of the value after the point.
        end_digits: of the interval's ends; by default one fewer, which is what the interval is
            sure of, but as many for a difference, whose ends lie near 0.
        signed: for differences: a plus is written too.

    >>> write_figure((0.9123, 0.84, 0.97)), write_figure((0.0021, -0.01, 0.0142), signed=True)
    ('0.912 (0.84 to 0.97)', '+0.002 (-0.010 to +0.014)')
    """
    value, low, high = figure
    if value is None or math.isnan(value):
        return "–"
    sign = "+" if signed else ""
    text = f"{value:{sign}.{digits}f}"
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return text
    ends = end_digits if end_digits is not None else digits if signed else digits - 1
    return f"{text} ({low:{sign}.{ends}f} to {high:{sign}.{ends}f})"


def write_calibration(intercept: float, slope: float) -> str:
    """Calibration intercept and slope, as in "+0.12, 0.98"."""
    return f"{intercept:+.2f}, {slope:.2f}"
