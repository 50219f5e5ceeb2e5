"""The exercises that the lessons end with, one module each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from heart.lessons.exercise import Exercise
from heart.lessons.exercises import (
    boundaries,
    calibration,
    classes,
    encodings,
    leakage,
    logits,
    loss,
    metrics,
    missing,
    neuron,
    overfitting,
)

EXERCISES: Mapping[str, Exercise] = MappingProxyType(
    {
        "neuron": neuron.EXERCISE,
        "loss": loss.EXERCISE,
        "logits": logits.EXERCISE,
        "encodings": encodings.EXERCISE,
        "classes": classes.EXERCISE,
        "boundaries": boundaries.EXERCISE,
        "overfitting": overfitting.EXERCISE,
        "leakage": leakage.EXERCISE,
        "metrics": metrics.EXERCISE,
        "calibration": calibration.EXERCISE,
        "missing": missing.EXERCISE,
    }
)
"""Every lesson's exercise by the lesson's name, in the order of the lessons."""
