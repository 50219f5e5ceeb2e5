"""The patient form, generated from the schema: what is typed, in the visitor's units, and what it
means.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import streamlit as st

from heart.errors import PatientError
from heart.schema import EXAMPLE_PATIENT, FEATURES, Feature, Value
from heart.ui.patient_examples import EXAMPLES, Example
from heart.ui.session import Session, get_session
from heart.units import UNITS, to_canonical, to_shown

NOT_KNOWN = "not known"
PER_ROW = 4
WRONG = "Check:"
"""Stands before the label of a field whose value cannot be."""


class Entered(NamedTuple):
    """What the form holds.

    Attributes:
        shown: what every field shows, in the visitor's units; None where it is not known.
        values: canonical values of all 13 features; None where not known or impossible.
        errors: why values are impossible, in the order of the form.
    """

    shown: Mapping[str, Value | None]
    values: Mapping[str, Value | None]
    errors: tuple[PatientError, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was filled in."""
        return all(value is None for value in self.shown.values())


def field_key(feature: Feature) -> str:
    """The key of a feature's widget; it holds no value."""
    return f"patient_{feature.name}"


def fill_patient(patient: Mapping[str, Value | None]) -> None:
    """Put a patient's canonical values into the form; what is not given becomes not known. The
    answer of the one before goes: this one's comes when it is asked for.
    """
    session = get_session()
    session.patient, session.asked, session.used = None, False, True
    session.precise = {}
    for feature in FEATURES:
        _put(session, feature, patient.get(feature.name))


def _put(session: Session, feature: Feature, value: Value | None) -> None:
    if not feature.is_coded and isinstance(value, int | float):
        session.precise[feature.name] = float(value)
        value = float(to_shown(feature.name, value, session.units))
    st.session_state[field_key(feature)] = (
        NOT_KNOWN if feature.is_coded and value is None else value
    )


def fill_example() -> None:
    """Put the tutorial's patient into the form."""
    fill_patient(EXAMPLE_PATIENT)


def clear_patient() -> None:
    """Empty the form, and forget the answer."""
    fill_patient({})


def put_back(form: Mapping[str, object]) -> None:
    """Fill the form with what the browser kept of it: what its fields showed. It comes from
    outside: what no field can show is left out.
    """
    for feature in FEATURES:
        value: Any = form.get(feature.name)
        if feature.is_coded:
            is_code = type(value) in (int, str) and value in dict(feature.codes)
            st.session_state[field_key(feature)] = value if is_code else NOT_KNOWN
        else:
            is_number = type(value) in (int, float) and math.isfinite(value)
            st.session_state[field_key(feature)] = float(value) if is_number else None


def read_form(session: Session) -> Entered:
    """What the form holds, before its fields are drawn."""
    shown: dict[str, Value | None] = {}
    values: dict[str, Value | None] = {}
    errors = []
    for feature in FEATURES:
        # kept by us too: a run that a change of page interrupts loses what Streamlit keeps
        before = session.form.get(feature.name)
        nothing = NOT_KNOWN if feature.is_coded else None
        typed = st.session_state.setdefault(
            field_key(feature), nothing if before is None else before
        )
        shown[feature.name] = None if typed == NOT_KNOWN else typed
        try:
            values[feature.name] = feature.parse(_canonical(session, feature, shown[feature.name]))
        except PatientError:
            values[feature.name] = None
            errors.append(feature.in_units(session.units).impossible(typed))
    session.form = shown
    return Entered(shown, values, tuple(errors))


def _canonical(session: Session, feature: Feature, shown: Value | None) -> Value | None:
    """A field's value as records keep it: the one that was put there, as long as the field shows
    it, and not what its rounding would give.
    """
    if feature.is_coded or not isinstance(shown, int | float):
        return shown
    precise = session.precise.get(feature.name)
    if precise is not None and to_shown(feature.name, precise, session.units) == shown:
        return precise
    return to_canonical(feature.name, shown, session.units)


def show_tools(session: Session) -> None:
    """What fills and empties the whole form, and the units."""
    with st.container(key="patient_tools", horizontal=True, vertical_alignment="center"):
        st.button("Fill in an example patient", on_click=fill_example)
        st.menu_button(
            "Guess a real patient",
            list(EXAMPLES),
            key="patient_example",
            on_click=_fill_chosen,
            format_func=lambda name: f"{name} of Cleveland",
            help="Patients with a known outcome, which unfolds after the answer. Guess first.",
        )
        st.button("Clear all fields", on_click=clear_patient)
        st.session_state.setdefault("patient_units", session.units)
        st.radio(
            "Unit of cholesterol",
            UNITS,
            key="patient_units",
            on_change=_change_units,
            horizontal=True,
            label_visibility="collapsed",
            width="content",
        )


def _fill_chosen() -> None:
    chosen: Example | None = EXAMPLES.get(st.session_state["patient_example"])
    if chosen is not None:
        fill_patient(chosen.values)


def _change_units() -> None:
    """Show the same values in the other unit; a number that only the other unit allows was meant in
    it and stays.
    """
    session, before = get_session(), read_form(get_session())
    wrong = {error.feature for error in before.errors}
    session.units = st.session_state["patient_units"]
    for feature in FEATURES:
        if not feature.is_coded and feature.name not in wrong:
            _put(session, feature, before.values[feature.name])


def show_patient_fields(session: Session, entered: Entered) -> None:
    """A field for every feature, under the heading of its group; a wrong one is marked."""
    wrong = {error.feature for error in entered.errors}
    for group in dict.fromkeys(feature.group for feature in FEATURES):
        st.markdown(f"**{group}**")
        members = [feature for feature in FEATURES if feature.group == group]
        for start in range(0, len(members), PER_ROW):
            columns = st.columns(PER_ROW, gap="small", vertical_alignment="bottom")
            for column, feature in zip(columns, members[start : start + PER_ROW], strict=False):
                with column:
                    _show_field(feature.in_units(session.units), is_wrong=feature.name in wrong)


def _show_field(feature: Feature, *, is_wrong: bool) -> None:
    """A field, of a feature in the visitor's units; its value is read from the session's state."""
    mark = f"{WRONG} " if is_wrong else ""
    if feature.is_coded:
        labels = {NOT_KNOWN: NOT_KNOWN, **dict(feature.codes)}
        st.selectbox(
            f"{mark}{feature.title}",
            list(labels),
            format_func=lambda code: labels.get(code, code),
            help=feature.help,
            key=field_key(feature),
            persist_state="session",
        )
        return
    # no limits on the widget: the browser would drop a value silently; the schema refuses it with
    # the reason. The format rounds nothing: a cholesterol of 6.9 is not shown as 7.
    st.number_input(
        f"{mark}{feature.label} ({feature.domain})",
        value=None,
        step=10.0**-feature.decimals,
        format="%g",
        placeholder=NOT_KNOWN,
        help=feature.help,
        key=field_key(feature),
        persist_state="session",
    )
