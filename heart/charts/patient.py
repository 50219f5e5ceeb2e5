"""Charts of one patient's answer."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, ORANGE, Drawing
from heart.schema import DISEASED, HEALTHY


def hundred_frame(of_100: int) -> pd.DataFrame:
    """One row for each of 100 people: `row`, `column` (0-9) and `outcome`; the diseased come first,
    row by row.
    """
    people = pd.DataFrame({"person": range(100)})
    return people.assign(
        row=people["person"] // 10,
        column=people["person"] % 10,
        outcome=[DISEASED if i < of_100 else HEALTHY for i in range(100)],
    )


def hundred_people(frame: pd.DataFrame) -> Drawing:
    """Ten by ten marks, filled for diseased and outlined for healthy: a `hundred_frame`."""
    diseased = alt.datum.outcome == DISEASED
    return (
        alt.Chart(frame)
        .mark_point(shape="circle", size=150, strokeWidth=1.5, filled=False)
        .encode(
            x=alt.X("column:O", axis=None),
            y=alt.Y("row:O", axis=None),
            stroke=alt.when(diseased).then(alt.value(ORANGE)).otherwise(alt.value(BLUE)),
            fill=alt.when(diseased).then(alt.value(ORANGE)).otherwise(alt.value("transparent")),
            tooltip=["outcome:N"],
        )
        .properties(height=190)
        .configure_view(strokeWidth=0)
    )
