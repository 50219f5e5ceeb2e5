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

from heart.data.read import BadRows
from heart.errors import BadCell, BadCellsError, CohortError, DialectError
from heart.scoring.safe_csv import to_safe_csv
from heart.ui.errors import show_error
from heart.ui.session import Session

MAX_UPLOAD_MIB = 64

Read = Callable[..., Any]
"""`read_cohort` or `read_patients`, called with the bytes, `dialect=` and, for a cohort,
`bad_rows=`.
"""


@dataclass
class FileResult:
    """What came of a file.

    Attributes:
        mark: SHA-256 of its bytes.
        dialect: what the visitor chose, if asked.
        bad_rows: what the visitor chose, if asked.
        value: the cohort or patients; None after an error.
        error: why it was not read.
    """

    mark: str
    dialect: str | None = None
    bad_rows: BadRows = "stop"
    value: Any = None
    error: CohortError | None = None


class TableUpload:
    """A visitor's file for one purpose. It is read once; what it cannot say is asked.

    Args:
        session: keeps the result.
        purpose: a word that tells this uploader from others.
        read: makes something of the bytes.
        with_bad_rows: whether `read` takes `bad_rows=`.
    """

    def __init__(self, session: Session, purpose: str, read: Read, *, with_bad_rows: bool) -> None:
        self._results = session.files
        self._purpose = purpose
        self._read = read
        self._with_bad_rows = with_bad_rows
        self._content: bytes | None = None

    def show(self, label: str) -> None:
        """The uploader."""
        upload = st.file_uploader(
            label,
            key=f"file_{self._purpose}",
            max_upload_size=MAX_UPLOAD_MIB,
            help=(
                "CSV, ARFF, XLSX or Parquet, in any of the forms in which heart-disease data"
                " circulates. It stays in this session."
            ),
        )
        self._content = None if upload is None else upload.getvalue()
        if self._content is not None:
            mark = hashlib.sha256(self._content).hexdigest()
            if self._purpose not in self._results or self._results[self._purpose].mark != mark:
                self._make(FileResult(mark))

    def ask(self) -> Any:
        """What was read, None without a file. A question or an error about the file is
        shown here.
        """
        if self._content is None:
            return None
        result = self._results[self._purpose]
        if isinstance(result.error, DialectError):
            chosen = _ask_dialect(result.error, self._purpose)
            if chosen is not None:
                self._make(FileResult(result.mark, chosen))
                st.rerun()
        elif isinstance(result.error, BadCellsError):
            if _ask_bad_rows(result.error, self._purpose):
                self._make(FileResult(result.mark, result.dialect, "leave out"))
                st.rerun()
        elif result.error is not None:
            show_error(result.error)
        return result.value

    def _make(self, result: FileResult) -> None:
        options = {"bad_rows": result.bad_rows} if self._with_bad_rows else {}
        self._results[self._purpose] = result
        try:
            with st.spinner("Reading the file …"):
                result.value = self._read(self._content, dialect=result.dialect, **options)
        except CohortError as error:
            result.error = error


def _ask_dialect(error: DialectError, purpose: str) -> str | None:
    """The one question: which of the candidates is right for the first patients. None until it is
    answered.
    """
    with st.container(border=True):
        st.warning(
            "**One question before this file can be used.** Nothing was guessed and nothing is"
            " lost.",
            icon="❓",
        )
        st.text(f"Expected: {error.expected}\nFound: {error.found}")
        names = [candidate.name for candidate in error.candidates]
        meanings = {candidate.name: candidate.meaning for candidate in error.candidates}
        st.markdown(
            "What each choice would make of the first patients"
            + (":" if len(names) == 1 else ", where the choices differ:")
        )
        st.table(preview_table(error))
        chosen = st.radio(
            "Which is right?",
            names,
            captions=[meanings[name] for name in names],
            index=None,
            key=f"dialect_{purpose}",
        )
        if st.button(
            "Read it this way", type="primary", disabled=chosen is None, key=f"read_{purpose}"
        ):
            return chosen
    return None


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
            f"**{len(error.bad_cells):,} cells in {rows:,} rows cannot be right.** The file was not"
            " thrown away.",
            icon="🔎",
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


def bad_cells_table(bad_cells: tuple[BadCell, ...]) -> pd.DataFrame:
    """`row`, `column`, `value`, `reason`, one row a cell."""
    return pd.DataFrame(bad_cells, columns=list(BadCell._fields))


def download_table(label: str, table: pd.DataFrame, file_name: str, *, key: str) -> None:
    """A button that downloads a table as CSV that is safe for spreadsheets."""
    st.download_button(
        label, to_safe_csv(table), file_name=file_name, mime="text/csv", on_click="ignore", key=key
    )
