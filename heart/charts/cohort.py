"""Charts of a cohort: the class balance, a feature by outcome."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import Drawing, outcome_color
from heart.schema import DISEASED, HEALTHY
from heart.shares import write_share


def class_balance(frame: pd.DataFrame) -> str:
    """One bar, cut by outcome: a `heart.data.summary.balance_frame`, as HTML, so that the page
    opens without waiting for Vega. Its look is in heart/ui/browser/look.css.
    """
    rows = [row for row in frame.to_dict("records") if row["patients"]]
    told = "; ".join(
        f"{row['outcome']} {row['patients']:,} ({write_share(row['share'])})" for row in rows
    )
    parts = "".join(
        f'<div class="{row["outcome"]}" style="flex:{row["share"]:.4f}">'
        f"{row['outcome']} <b>{row['patients']:,}</b></div>"
        for row in rows
    )
    return f'<div class="heart-balance" role="img" aria-label="{told}">{parts}</div>'


def feature_by_outcome(frame: pd.DataFrame) -> Drawing:
    """Healthy and diseased side by side for each value, as shares of their own group: an
    `heart.data.summary.outcome_frame`.
    """
    return (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X(
                "value:N", sort=None, title=None, axis=alt.Axis(labelAngle=-40, labelLimit=160)
            ),
            xOffset=alt.XOffset("outcome:N", sort=[HEALTHY, DISEASED]),
            y=alt.Y("share:Q", title="share of the group", axis=alt.Axis(format="%")),
            color=outcome_color(),
            tooltip=["value:N", "outcome:N", "patients:Q", alt.Tooltip("share:Q", format=".1%")],
        )
        .properties(height=300)
    )
