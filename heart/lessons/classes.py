"""Several classes: softmax against one yes-or-no network a class, shipped tables, and figures."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.datasets import load_iris, load_wine
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from heart.errors import SettingsError
from heart.lessons.learned import Recipe
from heart.lessons.mlp import FloatArray, PointMLP, Points, fit
from heart.lessons.points import Parts
from heart.model.batches import MemberRows
from heart.model.loop import OnEpochEnd

TABLES = {"wine": load_wine, "iris": load_iris}
SUM_BIN = 0.05

IntArray = npt.NDArray[np.int64]


class Table(NamedTuple):
    """Measured things of several kinds: scaled parts (by the train part's means and deviations),
    the kinds' names, how many columns.
    """

    parts: Parts
    names: tuple[str, ...]
    n_columns: int


def load_table(name: str, *, random_state: int) -> Table:
    """A shipped table of three classes, seven tenths of it to learn from.

    Raises:
        SettingsError: for a name that is not in `TABLES`.
    """
    if name not in TABLES:
        raise SettingsError.unknown("a table", name, TABLES)
    data = TABLES[name]()
    first, rest = train_test_split(
        np.arange(len(data.target)), test_size=0.3, stratify=data.target, random_state=random_state
    )
    scaler = StandardScaler().fit(data.data[first])
    parts = [
        Points(
            scaler.transform(data.data[rows]).astype(np.float32), data.target[rows].astype(np.int64)
        )
        for rows in (first, rest)
    ]
    return Table(Parts(*parts), tuple(str(kind) for kind in data.target_names), data.data.shape[1])


def learn_one_vs_rest(
    recipe: Recipe, parts: Parts, *, on_epoch_end: OnEpochEnd | None = None
) -> PointMLP:
    """K networks of one logit, trained as K members of one network: member k learns "class k, or
    any other".

    Raises:
        SettingsError: for a value outside its bounds.
    """
    X, y_true = parts.train
    n, n_classes = len(X), int(y_true.max()) + 1
    settings = recipe.settings(n, members=n_classes)
    network = PointMLP(X.shape[1], 1, settings, activation=recipe.activation)
    questions = Points(
        np.tile(X, (n_classes, 1)),
        np.concatenate([y_true == k for k in range(n_classes)]).astype(np.int64),
    )
    own = np.arange(n_classes * n, dtype=np.int64).reshape(
        n_classes, n
    )  # member k reads the k-th copy
    fit(
        network,
        questions,
        settings,
        rows=MemberRows(own, None, range(n_classes), 1),
        on_epoch_end=on_epoch_end,
    )
    return network


def one_vs_rest_scores(network: PointMLP, X: npt.NDArray[np.float32]) -> FloatArray:
    """Each class's own probability against the rest, shape (n, K). Rows need not sum to 1: no
    network knows of the others.
    """
    return network.predict_proba(X)[:, :, 1].T


def normalised(scores: FloatArray) -> FloatArray:
    """Each row divided by its sum, shape (n, K)."""
    return np.asarray(
        scores / np.maximum(scores.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    )


def sum_bins(scores: FloatArray) -> pd.DataFrame:
    """How many rows of scores sum to what: `start`, `end` (the bin's borders), `points`."""
    sums = scores.sum(axis=1)
    edges = np.arange(np.floor(sums.min() / SUM_BIN), np.floor(sums.max() / SUM_BIN) + 2) * SUM_BIN
    counts, _ = np.histogram(sums, bins=edges)
    return pd.DataFrame({"start": edges[:-1], "end": edges[1:], "points": counts})


def confusion_frame(y_true: IntArray, decided: IntArray, names: tuple[str, ...]) -> pd.DataFrame:
    """One row a pair of classes: `truth`, `decided` (names), `n`, and `share` (of those of that
    truth, 0-1).
    """
    counts = confusion_matrix(y_true, decided, labels=range(len(names)))
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    pairs = [(a, b) for a in range(len(names)) for b in range(len(names))]
    rows = [(names[a], names[b], int(counts[a, b]), float(shares[a, b])) for a, b in pairs]
    return pd.DataFrame(rows, columns=["truth", "decided", "n", "share"])


def class_figures(y_true: IntArray, decided: IntArray, *, n_classes: int) -> pd.DataFrame:
    """One row a class, then "macro" and "micro": `who`, `n`, `precision`, `recall`, `f1` (0-1; 0
    where there is nothing to divide by).

    Macro is the mean over classes, each counting alike however rare; micro counts patients, so that
    all three equal the accuracy (Sokolova and Lapalme 2009).

    >>> y_true, y_pred = np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0])
    >>> class_figures(y_true, y_pred, n_classes=2)["recall"].tolist()
    [1.0, 0.0, 0.5, 0.75]
    """
    counts = confusion_matrix(y_true, decided, labels=range(n_classes))
    right = np.diag(counts)
    precision, recall = _share(right, counts.sum(axis=0)), _share(right, counts.sum(axis=1))
    f1 = _share(2 * right, counts.sum(axis=0) + counts.sum(axis=1))
    micro = right.sum() / counts.sum()
    figures = {"precision": precision, "recall": recall, "f1": f1}
    columns = {name: [*values, values.mean(), micro] for name, values in figures.items()}
    who = [*(str(k) for k in range(n_classes)), "macro", "micro"]
    return pd.DataFrame(
        {"who": who, "n": [*counts.sum(axis=1), counts.sum(), counts.sum()], **columns}
    )


def _share(part: IntArray, whole: IntArray) -> npt.NDArray[np.float64]:
    return np.asarray(part / np.maximum(whole, 1), dtype=np.float64)
