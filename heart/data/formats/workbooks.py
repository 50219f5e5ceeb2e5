"""Typed containers, Parquet and XLSX: their values become text, as in every other file."""

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

# fmt: off
# zipfile and openpyxl have no error of their own for a damaged file: whatever its bytes run into
DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, LookupError, ValueError, TypeError, OSError,
    AttributeError, ArithmeticError, AssertionError, RuntimeError, EOFError, SyntaxError,
)
# fmt: on
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

    damaged = CohortError.damaged("a Parquet file", "Write the file again.")
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        schema, n_rows = file.schema_arrow, file.metadata.num_rows
        sizes = [file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups)]
    except (pa.ArrowException, OSError, ValueError) as error:
        raise damaged from error
    _check_size(n_rows, sum(sizes))
    check_width(len(schema.names))
    # pandas writes an index without a name so
    kept = [n for n in schema.names if n.strip() and not n.startswith("__index_level_")]
    header = tuple(name.strip() for name in kept)
    check_header(header)
    _check_plain(nested=any(pa.types.is_nested(field.type) for field in schema))
    if not n_rows:
        raise no_rows()

    def read(positions: Sequence[int]) -> Cells:
        columns = []
        for position in positions:
            try:
                values = file.read(columns=[kept[position]]).column(0).to_pandas()
            except (pa.ArrowException, OSError, ValueError) as error:
                raise damaged from error
            if len(values) != n_rows:
                raise damaged
            columns.append(_encode_values(values))
        return Cells(tuple(columns), pd.RangeIndex(1, n_rows + 1), ())

    return Table(header, len(header), ("Parquet",), read)


def _check_size(n_rows: int, n_bytes: int) -> None:
    if n_rows > MAX_ROWS or n_bytes > MAX_PARQUET_BYTES:
        size = f"{n_rows:,}, {n_bytes / 2**20:,.0f} MiB unpacked"
        raise CohortError.too_many_rows(MAX_ROWS, size)


def _check_plain(*, nested: bool) -> None:
    if nested:
        action = "Write each feature as a column of its own."
        raise CohortError("columns of numbers or words", "nested columns", action)


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
            is_workbook = "xl/workbook.xml" in archive.namelist()
            unpacked = sum(entry.file_size for entry in archive.infolist())
            is_small = unpacked <= _most_unpacked(content)
            if is_workbook and is_small:
                _check_formulas(archive)
    except CohortError:
        raise
    except DAMAGE as error:
        raise _damaged() from error
    if not is_workbook:
        raise CohortError(FORMATS, "a ZIP archive", "Unpack it and choose the table inside.")
    if not is_small:
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
    return CohortError.damaged("an Excel workbook", "Export the table as CSV.")


def _read_sheet(content: bytes) -> tuple[list[tuple[Any, ...]], tuple[str, ...]]:
    """Rows of equal length without empty ones, from the first sheet that has any."""
    from openpyxl import load_workbook  # noqa: PLC0415  only for Excel files

    try:
        workbook = load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        n_sheets = len(workbook.worksheets)
        rows = next(filter(None, map(_rows_of, workbook.worksheets)), [])
    except DAMAGE as error:
        raise _damaged() from error
    if not rows:
        raise CohortError("a table", "a workbook without data", "Choose another file.")
    if len(rows) > MAX_XLSX_ROWS:
        raise CohortError(
            f"at most {MAX_XLSX_ROWS:,} rows in a workbook", "more", "Export the table as CSV."
        )
    width = max(map(_count_to_last, rows))
    notes = ("Excel",) if n_sheets == 1 else ("Excel, the first sheet with data",)
    return [(*row[:width], *[None] * (width - len(row))) for row in rows], notes


def _rows_of(sheet: Any) -> list[tuple[Any, ...]]:
    """The rows of a sheet that hold something."""
    sheet.reset_dimensions()  # a file may claim any size
    rows = islice(sheet.iter_rows(values_only=True), MAX_XLSX_ROWS + 1)
    return [row[: MAX_COLUMNS + 1] for row in rows if _count_to_last(row[: MAX_COLUMNS + 1])]


def _count_to_last(row: tuple[Any, ...]) -> int:
    """How many cells a row has up to its last one that is not empty."""
    backwards = range(len(row), 0, -1)
    return next((n for n in backwards if row[n - 1] is not None and str(row[n - 1]).strip()), 0)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text in ("?", "NA", "NaN")
    return True


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
