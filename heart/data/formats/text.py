"""Text files: CSV and ARFF, parsed strictly and fast by Arrow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from heart.data.formats.encoder import Encoder
from heart.data.formats.layout import DELIMITERS, Layout, decode, find_layout
from heart.data.formats.table import (
    MAX_COMMENTS,
    MAX_RAGGED,
    MAX_ROWS,
    Cells,
    Column,
    Ragged,
    Table,
    check_header,
    check_lines,
    check_width,
    no_rows,
)
from heart.errors import CohortError

BLOCK = 2**20
_DECIMAL_COMMA, _DECIMAL_POINT = r"^(\s*[+-]?[0-9]+),([0-9]+\s*)$", r"\1.\2"


def open_text(content: bytes) -> Table:
    """The table in a text file's bytes.

    Raises:
        CohortError: if it is not text, or not a table.
    """
    text, encoding = decode(content)
    check_lines(max(text.count(b"\n"), text.count(b"\r")))
    if re.match(rb"\s*<", text[:200]):
        raise CohortError(
            "a table of text", "a web page", "Download the file itself, not the page that shows it."
        )
    text, layout, notes = _find_table(text)
    if encoding != "UTF-8":
        notes = (*notes, f"encoding {encoding}")
    check_width(layout.width)
    has_index, has_trailing = layout.header[:1] == ("",), layout.header[-1:] == ("",)
    check_header(layout.header[has_index : -1 if has_trailing else None])

    point = _with_points if layout.decimal_comma else _as_it_is

    def read(positions: Sequence[int], *, first: int | None = None) -> Cells:
        nameless = [0] * has_index + [layout.width - 1] * has_trailing
        every = [*positions, *nameless]
        cells = _parse(text, layout, every, [Encoder(point) for _ in every], first=first)
        n = len(positions)
        if has_index:
            _check_index(cells.columns[n])
        if has_trailing:
            _check_empty(cells.columns[-1])
        return cells._replace(columns=cells.columns[:n])

    def read_as_written(position: int) -> Cells:
        return _parse(text, layout, [position], [Encoder(_as_it_is, most=MAX_ROWS)])

    names = tuple(
        name or ("(empty)" if position else "row index")
        for position, name in enumerate(layout.header)
    )
    return Table(names, layout.width, notes, read, read_as_written)


def _find_table(text: bytes) -> tuple[bytes, Layout, tuple[str, ...]]:
    """The rows of a text as lines with one delimiter, how they lie, and what was noticed."""
    data = re.search(rb"(?im)^[ \t]*@data[ \t]*\r?$", text) if b"@" in text else None
    if data is not None:
        return *_read_arff(text, data.start(), data.end()), ("Weka ARFF",)
    layout = find_layout(text)
    if layout.delimiter == ",":
        return text, layout, ()
    notes = (f"{DELIMITERS[layout.delimiter]} between the cells",)
    if layout.delimiter == " ":
        return *_join_blanks(text, layout), notes
    return text, layout, notes


def _check_index(column: Column) -> None:
    """A first column without a name has to number the rows."""
    numbers = pd.to_numeric(pd.Series(column.texts), errors="coerce").to_numpy()[column.codes]
    if not ((np.diff(numbers) > 0).all() and np.isfinite(numbers).all()):
        raise CohortError.nameless("the first column")


def _check_empty(column: Column) -> None:
    """A last column without a name has to be empty."""
    if not (column.texts == "").all():
        raise CohortError.nameless("the last column")


def _join_blanks(text: bytes, layout: Layout) -> tuple[bytes, Layout]:
    """The same cells with bars between them, where runs of blanks were."""
    # first runs become one blank: "blanks before an end" would be sought from each blank of a run
    body = re.sub(rb"[ \t]+", b" ", text[layout.start :])
    body = re.sub(rb"(?<![^\r\n]) | (?=[\r\n]|\Z)", b"", body)
    return body.replace(b" ", b"|"), layout._replace(delimiter="|", start=0)


def _read_arff(text: bytes, head_end: int, body_start: int) -> tuple[bytes, Layout]:
    """The data lines of an ARFF file, with its attributes as the header."""
    head = text[:head_end].decode()
    names = re.findall(r"(?im)^[ \t]*@attribute[ \t]+(?:'([^'\n]*)'|\"([^\"\n]*)\"|(\S+))", head)
    header = tuple(next((part.strip() for part in parts if part.strip()), "") for parts in names)
    mend = "Save it as CSV from Weka."
    body = text[body_start:]
    n_signs = body.count(b"%")
    if n_signs > MAX_COMMENTS:
        limit = f"at most {MAX_COMMENTS:,} comments among the data"
        raise CohortError(limit, f"{n_signs:,} percent signs", mend)
    if n_signs:
        body = re.sub(rb"(?m)^[ \t]*%.*$", b"", body)
    if re.search(rb"(?m)^[ \t]*\{", body):
        raise CohortError("an ARFF file with a value for each attribute", "a sparse one", mend)
    if not header:
        raise CohortError("an ARFF file", "no attributes", mend)
    return body, Layout(",", header, len(header), 0, decimal_comma=False, quote="'")


def _parse(
    text: bytes,
    layout: Layout,
    positions: Sequence[int],
    encoders: Sequence[Encoder],
    *,
    first: int | None = None,
) -> Cells:
    """The columns at these positions, block by block until there are `first` rows, each collected
    by its encoder.

    Raises:
        CohortError: if there is no whole row, there are too many, or Arrow cannot cut them.
    """
    if not text[layout.start :].strip():
        raise no_rows()
    ragged: list[Ragged] = []
    torn: list[int] = []

    def skip(row: pa_csv.InvalidRow) -> str:
        if re.search(r"[\r\n]", row.text.strip()):
            torn.append(int(row.number))
        ragged.append(Ragged(int(row.number), int(row.actual_columns), int(row.expected_columns)))
        return "skip" if len(ragged) <= MAX_RAGGED else "error"

    try:
        batches = _open_csv(text, layout, positions, skip)
        n_rows = _encode_rows(batches, positions, encoders, ragged, first=first)
    except pa.ArrowInvalid as error:
        too_many = len(ragged) > MAX_RAGGED
        raise (_too_ragged(ragged[0]) if too_many else _unreadable(error)) from error
    if torn:
        raise CohortError.several_lines(f"row {torn[0]}, which spans several lines")
    if not n_rows:
        raise _no_whole_row(ragged)
    columns = tuple(encoder.finish() for encoder in encoders)
    return Cells(columns, _number_rows(n_rows, ragged), tuple(ragged))


def _encode_rows(
    batches: pa_csv.CSVStreamingReader,
    positions: Sequence[int],
    encoders: Sequence[Encoder],
    ragged: Sequence[Ragged],
    *,
    first: int | None,
) -> int:
    """How many whole rows there are, or were read; their cells go to the encoders."""
    n_rows = 0
    for batch in batches:
        n_rows += batch.num_rows
        for position, encoder in zip(positions, encoders, strict=True):
            encoder.add(batch.column(str(position)))
        if n_rows + len(ragged) > MAX_ROWS:
            raise CohortError.too_many_rows(MAX_ROWS)
        if first is not None and n_rows >= first:
            break
    return n_rows


def _too_ragged(first: Ragged) -> CohortError:
    return CohortError(
        f"{first.expected} cells in each row, or another number in at most {MAX_RAGGED:,}",
        f"more, such as {first.found} cells in row {first.row}",
        "Complete the rows.",
    )


def _as_it_is(texts: pa.Array) -> pa.Array:
    return texts


def _with_points(texts: pa.Array) -> pa.Array:
    """2,3 is 2.3."""
    return pc.replace_substring_regex(texts, pattern=_DECIMAL_COMMA, replacement=_DECIMAL_POINT)


def _open_csv(
    text: bytes, layout: Layout, positions: Sequence[int], skip: Any
) -> pa_csv.CSVStreamingReader:
    """Arrow's parser: columns are called after their position, every cell stays text."""
    wanted = list(dict.fromkeys(map(str, positions)))
    return pa_csv.open_csv(
        pa.BufferReader(pa.py_buffer(text).slice(layout.start)),
        read_options=pa_csv.ReadOptions(
            use_threads=False, column_names=[str(i) for i in range(layout.width)], block_size=BLOCK
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=layout.delimiter, quote_char=layout.quote, invalid_row_handler=skip
        ),
        convert_options=pa_csv.ConvertOptions(
            include_columns=wanted,
            column_types=dict.fromkeys(wanted, pa.dictionary(pa.int32(), pa.string())),
            strings_can_be_null=False,
        ),
    )


def _no_whole_row(ragged: Sequence[Ragged]) -> CohortError:
    if not ragged:
        return no_rows()
    first = ragged[0]
    return CohortError(
        f"{first.expected} cells in each row", f"{first.found} in row 1", "Complete the rows."
    )


def _number_rows(n_rows: int, ragged: Sequence[Ragged]) -> pd.Index:
    """The numbers of the rows that were read, among all of the file's."""
    every = pd.RangeIndex(1, n_rows + len(ragged) + 1)
    return every.delete([entry.row - 1 for entry in ragged]) if ragged else every


def _unreadable(error: pa.ArrowInvalid) -> CohortError:
    """What Arrow found, without the cells it quotes."""
    if "straddl" in str(error):
        return CohortError(
            "lines of ordinary length",
            "one of more than a megabyte",
            "Close the quotes, or remove the long text.",
        )
    return CohortError(
        "a CSV file", "one that cannot be parsed", "Save the table as CSV UTF-8 again."
    )
