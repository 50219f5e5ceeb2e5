"""Charts of what a threshold does."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd

from heart.charts.style import BLUE, ONE_IF_NARROW, ORANGE, SHARE, Drawing, chosen_line, histogram

CURVE_COLORS = (ORANGE, "#4ba38c", BLUE, "#a06cb5")
BIN = 0.02


def curve_frame(
    table: pd.DataFrame, threshold: float, *, titles: Mapping[str, str]
) -> pd.DataFrame:
    """A table of `ThresholdCurves`, one row a threshold and figure: `figure`, `threshold`, `value`,
    `low`, `high`, `chosen`.

    Args:
        table: the figures of every threshold.
        threshold: the chosen one.
        titles: column to what the figure is called, at most four.
    """
    parts = [
        pd.DataFrame(
            {
                "figure": title,
                "threshold": table["threshold"],
                "value": table[name],
                "low": table[f"{name}_low"],
                "high": table[f"{name}_high"],
            }
        )
        for name, title in titles.items()
    ]
    return pd.concat(parts, ignore_index=True).assign(chosen=threshold)


def cost_frame(table: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """Cost of 100 patients: `threshold`, `cost`, `low`, `high`, the counts `fn` and
    `fp`, `chosen`.
    """
    costs = {
        "cost": table["cost"] * 100,
        "low": table["cost_low"] * 100,
        "high": table["cost_high"] * 100,
    }
    return pd.DataFrame(
        {
            "threshold": table["threshold"],
            **costs,
            "fn": table["fn"],
            "fp": table["fp"],
            "chosen": threshold,
        }
    )


def tuned_frame(tuned: np.ndarray, threshold: float) -> pd.DataFrame:
    """How many of the tuned thresholds fall into each bin: `start`, `end`, `share`, `chosen`."""
    edges = np.round(np.arange(0, 1 + BIN, BIN), 2)
    counts, _ = np.histogram(np.minimum(tuned + 1e-9, 1), bins=edges)
    return pd.DataFrame(
        {
            "start": edges[:-1],
            "end": edges[1:],
            "share": counts / max(len(tuned), 1),
            "chosen": threshold,
        }
    )


_THRESHOLD = alt.X("threshold:Q", title="threshold", **SHARE)


def threshold_curves(frame: pd.DataFrame) -> Drawing:
    """Figures with their bands against the threshold, the chosen one marked: a `curve_frame`."""
    color = alt.Color(
        "figure:N",
        title=None,
        sort=None,
        scale=alt.Scale(range=list(CURVE_COLORS)),
        legend=alt.Legend(orient="top", columns=ONE_IF_NARROW, symbolOpacity=1, labelLimit=240),
    )
    unit = alt.Scale(domain=[0, 1])
    base = alt.Chart(frame).encode(x=_THRESHOLD, color=color)
    band = base.mark_area(opacity=0.15).encode(
        y=alt.Y("low:Q", title=None, axis=alt.Axis(format="%"), scale=unit), y2="high:Q"
    )
    tooltip = [
        "figure:N",
        *[alt.Tooltip(f"{name}:Q", format=".0%") for name in ("threshold", "value", "low", "high")],
    ]
    line = base.mark_line(strokeWidth=2).encode(
        y=alt.Y("value:Q", title=None, scale=unit), tooltip=tooltip
    )
    return alt.layer(band, line, chosen_line(frame)).properties(height=380)


def threshold_cost(frame: pd.DataFrame) -> Drawing:
    """Cost of 100 patients, in false alarms, with its band against the threshold, the chosen one
    marked: a `cost_frame`.
    """
    title = "cost of 100 patients"
    base = alt.Chart(frame).encode(x=_THRESHOLD)
    band = base.mark_area(opacity=0.2, color=ORANGE).encode(
        y=alt.Y("low:Q", title=title, scale=alt.Scale(zero=True)), y2="high:Q"
    )
    tooltip = [
        alt.Tooltip("threshold:Q", format=".0%"),
        *[alt.Tooltip(f"{name}:Q", format=".1f") for name in ("cost", "low", "high")],
        alt.Tooltip("fn:Q", title="missed"),
        alt.Tooltip("fp:Q", title="false alarms"),
    ]
    line = base.mark_line(strokeWidth=2, color=ORANGE).encode(
        y=alt.Y("cost:Q", title=title), tooltip=tooltip
    )
    return alt.layer(band, line, chosen_line(frame)).properties(height=200)


def tuned_thresholds(frame: pd.DataFrame) -> Drawing:
    """How often each threshold was chosen on resampled patients, the chosen one marked: a
    `tuned_frame`.
    """
    x = alt.X(
        "start:Q",
        title="tuned threshold",
        axis=alt.Axis(format="%"),
        scale=alt.Scale(domain=[0, 1], nice=False, padding=0),
    )
    y = alt.Y(
        "share:Q",
        title="resamples",
        axis=alt.Axis(format="%", tickCount=4),
        scale=alt.Scale(zero=True),
    )
    tooltip = [alt.Tooltip(f"{name}:Q", format=".0%") for name in ("start", "share")]
    bars = histogram(frame, x, y, tooltip, color=BLUE, opacity=0.7)
    return alt.layer(bars, chosen_line(frame)).properties(height=190)
