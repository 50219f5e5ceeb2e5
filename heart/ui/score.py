"""The score page: an upload scored once, its table, and how the model does on it."""

from __future__ import annotations

import io
from typing import NamedTuple

import pandas as pd
import streamlit as st

from heart.data import Patients
from heart.data.apart.client import read_patients_apart
from heart.evaluation.figures import OVERALL, SHARES, write_figure
from heart.evaluation.judged import Judged
from heart.experiments.overlap import Overlap, find_overlap
from heart.schema import FEATURE_NAMES
from heart.scoring.table import Scored, judge_scores, score_patients
from heart.ui.figures import confusion_table, label_index
from heart.ui.model_cohort import own_cohorts
from heart.ui.session import Session
from heart.ui.upload import TableUpload, show_unused_columns


class Scores(NamedTuple):
    """A scored file.

    Attributes:
        patients: the rows.
        scored: counts and the first rows.
        content: the table as CSV.
        judged: how the model does, if the file has outcomes of both kinds.
        overlap: how many of the patients the model has seen.
    """

    patients: Patients
    scored: Scored
    content: bytes
    judged: Judged | None
    overlap: Overlap | None


def score_upload(session: Session) -> Scores | None:
    """The visitor's file, scored with the model in use; None without one that can be read."""
    upload = TableUpload(session, "score", read_patients_apart, as_cohort=False)
    upload.show("A file of patients")
    patients = upload.ask()
    if patients is None:
        return None
    depends_on = (session.bundle, patients)
    return session.once("scores", depends_on, lambda: _score(session, patients))


def _score(session: Session, patients: Patients) -> Scores:
    bundle, buffer = session.bundle, io.BytesIO()
    bar = st.progress(0.0, "Scoring …")

    def show_progress(done: int, rows: int) -> None:
        bar.progress(done / rows, f"{done:,} of {rows:,} rows")

    scored = score_patients(bundle, patients, buffer, on_chunk=show_progress)
    judged = judge_scores(bundle, patients, scored)
    cohorts = own_cohorts(session)
    overlap = None if judged is None else find_overlap(bundle, patients.frame, cohorts=cohorts)
    bar.empty()
    return Scores(patients, scored, buffer.getvalue(), judged, overlap)


def show_scores(scores: Scores) -> None:
    """Counts, the first rows, the download, and how the file was read."""
    scored = scores.scored
    rows, disease, failed = st.columns(3)
    rows.metric("Patients", f"{scored.n:,}")
    disease.metric("Decided “disease”", f"{scored.positive:,}")
    failed.metric("Could not be scored", f"{scored.failed:,}")
    st.download_button(
        "Download all rows",
        scores.content,
        file_name="scores.csv",
        mime="text/csv",
        on_click="ignore",
        type="primary",
        key="download_scores",
    )
    st.caption(
        "CSV, safe for spreadsheets: a text that begins like a formula is defused. Features are in"
        " UCI's codes."
    )
    _show_first_rows(scored)
    with st.expander("How the file was read"):
        report = scores.patients.report
        changes = [f"{c.column}, {c.rows:,} rows: {c.reason}." for c in report.changes]
        st.text("\n".join((*report.evidence, *changes)))
        show_unused_columns(report)


def _show_first_rows(scored: Scored) -> None:
    shown = _readable(scored.first)
    probability = st.column_config.ProgressColumn(
        "probability", min_value=0.0, max_value=1.0, format="%.2f"
    )
    error = st.column_config.TextColumn("error", width="large" if scored.failed else "small")
    answers = ("row", "probability", "decision", "unknown", "unusual", "error")
    st.dataframe(
        shown,
        hide_index=True,
        column_config={"probability": probability, "error": error},
        column_order=[*answers, *FEATURE_NAMES],
    )
    st.caption(f"The first {len(shown):,} of {scored.n:,} rows.")


def _readable(table: pd.DataFrame) -> pd.DataFrame:
    """Texts as texts, and the rows that could not be scored first."""
    texts = {
        name: table[name].astype(object).fillna("").astype("str")
        for name in ("decision", "unknown", "unusual")
    }
    return table.assign(**texts).sort_values(
        "error", key=lambda errors: errors == "", kind="stable"
    )


def show_judged(scores: Scores) -> None:
    """How the model does on the rows with an outcome, marked where it has seen them."""
    st.header("How the model does there")
    if scores.judged is None:
        st.caption(
            "The file has no outcome that can be read, or only patients of one kind: nothing to"
            " compare with."
        )
        return
    at = scores.judged.at
    if scores.overlap is not None and scores.overlap.sentence:
        st.warning(scores.overlap.sentence, icon=":material/recycling:")
    st.caption(
        f"{at.n:,} patients, {at.positives:,} of them diseased, at the threshold of"
        f" {at.threshold:.0%}. 95 % intervals in brackets."
    )
    matrix, figures = st.columns(2, gap="large")
    matrix.table(confusion_table(at._asdict()))
    names = (*OVERALL, *SHARES)
    cells = [write_figure(scores.judged.figure(name), name) for name in names]
    figures.table(pd.DataFrame({"on this file": cells}, index=label_index(*names)))
