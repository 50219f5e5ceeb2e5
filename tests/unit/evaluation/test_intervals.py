"""Intervals from counts and a few values: against published values and scipy."""

from statistics import variance

import numpy as np
import pytest
from scipy.stats import beta

from heart.evaluation.figures import NO_FIGURE
from heart.evaluation.intervals import corrected_half_width, proportion

STUDENT_9 = (
    2.262157162740992  # two-sided 95 % of Student's t with 9 degrees of freedom, as in any table
)


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


def test_interval_is_nadeau_and_bengios_corrected_one():
    values = [0.81, 0.79, 0.84, 0.90, 0.77, 0.83, 0.85, 0.80, 0.88, 0.79]
    # J = 10 values of 5-fold cross-validation: each test part is a quarter of its training part
    expected = STUDENT_9 * ((1 / 10 + 1 / 4) * variance(values)) ** 0.5
    assert corrected_half_width(np.array(values), n_splits=5) == pytest.approx(expected)
    assert expected == pytest.approx(
        2.262157 * (0.35 * 0.00176) ** 0.5, abs=1e-6
    )  # squares add up to 0.01584


def test_interval_does_not_shrink_to_nothing_with_many_repeats():
    values = np.tile([0.7, 0.8, 0.9], 1000)
    assert (
        corrected_half_width(values, n_splits=3) > 1.96 * values.std() * 0.7
    )  # the root of 1 / (3 - 1)
