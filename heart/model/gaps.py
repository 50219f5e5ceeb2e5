"""What a model knows less about: values missing, unlike any of training, or beyond them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

PROBLEMS = ("", "missing", "unseen", "below", "above")
MISSING, UNSEEN, BELOW, ABOVE = range(1, len(PROBLEMS))


def number_problems(
    values: FloatArray,
    low: float | FloatArray,
    high: float | FloatArray,
) -> npt.NDArray[np.uint8]:
    """Positions in `PROBLEMS` of numbers beside the least and greatest of training, which are NaN
    where training had none; shapes that go together.
    """
    problems = np.select(
        [np.isnan(values), values < low, values > high], [MISSING, BELOW, ABOVE], 0
    )
    return np.where(np.isnan(low) & ~np.isnan(values), UNSEEN, problems).astype(np.uint8)


def category_problems(
    is_missing: npt.NDArray[np.bool_], is_unknown: npt.NDArray[np.bool_]
) -> npt.NDArray[np.uint8]:
    """Positions in `PROBLEMS` of categories, any shape: missing, or no class of training's."""
    return np.select([is_missing, is_unknown], [MISSING, UNSEEN], 0).astype(np.uint8)
