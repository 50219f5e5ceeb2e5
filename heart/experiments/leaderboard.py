"""The leaderboard: every model on the same folds, each figure with how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from heart.config import RECIPES
from heart.data import Cohort
from heart.evaluation.figures import LEADERBOARD, METRICS, NO_FIGURE, Figure
from heart.evaluation.intervals import corrected_half_width
from heart.evaluation.metrics import FloatArray, score_all
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.resampling import bootstrap_figures
from heart.experiments.baselines import OTHERS
from heart.experiments.contenders import Contender, can_learn, judge_contender
from heart.experiments.cross_validation import Folds, cross_validate
from heart.experiments.spread import spread_leaderboard

MODELS = ("default", "lesson", *OTHERS)
"""Every model that can stand on the leaderboard."""

RANKING = ("roc_auc", "average_precision")
"""Figures of how patients are ranked."""

NO_CONTENDERS: Mapping[str, Contender] = MappingProxyType({})

OnModel = Callable[[str, float], object]
"""Called with a model's name and the share of its work that is done; whatever it raises ends the
work.
"""


class Entry(NamedTuple):
    """A model on the leaderboard.

    Attributes:
        model: its name.
        figures: name to the pooled figure with its interval.
        behind: name to how much worse than the best model it is (mean over folds; positive is
            worse), with its interval.
        seconds: for all its fits, on the machine that made them.
        fits: how many, those of its tuning included; 0 where that was not noted.
        chosen: what its tuning chose in each fold, as in `OutOfFold`.
    """

    model: str
    figures: dict[str, Figure]
    behind: dict[str, Figure]
    seconds: float
    fits: int = 0
    chosen: tuple[Mapping[str, str], ...] = ()


class ModelFigures(NamedTuple):
    """What of a model's predictions the leaderboard is made of.

    Attributes:
        pooled: name to the figure with its interval.
        by_fold: one row a repeat and fold, columns as in `LEADERBOARD`.
    """

    pooled: dict[str, Figure]
    by_fold: pd.DataFrame


NO_FIGURES: Mapping[str, ModelFigures] = MappingProxyType({})


def models_for(cohort: Cohort, folds: Folds) -> tuple[str, ...]:
    """Those of `MODELS` that can learn from this cohort: the lesson leaves incomplete rows out, and
    in three of the shipped hospitals hardly a row is complete.
    """
    return tuple(
        model
        for model in MODELS
        if model not in RECIPES or can_learn(cohort, Contender(RECIPES[model]), folds)
    )


def run_leaderboard(
    cohort: Cohort,
    *,
    folds: Folds,
    models: Sequence[str] = MODELS,
    contenders: Mapping[str, Contender] = NO_CONTENDERS,
    scheduler: str | None = None,
    on_model: OnModel | None = None,
) -> dict[str, OutOfFold]:
    """Every model's out-of-fold predictions on the same folds.

    Args:
        cohort: the patients.
        folds: how they are cut.
        models: names among `MODELS`.
        contenders: beside them, the recipes of bundles, by the name of their row.
        scheduler: address of a Dask scheduler whose workers share the repeats of all models; the
            predictions are the same to rounding, and the seconds those that workers computed.
        on_model: sees the progress; with a scheduler, of all models together.

    Raises:
        SplitError: if a class has fewer different patients than there are folds.
        ClusterError: if the scheduler cannot be used or is lost.
    """
    if scheduler is not None:
        return spread_leaderboard(
            cohort,
            folds=folds,
            models=models,
            contenders=contenders,
            scheduler=scheduler,
            on_share=None if on_model is None else partial(on_model, "cross-validation"),
        )
    results: dict[str, OutOfFold] = {}
    for model in (*contenders, *models):

        def tell(share: float, model: str = model) -> None:
            if on_model is not None:
                on_model(model, share)

        tell(0.0)
        results[model] = (
            judge_contender(cohort, contenders[model], folds=folds, on_share=tell)
            if model in contenders
            else cross_validate(cohort, model, folds=folds, on_share=tell)
        )
    return results


def leaderboard(
    results: Mapping[str, OutOfFold], *, known: Mapping[str, ModelFigures] = NO_FIGURES
) -> list[Entry]:
    """The models, best log-loss first; all on the same folds.

    A figure is pooled over the patients of a repeat and averaged over repeats, its interval a
    bootstrap's over patients. The difference to the model that is best in that figure comes from
    the folds' own figures, with the corrected resampled t interval: the folds are paired, which
    tells models apart that the patients' interval cannot.

    Args:
        results: model to its predictions.
        known: model to its `figures_of`, where they were computed before: they take a second each.
    """
    figures = {
        model: _without_ranks(
            known[model] if model in known else figures_of(predictions), predictions
        )
        for model, predictions in results.items()
    }
    best = {
        name: _best(name, {model: float(f.pooled[name].value or 0) for model, f in figures.items()})
        for name in LEADERBOARD
    }
    entries = [
        Entry(
            model,
            figures[model].pooled,
            {
                name: _behind(
                    name,
                    figures[model].by_fold[name],
                    figures[best[name]].by_fold[name],
                    predictions,
                )
                for name in LEADERBOARD
            },
            predictions.seconds,
            predictions.fits,
            predictions.chosen,
        )
        for model, predictions in results.items()
    ]
    return sorted(entries, key=lambda entry: float(entry.figures["log_loss"].value or 0.0))


def figures_of(predictions: OutOfFold) -> ModelFigures:
    """A model's figures with their intervals, and those of each fold."""
    return ModelFigures(
        bootstrap_figures(predictions.y_true, predictions.y_score), fold_figures(predictions)
    )


def _without_ranks(figures: ModelFigures, predictions: OutOfFold) -> ModelFigures:
    """The figures without those of ranks for a model that ranks nobody.

    Over a repeat's patients at once, its ranks would be those of the folds: a fold with more
    diseased patients leaves fewer to learn from, so that the AUC comes out below one half.
    """
    if not ranks_nobody(predictions):
        return figures
    return figures._replace(pooled=dict(figures.pooled) | dict.fromkeys(RANKING, NO_FIGURE))


def ranks_nobody(predictions: OutOfFold) -> bool:
    """Whether all patients of a fold have the same probability, in every fold."""
    return all(
        len(np.unique(scores[folds == fold])) <= 1
        for scores, folds in zip(predictions.y_score, predictions.fold, strict=True)
        for fold in range(predictions.n_folds)
    )


def _best(name: str, values: dict[str, float]) -> str:
    return (min if METRICS[name].better == "lower" else max)(
        values, key=lambda model: values[model]
    )


def _behind(name: str, by_fold: pd.Series, best: pd.Series, predictions: OutOfFold) -> Figure:
    difference = (by_fold - best).to_numpy() * (1 if METRICS[name].better == "lower" else -1)
    return fold_difference(difference, predictions)


def fold_difference(difference: FloatArray | pd.Series, predictions: OutOfFold) -> Figure:
    """The mean over folds with its corrected resampled t interval.

    Args:
        difference: of two models' figures in each fold of all repeats, shape (repeats * folds,).
        predictions: of one of them, for the number of folds.
    """
    values = np.asarray(difference)
    half = corrected_half_width(values, n_splits=predictions.n_folds)
    mean = float(values.mean())
    return Figure(mean, mean - half, mean + half)


def fold_figures(predictions: OutOfFold) -> pd.DataFrame:
    """One row a repeat and fold, columns as in `LEADERBOARD`: what the intervals are made of."""
    repeats, n_folds = len(predictions.y_score), predictions.n_folds
    rows = []
    for repeat in range(repeats):
        for fold in range(n_folds):
            test = predictions.fold[repeat] == fold
            rows.append(score_all(predictions.y_true[test], predictions.y_score[repeat, test]))
    return pd.DataFrame(rows)


def pooled_figures(predictions: OutOfFold) -> dict[str, float]:
    """Each figure over all patients of a repeat at once, then the mean over repeats."""
    rows = [score_all(predictions.y_true, scores) for scores in predictions.y_score]
    return {name: float(np.mean([row[name] for row in rows])) for name in LEADERBOARD}
