"""A report about the patient, to be printed or kept."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from heart.explain.report import Subject, make_report
from heart.explain.report_page import to_html
from heart.ui.fees import current_fees
from heart.ui.model_cohort import find_model_cohort
from heart.ui.patient_answer import Answer
from heart.ui.patient_cases import find_cases, find_unseen
from heart.ui.patient_elsewhere import chosen_place


def offer_report(answer: Answer) -> None:
    """A button that makes the report when it is pressed."""
    subject, zone = collect(answer), visitor_zone()
    st.download_button(
        "Download a report",
        lambda: to_html(make_report(subject, made_at=datetime.now(zone))).encode(),
        "heart-report.html",
        "text/html",
        on_click="ignore",
        icon=":material/print:",
        help=(
            "One page to print: values, answer, why, how sure, what next, which model. It asks for"
            " no name and keeps none."
        ),
    )


def collect(answer: Answer) -> Subject:
    """What the report is about, as the page has it."""
    session = answer.session
    cases, cohort = find_cases(session), find_model_cohort(session)
    return Subject(
        bundle=session.bundle,
        patient=answer.patient,
        prediction=answer.prediction,
        cases=cases,
        cohort=None if cohort is None else cohort.features,
        unseen=None if cases is None else find_unseen(session),
        place=chosen_place(session.bundle),
        fees=current_fees(session),
        units=session.units,
    )


def visitor_zone() -> tzinfo:
    """The visitor's time zone, as the browser says; UTC where it says none that is known."""
    try:
        return ZoneInfo(st.context.timezone or "")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
