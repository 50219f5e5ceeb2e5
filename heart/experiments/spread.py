"""Over a cluster's workers: the leaderboard, where each repeat of each model is a piece of work of
its own, so that a short model does not wait for a long one; and a run, which is one piece.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from heart.cluster.spread import spread_all
from heart.config import RECIPES, Settings
from heart.data import Cohort
from heart.evaluation.out_of_fold import OutOfFold, join_repeats
from heart.experiments.contenders import Contender, recalibrate
from heart.experiments.cross_validation import Folds, predict_repeats
from heart.experiments.run import Experiment, run_experiment
from heart.model.loop import OnEpochEnd
from heart.model.side_by_side import OnShare
from heart.schema import FEATURE_NAMES


class _Repeat(NamedTuple):
    """One repeat of one model: its row, what is fitted, and on which features."""

    row: str
    model: str | Settings
    used: tuple[str, ...]
    repeat: int


def spread_leaderboard(
    cohort: Cohort,
    *,
    folds: Folds,
    models: Sequence[str],
    contenders: Mapping[str, Contender],
    scheduler: str,
    on_share: OnShare | None = None,
) -> dict[str, OutOfFold]:
    """What `heart.experiments.leaderboard.run_leaderboard` gives, to rounding; the seconds of a
    model are those that its workers computed.

    Raises:
        SplitError: if a class has fewer different patients than there are folds.
        ClusterError: if the scheduler cannot be used or is lost.
    """
    folds.split(cohort.features, cohort.y_true)  # says so here, if they cannot be cut
    fitted: dict[str, tuple[str | Settings, tuple[str, ...]]] = {
        **{row: (one.settings, one.used) for row, one in contenders.items()},
        **{name: (RECIPES.get(name, name), FEATURE_NAMES) for name in models},
    }
    tasks = [
        _Repeat(row, *what, repeat)
        for row, what in fitted.items()
        for repeat in range(folds.n_repeats)
    ]
    parts = spread_all(
        _predict, tasks, shared=(cohort, folds), scheduler=scheduler, on_share=on_share
    )
    joined = {
        row: join_repeats(
            [part for part, task in zip(parts, tasks, strict=True) if task.row == row]
        )
        for row in fitted
    }
    return joined | {
        row: recalibrate(cohort, one, joined[row], folds) for row, one in contenders.items()
    }


def _predict(shared: tuple[Cohort, Folds], task: _Repeat) -> OutOfFold:
    cohort, folds = shared
    return predict_repeats(
        cohort.features, cohort.y_true, task.model, [task.repeat], folds=folds, used=task.used
    )


def run_at(
    scheduler: str | None,
    cohort: Cohort,
    settings: Settings,
    *,
    on_epoch_end: OnEpochEnd | None = None,
    **options: Any,
) -> Experiment:
    """`run_experiment` by a worker of a scheduler, with the device that this one has, or here. It
    is one piece of work: its members are one network.

    Args:
        scheduler: of the worker (`heart.cluster`); None for here.
        cohort: the patients.
        settings: of network and training.
        on_epoch_end: sees each epoch of a run here; a worker does not tell of them.
        options: the others of `run_experiment`.

    Raises:
        HeartError: as `run_experiment`.
        ClusterError: if the scheduler cannot be used or is lost.
    """
    if scheduler is None:
        return run_experiment(cohort, settings, on_epoch_end=on_epoch_end, **options)
    (experiment,) = spread_all(_run, [settings], shared=(cohort, options), scheduler=scheduler)
    return experiment


def _run(shared: tuple[Cohort, dict[str, Any]], settings: Settings) -> Experiment:
    cohort, options = shared
    return run_experiment(cohort, settings, **options)
