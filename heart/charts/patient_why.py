"""Charts of why one patient gets a probability."""

from __future__ import annotations

import math

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, GREY, ORANGE, Drawing

EFFECTS = ["raises", "lowers", "changes nothing", "probability"]
"""What a row of a waterfall does; the last is where it starts and where it ends."""

_PERCENT = (0.1, 1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99, 99.9)
_STEP = 34
"""Pixels of a row: two lines of words."""


def _log_odds_axis() -> alt.Axis:
    """Labels a scale of log-odds with probabilities."""
    return alt.Axis(
        values=[round(math.log(p / (100 - p)), 4) for p in _PERCENT],
        labelExpr="format(1 / (1 + exp(-datum.value)), '.3~p')",
        labelOverlap="greedy",
        title="probability",
    )


def waterfall(frame: pd.DataFrame) -> Drawing:
    """From the start to the answer, a bar a feature, with the range of the members below it.

    Args:
        frame: one row a bar, in the order of the screen: `row` (words; "|" begins a new line),
            `effect` (among `EFFECTS`), log-odds `start`, `end`, `low` and `high` (NaN without a
            range) and the `probability` after it.
    """
    effect = alt.Color(
        "effect:N", scale=alt.Scale(domain=EFFECTS, range=[ORANGE, BLUE, GREY, GREY]), legend=None
    )
    shape = alt.Shape(
        "effect:N",
        scale=alt.Scale(
            domain=EFFECTS, range=["triangle-right", "triangle-left", "circle", "diamond"]
        ),
        legend=None,
    )
    axis = alt.Axis(labelExpr="split(datum.label, '|')", labelLimit=190, ticks=False)
    base = alt.Chart(frame).encode(
        y=alt.Y("row:N", sort=None, title=None, axis=axis),
        tooltip=[
            alt.Tooltip("row:N", title="value"),
            alt.Tooltip("effect:N", title="effect"),
            alt.Tooltip("probability:Q", title="probability after it", format=".0%"),
        ],
    )
    scale = alt.Scale(zero=False, nice=False, padding=12)
    bars = base.mark_bar(height=12).encode(
        x=alt.X("start:Q", axis=_log_odds_axis(), scale=scale), x2="end:Q", color=effect
    )
    ranges = base.mark_rule(color=GREY, strokeWidth=2, yOffset=11).encode(x="low:Q", x2="high:Q")
    ends = base.mark_point(filled=True, size=160, opacity=1).encode(
        x="end:Q", color=effect, shape=shape
    )
    return alt.layer(bars, ranges, ends).properties(height=alt.Step(_STEP))
