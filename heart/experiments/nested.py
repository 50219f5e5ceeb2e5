"""Our recipe without knowledge of the judged patients: chosen in each fold's training part, by
inner cross-validation, from a short list (Cawley and Talbot 2010).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from heart.cluster.spread import spread_all
from heart.config import RECIPES, Settings
from heart.data import Cohort
from heart.data.rows import distinct_rows
from heart.evaluation.figures import LEADERBOARD, Figure
from heart.evaluation.metrics import FloatArray, IntArray, log_losses
from heart.evaluation.out_of_fold import OutOfFold
from heart.experiments.contenders import describe_settings
from heart.experiments.cross_validation import Folds, fit_each
from heart.experiments.leaderboard import ModelFigures, figures_of, fold_difference
from heart.model.side_by_side import OnShare

CHANGES: MappingProxyType[str, Mapping[str, Any]] = MappingProxyType(
    {
        "default": {},
        "codes as in the schema": {"slope_as": "number", "ca_as": "category"},
        "slope as a number too": {"slope_as": "both"},
        "ca as a category only": {"ca_as": "category"},
        "64 hidden units": {"hidden": (64,)},
        "32 hidden units, longer steps": {"hidden": (32,), "lr": 0.003},
        "less masking": {"masking": 0.15},
        "short vectors": {"embedding_dim": 4},
        "numbers in two pieces": {"pieces": 2},
    }
)
"""The short list, as changes of the default recipe: in each direction that it was chosen in
(docs/RECIPES.md). What changes nothing is left out.
"""

REPEATS = 2
"""Of the outer folds, at most: each takes as long as a leaderboard of ours."""

MEMBERS = 8
"""Of the ensembles that are compared in the inner folds; the one that is chosen has its own."""

INNER_FOLDS = 5

COMPARING = 0.95
"""Share of the work before the recipes that were chosen are trained, about."""


class Nested(NamedTuple):
    """Ours with its recipe chosen inside the folds, beside the default recipe on the same folds.

    Attributes:
        nested, plain: the figures of each.
        difference: name to how much more (nested less plain) the mean over folds is, with the
            corrected resampled t interval.
    """

    nested: ModelFigures
    plain: ModelFigures
    difference: dict[str, Figure]


def short_list() -> dict[str, Settings]:
    """The recipes that can be chosen, by name, each different from the others."""
    listed: dict[str, Settings] = {}
    for name, changes in CHANGES.items():
        settings = replace(RECIPES["default"], **changes)
        if describe_settings(settings) not in map(describe_settings, listed.values()):
            listed[name] = settings
    return listed


def describe_short_list() -> dict[str, dict[str, Any]]:
    """What a stored choice depends on."""
    return {name: describe_settings(settings) for name, settings in short_list().items()}


def nested_folds(folds: Folds) -> Folds:
    """The first repeats of these folds."""
    return folds._replace(n_repeats=min(REPEATS, folds.n_repeats))


def judge_nested(
    cohort: Cohort,
    *,
    folds: Folds,
    scheduler: str | None = None,
    on_share: OnShare | None = None,
) -> OutOfFold:
    """Out-of-fold predictions by the recipe of `short_list` with the least log-loss in the inner
    folds of each training part; `chosen` says which.

    Args:
        cohort: the patients.
        folds: the outer ones.
        scheduler: of workers that share the recipes and the repeats (`heart.cluster`); what is
            chosen is the same, the probabilities to rounding.
        on_share: sees the share of the work that is done; whatever it raises ends it.

    Raises:
        SplitError: if a class has fewer different patients than there are folds.
        ClusterError: if the scheduler cannot be used or is lost.
    """
    start, recipes = time.perf_counter(), short_list()
    outer = folds.split(cohort.features, cohort.y_true)
    inner = [_cut(cohort, train, folds.random_state + i) for i, (train, _) in enumerate(outer)]
    repeats = [inner[i : i + folds.n_splits] for i in range(0, len(inner), folds.n_splits)]
    tasks = [
        _Compared(_shrink(recipe), repeat) for recipe in recipes.values() for repeat in repeats
    ]
    told = None if on_share is None else lambda share: on_share(share * COMPARING)
    each = _find_losses(cohort, tasks, scheduler, told)
    losses = pd.DataFrame(np.reshape(each, (len(recipes), -1)).T, columns=list(recipes))
    chosen = [str(name) for name in losses.idxmin(axis=1)]
    y_score, fold = _predict(cohort, outer, [recipes[name] for name in chosen], folds, scheduler)
    fits = len(outer) + len(recipes) * sum(map(len, inner))
    seconds = time.perf_counter() - start
    choices = tuple({"recipe": name} for name in chosen)
    return OutOfFold(cohort.y_true, y_score, fold, seconds, fits, choices)


Rows = tuple[IntArray, IntArray]
"""Rows of the cohort to learn from, and to test on."""


def _cut(cohort: Cohort, train: IntArray, seed: int) -> list[Rows]:
    """The inner folds of a training part, shuffled and stratified; identical patients on one
    side.
    """
    features, y_true = cohort.features.iloc[train], cohort.y_true[train]
    _, first = distinct_rows(features)
    smallest = int(np.bincount(y_true[first], minlength=2).min())
    folds = Folds(max(2, min(INNER_FOLDS, smallest)), 1, seed)
    return [(train[a], train[b]) for a, b in folds.split(features, y_true)]


class _Compared(NamedTuple):
    """A recipe, and the inner folds of each training part that it is tried in."""

    settings: Settings
    inner: Sequence[Sequence[Rows]]


def _shrink(recipe: Settings) -> Settings:
    return replace(recipe, members=min(MEMBERS, recipe.members))


def _find_losses(
    cohort: Cohort, tasks: Sequence[_Compared], scheduler: str | None, on_share: OnShare | None
) -> list[list[float]]:
    """What `_inner_losses` says of each, here or at workers."""
    if scheduler is not None:
        return spread_all(
            _inner_losses, tasks, shared=cohort, scheduler=scheduler, on_share=on_share
        )
    return [
        _inner_losses(cohort, task, _part(on_share, i, len(tasks))) for i, task in enumerate(tasks)
    ]


def _inner_losses(cohort: Cohort, task: _Compared, on_share: OnShare | None = None) -> list[float]:
    """The recipe's log-loss (nats) a patient in each training part, by its inner folds."""
    features, y_true = cohort.features, cohort.y_true
    pairs = [pair for folds in task.inner for pair in folds]
    models = fit_each(features, y_true, [a for a, _ in pairs], task.settings, on_share=on_share)
    losses = [
        log_losses(y_true[b], predict(features.iloc[b]))
        for (_, b), predict in zip(pairs, models, strict=True)
    ]
    ends = np.cumsum([len(folds) for folds in task.inner])
    return [
        float(np.concatenate(losses[end - len(folds) : end]).mean())
        for folds, end in zip(task.inner, ends.tolist(), strict=True)
    ]


def _predict(
    cohort: Cohort,
    outer: Sequence[Rows],
    recipes: Sequence[Settings],
    folds: Folds,
    scheduler: str | None,
) -> tuple[FloatArray, IntArray]:
    """Each fold's test part by its recipe, trained on the whole training part: probabilities and
    folds, shapes (repeats, n). Folds of one recipe train together.
    """
    y_score = np.empty((folds.n_repeats, cohort.n))
    fold = np.empty((folds.n_repeats, cohort.n), dtype=np.int64)
    for recipe in dict.fromkeys(recipes):
        places = [i for i, each in enumerate(recipes) if each == recipe]
        parts = [outer[i][0] for i in places]
        models = fit_each(cohort.features, cohort.y_true, parts, recipe, scheduler=scheduler)
        for i, predict in zip(places, models, strict=True):
            test = outer[i][1]
            y_score[i // folds.n_splits, test] = predict(cohort.features.iloc[test])
            fold[i // folds.n_splits, test] = i % folds.n_splits
    return y_score, fold


def _part(on_share: OnShare | None, i: int, of: int) -> OnShare | None:
    """Tells the share of the whole, of which this is one of so many equal parts."""
    return None if on_share is None else lambda share: on_share((i + share) / of)


def write_how_nested(folds: Folds) -> str:
    """How the recipe is chosen inside these folds, in a sentence."""
    return (
        f"In each of {folds.n_splits} folds, {folds.n_repeats} times, the recipe with the least"
        f" log-loss in {INNER_FOLDS} inner folds of the training part is taken from"
        f" {len(short_list())}; the inner folds compare ensembles of at most {MEMBERS} members, and"
        " the one that is taken is trained with all of its own."
    )


def compare_nested(nested: OutOfFold, plain: OutOfFold) -> Nested:
    """Both on the folds of the first; the other's may have more repeats of the same cut."""
    repeats = len(nested.y_score)
    same = plain._replace(y_score=plain.y_score[:repeats], fold=plain.fold[:repeats])
    mine, other = figures_of(nested), figures_of(same)
    return Nested(
        mine,
        other,
        {
            name: fold_difference(mine.by_fold[name] - other.by_fold[name], nested)
            for name in LEADERBOARD
        },
    )
