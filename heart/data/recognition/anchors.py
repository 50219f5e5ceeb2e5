"""Which patients the rows of a file are whose columns have names that nobody knows.

The measurements tell patients apart. Each way to take the open columns for the measurements that
lack a column is tried: the right one finds known patients in the rows, the others next to none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from heart.data.recognition.known import MIN_KNOWN, reference
from heart.data.recognition.samples import NUMBERS, Sample, known_floats, may_be_number
from heart.data.rows import combine_codes, find_first
from heart.schema import feature

MIN_PATIENTS, MIN_SHARE = 5, 0.1
"""Rows that have to be known patients, and that have to be more than under the next best choice of
columns; and their share of the rows, and of the best choice's patients.
"""
MAX_CHOICES = 3
MIN_ANCHORS = 4

Columns = Mapping[str, int]
IntArray = npt.NDArray[np.int64]


class Anchors(NamedTuple):
    """The measurements by which the rows' patients are found.

    Attributes:
        columns: measurement to the position of its column.
        matched: every row's patient, -1 where it is none or not clear, shape (n,).
    """

    columns: dict[str, int]
    matched: IntArray

    @property
    def n(self) -> int:
        """How many rows are known patients."""
        return int(np.count_nonzero(self.matched >= 0))


def find_anchors(sample: Sample, named: Columns, open_columns: Iterable[int]) -> Anchors | None:
    """The measurements' columns under which enough rows are known patients; None where no choice
    leads clearly.

    Args:
        sample: rows of the file.
        named: feature to the position of its column, as far as names say.
        open_columns: positions of the other columns.
    """
    options = _find_options(sample, named, list(open_columns))
    for n_anchors in range(len(options), MIN_ANCHORS - 1, -1):
        found = _best_of(sample, options, n_anchors)
        if found is not None:
            return found
    return None


def is_enough_known(anchors: Anchors, n_rows: int) -> bool:
    """Whether so many rows are known patients that it is no chance."""
    return anchors.n >= max(MIN_PATIENTS, MIN_SHARE * n_rows)


def match_by(sample: Sample, columns: Columns) -> Anchors:
    """The rows' patients by these columns; a row that equals several patients is none."""
    levels = reference().levels
    ranks = {
        name: levels[name].rank(known_floats(sample.columns[position], name))
        for name, position in columns.items()
    }
    known = np.sum([rank != len(levels[name].values) for name, rank in ranks.items()], axis=0)
    possible = np.all([rank >= 0 for rank in ranks.values()], axis=0)
    possible &= known >= min(MIN_KNOWN, len(ranks))
    # ranks of rows and patients together: the combined numbers compare within one call only
    both = combine_codes(
        (np.concatenate([levels[name].of_patient, np.maximum(rank, 0)]), levels[name].size)
        for name, rank in ranks.items()
    )
    patients, rows = both[: len(levels["age"].of_patient)], both[len(levels["age"].of_patient) :]
    different, counts = np.unique(patients, return_counts=True)
    twins = np.isin(rows, different[counts > 1])
    matched = np.where(possible & ~twins, find_first(rows, patients), -1)
    return Anchors(dict(columns), matched)


def _find_options(
    sample: Sample, named: Columns, open_columns: Sequence[int]
) -> dict[str, list[int]]:
    """Measurement to the columns that it may be, those with the likeliest median first."""
    options = {}
    for name in NUMBERS:
        if name in named:
            options[name] = [named[name]] if named[name] in sample.columns else []
            continue
        fitting = [
            position
            for position in open_columns
            if position in sample.columns and may_be_number(sample.columns[position], name)
        ]
        options[name] = sorted(fitting, key=lambda p: _strangeness(sample, p, name))[:MAX_CHOICES]
    return {name: positions for name, positions in options.items() if positions}


def _strangeness(sample: Sample, position: int, name: str) -> float:
    """How far the column's median is from what is usual."""
    low, high = feature(name).usual
    median = float(np.nanmedian(known_floats(sample.columns[position], name)))
    return abs(median - (low + high) / 2)


def _best_of(
    sample: Sample, options: Mapping[str, Sequence[int]], n_anchors: int
) -> Anchors | None:
    best, second = None, 0
    for columns in _choices(options, n_anchors):
        anchors = match_by(sample, columns)
        if best is None or anchors.n > best.n:
            best, second = anchors, second if best is None else best.n
        else:
            second = max(second, anchors.n)
    if best is None or not is_enough_known(best, sample.n):
        return None
    return best if best.n - second >= max(MIN_PATIENTS, MIN_SHARE * best.n) else None


def _choices(options: Mapping[str, Sequence[int]], n_anchors: int) -> Iterator[dict[str, int]]:
    """Ways to take different columns for so many of the measurements."""
    for names in combinations(options, n_anchors):
        for positions in product(*(options[name] for name in names)):
            if len(set(positions)) == len(positions):
                yield dict(zip(names, positions, strict=True))
