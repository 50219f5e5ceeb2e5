"""Which patient a row is, once its file's reading is known.

Lookalikes are told apart, and rows are found whose patient lacks values at UCI.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data.recognition.known import Matched, numeric_codes, reference
from heart.data.rows import combine_codes, find_first, row_groups
from heart.schema import FEATURE_NAMES, TARGET

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Positions = npt.NDArray[np.integer[Any]]
MIN_COPY_SHARE = 0.5
_PATTERN_NEEDS = {"age", "sex", "cp"}


def rematch(frame: pd.DataFrame, matched: Matched) -> Matched:
    """Every row's patient, by all features that the file has instead of the key only.

    Args:
        frame: the canonical frame of the file.
        matched: every row's patient by the key; not changed.
    """
    present = [name for name in FEATURE_NAMES if frame[name].notna().any()]
    return _match_more(frame, _choose_twins(frame, matched), present)


def _choose_twins(frame: pd.DataFrame, matched: Matched) -> Matched:
    """Rows whose key two reference patients share go to the one with more equal features."""
    better = matched.copy()
    for first, second in _lookalikes():
        rows = np.flatnonzero(matched == first)
        if len(rows):
            codes = {name: numeric_codes(frame[name].iloc[rows]) for name in FEATURE_NAMES}
            better[rows[_count_equal(codes, second) > _count_equal(codes, first)]] = second
    return better


@cache
def _lookalikes() -> tuple[tuple[int, int], ...]:
    """Pairs of reference patients that a join cannot tell apart; it finds the first."""
    levels = reference().levels
    key = combine_codes(
        (levels[name].of_patient, levels[name].size)
        for name in ("age", "sex", "trestbps", "thalach", "oldpeak")
    )
    first = find_first(key, key)
    return tuple((int(first[i]), int(i)) for i in np.flatnonzero(first != np.arange(len(key))))


def _count_equal(codes: dict[str, FloatArray], patient: int) -> IntArray:
    equal = [values == reference().codes[name][patient] for name, values in codes.items()]
    return np.asarray(np.sum(equal, axis=0))


class _OpenRows(NamedTuple):
    """Rows without a patient.

    Attributes:
        positions: in the file, shape (m,).
        ranks: feature to each row's rank among the patients' values, shape (m,); see `Levels.rank`.
        groups: equal where two rows hold the same, target included, shape (m,).
        ill: bool, shape (m,); None where the file has no target.
    """

    positions: IntArray
    ranks: dict[str, IntArray]
    groups: IntArray
    ill: npt.NDArray[np.bool_] | None

    def some(self, rows: IntArray) -> _OpenRows:
        """Some of them."""
        return _OpenRows(
            self.positions[rows],
            {name: ranks[rows] for name, ranks in self.ranks.items()},
            self.groups[rows],
            None if self.ill is None else self.ill[rows],
        )


def _open_rows(frame: pd.DataFrame, matched: Matched, present: list[str]) -> _OpenRows:
    positions = np.flatnonzero(matched < 0)
    rows = frame.iloc[positions]
    target = [TARGET] if TARGET in frame.columns else []
    levels = reference().levels
    return _OpenRows(
        positions,
        {name: levels[name].rank(numeric_codes(rows[name])) for name in present},
        row_groups(rows[[*present, *target]]),
        numeric_codes(rows[TARGET]) > 0 if target else None,
    )


def _match_more(frame: pd.DataFrame, matched: Matched, present: list[str]) -> Matched:
    """The matches, with rows of a copy whose patient lacks values at UCI.

    Where somebody has filled in what UCI lacks, a row's key differs from its patient's. Such a row
    is still that patient if everything that UCI does know is equal. That alone would be too bold: a
    patient of whom little is known equals many, and a new patient taken for him would lose values
    that somebody measured. So only patients of hospitals are tried of which the file clearly is a
    copy, only those that no row is yet, those of whom most is known first; and only where no more
    different rows come into question than there are patients who are alike in this.
    """
    free = _free_patients(matched)
    if not len(free) or not (matched < 0).any():
        return matched
    every = _open_rows(frame, matched, present)
    more = matched.copy()
    for names, patients in _patterns(free, present):
        rows = every.some(np.flatnonzero(more[every.positions] < 0))
        equal, alike = _equal_patients(rows, patients, names)
        for first in np.unique(equal[equal >= 0]):
            candidates = rows.some(np.flatnonzero(equal == first))
            taken = _choose_rows(
                candidates, patients[first], n_patients=int((alike == first).sum())
            )
            more[taken] = patients[first]
    return more


def _free_patients(matched: Matched) -> IntArray:
    """Patients that no row is, of the hospitals of which most patients are in the file."""
    hospital = reference().hospital
    there = np.zeros(len(hospital), dtype=np.bool_)
    there[matched[matched >= 0]] = True
    copied = [
        name for name in np.unique(hospital) if there[hospital == name].mean() > MIN_COPY_SHARE
    ]
    return np.flatnonzero(np.isin(hospital, copied) & ~there)


def _patterns(patients: IntArray, present: list[str]) -> Iterator[tuple[list[str], IntArray]]:
    """Patients of whom the same features are known, and which; most known first."""
    unknown = np.stack([np.isnan(reference().codes[name][patients]) for name in present], axis=1)
    patterns, pattern_of = np.unique(unknown, axis=0, return_inverse=True)
    for pattern in np.argsort(patterns.sum(axis=1), kind="stable"):
        names = [name for name, lacks in zip(present, patterns[pattern], strict=True) if not lacks]
        if set(names) >= _PATTERN_NEEDS:
            yield names, patients[pattern_of == pattern]


def _equal_patients(
    rows: _OpenRows, patients: IntArray, names: list[str]
) -> tuple[Positions, Positions]:
    """The first patient that each row equals in these features, -1 for none, shape (m,).

    And the first one that each patient equals, shape (p,): those of one number are alike.
    """
    levels = reference().levels
    codes = [
        # -1, a value that no patient has, becomes a code of its own: none equals it
        np.concatenate(
            [levels[name].of_patient[patients], rows.ranks[name] % (levels[name].size + 1)]
        )
        for name in names
    ]
    sizes = [levels[name].size + 1 for name in names]
    both = combine_codes(zip(codes, sizes, strict=True))
    theirs, ours = both[: len(patients)], both[len(patients) :]
    return find_first(ours, theirs), find_first(theirs, theirs)


def _choose_rows(candidates: _OpenRows, patient: int, *, n_patients: int) -> IntArray:
    """The positions of the rows that are one of so many patients; none where it is not clear.

    Repeats of a row count once. Where there are too many rows, the label may tell the patient from
    somebody who looks alike.
    """
    if len(np.unique(candidates.groups)) > n_patients and candidates.ill is not None:
        is_ill = reference().codes[TARGET][patient] > 0
        candidates = candidates.some(np.flatnonzero(candidates.ill == is_ill))
    is_clear = len(np.unique(candidates.groups)) <= n_patients
    return candidates.positions if is_clear else candidates.positions[:0]
