"""Train: a recipe, some settings, live progress, and a model to keep or discard."""

from datetime import UTC, datetime

import streamlit as st

from heart.config import get_recipe
from heart.ui.cohort import show_cohort_choice
from heart.ui.errors import errors_shown
from heart.ui.runs import follow_choice, show_runs
from heart.ui.search import show_search
from heart.ui.session import get_session
from heart.ui.settings_form import build_settings, show_settings_fields
from heart.ui.train import (
    choose_recipe,
    run_trial,
    show_completeness,
    show_losses,
    show_result,
)

session = get_session()

st.title("Train")
st.markdown(
    "Train a model of your own on any hospitals' patients or your own file, see how it does on"
    " patients it never saw, then keep it for this session or discard it."
)

cohort = show_cohort_choice(session).cohort
recipe = choose_recipe()
if get_recipe(recipe).complete_rows:
    show_completeness(cohort)
with st.form("train"):
    changes = show_settings_fields(recipe)
    started = st.form_submit_button("Train", type="primary")

if started:
    with errors_shown():
        settings = build_settings(recipe, changes)
        run_trial(session, cohort, settings, created_at=datetime.now(UTC))
        st.rerun()

if session.stopped:
    st.info(
        "Training stopped. Nothing of it was kept, and the model in use is the same as before.",
        icon=":material/front_hand:",
    )
    session.stopped = False

with st.expander("Search for settings"), errors_shown():
    if found := show_search(session, cohort):
        run_trial(session, cohort, found, created_at=datetime.now(UTC))
        st.rerun()

follow_choice(session)
shown = session.runs.find(session.runs.shown)
if shown is not None:
    show_result(session, shown)
elif not started:
    st.caption(
        "The result appears here: counts, figures on train, valid and test, and the loss curves."
    )

if session.runs.entries:
    show_runs(session)
show_losses(session)
