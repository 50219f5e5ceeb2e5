"""The scikit-learn estimator around preprocessing, network and training."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import fields
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import train_test_split
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from heart.config import Device, Settings, get_recipe
from heart.data.rows import distinct_rows
from heart.errors import TrainingError
from heart.model.batches import Labelled
from heart.model.inference import FoldedNetwork
from heart.model.inputs import as_frame, read_patients, read_training
from heart.model.loop import EpochRecord, OnEpochEnd
from heart.model.network import HeartMLP
from heart.model.parameters import as_seed, check_fraction, plain_value
from heart.model.preprocessing import HeartPreprocessor
from heart.model.training import Prepared, train_prepared
from heart.model.weighting import Rows, check_weight, gather_rows
from heart.schema import FEATURES, Feature

_SETTINGS = tuple(
    field.name
    for field in fields(Settings)
    if field.name not in ("recipe", "random_state", "device")
)


class HeartClassifier(ClassifierMixin, BaseEstimator):
    """A classifier for frames of heart patients, or for plain numeric arrays.

    A dataframe (pandas, Polars, PyArrow …) with the schema's names, in any case, is checked by the
    schema and preprocessed by `HeartPreprocessor`, fitted on the rows it trains on;
    `feature_names_in_` says which features it uses. Other columns are left out with a warning; a
    frame of which only a part has the schema's names is refused. Anything else is read as an array
    of numbers, every column scaled, missing values (NaN) allowed.

    Args:
        recipe: "default" or "lesson"; the other arguments change one setting of it each, and None
            keeps the recipe's.
        hidden, linear_path, …, time_limit: see `heart.config.Settings`.
        validation_fraction: share of the rows given to `fit` that is held out for early stopping,
            where no valid part is given; 0 holds none out.
        random_state: seed of the hold-out, the weights, the order, dropout and masking; two fits on
            CPU are equal to the bit.
        device: "auto", "cpu" or "cuda".

    Attributes:
        classes_: the two labels; `predict_proba`'s second column belongs to the second.
        preprocessor_: fitted on the training rows.
        network_: the trained `HeartMLP`.
        history_: one `EpochRecord` an epoch.
        best_epoch_: the epoch each member's weights come from.

    >>> from heart.data import load_shipped
    >>> cohort = load_shipped("cleveland")
    >>> classifier = HeartClassifier("lesson").fit(cohort.features, cohort.y_true)
    >>> classifier.predict_proba(cohort.features).shape
    (303, 2)
    """

    classes_: npt.NDArray[Any]
    preprocessor_: HeartPreprocessor
    network_: HeartMLP
    history_: tuple[EpochRecord, ...]
    best_epoch_: tuple[int, ...]

    def __init__(
        self,
        recipe: str = "default",
        *,
        hidden: tuple[int, ...] | None = None,
        linear_path: bool | None = None,
        categories: str | None = None,
        embedding_dim: int | None = None,
        pieces: int | None = None,
        slope_as: str | None = None,
        ca_as: str | None = None,
        missing_flags: bool | None = None,
        complete_rows: bool | None = None,
        members: int | None = None,
        dropout: float | None = None,
        masking: float | None = None,
        lr: float | None = None,
        weight_decay: float | None = None,
        batch_size: int | None = None,
        max_epochs: int | None = None,
        patience: int | None = None,
        time_limit: float | None = None,
        validation_fraction: float = 0.2,
        random_state: int | np.random.RandomState | None = 1337,
        device: Device = "auto",
    ) -> None:
        self.recipe = recipe
        self.hidden = hidden
        self.linear_path = linear_path
        self.categories = categories
        self.embedding_dim = embedding_dim
        self.pieces = pieces
        self.slope_as = slope_as
        self.ca_as = ca_as
        self.missing_flags = missing_flags
        self.complete_rows = complete_rows
        self.members = members
        self.dropout = dropout
        self.masking = masking
        self.lr = lr
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.patience = patience
        self.time_limit = time_limit
        self.validation_fraction = validation_fraction
        self.random_state = random_state
        self.device = device

    @classmethod
    def from_settings(cls, settings: Settings, *, validation_fraction: float = 0.2) -> Self:
        """The estimator with exactly these settings."""
        chosen = {name: getattr(settings, name) for name in (*_SETTINGS, "random_state", "device")}
        return cls(settings.recipe, **chosen, validation_fraction=validation_fraction)

    def settings(self) -> Settings:
        """The recipe's settings with this estimator's changes.

        Raises:
            SettingsError: for a value outside its bounds.
        """
        given = {name: getattr(self, name) for name in _SETTINGS}
        changes = {name: plain_value(value) for name, value in given.items() if value is not None}
        seed = as_seed(self.random_state)
        return get_recipe(self.recipe, **changes, random_state=seed, device=self.device)

    def fit(
        self,
        X: pd.DataFrame | npt.ArrayLike,
        y: npt.ArrayLike,
        *,
        sample_weight: npt.ArrayLike | None = None,
        valid: tuple[pd.DataFrame, npt.ArrayLike] | None = None,
        on_epoch_end: OnEpochEnd | None = None,
    ) -> Self:
        """Train on X, shape (n, p), with outcomes y, shape (n,), of two classes.

        Args:
            X: patients; columns of the schema, or numbers.
            y: labels.
            sample_weight: how much each patient counts, shape (n,): one of weight 2 as if given
                twice, one of 0 as if not given, in preprocessing, training and early stopping.
                Only the weights' ratios matter. By default all count alike; patients with weights
                are put into an order of their own first, so that even equal weights shuffle them
                in another way than none.
            valid: patients and labels for early stopping; without it a stratified share of X is
                held out, if the recipe stops early.
            on_epoch_end: sees each epoch once; what it raises ends the training, and the estimator
                keeps what it had before.

        Raises:
            ValueError: for input that is not of this form, in scikit-learn's words.
            HeartError: for a setting outside its bounds or a training that cannot finish.
        """
        learnt = copy(self)  # what fails on the way leaves this estimator as it was
        prepared = learnt.prepare(X, y, sample_weight=sample_weight, valid=valid)
        learnt._learn(prepared, on_epoch_end)  # noqa: SLF001  the same class
        self.__dict__.update(learnt.__dict__)
        return self

    def prepare(
        self,
        X: Any,
        y: Any,
        *,
        sample_weight: npt.ArrayLike | None = None,
        valid: tuple[pd.DataFrame, npt.ArrayLike] | None = None,
    ) -> Prepared:
        """What `fit` trains on: preprocessing fitted on the rows not held out, and both encoded."""
        settings = self.settings()
        frame, y, features = self._check_fit(X, y)
        given = Rows(frame, y, check_weight(sample_weight, frame))
        if given.weight is not None or features[0] not in FEATURES:
            # unweighted patients keep their order: stored evaluations were trained in it
            given = gather_rows(given)
        frame, y, weight = given
        classes, outcome = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(
                f"Classifier needs two classes in y, but found one class: {classes[0]!r}."
            )
        if settings.complete_rows:
            frame, outcome, weight = _complete(Rows(frame, outcome, weight), features)
        rows, held = np.arange(len(frame)), None
        if valid is None:
            rows, held = self._hold_out(frame, outcome, settings)
        preprocessor = HeartPreprocessor.from_settings(settings, features)
        preprocessor.fit(frame.iloc[rows], sample_weight=_part(weight, rows))
        train_part = Labelled(
            preprocessor.encode(frame.iloc[rows]), outcome[rows], _part(weight, rows)
        )
        valid_part = None
        if valid is not None:
            y_valid = _positions(np.asarray(valid[1]), classes)
            valid_frame = self._as_frame(valid[0], features)
            valid_part = Labelled(preprocessor.encode(valid_frame), y_valid)
        elif held is not None:
            valid_part = Labelled(
                preprocessor.encode(frame.iloc[held]), outcome[held], _part(weight, held)
            )
        return Prepared(classes, preprocessor, train_part, valid_part)

    def _learn(self, prepared: Prepared, on_epoch_end: OnEpochEnd | None) -> None:
        trained = train_prepared(prepared, self.settings(), on_epoch_end=on_epoch_end)
        self.classes_, self.preprocessor_ = prepared.classes, prepared.preprocessor
        self.network_ = trained.network
        self.history_, self.best_epoch_ = trained.history, trained.best_epoch
        self.n_iter_ = len(self.history_)

    def predict_proba(self, X: pd.DataFrame | npt.ArrayLike) -> npt.NDArray[np.float64]:
        """The probability of each class, the mean of the members', float64, shape (n, 2)."""
        positive = self.predict_members(X).mean(axis=0)
        return np.stack([1.0 - positive, positive], axis=1)

    def predict_members(self, X: pd.DataFrame | npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Each member's probability of the second class, float64, shape (M, n)."""
        check_is_fitted(self, "network_")
        encoded = self.preprocessor_.encode(self._as_frame(X, self.preprocessor_.features))
        return FoldedNetwork(self.network_).predict_members(encoded)

    def predict(self, X: pd.DataFrame | npt.ArrayLike) -> npt.NDArray[Any]:
        """The more probable class, shape (n,); for a decision with costs, compare `predict_proba`
        with a threshold.
        """
        decided = (self.predict_proba(X)[:, 1] > 0.5).astype(np.int64)
        labels: npt.NDArray[Any] = self.classes_[decided]
        return labels

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags

    def _check_fit(
        self, X: Any, y: Any
    ) -> tuple[pd.DataFrame, npt.NDArray[Any], tuple[Feature, ...]]:
        """The frame, the labels, and the features that the frame's columns are."""
        X, features = read_training(X)
        checked, y = validate_data(
            self, X, y, dtype=None if features else np.float64, ensure_all_finite="allow-nan"
        )
        check_classification_targets(y)
        if type_of_target(y, input_name="y") == "multiclass":
            raise ValueError(
                f"Only binary classification is supported. The target has {len(np.unique(y))}"
                " classes."
            )
        frame = X if features else _number_frame(checked)
        return frame, y, features or _plain_features(frame)

    def _as_frame(self, X: Any, features: Sequence[Feature]) -> pd.DataFrame:
        """X with the columns that these features are."""
        if any(f in FEATURES for f in features):
            patients = read_patients(X, features)
            validate_data(self, patients, reset=False, skip_check_array=True)
            return patients
        return _number_frame(
            validate_data(
                self, as_frame(X), dtype=np.float64, ensure_all_finite="allow-nan", reset=False
            )
        )

    def _hold_out(
        self, frame: pd.DataFrame, outcome: npt.NDArray[np.int64], settings: Settings
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64] | None]:
        """Rows to train on and rows to stop on, if the recipe stops early and both classes are
        large enough to share.

        Identical rows are on one side: a copy of a training patient would say nothing about when to
        stop.
        """
        member, first = distinct_rows(frame)
        n_held = int(check_fraction(self.validation_fraction) * len(first))
        smallest = np.bincount(outcome[first], minlength=2).min()
        if not settings.patience or n_held < 2 or smallest < 2:
            return np.arange(len(outcome)), None
        kept, held = train_test_split(
            np.arange(len(first)),
            test_size=n_held,
            stratify=outcome[first],
            random_state=settings.random_state,
        )
        return np.flatnonzero(np.isin(member, kept)), np.flatnonzero(np.isin(member, held))


def _plain_features(frame: pd.DataFrame) -> tuple[Feature, ...]:
    """Every column is a number of its own."""
    return tuple(Feature(name, name, "scale", "", "") for name in frame.columns)


def _part(
    weight: npt.NDArray[np.float64] | None, rows: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64] | None:
    """The weights of some rows, of mean 1."""
    return None if weight is None else weight[rows] / weight[rows].mean()


def _complete(given: Rows, features: tuple[Feature, ...]) -> Rows:
    """The rows of which every feature is known.

    Raises:
        TrainingError: if they do not hold both classes.
    """
    frame, outcome, weight = given
    kept = frame[[f.name for f in features]].notna().all(axis=1).to_numpy()
    smallest = np.bincount(outcome[kept], minlength=2).min()
    if smallest < 2:
        raise TrainingError(
            "at least 2 patients of each class without a missing value",
            f"{smallest}",
            "Use a recipe that takes incomplete rows.",
        )
    return Rows(frame[kept], outcome[kept], None if weight is None else weight[kept])


def _positions(labels: npt.NDArray[Any], classes: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """0 or 1 for each label.

    Raises:
        ValueError: for a label that is not one of the two classes.
    """
    if not np.isin(labels, classes).all():
        raise ValueError(
            f"The valid part's labels must be among {classes.tolist()}, but others were found."
        )
    return np.searchsorted(classes, labels)


def _number_frame(values: npt.NDArray[np.float64]) -> pd.DataFrame:
    return pd.DataFrame(values, columns=[f"x{j}" for j in range(values.shape[1])])
