"""A training run as a page makes it: one of the few places, live progress, the shared experiment."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from heart.config import Settings
from heart.ui.progress import LiveProgress, training_slot

if TYPE_CHECKING:
    from heart.data import Cohort
    from heart.experiment import Experiment


def run_trial(cohort: Cohort, settings: Settings, *, created_at: datetime) -> Experiment:
    """Train with live progress and return the experiment.

    Raises:
        HeartError: for a cohort that cannot be split, a training that cannot finish, or too many trainings at once.
    """
    from heart.experiment import run_experiment  # noqa: PLC0415  torch waits until it is needed

    with training_slot():
        progress = LiveProgress(settings.max_epochs)
        experiment = run_experiment(cohort, settings, name=f"{cohort.name}-{settings.recipe}", created_at=created_at, on_epoch_end=progress)
        progress.clear()
    return experiment
