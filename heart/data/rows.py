"""One number for each different row: what duplicates, joins and splits compare."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

_ROOM = 2**59  # a caller may put a small number beside the group


def row_groups(frame: pd.DataFrame) -> npt.NDArray[np.int64]:
    """int64, shape (n,): equal where two rows hold the same values; a missing value equals a
    missing value.
    """
    return combine_codes(_codes(frame[name]) for name in frame.columns)


def distinct_rows(frame: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The different rows, in order of first appearance: which one each row is, shape (n,), and
    where each first appears.
    """
    member, different = pd.factorize(row_groups(frame))
    first = np.full(len(different), len(frame), dtype=np.int64)
    np.minimum.at(first, member, np.arange(len(frame)))
    return member.astype(np.int64), first


def _codes(column: pd.Series) -> tuple[npt.NDArray[np.integer[Any]], int]:
    codes, values = pd.factorize(column, use_na_sentinel=True)
    size = len(values) + 1
    return (codes + 1).astype(np.min_scalar_type(size)), size


def combine_codes(
    columns: Iterable[tuple[npt.NDArray[np.integer[Any]], int]],
) -> npt.NDArray[np.int64]:
    """The rows' numbers in mixed radix, shape (n,); exact: where the radix grows too large, the
    numbers are ranked first.

    Args:
        columns: codes from 0 to size - 1, shape (n,), and their size.
    """
    groups: npt.NDArray[np.int64] | None = None
    room = 1
    for codes, size in columns:
        if groups is None:
            groups, room = codes.astype(np.int64), size
            continue
        if room > _ROOM // size:
            different, groups = np.unique(groups, return_inverse=True)
            room = len(different)
        groups *= size
        groups += codes
        room *= size
    return np.empty(0, dtype=np.int64) if groups is None else groups
