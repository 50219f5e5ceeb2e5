"""Softmax of one input: three straight lines become three probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.datasets import load_iris

from heart.lessons.learned import Recipe
from heart.lessons.mlp import FloatArray, PointMLP, Points, fit

N_PLACES = 161

PETAL_RECIPE = Recipe(layers=0, units=1, epochs=300, lr=0.1)
"""How the fitted lines of the lesson are learnt."""

IntArray = npt.NDArray[np.int64]


class Lines(NamedTuple):
    """Each class's logit as a straight line: `slopes`, per cm, and `intercepts`."""

    slopes: tuple[float, ...]
    intercepts: tuple[float, ...]


class Petals(NamedTuple):
    """150 irises: petal length (cm) and kind (0 to 2), shape (150,) each, and the kinds' names."""

    length: FloatArray
    kind: IntArray
    names: tuple[str, ...]


def load_petals() -> Petals:
    """The irises (Fisher 1936, as scikit-learn ships them)."""
    data = load_iris()
    return Petals(
        data.data[:, 2],
        data.target.astype(np.int64),
        tuple(str(name) for name in data.target_names),
    )


def softmax(logits: FloatArray) -> FloatArray:
    """Probabilities of each row of logits, shape (n, K); the largest logit is taken off first, so
    that nothing overflows.
    """
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def line_probabilities(x: FloatArray, lines: Lines) -> FloatArray:
    """Each class's probability at each x, shape (n, K)."""
    return softmax(np.outer(x, lines.slopes) + np.asarray(lines.intercepts))


def softmax_curves(lines: Lines, names: Sequence[str], *, low: float, high: float) -> pd.DataFrame:
    """The curves: one row an x and class, `x`, `label`, `probability`."""
    x = np.linspace(low, high, N_PLACES)
    y_score = line_probabilities(x, lines)
    return pd.concat(
        [
            pd.DataFrame({"x": x, "label": name, "probability": y_score[:, k]})
            for k, name in enumerate(names)
        ],
        ignore_index=True,
    )


def mean_loss(petals: Petals, lines: Lines) -> float:
    """The mean cross-entropy (nats) of the petals."""
    y_score = line_probabilities(petals.length, lines)
    return float(
        -np.log(np.maximum(y_score[np.arange(len(petals.kind)), petals.kind], 1e-300)).mean()
    )


def fit_lines(petals: Petals, recipe: Recipe) -> Lines:
    """The lines that a softmax network without a hidden layer learns, in cm; the first class's are
    taken off, which changes nothing.
    """
    mean, deviation = petals.length.mean(), petals.length.std()
    X = ((petals.length - mean) / deviation).astype(np.float32)[:, None]
    settings = recipe.settings(len(X))
    network = PointMLP(1, len(petals.names), settings)
    fit(network, Points(X, petals.kind), settings)
    (layer,) = network.linears()
    slopes, biases = (
        layer.weight[0, 0].detach().double().numpy() / deviation,
        layer.bias[0, 0].detach().double().numpy(),
    )
    intercepts = biases - slopes * mean
    return Lines(tuple((slopes - slopes[0]).tolist()), tuple((intercepts - intercepts[0]).tolist()))
