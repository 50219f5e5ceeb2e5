"""The canonical layout: the text of a file becomes checked cells, and the cells a typed frame."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from heart.data.patients import dtype_of
from heart.errors import CohortError
from heart.schema import FEATURE_NAMES, FEATURES, SEVERITIES, TARGET, Feature

COLUMNS: tuple[str, ...] = (*FEATURE_NAMES, TARGET)
NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
SHOWN = 5


class Change(NamedTuple):
    """One thing that reading changed: in which column, in how many rows, and why."""

    column: str
    rows: int
    reason: str


class UnusualValue(NamedTuple):
    """A possible value that deserves a second look; `row` counts the patients of the file from 1."""

    row: int
    column: str
    value: float
    usual: str


@dataclass(frozen=True)
class CohortReport:
    """What reading found.

    Attributes:
        rows: patients in the file.
        distinct: patients that are not exact repeats of an earlier row.
        positives: patients with num > 0.
        missing: column and its number of missing values, for every feature.
        changes: what reading changed.
        unusual: possible values that deserve a second look.
    """

    rows: int
    distinct: int
    positives: int
    missing: dict[str, int]
    changes: tuple[Change, ...]
    unusual: tuple[UnusualValue, ...]

    @property
    def duplicates(self) -> int:
        """Rows that repeat an earlier row exactly."""
        return self.rows - self.distinct


def read_cells(content: bytes) -> pd.DataFrame:
    """The cells of a canonical CSV file as text, shape (n, 14), index from 1.

    Raises:
        CohortError: if the file is not text, not this layout, or a row has too many or too few cells.
    """
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except UnicodeDecodeError as error:
        raise CohortError(
            "a CSV file in UTF-8", f"a byte that is not text at position {error.start}", "Save the table as CSV UTF-8."
        ) from error
    except csv.Error as error:
        raise CohortError("a CSV file", str(error), "Save the table as CSV again.") from error
    header = [name.strip() for name in rows[0]] if rows else []
    if sorted(header) != sorted(COLUMNS):
        raise _wrong_header(header)
    body = [row for row in rows[1:] if row]
    for number, row in enumerate(body, 1):
        if len(row) != len(header):
            raise CohortError(f"{len(header)} cells in each row", f"{len(row)} in row {number}", "Complete the row or remove it.")
    if not body:
        raise CohortError("at least one patient", "nothing but a header", "Add rows below the header.")
    return pd.DataFrame(body, columns=header, index=pd.RangeIndex(1, len(body) + 1), dtype=str)[list(COLUMNS)]


def _wrong_header(header: list[str]) -> CohortError:
    missing = [name for name in COLUMNS if name not in header]
    extra = [name[:40] for name in header if name not in COLUMNS][:SHOWN]
    repeated = sorted({name for name in header if header.count(name) > 1 and name in COLUMNS})
    found = "; ".join(
        f"{what} {', '.join(repr(name) for name in names)}"
        for what, names in (("without", missing), ("with", extra), ("twice", repeated))
        if names
    )
    return CohortError(
        f"the columns {', '.join(COLUMNS)}", f"a header {found}" if header else "an empty file", "Rename or add the columns."
    )


def convert_cells(cells: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Change, ...]]:
    """The typed frame of canonical cells, and what was changed on the way.

    Raises:
        CohortError: listing row, column, value and range of impossible cells.
    """
    columns: dict[str, pd.Series] = {}
    problems: list[str] = []
    changes: list[Change] = []
    for feature in FEATURES:
        columns[feature.name], bad, changed = _convert_feature(feature, cells[feature.name])
        problems += bad
        changes += [Change(feature.name, changed, f"{_codes(feature)} means not measured: now missing")] if changed else []
    num, bad = _convert_target(cells[TARGET])
    problems += bad
    if problems:
        more = f" and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise CohortError(
            "possible values in every cell",
            f"{'; '.join(problems[:SHOWN])}{more}",
            "Correct these cells, or empty them if the value is not known.",
        )
    return pd.DataFrame({**columns, TARGET: num.astype("int64")}, index=cells.index), tuple(changes)


def _codes(feature: Feature) -> str:
    return " or ".join(f"{code:g}" for code in feature.missing_codes)


def _convert_feature(feature: Feature, cells: pd.Series) -> tuple[pd.Series, list[str], int]:
    """The typed column, the impossible cells in words, and how many cells stood for "not measured"."""
    text = cells.str.strip()
    if feature.holds_text:
        words = text.where(text != "")
        possible = words.isna() | words.isin([code for code, _ in feature.codes])
        return words.astype(dtype_of(feature)), _problems(feature.name, text[~possible], feature.domain), 0
    numbers = _numbers(text)
    coded_missing = numbers.isin(feature.missing_codes)
    values = numbers.mask(coded_missing)
    allowed = values.isin([code for code, _ in feature.codes]) if feature.codes else values.between(feature.minimum, feature.maximum)
    possible = (text == "") | coded_missing | allowed
    typed = values.where(possible).astype(dtype_of(feature))
    return typed, _problems(feature.name, text[~possible], feature.domain), int(coded_missing.sum())


def _convert_target(cells: pd.Series) -> tuple[pd.Series, list[str]]:
    text = cells.str.strip()
    values = _numbers(text)
    possible = values.isin(SEVERITIES)
    return values.where(possible, 0), _problems(TARGET, text[~possible], "0 to 4 (a severity for every patient)")


def _numbers(text: pd.Series) -> pd.Series:
    """float64; what is not an ASCII number is NaN."""
    return pd.to_numeric(text.where(text.str.fullmatch(NUMBER)), errors="coerce").astype("float64").replace([np.inf, -np.inf], np.nan)


def _problems(column: str, bad: pd.Series, domain: str) -> list[str]:
    return [f"row {row}, column {column}: {value[:40]!r} is not {domain}" for row, value in bad.items()]


def build_report(frame: pd.DataFrame, changes: tuple[Change, ...]) -> CohortReport:
    """The report on a typed frame."""
    return CohortReport(
        rows=len(frame),
        distinct=int((~frame.duplicated()).sum()),
        positives=int((frame[TARGET] > 0).sum()),
        missing={name: int(frame[name].isna().sum()) for name in FEATURE_NAMES},
        changes=changes,
        unusual=tuple(unusual for feature in FEATURES if not feature.codes for unusual in _find_unusual(feature, frame[feature.name])),
    )


def _find_unusual(feature: Feature, values: pd.Series) -> list[UnusualValue]:
    low, high = feature.usual
    rare = values[values.notna() & ~values.between(low, high)]
    return [UnusualValue(int(row), feature.name, float(value), f"{low:g} to {high:g}") for row, value in rare.items()]  # type: ignore[call-overload]
