"""Several patients side by side: where they differ, and what a model answers to each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from heart.bundle import Bundle
from heart.schema import FEATURE_NAMES, Value
from heart.scoring.patient import Prediction, predict_patient
from heart.units import MG_DL

Patient = Mapping[str, Value | None]


class Beside(NamedTuple):
    """One of several patients.

    Attributes:
        patient: canonical values of all 13 features, None where not known.
        prediction: the model's.
        differs: names of the features in which the first patient has another value; a value that is
            not known differs from every known one.
        decided_otherwise: whether the first patient's decision is another one.
    """

    patient: Patient
    prediction: Prediction
    differs: frozenset[str]
    decided_otherwise: bool


def compare_patients(
    bundle: Bundle, patients: Sequence[Patient], *, units: str = MG_DL
) -> tuple[Beside, ...]:
    """Each patient beside the first one, in the order given.

    Args:
        bundle: the model.
        patients: canonical values of all 13 features each.
        units: in which warnings name a cholesterol.

    Raises:
        PatientError: for an impossible value, or a patient of whom nothing is known.
    """
    predictions = [predict_patient(bundle, patient, units=units) for patient in patients]
    return tuple(
        Beside(
            patient,
            prediction,
            frozenset(name for name in FEATURE_NAMES if patient[name] != patients[0][name]),
            prediction.label != predictions[0].label,
        )
        for patient, prediction in zip(patients, predictions, strict=True)
    )
