"""Forest plots: a dot and an interval a row, with its name and how many patients it is of."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, GREY, ORANGE, Drawing

ROW, TALL_ROW = 36, 50
"""Pixels of a row: its name stands above its interval, so that no name is cut and a narrow screen
has its whole width for the intervals. Where a name takes two lines, all rows are tall.
"""

MARKED, PLAIN = "marked", "plain"
_KINDS = [PLAIN, MARKED]
_COLOR = alt.Color("kind:N", scale=alt.Scale(domain=_KINDS, range=[BLUE, ORANGE]), legend=None)
_SHAPE = alt.Shape(
    "kind:N", scale=alt.Scale(domain=_KINDS, range=["circle", "diamond"]), legend=None
)
_TOOLTIP = [
    alt.Tooltip("label:N", title=" "),
    alt.Tooltip("what:N", title="figure"),
    alt.Tooltip("value:Q", format=".3f"),
    alt.Tooltip("low:Q", format=".3f"),
    alt.Tooltip("high:Q", format=".3f"),
    alt.Tooltip("n:N", title="of"),
]


def forest(frame: pd.DataFrame) -> Drawing:
    """Values with their intervals below each other.

    Args:
        frame: one row a line, in columns `order` (0 is the top), `label`, `n` (text, as "303
            patients"), `text` (both, as they are drawn), `value`, `low`, `high`, `kind` (`MARKED`
            is drawn as an orange diamond, `PLAIN` as a blue dot) and `what` (the figure's name, the
            same in every row); with a column `reference` a dashed line stands there, and a column
            `second` is the second line of the names.
    """
    two_lines = "second" in frame.columns
    row, below = (TALL_ROW, 15) if two_lines else (ROW, 7)
    lines = {"text": -17, "second": -3} if two_lines else {"text": -9}
    base = alt.Chart(frame).encode(y=alt.Y("order:O", axis=None))
    intervals = base.mark_rule(strokeWidth=2, yOffset=below).encode(
        x=_place("low"), x2="high:Q", color=_COLOR, tooltip=_TOOLTIP
    )
    dots = base.mark_point(filled=True, size=90, opacity=1, yOffset=below).encode(
        x=_place("value"), color=_COLOR, shape=_SHAPE, tooltip=_TOOLTIP
    )
    names = [
        base.mark_text(
            align="left", baseline="middle", yOffset=offset, color=GREY, fontSize=12
        ).encode(x=alt.value(2), text=f"{column}:N")
        for column, offset in lines.items()
    ]
    layers = [intervals, dots, *names]
    if "reference" in frame.columns:
        layers.insert(
            0,
            alt.Chart(frame)
            .mark_rule(color=GREY, strokeDash=[5, 4], aria=False)
            .encode(x="min(reference):Q"),
        )
    return alt.layer(*layers).properties(height=alt.Step(row))


def _place(column: str) -> alt.X:
    axis = alt.Axis(grid=True, tickCount=6)
    return alt.X(f"{column}:Q", title=None, scale=alt.Scale(zero=False), axis=axis)
