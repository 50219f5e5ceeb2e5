"""Losses: what their slopes are, how surprise and likelihood hang together, and where a straight
line fails.
"""

import math

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import bernoulli
from sklearn.linear_model import LinearRegression
from torch.nn.functional import binary_cross_entropy_with_logits

from heart.errors import SettingsError
from heart.lessons import loss_likelihood as small
from heart.lessons.loss import (
    CROSS_ENTROPY,
    LIMIT,
    SQUARED,
    cross_entropy,
    cross_slope,
    look_at,
    loss_curves,
    squared_error,
    squared_slope,
    surprise_curve,
    tangents,
)

LOGITS = np.linspace(-LIMIT, LIMIT, 33)


def by_autograd(loss, y_true):
    """Values and slopes by PyTorch."""
    z = torch.tensor(LOGITS, requires_grad=True)
    value = loss(z, torch.full_like(z, y_true))
    (slope,) = torch.autograd.grad(value.sum(), z)
    return value.detach().numpy(), slope.numpy()


@pytest.mark.parametrize("y_true", [0, 1])
def test_squared_error_and_its_slope_are_pytorchs(y_true):
    value, slope = by_autograd(lambda z, y: (torch.sigmoid(z) - y) ** 2, y_true)
    assert squared_error(LOGITS, y_true) == pytest.approx(value, abs=1e-12)
    assert squared_slope(LOGITS, y_true) == pytest.approx(slope, abs=1e-12)


@pytest.mark.parametrize("y_true", [0, 1])
def test_cross_entropy_and_its_slope_are_pytorchs(y_true):
    value, slope = by_autograd(
        lambda z, y: binary_cross_entropy_with_logits(z, y, reduction="none"), y_true
    )
    assert cross_entropy(LOGITS, y_true) == pytest.approx(value, abs=1e-12)
    assert cross_slope(LOGITS, y_true) == pytest.approx(slope, abs=1e-12)


def test_confident_mistake_hardly_moves_under_squared_error():
    mild, confident = look_at(-1.0, 1), look_at(-8.0, 1)
    assert abs(confident.squared_slope) < 0.001 < abs(mild.squared_slope)
    assert abs(confident.cross_slope) > 0.999 > abs(mild.cross_slope)
    assert confident.squared_error < 1 < confident.cross_entropy


@pytest.mark.parametrize("y_true", [0, 1])
def test_slope_of_squared_error_is_never_above_its_bound(y_true):
    assert np.abs(squared_slope(np.linspace(-30, 30, 2001), y_true)).max() == pytest.approx(
        8 / 27, abs=1e-4
    )  # at u = 1/3 and 2/3


def test_surprise_is_counted_in_coins():
    assert look_at(0.0, 1).bits == look_at(0.0, 0).bits == 1
    assert look_at(math.log(3), 0).bits == pytest.approx(
        2
    )  # a quarter was left for what happened: two coins
    curve = surprise_curve().set_index("probability")
    assert curve["nats"].iloc[-1] == 0
    assert (curve["bits"] * math.log(2)).to_numpy() == pytest.approx(
        -np.log(curve.index.to_numpy())
    )


@pytest.mark.parametrize(
    ("logit", "y_true"), [(LIMIT + 0.1, 1), (-LIMIT - 0.1, 0), (math.nan, 1), (0.0, 2)]
)
def test_answer_outside_is_refused(logit, y_true):
    with pytest.raises(SettingsError, match="a logit from -8 to 8"):
        look_at(logit, y_true)


def test_tangents_touch_the_curves():
    at, lines = look_at(-3.0, 1), tangents(-3.0, 1)
    for name, value, slope in (
        (SQUARED, at.squared_error, at.squared_slope),
        (CROSS_ENTROPY, at.cross_entropy, at.cross_slope),
    ):
        ends = lines[lines["loss"] == name]
        assert ends["value"].mean() == pytest.approx(value)
        assert np.diff(ends["value"])[0] / np.diff(ends["logit"])[0] == pytest.approx(slope)


def test_curves_hold_both_losses():
    counts = loss_curves(1)["loss"].value_counts()
    assert counts.to_dict() == {SQUARED: 161, CROSS_ENTROPY: 161}


@pytest.mark.parametrize("weight", [-1.0, 0.0, 0.7, 5.0])
def test_log_likelihood_is_the_product_of_the_probabilities(weight):
    u = 1 / (1 + np.exp(-weight * small.DEPRESSION))
    product = np.prod(bernoulli.pmf(small.DISEASED, u))
    assert math.exp(small.log_likelihood(weight)) == pytest.approx(product)


@pytest.mark.parametrize("weight", [-1.0, 0.7, 5.0])
def test_log_likelihood_is_minus_n_times_the_mean_cross_entropy(weight):
    logits, outcomes = (
        torch.tensor(weight * small.DEPRESSION),
        torch.tensor(small.DISEASED, dtype=torch.float64),
    )
    mean = float(binary_cross_entropy_with_logits(logits, outcomes))
    assert small.log_likelihood(weight) == pytest.approx(-len(outcomes) * mean)
    assert small.patients_table(weight)["probability"].map(math.log).sum() == pytest.approx(
        small.log_likelihood(weight)
    )


def test_best_weight_is_the_top_of_the_curve():
    curve = small.likelihood_curve()
    assert small.log_likelihood(small.best_weight()) >= curve["log_likelihood"].max()
    step = float(small.WEIGHTS[1] - small.WEIGHTS[0])
    assert small.best_weight() == pytest.approx(
        curve.loc[curve["log_likelihood"].idxmax(), "weight"], abs=step
    )


def test_straight_line_is_scikit_learns():
    x, y_true = small.with_farthest(12.0)
    reference = LinearRegression().fit(x.reshape(-1, 1), y_true)
    line = small.fit_straight(x, y_true)
    assert (line.intercept, line.slope) == pytest.approx((reference.intercept_, reference.coef_[0]))


def test_straight_line_leaves_the_probabilities():
    straight, _, drawn = small.compare_lines(12.1)
    values = drawn.groupby("model")["value"]
    assert values.max()["straight line"] > 1
    assert values.min()["logistic regression"] > 0
    assert values.max()["logistic regression"] < 1
    assert straight.intercept + straight.slope * 12.1 > 1


def test_patient_who_is_clearly_ill_drags_the_straight_line_and_hardly_the_logistic_one():
    near, far = small.compare_lines(small.DEPRESSION[-1]), small.compare_lines(small.FARTHEST)
    dragged, moved = (
        abs(far[0].crossing - near[0].crossing),
        abs(far[1].boundary - near[1].boundary),
    )
    assert dragged > 0.5
    assert moved < 0.15


@pytest.mark.parametrize("farthest", [0.0, small.FARTHEST + 1, math.nan])
def test_patient_between_the_others_is_refused(farthest):
    with pytest.raises(SettingsError, match="a measurement from"):
        small.with_farthest(farthest)


def test_ten_patients_cannot_be_separated():
    table = pd.DataFrame({"x": small.DEPRESSION, "y": small.DISEASED}).sort_values("x")
    assert not table["y"].is_monotonic_increasing
    assert len(table) == 10
