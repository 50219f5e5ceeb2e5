"""Charts of two models on the same patients."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.evaluate import UNIT, diagonal
from heart.charts.style import BLUE, ONE_IF_NARROW, ORANGE, Drawing

_LEGEND = alt.Legend(orient="top", labelLimit=320, symbolOpacity=1, columns=ONE_IF_NARROW)
_COLOR = alt.Color(
    "model:N", title=None, sort=None, scale=alt.Scale(range=[BLUE, ORANGE]), legend=_LEGEND
)


def two_rocs(frame: pd.DataFrame) -> Drawing:
    """Both ROC curves with their bands: a `heart.experiments.comparison.roc_frame`."""
    base = alt.Chart(frame).encode(
        x=alt.X("fpr:Q", title="false-positive rate (1 - specificity)", scale=UNIT), color=_COLOR
    )
    band = base.mark_area(opacity=0.15).encode(
        y=alt.Y("low:Q", title="sensitivity", scale=UNIT), y2="high:Q"
    )
    line = base.mark_line(strokeWidth=2).encode(
        y=alt.Y("tpr:Q", title="sensitivity", scale=UNIT),
        tooltip=["model:N", alt.Tooltip("fpr:Q", format=".2f"), alt.Tooltip("tpr:Q", format=".2f")],
    )
    return alt.layer(band, line).properties(height=300)


def two_reliabilities(frame: pd.DataFrame) -> Drawing:
    """Observed against expected share of both, with exact intervals: a
    `heart.experiments.comparison.reliability_frame`.
    """
    base = alt.Chart(frame).encode(
        x=alt.X("expected:Q", title="expected share diseased", scale=UNIT), color=_COLOR
    )
    bars = base.mark_rule(strokeWidth=2, opacity=0.7).encode(
        y=alt.Y("low:Q", title="observed share diseased", scale=UNIT), y2="high:Q"
    )
    points = base.mark_circle(opacity=1, size=70).encode(
        y=alt.Y("observed:Q", title="observed share diseased", scale=UNIT),
        tooltip=[
            "model:N",
            "patients:Q",
            "diseased:Q",
            alt.Tooltip("expected:Q", format=".2f"),
            alt.Tooltip("observed:Q", format=".2f"),
        ],
    )
    return alt.layer(diagonal(frame, "expected"), bars, points).properties(height=300)
