"""The exercise that a lesson ends with: the question, an answer, and why it is right or wrong."""

from __future__ import annotations

import streamlit as st

from heart.lessons.exercise import Choice, Exercise, Number
from heart.lessons.exercises import EXERCISES
from heart.ui.errors import errors_shown
from heart.ui.session import get_session


@st.fragment
def show_exercise(name: str) -> None:
    """The exercise of a lesson; a right answer marks the lesson as done in this session."""
    exercise = EXERCISES[name]
    st.header("Exercise")
    with st.form(f"{name}_exercise_form"):
        st.markdown(exercise.question)
        given = _ask(name, exercise)
        is_asked = st.form_submit_button("Check my answer", key=f"{name}_exercise_check")
    if is_asked and given is None:
        st.info("Give an answer first.", icon=":material/info:")
    elif is_asked and given is not None:
        _judge(name, exercise, given)
    elif name in get_session().solved:
        st.success("You have answered this in this session.", icon=":material/check_circle:")


def _ask(name: str, exercise: Exercise) -> str | float | None:
    """The answer that stands in the field, None as long as there is none."""
    key, kind = f"{name}_exercise", exercise.kind
    if isinstance(kind, Choice):
        chosen: str | None = st.radio("Your answer", kind.options, None, key=key)
        return chosen
    number: float | None = st.number_input(
        _label(kind),
        float(kind.low),
        float(kind.high),
        None,
        step=float(kind.step),
        format=f"%.{kind.n_decimals}f",
        key=key,
        width=240,
    )
    return number


def _label(kind: Number) -> str:
    return f"Your answer ({kind.unit})" if kind.unit else "Your answer"


def _judge(name: str, exercise: Exercise, given: str | float) -> None:
    with errors_shown():
        with st.spinner("Computing…"):
            verdict = exercise.check(given)
        if verdict.right:
            get_session().solved.add(name)
            st.success(f"**Right.** {verdict.why}", icon=":material/check_circle:")
        else:
            st.warning(f"**Not yet.** {verdict.why}", icon=":material/replay:")
