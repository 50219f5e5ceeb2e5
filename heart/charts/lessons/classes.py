"""Charts of more than two classes."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.lessons.regions import PALETTE
from heart.charts.style import BLUE, SHARE, Drawing, histogram, line_at


def confusion_counts(frame: pd.DataFrame) -> Drawing:
    """Which class was decided for which, counts on shares: `truth`, `decided`, `n`, `share` (of
    those of that truth).
    """
    x = alt.X(
        "decided:N",
        title="decided",
        sort=None,
        axis=alt.Axis(orient="top", labelAngle=0, labelLimit=120),
    )
    y = alt.Y("truth:N", title="truth", sort=None, axis=alt.Axis(labelLimit=120))
    base = alt.Chart(frame).encode(x=x, y=y)
    tooltip = [
        "truth:N",
        "decided:N",
        "n:Q",
        alt.Tooltip("share:Q", format=".0%", title="share of that truth"),
    ]
    cells = base.mark_rect().encode(
        color=alt.Color(
            "share:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=["#eaf2f8", "#1f5f8b"])
        ),
        tooltip=tooltip,
    )
    # the cells are opaque, so that the same colours of text can be read on light and on dark pages
    ink = alt.when(alt.datum.share > 0.5).then(alt.value("white")).otherwise(alt.value("black"))
    return alt.layer(
        cells, base.mark_text(fontSize=14).encode(text="n:Q", color=ink, tooltip=tooltip)
    ).properties(height=280)


def curve_frame(curves: pd.DataFrame, flowers: pd.DataFrame) -> pd.DataFrame:
    """Curves (`x`, `label`, `probability`) and flowers (`x`, `label`) as one frame, told apart by
    `what`.
    """
    below = flowers.assign(what="flower", probability=0.0)
    return pd.concat([curves.assign(what="curve"), below], ignore_index=True)[
        ["what", "x", "label", "probability"]
    ]


def softmax_lines(frame: pd.DataFrame) -> Drawing:
    """The probability of each class against one input, with the flowers as ticks: a
    `curve_frame`.
    """
    color = alt.Color(
        "label:N", title=None, scale=alt.Scale(range=PALETTE), legend=alt.Legend(orient="top")
    )
    x = alt.X("x:Q", title="petal length (cm)", scale=alt.Scale(nice=False))
    y = alt.Y("probability:Q", title="probability", **SHARE)
    tooltip = [
        "label:N",
        alt.Tooltip("x:Q", title="petal length (cm)", format=".2f"),
        alt.Tooltip("probability:Q", format=".0%"),
    ]
    base = alt.Chart(frame).encode(x=x, color=color)
    curves = (
        base.transform_filter("datum.what === 'curve'")
        .mark_line(strokeWidth=2.5)
        .encode(y=y, tooltip=tooltip)
    )
    flowers = (
        base.transform_filter("datum.what === 'flower'")
        .mark_tick(thickness=1.5, size=14, opacity=0.6, yOffset=-8)
        .encode(y=y)
    )
    return alt.layer(curves, flowers).properties(height=320)


def score_sums(frame: pd.DataFrame) -> Drawing:
    """What the one-vs-rest probabilities of a point sum to: `start`, `end`, `points`; a line where
    they would sum to 1.
    """
    x = alt.X(
        "start:Q",
        title="sum of a test point's one-vs-rest probabilities",
        scale=alt.Scale(zero=False, nice=False),
    )
    y = alt.Y("points:Q", title="test points", scale=alt.Scale(zero=True))
    ends = [alt.Tooltip(f"{end}:Q", format=".2f") for end in ("start", "end")]
    bars = histogram(frame, x, y, [*ends, "points:Q"], color=BLUE, opacity=0.75)
    return alt.layer(bars, line_at(frame, 1)).properties(height=260)
