"""How sure an answer is, against counts by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from heart.evaluation.threshold_curves import ThresholdCurves
from heart.explain.cases import Answers, Cases
from heart.explain.certainty import (
    find_nearby,
    find_novelty,
    find_places,
    find_zone,
    member_spread,
)
from heart.schema import EXAMPLE_PATIENT, feature
from heart.scoring.patient import predict_patient


def test_the_members_spread_is_the_answers(shipped):
    spread = member_spread(shipped, EXAMPLE_PATIENT)
    prediction = predict_patient(shipped, EXAMPLE_PATIENT)
    assert (spread.low, spread.high) == (prediction.low, prediction.high)
    members = sorted(prediction.members)
    assert spread.n == len(members) == 32
    assert (spread.lowest, spread.highest) == (members[0], members[-1])
    assert spread.middle == pytest.approx((members[15] + members[16]) / 2)
    assert 0 < spread.positive < spread.n


def test_members_at_the_threshold_decide_disease(shipped):
    lowest = member_spread(shipped, EXAMPLE_PATIENT).lowest
    threshold = shipped.threshold._replace(value=lowest)
    assert member_spread(replace(shipped, threshold=threshold), EXAMPLE_PATIENT).positive == 32


def test_a_single_member_has_no_spread(single):
    assert member_spread(single, EXAMPLE_PATIENT) is None
    assert 0 < predict_patient(single, EXAMPLE_PATIENT).probability < 1


def test_the_zone_is_the_threshold_pages(predictions):
    y_true, y_score = predictions.y_true, predictions.mean_score
    zones = ThresholdCurves(predictions).zones(sensitivity=0.95, specificity=0.95)
    low, high = zones.zones[0].high, zones.zones[2].low
    assert find_zone(y_true, y_score, 0.5).zones == zones
    names = [find_zone(y_true, y_score, p).zone.name for p in (low - 1e-9, low, high - 1e-9, high)]
    assert names == ["rule out", "cannot tell", "cannot tell", "rule in"]


def test_where_the_zones_meet_nobody_is_between():
    y_true, y_score = np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.8, 0.9])
    found = find_zone(y_true, y_score, 0.79)
    assert found.zone.name == "rule out"
    assert find_zone(y_true, y_score, 0.81).zone.name == "rule in"


def test_patients_with_this_probability_are_the_nearest_thirty(predictions):
    y_true, y_score = predictions.y_true, predictions.mean_score
    near = find_nearby(y_true, y_score, 0.8)
    order = sorted(range(len(y_true)), key=lambda i: abs(y_score[i] - 0.8))[:30]
    assert near.patients == 30
    assert near.diseased == sum(y_true[i] for i in order)
    assert near.low == min(y_score[i] for i in order) < 0.8 < near.high
    assert near.expected == pytest.approx(sum(y_score[i] for i in order) / 30)
    interval = binomtest(near.diseased, 30).proportion_ci(method="exact")
    assert np.allclose(near.share[1:], interval)


def test_those_as_near_as_the_last_one_count_too():
    y_score = np.array([0.25, 0.5, 0.75, 0.75, 1.0])
    near = find_nearby(np.array([0, 1, 1, 0, 1]), y_score, 0.5, how_many=2)
    assert (near.patients, near.diseased, near.low, near.high) == (4, 2, 0.25, 0.75)
    assert find_nearby(np.array([1]), np.array([0.3]), 0.5).patients == 1


def test_places_are_among_patients_of_the_same_sex(cases, patient_of):
    patient = {**dict.fromkeys(patient_of(0)), "age": 60.0, "sex": 0, "cp": 4}
    age, sex, pain = find_places(cases, patient)
    women = cases.features[cases.features["sex"] == 0]
    lower, same = (women["age"] < 60).sum(), (women["age"] == 60).sum()
    assert (age.patients, age.same) == (97, same)
    assert age.below == pytest.approx((lower + same / 2) / 97)
    assert (sex.patients, sex.same, sex.sex) == (303, 97, None)
    assert (pain.patients, pain.same) == (97, (women["cp"] == 4).sum())
    everybody = find_places(cases, {**patient, "sex": None})[0]
    assert (everybody.patients, everybody.sex) == (303, None)


def test_a_value_beyond_everybody_is_outside(cases, patient_of):
    nobody = dict.fromkeys(patient_of(0))
    oldest = cases.features["age"].max()
    assert not find_places(cases, {**nobody, "age": oldest})[0].outside
    assert find_places(cases, {**nobody, "age": oldest + 1})[0].outside
    assert find_places(cases, {**nobody, "age": 18.0})[0].outside


def test_a_place_is_told_among_few_patients_too():
    """Three men of 50, 60 and 60, a woman of 70, and nobody whose chest pain is known."""
    features = pd.DataFrame(
        {"age": [50.0, 60.0, 60.0, 70.0], "sex": [1, 1, 1, 0], "cp": [None] * 4}
    ).astype({"sex": "Int8", "cp": "Int8"})
    used = (feature("age"), feature("sex"), feature("cp"))
    cases = Cases("few", features, np.zeros(4, int), Answers(np.zeros(4), None), used, of=4)

    def place(**known):
        return [
            (place.patients, place.same, place.below, place.outside)
            for place in find_places(cases, dict.fromkeys(("age", "sex", "cp")) | known)
        ]

    nan = pytest.approx(float("nan"), nan_ok=True)
    assert place(age=60.0, sex=1, cp=4) == [
        (3, 2, pytest.approx(2 / 3), False),
        (4, 3, nan, False),
        (0, 0, nan, False),
    ]
    woman = [place(age=age, sex=0)[0] for age in (69.0, 70.0, 71.0)]
    assert woman == [(1, 0, 0.0, True), (1, 1, 0.5, False), (1, 0, 1.0, True)]
    assert place(age=55.0)[0] == (4, 0, 0.25, False)


def test_the_cohorts_own_patients_are_as_far_as_themselves(cases, patient_of):
    """Left out one by one they are a sample of the cohort: on average half are farther."""
    found = [find_novelty(cases, patient_of(position)) for position in range(0, 303, 8)]
    complete = [each for each in found if each.compared == 303]
    assert len(complete) > 30
    assert 0.4 < np.mean([each.farther / each.compared for each in complete]) < 0.6


def test_own_distance_is_the_mean_to_the_five_nearest_others(cases, patient_of):
    patient = patient_of(11)
    distance = cases.gower.distances(cases.gower.point(patient)).distance
    expected = np.sort(np.delete(distance, 11))[:5].mean()
    found = find_novelty(cases, patient)
    assert found.distance == pytest.approx(expected)
    own = np.sort(cases.gower.among(np.arange(303), cases.gower.point(patient)), axis=1)
    means = own[:, :5].mean(axis=1)
    assert found.compared == 303
    assert found.typical == pytest.approx(np.median(means))
    assert found.farther == (means >= means[11] - 1e-12).sum() >= 1  # the patient's own row


@pytest.mark.parametrize(
    ("ages", "distance", "compared"),
    [
        ([50, 50, 60, 61, 62, 63, 64], 12 / 14, 7),
        ([50, 50, 50, 61, 62, 63, 64], None, 7),  # four others of this patient
        ([60, 61, 62, 63, 64], None, 0),  # four others of each of them
    ],
)
def test_novelty_needs_five_others_of_the_patient_and_of_the_cohorts(ages, distance, compared):
    features = pd.DataFrame({"age": np.array(ages, dtype=float)})
    answers = Answers(np.zeros(len(ages)), None)
    y_true = np.zeros(len(ages), dtype=int)
    cases = Cases("few", features, y_true, answers, (feature("age"),), of=len(ages))
    found = find_novelty(cases, {"age": 50.0})
    assert found.distance == (None if distance is None else pytest.approx(distance))
    assert found.compared == compared


def test_a_patient_unlike_all_is_farther_than_all(cases):
    strange = {**EXAMPLE_PATIENT, "age": 110.0, "trestbps": 300.0, "chol": 1000.0, "oldpeak": 10.0}
    assert find_novelty(cases, strange).farther == 0
