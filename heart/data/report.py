"""What reading a file found: counts, evidence, and all that was changed, dropped or left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data.columns import ColumnMatch
from heart.data.dialects.canonical import Change, SetAside
from heart.data.rows import row_groups
from heart.errors import BadCell
from heart.schema import FEATURE_NAMES, FEATURES, SEVERITIES, TARGET, Feature

MAX_LISTED, MAX_MEMBERS = 200, 50


class UnusualValue(NamedTuple):
    """A possible value that deserves a second look; `row` counts the file's patients from 1."""

    row: int
    column: str
    value: float
    usual: str


@dataclass(frozen=True)
class CohortReport:
    """What reading found.

    Attributes:
        rows: patients in the file.
        distinct: patients in the cohort that are not exact repeats of an earlier row.
        positives: patients in the cohort with num > 0.
        missing: column and its number of missing values in the cohort, for every feature.
        changes: what reading changed.
        unusual: possible values that deserve a second look, at most 200 a column.
        conflicts: rows with equal features and different labels, at most 200 groups of 50.
        dialect: the dialect's name.
        reading: what its codes mean, in words.
        inverted: whether the file marks the diseased with the lower value.
        matched: hospital to how many rows are its patients.
        evidence: the reasons for the reading, in sentences.
        warnings: what makes the cohort doubtful, in sentences.
        restored: cells that somebody had invented, missing again.
        set_aside: rows of the file that are not in the cohort, and why.
        bad_cells: cells that cannot be; their rows are set aside too.
        dropped: names of columns that are not used.
        personal: those of them that look like personal data.
        notes: what was noticed about the file's format.
        columns: columns that their names do not name, what they are, and why.
    """

    rows: int
    distinct: int
    positives: int
    missing: dict[str, int]
    changes: tuple[Change, ...]
    unusual: tuple[UnusualValue, ...]
    conflicts: tuple[tuple[int, ...], ...] = ()
    dialect: str = "canonical"
    reading: str = ""
    inverted: bool = False
    matched: dict[str, int] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    restored: int = 0
    set_aside: tuple[SetAside, ...] = ()
    bad_cells: tuple[BadCell, ...] = ()
    dropped: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    columns: tuple[ColumnMatch, ...] = ()

    @property
    def duplicates(self) -> int:
        """Rows of the cohort that repeat an earlier row exactly."""
        return self.rows - len(self.set_aside) - self.distinct

    @property
    def known(self) -> int:
        """Rows that are patients of the shipped hospitals."""
        return sum(self.matched.values())


def count_frame(frame: pd.DataFrame, changes: Sequence[Change]) -> CohortReport:
    """The counts of a canonical frame; what only a file's reading knows is left at its default."""
    num = frame[TARGET].to_numpy(dtype=np.int64)
    groups = row_groups(frame[list(FEATURE_NAMES)])
    # sorted: equal features lie together, equal severities within them
    keys = np.sort(groups * len(SEVERITIES) + num)
    return CohortReport(
        rows=len(frame),
        distinct=int(np.count_nonzero(np.diff(keys))) + 1 if len(keys) else 0,
        positives=int((num > 0).sum()),
        missing={name: int(frame[name].isna().sum()) for name in FEATURE_NAMES},
        changes=tuple(changes),
        unusual=tuple(
            unusual
            for entry in FEATURES
            if not entry.codes
            for unusual in _find_unusual(entry, frame[entry.name])
        ),
        conflicts=_find_conflicts(keys, groups, frame.index),
    )


def _find_conflicts(
    keys: npt.NDArray[np.int64], groups: npt.NDArray[np.int64], rows: pd.Index
) -> tuple[tuple[int, ...], ...]:
    """Groups of rows that are equal but for being called diseased or healthy.

    Args:
        keys: group times 5 plus severity, sorted.
        groups: each row's group.
        rows: each row's number.
    """
    healthy = keys % len(SEVERITIES) == 0
    mixed = np.flatnonzero(healthy[:-1] & ~healthy[1:])  # within a group the healthy come first
    mixed = mixed[keys[mixed] // len(SEVERITIES) == keys[mixed + 1] // len(SEVERITIES)][:MAX_LISTED]
    listed = keys[mixed] // len(SEVERITIES)
    members: dict[int, list[int]] = {int(group): [] for group in listed}
    positions = np.flatnonzero(np.isin(groups, listed))
    earlier = pd.Series(groups[positions]).groupby(groups[positions]).cumcount()
    for position in positions[earlier < MAX_MEMBERS].tolist():
        members[int(groups[position])].append(int(rows[position]))
    return tuple(tuple(group) for group in members.values())


def _find_unusual(entry: Feature, values: pd.Series) -> list[UnusualValue]:
    low, high = entry.usual
    rare = values[values.notna() & ~values.between(low, high)].head(MAX_LISTED)
    return [
        UnusualValue(int(row), entry.name, float(value), f"{low:g} to {high:g}")  # type: ignore[call-overload]
        for row, value in rare.items()
    ]
