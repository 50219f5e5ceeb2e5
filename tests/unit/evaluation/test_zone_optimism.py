"""The borders of zones do better on the patients who set them than on others."""

import numpy as np
import pytest
from scipy.special import expit

from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.policies import three_zones
from heart.evaluation.threshold_curves import ThresholdCurves, choose_zones
from heart.evaluation.threshold_table import Counts
from heart.evaluation.zone_optimism import correct_borders

WANTED = {"sensitivity": 0.95, "specificity": 0.95}


def draw(n, seed):
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, n)
    return (rng.random(n) < expit(logits)).astype(np.int64), expit(logits)


def promises_of(zones):
    return np.array([figure.value for figure in zones[1:]])


@pytest.fixture(scope="module")
def studies():
    """Of 60 studies with 80 patients: the promises as they look, corrected, and as they are."""
    large = draw(20_000, 999)
    found = []
    for seed in range(60):
        y_true, y_score = draw(80, seed)
        curves = ThresholdCurves(OutOfFold(y_true, y_score[None], np.zeros((1, 80), int), 0.0))
        zones = curves.zones(**WANTED)
        low, high = zones.zones[0].high, zones.zones[2].low
        truth = three_zones(*large, low=low, high=high)
        found.append([promises_of(zones), curves.corrected(**WANTED), promises_of(truth)])
    return np.array(found)


def test_what_is_corrected_is_nearer_to_what_holds_elsewhere(studies):
    looks, corrected, truth = np.nanmean(studies, axis=0)
    for name in (0, 2):  # sensitivity and specificity, which the borders were chosen for
        assert looks[name] - truth[name] > 0.01
        assert abs(corrected[name] - truth[name]) < abs(looks[name] - truth[name]) / 2


def test_resamples_that_are_the_patients_themselves_correct_nothing():
    y_true, y_score = draw(100, 1)
    curves = ThresholdCurves(OutOfFold(y_true, y_score[None], np.zeros((1, 100), int), 0.0))
    same = Counts(*(np.tile(part, (3, 1)) for part in curves.counts[:2]), *curves.counts[2:])
    found = correct_borders(curves.counts, same, **WANTED)
    assert found == pytest.approx(promises_of(choose_zones(y_true, y_score, **WANTED)))


def test_optimism_is_what_a_hand_count_gives():
    # two ill and two healthy; scores 0.2 and 0.8 of each kind in the whole, one resample has both
    # ill at 0.8 and both healthy at 0.2, so that its borders look perfect and are not
    grid = np.linspace(0, 1, 101)
    whole = Counts(
        ((grid <= 0.2) * 1.0 + (grid <= 0.8)), ((grid <= 0.2) * 1.0 + (grid <= 0.8)), 2, 2
    )
    lucky = Counts((grid <= 0.8)[None] * 2.0, (grid <= 0.2)[None] * 2.0, 2, 2)
    found = correct_borders(whole, lucky, sensitivity=1.0, specificity=1.0)
    # its borders are 0.8 and 0.8: there all 1 and in the whole 1/2; the whole's own are 0.2 and
    # 0.81, where nobody is below the lower one and nobody above the upper
    assert found.sensitivity == 1.0 - 0.5
    assert found.specificity == 1.0 - 0.5
    assert np.isnan(found.npv)
    assert np.isnan(found.precision)
