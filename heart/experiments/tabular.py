"""What scikit-learn's models read of patients: an array, and what of it is learnt inside a fold."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.compose import make_column_transformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    SplineTransformer,
    StandardScaler,
)

from heart.config import RECIPES
from heart.evaluation.metrics import FloatArray
from heart.model.preprocessing import HeartPreprocessor
from heart.schema import FEATURES, Feature


class Tabular:
    """The features of which a training part knows any value, as columns of an array: numbers
    first, then categories. Codes with an order enter as in our default recipe, so that what was
    learnt about them from these patients is to everybody's advantage.

    Args:
        frame: canonical features of the training part, shape (n, some of the 13).
        as_schema: whether codes with an order enter as the schema has them instead.
    """

    def __init__(self, frame: pd.DataFrame, *, as_schema: bool = False) -> None:
        known = [f for f in FEATURES if f.name in frame.columns and frame[f.name].notna().any()]
        as_ours = HeartPreprocessor.from_settings(RECIPES["default"], known)
        read = HeartPreprocessor(known) if as_schema else as_ours
        self.numbers, self.categories = read.numbers, read.categories

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return [f.name for f in (*self.numbers, *self.categories)]

    @property
    def is_category(self) -> list[bool]:
        """Of each column, whether its values are codes."""
        return [False] * len(self.numbers) + [True] * len(self.categories)

    def to_array(self, frame: pd.DataFrame) -> FloatArray:
        """Float64, shape (n, columns): numbers as they are, categories by the place of their code
        in the schema, NaN where nothing is known. Nothing is learnt for it.
        """
        columns = [frame[f.name].to_numpy(dtype=float, na_value=np.nan) for f in self.numbers] + [
            _places(frame[f.name], f) for f in self.categories
        ]
        return np.column_stack(columns)

    def reader(self) -> BaseEstimator:
        """`to_array` as the first step of a pipeline."""
        return FunctionTransformer(self.to_array)

    def columns(self, *, bent: bool = False) -> BaseEstimator:
        """The array's numbers filled with their medians, with a flag for each that may be missing;
        one column a category's code, one for missing. Fitted in the fold.

        Args:
            bent: whether numbers enter not scaled but as cubic B-splines on four knots, equally far
                apart (Eilers and Marx 1996). Those lie between 0 and 1 as the categories' columns
                do; scaled, the few patients in one of them would weigh as many.
        """
        places = list(range(len(self.names)))
        numbers, categories = places[: len(self.numbers)], places[len(self.numbers) :]
        filled = SimpleImputer(strategy="median", keep_empty_features=True)
        splines = SplineTransformer(n_knots=4, degree=3, include_bias=False)
        entering = make_pipeline(filled, splines if bent else StandardScaler())
        flags = MissingIndicator(error_on_new=False)
        coded = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        return make_column_transformer((entering, numbers), (flags, numbers), (coded, categories))


def _places(values: pd.Series, feature: Feature) -> FloatArray:
    codes = pd.Categorical(values, [code for code, _ in feature.codes]).codes
    return np.where(codes < 0, np.nan, codes.astype(np.float64))
