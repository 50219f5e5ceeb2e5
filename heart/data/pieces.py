"""Files of any length, piece by piece: some rows at a time are in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from heart.data.formats.detect import open_table
from heart.data.formats.layout import decode, find_layout
from heart.data.formats.parquet import DAMAGE, damaged, open_batch
from heart.data.formats.table import Table, no_rows
from heart.errors import CohortError

ROWS = 131_072
"""Rows of a piece of a Parquet file."""

BYTES = 8 * 2**20
"""Bytes of a piece of a text."""

BUFFER = 2**20
"""Bytes that are read of a column at a time, so that a long row group is not in memory."""

_ARFF = re.compile(rb"(?im)^[ \t]*@data[ \t]*\r?$")


def open_pieces(path: Path, *, rows: int = ROWS, n_bytes: int = BYTES) -> Iterator[Table]:
    """The file's rows in their order, as tables of some of them.

    Args:
        path: Parquet or CSV.
        rows: of a piece of a Parquet file.
        n_bytes: about how long a piece of a text is.

    Raises:
        CohortError: for what is neither, cannot be read, or is damaged.
    """
    try:
        with path.open("rb") as file:
            begins = file.read(4)
        pieces = _cut_parquet(path, rows) if begins == b"PAR1" else _cut_text(path, n_bytes)
        yield from pieces
    except OSError as error:
        reason = error.strerror or "damaged"
        raise CohortError("a file that can be read", reason, "Check the file.") from error


def _cut_parquet(path: Path, rows: int) -> Iterator[Table]:
    try:
        with pq.ParquetFile(path) as file:
            if not file.metadata.num_rows:
                raise no_rows()
            for batch in file.iter_batches(rows, use_threads=False):
                yield open_batch(batch)
    except CohortError:
        raise
    except DAMAGE as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise damaged() from error


def open_row_groups(path: Path, *, rows: int = ROWS) -> Iterator[Table]:
    """A Parquet file's rows in their order, row group by row group, as tables of some of them; they
    are numbered through the file.

    Args:
        path: Parquet.
        rows: of a table at most, however long a row group is.

    Raises:
        CohortError: for what is no Parquet file or has no row, and for a row group that is damaged,
            which it names.
        OSError: if the file cannot be read.
    """
    before = 0
    with _open_parquet(path) as file:
        for group in range(file.num_row_groups):
            for batch in _read_group(file, group, rows):
                yield open_batch(batch, before=before)
                before += batch.num_rows


def open_heads(path: Path, rows: int, groups: int) -> list[Table]:
    """About so many rows of a Parquet file: the first ones of at most so many row groups, which lie
    evenly in it.

    Raises:
        CohortError, OSError: as `open_row_groups`.
    """
    with _open_parquet(path) as file:
        last = file.num_row_groups - 1
        chosen = np.unique(np.linspace(0, last, min(groups, last + 1)).astype(np.int64))
        each = max(1, rows // len(chosen))
        heads = (next(_read_group(file, group, each), None) for group in chosen.tolist())
        return [open_batch(batch) for batch in heads if batch is not None]


@contextmanager
def _open_parquet(path: Path) -> Iterator[pq.ParquetFile]:
    with path.open("rb") as stream:
        if stream.read(4) != b"PAR1":
            raise CohortError("a Parquet file", "another one", "Write the table as Parquet.")
    try:
        file = pq.ParquetFile(path, buffer_size=BUFFER, page_checksum_verification=True)
    except DAMAGE as error:
        raise damaged() from error
    with file:
        if not file.metadata.num_rows:
            raise no_rows()
        yield file


def _read_group(file: pq.ParquetFile, group: int, rows: int) -> Iterator[pa.RecordBatch]:
    batches = file.iter_batches(rows, row_groups=[group], use_threads=False)
    left = file.metadata.row_group(group).num_rows
    while left:
        try:
            batch = next(batches, None)
        except DAMAGE as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise _damaged_group(file, group) from error
        if batch is None:
            raise _damaged_group(file, group)
        left -= batch.num_rows
        yield batch


def _damaged_group(file: pq.ParquetFile, group: int) -> CohortError:
    which = f"row group {group + 1} of {file.num_row_groups}"
    return CohortError("a whole Parquet file", f"{which} damaged", "Write the file again.")


def _cut_text(path: Path, n_bytes: int) -> Iterator[Table]:
    """Blocks that end with a line, each below the file's own header."""
    with path.open("rb") as file:
        block = file.read(n_bytes)
        rest = file.read(1)
        if not rest:
            yield open_table(block)
            return
        block, left = _cut_at_line(block + rest)
        head = _find_head(block)
        yield open_table(block)
        while more := file.read(n_bytes):
            block, left = _cut_at_line(left + more)
            if block.strip():
                yield open_table(head + decode(block)[0])
        if left.strip():
            yield open_table(head + decode(left)[0])


def _cut_at_line(text: bytes) -> tuple[bytes, bytes]:
    end = text.rfind(b"\n") + 1
    return text[:end], text[end:]


def _find_head(block: bytes) -> bytes:
    """What stands before the first row, as UTF-8.

    Raises:
        CohortError: for a long file that is no CSV, or whose lines cannot be found.
    """
    if block.startswith((b"PK", b"\xff\xfe", b"\xfe\xff")) or b"\0" in block or _ARFF.search(block):
        raise CohortError(
            "a long part as Parquet, or as CSV in UTF-8 or Latin-1",
            "another format",
            "Write it as one of these, or cut it into parts of at most 8 MiB.",
        )
    text = decode(block)[0]
    layout = find_layout(text)
    return text[: layout.start] + (b"\n" if layout.header else b"")


def open_head(path: Path, rows: int) -> Table:
    """About so many rows of the file's beginning.

    Raises:
        CohortError: as `open_pieces`.
    """
    return next(open_pieces(path, rows=rows, n_bytes=64 * rows))
