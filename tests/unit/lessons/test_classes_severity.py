"""The severity of the Cleveland patients: five grades, out of fold."""

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import (
    mean_absolute_error,
)

from heart.lessons import classes_severity as severity
from heart.lessons.classes import (
    class_figures,
)
from heart.lessons.classes_severity import (
    judge,
    median_grade,
    most_probable,
    predict_severity,
    severity_settings,
)
from heart.schema import TARGET


@pytest.fixture(scope="module")
def graded(cleveland):
    return predict_severity(cleveland, severity_settings(max_epochs=30))


def test_every_patient_gets_five_probabilities_and_keeps_the_grade(cleveland, graded):
    assert graded.y_true.tolist() == cleveland.frame[TARGET].tolist()
    assert np.bincount(graded.y_true).tolist() == [164, 55, 36, 35, 13]
    assert graded.y_score.shape == (303, 5)
    assert graded.y_score.sum(axis=1) == pytest.approx(1)


def test_grades_are_hard_to_tell_although_disease_is_not(graded):
    probable = judge(graded.y_true, most_probable(graded.y_score))
    commonest = judge(graded.y_true, np.zeros(303, dtype=np.int64))
    macro = (
        class_figures(graded.y_true, probable.grade, n_classes=5)
        .set_index("who")
        .loc["macro", "f1"]
    )
    assert commonest.accuracy == pytest.approx(164 / 303)
    assert commonest.accuracy < probable.accuracy < 0.7
    assert macro < 0.45
    assert ((graded.y_score[:, 1:].sum(axis=1) > 0.5) == (graded.y_true > 0)).mean() > 0.75


def test_median_misses_by_fewer_grades(graded):
    probable, median = (
        judge(graded.y_true, choose(graded.y_score)) for choose in (most_probable, median_grade)
    )
    assert median.error <= probable.error < 0.7
    assert probable.error == pytest.approx(mean_absolute_error(graded.y_true, probable.grade))


def test_median_is_where_half_of_the_probability_is_reached():
    y_score = np.array(
        [[0.4, 0.0, 0.0, 0.35, 0.25], [0.5, 0.1, 0.1, 0.1, 0.2], [0.1, 0.1, 0.1, 0.1, 0.6]]
    )
    assert median_grade(y_score).tolist() == [3, 0, 4]
    assert most_probable(y_score).tolist() == [0, 0, 4]


def test_test_fold_is_neither_fitted_nor_learnt(cleveland):
    settings = dataclasses.replace(severity_settings(max_epochs=2), members=1)
    grade = cleveland.frame[TARGET].to_numpy()
    _, test = severity.Folds(severity.FOLDS, 1, 0).split(cleveland.features, grade)[0]
    frame = cleveland.frame.copy()
    spoilt_row = frame.index[test[0]]
    frame.loc[spoilt_row, ["age", "chol"]] = [29.0, 564.0]
    spoilt = dataclasses.replace(cleveland, frame=frame)
    before, after = (predict_severity(cohort, settings).y_score for cohort in (cleveland, spoilt))
    others = test[1:]
    assert np.array_equal(before[others], after[others])
    assert not np.allclose(before[test[0]], after[test[0]])
