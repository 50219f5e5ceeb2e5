"""Several patients side by side: each is answered as alone, and differences are all there."""

import pytest

from heart.bundle import load_bundle
from heart.errors import PatientError
from heart.explain.compare import compare_patients
from heart.paths import SHIPPED_BUNDLE
from heart.schema import EXAMPLE_PATIENT, FEATURE_NAMES, parse_patient
from heart.scoring.patient import predict_patient

FIRST = parse_patient(EXAMPLE_PATIENT)


@pytest.fixture(scope="module")
def bundle():
    return load_bundle(SHIPPED_BUNDLE)


def test_each_is_answered_as_alone(bundle):
    patients = [{**FIRST, "chol": 800.0}, {**FIRST, "age": 40}, parse_patient({"age": 61})]
    answers = compare_patients(bundle, patients, units="mmol/l")
    for patient, one in zip(patients, answers, strict=True):
        assert one.patient == patient
        assert one.prediction == predict_patient(bundle, patient, units="mmol/l")
    assert one.prediction.label is None  # age alone
    assert one.decided_otherwise


def test_what_differs_from_the_first_is_named_and_unknown_differs_from_known(bundle):
    others = [{**FIRST, "age": 40, "ca": None}, {**FIRST, "thal": "normal"}, FIRST]
    seen = [one.differs for one in compare_patients(bundle, [FIRST, *others])]
    assert seen == [frozenset(), {"age", "ca"}, {"thal"}, frozenset()]
    (_, backwards) = compare_patients(bundle, [others[0], FIRST])
    assert backwards.differs == {"age", "ca"}
    only_age = parse_patient({"age": FIRST["age"]})
    assert compare_patients(bundle, [FIRST, only_age])[1].differs == {*FEATURE_NAMES} - {"age"}


def test_another_decision_is_marked(bundle):
    ill = {**FIRST, "ca": 3, "thal": "reversible"}
    labels = [predict_patient(bundle, one).label for one in (FIRST, ill)]
    well = {**FIRST, "age": 40, "chol": 180, "oldpeak": 0.0, "slope": 1, "thal": "normal"}
    assert predict_patient(bundle, well).label == "no disease"
    assert labels == ["no disease", "disease"]
    told = compare_patients(bundle, [FIRST, well, ill])
    assert [one.decided_otherwise for one in told] == [False, False, True]


def test_nobody_cannot_be_compared(bundle):
    with pytest.raises(PatientError, match="at least one known value"):
        compare_patients(bundle, [FIRST, dict.fromkeys(FEATURE_NAMES)])
