"""Charts of logits: two ways to the same loss, four endings of a network, and the probabilities
that come out.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import (
    BLUE,
    GREY,
    ONE_IF_NARROW,
    ORANGE,
    SHARE,
    Drawing,
    chosen_line,
    outcome_color,
)

WAYS = ["sigmoid, then BCELoss", "BCEWithLogitsLoss", "exact"]
ENDINGS = ["sigmoid once", "softmax once", "sigmoid twice", "softmax twice"]
PURPLE, PALE = "#a06cb5", "#f2c14e"


def _ways(frame: pd.DataFrame, y: alt.Y) -> Drawing:
    names = alt.Scale(domain=WAYS, range=[ORANGE, BLUE, GREY])
    legend = alt.Legend(orient="top", symbolStrokeWidth=3, columns=ONE_IF_NARROW)
    x = alt.X("logit:Q", title="logit z", scale=alt.Scale(nice=False))
    color = alt.Color("way:N", title=None, scale=names, legend=legend)
    tooltip = [
        alt.Tooltip("way:N"),
        alt.Tooltip("logit:Q"),
        alt.Tooltip("loss:Q", format=".4g"),
        alt.Tooltip("gradient:Q", format=".4g"),
    ]
    base = alt.Chart(frame).encode(x=x, y=y, color=color, tooltip=tooltip)
    # the exact line is broad and lies below, so that one sees who leaves it
    exact = base.transform_filter("datum.way === 'exact'").mark_line(strokeWidth=9, opacity=0.35)
    computed = base.transform_filter("datum.way !== 'exact'").mark_line(strokeWidth=2)
    return alt.layer(exact, computed, chosen_line(frame)).properties(height=300)


def losses_by_logit(frame: pd.DataFrame) -> Drawing:
    """The loss of each way against the logit: `way` (as in `WAYS`), `logit`, `loss`, `gradient`,
    and `chosen`, the same in every row.
    """
    return _ways(frame, alt.Y("loss:Q", title="loss (nats)"))


def gradients_by_logit(frame: pd.DataFrame) -> Drawing:
    """The gradient of each way against the logit: the same frame."""
    return _ways(
        frame,
        alt.Y(
            "gradient:Q",
            title="gradient of the loss by the logit",
            scale=alt.Scale(domain=[-1.05, 1.05], nice=False),
        ),
    )


def endings_while_learning(frame: pd.DataFrame) -> Drawing:
    """The train loss of each ending against the epoch, and its floor: `ending` (as in `ENDINGS`),
    `epoch`, `loss`, `floor`.
    """
    legend = alt.Legend(
        orient="top", symbolStrokeWidth=3, symbolType="stroke", columns=ONE_IF_NARROW
    )
    color = alt.Color(
        "ending:N",
        title=None,
        scale=alt.Scale(domain=ENDINGS, range=[BLUE, PALE, ORANGE, PURPLE]),
        legend=legend,
    )
    tooltip = [alt.Tooltip("ending:N"), alt.Tooltip("epoch:Q"), alt.Tooltip("loss:Q", format=".4f")]
    x = alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1), scale=alt.Scale(nice=False))
    base = alt.Chart(frame).encode(color=color)
    curve = base.encode(
        x=x,
        y=alt.Y("loss:Q", title="train loss (nats)", scale=alt.Scale(zero=True)),
        tooltip=tooltip,
    )
    # both right endings have one curve: the first is broad and lies below
    below = curve.transform_filter("datum.ending === 'sigmoid once'").mark_line(strokeWidth=7)
    above = curve.transform_filter("datum.ending !== 'sigmoid once'").mark_line(strokeWidth=2)
    twice = base.transform_filter("datum.floor > 0")
    floors = twice.mark_rule(strokeDash=[5, 4], strokeWidth=1.5).encode(
        y="min(floor):Q",
        tooltip=["ending:N", alt.Tooltip("min(floor):Q", title="floor", format=".4f")],
    )
    return alt.layer(floors, below, above).properties(height=340)


def scores_by_ending(frame: pd.DataFrame) -> Drawing:
    """Each test patient's probability, a row an ending: `ending`, `outcome`, `probability` and
    `chosen`, the threshold, in every row.
    """
    x = alt.X("probability:Q", title="probability of disease", **SHARE)
    y = alt.Y("ending:N", title=None, sort=ENDINGS, axis=alt.Axis(labelLimit=120))
    tooltip = ["ending:N", "outcome:N", alt.Tooltip("probability:Q", format=".1%")]
    ticks = (
        alt.Chart(frame)
        .mark_tick(thickness=2, opacity=0.75)
        .encode(x=x, y=y, yOffset="outcome:N", color=outcome_color(), tooltip=tooltip)
    )
    return alt.layer(ticks, chosen_line(frame)).properties(height=340)
