"""Parquet files: typed columns become text, batch by batch; what unfolds is refused before."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from heart.data.formats.encoder import Encoder
from heart.data.formats.pages import read_page
from heart.data.formats.table import (
    MAX_CELL,
    MAX_ROWS,
    Cells,
    Column,
    Table,
    check_header,
    check_width,
    no_rows,
)
from heart.errors import CohortError

MAX_UNPACKED = 256 * 2**20
MAX_PAGE = 64 * 2**20
MAX_PAGES = 5_000
MAX_SUMMARY = 2**20
BATCH = 2**16
DAMAGE = (pa.ArrowException, OSError, ValueError, IndexError, KeyError, OverflowError)
"""What Arrow raises for a file that is none."""

_PLAIN = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_boolean,
    pa.types.is_decimal,
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_null,
    pa.types.is_temporal,
)
"""What a column may hold."""


def open_parquet(content: bytes) -> Table:
    """The table in a Parquet file's bytes.

    Raises:
        CohortError: for a damaged file, nested columns, or one that unfolds.
    """
    _check_summary(content)
    try:
        schema = pq.read_schema(io.BytesIO(content))
        texts = [field.name for field in schema if _is_text(field.type)]
        file = pq.ParquetFile(io.BytesIO(content), read_dictionary=texts)
    except DAMAGE as error:
        raise damaged() from error
    n_rows = file.metadata.num_rows
    kept, header = _find_header(schema, n_rows)

    def read_with(positions: Sequence[int], make: Callable[[], Encoder]) -> Cells:
        try:
            columns = [_read_column(file, content, kept[i], make()) for i in positions]
        except CohortError:
            raise
        except DAMAGE as error:
            raise damaged() from error
        return Cells(tuple(columns), pd.RangeIndex(1, n_rows + 1), ())

    def read(positions: Sequence[int], *, first: int | None = None) -> Cells:  # noqa: ARG001
        return read_with(positions, lambda: Encoder(_as_texts))

    def read_as_written(position: int) -> Cells:
        return read_with([position], lambda: Encoder(_as_exact_texts, most=MAX_ROWS))

    return Table(header, len(header), ("Parquet",), read, read_as_written)


def open_batch(batch: pa.RecordBatch, *, before: int = 0) -> Table:
    """The table in some rows of a Parquet file, which are in memory already.

    Args:
        batch: the rows.
        before: how many rows of the file stand before them; their numbers go on from there.

    Raises:
        CohortError: for nested columns, and what is no table.
    """
    kept, header = _find_header(batch.schema, batch.num_rows)

    def read_with(positions: Sequence[int], make: Callable[[], Encoder]) -> Cells:
        columns = [_encode_batch(batch.column(kept[i]), make()) for i in positions]
        numbers = pd.RangeIndex(before + 1, before + batch.num_rows + 1)
        return Cells(tuple(columns), numbers, ())

    def read(positions: Sequence[int], *, first: int | None = None) -> Cells:  # noqa: ARG001
        return read_with(positions, lambda: Encoder(_as_texts))

    def read_as_written(position: int) -> Cells:
        return read_with([position], lambda: Encoder(_as_exact_texts, most=MAX_ROWS))

    return Table(header, len(header), ("Parquet",), read, read_as_written)


def _encode_batch(values: pa.Array, encoder: Encoder) -> Column:
    encoder.add(values if pa.types.is_dictionary(values.type) else values.dictionary_encode())
    return encoder.finish()


def _find_header(schema: pa.Schema, n_rows: int) -> tuple[list[str], tuple[str, ...]]:
    """The columns that are kept, as the file calls them, and stripped.

    Raises:
        CohortError: if they are none of a table, or there are too many rows or none.
    """
    if n_rows > MAX_ROWS:
        raise CohortError.too_many_rows(MAX_ROWS, f"{n_rows:,}")
    check_width(len(schema.names))
    # pandas writes an index without a name so
    kept = [n for n in schema.names if n.strip() and not n.startswith("__index_level_")]
    header = tuple(name.strip() for name in kept)
    check_header(header)
    _check_plain(schema)
    if not n_rows:
        raise no_rows()
    return kept, header


def _check_summary(content: bytes) -> None:
    """The length of what Arrow reads at once, which is what a file has at its end."""
    n_bytes = int.from_bytes(content[-8:-4], "little")
    if content.endswith(b"PAR1") and MAX_SUMMARY < n_bytes < len(content):
        raise CohortError(
            "a Parquet file with a summary of at most a megabyte",
            f"one of {n_bytes / 2**20:,.0f} MiB",
            "Write the columns that are needed, in few row groups.",
        )


def _is_text(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _check_plain(schema: pa.Schema) -> None:
    for field in schema:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if not any(is_plain(kind) for is_plain in _PLAIN):
            nested = pa.types.is_nested(kind) or isinstance(kind, pa.BaseExtensionType)
            instead = "nested columns" if nested else f"a column of {kind}"[:40]
            action = "Write each feature as a column of its own."
            raise CohortError("columns of numbers or words", instead, action)


def _read_column(file: pq.ParquetFile, content: bytes, name: str, encoder: Encoder) -> Column:
    _check_pages(file.metadata, content, file.schema_arrow.get_field_index(name))
    n_rows = 0
    for batch in file.iter_batches(BATCH, columns=[name], use_threads=False):
        values = batch.column(0)
        n_rows += len(values)
        encoder.add(values if pa.types.is_dictionary(values.type) else values.dictionary_encode())
    if n_rows != file.metadata.num_rows:
        raise ValueError
    return encoder.finish()


def _check_pages(metadata: pq.FileMetaData, content: bytes, position: int) -> None:
    """Refuse a column that unfolds.

    Raises:
        CohortError: saying to how much.
        ValueError: if its pages are not where they should be.
    """
    unpacked = 0
    for n_pages, page in enumerate(_pages(metadata, content, position), 1):
        unpacked += page
        if page > MAX_PAGE or unpacked > MAX_UNPACKED or n_pages > MAX_PAGES:
            size = f"{unpacked / 2**20:,.0f} MiB in {n_pages:,} pages"
            raise CohortError(
                f"columns of at most {MAX_UNPACKED // 2**20} MiB, in {MAX_PAGES:,} pages of at"
                f" most {MAX_PAGE // 2**20}",
                f"one that unpacks to {size}",
                "Write numbers and short words only, or cut the file into parts.",
            )


def _pages(metadata: pq.FileMetaData, content: bytes, position: int) -> Iterator[int]:
    """To how much each page of a column unpacks, in bytes."""
    for group in range(metadata.num_row_groups):
        chunk = metadata.row_group(group).column(position)
        starts = (chunk.dictionary_page_offset, chunk.data_page_offset)
        start = min(start for start in starts if start)
        end = start + chunk.total_compressed_size
        while 0 <= start < end:
            page = read_page(content, start)
            start = page.end
            yield page.unpacked


def damaged() -> CohortError:
    """The error for what Arrow cannot read."""
    return CohortError.damaged("a Parquet file", "Write the file again.")


def _as_texts(values: pa.Array) -> pa.Array:
    """63.0 is "63", True is "true", a missing value is ""."""
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return values.cast(pa.large_string())
    return pa.array([_as_text(value) for value in values.to_pylist()], pa.large_string())


def _as_exact_texts(values: pa.Array) -> pa.Array:
    """The same, and of a number with a point all digits."""
    if pa.types.is_floating(values.type):
        texts = [_all_digits(value) for value in values.to_pylist()]
        return pa.array(texts, pa.large_string())
    return _as_texts(values)


def _all_digits(value: float | None) -> str:
    if value is None or np.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() else repr(value)


def _as_text(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.12g}"
    return str(value)[: MAX_CELL + 1]
