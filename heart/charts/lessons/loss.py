"""Charts of losses: against the logit with tangents, surprise, likelihood, and two lines through
outcomes of 0 and 1.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, GREY, ORANGE, Drawing, chosen_line

_COLOR = alt.Color(
    "loss:N",
    title=None,
    scale=alt.Scale(domain=["squared error", "cross-entropy"], range=[BLUE, ORANGE]),
    legend=alt.Legend(orient="top", symbolOpacity=1),
)


def losses_frame(curves: pd.DataFrame, tangents: pd.DataFrame) -> pd.DataFrame:
    """Curves, tangents and the point they touch in, as one frame: `what`, `logit`,
    `loss`, `value`.
    """
    points = tangents.groupby("loss", sort=False)[["logit", "value"]].mean().reset_index()
    parts = {"curve": curves[["logit", "loss", "value"]], "tangent": tangents, "point": points}
    return pd.concat([part.assign(what=name) for name, part in parts.items()], ignore_index=True)


def losses_by_logit(frame: pd.DataFrame) -> Drawing:
    """Both losses against the logit, with their tangents in one point: a `losses_frame`."""
    x = alt.X("logit:Q", title="logit z", scale=alt.Scale(domain=[-8, 8]))
    base = alt.Chart(frame).encode(
        x=x, y=alt.Y("value:Q", title="loss", scale=alt.Scale(domain=[-0.5, 8])), color=_COLOR
    )
    curves = base.transform_filter("datum.what === 'curve'").mark_line(strokeWidth=2, clip=True)
    touching = base.transform_filter("datum.what === 'tangent'").mark_line(
        strokeDash=[5, 3], strokeWidth=2, clip=True
    )
    points = base.transform_filter("datum.what === 'point'").mark_circle(size=110, opacity=1)
    tooltip = ["loss:N", alt.Tooltip("logit:Q", format=".1f"), alt.Tooltip("value:Q", format=".3f")]
    return alt.layer(curves, touching, points.encode(tooltip=tooltip)).properties(height=340)


def slopes_by_logit(frame: pd.DataFrame) -> Drawing:
    """How hard both losses push the logit: columns `logit`, `loss`, `slope`, `chosen` (the logit
    shown).
    """
    x = alt.X("logit:Q", title="logit z", scale=alt.Scale(domain=[-8, 8]))
    lines = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2)
        .encode(
            x=x,
            y=alt.Y("slope:Q", title="slope of the loss", scale=alt.Scale(domain=[-1, 1])),
            color=_COLOR,
        )
    )
    return alt.layer(lines, chosen_line(frame)).properties(height=340)


def surprise(frame: pd.DataFrame) -> Drawing:
    """-log p against p, one probability marked: columns `probability`, `bits`, `chosen`."""
    base = alt.Chart(frame)
    x = alt.X(
        "probability:Q", title="probability given to what happened", axis=alt.Axis(format="%")
    )
    line = base.mark_line(color=ORANGE, strokeWidth=2).encode(
        x=x, y=alt.Y("bits:Q", title="surprise (bits)")
    )
    return alt.layer(line, chosen_line(frame)).properties(height=260)


def likelihood(frame: pd.DataFrame) -> Drawing:
    """The log-likelihood against the weight, the chosen and the best one marked: `weight`,
    `log_likelihood`, `chosen`, `best`.
    """
    base = alt.Chart(frame)
    line = base.mark_line(color=ORANGE, strokeWidth=2).encode(
        x=alt.X("weight:Q", title="weight"),
        y=alt.Y("log_likelihood:Q", title="log-likelihood (nats)", scale=alt.Scale(zero=False)),
    )
    best = base.mark_rule(color=BLUE, strokeWidth=2).encode(x="min(best):Q")
    return alt.layer(line, best, chosen_line(frame)).properties(height=260)


def lines_frame(drawn: pd.DataFrame, patients: pd.DataFrame) -> pd.DataFrame:
    """Lines and patients as one frame: `what`, `measurement`, `model`, `value`."""
    return pd.concat(
        [drawn.assign(what="line"), patients.assign(what="patient", model="patients")],
        ignore_index=True,
    )


def two_lines(frame: pd.DataFrame) -> Drawing:
    """A straight and a logistic line through outcomes of 0 and 1: a `lines_frame`."""
    domain = ["straight line", "logistic regression", "patients"]
    color = alt.Color(
        "model:N",
        title=None,
        scale=alt.Scale(domain=domain, range=[BLUE, ORANGE, GREY]),
        legend=alt.Legend(orient="top"),
    )
    base = alt.Chart(frame).encode(
        x=alt.X("measurement:Q", title="measurement (standardised)"),
        y=alt.Y("value:Q", title="probability of disease?"),
        color=color,
    )
    lines = base.transform_filter("datum.what === 'line'").mark_line(strokeWidth=2)
    patients = base.transform_filter("datum.what === 'patient'").mark_circle(size=80, opacity=0.9)
    dotted = alt.Chart(frame).mark_rule(color=GREY, strokeDash=[2, 3], aria=False)
    bound, half = (dotted.encode(y=alt.datum(value)) for value in (1, 0.5))
    return alt.layer(bound, half, lines, patients).properties(height=300)
