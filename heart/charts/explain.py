"""Charts that explain one answer: how sure it is, who is alike, what a test could do."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, GREY, ORANGE, OUTCOME_COLOR, Drawing
from heart.schema import DISEASED, HEALTHY

_PROBABILITY = alt.Scale(domain=[0, 1])
_ROW_HEIGHT = 46


def certainty_ranges(frame: pd.DataFrame) -> Drawing:
    """Ranges on the scale of the probability, one row each, with the threshold (dashed) and the
    borders of the zones (dotted).

    Args:
        frame: `what`, `value`, `low`, `high`; and the same in every row `threshold`, `rule_out`,
            `rule_in` (NaN for none).
    """
    base = alt.Chart(frame)
    x = alt.X("low:Q", title="probability", scale=_PROBABILITY, axis=alt.Axis(format="%"))
    y = alt.Y("what:N", title=None, sort=None, axis=alt.Axis(labelLimit=260))
    ranges = base.mark_rule(color=BLUE, strokeWidth=5, opacity=0.5).encode(x=x, x2="high:Q", y=y)
    points = base.mark_point(color=BLUE, filled=True, size=110, opacity=1).encode(
        x=alt.X("value:Q", title="probability"),
        y=y,
        tooltip=["what:N", *_percent_tooltips("value", "low", "high")],
    )
    return alt.layer(
        _line(base, "threshold", [6, 4], ORANGE),
        _line(base, "rule_out", [1, 3], GREY),
        _line(base, "rule_in", [1, 3], GREY),
        ranges,
        points,
    ).properties(height=alt.Step(_ROW_HEIGHT))


def alike_patients(frame: pd.DataFrame) -> Drawing:
    """The most alike patients on the scale of the probability, by outcome, nearest ones largest;
    this patient's probability dashed.

    Args:
        frame: `outcome`, `probability`, `distance`, `row`; and `now`, the same in every row.
    """
    base = alt.Chart(frame)
    points = base.mark_point(filled=True, opacity=0.75).encode(
        x=alt.X(
            "probability:Q", title="probability", scale=_PROBABILITY, axis=alt.Axis(format="%")
        ),
        y=alt.Y("outcome:N", title=None, scale=alt.Scale(domain=[DISEASED, HEALTHY]), sort=None),
        yOffset=alt.YOffset("jitter:Q", scale=alt.Scale(domain=[0, 1])),
        color=alt.Color("outcome:N", scale=OUTCOME_COLOR, legend=None),
        shape=alt.Shape(
            "outcome:N",
            scale=alt.Scale(domain=[DISEASED, HEALTHY], range=["diamond", "circle"]),
            legend=None,
        ),
        size=alt.Size("distance:Q", scale=alt.Scale(range=[160, 40], zero=False), legend=None),
        tooltip=[
            "row:N",
            "outcome:N",
            *_percent_tooltips("probability"),
            alt.Tooltip("distance:Q", format=".2f"),
        ],
    )
    return alt.layer(_line(base, "now", [6, 4], ORANGE), points).properties(
        height=alt.Step(_ROW_HEIGHT)
    )


def next_test_ranges(frame: pd.DataFrame) -> Drawing:
    """How far each test could move the probability: 10th to 90th percentile over alike patients'
    results thick, over every possible result thin; the answer now and the threshold as lines.

    Args:
        frame: `test`, `low`, `middle`, `high`, `lowest`, `highest`; and the same in every row
            `now`, `threshold`.
    """
    base = alt.Chart(frame)
    x = alt.X("lowest:Q", title="probability", scale=_PROBABILITY, axis=alt.Axis(format="%"))
    y = alt.Y("test:N", title=None, sort=None, axis=alt.Axis(labelLimit=200))
    widest = base.mark_rule(color=GREY, strokeWidth=1.5).encode(x=x, x2="highest:Q", y=y)
    likely = base.mark_rule(color=BLUE, strokeWidth=7, opacity=0.6).encode(
        x=alt.X("low:Q", title="probability"), x2="high:Q", y=y
    )
    middle = base.mark_tick(color=BLUE, thickness=3, size=18).encode(
        x=alt.X("middle:Q", title="probability"),
        y=y,
        tooltip=["test:N", *_percent_tooltips("low", "middle", "high", "lowest", "highest")],
    )
    return alt.layer(
        _line(base, "threshold", [6, 4], ORANGE),
        _line(base, "now", [1, 3], GREY),
        widest,
        likely,
        middle,
    ).properties(height=alt.Step(34))


def _line(base: alt.Chart, column: str, dash: list[int], color: str) -> alt.Chart:
    """An upright line at a column that is the same in every row."""
    return base.mark_rule(color=color, strokeDash=dash, strokeWidth=2, aria=False).encode(
        x=alt.X(f"min({column}):Q", title="probability")
    )


def _percent_tooltips(*names: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{name}:Q", format=".0%") for name in names]
