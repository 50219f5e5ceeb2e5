"""Out-of-fold predictions of a bundle's recipe: the test part takes no part, and what is shipped is
what comes out.
"""

import dataclasses

import numpy as np
import pytest

from heart.bundle import load_bundle
from heart.errors import CohortError
from heart.evaluation.recalibration import Recalibration
from heart.experiments.run import split_of
from heart.experiments.stored import cross_validate_bundle, find_stored, recalibrated, store
from heart.paths import SHIPPED_BUNDLE, SHIPPED_OUT_OF_FOLD


@pytest.fixture(scope="module")
def shipped():
    return load_bundle(SHIPPED_BUNDLE)


@pytest.fixture(scope="module")
def found(experiment):
    return cross_validate_bundle(experiment.bundle, experiment.split, n_repeats=1)


def test_patients_are_those_of_train_and_valid(found, experiment):
    split = experiment.split
    assert found.y_true.tolist() == [*split.train.y_true, *split.valid.y_true]


def test_spoilt_test_part_changes_nothing(found, experiment):
    test = experiment.split.test
    spoilt = test._replace(features=test.features.assign(age=100.0), y_true=1 - test.y_true)
    again = cross_validate_bundle(
        experiment.bundle, experiment.split._replace(test=spoilt), n_repeats=1
    )
    assert np.array_equal(again.y_score, found.y_score)


def test_predictions_are_put_on_the_scale_of_the_answers(found, experiment):
    bundle = dataclasses.replace(
        experiment.bundle, recalibration=Recalibration("temperature", slope=2.0, patients=9)
    )
    assert np.array_equal(
        recalibrated(bundle, found).y_score, bundle.recalibration.apply(found.y_score)
    )


def test_stored_predictions_come_back_for_the_same_recipe_and_cohort_only(
    found, experiment, tmp_path
):
    path = tmp_path / "stored.json"
    bundle = experiment.bundle
    store(bundle, found, path)
    back = find_stored(bundle, path)
    assert back.y_score == pytest.approx(found.y_score, abs=1e-6)
    assert np.array_equal(back.y_true, found.y_true)
    assert np.array_equal(back.fold, found.fold)
    other = dataclasses.replace(bundle, settings=dataclasses.replace(bundle.settings, dropout=0.3))
    assert find_stored(other, path) is None
    assert (
        find_stored(
            dataclasses.replace(bundle, data=bundle.data._replace(fingerprint="0" * 64)), path
        )
        is None
    )
    assert find_stored(bundle, tmp_path / "nothing.json") is None


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"settings": 1}', "nonsense"])
def test_damaged_file_is_named(experiment, tmp_path, content):
    path = tmp_path / "stored.json"
    path.write_text(content)
    with pytest.raises(CohortError, match=r"stored\.json as it was shipped"):
        find_stored(experiment.bundle, path)


def test_shipped_models_predictions_are_shipped(shipped):
    stored = find_stored(shipped)
    split = split_of(shipped)
    assert stored.y_score.shape == stored.fold.shape == (5, 242)
    assert stored.y_true.tolist() == [*split.train.y_true, *split.valid.y_true]
    assert not {"age", "chol", "features"} & set(SHIPPED_OUT_OF_FOLD.read_text().split('"'))
