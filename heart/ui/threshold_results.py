"""What the chosen threshold does: figures, how sure they are, another share of ill patients."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from heart.charts import decision, threshold_cost, threshold_curves, tuned_thresholds
from heart.charts.threshold import cost_frame, curve_frame, tuned_frame
from heart.evaluation.decision_curve import (
    HIGHEST,
    LOWEST,
    avoided_follow_ups,
    decision_curve,
)
from heart.evaluation.figures import METRICS, write_figure
from heart.evaluation.metrics import FloatArray
from heart.evaluation.policies import of_thousand, threshold_at_prevalence
from heart.evaluation.threshold_curves import ThresholdCurves
from heart.evaluation.thresholds import RULES, ThresholdChoice, tuned_rule
from heart.scoring.safe_csv import to_safe_csv
from heart.shares import write_share
from heart.ui.downloads import offer_csv, show_chart_with_data
from heart.ui.figures import confusion_table, label_index

SHOWN = ("recall", "specificity", "precision", "npv", "needed")


def show_curves(
    curves: ThresholdCurves,
    table: pd.DataFrame,
    at: pd.Series,
    choice: ThresholdChoice,
    prevalence: float,
) -> None:
    """Figures, cost or net benefit against the threshold; only the open tab is drawn, so that a
    slider moves one chart.
    """
    figures, cost, benefit = st.tabs(
        ["Figures", METRICS["cost"].label, METRICS["net_benefit"].label], on_change="rerun"
    )
    if figures.open:
        with figures:
            _show_figures(table, choice)
    if cost.open:
        with cost:
            _show_cost(curves, table, choice)
    if benefit.open:
        with benefit:
            _show_benefit(curves, at, choice, prevalence)


def _show_figures(table: pd.DataFrame, choice: ThresholdChoice) -> None:
    show_chart_with_data(
        threshold_curves,
        curve_frame(table, choice.value, titles={name: METRICS[name].words for name in SHOWN[:4]}),
        alt=f"Figures against the threshold with bands, {write_share(choice.value)} marked",
        name="threshold-figures.csv",
    )
    st.caption("Shaded: exact 95 % intervals (Clopper and Pearson 1934), one a threshold.")


def _show_cost(curves: ThresholdCurves, table: pd.DataFrame, choice: ThresholdChoice) -> None:
    show_chart_with_data(
        threshold_cost,
        cost_frame(table, choice.value),
        alt=f"Cost of 100 patients, {write_share(choice.value)} marked",
        name="threshold-cost.csv",
    )
    tuned = _tuned(curves, choice)
    show_chart_with_data(
        tuned_thresholds,
        tuned_frame(tuned, choice.value),
        alt="How often each threshold was chosen by tuning",
        name="tuned-thresholds.csv",
    )
    st.caption(
        "Above, shaded: 95 % bootstrap bands over patients. Below: where the tuned threshold"
        f" falls on {len(tuned)} resamples of these patients."
    )


def _show_benefit(
    curves: ThresholdCurves, at: pd.Series, choice: ThresholdChoice, prevalence: float
) -> None:
    frame = decision_curve(curves.y_true, curves.y_score, prevalence=prevalence).assign(
        chosen=choice.value
    )
    show_chart_with_data(
        decision,
        frame,
        alt="Net benefit of the model, of following up all and none,"
        f" {write_share(choice.value)} marked",
        name="net-benefit.csv",
    )
    st.caption(
        "Net benefit counts true positives less false ones at the threshold's odds (Vickers and"
        f" Elkin 2006).{_describe_avoided(at, choice, prevalence)}"
    )


def _describe_avoided(at: pd.Series, choice: ThresholdChoice, prevalence: float) -> str:
    """A sentence where the curve is drawn."""
    if not LOWEST <= choice.value <= HIGHEST:
        return ""
    avoided = avoided_follow_ups(
        choice.value, recall=at["recall"], specificity=at["specificity"], prevalence=prevalence
    )
    return (
        f" At {write_share(choice.value)} the model saves {max(avoided, 0):.0f} of 100 follow-ups"
        " against following up everybody, at the same benefit."
    )


def show_choice(curves: ThresholdCurves, choice: ThresholdChoice) -> None:
    """The threshold, and how far the tuned one moves from resample to resample."""
    st.markdown(
        f"Threshold **{write_share(choice.value)}**: disease is decided at this probability and"
        " above."
    )
    low, middle, high = np.quantile(_tuned(curves, choice), [0.1, 0.5, 0.9])
    st.caption(
        f"Tuned ({RULES[tuned_rule(choice.rule)].tuned}) on resamples of these patients it is"
        f" {write_share(middle)} in the middle, and eight times of ten from {write_share(low)} to"
        f" {write_share(high)}: so few"
        " patients do not settle it."
    )


def _tuned(curves: ThresholdCurves, choice: ThresholdChoice) -> FloatArray:
    return curves.tuned(
        tuned_rule(choice.rule), cost_ratio=choice.cost_ratio, at_least=choice.at_least
    )


def show_counts(at: pd.Series, choice: ThresholdChoice, prevalence: float) -> None:
    """The confusion matrix as counts and of a thousand, and the figures with their intervals: all
    of the very threshold that is chosen.
    """
    whole = {name: int(at[name]) for name in ("tn", "fp", "fn", "tp")}
    matrix, figures = st.columns(2, gap="large")
    with matrix:
        unit = st.segmented_control(
            "Confusion matrix", ["counts", "of 1,000 patients"], default="counts", required=True
        )
        counts = (
            whole if unit == "counts" else of_thousand(at["recall"], at["specificity"], prevalence)
        )
        st.table(confusion_table(counts))
        if unit == "counts":
            st.caption(
                f"{whole['fn']} missed × {choice.cost_ratio:g} + {whole['fp']} false alarms = cost"
                f" {whole['fn'] * choice.cost_ratio + whole['fp']:g}"
            )
        else:
            st.caption(f"Of 1,000 patients of whom {write_share(prevalence)} are ill.")
    with figures:
        cells = [
            write_figure([at[f"{name}{end}"] for end in ("", "_low", "_high")], name)
            for name in SHOWN
        ]
        st.table(
            pd.DataFrame({f"at {write_share(choice.value)}": cells}, index=label_index(*SHOWN))
        )
    offer_csv("at-the-threshold.csv", at.to_frame().T)


def choose_prevalence(curves: ThresholdCurves) -> float:
    """The share of ill patients where the model is to be used."""
    here = round(curves.prevalence * 100)
    percent = st.slider(
        "Share of ill patients where it is used",
        1,
        99,
        here,
        format="%d %%",
        help=(
            f"Here {here}\N{NO-BREAK SPACE}% are ill. Sensitivity and specificity stay; what a"
            " positive or negative"
            " answer means does not."
        ),
    )
    return curves.prevalence if percent == here else percent / 100


def show_prevalence(
    curves: ThresholdCurves, at: pd.Series, choice: ThresholdChoice, prevalence: float
) -> None:
    """What another share of ill patients changes."""
    if prevalence == curves.prevalence:
        return
    before = curves.at(choice.value, cost_ratio=choice.cost_ratio)
    words = [
        f"{METRICS[name].words} {_percent(before[name])} → {_percent(at[name])}"
        for name in ("precision", "npv")
    ]
    moved = (
        threshold_at_prevalence(choice.value, here=curves.prevalence, there=prevalence)
        if 0 < choice.value < 1
        else choice.value
    )
    st.warning(
        f"With {write_share(prevalence)} instead of {write_share(curves.prevalence)} ill:"
        f" {', '.join(words)}. The"
        f" model's probabilities would be wrong there: a risk of {write_share(choice.value)} would"
        " show as"
        f" {write_share(moved)}. This assumes that only the share of ill patients differs.",
        icon=":material/balance:",
    )


def _percent(value: float) -> str:
    return "–" if np.isnan(value) else write_share(value)


def offer_table(table: pd.DataFrame) -> None:
    """The table of all thresholds as a file."""
    st.download_button(
        "Download the table of all thresholds",
        lambda: to_safe_csv(table),
        file_name="thresholds.csv",
        mime="text/csv",
        on_click="ignore",
    )
