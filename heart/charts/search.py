"""Charts of a search for settings."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, GREY, ORANGE, Drawing


def search_history(frame: pd.DataFrame) -> Drawing:
    """The log-loss of what was tried, in its order: columns `number` (from 1), `log_loss`, `state`
    and `lowest`, the lowest of what was judged to the end so far.
    """
    x = alt.X("number:Q", title="settings, in the order of trying", axis=alt.Axis(tickMinStep=1))
    scale = alt.Scale(zero=False)
    points = (
        alt.Chart(frame)
        .mark_point(filled=True, size=45, opacity=0.9)
        .encode(
            x=x,
            y=alt.Y("log_loss:Q", title="log-loss", scale=scale),
            color=alt.Color(
                "state:N",
                title=None,
                scale=alt.Scale(domain=["judged to the end", "given up"], range=[BLUE, GREY]),
                legend=alt.Legend(orient="top"),
            ),
            shape=alt.Shape(
                "state:N",
                title=None,
                scale=alt.Scale(
                    domain=["judged to the end", "given up"], range=["circle", "cross"]
                ),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=["number:Q", alt.Tooltip("log_loss:Q", format=".4f"), "state:N"],
        )
    )
    line = (
        alt.Chart(frame)
        .mark_line(interpolate="step-after", color=ORANGE, strokeWidth=2)
        .encode(x=x, y=alt.Y("lowest:Q", title="log-loss", scale=scale))
    )
    return alt.layer(line, points).properties(height=260)


def setting_importance(frame: pd.DataFrame) -> Drawing:
    """The share of each setting in what makes the log-losses differ: columns `setting`, `share`."""
    return (
        alt.Chart(frame)
        .mark_bar(color=BLUE)
        .encode(
            x=alt.X("share:Q", title="share of the differences", axis=alt.Axis(format="%")),
            y=alt.Y("setting:N", title=None, sort=None, axis=alt.Axis(labelLimit=200)),
            tooltip=["setting:N", alt.Tooltip("share:Q", format=".0%")],
        )
    )
