"""Charts of a cohort: the class balance, what is missing, each feature by outcome."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, GREY, OUTCOME_COLOR, SHARE, Drawing, outcome_color
from heart.schema import DISEASED, FEATURES, HEALTHY


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
            x=alt.X("share:Q", title="share of patients without the value", **SHARE),
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


def small_feature_by_outcome(frame: pd.DataFrame) -> Drawing:
    """The same as one of many: lower, without titles and a legend; the diseased stand right of the
    healthy.
    """
    axis = alt.Axis(labelAngle=-40, labelLimit=90, labelOverlap=True, ticks=False)
    return (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X("value:N", sort=None, title=None, axis=axis),
            xOffset=alt.XOffset("outcome:N", sort=[HEALTHY, DISEASED]),
            y=alt.Y("share:Q", title=None, axis=alt.Axis(format="%", tickCount=3)),
            color=alt.Color("outcome:N", scale=OUTCOME_COLOR, legend=None),
            tooltip=["value:N", "outcome:N", "patients:Q", alt.Tooltip("share:Q", format=".1%")],
        )
        .properties(height=140)
    )


def missing_matrix(frame: pd.DataFrame) -> Drawing:
    """The share without a value, a row a feature and a column a hospital: a
    `heart.data.profile.missing_by_group`. Each cell says its number.
    """
    return _matrix(frame, ("group", "feature"), "share", ".0%").properties(height=alt.Step(24))


def association_matrix(frame: pd.DataFrame) -> Drawing:
    """How strongly each two columns go together: a `heart.data.profile.associations`. Each cell
    says its number.
    """
    return _matrix(frame, ("first", "second"), "association", ".2f").properties(height=alt.Step(24))


def _matrix(frame: pd.DataFrame, sides: tuple[str, str], value: str, format: str) -> Drawing:  # noqa: A002
    """Cells from nothing to `BLUE`, which lies as well on dark as on light, with their numbers."""
    across, down = sides
    names = alt.Axis(labelLimit=190, labelAngle=-40, orient="top", ticks=False, labelOverlap=False)
    base = alt.Chart(frame).encode(
        x=alt.X(f"{across}:N", sort=None, title=None, axis=names),
        y=alt.Y(
            f"{down}:N",
            sort=["Disease", *(entry.label for entry in FEATURES)],
            title=None,
            axis=alt.Axis(labelLimit=240, ticks=False),
        ),
        tooltip=[
            f"{across}:N",
            f"{down}:N",
            alt.Tooltip(f"{value}:Q", format=format),
            "patients:Q",
        ],
    )
    strength = alt.Opacity(
        f"{value}:Q", scale=alt.Scale(domain=[0, 1], range=[0, 0.9]), legend=None
    )
    cells = base.mark_rect(color=BLUE).encode(opacity=strength)
    ink = alt.condition(f"datum.{value} > 0.5", alt.value("white"), alt.value(GREY))
    text = alt.Text(f"{value}:Q", format=format)
    told = base.transform_filter(f"isValid(datum.{value})")  # or what is not known reads 0
    numbers = told.mark_text(fontSize=11).encode(text=text, color=ink)
    return alt.layer(cells, numbers)
