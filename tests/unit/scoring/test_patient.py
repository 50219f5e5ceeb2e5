"""One patient and many: probability, decision, warnings."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from heart.config import Settings
from heart.data import load_shipped
from heart.errors import PatientError
from heart.evaluation.thresholds import ThresholdChoice
from heart.schema import EXAMPLE_PATIENT, FEATURES, feature
from heart.scoring.patient import LITTLE, NEAR, predict_patient, score_cohort
from tests.support.networks import PLATT, untrained

USUAL = {"age": 60, "sex": 1, "cp": 4, "trestbps": 130, "chol": 250, "fbs": 0, "restecg": 0}
USUAL |= {"thalach": 140, "exang": 1, "oldpeak": 1.0, "slope": 2, "ca": 1, "thal": "normal"}


ONE = Settings(members=1, hidden=(8,))
FEWER = {"members": 2, "hidden": (8,)}


def at_threshold(bundle, value):
    return dataclasses.replace(bundle, threshold=ThresholdChoice(value, "manual", 2.0, "valid"))


def problems(prediction):
    return {warning.feature: warning.problem for warning in prediction.warnings}


def names_of(prediction, *kinds):
    return ", ".join(warning.feature for warning in prediction.warnings if warning.problem in kinds)


def patients_of(frame):
    return [
        {name: None if pd.isna(value) else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def test_example_patient_gets_the_bundles_probability(bundle):
    prediction = predict_patient(bundle, EXAMPLE_PATIENT)
    members = bundle.predict_members(pd.DataFrame([EXAMPLE_PATIENT]))[:, 0]
    assert prediction.probability == pytest.approx(members.mean(), abs=1e-6)
    assert (prediction.low, prediction.high) == pytest.approx(
        (members.min(), members.max()),
        abs=1e-6,  # of few members all
    )
    assert prediction.threshold == bundle.threshold.value


def test_example_patient_is_older_than_everybody_in_training(bundle):
    warnings = predict_patient(bundle, EXAMPLE_PATIENT).warnings
    oldest = bundle.preprocessor.training_range_[0, 1]
    assert [(w.feature, w.value, w.problem) for w in warnings] == [("age", 80, "above")]
    assert "Age: 80 years is above everybody in training (" in warnings[0].message
    assert f"to {oldest:g} years)" in warnings[0].message


def test_words_mean_their_codes(bundle):
    words = {f.name: f.describe(EXAMPLE_PATIENT[f.name]) for f in FEATURES if f.codes}
    texts = {f.name: str(EXAMPLE_PATIENT[f.name]) for f in FEATURES if not f.codes}
    assert words["cp"] == "typical angina"
    assert predict_patient(bundle, words | texts) == predict_patient(bundle, EXAMPLE_PATIENT)


def test_usual_patient_has_no_warnings(bundle):
    assert predict_patient(bundle, USUAL).warnings == ()


@pytest.mark.parametrize("name", USUAL)
def test_unknown_value_is_a_warning(bundle, name):
    prediction = predict_patient(
        bundle, {key: value for key, value in USUAL.items() if key != name}
    )
    assert prediction.warnings == ((name, None, "missing", f"{feature(name).label} is not known."),)
    assert prediction == predict_patient(bundle, USUAL | {name: None})


@pytest.mark.parametrize("name", ["sex", "cp", "ca", "thal", "thalach", "oldpeak"])
def test_not_known_is_not_the_same_as_a_known_value(bundle, name):
    assert (
        predict_patient(bundle, USUAL | {name: None}).probability
        != predict_patient(bundle, USUAL).probability
    )


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("age", 20, "below"),
        ("age", 90, "above"),
        ("chol", 990, "above"),
        ("trestbps", 60, "below"),
        ("oldpeak", -4, "below"),
    ],
)
def test_number_outside_the_training_range_is_a_warning(bundle, name, value, problem):
    assert problems(predict_patient(bundle, USUAL | {name: value})) == {name: problem}


def test_number_inside_the_training_range_but_unusual_is_a_warning(cleveland, bundle):
    patients = cleveland.features.replace({"chol": {126: 90}})  # else nobody is unusually low
    wide = dataclasses.replace(bundle, preprocessor=clone(bundle.preprocessor).fit(patients))
    prediction = predict_patient(wide, USUAL | {"chol": 500})
    assert problems(prediction) == {"chol": "unusual"}
    assert (
        prediction.warnings[0].message
        == "Serum cholesterol: 500 mg/dl is unusual (most are 100 to 450 mg/dl); is it right?"
    )
    at_the_ends = [99, 100, 450, 451, None]
    rows = score_cohort(wide, pd.DataFrame([USUAL | {"chol": chol} for chol in at_the_ends]))
    assert rows["unusual"].tolist() == ["chol", "", "", "chol", ""]


def test_category_that_training_never_saw_is_a_warning_and_read_as_unknown(cleveland, bundle):
    without = clone(bundle.preprocessor).fit(cleveland.features[cleveland.features["restecg"] != 1])
    narrow = dataclasses.replace(bundle, preprocessor=without)
    prediction = predict_patient(narrow, USUAL | {"restecg": 1})
    assert problems(prediction) == {"restecg": "unseen"}
    assert prediction.probability == predict_patient(narrow, USUAL | {"restecg": None}).probability


def test_warnings_come_in_the_order_of_the_features(bundle):
    found = [w.feature for w in predict_patient(bundle, {"thal": "fixed", "age": 90}).warnings]
    assert found == [f.name for f in FEATURES if f.name != "thal"]


@pytest.mark.parametrize("empty", [{}, {"age": None, "thal": ""}, {"chol": 0}])
def test_empty_patient_is_refused(bundle, empty):
    with pytest.raises(PatientError, match="empty patient"):
        predict_patient(bundle, empty)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("age", 17),
        ("age", 1e9),
        ("age", "old"),
        ("age", math.inf),
        ("sex", 2),
        ("sex", True),
        ("cp", 0),
        ("trestbps", 20),
        ("chol", -1),
        ("restecg", 3),
        ("thalach", 300),
        ("oldpeak", 11),
        ("slope", 0),
        ("ca", 4),
        ("thal", 7),
        ("thal", "<b>fixed</b>"),
    ],
)
def test_impossible_value_is_refused_by_name(bundle, name, value):
    with pytest.raises(PatientError) as caught:
        predict_patient(bundle, USUAL | {name: value})
    assert caught.value.feature == name


def test_unknown_name_is_refused(bundle):
    with pytest.raises(PatientError, match="'Chol'"):
        predict_patient(bundle, USUAL | {"Chol": 200})


def test_disease_is_decided_at_the_threshold_and_above(bundle):
    p = predict_patient(bundle, USUAL).probability
    at, above = (predict_patient(at_threshold(bundle, t), USUAL) for t in (p, math.nextafter(p, 1)))
    assert (at.label, at.is_positive) == ("disease", True)
    assert (above.label, above.is_positive) == ("no disease", False)


THREE = {"age": 77, "sex": 1, "cp": 4}
FEW = [{"age": 30}, {"age": 77}, THREE, THREE | {"fbs": 0}]


def test_age_alone_decides_nothing_and_four_known_values_do(bundle):
    told = [predict_patient(at_threshold(bundle, 0.01), patient) for patient in FEW]
    assert [one.label for one in told] == [None, None, None, "disease"]
    assert all(one.is_positive for one in told)  # the probability is there all the same
    assert told[0].why_undecided == (
        "No decision: too little is known (1 of the 13 values that the model reads; a decision"
        " needs 4)."
    )
    assert (told[0].why_near, told[3].why_undecided) == (None, None)
    unhidden = dataclasses.replace(
        bundle, settings=dataclasses.replace(bundle.settings, masking=0.0)
    )
    five = [FEW[3], FEW[3] | {"exang": 1}]
    assert [predict_patient(unhidden, one).label is None for one in five] == [True, False]


def test_value_that_the_model_cannot_read_is_not_known_to_it(cleveland, bundle):
    frame = cleveland.features.assign(ca=cleveland.features["ca"].where(cleveland.features.age < 0))
    blind = dataclasses.replace(bundle, preprocessor=clone(bundle.preprocessor).fit(frame))
    told = predict_patient(blind, {"age": 60, "sex": 1, "ca": 2})
    assert (told.known, told.readable, told.label) == (2, 12, None)
    rows = score_cohort(blind, pd.DataFrame([USUAL | dict.fromkeys(list(USUAL)[2:-2])]))
    assert rows["decision"].isna().all()


@pytest.mark.parametrize("features", [["age"], ["age", "sex"], ["age", "sex", "cp"]])
def test_model_with_few_features_decides_when_it_knows_them_all(bundle, cleveland, features):
    small = untrained(
        bundle, cleveland.features, features=[feature(name) for name in features], **FEWER
    )
    patient = {name: USUAL[name] for name in features}
    assert predict_patient(small, patient).label is not None
    assert (
        predict_patient(small, {"age": 60, "trestbps": 130, "ca": 1, "thal": "normal"}).known == 1
    )


def test_answer_is_near_where_members_disagree_about_the_side_also_far_from_it(bundle):
    prediction = predict_patient(bundle, USUAL)._replace(
        probability=0.8, threshold=0.3, label="disease"
    )
    for others, near in ((1, False), (2, True)):
        told = prediction._replace(members=(0.1,) * others + (0.9,) * (12 - others))
        assert (told.why_near is not None) is near
        assert told.positive == 12 - others
    assert "2 of the model's 12 members are on the other side" in told.why_near
    assert prediction._replace(members=(0.2999, 0.3)).positive == 1
    close = prediction._replace(probability=0.349, members=(0.349,))
    assert "less than 5 percentage points" in close.why_near
    assert close._replace(probability=0.351).why_near is None


def test_of_100_is_the_nearest_whole_person(bundle):
    prediction = predict_patient(bundle, USUAL)
    assert [prediction._replace(probability=p).of_100 for p in (0.0, 0.004, 0.376, 0.996, 1.0)] == [
        0,
        0,
        38,
        100,
        100,
    ]


def test_corrected_answer_is_mapped_throughout_and_decided_at_the_same_threshold(bundle):
    told = predict_patient(bundle, USUAL)._replace(
        probability=0.75, low=0.5, high=1.0, threshold=0.375, label="disease", members=(0.5, 1.0)
    )
    assert told.corrected(lambda p: p / 2) == told._replace(
        probability=0.375, low=0.25, high=0.5, members=(0.25, 0.5)
    )
    assert told.corrected(lambda p: p / 4).label == "no disease"
    alone = told._replace(low=None, high=None, known=3, needed=4).corrected(lambda p: p / 2)
    assert (alone.low, alone.high, alone.label) == (None, None, None)
    assert told._replace(known=3, needed=3).corrected(lambda p: p / 2).label == "disease"


def test_single_member_has_no_spread(bundle):
    alone = dataclasses.replace(
        bundle,
        network=bundle.network.__class__(
            bundle.preprocessor.n_numeric, bundle.preprocessor.cardinalities, ONE
        ),
    )
    prediction = predict_patient(alone, USUAL)
    assert (prediction.low, prediction.high) == (None, None)


def test_scores_are_those_of_each_patient(bundle):
    frame = load_shipped("hungary").features.head(25)
    scores = score_cohort(bundle, frame)
    single = [predict_patient(bundle, patient) for patient in patients_of(frame)]
    assert scores["probability"].tolist() == pytest.approx(
        [p.probability for p in single], abs=1e-6
    )
    assert scores["decision"].tolist() == [p.label for p in single]
    assert scores["unknown"].tolist() == [names_of(p, "missing", "unseen") for p in single]
    assert scores["unusual"].tolist() == [names_of(p, "below", "above", "unusual") for p in single]
    assert scores["remark"].tolist() == [NEAR if p.why_near else "" for p in single]
    assert set(scores["remark"]) == {NEAR, ""}


def test_rows_of_whom_too_little_is_known_get_no_decision_as_alone(bundle):
    sure = at_threshold(dataclasses.replace(bundle, recalibration=PLATT), 0.01)
    frame = pd.DataFrame([dict.fromkeys(USUAL) | patient for patient in FEW])
    scores = score_cohort(sure, frame)
    assert scores["decision"].astype(object).where(scores["decision"].notna(), None).tolist() == [
        predict_patient(sure, patient).label for patient in FEW
    ]
    assert scores["remark"].tolist()[:3] == [LITTLE] * 3
    assert scores["probability"].notna().all()


def test_scores_keep_order_and_index(bundle, cleveland):
    turned = cleveland.features.sample(frac=1, random_state=0)
    scores = score_cohort(bundle, turned)
    assert scores.index.equals(turned.index)
    straight = score_cohort(bundle, cleveland.features)["probability"]
    assert scores["probability"].to_numpy() == pytest.approx(
        straight.loc[turned.index].to_numpy(), abs=1e-6
    )


def test_scoring_does_not_touch_the_frame(bundle, cleveland):
    before = cleveland.features.copy()
    score_cohort(bundle, before)
    assert before.equals(cleveland.features)


def test_empty_frame_gives_no_scores(bundle, cleveland):
    assert score_cohort(bundle, cleveland.features.head(0)).shape == (0, 5)


WAYS_IN = {
    "predict_proba": lambda bundle, frame: bundle.predict_proba(frame),
    "predict_members": lambda bundle, frame: bundle.predict_members(frame),
    "score_cohort": score_cohort,
}


@pytest.mark.parametrize("way", WAYS_IN)
@pytest.mark.parametrize(
    ("name", "value"),
    [("age", 9999), ("sex", 7), ("cp", 0), ("thal", 3), ("chol", np.inf), ("slope", 1.5)],
)
def test_every_way_in_refuses_an_impossible_value_with_its_row(bundle, cleveland, way, name, value):
    frame = cleveland.features.astype({name: object})
    frame.loc[7, name] = value
    with pytest.raises(PatientError, match=f"in row 7, column {name}"):
        WAYS_IN[way](bundle, frame)


@pytest.mark.parametrize("way", WAYS_IN)
def test_every_way_in_names_the_columns_that_are_not_there(bundle, cleveland, way):
    with pytest.raises(PatientError, match="none for cp, thal among"):
        WAYS_IN[way](bundle, cleveland.features.drop(columns=["cp", "thal"]))


@pytest.mark.parametrize("way", WAYS_IN)
def test_every_way_in_reads_words_text_and_upper_case(bundle, cleveland, way):
    frame = cleveland.features.head(20)
    words = {4: "Asymptomatic", 3: "3", 2: "atypical angina", 1: 1.0}
    written = frame.assign(cp=frame["cp"].astype(object).map(words)).rename(columns=str.upper)
    expected, answer = WAYS_IN[way](bundle, frame), WAYS_IN[way](bundle, written)
    assert np.array_equal(np.asarray(answer), np.asarray(expected))


def test_warnings_are_in_the_units_of_the_reader(bundle):
    patient = {**EXAMPLE_PATIENT, "chol": 800}
    (usual,) = (w for w in predict_patient(bundle, patient).warnings if w.feature == "chol")
    (other,) = (
        w for w in predict_patient(bundle, patient, units="mmol/l").warnings if w.feature == "chol"
    )
    assert usual[:3] == other[:3]
    low, high = bundle.preprocessor.training_range_[2]
    assert f"800 mg/dl is above everybody in training ({low:g} to {high:g} mg/dl)" in usual.message
    assert "20.69 mmol/l is above everybody in training" in other.message
    assert f"({low / 38.67:.2f} to {high / 38.67:.2f} mmol/l)" in other.message
