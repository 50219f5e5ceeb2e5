"""How severe the disease is, grade 0 to 4, from the 13 features: five classes, rare ones, in an
order.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from heart.config import Settings
from heart.data import Cohort
from heart.experiments.cross_validation import Folds
from heart.lessons.mlp import FloatArray, PointMLP, Points, fit
from heart.model.loop import OnEpochEnd
from heart.model.preprocessing import HeartPreprocessor
from heart.schema import TARGET

GRADES = 5
FOLDS = 5
MEMBERS = 4

IntArray = npt.NDArray[np.int64]


class Severity(NamedTuple):
    """Out-of-fold predictions of the grade: `y_true`, int64, shape (n,), and the probability of
    each grade, `y_score`, shape (n, 5).
    """

    y_true: IntArray
    y_score: FloatArray


class Decided(NamedTuple):
    """What a way to decide gives.

    Attributes:
        grade: decided, shape (n,).
        accuracy: share of patients whose grade is right.
        error: mean distance from the true grade, in grades.
    """

    grade: IntArray
    accuracy: float
    error: float


def severity_settings(*, max_epochs: int = 60, random_state: int = 0) -> Settings:
    """A small network with dropout, four members whose probabilities are averaged."""
    return Settings(
        recipe="lesson",
        hidden=(32,),
        members=MEMBERS,
        dropout=0.3,
        masking=0.0,
        lr=0.005,
        weight_decay=0.1,
        batch_size=32,
        max_epochs=max_epochs,
        patience=0,
        random_state=random_state,
        device="cpu",
    )


def dense_inputs(
    preprocessor: HeartPreprocessor, cohort: Cohort, rows: IntArray
) -> npt.NDArray[np.float32]:
    """Scaled numbers, missing flags and one column a code of each category (one-hot), float32,
    shape (rows, D).
    """
    numeric, codes = preprocessor.encode(cohort.features.iloc[rows])
    hot = [
        np.eye(n, dtype=np.float32)[codes[:, j]] for j, n in enumerate(preprocessor.cardinalities)
    ]
    return np.concatenate([numeric, *hot], axis=1)


def predict_severity(
    cohort: Cohort, settings: Settings, *, on_epoch_end: OnEpochEnd | None = None
) -> Severity:
    """Each patient's grade by networks that never saw the patient; preprocessing is fitted on a
    fold's train patients.

    Args:
        cohort: patients whose `num` is a grade of 0 to 4.
        settings: of the network.
        on_epoch_end: sees each epoch of each fold.

    Raises:
        SplitError: if a grade has fewer different patients than there are folds.
    """
    grade = cohort.frame[TARGET].to_numpy().astype(np.int64)
    y_score = np.empty((cohort.n, GRADES))
    for train, test in Folds(FOLDS, 1, settings.random_state).split(cohort.features, grade):
        preprocessor = HeartPreprocessor().fit(cohort.features.iloc[train])
        part = Points(dense_inputs(preprocessor, cohort, train), grade[train])
        network = PointMLP(part.X.shape[1], GRADES, settings)
        fit(network, part, settings, on_epoch_end=on_epoch_end)
        y_score[test] = network.predict_proba(dense_inputs(preprocessor, cohort, test)).mean(axis=0)
    return Severity(grade, y_score)


def most_probable(y_score: FloatArray) -> IntArray:
    """The most probable grade, shape (n,): right most often."""
    return np.asarray(y_score.argmax(axis=1))


def median_grade(y_score: FloatArray) -> IntArray:
    """The first grade that half of the probability lies at or below, shape (n,): the median, which
    misses by the fewest grades.
    """
    return np.asarray((y_score.cumsum(axis=1) >= 0.5 - 1e-9).argmax(axis=1))


def judge(y_true: IntArray, grade: IntArray) -> Decided:
    """Accuracy and mean absolute error of decided grades."""
    return Decided(grade, float((grade == y_true).mean()), float(np.abs(grade - y_true).mean()))
