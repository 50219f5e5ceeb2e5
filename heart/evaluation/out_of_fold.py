"""What cross-validation leaves behind: each patient's predictions by models that did not see that
patient.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from heart.evaluation.metrics import FloatArray, IntArray


class OutOfFold(NamedTuple):
    """A model's predictions for patients it did not see.

    Attributes:
        y_true: 0 or 1, shape (n,).
        y_score: probabilities, shape (repeats, n): each repeat predicts every patient once.
        fold: which fold of its repeat a patient was tested in, shape (repeats, n).
        seconds: for all fits and predictions, on the machine that made them.
        fits: how many, those of a tuning included; 0 where that was not noted.
        chosen: what the tuning in each fold chose, name of the setting to its value in words,
            repeat after repeat; empty for a model that is not tuned, or where it was not noted.
    """

    y_true: IntArray
    y_score: FloatArray
    fold: IntArray
    seconds: float
    fits: int = 0
    chosen: tuple[Mapping[str, str], ...] = ()

    @property
    def n_folds(self) -> int:
        """How many folds a repeat has."""
        return int(self.fold.max()) + 1

    @property
    def mean_score(self) -> FloatArray:
        """Each patient's mean probability over the repeats, shape (n,)."""
        return np.asarray(self.y_score.mean(axis=0))


def join_repeats(parts: Sequence[OutOfFold]) -> OutOfFold:
    """Repeats of one model below each other, as if one process had predicted them all."""
    return OutOfFold(
        parts[0].y_true,
        np.concatenate([part.y_score for part in parts]),
        np.concatenate([part.fold for part in parts]),
        sum(part.seconds for part in parts),
        sum(part.fits for part in parts),
        tuple(choice for part in parts for choice in part.chosen),
    )
