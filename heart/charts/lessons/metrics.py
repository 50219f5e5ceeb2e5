"""Charts of a 2 x 2 table: its cells as areas, and its figures where other shares are ill."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, GREY, ORANGE, SHARE, Drawing, chosen_line

CELLS = {
    "tp": "ill, called ill",
    "fn": "ill, called healthy",
    "fp": "healthy, called ill",
    "tn": "healthy, called healthy",
}
CELL_COLORS = [ORANGE, "#f3cdb3", "#bdd6ea", BLUE]
MEANING_TITLES = {"precision": "positive predictive value", "npv": "negative predictive value"}
ACCURACY_TITLES = {
    "accuracy": "this table's accuracy",
    "lazy": "the more frequent answer for everybody",
    "balanced_accuracy": "balanced accuracy",
}


def area_frame(tp: int, fp: int, fn: int, tn: int) -> pd.DataFrame:
    """The four cells as rectangles in a square: as wide as the ill and the healthy are frequent, as
    high as each is right.

    Returns:
        A row a cell that is not empty: `x`, `x2` (shares of all), `y`, `y2` (shares of the ill or
            the healthy), `cell`, `patients`.
    """
    ill, healthy = tp + fn, fp + tn
    border = ill / max(ill + healthy, 1)
    rows = [
        (0.0, border, 0.0, tp / max(ill, 1), "tp", tp),
        (0.0, border, tp / max(ill, 1), 1.0, "fn", fn),
        (border, 1.0, tn / max(healthy, 1), 1.0, "fp", fp),
        (border, 1.0, 0.0, tn / max(healthy, 1), "tn", tn),
    ]
    frame = pd.DataFrame(rows, columns=["x", "x2", "y", "y2", "cell", "patients"])
    return frame[frame["patients"] > 0].assign(cell=lambda kept: kept["cell"].map(CELLS))


def table_areas(frame: pd.DataFrame) -> Drawing:
    """The cells as areas, right answers strong and at the bottom: an `area_frame`."""
    side: dict[str, Any] = {
        "axis": alt.Axis(format="%", grid=False),
        "scale": alt.Scale(domain=[0, 1], nice=False),
    }
    x = alt.X("x:Q", title="share of all patients: the ill, then the healthy", **side)
    y = alt.Y("y:Q", title="share of each, right answers below", **side)
    color = alt.Color(
        "cell:N",
        title=None,
        scale=alt.Scale(domain=list(CELLS.values()), range=CELL_COLORS),
        legend=alt.Legend(orient="top", columns=2, symbolType="square"),
    )
    tooltip = [alt.Tooltip("cell:N", title="cell"), alt.Tooltip("patients:Q", format=",")]
    return (
        alt.Chart(frame)
        .mark_rect()
        .encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=color, tooltip=tooltip)
        .properties(height=300)
    )


def share_frame(table: pd.DataFrame, titles: dict[str, str], *, chosen: float) -> pd.DataFrame:
    """Columns of a table by share of ill patients, one row a share and figure: `share`, `figure`,
    `value`, `chosen`.
    """
    long = table.melt(
        id_vars="share", value_vars=list(titles), var_name="figure", value_name="value"
    )
    return long.dropna().assign(figure=lambda kept: kept["figure"].map(titles), chosen=chosen)


def _curves(
    frame: pd.DataFrame, titles: dict[str, str], colors: list[str], dashes: list[list[int]]
) -> Drawing:
    names = list(titles.values())
    legend = alt.Legend(orient="top", columns=1, labelLimit=320, symbolOpacity=1)
    tooltip = [
        "figure:N",
        alt.Tooltip("share:Q", title="share of ill", format=".0%"),
        alt.Tooltip("value:Q", format=".1%"),
    ]
    lines = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("share:Q", title="share of ill patients", **SHARE),
            y=alt.Y("value:Q", title=None, **SHARE),
            color=alt.Color(
                "figure:N", title=None, scale=alt.Scale(domain=names, range=colors), legend=legend
            ),
            strokeDash=alt.StrokeDash(
                "figure:N", title=None, scale=alt.Scale(domain=names, range=dashes), legend=legend
            ),
            tooltip=tooltip,
        )
    )
    return alt.layer(lines, chosen_line(frame)).properties(height=320)


def meaning_curves(frame: pd.DataFrame) -> Drawing:
    """Both predictive values against the share of ill patients, the chosen share marked: a
    `share_frame`.
    """
    return _curves(frame, MEANING_TITLES, [ORANGE, BLUE], [[1, 0], [1, 0]])


def accuracy_curves(frame: pd.DataFrame) -> Drawing:
    """Accuracy against the share of ill patients, beside the lazy answer and balanced accuracy: a
    `share_frame`.
    """
    return _curves(frame, ACCURACY_TITLES, [ORANGE, GREY, BLUE], [[1, 0], [3, 3], [1, 0]])
