"""Two losses of one logit, side by side: squared error and cross-entropy, their slopes, and the
loss as surprise.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from heart.errors import SettingsError

FloatArray = npt.NDArray[np.float64]

LIMIT = 8.0
"""Logits are looked at from -8 to 8: probabilities from 0.03 % to 99.97 %."""

SQUARED, CROSS_ENTROPY = "squared error", "cross-entropy"


class Point(NamedTuple):
    """What both losses make of one answer.

    Attributes:
        probability: that the patient is diseased, 0-1.
        squared_error: (u - y)^2.
        squared_slope: its derivative by the logit.
        cross_entropy: nats.
        cross_slope: its derivative by the logit.
        bits: the cross-entropy in bits.
    """

    probability: float
    squared_error: float
    squared_slope: float
    cross_entropy: float
    cross_slope: float
    bits: float


def squared_error(logit: FloatArray, y_true: int) -> FloatArray:
    """(u - y)^2 with u = sigmoid(logit), of the logit's shape."""
    return np.asarray((expit(logit) - y_true) ** 2)


def squared_slope(logit: FloatArray, y_true: int) -> FloatArray:
    """The derivative of the squared error by the logit: 2 (u - y) u (1 - u)."""
    u = expit(logit)
    return np.asarray(2 * (u - y_true) * u * (1 - u))


def cross_entropy(logit: FloatArray, y_true: int) -> FloatArray:
    """-log of the probability that was given to what happened, in nats: log(1 + e^-z) for y = 1,
    log(1 + e^z) for y = 0.
    """
    return np.asarray(np.logaddexp(0.0, -logit if y_true else logit))


def cross_slope(logit: FloatArray, y_true: int) -> FloatArray:
    """The derivative of the cross-entropy by the logit: u - y."""
    return np.asarray(expit(logit) - y_true)


def look_at(logit: float, y_true: int) -> Point:
    """Both losses and their slopes at one logit.

    Raises:
        SettingsError: for a logit beyond `LIMIT`, or a class that is not 0 or 1.

    >>> look_at(0.0, 1).bits
    1.0
    """
    if not -LIMIT <= logit <= LIMIT or y_true not in (0, 1):
        raise SettingsError(
            f"a logit from {-LIMIT:g} to {LIMIT:g} and a class of 0 or 1",
            f"{logit:g} and {y_true}",
            "Move it inside.",
        )
    z = np.asarray(logit, dtype=np.float64)
    nats = float(cross_entropy(z, y_true))
    return Point(
        float(expit(z)),
        float(squared_error(z, y_true)),
        float(squared_slope(z, y_true)),
        nats,
        float(cross_slope(z, y_true)),
        nats / math.log(2),
    )


def loss_curves(y_true: int) -> pd.DataFrame:
    """One row a logit and loss: `logit`, `loss` (`SQUARED` or `CROSS_ENTROPY`),
    `value`, `slope`.
    """
    logit = np.linspace(-LIMIT, LIMIT, 161)
    both = ((SQUARED, squared_error, squared_slope), (CROSS_ENTROPY, cross_entropy, cross_slope))
    parts = [
        pd.DataFrame(
            {"logit": logit, "loss": name, "value": f(logit, y_true), "slope": g(logit, y_true)}
        )
        for name, f, g in both
    ]
    return pd.concat(parts, ignore_index=True)


def tangents(logit: float, y_true: int) -> pd.DataFrame:
    """Both tangents at a logit, as wide as 3: `logit`, `loss`, `value`, two rows a loss."""
    at = look_at(logit, y_true)
    ends = np.array([-1.5, 1.5])
    lines = (
        (SQUARED, at.squared_error, at.squared_slope),
        (CROSS_ENTROPY, at.cross_entropy, at.cross_slope),
    )
    return pd.concat(
        [
            pd.DataFrame({"logit": logit + ends, "loss": name, "value": value + slope * ends})
            for name, value, slope in lines
        ],
        ignore_index=True,
    )


def surprise_curve() -> pd.DataFrame:
    """How surprising it is that something happens that was given the probability p: `probability`,
    `nats`, `bits`.
    """
    probability = np.linspace(0.005, 1, 200)
    nats = -np.log(probability)
    return pd.DataFrame({"probability": probability, "nats": nats, "bits": nats / math.log(2)})
