"""A training run as a page makes it: one of the few places, live progress, the shared
experiment.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from heart.config import Settings
from heart.ui.progress import LiveProgress, training_slot

if TYPE_CHECKING:
    from heart.data import Cohort
    from heart.experiments.run import Experiment
    from heart.ui.session import Session


def run_trial(
    session: Session, cohort: Cohort, settings: Settings, *, created_at: datetime
) -> Experiment:
    """Train with live progress and return the experiment; a cohort that is not shipped stays in the
    session, to judge the model on.

    Raises:
        HeartError: for a cohort that cannot be split, a training that cannot finish, or too many
            trainings at once.
    """
    from heart.experiments.run import (  # noqa: PLC0415  torch waits until it is needed
        run_experiment,
    )

    with training_slot():
        progress = LiveProgress(settings.max_epochs)
        experiment = run_experiment(
            cohort,
            settings,
            name=f"{cohort.name}-{settings.recipe}".replace("+", "-"),
            created_at=created_at,
            on_epoch_end=progress,
        )
        progress.clear()
    session.trained_on[cohort.fingerprint] = cohort
    return experiment
