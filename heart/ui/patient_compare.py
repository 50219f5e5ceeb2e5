"""The Patient page's part "Compare": several patients of this session side by side."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from heart.evaluation.decisions import UNDECIDED
from heart.explain.compare import Beside, compare_patients
from heart.explain.words import write_value
from heart.schema import FEATURES
from heart.shares import write_share
from heart.ui.downloads import show_table_with_data
from heart.ui.forms import fill_patient
from heart.ui.patient_answer import Answer
from heart.ui.session import Session

MOST = 6
"""So many patients fit side by side."""

OTHER = "≠"
"""Stands before what differs from the first patient."""


def show_compare(answer: Answer) -> None:
    """The patients that were added, beside each other, and what adds and removes them."""
    session = answer.session
    _offer_adding(answer)
    if session.compared:
        beside = compare_patients(
            session.bundle, list(session.compared.values()), units=session.units
        )
        frame = compared_frame(list(session.compared), beside, session.units)
        show_table_with_data(frame, frame, name="compared-patients.csv")
        if len(beside) > 1:
            st.caption(
                f"{OTHER} and bold: other than {next(iter(session.compared))}. All are answered by"
                " the model in use."
            )
        _offer_removing(session)
    st.caption(
        f"At most {MOST} patients. They are kept for this visit alone: nobody else sees them, and a"
        " reload of the page forgets them."
    )


def _offer_adding(answer: Answer) -> None:
    session = answer.session
    same = [name for name, one in session.compared.items() if one == answer.patient]
    is_full = len(session.compared) >= MOST
    st.button(
        "Add this patient",
        on_click=add_patient,
        args=(answer,),
        disabled=bool(same) or is_full,
        key="patient_add",
    )
    if same:
        st.caption(f"The form's patient is {same[0]}. Change a value to add another one.")
    elif is_full:
        st.caption(f"There are {MOST} patients: remove one first.")


def add_patient(answer: Answer) -> None:
    """Put the answer's patient beside the others, under the next free number."""
    compared = answer.session.compared
    numbers = [int(name.removeprefix("Patient ")) for name in compared]
    compared[f"Patient {max(numbers, default=0) + 1}"] = dict(answer.patient)


def _offer_removing(session: Session) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Patient", list(session.compared), key="patient_compared", width=160)
        put_back = st.button("Put into the form", on_click=_put_back, args=(session, chosen))
        st.button("Remove", on_click=_remove, args=(session, chosen))
        st.button("Clear the comparison", on_click=session.compared.clear)
    if put_back:
        st.rerun()  # the form stands outside of what these buttons rerun


def _remove(session: Session, name: str) -> None:
    del session.compared[name]


def _put_back(session: Session, name: str) -> None:
    fill_patient(session.compared[name])
    session.asked = True


def compared_frame(names: Sequence[str], beside: Sequence[Beside], units: str) -> pd.DataFrame:
    """What the table shows: a column for each patient, rows for the answer and each feature; what
    differs from the first patient has a mark and is bold, in Markdown.
    """
    columns = {
        name: [
            write_share(one.prediction.probability),
            _marked(one.prediction.label or UNDECIDED, differs=one.decided_otherwise),
            *(
                _marked(
                    write_value(feature, one.patient[feature.name], units),
                    differs=feature.name in one.differs,
                )
                for feature in FEATURES
            ),
        ]
        for name, one in zip(names, beside, strict=True)
    }
    rows = ["Probability", "Decision", *(f.in_units(units).label for f in FEATURES)]
    return pd.DataFrame(columns, index=pd.Index(rows, dtype="str", name="What"))


def _marked(text: str, *, differs: bool) -> str:
    return f"**{OTHER} {text}**" if differs else text
