"""Charts of what the model would answer if one value were different."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, GREY, ORANGE, SHARE, Drawing

STATES = ("this patient", "another value", "never in training")
_HEIGHT = 150
_PROBABILITY = alt.Tooltip("probability:Q", format=".0%")


def answer_line(frame: pd.DataFrame) -> Drawing:
    """The answer over a number's values with the members' band; the training range shaded, this
    patient a diamond, "not known" a dashed line.

    Args:
        frame: one row a value: `value`, `words`, `probability`, `low`, `high`; the same in every
            row, or NaN: `own`, `answer`, `train_low`, `train_high`, `unknown`.
    """
    x = alt.X("value:Q", title=None, scale=alt.Scale(zero=False, nice=False))
    y = alt.Y("probability:Q", title=None, **SHARE)
    base = alt.Chart(frame)
    trained = base.mark_rect(color=GREY, opacity=0.16).encode(
        x="min(train_low):Q", x2="max(train_high):Q"
    )
    band = base.mark_area(color=BLUE, opacity=0.2).encode(x=x, y="low:Q", y2="high:Q")
    line = base.mark_line(color=BLUE, strokeWidth=2).encode(
        x=x, y=y, tooltip=[alt.Tooltip("words:N", title="value"), _PROBABILITY]
    )
    unknown = base.mark_rule(color=GREY, strokeDash=[4, 3], strokeWidth=1.5).encode(
        y="min(unknown):Q"
    )
    own = base.mark_point(shape="diamond", filled=True, size=110, color=ORANGE, opacity=1).encode(
        x="min(own):Q", y="min(answer):Q"
    )
    return alt.layer(trained, band, unknown, line, own).properties(height=_HEIGHT)


def answer_dots(frame: pd.DataFrame) -> Drawing:
    """The answer for each code with the members' range; this patient's a diamond, a code that never
    occurred in training a cross.

    Args:
        frame: one row a code: `words`, `state` (among `STATES`), `probability`, `low`, `high`.
    """
    base = alt.Chart(frame).encode(
        y=alt.Y("words:N", sort=None, title=None, axis=alt.Axis(labelLimit=150, ticks=False)),
        tooltip=[
            alt.Tooltip("words:N", title="value"),
            _PROBABILITY,
            alt.Tooltip("state:N", title="which"),
        ],
    )
    ranges = base.mark_rule(color=BLUE, opacity=0.4, strokeWidth=4).encode(x="low:Q", x2="high:Q")
    dots = base.mark_point(filled=True, size=110, opacity=1).encode(
        x=alt.X("probability:Q", title=None, **SHARE),
        color=alt.Color(
            "state:N",
            scale=alt.Scale(domain=list(STATES), range=[ORANGE, BLUE, GREY]),
            legend=None,
        ),
        shape=alt.Shape(
            "state:N",
            scale=alt.Scale(domain=list(STATES), range=["diamond", "circle", "cross"]),
            legend=None,
        ),
    )
    return alt.layer(ranges, dots).properties(height=alt.Step(22))
