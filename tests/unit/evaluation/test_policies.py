"""Zones, a thousand patients, another share of ill ones: against counts and Bayes'
theorem by hand.
"""

import numpy as np
import pytest
from scipy.stats import binomtest

from heart.errors import SettingsError
from heart.evaluation.policies import (
    check_prevalence,
    of_thousand,
    probability_at_prevalence,
    rates_at_prevalence,
    three_zones,
    threshold_at_prevalence,
)

Y_TRUE = np.array([0] * 50 + [1] * 50)
Y_SCORE = np.concatenate([np.linspace(0.0, 0.79, 50), np.linspace(0.2, 0.99, 50)])


def test_zones_hold_every_patient_once():
    zones = three_zones(Y_TRUE, Y_SCORE, low=0.3, high=0.7).zones
    assert [zone.name for zone in zones] == ["rule out", "cannot tell", "rule in"]
    expected = [Y_SCORE < 0.3, (Y_SCORE >= 0.3) & (Y_SCORE < 0.7), Y_SCORE >= 0.7]
    assert [(zone.patients, zone.diseased) for zone in zones] == [
        (inside.sum(), Y_TRUE[inside].sum()) for inside in expected
    ]


def test_zones_shares_have_exact_intervals():
    out = three_zones(Y_TRUE, Y_SCORE, low=0.3, high=0.7).zones[0]
    interval = binomtest(out.diseased, out.patients).proportion_ci(0.95, method="exact")
    assert out.share == pytest.approx((out.diseased / out.patients, interval.low, interval.high))


def test_likelihood_ratio_is_how_much_more_often_the_diseased_are_in_the_zone():
    for zone in three_zones(Y_TRUE, Y_SCORE, low=0.3, high=0.7).zones:
        healthy = zone.patients - zone.diseased
        assert zone.likelihood_ratio == pytest.approx((zone.diseased / 50) / (healthy / 50))


def test_borders_promise_what_they_keep():
    found = three_zones(Y_TRUE, Y_SCORE, low=0.3, high=0.7)
    assert found.sensitivity.value == (Y_SCORE[50:] >= 0.3).mean()
    assert found.specificity.value == (Y_SCORE[:50] < 0.7).mean()
    assert found.npv.value == (Y_TRUE[Y_SCORE < 0.3] == 0).mean()
    assert found.precision.value == (Y_TRUE[Y_SCORE >= 0.7] == 1).mean()


def test_equal_borders_leave_nobody_between_and_no_share():
    between = three_zones(Y_TRUE, Y_SCORE, low=0.5, high=0.5).zones[1]
    assert (between.patients, between.share.value, between.likelihood_ratio) == (0, None, None)


@pytest.mark.parametrize(("low", "high"), [(0.6, 0.4), (-0.1, 0.5), (0.2, 1.1)])
def test_borders_that_cannot_be_are_refused(low, high):
    with pytest.raises(SettingsError, match="a lower border"):
        three_zones(Y_TRUE, Y_SCORE, low=low, high=high)


def test_predictive_values_at_the_published_prevalences():
    # NEEDS.md: sensitivity 0.85, specificity 0.80; Cleveland 45.9 % ill, 42,328 Danish patients 8.8
    # %
    assert rates_at_prevalence(0.85, 0.80, 0.459, cost_ratio=2).precision == pytest.approx(
        0.78, abs=0.005
    )
    assert rates_at_prevalence(0.85, 0.80, 0.088, cost_ratio=2).precision == pytest.approx(
        0.29, abs=0.005
    )


def test_rates_at_the_cohorts_own_share_are_the_cohorts():
    decided = Y_SCORE >= 0.4
    rates = rates_at_prevalence(decided[50:].mean(), (~decided[:50]).mean(), 0.5, cost_ratio=3)
    assert rates.precision == pytest.approx(Y_TRUE[decided].mean())
    assert rates.npv == pytest.approx(1 - Y_TRUE[~decided].mean())
    assert rates.needed == pytest.approx(decided.sum() / (decided & (Y_TRUE == 1)).sum())
    assert rates.cost == pytest.approx(
        (3 * (~decided & (Y_TRUE == 1)).sum() + (decided & (Y_TRUE == 0)).sum()) / 100
    )


@pytest.mark.parametrize("prevalence", [0.01, 0.088, 0.459, 0.99])
@pytest.mark.parametrize(("recall", "specificity"), [(0.855, 0.748), (1.0, 0.0), (0.0, 1.0)])
def test_a_thousand_patients_are_a_thousand(prevalence, recall, specificity):
    counts = of_thousand(recall, specificity, prevalence)
    assert sum(counts.values()) == 1000
    assert min(counts.values()) >= 0
    assert counts["tp"] == pytest.approx(1000 * prevalence * recall, abs=1)


def test_threshold_elsewhere_finds_the_same_risk():
    # patients whose risk the model knows, here 50 % ill; the healthy counted four times make it 20
    # %
    risk = np.linspace(0.02, 0.98, 97)
    there = risk / (risk + 4 * (1 - risk))
    for threshold in (0.1, 1 / 3, 0.6):
        moved = threshold_at_prevalence(threshold, here=0.5, there=0.2)
        assert np.array_equal(risk >= moved - 1e-9, there >= threshold - 1e-9)


@pytest.mark.parametrize("prevalence", [0.0, 1.0, -0.2, float("nan")])
def test_share_of_ill_patients_that_cannot_be_is_refused(prevalence):
    with pytest.raises(SettingsError, match="a share of ill patients"):
        check_prevalence(prevalence)


def test_a_patient_at_a_border_is_in_the_zone_above_it():
    """3 diseased and 9 healthy, some at the borders: counted by hand."""
    diseased, healthy = [0.3, 0.6, 0.9], [0.1, 0.2, 0.29, 0.3, 0.4, 0.5, 0.59, 0.6, 0.7]
    y_true = np.array([1] * 3 + [0] * 9)
    found = three_zones(y_true, np.array(diseased + healthy), low=0.3, high=0.6)
    assert [(zone.patients, zone.diseased) for zone in found.zones] == [(3, 0), (5, 1), (4, 2)]
    ratios = [zone.likelihood_ratio for zone in found.zones]
    assert ratios == pytest.approx([0, (1 / 3) / (4 / 9), (2 / 3) / (2 / 9)])
    promised = found.sensitivity, found.npv, found.specificity, found.precision
    assert [figure.value for figure in promised] == pytest.approx([3 / 3, 3 / 3, 7 / 9, 2 / 4])


@pytest.mark.parametrize("share", [0.01, 0.99, None])
def test_shares_at_the_bounds_are_allowed(share):
    check_prevalence(share)


@pytest.mark.parametrize("share", [0.0099, 0.9901])
def test_shares_beyond_the_bounds_are_refused(share):
    with pytest.raises(SettingsError, match=r"from 0\.01 to 0\.99"):
        check_prevalence(share)


def test_nobody_decided_so_has_no_share_and_says_nothing_on_the_way():
    with np.errstate(all="raise"):
        nobody = rates_at_prevalence(np.array(0.0), np.array(1.0), 0.2, cost_ratio=2)
        all_wrong = rates_at_prevalence(np.array(0.0), np.array(0.5), 0.2, cost_ratio=2)
        moved = probability_at_prevalence(np.array([0.0, 1.0]), here=0.5, there=0.1)
    assert np.isnan([nobody.precision, nobody.needed]).all()
    assert (nobody.npv, nobody.cost) == pytest.approx((0.8, 2 * 0.2))
    assert (all_wrong.precision, all_wrong.needed) == (0.0, np.inf)
    assert moved.tolist() == [0.0, 1.0]
