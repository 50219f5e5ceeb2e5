"""The Patient page's answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from heart.charts import hundred_people
from heart.charts.patient import hundred_frame
from heart.schema import FEATURES, Value, parse_patient
from heart.ui.cache import show_chart
from heart.ui.errors import errors_shown
from heart.ui.patient_answer import Answer
from heart.ui.session import Session
from heart.ui.warmup import load_parts

if TYPE_CHECKING:  # the first paint does not wait for scikit-learn and torch
    from heart.bundle import Bundle
    from heart.scoring.patient import Prediction


def show_answer(session: Session, patient: Mapping[str, Value | None]) -> Answer:
    """What the model in use says of a patient, who is remembered.

    Raises:
        PatientError: for an impossible value, or a patient of whom nothing is known.
    """
    from heart.scoring.patient import predict_patient  # noqa: PLC0415  as above

    prediction = predict_patient(session.bundle, patient)
    session.patient = dict(patient)
    show_prediction(prediction, session.bundle)
    return Answer(session, parse_patient(patient), prediction)


def show_explanation(answer: Answer) -> None:
    """The parts below an answer, once what they need is imported."""
    load_parts()
    # imported there, in their turn
    from heart.ui.out_of_fold import answer_request  # noqa: PLC0415
    from heart.ui.patient_parts import show_parts  # noqa: PLC0415

    with errors_shown():
        answer_request(answer.session)
    show_parts(answer)


def show_prediction(prediction: Prediction, bundle: Bundle) -> None:
    """Probability, natural frequency, decision, uncertainty, and what to keep in mind."""
    sick = prediction.of_100
    st.metric("Probability of heart disease", f"{prediction.probability:.0%}")
    st.markdown(
        f"Of 100 patients like this one, about **{sick}** have heart disease and"
        f" **{100 - sick}** do not."
    )
    show_chart(
        hundred_people,
        hundred_frame(sick),
        alt=f"100 circles, {sick} filled for patients with heart disease, {100 - sick} outlined",
    )
    _show_decision(prediction, bundle)
    if prediction.low is not None and prediction.high is not None:
        st.caption(
            f"Nine of ten of the model's {bundle.network.members} members say {prediction.low:.0%}"
            f" to {prediction.high:.0%}. That is the model's own uncertainty, not a range the"
            " patient will fall in."
        )
    _show_warnings(prediction)
    st.caption("A probability, not a diagnosis. Do not use it to decide about a patient.")


def _show_decision(prediction: Prediction, bundle: Bundle) -> None:
    threshold = bundle.threshold
    sign, word, negation = (
        ("≥", "disease", "") if prediction.is_positive else ("<", "no disease", "not ")
    )
    with st.container(border=True):
        st.markdown(
            f"**Decision: {word}** ({prediction.probability:.0%} {sign} the threshold of"
            f" {threshold.value:.0%})"
        )
        st.caption(
            f"This would {negation}be followed up. At this threshold one missed patient counts as"
            f" much as {threshold.cost_ratio:g} false alarms."
        )


def _show_warnings(prediction: Prediction) -> None:
    warnings = prediction.warnings
    missing = [w.message.removesuffix(" is not known.") for w in warnings if w.problem == "missing"]
    others = [w.message for w in warnings if w.problem != "missing"]
    if others:
        st.warning("Unusual: " + " ".join(others), icon="🔎")
    if missing:
        st.info(
            f"Not known ({len(missing)} of {len(FEATURES)}): {', '.join(missing)}. The model was"
            " trained to expect that, but it says less.",
            icon="❔",
        )
