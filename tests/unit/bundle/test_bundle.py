"""A bundle answers the same by every way it can be asked, and is never changed."""

import platform
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
import sklearn
import torch

import heart
from heart.bundle.bundle import current_versions
from heart.data.patients import frame_of_patients
from heart.evaluation.recalibration import NO_RECALIBRATION
from tests.support.networks import PLATT, untrained


@pytest.fixture(scope="module")
def asked(bundle, cleveland):
    """Three members that were fitted to nothing, and what they read of eight patients."""
    small = untrained(bundle, cleveland.features, hidden=(2,), members=3, masking=0.5)
    small = replace(small, recalibration=PLATT)
    return small, small.encode(cleveland.features.head(8))


def test_nothing_in_it_is_changed(bundle):
    with pytest.raises(FrozenInstanceError):
        bundle.name = "other"


def test_it_equals_itself_alone_and_can_be_a_key(bundle):
    assert replace(bundle) != bundle
    assert {bundle: "it"}[bundle] == "it"


def test_answer_is_the_recalibrated_mean_of_the_members(asked, cleveland):
    bundle, encoded = asked
    plain, _ = replace(bundle, recalibration=NO_RECALIBRATION).predict_encoded(encoded)
    members, mean = bundle.predict_encoded(encoded)
    assert members.shape == (3, 8)
    np.testing.assert_allclose(mean, PLATT.apply(plain.mean(axis=0)))
    np.testing.assert_allclose(members, PLATT.apply(plain))
    frame = cleveland.features.head(8)
    np.testing.assert_array_equal(bundle.predict_members(frame), members)
    np.testing.assert_allclose(bundle.predict_proba(frame), mean, rtol=1e-12)


def test_member_at_the_threshold_itself_is_for_disease(asked):
    bundle, encoded = asked
    members, mean = bundle.predict_encoded(encoded)
    threshold = bundle.threshold._replace(value=float(np.sort(members[:, 0])[1]))
    proba, positive = bundle.with_threshold(threshold, {}).predict_sides(encoded)
    np.testing.assert_allclose(proba, mean, rtol=1e-12)
    assert positive[0] == 2
    assert positive.tolist() == (members >= threshold.value).sum(axis=0).tolist()


def test_coalitions_of_one_value_are_the_patient_without_it_and_with_it(asked):
    bundle, _ = asked
    encoded = bundle.encode(frame_of_patients([{"age": 60}, {"age": 60, "cp": 4}]))
    for played, expected in zip(
        bundle.predict_coalitions(encoded), bundle.predict_encoded(encoded), strict=True
    ):
        np.testing.assert_allclose(played, expected, rtol=1e-6)


@pytest.mark.parametrize(("masking", "needed"), [(0.0, 5), (0.5, 4)])
def test_fewer_values_decide_if_training_hid_some(asked, masking, needed):
    bundle, _ = asked
    settings = replace(bundle.settings, masking=masking)
    assert replace(bundle, settings=settings).needed == needed


def test_versions_are_those_that_are_installed():
    assert current_versions() == {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "heart": heart.__version__,
    }
