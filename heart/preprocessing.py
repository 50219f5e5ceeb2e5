"""Features become arrays: StandardScaler and LabelEncoders fitted on train only, with codes and flags for what is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.preprocessing import LabelEncoder, StandardScaler
from sklearn.utils.validation import check_is_fitted

from heart.data.patients import dtype_of
from heart.schema import FEATURES, Feature

REVIEW_COLUMNS = ["row", "feature", "value", "problem"]


class Encoded(NamedTuple):
    """What the network reads.

    Attributes:
        numeric: float32, shape (n, F) or, with missing flags, (n, 2F): the scaled numbers, then their flags (1 = missing).
        codes: int64, shape (n, C): one column a category; `len(classes)` stands for unknown.
    """

    numeric: npt.NDArray[np.float32]
    codes: npt.NDArray[np.int64]


class HeartPreprocessor(BaseEstimator):
    """StandardScaler for numbers and one LabelEncoder a category, fitted on the train part and nothing else.

    A missing number becomes the train part's median and, with `missing_flags`, raises a flag. A missing or unseen category gets one code
    more than the classes. Nothing is written into the frame.

    Args:
        features: the columns to use, with their kinds.
        missing_flags: whether `numeric` ends with one flag a number.

    Attributes:
        scaler_: StandardScaler fitted on the observed numbers (missing ones are left out of mean and scale).
        median_: float64, shape (F,): the train medians that stand in for missing numbers.
        training_range_: float64, shape (F, 2): least and greatest train value; NaN where train holds no value at all,
            and then any value counts as missing, because nothing was learnt about it.
        encoders_: name of the category to its LabelEncoder.

    >>> from heart.data import load_shipped
    >>> features = load_shipped("cleveland").features
    >>> encoded = HeartPreprocessor().fit(features).transform(features)
    >>> encoded.numeric.shape, encoded.codes.shape
    ((303, 12), (303, 7))
    """

    scaler_: StandardScaler
    median_: npt.NDArray[np.float64]
    training_range_: npt.NDArray[np.float64]
    encoders_: dict[str, LabelEncoder]

    def __init__(self, features: Sequence[Feature] = FEATURES, *, missing_flags: bool = True) -> None:
        self.features = features
        self.missing_flags = missing_flags

    @property
    def numbers(self) -> list[Feature]:
        """The F features that are scaled."""
        return [f for f in self.features if f.encoding == "scale"]

    @property
    def categories(self) -> list[Feature]:
        """The C features that are label-encoded."""
        return [f for f in self.features if f.encoding == "label"]

    @property
    def cardinalities(self) -> list[int]:
        """How many codes each category has, the one for unknown included; it is the last."""
        return [len(self.encoders_[f.name].classes_) + 1 for f in self.categories]

    def fit(self, frame: pd.DataFrame) -> Self:
        """Learn means, scales, medians, ranges and classes from the train part, shape (n, at least the features)."""
        values = self._numbers(frame)
        observed = (~np.isnan(values)).any(axis=0)
        filled = np.where(observed, values, 0.0)
        self.scaler_ = _fit_scaler(filled)
        self.median_ = np.nanmedian(filled, axis=0)
        bounds = np.stack([np.nanmin(filled, axis=0), np.nanmax(filled, axis=0)], axis=1) if values.shape[1] else np.empty((0, 2))
        self.training_range_ = np.where(observed.reshape(-1, 1), bounds, np.nan)
        self.encoders_ = {f.name: LabelEncoder().fit(_category(frame, f).dropna().to_numpy()) for f in self.categories}
        return self

    def transform(self, frame: pd.DataFrame) -> Encoded:
        """The arrays of a frame that has the features as columns, in any order.

        Raises:
            sklearn.exceptions.NotFittedError: before `fit`.
        """
        check_is_fitted(self, "scaler_")
        values = self._numbers(frame)
        missing = np.isnan(values) | np.isnan(self.training_range_[:, 0])
        scaled = (np.where(missing, self.median_, values) - self.scaler_.mean_) / self.scaler_.scale_
        numeric = np.hstack([scaled, missing]) if self.missing_flags else scaled
        columns = [self._codes(frame, f) for f in self.categories]
        codes = np.stack(columns, axis=1) if columns else np.empty((len(frame), 0))
        return Encoded(numeric.astype(np.float32), codes.astype(np.int64))

    def scaled_median(self) -> npt.NDArray[np.float32]:
        """What a missing number looks like after scaling, shape (F,)."""
        return np.asarray((self.median_ - self.scaler_.mean_) / self.scaler_.scale_, dtype=np.float32)

    def review(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Every value that the model knows less about, a row each: `row` (position from 0), `feature`, `value`, `problem`.

        The problem is "missing", "unseen" (a category, or any value of a column that train did not have), "below" or "above"
        (a number outside the range of the train part).
        """
        check_is_fitted(self, "scaler_")
        found = [self._review_number(j, f, values) for (j, f), values in zip(enumerate(self.numbers), self._numbers(frame).T, strict=True)]
        found += [self._review_category(f, _category(frame, f)) for f in self.categories]
        table = pd.concat([*found, pd.DataFrame(columns=REVIEW_COLUMNS)]) if found else pd.DataFrame(columns=REVIEW_COLUMNS)
        return table.sort_values("row", kind="stable", ignore_index=True)

    def _numbers(self, frame: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Shape (n, F); missing is NaN."""
        columns = [frame[f.name].to_numpy(dtype=np.float64, na_value=np.nan) for f in self.numbers]
        return np.stack(columns, axis=1) if columns else np.empty((len(frame), 0))

    def _codes(self, frame: pd.DataFrame, feature: Feature) -> npt.NDArray[np.int64]:
        classes, column = self.encoders_[feature.name].classes_, _category(frame, feature)
        known = pd.Index(classes).get_indexer(pd.Index(column))
        return np.where((known >= 0) & column.notna().to_numpy(), known, len(classes))

    def _review_number(self, j: int, feature: Feature, values: npt.NDArray[np.float64]) -> pd.DataFrame:
        low, high = self.training_range_[j]
        never = np.isnan(low) & ~np.isnan(values)
        return _findings(
            feature.name, values, {"missing": np.isnan(values), "unseen": never, "below": values < low, "above": values > high}
        )

    def _review_category(self, feature: Feature, column: pd.Series) -> pd.DataFrame:
        missing = column.isna().to_numpy()
        unseen = ~missing & ~column.isin(self.encoders_[feature.name].classes_).to_numpy()
        return _findings(feature.name, column.to_numpy(dtype=object), {"missing": missing, "unseen": unseen})


def _category(frame: pd.DataFrame, feature: Feature) -> pd.Series:
    """The column with its canonical dtype: whole numbers stay numbers, also in a column of objects or of True and False."""
    return frame[feature.name].astype(dtype_of(feature))


def _fit_scaler(values: npt.NDArray[np.float64]) -> StandardScaler:
    """Fitted on (n, F); without a number to scale there is nothing to fit."""
    scaler = StandardScaler()
    if values.shape[1]:
        return scaler.fit(values)
    scaler.mean_ = scaler.scale_ = scaler.var_ = np.empty(0)
    return scaler


def _findings(name: str, values: npt.NDArray[np.generic], masks: dict[str, npt.NDArray[np.bool_]]) -> pd.DataFrame:
    rows = [(row, name, values[row], problem) for problem, mask in masks.items() for row in np.flatnonzero(mask)]
    return pd.DataFrame(rows, columns=REVIEW_COLUMNS).astype({"row": "int64", "value": object})
