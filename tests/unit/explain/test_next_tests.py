"""What to measure next, against a plain computation one patient at a time."""

import math
from copy import copy
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from heart.evaluation.fees import FEES, parse_fee
from heart.explain.cases import Answers, Cases
from heart.explain.next_tests import can_hide, find_next_tests, possible_results
from heart.schema import EXAMPLE_PATIENT, feature
from heart.scoring.patient import predict_patient


@pytest.fixture
def unmeasured():
    """The example patient before the exercise test, the scan and fluoroscopy."""
    hidden = ("thalach", "exang", "oldpeak", "slope", "thal", "ca")
    return {**EXAMPLE_PATIENT, **dict.fromkeys(hidden)}


def by_name(found):
    return {test.name: test for test in found.tests}


def test_results_are_those_of_the_most_alike_one_patient_at_a_time(shipped, cases, unmeasured):
    tests = by_name(find_next_tests(shipped, unmeasured, cases))
    assert set(tests) == {"exercise", "thallium", "fluoroscopy"}
    exercise = tests["exercise"]
    distance = cases.gower.distances(cases.gower.point(unmeasured)).distance
    names = ["thalach", "exang", "oldpeak", "slope"]
    known = cases.features[names].notna().all(axis=1).to_numpy()
    ranked = sorted(np.flatnonzero(known), key=lambda i: (distance[i], cases.features.index[i]))
    answers = [
        predict_patient(shipped, {**unmeasured, **cases.features[names].iloc[i].to_dict()})
        for i in ranked[:50]
    ]
    now = predict_patient(shipped, unmeasured).is_positive
    assert exercise.drawn == 50
    assert exercise.changed == sum(answer.is_positive != now for answer in answers)
    expected = np.quantile([answer.probability for answer in answers], [0.1, 0.5, 0.9])
    assert [exercise.low, exercise.middle, exercise.high] == pytest.approx(expected, abs=1e-6)
    assert exercise.per_100 == pytest.approx(100 * exercise.changed / 50 / 192.20)


def test_the_widest_range_is_over_every_possible_result(shipped, unmeasured):
    scan = by_name(find_next_tests(shipped, unmeasured, None))["thallium"]
    answers = [
        predict_patient(shipped, {**unmeasured, "thal": code}).probability
        for code, _ in feature("thal").codes
    ]
    assert (scan.lowest, scan.highest) == pytest.approx((min(answers), max(answers)), abs=1e-6)
    assert len(possible_results(shipped, ("chol", "fbs"))) == 9 * 2


def test_possible_results_stay_within_training(shipped):
    rows = possible_results(shipped, ("thalach", "slope"))
    place = [f.name for f in shipped.preprocessor.numbers].index("thalach")
    low, high = shipped.preprocessor.training_range_[place]
    assert (rows["thalach"].min(), rows["thalach"].max()) == (low, high)
    assert list(product(sorted(set(rows["thalach"])), [1, 2, 3])) == list(
        rows.itertuples(index=False, name=None)
    )


def test_without_a_cohort_there_is_a_range_and_no_chance(shipped, unmeasured):
    for test in find_next_tests(shipped, unmeasured, None).tests:
        assert (test.drawn, test.changed, test.chance.value) == (0, 0, None)
        assert math.isnan(test.per_100)
        assert math.isnan(test.middle)
        assert test.lowest < test.highest


def test_the_best_for_the_money_comes_first(shipped, cases, unmeasured):
    found = find_next_tests(shipped, unmeasured, cases).tests
    assert [t.per_100 for t in found] == sorted((t.per_100 for t in found), reverse=True)
    dear = find_next_tests(
        shipped, unmeasured, cases, fees=parse_fee(FEES, f"{found[0].measured[0]}=99999/99999")
    )
    assert dear.tests[-1].name == found[0].name


def test_what_costs_nothing_and_may_help_comes_before_all(shipped, cases, unmeasured):
    free = find_next_tests(shipped, unmeasured, cases, fees=parse_fee(FEES, "ca=0"))
    assert (free.tests[0].name, free.tests[0].per_100) == ("fluoroscopy", math.inf)


def test_a_group_that_is_ordered_already_makes_the_next_one_cheaper(shipped, cases, unmeasured):
    assert by_name(find_next_tests(shipped, unmeasured, cases))["thallium"].cost == 102.90
    after = {**unmeasured, "thalach": 150.0}
    tests = by_name(find_next_tests(shipped, after, cases))
    assert tests["thallium"].cost == 1.00
    assert tests["exercise"].measured == ("exang", "oldpeak", "slope")


def test_everything_known_leaves_nothing_to_measure(shipped, cases):
    assert find_next_tests(shipped, dict(EXAMPLE_PATIENT), cases) == ((), ())


def test_a_feature_that_the_model_never_saw_is_not_recommended(shipped, cases, unmeasured):
    blind = replace(shipped, preprocessor=_without_training(shipped.preprocessor, "thalach"))
    found = find_next_tests(blind, unmeasured, cases)
    assert found.unread == ("thalach",)
    assert by_name(found)["exercise"].measured == ("exang", "oldpeak", "slope")


def _without_training(preprocessor, name):
    """The same preprocessor as after a training in which nobody had this number."""
    changed = copy(preprocessor)
    place = [f.name for f in preprocessor.numbers].index(name)
    changed.training_range_ = preprocessor.training_range_.copy()
    changed.training_range_[place] = np.nan
    return changed


def test_few_results_tell_no_chance(shipped, cases, unmeasured):
    features = cases.features.copy()
    features.loc[features.index[9:], "ca"] = None
    few = Cases(
        cases.cohort,
        features,
        cases.y_true,
        Answers(cases.y_score, cases.source),
        cases.used,
        of=cases.of,
    )
    test = by_name(find_next_tests(shipped, unmeasured, few))["fluoroscopy"]
    assert test.drawn == 9
    assert test.chance.value is None


def test_only_a_model_that_was_trained_for_unknowns_can_be_asked(shipped):
    assert can_hide(shipped)
    assert not can_hide(replace(shipped, settings=replace(shipped.settings, masking=0.0)))
