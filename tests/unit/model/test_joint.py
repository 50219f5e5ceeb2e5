"""Fits side by side as one network: each is what it would have been by itself."""

import dataclasses

import numpy as np
import pytest
import torch

from heart.config import get_recipe
from heart.model import joint
from heart.model.classifier import HeartClassifier
from heart.model.inference import FoldedNetwork
from heart.model.joint import fit_jointly
from tests.support.bundles import weights_of

PLAIN = get_recipe(
    "default",
    members=2,
    hidden=(8,),
    dropout=0.0,
    masking=0.0,
    max_epochs=8,
    patience=0,
    device="cpu",
)
EARLY = dataclasses.replace(PLAIN, max_epochs=40, patience=2, lr=0.02)
NOISY = dataclasses.replace(EARLY, dropout=0.3, masking=0.4)
BENT = dataclasses.replace(NOISY, pieces=3)
CODES = dataclasses.replace(
    PLAIN, categories="codes", linear_path=False, missing_flags=False, hidden=(6, 4)
)


@pytest.fixture(scope="module")
def folds(cleveland):
    """Rows of four fits: two of the same size, a smaller and a larger one."""
    order = np.random.default_rng(0).permutation(cleveland.n)
    return [order[:120], order[100:220], order[150:220], order[60:203]]


def prepare(cohort, folds, settings):
    estimator = HeartClassifier.from_settings(settings)
    return [estimator.prepare(cohort.features.iloc[rows], cohort.y_true[rows]) for rows in folds]


def predict(network, fit, cohort):
    """Each member's probability for all patients, shape (M, n)."""
    return FoldedNetwork(network).predict_members(fit.preprocessor.transform(cohort.features))


@pytest.mark.parametrize(
    "settings",
    [PLAIN, EARLY, CODES, NOISY, BENT],
    ids=["all epochs", "early stopping", "codes", "dropout and masking", "pieces"],
)
def test_joint_fits_equal_separate_ones(cleveland, folds, settings):
    prepared = prepare(cleveland, folds, settings)
    for rows, fit, network in zip(folds, prepared, fit_jointly(prepared, settings), strict=True):
        alone = HeartClassifier.from_settings(settings).fit(
            cleveland.features.iloc[rows], cleveland.y_true[rows]
        )
        assert network.members == 2
        assert predict(network, fit, cleveland) == pytest.approx(
            alone.predict_members(cleveland.features), abs=1e-5
        )


def test_members_of_different_fits_stop_at_different_epochs(cleveland, folds):
    best = [
        HeartClassifier.from_settings(EARLY)
        .fit(cleveland.features.iloc[rows], cleveland.y_true[rows])
        .best_epoch_
        for rows in folds[:2]
    ]
    assert (
        len({*best[0], *best[1]}) > 1
    )  # otherwise the test above would not see that members stop by themselves


@pytest.mark.parametrize(
    "settings", [PLAIN, EARLY, NOISY], ids=["all epochs", "early stopping", "dropout and masking"]
)
def test_fit_does_not_depend_on_its_company(cleveland, folds, settings):
    prepared = prepare(cleveland, [folds[0], folds[1], folds[0]], settings)
    first, _, again = fit_jointly(prepared, settings)
    (alone,) = fit_jointly(prepared[:1], settings)
    assert weights_of(first) == pytest.approx(weights_of(again), abs=1e-6)
    assert weights_of(first) == pytest.approx(weights_of(alone), abs=1e-5)


def test_fits_of_different_rows_differ(cleveland, folds):
    first, second, *_ = fit_jointly(prepare(cleveland, folds, PLAIN), PLAIN)
    assert not np.allclose(weights_of(first), weights_of(second), atol=1e-3)


def test_members_of_a_fit_differ(cleveland, folds):
    prepared = prepare(cleveland, folds[:1], PLAIN)
    one, other = predict(fit_jointly(prepared, PLAIN)[0], prepared[0], cleveland)
    assert np.abs(one - other).max() > 0.01


@pytest.mark.parametrize("most", [1, 2, 5, 100])
def test_limit_of_members_changes_nothing_but_the_batches(cleveland, folds, monkeypatch, most):
    prepared = prepare(cleveland, [folds[0], folds[1], folds[0]], PLAIN)
    expected = [weights_of(network) for network in fit_jointly(prepared, PLAIN)]
    monkeypatch.setattr(joint, "MAX_MEMBERS", most)
    seen = []
    found = [weights_of(network) for network in fit_jointly(prepared, PLAIN, on_share=seen.append)]
    assert np.array(found) == pytest.approx(np.array(expected), abs=1e-5)
    step = max(1, most // 2)
    ends = seen[PLAIN.max_epochs :: PLAIN.max_epochs + 1]  # the last share of each network
    assert ends == [min(done, 3) / 3 for done in range(step, 3 + step, step)]


def test_noise_of_the_default_recipe_is_repeatable(cleveland, folds):
    noisy = dataclasses.replace(PLAIN, dropout=0.3, masking=0.5)
    prepared = prepare(cleveland, folds, noisy)
    first, again = (
        [weights_of(network) for network in fit_jointly(prepared, noisy)] for _ in range(2)
    )
    assert all(np.array_equal(*pair) for pair in zip(first, again, strict=True))


@pytest.mark.usefixtures("three_threads")
def test_fits_in_threads_of_their_own_are_the_same(cleveland, folds):
    prepared = prepare(cleveland, folds, PLAIN)
    torch.set_num_threads(1)
    expected = fit_jointly(prepared, PLAIN)
    torch.set_num_threads(3)
    for fit, alone, network in zip(prepared, expected, fit_jointly(prepared, PLAIN), strict=True):
        assert predict(network, fit, cleveland) == pytest.approx(
            predict(alone, fit, cleveland), abs=1e-6
        )


def test_progress_is_told_after_every_epoch(cleveland, folds):
    shares = []
    fit_jointly(prepare(cleveland, folds, PLAIN), PLAIN, on_share=shares.append)
    # of four fits the two of equal size are one network; 8 epochs each, and the end of each network
    expected = [
        (start + n * epoch / 8) / 4
        for start, n in ((0, 2), (2, 1), (3, 1))
        for epoch in (*range(1, 9), 8)
    ]
    assert shares == pytest.approx(expected)


def test_what_the_progress_raises_ends_the_work_in_its_first_epoch(cleveland, folds):
    seen = []

    def stop(share):
        seen.append(share)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_jointly(prepare(cleveland, folds, PLAIN), PLAIN, on_share=stop)
    assert len(seen) == 1


def test_weighted_fits_train_together_as_alone(cleveland, folds):
    estimator = HeartClassifier.from_settings(NOISY)
    weights = [np.arange(1.0, len(rows) + 1) for rows in folds]
    weights[2] = None
    prepared = [
        estimator.prepare(
            cleveland.features.iloc[rows], cleveland.y_true[rows], sample_weight=weight
        )
        for rows, weight in zip(folds, weights, strict=True)
    ]
    for rows, weight, fit, network in zip(
        folds, weights, prepared, fit_jointly(prepared, NOISY), strict=True
    ):
        alone = HeartClassifier.from_settings(NOISY).fit(
            cleveland.features.iloc[rows], cleveland.y_true[rows], sample_weight=weight
        )
        assert predict(network, fit, cleveland) == pytest.approx(
            alone.predict_members(cleveland.features), abs=1e-4
        )
