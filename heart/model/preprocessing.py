"""Features become arrays: a StandardScaler and LabelEncoders, codes and flags for the unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.preprocessing import LabelEncoder, StandardScaler
from sklearn.utils.validation import check_is_fitted

from heart.config import Entry, Settings
from heart.data.frames import check_present
from heart.errors import SettingsError
from heart.model.columns import InputColumns
from heart.model.gaps import MISSING, PROBLEMS, UNSEEN, category_problems, number_problems
from heart.model.pieces import FloatArray, fit_knots, piece_shares
from heart.model.weighting import weighted_quantile
from heart.schema import FEATURES, Feature, Value

OUTPUTS = ("default", "pandas", "polars")


class Encoded(NamedTuple):
    """What the network reads.

    Attributes:
        numeric: float32, shape (n, D): blocks of F columns each. The scaled numbers; with P > 1
            pieces how far each number has come through its first piece, its second, … (0 to 1);
            then, with missing flags, a flag (1 = missing) for each number that is no category,
            whose code for unknown says so.
        codes: int64, shape (n, C): one column a category; `len(classes)` stands for unknown.
    """

    numeric: npt.NDArray[np.float32]
    codes: npt.NDArray[np.int64]


class HeartPreprocessor(InputColumns, BaseEstimator):
    """StandardScaler for numbers and one LabelEncoder a category, fitted on the train part and
    nothing else.

    A missing number becomes the train part's median and, with `missing_flags`, raises a flag. A
    missing or unseen category gets one code more than the classes. Nothing is written into the
    frame.

    With more than one piece a number's effect may bend at the train part's quantiles (see
    `heart.model.pieces`); a missing number has the median's shares of the pieces.

    A code with an order may enter as a number and as a category, then as the number that its
    category stands for: what no category stands for is a missing number too.

    Args:
        features: the columns to use, with their kinds.
        missing_flags: whether `numeric` ends with flags.
        pieces: P, pieces of equally many train patients each; 1 for none.
        entries: feature to how it enters, where that is not as the schema says ("scale" is a
            number, "label" a category).

    Attributes:
        scaler_: StandardScaler fitted on the observed numbers (missing ones are left out of mean
            and scale).
        median_: float64, shape (F,): the train medians that stand in for missing numbers.
        training_range_: float64, shape (F, 2): least and greatest train value; NaN where train
            holds no value at all, and then any value counts as missing, because nothing was learnt
            about it.
        knots_: float64, shape (F, P + 1), or (F, 0) without pieces: the train quantiles between
            which the pieces lie. Some may be equal: a piece of no width is 0 throughout.
        encoders_: name of the category to its LabelEncoder.

    >>> from heart.data import load_shipped
    >>> features = load_shipped("cleveland").features
    >>> encoded = HeartPreprocessor().fit(features).transform(features)
    >>> encoded.numeric.shape, encoded.codes.shape
    ((303, 12), (303, 7))
    """

    scaler_: StandardScaler
    median_: FloatArray
    training_range_: FloatArray
    knots_: FloatArray
    encoders_: dict[str, LabelEncoder]

    def __init__(
        self,
        features: Sequence[Feature] = FEATURES,
        *,
        missing_flags: bool = True,
        pieces: int = 1,
        entries: Mapping[str, Entry] | None = None,
    ) -> None:
        self.features = features
        self.missing_flags = missing_flags
        self.pieces = pieces
        self.entries = entries

    @classmethod
    def from_settings(cls, settings: Settings, features: Sequence[Feature] = FEATURES) -> Self:
        """The preprocessor that training with these settings fits."""
        return cls(
            features,
            missing_flags=settings.missing_flags,
            pieces=settings.pieces,
            entries=settings.entries,
        )

    @property
    def readable(self) -> list[Feature]:
        """The features of which training had a value: any other one is read as not known."""
        seen = {name for name, encoder in self.encoders_.items() if len(encoder.classes_)}
        return [f for f in self.features if f.name in seen or f.name in self.ranges]

    @property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """Least and greatest value in training of each feature that is a number and no category;
        none of one that training never had.
        """
        bounds = zip(self.numbers, self.training_range_.tolist(), strict=True)
        return {
            f.name: (low, high)
            for f, (low, high) in bounds
            if f.name not in self.encoders_ and not np.isnan(low)
        }

    @property
    def cardinalities(self) -> list[int]:
        """How many codes each category has, the one for unknown included; it is the last."""
        return [len(self.encoders_[f.name].classes_) + 1 for f in self.categories]

    def fit(
        self,
        frame: pd.DataFrame,
        y: object = None,  # noqa: ARG002  a pipeline's
        sample_weight: FloatArray | None = None,
    ) -> Self:
        """Learn means, scales, medians, ranges and classes from the train part, shape (n, at least
        the features), canonical as `heart.data.frames.canonical_frame` gives it; each patient
        counts as the weight says, shape (n,), or all alike.
        """
        check_present(frame.columns, self.features, frame.columns)
        values = self._numbers(frame)
        observed = (~np.isnan(values)).any(axis=0)
        filled = np.where(observed, values, 0.0)
        self.scaler_ = _fit_scaler(filled, sample_weight)
        self.median_ = (
            np.nanmedian(filled, axis=0)
            if sample_weight is None
            else weighted_quantile(filled, np.array([0.5]), sample_weight)[0]
        )
        bounds = (
            np.stack([np.nanmin(filled, axis=0), np.nanmax(filled, axis=0)], axis=1)
            if values.shape[1]
            else np.empty((0, 2))
        )
        self.training_range_ = np.where(observed.reshape(-1, 1), bounds, np.nan)
        self.knots_ = fit_knots(filled, self.pieces, sample_weight)
        self.encoders_ = {
            f.name: LabelEncoder().fit(_category(frame, f).dropna().to_numpy())
            for f in self.categories
        }
        return self

    def fit_transform(self, frame: pd.DataFrame, y: object = None) -> Any:
        """Both in one call."""
        return self.fit(frame, y).transform(frame)

    def transform(self, frame: pd.DataFrame) -> Any:
        """`encode`, or a frame with its columns after `set_output(transform="pandas")`.

        Raises:
            sklearn.exceptions.NotFittedError: before `fit`.
        """
        encoded = self.encode(frame)
        container = getattr(self, "_sklearn_output_config", {}).get("transform", "default")
        if container == "default":
            return encoded
        columns = [*encoded.numeric.T, *encoded.codes.T]
        named = dict(zip(self.get_feature_names_out().tolist(), columns, strict=True))
        if container == "pandas":
            return pd.DataFrame(named, index=frame.index)
        return nw.from_dict(named, backend="polars").to_native()

    def set_output(self, *, transform: str | None = None) -> Self:
        """What `transform` gives: "default" (`Encoded`), or a frame of "pandas" or "polars", for
        other models of scikit-learn in a pipeline. None changes nothing.

        Raises:
            SettingsError: for another word.
        """
        if transform is not None and transform not in OUTPUTS:
            raise SettingsError.unknown("an output", transform, OUTPUTS)
        if transform is not None:
            self._sklearn_output_config = {"transform": transform}
        return self

    def encode(self, frame: pd.DataFrame) -> Encoded:
        """The arrays of a frame that has the features as columns, in any order.

        Raises:
            PatientError: for columns that are not there.
            sklearn.exceptions.NotFittedError: before `fit`.
        """
        check_is_fitted(self, "scaler_")
        check_present(frame.columns, self.features, frame.columns)
        columns = [self._codes(frame, f) for f in self.categories]
        codes = np.stack(columns, axis=1) if columns else np.empty((len(frame), 0), dtype=np.int64)
        return self._encode(self._numbers(frame), codes)

    def transform_patient(self, patient: Mapping[str, Value | None]) -> Encoded:
        """The arrays of one patient, n = 1, as `transform` gives them for a frame of one row; a
        frame alone takes longer than this.

        Args:
            patient: canonical values by feature, None where not known, as
                `heart.schema.parse_patient` gives them.
        """
        return self._encode(self._patient_numbers(patient), self._patient_codes(patient))

    def _encode(self, values: FloatArray, codes: npt.NDArray[np.int64]) -> Encoded:
        """From numbers, (n, F), with NaN for missing, and label codes, (n, C); a number that is a
        category too is what its code stands for.
        """
        values = values.copy()
        for j, value in enumerate(self.known_with):
            if value >= len(self.numbers):
                values[:, j] = self.numbers_of(self.numbers[j])[codes[:, value - len(self.numbers)]]
        missing = np.isnan(values) | np.isnan(self.training_range_[:, 0])
        filled = np.where(missing, self.median_, values)
        scaled = (filled - self.scaler_.mean_) / self.scaler_.scale_
        flags = missing[:, self.flagged]
        numeric = np.hstack([scaled, *piece_shares(filled, self.knots_), flags])
        return Encoded(numeric.astype(np.float32), codes)

    def numbers_of(self, feature: Feature) -> FloatArray:
        """The number that each code of a category stands for, the one for unknown last: NaN."""
        classes = self.encoders_[feature.name].classes_.astype(np.float64)
        return np.append(classes, np.nan)

    def extremes(self) -> Encoded:
        """Invented patients at the ends of what is possible: no number known, all least, all
        greatest, each least or greatest alone; every code of every category, unknown among them, in
        turn.
        """
        ends = np.array([[f.minimum, f.maximum] for f in self.numbers]).reshape(-1, 2).T
        nothing = np.full((1, len(self.numbers)), np.nan)
        alone = [np.where(np.eye(len(end), dtype=np.bool_), end, np.nan) for end in ends]
        numbers = np.vstack([nothing, ends, *alone])
        turns = np.arange(max(len(numbers), *self.cardinalities, 1)).reshape(-1, 1)
        codes = turns % np.array(self.cardinalities, dtype=np.int64)
        return self._encode(numbers[turns[:, 0] % len(numbers)], codes)

    def scaled_median(self) -> npt.NDArray[np.float32]:
        """What a missing number looks like after scaling, shape (F,)."""
        return np.asarray(
            (self.median_ - self.scaler_.mean_) / self.scaler_.scale_, dtype=np.float32
        )

    def median_pieces(self) -> npt.NDArray[np.float32]:
        """What a missing number's pieces look like, one after the other, shape (P * F,), or (0,)
        without pieces.
        """
        return np.ravel(piece_shares(self.median_[None, :], self.knots_)).astype(np.float32)

    def find_problems(self, frame: pd.DataFrame) -> npt.NDArray[np.uint8]:
        """What the model knows less about, uint8, shape (n, F + C), columns in the order of
        `features`: positions in `PROBLEMS`.

        "missing", "unseen" (a category, or any value of a column that train did not have), "below"
        or "above" (a number outside the range of the train part), else "".
        """
        check_is_fitted(self, "scaler_")
        columns = dict(zip((f.name for f in self.numbers), self._numbers(frame).T, strict=True))
        ranges = dict(zip(columns, self.training_range_, strict=True))
        problems = np.zeros((len(frame), len(self.features)), dtype=np.uint8)
        for j, entry in enumerate(self.features):
            if entry.name in self.encoders_:
                unknown = self._codes(frame, entry) == len(self.encoders_[entry.name].classes_)
                problems[:, j] = category_problems(frame[entry.name].isna().to_numpy(), unknown)
            else:
                problems[:, j] = number_problems(columns[entry.name], *ranges[entry.name])
        return problems

    def find_patient_problems(self, patient: Mapping[str, Value | None]) -> dict[str, str]:
        """What the model knows less about in one patient: feature to one of `PROBLEMS`, in the
        order of `features`; see `find_problems`.
        """
        numbers = number_problems(self._patient_numbers(patient)[0], *self.training_range_.T)
        problems = dict(zip((f.name for f in self.numbers), numbers.tolist(), strict=True))
        for entry in self.categories:
            value = patient[entry.name]
            unseen = value not in self.encoders_[entry.name].classes_.tolist()
            problems[entry.name] = MISSING if value is None else UNSEEN if unseen else 0
        return {f.name: PROBLEMS[problems[f.name]] for f in self.features if problems[f.name]}

    def _patient_numbers(self, patient: Mapping[str, Value | None]) -> FloatArray:
        """Shape (1, F); missing is NaN."""
        return np.array(
            [[np.nan if (value := patient[f.name]) is None else value for f in self.numbers]],
            dtype=np.float64,
        )

    def _patient_codes(self, patient: Mapping[str, Value | None]) -> npt.NDArray[np.int64]:
        """Shape (1, C)."""
        classes = [self.encoders_[f.name].classes_.tolist() for f in self.categories]
        values = [patient[f.name] for f in self.categories]
        return np.array(
            [
                [
                    known.index(value) if value in known else len(known)
                    for known, value in zip(classes, values, strict=True)
                ]
            ],
            dtype=np.int64,
        )

    def _numbers(self, frame: pd.DataFrame) -> FloatArray:
        """Shape (n, F); missing is NaN."""
        columns = [frame[f.name].to_numpy(dtype=np.float64, na_value=np.nan) for f in self.numbers]
        return np.stack(columns, axis=1) if columns else np.empty((len(frame), 0))

    def _codes(self, frame: pd.DataFrame, feature: Feature) -> npt.NDArray[np.int64]:
        """Shape (n,); each different value is looked up once."""
        classes = self.encoders_[feature.name].classes_
        codes, values = pd.factorize(_category(frame, feature))
        # a missing value is -1, which reads the last entry of the table
        table = np.append(pd.Index(classes).get_indexer(pd.Index(values)), -1)
        table[table < 0] = len(classes)
        return table[codes].astype(np.int64, copy=False)


def _category(frame: pd.DataFrame, feature: Feature) -> pd.Series:
    """The column as text or whole numbers, also one of objects, of floats, or of True and False."""
    return frame[feature.name].astype("str" if feature.holds_text else "Int8")


def _fit_scaler(values: FloatArray, weight: FloatArray | None) -> StandardScaler:
    """Fitted on (n, F); without a number to scale there is nothing to fit."""
    scaler = StandardScaler()
    if values.shape[1]:
        return scaler.fit(values, sample_weight=weight)
    scaler.mean_ = scaler.scale_ = scaler.var_ = np.empty(0)
    return scaler
