"""Every kind of network and of recalibration that a bundle can have."""

import dataclasses

from heart.evaluation.recalibration import Recalibration
from heart.model.network import HeartMLP
from heart.model.preprocessing import HeartPreprocessor
from heart.schema import FEATURES

PLATT = Recalibration("platt", 0.8, -0.3, (), 242)
TEMPERATURE = Recalibration("temperature", 1.4, 0.0, (), 242)
ISOTONIC = Recalibration(
    "isotonic", 1.0, 0.0, ((0.1, 0.05), (0.3, 0.05), (0.4, 0.5), (0.9, 0.95)), 1200
)

QUICK = {"members": 2, "hidden": (8,), "max_epochs": 3, "device": "cpu"}
NETWORKS = {
    "no hidden layer": {"hidden": ()},
    "no hidden layer, no direct path": {"hidden": (), "linear_path": False},
    "two hidden layers": {"hidden": (8, 4)},
    "three hidden layers, no direct path": {"hidden": (8, 4, 3), "linear_path": False},
    "codes as numbers": {"categories": "codes"},
    "no missing flags": {"missing_flags": False, "masking": 0.0},
    "a single member": {"members": 1},
    "numbers in pieces": {"pieces": 4},
    "pieces without flags": {"pieces": 2, "missing_flags": False, "masking": 0.0},
    "a code as a category, one as both": {"slope_as": "category", "ca_as": "both"},
    "codes as both, in pieces": {"slope_as": "both", "ca_as": "both", "pieces": 2},
    "codes as numbers only": {"slope_as": "number", "ca_as": "number", "categories": "codes"},
}


def untrained(bundle, frame, *, features=FEATURES, **changes):
    """A bundle with the first, random weights of another network, fitted to nothing: it answers,
    and that is enough to compare answers.

    Args:
        bundle: what the rest is taken from.
        frame: patients that the preprocessor learns from.
        features: the model's.
        changes: of the bundle's settings.
    """
    settings = dataclasses.replace(bundle.settings, **changes)
    preprocessor = HeartPreprocessor.from_settings(settings, tuple(features)).fit(frame)
    network = HeartMLP(preprocessor.n_numeric, preprocessor.cardinalities, settings)
    network.requires_grad_(requires_grad=False)
    return dataclasses.replace(
        bundle, settings=settings, preprocessor=preprocessor, network=network
    )
