"""A visitor's table: uploaded, read once, and asked about where its values do not say how it is
coded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from heart.data.apart.client import prepare
from heart.data.formats.table import MAX_BYTES
from heart.data.read import BadRows
from heart.data.report import CohortReport
from heart.data.titles import MAX_SOURCE
from heart.errors import (
    BadCell,
    BadCellsError,
    Candidate,
    CohortError,
    ColumnsError,
    DialectError,
    show_controls,
)
from heart.scoring.safe_csv import to_safe_csv
from heart.ui.columns import ask_columns
from heart.ui.errors import show_error
from heart.ui.session import Session

MAX_UPLOAD_MIB = MAX_BYTES // 2**20

Read = Callable[..., Any]
"""`read_cohort_apart` or `read_patients_apart`, called with the bytes, `dialect=`, `columns=` and,
for a cohort, `file_name=` and `bad_rows=`.
"""


@dataclass
class Answers:
    """What a visitor answered about a file, if asked."""

    dialect: str | None = None
    bad_rows: BadRows = "stop"
    columns: tuple[tuple[str, str], ...] = ()


class TableUpload:
    """A visitor's file for one purpose. It is read once; what it cannot say is asked. Its bytes are
    in `content` once it is shown, None where there is no file.

    Args:
        session: keeps the result.
        purpose: a word that tells this uploader from others.
        read: makes something of the bytes.
        as_cohort: whether `read` takes `file_name=` and `bad_rows=`.
    """

    def __init__(self, session: Session, purpose: str, read: Read, *, as_cohort: bool) -> None:
        self._session = session
        self._purpose = purpose
        self._read = read
        self._as_cohort = as_cohort
        self._file_name: str | None = None
        self._file_id: str | None = None
        self.content: bytes | None = None
        self._result: Any = None
        self._answers = Answers()

    def show(self, label: str) -> None:
        """The uploader; reads the file, in a process that is started before there is one."""
        prepare()
        upload = st.file_uploader(
            label,
            key=f"file_{self._purpose}",
            max_upload_size=MAX_UPLOAD_MIB,
            help=(
                "CSV, ARFF, XLSX or Parquet, in any of the forms in which heart-disease data"
                " circulates. It stays in this session."
            ),
        )
        if upload is None:
            return
        content = self.content = upload.getvalue()
        self._file_name = show_controls(upload.name[:MAX_SOURCE])
        self._file_id = upload.file_id
        mark = hashlib.sha256(content).hexdigest()
        answers = self._session.once(f"answers {self._purpose}", mark, Answers)
        depends_on = (
            mark,
            self._file_name,
            answers.dialect,
            answers.bad_rows,
            answers.columns,
        )
        self._result = self._session.once(
            f"file {self._purpose}", depends_on, lambda: self._try_to_read(content, answers)
        )
        self._answers = answers

    def ask(self) -> Any:
        """What was read, None without a file. A question or an error about the file is
        shown here.
        """
        error, answers = self._result, self._answers
        if isinstance(error, DialectError):
            chosen = _ask_dialect(error, self._purpose)
            if chosen is not None:
                answers.dialect = chosen
                st.rerun()
        elif isinstance(error, ColumnsError):
            columns = ask_columns(error, self._purpose)
            if columns is not None:
                answers.columns = tuple(columns.items())
                st.rerun()
        elif isinstance(error, BadCellsError):
            if _ask_bad_rows(error, self._purpose):
                answers.bad_rows = "leave out"
                st.rerun()
        elif isinstance(error, CohortError):
            show_error(error)
            if answers.columns and st.button(
                "Name the columns again", key=f"columns_again_{self._purpose}"
            ):
                answers.columns = ()
                st.rerun()
        return None if isinstance(error, CohortError) else self._result

    @property
    def unread(self) -> str | None:
        """The name of a file that is there and was refused, or about which something is still
        asked; None otherwise.
        """
        return self._file_name if isinstance(self._result, CohortError) else None

    def take(self) -> bool:
        """Whether this file, which was read, is handed over for the first time since it was chosen
        or since it was last read in another way.
        """
        handed_over = (self._file_id, self._result)
        key = f"taken {self._purpose}"
        is_new = self._session.kept(key, handed_over) is None
        return self._session.once(key, handed_over, lambda: True) and is_new

    def _try_to_read(self, content: bytes, answers: Answers) -> Any:
        """What was read, or why it was not."""
        options: dict[str, Any] = {
            "dialect": answers.dialect,
            "columns": dict(answers.columns) or None,
        }
        if self._as_cohort:
            options |= {"file_name": self._file_name, "bad_rows": answers.bad_rows}
        try:
            with st.spinner("Reading the file …"):
                return self._read(content, **options)
        except CohortError as error:
            return error


def _ask_dialect(error: DialectError, purpose: str) -> str | None:
    """The one question: which of the candidates is right for the first patients. None until it is
    answered.
    """
    with st.container(border=True):
        st.warning(
            "**One question before this file can be used.** Nothing was guessed and nothing is"
            " lost.",
            icon=":material/help:",
        )
        st.text(f"Expected: {error.expected}\nFound: {error.found}")
        names = [candidate.name for candidate in error.candidates]
        st.markdown(
            "What each choice would make of the first patients"
            + (":" if len(names) == 1 else ", where the choices differ:")
        )
        st.table(preview_table(error))
        chosen = st.radio(
            "Which is right?",
            names,
            captions=[_caption(candidate) for candidate in error.candidates],
            index=None,
            key=f"dialect_{purpose}",
        )
        if st.button(
            "Read it this way", type="primary", disabled=chosen is None, key=f"read_{purpose}"
        ):
            return chosen
    return None


def _caption(candidate: Candidate) -> str:
    """What a choice says of the codes, and the share of diseased patients that it gives."""
    outcome = f"Would make {candidate.outcome}." if candidate.outcome else ""
    return f"{candidate.meaning}. {outcome}".rstrip()


def preview_table(error: DialectError) -> pd.DataFrame:
    """The first rows under each candidate, one row a candidate and patient; only the columns in
    which candidates differ.
    """
    rows = [{"choice": c.name, **row} for c in error.candidates for row in c.rows]
    table = pd.DataFrame(rows).rename(columns={"Row": "row"}).set_index(["choice", "row"])
    if len(error.candidates) == 1:
        return table[
            [name for name in ("Age", "Serum cholesterol", "Heart disease") if name in table]
        ]
    first = [list(error.candidates[0].rows) for _ in error.candidates]
    same = pd.DataFrame([row for rows in first for row in rows])[table.columns].set_index(
        table.index
    )
    return table.loc[:, (table != same).any()]


def _ask_bad_rows(error: BadCellsError, purpose: str) -> bool:
    """Whether the visitor wants the rows with impossible cells left out."""
    rows = len({cell.row for cell in error.bad_cells})
    with st.container(border=True):
        st.warning(
            f"{describe_bad_cells(error.bad_cells)} The file was not thrown away.",
            icon=":material/search:",
        )
        table = bad_cells_table(error.bad_cells)
        st.dataframe(table.head(1000), hide_index=True)
        st.caption("Rows are numbered as in the file: the first patient is row 1.")
        download_table("Download the list", table, "bad-cells.csv", key=f"bad_{purpose}")
        return st.button(
            f"Leave {'this row' if rows == 1 else f'these {rows:,} rows'} out",
            type="primary",
            key=f"leave_out_{purpose}",
        )


def describe_bad_cells(bad_cells: tuple[BadCell, ...]) -> str:
    """How many cells cannot be right, and how many patients have no outcome."""
    wrong = [cell for cell in bad_cells if not cell.is_no_outcome]
    without = len(bad_cells) - len(wrong)
    rows = len({cell.row for cell in wrong})
    cells = f"{len(wrong):,} cell{'s'[: len(wrong) > 1]} in {rows:,} row{'s'[: rows > 1]}"
    said = [f"**{cells} cannot be right.**"] if wrong else []
    said += [f"**Rows without an outcome to learn from: {without:,}.**"] if without else []
    return " ".join(said)


def bad_cells_table(bad_cells: tuple[BadCell, ...]) -> pd.DataFrame:
    """`row`, `column`, `value`, `reason`, one row a cell."""
    return pd.DataFrame(bad_cells, columns=list(BadCell._fields))


def download_table(label: str, table: pd.DataFrame, file_name: str, *, key: str) -> None:
    """A button that downloads a table as CSV that is safe for spreadsheets."""
    st.download_button(
        label, to_safe_csv(table), file_name=file_name, mime="text/csv", on_click="ignore", key=key
    )


def show_unused_columns(report: CohortReport) -> None:
    """The names of personal and of other columns that are not used."""
    if report.personal:
        st.text(f"Personal data that is not kept: {', '.join(report.personal)}.")
    others = [name for name in report.dropped if name not in report.personal]
    if others:
        st.text(f"Columns that are not used: {', '.join(others)}.")
