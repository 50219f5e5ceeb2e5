"""Charts of what a mistake in judging a model is worth: figures with and without it, and the
differences.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import MappingProxyType

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.charts.style import BLUE, GREY, ORANGE, Drawing, histogram, line_at

HONEST, LEAKY = "honest", "with the mistake"
WAYS = alt.Scale(domain=[HONEST, LEAKY], range=[BLUE, ORANGE])
FINEST, USUAL_WIDTH = 0.2, 1.5


def bin_width(values: npt.NDArray[np.float64]) -> float:
    """A width near 1.5 that holds a whole number of steps, so that figures of few patients do not
    fall now one, now two into a bin.
    """
    gaps = np.diff(np.unique(np.round(values, 6)))
    step = float(gaps.min()) if gaps.size and gaps.min() > FINEST else USUAL_WIDTH
    return step * max(1, round(USUAL_WIDTH / step))


def _share_frame(values: npt.NDArray[np.float64], width: float) -> pd.DataFrame:
    """`start`, `end` (edges of bins, of which one is centred on 0) and `share` of the values (0-1);
    filled bins only.
    """
    position, counts = np.unique(np.floor(values / width + 0.5), return_counts=True)
    return pd.DataFrame(
        {
            "start": (position - 0.5) * width,
            "end": (position + 0.5) * width,
            "share": counts / len(values),
        }
    )


def report_frame(measured: pd.DataFrame) -> pd.DataFrame:
    """Shares of the splits of one figure, a row a way and bin: `way`, `start`, `end`, `share`,
    `mean` (of the way).

    Args:
        measured: one row a split: `honest` and `leaky`.
    """
    ways = {
        HONEST: measured["honest"].to_numpy(dtype=float),
        LEAKY: measured["leaky"].to_numpy(dtype=float),
    }
    width = bin_width(ways[HONEST])
    parts = [
        _share_frame(values, width).assign(way=way, mean=float(values.mean()))
        for way, values in ways.items()
    ]
    return pd.concat(parts, ignore_index=True)


def lie_frame(measured: pd.DataFrame, *, low: float, high: float) -> pd.DataFrame:
    """Shares of the splits' lies, a row a bin: `start`, `end`, `share`, and in every row `mean`,
    `low`, `high`.

    Args:
        measured: one row a split: `lie`.
        low: the lower end of the mean's interval.
        high: the upper end.
    """
    lie = measured["lie"].to_numpy(dtype=float)
    return _share_frame(lie, bin_width(lie)).assign(mean=float(lie.mean()), low=low, high=high)


def _bars(frame: pd.DataFrame, title: str, *, zero: bool) -> alt.Chart:
    x = alt.X("start:Q", title=title, scale=alt.Scale(zero=zero, nice=False))
    y = alt.Y(
        "share:Q",
        title="splits",
        axis=alt.Axis(format="%", tickCount=4),
        scale=alt.Scale(zero=True),
    )
    tooltip = [
        alt.Tooltip("start:Q", title="from", format=".1f"),
        alt.Tooltip("end:Q", title="to", format=".1f"),
        alt.Tooltip("share:Q", title="splits", format=".0%"),
    ]
    return histogram(frame, x, y, tooltip, opacity=0.65)


def _reports(frame: pd.DataFrame, *, title: str) -> Drawing:
    """The figures of both ways, their means dashed: a `report_frame`."""
    color = alt.Color(
        "way:N", title=None, scale=WAYS, legend=alt.Legend(orient="top", symbolOpacity=1)
    )
    means = (
        alt.Chart(frame).mark_rule(strokeWidth=2, strokeDash=[5, 4]).encode(x="mean:Q", color=color)
    )
    return alt.layer(_bars(frame, title, zero=False).encode(color=color), means).properties(
        height=260
    )


REPORTS: MappingProxyType[str, Callable[[pd.DataFrame], Drawing]] = MappingProxyType(
    {
        "accuracy": partial(_reports, title="accuracy in the test part (%)"),
        "roc_auc": partial(_reports, title="AUC in the test part (points: 100 is perfect)"),
        "cost": partial(_reports, title="cost of 100 patients in the test part (false alarms)"),
    }
)
"""The chart of each figure's reports."""


def _lies(frame: pd.DataFrame, *, title: str) -> Drawing:
    """The differences in a figure, their mean and its interval; 0 is dashed: a `lie_frame`."""
    band = (
        alt.Chart(frame)
        .mark_rect(color=GREY, opacity=0.25)
        .encode(x="min(low):Q", x2="max(high):Q")
    )
    mean = alt.Chart(frame).mark_rule(color=ORANGE, strokeWidth=3).encode(x="min(mean):Q")
    bars = _bars(frame, title, zero=True).encode(color=alt.value(GREY))
    return alt.layer(band, bars, line_at(frame, 0), mean).properties(height=220)


LIES: MappingProxyType[str, Callable[[pd.DataFrame], Drawing]] = MappingProxyType(
    {
        "accuracy": partial(_lies, title="accuracy looks better by (points)"),
        "roc_auc": partial(_lies, title="AUC looks better by (points)"),
        "cost": partial(_lies, title="cost of 100 patients looks smaller by (false alarms)"),
    }
)
"""The chart of each figure's differences."""


def all_lies(frame: pd.DataFrame) -> Drawing:
    """Every mistake's mean lie in accuracy with its interval, the thin line where nine of ten
    splits lie.

    Args:
        frame: one row a mistake: `name`, `mean`, `low`, `high`, `q05`, `q95`, all in points.
    """
    y = alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=320))
    tooltip = [
        alt.Tooltip(f"{column}:Q", format="+.1f")
        for column in ("mean", "low", "high", "q05", "q95")
    ]
    base = alt.Chart(frame).encode(y=y, tooltip=tooltip)
    title = "accuracy looks better by (points)"
    spread = base.mark_rule(color=GREY, strokeWidth=2).encode(
        x=alt.X("q05:Q", title=title), x2="q95:Q"
    )
    interval = base.mark_bar(color=ORANGE, opacity=0.45, height=10).encode(
        x=alt.X("low:Q", title=title), x2="high:Q"
    )
    mean = base.mark_point(color=ORANGE, filled=True, size=120, opacity=1).encode(
        x=alt.X("mean:Q", title=title)
    )
    return alt.layer(line_at(frame, 0), spread, interval, mean).properties(height=alt.Step(44))
