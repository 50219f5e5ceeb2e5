"""Charts of a neuron: its boundary among the patients, and its loss."""

from __future__ import annotations

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.charts.style import GREY, ORANGE, Drawing, outcome_color
from heart.schema import DISEASED, FEATURE_NAMES, HEALTHY, feature

Points = npt.NDArray[np.float64]


def plane_frame(cells: pd.DataFrame, points: pd.DataFrame, ends: Points) -> pd.DataFrame:
    """Cells, patients and boundary as one frame, as the chart takes it.

    Args:
        cells: `x`, `x2`, `y`, `y2`, `probability` (of disease).
        points: the two features, in the order of the axes, and `outcome`.
        ends: both ends of the boundary, shape (2, 2), or none, shape (0, 2).

    Returns:
        `what` ("cell", "patient" or "boundary"), the two features by name, their ends `x2` and
            `y2`, `outcome` (a cell's: the more
        probable), `probability`, and `certainty`: 0 where the probability is one half, 1 where it
            is 0 or 1.
    """
    first, second = points.columns[:2]
    likely = np.where(cells["probability"] > 0.5, DISEASED, HEALTHY)
    certainty = (2 * cells["probability"] - 1).abs()
    below = cells.rename(columns={"x": first, "y": second}).assign(
        what="cell", outcome=likely, certainty=certainty
    )
    line = pd.DataFrame(ends, columns=[first, second]).assign(what="boundary", outcome=HEALTHY)
    frame = pd.concat([below, points.assign(what="patient"), line], ignore_index=True)
    return frame[["what", first, second, "x2", "y2", "outcome", "probability", "certainty"]]


def boundary_among_patients(frame: pd.DataFrame) -> Drawing:
    """The patients, the line where the probability is one half, and the probability as strength of
    colour: a `plane_frame`.
    """
    first, second = (str(name) for name in frame.columns if name in FEATURE_NAMES)
    scale = alt.Scale(nice=False, zero=False, padding=0)
    x = alt.X(f"{first}:Q", title=feature(first).title, scale=scale, axis=alt.Axis(grid=False))
    y = alt.Y(f"{second}:Q", title=feature(second).title, scale=scale, axis=alt.Axis(grid=False))
    color = outcome_color(legend=alt.Legend(orient="top", symbolOpacity=1, symbolStrokeWidth=0))
    strength = alt.Opacity(
        "certainty:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0.0, 0.5])
    )
    base = alt.Chart(frame).encode(x=x, y=y)
    cells = (
        base.transform_filter("datum.what === 'cell'")
        .mark_rect(strokeWidth=0)
        .encode(
            x2="x2:Q",
            y2="y2:Q",
            color=color,
            opacity=strength,
            tooltip=[alt.Tooltip("probability:Q", format=".0%")],
        )
    )
    tooltip = [
        alt.Tooltip("outcome:N"),
        *[alt.Tooltip(f"{name}:Q", title=feature(name).title) for name in (first, second)],
    ]
    points = base.transform_filter("datum.what === 'patient'").mark_circle(
        size=42, opacity=0.9, stroke="white", strokeWidth=0.6
    )
    line = base.transform_filter("datum.what === 'boundary'").mark_line(color=GREY, strokeWidth=3)
    return alt.layer(cells, points.encode(color=color, tooltip=tooltip), line).properties(
        height=400
    )


def loss_frame(losses: Points, *, shown: int, least: float) -> pd.DataFrame:
    """The loss at the start and after each epoch: `epoch`, `loss`, `chosen` (the epoch shown) and
    `least`, the same in every row.
    """
    return pd.DataFrame(
        {"epoch": np.arange(len(losses)), "loss": losses, "chosen": shown, "least": least}
    )


def loss_by_epoch(frame: pd.DataFrame) -> Drawing:
    """The loss, the least that a line can have (dashed), and a dot at the epoch shown: a
    `loss_frame`.
    """
    x = alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1))
    y = alt.Y("loss:Q", title="loss (nats)", scale=alt.Scale(zero=False))
    base = alt.Chart(frame).encode(
        x=x, y=y, tooltip=[alt.Tooltip("epoch:Q"), alt.Tooltip("loss:Q", format=".4f")]
    )
    least = (
        alt.Chart(frame)
        .mark_rule(color=GREY, strokeDash=[5, 4], strokeWidth=2)
        .encode(y="min(least):Q")
    )
    line = base.mark_line(color=ORANGE, strokeWidth=2)
    dot = base.transform_filter("datum.epoch === datum.chosen").mark_circle(
        color=ORANGE, size=120, opacity=1
    )
    return alt.layer(least, line, dot).properties(height=220)
