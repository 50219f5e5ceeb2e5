"""The models that the network is compared with: scikit-learn's, each with its own preprocessing and
tuned, all inside the fold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from heart.errors import SplitError
from heart.evaluation.metrics import IntArray
from heart.experiments.tabular import Tabular

INNER_FOLDS = 5
"""Of the tuning, in a fold's training part; fewer where a class has fewer patients."""

CALIBRATION_FOLDS = 3
"""In whose test parts an SVM's scores are mapped to probabilities, in the patients it is given."""

FEWEST = 3
"""Patients of a class that tuning needs: one to try settings on, two to cut in two for an SVM's
probabilities.
"""

TREES, SEARCHED_TREES = 300, 30
"""Of a forest, and of each that is tried in its tuning: settings compare alike with fewer."""

CS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""How little a logistic regression is held back."""

Grid = Mapping[str, Sequence[Any]]

GRIDS: MappingProxyType[str, Grid] = MappingProxyType(
    {
        "logistic regression": {"logisticregression__C": CS},
        "logistic regression with splines": {"logisticregression__C": CS},
        "random forest": {
            "randomforestclassifier__min_samples_leaf": (1, 3, 8),
            "randomforestclassifier__max_features": (0.1, "sqrt", 0.5),
        },
        "extra trees": {
            "extratreesclassifier__min_samples_leaf": (1, 3, 8),
            "extratreesclassifier__max_features": (0.1, "sqrt", 0.5),
        },
        "gradient boosting": {
            "max_depth": (1, 2, 3),
            "max_iter": (30, 100),
            "learning_rate": (0.05, 0.2),
        },
        "SVM": {
            "calibratedclassifiercv__estimator__C": (1.0, 10.0, 100.0),
            "calibratedclassifiercv__estimator__gamma": (0.0003, 0.001, 0.003, 0.01, 0.03),
        },
    }
)
"""What each is tuned over, by the names of scikit-learn's parameters."""


class Forest(GridSearchCV):
    """A search over forests of few trees; the best one then grows to `TREES`."""

    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Search, fit the best one on everything, and grow it."""
        super().fit(X, y, **params)
        forest = self.best_estimator_[-1]
        forest.set_params(n_estimators=TREES, warm_start=True)
        forest.fit(self.best_estimator_[:-1].transform(X), y)
        return self


def _search(
    model: BaseEstimator, name: str, y_true: IntArray, seed: int, kind: type = GridSearchCV
) -> BaseEstimator:
    """The model, tuned over its grid: by log-loss, over stratified and shuffled folds."""
    folds = StratifiedKFold(_inner_folds(y_true), shuffle=True, random_state=seed)
    search: BaseEstimator = kind(model, dict(GRIDS[name]), scoring="neg_log_loss", cv=folds)
    return search


def _inner_folds(y_true: IntArray) -> int:
    """As many as the smaller class has patients for.

    Raises:
        SplitError: if it has fewer than `FEWEST`.
    """
    smallest = int(np.bincount(y_true, minlength=2).min())
    if smallest < FEWEST:
        raise SplitError(
            f"at least {FEWEST} patients with and without disease in each fold's training part, to"
            " tune a model with",
            f"{smallest} in one class",
            "Use a larger cohort, or judge models that are not tuned.",
        )
    return min(INNER_FOLDS, smallest)


def _logistic(frame: pd.DataFrame, y_true: IntArray, seed: int) -> BaseEstimator:
    table = Tabular(frame)
    model = make_pipeline(table.columns(), _plain_logistic())
    return make_pipeline(table.reader(), _search(model, "logistic regression", y_true, seed))


def _bent_logistic(frame: pd.DataFrame, y_true: IntArray, seed: int) -> BaseEstimator:
    """A row of its own: tuned over straight or bent as well, it did worse than either alone
    (docs/EVALUATION.md).
    """
    table = Tabular(frame)
    model = make_pipeline(table.columns(bent=True), _plain_logistic())
    search = _search(model, "logistic regression with splines", y_true, seed)
    return make_pipeline(table.reader(), search)


def _plain_logistic() -> LogisticRegression:
    return LogisticRegression(solver="newton-cholesky", max_iter=2000)


def _forest(frame: pd.DataFrame, y_true: IntArray, seed: int) -> BaseEstimator:
    return _grown(RandomForestClassifier, "random forest", frame, y_true, seed)


def _extra_trees(frame: pd.DataFrame, y_true: IntArray, seed: int) -> BaseEstimator:
    return _grown(ExtraTreesClassifier, "extra trees", frame, y_true, seed)


def _grown(
    kind: type, name: str, frame: pd.DataFrame, y_true: IntArray, seed: int
) -> BaseEstimator:
    table = Tabular(frame)
    model = make_pipeline(table.columns(), kind(SEARCHED_TREES, random_state=seed))
    return make_pipeline(table.reader(), _search(model, name, y_true, seed, Forest))


def _boosting(frame: pd.DataFrame, y_true: IntArray, seed: int) -> BaseEstimator:
    """Missing values and categories left to the trees, which cut codes with an order where they
    like; a number that an inner fold has no value of would make them fail.
    """
    table = Tabular(frame, as_schema=True)
    model = HistGradientBoostingClassifier(
        early_stopping=False,
        l2_regularization=1.0,
        categorical_features=table.is_category,
        random_state=seed,
    )
    return make_pipeline(table.reader(), _search(model, "gradient boosting", y_true, seed))


def _svm(frame: pd.DataFrame, y_true: IntArray, seed: int) -> BaseEstimator:
    """Its probabilities are by a logistic map of scores of patients that it was not fitted on
    (Platt 1999), in each part of the tuning anew.
    """
    table = Tabular(frame)
    smallest = int(np.bincount(y_true, minlength=2).min())
    left = smallest - -(-smallest // _inner_folds(y_true))  # of the smaller class, in the tuning
    folds = StratifiedKFold(min(CALIBRATION_FOLDS, left), shuffle=True, random_state=seed)
    model = CalibratedClassifierCV(SVC(), ensemble=False, cv=folds)
    search = _search(make_pipeline(table.columns(), model), "SVM", y_true, seed)
    return make_pipeline(table.reader(), search)


def _share(frame: pd.DataFrame, y_true: IntArray, seed: int) -> BaseEstimator:  # noqa: ARG001  all makers take these
    return DummyClassifier(strategy="prior")


Maker = Callable[[pd.DataFrame, IntArray, int], BaseEstimator]
"""Makes an unfitted estimator from the training part (for its columns, and how many folds its
classes allow) and the seed of the tuning's folds.
"""

OTHERS: MappingProxyType[str, Maker] = MappingProxyType(
    {
        "logistic regression": _logistic,
        "logistic regression with splines": _bent_logistic,
        "random forest": _forest,
        "extra trees": _extra_trees,
        "gradient boosting": _boosting,
        "SVM": _svm,
        "class share alone": _share,
    }
)
"""Name of each other model and what makes it."""
