"""What stands below the Patient page's answer: why, how sure, who is alike, and so on."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from heart.ui.errors import errors_shown
from heart.ui.patient_alike import show_alike
from heart.ui.patient_answer import Answer
from heart.ui.patient_compare import show_compare
from heart.ui.patient_elsewhere import show_elsewhere
from heart.ui.patient_next import show_next
from heart.ui.patient_report import offer_report
from heart.ui.patient_sure import show_sure
from heart.ui.patient_what_if import show_what_if
from heart.ui.patient_why import show_why


class Part(NamedTuple):
    """A tab.

    Attributes:
        title: its name on the screen.
        show: draws it, in a container that is open. A `HeartError` is shown in its place.
    """

    title: str
    show: Callable[[Answer], None]


PARTS: tuple[Part, ...] = (
    Part("Why", show_why),
    Part("How sure", show_sure),
    Part("Who is alike", show_alike),
    Part("What if", show_what_if),
    Part("What next", show_next),
    Part("Elsewhere", show_elsewhere),
    Part("Compare", show_compare),
)
"""In the order of the screen; the first is open at first."""


@st.fragment
def show_parts(answer: Answer) -> None:
    """The parts as tabs, of which only the open one is computed. What is moved inside reruns these
    lines alone: the form and the answer stay as they are.
    """
    if PARTS:
        _show_tabs(answer)
    with errors_shown():
        offer_report(answer)


def _show_tabs(answer: Answer) -> None:
    tabs = st.tabs([part.title for part in PARTS], key="patient_parts", on_change="rerun")
    for tab, part in zip(tabs, PARTS, strict=True):
        if tab.open:
            with tab, errors_shown():
                part.show(answer)
