"""A model that a command has trained: what it is called, where it is kept and written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heart.commands.runs import write_down

if TYPE_CHECKING:
    from heart.commands.targets import Target
    from heart.experiments.from_disk import DiskExperiment
    from heart.experiments.run import Experiment

UNNAMED = "model"
"""What a bundle is called that goes to standard output."""


def name_model(out: Target) -> str:
    """What a model is called that is written there."""
    return UNNAMED if out.is_stream else out.path.stem


def keep_model(
    experiment: Experiment | DiskExperiment, out: Target, *, seconds: float
) -> dict[str, Any]:
    """Write the bundle, note the run, and say where both are.

    Args:
        experiment: with the bundle.
        out: where to write it.
        seconds: that the training took.

    Raises:
        BundleError: if it cannot be written; then no run is noted.
    """
    out.write_bundle(experiment.bundle)
    return {
        "written": str(out),
        "run": write_down(experiment, seconds=seconds, written=str(out)),
    }
