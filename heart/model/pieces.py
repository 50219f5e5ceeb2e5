"""Numbers that may bend: how far each has come through the pieces between the train quantiles.

The piecewise-linear encoding of Gorishniy et al. 2022 (https://arxiv.org/abs/2203.05556): any
weighted sum of a number's shares is a line with a slope of its own in each piece. Shapes: n
patients, F numbers, P pieces.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from heart.model.weighting import weighted_quantile

FloatArray = npt.NDArray[np.float64]

MIN_WIDTH = 1e-9
"""Of a piece, in the number's unit: a narrower one is where two quantiles are equal but for
rounding, and one over its width could be infinite.
"""


def fit_knots(values: FloatArray, pieces: int, weight: FloatArray | None = None) -> FloatArray:
    """The ends of pieces of equally many of the values, shape (n, F), NaN left out, each counted
    as its weight, shape (n,): shape (F, P + 1), or (F, 0) for a single piece, which is the number
    itself.
    """
    if pieces == 1:
        return np.empty((values.shape[1], 0))
    if not values.shape[1]:
        return np.empty((0, pieces + 1))
    shares = np.linspace(0, 1, pieces + 1)
    if weight is not None:
        return weighted_quantile(values, shares, weight).T
    return np.asarray(np.nanquantile(values, shares, axis=0).T)


def piece_factors(knots: FloatArray) -> FloatArray:
    """One over the width of each piece, 0 for a piece of no width; shape (F, P), or (F, 0)."""
    widths = np.diff(knots, axis=1)
    return np.divide(1.0, widths, out=np.zeros_like(widths), where=widths > MIN_WIDTH)


def piece_shares(values: FloatArray, knots: FloatArray) -> list[FloatArray]:
    """For each piece how far the values, shape (n, F), have come through it: 0 to 1.

    >>> knots = np.array([[0.0, 2.0, 6.0]])
    >>> [share.tolist() for share in piece_shares(np.array([[1.0], [3.0], [9.0]]), knots)]
    [[[0.5], [1.0], [1.0]], [[0.0], [0.25], [1.0]]]
    """
    return [
        np.clip((values - start) * factor, 0.0, 1.0)
        for start, factor in zip(knots.T[:-1], piece_factors(knots).T, strict=True)
    ]
