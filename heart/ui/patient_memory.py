"""The browser's copy of the patient form, which outlives a reload.

The copy is in the tab's own `sessionStorage` and goes when the tab is closed, or the form is
cleared. After a reload the browser gives it to this server over the connection of the page, as if
it were typed again. It is never in an address, nor on the server's disk.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import streamlit as st

from heart.ui.browser_part import browser_part
from heart.ui.forms import Entered, put_back
from heart.ui.session import Session, get_session
from heart.units import CONVERSIONS, UNITS

_KEY = "patient_memory"
_NAME = "form"


def remember_form(session: Session, entered: Entered) -> None:
    """Let the browser keep what the form holds, or give back what it kept before a reload."""
    session.used = session.used or not entered.is_empty
    is_kept = session.asked or not entered.is_empty
    form = {
        "shown": dict(entered.shown),
        "precise": {name: session.precise[name] for name in CONVERSIONS if name in session.precise},
        "units": session.units,
        "asked": session.asked,
    }
    browser_part(_NAME)(
        key=_KEY,
        data={"used": session.used, "form": form if is_kept else None},
        on_recalled_change=_take_back,
        on_asked_change=_ask,
        width="content",
        height="content",
    )


def _ask() -> None:
    get_session().asked = True


def _take_back() -> None:
    """Fill the form with the browser's copy, which may be anything."""
    session, copy = get_session(), st.session_state[_KEY].get("recalled")
    session.used = True
    if not isinstance(copy, Mapping) or not isinstance(copy.get("shown"), Mapping):
        return
    if copy.get("units") in UNITS:
        session.units = st.session_state["patient_units"] = copy["units"]
    precise = copy.get("precise")
    session.precise = {
        name: float(value)
        for name, value in (precise if isinstance(precise, Mapping) else {}).items()
        if name in CONVERSIONS and type(value) in (int, float) and math.isfinite(value)
    }
    session.asked = copy.get("asked") is True
    put_back(copy["shown"])
