"""What a model knows less about in a patient, in words: those of every screen and every file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from heart.model.preprocessing import HeartPreprocessor
from heart.schema import Feature, Value
from heart.units import MG_DL, to_shown

PROBLEM_WORDS = MappingProxyType(
    {
        "missing": "{label} is not known.",
        "unseen": "{shown} did not occur in training and is read as not known.",
        "unusual": "{shown} is unusual (most are {range}); is it right?",
        "below": "{shown} is below everybody in training ({range}).",
        "above": "{shown} is above everybody in training ({range}).",
    }
)
"""Of each problem its sentence: `label` is the feature's, `shown` label and value, `range` what the
value is outside of, all with their units.
"""


def find_patient_problems(
    preprocessor: HeartPreprocessor, patient: Mapping[str, Value | None]
) -> dict[str, str]:
    """Feature to a name in `PROBLEM_WORDS`, for what the model knows less about or is unusual; in
    the order of the model's features, for a patient in canonical values.
    """
    found = preprocessor.find_patient_problems(patient)
    unusual = {
        f.name: "unusual"
        for f in preprocessor.features
        if (value := patient[f.name]) is not None and f.is_unusual(value)
    }
    problems = unusual | found
    return {f.name: problems[f.name] for f in preprocessor.features if f.name in problems}


def describe_problem(
    entry: Feature,
    value: Value | None,
    problem: str,
    *,
    training: tuple[float, float] | None = None,
    units: str = MG_DL,
) -> str:
    """The sentence that tells a reader with these units of a problem.

    Args:
        entry: the feature.
        value: canonical, None where it is not known.
        problem: a name in `PROBLEM_WORDS`.
        training: the feature's, of `HeartPreprocessor.ranges`.
        units: of `heart.units.UNITS`.
    """
    label = entry.in_units(units).label
    shown = "" if value is None else entry.describe(value, units=units)
    return PROBLEM_WORDS[problem].format(
        label=label,
        shown=f"{label}: {shown}",
        range=describe_range(entry, problem, training=training, units=units),
    )


def describe_range(
    entry: Feature, problem: str, *, training: tuple[float, float] | None, units: str = MG_DL
) -> str:
    """The range that a value with this problem is outside of, with its unit: the usual one, or that
    of the training; empty for a problem, or a feature, that has none.
    """
    as_shown = entry.in_units(units)
    if problem == "unusual":
        low, high = as_shown.usual
    elif problem in ("below", "above") and training is not None:
        low, high = (to_shown(entry.name, end, units) for end in training)
    else:
        return ""
    return f"{low:g} to {high:g} {as_shown.unit}".rstrip()
