"""The models page: two models side by side, on patients that neither has learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from heart.charts import two_reliabilities, two_rocs
from heart.data import SHIPPED, load_shipped
from heart.markdown import code
from heart.ui.cache import load_shared, show_chart
from heart.ui.cohort import describe_source
from heart.ui.models import find_registry
from heart.ui.results import FIGURE_LABELS, format_figure
from heart.ui.session import Session

if TYPE_CHECKING:
    from heart.bundle import Bundle
    from heart.bundle.registry import Entry, Registry
    from heart.data import Cohort
    from heart.experiments.comparison import Comparison, Side

IN_USE = "the model in use"
THIS_COHORT = "the patients chosen on the Cohort page"


def show_comparison(session: Session, entries: Sequence[Entry]) -> None:
    """Two models on one cohort: figures, differences, curves."""
    registry = find_registry()
    choices = [IN_USE, *(entry.name for entry in entries if entry.bundle is not None)]
    left, right, patients = st.columns(3)
    first = left.selectbox("First", choices, key="compare_first")
    others = [
        place
        for place, name in enumerate(choices)
        if place and not _is_in_use(session, registry, name)
    ]
    second = right.selectbox(
        "Second", choices, index=others[0] if others else len(choices) - 1, key="compare_second"
    )
    sources = [*SHIPPED, THIS_COHORT]
    source = patients.selectbox(
        "Patients of",
        sources,
        format_func=lambda name: SHIPPED.get(name, name),
        key="compare_cohort",
    )
    cohort = session.cohort if source == THIS_COHORT else load_shipped(source)
    if source == THIS_COHORT:
        st.text(describe_source(session))
    pair = [
        session.bundle if name == IN_USE else load_shared(registry.path_of(name))
        for name in (first, second)
    ]
    if pair[0] is pair[1]:
        st.info(
            "These are the same model. Choose another one, or train one and keep it above.",
            icon="👯",
        )
        return
    _show_compared(_compare(session, pair[0], pair[1], cohort))


def _is_in_use(session: Session, registry: Registry, name: str) -> bool:
    return load_shared(registry.path_of(name)) is session.bundle


def _compare(session: Session, first: Bundle, second: Bundle, cohort: Cohort) -> Comparison:
    mark = (first, second, cohort.fingerprint)
    if session.comparison is None or session.comparison[0] != mark:
        from heart.experiments.comparison import compare_bundles  # noqa: PLC0415

        session.comparison = (
            mark,
            compare_bundles(first, second, cohort, cohorts=session.trained_on.values()),
        )
    return session.comparison[1]


def _show_compared(found: Comparison) -> None:
    from heart.experiments.comparison import reliability_frame, roc_frame  # noqa: PLC0415

    n, diseased = len(found.y_true), int(found.y_true.sum())
    left_out = (
        f" {found.left_out} others were left out, because one of the two has learnt from them."
        if found.left_out
        else ""
    )
    st.caption(
        f"{n} patients, {diseased} of them diseased, from whom neither model has learnt.{left_out}"
        " 95 % intervals in brackets."
    )
    if found.unchecked:
        st.text(
            f"The patients that {' and '.join(found.unchecked)} learnt from are not here: some may"
            " be among these."
        )
    st.table(comparison_table(found))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**ROC curves**, with 95 % bootstrap bands")
        show_chart(
            two_rocs, roc_frame(found), alt="ROC curves of both models with their bootstrap bands"
        )
    with right:
        st.markdown("**Calibration**: expected and observed, exact 95 % intervals")
        show_chart(
            two_reliabilities,
            reliability_frame(found),
            alt="Observed against expected share of disease of both models",
        )


def comparison_table(found: Comparison) -> pd.DataFrame:
    """Rows are figures; columns the two models and, where both see the same thresholds, second
    minus first.
    """
    first, second = found.sides
    rows = {
        FIGURE_LABELS[name]: [*_pair(found, name), _signed(figure)]
        for name, figure in found.differences.items()
        if name != "accuracy"
    }
    for name in ("recall", "specificity"):
        rows[FIGURE_LABELS[name]] = [
            format_figure(getattr(side.at, name)) for side in found.sides
        ] + ["each at its own threshold"]
    rows["Threshold"] = [f"{side.at.threshold:.1%}" for side in found.sides] + [""]
    rows["Calibration: intercept, slope"] = [_calibration(side) for side in found.sides] + [""]
    columns = [code(first.name), code(second.name), "second minus first"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("figure")


def _pair(found: Comparison, name: str) -> list[str]:
    return [format_figure(getattr(side.scores, name)) for side in found.sides]


def _signed(figure: Sequence[float | None]) -> str:
    value, low, high = figure
    return "–" if value is None else f"{value:+.3f} ({low:+.3f} to {high:+.3f})"


def _calibration(side: Side) -> str:
    return f"{side.calibration.intercept:+.2f}, {side.calibration.slope:.2f}"
