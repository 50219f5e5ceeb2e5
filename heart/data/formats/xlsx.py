"""Excel workbooks: the first sheet with data, as text. Only the parts that this needs are read;
links, formulas and whatever else a workbook may hold are not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

import pandas as pd

from heart.data.codings import NUMBER
from heart.data.columns import is_placeholder
from heart.data.formats.archive import (
    MAX_UNPACKED,
    Archive,
    Attributes,
    damaged,
    too_much_unpacked,
)
from heart.data.formats.table import (
    FORMATS,
    Cells,
    Table,
    check_header,
    check_width,
    encode_texts,
    no_rows,
)
from heart.data.formats.workbook import WORKBOOK, Book, TextHandler, read_book, too_many
from heart.errors import CohortError

MAX_SHEET_ROWS = 2**20
MAX_CELLS = 300_000


def open_xlsx(content: bytes) -> Table:
    """The table on the first sheet with data of an XLSX file's bytes.

    Raises:
        CohortError: for another archive, a damaged or oversized file, or a sheet that is not a
            table.
    """
    archive = Archive(content)
    if WORKBOOK not in archive:
        raise CohortError(FORMATS, "a ZIP archive", "Unpack it and choose the table inside.")
    if archive.claimed_bytes() > min(MAX_UNPACKED, max(200 * len(content), 2**20)):
        raise too_much_unpacked(archive.claimed_bytes())
    rows, notes = _read_first_sheet(archive)
    first = rows[0]
    has_header = is_placeholder(first) or not all(_is_number(text) for text in first if text)
    header = tuple(name.strip() for name in first) if has_header else ()
    body = rows[1:] if has_header else rows
    has_index = bool(header) and not header[0]
    check_header(header[1 if has_index else 0 :])
    if not body:
        raise no_rows()

    def read(positions: Sequence[int], *, first: int | None = None) -> Cells:
        rows = body[:first]
        columns = tuple(
            encode_texts(pd.Series([row[position] for row in rows], dtype="str"))
            for position in positions
        )
        return Cells(columns, pd.RangeIndex(1, len(rows) + 1), ())

    names = tuple(name or "row index" for name in header)
    return Table(names, len(first), notes, read, lambda position: read([position]))


def _read_first_sheet(archive: Archive) -> tuple[list[list[str]], tuple[str, ...]]:
    """Rows of equal length without empty ones, from the first sheet that has any."""
    book = read_book(archive)
    for name in book.sheets:
        sheet = _Sheet(book)
        archive.walk(name, sheet)
        if sheet.rows:
            width = max(map(len, sheet.rows))
            note = "Excel" if len(book.sheets) == 1 else "Excel, the first sheet with data"
            return [row + [""] * (width - len(row)) for row in sheet.rows], (note,)
    raise CohortError("a table", "a workbook without data", "Choose another file.")


class _Sheet(TextHandler):
    """The rows of a sheet that hold something, as texts up to the last cell that is not empty."""

    def __init__(self, book: Book) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._book = book
        self._known: dict[tuple[str | None, str], str] = {}
        self._positions: dict[str, int] = {}
        self._row: list[str] = []
        self._number = self._n_cells = 0
        self._position = -1
        self._cell: Attributes = {}
        self._has_formula = False

    def start(self, name: str, attributes: Attributes) -> None:
        """A row, a cell or a part of one."""
        if name == "c":
            self._cell, self._has_formula = attributes, False
            self.take()
        elif name == "v":  # as often as all others together
            self._is_open = True
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._has_formula = True
        else:
            super().start(name, attributes)

    def end(self, name: str) -> None:
        """A cell's or a row's end."""
        if name == "v":
            self._is_open = False
            return
        super().end(name)
        if name == "c":
            self._end_cell(self.take().strip())
        elif name == "row" and self._row:
            self.rows.append(self._row)

    def _start_row(self, attributes: Attributes) -> None:
        number = attributes.get("r")
        last, self._row, self._position = self._number, [], -1
        self._number = last + 1 if number is None else _whole(number)
        if not last < self._number <= MAX_SHEET_ROWS:
            raise CohortError(
                f"rows numbered in ascending order, up to {MAX_SHEET_ROWS:,}",
                f"row {self._number:,} after row {last:,}",
                "Export the table as CSV.",
            )

    def _end_cell(self, text: str) -> None:
        reference = self._cell.get("r")
        position = self._position + 1 if reference is None else self._position_of(reference)
        if position <= self._position:
            raise damaged()
        self._position = position
        if self._has_formula and not text:
            raise CohortError(
                "a value in every cell",
                "formulas without a stored result",
                "Paste the formulas as values and save again.",
            )
        if not text or not (value := self._value_of(text)).strip():
            return
        check_width(position + 1)
        self._n_cells += position + 1 - len(self._row)
        if self._n_cells > MAX_CELLS:
            raise too_many(MAX_CELLS, "cells")
        self._row += [""] * (position - len(self._row))
        self._row.append(value)

    def _position_of(self, reference: str) -> int:
        """The column of a cell such as AB12, from 0."""
        letters = reference.rstrip("0123456789")
        if letters not in self._positions:
            if not re.fullmatch("[A-Z]{1,3}", letters):
                raise damaged()
            position = 0
            for letter in letters:
                position = 26 * position + ord(letter) - ord("A") + 1
            self._positions[letters] = position - 1
        return self._positions[letters]

    def _value_of(self, text: str) -> str:
        kind, style = self._cell.get("t", "n"), self._cell.get("s")
        key = (f"{kind}{style}" if kind == "n" else kind, text)
        if key not in self._known:
            self._known[key] = self._read_value(text, kind, style)
        return self._known[key]

    def _read_value(self, text: str, kind: str, style: str | None) -> str:
        if kind == "s":
            return self._string(text)
        if kind == "n":
            return self._number_text(text, style)
        if kind == "b":
            return {"0": "false", "1": "true"}.get(text) or _refuse_damaged()
        return text

    def _string(self, text: str) -> str:
        position = int(text) if re.fullmatch("[0-9]{1,9}", text) else -1
        if not 0 <= position < len(self._book.strings):
            raise CohortError(
                "cells that point to one of the workbook's texts",
                f"one that points to text {text[:20]}",
                "Save the workbook again, or export the table as CSV.",
            )
        return self._book.strings[position]

    def _number_text(self, text: str, style: str | None) -> str:
        """63.0 is "63", a date is written as ISO 8601 has it."""
        if not NUMBER.fullmatch(text):
            raise damaged()
        if style is not None and _whole(style) in self._book.dates:
            return self._date_text(float(text))
        return text if re.fullmatch("[1-9][0-9]*", text) else f"{float(text):.12g}"

    def _date_text(self, days: float) -> str:
        try:
            moment = self._book.epoch + timedelta(days=days)
        except OverflowError:
            return "#VALUE!"
        return (moment.time() if 0 <= days < 1 else moment).isoformat()


def _whole(text: str) -> int:
    if not re.fullmatch("[0-9]{1,12}", text):
        raise damaged()
    return int(text)


def _refuse_damaged() -> str:
    raise damaged()


def _is_number(text: str) -> bool:
    return NUMBER.fullmatch(text) is not None or text in ("?", "NA", "NaN")
