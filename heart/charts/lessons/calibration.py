"""A chart of what a temperature changes, and what it does not."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, GREY, ORANGE, Drawing, chosen_line

FIGURE_TITLES = {"log_loss": "log-loss (nats)", "brier": "Brier score", "roc_auc": "AUC"}


def figure_frame(table: pd.DataFrame, *, chosen: float) -> pd.DataFrame:
    """A `temperature_table`, one row a temperature and figure: `temperature`, `figure`, `value`,
    `chosen`.
    """
    long = table.melt(
        id_vars="temperature", value_vars=list(FIGURE_TITLES), var_name="figure", value_name="value"
    )
    return long.assign(figure=long["figure"].map(FIGURE_TITLES), chosen=chosen)


def figures_by_temperature(frame: pd.DataFrame) -> Drawing:
    """Log-loss, Brier score and AUC against the temperature, the chosen one marked: a
    `figure_frame`.
    """
    names = list(FIGURE_TITLES.values())
    legend = alt.Legend(orient="top", symbolOpacity=1)

    lines = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2.5, point={"size": 40})
        .encode(
            x=alt.X(
                "temperature:Q",
                title="temperature (log scale)",
                scale=alt.Scale(type="log", domain=[0.24, 4.2], nice=False),
                axis=alt.Axis(values=[0.25, 0.5, 1, 2, 4], grid=False),
            ),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=True)),
            color=alt.Color(
                "figure:N",
                title=None,
                scale=alt.Scale(domain=names, range=[ORANGE, BLUE, GREY]),
                legend=legend,
            ),
            strokeDash=alt.StrokeDash(
                "figure:N",
                title=None,
                scale=alt.Scale(domain=names, range=[[1, 0], [7, 3], [2, 2]]),
                legend=legend,
            ),
            tooltip=[
                "figure:N",
                "temperature:Q",
                alt.Tooltip("value:Q", format=".3f"),
            ],
        )
    )
    return alt.layer(lines, chosen_line(frame)).properties(height=300)
