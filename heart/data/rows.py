"""One number for each different row: what duplicates, joins and splits compare."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

IntArray = npt.NDArray[np.int64]
_ROOM = 2**59  # not 2**63: a caller may put a small number beside the group


def row_groups(frame: pd.DataFrame) -> IntArray:
    """int64, shape (n,): equal where two rows hold the same values; missing equals missing."""
    return combine_codes(_codes(frame[name]) for name in frame.columns)


def distinct_rows(frame: pd.DataFrame) -> tuple[IntArray, IntArray]:
    """Which of the different rows each row is, shape (n,), and where each first appears.

    The different rows are in the order of their first appearance.
    """
    member, different = pd.factorize(row_groups(frame))
    first = np.full(len(different), len(frame), dtype=np.int64)
    np.minimum.at(first, member, np.arange(len(frame)))
    return member.astype(np.int64), first


def _codes(column: pd.Series) -> tuple[npt.NDArray[np.integer[Any]], int]:
    codes, values = pd.factorize(column, use_na_sentinel=True)
    size = len(values) + 1
    return (codes + 1).astype(np.min_scalar_type(size)), size


def combine_codes(columns: Iterable[tuple[npt.NDArray[np.integer[Any]], int]]) -> IntArray:
    """One number for each row's codes, shape (n,), equal exactly where all of them are.

    Each column is a digit of a number in mixed radix, as hours and minutes are of a time. Unlike
    hashes, different rows never share a number. Where the next column might overflow int64, the
    numbers so far are replaced by their ranks, of which there are no more than rows; they then
    compare within this call only, not with those of another one.

    Args:
        columns: codes from 0 to size - 1, shape (n,), and their size.

    >>> hours, minutes = np.array([2, 0]), np.array([5, 59])
    >>> combine_codes([(hours, 24), (minutes, 60)]).tolist()
    [125, 59]
    """
    waiting = iter(columns)
    first, room = next(waiting, (np.empty(0), 0))  # room: how many different numbers there can be
    groups: IntArray = first.astype(np.int64)
    for codes, size in waiting:
        if room * size > _ROOM:
            different, groups = np.unique(groups, return_inverse=True)
            room = len(different)
        groups *= size
        groups += codes
        room *= size
    return groups


def find_first(wanted: IntArray, numbers: IntArray) -> npt.NDArray[np.integer[Any]]:
    """Where each wanted number first stands among the numbers, -1 where it does not.

    >>> find_first(np.array([7, 5, 7]), np.array([5, 5, 3, 7])).tolist()
    [3, 0, 3]
    """
    if not len(numbers):
        return np.full(len(wanted), -1, dtype=np.int64)
    # stable: of equal numbers the first comes first; few bytes: much more may be wanted
    order = np.argsort(numbers, kind="stable").astype(np.min_scalar_type(-len(numbers)))
    nearest = np.minimum(np.searchsorted(numbers[order], wanted), len(numbers) - 1)
    return np.where(numbers[order][nearest] == wanted, order[nearest], -1)
