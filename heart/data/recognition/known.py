"""The 920 patients that nearly every circulating file copies: which rows of a file are they?

A row is one of them where everything in `KEY` is equal. Values are compared by their rank among
the patients' values: a file's column has few different texts, so each text is ranked once, and the
ranks of a row are combined into one number that is looked up among the patients' own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data.dialects.cells import Parsed
from heart.data.dialects.reading import Reading, codes_of
from heart.data.rows import combine_codes, find_first
from heart.data.shipped import SHIPPED, load_shipped
from heart.schema import FEATURE_NAMES, TARGET, feature

KEY = ("age", "sex", "trestbps", "chol", "thalach", "oldpeak")
MIN_KNOWN = 4
"""A row is matched on the key only if this many of its six values are known."""

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
Matched = npt.NDArray[np.int16]
BoolArray = npt.NDArray[np.bool_]
"""The position in `reference()` of each row's patient, -1 where it is none, shape (n,)."""


class Levels(NamedTuple):
    """The different values that the shipped patients have in a column.

    Attributes:
        values: sorted, shape (v,).
        of_patient: which of them each patient has, shape (920,); v where it is missing.
    """

    values: FloatArray
    of_patient: IntArray

    @property
    def size(self) -> int:
        """How many ranks there are, the one for missing included."""
        return len(self.values) + 1

    def rank(self, values: FloatArray) -> IntArray:
        """Which of them each value is; -1 where it is none, v where it is missing."""
        nearest = np.minimum(np.searchsorted(self.values, values), len(self.values) - 1)
        equal = np.where(self.values[nearest] == values, nearest, -1)
        return np.where(np.isnan(values), len(self.values), equal)


class Reference(NamedTuple):
    """The shipped patients.

    Attributes:
        frame: canonical, shape (920, 14), index from 0.
        hospital: the cohort's name of each, shape (920,).
        codes: column to float64, shape (920,), as `numeric_codes` has it.
        levels: column to the different values in it.
    """

    frame: pd.DataFrame
    hospital: npt.NDArray[np.str_]
    codes: dict[str, FloatArray]
    levels: dict[str, Levels]


@cache
def reference() -> Reference:
    """The shipped patients of all hospitals; made once, never changed."""
    cohorts = [load_shipped(name) for name in SHIPPED]
    frame = pd.concat([cohort.frame for cohort in cohorts], ignore_index=True)
    hospital = np.repeat(list(SHIPPED), [cohort.n for cohort in cohorts])
    codes = {name: numeric_codes(frame[name]) for name in (*FEATURE_NAMES, TARGET)}
    levels = {name: _find_levels(column) for name, column in codes.items()}
    return Reference(frame, hospital, codes, levels)


def _find_levels(column: FloatArray) -> Levels:
    values, of_patient = np.unique(column, return_inverse=True)  # all NaN are one, the last
    return Levels(values[~np.isnan(values)], of_patient)


def numeric_codes(column: pd.Series) -> FloatArray:
    """A canonical column as float64, shape (n,): a word by its position among the codes, or NaN."""
    if pd.api.types.is_string_dtype(column.dtype):
        words = [word for word, _ in feature(str(column.name)).codes]
        codes, different = pd.factorize(column)
        return np.array([*(float(words.index(word)) for word in different), np.nan])[codes]
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


class _Ranked(NamedTuple):
    """A column of the key.

    Attributes:
        ranks: of the different texts among the patients' values, shape (k,), as in `Levels.rank`.
        rows: which text each row has, shape (n,).
    """

    ranks: IntArray
    rows: npt.NDArray[np.integer[Any]]


def match_rows(parsed: Parsed, reading: Reading) -> Matched:
    """Every row's patient.

    Sex and cholesterol are left out of the key where the reading is one of several for them: which
    of the sexes 1 is, and whether the unit is mmol/l, is what the known patients have to show.
    """
    unsettled = ("sex", "chol") if reading.sex or reading.mmol else ()
    key = [name for name in KEY if name in parsed.features and name not in unsettled]
    ranked = {
        name: _Ranked(_rank_texts(name, parsed, reading), parsed.features[name].column.codes)
        for name in key
    }
    return _match(ranked, len(parsed.rows))


def _rank_texts(name: str, parsed: Parsed, reading: Reading) -> IntArray:
    levels = reference().levels[name]
    if name in parsed.categories:  # sex
        column = parsed.categories[name]
        return levels.rank(codes_of(column, name, reading))[column.of_text]
    _, numbers, wrong = parsed.numbers[name]
    missing = np.isin(numbers, feature(name).missing_codes)
    return np.where(wrong, -1, levels.rank(np.where(missing, np.nan, numbers)))


def match_frame(frame: pd.DataFrame) -> Matched:
    """Every row's patient, for a frame of canonical features.

    Columns in which the frame knows nothing are left out, and so is the cholesterol of a row where
    it is not in whole mg/dl, as the patients' own is: there it was converted or invented. Of
    several patients with the same key the one who is equal in all columns is taken, else the first.
    A row of which too little of the key is known is a patient if it is equal to one in all columns.
    """
    known = [name for name in FEATURE_NAMES if frame[name].notna().any()]
    invented = _has_invented_cholesterol(frame)
    matched = np.empty(len(frame), dtype=np.int16)
    matched[~invented] = _match_rows(frame[~invented], known)
    matched[invented] = _match_rows(frame[invented], [name for name in known if name != "chol"])
    return matched


def can_be_matched(frame: pd.DataFrame) -> bool:
    """Whether enough columns of the key are known for the patients of a frame to be recognised."""
    known = frame[list(KEY)].notna()
    known["chol"] &= ~_has_invented_cholesterol(frame)
    return int(known.any().sum()) >= MIN_KNOWN


def _has_invented_cholesterol(frame: pd.DataFrame) -> BoolArray:
    cholesterol = numeric_codes(frame["chol"])
    invented: BoolArray = ~np.isnan(cholesterol) & (cholesterol % 1 != 0)
    return invented


def _match_rows(rows: pd.DataFrame, columns: Sequence[str]) -> Matched:
    """Every row's patient by these columns alone; nobody where too few of them are of the key."""
    key = [name for name in columns if name in KEY]
    if len(key) < MIN_KNOWN:
        return np.full(len(rows), -1, dtype=np.int16)
    matched = _match(_rank_frame(rows, key), len(rows))
    little = rows[key].notna().sum(axis=1).to_numpy() < MIN_KNOWN
    alike = np.flatnonzero((matched >= 0) | little)
    exact = _match(_rank_frame(rows.iloc[alike], columns), len(alike))
    matched[alike] = np.where(exact >= 0, exact, matched[alike])
    return matched


def _rank_frame(frame: pd.DataFrame, columns: Iterable[str]) -> dict[str, _Ranked]:
    rows = np.arange(len(frame))
    levels = reference().levels
    return {name: _Ranked(levels[name].rank(numeric_codes(frame[name])), rows) for name in columns}


def _match(key: Mapping[str, _Ranked], n: int) -> Matched:
    levels = reference().levels
    known = np.zeros(n, dtype=np.int8)
    possible = np.ones(n, dtype=np.bool_)
    for name, (ranks, rows) in key.items():
        known += (ranks != len(levels[name].values))[rows]
        possible &= (ranks >= 0)[rows]
    # with so few values two patients are easily alike
    possible &= known >= min(MIN_KNOWN, len(key))
    wanted = combine_codes(
        (ranks[rows[possible]], levels[name].size) for name, (ranks, rows) in key.items()
    )
    patients = combine_codes((levels[name].of_patient, levels[name].size) for name in key)
    matched = np.full(n, -1, dtype=np.int16)
    matched[possible] = find_first(wanted, patients)
    return matched


def count_hospitals(matched: Matched) -> dict[str, int]:
    """Hospital to how many rows are its patients, largest first; none without a patient."""
    names, counts = np.unique(reference().hospital[matched[matched >= 0]], return_counts=True)
    largest_first = sorted(zip(counts.tolist(), names.tolist(), strict=True), reverse=True)
    return {name: count for count, name in largest_first}
