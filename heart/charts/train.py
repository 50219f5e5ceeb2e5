"""Charts of a training run."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, ORANGE, Drawing


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
