"""The leaderboard and the other hospitals over a cluster's workers: each repeat of a model, and
each hospital, is a piece of work of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from heart.cluster.spread import spread
from heart.config import RECIPES, Settings
from heart.data import SHIPPED, Cohort
from heart.evaluation.out_of_fold import OutOfFold
from heart.experiments.contenders import Contender, recalibrate
from heart.experiments.cross_validation import Folds, predict_repeats
from heart.experiments.hospitals import External, judge_elsewhere
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
    parts: dict[int, OutOfFold] = {}
    for i, part in spread(_predict, tasks, shared=(cohort, folds), scheduler=scheduler):
        parts[i] = part
        if on_share is not None:
            on_share(len(parts) / len(tasks))
    joined = {
        row: join_repeats([parts[i] for i, task in enumerate(tasks) if task.row == row])
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


def join_repeats(parts: Sequence[OutOfFold]) -> OutOfFold:
    """Repeats below each other, as if one process had predicted them all."""
    return OutOfFold(
        parts[0].y_true,
        np.concatenate([part.y_score for part in parts]),
        np.concatenate([part.fold for part in parts]),
        sum(part.seconds for part in parts),
        sum(part.fits for part in parts),
        tuple(choice for part in parts for choice in part.chosen),
    )


def spread_elsewhere(
    trained_on: str, settings: Settings, *, used: tuple[str, ...], scheduler: str
) -> list[External]:
    """What `judge_elsewhere` gives, each hospital judged by a worker.

    Raises:
        ClusterError: if the scheduler cannot be used or is lost.
    """
    names = [name for name in SHIPPED if name not in trained_on.split("+")]
    found = dict(spread(_judge, names, shared=(trained_on, settings, used), scheduler=scheduler))
    return [external for i in range(len(names)) for external in found[i]]


def _judge(shared: tuple[str, Settings, tuple[str, ...]], name: str) -> list[External]:
    trained_on, settings, used = shared
    return judge_elsewhere(trained_on, settings, used=used, others=(name,))
