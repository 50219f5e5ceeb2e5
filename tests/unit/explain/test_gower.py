"""Gower's distance, against its definition value by value."""

import numpy as np
import pandas as pd
import pytest

from heart.data import load_shipped
from heart.data.patients import canonical_patient
from heart.explain.gower import Gower
from heart.schema import FEATURES, feature


def plain(frame, one, other, needed):
    """Gower 1971, as it is written: two patients, feature by feature."""
    parts = []
    for entry in FEATURES:
        a, b = one[entry.name], other[entry.name]
        if pd.isna(a) or pd.isna(b):
            continue
        if entry.encoding == "scale":
            column = frame[entry.name].dropna()
            parts.append(abs(a - b) / (column.max() - column.min()))
        else:
            parts.append(float(a != b))
    return sum(parts) / len(parts) if len(parts) >= needed else np.inf


@pytest.mark.parametrize("name", ["cleveland", "hungary"])
def test_the_distance_is_gowers(name):
    frame = load_shipped(name).features.iloc[:60]
    gower = Gower(frame, FEATURES)
    rows = frame.to_dict("records")
    for position in (0, 7, 33):
        patient = canonical_patient(rows[position])
        n_known = sum(value is not None for value in patient.values())
        expected = [plain(frame, rows[position], row, -(-n_known // 2)) for row in rows]
        point = gower.point(patient)
        assert gower.distances(point).distance == pytest.approx(expected)
        among = gower.among(np.arange(60), point)[position]
        expected[position] = np.inf
        assert among == pytest.approx(expected)


def test_with_little_in_common_nobody_is_near():
    frame = load_shipped("hungary").features  # which lacks ca and thal of almost everybody
    gower = Gower(frame, FEATURES)
    point = gower.point(canonical_patient({"ca": 0, "thal": "normal", "age": 50}))
    distance, shared = gower.distances(point)
    both = frame[["ca", "thal", "age"]].notna().sum(axis=1).to_numpy()
    assert (shared == both).all()
    assert (np.isfinite(distance) == (both >= 2)).all()
    assert 0 < np.isfinite(distance).sum() < len(frame)
    among = gower.among(np.arange(len(frame)), point)
    known = frame[["ca", "thal", "age"]].notna().to_numpy().astype(int)
    np.fill_diagonal(enough := known @ known.T >= 2, val=False)
    assert (np.isfinite(among) == enough).all()


def test_a_value_beyond_the_range_counts_more_than_one():
    gower = Gower(pd.DataFrame({"age": [30.0, 70.0]}), [feature("age")])
    assert gower.distances(np.array([90.0])).distance.tolist() == [1.5, 0.5]


def test_a_number_that_all_share_counts_by_its_unit():
    gower = Gower(pd.DataFrame({"age": [50.0, 50.0]}), [feature("age")])
    assert gower.distances(np.array([52.0])).distance.tolist() == [2.0, 2.0]


def test_the_same_patient_has_the_same_unknown_values_too():
    frame = pd.DataFrame({"age": [50.0, 50.0], "sex": pd.array([1, None], dtype="Int8")})
    gower = Gower(frame, [feature("age"), feature("sex")])
    assert gower.same(gower.point({"age": 50.0, "sex": None})).tolist() == [False, True]
    assert gower.same(gower.point({"age": 50.0, "sex": 1})).tolist() == [True, False]
