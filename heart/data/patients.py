"""Patients as dicts become a canonical frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from heart.schema import FEATURES, Feature, Value, parse_patient


def frame_of_patients(patients: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """The 13 features of each patient, shape (n, 13), with the dtypes of a `Cohort`.

    Raises:
        PatientError: for an unknown name, an impossible value, or a patient of whom nothing is
            known.
    """
    parsed = [canonical_patient(patient) for patient in patients]
    return pd.DataFrame(
        {f.name: pd.Series([p[f.name] for p in parsed], dtype=dtype_of(f)) for f in FEATURES}
    )


def canonical_patient(patient: Mapping[str, object]) -> dict[str, Value | None]:
    """All 13 features of one patient in canonical codes; None where not given, or pandas' missing.

    Raises:
        PatientError: for an unknown name, an impossible value, or a patient of whom nothing is
            known.
    """
    return parse_patient({name: none_if_missing(value) for name, value in patient.items()})


def none_if_missing(value: Any) -> object:
    """None for pandas' own ways to write a missing value, which a row of a frame has."""
    # most are plain, and pandas takes a microsecond to say so
    plain = type(value) in (int, str, bool, type(None))
    return None if not plain and pd.api.types.is_scalar(value) and pd.isna(value) else value


def dtype_of(feature: Feature) -> Literal["str", "Int8", "float64"]:
    """The dtype of a feature's canonical column."""
    if feature.holds_text:
        return "str"
    return "Int8" if feature.encoding == "label" else "float64"
