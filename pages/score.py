"""Score: a file of patients in, the same rows out with a probability and a decision each."""

import streamlit as st

from heart.ui.errors import errors_shown
from heart.ui.score import score_upload, show_judged, show_scores
from heart.ui.session import get_session

session = get_session()

st.title("Score")
st.markdown(
    "Score a whole file of patients. Every row comes back in the same order with a probability, a"
    " decision, what was not known or unusual, and the reason where a row could not be scored. An"
    " outcome is not needed; if the file has one, you also see how the model does there."
)
with errors_shown():
    scores = score_upload(session)
    if scores is None:
        st.info(
            "Upload a CSV, ARFF, XLSX or Parquet file with at least eight of the 13 features.",
            icon=":material/arrow_upward:",
        )
    else:
        show_scores(scores)
        show_judged(scores)
