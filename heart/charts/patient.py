"""Charts of one patient's answer."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, ORANGE, Drawing
from heart.schema import DISEASED, HEALTHY

HUNDRED_PX = 160
"""Width and height of the hundred marks."""


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
    """Ten by ten squares, filled for diseased and outlined for healthy: a `hundred_frame`. Abstract
    marks: drawings of people upset some patients (Farmer et al., Cancer Med 2021;10:5141).
    """
    diseased = alt.datum.outcome == DISEASED
    return (
        alt.Chart(frame)
        .mark_point(shape="square", size=130, strokeWidth=1.5, filled=False)
        .encode(
            x=alt.X("column:O", axis=None),
            y=alt.Y("row:O", axis=None),
            stroke=alt.when(diseased).then(alt.value(ORANGE)).otherwise(alt.value(BLUE)),
            fill=alt.when(diseased).then(alt.value(ORANGE)).otherwise(alt.value("transparent")),
            tooltip=["outcome:N"],
        )
        # all four sides are said: Streamlit leaves more below where none is
        .properties(
            width=HUNDRED_PX,
            height=HUNDRED_PX,
            padding={"left": 1, "right": 1, "top": 1, "bottom": 1},
        )
        .configure_view(strokeWidth=0)
    )
