"""A classifier fitted by hand becomes the bundle that a run would have made, or is refused."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from heart.bundle import serialise_bundle
from heart.data import split_cohort
from heart.errors import BundleError
from heart.evaluation.thresholds import set_threshold
from heart.experiments.fitted import to_bundle
from heart.model.classifier import HeartClassifier
from tests.support.bundles import NOON, weights_of


@pytest.fixture(scope="module")
def split(cleveland, small):
    return split_cohort(cleveland, random_state=small.random_state)


@pytest.fixture(scope="module")
def fitted(split, small):
    return HeartClassifier.from_settings(small).fit(*split.train, valid=split.valid)


def keep(classifier, cohort, **options):
    return to_bundle(classifier, cohort, name="small", created_at=NOON, **options)


def test_is_the_bundle_of_a_run_with_these_settings(fitted, cleveland, experiment):
    made = keep(fitted, cleveland)
    assert serialise_bundle(made) == serialise_bundle(experiment.bundle)


def test_classifier_stays_as_it_was(fitted, cleveland):
    network = fitted.network_
    before = weights_of(network)
    made = keep(fitted, cleveland)
    assert fitted.network_ is network
    assert all(p.requires_grad for p in network.parameters())
    assert not any(p.requires_grad for p in made.network.parameters())
    assert all(map(np.array_equal, before, weights_of(network)))
    assert made.predict_proba(cleveland.features) == pytest.approx(
        fitted.predict_proba(cleveland.features)[:, 1], abs=1e-9
    )


def test_its_figures_are_those_at_its_threshold(fitted, cleveland, split):
    made = keep(fitted, cleveland, threshold=set_threshold(0.6))
    decided = made.predict_proba(split.test.features) >= 0.6
    ill = split.test.y_true == 1
    confusion = made.metrics["test"]["confusion"]
    assert made.threshold.value == 0.6
    assert (confusion["tp"], confusion["fp"]) == (
        int((decided & ill).sum()),
        int((decided & ~ill).sum()),
    )


def fit_on_everybody(cohort, _, small):
    return HeartClassifier.from_settings(small).fit(cohort.features, cohort.y_true)


def fit_and_hold_out(_, split, small):
    return HeartClassifier.from_settings(small).fit(*split.train)


def fit_with_another_seed(_, split, small):
    other = HeartClassifier.from_settings(small).set_params(random_state=small.random_state + 1)
    return other.fit(*split.train, valid=split.valid)


@pytest.mark.parametrize("fit", [fit_on_everybody, fit_and_hold_out, fit_with_another_seed])
def test_what_has_learnt_from_other_patients_is_refused(fit, cleveland, split, small):
    with pytest.raises(BundleError, match="one fitted on other patients"):
        keep(fit(cleveland, split, small), cleveland)


def test_other_outcomes_and_columns_are_refused(cleveland, split, small):
    words = HeartClassifier.from_settings(small)
    words.fit(split.train.features, np.array(["healthy", "ill"])[split.train.y_true])
    with pytest.raises(BundleError, match="outcomes 0 and 1"):
        keep(words, cleveland)
    numbers = HeartClassifier.from_settings(small)
    numbers.fit(split.train.features[["age", "chol"]].to_numpy(float), split.train.y_true)
    with pytest.raises(BundleError, match="x0"):
        keep(numbers, cleveland)


def test_nothing_is_made_of_what_was_not_fitted(cleveland, small):
    with pytest.raises(NotFittedError):
        keep(HeartClassifier.from_settings(small), cleveland)
