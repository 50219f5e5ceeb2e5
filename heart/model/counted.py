"""A preprocessor fitted on counts of each column's different values: as on the rows themselves,
which need not be in memory.

What is measured of a patient has few different values. Shapes: F numbers, P pieces.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.preprocessing import LabelEncoder, StandardScaler

from heart.errors import CohortError
from heart.model.pieces import FloatArray
from heart.model.preprocessing import HeartPreprocessor
from heart.schema import FEATURES

MAX_DIFFERENT = 2**20
"""Different values of a column: 16 MiB with their counts."""


class Counts(NamedTuple):
    """A column's different values, sorted, shape (v,), and how many patients have each."""

    different: FloatArray
    counts: npt.NDArray[np.int64]

    def quantile(self, share: float) -> float:
        """Of all patients' values, as `numpy.quantile` gives it, to the bit."""
        position = (int(self.counts.sum()) - 1) * share
        below = int(position)
        return float(np.quantile(self._around(below, below + 1), position - below))

    def median(self) -> float:
        """Of all patients' values, as `numpy.median` gives it, to the bit."""
        n = int(self.counts.sum())
        return float(self._around((n - 1) // 2, n // 2).mean())

    def _around(self, *positions: int) -> FloatArray:
        """The values that stand there among all patients' in order; beyond the end the last."""
        found = np.searchsorted(np.cumsum(self.counts), np.array(positions), side="right")
        return self.different[np.minimum(found, len(self.different) - 1)]


NOTHING = Counts(np.zeros(1), np.ones(1, dtype=np.int64))
"""What stands for a column without a value, as in `HeartPreprocessor.fit`."""


class ColumnCounts:
    """The different values of each feature, counted piece by piece."""

    def __init__(self) -> None:
        empty = Counts(np.empty(0), np.empty(0, dtype=np.int64))
        self._numbers = {f.name: empty for f in FEATURES if not f.holds_text}
        self._words: dict[str, set[str]] = {f.name: set() for f in FEATURES if f.holds_text}

    def add(self, frame: pd.DataFrame) -> None:
        """Count some more patients, canonical.

        Raises:
            CohortError: for a column of too many different values.
        """
        for name, words in self._words.items():
            words.update(frame[name].dropna().unique().tolist())
        for name, known in self._numbers.items():
            column = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
            new = np.unique(column[~np.isnan(column)], return_counts=True)
            values, of = np.unique(np.concatenate([known.different, new[0]]), return_inverse=True)
            if len(values) > MAX_DIFFERENT:
                raise CohortError(
                    f"at most {MAX_DIFFERENT:,} different values of {name}",
                    "more",
                    "Round it to what can be measured.",
                )
            counts = np.zeros(len(values), dtype=np.int64)
            np.add.at(counts, of, np.concatenate([known.counts, new[1]]))
            self._numbers[name] = Counts(values, counts)

    def of(self, name: str) -> Counts:
        """The values of a number, or of a code that is one; none where nobody has one."""
        return self._numbers[name]

    def classes(self, name: str) -> pd.Series:
        """The different values of a category, canonical."""
        if name in self._words:
            return pd.Series(sorted(self._words[name]), dtype="str")
        return pd.Series(self._numbers[name].different, dtype="Int8")


def fit_counted(preprocessor: HeartPreprocessor, counted: ColumnCounts) -> HeartPreprocessor:
    """The same preprocessor, fitted as `fit` does it on the patients that were counted: medians,
    ranges, knots and classes are equal, means and scales to rounding.
    """
    found = [counted.of(f.name) for f in preprocessor.numbers]
    columns = [column if len(column.different) else NOTHING for column in found]
    shares = np.linspace(0, 1, preprocessor.pieces + 1) if preprocessor.pieces > 1 else np.empty(0)
    preprocessor.scaler_ = _join_scalers([_scale(column) for column in columns])
    preprocessor.median_ = np.array([column.median() for column in columns])
    preprocessor.training_range_ = np.array(
        [(c.different[0], c.different[-1]) if len(c.different) else (np.nan, np.nan) for c in found]
    ).reshape(-1, 2)
    preprocessor.knots_ = np.array(
        [[column.quantile(share) for share in shares.tolist()] for column in columns]
    ).reshape(len(columns), len(shares))
    preprocessor.encoders_ = {
        f.name: LabelEncoder().fit(counted.classes(f.name).to_numpy())
        for f in preprocessor.categories
    }
    return preprocessor


def _scale(column: Counts) -> StandardScaler:
    return StandardScaler().fit(column.different.reshape(-1, 1), sample_weight=column.counts)


def _join_scalers(scalers: list[StandardScaler]) -> StandardScaler:
    """One for all columns."""
    joined = StandardScaler()
    for name in ("mean_", "var_", "scale_"):
        parts = [getattr(scaler, name) for scaler in scalers]
        setattr(joined, name, np.concatenate([np.empty(0), *parts]))
    joined.n_features_in_ = len(scalers)
    joined.n_samples_seen_ = np.array([scaler.n_samples_seen_ for scaler in scalers])
    return joined
