"""What the sheets of an Excel workbook share: which there are, their texts and number formats."""

from __future__ import annotations

import posixpath
import re
from datetime import datetime
from typing import NamedTuple

from heart.data.formats.archive import Archive, Attributes, Handler
from heart.data.formats.table import MAX_CELL
from heart.errors import CohortError

WORKBOOK = "xl/workbook.xml"
MAX_SHEETS = 200
MAX_STRINGS = 200_000
MAX_STYLES = 65_536
MAX_FORMATS, MAX_FORMAT = 1_000, 255
_STRINGS, _STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
# of a short text: in quotes, in brackets other than those of hours, or after a sign that escapes
_NO_DATE = re.compile(r'"[^"]*"|\[(?![hms]{1,2}\])[^\]]*\]|\\.|_.', re.IGNORECASE)
_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001  without a zone


class Book(NamedTuple):
    """What the sheets share.

    Attributes:
        sheets: their parts, in order.
        strings: the texts that cells point to.
        dates: which cell formats show a number as a date.
        epoch: the day 0.
    """

    sheets: list[str]
    strings: list[str]
    dates: frozenset[int]
    epoch: datetime


def read_book(archive: Archive) -> Book:
    """What the sheets share.

    Raises:
        CohortError: for a damaged part, or more than a limit.
    """
    listed, relations = _Sheets(), _Relations()
    strings, formats = _Strings(), _Formats()
    archive.walk(WORKBOOK, listed)
    archive.walk("xl/_rels/workbook.xml.rels", relations)
    for part, handler in ((_STRINGS, strings), (_STYLES, formats)):
        if part in archive:
            archive.walk(part, handler)
    sheets = [relations.sheets[key] for key in listed.keys if key in relations.sheets]
    return Book(sheets, strings.texts, frozenset(formats.dates), _EPOCHS[listed.from_1904])


class _Sheets(Handler):
    """The workbook's list of sheets."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.from_1904 = False

    def start(self, name: str, attributes: Attributes) -> None:
        """A sheet, or the workbook's settings."""
        if name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in ("1", "true")
        if name == "sheet":
            self.keys += [value for key, value in attributes.items() if key.endswith(":id")]
        if len(self.keys) > MAX_SHEETS:
            raise too_many(MAX_SHEETS, "sheets")


class _Relations(Handler):
    """In which parts of the archive the sheets are; never outside it."""

    def __init__(self) -> None:
        self.sheets: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        """A relation."""
        kind, target = attributes.get("Type", ""), attributes.get("Target", "")
        is_inside = attributes.get("TargetMode") != "External"
        if name == "Relationship" and kind.endswith("/worksheet") and is_inside:
            part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
            self.sheets[attributes.get("Id", "")] = part


class TextHandler(Handler):
    """Collects the text of an element, as much of it as a cell may hold and one letter more."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._room = MAX_CELL + 1
        self._is_open = self._in_phonetic = False

    def start(self, name: str, attributes: Attributes) -> None:  # noqa: ARG002
        """An element; the reading aids of Japanese texts are not part of them."""
        if name == "rPh":
            self._in_phonetic = True
        elif name in ("t", "v") and not self._in_phonetic:
            self._is_open = True

    def text(self, text: str) -> None:
        """Some text."""
        if self._is_open and self._room > 0:
            self._parts.append(text[: self._room])
            self._room -= len(text)

    def end(self, name: str) -> None:
        """An element's end."""
        if name == "rPh":
            self._in_phonetic = False
        self._is_open = False

    def take(self) -> str:
        """The text that was collected, for once."""
        text = "".join(self._parts)
        self._parts.clear()
        self._room = MAX_CELL + 1
        return text


class _Strings(TextHandler):
    """The texts that cells point to."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def end(self, name: str) -> None:
        """A text's end."""
        super().end(name)
        if name == "si":
            self.texts.append(self.take())
            if len(self.texts) > MAX_STRINGS:
                raise too_many(MAX_STRINGS, "shared texts")


class _Formats(Handler):
    """Which cell formats show a number as a date."""

    def __init__(self) -> None:
        self.dates: set[int] = set()
        self._date_formats = {str(number) for number in _DATE_FORMATS}
        self._in_cells = False
        self._n_formats = self._n_cells = 0

    def start(self, name: str, attributes: Attributes) -> None:
        """A number format, or a cell format with one."""
        if name == "cellXfs":
            self._in_cells = True
        elif name == "numFmt":
            self._add_number_format(attributes)
        elif name == "xf" and self._in_cells:
            if attributes.get("numFmtId") in self._date_formats:
                self.dates.add(self._n_cells)
            self._n_cells += 1
            if self._n_cells > MAX_STYLES:
                raise too_many(MAX_STYLES, "cell formats")

    def _add_number_format(self, attributes: Attributes) -> None:
        self._n_formats += 1
        if self._n_formats > MAX_FORMATS:
            raise too_many(MAX_FORMATS, "number formats")
        if _shows_date(attributes.get("formatCode", "")[:MAX_FORMAT]):
            self._date_formats.add(attributes.get("numFmtId", ""))

    def end(self, name: str) -> None:
        """The end of the cell formats, whose numbers cells point to."""
        if name == "cellXfs":
            self._in_cells = False


def _shows_date(code: str) -> bool:
    return re.search(r"[dmhysDMHYS]", _NO_DATE.sub("", code.partition(";")[0])) is not None


def too_many(limit: int, what: str) -> CohortError:
    """The error for a workbook with more than a limit of something."""
    return CohortError(
        f"at most {limit:,} {what} in a workbook", "more", "Export the table as CSV."
    )
