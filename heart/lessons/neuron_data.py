"""What the neuron learns from: two measurements of the Cleveland patients, and breast tumours."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from heart.data import load_shipped
from heart.errors import SettingsError
from heart.lessons.neuron import FloatArray, IntArray, LogisticNeuron, Weights, forward

N_CELLS = 30
"""Cells along each axis of the plane."""


class Plane(NamedTuple):
    """Patients in the plane of two features.

    Attributes:
        names: the two features.
        X: standardised, shape (n, 2).
        y: 1 where diseased, shape (n,).
        scaler: the way back to the features' units.
        n_left_out: patients without one of the two.
    """

    names: tuple[str, str]
    X: FloatArray
    y: IntArray
    scaler: StandardScaler
    n_left_out: int

    @property
    def points(self) -> FloatArray:
        """The two features in their own units, shape (n, 2)."""
        return np.asarray(self.scaler.inverse_transform(self.X))


def place_patients(first: str, second: str) -> Plane:
    """The Cleveland patients in whom both features were measured.

    Raises:
        SettingsError: if both are the same feature.
    """
    if first == second:
        raise SettingsError(
            "two different features",
            f"{first} twice",
            "Choose another feature for one of the axes.",
        )
    cohort = load_shipped("cleveland")
    values = cohort.features[[first, second]].to_numpy(dtype=np.float64)
    whole = ~np.isnan(values).any(axis=1)
    scaler = StandardScaler().fit(values[whole])
    return Plane(
        (first, second),
        scaler.transform(values[whole]),
        cohort.y_true[whole],
        scaler,
        int((~whole).sum()),
    )


def tile_plane(plane: Plane, at: Weights) -> pd.DataFrame:
    """Square cells over the patients: `x`, `x2`, `y`, `y2` in the features' units, and the
    `probability` of disease in the middle.
    """
    low, high = plane.X.min(axis=0) - 0.2, plane.X.max(axis=0) + 0.2
    steps = (high - low) / N_CELLS
    corners = low + steps * np.stack(np.meshgrid(*[np.arange(N_CELLS)] * 2), axis=-1).reshape(-1, 2)
    start, end = (plane.scaler.inverse_transform(corner) for corner in (corners, corners + steps))
    probability = forward(corners + steps / 2, at)
    return pd.DataFrame(
        {
            "x": start[:, 0],
            "x2": end[:, 0],
            "y": start[:, 1],
            "y2": end[:, 1],
            "probability": probability,
        }
    )


def draw_boundary(plane: Plane, at: Weights) -> FloatArray:
    """Both ends of the line where the probability is one half, in the features' units, shape (2,
    2); (0, 2) if it misses the cells.
    """
    low, high = plane.X.min(axis=0) - 0.2, plane.X.max(axis=0) + 0.2
    foot, along = -at.b * at.w / (at.w @ at.w), np.array([-at.w[1], at.w[0]])
    with np.errstate(
        divide="ignore"
    ):  # a line along an axis meets two of the sides nowhere: at infinity
        meets = np.sort(np.stack([(low - foot) / along, (high - foot) / along]), axis=0)
    begin, end = meets[0].max(), meets[1].min()
    if begin >= end:
        return np.empty((0, 2))
    return np.asarray(plane.scaler.inverse_transform(foot + np.outer([begin, end], along)))


class Tumours(NamedTuple):
    """569 tumours, 30 measurements each, three quarters to learn from; y is 1 where malignant."""

    X_train: FloatArray
    y_train: IntArray
    X_test: FloatArray
    y_test: IntArray


def split_tumours(*, random_state: int) -> Tumours:
    """The Wisconsin tumours (Wolberg 1995), standardised by the train part's means and deviations.

    scikit-learn codes malignant as 0 and benign as 1. What is to be found is the malignant one, so
    the codes are turned round here.
    """
    data = load_breast_cancer()
    malignant = (data.target == 0).astype(np.int64)
    parts = train_test_split(
        data.data, malignant, test_size=0.25, stratify=malignant, random_state=random_state
    )
    scaler = StandardScaler().fit(parts[0])
    return Tumours(scaler.transform(parts[0]), parts[2], scaler.transform(parts[1]), parts[3])


class TumourScores(NamedTuple):
    """What a neuron does with unseen tumours: `accuracy`, and `counts`, shape (2, 2), benign first:
    rows are truth, columns the answer.
    """

    accuracy: float
    counts: IntArray


def score_tumours(neuron: LogisticNeuron, tumours: Tumours) -> TumourScores:
    """The test part's figures at the threshold 0.5."""
    answers = neuron.predict(tumours.X_test)
    return TumourScores(
        float((answers == tumours.y_test).mean()),
        confusion_matrix(tumours.y_test, answers, labels=[0, 1]),
    )
