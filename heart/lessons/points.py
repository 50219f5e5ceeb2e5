"""Points in the plane to learn from, and the cells in which a network's answer is drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.datasets import make_blobs, make_circles, make_moons
from sklearn.model_selection import train_test_split

from heart.errors import SettingsError
from heart.lessons.mlp import FloatArray, Points

KINDS = ("circles", "moons")
MIN_POINTS, MAX_POINTS = 50, 2_000
MAX_CLASSES = 6
CELLS = 48
"""Cells in each direction: 2,304 in all."""

BOX, INNER = 3.0, 0.5


class Parts(NamedTuple):
    """Points to learn from and points to judge by."""

    train: Points
    test: Points


def _check(is_right: object, what: str, given: float | str) -> None:
    if not is_right:
        raise SettingsError(what, repr(given), "Choose a value inside the bounds.")


def sample_blobs(n: int, *, n_classes: int, spread: float, random_state: int) -> Parts:
    """Normal clouds around random centres, seven tenths of the points to learn from.

    Args:
        n: points of all classes.
        n_classes: 2 to 6; a cloud each.
        spread: a cloud's standard deviation.
        random_state: seed of the centres, the points and the split.

    Raises:
        SettingsError: for a number outside its bounds.
    """
    _check(MIN_POINTS <= n <= MAX_POINTS, f"{MIN_POINTS} to {MAX_POINTS} points", n)
    _check(2 <= n_classes <= MAX_CLASSES, f"2 to {MAX_CLASSES} classes", n_classes)
    _check(0 < spread <= 5, "a spread above 0, at most 5", spread)
    X, y_true = make_blobs(
        n, centers=n_classes, cluster_std=spread, center_box=(-BOX, BOX), random_state=random_state
    )
    return _cut(X, y_true, random_state)


def sample_curves(kind: str, n: int, *, noise: float, random_state: int) -> Parts:
    """Two rings ("circles"), or two half moons ("moons"), seven tenths of the points to learn from.

    Args:
        kind: one of `KINDS`.
        n: points of both classes.
        noise: standard deviation of what is added to each coordinate.
        random_state: seed of the points and the split.

    Raises:
        SettingsError: for another kind or a number outside its bounds.
    """
    _check(MIN_POINTS <= n <= MAX_POINTS, f"{MIN_POINTS} to {MAX_POINTS} points", n)
    return _cut(*_curves(kind, n, noise, random_state), random_state)


def _curves(
    kind: str, n: int, noise: float, random_state: int
) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    _check(kind in KINDS, f"one of {', '.join(KINDS)}", kind)
    _check(0 <= noise <= 1, "a noise of 0 to 1", noise)
    made: tuple[FloatArray, npt.NDArray[np.int64]] = (
        make_circles(n, noise=noise, factor=INNER, random_state=random_state)
        if kind == "circles"
        else make_moons(n, noise=noise, random_state=random_state)
    )
    return made


def sample_moons(n: int, *, noise: float, random_state: int) -> Points:
    """Two half moons, all of them in one part."""
    return _points(*_curves("moons", n, noise, random_state))


def _cut(X: FloatArray, y_true: npt.NDArray[np.int64], random_state: int) -> Parts:
    first, rest = train_test_split(
        np.arange(len(X)), test_size=0.3, stratify=y_true, random_state=random_state
    )
    return Parts(_points(X[first], y_true[first]), _points(X[rest], y_true[rest]))


def _points(X: FloatArray, y_true: npt.NDArray[np.int64]) -> Points:
    return Points(X.astype(np.float32), y_true.astype(np.int64))


def region_cells(
    predict_proba: Callable[[npt.NDArray[np.float32]], FloatArray], X: npt.NDArray[np.float32]
) -> pd.DataFrame:
    """A grid over the points and a bit beyond, with the network's answer in the middle of each
    cell.

    Args:
        predict_proba: (n, 2) to the probability of each class, (n, K).
        X: the points, shape (n, 2).

    Returns:
        `CELLS` squared rows: `x`, `x2`, `y`, `y2` (the cell's borders), `label` (the winning class)
            and `probability` (its own).
    """
    low, high = X.min(axis=0), X.max(axis=0)
    margin = 0.08 * (high - low)
    x_edges, y_edges = (
        np.linspace(a, b, CELLS + 1) for a, b in zip(low - margin, high + margin, strict=True)
    )
    column, row = (index.ravel() for index in np.meshgrid(np.arange(CELLS), np.arange(CELLS)))
    middles = np.stack(
        [(x_edges[column] + x_edges[column + 1]) / 2, (y_edges[row] + y_edges[row + 1]) / 2], axis=1
    )
    y_score = predict_proba(middles.astype(np.float32))
    borders = {
        "x": x_edges[column],
        "x2": x_edges[column + 1],
        "y": y_edges[row],
        "y2": y_edges[row + 1],
    }
    return pd.DataFrame(
        {**borders, "label": y_score.argmax(axis=1), "probability": y_score.max(axis=1)}
    )
