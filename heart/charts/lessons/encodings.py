"""Charts of what a category is worth to a model that reads it as a number, a column or a vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.charts.style import BLUE, GREY, ONE_IF_NARROW, ORANGE, Drawing, line_at

ADDS, TAKES = "adds", "takes away"
OBSERVED, LINE, FREE = (
    "observed, with 95 % interval",
    "best line over the code",
    "best free heights",
)
KINDS = alt.Scale(domain=[OBSERVED, LINE, FREE], range=[GREY, ORANGE, BLUE])


def height_frame(
    table: pd.DataFrame, line: npt.NDArray[np.float64], free: npt.NDArray[np.float64]
) -> pd.DataFrame:
    """One row a category, the positions ascending: `category`, `position`, `n`, `log_odds`, `low`,
    `high`, `line`, `free`.

    Args:
        table: a row a category: `category`, `position`, `n`, `log_odds`, `low`, `high`.
        line: the line's height for each row, shape (K,).
        free: the free height of each row, shape (K,).
    """
    columns = ["category", "position", "n", "log_odds", "low", "high"]
    return table[columns].assign(line=line, free=free).sort_values("position", ignore_index=True)


def heights(frame: pd.DataFrame) -> Drawing:
    """Observed log-odds with intervals, the best line and the best free heights, a category beside
    the other: a `height_frame`.
    """
    tooltip = [
        alt.Tooltip("category:N"),
        alt.Tooltip("n:Q"),
        *[alt.Tooltip(f"{name}:Q", format="+.2f") for name in ("log_odds", "line", "free")],
    ]
    base = alt.Chart(frame).encode(x=_by_code(), tooltip=tooltip)
    layers = alt.layer(
        base.mark_rule(strokeWidth=2).encode(**_at("low", "is_observed"), y2="high:Q"),
        base.mark_tick(thickness=4, width=56, orient="horizontal").encode(**_at("free", "is_free")),
        base.mark_line(strokeWidth=2).encode(
            **_at("line", "is_line"), order=alt.Order("position:Q", sort="ascending")
        ),
        base.mark_point(filled=True, size=60, opacity=1).encode(**_at("line", "is_line")),
        base.mark_point(filled=True, size=90, opacity=1).encode(**_at("log_odds", "is_observed")),
    )
    names = {
        f"is_{column}": f"'{kind}'"
        for column, kind in (("observed", OBSERVED), ("line", LINE), ("free", FREE))
    }
    return layers.transform_calculate(**names).properties(height=340)


def _by_code() -> alt.X:
    """The categories, in the order of their codes."""
    return alt.X(
        "category:N",
        title="category, in the order of its code",
        # a field to sort by: the order in the data would be kept when another order of the same
        # categories is shown
        sort=alt.EncodingSortField(field="position", op="min", order="ascending"),
        # all layers on the same one: a tick alone would ask for bands
        scale=alt.Scale(type="point", padding=0.5),
        axis=alt.Axis(labelAngle=0, labelLimit=180),
    )


def _at(height: str, kind: str) -> dict[str, Any]:
    """One kind of height, its colour and its entry in the legend; the column `kind` holds its
    name.
    """
    legend = alt.Legend(orient="top", symbolOpacity=1, labelLimit=260, columns=ONE_IF_NARROW)
    return {
        "y": alt.Y(f"{height}:Q", title="log-odds of disease"),
        "color": alt.Color(f"{kind}:N", title=None, scale=KINDS, legend=legend),
    }


def product_frame(categories: Sequence[str], product: npt.NDArray[np.float64]) -> pd.DataFrame:
    """One row a category and hidden unit: `category`, `unit` (from 1), `value`.

    Args:
        categories: their names, K.
        product: what each category adds to each unit, shape (K, H).
    """
    n_units = product.shape[1]
    units = np.tile(np.arange(1, n_units + 1), len(categories))
    return pd.DataFrame(
        {"category": np.repeat(list(categories), n_units), "unit": units, "value": product.ravel()}
    )


def contributions(frame: pd.DataFrame) -> Drawing:
    """What each category adds to each hidden unit, as colour, from nothing at 0 so that it lies as
    well on dark as on light, and in numbers: a `product_frame`.
    """
    color = alt.Color(
        "sign:N",
        title=None,
        scale=alt.Scale(domain=[ADDS, TAKES], range=[ORANGE, BLUE]),
        legend=alt.Legend(orient="top", symbolType="square"),
    )
    strength = alt.Opacity("size:Q", scale=alt.Scale(domainMin=0, range=[0, 0.9]), legend=None)
    sign = f"datum.value < 0 ? '{TAKES}' : '{ADDS}'"
    ink = alt.condition("datum.size > 0.7 * datum.most", alt.value("white"), alt.value(GREY))
    base = (
        alt.Chart(frame)
        .transform_calculate(size="abs(datum.value)", sign=sign)
        .transform_joinaggregate(most="max(size)")
        .encode(
            x=alt.X("unit:O", title="hidden unit", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("category:N", title=None, sort=None, axis=alt.Axis(labelLimit=200)),
            tooltip=["category:N", "unit:O", alt.Tooltip("value:Q", format="+.2f")],
        )
    )
    cells = base.mark_rect().encode(color=color, opacity=strength)
    numbers = base.mark_text(fontSize=11).encode(text=alt.Text("value:Q", format="+.1f"), color=ink)
    return alt.layer(cells, numbers).properties(height=alt.Step(34))


def cost_frame(costs: Mapping[str, Mapping[str, Sequence[float | None]]]) -> pd.DataFrame:
    """One row a comparison: `name`, `roc_auc` and `log_loss`, each with `_low` and `_high`.

    Args:
        costs: by the comparison's name and the figure's, the value with the lower and upper end.
    """
    rows = [
        {"name": name}
        | {
            f"{figure}{end}": value
            for figure, ends in both.items()
            for end, value in zip(("", "_low", "_high"), ends, strict=True)
        }
        for name, both in costs.items()
    ]
    return pd.DataFrame(rows)


def _costs(frame: pd.DataFrame, figure: str, title: str) -> Drawing:
    y = alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=260))
    x = alt.X(f"{figure}:Q", title=title, axis=alt.Axis(titleAnchor="end"))
    tooltip = ["name:N", *[f"{figure}{end}:Q" for end in ("", "_low", "_high")]]
    base = alt.Chart(frame).encode(y=y, tooltip=tooltip)
    interval = base.mark_rule(color=ORANGE, strokeWidth=3).encode(
        x=alt.X(f"{figure}_low:Q", title=title), x2=f"{figure}_high:Q"
    )
    mean = base.mark_point(color=ORANGE, filled=True, size=110, opacity=1).encode(x=x)
    return alt.layer(line_at(frame, 0), interval, mean).properties(height=alt.Step(40))


def roc_auc_costs(frame: pd.DataFrame) -> Drawing:
    """How much AUC codes lose, with intervals: a `cost_frame`."""
    return _costs(frame, "roc_auc", "AUC lost by codes")


def log_loss_costs(frame: pd.DataFrame) -> Drawing:
    """How much log-loss codes add, with intervals: a `cost_frame`."""
    return _costs(frame, "log_loss", "log-loss added by codes (nats a patient)")
