"""The score page: an upload scored once, its table, and how the model does on it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import NamedTuple

import pandas as pd
import streamlit as st

from heart.data import Patients
from heart.data.apart.client import read_identifiers_apart, read_patients_apart
from heart.data.identifiers import Identifiers
from heart.evaluation.figures import OVERALL, SHARES, write_figure
from heart.evaluation.judged import Judged
from heart.experiments.overlap import Overlap
from heart.scoring.example import EXAMPLE_NAME, example_file, example_frame
from heart.scoring.table import CHUNK, Scored
from heart.shares import write_share
from heart.ui.downloads import offer_csv
from heart.ui.figures import confusion_table, figures_frame, label_index
from heart.ui.model_cohort import own_cohorts
from heart.ui.progress import run_quietly
from heart.ui.session import Session
from heart.ui.upload import TableUpload, show_unused_columns
from heart.work import Request
from heart.work.whole_file import WholeFile, score_whole_file

UPLOAD_FIRST = (
    "Upload a CSV, ARFF, XLSX or Parquet file with at least eight of the 13 features, or score the"
    " example file."
)


class Table(NamedTuple):
    """A visitor's file.

    Attributes:
        content: its bytes.
        patients: its rows.
    """

    content: bytes
    patients: Patients


class Scores(NamedTuple):
    """A scored file.

    Attributes:
        patients: the rows.
        threshold: by which they were decided.
        scored: counts, and the answer to each row.
        judged: how the model does, if the file has outcomes of both kinds.
        overlap: how many of the patients the model has seen.
    """

    patients: Patients
    threshold: float
    scored: Scored
    judged: Judged | None
    overlap: Overlap | None


def ask_for_table(session: Session) -> Table | None:
    """The visitor's file, or the example where that is wanted; None without one that can be
    read.
    """
    upload = TableUpload(session, "score", read_patients_apart, as_cohort=False)
    upload.show("A file of patients")
    patients = upload.ask()
    if upload.content is not None:
        return None if patients is None else Table(upload.content, patients)
    if _wants_example():
        return session.once("example to score", None, _read_example)
    st.info(UPLOAD_FIRST, icon=":material/arrow_upward:")
    return None


def _wants_example() -> bool:
    choice = st.container(horizontal=True, vertical_alignment="center")
    wanted = choice.toggle(
        "Score an example file",
        key="score_example",
        help="Public patients of the four hospitals, with their outcomes.",
    )
    offer_csv(EXAMPLE_NAME, example_frame, container=choice)
    return wanted


def _read_example() -> Table:
    content = example_file()
    return Table(content, read_patients_apart(content))


def score_table(session: Session, table: Table) -> Scores:
    """The file scored with the model in use, once."""
    depends_on = (session.bundle, table.patients)
    return session.once("scores", depends_on, lambda: _score(session, table.patients))


def _score(session: Session, patients: Patients) -> Scores:
    """Here, or where it would hold up other visitors in a process of its own."""
    bundle = session.bundle
    call = partial(score_whole_file, bundle, patients, own_cohorts(session))
    if len(patients.frame) <= CHUNK:
        return Scores(patients, bundle.threshold.value, *call())
    bar = st.progress(0.0, "Scoring …")
    result: WholeFile = run_quietly(
        Request(call, "on_chunk"),
        lambda done, rows: bar.progress(done / rows, f"{done:,} of {rows:,} rows"),
    )
    bar.empty()
    return Scores(patients, bundle.threshold.value, *result)


def ask_for_identifiers(session: Session, table: Table) -> Identifiers | None:
    """The column that the visitor wants back beside each answer; None where there is none, or none
    is wanted.

    Raises:
        CohortError: if the column cannot be read.
    """
    names = table.patients.report.dropped
    if not names:
        return None
    chosen = st.selectbox(
        "Keep a column to tell the rows apart",
        [None, *names],
        format_func=lambda name: "None" if name is None else name,
        help="Such as a case number. It stands beside each answer here and in the downloaded file,"
        " and is kept nowhere else.",
        key="score_identifier",
    )
    if chosen is None:
        return None
    rows = table.patients.frame.index
    return session.once(
        "identifiers",
        (table.patients, chosen),
        lambda: read_identifiers_apart(table.content, chosen, others=names).of_rows(rows),
    )


def show_counts(scores: Scores) -> None:
    """How many patients, and what became of them."""
    scored = scores.scored
    rows, disease, failed = st.columns(3)
    rows.metric("Patients", f"{scored.n:,}")
    disease.metric("Decided “disease”", f"{scored.positive:,}")
    failed.metric("Could not be scored", f"{scored.failed:,}")
    if scored.undecided:
        st.caption(
            f"{scored.undecided:,} got a probability and no decision: too little is known of them."
        )


def show_reading_of(scores: Scores, identifiers: Identifiers | None) -> None:
    """How the file was read, folded away."""
    with st.expander("How the file was read"):
        report = scores.patients.report
        changes = [f"{c.column}, {c.rows:,} rows: {c.reason}." for c in report.changes]
        warnings = [f"Doubtful: {warning}" for warning in report.warnings]
        st.text("\n".join((*report.evidence, *warnings, *changes)))
        if identifiers is not None:
            st.text(f"Kept to tell the rows apart: {identifiers.name}.")
            report = replace(
                report,
                dropped=tuple(n for n in report.dropped if n != identifiers.name),
                personal=tuple(n for n in report.personal if n != identifiers.name),
            )
        show_unused_columns(report)


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
        f"{at.n:,} patients with a decision, {at.positives:,} of them diseased, at the threshold of"
        f" {write_share(at.threshold)}. 95 % intervals in brackets."
    )
    matrix, figures = st.columns(2, gap="large")
    matrix.table(confusion_table(at._asdict()))
    names = (*OVERALL, *SHARES)
    told = {name: scores.judged.figure(name) for name in names}
    cells = [write_figure(figure, name) for name, figure in told.items()]
    figures.table(pd.DataFrame({"on this file": cells}, index=label_index(*names)))
    offer_csv("score-figures.csv", figures_frame(told))
