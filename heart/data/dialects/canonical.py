"""The canonical layout: a file's texts, as a reading understands them, become typed columns and a
list of the cells that cannot be.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data.columns import COLUMNS
from heart.data.dialects.cells import Numbers, Parsed, Tokens
from heart.data.dialects.reading import MMOL, Reading, codes_of, nums_of
from heart.data.patients import dtype_of
from heart.errors import BadCell
from heart.schema import FEATURES, TARGET, Feature, feature

SHOWN = 5
SEVERITY_DOMAIN = "0 to 4 (a severity for every patient)"
_DATE = re.compile(
    r"[0-9]{1,4}-[A-Za-z]{3}|[A-Za-z]{3}-[0-9]{1,4}|[0-9]{4}-[0-9]{2}-[0-9]{2}.*|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2,4}"
)


class Change(NamedTuple):
    """One thing that reading changed: in which column, in how many rows, and why."""

    column: str
    rows: int
    reason: str


class SetAside(NamedTuple):
    """A row that is not used: its number in the file, and why."""

    row: int
    reason: str


class BadTexts(NamedTuple):
    """The cells of one column that cannot be: positions of their rows, shape (b,), and every row's
    text.
    """

    positions: npt.NDArray[np.int64]
    texts: pd.Index
    codes: npt.NDArray[np.integer[Any]]


class Converted(NamedTuple):
    """A file in the canonical layout, before anything is repaired or left out.

    Attributes:
        frame: the 13 features, and `num` as nullable Int64 if the file has a target; the index is
            the row's number in the file.
        bad: column to its impossible cells, which are missing in the frame.
        changes: what was changed on the way.
    """

    frame: pd.DataFrame
    bad: dict[str, BadTexts]
    changes: tuple[Change, ...]


def convert(parsed: Parsed, reading: Reading) -> Converted:
    """The typed columns of a file under a reading; a feature without a column is missing in every
    row.
    """
    columns: dict[str, pd.api.extensions.ExtensionArray | npt.NDArray[np.float64]] = {}
    bad: dict[str, BadTexts] = {}
    changes: list[Change] = []
    for entry in FEATURES:
        if entry.name in parsed.numbers:
            columns[entry.name], impossible = _convert_number(
                entry, parsed.numbers[entry.name], reading, changes
            )
        elif entry.name in parsed.categories:
            columns[entry.name], impossible = _convert_category(
                entry, parsed.categories[entry.name], reading, changes
            )
        else:
            columns[entry.name] = pd.array([None] * 1, dtype=dtype_of(entry)).take(
                np.zeros(len(parsed.rows), dtype=np.int64)
            )
            changes.append(
                Change(entry.name, len(parsed.rows), "the file has no such column: missing")
            )
            continue
        _note_bad(
            bad,
            entry.name,
            parsed.numbers.get(entry.name) or parsed.categories[entry.name],
            impossible,
        )
    if parsed.target is not None and reading.target is not None:
        columns[TARGET], impossible = _convert_target(parsed.target, reading)
        _note_bad(bad, TARGET, parsed.target, impossible)
    return Converted(pd.DataFrame(columns, index=parsed.rows, copy=False), bad, tuple(changes))


def _convert_number(
    entry: Feature, column: Numbers, reading: Reading, changes: list[Change]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    values = column.floats
    if entry.name == "chol" and reading.mmol:
        values = np.round(values * MMOL, 2)
        changes.append(
            Change(
                entry.name,
                int(column.column.counts()[~np.isnan(values)].sum()),
                f"mmol/l x {MMOL}: now mg/dl",
            )
        )
    coded_missing = np.isin(values, entry.missing_codes)
    changes += _missing_change(entry, coded_missing, column)
    values = np.where(coded_missing, np.nan, values)
    impossible = column.wrong | _find_impossible(entry.name, pd.Series(values))
    return np.where(impossible, np.nan, values)[column.column.codes], impossible


def _missing_change(
    entry: Feature, coded_missing: npt.NDArray[np.bool_], column: Numbers
) -> list[Change]:
    n = int(column.column.counts()[coded_missing].sum())
    codes = " or ".join(f"{code:g}" for code in entry.missing_codes)
    return [Change(entry.name, n, f"{codes} means not measured: now missing")] if n else []


def _convert_category(
    entry: Feature, column: Tokens, reading: Reading, changes: list[Change]
) -> tuple[pd.api.extensions.ExtensionArray | npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    codes = codes_of(column, entry.name, reading)
    changes += _code_changes(entry, column, codes)
    if entry.holds_text:
        words = [word for word, _ in entry.codes]
        meanings = pd.Series(
            [
                words[int(code)] if np.isfinite(code) else None if np.isnan(code) else "?"
                for code in codes
            ],
            dtype="str",
        )
    else:
        meanings = pd.Series(codes)
    strange = _find_impossible(entry.name, meanings)
    typed = meanings.mask(strange).astype(dtype_of(entry)).array
    rows = column.of_text.astype(np.int16)[column.column.codes]
    taken = typed.take(rows)
    return (taken.to_numpy() if entry.encoding == "scale" else taken), strange[column.of_text]


def _code_changes(entry: Feature, column: Tokens, codes: npt.NDArray[np.float64]) -> list[Change]:
    """Tokens whose canonical code is written otherwise, in one sentence, with the rows they stand
    in.
    """
    counts = column.counts()
    recoded = []
    n = 0
    for token, code, count in zip(column.tokens, codes, counts, strict=True):
        if token is None or np.isinf(code):
            continue
        written = (
            None
            if np.isnan(code)
            else entry.codes[int(code)][0]
            if entry.holds_text
            else f"{code:g}"
        )
        if token != written and str(token) != str(written):
            label = (
                "missing"
                if written is None
                else dict(entry.codes).get(_as_code(entry, written), str(written))
            )
            recoded.append(f"{token} is {label}")
            n += int(count)
    return [Change(entry.name, n, "; ".join(recoded))] if recoded else []


def _as_code(entry: Feature, written: object) -> int | float | str:
    return str(written) if entry.holds_text else int(float(str(written)))


def _convert_target(
    column: Tokens, reading: Reading
) -> tuple[pd.api.extensions.ExtensionArray, npt.NDArray[np.bool_]]:
    nums = nums_of(column, reading)
    strange = np.isinf(nums) | _find_impossible(TARGET, pd.Series(nums))
    typed: Any = pd.array(np.where(strange, np.nan, nums), dtype="Float64").astype("Int8")
    rows: pd.api.extensions.ExtensionArray = typed.take(column.per_row())
    return rows, strange[column.of_text]


def _note_bad(
    bad: dict[str, BadTexts], name: str, column: Numbers | Tokens, impossible: npt.NDArray[np.bool_]
) -> None:
    if impossible.any():
        texts, codes = column.column
        bad[name] = BadTexts(np.flatnonzero(impossible[codes]), texts, codes)


def _find_impossible(name: str, values: pd.Series) -> npt.NDArray[np.bool_]:
    # pandera takes a moment, and the patient page does not need it
    from heart.data.dialects.checks import (  # noqa: PLC0415
        find_impossible,
    )

    return find_impossible(name, values)


def list_bad_cells(name: str, bad: BadTexts, rows: pd.Index) -> list[BadCell]:
    """The impossible cells of a column: row, column, text and why."""
    domain = SEVERITY_DOMAIN if name == TARGET else feature(name).domain
    return [
        BadCell(
            int(rows[p]),
            name,
            str(bad.texts[bad.codes[p]])[:40],
            _reason(str(bad.texts[bad.codes[p]]), domain),
        )
        for p in bad.positions
    ]


def _reason(text: str, domain: str) -> str:
    if _DATE.fullmatch(text):
        return f"is not {domain}; a spreadsheet has turned it into a date"
    if text.startswith("="):
        return f"is not {domain}; paste formulas as values"
    return f"is not {domain}"


def canonical_columns(frame: pd.DataFrame) -> list[str]:
    """The canonical columns that a frame has, in their order."""
    return [name for name in COLUMNS if name in frame.columns]
