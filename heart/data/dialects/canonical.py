"""The canonical layout: a file's texts under a reading become typed columns and bad cells."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data.codings import MISSING_WORDS
from heart.data.dialects.cells import Numbers, Parsed, Tokens
from heart.data.dialects.reading import MMOL, Reading, codes_of, nums_of
from heart.data.patients import dtype_of
from heart.errors import NO_OUTCOME, BadCell
from heart.schema import FEATURES, TARGET, Feature, feature

SEVERITY_DOMAIN = "0 to 4 (a severity for every patient)"
SHOWN_TEXT = 40
_DATE = re.compile(
    r"[0-9]{1,4}-[A-Za-z]{3}|[A-Za-z]{3}-[0-9]{1,4}"  # 2-Mar, Mar-02
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}.*"  # 2026-03-02 00:00:00
    r"|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2,4}"  # 2.3.2026
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
    """The cells of one column that cannot be.

    Attributes:
        positions: of their rows, shape (b,).
        texts: the column's different texts, shape (k,).
        codes: which text each row has, shape (n,).
    """

    positions: npt.NDArray[np.int64]
    texts: pd.Index
    codes: npt.NDArray[np.integer[Any]]


class Converted(NamedTuple):
    """A file in the canonical layout, before anything is repaired or left out.

    Attributes:
        frame: the 13 features, and `num` as nullable Int8 if the file has a target; the index is
            the row's number in the file.
        bad: column to its impossible cells, which are missing in the frame.
        changes: what was changed on the way.
    """

    frame: pd.DataFrame
    bad: dict[str, BadTexts]
    changes: tuple[Change, ...]


class _Typed(NamedTuple):
    """One column under a reading.

    Attributes:
        array: of its canonical dtype, shape (n,).
        impossible: which of the column's texts cannot be, bool, shape (k,).
        changes: what was changed on the way.
    """

    array: pd.api.extensions.ExtensionArray | npt.NDArray[np.float64]
    impossible: npt.NDArray[np.bool_]
    changes: tuple[Change, ...] = ()


def convert(parsed: Parsed, reading: Reading) -> Converted:
    """The typed columns of a file under a reading; what has no column is missing in every row."""
    texts: dict[str, Numbers | Tokens] = parsed.features
    typed = {entry.name: _convert(entry, parsed, reading) for entry in FEATURES}
    if parsed.target is not None and reading.target is not None:
        texts[TARGET] = parsed.target
        typed[TARGET] = _convert_target(parsed.target, reading)
    return Converted(
        pd.DataFrame(
            {name: column.array for name, column in typed.items()}, index=parsed.rows, copy=False
        ),
        {
            name: _bad_texts(texts[name], column.impossible)
            for name, column in typed.items()
            if column.impossible.any()
        },
        tuple(change for column in typed.values() for change in column.changes),
    )


def _convert(entry: Feature, parsed: Parsed, reading: Reading) -> _Typed:
    if entry.name in parsed.numbers:
        return _convert_number(entry, parsed.numbers[entry.name], reading)
    if entry.name in parsed.categories:
        return _convert_category(entry, parsed.categories[entry.name], reading)
    n = len(parsed.rows)
    missing = pd.array([None], dtype=dtype_of(entry)).repeat(n)
    absent = Change(entry.name, n, "the file has no such column: missing")
    return _Typed(missing, np.zeros(0, dtype=np.bool_), (absent,))


def _convert_number(entry: Feature, column: Numbers, reading: Reading) -> _Typed:
    counts, values, changes = column.column.counts(), column.floats, []
    if entry.name == "chol" and reading.mmol:
        values = np.round(values * MMOL, 2)
        n = int(counts[~np.isnan(values)].sum())
        changes.append(Change(entry.name, n, f"mmol/l x {MMOL}: now mg/dl"))
    coded_missing = np.isin(values, entry.missing_codes)
    if coded_missing.any():
        codes = " or ".join(f"{code:g}" for code in entry.missing_codes)
        reason = f"{codes} means not measured: now missing"
        changes.append(Change(entry.name, int(counts[coded_missing].sum()), reason))
    values = np.where(coded_missing, np.nan, values)
    impossible = column.wrong | _find_impossible(entry.name, pd.Series(values))
    values = np.where(impossible, np.nan, values)
    return _Typed(values[column.column.codes], impossible, tuple(changes))


def _convert_category(entry: Feature, column: Tokens, reading: Reading) -> _Typed:
    codes = codes_of(column, entry.name, reading)
    meanings = pd.Series(codes)
    if entry.holds_text:
        meanings = pd.Series([_word_of(entry, code) for code in codes], dtype="str")
    impossible = _find_impossible(entry.name, meanings)
    typed = meanings.mask(impossible).astype(dtype_of(entry)).array
    rows = column.of_text.astype(np.int16)[column.column.codes]  # as long as the file: few bytes
    values = typed.take(rows)
    return _Typed(
        values.to_numpy() if entry.encoding == "scale" else values,
        impossible[column.of_text],
        _recoded(entry, column, codes),
    )


def _word_of(entry: Feature, code: float) -> str | None:
    """The word at a code's position; None where it is missing, "?" where it has no meaning."""
    if np.isnan(code):
        return None
    return str(entry.codes[int(code)][0]) if np.isfinite(code) else "?"


def _recoded(entry: Feature, column: Tokens, codes: npt.NDArray[np.float64]) -> tuple[Change, ...]:
    """The tokens whose canonical code is written otherwise, in one sentence, and their rows."""
    recoded = []
    n = 0
    for token, code, count in zip(column.tokens, codes, column.counts(), strict=True):
        if token is None or np.isinf(code):
            continue
        canonical, label = _code_and_label(entry, code)
        if token != canonical:
            recoded.append(f"{token} is {label}")
            n += int(count)
    return (Change(entry.name, n, "; ".join(recoded)),) if recoded else ()


def _code_and_label(entry: Feature, code: float) -> tuple[str | None, str]:
    if np.isnan(code):
        return None, "missing"
    if entry.holds_text:
        word, label = entry.codes[int(code)]
        return str(word), label
    return f"{code:g}", dict(entry.codes)[int(code)]


def _convert_target(column: Tokens, reading: Reading) -> _Typed:
    nums = nums_of(column, reading)
    impossible = np.isinf(nums) | _find_impossible(TARGET, pd.Series(nums))
    typed: Any = pd.array(np.where(impossible, np.nan, nums), dtype="Float64").astype("Int8")
    return _Typed(typed.take(column.per_row()), impossible[column.of_text])


def _bad_texts(column: Numbers | Tokens, impossible: npt.NDArray[np.bool_]) -> BadTexts:
    texts, codes = column.column
    return BadTexts(np.flatnonzero(impossible[codes]), texts, codes)


def _find_impossible(name: str, values: pd.Series) -> npt.NDArray[np.bool_]:
    # pandera takes a moment, and the patient page does not need it
    from heart.data.dialects.checks import find_impossible  # noqa: PLC0415

    return find_impossible(name, values)


def list_bad_cells(name: str, bad: BadTexts, rows: pd.Index) -> list[BadCell]:
    """The impossible cells of a column: row, column, text and why."""
    domain = SEVERITY_DOMAIN if name == TARGET else feature(name).domain
    texts = bad.texts[bad.codes[bad.positions]].tolist()
    return [
        BadCell(int(row), name, text[:SHOWN_TEXT], _reason(name, text, domain))
        for row, text in zip(rows[bad.positions], texts, strict=True)
    ]


def _reason(name: str, text: str, domain: str) -> str:
    if name == TARGET and text.lower() in MISSING_WORDS:
        return NO_OUTCOME
    return f"is not {domain}{_hint(text)}"


def _hint(text: str) -> str:
    if _DATE.fullmatch(text):
        return "; a spreadsheet has turned it into a date"
    return "; paste formulas as values" if text.startswith("=") else ""
