"""Which settings a search may try, and between which bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heart.config import ENTRIES, Settings, parse_widths

if TYPE_CHECKING:  # nothing but a search waits for it
    from optuna import Trial

WIDTHS = ("", "16", "32", "64", "32, 32")
BATCHES = (16, 32, 64, 128)

RANGES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "dropout": (0.0, 0.6),
        "masking": (0.0, 0.7),
        "lr": (3e-4, 1e-2),
        "weight_decay": (1e-3, 1.0),
        "embedding_dim": (2, 12),
        "pieces": (1, 4),
    }
)
"""The limits of the numbers, inclusive; learning rate and weight decay are tried on a log scale."""

LOG = ("lr", "weight_decay")
NAMES = ("hidden", *RANGES, "batch_size", "slope_as", "ca_as")
"""The settings that are tried; the others stay as they are."""


def suggest_settings(trial: Trial, base: Settings) -> Settings:
    """The settings that a trial stands for.

    Args:
        trial: of an Optuna study.
        base: what the others are.
    """
    changes: dict[str, Any] = {
        "hidden": parse_widths(trial.suggest_categorical("hidden", WIDTHS)),
        "batch_size": trial.suggest_categorical("batch_size", BATCHES),
        "slope_as": trial.suggest_categorical("slope_as", ENTRIES),
        "ca_as": trial.suggest_categorical("ca_as", ENTRIES),
    }
    for name, (low, high) in RANGES.items():
        if isinstance(low, int) and isinstance(high, int):
            changes[name] = trial.suggest_int(name, low, high)
        else:
            changes[name] = trial.suggest_float(name, low, high, log=name in LOG)
    return replace(base, **changes)


def point_of(settings: Settings) -> dict[str, Any] | None:
    """The settings as a point of this space; None where they lie outside it."""
    point = {name: getattr(settings, name) for name in NAMES}
    point["hidden"] = ", ".join(map(str, settings.hidden))
    inside = point["hidden"] in WIDTHS and point["batch_size"] in BATCHES
    inside &= all(low <= point[name] <= high for name, (low, high) in RANGES.items())
    return point if inside else None
