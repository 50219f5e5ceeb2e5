"""Tables for other people's spreadsheets: CSV in which no cell is taken for a formula."""

from __future__ import annotations

from typing import BinaryIO, Self

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

_BEGINS_LIKE_A_FORMULA = (
    r"^([=+\-@\t\r\n"
    "\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}"
    "\N{FULLWIDTH COMMERCIAL AT}\N{SMALL EQUALS SIGN}\N{SMALL PLUS SIGN}\N{SMALL HYPHEN-MINUS}"
    "\N{SMALL COMMERCIAL AT}\N{MINUS SIGN}])"
)


class SafeCsvWriter:
    """Writes frames of the same columns below each other, as UTF-8 CSV with every field quoted.

    Text that begins with `=`, `+`, `-`, `@`, their full-width and small forms, a minus sign, a tab
    or a line's end gets a leading `'` (OWASP, "CSV injection"), the names of columns too. Numbers
    stay numbers. A missing value is an empty cell.

    Args:
        file: open for writing bytes; it is not closed.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._writer: pa_csv.CSVWriter | None = None

    def write(self, frame: pd.DataFrame) -> None:
        """The frame's rows; with the first ones, its header. The index is not written."""
        names = _defuse(pa.array([str(name) for name in frame.columns], pa.string())).to_pylist()
        columns = [_column(frame.iloc[:, position]) for position in range(len(names))]
        table = pa.Table.from_arrays(columns, names=names)
        if self._writer is None:
            options = pa_csv.WriteOptions(include_header=True, quoting_style="all_valid")
            self._writer = pa_csv.CSVWriter(self._file, table.schema, write_options=options)
        self._writer.write_table(table)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._writer is not None:
            self._writer.close()


def _column(values: pd.Series) -> pa.Array:
    """Text defused; everything else as it is."""
    column = pa.Array.from_pandas(values)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        return pc.take(_column(pd.Series(column.dictionary.to_pandas())), column.indices)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _defuse(column.cast(pa.string()))
    return column


def _defuse(texts: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(texts, _BEGINS_LIKE_A_FORMULA, r"'\1")


def to_safe_csv(frame: pd.DataFrame) -> bytes:
    """The frame as a file's bytes."""
    sink = pa.BufferOutputStream()
    with SafeCsvWriter(sink) as writer:
        writer.write(frame)
    content: bytes = sink.getvalue().to_pybytes()
    return content
