"""A chart of hidden units: one small map each."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from heart.charts.style import BLUE, GREY, ORANGE, Drawing

COLUMNS = 8
"""Maps side by side; on a phone they are small, not cut."""

SIGNS = ["above 0", "below 0"]


def map_frame(maps: pd.DataFrame, *, largest: float) -> pd.DataFrame:
    """The maps of one layer as the chart takes them: `column`, `row` (of the map), `i`, `j` (`j`
    downwards), `label`, `sign`, `strength` (0-1, of the largest activation), `activation`, `unit`.

    Args:
        maps: a `unit_maps` of one layer.
        largest: the size of the activation that is drawn strongest, the same for all maps.
    """
    position = pd.factorize(maps["unit"])[0]
    unit = maps["unit"].astype(str)
    label = unit.where(maps["weight"].isna(), unit + ": " + maps["weight"].map("{:+.1f}".format))
    return pd.DataFrame(
        {
            "column": position % COLUMNS,
            "row": position // COLUMNS,
            "i": maps["i"].to_numpy(),
            "j": maps["j"].max() - maps["j"].to_numpy(),
            "label": label.to_numpy(),
            "sign": np.where(maps["activation"] >= 0, *SIGNS),
            "strength": maps["activation"].abs().to_numpy() / (largest or 1.0),
            "activation": maps["activation"].to_numpy(),
            "unit": maps["unit"].to_numpy(),
        }
    )


def activations(frame: pd.DataFrame) -> Drawing:
    """Each unit's activation over the plane, by sign as colour and by size as strength, its label
    above: a `map_frame`.
    """
    flush: dict[str, Any] = {"scale": alt.Scale(paddingInner=0, paddingOuter=0)}
    base = alt.Chart(frame).encode(
        x=alt.X("column:O", axis=None, scale=alt.Scale(paddingInner=0.08, paddingOuter=0)),
        y=alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0.2, paddingOuter=0.2)),
    )
    cells = base.mark_rect(strokeWidth=0).encode(
        xOffset=alt.XOffset("i:O", **flush),
        yOffset=alt.YOffset("j:O", **flush),
        color=alt.Color(
            "sign:N",
            title="activation",
            scale=alt.Scale(domain=SIGNS, range=[ORANGE, BLUE]),
            legend=alt.Legend(orient="top", symbolOpacity=1),
        ),
        opacity=alt.Opacity(
            "strength:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0.0, 1.0], clamp=True)
        ),
        tooltip=["unit:O", alt.Tooltip("activation:Q", format="+.2f")],
    )
    labels = (
        base.transform_filter("datum.i === 0 && datum.j === 0")
        .mark_text(color=GREY, baseline="bottom", dy=-3, fontSize=11)
        .encode(y=alt.Y("row:O", axis=None, bandPosition=0), text="label:N")
    )
    return alt.layer(cells, labels).properties(height=alt.Step(118, **{"for": "position"}))
