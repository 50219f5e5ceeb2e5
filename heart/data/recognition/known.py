"""The 920 patients that nearly every circulating file copies: which rows of a file are they?"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data.dialects.cells import Numbers, Parsed, Tokens
from heart.data.dialects.reading import MMOL, Reading
from heart.data.rows import combine_codes
from heart.data.shipped import SHIPPED, load_shipped
from heart.schema import FEATURE_NAMES, TARGET

KEY = ("age", "sex", "trestbps", "chol", "thalach", "oldpeak")
MIN_KNOWN = 4
"""A row is matched on the key only if this many of its six values are known."""


Matched = npt.NDArray[np.int16]
"""The position in `reference()` of each row's patient, -1 where it is none, shape (n,)."""


class Reference(NamedTuple):
    """The shipped patients.

    Attributes:
        frame: canonical, shape (920, 14), index from 0.
        hospital: the cohort's name of each, shape (920,).
        codes: feature to float64, shape (920,): its canonical code or number (words by their
            position among the codes); NaN is missing.
    """

    frame: pd.DataFrame
    hospital: npt.NDArray[np.str_]
    codes: dict[str, npt.NDArray[np.float64]]


@cache
def reference() -> Reference:
    """The shipped patients of all hospitals; made once, never changed."""
    frame = pd.concat([load_shipped(name).frame for name in SHIPPED], ignore_index=True)
    hospital = np.repeat(list(SHIPPED), [load_shipped(name).n for name in SHIPPED])
    return Reference(
        frame, hospital, {name: numeric_codes(frame[name]) for name in (*FEATURE_NAMES, TARGET)}
    )


_THAL = {"normal": 0.0, "fixed": 1.0, "reversible": 2.0}


def numeric_codes(column: pd.Series) -> npt.NDArray[np.float64]:
    """A canonical column as float64, shape (n,): words by their position among the codes, missing
    values NaN.
    """
    if pd.api.types.is_string_dtype(column.dtype):
        codes, words = pd.factorize(column)
        return np.array([*(_THAL[word] for word in words), np.nan])[codes]
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def match_rows(parsed: Parsed, reading: Reading | None) -> Matched:
    """int16, shape (n,): the position in `reference()` of each row's patient, -1 where it is none
    of them.

    Args:
        parsed: the file.
        reading: how to understand its sex and unit of cholesterol; None leaves both out of the key.
    """
    names = [name for name in KEY if name in parsed.numbers or name in parsed.categories]
    if reading is None:
        names = [name for name in names if name not in ("sex", "chol")]
    columns = [_ranks(name, parsed, reading) for name in names]
    known = np.zeros(len(parsed.rows), dtype=np.int8)
    present = np.ones(len(parsed.rows), dtype=np.bool_)
    for (ranks, codes), size in columns:
        known += (ranks < size - 1)[codes]
        present &= (ranks >= 0)[codes]
    present &= known >= min(MIN_KNOWN, len(names))
    keys = combine_codes((ranks[codes[present]], size) for (ranks, codes), size in columns)
    matched = np.full(len(parsed.rows), -1, dtype=np.int16)
    matched[present] = _find(keys, combine_codes(_reference_ranks(name) for name in names))
    return matched


def _find(keys: npt.NDArray[np.int64], ours: npt.NDArray[np.int64]) -> Matched:
    """The first position of each key among ours, -1 where it is not there."""
    order = np.argsort(ours, kind="stable").astype(np.int16)
    place = np.minimum(np.searchsorted(ours[order], keys), len(ours) - 1)
    return np.where(ours[order][place] == keys, order[place], np.int16(-1))


def rank_values(
    values: npt.NDArray[np.float64], possible: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """The position of each value among the sorted possible ones; -1 where it is none of them, the
    last where it is missing.
    """
    place = np.minimum(np.searchsorted(possible, np.nan_to_num(values)), len(possible) - 1)
    return np.where(np.isnan(values), len(possible), np.where(possible[place] == values, place, -1))


def _ranks(
    name: str, parsed: Parsed, reading: Reading | None
) -> tuple[tuple[npt.NDArray[np.int64], npt.NDArray[np.integer[Any]]], int]:
    """Of each text its rank among the reference's values (-1: none of them; the last: missing), the
    rows' texts, and how many ranks.
    """
    column: Numbers | Tokens = (
        parsed.numbers[name] if name in parsed.numbers else parsed.categories[name]
    )
    if isinstance(column, Numbers):
        values, wrong = column.floats, column.wrong
        if name == "chol" and reading is not None and reading.mmol:
            values = values * MMOL
        values = np.where(values == 0, np.nan, values) if name in ("chol", "trestbps") else values
    else:
        values, wrong = _sex_values(column, reading)
    possible = np.unique(reference().codes[name][~np.isnan(reference().codes[name])])
    ranks = rank_values(values, possible)
    return (np.where(wrong, -1, ranks), column.column.codes), len(possible) + 1


def _sex_values(
    column: Tokens, reading: Reading | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    found: list[float] = []
    for token in column.tokens:
        try:
            code = None if reading is None else reading.code_of("sex", token)
            found.append(np.nan if code is None else float(code))
        except KeyError:
            found.append(np.inf)
    values = np.array(found)[column.of_text]
    return values, np.isinf(values)


def _reference_ranks(name: str) -> tuple[npt.NDArray[np.int64], int]:
    values = reference().codes[name]
    possible = np.unique(values[~np.isnan(values)])
    return (
        np.where(np.isnan(values), len(possible), np.searchsorted(possible, np.nan_to_num(values))),
        len(possible) + 1,
    )


def match_frame(frame: pd.DataFrame) -> Matched:
    """Every row's patient, for a frame of canonical columns."""
    codes = {name: numeric_codes(frame[name]) for name in KEY}
    ours = {name: reference().codes[name] for name in KEY}
    possible = {name: np.unique(ours[name][~np.isnan(ours[name])]) for name in KEY}
    known = np.sum([~np.isnan(codes[name]) for name in KEY], axis=0)
    ranked = {name: rank_values(codes[name], possible[name]) for name in KEY}
    present = np.logical_and.reduce(
        [known >= MIN_KNOWN, *(ranks >= 0 for ranks in ranked.values())]
    )
    keys = combine_codes((ranked[name][present], len(possible[name]) + 1) for name in KEY)
    matched = np.full(len(frame), -1, dtype=np.int16)
    matched[present] = _find(keys, combine_codes(_reference_ranks(name) for name in KEY))
    return matched


def count_hospitals(matched: Matched) -> dict[str, int]:
    """Hospital to how many rows are its patients, largest first; hospitals without one are left
    out.
    """
    names, counts = np.unique(reference().hospital[matched[matched >= 0]], return_counts=True)
    return {
        str(name): int(count)
        for count, name in sorted(zip(counts, names, strict=True), reverse=True)
    }
