"""The features: names, codes, ranges, and what a patient's value may be."""

import math

import numpy as np
import pytest

from heart.errors import PatientError
from heart.schema import EXAMPLE_PATIENT, FEATURE_NAMES, FEATURES, feature, parse_patient

# DATA.md's table of codes
CODES = {
    "sex": (0, 1),
    "cp": (1, 2, 3, 4),
    "fbs": (0, 1),
    "restecg": (0, 1, 2),
    "exang": (0, 1),
    "slope": (1, 2, 3),
    "ca": (0, 1, 2, 3),
    "thal": ("normal", "fixed", "reversible"),
}


def test_features_are_ucis_columns_in_order():
    assert (
        *("age", "sex", "cp", "trestbps", "chol", "fbs", "restecg"),
        *("thalach", "exang", "oldpeak", "slope", "ca", "thal"),
    ) == FEATURE_NAMES


def test_scaled_and_labelled_features_are_the_issues():
    assert [f.name for f in FEATURES if f.encoding == "scale"] == [
        "age",
        "trestbps",
        "chol",
        "thalach",
        "oldpeak",
        "slope",
    ]
    assert [f.name for f in FEATURES if f.encoding == "label"] == [
        "sex",
        "cp",
        "fbs",
        "restecg",
        "exang",
        "ca",
        "thal",
    ]


@pytest.mark.parametrize("entry", FEATURES, ids=lambda f: f.name)
def test_codes_are_the_datas_codes(entry):
    assert tuple(code for code, _ in entry.codes) == CODES.get(entry.name, ())


@pytest.mark.parametrize(
    ("name", "code", "meaning"),
    [
        ("sex", 0, "female"),
        ("cp", 1, "typical angina"),
        ("cp", 4, "asymptomatic"),
        ("restecg", 1, "ST-T abnormality"),
        ("restecg", 2, "left ventricular hypertrophy"),
        ("slope", 1, "upsloping"),
        ("slope", 3, "downsloping"),
        ("thal", "reversible", "reversible defect"),
    ],
)
def test_codes_mean_what_uci_says(name, code, meaning):
    assert feature(name).describe(code) == meaning
    assert feature(name).parse(meaning) == code


@pytest.mark.parametrize(
    ("entry", "code", "label"), [(f, code, label) for f in FEATURES for code, label in f.codes]
)
def test_code_text_and_label_all_parse_to_the_code(entry, code, label):
    assert [entry.parse(given) for given in (code, str(code), f" {label.upper()} ")] == [code] * 3


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("age", "63", 63.0),
        ("age", np.int64(63), 63.0),
        ("oldpeak", " -2.6 ", -2.6),
        ("oldpeak", "1e0", 1.0),
        ("chol", 0, None),
        ("chol", "0.0", None),
        ("trestbps", 0, None),
        ("age", None, None),
        ("age", "", None),
        ("thal", "  ", None),
        ("cp", math.nan, None),
        ("cp", 4.0, 4),
        ("age", 18, 18.0),
        ("age", 110, 110.0),
    ],
)
def test_value_is_read_as(name, given, value):
    assert feature(name).parse(given) == value


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("age", 17.9),
        ("age", 111),
        ("age", 0),
        ("age", -1),
        ("age", math.inf),
        ("age", "1e400"),
        ("age", "sixty"),
        ("age", "nan"),
        ("age", "6_3"),
        ("age", "０６３"),
        ("age", "٦٣"),
        ("age", True),
        ("age", [63]),
        ("sex", True),
        ("sex", 2),
        ("cp", 0),
        ("cp", 2.5),
        ("cp", "angina"),
        ("slope", 0),
        ("ca", 4),
        ("thal", 3),
        ("thal", "normal; drop"),
        ("chol", 1001),
        ("thalach", 0),
        ("oldpeak", 10.1),
    ],
)
def test_impossible_value_is_refused_with_its_feature(name, given):
    with pytest.raises(PatientError, match=name) as caught:
        feature(name).parse(given)
    assert caught.value.feature == name


def test_error_tells_the_range_and_the_value():
    with pytest.raises(PatientError, match=r"50 to 1000 mg/dl, but found 2000\."):
        feature("chol").parse(2000)


def test_error_does_not_repeat_a_long_value():
    with pytest.raises(PatientError) as caught:
        feature("age").parse("9" * 5000)
    assert len(str(caught.value)) < 300


def test_abbreviations_stay_large_within_a_sentence():
    words = [feature(name).words for name in ("age", "restecg", "oldpeak", "slope")]
    assert words == ["age", "resting ECG", "ST depression", "slope of the ST segment"]


def test_unknown_feature_lists_the_known_ones():
    with pytest.raises(PatientError, match=r"age, sex.*'weight'"):
        feature("weight")


@pytest.mark.parametrize(
    ("name", "value", "unusual"),
    [
        ("chol", 450, False),
        ("chol", 451, True),
        ("age", 24, True),
        ("age", 25, False),
        ("oldpeak", -3.1, True),
        ("cp", 4, False),
    ],
)
def test_unusual_is_outside_the_usual_range(name, value, unusual):
    assert feature(name).is_unusual(value) is unusual


@pytest.mark.parametrize("entry", [f for f in FEATURES if not f.codes], ids=lambda f: f.name)
def test_usual_values_are_possible_ones(entry):
    assert entry.minimum < entry.usual[0] < entry.usual[1] < entry.maximum
    assert entry.unit in entry.title


def test_patient_has_all_features_and_none_for_what_is_not_given():
    assert parse_patient({"age": "63"}) == dict.fromkeys(FEATURE_NAMES) | {"age": 63.0}


def test_example_patient_is_the_tutorials():
    values = (80, 0, 1, 124, 300, 1, 2, 150, 0, 2.3, 3, 0, "fixed")
    assert parse_patient(EXAMPLE_PATIENT) == dict(zip(FEATURE_NAMES, values, strict=True))


@pytest.mark.parametrize(
    "empty", [{}, {"age": None}, {"age": "", "chol": 0}, dict.fromkeys(FEATURE_NAMES)]
)
def test_patient_of_whom_nothing_is_known_is_refused(empty):
    with pytest.raises(PatientError, match="at least one known value"):
        parse_patient(empty)


def test_patient_with_an_unknown_name_is_refused():
    with pytest.raises(PatientError, match="'Age'"):
        parse_patient({"Age": 63, "sex": 1})


def test_number_too_large_for_a_float_is_impossible_not_a_crash():
    with pytest.raises(PatientError, match="18 to 110"):
        feature("age").parse(10**400)
