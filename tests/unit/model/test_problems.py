"""What a model knows less about, in words."""

import numpy as np
import pytest

from heart.data import load_shipped
from heart.model.gaps import PROBLEMS
from heart.model.preprocessing import HeartPreprocessor
from heart.model.problems import (
    PROBLEM_WORDS,
    describe_problem,
    find_patient_problems,
)
from heart.schema import FEATURES, feature


@pytest.fixture(scope="module")
def preprocessor():
    return HeartPreprocessor().fit(load_shipped("cleveland").features)


def test_every_problem_has_its_sentence():
    assert set(PROBLEM_WORDS) == {*PROBLEMS, "unusual"} - {""}


@pytest.mark.parametrize(
    ("name", "value", "problem", "training", "sentence"),
    [
        ("age", None, "missing", None, "Age is not known."),
        ("age", 90, "unusual", None, "Age: 90 years is unusual (most are 25 to 85 years);"),
        ("age", 20, "below", (29, 77), "Age: 20 years is below everybody in training (29 to 77 y"),
        ("slope", 1, "below", (2, 3), "Slope of the ST segment: upsloping is below everybody in t"),
        ("thal", "fixed", "unseen", None, "Thallium scan: fixed defect did not occur in training"),
    ],
)
def test_sentence_names_value_and_range_with_their_units(name, value, problem, training, sentence):
    told = describe_problem(feature(name), value, problem, training=training)
    assert told.startswith(sentence)
    assert " )" not in told


def test_ranges_are_in_the_readers_units_too():
    for problem, training in (("unusual", None), ("above", (126.0, 417.0))):
        told = describe_problem(feature("chol"), 900.0, problem, training=training, units="mmol/l")
        assert "23.27 mmol/l" in told
        assert "mg/dl" not in told


def test_what_training_says_goes_before_what_is_only_unusual(preprocessor):
    patient = dict.fromkeys(f.name for f in FEATURES) | {"age": 100, "chol": 460.0, "sex": 1}
    problems = find_patient_problems(preprocessor, patient)
    assert (problems["age"], problems["chol"]) == ("above", "unusual")
    assert "sex" not in problems
    assert list(problems) == [f.name for f in FEATURES if f.name != "sex"]


def test_number_that_training_never_had_has_no_range():
    frame = load_shipped("cleveland").features
    fitted = HeartPreprocessor().fit(frame.assign(chol=np.nan))
    assert "chol" not in fitted.ranges
    assert fitted.ranges["age"] == (29.0, 77.0)
    nothing = dict.fromkeys(f.name for f in FEATURES)
    assert find_patient_problems(fitted, nothing | {"chol": 200.0})["chol"] == "unseen"
