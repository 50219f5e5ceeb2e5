"""Mistakes that were in the code once."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest

from heart.bundle import load_bundle
from heart.bundle.bundle import current_versions
from heart.bundle.layout import check_content
from heart.bundle.reader import MAX_OPCODES, read_plain
from heart.config import Settings
from heart.data import load_shipped, read_cohort, split_cohort
from heart.data.patients import frame_of_patients
from heart.errors import (
    BundleError,
    CohortError,
    PatientError,
    SettingsError,
    SplitError,
    TrainingError,
)
from heart.experiments.run import run_experiment
from heart.model.classifier import HeartClassifier
from heart.model.preprocessing import HeartPreprocessor
from heart.schema import feature

CLEVELAND = load_shipped("cleveland")
NOON = datetime(2026, 1, 31, 12, tzinfo=timezone(timedelta(hours=2)))


def small(**changes):
    return HeartClassifier(members=1, max_epochs=2, hidden=(4,), **changes)


def test_append_to_a_dict_is_a_bundle_error():
    with pytest.raises(BundleError, match="damaged"):
        read_plain(b"\x80\x04}K\x01a.")


def test_millions_of_small_values_are_refused_before_they_are_built():
    with pytest.raises(BundleError, match=f"at most {MAX_OPCODES:,} values"):
        read_plain(b"\x80\x04(" + b"]" * (MAX_OPCODES + 1) + b"l.")


def test_deeply_nested_version_is_refused_by_its_type():
    nested: list[object] = []
    for _ in range(20_000):
        nested = [nested]
    with pytest.raises(BundleError, match="a list"):
        check_content({"format": "heart-bundle", "format_version": nested})


def test_number_too_large_for_a_float_is_impossible_not_a_crash():
    with pytest.raises(PatientError, match="18 to 110"):
        feature("age").parse(10**400)


@pytest.mark.parametrize("read", [load_bundle, read_cohort])
def test_file_over_the_limit_is_refused_before_it_is_read(read, tmp_path):
    file = tmp_path / "large.csv"
    with file.open("wb") as sparse:
        sparse.truncate(2**30)
    with pytest.raises((BundleError, CohortError), match=r"1024\.0 MiB"):
        read(file)


def test_failed_fit_leaves_the_estimator_as_it_was():
    fresh, fitted = small(), small().fit(CLEVELAND.features, CLEVELAND.y_true)
    before = fitted.predict_proba(CLEVELAND.features)

    def stop(record):
        raise KeyboardInterrupt(record.epoch)

    for estimator in (fresh, fitted):
        with pytest.raises(KeyboardInterrupt):
            estimator.fit(CLEVELAND.features[["age", "sex"]], CLEVELAND.y_true, on_epoch_end=stop)
    assert [name for name in vars(fresh) if name.endswith("_")] == []
    np.testing.assert_array_equal(fitted.predict_proba(CLEVELAND.features), before)


def test_codes_in_a_column_of_objects_are_the_same_codes():
    plain = CLEVELAND.features
    objects = plain.astype(object).where(plain.notna(), None)
    preprocessor = HeartPreprocessor().fit(plain)
    np.testing.assert_array_equal(
        preprocessor.transform(objects).codes, preprocessor.transform(plain).codes
    )
    np.testing.assert_array_equal(
        HeartPreprocessor().fit(objects).transform(plain).codes, preprocessor.transform(plain).codes
    )


def test_true_and_false_are_one_and_zero():
    flags = CLEVELAND.features.assign(sex=CLEVELAND.features["sex"] == 1)
    preprocessor = HeartPreprocessor().fit(CLEVELAND.features)
    np.testing.assert_array_equal(
        preprocessor.transform(flags).codes, preprocessor.transform(CLEVELAND.features).codes
    )


def test_categories_alone_are_enough():
    frame = CLEVELAND.features[["sex", "cp", "thal"]]
    assert small().fit(frame, CLEVELAND.y_true).predict_proba(frame).shape == (303, 2)


def test_lesson_refuses_a_cohort_without_complete_rows():
    cohort = load_shipped("switzerland")
    with pytest.raises(TrainingError, match="without a missing value"):
        HeartClassifier("lesson").fit(cohort.features, cohort.y_true)


def test_empty_column_beside_the_features_drops_no_row():
    frame = CLEVELAND.features.assign(note=np.nan)
    assert HeartClassifier("lesson", max_epochs=1).fit(
        frame, CLEVELAND.y_true
    ).preprocessor_.training_range_[0].tolist() == [29, 77]


def test_labels_of_the_valid_part_are_checked():
    with pytest.raises(ValueError, match="must be among"):
        small().fit(
            CLEVELAND.features, CLEVELAND.y_true, valid=(CLEVELAND.features, CLEVELAND.y_true + 5)
        )


def test_settings_take_numpy_numbers():
    settings = HeartClassifier(
        lr=np.float64(0.01), members=np.int64(3), hidden=[np.int64(8)]
    ).settings()
    assert (settings.lr, settings.members, settings.hidden) == (0.01, 3, (8,))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": "../x"}, BundleError),
        ({"rule": "luck"}, SettingsError),
        ({"cost_ratio": 0.0}, SettingsError),
    ],
)
def test_experiment_refuses_before_it_trains(changes, error):
    seen = []
    options = {"name": "x", "created_at": NOON, **changes}
    with pytest.raises(error):
        run_experiment(
            CLEVELAND, Settings(members=1, max_epochs=2), **options, on_epoch_end=seen.append
        )
    assert seen == []


def test_experiment_refuses_a_cohort_name_that_a_bundle_cannot_hold():
    with pytest.raises(BundleError, match="another name"):
        run_experiment(
            replace(CLEVELAND, name="Köln"),
            Settings(members=1, max_epochs=2),
            name="x",
            created_at=NOON,
        )


def test_time_of_a_bundle_is_in_utc():
    bundle = run_experiment(
        CLEVELAND, Settings(members=1, max_epochs=2), name="x", created_at=NOON
    ).bundle
    assert bundle.created_at == "2026-01-31T10:00:00+00:00"
    assert bundle.versions == current_versions()


@pytest.mark.parametrize("fraction", [0.0, 1.0, 1.5])
def test_impossible_fraction_is_refused(fraction):
    with pytest.raises(SplitError, match="between 0 and 1"):
        split_cohort(CLEVELAND, random_state=0, test_fraction=fraction)


def test_row_of_a_frame_is_a_patient():
    row = load_shipped("hungary").features.iloc[0].to_dict()
    row["ca"], row["slope"] = pd.NA, np.nan
    assert frame_of_patients([row])["ca"].isna().all()
