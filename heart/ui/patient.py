"""The Patient page's answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from heart.charts import hundred_people
from heart.charts.patient import HUNDRED_PX, hundred_frame
from heart.evaluation.figures import write_of_100
from heart.evaluation.members import write_members
from heart.schema import FEATURES, Value
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.errors import errors_shown, show_error
from heart.ui.forms import Entered
from heart.ui.patient_answer import Answer
from heart.ui.patient_examples import EXAMPLES, find_example
from heart.ui.session import Origin, Session
from heart.ui.warmup import load_heavy, load_parts

if TYPE_CHECKING:  # the first paint does not wait for scikit-learn and torch
    from heart.bundle import Bundle
    from heart.scoring.patient import Prediction


def show_result(session: Session, entered: Entered) -> Answer | None:
    """What belongs to the form as it is: the answer, all that is wrong with it, or what to do; the
    answer, where there is one.
    """
    if not session.asked:
        _show_what_to_do(entered)
        return None
    if entered.errors:
        show_error(*entered.errors)
        return None
    with errors_shown():
        load_heavy()
        return show_answer(session, entered.values)
    return None


def _show_what_to_do(entered: Entered) -> None:
    if find_example(entered.values) is None:
        st.info(
            "Fill in the form and press **Calculate**. Leave out what is not known.",
            icon=":material/edit_note:",
        )
    else:
        st.info(
            "Guess first: how probable is heart disease in this patient, and would you follow it"
            " up? Then press **Calculate**.",
            icon=":material/psychology:",
        )


def show_answer(session: Session, patient: Mapping[str, Value | None]) -> Answer:
    """What the model in use says of a patient, who is remembered.

    Raises:
        PatientError: for an impossible value, or a patient of whom nothing is known.
    """
    from heart.scoring.patient import predict_patient  # noqa: PLC0415  as above

    prediction = predict_patient(session.bundle, patient, units=session.units)
    session.patient = dict(patient)
    show_prediction(prediction, session.bundle)
    _show_outcome(session, patient)
    return Answer(session, patient, prediction)


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
    with st.container(key="patient_headline", horizontal=True, vertical_alignment="center"):
        with st.container(width=215):
            st.metric("Probability of heart disease", write_share(prediction.probability))
            st.markdown(write_of_100(prediction.probability))
        with st.container(width=HUNDRED_PX + 10):
            show_chart(
                hundred_people,
                hundred_frame(prediction.of_100),
                alt=(
                    f"100 squares, {prediction.of_100} filled for patients with heart disease,"
                    f" {100 - prediction.of_100} outlined for those without"
                ),
                width="content",
            )
    _show_decision(prediction, bundle)
    if prediction.low is not None and prediction.high is not None:
        low, high = write_share(prediction.low), write_share(prediction.high)
        st.caption(
            f"{write_members(bundle.network.members).capitalize()} say {low} to {high}. That is the"
            " model's own uncertainty, not a range the patient will fall in."
        )
    _show_warnings(prediction, bundle)
    st.caption("A probability, not a diagnosis. Do not use it to decide about a patient.")


def _show_decision(prediction: Prediction, bundle: Bundle) -> None:
    threshold = bundle.threshold
    if prediction.why_undecided is not None:
        st.info(prediction.why_undecided, icon=":material/help:")
        return
    sign, word, negation = (
        ("≥", "disease", "") if prediction.is_positive else ("<", "no disease", "not ")
    )
    with st.container(border=True, gap="xxsmall"):
        st.markdown(
            f"**Decision: {word}** ({write_share(prediction.probability)} {sign} the threshold of"
            f" {write_share(threshold.value)})"
        )
        st.caption(
            f"This would {negation}be followed up. At this threshold one missed patient counts as"
            f" much as {threshold.cost_ratio:g} false alarms."
        )
        if prediction.why_near is not None:
            st.markdown(f":material/balance: {prediction.why_near}")


def _show_warnings(prediction: Prediction, bundle: Bundle) -> None:
    warnings = prediction.warnings
    missing = [w.message.removesuffix(" is not known.") for w in warnings if w.problem == "missing"]
    others = [w.message for w in warnings if w.problem != "missing"]
    if others:
        st.warning("Unusual: " + " ".join(others), icon=":material/search:")
    if missing:
        expected = (
            "The model was trained to expect that, but it says less."
            if bundle.settings.masking
            else "The model was not trained with values hidden at random: its answer may be far"
            " off."
        )
        st.info(
            f"Not known ({len(missing)} of {len(FEATURES)}): {', '.join(missing)}. {expected}",
            icon=":material/help:",
        )


def _show_outcome(session: Session, patient: Mapping[str, Value | None]) -> None:
    """What turned out, folded away, where the form holds one of the real patients."""
    name = find_example(patient)
    if name is None:
        return
    with st.expander("What turned out"):
        st.markdown(EXAMPLES[name].outcome)
        other = (
            ""
            if session.model.origin is Origin.SHIPPED
            else " The model in use is another one: it may have learnt from this patient."
        )
        st.caption(
            f"{name} is number {EXAMPLES[name].row} of the Cleveland table, in the test part of the"
            " shipped model, which has not learnt from this patient. The three were chosen by that"
            f" model's probabilities (low, near the threshold, high), not by their outcomes.{other}"
        )
