"""A cohort becomes a train, a valid and a test part: stratified, exact repeats on one side."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data.cohort import Cohort
from heart.errors import SplitError
from heart.schema import FEATURE_NAMES

TEST_FRACTION = 0.2
VALID_FRACTION = 0.2
MIN_PER_CLASS = 6


class Part(NamedTuple):
    """Some of a cohort's patients: the features, shape (n, 13), and 0/1 outcomes, shape (n,)."""

    features: pd.DataFrame
    y_true: npt.NDArray[np.int64]

    @property
    def n(self) -> int:
        """How many patients."""
        return len(self.y_true)

    @property
    def positives(self) -> int:
        """How many of them are diseased."""
        return int(self.y_true.sum())


class Split(NamedTuple):
    """The three parts of a cohort: fit on train, choose on valid, report on test."""

    train: Part
    valid: Part
    test: Part

    def table(self) -> pd.DataFrame:
        """One row a part: `part`, `patients`, `diseased`, `share` (of the part, 0-1)."""
        rows = [
            (name, part.n, part.positives, part.positives / part.n)
            for name, part in zip(self._fields, self, strict=True)
        ]
        return pd.DataFrame(rows, columns=["part", "patients", "diseased", "share"])


def split_cohort(
    cohort: Cohort,
    *,
    random_state: int,
    test_fraction: float = TEST_FRACTION,
    valid_fraction: float = VALID_FRACTION,
    complete_rows: bool = False,
) -> Split:
    """The cohort's train, valid and test parts.

    The parts are stratified by outcome. Patients with identical features are one group, so that no
    part sees another's patient.

    Args:
        cohort: the patients.
        random_state: the seed; the same one gives the same parts.
        test_fraction: share of all patients in the test part.
        valid_fraction: share of the remaining patients in the valid part.
        complete_rows: leave out patients with a missing value first.

    Raises:
        SplitError: if either class has too few patients for three parts, or a fraction is not
            between 0 and 1.
    """
    # a form that shows no split need not wait for it
    from sklearn.model_selection import train_test_split  # noqa: PLC0415

    _check_fractions(test_fraction, valid_fraction)
    kept = cohort.complete() if complete_rows else cohort
    features, y_true = kept.features, kept.y_true
    group = features.groupby(list(FEATURE_NAMES), dropna=False, sort=False).ngroup().to_numpy()
    _, first = np.unique(group, return_index=True)
    _check_classes(y_true[first], complete_rows=complete_rows)
    cut = partial(train_test_split, random_state=random_state)
    rest, test = cut(first, test_size=test_fraction, stratify=y_true[first])
    train, valid = cut(rest, test_size=valid_fraction, stratify=y_true[rest])
    parts = (np.flatnonzero(np.isin(group, group[chosen])) for chosen in (train, valid, test))
    return Split(*(Part(features.iloc[rows], y_true[rows]) for rows in parts))


def _check_fractions(*fractions: float) -> None:
    for fraction in fractions:
        if not 0 < fraction < 1:
            raise SplitError(
                "a fraction between 0 and 1", f"{fraction:g}", "Choose one such as 0.2."
            )


def _check_classes(outcome: npt.NDArray[np.int64], *, complete_rows: bool) -> None:
    """Refuse too few patients of a class; `outcome` has one value a different patient."""
    smallest = np.bincount(outcome, minlength=2).min()
    if smallest < MIN_PER_CLASS:
        raise SplitError(
            f"at least {MIN_PER_CLASS} different patients with and without disease",
            f"{smallest} in one"
            f" class{' among those without a missing value' if complete_rows else ''}",
            "Use a larger cohort, or a recipe that takes incomplete rows.",
        )
