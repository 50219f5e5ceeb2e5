"""A file before anything in it is understood: a header, and cells as text, column by column.

Cells are dictionary-coded: a column of 100,000 ages is 60 different texts and one small number a
row. Everything that follows works on the different texts, which is what makes it fast and small.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.errors import CohortError

MAX_BYTES = 64 * 2**20
MAX_ROWS = 800_000
MAX_LINES = 2 * MAX_ROWS
MAX_COMMENTS = 100_000
MAX_RAGGED = 100_000
MAX_TEXTS = 200_000
MAX_COLUMNS = 64
MAX_CELL = 256
FORMATS = "a table (CSV, ARFF, XLSX or Parquet)"


class Ragged(NamedTuple):
    """A row with too many or too few cells: its number, how many it has and should have."""

    row: int
    found: int
    expected: int


class Column(NamedTuple):
    """One column, dictionary-coded.

    Attributes:
        texts: the different cells, stripped, dtype str, shape (k,).
        codes: whole numbers, shape (n,), in as few bytes as k allows: which text each row has.
    """

    texts: pd.Index
    codes: npt.NDArray[np.integer[Any]]

    def counts(self) -> npt.NDArray[np.int64]:
        """How many rows have each text, shape (k,)."""
        return np.bincount(self.codes, minlength=len(self.texts))


class Cells(NamedTuple):
    """Some columns of a file.

    Attributes:
        columns: in the order in which they were asked for.
        rows: each row's number in the file, shape (n,); the first below the header is 1, empty
            lines are not counted.
        ragged: rows that are not in the columns, because their cells cannot be assigned.
    """

    columns: tuple[Column, ...]
    rows: pd.Index
    ragged: tuple[Ragged, ...]


class Read(Protocol):
    """Reads the columns at these positions; of a text with `first`, about so many rows of its
    beginning.
    """

    def __call__(self, positions: Sequence[int], *, first: int | None = None) -> Cells:  # noqa: D102
        ...


class Table(NamedTuple):
    """A file that has been opened.

    Attributes:
        header: the columns' names, stripped; empty where the file has none.
        width: how many columns.
        notes: what was noticed about the container, in words.
        read: reads columns.
        read_as_written: reads the column at this position and changes nothing in it: its texts may
            all differ, and a comma stays one.
    """

    header: tuple[str, ...]
    width: int
    notes: tuple[str, ...]
    read: Read
    read_as_written: Callable[[int], Cells]


def check_width(width: int) -> None:
    """Refuse a table of very many columns.

    Raises:
        CohortError: saying how many are allowed.
    """
    if width > MAX_COLUMNS:
        raise CohortError(
            f"at most {MAX_COLUMNS} columns",
            f"{width:,}",
            "Keep the columns of the 13 features and the outcome.",
        )


def check_lines(n_lines: int) -> None:
    """Refuse a text of very many lines, empty ones among them.

    Raises:
        CohortError: saying how many are allowed.
    """
    if n_lines > MAX_LINES:
        raise CohortError(
            f"at most {MAX_LINES:,} lines", f"{n_lines:,}", "Cut the file into parts."
        )


def check_different(n_texts: int, most: int | None = None) -> None:
    """Refuse a column of more different cells than `most`, by default than `MAX_TEXTS`.

    Raises:
        CohortError: saying how many are allowed.
    """
    most = MAX_TEXTS if most is None else most
    if n_texts > most:
        raise CohortError(
            f"at most {most:,} different values in a column",
            f"{n_texts:,}",
            "Round the numbers, or cut the file into parts.",
        )


def check_size(n_bytes: int) -> None:
    """Refuse a file above the limit.

    Raises:
        CohortError: saying how large it may be.
    """
    if n_bytes > MAX_BYTES:
        raise CohortError(
            f"a file of at most {MAX_BYTES // 2**20} MiB",
            f"{n_bytes / 2**20:.1f} MiB",
            "Cut the file into parts.",
        )


def check_header(names: Sequence[str]) -> None:
    """Every column has a name of its own.

    Raises:
        CohortError: for an empty or repeated name.
    """
    folded = [name.strip().casefold() for name in names]
    repeated = next((name for name in folded if folded.count(name) > 1 and name), None)
    if repeated is not None:
        raise CohortError(
            "each column once",
            f"{repeated[:40]!r} {folded.count(repeated)} times",
            "Rename or remove all but one.",
        )
    if "" in folded:
        raise CohortError.nameless(f"column {folded.index('') + 1}")


def encode_texts(texts: pd.Series) -> Column:
    """The dictionary-coded column of a column of texts."""
    codes, different = pd.factorize(texts.str.strip())
    return Column(
        check_cells(pd.Index(different, dtype="str")),
        codes.astype(np.min_scalar_type(len(different))),
    )


def check_length(longest: int) -> None:
    """Refuse a cell of very many characters.

    Raises:
        CohortError: saying how many are allowed.
    """
    if longest > MAX_CELL:
        raise CohortError(
            f"cells of at most {MAX_CELL} characters",
            f"one of {longest:,}",
            "Remove the text, or close the quotes.",
        )


def check_cells(texts: pd.Index) -> pd.Index:
    """The texts, if all are short lines.

    Raises:
        CohortError: for a very long cell, or one that spans lines.
    """
    check_length(int(texts.str.len().max()) if len(texts) else 0)
    if len(texts) and bool(texts.str.contains(r"[\r\n]", regex=True).any()):
        raise CohortError.several_lines("a cell that spans several lines")
    return texts


def no_rows() -> CohortError:
    """The error for a table without a row."""
    return CohortError("at least one patient", "nothing but a header", "Add rows below the header.")
