"""The foot of every page: which model is in use."""

from __future__ import annotations

import streamlit as st

from heart.ui.session import get_session


def show_footer() -> None:
    """Name, origin, training patients and threshold of the model that the pages use."""
    session = get_session()
    bundle = session.bundle
    st.divider()
    st.text(  # not markdown: names come from files
        f"Model in use: {bundle.name}, {session.origin}; trained on {bundle.metrics['train']['n']}"
        f" of {bundle.data.n} patients ({bundle.data.cohort}); decides “disease” at"
        f" {bundle.threshold.value:.0%} and above."
    )
