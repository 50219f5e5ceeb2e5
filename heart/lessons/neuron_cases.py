"""What the neuron is tried on: two measurements of the Cleveland patients, and tumours; and the
same neuron by two libraries.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn

from heart.data import load_shipped
from heart.errors import SettingsError
from heart.lessons.neuron import FloatArray, IntArray, LogisticNeuron, Weights, forward

N_CELLS = 30
"""Cells along each axis of the plane."""
CONVERGED_LR, CONVERGED_EPOCHS = 2.0, 600
"""Enough for two standardised features: the loss's curvature is at most 0.5 there, so that a rate
below 4 cannot overshoot.
"""


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


def learn_by_torch(
    X: FloatArray, y: IntArray, start: Weights, *, lr: float, epochs: int
) -> Weights:
    """The weights of the same neuron in PyTorch, whole-batch gradient descent from the same start;
    its gradient is PyTorch's own.
    """
    linear = nn.utils.skip_init(nn.Linear, X.shape[1], 1, dtype=torch.float64)
    linear.load_state_dict(
        {
            "weight": torch.tensor(start.w)[None],
            "bias": torch.tensor([start.b], dtype=torch.float64),
        }
    )
    optimizer, loss = torch.optim.SGD(linear.parameters(), lr=lr), nn.BCEWithLogitsLoss()
    inputs, target = torch.tensor(X), torch.tensor(y, dtype=torch.float64)
    for _ in range(epochs):
        optimizer.zero_grad()
        loss(linear(inputs).squeeze(1), target).backward()
        optimizer.step()
    return Weights(linear.weight.detach().numpy()[0], float(linear.bias.detach()))


def learn_three_ways(plane: Plane) -> dict[str, Weights]:
    """The weights by hand, by PyTorch and by scikit-learn without a penalty, each after it has
    converged.
    """
    neuron = LogisticNeuron(lr=CONVERGED_LR, epochs=CONVERGED_EPOCHS).fit(plane.X, plane.y)
    by_torch = learn_by_torch(
        plane.X, plane.y, neuron.path_[0], lr=CONVERGED_LR, epochs=CONVERGED_EPOCHS
    )
    solved = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1_000).fit(plane.X, plane.y)
    by_sklearn = Weights(solved.coef_[0], float(solved.intercept_[0]))
    return {"by hand (numpy)": neuron.weights_, "PyTorch": by_torch, "scikit-learn": by_sklearn}


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


class Judged(NamedTuple):
    """What a neuron does with unseen tumours: `accuracy`, and `counts`, shape (2, 2), benign first:
    rows are truth, columns the answer.
    """

    accuracy: float
    counts: IntArray


def judge(neuron: LogisticNeuron, tumours: Tumours) -> Judged:
    """The test part's figures at the threshold 0.5."""
    answers = neuron.predict(tumours.X_test)
    return Judged(
        float((answers == tumours.y_test).mean()),
        confusion_matrix(tumours.y_test, answers, labels=[0, 1]),
    )
