"""Figures as a forest plot with what can be chosen about it, the table folded away below, and both
to download.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from heart.charts.forest import forest
from heart.evaluation.figures import METRICS, write_figure
from heart.ui.downloads import offer_csv

LISTED, BEST = "As listed", "Best first"
OPEN_AT_FIRST = False
"""Whether the table is."""


@st.fragment
def show_forest(
    rows: pd.DataFrame,
    table: pd.DataFrame,
    *,
    figures: Sequence[str],
    whose: str,
    name: str,
    reference: str | None = None,
    marked: str = "the model in use",
) -> None:
    """The figure that is chosen, row below row, in the order that is chosen.

    Args:
        rows: `label`, `n` (patients), `marked` (whether the row stands out), and each figure with
            `_low` and `_high`; NaN where there is none. More columns go into the download.
        table: the same in words.
        figures: names in `heart.evaluation.figures.METRICS`, the first one shown at first.
        whose: what the rows are, as in "eight models", for those who do not see the chart.
        name: of the file to download, as `heart.ui.downloads.file_name` makes it.
        reference: label of the row at whose value a dashed line stands.
        marked: what stands out, in words.
    """
    with st.container(horizontal=True, gap="large"):
        figure = st.radio(
            "Figure",
            figures,
            format_func=lambda name: METRICS[name].label,
            horizontal=True,
            key=f"figure {name}",
        )
        order = st.radio("Order", [LISTED, BEST], horizontal=True, key=f"order {name}")
    shown = forest_frame(rows, figure, best_first=order == BEST)
    if shown.empty:
        st.caption("None of these rows has this figure.")
    else:
        label = METRICS[figure].label
        alt = f"{label} of {whose}, each with its 95 % interval"
        line = rows.loc[rows["label"] == reference, figure].dropna()
        st.html(forest(shown, alt=alt, reference=None if line.empty else float(line.iloc[0])))
        dashed = "" if reference is None else f" Dashed: {reference}."
        st.caption(
            f"{label}{_better(figure)}, with 95 % intervals.{dashed}{_note(rows, shown, marked)}"
        )
    show_folded_table(name, table)
    offer_csv(name, rows)


def show_folded_table(
    name: str, table: pd.DataFrame, *, title: str = "The same as a table"
) -> None:
    """What a chart shows, as a table that is sent when it is opened: its cells would cost the
    browser as much as the chart.

    Args:
        name: of the table's file, once a page.
        table: in words.
        title: what the table is.
    """
    folded = st.expander(title, expanded=OPEN_AT_FIRST, key=f"table {name}", on_change="rerun")
    if folded.open:
        folded.table(table)


def forest_frame(rows: pd.DataFrame, figure: str, *, best_first: bool) -> pd.DataFrame:
    """What `heart.charts.forest.forest` draws; rows without this figure are left out."""
    there = rows.dropna(subset=figure)
    if best_first:
        there = there.sort_values(
            figure, ascending=METRICS[figure].better == "lower", kind="stable"
        )
    names = {"value": figure, "low": f"{figure}_low", "high": f"{figure}_high"}
    numbers = {to: there[name].to_numpy(dtype=float) for to, name in names.items()}
    return pd.DataFrame(
        {
            "label": there["label"].to_numpy(),
            "n": there["n"].to_numpy(),
            "marked": there["marked"].to_numpy(),
            **numbers,
            "written": [write_figure(ends, figure) for ends in zip(*numbers.values(), strict=True)],
        }
    )


def _better(figure: str) -> str:
    better = METRICS[figure].better
    return f" ({better} is better)" if better else ""


def _note(rows: pd.DataFrame, shown: pd.DataFrame, marked: str) -> str:
    parts = []
    if shown["marked"].any() and len(shown) > 1:
        parts.append(f"Diamond: {marked}.")
    if len(shown) < len(rows):
        parts.append(
            f"{len(rows) - len(shown)} rows have no such figure and are in the table only."
        )
    return "".join(f" {part}" for part in parts)
