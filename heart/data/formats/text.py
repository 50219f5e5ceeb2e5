"""Text files: CSV and ARFF, parsed strictly and fast by Arrow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from heart.data.formats.layout import DELIMITERS, Layout, decode, find_layout
from heart.data.formats.table import (
    MAX_ROWS,
    Cells,
    Column,
    Ragged,
    Table,
    check_cells,
    check_header,
    check_width,
    no_rows,
)
from heart.errors import CohortError

BLOCK = 2**20
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")


def open_text(content: bytes) -> Table:
    """The table in a text file's bytes.

    Raises:
        CohortError: if it is not text, or not a table.
    """
    text, encoding = decode(content)
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

    def read(positions: Sequence[int]) -> Cells:
        nameless = [0] * has_index + [layout.width - 1] * has_trailing
        cells = _parse(text, layout, [*positions, *nameless])
        n = len(positions)
        if has_index:
            _check_index(cells.columns[n])
        if has_trailing:
            _check_empty(cells.columns[-1])
        return cells._replace(columns=cells.columns[:n])

    names = tuple(
        name or ("(empty)" if position else "row index")
        for position, name in enumerate(layout.header)
    )
    return Table(names, layout.width, notes, read)


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
    body = re.sub(rb"(?m)^[ \t]+|[ \t]+$", b"", text[layout.start :])
    return re.sub(rb"[ \t]+", b"|", body), layout._replace(delimiter="|", start=0)


def _read_arff(text: bytes, head_end: int, body_start: int) -> tuple[bytes, Layout]:
    """The data lines of an ARFF file, with its attributes as the header."""
    head = text[:head_end].decode()
    names = re.findall(r"(?im)^[ \t]*@attribute[ \t]+(?:'([^'\n]*)'|\"([^\"\n]*)\"|(\S+))", head)
    header = tuple(next((part.strip() for part in parts if part.strip()), "") for parts in names)
    body = re.sub(rb"(?m)^[ \t]*%.*$", b"", text[body_start:])
    mend = "Save it as CSV from Weka."
    if re.search(rb"(?m)^[ \t]*\{", body):
        raise CohortError("an ARFF file with a value for each attribute", "a sparse one", mend)
    if not header:
        raise CohortError("an ARFF file", "no attributes", mend)
    return body, Layout(",", header, len(header), 0, decimal_comma=False, quote="'")


def _parse(text: bytes, layout: Layout, positions: Sequence[int]) -> Cells:
    """The columns at these positions, block by block.

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
        return "skip"

    encoders = [_Encoder(decimal_comma=layout.decimal_comma) for _ in positions]
    n_rows = 0
    try:
        for batch in _open_csv(text, layout, positions, skip):
            n_rows += batch.num_rows
            for position, encoder in zip(positions, encoders, strict=True):
                encoder.add(batch.column(str(position)))
            if n_rows + len(ragged) > MAX_ROWS:
                raise CohortError.too_many_rows(MAX_ROWS)
    except pa.ArrowInvalid as error:
        raise _unreadable(error) from error
    if torn:
        raise CohortError.several_lines(f"row {torn[0]}, which spans several lines")
    if not n_rows:
        raise _no_whole_row(ragged)
    columns = tuple(encoder.finish() for encoder in encoders)
    return Cells(columns, _number_rows(n_rows, ragged), tuple(ragged))


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


class _Encoder:
    """Collects a column block by block, in as few bytes as its different texts allow."""

    def __init__(self, *, decimal_comma: bool) -> None:
        self._decimal_comma = decimal_comma
        self._position: dict[str, int] = {}
        self._blocks: list[npt.NDArray[np.integer[Any]]] = []

    def add(self, block: pa.DictionaryArray) -> None:
        """One more block; texts that are equal without their blanks share a code."""
        texts = [text.strip() for text in block.dictionary.to_pylist()]
        if self._decimal_comma:
            texts = [
                text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text) else text for text in texts
            ]
        codes = [self._position.setdefault(text, len(self._position)) for text in texts]
        self._blocks.append(np.array(codes, dtype=self._dtype())[block.indices.to_numpy()])

    def finish(self) -> Column:
        """The whole column."""
        texts = check_cells(pd.Index(list(self._position), dtype="str"))
        codes = np.concatenate([block.astype(self._dtype(), copy=False) for block in self._blocks])
        self._blocks.clear()
        return Column(texts, codes)

    def _dtype(self) -> np.dtype[np.integer[Any]]:
        return np.min_scalar_type(max(len(self._position) - 1, 0))


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
