"""Evaluate: how sure any figure is, against simpler models, and at hospitals the model
never saw.
"""

import streamlit as st

from heart.ui.cohort import show_cohort_choice
from heart.ui.errors import errors_shown
from heart.ui.evaluate import (
    describe_judged,
    show_discrimination,
    show_recalibration,
    show_subgroups,
)
from heart.ui.evaluate_leaderboard import show_leaderboard
from heart.ui.evaluate_learning import show_elsewhere, show_learning_curve
from heart.ui.evaluate_uses import show_uses
from heart.ui.evaluate_work_up import show_work_up
from heart.ui.session import get_session

session = get_session()

st.title("Evaluate")
st.markdown(
    "The accuracy on one split depends on which patients happen to be in it. Here every patient is"
    " predicted by models that never saw them, many times over, beside what simpler models do on"
    " the same patients, and at other hospitals. Choose the patients and read on: each part answers"
    " one question."
)
cohort = show_cohort_choice(session).cohort
st.markdown(describe_judged(session, cohort))

st.header("Leaderboard")
st.markdown("Is the model in use better than simpler ones, or are they too close to tell?")
predictions = None
with errors_shown():
    predictions = show_leaderboard(session, cohort)

if predictions is not None:
    st.header("Discrimination and calibration")
    st.markdown("Does it rank the ill above the healthy, and do its probabilities hold?")
    with errors_shown():
        show_discrimination(session, predictions)
    st.header("Subgroups")
    st.markdown("Is it as good for women as for men, for the young as for the old?")
    with errors_shown():
        show_subgroups(session, cohort, predictions)

st.header("What the model uses")
with errors_shown():
    show_uses(session)

st.header("Other hospitals")
st.markdown("What is its recipe worth where none of the patients were learnt from?")
with errors_shown():
    show_elsewhere(session, cohort)

st.header("How many patients")
st.markdown("Would more patients to learn from help?")
with errors_shown():
    show_learning_curve(session, cohort)

st.header("Work-up")
st.markdown(
    "What is each step of an examination worth? With what is known so far, step by step, and what"
    " it has cost."
)
with errors_shown():
    show_work_up(session, cohort)

st.header("Recalibrate the model in use")
with errors_shown():
    show_recalibration(session)
