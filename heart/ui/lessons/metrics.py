"""The lesson on metrics: the table to be moved, its figures, and other shares of ill patients."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

import pandas as pd
import streamlit as st

from heart.charts.lessons.metrics import (
    ACCURACY_TITLES,
    MEANING_TITLES,
    accuracy_curves,
    area_frame,
    meaning_curves,
    share_frame,
    table_areas,
)
from heart.data import load_shipped
from heart.evaluation.policies import rates_at_prevalence
from heart.lessons.metrics import Reading, Table, call_everybody_ill, lazy_accuracy, read_table
from heart.lessons.metrics_shares import meaning_at, screen_thousand, share_table
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.downloads import file_name, show_table_with_data
from heart.ui.errors import errors_shown
from heart.ui.lessons.frame import show_code
from heart.ui.shared import load_start

MOST = 1_000_000
CELL_HELP = {
    "tp": ("Ill, called ill (TP)", "True positives: found"),
    "fn": ("Ill, called healthy (FN)", "False negatives: missed"),
    "fp": ("Healthy, called ill (FP)", "False positives: false alarms"),
    "tn": ("Healthy, called healthy (TN)", "True negatives: rightly cleared"),
}


def _presets() -> dict[str, Table]:
    """Tables worth seeing, by name."""
    model = Table(**load_start().bundle.metrics["test"]["confusion"])
    return {
        "“Ill” for everybody, Swiss hospital": call_everybody_ill(
            load_shipped("switzerland").y_true
        ),
        "Cleveland's model, its test patients": model,
        "That model, 1,000 people, 10 ill": screen_thousand(model, 0.01),
        "That model, 1,000 healthy people": screen_thousand(model, 0.0),
    }


def _use(table: Table) -> None:
    """Put a table into the four inputs."""
    for cell, count in asdict(table).items():
        st.session_state[f"metrics_{cell}"] = count


@st.fragment
def show_table() -> None:
    """The table, its figures, and what they become where other shares are ill."""
    with errors_shown():
        left, right = st.columns([2, 3], gap="large")
        with left:
            table = _choose_table()
            show_chart(
                table_areas,
                area_frame(**asdict(table)),
                alt=_describe_areas(table),
                key="metrics_areas",
            )
        with right:
            _show_figures(table)
        _show_shares(table)


def _choose_table() -> Table:
    presets = _presets()
    first = next(iter(presets.values()))
    with st.container(horizontal=True):
        for i, (name, preset) in enumerate(presets.items()):
            st.button(name, key=f"metrics_preset_{i}", on_click=_use, args=(preset,))
    counts = {}
    for row in (("tp", "fn"), ("fp", "tn")):
        for column, cell in zip(st.columns(2), row, strict=True):
            label, meaning = CELL_HELP[cell]
            counts[cell] = column.number_input(
                label,
                0,
                MOST,
                getattr(first, cell),
                key=f"metrics_{cell}",
                bind="query-params",
                help=meaning,
            )
    return Table(**counts)


def _describe_areas(table: Table) -> str:
    return (
        f"A square of {table.ill} ill patients, {table.tp} of them found, beside {table.healthy}"
        f" healthy ones, {table.tn} of them cleared"
    )


def _show_figures(table: Table) -> None:
    readings = read_table(table)
    lazy = lazy_accuracy(table)
    if lazy is not None:
        common = "ill" if table.ill >= table.healthy else "healthy"
        st.markdown(
            f"**{table.ill} of {table.n}** are ill ({write_share(table.ill / table.n, digits=1)})."
            " Answering"
            f" “{common}” to everybody, without looking, has an accuracy of **{lazy:.3f}**. This"
            f" table has **{_value(readings['accuracy'])}**, with a specificity of"
            f" **{_value(readings['specificity'])}** and a sensitivity of"
            f" **{_value(readings['recall'])}**."
        )
    show_table_with_data(
        _figures_frame(readings), partial(_numbers_frame, readings), name=file_name("metrics")
    )
    st.caption(
        "95 %: exact binomial interval (Clopper and Pearson 1934); F1 and balanced accuracy are no"
        " shares of patients and have none here. A share of nobody is not defined, and never 0:"
        " some programs print 0 there."
    )


def _figures_frame(readings: dict[str, Reading]) -> pd.DataFrame:
    rows = {
        entry.title: (entry.question, entry.formula, entry.counts, _value(entry), _interval(entry))
        for entry in readings.values()
    }
    columns = ["it answers", "formula", "counts", "value", "95 %"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("figure")


def _numbers_frame(readings: dict[str, Reading]) -> pd.DataFrame:
    rows = [
        (entry.title, entry.formula, entry.counts, entry.value, entry.low, entry.high)
        for entry in readings.values()
    ]
    return pd.DataFrame(rows, columns=["figure", "formula", "counts", "value", "low", "high"])


def _value(reading: Reading) -> str:
    return f"not defined: {reading.reason}" if reading.value is None else f"{reading.value:.3f}"


def _interval(reading: Reading) -> str:
    return (
        "–"
        if reading.low is None or reading.high is None
        else f"{reading.low:.2f} to {reading.high:.2f}"
    )


def _show_shares(table: Table) -> None:
    """Predictive values and accuracy at a share of ill patients of the visitor's choice."""
    st.header("The same decisions where another share is ill")
    percent = st.slider(
        "Share of ill patients (%)",
        1,
        99,
        10,
        format="%d %%",
        key="metrics_share",
        bind="query-params",
        help="Marked by the dashed lines",
    )
    meaning = meaning_at(table, percent / 100)
    if meaning is None:
        missing = "ill" if table.healthy else "healthy"
        who = f"nobody in the table is {missing}" if table.n else "there are no patients"
        st.info(
            f"Not defined: {who}, and Bayes' theorem needs a sensitivity and a specificity.",
            icon=":material/help:",
        )
        return
    st.markdown(
        f"Where **{percent}\N{NO-BREAK SPACE}%** are ill: {_mean('ill', meaning.precision)};"
        f" {_mean('healthy', meaning.npv)}. Sensitivity and specificity stay as in the table; what"
        " an answer means does not."
    )
    _show_curves(share_table(table), percent)


def _show_curves(shares: pd.DataFrame, percent: int) -> None:
    """Predictive values and accuracy at every share, the chosen one marked."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**What an answer means**")
        frame = share_frame(shares, MEANING_TITLES, chosen=percent / 100)
        alt = (
            "Positive and negative predictive value against the share of ill patients,"
            f" {percent}\N{NO-BREAK SPACE}%"
            " marked"
        )
        show_chart(meaning_curves, frame, alt=alt, key="metrics_meaning")
    with right:
        st.markdown("**What accuracy says**")
        frame = share_frame(shares, ACCURACY_TITLES, chosen=percent / 100)
        alt = (
            "Accuracy of the table's decisions and of the more frequent answer against the share"
            f" of ill patients, {percent}\N{NO-BREAK SPACE}% marked"
        )
        show_chart(accuracy_curves, frame, alt=alt, key="metrics_accuracy")


def _mean(answer: str, value: float | None) -> str:
    """A predictive value in words."""
    return (
        f"“{answer}” is never answered, so its predictive value is **not defined**"
        if value is None
        else (f"“{answer}” is right for **{write_share(value, digits=1)}** of those who hear it")
    )


def show_metrics_code() -> None:
    """The lines that count and the theorem."""
    show_code(read_table, meaning_at, rates_at_prevalence)
