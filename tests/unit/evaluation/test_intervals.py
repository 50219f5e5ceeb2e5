"""Bootstrap intervals of `score_part`: they hold the truth in about 95 of 100 studies of patients
whose truth is known.
"""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from heart.evaluation import intervals
from heart.evaluation.judged import score_part

DISTANCE = 1.2
STUDIES, PATIENTS = 150, 120


def posterior(x):
    """The probability of disease at x, of as many healthy N(0, 1) as diseased N(DISTANCE, 1)."""
    return expit(DISTANCE * x - DISTANCE**2 / 2)


def expectation(loss):
    """The mean of a loss(outcome, probability), by integration."""
    halves = (
        quad(lambda x, c=c: loss(c, posterior(x)) * norm.pdf(x, DISTANCE * c), -9, 9)[0]
        for c in (0, 1)
    )
    return sum(halves) / 2


TRUTH = {
    "roc_auc": norm.cdf(DISTANCE / 2**0.5),
    "log_loss": expectation(lambda outcome, p: -np.log(p if outcome else 1 - p)),
    "brier": expectation(lambda outcome, p: (p - outcome) ** 2),
}


@pytest.fixture(scope="module")
def studies():
    """What `score_part` says of each study. Percentiles of 200 resamples hold the truth as often as
    those of 1000, in a fifth of the time; how many there are is tested in test_metrics.
    """
    y_true = np.repeat([0, 1], PATIENTS // 2)
    rng = np.random.default_rng(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intervals, "RESAMPLES", 200)
        return [
            score_part(y_true, posterior(rng.normal(DISTANCE * y_true, 1.0)), random_state=seed)
            for seed in range(STUDIES)
        ]


@pytest.mark.parametrize("name", list(TRUTH))
def test_interval_covers_the_truth_as_often_as_it_says(studies, name):
    figures = [getattr(study, name) for study in studies]
    covered = np.mean([figure.low <= TRUTH[name] <= figure.high for figure in figures])
    assert 0.88 <= covered <= 0.99
    assert np.mean([figure.value for figure in figures]) == pytest.approx(TRUTH[name], rel=0.02)


@pytest.mark.parametrize("name", list(TRUTH))
def test_interval_is_as_wide_as_the_spread_of_studies(studies, name):
    figures = [getattr(study, name) for study in studies]
    spread = np.std([figure.value for figure in figures])
    assert np.mean([figure.high - figure.low for figure in figures]) == pytest.approx(
        2 * 1.96 * spread, rel=0.2
    )
