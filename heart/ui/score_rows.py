"""The score page's rows: how their probabilities lie, which are looked at, and in which order."""

from __future__ import annotations

import io
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from heart.charts.score import probabilities, probabilities_by_outcome
from heart.data.identifiers import Identifiers
from heart.schema import DISEASED, FEATURE_NAMES, HEALTHY
from heart.scoring.selection import (
    FILTERS,
    NEED_OUTCOME,
    ORDERS,
    Rows,
    choose_rows,
    find_rows,
    order_rows,
    probability_frame,
)
from heart.scoring.table import Positions, rows_table, write_rows
from heart.shares import write_share
from heart.ui.downloads import show_chart_with_data
from heart.ui.score import Scores
from heart.ui.session import Session

SHOWN = 200
"""Rows of a table on the screen, however many there are."""

SAFE = (
    "The download has the rows in the order of the file. CSV, safe for spreadsheets: a text that"
    " begins like a formula is defused. Features are in UCI's codes."
)


class Found(NamedTuple):
    """The rows of a scored file, as filters see them.

    Attributes:
        rows: what is known of each.
        counts: how many each filter keeps; without outcomes, those that need none.
        frame: how the probabilities lie.
    """

    rows: Rows
    counts: dict[str, int]
    frame: pd.DataFrame


def show_probabilities(session: Session, scores: Scores) -> None:
    """How the probabilities of the scored rows lie beside the threshold."""
    found = _find(session, scores)
    if scores.scored.failed == scores.scored.n:
        return
    st.header("How the probabilities lie")
    by_outcome = found.rows.has_outcomes
    show_chart_with_data(
        probabilities_by_outcome if by_outcome else probabilities,
        found.frame,
        alt="How many patients have which probability"
        + (", the diseased above the line and the healthy below it" if by_outcome else ""),
        name="probabilities.csv",
    )
    st.caption(describe_probabilities(found.rows))


def describe_probabilities(rows: Rows) -> str:
    """What the chart shows and leaves out."""
    scored = np.isfinite(rows.y_score)
    said = [f"Dashed: the threshold of {write_share(rows.threshold)}."]
    unscored = int((~scored).sum())
    if unscored:
        said.append(f"Rows that could not be scored are not drawn: {unscored:,}.")
    without = int((scored & np.isnan(rows.outcome)).sum())
    if rows.has_outcomes and without:
        said.append(f"Nor are rows without an outcome: {without:,}.")
    return " ".join(said)


def _find(session: Session, scores: Scores) -> Found:
    return session.once("scored rows", scores, lambda: _find_now(scores))


def _find_now(scores: Scores) -> Found:
    rows = find_rows(scores.patients, scores.scored, threshold=scores.threshold)
    names = [name for name in FILTERS if rows.has_outcomes or name not in NEED_OUTCOME]
    counts = {name: len(choose_rows(rows, name)) for name in names}
    return Found(rows, counts, probability_frame(rows))


@st.fragment
def show_rows(session: Session, scores: Scores, identifiers: Identifiers | None) -> None:
    """The rows that the visitor wants to see, in an order, and their download."""
    found = _find(session, scores)
    wanted = st.radio(  # of pills the chosen one has too little contrast in dark
        "Show",
        list(found.counts),
        format_func=lambda name: f"{FILTERS[name]} ({found.counts[name]:,})",
        horizontal=True,
        key="score_filter",
    )
    order = st.selectbox("Order", list(ORDERS), format_func=ORDERS.__getitem__, key="score_order")
    chosen = wanted if wanted in found.counts else "all"
    positions = session.once(
        "score positions",
        (scores, chosen, order),
        lambda: order_rows(found.rows, choose_rows(found.rows, chosen), order),
    )
    if not len(positions):
        st.text("There is no such row.")
        return
    _show_first(scores, found.rows, positions, identifiers)
    _offer_rows(scores, positions, identifiers, chosen)


def _show_first(
    scores: Scores, rows: Rows, positions: Positions, identifiers: Identifiers | None
) -> None:
    first = positions[:SHOWN]
    table = rows_table(scores.patients, scores.scored, first, identifiers=identifiers)
    shown = readable_rows(table, rows.outcome[first] if rows.has_outcomes else None)
    probability = st.column_config.ProgressColumn(
        "probability", min_value=0.0, max_value=1.0, format="%.2f"
    )
    failed = bool((shown["error"] != "").any())
    error = st.column_config.TextColumn("error", width="large" if failed else "small")
    beside = [shown.columns[1]] if identifiers is not None else []
    outcome = ["outcome"] if "outcome" in shown else []
    answers = ("probability", "decision", *outcome, "unknown", "unusual", "remark", "error")
    st.dataframe(
        shown,
        hide_index=True,
        column_config={"probability": probability, "error": error},
        column_order=["row", *beside, *answers, *FEATURE_NAMES],
    )
    st.caption(f"The first {len(first):,} of {len(positions):,} rows. {SAFE}")


def readable_rows(table: pd.DataFrame, outcome: np.ndarray | None) -> pd.DataFrame:
    """Categories as texts, and the outcome in words where the file has some."""
    names = ("decision", "unknown", "unusual", "error")
    texts = {name: table[name].astype(object).fillna("").astype("str") for name in names}
    if outcome is not None:
        words = np.where(outcome == 1, DISEASED, np.where(outcome == 0, HEALTHY, ""))
        texts["outcome"] = pd.Series(words, index=table.index, dtype="str")
    return table.assign(**texts)


def _offer_rows(
    scores: Scores, positions: Positions, identifiers: Identifiers | None, chosen: str
) -> None:
    everything = chosen == "all"
    st.download_button(
        "Download all rows" if everything else f"Download these {len(positions):,} rows",
        partial(_write, scores, positions, identifiers),
        file_name="scores.csv" if everything else f"scores-{chosen}.csv",
        mime="text/csv",
        on_click="ignore",
        type="primary",
        icon=":material/download:",
        key="download_scores",
    )


def _write(scores: Scores, positions: Positions, identifiers: Identifiers | None) -> bytes:
    file = io.BytesIO()
    in_order = np.sort(positions)  # of the file, whatever order is looked at
    write_rows(scores.patients, scores.scored, file, positions=in_order, identifiers=identifiers)
    return file.getvalue()
