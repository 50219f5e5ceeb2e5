"""Typed containers, Parquet and XLSX: their values become text, so that every file goes the same
way from there.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from heart.data.columns import count_known
from heart.data.formats.table import (
    FORMATS,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    Cells,
    Column,
    Table,
    check_cells,
    check_header,
    check_width,
    encode_texts,
    no_rows,
)
from heart.errors import CohortError

# zipfile and openpyxl have no error of their own for a damaged file: they raise what its bytes run
# into
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
    OSError,
    EOFError,
    SyntaxError,
)
_FORMULA_WITHOUT_RESULT = re.compile(rb"</f>\s*(?:<v\s*/>|<v></v>)?\s*</c>")
MAX_UNPACKED = 256 * 2**20
MAX_XLSX_ROWS = 2**20
MAX_PARQUET_BYTES = 2**30


def open_parquet(content: bytes) -> Table:
    """The table in a Parquet file's bytes.

    Raises:
        CohortError: for a damaged file, nested columns, or a size that its header makes up.
    """
    import pyarrow as pa  # noqa: PLC0415  only for Parquet files
    import pyarrow.parquet as pq  # noqa: PLC0415

    damaged = CohortError("a Parquet file", "a damaged one", "Write the file again.")
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        names, n_rows = file.schema_arrow.names, file.metadata.num_rows
        unpacked = sum(
            file.metadata.row_group(i).total_byte_size for i in range(file.metadata.num_row_groups)
        )
    except (pa.ArrowException, OSError, ValueError) as error:
        raise damaged from error
    if n_rows > MAX_ROWS or unpacked > MAX_PARQUET_BYTES:
        raise CohortError(
            f"at most {MAX_ROWS:,} rows",
            f"{n_rows:,}, {unpacked / 2**20:,.0f} MiB unpacked",
            "Cut the file into parts.",
        )
    check_width(len(names))
    header = tuple("" if name.startswith("__index_level_") else name.strip() for name in names)
    kept = [position for position, name in enumerate(header) if name]
    check_header([header[position] for position in kept])
    if any(pa.types.is_nested(file.schema_arrow.field(i).type) for i in range(len(names))):
        raise CohortError(
            "columns of numbers or words",
            "nested columns",
            "Write each feature as a column of its own.",
        )
    if not n_rows:
        raise no_rows()

    def read(positions: Sequence[int]) -> Cells:
        columns = []
        for position in positions:
            try:
                values = file.read(columns=[names[kept[position]]]).column(0).to_pandas()
            except (pa.ArrowException, OSError, ValueError) as error:
                raise damaged from error
            if len(values) != n_rows:
                raise damaged
            columns.append(_encode_values(values))
        return Cells(tuple(columns), pd.RangeIndex(1, n_rows + 1), ())

    return Table(tuple(header[position] for position in kept), len(kept), ("Parquet",), read)


def open_xlsx(content: bytes) -> Table:
    """The table on the first sheet with data of an XLSX file's bytes.

    Raises:
        CohortError: for another archive, a damaged or oversized file, or a sheet that is not a
            table.
    """
    _check_archive(content)
    rows, notes = _read_sheet(content)
    first = [_as_text(value) for value in rows[0]]
    has_header = count_known(first) >= 3 or not all(_is_number(text) for text in first if text)
    header = tuple(name.strip() for name in first) if has_header else ()
    body = rows[1:] if has_header else rows
    width = len(first)
    check_width(width)
    has_index = bool(header) and not header[0]
    check_header(header[1 if has_index else 0 :])
    if not body:
        raise no_rows()

    def read(positions: Sequence[int]) -> Cells:
        columns = tuple(
            _encode_values(pd.Series([row[position] for row in body], dtype=object))
            for position in positions
        )
        return Cells(columns, pd.RangeIndex(1, len(body) + 1), ())

    return Table(tuple(name or "row index" for name in header), width, notes, read)


def _check_archive(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names, unpacked = (
                archive.namelist(),
                sum(entry.file_size for entry in archive.infolist()),
            )
            if "xl/workbook.xml" in names and unpacked <= _most_unpacked(content):
                _check_formulas(archive)
    except DAMAGE as error:
        if isinstance(error, CohortError):
            raise
        raise _damaged() from error
    if "xl/workbook.xml" not in names:
        raise CohortError(FORMATS, "a ZIP archive", "Unpack it and choose the table inside.")
    if unpacked > _most_unpacked(content):
        raise CohortError(
            "a workbook of ordinary size",
            f"one that unpacks to {unpacked / 2**20:,.0f} MiB",
            "Export the table as CSV.",
        )


def _most_unpacked(content: bytes) -> int:
    """What a workbook of this size may unpack to, in bytes."""
    return min(MAX_UNPACKED, max(200 * len(content), 2**20))


def _check_formulas(archive: zipfile.ZipFile) -> None:
    """Refuse formulas whose result is not stored: they would be read as missing values.

    Raises:
        CohortError: if there is one.
    """
    for name in archive.namelist():
        if name.startswith("xl/worksheets/") and _FORMULA_WITHOUT_RESULT.search(archive.read(name)):
            raise CohortError(
                "a value in every cell",
                "formulas without a stored result",
                "Paste the formulas as values and save again.",
            )


def _damaged() -> CohortError:
    return CohortError("an Excel workbook", "a damaged one", "Export the table as CSV.")


def _read_sheet(content: bytes) -> tuple[list[tuple[Any, ...]], tuple[str, ...]]:
    """Rows of equal length without empty ones, from the first sheet that has any."""
    from openpyxl import load_workbook  # noqa: PLC0415  only for Excel files

    try:
        workbook = load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        for sheet in workbook.worksheets:
            sheet.reset_dimensions()  # a file may claim any size
            rows = [
                row[: MAX_COLUMNS + 1]
                for row in islice(sheet.iter_rows(values_only=True), MAX_XLSX_ROWS + 1)
            ]
            rows = [
                row
                for row in rows
                if any(value is not None and str(value).strip() for value in row)
            ]
            if rows:
                break
        else:
            raise CohortError("a table", "a workbook without data", "Choose another file.")
    except DAMAGE as error:
        if isinstance(error, CohortError):
            raise
        raise _damaged() from error
    if len(rows) > MAX_XLSX_ROWS:
        raise CohortError(
            f"at most {MAX_XLSX_ROWS:,} rows in a workbook", "more", "Export the table as CSV."
        )
    width = max(len(_without_tail(row)) for row in rows)
    notes = ("Excel",) if len(workbook.worksheets) == 1 else ("Excel, the first sheet with data",)
    return [(*row[:width], *[None] * (width - len(row))) for row in rows], notes


def _without_tail(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The row without the empty cells at its end."""
    length = next(
        (i for i in range(len(row), 0, -1) if row[i - 1] is not None and str(row[i - 1]).strip()), 0
    )
    return row[:length]


def _is_number(text: str) -> bool:
    try:
        return bool(float(text)) or True
    except ValueError:
        return text in ("?", "NA", "NaN")


def _encode_values(values: pd.Series) -> Column:
    """A typed column as texts: 63.0 is "63", True is "true", a missing value is ""."""
    codes, different = pd.factorize(values, use_na_sentinel=True)
    texts = pd.Series([*(_as_text(value) for value in different), ""], dtype="str").str.strip()
    merged = encode_texts(texts)
    check_cells(merged.texts)
    return Column(merged.texts, merged.codes[np.where(codes < 0, len(different), codes)])


def _as_text(value: Any) -> str:
    if value is None or (isinstance(value, float | np.floating) and np.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float | np.floating):
        return f"{value:.12g}"
    text = str(value)
    return text if len(text) <= MAX_CELL else text[: MAX_CELL + 1]
