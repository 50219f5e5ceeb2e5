"""Two figures of each feature with their intervals beside each other, as one table of HTML: names
stand once, a phone has room for both, and two charts of Vega are saved. Their look is in
heart/ui/browser/look.css.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import NamedTuple

import numpy as np
import pandas as pd


class Column(NamedTuple):
    """A figure: its title, and the columns of its value and the ends of its interval."""

    title: str
    value: str
    low: str
    high: str


IMPORTANCE = Column("log-loss rises by, nats a patient", "importance", "low", "high")
CONTRIBUTION = Column(
    "moves the answer by, log-odds on average",
    *("contribution", "contribution_low", "contribution_high"),
)


def uses_ranges(frame: pd.DataFrame) -> str:
    """How much worse without each feature, and how far it moves an answer: a
    `heart.explain.uses.uses_table`. A dot is the value, a bar its interval, a line stands at 0;
    each says its number.
    """
    columns = (IMPORTANCE, CONTRIBUTION)
    places = [_place(frame, column) for column in columns]
    head = "".join(f'<th scope="col">{escape(column.title)}</th>' for column in columns)
    rows = "".join(
        f'<tr><th scope="row">{escape(row["label"])}</th>'
        + "".join(
            _cell(*(row[name] for name in column[1:]), place=place)
            for column, place in zip(columns, places, strict=True)
        )
        + "</tr>"
        for row in frame.to_dict("records")
    )
    return (
        f'<table class="heart-ranges"><thead><tr><th scope="col">feature</th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _place(frame: pd.DataFrame, column: Column) -> Callable[[float], float]:
    """From a value to percent of the cell's width; 0 and all intervals are inside."""
    ends = frame[[column.low, column.high]].to_numpy(dtype=np.float64)
    low, high = min(float(np.nanmin(ends)), 0.0), max(float(np.nanmax(ends)), 0.0)
    width = (high - low) or 1.0
    return lambda value: 3 + 94 * (value - low) / width


def _cell(value: float, low: float, high: float, *, place: Callable[[float], float]) -> str:
    if np.isnan(value):
        return "<td>–</td>"
    left, right = place(low), place(high)
    return (
        f'<td title="{low:.3f} to {high:.3f}"><div><u style="left:{place(0.0):.1f}%"></u>'
        f'<s style="left:{left:.1f}%;width:{right - left:.1f}%"></s>'
        f'<b style="left:{place(value):.1f}%"></b></div><span>{value:.3f}</span></td>'
    )
