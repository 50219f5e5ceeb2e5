"""What “not known” does: values of real patients are hidden from a network that was trained with
masking and from one that was not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from heart.config import Settings, get_recipe
from heart.data import load_shipped
from heart.data.shipped import SHIPPED
from heart.evaluation.calibration import calibration_of
from heart.evaluation.figures import Figure
from heart.evaluation.metrics import FloatArray, IntArray, score_all
from heart.experiments.cross_validation import Folds, Predict, fit_each
from heart.lessons.calibration import loss_difference
from heart.lessons.recipes import ONE_LAYER
from heart.model.side_by_side import OnShare
from heart.schema import FEATURES, feature

COHORT, N_FOLDS, MAX_SEED = "cleveland", 5, 9_999
ELSEWHERE = tuple(name for name in SHIPPED if name != COHORT)
RATES = (0.1, 0.3, 0.5, 0.7)
"""Shares of values that training hides."""

NAMES = tuple(entry.name for entry in FEATURES)
WAYS = ("masked", "plain", "filled")
"""Trained with masking and told that a value is not known; trained without and told the same;
trained without and given the mean, or the most frequent code, of the train patients.
"""


class Trained(NamedTuple):
    """Both networks: what was learnt in each fold, and last from all patients.

    Attributes:
        splits: train and test rows of the folds.
        masked, plain: one function a fold from features to probabilities, then that of all.
    """

    splits: list[tuple[IntArray, IntArray]]
    masked: list[Predict]
    plain: list[Predict]


def network_settings(masking: float, *, random_state: int) -> Settings:
    """One member with a hidden layer, 25 epochs, and this share of values hidden in training.

    Raises:
        SettingsError: for a value outside its bounds.
    """
    return get_recipe(
        "default",
        **ONE_LAYER,
        members=1,
        max_epochs=25,
        patience=0,
        masking=masking,
        random_state=random_state,
        device="cpu",
    )


def train_both(masking: float, *, random_state: int, on_share: OnShare | None = None) -> Trained:
    """Both networks on Cleveland, from the same first weights; five folds and all patients train as
    one network.

    Raises:
        SettingsError: for a value outside its bounds.
    """
    cohort = load_shipped(COHORT)
    splits = Folds(N_FOLDS, 1, random_state).split(cohort.features, cohort.y_true)
    parts = [*(train for train, _ in splits), np.arange(cohort.n)]
    tell = on_share or (lambda share: None)  # noqa: ARG005
    fitted = [
        fit_each(
            cohort.features,
            cohort.y_true,
            parts,
            network_settings(rate, random_state=random_state),
            on_share=lambda share, done=done: tell((done + share) / 2),  # type: ignore[misc]
        )
        for done, rate in enumerate((masking, 0.0))
    ]
    return Trained(splits, *fitted)


def hide(features: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The patients with these features not known."""
    return features.assign(
        **{name: pd.Series(None, features.index, features[name].dtype) for name in names}
    )


def fill_in(features: pd.DataFrame, train: pd.DataFrame) -> pd.DataFrame:
    """The patients with every missing number replaced by the mean of the train patients, every
    missing code by their most frequent one.
    """
    values = {
        entry.name: (
            train[entry.name].mean()
            if entry.encoding == "scale"
            else train[entry.name].mode().iloc[0]
        )
        for entry in FEATURES
    }
    return features.fillna(values)


def predict_ways(trained: Trained, hidden: Sequence[Sequence[str]]) -> list[dict[str, FloatArray]]:
    """For each set of features that is hidden from the test patients, and each of `WAYS`, the
    probability of every Cleveland patient, shape (n,), by networks that did not see the patient.
    """
    features = load_shipped(COHORT).features
    told = [{way: np.empty(len(features)) for way in WAYS} for _ in hidden]
    for fold, (train, test) in enumerate(trained.splits):
        # one call for all sets: most of a call is the same for one patient and for hundreds
        patients = pd.concat([hide(features.iloc[test], names) for names in hidden])
        scores = _predict_all(trained, fold, patients, features.iloc[train])
        for way, of_all in scores.items():
            for answer, of_set in zip(told, np.split(of_all, len(hidden)), strict=True):
                answer[way][test] = of_set
    return told


def _predict_all(
    trained: Trained, fit: int, patients: pd.DataFrame, train: pd.DataFrame
) -> dict[str, FloatArray]:
    """Probabilities by each of `WAYS`, shape (patients,), of the networks of one fit."""
    return {
        "masked": trained.masked[fit](patients),
        "plain": trained.plain[fit](patients),
        "filled": trained.plain[fit](fill_in(patients, train)),
    }


class Judged(NamedTuple):
    """Figures of one way: losses in nats and of squares, the area under the ROC curve and shares
    from 0 to 1, and by how much its log-loss is above that of the network with masking.
    """

    log_loss: float
    brier: float
    roc_auc: float
    slope: float | None
    expected: float
    observed: float
    difference: Figure


def judge_ways(y_true: IntArray, told: Mapping[str, FloatArray]) -> dict[str, Judged]:
    """The figures of each way's probabilities, shape (n,) each, for outcomes of shape (n,)."""
    judged = {}
    for way, y_score in told.items():
        figures, calibration = score_all(y_true, y_score), calibration_of(y_true, y_score)
        judged[way] = Judged(
            figures["log_loss"],
            figures["brier"],
            figures["roc_auc"],
            calibration.slope.value,
            calibration.expected,
            calibration.observed,
            loss_difference(y_true, y_score, told["masked"]),
        )
    return judged


def one_by_one(trained: Trained) -> pd.DataFrame:
    """One row a feature that alone is hidden, and way: `feature` (its label), `name`, `way`,
    `log_loss`, and `known`, the log-loss of the network with masking when nothing is hidden.
    """
    y_true = load_shipped(COHORT).y_true
    nothing, *told = predict_ways(trained, [(), *((name,) for name in NAMES)])
    known = score_all(y_true, nothing["masked"])["log_loss"]
    rows = [
        (feature(name).label, name, way, score_all(y_true, scores[way])["log_loss"], known)
        for name, scores in zip(NAMES, told, strict=True)
        for way in WAYS
    ]
    return pd.DataFrame(rows, columns=["feature", "name", "way", "log_loss", "known"])


class Elsewhere(NamedTuple):
    """Another hospital's patients as they are: its name in `SHIPPED`, how many, the share of values
    that are missing (0-1), and the figures by way.
    """

    hospital: str
    patients: int
    missing: float
    ways: dict[str, Judged]


def judge_elsewhere(trained: Trained) -> list[Elsewhere]:
    """The other hospitals, by the networks that learnt from all of Cleveland."""
    train = load_shipped(COHORT).features
    judged = []
    for name in ELSEWHERE:
        cohort = load_shipped(name)
        ways = judge_ways(cohort.y_true, _predict_all(trained, -1, cohort.features, train))
        missing = float(cohort.features.isna().to_numpy().mean())
        judged.append(Elsewhere(name, cohort.n, missing, ways))
    return judged
