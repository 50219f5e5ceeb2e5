"""A chart of what it costs not to know one feature."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, GREY, ORANGE, Drawing

WAY_TITLES = {
    "masked": "with masking",
    "plain": "without, told “not known”",
    "filled": "without, filled in",
}


def cost_frame(table: pd.DataFrame) -> pd.DataFrame:
    """A `one_by_one` with words for its ways, the costliest feature of any way first: `feature`,
    `way`, `log_loss`, `known`, `worst`.
    """
    worst = table.groupby("feature")["log_loss"].transform("max")
    return table.assign(way=table["way"].map(WAY_TITLES), worst=worst).drop(columns="name")


def cost_of_not_knowing(frame: pd.DataFrame) -> Drawing:
    """The log-loss when one feature alone is not known, by way, beside that of all known: a
    `cost_frame`.
    """
    names = list(WAY_TITLES.values())
    legend = alt.Legend(orient="top", columns=1, labelLimit=300, symbolOpacity=1)
    points = (
        alt.Chart(frame)
        .mark_point(filled=True, size=90, opacity=1)
        .encode(
            x=alt.X("log_loss:Q", title="log-loss (nats)", scale=alt.Scale(zero=False)),
            y=alt.Y(
                "feature:N",
                title=None,
                sort=alt.EncodingSortField("worst", op="max", order="descending"),
                # the longest name in two lines, so that a phone has room for the legend
                axis=alt.Axis(
                    grid=True,
                    labelLimit=230,
                    labelExpr="split(replace(datum.label, ' above', '|above'), '|')",
                ),
            ),
            color=alt.Color(
                "way:N",
                title=None,
                scale=alt.Scale(domain=names, range=[BLUE, ORANGE, GREY]),
                legend=legend,
            ),
            shape=alt.Shape(
                "way:N",
                title=None,
                scale=alt.Scale(domain=names, range=["circle", "triangle-up", "square"]),
                legend=legend,
            ),
            tooltip=["feature:N", "way:N", alt.Tooltip("log_loss:Q", format=".3f")],
        )
    )
    known = (
        alt.Chart(frame)
        .mark_rule(color=GREY, strokeDash=[5, 4], strokeWidth=2)
        .encode(x="min(known):Q")
    )
    return alt.layer(known, points).properties(height=alt.Step(30))
