"""Precision, recall and F1 of several classes, class by class and averaged in two ways."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import confusion_matrix

IntArray = npt.NDArray[np.int64]


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
