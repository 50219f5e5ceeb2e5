"""Text files: the encoding, the delimiter and the header, by evidence; then strict, fast parsing by
Arrow.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from heart.data.codings import NUMBER, WORDS, target_token, token_of
from heart.data.columns import COLUMNS, count_known
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

MIN_KNOWN_NAMES = 3
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "blanks"}
SAMPLE = 64 * 2**10
BLOCK = 2**20
MAX_LINE = 64 * 2**10
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_CONTROL = bytes([*range(9), *range(14, 32), 127])
_ALL_WORDS = {word for words in WORDS.values() for word in words}


def decode(content: bytes) -> tuple[bytes, str]:
    """The text as UTF-8 without a mark, and the name of its encoding: by its mark, strict UTF-8,
    else Latin-1.

    Raises:
        CohortError: if it is not text.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _recode(content, "UTF-16"), "UTF-16"
    if len(content) >= 4 and content[1:4:2] == b"\0\0":
        return _recode(content, "UTF-16-LE"), "UTF-16"
    if b"\0" in content:
        raise _not_text("NUL bytes")
    content = content.removeprefix(b"\xef\xbb\xbf")
    encoding = "UTF-8"
    if not content.isascii():
        try:
            content.decode()
        except UnicodeDecodeError:
            content, encoding = _recode(content, "Latin-1"), "Latin-1"
    if len(content.translate(None, delete=_CONTROL)) < len(content):
        raise _not_text("control characters")
    return content, encoding


def _recode(content: bytes, encoding: str) -> bytes:
    try:
        text = content.decode(encoding)
        if re.search(r"[\x00\ufffe\uffff]", text):
            raise _not_text(f"{encoding} with characters that no text has")
        return text.encode()
    except UnicodeError as error:
        raise _not_text(f"broken {encoding}") from error


def _not_text(found: str) -> CohortError:
    return CohortError("a table of text", found, "Save the table as CSV UTF-8.")


class Layout(NamedTuple):
    """How the cells of a text lie.

    Attributes:
        delimiter: one character; a blank stands for any run of blanks.
        header: names, empty where there are none.
        width: cells in a row.
        start: where the first row begins, in bytes.
        decimal_comma: whether "2,3" is a number.
        quote: the quoting character.
    """

    delimiter: str
    header: tuple[str, ...]
    width: int
    start: int
    decimal_comma: bool
    quote: str = '"'


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
    arff = (
        re.search(rb"^[ \t]*@data[ \t]*\r?$", text, re.IGNORECASE | re.MULTILINE)
        if b"@" in text
        else None
    )
    if arff is not None:
        text, layout = _read_arff(text, arff.start(), arff.end())
        notes: tuple[str, ...] = ("Weka ARFF",)
    else:
        layout = find_layout(text)
        notes = (
            ()
            if layout.delimiter == ","
            else (f"{DELIMITERS[layout.delimiter]} between the cells",)
        )
        if layout.delimiter == " ":
            text, layout = _join_blanks(text, layout)
    if encoding != "UTF-8":
        notes = (*notes, f"encoding {encoding}")
    check_width(layout.width)
    trailing = layout.header[-1:] == ("",)
    has_index = layout.header[:1] == ("",)
    check_header(layout.header[1 if has_index else 0 : -1 if trailing else None])

    def read(positions: Sequence[int]) -> Cells:
        extra = ([0] if has_index else []) + ([layout.width - 1] if trailing else [])
        cells = _parse(text, layout, [*positions, *extra])
        for column, name in zip(
            cells.columns[len(positions) :],
            ["index"] * has_index + ["trailing"] * trailing,
            strict=True,
        ):
            _check_nameless(column, name)
        return cells._replace(columns=cells.columns[: len(positions)])

    names = tuple(
        "row index" if not name and not position else name or "(empty)"
        for position, name in enumerate(layout.header)
    )
    return Table(names, layout.width, notes, read)


def _check_nameless(column: Column, kind: str) -> None:
    """A first column without a name has to number the rows, a last one has to be empty."""
    if kind == "trailing":
        fine = bool((column.texts == "").all())
    else:
        numbers = pd.to_numeric(pd.Series(column.texts), errors="coerce").to_numpy()[column.codes]
        fine = bool((np.diff(numbers) > 0).all() and np.isfinite(numbers).all())
    if not fine:
        where = "last" if kind == "trailing" else "first"
        raise CohortError(
            "a name for each column",
            f"none for the {where} column",
            "Name the column or remove it.",
        )


def find_layout(text: bytes) -> Layout:
    """Delimiter and header of a text, from its first lines.

    The delimiter is the one that finds most known names in the first line; without names, the one
    that cuts most lines into 13 or 14 cells.

    Raises:
        CohortError: if there is no line, or the first one is neither names nor values.
    """
    sample = _sample_lines(text)
    if not sample:
        raise CohortError("a table", "an empty file", "Choose another file.")
    known = {delimiter: count_known(_cut(sample[0], delimiter)) for delimiter in DELIMITERS}
    delimiter = max(known, key=lambda d: known[d])
    if known[delimiter] < MIN_KNOWN_NAMES:
        delimiter = _most_regular(sample)
    names = tuple(_cut(sample[0], delimiter))
    has_header = known[delimiter] >= MIN_KNOWN_NAMES or not _is_patient(names)
    start = text.find(sample[0].encode())
    if has_header:
        start += len(sample[0].encode())
    body = sample[1:] if has_header else sample
    widths = [len(_cut(line, delimiter)) for line in body]
    if has_header and widths and all(width == len(names) + 1 for width in widths):
        # a comma ends every line, or R has written the index without a name
        names = (
            (*names, "") if all(_cut(line, delimiter)[-1] == "" for line in body) else ("", *names)
        )
    if has_header and names[0].casefold().startswith("unnamed: 0"):
        names = ("", *names[1:])  # pandas writes the index so
    if has_header and names[-1].casefold().startswith("unnamed:"):
        names = (*names[:-1], "")
    return Layout(delimiter, names if has_header else (), len(names), start, delimiter != ",")


def _sample_lines(text: bytes) -> list[str]:
    """The first lines that are not blank."""
    head = text[:SAMPLE]
    lines = [line for line in re.split(r"\r\n|\n|\r", head.decode(errors="ignore")) if line.strip()]
    if len(lines[0] if lines else "") >= MAX_LINE - 4:
        raise CohortError(
            "lines of ordinary length",
            "a first line without an end",
            "Save the table as CSV again.",
        )
    return lines[:-1] if len(text) > SAMPLE and len(lines) > 1 else lines


def _most_regular(lines: list[str]) -> str:
    sample = lines[:50]
    fits = {
        d: sum(len(_cut(line, d)) in (len(COLUMNS) - 1, len(COLUMNS)) for line in sample)
        for d in DELIMITERS
    }
    best = max(fits, key=lambda d: fits[d])
    if fits[best]:
        return best
    cells = {d: len(_cut(lines[0], d)) for d in DELIMITERS if d != " "}
    return max(cells, key=lambda d: cells[d])


def _cut(line: str, delimiter: str) -> list[str]:
    """The stripped cells of one line."""
    if delimiter == " ":
        return [cell.strip('"') for cell in line.split()]
    try:
        row = next(csv.reader(io.StringIO(line), delimiter=delimiter), [])
    except csv.Error:
        row = line.split(delimiter)
    return [cell.strip().strip("'\"").strip() for cell in row]


def _is_patient(cells: Sequence[str]) -> bool:
    """Whether a line looks like values: numbers, missing values and words of the categories, most
    of them numbers.
    """
    numbers = sum(NUMBER.fullmatch(cell.replace(",", ".")) is not None for cell in cells)
    values = [
        token is None or NUMBER.fullmatch(cell.replace(",", ".")) or token in _ALL_WORDS
        for cell in cells
        for token in [token_of(cell)]
    ]
    target = target_token(cells[-1]) is not None
    return numbers >= 3 and sum(map(bool, values)) + target >= len(cells)


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
    if re.search(rb"(?m)^[ \t]*\{", body):
        raise CohortError(
            "an ARFF file with a value for each attribute",
            "a sparse one",
            "Save it as CSV from Weka.",
        )
    if not header:
        raise CohortError("an ARFF file", "no attributes", "Save it as CSV from Weka.")
    return body, Layout(",", header, len(header), 0, decimal_comma=False, quote="'")


def _parse(text: bytes, layout: Layout, positions: Sequence[int]) -> Cells:
    """The columns at these positions, block by block."""
    ragged: list[Ragged] = []
    torn: list[int] = []

    def note(row: pa_csv.InvalidRow) -> str:
        if "\n" in row.text.strip() or "\r" in row.text.strip():
            torn.append(int(row.number))
        ragged.append(Ragged(int(row.number), int(row.actual_columns), int(row.expected_columns)))
        return "skip"

    names = [str(position) for position in range(layout.width)]
    wanted = [str(position) for position in positions]
    kind = pa.dictionary(pa.int32(), pa.string())
    body = pa.py_buffer(text).slice(layout.start)
    if not text[layout.start :].strip():
        raise no_rows()
    encoders = [_Encoder(decimal_comma=layout.decimal_comma) for _ in wanted]
    n_rows = 0
    try:
        reader = pa_csv.open_csv(
            pa.BufferReader(body),
            read_options=pa_csv.ReadOptions(
                use_threads=False, column_names=names, block_size=BLOCK
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=layout.delimiter, quote_char=layout.quote, invalid_row_handler=note
            ),
            convert_options=pa_csv.ConvertOptions(
                include_columns=list(dict.fromkeys(wanted)),
                column_types=dict.fromkeys(wanted, kind),
                strings_can_be_null=False,
            ),
        )
        for batch in reader:
            n_rows += batch.num_rows
            for name, encoder in zip(wanted, encoders, strict=True):
                encoder.add(batch.column(name))
            if n_rows + len(ragged) > MAX_ROWS:
                raise CohortError(f"at most {MAX_ROWS:,} rows", "more", "Cut the file into parts.")
    except pa.ArrowInvalid as error:
        raise _unreadable(error) from error
    if torn:
        raise CohortError(
            "cells of one line",
            f"row {torn[0]}, which spans several lines",
            "Close the quotes, or remove the line breaks.",
        )
    if not n_rows:
        raise (
            CohortError(
                f"{layout.width} cells in each row",
                f"{ragged[0].found} in row 1",
                "Complete the rows.",
            )
            if ragged
            else no_rows()
        )
    return Cells(
        tuple(encoder.finish() for encoder in encoders), _number_rows(n_rows, ragged), tuple(ragged)
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
