"""The scikit-learn estimator."""

from itertools import count

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    cross_val_predict,
    cross_validate,
    train_test_split,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator

from heart.config import RECIPES, Settings
from heart.data import load_shipped
from heart.errors import SettingsError, TrainingError
from heart.model.classifier import HeartClassifier
from heart.model.training import train
from tests.support.bundles import weights_of

QUICK = {"members": 2, "hidden": (8,), "max_epochs": 5, "device": "cpu"}


@pytest.fixture(scope="module")
def fitted(data):
    return HeartClassifier(**QUICK).fit(*data)


def raise_at(epoch):
    def hook(record):
        if record.epoch == epoch:
            raise ZeroDivisionError

    return hook


def test_scikit_learns_battery_passes():
    # on_skip: one check wants SCIPY_ARRAY_API in the environment
    results = check_estimator(
        HeartClassifier(max_epochs=30, members=2, hidden=(64,)), on_fail="raise", on_skip=None
    )
    assert sum(result["status"] == "passed" for result in results) > 50


def test_parameters_are_stored_as_given_and_survive_clone():
    classifier = HeartClassifier("lesson", hidden=(4,), dropout=0.1, random_state=5)
    assert clone(classifier).get_params() == classifier.get_params()
    assert classifier.get_params()["hidden"] == (4,)
    assert classifier.get_params()["lr"] is None


def test_every_setting_is_a_parameter():
    settings = set(Settings().as_dict())
    assert set(HeartClassifier().get_params()) == settings | {"validation_fraction"}


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_is_not_given_is_the_recipes(recipe):
    assert HeartClassifier(recipe).settings() == RECIPES[recipe]


def test_settings_make_an_estimator_with_these_settings():
    settings = Settings(hidden=(3, 2), lr=0.02, categories="codes", random_state=9)
    classifier = HeartClassifier.from_settings(settings, validation_fraction=0.3)
    assert (classifier.settings(), classifier.validation_fraction) == (settings, 0.3)


def test_wrong_setting_is_refused_at_fit_not_before(data):
    classifier = HeartClassifier(dropout=2.0)
    with pytest.raises(SettingsError, match="dropout"):
        classifier.fit(*data)


def test_probabilities_are_probabilities(data, fitted):
    proba = fitted.predict_proba(data[0])
    assert proba.shape == (303, 2)
    assert proba.dtype == np.float64
    assert proba.sum(axis=1) == pytest.approx(np.ones(303))
    assert ((proba > 0) & (proba < 1)).all()


def test_probability_is_the_mean_of_the_members(data, fitted):
    members = fitted.predict_members(data[0])
    assert members.shape == (2, 303)
    assert not np.allclose(members[0], members[1])
    assert np.array_equal(fitted.predict_proba(data[0])[:, 1], members.mean(axis=0))


def test_prediction_is_the_more_probable_class(data, fitted):
    assert np.array_equal(fitted.predict(data[0]), fitted.predict_proba(data[0])[:, 1] > 0.5)


def test_model_learns(data):
    X, X_test, y, y_test = train_test_split(*data, test_size=0.3, stratify=data[1], random_state=0)
    assert (
        HeartClassifier(members=4, max_epochs=40, device="cpu").fit(X, y).score(X_test, y_test)
        > 0.75
    )


def test_lesson_learns(cleveland):
    known, scores = cleveland.complete(), []
    for seed in range(10):
        X, X_test, y, y_test = train_test_split(
            known.features, known.y_true, test_size=0.2, random_state=seed
        )
        scores.append(
            HeartClassifier("lesson", random_state=seed, device="cpu")
            .fit(X, y)
            .score(X_test, y_test)
        )
    assert np.mean(scores) > 0.75  # the majority alone is 0.54


def test_predicting_twice_gives_the_same_also_in_training_mode(data):
    classifier = HeartClassifier(**QUICK, dropout=0.9).fit(*data)
    first, again = classifier.predict_proba(data[0]), classifier.predict_proba(data[0])
    classifier.network_.train()
    assert np.array_equal(first, again)
    assert np.array_equal(first, classifier.predict_proba(data[0]))


def test_two_fits_are_equal_to_the_bit(data):
    one, two = (HeartClassifier(**QUICK).fit(*data) for _ in range(2))
    assert one.history_ == two.history_
    assert np.array_equal(weights_of(one.network_), weights_of(two.network_))


def test_another_seed_gives_another_model(data, fitted):
    assert HeartClassifier(**QUICK, random_state=1).fit(*data).history_ != fitted.history_


def test_fit_leaves_the_global_random_states_alone(data):
    torch_before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    HeartClassifier(**QUICK, random_state=None).fit(*data)
    assert torch.equal(torch.get_rng_state(), torch_before)
    # the global state is the point
    assert np.array_equal(np.random.get_state()[1], numpy_before)  # noqa: NPY002


def test_random_state_object_and_none_are_seeds():
    same = [HeartClassifier(random_state=np.random.RandomState(3)).settings() for _ in range(2)]
    assert same[0] == same[1]
    assert (
        HeartClassifier(random_state=None).settings()
        != HeartClassifier(random_state=None).settings()
    )


def test_rows_held_out_are_not_learnt_from(data):
    X, y = data
    X = X.assign(thal=X["thal"].mask(X["thal"] == "fixed"))  # which only spoilt rows have
    classifier = HeartClassifier(**{**QUICK, "max_epochs": 1})
    _, held = classifier._hold_out(X, y, classifier.settings())
    spoilt = X.copy()
    spoilt.iloc[held, [X.columns.get_loc(c) for c in ("age", "chol", "thalach")]] = [
        110.0,
        1000.0,
        250.0,
    ]
    spoilt.iloc[held, X.columns.get_loc("thal")] = "fixed"
    clean, other = (clone(classifier).fit(frame, y) for frame in (X, spoilt))
    assert np.array_equal(clean.preprocessor_.scaler_.mean_, other.preprocessor_.scaler_.mean_)
    assert np.array_equal(clean.preprocessor_.median_, other.preprocessor_.median_)
    assert (
        clean.preprocessor_.encoders_["thal"].classes_.tolist()
        == other.preprocessor_.encoders_["thal"].classes_.tolist()
    )
    assert np.array_equal(weights_of(clean.network_), weights_of(other.network_))
    assert clean.history_[0].valid_loss != other.history_[0].valid_loss


def test_held_out_rows_are_a_stratified_share(data):
    classifier = HeartClassifier(validation_fraction=0.2)
    kept, held = classifier._hold_out(*data, classifier.settings())
    assert sorted([*kept, *held]) == list(range(303))
    assert len(held) == 60
    assert abs(data[1][held].sum() - 60 * 139 / 303) < 1


@pytest.mark.parametrize("changes", [{"patience": 0}, {"validation_fraction": 0}])
def test_nothing_is_held_out_without_need(data, changes):
    assert HeartClassifier(**QUICK, **changes).fit(*data).history_[0].valid_loss is None


def test_valid_part_that_is_given_is_the_one_that_stops(data):
    X, X_valid, y, y_valid = train_test_split(*data, random_state=0)
    classifier = HeartClassifier(
        **(QUICK | {"members": 1, "max_epochs": 60, "lr": 0.1, "patience": 5})
    ).fit(X, y, valid=(X_valid, y_valid))
    p = classifier.predict_proba(X_valid)[np.arange(len(y_valid)), y_valid]
    assert -np.log(p).mean() == pytest.approx(
        min(r.valid_loss for r in classifier.history_), abs=1e-5
    )
    assert np.array_equal(
        classifier.preprocessor_.median_[:3], X[["age", "trestbps", "chol"]].median()
    )


def test_labels_may_be_words(data):
    X, y = data
    words = np.array(["healthy", "ill"])[y]
    named, numbered = HeartClassifier(**QUICK).fit(X, words), HeartClassifier(**QUICK).fit(X, y)
    assert named.classes_.tolist() == ["healthy", "ill"]
    assert np.array_equal(named.predict(X), named.classes_[numbered.predict(X)])
    assert np.array_equal(named.predict_proba(X), numbered.predict_proba(X))


def test_lesson_leaves_out_patients_with_gaps(data):
    whole = HeartClassifier("lesson", max_epochs=2, device="cpu").fit(*data)
    known = data[0].notna().all(axis=1).to_numpy()
    complete = HeartClassifier("lesson", max_epochs=2, device="cpu").fit(
        data[0][known], data[1][known]
    )
    assert known.sum() == 297
    assert np.array_equal(weights_of(whole.network_), weights_of(complete.network_))


def test_history_has_a_record_an_epoch(data):
    classifier = HeartClassifier(**QUICK).fit(*data)
    assert [r.epoch for r in classifier.history_] == [1, 2, 3, 4, 5]
    assert classifier.n_iter_ == 5
    assert len(classifier.best_epoch_) == 2


def test_callback_sees_each_epoch_once(data):
    seen = []
    classifier = HeartClassifier(**QUICK).fit(*data, on_epoch_end=seen.append)
    assert tuple(seen) == classifier.history_


def test_exception_in_the_callback_leaves_no_model(data):
    classifier = HeartClassifier(**QUICK)
    with pytest.raises(ZeroDivisionError):
        classifier.fit(*data, on_epoch_end=raise_at(2))
    assert not hasattr(classifier, "network_")
    with pytest.raises(NotFittedError):
        classifier.predict(data[0])


def test_exception_in_the_callback_keeps_the_model_from_before(data):
    classifier = HeartClassifier(**QUICK).fit(*data)
    before, state = classifier.predict_proba(data[0]), dict(vars(classifier))
    with pytest.raises(ZeroDivisionError):
        classifier.fit(data[0].assign(age=50.0), 1 - data[1], on_epoch_end=raise_at(3))
    assert np.array_equal(classifier.predict_proba(data[0]), before)
    assert {
        name: classifier.__dict__[name] is value
        for name, value in state.items()
        if name in ("network_", "history_", "classes_")
    } == {
        "network_": True,
        "history_": True,
        "classes_": True,
    }


def test_time_limit_ends_the_fit(monkeypatch, data):
    monkeypatch.setitem(train.__kwdefaults__, "clock", count(0, 10).__next__)
    with pytest.raises(TrainingError, match="within 25 s"):
        HeartClassifier(**QUICK, time_limit=25.0).fit(*data)


def test_cuda_where_there_is_none_is_refused(monkeypatch, data):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SettingsError, match="CUDA"):
        HeartClassifier(**(QUICK | {"device": "cuda"})).fit(*data)


def test_frames_go_through_cross_validation(data):
    scores = cross_validate(
        HeartClassifier(**QUICK),
        *data,
        cv=3,
        scoring=["roc_auc", "neg_log_loss"],
        error_score="raise",
    )
    assert (scores["test_roc_auc"] > 0.7).all()
    assert cross_val_predict(
        HeartClassifier(**QUICK), *data, cv=3, method="predict_proba"
    ).shape == (303, 2)


def test_pipeline_and_search_work(data):
    pipeline = make_pipeline(FunctionTransformer(), HeartClassifier(**QUICK))
    search = GridSearchCV(
        pipeline,
        {"heartclassifier__lr": [1e-4, 1e-2]},
        cv=2,
        scoring="neg_log_loss",
        error_score="raise",
    ).fit(*data)
    assert search.best_params_ == {"heartclassifier__lr": 1e-2}


def test_threshold_wraps_the_model(data, fitted):
    wrapped = FixedThresholdClassifier(
        fitted, threshold=1 / 3, response_method="predict_proba"
    ).fit(*data)
    assert np.array_equal(
        wrapped.predict(data[0]), wrapped.estimator_.predict_proba(data[0])[:, 1] >= 1 / 3
    )


def test_some_of_the_columns_will_do(data):
    X = data[0][["age", "sex", "cp"]]
    assert HeartClassifier(**QUICK, embedding_dim=4).fit(X, data[1]).network_.hidden[
        0
    ].weight.shape == (2, 2 + 2 * 4, 8)


def test_plain_numbers_are_scaled_and_may_be_missing():
    rng = np.random.default_rng(0)
    X = rng.normal(100, 20, size=(120, 3))
    y = (X[:, 0] > 100).astype(int)
    X[rng.random(X.shape) < 0.1] = np.nan
    classifier = HeartClassifier(members=2, max_epochs=60, lr=0.02, device="cpu").fit(X, y)
    assert classifier.score(X, y) > 0.85
    assert classifier.preprocessor_.scaler_.mean_ == pytest.approx([100, 100, 100], abs=8)


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (np.zeros(303), "one class"),
        (np.arange(303) % 3, "3 classes"),
        (np.linspace(0, 1, 303), "Unknown label type"),
    ],
)
def test_outcomes_of_another_kind_are_refused(data, y, words):
    with pytest.raises(ValueError, match=words):
        HeartClassifier(**QUICK).fit(data[0], y)


def test_infinite_number_is_refused():
    X = np.ones((20, 2))
    X[0, 0] = np.inf
    with pytest.raises(ValueError, match="infinity"):
        HeartClassifier(**QUICK).fit(X, np.arange(20) % 2)


def test_columns_unlike_those_of_fit_are_refused(data, fitted):
    with pytest.raises(ValueError, match="feature names should match"):
        fitted.predict(data[0].drop(columns="ca"))


def test_fit_does_not_touch_the_frame(data):
    before = data[0].copy()
    HeartClassifier(**QUICK).fit(*data).predict(data[0])
    pd.testing.assert_frame_equal(data[0], before)


def test_failed_fit_leaves_the_estimator_as_it_was(cleveland):
    fresh, fitted = (
        HeartClassifier(**QUICK),
        HeartClassifier(**QUICK).fit(cleveland.features, cleveland.y_true),
    )
    before = fitted.predict_proba(cleveland.features)

    def stop(record):
        raise KeyboardInterrupt(record.epoch)

    for estimator in (fresh, fitted):
        with pytest.raises(KeyboardInterrupt):
            estimator.fit(cleveland.features[["age", "sex"]], cleveland.y_true, on_epoch_end=stop)
    assert [name for name in vars(fresh) if name.endswith("_")] == []
    np.testing.assert_array_equal(fitted.predict_proba(cleveland.features), before)


def test_categories_alone_are_enough(cleveland):
    frame = cleveland.features[["sex", "cp", "thal"]]
    assert HeartClassifier(**QUICK).fit(frame, cleveland.y_true).predict_proba(frame).shape == (
        303,
        2,
    )


def test_lesson_refuses_a_cohort_without_complete_rows():
    cohort = load_shipped("switzerland")
    with pytest.raises(TrainingError, match="without a missing value"):
        HeartClassifier("lesson").fit(cohort.features, cohort.y_true)


def test_empty_column_beside_the_features_drops_no_row(cleveland):
    frame = cleveland.features.assign(note=np.nan)
    with pytest.warns(UserWarning, match="leaves out note"):
        fitted = HeartClassifier("lesson", max_epochs=1).fit(frame, cleveland.y_true)
    assert fitted.preprocessor_.training_range_[0].tolist() == [29, 77]


def test_labels_of_the_valid_part_are_checked(cleveland):
    with pytest.raises(ValueError, match="must be among"):
        HeartClassifier(**QUICK).fit(
            cleveland.features, cleveland.y_true, valid=(cleveland.features, cleveland.y_true + 5)
        )


def test_settings_take_numpy_numbers():
    settings = HeartClassifier(
        lr=np.float64(0.01), members=np.int64(3), hidden=[np.int64(8)]
    ).settings()
    assert (settings.lr, settings.members, settings.hidden) == (0.01, 3, (8,))


@pytest.mark.parametrize(("n", "are_held"), [(9, False), (10, True)])
def test_two_patients_at_least_are_held_out_or_none(data, n, are_held):
    features, y_true = data[0], np.asarray(data[1])
    healthy, diseased = (np.flatnonzero(y_true == outcome) for outcome in (0, 1))
    rows = np.concatenate([healthy[:5], diseased[: n - 5]])
    prepared = HeartClassifier(validation_fraction=0.2).prepare(features.iloc[rows], y_true[rows])
    assert (prepared.valid is not None) == are_held
