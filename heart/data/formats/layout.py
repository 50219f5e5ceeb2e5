"""How the cells of a text lie: its encoding, delimiter and header, each found by evidence."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import NamedTuple

from heart.data.codings import NUMBER, WORDS, token_of
from heart.data.columns import COLUMNS, count_known
from heart.errors import CohortError

MIN_KNOWN_NAMES = 3
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "blanks"}
SAMPLE = 64 * 2**10
MAX_LINE = 64 * 2**10
MAX_SEPARATOR_LINE = 80
_IN_NO_TEXT = ("\0", "\ufffe", "\uffff")
_CONTROL = bytes([*range(9), *range(14, 32), 127])
# UTF-7's mark, or how it writes signs and umlauts, as in +ADs- for a semicolon; of bounded length
_UTF_7 = re.compile(rb"^\+/v[89+/]|\+A[A-Za-z0-9+/]{2,24}-")
_ALL_WORDS = {word for words in WORDS.values() for word in words}


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


def decode(content: bytes) -> tuple[bytes, str]:
    """The text as UTF-8 without a mark, and its encoding's name: by mark, strict UTF-8 or Latin-1.

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
    if _UTF_7.search(content[:SAMPLE]):
        raise _not_text("UTF-7, in which letters stand for other signs")
    return content, encoding


def _recode(content: bytes, encoding: str) -> bytes:
    try:
        text = content.decode(encoding)
        if any(sign in text for sign in _IN_NO_TEXT):
            raise _not_text(f"{encoding} with characters that no text has")
        return text.encode()
    except UnicodeError as error:
        raise _not_text(f"broken {encoding}") from error


def _not_text(instead: str) -> CohortError:
    return CohortError("a table of text", instead, "Save the table as CSV UTF-8.")


def find_layout(text: bytes) -> Layout:
    """Delimiter and header of a text, from its first lines.

    The delimiter is the one that finds most known names in the first line; without names, the one
    that cuts most lines into 13 or 14 cells. Excel's "sep=;" before them is skipped: the lines
    after it show as much.

    Raises:
        CohortError: if there is no line, or the first one never ends.
    """
    start = _measure_separator_line(text)
    if not start:
        return _find_layout(text)
    head = _find_layout(text[start : start + 2 * SAMPLE])
    return head._replace(start=head.start + start)


def _measure_separator_line(text: bytes) -> int:
    """Bytes of a first line that says "sep=;", by which Excel is told what stands between the
    cells; 0 if there is none.
    """
    first = next(iter(text[:MAX_SEPARATOR_LINE].splitlines(keepends=True)), b"")
    says = first.strip(b'";,|\t \r\n').lower()
    return len(first) if says == b"sep=" and first.endswith((b"\r", b"\n")) else 0


def _find_layout(text: bytes) -> Layout:
    sample = _sample_lines(text)
    if not sample:
        raise CohortError("a table", "an empty file", "Choose another file.")
    first = sample[0].encode()
    start = text.find(first)
    known = {delimiter: count_known(_cut(sample[0], delimiter)) for delimiter in DELIMITERS}
    delimiter = max(known, key=lambda d: known[d])
    if known[delimiter] < MIN_KNOWN_NAMES:
        delimiter = _most_regular(sample)
    names = tuple(_cut(sample[0], delimiter))
    if known[delimiter] < MIN_KNOWN_NAMES and _is_patient(names):
        return Layout(delimiter, (), len(names), start, delimiter != ",")
    header = _name_every_cell(names, sample[1:], delimiter)
    return Layout(delimiter, header, len(header), start + len(first), delimiter != ",")


def _name_every_cell(
    names: tuple[str, ...], rows: Sequence[str], delimiter: str
) -> tuple[str, ...]:
    """The names, with "" for an index, and for what a comma at the end of each line makes."""
    if rows and all(len(_cut(row, delimiter)) == len(names) + 1 for row in rows):
        # a comma ends every line, or R has written the index without a name
        all_end_empty = all(_cut(row, delimiter)[-1] == "" for row in rows)
        names = (*names, "") if all_end_empty else ("", *names)
    if names[0].casefold().startswith("unnamed: 0"):
        names = ("", *names[1:])  # pandas writes the index so
    if names[-1].casefold().startswith("unnamed:"):
        names = (*names[:-1], "")
    return names


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
    """The delimiter that cuts most lines into 13 or 14 cells, else the first one into most."""
    fits = {
        d: sum(len(_cut(line, d)) in (len(COLUMNS) - 1, len(COLUMNS)) for line in lines[:50])
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
    """Whether a line looks like values: at least three numbers, else missing or a category's. One
    cell may be any word: an outcome (Absence, <50, …), or a mistake, which is told when the cells
    are read and not as a header that makes no sense.
    """
    numbers = [NUMBER.fullmatch(cell.replace(",", ".")) is not None for cell in cells]
    tokens = [token_of(cell) for cell in cells]
    values = sum(
        token is None or is_number or token in _ALL_WORDS
        for token, is_number in zip(tokens, numbers, strict=True)
    )
    return sum(numbers) >= 3 and values >= len(cells) - 1
