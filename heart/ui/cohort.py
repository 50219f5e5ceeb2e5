"""The cohort of this session: any of the four hospitals together, or the visitor's own file; and
what reading found.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from heart.data import SHIPPED, Cohort, load_shipped, read_cohort
from heart.data.report import CohortReport, UnusualValue
from heart.ui.session import Session
from heart.ui.upload import TableUpload, bad_cells_table, download_table

HOSPITALS, OWN_FILE = "Hospitals", "Your own file"
SHOWN = 200


def choose_cohort(session: Session) -> Cohort:
    """The cohort that the visitor chooses; the choice holds on every page."""
    sources = [HOSPITALS, OWN_FILE] if session.upload is not None else [HOSPITALS]
    if len(sources) > 1:
        index = sources.index(OWN_FILE if session.use_upload else HOSPITALS)
        source = st.radio("Patients of", sources, index=index, horizontal=True, key="cohort_source")
        session.use_upload = source == OWN_FILE
    if not session.use_upload:
        session.hospitals = _choose_hospitals(session.hospitals)
    return cohort_of(session)


def cohort_of(session: Session) -> Cohort:
    """The patients that are looked at and trained on."""
    if session.use_upload and session.upload is not None:
        return session.upload
    return load_shipped("+".join(session.hospitals))


def _choose_hospitals(before: tuple[str, ...]) -> tuple[str, ...]:
    # with a key, a default that follows the choice does not make another widget; without one, every
    # second change is lost
    chosen = st.multiselect(
        "Hospitals",
        list(SHIPPED),
        default=list(before),
        format_func=SHIPPED.__getitem__,
        help="One, or any of them together.",
        key="hospitals",
    )
    if not chosen:
        st.info("Choose at least one hospital.", icon="👆")
        st.stop()
    return tuple(name for name in SHIPPED if name in chosen)


def show_cohort_choice(session: Session) -> Cohort:
    """The choice of hospitals beside the uploader, then what there is to ask about the file; the
    cohort in use.
    """
    upload = TableUpload(session, "cohort", read_cohort, with_bad_rows=True)
    choice, own = st.columns(2, gap="large")
    with own:
        upload.show("Your own file of patients with their outcomes")
    read = upload.ask()
    if read is not None and read is not session.upload:
        session.upload, session.use_upload = read, True
        st.session_state.pop("cohort_source", None)
        st.rerun()
    with choice:
        return choose_cohort(session)


def describe_source(session: Session) -> str:
    """Whose patients the cohort is."""
    return (
        "your own file"
        if session.use_upload
        else ", ".join(SHIPPED[name] for name in session.hospitals)
    )


def show_reading(cohort: Cohort) -> None:
    """How the file was read and why, what was changed, what was dropped or left out. A file's text
    goes through `st.text`.
    """
    report = cohort.report
    for sentence in report.evidence:
        st.text(f"• {sentence}")
    if report.evidence:
        st.caption(
            "z is the strength of a relation in standard errors; from 3 on it is hardly chance."
        )
    for warning in report.warnings:
        st.text(f"⚠️ {warning}")
    _show_list(
        "Changed",
        [f"{change.column}, {change.rows:,} rows: {change.reason}." for change in report.changes],
    )
    _show_list(
        "Set aside",
        [f"Row {entry.row}: {entry.reason}." for entry in report.set_aside[:SHOWN]],
        total=len(report.set_aside),
    )
    _show_list(
        "Same values, different outcome",
        [f"Rows {', '.join(map(str, rows))}" for rows in report.conflicts[:SHOWN]],
    )
    _show_list(
        "Unusual but possible",
        [_describe_unusual(value) for value in report.unusual[:SHOWN]],
        total=len(report.unusual),
    )
    _show_columns(report)
    if report.bad_cells:
        download_table(
            "Download the cells that cannot be right",
            bad_cells_table(report.bad_cells),
            "bad-cells.csv",
            key="report_bad_cells",
        )
    if not report.changes and not report.unusual:
        st.text("Nothing was changed and no value is unusual.")


def _describe_unusual(value: UnusualValue) -> str:
    row, column, number, usual = value
    return f"Row {row}: {column} {number:g} (most are {usual})"


def _show_list(title: str, lines: list[str], *, total: int | None = None) -> None:
    if not lines:
        return
    n = total or len(lines)
    with st.expander(f"{title} ({n:,})", expanded=len(lines) <= 8):
        st.text("\n".join(lines) + (f"\n… and {n - len(lines):,} more" if n > len(lines) else ""))


def _show_columns(report: CohortReport) -> None:
    if report.personal:
        st.text(f"🔒 Personal data that is not kept: {', '.join(report.personal)}.")
    others = [name for name in report.dropped if name not in report.personal]
    if others:
        st.text(f"Columns that are not used: {', '.join(others)}.")


def reading_summary(report: CohortReport) -> pd.DataFrame:
    """The reading in five figures: `what` (index) and `value`."""
    matched = (
        " and ".join(f"{count:,} of {SHIPPED[name]}" for name, count in report.matched.items())
        or "none"
    )
    rows = {
        "Dialect": f"{report.dialect}: {report.reading}" if report.reading else report.dialect,
        "Known patients": matched,
        "Target": "inverted in the file, put right here" if report.inverted else "as it should be",
        "Invented values made missing": f"{report.restored:,}",
        "Rows left out": f"{len(report.set_aside):,} of {report.rows:,}",
    }
    return pd.DataFrame({"value": list(rows.values())}, index=pd.Index(list(rows), name="what"))
