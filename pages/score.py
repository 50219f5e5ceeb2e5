"""Score: a file of patients in, the same rows out with a probability and a decision each."""

import streamlit as st

from heart.ui.errors import errors_shown
from heart.ui.score import (
    ask_for_identifiers,
    ask_for_table,
    score_table,
    show_counts,
    show_judged,
    show_reading_of,
)
from heart.ui.score_rows import show_probabilities, show_rows
from heart.ui.session import get_session

session = get_session()

st.title("Score")
st.markdown(
    "Score a whole file of patients. Every row comes back in the same order with a probability, a"
    " decision, what was not known or unusual, and the reason where a row could not be scored. An"
    " outcome is not needed; if the file has one, you also see how the model does there."
)
with errors_shown():
    table = ask_for_table(session)
    if table is not None:
        scores = score_table(session, table)
        show_counts(scores)
        identifiers = None
        with errors_shown():
            identifiers = ask_for_identifiers(session, table)
        show_rows(session, scores, identifiers)
        show_reading_of(scores, identifiers)
        show_probabilities(session, scores)
        show_judged(scores)
