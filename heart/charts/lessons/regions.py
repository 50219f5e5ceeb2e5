"""Charts of a network in the plane: what it would decide where, and how it came to that."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from heart.charts.style import BLUE, GREY, ORANGE, Drawing

PALETTE = [BLUE, ORANGE, "#4ba38c", "#a06cb5", "#c9a227", GREY]
"""Colours of classes A to F."""

NAMES = "ABCDEF"
PARTS = alt.Scale(domain=["train", "test"], range=[GREY, "#a06cb5"])


def region_frame(cells: pd.DataFrame, points: pd.DataFrame, *, n_classes: int) -> pd.DataFrame:
    """Cells and points as one frame, as the chart takes it.

    Args:
        cells: `x`, `x2`, `y`, `y2`, `label` (the winning class, from 0), `probability` (the
            winner's).
        points: `x`, `y`, `label` (the class it has), `part`.
        n_classes: which makes 1 / n_classes the least that a winner can have.

    Returns:
        `what` ("cell" or a part), the columns above with letters for labels, and `certainty`: 0
            where all classes are equally probable,
        1 where one is certain.
    """
    certainty = (cells["probability"] - 1 / n_classes) / (1 - 1 / n_classes)
    below = cells.assign(what="cell", certainty=certainty)
    above = points.assign(
        what=points["part"], x2=np.nan, y2=np.nan, probability=np.nan, certainty=np.nan
    )
    columns = ["what", "x", "x2", "y", "y2", "label", "probability", "certainty"]
    together = pd.concat([below[columns], above[columns]], ignore_index=True)
    return together.assign(label=together["label"].map(lambda k: NAMES[k]))


def decision_regions(frame: pd.DataFrame) -> Drawing:
    """The winning class as colour, its probability as strength, and the points: a
    `region_frame`.
    """
    flush: dict[str, Any] = {  # as large as what is drawn
        "scale": alt.Scale(nice=False, zero=False, padding=0),
        "axis": alt.Axis(grid=False),
    }
    color = alt.Color(
        "label:N",
        title=None,
        scale=alt.Scale(range=PALETTE),
        legend=alt.Legend(orient="top", symbolOpacity=1),
    )
    base = alt.Chart(frame).encode(
        x=alt.X("x:Q", title="x₁", **flush), y=alt.Y("y:Q", title="x₂", **flush), color=color
    )
    return alt.layer(_cells(base), _points(base)).properties(height=380)


def _cells(base: alt.Chart) -> alt.Chart:
    strength = alt.Opacity(
        "certainty:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0.0, 0.5], clamp=True)
    )
    tooltip = ["label:N", alt.Tooltip("probability:Q", format=".0%")]
    return (
        base.transform_filter("datum.what === 'cell'")
        .mark_rect(strokeWidth=0)
        .encode(x2="x2:Q", y2="y2:Q", opacity=strength, tooltip=tooltip)
    )


def _points(base: alt.Chart) -> alt.Chart:
    shape = alt.Shape(
        "what:N",
        title=None,
        scale=alt.Scale(domain=["train", "test"], range=["circle", "triangle-up"]),
        legend=None,
    )
    tooltip = [alt.Tooltip("label:N", title="class"), alt.Tooltip("what:N", title="part")]
    return (
        base.transform_filter("datum.what !== 'cell'")
        .mark_point(filled=True, size=34, opacity=1, stroke="white", strokeWidth=0.6)
        .encode(shape=shape, tooltip=tooltip)
    )


def _curves(frame: pd.DataFrame, y: alt.Y) -> alt.Chart:
    part = alt.Color("part:N", title=None, scale=PARTS, legend=alt.Legend(orient="top"))
    tooltip = [
        "part:N",
        "epoch:Q",
        alt.Tooltip("loss:Q", format=".3f"),
        alt.Tooltip("accuracy:Q", format=".1%"),
    ]
    x = alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1))
    return (
        alt.Chart(frame)
        .mark_line(strokeWidth=2)
        .encode(x=x, y=y, color=part, tooltip=tooltip)
        .properties(height=260)
    )


def loss_while_learning(frame: pd.DataFrame) -> Drawing:
    """The loss of both parts against the epoch: `epoch`, `part`, `loss`, `accuracy`."""
    return _curves(frame, alt.Y("loss:Q", title="loss (nats)", scale=alt.Scale(zero=True)))


def accuracy_while_learning(frame: pd.DataFrame) -> Drawing:
    """The accuracy of both parts against the epoch: the same frame."""
    return _curves(
        frame,
        alt.Y(
            "accuracy:Q", title="accuracy", axis=alt.Axis(format="%"), scale=alt.Scale(zero=False)
        ),
    )
