"""`evaluate`: models judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from heart.commands.inputs import WHOLE, CohortChoice, cohort_option, command
from heart.commands.output import on_terminal, print_share, with_bounds
from heart.commands.suggestions import suggest
from heart.config import RECIPES, get_recipe
from heart.errors import SettingsError
from heart.evaluation.figures import LEADERBOARD

if TYPE_CHECKING:
    from heart.experiments.hospitals import External
    from heart.experiments.leaderboard import Entry

MOST = 50
"""Folds, and repeats."""


@command
@cohort_option
@click.option("--models", metavar="NAMES", help="names with commas between them [default: all]")
@click.option("--folds", type=WHOLE, default=10, help="parts of a repeat")
@click.option("--repeats", type=WHOLE, default=5, help="how often the patients are cut anew")
@click.option("--random-state", type=WHOLE, default=0, help="seed of the folds")
@click.option("--no-hospitals", is_flag=True, help="leave out the other hospitals")
def evaluate(
    *,
    cohort: CohortChoice,
    models: str | None,
    folds: int,
    repeats: int,
    random_state: int,
    no_hospitals: bool,
) -> dict[str, Any]:
    """Judge models by repeated cross-validation, and the default recipe at hospitals that it was
    not trained on.
    """
    from heart.data import SHIPPED
    from heart.experiments.cross_validation import Folds
    from heart.experiments.hospitals import judge_elsewhere
    from heart.experiments.leaderboard import MODELS, leaderboard, run_leaderboard

    names = MODELS if models is None else tuple(name.strip() for name in models.split(","))
    _check(names, MODELS, folds, repeats)
    get_recipe("default", random_state=random_state)  # says so if it is none
    patients = cohort.read()
    cut = Folds(folds, repeats, random_state)
    entries = leaderboard(
        run_leaderboard(patients, folds=cut, models=names, on_model=on_terminal(print_share))
    )
    shipped = set(patients.name.split("+")) <= set(SHIPPED)
    elsewhere = (
        judge_elsewhere(patients.name, RECIPES["default"]) if shipped and not no_hospitals else []
    )
    return {
        "cohort": patients.name,
        "folds": cut._asdict(),
        "leaderboard": [_describe_entry(entry) for entry in entries],
        "hospitals": [_describe_external(external) for external in elsewhere],
    }


def _check(names: Sequence[str], known: Sequence[str], folds: int, repeats: int) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        action = suggest(unknown[0], known) or "Correct the name."
        raise SettingsError(f"models among {', '.join(known)}", repr(unknown[0][:40]), action)
    if not (2 <= folds <= MOST and 1 <= repeats <= MOST):
        expected = f"2 to {MOST} folds and 1 to {MOST} repeats"
        raise SettingsError(expected, f"{folds} and {repeats}", "Choose fewer.")


def _describe_entry(entry: Entry) -> dict[str, Any]:
    return {
        "model": entry.model,
        **with_bounds(entry.figures),
        **with_bounds(entry.behind, "behind_"),
        "seconds": entry.seconds,
    }


def _describe_external(external: External) -> dict[str, Any]:
    judged = external.judged
    return {
        "trained_on": external.trained_on,
        "tested_on": external.tested_on,
        "features": external.features,
        "lacking": ", ".join(external.lacking),
        "n": judged.at.n,
        "positives": judged.at.positives,
        **with_bounds({name: judged.figure(name) for name in LEADERBOARD}),
        "calibration_intercept": judged.calibration.intercept,
        "calibration_slope": judged.calibration.slope,
    }
