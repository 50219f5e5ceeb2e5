"""Files of any length, piece by piece: some rows at a time are in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

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
