"""Figures and their intervals, against scikit-learn, scipy and published values."""

import numpy as np
import pytest
from scipy.stats import beta
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    f1_score,
    log_loss,
    precision_score,
    recall_score,
    roc_auc_score,
)

from heart.evaluation.figures import NO_FIGURE
from heart.evaluation.intervals import (
    RESAMPLES,
    _bootstrap_precision,
    _bootstrap_roc_auc,
    proportion,
)
from heart.evaluation.judged import metrics_at, score_part


@pytest.fixture(scope="module")
def scored():
    """150 outcomes with scores that know something and have ties."""
    rng = np.random.default_rng(0)
    y_true = (rng.random(150) < 0.4).astype(np.int64)
    return y_true, np.round(np.clip(0.3 * y_true + rng.random(150) * 0.7, 0.01, 0.99), 2)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 5
    [
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0, 0.1684),
        (1, 29, 0.0009, 0.1776),
    ],
)
def test_interval_of_a_share_is_the_published_one(successes, n, low, high):
    figure = proportion(successes, n)
    assert figure.value == successes / n
    assert (figure.low, figure.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("successes", "n"), [(1, 2), (28, 61), (60, 61), (139, 303)])
def test_interval_of_a_share_is_clopper_and_pearsons(successes, n):
    expected = (
        beta.ppf(0.025, successes, n - successes + 1),
        beta.ppf(0.975, successes + 1, n - successes),
    )
    assert proportion(successes, n)[1:] == pytest.approx(expected)


def test_share_of_nobody_is_no_figure():
    assert proportion(0, 0) == NO_FIGURE == (None, None, None)


@pytest.mark.parametrize(
    ("threshold", "counts"),
    [
        (0.0, (0, 3, 0, 3)),
        (0.3, (1, 2, 0, 3)),
        (0.31, (2, 1, 1, 2)),
        (0.6, (2, 1, 1, 2)),
        (0.9, (3, 0, 2, 1)),
        (0.91, (3, 0, 3, 0)),
    ],
)
def test_disease_is_decided_at_the_threshold_and_above(threshold, counts):
    y_true, y_score = np.array([0, 0, 0, 1, 1, 1]), np.array([0.1, 0.3, 0.6, 0.3, 0.6, 0.9])
    result = metrics_at(y_true, y_score, threshold)
    assert (result.tn, result.fp, result.fn, result.tp) == counts
    assert (result.n, result.positives) == (6, 3)


@pytest.mark.parametrize("threshold", [0.2, 1 / 3, 0.5, 0.7])
def test_shares_are_scikit_learns(scored, threshold):
    y_true, y_score = scored
    result, decided = metrics_at(y_true, y_score, threshold), y_score >= threshold
    assert result.accuracy.value == (decided == y_true).mean()
    assert result.precision.value == pytest.approx(precision_score(y_true, decided))
    assert result.recall.value == pytest.approx(recall_score(y_true, decided))
    assert result.specificity.value == pytest.approx(recall_score(y_true, decided, pos_label=0))
    assert result.npv.value == pytest.approx(precision_score(y_true, decided, pos_label=0))
    assert result.f1 == pytest.approx(f1_score(y_true, decided))


def test_shares_of_nobody_are_no_figures():
    nobody_positive = metrics_at(np.array([0, 1]), np.array([0.1, 0.2]), 0.9)
    assert (nobody_positive.precision, nobody_positive.npv.value, nobody_positive.f1) == (
        NO_FIGURE,
        0.5,
        0.0,
    )
    all_healthy = metrics_at(np.array([0, 0]), np.array([0.1, 0.2]), 0.9)
    assert (all_healthy.recall, all_healthy.f1) == (NO_FIGURE, None)


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("roc_auc", roc_auc_score),
        ("average_precision", average_precision_score),
        ("log_loss", log_loss),
        ("brier", brier_score_loss),
    ],
)
def test_figures_are_scikit_learns(scored, name, reference):
    figure = getattr(score_part(*scored), name)
    assert figure.value == pytest.approx(reference(*scored))
    assert figure.low < figure.value < figure.high


@pytest.mark.parametrize(
    ("resampled", "reference"), [("auc", roc_auc_score), ("precision", average_precision_score)]
)
def test_bootstrap_equals_scikit_learn_on_each_resample(scored, resampled, reference):
    y_true, y_score = scored
    rng, groups = (
        np.random.default_rng(1),
        [np.flatnonzero(y_true == outcome) for outcome in (0, 1)],
    )
    rows = np.hstack([rng.choice(group, (50, len(group))) for group in groups])
    found = (
        _bootstrap_roc_auc(y_score, rows, len(groups[0]))
        if resampled == "auc"
        else _bootstrap_precision(y_true, y_score, rows)
    )
    assert found == pytest.approx([reference(y_true[row], y_score[row]) for row in rows])


def test_interval_is_the_percentiles_of_a_thousand_stratified_resamples(scored):
    y_true, y_score = scored
    rng, groups = (
        np.random.default_rng(0),
        [np.flatnonzero(y_true == outcome) for outcome in (0, 1)],
    )
    rows = np.hstack([rng.choice(group, (1000, len(group))) for group in groups])
    n = len(groups[0])
    # the share of pairs in which the diseased has the higher score, ties counting half; that this
    # is scikit-learn's figure on each resample is the test before
    difference = y_score[rows[:, n:, None]] - y_score[rows[:, None, :n]]
    aucs = ((np.sign(difference) + 1) / 2).mean(axis=(1, 2))
    briers = ((y_score[rows] - y_true[rows]) ** 2).mean(axis=1)
    assert RESAMPLES == 1000
    assert score_part(y_true, y_score).roc_auc[1:] == pytest.approx(
        np.quantile(aucs, [0.025, 0.975])
    )
    assert score_part(y_true, y_score).brier[1:] == pytest.approx(
        np.quantile(briers, [0.025, 0.975])
    )


def test_interval_of_the_log_loss_is_as_wide_as_its_standard_error(scored):
    y_true, y_score = scored
    losses = -np.log(np.where(y_true == 1, y_score, 1 - y_score))
    error = np.sqrt(sum(losses[y_true == c].var() * (y_true == c).sum() for c in (0, 1))) / 150
    _, low, high = score_part(y_true, y_score).log_loss
    assert high - low == pytest.approx(2 * 1.96 * error, rel=0.15)


@pytest.mark.parametrize("outcome", [0, 1])
def test_ranks_need_both_classes(outcome):
    result = score_part(np.full(20, outcome), np.linspace(0.1, 0.9, 20))
    assert (result.roc_auc, result.average_precision) == (NO_FIGURE, NO_FIGURE)
    assert result.brier.low < result.brier.value < result.brier.high
    assert (result.n, result.positives) == (20, 20 * outcome)


def test_intervals_depend_on_the_seed_only(scored):
    assert score_part(*scored, random_state=1) == score_part(*scored, random_state=1)
    assert score_part(*scored, random_state=1) != score_part(*scored, random_state=2)


def test_perfect_ranks_have_no_spread():
    result = score_part(np.array([0] * 10 + [1] * 10), np.linspace(0.01, 0.99, 20))
    assert result.roc_auc == pytest.approx((1, 1, 1))
    assert result.average_precision == pytest.approx((1, 1, 1))


def test_large_samples_are_judged_by_fewer_resampled_rows_with_the_same_interval():
    rng = np.random.default_rng(1)
    y_true = rng.integers(0, 2, 20_000)
    y_score = np.clip(rng.normal(0.35 + 0.3 * y_true, 0.2), 0.01, 0.99)
    scores = score_part(y_true, y_score)
    auc = roc_auc_score(y_true, y_score)
    # Hanley and McNeil 1982
    q1, q2, n = auc / (2 - auc), 2 * auc**2 / (1 + auc), 10_000
    se = ((auc * (1 - auc) + (n - 1) * (q1 - auc**2) + (n - 1) * (q2 - auc**2)) / n**2) ** 0.5
    assert scores.roc_auc.value == pytest.approx(auc)
    assert scores.roc_auc.high - scores.roc_auc.low == pytest.approx(2 * 1.96 * se, rel=0.15)
    assert scores.roc_auc.low < auc < scores.roc_auc.high
