"""Three networks that learnt from the same patients are too sure, too timid or neither; a
temperature for their log-odds changes that, and nothing about their order.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import norm

from heart.config import Settings, get_recipe
from heart.data import load_shipped
from heart.errors import SettingsError
from heart.evaluation.calibration import calibration_of
from heart.evaluation.figures import Figure
from heart.evaluation.metrics import FloatArray, IntArray, score_all
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.recalibration import Recalibration, fit_recalibration, recalibrate_folds
from heart.experiments.cross_validation import Folds, cross_validate
from heart.lessons.recipes import ONE_LAYER
from heart.model.side_by_side import OnShare

COHORT, N_FOLDS, MAX_SEED = "cleveland", 10, 9_999

MODELS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "learnt by heart": {
            "max_epochs": 30,
            "lr": 0.003,
            "dropout": 0.0,
            "masking": 0.0,
            "weight_decay": 0.0,
        },
        "stopped too soon": {"max_epochs": 4},
        "held back": {"max_epochs": 25},
    }
)
"""Name of each network and in what it differs from the app's recipe, beside its single member."""

TEMPERATURES = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)


class Judged(NamedTuple):
    """Figures of probabilities: losses in nats and of squares, the area under the ROC curve (0-1),
    and the slope of the calibration.
    """

    log_loss: float
    brier: float
    roc_auc: float
    slope: Figure


def model_settings(model: str, *, random_state: int) -> Settings:
    """The settings of one of `MODELS`.

    Raises:
        SettingsError: for another name.
    """
    if model not in MODELS:
        raise SettingsError.unknown("a network", model, MODELS)
    return get_recipe(
        "default",
        **ONE_LAYER,
        members=1,
        patience=0,
        random_state=random_state,
        device="cpu",
        **MODELS[model],
    )


def predict_unseen(model: str, *, random_state: int, on_share: OnShare | None = None) -> OutOfFold:
    """Each Cleveland patient's probability by networks that did not see the patient: ten folds,
    once, that train as one network.

    Raises:
        SettingsError: for a name that is not in `MODELS`.
    """
    return cross_validate(
        load_shipped(COHORT),
        model_settings(model, random_state=random_state),
        folds=Folds(N_FOLDS, 1, random_state),
        on_share=on_share,
    )


def temper(y_score: FloatArray, temperature: float) -> FloatArray:
    """The probabilities after their log-odds were divided by the temperature (Guo et al. 2017), of
    the same shape: above 1 they move towards 50 %, below 1 away from it.

    >>> temper(np.array([0.9, 0.5]), 2.0)
    array([0.75, 0.5 ])
    """
    return Recalibration("temperature", slope=1 / temperature).apply(y_score)


def judge(y_true: IntArray, y_score: FloatArray) -> Judged:
    """Figures of probabilities, shape (n,), for outcomes 0 or 1, shape (n,)."""
    figures = score_all(y_true, y_score)
    return Judged(
        figures["log_loss"],
        figures["brier"],
        figures["roc_auc"],
        calibration_of(y_true, y_score).slope,
    )


def verdict_of(slope: Figure) -> str:
    """What a slope says: "too sure", "too timid", or "cannot be told" where its interval holds 1.

    >>> verdict_of(Figure(0.4, 0.3, 0.5))
    'too sure'
    """
    if slope.high is not None and slope.high < 1:
        return "too sure"
    if slope.low is not None and slope.low > 1:
        return "too timid"
    return "cannot be told"


def temperature_table(y_true: IntArray, y_score: FloatArray) -> pd.DataFrame:
    """One row a temperature of `TEMPERATURES`: `temperature`, `log_loss`, `brier`, `roc_auc`."""
    rows = []
    for temperature in TEMPERATURES:
        figures = score_all(y_true, temper(y_score, temperature))
        rows.append((temperature, *(figures[name] for name in ("log_loss", "brier", "roc_auc"))))
    return pd.DataFrame(rows, columns=["temperature", "log_loss", "brier", "roc_auc"])


def best_temperature(table: pd.DataFrame) -> float:
    """The temperature of a `temperature_table` with the least log-loss."""
    return TEMPERATURES[int(table["log_loss"].to_numpy().argmin())]


def fitted_temperature(y_true: IntArray, y_score: FloatArray) -> float:
    """The temperature of greatest likelihood, among all that there are."""
    return 1 / fit_recalibration("temperature", y_true, y_score).slope


def gain_of_temperature(predictions: OutOfFold) -> Figure:
    """How much the log-loss of patients who took no part in it changes by a temperature that was
    fitted on the other folds, nats; below 0 is better.
    """
    after = recalibrate_folds("temperature", predictions)
    return loss_difference(predictions.y_true, after.y_score[0], predictions.y_score[0])


def loss_difference(y_true: IntArray, y_score: FloatArray, other: FloatArray) -> Figure:
    """The mean difference in log-loss to other probabilities of the same patients, nats, with its
    95 % interval over patients by the normal approximation: of these networks, not of new ones.
    """
    difference = _losses(y_true, y_score) - _losses(y_true, other)
    mean = float(difference.mean())
    half = float(norm.ppf(0.975) * difference.std(ddof=1) / len(difference) ** 0.5)
    return Figure(mean, mean - half, mean + half)


def _losses(y_true: IntArray, y_score: FloatArray) -> FloatArray:
    given = np.where(y_true == 1, y_score, 1 - y_score)
    return np.asarray(-np.log(np.maximum(given, np.finfo(np.float64).tiny)))
