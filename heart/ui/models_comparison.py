"""The models page: two models side by side."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from heart.bundle import Bundle
from heart.bundle.registry import Entry
from heart.charts import two_reliabilities, two_rocs
from heart.data import SHIPPED, Cohort, load_shipped
from heart.evaluation.figures import METRICS, write_calibration, write_figure
from heart.evaluation.judged import Judged
from heart.experiments.comparison import (
    Comparison,
    compare_bundles,
    reliability_frame,
    roc_frame,
    write_unchecked,
)
from heart.markdown import code
from heart.shares import write_share
from heart.ui.cohort import cohort_of, describe_source
from heart.ui.downloads import show_chart_with_data, show_table_with_data
from heart.ui.figures import figures_frame
from heart.ui.model_cohort import own_cohorts
from heart.ui.models import IN_USE, bundle_of, is_in_use
from heart.ui.session import Session

THIS_COHORT = "the patients chosen on the Cohort page"


def show_comparison(session: Session, entries: Sequence[Entry]) -> None:
    """Two models on one cohort: figures, differences, curves."""
    names = [IN_USE, *(entry.name for entry in entries if entry.about is not None)]
    others = [n for n, name in enumerate(names) if not is_in_use(session, name)]
    left, right, patients = st.columns(3)
    first = left.selectbox("First", names, key="compare_first")
    second = right.selectbox(
        "Second", names, index=others[0] if others else len(names) - 1, key="compare_second"
    )
    source = patients.selectbox(
        "Patients of",
        [*SHIPPED, THIS_COHORT],
        format_func=lambda name: SHIPPED.get(name, name),
        key="compare_cohort",
    )
    cohort = cohort_of(session) if source == THIS_COHORT else load_shipped(source)
    if source == THIS_COHORT:
        st.text(describe_source(session))
    pair = bundle_of(session, first), bundle_of(session, second)
    if pair[0] is pair[1]:
        st.info(
            "These are the same model. Choose another one, or train one and keep it above.",
            icon=":material/group:",
        )
        return
    _show_compared(session, _compare(session, *pair, cohort))


def _compare(session: Session, first: Bundle, second: Bundle, cohort: Cohort) -> Comparison:
    return session.once(
        "comparison",
        (first, second, cohort.fingerprint),
        lambda: compare_bundles(first, second, cohort, cohorts=own_cohorts(session)),
    )


def _show_compared(session: Session, comparison: Comparison) -> None:
    n, diseased = len(comparison.y_true), int(comparison.y_true.sum())
    left_out = (
        f" {comparison.left_out} others were left out, because one of the two has learnt from them."
        if comparison.left_out
        else ""
    )
    whom = "" if comparison.unchecked else ", from whom neither model has learnt"
    st.caption(
        f"{n} patients, {diseased} of them diseased{whom}.{left_out} 95 % intervals in brackets."
    )
    if comparison.unchecked:
        st.text(write_unchecked(comparison.unchecked))
    show_table_with_data(
        comparison_table(comparison), comparison_frame(comparison), name="compared.csv"
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**ROC curves**, with 95 % bootstrap bands")
        show_chart_with_data(
            two_rocs,
            session.once("compared bands", comparison, lambda: roc_frame(comparison)),
            alt="ROC curves of both models with their bootstrap bands",
            name="compared-roc.csv",
        )
    with right:
        st.markdown("**Calibration**: expected and observed, exact 95 % intervals")
        show_chart_with_data(
            two_reliabilities,
            reliability_frame(comparison),
            alt="Observed against expected share of disease of both models",
            name="compared-calibration.csv",
        )


def comparison_frame(comparison: Comparison) -> pd.DataFrame:
    """The figures of both models and their differences, as `figures_frame` has them, one row a
    model and figure.
    """
    sides = [
        figures_frame({name: side.figure(name) for name in comparison.differences}).assign(
            model=side.name
        )
        for side in comparison.sides
    ]
    differences = figures_frame(comparison.differences).assign(model="second minus first")
    return pd.concat([*sides, differences], ignore_index=True)


def comparison_table(comparison: Comparison) -> pd.DataFrame:
    """Rows are figures; columns the two models and, where both see the same thresholds, second
    minus first.
    """
    first, second = comparison.sides
    rows = {
        METRICS[name].label: [*_pair(comparison, name), write_figure(figure, name, signed=True)]
        for name, figure in comparison.differences.items()
        if name != "accuracy"
    }
    for name in ("recall", "specificity"):
        rows[METRICS[name].label] = [*_pair(comparison, name), "each at its own threshold"]
    rows["Threshold"] = [write_share(side.at.threshold, digits=1) for side in comparison.sides] + [
        ""
    ]
    rows["Calibration: intercept, slope"] = [_calibration(side) for side in comparison.sides] + [""]
    columns = [code(first.name), code(second.name), "second minus first"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("figure")


def _pair(comparison: Comparison, name: str) -> list[str]:
    return [write_figure(side.figure(name), name) for side in comparison.sides]


def _calibration(side: Judged) -> str:
    return write_calibration(side.calibration.intercept, side.calibration.slope)
