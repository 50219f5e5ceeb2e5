"""The table of figures: what each is called, which way is better, how its numbers are written."""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from types import MappingProxyType
from typing import NamedTuple

from heart.shares import write_share


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
        digits: after the point.
        sign: "+" where a plus is written too.
        of_parts: whether the tables of a part's figures show it.
    """

    label: str
    words: str
    source: str
    better: str = "higher"
    leaderboard: bool = False
    digits: int = 3
    sign: str = ""
    of_parts: bool = True


METRICS = MappingProxyType(
    {
        "roc_auc": Metric("ROC AUC", "ROC AUC", "scores", leaderboard=True),
        "average_precision": Metric(
            "Average precision", "average precision", "scores", leaderboard=True
        ),
        "log_loss": Metric("Log-loss", "log-loss", "scores", "lower", leaderboard=True),
        "brier": Metric("Brier score", "Brier score", "scores", "lower", leaderboard=True),
        "accuracy": Metric("Accuracy", "accuracy", "at", leaderboard=True),
        "recall": Metric("Sensitivity", "sensitivity", "at"),
        "specificity": Metric("Specificity", "specificity", "at"),
        "precision": Metric(
            "Positive predictive value (precision)", "positive predictive value", "at"
        ),
        "npv": Metric("Negative predictive value", "negative predictive value", "at"),
        "f1": Metric("F1", "F1", "at", of_parts=False),
        "intercept": Metric(
            "Intercept (0 is right)", "intercept", "calibration", "", digits=2, sign="+"
        ),
        "slope": Metric("Slope (1 is right)", "slope", "calibration", "", digits=2),
        "net_benefit": Metric("Net benefit", "net benefit", ""),
        "needed": Metric("Followed up for one found", "followed up for one found", "", "lower"),
        "cost": Metric("Cost", "cost", "", "lower"),
    }
)
"""Every figure that is shown anywhere, by its name in code and files, in the order of the tables.
"""

NO_METRIC = Metric("", "", "")
"""How a figure without an entry is written."""

LEADERBOARD = tuple(name for name, metric in METRICS.items() if metric.leaderboard)
"""Figures that models are compared by."""

OVERALL = tuple(name for name, metric in METRICS.items() if metric.source == "scores")
"""Figures over all thresholds."""

AGREEMENT = ("intercept", "slope")
"""Of calibration."""

SHARES = tuple(
    name for name, metric in METRICS.items() if metric.source == "at" and metric.of_parts
)
"""Shares of patients at a threshold, each with an exact interval."""


def known_figures(figures: Container[str]) -> tuple[str, ...]:
    """The names of some figures, in the order of the tables; a bundle has those of its format."""
    return tuple(name for name in METRICS if name in figures)


def write_figure(
    figure: Sequence[float | None],
    name: str = "",
    *,
    digits: int | None = None,
    end_digits: int | None = None,
    signed: bool = False,
) -> str:
    """A figure with its interval, a dash where there is none.

    Args:
        figure: value, low, high; None, NaN or infinite where it does not exist.
        name: in `METRICS`, if it is there.
        digits: of the value after the point, where it is not what the table says.
        end_digits: of the interval's ends; by default one fewer, which is what the interval is
            sure of, but as many for a difference, whose ends lie near 0.
        signed: for differences: a plus is written too.

    >>> write_figure((0.9123, 0.84, 0.97)), write_figure((0.0021, -0.01, 0.0142), signed=True)
    ('0.912 (0.84 to 0.97)', '+0.002 (-0.010 to +0.014)')
    """
    value, low, high = figure
    if value is None or not math.isfinite(value):
        return "–"
    metric = METRICS.get(name, NO_METRIC)
    sign = "+" if signed else metric.sign
    digits = metric.digits if digits is None else digits
    text = f"{value:{sign}.{digits}f}"
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return text
    ends = end_digits if end_digits is not None else digits if signed else digits - 1
    return f"{text} ({low:{sign}.{ends}f} to {high:{sign}.{ends}f})"


def write_value(value: float | None, name: str, *, digits: int | None = None) -> str:
    """A figure of `METRICS` without an interval, a dash where there is none.

    >>> write_value(0.9123, "roc_auc"), write_value(0.12, "intercept"), write_value(0.98, "slope")
    ('0.912', '+0.12', '0.98')
    """
    return write_figure((value, None, None), name, digits=digits)


def write_agreement(figure: Figure, name: str) -> str:
    """A calibration intercept or slope with its interval, as in "+0.12 (-0.20 to +0.44)"; in words
    where it cannot be estimated.
    """
    if figure.value is None:
        return "cannot be estimated"
    return write_figure(figure, name, end_digits=METRICS[name].digits)


def write_calibration(intercept: Figure, slope: Figure) -> str:
    """Calibration intercept and slope, as in "+0.12 (-0.20 to +0.44), 0.98 (0.80 to 1.16)"."""
    return f"{write_agreement(intercept, 'intercept')}, {write_agreement(slope, 'slope')}"


def write_of_100(probability: float) -> str:
    """A probability as a natural frequency, a sentence in Markdown.

    >>> write_of_100(0.314)
    'Of 100 patients like this one, about **31** have heart disease and **69** do not.'
    >>> write_of_100(0.004)
    'Of 100 patients like this one, fewer than **1** has heart disease.'
    """
    ill = round(100 * probability)
    share = write_share(probability)
    if share.startswith("<"):
        whose = "fewer than **1** has heart disease"
    elif share.startswith(">"):
        whose = "more than **99** have heart disease"
    else:
        whose = f"about **{ill}** have heart disease and **{100 - ill}** do not"
    return f"Of 100 patients like this one, {whose}."
