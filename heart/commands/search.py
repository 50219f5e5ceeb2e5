"""`search`: settings tried by cross-validated log-loss."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from heart.commands.extras import require
from heart.commands.inputs import WHOLE, CohortChoice, cohort_option, command
from heart.commands.output import on_terminal, print_share
from heart.commands.scheduler import find_workers, scheduler_option
from heart.commands.show import describe_bundle
from heart.commands.targets import BUNDLE, Target, out_option
from heart.commands.trained import keep_model, name_model
from heart.errors import SettingsError

if TYPE_CHECKING:
    from heart.data import Cohort
    from heart.experiments.search import Search, Tried, Worth

MOST = 50
"""Folds, and repeats."""


@command
@cohort_option
@click.option("--trials", type=WHOLE, default=40, help="how many settings to try")
@click.option("--folds", type=WHOLE, default=10, help="parts of a repeat")
@click.option("--repeats", type=WHOLE, default=3, help="how often the patients are cut anew")
@click.option(
    "--random-state", type=WHOLE, default=0, help="seed of the folds and of the proposals"
)
@click.option("--members", type=WHOLE, default=8, help="of the ensembles that are compared")
@click.option(
    "--storage",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="an SQLite file that keeps what was tried: the same command goes on where it was ended",
)
@click.option(
    "--at-once",
    type=WHOLE,
    help="settings that are judged side by side [default: 1, with a scheduler 4]",
)
@scheduler_option
@out_option("a bundle trained with the best settings, NAME.joblib", BUNDLE)
def search(
    *,
    cohort: CohortChoice,
    trials: int,
    folds: int,
    repeats: int,
    random_state: int,
    members: int,
    storage: Path | None,
    at_once: int | None,
    scheduler: str | None,
    out: Target | None,
) -> dict[str, Any]:
    """Search for settings with a lower cross-validated log-loss than the default recipe's, and say
    what the best of them is worth on folds that took no part in choosing it.
    """
    require("optuna")
    from heart.experiments.cross_validation import Folds
    from heart.experiments.search import AT_ONCE
    from heart.experiments.search import search as find_settings

    if not (2 <= folds <= MOST and 1 <= repeats <= MOST):
        found = f"{folds} folds and {repeats} repeats"
        raise SettingsError(f"2 to {MOST} folds and 1 to {MOST} repeats", found, "Choose others.")
    workers = find_workers(scheduler)
    patients = cohort.read()
    result = find_settings(
        patients,
        trials=trials,
        folds=Folds(folds, repeats, random_state),
        members=members,
        storage=storage,
        at_once=at_once or (AT_ONCE if workers else 1),
        scheduler=workers,
        on_trial=on_terminal(_print_trial),
    )
    return {
        **_describe(patients, result),
        **(_train(patients, result, out, workers) if out else {}),
    }


def _print_trial(tried: Tried, done: int, trials: int) -> None:
    print_share(f"settings, the last {tried.state}", done / trials)


def _describe(patients: Cohort, result: Search) -> dict[str, Any]:
    from heart.experiments.contenders import describe_settings
    from heart.experiments.search import GIVEN_UP

    return {
        "cohort": patients.name,
        "folds": result.folds._asdict(),
        "tried": len(result.tried),
        "given_up": sum(one.state == GIVEN_UP for one in result.tried),
        "settings": describe_settings(result.best),
        "chosen_by": _describe_worth(result.chosen),
        "untouched": _describe_worth(result.untouched),
        "importance": dict(result.importance),
        "history": [
            {
                "number": one.number,
                "state": one.state,
                "log_loss": one.log_loss,
                "losses": list(one.losses),
                **one.changes,
            }
            for one in result.tried
        ],
    }


def _describe_worth(worth: Worth) -> dict[str, Any]:
    return {
        "base": worth.base,
        "best": worth.best,
        "gain": list(worth.gain),
    }


def _train(patients: Cohort, result: Search, out: Target, workers: str | None) -> dict[str, Any]:
    from heart.experiments.spread import run_at

    began = time.perf_counter()
    experiment = run_at(
        workers, patients, result.best, name=name_model(out), created_at=datetime.now(UTC)
    )
    kept = keep_model(experiment, out, seconds=time.perf_counter() - began)
    return {**kept, "model": describe_bundle(experiment.bundle)}
