"""What the chosen threshold does: figures, how sure they are, another share of ill patients."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from heart.charts import decision, threshold_cost, threshold_curves, tuned_thresholds
from heart.charts.threshold import cost_frame, curve_frame, tuned_frame
from heart.evaluation.decision_curve import decision_curve
from heart.evaluation.figures import METRICS, SHARES, write_figure
from heart.evaluation.judged import ThresholdMetrics, metrics_at
from heart.evaluation.metrics import FloatArray
from heart.evaluation.policies import of_thousand, threshold_at_prevalence
from heart.evaluation.threshold_curves import ThresholdCurves, nearest_row
from heart.evaluation.thresholds import RULES, ThresholdChoice, tuned_rule
from heart.scoring.safe_csv import to_safe_csv
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.figures import confusion_table, label_index

OWN_SHARE = "The share of ill patients chosen above does not enter here."
SHOWN = ("recall", "specificity", "precision", "npv", "needed")


def show_curves(
    curves: ThresholdCurves, table: pd.DataFrame, choice: ThresholdChoice, prevalence: float
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
            _show_benefit(curves, choice, prevalence)


def _show_figures(table: pd.DataFrame, choice: ThresholdChoice) -> None:
    show_chart(
        threshold_curves,
        curve_frame(table, choice.value, titles={name: METRICS[name].words for name in SHOWN[:4]}),
        alt=f"Figures against the threshold with bands, {write_share(choice.value)} marked",
    )
    st.caption("Shaded: 95 % bootstrap bands over patients.")


def _show_cost(curves: ThresholdCurves, table: pd.DataFrame, choice: ThresholdChoice) -> None:
    show_chart(
        threshold_cost,
        cost_frame(table, choice.value),
        alt=f"Cost of 100 patients, {write_share(choice.value)} marked",
    )
    tuned = _tuned(curves, choice)
    show_chart(
        tuned_thresholds,
        tuned_frame(tuned, choice.value),
        alt="How often each threshold was chosen by tuning",
    )
    st.caption(
        f"Below: where the tuned threshold falls on {len(tuned)} resamples of these patients."
    )


def _show_benefit(curves: ThresholdCurves, choice: ThresholdChoice, prevalence: float) -> None:
    frame = decision_curve(curves.y_true, curves.y_score, prevalence=prevalence).assign(
        chosen=choice.value
    )
    show_chart(
        decision,
        frame,
        alt="Net benefit of the model, of following up all and none,"
        f" {write_share(choice.value)} marked",
    )
    row = nearest_row(frame, choice.value)
    st.caption(
        "Net benefit counts true positives less false ones at the threshold's odds (Vickers and"
        f" Elkin 2006). At {write_share(row['threshold'])} the model saves"
        f" {max(row['avoided'], 0):.0f} of"
        " 100 follow-ups against following up everybody, at the same benefit."
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


def show_counts(
    curves: ThresholdCurves, table: pd.DataFrame, choice: ThresholdChoice, prevalence: float
) -> None:
    """The confusion matrix as counts and of a thousand, and the figures at the threshold with their
    bands.
    """
    at = metrics_at(curves.y_true, curves.y_score, choice.value)
    matrix, figures = st.columns(2, gap="large")
    with matrix:
        unit = st.segmented_control(
            "Confusion matrix", ["counts", "of 1,000 patients"], default="counts", required=True
        )
        counts = (
            at._asdict()
            if unit == "counts"
            else of_thousand(at.recall.value or 0.0, at.specificity.value or 0.0, prevalence)
        )
        st.table(confusion_table(counts))
        if unit == "counts":
            st.caption(
                f"{at.fn} missed × {choice.cost_ratio:g} + {at.fp} false alarms = cost"
                f" {at.fn * choice.cost_ratio + at.fp:g}"
            )
        else:
            st.caption(f"Of 1,000 patients of whom {write_share(prevalence)} are ill.")
    with figures:
        row = nearest_row(table, choice.value)
        cells = [
            write_figure([row[f"{name}{end}"] for end in ("", "_low", "_high")], name)
            for name in SHOWN
        ]
        st.table(
            pd.DataFrame({f"at {write_share(row['threshold'])}": cells}, index=label_index(*SHOWN))
        )


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
    curves: ThresholdCurves,
    here: pd.DataFrame,
    there: pd.DataFrame,
    choice: ThresholdChoice,
    prevalence: float,
) -> None:
    """What another share of ill patients changes."""
    if prevalence == curves.prevalence:
        return
    before, after = nearest_row(here, choice.value), nearest_row(there, choice.value)
    words = [
        f"{METRICS[name].words} {_percent(before[name])} → {_percent(after[name])}"
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


def show_test_report(at: ThresholdMetrics) -> None:
    """What the threshold does on the test part."""
    st.header("Report on the test part")
    st.caption(
        f"{at.n} patients the model never saw, {at.positives} of them diseased. Nothing is chosen"
        f" here. 95 % intervals in brackets. {OWN_SHARE}"
    )
    matrix, figures = st.columns(2, gap="large")
    matrix.table(confusion_table(at._asdict()))
    cells = [write_figure(getattr(at, name), name) for name in SHARES]
    figures.table(pd.DataFrame({"on test": cells}, index=label_index(*SHARES)))
