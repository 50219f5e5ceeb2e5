"""Calibration: against simulated truth, likelihoods maximised elsewhere, scipy's intervals and
counts by hand.
"""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logit
from scipy.stats import beta
from sklearn.metrics import brier_score_loss

from heart.evaluation.calibration import (
    brier_parts,
    calibration_of,
    intercept_of,
    mean_calibration,
    reliability_table,
    to_logits,
)
from heart.evaluation.figures import NO_FIGURE, write_calibration

LEVELS = [0.1, 0.35, 0.6, 0.85]


def draw(n, *, seed, factor=1.0, shift=0.0):
    """Outcomes whose true log-odds are factor * logit(y_score) + shift, and y_score."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(-0.3, 1.2, n)
    return (rng.random(n) < expit(factor * logits + shift)).astype(np.int64), expit(logits)


def shift_of_greatest_likelihood(y_true, logits):
    """By trying every shift from -8 to 8 in steps of 0.001."""
    shifts = np.linspace(-8, 8, 16_001)
    moved = logits[:, None] + shifts
    likelihood = np.where(y_true[:, None] == 1, log_expit(moved), log_expit(-moved)).sum(axis=0)
    return shifts[likelihood.argmax()]


def line_of_greatest_likelihood(y_true, x):
    """Intercept and slope, by scipy's optimiser on the likelihood as it is written down."""
    signs = 2 * y_true - 1
    return minimize(
        lambda line: -log_expit(signs * (line[0] + line[1] * x)).sum(),
        [0.0, 1.0],
        method="BFGS",
        tol=1e-9,
    ).x


@pytest.fixture(scope="module")
def levels():
    """40 patients of whom each quarter shares one score: 1, 2, 7 and 9 of ten are diseased."""
    y_true = np.concatenate(
        [np.repeat([1, 0], [diseased, 10 - diseased]) for diseased in (1, 2, 7, 9)]
    )
    return y_true, np.repeat(LEVELS, 10)


def test_true_probabilities_have_intercept_0_and_slope_1():
    y_true, y_score = draw(20_000, seed=0)
    found = calibration_of(y_true, y_score)
    assert (found.intercept.value, found.slope.value) == pytest.approx((0, 1), abs=0.06)
    assert (found.expected, found.observed) == (y_score.mean(), y_true.mean())
    assert found.expected == pytest.approx(found.observed, abs=0.01)


@pytest.mark.parametrize("shift", [-1.5, -0.4, 0.8])
def test_shift_of_the_logits_is_recovered_as_the_intercept(shift):
    found = calibration_of(*draw(20_000, seed=1, shift=shift))
    assert (found.intercept.value, found.slope.value) == pytest.approx((shift, 1), abs=0.06)


@pytest.mark.parametrize(("factor", "shift"), [(0.5, 0.0), (0.7, 0.5), (1.6, -0.6)])
def test_factor_of_the_logits_is_recovered_as_the_slope(factor, shift):
    found = calibration_of(*draw(20_000, seed=2, factor=factor, shift=shift))
    assert found.slope.value == pytest.approx(factor, abs=0.06)


@pytest.mark.parametrize("seed", range(4))
def test_slope_and_intercept_are_those_of_greatest_likelihood(seed):
    y_true, y_score = draw(120, seed=seed, factor=0.8, shift=0.3)
    found = calibration_of(y_true, y_score)
    assert found.slope.value == pytest.approx(
        line_of_greatest_likelihood(y_true, logit(y_score))[1], rel=1e-3
    )
    assert found.intercept.value == pytest.approx(
        shift_of_greatest_likelihood(y_true, logit(y_score)), abs=0.001
    )


@pytest.mark.parametrize("diseased", [1, 7, 29])
def test_intercept_makes_as_many_expected_as_are_diseased(diseased):
    logits = np.random.default_rng(3).normal(0, 2, 30)
    y_true = np.repeat([1, 0], [diseased, 30 - diseased])
    shift = intercept_of(y_true, logits)
    assert expit(logits + shift).sum() == pytest.approx(diseased)
    assert shift == pytest.approx(shift_of_greatest_likelihood(y_true, logits), abs=0.001)


@pytest.mark.parametrize("seed", range(2))
def test_intervals_are_as_wide_as_the_likelihood_is_flat(seed):
    y_true, y_score = draw(120, seed=seed, factor=0.8, shift=0.3)
    found, x = calibration_of(y_true, y_score), logit(y_score)

    def loss(at):  # of an intercept and a slope
        return -log_expit((2 * y_true - 1) * (at[0] + at[1] * x)).sum()

    best, step = line_of_greatest_likelihood(y_true, x), 1e-3
    corners = [np.array(corner) * step for corner in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
    ends = [np.array(end) * step for end in ((1, 0), (-1, 0), (0, 1), (0, -1))]
    here = loss(best)
    first, second = (
        (loss(best + ends[i]) + loss(best + ends[i + 1]) - 2 * here) / step**2 for i in (0, 2)
    )
    mixed = np.dot([1, -1, -1, 1], [loss(best + corner) for corner in corners]) / (4 * step**2)
    error = np.sqrt(np.linalg.inv([[first, mixed], [mixed, second]])[1, 1])
    value, low, high = found.slope
    assert (value - low, high - value) == pytest.approx((1.96 * error, 1.96 * error), rel=1e-3)
    shift = np.array([shift_of_greatest_likelihood(y_true, x), 1.0])
    bend = (loss(shift + ends[0]) + loss(shift + ends[1]) - 2 * loss(shift)) / step**2
    value, low, high = found.intercept
    half = 1.96 / np.sqrt(bend)
    assert (value - low, high - value) == pytest.approx((half, half), rel=1e-3)


def test_interval_of_the_slope_covers_the_truth_19_times_of_20():
    found = [calibration_of(*draw(150, seed=seed, factor=0.7)).slope for seed in range(300)]
    covered = sum(low <= 0.7 <= high for _, low, high in found)
    assert 273 <= covered <= 295  # 285 expected, 3 standard errors


def test_mean_over_repeats_is_no_surer_than_a_repeat():
    y_true, y_score = draw(200, seed=5)
    one = calibration_of(y_true, y_score)
    assert mean_calibration(y_true, np.stack([y_score, y_score])) == one
    other = calibration_of(y_true, expit(2 * logit(y_score) + 1))
    both = mean_calibration(y_true, np.stack([y_score, expit(2 * logit(y_score) + 1)]))
    for found, first, second in zip(both[:2], one[:2], other[:2], strict=True):
        assert found == pytest.approx(np.mean([first, second], axis=0))


@pytest.mark.parametrize("outcome", [0, 1])
def test_single_class_has_neither_intercept_nor_slope(outcome):
    found = calibration_of(np.full(20, outcome), np.linspace(0.1, 0.9, 20))
    assert (found.intercept, found.slope) == (NO_FIGURE, NO_FIGURE)
    assert (found.expected, found.observed) == (pytest.approx(0.5), outcome)


@pytest.mark.parametrize(
    ("scores", "can_be"),
    [
        ([0.3, 0.3, 0.3, 0.3], False),  # equal
        ([0.1, 0.2, 0.3, 0.4], False),  # separated
        ([0.4, 0.3, 0.2, 0.1], False),  # the wrong way round
        ([0.1, 0.2, 0.2, 0.4], False),  # a tie at the border: no slope is steep enough either
        ([0.1, 0.3, 0.2, 0.4], True),  # one patient across it
    ],
)
def test_slope_that_no_likelihood_ends_cannot_be_estimated(scores, can_be):
    found = calibration_of(np.array([0, 0, 1, 1]), np.array(scores))
    assert (found.slope != NO_FIGURE) == can_be
    assert found.intercept.value is not None
    written = write_calibration(found.intercept, found.slope)
    assert written.endswith("cannot be estimated") != can_be


def test_certain_probabilities_have_finite_logits():
    assert to_logits(np.array([0.0, 0.5, 1.0])) == pytest.approx(
        [np.log(1e-6 / (1 - 1e-6)), 0, -np.log(1e-6 / (1 - 1e-6))]
    )


def test_reliability_counts_by_hand():
    y_score = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])
    y_true = np.array([0, 1, 0, 0, 1, 1, 0, 1])
    shuffled = [5, 2, 7, 0, 3, 6, 1, 4]
    table = reliability_table(y_true[shuffled], y_score[shuffled], bins=4)
    assert table["patients"].tolist() == [2, 2, 2, 2]
    assert table["diseased"].tolist() == [1, 0, 2, 1]
    assert table["observed"].tolist() == [0.5, 0, 1, 0.5]
    assert table["expected"].tolist() == pytest.approx([0.15, 0.35, 0.55, 0.75])


def test_ten_bins_hold_equally_many_patients_in_rising_order():
    y_true, y_score = draw(230, seed=5)
    table = reliability_table(y_true, y_score)
    assert table["patients"].tolist() == [23] * 10
    assert table["diseased"].sum() == y_true.sum()
    assert table["expected"].is_monotonic_increasing
    assert np.average(table["expected"], weights=table["patients"]) == pytest.approx(y_score.mean())


def test_reliability_intervals_are_clopper_and_pearsons(levels):
    for row in reliability_table(*levels).itertuples():
        expected = beta.ppf(
            [0.025, 0.975],
            [row.diseased, row.diseased + 1],
            [row.patients - row.diseased + 1, row.patients - row.diseased],
        )
        assert (row.low, row.high) == pytest.approx(expected)


def test_interval_of_a_bin_without_any_disease_starts_at_0():
    table = reliability_table(np.repeat([0, 1], 10), np.repeat([0.2, 0.8], 10))
    # 1 - 0.025 ** (1 / 10), and its mirror image
    assert table["high"].tolist() == pytest.approx([0.30849710781876083, 1])
    assert table["low"].tolist() == pytest.approx([0, 0.6915028921812392])


@pytest.mark.parametrize("bins", [2, 3, 5, 10, 40])
def test_patients_with_the_same_score_share_a_bin(bins):
    rng = np.random.default_rng(6)
    y_score = rng.choice([0.1, 0.2, 0.25, 0.3, 0.5, 0.7, 0.9], 97)
    table = reliability_table((rng.random(97) < y_score).astype(np.int64), y_score, bins=bins)
    sizes = [int((y_score == score).sum()) for score in np.unique(y_score)]
    assert table["patients"].sum() == 97
    assert set(table["patients"].cumsum()) <= set(
        np.cumsum(sizes)
    )  # every border lies between two scores


def test_one_score_for_all_is_one_bin():
    table = reliability_table(np.array([0, 1, 1]), np.full(3, 0.4))
    assert table[["expected", "observed", "patients", "diseased"]].to_numpy().tolist() == [
        [pytest.approx(0.4), pytest.approx(2 / 3), 3, 2]
    ]


@pytest.mark.parametrize("each", [10, 20, 25, 26])
def test_fewer_scores_than_bins_get_a_bin_each(each):
    y_score = np.repeat(LEVELS, [each + 1, each, each, each])
    table = reliability_table(np.arange(len(y_score)) % 2, y_score)
    assert table["expected"].tolist() == pytest.approx(LEVELS)


def test_brier_parts_of_bins_with_one_score_add_up_to_the_brier_score(levels):
    y_true, y_score = levels
    parts = brier_parts(y_true, y_score)
    assert parts.reliability - parts.resolution + parts.uncertainty == pytest.approx(
        brier_score_loss(y_true, y_score)
    )
    # by hand: shares 0.1, 0.2, 0.7 and 0.9 around 19 of 40
    assert parts.reliability == pytest.approx((0 + 0.15**2 + 0.1**2 + 0.05**2) / 4)
    assert parts.resolution == pytest.approx((0.375**2 + 0.275**2 + 0.225**2 + 0.425**2) / 4)
    assert parts.uncertainty == pytest.approx(19 * 21 / 40**2)


def test_brier_parts_of_many_scores_are_close_to_the_brier_score():
    y_true, y_score = draw(2000, seed=7)
    parts = brier_parts(y_true, y_score, bins=20)
    assert parts.reliability - parts.resolution + parts.uncertainty == pytest.approx(
        brier_score_loss(y_true, y_score), abs=0.003
    )
