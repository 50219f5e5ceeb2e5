"""One run from a cohort to a bundle: leakage, repeatability, the right figures for each part."""

import dataclasses
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from heart.bundle import load_bundle, serialise_bundle
from heart.bundle.bundle import current_versions
from heart.bundle.reader import read_plain
from heart.config import Settings, get_recipe
from heart.data import split_cohort
from heart.errors import BundleError, SettingsError, SplitError
from heart.evaluation.judged import metrics_at, score_part
from heart.evaluation.thresholds import ThresholdChoice, select_threshold
from heart.experiments.run import judge, run_experiment, split_for
from tests.support.bundles import NOON, weights_of


@pytest.fixture(scope="module")
def narrow(cleveland):
    """Cleveland without two codes, which only spoilt rows have."""
    frame = cleveland.frame
    frame = frame.assign(
        thal=frame["thal"].mask(frame["thal"] == "fixed"), cp=frame["cp"].mask(frame["cp"] == 1)
    )
    return dataclasses.replace(cleveland, frame=frame)


@pytest.fixture(scope="module")
def of_narrow(narrow, small):
    return run_experiment(narrow, small, name="small", created_at=NOON)


def spoil(cohort, rows):
    """The cohort with nonsense in the given rows, which stay different from each other."""
    frame = cohort.frame.copy()
    frame.loc[rows, ["trestbps", "chol", "thalach", "oldpeak", "slope"]] = [
        300.0,
        1000.0,
        250.0,
        10.0,
        np.nan,
    ]
    frame.loc[rows, "age"] = np.linspace(18, 110, len(rows))
    frame.loc[rows, "thal"] = "fixed"
    frame.loc[rows, "cp"] = 1
    return dataclasses.replace(cohort, frame=frame)


def fitted_state(bundle):
    preprocessor = bundle.preprocessor
    numbers = [
        preprocessor.scaler_.mean_,
        preprocessor.scaler_.scale_,
        preprocessor.median_,
        *preprocessor.training_range_,
    ]
    return np.concatenate(numbers).tolist(), {
        name: e.classes_.tolist() for name, e in preprocessor.encoders_.items()
    }


def test_spoilt_test_rows_change_nothing_that_was_learnt(narrow, small, of_narrow):
    rows = of_narrow.split.test.features.index
    other = run_experiment(spoil(narrow, rows), small, name="small", created_at=NOON)
    assert other.split.test.features.index.equals(rows)
    assert fitted_state(other.bundle) == fitted_state(of_narrow.bundle)
    assert np.array_equal(weights_of(other.bundle.network), weights_of(of_narrow.bundle.network))
    assert other.bundle.threshold == of_narrow.bundle.threshold
    assert other.history == of_narrow.history
    assert other.bundle.metrics["test"] != of_narrow.bundle.metrics["test"]


def test_spoilt_test_rows_do_not_move_the_cheapest_threshold(narrow, small, of_narrow):
    rows = of_narrow.split.test.features.index
    choices = [
        run_experiment(
            cohort, small, name="small", created_at=NOON, rule="cheapest"
        ).bundle.threshold
        for cohort in (narrow, spoil(narrow, rows))
    ]
    assert choices[0] == choices[1]


def test_spoilt_valid_rows_change_neither_scaler_nor_encoders(narrow, small, of_narrow):
    rows = of_narrow.split.valid.features.index
    other = run_experiment(spoil(narrow, rows), small, name="small", created_at=NOON)
    assert other.split.valid.features.index.equals(rows)
    assert fitted_state(other.bundle) == fitted_state(of_narrow.bundle)
    assert other.history != of_narrow.history


def test_spoilt_train_rows_change_what_is_learnt(narrow, small, of_narrow):
    rows = of_narrow.split.train.features.index[:20]
    other = run_experiment(spoil(narrow, rows), small, name="small", created_at=NOON)
    assert fitted_state(other.bundle) != fitted_state(of_narrow.bundle)


def test_rerun_gives_the_same_bundle_but_for_its_time(cleveland, small, bundle_bytes):
    later = datetime(2025, 1, 1, tzinfo=UTC)
    again = read_plain(
        serialise_bundle(run_experiment(cleveland, small, name="small", created_at=later).bundle)
    )
    content = read_plain(bundle_bytes)
    assert {key for key in content if content[key] != again[key]} == {"created_at", "sha256"}


def test_another_seed_gives_another_split_and_model(cleveland, small, experiment):
    other = run_experiment(
        cleveland, dataclasses.replace(small, random_state=1), name="small", created_at=NOON
    )
    assert not other.split.test.features.index.equals(experiment.split.test.features.index)
    assert other.history != experiment.history


def test_split_is_the_settings_one(cleveland, small, experiment):
    expected = split_cohort(cleveland, random_state=small.random_state)
    for part, other in zip(expected, experiment.split, strict=True):
        assert part.features.index.equals(other.features.index)


def test_lesson_splits_the_complete_rows(cleveland):
    assert sum(part.n for part in split_for(cleveland, get_recipe("lesson"))) == 297


@pytest.mark.parametrize("name", ["train", "valid", "test"])
def test_metrics_add_up_to_their_own_part(experiment, name):
    described, part = experiment.bundle.metrics[name], getattr(experiment.split, name)
    counts = described["confusion"]
    assert (described["n"], described["positives"]) == (part.n, part.y_true.sum())
    assert counts["fn"] + counts["tp"] == part.y_true.sum()
    assert counts["tn"] + counts["fp"] == (1 - part.y_true).sum()


@pytest.mark.parametrize("name", ["train", "valid", "test"])
def test_figures_are_those_of_the_bundles_predictions(experiment, name):
    part, bundle = getattr(experiment.split, name), experiment.bundle
    y_score = bundle.predict_proba(part.features)
    figures = bundle.metrics[name]["figures"]
    assert figures["roc_auc"] == list(score_part(part.y_true, y_score).roc_auc)
    assert figures["recall"] == list(
        metrics_at(part.y_true, y_score, bundle.threshold.value).recall
    )


def test_cheapest_threshold_is_chosen_on_valid(cleveland, small):
    found = run_experiment(
        cleveland, small, name="small", created_at=NOON, rule="cheapest", cost_ratio=5.0
    )
    valid = found.split.valid
    expected = select_threshold(
        valid.y_true, found.bundle.predict_proba(valid.features), rule="cheapest", cost_ratio=5.0
    )
    assert found.bundle.threshold == expected
    assert expected.chosen_on == "valid"


def test_default_threshold_is_a_third(bundle):
    assert bundle.threshold == (pytest.approx(1 / 3), "bayes", 2.0, "costs only", None)


def test_judging_at_another_threshold_keeps_the_model(experiment):
    choice = ThresholdChoice(0.8, "manual", 2.0, "valid")
    judged = judge(experiment.bundle, experiment.split, choice)
    assert judged.threshold == choice
    assert judged.network is experiment.bundle.network
    assert experiment.bundle.threshold.value == pytest.approx(1 / 3)
    assert (
        judged.metrics["test"]["confusion"]["fn"]
        > experiment.bundle.metrics["test"]["confusion"]["fn"]
    )


def test_bundle_says_where_it_comes_from(experiment, bundle, cleveland, small):
    assert bundle.data == ("cleveland", 303, 139, cleveland.fingerprint)
    assert (bundle.name, bundle.created_at, bundle.settings) == (
        "small",
        "2024-05-01T12:00:00+00:00",
        small,
    )
    assert (bundle.device_used, bundle.epochs_run) == ("cpu", len(experiment.history))
    assert set(bundle.versions) == {"python", "torch", "scikit-learn", "numpy", "heart"}


def test_network_of_a_bundle_cannot_be_trained_by_accident(bundle):
    assert not any(p.requires_grad for p in bundle.network.parameters())
    assert not bundle.network.training


def test_callback_sees_each_epoch_once(cleveland, small):
    seen = []
    history = run_experiment(
        cleveland, small, name="small", created_at=NOON, on_epoch_end=seen.append
    ).history
    assert tuple(seen) == history


def test_what_the_callback_raises_is_passed_on(cleveland, small):
    def stop(record):
        raise InterruptedError(record.epoch)

    with pytest.raises(InterruptedError, match="1"):
        run_experiment(cleveland, small, name="small", created_at=NOON, on_epoch_end=stop)


def test_cohort_is_not_touched(cleveland, small):
    before = cleveland.frame.copy()
    run_experiment(cleveland, small, name="small", created_at=NOON)
    assert cleveland.frame.equals(before)


def test_cohort_of_one_class_is_refused(cleveland, small):
    sick = dataclasses.replace(cleveland, frame=cleveland.frame.assign(num=1))
    with pytest.raises(SplitError):
        run_experiment(sick, small, name="small", created_at=NOON)


@pytest.mark.parametrize("wrong", [{"rule": "best"}, {"cost_ratio": 0.0}])
def test_wrong_rule_or_costs_are_refused(cleveland, small, wrong):
    with pytest.raises(SettingsError):
        run_experiment(cleveland, small, name="small", created_at=NOON, **wrong)


@pytest.mark.parametrize(
    "changes", [{"members": 512, "hidden": (64,)}, {"members": 100, "hidden": (256, 256)}]
)
def test_model_too_large_for_a_bundle_is_refused_before_it_trains(cleveland, changes):
    seen = []
    settings = Settings(**changes, max_epochs=1, device="cpu")
    with pytest.raises(SettingsError, match="fewer members or narrower layers"):
        run_experiment(cleveland, settings, name="large", created_at=NOON, on_epoch_end=seen.append)
    assert seen == []


def test_largest_plain_ensemble_fits_into_a_bundle(cleveland):
    settings = Settings(members=512, hidden=(32,), max_epochs=1, device="cpu")
    bundle = run_experiment(cleveland, settings, name="many", created_at=NOON).bundle
    assert load_bundle(serialise_bundle(bundle)).network.members == 512


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": "../x"}, BundleError),
        ({"rule": "luck"}, SettingsError),
        ({"cost_ratio": 0.0}, SettingsError),
    ],
)
def test_experiment_refuses_before_it_trains(cleveland, changes, error):
    seen = []
    options = {"name": "x", "created_at": NOON, **changes}
    with pytest.raises(error):
        run_experiment(
            cleveland, Settings(members=1, max_epochs=2), **options, on_epoch_end=seen.append
        )
    assert seen == []


def test_experiment_refuses_a_cohort_name_that_a_bundle_cannot_hold(cleveland):
    with pytest.raises(BundleError, match="another name"):
        run_experiment(
            dataclasses.replace(cleveland, name="Köln"),
            Settings(members=1, max_epochs=2),
            name="x",
            created_at=NOON,
        )


def test_time_of_a_bundle_is_in_utc(cleveland):
    noon = datetime(2026, 1, 31, 12, tzinfo=timezone(timedelta(hours=2)))
    bundle = run_experiment(
        cleveland, Settings(members=1, max_epochs=2), name="x", created_at=noon
    ).bundle
    assert bundle.created_at == "2026-01-31T10:00:00+00:00"
    assert bundle.versions == current_versions()
