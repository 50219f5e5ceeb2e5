"""Colours and words that every chart shares; the colours are told apart without red and green, on
light and on dark.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.schema import DISEASED, HEALTHY

Drawing = alt.Chart | alt.LayerChart | alt.FacetChart

ORANGE, BLUE, GREY = "#e07b39", "#4a90c2", "#8a8f98"

OUTCOME_COLOR = alt.Scale(domain=[HEALTHY, DISEASED], range=[BLUE, ORANGE])


def outcome_color(field: str = "outcome:N", *, legend: alt.Legend | None = None) -> alt.Color:
    """The colour of the outcome, blue for healthy and orange for diseased."""
    return alt.Color(
        field, scale=OUTCOME_COLOR, title=None, legend=legend or alt.Legend(orient="top")
    )


def chosen_line(frame: pd.DataFrame) -> alt.Chart:
    """A dashed line at the chosen threshold: the column `chosen`, the same in every row."""
    return (
        alt.Chart(frame)
        .mark_rule(color=GREY, strokeDash=[5, 4], strokeWidth=2)
        .encode(x="min(chosen):Q")
    )
