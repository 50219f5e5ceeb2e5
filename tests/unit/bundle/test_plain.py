"""What is in a bundle: no patient, and the golden ones with their probabilities."""

import pandas as pd
import pytest

from heart.data import load_shipped
from heart.schema import FEATURE_NAMES


def rows_in(value):
    """Every run of plain values in a bundle that could be a patient."""
    if isinstance(value, dict | list):
        items = list(value.values()) if isinstance(value, dict) else value
        yield tuple(items)
        for inner in items:
            yield from rows_in(inner)


def test_no_patient_is_inside(content, cleveland):
    patients = {
        tuple(None if pd.isna(v) else v for v in row)
        for row in cleveland.features.itertuples(index=False)
    }
    rows = [
        row
        for row in rows_in(content)
        if len(row) >= len(FEATURE_NAMES) and not any(isinstance(v, dict | list) for v in row)
    ]
    assert len(rows) == 5  # the golden patients are found
    assert not {row[:13] for row in rows} & patients


def test_golden_patients_are_nobody_in_any_hospital(content):
    golden = pd.DataFrame([entry["patient"] for entry in content["golden"]])[
        ["age", "trestbps", "chol", "thalach"]
    ].dropna()
    for name in ("cleveland", "hungary", "switzerland", "va_long_beach"):
        assert golden.astype(float).merge(load_shipped(name).frame[golden.columns]).empty


def test_no_number_in_it_counts_the_patients_one_by_one(content):
    lengths = [len(row) for row in rows_in(content)]
    assert max(lengths) < 25  # the shortest list of the train part would have 193


def test_golden_probabilities_are_the_bundles(content, bundle):
    frame = pd.DataFrame([entry["patient"] for entry in content["golden"]], columns=FEATURE_NAMES)
    frame = frame.astype(load_shipped("cleveland").features.dtypes.to_dict())
    assert [entry["probability"] for entry in content["golden"]] == pytest.approx(
        bundle.predict_proba(frame).tolist(), abs=1e-6
    )
