"""The model in use, as a line at the top of every page that uses it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from heart import paths
from heart.shares import write_share
from heart.ui.errors import show_parts
from heart.ui.session import Change, Session
from heart.ui.unsaved import is_unsaved


def show_model_line(place: Any, session: Session, *, shown: str = "") -> str:
    """Fill the place with the line, and return what it says; nothing is drawn where that is what
    it shows already.

    Args:
        place: an `st.empty`.
        session: whose model it is.
        shown: what this function returned earlier in the same run of the script.
    """
    sentence = describe_model(session)
    if sentence != shown:
        with place.container():
            with st.container(key="model_line", horizontal=True, vertical_alignment="center"):
                st.text(sentence, width="content")  # not markdown: names come from files
                st.page_link(
                    paths.PAGES / "bundle.py",
                    label="Look inside",
                    icon=":material/deployed_code:",
                    width="content",
                )
            _show_problem(session)
    return sentence


def describe_model(session: Session) -> str:
    """Name, state, training patients and threshold of the model that the pages use, from what its
    bundle says.
    """
    model, bundle = session.model, session.bundle
    states = [model.history]
    if bundle.recalibration.method != "none" and Change.RECALIBRATION not in model.changes:
        states.append("recalibrated")
    if is_unsaved(session):
        states.append("not kept yet")
    return (
        f"Model in use: {bundle.name}, {', '.join(states)}; trained on"
        f" {bundle.metrics['train']['n']} of {bundle.data.n} patients ({bundle.data.cohort});"
        f" decides “disease” at {write_share(bundle.threshold.value)} and above."
    )


def _show_problem(session: Session) -> None:
    if session.problem is not None:
        st.warning(
            "The active model of this server cannot be used. The model that comes with the app is"
            " in use instead; choose another one on the Models page.",
            icon=":material/warning:",
        )
        show_parts(session.problem)
