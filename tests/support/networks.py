"""Every kind of network and of recalibration that a bundle can have."""

from heart.evaluation.recalibration import Recalibration

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
}
