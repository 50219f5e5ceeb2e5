"""Colours and words that every chart shares; the colours are told apart without red and green, on
light and on dark.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from heart.schema import DISEASED, HEALTHY

Drawing = alt.Chart | alt.LayerChart | alt.FacetChart

NUMBERS: alt.theme.NumberLocaleKwds = {
    "decimal": ".",
    "thousands": ",",
    "grouping": [3],
    "currency": ["", ""],
    "percent": "\N{NO-BREAK SPACE}%",
}
"""How axes and tooltips write numbers (d3-format): shares as `heart.shares` does."""


@alt.theme.register("heart", enable=True)
def heart_theme() -> alt.theme.ThemeConfig:
    """What holds for every chart."""
    return {
        "config": {
            "locale": {"number": NUMBERS},
            "view": {"continuousWidth": 300, "continuousHeight": 300},
        }
    }


ORANGE, BLUE, GREY = "#e07b39", "#4a90c2", "#8a8f98"

SHARE: dict[str, Any] = {"axis": alt.Axis(format="%"), "scale": alt.Scale(domain=[0, 1])}
"""How an axis shows shares from 0 to 1."""

ONE_IF_NARROW = alt.ExprRef("width < 420 ? 1 : 4")
"""Columns of a legend whose names are long: beside each other a phone would cut the last one."""

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


def line_at(frame: pd.DataFrame, x: float) -> alt.Chart:
    """A dashed line at a value that no choice moves, as where there is no difference."""
    return (
        alt.Chart(frame)
        .mark_rule(color=GREY, strokeDash=[5, 4], strokeWidth=2, aria=False)
        .encode(x=alt.datum(x))
    )


def histogram(
    frame: pd.DataFrame, x: alt.X, y: alt.Y, tooltip: list[Any], **mark: Any
) -> alt.Chart:
    """Bars from `start` (which is x) to `end`, from 0 to y."""
    return (
        alt.Chart(frame)
        .mark_bar(orient="vertical", **mark)
        .encode(x=x, x2="end:Q", y=y, y2=alt.datum(0), tooltip=tooltip)
    )
