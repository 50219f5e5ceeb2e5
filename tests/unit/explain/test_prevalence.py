"""Another share of ill patients, against Bayes' theorem by hand and against patients who are drawn
so.
"""

from dataclasses import replace

import numpy as np
import pytest

from heart.errors import SettingsError
from heart.explain.prevalence import go_elsewhere, training_prevalence


def test_own_share_is_that_of_the_patients_it_was_fitted_on(shipped):
    train = shipped.metrics["train"]
    assert training_prevalence(shipped) == train["positives"] / train["n"] == 89 / 193


@pytest.mark.parametrize("positives", [0, 193])
def test_share_of_nobody_or_everybody_cannot_be_corrected(shipped, positives):
    metrics = dict(shipped.metrics) | {"train": {"n": 193, "positives": positives}}
    one_class = replace(shipped, metrics=metrics)
    assert training_prevalence(one_class) is None
    assert go_elsewhere(one_class, 0.1) is None


def test_odds_change_by_the_ratio_of_the_shares_odds(shipped):
    place = go_elsewhere(shipped, 0.1)
    odds = 0.8 / 0.2 * (0.1 / 0.9) / (89 / 104)
    assert place.correct(0.8) == pytest.approx(odds / (1 + odds), abs=1e-12)
    assert place.shift == pytest.approx(np.log(odds / 4))


def test_same_share_changes_nothing(shipped):
    place = go_elsewhere(shipped, 89 / 193)
    assert [place.correct(p) for p in (0.01, 0.5, 0.99)] == pytest.approx([0.01, 0.5, 0.99])
    assert place.shift == 0


@pytest.mark.parametrize("certain", [0.0, 1.0])
def test_certainty_stays(shipped, certain):
    assert go_elsewhere(shipped, 0.05).correct(certain) == certain


def test_corrected_answers_are_right_among_patients_drawn_with_that_share(shipped, cases):
    """Weighing the healthy patients up to a share of 10 % makes such a cohort; there the mean
    probability is near the share when it is corrected, and far from it when it is not.
    """
    place = go_elsewhere(shipped, 0.1)
    ill = cases.y_true == 1
    weights = np.where(ill, 0.1 / ill.mean(), 0.9 / (~ill).mean())
    corrected = [place.correct(p) for p in cases.y_score]
    assert np.average(corrected, weights=weights) == pytest.approx(0.1, abs=0.02)
    assert np.average(cases.y_score, weights=weights) > 0.2


@pytest.mark.parametrize("there", [0.0, 0.009, 0.991, 1.0, float("nan")])
def test_share_that_cannot_be_is_refused(shipped, there):
    with pytest.raises(SettingsError, match="a share of ill patients from"):
        go_elsewhere(shipped, there)
