"""Recalibration: a monotone map from the model's probabilities to better ones, fitted on
out-of-fold predictions.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit

from heart.errors import SettingsError
from heart.evaluation.calibration import mean_calibration, to_logits
from heart.evaluation.metrics import FloatArray, IntArray
from heart.evaluation.out_of_fold import OutOfFold

MIN_ISOTONIC = 1000
"""Patients below which isotonic regression is refused: on 49 it raised the log-loss from 0.38 to
1.34.
"""

MAX_KNOTS = 512
MIN_GAP = 1e-16
"""Least distance of two knots: a rise of at most 1 over it is at most 1e16, so that no line between
knots overflows. Isotonic regression takes patients closer than 1e-15 as one.
"""

METHODS = MappingProxyType(
    {
        "none": "the probabilities as the network gives them",
        "temperature": "one factor for all log-odds (Guo et al. 2017)",
        "platt": "a factor and a shift of the log-odds (Platt 1999)",
        "isotonic": f"any rising steps; needs {MIN_ISOTONIC:,} patients",
    }
)
"""Name of each method and what it does."""


class Recalibration(NamedTuple):
    """A rising map of probabilities.

    Attributes:
        method: among `METHODS`.
        slope, intercept: of the log-odds; 1 and 0 change nothing.
        knots: pairs of probability before and after, ascending, between which "isotonic" draws
            straight lines; empty for the others.
        patients: on how many it was fitted.
    """

    method: str = "none"
    slope: float = 1.0
    intercept: float = 0.0
    knots: tuple[tuple[float, float], ...] = ()
    patients: int = 0

    def apply(self, y_score: FloatArray) -> FloatArray:
        """The recalibrated probabilities, of the same shape."""
        if self.method == "none":
            return y_score
        if self.method == "isotonic":
            before, after = np.array(self.knots).T
            # rounding may carry a line past its end by a bit
            return np.asarray(np.interp(y_score, before, after).clip(after[0], after[-1]))
        return np.asarray(expit(self.intercept + self.slope * to_logits(y_score)))

    def apply_to(self, predictions: OutOfFold) -> OutOfFold:
        """Out-of-fold predictions on the scale of the recalibrated answers, each repeat by itself:
        the mean of the repeats is taken afterwards, here as everywhere.
        """
        return predictions._replace(y_score=self.apply(predictions.y_score))


NO_RECALIBRATION = Recalibration()


def fit_recalibration(method: str, y_true: IntArray, y_score: FloatArray) -> Recalibration:
    """The map of greatest likelihood ("isotonic": of least squares) on predictions for patients
    that the model did not see.

    Args:
        method: among `METHODS`.
        y_true: 0 or 1, shape (n,).
        y_score: probabilities, shape (n,), or (repeats, n) where each patient was predicted several
            times.

    Raises:
        SettingsError: for another method, a single class, too few patients for "isotonic", or a
            model that ranks the wrong way round.
    """
    if method not in METHODS:
        raise SettingsError.unknown("a method", method, METHODS)
    if method == "none":
        return NO_RECALIBRATION
    n = len(y_true)
    if not 0 < y_true.sum() < n:
        raise SettingsError(
            "patients with and without disease", "one kind only", "Use a cohort with both."
        )
    if method == "isotonic" and n < MIN_ISOTONIC:
        raise SettingsError(
            f"at least {MIN_ISOTONIC:,} patients for isotonic recalibration",
            f"{n:,}",
            "Choose temperature or Platt.",
        )
    scores = np.atleast_2d(y_score)
    outcomes = np.tile(y_true, len(scores))
    fitted = (
        _fit_isotonic(outcomes, scores.ravel(), patients=n)
        if method == "isotonic"
        else _fit_line(method, outcomes, scores.ravel())
    )
    return fitted._replace(patients=n)


def _fit_line(method: str, y_true: IntArray, y_score: FloatArray) -> Recalibration:
    """A logistic regression on the log-odds: with an intercept it is Platt's, without one it is
    temperature scaling.
    """
    # a form that recalibrates nothing need not wait for it
    from sklearn.linear_model import (  # noqa: PLC0415
        LogisticRegression,
    )

    regression = LogisticRegression(
        C=np.inf, fit_intercept=method == "platt", max_iter=1000, tol=1e-8
    )
    regression.fit(to_logits(y_score).reshape(-1, 1), y_true)
    slope = float(regression.coef_[0, 0])
    if slope <= 0:
        raise SettingsError(
            "a model that ranks better than chance",
            "one whose order would be turned round",
            "Train another model.",
        )
    return Recalibration(
        method, slope, float(regression.intercept_[0]) if method == "platt" else 0.0
    )


def _fit_isotonic(y_true: IntArray, y_score: FloatArray, *, patients: int) -> Recalibration:
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415

    # kept off 0 and 1: no number of patients shows that a disease is impossible, and several
    # predictions of each are no more patients
    edge = 1 / (patients + 2)
    regression = IsotonicRegression(y_min=edge, y_max=1 - edge, out_of_bounds="clip").fit(
        y_score, y_true
    )
    before, after = regression.X_thresholds_, regression.y_thresholds_
    kept = np.unique(
        np.linspace(0, len(before) - 1, min(len(before), MAX_KNOTS)).round().astype(int)
    )
    return Recalibration(
        "isotonic", knots=tuple(zip(before[kept].tolist(), after[kept].tolist(), strict=True))
    )


def recalibrate_folds(method: str, predictions: OutOfFold) -> OutOfFold:
    """The predictions as they would be after recalibration: each fold by a map fitted on the other
    folds of its repeat.
    """
    scores = predictions.y_score.copy()
    for repeat, folds in enumerate(predictions.fold):
        for fold in np.unique(folds):
            test = folds == fold
            fitted = fit_recalibration(
                method, predictions.y_true[~test], predictions.y_score[repeat, ~test]
            )
            scores[repeat, test] = fitted.apply(scores[repeat, test])
    return predictions._replace(y_score=scores)


def compare_recalibrations(predictions: OutOfFold) -> pd.DataFrame:
    """One row a method that so many patients allow: `method`, `log_loss`, `brier`, `intercept`,
    `slope`, means over the repeats.

    Every fold is recalibrated by what the others say, so that the figures are of patients that took
    no part.
    """
    methods = [
        name for name in METHODS if name != "isotonic" or len(predictions.y_true) >= MIN_ISOTONIC
    ]
    return pd.DataFrame(
        [{"method": name, **judge_recalibration(name, predictions)} for name in methods]
    )


def advise_against(compared: pd.DataFrame, method: str) -> str | None:
    """Why a method is better left alone: it does not lower the out-of-fold log-loss; None where it
    does, or is none.

    Args:
        compared: as `compare_recalibrations` gives it.
        method: among `METHODS`.
    """
    losses = compared.set_index("method")["log_loss"]
    if method == "none" or method not in losses or losses[method] < losses["none"]:
        return None
    return (
        f"Advised against: on these patients it does not lower the log-loss ({losses['none']:.3f}"
        f" without, {losses[method]:.3f} with it)."
    )


def judge_recalibration(method: str, predictions: OutOfFold) -> dict[str, float]:
    """`log_loss`, `brier`, `intercept` and `slope` of the predictions after `recalibrate_folds`,
    means over the repeats.

    Raises:
        SettingsError: for a method that these patients do not allow.
    """
    from sklearn.metrics import brier_score_loss, log_loss  # noqa: PLC0415

    y_true, y_scores = predictions.y_true, recalibrate_folds(method, predictions).y_score
    losses = [
        (log_loss(y_true, scores, labels=[0, 1]), brier_score_loss(y_true, scores))
        for scores in y_scores
    ]
    agreement = mean_calibration(y_true, y_scores)
    line = (np.nan if end.value is None else end.value for end in agreement[:2])
    means = (*np.mean(losses, axis=0).tolist(), *line)
    return dict(zip(("log_loss", "brier", "intercept", "slope"), means, strict=True))
