"""A small table of patients: how likely its outcomes are under one weight, and what a straight line
makes of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_expit
from sklearn.linear_model import LogisticRegression

from heart.errors import SettingsError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

DEPRESSION = np.array([-1.6, -1.2, -0.9, -0.6, -0.3, 0.1, 0.4, 0.8, 1.2, 2.1])
DISEASED = np.array([0, 0, 1, 0, 0, 1, 0, 1, 1, 1])
"""Ten invented patients: a standardised measurement and the outcome. No line separates them, so one
weight is best.
"""

WEIGHTS = np.linspace(-2, 6, 161)
FARTHEST = 30.0


class Line(NamedTuple):
    """A model of one measurement: of a straight line the value a + b x, of a logistic one its
    sigmoid.
    """

    intercept: float
    slope: float

    @property
    def crossing(self) -> float:
        """Where a straight line is one half."""
        return (0.5 - self.intercept) / self.slope

    @property
    def boundary(self) -> float:
        """Where a logistic one is one half."""
        return -self.intercept / self.slope


def log_likelihood(weight: float, x: FloatArray = DEPRESSION, y_true: IntArray = DISEASED) -> float:
    """The log of the probability (nats) that a neuron of this weight and no bias gives to all
    outcomes together.

    It is -n times the mean cross-entropy: to make the outcomes likely is to make the cross-entropy
    small.
    """
    logit = weight * x
    return float(np.where(y_true == 1, log_expit(logit), log_expit(-logit)).sum())


def likelihood_curve() -> pd.DataFrame:
    """One row a weight of `WEIGHTS`: `weight`, `log_likelihood` (nats)."""
    return pd.DataFrame(
        {
            "weight": WEIGHTS,
            "log_likelihood": [log_likelihood(weight) for weight in WEIGHTS.tolist()],
        }
    )


def best_weight() -> float:
    """The weight that makes the outcomes most likely."""
    return float(
        minimize_scalar(
            lambda weight: -log_likelihood(weight),
            bounds=(WEIGHTS[0], WEIGHTS[-1]),
            method="bounded",
        ).x
    )


def patients_table(weight: float) -> pd.DataFrame:
    """One row a patient: `measurement`, `diseased` (0 or 1), `probability` that was given to what
    happened.
    """
    u = expit(weight * DEPRESSION)
    return pd.DataFrame(
        {
            "measurement": DEPRESSION,
            "diseased": DISEASED,
            "probability": np.where(DISEASED == 1, u, 1 - u),
        }
    )


def with_farthest(farthest: float) -> tuple[FloatArray, IntArray]:
    """The ten patients, the last of whom, a diseased one, is moved to another measurement: where no
    doubt should be left.

    Raises:
        SettingsError: for one that is not beyond the others.
    """
    if not DEPRESSION[-1] <= farthest <= FARTHEST:
        raise SettingsError(
            f"a measurement from {DEPRESSION[-1]:g} to {FARTHEST:g}",
            f"{farthest:g}",
            "Move the patient inside.",
        )
    return np.append(DEPRESSION[:-1], farthest), DISEASED


def fit_straight(x: FloatArray, y_true: IntArray) -> Line:
    """Least squares on outcomes of 0 and 1."""
    slope, intercept = np.polyfit(x, y_true, 1)
    return Line(float(intercept), float(slope))


def fit_logistic(x: FloatArray, y_true: IntArray) -> Line:
    """The logistic line of greatest likelihood."""
    fitted = LogisticRegression(C=np.inf).fit(x.reshape(-1, 1), y_true)
    return Line(float(fitted.intercept_[0]), float(fitted.coef_[0, 0]))


def compare_lines(farthest: float) -> tuple[Line, Line, pd.DataFrame]:
    """The straight and the logistic line with the last patient at `farthest`, and both drawn:
    `measurement`, `model`, `value`.
    """
    x, y_true = with_farthest(farthest)
    straight, logistic = fit_straight(x, y_true), fit_logistic(x, y_true)
    grid = np.linspace(x.min() - 0.5, x.max() + 0.5, 200)
    values = {
        "straight line": straight.intercept + straight.slope * grid,
        "logistic regression": expit(logistic.intercept + logistic.slope * grid),
    }
    drawn = pd.concat(
        [
            pd.DataFrame({"measurement": grid, "model": name, "value": value})
            for name, value in values.items()
        ]
    )
    return straight, logistic, drawn.reset_index(drop=True)
