"""The models that the network is compared with: scikit-learn's, each with its own preprocessing
fitted inside the fold.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegressionCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import SVC

from heart.model.preprocessing import HeartPreprocessor
from heart.schema import FEATURES

INNER_FOLDS = 5
CS = (0.03, 0.1, 0.3, 1.0)


def _columns(frame: Any) -> list[Any]:
    """The schema's features that a frame has and of which any value is known."""
    return [f for f in FEATURES if f.name in frame.columns and frame[f.name].notna().any()]


def _as_floats(frame: Any) -> Any:
    return frame.astype("float64")


def _as_objects(frame: Any) -> Any:
    """Categories as objects with one kind of missing value."""
    return frame.astype(object).where(frame.notna(), None)


def one_hot(frame: Any) -> Any:
    """Numbers scaled, their medians and flags for missing; one column a category's code, one for
    missing. Fitted by the pipeline.
    """
    known = _columns(frame)
    numbers = [f.name for f in known if f.encoding == "scale"]
    categories = [f.name for f in known if f.encoding == "label"]
    scaled = make_pipeline(
        FunctionTransformer(_as_floats),
        SimpleImputer(strategy="median", add_indicator=True),
        StandardScaler(),
    )
    coded = make_pipeline(
        FunctionTransformer(_as_objects),
        OneHotEncoder(handle_unknown="ignore", sparse_output=False),
    )
    return make_column_transformer((scaled, numbers), (coded, categories))


class _Boosting(HistGradientBoostingClassifier):
    """Gradient boosting on the label codes, missing values left to the trees."""

    def fit(self, X: Any, y: Any, **options: Any) -> Any:
        self.preprocessor_ = HeartPreprocessor(tuple(_columns(X))).fit(X)
        return super().fit(self._arrays(X), y, **options)

    def predict_proba(self, X: Any) -> Any:
        return super().predict_proba(self._arrays(X))

    def _arrays(self, X: Any) -> Any:
        import numpy as np  # noqa: PLC0415

        numbers = [
            X[f.name].to_numpy(dtype=float, na_value=np.nan) for f in self.preprocessor_.numbers
        ]
        return np.column_stack([*numbers, self.preprocessor_.encode(X).codes])


def _logistic(frame: Any, seed: int) -> BaseEstimator:
    tuned = LogisticRegressionCV(
        Cs=list(CS),
        cv=INNER_FOLDS,
        l1_ratios=(0,),
        scoring="neg_log_loss",
        max_iter=2000,
        random_state=seed,
        use_legacy_attributes=False,
    )
    return make_pipeline(one_hot(frame), tuned)


def _forest(frame: Any, seed: int) -> BaseEstimator:
    return make_pipeline(
        one_hot(frame), RandomForestClassifier(300, min_samples_leaf=3, random_state=seed)
    )


def _extra_trees(frame: Any, seed: int) -> BaseEstimator:
    return make_pipeline(
        one_hot(frame), ExtraTreesClassifier(300, min_samples_leaf=3, random_state=seed)
    )


def _boosting(frame: Any, seed: int) -> BaseEstimator:  # noqa: ARG001
    return _Boosting(
        max_iter=60, learning_rate=0.08, max_leaf_nodes=6, l2_regularization=1.0, random_state=seed
    )


def _svm(frame: Any, seed: int) -> BaseEstimator:
    return make_pipeline(
        one_hot(frame),
        CalibratedClassifierCV(SVC(random_state=seed), ensemble=False, cv=INNER_FOLDS),
    )


def _share(frame: Any, seed: int) -> BaseEstimator:  # noqa: ARG001  all makers take a frame
    return DummyClassifier(strategy="prior")


Maker = Callable[[Any, int], BaseEstimator]
"""Makes an unfitted estimator from the training frame (for its columns) and a seed."""

OTHERS: MappingProxyType[str, Maker] = MappingProxyType(
    {
        "logistic regression": _logistic,
        "random forest": _forest,
        "extra trees": _extra_trees,
        "gradient boosting": _boosting,
        "SVM": _svm,
        "class share alone": _share,
    }
)
"""Name of each other model and what makes it."""
