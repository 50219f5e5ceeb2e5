"""`evaluate`: models judged."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from heart.commands.cohort import find_cohort
from heart.commands.output import with_bounds
from heart.commands.progress import print_share
from heart.config import RECIPES, get_recipe
from heart.data import SHIPPED
from heart.errors import SettingsError
from heart.experiments.cross_validation import MODELS, Folds, leaderboard, run_leaderboard
from heart.experiments.hospitals import External, judge_elsewhere


def run_evaluate(options: argparse.Namespace) -> dict[str, Any]:
    """`evaluate`: the leaderboard, and the default recipe at the hospitals it was not trained on.

    Raises:
        SettingsError: for a model that is not there, or folds that cannot be.
    """
    models = (
        MODELS
        if options.models is None
        else tuple(name.strip() for name in options.models.split(","))
    )
    unknown = [name for name in models if name not in MODELS]
    if unknown:
        raise SettingsError(
            f"models among {', '.join(MODELS)}", repr(unknown[0][:40]), "Correct the name."
        )
    if not (2 <= options.folds <= 50 and 1 <= options.repeats <= 50):
        raise SettingsError(
            "2 to 50 folds and 1 to 50 repeats",
            f"{options.folds} and {options.repeats}",
            "Choose fewer.",
        )
    get_recipe("default", random_state=options.random_state)  # says so if it is none
    cohort = find_cohort(options)
    folds = Folds(options.folds, options.repeats, options.random_state)
    tell = print_share if sys.stderr.isatty() else None
    entries = leaderboard(run_leaderboard(cohort, folds=folds, models=models, on_model=tell))
    elsewhere = (
        []
        if options.no_hospitals or not set(cohort.name.split("+")) <= set(SHIPPED)
        else judge_elsewhere(cohort.name, RECIPES["default"])
    )
    return {
        "cohort": cohort.name,
        "folds": folds._asdict(),
        "leaderboard": [
            {
                "model": entry.model,
                **with_bounds(entry.figures),
                **with_bounds(entry.behind, "behind_"),
                "seconds": entry.seconds,
            }
            for entry in entries
        ],
        "hospitals": [_describe_external(external) for external in elsewhere],
    }


def _describe_external(external: External) -> dict[str, Any]:
    scores, at = external.scores, external.at
    figures = {
        "auc": scores.roc_auc,
        "average_precision": scores.average_precision,
        "log_loss": scores.log_loss,
        "brier": scores.brier,
        "accuracy": at.accuracy,
    }
    return {
        "trained_on": external.trained_on,
        "tested_on": external.tested_on,
        "features": external.features,
        "lacking": ", ".join(external.lacking),
        "n": scores.n,
        "positives": scores.positives,
        **with_bounds(figures),
        "calibration_intercept": external.calibration.intercept,
        "calibration_slope": external.calibration.slope,
    }
