"""Models: the bundles that are kept here, one of them active; two of them side by side."""

import streamlit as st

from heart.bundle.registry import Entry
from heart.ui.errors import errors_shown
from heart.ui.models import show_actions, show_models, show_saving
from heart.ui.models_comparison import show_comparison
from heart.ui.session import get_session

session = get_session()

st.title("Models")
st.markdown(
    "The models that are kept on this server. Take one into use, keep the one you have made, and"
    " see two of them side by side on patients that neither has learnt from."
)
entries: tuple[Entry, ...] = ()
with errors_shown():
    listing = show_models(session)
    entries = listing.entries
    show_actions(session, listing)

st.header("Keep the model in use")
with errors_shown():
    show_saving(session)

st.header("Two side by side")
with errors_shown():
    show_comparison(session, entries)
