"""The teaching experiments, computed: no screen, the same trainer where a network is trained, seeds
as arguments.
"""

LESSONS = (
    "neuron",
    "loss",
    "logits",
    "encodings",
    "classes",
    "boundaries",
    "overfitting",
    "leakage",
    "metrics",
)
"""Their names, in the order of the Learn page."""
