"""Who is alike, and what is said of those patients."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import binomtest

from heart.evaluation.recalibration import Recalibration
from heart.experiments.run import split_of
from heart.explain.cases import LEARNT, OUT_OF_FOLD, UNSEEN, gather_cases, recalibrate_unseen
from heart.explain.neighbours import find_neighbours, nearest


def test_equally_near_ones_come_in_the_order_of_the_cohort():
    distance = np.array([0.2, 0.1, 0.2, np.inf, 0.2])
    assert nearest(distance, np.array([9, 4, 3, 1, 8]), 3).tolist() == [1, 2, 4]
    assert nearest(distance, np.arange(5), 9).tolist() == [1, 0, 2, 4]


def test_the_nearest_are_counted_with_an_exact_interval(cases, patient_of):
    patient = patient_of(5) | {"age": 61.5}
    found = find_neighbours(cases, patient)
    assert len(found.rows) == 20
    assert not len(found.itself)
    assert (np.diff(found.distance) >= 0).all()
    rest = np.delete(cases.gower.distances(cases.gower.point(patient)).distance, found.rows)
    assert found.distance[-1] <= rest.min()
    assert found.diseased == cases.y_true[found.rows].sum()
    interval = binomtest(found.diseased, 20).proportion_ci(method="exact")
    assert np.allclose([found.share.low, found.share.high], interval)


def test_who_has_too_little_in_common_is_counted(cases, patient_of):
    only_ca = {**dict.fromkeys(patient_of(0)), "ca": 2}
    found = find_neighbours(cases, only_ca)
    assert found.left_out == cases.features["ca"].isna().sum() == 4
    assert set(found.shared) == {1}


def test_a_patient_of_the_cohort_is_noticed_and_left_out(cases, patient_of):
    for position in (0, 100, 302):
        found = find_neighbours(cases, patient_of(position))
        assert position in found.itself
        assert position not in found.rows
        assert len(found.rows) == 20


def test_only_patients_whom_the_model_did_not_see_get_its_own_answer(cases, shipped, predictions):
    split = split_of(shipped)
    train_row, test_row = split.train.features.index[3], split.test.features.index[3]
    own = shipped.predict_proba(cases.features)
    for row, source, expected in (
        (train_row, OUT_OF_FOLD, predictions.y_score[:, 3].mean()),
        (test_row, UNSEEN, own[cases.features.index.get_loc(test_row)]),
    ):
        position = cases.features.index.get_loc(row)
        assert cases.source[position] == source
        assert cases.y_score[position] == expected
    unjudged = gather_cases(shipped, split, None)
    assert sorted(set(unjudged.source)) == sorted({LEARNT, UNSEEN})
    assert np.array_equal(unjudged.y_score, own)


def test_unseen_patients_are_on_the_scale_of_the_models_answers(shipped, predictions):
    timid = replace(shipped, recalibration=Recalibration("temperature", slope=0.5, patients=242))
    unseen = recalibrate_unseen(timid, predictions)
    assert unseen.y_true is predictions.y_true
    expected = expit(logit(predictions.y_score.astype(float)) / 2).mean(axis=0)
    assert unseen.y_score == pytest.approx(expected, abs=1e-6)
    cases = gather_cases(timid, split_of(timid), predictions)
    assert cases.y_score[: len(expected)] == pytest.approx(expected, abs=1e-6)


def test_every_patient_of_the_cohort_is_there_once_with_the_outcome(cases, cleveland):
    assert sorted(cases.features.index) == list(cleveland.frame.index)
    outcome = dict(zip(cleveland.frame.index, cleveland.y_true, strict=True))
    assert [outcome[row] for row in cases.features.index] == cases.y_true.tolist()


def test_of_a_large_cohort_always_the_same_patients_are_taken(shipped, predictions, cases):
    few = gather_cases(shipped, split_of(shipped), predictions, max_cases=50)
    again = gather_cases(shipped, split_of(shipped), predictions, max_cases=50)
    assert (few.n, few.of) == (50, 303)
    assert few.features.index.is_unique
    assert few.features.equals(again.features)
    places = cases.features.index.get_indexer(few.features.index)
    assert np.array_equal(few.y_score, cases.y_score[places])
    assert np.array_equal(few.source, cases.source[places])
