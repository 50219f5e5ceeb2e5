"""Threshold: from a probability to a decision, chosen on valid, reported on test."""

import streamlit as st

from heart.charts import threshold_cost, threshold_curves
from heart.charts.thresholds import marked_table
from heart.evaluation import metrics_at, threshold_table
from heart.evaluation.thresholds import COST_RATIO_BOUNDS
from heart.ui.cache import show_chart
from heart.ui.errors import errors_shown
from heart.ui.results import show_test_report, show_valid_matrix
from heart.ui.state import get_session
from heart.ui.thresholds import choose_threshold, score_parts

session = get_session()

st.title("Threshold")
st.markdown(
    "The model gives a probability; a decision needs a threshold. Say what a missed patient costs, see what each threshold does "
    "on the **valid** part, and put the one you choose into the model. The **test** part only reports."
)
with errors_shown():
    parts = score_parts(session)
    left, right = st.columns([2, 3], gap="large")
    with left:
        cost_ratio = st.number_input(
            "Cost of a missed patient, in false alarms",
            *COST_RATIO_BOUNDS,
            session.bundle.threshold.cost_ratio,
            step=0.5,
            format="%.1f",
            help="2 means: missing one diseased patient is as bad as two false alarms.",
        )
        choice = choose_threshold(parts.valid, cost_ratio)
        show_valid_matrix(metrics_at(parts.valid.y_true, parts.valid.y_score, choice.value), cost_ratio)
        if st.button("Use this threshold in the model", type="primary", width="stretch"):
            session.use_threshold(choice)
            st.rerun()
    with right:
        table = marked_table(threshold_table(parts.valid.y_true, parts.valid.y_score, cost_ratio=cost_ratio), choice.value)
        show_chart(threshold_curves, table, alt=f"Precision, recall, specificity and F1 against the threshold, {choice.value:.0%} marked")
        show_chart(threshold_cost, table, alt=f"Cost of 100 patients against the threshold, {choice.value:.0%} marked")
    show_test_report(metrics_at(parts.test.y_true, parts.test.y_score, choice.value))
