"""Charts of what a model uses: how much each feature matters, and its curve."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, GREY, OUTCOME_COLOR, SHARE, Drawing, line_at

HEIGHT = 150
_PROBABILITY = alt.Tooltip("probability:Q", format=".0%")


def importance_ranges(frame: pd.DataFrame) -> Drawing:
    """By how much the log-loss rises without each feature, with its interval and a line at 0: a
    `heart.explain.uses.uses_table`.
    """
    title = "log-loss rises by, nats a patient"
    dots = _ranges(frame, ("importance", "low", "high"), title)
    return alt.layer(line_at(frame, 0), *dots).properties(height=alt.Step(24))


def contribution_ranges(frame: pd.DataFrame) -> Drawing:
    """How much each feature moves an answer, with its interval: the same table."""
    names = ("contribution", "contribution_low", "contribution_high")
    dots = _ranges(frame, names, "moves the answer by, log-odds on average")
    return alt.layer(*dots).properties(height=alt.Step(24))


def _ranges(
    frame: pd.DataFrame, names: tuple[str, str, str], title: str
) -> tuple[alt.Chart, alt.Chart]:
    value, low, high = names
    base = alt.Chart(frame).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=240, ticks=False)),
        tooltip=[
            alt.Tooltip("label:N", title="feature"),
            *[alt.Tooltip(f"{name}:Q", format=".3f") for name in names],
            alt.Tooltip("known:Q", title="patients who have it"),
        ],
    )
    rules = base.mark_rule(color=BLUE, opacity=0.45, strokeWidth=4).encode(
        x=alt.X(f"{low}:Q", title=title, axis=alt.Axis(titleAnchor="end")), x2=f"{high}:Q"
    )
    dots = base.mark_point(filled=True, size=90, opacity=1, color=BLUE).encode(x=f"{value}:Q")
    return rules, dots


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
