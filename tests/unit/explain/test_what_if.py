"""What the model would answer: the bundle's own answers for patients with one value changed."""

import numpy as np
import pandas as pd
import pytest

from heart.bundle import load_bundle
from heart.config import LESSON, Settings
from heart.data.patients import frame_of_patients
from heart.errors import PatientError
from heart.explain.what_if import (
    GRID,
    Curve,
    compare_patients,
    dot_frame,
    line_frame,
    what_if,
)
from heart.paths import SHIPPED_BUNDLE
from heart.schema import EXAMPLE_PATIENT, FEATURES, feature
from heart.scoring.patient import predict_patient
from tests.support.bundles import untrained

PATIENT = {**EXAMPLE_PATIENT, "chol": None, "age": 61}


@pytest.fixture(scope="module")
def shipped():
    return load_bundle(SHIPPED_BUNDLE)


@pytest.fixture(scope="module")
def curves(shipped):
    return {curve.feature.name: curve for curve in what_if(shipped, PATIENT)}


def test_every_point_is_the_models_answer_with_one_value_changed(shipped, curves):
    assert tuple(curves) == tuple(f.name for f in FEATURES)
    for name, curve in curves.items():
        for row in curve.table.iloc[::7].to_dict("records"):
            told = predict_patient(shipped, {**PATIENT, name: row["value"]})
            figures = (row["probability"], row["low"], row["high"])
            assert figures == pytest.approx((told.probability, told.low, told.high), abs=1e-6)


def test_patient_is_marked_once_in_every_curve_with_the_answer(shipped, curves):
    answer = predict_patient(shipped, PATIENT).probability
    for name, curve in curves.items():
        (row,) = curve.table[curve.table["is_patient"]].to_dict("records")
        assert row["value"] == PATIENT[name]
        assert row["probability"] == pytest.approx(answer, abs=1e-6)


def test_codes_are_tried_in_their_order_and_not_known_last(curves):
    assert curves["thal"].table["value"].tolist() == ["normal", "fixed", "reversible", None]
    assert curves["thal"].table["words"].tolist() == [
        "normal",
        "fixed defect",
        "reversible defect",
        "not known",
    ]
    assert list(curves["thal"].table) == list(table_of())
    assert curves["slope"].table["words"].tolist()[0] == "upsloping"


def test_numbers_go_over_the_usual_values_and_training_and_the_patient(shipped):
    (age,) = (c for c in what_if(shipped, {"age": 100}) if c.feature.name == "age")
    values = age.table["value"].tolist()
    assert values[-1] is None
    numbers = np.array(values[:-1])
    assert (numbers[0], numbers[-1]) == (25, 100)
    assert (np.diff(numbers) > 0).all()
    assert len(numbers) <= GRID + 5
    low, high = age.training
    assert {low, high, 100.0} <= set(numbers)
    assert age.table["in_training"].tolist()[:-1] == [low <= v <= high for v in numbers]
    assert age.table.iloc[-2]["words"] == "100 years"


def test_curve_marks_what_nobody_can_change(curves):
    assert [name for name, curve in curves.items() if not curve.can_change] == ["age", "sex"]


def test_code_that_never_occurred_is_not_in_training(bundle, cleveland):
    frame = cleveland.features
    seen = frame.assign(thal=frame["thal"].mask(frame["thal"] == "fixed"))
    model = untrained(bundle, seen, Settings(members=2, hidden=(8,)))
    (thal,) = (c for c in what_if(model, PATIENT) if c.feature.name == "thal")
    assert thal.table["in_training"].tolist() == [True, False, True, True]


def test_number_without_a_training_value_has_no_range(bundle, cleveland):
    model = untrained(bundle, cleveland.features.assign(chol=np.nan), Settings(members=2))
    (chol,) = (c for c in what_if(model, PATIENT) if c.feature.name == "chol")
    assert chol.training is None
    assert chol.table["in_training"].tolist() == [False] * (len(chol.table) - 1) + [True]


def test_model_that_never_saw_a_hidden_value_is_not_asked_about_not_known(bundle, cleveland):
    model = untrained(bundle, cleveland.features, LESSON)
    rows = {c.feature.name: c.table["words"].tolist() for c in what_if(model, PATIENT)}
    assert [name for name, words in rows.items() if "not known" in words] == ["chol"]


def test_two_members_have_a_range_which_is_both(bundle):
    other = {**PATIENT, "age": 50}
    first, second = bundle.predict_members(frame_of_patients([PATIENT, other])).T
    told = compare_patients(bundle, PATIENT, other)
    apart = sorted(second - first)
    assert (told.low, told.high) == pytest.approx(tuple(apart), abs=1e-6)
    (sex,) = (c for c in what_if(bundle, PATIENT) if c.feature.name == "sex")
    own = sex.table[sex.table["is_patient"]].iloc[0]
    assert (own["low"], own["high"]) == pytest.approx((first.min(), first.max()), abs=1e-6)


def table_of(*rows):
    columns = ["value", "words", "probability", "low", "high", "is_patient", "in_training"]
    return pd.DataFrame(rows, columns=columns).astype({"value": object})


LOW = (150.0, "150 mg/dl", 0.25, 0.0, 0.5, False, True)
HIGH = (250.0, "250 mg/dl", 0.5, 0.25, 0.75, True, True)
UNKNOWN = (None, "not known", 0.875, 0.75, 1.0, False, True)


def test_line_of_a_number_in_the_units_of_the_reader():
    curve = Curve(feature("chol"), (126.0, 564.0), table_of(LOW, HIGH, UNKNOWN))
    assert curve.span == 0.25  # not known is no value
    assert line_frame(curve, units="mmol/l").to_dict("records") == [
        {
            "value": value,
            "words": f"{value} mmol/l",
            "probability": p,
            "low": p - 0.25,
            "high": p + 0.25,
            "own": 6.46,
            "answer": 0.5,
            "train_low": 3.26,
            "train_high": 14.58,
            "unknown": 0.875,
        }
        for value, p in ((3.88, 0.25), (6.46, 0.5))
    ]
    unlearnt = curve._replace(training=None, table=table_of(LOW, HIGH))
    ends = ["own", "train_low", "train_high", "unknown"]
    assert line_frame(unlearnt)[ends].iloc[1].isna().tolist() == [False, True, True, True]
    own = (*UNKNOWN[:5], True, True)
    without = line_frame(curve._replace(table=table_of(LOW, (*HIGH[:5], False, True), own)))
    assert without[["own", "answer", "unknown"]].iloc[0].isna().tolist() == [True, False, False]
    assert without["answer"].tolist() == [0.875, 0.875]


def test_dot_of_a_code_says_whose_it_is():
    rows = [(*LOW[:5], True, False), (*HIGH[:5], False, False), (*UNKNOWN[:5], False, True)]
    states = dot_frame(Curve(feature("cp"), None, table_of(*rows)))
    assert states["state"].tolist() == ["this patient", "never in training", "another value"]
    assert list(states) == ["words", "probability", "low", "high", "state"]


def test_single_member_has_no_range(bundle, cleveland):
    model = untrained(bundle, cleveland.features, Settings(members=1, hidden=(8,)))
    for curve in what_if(model, PATIENT):
        assert curve.table[["low", "high"]].isna().all(axis=None)


def test_model_without_some_features_has_no_curve_for_them(bundle, cleveland):
    model = untrained(bundle, cleveland.features, Settings(members=2), FEATURES[:11])
    assert [c.feature for c in what_if(model, PATIENT)] == list(FEATURES[:11])


def test_two_patients_are_compared_by_the_same_members(shipped):
    other = {**PATIENT, "chol": 250, "age": 50, "cp": "asymptomatic"}
    told = compare_patients(shipped, PATIENT, other)
    frame = frame_of_patients([PATIENT, other])
    members = shipped.predict_members(frame)
    assert (told.probability, told.other) == pytest.approx(
        tuple(shipped.predict_proba(frame)), abs=1e-6
    )
    own = np.quantile(members[:, 1] - members[:, 0], [0.05, 0.95])
    assert (told.low, told.high) == pytest.approx(tuple(own), abs=1e-6)
    assert told.changes == (
        (feature("age"), 61.0, 50.0),
        (feature("cp"), 1, 4),
        (feature("chol"), None, 250.0),
    )
    assert [change.can_change for change in told.changes] == [False, True, True]


def test_difference_of_a_single_member_has_no_range_and_equal_patients_no_changes(
    bundle, cleveland
):
    model = untrained(bundle, cleveland.features, Settings(members=1, hidden=(8,)))
    told = compare_patients(model, PATIENT, dict(PATIENT))
    assert told == (told.probability, pytest.approx(told.probability), None, None, ())


@pytest.mark.parametrize("patient", [{}, {"age": 5}])
def test_impossible_patients_are_refused(shipped, patient):
    with pytest.raises(PatientError):
        what_if(shipped, patient)
    with pytest.raises(PatientError):
        compare_patients(shipped, PATIENT, patient)
