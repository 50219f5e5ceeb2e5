"""Evaluate: how sure any figure is, against simpler models, and at hospitals the model
never saw.
"""

import streamlit as st

from heart.ui.cohort import choose_cohort
from heart.ui.errors import errors_shown
from heart.ui.evaluate import (
    evaluation_of,
    show_discrimination,
    show_elsewhere,
    show_leaderboard,
    show_learning_curve,
)
from heart.ui.recalibration import show_recalibration
from heart.ui.session import get_session

session = get_session()

st.title("Evaluate")
st.markdown(
    "One split's accuracy is a coin with a wide edge. Here every patient is predicted by models"
    " that never saw them, many times over, beside what simpler models do on the same patients, and"
    " at other hospitals."
)
cohort = choose_cohort(session)
evaluation = evaluation_of(session, cohort)

st.header("Leaderboard")
with errors_shown():
    show_leaderboard(cohort, evaluation)

if evaluation.results is not None:
    st.header("Discrimination and calibration")
    with errors_shown():
        show_discrimination(cohort, evaluation.results["default"])

st.header("Other hospitals")
with errors_shown():
    show_elsewhere(cohort, evaluation)

st.header("How many patients")
with errors_shown():
    show_learning_curve(cohort, evaluation)

st.header("Recalibrate the model in use")
with errors_shown():
    show_recalibration(session)
