"""`uses`: which features a model's answers depend on, and how."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from heart.commands.fees import plain_or_none
from heart.commands.inputs import (
    WHOLE,
    CohortChoice,
    bundle_argument,
    command,
    find_bundle,
    own_cohort_option,
)
from heart.commands.output import on_terminal, print_share
from heart.commands.scheduler import find_workers, scheduler_option
from heart.errors import SettingsError

MOST = 50
"""Repeats."""


@command
@bundle_argument
@own_cohort_option
@click.option("--repeats", type=WHOLE, default=2, help="how often the patients are cut into folds")
@scheduler_option
def uses(
    *, bundle: str | None, cohort: CohortChoice | None, repeats: int, scheduler: str | None
) -> dict[str, Any]:
    """Say how much worse a bundle's recipe gets without each feature, out of fold; how far each
    moves the bundle's answers; and its mean answer for each value of each feature.
    """
    from heart.experiments.run import split_of
    from heart.explain.uses import find_uses, uses_table

    if not 1 <= repeats <= MOST:
        raise SettingsError(f"1 to {MOST} repeats", str(repeats), "Choose fewer.")
    workers = find_workers(scheduler)
    chosen = find_bundle(bundle)
    found = find_uses(
        chosen,
        split_of(chosen, [] if cohort is None else [cohort.read()]),
        n_repeats=repeats,
        scheduler=workers,
        on_share=on_terminal(partial(print_share, "features")),
    )
    return {
        "cohort": chosen.data.cohort,
        "folds": found.importance.folds._asdict(),
        "taken_away": found.importance.how,
        "n": found.importance.n,
        "log_loss": found.importance.log_loss,
        "explained": found.contributions.n,
        "game": found.contributions.game,
        "features": [_plain(row) for row in uses_table(found).to_dict("records")],
        "averaged": len(found.patients),
        "curves": [_plain(row) for row in found.curves.to_dict("records")],
    }


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): plain_or_none(value) for name, value in row.items()}
