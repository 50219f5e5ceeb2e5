"""Three real patients to guess, and what turned out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from heart.schema import Value


class Example(NamedTuple):
    """A patient of the Cleveland table.

    Attributes:
        row: the patient's place in it, the first is 1.
        values: canonical.
        severity: UCI's `num`: 0 is healthy, 1 to 4 are ill.
    """

    row: int
    values: Mapping[str, Value]
    severity: int

    @property
    def outcome(self) -> str:
        """What turned out, in words."""
        if self.severity == 0:
            return "**No heart disease**: angiography found no vessel narrowed by more than 50 %."
        return (
            "**Heart disease**: angiography found a vessel narrowed by more than 50 % (severity"
            f" {self.severity} of 4)."
        )


# chosen by a rule that knows no outcome, which a test repeats: of the patients without a missing
# value in the shipped model's test part, by its probability, those at the 10th and the 90th
# percentile and the one nearest to its threshold; in the order of the table
# fmt: off
EXAMPLES: Mapping[str, Example] = {
    "Patient A": Example(118, {
        "age": 35, "sex": 0, "cp": 4, "trestbps": 138, "chol": 183, "fbs": 0, "restecg": 0,
        "thalach": 182, "exang": 0, "oldpeak": 1.4, "slope": 1, "ca": 0, "thal": "normal",
    }, 0),
    "Patient B": Example(127, {
        "age": 56, "sex": 0, "cp": 4, "trestbps": 200, "chol": 288, "fbs": 1, "restecg": 2,
        "thalach": 133, "exang": 1, "oldpeak": 4.0, "slope": 3, "ca": 2, "thal": "reversible",
    }, 3),
    "Patient C": Example(168, {
        "age": 54, "sex": 0, "cp": 2, "trestbps": 132, "chol": 288, "fbs": 1, "restecg": 2,
        "thalach": 159, "exang": 1, "oldpeak": 0.0, "slope": 1, "ca": 1, "thal": "normal",
    }, 0),
}
# fmt: on
"""By the name on the screen."""


def find_example(values: Mapping[str, Value | None]) -> str | None:
    """The name of the example that has these values; None where none has."""
    same = (name for name, one in EXAMPLES.items() if dict(values) == dict(one.values))
    return next(same, None)
