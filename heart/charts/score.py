"""Charts of a scored file: how its probabilities lie."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, GREY, Drawing, outcome_color

X = alt.X(
    "start:Q",
    title="probability of disease",
    axis=alt.Axis(format="%"),
    scale=alt.Scale(domain=[0, 1], nice=False, padding=0),
)


def probabilities(frame: pd.DataFrame) -> Drawing:
    """A histogram of probabilities, with the threshold: a
    `heart.scoring.selection.probability_frame` without outcomes.
    """
    bars = _bars(frame).encode(y=alt.Y("patients:Q", title="patients"), color=alt.value(BLUE))
    return alt.layer(bars, _threshold(frame)).properties(height=220)


def probabilities_by_outcome(frame: pd.DataFrame) -> Drawing:
    """The same, the diseased above and the healthy below the line: a
    `heart.scoring.selection.probability_frame` with outcomes.
    """
    axis = alt.Axis(labelExpr="format(abs(datum.value), ',')", tickMinStep=1)
    bars = _bars(frame).encode(
        y=alt.Y("signed:Q", title="healthy ↓   patients   ↑ diseased", axis=axis, stack=None),
        color=outcome_color(),
    )
    return alt.layer(bars, _threshold(frame)).properties(height=260)


def _bars(frame: pd.DataFrame) -> alt.Chart:
    tooltip = [
        "outcome:N",
        alt.Tooltip("start:Q", title="from", format=".0%"),
        alt.Tooltip("end:Q", title="to", format=".0%"),
        "patients:Q",
    ]
    return (
        alt.Chart(frame)
        .mark_bar(orient="vertical", stroke="white", strokeWidth=0.5)
        .encode(x=X, x2="end:Q", tooltip=tooltip)
    )


def _threshold(frame: pd.DataFrame) -> alt.Chart:
    return (
        alt.Chart(frame)
        .mark_rule(color=GREY, strokeDash=[5, 4], strokeWidth=2)
        .encode(x=alt.X("min(threshold):Q"))
    )
