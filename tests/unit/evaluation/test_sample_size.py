"""Riley's criteria against the published procedure, simulated, and a published figure."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from heart.errors import SettingsError
from heart.evaluation.sample_size import cox_snell, sample_size

CLEVELAND = 139 / 303


def simulated_r_squared(prevalence, roc_auc, n=400_000):
    """As in Riley et al. 2021: simulate a normal score with this AUC and fit a logistic regression
    to it.
    """
    rng = np.random.default_rng(123456)
    y_true = (rng.random(n) < prevalence).astype(int)
    distance = {0.7: 0.7416, 0.8: 1.1902, 0.9: 1.8124}[
        roc_auc
    ]  # sqrt(2) times the normal quantile, from a table
    score = rng.normal(size=n) + distance * y_true
    assert roc_auc_score(y_true, score) == pytest.approx(roc_auc, abs=0.003)
    fitted = (
        LogisticRegression(C=np.inf)
        .fit(score.reshape(-1, 1), y_true)
        .predict_proba(score.reshape(-1, 1))[:, 1]
    )
    null = log_loss(y_true, np.full(n, y_true.mean()))
    return 1 - np.exp(-2 * (null - log_loss(y_true, fitted)))


@pytest.mark.parametrize(("prevalence", "roc_auc"), [(CLEVELAND, 0.9), (0.1, 0.8), (0.3, 0.7)])
def test_r_squared_is_what_a_simulation_gives(prevalence, roc_auc):
    assert cox_snell(prevalence, roc_auc) == pytest.approx(
        simulated_r_squared(prevalence, roc_auc), abs=0.004
    )


def test_cleveland_needs_382_patients():
    assert sample_size(13, prevalence=CLEVELAND, roc_auc=0.9).needed == 382


def test_prevalence_criterion_is_the_normal_interval():
    # half of the patients diseased, within 0.05: 1.96 squared times 0.25 over 0.0025
    assert sample_size(1, prevalence=0.5, roc_auc=0.9).prevalence == 385


def test_more_parameters_need_proportionally_more_patients():
    small, large = (sample_size(p, prevalence=0.3, roc_auc=0.75) for p in (10, 100))
    assert large.shrinkage == pytest.approx(10 * small.shrinkage, rel=0.01)
    assert large.optimism == pytest.approx(10 * small.optimism, rel=0.01)
    assert large.prevalence == small.prevalence


def test_shrinkage_criterion_gives_back_the_shrinkage():
    r_squared, parameters = cox_snell(0.3, 0.8), 20
    n = sample_size(parameters, prevalence=0.3, roc_auc=0.8).shrinkage
    expected = 1 + parameters / (
        n * np.log(1 - r_squared / 0.9)
    )  # Riley et al. 2020, solved for the shrinkage
    assert expected == pytest.approx(0.9, abs=0.002)


@pytest.mark.parametrize(
    ("parameters", "prevalence", "roc_auc"),
    [
        (0, 0.3, 0.8),
        (5, 0.0, 0.8),
        (5, 1.0, 0.8),
        (5, 0.3, 0.5),
        (5, 0.3, 1.0),
        (5, float("nan"), 0.8),
    ],
)
def test_impossible_wishes_are_refused(parameters, prevalence, roc_auc):
    with pytest.raises(SettingsError, match="an AUC between"):
        sample_size(parameters, prevalence=prevalence, roc_auc=roc_auc)
