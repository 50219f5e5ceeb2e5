"""Patient: values in, a probability out that can be questioned."""

import streamlit as st

from heart.ui.forms import read_form, show_patient_fields, show_tools
from heart.ui.patient import show_explanation, show_result
from heart.ui.patient_memory import remember_form
from heart.ui.patient_style import show_style
from heart.ui.session import get_session

session = get_session()
entered = read_form(session)

show_style(error.feature for error in entered.errors)
st.title("Patient")
st.caption(
    "For adults like those the model learnt from; the shipped one: people **referred for coronary"
    " angiography in the 1980s**. Heart disease means a vessel narrowed by more than 50 % **now**,"
    " **not** the risk of a heart attack."
)
form, answer = st.columns([5, 3], gap="medium")

with form, st.container(key="patient_form"):
    show_tools(session)
    show_patient_fields(session, entered)
    if st.button("Calculate", type="primary", width="stretch"):
        session.asked = True
    remember_form(session, entered)

with answer, st.container(key="patient_answer"):
    explained = show_result(session, entered)
if explained is not None:
    show_explanation(explained)
