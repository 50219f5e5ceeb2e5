"""Which features a recipe's out-of-fold answers depend on: how much worse they get without each.

For each feature the log-loss of every patient, by models that did not see that patient, is compared
with what it is when the feature tells nothing: the loss of a model without an input, as in Breiman
(Random forests, Machine Learning 45, 2001) and Fisher, Rudin and Dominici (All models are wrong,
but many are useful, JMLR 20, 2019, no. 177: model reliance). What "tells nothing" means follows
from what the model has learnt:

hidden: The feature is coded as not known. For a recipe with masking, which has learnt to answer
    without it; nothing that no patient has is asked.
permuted: The patients of a fold exchange their values at random, several times. For a recipe
    without masking, which learns at most from gaps what "not known" means. Values that are
    exchanged make patients that do not exist where features are associated.

Neither is the effect of a cause, and of two features that tell the same each looks unimportant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from heart.config import Settings
from heart.evaluation.metrics import FloatArray, IntArray
from heart.evaluation.resampling import bootstrap_means
from heart.experiments.cross_validation import Folds, Predict, fit_each
from heart.experiments.work_up import CLIP
from heart.model.side_by_side import OnShare
from heart.schema import FEATURE_NAMES, FEATURES

How = Literal["hidden", "permuted"]

N_PERMUTATIONS = 5


class Importance(NamedTuple):
    """What each feature is worth to a recipe.

    Attributes:
        how: what was done to a feature.
        table: one row a feature that the recipe uses, the most important first. Columns: `feature`
            (its name), `label`, `importance` (nats a patient by which the log-loss rises), `low`
            and `high` (95 % bootstrap interval over patients), and `known` (patients of whom the
            feature is known).
        log_loss: with everything that is known, nats, mean over repeats.
        n: patients.
        folds: how they were cut.
    """

    how: How
    table: pd.DataFrame
    log_loss: float
    n: int
    folds: Folds


def how_of(settings: Settings) -> How:
    """What takes a feature away from a model of these settings."""
    return "hidden" if settings.masking else "permuted"


def feature_importance(
    features: pd.DataFrame,
    y_true: IntArray,
    settings: Settings,
    *,
    folds: Folds,
    used: Sequence[str] = FEATURE_NAMES,
    scheduler: str | None = None,
    on_share: OnShare | None = None,
) -> Importance:
    """How much worse the out-of-fold log-loss gets without each feature, on the network's own
    scale.

    Args:
        features: canonical features, shape (n, 13).
        y_true: 0 or 1, shape (n,).
        settings: of every fit.
        folds: how the patients are cut.
        used: the features to look at.
        scheduler: of workers that share the fits (`heart.cluster`).
        on_share: sees the share of the work that is done; whatever it raises ends it.

    Raises:
        SplitError: if a class has fewer different patients than there are folds.
        ClusterError: if the scheduler cannot be used or is lost.
    """
    how, splits = how_of(settings), folds.split(features, y_true)
    models = fit_each(
        features,
        y_true,
        [train for train, _ in splits],
        settings,
        scheduler=scheduler,
        on_share=on_share,
    )
    whole = np.zeros(len(y_true))
    rises = {name: np.zeros(len(y_true)) for name in used}
    rng = np.random.default_rng(folds.random_state)
    for predict, (_, test) in zip(models, splits, strict=True):
        patients, outcome = features.iloc[test], y_true[test]
        loss = _losses(predict, patients, outcome)
        whole[test] += loss / folds.n_repeats
        for name in used:
            without = [_losses(predict, p, outcome) for p in _take_away(patients, name, how, rng)]
            rises[name][test] += (np.mean(without, axis=0) - loss) / folds.n_repeats
    return Importance(how, _table(features, rises), float(whole.mean()), len(y_true), folds)


def _losses(predict: Predict, patients: pd.DataFrame, y_true: IntArray) -> FloatArray:
    """Each patient's log-loss, nats, shape (n,)."""
    y_score = np.clip(predict(patients), CLIP, 1 - CLIP)
    return np.asarray(-np.log(np.where(y_true == 1, y_score, 1 - y_score)))


def _take_away(
    patients: pd.DataFrame, name: str, how: How, rng: np.random.Generator
) -> list[pd.DataFrame]:
    """The patients without what the feature tells: hidden once, or exchanged several times."""
    values = patients[name]
    if how == "hidden":
        return [patients.assign(**{name: values.where(np.zeros(len(values), dtype=np.bool_))})]
    return [
        patients.assign(**{name: values.take(rng.permutation(len(values))).set_axis(values.index)})
        for _ in range(N_PERMUTATIONS)
    ]


def _table(features: pd.DataFrame, rises: dict[str, FloatArray]) -> pd.DataFrame:
    names = list(rises)
    figures = bootstrap_means(np.stack([rises[name] for name in names], axis=1))
    labels = {entry.name: entry.label for entry in FEATURES}
    table = pd.DataFrame(figures, columns=["importance", "low", "high"]).assign(
        feature=names,
        label=[labels[name] for name in names],
        known=[int(features[name].notna().sum()) for name in names],
    )
    columns = ["feature", "label", "importance", "low", "high", "known"]
    return table.sort_values("importance", ascending=False, kind="stable", ignore_index=True)[
        columns
    ]
