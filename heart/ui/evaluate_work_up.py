"""The evaluate page's work-up: what each step adds, and what it costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from heart.charts.evaluate import work_up as work_up_chart
from heart.config import RECIPES
from heart.data import Cohort
from heart.evaluation.fees import STEPS, find_steps
from heart.evaluation.figures import METRICS, write_figure, write_value
from heart.evaluation.threshold_table import COST_RATIO
from heart.evaluation.thresholds import bayes_threshold
from heart.experiments.cross_validation import Folds
from heart.experiments.work_up import (
    MAY_HELP,
    NOTHING,
    UNTOLD,
    WORTH,
    WorkUp,
    fit_work_up,
    work_up_table,
)
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.errors import errors_shown
from heart.ui.fees import current_fees, edit_fees
from heart.ui.progress import Tell, run_once
from heart.ui.session import Session

REPEATS = 2
FIGURES = ("roc_auc", "log_loss", "net_benefit")


def show_work_up(session: Session, cohort: Cohort) -> None:
    """What is known step by step, or the button that computes it."""

    def work(tell: Tell) -> WorkUp:
        return fit_work_up(
            cohort,
            RECIPES["default"],
            folds=Folds.fitting(cohort.features, cohort.y_true, REPEATS),
            on_share=lambda share: tell(f"{write_share(share)} of the fits", share),
        )

    key = f"work-up {cohort.fingerprint}"
    fits = run_once(session, "Compute the work-up", key, None, work)
    if fits is not None:
        _show(session, fits)


@st.fragment
def _show(session: Session, fits: WorkUp) -> None:
    """What follows the order of the steps and the prices; nothing is trained."""
    names = st.multiselect(
        "Steps, in the order in which they are done",
        list(STEPS),
        list(STEPS),
        format_func=lambda name: STEPS[name].title,
        help="Take steps out and add them again in another order.",
        key="work_up_steps",
    )
    if not names:
        st.info("Choose at least one step.", icon=":material/arrow_upward:")
        return
    fees = current_fees(session)
    table = session.once(
        "work-up table",
        (fits, tuple(names), fees),
        lambda: work_up_table(
            fits, find_steps(names), threshold=bayes_threshold(COST_RATIO), fees=fees
        ),
    )
    st.markdown(describe_steps(table))
    figure = st.radio(
        "Figure",
        FIGURES,
        format_func=lambda name: METRICS[name].label,
        horizontal=True,
        key="work_up_figure",
    )
    show_chart(
        work_up_chart,
        work_up_frame(table, figure),
        alt=f"{METRICS[figure].label} against the dollars spent, step by step",
    )
    st.table(work_up_shown(table))
    st.caption(_explain(fits))
    with errors_shown():
        edit_fees(session, key="work_up_fees")


def work_up_frame(table: pd.DataFrame, figure: str) -> pd.DataFrame:
    """What `heart.charts.evaluate.work_up` draws: the figure after each step."""
    frame = table.assign(number=range(len(table)), value=table[figure], what=figure)
    return frame[["number", "step", "cumulated", "value", "what"]].dropna(subset="value")


def describe_steps(table: pd.DataFrame) -> str:
    """Which steps are worth their price, in words."""
    steps = table.iloc[1:]
    idle, unsure, untold = (_titles(steps, verdict) for verdict in (NOTHING, MAY_HELP, UNTOLD))
    lines = []
    if idle:
        dollars = steps.loc[steps["verdict"] == NOTHING, "cost"].sum()
        verb = "buys" if len(idle) == 1 else "buy"
        lines.append(
            f"In this order **{_join(idle)} {verb} nothing** that these patients show, for"
            f" {dollars:,.2f} dollars."
        )
    if unsure:
        lines.append(
            f"{_join(unsure)} may help: the log-loss falls, but with so few patients the interval"
            " reaches 0."
        )
    if untold:
        lines.append(f"Of {_join(untold)} nothing can be told: most of these patients had none.")
    if not lines:
        lines.append("Every step lowers the log-loss, by intervals that stay above 0.")
    return " ".join(lines)


def _titles(steps: pd.DataFrame, verdict: str) -> list[str]:
    return list(steps.loc[steps["verdict"] == verdict, "step"])


def _join(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def work_up_shown(table: pd.DataFrame) -> pd.DataFrame:
    """The table in words, one row a step."""
    rows = {
        f"{number} · {row['step']}" if number else row["step"]: _row(row)
        for number, row in enumerate(table.to_dict("records"))
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("step")


def _row(row: Mapping[Any, Any]) -> dict[str, str]:
    first = math.isnan(row["gain"])
    return {
        "dollars": "–" if first else f"{row['cost']:,.2f}",
        "so far": f"{row['cumulated']:,.2f}",
        "result": "–" if first else "later" if row["later"] else "at once",
        "known of": "–" if first else f"{write_share(row['measured'])}",
        **{METRICS[name].label: write_value(row[name], name) for name in FIGURES},
        "log-loss falls by": write_figure(
            (row["gain"], row["gain_low"], row["gain_high"]), "log_loss", signed=True
        ),
        "verdict": "–" if first else row["verdict"],
    }


def _explain(fits: WorkUp) -> str:
    folds = fits.folds
    return (
        f"The default recipe, trained once a fold ({folds.n_splits} folds, {folds.n_repeats} times)"
        " with values hidden at random; each patient is predicted by models that never saw that"
        " patient, with all later steps hidden. All patients are examined in this order and pay"
        f" its price. Net benefit at the threshold of {write_share(bayes_threshold(COST_RATIO))}."
        " Falls of"
        " the log-loss are means over folds with corrected resampled t intervals (Nadeau and"
        f" Bengio 2003); “{NOTHING}”: by less than {WORTH:g}, with an interval that reaches 0;"
        " what a step adds depends on what is known before it. What it costs the patient is not in"
        " its price."
    )
