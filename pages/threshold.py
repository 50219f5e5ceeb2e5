"""Threshold: from a probability to a decision, chosen on out-of-fold predictions, reported on test."""

import streamlit as st

from heart.evaluation import metrics_at
from heart.ui.errors import errors_shown
from heart.ui.policies import choose_prevalence, offer_table, show_choice, show_counts, show_curves, show_prevalence, show_zones
from heart.ui.results import show_test_report
from heart.ui.state import Session, get_session
from heart.ui.thresholds import Judgement, choose_costs, choose_threshold, compute_out_of_fold, judgement_of


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
    there = here if prevalence == curves.prevalence else curves.table(cost_ratio=cost_ratio, prevalence=prevalence)
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


session = get_session()

st.title("Threshold")
st.markdown(
    "The model gives a probability; a decision needs a threshold. Say what a missed patient costs, see what each threshold does "
    "to patients the model **did not see**, and put the one you choose into the model. The **test** part only reports."
)
with errors_shown():
    predictions = compute_out_of_fold(session)
    if predictions is not None:
        repeats, n = predictions.y_score.shape
        st.caption(
            f"{n} patients of train and valid, {int(predictions.y_true.sum())} of them diseased; each predicted {repeats} times by models "
            f"that never saw that patient ({predictions.n_folds}-fold cross-validation). Nothing is trained while you look."
        )
        judgement = judgement_of(session, predictions)
        decide(session, judgement)
        draw_zones(judgement)
