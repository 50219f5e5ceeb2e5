"""Charts of what a mistake in judging a model is worth: figures with and without it, and the
differences.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.charts.style import BLUE, GREY, ORANGE, Drawing

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
    ]
    share = alt.Tooltip("share:Q", title="splits", format=".0%")
    return (
        alt.Chart(frame)
        .mark_bar(orient="vertical", opacity=0.65)
        .encode(x=x, x2="end:Q", y=y, y2=alt.datum(0), tooltip=[*tooltip, share])
    )


def _reports(frame: pd.DataFrame, title: str) -> Drawing:
    color = alt.Color(
        "way:N", title=None, scale=WAYS, legend=alt.Legend(orient="top", symbolOpacity=1)
    )
    means = (
        alt.Chart(frame).mark_rule(strokeWidth=2, strokeDash=[5, 4]).encode(x="mean:Q", color=color)
    )
    return alt.layer(_bars(frame, title, zero=False).encode(color=color), means).properties(
        height=260
    )


def accuracy_reports(frame: pd.DataFrame) -> Drawing:
    """The accuracies of both ways, their means dashed: a `report_frame`."""
    return _reports(frame, "accuracy in the test part (%)")


def auc_reports(frame: pd.DataFrame) -> Drawing:
    """The AUCs of both ways, their means dashed: a `report_frame`."""
    return _reports(frame, "AUC in the test part (points: 100 is perfect)")


def cost_reports(frame: pd.DataFrame) -> Drawing:
    """The costs of both ways, their means dashed: a `report_frame`."""
    return _reports(frame, "cost of 100 patients in the test part (false alarms)")


REPORTS: MappingProxyType[str, Callable[[pd.DataFrame], Drawing]] = MappingProxyType(
    {"accuracy": accuracy_reports, "auc": auc_reports, "cost": cost_reports}
)
"""The chart of each figure's reports."""


def _lies(frame: pd.DataFrame, title: str) -> Drawing:
    band = (
        alt.Chart(frame)
        .mark_rect(color=GREY, opacity=0.25)
        .encode(x="min(low):Q", x2="max(high):Q")
    )
    mean = alt.Chart(frame).mark_rule(color=ORANGE, strokeWidth=3).encode(x="min(mean):Q")
    nothing = (
        alt.Chart(frame)
        .mark_rule(color=GREY, strokeDash=[5, 4], strokeWidth=2, aria=False)
        .encode(x=alt.datum(0))
    )
    bars = _bars(frame, title, zero=True).encode(color=alt.value(GREY))
    return alt.layer(band, bars, nothing, mean).properties(height=220)


def accuracy_lies(frame: pd.DataFrame) -> Drawing:
    """The differences in accuracy, their mean and its interval; 0 is dashed: a `lie_frame`."""
    return _lies(frame, "accuracy looks better by (points)")


def auc_lies(frame: pd.DataFrame) -> Drawing:
    """The differences in AUC, their mean and its interval; 0 is dashed: a `lie_frame`."""
    return _lies(frame, "AUC looks better by (points)")


def cost_lies(frame: pd.DataFrame) -> Drawing:
    """The differences in cost, their mean and its interval; 0 is dashed: a `lie_frame`."""
    return _lies(frame, "cost of 100 patients looks smaller by (false alarms)")


LIES: MappingProxyType[str, Callable[[pd.DataFrame], Drawing]] = MappingProxyType(
    {"accuracy": accuracy_lies, "auc": auc_lies, "cost": cost_lies}
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
    nothing = (
        alt.Chart(frame).mark_rule(color=GREY, strokeDash=[5, 4], aria=False).encode(x=alt.datum(0))
    )
    return alt.layer(nothing, spread, interval, mean).properties(height=alt.Step(44))
