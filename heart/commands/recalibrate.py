"""`recalibrate`: a bundle's probabilities, put right on out-of-fold predictions."""

from __future__ import annotations

from typing import Any

import click

from heart.commands.inputs import (
    CohortChoice,
    bundle_argument,
    command,
    find_bundle,
    own_cohort_option,
    repeats_option,
)
from heart.commands.scheduler import find_workers, scheduler_option
from heart.commands.suggestions import suggesting
from heart.commands.targets import BUNDLE, Target, out_option
from heart.commands.threshold import out_of_fold


@command
@bundle_argument
@click.option(
    "--method", default="platt", metavar="NAME", help="none, temperature, platt or isotonic"
)
@own_cohort_option
@repeats_option
@scheduler_option
@out_option("write the bundle with this recalibration", BUNDLE)
def recalibrate(
    *,
    bundle: str | None,
    method: str,
    cohort: CohortChoice | None,
    repeats: int,
    scheduler: str | None,
    out: Target | None,
) -> dict[str, Any]:
    """Compare recalibrations on out-of-fold predictions, and put one into a bundle."""
    from heart.evaluation.recalibration import (
        METHODS,
        advise_against,
        compare_recalibrations,
    )
    from heart.experiments import run

    workers = find_workers(scheduler)
    chosen = find_bundle(bundle)
    split = run.split_of(chosen, [] if cohort is None else [cohort.read()])
    predictions = out_of_fold(chosen, split, repeats, workers)
    with suggesting(method, METHODS):
        changed = run.recalibrate(chosen, split, predictions, method)
    if out is not None:
        out.write_bundle(changed)
    compared = compare_recalibrations(predictions)
    return {
        "recalibration": changed.recalibration._asdict(),
        "advice": advise_against(compared, method),
        "compared": compared.to_dict("records"),
        "test_before": chosen.metrics["test"],
        "test": changed.metrics["test"],
    } | ({"written": str(out)} if out else {})
