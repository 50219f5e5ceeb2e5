"""Patient: values in, a probability out that can be questioned."""

import streamlit as st

from heart.ui.errors import errors_shown
from heart.ui.forms import clear_patient, fill_example, show_patient_fields
from heart.ui.patient import show_answer, show_explanation
from heart.ui.session import get_session
from heart.ui.warmup import load_heavy

session = get_session()

st.title("Patient")
st.markdown(
    "Enter what is known and get the probability of heart disease. It holds for adults **referred"
    " for coronary angiography in the 1980s**, and means disease present **now** (a vessel narrowed"
    " by more than 50 %), **not** the risk of a heart attack."
)
form, answer = st.columns([11, 9], gap="large", vertical_alignment="bottom")

with form:
    left, right = st.columns(2)
    left.button("Fill in an example patient", on_click=fill_example, width="stretch")
    right.button("Clear all fields", on_click=clear_patient, width="stretch")
    with st.form("patient", border=False, enter_to_submit=True):
        values = show_patient_fields()
        submitted = st.form_submit_button("Calculate", type="primary", width="stretch")

patient = values if submitted else session.patient
explained = None
with answer, errors_shown():
    if patient is None:
        st.info("Fill in the form and press **Calculate**. Leave out what is not known.", icon="👈")
    else:
        load_heavy()
        explained = show_answer(session, patient)
if explained is not None:
    show_explanation(explained)
