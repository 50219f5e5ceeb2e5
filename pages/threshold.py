"""Threshold: from a probability to a decision, chosen on out-of-fold predictions,
reported on test.
"""

import streamlit as st

from heart.ui.errors import errors_shown
from heart.ui.out_of_fold import compute_out_of_fold
from heart.ui.session import get_session
from heart.ui.threshold import decide, draw_zones, judgement_of

session = get_session()

st.title("Threshold")
st.markdown(
    "The model gives a probability; a decision needs a threshold. Say what a missed patient costs,"
    " see what each threshold does to patients the model **did not see**, and put the one you"
    " choose into the model. The **test** part only reports."
)
with errors_shown():
    predictions = compute_out_of_fold(session)
    if predictions is not None:
        repeats, n = predictions.y_score.shape
        st.caption(
            f"{n} patients of train and valid, {int(predictions.y_true.sum())} of them diseased;"
            f" each predicted {repeats} times by models that never saw that patient"
            f" ({predictions.n_folds}-fold cross-validation). Nothing is trained while you look."
        )
        judgement = judgement_of(session, predictions)
        decide(session, judgement)
        draw_zones(judgement)
