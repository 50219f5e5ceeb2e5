"""Charts of a training run."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, GREY, ORANGE, Drawing

_COLOURS = [BLUE, ORANGE, "#7a5ab5", "#3a9d7a", "#b5486b", "#a8892b", GREY, "#5f7f2f"]
_DASHES = [[1, 0], [7, 3], [2, 2], [9, 2, 2, 2], [1, 3], [12, 4], [4, 1], [6, 2, 1, 2, 1, 2]]

MOST_RUNS = len(_COLOURS)
"""So many lines are still told from each other."""


def loss_curves(frame: pd.DataFrame) -> Drawing:
    """The loss of both parts against the epoch: a `heart.model.loop.history_frame`."""
    return (
        alt.Chart(frame)
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("loss:Q", title="loss (cross-entropy)", scale=alt.Scale(zero=False)),
            color=alt.Color(
                "part:N",
                title=None,
                scale=alt.Scale(domain=["train", "valid"], range=[BLUE, ORANGE]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=[
                "part:N",
                "epoch:Q",
                alt.Tooltip("loss:Q", format=".4f"),
                alt.Tooltip("accuracy:Q", format=".1%"),
            ],
        )
        .properties(height=280)
    )


def run_curves(frame: pd.DataFrame) -> Drawing:
    """The loss of several runs on one part against the epoch: a
    `heart.experiments.runs.curves_frame` of that part. A run has a colour and a dash of its own.
    """
    legend = alt.Legend(orient="top", columns=4, symbolType="stroke", symbolSize=400)
    return (
        alt.Chart(frame)
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("loss:Q", title="loss (cross-entropy)", scale=alt.Scale(zero=False)),
            color=alt.Color(
                "run:N", title=None, sort=None, scale=alt.Scale(range=_COLOURS), legend=legend
            ),
            strokeDash=alt.StrokeDash(
                "run:N", title=None, sort=None, scale=alt.Scale(range=_DASHES), legend=legend
            ),
            tooltip=["run:N", "epoch:Q", alt.Tooltip("loss:Q", format=".4f")],
        )
        .properties(height=280)
    )
