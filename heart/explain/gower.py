"""How alike patients are: Gower's distance on the features that a model uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.evaluation.metrics import FloatArray, IntArray
from heart.schema import Feature, Value

MIN_SHARED = 0.5
"""Of the features that are known of a patient, the share that must be known of another one too;
with fewer in common a small distance would say little.
"""


class Distances(NamedTuple):
    """How far each patient of a cohort is from one patient.

    Attributes:
        distance: mean difference over the shared features, float64, shape (n,); infinite where too
            few are shared.
        shared: how many features are known of both, int64, shape (n,).
    """

    distance: FloatArray
    shared: IntArray


class Gower:
    """Patients as points, and Gower's distance to them.

    The distance is the mean, over the features known of both patients, of a number's difference
    divided by its range among these patients, and of 0 or 1 for equal or different categories
    (Gower 1971, A general coefficient of similarity and some of its properties, Biometrics
    27:857-871: his S is 1 minus this). What the model reads as a number is one here. A patient
    outside a range may be further than 1 from another in that feature, on purpose: an extreme value
    shall count. A number that is the same in everybody has no range: one unit then counts 1.

    Args:
        frame: canonical patients, shape (n, at least the features).
        features: those that count.
    """

    def __init__(self, frame: pd.DataFrame, features: Sequence[Feature]) -> None:
        self.features = tuple(features)
        self.n = len(frame)
        values = [_as_numbers(frame[f.name], f) for f in self.features]
        self.values = np.stack(values, axis=1) if values else np.empty((self.n, 0))
        self.is_number = np.array([f.encoding == "scale" for f in self.features], dtype=np.bool_)
        self.ranges = np.array([_range_of(column) for column in self.values.T])

    def point(self, patient: Mapping[str, Value | None]) -> FloatArray:
        """A patient's values, NaN where not known, shape (F,); categories as positions among their
        codes.
        """
        return np.array([_as_number(patient[f.name], f) for f in self.features])

    def distances(self, point: FloatArray) -> Distances:
        """From one patient, a `point`, to each patient."""
        differences = self._differences(self.values, point)  # (n, F)
        known = ~np.isnan(differences)
        shared = known.sum(axis=1)
        total = np.where(known, differences, 0.0).sum(axis=1)
        needed = max(1, int(np.ceil(MIN_SHARED * (~np.isnan(point)).sum())))
        distance = np.full(self.n, np.inf)
        np.divide(total, shared, out=distance, where=shared >= needed)
        return Distances(distance, shared)

    def among(self, rows: IntArray, like: FloatArray) -> FloatArray:
        """The distances of some patients to each other on the features that `like` (a `point`)
        knows, shape (m, m); infinite to themselves and where too few are shared.
        """
        total = np.zeros((len(rows), len(rows)))
        shared = np.zeros((len(rows), len(rows)), dtype=np.int64)
        known = np.flatnonzero(~np.isnan(like))
        for j in known:
            column = self.values[rows, j]
            difference = np.abs(column[:, None] - column)
            difference = difference / self.ranges[j] if self.is_number[j] else difference > 0
            both = ~np.isnan(column)[:, None] & ~np.isnan(column)
            total += np.where(both, difference, 0.0)
            shared += both
        needed = max(1, int(np.ceil(MIN_SHARED * len(known))))
        distance = np.full_like(total, np.inf)
        np.divide(total, shared, out=distance, where=shared >= needed)
        np.fill_diagonal(distance, np.inf)
        return distance

    def same(self, point: FloatArray) -> npt.NDArray[np.bool_]:
        """Who has exactly these values, and no other ones: unknown where they are, shape (n,)."""
        equal = (self.values == point) | (np.isnan(self.values) & np.isnan(point))
        return np.asarray(equal.all(axis=1))

    def _differences(self, values: FloatArray, point: FloatArray) -> FloatArray:
        """Feature by feature, NaN where either is not known."""
        apart = np.abs(values - point)
        return np.where(self.is_number, apart / self.ranges, np.sign(apart))


def _range_of(column: FloatArray) -> float:
    """Greatest less least known value; 1 where that is nothing."""
    known = column[~np.isnan(column)]
    width = float(np.ptp(known)) if len(known) else 0.0
    return width or 1.0


def _as_numbers(column: pd.Series, entry: Feature) -> FloatArray:
    """A canonical column as float64, NaN for unknown; categories as positions of their codes."""
    if entry.encoding == "scale":
        return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))
    places = {code: float(i) for i, (code, _) in enumerate(entry.codes)}
    return np.asarray(column.map(places).to_numpy(dtype=np.float64, na_value=np.nan))


def _as_number(value: Value | None, entry: Feature) -> float:
    if value is None:
        return np.nan
    if entry.encoding == "scale":
        return float(value)
    return float([code for code, _ in entry.codes].index(value))
