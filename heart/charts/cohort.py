"""Charts of a cohort: the class balance, what is missing, each feature by outcome."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import GREY, SHARE, Drawing, outcome_color
from heart.schema import DISEASED, HEALTHY


def class_balance(frame: pd.DataFrame) -> Drawing:
    """One bar, cut by outcome: a `heart.data.summary.balance_frame`."""
    base = alt.Chart(frame).encode(
        x=alt.X("patients:Q", stack="zero", title=None, axis=None, scale=alt.Scale(nice=False)),
        order=alt.Order("outcome:N", sort="descending"),
        tooltip=["outcome:N", "patients:Q", alt.Tooltip("share:Q", format=".1%")],
    )
    bars = base.mark_bar(height=34).encode(color=outcome_color())
    counts = base.mark_text(align="right", dx=-8, color="white", fontWeight="bold").encode(
        text="patients:Q", detail="outcome:N"
    )
    return alt.layer(bars, counts).properties(height=64)


def missing_values(frame: pd.DataFrame) -> Drawing:
    """A bar a feature: a `heart.data.summary.missing_frame`."""
    return (
        alt.Chart(frame)
        .mark_bar(color=GREY)
        .encode(
            x=alt.X("share:Q", title="share missing", **SHARE),
            y=alt.Y(
                "feature:N",
                sort=None,
                title=None,
                axis=alt.Axis(labelLimit=240, labelOverlap=False),
            ),
            tooltip=["feature:N", "missing:Q", alt.Tooltip("share:Q", format=".1%")],
        )
        .properties(height=13 * 24 + 60)
    )


def feature_by_outcome(frame: pd.DataFrame) -> Drawing:
    """Healthy and diseased side by side for each value, as shares of their own group: an
    `heart.data.summary.outcome_frame`.
    """
    return (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X(
                "value:N", sort=None, title=None, axis=alt.Axis(labelAngle=-40, labelLimit=160)
            ),
            xOffset=alt.XOffset("outcome:N", sort=[HEALTHY, DISEASED]),
            y=alt.Y("share:Q", title="share of the group", axis=alt.Axis(format="%")),
            color=outcome_color(),
            tooltip=["value:N", "outcome:N", "patients:Q", alt.Tooltip("share:Q", format=".1%")],
        )
        .properties(height=300)
    )
