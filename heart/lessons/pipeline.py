"""A pipeline whose every step says on which rows it is fitted: fill, scale, encode, fit. The honest
one fits all of them on train.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from heart.data import Cohort
from heart.data.rows import distinct_rows
from heart.schema import FEATURES

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MISSING = -1
N_TREES = 20
N_NEIGHBOURS = 15

MODELS = MappingProxyType(
    {
        # all makers take a seed
        "logistic regression": lambda seed: LogisticRegression(solver="newton-cholesky"),  # noqa: ARG005
        "nearest neighbours": lambda seed: KNeighborsClassifier(  # noqa: ARG005
            N_NEIGHBOURS, weights="distance", algorithm="brute"
        ),
        "random forest": lambda seed: RandomForestClassifier(N_TREES, random_state=seed),
        # a category seen once has hardly any variance
        "naive Bayes": lambda seed: GaussianNB(var_smoothing=1e-3),  # noqa: ARG005
        "decision tree": lambda seed: DecisionTreeClassifier(max_depth=4, random_state=seed),
    }
)
"""Name of each model and what makes an unfitted one of a seed."""


class Table(NamedTuple):
    """Patients as they were recorded.

    Attributes:
        numbers: float64, shape (n, F); NaN where missing.
        codes: int64, shape (n, C): each category's position in the schema; `MISSING` where missing.
        y_true: 0 or 1, shape (n,).
    """

    numbers: FloatArray
    codes: IntArray
    y_true: IntArray

    @property
    def n(self) -> int:
        """How many rows."""
        return len(self.y_true)

    def take(self, rows: IntArray) -> Table:
        """These rows, which may repeat."""
        return Table(self.numbers[rows], self.codes[rows], self.y_true[rows])


class Fill(NamedTuple):
    """What stands in for missing values: means, float64, shape (F,), and most frequent codes,
    int64, shape (C,).
    """

    numbers: FloatArray
    codes: IntArray


class Scale(NamedTuple):
    """Mean and standard deviation of each number, float64, shape (F,)."""

    mean: FloatArray
    deviation: FloatArray


def read_table(cohort: Cohort) -> Table:
    """The cohort's patients, each once: rows that are equal in all features are one."""
    features, y_true = cohort.features, cohort.y_true
    _, first = distinct_rows(features)
    kept = features.iloc[first]
    numbers = [
        kept[f.name].to_numpy(dtype=np.float64, na_value=np.nan)
        for f in FEATURES
        if f.encoding == "scale"
    ]
    codes = [
        _codes(kept[f.name].tolist(), [code for code, _ in f.codes])
        for f in FEATURES
        if f.encoding == "label"
    ]
    return Table(np.column_stack(numbers), np.column_stack(codes), y_true[first])


def _codes(values: Sequence[Any], codes: Sequence[Any]) -> IntArray:
    """Each value's position among the codes; what is not one of them (NaN or NA, never equal to
    anything) is missing.
    """
    position = {code: i for i, code in enumerate(codes)}
    return np.array([position.get(value, MISSING) for value in values], dtype=np.int64)


def learn_fill(table: Table, rows: IntArray) -> Fill:
    """The mean of each number and the most frequent code of each category, of some rows; 0 where
    none of them has a value.
    """
    known = ~np.isnan(table.numbers[rows])
    total = np.where(known, table.numbers[rows], 0.0).sum(axis=0)
    counts = (table.codes[rows][:, :, None] == np.arange(table.codes.max() + 1)).sum(
        axis=0
    )  # (C, codes)
    return Fill(total / np.maximum(known.sum(axis=0), 1), counts.argmax(axis=1))


def fill_missing(table: Table, fill: Fill) -> Table:
    """The table with every missing value replaced."""
    numbers = np.where(np.isnan(table.numbers), fill.numbers, table.numbers)
    return table._replace(
        numbers=numbers, codes=np.where(table.codes == MISSING, fill.codes, table.codes)
    )


def learn_scale(filled: Table, rows: IntArray) -> Scale:
    """Mean and standard deviation of some rows; a number that never varies is divided by 1."""
    deviation = filled.numbers[rows].std(axis=0)
    return Scale(filled.numbers[rows].mean(axis=0), np.where(deviation > 0, deviation, 1.0))


def encode(filled: Table, scale: Scale) -> FloatArray:
    """The scaled numbers, then a column for each code of each category that is 1 or 0: float64,
    shape (n, F + codes).
    """
    sizes = [len(f.codes) for f in FEATURES if f.encoding == "label"]
    one_hot = [np.eye(size)[codes] for size, codes in zip(sizes, filled.codes.T, strict=True)]
    return np.hstack([(filled.numbers - scale.mean) / scale.deviation, *one_hot])


def encode_clean(table: Table, train: IntArray) -> FloatArray:
    """All rows as a model reads them, with fill and scale learnt on the train rows alone: float64,
    shape (n, F + codes).
    """
    filled = fill_missing(table, learn_fill(table, train))
    return encode(filled, learn_scale(filled, train))


def predict_part(
    X: FloatArray,
    y_true: IntArray,
    train: IntArray,
    part: IntArray,
    *,
    model: str,
    random_state: int = 0,
) -> FloatArray:
    """Probabilities of disease for the rows of a part, by a model of `MODELS` fitted on the train
    rows, float64, shape (part,).
    """
    fitted = MODELS[model](random_state).fit(X[train], y_true[train])
    scores: FloatArray = fitted.predict_proba(X[part])[:, 1]
    return scores


def accuracy_of(y_true: IntArray, y_score: FloatArray, threshold: float = 0.5) -> float:
    """The share of right decisions, where disease is decided at y_score >= threshold."""
    return float(np.mean((y_score >= threshold) == (y_true == 1)))


def roc_auc_of(y_true: IntArray, y_score: FloatArray) -> float:
    """The area under the ROC curve, from the mean rank of the diseased (Mann and Whitney 1947)."""
    n_diseased = int(y_true.sum())
    rank_sum = rankdata(y_score)[y_true == 1].sum()
    return float(
        (rank_sum - n_diseased * (n_diseased + 1) / 2) / (n_diseased * (len(y_true) - n_diseased))
    )
