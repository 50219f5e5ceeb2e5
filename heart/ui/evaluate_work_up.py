"""The evaluate page's work-up: what each step adds, and what it costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from heart.bundle import Bundle
from heart.charts.evaluate import work_up as work_up_chart
from heart.cluster.client import find_scheduler
from heart.data import Cohort
from heart.evaluation.fees import STEPS, find_steps
from heart.evaluation.figures import METRICS, write_figure, write_value
from heart.experiments.contenders import contender_of
from heart.experiments.cross_validation import Folds
from heart.experiments.results import RECIPE, describe_stored, find_results
from heart.experiments.work_up import (
    MAY_HELP,
    NOTHING,
    REPEATS,
    UNTOLD,
    WORTH,
    WorkUp,
    fit_work_up,
    work_up_table,
)
from heart.markdown import code
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.downloads import file_name, offer_csv
from heart.ui.errors import errors_shown
from heart.ui.fees import current_fees, edit_fees
from heart.ui.for_all import once_for_all
from heart.ui.forest import show_folded_table
from heart.ui.progress import run_once, work_on, write_duration
from heart.ui.session import Session

FIGURES = ("roc_auc", "log_loss", "net_benefit")


def show_work_up(session: Session, cohort: Cohort) -> None:
    """What is known step by step to the recipe of the model in use, or the button that computes
    it.
    """
    contender = contender_of(session.bundle)
    if contender.settings.masking == 0:
        st.info(
            f"{code(session.bundle.name)} was trained without hidden values (masking 0): what its"
            " recipe says of a patient with measurements left out has no meaning, so the steps"
            " cannot be told apart by it. A model of the default recipe can be asked.",
            icon=":material/info:",
        )
        return
    work = work_on(
        partial(
            fit_work_up,
            cohort,
            contender.settings,
            folds=Folds.fitting(cohort.features, cohort.y_true, REPEATS),
            used=contender.used,
            scheduler=find_scheduler(),
        )
    )
    key, depends_on = f"work-up {cohort.fingerprint}", contender._replace(recalibration="none").key
    stored = find_results(cohort) if depends_on == RECIPE else None
    if stored is not None and session.kept(key, depends_on) is None:
        _show(session, stored.work_up, describe_stored(stored))
        with st.expander("Compute the work-up anew"):
            run_once(session, "Compute the work-up again", key, depends_on, work)
        return
    if session.kept(key, depends_on) is None:
        st.caption(f"Takes {write_duration(0.6 * contender.settings.members * cohort.n / 303)}.")
    fits = run_once(session, "Compute the work-up", key, depends_on, work)
    if fits is not None:
        _show(session, fits, "Computed in this session.")


@st.fragment
def _show(session: Session, fits: WorkUp, source: str) -> None:
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
    table = find_table(session, fits, names)
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
    name = file_name("work-up", session.bundle.name)
    show_folded_table(name, work_up_shown(table))
    offer_csv(name, table)
    st.caption(f"{_explain(session.bundle, fits)} {source}")
    with errors_shown():
        edit_fees(session, key="work_up_fees")


def find_table(session: Session, fits: WorkUp, names: Sequence[str]) -> pd.DataFrame:
    """The `work_up_table` of these steps, at the visitor's prices."""
    fees, threshold = current_fees(session), session.bundle.threshold.value
    return once_for_all(
        session,
        "work-up table",
        (fits, tuple(names), fees, threshold),
        lambda: work_up_table(fits, find_steps(names), threshold=threshold, fees=fees),
    )


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
        "known of": "–" if first else write_share(row["measured"]),
        **{METRICS[name].label: write_value(row[name], name) for name in FIGURES},
        "log-loss falls by": write_figure(
            (row["gain"], row["gain_low"], row["gain_high"]), "log_loss", signed=True
        ),
        "verdict": "–" if first else row["verdict"],
    }


def _explain(bundle: Bundle, fits: WorkUp) -> str:
    folds = fits.folds
    recalibrated = "" if bundle.recalibration.method == "none" else ", before recalibration"
    return (
        f"The recipe of {code(bundle.name)}{recalibrated}, trained once a fold ({folds.n_splits}"
        f" folds, {folds.n_repeats} times)"
        " with values hidden at random; each patient is predicted by models that never saw that"
        " patient, with all later steps hidden. All patients are examined in this order and pay"
        f" its price. Net benefit at the model's threshold of"
        f" {write_share(bundle.threshold.value)}. Falls of"
        " the log-loss are means over folds with corrected resampled t intervals (Nadeau and"
        f" Bengio 2003); “{NOTHING}”: by less than {WORTH:g}, with an interval that reaches 0;"
        " what a step adds depends on what is known before it. What it costs the patient is not in"
        " its price."
    )
