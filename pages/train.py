"""Train: a recipe, some settings, live progress, and a model to keep or discard."""

from datetime import UTC, datetime

import streamlit as st

from heart.config import RECIPES
from heart.ui.cohort import show_cohort_choice
from heart.ui.errors import errors_shown
from heart.ui.session import get_session
from heart.ui.settings_form import build_settings, show_settings_fields
from heart.ui.train import run_trial, show_trial

session = get_session()

st.title("Train")
st.markdown(
    "Train a model of your own on any hospitals' patients or your own file, see how it does on"
    " patients it never saw, then keep it for this session or discard it."
)

cohort = show_cohort_choice(session).cohort
recipe = st.selectbox(
    "Recipe",
    list(RECIPES),
    help=(
        "“default” was chosen by cross-validation on Cleveland. "
        "“lesson” is the tutorial model: codes as numbers, one hidden layer of 32, 50 epochs."
    ),
)
with st.form("train"):
    changes = show_settings_fields(recipe)
    started = st.form_submit_button("Train", type="primary")

if started:
    with errors_shown():
        st.button(
            "Stop training",
            help="Ends the training at the next epoch; nothing of it is kept.",
            on_click=session.note_stop,
        )
        session.trial = run_trial(
            session, cohort, build_settings(recipe, changes), created_at=datetime.now(UTC)
        )
        st.rerun()

if session.stopped:
    st.info(
        "Training stopped. Nothing of it was kept, and the model in use is the same as before.",
        icon="✋",
    )
    session.stopped = False

if session.trial is not None:
    show_trial(session.trial)
    keep, discard = st.columns(2)
    if keep.button(
        "Keep for this session",
        type="primary",
        width="stretch",
        help="The Models page keeps it beyond this session.",
    ):
        session.keep_trial()
        st.rerun()
    if discard.button("Discard", width="stretch"):
        session.trial = None
        st.rerun()
elif not started:
    st.caption(
        "The result appears here: counts, figures on train, valid and test, and the loss curves."
    )
