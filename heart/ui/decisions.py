"""The threshold page's two fragments: what follows the choice, and the zones with borders of their
own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from heart.evaluation import metrics_at
from heart.ui.results import show_test_report
from heart.ui.threshold import Judgement, choose_costs, choose_threshold
from heart.ui.threshold_results import (
    choose_prevalence,
    offer_table,
    show_choice,
    show_counts,
    show_curves,
    show_prevalence,
    show_zones,
)

if TYPE_CHECKING:
    from heart.ui.session import Session


@st.fragment
def decide(session: Session, judgement: Judgement) -> None:
    """Everything that follows the sliders; looked up in tables that were computed once."""
    curves, test = judgement
    left, right = st.columns([2, 3], gap="large")
    with left:
        cost_ratio = choose_costs(session)
        choice = choose_threshold(curves, cost_ratio)
        prevalence = choose_prevalence(curves)
        show_choice(curves, choice)
        if st.button("Use this threshold in the model", type="primary", width="stretch"):
            session.use_threshold(choice)
            st.rerun()
    here = curves.table(cost_ratio=cost_ratio)
    there = (
        here
        if prevalence == curves.prevalence
        else curves.table(cost_ratio=cost_ratio, prevalence=prevalence)
    )
    with right:
        show_curves(curves, there, choice, prevalence)
    st.header("What it does")
    show_prevalence(curves, here, there, choice, prevalence)
    show_counts(curves, there, choice, prevalence)
    show_test_report(metrics_at(test.y_true, test.y_score, choice.value))
    offer_table(there)


@st.fragment
def draw_zones(judgement: Judgement) -> None:
    """The zones have borders of their own."""
    st.header("Rule out, rule in, or cannot tell")
    show_zones(judgement.curves)
