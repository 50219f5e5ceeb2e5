"""Charts of what a model uses: the curve of each feature."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, GREY, OUTCOME_COLOR, SHARE, Drawing

HEIGHT = 150
_PROBABILITY = alt.Tooltip("probability:Q", format=".0%")


def dependence_line(frame: pd.DataFrame) -> Drawing:
    """The mean answer over a number's values with the members' band, "not known" as a dashed line,
    and a tick for each patient: the diseased at the top, the healthy at the bottom.

    Args:
        frame: a `heart.explain.uses.line_frame`.
    """
    base = alt.Chart(frame)
    curve = base.transform_filter("isValid(datum.probability)")
    x = alt.X("number:Q", title=None, scale=alt.Scale(zero=False, nice=False))
    y = alt.Y("probability:Q", title=None, **SHARE)
    band = curve.mark_area(color=BLUE, opacity=0.2).encode(x=x, y="low:Q", y2="high:Q")
    line = curve.mark_line(color=BLUE, strokeWidth=2).encode(
        x=x, y=y, tooltip=[alt.Tooltip("words:N", title="value"), _PROBABILITY]
    )
    unknown = base.mark_rule(color=GREY, strokeDash=[4, 3], strokeWidth=1.5).encode(
        y="min(unknown):Q"
    )
    rug = (
        base.transform_filter("isValid(datum.side)")
        .mark_tick(thickness=1, size=9, opacity=0.5, orient="vertical", aria=False)
        .encode(x=x, y="side:Q", color=alt.Color("outcome:N", scale=OUTCOME_COLOR, legend=None))
    )
    return alt.layer(band, unknown, line, rug).properties(height=HEIGHT)


def dependence_dots(frame: pd.DataFrame) -> Drawing:
    """The mean answer for each code with the members' range: a `heart.explain.uses.dots_frame`."""
    base = alt.Chart(frame).encode(
        y=alt.Y("row:N", sort=None, title=None, axis=alt.Axis(labelLimit=190, ticks=False)),
        tooltip=[
            alt.Tooltip("words:N", title="value"),
            _PROBABILITY,
            alt.Tooltip("patients:Q", title="patients who have it"),
        ],
    )
    ranges = base.mark_rule(color=BLUE, opacity=0.4, strokeWidth=4).encode(
        x=alt.X("low:Q", title=None, **SHARE), x2="high:Q"
    )
    dots = base.mark_point(filled=True, size=90, opacity=1, color=BLUE).encode(x="probability:Q")
    return alt.layer(ranges, dots).properties(height=alt.Step(24))
