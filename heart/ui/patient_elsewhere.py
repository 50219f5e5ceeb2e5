"""Elsewhere: the same patient where another share of patients is ill."""

from __future__ import annotations

import streamlit as st

from heart.bundle import Bundle
from heart.evaluation.decisions import UNDECIDED
from heart.evaluation.members import write_members
from heart.explain.prevalence import Elsewhere, go_elsewhere, training_prevalence
from heart.shares import write_share
from heart.ui.patient_answer import Answer

KEY = "patient_prevalence"


def show_elsewhere(answer: Answer) -> None:
    """Both probabilities side by side, and what the second one assumes."""
    bundle = answer.session.bundle
    here = training_prevalence(bundle)
    if here is None:
        st.info(
            "This model names patients of one outcome only, so its answers cannot be carried to a"
            " place where another share is ill.",
            icon=":material/balance:",
        )
        return
    st.markdown(
        f"The model learnt where **{write_share(here)}** of the patients were ill. A patient from"
        " a place"
        " where fewer are ill, such as a general practice, has a lower probability with the same"
        " findings, and one from a place where more are ill a higher one."
    )
    _choose_share(here)
    place = chosen_place(answer.session.bundle)
    if place is None:
        st.caption("Move the slider to see this patient there.")
        return
    _show_both(answer, place)
    st.caption(
        f"All log-odds move by {place.shift:+.2f} (Saerens, Latinne and Decaestecker 2002). This"
        " assumes that the ill patients there are like the ill ones here, the healthy ones like"
        " the healthy, and only their shares differ. The threshold is one of risk and stays."
    )


def chosen_place(bundle: Bundle) -> Elsewhere | None:
    """Where the visitor said that this patient comes from; None where nothing was said, or that is
    like where the model learnt.
    """
    here, percent = training_prevalence(bundle), st.session_state.get(KEY)
    if here is None or percent is None or percent == _in_percent(here):
        return None
    return go_elsewhere(bundle, percent / 100)


def _in_percent(share: float) -> int:
    """As the slider can show it."""
    return min(max(round(share * 100), 1), 99)


def _choose_share(here: float) -> None:
    st.slider(
        "Share of ill patients where this patient comes from",
        1,
        99,
        _in_percent(here),
        format="%d %%",
        key=KEY,
        persist_state="session",
        help="Of 100 people who are examined there for the same reason, so many have the disease.",
    )


def _show_both(answer: Answer, place: Elsewhere) -> None:
    bundle = answer.session.bundle
    here, there = answer.prediction, answer.prediction.corrected(place.correct)
    pairs = (("as where the model learnt", place.here, here), ("as chosen", place.there, there))
    for column, (whose, share, prediction) in zip(st.columns(2, border=True), pairs, strict=True):
        with column:
            st.metric(
                f"Probability where {write_share(share)} are ill, {whose}",
                write_share(prediction.probability),
            )
            label = prediction.label or UNDECIDED
            st.markdown(f"Decision at {write_share(prediction.threshold)}: **{label}**")
            if note := prediction.why_undecided or prediction.why_near:
                st.caption(note)
            if prediction.low is not None and prediction.high is not None:
                told = write_members(bundle.network.members).capitalize()
                low, high = write_share(prediction.low), write_share(prediction.high)
                st.caption(f"{told}: {low} to {high}.")
