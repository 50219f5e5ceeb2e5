"""Charts of how large a network should be, and of what holding it back changes."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.lessons.regions import PARTS
from heart.charts.style import BLUE, GREY, Drawing, line_at


def sweep_frame(summary: pd.DataFrame) -> pd.DataFrame:
    """One row a value and part: `setting` (the value as text), `part`, `loss`, `low`, `high` (the
    seeds' range, of test only), `best`.

    Args:
        summary: in order, a row a value: `value`, `train_loss`, `test_loss`, `low`, `high`, `best`.
    """
    setting = summary["value"].map("{:g}".format)
    test = pd.DataFrame(
        {
            "setting": setting,
            "part": "test",
            "loss": summary["test_loss"],
            "low": summary["low"],
            "high": summary["high"],
        }
    )
    train = test.assign(
        part="train",
        loss=summary["train_loss"],
        low=summary["train_loss"],
        high=summary["train_loss"],
    )
    return pd.concat(
        [test.assign(best=summary["best"]), train.assign(best=False)], ignore_index=True
    )


def _sweep(frame: pd.DataFrame, title: str) -> Drawing:
    x = alt.X("setting:O", title=title, sort=None, axis=alt.Axis(labelAngle=0))
    color = alt.Color(
        "part:N", title=None, scale=PARTS, legend=alt.Legend(orient="top", symbolOpacity=1)
    )
    base = alt.Chart(frame).encode(x=x, color=color)
    band = base.mark_area(opacity=0.2).encode(
        y=alt.Y("low:Q", title="loss (nats)", scale=alt.Scale(zero=True)), y2="high:Q"
    )
    numbers = [alt.Tooltip(f"{name}:Q", format=".3f") for name in ("loss", "low", "high")]
    line = base.mark_line(strokeWidth=2, point=True).encode(
        y=alt.Y("loss:Q", title="loss (nats)"),
        tooltip=[alt.Tooltip("setting:O", title=title), "part:N", *numbers],
    )
    best = alt.Chart(frame).transform_filter("datum.best").encode(x=x, y="loss:Q")
    ring = best.mark_point(size=260, color=GREY, strokeWidth=2.5)
    words = best.mark_text(dy=-22, fontSize=12, color=GREY, fontWeight="bold").encode(
        text=alt.value("least test loss")
    )
    return alt.layer(band, line, ring, words).properties(height=300)


def width_sweep(frame: pd.DataFrame) -> Drawing:
    """Loss against the hidden layer's width, with the seeds' range: a `sweep_frame`."""
    return _sweep(frame, "hidden units")


def decay_sweep(frame: pd.DataFrame) -> Drawing:
    """Loss against weight decay: a `sweep_frame`."""
    return _sweep(frame, "weight decay")


def _differences(frame: pd.DataFrame, axis: alt.Axis, title: str) -> Drawing:
    y = alt.Y("added:N", title=None, sort=None, axis=alt.Axis(labelLimit=260))
    numbers = [alt.Tooltip(f"{name}:Q", format="+.3f") for name in ("difference", "low", "high")]
    tooltip = [alt.Tooltip("added:N"), *numbers, alt.Tooltip("verdict:N")]
    base = alt.Chart(frame).encode(y=y, tooltip=tooltip)
    bars = base.mark_rule(strokeWidth=3, color=BLUE).encode(
        x=alt.X("low:Q", title=title, axis=axis), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=90, color=BLUE, opacity=1).encode(
        x=alt.X("difference:Q")
    )
    return alt.layer(line_at(frame, 0), bars, points).properties(height=150)


def accuracy_differences(frame: pd.DataFrame) -> Drawing:
    """Change of the test accuracy with its interval: `added`, `difference`, `low`, `high`,
    `verdict`.
    """
    return _differences(frame, alt.Axis(format="+%"), "change of test accuracy (right is better)")


def loss_differences(frame: pd.DataFrame) -> Drawing:
    """Change of the test log-loss with its interval: the same columns."""
    return _differences(
        frame, alt.Axis(format="+.1f"), "change of test log-loss, nats (left is better)"
    )
