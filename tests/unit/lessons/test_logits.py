"""Logits: where a sigmoid before the loss rounds mistakes away, and what a sigmoid or softmax too
many cannot get below.
"""

import math

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, log_loss

from heart.errors import SettingsError
from heart.lessons.logits import CLAMP, EXACT, compare_ways, exact_loss, first_failures
from heart.lessons.logits_endings import (
    ENDINGS,
    NEGATIVE_FLOOR,
    POSITIVE_FLOOR,
    first_weights,
    learn_endings,
    load_inputs,
    network_outputs,
    sigmoid_once,
    sigmoid_twice,
    softmax_once,
    softmax_twice,
)

SEPARATE, JOINED = "sigmoid, then BCELoss", "BCEWithLogitsLoss"


@pytest.fixture(scope="module")
def learnt():
    return learn_endings(epochs=100, lr=0.01, random_state=0)


def row(table, way):
    (found,) = table[table["way"] == way].to_dict("records")
    return found


@pytest.mark.parametrize(("logit", "outcome"), [(50.0, 0), (200.0, 0), (-120.0, 1), (-200.0, 1)])
def test_separate_way_saturates_where_the_joined_one_stays_exact(logit, outcome):
    table = compare_ways(np.array([logit]), outcome)
    assert (row(table, SEPARATE)["loss"], row(table, SEPARATE)["gradient"]) == (CLAMP, 0)
    assert row(table, JOINED)["loss"] == abs(logit)
    assert abs(row(table, JOINED)["gradient"]) == 1


@pytest.mark.parametrize("outcome", [0, 1])
def test_both_ways_agree_near_zero(outcome):
    table = compare_ways(np.linspace(-8, 8, 33), outcome).pivot_table(
        index="logit", columns="way", values=["loss", "gradient"]
    )
    for figure in ("loss", "gradient"):
        for way in (SEPARATE, JOINED):
            assert table[figure][way].to_numpy() == pytest.approx(
                table[figure][EXACT].to_numpy(), abs=2e-3
            )


@pytest.mark.parametrize("outcome", [0, 1])
def test_joined_way_is_exact_throughout(outcome):
    table = compare_ways(np.arange(-200.0, 201.0), outcome)
    joined, exact = (
        table[table["way"] == way][["loss", "gradient"]].to_numpy() for way in (JOINED, EXACT)
    )
    assert joined == pytest.approx(exact, rel=1e-6, abs=1e-6)


def test_exact_loss_is_that_of_many_digits():
    for z in (-30.0, -1.0, 0.5, 30.0):
        for outcome in (0, 1):
            loss, gradient = exact_loss(np.array([z]), outcome)
            p = 1 / (1 + math.exp(-z))
            assert gradient[0] == pytest.approx(p - outcome, abs=1e-12)
            expected = math.log1p(math.exp(-z)) if outcome else math.log1p(math.exp(z))
            assert loss[0] == pytest.approx(expected, rel=1e-12)


def test_failures_are_where_the_table_shows_them():
    vanished, clamped = first_failures(0)
    assert (vanished, clamped) == (
        17,
        17,
    )  # 2^-24 is half a step of float32 below 1: exp(-17) is smaller
    vanished, clamped = first_failures(1)
    assert 20 < vanished < clamped
    table = compare_ways(np.array([-float(clamped)]), 1)
    assert row(table, SEPARATE)["loss"] == CLAMP


def test_another_class_is_refused():
    with pytest.raises(SettingsError, match="the class 0 or 1"):
        compare_ways(np.zeros(1), 2)


def test_double_softmax_cannot_go_below_its_floor():
    z, one = torch.tensor([[-1e4, 1e4]], dtype=torch.float64), torch.tensor([1])
    assert float(softmax_twice(z, one)) == pytest.approx(math.log(1 + math.exp(-1)))
    assert pytest.approx(0.3133, abs=5e-5) == POSITIVE_FLOOR
    assert float(softmax_once(z, one)) == 0


def test_double_sigmoid_cannot_go_below_its_floors():
    ill, healthy = (
        torch.tensor([[1e4]], dtype=torch.float64),
        torch.tensor([[-1e4]], dtype=torch.float64),
    )
    assert float(sigmoid_twice(ill, torch.tensor([1]))) == pytest.approx(POSITIVE_FLOOR)
    assert (
        float(sigmoid_twice(healthy, torch.tensor([0])))
        == pytest.approx(NEGATIVE_FLOOR)
        == pytest.approx(math.log(2))
    )
    assert (
        float(sigmoid_once(ill, torch.tensor([1])))
        == float(sigmoid_once(healthy, torch.tensor([0])))
        == 0
    )


def test_trained_mistakes_stay_above_their_floors_and_the_right_way_goes_below(learnt):
    for name in ("sigmoid twice", "softmax twice"):
        assert learnt[name].losses.min() > learnt[name].floor
    assert (
        learnt["sigmoid once"].losses[-1]
        < learnt["softmax twice"].floor
        < learnt["sigmoid twice"].floor
    )
    train, _ = load_inputs(0)
    share = float(train.y_true.double().mean())
    assert learnt["sigmoid twice"].floor == pytest.approx(
        share * POSITIVE_FLOOR + (1 - share) * NEGATIVE_FLOOR
    )


def test_mistakes_squeeze_the_probabilities(learnt):
    low, high = 1 / (1 + math.e), 1 / (1 + math.exp(-1))
    assert learnt["sigmoid twice"].y_score.min() >= 0.5
    assert learnt["softmax twice"].y_score.min() >= low
    assert max(learnt[name].y_score.max() for name in ("sigmoid twice", "softmax twice")) <= high
    assert learnt["sigmoid once"].y_score.max() > 0.95


def test_one_logit_and_two_are_the_same_function(learnt):
    one, two = learnt["sigmoid once"], learnt["softmax once"]
    assert one.accuracy == two.accuracy > 0.8
    assert one.y_score == pytest.approx(two.y_score, abs=1e-12)
    assert one.losses == pytest.approx(two.losses, abs=1e-12)


def test_two_logits_start_as_the_one():
    train, _ = load_inputs(0)
    one, two = (
        network_outputs(train.X, first_weights(train.X.shape[1], n, random_state=3)) for n in (1, 2)
    )
    assert (two[:, 1] - two[:, 0]).numpy() == pytest.approx(one[:, 0].numpy())


def test_figures_are_scikit_learns(learnt):
    for found in learnt.values():
        assert found.accuracy == accuracy_score(found.y_true, found.y_score > 0.5)
        assert found.test_loss == pytest.approx(log_loss(found.y_true, found.y_score))


def test_learning_leaves_the_global_seed_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    learn_endings(epochs=2, lr=0.01, random_state=1, names=["sigmoid once"])
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize(("epochs", "lr"), [(0, 0.1), (5, 0.0)])
def test_training_without_steps_is_refused(epochs, lr):
    with pytest.raises(SettingsError, match="a positive learning rate"):
        learn_endings(epochs=epochs, lr=lr, random_state=0)


def test_every_ending_says_how_often_it_is_taken():
    assert list(ENDINGS) == ["sigmoid once", "softmax once", "sigmoid twice", "softmax twice"]
