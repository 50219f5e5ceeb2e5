"""Cross-validation: every patient is predicted by models that never saw them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.model_selection import RepeatedStratifiedKFold

from heart.cluster.spread import spread_all
from heart.config import RECIPES, Settings, get_recipe
from heart.data import Cohort
from heart.data.rows import distinct_rows
from heart.errors import SplitError
from heart.evaluation.metrics import FloatArray, IntArray
from heart.evaluation.out_of_fold import OutOfFold, join_repeats
from heart.experiments.baselines import OTHERS
from heart.experiments.tuning import count_fits, describe_choice
from heart.model.classifier import HeartClassifier
from heart.model.inference import FoldedNetwork
from heart.model.joint import fit_jointly
from heart.model.preprocessing import HeartPreprocessor
from heart.model.side_by_side import OnShare, side_by_side
from heart.schema import FEATURE_NAMES

Predict = Callable[[pd.DataFrame], FloatArray]
"""Features of n patients to their probabilities, shape (n,)."""

N_SPLITS = (10, 5, 3)
"""Numbers of folds, the first that a cohort's smaller class allows."""

FITS_A_PIECE = 10
"""Fits that a worker trains as one network: those of a repeat, as a rule. A number of its own, for
what is computed must not depend on how many workers there are.
"""


class Folds(NamedTuple):
    """How patients are cut: `n_splits` parts, `n_repeats` times, by a seed."""

    n_splits: int = 10
    n_repeats: int = 5
    random_state: int = 0

    @classmethod
    def fitting(cls, features: pd.DataFrame, y_true: IntArray, n_repeats: int = 5) -> Folds:
        """As many folds as the smaller class has patients for: 10, or 5, or 3."""
        _, first = distinct_rows(features)
        smallest = int(np.bincount(y_true[first], minlength=2).min())
        return cls(next((n for n in N_SPLITS if n <= smallest), N_SPLITS[-1]), n_repeats)

    def split(self, features: pd.DataFrame, y_true: IntArray) -> list[tuple[IntArray, IntArray]]:
        """Train and test rows, repeat after repeat: stratified, patients with identical features on
        one side.

        Raises:
            SplitError: if a class has fewer different patients than parts.
        """
        member, first = distinct_rows(features)
        smallest = int(np.bincount(y_true[first], minlength=2).min())
        if smallest < self.n_splits:
            raise SplitError(
                f"at least {self.n_splits} different patients with and without disease for"
                f" {self.n_splits} folds",
                f"{smallest} in one class",
                "Use fewer folds or a larger cohort.",
            )
        folds = RepeatedStratifiedKFold(
            n_splits=self.n_splits, n_repeats=self.n_repeats, random_state=self.random_state
        )
        return [
            (np.flatnonzero(np.isin(member, a)), np.flatnonzero(np.isin(member, b)))
            for a, b in folds.split(first, y_true[first])
        ]


def cross_validate(
    cohort: Cohort,
    model: str | Settings,
    *,
    folds: Folds,
    used: Sequence[str] = FEATURE_NAMES,
    scheduler: str | None = None,
    on_share: OnShare | None = None,
) -> OutOfFold:
    """`predict_out_of_fold` for all patients of a cohort."""
    return predict_out_of_fold(
        cohort.features,
        cohort.y_true,
        model,
        folds=folds,
        used=used,
        scheduler=scheduler,
        on_share=on_share,
    )


def predict_out_of_fold(
    features: pd.DataFrame,
    y_true: IntArray,
    model: str | Settings,
    *,
    folds: Folds,
    used: Sequence[str] = FEATURE_NAMES,
    scheduler: str | None = None,
    on_share: OnShare | None = None,
) -> OutOfFold:
    """The out-of-fold predictions of a recipe ("default", "lesson"), of settings, or of one of
    `heart.experiments.baselines.OTHERS`.

    Preprocessing, early stopping and inner tuning see the training rows of a fold only.

    Args:
        features: canonical features, shape (n, 13).
        y_true: 0 or 1, shape (n,).
        model: what to fit in each fold.
        folds: how the patients are cut.
        used: names of the features that the model gets; the cut does not depend on them.
        scheduler: of workers that share the repeats (`heart.cluster`); the predictions are the same
            to rounding, and the seconds those that workers computed.
        on_share: sees the share of the work that is done; whatever it raises ends it.

    Raises:
        SplitError: if a class has fewer different patients than there are folds.
        ClusterError: if the scheduler cannot be used or is lost.
    """
    every = range(folds.n_repeats)
    if scheduler is None:
        return predict_repeats(
            features, y_true, model, every, folds=folds, used=used, on_share=on_share
        )
    folds.split(features, y_true)  # says so here, if they cannot be cut
    settings = RECIPES.get(model, model) if isinstance(model, str) else model
    shared = (features, y_true, settings, folds, tuple(used))
    return join_repeats(
        spread_all(_predict_repeat, every, shared=shared, scheduler=scheduler, on_share=on_share)
    )


def _predict_repeat(
    shared: tuple[pd.DataFrame, IntArray, str | Settings, Folds, tuple[str, ...]], repeat: int
) -> OutOfFold:
    features, y_true, model, folds, used = shared
    return predict_repeats(features, y_true, model, [repeat], folds=folds, used=used)


def predict_repeats(
    features: pd.DataFrame,
    y_true: IntArray,
    model: str | Settings,
    repeats: Sequence[int],
    *,
    folds: Folds,
    used: Sequence[str] = FEATURE_NAMES,
    on_share: OnShare | None = None,
) -> OutOfFold:
    """The rows of `predict_out_of_fold` of some of the repeats, counted from 0."""
    start = time.perf_counter()
    every = folds.split(features, y_true)
    wanted = [i * folds.n_splits + j for i in repeats for j in range(folds.n_splits)]
    splits = [every[i] for i in wanted]
    given = features[list(used)]
    if isinstance(model, str) and model in OTHERS:
        seeds = [folds.random_state + i for i in wanted]
        answers = _predict_others(given, y_true, splits, model, on_share, seeds=seeds)
    else:
        settings = get_recipe(model) if isinstance(model, str) else model
        answers = _predict_networks(given, y_true, splits, settings, on_share)
    y_score = np.empty((len(repeats), len(y_true)))
    fold = np.empty((len(repeats), len(y_true)), dtype=np.int64)
    for i, ((_, test), answer) in enumerate(zip(splits, answers, strict=True)):
        y_score[i // folds.n_splits, test] = answer.scores
        fold[i // folds.n_splits, test] = i % folds.n_splits
    return OutOfFold(
        y_true,
        y_score,
        fold,
        time.perf_counter() - start,
        sum(answer.fits for answer in answers),
        tuple(answer.chosen for answer in answers if answer.chosen),
    )


class _Answer(NamedTuple):
    """What a fold gives: probabilities of its test patients, how many fits that took, and what a
    tuning chose.
    """

    scores: FloatArray
    fits: int = 1
    chosen: Mapping[str, str] = MappingProxyType({})


def fit_each(
    features: pd.DataFrame,
    y_true: IntArray,
    train_parts: Sequence[IntArray],
    settings: Settings,
    *,
    scheduler: str | None = None,
    on_share: OnShare | None = None,
) -> list[Predict]:
    """For each part what was learnt from it: features to probabilities, shape (n,). The members of
    all fits train as one network.

    Args:
        features: canonical features, shape (n, 13).
        y_true: 0 or 1, shape (n,).
        train_parts: the rows that each fit sees; preprocessing too is fitted on them alone.
        settings: of every fit.
        scheduler: of workers that share the fits (`heart.cluster`), `FITS_A_PIECE` at a time.
        on_share: sees the share of the work that is done; whatever it raises ends it.

    Raises:
        ClusterError: if the scheduler cannot be used or is lost.
    """
    if scheduler is None:
        return _fit_together(features, y_true, train_parts, settings, on_share)
    # those with equally many rows train together
    order = sorted(range(len(train_parts)), key=lambda i: len(train_parts[i]))
    pieces = [order[start : start + FITS_A_PIECE] for start in range(0, len(order), FITS_A_PIECE)]
    fitted = spread_all(
        _fit_piece,
        [[train_parts[i] for i in piece] for piece in pieces],
        shared=(features, y_true, settings),
        scheduler=scheduler,
        on_share=on_share,
    )
    places = [i for piece in pieces for i in piece]
    models = dict(zip(places, (model for piece in fitted for model in piece), strict=True))
    return [models[i] for i in range(len(train_parts))]


def _fit_piece(
    shared: tuple[pd.DataFrame, IntArray, Settings], train_parts: Sequence[IntArray]
) -> list[Predict]:
    features, y_true, settings = shared
    return _fit_together(features, y_true, train_parts, settings, None)


def _fit_together(
    features: pd.DataFrame,
    y_true: IntArray,
    train_parts: Sequence[IntArray],
    settings: Settings,
    on_share: OnShare | None,
) -> list[Predict]:
    estimator = HeartClassifier.from_settings(settings)
    prepared = [estimator.prepare(features.iloc[rows], y_true[rows]) for rows in train_parts]
    networks = fit_jointly(prepared, settings, on_share=on_share)
    return [
        partial(_predict, FoldedNetwork(network), fit.preprocessor)
        for network, fit in zip(networks, prepared, strict=True)
    ]


def _predict(
    network: FoldedNetwork, preprocessor: HeartPreprocessor, features: pd.DataFrame
) -> FloatArray:
    return network.predict_mean(preprocessor.encode(features))


def _predict_networks(
    features: pd.DataFrame,
    y_true: IntArray,
    splits: Sequence[tuple[IntArray, IntArray]],
    settings: Settings,
    on_share: OnShare | None,
) -> list[_Answer]:
    models = fit_each(features, y_true, [train for train, _ in splits], settings, on_share=on_share)
    return [
        _Answer(predict(features.iloc[test]))
        for predict, (_, test) in zip(models, splits, strict=True)
    ]


def _predict_others(
    features: pd.DataFrame,
    y_true: IntArray,
    splits: Sequence[tuple[IntArray, IntArray]],
    model: str,
    on_share: OnShare | None,
    *,
    seeds: Sequence[int],
) -> list[_Answer]:
    def predict_fold(i: int, tell: OnShare) -> _Answer:
        train, test = splits[i]
        given, outcomes = features.iloc[train], y_true[train]
        fitted = OTHERS[model](given, outcomes, seeds[i]).fit(given, outcomes)
        predicted: FloatArray = fitted.predict_proba(features.iloc[test])[:, 1]
        tell(1.0)
        return _Answer(predicted, count_fits(fitted), describe_choice(fitted))

    return side_by_side(predict_fold, range(len(splits)), on_share=on_share)
