"""Cross-validation: no fold sees its own test rows."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from heart.config import Settings
from heart.data import load_shipped
from heart.errors import SplitError
from heart.experiments import cross_validation as validation
from heart.experiments.baselines import OTHERS
from heart.experiments.cross_validation import Folds, cross_validate

pytestmark = pytest.mark.usefixtures("quick_tuning")

CONSTANT = "class share alone"
NETWORK = Settings(
    members=2, hidden=(8,), max_epochs=6, patience=2, dropout=0.0, masking=0.0, device="cpu"
)
NOISY = dataclasses.replace(NETWORK, dropout=0.2, masking=0.4)


def with_frame(cohort, frame):
    return dataclasses.replace(cohort, frame=frame)


@pytest.fixture(scope="module")
def few(cleveland):
    """120 of Cleveland's patients."""
    return with_frame(cleveland, cleveland.frame.iloc[:120])


# the folds


@pytest.mark.parametrize("name", ["cleveland", "va_long_beach"])
@pytest.mark.parametrize("folds", [Folds(3, 2), Folds(10, 2, 7)], ids=str)
def test_every_patient_is_tested_once_in_each_repeat(name, folds):
    cohort = load_shipped(name)
    splits = folds.split(cohort.features, cohort.y_true)
    assert len(splits) == folds.n_splits * folds.n_repeats
    for train, test in splits:
        assert sorted([*train, *test]) == list(range(cohort.n))
    for repeat in range(folds.n_repeats):
        tested = np.concatenate(
            [test for _, test in splits[repeat * folds.n_splits : (repeat + 1) * folds.n_splits]]
        )
        assert sorted(tested) == list(range(cohort.n))


@pytest.mark.parametrize("n_splits", [3, 10])
def test_every_fold_has_the_cohorts_class_share_within_one_patient(cleveland, n_splits):
    for _, test in Folds(n_splits, 3).split(cleveland.features, cleveland.y_true):
        assert abs(cleveland.y_true[test].sum() - 139 / n_splits) < 1.01
        assert abs(len(test) - 303 / n_splits) < 1.01


@pytest.mark.parametrize("flip", [False, True], ids=["same outcome", "other outcome"])
def test_identical_patients_are_on_one_side(hungary, flip):
    twins = (
        hungary.frame.assign(num=(hungary.frame["num"] == 0).astype("int64"))
        if flip
        else hungary.frame
    )
    doubled = with_frame(hungary, pd.concat([hungary.frame, twins], ignore_index=True))
    for _, test in Folds(5, 2).split(doubled.features, doubled.y_true):
        assert {(row + 294) % 588 for row in test} == set(test)


def test_repeats_differ_and_seeds_decide(cleveland):
    tests = [
        [test.tolist() for _, test in Folds(5, 2, seed).split(cleveland.features, cleveland.y_true)]
        for seed in (1, 1, 2)
    ]
    assert tests[0] == tests[1] != tests[2]
    assert tests[0][:5] != tests[0][5:]


@pytest.mark.parametrize("n_splits", [9, 10])
def test_fewer_patients_of_a_class_than_folds_are_refused(n_splits):
    cohort = load_shipped("switzerland")  # 8 of 123 are healthy
    assert len(Folds(8, 1).split(cohort.features, cohort.y_true)) == 8
    with pytest.raises(
        SplitError, match=f"at least {n_splits} different patients .* but found 8 in one class"
    ):
        Folds(n_splits, 1).split(cohort.features, cohort.y_true)


def test_copies_of_a_patient_do_not_make_a_class(cleveland):
    frame = pd.concat(
        [
            cleveland.frame[cleveland.frame["num"] == 0],
            cleveland.frame[cleveland.frame["num"] > 0].iloc[[0] * 50],
        ]
    )
    doubled = with_frame(cleveland, frame)
    with pytest.raises(SplitError, match="1 in one class"):
        Folds(2, 1).split(doubled.features, doubled.y_true)


@pytest.mark.parametrize(
    ("name", "n_splits"), [("cleveland", 10), ("hungary", 10), ("switzerland", 5)]
)
def test_folds_are_as_many_as_the_smaller_class_allows(name, n_splits):
    cohort = load_shipped(name)
    folds = Folds.fitting(cohort.features, cohort.y_true, 2)
    assert folds == (n_splits, 2, 0)
    assert len(folds.split(cohort.features, cohort.y_true)) == 2 * n_splits


# what a fold sees


def spoil(cohort, rows):
    """The cohort with other numbers, other codes and disease in these rows."""
    frame = cohort.frame.copy()
    wild = frame.iloc[rows].assign(
        age=18.0, chol=990.0, trestbps=60.0, oldpeak=9.0, sex=1, cp=4, thal="reversible", num=3
    )
    frame.iloc[rows] = wild.astype(frame.dtypes.to_dict())
    return with_frame(cohort, frame)


@pytest.mark.parametrize(
    "model",
    [NETWORK, NOISY, *OTHERS],
    ids=lambda model: model if isinstance(model, str) else f"network, {model.dropout}",
)
def test_no_fold_sees_its_own_test_rows(few, monkeypatch, model):
    folds = Folds(2, 1)
    splits = folds.split(few.features, few.y_true)
    # spoilt labels would be cut otherwise
    monkeypatch.setattr(Folds, "split", lambda self, features, y_true: splits)  # noqa: ARG005
    own, other = splits[0][1], splits[1][1]
    spoilt_rows, clean_rows = own[:30], own[30:]
    before = cross_validate(few, model, folds=folds).y_score[0]
    after = cross_validate(spoil(few, spoilt_rows), model, folds=folds).y_score[0]
    assert len(clean_rows) > 25
    assert after[clean_rows] == pytest.approx(before[clean_rows], abs=1e-6)
    # the rows were spoilt indeed: the other fold, which learns from them, says something else
    assert np.abs(after[other] - before[other]).max() > 0.001


@pytest.mark.parametrize("model", [NETWORK, "logistic regression"], ids=["network", "regression"])
def test_prediction_is_that_of_a_model_fitted_on_the_other_folds(few, model):
    found = cross_validate(few, model, folds=Folds(3, 2, 5))
    for place, (train, test) in enumerate(Folds(3, 2, 5).split(few.features, few.y_true)):
        rows, y_true = few.features.iloc[train], few.y_true[train]
        estimator = (
            OTHERS[model](rows, y_true, 5 + place)
            if isinstance(model, str)
            else validation.HeartClassifier.from_settings(model)
        )
        expected = estimator.fit(rows, y_true).predict_proba(few.features.iloc[test])[:, 1]
        repeat, fold = divmod(place, 3)
        assert found.y_score[repeat, test] == pytest.approx(expected, abs=1e-5)
        assert (found.fold[repeat, test] == fold).all()
    assert np.array_equal(found.y_true, few.y_true)
    assert found.mean_score == pytest.approx((found.y_score[0] + found.y_score[1]) / 2)
    assert found.seconds > 0


def test_recipes_have_names(few, monkeypatch):
    asked = []
    monkeypatch.setattr(validation, "get_recipe", lambda name: asked.append(name) or NETWORK)
    assert cross_validate(few, "default", folds=Folds(2, 1)).y_score.shape == (1, 120)
    assert asked == ["default"]


# progress


def test_progress_is_told_fold_by_fold(few):
    shares = []
    cross_validate(few, CONSTANT, folds=Folds(4, 2), on_share=shares.append)
    assert shares == [place / 8 for place in range(1, 9)]


def test_progress_of_the_network_ends_with_all(few):
    shares = []
    cross_validate(few, NETWORK, folds=Folds(3, 1), on_share=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_what_the_progress_raises_ends_the_work(few, monkeypatch):
    made = []
    monkeypatch.setattr(
        validation,
        "OTHERS",
        {CONSTANT: lambda *of: made.append(of[2]) or OTHERS[CONSTANT](*of)},
    )

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cross_validate(few, CONSTANT, folds=Folds(5, 2), on_share=stop)
    assert made == [0]
    with pytest.raises(KeyboardInterrupt):
        cross_validate(few, NETWORK, folds=Folds(3, 1), on_share=stop)
