"""The cohort of this session: any of the four hospitals together, or the visitor's own file; and
what reading found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import pandas as pd
import streamlit as st

from heart.data import SHIPPED, Cohort, load_shipped
from heart.data.apart.client import read_cohort_apart
from heart.data.report import CohortReport, UnusualValue
from heart.ui.downloads import show_table_with_data
from heart.ui.session import Session
from heart.ui.upload import TableUpload, bad_cells_table, download_table, show_unused_columns

HOSPITALS, OWN_FILE = "Hospitals", "Your own file"
SHOWN, SHOWN_OPEN = 200, 8
"""Lines of a list, and those of a list that is not folded away."""

T = TypeVar("T")


def choose_cohort(session: Session) -> Cohort:
    """The cohort that the visitor chooses; the choice holds on every page."""
    sources = [HOSPITALS, OWN_FILE] if session.upload is not None else [HOSPITALS]
    if len(sources) > 1:
        index = sources.index(OWN_FILE if session.use_upload else HOSPITALS)
        source = st.radio("Patients of", sources, index=index, horizontal=True, key="cohort_source")
        session.use_upload = source == OWN_FILE
    if session.use_upload and session.upload is not None:
        st.text(session.upload.source)
    else:
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
        st.info("Choose at least one hospital.", icon=":material/arrow_upward:")
        st.stop()
    return tuple(name for name in SHIPPED if name in chosen)


class Chosen(NamedTuple):
    """The cohort in use, and whether another file waits.

    Attributes:
        cohort: the patients that are looked at and trained on.
        unread: the name of an uploaded file that is not in use, because it was refused or something
            about it is still asked; None where there is none.
    """

    cohort: Cohort
    unread: str | None


def show_cohort_choice(session: Session) -> Chosen:
    """The choice of hospitals beside the uploader, then what there is to ask about the file; the
    cohort in use. The same on every page that looks at a cohort or trains on it.
    """
    upload = TableUpload(session, "cohort", read_cohort_apart, as_cohort=True)
    choice, own = st.columns(2, gap="large")
    with own:
        upload.show("Your own file of patients with their outcomes")
    read = upload.ask()
    if read is not None and upload.take():
        session.upload, session.use_upload = read, True
        st.session_state.pop("cohort_source", None)
        st.rerun()
    with choice:
        cohort = choose_cohort(session)
    if upload.unread is not None:
        st.text(f"{upload.unread} is not in use. Until it is: {describe_source(session)}.")
    return Chosen(cohort, upload.unread)


def describe_source(session: Session) -> str:
    """Whose patients the cohort is; a file's name is text, to be shown as such."""
    if session.use_upload and session.upload is not None:
        return f"your own file {session.upload.source}"
    return ", ".join(SHIPPED[name] for name in session.hospitals)


def show_cohort_reading(chosen: Chosen, *, is_upload: bool) -> None:
    """How the cohort's file was read; of a file that could not be read that this is so, and nothing
    of another table.
    """
    if chosen.unread is not None:
        st.text(f"{chosen.unread} has not been read: what is missing is said at the top.")
        return
    report = chosen.cohort.report
    st.caption(f"SHA-256 of the table {chosen.cohort.fingerprint[:16]}…")
    if is_upload:
        summary = reading_summary(report)
        show_table_with_data(summary, summary, name="how-it-was-read.csv")
    show_reading(report)


def show_reading(report: CohortReport) -> None:
    """How the file was read and why, what was changed, what was dropped or left out. A file's text
    goes through `st.text`.
    """
    for sentence in report.evidence:
        st.text(f"• {sentence}")
    if report.evidence:
        st.caption(
            "z is the strength of a relation in standard errors; from 3 on it is hardly chance."
        )
    for warning in report.warnings:
        st.text(f"Warning: {warning}")
    _show_list("Changed", report.changes, lambda c: f"{c.column}, {c.rows:,} rows: {c.reason}.")
    _show_list("Set aside", report.set_aside, lambda entry: f"Row {entry.row}: {entry.reason}.")
    _show_list(
        "Same values, different outcome",
        report.conflicts,
        lambda rows: f"Rows {', '.join(map(str, rows))}",
    )
    _show_list("Unusual but possible", report.unusual, _describe_unusual)
    show_unused_columns(report)
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


def _show_list(title: str, entries: Sequence[T], describe: Callable[[T], str]) -> None:
    """The first entries, folded away where they are many."""
    if not entries:
        return
    lines = [describe(entry) for entry in entries[:SHOWN]]
    if len(entries) > SHOWN:
        lines.append(f"… and {len(entries) - SHOWN:,} more")
    with st.expander(f"{title} ({len(entries):,})", expanded=len(entries) <= SHOWN_OPEN):
        st.text("\n".join(lines))


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
