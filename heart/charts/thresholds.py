"""Charts of what a threshold does."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, GREY, ORANGE, Drawing

CURVES = {"precision": BLUE, "recall": ORANGE, "specificity": "#4ba38c", "f1": "#a06cb5"}


def marked_table(table: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """A threshold table with the column `chosen`: the threshold, the same in every row, for the charts' vertical line."""
    return table.assign(chosen=threshold)


def _chosen_line(frame: pd.DataFrame) -> alt.Chart:
    return alt.Chart(frame).mark_rule(color=GREY, strokeDash=[5, 4], strokeWidth=2).encode(x="min(chosen):Q")


def _threshold_axis() -> alt.X:
    return alt.X("threshold:Q", title="threshold", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))


def threshold_curves(frame: pd.DataFrame) -> Drawing:
    """Precision, recall, specificity and F1 against the threshold, the chosen one marked: a `marked_table`."""
    lines = (
        alt.Chart(frame)
        .transform_fold(list(CURVES), as_=["figure", "value"])
        .mark_line(strokeWidth=2)
        .encode(
            x=_threshold_axis(),
            y=alt.Y("value:Q", title=None, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
            color=alt.Color(
                "figure:N", title=None, scale=alt.Scale(domain=list(CURVES), range=list(CURVES.values())), legend=alt.Legend(orient="top")
            ),
            tooltip=["figure:N", alt.Tooltip("threshold:Q", format=".0%"), alt.Tooltip("value:Q", format=".1%")],
        )
    )
    return alt.layer(lines, _chosen_line(frame)).properties(height=320)


def threshold_cost(frame: pd.DataFrame) -> Drawing:
    """Cost per 100 patients, in false alarms, against the threshold, the chosen one marked: a `marked_table`."""
    line = (
        alt.Chart(frame)
        .transform_calculate(per_100="datum.cost * 100")
        .mark_line(strokeWidth=2, color=ORANGE)
        .encode(
            x=_threshold_axis(),
            y=alt.Y("per_100:Q", title="cost of 100 patients", scale=alt.Scale(zero=True)),
            tooltip=[
                alt.Tooltip("threshold:Q", format=".0%"),
                alt.Tooltip("per_100:Q", format=".1f", title="cost"),
                alt.Tooltip("fn:Q", title="missed"),
                alt.Tooltip("fp:Q", title="false alarms"),
            ],
        )
    )
    return alt.layer(line, _chosen_line(frame)).properties(height=240)
