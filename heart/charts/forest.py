"""Forest plots, each as one table of HTML: names and numbers are text that can be read aloud,
copied and wrapped on a phone, and the browser needs no Vega for it. Their look is
in heart/ui/browser/look.css.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from html import escape

import numpy as np
import pandas as pd

TICKS = 4
"""So many steps of the axis, or one or two fewer."""

Place = Callable[[float], float]
"""From a value to percent of the plot's width."""


def forest(frame: pd.DataFrame, *, alt: str, reference: float | None = None) -> str:
    """Values with their intervals below each other: a blue dot a row, an orange diamond where the
    row is marked.

    Args:
        frame: one row a line, the first at the top: `label`, `n` (patients), `value`, `low`, `high`
            (NaN where there is no interval), `written` (all three, in words) and `marked`.
        alt: what the plot shows.
        reference: where a dashed line stands, if one does.
    """
    numbers = frame[["value", "low", "high"]].to_numpy(dtype=np.float64)
    others = [] if reference is None else [reference]
    low, high = np.nanmin([*numbers.ravel(), *others]), np.nanmax([*numbers.ravel(), *others])
    if low == high:
        low, high = low - 0.5, high + 0.5
    ticks = axis_ticks(low, high)

    def place(value: float) -> float:
        return float(2 + 96 * (value - low) / (high - low))

    lines = "".join(f'<i style="left:{place(tick):.1f}%"></i>' for tick in map(float, ticks))
    if reference is not None:
        lines += f'<u style="left:{place(reference):.1f}%"></u>'
    rows = "".join(
        f"<tr{' class=marked' if row['marked'] else ''}>"
        f'<th scope="row">{escape(row["label"])} <small>{row["n"]:,} patients</small></th>'
        f"<td><div>{lines}{_mark(row['value'], row['low'], row['high'], place)}</div></td>"
        f"<td>{escape(row['written'])}</td></tr>"
        for row in frame.to_dict("records")
    )
    numbers_below = "".join(
        f'<span style="left:{place(float(tick)):.1f}%">{tick}</span>' for tick in ticks
    )
    return (
        f'<table class="heart-forest" aria-label="{escape(alt)}"><tbody>{rows}</tbody>'
        f'<tfoot aria-hidden="true"><tr><td></td><td><div>{numbers_below}</div></td><td></td></tr>'
        "</tfoot></table>"
    )


def axis_ticks(low: float, high: float) -> list[str]:
    """Round numbers between the ends, one, two or five tenths apart as the width asks.

    >>> axis_ticks(0.8128, 0.947), axis_ticks(-3, 120)
    (['0.85', '0.90'], ['0', '50', '100'])
    """
    rough = (high - low) / TICKS
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(
        factor * magnitude for factor in (1, 2, 5, 10) if factor * magnitude >= rough * (1 - 1e-9)
    )
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [f"{number * step + 0.0:.{digits}f}" for number in range(first, last + 1)]


def _mark(value: float, low: float, high: float, place: Place) -> str:
    dot = f'<b style="left:{place(value):.1f}%"></b>'
    if math.isnan(low) or math.isnan(high):
        return dot
    left, right = place(low), place(high)
    return f'<s style="left:{left:.1f}%;width:{right - left:.1f}%"></s>{dot}'
